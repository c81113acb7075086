package report

import (
	"bytes"
	_ "embed" // for Schema
	"encoding/json"
	"io"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/model"
)

// Schema is the JSON Schema (draft 2020-12) of what JSON prints.
//
//go:embed schema.json
var Schema []byte

// schemaVersion changes its number when something goes or means something else; what is only added keeps it.
const schemaVersion = "1"

// JSON prints r for programs, as Schema says. Text that is not known is "", a list of nothing is [], and a place or
// suppression that is not there is null. What a baseline tells is there with one only.
func JSON(w io.Writer, r *analyzer.Result, o Options) error {
	doc := document{
		SchemaVersion: schemaVersion,
		Summary:       summaryOf(r, o),
		Coverage: coverage{
			Resources:  r.Coverage.Resources,
			Placed:     r.Coverage.Placed,
			NotPlaced:  r.Coverage.NotPlaced,
			Nowhere:    r.Coverage.Nowhere,
			Unknown:    r.Coverage.Unknown,
			Gone:       r.Coverage.Gone,
			Sides:      each(r.Coverage.Sides, same),
			BlindSpots: r.Coverage.BlindSpots,
		},
		Inputs: each(r.Inputs, func(in analyzer.Input) input {
			return input{in.Name, string(in.Format), each(in.Incomplete, same), each(in.Notes, same)}
		}),
		Baseline: comparisonOf(r),
		Findings: each(r.Findings, func(f analyzer.Finding) finding { return findingOf(f, r.Baseline != nil) }),
		Links: each(r.Linked(), func(l analyzer.CrossLink) crossLink {
			return crossLink{l.Address, l.Kind, endOf(l.From), endOf(l.To), l.Crosses, l.Finding}
		}),
		BlindSpots: each(r.Blind, func(b analyzer.BlindSpot) blindSpot {
			return blindSpot{b.Address, b.Root, b.Path, b.Reason, b.Settle, locationOf(b.Pos)}
		}),
	}
	return writeJSON(w, doc)
}

// writeJSON writes a document at once, so that a reader gets all of it or nothing. Invalid UTF-8 becomes U+FFFD.
func writeJSON(w io.Writer, doc any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return err
	}
	_, err := w.Write(InertJSON(b.Bytes()))
	return err
}

// each is f of every element; a list of nothing is printed as [], never as null.
func each[A, B any](list []A, f func(A) B) []B {
	out := make([]B, len(list))
	for i, a := range list {
		out[i] = f(a)
	}
	return out
}

func same(s string) string { return s }

// The types below are the contract: their names and order are the document's.

type document struct {
	SchemaVersion string      `json:"schema_version"`
	Summary       summary     `json:"summary"`
	Coverage      coverage    `json:"coverage"`
	Inputs        []input     `json:"inputs"`
	Baseline      *comparison `json:"baseline,omitempty"`
	Findings      []finding   `json:"findings"`
	Links         []crossLink `json:"links"`
	BlindSpots    []blindSpot `json:"blind_spots"`
}

type summary struct {
	Findings   bySeverity `json:"findings"` // without the suppressed ones
	Suppressed int        `json:"suppressed"`
	Exit       int        `json:"exit"`
}

type bySeverity struct {
	Critical int `json:"critical"`
	High     int `json:"high"`
	Medium   int `json:"medium"`
	Low      int `json:"low"`
	Note     int `json:"note"`
}

func summaryOf(r *analyzer.Result, o Options) summary {
	s := summary{Exit: o.Exit}
	counters := map[analyzer.Severity]*int{
		analyzer.Critical: &s.Findings.Critical,
		analyzer.High:     &s.Findings.High,
		analyzer.Medium:   &s.Findings.Medium,
		analyzer.Low:      &s.Findings.Low,
		analyzer.Note:     &s.Findings.Note,
	}
	for _, f := range r.Findings {
		if f.Suppressed != nil {
			s.Suppressed++
		} else {
			*counters[f.Severity]++
		}
	}
	return s
}

type coverage struct {
	Resources  int      `json:"resources"`
	Placed     int      `json:"placed"`
	NotPlaced  int      `json:"not_placed"`
	Nowhere    int      `json:"nowhere"`
	Unknown    int      `json:"unknown"`
	Gone       int      `json:"gone"`
	Sides      []string `json:"sides"`
	BlindSpots int      `json:"blind_spots"`
}

type input struct {
	Name       string   `json:"name"`
	Format     string   `json:"format"`
	Incomplete []string `json:"incomplete"`
	Notes      []string `json:"notes"`
}

type finding struct {
	Rule        string       `json:"rule"`
	Severity    string       `json:"severity"`
	Confidence  string       `json:"confidence"`
	Address     string       `json:"address"`
	Attribute   string       `json:"attribute"`
	Root        string       `json:"root"`
	Related     []string     `json:"related"`
	Message     string       `json:"message"`
	From        end          `json:"from"`
	To          end          `json:"to"`
	Evidence    []step       `json:"evidence"`
	Note        string       `json:"note"`
	Location    *location    `json:"location"`
	Action      string       `json:"action"`
	Fingerprint string       `json:"fingerprint"`
	Suppressed  *suppression `json:"suppressed"`
	Status      string       `json:"status,omitempty"`
}

func findingOf(f analyzer.Finding, compared bool) finding {
	out := finding{
		Rule:        f.Rule.ID,
		Severity:    f.Severity.String(),
		Confidence:  f.Confidence.String(),
		Address:     f.Address,
		Attribute:   f.Attribute,
		Root:        f.Root,
		Related:     each(f.Told().Related, same),
		Message:     f.Message,
		From:        endOf(f.From),
		To:          endOf(f.To),
		Note:        f.Note,
		Location:    locationOf(f.Pos),
		Action:      f.Action.String(),
		Fingerprint: f.Fingerprint,
		Evidence: each(f.Told().Evidence, func(s analyzer.Step) step {
			return step{s.Text, s.Address, locationOf(s.Pos)}
		}),
	}
	if f.Suppressed != nil {
		out.Suppressed = &suppression{f.Suppressed.By, f.Suppressed.Reason}
	}
	if compared {
		out.Status = status(&f)
	}
	return out
}

func status(f *analyzer.Finding) string {
	if f.Known {
		return "unchanged"
	}
	return "new"
}

type comparison struct {
	Name       string `json:"name"`
	Incomplete bool   `json:"incomplete"`
	Adds       int    `json:"adds"`
	Keeps      int    `json:"keeps"`
	Removes    int    `json:"removes"`
	Accepts    int    `json:"accepts"`
	Gone       []gone `json:"gone"`
}

type gone struct {
	Rule        string `json:"rule"`
	Severity    string `json:"severity"`
	Address     string `json:"address"`
	Root        string `json:"root"`
	Message     string `json:"message"`
	From        string `json:"from"`
	To          string `json:"to"`
	Fingerprint string `json:"fingerprint"`
}

func comparisonOf(r *analyzer.Result) *comparison {
	c := r.Baseline
	if c == nil {
		return nil
	}
	return &comparison{c.Name, c.Incomplete, len(fresh(r)), len(kept(r)), len(c.Gone), c.Accepted, each(c.Gone, func(e analyzer.Earlier) gone {
		return gone{e.Rule, e.Severity.String(), e.Address, e.Root, e.Message, e.From, e.To, e.Fingerprint}
	})}
}

type end struct {
	Cloud     string `json:"cloud"`
	Partition string `json:"partition"`
	Region    string `json:"region"`
	Account   string `json:"account"`
	Side      string `json:"side"`
	Name      string `json:"name"`
}

func endOf(s analyzer.Spot) end {
	return end{s.Cloud, s.Partition, s.Region, s.Account, s.Side, s.Name}
}

type step struct {
	Text     string    `json:"text"`
	Address  string    `json:"address"`
	Location *location `json:"location"`
}

type suppression struct {
	By     string `json:"by"`
	Reason string `json:"reason"`
}

type crossLink struct {
	Address string `json:"address"`
	Kind    string `json:"kind"`
	From    end    `json:"from"`
	To      end    `json:"to"`
	Crosses bool   `json:"crosses"`
	Finding string `json:"finding"`
}

type blindSpot struct {
	Address   string    `json:"address"`
	Root      string    `json:"root"`
	Attribute string    `json:"attribute"`
	Reason    string    `json:"reason"`
	Settle    string    `json:"settle"`
	Location  *location `json:"location"`
}

type location struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	EndLine int    `json:"end_line"`
}

func locationOf(p model.Pos) *location {
	if p.File == "" {
		return nil
	}
	return &location{p.File, p.Line, p.Column, p.EndLine}
}

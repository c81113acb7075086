package report

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // for the page
	"encoding/base64"
	"encoding/json"
	"io"
	"strings"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/model"
)

// The page is one file that works offline, from the disk too. What it shows is in a block of JSON, which browsers do not
// run, and map.js puts it on the page as text; its policy lets in this one script and style and nothing else.

//go:embed map.html
var mapPage string

//go:embed map.css
var mapStyle string

//go:embed map.js
var mapScript string

// HTML prints r as a map: sides are territories, and the findings are bridges over their borders.
func HTML(w io.Writer, r *analyzer.Result, o Options) error {
	var data bytes.Buffer
	if err := json.NewEncoder(&data).Encode(atlasOf(r, o)); err != nil { // writes <, > and & as escapes
		return err
	}
	policy := "default-src 'none'; style-src " + cspHash(mapStyle) + "; script-src " + cspHash(mapScript) + "; base-uri 'none'; form-action 'none'"
	page := strings.NewReplacer(
		"{{policy}}", policy,
		"{{style}}", mapStyle,
		"{{script}}", mapScript,
		"{{data}}", string(InertJSON(bytes.TrimSpace(data.Bytes()))),
	).Replace(mapPage)
	_, err := io.WriteString(w, page)
	return err
}

func cspHash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// atlas is what map.js draws. Lists refer to each other by index, -1 for none.
type atlas struct {
	Version    string            `json:"version"`
	Headline   string            `json:"headline"`
	Tally      string            `json:"tally"`
	Looked     string            `json:"looked"`
	Incomplete []string          `json:"incomplete"`
	Sides      []string          `json:"sides"`
	Spots      []atlasSpot       `json:"spots"`
	Roots      []string          `json:"roots"`
	Modules    []string          `json:"modules"`
	Resources  []atlasResource   `json:"resources"`
	Rules      map[string]string `json:"rules"` // id to fix
	Findings   []atlasFinding    `json:"findings"`
	Lines      []atlasLine       `json:"lines"` // of the sources, that findings are about
	Blind      []atlasBlind      `json:"blind"`
}

type atlasSpot struct {
	Side    int      `json:"side"`
	Path    []string `json:"path"` // from the cloud down to the region, as far as it is known
	Name    string   `json:"name"` // in a sentence
	Outside bool     `json:"outside"`
}

type atlasResource struct {
	Name   string `json:"name"` // without the module
	Spot   int    `json:"spot"`
	Root   int    `json:"root"`
	Module int    `json:"module"`
}

type atlasFinding struct {
	Rule       string      `json:"rule"`
	Severity   int         `json:"severity"`
	Confidence int         `json:"confidence"`
	Address    string      `json:"address"`
	Attribute  string      `json:"attribute"`
	Root       int         `json:"root"`
	Message    string      `json:"message"`
	From       atlasEnd    `json:"from"`
	To         atlasEnd    `json:"to"`
	Crosses    bool        `json:"crosses"`
	Evidence   []atlasStep `json:"evidence"`
	Related    []string    `json:"related"`
	Note       string      `json:"note"`
	At         string      `json:"at"`
	Line       int         `json:"line"`
	Action     string      `json:"action"`
	Suppressed string      `json:"suppressed"`
}

// atlasEnd is a place, and the resource in it that the finding is about where there is one.
type atlasEnd struct {
	Spot     int `json:"spot"`
	Resource int `json:"resource"`
}

type atlasStep struct {
	Text string `json:"text"`
	At   string `json:"at"`
	Line int    `json:"line"`
}

// atlasLine is a line of the sources in the parts of an analyzer.Excerpt.
type atlasLine struct {
	Number int    `json:"number"`
	Before string `json:"before"`
	Marked string `json:"marked"`
	After  string `json:"after"`
}

type atlasBlind struct {
	Address  string `json:"address"`
	Root     int    `json:"root"`
	Path     string `json:"path"`
	Reason   string `json:"reason"`
	Settle   string `json:"settle"`
	At       string `json:"at"`
	Resource int    `json:"resource"`
}

// surveyor numbers what an atlas refers to.
type surveyor struct {
	atlas
	spots   map[string]int
	sides   map[string]int
	roots   map[string]int
	modules map[string]int
	at      map[[2]string]int // of resources, by root and address
	lines   map[atlasLine]int
	result  *analyzer.Result
}

func atlasOf(r *analyzer.Result, _ Options) atlas {
	open := open(r)
	s := surveyor{
		atlas: atlas{
			Version: r.Version, Headline: headline(r), Looked: looked(r), Tally: tally(open),
			Incomplete: []string{}, Sides: []string{}, Spots: []atlasSpot{}, Roots: []string{}, Modules: []string{}, Lines: []atlasLine{},
			Rules: map[string]string{},
		},
		spots: map[string]int{}, sides: map[string]int{}, roots: map[string]int{}, modules: map[string]int{}, at: map[[2]string]int{},
		lines: map[atlasLine]int{}, result: r,
	}
	for _, side := range pictureOf(r).sides {
		s.side(side.name)
	}
	for _, in := range r.Inputs {
		s.index(s.roots, &s.Roots, in.Name)
		for _, why := range in.Incomplete {
			s.Incomplete = append(s.Incomplete, Terminal(in.Name)+": "+sentence(why))
		}
	}
	s.Resources = each(r.Located(), s.resource)
	s.Findings = each(r.Findings, s.finding)
	s.Blind = each(r.Blind, s.blind)
	return s.atlas
}

func (s *surveyor) index(of map[string]int, list *[]string, name string) int {
	i, there := of[name]
	if !there {
		i = len(*list)
		of[name] = i
		*list = append(*list, Terminal(name))
	}
	return i
}

func (s *surveyor) side(name string) int {
	if name == "" {
		return -1
	}
	return s.index(s.sides, &s.Sides, name)
}

func (s *surveyor) spot(at analyzer.Spot) int {
	path := lines(at)
	key := strings.Join(append(path, at.Side), "\n")
	for i, l := range path {
		path[i] = strings.TrimPrefix(l, "account ") // room is short on a map
	}
	i, there := s.spots[key]
	if !there {
		i = len(s.Spots)
		s.spots[key] = i
		s.Spots = append(s.Spots, atlasSpot{
			Side: s.side(at.Side), Path: path, Name: sentence(spot(at)), Outside: at.Partition == "" && at.Cloud == "",
		})
	}
	return i
}

func (s *surveyor) resource(r analyzer.Resource) atlasResource {
	module, name := splitModule(r.Address)
	s.at[[2]string{r.Root, r.Address}] = len(s.at)
	return atlasResource{
		Name: Terminal(name), Spot: s.spot(r.At), Root: s.index(s.roots, &s.Roots, r.Root), Module: s.index(s.modules, &s.Modules, module),
	}
}

func (s *surveyor) finding(f analyzer.Finding) atlasFinding {
	f.Told()
	s.Rules[f.Rule.ID] = sentence(f.Rule.Fix)
	out := atlasFinding{
		Rule: f.Rule.ID, Severity: int(f.Severity), Confidence: int(f.Confidence),
		Address: Terminal(f.Address), Attribute: Terminal(f.Attribute), Root: s.index(s.roots, &s.Roots, f.Root),
		Message: sentence(f.Message), From: s.end(&f, f.From), To: s.end(&f, f.To), Crosses: borderOf(&f) != border{},
		Evidence: each(f.Evidence, func(e analyzer.Step) atlasStep {
			return atlasStep{sentence(e.Text), position(e.Pos), s.line(&f, e.Pos)}
		}),
		Related: each(f.Related, Terminal), Note: sentence(f.Note), At: position(f.Pos), Line: s.line(&f, f.Pos), Action: f.Action.String(),
	}
	if f.Suppressed != nil {
		out.Suppressed = suppressedBy(f.Suppressed)
	}
	return out
}

// line is the number in the atlas of a line that a finding mentions, -1 where it cannot be shown.
func (s *surveyor) line(f *analyzer.Finding, at model.Pos) int {
	e, ok := s.result.Excerpt(f, at)
	if !ok {
		return -1
	}
	line := atlasLine{e.Line, shown(e.Before), shown(e.Marked), shown(e.After)}
	if e.Head {
		line = atlasLine{e.Line, line.Before + line.Marked + line.After, "", ""}
	}
	i, there := s.lines[line]
	if !there {
		i = len(s.Lines)
		s.lines[line] = i
		s.Lines = append(s.Lines, line)
	}
	return i
}

// end names the resource of a finding that is in the place: its own, or else the first that it mentions.
func (s *surveyor) end(f *analyzer.Finding, at analyzer.Spot) atlasEnd {
	if at == (analyzer.Spot{}) {
		return atlasEnd{-1, -1}
	}
	out := atlasEnd{s.spot(at), -1}
	named := append([]string{f.Address}, f.Related...)
	for _, e := range f.Evidence {
		named = append(named, e.Address)
	}
	for _, address := range named {
		if i, there := s.at[[2]string{f.Root, address}]; there && within(s.result.Resources[i].At, at) {
			out.Resource = i
			break
		}
	}
	return out
}

// within tells whether something at a is in b, as far as b is known.
func within(a, b analyzer.Spot) bool {
	return a.Side == b.Side && a.Partition == b.Partition && a.Partition != "" &&
		(b.Region == "" || a.Region == b.Region) && (b.Account == "" || a.Account == b.Account)
}

func (s *surveyor) blind(b analyzer.BlindSpot) atlasBlind {
	resource, there := s.at[[2]string{b.Root, b.Address}]
	if !there {
		resource = -1
	}
	return atlasBlind{
		Address: Terminal(b.Address), Root: s.index(s.roots, &s.Roots, b.Root), Path: Terminal(b.Path),
		Reason: sentence(b.Reason), Settle: sentence(b.Settle), At: position(b.Pos), Resource: resource,
	}
}

// splitModule parts an address from the path of its module, in which keys are left out: instances are folded.
func splitModule(address string) (module, rest string) {
	var path []string
	for {
		step, ok := strings.CutPrefix(address, "module.")
		if !ok {
			break
		}
		end := strings.IndexAny(step, ".[")
		if end < 0 {
			break
		}
		name := step[:end]
		step = step[end:]
		if step[0] == '[' {
			if step = afterKey(step); step == "" {
				break
			}
		}
		after, ok := strings.CutPrefix(step, ".")
		if !ok {
			break
		}
		path = append(path, name)
		address = after
	}
	return strings.Join(path, "."), address
}

// afterKey is what follows a key in brackets, "" where it does not end.
func afterKey(s string) string {
	quoted := false
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case c == ']' && !quoted:
			return s[i+1:]
		}
	}
	return ""
}

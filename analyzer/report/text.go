package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/link"
	"github.com/demarc-dev/demarc/analyzer/model"
)

// What a terminal shows of a list. Everything is in the other formats.
const (
	defaultWidth   = 100
	maxBlind       = 10
	maxReasons     = 5  // of suppressions, and addresses of a group
	maxPerInput    = 10 // of what is incomplete or worth a note
	maxListed      = 10 // of what is kept or removed since a baseline
	bodyIndent     = 4
	evidenceIndent = bodyIndent + 2 // of what hangs below `= `
)

// Text prints r for people: the verdict, what is incomplete, the findings by border and worst first, what was
// suppressed, the blind spots, and what the exit status means.
func Text(w io.Writer, r *analyzer.Result, o Options) error {
	t := text{
		page:   page{width: cmp.Or(o.Width, defaultWidth), paint: newPalette(o.Color)},
		result: r,
		o:      o,
		open:   open(r),
	}
	t.verdict()
	t.change()
	t.inputs()
	if !o.Quiet {
		t.findings()
		t.changes()
		t.suppressed()
		t.blind()
	}
	t.last()
	_, err := w.Write(t.buf.Bytes())
	return err
}

type text struct {
	page
	result *analyzer.Result
	o      Options
	open   []*analyzer.Finding
}

func (t *text) verdict() {
	said, seen := verdict(t.result), looked(t.result)
	l := line{label: "demarc:", color: t.paint.bold, hang: 2, text: " " + said}
	if len(t.result.Findings) > 0 {
		if runes(l.label+l.text)+2+runes(seen) <= t.width {
			l.right, seen = seen, ""
		}
		t.put(l)
		if seen != "" {
			t.put(line{indent: 2, hang: 2, label: seen, color: t.paint.faint})
		}
		return
	}
	switch n := t.result.Coverage.BlindSpots; {
	case t.o.Strict, n == 0:
	case n == 1:
		seen += " (run with --strict to fail on it)"
	default:
		seen += " (run with --strict to fail on them)"
	}
	l.text += ". " + seen
	t.put(l)
}

func (t *text) inputs() {
	for _, in := range t.result.Inputs {
		t.said(in.Name, "not complete:", in.Incomplete)
		if !t.o.Quiet {
			t.said(in.Name, "note:", in.Notes)
		}
	}
}

func (t *text) said(input, label string, what []string) {
	for _, s := range what[:min(len(what), maxPerInput)] {
		t.put(line{indent: 2, hang: bodyIndent, label: label, color: t.paint.bold, text: " " + Terminal(input) + ": " + sentence(s)})
	}
	if more := len(what) - maxPerInput; more > 0 {
		t.put(line{indent: 2, hang: bodyIndent, label: label, color: t.paint.bold, text: fmt.Sprintf(" %s: and %d more", Terminal(input), more)})
	}
}

// findings prints a section for every border, the one with the worst finding first, and one for findings that are about
// no border. A section says how to fix what a rule finds once, at the worst of it.
func (t *text) findings() {
	var borders []border
	of := map[border][]*analyzer.Finding{}
	column := 0
	for _, f := range fresh(t.result) {
		b := borderOf(f)
		if of[b] == nil {
			borders = append(borders, b)
		}
		of[b] = append(of[b], f)
		column = max(column, len(f.Rule.ID))
	}
	slices.SortStableFunc(borders, func(a, b border) int {
		switch none := (border{}); {
		case a == none && b != none:
			return 1
		case b == none && a != none:
			return -1
		}
		return 0
	})
	for _, b := range borders {
		t.blank()
		title := "other findings"
		if b != (border{}) {
			title = Terminal(b.a) + " <-> " + Terminal(b.b)
		}
		t.put(line{label: title, color: t.paint.bold})
		fixed := map[*analyzer.Rule]bool{}
		for _, f := range of[b] {
			t.finding(f, column)
			if f.Rule.Fix != "" && !fixed[f.Rule] {
				t.because("fix: "+sentence(f.Rule.Fix), "")
				fixed[f.Rule] = true
			}
		}
	}
}

func (t *text) finding(f *analyzer.Finding, column int) {
	said := sentence(f.Message)
	if f.Confidence != link.Certain {
		said += " (" + f.Confidence.String() + ")"
	}
	level := f.Severity.String()
	head := strings.Repeat(" ", 2+len("critical")-len(level)) + fmt.Sprintf("%-*s  ", column, f.Rule.ID)
	hang := 2 + len(level) + len(head)
	if t.width-hang < 50 {
		hang = evidenceIndent
	}
	t.put(line{indent: 2, hang: hang, label: level, color: t.paint.severity[f.Severity], text: head + said})

	at := Terminal(f.Address)
	if len(t.result.Inputs) > 1 {
		at += " in " + Terminal(f.Root)
	}
	t.put(line{indent: bodyIndent, hang: evidenceIndent, text: at, right: position(f.Pos)})

	if len(f.Evidence) == 0 && (f.From != (analyzer.Spot{}) || f.To != (analyzer.Spot{})) {
		t.because("from "+sentence(spot(f.From))+" to "+sentence(spot(f.To)), "")
	}
	told := []string{f.Address, f.Message}
	for _, s := range f.Evidence {
		step := sentence(s.Text)
		if rest, ok := strings.CutPrefix(s.Text, f.Address+" "); ok {
			step = "it " + sentence(rest) // the address is in the line above, and may be long
		}
		told = append(told, s.Text, s.Address)
		if s.Address != "" && s.Address != f.Address && !strings.Contains(s.Text, s.Address) {
			step += " (" + Terminal(s.Address) + ")"
		}
		t.because(step, position(s.Pos))
	}
	if also := untold(f.Related, told); len(also) > 0 {
		t.because("with "+some(also), "")
	}
	if f.Note != "" {
		t.because(sentence(f.Note), "")
	}
}

func (t *text) because(text, right string) {
	t.put(line{indent: bodyIndent, hang: evidenceIndent, label: "=", color: t.paint.faint, text: " " + text, right: right})
}

// untold are the addresses that nothing told mentions.
func untold(addresses, told []string) []string {
	var out []string
	for _, a := range addresses {
		if !slices.ContainsFunc(told, func(s string) bool { return strings.Contains(s, a) }) {
			out = append(out, a)
		}
	}
	return out
}

// some names the first of many: `a, b and 7 more`.
func some(names []string) string {
	var shown []string
	for _, n := range names[:min(len(names), maxReasons)] {
		shown = append(shown, Terminal(n))
	}
	if more := len(names) - maxReasons; more > 0 {
		shown = append(shown, fmt.Sprintf("%d more", more))
	}
	return list(shown)
}

// change says what has changed since the baseline.
func (t *text) change() {
	c := t.result.Baseline
	if c == nil {
		return
	}
	first, rest := change(t.result)
	t.put(line{indent: 2, hang: bodyIndent, text: "against " + Terminal(c.Name) + ": " + first + rest})
	if said := unsure(c); said != "" {
		t.put(line{indent: 2, hang: bodyIndent, label: "not complete:", color: t.paint.bold, text: " " + said})
	}
}

// changes names what is kept and what is gone since the baseline, a line each.
func (t *text) changes() {
	c := t.result.Baseline
	if c == nil {
		return
	}
	var there, gone []string
	for _, f := range kept(t.result) {
		there = append(there, f.Severity.String()+" "+f.Rule.ID+" "+Terminal(f.Address)+": "+sentence(f.Message))
	}
	for _, e := range c.Gone {
		gone = append(gone, e.Severity.String()+" "+Terminal(e.Rule)+" "+earlier(e))
	}
	t.listed(fmt.Sprintf("%d kept", len(there)), there)
	t.listed(fmt.Sprintf("%d removed", len(gone)), gone)
}

// listed prints the first of many under a title, and nothing for none.
func (t *text) listed(title string, items []string) {
	if len(items) == 0 {
		return
	}
	t.blank()
	t.put(line{label: title, color: t.paint.bold})
	for _, s := range items[:min(len(items), maxListed)] {
		t.put(line{indent: 2, hang: bodyIndent, text: s})
	}
	if more := len(items) - maxListed; more > 0 {
		t.put(line{indent: 2, hang: bodyIndent, text: fmt.Sprintf("and %d more, which --format json lists", more)})
	}
}

func (t *text) suppressed() {
	var order []analyzer.Suppression
	times := map[analyzer.Suppression]int{}
	n := 0
	for _, f := range t.result.Findings {
		if f.Suppressed == nil {
			continue
		}
		if times[*f.Suppressed] == 0 {
			order = append(order, *f.Suppressed)
		}
		times[*f.Suppressed]++
		n++
	}
	if n == 0 {
		return
	}
	t.blank()
	t.put(line{label: fmt.Sprintf("%d suppressed", n), color: t.paint.bold})
	for _, s := range order[:min(len(order), maxReasons)] {
		said := Terminal(s.By)
		if s.Reason != "" {
			said += ": " + sentence(s.Reason)
		}
		right := ""
		if times[s] > 1 {
			right = fmt.Sprintf("%d x", times[s])
		}
		t.put(line{indent: 2, hang: bodyIndent, label: "=", color: t.paint.faint, text: " " + said, right: right})
	}
	if more := len(order) - maxReasons; more > 0 {
		t.put(line{indent: 2, hang: bodyIndent, label: "=", color: t.paint.faint, text: " and for " + count(more, "other reason")})
	}
}

// blind prints blind spots; those that one thing settles are one.
func (t *text) blind() {
	type cause struct{ reason, settle string }
	type group struct {
		cause
		where []string
		pos   model.Pos
	}
	var groups []*group
	of := map[cause]*group{}
	for _, b := range t.result.Blind {
		c := cause{b.Reason, b.Settle}
		if of[c] == nil {
			of[c] = &group{cause: c, pos: b.Pos}
			groups = append(groups, of[c])
		}
		where := cmp.Or(b.Address, b.Root)
		if b.Path != "" {
			where += " (" + b.Path + ")"
		}
		of[c].where = append(of[c].where, where)
	}
	if len(groups) == 0 {
		return
	}
	t.blank()
	t.put(line{label: count(len(t.result.Blind), "blind spot"), color: t.paint.bold, text: ": what could not be decided, either way"})
	for _, g := range groups[:min(len(groups), maxBlind)] {
		t.put(line{indent: 2, hang: bodyIndent, text: some(g.where) + ": " + sentence(g.reason), right: position(g.pos)})
		if g.settle != "" {
			t.because("settle: "+sentence(g.settle), "")
		}
	}
	if len(groups) > maxBlind {
		more := 0
		for _, g := range groups[maxBlind:] {
			more += len(g.where)
		}
		t.put(line{indent: 2, hang: bodyIndent, text: fmt.Sprintf("and %d more, which --format json lists", more)})
	}
}

// last says the counts, the exit status and what it follows from. A run with nothing to say of that has said it all in
// its first line.
func (t *text) last() {
	if len(t.result.Findings) == 0 && t.o.Exit == 0 {
		return
	}
	suppressed := len(t.result.Findings) - len(t.open)
	said := fmt.Sprintf("%s; %d suppressed. Exit %d%s.", tally(t.open), suppressed, t.o.Exit, t.why())
	more := ""
	if len(t.open) > 0 {
		more = fmt.Sprintf("`demarc explain %s` says more.", t.open[0].Rule.ID)
		if runes(said+" "+more) <= t.width { // a command that is cut in two cannot be copied
			said, more = said+" "+more, ""
		}
	}
	t.blank()
	t.put(line{text: said, hang: 2})
	if more != "" {
		t.put(line{text: more, hang: 2})
	}
}

func (t *text) why() string {
	switch {
	case t.o.Exit == 3 && t.result.Incomplete():
		return ": the analysis is not complete"
	case t.o.Exit == 3:
		return ": --strict fails on blind spots"
	case t.o.FailOn == 0:
		return ""
	}
	flags := "--fail-on " + t.o.FailOn.String()
	if t.o.MinConfidence > link.Possible {
		flags += " --min-confidence " + t.o.MinConfidence.String()
	}
	if t.result.Baseline != nil {
		flags += ", of what is new"
	}
	return " (" + flags + ")"
}

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
	maxAlike       = 3  // findings that say the same of other blocks, in full
	maxFull        = 40 // findings in full
	maxBrief       = 12 // of those that say the same, by name
	maxLines       = 200
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
	said   map[string]bool // in this section
}

func (t *text) verdict() {
	said, seen := verdict(t.result), looked(t.result)
	l := line{label: "demarc:", color: t.paint.bold, hang: 2, text: " " + said}
	if len(t.result.Findings) > 0 {
		if cells(l.label+l.text)+2+cells(seen) <= t.width {
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
		t.about(in.Name, "not complete:", in.Incomplete)
		if !t.o.Quiet {
			t.about(in.Name, "note:", in.Notes)
		}
	}
}

func (t *text) about(input, label string, what []string) {
	for _, s := range what[:min(len(what), maxPerInput)] {
		t.put(line{indent: 2, hang: bodyIndent, label: label, color: t.paint.bold, text: " " + Terminal(input) + ": " + sentence(s)})
	}
	if more := len(what) - maxPerInput; more > 0 {
		t.put(line{indent: 2, hang: bodyIndent, label: label, color: t.paint.bold, text: fmt.Sprintf(" %s: and %d more", Terminal(input), more)})
	}
}

// section is the findings of one input at one border.
type section struct {
	border
	root string
}

// findings prints a section for every border and input, the one with the worst finding first, and those that are about no
// border last. A section says how to fix what a rule finds once, at the worst of it. What many findings say alike is said
// at a few of them, and where there are more than anybody reads, the last sections are counted.
func (t *text) findings() {
	var sections []section
	of := map[section][]*analyzer.Finding{}
	column := 0
	for _, f := range fresh(t.result) {
		s := section{border: borderOf(f)}
		if len(t.result.Inputs) > 1 {
			s.root = f.Root
		}
		if of[s] == nil {
			sections = append(sections, s)
		}
		of[s] = append(of[s], f)
		column = max(column, len(f.Rule.ID))
	}
	slices.SortStableFunc(sections, func(a, b section) int {
		return cmp.Compare(last(a.border == border{}), last(b.border == border{}))
	})
	full, brief := maxFull, maxLines
	for i, s := range sections {
		if full <= 0 || brief <= 0 {
			t.counted(sections[i:], of)
			return
		}
		t.blank()
		t.put(line{label: s.title(), color: t.paint.bold})
		t.said = map[string]bool{}
		for i, g := range alike(of[s]) {
			if i > 0 {
				t.blank()
			}
			t.alike(g, column, &full, &brief)
		}
	}
}

func (s section) title() string {
	title := "other findings"
	if s.border != (border{}) {
		title = Terminal(s.a) + " <-> " + Terminal(s.b)
	}
	if s.root != "" {
		title += " in " + Terminal(s.root)
	}
	return title
}

// counted says how much the sections hold that there is no room for.
func (t *text) counted(sections []section, of map[section][]*analyzer.Finding) {
	var items []string
	for _, s := range sections {
		items = append(items, s.title()+": "+tally(of[s]))
	}
	t.listed("and elsewhere", items)
}

// alike prints the first of findings that say the same, and names the others.
func (t *text) alike(group []instances, column int, full, brief *int) {
	shown := min(len(group), maxAlike, max(*full, 1))
	t.head(group[0][0], column)
	for _, u := range group[:shown] {
		f := u[0]
		t.finding(f)
		if n := len(u) - 1; n > 0 {
			t.because("and " + Count(n, "more instance") + " of it")
		}
		if f.Rule.Fix != "" {
			t.once("fix: " + sentence(f.Rule.Fix))
		}
	}
	*full -= shown
	rest := group[shown:]
	named := min(len(rest), maxBrief, max(*brief, 1))
	if named == 0 {
		return
	}
	t.put(line{indent: bodyIndent, hang: evidenceIndent, text: fmt.Sprintf("and %d more say the same of", findingsOf(rest))})
	for _, u := range rest[:named] {
		t.put(line{indent: evidenceIndent, hang: evidenceIndent + 2, text: Terminal(u[0].Address) + u.others(), right: position(u[0].Pos), link: t.link(u[0].Pos)})
	}
	*brief -= named
	if left := findingsOf(rest[named:]); left > 0 {
		t.put(line{indent: evidenceIndent, hang: evidenceIndent + 2, text: fmt.Sprintf("and %d more, which --format html and json show", left)})
	}
}

// head says what findings say alike.
func (t *text) head(f *analyzer.Finding, column int) {
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
}

func (t *text) finding(f *analyzer.Finding) {
	f.Told()
	t.put(line{indent: bodyIndent, hang: evidenceIndent, label: Terminal(f.Address), color: t.paint.bold, right: position(f.Pos), link: t.link(f.Pos)})

	told := t.excerpt(f)
	if len(f.Evidence) == 0 && (f.From != (analyzer.Spot{}) || f.To != (analyzer.Spot{})) {
		t.because("from " + sentence(spot(f.From)) + " to " + sentence(spot(f.To)))
	}
	mentioned := []string{f.Address, f.Message}
	for i, s := range f.Evidence {
		mentioned = append(mentioned, s.Text, s.Address)
		switch {
		case i == told || i > mostSteps:
			continue
		case i == mostSteps:
			t.because(more(f))
			continue
		}
		step := sentence(s.Text)
		if rest, ok := strings.CutPrefix(s.Text, f.Address+" "); ok {
			step = "it " + sentence(rest) // the address is in the line above, and may be long
		}
		if s.Address != "" && s.Address != f.Address && !strings.Contains(s.Text, s.Address) {
			step += " (" + Terminal(s.Address) + ")"
		}
		t.put(line{indent: bodyIndent, hang: evidenceIndent, label: "=", color: t.paint.faint, text: " " + step, right: near(s.Pos, f.Pos), link: t.link(s.Pos)})
	}
	if also := untold(f.Related, mentioned); len(also) > 0 {
		t.because("with " + some(also))
	}
	if f.Note != "" {
		t.once(sentence(f.Note))
	}
}

// mostSteps is how many steps of evidence are shown: a list of fifty zones would be as many.
const mostSteps = 15

func more(f *analyzer.Finding) string {
	return fmt.Sprintf("and %d more of the like, which --format json has", len(f.Evidence)-mostSteps)
}

// once says what is true of several findings of a section at the first of them.
func (t *text) once(text string) {
	if !t.said[text] {
		t.said[text] = true
		t.because(text)
	}
}

// near is the position of a step as one who has read the finding's needs it.
func near(p, of model.Pos) string {
	switch {
	case p.File != of.File || p.Line == 0:
		return position(p)
	case p.Line == of.Line:
		return ""
	}
	return fmt.Sprintf("line %d", p.Line)
}

// excerpt shows the line of the argument, and below it what it says: the step of the evidence that is about this line,
// where there is room for it. It tells which step that was, or -1.
func (t *text) excerpt(f *analyzer.Finding) (told int) {
	e, ok := t.result.Excerpt(f, f.Pos)
	if !ok || e.Head {
		return -1
	}
	number := fmt.Sprintf("%d | ", e.Line)
	begin := strings.Repeat(" ", bodyIndent) + "| "
	before, marked, after := clip(shown(e.Before), shown(e.Marked), shown(e.After), t.width-len(begin)-len(number))
	t.buf.WriteString(t.paint.faint.Sprint(begin+number) + before + t.paint.severity[f.Severity].Sprint(marked) + after + "\n")

	under := strings.Repeat("~", max(cells(marked), 1))
	pad := strings.Repeat(" ", len(number)+cells(before))
	t.buf.WriteString(t.paint.faint.Sprint(begin) + pad + t.paint.severity[f.Severity].Sprint(under))
	told = slices.IndexFunc(f.Evidence, func(s analyzer.Step) bool {
		return s.Pos.File == f.Pos.File && s.Pos.Line == f.Pos.Line && s.Pos.Column == f.Pos.Column && f.Attribute != "" && strings.HasPrefix(s.Text, f.Attribute+" ")
	})
	if told >= 0 {
		says := unmarked(sentence(strings.TrimPrefix(f.Evidence[told].Text, f.Attribute)))
		if len(begin)+cells(pad+under+says) <= t.width {
			t.buf.WriteString(says + "\n")
			return told
		}
	}
	t.buf.WriteByte('\n')
	return -1
}

// shown is a piece of a line of the sources, fit to print.
func shown(s string) string { return unmarked(sentence(strings.ReplaceAll(s, "\t", "  "))) }

// clip cuts the ends of a line away that there is no room for; what is marked stays as long as it can.
func clip(before, marked, after string, room int) (string, string, string) {
	room = max(room, 20)
	if over := cells(before+marked+after) - room; over > 0 {
		after = head(after, max(cells(after)-over, 1))
	}
	if over := cells(before+marked+after) - room; over > 0 {
		before = tail(before, max(cells(before)-over, 1))
	}
	return before, head(marked, room-cells(before+after)), after
}

func (t *text) because(text string) {
	t.put(line{indent: bodyIndent, hang: evidenceIndent, label: "=", color: t.paint.faint, text: " " + text})
}

func (t *text) link(p model.Pos) string {
	if t.o.Link == nil || p.File == "" {
		return ""
	}
	return t.o.Link(p.File, p.Line)
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
		t.put(line{indent: 2, hang: bodyIndent, label: "=", color: t.paint.faint, text: " and for " + Count(more, "other reason")})
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
	t.put(line{label: Count(len(t.result.Blind), "blind spot"), color: t.paint.bold, text: ": what could not be decided, either way"})
	for _, g := range groups[:min(len(groups), maxBlind)] {
		t.put(line{indent: 2, hang: bodyIndent, text: some(g.where) + ": " + sentence(g.reason), right: position(g.pos), link: t.link(g.pos)})
		if g.settle != "" {
			t.because("settle: " + sentence(g.settle))
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
		if cells(said+" "+more) <= t.width { // a command that is cut in two cannot be copied
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

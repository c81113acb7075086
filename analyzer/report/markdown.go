package report

// What GitHub makes of a comment, from cmark-gfm and the GitHub documentation ("Basic writing and formatting syntax",
// "Autolinked references and URLs", "Writing mathematical expressions"):
//   - Inside a code span nothing is markup, and no name, issue or address becomes a link. A span is fenced by more
//     backticks than it holds; one space at either end is taken away where both ends have one.
//   - In a table a pipe ends a cell wherever it is, inside a code span too.
//   - Outside, a character reference (`&#42;`) never is markup, but the filters that make links of @names, #numbers and
//     addresses read the text that comes of it. A zero-width space behind the sign keeps them off.
//   - A comment holds 65,536 characters. Bytes are counted here, of which there are never fewer.

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/link"
)

// commentTag is how a later run finds the comment that it keeps up to date.
const commentTag = "<!-- demarc -->"

const (
	maxComment = 65000
	maxEdges   = 30 // more of them cannot be read
)

// How far each part of a comment may reach. What is worth most is written first; what one part leaves is for the next.
const (
	tableEnd      = 30000
	pictureEnd    = 42000
	detailsEnd    = 53000
	keptEnd       = 56000
	goneEnd       = 58000
	suppressedEnd = 60000
	blindEnd      = 64000
)

// Markdown prints r as a comment of a pull request, or a step's summary: the border, the findings worst first, a picture,
// and folded below how each is known, what is suppressed and what could not be seen. It says what it had no room for.
func Markdown(w io.Writer, r *analyzer.Result, o Options) error {
	d := comment{result: r, open: open(r), fresh: units(fresh(r))}
	d.head()
	d.table()
	d.picture()
	d.details()
	d.kept()
	d.gone()
	d.suppressed()
	d.blind()
	if d.left {
		d.b.WriteString("\n" + unroomed)
	}
	_, err := w.Write(d.b.Bytes())
	return err
}

const unroomed = "A comment has room for no more; `--format html` and `--format json` hold everything.\n"

type comment struct {
	b      bytes.Buffer
	result *analyzer.Result
	open   []*analyzer.Finding
	fresh  []instances // of them, what the baseline does not have, by block
	left   bool        // whether something was left out
}

// section writes items between begin and end as long as they stay before the limit, and after them how many are left.
// It writes nothing where there are no items.
func (d *comment) section(limit int, begin string, items []string, noun, end string) {
	d.counted(limit, begin, items, func(from int) int { return len(items) - from }, noun, end)
}

// findings is section for what stands for units of findings.
func (d *comment) findings(limit int, begin string, items []string, end string) {
	d.counted(limit, begin, items, func(from int) int { return findingsOf(d.fresh[from:]) }, "finding", end)
}

// counted is section with the number of what the items from one on stand for.
func (d *comment) counted(limit int, begin string, items []string, count func(from int) int, noun, end string) {
	if len(items) == 0 {
		return
	}
	if d.b.Len()+len(begin)+len(end) > limit {
		d.b.WriteString("\n" + Count(count(0), noun) + " left out.\n")
		d.left = true
		return
	}
	d.b.WriteString(begin)
	for i, item := range items {
		if d.b.Len()+len(item)+len(end) > limit {
			end += "\n" + Count(count(i), "more "+noun) + " left out.\n"
			d.left = true
			break
		}
		d.b.WriteString(item)
	}
	d.b.WriteString(end)
}

func (d *comment) head() {
	r := d.result
	fmt.Fprintf(&d.b, "%s\n", commentTag)
	if c := r.Baseline; c != nil {
		first, rest := change(r)
		fmt.Fprintf(&d.b, "### This change **%s** %s\n\nAgainst %s. ", prose(first), prose(rest), code(c.Name))
		if said := unsure(c); said != "" {
			d.b.WriteString("**" + prose(said) + ".** ")
		}
		d.b.WriteString("With it: " + prose(headline(r)) + ".\n\n")
	} else {
		fmt.Fprintf(&d.b, "### %s\n\n", prose(headline(r)))
	}
	said := looked(r)
	if len(r.Findings) > 0 {
		said = fmt.Sprintf("%s; %d suppressed. %s", tally(d.open), len(r.Findings)-len(d.open), said)
	}
	fmt.Fprintf(&d.b, "%s.\n", prose(said))
	var incomplete []string
	for _, in := range r.Inputs {
		for _, s := range in.Incomplete {
			incomplete = append(incomplete, "> - "+code(in.Name)+": "+prose(s)+"\n")
		}
	}
	d.section(8000, "\n> **The analysis is not complete:**\n", incomplete, "reason", "")
}

func (d *comment) table() {
	var rows []string
	for _, u := range d.fresh {
		f := u[0]
		level := f.Severity.String()
		if f.Severity >= analyzer.High {
			level = "**" + level + "**"
		}
		if f.Confidence < link.Certain {
			level += " (" + f.Confidence.String() + ")"
		}
		at := position(f.Pos)
		if at == "" {
			at = f.Root
		}
		rows = append(rows, fmt.Sprintf("| %s | `%s` | %s | %s | %s |\n",
			level, f.Rule.ID, cell(f.Address)+u.others(), prose(f.Message), cell(at)))
	}
	d.findings(tableEnd, "\n| severity | rule | resource | what joins what | where |\n|---|---|---|---|---|\n", rows, "")
}

func (d *comment) picture() {
	all := pictureOf(d.result)
	p, left := all.first(maxEdges)
	if len(p.edges) == 0 {
		return
	}
	end := ""
	if left > 0 {
		end = "\n" + Count(left, "more finding") + " not in the picture.\n"
	}
	d.section(pictureEnd, "\n", []string{"```mermaid\n" + mermaid(p) + "```\n"}, "picture", end)
}

func (d *comment) details() {
	var items []string
	for _, u := range d.fresh {
		f := u[0]
		var b strings.Builder
		fmt.Fprintf(&b, "\n**%s** `%s` %s: %s\n\n", f.Severity, f.Rule.ID, code(f.Address)+u.others(), prose(f.Message))
		if f.From.Side != "" || f.To.Side != "" {
			fmt.Fprintf(&b, "- from %s to %s\n", spotted(f.From), spotted(f.To))
		}
		told := []string{f.Address}
		for i, s := range f.Told().Evidence {
			told = append(told, s.Text)
			if i == mostSteps {
				b.WriteString("- " + more(f) + "\n")
			}
			if i >= mostSteps {
				continue
			}
			b.WriteString("- " + prose(s.Text) + where(position(s.Pos)) + "\n")
		}
		if also := untold(f.Related, told); len(also) > 0 {
			shown := each(also[:min(len(also), maxReasons)], code)
			if more := len(also) - maxReasons; more > 0 {
				shown = append(shown, fmt.Sprintf("%d more", more))
			}
			b.WriteString("- with " + list(shown) + "\n")
		}
		if f.Note != "" {
			b.WriteString("- " + prose(f.Note) + "\n")
		}
		if f.Rule.Fix != "" {
			b.WriteString("- fix: " + prose(f.Rule.Fix) + "\n")
		}
		items = append(items, b.String())
	}
	d.findings(detailsEnd, "\n<details><summary>How we know, and what to do</summary>\n", items, "\n</details>\n")
}

func spotted(s analyzer.Spot) string {
	said := prose(spot(s))
	if s.Side != "" {
		said += " (" + prose(s.Side) + ")"
	}
	return said
}

func where(at string) string {
	if at == "" {
		return ""
	}
	return " (" + code(at) + ")"
}

func (d *comment) kept() {
	var items []string
	for _, f := range kept(d.result) {
		items = append(items, fmt.Sprintf("- %s `%s` %s: %s\n", f.Severity, f.Rule.ID, code(f.Address), prose(f.Message)))
	}
	d.section(keptEnd, fmt.Sprintf("\n<details><summary>%d kept</summary>\n\n", len(items)), items, "kept finding", "\n</details>\n")
}

func (d *comment) gone() {
	if d.result.Baseline == nil {
		return
	}
	var items []string
	for _, e := range d.result.Baseline.Gone {
		items = append(items, fmt.Sprintf("- %s %s %s: %s\n", e.Severity, code(e.Rule), code(cmp.Or(e.Address, e.Root)), prose(e.Message)))
	}
	d.section(goneEnd, fmt.Sprintf("\n<details><summary>%d removed</summary>\n\n", len(items)), items, "removed finding", "\n</details>\n")
}

func (d *comment) suppressed() {
	var items []string
	for i := range d.result.Findings {
		f := &d.result.Findings[i]
		if f.Suppressed != nil {
			items = append(items, fmt.Sprintf("- %s `%s` %s: %s\n", f.Severity, f.Rule.ID, code(f.Address), prose(suppressedBy(f.Suppressed))))
		}
	}
	d.section(suppressedEnd, fmt.Sprintf("\n<details><summary>%d suppressed</summary>\n\n", len(items)), items, "suppressed finding", "\n</details>\n")
}

func (d *comment) blind() {
	var items []string
	for _, b := range d.result.Blind {
		said := code(cmp.Or(b.Address, b.Root))
		if b.Path != "" {
			said += " (" + code(b.Path) + ")"
		}
		said += ": " + prose(b.Reason) + where(position(b.Pos))
		if b.Settle != "" {
			said += "; settle: " + code(b.Settle)
		}
		items = append(items, "- "+said+"\n")
	}
	d.section(blindEnd, "\n<details><summary>"+Count(len(items), "blind spot")+": what could not be decided, either way</summary>\n\n", items, "blind spot", "\n</details>\n")
}

// headline says the border first: `2 links between global and china, 1 between global and us-government`.
func headline(r *analyzer.Result) string {
	n := map[border]int{}
	var borders []border
	others, suppressed := 0, 0
	for i := range r.Findings {
		f := &r.Findings[i]
		b := borderOf(f)
		switch {
		case f.Suppressed != nil:
			suppressed++
		case b == border{}:
			others++
		default:
			if n[b] == 0 {
				borders = append(borders, b)
			}
			n[b]++
		}
	}
	slices.SortFunc(borders, func(a, b border) int { return cmp.Or(cmp.Compare(n[b], n[a]), bySide(a.a, b.a), bySide(a.b, b.b)) })
	var parts []string
	const most = 3
	for i, b := range borders[:min(len(borders), most)] {
		what := fmt.Sprint(n[b])
		if i == 0 {
			what = Count(n[b], "link")
		}
		parts = append(parts, what+" between "+Terminal(b.a)+" and "+Terminal(b.b))
	}
	if more := len(borders) - most; more > 0 {
		parts = append(parts, "and "+Count(more, "more border"))
	}
	said := strings.Join(parts, ", ")
	if said == "" {
		said = "No links between sides"
		if suppressed > 0 {
			said += fmt.Sprintf(" but %d suppressed", suppressed)
		}
	}
	if others > 0 {
		said += ", " + Count(others, "other finding")
	}
	if r.Incomplete() {
		said += " in what could be analysed"
	}
	return said
}

// code shows a name from the input as it is.
func code(name string) string {
	name = unmarked(Terminal(name))
	if name == "" {
		return ""
	}
	fence := strings.Repeat("`", longestRun(name, '`')+1)
	if name[0] == '`' || name[len(name)-1] == '`' || name[0] == ' ' && name[len(name)-1] == ' ' {
		name = " " + name + " "
	}
	return fence + name + fence
}

// cell is code in a table, where a pipe has no spelling that all renderers agree on when a backslash is before it.
func cell(name string) string {
	return strings.ReplaceAll(code(name), "|", `\u{7c}`)
}

func longestRun(s string, of rune) int {
	longest, n := 0, 0
	for _, r := range s {
		if r != of {
			n = 0
			continue
		}
		n++
		longest = max(longest, n)
	}
	return longest
}

// prose makes a sentence that holds names text and nothing else, wherever in a line it stands.
func prose(s string) string {
	var b strings.Builder
	runes := []rune(strings.TrimSpace(sentence(s)))
	word := func(i int) bool {
		return i >= 0 && i < len(runes) && (unicode.IsLetter(runes[i]) || unicode.IsDigit(runes[i]))
	}
	for i, r := range runes {
		switch {
		case strings.ContainsRune("@#!$%~&", r): // what names, issues, labels, snippets and formulas begin with
			fmt.Fprintf(&b, "&#%d;", r)
			if i+1 < len(runes) {
				b.WriteString("&#8203;")
			}
		case r == ':' && i+1 < len(runes) && runes[i+1] == '/', r == '.' && strings.EqualFold(lastWord(runes[:i]), "www"), r == '-' && strings.EqualFold(lastWord(runes[:i]), "GH"):
			fmt.Fprintf(&b, "&#8203;&#%d;", r)
		case r == '_' && word(i-1) && word(i+1):
			b.WriteRune(r)
		case strings.ContainsRune("\\`*_{}[]<>|^", r), i == 0 && strings.ContainsRune("-+=:", r):
			fmt.Fprintf(&b, "&#%d;", r)
		case (r == '.' || r == ')') && i > 0 && allDigits(runes[:i]): // would begin a numbered list
			fmt.Fprintf(&b, "&#%d;", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func lastWord(runes []rune) string {
	at := len(runes)
	for at > 0 && (unicode.IsLetter(runes[at-1]) || unicode.IsDigit(runes[at-1])) {
		at--
	}
	return string(runes[at:])
}

func allDigits(runes []rune) bool {
	return !slices.ContainsFunc(runes, func(r rune) bool { return r < '0' || r > '9' })
}

package report

import (
	"bytes"
	"strings"
	"unicode"

	"github.com/fatih/color"
	"golang.org/x/text/width"

	"github.com/demarc-dev/demarc/analyzer"
)

// page lays out lines of text. Whatever is put on it has been through Terminal; it sees to width, colour and inert.
type page struct {
	buf   bytes.Buffer
	width int
	paint palette
}

// palette holds the colours of one page. They are its own, since the color package keeps its switch in a global.
type palette struct {
	bold, faint *color.Color
	severity    map[analyzer.Severity]*color.Color
}

func newPalette(on bool) palette {
	paint := func(attributes ...color.Attribute) *color.Color {
		c := color.New(attributes...)
		if on {
			c.EnableColor()
		} else {
			c.DisableColor()
		}
		return c
	}
	return palette{
		bold:  paint(color.Bold),
		faint: paint(color.Faint),
		severity: map[analyzer.Severity]*color.Color{
			analyzer.Critical: paint(color.FgRed, color.Bold),
			analyzer.High:     paint(color.FgRed),
			analyzer.Medium:   paint(color.FgYellow),
			analyzer.Low:      paint(color.FgCyan),
			analyzer.Note:     paint(color.Faint),
		},
	}
}

// line is one line before it is folded.
type line struct {
	indent, hang int          // of the first line, of those that it folds into
	label        string       // begins the line
	color        *color.Color // of the label where it is on one line, nil for none
	text         string
	right        string // goes to the right edge, on a line of its own where there is no room
	link         string // the address that the right leads to where the terminal can follow it, or ""
}

// linked is text as a hyperlink of a terminal (OSC 8), or as it is for no address.
func linked(text, address string) string {
	if address == "" {
		return text
	}
	return "\x1b]8;;" + address + "\x1b\\" + text + "\x1b]8;;\x1b\\"
}

func (p *page) put(l line) {
	begin := strings.Repeat(" ", l.indent)
	rows := fold(begin+l.label+l.text, p.width, l.hang)
	last := len(rows) - 1
	room := p.width - cells(rows[last]) - cells(l.right)
	for i, row := range rows {
		row = inert(row)
		if rest, whole := strings.CutPrefix(row, begin+l.label); i == 0 && whole && l.color != nil {
			row = begin + l.color.Sprint(l.label) + rest
		}
		p.buf.WriteString(row)
		if i == last && l.right != "" && room >= 2 {
			p.buf.WriteString(strings.Repeat(" ", room) + linked(p.paint.faint.Sprint(inert(l.right)), l.link))
		}
		p.buf.WriteByte('\n')
	}
	if l.right != "" && room < 2 {
		pad := strings.Repeat(" ", max(l.hang, p.width-cells(l.right)))
		for _, row := range fold(pad+l.right, p.width, l.hang) {
			text := strings.TrimLeft(row, " ")
			p.buf.WriteString(row[:len(row)-len(text)] + linked(p.paint.faint.Sprint(inert(text)), l.link) + "\n")
		}
	}
}

func (p *page) blank() { p.buf.WriteByte('\n') }

// fold breaks a line at spaces to fit the columns, and sets what follows in by hang. A word that is too long stays whole: an
// address that is cut in two cannot be copied.
func fold(s string, columns, hang int) []string {
	var rows []string
	for cells(s) > columns {
		at := breakAt(s, columns)
		if at < 0 {
			break
		}
		rows = append(rows, strings.TrimRight(s[:at], " "))
		s = strings.TrimLeft(s[at:], " ")
		if s == "" {
			return rows
		}
		s = strings.Repeat(" ", hang) + s
	}
	return append(rows, s)
}

// breakAt is the last space after which s fits the columns, or else the first that there is, or -1. Indentation does not count.
func breakAt(s string, columns int) int {
	at, n, indent := -1, 0, true
	for i, r := range s {
		indent = indent && r == ' '
		if r == ' ' && !indent {
			at = i
		}
		if n += advance(r); n > columns && at >= 0 {
			break
		}
	}
	return at
}

// cells is how many columns of a terminal s takes.
func cells(s string) int {
	n := 0
	for _, r := range s {
		n += advance(r)
	}
	return n
}

func advance(r rune) int {
	switch k := width.LookupRune(r).Kind(); {
	case unicode.Is(unicode.M, r):
		return 0
	case k == width.EastAsianWide || k == width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// head is the beginning of s that fits n columns, with a mark where it is cut.
func head(s string, n int) string {
	if cells(s) <= n {
		return s
	}
	at := 0
	for i, r := range s {
		if at += advance(r); at >= n {
			return s[:i] + "…"
		}
	}
	return s
}

// tail is the end of s that fits n columns, likewise.
func tail(s string, n int) string {
	over := cells(s) - n + 1
	for i, r := range s {
		if over <= 0 {
			return "…" + s[i:]
		}
		over -= advance(r)
	}
	return "…"
}

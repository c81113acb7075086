package report

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/fatih/color"

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
}

func (p *page) put(l line) {
	begin := strings.Repeat(" ", l.indent)
	rows := fold(begin+l.label+l.text, p.width, l.hang)
	last := len(rows) - 1
	room := p.width - runes(rows[last]) - runes(l.right)
	for i, row := range rows {
		row = inert(row)
		if rest, whole := strings.CutPrefix(row, begin+l.label); i == 0 && whole && l.color != nil {
			row = begin + l.color.Sprint(l.label) + rest
		}
		p.buf.WriteString(row)
		if i == last && l.right != "" && room >= 2 {
			p.buf.WriteString(strings.Repeat(" ", room) + p.paint.faint.Sprint(inert(l.right)))
		}
		p.buf.WriteByte('\n')
	}
	if l.right != "" && room < 2 {
		pad := strings.Repeat(" ", max(l.hang, p.width-runes(l.right)))
		for _, row := range fold(pad+l.right, p.width, l.hang) {
			p.buf.WriteString(p.paint.faint.Sprint(inert(row)) + "\n")
		}
	}
}

func (p *page) blank() { p.buf.WriteByte('\n') }

// fold breaks a line at spaces to fit width, and sets what follows in by hang. A word that is too long stays whole: an
// address that is cut in two cannot be copied.
func fold(s string, width, hang int) []string {
	var rows []string
	for runes(s) > width {
		at := breakAt(s, width)
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

// breakAt is the last space after which s fits width, or else the first that there is, or -1. Indentation does not count.
func breakAt(s string, width int) int {
	at, n, indent := -1, 0, true
	for i, r := range s {
		indent = indent && r == ' '
		if r == ' ' && !indent {
			at = i
		}
		if n++; n > width && at >= 0 {
			break
		}
	}
	return at
}

func runes(s string) int { return utf8.RuneCountInString(s) }

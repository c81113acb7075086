package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What is longer is cut: a name that needs more is no help to read, and a hostile one is as long as its author likes.
const (
	maxName     = 256
	maxSentence = 1024
	maxMarks    = 3 // combining marks on one letter; more of them paint over the lines around
)

// Terminal makes a name from the input fit to print: whatever moves the cursor, turns the writing direction, cannot be
// seen or ends a line is written as an escape that can (`\u{202e}`). It cuts at 256 characters.
func Terminal(s string) string { return visible(s, maxName) }

// sentence is Terminal for text of rules, which holds names.
func sentence(s string) string { return visible(s, maxSentence) }

// Message makes the text of an error fit to print, line by line, so that no name in it can command a terminal or a CI
// runner.
func Message(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = inert(sentence(l))
	}
	return strings.Join(lines, "\n")
}

func visible(s string, limit int) string {
	var b strings.Builder
	n, marks := 0, 0
	for _, r := range s { // invalid UTF-8 gives utf8.RuneError, which can be seen
		if unicode.Is(unicode.M, r) {
			marks++
		} else {
			marks = 0
		}
		out := string(r)
		if hidden(r) || marks > maxMarks {
			out = fmt.Sprintf(`\u{%x}`, r)
		}
		if n += utf8.RuneCountInString(out); n > limit {
			return b.String() + "…"
		}
		b.WriteString(out)
	}
	return b.String()
}

// hidden tells controls (C0, DEL, C1), format characters (bidi, zero width, tags), line and paragraph separators, blank
// letters, and code points without a meaning of their own.
func hidden(r rune) bool {
	switch r {
	case 0x115f, 0x1160, 0x3164, 0xffa0: // Hangul fillers: letters without a glyph
		return true
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co)
}

// inert takes the power to command from a line that a CI runner may read. GitHub's runner obeys `::word::` where a line
// begins with it, spaces aside, and `##[word]` anywhere; Azure's `##vso[` and TeamCity's `##teamcity[` are alike
// (TryParseV2 and TryParse in src/Runner.Common/ActionCommand.cs of actions/runner).
func inert(line string) string {
	text := strings.TrimLeftFunc(line, unicode.IsSpace)
	if strings.HasPrefix(text, "::") {
		line = line[:len(line)-len(text)] + `\u{3a}` + text[1:]
	}
	return unmarked(line)
}

// unmarked takes away the mark of the commands that a runner obeys anywhere in a line.
func unmarked(s string) string { return strings.ReplaceAll(s, "##", `#\u{23}`) }

// InertJSON does to a JSON document what Terminal and inert do to text, and loses nothing: what they would change is
// only found inside strings, where JSON has an escape that means the same.
func InertJSON(doc []byte) []byte {
	out := make([]byte, 0, len(doc))
	var last rune
	for _, r := range string(doc) {
		switch {
		case r == '#' && last == '#':
			out = append(out, `\u0023`...)
		case r >= 0x10000 && hidden(r):
			hi, lo := (r-0x10000)>>10+0xd800, (r-0x10000)&0x3ff+0xdc00
			out = fmt.Appendf(out, `\u%04x\u%04x`, hi, lo)
		case r >= 0x7f && hidden(r):
			out = fmt.Appendf(out, `\u%04x`, r)
		default:
			out = utf8.AppendRune(out, r)
		}
		last = r
	}
	return out
}

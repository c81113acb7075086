package report

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestTerminal(t *testing.T) {
	for in, want := range map[string]string{
		`module.a["b"].c`:                 `module.a["b"].c`,
		"北京.c":                            "北京.c",
		"a\nb\tc\x00":                     `a\u{a}b\u{9}c\u{0}`,
		"\x1b[31mred\u009b0m\x7f":         `\u{1b}[31mred\u{9b}0m\u{7f}`,
		"\u202eevil\u2066":                `\u{202e}evil\u{2066}`,
		"a\u200bb\u2028c\ufeff":           `a\u{200b}b\u{2028}c\u{feff}`,
		"\U000e0041":                      `\u{e0041}`,
		"\u3164":                          `\u{3164}`,
		"a\xff":                           "a\ufffd",
		"e\u0301":                         "e\u0301",
		"e\u0301\u0301\u0301\u0301\u0301": "e\u0301\u0301\u0301" + `\u{301}\u{301}`,
		strings.Repeat("é", 300):          strings.Repeat("é", 256) + "…",
		strings.Repeat("é", 256):          strings.Repeat("é", 256),
	} {
		if got := Terminal(in); got != want {
			t.Errorf("Terminal(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestInert(t *testing.T) {
	for in, want := range map[string]string{
		"arn:aws:iam::1:root":   "arn:aws:iam::1:root",
		"::error::x":            `\u{3a}:error::x`,
		" \t\u00a0::error::x":   " \t\u00a0" + `\u{3a}:error::x`,
		"a ##[error]x":          `a #\u{23}[error]x`,
		"###[error]x":           `#\u{23}#[error]x`,
		"####":                  `#\u{23}#\u{23}`,
		"##vso[task.complete]x": `#\u{23}vso[task.complete]x`,
	} {
		if got := inert(in); got != want {
			t.Errorf("inert(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzTerminal(f *testing.F) {
	f.Add("\x1b[31m\u202e ::error::##[error]\xff")
	f.Fuzz(func(t *testing.T, s string) {
		got := Terminal(s)
		if utf8.RuneCountInString(got) > maxName+1 || !utf8.ValidString(got) {
			t.Errorf("Terminal(%q) = %q", s, got)
		}
		for _, r := range got {
			if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
				t.Errorf("Terminal(%q) holds %U", s, r)
			}
		}
		if line := inert(got); strings.Contains(line, "##") || strings.HasPrefix(strings.TrimSpace(line), "::") {
			t.Errorf("inert(%q) = %q", got, line)
		}
	})
}

// InertJSON must change no value, only how it is written.
func FuzzInertJSON(f *testing.F) {
	f.Add("\x1b[31m\u202e ::error::##[error]###\u009b\U000e0041\\\\#\"")
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ToValidUTF8(s, "?")
		doc, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		doc = InertJSON(doc)
		var got string
		if err := json.Unmarshal(doc, &got); err != nil || got != s {
			t.Errorf("%q is written as %s, which reads as %q, %v", s, doc, got, err)
		}
		for _, r := range string(doc) {
			if hidden(r) {
				t.Errorf("%s holds %U", doc, r)
			}
		}
		if strings.Contains(string(doc), "##") {
			t.Errorf("%s holds a command", doc)
		}
	})
}

func FuzzFold(f *testing.F) {
	f.Add("  critical  admin-grant  one two three four", 20, 4)
	f.Fuzz(func(t *testing.T, s string, width, hang int) {
		if width < 1 || width > 300 || hang < 0 || hang > width {
			return
		}
		rows := fold(s, width, hang)
		if got, want := strings.Fields(strings.Join(rows, " ")), strings.Fields(s); strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("fold(%q, %d, %d) loses words: %q", s, width, hang, rows)
		}
		for i, row := range rows {
			if cells(row) > width && strings.Contains(strings.Trim(row, " "), " ") {
				t.Errorf("row %d of fold(%q, %d, %d) is too long and could be broken: %q", i, s, width, hang, row)
			}
		}
	})
}

package load

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/demarc-dev/demarc/analyzer/limit"
	"github.com/go-json-experiment/json/jsontext"
)

// accepts tells whether the scanner takes a document for JSON, whatever portions it comes in.
func accepts(t *testing.T, doc string) bool {
	t.Helper()
	one := func(in io.Reader) error {
		s := newScanner(in, limit.Set{})
		if err := s.skip(maxSkipped); err != nil {
			return err
		}
		if s.peek() != 0 || s.pos < s.end {
			return s.unexpected(0, "after the document")
		}
		return nil
	}
	whole, bits := one(strings.NewReader(doc)), one(iotest.OneByteReader(strings.NewReader(doc)))
	if whole != bits && (whole == nil || bits == nil || whole.Error() != bits.Error()) {
		t.Fatalf("%q: as a whole %v, byte by byte %v", doc, whole, bits)
	}
	return whole == nil
}

// agrees compares the scanner with a reader of JSON that many use, as to what is JSON and what it says.
func agrees(t *testing.T, doc string) {
	t.Helper()
	peer := jsontext.NewDecoder(strings.NewReader(doc))
	err := peer.SkipValue()
	if err == nil {
		if _, err = peer.ReadToken(); err == io.EOF {
			err = nil
		} else if err == nil {
			err = io.ErrNoProgress
		}
	}
	if got := accepts(t, doc); got != (err == nil) {
		t.Fatalf("%q: accepted is %t, where jsontext says %v", doc, got, err)
	}
	if err != nil || doc == "" || strings.TrimLeft(doc, " \t\r\n")[0] != '"' {
		return
	}
	want, err := jsontext.AppendUnquote(nil, strings.Trim(doc, " \t\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	s := newScanner(iotest.HalfReader(strings.NewReader(doc)), limit.Set{})
	s.peek()
	if got, err := s.text(); err != nil || string(got) != string(want) {
		t.Fatalf("%s reads as %q (%v), want %q", doc, got, err, want)
	}
}

var documents = []string{
	``, ` `, `{}`, `[]`, ` [ ] `, `{"a":1}`, `{"a":1,}`, `[1,]`, `[,1]`, `{,}`, `{"a"}`, `{"a":}`, `{a:1}`, `{"a":1 "b":2}`, `[1 2]`, `]`, `}`, `{]`, `[}`, `{"a":1]`,
	`1`, `-`, `-0`, `01`, `1.`, `.5`, `1.5`, `1e`, `1e+`, `1E-9`, `+1`, `--1`, `1e400`, `1-1`, `0x1`, `Infinity`, `NaN`,
	`true`, `tru`, `truee`, `false`, `fals`, `null`, `nul`, `nulll`, `True`, `[true,false,null]`, `truefalse`,
	`""`, `"`, `"a`, `"\`, `"\"`, `"\""`, `"\n\t\r\b\f\/\\"`, `"\q"`, `"\u00e9"`, `"\u00E9x"`, `"\u12"`, `"\u12g4"`, `"\ud83d\ude00"`, `"\ud83d"`, `"\ude00"`, `"\ud83d\u0041"`, `"\ud83d\n"`, `"\ud83d`,
	`"é 😀 ￿"`, "\"\xff\"", "\"\xc3\"", "\"\xc3", "\"\xe2\x82\"", "\"\xed\xa0\x80\"", "\"\x00\"", "\"a\nb\"", "\"\x7f\"", "\"12345678\x1f\"", "\"1234567é12345678\\n12345678\"",
	`{"a":1,"a":2}`, `{"a":1,"\u0061":2}`, `{"b":1,"a":2,"b":3}`, `{"b":1,"a":2,"c":3}`, `{"":1,"":2}`, `{"a":{"a":1},"b":{"a":1}}`, `[{"a":1},{"a":1}]`, `{"b":{"z":1},"a":2,"b":3}`,
	`{"b":0,"a":[{"b":1,"a":[{}]}],"c":{"b":{},"a":{}}}`,
	many(100, ""), many(100, `,"n7":1`), many(100, `,"n99":1`), many(100, `,"m":1`), `[` + many(50, "") + `,` + many(50, `,"n3":{}`) + `]`,
	`{"a":1} {}`, `1 2`, "{}\x00", strings.Repeat("[", 999) + strings.Repeat("]", 999),
	`"` + strings.Repeat("x", 300_000) + `\u00e9"`, `{"` + strings.Repeat("n", 200_000) + `":"` + strings.Repeat("é", 100_000) + `"}`,
}

// many is an object of n members that are in no order, and more.
func many(n int, more string) string {
	var b strings.Builder
	b.WriteString(`{"z":0`)
	for i := n; i > 0; i-- {
		b.WriteString(`,"n` + strings.Repeat("0", i%3) + string(rune('0'+i/10)) + string(rune('0'+i%10)) + `":[{}]`)
	}
	return b.String() + more + `}`
}

// TestScanner: what is JSON, and what it says, does not depend on who reads it or in which portions it comes.
func TestScanner(t *testing.T) {
	for _, doc := range documents {
		agrees(t, doc)
	}
}

func FuzzScanner(f *testing.F) {
	for _, doc := range documents {
		f.Add(doc)
	}
	f.Fuzz(func(t *testing.T, doc string) {
		if strings.Count(doc, "[")+strings.Count(doc, "{") < maxSkipped { // where they differ on purpose
			agrees(t, doc)
		}
	})
}

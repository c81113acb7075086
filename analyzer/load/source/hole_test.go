package source

import (
	"strings"
	"testing"
)

// TestHole: a text that a configuration holds itself is no hole, whatever it looks like.
func TestHole(t *testing.T) {
	for n := range 1000 {
		var b strings.Builder
		writeHole(&b, n)
		if got, rest := hole(b.String() + "x"); got != n || rest != "x" {
			t.Fatalf("%d is %d, and %q follows", n, got, rest)
		}
	}
	zero, start, end := string(rune(holeZero)), string(holeStart), string(holeEnd)
	for _, s := range []string{start, start + end, start + zero, start + "aaaa" + end, start + string(rune(holeZero+10)) + end, start + strings.Repeat(string(rune(holeZero+9)), 30) + end, start + start} {
		if n, _ := hole(s); n < 1000 {
			t.Errorf("%q is hole %d", s, n)
		}
	}
}

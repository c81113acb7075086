package report_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/demarc-dev/demarc/analyzer/report"
)

var update = flag.Bool("update", false, "write the golden files")

func printed(t *testing.T, s sample, format string) string {
	t.Helper()
	f, err := report.Lookup(format)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b, s.result, s.options); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	for _, s := range samples() {
		for _, f := range report.Formats() {
			if f.Name == "html" {
				continue // TestAtlas holds what it shows; the rest of the page is map.html, map.css and map.js
			}
			name := s.name + "." + f.Name
			t.Run(name, func(t *testing.T) {
				got := printed(t, s, f.Name)
				file := filepath.Join("testdata", name)
				if *update {
					if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), got); diff != "" {
					t.Errorf("run go test -update to accept (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// Printers count by maps; the order of a map must not show.
func TestSameBytes(t *testing.T) {
	for _, s := range samples() {
		for _, f := range report.Formats() {
			want := printed(t, s, f.Name)
			for range 20 {
				if printed(t, s, f.Name) != want {
					t.Fatalf("%s.%s differs from run to run", s.name, f.Name)
				}
			}
		}
	}
}

type full struct{}

var errFull = errors.New("no space left")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestWriteError(t *testing.T) {
	for _, f := range report.Formats() {
		if err := f.Write(full{}, first().result, first().options); !errors.Is(err, errFull) {
			t.Errorf("%s: error %v, want %v", f.Name, err, errFull)
		}
	}
}

func TestLookup(t *testing.T) {
	for _, f := range report.Formats() {
		got, err := report.Lookup(f.Name)
		if err != nil || got.Name != f.Name {
			t.Errorf("Lookup(%q) = %q, %v", f.Name, got.Name, err)
		}
	}
	for word, want := range map[string]string{
		"sarfi": `unknown format "sarfi", did you mean "sarif"?`,
		"JSON":  `unknown format "JSON", did you mean "json"?`,
		"toast": `unknown format "toast": it is one of text, json, sarif, github, markdown, junit, gitlab, html, dot`,
		"":      `unknown format "": it is one of text, json, sarif, github, markdown, junit, gitlab, html, dot`,
	} {
		if _, err := report.Lookup(word); err == nil || err.Error() != want {
			t.Errorf("Lookup(%q): %v, want %s", word, err, want)
		}
	}
}

// No format lets through what a terminal obeys or what hides from the eye.
func TestNothingHidden(t *testing.T) {
	for _, s := range samples() {
		for _, f := range report.Formats() {
			got := printed(t, s, f.Name)
			if !strings.HasSuffix(got, "\n") {
				t.Errorf("%s.%s does not end its last line", s.name, f.Name)
			}
			for _, r := range got {
				if r != '\n' && (r < ' ' || r >= 0x7f && r <= 0x9f || strings.ContainsRune("\u202e\u2066\u2028\u200b", r)) {
					t.Errorf("%s.%s holds %U", s.name, f.Name, r)
				}
			}
		}
	}
}

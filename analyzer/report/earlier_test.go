package report_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/demarc-dev/demarc/analyzer/report"
)

// What JSON writes is read as the baseline that the Result itself would be.
func TestReadJSON(t *testing.T) {
	for _, s := range samples() {
		got, err := report.ReadJSON(strings.NewReader(printed(t, s, "json")), "main")
		if err != nil {
			t.Errorf("%s: %v", s.name, err)
			continue
		}
		want := s.result.AsBaseline("main")
		if s.name != "hostile" { // text that is no UTF-8 is another after it
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", s.name, diff)
			}
		}
		if len(got.Findings) != len(want.Findings) {
			t.Errorf("%s: %d findings, want %d", s.name, len(got.Findings), len(want.Findings))
		}
	}
}

func TestReadJSONRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                        "is not what demarc scan --format json writes",
		"[]":                      "is not what demarc scan --format json writes",
		"{}":                      "is JSON, but not what demarc scan --format json writes",
		`{"schema_version": "2"}`: `is of schema version "2", and this demarc reads 1`,
		`{"schema_version": "1", "findings": [{"severity": "bad", "fingerprint": "a"}]}`: "has a finding without a severity or a fingerprint",
		`{"schema_version": "1", "findings": [{"severity": "high"}]}`:                    "has a finding without a severity or a fingerprint",
	} {
		if _, err := report.ReadJSON(strings.NewReader(text), "b.json"); err == nil || err.Error() != want {
			t.Errorf("%s: error %v, want %s", text, err, want)
		}
	}
}

func FuzzReadJSON(f *testing.F) {
	f.Add(`{"schema_version": "1", "inputs": [{"incomplete": ["x"]}], "findings": [{"rule": "r", "severity": "high", "fingerprint": "a", "suppressed": {}}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		b, err := report.ReadJSON(strings.NewReader(text), "b.json")
		if err != nil {
			return
		}
		for _, e := range b.Findings {
			if e.Fingerprint == "" || e.Severity == 0 {
				t.Errorf("a finding that nothing can be compared with: %+v", e)
			}
		}
	})
}

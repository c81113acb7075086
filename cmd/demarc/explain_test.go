package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/demarc-dev/demarc/rules"
)

// What `demarc explain` shows as an example is found as it says, once, by that rule alone.
func TestExamples(t *testing.T) {
	for _, rule := range rules.All() {
		t.Run(rule.ID, func(t *testing.T) {
			dir := t.TempDir()
			text := rule.Example
			if policy, rest, ok := strings.Cut(text, "# main.tf\n"); ok {
				text = rest
				if err := os.WriteFile(filepath.Join(dir, ".demarc.hcl"), []byte(policy), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			t.Chdir(dir)
			var out, errs bytes.Buffer
			if code := run([]string{"scan", "--format", "json", "."}, strings.NewReader(""), &out, &errs); code == exitBad {
				t.Fatal(errs.String())
			}
			var result struct {
				Findings []struct{ Rule, Severity, Message string }
			}
			if err := json.Unmarshal(out.Bytes(), &result); err != nil {
				t.Fatal(err)
			}
			if len(result.Findings) != 1 || result.Findings[0].Rule != rule.ID {
				t.Fatalf("found %v", result.Findings)
			}
			f := result.Findings[0]
			if want := "\n# " + f.Severity + ": " + f.Message; !strings.HasSuffix(text, want) {
				t.Errorf("the example does not end with %q", want)
			}
			out.Reset()
			if code := run([]string{"explain", rule.ID}, nil, &out, &errs); code != exitClean || !strings.Contains(out.String(), indented(rule.Example)) {
				t.Errorf("exit status %d:\n%s", code, &out)
			}
		})
	}
}

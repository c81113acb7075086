package report_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/model"
)

func sarifReport(t *testing.T, s sample) *sarif.Report {
	t.Helper()
	out := printed(t, s, "sarif")
	dec := json.NewDecoder(strings.NewReader(out))
	dec.DisallowUnknownFields() // our types are not the library's
	if err := dec.Decode(new(sarif.Report)); err != nil {
		t.Fatalf("%s: %v", s.name, err)
	}
	report, err := sarif.FromString(out)
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Runs) != 1 {
		t.Fatalf("%s: %d runs", s.name, len(report.Runs))
	}
	run := report.Runs[0] // defaults that the library leaves out
	run.Language, run.Tool.Driver.Language, run.NewlineSequences = "en-US", "en-US", []string{"\r\n", "\n"}
	return report
}

// sarifOf is the run that s is printed as, once it has been found valid.
func sarifOf(t *testing.T, s sample) *sarif.Run {
	t.Helper()
	report := sarifReport(t, s)
	if err := report.Validate(); err != nil { // against the schema of OASIS, which the library brings
		t.Errorf("%s: %v", s.name, err)
	}
	return report.Runs[0]
}

// What GitHub refuses a file for, or shows nothing without.
func TestSARIFForGitHub(t *testing.T) {
	for _, s := range samples() {
		run := sarifOf(t, s)
		for _, rule := range run.Tool.Driver.Rules {
			for what, text := range map[string]*string{
				"shortDescription": rule.ShortDescription.Text, "fullDescription": rule.FullDescription.Text, "help": rule.Help.Text, "help.markdown": rule.Help.Markdown,
			} {
				if text == nil || *text == "" || what != "help" && what != "help.markdown" && len(*text) > 1024 {
					t.Errorf("%s: rule %s: bad %s", s.name, *rule.ID, what)
				}
			}
		}
		for i, r := range run.Results {
			if rule := run.Tool.Driver.Rules[r.RuleIndex]; *rule.ID != *r.RuleID {
				t.Errorf("%s: result %d is of rule %s, and its index says %s", s.name, i, *r.RuleID, *rule.ID)
			}
			if *r.Message.Text == "" || len(r.PartialFingerprints) == 0 {
				t.Errorf("%s: result %d has no message or fingerprint", s.name, i)
			}
			if len(r.Locations) != 1 || *r.Locations[0].LogicalLocations[0].FullyQualifiedName == "" {
				t.Errorf("%s: result %d needs one location with an address", s.name, i)
			}
			for _, l := range append(r.Locations, r.RelatedLocations...) {
				p := l.PhysicalLocation
				if l.ID < 0 {
					t.Errorf("%s: result %d has a location with id %d", s.name, i, l.ID)
				}
				if p == nil || p.Region == nil || *p.Region.StartLine < 1 {
					t.Fatalf("%s: result %d has a location without a line", s.name, i)
				}
				if u, err := url.Parse(*p.ArtifactLocation.URI); err != nil || u.IsAbs() || u.Path == "" || strings.HasPrefix(u.Path, "/") {
					t.Errorf("%s: result %d: %q is no relative uri: %v", s.name, i, *p.ArtifactLocation.URI, err)
				}
			}
			if strings.Contains(*r.Message.Text, "](") {
				t.Errorf("%s: result %d: a name makes a link: %s", s.name, i, *r.Message.Text)
			}
		}
	}
}

func TestSARIFResults(t *testing.T) {
	run := sarifOf(t, estate())
	var got []string
	for _, r := range run.Results {
		p := r.Locations[0].PhysicalLocation
		line := fmt.Sprintf("%s %s %s:%d", *r.RuleID, r.Level, *p.ArtifactLocation.URI, *p.Region.StartLine)
		for _, s := range r.Suppressions {
			line += fmt.Sprintf(" %s %s %s", *s.Kind, *s.Status, *s.Justification)
		}
		got = append(got, line)
	}
	want := []string{
		"network-link error main.tf:23",
		"dns-link warning envs/gov/plan.json:1",
		"reference-flow note modules/wire%20side/main.tf:4",
		"unresolved-placement note envs/gov/plan.json:1",
		`admin-grant error main.tf:38 inSource accepted comment: until the operator's own role is there`,
		`network-link error main.tf:23 external accepted allow "reporting": finance reads the monthly report`,
		`network-link error main.tf:23 external accepted allow "reporting": finance reads the monthly report`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := run.Results[1].PartialFingerprints; got["demarc/v1"] != "0001" || got["primaryLocationLineHash"] != "0001" {
		t.Errorf("fingerprints without a source position: %v", got)
	}
	if got := run.Results[0].PartialFingerprints; got["demarc/v1"] != "d4e5f6" || len(got) != 1 {
		t.Errorf("fingerprints with a source position: %v", got)
	}
}

func TestSARIFSeverity(t *testing.T) {
	s := first()
	s.result.Findings[0].Severity = analyzer.Low // by the policy
	run := sarifOf(t, s)
	got := map[string]string{}
	for _, rule := range run.Tool.Driver.Rules {
		got[*rule.ID] = fmt.Sprint(rule.Properties.Properties["security-severity"], " ", rule.DefaultConfiguration.Level)
	}
	want := map[string]string{
		"admin-grant": "9.5 error", "network-link": "3.0 note", "dns-link": "5.5 warning", "reference-flow": "3.0 note", "unresolved-placement": "1.0 note",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	s = first()
	s.result.Findings = nil
	if got := sarifOf(t, s).Tool.Driver.Rules[1].Properties.Properties["security-severity"]; got != "8.0" {
		t.Errorf("network-link without findings: %v", got)
	}
}

func TestSARIFInvocation(t *testing.T) {
	if in := sarifOf(t, first()).Invocations[0]; !*in.ExecutionSuccessful || *in.ExitCode != 1 || len(in.ToolExecutionNotifications) != 0 {
		t.Errorf("a complete run: %+v", in)
	}
	in := sarifOf(t, estate()).Invocations[0]
	if *in.ExecutionSuccessful {
		t.Error("an incomplete run is a success")
	}
	var got []string
	for _, n := range in.ToolExecutionNotifications {
		where := *n.Locations[0].PhysicalLocation.ArtifactLocation.URI
		got = append(got, n.Level+" "+where+": "+*n.Message.Text)
	}
	want := []string{
		"note envs/cn: backend.tf uses a backend that is not configured here",
		"warning envs/gov/plan.json: not complete: the plan ended with an error",
		"warning envs/gov/plan.json: not complete: it was made with -target, so that it may not hold every resource that its configuration describes",
		`note providers.tf: blind spot: provider aws.peer takes its region from the environment; settle: --env AWS_REGION=..., or default "aws" { region = "..." } in .demarc.hcl`,
		`note envs/cn: blind spot: provider aws.peer takes its region from the environment; settle: --env AWS_REGION=..., or default "aws" { region = "..." } in .demarc.hcl`,
		"note envs/gov/plan.json: blind spot: takes its value from local.peer, which a plan does not show; settle: --source DIR",
		"note envs/gov/plan.json: blind spot: the plan shows no configuration",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSARIFTakesTheWorst(t *testing.T) {
	s := first()
	s.result.Findings = nil
	for range 5001 {
		s.result.Findings = append(s.result.Findings, analyzer.Finding{Address: "a.b", Root: "p", Message: "m", Rule: referenceFlow, Severity: analyzer.Low})
	}
	allowed := grant()
	allowed.Suppressed = &analyzer.Suppression{By: "comment", Reason: "agreed"}
	s.result.Findings = append(s.result.Findings, allowed, peering())
	report := sarifReport(t, s) // validating so many takes seconds
	run := report.Runs[0]
	if n := len(run.Results); n != 5000 {
		t.Fatalf("%d results", n)
	}
	if *run.Results[0].RuleID != "network-link" || *run.Results[4999].RuleID != "reference-flow" {
		t.Errorf("from %s to %s", *run.Results[0].RuleID, *run.Results[4999].RuleID)
	}
	n := run.Invocations[0].ToolExecutionNotifications
	if len(n) != 1 || *n[0].Message.Text != "3 results left out: this file holds 5000, the worst" {
		t.Errorf("%d notifications", len(n))
	}
}

func TestSARIFURI(t *testing.T) {
	for file, want := range map[string]string{
		"./envs/../a b/ü#?.tf":        "a%20b/%C3%BC%23%3F.tf",
		"git::https://h/r//m/main.tf": "git%3A%3Ahttps%3A/h/r/m/main.tf",
		"/abs/main.tf":                "file:///abs/main.tf",
		`C:\src\main.tf`:              "file:///C:/src/main.tf",
		"../up/main.tf":               "../up/main.tf",
		"-":                           "-",
		"100%/[x].tf":                 "100%25/%5Bx%5D.tf",
		"a\xff\n.tf":                  "a%EF%BF%BD%0A.tf",
		"modules/net/main.tf":         "modules/net/main.tf",
	} {
		s := first()
		s.result.Findings[0].Pos = model.Pos{File: file, Line: 1}
		run := sarifOf(t, s)
		if got := *run.Results[1].Locations[0].PhysicalLocation.ArtifactLocation.URI; got != want {
			t.Errorf("%q: %s, want %s", file, got, want)
		}
	}
}

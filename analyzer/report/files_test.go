package report_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os/exec"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/link"
)

// Whatever is printed for a file may be printed to a step's log as well.
func TestNoCommandsInFiles(t *testing.T) {
	for _, s := range samples() {
		for _, format := range []string{"markdown", "junit", "gitlab", "html", "dot"} {
			if got := runner(printed(t, s, format)); len(got) > 0 {
				t.Errorf("%s.%s: %q", s.name, format, got)
			}
		}
	}
}

type xmlSuites struct {
	Tests    int `xml:"tests,attr"`
	Failures int `xml:"failures,attr"`
	Errors   int `xml:"errors,attr"`
	Skipped  int `xml:"skipped,attr"`
	Suites   []struct {
		Name  string `xml:"name,attr"`
		Tests int    `xml:"tests,attr"`
		Cases []struct {
			Class   string  `xml:"classname,attr"`
			Name    string  `xml:"name,attr"`
			Error   *string `xml:"error"`
			Failure *string `xml:"failure"`
			Skipped *string `xml:"skipped"`
		} `xml:"testcase"`
	} `xml:"testsuite"`
}

func junitLines(t *testing.T, s sample) (lines []string) {
	t.Helper()
	var doc xmlSuites
	if err := xml.Unmarshal([]byte(printed(t, s, "junit")), &doc); err != nil {
		t.Fatal(err)
	}
	var tests, failures, errors, skipped int
	for _, suite := range doc.Suites {
		if suite.Tests != len(suite.Cases) {
			t.Errorf("%s: %d tests, %d cases", s.name, suite.Tests, len(suite.Cases))
		}
		for _, c := range suite.Cases {
			tests++
			status := "passed"
			switch {
			case c.Error != nil:
				status, errors = "error", errors+1
			case c.Failure != nil:
				status, failures = "failed", failures+1
			case c.Skipped != nil:
				status, skipped = "skipped", skipped+1
			}
			lines = append(lines, fmt.Sprintf("%s: %s %s %s", suite.Name, status, c.Class, c.Name))
		}
	}
	if got, want := []int{doc.Tests, doc.Failures, doc.Errors, doc.Skipped}, []int{tests, failures, errors, skipped}; !cmp.Equal(got, want) {
		t.Errorf("%s: it counts %v, and holds %v", s.name, got, want)
	}
	return lines
}

func TestJUnit(t *testing.T) {
	low := first()
	low.options.FailOn, low.options.MinConfidence = analyzer.High, link.Certain // the peering is likely
	strict := clean()
	strict.options.Strict = true
	elsewhere := first()
	elsewhere.result.Findings[0].Root = "other.json"
	for _, test := range []struct {
		sample sample
		want   []string
	}{
		{first(), []string{
			"plan.json: passed demarc the analysis is complete",
			"plan.json: failed network-link aws_vpc_peering_connection.bridge peer_vpc_id",
			"plan.json: failed admin-grant aws_iam_role.operator assume_role_policy",
		}},
		{low, []string{
			"plan.json: passed demarc the analysis is complete",
			"plan.json: passed network-link aws_vpc_peering_connection.bridge peer_vpc_id",
			"plan.json: failed admin-grant aws_iam_role.operator assume_role_policy",
		}},
		{estate(), []string{
			"envs/cn: passed demarc the analysis is complete",
			`envs/cn: skipped network-link module.edge["a b"].aws_vpc_peering_connection.bridge[0] peer_vpc_id`,
			"envs/cn: passed reference-flow acme_wire.out target",
			"envs/cn: skipped admin-grant aws_iam_role.operator assume_role_policy",
			`envs/cn: skipped network-link module.edge["a b"].aws_vpc_peering_connection.bridge[1] peer_vpc_id`,
			"envs/cn: failed network-link aws_vpc_peering_connection.bridge peer_vpc_id",
			"envs/gov/plan.json: error demarc the analysis is complete",
			"envs/gov/plan.json: passed dns-link azurerm_private_dns_zone_virtual_network_link.gov",
			"envs/gov/plan.json: passed unresolved-placement aws_vpn_connection.spare",
		}},
		{clean(), []string{"plan.json: passed demarc the analysis is complete"}},
		{strict, []string{"plan.json: error demarc the analysis is complete"}},
		{partial(), []string{"plan.json: error demarc the analysis is complete"}},
		{elsewhere, []string{
			"plan.json: passed demarc the analysis is complete",
			"plan.json: failed admin-grant aws_iam_role.operator assume_role_policy",
			"other.json: passed demarc the analysis is complete",
			"other.json: failed network-link aws_vpc_peering_connection.bridge peer_vpc_id",
		}},
	} {
		if diff := cmp.Diff(test.want, junitLines(t, test.sample)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.sample.name, diff)
		}
	}
}

func TestGitLab(t *testing.T) {
	twice := peering()
	twice.Root = "b.json"
	again := twice
	s := estate()
	s.result.Findings = append(s.result.Findings, twice, again) // one link in three roots, and told twice of one of them
	worst := grant()
	worst.Pos.File = "./modules//edge/main.tf"
	s.result.Findings = append(s.result.Findings, worst)
	var entries []struct {
		Description string `json:"description"`
		CheckName   string `json:"check_name"`
		Fingerprint string `json:"fingerprint"`
		Severity    string `json:"severity"`
		Location    struct {
			Path  string `json:"path"`
			Lines struct {
				Begin int `json:"begin"`
			} `json:"lines"`
		} `json:"location"`
	}
	if err := json.Unmarshal([]byte(printed(t, s, "gitlab")), &entries); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	var got []string
	for _, e := range entries {
		if e.Fingerprint == "" || seen[e.Fingerprint] {
			t.Errorf("fingerprint %q is used twice", e.Fingerprint)
		}
		seen[e.Fingerprint] = true
		if e.Description == "" || e.Location.Path != path.Clean(e.Location.Path) {
			t.Errorf("GitLab drops %+v", e)
		}
		got = append(got, fmt.Sprintf("%s %s %s:%d", e.Severity, e.CheckName, e.Location.Path, e.Location.Lines.Begin))
	}
	want := []string{
		"blocker admin-grant modules/edge/main.tf:38",
		"critical network-link main.tf:23",
		"critical network-link main.tf:23",
		"critical network-link main.tf:23",
		"major dns-link envs/gov/plan.json:1",
		"minor reference-flow modules/wire side/main.tf:4",
		"info unresolved-placement envs/gov/plan.json:1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !seen["a1b2c3"] {
		t.Error("a fingerprint that is unique is not kept")
	}
}

var dotString = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

// Outside of strings a DOT file holds what is ours.
func TestDotNames(t *testing.T) {
	ours := regexp.MustCompile(`^(?:digraph demarc|[ {}=,\[\]>\n0-9.-]|graph|node|edge|subgraph|cluster_\d+|n\d+|none_\d+|rankdir|LR|nodesep|ranksep|fontname|fontsize|labelloc|label|shape|box|plaintext|style|solid|fillcolor|color|white|fontcolor|penwidth|t)*$`)
	for _, s := range samples() {
		if got := dotString.ReplaceAllString(printed(t, s, "dot"), ""); !ours.MatchString(got) {
			t.Errorf("%s: a name is outside of its string:\n%s", s.name, got)
		}
	}
}

func TestDotIsRead(t *testing.T) {
	program, err := exec.LookPath("dot")
	if err != nil {
		t.Skip("Graphviz is not installed")
	}
	for _, s := range append(samples(), grown(200)) {
		cmd := exec.Command(program, "-Tplain")
		cmd.Stdin = strings.NewReader(printed(t, s, "dot"))
		if out, err := cmd.CombinedOutput(); err != nil || strings.Contains(string(out), "rror") && s.name != "hostile" {
			t.Errorf("%s: %v\n%s", s.name, err, out)
		}
	}
}

// A name can be anything, and every format stays what it is.
func FuzzNames(f *testing.F) {
	f.Add(nasty)
	f.Add("a\\")
	f.Add("]]>\x00\ufffe</script><!--")
	f.Fuzz(func(t *testing.T, name string) {
		s := estate()
		for i := range s.result.Findings {
			g := &s.result.Findings[i]
			g.Address, g.Message, g.Root, g.From.Side, g.To.Name = name, name, name, name, name
			g.Evidence = append(g.Evidence, analyzer.Step{Text: name, Address: name, Pos: at(name, 1, 1, 1)})
		}
		s.result.Resources = []analyzer.Resource{{Address: name, Root: name, At: s.result.Findings[0].From}}
		s.result.Blind[0].Reason = name
		junitLines(t, s)
		for _, format := range []string{"markdown", "junit", "gitlab", "html", "dot"} {
			out := printed(t, s, format)
			if got := runner(out); len(got) > 0 {
				t.Errorf("%s: %q", format, got)
			}
			switch format {
			case "gitlab":
				if !json.Valid([]byte(out)) {
					t.Error("no JSON")
				}
			case "html":
				if !json.Valid([]byte(dataOf(t, out))) || strings.Count(out, "</script>") != 2 || strings.Count(out, "<!--") != 0 {
					t.Error("the data leaves its block")
				}
			case "dot":
				if strings.Contains(dotString.ReplaceAllString(out, ""), `"`) {
					t.Error("a string is not closed")
				}
			}
		}
	})
}

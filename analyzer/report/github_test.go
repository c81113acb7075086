package report_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/demarc-dev/demarc/analyzer"
)

// workflowCommand is what GitHub's runner reads from a line.
type workflowCommand struct {
	name       string
	properties map[string]string
	data       string
}

// runner reads output as the runner does: `::` where a line begins, `##[` anywhere in it. It is stricter in one way:
// every name is taken for a command, known or not.
func runner(output string) (commands []workflowCommand) {
	for line := range strings.Lines(output) {
		line = strings.TrimSuffix(line, "\n")
		if c, ok := runnerV2(line); ok {
			commands = append(commands, c)
		} else if c, ok := runnerV1(line); ok {
			commands = append(commands, c)
		}
	}
	return commands
}

func runnerV2(line string) (workflowCommand, bool) {
	line, ok := strings.CutPrefix(strings.TrimLeftFunc(line, unicode.IsSpace), "::")
	info, data, found := strings.Cut(line, "::")
	if !ok || !found {
		return workflowCommand{}, false
	}
	return commandFrom(info, data, ",", []string{"%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%"}, 4), true
}

func runnerV1(line string) (workflowCommand, bool) {
	_, line, ok := strings.Cut(line, "##[")
	info, data, found := strings.Cut(line, "]")
	if !ok || !found {
		return workflowCommand{}, false
	}
	return commandFrom(info, data, ";", []string{"%3B", ";", "%0D", "\r", "%0A", "\n", "%5D", "]", "%25", "%"}, 10), true
}

// commandFrom takes the escapes of properties, of which the first n and the last two are those of data as well. They are
// undone one after the other, the percent sign last.
func commandFrom(info, data, separator string, escapes []string, n int) workflowCommand {
	undo := func(s string, pairs []string) string {
		for i := 0; i < len(pairs); i += 2 {
			s = strings.ReplaceAll(s, pairs[i], pairs[i+1])
		}
		return s
	}
	name, set, _ := strings.Cut(info, " ")
	c := workflowCommand{name: name, properties: map[string]string{}}
	for pair := range strings.SplitSeq(strings.TrimSpace(set), separator) {
		if k, v, ok := strings.Cut(pair, "="); ok {
			c.properties[k] = undo(v, escapes)
		}
	}
	c.data = undo(data, append(escapes[:n:n], escapes[len(escapes)-2:]...))
	return c
}

func TestRunnerGrammar(t *testing.T) {
	got := runner("x\n  ::error file=a%3Ab,line=1::c%0Ad%250A\nx ##[warning k=v;l=w]d%5D\n::x\n##[y\n")
	want := []workflowCommand{
		{"error", map[string]string{"file": "a:b", "line": "1"}, "c\nd%0A"},
		{"warning", map[string]string{"k": "v", "l": "w"}, "d]"},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(workflowCommand{})); diff != "" {
		t.Error(diff)
	}
}

// Nothing that demarc prints is a command to the runner, but what the github format prints as one.
func TestNoCommands(t *testing.T) {
	for _, s := range samples() {
		for _, format := range []string{"text", "json", "sarif"} {
			for _, width := range []int{20, 40, 100, 1000} {
				s.options.Width = width
				if got := runner(printed(t, s, format)); len(got) > 0 {
					t.Errorf("%s.%s: %q", s.name, format, got)
				}
			}
		}
	}
}

func TestGitHubCommands(t *testing.T) {
	for _, test := range []struct {
		sample sample
		want   []workflowCommand // of data, only the first line
	}{
		{first(), []workflowCommand{
			{"error", map[string]string{"file": "main.tf", "line": "38", "col": "26", "endLine": "38", "title": "admin-grant: global and china"},
				"AWS China account 222222222222 can become an administrator of AWS (aws_iam_role.operator)"},
			{"error", map[string]string{"file": "main.tf", "line": "23", "col": "3", "endLine": "23", "title": "network-link: global and china"},
				"peering joins eu-central-1 (aws) and cn-north-1 (aws-cn) (aws_vpc_peering_connection.bridge)"},
		}},
		{estate(), []workflowCommand{
			{"warning", map[string]string{"title": "the analysis is not complete"}, "envs/gov/plan.json: the plan ended with an error"},
			{"error", map[string]string{"file": "main.tf", "line": "23", "col": "3", "endLine": "23", "title": "network-link: global and china"},
				"peering joins eu-central-1 (aws) and cn-north-1 (aws-cn) (aws_vpc_peering_connection.bridge)"},
			{"warning", map[string]string{"title": "dns-link: global and us-government"},
				"a private zone of Azure Government is linked to a network of AWS (azurerm_private_dns_zone_virtual_network_link.gov)"},
			{"notice", map[string]string{"file": "modules/wire side/main.tf", "line": "4", "endLine": "9", "title": "reference-flow: global and china"},
				"a value of AWS is used at a host of another side (acme_wire.out)"},
			{"notice", map[string]string{"title": "unresolved-placement"}, "where this VPN connection is cannot be told (aws_vpn_connection.spare)"},
		}},
		{clean(), nil},
	} {
		got := runner(printed(t, test.sample, "github"))
		for i := range got {
			got[i].data, _, _ = strings.Cut(got[i].data, "\n")
		}
		if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(workflowCommand{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.sample.name, diff)
		}
	}
}

// Hostile names stay in the place that they are printed in: the commands are ours, with our properties.
func TestGitHubHostile(t *testing.T) {
	got := runner(printed(t, hostile(), "github"))
	var shape []string
	for _, c := range got {
		shape = append(shape, fmt.Sprintf("%s file=%t line=%s", c.name, c.properties["file"] != "", c.properties["line"]))
	}
	want := []string{"warning file=false line=", "error file=true line=7", "error file=false line="}
	if diff := cmp.Diff(want, shape); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !strings.HasPrefix(got[1].properties["file"], "::error file=x,line=1::x") {
		t.Errorf("file is %q", got[1].properties["file"])
	}
	if !strings.Contains(got[1].data, " %0A::warning::x ") {
		t.Errorf("a percent sign of a name is lost: %q", got[1].data)
	}
}

func TestGitHubAnnotatesTheWorstTen(t *testing.T) {
	s := first()
	s.result.Findings = nil
	for _, name := range []string{"a", "b", "c"} {
		s.result.Findings = append(s.result.Findings, analyzer.Finding{Address: "a." + name, Message: "m", Rule: referenceFlow, Severity: analyzer.Low})
	}
	for i := range 9 {
		for key := range 3 { // the instances of one block are on one line, and one annotation
			f := peering()
			f.Address, f.Pos.Line = fmt.Sprintf("%s[%d]", f.Address, key), 20+i
			s.result.Findings = append(s.result.Findings, f)
		}
	}
	out := printed(t, s, "github")
	if got := runner(out); len(got) != 10 || got[8].name != "error" || got[9].name != "notice" {
		t.Errorf("%d annotations: %q", len(got), got)
	}
	if want := "bridge[0] and 2 other instances)%0A"; strings.Count(out, want) != 9 {
		t.Errorf("not 9 x %s in\n%s", want, out)
	}
	if !strings.HasSuffix(out, "demarc: 2 more findings without an annotation: 2 reference-flow\n") {
		t.Errorf("the rest is not named:\n%s", out)
	}
}

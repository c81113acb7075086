package report_test

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/fatih/color"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/report"
)

// The words of the first line, which must be right in number and say neither more nor less than is known.
func TestVerdict(t *testing.T) {
	allowed := peering()
	allowed.Suppressed = &analyzer.Suppression{By: "comment", Reason: "agreed"}
	lost := analyzer.Finding{Address: "a.b", Message: "m", Rule: unresolved, Severity: analyzer.Note}
	gov := peering()
	gov.To = virginia
	for _, test := range []struct {
		findings []analyzer.Finding
		coverage analyzer.Coverage
		strict   bool
		want     string
	}{
		{nil, analyzer.Coverage{}, false, "demarc: no crossings. 0 resources placed, 0 blind spots"},
		{nil, analyzer.Coverage{Placed: 1, Sides: []string{"global"}, BlindSpots: 1}, false,
			"demarc: no crossings. 1 resource of 1 side placed, 1 blind spot (run with --strict to fail on it)"},
		{nil, analyzer.Coverage{Placed: 2, NotPlaced: 1, Nowhere: 4, Unknown: 3, Sides: []string{"a", "b"}, BlindSpots: 2}, true,
			"demarc: no crossings. 2 resources of 2 sides placed, 4 without a place, 1 not placed, 3 of unknown providers, 2 blind spots"},
		{[]analyzer.Finding{peering()}, analyzer.Coverage{}, false, "demarc: 1 crossing between global and china "},
		{[]analyzer.Finding{peering(), grant()}, analyzer.Coverage{}, false, "demarc: 2 crossings between global and china "},
		{[]analyzer.Finding{peering(), gov, allowed}, analyzer.Coverage{}, false, "demarc: 2 crossings between global, china and us-government "},
		{[]analyzer.Finding{peering(), lost}, analyzer.Coverage{}, false, "demarc: 1 crossing between global and china, 1 other finding "},
		{[]analyzer.Finding{lost, lost}, analyzer.Coverage{}, false, "demarc: no crossings, 2 other findings "},
		{[]analyzer.Finding{allowed}, analyzer.Coverage{}, false, "demarc: no crossings but 1 suppressed "},
	} {
		s := sample{"", &analyzer.Result{Findings: test.findings, Coverage: test.coverage}, report.Options{Width: 200, Strict: test.strict}}
		got, _, _ := strings.Cut(printed(t, s, "text"), "\n")
		if strings.HasSuffix(test.want, " ") && !strings.HasPrefix(got, test.want+" ") || !strings.HasSuffix(test.want, " ") && got != test.want {
			t.Errorf("got  %s\nwant %s", got, test.want)
		}
	}
}

// However many findings there are, the text is one that can be read, and says of how many it is.
func TestTextOfMany(t *testing.T) {
	s := first()
	s.result.Inputs = nil
	s.result.Findings = nil
	for root := range 100 {
		name := fmt.Sprintf("envs/%03d", root)
		s.result.Inputs = append(s.result.Inputs, analyzer.Input{Name: name})
		for i := range 50 {
			f := peering()
			f.Root, f.Address = name, fmt.Sprintf("module.m[%d].aws_vpc_peering_connection.b%d[\"x\"]", i, i/5)
			s.result.Findings = append(s.result.Findings, f)
		}
	}
	got := printed(t, s, "text")
	if n := strings.Count(got, "\n"); n > 700 {
		t.Errorf("%d lines", n)
	}
	for _, want := range []string{
		"demarc: 5000 crossings between global and china",
		"\nglobal <-> china in envs/000\n",
		"\n    module.m[0].aws_vpc_peering_connection.b0[\"x\"]",
		"\n    = and 4 more instances of it\n",
		"\n    and 35 more say the same of\n      module.m[15].aws_vpc_peering_connection.b3[\"x\"] and 4 other instances ",
		"\nand elsewhere\n",
		": 50 high\n",
		" more, which --format json lists\n",
		"\n5000 high; ",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%.3000s", want, got)
		}
	}
}

func TestLastLine(t *testing.T) {
	for _, test := range []struct {
		s    sample
		edit func(*sample)
		want string
	}{
		{first(), func(*sample) {}, "1 critical, 1 high; 0 suppressed. Exit 1 (--fail-on high). `demarc explain admin-grant` says more."},
		{estate(), func(*sample) {}, "1 high, 1 medium, 1 low, 1 note; 3 suppressed. Exit 1 (--fail-on high --min-confidence likely). `demarc explain network-link` says more."},
		{partial(), func(*sample) {}, "no findings; 0 suppressed. Exit 3: the analysis is not complete."},
		{clean(), func(s *sample) { s.options.Exit, s.options.Strict = 3, true }, "no findings; 0 suppressed. Exit 3: --strict fails on blind spots."},
		{first(), func(s *sample) { s.options.Quiet = true }, "1 critical, 1 high; 0 suppressed. Exit 1 (--fail-on high). `demarc explain admin-grant` says more."},
	} {
		test.edit(&test.s)
		test.s.options.Width = 300
		lines := strings.Split(strings.TrimSuffix(printed(t, test.s, "text"), "\n"), "\n")
		if got := lines[len(lines)-1]; got != test.want {
			t.Errorf("%s: got  %s\nwant %s", test.s.name, got, test.want)
		}
	}
}

func TestQuiet(t *testing.T) {
	s := estate()
	s.options.Quiet = true
	got := printed(t, s, "text")
	for _, want := range []string{"demarc: 3 crossings", "not complete:", "3 suppressed. Exit 1"} {
		if !strings.Contains(got, want) {
			t.Errorf("quiet output lacks %q:\n%s", want, got)
		}
	}
	if strings.Contains(got, "aws_vpc") {
		t.Errorf("quiet output has details:\n%s", got)
	}
}

// A line is only longer than the width where a single word is.
func TestWidth(t *testing.T) {
	for _, width := range []int{40, 60, 80, 100, 140} {
		for _, s := range []sample{first(), estate(), clean(), partial()} {
			s.options.Width = width
			for line := range strings.Lines(printed(t, s, "text")) {
				line = strings.TrimRight(line, "\n")
				if utf8.RuneCountInString(line) > width && len(strings.Fields(line)) > 2 {
					t.Errorf("width %d: %q", width, line)
				}
			}
		}
	}
}

// Colour is what Options say, whatever the environment and the color package's global say, and changes no word.
func TestColor(t *testing.T) {
	t.Setenv("NO_COLOR", "1")
	was := color.NoColor
	s := estate()
	plain := printed(t, s, "text")
	s.options.Color = true
	painted := printed(t, s, "text")
	escapes := regexp.MustCompile("\x1b\\[[0-9;]*m")
	if !strings.Contains(painted, "\x1b[31mhigh\x1b[0m") {
		t.Errorf("high is not red:\n%q", painted)
	}
	if got := escapes.ReplaceAllString(painted, ""); got != plain {
		t.Errorf("colour changes the text:\n%s", got)
	}
	if escapes.MatchString(plain) {
		t.Error("colour where there should be none")
	}
	if color.NoColor != was {
		t.Error("the color package's global was changed")
	}
}

func TestManyBlindSpots(t *testing.T) {
	s := clean()
	s.result.Blind = nil
	for i := range 40 {
		reason := "takes its value from local.peer"
		if i >= 20 {
			reason = "takes its value from local." + strings.Repeat("x", i)
		}
		s.result.Blind = append(s.result.Blind, analyzer.BlindSpot{Address: "aws_vpc.v" + strings.Repeat("i", i+1), Reason: reason})
	}
	got := printed(t, s, "text")
	for _, want := range []string{"aws_vpc.vi, aws_vpc.vii, aws_vpc.viii, aws_vpc.viiii, aws_vpc.viiiii and 15 more: takes", "and 11 more, which --format json lists"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

// Borders come in the order of their worst finding; what is about no border comes last, however bad.
func TestOrder(t *testing.T) {
	s := first()
	gov := peering()
	gov.To, gov.Severity = virginia, analyzer.Medium
	stray := grant()
	stray.From = analyzer.Spot{}
	s.result.Findings = []analyzer.Finding{gov, stray, peering()}
	out := printed(t, s, "text")
	at := -1
	for _, title := range []string{"\nglobal <-> china\n", "\nglobal <-> us-government\n", "\nother findings\n"} {
		i := strings.Index(out, title)
		if i <= at {
			t.Errorf("%q is not where it should be:\n%s", title, out)
		}
		at = i
	}
}

// TestMuchEvidence: of a list of fifty places not every one is a line.
func TestMuchEvidence(t *testing.T) {
	f := analyzer.Finding{Rule: &analyzer.Rule{ID: "endpoint-reference"}, Address: "x.x", Message: "names something"}
	for i := range 50 {
		f.Evidence = append(f.Evidence, analyzer.Step{Address: "x.x", Text: fmt.Sprintf("zones names place %d", i)})
	}
	r := &analyzer.Result{Rules: []*analyzer.Rule{f.Rule}, Findings: []analyzer.Finding{f}}
	for name, write := range map[string]func(io.Writer, *analyzer.Result, report.Options) error{"text": report.Text, "markdown": report.Markdown} {
		var b strings.Builder
		if err := write(&b, r, report.Options{Width: 100}); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(b.String(), "names place"); n != 15 || !strings.Contains(b.String(), "and 35 more of the like") {
			t.Errorf("%s has %d:\n%s", name, n, b.String())
		}
	}
}

package report_test

import (
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/report"
)

// rendered is Markdown as GitHub's own renderer makes HTML of it, with raw HTML let through.
func rendered(t *testing.T, markdown string) string {
	t.Helper()
	program, err := exec.LookPath("cmark-gfm")
	if err != nil {
		t.Skip("cmark-gfm is not installed")
	}
	cmd := exec.Command(program, "--unsafe", "-e", "table", "-e", "autolink", "-e", "strikethrough", "-e", "tasklist")
	cmd.Stdin = strings.NewReader(markdown)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

var (
	anyTag  = regexp.MustCompile(`<[^>]*>`)
	mention = regexp.MustCompile(`(?:^|[^\w` + "`" + `])[@#]\w`)
)

// ourTags are those that a comment is made of. A link or an image would come from a name.
var ourTags = []string{
	"<!-- demarc -->", "<h3>", "<p>", "<strong>", "<code>", `<code class="language-mermaid">`, "<pre>", "<blockquote>", "<ul>", "<li>",
	"<table>", "<thead>", "<tbody>", "<tr>", "<th>", "<td>", "<details>", "<summary>",
}

// Names make no markup, no link and no table of their own, whatever they hold.
func TestMarkdownRendered(t *testing.T) {
	evil := []string{
		nasty, "`", "``` x `` y `", "a|b", `a\|b`, `a\`, "a`|`b", "</td></table><script>x</script>", "<!-- --> <img src=x onerror=y>",
		"![x](http://evil.example/beacon)", "[x](javascript:alert(1))", "http://evil.example www.evil.example a@evil.example", "@everyone #1 !2 ~l GH-3",
		"*a* _b_ __c__ ~~d~~ **e**", "1. x", "- x", "+ x", "# x", "> x", "===", "---", "&lt;script&gt; &#60;b&#62;", "$x$ $$y$$", ":tada:", "| a | b |", " x ", "\\",
	}
	for _, name := range evil {
		s := hostile()
		for i := range s.result.Findings {
			f := &s.result.Findings[i]
			f.Address, f.Message, f.Attribute, f.Note, f.Root, f.Related = name, name, name, name, name, []string{name}
			f.From.Side, f.From.Name, f.From.Account, f.From.Region, f.To.Host, f.To.Side = name, name, name, name, name, "b"+name
			f.Pos.File = name
			f.Evidence = []analyzer.Step{{Text: name, Address: name, Pos: at(name, 1, 1, 1)}}
		}
		s.result.Blind = []analyzer.BlindSpot{{Address: name, Path: name, Reason: name, Settle: name}}
		s.result.Inputs[0] = analyzer.Input{Name: name, Incomplete: []string{name}}
		html := rendered(t, printed(t, s, "markdown"))
		for _, tag := range anyTag.FindAllString(html, -1) {
			if !slices.Contains(ourTags, strings.Replace(tag, "</", "<", 1)) {
				t.Errorf("%q makes %s", name, tag)
			}
		}
		if rows, cells := strings.Count(html, "<tr>"), strings.Count(html, "<td>")+strings.Count(html, "<th>"); rows != 3 || cells != 15 {
			t.Errorf("%q: %d cells in %d rows of a table of three rows and five columns", name, cells, rows)
		}
		outside := regexp.MustCompile(`(?s)<code.*?</code>`).ReplaceAllString(html, "")
		if m := mention.FindString(anyTag.ReplaceAllString(outside, "")); m != "" {
			t.Errorf("%q: %q is a reference to GitHub", name, m)
		}
		if strings.Count(html, "<details>") != 3 || strings.Count(html, "</details>") != 3 || strings.Count(html, "<h3>") != 1 {
			t.Errorf("%q: the parts of the comment are not where they were", name)
		}
	}
}

// A comment has a limit; what is left out of it is said, the worst stays, and nothing is left open.
func TestMarkdownFits(t *testing.T) {
	many := func(of sample, n int) sample {
		one := of.result.Findings
		of.result.Findings = nil
		for i := range n {
			f := one[i%len(one)]
			f.From.Region = fmt.Sprintf("%s-%d", f.From.Region, i)
			of.result.Findings = append(of.result.Findings, f)
		}
		blind := of.result.Blind
		for len(blind) > 0 && len(of.result.Blind) < n {
			of.result.Blind = append(of.result.Blind, blind...)
		}
		return of
	}
	for _, s := range []sample{grown(5000), many(estate(), 2000), many(hostile(), 300)} {
		got := printed(t, s, "markdown")
		if len(got) > 65000 {
			t.Errorf("%s: %d bytes", s.name, len(got))
		}
		if !strings.HasPrefix(got, "<!-- demarc -->\n### ") {
			t.Errorf("%s: begins with %q", s.name, got[:40])
		}
		if !strings.Contains(got, " left out.\n") || !strings.HasSuffix(got, "`--format html` and `--format json` hold everything.\n") {
			t.Errorf("%s: does not say that it left something out", s.name)
		}
		if strings.Count(got, "<details>") != strings.Count(got, "</details>") || strings.Count(got, "```")%2 != 0 {
			t.Errorf("%s: a part is left open", s.name)
		}
		if n := strings.Count(got, "linkStyle"); n > 30 {
			t.Errorf("%s: a picture of %d links", s.name, n)
		}
	}
	got := printed(t, many(estate(), 2000), "markdown")
	first, _, _ := strings.Cut(got[strings.Index(got, "|---|"):], "**high**")
	if strings.Contains(first, "| low |") || strings.Contains(first, "| note |") {
		t.Error("the worst is not first")
	}
}

func TestHeadline(t *testing.T) {
	to := func(side string) analyzer.Finding {
		f := peering()
		f.To.Side = side
		return f
	}
	allowed := peering()
	allowed.Suppressed = &analyzer.Suppression{By: "comment"}
	lost := analyzer.Finding{Rule: unresolved, Severity: analyzer.Note}
	back := grant() // from china to global: the same border
	for _, test := range []struct {
		findings   []analyzer.Finding
		incomplete bool
		want       string
	}{
		{nil, false, "No links between sides"},
		{nil, true, "No links between sides in what could be analysed"},
		{[]analyzer.Finding{allowed}, false, "No links between sides but 1 suppressed"},
		{[]analyzer.Finding{lost}, false, "No links between sides, 1 other finding"},
		{[]analyzer.Finding{peering()}, false, "1 link between global and china"},
		{[]analyzer.Finding{peering(), back, allowed}, false, "2 links between global and china"},
		{[]analyzer.Finding{to("b"), peering(), back}, false, "2 links between global and china, 1 between global and b"},
		{[]analyzer.Finding{to("a"), to("b"), to("c"), to("d"), to("e")}, false,
			"1 link between global and a, 1 between global and b, 1 between global and c, and 2 more borders"},
	} {
		r := &analyzer.Result{Findings: test.findings}
		if test.incomplete {
			r.Inputs = []analyzer.Input{{Incomplete: []string{"x"}}}
		}
		got, _, _ := strings.Cut(strings.TrimPrefix(printed(t, sample{"", r, report.Options{}}, "markdown"), "<!-- demarc -->\n### "), "\n")
		if got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}

// A mermaid block holds our own words, and names only inside quotes.
func TestMermaidNames(t *testing.T) {
	_, block, _ := strings.Cut(printed(t, hostile(), "markdown"), "```mermaid\n")
	block, _, _ = strings.Cut(block, "```")
	plain := regexp.MustCompile(`^(flowchart LR|  subgraph s\d+\[""\]|    n\d+\[""\]|  end|  n\d+ -->\|""\| n\d+|  linkStyle \d+ stroke:#[0-9a-f]{6},stroke-width:\dpx)$`)
	inQuotes := regexp.MustCompile(`"[^"]*"`)
	for line := range strings.SplitSeq(strings.TrimSuffix(block, "\n"), "\n") {
		if got := inQuotes.ReplaceAllString(line, `""`); !plain.MatchString(got) {
			t.Errorf("line of another shape: %s", got)
		}
		for _, quoted := range inQuotes.FindAllString(line, -1) {
			text := strings.ReplaceAll(strings.Trim(quoted, `"`), "<br/>", "")
			if strings.ContainsAny(regexp.MustCompile(`#\d+;`).ReplaceAllString(text, ""), "<>[]{}#;`&%\\*") {
				t.Errorf("not escaped: %s", quoted)
			}
		}
	}
}

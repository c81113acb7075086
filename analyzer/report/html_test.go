package report_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/demarc-dev/demarc/analyzer"
)

const dataBlock = `<script id="data" type="application/json">`

func dataOf(t *testing.T, page string) string {
	t.Helper()
	_, rest, ok := strings.Cut(page, dataBlock)
	data, _, closed := strings.Cut(rest, "</script>")
	if !ok || !closed {
		t.Fatal("the page has no data")
	}
	return data
}

// TestAtlas holds what the map is drawn from.
func TestAtlas(t *testing.T) {
	for _, s := range append(samples(), grown(6)) {
		var b bytes.Buffer
		if err := json.Indent(&b, []byte(dataOf(t, printed(t, s, "html"))), "", " "); err != nil {
			t.Fatal(err)
		}
		b.WriteByte('\n')
		file := filepath.Join("testdata", s.name+".atlas.json")
		if *update {
			if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), b.String()); diff != "" {
			t.Errorf("%s: run go test -update to accept (-want +got):\n%s", s.name, diff)
		}
	}
}

// The ends of a finding are the resources that are at them: its own first, then what it mentions.
func TestAtlasEnds(t *testing.T) {
	type end struct {
		Resource int `json:"resource"`
	}
	var got struct {
		Findings []struct {
			From end `json:"from"`
			To   end `json:"to"`
		} `json:"findings"`
		Resources []struct {
			Name   string `json:"name"`
			Module int    `json:"module"`
		} `json:"resources"`
		Modules []string `json:"modules"`
	}
	s := first()
	s.result.Resources = []analyzer.Resource{
		{Address: "aws_vpc.beijing", Root: "another.json", At: beijing},
		{Address: "aws_vpc.beijing", Root: "plan.json", At: beijing},
		{Address: "aws_vpc_peering_connection.bridge", Root: "plan.json", At: frankfurt},
		{Address: "aws_iam_role.operator", Root: "plan.json", At: frankfurt},
		{Address: `module.a["x].module.y"].module.b[0].data.aws_vpc.c["module.d.e"]`, Root: "plan.json", At: frankfurt},
		{Address: "module.broken[", Root: "plan.json", At: frankfurt},
	}
	if err := json.Unmarshal([]byte(dataOf(t, printed(t, s, "html"))), &got); err != nil {
		t.Fatal(err)
	}
	if f := got.Findings[0]; f.From.Resource != 2 || f.To.Resource != 1 {
		t.Errorf("the peering joins %d and %d, want 2 and 1", f.From.Resource, f.To.Resource)
	}
	if f := got.Findings[1]; f.From.Resource != -1 || f.To.Resource != 3 {
		t.Errorf("the grant joins %d and %d, want -1 (an account) and 3", f.From.Resource, f.To.Resource)
	}
	var names []string
	for _, r := range got.Resources[4:] {
		names = append(names, got.Modules[r.Module]+" "+r.Name)
	}
	if diff := cmp.Diff([]string{`a.b data.aws_vpc.c["module.d.e"]`, " module.broken["}, names); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The page's policy lets in the one style and script that are in it, and the page asks for nothing else.
func TestHTMLPolicy(t *testing.T) {
	for _, s := range samples() {
		page := printed(t, s, "html")
		policy := regexp.MustCompile(`<meta http-equiv="Content-Security-Policy" content="([^"]*)">`).FindStringSubmatch(page)
		if policy == nil {
			t.Fatal("no policy")
		}
		want := "default-src 'none'"
		for _, tag := range []string{"style", "script"} {
			_, body, _ := strings.Cut(page, "<"+tag+">")
			body, _, _ = strings.Cut(body, "</"+tag+">")
			sum := sha256.Sum256([]byte(body))
			want += fmt.Sprintf("; %s-src 'sha256-%s'", tag, base64.StdEncoding.EncodeToString(sum[:]))
		}
		if want += "; base-uri 'none'; form-action 'none'"; policy[1] != want {
			t.Errorf("policy %s, want %s", policy[1], want)
		}
		if n := strings.Count(page, "<script"); n != 2 {
			t.Errorf("%s: %d scripts", s.name, n)
		}
		if data := dataOf(t, page); strings.ContainsAny(data, "<>&") {
			t.Errorf("%s: the data holds markup", s.name)
		}
		shell := strings.Replace(page, dataOf(t, page), "", 1)
		for _, word := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "src=", "@import", "url(http", "https://"} {
			if strings.Contains(shell, word) {
				t.Errorf("%s: the page holds %s", s.name, word)
			}
		}
	}
}

// browse opens a page from the disk in a real browser, and returns the document that comes of it and what it complained
// about. A driver runs after the page's own script, on a copy without the policy that would keep it out.
func browse(t *testing.T, page, driver string) (dom, log string) {
	t.Helper()
	program, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is not installed")
	}
	if driver != "" {
		page = regexp.MustCompile(`<meta http-equiv="Content-Security-Policy"[^>]*>`).ReplaceAllString(page, "")
		page = strings.Replace(page, "</body>", "<script>"+driver+"</script></body>", 1)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "map.html")
	if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--user-data-dir="+filepath.Join(dir, "profile"), "--window-size=1440,1000",
		"--virtual-time-budget=2000", "--enable-logging=stderr", "--dump-dom", "file://"+file)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, errs.String())
	}
	for line := range strings.Lines(errs.String()) {
		if strings.Contains(line, ":CONSOLE") {
			log += line
		}
	}
	return out.String(), log
}

// elements counts the elements of a document by their names.
func elements(dom string) map[string]int {
	shell := regexp.MustCompile(`(?s)<(script|style)[ >].*?</(script|style)>`).ReplaceAllString(dom, "")
	n := map[string]int{}
	for _, m := range regexp.MustCompile(`<([a-zA-Z][\w-]*)`).FindAllStringSubmatch(shell, -1) {
		n[m[1]]++
	}
	return n
}

func TestMapInBrowser(t *testing.T) {
	drawn := map[string]bool{}
	for _, s := range []sample{estate(), clean(), grown(5000)} {
		dom, log := browse(t, printed(t, s, "html"), "")
		if log != "" {
			t.Errorf("%s: %s", s.name, log)
		}
		if strings.Contains(dom, `id="headline"></h1>`) {
			t.Errorf("%s: the script did not run", s.name)
		}
		got := elements(dom)
		for name := range got {
			drawn[name] = true
		}
		if len(s.result.Findings) > 0 && (!strings.Contains(dom, `aria-label="Bridge: `) || got["details"] == 0) {
			t.Errorf("%s: no bridge or no list", s.name)
		}
		if n := len(dom) - len(dataOf(t, dom)); n > 400_000 {
			t.Errorf("%s: %d bytes of document: too much is drawn at first", s.name, n)
		}
	}
	for _, name := range []string{"a", "button", "svg", "path", "details"} {
		if !drawn[name] {
			t.Errorf("no %s was seen: the test does not see the page", name)
		}
	}
}

// No name of the input becomes an element, an attribute or an address, and none runs. The page's policy is taken away, so
// that it is the script that is tested.
func TestMapHostile(t *testing.T) {
	markup := `"'><img src=x onerror=alert(1)><svg onload=alert(2)><a href="javascript:alert(3)">x</a></script><script>alert(4)</script>{{data}}`
	name := func(with string) sample {
		s := hostile()
		for i := range s.result.Findings {
			f := &s.result.Findings[i]
			f.Address, f.Message, f.Note, f.Root, f.Related, f.Attribute = with, with, with, with, []string{with}, with
			f.From.Side, f.From.Name, f.From.Account, f.From.Region, f.To.Host, f.To.Side = with, with, with, with, with, "b"+with
			f.Evidence = []analyzer.Step{{Text: with, Address: with, Pos: at(with, 1, 1, 1)}}
		}
		s.result.Lines = analyzer.NewLines(map[string]string{with: "x = " + with})
		s.result.Blind = []analyzer.BlindSpot{{Address: with, Root: with, Path: with, Reason: with, Settle: with}}
		s.result.Inputs[0] = analyzer.Input{Name: with, Incomplete: []string{with}}
		s.result.Resources = []analyzer.Resource{{Address: "module." + with + "." + with, Root: with, At: s.result.Findings[0].From}}
		return s
	}
	const driver = `for (const d of document.querySelectorAll('details')) d.open = true; document.querySelector('g[aria-label^=Bridge]').dispatchEvent(new MouseEvent('click', {bubbles: true}));`
	plain, log := browse(t, printed(t, name("plain"), "html"), driver)
	if log != "" {
		t.Error(log)
	}
	evil, log := browse(t, printed(t, name(markup), "html"), driver)
	if log != "" {
		t.Error(log)
	}
	if !strings.Contains(evil, "&lt;img src=x onerror=alert(1)&gt;") {
		t.Error("the name is not shown")
	}
	for _, tag := range []string{"img", "script", "iframe"} {
		if n := elements(evil)[tag]; n > 0 {
			t.Errorf("%d %s", n, tag)
		}
	}
	for _, tag := range []string{"a", "svg", "details", "g", "li", "option"} {
		if got, want := elements(evil)[tag], elements(plain)[tag]; got != want {
			t.Errorf("%d %s, and %d with a plain name", got, tag, want)
		}
	}
}

// What can be done with the mouse can be done with the keyboard: open a bridge, read it, go back, fold, filter.
func TestMapByKeyboard(t *testing.T) {
	const driver = `
const say = (what, value) => { const p = document.createElement('p'); p.className = 'told'; p.textContent = what + '=' + value; document.body.appendChild(p); };
const press = (e, key) => e.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}));
const bridges = () => [...document.querySelectorAll('g[aria-label^=Bridge]')];
const items = () => document.querySelectorAll('#findings > details').length;
say('bridges', bridges().length); say('items', items());
say('reachable', bridges().every(b => b.tabIndex === 0 && b.getAttribute('role') === 'button'));
bridges()[0].focus(); press(bridges()[0], 'Enter');
say('chosen', items()); say('open', document.querySelector('#findings > details').open); say('in the list', document.activeElement.tagName);
press(document.activeElement, 'Escape');
say('back', items()); say('on the bridge', document.activeElement === bridges()[0]);
const fold = document.querySelector('g.cloud[aria-expanded=true]'); fold.focus(); press(fold, ' ');
say('folded', document.activeElement.getAttribute('aria-expanded'));
press(document.activeElement, 'Enter');
say('unfolded', document.activeElement.getAttribute('aria-expanded'));
press(document.body, '/'); say('search', document.activeElement.id);
document.getElementById('severity').value = '5'; document.getElementById('severity').dispatchEvent(new Event('input', {bubbles: true}));
setTimeout(() => { say('critical', items()); document.querySelector('#findings summary').click(); setTimeout(() => say('line', document.querySelector('#findings .source').textContent), 100); setTimeout(() => document.getElementById('reset').click(), 200); setTimeout(() => say('reset', items()), 500); }, 300);
`
	dom, log := browse(t, printed(t, first(), "html"), driver)
	if log != "" {
		t.Error(log)
	}
	var got []string
	for _, m := range regexp.MustCompile(`<p class="told">([^<]*)</p>`).FindAllStringSubmatch(dom, -1) {
		got = append(got, m[1])
	}
	want := []string{
		"bridges=1", "items=2", "reachable=true", "chosen=2", "open=true", "in the list=SUMMARY", "back=2", "on the bridge=true",
		"folded=false", "unfolded=true", "search=text", "critical=1", `line=38Principal = { AWS = "arn:aws-cn:iam::222222222222:root" }`, "reset=2",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

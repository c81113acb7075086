package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The snippets of README.md's "Where it is used", each tried as far as it can be here.

// use is the part of that section below a title.
func use(t *testing.T, title string) string {
	t.Helper()
	_, rest, ok := strings.Cut(section(t, "Where it is used"), "\n### "+title+"\n")
	if !ok {
		t.Fatalf("README.md has no use %q", title)
	}
	rest, _, _ = strings.Cut(rest, "\n### ")
	return rest
}

// fenced is the first block of a language.
func fenced(t *testing.T, text, language string) string {
	t.Helper()
	_, rest, ok := strings.Cut(text, "\n```"+language+"\n")
	if !ok {
		t.Fatalf("README.md: no block of %s in\n%s", language, text)
	}
	block, _, _ := strings.Cut(rest, "```")
	return block
}

// input is an input of the action.
type input struct{ name, description, value string }

// inputs reads those of action.yml.
func inputs(t *testing.T) []input {
	t.Helper()
	src, err := os.ReadFile(filepath.Join(repository(t), "action.yml"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(src), "\ninputs:\n")
	block, _, _ := strings.Cut(rest, "\noutputs:\n")
	var list []input
	for _, m := range regexp.MustCompile(`(?m)^  ([a-z-]+):\n    description: (?:>-\n)?((?:.|\n(?:      ))+)\n    default: (.*)$`).FindAllStringSubmatch(block, -1) {
		list = append(list, input{m[1], strings.Trim(strings.Join(strings.Fields(m[2]), " "), `"`), strings.Trim(m[3], `"`)})
	}
	if n := strings.Count(block, "description:"); len(list) != n {
		t.Fatalf("action.yml: %d inputs were read of %d", len(list), n)
	}
	return list
}

func inputTable(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("| input of the action | |\n|---|---|\n")
	for _, in := range inputs(t) {
		said := in.description
		if in.value != "" && !strings.HasPrefix(in.value, "$") {
			said += " (default " + in.value + ")"
		}
		fmt.Fprintf(&b, "| `%s` | %s |\n", in.name, said)
	}
	return b.String()
}

// repository is where README.md is, from wherever a test runs.
func repository(t *testing.T) string {
	t.Helper()
	for _, dir := range []string{".", filepath.Join("..", "..")} {
		if _, err := os.Stat(filepath.Join(dir, "action.yml")); err == nil {
			return dir
		}
	}
	t.Fatal("there is no action.yml")
	return ""
}

func TestReadmeHooks(t *testing.T) {
	src, err := os.ReadFile("../../.pre-commit-hooks.yaml")
	if err != nil {
		t.Fatal(err)
	}
	ids := regexp.MustCompile(`- id: (\S+)`)
	names := func(text string) (list []string) {
		for _, m := range ids.FindAllStringSubmatch(text, -1) {
			list = append(list, m[1])
		}
		return list
	}
	if got, want := names(fenced(t, use(t, "Before a commit"), "yaml")), names(string(src)); !slices.Equal(got, want) {
		t.Errorf("README.md shows the hooks %v, and there are %v", got, want)
	}
}

// The workflow uses inputs and outputs that there are, pins what it uses, and actionlint finds nothing in it.
func TestReadmeWorkflow(t *testing.T) {
	workflow := fenced(t, use(t, "On a pull request"), "yaml")
	_, with, _ := strings.Cut(workflow, "uses: demarc-dev/demarc@REVISION\n")
	with, _, _ = strings.Cut(with, "\n      - ")
	for _, m := range regexp.MustCompile(`(?m)^          ([a-z-]+):`).FindAllStringSubmatch(with, -1) {
		if !slices.ContainsFunc(inputs(t), func(in input) bool { return in.name == m[1] }) {
			t.Errorf("the action has no input %s", m[1])
		}
	}
	for _, m := range regexp.MustCompile(`uses: (.*)`).FindAllStringSubmatch(workflow, -1) {
		if m[1] != "demarc-dev/demarc@REVISION" && !pinned.MatchString(m[1]) {
			t.Errorf("not pinned to a commit with its version: %s", m[1])
		}
	}
	if _, err := exec.LookPath("actionlint"); err != nil {
		t.Skip("there is no actionlint")
	}
	file := filepath.Join(t.TempDir(), "demarc.yml")
	if err := os.WriteFile(file, []byte(workflow), 0o644); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("../../.github/workflows/*.yml")
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("actionlint", append(files, file)...).CombinedOutput(); err != nil {
		t.Errorf("actionlint: %v\n%s", err, out)
	}
}

// The commands of the other snippets are run where there is something to find, and write what the servers read.
func TestReadmeReports(t *testing.T) {
	text := use(t, "On GitLab and elsewhere")
	gitlab, junit := fenced(t, text, "yaml"), fenced(t, text, "sh")
	root, err := filepath.Abs("../../fixtures/first-look")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	src, err := os.ReadFile(filepath.Join(root, "main.tf"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), src, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	scan := regexp.MustCompile(`demarc (scan .*)`)
	for _, block := range []string{gitlab, junit} {
		m := scan.FindStringSubmatch(block)
		if m == nil {
			t.Fatalf("no command in\n%s", block)
		}
		var out, errs bytes.Buffer
		if code := run(strings.Fields(m[1]), strings.NewReader(""), &out, &errs); code != exitFindings {
			t.Fatalf("%s: exit status %d: %s", m[0], code, &errs)
		}
	}
	report := regexp.MustCompile(`codequality: (\S+)`).FindStringSubmatch(gitlab)
	raw, err := os.ReadFile(report[1])
	if err != nil {
		t.Fatal(err)
	}
	var quality []struct{ Fingerprint string }
	if err := json.Unmarshal(raw, &quality); err != nil || len(quality) != 3 {
		t.Errorf("%s: %v in\n%s", report[1], err, raw)
	}
	raw, err = os.ReadFile("demarc.xml")
	if err != nil {
		t.Fatal(err)
	}
	var suites struct {
		Failures int `xml:"failures,attr"`
	}
	if err := xml.Unmarshal(raw, &suites); err != nil || suites.Failures != 3 {
		t.Errorf("demarc.xml: %v in\n%s", err, raw)
	}
}

// The line for those without pre-commit.
func TestReadmeStagedFiles(t *testing.T) {
	for _, tool := range []string{"git", "sh", "xargs"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("there is no %s", tool)
		}
	}
	j := newJob(t)
	line := regexp.MustCompile("`(git diff --cached [^`]+)`").FindStringSubmatch(use(t, "Before a commit"))
	if line == nil {
		t.Fatal("README.md has no such line")
	}
	j.env["PATH"] = filepath.Join(j.temp, "demarc", "bin") + string(os.PathListSeparator) + j.env["PATH"]
	if out, err := j.command("sh", "-c", line[1]).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("with nothing staged: %v\n%s", err, out)
	}
	j.write("new.tf", peering("one"))
	j.git("add", "new.tf")
	out, err := j.command("sh", "-c", line[1]).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "2 crossings between global and china") {
		t.Errorf("with a crossing staged: %v\n%s", err, out)
	}
}

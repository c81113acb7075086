package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/demarc-dev/demarc/rules"
	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"
)

// TestReadme holds README.md to what is so: it runs every command of a console block, and writes again what is made
// from the code. With -update the file takes what came out.
func TestReadme(t *testing.T) {
	t.Chdir("../..")
	for _, file := range []string{"demarc.json", "draft.hcl", "china.ndjson", "shared.ndjson"} { // commands there write them
		t.Cleanup(func() { os.Remove(file) })
	}
	raw, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	policy, err := os.ReadFile("fixtures/first-look/policy.hcl")
	if err != nil {
		t.Fatal(err)
	}
	want := string(raw)
	got := between.ReplaceAllStringFunc(want, func(s string) string {
		name := between.FindStringSubmatch(s)[1]
		made := map[string]string{
			"rules":  ruleTable(),
			"flags":  flagTable(),
			"inputs": inputTable(t),
			"policy": "```hcl\n" + string(policy) + "```\n",
		}[name]
		if made == "" {
			t.Errorf("README.md: nothing makes %q", name)
		}
		return fmt.Sprintf("<!-- %s -->\n%s<!-- end -->", name, made)
	})
	ran := 0
	got = console.ReplaceAllStringFunc(got, func(s string) string {
		var b strings.Builder
		b.WriteString("```console\n")
		for _, line := range strings.Split(s, "\n") {
			if command, ok := strings.CutPrefix(line, "$ "); ok {
				b.WriteString(line + "\n" + transcript(t, command))
				ran++
			}
		}
		return b.String() + "```"
	})
	if ran < 4 {
		t.Errorf("README.md: only %d commands were found", ran)
	}
	if *update {
		if err := os.WriteFile("README.md", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("README.md: run go test ./cmd/demarc -update to accept (-want +got):\n%s", diff)
	}
}

var (
	between = regexp.MustCompile(`(?s)<!-- (\w+) -->\n.*?<!-- end -->`)
	console = regexp.MustCompile("(?s)```console\n.*?```")
)

// transcript is what a command prints, as somebody sees it who runs it.
func transcript(t *testing.T, command string) string {
	t.Helper()
	args, ok := strings.CutPrefix(command, "go run ./cmd/demarc ")
	if !ok {
		args, ok = strings.CutPrefix(command, "demarc ")
	}
	if !ok {
		t.Fatalf("README.md: cannot run %q", command)
	}
	var out, errs bytes.Buffer
	if code := run(strings.Fields(args), strings.NewReader(""), &out, &errs); code == exitBad {
		t.Errorf("README.md: %q could not be run: %s", command, &errs)
	}
	return out.String()
}

func ruleTable() string {
	var b strings.Builder
	b.WriteString("| rule | severity | says that |\n|---|---|---|\n")
	for _, r := range rules.All() {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", r.ID, r.Severity, r.Title)
	}
	return b.String()
}

func flagTable() string {
	var b strings.Builder
	b.WriteString("| flag of `demarc scan` | |\n|---|---|\n")
	scanCommand().Flags().VisitAll(func(f *pflag.Flag) {
		value, usage := pflag.UnquoteUsage(f)
		if value != "" {
			value = " " + value
		}
		if f.DefValue != "" && f.DefValue != "[]" && f.DefValue != "false" && f.DefValue != "0" {
			usage += " (default " + f.DefValue + ")"
		}
		fmt.Fprintf(&b, "| `--%s%s` | %s |\n", f.Name, value, usage)
	})
	return b.String()
}

// section is the part of README.md below a title.
func section(t *testing.T, title string) string {
	t.Helper()
	raw, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(raw), "\n## "+title+"\n")
	if !ok {
		t.Fatalf("README.md has no section %q", title)
	}
	rest, _, _ = strings.Cut(rest, "\n## ")
	return rest
}

// listed are the names that the items of a list in README.md begin with.
func listed(t *testing.T, title string) []string {
	t.Helper()
	var names []string
	for _, m := range regexp.MustCompile("(?m)^- `([^`]+)`: \\S").FindAllStringSubmatch(section(t, title), -1) {
		names = append(names, m[1])
	}
	return names
}

func TestReadmeListsFormats(t *testing.T) {
	want := strings.Split(formatNames(), ", ")
	if diff := cmp.Diff(want, listed(t, "Formats")); diff != "" {
		t.Errorf("README.md lists other formats than there are (-are +listed):\n%s", diff)
	}
}

// Every module that the project itself asks for has its reason in README.md.
func TestReadmeListsDependencies(t *testing.T) {
	out, err := exec.Command("go", "mod", "edit", "-json", "../../go.mod").Output()
	if err != nil {
		t.Fatal(err)
	}
	var mod struct {
		Require []struct {
			Path     string
			Indirect bool
		}
		Tool []struct{ Path string }
	}
	if err := json.Unmarshal(out, &mod); err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, r := range mod.Require {
		tool := slices.ContainsFunc(mod.Tool, func(tool struct{ Path string }) bool { return strings.HasPrefix(tool.Path, r.Path+"/") })
		if !r.Indirect || tool {
			want = append(want, r.Path)
		}
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, listed(t, "Dependencies")); diff != "" {
		t.Errorf("README.md lists other direct dependencies than go.mod (-go.mod +README.md):\n%s", diff)
	}
}

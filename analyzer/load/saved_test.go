package load

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// fakeTools puts scripts on an otherwise empty PATH.
func fakeTools(t *testing.T, scripts map[string]string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("scripts of the shell do not run here")
	}
	dir := t.TempDir()
	for name, script := range scripts {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
}

// savedPlanFile writes something with the shape of a saved plan.
func savedPlanFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tfplan")
	if err := os.WriteFile(path, []byte(archive(t, map[string]string{"tfplan": "\x08\x03", "tfstate": "{}", "tfconfig/modules.json": "[]"})), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestSavedPlan has a tool show the plan. The script checks that it is asked in a directory with nothing but the plan.
func TestSavedPlan(t *testing.T) {
	shown, err := filepath.Abs(filepath.Join("..", "..", "fixtures", "semantics", "providers", "plan.json"))
	if err != nil {
		t.Fatal(err)
	}
	print := `while IFS= read -r line || [ -n "$line" ]; do printf '%s\n' "$line"; done <` + shown + "\n"
	strict := `[ "$1 $2 $3" = "show -json -no-color" ] || { echo "asked for $*" >&2; exit 1; }
[ "$(echo *)" = tfplan ] || { echo "it runs where there is: $(echo *)" >&2; exit 1; }
[ -z "$TF_CLI_ARGS$TF_CLI_ARGS_show$TF_LOG" ] || { echo "the environment changes what it prints" >&2; exit 1; }
` + print
	t.Setenv("TF_CLI_ARGS_show", "-help")
	t.Setenv("TF_LOG", "trace")
	for name, tools := range map[string]map[string]string{
		"terraform":                      {"terraform": strict},
		"tofu":                           {"tofu": strict},
		"tofu where terraform cannot":    {"terraform": "exit 1\n", "tofu": strict},
		"the wrapper of setup-terraform": {"terraform": "echo '[command]/opt/terraform-bin show -json'\n" + print + "echo '::debug::exitcode: 0'\n"},
	} {
		t.Run(name, func(t *testing.T) {
			fakeTools(t, tools)
			path := savedPlanFile(t)
			s, err := File(path, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if s.Name != filepath.ToSlash(path) {
				t.Errorf("the input is called %q", s.Name)
			}
			resource(t, s, "module.legacy.aws_vpc.l")
		})
	}
}

// TestSavedPlanErrors: what can go wrong is said, with what to do.
func TestSavedPlanErrors(t *testing.T) {
	for _, c := range []struct {
		name     string
		tools    map[string]string
		says, do string
	}{
		{"no tool", nil, "neither terraform nor tofu", "put one on the PATH"},
		{"a tool that fails", map[string]string{"terraform": "printf '\\n│ Error: Failed to read plan\\n' >&2; exit 1\n"}, "terraform show: Error: Failed to read plan", "after terraform init"},
		{"an error after a warning", map[string]string{"terraform": "printf 'There are some problems with the CLI configuration:\\n│ Warning: x\\n\\nError: Failed to load plugin schemas\\n' >&2; exit 1\n"}, "terraform show: Error: Failed to load plugin schemas", "after terraform init"},
		{"both fail", map[string]string{"terraform": "echo one >&2; exit 1\n", "tofu": "echo two >&2; exit 2\n"}, "terraform show: one; tofu show: two", "after terraform init"},
		{"it fails in silence", map[string]string{"terraform": "exit 3\n"}, "exit status 3", "after terraform init"},
		{"it prints nothing", map[string]string{"terraform": "exit 0\n"}, "is empty", "terraform show -json"},
		{"it prints half a document", map[string]string{"terraform": `echo '{"format_version":"1.2",'` + "\n"}, "cut off", "terraform show -json"},
	} {
		t.Run(c.name, func(t *testing.T) {
			fakeTools(t, c.tools)
			s, err := File(savedPlanFile(t), Options{})
			if err == nil {
				t.Fatalf("was read: %d resources", len(s.Resources))
			}
			if msg := err.Error(); !strings.Contains(msg, c.says) || !strings.Contains(msg, c.do) {
				t.Errorf("got %s", msg)
			}
		})
	}
}

// TestOtherArchives: an archive that is no plan is not handed to anything.
func TestOtherArchives(t *testing.T) {
	fakeTools(t, map[string]string{"terraform": "echo asked >&2; exit 1\n"})
	for _, c := range []struct{ doc, says string }{
		{archive(t, map[string]string{"plan.json": small}), "is a zip archive, and no saved plan"},
		{archive(t, map[string]string{"tfplan": "x"})[:40], "is a zip archive that was cut off"},
		{"PK\x03\x04", "is a zip archive that was cut off"},
	} {
		if e := refused(t, c.doc); !strings.Contains(e.Error(), c.says) {
			t.Errorf("got %s, want %s", e, c.says)
		}
	}
}

// TestRealSavedPlan reads a plan that terraform itself has saved, of a resource that it brings the provider of.
func TestRealSavedPlan(t *testing.T) {
	terraform, err := exec.LookPath("terraform")
	if err != nil {
		t.Skip("terraform is not on the PATH")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte("resource \"terraform_data\" \"x\" {\n  input = \"y\"\n}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"init", "-input=false"}, {"plan", "-input=false", "-out=tfplan"}} {
		cmd := exec.Command(terraform, args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "CHECKPOINT_DISABLE=1", "TF_DATA_DIR=")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("terraform %s: %s\n%s", args[0], err, out)
		}
	}
	s, err := File(filepath.Join(dir, "tfplan"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Resources) != 1 || s.Resources[0].Address != "terraform_data.x" {
		t.Errorf("got %v", s.Resources)
	}
}

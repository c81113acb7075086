package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/demarc-dev/demarc/analyzer/report"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

var update = flag.Bool("update", false, "write the outputs in the scripts and in README.md")

// TestMain makes the test binary the command itself, where it is started as demarc.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"demarc": main})
}

var plan = filepath.Join("..", "..", "fixtures", "first-look", "plan.json")

func TestScripts(t *testing.T) {
	src, err := os.ReadFile(plan)
	if err != nil {
		t.Fatal(err)
	}
	config, err := hooks()
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join("testdata", "script"),
		UpdateScripts: *update,
		// Every script has the plan of the README, and what a text archive cannot hold.
		Setup: func(env *testscript.Env) error {
			return errors.Join(
				os.CopyFS(filepath.Join(env.WorkDir, "estate"), os.DirFS("../../fixtures/estates/by-id")),
				os.WriteFile(filepath.Join(env.WorkDir, "plan.json"), src, 0o644),
				os.WriteFile(filepath.Join(env.WorkDir, "hooks.yaml"), []byte(config), 0o644),
				os.WriteFile(filepath.Join(env.WorkDir, "cut.json"), src[:len(src)/2], 0o644),
				os.WriteFile(filepath.Join(env.WorkDir, "latin1.json"), []byte("{\"format_version\": \"1.2\", \"variables\": {\"town\": {\"value\": \"M\xfcnchen\"}}}"), 0o644),
				os.WriteFile(filepath.Join(env.WorkDir, "deep.json"), []byte(`{"format_version": "1.2", "resource_changes": [{"address": "aws_vpc.a", "change": {"after": {"tags": `+
					strings.Repeat("[", 200)+strings.Repeat("]", 200)+`}}}]}`), 0o644),
			)
		},
		Condition: func(cond string) (bool, error) {
			if cond != "root" {
				return false, fmt.Errorf("unknown condition %q", cond)
			}
			return os.Geteuid() == 0, nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "valid": valid},
	})
}

// exits runs a command and compares its exit status: `exits 2 demarc scan`. With 2 there must be nothing on standard
// output, and a message of demarc's own on standard error; else nothing on standard error.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS PROGRAM [ARGUMENT...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	switch err := ts.Exec(args[1], args[2:]...); {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
	stdout, stderr := ts.ReadFile("stdout"), ts.ReadFile("stderr")
	switch {
	case want != exitBad && stderr != "":
		ts.Fatalf("there is something on standard error")
	case want == exitBad && stdout != "":
		ts.Fatalf("there is something on standard output")
	case want == exitBad && (!strings.HasPrefix(stderr, "demarc: ") || strings.Contains(stderr, "goroutine")):
		ts.Fatalf("standard error is no message of demarc")
	}
}

// valid compares JSON output with the schema: `valid report.json`.
func valid(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: valid FILE")
	}
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(report.Schema))
	ts.Check(err)
	c := jsonschema.NewCompiler()
	ts.Check(c.AddResource("schema.json", schema))
	compiled, err := c.Compile("schema.json")
	ts.Check(err)
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(ts.ReadFile(args[0])))
	ts.Check(err)
	ts.Check(compiled.Validate(doc))
}

// A reader that has gone away is an error that is said once, not a signal and not a success.
func TestClosedPipe(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"scan", plan}, {"scan", "--format", "json", plan}, {"explain"}, {"version"}} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		r.Close()
		var stderr bytes.Buffer
		cmd := exec.Command(exe, args...)
		cmd.Args[0] = "demarc"
		cmd.Stdout, cmd.Stderr = w, &stderr
		err = cmd.Run()
		w.Close()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != exitBad {
			t.Errorf("%v: %v, want exit status 2", args, err)
		}
		if s := stderr.String(); !strings.HasPrefix(s, "demarc: standard output: ") || strings.Count(s, "\n") != 1 {
			t.Errorf("%v: standard error is %q", args, s)
		}
	}
}

// explosive panics at the first use, as a mistake in demarc would.
type explosive struct{ with any }

func (e explosive) Read([]byte) (int, error)  { panic(e.with) }
func (e explosive) Write([]byte) (int, error) { panic(e.with) }

func TestPanic(t *testing.T) {
	var none []int
	for _, test := range []struct {
		args   []string
		stdin  io.Reader
		stdout io.Writer
		want   string
	}{
		{[]string{"scan", plan, "-"}, explosive{"secret"}, io.Discard, "demarc: internal error while reading -: panic of a string\n"},
		{[]string{"scan", plan}, nil, explosive{errors.New("secret")}, "demarc: internal error while scanning " + plan + ": panic of a *errors.errorString\n"},
		{[]string{"scan", "-"}, slicer(none), io.Discard, "demarc: internal error while reading -: runtime error: index out of range [0] with length 0\n"},
		{[]string{"version"}, nil, explosive{"secret"}, "demarc: internal error while running: panic of a string\n"},
	} {
		var stderr bytes.Buffer
		if got := run(test.args, test.stdin, test.stdout, &stderr); got != exitBad {
			t.Errorf("%v: exit status %d, want 2", test.args, got)
		}
		s := stderr.String()
		if !strings.HasPrefix(s, test.want) {
			t.Errorf("%v: standard error begins %.200q, want %q", test.args, s, test.want)
		}
		if strings.Contains(s, "secret") {
			t.Errorf("%v: the value of a panic is printed", test.args)
		}
		for _, want := range []string{"https://github.com/demarc-dev/demarc/issues", "main_test.go"} {
			if !strings.Contains(s, want) {
				t.Errorf("%v: no %s in\n%s", test.args, want, s)
			}
		}
	}
}

// slicer reads beyond its end.
type slicer []int

func (s slicer) Read([]byte) (int, error) { return s[0], nil }

// Names in broken input cannot command a terminal or a CI runner through a message either.
func TestErrorsAreInert(t *testing.T) {
	key, err := json.Marshal("\x1b[31mred\n::error::pwned")
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	in := strings.NewReader(`{"format_version": "1.2", "planned_values": {` + string(key) + `: {"x": `)
	if got := run([]string{"scan", "-"}, in, io.Discard, &stderr); got != exitBad {
		t.Errorf("exit status %d, want 2", got)
	}
	if s := stderr.String(); !strings.Contains(s, "red") || strings.Contains(s, "\x1b") || strings.Contains(s, "\n::") {
		t.Errorf("standard error is %q", s)
	}
}

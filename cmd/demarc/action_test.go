package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// api is what the action uses of GitHub's API, for one pull request.
type api struct {
	head     string // of the pull request now
	user     string // whom the token belongs to, "" for a job's own token
	readOnly bool
	comments []comment
	calls    []string // what changed something, and what was refused
}

type comment struct {
	ID   int    `json:"id"`
	Body string `json:"body"`
	User struct {
		Login string `json:"login"`
		Type  string `json:"type"`
	} `json:"user"`
}

func by(login, typ string, id int, body string) comment {
	c := comment{ID: id, Body: body}
	c.User.Login, c.User.Type = login, typ
	return c
}

const token = "ghs_secret"

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+token {
		http.Error(w, `{"message": "Bad credentials"}`, http.StatusUnauthorized)
		return
	}
	answer := func(status int, v any) {
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(v)
	}
	refused := map[string]string{"message": "Resource not accessible by integration"}
	if r.Method != http.MethodGet {
		a.calls = append(a.calls, r.Method+" "+r.URL.Path)
		if a.readOnly {
			answer(http.StatusForbidden, refused)
			return
		}
	}
	var in struct{ Body string }
	if r.Method == http.MethodPost || r.Method == http.MethodPatch {
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil || in.Body == "" || len(in.Body) > 65536 {
			answer(http.StatusUnprocessableEntity, map[string]string{"message": "Validation Failed"})
			return
		}
	}
	const one = "/repos/acme/infra/issues/comments/"
	switch path := r.URL.Path; {
	case r.Method == http.MethodGet && path == "/repos/acme/infra/pulls/7":
		answer(http.StatusOK, map[string]any{"head": map[string]string{"sha": a.head}})
	case r.Method == http.MethodGet && path == "/user" && a.user != "":
		answer(http.StatusOK, map[string]string{"login": a.user})
	case r.Method == http.MethodGet && path == "/user":
		answer(http.StatusForbidden, refused)
	case r.Method == http.MethodGet && path == "/repos/acme/infra/issues/7/comments":
		page, _ := strconv.Atoi(r.URL.Query().Get("page"))
		size, _ := strconv.Atoi(r.URL.Query().Get("per_page"))
		from := min((page-1)*size, len(a.comments))
		answer(http.StatusOK, append([]comment{}, a.comments[from:min(from+size, len(a.comments))]...))
	case r.Method == http.MethodPost && path == "/repos/acme/infra/issues/7/comments":
		a.comments = append(a.comments, by("github-actions[bot]", "Bot", 1000+len(a.comments), in.Body))
		answer(http.StatusCreated, a.comments[len(a.comments)-1])
	case strings.HasPrefix(path, one):
		id, _ := strconv.Atoi(strings.TrimPrefix(path, one))
		i := slices.IndexFunc(a.comments, func(c comment) bool { return c.ID == id })
		switch {
		case i < 0:
			answer(http.StatusNotFound, refused)
		case r.Method == http.MethodPatch:
			a.comments[i].Body = in.Body
			answer(http.StatusOK, a.comments[i])
		case r.Method == http.MethodDelete:
			a.comments = slices.Delete(a.comments, i, i+1)
			w.WriteHeader(http.StatusNoContent)
		}
	default:
		answer(http.StatusNotFound, refused)
	}
}

// job is a repository with a pull request, and a runner.
type job struct {
	*testing.T
	api    *api
	dir    string // of the work tree
	temp   string
	env    map[string]string
	base   string // the commit of the base branch
	output map[string]string
}

// ran is what one run of the action left behind.
type ran struct {
	log, summary string
	exit         int
}

func newJob(t *testing.T) *job {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the runner's paths are not the shell's")
	}
	for _, tool := range []string{"bash", "git", "jq", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("there is no %s", tool)
		}
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	a := &api{}
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	j := &job{T: t, api: a, dir: t.TempDir(), temp: t.TempDir()}
	j.must(os.MkdirAll(filepath.Join(j.temp, "demarc", "bin"), 0o755))
	j.must(os.Symlink(exe, filepath.Join(j.temp, "demarc", "bin", "demarc")))
	j.env = map[string]string{
		"HOME": j.temp, "PATH": os.Getenv("PATH"), "GIT_CONFIG_NOSYSTEM": "1",
		"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.com", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.com",
		"GITHUB_EVENT_NAME": "pull_request", "GITHUB_REPOSITORY": "acme/infra", "GITHUB_API_URL": server.URL, "GITHUB_SERVER_URL": "https://github.com",
		"RUNNER_TEMP": j.temp, "DEMARC_PATH": ".", "DEMARC_PLAN": "", "DEMARC_POLICY": "", "DEMARC_FORMATS": "", "DEMARC_FAIL_ON": "high",
		"DEMARC_BASELINE": "", "DEMARC_TOKEN": token,
	}
	j.git("init", "--quiet", "--initial-branch=main", ".")
	j.write("main.tf", "provider \"aws\" {\n  region = \"eu-central-1\"\n}\nresource \"aws_vpc\" \"v\" {\n  cidr_block = \"10.0.0.0/16\"\n}\n"+peering("old"))
	j.base = j.commit()
	j.git("checkout", "--quiet", "-b", "join")
	return j
}

func peering(name string) string {
	return fmt.Sprintf("resource \"aws_vpc_peering_connection\" %q {\n  vpc_id      = aws_vpc.v.id\n  peer_vpc_id = \"vpc-1\"\n  peer_region = \"cn-north-1\"\n}\n", name)
}

func (j *job) must(err error) {
	j.Helper()
	if err != nil {
		j.Fatal(err)
	}
}

func (j *job) write(name, text string) {
	j.Helper()
	j.must(os.WriteFile(filepath.Join(j.dir, name), []byte(text), 0o644))
}

func (j *job) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = j.dir
	for _, k := range slices.Sorted(maps.Keys(j.env)) {
		cmd.Env = append(cmd.Env, k+"="+j.env[k])
	}
	return cmd
}

func (j *job) git(args ...string) string {
	j.Helper()
	out, err := j.command("git", args...).CombinedOutput()
	if err != nil {
		j.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func (j *job) commit() string {
	j.Helper()
	j.git("add", "--all")
	j.git("commit", "--quiet", "--allow-empty", "--message", "change")
	return j.git("rev-parse", "HEAD")
}

// push commits what has been written, and runs the action's scripts as a runner would.
func (j *job) push() ran {
	j.Helper()
	j.api.head = j.commit()
	return j.run(nil)
}

// run runs the action on what is checked out; edit changes the recorded event.
func (j *job) run(edit func(event string) string) ran {
	j.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "action", "pull_request.json"))
	j.must(err)
	event := strings.NewReplacer("HEAD_SHA", j.api.head, "BASE_SHA", j.base).Replace(string(raw))
	if edit != nil {
		event = edit(event)
	}
	files := j.TempDir()
	for name, file := range map[string]string{"GITHUB_EVENT_PATH": "event.json", "GITHUB_OUTPUT": "output", "GITHUB_STEP_SUMMARY": "summary"} {
		j.env[name] = filepath.Join(files, file)
		j.must(os.WriteFile(j.env[name], nil, 0o644))
	}
	j.must(os.WriteFile(j.env["GITHUB_EVENT_PATH"], []byte(event), 0o644))
	var r ran
	for _, script := range []string{"scan.sh", "comment.sh", "verdict.sh"} {
		path, err := filepath.Abs(filepath.Join("..", "..", ".github", "action", script))
		j.must(err)
		var log bytes.Buffer
		cmd := j.command("bash", path)
		cmd.Stdout, cmd.Stderr = &log, &log
		err = cmd.Run()
		r.log += log.String()
		var exit *exec.ExitError
		switch {
		case script == "verdict.sh" && errors.As(err, &exit):
			r.exit = exit.ExitCode()
		case err != nil:
			j.Fatalf("%s: %v\n%s", script, err, r.log)
		}
		if script == "scan.sh" {
			j.outputs()
		}
	}
	summary, err := os.ReadFile(j.env["GITHUB_STEP_SUMMARY"])
	j.must(err)
	r.summary = string(summary)
	if strings.Contains(r.log+r.summary, token) {
		j.Error("the token is printed")
	}
	if _, err := os.Stat(filepath.Join(j.dir, "pwned")); err == nil {
		j.Error("text of the event was run")
	}
	return r
}

func (j *job) outputs() {
	j.Helper()
	raw, err := os.ReadFile(j.env["GITHUB_OUTPUT"])
	j.must(err)
	j.output = map[string]string{}
	for line := range strings.Lines(string(raw)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		j.output[name] = value
	}
	j.env["DEMARC_EXIT"], j.env["DEMARC_VERDICT"] = j.output["exit"], j.output["verdict"]
}

func (j *job) expect(what, got string, parts ...string) {
	j.Helper()
	for _, p := range parts {
		if !strings.Contains(got, p) {
			j.Errorf("%s has no %q:\n%s", what, p, got)
		}
	}
}

// Five pushes make one comment, which says at every one what is so.
func TestActionComments(t *testing.T) {
	j := newJob(t)
	others := []comment{by("somebody", "User", 1, "<!-- demarc -->\nforged"), by("other[bot]", "Bot", 2, "see <!-- demarc -->")}
	for i := range 120 { // more than one page
		others = append(others, by("somebody", "User", 10+i, "talk"))
	}
	j.api.comments = slices.Clone(others)
	mine := func() string {
		t.Helper()
		if len(j.api.comments) != len(others)+1 {
			t.Fatalf("%d comments of the action", len(j.api.comments)-len(others))
		}
		return j.api.comments[len(others)].Body
	}

	j.write("new.tf", peering("one"))
	r := j.push()
	j.expect("the comment", mine(), "<!-- demarc -->\n### This change **adds 1** link between global and china, keeps 1, removes 0", "Against `origin/main`", "aws_vpc_peering_connection.one")
	j.expect("the summary", r.summary, "**adds 1** link between global and china", "```mermaid")
	j.expect("the log", r.log, "\n::error file=new.tf,line=4,")
	if strings.Count(r.log, "\n::error ") != 1 || r.exit != exitFindings {
		t.Errorf("exit status %d, log:\n%s", r.exit, r.log)
	}
	for name, want := range map[string]string{"verdict": "findings", "findings": "2", "new": "1", "critical": "0", "high": "2", "note": "0"} {
		if j.output[name] != want {
			t.Errorf("output %s is %q, want %s", name, j.output[name], want)
		}
	}
	sarif, err := os.ReadFile(j.output["sarif"])
	j.must(err)
	j.expect("SARIF", string(sarif), `"baselineState": "unchanged"`, `"baselineState": "new"`)

	j.write("README.md", "Nothing that is scanned.\n")
	j.push()
	if want := []string{"POST /repos/acme/infra/issues/7/comments"}; !slices.Equal(j.api.calls, want) {
		t.Errorf("a push that changes nothing calls %v", j.api.calls)
	}

	j.write("new.tf", "# moved by a line\n"+peering("one")+peering("two"))
	j.push()
	j.expect("the comment", mine(), "**adds 2** links between global and china, keeps 1, removes 0", "aws_vpc_peering_connection.two")

	j.write(".demarc.hcl", "boundery \"x\" {}\n")
	r = j.push()
	j.expect("the comment", mine(), "could not analyse")
	j.expect("the summary", r.summary, "    demarc: .demarc.hcl:1")
	if r.exit != exitBad || j.output["verdict"] != "failed" || j.output["sarif"] != "" {
		t.Errorf("exit status %d, outputs %v", r.exit, j.output)
	}

	j.must(os.Remove(filepath.Join(j.dir, ".demarc.hcl")))
	j.must(os.Remove(filepath.Join(j.dir, "new.tf")))
	j.write("main.tf", "provider \"aws\" {\n  region = \"eu-central-1\"\n}\n")
	r = j.push()
	j.expect("the comment", mine(), "**adds 0** findings, keeps 0, removes 1", "No links between sides")
	if r.exit != exitClean {
		t.Errorf("exit status %d", r.exit)
	}
	count := map[string]int{}
	for _, c := range j.api.calls {
		method, _, _ := strings.Cut(c, " ")
		count[method]++
	}
	if count["POST"] != 1 || count["PATCH"] != 3 || len(count) != 2 {
		t.Errorf("calls %v", j.api.calls)
	}
	if !slices.Equal(j.api.comments[:len(others)], others) {
		t.Error("comments of others were changed")
	}
}

func TestActionIsSilent(t *testing.T) {
	for name, test := range map[string]struct {
		prepare func(*job)
		edit    func(string) string
		clean   bool // the pull request changes nothing
		says    string
	}{
		"nothing changed": {clean: true, prepare: func(*job) {}},
		"a fork": {
			prepare: func(j *job) { j.api.readOnly = true },
			edit: func(event string) string {
				return strings.Replace(event, `"full_name": "acme/infra"`, `"full_name": "somebody/infra"`, 1)
			},
			says: "No comment on the pull request: it comes from a fork, whose token may not write.",
		},
		"a fork that is gone": {
			prepare: func(*job) {},
			edit: func(event string) string {
				return strings.Replace(event, `"repo": { "id": 186853002, "name": "infra", "full_name": "acme/infra", "private": true, "fork": false }`, `"repo": null`, 1)
			},
			says: "it comes from a fork",
		},
		"no token":      {prepare: func(j *job) { j.env["DEMARC_TOKEN"] = "" }, says: "No comment on the pull request: there is no token."},
		"a wrong token": {prepare: func(j *job) { j.env["DEMARC_TOKEN"] = "ghs_old" }, says: "the token may not read the pull request"},
		"no pull request": {prepare: func(j *job) { j.env["GITHUB_EVENT_NAME"] = "push" }, edit: func(string) string {
			return `{"ref": "refs/heads/main", "repository": {"full_name": "acme/infra"}}`
		}},
		"a newer push": {prepare: func(j *job) { j.api.head = "0000000000000000000000000000000000000002" }, says: "there is a newer push, whose run writes it"},
	} {
		t.Run(name, func(t *testing.T) {
			j := newJob(t)
			if !test.clean {
				j.write("new.tf", peering("one"))
			}
			j.api.head = j.commit()
			head := j.api.head
			test.prepare(j)
			r := j.run(func(event string) string {
				event = strings.ReplaceAll(event, j.api.head, head)
				if test.edit != nil {
					event = test.edit(event)
				}
				return event
			})
			if len(j.api.calls) > 0 || len(j.api.comments) > 0 {
				t.Errorf("calls %v", j.api.calls)
			}
			j.expect("the summary", r.summary, test.says)
			if test.says == "" && strings.Contains(r.summary, "No comment") {
				t.Errorf("the summary makes excuses:\n%s", r.summary)
			}
			if test.clean != (r.exit == exitClean) {
				t.Errorf("exit status %d", r.exit)
			}
			if !test.clean {
				j.expect("the summary", r.summary, "aws_vpc_peering_connection.one")
				j.expect("the log", r.log, "::error file=new.tf,")
			}
		})
	}
}

func TestActionReadOnlyToken(t *testing.T) {
	j := newJob(t)
	j.api.readOnly = true
	j.write("new.tf", peering("one"))
	r := j.push()
	j.expect("the summary", r.summary, "the token may not write comments (permissions: pull-requests: write)")
	if len(j.api.calls) != 1 {
		t.Errorf("calls %v", j.api.calls)
	}
}

// Two runs at once have each written a comment: the next leaves one. With a person's token, the comments are theirs.
func TestActionLeavesOneComment(t *testing.T) {
	j := newJob(t)
	j.api.user = "robot-account"
	j.api.comments = []comment{
		by("robot-account", "User", 1, "<!-- demarc -->\nfirst"), by("github-actions[bot]", "Bot", 2, "<!-- demarc -->\nof another token"), by("robot-account", "User", 3, "<!-- demarc -->\nsecond"),
	}
	j.write("new.tf", peering("one"))
	j.push()
	if len(j.api.comments) != 2 || j.api.comments[0].ID != 1 || j.api.comments[1].Body != "<!-- demarc -->\nof another token" {
		t.Fatalf("comments %v", j.api.comments)
	}
	j.expect("the comment", j.api.comments[0].Body, "**adds 1**")
}

// What a runner checks out is a shallow merge: the base is its first parent, which has to be fetched.
func TestActionFetchesBase(t *testing.T) {
	j := newJob(t)
	j.write("new.tf", peering("one"))
	j.api.head = j.commit()
	j.git("checkout", "--quiet", "main")
	j.write("later.tf", peering("later"))
	j.commit()
	j.git("merge", "--quiet", "--no-ff", "--message", "merge", "join")
	origin := j.dir
	j.dir = filepath.Join(t.TempDir(), "checkout")
	j.must(os.Mkdir(j.dir, 0o755))
	j.git("clone", "--quiet", "--depth=1", "file://"+origin, ".")
	r := j.run(nil)
	j.expect("the summary", r.summary, "**adds 1** link between global and china, keeps 2, removes 0", "Against `origin/main`")

	// Where there is nothing to fetch it from, all is new, and that is said.
	j.git("remote", "set-url", "origin", "file://"+filepath.Join(t.TempDir(), "gone"))
	j.dir = filepath.Join(t.TempDir(), "again")
	j.must(os.Mkdir(j.dir, 0o755))
	j.git("clone", "--quiet", "--depth=1", "file://"+origin, ".")
	j.git("remote", "set-url", "origin", "file://"+filepath.Join(t.TempDir(), "gone"))
	r = j.run(nil)
	j.expect("the log", r.log, "::warning title=demarc::The base branch could not be fetched")
	j.expect("the summary", r.summary, "3 links between global and china")
	if strings.Contains(r.summary, "This change") {
		t.Errorf("a comparison with nothing:\n%s", r.summary)
	}
}

// Inputs are names and words, whatever they hold.
func TestActionInputs(t *testing.T) {
	j := newJob(t)
	j.must(os.Mkdir(filepath.Join(j.dir, "a b"), 0o755))
	j.write("a b/main.tf", "provider \"aws\" {\n  region = \"eu-central-1\"\n}\nresource \"aws_vpc\" \"v\" {\n  cidr_block = \"10.0.0.0/16\"\n}\n")
	j.write("-x.json", clean)
	j.write("policy file.hcl", "")
	j.env["DEMARC_PATH"] = "a b\n\n-x.json\n"
	j.env["DEMARC_POLICY"] = "policy file.hcl"
	j.env["DEMARC_FORMATS"] = "html sarif\n*"
	j.env["DEMARC_BASELINE"] = "none"
	if r := j.push(); r.exit != exitBad {
		t.Errorf("a format that there is not: exit status %d", r.exit)
	}
	j.env["DEMARC_FORMATS"] = "html sarif\njunit"
	r := j.push()
	if r.exit != exitClean || strings.Contains(r.summary, "This change") {
		t.Errorf("exit status %d, summary:\n%s", r.exit, r.summary)
	}
	for _, name := range []string{"demarc.json", "demarc.markdown", "demarc.sarif", "demarc.html", "demarc.junit"} {
		if _, err := os.Stat(filepath.Join(j.output["directory"], name)); err != nil {
			t.Error(err)
		}
	}
	j.env["DEMARC_PATH"] = "$(touch pwned)"
	if r := j.push(); r.exit != exitBad {
		t.Errorf("exit status %d", r.exit)
	}
	// A plan is compared with the result of another one.
	src, err := os.ReadFile(plan)
	j.must(err)
	j.write("plan.json", string(src))
	j.env["DEMARC_PLAN"], j.env["DEMARC_POLICY"], j.env["DEMARC_BASELINE"] = "plan.json", "", ""
	if r := j.push(); r.exit != exitFindings || j.output["new"] != "3" {
		t.Errorf("exit status %d, outputs %v", r.exit, j.output)
	}
	result, err := os.ReadFile(filepath.Join(j.output["directory"], "demarc.json"))
	j.must(err)
	j.write("before.json", string(result))
	j.env["DEMARC_BASELINE"] = "before.json"
	if r := j.push(); r.exit != exitClean || j.output["new"] != "0" || j.output["findings"] != "3" {
		t.Errorf("exit status %d, outputs %v", r.exit, j.output)
	}
}

const clean = `{"format_version": "1.2", "planned_values": {"root_module": {}}, "resource_changes": [{
  "address": "aws_vpc.alone", "mode": "managed", "type": "aws_vpc", "name": "alone", "provider_name": "registry.terraform.io/hashicorp/aws",
  "change": {"actions": ["create"], "before": null, "after": {"region": "eu-central-1"}, "after_unknown": {}}}], "configuration": {"root_module": {}}}`

var pinned = regexp.MustCompile(`^[\w.-]+/[\w./-]+@[0-9a-f]{40} # v[\d.]+$`)

// No expression stands in a script of the action or of a workflow: what an input holds is never read as commands.
func TestActionScriptsHoldNoExpressions(t *testing.T) {
	files, err := filepath.Glob("../../.github/workflows/*.yml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(files, "../../action.yml") {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		indent := -1 // of a `run:` whose lines follow
		for i, line := range strings.Split(string(src), "\n") {
			text := strings.TrimLeft(line, " ")
			depth := len(line) - len(text)
			if indent >= 0 && text != "" && depth <= indent {
				indent = -1
			}
			at, isRun := strings.CutPrefix(strings.TrimPrefix(text, "- "), "run:")
			if isRun {
				indent = depth
			}
			if (indent >= 0 || isRun) && strings.Contains(line, "${{") {
				t.Errorf("%s:%d: an expression in a script: %s", file, i+1, at)
			}
			if uses, ok := strings.CutPrefix(strings.TrimPrefix(text, "- "), "uses: "); ok && !strings.HasPrefix(uses, "./") && !pinned.MatchString(uses) {
				t.Errorf("%s:%d: not pinned to a commit with its version: %s", file, i+1, uses)
			}
		}
	}
}

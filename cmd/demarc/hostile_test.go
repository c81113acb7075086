//go:build !race

// The race detector takes ten times the memory, which this measures.

package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

// attack is an input that was made to break its reader, or to be mistaken for something else.
type attack struct {
	name string
	// Exactly one of these is set: a document for standard input, or files to write and the one to scan ("" for all).
	document func(io.Writer)
	files    map[string]string
	scan     string
	build    func(t *testing.T, dir string) // what a map of files cannot hold
	exit     int
}

const (
	planHead = `{"format_version":"1.2","terraform_version":"1.9.0",`
	vpc      = `{"address":"aws_vpc.v","mode":"managed","type":"aws_vpc","name":"v","provider_name":"registry.terraform.io/hashicorp/aws","change":{"actions":["create"],"after":`
	someVPC  = "resource \"aws_vpc\" \"v\" {\n  cidr_block = \"10.0.0.0/16\"\n}\n"
)

// text is a document that is small enough to be written down.
func text(s string) func(io.Writer) { return func(w io.Writer) { io.WriteString(w, s) } }

// after is a plan that makes one resource with these values.
func after(values string) string {
	return planHead + `"resource_changes":[` + vpc + values + `}}]}`
}

// repeated writes s over and over, without ever holding all of it.
func repeated(w io.Writer, s string, n int) {
	const most = 1 << 16
	chunk := strings.Repeat(s, max(1, most/len(s)))
	for left := n * len(s); left > 0; {
		k := min(left, len(chunk))
		if _, err := io.WriteString(w, chunk[:k]); err != nil {
			return // the reader has had enough
		}
		left -= k
	}
}

func attacks() []attack {
	// A peering that crosses, so that its name is in every output.
	named := func(key string) string {
		index, err := json.Marshal(key)
		if err != nil {
			panic(err)
		}
		address, err := json.Marshal("aws_vpc_peering_connection.p[" + string(index) + "]")
		if err != nil {
			panic(err)
		}
		return planHead + fmt.Sprintf(`"resource_changes":[{"address":%s,"mode":"managed","type":"aws_vpc_peering_connection","name":"p","index":%s,"provider_name":"registry.terraform.io/hashicorp/aws",`+
			`"change":{"actions":["create"],"after":{"region":"eu-central-1","peer_region":"cn-north-1"}}}]}`, address, index)
	}
	policy := func(w io.Writer, statement string, n int) {
		io.WriteString(w, planHead+`"resource_changes":[{"address":"aws_iam_role.r","mode":"managed","type":"aws_iam_role","name":"r","provider_name":"registry.terraform.io/hashicorp/aws","change":{"actions":["create"],"after":{"assume_role_policy":"{\"Statement\":[`)
		repeated(w, statement+",", n)
		io.WriteString(w, statement+`]}"}}}]}`)
	}
	return []attack{
		{name: "JSON 100,000 levels deep", document: text(after(strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000))), exit: exitBad},
		{name: "a text of 1 GB in a plan", document: func(w io.Writer) {
			io.WriteString(w, planHead+`"resource_changes":[`+vpc+`{"cidr_block":"`)
			repeated(w, "10.0.0.0/16 ", 1<<30/12)
			io.WriteString(w, `"}}}]}`)
		}, exit: exitBad},
		{name: "a text of 1 GB in a part of a plan that is not read", document: func(w io.Writer) {
			io.WriteString(w, planHead+`"resource_changes":[`+vpc+`{}}}],"planned_values":{"a":"`)
			repeated(w, "10.0.0.0/16 ", 1<<30/12)
			io.WriteString(w, `"}}`)
		}, exit: exitBad},
		{name: "a million members of one object", document: func(w io.Writer) {
			io.WriteString(w, planHead+`"resource_changes":[`+vpc+`{"tags":{"a":"b"`)
			for i := range 1_000_000 {
				fmt.Fprintf(w, `,"k%d":"v"`, i)
			}
			io.WriteString(w, `}}}}]}`)
		}, exit: exitClean},
		{name: "two members of one name", document: text(planHead + `"resource_changes":[],"resource_changes":[` + vpc + `{}}}]}`), exit: exitBad},
		{name: "NaN as a number", document: text(after(`{"a":NaN}`)), exit: exitBad},
		{name: "1e400 as a number", document: text(after(`{"ipv4_netmask_length":1e400}`)), exit: exitClean},
		{name: "invalid UTF-8", document: text(after("{\"cidr_block\":\"\xff\xfe\"}")), exit: exitBad},
		{name: "a NUL in a text", document: text(after("{\"cidr_block\":\"\x00\"}")), exit: exitBad},
		{name: "a NUL by its escape", document: text(after(`{"cidr_block":"\u0000"}`)), exit: exitClean},
		{name: "a byte order mark and CRLF", document: text("\ufeff" + strings.ReplaceAll(after("{\n}"), "\n", "\r\n")), exit: exitClean},
		{name: "a name with a right-to-left mark", document: text(named("a\u202eb")), exit: exitFindings},
		{name: "a name with terminal escapes", document: text(named("a\x1b]0;title\a\x1b[31m")), exit: exitFindings},
		{name: "a name with a workflow command", document: text(named("\n::error::pwned")), exit: exitFindings},
		{name: "a name with Markdown and HTML", document: text(named("<img src=x onerror=alert(1)> [a](javascript:alert(1)) | @team")), exit: exitFindings},
		{name: "a name with a formula", document: text(named("=HYPERLINK(1)")), exit: exitFindings},
		{name: "a policy document of half a million statements", document: func(w io.Writer) {
			policy(w, `{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\",\"Principal\":\"*\"}`, 500_000)
		}, exit: exitClean},
		{name: "a policy document of a million wildcards", document: func(w io.Writer) {
			io.WriteString(w, planHead+`"resource_changes":[{"address":"aws_iam_policy.p","mode":"managed","type":"aws_iam_policy","name":"p","provider_name":"registry.terraform.io/hashicorp/aws","change":{"actions":["create"],"after":{"policy":"{\"Statement\":{\"Effect\":\"Allow\",\"Resource\":\"*\",\"Action\":\"ec2:`)
			repeated(w, "*?a", 1_000_000)
			io.WriteString(w, `\"}}"}}}]}`)
		}, exit: exitClean},
		{name: "a plan within a plan within a text", document: text(after(`{"a":` + fmt.Sprintf("%q", after(`{}`)) + `}`)), exit: exitClean},
		{name: "a document that goes on", document: text(after(`{}`) + after(`{}`)), exit: exitBad},

		{name: "ten million resources by count", files: map[string]string{"main.tf": "resource \"aws_vpc\" \"v\" {\n  count = 10000000\n}\n"}, exit: exitIncomplete},
		{name: "ten million resources by range", files: map[string]string{"main.tf": "resource \"aws_vpc\" \"v\" {\n  for_each = toset([for i in range(10000000) : tostring(i)])\n}\n"}, exit: exitClean},
		{name: "20,000 provisioners in a stack of 20,000 resources", files: map[string]string{"main.tf": "provider \"aws\" {\n  region = \"eu-central-1\"\n}\nresource \"aws_vpc\" \"v\" {\n  count = 20000\n}\n" +
			"resource \"terraform_data\" \"d\" {\n  count = 20000\n  provisioner \"local-exec\" {\n    command = \"curl https://s3.eu-west-1.amazonaws.com/x\"\n  }\n}\n"}, exit: exitClean},
		{name: "a billion laughs by locals", files: map[string]string{"main.tf": func() string {
			s := "locals {\n  l0 = \"ha\"\n"
			for i := range 40 {
				s += fmt.Sprintf("  l%d = \"%s\"\n", i+1, strings.Repeat(fmt.Sprintf("${local.l%d}", i), 10))
			}
			return s + "}\nresource \"aws_vpc\" \"v\" {\n  cidr_block = local.l40\n}\n"
		}()}, exit: exitClean},
		{name: "a billion laughs by a template", files: map[string]string{"main.tf": someVPC + "output \"o\" {\n  value = \"" + strings.Repeat("%{for i in range(1000)}", 6) + "x" + strings.Repeat("%{endfor}", 6) + "\"\n}\n"}, exit: exitIncomplete},
		{name: "YAML aliases of aliases", files: map[string]string{"main.tf": someVPC + "locals {\n  y = yamldecode(file(\"y.yaml\"))\n}\noutput \"o\" {\n  value = local.y\n}\n", "y.yaml": func() string {
			s := "a0: &a0 [x]\n"
			for i := range 12 {
				s += fmt.Sprintf("a%d: &a%d [%s]\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i), 9), ", "))
			}
			return s
		}()}, exit: exitClean},
		{name: "100 kB of open parentheses", files: map[string]string{"main.tf": someVPC + "locals {\n  a = " + strings.Repeat("(", 100_000) + "\n}\n"}, exit: exitIncomplete},
		{name: "JSON syntax 100,000 levels deep", files: map[string]string{"a.tf": someVPC, "main.tf.json": `{"locals":{"a":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}}`}, exit: exitIncomplete},
		{name: "a million operators", files: map[string]string{"main.tf": someVPC + "locals {\n  a = 1" + strings.Repeat("+1", 1_000_000) + "\n}\n"}, exit: exitIncomplete},
		{name: "a number of a hundred million digits", files: map[string]string{"main.tf": someVPC + "output \"o\" {\n  value = 1e100000000 + 1\n}\n"}, exit: exitIncomplete},
		{name: "a module whose source is the root itself", files: map[string]string{"main.tf": someVPC + "module \"again\" {\n  source = \"./\"\n}\n"}, exit: exitIncomplete},
		{name: "two modules that call each other", files: map[string]string{"main.tf": someVPC + "module \"a\" {\n  source = \"./a\"\n}\n", "a/main.tf": "module \"b\" {\n  source = \"../b\"\n}\n", "b/main.tf": "module \"a\" {\n  source = \"../a\"\n}\n"}, exit: exitIncomplete},
		{name: "locals that need each other", files: map[string]string{"main.tf": someVPC + "locals {\n  a = local.b\n  b = local.a\n}\noutput \"o\" {\n  value = local.a\n}\n"}, exit: exitIncomplete},
		{name: "files outside of the root", files: map[string]string{"main.tf": someVPC + "output \"o\" {\n  value = \"${file(\"/etc/passwd\")}${file(\"../../../../../../etc/passwd\")}${templatefile(\"/etc/hosts\", {})}\"\n}\n"}, exit: exitClean},
		{name: "a variable file that is a directory", files: map[string]string{"main.tf": someVPC, "terraform.tfvars/x": ""}, exit: exitIncomplete},
		{name: "an installed module outside of the root", files: map[string]string{"main.tf": someVPC + "module \"m\" {\n  source = \"example.org/a/b/c\"\n}\n", ".terraform/modules/modules.json": `{"Modules":[{"Key":"m","Source":"example.org/a/b/c","Dir":"../../../../../../etc"}]}`}, exit: exitClean},
		{name: "a file that is a link to /etc/passwd", build: func(t *testing.T, dir string) {
			plant(t, dir, "main.tf", someVPC)
			symlink(t, "/etc/passwd", filepath.Join(dir, "evil.tf"))
		}, exit: exitIncomplete},
		{name: "a directory that is a link to itself", build: func(t *testing.T, dir string) {
			plant(t, dir, "main.tf", someVPC)
			symlink(t, ".", filepath.Join(dir, "loop"))
		}, exit: exitClean},
		{name: "a saved plan that is a zip bomb", build: func(t *testing.T, dir string) {
			plant(t, dir, "tfplan", archive(t, map[string]int{"tfplan": 520 << 20, "tfconfig/m-/main.tf": 100 << 20}))
		}, scan: "tfplan", exit: exitBad},
		{name: "a saved plan with members outside of it", build: func(t *testing.T, dir string) {
			plant(t, dir, "tfplan", archive(t, map[string]int{"../../evil": 10, "/etc/evil": 10, "tfplan": 10}))
		}, scan: "tfplan", exit: exitBad},
	}
}

func symlink(t *testing.T, to, path string) {
	t.Helper()
	if err := os.Symlink(to, path); err != nil {
		t.Skip(err)
	}
}

// archive is a zip of members with that many bytes of one letter.
func archive(t *testing.T, members map[string]int) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, size := range members {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		repeated(w, "a", size)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestHostile gives demarc every attack, as a process of its own. Whatever comes, it answers in words, with the exit
// status of docs/hostile.md, which -update writes, in less memory than promised, and leaves nothing at --output where it
// could not analyse.
func TestHostile(t *testing.T) {
	const mostMemory, mostOfSources = 1 << 30, 200 << 20
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	table.WriteString("| input | exit status | what demarc says |\n|---|---|---|\n")
	for _, a := range attacks() {
		t.Run(a.name, func(t *testing.T) {
			dir := t.TempDir()
			args := []string{"scan", "--no-color", "--width", "500", "--format", "json", "--output", filepath.Join(dir, "out.json"), "--format", "text"}
			var stdin io.Reader
			if a.document != nil {
				args = append(args, "-")
				r, w, err := os.Pipe()
				if err != nil {
					t.Fatal(err)
				}
				defer r.Close()
				stdin = r
				go func() {
					defer w.Close()
					a.document(w)
				}()
			} else {
				for name, content := range a.files {
					plant(t, dir, "in/"+name, content)
				}
				if a.build != nil {
					a.build(t, filepath.Join(dir, "in"))
				}
				args = append(args, filepath.Join("in", a.scan))
			}
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute) // a hang is a failure, not a way to wait
			defer cancel()
			cmd := exec.CommandContext(ctx, exe, args...)
			cmd.Args[0], cmd.Dir, cmd.Stdin = "demarc", dir, stdin
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			err := cmd.Run()
			if ctx.Err() != nil {
				t.Fatal("it does not end")
			}
			if cmd.ProcessState.ExitCode() != a.exit {
				t.Errorf("%v, want exit status %d: %.500s", err, a.exit, stderr.String()+stdout.String())
			}
			_, err = os.Stat(filepath.Join(dir, "out.json"))
			if wrote := err == nil; wrote != (a.exit != exitBad) {
				t.Errorf("a file at --output: %t", wrote)
			}
			if s := stderr.String(); strings.Contains(s, "goroutine") || strings.Contains(s, "panic") {
				t.Errorf("it panics: %.500s", s)
			}
			if i := strings.IndexFunc(stdout.String()+stderr.String(), commanding); i >= 0 || strings.Contains("\n"+stdout.String()+stderr.String(), "\n::") {
				t.Error("it carries what a terminal or a runner obeys")
			}
			if strings.Contains(stdout.String()+stderr.String(), "root:") {
				t.Error("it shows a file that it was not given")
			}
			memory, cpu := cost(cmd.ProcessState)
			if memory > mostMemory || a.document == nil && memory > mostOfSources {
				t.Errorf("%d MB of memory at the peak", memory>>20)
			}
			t.Logf("%d MB, %s of processor time", memory>>20, cpu.Round(10*time.Millisecond))
			fmt.Fprintf(&table, "| %s | %d | %s |\n", a.name, a.exit, strings.ReplaceAll(said(a.exit, stdout.String(), stderr.String()), "|", `\|`))
		})
	}
	const file = "../../docs/hostile.md"
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := string(raw)
	got := between.ReplaceAllString(want, "<!-- attacks -->\n"+strings.ReplaceAll(table.String(), "$", "$$")+"<!-- end -->")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("docs/hostile.md: run go test ./cmd/demarc -run Hostile -update to accept (-want +got):\n%s", diff)
	}
}

// commanding are the characters by which a text commands a terminal or turns its reading order round.
func commanding(r rune) bool {
	return unicode.IsControl(r) && r != '\n' || unicode.Is(unicode.Bidi_Control, r)
}

// said is the line of an answer that matters: the message, or why the analysis is not complete, or the verdict.
func said(exit int, stdout, stderr string) string {
	line := func(s string) string {
		s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
		return "`" + strings.ReplaceAll(s, "`", "'") + "`"
	}
	if exit == exitBad {
		said := line(stderr)
		if _, raise, ok := strings.Cut(stderr, "\n  raise"); ok {
			said += " " + line("raise"+raise)
		}
		return said
	}
	if m := incomplete.FindString(stdout); exit == exitIncomplete && m != "" {
		return line(m)
	}
	return line(spaces.ReplaceAllString(stdout, " "))
}

var (
	incomplete = regexp.MustCompile(`(?m)^.*(incomplete|not complete).*$`)
	spaces     = regexp.MustCompile(` {2,}`)
)

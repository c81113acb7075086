package source_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/demarc-dev/demarc/analyzer/load/source"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/pattern"
	"github.com/rogpeppe/go-internal/txtar"
)

// write puts the files of an archive into a new directory.
func write(t testing.TB, a *txtar.Archive) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range a.Files {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// options reads the comment of an archive: `var NAME=VALUE`, `var-file PATH`, `env NAME=VALUE`, `workspace NAME`,
// `backend-config TEXT`; other lines say what the case is about.
func options(dir string, a *txtar.Archive) source.Options {
	o := source.Options{Env: map[string]string{}, Data: stand, Function: function}
	for line := range strings.Lines(string(a.Comment)) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch word {
		case "var":
			o.Variables = append(o.Variables, source.Setting{Value: rest})
		case "var-file":
			o.Variables = append(o.Variables, source.Setting{File: true, Value: filepath.Join(dir, rest)})
		case "env":
			k, v, _ := strings.Cut(rest, "=")
			o.Env[k] = v
		case "workspace":
			o.Workspace = rest
		case "backend-config":
			if !strings.Contains(rest, "=") {
				rest = filepath.Join(dir, rest)
			}
			o.BackendConfig = append(o.BackendConfig, rest)
		}
	}
	return o
}

// stand gives what the region of a provider makes of a data source, as the tables do.
func stand(p *model.Provider, typ, attr string) (string, bool) {
	region, _ := p.Values.Get("region").Text()
	switch typ + "." + attr {
	case "aws_region.name":
		return region, region != ""
	case "aws_partition.partition":
		if strings.HasPrefix(region, "cn-") {
			return "aws-cn", true
		}
		return "aws", region != ""
	}
	return "", false
}

// function tells what two functions of a provider do, as the tables do.
func function(of, name string) (make string, take *pattern.Pattern, ok bool) {
	switch of + " " + name {
	case "acme/sky join":
		return "sky:{}:{}", nil, true
	case "acme/sky split":
		return "", pattern.New(`^sky:(?P<region>[^:]*):(?P<name>.*)$`), true
	case "acme/sky name":
		return "", pattern.New(`^(sky:)[^:]*(:.*)$`), true
	}
	return "", nil, false
}

// Numbers in the comments of tests are those of the requirements of SEMANTICS.md that they hold.

// TestCases evaluates the archives of testdata, which name the requirements that they hold, and compares what comes out with their last file, `want`. With the
// environment variable DEMARC_UPDATE set it writes them anew.
func TestCases(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(a.Files, func(f txtar.File) bool { return f.Name == "want" })
			if i < 0 {
				a.Files = append(a.Files, txtar.File{Name: "want"})
				i = len(a.Files) - 1
			}
			want := string(a.Files[i].Data)
			a.Files[i].Data = nil
			dir := write(t, a)
			s, err := source.Load(dir, options(dir, a))
			if err != nil {
				t.Fatal(err)
			}
			got := strings.ReplaceAll(describe(s), filepath.ToSlash(dir)+"/", "")
			if got == want {
				return
			}
			if os.Getenv("DEMARC_UPDATE") != "" {
				a.Files[i].Data = []byte(got)
				if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			t.Errorf("got:\n%s\nwant:\n%s", got, want)
		})
	}
}

// TestWorkspace (36) finds which workspace is meant: by the flag, by the environment that is given, by what terraform has
// selected in its data directory, wherever that is.
func TestWorkspace(t *testing.T) {
	dir := write(t, &txtar.Archive{Files: []txtar.File{
		{Name: "main.tf", Data: []byte("resource \"x\" \"x\" {\n  a = { here = \"eu-central-1\", there = \"cn-north-1\", far = \"us-gov-west-1\" }[terraform.workspace]\n  b = terraform.workspace\n}\n")},
		{Name: ".terraform/environment", Data: []byte("there\n")},
		{Name: "data/environment", Data: []byte("far")},
	}})
	none := write(t, &txtar.Archive{Files: []txtar.File{{Name: "main.tf", Data: []byte("resource \"x\" \"x\" {\n  b = terraform.workspace\n}\n")}}})
	for _, c := range []struct {
		dir  string
		o    source.Options
		a, b string
	}{
		{dir, source.Options{}, `"cn-north-1"`, `"there"`},
		{dir, source.Options{Env: map[string]string{"TF_DATA_DIR": "data"}}, `"us-gov-west-1"`, `"far"`},
		{dir, source.Options{Env: map[string]string{"TF_DATA_DIR": "data", "TF_WORKSPACE": "there"}}, `"cn-north-1"`, `"there"`},
		{dir, source.Options{Env: map[string]string{"TF_WORKSPACE": "there"}, Workspace: "here"}, `"eu-central-1"`, `"here"`},
		{none, source.Options{}, "-", `"default"`},
	} {
		s, err := source.Load(c.dir, c.o)
		if err != nil {
			t.Fatal(err)
		}
		v := s.Resources[0].Values
		if a, b := show(v.Get("a")), show(v.Get("b")); a != c.a || b != c.b {
			t.Errorf("%v %q: %s in %s, want %s in %s", c.o.Env, c.o.Workspace, a, b, c.a, c.b)
		}
	}
}

// describe prints a snapshot line by line.
func describe(s *model.Snapshot) string {
	var b strings.Builder
	for _, p := range s.Providers {
		fmt.Fprintf(&b, "provider %s %s\n", p.Key, show(p.Values))
	}
	for _, r := range s.Resources {
		by := "nobody"
		if r.Provider != nil {
			by = r.Provider.Key
		}
		for _, c := range r.Candidates {
			by += "|" + c.Key
		}
		fmt.Fprintf(&b, "%s by %s at %s:%d\n", r.Address, by, r.Pos.File, r.Pos.Line)
		for i := range r.Values.Len() {
			fmt.Fprintf(&b, "  %s = %s\n", r.Values.Name(i), show(r.Values.Item(i)))
		}
		for _, a := range r.Args.All() {
			for _, o := range a.Origins {
				m := o.Module(r.Module).String()
				if m != "" {
					m += "."
				}
				sure := "<-"
				if !o.Exact {
					sure = "<-?"
				}
				mode := ""
				if o.Mode != 0 {
					mode = o.Mode.String() + "."
				}
				fmt.Fprintf(&b, "  %s %s %s%s%s.%s%s.%s", a.Block, sure, m, mode, o.Type, o.Name, o.Key, o.Attr)
				if len(o.Via) > 0 {
					fmt.Fprintf(&b, " through %s", strings.Join(o.Via, ", "))
				}
				b.WriteByte('\n')
			}
			for _, q := range a.Opaque {
				fmt.Fprintf(&b, "  %s <- %q\n", a.Block, q)
			}
		}
	}
	for _, o := range s.Outputs {
		fmt.Fprintf(&b, "output %s = %s\n", o.Name, show(o.Value))
	}
	if s.Backend != nil {
		fmt.Fprintf(&b, "backend %s %s\n", s.Backend.Type, show(s.Backend.Values))
	}
	for _, u := range s.Unread {
		fmt.Fprintf(&b, "unread %s: %s (%s) at %s:%d\n", u.Address, u.Reason, u.Settle, u.Pos.File, u.Pos.Line)
	}
	for _, c := range s.Comments {
		fmt.Fprintf(&b, "comment %s:%d about %d: %v %q %q\n", c.File, c.Line, c.About, c.Rules, c.Until, c.Reason)
	}
	for _, m := range s.Incomplete {
		fmt.Fprintf(&b, "incomplete: %s\n", m)
	}
	for _, m := range s.Notes {
		fmt.Fprintf(&b, "note: %s\n", m)
	}
	return b.String()
}

func show(v model.Value) string {
	mark := ""
	if v.Sensitive {
		mark = "!"
	}
	switch {
	case v.State == model.Absent:
		return "-"
	case v.State == model.Null:
		return mark + "null"
	case v.State == model.Unknown:
		if d, ok := v.Partly(); ok {
			return mark + "?" + show(d)
		}
		var s []string
		for _, c := range v.Choices() {
			s = append(s, show(c))
		}
		if s != nil {
			return mark + "?(" + strings.Join(s, " | ") + ")"
		}
		if parted := v.Parted(); strings.Trim(parted, model.Hole) != v.Prefix() {
			return mark + fmt.Sprintf("?%q", strings.ReplaceAll(parted, model.Hole, "…"))
		}
		if v.Prefix() != "" {
			return mark + fmt.Sprintf("?%q...", v.Prefix())
		}
		return mark + "?"
	case v.Kind == model.List:
		var s []string
		for i := range v.Len() {
			s = append(s, show(v.Item(i)))
		}
		return mark + "[" + strings.Join(s, ", ") + "]"
	case v.Kind == model.Object:
		var s []string
		for i := range v.Len() {
			s = append(s, v.Name(i)+"="+show(v.Item(i)))
		}
		return mark + "{" + strings.Join(s, ", ") + "}"
	case v.Kind == model.String:
		t, _ := v.Text()
		return mark + fmt.Sprintf("%q", t)
	}
	t, _ := v.Text()
	return mark + t
}

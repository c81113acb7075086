package source_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/demarc-dev/demarc/analyzer/load/source"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/rogpeppe/go-internal/txtar"
)

const good = "resource \"aws_vpc\" \"v\" {\n  cidr = \"10.0.0.0/16\"\n}\n"

func read(t *testing.T, files map[string]string) *model.Snapshot {
	t.Helper()
	a := &txtar.Archive{}
	for name, text := range files {
		a.Files = append(a.Files, txtar.File{Name: name, Data: []byte(text)})
	}
	s, err := source.Load(write(t, a), source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestRefused (45) reads texts that would exhaust the stack, or keep the processor busy for minutes, if they were parsed.
func TestRefused(t *testing.T) {
	many := func(s string, n int) string { return strings.Repeat(s, n) }
	cases := map[string]string{
		"parentheses":   "a = " + many("(", 100_000),
		"brackets":      "locals {\n a = " + many("[", 100_000) + many("]", 100_000) + "\n}",
		"templates":     "locals {\n a = " + many(`"${`, 100_000) + "1" + many(`}"`, 100_000) + "\n}",
		"not":           "locals {\n a = " + many("!", 1_000_000) + "true\n}",
		"plus":          "locals {\n a = 1" + many("+1", 1_000_000) + "\n}",
		"conditions":    "locals {\n a = " + many("true ? 1 : ", 200_000) + "1\n}",
		"blocks":        many("a {\n", 200_000) + many("}\n", 200_000),
		"number":        "locals {\n a = 1e100000000 + 1\n}",
		"long number":   "locals {\n a = " + many("9", 100_000) + "\n}",
		"in a template": "locals {\n a = \"${1e10000000}\"\n}",
	}
	for name, text := range cases {
		t.Run(name, func(t *testing.T) {
			s := read(t, map[string]string{"main.tf": good, "bad.tf": text})
			if len(s.Resources) != 1 {
				t.Errorf("the other file has %d resources", len(s.Resources))
			}
			if len(s.Incomplete) != 1 || !strings.Contains(s.Incomplete[0], "bad.tf:") {
				t.Errorf("said %q", s.Incomplete)
			}
		})
	}
	t.Run("json", func(t *testing.T) {
		s := read(t, map[string]string{"main.tf": good, "bad.tf.json": `{"locals":{"a":` + many("[", 500_000)})
		if len(s.Incomplete) != 1 || len(s.Resources) != 1 {
			t.Errorf("said %q", s.Incomplete)
		}
	})
	t.Run("variables", func(t *testing.T) {
		s := read(t, map[string]string{"main.tf": good, "terraform.tfvars": "a = " + many("(", 100_000)})
		if len(s.Incomplete) != 1 {
			t.Errorf("said %q", s.Incomplete)
		}
	})
}

// TestBudget (46) evaluates what would take hours or all memory, and expects a value that is not known.
func TestBudget(t *testing.T) {
	doubling := "locals {\n a0 = \"0123456789\"\n"
	lists := "locals {\n l0 = [1]\n"
	for i := 1; i < 60; i++ {
		doubling += fmt.Sprintf(" a%d = \"${local.a%d}${local.a%d}\"\n", i, i-1, i-1)
		lists += fmt.Sprintf(" l%d = [local.l%d, local.l%d]\n", i, i-1, i-1)
	}
	big := func(x string) string { return "resource \"x\" \"x\" {\n  a = " + x + "\n}\n" }
	cases := map[string]string{
		"nested loops":   big("[for a in range(1000): [for b in range(1000): [for c in range(1000): 1]]]"),
		"template loops": big(`"%{for a in range(1000)}%{for b in range(1000)}%{for c in range(1000)}x%{endfor}%{endfor}%{endfor}"`),
		"setproduct":     big("setproduct(range(1000), range(1000), range(1000))"),
		"range":          big("range(0, 1000000000)"),
		"doubling":       doubling + "}\n" + big("local.a59"),
		"lists":          lists + "}\n" + big("jsonencode(local.l59)"),
		"replace":        doubling + "}\n" + big(`replace(local.a12, "0", local.a12)`),
		"replace regexp": doubling + "}\n" + big(`replace(local.a12, "/./", local.a12)`),
		"indent":         big(`indent(1000000000, "a\nb")`),
		"format":         big(`format("%1000000000d", 1)`),
		"power":          big("pow(10, 100000000)"),
		"squares":        "locals {\n n0 = pow(10, 300)\n n1 = local.n0 * local.n0\n n2 = local.n1 * local.n1\n n3 = local.n2 * local.n2\n n4 = local.n3 * local.n3\n n5 = local.n4 * local.n4\n}\n" + big(`"${local.n5}"`),
		"number text":    big(`tonumber("1e1000000000") + 1`),
		"number in json": big(`jsondecode("1e1000000000") + 1`),
		"deep json":      big(`jsondecode(join("", [for i in range(100): join("", [for j in range(100): "["])]))`),
		"deep yaml":      big(`yamldecode(join("", [for i in range(100): join("", [for j in range(100): "["])]))`),
		"choices of tables": "variable \"u\" {}\nlocals {\n t = { for i in range(16) : \"k${i}\" => { for j in range(400) : \"a${j}\" => \"${i}-${j}\" } }\n}\n" +
			big("[for a in range(1000) : local.t[var.u]][0].a1"),
		"unknown pieces": "variable \"u\" {}\n" + strings.Replace(doubling, "0123456789", "a${var.u}b", 1) + "}\n" + big("local.a59"),
		"count":          "resource \"y\" \"y\" {\n  count = 2000000000\n}\n" + big("y.y[5]"),
	}
	for name, text := range cases {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			s := read(t, map[string]string{"main.tf": text})
			runtime.ReadMemStats(&after)
			if made := (after.TotalAlloc - before.TotalAlloc) >> 20; made > 1500 {
				t.Errorf("made %d MB", made)
			}
			for _, r := range s.Resources {
				if r.Type != "x" {
					continue
				}
				if v := r.Values.Get("a"); v.State == model.Known && v.Kind != model.List {
					if text, _ := v.Text(); len(text) > 1<<20 {
						t.Errorf("a text of %d bytes", len(text))
					}
				}
			}
		})
	}
}

// TestModuleTree (38) calls two modules from each of forty directories: a tree that no machine holds.
func TestModuleTree(t *testing.T) {
	files := map[string]string{"main.tf": "module \"a\" {\n  source = \"./m0\"\n}\n"}
	for i := range 30 {
		files[fmt.Sprintf("m%d/main.tf", i)] = fmt.Sprintf("module \"a\" {\n  source = \"../m%[1]d\"\n}\nmodule \"b\" {\n  source = \"../m%[1]d\"\n}\n", i+1)
	}
	files["m30/main.tf"] = good
	if s := read(t, files); len(s.Incomplete) == 0 {
		t.Error("nothing is said of what was left out")
	}
}

// TestFiles (47, 48) puts things beside a configuration that are no configuration, or lie elsewhere.
func TestFiles(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "secret.txt")
	if err := os.WriteFile(outside, []byte("correct-horse"), 0o600); err != nil {
		t.Fatal(err)
	}
	dir := write(t, &txtar.Archive{Files: []txtar.File{{Name: "main.tf", Data: []byte(`
resource "x" "x" {
  passwd  = file("/etc/passwd")
  up      = file("../../../../../../etc/passwd")
  link    = file("link.txt")
  exists  = fileexists("/etc/passwd")
  set     = fileset("/etc", "*")
  in      = file("inside.txt")
  list    = fileset(path.module, "*.txt")
  home    = pathexpand("~/.aws/credentials")
  environ = filebase64("/proc/self/environ")
  missing = try(file("nothing.txt"), "fallback")
}
`)}, {Name: "inside.txt", Data: []byte("inside")}}})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.Symlink(outside, filepath.Join(dir, "link.txt")))
	must(os.Symlink(outside, filepath.Join(dir, "evil.tf")))
	must(os.Symlink("/dev/zero", filepath.Join(dir, "zero.tf")))
	must(os.Symlink("nowhere", filepath.Join(dir, "dangling.tf")))
	must(os.Symlink(".", filepath.Join(dir, "loop")))
	must(os.Mkdir(filepath.Join(dir, "dir.tf"), 0o755))
	must(os.Mkdir(filepath.Join(dir, "terraform.tfvars"), 0o755))
	special := []string{"evil.tf", "zero.tf", "dangling.tf", "terraform.tfvars"}
	if fifo(t, filepath.Join(dir, "fifo.tf")) {
		special = append(special, "fifo.tf")
	}
	s, err := source.Load(dir, source.Options{})
	must(err)
	text := describe(s)
	for _, leak := range []string{"root:", "correct-horse"} {
		if strings.Contains(text, leak) {
			t.Errorf("%q is read from outside", leak)
		}
	}
	v := s.Resources[0].Values
	for _, name := range []string{"passwd", "up", "link", "set", "exists", "home", "environ"} {
		if v.Get(name).State != model.Unknown {
			t.Errorf("%s is %s", name, show(v.Get(name)))
		}
	}
	if got := show(v.Get("in")) + show(v.Get("list")) + show(v.Get("missing")); got != `"inside"["inside.txt", "link.txt"]"fallback"` {
		t.Errorf("inside: %s", got)
	}
	for _, name := range special {
		if !strings.Contains(strings.Join(s.Incomplete, "\n"), name) {
			t.Errorf("nothing is said of %s: %q", name, s.Incomplete)
		}
	}
	roots, err := source.Roots(dir)
	must(err)
	if len(roots) != 1 || roots[0] != dir {
		t.Errorf("roots %v", roots)
	}
}

// TestOrder (39) gives the same for the same blocks in other files.
func TestOrder(t *testing.T) {
	blocks := []string{
		"locals {\n  a = \"${local.b}-x\"\n}\n", "locals {\n  b = aws_x.one.name\n}\n",
		"resource \"aws_x\" \"one\" {\n  name = \"n\"\n}\n", "resource \"aws_x\" \"two\" {\n  name = local.a\n}\n",
	}
	forward, backward := map[string]string{}, map[string]string{}
	for i, b := range blocks {
		forward[fmt.Sprintf("f%d.tf", i)] = b
		backward[fmt.Sprintf("f%d.tf", len(blocks)-i)] = b
	}
	values := func(s *model.Snapshot) string {
		out := map[string]string{}
		for _, r := range s.Resources {
			out[r.Address] = show(r.Values)
		}
		return fmt.Sprint(out)
	}
	if a, b := values(read(t, forward)), values(read(t, backward)); a != b {
		t.Errorf("%s\n%s", a, b)
	}
}

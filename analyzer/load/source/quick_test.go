package source

import (
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// sameAsLibrary fails where quick reads a text and makes something else of it than hclsyntax. It tells whether quick has
// read it.
func sameAsLibrary(t *testing.T, src, file string) bool {
	t.Helper()
	if guard(src, file) != nil {
		return false
	}
	got, ok := quickly(src, file)
	if !ok {
		return false
	}
	f, diags := hclsyntax.ParseConfig([]byte(src), file, hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%s: quick reads what is wrong: %v\n%s", file, diags, src)
	}
	if want := convertBody(f.Body.(*hclsyntax.Body)); !reflect.DeepEqual(got, want) {
		t.Fatalf("%s: quick makes something else\n%s", file, src)
	}
	return true
}

// fixtureFiles are the texts of all configuration files of the fixtures.
func fixtureFiles(t testing.TB) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(filepath.Join("..", "..", "..", "fixtures"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".tf") {
			return err
		}
		src, err := os.ReadFile(path)
		files[path] = string(src)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestQuick holds that quick makes what hclsyntax makes, of all files of the fixtures, and that it reads most of them.
func TestQuick(t *testing.T) {
	files, read := fixtureFiles(t), 0
	for path, src := range files {
		if sameAsLibrary(t, src, path) {
			read++
		}
	}
	if read < len(files)*9/10 {
		t.Errorf("%d of %d files are read quickly", read, len(files))
	}
}

// usual is what quick reads.
var usual = []string{
	"",
	" \t\n# a\n// b \u00e9\n/* c\n*/ /* d */ a = /* e */ 1 # f\n",
	"# no newline at the end",
	"a {}\nb c \"d e\" {\n}\nc { x = 1 }\nd \"\" {\n  e {\n  }\n\n  x = 2\n}",
	"a = 1.50\nb-c_1 = -2 - -3\nc = !true && false || a != null",
	"a = b+c*d-e/f%g\nh = a < b == c >= d && e > f || g <= h\ni = a ? b : c ? d : e\nj = (a ? b : c)\nk = (\n1\n# x\n+ 2)",
	"a = \"\"\nb = \"x\"\nc = \"a\\n\\\"\\\\\\t\\r$5 %s-%d\"\nd = \"${x}\"\ne = \"${x}${y}\"\nf = \"a${ x }b\"\ng = \"${\"${x}\"}\"\nh = \"${\n{a = 1}\n}\"",
	"a = b.c.d[0].e[\"f\"][g].h\ni = j[*].k[0]\nl = m.*.n.o\np = q.*\nr = s[*]\nt = (u).v\nw = f(x).y[0]\nz = [1][0]\nzz = (\na\n.b\n[ 0 ]\n. c)",
	"a = f()\nb = f(1, g(2), \n 3,\n)\nc = f (a...)\nd = f(a,\nb...\n)",
	"a = []\nb = [1, 2,\n# c\n3,\n]\nc = [[], {}]",
	"a = {}\nb = { c = 1, d : 2, \"e\" = 3, (f) = 4, g.h = 5 }\ni = {\n  # j\n  k = 1\n\n  l = 2,\n  \"m${n}\" = {\n}\n}",
	"a = [for b in c : d]\ne = [for f, g in h : i if j]\nk = {for l, m in n : o => p}\nq = {\n  for r in s : t => u... if v\n}",
	"truest = nullable\nfort = [former]\nfor = 1\nin = {format = 1}",
}

// unusually is what quick gives up, and what is wrong.
var unusually = []string{
	"a = <<EOT\nx\nEOT\n", "a = \"%{ if x }y%{ endif }\"", "a = \"$${x}\"", "a = \"%%\"", "a = \"${~ x ~}\"", "a = \"\\u00e9\"", "a = \"\u00e9\"", "\u00e9 = 1",
	"a\u00e9 = 1", "a = 1\r\n", "/* \u00e9 */ a = 1", "a = b::c()", "a = b.0", "a = 1e3", "a = b.*.0", "a \"b\\n\" {}", "a = \"b\tc\"", "a\x00 = 1",
	"a", "a =", "a = =1", "a == 1", "a = 1 b = 2", "a = 1, b = 2", "a = 1\na = 2", "a {", "a }", "a { b = 1\n}", "a { b = 1, c = 2 }", "a { b {} }", "a {} b {}", "\"a\" = 1", "a \"b",
	"a = \"", "a = \"\n\"", "a = \"${\"", "a = \"${}\"", "a = \"${x y}\"", "a = (1", "a = ()", "a = [1 2]", "a = [,]", "a = {,}", "a = {a}", "a = {a = 1 b = 2}", "a = {a = 1,,b = 2}",
	"a = f(,)", "a = f(a..., b)", "a = f(1 2)", "a = f(", "a = b ? c", "a = b ? c :", "a = b.", "a = b[", "a = b[]", "a = b[*", "a = 1 & 2", "a = 1 | 2", "a = ~1", "a = b; c", "a = 'b'", "a = `b`",
	"a = 1 ** 2", "a = b << c", "a = 1.", "a = 1.2.3", "a = 1x", "a = [for b : c]", "a = [for b in c d]", "a = [for b in c : d => e]", "a = {for b in c : d}", "a = [for b in c : d...]", "a = {for = 1}",
	"a = b\n+ c", "a = b\n? c : d", "a /* b", "a = {b => c}", "a = !", "a = b !c",
}

func TestQuickUnusual(t *testing.T) {
	for _, src := range usual {
		if !sameAsLibrary(t, src, "main.tf") {
			t.Errorf("quick gives up\n%s", src)
		}
	}
	for _, src := range unusually {
		if sameAsLibrary(t, src, "main.tf") {
			t.Errorf("quick reads\n%s", src)
		}
	}
}

// FuzzQuick compares quick with hclsyntax on any text.
func FuzzQuick(f *testing.F) {
	for _, src := range append(usual, unusually...) {
		f.Add(src)
	}
	for _, src := range fixtureFiles(f) {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		if utf8.ValidString(src) {
			sameAsLibrary(t, strings.TrimPrefix(src, "\ufeff"), "main.tf")
		}
	})
}

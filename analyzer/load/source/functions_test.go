package source_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/demarc-dev/demarc/analyzer/load/source"
	"github.com/rogpeppe/go-internal/txtar"
)

// results are what Terraform's functions give for known arguments, as its documentation shows or follows from it.
var results = map[string]string{
	`abs(-3)`: `3`, `alltrue([true, "true"])`: `true`, `alltrue([])`: `true`, `anytrue([false, true])`: `true`, `anytrue([])`: `false`,
	`base64decode("SGVsbG8=")`: `"Hello"`, `base64encode("Hello")`: `"SGVsbG8="`,
	`base64sha256("hello world")`: `"uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek="`, `basename("a/b/c.txt")`: `"c.txt"`, `dirname("a/b/c.txt")`: `"a/b"`,
	`can(1 + 1)`: `true`, `can([][0])`: `false`, `ceil(4.1)`: `5`, `floor(4.9)`: `4`, `chomp("a\n\n")`: `"a"`, `chunklist([1, 2, 3], 2)`: `[[1, 2], [3]]`,
	`cidrhost("10.12.112.0/20", 268)`: `"10.12.113.12"`, `cidrhost("10.12.112.0/20", -1)`: `"10.12.127.255"`, `cidrhost("fd00:fd12:3456:7890::/72", 34)`: `"fd00:fd12:3456:7890::22"`,
	`cidrnetmask("172.16.0.0/12")`: `"255.240.0.0"`, `cidrsubnet("172.16.0.0/12", 4, 2)`: `"172.18.0.0/16"`, `cidrsubnet("fd00:fd12:3456:7890::/56", 16, 162)`: `"fd00:fd12:3456:7800:a200::/72"`,
	`cidrsubnets("10.1.0.0/16", 4, 4, 8, 4)`:           `["10.1.0.0/20", "10.1.16.0/20", "10.1.32.0/24", "10.1.48.0/20"]`,
	`cidrcontains("192.168.0.0/16", "192.168.2.0/24")`: `true`, `cidrcontains("192.168.0.0/16", "10.0.0.1")`: `false`,
	`coalesce("", null, "b")`: `"b"`, `coalescelist([], ["c"])`: `["c"]`, `compact(["a", "", null, "b"])`: `["a", "b"]`, `concat(["a"], ["b", 1])`: `["a", "b", 1]`,
	`contains(["a", "b"], "a")`: `true`, `csvdecode("a,b\n1,2\n")`: `[{a="1", b="2"}]`, `distinct(["a", "b", "a"])`: `["a", "b"]`, `element(["a", "b", "c"], 4)`: `"b"`,
	`endswith("hello", "lo")`: `true`, `startswith("hello", "he")`: `true`, `strcontains("hello", "ell")`: `true`, `flatten([["a", ["b"]], [], ["c"]])`: `["a", "b", "c"]`,
	`format("%s-%03d", "a", 7)`: `"a-007"`, `formatlist("%s!", ["a", "b"])`: `["a!", "b!"]`, `formatdate("YYYY", "2018-01-02T23:12:01Z")`: `"2018"`,
	`index(["a", "b"], "b")`: `1`, `indent(2, "a\nb")`: `"a\n  b"`, `join("-", ["a", "b"])`: `"a-b"`, `jsondecode("{\"a\": [1, null]}")`: `{a=[1, null]}`,
	`jsonencode({ a = 1, b = "<" })`: `"{\"a\":1,\"b\":\"\\u003c\"}"`, `keys({ b = 1, a = 2 })`: `["a", "b"]`, `length("héllo")`: `5`, `length({ a = 1 })`: `1`, `length([1, 2])`: `2`,
	`log(16, 2)`: `4`, `lookup({ a = "x" }, "a", "d")`: `"x"`, `lookup({ a = "x" }, "b", "d")`: `"d"`, `lower("ABC")`: `"abc"`, `upper("abc")`: `"ABC"`, `matchkeys(["i-1", "i-2"], ["w", "e"], ["e"])`: `["i-2"]`,
	`max(1, 3, 2)`: `3`, `min([1, 3]...)`: `1`, `md5("hello world")`: `"5eb63bbbe01eeed093cb22bb8f5acdc3"`, `merge({ a = 1 }, { b = 2 }, null)`: `{a=1, b=2}`, `one([])`: `null`, `one(["a"])`: `"a"`,
	`parseint("ff", 16)`: `255`, `pow(3, 2)`: `9`, `range(3)`: `[0, 1, 2]`, `range(1, 8, 3)`: `[1, 4, 7]`, `regex("([a-z]+)-([0-9]+)", "ab-12")`: `["ab", "12"]`, `regexall("[a-z]", "1a2b")`: `["a", "b"]`,
	`replace("1 + 2", "+", "-")`: `"1 - 2"`, `replace("hello world", "/w.*d/", "everybody")`: `"hello everybody"`, `reverse([1, 2])`: `[2, 1]`, `setintersection(["a", "b"], ["b"])`: `["b"]`,
	`setproduct(["a", "b"], [1])`: `[["a", 1], ["b", 1]]`, `setsubtract(["a", "b"], ["a"])`: `["b"]`, `setunion(["a"], ["b"])`: `["a", "b"]`, `sha1("hello world")`: `"2aae6c35c94fcfb415dbe95f408b9ce91ee846ed"`,
	`sha256("hello world")`: `"b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"`, `signum(-13)`: `-1`, `slice(["a", "b", "c"], 1, 2)`: `["b"]`, `sort(["e", "a"])`: `["a", "e"]`,
	`split(",", "a,b")`: `["a", "b"]`, `strrev("abc")`: `"cba"`, `substr("hello", 1, 3)`: `"ell"`, `sum([1, 2, 3.5])`: `6.5`, `timeadd("2017-11-22T00:00:00Z", "10m")`: `"2017-11-22T00:10:00Z"`,
	`timecmp("2017-11-22T00:00:00Z", "2017-11-22T01:00:00Z")`: `-1`, `title("hello world")`: `"Hello World"`, `tobool("true")`: `true`, `tonumber("12")`: `12`, `tostring(true)`: `"true"`, `tolist(["a"])`: `["a"]`,
	`toset(["b", "a", "b"])`: `["a", "b"]`, `tomap({ a = 1 })`: `{a=1}`, `transpose({ a = ["1", "2"], b = ["2"] })`: `{1=["a"], 2=["a", "b"]}`, `trim("?!a?!", "!?")`: `"a"`, `trimprefix("helloworld", "hello")`: `"world"`,
	`trimspace("  a ")`: `"a"`, `trimsuffix("helloworld", "world")`: `"hello"`, `try([][0], "b")`: `"b"`, `urlencode("a b&c")`: `"a+b%26c"`, `urldecode("a+b%26c")`: `"a b&c"`, `uuidv5("dns", "www.terraform.io")`: `"a5008fae-b28c-5ba5-96cd-82b4c53552d6"`,
	`values({ b = 1, a = 2 })`: `[2, 1]`, `yamldecode("a: [1, b]")`: `{a=[1, "b"]}`, `yamlencode({ a = 1 })`: `"\"a\": 1\n"`, `zipmap(["a", "b"], [1, 2])`: `{a=1, b=2}`, `nonsensitive("a")`: `"a"`, `sensitive("a")`: `!"a"`, `issensitive(sensitive("a"))`: `true`,
	`assumeequal(null, "cn-north-1")`: `"cn-north-1"`, `assumenotnull("a")`: `"a"`, `assumelistlength([1], 1, 1)`: `[1]`, `assumestringprefix("ab", "a")`: `"ab"`,
	`try(pathexpand(null), "none")`: `"none"`, `try(yamldecode(file(null)), {})`: `{}`,
	`core::upper("a")`: `"A"`, `convert("1", number)`: `1`, `textdecodebase64("aABpAA==", "UTF-16LE")`: `"hi"`, `textencodebase64("hi", "UTF-16LE")`: `"aABpAA=="`, `base64gunzip(base64gzip("x"))`: `"x"`,
	`ephemeralasnull("x")`: `"x"`, `templatestring("a$${b}", { b = 1 })`: `"a1"`, `sha512("a")`: `"1f40fc92da241694750979ee6cf582f2d5d7d28e18335de05abc54d0560e0f5302860c652bf08d560252aa5e74210546f369fbbbce8c12cfc7957b2652fe9a75"`,
	`true ? "a" : nothing.x`: `"a"`, `false && nothing.x`: `false`, `"%{ if true }a%{ else }b%{ endif }"`: `"a"`, `{ for k, v in { a = 1 } : v => k... }`: `{1=["a"]}`, `[for s in ["a", "b"] : upper(s) if s != "a"]`: `["B"]`,
	`{ a = { b = [1, 2] } }.a.b[1]`: `2`, `[{ x = 1 }, { x = 2 }][*].x`: `[1, 2]`, `null[*]`: `[]`, `"a"[*]`: `["a"]`, `-(3 - 5) % 2`: `0`, `!(1 > 2) || false`: `true`, `1 == 1.0`: `true`, `"${1}${true}"`: `"1true"`,
}

// TestFunctions evaluates each expression, and expects what Terraform gives.
func TestFunctions(t *testing.T) {
	for expr, want := range results {
		s := read(t, map[string]string{"main.tf": "resource \"x\" \"x\" {\n  a = " + expr + "\n}\n"})
		if got := show(s.Resources[0].Values.Get("a")); got != want {
			t.Errorf("%s is %s, want %s; %q", expr, got, want, s.Incomplete)
		}
	}
}

// TestConsole (40) compares expressions with what Terraform itself has made of them.
func TestConsole(t *testing.T) {
	corpus, err := os.ReadFile(filepath.Join("testdata", "console.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	var main strings.Builder
	main.WriteString("locals {\n  t   = \"hello $${name}\"\n  o   = { a = 1 }\n  l   = [\"a\", null, \"b\"]\n  m   = { x = [\"1\", \"2\"], y = [] }\n  nul = null\n  num = 41\n}\n")
	var want []string
	var exprs []string
	for line := range strings.Lines(string(corpus)) {
		expr, result, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if !ok {
			continue // a comment
		}
		fmt.Fprintf(&main, "output \"o%d\" {\n  value = try(jsonencode([%s]), \"[ERR]\")\n}\n", len(exprs), expr)
		exprs, want = append(exprs, expr), append(want, "["+result+"]")
	}
	s := read(t, map[string]string{"main.tf": main.String()})
	if len(exprs) < 350 || len(s.Outputs) != len(exprs) {
		t.Fatalf("%d outputs of %d expressions: %q", len(s.Outputs), len(exprs), s.Incomplete)
	}
	for i, o := range s.Outputs {
		if got, _ := o.Value.Text(); got != want[i] {
			t.Errorf("%s is %s, want %s", exprs[i], got, want[i])
		}
	}
}

// terraform117 are the functions of Terraform 1.17, as `terraform metadata functions -json` names them.
const terraform117 = `abs abspath alltrue anytrue base64decode base64encode base64gzip base64sha256 base64sha512 basename bcrypt can ceil chomp
chunklist cidrhost cidrnetmask cidrsubnet cidrsubnets coalesce coalescelist compact concat contains convert csvdecode dirname distinct element
endswith ephemeralasnull file filebase64 filebase64sha256 filebase64sha512 fileexists filemd5 fileset filesha1 filesha256 filesha512 flatten floor
format formatdate formatlist indent index issensitive join jsondecode jsonencode keys length list log lookup lower map matchkeys max md5 merge min
nonsensitive one parseint pathexpand plantimestamp pow range regex regexall replace reverse rsadecrypt sensitive setintersection setproduct
setsubtract setunion sha1 sha256 sha512 signum slice sort split startswith strcontains strrev substr sum templatefile templatestring
textdecodebase64 textencodebase64 timeadd timecmp timestamp title tobool tolist tomap tonumber toset tostring transpose trim trimprefix trimspace
trimsuffix try upper urlencode uuid uuidv5 values yamldecode yamlencode zipmap`

// opentofu113 are those that OpenTofu 1.13 has besides.
const opentofu113 = `assumeequal assumelistlength assumelistlengthmax assumelistlengthmin assumemaplength assumemaplengthmax assumemaplengthmin
assumenotnull assumesetlength assumesetlengthmax assumesetlengthmin assumestringprefix base64gunzip cidrcontains urldecode`

// TestFunctionNames (40) calls each function with arguments that are not known: whatever becomes of it, it is not known, and
// says where it comes from.
func TestFunctionNames(t *testing.T) {
	for _, name := range strings.Fields(terraform117 + " " + opentofu113) {
		for n := range 4 {
			args := strings.TrimSuffix(strings.Repeat("aws_x.a.v, ", n), ", ")
			s := read(t, map[string]string{"main.tf": fmt.Sprintf("resource \"aws_x\" \"a\" {}\nresource \"aws_x\" \"b\" {\n  v = %s(%s)\n}\n", name, args)})
			if len(s.Incomplete) > 0 {
				t.Errorf("%s(%s): %q", name, args, s.Incomplete)
			}
			for _, r := range s.Resources {
				if a := r.Args.Arg("v"); a != nil && show(r.Values.Get("v")) == "?" && len(a.Origins) == 0 && len(a.Opaque) == 0 {
					t.Errorf("%s(%s) is not known, and nothing says why", name, args)
				}
			}
		}
	}
}

// compared are comparisons of collections, which have types: a variable's default here is a list, a set or a map.
var compared = map[string]string{
	`var.s == toset(["b", "a"])`: `true`, `var.s != toset(["a"])`: `true`, `toset(["a"]) == ["a"]`: `false`, `var.s == ["a", "b"]`: `false`,
	`var.l == ["a"]`: `false`, `var.none == []`: `false`, `var.none != ([])`: `true`, `var.m == { a = "b" }`: `false`, `var.l == var.l`: `true`, `["a"] == ["a"]`: `true`,
	`var.l == tolist(["b"])`: `false`, `var.m == tomap({ a = "c" })`: `false`, `var.l == [aws_x.a.id]`: `false`, `var.l == tolist([aws_x.a.id])`: `?`, `[aws_x.a.id] == null`: `false`, `tolist([aws_x.a.id]) != null`: `true`, `aws_x.a.list == tolist(["a"])`: `?`,
	// These are true to Terraform. What becomes of a list and a map is not kept here.
	`var.l == tolist(["a"])`: `?`, `var.m == tomap({ a = "b" })`: `?`,
}

// TestCompared compares collections, and expects what `terraform console` 1.11.4 gives or that it is not known.
func TestCompared(t *testing.T) {
	for expr, want := range compared {
		s := read(t, map[string]string{"main.tf": `
variable "s" {
  type    = set(string)
  default = ["a", "b"]
}
variable "l" {
  type    = list(string)
  default = ["a"]
}
variable "none" {
  type    = list(string)
  default = []
}
variable "m" {
  type    = map(string)
  default = { a = "b" }
}
resource "aws_x" "a" {}
output "o" {
  value = ` + expr + `
}`})
		if got := show(s.Outputs[0].Value); got != want {
			t.Errorf("%s is %s, want %s", expr, got, want)
		}
	}
}

// TestFileset lists files as Terraform 1.11.4 does: through links to directories, which are no files, and above the path.
func TestFileset(t *testing.T) {
	dir := write(t, txtar.Parse([]byte(`
-- root/main.tf --
output "all" {
  value = [for pattern in ["*", "**", "../*.tpl", "link/*"] : join(",", fileset("d", pattern))]
}
output "outside" {
  value = try(fileset("d", "../../../*"), "none")
}
-- root/t.tpl --
-- root/d/a.txt --
-- root/d/sub/x --
`)))
	if err := errors.Join(os.Mkdir(filepath.Join(dir, "root", ".git"), 0o755), os.Symlink("sub", filepath.Join(dir, "root", "d", "link")), os.Symlink("a.txt", filepath.Join(dir, "root", "d", "to.txt"))); err != nil {
		t.Skip(err)
	}
	s, err := source.Load(filepath.Join(dir, "root"), source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := show(s.Outputs[0].Value), `["a.txt,to.txt", "a.txt,link/x,sub/x,to.txt", "../t.tpl", "link/x"]`; got != want {
		t.Errorf("all files are %s, want %s", got, want)
	}
	if got := show(s.Outputs[1].Value); got != "?" {
		t.Errorf("files outside are %s", got)
	}
}

// TestEncodings takes a text in an encoding without a table for one that is not known, and not for a failure.
func TestEncodings(t *testing.T) {
	s := read(t, map[string]string{"main.tf": "output \"o\" {\n  value = try(textencodebase64(\"a\", \"windows-1252\"), \"b\")\n}\n"})
	if got := show(s.Outputs[0].Value); got != "?" {
		t.Errorf("it is %s", got)
	}
}

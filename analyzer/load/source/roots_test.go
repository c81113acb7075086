package source_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/demarc-dev/demarc/analyzer/load/source"
	"github.com/rogpeppe/go-internal/txtar"
)

const repository = `
-- envs/prod/main.tf --
module "net" { source = "../../modules/net" }
-- envs/test/main.tf.json --
{"module": {"net": {"source": "../../modules/net"}}}
-- modules/net/main.tf --
# demarc:allow network-link because
resource "aws_vpc" "v" {}
module "sub" { source = "./sub" }
-- modules/net/sub/main.tf --
resource "aws_subnet" "s" {}
-- modules/net/examples/simple/main.tf --
module "net" { source = "../.." }
-- modules/lonely/main.tf --
resource "aws_vpc" "l" {}
-- modules/broken/main.tf --
resource "aws_vpc" {
-- .terraform/modules/x/main.tf --
resource "aws_vpc" "x" {}
-- docs/readme.md --
module "net" { source = "../envs/prod" }
-- self/main.tf --
module "me" { source = "./." }
`

// TestRoots finds the directories that no other one calls.
func TestRoots(t *testing.T) {
	dir := write(t, txtar.Parse([]byte(repository)))
	roots, err := source.Roots(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range roots {
		rel, err := filepath.Rel(dir, r)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, filepath.ToSlash(rel))
	}
	want := []string{"envs/prod", "envs/test", "modules/broken", "modules/lonely", "modules/net/examples/simple", "self"}
	if !slices.Equal(got, want) {
		t.Errorf("roots %v, want %v", got, want)
	}
	if _, err := source.Roots(filepath.Join(dir, "nowhere")); err == nil {
		t.Error("a path that is not there has roots")
	}
	if _, err := source.Roots(filepath.Join(dir, "docs", "readme.md")); err == nil {
		t.Error("a file has roots")
	}
}

// TestRootsInCircles finds where to begin where modules call each other in circles, beside a root that has nothing to do
// with them: a directory that nothing would read is no silence.
func TestRootsInCircles(t *testing.T) {
	const circles = `
-- a/main.tf --
module "b" { source = "../b" }
-- b/main.tf --
module "a" { source = "../a" }
-- called/main.tf --
module "loop" { source = "../loop" }
-- loop/main.tf --
module "called" { source = "..\\called" }
-- root/main.tf --
module "called" { source = "../called" }
-- y/main.tf --
module "z" { source = "../z" }
-- z/main.tf --
module "y" { source = "../y" }
`
	dir := write(t, txtar.Parse([]byte(circles)))
	roots, err := source.Roots(dir)
	if want := []string{filepath.Join(dir, "a"), filepath.Join(dir, "root"), filepath.Join(dir, "y")}; err != nil || !slices.Equal(roots, want) {
		t.Errorf("roots %v, %v; want %v", roots, err, want)
	}
}

// TestUnlisted says of a directory that cannot be listed that it was not looked into, unless it is a hidden one.
func TestUnlisted(t *testing.T) {
	dir := write(t, txtar.Parse([]byte("-- main.tf --\n-- data/main.tf --\n-- .data/main.tf --\n")))
	for _, name := range []string{"data", ".data"} {
		sub := filepath.Join(dir, name)
		if err := os.Chmod(sub, 0); err != nil {
			t.Fatal(err)
		}
		defer os.Chmod(sub, 0o700)
		if _, err := os.ReadDir(sub); err == nil {
			t.Skip("who runs this may list everything")
		}
	}
	tree, err := source.Survey(dir)
	if err != nil {
		t.Fatal(err)
	}
	unread := tree.Unread()
	if len(unread) != 1 || unread[0].Address != filepath.ToSlash(filepath.Join(dir, "data")) {
		t.Errorf("unread: %v", unread)
	}
}

// TestCache reads roots that share a module, with what was parsed shared and without: it is the same.
func TestCache(t *testing.T) {
	dir := write(t, txtar.Parse([]byte(repository)))
	cache := source.NewCache()
	for _, root := range []string{"envs/prod", "envs/test", "modules/broken", "envs/prod"} {
		path := filepath.Join(dir, filepath.FromSlash(root))
		alone, err := source.Load(path, source.Options{Within: dir})
		if err != nil {
			t.Fatal(err)
		}
		shared, err := source.Load(path, source.Options{Within: dir, Cache: cache})
		if err != nil {
			t.Fatal(err)
		}
		if a, b := describe(alone), describe(shared); a != b || a == "" {
			t.Errorf("%s: alone:\n%s\nshared:\n%s", root, a, b)
		}
	}
}

// A terraform.tfvars that is a link to nothing, Terraform passes over; any other variable file there must be one.
func TestDanglingVariables(t *testing.T) {
	for name, complete := range map[string]bool{"terraform.tfvars": true, "terraform.tfvars.json": true, "x.auto.tfvars": false} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte("variable \"a\" {}\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink("nowhere", filepath.Join(dir, name)); err != nil {
			t.Skip(err)
		}
		s, err := source.Load(dir, source.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := len(s.Incomplete) == 0; got != complete {
			t.Errorf("%s: %q", name, s.Incomplete)
		}
	}
}

// TestForeign: what tools above Terraform decide is not in the sources, and is said not to be.
func TestForeign(t *testing.T) {
	dir := write(t, txtar.Parse([]byte(`
-- live/prod/terragrunt.hcl --
terraform { source = "../../modules/net" }
-- live/.terragrunt-cache/a/terragrunt.hcl --
-- live/root.hcl --
-- modules/net/main.tf --
resource "aws_vpc" "v" {}
-- stack/main.tfcomponent.hcl --
component "net" { source = "../modules/net" }
-- stack/prod.tfdeploy.hcl --
-- stack/notes.hcl --
`)))
	tree, err := source.Survey(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, u := range tree.Unread() {
		tool, _, _ := strings.Cut(u.Reason, ",")
		got = append(got, strings.TrimPrefix(u.Pos.File, filepath.ToSlash(dir)+"/")+" "+tool)
		if u.Settle == "" {
			t.Errorf("%s: nothing settles it", u.Address)
		}
	}
	want := []string{"live/prod/terragrunt.hcl is Terragrunt's", "stack/main.tfcomponent.hcl is of Terraform Stacks", "stack/prod.tfdeploy.hcl is of Terraform Stacks"}
	if !slices.Equal(got, want) {
		t.Errorf("unread %q, want %q", got, want)
	}
	if roots := tree.Given(tree.Roots()); !slices.Equal(roots, []string{filepath.Join(dir, "modules", "net")}) {
		t.Errorf("roots %v", roots)
	}
}

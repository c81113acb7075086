package load

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// estate is a repository with roots that share modules, and another repository in it.
var estate = map[string]string{
	"envs/eu/main.tf":             `module "net" { source = "../../modules/net" }`,
	"envs/eu/eu.auto.tfvars":      `a = 1`,
	"envs/eu/vars/prod.tfvars":    `a = 1`,
	"envs/cn/main.tofu":           `module "net" { source = "../../modules/net" }`,
	"envs/cn/json.tf.json":        `{"module": {"only": {"source": "./only"}}}`,
	"envs/cn/only/main.tf":        `locals {}`,
	"envs/alone/main.tf":          `locals {}`,
	"modules/net/main.tf":         `module "base" { source = "../base" }`,
	"modules/base/main.tf":        `locals {}`,
	"modules/round/a/main.tf":     `module "b" { source = "../b" }`,
	"modules/round/b/main.tf":     `module "a" { source = "../a" }`,
	"vars/all.tfvars":             `a = 1`,
	"envs/.demarc.hcl":            ``,
	".demarc.hcl":                 ``,
	"shared/providers.tf":         `provider "aws" { region = "eu-central-1" }`,
	"envs/alone/plan.json":        `{}`,
	".git/HEAD":                   ``,
	"other/.git":                  `gitdir: elsewhere`,
	"other/envs/eu/main.tf":       `module "net" { source = "../../net" }`,
	"other/net/main.tf":           `locals {}`,
	"other/vars/nobodys.tfvars":   `a = 1`,
	"other/policies/.demarc.hcl":  ``,
	"other/policies/notes.tf.txt": ``,
}

func TestRoots(t *testing.T) {
	top := t.TempDir()
	for name, text := range estate {
		file := filepath.Join(top, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	linked := os.Symlink(filepath.Join("..", "..", "shared", "providers.tf"), filepath.Join(top, "envs", "alone", "providers.tf")) == nil
	t.Chdir(top)
	for _, test := range []struct{ name, paths, want string }{
		{"a root's own file", "envs/alone/main.tf", "envs/alone"},
		{"once for several files", "envs/alone/main.tf envs/eu/main.tf envs/alone/main.tf", "envs/alone envs/eu"},
		{"a module below its root", "envs/cn/only/main.tf", "envs/cn"},
		{"a shared module is of both roots", "modules/net/main.tf", "envs/cn envs/eu"},
		{"through another module", "modules/base/main.tf", "envs/cn envs/eu"},
		{"with a root that is named too", "envs/eu/main.tf modules/base/main.tf", "envs/eu envs/cn"},
		{"a circle that nobody enters", "modules/round/b/main.tf", "modules/round/b"},
		{"JSON and OpenTofu", "envs/cn/json.tf.json envs/cn/main.tofu", "envs/cn"},
		{"variables beside the configuration", "envs/eu/eu.auto.tfvars", "envs/eu"},
		{"variables below it", "envs/eu/vars/prod.tfvars", "envs/eu"},
		{"variables of whom, cannot be told", "vars/all.tfvars", "envs/alone envs/cn envs/eu modules/round/a other/envs/eu shared"},
		{"a policy is of all below it", "envs/.demarc.hcl", "envs/alone envs/cn envs/eu"},
		{"a policy of the repository", ".demarc.hcl", "envs/alone envs/cn envs/eu modules/round/a other/envs/eu shared"},
		{"plans, directories and what is not there stay", "envs/alone/plan.json envs/eu - gone.tf envs/alone/main.tf", "envs/alone/plan.json envs/eu - gone.tf envs/alone"},
		{"a directory that is named holds its roots", "envs/cn/only/main.tf modules/base/main.tf envs/cn", "envs/eu envs/cn"},
		{"another repository inside has its own callers", "other/envs/eu/main.tf", "other/envs/eu"},
		{"and its own modules", "other/net/main.tf", "other/envs/eu"},
		{"variables in a repository whose roots are elsewhere", "other/vars/nobodys.tfvars", "other/envs/eu"},
	} {
		got, err := Roots(strings.Fields(test.paths))
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		for i := range got {
			got[i] = filepath.ToSlash(got[i])
		}
		if diff := cmp.Diff(strings.Fields(test.want), got); diff != "" {
			t.Errorf("%s: %s (-want +got):\n%s", test.name, test.paths, diff)
		}
	}
	if linked {
		got, err := Roots([]string{filepath.Join("shared", "providers.tf")})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{filepath.Join("envs", "alone"), "shared"}, got); diff != "" {
			t.Errorf("a file that another root links to (-want +got):\n%s", diff)
		}
	}
	got, err := Roots([]string{filepath.Join(top, "envs", "cn", "only", "main.tf")})
	if err != nil {
		t.Fatal(err)
	}
	real, err := filepath.EvalSymlinks(top)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{filepath.Join(real, "envs", "cn")}, got); diff != "" {
		t.Errorf("an absolute path (-want +got):\n%s", diff)
	}
}

func TestRootsOfNothing(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "lonely.tfvars")
	if err := os.WriteFile(file, []byte("a = 1"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got, err := Roots([]string{file}); err == nil || !strings.Contains(err.Error(), "belongs to no configuration") {
		t.Errorf("got %v, %v", got, err)
	}
}

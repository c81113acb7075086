package source_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/demarc-dev/demarc/analyzer/limit"
	"github.com/demarc-dev/demarc/analyzer/load/source"
	"github.com/rogpeppe/go-internal/txtar"
)

// FuzzLoad (41) reads any text as a root module, in both syntaxes and as a file of variables.
func FuzzLoad(f *testing.F) {
	for _, pattern := range []string{"*/main.tf", "*/*.tf.json", "*/*.tfvars", "*/mods/*/main.tf"} {
		files, _ := filepath.Glob(filepath.Join("..", "..", "..", "fixtures", "semantics", pattern))
		for _, file := range files {
			if src, err := os.ReadFile(file); err == nil {
				f.Add(src)
			}
		}
	}
	archives, _ := filepath.Glob(filepath.Join("testdata", "*.txtar"))
	for _, archive := range archives {
		if a, err := txtar.ParseFile(archive); err == nil {
			for _, file := range a.Files {
				f.Add(file.Data)
			}
		}
	}
	f.Add([]byte("resource \"a\" \"b\" {\n  for_each = toset([a.c.id])\n  x = try(each.value.y[*].z, {for k, v in a.b : k => v...})\n}\nresource \"a\" \"c\" {\n  count = a.b[0].n\n}\n"))
	f.Add([]byte("locals {\n  a = merge(jsondecode(jsonencode({x = a.b.c})), [for i in local.a : i]...)\n  b = \"%{ for x in local.a }${x}%{ endfor }\"\n}\nresource \"x\" \"x\" {\n  v = [local.a, local.b, element(local.a, 1), one(local.b[*].c), coalesce(null, local.a)]\n}\n"))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, src []byte) {
		for _, name := range []string{"main.tf", "other.tf.json", "terraform.tfvars"} {
			if err := os.WriteFile(filepath.Join(dir, name), src, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		s, err := source.Load(dir, source.Options{Data: stand, Function: function, Limits: limit.Set{Steps: 1_000_000}})
		if err != nil {
			return
		}
		describe(s)
		for _, r := range s.Resources {
			if r.Pos.File == "" || r.Pos.Line == 0 {
				t.Errorf("%s has no place", r.Address)
			}
		}
	})
}

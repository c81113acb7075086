package boundary

import (
	"os"
	"path/filepath"
	"testing"
)

func TestFind(t *testing.T) {
	top := t.TempDir()
	write := func(name string) {
		t.Helper()
		name = filepath.Join(top, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(".demarc.hcl")
	write("envs/cn/plan.json")
	write("repo/.git/HEAD")
	write("repo/envs/main.tf")
	write("policed/.git/HEAD")
	write("policed/.demarc.hcl")
	write("policed/envs/main.tf")
	write("tree/.git") // a work tree's
	write("tree/main.tf")
	write("odd/.demarc.hcl/x") // a directory of that name
	tests := []struct{ path, want string }{
		{".", ".demarc.hcl"},
		{"envs/cn", ".demarc.hcl"},
		{"envs/cn/plan.json", ".demarc.hcl"},
		{"envs/gone/plan.json", ".demarc.hcl"},
		{"repo", ""},
		{"repo/envs", ""},
		{"policed/envs/main.tf", "policed/.demarc.hcl"},
		{"policed", "policed/.demarc.hcl"},
		{"tree", ""},
		{"odd", ".demarc.hcl"},
	}
	t.Run("absolute", func(t *testing.T) {
		for _, tt := range tests {
			want := tt.want
			if want != "" {
				want = filepath.Join(top, want)
			}
			if got, ok := Find(filepath.Join(top, tt.path)); got != want || ok != (want != "") {
				t.Errorf("Find(%s) = %q, %v, want %q", tt.path, got, ok, want)
			}
		}
	})
	t.Run("relative", func(t *testing.T) {
		t.Chdir(top)
		for _, tt := range tests {
			if got, ok := Find(tt.path); got != filepath.FromSlash(tt.want) || ok != (tt.want != "") {
				t.Errorf("Find(%s) = %q, %v, want %q", tt.path, got, ok, tt.want)
			}
		}
		t.Chdir("envs/cn")
		if got, _ := Find("plan.json"); got != filepath.FromSlash("../../.demarc.hcl") {
			t.Errorf("Find(plan.json) = %q, want the file two directories up", got)
		}
	})
}

package source_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/load"
	"github.com/demarc-dev/demarc/analyzer/load/source"
	"github.com/demarc-dev/demarc/analyzer/model"
)

// edited are fixtures whose plan is of another state of their files, or with other variables.
var edited = map[string]bool{"tf116_createforget": true, "tofu_createforget": true}

// TestAgainstPlans (24, 25, 30, 34, 35) reads every configuration that has a plan of it both ways: there must be the same instances, of the
// same provider configurations, and what both know must be the same.
func TestAgainstPlans(t *testing.T) {
	for _, pattern := range []string{
		filepath.Join("..", "..", "..", "fixtures", "semantics", "*", "plan.json"),
		filepath.Join("..", "..", "..", "fixtures", "cases", "*", "plan.json"),
		filepath.Join("..", "..", "..", "..", "shared", "cases", "*", "plan.json"),
	} {
		plans, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, plan := range plans {
			dir := filepath.Dir(plan)
			if m, _ := filepath.Glob(filepath.Join(dir, "*.tf")); len(m) == 0 || edited[filepath.Base(dir)] {
				continue
			}
			t.Run(filepath.Base(dir), func(t *testing.T) {
				p, err := load.File(plan, load.Options{})
				if err != nil {
					t.Skip(err)
				}
				s, err := source.Load(dir, source.Options{Planned: p.Variables})
				if err != nil {
					t.Fatal(err)
				}
				compare(t, s, p)
			})
		}
	}
}

func compare(t *testing.T, s, p *model.Snapshot) {
	have := map[string]*model.Resource{}
	for _, r := range s.Resources {
		have[r.Address] = r
		if r.Pos.File == "" || r.Pos.Line == 0 {
			t.Errorf("%s has no place", r.Address)
		}
	}
	planned := map[string]bool{}
	for _, r := range p.Resources {
		if !r.Action.Stays() || r.Deposed != "" {
			continue
		}
		planned[r.Address] = true
		got := have[r.Address]
		if got == nil {
			t.Errorf("%s is in the plan and not in the sources", r.Address)
			continue
		}
		if r.Provider != nil && !r.Provider.Implied {
			if got.Provider == nil {
				t.Errorf("%s: provider %s, sources do not tell", r.Address, r.Provider.Key)
			} else if plain := strings.SplitN(got.Provider.Key, "[", 2)[0]; plain != r.Provider.Key {
				t.Errorf("%s: provider %s, in the plan %s", r.Address, got.Provider.Key, r.Provider.Key)
			}
		}
		if got.Source != r.Source {
			t.Errorf("%s: source %s, in the plan %s", r.Address, got.Source, r.Source)
		}
		agree(t, r.Address, got.Values, r.Values)
	}
	for _, r := range s.Resources {
		if !planned[r.Address] && len(p.Incomplete) == 0 && r.Mode != addr.Ephemeral {
			t.Errorf("%s is in the sources and not in the plan", r.Address)
		}
	}
}

// agree compares what both know.
func agree(t *testing.T, at string, s, p model.Value) {
	t.Helper()
	if s.State != model.Known || p.State != model.Known {
		return
	}
	a, okA := s.Text()
	b, okB := p.Text()
	switch {
	case okA && okB:
		if a != b {
			t.Errorf("%s: %q, in the plan %q", at, a, b)
		}
	case s.Kind == model.Object && p.Kind == model.Object:
		for i := range s.Len() {
			agree(t, at+"."+s.Name(i), s.Item(i), p.Get(s.Name(i)))
		}
	case s.Kind == model.List && p.Kind == model.List && s.Len() == p.Len():
		if s.Len() == 1 {
			agree(t, at+"[0]", s.Item(0), p.Item(0))
		}
	}
}

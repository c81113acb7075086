package load

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/demarc-dev/demarc/analyzer/model"
	tfjson "github.com/hashicorp/terraform-json"
)

// differs are the ways in which demarc reads a file otherwise than terraform-json does, on purpose.
var differs = []difference{
	{"a state decodes as a plan without changes", func(p *tfjson.Plan, _ error) bool {
		return len(p.ResourceChanges) == 0 && p.PlannedValues == nil && p.Config == nil && p.PriorState == nil && len(p.ResourceDrift) == 0
	}},
	{"of a name that is there twice the last counts", func(_ *tfjson.Plan, err error) bool {
		return err != nil && strings.Contains(err.Error(), "duplicate object member name")
	}},
}

type difference struct {
	why string
	is  func(p *tfjson.Plan, err error) bool
}

// oracleFiles are every plan of the project, and of the shared collections where they are there.
func oracleFiles(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, root := range []string{"../../fixtures/semantics", "../../fixtures/cases", "../../../shared/plans", "../../../shared/cases"} {
		root = filepath.FromSlash(root)
		if _, err := os.Stat(root); err != nil {
			continue
		}
		err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			if err == nil && !e.IsDir() && (strings.HasSuffix(path, ".json") || strings.HasSuffix(path, ".golden")) {
				out = append(out, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// TestOracle compares what is read of every plan with what HashiCorp's own library reads: the instances, what happens
// to them, and the texts that are known of them.
func TestOracle(t *testing.T) {
	plans, changes, texts := 0, 0, 0
	for _, path := range oracleFiles(t) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		p := &tfjson.Plan{}
		p.UseJSONNumber(true)
		if err := json.Unmarshal(text, p); err != nil {
			continue
		}
		s, err := File(path, Options{})
		if i := slices.IndexFunc(differs, func(d difference) bool { return d.is(p, err) }); i >= 0 {
			t.Logf("%s: %s", path, differs[i].why)
			continue
		}
		if err != nil {
			t.Errorf("%s: terraform-json reads it, and demarc does not: %s", path, err)
			continue
		}
		plans++
		type object struct{ address, deposed string }
		read := map[object]*model.Resource{}
		for _, r := range s.Resources {
			if _, twice := read[object{r.Address, r.Deposed}]; twice {
				t.Errorf("%s: %s is there twice", path, r.Address)
			}
			read[object{r.Address, r.Deposed}] = r
		}
		for _, c := range p.ResourceChanges {
			o := object{c.Address, c.DeposedKey}
			r := read[o]
			if r == nil {
				t.Errorf("%s: %s is missing", path, c.Address)
				continue
			}
			changes++
			delete(read, o)
			if got, want := r.Action, actionOf(c.Change.Actions); got != want {
				t.Errorf("%s: %s: %s, want %s", path, c.Address, got, want)
			}
			values := c.Change.After
			if c.Change.Actions.Delete() || c.Change.Actions.Forget() {
				values = c.Change.Before
			}
			attributes, _ := values.(map[string]any)
			unknown, _ := c.Change.AfterUnknown.(map[string]any)
			for name, v := range attributes {
				text, ok := v.(string)
				if !ok || unknown[name] == true { // both only where somebody has edited the plan
					continue
				}
				texts++
				if got, _ := r.Values.Get(name).Text(); got != text {
					t.Errorf("%s: %s.%s is %q, want %q", path, c.Address, name, got, text)
				}
			}
			for name, v := range unknown {
				if v == true && r.Action.Stays() && r.Values.Get(name).State != model.Unknown {
					t.Errorf("%s: %s.%s is not unknown", path, c.Address, name)
				}
			}
		}
		// What is left is of the prior state: terraform-json leaves it to its user to look there.
		prior := map[string]bool{}
		if p.PriorState != nil && p.PriorState.Values != nil {
			var walk func(*tfjson.StateModule)
			walk = func(m *tfjson.StateModule) {
				for _, r := range m.Resources {
					prior[r.Type+"."+r.Name] = true
				}
				for _, child := range m.ChildModules {
					walk(child)
				}
			}
			walk(p.PriorState.Values.RootModule)
		}
		for o, r := range read {
			if !prior[r.Type+"."+r.Name] {
				t.Errorf("%s: %s is neither changed nor in the prior state", path, o.address)
			}
		}
	}
	if plans < 40 || changes < 300 || texts < 500 {
		t.Errorf("only %d plans, %d changes and %d texts are compared", plans, changes, texts)
	}
	t.Logf("%d plans, %d changes, %d texts", plans, changes, texts)
}

// actionOf says with terraform-json's own words what a list of actions is. Its helpers know no list of a forgetting and
// a creating, which OpenTofu and later Terraforms write.
func actionOf(a tfjson.Actions) model.Action {
	switch {
	case a.NoOp():
		return model.NoOp
	case a.Read():
		return model.Read
	case a.Create():
		return model.Create
	case a.Update():
		return model.Update
	case a.Delete():
		return model.Delete
	case a.Forget():
		return model.Forget
	case a.Replace(), len(a) == 2 && a[0] == tfjson.ActionForget, len(a) == 2 && a[1] == tfjson.ActionForget:
		return model.Replace
	}
	return model.Other
}

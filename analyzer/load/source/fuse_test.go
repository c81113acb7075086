package source_test

import (
	"archive/zip"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/load"
	"github.com/demarc-dev/demarc/analyzer/load/source"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/rogpeppe/go-internal/txtar"
)

// fuse evaluates a plan's sources, anew where it tells the workspace, and gives the plan what they tell.
func fuse(plan *model.Snapshot, of func(source.Options) (*source.Evaluated, error), o source.Options) (*model.Snapshot, error) {
	src, err := of(o)
	if err != nil {
		return nil, err
	}
	if o.Workspace = src.Workspace(plan); o.Workspace != "" {
		if src, err = of(o); err != nil {
			return nil, err
		}
	}
	return src.Fuse(plan), nil
}

func inDir(dir string) func(source.Options) (*source.Evaluated, error) {
	return func(o source.Options) (*source.Evaluated, error) { return source.OfPlan(dir, o) }
}

func inPlan(files map[string][]byte) func(source.Options) (*source.Evaluated, error) {
	return func(o source.Options) (*source.Evaluated, error) { return source.OfSavedPlan(files, o) }
}

func fused(t *testing.T, name string) (plan, both *model.Snapshot) {
	t.Helper()
	dir := filepath.Join("..", "..", "..", "fixtures", "semantics", name)
	plan, err := load.File(filepath.Join(dir, "plan.json"), load.Options{})
	if err != nil {
		t.Fatal(err)
	}
	both, err = fuse(plan, inDir(dir), source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return plan, both
}

func find(t *testing.T, s *model.Snapshot, address string) *model.Resource {
	t.Helper()
	for _, r := range s.Resources {
		if r.Address == address && r.Deposed == "" {
			return r
		}
	}
	t.Fatalf("no %s", address)
	return nil
}

// TestFuseKeeps changes nothing that the plan knows, and gives every resource that stays its place.
func TestFuseKeeps(t *testing.T) {
	for _, name := range []string{"refs", "providers", "providers2", "providers3", "linemap", "nesting", "unknowns", "overrides", "aws_v5", "tofu_foreach", "refs_applied", "injection", "exprs"} {
		t.Run(name, func(t *testing.T) {
			plan, both := fused(t, name)
			both.Resources = slices.DeleteFunc(both.Resources, func(r *model.Resource) bool { return r.Mode == addr.Ephemeral }) // no plan has them
			if len(plan.Resources) != len(both.Resources) {
				t.Fatalf("%d resources, of %d", len(both.Resources), len(plan.Resources))
			}
			for i, r := range plan.Resources {
				got := both.Resources[i]
				if got.Address != r.Address || got.Action != r.Action {
					t.Fatalf("%s became %s", r.Address, got.Address)
				}
				agree(t, r.Address, got.Values, r.Values)
				if got.Pos.Line == 0 {
					t.Errorf("%s has no line; %q", r.Address, both.Notes)
				}
				if got.Provider != nil && !slices.Contains(both.Providers, got.Provider) {
					t.Errorf("%s: provider %s is not listed", r.Address, got.Provider.Key)
				}
				if r.Provider != nil && r.Provider.Implied && r.Provider.Module == nil {
					continue
				}
				if got.Provider == nil && (r.Provider != nil || len(r.Candidates) > 0) {
					t.Errorf("%s: its provider is not told", r.Address)
				}
			}
		})
	}
}

// TestFuseTells (30, 42) finds what a plan alone does not tell.
func TestFuseTells(t *testing.T) {
	_, both := fused(t, "providers3")
	if p := find(t, both, "module.A.module.B.module.C.aws_vpc.v").Provider; p == nil || p.Key != "aws.dr" {
		t.Errorf("providers3: %v", p)
	}
	_, both = fused(t, "tofu_foreach")
	if p := find(t, both, `aws_vpc.r["gov"]`).Provider; p == nil || show(p.Values) != `{region="us-gov-west-1"}` {
		t.Errorf("tofu_foreach: %v", p)
	}
	_, both = fused(t, "aws_v5")
	regions := ""
	for _, p := range both.Providers {
		regions += show(p.Values.Get("region"))
	}
	if !strings.Contains(regions, "us-gov-west-1") {
		t.Errorf("aws_v5: regions %s", regions)
	}
	_, both = fused(t, "refs")
	r := find(t, both, "aws_vpc_peering_connection.vialocal")
	if a := r.Args.Arg("vpc_id"); a == nil || len(a.Origins) != 1 || a.Origins[0].Name != "primary" || !a.Origins[0].Exact || len(a.Opaque) > 0 {
		t.Errorf("refs: vpc_id of vialocal: %+v", a)
	}
	if at := r.Pos.Of("vpc_id"); at.Line != 58 || at.Column != 3 {
		t.Errorf("refs: vpc_id at %+v", at)
	}
	if _, ok := find(t, both, "aws_iam_role_policy.json").Values.Get("policy").Partly(); !ok {
		t.Error("refs: nothing is known of the policy of json")
	}
}

// TestFuseElsewhere (42) keeps the plan as it is where the sources are other ones, and says so.
func TestFuseElsewhere(t *testing.T) {
	plan, err := load.File(filepath.Join("..", "..", "..", "fixtures", "semantics", "refs", "plan.json"), load.Options{})
	if err != nil {
		t.Fatal(err)
	}
	both, err := fuse(plan, inDir(filepath.Join("..", "..", "..", "fixtures", "semantics", "linemap")), source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(strings.Join(both.Notes, "\n"), "has no block for") {
		t.Errorf("notes %q", both.Notes)
	}
	for i, r := range plan.Resources {
		if got := both.Resources[i]; got.Args != r.Args || got.Pos.File != "" {
			t.Errorf("%s changed", r.Address)
		}
	}
}

// TestFuseSaved (43) takes the configuration from a saved plan's own members, laid out as terraform does.
func TestFuseSaved(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "fixtures", "semantics", "providers3")
	plan, err := load.File(filepath.Join(dir, "plan.json"), load.Options{})
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{"modules.json": []byte(`[{"Key":"","Source":"","Dir":"."},{"Key":"A","Source":"./A","Dir":"A"},
		{"Key":"A.B","Source":"../B","Dir":"B"},{"Key":"A.B.C","Source":"../C","Dir":"C"},{"Key":"x","Dir":"../../../etc"}]`)}
	for key, from := range map[string]string{"m-": ".", "m-A": "A", "m-A.B": "B", "m-A.B.C": "C"} {
		src, err := os.ReadFile(filepath.Join(dir, from, "main.tf"))
		if err != nil {
			t.Fatal(err)
		}
		files[key+"/main.tf"] = src
	}
	both, err := fuse(plan, inPlan(files), source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := find(t, both, "module.A.module.B.module.C.aws_vpc.v")
	if r.Provider == nil || r.Provider.Key != "aws.dr" || r.Pos.File != "C/main.tf" || r.Pos.Line != 1 {
		t.Errorf("%+v by %+v", r.Pos, r.Provider)
	}
	if _, err := fuse(plan, inPlan(map[string][]byte{"m-/main.tf": nil}), source.Options{}); err == nil {
		t.Error("a saved plan without a manifest is read")
	}
}

// TestSavedPlans (44) reads the configurations in real saved plans, where there are some.
func TestSavedPlans(t *testing.T) {
	plans, err := filepath.Glob(filepath.Join("..", "..", "..", "..", "shared", "semantics", "*", "tfplan"))
	if err != nil {
		t.Fatal(err)
	}
	if len(plans) == 0 {
		t.Skip("no saved plans here")
	}
	for _, saved := range plans {
		t.Run(filepath.Base(filepath.Dir(saved)), func(t *testing.T) {
			plan, err := load.File(filepath.Join(filepath.Dir(saved), "plan.json"), load.Options{})
			if err != nil {
				t.Skip(err)
			}
			z, err := zip.OpenReader(saved)
			if err != nil {
				t.Skip(err)
			}
			defer z.Close()
			files := map[string][]byte{}
			for _, m := range z.File {
				name, ok := strings.CutPrefix(m.Name, "tfconfig/")
				if !ok {
					continue
				}
				f, err := m.Open()
				if err != nil {
					t.Fatal(err)
				}
				if files[name], err = io.ReadAll(f); err != nil {
					t.Fatal(err)
				}
				f.Close()
			}
			both, err := fuse(plan, inPlan(files), source.Options{Planned: plan.Variables})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range both.Resources {
				if r.Action.Stays() && r.Deposed == "" && r.Pos.Line == 0 {
					t.Errorf("%s has no line; %q", r.Address, both.Notes)
				}
			}
		})
	}
}

// TestWorkspaceOfPlan (36) takes the workspace from where the plan has its name. What is made of the name in any other way
// than by putting it into a text does not tell it, and neither does what init left behind.
func TestWorkspaceOfPlan(t *testing.T) {
	for _, c := range []struct {
		name string // as the sources write it
		plan string // as the plan has it
		o    source.Options
		want string
	}{
		{`"app-${terraform.workspace}-logs"`, "app-far-logs", source.Options{}, `"us-gov-west-1"`},
		{`terraform.workspace`, "there", source.Options{}, `"cn-north-1"`},
		{`local.name`, "app-here", source.Options{}, `"eu-central-1"`},
		{`"app-${terraform.workspace}"`, "other-far", source.Options{}, "?"}, // not what the sources say
		{`"app-${terraform.workspace}"`, "app-", source.Options{}, "?"},
		{`upper(terraform.workspace)`, "far", source.Options{}, "?"},
		{`terraform.workspace == "far" ? "there" : terraform.workspace`, "there", source.Options{}, "?"},
		{`"${terraform.workspace}-${terraform.workspace}"`, "far-far", source.Options{}, "?"},
		{`"${terraform.workspace}-${data.x.x.id}"`, "far-1", source.Options{}, "?"},
		{`"app"`, "app", source.Options{}, "?"},
		{`"app"`, "app", source.Options{Workspace: "far"}, `"us-gov-west-1"`},
		{`terraform.workspace`, "here", source.Options{Env: map[string]string{"TF_WORKSPACE": "far"}}, `"us-gov-west-1"`},
	} {
		dir := write(t, &txtar.Archive{Files: []txtar.File{
			{Name: "main.tf", Data: []byte("output \"o\" {\n  value = \"o-${terraform.workspace}\"\n}\nlocals {\n  name = \"app-${terraform.workspace}\"\n}\ndata \"x\" \"x\" {\n}\nresource \"x\" \"x\" {\n  in { name = " + c.name +
				" }\n  at = { here = \"eu-central-1\", there = \"cn-north-1\", far = \"us-gov-west-1\" }[terraform.workspace]\n}\n")},
			{Name: ".terraform/environment", Data: []byte("there")},
		}})
		in := model.ListValue([]model.Value{model.ObjectValue([]string{"name"}, []model.Value{model.StringValue(c.plan)})})
		plan := &model.Snapshot{Format: model.Plan, Resources: []*model.Resource{{Address: "x.x", Rarely: model.Nothing,
			Block:  &model.Block{Type: "x", Name: "x", Source: "hashicorp/x", Args: model.NewArgs(nil, nil)},
			Values: model.ObjectValue([]string{"in", "at"}, []model.Value{in, model.UnknownValue})}}}
		both, err := fuse(plan, inDir(dir), c.o)
		if err != nil {
			t.Fatal(err)
		}
		plan.Outputs = []model.Output{{Name: "o", Value: model.StringValue("o-other")}}
		two, err := fuse(plan, inDir(dir), c.o)
		if err != nil {
			t.Fatal(err)
		}
		if got := show(two.Resources[0].Values.Get("at")); c.o.Workspace == "" && c.o.Env == nil && !strings.HasPrefix(got, "?") {
			t.Errorf("%s is %q in the plan, which has another name in an output: at is %s", c.name, c.plan, got)
		}
		if got := show(both.Resources[0].Values.Get("at")); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s is %q in the plan, %+v: at is %s, want %s", c.name, c.plan, c.o, got, c.want)
		}
	}
}

// TestFuseProviders: of an argument that refers to one variable a plan does not tell what is made of it.
func TestFuseProviders(t *testing.T) {
	dir := write(t, &txtar.Archive{Files: []txtar.File{{Name: "main.tf", Data: []byte(
		"variable \"home\" {\n  default = \"here\"\n}\nprovider \"x\" {\n  made = var.home == \"here\" ? \"there\" : \"here\"\n  same = var.home\n  open = \"${data.x.x.id}-${var.home}\"\n  literal = \"a\"\n}\n")}}})
	args := model.NewArgs([]model.Arg{{Block: "made"}, {Block: "same"}, {Block: "open"}, {Block: "literal", Constant: model.StringValue("b")}}, nil)
	known := func(text string) model.Value { return model.StringValue(text) }
	plan := &model.Snapshot{Format: model.Plan, Providers: []*model.Provider{{Key: "x", Source: "hashicorp/x", Name: "x", Args: args,
		Values: model.ObjectValue([]string{"made", "same", "open", "literal"}, []model.Value{known("here"), known("here"), known("here"), known("b")})}}}
	both, err := fuse(plan, inDir(dir), source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(both.Providers) != 1 {
		t.Fatalf("%d providers", len(both.Providers))
	}
	if got, want := show(both.Providers[0].Values), `{made="there", same="here", open="here", literal="b"}`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

package addr_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// fixture addresses are every address and key that Terraform wrote in the experiments on hostile keys, modules and moves.
func fixtureAddresses(t testing.TB) []string {
	t.Helper()
	var out []string
	for _, name := range []string{"injection", "linemap", "actions", "refs", "deposed_target"} {
		plans, _ := filepath.Glob(filepath.Join("..", "..", "fixtures", "semantics", name, "plan*.json"))
		if len(plans) == 0 {
			t.Fatalf("no plan of the experiment %s", name)
		}
		for _, p := range plans {
			raw, err := os.ReadFile(p)
			if err != nil {
				t.Fatal(err)
			}
			var doc struct {
				Changes []struct {
					Address  string `json:"address"`
					Previous string `json:"previous_address"`
				} `json:"resource_changes"`
			}
			if err := json.Unmarshal(raw, &doc); err != nil {
				t.Fatal(err)
			}
			for _, c := range doc.Changes {
				out = append(out, c.Address)
				if c.Previous != "" {
					out = append(out, c.Previous)
				}
			}
		}
	}
	return out
}

// TestAgainstHCL compares every address of the fixtures with what HCL's own parser reads, step by step, and prints it
// back byte for byte.
func TestAgainstHCL(t *testing.T) {
	list := fixtureAddresses(t)
	if len(list) < 60 {
		t.Fatalf("only %d addresses", len(list))
	}
	for _, s := range list {
		r, err := addr.Parse(s)
		if err != nil {
			t.Error(err)
			continue
		}
		if r.String() != s {
			t.Errorf("%s is printed as %s", s, r)
		}
		ours, err := addr.ParseTraversal(s)
		if err != nil {
			t.Error(err)
			continue
		}
		if want := oracle(t, s); !equal(ours, want) {
			t.Errorf("%s: read %v, HCL reads %v", s, ours, want)
		}
	}
}

func oracle(t *testing.T, s string) addr.Traversal {
	t.Helper()
	got, diags := hclsyntax.ParseTraversalAbs([]byte(s), "", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%s: %s", s, diags)
	}
	var out addr.Traversal
	for _, step := range got {
		switch step := step.(type) {
		case hcl.TraverseRoot:
			out = append(out, addr.Part{Name: step.Name})
		case hcl.TraverseAttr:
			out = append(out, addr.Part{Name: step.Name})
		case hcl.TraverseIndex:
			if step.Key.Type() == cty.Number {
				n, _ := step.Key.AsBigFloat().Int64()
				out = append(out, addr.Part{Key: addr.Key{Kind: addr.IntKey, Int: int(n)}})
			} else {
				out = append(out, addr.Part{Key: addr.Key{Kind: addr.StringKey, Str: step.Key.AsString()}})
			}
		}
	}
	return out
}

func equal(a, b addr.Traversal) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestParse(t *testing.T) {
	for _, test := range []struct{ in, module, mode, typ, name, key string }{
		{`aws_vpc.a`, ``, "managed", "aws_vpc", "a", ``},
		{`data.aws_vpc.a[0]`, ``, "data", "aws_vpc", "a", `[0]`},
		{`ephemeral.aws_x.a`, ``, "ephemeral", "aws_x", "a", ``},
		{`module.a["x.y"].module.s[0].terraform_data.t["k]"]`, `module.a["x.y"].module.s[0]`, "managed", "terraform_data", "t", `["k]"]`},
		{`aws_vpc.a["x].aws_vpc.fake[0"]`, ``, "managed", "aws_vpc", "a", `["x].aws_vpc.fake[0"]`},
		{`aws_vpc.a[""]`, ``, "managed", "aws_vpc", "a", `[""]`},
		{`aws_vpc.a["$${x}"]`, ``, "managed", "aws_vpc", "a", `["$${x}"]`},
		{`aws_vpc.a["%%{x}\n\"\\\u001b"]`, ``, "managed", "aws_vpc", "a", `["%%{x}\n\"\\\u001b"]`},
		{`aws_subnet.a[*]`, ``, "managed", "aws_subnet", "a", `[*]`},
		{`resource.aws_vpc.a`, ``, "managed", "aws_vpc", "a", ``},
		{`module.module.aws_vpc.data`, `module.module`, "managed", "aws_vpc", "data", ``},
	} {
		r, err := addr.Parse(test.in)
		if err != nil {
			t.Errorf("%s: %s", test.in, err)
			continue
		}
		got := []string{r.Module.String(), r.Mode.String(), r.Type, r.Name, r.Key.String()}
		want := []string{test.module, test.mode, test.typ, test.name, test.key}
		if strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("%s: got %q, want %q", test.in, got, want)
		}
	}
}

func TestKeysAreWhatTheyMean(t *testing.T) {
	r, err := addr.Parse(`a_b.c["$${x} %%{y} \u001b \""]`)
	if err != nil {
		t.Fatal(err)
	}
	if want := "${x} %{y} \x1b \""; r.Key.Str != want {
		t.Errorf("got %q, want %q", r.Key.Str, want)
	}
}

func TestRefused(t *testing.T) {
	for _, s := range []string{``, `aws_vpc`, `module.a`, `data.aws_vpc`, `a.b.c`, `a.b[`, `a.b["x`, `a.b["x"`, `a.b[x]`, `a..b`, `a.b[1].c`, `a.b["\q"]`, `a.b["\u12"]`, `a b.c`} {
		if r, err := addr.Parse(s); err == nil {
			t.Errorf("%q is read as %s", s, r)
		}
	}
}

func TestBlock(t *testing.T) {
	r, err := addr.Parse(`module.a["x"].module.b[1].aws_vpc.v["k"]`)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Block().String(); got != `module.a.module.b.aws_vpc.v` {
		t.Error(got)
	}
	if got := r.String(); got != `module.a["x"].module.b[1].aws_vpc.v["k"]` {
		t.Errorf("Block has changed the address itself: %s", got)
	}
}

// FuzzParse checks that whatever parses prints as something that parses to the same.
func FuzzParse(f *testing.F) {
	for _, s := range fixtureAddresses(f) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := addr.Parse(s)
		if err != nil {
			return
		}
		again, err := addr.Parse(r.String())
		if err != nil {
			t.Fatalf("%q prints as %q: %s", s, r.String(), err)
		}
		if again.String() != r.String() {
			t.Fatalf("%q prints as %q and then as %q", s, r.String(), again.String())
		}
	})
}

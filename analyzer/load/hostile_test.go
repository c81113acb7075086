package load

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/model"
)

// plan puts sections into a plan.
func plan(sections string) string { return `{"format_version":"1.2",` + sections + `}` }

// oneChange is a plan with one resource change of the given members.
func oneChange(members string) string { return plan(`"resource_changes":[{` + members + `}]`) }

var placed = regexp.MustCompile(`^plan\.json: byte \d+, in /`)

// TestHostileShapes: JSON that no Terraform writes is an error with its byte and its place in the document.
func TestHostileShapes(t *testing.T) {
	deep := func(n int) string { return strings.Repeat(`{"a":[`, n/2) + strings.Repeat(`]}`, n/2) }
	after := func(v string) string {
		return oneChange(`"address":"aws_vpc.v","type":"aws_vpc","name":"v","change":{"actions":["create"],"after":` + v + `}`)
	}
	for _, c := range []struct{ name, doc, says string }{
		{"two configurations", plan(`"configuration":{},"configuration":{}`), `duplicate`},
		{"a name twice in a section that is not read", plan(`"resource_changes":[],"planned_values":{"a":1,"a":2}`), `duplicate`},
		{"a name twice by its escape", after(`{"a":1,"\u0061":2}`), `duplicate`},
		{"a name twice in a value", after(`{"region":"us-east-1","region":"cn-north-1"}`), `duplicate`},
		{"invalid UTF-8", after("{\"a\":\"\xff\"}"), `UTF-8`},
		{"invalid UTF-8 in a name", after("{\"\xc3\x28\":1}"), `UTF-8`},
		{"a lone surrogate", after(`{"a":"\ud800"}`), `surrogate`},
		{"a control character", after("{\"a\":\"\x00\"}"), `invalid character`},
		{"deep values", after(deep(200)), `levels deep`},
		{"deeper values", after(deep(2_000)), `levels deep`},
		{"deepest values", after(deep(100_000)), `levels deep`},
		{"deep modules", plan(`"configuration":{"root_module":` + strings.Repeat(`{"module_calls":{"m":{"module":`, 1000) + `{}` + strings.Repeat(`}}}`, 1000) + `}`), `levels deep`},
		{"deep modules of a state", `{"format_version":"1.0","values":{"root_module":` + strings.Repeat(`{"child_modules":[`, 1000) + strings.Repeat(`]}`, 1000) + `}}`, `levels deep`},
		{"depth in a section that is not read", plan(`"resource_changes":[],"planned_values":` + deep(100_000)), `nested more than 1000 levels deep`},
		{"no JSON", after(`{"a":NaN}`), `invalid character`},
		{"a half number", after(`{"a":1.}`), `invalid character`},

		{"changes as an object", plan(`"resource_changes":{}`), `expected an array, found an object`},
		{"a change that is null", plan(`"resource_changes":[null]`), `a resource change is an object, found null`},
		{"a change that is a list", plan(`"resource_changes":[[]]`), `a resource change is an object, found an array`},
		{"an address as a number", oneChange(`"address":7`), `expected a string, found a number`},
		{"an action as an object", oneChange(`"address":"aws_vpc.v","change":{"actions":[{}]}`), `expected a string, found an object`},
		{"actions as text", oneChange(`"address":"aws_vpc.v","change":{"actions":"create"}`), `expected an array, found a string`},
		{"the change as text", oneChange(`"address":"aws_vpc.v","change":"x"`), `expected an object, found a string`},
		{"errored as text", plan(`"resource_changes":[],"errored":"yes"`), `expected true or false, found a string`},
		{"the configuration as a list", plan(`"configuration":[]`), `expected an object, found an array`},
		{"a provider as a list", plan(`"configuration":{"provider_config":{"aws":[]}}`), `expected an object, found an array`},
		{"module calls as a list", plan(`"configuration":{"root_module":{"module_calls":[]}}`), `expected an object, found an array`},
		{"resources of a state as an object", `{"format_version":"1.0","values":{"root_module":{"resources":{}}}}`, `expected an array, found an object`},
		{"a resource of a state that is null", `{"format_version":"1.0","values":{"root_module":{"resources":[null]}}}`, `a resource is an object, found null`},
		{"instances as an object", `{"version":4,"serial":1,"resources":[{"instances":{}}]}`, `expected an array, found an object`},
		{"a deferral as text", plan(`"deferred_changes":["x"]`), `expected an object, found a string`},
	} {
		t.Run(c.name, func(t *testing.T) {
			msg := refused(t, c.doc).Error()
			if !strings.Contains(msg, c.says) {
				t.Errorf("got %s; want %q in it", msg, c.says)
			}
			if !placed.MatchString(msg) {
				t.Errorf("it does not say where: %s", msg)
			}
			if len(msg) > 500 {
				t.Errorf("the message is %d bytes long", len(msg))
			}
		})
	}
}

// TestContradictions: a change whose address says other than its members is refused, by its address. One tool could be
// shown another resource than the next.
func TestContradictions(t *testing.T) {
	for _, c := range []struct{ members, says string }{
		{`"type":"aws_vpc","name":"v"`, `address ""`},
		{`"address":"","type":"aws_vpc"`, `address ""`},
		{`"address":"aws_vpc"`, `names no resource`},
		{`"address":"module.m"`, `names no resource`},
		{`"address":"aws_vpc.v.id"`, `goes on after the resource`},
		{`"address":"aws_vpc.v","type":"aws_subnet"`, `"aws_vpc.v": its type, name or mode`},
		{`"address":"aws_vpc.v","name":"w"`, `"aws_vpc.v": its type, name or mode`},
		{`"address":"aws_vpc.v","mode":"data"`, `"aws_vpc.v": its type, name or mode`},
		{`"address":"data.aws_vpc.v","mode":"managed"`, `"data.aws_vpc.v": its type, name or mode`},
		{`"address":"aws_vpc.v","module_address":"module.m"`, `"aws_vpc.v": its module_address`},
		{`"address":"module.m[\"x\"].aws_vpc.v","module_address":"module.m[\"y\"]"`, `its module_address`},
		{`"address":"aws_vpc.v[0]","index":1`, `"aws_vpc.v[0]": its index`},
		{`"address":"aws_vpc.v[\"a\"]","index":"b"`, `its index`},
		{`"address":"aws_vpc.v[\"0\"]","index":0`, `its index`},
		{`"address":"aws_vpc.v[1]","index":1.5`, `its index`},
		{`"address":"aws_vpc.v[1]","index":1e400`, `its index`},
	} {
		if msg := refused(t, oneChange(c.members)).Error(); !strings.Contains(msg, c.says) {
			t.Errorf("%s: %s", c.members, msg)
		}
	}
	// Terraform 0.12 leaves the key out of addresses in a state: the index completes it.
	s := read(t, `{"format_version":"0.1","values":{"root_module":{"resources":[{"address":"aws_vpc.v","mode":"managed","type":"aws_vpc","name":"v","index":1}]}}}`)
	if s.Resources[0].Address != "aws_vpc.v[1]" {
		t.Errorf("the address is %s", s.Resources[0].Address)
	}
}

// TestTolerated: null and absent members, and wrong types where nothing hangs on them, lose nothing else.
func TestTolerated(t *testing.T) {
	for _, doc := range []string{
		oneChange(`"address":"aws_vpc.v"`),
		oneChange(`"address":"aws_vpc.v","change":null`),
		oneChange(`"address":"aws_vpc.v","change":{}`),
		oneChange(`"address":"aws_vpc.v","index":{}`),
		oneChange(`"address":"aws_vpc.v","index":null,"mode":null,"type":null,"name":null,"provider_name":null,"change":{"actions":null}`),
		oneChange(`"address":"aws_vpc.v","change":{"actions":["create"],"after":"x","after_unknown":[true],"after_sensitive":{"a":true}}`),
		oneChange(`"address":"aws_vpc.v","change":{"actions":["create"],"after":{"a":1e400,"b":-0,"c":12345678901234567890},"after_unknown":7}`),
		oneChange(`"address":"aws_vpc.v","later":{"than":["this"]}`),
		plan(`"resource_changes":[{"address":"aws_vpc.v"}],"configuration":null,"prior_state":null,"variables":null,"output_changes":null,"deferred_changes":null,"errored":null`),
		plan(`"resource_changes":[{"address":"aws_vpc.v"}],"configuration":{"provider_config":null,"root_module":null}`),
		plan(`"resource_changes":[{"address":"aws_vpc.v"}],"configuration":{"provider_config":{"aws":null},"root_module":{"resources":[null],"module_calls":{"m":null},"outputs":{"o":null},"variables":{"v":null}}}`),
		plan(`"resource_changes":[{"address":"aws_vpc.v"}],"configuration":{"root_module":{"resources":[{"type":"aws_vpc","name":"v","provider_config_key":"aws","expressions":{"a":{"references":{}},"b":{"references":[null,7,{}]},"c":7,"d":null,"e":[null]}}]}}`),
		plan(`"resource_changes":[{"address":"aws_vpc.v"}],"configuration":{"root_module":{"resources":[{"type":"aws_vpc","name":"v","expressions":{"a":{"references":["","[","a..b","x[","data","module","module.m","var","each","local","a[\"b\"","😀.x"]}}}]}}`),
	} {
		s := read(t, doc)
		if len(s.Resources) != 1 || s.Resources[0].Address != "aws_vpc.v" {
			t.Errorf("%s: %d resources", doc, len(s.Resources))
		}
	}
	s := read(t, oneChange(`"address":"aws_vpc.v","change":{"actions":["create"],"after":{"big":12345678901234567890,"huge":1e400}}`))
	for name, want := range map[string]string{"big": "12345678901234567890", "huge": "1e400"} {
		if got, _ := s.Resources[0].Values.Get(name).Text(); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
}

// TestOptionalSections: a plan says what it says, whatever else is there.
func TestOptionalSections(t *testing.T) {
	sections := map[string]string{
		"resource_changes": `[{"address":"aws_vpc.v","type":"aws_vpc","name":"v","change":{"actions":["create"],"after":{}}}]`,
		"configuration":    `{"provider_config":{"aws":{"name":"aws","full_name":"registry.terraform.io/hashicorp/aws"}},"root_module":{"resources":[{"mode":"managed","type":"aws_vpc","name":"v","provider_config_key":"aws"}]}}`,
		"prior_state":      `{"format_version":"1.0","values":{"root_module":{"resources":[{"address":"data.aws_region.r","mode":"data","type":"aws_region","name":"r","values":{"name":"eu-west-1"}}]}}}`,
		"output_changes":   `{"o":{"actions":["create"],"after":"x"}}`,
		"variables":        `{"v":{"value":"x"}}`,
		"planned_values":   `{"root_module":{}}`,
		"complete":         `true`,
		"errored":          `false`,
	}
	whole := func(without string) string {
		var parts []string
		for _, name := range sortedKeys(sections) {
			if name != without {
				parts = append(parts, fmt.Sprintf("%q:%s", name, sections[name]))
			}
		}
		return plan(strings.Join(parts, ","))
	}
	for without := range sections {
		s := read(t, whole(without))
		want := 2
		if without == "resource_changes" || without == "prior_state" {
			want = 1
		}
		if len(s.Resources) != want || s.Format != model.Plan || len(s.Incomplete) > 0 {
			t.Errorf("without %s: %s, %d resources, incomplete %q", without, s.Format, len(s.Resources), s.Incomplete)
		}
		if len(s.Outputs) != 1 && without != "output_changes" {
			t.Errorf("without %s: %d outputs", without, len(s.Outputs))
		}
	}
}

// TestDeposedInTarget: a plan that only removes a deposed object says nothing of the live one, which its state has.
// Whichever comes first.
func TestDeposedInTarget(t *testing.T) {
	changes := `"resource_changes":[{"address":"aws_vpc.v","deposed":"d0","type":"aws_vpc","name":"v","change":{"actions":["delete"],"before":{}}}]`
	prior := `"prior_state":{"values":{"root_module":{"resources":[{"address":"aws_vpc.v","mode":"managed","type":"aws_vpc","name":"v","values":{"id":"vpc-1"}},
		{"address":"aws_vpc.v","deposed_key":"d0","mode":"managed","type":"aws_vpc","name":"v","values":{"id":"vpc-0"}}]}}}`
	config := `"configuration":{"root_module":{"resources":[{"mode":"managed","type":"aws_vpc","name":"v"}]}}`
	for _, doc := range []string{plan(changes + "," + prior + "," + config), plan(config + "," + prior + "," + changes)} {
		s := read(t, doc)
		if len(s.Resources) != 2 {
			t.Fatalf("%d resources", len(s.Resources))
		}
		if id, _ := resource(t, s, "aws_vpc.v").Values.Get("id").Text(); id != "vpc-1" {
			t.Errorf("the live object is %q", id)
		}
	}
}

// consistent holds what every Snapshot must be, whatever it was read from.
func consistent(t *testing.T, s *model.Snapshot) {
	t.Helper()
	providers := map[*model.Provider]bool{}
	for _, p := range s.Providers {
		providers[p] = true
	}
	for _, r := range s.Resources {
		if at, err := addr.Parse(r.Address); err != nil || at.String() != r.Addr().String() { // there may be several ways to write it
			t.Errorf("address %q is parsed as %q: %v", r.Address, r.Addr(), err)
		}
		if r.Provider != nil && !providers[r.Provider] {
			t.Errorf("%s is of a provider configuration that is not listed", r.Address)
		}
		if r.Provider != nil && len(r.Candidates) > 0 {
			t.Errorf("%s has a provider configuration and candidates", r.Address)
		}
		_ = r.Action.String()
		r.Values.Walk(model.Path{}, func(model.Path, model.Value) {})
		for _, a := range r.Args.All() {
			if r.Args.Arg(a.Block) == nil {
				t.Errorf("%s: argument %q is not found by its path", r.Address, a.Block)
			}
			for _, o := range a.Origins {
				if o.Shared > len(r.Module) {
					t.Errorf("%s: %s shares %d module steps", r.Address, a.Block, o.Shared)
				}
				o.Module(r.Module)
			}
		}
	}
}

// anything reads a document that may be anything: it gives a whole Snapshot or an *Error.
func anything(t *testing.T, doc []byte) {
	s, _, err := input("plan.json", "", strings.NewReader(string(doc)), &decoder{})
	var e *Error
	switch {
	case err == nil:
		consistent(t, s)
	case s != nil:
		t.Errorf("half a result beside %s", err)
	case !errors.As(err, &e) || e.Input != "plan.json":
		t.Errorf("%T: %s", err, err)
	}
	for _, who := range []wanting{wantsAll, wantsSome} {
		less, _, also := input("plan.json", "", strings.NewReader(string(doc)), &decoder{interest: who, ahead: strings.NewReader(string(doc)), size: int64(len(doc))})
		switch {
		case errors.Is(also, errUnforeseen): // then everything is kept
		case (also == nil) != (err == nil):
			t.Errorf("%v where all is kept, %v where only what is wanted is", err, also)
		case err == nil:
			consistent(t, less)
			if !slices.EqualFunc(s.Resources, less.Resources, func(a, b *model.Resource) bool { return a.Address == b.Address && a.Action == b.Action }) {
				t.Error("other resources are kept where only what is wanted of them is")
			}
		}
	}
}

// wanting is interested in everything, or in some of it.
type wanting bool

const wantsAll, wantsSome wanting = true, false

func (w wanting) Whole(typ string) bool { return bool(w) || strings.HasSuffix(typ, "vpc") }

func (w wanting) Attribute(_, _, path string) bool { return bool(w) || len(path)%2 == 0 }

func (w wanting) Unknown(_, path string) bool { return bool(w) || strings.Contains(path, ".") }

func (w wanting) Text(text string) bool { return bool(w) || strings.Contains(text, ":") }

func (w wanting) Name(string) bool { return false }

func fuzz(f *testing.F, seeds ...string) {
	for _, path := range seeds {
		f.Add([]byte(fixture(f, path)))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		if strings.HasPrefix(string(doc), "PK\x03\x04") {
			return // is handed to terraform
		}
		anything(t, doc)
	})
}

func FuzzPlan(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte(plan(`"resource_changes":[{"address":"module.m[\"a\"].aws_vpc.v[0]","change":{"actions":["delete","create"],"after":{"a":[null,{"b":1}]},"after_unknown":{"a":[true,{"c":true}]},"after_sensitive":{"a":true}}}],` +
		`"configuration":{"provider_config":{"module.m:aws":{"module_address":"module.m"}},"root_module":{"module_calls":{"m":{"expressions":{"i":{"references":["module.n[\"x\"].o","module.n"]}},"for_each_expression":{"references":["aws_vpc.x"]},` +
		`"module":{"resources":[{"type":"aws_vpc","name":"v","provider_config_key":"module.m:aws","expressions":{"b":[{"c":{"references":["var.i.id","var.i","each.value"]}}]},"count_expression":{"references":["local.x"]}}],"outputs":{"o":{"expression":{"references":["var.i"]}}}}}}}}`)))
	f.Add([]byte(plan("\"resource_changes\":[{\"address\":\"module.m[\\\"a\x7f\\\"].aws_vpc.v\",\"change\":{\"actions\":[\"create\"]}}]")))
	fuzz(f, "providers3/plan.json", "unknowns/plan.json", "deposed_target/plan.target.json", "tf116_actions_deferred/plan.json", "varparse/plan.json")
}

func FuzzState(f *testing.F) {
	fuzz(f, "deposed_target/state.json", "tofu_foreach/state.json")
}

func FuzzRaw(f *testing.F) {
	f.Add([]byte(`{"version":4,"serial":1,"outputs":{"o":{"value":[1]}},"resources":[{"module":"module.m[0]","mode":"managed","type":"t_r","name":"n","provider":"module.m.provider[\"r/a/b\"].x","instances":[{"index_key":"k","deposed":"d","attributes":{"a":null}}]}]}`))
	fuzz(f, "actions/state1.tfstate")
}

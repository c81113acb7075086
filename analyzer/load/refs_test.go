package load

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/model"
)

// refs is an expression of references.
func refs(list ...string) string {
	quoted := make([]string, len(list))
	for i, s := range list {
		quoted[i] = fmt.Sprintf("%q", s)
	}
	return `{"references":[` + strings.Join(quoted, ",") + `]}`
}

// block is a resource block of a configuration; more are further members.
func block(address, expressions string, more ...string) string {
	typ, name, _ := strings.Cut(address, ".")
	return fmt.Sprintf(`{"mode":"managed","type":%q,"name":%q,"expressions":{%s}%s}`, typ, name, expressions, strings.Join(append([]string{""}, more...), ","))
}

// planOf is a plan with the root module and instances of the addresses.
func planOf(root string, addresses ...string) string {
	changes := make([]string, len(addresses))
	for i, a := range addresses {
		changes[i] = fmt.Sprintf(`{"address":%q,"change":{"actions":["create"],"after":{}}}`, a)
	}
	return plan(`"resource_changes":[` + strings.Join(changes, ",") + `],"configuration":{"root_module":` + root + `}`)
}

// told writes what an argument may come from: every origin with the module steps that it shares with its referrer, how
// sure it is, and what it came through; then, in brackets, what is not told.
func told(a *model.Arg) string {
	if a == nil {
		return "nothing"
	}
	var parts []string
	for _, o := range a.Origins {
		s := addr.Resource{Module: o.Down, Mode: o.Mode, Type: o.Type, Name: o.Name, Key: o.Key}.String()
		if o.Shared > 0 {
			s = fmt.Sprintf("%d/%s", o.Shared, s)
		}
		if o.Attr != "" {
			s += " " + o.Attr
		}
		if o.Exact {
			s += ", exact"
		}
		if o.ByKey {
			s += ", by key"
		}
		if len(o.Via) > 0 {
			s += ", via " + strings.Join(o.Via, " ")
		}
		if o.Output != "" {
			s += ", output " + o.Output
		}
		parts = append(parts, s)
	}
	if len(a.Opaque) > 0 {
		parts = append(parts, "["+strings.Join(a.Opaque, ", ")+"]")
	}
	return strings.Join(parts, "; ")
}

// TestReferenceLists: what single lists of references mean, in a module of two levels with blocks of every sort.
func TestReferenceLists(t *testing.T) {
	for _, c := range []struct {
		name string
		refs []string
		want string
	}{
		{"the prefixes are one reference", []string{"aws_vpc.a.id", "aws_vpc.a"}, "1/aws_vpc.a id, exact"},
		{"nested attributes", []string{`aws_vpc.a.tags["Name"]`, "aws_vpc.a.tags", "aws_vpc.a"}, "1/aws_vpc.a tags.Name, exact"},
		{"a nested attribute", []string{"aws_vpc.a.x[0].y", "aws_vpc.a.x[0]", "aws_vpc.a.x", "aws_vpc.a"}, "1/aws_vpc.a x.y, exact"},
		{"names that begin alike are two", []string{"aws_vpc.ab.id", "aws_vpc.ab", "aws_vpc.a.id", "aws_vpc.a"}, "1/aws_vpc.ab id; 1/aws_vpc.a id"},
		{"a for_each key", []string{`aws_vpc.many["use1"].id`, `aws_vpc.many["use1"]`, "aws_vpc.many"}, `1/aws_vpc.many["use1"] id, exact`},
		{"a key like an address", []string{`aws_vpc.many["x].aws_vpc.fake[0"].id`, `aws_vpc.many["x].aws_vpc.fake[0"]`, "aws_vpc.many"}, `1/aws_vpc.many["x].aws_vpc.fake[0"] id, exact`},
		{"a count key", []string{"aws_subnet.x[2].id", "aws_subnet.x[2]", "aws_subnet.x"}, "1/aws_subnet.x[2] id, exact"},
		{"a splat", []string{"aws_subnet.x"}, "1/aws_subnet.x[*]"},
		{"a key that is computed", []string{"aws_vpc.many", "var.given_none", "count.index"}, "1/aws_vpc.many[*], by key"},
		{"each.key", []string{"aws_vpc.many", "each.key"}, "1/aws_vpc.many[*], by key"},
		{"a conditional", []string{"var.given_none", "aws_vpc.a.id", "aws_vpc.a", "aws_vpc.b.id", "aws_vpc.b"}, "1/aws_vpc.a id; 1/aws_vpc.b id"},
		{"the same twice", []string{"aws_vpc.a.id", "aws_vpc.a", "aws_vpc.a.id", "aws_vpc.a"}, "1/aws_vpc.a id, exact"},
		{"two attributes of one", []string{"aws_vpc.a.id", "aws_vpc.a", "aws_vpc.a.arn", "aws_vpc.a"}, "1/aws_vpc.a id; 1/aws_vpc.a arn"},
		{"Terraform 0.12, without attributes", []string{"aws_vpc.a"}, "1/aws_vpc.a"},
		{"Terraform 0.12, names that begin alike", []string{"aws_vpc.ab", "aws_vpc.a"}, "1/aws_vpc.ab; 1/aws_vpc.a"},
		{"Terraform 0.12, legacy splat", []string{"aws_subnet.x.*.id"}, "1/aws_subnet.x[*] *.id"},
		{"a data source", []string{"data.aws_region.r.name", "data.aws_region.r"}, "1/data.aws_region.r name, exact"},
		{"a local", []string{"local.chain"}, "[local.chain]"},
		{"a local beside a resource", []string{"local.chain", "aws_vpc.a.id", "aws_vpc.a"}, "1/aws_vpc.a id; [local.chain]"},
		{"a local with its prefixes", []string{"local.m.x.y", "local.m.x", "local.m"}, "[local.m]"},
		{"values that are no resources", []string{"path.module", "terraform.workspace", "self.id", "self", "ephemeral.aws_secret.s.value", "ephemeral.aws_secret.s", "action.aws_lambda_invoke.i"}, ""},
		{"a module that is not there", []string{"module.gone.id", "module.gone"}, "[module.gone]"},
		{"an output that is not there", []string{"module.net.gone", "module.net"}, "[module.net.gone]"},
		{"what is no reference", []string{"a..b"}, "[a reference that is not understood]"},
		{"a variable that the caller leaves out", []string{"var.given_none"}, ""},
		{"a variable", []string{"var.given"}, "aws_vpc.root id, exact, via var.given"},
		{"a part of a variable", []string{"var.whole.peer.id", "var.whole.peer", "var.whole"}, "aws_vpc.root peer.id, via var.whole"},
		{"a variable that is a function", []string{"var.computed"}, "[a function call]"},
		{"a variable that is a literal", []string{"var.literal"}, ""},
		{"a variable of the caller's each.value", []string{"var.of_each.id", "var.of_each"}, "aws_vpc.rootmany[*] id, by key, via each.value var.of_each"},
		{"an output", []string{"module.net.id", "module.net"}, "1/module.net.aws_vpc.v id, exact, via module.net.id"},
		{"an output that hands an input back", []string{"module.pass.o", "module.pass"}, "1/aws_vpc.a id, exact, via var.i module.pass.o"},
		{"an output that hands an input of further above back", []string{"module.pass.far", "module.pass"}, "aws_vpc.root id, exact, via var.given var.j module.pass.far"},
		{"an output without the bare module", []string{`module.nets["use1"].id`, `module.nets["use1"]`}, `1/module.nets["use1"].aws_vpc.v id, exact, via module.nets.id`},
		{"an output of any instance", []string{"module.nets.id", "module.nets"}, `1/module.nets[*].aws_vpc.v id, via module.nets.id`},
		{"a whole-object output", []string{"module.net.vpc.id", "module.net.vpc", "module.net"}, "1/module.net.aws_vpc.v id, via module.net.vpc"},
		{"an output that is a function", []string{"module.net.computed", "module.net"}, "[a function call]"},
		{"an output that is a literal", []string{"module.net.literal", "module.net"}, ""},
		{"a whole module", []string{"module.net"}, "1/module.net.aws_vpc.v id, via module.net.id, output id; 1/module.net.aws_vpc.v, via module.net.vpc, output vpc; [a function call]"},
	} {
		net := `{"module":{"resources":[` + block("aws_vpc.v", "") + `],"outputs":{"id":{"expression":` + refs("aws_vpc.v.id", "aws_vpc.v") + `},"vpc":{"expression":` + refs("aws_vpc.v") + `},` +
			`"computed":{"expression":{}},"literal":{"expression":{"constant_value":"x"}}}}`
		inner := `{"resources":[` + strings.Join([]string{block("x_r.referrer", `"arg":`+refs(c.refs...)),
			block("aws_vpc.a", ""), block("aws_vpc.ab", ""), block("aws_vpc.b", ""), block("aws_vpc.many", "", `"for_each_expression":`+refs("var.given_none")),
			block("aws_subnet.x", "", `"count_expression":{"constant_value":2}`)}, ",") + `],"variables":{"given":{},"given_none":{"default":"x"},"whole":{},"computed":{},"literal":{},"of_each":{}},
			"module_calls":{"pass":{"expressions":{"i":` + refs("aws_vpc.a.id", "aws_vpc.a") + `,"j":` + refs("var.given") + `},"module":{"outputs":{"o":{"expression":` + refs("var.i") + `},"far":{"expression":` + refs("var.j") + `}}}},"net":` + net + `},"nets":` + net + `,"for_each_expression":` + refs("var.given_none") + `}}}`
		root := `{"resources":[` + block("aws_vpc.root", "") + `,` + block("aws_vpc.rootmany", "", `"for_each_expression":{}`) + `],"module_calls":{"m":{"for_each_expression":` + refs("aws_vpc.rootmany") + `,
			"expressions":{"given":` + refs("aws_vpc.root.id", "aws_vpc.root") + `,"whole":` + refs("aws_vpc.root") + `,"computed":{},"literal":{"constant_value":"x"},"of_each":` + refs("each.value") + `},"module":` + inner + `}}}`
		r := resource(t, read(t, planOf(root, `module.m["k"].x_r.referrer`)), `module.m["k"].x_r.referrer`)
		if got := told(r.Args.Arg("arg")); got != c.want {
			t.Errorf("%s: %q\n\tgives %s\n\twant  %s", c.name, c.refs, got, c.want)
		}
	}
}

// TestEachValue: each.value is what for_each goes over, of which only the key tells the element.
func TestEachValue(t *testing.T) {
	net := `"nets":{"for_each_expression":{},"module":{"resources":[` + block("aws_vpc.v", "") + `,` + block("aws_subnet.s", "") + `],"outputs":{"vpc_id":{"expression":` + refs("aws_vpc.v.id", "aws_vpc.v") + `},"subnet":{"expression":` + refs("aws_subnet.s") + `}}}}`
	for _, c := range []struct{ name, over, ref, want string }{
		{"resources", refs("aws_vpc.many"), "each.value.id", "aws_vpc.many[*] id, by key, via each.value"},
		{"resources as they are", refs("aws_vpc.many"), "each.value", "aws_vpc.many[*], by key, via each.value"},
		{"ids of resources", refs("aws_vpc.one.id", "aws_vpc.one"), "each.value", "aws_vpc.one id, by key, via each.value"},
		{"modules", refs("module.nets"), "each.value.vpc_id", "module.nets[*].aws_vpc.v id, by key, via module.nets.vpc_id each.value"},
		{"whole objects of modules", refs("module.nets"), "each.value.subnet.arn", "module.nets[*].aws_subnet.s arn, by key, via module.nets.subnet each.value"},
		{"a local", refs("local.regions"), "each.value.id", "[local.regions]"},
		{"a function", `{}`, "each.value", "[a function call]"},
		{"a literal", `{"constant_value":{"a":"b"}}`, "each.value", ""},
		{"nothing that is told", ``, "each.value", ""},
		{"itself", refs("each.value"), "each.value", ""},
	} {
		over := ""
		if c.over != "" {
			over = `"for_each_expression":` + c.over
		} else {
			over = `"schema_version":0`
		}
		root := `{"resources":[` + block("aws_vpc.many", "", `"for_each_expression":{}`) + `,` + block("aws_vpc.one", "") + `,` + block("x_r.referrer", `"arg":`+refs(c.ref), over) + `],"module_calls":{` + net + `}}`
		r := resource(t, read(t, planOf(root, `x_r.referrer["k"]`)), `x_r.referrer["k"]`)
		if got := told(r.Args.Arg("arg")); got != c.want {
			t.Errorf("over %s: gives %s, want %s", c.name, got, c.want)
		}
		if (r.Args.Each != nil) != (c.over != "") {
			t.Errorf("over %s: Each is %s", c.name, told(r.Args.Each))
		}
	}
}

// TestThreeModulesDeep: inputs go down and outputs come up through three modules, with a path that is re-applied at the end.
func TestThreeModulesDeep(t *testing.T) {
	out := func(ref ...string) string { return `"outputs":{"o":{"expression":` + refs(ref...) + `}}` }
	call := func(name, body string) string {
		return `"module_calls":{"` + name + `":{"expressions":{"i":` + refs("var.i") + `},"module":{"variables":{"i":{}},` + body + `}}}`
	}
	leaf := out("aws_vpc.v") + `,"resources":[` + block("aws_vpc.v", "") + `,` + block("x_r.low", `"arg":`+refs("var.i.peer.id", "var.i.peer", "var.i")) + `]`
	middle := out("module.c.o", "module.c") + `,` + call("c", leaf)
	upper := out("module.b.o", "module.b") + `,` + call("b", middle)
	root := `{"resources":[` + block("aws_vpc.top", "") + `,` + block("x_r.high", `"arg":`+refs("module.a.o.main.id", "module.a.o.main", "module.a.o", "module.a")) + `],"outputs":{"exported":{"expression":` + refs("module.a.o", "module.a") + `}},
		"module_calls":{"a":{"expressions":{"i":` + refs("aws_vpc.top") + `},"module":{"variables":{"i":{}},` + upper + `}}}}`
	doc := strings.Replace(planOf(root, "x_r.high", "module.a.module.b.module.c.x_r.low"), `"configuration"`, `"output_changes":{"exported":{"after_unknown":true}},"configuration"`, 1)
	s := read(t, doc)
	if got, want := told(resource(t, s, "x_r.high").Args.Arg("arg")), "module.a.module.b.module.c.aws_vpc.v main.id, via module.c.o module.b.o module.a.o"; got != want {
		t.Errorf("upwards: %s, want %s", got, want)
	}
	if got, want := told(resource(t, s, "module.a.module.b.module.c.x_r.low").Args.Arg("arg")), "aws_vpc.top peer.id, via var.i var.i var.i"; got != want {
		t.Errorf("downwards: %s, want %s", got, want)
	}
	if got, want := told(s.Outputs[0].Args.Arg("")), "module.a.module.b.module.c.aws_vpc.v, via module.c.o module.b.o module.a.o"; got != want {
		t.Errorf("output: %s, want %s", got, want)
	}
}

// TestBlocks: expressions of nested blocks, however they nest, are arguments by their table path.
func TestBlocks(t *testing.T) {
	root := `{"resources":[` + block("x_r.referrer", `
		"name":{"constant_value":"n"},"computed":{},"nothing":{"constant_value":null},
		"both":{"constant_value":"us-east-1","references":["local.x"]},
		"rule":[{"id":{"constant_value":"1"},"destination":[{"bucket":`+refs("aws_s3_bucket.a.arn", "aws_s3_bucket.a")+`}]},{"destination":[{"bucket":`+refs("aws_s3_bucket.b.arn", "aws_s3_bucket.b")+`}]}],
		"single":{"create":`+refs("local.t")+`},"empty":[]`) + `]}`
	args := resource(t, read(t, planOf(root, "x_r.referrer")), "x_r.referrer").Args
	for path, want := range map[string]string{
		"name": "", "computed": "[a function call]", "nothing": "", "both": "[local.x]", "single.create": "[local.t]", "rule.id": "",
		"rule.destination.bucket":       "aws_s3_bucket.a arn, exact; aws_s3_bucket.b arn, exact",
		"rule.destination.bucket.deep":  "aws_s3_bucket.a arn, exact; aws_s3_bucket.b arn, exact",
		"rule.destination":              "nothing",
		"rule.destination.storageclass": "nothing",
		"empty":                         "nothing",
	} {
		if got := told(args.Arg(path)); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	if !args.Arg("rule.destination.bucket").Several || args.Arg("name").Several {
		t.Error("the argument of two blocks is not told from that of one")
	}
	for path, want := range map[string]model.State{"name": model.Known, "nothing": model.Null, "both": model.Known, "computed": model.Absent} {
		if got := args.Arg(path).Constant.State; got != want {
			t.Errorf("the constant of %s is in state %d, want %d", path, got, want)
		}
	}
}

// TestCycles: a document that Terraform could not have written ends, and says the same whatever is asked first.
func TestCycles(t *testing.T) {
	call := func(name, from string) string {
		return `"` + name + `":{"expressions":{"i":` + refs("module."+from+".o", "module."+from) + `},"module":{"resources":[` + block("x_r.r", `"arg":`+refs("var.i")) + `],"outputs":{"o":{"expression":` + refs("aws_vpc."+name, "var.i") + `}}}}`
	}
	doc := planOf(`{"module_calls":{`+call("self", "self")+`,`+call("a", "b")+`,`+call("b", "c")+`,`+call("c", "a")+`}}`, "module.self.x_r.r", "module.a.x_r.r", "module.b.x_r.r", "module.c.x_r.r")
	var first []string
	for i := range 20 {
		var all []string
		for _, r := range read(t, doc).Resources {
			all = append(all, told(r.Args.Arg("arg")))
			if !strings.Contains(all[len(all)-1], "a cycle") {
				t.Fatalf("%s: %s", r.Address, all[len(all)-1])
			}
		}
		if i == 0 {
			first = all
		} else if !slices.Equal(first, all) {
			t.Fatalf("%q, then %q", first, all)
		}
	}
}

// TestManyReferences: documents that are made to be slow or deep give an answer that says that it is not precise.
func TestManyReferences(t *testing.T) {
	t.Run("one expression", func(t *testing.T) {
		var list []string
		for i := range 100_000 {
			list = append(list, fmt.Sprintf("aws_vpc.v%d.id", i), fmt.Sprintf("aws_vpc.v%d", i))
		}
		a := resource(t, read(t, planOf(`{"resources":[`+block("x_r.r", `"arg":`+refs(list...))+`]}`, "x_r.r")), "x_r.r").Args.Arg("arg")
		if len(a.Origins) > 0 || len(a.Opaque) != 1 {
			t.Errorf("%d origins, opaque %q", len(a.Origins), a.Opaque)
		}
	})
	t.Run("locals", func(t *testing.T) {
		var list []string
		for i := range 100_000 {
			list = append(list, fmt.Sprintf("local.v%d", i))
		}
		a := resource(t, read(t, planOf(`{"resources":[`+block("x_r.r", `"arg":`+refs(list...))+`]}`, "x_r.r")), "x_r.r").Args.Arg("arg")
		if len(a.Opaque) == 0 || len(a.Opaque) > 2*maxOrigins {
			t.Errorf("%d opaque names", len(a.Opaque))
		}
	})
	t.Run("a chain of modules", func(t *testing.T) {
		const n = 10_000
		calls := []string{`"m0":{"module":{"outputs":{"o":{"expression":` + refs("aws_vpc.v.id", "aws_vpc.v") + `}}}}`}
		for i := 1; i <= n; i++ {
			from := fmt.Sprintf("module.m%d", i-1)
			calls = append(calls, fmt.Sprintf(`"m%d":{"expressions":{"i":%s},"module":{"outputs":{"o":{"expression":%s}}}}`, i, refs(from+".o", from), refs("var.i")))
		}
		for _, at := range []int{n, 10} { // from the far end, and where the chain is short
			end := fmt.Sprintf("module.m%d", at)
			r := block("x_r.r", `"arg":`+refs(end+".o", end))
			a := resource(t, read(t, planOf(`{"resources":[`+r+`],"module_calls":{`+strings.Join(calls, ",")+`}}`, "x_r.r")), "x_r.r").Args.Arg("arg")
			if told := len(a.Origins) > 0; told == (at == n) || told == (len(a.Opaque) > 0) {
				t.Errorf("after %d modules: %d origins, opaque %q", at, len(a.Origins), a.Opaque)
			}
		}
	})
	t.Run("a chain that is asked for from its start", func(t *testing.T) {
		const n = 3_000
		calls, asked := []string{`"m00000":{"module":{"resources":[` + block("aws_vpc.v", "") + `],"outputs":{"o":{"expression":` + refs("aws_vpc.v.id", "aws_vpc.v") + `}}}}`}, []string{"aws_vpc.none"}
		for i := 1; i <= n; i++ {
			from := fmt.Sprintf("module.m%05d", i-1)
			calls = append(calls, fmt.Sprintf(`"m%05d":{"expressions":{"i":%s},"module":{"resources":[%s],"outputs":{"o":{"expression":%s}}}}`, i, refs(from+".o", from), block("x_r.r", `"arg":`+refs("var.i")), refs("var.i")))
			asked = append(asked, fmt.Sprintf("module.m%05d.x_r.r", i))
		}
		for _, r := range read(t, planOf(`{"module_calls":{`+strings.Join(calls, ",")+`}}`, asked...)).Resources[1:] {
			a := r.Args.Arg("arg")
			if len(a.Origins) != 1 {
				t.Fatalf("%s: %s", r.Address, told(a))
			}
			if len(a.Origins[0].Via) > 2*maxOrigins {
				t.Fatalf("%s came through %d steps", r.Address, len(a.Origins[0].Via))
			}
		}
	})
	t.Run("a provider that doubles at every step", func(t *testing.T) {
		var calls []string
		for i := range 100 {
			from := fmt.Sprintf("module.m%d.o", i+1)
			calls = append(calls, fmt.Sprintf(`"m%d":{"expressions":{"i":{"a":%s,"b":%s}},"module":{"outputs":{"o":{"expression":{"a":%s,"b":%s}}}}}`, i, refs(from), refs(from), refs("var.i"), refs("var.i")))
		}
		s := read(t, plan(`"resource_changes":[],"configuration":{"provider_config":{"aws":{"name":"aws","expressions":{"region":`+refs("module.m0.o")+`}}},"root_module":{"module_calls":{`+strings.Join(calls, ",")+`}}}`))
		if v := s.Providers[0].Values.Get("region"); v.State != model.Unknown {
			t.Errorf("the region is %s", written(v))
		}
	})
}

// TestModuleAsValue: a whole module that is handed on is taken apart where its outputs are used.
func TestModuleAsValue(t *testing.T) {
	net := `"net":{"module":{"resources":[` + block("aws_vpc.v", "") + `,` + block("aws_subnet.s", "") + `],"outputs":{"vpc_id":{"expression":` + refs("aws_vpc.v.id", "aws_vpc.v") + `},"subnet":{"expression":` + refs("aws_subnet.s") + `}}}}`
	for ref, want := range map[string]string{
		"var.i.vpc_id":     "module.net.aws_vpc.v id, via module.net.vpc_id var.i",
		"var.i.subnet.arn": "module.net.aws_subnet.s arn, via module.net.subnet var.i",
		"var.i.gone":       "",
	} {
		root := `{"module_calls":{` + net + `,"m":{"expressions":{"i":` + refs("module.net") + `},"module":{"resources":[` + block("x_r.r", `"arg":`+refs(ref)) + `]}}}}`
		if got := told(resource(t, read(t, planOf(root, "module.m.x_r.r")), "module.m.x_r.r").Args.Arg("arg")); got != want {
			t.Errorf("%s: %s, want %s", ref, got, want)
		}
	}
}

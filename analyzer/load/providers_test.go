package load

import (
	"fmt"
	"strings"
	"testing"

	"github.com/demarc-dev/demarc/analyzer/model"
)

// of writes which configuration a resource uses: its key, with `(implied)` where there is no block, or the candidates.
func of(r *model.Resource) string {
	label := func(p *model.Provider) string {
		if p.Implied {
			return p.Key + " (implied)"
		}
		return p.Key
	}
	if r.Provider != nil {
		return label(r.Provider)
	}
	var list []string
	for _, p := range r.Candidates {
		list = append(list, label(p))
	}
	return strings.Join(list, " or ")
}

// TestProviderKeys is the table of what plans of the real Terraform say of a resource's provider configuration. The
// true region is the one that the provider has planned into the resource; a configuration that is told must lead to it.
func TestProviderKeys(t *testing.T) {
	for _, c := range []struct{ experiment, address, of, region string }{
		{"providers", "aws_vpc.implicit", "aws", "eu-west-1"},
		{"providers", "aws_vpc.dr", "aws.dr", "us-west-2"},
		{"providers", "aws_vpc.lit", "aws.literal", "ap-southeast-2"},
		{"providers", "aws_vpc.fromdata", "aws.fromdata", "eu-west-1"},
		{"providers", "aws_vpc.gov", "aws.gov", ""},   // a local
		{"providers", "aws_vpc.fn", "aws.fn", ""},     // a function of a constant
		{"providers", "aws_vpc.cond", "aws.cond", ""}, // one of two variables
		{"providers", "aws_vpc.envonly", "aws.envonly", "-"},
		{"providers", "aws_vpc.override", "aws", "eu-west-1"}, // the resource itself says sa-east-1
		{"providers", "module.inherit.aws_vpc.c", "aws", "eu-west-1"},
		{"providers", "module.passed.aws_vpc.c", "aws.dr", "us-west-2"},
		{"providers", "module.renamed.aws_vpc.p", "aws.gov", ""},
		{"providers", "module.renamed.aws_vpc.r", "aws.dr", "us-west-2"},
		{"providers", "module.legacy.aws_vpc.l", "module.legacy:aws", "ca-central-1"}, // by the module's own variable
		{"providers", "module.legacy.aws_vpc.lx", "module.legacy:aws.x", "me-south-1"},
		{"providers", "module.mid.module.leaf.aws_vpc.leaf", "aws", "eu-west-1"}, // the module between has no resource of it
		{"providers", "module.mid_passed.module.leaf.aws_vpc.leaf", "aws.dr", "us-west-2"},
		{"providers2", "module.leafren.aws_vpc.v", "aws", "us-east-1"}, // by another local name
		{"providers2", "module.midalias.aws_vpc.def", "aws", "us-east-1"},
		{"providers2", "module.midalias.aws_vpc.x", "aws.dr", "us-west-2"},
		{"providers2", "module.midalias.module.leaf.aws_vpc.v", "aws.dr", "us-west-2"},
		{"providers2", "module.midres.module.leaf.aws_vpc.v", "aws", "us-east-1"},
		{"providers2", "module.tworoot.module.a.aws_vpc.here", "aws.dr", "us-west-2"},
		{"providers2", "module.tworoot.module.a.module.leaf.aws_vpc.v", "aws.dr", "us-west-2"},
		{"providers3", "module.A.module.B.module.C.aws_vpc.v", "aws or aws.dr", "-"}, // in truth aws.dr, which no plan tells
		{"actions", "aws_vpc.gone_cfg", "", "-"},                                     // deleted: no configuration is left
		{"tofu_foreach", `aws_vpc.r["gov"]`, "aws.by", ""},                           // one configuration, many regions,
	} {
		s := read(t, fixture(t, c.experiment+"/plan.json"))
		r := resource(t, s, c.address)
		if got := of(r); got != c.of {
			t.Errorf("%s: %s is of %q, want %q", c.experiment, c.address, got, c.of)
			continue
		}
		region, state := "-", model.Absent
		if r.Provider != nil {
			v := r.Provider.Values.Get("region")
			region, _ = v.Text()
			if state = v.State; state == model.Absent {
				region = "-"
			}
		}
		if region != c.region || (region == "") != (state == model.Unknown) {
			t.Errorf("%s: %s is in %q, want %q", c.experiment, c.address, region, c.region)
		}
		if own, ok := r.Values.Get("region").Text(); ok && r.Name != "override" && len(region) > 1 && region != own {
			t.Errorf("%s: %s is in %s, and its provider configuration leads to %s", c.experiment, c.address, own, region)
		}
	}
}

// TestNestedProviderBlocks: blocks of a provider configuration are values too, with what stands in them.
func TestNestedProviderBlocks(t *testing.T) {
	s := read(t, fixture(t, "providers/plan.json"))
	for _, p := range s.Providers {
		if p.Key != "aws.dr" {
			continue
		}
		if got, _ := p.Values.At("assume_role", "role_arn").Text(); got != "arn:aws:iam::111111111111:role/deploy" {
			t.Errorf("role_arn is %q", got)
		}
		if got, _ := p.Values.At("default_tags", "tags", "env").Text(); got != "prod" {
			t.Errorf("the tag is %q", got)
		}
		if a := p.Args.Arg("assume_role.role_arn"); a == nil || a.Constant.State != model.Absent {
			t.Errorf("role_arn is no variable: %+v", a)
		}
		return
	}
	t.Error("no aws.dr")
}

// inModules is a plan with provider entries and one resource in a module path, `a.b.c`.
func inModules(entries, path, key string) string {
	module, address := `{"resources":[`+block("aws_vpc.v", "", fmt.Sprintf(`"provider_config_key":%q`, key))+`]}`, "aws_vpc.v"
	if path != "" {
		names := strings.Split(path, ".")
		for i := len(names) - 1; i >= 0; i-- {
			module = fmt.Sprintf(`{"module_calls":{%q:{"module":%s}}}`, names[i], module)
			address = "module." + names[i] + "." + address
		}
	}
	doc := planOf(module, address)
	return strings.Replace(doc, `"configuration":{`, `"configuration":{"provider_config":{`+entries+`},`, 1)
}

// TestInheritedProviders: where the key leads to nothing, only what can be is said, never the nearest default.
func TestInheritedProviders(t *testing.T) {
	entry := func(key, module, region string) string {
		name, alias, _ := strings.Cut(key[strings.LastIndexByte(key, ':')+1:], ".")
		s := fmt.Sprintf(`%q:{"name":%q,"full_name":"registry.terraform.io/hashicorp/aws","alias":%q,"module_address":%q`, key, name, alias, module)
		if region != "" {
			s += `,"expressions":{"region":{"constant_value":"` + region + `"}}`
		}
		return s + "}"
	}
	root, dr := entry("aws", "", "us-east-1"), entry("aws.dr", "", "us-gov-west-1")
	bare := entry("aws", "", "")
	for _, c := range []struct {
		name, path, key, want string
		entries               []string
	}{
		{"root, no block", "", "aws", "aws (implied)", []string{bare}},
		{"root, an entry that is missing", "", "aws", "", nil},
		{"child of the root", "a", "module.a:aws", "aws", []string{root, dr, entry("module.a:aws", "module.a", "")}},
		{"child of the root before Terraform 1.2", "a", "a:aws", "aws", []string{root, dr}},
		{"child by another name", "a", "module.a:amazon", "aws", []string{root, dr, entry("module.a:amazon", "module.a", "")}},
		{"child of a root without a block", "a", "module.a:aws", "aws (implied)", []string{bare, dr, entry("module.a:aws", "module.a", "")}},
		{"child of a root without anything", "a", "module.a:aws", "module.a:aws (implied)", []string{dr, entry("module.a:aws", "module.a", "")}},
		{"grandchild", "a.b", "module.a.module.b:aws", "aws", []string{root, dr, entry("module.a.module.b:aws", "module.a.module.b", "")}},
		{"grandchild by another name", "a.b", "module.a.module.b:amazon", "aws or aws.dr", []string{root, dr, entry("module.a.module.b:amazon", "module.a.module.b", "")}},
		{"deeper", "a.b.c", "module.a.module.b.module.c:aws", "aws or aws.dr", []string{root, dr, entry("module.a.module.b.module.c:aws", "module.a.module.b.module.c", "")}},
		{"deeper, one configuration alone", "a.b.c", "module.a.module.b.module.c:aws", "aws", []string{root, entry("module.a.module.b.module.c:aws", "module.a.module.b.module.c", "")}},
		{"deeper, a module's own between", "a.b.c", "module.a.module.b.module.c:aws", "aws or module.a:aws", []string{root, entry("module.a:aws", "module.a", "cn-north-1"), entry("module.a.module.b.module.c:aws", "module.a.module.b.module.c", "")}},
		{"deeper, the module's own other one does not count", "a.b.c", "module.a.module.b.module.c:aws", "aws", []string{root, entry("module.a.module.b.module.c:aws.x", "module.a.module.b.module.c", "cn-north-1"), entry("module.a.module.b.module.c:aws", "module.a.module.b.module.c", "")}},
		{"deeper, a sibling's does not count", "a.b.c", "module.a.module.b.module.c:aws", "aws", []string{root, entry("module.x:aws", "module.x", "cn-north-1"), entry("module.a.module.b.module.c:aws", "module.a.module.b.module.c", "")}},
		{"deeper, the default is the environment's", "a.b.c", "module.a.module.b.module.c:aws", "aws (implied) or aws.dr", []string{bare, dr, entry("module.a.module.b.module.c:aws", "module.a.module.b.module.c", "")}},
		{"deeper, no default is told", "a.b.c", "module.a.module.b.module.c:aws", "aws.dr or module.a.module.b.module.c:aws (implied)", []string{dr, entry("module.a.module.b.module.c:aws", "module.a.module.b.module.c", "")}},
		{"deeper, nothing but the environment", "a.b.c", "module.a.module.b.module.c:aws", "module.a.module.b.module.c:aws (implied)", []string{entry("module.a.module.b.module.c:aws", "module.a.module.b.module.c", "")}},
		{"deeper, nothing but the environment before Terraform 1.2", "a.b.c", "c:aws", "aws (implied)", []string{bare}},
		{"deeper, another provider's configurations do not count", "a.b.c", "module.a.module.b.module.c:aws", "aws", []string{root, strings.Replace(dr, "hashicorp/aws", "acme/aws", 1), entry("module.a.module.b.module.c:aws", "module.a.module.b.module.c", "")}},
		{"of two registries", "a.b", "module.a.module.b:aws", "aws", []string{strings.Replace(root, "terraform.io", "opentofu.org", 1), entry("module.a.module.b:aws", "module.a.module.b", "")}},
	} {
		for range 2 {
			s := read(t, inModules(strings.Join(c.entries, ","), c.path, c.key))
			if got := of(s.Resources[0]); got != c.want {
				t.Errorf("%s: %q, want %q", c.name, got, c.want)
			}
			for i, j := 0, len(c.entries)-1; i < j; i, j = i+1, j-1 { // the order says nothing
				c.entries[i], c.entries[j] = c.entries[j], c.entries[i]
			}
		}
	}
}

// TestProviderValues: what an argument of a provider block is worth, followed as far as a plan goes.
func TestProviderValues(t *testing.T) {
	doc := func(region string) string {
		return plan(`"variables":{"r":{"value":"eu-west-1"},"o":{"value":{"a":{"r":"eu-west-2"},"l":["x","eu-west-3"]}},"n":{"value":null}},"resource_changes":[],
			"prior_state":{"values":{"root_module":{"resources":[
				{"address":"data.aws_region.cur","mode":"data","type":"aws_region","name":"cur","values":{"name":"sa-east-1"}},
				{"address":"data.aws_region.two[0]","mode":"data","type":"aws_region","name":"two","index":0,"values":{"name":"ap-east-1","l":["x"]}},
				{"address":"data.aws_region.two[1]","mode":"data","type":"aws_region","name":"two","index":1,"values":{"name":"ap-south-1","l":["y"]}},
				{"address":"data.aws_region.same[0]","mode":"data","type":"aws_region","name":"same","index":0,"values":{"name":"ap-east-1"}},
				{"address":"data.aws_region.same[1]","mode":"data","type":"aws_region","name":"same","index":1,"values":{"name":"ap-east-1"}}]}}},
			"configuration":{"provider_config":{"aws":{"name":"aws","expressions":{"region":` + region + `}}},"root_module":{"module_calls":{"m":{"expressions":{"i":` + refs("var.r") + `},"module":{"variables":{"i":{},"d":{"default":"me-south-1"}},
				"outputs":{"i":{"expression":` + refs("var.i") + `},"d":{"expression":` + refs("var.d") + `},"c":{"expression":{"constant_value":{"x":"il-central-1"}}}}}}}}}`)
	}
	for _, c := range []struct{ region, want string }{
		{`{"constant_value":"us-east-1"}`, `"us-east-1"`},
		{`{"constant_value":"us-east-1","references":["var.r"]}`, `"us-east-1"`},
		{`{"constant_value":null}`, `null`},
		{`{}`, `?`},
		{refs("var.r"), `"eu-west-1"`},
		{refs("var.o.a.r", "var.o.a", "var.o"), `"eu-west-2"`},
		{refs(`var.o["a"].r`, `var.o["a"]`, "var.o"), `"eu-west-2"`},
		{refs("var.o.l[1]", "var.o.l", "var.o"), `"eu-west-3"`},
		{refs("var.o.l[7]", "var.o.l", "var.o"), `?`},
		{refs("var.o.optional", "var.o"), `?`}, // its default is in the sources alone
		{refs("var.n"), `null`},
		{refs("var.gone"), `?`},
		{refs("var.r", "var.o"), `?`}, // one of two
		{refs("local.r"), `?`},
		{refs("each.value.region", "each.value"), `?`},
		{refs("data.aws_region.cur.name", "data.aws_region.cur"), `"sa-east-1"`},
		{refs("data.aws_region.two[1].name", "data.aws_region.two[1]", "data.aws_region.two"), `"ap-south-1"`},
		{refs("data.aws_region.two"), `?`},
		{refs("data.aws_region.two.name"), `?`},
		{refs("data.aws_region.two.l"), `?`},
		{refs("data.aws_region.same.name"), `"ap-east-1"`},
		{refs("data.aws_region.gone.name"), `?`},
		{refs("module.m.i", "module.m"), `"eu-west-1"`},
		{refs("module.m.d", "module.m"), `"me-south-1"`},
		{refs("module.m.c.x", "module.m.c", "module.m"), `"il-central-1"`},
		{refs("module.m.gone", "module.m"), `?`},
		{refs("module.gone.x", "module.gone"), `?`},
	} {
		s := read(t, doc(c.region))
		if got := written(s.Providers[0].Values.Get("region")); got != c.want {
			t.Errorf("%s is %s, want %s", c.region, got, c.want)
		}
	}
}

// TestSources: the same provider of several registries and ages has one name.
func TestSources(t *testing.T) {
	for name, want := range map[string]string{
		"registry.terraform.io/hashicorp/aws": "hashicorp/aws", "registry.opentofu.org/hashicorp/aws": "hashicorp/aws", "aws": "hashicorp/aws",
		"mirror.example.com/hashicorp/aws": "hashicorp/aws", "Acme/AWS": "acme/aws", "registry.terraform.io/acme/aws": "acme/aws", "terraform.io/builtin/terraform": "builtin/terraform",
		"": "hashicorp/aws", "registry.terraform.io/hashicorp/google-beta": "hashicorp/google-beta",
	} {
		s := read(t, oneChange(fmt.Sprintf(`"address":"aws_vpc.v","provider_name":%q`, name)))
		if got := s.Resources[0].Source; got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}

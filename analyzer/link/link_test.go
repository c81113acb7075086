package link_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/link"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/place"
)

// tables are those of a world of one cloud with two partitions, and a provider that only hands values on.
const tables = `
partition alpha alpha global "Alpha"
partition alpha alpha-cn china "Alpha in China"
word alpha alpha alpha
word alpha alpha-cn alpha-cn
region alpha alpha west-1 west-2
region alpha alpha-cn north-1
identifier alpha arn: ^arn:(?P<partition>[a-z-]+):(?P<service>[a-z0-9]*):(?P<region>[a-z0-9-]*):(?P<account>[0-9]*):
host suffix alpha.example alpha alpha
host suffix alpha.cn.example alpha alpha-cn
provider acme/alpha alpha
site acme/alpha provider region region
site acme/alpha alpha_* region region

link alpha_peering peer_region network region
link alpha_peering peer_vpc_id network id
link alpha_peering vpc_id network id
link alpha_vpn address network address
link alpha_copy target replication id out
link alpha_copy rule.to replication id out
link alpha_log sink export host out
link alpha_log quiet -
link alpha_attachment core network hub
link alpha_attachment vpc_id network id
link alpha_key_use key key id
link alpha_secret value credential secret out
link alpha_doc text export text
link alpha_copy name -
link alpha_* tags -
link alpha_account offshore trust true@alpha-cn out
refine alpha_any type
link alpha_any body endpoint text
link alpha_any:peering body.remote.id network id
`

func world(t testing.TB) *catalog.Catalog {
	t.Helper()
	c, err := catalog.Load(fstest.MapFS{"world.tbl": {Data: []byte(tables)}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var (
	west  = &model.Provider{Key: "alpha", Source: "acme/alpha", Name: "alpha", Values: object("region", "west-1")}
	west2 = &model.Provider{Key: "alpha.w2", Source: "acme/alpha", Name: "alpha", Alias: "w2", Values: object("region", "west-2")}
	north = &model.Provider{Key: "alpha.cn", Source: "acme/alpha", Name: "alpha", Alias: "cn", Values: object("region", "north-1")}
	open  = &model.Provider{Key: "alpha.open", Source: "acme/alpha", Name: "alpha", Alias: "open", Implied: true}
)

// object makes a value of texts; "?" is an unknown one. A dotted name is an attribute of a single block.
func object(pairs ...string) model.Value {
	var names []string
	var items []model.Value
	for i := 0; i < len(pairs); i += 2 {
		v := model.StringValue(pairs[i+1])
		if pairs[i+1] == "?" {
			v = model.UnknownValue
		}
		name := pairs[i]
		if block, attribute, ok := strings.Cut(name, "."); ok {
			name, v = block, model.ListValue([]model.Value{model.ObjectValue([]string{attribute}, []model.Value{v})})
		}
		names, items = append(names, name), append(items, v)
	}
	return model.ObjectValue(names, items)
}

func resource(address string, p *model.Provider, pairs ...string) *model.Resource {
	at, err := addr.Parse(address)
	if err != nil {
		panic(err)
	}
	r := &model.Resource{Address: address, Block: &model.Block{Mode: at.Mode, Type: at.Type, Name: at.Name, Source: "builtin/terraform", Provider: p},
		Module: at.Module, Key: at.Key, Values: object(pairs...), Rarely: &model.Rarely{}}
	if p != nil {
		r.Source = p.Source
	}
	return r
}

// from gives a resource arguments: `vpc_id` from an origin, or from what is not told where the origin is a text.
func from(r *model.Resource, pairs ...any) *model.Resource {
	var args []model.Arg
	for i := 0; i < len(pairs); i += 2 {
		a := model.Arg{Block: pairs[i].(string)}
		switch o := pairs[i+1].(type) {
		case model.Origin:
			a.Origins = []model.Origin{o}
		case []model.Origin:
			a.Origins = o
		case string:
			a.Opaque = []string{o}
		}
		args = append(args, a)
	}
	r.Args = model.NewArgs(args, nil)
	return r
}

// origin is a reference as a plan has it: `1/module.net["a"].alpha_vpc.v[*] id by key` shares one module step.
func origin(text string) model.Origin {
	var o model.Origin
	address, rest, _ := strings.Cut(text, " ")
	if n, after, ok := strings.Cut(address, "/"); ok {
		o.Shared, address = int(n[0]-'0'), after
	}
	tr, err := addr.ParseTraversal(address)
	if err != nil {
		panic(err)
	}
	at, _, err := tr.Resource()
	if err != nil {
		panic(err)
	}
	o.Down, o.Mode, o.Type, o.Name, o.Key = at.Module, at.Mode, at.Type, at.Name, at.Key
	o.Attr, rest, _ = strings.Cut(rest, " ")
	o.ByKey = rest == "by key"
	o.Exact = rest == ""
	return o
}

func input(name string, resources ...*model.Resource) *model.Snapshot {
	return &model.Snapshot{Name: name, Format: model.Plan, Resources: resources, Providers: []*model.Provider{west, west2, north, open}}
}

func build(t testing.TB, inputs ...*model.Snapshot) *link.Graph {
	t.Helper()
	cat := world(t)
	return link.Build(inputs, place.Estate(inputs, cat, place.Options{}), cat)
}

func node(t testing.TB, g *link.Graph, address string) *link.Node {
	t.Helper()
	for _, n := range g.Nodes {
		if n.Address == address {
			return n
		}
	}
	t.Fatalf("no node %s", address)
	return nil
}

// at writes a place in short.
func at(s place.Site) string {
	for _, word := range []string{s.Region, s.Partition, s.Host, s.Address, s.Account} {
		if word != "" {
			return word
		}
	}
	return "?"
}

// links are the links of a graph in words.
func links(g *link.Graph) []string {
	var out []string
	for _, l := range g.Links {
		s := fmt.Sprintf("%s %s: %s", l.Node.Address, l.Kind, at(l.Near.Placed.Site))
		for _, e := range l.Far {
			s += " - " + at(e.Placed.Site)
			if e.Path.Full != "" {
				s += " by " + e.Path.Full
			}
			if e.Target != nil {
				s += " (" + e.Target.Address + ")"
			}
		}
		for _, n := range l.Via {
			s += " via " + n.Address
		}
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}

func expect(t *testing.T, g *link.Graph, want ...string) {
	t.Helper()
	slices.Sort(want)
	if got := links(g); !slices.Equal(got, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// TestResolve: which instances a reference means, seen from each instance that refers.
func TestResolve(t *testing.T) {
	vpcs := []string{`alpha_vpc.one`, `alpha_vpc.many["eu"]`, `alpha_vpc.many["us"]`, `alpha_vpc.counted[0]`, `alpha_vpc.counted[1]`,
		`module.net["eu"].alpha_vpc.v`, `module.net["us"].alpha_vpc.v`, `module.net["eu"].alpha_vpc.w["eu"]`, `module.net["eu"].alpha_vpc.w["us"]`,
		`module.app["eu"].alpha_vpc.own`, `module.app["us"].alpha_vpc.own`, `module.deep[0].module.x["eu"].alpha_vpc.v`, `module.deep[1].module.x["eu"].alpha_vpc.v`}
	for _, c := range []struct{ name, referrer, origin, want string }{
		{"the only one", "alpha_peering.p", "alpha_vpc.one id", "alpha_vpc.one, exact"},
		{"a literal key", "alpha_peering.p", `alpha_vpc.many["us"] id`, `alpha_vpc.many["us"], exact`},
		{"a literal number", "alpha_peering.p", `alpha_vpc.counted[1] id`, `alpha_vpc.counted[1], exact`},
		{"a key that is not there", "alpha_peering.p", `alpha_vpc.many["cn"] id`, ""},
		{"a key that is lost", "alpha_peering.p", `alpha_vpc.many[*] id may`, `alpha_vpc.many["eu"]; alpha_vpc.many["us"]`},
		{"the own key", `alpha_peering.p["us"]`, `alpha_vpc.many[*] id by key`, `alpha_vpc.many["us"]`},
		{"the own number", `alpha_peering.p[1]`, `alpha_vpc.counted[*] id by key`, `alpha_vpc.counted[1]`},
		{"an own key that the others do not have", `alpha_peering.p["cn"]`, `alpha_vpc.many[*] id by key`, `alpha_vpc.many["eu"]; alpha_vpc.many["us"]`},
		{"a number is no key", `alpha_peering.p[1]`, `alpha_vpc.many[*] id by key`, `alpha_vpc.many["eu"]; alpha_vpc.many["us"]`},
		{"the key of the own module", `module.app["us"].alpha_peering.p`, `0/alpha_vpc.many[*] id by key`, `alpha_vpc.many["us"]`},
		{"of a module by key", `alpha_peering.p["us"]`, `module.net[*].alpha_vpc.v id by key`, `module.net["us"].alpha_vpc.v`},
		{"of a module without key", `alpha_peering.p["us"]`, `module.net[*].alpha_vpc.v id may`, `module.net["eu"].alpha_vpc.v; module.net["us"].alpha_vpc.v`},
		{"of a module, literal", `alpha_peering.p`, `module.net["eu"].alpha_vpc.v id`, `module.net["eu"].alpha_vpc.v, exact`},
		{"in the own module instance", `module.app["us"].alpha_peering.p`, `1/alpha_vpc.own id`, `module.app["us"].alpha_vpc.own, exact`},
		{"in the root from a module", `module.app["us"].alpha_peering.p`, `0/alpha_vpc.one id`, `alpha_vpc.one, exact`},
		{"below the own module instance", `module.deep[1].alpha_peering.p`, `1/module.x["eu"].alpha_vpc.v id`, `module.deep[1].module.x["eu"].alpha_vpc.v, exact`},
		{"another type of that name", "alpha_peering.p", "alpha_subnet.one id", ""},
		{"a data source of that name", "alpha_peering.p", "data.alpha_vpc.one id", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var all []*model.Resource
			for _, a := range vpcs {
				all = append(all, resource(a, west))
			}
			deposed := resource("alpha_vpc.one", north)
			deposed.Deposed = "d0"
			gone := resource(`alpha_vpc.many["cn"]`, north)
			gone.Action = model.Delete
			all = append(all, deposed, gone, from(resource(c.referrer, west, "vpc_id", "?"), "vpc_id", origin(c.origin)))
			g := build(t, input("a.json", all...), input("b.json", resource("alpha_vpc.one", north), resource(`alpha_vpc.many["cn"]`, north)))
			targets, opaque := g.Resolve(node(t, g, c.referrer), "vpc_id")
			var got []string
			for _, target := range targets {
				s := target.Node.Address
				if target.Exact {
					s += ", exact"
				}
				if target.Attr != "id" || target.Node.Deposed != "" || target.Node.Input.Name != "a.json" {
					t.Errorf("leads to %+v", target)
				}
				got = append(got, s)
			}
			if strings.Join(got, "; ") != c.want || len(opaque) > 0 {
				t.Errorf("got %q, want %q; opaque %q", got, c.want, opaque)
			}
		})
	}
}

// TestHandedOn: terraform_data and its like are looked through, and cycles of them end.
func TestHandedOn(t *testing.T) {
	vpc := resource("alpha_vpc.v", north)
	first := from(resource("terraform_data.first", nil), "input", origin("alpha_vpc.v id"))
	second := from(resource("terraform_data.second", nil), "input", origin("terraform_data.first output"))
	self := from(resource("terraform_data.self", nil), "input", origin("terraform_data.self output"))
	g := build(t, input("a.json", vpc, first, second, self,
		from(resource("alpha_peering.p", west, "vpc_id", "?"), "vpc_id", origin("terraform_data.second output")),
		from(resource("alpha_peering.q", west, "vpc_id", "?"), "vpc_id", origin("terraform_data.self output"))))
	expect(t, g, "alpha_peering.p network: west-1 - north-1 by vpc_id (alpha_vpc.v)")
	if targets, _ := g.Resolve(node(t, g, "alpha_peering.p"), "vpc_id"); len(targets) != 1 || targets[0].Node.Address != "alpha_vpc.v" || targets[0].Attr != "id" {
		t.Errorf("leads to %+v", targets)
	}
}

// TestEnds: how the value of an attribute names the far end.
func TestEnds(t *testing.T) {
	far := resource("alpha_vpc.far", north, "id", "vpc-0123456789")
	for _, c := range []struct {
		name string
		r    *model.Resource
		want string // the link, without the address; "" for none
	}{
		{"a region", resource("alpha_peering.p", west, "peer_region", "north-1"), "network: west-1 - north-1 by peer_region"},
		{"the own region", resource("alpha_peering.p", west, "peer_region", "west-1"), ""},
		{"a region of nobody", resource("alpha_peering.p", west, "peer_region", "mars-1"), ""},
		{"an id that says where", resource("alpha_copy.c", west, "target", "arn:alpha-cn:s3:::b"), "replication: west-1 - alpha-cn by target"},
		{"an id that another resource has", resource("alpha_peering.p", west, "peer_vpc_id", "vpc-0123456789"), "network: west-1 - north-1 by peer_vpc_id (alpha_vpc.far)"},
		{"an id that nobody has", resource("alpha_peering.p", west, "peer_vpc_id", "vpc-9999999999"), ""},
		{"a host", resource("alpha_log.l", west, "sink", "https://s3.alpha.cn.example/x"), "export: west-1 - alpha-cn by sink"},
		{"a host that a row leaves out", resource("alpha_log.l", west, "quiet", "https://s3.alpha.cn.example/x"), ""},
		{"a host that no row explains", resource("alpha_log.l", west, "other", "https://s3.alpha.cn.example/x"), "endpoint: west-1 - alpha-cn by other"},
		{"a text that no row explains", resource("alpha_log.l", west, "other", "own=https://s3.alpha.example/x\nfar=https://s3.alpha.cn.example/x"), "endpoint: west-1 - alpha-cn by other"},
		{"an id that no row explains", resource("alpha_log.l", west, "other", "arn:alpha-cn:s3:::b"), "same: west-1 - alpha-cn by other"},
		{"a text", resource("alpha_doc.d", west, "text", `{"to": ["https://logs.alpha.cn.example"], "by": "nobody"}`), "export: west-1 - alpha-cn by text"},
		{"a nested block", resource("alpha_copy.c", west, "rule.to", "arn:alpha-cn:s3:::b"), "replication: west-1 - alpha-cn by rule[0].to"},
		{"an address", resource("alpha_vpn.v", west, "address", "203.0.113.7"), "network: west-1 - 203.0.113.7 by address"},
		{"tags", resource("alpha_copy.c", west, "tags", "arn:alpha-cn:s3:::b"), ""},
		{"a reference", from(resource("alpha_peering.p", west, "peer_vpc_id", "?"), "peer_vpc_id", origin("alpha_vpc.far id")), "network: west-1 - north-1 by peer_vpc_id (alpha_vpc.far)"},
		{"a reference to itself", from(resource("alpha_peering.p", west, "peer_vpc_id", "?"), "peer_vpc_id", origin("alpha_peering.p id")), ""},
		{"a reference that no row explains", from(resource("alpha_log.l", west, "other", "?"), "other", origin("alpha_vpc.far id")), "flow: west-1 - north-1 by other (alpha_vpc.far)"},
		{"a reference that a row leaves out", from(resource("alpha_log.l", west, "quiet", "?"), "quiet", origin("alpha_vpc.far id")), ""},
		{"a secret wherever it lands", from(resource("alpha_log.l", west, "quiet", "?"), "quiet", origin("alpha_secret.far value")), "credential: west-1 - north-1 by quiet (alpha_secret.far)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := build(t, input("a.json", far, resource("alpha_secret.far", north), c.r))
			if c.want == "" {
				expect(t, g)
			} else {
				expect(t, g, c.r.Address+" "+c.want)
			}
		})
	}
}

// TestWhichBlock: where one of several blocks refers to a resource, it is not said which.
func TestWhichBlock(t *testing.T) {
	r := from(resource("alpha_copy.c", west, "rule.to", "?"), "rule.to", []model.Origin{origin("alpha_vpc.near id"), origin("alpha_vpc.far id")})
	r.Args.Arg("rule.to").Several = true
	expect(t, build(t, input("a.json", resource("alpha_vpc.near", west), resource("alpha_vpc.far", north), r)),
		"alpha_copy.c replication: west-1 - north-1 by rule.to (alpha_vpc.far)")
}

// TestOwnPlaceUnknown: where a resource is not placed, its ends are compared with each other.
func TestOwnPlaceUnknown(t *testing.T) {
	a, b := resource("alpha_vpc.a", west, "id", "vpc-aaaaaaaa"), resource("alpha_vpc.b", north, "id", "vpc-bbbbbbbb")
	g := build(t, input("a.json", a, b,
		resource("alpha_peering.both", open, "vpc_id", "vpc-aaaaaaaa", "peer_vpc_id", "vpc-bbbbbbbb"),
		resource("alpha_peering.one", open, "peer_vpc_id", "vpc-bbbbbbbb"),
		resource("alpha_peering.alike", open, "vpc_id", "vpc-bbbbbbbb", "peer_region", "north-1")))
	expect(t, g, "alpha_peering.both network: west-1 - north-1 by peer_vpc_id (alpha_vpc.b)")
}

// TestExplained: a resource without a place could link two sides by what it names, and not by a password that is generated.
func TestExplained(t *testing.T) {
	g := build(t, input("a.json", resource("random_password.made", nil), resource("alpha_vpc.far", north), resource("alpha_secret.far", north),
		from(resource("alpha_secret.generated", open, "value", "?"), "value", origin("random_password.made result")),
		from(resource("alpha_secret.copied", open, "value", "?"), "value", origin("alpha_secret.far value")),
		from(resource("alpha_secret.mentions", open, "value", "?"), "value", origin("alpha_vpc.far id"))))
	for address, want := range map[string]bool{"alpha_secret.generated": false, "alpha_secret.copied": true, "alpha_secret.mentions": true} {
		if got := node(t, g, address).Explained; got != want {
			t.Errorf("%s: explained %t", address, got)
		}
	}
}

// TestKinds: ends are compared within their kind, and one link is made for each place at the far end.
func TestKinds(t *testing.T) {
	g := build(t, input("a.json", resource("alpha_peering.p", west, "peer_region", "north-1", "peer_vpc_id", "arn:alpha-cn:ec2:north-1::vpc/v"),
		resource("alpha_copy.c", west, "target", "arn:alpha-cn:s3:::b", "rule.to", "arn:alpha:s3:west-2:3333:b")))
	expect(t, g,
		"alpha_peering.p network: west-1 - north-1 by peer_region - north-1 by peer_vpc_id",
		"alpha_copy.c replication: west-1 - alpha-cn by target",
		"alpha_copy.c replication: west-1 - west-2 by rule[0].to")
}

// TestHolders: resources of several inputs find each other by their ids, unless two places have one.
func TestHolders(t *testing.T) {
	peering := func() *model.Resource { return resource("alpha_peering.p", west, "peer_vpc_id", "vpc-0123456789") }
	there := input("cn.json", resource("alpha_vpc.v", north, "id", "vpc-0123456789"))
	expect(t, build(t, input("eu.json", peering()), there), "alpha_peering.p network: west-1 - north-1 by peer_vpc_id (alpha_vpc.v)")
	expect(t, build(t, input("eu.json", peering()), there, input("w2.json", resource("alpha_vpc.x", west2, "id", "vpc-0123456789"))))
	expect(t, build(t, input("eu.json", peering()), there, input("cn2.json", resource("alpha_vpc.x", north, "id", "vpc-0123456789"))),
		"alpha_peering.p network: west-1 - north-1 by peer_vpc_id (alpha_vpc.x)")
	gone := resource("alpha_vpc.v", north, "id", "vpc-0123456789")
	gone.Action = model.Delete
	expect(t, build(t, input("eu.json", peering()), input("cn.json", gone)))
	// Short values and regions are in too many places to identify anything.
	g := build(t, input("a.json", resource("alpha_vpc.v", north, "id", "v-1"), resource("alpha_vpc.w", north, "id", "north-1", "name", "a-long-name-of-it")))
	for _, value := range []string{"v-1", "north-1", "a-long-name-of-it"} {
		if h := g.Holders(value); len(h) > 0 {
			t.Errorf("%q is held by %s", value, h[0].Address)
		}
	}
}

// TestHubs: resources of two sides that are attached to one core are linked through it.
func TestHubs(t *testing.T) {
	attach := func(name string, p *model.Provider, core string) *model.Resource {
		return resource("alpha_attachment."+name, p, "core", core)
	}
	expect(t, build(t, input("a.json", attach("a", west, "core-12345678"), attach("b", north, "core-12345678"), attach("c", north, "core-87654321"))),
		"alpha_attachment.b network: north-1 - west-1 by core (alpha_attachment.a) via alpha_attachment.a")
	core := resource("alpha_core.core", west, "id", "core-12345678")
	expect(t, build(t, input("a.json", core, attach("b", north, "core-12345678"))),
		"alpha_attachment.b network: north-1 - west-1 by core (alpha_core.core) via alpha_core.core")
	byReference := from(attach("b", north, "?"), "core", origin("alpha_core.core id"))
	expect(t, build(t, input("a.json", core, byReference)),
		"alpha_attachment.b network: north-1 - west-1 by core (alpha_core.core) via alpha_core.core")
	expect(t, build(t, input("a.json", attach("a", west, "core-12345678"), attach("b", west, "core-12345678"))))
}

// TestBlind: what the input does not show is told where it could be a link, and only there.
func TestBlind(t *testing.T) {
	for _, c := range []struct {
		name, says string
		r          *model.Resource
	}{
		{"a local", "local.peer", from(resource("alpha_peering.p", west, "peer_vpc_id", "?"), "peer_vpc_id", "local.peer")},
		{"a dynamic block", "dynamic block", from(resource("alpha_copy.c", west, "rule.to", "?"), "name", "local.x")},
		{"a block that is written", "", from(resource("alpha_copy.c", west, "rule.to", "?"), "rule.other", "local.x")},
		{"an attribute that the provider computes", "", from(resource("alpha_peering.p", west, "peer_vpc_id", "?"))},
		{"no configuration at all", "", resource("alpha_peering.p", west, "peer_vpc_id", "?")},
		{"a text that is too long", "only the beginning is read", resource("alpha_doc.d", west, "text", strings.Repeat("far from here ", 80_000))},
		{"what joins nothing", "", from(resource("alpha_copy.c", west, "name", "?"), "name", "local.x")},
		{"what no row explains", "", from(resource("alpha_log.l", west, "other", "?"), "other", "local.x")},
		{"a known value", "", from(resource("alpha_peering.p", west, "peer_vpc_id", "vpc-0123456789"), "peer_vpc_id", "local.peer")},
	} {
		g := build(t, input("a.json", c.r))
		var got []string
		for _, b := range g.Blind {
			got = append(got, b.Path+" "+b.Reason)
		}
		if said := strings.Contains(strings.Join(got, "; "), c.says); len(got) > 1 || c.says == "" && len(got) > 0 || c.says != "" && (len(got) == 0 || !said) {
			t.Errorf("%s: blind %q, want %q", c.name, got, c.says)
		}
	}
}

// TestConfidence: a known value is certain, a reference likely.
func TestConfidence(t *testing.T) {
	far := resource("alpha_vpc.far", north, "id", "vpc-0123456789")
	g := build(t, input("a.json", far, resource("alpha_peering.value", west, "peer_vpc_id", "vpc-0123456789"),
		from(resource("alpha_peering.reference", west, "peer_vpc_id", "?"), "peer_vpc_id", origin("alpha_vpc.far id"))))
	for address, want := range map[string]link.Confidence{"alpha_peering.value": link.Certain, "alpha_peering.reference": link.Likely} {
		found := slices.DeleteFunc(slices.Clone(g.Links), func(l link.Link) bool { return l.Node.Address != address })
		if len(found) != 1 || found[0].Far[0].Confidence != want || !node(t, g, address).Explained {
			t.Errorf("%s: %+v", address, found)
		}
	}
	for _, c := range []link.Confidence{link.Possible, link.Likely, link.Certain} {
		if got, err := link.ParseConfidence(c.String()); err != nil || got != c {
			t.Errorf("%s is read as %s, %v", c, got, err)
		}
	}
	if _, err := link.ParseConfidence("sure"); err == nil || !strings.Contains(err.Error(), "certain") {
		t.Errorf("an unknown word: %v", err)
	}
}

// TestReferrers: who refers to a resource, by which argument.
func TestReferrers(t *testing.T) {
	g := build(t, input("a.json", resource("alpha_vpc.v", west), from(resource("alpha_peering.p", west, "vpc_id", "?"), "vpc_id", origin("alpha_vpc.v id")),
		from(resource("alpha_copy.c", west), "rule.to", origin("alpha_vpc.v arn"))))
	var got []string
	for _, r := range g.Referrers(node(t, g, "alpha_vpc.v")) {
		got = append(got, r.Node.Address+" "+r.Block+" "+r.Attr)
	}
	if want := []string{"alpha_copy.c rule.to arn", "alpha_peering.p vpc_id id"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if r := g.Referrers(node(t, g, "alpha_copy.c")); len(r) > 0 {
		t.Errorf("alpha_copy.c is referred to by %+v", r)
	}
}

// TestOrder: the same inputs in any order give the same links.
func TestOrder(t *testing.T) {
	inputs := func() []*model.Snapshot {
		return []*model.Snapshot{
			input("b.json", resource("alpha_vpc.v", north, "id", "vpc-0123456789"), resource("alpha_attachment.b", north, "core", "core-12345678")),
			input("a.json", resource("alpha_peering.p", west, "peer_vpc_id", "vpc-0123456789"), resource("alpha_attachment.a", west, "core", "core-12345678")),
			input("c.json", resource("alpha_attachment.c", west2, "core", "core-12345678")),
		}
	}
	write := func(g *link.Graph) string {
		var b strings.Builder
		for _, in := range g.Inputs {
			fmt.Fprintf(&b, "%s, ", in.Name)
		}
		for _, l := range g.Links { // unsorted
			fmt.Fprintf(&b, "%s %s %s %s; ", l.Node.Input.Name, l.Node.Address, at(l.Near.Placed.Site), at(l.Far[0].Placed.Site))
		}
		return b.String()
	}
	want := write(build(t, inputs()...))
	if strings.Count(want, ";") < 3 {
		t.Fatalf("only %s", want)
	}
	for _, order := range [][]int{{2, 1, 0}, {1, 0, 2}, {1, 2, 0}} {
		all := inputs()
		if got := write(build(t, all[order[0]], all[order[1]], all[order[2]])); got != want {
			t.Errorf("in the order %v: %s, want %s", order, got, want)
		}
	}
}

// A truth value stands for the partition that its row names.
func TestTrue(t *testing.T) {
	account := func(name string, v model.Value) *model.Resource {
		r := resource("alpha_account."+name, west)
		r.Values = model.ObjectValue([]string{"offshore"}, []model.Value{v})
		return r
	}
	g := build(t, input("p.json", account("yes", model.BoolValue(true)), account("word", model.StringValue("true")),
		account("no", model.BoolValue(false)), account("null", model.NullValue), account("open", model.UnknownValue)))
	expect(t, g,
		"alpha_account.word trust: west-1 - alpha-cn by offshore",
		"alpha_account.yes trust: west-1 - alpha-cn by offshore")
	if len(g.Blind) != 1 || g.Blind[0].Node.Address != "alpha_account.open" || g.Blind[0].Reason != "is not known, and means Alpha in China where it is true" {
		t.Errorf("blind spots: %+v", g.Blind)
	}
}

// What a resource of a type of many things is, it says itself; its body may be an object or JSON.
func TestRefinedTypes(t *testing.T) {
	const far, near = "arn:alpha-cn:vpc:north-1:2:vpc", "arn:alpha:vpc:west-1::vpc"
	any := func(name, typ string, body model.Value) *model.Resource {
		r := resource("alpha_any."+name, west)
		r.Values = model.ObjectValue([]string{"type", "body"}, []model.Value{model.StringValue(typ), body})
		return r
	}
	text := func(id string) model.Value { return model.StringValue(`{"remote": {"id": "` + id + `"}}`) }
	g := build(t, input("p.json",
		any("json", "Peering@2024", text(far)),
		any("inside", "Peering@2024", text(near)),
		any("object", "Peering", object("remote.id", far)),
		any("other", "Note@2024", object("remote.id", "see https://north.alpha.cn.example/ for it")),
		any("broken", "Peering", model.StringValue(`{"remote": {"id": "`+far+`"}`)),
	))
	expect(t, g,
		"alpha_any.broken endpoint: west-1 - north-1 by body",
		"alpha_any.json network: west-1 - north-1 by body.remote.id",
		"alpha_any.object network: west-1 - north-1 by body.remote[0].id",
		"alpha_any.other endpoint: west-1 - alpha-cn by body.remote[0].id")
}

// Words are what a machine reads of a text: what is said to people beside it names nothing.
func TestWords(t *testing.T) {
	for text, want := range map[string][]string{
		"host=db.example port=5432": {"db.example"},
		"#!/bin/sh\n# was https://old.example/x\ncurl https://new.example/y":   {"https://new.example/y"},
		"#include\nhttps://first.example/x":                                    {"#include", "https://first.example/x"},
		"// was https://old.example/x\nfetch('https://new.example/y')":         {"https://new.example/y"},
		`{"description":"see \"https://old.example\"","url":"https://a.eu/b"}`: {"https://a.eu/b"},
		"description: see https://old.example/x\nurl: https://new.example/y":   {"https://new.example/y"},
		"- name: description\n  value: https://new.example/y":                  {"description", "value:", "https://new.example/y"},
		"aHR0cHM6Ly9uZXcuZXhhbXBsZS95":                                         {"https://new.example/y"},
	} {
		if got := link.Words(text); !slices.Equal(got, want) {
			t.Errorf("%s\n got %q\nwant %q", text, got, want)
		}
	}
}

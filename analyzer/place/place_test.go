package place_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/place"
)

// tables are those of a world of two clouds, alpha and beta, with a global and a Chinese partition each. beta has a
// second provider, for its directory.
const tables = `
partition alpha alpha global "Alpha"
partition alpha alpha-cn china "Alpha in China"
word alpha alpha alpha
word alpha alpha-cn alpha-cn china
region alpha alpha west-1 west-2
region alpha alpha-cn north-1
identifier alpha arn: ^arn:(?P<partition>[a-z-]+):(?P<service>[a-z0-9]*):(?P<region>[a-z0-9-]*):(?P<account>[0-9]*):
host suffix alpha.example alpha alpha
host suffix alpha.cn.example alpha alpha-cn
host suffix shared.example alpha ambiguous
partition beta beta global "Beta"
partition beta beta-cn china "Beta in China"
word beta beta public
word beta beta-cn china
host suffix beta.example beta beta
host suffix beta.cn.example beta beta-cn
region beta beta europe
region beta beta-cn chinaeast
partition dir dir global "Directory"
partition dir dir-cn china "Directory in China"
word dir dir public
word dir dir-cn china
partition gamma gamma global "Gamma"
partition delta delta global "Delta" saas
partition delta delta-cn china "Delta in China" saas
host suffix delta.example delta delta
host suffix delta.cn.example delta delta-cn

provider acme/alpha alpha
site acme/alpha provider region region
site acme/alpha provider partition partition
site acme/alpha provider account_ids account
site acme/alpha provider assume.role id
site acme/alpha provider endpoints.* host
site acme/alpha env ALPHA_REGION region
site acme/alpha env ALPHA_DEFAULT_REGION region
site acme/alpha env ALPHA_ACCOUNT account
site acme/alpha alpha_* arn id
site acme/alpha alpha_* region region
site acme/alpha alpha_* zone zone
site acme/alpha alpha_copy region -
site acme/alpha alpha_role - wide
site acme/alpha alpha_billing - nowhere
provider acme/beta beta
site acme/beta provider environment partition
site acme/beta provider metadata_host authority
site acme/beta provider tenant_id tenant
site acme/beta provider subscription_id account
site acme/beta env BETA_ENVIRONMENT partition
site acme/beta env BETA_METADATA authority
site acme/beta beta_* location region
provider acme/dir dir
site acme/dir provider environment partition
site acme/dir provider tenant_id tenant
site acme/dir env BETA_ENVIRONMENT partition
provider acme/gamma gamma
site acme/gamma default gamma partition
provider acme/delta delta
site acme/delta provider host host
site acme/delta provider account account
site acme/delta provider group organization
site acme/delta env DELTA_HOST host
site acme/delta default delta partition
provider acme/orbit orbit
word orbit alpha-cn 42
site acme/orbit provider host host
site acme/orbit provider context id
site acme/orbit orbit_* cloud partition
site acme/orbit orbit_* region region
`

func world(t testing.TB) *catalog.Catalog {
	t.Helper()
	c, err := catalog.Load(fstest.MapFS{"world.tbl": {Data: []byte(tables)}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// object makes a value of texts; "?" is an unknown one.
func object(pairs ...string) model.Value {
	var names []string
	var items []model.Value
	for i := 0; i < len(pairs); i += 2 {
		v := model.StringValue(pairs[i+1])
		if pairs[i+1] == "?" {
			v = model.UnknownValue
		}
		names, items = append(names, pairs[i]), append(items, v)
	}
	return model.ObjectValue(names, items)
}

func provider(name, alias string, pairs ...string) *model.Provider {
	p := &model.Provider{Key: name + "." + alias, Source: "acme/" + name, Name: name, Alias: alias, Values: object(pairs...), Implied: len(pairs) == 0}
	var args []model.Arg
	for i := 0; i < len(pairs); i += 2 {
		args = append(args, model.Arg{Block: pairs[i], Constant: model.StringValue(pairs[i+1])})
	}
	p.Args = model.NewArgs(args, nil)
	return p
}

func resource(t testing.TB, address string, p *model.Provider, pairs ...string) *model.Resource {
	t.Helper()
	at, err := addr.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	cloud, _, _ := strings.Cut(at.Type, "_")
	return &model.Resource{Address: address, Block: &model.Block{Mode: at.Mode, Type: at.Type, Name: at.Name, Source: "acme/" + cloud, Provider: p},
		Module: at.Module, Key: at.Key, Values: object(pairs...), Rarely: &model.Rarely{}}
}

// estate places the resources, and the configurations that they use or that are given.
func estate(t testing.TB, o place.Options, resources []*model.Resource, more ...*model.Provider) *place.Sites {
	t.Helper()
	s := &model.Snapshot{Name: "plan.json", Resources: resources, Providers: more}
	seen := map[*model.Provider]bool{}
	for _, p := range more {
		seen[p] = true
	}
	for _, r := range resources {
		if r.Provider != nil && !seen[r.Provider] {
			seen[r.Provider] = true
			s.Providers = append(s.Providers, r.Provider)
		}
	}
	return place.Estate([]*model.Snapshot{s}, world(t), o)
}

// TestProvider: what arguments, the environment and the policy's defaults tell of a configuration, strongest first.
func TestProvider(t *testing.T) {
	cn := map[string]string{"ALPHA_REGION": "north-1"}
	for _, c := range []struct {
		name      string
		p         *model.Provider
		o         place.Options
		partition string
		region    string
		account   string
		how       place.Provenance
		conflict  string
	}{
		{"a region", provider("alpha", "", "region", "north-1"), place.Options{}, "alpha-cn", "north-1", "", place.Provider, ""},
		{"a region in another spelling", provider("alpha", "", "region", "North-1"), place.Options{}, "alpha-cn", "north-1", "", place.Provider, ""},
		{"a region beats the environment", provider("alpha", "", "region", "west-1"), place.Options{Env: cn}, "alpha", "west-1", "", place.Provider, ""},
		{"an unknown region is not filled in", provider("alpha", "", "region", "?"), place.Options{Env: cn}, "", "", "", 0, ""},
		{"a partition by its word", provider("alpha", "", "partition", "China"), place.Options{}, "alpha-cn", "", "", place.Provider, ""},
		{"a word that no table knows", provider("alpha", "", "partition", "mars"), place.Options{}, "", "", "", 0, ""},
		{"a region that no table knows", provider("alpha", "", "region", "mars-1"), place.Options{}, "", "mars-1", "", place.Provider, ""},
		{"an account", provider("alpha", "", "region", "west-1", "account_ids", "1111"), place.Options{}, "alpha", "west-1", "1111", place.Provider, ""},
		{"a role to assume", provider("alpha", "", "assume.role", "x"), place.Options{Env: cn}, "alpha-cn", "north-1", "", place.Environment, ""},
		{"two that contradict", provider("alpha", "", "region", "west-1", "partition", "china"), place.Options{}, "alpha", "west-1", "", place.Provider, "alpha-cn"},
		{"nothing", provider("alpha", ""), place.Options{}, "", "", "", 0, ""},
		{"the environment", provider("alpha", ""), place.Options{Env: cn}, "alpha-cn", "north-1", "", place.Environment, ""},
		{"the first variable that is set", provider("alpha", ""), place.Options{Env: map[string]string{"ALPHA_REGION": "", "ALPHA_DEFAULT_REGION": "west-2"}}, "alpha", "west-2", "", place.Environment, ""},
		{"of two variables the first", provider("alpha", ""), place.Options{Env: map[string]string{"ALPHA_REGION": "north-1", "ALPHA_DEFAULT_REGION": "west-2"}}, "alpha-cn", "north-1", "", place.Environment, ""},
		{"the policy's default", provider("alpha", ""), place.Options{Defaults: map[string]map[string]string{"alpha": {"region": "west-2"}}}, "alpha", "west-2", "", place.Environment, ""},
		{"the environment beats the default", provider("alpha", ""), place.Options{Env: cn, Defaults: map[string]map[string]string{"alpha": {"region": "west-2"}}}, "alpha-cn", "north-1", "", place.Environment, ""},
		{"what no variable can change", provider("gamma", ""), place.Options{}, "gamma", "", "", place.Table, ""},
		{"where a provider goes by itself", provider("delta", ""), place.Options{}, "delta", "", "", place.Table, ""},
		{"a variable says otherwise", provider("delta", ""), place.Options{Env: map[string]string{"DELTA_HOST": "x.delta.cn.example"}}, "delta-cn", "", "", place.Environment, ""},
		{"a host that is written says otherwise", provider("delta", "", "host", "x.delta.cn.example"), place.Options{}, "delta-cn", "", "", place.Provider, ""},
		{"a host that no table knows is no default", provider("delta", "", "host", "delta.corp.example"), place.Options{}, "", "", "", 0, ""},
		{"a host that is not known is no default", provider("delta", "", "host", "?"), place.Options{}, "", "", "", 0, ""},
		{"a host that alone decides", provider("beta", "", "environment", "public", "metadata_host", "api.beta.cn.example"), place.Options{}, "beta-cn", "", "", place.Provider, ""},
		{"a host of the environment's that does", provider("beta", "", "environment", "public"), place.Options{Env: map[string]string{"BETA_METADATA": "api.beta.cn.example"}}, "beta-cn", "", "", place.Environment, ""},
		{"one that no table knows leaves it open", provider("beta", "", "environment", "public", "metadata_host", "api.corp.example"), place.Options{Env: map[string]string{"BETA_ENVIRONMENT": "china"}}, "", "", "", 0, ""},
		{"so does one that is not known", provider("beta", "", "environment", "public", "metadata_host", "?"), place.Options{}, "", "", "", 0, ""},
		{"one that is empty is none", provider("beta", "", "environment", "public", "metadata_host", ""), place.Options{}, "beta", "", "", place.Provider, ""},
		{"an account in its organization", provider("delta", "", "group", "ACME", "account", "PARIS"), place.Options{}, "delta", "", "ACME.PARIS", place.Table, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := estate(t, c.o, nil, c.p).Provider(c.p)
			if got.Partition != c.partition || got.Region != c.region || got.Account != c.account || got.Conflict != c.conflict {
				t.Errorf("got %+v", got)
			}
			if c.how != 0 && (len(got.Because) == 0 || got.Because[0].How != c.how) {
				t.Errorf("because %+v", got.Because)
			}
			if (got.Partition == "") != (got.Open.Reason != "") {
				t.Errorf("open is %+v", got.Open)
			}
		})
	}
}

// TestProviderVariable: a configuration that goes by a variable says so.
func TestProviderVariable(t *testing.T) {
	p := provider("alpha", "", "region", "west-1")
	p.Args = model.NewArgs([]model.Arg{{Block: "region"}}, nil)
	if got := estate(t, place.Options{}, nil, p).Provider(p); got.Because[0].How != place.Variable {
		t.Errorf("because %+v", got.Because)
	}
}

// TestProviderLists: lists and maps of arguments.
func TestProviderLists(t *testing.T) {
	two := provider("alpha", "", "region", "west-1")
	two.Values = model.ObjectValue([]string{"account_ids", "endpoints"}, []model.Value{
		model.ListValue([]model.Value{model.StringValue("1111"), model.StringValue("2222")}),
		model.ListValue([]model.Value{object("s3", "https://s3.shared.example", "ec2", "https://ec2.alpha.cn.example:443/x")}),
	})
	if got := estate(t, place.Options{}, nil, two).Provider(two); got.Account != "" || got.Partition != "alpha-cn" {
		t.Errorf("several allowed accounts and an endpoint: %+v", got)
	}
}

// TestOpen: what is not known is said, with a way to settle it.
func TestOpen(t *testing.T) {
	byVariable := provider("alpha", "", "region", "mars")
	byVariable.Args = model.NewArgs([]model.Arg{{Block: "region"}}, nil)
	for _, c := range []struct {
		p            *model.Provider
		says, settle string
	}{
		{provider("alpha", "dr"), "provider alpha.dr takes its place from the environment (ALPHA_REGION)", `--env ALPHA_REGION=..., or default "alpha" { region = "..." } in .demarc.hcl`},
		{provider("alpha", "", "region", "?"), "the value of region is not known", `default "alpha" { region = "..." }`},
		{provider("alpha", "", "region", "mars"), `region is "mars", which names no place that is known`, `default "alpha" { region = "..." }`},
		{byVariable, `region is made of what is "mars", and a plan does not tell how`, "--source DIR"},
	} {
		got := estate(t, place.Options{}, nil, c.p).Provider(c.p)
		if !strings.Contains(got.Open.Reason, c.says) || !strings.Contains(got.Open.Settle, c.settle) {
			t.Errorf("got %+v", got.Open)
		}
	}
	if got := estate(t, place.Options{}, nil).Resource(resource(t, "alpha_vpc.v", nil)); !strings.Contains(got.Open.Reason, "does not say which provider configuration") {
		t.Errorf("got %+v", got.Open)
	}
}

// TestResource: the resource's own values beat its configuration, which fills what they leave open.
func TestResource(t *testing.T) {
	west := provider("alpha", "", "region", "west-1", "account_ids", "1111")
	for _, c := range []struct {
		name                               string
		r                                  *model.Resource
		partition, region, account, reason string
		conflict                           string
	}{
		{"its configuration", resource(t, "alpha_vpc.v", west), "alpha", "west-1", "1111", "provider alpha", ""},
		{"its own region", resource(t, "alpha_vpc.v", west, "region", "west-2"), "alpha", "west-2", "1111", "region", ""},
		{"its zone", resource(t, "alpha_vpc.v", west, "zone", "west-2a"), "alpha", "west-2", "1111", "zone", ""},
		{"its id, of another partition", resource(t, "alpha_vpc.v", west, "arn", "arn:alpha-cn:ec2:north-1:2222:vpc/v"), "alpha-cn", "north-1", "2222", "arn", "alpha"},
		{"its id beats its region", resource(t, "alpha_vpc.v", west, "region", "west-2", "arn", "arn:alpha-cn:ec2::2222:vpc/v"), "alpha-cn", "west-2", "2222", "arn", "alpha"},
		{"an id of nobody", resource(t, "alpha_vpc.v", west, "arn", "nonsense"), "alpha", "west-1", "1111", "provider alpha", ""},
		{"a region that says nothing", resource(t, "alpha_copy.c", west, "region", "north-1"), "alpha", "west-1", "1111", "provider alpha", ""},
		{"a service of the whole partition", resource(t, "alpha_role.r", west), "alpha", "", "1111", "provider alpha", ""},
		{"an unknown region that is written", withArg(resource(t, "alpha_vpc.v", west, "region", "?"), "region"), "", "", "", "", ""},
		{"an unknown region that the provider computes", resource(t, "alpha_vpc.v", west, "region", "?"), "alpha", "west-1", "1111", "provider alpha", ""},
		{"no configuration, an id", resource(t, "alpha_vpc.v", nil, "arn", "arn:alpha:ec2:west-1:3333:vpc/v"), "alpha", "west-1", "3333", "arn", ""},
		{"no configuration, nothing", resource(t, "alpha_vpc.v", nil), "", "", "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := estate(t, place.Options{}, []*model.Resource{c.r}, west).Resource(c.r)
			if got.Partition != c.partition || got.Region != c.region || got.Account != c.account {
				t.Errorf("got %+v, want %s %s %s", got.Site, c.partition, c.region, c.account)
			}
			if c.reason != "" && (len(got.Because) == 0 || got.Because[0].At != c.reason) {
				t.Errorf("because %+v, want %s", got.Because, c.reason)
			}
			if c.conflict != got.Conflict {
				t.Errorf("conflict %q, want %q", got.Conflict, c.conflict)
			}
			if (got.Partition == "") != (got.Open.Reason != "") {
				t.Errorf("open is %+v", got.Open)
			}
		})
	}
	nowhere := resource(t, "alpha_billing.b", west)
	if got := estate(t, place.Options{}, []*model.Resource{nowhere}).Resource(nowhere); !got.Nowhere || got.Partition != "" || got.Region != "" {
		t.Errorf("a service without a place: %+v", got)
	}
	stranger := resource(t, "omega_thing.o", nil)
	if got := estate(t, place.Options{}, []*model.Resource{stranger}).Resource(stranger); !got.Unknown || got.Partition != "" {
		t.Errorf("a provider that no table knows: %+v", got)
	}
}

func withArg(r *model.Resource, path string) *model.Resource {
	r.Args = model.NewArgs([]model.Arg{{Block: path, Opaque: []string{"local.x"}}}, nil)
	return r
}

// TestInferred: one resource that says where it is places the configuration and so the others; two that disagree do not.
func TestInferred(t *testing.T) {
	silent := provider("beta", "")
	all := []*model.Resource{resource(t, "beta_group.b", silent, "location", "chinaeast"), resource(t, "beta_group.a", silent, "location", "chinaeast"), resource(t, "beta_rule.r", silent)}
	for range 2 {
		s := estate(t, place.Options{}, all)
		got := s.Resource(all[2])
		if all[2].Address != "beta_rule.r" {
			got = s.Resource(all[0])
		}
		if got.Partition != "beta-cn" || got.Region != "" || got.Because[0].How != place.Inferred || got.Because[0].At != "beta_group.a" || got.Open.Reason != "" {
			t.Errorf("got %+v", got)
		}
		all[0], all[2] = all[2], all[0] // whatever the order
	}
	split := provider("beta", "")
	two := []*model.Resource{resource(t, "beta_group.a", split, "location", "chinaeast"), resource(t, "beta_group.b", split, "location", "europe"), resource(t, "beta_rule.r", split)}
	if got := estate(t, place.Options{}, two).Resource(two[2]); got.Partition != "" || got.Open.Reason == "" {
		t.Errorf("two partitions: %+v", got)
	}
	sure := provider("beta", "", "environment", "public")
	one := resource(t, "beta_group.a", sure, "location", "chinaeast")
	s := estate(t, place.Options{}, []*model.Resource{one})
	if got := s.Provider(sure); got.Partition != "beta" {
		t.Errorf("a configuration that says where it is is overruled: %+v", got)
	}
	if got := s.Resource(one); got.Partition != "beta-cn" || got.Conflict != "beta" {
		t.Errorf("the contradiction is not told: %+v", got)
	}
}

// TestSharedEnvironment: what two providers read from one variable is the same for both.
func TestSharedEnvironment(t *testing.T) {
	beta, dir := provider("beta", ""), provider("dir", "")
	group, app := resource(t, "beta_group.g", beta, "location", "chinaeast"), resource(t, "dir_app.a", dir)
	if got := estate(t, place.Options{}, []*model.Resource{group, app}).Resource(app); got.Partition != "dir-cn" || got.Because[0].How != place.Inferred {
		t.Errorf("got %+v", got)
	}
	if got := estate(t, place.Options{}, []*model.Resource{app}).Resource(app); got.Partition != "" {
		t.Errorf("alone: %+v", got)
	}
	if got := estate(t, place.Options{Env: map[string]string{"BETA_ENVIRONMENT": "china"}}, []*model.Resource{app}).Resource(app); got.Partition != "dir-cn" || got.Because[0].How != place.Environment {
		t.Errorf("told: %+v", got)
	}
	// A configuration that writes the argument does not read the variable.
	written := provider("beta", "", "environment", "china")
	other := resource(t, "beta_group.g", written, "location", "chinaeast")
	if got := estate(t, place.Options{}, []*model.Resource{other, app}).Resource(app); got.Partition != "" {
		t.Errorf("by a configuration that does not read it: %+v", got)
	}
	blind := provider("beta", "", "environment", "?")
	third := resource(t, "beta_group.g", blind, "location", "chinaeast")
	s := estate(t, place.Options{}, []*model.Resource{third, app})
	if got := s.Resource(app); got.Partition != "" || s.Provider(blind).Partition != "beta-cn" {
		t.Errorf("by a configuration that writes it, and whose place is inferred: %+v", got)
	}
	// Nor is one that writes it, without its value being known, filled by it.
	opaque := provider("dir", "", "environment", "?")
	hidden := resource(t, "dir_app.a", opaque)
	if got := estate(t, place.Options{Env: map[string]string{"BETA_ENVIRONMENT": "china"}}, []*model.Resource{group, hidden}).Resource(hidden); got.Partition != "" {
		t.Errorf("an unknown argument is filled in: %+v", got)
	}
}

// TestCandidates: of several configurations that may be meant, what they agree on.
func TestCandidates(t *testing.T) {
	one := provider("alpha", "", "region", "west-1", "account_ids", "1111")
	two := provider("alpha", "dr", "region", "west-2", "account_ids", "1111")
	cn := provider("alpha", "cn", "region", "north-1")
	env := provider("alpha", "")
	for _, c := range []struct {
		name                       string
		candidates                 []*model.Provider
		partition, region, account string
	}{
		{"of one partition", []*model.Provider{one, two}, "alpha", "", "1111"},
		{"of one place", []*model.Provider{one, one}, "alpha", "west-1", "1111"},
		{"of two partitions", []*model.Provider{one, cn}, "", "", ""},
		{"of two partitions and back", []*model.Provider{one, cn, one}, "", "", ""},
		{"one is the environment's", []*model.Provider{two, env}, "", "", ""},
		{"the first is the environment's", []*model.Provider{env, two}, "", "", ""},
		{"one that is not listed", []*model.Provider{two, {Name: "alpha", Source: "acme/alpha", Implied: true}}, "", "", ""},
	} {
		r := resource(t, "module.a.module.b.module.c.alpha_vpc.v", nil)
		r.Candidates = c.candidates
		got := estate(t, place.Options{}, []*model.Resource{r}, one, two, cn, env).Resource(r)
		if got.Partition != c.partition || got.Region != c.region || got.Account != c.account {
			t.Errorf("%s: %+v", c.name, got)
		}
		if c.partition == "" && (!strings.Contains(got.Open.Reason, " or provider alpha") || got.Open.Settle == "") {
			t.Errorf("%s: open is %+v", c.name, got.Open)
		}
	}
	// Tenants are agreed on as well.
	a, b := provider("beta", "a", "environment", "china", "tenant_id", "T-A"), provider("beta", "b", "environment", "china", "tenant_id", "T-B")
	r := resource(t, "beta_rule.r", nil)
	r.Candidates = []*model.Provider{a, b}
	if got := estate(t, place.Options{}, []*model.Resource{r}, a, b).Resource(r); got.Tenant != "" || got.Partition != "beta-cn" {
		t.Errorf("of two tenants: %+v", got.Site)
	}
}

// TestAccountsAndTenants: an account is where a configuration shows it to be, unless two show different places.
func TestAccountsAndTenants(t *testing.T) {
	cn := provider("beta", "cn", "environment", "china", "subscription_id", "s-1", "tenant_id", "T-1")
	s := estate(t, place.Options{}, nil, cn)
	if p, _, ok := s.Account("beta", "s-1"); !ok || p != "beta-cn" {
		t.Errorf("account s-1 is in %q", p)
	}
	if at, ok := s.Tenant("t-1"); !ok || at.Partition != "beta-cn" {
		t.Errorf("tenant t-1 is in %+v", at)
	}
	if _, _, ok := s.Account("alpha", "s-1"); ok {
		t.Error("an account of one cloud answers for another's")
	}
	// Two that contradict prove nothing, however many follow.
	global := provider("beta", "global", "environment", "public", "subscription_id", "s-1", "tenant_id", "T-1")
	again := provider("beta", "again", "environment", "public", "subscription_id", "s-1", "tenant_id", "T-1")
	for _, all := range [][]*model.Provider{{cn, global}, {cn, global, again}, {global, again, cn}, {global, cn, again}} {
		s := estate(t, place.Options{}, nil, all...)
		if p, _, ok := s.Account("beta", "s-1"); ok {
			t.Errorf("of %d configurations: account s-1 is in %q", len(all), p)
		}
		if at, ok := s.Tenant("t-1"); ok {
			t.Errorf("of %d configurations: tenant t-1 is in %+v", len(all), at)
		}
	}
}

// What is hosted is where its host is: a known one, one that only the policy can give to a side, or that of the resource
// that it refers to.
func TestHosted(t *testing.T) {
	pod := func(p *model.Provider, pairs ...string) *model.Resource {
		return resource(t, "orbit_pod.p", p, pairs...)
	}
	cluster := resource(t, "alpha_cluster.c", provider("alpha", "", "region", "north-1"))
	refers := provider("orbit", "", "host", "?")
	refers.Args = model.NewArgs([]model.Arg{{Block: "host", Origins: []model.Origin{{Type: "alpha_cluster", Name: "c", Attr: "endpoint"}}}}, nil)
	for _, c := range []struct {
		name string
		pod  *model.Resource
		want place.Site
		open string
	}{
		{"a known host", pod(provider("orbit", "", "host", "https://api.alpha.cn.example:6443")), place.Site{Cloud: "alpha", Partition: "alpha-cn"}, ""},
		{"an id", pod(provider("orbit", "", "context", "arn:alpha-cn:cluster:north-1:12:c")), place.Site{Cloud: "alpha", Partition: "alpha-cn", Region: "north-1", Account: "12"}, ""},
		{"another host", pod(provider("orbit", "", "host", "https://pods.corp.example/")), place.Site{Cloud: "orbit", Host: "pods.corp.example"},
			"provider orbit: no table knows where the host pods.corp.example is"},
		{"a host that tells nothing", pod(provider("orbit", "", "host", "https://x.shared.example")), place.Site{Cloud: "orbit"}, "provider orbit: nothing in it says where it is"},
		{"a reference", pod(refers), place.Site{Cloud: "alpha", Partition: "alpha-cn", Region: "north-1"}, ""},
		{"its own word", pod(provider("orbit", ""), "cloud", "42", "region", "north-1"), place.Site{Cloud: "alpha", Partition: "alpha-cn", Region: "north-1"}, ""},
	} {
		s := estate(t, place.Options{}, []*model.Resource{cluster, c.pod})
		if at := s.Resource(c.pod); at.Site != c.want || !strings.Contains(at.Open.Reason, c.open) || c.open == "" && at.Open.Reason != "" {
			t.Errorf("%s: %+v", c.name, at)
		}
	}
}

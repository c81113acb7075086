package catalog

import (
	"slices"
	"sync"
	"testing"
)

func TestLink(t *testing.T) {
	c := load(t, `
link * name -
link aws_* **.kms_key_id key id
link aws_* kms_key key id
link aws_* rule - # all of it
link aws_iam_* kms_key -
link aws_iam_* policy grant policy
link aws_x ** -
link aws_x rule.*.bucket replication name out
link aws_x rule.**.arn replication id
link aws_x rule.dest.bucket replication id
link aws_x settings -
link aws_x settings.host endpoint host
link aws_x *_id network id
link aws_x **.vpc_id network id
link data.aws_x host endpoint host
`)
	for _, test := range []struct{ typ, attribute, want string }{
		{"aws_y", "name", "* name"},
		{"aws_y", "kms_key", "aws_* kms_key"},
		{"aws_y", "kms_key_id", "aws_* **.kms_key_id"},                 // ** is no name as well
		{"aws_y", "rule.encryption.kms_key_id", "aws_* **.kms_key_id"}, // itself before what is above it
		{"aws_y", "rule.encryption.algorithm", "aws_* rule"},
		{"aws_y", "ruler", ""}, // not under rule
		{"aws_iam_role", "kms_key", "aws_iam_* kms_key"},
		{"aws_iam_role", "rule", "aws_* rule"},
		{"aws_x", "kms_key", "aws_x **"}, // the type itself before every glob
		{"aws_x", "name", "aws_x **"},
		{"aws_x", "rule.dest.bucket", "aws_x rule.dest.bucket"},
		{"aws_x", "rule.dest.bucket.key", "aws_x rule.dest.bucket"},
		{"aws_x", "rule.src.bucket", "aws_x rule.*.bucket"},
		{"aws_x", "rule.a.b.bucket", "aws_x **"}, // * is one name
		{"aws_x", "rule.a.b.arn", "aws_x rule.**.arn"},
		{"aws_x", "rule.arn", "aws_x rule.**.arn"},
		{"aws_x", "settings.port", "aws_x settings"},
		{"aws_x", "settings.host.x", "aws_x settings.host"},
		{"aws_x", "settings.vpc_id", "aws_x **.vpc_id"},
		{"aws_x", "vpc_id", "aws_x **.vpc_id"}, // more letters than *_id
		{"aws_x", "net_id", "aws_x *_id"},
		{"aws_x", "settings.net_id", "aws_x settings"},
		{"data.aws_x", "host", "data.aws_x host"},
		{"data.aws_x", "name", ""}, // * is about resources
		{"gcp_x", "kms_key", ""},
	} {
		for range 2 { // the second answer is remembered
			got := ""
			if l := c.Link(test.typ, test.attribute); l != nil {
				got = l.Type + " " + l.Attribute
			}
			if got != test.want {
				t.Errorf("%s %s is answered by %q, want %q", test.typ, test.attribute, got, test.want)
			}
		}
	}
	if l := c.Link("aws_x", "rule.src.bucket"); l.Kind != Replicate || l.By != ByName || l.Direction != Out || l.Where != "t.tbl:9" {
		t.Errorf("got %+v", l)
	}
}

// In what people write for each other, no name says what its value is.
func TestWordsOfPeople(t *testing.T) {
	c := load(t, `
link * **.note - words
link * **.tags - words
link sky_* **.*_arn same id
link sky_net rules network address
link sky_net tags.owner trust principal
link sky_topic note export host out
`)
	for _, test := range []struct{ typ, attribute, want string }{
		{"sky_net", "peer_arn", "sky_* **.*_arn"},
		{"sky_net", "tags.peer_arn", "* **.tags"},
		{"sky_net", "disk.tags.peer_arn", "* **.tags"},
		{"sky_net", "disk.tags.more.peer_arn", "* **.tags"},
		{"sky_net", "rules.cidr", "sky_net rules"},
		{"sky_net", "rules.note", "* **.note"},
		{"sky_net", "rules.notes", "sky_net rules"},
		{"sky_net", "tags.owner", "sky_net tags.owner"},
		{"sky_topic", "note", "sky_topic note"},
	} {
		got := ""
		if l := c.Link(test.typ, test.attribute); l != nil {
			got = l.Type + " " + l.Attribute
		}
		if got != test.want {
			t.Errorf("%s %s is answered by %q, want %q", test.typ, test.attribute, got, test.want)
		}
	}
}

// The rows of a refined type answer first, then those of the type alone.
func TestRefined(t *testing.T) {
	c := load(t, `
refine any_* type net/peerings
link any_* body endpoint text
link any_thing body.host endpoint host
link any_*:net/* body.properties.**.id network id
link any_*:net/peerings body.properties.remote network id
`)
	if got, unset := c.Refines("any_thing"); got != "type" || unset != "net/peerings" {
		t.Errorf("any_thing is refined by %q, and is %q where that is not set", got, unset)
	}
	if got, unset := c.Refines("other_thing"); got != "" || unset != "" {
		t.Errorf("other_thing is refined by %q, and is %q where that is not set", got, unset)
	}
	for _, test := range []struct{ word, attribute, want string }{
		{"", "body.properties.remote", "any_* body"},
		{"Net/Peerings@2024-01-01", "body.properties.remote", "any_*:net/peerings body.properties.remote"},
		{"Net/Peerings@2024-01-01", "body.properties.remote.id", "any_*:net/peerings body.properties.remote"},
		{"Net/Peerings@2024-01-01", "body.properties.local.id", "any_*:net/* body.properties.**.id"},
		{"Net/Peerings@2024-01-01", "body.host", "any_thing body.host"},
		{"Store/Accounts", "body.properties.remote", "any_* body"},
	} {
		l := c.Link(Refined("any_thing", test.word), test.attribute)
		if got := l.Type + " " + l.Attribute; got != test.want {
			t.Errorf("%s %s is answered by %s, want %s", test.word, test.attribute, got, test.want)
		}
	}
	if !c.Inside("any_thing", "body") || c.Inside("any_thing", "bod") || c.Inside("any_thing", "body.host") {
		t.Error("what is inside is wrong")
	}
}

func TestHasLinks(t *testing.T) {
	c := load(t, `
link aws_* kms_key key id
link aws_iam_*_policy policy grant policy
link aws_looked_at ** -
link aws_x peer network id
link data.aws_* host endpoint host
link data.aws_x host endpoint host
`)
	for typ, want := range map[string]bool{
		"aws_x": true, "aws_iam_role_policy": true, "aws_looked_at": false, "aws_y": false, "data.aws_x": true, "data.aws_y": false,
	} {
		if got := c.HasLinks(typ); got != want {
			t.Errorf("%s: %v", typ, got)
		}
	}
}

func TestWith(t *testing.T) {
	c := load(t, "link a_x from network id\nlink a_x to network id\n")
	own := c.With([]Link{
		{Type: "a_x", Attribute: "to", Kind: Nothing, Where: "p:1"},
		{Type: "b_y", Attribute: "host", Kind: Endpoint, By: ByHost, Where: "p:2"},
		{Type: "b_y", Attribute: "host", Kind: DNS, By: ByHost, Where: "p:3"},
	}, []string{"one.example", "*.two.example"})
	for host, want := range map[string]bool{
		"one.example": true, "a.one.example": false, "two.example": false, "a.two.example": true, "a.b.two.example": true, "": false,
	} {
		if own.Own(host) != want || c.Own(host) {
			t.Errorf("%s: %v", host, own.Own(host))
		}
	}
	for _, test := range []struct {
		in             *Catalog
		typ, attribute string
		kind           Kind
		where          string
	}{
		{c, "a_x", "to", Network, "t.tbl:2"},
		{own, "a_x", "to", Nothing, "p:1"},
		{own, "a_x", "from", Network, "t.tbl:1"},
		{own, "b_y", "host", DNS, "p:3"},
	} {
		if l := test.in.Link(test.typ, test.attribute); l == nil || l.Kind != test.kind || l.Where != test.where {
			t.Errorf("%s %s: got %+v, want %s of %s", test.typ, test.attribute, l, test.kind, test.where)
		}
	}
	if c.Link("b_y", "host") != nil {
		t.Error("the catalog without the rows has them")
	}
}

// Answers are remembered; askers do not get in each other's way.
func TestConcurrent(t *testing.T) {
	c := load(t, table)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				if l := c.Link("sky_vpc", "kms_key.x"); l == nil || l.Kind != SharedKey {
					t.Error("no row")
				}
				if _, _, ok := c.Host("cn-a-1.sky.example"); !ok {
					t.Error("no host")
				}
				if id, ok := c.Identify("sky:china:cn-north-1:1"); !ok || id.Partition != "sky-cn" {
					t.Error("no identity")
				}
				if len(c.ResourceSites("acme/sky", "sky_x")) != 2 {
					t.Error("no sites")
				}
			}
		})
	}
	wg.Wait()
}

func TestRegion(t *testing.T) {
	c := load(t, table)
	for _, r := range [][3]string{
		{"north-1", "sky", "north-1"}, {"NOR", "sky", "north-1"}, {"North - 1", "sky", "north-1"}, {"south-1a", "sky", "south-1"},
		{"south-1-b", "sky", "south-1"}, {"south-1-2c", "sky", "south-1"}, {"south-1-oslo-1a", "sky", "south-1"}, {"cn-north-1b", "sky-cn", "cn-north-1"},
		{"cn-west-2", "sky-cn", "cn-west-2"}, {"cn-west-2c", "sky-cn", "cn-west-2"}, {"nor-oslo", "", ""}, {"south", "", ""}, {"", "", ""}, {"-", "", ""},
	} {
		p, region, ok := c.Region("sky", r[0])
		if p != r[1] || region != r[2] || ok != (r[1] != "") {
			t.Errorf("%q is in %q %q", r[0], p, region)
		}
	}
	if _, _, ok := c.Region("sea", "north-1"); ok {
		t.Error("another cloud has the region")
	}
}

func TestIdentify(t *testing.T) {
	c := load(t, table)
	for value, want := range map[string]Identity{
		"sky:china:cn-north-1:12":          {Cloud: "sky", Partition: "sky-cn", Region: "cn-north-1", Account: "12"},
		"sky::cn-north-1:":                 {Cloud: "sky", Partition: "sky-cn", Region: "cn-north-1"},
		"sky:public:cn-north-1:":           {Cloud: "sky", Partition: "sky"}, // the word counts for more
		"sky:mars:cn-north-1:":             {Cloud: "sky"},
		"sky:public:mars:":                 {Cloud: "sky", Partition: "sky"},
		"https://a.sea.example/ships/anna": {Cloud: "sea", Partition: "sea", Host: "a.sea.example", Account: "anna"},
		"https://a.b.example/ships/anna":   {Cloud: "sea", Host: "a.b.example", Account: "anna"},
	} {
		if got, ok := c.Identify(value); !ok || got != want {
			t.Errorf("%s: got %+v, want %+v", value, got, want)
		}
	}
	if id, ok := c.Identify("see sky:china:cn-north-1:12"); ok {
		t.Errorf("in the middle of a text: %+v", id)
	}
}

func TestHost(t *testing.T) {
	c := load(t, table)
	for _, h := range []struct {
		host, partition, region string
		ambiguous               bool
	}{
		{"sky.example", "sky", "", false},
		{"https://user:pw@API.south-1.sky.example:443/p?q=a@b#f", "sky", "south-1", false},
		{"*.sky.example", "sky", "", false},
		{"api.sky.example.", "sky", "", false},
		{"tcp://api.sky.example:5432,b.example:5432", "sky", "", false},
		{"api.cn-north-1.sky.example", "sky-cn", "cn-north-1", false}, // an expression before a suffix
		{"a.nor.sky.example", "sky", "north-1", false},
		{"a.cn-north-1.x.sky.example", "sky", "", false},                  // the region of another partition
		{"a.cn-north-1.china.sky.example", "sky-cn", "cn-north-1", false}, // the longest suffix
		{"sky://audience", "sky-cn", "", false},
		{"docs.sky.example", "", "", true},
		{"x.docs.sky.example", "sky", "", false},
		{"notsky.example", "", "", false},
		{"sky.example.org", "", "", false},
		{"sky", "", "", false},
		{"10.0.0.1:80", "", "", false},
		{"api.sky.example:http", "", "", false},
		{"a sky.example", "", "", false},
		{"", "", "", false},
	} {
		id, ambiguous, ok := c.Host(h.host)
		if id.Partition != h.partition || id.Region != h.region || ambiguous != h.ambiguous || ok != (h.partition != "") {
			t.Errorf("%s: got %+v %v %v", h.host, id, ambiguous, ok)
		}
	}
	for host, page := range map[string]bool{"console.sky.example": true, "x.console.sky.example": true, "myconsole.sky.example": false, "sky.example": false} {
		if c.Page(host) != page {
			t.Errorf("%s is taken for a page: %v", host, !page)
		}
	}
	if id, _, _ := c.Host("https://API.sky.example/x"); id.Host != "api.sky.example" || id.Cloud != "sky" {
		t.Errorf("got %+v", id)
	}
}

// What is spared an expression because of its ending would not have matched.
func TestEndings(t *testing.T) {
	for source, want := range map[string][]string{
		`\.sky\.example$`:                 {".sky.example"},
		`^(a|b)\.(sky\.example|sea\.eu)$`: {"sky.example", "sea.eu"},
		`^a(b|x(y\.z|-0))$`:               {"b", "y.z", "-0"},
		`^(x|[a-z]+)$`:                    nil,
		`^x\.s(ky|ea)(\.eu)?$`:            nil,
		`\.sky\.example`:                  nil,
		`^a+$`:                            nil,
		`a\d$`:                            nil,
		`\.a\$`:                           nil,
		`^(?i)sky$`:                       nil,
		`sky$|sea$`:                       nil,
		`(a|b\)$`:                         nil,
		`[(]a)$`:                          nil,
		`(sky)|(sea)$`:                    nil,
	} {
		if got := endings(source); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", source, got, want)
		}
	}
}

func TestSites(t *testing.T) {
	c := load(t, table)
	for _, source := range []string{"acme/sky", "registry.example/acme/sky", "fork/sky", "fork/sky-beta", "Acme/Sky"} {
		if cloud, ok := c.Cloud(source); !ok || cloud != "sky" {
			t.Errorf("%s is for %q", source, cloud)
		}
		if n := len(c.ProviderSites(source)); n != 3 {
			t.Errorf("%s has %d sites", source, n)
		}
	}
	if cloud, ok := c.Cloud("acme/sea"); ok {
		t.Errorf("acme/sea is for %q", cloud)
	}
	for typ, want := range map[string][]string{
		"sky_x": {"arn", "region"}, "sky_dns_zone": {"-", "arn", "region"}, "sky_odd": {"arn"}, "sea_x": nil,
	} {
		var got []string
		for _, s := range c.ResourceSites("acme/sky", typ) {
			got = append(got, s.Name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", typ, got, want)
		}
	}
	s := c.ProviderSites("acme/sky")
	if s[0] != (SiteRow{"acme/sky", "provider", "region", GivesRegion, s[0].Where}) || s[1].Scope != "env" || s[2].Name != "sky" {
		t.Errorf("got %+v", s)
	}
}

func TestPrivilege(t *testing.T) {
	c := load(t, table)
	for name, want := range map[string]Class{"admin": Full, "role/BIG Admin": Full, "sky:1:role/Admin": Full} {
		if got, _, ok := c.Role("sky", name); !ok || got != want {
			t.Errorf("%s is %s", name, got)
		}
	}
	for _, name := range []string{"sky:1:role/other", "sea:1:role/Admin", ""} {
		if got, _, ok := c.Role("sky", name); ok {
			t.Errorf("%s is %s", name, got)
		}
	}
	for pattern, want := range map[string]Class{
		"*": Full, "**": Full, "*:*": NetworkAdmin, "NET:*": NetworkAdmin, "net:join": NetworkAdmin, "net:J*": NetworkAdmin, "net:Split": NetworkAdmin,
		"net:Ping": Use, "net:Pi*": NetworkAdmin, "net:Get*": Read, "*:GetX": Read, "cpu:Run": Use, "*:J?in": NetworkAdmin, "*g": Use,
	} {
		if got := c.ActionClass("sky", pattern); got != want {
			t.Errorf("%s is %s, want %s", pattern, got, want)
		}
	}
	if got := c.ActionClass("sea", "*"); got != NoClass {
		t.Errorf("a cloud without action rows: %s", got)
	}
	if e := c.Escalations("sky"); len(e) != 1 || e[0].Name != "two" || !slices.Equal(e[0].Actions, []string{"net:Join", "net:Split"}) {
		t.Errorf("got %+v", e)
	}
	if d := c.Data("sky_region"); len(d) != 1 || d[0].Gives != GivesRegion {
		t.Errorf("got %+v", d)
	}
}

func TestPartitions(t *testing.T) {
	c := load(t, table)
	if p, ok := c.Partition("sea"); !ok || p != (Partition{ID: "sea", Cloud: "sea", Side: "global", Name: "Sea", SaaS: true}) {
		t.Errorf("got %+v", p)
	}
	if _, ok := c.Partition("moon"); ok {
		t.Error("there is a moon")
	}
	if len(c.Partitions("sky")) != 2 || len(c.Partitions("")) != 3 {
		t.Error("partitions are missing")
	}
	if p, ok := c.Word("sky", "CHINA"); !ok || p != "sky-cn" {
		t.Errorf("got %q", p)
	}
}

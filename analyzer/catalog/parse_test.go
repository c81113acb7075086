package catalog

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// table is a small world for the tests of this package.
const table = `
# Two clouds.
partition sky sky global "Sky" # the big one
partition sky sky-cn china "Sky China"
partition sea sea global "Sea" saas
word sky sky public global
word sky sky-cn China
region sky sky north-1=nor south-1
region sky sky-cn cn-north-1
pattern sky sky-cn ^cn-[a-z]+-\d$
identifier sky sky: ^sky:(?P<partition>[a-z]*):(?P<region>[a-z0-9-]*):(?P<account>\d*)
identifier sea */ships/ ^(?P<host>https://[a-z.]+)/ships/(?P<account>[a-z]+)
host literal ^sky://audience$ sky sky-cn
host exact docs.sky.example sky ambiguous
host regexp (^|\.)cn-[a-z]+-\d\.sky\.example$ sky sky-cn
host suffix sky.example sky sky
host suffix china.sky.example sky sky-cn
host suffix sea.example sea sea
pages console.sky.example
provider acme/sky sky sky-beta
site acme/sky provider region region
site acme/sky env SKY_REGION region
site acme/sky default sky partition
site acme/sky sky_* arn id
site acme/sky sky_* region region
site acme/sky sky_dns_* - nowhere
site acme/sky sky_odd region -
link sky_* kms_key key id
role sky full Admin "role/Big Admin"
rolename sky ^sky:\w*:role/(.+)$
action sky full *
action sky network net:* net:Join
action sky read *:Get*
action sky use net:Ping
escalation sky two net:Join net:Split
data sky_region name region
`

func load(t testing.TB, source string) *Catalog {
	t.Helper()
	c, err := Load(fstest.MapFS{"t.tbl": {Data: []byte(source)}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestRefusals(t *testing.T) {
	const head = "partition sky sky global Sky\n"
	for _, test := range []struct{ row, want string }{
		{`partiton sky x global X`, `t.tbl:2: unknown row "partiton": did you mean "partition"?`},
		{`partition sky x global`, `t.tbl:2: a partition row has the columns CLOUD PARTITION SIDE "NAME" [saas|regional], not 3 of them`},
		{`partition sky x global X sas`, `t.tbl:2: unknown mark "sas": did you mean "saas"?`},
		{`partition sky sky global X`, `t.tbl:2: partition sky is there twice`},
		{`partition sky Sky global X`, `t.tbl:2: "Sky" is not a name: write it with a-z, 0-9 and -`},
		{`partition sky ambiguous global X`, `t.tbl:2: no partition can be called "ambiguous"`},
		{`partition sky x global "X`, `t.tbl:2: a quote is not closed`},
		{`partition sky x global "X"y`, `t.tbl:2: a space is missing after the closing quote of "X"`},
		{`partition sky x global ""`, `t.tbl:2: a field is empty`},
		{`partition sky x global X"Y"`, `t.tbl:2: a quote inside of X": quote the whole field`},
		{`word sky sky a A`, `t.tbl:2: word A of sky is there twice`},
		{`word skye sky a`, `t.tbl:2: unknown cloud "skye": did you mean "sky"?`},
		{`word sky sly a`, `t.tbl:2: unknown partition "sly": did you mean "sky"?`},
		{`region sky sky a a`, `t.tbl:2: region a of sky is there twice`},
		{`region sky sky a=b c=b`, `t.tbl:2: region b of sky is there twice`},
		{`region sky sky North`, `t.tbl:2: region "North" is not lower case, or empty`},
		{`region sky sky a=`, `t.tbl:2: region "a" is not lower case, or empty`},
		{`pattern sky sky (`, "t.tbl:2: error parsing regexp: missing closing ): `(`"},
		{`identifier sky x (?P<acount>.)`, `t.tbl:2: unknown group "acount": did you mean "account"?`},
		{`identifier sky * x`, `t.tbl:2: the prefix is empty`},
		{`identifier sky x [`, "t.tbl:2: error parsing regexp: missing closing ]: `[`"},
		{`host sufix x.example sky sky`, `t.tbl:2: unknown kind of host "sufix": did you mean "suffix"?`},
		{`host suffix *.x.example sky sky`, `t.tbl:2: "*.x.example" is not a host name in lower case`},
		{`host exact X.example sky sky`, `t.tbl:2: "X.example" is not a host name in lower case`},
		{`host regexp ( sky sky`, "t.tbl:2: error parsing regexp: missing closing ): `(`"},
		{"host exact x.example sky sky\nhost exact x.example sky ambiguous", `t.tbl:3: host x.example is there twice`},
		{`pages *.x.example`, `t.tbl:2: "*.x.example" is not a host name in lower case`},
		{"pages x.example\npages y.example x.example", `t.tbl:3: pages x.example is there twice`},
		{`host exact x.example sky ambigous`, `t.tbl:2: unknown partition "ambigous": it is one of sky`},
		{`provider sky sky`, `t.tbl:2: "sky" is not a provider's source: write NAMESPACE/TYPE in lower case`},
		{"provider a/sky sky\nprovider a/sky sky", `t.tbl:3: provider a/sky is there twice`},
		{"provider a/sky sky\nprovider b/sky sky", `t.tbl:3: the name sky is a/sky's already`},
		{`site a/sky provider region region`, `t.tbl:2: there is no provider row for a/sky`},
		{`site * env SKY_URL host`, `t.tbl:2: of providers without a row only arguments of their blocks are known, which give a host`},
		{`site * provider region region`, `t.tbl:2: of providers without a row only arguments of their blocks are known, which give a host`},
		{`site a/sky provider region regoin`, `t.tbl:2: unknown kind of place "regoin": did you mean "region"?`},
		{`site a/sky provider region nowhere`, `t.tbl:2: a provider's argument or variable cannot give nowhere`},
		{`site a/sky default sky region`, `t.tbl:2: a default gives a partition, not region`},
		{"provider a/sky sky\nsite a/sky default slay partition", `t.tbl:3: unknown partition "slay": did you mean "sky"?`},
		{`site a/sky sky_* region nowhere`, `t.tbl:2: a site of resources is TYPE ATTRIBUTE GIVES, TYPE ATTRIBUTE -, TYPE - wide or TYPE - nowhere`},
		{`site a/sky sky_* - region`, `t.tbl:2: a site of resources is TYPE ATTRIBUTE GIVES, TYPE ATTRIBUTE -, TYPE - wide or TYPE - nowhere`},
		{`site a/sky sky_* a..b region`, `t.tbl:2: "a..b" is not the path of an attribute`},
		{"site a/sky sky_* a region\nsite a/sky sky_* a zone", `t.tbl:3: site a/sky sky_* a is there twice`},
		{`link sky_vpc peer netwrk id`, `t.tbl:2: unknown kind "netwrk": did you mean "network"?`},
		{`link sky_vpc peer network ids`, `t.tbl:2: unknown way to name the far end "ids": did you mean "id"?`},
		{`link sky_vpc peer network id outt`, `t.tbl:2: unknown direction "outt": did you mean "out"?`},
		{`link sky_vpc peer network`, `t.tbl:2: a network link says how its value names the far end, such as id, name or region`},
		{`link sky_vpc peer - id`, `t.tbl:2: only words may follow -`},
		{`link sky_vpc peer network words`, `t.tbl:2: words join nothing: their kind is -`},
		{`link sky_vpc peer`, `t.tbl:2: a link row has the columns TYPE ATTRIBUTE KIND BY [DIRECTION], not 2 of them`},
		{`link Sky peer -`, `t.tbl:2: "Sky" is not a resource type, data.TYPE or a glob of them`},
		{`link sky_vpc:Peering peer -`, `t.tbl:2: "sky_vpc:Peering" is not a resource type, data.TYPE or a glob of them`},
		{`link sky_vpc: peer -`, `t.tbl:2: "sky_vpc:" is not a resource type, data.TYPE or a glob of them`},
		{`link sky_vpc shared trust true`, `t.tbl:2: true is followed by what it means: true@PARTITION`},
		{`link sky_vpc shared trust true@sly`, `t.tbl:2: unknown partition "sly": did you mean "sky"?`},
		{`link sky_vpc near network region@skye`, `t.tbl:2: unknown cloud "skye": did you mean "sky"?`},
		{`types sky`, `t.tbl:2: a types row is the first line of its table, of at most 256 bytes`},
		{`refine sky_* type.*`, `t.tbl:2: sky_* type.* is not a resource type or a glob of them, and the path of an attribute`},
		{"refine sky_* type\nrefine sky_* kind", `t.tbl:3: refine sky_* is there twice`},
		{`link sky_vpc rule[0].x -`, `t.tbl:2: "rule[0].x" is not the path of an attribute: names with dots between, no indexes, ** alone`},
		{`link sky_vpc a**.x -`, `t.tbl:2: "a**.x" is not the path of an attribute: names with dots between, no indexes, ** alone`},
		{"link sky_vpc a -\nlink sky_vpc b -\nlink sky_vpc a network id", `t.tbl:4: link sky_vpc a is there twice, see t.tbl:2`},
		{"inert sky_acl rule.action deny\ninert sky_acl rule.action drop", `t.tbl:3: inert sky_acl rule.action is there twice`},
		{`inert sky_acl rule[0].action deny`, `t.tbl:2: "sky_acl" is not a resource type, or "rule[0].action" not the path of an attribute`},
		{`role sky fool Admin`, `t.tbl:2: unknown class "fool": did you mean "full"?`},
		{`role sky full Admin admin`, `t.tbl:2: role "admin" of sky is there twice`},
		{`rolename sky ^x$`, `t.tbl:2: a rolename has one group, the name, not 0`},
		{`action sky full * *`, `t.tbl:2: action * of sky is there twice`},
		{"escalation sky a x\nescalation sky a y", `t.tbl:3: escalation a of sky is there twice`},
		{"roletype sky_role sky name\nroletype sky_role sky id", `t.tbl:3: roletype sky_role is there twice`},
		{`roletype sky_role skye name`, `t.tbl:2: unknown cloud "skye": did you mean "sky"?`},
		{`roletype sky_role sky a..b`, `t.tbl:2: "a..b" is not the path of an attribute`},
		{`roletrust sky_role document`, `t.tbl:2: no roletype row above names "sky_role"`},
		{"roletype sky_role sky name\nroletrust sky_role a\nroletrust sky_role b", `t.tbl:4: roletrust sky_role is there twice`},
		{"roletype sky_role sky name\nrolepolicy sky_role manged policies", `t.tbl:3: unknown way to have a policy "manged": did you mean "managed"?`},
		{"roletype sky_role sky name\nrolepolicy sky_role inline a\nrolepolicy sky_role inline b", `t.tbl:4: the inline policies of sky_role are there twice`},
		{`attach sky_attachment sky_role role managed policy`, `t.tbl:2: no roletype row above names "sky_role"`},
		{"roletype sky_role sky name\nattach sky_attachment sky_role role inlined policy", `t.tbl:3: unknown way to give a policy "inlined": did you mean "inline"?`},
		{"roletype sky_role sky name\nattach sky_a sky_role role inline p\nattach sky_a sky_role role inline p", `t.tbl:4: attach sky_a sky_role is there twice`},
		{"roletype sky_role sky name\npolicytype sky_p sky_role a id\npolicytype sky_p sky_role b name", `t.tbl:4: policytype sky_p sky_role is there twice, or has other names`},
		{"pool sky_pool sky_provider id\npool sky_pool sky_provider id", `t.tbl:3: pool sky_pool is there twice`},
		{"statements data.sky_document json\nstatements data.sky_document text", `t.tbl:3: statements data.sky_document is there twice`},
		{`principal sky_invitation guest mail`, `t.tbl:2: accounts and guests have no attribute, and every other kind of principal has one`},
		{`data sky_x a region zone`, `t.tbl:2: a data row has the columns TYPE ATTRIBUTE GIVES, not 4 of them`},
		{`data sky_x a nowhere`, `t.tbl:2: an attribute of a data source cannot give nowhere`},
		{`function acme/sky f make plain`, `t.tbl:2: "plain" has no {} for an argument`},
		{`function acme/sky f take plain`, `t.tbl:2: "plain" has no group for what is taken`},
		{`function acme/sky f makes {}`, `t.tbl:2: unknown function "makes": did you mean "make"?`},
		{"function acme/sky f make {}\nfunction acme/sky f take (a)", `t.tbl:3: function acme/sky f is there twice`},
		{"data sky_x a region\ndata sky_x a zone", `t.tbl:3: data sky_x a is there twice`},
	} {
		_, err := Load(fstest.MapFS{"t.tbl": {Data: []byte(head + test.row)}})
		if err == nil || err.Error() != test.want {
			t.Errorf("%s\n got %v\nwant %s", test.row, err, test.want)
		}
	}
	if _, err := Load(fstest.MapFS{}); err == nil {
		t.Error("no tables are no error")
	}
}

// TestRoleTypes: rows about one type of roles are put together, and those of one type of policies.
func TestRoleTypes(t *testing.T) {
	cat := load(t, table+`roletype sky_role sky name id
roletrust sky_role trust
rolepolicy sky_role managed policies.name
rolepolicy sky_role inline policies.document
rolepolicy sky_role boundary bound
attach sky_attachment sky_role role managed policy
attach sky_attachment sky_role role inline document
policytype sky_policy sky_role document name id
policytype sky_policy sky_role text name id
`)
	want := &RoleType{Type: "sky_role", Cloud: "sky", Names: []string{"name", "id"}, Trust: []string{"trust"}, Managed: "policies.name", Inline: "policies.document", Boundary: "bound",
		Attachments: []Attachment{{Type: "sky_attachment", Role: "role", Managed: "policy"}, {Type: "sky_attachment", Role: "role", Inline: "document"}},
		Policies:    []PolicyType{{Type: "sky_policy", Names: []string{"name", "id"}, Documents: []string{"document", "text"}}}}
	if diff := cmp.Diff(want, cat.RoleType("sky_role")); diff != "" {
		t.Error(diff)
	}
	if cat.RoleType("sky_policy") != nil || len(cat.RoleTypes()) != 1 {
		t.Error("what is no role is one")
	}
}

func TestSplit(t *testing.T) {
	for line, want := range map[string]string{
		"":                             "",
		"# all comment":                "",
		" \t# so is this":              "",
		"a b\tc":                       "a|b|c",
		"a#b # c":                      "a#b",
		`a "b c" d#`:                   "a|b c|d#",
		`a "b # c"`:                    "a|b # c",
		`a "it's" # "unclosed here`:    "a|it's",
		"trailing space and return \r": "trailing|space|and|return",
	} {
		var got string
		err := text{"t.tbl", 1, line}.each(func(r row) error {
			got = strings.Join(r.fields, "|")
			return nil
		})
		if err != nil || got != want {
			t.Errorf("%q: got %q %v, want %q", line, got, err, want)
		}
	}
}

func TestParseLinks(t *testing.T) {
	rows, err := ParseLinks("own.tbl", []byte("link b_x to network id out\n# none\nlink a_x from - # nothing\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []Link{
		{Type: "b_x", Attribute: "to", Kind: Network, By: ByID, Direction: Out, Where: "own.tbl:1"},
		{Type: "a_x", Attribute: "from", Kind: Nothing, Where: "own.tbl:3"},
	}
	if len(rows) != 2 || rows[0] != want[0] || rows[1] != want[1] {
		t.Errorf("got %+v", rows)
	}
	for source, want := range map[string]string{
		"role sky full x":            `own.tbl:1: a "role" row does not belong among links`,
		"link a_x to newtork id":     `own.tbl:1: unknown kind "newtork": did you mean "network"?`,
		"link a_x a -\nlink a_x a -": `own.tbl:2: link a_x a is there twice, see own.tbl:1`,
	} {
		if _, err := ParseLinks("own.tbl", []byte(source)); err == nil || err.Error() != want {
			t.Errorf("%s\n got %v\nwant %s", source, err, want)
		}
	}
	if _, err := ParseLink(".demarc.hcl:7", "a_x", "to", "network", "", ""); err == nil || !strings.HasPrefix(err.Error(), ".demarc.hcl:7: ") {
		t.Errorf("got %v", err)
	}
	if l, err := ParseLink("p:1", "a_x", "to", "dns", "host", ""); err != nil || l != (Link{Type: "a_x", Attribute: "to", Kind: DNS, By: ByHost, Where: "p:1"}) {
		t.Errorf("got %+v %v", l, err)
	}
}

// A way to name the far end may say whose region or account it is.
func TestOtherCloud(t *testing.T) {
	l, err := ParseLink("p:1", "a_x", "to", "trust", "account@aws", "in")
	if err != nil || l.By != ByAccount || l.Cloud != "aws" {
		t.Errorf("got %+v %v", l, err)
	}
}

// Every value of an enumeration has a word, and every word stands for the value that is written with it.
func TestWords(t *testing.T) {
	for k := Nothing; k <= Flow; k++ {
		if got, err := ParseKind(k.String()); got != k || err != nil {
			t.Errorf("%s: %v %v", k, got, err)
		}
	}
	for b := ByID; b <= ByWords; b++ {
		if got, err := ParseBy(b.String()); got != b || err != nil {
			t.Errorf("%s: %v %v", b, got, err)
		}
	}
	for d := Both; d <= In; d++ {
		if got, err := ParseDirection(d.String()); got != d || err != nil {
			t.Errorf("%s: %v %v", d, got, err)
		}
	}
	for g := GivesRegion; g <= GivesNothing; g++ {
		if got, err := ParseGives(g.String()); got != g || err != nil {
			t.Errorf("%s: %v %v", g, got, err)
		}
	}
	for c := NoClass; c <= Full; c++ {
		if got, err := ParseClass(c.String()); got != c || err != nil {
			t.Errorf("%s: %v %v", c, got, err)
		}
	}
	if k, b, r := Replicate, ByAddress, IdentityAdmin; k.String() != "replication" || b.String() != "address" || r.String() != "identity" {
		t.Error("the words are out of step with the values:", k, b, r)
	}
	if _, err := ParseKind(""); err == nil {
		t.Error("the empty word is no kind")
	}
}

// Whatever is in a table, reading it ends with a catalog or with an error that names the place.
func FuzzParse(f *testing.F) {
	f.Add(table)
	f.Add("link a ** -\nlink a **.b.* flow text in")
	f.Add(`partition a "b" c "d`)
	f.Add("host regexp (a|b)c$ x ambiguous")
	f.Fuzz(func(t *testing.T, source string) {
		c, err := Load(fstest.MapFS{"t.tbl": {Data: []byte(source)}})
		if err != nil {
			if !strings.HasPrefix(err.Error(), "t.tbl:") {
				t.Fatalf("no place in %q", err)
			}
			return
		}
		for typ := range c.links.tables.texts {
			for _, l := range c.links.rows(typ).rows {
				if c.Link(l.Type, l.Attribute) == nil {
					t.Fatalf("row %s %s does not answer for itself", l.Type, l.Attribute)
				}
			}
		}
		c.Host("a.b.example")
		c.Identify("sky:china:cn-north-1:1")
		for _, p := range c.Partitions("") {
			c.Region(p.Cloud, "cn-north-1a")
			c.Role(p.Cloud, "Admin")
			c.ActionClass(p.Cloud, "net:*")
		}
	})
}

// A table that says which types it is about is read when one of them is asked for, and holds nothing else.
func TestTypes(t *testing.T) {
	world := func(about string) fstest.MapFS {
		return fstest.MapFS{"a.tbl": {Data: []byte(table)}, "b.tbl": {Data: []byte(about)}}
	}
	for about, want := range map[string]string{
		"types sun\nlink sky_vpc peer network id":           `b.tbl:2: sky_vpc is none of the types that the first line says the table is about`,
		"types sky\nrefine sky_* type":                      `b.tbl:2: a "refine" row does not belong into a table that says which types it is about: it would not be read in time`,
		"types sky # and more\nlink sky_vpc peer netwrk id": `b.tbl:2: unknown kind "netwrk": did you mean "network"?`,
	} {
		if _, err := Load(world(about)); err == nil || err.Error() != want {
			t.Errorf("%s\n got %v\nwant %s", about, err, want)
		}
	}
	tables := world("types sky sun\nlink sky_vpc peer network id\nlink data.sun_* a - # of both\nlink sky_vpc:hub peer key id")
	tables["c.tbl"] = &fstest.MapFile{Data: []byte("types moon\nlink moon_* not understood")}
	tables["d.tbl"] = &fstest.MapFile{Data: []byte("types sky\nlink sky_vp* role grant role")}
	c, err := Open(tables)
	if err != nil {
		t.Fatal(err)
	}
	own, err := ParseLink("own", "sky_v*", "owner", "network", "id", "")
	if err != nil {
		t.Fatal(err)
	}
	with := c.With([]Link{own}, nil)
	for _, test := range []struct{ typ, attribute, want string }{
		{"sky_vpc", "peer", "b.tbl:2"},
		{"sky_vpc:hub", "peer", "b.tbl:4"},
		{"sky_vpc", "role", "d.tbl:2"},
		{"sky_vpc", "kms_key", "a.tbl:28"},
		{"data.sun_spot", "a", "b.tbl:3"},
		{"sky_vpc", "owner", "own"},
		{"sea_vpc", "owner", ""},
	} {
		got := ""
		if l := with.Link(test.typ, test.attribute); l != nil {
			got = l.Where
		}
		if got != test.want {
			t.Errorf("%s of %s: %q answers, want %q", test.attribute, test.typ, got, test.want)
		}
	}
}

package boundary

import (
	"fmt"
	"strings"
	"testing"

	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/place"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// example has everything that a policy can have.
const example = `boundary "china" {                        # adds to the built-in side of that name, or makes a new one
  partitions = ["aws-cn", "azure-china"]
  regions    = ["alicloud:cn-*"]          # cloud:glob
  accounts   = ["aws:222222222222"]       # cloud:id, also subscriptions, projects, tenancies
  tenants    = ["cccccccc-cccc-cccc-cccc-cccccccccccc"]
  domains    = ["*.partner.onmschina.cn"] # hosts and mail domains
  networks   = ["203.0.113.0/24"]
}
allow "reporting" {                       # never deletes a finding: marks it, with the reason, and counts it
  rules     = ["network-link"]
  resources = ["module.edge.*"]
  from      = "global"                    # optional, with to
  reason    = "..."                       # required
  expires   = "2027-03-31"
}
stack "envs/cn/**" { inside = ["china"] } # misplaced-resource for anything elsewhere
rule "dns-link"    { severity = "low" }   # or enabled = false
default "aws"      { region = "eu-central-1" }
link "acme_wire"   { kind = "network"  far = { target_host = "host" } }   # the user's own rows
`

func TestExample(t *testing.T) {
	for name, src := range map[string]string{
		"as written": example,
		"CRLF":       strings.ReplaceAll(example, "\n", "\r\n"),
		"BOM":        "\ufeff" + example,
	} {
		t.Run(name, func(t *testing.T) {
			p := parse(t, src)
			if got := p.Side(place.Site{Cloud: "aws", Partition: "aws", Account: "222222222222"}); got != "china" {
				t.Errorf("Side = %q, want china", got)
			}
			if a := p.Allowances(); len(a) != 1 || a[0].Name != "reporting" || a[0].Pos.Line != 9 || a[0].Pos.Column != 1 {
				t.Errorf("Allowances = %+v", a)
			}
			if s := p.Stacks(); len(s) != 1 || !s[0].Matches("envs/cn/net") || s[0].Pos.Line != 16 {
				t.Errorf("Stacks = %+v", s)
			}
			if got := p.Rule("dns-link"); got != (RuleSetting{Severity: "low"}) {
				t.Errorf("Rule = %+v", got)
			}
			if diff := cmp.Diff(map[string]map[string]string{"aws": {"region": "eu-central-1"}}, p.Defaults()); diff != "" {
				t.Error(diff)
			}
			want := []catalog.Link{{Type: "acme_wire", Attribute: "target_host", Kind: catalog.Network, By: catalog.ByHost, Where: "p.hcl:19"}}
			if diff := cmp.Diff(want, p.Links()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEmpty(t *testing.T) {
	for _, src := range []string{"", "\ufeff", "# nothing\n", "\r\n"} {
		if got, want := parse(t, src).Sides(), Default(testCatalog(t)).Sides(); !cmp.Equal(got, want) {
			t.Errorf("%q: Sides = %q, want %q", src, got, want)
		}
	}
}

// Each § marks where one of the problems is, in their order.
func TestProblems(t *testing.T) {
	reasoned := func(s string) string { return "allow \"a\" {\n  " + s + "\n  reason = \"r\"\n}\n" }
	inside := func(s string) string { return "boundary \"b\" {\n  " + s + "\n}\n" }
	one := func(src, want string) []string { return []string{src, want} }
	tests := map[string][]string{
		// The shape of the file.
		"unknown block":       one(`§boundry "x" {}`, `unknown block "boundry": did you mean "boundary"?`),
		"far from any block":  one(`§resource "x" "y" {}`, `unknown block "resource": it is one of allow, boundary, default, link, rule, stack`),
		"top-level argument":  one(`§fail_on = "high"`, `"fail_on" is an argument outside of a block: a policy has the blocks allow, boundary, default, link, rule, stack`),
		"no name":             one(`§boundary {}`, `boundary has no name: write boundary "NAME" {`),
		"two names":           one(`boundary "a" §"b" {}`, `boundary has one name, and this is another`),
		"empty name":          one(`boundary §"" {}`, `the name of boundary is empty`),
		"name that draws":     one(`boundary §"a\u001b[31m" {}`, `the name "a\x1b[31m" has characters that cannot be printed`),
		"long name":           one(`boundary §"`+strings.Repeat("x", 5000)+`" {}`, `the name of boundary is longer than 4096 bytes`),
		"twice":               one("boundary \"a\" {}\nboundary §\"a\" {}", `boundary "a" is already at p.hcl:1: put the two together`),
		"unknown argument":    one(inside(`§region = []`), `unknown argument of boundary "region": did you mean "regions"?`),
		"block for argument":  one(inside(`§regions {}`), `regions is an argument: write regions = `),
		"unknown inner block": one(reasoned(`§resourcez {}`), `unknown argument of allow "resourcez": did you mean "resources"?`),
		"argument twice":      one(reasoned("from = \"china\"\n§from = \"china\""), `the argument is given twice`),
		"twice in a line": one(`rule "dns-link" { severity = "low"  §severity = "low" }`,
			`the argument is given twice`),
		"syntax": one(`boundary "a" §`,
			`invalid block definition: Either a quoted string block label or an opening brace ("{") is expected here.`),
		"two arguments in a line, no blanks": one(`rule "dns-link" {severity = "low" §enabled = true}`,
			`invalid single-argument block definition: A single-line block definition must end with a closing brace immediately after its single argument definition.`),

		// Literals.
		"variable":            one(reasoned(`rules = §var.rules`), `rules is not a literal: a policy has no variables, functions or operators`),
		"word":                one(reasoned(`from = §china`), `from is not a literal: a policy has no variables, functions or operators: put it in quotes`),
		"function":            one(reasoned(`expires = §timestamp()`), `expires is not a literal: a policy has no variables, functions or operators`),
		"operator":            one(reasoned(`expires = §"a" == "b" ? "c" : "d"`), `expires is not a literal: a policy has no variables, functions or operators`),
		"template":            one(reasoned(`to = §"${var.x}"`), `to is not a literal: a policy has no variables, functions or operators`),
		"number in a text":    one(reasoned(`to = §"side ${8}"`), `to is not a literal: a policy has no variables, functions or operators`),
		"null in a text":      one(reasoned(`to = §"side ${null}"`), `to is not a literal: a policy has no variables, functions or operators`),
		"template with text":  one(reasoned(`to = §"x-${var.x}"`), `to is not a literal: a policy has no variables, functions or operators`),
		"for":                 one(reasoned(`rules = §[for r in ["a"] : r]`), `rules is not a literal: a policy has no variables, functions or operators`),
		"parentheses":         one(reasoned(`to = §("china")`), `to is not a literal: a policy has no variables, functions or operators`),
		"variable in a list":  one(reasoned(`rules = [§local.x]`), `an entry of rules is not a literal: a policy has no variables, functions or operators`),
		"string for a list":   one(reasoned(`rules = §"dns-link"`), `rules is a string and must be a list: put it in brackets`),
		"list for a string":   one(reasoned(`to = §["china"]`), `to is a list and must be a string`),
		"number for a string": one(inside(`accounts = [§222222222222]`), `an entry of accounts is a number and must be a string: put it in quotes`),
		"null":                one(reasoned(`to = §null`), `to is null and must be a string`),
		"string for a truth":  one(`rule "dns-link" { enabled = §"false" }`, `enabled is a string and must be true or false`),
		"empty string":        one(reasoned(`to = §""`), `to is empty`),
		"long string":         one(reasoned(`to = §"`+strings.Repeat("x", 5000)+`"`), `to is longer than 4096 bytes`),
		"long number":         one(reasoned(`to = §`+strings.Repeat("9", 41)), `a number that is too long: a policy has no numbers, put it in quotes`),
		"number that grows":   one(reasoned(`to = §1e999999999`), `a number that is too long: a policy has no numbers, put it in quotes`),

		// Boundaries.
		"unknown partition":     one(inside(`partitions = [§"aws-chn"]`), `unknown partition "aws-chn": did you mean "aws-cn"?`),
		"unknown cloud, region": one(inside(`regions = [§"alcloud:cn-*"]`), `unknown cloud "alcloud": did you mean "alicloud"?`),
		"unknown cloud, account": one(inside(`accounts = [§"gcp:shop"]`),
			`unknown cloud "gcp": it is one of alicloud, aws, azure, entra, google`),
		"region without cloud":  one(inside(`regions = [§"cn-north-1"]`), `"cn-north-1" is no region: it begins with a cloud and a colon, as aws: does`),
		"empty region":          one(inside(`regions = [§"aws: "]`), `"aws:" is no region: it begins with a cloud and a colon, as aws: does`),
		"region pattern":        one(inside(`regions = [§"aws:cn-[ab"]`), `"aws:cn-[ab" is no pattern: a bracket is not closed`),
		"account without cloud": one(inside(`accounts = [§"222222222222"]`), `"222222222222" is no account: it begins with a cloud and a colon, as aws: does`),
		"account pattern":       one(inside(`accounts = [§"aws:2222*"]`), `"aws:2222*" is no account: it is one id, not a pattern`),
		"tenant": one(inside(`tenants = ["a.b", §"contoso", §"azure:cccccccc-cccc-cccc-cccc-cccccccccccc", §"cccccccc-cccc-cccc-cccc-cccccccccccg", §"cccccccccccccccccccccccccccccccccccc"]`),
			`"contoso" is no tenant: it is a GUID or a domain
"azure:cccccccc-cccc-cccc-cccc-cccccccccccc" is no tenant: it is a GUID or a domain
"cccccccc-cccc-cccc-cccc-cccccccccccg" is no tenant: it is a GUID or a domain
"cccccccccccccccccccccccccccccccccccc" is no tenant: it is a GUID or a domain`),
		"domains": one(inside(`domains = ["localhost", §"https://a.b", §"a.b:443", §"x@a.b", §"a.*.b", §"*", §"*.", §"a..b", §"10.0.0.1", §"[::1]"]`),
			strings.ReplaceAll(`"https://a.b" is no domain: X
"a.b:443" is no domain: X
"x@a.b" is no domain: X
"a.*.b" is no domain: X
"*" is no domain: X
"*." is no domain: X
"a..b" is no domain: X
"10.0.0.1" is an address: it belongs in networks
"[::1]" is an address: it belongs in networks`, "X",
				"it is a host or a mail domain without scheme, port and path, or `*.` and a domain for all below it")),
		"networks": one(inside(`networks = [§"203.0.113.0/33", §"203.0.113.9", §"2001:db8::1", §"203.0.113.9/24", §"::ffff:1.2.3.0/120", §"fe80::1%eth0"]`),
			`"203.0.113.0/33" is no network: it is in CIDR form, as 203.0.113.0/24 is
"203.0.113.9" is no network: write 203.0.113.9/32
"2001:db8::1" is no network: write 2001:db8::1/128
"203.0.113.9/24" has bits beyond its length: write 203.0.113.0/24
"::ffff:1.2.3.0/120" is no network: write it as IPv4
"fe80::1%eth0" is no network: it is in CIDR form, as 203.0.113.0/24 is`),
		"one entry in two boundaries": one(`boundary "a" {
  partitions = ["aws"]
  regions    = ["aws:eu-*"]
  accounts   = ["azure:AAAA"]
  tenants    = ["A.example"]
  domains    = ["*.a.example"]
  networks   = ["2001:db8::/32"]
}
boundary "b" {
  partitions = [§"aws"]
  regions    = [§"aws:EU-*"]
  accounts   = [§"azure:aaaa", "aws:AAAA"]
  tenants    = [§"a.example"]
  domains    = [§"*.A.example.", "a.example"]
  networks   = [§"2001:0db8::/32"]
}`, `partition "aws" is already given to "a" at p.hcl:2
region "aws:EU-*" is already given to "a" at p.hcl:3
account "azure:aaaa" is already given to "a" at p.hcl:4
tenant "a.example" is already given to "a" at p.hcl:5
domain "*.A.example." is already given to "a" at p.hcl:6
network "2001:0db8::/32" is already given to "a" at p.hcl:7`),

		// Allowances.
		"no reason":    one("§allow \"a\" {\n  rules = [\"dns-link\"]\n}", `allow "a" has no reason: write reason = "..."`),
		"empty reason": one(`allow "a" { reason = §" " }`, `reason is empty`),
		"unknown rule": one(reasoned(`rules = [§"network-lnk", "dns-link"]`), `unknown rule "network-lnk": did you mean "network-link"?`),
		"rule that is no word": one(reasoned(`rules = [§"`+strings.Repeat("dns-link", 20)+`"]`),
			`unknown rule "`+strings.Repeat("dns-link", 10)+`...": it is one of admin-grant, data-export, dns-link, misplaced-resource, network-link`),
		"empty glob":    one(reasoned(`resources = [§""]`), `an entry of resources is empty`),
		"unknown sides": one(reasoned("from = §\"chna\"\n  to = §\"globe\""), "unknown side \"chna\": did you mean \"china\"?\nunknown side \"globe\": did you mean \"global\"?"),
		"no day":        one(reasoned(`expires = §"2027-02-30"`), `"2027-02-30" is no date: write expires as YYYY-MM-DD`),
		"no date":       one(reasoned(`expires = §"next spring"`), `"next spring" is no date: write expires as YYYY-MM-DD`),

		// Stacks.
		"stack without inside": one(`§stack "a/**" {}`, `stack "a/**" does not say where it may be: write inside = ["SIDE"]`),
		"stack nowhere":        one(`stack "a/**" { inside = §[] }`, `inside is empty: name the sides that the stack may be on`),
		"stack elsewhere":      one(`stack "a/**" { inside = ["global", §"moon"] }`, `unknown side "moon": it is one of china, global, us-government`),
		"stack pattern":        one(`stack §"a/{b" { inside = ["china"] }`, `stack "a/{b" is no pattern: a bracket or brace is not closed`),
		"absolute stack":       one(`stack §"/a/**" { inside = ["china"] }`, `stack "/a/**" is absolute: a stack is a relative path`),
		"stack that explodes": one(`stack §"`+strings.Repeat("{a,a}", 9)+`" { inside = ["china"] }`,
			`stack "`+strings.Repeat("{a,a}", 9)+`" has more than 16 alternatives: write several stacks`),

		// Rules.
		"setting of an unknown rule": one(`rule §"dns-lnk" { enabled = false }`, `unknown rule "dns-lnk": did you mean "dns-link"?`),
		"unknown severity":           one(`rule "dns-link" { severity = §"higher" }`, `unknown severity "higher": did you mean "high"?`),

		// Defaults.
		"default of an unknown cloud":  one(`default §"azurrm" { region = "x" }`, `unknown cloud or provider "azurrm": did you mean "azure"?`),
		"unknown default":              one(`default "aws" { §regoin = "x" }`, `unknown argument of default "regoin": did you mean "region"?`),
		"another provider's argument":  one(`default "aws" { §metadata_host = "x" }`, `unknown argument of default "metadata_host": it is one of account, environment, host, partition, project, region, subscription_id, tenant, tenant_id, zone`),
		"default of another cloud":     one(`default "azurerm" { partition = §"aws-cn" }`, `unknown partition of azure "aws-cn": it is one of azure, azure-china`),
		"default without a value":      one(`default "aws" { region = §"" }`, `region is empty`),
		"two defaults":                 one("default \"aws\" {}\ndefault §\"aws\" {}", `default "aws" is already at p.hcl:1: put the two together`),
		"variable of the environment?": one(`default "aws" { §AWS_REGION = "x" }`, `unknown argument of default "AWS_REGION": it is one of account, environment, host, partition, project, region, subscription_id, tenant, tenant_id, zone`),

		// Links.
		"link without anything": one(`§link "a_b" {}`, "link \"a_b\" has no kind\nlink \"a_b\" has no far"),
		"unknown kind":          one("link \"a_b\" {\n  kind = §\"netwrk\"\n  far = { x = \"host\" }\n}", `unknown kind "netwrk": did you mean "network"?`),
		"unknown way":           one(`link "a_b" { kind = "dns"  far = { x = "host", §y = "hots" } }`, `unknown way to name the far end "hots": did you mean "host"?`),
		"unknown direction":     one(`link "a_b" { kind = "dns"  far = { x = "host" }  direction = §"outt" }`, `unknown direction "outt": did you mean "out"?`),
		"far is a list":         one(`link "a_b" { kind = "dns"  far = §["x"] }`, `far is a list and must be an object`),
		"far is not a string":   one(`link "a_b" { kind = "dns"  far = { x = §{} } }`, `x is an object and must be a string`),
		"far with dots":         one(`link "a_b" { kind = "dns"  far = { §a.b = "host" } }`, `a name in far has dots: put it in quotes`),
		"far by an expression":  one(`link "a_b" { kind = "dns"  far = { §(a) = "host" } }`, `a name in far is not a literal`),
		"far by a template":     one(`link "a_b" { kind = "dns"  far = { §"${a}" = "host" } }`, `a name in far is not a literal: a policy has no variables, functions or operators`),
		"no path":               one(`link "a_b" { kind = "dns"  far = { §"a[0]" = "host" } }`, `"a[0]" is not the path of an attribute: names with dots between, no indexes, ** alone`),
		"no type":               one(`link "a b" { kind = "dns"  far = { §a = "host" } }`, `"a b" is not a resource type, data.TYPE or a glob of them`),
		"no such cloud":         one(`link "a_b" { kind = "dns"  far = { §a = "region@awz" } }`, `unknown cloud "awz": did you mean "aws"?`),
		"no such partition":     one(`link "a_b" { kind = "dns"  far = { §a = "true@aws-cm" } }`, `unknown partition "aws-cm": did you mean "aws-cn"?`),
		"nothing by something":  one(`link "a_b" { kind = "-"  far = { §a = "host" } }`, `only words may follow -`),
		"row twice": one("link \"a_b\" {\n  kind = \"dns\"\n  far = { x = \"host\" }\n}\n"+`link "a_b" { kind = "network"  far = { y = "host", §x = "host" } }`,
			`link a_b "x" is already at p.hcl:3: put the two together`),

		// All of them, in the order of the file.
		"several": one(`allow "a" { rules = [§"x-y-z-x-y-z"]  reason = "r" }
boundary "b" {
  networks = [§"x"]
  §word = 1
}
§nothing "x" {}
`, `unknown rule "x-y-z-x-y-z": it is one of admin-grant, data-export, dns-link, misplaced-resource, network-link
"x" is no network: it is in CIDR form, as 203.0.113.0/24 is
unknown argument of boundary "word": it is one of accounts, domains, networks, partitions, regions, tenants
unknown block "nothing": it is one of allow, boundary, default, link, rule, stack`),
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			src, places := unmark(tt[0])
			messages := strings.Split(tt[1], "\n")
			var want []string
			for i, m := range messages {
				// Several problems may be at one place.
				want = append(want, places[min(i, len(places)-1)]+": "+m)
			}
			p, err := Parse("p.hcl", []byte(src), testCatalog(t), testRules)
			if err == nil || p != nil {
				t.Fatalf("Parse = %v, %v, want an error alone", p, err)
			}
			if diff := cmp.Diff(strings.Join(want, "\n"), err.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// unmark takes the § out of src and tells where they were, `p.hcl:1:2`.
func unmark(src string) (plain string, places []string) {
	parts := strings.Split(src, "§")
	for _, part := range parts[:len(parts)-1] {
		plain += part
		line := plain[strings.LastIndex(plain, "\n")+1:]
		places = append(places, fmt.Sprintf("p.hcl:%d:%d", strings.Count(plain, "\n")+1, len(line)+1))
	}
	return plain + parts[len(parts)-1], places
}

func TestNearestWord(t *testing.T) {
	many := strings.Fields("a b c d e f g h i j k l m n o alicloud akamai")
	tests := []struct {
		word  string
		known []string
		want  string
	}{
		{"cab", []string{"aab", "cax"}, `unknown w "cab": did you mean "cax"?`}, // as near as aab, but begins alike
		{"CAX", []string{"aab", "cax"}, `unknown w "CAX": did you mean "cax"?`},
		{"tree", []string{"cax", "aab"}, `unknown w "tree": it is one of aab, cax`},
		{"alibaba", many, `unknown w "alibaba": did you mean "alicloud"?`},
		{strings.Repeat("z", 101), many, `unknown w "` + strings.Repeat("z", 80) + `..."`},
		{"tree", nil, `unknown w "tree"`},
	}
	for _, tt := range tests {
		if got := (unknown{"w", tt.word, tt.known}).String(); got != tt.want {
			t.Errorf("%s, want %s", got, tt.want)
		}
	}
}

func TestHostileFiles(t *testing.T) {
	const n = 100_000
	tests := []struct{ name, src, want string }{
		{"size", strings.Repeat("#", MaxSize+1), "p.hcl: is larger than 1048576 bytes, the most that a policy may have"},
		{"invalid UTF-8", "# \u00e4\xff", "p.hcl:1:4: invalid UTF-8: save the file as UTF-8"},
		{"UTF-16", "\xff\xfea\x00", "p.hcl:1:1: invalid UTF-8: save the file as UTF-8"},
		{"parentheses", "a = " + strings.Repeat("(", n), "p.hcl:1:205: brackets and quotes are nested more than 200 deep"},
		{"brackets", "a = " + strings.Repeat("[", n) + strings.Repeat("]", n), "p.hcl:1:205: brackets and quotes are nested more than 200 deep"},
		{"objects", "a = " + strings.Repeat("{a=", n), "p.hcl:1:605: brackets and quotes are nested more than 200 deep"},
		{"wrong closers", "a = " + strings.Repeat("[}", n), "p.hcl:1:405: brackets and quotes are nested more than 200 deep"},
		{"templates", "a = " + strings.Repeat(`"${`, n), "p.hcl:1:305: brackets and quotes are nested more than 200 deep"},
		{"blocks", strings.Repeat("a {\n", n), "p.hcl:201:3: brackets and quotes are nested more than 200 deep"},
		{"operators", "a = " + strings.Repeat("!", n) + "true",
			"p.hcl:1:1005: too many expressions: a policy holds literals alone, no variables, functions or operators"},
		{"conditionals", "a = " + strings.Repeat("true ? 1 : ", n/2),
			"p.hcl:1:11010: too many expressions: a policy holds literals alone, no variables, functions or operators"},
		{"heredoc", "a = <<E\n" + strings.Repeat("b\n", n) + "E\n", "p.hcl:1002:1: a string in more than 1000 lines or pieces"},
		{"steps", "a = b" + strings.Repeat(".b", n),
			"p.hcl:1:2006: too many expressions: a policy holds literals alone, no variables, functions or operators"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse("p.hcl", []byte(tt.src), testCatalog(t), testRules)
			if err == nil || err.Error() != tt.want {
				t.Errorf("Parse: %v, want %s", err, tt.want)
			}
		})
	}
}

func TestManyProblems(t *testing.T) {
	_, err := Parse("p.hcl", []byte(strings.Repeat("x {}\n", 150)), testCatalog(t), testRules)
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != maxProblems+1 || lines[maxProblems] != "p.hcl: 50 more problems are not listed" {
		t.Errorf("%d lines, the last %s", len(lines), lines[len(lines)-1])
	}
}

func TestColumnsCountCharacters(t *testing.T) {
	_, err := Parse("p.hcl", []byte("\ufeffstack \"环境\" { inside = [\"moon\"] }"), testCatalog(t), testRules)
	if want := `p.hcl:1:24: unknown side "moon"`; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("Parse: %v, want %s", err, want)
	}
}

func TestStacks(t *testing.T) {
	p := parse(t, `
stack "envs/cn/**"    { inside = ["china", "lab", "china"] }
stack "./shared/{a,b}/*.json" { inside = ["global"] }
boundary "lab" {}
`)
	want := []Stack{{Glob: "envs/cn/**", Inside: []string{"china", "lab"}}, {Glob: "shared/{a,b}/*.json", Inside: []string{"global"}}}
	if diff := cmp.Diff(want, p.Stacks(), cmpopts.IgnoreTypes(model.Pos{})); diff != "" {
		t.Error(diff)
	}
	tests := []struct {
		root string
		want [2]bool
	}{
		{"envs/cn", [2]bool{true, false}},
		{"envs/cn/net/plan.json", [2]bool{true, false}},
		{"./envs/cn/net/", [2]bool{true, false}},
		{"envs/cnx/net", [2]bool{false, false}},
		{"x/envs/cn/net", [2]bool{false, false}},
		{"shared/a/plan.json", [2]bool{false, true}},
		{"shared/c/plan.json", [2]bool{false, false}},
		{"shared/a/b/plan.json", [2]bool{false, false}},
	}
	for _, tt := range tests {
		for i, s := range p.Stacks() {
			if got := s.Matches(tt.root); got != tt.want[i] {
				t.Errorf("stack %s matches %s: %v, want %v", s.Glob, tt.root, got, tt.want[i])
			}
		}
	}
}

func TestRules(t *testing.T) {
	p := parse(t, `
rule "dns-link"           { enabled = false }
rule "network-link"       { severity = "critical"  enabled = true }
rule "misplaced-resource" { severity = "note" }
`)
	want := map[string]RuleSetting{
		"dns-link":           {Disabled: true},
		"network-link":       {Severity: "critical"},
		"misplaced-resource": {Severity: "note"},
		"admin-grant":        {},
	}
	for id, w := range want {
		if got := p.Rule(id); got != w {
			t.Errorf("Rule(%s) = %+v, want %+v", id, got, w)
		}
	}
}

func TestDefaults(t *testing.T) {
	p := parse(t, `
default "aws"     { region = "eu-central-1"  account = "111111111111" }
default "azurerm" {
  environment   = "china"
  metadata_host = "h.example"
  partition     = "azure-china"
}
default "oci"      { region = "eu-frankfurt-1" } # a provider of a cloud without partitions here
default "alicloud" { partition = "alicloud-china" }
`)
	want := map[string]map[string]string{
		"aws":      {"region": "eu-central-1", "account": "111111111111"},
		"azurerm":  {"environment": "china", "metadata_host": "h.example", "partition": "azure-china"},
		"oci":      {"region": "eu-frankfurt-1"},
		"alicloud": {"partition": "alicloud-china"},
	}
	if diff := cmp.Diff(want, p.Defaults()); diff != "" {
		t.Error(diff)
	}
	p.Defaults()["aws"]["region"] = "changed"
	if diff := cmp.Diff(want, p.Defaults()); diff != "" {
		t.Errorf("a reader changed the policy: %s", diff)
	}
}

func TestLinks(t *testing.T) {
	p := parse(t, `
link "acme_wire" {
  kind      = "network"
  direction = "out"
  far       = {
    target_host           = "host"
    "peer.gateway.address": "address"
  }
}
link "acme_wire" { kind = "trust"  far = { issuer = "host" } }
link "data.acme_*" { kind = "-"  far = { "**" = "-" } }
`)
	want := []catalog.Link{
		{Type: "acme_wire", Attribute: "target_host", Kind: catalog.Network, By: catalog.ByHost, Direction: catalog.Out, Where: "p.hcl:6"},
		{Type: "acme_wire", Attribute: "peer.gateway.address", Kind: catalog.Network, By: catalog.ByAddress, Direction: catalog.Out, Where: "p.hcl:7"},
		{Type: "acme_wire", Attribute: "issuer", Kind: catalog.Trust, By: catalog.ByHost, Where: "p.hcl:10"},
		{Type: "data.acme_*", Attribute: "**", Kind: catalog.Nothing, Where: "p.hcl:11"},
	}
	if diff := cmp.Diff(want, p.Links()); diff != "" {
		t.Error(diff)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(example))
	f.Add([]byte(sidesPolicy))
	f.Add([]byte("\ufeffallow \"a\" {\r\n  reason = <<-E\n    x\n  E\n}\r\n"))
	f.Add([]byte(`link "a" { kind = "-"  far = { "**" = "-" } }`))
	f.Add([]byte(`stack "{a,b}/**" { inside = [var.x, f("y"), "${z}"] }`))
	f.Add([]byte(`boundary "x" { accounts = [222222222222, 1e9, null, true, {a: [b]}]  §`))
	cat := testCatalog(f)
	f.Fuzz(func(t *testing.T, src []byte) {
		p, err := Parse("p.hcl", src, cat, testRules)
		if err != nil {
			for line := range strings.SplitSeq(err.Error(), "\n") {
				if !strings.HasPrefix(line, "p.hcl:") {
					t.Errorf("a line of the error has no place: %q", line)
				}
			}
			return
		}
		site := place.Site{Cloud: "aws", Partition: "aws", Region: "cn-north-1", Account: "222222222222", Host: "a.b", Address: "203.0.113.9"}
		if side := p.Side(site); side == "" {
			t.Error("a site of a known partition is on no side")
		}
		for _, a := range p.Allowances() {
			if a.Reason == "" {
				t.Errorf("allowance %q has no reason", a.Name)
			}
			a.Matches("dns-link", `module.a["x"].aws_vpc.x[0]`, "module.a.aws_vpc.x", "global", "china")
		}
		for _, s := range p.Stacks() {
			if s.Matches("envs/cn/net"); len(s.Inside) == 0 {
				t.Errorf("stack %q is nowhere", s.Glob)
			}
		}
	})
}

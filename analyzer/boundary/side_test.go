package boundary

import (
	"slices"
	"testing"

	"github.com/demarc-dev/demarc/analyzer/place"
)

const sidesPolicy = `boundary "china" {
  partitions = ["aws-us-gov"]
  regions    = ["alicloud:cn-*", "azure:China North 3"]
  accounts   = ["aws:222222222222", "google:example.com:Shop"]
  tenants    = ["CCCCCCCC-cccc-cccc-cccc-cccccccccccc", "partner.onmschina.cn"]
  domains    = ["*.partner.example", "exact.example"]
  networks   = ["203.0.113.0/24", "2001:db8::/32"]
}
boundary "lab" {
  regions  = ["alicloud:cn-hang*", "alicloud:*-hangzhou", "aws:eu-central-1", "aws:eu-*"]
  domains  = ["*.lab.partner.example", "one.partner.example"]
  networks = ["203.0.113.128/25", "198.51.100.7/32"]
  accounts = ["azure:aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"]
}
boundary "mixed" {
  regions = ["aws:eu-central-?", "aws:us-*"]
}
`

func TestSide(t *testing.T) {
	p := parse(t, sidesPolicy)
	tests := []struct {
		name string
		site place.Site
		side string
		why  string
	}{
		{"nothing known", place.Site{}, "", ""},
		{"built in", place.Site{Cloud: "aws", Partition: "aws-cn", Region: "cn-north-1"}, "china", ""},
		{"a partition that no table knows", place.Site{Cloud: "aws", Partition: "aws-mars"}, "", ""},
		{"a cloud alone", place.Site{Cloud: "aws"}, "", ""},
		{"partition", place.Site{Cloud: "aws", Partition: "aws-us-gov"}, "china",
			`partition aws-us-gov is given to "china" by p.hcl:2`},
		{"region before partition", place.Site{Cloud: "aws", Partition: "aws-us-gov", Region: "us-gov-west-1"}, "mixed",
			`region us-gov-west-1 (aws:us-*) is given to "mixed" by p.hcl:16`},
		{"region pattern", place.Site{Cloud: "alicloud", Partition: "alicloud", Region: "cn-hongkong"}, "china",
			`region cn-hongkong (alicloud:cn-*) is given to "china" by p.hcl:3`},
		{"pattern with more letters", place.Site{Cloud: "alicloud", Region: "cn-hangzhou"}, "lab",
			`region cn-hangzhou (alicloud:*-hangzhou) is given to "lab" by p.hcl:10`},
		{"region itself before a pattern", place.Site{Cloud: "aws", Partition: "aws", Region: "eu-central-1"}, "lab",
			`region eu-central-1 is given to "lab" by p.hcl:10`},
		{"pattern of another boundary with more letters", place.Site{Cloud: "aws", Region: "eu-central-2"}, "mixed",
			`region eu-central-2 (aws:eu-central-?) is given to "mixed" by p.hcl:16`},
		{"cloud by the partition", place.Site{Partition: "aws", Region: "eu-west-1"}, "lab",
			`region eu-west-1 (aws:eu-*) is given to "lab" by p.hcl:10`},
		{"another cloud's region", place.Site{Cloud: "google", Partition: "google", Region: "eu-west-1"}, "global", ""},
		{"region in words", place.Site{Cloud: "azure", Partition: "azure", Region: "chinanorth3"}, "china",
			`region chinanorth3 is given to "china" by p.hcl:3`},
		{"account before region and partition", place.Site{Cloud: "aws", Partition: "aws", Region: "eu-west-1", Account: "222222222222"},
			"china", `account 222222222222 is given to "china" by p.hcl:4`},
		{"another cloud's account", place.Site{Cloud: "alicloud", Partition: "alicloud", Account: "222222222222"}, "global", ""},
		{"account with a colon, without case", place.Site{Cloud: "google", Partition: "google", Account: "example.com:shop"}, "china",
			`account example.com:shop is given to "china" by p.hcl:4`},
		{"account before tenant", place.Site{Cloud: "azure", Account: "AAAAAAAA-aaaa-aaaa-aaaa-aaaaaaaaaaaa",
			Tenant: "cccccccc-cccc-cccc-cccc-cccccccccccc"}, "lab",
			`account AAAAAAAA-aaaa-aaaa-aaaa-aaaaaaaaaaaa is given to "lab" by p.hcl:13`},
		{"tenant", place.Site{Cloud: "entra", Partition: "entra", Tenant: "cccccccc-cccc-cccc-cccc-CCCCCCCCCCCC"}, "china",
			`tenant cccccccc-cccc-cccc-cccc-CCCCCCCCCCCC is given to "china" by p.hcl:5`},
		{"tenant by its domain", place.Site{Tenant: "Partner.onmschina.cn"}, "china",
			`tenant Partner.onmschina.cn is given to "china" by p.hcl:5`},
		{"tenant below a domain", place.Site{Tenant: "x.partner.example"}, "china",
			`host x.partner.example (*.partner.example) is given to "china" by p.hcl:6`},
		{"tenant before address", place.Site{Tenant: "partner.onmschina.cn", Address: "198.51.100.7"}, "china",
			`tenant partner.onmschina.cn is given to "china" by p.hcl:5`},
		{"address", place.Site{Address: "203.0.113.9"}, "china",
			`address 203.0.113.9 (203.0.113.0/24) is given to "china" by p.hcl:7`},
		{"address in the smaller network", place.Site{Address: "203.0.113.129"}, "lab",
			`address 203.0.113.129 (203.0.113.128/25) is given to "lab" by p.hcl:12`},
		{"network inside", place.Site{Address: "203.0.113.192/26"}, "lab",
			`address 203.0.113.192/26 (203.0.113.128/25) is given to "lab" by p.hcl:12`},
		{"network with both in it", place.Site{Address: "203.0.113.0/24"}, "china",
			`address 203.0.113.0/24 is given to "china" by p.hcl:7`},
		{"network half outside", place.Site{Address: "203.0.112.0/23"}, "", ""},
		{"network with the bits of a host", place.Site{Address: "203.0.113.200/25"}, "lab",
			`address 203.0.113.200/25 (203.0.113.128/25) is given to "lab" by p.hcl:12`},
		{"address mapped into IPv6", place.Site{Address: "::ffff:203.0.113.9"}, "china",
			`address ::ffff:203.0.113.9 (203.0.113.0/24) is given to "china" by p.hcl:7`},
		{"network mapped into IPv6", place.Site{Address: "::ffff:203.0.113.128/121"}, "lab",
			`address ::ffff:203.0.113.128/121 (203.0.113.128/25) is given to "lab" by p.hcl:12`},
		{"IPv6", place.Site{Address: "2001:db8::1"}, "china",
			`address 2001:db8::1 (2001:db8::/32) is given to "china" by p.hcl:7`},
		{"no address", place.Site{Address: "203.0.113"}, "", ""},
		{"host that is an address", place.Site{Host: "203.0.113.9"}, "china",
			`address 203.0.113.9 (203.0.113.0/24) is given to "china" by p.hcl:7`},
		{"address before host", place.Site{Address: "198.51.100.7", Host: "exact.example"}, "lab",
			`address 198.51.100.7 (198.51.100.7/32) is given to "lab" by p.hcl:12`},
		{"host", place.Site{Cloud: "aws", Partition: "aws-cn", Host: "exact.example"}, "china",
			`host exact.example is given to "china" by p.hcl:6`},
		{"below an exact host", place.Site{Host: "a.exact.example"}, "", ""},
		{"host at any depth", place.Site{Host: "a.b.partner.example"}, "china",
			`host a.b.partner.example (*.partner.example) is given to "china" by p.hcl:6`},
		{"longer domain", place.Site{Host: "a.lab.partner.example"}, "lab",
			`host a.lab.partner.example (*.lab.partner.example) is given to "lab" by p.hcl:11`},
		{"host itself before a pattern", place.Site{Host: "one.partner.example."}, "lab",
			`host one.partner.example. (one.partner.example) is given to "lab" by p.hcl:11`},
		{"the pattern's domain itself", place.Site{Host: "partner.example"}, "", ""},
		{"a host that ends alike", place.Site{Host: "badpartner.example"}, "", ""},
		{"host before region", place.Site{Cloud: "aws", Partition: "aws", Region: "us-east-1", Host: "exact.example"}, "china",
			`host exact.example is given to "china" by p.hcl:6`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := p.Side(tt.site); got != tt.side {
				t.Errorf("Side = %q, want %q", got, tt.side)
			}
			if got := p.Why(tt.site); got != tt.why {
				t.Errorf("Why = %q, want %q", got, tt.why)
			}
		})
	}
}

func TestDefaultPolicy(t *testing.T) {
	p := Default(testCatalog(t))
	if got := p.Side(place.Site{Cloud: "aws", Partition: "aws-cn", Account: "1", Region: "r", Host: "h", Address: "10.0.0.1"}); got != "china" {
		t.Errorf("Side = %q, want china", got)
	}
	if got, want := p.Sides(), []string{"china", "global", "us-government"}; !slices.Equal(got, want) {
		t.Errorf("Sides = %q, want %q", got, want)
	}
	if p.Rule("dns-link") != (RuleSetting{}) || len(p.Allowances())+len(p.Stacks())+len(p.Links())+len(p.Defaults()) > 0 {
		t.Error("the default policy says something")
	}
}

func TestSides(t *testing.T) {
	got, want := parse(t, sidesPolicy).Sides(), []string{"china", "global", "lab", "mixed", "us-government"}
	if !slices.Equal(got, want) {
		t.Errorf("Sides = %q, want %q", got, want)
	}
}

package boundary

import (
	"testing"
	"time"

	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/google/go-cmp/cmp"
)

func TestAllowMatches(t *testing.T) {
	const rule, global, china = "network-link", "global", "china"
	tests := []struct {
		name, block, address, from, to string
		want                           bool
	}{
		{"all", ``, "aws_vpc.x", global, china, true},
		{"rule", `rules = ["dns-link", "network-link"]`, "aws_vpc.x", global, china, true},
		{"another rule", `rules = ["dns-link"]`, "aws_vpc.x", global, china, false},
		{"address", `resources = ["aws_vpc.y", "aws_vpc.x"]`, "aws_vpc.x", global, china, true},
		{"another address", `resources = ["aws_vpc.y"]`, "aws_vpc.x", global, china, false},
		{"a part of the address", `resources = ["aws_vpc.x"]`, "module.a.aws_vpc.x", global, china, false},
		{"all of a module", `resources = ["module.edge.*"]`, `module.edge.module.in["a.b"].aws_vpc.x[0]`, global, china, true},
		{"another module", `resources = ["module.edge.*"]`, `module.edges.aws_vpc.x`, global, china, false},
		{"all instances", `resources = ["aws_vpc.x"]`, `aws_vpc.x["eu"]`, global, china, true},
		{"all instances of a module", `resources = ["module.edge.*"]`, `module.edge["eu"].aws_vpc.x`, global, china, true},
		{"one instance", `resources = ["aws_vpc.x[0]"]`, `aws_vpc.x[0]`, global, china, true},
		{"another instance", `resources = ["aws_vpc.x[0]"]`, `aws_vpc.x[10]`, global, china, false},
		{"brackets are no class", `resources = ["aws_vpc.x[0]"]`, `aws_vpc.x0`, global, china, false},
		{"key with quotes", `resources = ["aws_vpc.x[\"e*\"]"]`, `aws_vpc.x["eu"]`, global, china, true},
		{"stars in the middle", `resources = ["*.aws_*.x*y"]`, `module.a.aws_vpc.xxy`, global, china, true},
		{"stars with a part that is missing", `resources = ["*.aws_*.z*y"]`, `module.a.aws_vpc.xxy`, global, china, false},
		{"stars that overlap", `resources = ["aws_vpc.ab*ba"]`, `aws_vpc.aba`, global, china, false},
		{"no resource", `resources = ["terraform.backend.*"]`, `terraform.backend.s3`, global, china, true},
		{"from and to", "from = \"global\"\nto = \"china\"", "aws_vpc.x", global, china, true},
		{"the other way", "from = \"global\"\nto = \"china\"", "aws_vpc.x", china, global, false},
		{"from", `from = "global"`, "aws_vpc.x", global, china, true},
		{"from at the other end", `from = "global"`, "aws_vpc.x", china, global, true},
		{"to at the other end", `to = "global"`, "aws_vpc.x", global, china, true},
		{"from at no end", `from = "us-government"`, "aws_vpc.x", china, global, false},
		{"rule and sides, another address", "rules = [\"network-link\"]\nfrom = \"china\"\nresources = [\"a.b\"]", "aws_vpc.x", china, global, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := parse(t, "allow \"a\" {\n"+tt.block+"\nreason = \"r\"\n}")
			if got := p.Allowances()[0].Matches(rule, tt.address, Block(tt.address), tt.from, tt.to); got != tt.want {
				t.Errorf("Matches = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestAllowances(t *testing.T) {
	p := parse(t, `
allow "b" {
  rules     = ["network-link", "dns-link"]
  resources = ["module.edge.*"]
  from      = "ours"
  to        = "china"
  reason    = "  agreed "
  expires   = "2027-03-31"
}
allow "a" { reason = "r" }
boundary "ours" {}
`)
	want := []*Allowance{
		{
			Name: "b", Rules: []string{"network-link", "dns-link"}, Resources: []string{"module.edge.*"},
			From: "ours", To: "china", Reason: "agreed", Expires: time.Date(2027, 3, 31, 0, 0, 0, 0, time.UTC),
			Pos: model.Pos{File: "p.hcl", Line: 2, Column: 1, EndLine: 2, EndColumn: 10},
		},
		{Name: "a", Reason: "r", Pos: model.Pos{File: "p.hcl", Line: 10, Column: 1, EndLine: 10, EndColumn: 10}},
	}
	if diff := cmp.Diff(want, p.Allowances()); diff != "" {
		t.Error(diff)
	}
}

func TestExpired(t *testing.T) {
	last := time.Date(2027, 3, 31, 0, 0, 0, 0, time.UTC)
	tests := []struct {
		name    string
		expires time.Time
		now     time.Time
		want    bool
	}{
		{"no end", time.Time{}, last, false},
		{"the day before", last, last.Add(-time.Hour), false},
		{"the last day", last, last.Add(24*time.Hour - 1), false},
		{"the day after", last, last.Add(24 * time.Hour), true},
		{"the last day, elsewhere already over", last, time.Date(2027, 4, 1, 1, 0, 0, 0, time.FixedZone("", 2*3600)), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := Allowance{Expires: tt.expires}
			if got := a.Expired(tt.now); got != tt.want {
				t.Errorf("Expired = %v, want %v", got, tt.want)
			}
		})
	}
}

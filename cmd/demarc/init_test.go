package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

// settings are the lines of a policy draft that are ready to be used.
var settings = regexp.MustCompile(`(?m)^#([^ \n]|  )`)

// What init writes changes nothing, is a policy when its settings are used, and then says what it says it would.
func TestInit(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(".git/HEAD", "")
	write("envs/eu/main.tf", `
provider "aws" {
  region = "eu-central-1"
}
provider "azurerm" {
  features {}
  subscription_id = "00000000-0000-0000-0000-000000000001"
  tenant_id       = "00000000-0000-0000-0000-0000000000aa"
}
resource "azurerm_resource_group" "a" {
  name     = "a"
  location = "westeurope"
}
resource "aws_vpc_peering_connection" "b" {
  for_each      = toset(["x\"${1}"])
  vpc_id        = "vpc-1"
  peer_vpc_id   = "vpc-2"
  peer_region   = "cn-north-1"
  peer_owner_id = "222222222222"
}
`)
	write("envs/cn/main.tf", "provider \"aws\" {\n  region = \"cn-north-1\"\n}\nresource \"aws_vpc\" \"a\" {\n  cidr_block = \"10.0.0.0/16\"\n}\n")
	write("envs/nowhere/main.tf", "provider \"aws\" {}\nresource \"aws_vpc_peering_connection\" \"c\" {\n  vpc_id      = \"vpc-1\"\n  peer_vpc_id = \"vpc-2\"\n  peer_region = \"cn-north-1\"\n}\n")
	t.Chdir(dir)
	do := func(want int, args ...string) string {
		t.Helper()
		var out, errs bytes.Buffer
		if got := run(args, strings.NewReader(""), &out, &errs); got != want {
			t.Fatalf("%v: exit status %d, want %d\n%s%s", args, got, want, &out, &errs)
		}
		return out.String() + errs.String()
	}

	before := do(exitFindings, "scan", ".")
	printed := do(exitClean, "init", "--output", "-")
	do(exitClean, "init")
	written, err := os.ReadFile(".demarc.hcl")
	if err != nil || string(written) != printed {
		t.Fatalf("%v: written and printed differ", err)
	}
	for _, want := range []string{
		"\n# global: 2 resources\n", "\n# - AWS, eu-central-1: 1 resource\n", "\n#boundary \"china\" {\n",
		"\n#    \"azure:00000000-0000-0000-0000-000000000001\", # 1 resource\n", "\n#    \"00000000-0000-0000-0000-0000000000aa\", # 1 resource\n",
		"\n#stack \"envs/cn\" { inside = [\"china\"] }\n", "\n#stack \"envs/eu\" { inside = [\"global\"] }\n", "\n#  rules     = [\"network-link\"]\n",
		"takes its region from the environment", "\n# - 1 x ",
	} {
		if !strings.Contains(printed, want) {
			t.Errorf("no %q in\n%s", want, printed)
		}
	}
	if after := do(exitFindings, "scan", "."); after != before {
		t.Errorf("it changes what is found:\n%s", after)
	}
	if said := do(exitBad, "init"); !strings.Contains(said, ".demarc.hcl is the policy here already, and is left as it is") {
		t.Errorf("said %s", said)
	}
	if said := do(exitBad, "init", "--output", "envs/cn/.demarc.hcl"); !strings.Contains(said, "is the policy here already") {
		t.Errorf("said %s", said)
	}
	if again, err := os.ReadFile(".demarc.hcl"); err != nil || !bytes.Equal(again, written) {
		t.Error("it was written over")
	}

	write(".demarc.hcl", settings.ReplaceAllString(printed, "$1"))
	var result struct {
		Findings []struct {
			Rule       string
			Suppressed *struct{ By string }
		}
	}
	if err := json.Unmarshal([]byte(do(exitClean, "scan", "--format", "json", ".")), &result); err != nil {
		t.Fatal(err)
	}
	allowed := 0
	for _, f := range result.Findings {
		if f.Rule == "stale-allowance" || f.Rule == "misplaced-resource" {
			t.Errorf("the settings bring about %s", f.Rule)
		}
		if f.Suppressed != nil && f.Suppressed.By == `allow "NAME"` {
			allowed++
		}
	}
	if allowed != 1 {
		t.Errorf("%d findings are allowed", allowed)
	}
}

// A text in quotes is what the library writes.
func TestQuote(t *testing.T) {
	for _, s := range []string{"", "a b", `x"\`, "${a} %{b} $ % $${", "$", "\n\r\t\a\x00\x7f", "é\u202e\u200b\U000e0001日", "\xff"} {
		if want, got := string(hclwrite.TokensForValue(cty.StringVal(s)).Bytes()), quote(s); got != want {
			t.Errorf("%q: %s, want %s", s, got, want)
		}
	}
}

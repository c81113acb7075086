//go:build !race

// What it reads is made as for TestHostile.

package main

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// TestLimits reads what is larger than a limit: demarc says so, with the flag that raises the limit, and with that very
// flag it reads it.
func TestLimits(t *testing.T) {
	document := func(statements int) string {
		statement := `{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\",\"Principal\":{\"AWS\":\"arn:aws:iam::111111111111:root\"}}`
		return planHead + `"resource_changes":[{"address":"aws_iam_role.r","mode":"managed","type":"aws_iam_role","name":"r","provider_name":"registry.terraform.io/hashicorp/aws","change":{"actions":["create"],` +
			`"after":{"arn":"arn:aws-cn:iam::222222222222:role/r","assume_role_policy":"{\"Statement\":[` + strings.Repeat(statement+",", statements) + statement + `]}"}}}]}`
	}
	// A collection may have an element for every hundred bytes of a value, and loops for every two hundred steps.
	loop := func(n int) string {
		return fmt.Sprintf("locals {\n  all = flatten([for i in range(%d) : [for j in range(10) : \"x\"]])\n}\n", n) + someVPC + "output \"all\" {\n  value = local.all\n}\n"
	}
	cases := map[string]struct {
		low   string // the limits that it is too large for
		stdin string
		files map[string]string
		scan  string
		said  string
		flag  string
	}{
		"text":   {"text=200kB", after(`{"tags":{"a":"` + strings.Repeat("x", 300<<10) + `"}}`), nil, "-", "a text of more than 200kB", "text=400kB"},
		"facts":  {"text=200kB", `{"fact":"facts","schema_version":"1"}` + "\n" + `{"fact":"input","root":"a","format":"plan","notes":["` + strings.Repeat("x", 300<<10) + `"]}` + "\n", nil, "-", "line 2: is longer than 200kB", "text=400kB"},
		"policy": {"policy=1kB", document(20), nil, "-", "is a policy document of more than 1kB", "policy=4kB"},
		"file":   {"file=1kB", "", map[string]string{"main.tf": someVPC, "big.tf": strings.Repeat("# x\n", 1000)}, "in", "big.tf: is too large: 4000, of at most 1kB", "file=4kB"},
		"value":  {"value=1kB", "", map[string]string{"main.tf": loop(15)}, "in", "takes its value from a collection that is too large", "value=2kB"},
		"steps":  {"steps=1000", "", map[string]string{"main.tf": loop(8)}, "in", "the evaluation budget is used up", "steps=32000"},
		"plan":   {"plan=100", "", map[string]string{"plan": archive(t, map[string]int{"tfplan": 150})}, "in/plan", "unpacks to more than the 100", "plan=200"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			for file, content := range c.files {
				plant(t, ".", filepath.Join("in", file), content)
			}
			scan := func(limits string) string {
				var out, errs bytes.Buffer
				run([]string{"scan", "--format", "json", "--limit", limits, c.scan}, strings.NewReader(c.stdin), &out, &errs)
				return out.String() + errs.String()
			}
			got := scan(c.low)
			if !strings.Contains(got, c.said) {
				t.Fatalf("%q is not said: %s", c.said, got)
			}
			// A limit may have to be raised more than once, where how much is needed is not known.
			limits := c.low
			for range 10 {
				_, flag, ok := strings.Cut(got, "--limit ")
				if !ok {
					break
				}
				limits = flag[:strings.IndexFunc(flag, func(c rune) bool { return strings.ContainsRune("\"\n; ", c) })]
				got = scan(limits)
			}
			if limits != c.flag || strings.Contains(got, c.said) {
				t.Errorf("with --limit %s, and %s wanted: %s", limits, c.flag, got)
			}
		})
	}
}

// TestLimitFlag refuses what is no limit.
func TestLimitFlag(t *testing.T) {
	for limits, want := range map[string]string{
		"texts=1MB":          `"texts" is no limit: there are text, plan, policy, file, value, steps`,
		"text":               "write NAME=SIZE, such as policy=1MB",
		"text=many":          "text=many: write a size such as 500kB, 64MB or 1GB",
		"text=1MB,policy=-1": "policy=-1: write a size",
		"text=99999999999GB": "write a size",
		"steps=1kB":          "steps=1kB: write a number above 0",
	} {
		var out, errs bytes.Buffer
		if code := run([]string{"scan", "--limit", limits, "."}, strings.NewReader(""), &out, &errs); code != exitBad || !strings.Contains(errs.String(), want) {
			t.Errorf("--limit %s: exit status %d, %s", limits, code, errs.String())
		}
	}
}

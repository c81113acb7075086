package load

import (
	"strings"
	"testing"

	"github.com/demarc-dev/demarc/analyzer/model"
)

// TestRawState3 reads the state of a Terraform before 0.12: modules by path, resources by flat keys and attributes.
func TestRawState3(t *testing.T) {
	s, _, err := input("terraform.tfstate", "", strings.NewReader(`{"version":3,"terraform_version":"0.11.14","serial":7,"lineage":"x","modules":[
{"path":["root"],"outputs":{},"resources":{
 "aws_vpc.a":{"type":"aws_vpc","primary":{"id":"vpc-1","attributes":{"id":"vpc-1","arn":"arn:aws-cn:ec2:cn-north-1:222222222222:vpc/vpc-1","tags.%":"1","tags.Name":"a"}},"provider":"provider.aws.cn"},
 "aws_subnet.s.1":{"type":"aws_subnet","primary":{"attributes":{"id":"subnet-1"}}}}},
{"path":["root","net"],"resources":{"data.aws_region.here":{"primary":{"attributes":{"name":"cn-north-1"}},"provider":"provider.aws"}}}]}`), &decoder{})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, r := range s.Resources {
		got[r.Address] = r.Provider.Source + " " + r.Provider.Alias
		if r.Values.Get("tags.%").State != model.Absent {
			t.Errorf("%s keeps the parts of a map", r.Address)
		}
	}
	want := map[string]string{"aws_vpc.a": "hashicorp/aws cn", "aws_subnet.s[1]": "hashicorp/aws ", "module.net.data.aws_region.here": "hashicorp/aws "}
	if len(got) != len(want) {
		t.Errorf("got %v", got)
	}
	for address, provider := range want {
		if got[address] != provider {
			t.Errorf("%s: %q, want %q", address, got[address], provider)
		}
	}
}

// TestSkippedDepth: what is not kept may not be nested without end either.
func TestSkippedDepth(t *testing.T) {
	doc := func(depth int) string {
		return `{"format_version":"1.2","planned_values":` + strings.Repeat("[", depth) + strings.Repeat("]", depth) + `,"resource_changes":[]}`
	}
	if _, _, err := input("plan.json", "", strings.NewReader(doc(900)), &decoder{}); err != nil {
		t.Error(err)
	}
	for _, depth := range []int{1001, 5000, 100_000} {
		if _, _, err := input("plan.json", "", strings.NewReader(doc(depth)), &decoder{}); err == nil || !strings.Contains(err.Error(), "levels deep") || !strings.Contains(err.Error(), "/planned_values") {
			t.Errorf("%d levels: %v", depth, err)
		}
	}
}

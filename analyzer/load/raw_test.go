package load

import (
	"strings"
	"testing"

	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/google/go-cmp/cmp"
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

// TestRawState4 reads what a raw state says of a resource besides its attributes: those of Terraform before 0.12, which nothing
// has written since, and which of them are sensitive.
func TestRawState4(t *testing.T) {
	s, _, err := input("terraform.tfstate", "", strings.NewReader(`{"version":4,"terraform_version":"1.9.0","serial":7,"lineage":"x","resources":[
{"mode":"managed","type":"aws_vpc_peering_connection","name":"old","provider":"provider.aws","instances":[{"schema_version":0,"attributes_flat":{"id":"pcx-1","peer_region":"cn-north-1","tags.%":"1"}}]},
{"mode":"managed","type":"aws_x","name":"new","provider":"provider[\"registry.terraform.io/hashicorp/aws\"]","instances":[{"attributes":{"a":"1","b":[{"c":"2","d":"3"}],"m":{"k":"4","l":"5"},"s":[{"x":"6"}],"n":"7"},
 "sensitive_attributes":[[{"type":"get_attr","value":"a"}],[{"type":"get_attr","value":"b"},{"type":"index","value":{"value":0,"type":"number"}},{"type":"get_attr","value":"c"}],
  [{"type":"get_attr","value":"m"},{"type":"index","value":{"value":"k","type":"string"}}],[{"type":"get_attr","value":"s"},{"type":"index","value":{"value":{"x":"6"},"type":"object"}}],[{"type":"get_attr","value":"gone"}]]}]}]}`), &decoder{})
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]model.Value{}
	for _, r := range s.Resources {
		r.Values.Walk(model.Path{}, func(p model.Path, v model.Value) { at[r.Name+" "+p.Full] = v })
	}
	if region, _ := at["old peer_region"].Text(); region != "cn-north-1" {
		t.Errorf("peer_region is %q", region)
	}
	for path, want := range map[string]bool{"a": true, "b[0].c": true, "b[0].d": false, "m.k": true, "m.l": false, "s[0].x": true, "n": false} {
		if v, ok := at["new "+path]; !ok || v.Sensitive != want {
			t.Errorf("%s: there %v, sensitive %v, want %v", path, ok, v.Sensitive, want)
		}
	}
}

// TestRawDynamic: a raw state has the value of an attribute without a type of its own, as Terraform's own data sources have
// them, in an object with its type; which parts are sensitive is told of the value.
func TestRawDynamic(t *testing.T) {
	s, _, err := input("terraform.tfstate", "", strings.NewReader(`{"version":4,"terraform_version":"1.11.4","serial":3,"lineage":"x","resources":[
{"mode":"data","type":"terraform_remote_state","name":"net","provider":"provider[\"terraform.io/builtin/terraform\"]","instances":[{"schema_version":0,"sensitive_attributes":[[{"type":"get_attr","value":"outputs"},{"type":"get_attr","value":"key"}]],"attributes":{
 "backend":"s3","config":{"value":{"bucket":"states","region":"cn-north-1"},"type":["object",{"bucket":"string","region":"string"}]},"defaults":{"value":null,"type":"dynamic"},
 "outputs":{"value":{"key":"k","l":["x"]},"type":["object",{"key":"string","l":["tuple",["string"]]}]},"workspace":null}}]},
{"mode":"managed","type":"terraform_data","name":"d","provider":"provider[\"terraform.io/builtin/terraform\"]","instances":[{"attributes":{"input":{"value":"vpc-1","type":"string"},"output":{"value":7,"type":"number"},
 "triggers_replace":{"value":["vpc-1"],"type":["tuple",["string"]]}}}]},
{"mode":"managed","type":"x_y","name":"own","provider":"provider[\"registry.terraform.io/x/x\"]","instances":[{"attributes":{"record":{"value":"10.0.0.1","type":"A"},"list":[{"value":"a","type":"string"}],"three":{"value":"a","type":"string","name":"n"}}}]}]}`), &decoder{})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, r := range s.Resources {
		r.Values.Walk(model.Path{}, func(p model.Path, v model.Value) {
			if text, ok := v.Text(); ok {
				got[r.Name+" "+p.Full] = text
			}
			if v.Sensitive != (p.Full == "outputs.key") {
				t.Errorf("%s of %s: sensitive %v", p.Full, r.Address, v.Sensitive)
			}
		})
	}
	want := map[string]string{"net backend": "s3", "net config.bucket": "states", "net config.region": "cn-north-1", "net outputs.key": "k", "net outputs.l[0]": "x",
		"d input": "vpc-1", "d output": "7", "d triggers_replace[0]": "vpc-1", "own record.value": "10.0.0.1", "own record.type": "A",
		"own list[0].value": "a", "own list[0].type": "string", "own three.value": "a", "own three.type": "string", "own three.name": "n"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
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

package facts_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/demarc-dev/demarc/analyzer/boundary"
	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/facts"
	"github.com/demarc-dev/demarc/analyzer/limit"
	"github.com/demarc-dev/demarc/analyzer/link"
	"github.com/demarc-dev/demarc/analyzer/load"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/place"
	"github.com/demarc-dev/demarc/rules/access"
	"github.com/demarc-dev/demarc/rules/tables"
)

var builtIn = sync.OnceValues(func() (*catalog.Catalog, error) { return catalog.Load(tables.FS) })

func write(t testing.TB, inputs ...*model.Snapshot) string {
	t.Helper()
	cat, err := builtIn()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	g := link.Build(inputs, place.Estate(inputs, cat, place.Options{}), cat)
	if err := facts.Write(&b, g, cat, access.Language(cat), boundary.Default(cat).Side); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func plan(t testing.TB, text string) *model.Snapshot {
	t.Helper()
	file := filepath.Join(t.TempDir(), "plan.json")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	in, err := load.File(file, load.Options{})
	if err != nil {
		t.Fatal(err)
	}
	in.Name = "plan.json"
	return in
}

// resource is an entry of a plan, all of whose values are known.
func resource(address, provider, values, sensitive string) string {
	mode, typ, name := "managed", "", ""
	parts := strings.Split(address, ".")
	if parts[0] == "data" {
		mode, parts = "data", parts[1:]
	}
	typ, name = parts[0], parts[1]
	return fmt.Sprintf(`{"address": %q, "mode": %q, "type": %q, "name": %q, "provider_name": "registry.terraform.io/%s",
		"change": {"actions": ["no-op"], "before": null, "after": %s, "after_unknown": {}, "after_sensitive": %s}}`, address, mode, typ, name, provider, values, sensitive)
}

func planOf(resources ...string) string {
	return `{"format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": [` + strings.Join(resources, ",\n") + `],
	"variables": {"v": {"value": "variable-CANARY"}},
	"output_changes": {"name": {"actions": ["create"], "before": null, "after": "output-CANARY", "after_unknown": false, "after_sensitive": false},
		"password": {"actions": ["create"], "before": null, "after": "secret-CANARY", "after_unknown": false, "after_sensitive": true}},
	"configuration": {"provider_config": {"aws": {"name": "aws", "full_name": "registry.terraform.io/hashicorp/aws", "expressions": {
		"region": {"constant_value": "eu-central-1"}, "access_key": {"constant_value": "AKIACANARY"}, "secret_key": {"constant_value": "key-CANARY"},
		"profile": {"constant_value": "profile-CANARY"}, "endpoints": [{"sts": {"constant_value": "https://user:CANARY@sts.eu-central-1.amazonaws.com/CANARY?CANARY=CANARY"}}]}}},
		"root_module": {}}}`
}

// TestFactsTellNoValues plants a word in every sort of value. None of it is told, where no id, host or action holds it.
func TestFactsTellNoValues(t *testing.T) {
	document := `{\"Version\": \"2012-10-17\", \"Id\": \"CANARY\", \"CANARY!\": 1, \"Statement\": [{\"Sid\": \"CANARY\", \"Effect\": \"Allow\", \"Action\": [\"sts:AssumeRole\", \"CANARY\"], \"Principal\": {\"AWS\": [\"111111111111\", \"CANARY\"], \"CANARY?\": \"x\"}, \"Resource\": \"CANARY*CANARY\", \"Condition\": {\"StringEquals\": {\"sts:ExternalId\": \"CANARY\", \"aws:PrincipalTag/team\": \"team:CANARY:CANARY\"}}}]}`
	saml := `<EntityDescriptor entityID=\"https://sts.windows.net/\"><Organization>CANARY</Organization><SingleSignOnService Location=\"https://CANARY:CANARY@login.partner.example/?CANARY\" CANARY=\"CANARY\"/></EntityDescriptor>`
	text := planOf(
		resource("aws_iam_role.r", "hashicorp/aws", `{"name": "operator", "path": "/operators/", "description": "CANARY", "tags": {"owner": "CANARY"}, "assume_role_policy": "`+document+`",
			"inline_policy": [{"name": "CANARY", "policy": "`+document+`"}], "permissions_boundary": "CANARY", "id": "operator"}`, `{}`),
		resource("data.aws_iam_policy_document.d", "hashicorp/aws", `{"json": "`+document+`", "statement": [{"sid": "CANARY", "actions": ["CANARY"], "resources": ["CANARY"],
			"principals": [{"type": "AWS", "identifiers": ["CANARY"]}], "condition": [{"test": "StringLike", "variable": "CANARY", "values": ["repo:CANARY/*"]}]}]}`, `{}`),
		resource("aws_iam_saml_provider.s", "hashicorp/aws", `{"name": "partner", "saml_metadata_document": "`+saml+`"}`, `{}`),
		resource("aws_instance.i", "hashicorp/aws", `{"user_data": "#!/bin/sh\nPASSWORD=CANARY curl https://user:CANARY@db.eu-central-1.rds.amazonaws.com/CANARY?t=CANARY", "key_name": "CANARY", "ami": "CANARY"}`, `{}`),
		resource("aws_lambda_function.f", "hashicorp/aws", `{"function_name": "CANARY", "environment": [{"variables": {"TOKEN": "CANARY", "URL": "https://CANARY@sqs.cn-north-1.amazonaws.com.cn/CANARY", "MAIL": "CANARY@partner.example"}}], "memory_size": 987654}`, `{}`),
		resource("aws_dms_endpoint.e", "hashicorp/aws", `{"server_name": "db.partner.example", "password": "CANARY", "username": "CANARY", "extra_connection_attributes": "key=CANARY;"}`, `{"password": true}`),
		resource("aws_ssm_parameter.p", "hashicorp/aws", `{"name": "CANARY", "value": "arn:aws-cn:sqs:cn-north-1:222222222222:CANARY", "insecure_value": "CANARY"}`, `{"value": true}`),
		resource("aws_vpc_peering_connection.v", "hashicorp/aws", `{"peer_vpc_id": "CANARY", "vpc_id": "vpc-CANARY", "peer_owner_id": "CANARY CANARY"}`, `{"vpc_id": true}`),
		resource("aws_db_instance.d", "hashicorp/aws", `{"id": "CANARY", "arn": "CANARY", "password": "CANARY", "address": "CANARY", "endpoint": "https://CANARY", "identifier": "CANARY"}`, `{"arn": true, "password": true}`),
		resource("aws_kms_key.k", "hashicorp/aws", `{"id": "key-CANARY", "arn": "arn:aws-cn:kms:cn-north-1:222222222222:key/CANARY"}`, `{"id": true, "arn": true}`),
		resource("random_string.s", "hashicorp/random", `{"id": "CANARY", "result": "CANARY", "keepers": {"a": "CANARY"}}`, `{}`),
		resource("aws_secretsmanager_secret_version.s", "hashicorp/aws", `{"secret_string": "CANARY", "secret_id": "CANARY", "version_stages": ["CANARY"]}`, `{"secret_string": true}`),
		resource("oci_identity_policy.o", "oracle/oci", `{"name": "CANARY", "statements": ["Allow group CANARY to manage all-resources in tenancy where request.user.name = 'CANARY'",
			"Define tenancy CANARY as ocid1.tenancy.oc1..aaaa", "CANARY says nothing"]}`, `{}`),
		resource("google_project_iam_member.m", "hashicorp/google", `{"project": "p", "role": "roles/owner", "member": "user:CANARY@partner.example"}`, `{}`),
		resource("azurerm_role_definition.z", "hashicorp/azurerm", `{"name": "CANARY", "description": "CANARY", "permissions": [{"actions": ["CANARY"], "not_actions": ["CANARY CANARY"]}]}`, `{}`),
		resource("data.terraform_remote_state.t", "terraform/terraform", `{"backend": "s3", "config": {"bucket": "CANARY", "key": "CANARY", "secret_key": "CANARY", "region": "eu-west-1"},
			"outputs": {"a": "CANARY", "b": {"c": ["CANARY"]}, "d": "CANARY"}}`, `{"outputs": {"d": true}}`),
	)
	got := write(t, plan(t, text))
	for line := range strings.Lines(got) {
		if i := strings.Index(strings.ToUpper(line), "CANARY"); i >= 0 {
			t.Errorf("a value is told: ...%s", line[max(i-60, 0):min(i+60, len(line))])
		}
	}
	if strings.Contains(got, "987654") {
		t.Error("a number is told")
	}
	for _, kept := range []string{"111111111111", "sqs.cn-north-1.amazonaws.com.cn", "db.eu-central-1.rds.amazonaws.com", "partner.example", "roles/owner", "sts:AssumeRole", "arn:aws-cn:sqs:cn-north-1:222222222222:"} {
		if !strings.Contains(got, kept) {
			t.Errorf("%s is lost", kept)
		}
	}
	again, err := facts.Read(strings.NewReader(got), "x", limit.Set{})
	if err != nil {
		t.Fatal(err)
	}
	if twice := write(t, again...); twice != got {
		t.Errorf("facts of facts are others:\n%s\n%s", got, twice)
	}
}

// FuzzRead holds that whatever is read as facts is refused or analysed, and that its facts are read again.
func FuzzRead(f *testing.F) {
	f.Add([]byte(write(f, plan(f, planOf(
		resource("aws_vpc.a", "hashicorp/aws", `{"id": "vpc-0123456789abcdef0", "arn": "arn:aws-cn:ec2:cn-north-1:222222222222:vpc/vpc-0123456789abcdef0"}`, `{}`),
		resource("aws_vpc_peering_connection.p", "hashicorp/aws", `{"peer_vpc_id": "vpc-0123456789abcdef0", "vpc_id": "vpc-1", "region": "eu-central-1"}`, `{}`))))))
	f.Add([]byte(`{"fact":"facts","schema_version":"1"}` + "\n" + `{"fact":"input","root":"a","format":"plan"}` + "\n" +
		`{"fact":"resource","root":"a","address":"module.m[\"k\"].aws_vpc.a[0]","type":"aws_vpc","mode":"managed","source":"hashicorp/aws","action":"create","values":{"a":[{"~unknown":"arn:"},{"~document":{}}]},` +
		`"args":[{"block":"a","from":[{"address":"aws_vpc.a","held":["a[0]"]}]}]}`))
	f.Add([]byte(`{"fact":"facts","schema_version":"1"}` + "\n" + `{"fact":"input","root":"a","format":"plan","outputs":[{"name":"o","value":` + strings.Repeat("[", 300) + strings.Repeat("]", 300) + `}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		inputs, err := facts.Read(bytes.NewReader(raw), "x", limit.Set{})
		if err != nil {
			if inputs != nil {
				t.Error("inputs beside an error")
			}
			return
		}
		names := map[string]bool{}
		for _, in := range inputs {
			if names[in.Name] {
				return // told apart by the command
			}
			names[in.Name] = true
		}
		if _, err := facts.Read(strings.NewReader(write(t, inputs...)), "x", limit.Set{}); err != nil {
			t.Errorf("what was written is not read: %v", err)
		}
	})
}

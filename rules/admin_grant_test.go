package rules

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/boundary"
	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/link"
	"github.com/demarc-dev/demarc/analyzer/load"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/place"
	"github.com/demarc-dev/demarc/rules/tables"
	"github.com/google/go-cmp/cmp"
)

// privilegeRules are the rules about who may do what.
var privilegeRules = []*analyzer.Rule{adminGrant, identityTrust, keySharing}

// part is a resource of a plan: its address, its values, and the references of its arguments as the configuration
// gives them. A value that is the text `?` is only known after apply.
type part struct {
	address, provider string
	values            map[string]any
	refs              map[string]any
}

type values = map[string]any

const (
	later    = "?"
	computed = "!" // as later, and no argument of the configuration
)

// ref is an argument of the configuration that refers to others.
func ref(to ...string) any {
	var all []string
	for _, t := range to {
		block := strings.Split(t, ".")
		n := 2
		if block[0] == "data" {
			n = 3
		}
		all = append(all, t, strings.Join(block[:n], "."))
	}
	return map[string]any{"references": all}
}

// split takes what is not known out of values, as plan JSON does.
func split(v any) (after, unknown any) {
	switch v := v.(type) {
	case string:
		if v == later || v == computed {
			return nil, true
		}
	case map[string]any:
		a, u := map[string]any{}, map[string]any{}
		for k, item := range v {
			x, y := split(item)
			if y == true {
				u[k] = y
				continue
			}
			a[k] = x
			if y != false {
				u[k] = y
			}
		}
		return a, u
	case []any:
		a, u := []any{}, []any{}
		for _, item := range v {
			x, y := split(item)
			a, u = append(a, x), append(u, y)
		}
		return a, u
	}
	return v, false
}

// providers are the configurations that parts may name.
var providers = map[string]map[string]any{
	"aws":           {"region": "eu-central-1", "allowed_account_ids": []string{"111111111111"}},
	"aws.cn":        {"region": "cn-north-1", "allowed_account_ids": []string{"222222222222"}},
	"google":        {"project": "public"},
	"google.s3ns":   {"project": "s3ns:sovereign", "universe_domain": "s3nsapis.fr"},
	"azurerm":       {"environment": "public"},
	"azurerm.china": {"environment": "china"},
	"azuread":       {"environment": "global"},
	"azuread.china": {"environment": "china"},
	"oci":           {"region": "us-ashburn-1", "tenancy_ocid": "ocid1.tenancy.oc1..aaaa"},
	"alicloud":      {"region": "cn-beijing", "account_id": "1111"},
	"ibm":           {"region": "eu-de"},
}

// sources are the providers' addresses that are not of the name in the hashicorp namespace.
var sources = map[string]string{"oci": "oracle/oci", "alicloud": "aliyun/alicloud", "ibm": "ibm-cloud/ibm"}

func planOf(t *testing.T, parts []part) *model.Snapshot {
	t.Helper()
	var changes, resources []any
	configs := map[string]any{}
	for _, p := range parts {
		mode, rest := "managed", p.address
		if s, ok := strings.CutPrefix(rest, "data."); ok {
			mode, rest = "data", s
		}
		typ, name, _ := strings.Cut(rest, ".")
		key := p.provider
		if key == "" {
			key, _, _ = strings.Cut(typ, "_")
		}
		local, alias, _ := strings.Cut(key, ".")
		source := "hashicorp/" + local
		if s, ok := sources[local]; ok {
			source = s
		}
		source = "registry.terraform.io/" + source
		arguments := map[string]any{}
		for k, v := range providers[key] {
			arguments[k] = map[string]any{"constant_value": v}
		}
		configs[key] = map[string]any{"name": local, "alias": alias, "full_name": source, "expressions": arguments}
		after, unknown := split(p.values)
		action := "create"
		if mode == "data" {
			action = "read"
		}
		changes = append(changes, map[string]any{"address": p.address, "mode": mode, "type": typ, "name": name, "provider_name": source,
			"change": map[string]any{"actions": []string{action}, "before": nil, "after": after, "after_unknown": unknown}})
		expressions := map[string]any{}
		for k, v := range p.values {
			if v != computed {
				expressions[k] = map[string]any{}
			}
		}
		for k, v := range p.refs {
			expressions[k] = v
		}
		resources = append(resources, map[string]any{"address": p.address, "mode": mode, "type": typ, "name": name, "provider_config_key": key, "expressions": expressions})
	}
	text, err := json.Marshal(map[string]any{"format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": changes,
		"configuration": map[string]any{"provider_config": configs, "root_module": map[string]any{"resources": resources}}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "plan.json")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return readPlan(t, path)
}

func readPlan(t *testing.T, path string) *model.Snapshot {
	t.Helper()
	in, err := load.File(path, load.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// judge is what the rules about privilege say of a plan.
func judge(t *testing.T, in *model.Snapshot, policy string) *analyzer.Result {
	t.Helper()
	cat, err := catalog.Load(tables.FS)
	if err != nil {
		t.Fatal(err)
	}
	pol := boundary.Default(cat)
	if policy != "" {
		if pol, err = boundary.Parse("policy", []byte(policy), cat, IDs()); err != nil {
			t.Fatal(err)
		}
	}
	inputs := []*model.Snapshot{in}
	sites := place.Estate(inputs, cat, place.Options{})
	return analyzer.Run(link.Build(inputs, sites, cat), pol, cat, privilegeRules, time.Now())
}

// said are findings and blind spots in brief: rule, address, confidence.
func said(r *analyzer.Result) []string {
	var all []string
	for _, f := range r.Findings {
		all = append(all, fmt.Sprintf("%s %s %s", f.Rule.ID, f.Address, f.Confidence))
	}
	for _, b := range r.Blind {
		if !strings.Contains(b.Reason, "provider") {
			all = append(all, "blind "+b.Address+" "+b.Path)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// statements is a policy document of statements.
func statements(list ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(list, ",") + `]}`
}

const (
	fromChina   = `{"Effect":"Allow","Principal":{"AWS":"arn:aws-cn:iam::222222222222:root"},"Action":"sts:AssumeRole"}`
	fromHome    = `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":"sts:AssumeRole"}`
	attachAny   = `{"Effect":"Allow","Action":"iam:AttachRolePolicy","Resource":"*"}`
	listBuckets = `{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*"}`
	admin       = "arn:aws:iam::aws:policy/AdministratorAccess"
	gov         = "oidc.eks.us-gov-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF"
)

// role is a role with a trust document of statements.
func role(name string, trust ...string) part {
	return part{address: "aws_iam_role." + name, values: values{"name": name, "arn": later, "assume_role_policy": statements(trust...)}}
}

func attach(role, policy string) part {
	return part{address: "aws_iam_role_policy_attachment." + role, values: values{"role": role, "policy_arn": policy}, refs: values{"role": ref("aws_iam_role." + role + ".name")}}
}

func (p part) with(name string, v any) part {
	p.values = cloneWith(p.values, name, v)
	return p
}

func (p part) refers(argument string, to ...string) part {
	p.values = cloneWith(p.values, argument, later)
	p.refs = cloneWith(p.refs, argument, ref(to...))
	return p
}

func cloneWith(m map[string]any, k string, v any) map[string]any {
	out := map[string]any{k: v}
	for name, item := range m {
		if name != k {
			out[name] = item
		}
	}
	return out
}

func TestPrivilege(t *testing.T) {
	provider := part{address: "aws_iam_openid_connect_provider.gov", values: values{"url": "https://" + gov, "arn": later, "client_id_list": []any{"sts.amazonaws.com"}}}
	web := func(conditions ...any) part {
		return part{address: "data.aws_iam_policy_document.web",
			values: values{"json": later, "statement": []any{values{"actions": []any{"sts:AssumeRoleWithWebIdentity"},
				"principals": []any{values{"type": "Federated", "identifiers": []any{later}}}, "condition": conditions}}},
			refs: values{"statement": []any{values{"principals": []any{values{"identifiers": ref("aws_iam_openid_connect_provider.gov.arn")}}}}}}
	}
	condition := func(variable, value string) any {
		return values{"test": "StringEquals", "variable": variable, "values": []any{value}}
	}
	webRole := role("r").refers("assume_role_policy", "data.aws_iam_policy_document.web.json")
	const accounts = "boundary \"eu\" {\n  regions = [\"aws:eu-*\"]\n  accounts = [\"alicloud:1111\"]\n}\nboundary \"rest\" {\n  accounts = [\"aws:999999999999\", \"alicloud:9999\"]\n}\n"

	for name, c := range map[string]struct {
		parts  []part
		policy string
		want   []string
	}{
		"administrator": {[]part{role("r", fromChina), attach("r", admin)}, "", []string{"admin-grant aws_iam_role.r certain"}},
		"reader":        {[]part{role("r", fromChina), attach("r", "arn:aws:iam::aws:policy/ReadOnlyAccess")}, "", []string{"identity-trust aws_iam_role.r certain"}},
		"network administrator": {[]part{role("r", fromChina), attach("r", "arn:aws:iam::aws:policy/job-function/NetworkAdministrator")}, "",
			[]string{"admin-grant aws_iam_role.r certain"}},
		"nothing attached": {[]part{role("r", fromChina)}, "", []string{"identity-trust aws_iam_role.r certain"}},
		"under a condition": {[]part{role("r", fromChina).with("inline_policy", []any{values{"name": "i", "policy": statements(`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}`)}})}, "",
			[]string{"admin-grant aws_iam_role.r likely"}},
		"under one that cannot hold": {[]part{role("r", fromChina).with("inline_policy", []any{values{"name": "i", "policy": statements(`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:PrincipalIsAWSService":"true"}}}`)}})}, "",
			[]string{"identity-trust aws_iam_role.r certain"}},
		"of one's own":          {[]part{role("r", fromHome), attach("r", admin)}, "", nil},
		"a deny grants nothing": {[]part{role("r", strings.Replace(fromChina, "Allow", "Deny", 1)), attach("r", admin)}, "", nil},
		"taken away":            {[]part{role("r", fromChina, `{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole"}`), attach("r", admin)}, "", nil},
		"a service":             {[]part{role("r", `{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com.cn"},"Action":"sts:AssumeRole"}`), attach("r", admin)}, "", nil},
		"two of one side":       {[]part{role("r", fromChina, strings.Replace(fromChina, "222222222222", "333333333333", 1)), attach("r", admin)}, "", []string{"admin-grant aws_iam_role.r certain"}},
		"whoever an issuer vouches for that is in no input": {[]part{role("r", `{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111111111111:saml-provider/sso"},"Action":"sts:AssumeRoleWithSAML"}`), attach("r", admin)}, "",
			[]string{"blind aws_iam_role.r assume_role_policy"}},
		"everybody":               {[]part{role("r", `{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}`)}, "", []string{"blind aws_iam_role.r assume_role_policy"}},
		"everybody of an account": {[]part{role("r", `{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws-cn:iam::222222222222:role/*"}}}`), attach("r", admin)}, "", []string{"admin-grant aws_iam_role.r certain"}},
		"everybody of several accounts, but one by another condition": {[]part{role("r", `{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Condition":{"ArnLike":{"aws:PrincipalArn":["arn:aws-cn:iam::222222222222:role/*","arn:aws:iam::111111111111:role/*"]},"StringEquals":{"aws:PrincipalAccount":"111111111111"}}}`), attach("r", admin)}, "", nil},
		"everybody of an account that is denied": {[]part{role("r", `{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws-cn:iam::222222222222:role/*"}}}`,
			`{"Effect":"Deny","Principal":"*","Action":"*","Condition":{"StringNotEquals":{"aws:PrincipalAccount":"111111111111"}}}`), attach("r", admin)}, "", nil},
		"denied at the root of its organization": {[]part{role("r", fromChina).with("arn", "arn:aws:iam::111111111111:role/r"), attach("r", admin),
			{address: "aws_organizations_account.a", values: values{"id": "111111111111", "parent_id": "r-abcd"}},
			{address: "aws_organizations_policy.p", values: values{"id": "p-examplepolicyid1", "type": "SERVICE_CONTROL_POLICY", "content": statements(`{"Effect":"Deny","Action":"*","Resource":"*"}`)}},
			{address: "aws_organizations_policy_attachment.p", values: values{"policy_id": "p-examplepolicyid1", "target_id": "r-abcd"}}}, "", []string{"identity-trust aws_iam_role.r certain"}},
		"denied at another root": {[]part{role("r", fromChina).with("arn", "arn:aws:iam::111111111111:role/r"), attach("r", admin),
			{address: "aws_organizations_account.a", values: values{"id": "111111111111", "parent_id": "r-abcd"}},
			{address: "aws_organizations_policy.p", values: values{"id": "p-examplepolicyid1", "type": "SERVICE_CONTROL_POLICY", "content": statements(`{"Effect":"Deny","Action":"*","Resource":"*"}`)}},
			{address: "aws_organizations_policy_attachment.p", values: values{"policy_id": "p-examplepolicyid1", "target_id": "r-efgh"}}}, "", []string{"admin-grant aws_iam_role.r certain"}},
		"a condition that cannot hold": {[]part{role("r", strings.Replace(fromChina, `"Action"`, `"Condition":{"StringEquals":{"aws:PrincipalAccount":"333333333333"}},"Action"`, 1)), attach("r", admin)}, "", nil},
		"a condition that may hold":    {[]part{role("r", strings.Replace(fromChina, `"Action"`, `"Condition":{"StringEquals":{"sts:ExternalId":"x"}},"Action"`, 1)), attach("r", admin)}, "", []string{"admin-grant aws_iam_role.r certain"}},
		"an escalation set inline": {[]part{role("r", fromChina), {address: "aws_iam_role_policy.p", values: values{"role": "r", "policy": statements(attachAny)}}}, "",
			[]string{"admin-grant aws_iam_role.r certain"}},
		"an inline block":       {[]part{role("r", fromChina).with("inline_policy", []any{values{"name": "x", "policy": statements(attachAny)}})}, "", []string{"admin-grant aws_iam_role.r certain"}},
		"managed_policy_arns":   {[]part{role("r", fromChina).with("managed_policy_arns", []any{admin})}, "", []string{"admin-grant aws_iam_role.r certain"}},
		"a policy attachment":   {[]part{role("r", fromChina), {address: "aws_iam_policy_attachment.a", values: values{"roles": []any{"other", "r"}, "policy_arn": admin}}}, "", []string{"admin-grant aws_iam_role.r certain"}},
		"attached to another":   {[]part{role("r", fromChina), role("other", fromHome), attach("other", admin)}, "", []string{"identity-trust aws_iam_role.r certain"}},
		"a policy of one's own": {[]part{role("r", fromChina), {address: "aws_iam_policy.p", values: values{"arn": later, "policy": statements(attachAny)}}, attach("r", later).refers("policy_arn", "aws_iam_policy.p.arn")}, "", []string{"admin-grant aws_iam_role.r certain"}},
		"a policy with the name of a managed one": {[]part{role("r", fromChina), attach("r", "arn:aws:iam::111111111111:policy/AdministratorAccess")}, "",
			[]string{"blind aws_iam_role.r assume_role_policy", "identity-trust aws_iam_role.r certain"}},
		"denied everything": {[]part{role("r", fromChina), attach("r", admin), {address: "aws_iam_role_policy.p", values: values{"role": "r", "policy": statements(`{"Effect":"Deny","Action":"*","Resource":"*"}`)}}}, "",
			[]string{"identity-trust aws_iam_role.r certain"}},
		"a boundary that removes it": {[]part{role("r", fromChina).refers("permissions_boundary", "aws_iam_policy.b.arn"), attach("r", admin), {address: "aws_iam_policy.b", values: values{"arn": later, "policy": statements(listBuckets)}}}, "",
			[]string{"identity-trust aws_iam_role.r certain"}},
		"a boundary that leaves it":    {[]part{role("r", fromChina).with("permissions_boundary", "arn:aws:iam::aws:policy/PowerUserAccess"), attach("r", admin)}, "", []string{"admin-grant aws_iam_role.r certain"}},
		"a boundary that is not known": {[]part{role("r", fromChina).with("permissions_boundary", "arn:aws:iam::111111111111:policy/b"), attach("r", admin)}, "", []string{"admin-grant aws_iam_role.r possible"}},
		"a boundary of another kind": {[]part{role("r", fromChina).with("permissions_boundary", "arn:aws:iam::aws:policy/AmazonS3FullAccess"), attach("r", "arn:aws:iam::aws:policy/job-function/NetworkAdministrator")}, "",
			[]string{"blind aws_iam_role.r assume_role_policy", "identity-trust aws_iam_role.r certain"}},
		"actions that are not known": {[]part{role("r", fromChina),
			{address: "data.aws_iam_policy_document.d", values: values{"json": later, "statement": []any{values{"actions": []any{later}, "resources": []any{"*"}}}}},
			part{address: "aws_iam_role_policy.p", values: values{"role": "r"}}.refers("policy", "data.aws_iam_policy_document.d.json")}, "",
			[]string{"blind aws_iam_role.r assume_role_policy", "identity-trust aws_iam_role.r certain"}},
		"a principal of a queue that is not known": {[]part{
			{address: "data.aws_iam_policy_document.d", values: values{"json": later, "statement": []any{values{"actions": []any{"sqs:*"}, "principals": []any{values{"type": "AWS", "identifiers": []any{later}}}}}}},
			part{address: "aws_sqs_queue_policy.q"}.refers("policy", "data.aws_iam_policy_document.d.json")}, "",
			[]string{"blind aws_sqs_queue_policy.q policy"}},
		"documents that older providers build on": {[]part{role("r", fromChina),
			{address: "data.aws_iam_policy_document.base", values: values{"json": later, "statement": []any{values{"actions": []any{"*"}, "resources": []any{"*"}}}}},
			part{address: "data.aws_iam_policy_document.d", values: values{"json": later}}.refers("source_json", "data.aws_iam_policy_document.base.json"),
			part{address: "aws_iam_role_policy.p", values: values{"role": "r"}}.refers("policy", "data.aws_iam_policy_document.d.json")}, "",
			[]string{"admin-grant aws_iam_role.r certain"}},
		"role chaining": {[]part{role("r", fromChina), role("up").refers("assume_role_policy", "data.aws_iam_policy_document.d.json"), attach("up", admin),
			{address: "data.aws_iam_policy_document.d", values: values{"json": later, "statement": []any{values{"actions": []any{"sts:AssumeRole"}, "principals": []any{values{"type": "AWS", "identifiers": []any{later}}}}}},
				refs: values{"statement": []any{values{"principals": []any{values{"identifiers": ref("aws_iam_role.r.arn")}}}}}}}, "", []string{"admin-grant aws_iam_role.r certain"}},
		"web identity":                     {[]part{provider, web(), webRole, attach("r", admin)}, "", []string{"admin-grant aws_iam_role.r likely", "identity-trust aws_iam_openid_connect_provider.gov certain"}},
		"web identity, its sub":            {[]part{provider, web(condition(gov+":sub", "system:serviceaccount:n:a")), webRole, attach("r", admin)}, "", []string{"admin-grant aws_iam_role.r likely", "identity-trust aws_iam_openid_connect_provider.gov certain"}},
		"web identity, a foreign sub":      {[]part{provider, web(condition(gov+":sub", "repo:acme/app")), webRole, attach("r", admin)}, "", []string{"identity-trust aws_iam_openid_connect_provider.gov certain"}},
		"web identity, another's sub":      {[]part{provider, web(condition("other.example.com:sub", "x")), webRole, attach("r", admin)}, "", []string{"identity-trust aws_iam_openid_connect_provider.gov certain"}},
		"web identity, another's aud":      {[]part{provider, web(condition(gov+":aud", "elsewhere")), webRole, attach("r", admin)}, "", []string{"identity-trust aws_iam_openid_connect_provider.gov certain"}},
		"web identity by a known ARN":      {[]part{role("r", `{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111111111111:oidc-provider/`+gov+`"},"Action":"sts:AssumeRoleWithWebIdentity"}`), attach("r", admin)}, "", []string{"admin-grant aws_iam_role.r certain"}},
		"a document that is not shown":     {[]part{provider, role("r").refers("assume_role_policy", "aws_iam_openid_connect_provider.gov.arn"), attach("r", admin)}, "", []string{"admin-grant aws_iam_role.r possible", "identity-trust aws_iam_openid_connect_provider.gov certain"}},
		"a document that is not known":     {[]part{role("r").refers("assume_role_policy", "local.trust"), attach("r", admin)}, "", []string{"blind aws_iam_role.r assume_role_policy"}},
		"a document that is none":          {[]part{role("r").with("assume_role_policy", "{"), attach("r", admin)}, "", []string{"blind aws_iam_role.r assume_role_policy"}},
		"a policy that is not known":       {[]part{role("r", fromChina), attach("r", later).refers("policy_arn", "local.policy")}, "", []string{"blind aws_iam_role.r assume_role_policy", "identity-trust aws_iam_role.r certain"}},
		"an account of the estate":         {[]part{role("r", `{"Effect":"Allow","Principal":{"AWS":"222222222222"},"Action":"sts:AssumeRole"}`), attach("r", admin), {address: "aws_vpc.cn", provider: "aws.cn", values: values{"cidr_block": "10.0.0.0/16", "id": later}}}, "", []string{"admin-grant aws_iam_role.r likely"}},
		"an account that nobody places":    {[]part{role("r", `{"Effect":"Allow","Principal":{"AWS":"222222222222"},"Action":"sts:AssumeRole"}`), attach("r", admin)}, "", nil},
		"an account of the policy":         {[]part{role("r", strings.Replace(fromHome, "111111111111", "999999999999", 1)), attach("r", admin)}, accounts, []string{"admin-grant aws_iam_role.r certain"}},
		"another account of the partition": {[]part{role("r", fromHome), attach("r", admin)}, accounts, nil},

		"a permission set over another side": {[]part{{address: "aws_ssoadmin_permission_set.s", values: values{"name": "s", "arn": later}},
			{address: "aws_ssoadmin_managed_policy_attachment.a", values: values{"permission_set_arn": later, "managed_policy_arn": admin}, refs: values{"permission_set_arn": ref("aws_ssoadmin_permission_set.s.arn")}},
			{address: "aws_ssoadmin_account_assignment.a", values: values{"permission_set_arn": later, "principal_id": "p", "principal_type": "GROUP", "target_id": "999999999999", "target_type": "AWS_ACCOUNT"}, refs: values{"permission_set_arn": ref("aws_ssoadmin_permission_set.s.arn")}}}, accounts,
			[]string{"admin-grant aws_ssoadmin_account_assignment.a likely"}},
		"entra, a directory role": {[]part{{address: "azuread_service_principal.sp", provider: "azuread.china", values: values{"object_id": later}},
			{address: "azuread_directory_role.d", values: values{"display_name": "Global Administrator", "template_id": later}},
			{address: "azuread_directory_role_assignment.a", values: values{"role_id": later, "principal_object_id": later},
				refs: values{"role_id": ref("azuread_directory_role.d.template_id"), "principal_object_id": ref("azuread_service_principal.sp.object_id")}}}, "",
			[]string{"admin-grant azuread_directory_role_assignment.a likely"}},
		"an organisation of one's own": {[]part{role("r").refers("assume_role_policy", "data.aws_iam_policy_document.d.json"), attach("r", admin),
			{address: "data.aws_organizations_organization.o", values: values{"id": later}},
			{address: "data.aws_iam_policy_document.d", values: values{"json": later, "statement": []any{values{"actions": []any{"sts:AssumeRole"},
				"principals": []any{values{"type": "AWS", "identifiers": []any{"arn:aws-cn:iam::222222222222:root"}}},
				"condition":  []any{values{"test": "StringEquals", "variable": "aws:PrincipalOrgID", "values": []any{later}}}}}},
				refs: values{"statement": []any{values{"condition": []any{values{"values": ref("data.aws_organizations_organization.o.id")}}}}}}}, "", nil},
		"an organisation that may be any": {[]part{role("r", strings.Replace(fromChina, `"Action"`, `"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-abcdefghij"}},"Action"`, 1)), attach("r", admin)}, "",
			[]string{"admin-grant aws_iam_role.r certain"}},
		"a bucket's policy": {[]part{{address: "aws_s3_bucket_policy.b", values: values{"bucket": "b", "policy": statements(`{"Effect":"Allow","Principal":{"AWS":"arn:aws-cn:iam::222222222222:root"},"Action":"s3:GetObject","Resource":"*"}`)}}}, "",
			[]string{"identity-trust aws_s3_bucket_policy.b certain"}},
		"a bucket open to an account": {[]part{{address: "aws_s3_bucket_policy.b", values: values{"bucket": "b", "policy": statements(`{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*","Condition":{"StringLike":{"aws:PrincipalArn":"arn:aws-cn:iam::222222222222:role/*"}}}`)}}}, "",
			[]string{"identity-trust aws_s3_bucket_policy.b certain"}},
		"a bucket open to everybody": {[]part{{address: "aws_s3_bucket_policy.b", values: values{"bucket": "b", "policy": statements(`{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}`)}}}, "", nil},
		"a bucket's deny":            {[]part{{address: "aws_s3_bucket_policy.b", values: values{"bucket": "b", "policy": statements(`{"Effect":"Deny","Principal":{"AWS":"arn:aws-cn:iam::222222222222:root"},"Action":"s3:*","Resource":"*"}`)}}}, "", nil},
		"a key's policy": {[]part{{address: "aws_kms_key.k", values: values{"arn": later, "policy": statements(`{"Effect":"Allow","Principal":{"AWS":"arn:aws-cn:iam::222222222222:root"},"Action":"kms:Decrypt","Resource":"*"}`)}}}, "",
			[]string{"key-sharing aws_kms_key.k certain"}},

		"ibm, a trusted profile": {[]part{{address: "ibm_iam_trusted_profile.p", values: values{"name": "p", "id": later}},
			{address: "ibm_iam_trusted_profile_claim_rule.r", values: values{"profile_id": later, "realm_name": "https://login.partner.microsoftonline.cn/x/saml2"}, refs: values{"profile_id": ref("ibm_iam_trusted_profile.p.id")}},
			{address: "ibm_iam_trusted_profile_policy.p", values: values{"profile_id": later, "roles": []any{"Administrator"}}, refs: values{"profile_id": ref("ibm_iam_trusted_profile.p.id")}}}, "",
			[]string{"admin-grant ibm_iam_trusted_profile_claim_rule.r certain"}},
		"ibm, a profile that views": {[]part{{address: "ibm_iam_trusted_profile.p", values: values{"name": "p", "id": later}},
			{address: "ibm_iam_trusted_profile_claim_rule.r", values: values{"profile_id": later, "realm_name": "https://login.partner.microsoftonline.cn/x/saml2"}, refs: values{"profile_id": ref("ibm_iam_trusted_profile.p.id")}},
			{address: "ibm_iam_trusted_profile_policy.p", values: values{"profile_id": later, "roles": []any{"Viewer"}}, refs: values{"profile_id": ref("ibm_iam_trusted_profile.p.id")}}}, "",
			[]string{"identity-trust ibm_iam_trusted_profile_claim_rule.r certain"}},
		"ibm, a member of a group": {[]part{{address: "ibm_iam_access_group.g", values: values{"name": "g", "id": later}},
			{address: "ibm_iam_access_group_members.m", values: values{"access_group_id": later, "ibm_ids": []any{"li@partner.example"}}, refs: values{"access_group_id": ref("ibm_iam_access_group.g.id")}},
			{address: "ibm_iam_access_group_policy.p", values: values{"access_group_id": later, "roles": []any{"Editor"}}, refs: values{"access_group_id": ref("ibm_iam_access_group.g.id")}}}, "boundary \"china\" {\n  domains = [\"partner.example\"]\n}\n",
			[]string{"admin-grant ibm_iam_access_group_policy.p likely", "identity-trust ibm_iam_access_group_members.m likely"}},

		"a permission set with a policy of one's own": {[]part{{address: "aws_ssoadmin_permission_set.s", values: values{"name": "s", "arn": later}},
			{address: "aws_iam_policy.net", values: values{"name": "net", "arn": later, "policy": statements(`{"Effect":"Allow","Action":"ec2:CreateRoute","Resource":"*"}`)}},
			{address: "aws_ssoadmin_customer_managed_policy_attachment.a", values: values{"permission_set_arn": later, "customer_managed_policy_reference": []any{values{"name": "net"}}}, refs: values{"permission_set_arn": ref("aws_ssoadmin_permission_set.s.arn")}},
			{address: "aws_ssoadmin_account_assignment.a", values: values{"permission_set_arn": later, "principal_id": "p", "principal_type": "GROUP", "target_id": "999999999999", "target_type": "AWS_ACCOUNT"}, refs: values{"permission_set_arn": ref("aws_ssoadmin_permission_set.s.arn")}}}, accounts,
			[]string{"admin-grant aws_ssoadmin_account_assignment.a likely"}},
		"google, a policy of a service account that reads": {[]part{{address: "google_service_account.sa", values: values{"account_id": "sa", "name": later, "email": later}},
			{address: "google_service_account_iam_policy.p", values: values{"service_account_id": later, "policy_data": `{"bindings":[{"role":"roles/iam.serviceAccountTokenCreator","members":["serviceAccount:x@sovereign.s3ns.iam.gserviceaccount.com"]}]}`}, refs: values{"service_account_id": ref("google_service_account.sa.name")}}}, "",
			[]string{"identity-trust google_service_account_iam_policy.p certain"}},
		"google, a service account that no input shows": {[]part{{address: "google_service_account_iam_member.m", values: values{"service_account_id": "projects/public/serviceAccounts/sa@public.iam.gserviceaccount.com", "role": "roles/iam.serviceAccountTokenCreator", "member": "serviceAccount:x@sovereign.s3ns.iam.gserviceaccount.com"}}}, "",
			[]string{"blind google_service_account_iam_member.m member", "identity-trust google_service_account_iam_member.m likely"}},

		"google owner": {[]part{{address: "google_project_iam_member.m", values: values{"project": "public", "role": "roles/owner", "member": "serviceAccount:x@sovereign.s3ns.iam.gserviceaccount.com"}}}, "",
			[]string{"admin-grant google_project_iam_member.m certain"}},
		"google viewer": {[]part{{address: "google_project_iam_member.m", values: values{"project": "public", "role": "roles/viewer", "member": "serviceAccount:x@sovereign.s3ns.iam.gserviceaccount.com"}}}, "",
			[]string{"identity-trust google_project_iam_member.m certain"}},
		"a guest in a directory role that no table explains": {[]part{
			{address: "azuread_invitation.g", provider: "azuread.china", values: values{"user_email_address": "x@acme.onmicrosoft.com", "user_id": later}},
			{address: "azuread_directory_role.d", provider: "azuread.china", values: values{"display_name": "Unheard Of", "object_id": later}},
			part{address: "azuread_directory_role_member.m", provider: "azuread.china"}.refers("role_object_id", "azuread_directory_role.d.object_id").refers("member_object_id", "azuread_invitation.g.user_id")}, "",
			[]string{"blind azuread_directory_role_member.m member_object_id", "identity-trust azuread_directory_role_member.m likely", "identity-trust azuread_invitation.g certain"}},
		"google, a logs viewer": {[]part{{address: "google_project_iam_member.m", values: values{"project": "public", "role": "roles/logging.viewer", "member": "serviceAccount:x@sovereign.s3ns.iam.gserviceaccount.com"}}}, "",
			[]string{"identity-trust google_project_iam_member.m certain"}},
		"google, a role that no table explains": {[]part{{address: "google_project_iam_member.m", values: values{"project": "public", "role": "roles/unheard.of", "member": "serviceAccount:x@sovereign.s3ns.iam.gserviceaccount.com"}}}, "",
			[]string{"blind google_project_iam_member.m member", "identity-trust google_project_iam_member.m certain"}},
		"google, a role of the customer's that ends as one of Google's": {[]part{{address: "google_project_iam_member.m", values: values{"project": "public", "role": "projects/public/roles/viewer", "member": "serviceAccount:x@sovereign.s3ns.iam.gserviceaccount.com"}}}, "",
			[]string{"blind google_project_iam_member.m member", "identity-trust google_project_iam_member.m certain"}},
		"google, the same in a whole policy": {[]part{{address: "google_project_iam_policy.m", values: values{"project": "public", "policy_data": `{"bindings":[{"role":"organizations/1/roles/owner","members":["serviceAccount:x@sovereign.s3ns.iam.gserviceaccount.com"]}]}`}}}, "",
			[]string{"blind google_project_iam_policy.m policy_data", "identity-trust google_project_iam_policy.m certain"}},
		"google of one's own":    {[]part{{address: "google_project_iam_member.m", values: values{"project": "public", "role": "roles/owner", "member": "serviceAccount:x@other.iam.gserviceaccount.com"}}}, "", nil},
		"google, a mail address": {[]part{{address: "google_project_iam_member.m", values: values{"project": "public", "role": "roles/owner", "member": "user:a@partner.example"}}}, "", nil},
		"google, a given domain": {[]part{{address: "google_project_iam_member.m", values: values{"project": "public", "role": "roles/owner", "member": "user:a@partner.example"}}}, "boundary \"china\" {\n  domains = [\"partner.example\"]\n}\n", []string{"admin-grant google_project_iam_member.m certain"}},
		"google binding":         {[]part{{address: "google_project_iam_binding.m", values: values{"project": "public", "role": "roles/compute.networkAdmin", "members": []any{"user:a@b.example", "serviceAccount:x@sovereign.s3ns.iam.gserviceaccount.com"}}}}, "", []string{"admin-grant google_project_iam_binding.m certain"}},
		"google, a whole policy": {[]part{{address: "google_project_iam_policy.p", values: values{"project": "public", "policy_data": `{"bindings":[{"role":"roles/owner","members":["serviceAccount:x@sovereign.s3ns.iam.gserviceaccount.com"]}]}`}}}, "", []string{"admin-grant google_project_iam_policy.p certain"}},
		"google, identity pool": {[]part{
			{address: "google_iam_workload_identity_pool_provider.p", provider: "google.s3ns", values: values{"workload_identity_pool_id": "pool", "oidc": []any{values{"issuer_uri": "https://" + gov}}}},
			{address: "google_project_iam_member.m", provider: "google.s3ns", values: values{"project": "s3ns:sovereign", "role": "roles/owner", "member": "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/*"}}}, "",
			[]string{"admin-grant google_project_iam_member.m certain", "identity-trust google_iam_workload_identity_pool_provider.p certain"}},

		"google, a pool by reference": {[]part{
			{address: "google_iam_workload_identity_pool.p", provider: "google.s3ns", values: values{"workload_identity_pool_id": "pool", "name": later}},
			{address: "google_iam_workload_identity_pool_provider.p", provider: "google.s3ns", values: values{"workload_identity_pool_id": "pool", "oidc": []any{values{"issuer_uri": "https://" + gov}}}},
			{address: "google_project_iam_member.m", provider: "google.s3ns", values: values{"project": "s3ns:sovereign", "role": "roles/viewer", "member": later}, refs: values{"member": ref("google_iam_workload_identity_pool.p.name")}}}, "",
			[]string{"identity-trust google_iam_workload_identity_pool_provider.p certain", "identity-trust google_project_iam_member.m likely"}},
		"a role that is not known, in one of two spellings": {[]part{{address: "azurerm_user_assigned_identity.g", values: values{"location": "westeurope", "principal_id": later}},
			{address: "azurerm_role_assignment.a", provider: "azurerm.china", values: values{"scope": "/subscriptions/00000000-0000-0000-0000-000000000001", "role_definition_id": later, "role_definition_name": computed, "principal_id": later},
				refs: values{"role_definition_id": ref("terraform_data.r.id"), "principal_id": ref("azurerm_user_assigned_identity.g.principal_id")}}}, "",
			[]string{"blind azurerm_role_assignment.a principal_id", "identity-trust azurerm_role_assignment.a likely"}},
		"a role that is known, in one of two spellings": {[]part{{address: "azurerm_user_assigned_identity.g", values: values{"location": "westeurope", "principal_id": later}},
			{address: "azurerm_role_assignment.a", provider: "azurerm.china", values: values{"scope": "/subscriptions/00000000-0000-0000-0000-000000000001", "role_definition_id": computed, "role_definition_name": "Reader", "principal_id": later},
				refs: values{"principal_id": ref("azurerm_user_assigned_identity.g.principal_id")}}}, "",
			[]string{"identity-trust azurerm_role_assignment.a likely"}},
		"azure, a custom role": {[]part{{address: "azuread_service_principal.sp", provider: "azuread.china", values: values{"object_id": later}},
			{address: "azurerm_role_definition.d", values: values{"name": "wires", "permissions": []any{values{"actions": []any{"Microsoft.Network/virtualNetworks/virtualNetworkPeerings/write"}}}, "role_definition_resource_id": later}},
			{address: "azurerm_role_assignment.a", values: values{"scope": "/subscriptions/00000000-0000-0000-0000-000000000001", "role_definition_id": later, "principal_id": later},
				refs: values{"role_definition_id": ref("azurerm_role_definition.d.role_definition_resource_id"), "principal_id": ref("azuread_service_principal.sp.object_id")}}}, "",
			[]string{"admin-grant azurerm_role_assignment.a likely"}},
		"azure, a reader": {[]part{{address: "azuread_service_principal.sp", provider: "azuread.china", values: values{"object_id": later}},
			{address: "azurerm_role_assignment.a", values: values{"scope": "/subscriptions/00000000-0000-0000-0000-000000000001", "role_definition_name": "Reader", "principal_id": later}, refs: values{"principal_id": ref("azuread_service_principal.sp.object_id")}}}, "",
			[]string{"identity-trust azurerm_role_assignment.a likely"}},
		"azure, a role over names that leave a network": {[]part{{address: "azuread_service_principal.sp", provider: "azuread.china", values: values{"object_id": later}},
			{address: "azurerm_role_assignment.a", values: values{"scope": "/subscriptions/00000000-0000-0000-0000-000000000001", "role_definition_name": "DNS Resolver Contributor", "principal_id": later}, refs: values{"principal_id": ref("azuread_service_principal.sp.object_id")}}}, "",
			[]string{"admin-grant azurerm_role_assignment.a likely"}},
		"azure, a reader of costs": {[]part{{address: "azuread_service_principal.sp", provider: "azuread.china", values: values{"object_id": later}},
			{address: "azurerm_role_assignment.a", values: values{"scope": "/subscriptions/00000000-0000-0000-0000-000000000001", "role_definition_name": "Cost Management Reader", "principal_id": later}, refs: values{"principal_id": ref("azuread_service_principal.sp.object_id")}}}, "",
			[]string{"identity-trust azurerm_role_assignment.a likely"}},
		"azure of one's own": {[]part{{address: "azuread_service_principal.sp", values: values{"object_id": later}},
			{address: "azurerm_role_assignment.a", values: values{"scope": "/subscriptions/00000000-0000-0000-0000-000000000001", "role_definition_name": "Owner", "principal_id": later}, refs: values{"principal_id": ref("azuread_service_principal.sp.object_id")}}}, "", nil},
		"azure, a federated administrator": {[]part{{address: "azurerm_user_assigned_identity.i", values: values{"location": "northeurope", "principal_id": later, "id": later}},
			{address: "azurerm_federated_identity_credential.f", values: values{"issuer": "https://" + gov, "subject": "s", "audience": []any{"api://AzureADTokenExchange"}, "parent_id": later}, refs: values{"parent_id": ref("azurerm_user_assigned_identity.i.id")}},
			{address: "azurerm_role_assignment.a", values: values{"scope": "/subscriptions/00000000-0000-0000-0000-000000000001", "role_definition_name": "Owner", "principal_id": later}, refs: values{"principal_id": ref("azurerm_user_assigned_identity.i.principal_id")}}}, "",
			[]string{"admin-grant azurerm_federated_identity_credential.f certain"}},

		"oracle, endorsed": {[]part{{address: "oci_identity_policy.p", values: values{"compartment_id": "ocid1.tenancy.oc1..aaaa", "statements": []any{"define tenancy gov as ocid1.tenancy.oc2..bbbb", "endorse group ops to manage virtual-network-family in tenancy gov"}}}}, "",
			[]string{"admin-grant oci_identity_policy.p certain"}},
		"oracle, not defined": {[]part{{address: "oci_identity_policy.p", values: values{"compartment_id": "ocid1.tenancy.oc1..aaaa", "statements": []any{"admit group ops of tenancy gov to manage all-resources in tenancy"}}}}, "",
			[]string{"blind oci_identity_policy.p statements"}},
		"oracle, of one's own": {[]part{{address: "oci_identity_policy.p", values: values{"compartment_id": "ocid1.tenancy.oc1..aaaa", "statements": []any{"allow group admins to manage all-resources in tenancy"}}}}, "", nil},

		"alibaba": {[]part{{address: "alicloud_ram_role.r", values: values{"role_name": "r", "assume_role_policy_document": statements(`{"Effect":"Allow","Principal":{"RAM":["acs:ram::9999:root"]},"Action":"sts:AssumeRole"}`)}},
			{address: "alicloud_ram_role_policy_attachment.a", values: values{"role_name": "r", "policy_name": "AdministratorAccess", "policy_type": "System"}}}, accounts, []string{"admin-grant alicloud_ram_role.r likely"}},
		"alibaba, an account that nobody places": {[]part{{address: "alicloud_ram_role.r", values: values{"role_name": "r", "document": statements(`{"Effect":"Allow","Principal":{"RAM":["acs:ram::1234:root"]},"Action":"sts:AssumeRole"}`)}}}, accounts, nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := judge(t, planOf(t, c.parts), c.policy)
			if d := cmp.Diff(c.want, said(r)); d != "" {
				t.Error(d)
				for _, f := range r.Findings {
					t.Log(f.Address, f.Message, f.Told().Related)
					for _, s := range f.Told().Evidence {
						t.Log("  ", s.Address, s.Text)
					}
				}
				for _, b := range r.Blind {
					t.Log("blind", b.Address, b.Path, b.Reason)
				}
			}
		})
	}
}

// The evidence tells the whole chain, by addresses and names that the tables know, and no value of the input.
func TestPrivilegeEvidence(t *testing.T) {
	trust := strings.Replace(fromChina, `"Action"`, `"Condition":{"StringEquals":{"sts:ExternalId":"the-secret-word"}},"Action"`, 1)
	r := judge(t, planOf(t, []part{
		role("low", trust),
		role("high", `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:role/low"},"Action":"sts:AssumeRole"}`),
		{address: "aws_iam_role_policy.high", values: values{"role": "high", "policy": statements(attachAny)}},
	}), "")
	if len(r.Findings) != 1 {
		t.Fatal(said(r))
	}
	f := r.Findings[0]
	var text []string
	for _, s := range f.Told().Evidence {
		text = append(text, s.Text)
	}
	evidence := strings.Join(text, "\n")
	for _, want := range []string{"assume_role_policy lets in account 222222222222", "a condition on sts.ExternalId narrows who",
		"aws_iam_role.low may become aws_iam_role.high", "policy amounts to full administration, by the escalation set"} {
		if !strings.Contains(evidence, want) {
			t.Errorf("%q is not in the evidence:\n%s", want, evidence)
		}
	}
	if d := cmp.Diff([]string{"aws_iam_role.high", "aws_iam_role_policy.high"}, f.Related); d != "" {
		t.Error(d)
	}
	if f.From.Side != "china" || f.To.Side != "global" {
		t.Error(f.From.Side, f.To.Side)
	}
	if strings.Contains(evidence+f.Message, "the-secret-word") {
		t.Error("a value of the input is shown")
	}
}

// An account that is what puts a place on its side is told, once.
func TestAccountsInEvidence(t *testing.T) {
	const policy = "boundary \"msp\" {\n  accounts = [\"aws:222222222222\"]\n}\n"
	r := judge(t, planOf(t, []part{
		role("ops", strings.ReplaceAll(fromHome, "111111111111", "222222222222")),
		{address: "aws_ssoadmin_account_assignment.msp", values: values{"principal_id": "p", "target_id": "222222222222", "target_type": "AWS_ACCOUNT"}},
	}), policy)
	var got []string
	for _, f := range r.Findings {
		got = append(got, f.Message)
		for _, s := range f.Told().Evidence {
			got = append(got, "= "+s.Text)
		}
	}
	want := []string{
		"account 222222222222 (AWS) is let into AWS",
		"= aws_iam_role.ops is in AWS, by provider aws (region eu-central-1)",
		"= assume_role_policy lets in account 222222222222",
		"= account 222222222222 is in AWS, by the partition in its ARN; it is given to \"msp\" by policy:2",
		"an identity of its own directory (AWS) is let into account 222222222222 (AWS)",
		"= aws_ssoadmin_account_assignment.msp is in eu-central-1 (AWS), by provider aws",
		"= principal_id is an identity of its own directory",
		"= an identity of its own directory is in eu-central-1 (AWS), by provider aws",
		"= target_id names AWS; account 222222222222 is given to \"msp\" by policy:2",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// What a boundary takes from a policy is put to the boundary.
func TestBoundaryInEvidence(t *testing.T) {
	r := judge(t, planOf(t, []part{
		role("r", fromChina).refers("permissions_boundary", "aws_iam_policy.b.arn"), attach("r", admin),
		{address: "aws_iam_policy.b", values: values{"name": "b", "arn": computed, "policy": statements(listBuckets)}},
	}), "")
	if len(r.Findings) != 1 {
		t.Fatal(said(r))
	}
	f := r.Findings[0]
	if !strings.HasSuffix(f.Message, "AdministratorAccess (read, under the boundary)") {
		t.Error(f.Message)
	}
	const step = "policy_arn gives AdministratorAccess, which amounts to no administration, under the boundary"
	if e := f.Told().Evidence; !slices.ContainsFunc(e, func(s analyzer.Step) bool { return s.Text == step }) {
		t.Error(e)
	}
}

// TestLabelledCases holds the rules about privilege to the labelled cases, where they are at hand.
func TestLabelledCases(t *testing.T) {
	const root = "../../shared/cases"
	dirs, err := os.ReadDir(root)
	if err != nil {
		t.Skip("no labelled cases here")
	}
	ours := map[string]bool{}
	for _, r := range privilegeRules {
		ours[r.ID] = true
	}
	for _, d := range dirs {
		t.Run(d.Name(), func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join(root, d.Name(), "expect.json"))
			if err != nil {
				t.Fatal(err)
			}
			var expect struct {
				Policy   string
				Findings []struct {
					Rule    []string
					Address any
				}
				NoRule map[string]string `json:"no_rule"`
				Silent []string
			}
			if err := json.Unmarshal(text, &expect); err != nil {
				t.Fatal(err)
			}
			r := judge(t, readPlan(t, filepath.Join(root, d.Name(), "plan.json")), expect.Policy)
			named := map[string]bool{}
			for a := range expect.NoRule {
				named[a] = true
			}
			for _, want := range expect.Findings {
				addresses := fmt.Sprint(want.Address)
				all := strings.Fields(strings.Trim(addresses, "[]"))
				met := !slices.ContainsFunc(want.Rule, func(r string) bool { return ours[r] })
				for _, a := range all {
					named[a] = true
					for _, f := range r.Findings {
						met = met || slices.Contains(want.Rule, f.Rule.ID) && (f.Address == a || slices.Contains(f.Told().Related, a))
					}
				}
				if !met {
					t.Errorf("missed %s at %s", want.Rule, addresses)
				}
			}
			for _, f := range r.Findings {
				if !named[f.Address] || expect.NoRule[f.Address] == f.Rule.ID || slices.Contains(expect.Silent, f.Address) {
					t.Errorf("false %s at %s: %s", f.Rule.ID, f.Address, f.Message)
				}
			}
		})
	}
}

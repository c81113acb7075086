package access

import (
	"testing"

	"github.com/demarc-dev/demarc/analyzer/catalog"
)

// TestEvaluation holds the rules of AWS's documented evaluation logic, each with the page of
// docs.aws.amazon.com/IAM/latest/UserGuide that says it: what identity policies amount to together, under a boundary.
func TestEvaluation(t *testing.T) {
	const (
		logic      = "reference_policies_evaluation-logic.html"
		denyAllow  = "reference_policies_evaluation-logic_policy-eval-denyallow.html"
		boundaries = "access_policies_boundaries.html"
		action     = "reference_policies_elements_action.html"
		notAction  = "reference_policies_elements_notaction.html"
		resource   = "reference_policies_elements_resource.html"
		notRes     = "reference_policies_elements_notresource.html"
		effects    = "reference_policies_elements_effect.html"
		grammar    = "reference_policies_grammar.html"
		operators  = "reference_policies_elements_condition_operators.html"
		several    = "reference_policies_condition-logic-multiple-context-keys-or-values.html"
	)
	const (
		network  = `"Action":"ec2:CreateRoute","Resource":"*"`
		keyAdmin = `"Action":"kms:PutKeyPolicy","Resource":"*"`
	)
	classes := NewClasses(testCatalog(t), "aws")
	for _, c := range []struct {
		page, rule string
		policies   []string // documents of one statement each
		boundary   []string // statements, nil for none
		want       catalog.Class
	}{
		{logic, "by default everything is denied", nil, nil, catalog.NoClass},
		{logic, "an Allow overrides the default", []string{allow(network)}, nil, catalog.NetworkAdmin},
		{logic, "policies of one identity are a union", []string{allow(`"Action":"ec2:DescribeVpcs","Resource":"*"`), allow(keyAdmin), allow(network)}, nil, catalog.NetworkAdmin},
		{denyAllow, "an explicit Deny overrides every Allow", []string{allow(network), deny(network)}, nil, catalog.NoClass},
		{denyAllow, "the order of policies does not matter", []string{deny(network), allow(network)}, nil, catalog.NoClass},
		{denyAllow, "a Deny takes only what it names", []string{allow(network), allow(keyAdmin), deny(network)}, nil, catalog.KeyAdmin},
		{denyAllow, "a Deny may name more than is allowed", []string{allow(network), deny(`"Action":"ec2:*","Resource":"*"`)}, nil, catalog.NoClass},
		{denyAllow, "a Deny of some resources leaves others", []string{allow(network), deny(`"Action":"ec2:*","Resource":"arn:aws:ec2:*:*:vpc/vpc-1"`)}, nil, catalog.NetworkAdmin},
		{denyAllow, "a Deny under a condition leaves requests for which it does not hold", []string{allow(network), deny(network + `,"Condition":{"Bool":{"aws:MultiFactorAuthPresent":"false"}}`)}, nil, catalog.NetworkAdmin},
		{boundaries, "a boundary gives nothing", nil, []string{allow(network)}, catalog.NoClass},
		{boundaries, "what is held is in the policy and in the boundary", []string{allow(network), allow(keyAdmin)}, []string{allow(keyAdmin)}, catalog.KeyAdmin},
		{boundaries, "a boundary that allows nothing leaves nothing", []string{allow(network)}, []string{}, catalog.NoClass},
		{boundaries, "a Deny in the boundary overrides", []string{allow(network)}, []string{allow(`"Action":"*","Resource":"*"`), deny(network)}, catalog.NoClass},
		{boundaries, "a boundary of everything takes nothing", []string{allow(network)}, []string{allow(`"Action":"*","Resource":"*"`)}, catalog.NetworkAdmin},
		{action, "names are compared without case", []string{allow(`"Action":"EC2:createroute","Resource":"*"`)}, nil, catalog.NetworkAdmin},
		{action, "a star stands for any characters, also inside", []string{allow(`"Action":"ec2:*Route","Resource":"*"`)}, nil, catalog.NetworkAdmin},
		{action, "a question mark stands for one", []string{allow(`"Action":"ec2:CreateRout?","Resource":"*"`)}, nil, catalog.NetworkAdmin},
		{action, "a star alone is everything", []string{allow(`"Action":"*","Resource":"*"`)}, nil, catalog.Full},
		{notAction, "with Allow it is everything but what is listed", []string{allow(`"NotAction":["kms:*","iam:*","lambda:*"],"Resource":"*"`)}, nil, catalog.NetworkAdmin},
		{notAction, "with Allow what is listed is not allowed, and not denied either", []string{allow(`"NotAction":"ec2:*","Resource":"*"`), allow(network)}, nil, catalog.Full},
		{notAction, "with Deny everything but what is listed is denied", []string{allow(network), allow(keyAdmin), deny(`"NotAction":"kms:*","Resource":"*"`)}, nil, catalog.KeyAdmin},
		{resource, "an escalation counts over what its actions may touch", []string{allow(`"Action":"iam:AttachRolePolicy","Resource":"arn:aws:iam::111111111111:role/one"`)}, nil, catalog.Use},
		{resource, "all resources of a kind are as good as a star", []string{allow(`"Action":"iam:AttachRolePolicy","Resource":"arn:aws:iam::*:role/*"`)}, nil, catalog.Full},
		{notRes, "with Allow it is all resources but those listed", []string{allow(`"Action":"ec2:CreateRoute","NotResource":"arn:aws:ec2:*:*:vpc/vpc-1"`)}, nil, catalog.NetworkAdmin},
		{notRes, "without any resource nothing is left", []string{allow(`"Action":"ec2:CreateRoute","NotResource":"*"`)}, nil, catalog.NoClass},
		{effects, "a statement with another effect allows nothing", []string{`{"Effect":"Permit",` + network + `}`}, nil, catalog.NoClass},
		{grammar, "one value may stand for a list of one", []string{allow(`"Action":["ec2:CreateRoute"],"Resource":["*"]`)}, nil, catalog.NetworkAdmin},
		{operators, "a condition that may hold allows", []string{allow(network + `,"Condition":{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}`)}, nil, catalog.NetworkAdmin},
		{several, "no value can equal none of a list", []string{allow(network + `,"Condition":{"StringEquals":{"aws:PrincipalAccount":[]}}`)}, nil, catalog.NoClass},
	} {
		var docs []Document
		for _, p := range c.policies {
			docs = append(docs, doc(t, p))
		}
		var limits []Document
		if c.boundary != nil {
			limits = append(limits, doc(t, c.boundary...))
		}
		if v := classes.Of(docs, limits...); v.Class != c.want {
			t.Errorf("%q, %s: %s, want %s", c.page, c.rule, v.Class, c.want)
		}
	}
}

// TestConditionLogic holds the documented rules for conditions: of operators, of several values and keys, and of keys
// that a request has not.
func TestConditionLogic(t *testing.T) {
	const (
		operators = "reference_policies_elements_condition_operators.html"
		several   = "reference_policies_condition-logic-multiple-context-keys-or-values.html"
		sets      = "reference_policies_condition-single-vs-multi-valued-context-keys.html"
		variables = "reference_policies_variables.html"
		keys      = "reference_policies_condition-keys.html"
	)
	facts := accountFacts("arn:aws-cn:iam::222222222222:role/noc")
	whole := accountFacts("arn:aws-cn:iam::222222222222:root")
	for _, c := range []struct {
		page, rule string
		facts      Facts
		conditions string
		want       Answer
	}{
		{several, "values of a key are joined by or", facts, `{"StringEquals":{"aws:PrincipalAccount":["111111111111","222222222222"]}}`, Yes},
		{several, "values of a negated operator are joined by nor", facts, `{"StringNotEquals":{"aws:PrincipalAccount":["111111111111","222222222222"]}}`, No},
		{several, "keys of an operator are joined by and", facts, `{"StringEquals":{"aws:PrincipalAccount":"222222222222","aws:PrincipalArn":"arn:aws-cn:iam::222222222222:role/other"}}`, No},
		{several, "operators are joined by and", facts, `{"StringEquals":{"aws:PrincipalAccount":"222222222222"},"StringNotEquals":{"aws:PrincipalAccount":"222222222222"}}`, No},
		{several, "what is not known of one key decides where the others hold", facts, `{"StringEquals":{"aws:PrincipalAccount":"222222222222","sts:ExternalId":"x"}}`, Maybe},
		{several, "what is not known of one key does not matter where another fails", facts, `{"StringEquals":{"aws:PrincipalAccount":"111111111111","sts:ExternalId":"x"}}`, No},
		{operators, "StringEquals has no wildcards", facts, `{"StringEquals":{"aws:PrincipalAccount":"2222*"}}`, No},
		{operators, "StringLike has", facts, `{"StringLike":{"aws:PrincipalAccount":"2222*"}}`, Yes},
		{operators, "values are compared with regard to case", facts, `{"StringEquals":{"aws:PrincipalArn":"arn:aws-cn:iam::222222222222:role/NOC"}}`, No},
		{operators, "but for StringEqualsIgnoreCase", facts, `{"StringEqualsIgnoreCase":{"aws:PrincipalArn":"arn:aws-cn:iam::222222222222:role/NOC"}}`, Yes},
		{operators, "keys and operators are compared without", facts, `{"stringequals":{"AWS:principalACCOUNT":"222222222222"}}`, Yes},
		{operators, "ArnLike compares the parts of an ARN each by itself", facts, `{"ArnLike":{"aws:PrincipalArn":"arn:aws*:222222222222:*:*:*"}}`, No},
		{operators, "ArnLike and ArnEquals behave identically", facts, `{"ArnEquals":{"aws:PrincipalArn":"arn:*:iam::*:role/n*"}}`, Yes},
		{operators, "a missing key fails", facts, `{"StringEquals":{"aws:SourceAccount":"222222222222"}}`, No},
		{operators, "a missing key satisfies a negated operator", facts, `{"StringNotEquals":{"aws:SourceAccount":"222222222222"}}`, Yes},
		{operators, "a missing key satisfies IfExists", facts, `{"StringEqualsIfExists":{"aws:SourceAccount":"222222222222"}}`, Yes},
		{operators, "a key that is there does not by IfExists", facts, `{"StringEqualsIfExists":{"aws:PrincipalAccount":"111111111111"}}`, No},
		{operators, "Null true holds where the key is missing", facts, `{"Null":{"aws:SourceArn":"true"}}`, Yes},
		{operators, "Null false holds where it is there", facts, `{"Null":{"aws:PrincipalArn":"false"}}`, Yes},
		{operators, "Bool compares truth values", facts, `{"Bool":{"aws:PrincipalIsAWSService":"true"}}`, No},
		{sets, "ForAllValues holds where the key is missing", facts, `{"ForAllValues:StringEquals":{"aws:SourceArn":"x"}}`, Yes},
		{sets, "ForAnyValue does not", facts, `{"ForAnyValue:StringEquals":{"aws:SourceArn":"x"}}`, No},
		{variables, "a variable may have any value", facts, `{"StringEquals":{"aws:PrincipalAccount":"${aws:ResourceAccount}"}}`, Maybe},
		{keys, "aws:PrincipalArn of an account may be any of its identities", whole, `{"ArnLike":{"aws:PrincipalArn":"arn:aws-cn:iam::222222222222:role/*"}}`, Maybe},
		{keys, "and is none of another account", whole, `{"ArnLike":{"aws:PrincipalArn":"arn:aws-cn:iam::111111111111:role/*"}}`, No},
		{keys, "aws:PrincipalArn of a session is its role's", accountFacts("arn:aws-cn:sts::222222222222:assumed-role/noc/anna"), `{"ArnLike":{"aws:PrincipalArn":"arn:aws-cn:iam::222222222222:role/*"}}`, Yes},
		{keys, "aws:PrincipalAccount is the principal's", whole, `{"StringEquals":{"aws:PrincipalAccount":"222222222222"}}`, Yes},
	} {
		d := doc(t, allow(`"Action":"*","Resource":"*","Condition":`+c.conditions))
		if got := d.Statements[0].holds(c.facts); got != c.want {
			t.Errorf("%q, %s: %s, want %s", c.page, c.rule, got, c.want)
		}
	}
}

package access

import (
	"strings"
	"testing"
)

func TestCondition(t *testing.T) {
	f := Facts{
		Issuer: "oidc.example/id/1",
		Keys: map[string]Fact{
			"aws:principalaccount":  {Patterns: []string{"111111111111"}},
			"aws:principalarn":      {Patterns: []string{"arn:aws:iam::111111111111:*", "arn:aws:sts::111111111111:federated-user/*"}},
			"oidc.example/id/1:sub": {Patterns: []string{"system:serviceaccount:*:*"}},
			"oidc.example/id/1:aud": {Patterns: []string{"a", "b"}},
			"aws:absent":            {Absent: true},
		},
	}
	for _, c := range []struct {
		test, key string
		values    []string
		want      Answer
	}{
		{"StringEquals", "aws:PrincipalAccount", []string{"111111111111"}, Yes},
		{"StringEquals", "aws:PrincipalAccount", []string{"222222222222", "111111111111"}, Yes},
		{"StringEquals", "aws:PrincipalAccount", []string{"222222222222"}, No},
		{"StringEquals", "aws:PrincipalAccount", []string{"1111*"}, No},
		{"StringLike", "aws:PrincipalAccount", []string{"1111*"}, Yes},
		{"StringNotEquals", "aws:PrincipalAccount", []string{"111111111111", "2"}, No},
		{"StringNotEquals", "aws:PrincipalAccount", []string{"2"}, Yes},
		{"StringNotLike", "aws:PrincipalAccount", []string{"1*"}, No},
		{"ForAnyValue:StringEquals", "aws:PrincipalAccount", []string{"111111111111"}, Yes},
		{"StringEquals", "aws:PrincipalAccount", []string{"${aws:SourceAccount}"}, Maybe},
		{"ArnLike", "aws:PrincipalArn", []string{"arn:aws:iam::111111111111:role/ops"}, Maybe},
		{"ArnLike", "aws:PrincipalArn", []string{"arn:aws:iam::222222222222:role/*"}, No},
		{"ArnLike", "aws:PrincipalArn", []string{"arn:aws:*::111111111111:*"}, Yes},
		{"ArnNotLike", "aws:PrincipalArn", []string{"arn:aws:iam::222222222222:role/*"}, Yes},
		{"ArnEquals", "aws:PrincipalArn", []string{"arn:aws:iam::222222222222:role/x"}, No},
		{"StringEquals", "oidc.example/id/1:sub", []string{"system:serviceaccount:n:a"}, Maybe},
		{"StringEquals", "oidc.example/id/1:sub", []string{"repo:acme/x:ref:refs/heads/main"}, No},
		{"StringEquals", "OIDC.example/id/1:SUB", []string{"repo:acme/x"}, No},
		{"StringEquals", "oidc.example/id/1:aud", []string{"a"}, Maybe},
		{"StringEquals", "oidc.example/id/1:aud", []string{"a", "b"}, Yes},
		{"StringEquals", "oidc.example/id/1:aud", []string{"c"}, No},
		{"StringEquals", "oidc.example/id/2:sub", []string{"system:serviceaccount:n:a"}, No},
		{"StringEqualsIfExists", "oidc.example/id/2:sub", []string{"x"}, Yes},
		{"StringEquals", "aws:absent", []string{"x"}, No},
		{"StringNotEquals", "aws:absent", []string{"x"}, Yes},
		{"ForAllValues:StringEquals", "aws:absent", []string{"x"}, Yes},
		{"StringEqualsIfExists", "aws:absent", []string{"x"}, Yes},
		{"Null", "aws:absent", []string{"true"}, Yes},
		{"Null", "aws:absent", []string{"false"}, No},
		{"Null", "aws:PrincipalAccount", []string{"true"}, No},
		{"Null", "aws:other", []string{"true"}, Maybe},
		{"StringEquals", "aws:other", []string{"x"}, Maybe},
		{"StringEquals", "aws:other", nil, No},
		{"StringNotEquals", "aws:other", nil, Maybe},
		{"DateLessThan", "aws:CurrentTime", []string{"2020-01-01T00:00:00Z"}, Maybe},
		{"NoSuchOperator", "aws:PrincipalAccount", []string{"2"}, Maybe},
	} {
		got := Condition{Test: c.test, Key: c.key, Values: List{Values: c.values}}.Holds(f)
		if got != c.want {
			t.Errorf("%s %s %q: %s, want %s", c.test, c.key, c.values, got, c.want)
		}
	}
	if got := (Condition{Test: "StringEquals", Key: "aws:PrincipalAccount", Values: List{Unknown: true}}).Holds(f); got != Maybe {
		t.Errorf("a value that is not known: %s", got)
	}
}

// TestExpression reads conditions of Google's: only terms that all must hold are conditions.
func TestExpression(t *testing.T) {
	for text, want := range map[string]struct {
		keys  string
		whole bool
	}{
		`a == "x" && b != 'y'`:                          {"a b", true},
		`(a == "x" && (b == "y")) && c == "z"`:          {"a b c", true},
		`a == "x && y"`:                                 {"a", true},
		`a == "x" || b == "y"`:                          {"", false},
		`(a == "x" || b == "y") && c == "z"`:            {"c", false},
		`!(a == "x" && b == "y" && c == "z")`:           {"", false},
		`a == "x" ? b == "y" && c == "z" : d == "w"`:    {"", false},
		`a.exists(e, e == "x" && b == "y" && e == "z")`: {"", false},
		`a == "\"&& b == \"y"`:                          {"", false},
		`(`:                                             {"", false},
		`)`:                                             {"", false},
		`()`:                                            {"", false},
		strings.Repeat("(", 1<<20):                      {"", false},
	} {
		conditions, whole := Expression(text)
		var keys []string
		for _, c := range conditions {
			keys = append(keys, c.Key)
		}
		if got := strings.Join(keys, " "); got != want.keys || whole != want.whole {
			t.Errorf("%.60s: %q, %t", text, got, whole)
		}
	}
}

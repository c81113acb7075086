package access

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAssumers(t *testing.T) {
	const account = `"Principal":{"AWS":"arn:aws-cn:iam::222222222222:root"},"Action":"sts:AssumeRole"`
	const web = `"Principal":{"Federated":"arn:aws:iam::1:oidc-provider/h"},`
	for name, c := range map[string]struct {
		statements []string
		want       map[string]Answer
	}{
		"an account":                    {[]string{allow(account)}, map[string]Answer{"arn:aws-cn:iam::222222222222:root": Yes}},
		"by wildcard":                   {[]string{allow(`"Principal":{"AWS":"222222222222"},"Action":"sts:*"`)}, map[string]Answer{"222222222222": Yes}},
		"a service":                     {[]string{allow(`"Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"`)}, nil},
		"only to tag":                   {[]string{allow(`"Principal":{"AWS":"222222222222"},"Action":"sts:TagSession"`)}, nil},
		"everybody":                     {[]string{allow(`"Principal":"*","Action":"sts:AssumeRole"`)}, map[string]Answer{"*": Yes}},
		"everybody but one":             {[]string{allow(`"NotPrincipal":{"AWS":"1"},"Action":"sts:AssumeRole"`)}, map[string]Answer{"*": Yes}},
		"web identity":                  {[]string{allow(web + `"Action":"sts:AssumeRoleWithWebIdentity"`)}, map[string]Answer{"arn:aws:iam::1:oidc-provider/h": Yes}},
		"a provider's wrong action":     {[]string{allow(web + `"Action":"sts:AssumeRole"`)}, nil},
		"an account's wrong action":     {[]string{allow(`"Principal":{"AWS":"222222222222"},"Action":"sts:AssumeRoleWithSAML"`)}, nil},
		"not by NotAction":              {[]string{allow(`"Principal":{"AWS":"222222222222"},"NotAction":"sts:*"`)}, nil},
		"by NotAction":                  {[]string{allow(`"Principal":{"AWS":"222222222222"},"NotAction":"sts:TagSession"`)}, map[string]Answer{"222222222222": Yes}},
		"denied":                        {[]string{allow(account), deny(account)}, nil},
		"denied to its account":         {[]string{allow(`"Principal":{"AWS":"arn:aws:iam::222222222222:role/x"},"Action":"sts:AssumeRole"`), deny(`"Principal":{"AWS":"222222222222"},"Action":"sts:*"`)}, nil},
		"denied to everybody":           {[]string{allow(account), deny(`"Principal":"*","Action":"*"`)}, nil},
		"denied to all others":          {[]string{allow(account), deny(`"NotPrincipal":{"AWS":"arn:aws-cn:iam::222222222222:root"},"Action":"*"`)}, map[string]Answer{"arn:aws-cn:iam::222222222222:root": Yes}},
		"denied as one of others":       {[]string{allow(account), deny(`"NotPrincipal":{"AWS":"333333333333"},"Action":"*"`)}, nil},
		"another is denied":             {[]string{allow(account), deny(`"Principal":{"AWS":"333333333333"},"Action":"*"`)}, map[string]Answer{"arn:aws-cn:iam::222222222222:root": Yes}},
		"one role of it is denied":      {[]string{allow(account), deny(`"Principal":{"AWS":"arn:aws-cn:iam::222222222222:role/x"},"Action":"*"`)}, map[string]Answer{"arn:aws-cn:iam::222222222222:root": Yes}},
		"another action is denied":      {[]string{allow(account), deny(`"Principal":"*","Action":"sts:TagSession"`)}, map[string]Answer{"arn:aws-cn:iam::222222222222:root": Yes}},
		"denied under a condition":      {[]string{allow(account), deny(`"Principal":"*","Action":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"false"}}`)}, map[string]Answer{"arn:aws-cn:iam::222222222222:root": Maybe}},
		"denied where it holds":         {[]string{allow(account), deny(`"Principal":"*","Action":"*","Condition":{"StringNotEquals":{"aws:PrincipalAccount":"333333333333"}}`)}, nil},
		"narrowed":                      {[]string{allow(account + `,"Condition":{"StringEquals":{"sts:ExternalId":"x"}}`)}, map[string]Answer{"arn:aws-cn:iam::222222222222:root": Maybe}},
		"an organisation":               {[]string{allow(account + `,"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}`)}, map[string]Answer{"arn:aws-cn:iam::222222222222:root": Maybe}},
		"an account that it is not":     {[]string{allow(account + `,"Condition":{"StringEquals":{"aws:PrincipalAccount":"333333333333"}}`)}, nil},
		"an identity that is not in it": {[]string{allow(account + `,"Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::333333333333:role/*"}}`)}, nil},
		"another issuer's claim":        {[]string{allow(web + `"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"token.other.example:sub":"x"}}`)}, nil},
		"its issuer's claim":            {[]string{allow(web + `"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"h:sub":"x"}}`)}, map[string]Answer{"arn:aws:iam::1:oidc-provider/h": Maybe}},
		"alibaba":                       {[]string{allow(`"Principal":{"RAM":["acs:ram::123:root"],"Federated":["acs:ram::123:oidc-provider/o"]},"Action":"sts:AssumeRole"`)}, map[string]Answer{"acs:ram::123:root": Yes, "acs:ram::123:oidc-provider/o": Yes}},
		"tencent":                       {[]string{allow(`"Principal":{"qcs":["qcs::cam::uin/100:root"]},"Action":["name/sts:AssumeRole"]`)}, map[string]Answer{"qcs::cam::uin/100:root": Yes}},
		"nobody":                        {[]string{allow(`"Action":"sts:AssumeRole"`)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got map[string]Answer
			for _, trust := range Assumers(doc(t, c.statements...), func(p Principal) Facts {
				if p.Kind == Federated {
					return Facts{Issuer: "h"}
				}
				return accountFacts(p.Value)
			}) {
				if got == nil {
					got = map[string]Answer{}
				}
				got[trust.Principal.Value] = trust.Holds
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestAdmitted(t *testing.T) {
	const bucket = `"Principal":{"AWS":"222222222222"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"`
	for name, c := range map[string]struct {
		statements []string
		want       int
	}{
		"any action":               {[]string{allow(bucket)}, 1},
		"a deny grants nothing":    {[]string{deny(bucket)}, 0},
		"taken away":               {[]string{allow(bucket), deny(`"Principal":"*","Action":"s3:*","Resource":"*"`)}, 0},
		"taken away of another":    {[]string{allow(bucket), deny(`"Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b/private/*"`)}, 1},
		"another action taken":     {[]string{allow(bucket), deny(`"Principal":"*","Action":"s3:PutObject","Resource":"*"`)}, 1},
		"all but another taken":    {[]string{allow(bucket), deny(`"Principal":"*","NotAction":"s3:PutObject","Resource":"*"`)}, 0},
		"all but this one taken":   {[]string{allow(bucket), deny(`"Principal":"*","NotAction":"s3:Get*","Resource":"*"`)}, 1},
		"no action":                {[]string{allow(`"Principal":{"AWS":"222222222222"}`)}, 0},
		"an identity policy":       {[]string{allow(all)}, 0},
		"a canonical user is told": {[]string{allow(`"Principal":{"CanonicalUser":"79a59d"},"Action":"s3:*"`)}, 1},
	} {
		if got := Admitted(doc(t, c.statements...), nil); len(got) != c.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestResources(t *testing.T) {
	got := Resources(doc(t, allow(`"Action":"a","Resource":["arn:aws:s3:::a","*"]`), allow(`"Action":"a","NotResource":"arn:aws-cn:s3:::b"`),
		deny(`"Action":"a","Resource":"arn:aws-cn:s3:::c"`)))
	if d := cmp.Diff([][]string{{"arn:aws:s3:::a", "*"}, {"arn:aws-cn:s3:::b"}}, got); d != "" {
		t.Error(d)
	}
}

func TestParseName(t *testing.T) {
	for text, want := range map[string]name{
		"arn:aws-cn:iam::222222222222:root":             {"aws", "aws-cn", "222222222222", "root"},
		"arn:aws:iam::1:oidc-provider/h.example/id/ABC": {"aws", "aws", "1", "oidc-provider/h.example/id/ABC"},
		"acs:ram::1234567890123456:role/ops":            {"alicloud", "", "1234567890123456", "role/ops"},
		"qcs::cam::uin/100000000001:root":               {"tencentcloud", "", "100000000001", "root"},
		"iam::0123:agency:ops":                          {"huaweicloud", "", "0123", "agency:ops"},
	} {
		if got, ok := parseName(text); !ok || got != want {
			t.Errorf("parseName(%q) = %+v, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "222222222222", "arn:aws:iam", "AROAEXAMPLE", "*"} {
		if got, ok := parseName(text); ok {
			t.Errorf("parseName(%q) = %+v", text, got)
		}
	}
}

package access

import (
	"fmt"
	"strings"
	"testing"

	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/rules/tables"
)

func allow(elements string) string { return `{"Effect":"Allow",` + elements + `}` }
func deny(elements string) string  { return `{"Effect":"Deny",` + elements + `}` }
func doc(t testing.TB, statements ...string) Document {
	t.Helper()
	d, err := Parse(`{"Statement":[` + strings.Join(statements, ",") + `]}`)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

const all = `"Action":"*","Resource":"*"`

// The cases follow AWS's "Policy evaluation logic": an explicit Deny wins, then every kind of policy that applies must
// allow.
func TestClasses(t *testing.T) {
	none := []string(nil)
	for name, c := range map[string]struct {
		policy   []string
		boundary []string
		class    catalog.Class
		set      string
	}{
		"everything":                           {[]string{allow(all)}, none, catalog.Full, ""},
		"everything by service and action":     {[]string{allow(`"Action":"*:*","Resource":"*"`)}, none, catalog.Full, ""},
		"all of one bucket":                    {[]string{allow(`"Action":"s3:*","Resource":"arn:aws:s3:::b/*"`)}, none, catalog.Data, ""},
		"an escalation set":                    {[]string{allow(`"Action":["iam:AttachRolePolicy","ec2:Describe*"],"Resource":"*"`)}, none, catalog.Full, "iam-009"},
		"an escalation set in another case":    {[]string{allow(`"Action":"IAM:attachrolepolicy","Resource":"*"`)}, none, catalog.Full, "iam-009"},
		"an escalation set by wildcard":        {[]string{allow(`"Action":"iam:A*","Resource":"*"`)}, none, catalog.Full, "iam-009"},
		"an escalation set on all roles":       {[]string{allow(`"Action":"iam:AttachRolePolicy","Resource":"arn:aws:iam::*:role/*"`)}, none, catalog.Full, "iam-009"},
		"an escalation set on one role":        {[]string{allow(`"Action":"iam:AttachRolePolicy","Resource":"arn:aws:iam::1:role/x"`)}, none, catalog.Use, ""},
		"an escalation set over two documents": {[]string{allow(`"Action":"iam:PassRole","Resource":"*"`), allow(`"Action":"ec2:RunInstances","Resource":"*"`)}, none, catalog.Full, "ec2-001"},
		"half an escalation set":               {[]string{allow(`"Action":"ec2:RunInstances","Resource":"*"`)}, none, catalog.Use, ""},
		"half of it denied":                    {[]string{allow(`"Action":["iam:PassRole","ec2:RunInstances"],"Resource":"*"`), deny(`"Action":"ec2:Run*","Resource":"*"`)}, none, catalog.IdentityAdmin, ""},
		"all but another service":              {[]string{allow(`"NotAction":"s3:*","Resource":"*"`)}, none, catalog.Full, "iam-009"},
		"all but identities":                   {[]string{allow(`"NotAction":["iam:*","sts:*"],"Resource":"*"`)}, none, catalog.Full, "lambda-003"},
		"all but identities and functions":     {[]string{allow(`"NotAction":["iam:*","lambda:*"],"Resource":"*"`)}, none, catalog.NetworkAdmin, ""},
		"network":                              {[]string{allow(`"Action":"ec2:CreateVpcPeeringConnection","Resource":"*"`)}, none, catalog.NetworkAdmin, ""},
		"network by wildcard":                  {[]string{allow(`"Action":"ec2:*","Resource":"*"`)}, none, catalog.NetworkAdmin, ""},
		"network, one kind denied":             {[]string{allow(`"Action":"ec2:*","Resource":"*"`), deny(`"Action":"ec2:CreateVpc*","Resource":"*"`)}, none, catalog.NetworkAdmin, ""},
		"network, all kinds denied":            {[]string{allow(`"Action":"ec2:*","Resource":"*"`), deny(`"Action":"ec2:Create*","Resource":"*"`)}, none, catalog.Use, ""},
		"network on one thing":                 {[]string{allow(`"Action":"ec2:CreateVpnConnection","Resource":"arn:aws:ec2:eu-west-1:1:vpn-gateway/v"`)}, none, catalog.NetworkAdmin, ""},
		"keys":                                 {[]string{allow(`"Action":"kms:*","Resource":"*"`)}, none, catalog.KeyAdmin, ""},
		"data":                                 {[]string{allow(`"Action":"s3:PutObject","Resource":"arn:aws:s3:::b/*"`)}, none, catalog.Data, ""},
		"read":                                 {[]string{allow(`"Action":["ec2:Describe*","s3:List*"],"Resource":"*"`)}, none, catalog.Read, ""},
		"nothing":                              {none, none, catalog.NoClass, ""},
		"everything denied":                    {[]string{allow(all), deny(all)}, none, catalog.NoClass, ""},
		"deny comes first, whatever the order": {[]string{deny(all), allow(all)}, none, catalog.NoClass, ""},
		"denied on one resource only":          {[]string{allow(all), deny(`"Action":"*","Resource":"arn:aws:s3:::b"`)}, none, catalog.Full, ""},
		"denied under a condition":             {[]string{allow(all), deny(all + `,"Condition":{"Bool":{"aws:MultiFactorAuthPresent":"false"}}`)}, none, catalog.Full, ""},
		"denied under an impossible condition": {[]string{allow(all), deny(all + `,"Condition":{"StringEquals":{"aws:x":[]}}`)}, none, catalog.Full, ""},
		"all but some denied":                  {[]string{allow(all), deny(`"NotAction":"ec2:*","Resource":"*"`)}, none, catalog.NetworkAdmin, ""},
		"all but reading denied":               {[]string{allow(all), deny(`"NotAction":["*:Describe*","*:List*"],"Resource":"*"`)}, none, catalog.Read, ""},
		"identities denied":                    {[]string{allow(all), deny(`"Action":"iam:*","Resource":"*"`)}, none, catalog.Full, "lambda-003"},
		"identities and functions denied":      {[]string{allow(all), deny(`"Action":["iam:*","lambda:*"],"Resource":"*"`)}, none, catalog.NetworkAdmin, ""},
		"nothing by NotResource":               {[]string{allow(`"Action":"*","NotResource":"*"`)}, none, catalog.NoClass, ""},
		"most by NotResource":                  {[]string{allow(`"Action":"iam:*","NotResource":"arn:aws:iam::1:role/x"`)}, none, catalog.Full, "iam-009"},
		"an impossible condition":              {[]string{allow(all + `,"Condition":{"StringEquals":{"aws:x":[]}}`)}, none, catalog.NoClass, ""},
		"a boundary that allows all":           {[]string{allow(all)}, []string{allow(all)}, catalog.Full, ""},
		"a boundary that reads":                {[]string{allow(all)}, []string{allow(`"Action":["ec2:Describe*"],"Resource":"*"`)}, catalog.Read, ""},
		"a boundary of networks":               {[]string{allow(all)}, []string{allow(`"Action":["ec2:*"],"Resource":"*"`)}, catalog.NetworkAdmin, ""},
		"a boundary of another service":        {[]string{allow(`"Action":"ec2:*","Resource":"*"`)}, []string{allow(`"Action":"s3:*","Resource":"*"`)}, catalog.NoClass, ""},
		"a boundary allows nothing by itself":  {[]string{allow(`"Action":"s3:List*","Resource":"*"`)}, []string{allow(all)}, catalog.Read, ""},
		"a boundary that denies identities":    {[]string{allow(`"Action":"iam:*","Resource":"*"`)}, []string{allow(all), deny(`"Action":"iam:*","Resource":"*"`)}, catalog.NoClass, ""},
		"a boundary of all but identities":     {[]string{allow(`"Action":["iam:*","kms:*"],"Resource":"*"`)}, []string{allow(`"NotAction":"iam:*","Resource":"*"`)}, catalog.KeyAdmin, ""},
		"an empty boundary":                    {[]string{allow(all)}, []string{}, catalog.NoClass, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var docs []Document
			for _, s := range c.policy {
				docs = append(docs, doc(t, s))
			}
			var limits []Document
			if c.boundary != nil {
				limits = append(limits, doc(t, c.boundary...))
			}
			v := NewClasses(testCatalog(t), "aws").Of(docs, limits...)
			if v.Class != c.class || v.Set != c.set || v.Sure != Yes {
				t.Errorf("got %s by %q, sure %s; want %s by %q", v.Class, v.Set, v.Sure, c.class, c.set)
			}
		})
	}
}

func TestClassesNotKnown(t *testing.T) {
	classes := NewClasses(testCatalog(t), "aws")
	for name, c := range map[string]struct {
		doc    Document
		limits []Document
		class  catalog.Class
	}{
		"a document":            {Document{Unknown: true}, nil, catalog.NoClass},
		"some actions":          {Document{Statements: []Statement{{Effect: Allow, Actions: List{Values: []string{"kms:PutKeyPolicy"}, Unknown: true}, Resources: List{Values: []string{"*"}}}}}, nil, catalog.KeyAdmin},
		"an effect":             {Document{Statements: []Statement{{Actions: List{Values: []string{"*"}}, Resources: List{Values: []string{"*"}}}}}, nil, catalog.NoClass},
		"the boundary":          {doc(t, allow(all)), []Document{{Unknown: true}}, catalog.Full},
		"what NotAction leaves": {Document{Statements: []Statement{{Effect: Allow, NotActions: List{Unknown: true}, Resources: List{Values: []string{"*"}}}}}, nil, catalog.NoClass},
	} {
		if v := classes.Of([]Document{c.doc}, c.limits...); v.Class != c.class || v.Sure != Maybe {
			t.Errorf("%s: %s, sure %s", name, v.Class, v.Sure)
		}
	}
	if v := classes.Of([]Document{doc(t, allow(all+`,"Condition":{"StringEquals":{"aws:RequestedRegion":"us-east-1"}}`))}); v.Class != catalog.Full || !v.Narrowed {
		t.Errorf("a condition narrows and does not close: %+v", v)
	}
}

// policy is the i-th of many documents of about 6 kB, the most that AWS takes for a managed policy. No two have a statement
// in common; together they name some ten thousand actions, which is about as many as AWS has.
func policy(i int) string {
	var b strings.Builder
	b.WriteString(`{"Version":"2012-10-17","Statement":[`)
	for j := range 24 {
		if j > 0 {
			b.WriteByte(',')
		}
		n := i*24 + j
		fmt.Fprintf(&b, `{"Sid":"S%[1]d","Effect":"Allow","Action":["ec2:Describe%[2]d*","s3:GetObject%[2]d","s3:List%[2]d","kms:Decrypt","logs:Put%[2]d","sqs:SendMessage"],`+
			`"Resource":["arn:aws:s3:::example-bucket-%[1]d/*"],"Condition":{"StringEquals":{"aws:RequestedRegion":"eu-central-%[1]d"}}}`, n, n*7919%2500)
	}
	b.WriteString(`]}`)
	return b.String()
}

// BenchmarkPolicies reads and weighs documents as a run does: each is another one, and actions that were asked after
// before are remembered.
func BenchmarkPolicies(b *testing.B) {
	const many = 10_000
	texts := make([]string, many)
	for i := range texts {
		texts[i] = policy(i)
	}
	cat, err := catalog.Load(tables.FS)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(texts[0])) * many)
	for b.Loop() {
		classes := NewClasses(cat, "aws")
		for _, text := range texts {
			d, err := Parse(text)
			if err != nil {
				b.Fatal(err)
			}
			classes.Of([]Document{d})
		}
	}
}

package access

import (
	"strings"
	"testing"

	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want Document
	}{
		"single values": {
			`{"Version":"2012-10-17","Statement":{"Sid":"one","Effect":"Allow","Action":"s3:*","Resource":"*"}}`,
			Document{Statements: []Statement{{Sid: "one", Effect: Allow, Actions: List{Values: []string{"s3:*"}}, Resources: List{Values: []string{"*"}}}}},
		},
		"not forms": {
			`{"Statement":[{"Effect":"Deny","NotAction":["iam:*"],"NotResource":["a","b"]}]}`,
			Document{Statements: []Statement{{Effect: Deny, NotActions: List{Values: []string{"iam:*"}}, NotResources: List{Values: []string{"a", "b"}}}}},
		},
		"everybody": {
			`{"Statement":[{"Effect":"Allow","Principal":"*","Action":"a"},{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"a"}]}`,
			Document{Statements: []Statement{
				{Effect: Allow, Principals: []Principal{{Kind: Anyone, Value: "*"}}, Actions: List{Values: []string{"a"}}},
				{Effect: Allow, Principals: []Principal{{Kind: Anyone, Value: "*"}}, Actions: List{Values: []string{"a"}}},
			}},
		},
		"every kind of principal": {
			`{"Statement":[{"Effect":"Allow","Principal":{"AWS":["1","2"],"Federated":"f","Service":"s","CanonicalUser":"c"}}]}`,
			Document{Statements: []Statement{{Effect: Allow, Principals: []Principal{
				{Kind: Account, Value: "1"}, {Kind: Account, Value: "2"}, {Kind: Federated, Value: "f"},
				{Kind: Service, Value: "s"}, {Kind: Canonical, Value: "c"},
			}}}},
		},
		"not principal": {
			`{"Statement":[{"Effect":"Deny","NotPrincipal":{"AWS":"1"}}]}`,
			Document{Statements: []Statement{{Effect: Deny, NotPrincipals: []Principal{{Kind: Account, Value: "1"}}}}},
		},
		"conditions": {
			`{"Statement":[{"Effect":"Allow","Condition":{"StringEquals":{"aws:a":["x","y"],"aws:b":"z"},"Bool":{"aws:c":true}}}]}`,
			Document{Statements: []Statement{{Effect: Allow, Conditions: []Condition{
				{Test: "StringEquals", Key: "aws:a", Values: List{Values: []string{"x", "y"}}},
				{Test: "StringEquals", Key: "aws:b", Values: List{Values: []string{"z"}}},
				{Test: "Bool", Key: "aws:c", Values: List{Values: []string{"true"}}},
			}}}},
		},
		"names in another case": {
			`{"version":"2.0","statement":[{"effect":"allow","action":["name/cvm:*"],"resource":"*","principal":{"qcs":["qcs::cam::uin/1:root"]}}]}`,
			Document{Statements: []Statement{{Effect: Allow, Actions: List{Values: []string{"cvm:*"}}, Resources: List{Values: []string{"*"}},
				Principals: []Principal{{Kind: Account, Value: "qcs::cam::uin/1:root"}}}}},
		},
		"alibaba": {
			`{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":["acs:ram::123:root"]}}]}`,
			Document{Statements: []Statement{{Effect: Allow, Actions: List{Values: []string{"sts:AssumeRole"}},
				Principals: []Principal{{Kind: Account, Value: "acs:ram::123:root"}}}}},
		},
		"unknown members": {
			`{"Id":{"a":[1]},"Statement":[{"Effect":"Allow","Comment":{"x":[]},"Action":"a"}]}`,
			Document{Statements: []Statement{{Effect: Allow, Actions: List{Values: []string{"a"}}}}},
		},
		"an effect that is none": {`{"Statement":[{"Effect":"allow ","Action":"a"}]}`,
			Document{Statements: []Statement{{Actions: List{Values: []string{"a"}}}}}},
		"nothing":            {` `, Document{}},
		"no statement":       {`{}`, Document{}},
		"condition as list":  {`{"Statement":[{"Effect":"Allow","Condition":[]}]}`, Document{Statements: []Statement{{Effect: Allow}}}},
		"null condition":     {`{"Statement":[{"Effect":"Allow","Condition":null}]}`, Document{Statements: []Statement{{Effect: Allow}}}},
		"no statement in it": {`{"Statement":[]}`, Document{}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Parse(c.text)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{
		`[`, `"text"`, `{"Statement":"Allow"}`, `{"Statement":[{"Action":{}}]}`, `{"Statement":[{"Action":[["a"]]}]}`,
		`{"Statement":[]} trailing`, `{"Statement":[{"Effect":"Allow"`, `{"Statement":[{"Condition":{"StringEquals":"x"}}]}`, `${jsonencode({})}`,
	} {
		if doc, err := Parse(text); err == nil {
			t.Errorf("Parse(%s) = %+v", text, doc)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`{"Statement":[{"Effect":"Allow","Principal":{"AWS":["1"]},"Action":["a"],"Condition":{"StringLike":{"k":["v"]}}}]}`)
	f.Add(`{"statement":{"notaction":1,"notresource":true,"notprincipal":"*"}}`)
	cat := testCatalog(f)
	f.Fuzz(func(t *testing.T, text string) {
		doc, err := Parse(text)
		if err != nil {
			return
		}
		v := NewClasses(cat, "aws").Of([]Document{doc})
		if b := NewClasses(cat, "aws").Of([]Document{doc}, doc); b.Class > v.Class {
			t.Fatalf("a boundary raises %s to %s", v.Class, b.Class)
		}
		if strings.TrimSpace(text) == "" && len(doc.Statements) > 0 {
			t.Fatal("statements of nothing")
		}
		for _, trust := range Assumers(doc, nil) {
			if trust.Holds == No || trust.Principal.Kind == Service {
				t.Fatalf("lists %+v", trust)
			}
		}
	})
}

// object and list make values as a plan has them.
func object(pairs ...any) model.Value {
	var names []string
	var items []model.Value
	for i := 0; i < len(pairs); i += 2 {
		names, items = append(names, pairs[i].(string)), append(items, value(pairs[i+1]))
	}
	return model.ObjectValue(names, items)
}

func list(items ...any) model.Value {
	var all []model.Value
	for _, i := range items {
		all = append(all, value(i))
	}
	return model.ListValue(all)
}

func value(v any) model.Value {
	switch v := v.(type) {
	case string:
		return model.StringValue(v)
	case model.Value:
		return v
	}
	return model.NullValue
}

func TestFromData(t *testing.T) {
	got := FromData(object("json", model.UnknownValue, "statement", list(
		object("effect", nil, "sid", "a", "actions", list("sts:AssumeRoleWithWebIdentity"),
			"principals", list(object("type", "Federated", "identifiers", list(model.UnknownValue))),
			"condition", list(object("test", "StringEquals", "variable", "h:sub", "values", list("x", model.UnknownValue)))),
		object("effect", model.UnknownValue, "not_actions", list("iam:*"), "resources", list("*", model.UnknownValue)),
		object("effect", "Deny", "actions", list("*"), "principals", list(object("type", "*", "identifiers", list("*")))),
	)))
	want := Document{Statements: []Statement{
		{Sid: "a", Effect: Allow, Actions: List{Values: []string{"sts:AssumeRoleWithWebIdentity"}},
			Principals: []Principal{{Kind: Federated, Unknown: true}},
			Conditions: []Condition{{Test: "StringEquals", Key: "h:sub", Values: List{Values: []string{"x"}, Unknown: true}}}},
		{NotActions: List{Values: []string{"iam:*"}}, Resources: List{Values: []string{"*"}, Unknown: true}},
		{Effect: Deny, Actions: List{Values: []string{"*"}}, Principals: []Principal{{Kind: Anyone, Value: "*"}}},
	}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if !FromData(object("statement", model.UnknownValue)).Unknown {
		t.Error("a document whose statements are not known is not known")
	}
	if !FromData(object("statement", list(model.UnknownValue))).Unknown {
		t.Error("a document with a statement that is not known is not known")
	}
}

func TestMerge(t *testing.T) {
	allow := func(sid, action string) Statement {
		return Statement{Sid: sid, Effect: Allow, Actions: List{Values: []string{action}}}
	}
	got := Document{Statements: []Statement{allow("a", "1"), allow("", "2")}}.Merge(Document{Statements: []Statement{allow("a", "3"), allow("", "4")}, Unknown: true})
	want := Document{Statements: []Statement{allow("a", "3"), allow("", "2"), allow("", "4")}, Unknown: true}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

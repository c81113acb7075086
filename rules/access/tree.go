package access

import (
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/link"
	"github.com/demarc-dev/demarc/analyzer/model"
)

// FromTree reads a document that sources build with jsonencode, of which some leaves are not known. What is known of it
// is as good as in a whole document.
func FromTree(v model.Value) Document {
	doc := Document{}
	statements := element(v, "statement")
	if statements.State == model.Unknown || v.State == model.Unknown {
		return Document{Unknown: true}
	}
	for _, s := range statements.Items() {
		if s.State == model.Unknown {
			doc.Unknown = true
			continue
		}
		doc.Statements = append(doc.Statements, treeStatement(s))
	}
	return doc
}

func treeStatement(v model.Value) Statement {
	s := Statement{
		Actions: treeActions(element(v, "action")), NotActions: treeActions(element(v, "notaction")),
		Resources: dataList(element(v, "resource")), NotResources: dataList(element(v, "notresource")),
		Principals: treePrincipals(element(v, "principal")), NotPrincipals: treePrincipals(element(v, "notprincipal")),
	}
	s.Sid, _ = element(v, "sid").Text()
	word, _ := element(v, "effect").Text()
	s.Effect = effect(word)
	conditions := element(v, "condition")
	for i := range members(conditions) {
		test := conditions.Item(i)
		for j := range members(test) {
			s.Conditions = append(s.Conditions, Condition{Test: conditions.Name(i), Key: test.Name(j), Values: dataList(test.Item(j))})
		}
	}
	return s
}

func treeActions(v model.Value) List {
	l := dataList(v)
	for i, a := range l.Values {
		l.Values[i] = strings.TrimPrefix(a, "name/")
	}
	return l
}

func treePrincipals(v model.Value) []Principal {
	if members(v) == 0 {
		return namedPrincipals("aws", v)
	}
	var all []Principal
	for i := range members(v) {
		all = append(all, namedPrincipals(v.Name(i), v.Item(i))...)
	}
	return all
}

func namedPrincipals(kind string, v model.Value) []Principal {
	var all []Principal
	names := dataList(v)
	for _, n := range names.Values {
		all = append(all, principal(kind, n))
	}
	return append(all, unknownPrincipals(kind, v)...)
}

// unknownPrincipals are those of a value, or of a list of them, that are not known.
func unknownPrincipals(kind string, v model.Value) []Principal {
	if v.State == model.Unknown {
		p := Principal{Kind: principalKind(kind), Unknown: true}
		if v.Prefix() != "" || v.Ending() != "" {
			p.Pattern = v.Prefix() + "*" + v.Ending()
		}
		if _, issuer, ok := strings.Cut(v.Ending(), ":oidc-provider/"); ok && p.Kind == Federated {
			return []Principal{{Kind: Federated, Value: "arn:aws:iam::*:oidc-provider/" + issuer}} // whosever account it is in
		}
		return []Principal{p}
	}
	var all []Principal
	if v.Kind == model.List {
		for _, item := range v.Items() {
			all = append(all, unknownPrincipals(kind, item)...)
		}
	}
	return all
}

// element is a member of an object by its name in lower case.
func element(v model.Value, name string) model.Value {
	for i := range members(v) {
		if n := v.Name(i); elements[n] == name || strings.ToLower(n) == name {
			return v.Item(i)
		}
	}
	return model.Value{}
}

// members is how many members an object has, 0 for anything else.
func members(v model.Value) int {
	if v.State != model.Known || v.Kind != model.Object {
		return 0
	}
	return v.Len()
}

// fillIn gives unknown principals the identities that the document refers to: one of them is meant by each.
func (r *Reader) fillIn(doc *Document, targets []link.Target) {
	for i := range doc.Statements {
		s := &doc.Statements[i]
		var all []Principal
		for _, p := range s.Principals {
			if !p.Unknown || p.Node != nil {
				all = append(all, p)
				continue
			}
			some := false
			for _, t := range targets {
				if kind, ok := r.identity(t.Node.Type); ok && kind == p.Kind {
					all, some = append(all, Principal{Kind: p.Kind, Unknown: true, Node: t.Node, Pattern: p.Pattern}), true
				}
			}
			if !some {
				all = append(all, p)
			}
		}
		s.Principals = all
		for j := range s.Conditions {
			if c := &s.Conditions[j]; c.calls() && c.Values.Unknown {
				for _, t := range targets {
					if link.Identifies(t.Attr) && !slices.Contains(c.Named, t.Node) {
						c.Named = append(c.Named, t.Node)
					}
				}
			}
		}
	}
}

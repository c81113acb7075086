package access

import "github.com/demarc-dev/demarc/analyzer/model"

// FromData reads the values of a data source that makes a document: its statement blocks, without the documents that it
// refers to. Alibaba's names them in the singular. Parts whose values are not known stay so; a statement block that is not
// known at all makes the whole document unknown.
func FromData(values model.Value) Document {
	var doc Document
	blocks := values.Get("statement")
	if blocks.State == model.Unknown {
		return Document{Unknown: true}
	}
	for _, b := range blocks.Items() {
		if b.State == model.Unknown {
			doc.Unknown = true
			continue
		}
		s := Statement{
			Actions:      dataList(either(b, "actions", "action")),
			NotActions:   dataList(b.Get("not_actions")),
			Resources:    dataList(either(b, "resources", "resource")),
			NotResources: dataList(b.Get("not_resources")),
		}
		s.Sid, _ = b.Get("sid").Text()
		switch e := b.Get("effect"); e.State {
		case model.Known:
			word, _ := e.Text()
			s.Effect = effect(word)
		case model.Absent, model.Null:
			s.Effect = Allow // the data source's default
		}
		s.Principals = dataPrincipals(either(b, "principals", "principal"))
		s.NotPrincipals = dataPrincipals(b.Get("not_principals"))
		for _, c := range dataBlocks(b.Get("condition")) {
			test, _ := either(c, "test", "operator").Text()
			key, _ := c.Get("variable").Text()
			s.Conditions = append(s.Conditions, Condition{Test: test, Key: key, Values: dataList(c.Get("values"))})
		}
		doc.Statements = append(doc.Statements, s)
	}
	return doc
}

// either is the first of two arguments that is there.
func either(v model.Value, one, other string) model.Value {
	if found := v.Get(one); found.State != model.Absent {
		return found
	}
	return v.Get(other)
}

// dataBlocks are the blocks of a list, one unknown block where the list is unknown.
func dataBlocks(v model.Value) []model.Value {
	if v.State == model.Unknown {
		return []model.Value{v}
	}
	return v.Items()
}

func dataList(v model.Value) List {
	values, unknown := v.Strings()
	return List{Values: values, Unknown: unknown}
}

func dataPrincipals(v model.Value) []Principal {
	var all []Principal
	for _, b := range dataBlocks(v) {
		word, ok := either(b, "type", "entity").Text()
		names := dataList(b.Get("identifiers"))
		for _, n := range names.Values {
			if !ok {
				all = append(all, Principal{Value: n})
				continue
			}
			all = append(all, principal(word, n))
		}
		all = append(all, unknownPrincipals(word, b.Get("identifiers"))...)
	}
	return all
}

// Merge adds statements the way the data source's override_policy_documents do: one with the same Sid as an earlier
// one takes its place.
func (d Document) Merge(later Document) Document {
	out := Document{Unknown: d.Unknown || later.Unknown, Statements: append([]Statement(nil), d.Statements...)}
next:
	for _, s := range later.Statements {
		if s.Sid != "" {
			for i := range out.Statements {
				if out.Statements[i].Sid == s.Sid {
					out.Statements[i] = s
					continue next
				}
			}
		}
		out.Statements = append(out.Statements, s)
	}
	return out
}

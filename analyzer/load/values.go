package load

import (
	"maps"
	"slices"

	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/model"
)

// values finds what the arguments of provider blocks are worth: constants, root variables, and what data sources and
// resources are known to hold.
type values struct {
	config    *config
	variables model.Value
	byBlock   map[string][]*model.Resource
}

// expression is the value of an expression of module m, Unknown where it cannot be followed. A conditional has several
// references, and which branch it takes is not in the plan.
func (v *values) expression(m *configModule, e model.Value, depth int) model.Value {
	if depth > maxDepth {
		return model.UnknownValue
	}
	if e.Kind == model.List { // nested blocks
		items := make([]model.Value, e.Len())
		for i := range items {
			items[i] = v.expression(m, e.Item(i), depth+1)
		}
		return model.ListValue(items)
	}
	if !isExpression(e) {
		return v.block(m, e, depth)
	}
	if constant := member(e, "constant_value"); constant.State != model.Absent {
		return constant
	}
	list := distinct(member(e, "references"))
	if len(list) != 1 {
		return model.UnknownValue
	}
	t, err := addr.ParseTraversal(list[0])
	if err != nil {
		return model.UnknownValue
	}
	return v.reference(m, t, depth)
}

// single is expression for an input or output of a module, which is one expression and never a block: were it followed
// as one, a document could double the work at every step.
func (v *values) single(m *configModule, e model.Value, depth int) model.Value {
	if !isExpression(e) {
		return model.UnknownValue
	}
	return v.expression(m, e, depth)
}

func (v *values) block(m *configModule, e model.Value, depth int) model.Value {
	if e.Kind != model.Object {
		return model.UnknownValue
	}
	names := make([]string, e.Len())
	items := make([]model.Value, e.Len())
	for i := range items {
		names[i], items[i] = e.Name(i), v.expression(m, e.Item(i), depth+1)
	}
	return model.ObjectValue(names, items)
}

func (v *values) reference(m *configModule, t addr.Traversal, depth int) model.Value {
	switch t[0].Name {
	case "var":
		if len(t) < 2 {
			return model.UnknownValue
		}
		return v.variable(m, t[1].Name, t[2:], depth)
	case "module":
		if len(t) < 3 || t[2].Name == "" {
			return model.UnknownValue
		}
		call := m.calls[t[1].Name]
		if call == nil || call.module == nil {
			return model.UnknownValue
		}
		return pick(v.single(call.module, call.module.outputs[t[2].Name], depth+1), t[3:])
	case "local", "each", "count", "path", "terraform", "self", "ephemeral":
		return model.UnknownValue
	}
	at, rest, err := t.Resource()
	if err != nil {
		return model.UnknownValue
	}
	key := at.Key
	at.Module, at.Key = m.path, addr.Key{}
	instances := v.byBlock[at.String()]
	// Several instances of the module may disagree; then the value is not one.
	var found model.Value
	for _, r := range instances {
		if key.Kind != addr.NoKey && r.Key != key {
			continue
		}
		got := pick(r.Values, rest)
		a, okA := got.Text()
		b, okB := found.Text()
		if found.State != model.Absent && (!okA || !okB || a != b) {
			return model.UnknownValue
		}
		found = got
	}
	if found.State == model.Absent {
		return model.UnknownValue
	}
	return found
}

// variable is a root variable's value, or what a module's caller gives. Only text is taken from a structured variable:
// the plan holds it as it was typed, before conversion and optional defaults, so that a missing key proves nothing.
func (v *values) variable(m *configModule, name string, rest addr.Traversal, depth int) model.Value {
	if m.call != nil {
		e := member(m.call.expressions, name)
		if e.State == model.Absent {
			return known(pick(m.variables[name], rest))
		}
		return pick(v.single(m.parent, e, depth+1), rest)
	}
	return known(pick(member(member(v.variables, name), "value"), rest))
}

// known is v, or Unknown where there is nothing.
func known(v model.Value) model.Value {
	if v.State == model.Absent {
		return model.UnknownValue
	}
	return v
}

// pick follows a traversal into a value.
func pick(v model.Value, rest addr.Traversal) model.Value {
	for _, p := range rest {
		switch {
		case v.State == model.Unknown:
			return v
		case p.Name != "":
			v = member(v, p.Name)
		case p.Key.Kind == addr.StringKey:
			v = member(v, p.Key.Str)
		case p.Key.Kind == addr.IntKey && v.Kind == model.List && p.Key.Int >= 0 && p.Key.Int < v.Len():
			v = v.Item(p.Key.Int)
		default:
			return model.UnknownValue
		}
	}
	return known(v)
}

func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}

package load

import (
	"strings"

	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/model"
)

// maxOrigins bounds what one argument is followed to: beyond it the argument says nothing precise any more.
const maxOrigins = 64

// maxSteps bounds how many variables and outputs in a row are followed.
const maxSteps = 1000

// follow finds the resource attributes that an expression of module m refers to, through variables, module outputs and
// for_each, and names what it cannot look into. r is the block whose each.value is meant, nil in a module's own body.
func (c *config) follow(m *configModule, r *configResource, refs model.Value, opaque []string) ([]model.Origin, []string) {
	var origins []model.Origin
	list := distinct(refs)
	byKey := false
	for _, s := range list {
		if s == "each.key" || s == "count.index" {
			byKey = true
		}
	}
	for _, s := range list {
		t, err := addr.ParseTraversal(s)
		if err != nil {
			opaque = append(opaque, "a reference that is not understood")
			continue
		}
		o, more := c.reference(m, r, t, s)
		for i := range o {
			o[i].ByKey = o[i].ByKey || byKey
		}
		origins, opaque = merge(origins, o), append(opaque, more...)
		if len(origins) > maxOrigins {
			return nil, dedupe(append(opaque, "too many references"))
		}
	}
	if len(origins) == 1 && len(list) > 1 && model.Handed(origins[0].Type, top(origins[0].Attr)) { // the other may be a key
		origins[0].Exact = false
	}
	if len(origins) > 1 || len(opaque) > 0 {
		for i := range origins {
			origins[i].Exact = false
		}
	}
	return origins, dedupe(opaque)
}

// reference follows one reference.
func (c *config) reference(m *configModule, r *configResource, t addr.Traversal, text string) ([]model.Origin, []string) {
	switch root := t[0].Name; root {
	case "count", "path", "terraform", "self", "tofu":
		return nil, nil
	case "local":
		if len(t) < 2 {
			return nil, nil
		}
		return nil, []string{"local." + t[1].Name}
	case "var":
		if len(t) < 2 {
			return nil, nil
		}
		o, opaque := c.variable(m, t[1].Name)
		return beyond(o, t[2:], "var."+t[1].Name), opaque
	case "each":
		return c.eachValue(m, r, t)
	case "module":
		return c.output(m, t)
	case "action", "ephemeral":
		return nil, nil
	}
	at, rest, err := t.Resource()
	if err != nil {
		return nil, []string{clip(text)}
	}
	if len(at.Module) > 0 { // cannot happen: module references end at outputs
		return nil, []string{clip(text)}
	}
	key := at.Key
	exact := len(rest) > 0
	if key.Kind == addr.NoKey {
		if b := c.block(m, at); b != nil && b.each.State != model.Absent {
			key = addr.Key{Kind: addr.AnyKey} // which of the instances is not told
			exact = false
		}
	}
	o := model.Origin{Shared: len(m.path), Mode: at.Mode, Type: at.Type, Name: at.Name, Key: key, Exact: exact}
	return []model.Origin{under(o, rest)}, nil
}

func (c *config) block(m *configModule, at addr.Resource) *configResource {
	at.Module, at.Key = m.path, addr.Key{}
	return c.blocks[at.String()]
}

// variable follows a module's input to the expression that the caller gives it.
func (c *config) variable(m *configModule, name string) ([]model.Origin, []string) {
	if m.call == nil {
		return nil, nil // a root variable is a value, not a resource
	}
	e := member(m.call.expressions, name)
	if e.State == model.Absent {
		return nil, nil // the default, or not known: a value
	}
	return c.once(symbol{m, "var", name}, func() ([]model.Origin, []string) {
		var refs []model.Value
		gather(e, &refs)
		if len(refs) == 0 {
			if isExpression(e) && member(e, "constant_value").State == model.Absent {
				return nil, []string{"a function call"}
			}
			return nil, nil
		}
		caller := &configResource{module: m.parent, each: m.call.each}
		return c.follow(m.parent, caller, model.ListValue(refs), nil)
	})
}

// gather collects the references in an expression, or in a tree of them.
func gather(v model.Value, out *[]model.Value) {
	if isExpression(v) {
		refs := member(v, "references")
		for i := range refs.Len() {
			*out = append(*out, refs.Item(i))
		}
		return
	}
	if v.Kind == model.List || v.Kind == model.Object {
		for i := range v.Len() {
			gather(v.Item(i), out)
		}
	}
}

// output follows `module.NAME[KEY].OUTPUT...` into the called module. `module.NAME` alone stands for all its outputs,
// which happens where for_each goes over a module.
func (c *config) output(m *configModule, t addr.Traversal) ([]model.Origin, []string) {
	if len(t) < 2 {
		return nil, nil
	}
	call := m.calls[t[1].Name]
	if call == nil || call.module == nil {
		return nil, []string{"module." + t[1].Name}
	}
	step := addr.Step{Name: t[1].Name}
	rest := t[2:]
	if len(rest) > 0 && rest[0].Key.Kind != addr.NoKey {
		step.Key, rest = rest[0].Key, rest[1:]
	} else if call.each.State != model.Absent {
		step.Key = addr.Key{Kind: addr.AnyKey}
	}
	if len(rest) == 0 {
		return c.wholeModule(m, call, step)
	}
	name := rest[0].Name
	if _, ok := call.module.outputs[name]; !ok {
		return nil, []string{"module." + t[1].Name + "." + name}
	}
	o, opaque := c.outputOf(call.module, name)
	return beyond(up(o, m, step), rest[1:], "module."+t[1].Name+"."+name), opaque
}

// opaqueCall says that an expression without references and constant is a function call.
func opaqueCall(e model.Value) []string {
	if isExpression(e) && e.Len() == 0 {
		return []string{"a function call"}
	}
	return nil
}

// wholeModule is every output of a module, each by its name.
func (c *config) wholeModule(m *configModule, call *configCall, step addr.Step) ([]model.Origin, []string) {
	o, opaque := c.once(symbol{call.module, "module", ""}, func() ([]model.Origin, []string) {
		var origins []model.Origin
		var opaque []string
		for _, name := range sortedKeys(call.module.outputs) {
			o, more := c.outputOf(call.module, name)
			o = beyond(o, nil, "module."+step.Name+"."+name)
			for i := range o {
				o[i].Exact = false
				o[i].Output = name
			}
			origins, opaque = merge(origins, o), append(opaque, more...)
			if len(origins) > maxOrigins {
				return nil, []string{"module." + step.Name}
			}
		}
		return origins, dedupe(opaque)
	})
	return up(o, m, step), opaque
}

// outputOf follows an output of a module, in the module's own terms.
func (c *config) outputOf(m *configModule, name string) ([]model.Origin, []string) {
	return c.once(symbol{m, "output", name}, func() ([]model.Origin, []string) {
		e := m.outputs[name]
		return c.follow(m, nil, member(e, "references"), opaqueCall(e))
	})
}

// up turns origins that are relative to a called module into origins relative to the caller m.
func up(list []model.Origin, m *configModule, step addr.Step) []model.Origin {
	out := make([]model.Origin, len(list))
	for i, o := range list {
		if o.Shared > len(m.path) {
			o.Shared = len(m.path)
			o.Down = append(addr.Module{step}, o.Down...)
			if step.Key.Kind == addr.AnyKey {
				o.Exact = false
			}
		}
		out[i] = o
	}
	return out
}

// eachValue follows each.value to what for_each goes over. Which element belongs to an instance is only told by the key.
func (c *config) eachValue(m *configModule, r *configResource, t addr.Traversal) ([]model.Origin, []string) {
	if r == nil || len(t) < 2 || t[1].Name != "value" {
		return nil, nil
	}
	refs := member(r.each, "references")
	if refs.Len() == 0 {
		return nil, opaqueCall(r.each)
	}
	self := &configResource{module: r.module} // for_each itself has no each.value
	o, opaque := c.follow(m, self, refs, nil)
	out := make([]model.Origin, 0, len(o))
	for _, g := range o {
		if g.Output != "" { // for_each over a module: each.value.NAME picks the output
			if len(t) > 2 && t[2].Name != g.Output {
				continue
			}
			g.Output = ""
			if len(t) > 2 {
				g = under(g, t[3:])
			}
		} else if model.Handed(g.Type, top(g.Attr)) {
			g = along(g.Below("[*]"), t[2:])
		} else {
			g = under(g, t[2:])
		}
		g.Exact = false
		g.ByKey = true
		out = append(out, through(g, "each.value"))
	}
	return out, opaque
}

// beyond re-applies the path that follows a variable or output to origins that are whole objects.
func beyond(list []model.Origin, rest addr.Traversal, via string) []model.Origin {
	out := make([]model.Origin, 0, len(list))
	for _, o := range list {
		if o.Output != "" && len(rest) > 0 {
			name, behind := first(rest)
			if name != "" && name != o.Output {
				continue
			}
			o.Output = ""
			o = under(o, behind)
		} else {
			o = under(o, rest)
		}
		out = append(out, through(o, via))
	}
	return out
}

// top is the first name of an attribute path.
func top(attr string) string {
	name, _, _ := strings.Cut(attr, ".")
	return name
}

// through adds a step to the way of an origin, as long as there is somebody who would read it.
func through(o model.Origin, via string) model.Origin {
	if len(o.Via) < maxOrigins {
		o.Via = append(o.Via[:len(o.Via):len(o.Via)], via)
	}
	return o
}

// first is the first name of a traversal, and what comes behind it.
func first(t addr.Traversal) (string, addr.Traversal) {
	for i, p := range t {
		if p.Name != "" {
			return p.Name, t[i+1:]
		}
	}
	return "", nil
}

// under is an origin that goes on with the path of a traversal, where it is a whole: a resource, or what one was given.
func under(o model.Origin, t addr.Traversal) model.Origin {
	if o.Attr != "" && !model.Handed(o.Type, o.Attr) {
		return o
	}
	return along(o, t)
}

// along is an origin that goes on with the path of a traversal.
func along(o model.Origin, t addr.Traversal) model.Origin {
	at := model.Path{Full: o.Path(), Block: o.Attr}
	for _, p := range t {
		switch p.Key.Kind {
		case addr.NoKey:
			at = at.Attr(p.Name)
		case addr.StringKey:
			at = at.Attr(p.Key.Str)
		case addr.IntKey:
			if at.Full != "" {
				at = at.Index(p.Key.Int)
			}
		}
	}
	return o.At(at)
}

// once computes a symbol's origins a single time, and cuts cycles, which only a broken document can hold.
func (c *config) once(s symbol, f func() ([]model.Origin, []string)) ([]model.Origin, []string) {
	if o, ok := c.memo[s]; ok {
		return o, c.opaque[s]
	}
	if c.busy[s] {
		return nil, []string{"a cycle"}
	}
	if len(c.busy) == maxSteps {
		return nil, []string{"too long a chain of references"}
	}
	c.busy[s] = true
	o, opaque := f()
	delete(c.busy, s)
	c.memo[s], c.opaque[s] = o, opaque
	return o, opaque
}

func merge(a, b []model.Origin) []model.Origin {
	for _, o := range b {
		same := false
		for i := range a {
			if same = a[i].Same(o); same {
				a[i].Exact = a[i].Exact && o.Exact
				break
			}
		}
		if !same {
			a = append(a, o)
		}
	}
	return a
}

// dedupe leaves out what is there twice, and what is more than anybody would read.
func dedupe(list []string) []string {
	var out []string
	seen := map[string]bool{}
	for _, s := range list {
		if len(out) == maxOrigins {
			return append(out, "more")
		}
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

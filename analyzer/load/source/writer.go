package source

import (
	"slices"
	"sort"

	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/zclconf/go-cty/cty"
)

// writer turns the evaluated arguments of one block into the model.
type writer struct {
	run  *run
	mod  *module
	list []*model.Arg
	at   map[string]*model.Arg
	pos  map[string]model.Pos
	here []*model.Arg // the arguments that what is walked belongs to
}

func (w *writer) init(r *run, m *module) {
	w.run, w.mod = r, m
	w.pos = map[string]model.Pos{}
}

// skipped are the meta-arguments of provider blocks.
var skipped = map[string]bool{"alias": true, "for_each": true, "version": true}

// body evaluates the arguments and blocks of a body, in the order of their names: a plan has them so, and of several ends
// of one link both tell the same first.
func (w *writer) body(path string, b *body, s *scope, skip map[string]bool) model.Value {
	names := make([]string, 0, len(b.attrs)+len(b.blocks))
	items := make([]model.Value, 0, len(b.attrs)+len(b.blocks))
	for _, a := range b.attrs {
		if skip[a.name] {
			continue
		}
		v := w.attr(join(path, a.name), a, s)
		names, items = append(names, a.name), append(items, v)
	}
	var blocks map[string][]model.Value
	var order []string
	add := func(typ string, v model.Value) {
		if blocks == nil {
			blocks = map[string][]model.Value{}
		}
		if _, ok := blocks[typ]; !ok {
			order = append(order, typ)
		}
		blocks[typ] = append(blocks[typ], v)
	}
	for _, n := range b.blocks {
		at := join(path, nestedType(n))
		if _, ok := w.pos[at]; !ok {
			w.pos[at] = pos(n.at)
		}
		if n.typ == "dynamic" && len(n.labels) == 1 {
			w.dynamic(at, n, s, func(v model.Value) { add(n.labels[0], v) })
			continue
		}
		add(n.typ, w.body(at, n.body, s, nil))
	}
	for _, typ := range order {
		if i := slices.Index(names, typ); i >= 0 {
			continue // written as an argument as well: JSON, or a mistake
		}
		names, items = append(names, typ), append(items, model.ListValue(blocks[typ]))
	}
	sort.Sort(&byName{names, items})
	return model.ObjectValue(names, items)
}

type byName struct {
	names []string
	items []model.Value
}

func (b *byName) Len() int           { return len(b.names) }
func (b *byName) Less(i, j int) bool { return b.names[i] < b.names[j] }
func (b *byName) Swap(i, j int) {
	b.names[i], b.names[j] = b.names[j], b.names[i]
	b.items[i], b.items[j] = b.items[j], b.items[i]
}

// dynamic makes the blocks that a dynamic block stands for; one where their number is not known.
func (w *writer) dynamic(path string, n *block, s *scope, add func(model.Value)) {
	r := w.run
	each := n.body.attr("for_each")
	var content *body
	for _, c := range n.body.blocks {
		if c.typ == "content" {
			content = c.body
		}
	}
	if each == nil || content == nil {
		return
	}
	iterator := n.labels[0]
	if a := n.body.attr("iterator"); a != nil {
		if t := traversalOf(a.expr); len(t) == 1 {
			iterator = t.RootName()
		}
	}
	one := func(k, v cty.Value) {
		c := s.child()
		c.vars = map[string]cty.Value{iterator: cty.ObjectVal(map[string]cty.Value{"key": k, "value": v})}
		add(w.body(path, content, c, nil))
	}
	coll := r.safely(each.expr, s)
	u, marks := coll.Unmark()
	if !u.IsKnown() {
		one(cty.DynamicVal.WithMarks(notRefs(marks)), r.someElement(coll, marks))
		return
	}
	if u.IsNull() || !u.CanIterateElements() {
		return
	}
	set := isSet(u, marks)
	marks = withoutDocuments(marks)
	for it := u.ElementIterator(); it.Next(); {
		k, v := it.Element()
		if r.elements--; r.elements < 0 {
			r.at = each.expr
			r.exhaust()
			return
		}
		if set {
			k = v
		}
		k, _ = k.Unmark()
		one(k, v.WithMarks(marks))
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// few is how many arguments are looked through one by one; most blocks have no more.
const few = 16

// arg is the argument at a path. One that is there already is given by several blocks.
func (w *writer) arg(path string) *model.Arg {
	if len(w.list) <= few {
		for _, a := range w.list {
			if a.Block == path {
				return a
			}
		}
	} else if a := w.at[path]; a != nil {
		return a
	}
	a := &model.Arg{Block: path}
	w.list = append(w.list, a)
	if len(w.list) > few {
		if w.at == nil {
			w.at = make(map[string]*model.Arg, 4*few)
			for _, a := range w.list {
				w.at[a.Block] = a
			}
		}
		w.at[path] = a
	}
	return a
}

func (w *writer) attr(path string, a *attr, s *scope) model.Value {
	g := w.arg(path)
	if _, ok := w.pos[path]; !ok {
		w.pos[path] = pos(a.at)
	}
	if v, ok := literal(a.expr); ok {
		m := plainValue(v)
		if g.Constant.State == model.Absent {
			g.Constant = m
		}
		return m
	}
	v := w.run.safely(a.expr, s)
	return w.value(path, v)
}

// value converts a value, and notes what it and its parts refer to under path, and under path with the names of the
// attributes that lead to them.
func (w *writer) value(path string, v cty.Value) model.Value {
	g := w.arg(path)
	if !v.ContainsMarked() && v.IsWhollyKnown() {
		return plainValue(v)
	}
	w.here = append(w.here[:0], g)
	return w.convert(path, v, false)
}

func (w *writer) note(marks cty.ValueMarks) {
	for _, k := range refsOf(marks) {
		o, ok := k.origin(w.mod.path)
		if !ok {
			for _, g := range w.here {
				addOpaque(g, k.module.path.Block().String())
			}
			continue
		}
		for _, g := range w.here {
			addOrigin(g, o)
		}
	}
	for m := range marks {
		if q, ok := m.(opaque); ok {
			for _, g := range w.here {
				addOpaque(g, q.reason)
			}
		}
	}
}

func addOrigin(g *model.Arg, o model.Origin) {
	for i := range g.Origins {
		if g.Origins[i].Same(o) {
			g.Origins[i].Exact = g.Origins[i].Exact || o.Exact // it is used for certain once
			return
		}
	}
	if len(g.Origins) < maxOrigins {
		g.Origins = append(g.Origins, o)
	}
}

// maxOrigins bounds what one argument is said to be made of.
const maxOrigins = 256

func addOpaque(g *model.Arg, reason string) {
	if i, found := slices.BinarySearch(g.Opaque, reason); !found && len(g.Opaque) < 16 {
		g.Opaque = slices.Insert(g.Opaque, i, reason)
	}
}

func (w *writer) convert(path string, v cty.Value, quiet bool) model.Value {
	u, marks := v.Unmark()
	if !quiet {
		w.note(marks)
	}
	out := model.Value{}
	switch t := u.Type(); {
	case !u.IsKnown():
		out = model.UnknownValue
		end := ending("")
		for m := range marks {
			switch m := m.(type) {
			case *document:
				out = model.UnknownDocument(w.convert(path, m.value, true))
			case *choice:
				if list := plainChoices(m.values); list != nil {
					out = model.UnknownOf(list)
				}
			case ending:
				end = m
			}
		}
		if t == cty.String && len(marks) > 0 {
			if _, ok := out.Partly(); !ok && out.Choices() == nil {
				out = model.UnknownText(u.Range().StringPrefix(), string(end))
			}
		}
		if !quiet && !explained(marks) {
			for _, g := range w.here {
				addOpaque(g, "a value that is not known before apply")
			}
		}
	case u.IsNull():
		out = model.NullValue
	case t.IsObjectType() || t.IsMapType():
		n := u.LengthInt()
		names, items := make([]string, 0, n), make([]model.Value, 0, n)
		depth := len(w.here)
		for it := u.ElementIterator(); it.Next(); {
			k, e := it.Element()
			k, _ = k.Unmark()
			name := k.AsString()
			sub := join(path, name)
			if !quiet {
				w.here = append(w.here[:depth], w.arg(sub))
				w.inherit(marks)
			}
			names, items = append(names, name), append(items, w.convert(sub, e, quiet))
		}
		w.here = w.here[:depth]
		out = model.ObjectValue(names, items)
	case t.IsListType() || t.IsSetType() || t.IsTupleType():
		items := make([]model.Value, 0, u.LengthInt())
		for it := u.ElementIterator(); it.Next(); {
			_, e := it.Element()
			items = append(items, w.convert(path, e, quiet))
		}
		out = model.ListValue(items)
	default:
		out = plainValue(u)
	}
	if _, hidden := marks[secret{}]; hidden {
		out.Sensitive = true
	}
	return out
}

// plainChoices are choices that are texts, numbers, truth values or null; nil where others are among them.
func plainChoices(values []cty.Value) []model.Value {
	list := make([]model.Value, len(values))
	for i, c := range values {
		if !c.IsNull() && !c.Type().IsPrimitiveType() {
			return nil
		}
		list[i] = plainValue(c)
	}
	return list
}

// inherit gives the innermost argument the marks of what it is a part of.
func (w *writer) inherit(marks cty.ValueMarks) {
	if len(marks) == 0 {
		return
	}
	all := w.here
	w.here = all[len(all)-1:]
	w.note(marks)
	w.here = all
}

// explained tells whether marks say where a value comes from.
func explained(marks cty.ValueMarks) bool {
	for m := range marks {
		switch m.(type) {
		case *ref, opaque:
			return true
		}
	}
	return false
}

// args are the arguments that were met.
func (w *writer) args() []model.Arg {
	out := make([]model.Arg, len(w.list))
	for i, g := range w.list {
		exact := true
		for _, o := range g.Origins {
			exact = exact && o.Exact
		}
		g.Several = exact && len(g.Origins) > 1
		out[i] = *g
	}
	return out
}

// loose is a count or for_each, which is no argument of the resource.
func (w *writer) loose(v cty.Value) *model.Arg {
	g := &model.Arg{}
	w.here = []*model.Arg{g}
	w.note(deep(v))
	return g
}

// plainValue converts a value without marks.
func plainValue(v cty.Value) model.Value {
	if !v.IsKnown() {
		return model.UnknownValue
	}
	if v.IsNull() {
		return model.NullValue
	}
	switch t := v.Type(); {
	case t == cty.String:
		return model.StringValue(v.AsString())
	case t == cty.Bool:
		return model.BoolValue(v.True())
	case t == cty.Number:
		s, ok := toText(v)
		if !ok {
			return model.UnknownValue
		}
		return model.NumberValue(s.AsString())
	case t.IsObjectType() || t.IsMapType():
		names, items := make([]string, 0, v.LengthInt()), make([]model.Value, 0, v.LengthInt())
		for it := v.ElementIterator(); it.Next(); {
			k, e := it.Element()
			names, items = append(names, k.AsString()), append(items, plainValue(e))
		}
		return model.ObjectValue(names, items)
	case t.IsListType() || t.IsSetType() || t.IsTupleType():
		items := make([]model.Value, 0, v.LengthInt())
		for it := v.ElementIterator(); it.Next(); {
			_, e := it.Element()
			items = append(items, plainValue(e))
		}
		return model.ListValue(items)
	}
	return model.UnknownValue
}

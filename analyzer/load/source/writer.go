package source

import (
	"slices"
	"strconv"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// writer turns the evaluated arguments of one block into the model. One is used for block after block, and gives away
// copies: there is much to note of every block.
type writer struct {
	run    *run
	mod    *module
	args   []model.Arg
	places []model.Place
	here   []int         // of args, those that what is walked belongs to
	items  bool          // each element of a list is an argument of its own
	of     string        // which resource or output it is, "" for others
	again  bool          // there is likely to be another instance of the block
	noted  map[noted]int // where the origins of an argument are that come after the first few

	argAt, placeAt index
}

// write has f write a block of m, and gives its arguments and where they are.
func (r *run) write(m *module, f func(*writer)) (args []model.Arg, places model.Places) {
	r.writing(m, f, func(a []model.Arg, p []model.Place) { args, places = slices.Clone(a), model.PlacesOf(p) })
	return args, places
}

// writing has f write a block of m, and gives keep its arguments and where they are. What it is given is the writer's.
func (r *run) writing(m *module, f func(*writer), keep func([]model.Arg, []model.Place)) {
	var w *writer
	if n := len(r.writers); n > 0 {
		w, r.writers = r.writers[n-1], r.writers[:n-1]
	} else {
		w = &writer{run: r}
	}
	w.mod = m
	f(w)
	for i := range w.args {
		g := &w.args[i]
		inexact := slices.ContainsFunc(g.Origins, func(o model.Origin) bool { return !o.Exact })
		g.Several = !inexact && len(g.Origins) > 1
	}
	keep(w.args, w.places)
	w.args, w.places, w.items, w.of, w.again = w.args[:0], w.places[:0], false, "", false
	clear(w.noted)
	w.argAt.reset()
	w.placeAt.reset()
	r.writers = append(r.writers, w)
}

// skipped are the meta-arguments of provider blocks.
var skipped = map[string]bool{"alias": true, "for_each": true, "version": true}

// spot is where something is in a block: by its table path, and by the path of its place, which tells blocks of one type apart.
type spot struct{ path, place string }

func (at spot) in(name string) spot {
	path := join(at.path, name)
	if at.place == at.path {
		return spot{path, path}
	}
	return spot{path, join(at.place, name)}
}

// nth is the nth of several blocks of one type.
func (at spot) nth(n int) spot {
	if n > 0 {
		at.place += "[" + strconv.Itoa(n) + "]"
	}
	return at
}

// body evaluates the arguments and blocks of a body, in the order of their names: a plan has them so, and of several ends
// of one link both tell the same first.
func (w *writer) body(at spot, b *body, s *scope, skip map[string]bool) model.Value {
	all := make([]part, 0, len(b.attrs)+len(b.blocks))
	for _, a := range b.attrs {
		if !skip[a.name] {
			all = append(all, part{a.name, w.attr(at.in(a.name), a, s), false})
		}
	}
	var before map[string]int // how many blocks of a type there are already
	if len(b.blocks) > 1 {
		before = make(map[string]int, len(b.blocks))
	}
	for _, n := range b.blocks {
		typ := nestedType(n)
		of := at.in(typ)
		if n.typ == "dynamic" && len(n.labels) == 1 {
			first := before[typ]
			w.place(of.nth(first), n.at)
			w.dynamic(n, s, func(content *body, s *scope) {
				one := of
				if first > 0 {
					one = of.nth(before[typ])
					w.place(one, n.at)
				}
				if before != nil {
					before[typ]++
				}
				all = append(all, part{typ, w.body(one, content, s, nil), true})
			})
			continue
		}
		if before != nil {
			of = of.nth(before[typ])
			before[typ]++
		}
		w.place(of, n.at)
		all = append(all, part{typ, w.body(of, n.body, s, nil), true})
	}
	slices.SortStableFunc(all, func(a, b part) int { return strings.Compare(a.name, b.name) })
	names, items := make([]string, 0, len(all)), make([]model.Value, 0, len(all))
	for i := 0; i < len(all); {
		first, n := all[i], 1
		for i+n < len(all) && all[i+n].name == first.name {
			n++
		}
		names = append(names, first.name)
		if first.block { // one that is written as an argument as well is none: JSON, or a mistake
			list := make([]model.Value, n)
			for j := range list {
				list[j] = all[i+j].value
			}
			first.value = model.ListValue(list)
		}
		items = append(items, first.value)
		i += n
	}
	return model.ObjectValue(names, items)
}

// part is an argument of a body, or one of its blocks.
type part struct {
	name  string
	value model.Value
	block bool
}

// dynamic makes the blocks that a dynamic block stands for; one where their number is not known.
func (w *writer) dynamic(n *block, s *scope, add func(content *body, s *scope)) {
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
		add(content, c)
	}
	coll := r.spread(r.safely(each.expr, s))
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

// index numbers paths in the order in which they come.
type index struct {
	paths []string
	at    map[string]int // where there are more than few
}

// few is how many paths are looked through one by one; most blocks have no more.
const few = 16

// of is the number of a path, and whether it has come for the first time.
func (x *index) of(path string) (i int, first bool) {
	n := len(x.paths)
	if n <= few {
		if i = slices.Index(x.paths, path); i >= 0 {
			return i, false
		}
	} else if i, ok := x.at[path]; ok {
		return i, false
	}
	x.paths = append(x.paths, path)
	switch {
	case n == few:
		x.at = make(map[string]int, 4*few)
		for i, p := range x.paths {
			x.at[p] = i
		}
	case n > few:
		x.at[path] = n
	}
	return n, true
}

func (x *index) reset() {
	x.paths, x.at = x.paths[:0], nil
}

// arg is the number of the argument at a path. One that is there already is given by several blocks.
func (w *writer) arg(path string) int {
	i, first := w.argAt.of(path)
	if first {
		w.args = append(w.args, model.Arg{Block: path})
	}
	return i
}

// place notes where an argument or block is.
func (w *writer) place(of spot, at hcl.Range) {
	if _, first := w.placeAt.of(of.place); first {
		w.places = append(w.places, model.Place{Path: of.place, Pos: pos(at)})
	}
}

func (w *writer) attr(of spot, a *attr, s *scope) model.Value {
	path := of.path
	g := w.arg(path)
	w.place(of, a.at)
	if v, ok := literal(a.expr); ok {
		m := plainValue(v)
		if c := &w.args[g].Constant; c.State == model.Absent {
			*c = m
		}
		return m
	}
	c, before := w.run.constants[a]
	if c.is {
		return c.value
	}
	v := w.run.safely(a.expr, s)
	m := w.value(path, v)
	switch {
	case before || !w.again:
	case settled(v) && len(a.expr.Variables()) == 0:
		w.run.constants[a] = constant{true, m}
	default:
		w.run.constants[a] = constant{}
	}
	return m
}

// constant tells whether an argument is the same in all instances of its block, since it refers to nothing.
type constant struct {
	is    bool
	value model.Value
}

// value converts a value, and notes what it and its parts refer to under path, and under path with the names of the
// attributes that lead to them.
func (w *writer) value(path string, v cty.Value) model.Value {
	g := w.arg(path)
	if settled(v) {
		return plainValue(v)
	}
	w.here = append(w.here[:0], g)
	return w.convert(path, v, false)
}

// loose notes a count or for_each, which is no argument of the block.
func (w *writer) loose(v cty.Value) {
	w.here = append(w.here[:0], w.arg(""))
	w.note(deep(v))
}

func (w *writer) note(marks cty.ValueMarks) {
	w.run.fewPaths(marks)
	for _, k := range refsOf(marks) {
		o, ok := k.origin(w.mod.path)
		if !ok {
			for _, g := range w.here {
				addOpaque(&w.args[g], k.module.path.Block().String())
			}
			continue
		}
		for _, g := range w.here {
			w.origin(g, k, o)
		}
	}
	for m := range marks {
		if q, ok := m.(opaque); ok {
			for _, g := range w.here {
				addOpaque(&w.args[g], q.reason)
			}
		}
	}
}

// noted is an origin of an argument.
type noted struct {
	arg  int
	inst *instance
	attr string
	key  addr.Key
}

// origin notes that an argument comes from what k is of.
func (w *writer) origin(arg int, k *ref, o model.Origin) {
	g := &w.args[arg]
	for i := range g.Origins[:min(len(g.Origins), few)] {
		if g.Origins[i].Same(o) {
			g.Origins[i].Exact = g.Origins[i].Exact || o.Exact // it is used for certain once
			return
		}
	}
	id := noted{arg, k.inst, k.attr, o.Key}
	if i, ok := w.noted[id]; ok {
		g.Origins[i].Exact = g.Origins[i].Exact || o.Exact
		return
	}
	if n := len(g.Origins); n < maxOrigins {
		if n >= few {
			if w.noted == nil {
				w.noted = map[noted]int{}
			}
			w.noted[id] = n
		}
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
	v = w.run.spread(v)
	u, marks := v.Unmark()
	if !quiet {
		w.note(marks)
	}
	out := model.Value{}
	switch t := u.Type(); {
	case !u.IsKnown():
		out = model.UnknownValue
		end, whole := ending(""), ""
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
			case *pieces:
				whole = m.parted()
			}
		}
		if w.of != "" && !quiet {
			w.run.namings = append(w.run.namings, namings(w.of, path, marks)...)
		}
		if t == cty.String && len(marks) > 0 {
			if _, ok := out.Partly(); !ok && out.Choices() == nil {
				out = model.UnknownText(u.Range().StringPrefix(), string(end), whole)
			}
		}
		if !quiet && !explained(marks) {
			for _, g := range w.here {
				addOpaque(&w.args[g], "a value that is not known before apply")
			}
		}
	case u.IsNull():
		out = model.NullValue
	case t.IsObjectType() || t.IsMapType():
		n := u.LengthInt()
		names, items := make([]string, 0, n), make([]model.Value, 0, n)
		for it := u.ElementIterator(); it.Next(); {
			k, e := it.Element()
			k, _ = k.Unmark()
			name := k.AsString()
			names, items = append(names, name), append(items, w.element(join(path, name), e, marks, quiet))
		}
		out = model.ObjectValue(names, items)
	case t.IsListType() || t.IsSetType() || t.IsTupleType():
		items := make([]model.Value, 0, u.LengthInt())
		ordered := w.items && !isSet(u, marks)
		for it := u.ElementIterator(); it.Next(); {
			_, e := it.Element()
			if ordered {
				items = append(items, w.element(path+"["+strconv.Itoa(len(items))+"]", e, marks, quiet))
			} else {
				items = append(items, w.convert(path, e, quiet))
			}
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

// element converts an element of something, of which it is an argument of its own.
func (w *writer) element(path string, v cty.Value, marks cty.ValueMarks, quiet bool) model.Value {
	depth := len(w.here)
	if !quiet {
		w.here = append(w.here, w.arg(path))
		w.inherit(marks)
	}
	out := w.convert(path, v, quiet)
	w.here = w.here[:depth]
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

package source

import (
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/zclconf/go-cty/cty"
)

// instance is one instance of a resource block in one module instance.
type instance struct {
	block      *resource
	module     *module
	key        addr.Key
	address    string
	scope      *scope
	attrs      map[string]*cell
	refs       map[string]*ref // of its attributes, by their paths, and "" for the whole
	provider   *model.Provider
	candidates []*model.Provider
	provided   bool
}

// instances are all instances of a block in one module instance.
type instances struct {
	list  []*instance
	byKey map[addr.Key]*instance
	open  bool // which there are is not known: list has one that stands for all
	keyed bool
	busy  bool // being found out
	each  *model.Arg
}

// instances finds out which instances a block has.
func (m *module) instances(b *resource) *instances {
	if in := m.blocks[b]; in != nil {
		return in
	}
	in := &instances{busy: true}
	m.blocks[b] = in
	e := m.run.expand(owner{module: m, block: b}, b.count, b.each, b.disabled)
	in.open, in.keyed = e.open, e.keyed
	if e.keyed {
		each, _ := m.run.write(m, func(w *writer) { w.loose(e.value) })
		in.each = &each[0]
	}
	in.list = make([]*instance, len(e.list))
	if e.keyed {
		in.byKey = make(map[addr.Key]*instance, len(e.list))
	}
	for i, k := range e.list {
		s := k.scope(m)
		at := addr.Resource{Module: m.path, Mode: b.mode, Type: b.typ, Name: b.name, Key: k.key}
		one := &instance{block: b, module: m, key: k.key, address: at.String(), scope: s}
		in.list[i] = one
		if e.keyed {
			in.byKey[k.key] = one
		}
	}
	in.busy = false
	return in
}

// value is a block as a whole.
func (in *instances) value(r *run) cty.Value {
	if in.open {
		return cty.DynamicVal.Mark(r.ref(ref{inst: in.list[0], many: true}))
	}
	if !in.keyed {
		if len(in.list) == 0 {
			return cty.NullVal(cty.DynamicPseudoType)
		}
		return r.whole(in.list[0])
	}
	keys := make([]addr.Key, len(in.list))
	vals := make([]cty.Value, len(in.list))
	for i, one := range in.list {
		keys[i], vals[i] = one.key, r.whole(one)
	}
	return keyed(keys, vals)
}

// attribute is an attribute of an instance: as it is configured, or not known. Either way it carries the attribute's ref
// and no other: what it is made of is the resource's own affair.
func (in *instance) attribute(r *run, name string) cty.Value {
	if in.attrs == nil {
		in.attrs = map[string]*cell{}
	}
	c := in.attrs[name]
	if c == nil {
		c = &cell{}
		in.attrs[name] = c
		c.value, c.done = r.apart(func() cty.Value { return in.find(r, name) }), true
	}
	if !c.done {
		return in.computed(r, name)
	}
	return c.value
}

func (in *instance) find(r *run, name string) cty.Value {
	from := name
	if in.block.typ == "terraform_data" && name == "output" {
		from = "input"
	}
	mark := r.ref(ref{inst: in, attr: name})
	if a := in.block.body.attr(from); a != nil {
		v := r.safely(a.expr, in.scope)
		if u, _ := v.Unmark(); u.IsKnown() && !u.IsNull() {
			if model.Handed(in.block.typ, name) {
				return r.parts(v, ref{inst: in, attr: name})
			}
			return r.own(v, mark)
		}
		if _, is := deep(v)[secret{}]; is {
			return in.computed(r, name).Mark(secret{})
		}
		return in.computed(r, name)
	}
	if in.block.mode == addr.Data {
		if v, ok := in.modelled(r, name); ok {
			return v.Mark(mark)
		}
	}
	return in.computed(r, name)
}

// nested is an argument of a nested block that is there once: `rule.destination.bucket`.
func (in *instance) nested(r *run, path string) (cty.Value, bool) {
	names := strings.Split(path, ".")
	at := in.block.body
	for _, name := range names[:len(names)-1] {
		var one *body
		for _, b := range at.blocks {
			if nestedType(b) == name {
				if one != nil || b.typ == "dynamic" {
					return cty.NilVal, false
				}
				one = b.body
			}
		}
		if one == nil {
			return cty.NilVal, false
		}
		at = one
	}
	a := at.attr(names[len(names)-1])
	if a == nil || at == in.block.body {
		return cty.NilVal, false
	}
	if in.attrs == nil {
		in.attrs = map[string]*cell{}
	}
	if in.attrs[path] != nil { // it refers to itself
		return cty.NilVal, false
	}
	in.attrs[path] = &cell{}
	v := r.apart(func() cty.Value { return r.safely(a.expr, in.scope) })
	delete(in.attrs, path)
	if u, _ := v.Unmark(); !u.IsKnown() || u.IsNull() {
		return cty.NilVal, false
	}
	return r.own(v, r.ref(ref{inst: in, attr: path})), true
}

// never are attributes that every provider gives a text that is neither null nor empty.
var never = map[string]bool{"id": true, "arn": true, "self_link": true}

// computed is an attribute that only the provider knows.
func (in *instance) computed(r *run, name string) cty.Value {
	mark := r.ref(ref{inst: in, attr: name})
	if never[name] {
		return cty.UnknownVal(cty.String).RefineNotNull().Mark(mark)
	}
	return cty.DynamicVal.Mark(mark)
}

// own replaces the refs of a configured value by the attribute's.
func (r *run) own(v cty.Value, mark *ref) cty.Value {
	if settled(v) {
		return v.Mark(mark)
	}
	out, err := cty.Transform(v, func(_ cty.Path, v cty.Value) (cty.Value, error) {
		u, marks := v.Unmark()
		_, hidden := marks[secret{}]
		if !u.IsKnown() {
			u = u.Mark(mark)
		}
		if hidden {
			u = u.Mark(secret{})
		}
		return u, nil
	})
	if err != nil {
		return cty.DynamicVal.Mark(mark)
	}
	return out.Mark(mark)
}

// parts replaces the refs of a value that is handed on by those of its parts.
func (r *run) parts(v cty.Value, at ref) cty.Value {
	u, marks := v.Unmark()
	t := u.Type()
	if !u.IsKnown() || u.IsNull() || !t.IsObjectType() && !t.IsMapType() && !t.IsTupleType() && !t.IsListType() || u.LengthInt() == 0 || isSet(u, marks) {
		return r.own(v, r.ref(at))
	}
	var names []string
	var list []cty.Value
	for it := u.ElementIterator(); it.Next(); {
		k, e := it.Element()
		name, _ := toText(k)
		step := "." + name.AsString()
		if k.Type() == cty.Number {
			step = "[" + name.AsString() + "]"
		}
		one := at
		one.attr = below(at.attr, step)
		names, list = append(names, name.AsString()), append(list, r.parts(e, one))
	}
	if t.IsTupleType() || t.IsListType() {
		return cty.TupleVal(list)
	}
	of := make(map[string]cty.Value, len(list))
	for i, name := range names {
		of[name] = list[i]
	}
	return cty.ObjectVal(of)
}

// modelled is what an attribute of a data source follows to be from its configuration and its provider's.
func (in *instance) modelled(r *run, name string) (cty.Value, bool) {
	if in.block.typ == "aws_arn" {
		return in.arnPart(r, name)
	}
	if r.opts.Data == nil {
		return cty.NilVal, false
	}
	for _, a := range in.block.body.attrs { // one that asks for something else than the provider's own
		switch a.name {
		case "name", "region", "endpoint", "location", "tenant_id", "account_id", "project":
			return cty.NilVal, false
		}
	}
	p, _ := in.configuration(r)
	if p == nil {
		return cty.NilVal, false
	}
	s, ok := r.opts.Data(p, in.block.typ, name)
	if !ok {
		return cty.NilVal, false
	}
	return cty.StringVal(s), true
}

// arnPart reads a part of the ARN that a `data "aws_arn"` is given.
func (in *instance) arnPart(r *run, name string) (cty.Value, bool) {
	a := in.block.body.attr("arn")
	if a == nil {
		return cty.NilVal, false
	}
	v, _ := r.safely(a.expr, in.scope).UnmarkDeep()
	if !v.IsKnown() || v.IsNull() || v.Type() != cty.String {
		return cty.NilVal, false
	}
	parts := strings.SplitN(v.AsString(), ":", 6)
	i := slices.Index([]string{"", "partition", "service", "region", "account", "resource"}, name)
	if len(parts) < 6 || i < 1 {
		return cty.NilVal, false
	}
	return cty.StringVal(parts[i]), true
}

// emit adds an instance to the snapshot.
func (r *run) emit(in *instance) {
	res := &model.Resource{Address: in.address, Module: in.module.path, Key: in.key, Action: model.Create}
	block := model.Block{Mode: in.block.mode, Type: in.block.typ, Name: in.block.name, Source: in.source()}
	rarely := model.Rarely{Previous: in.previous(), Pos: pos(in.block.at)}
	if in.block.mode != addr.Managed { // what is ephemeral leaves nothing behind; what is made of it does
		res.Action = model.Read
	}
	all := in.module.instances(in.block)
	of := r.written[in.block]
	if of == nil {
		of = &written{}
	}
	keyed := func(step addr.Step) bool { return step.Key.Kind != addr.NoKey }
	again := len(all.list) > 1 || slices.ContainsFunc(in.module.path, keyed) // is there likely to be another one?
	if again {
		r.written[in.block] = of
	}
	r.writing(in.module, func(w *writer) {
		w.of, w.items, w.again = in.address, model.HandsOn(in.block.typ), again
		r.within(owner{module: in.module, block: in.block}, func() { res.Values = w.body(spot{}, in.block.body, in.scope, nil) })
	}, func(args []model.Arg, places []model.Place) {
		block.Args, rarely.Pos.Args = of.arguments(args, all.each), of.places(places)
	})
	if call := in.module.calledAt(); call != nil {
		rarely.Pos = *call
	}
	block.Provider, rarely.Candidates = in.configuration(r)
	if of.rarely == nil || !of.rarely.Same(&rarely) {
		of.rarely = &rarely
	}
	res.Block, res.Rarely = r.common.Once(block), of.rarely
	r.resources = append(r.resources, res)
}

// written is what was made of an instance of a block. The next one mostly has the same, and shares it.
type written struct {
	args   *model.Args
	list   []model.Arg // of which args are
	at     model.Places
	rarely *model.Rarely
}

// arguments are those of an instance.
func (of *written) arguments(list []model.Arg, each *model.Arg) *model.Args {
	same := func(a, b model.Arg) bool { return a.Same(&b) }
	if a := of.args; a == nil || (a.Each == nil) != (each == nil) || each != nil && !a.Each.Same(each) || !slices.EqualFunc(of.list, list, same) {
		of.list = slices.Clone(list)
		of.args = model.NewArgs(of.list, each)
	}
	return of.args
}

// places are where they are.
func (of *written) places(list []model.Place) model.Places {
	model.Places(list).Sort()
	if !slices.EqualFunc(of.at, list, model.Place.Same) {
		of.at = slices.Clone(list)
	}
	return of.at
}

// source is the provider that the instance's type belongs to.
func (in *instance) source() string {
	local := in.block.implicit
	if p := in.block.provider; p != nil {
		if t := providerName(p.expr); len(t) > 0 {
			local = t[0]
		}
	}
	return in.module.cfg.sourceOf(local)
}

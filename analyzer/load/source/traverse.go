package source

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// traverse is the value of a reference such as `module.net["a"].vpc.id`. Only what is asked for is evaluated.
func (r *run) traverse(t hcl.Traversal, s *scope) cty.Value {
	root, rest := t.RootName(), t[1:]
	for at := s; at != nil; at = at.parent {
		if v, ok := at.vars[root]; ok {
			return r.walk(v, rest)
		}
	}
	if s.bare || s.sealed || s.module == nil {
		return r.fail("a reference where there may be none")
	}
	m := s.module
	name := ""
	if len(rest) > 0 {
		name = stepName(rest[0])
	}
	switch root {
	case "var":
		if name == "" {
			return r.fail(broken)
		}
		return r.walk(m.variable(name), rest[1:])
	case "local":
		if name == "" {
			return r.fail(broken)
		}
		return r.walk(m.local(name), rest[1:])
	case "module":
		if name == "" {
			return r.fail(broken)
		}
		return r.throughModule(m, name, rest[1:])
	case "each":
		if !s.keyed || name == "" {
			return r.fail("each, which has no meaning here")
		}
		if name == "key" {
			return s.key
		}
		return r.walk(s.val, rest[1:])
	case "count":
		if !s.keyed {
			return r.fail("count, which has no meaning here")
		}
		return s.key
	case "path":
		return r.path(m, name)
	case "terraform", "tofu":
		if name == "workspace" {
			return r.workspace
		}
		return unknown(root + "." + name)
	case "self":
		if s.self != nil {
			return r.walk(cty.DynamicVal.Mark(r.ref(ref{inst: s.self})), rest)
		}
		return unknown("self")
	case "action", "caller":
		return unknown(root + "." + name)
	}
	mode := addr.Managed
	switch root {
	case "data", "ephemeral":
		mode = addr.Data
		if root == "ephemeral" {
			mode = addr.Ephemeral
		}
		root, rest = name, rest[min(1, len(rest)):]
	case "resource":
		root, rest = name, rest[min(1, len(rest)):]
	}
	if root == "" || len(rest) == 0 || stepName(rest[0]) == "" {
		return r.fail(root + ", which names nothing")
	}
	block := m.cfg.byName[blockName{mode, root, stepName(rest[0])}]
	if block == nil {
		return r.fail(root + "." + stepName(rest[0]) + ", which is not declared")
	}
	return r.throughBlock(m, block, rest[1:])
}

func (r *run) throughModule(m *module, name string, rest hcl.Traversal) cty.Value {
	c := m.called(name)
	if c == nil {
		return r.fail("module." + name + ", which is not declared")
	}
	if c.missing != "" {
		return unknown(c.missing)
	}
	if !c.open {
		at := rest
		var found *module
		switch {
		case !c.keyed && len(c.list) == 1:
			found = c.list[0]
		case c.keyed && len(at) > 0:
			if i, ok := at[0].(hcl.TraverseIndex); ok {
				found, at = atKey(c.byKey, i.Key), at[1:]
				if found == nil {
					return r.fail("module." + name + ", which has no such instance")
				}
			}
		}
		switch {
		case found != nil && len(at) > 0 && stepName(at[0]) != "":
			return r.walk(found.output(stepName(at[0])), at[1:])
		case found != nil:
			return r.walk(found.whole(), at)
		}
	}
	return r.walk(c.value(r, name), rest)
}

func (r *run) throughBlock(m *module, b *resource, rest hcl.Traversal) cty.Value {
	in := m.instances(b)
	if in.busy {
		return r.fail(b.typ + "." + b.name + ", which refers to itself")
	}
	if in.keyed && !in.open && len(rest) > 0 {
		if i, ok := rest[0].(hcl.TraverseIndex); ok {
			found := atKey(in.byKey, i.Key)
			if found == nil {
				return r.fail(b.typ + "." + b.name + ", which has no such instance")
			}
			return r.through(found, rest[1:])
		}
	}
	if !in.keyed && !in.open && len(in.list) == 1 {
		return r.through(in.list[0], rest)
	}
	return r.walk(in.value(r), rest)
}

// through follows the steps from a resource instance.
func (r *run) through(in *instance, steps hcl.Traversal) cty.Value {
	if len(steps) > 0 {
		if a, ok := steps[0].(hcl.TraverseAttr); ok {
			return r.walk(in.attribute(r, a.Name), steps[1:])
		}
	}
	return r.walk(r.whole(in), steps)
}

// whole is a resource instance as a value.
func (r *run) whole(in *instance) cty.Value {
	return cty.DynamicVal.Mark(r.ref(ref{inst: in}))
}

// path is `path.module` and its like, relative to the root module as Terraform prints them there.
func (r *run) path(m *module, name string) cty.Value {
	switch name {
	case "module":
		rel, err := filepath.Rel(r.dir, m.cfg.dir)
		if err != nil {
			return unknown("path.module")
		}
		return cty.StringVal(filepath.ToSlash(rel))
	case "root":
		return cty.StringVal(".")
	}
	return unknown("path." + name)
}

// walk follows the steps of a traversal.
func (r *run) walk(v cty.Value, steps hcl.Traversal) cty.Value {
	for _, s := range steps {
		switch s := s.(type) {
		case hcl.TraverseAttr:
			v = r.attribute(v, s.Name)
		case hcl.TraverseIndex:
			v = r.index(v, s.Key)
		default:
			return r.fail(broken)
		}
	}
	return v
}

// attribute is what `.name` reads.
func (r *run) attribute(v cty.Value, name string) cty.Value {
	if choosing([]cty.Value{v}) == 0 {
		return r.each([]cty.Value{v}, 0, func(v []cty.Value) cty.Value { return r.attribute(v[0], name) })
	}
	u, marks := v.Unmark()
	if !u.IsKnown() {
		return r.unknownAttribute(u.Type(), marks, name)
	}
	if u.IsNull() {
		return r.fail(broken)
	}
	t := u.Type()
	switch {
	case t.IsObjectType():
		if t.HasAttribute(name) {
			return u.GetAttr(name).WithMarks(withoutDocuments(marks))
		}
	case t.IsMapType():
		k := cty.StringVal(name)
		if has := u.HasIndex(k); has.IsKnown() && has.True() {
			return u.Index(k).WithMarks(withoutDocuments(marks))
		}
	}
	r.failures++
	return cty.DynamicVal.WithMarks(marks).Mark(opaque{broken})
}

// unknownAttribute reads a name of something that is not known: with one ref, of the resource that it is.
func (r *run) unknownAttribute(t cty.Type, marks cty.ValueMarks, name string) cty.Value {
	want := cty.DynamicPseudoType
	if t.IsObjectType() {
		if !t.HasAttribute(name) {
			return r.fail(broken)
		}
		want = t.AttributeType(name)
	} else if t.IsMapType() {
		want = t.ElementType()
	}
	refs := refsOf(marks)
	if len(refs) == 0 {
		r.doubts++
		return cty.UnknownVal(want).WithMarks(withoutDocuments(marks))
	}
	rest := notRefs(marks)
	if len(refs) == 1 && (!refs[0].may || refs[0].attr != "") {
		v := r.step(refs[0], name)
		if want != cty.DynamicPseudoType && want.IsPrimitiveType() {
			if u, m := v.Unmark(); u.Type() != want {
				if c, err := convert.Convert(u, want); err == nil && !longNumbers(u) {
					v = c.WithMarks(m)
				}
			}
		}
		return v.WithMarks(rest)
	}
	all := []cty.ValueMarks{rest}
	for _, k := range refs {
		if k.attr != "" { // one of several: whether the name is one of its is not known, and the paths of all names would multiply
			all = append(all, r.perhaps(cty.NewValueMarks(k)))
			continue
		}
		all = append(all, withoutDocuments(r.perhaps(deep(r.step(k, name)))))
	}
	return cty.DynamicVal.WithMarks(all...)
}

// step reads a name of what a ref stands for.
func (r *run) step(k *ref, name string) cty.Value {
	var v cty.Value
	switch {
	case k.inst == nil:
		v = k.module.output(name)
	case k.attr == "":
		v = k.inst.attribute(r, name)
		if k.key.Kind != addr.NoKey || k.byKey {
			v = r.retarget(v, k)
		}
	default:
		next := *k
		next.attr = below(k.attr, "."+name)
		found, ok := k.inst.nested(r, model.PathOf(next.attr).Block)
		if !ok {
			return cty.DynamicVal.Mark(r.ref(next))
		}
		v = found
	}
	if k.via == "" && !k.may {
		return v
	}
	u, marks := v.Unmark()
	return u.WithMarks(r.remark(marks, func(n ref) ref {
		if n.via == "" {
			n.via = k.via
		} else if k.via != "" {
			n.via += " " + k.via
		}
		n.may = n.may || k.may
		return n
	}))
}

// below is an attribute path with one step more, where it is not as long as nobody writes it.
func below(path, step string) string {
	if strings.Count(path, ".")+strings.Count(path, "[") >= 16 {
		return path
	}
	return path + step
}

// retarget gives an attribute's value the key that the reference has.
func (r *run) retarget(v cty.Value, from *ref) cty.Value {
	u, marks := v.Unmark()
	return u.WithMarks(r.remark(marks, func(k ref) ref {
		if k.inst == from.inst {
			k.key, k.byKey = from.key, from.byKey
		}
		return k
	}))
}

// indexed is `collection[key]`, and what the steps behind it lead to.
func (r *run) indexed(x *hclsyntax.IndexExpr, rest hcl.Traversal, s *scope) cty.Value {
	key := r.eval(x.Key, s)
	// `aws_vpc.v[each.key].id` and `module.m[each.key].id`: only the instance and the output that are meant are evaluated.
	if t, ok := x.Collection.(*hclsyntax.ScopeTraversalExpr); ok {
		if k, _ := key.Unmark(); k.IsKnown() && !k.IsNull() && (k.Type() == cty.String || k.Type() == cty.Number) {
			return r.traverse(slices.Concat(t.Traversal, hcl.Traversal{hcl.TraverseIndex{Key: k}}, rest), s)
		}
	}
	return r.walk(r.index(r.eval(x.Collection, s), key), rest)
}

// index is what `[key]` reads.
func (r *run) index(v, key cty.Value) cty.Value {
	if v.IsKnown() && choosing([]cty.Value{key}) == 0 {
		return r.each([]cty.Value{key}, 0, func(k []cty.Value) cty.Value { return r.index(v, k[0]) })
	}
	if choosing([]cty.Value{v}) == 0 {
		return r.each([]cty.Value{v}, 0, func(v []cty.Value) cty.Value { return r.index(v[0], key) })
	}
	key, why := key.Unmark()
	u, marks := v.Unmark()
	if !u.IsKnown() {
		one := single(marks)
		if key.IsKnown() && !key.IsNull() && key.Type() == cty.String && (u.Type().IsObjectType() || u.Type().IsMapType() || u.Type() == cty.DynamicPseudoType) {
			if one != nil && !one.many && one.inst != nil {
				return r.unknownAttribute(u.Type(), marks, key.AsString())
			}
		}
		if one != nil && one.attr == "" && !one.many && !one.may && one.inst != nil {
			return r.fail(one.inst.address + ", which has no instance keys")
		}
		want := cty.DynamicPseudoType
		if u.Type().IsListType() || u.Type().IsMapType() {
			want = u.Type().ElementType()
		}
		r.doubts++
		at, known := keyOf(key)
		return cty.UnknownVal(want).WithMarks(r.remark(withoutDocuments(marks), func(k ref) ref {
			if k.many && k.inst != nil {
				if k.byKey = !known; known {
					k.key = at
				}
			}
			if one != nil && !k.many && k.attr != "" {
				switch {
				case !known:
					k.attr = below(k.attr, "[*]")
				case at.Kind == addr.IntKey:
					k.attr = below(k.attr, at.String())
				}
			}
			k.many = false
			return k
		}))
	}
	if u.IsNull() {
		return r.fail(broken)
	}
	t := u.Type()
	if isSome(v) {
		key = cty.UnknownVal(cty.Number)
	}
	if !key.IsKnown() {
		r.doubts++
		if u.CanIterateElements() && u.LengthInt() > 0 && u.LengthInt() <= maxChoices {
			var list []cty.Value
			for it := u.ElementIterator(); it.Next(); {
				_, e := it.Element()
				list = append(list, e.WithMarks(withoutDocuments(marks)))
			}
			return explain(r.anyOf(list), why)
		}
		if u.CanIterateElements() {
			all := []cty.ValueMarks{withoutDocuments(marks)}
			for it := u.ElementIterator(); it.Next(); {
				_, e := it.Element()
				m := deep(e)
				if n := u.LengthInt(); n > 1 {
					m = r.perhaps(m)
				}
				all = append(all, withoutDocuments(m))
			}
			return explain(cty.DynamicVal.WithMarks(all...), why)
		}
		return r.fail(broken)
	}
	if key.IsNull() {
		return r.fail(broken)
	}
	switch {
	case t.IsObjectType() || t.IsMapType():
		k, ok := toText(key)
		if !ok {
			return r.fail(broken)
		}
		return r.attribute(v, k.AsString())
	case t.IsTupleType() || t.IsListType():
		n, ok := wholeNumber(key)
		if !ok || n >= u.LengthInt() {
			return r.fail(broken)
		}
		return u.Index(cty.NumberIntVal(int64(n))).WithMarks(withoutDocuments(marks))
	}
	return r.fail(broken)
}

package source

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/zclconf/go-cty/cty"
)

// Values carry where they come from as cty marks, which go through templates, functions, locals and modules with them.

// ref is the mark of a value that is a resource attribute or made from one. Refs are made by run.ref alone, so that one
// attribute is one pointer. An unknown value with refs stands for what the attribute holds: reading a name of it goes on
// from there, which is how whole resources, of which a provider knows more attributes than are written, pass through
// variables and outputs.
type ref struct {
	inst   *instance
	module *module  // instead of inst: some instance of a module whose count is not known
	attr   string   // the attribute path with keys and indexes, "" for the whole
	many   bool     // all instances of a block whose count or for_each is not known: an index or splat comes first
	key    addr.Key // which of those is meant, where it is known
	byKey  bool     // the one is meant that has the referrer's own key
	may    bool     // it may as well be another
	via    string   // what it passed through, separated by spaces
}

func (r *run) ref(k ref) *ref {
	if k == (ref{inst: k.inst, attr: k.attr}) && k.inst != nil { // as nearly all are
		p := k.inst.refs[k.attr]
		if p == nil {
			if k.inst.refs == nil {
				k.inst.refs = map[string]*ref{}
			}
			p = &ref{inst: k.inst, attr: k.attr}
			k.inst.refs[k.attr] = p
		}
		return p
	}
	p := r.refs[k]
	if p == nil {
		p = new(ref)
		*p = k
		r.refs[k] = p
	}
	return p
}

// opaque is the mark of a value that comes from something that cannot be looked into; it names what.
type opaque struct{ reason string }

// secret is the mark of a sensitive or ephemeral value.
type secret struct{}

// document is the mark of an unknown text that encodes a value of which a part is known.
type document struct{ value cty.Value }

// ending is the mark of an unknown text of which the end is known.
type ending string

// pieces is the mark of an unknown text that is made of several, some of them known: a text that it goes into is made of
// them as well.
type pieces struct{ parts []cty.Value }

// parted is the text with holes for what is not known of it, "" where its beginning and end are all that is known.
func (p *pieces) parted() string {
	var b strings.Builder
	holes, known := 0, 0
	for i, part := range p.parts {
		u, _ := part.Unmark()
		text := ""
		if t, ok := toText(u); ok {
			text = t.AsString()
		} else {
			if u.Type() == cty.String && !u.IsKnown() {
				text = u.Range().StringPrefix()
			}
			holes++
		}
		if text != "" && (holes > 0 || len(text) > 256) && i < len(p.parts)-1 || holes == 0 && b.Len() > 256 {
			known++
		}
		b.WriteString(text)
		if !u.IsKnown() {
			b.WriteString(model.Hole)
		}
	}
	if known == 0 && holes < 2 {
		return ""
	}
	return b.String()
}

// maxPieces bounds how many of them are kept.
const maxPieces = 200

// choice is the mark of an unknown value that will be one of several known ones.
type choice struct{ values []cty.Value }

// maxChoices bounds how many values one is said to be.
const maxChoices = 16

// choicesOf are the values that v may turn out to be; nil where they are not known.
func choicesOf(v cty.Value) []cty.Value {
	u, marks := v.Unmark()
	if u.IsKnown() {
		return []cty.Value{u}
	}
	for m := range marks {
		if c, ok := m.(*choice); ok {
			return c.values
		}
	}
	return nil
}

// choosing is the one argument that will be one of several values where everything else is known, or -1.
func choosing(args []cty.Value) int {
	at := -1
	for i, a := range args {
		if !a.IsKnown() {
			if at >= 0 || len(choicesOf(a)) < 2 {
				return -1
			}
			at = i
		}
	}
	for i, a := range args {
		if at < 0 || i != at && !a.IsWhollyKnown() {
			return -1
		}
	}
	return at
}

// each is what f makes of args with each of the values that args[at] may be: one that fails is none that it will be.
func (r *run) each(args []cty.Value, at int, f func([]cty.Value) cty.Value) cty.Value {
	_, marks := args[at].Unmark()
	marks = withoutDocuments(marks)
	var out []cty.Value
	for _, c := range choicesOf(args[at]) {
		with := slices.Clone(args)
		with[at] = c.WithMarks(marks)
		failures := r.failures
		v := f(with)
		if r.failures == failures {
			out = append(out, v)
		} else {
			r.doubts++
		}
		r.failures = failures
	}
	if len(out) == 0 {
		return r.fail(broken)
	}
	return r.anyOf(out)
}

// anyOf is a value that is one of list.
func (r *run) anyOf(list []cty.Value) cty.Value {
	v := list[0]
	for _, other := range list[1:] {
		v = r.either(v, other)
	}
	return v
}

// unknown is a value of which nothing is known, and why.
func unknown(reason string) cty.Value { return cty.DynamicVal.Mark(opaque{reason}) }

// refsOf are the refs among marks, in a fixed order.
func refsOf(marks cty.ValueMarks) []*ref {
	var list []*ref
	for m := range marks {
		if r, ok := m.(*ref); ok {
			list = append(list, r)
		}
	}
	if len(list) > 1 {
		slices.SortFunc(list, (*ref).compare)
	}
	return list
}

// compare puts refs in order. They are many where one value may be any of a hundred.
func (k *ref) compare(o *ref) int {
	if c := strings.Compare(k.of(), o.of()); c != 0 {
		return c
	}
	first := func(a, b bool) int { // what says nothing is first
		switch {
		case a == b:
			return 0
		case b:
			return -1
		}
		return 1
	}
	return cmp.Or(strings.Compare(k.attr, o.attr), strings.Compare(k.via, o.via),
		first(k.may, o.may), first(k.many, o.many), first(k.byKey, o.byKey),
		cmp.Compare(k.key.Kind, o.key.Kind), cmp.Compare(k.key.Int, o.key.Int), strings.Compare(k.key.Str, o.key.Str))
}

// of is the address of what a ref is of.
func (k *ref) of() string {
	if k.inst != nil {
		return k.inst.address
	}
	return k.module.path.String()
}

// perhaps marks every ref as one of several.
func (r *run) perhaps(marks cty.ValueMarks) cty.ValueMarks {
	return r.remark(marks, func(k ref) ref { k.may = true; return k })
}

// remark changes the refs among marks and drops documents, which a changed value no longer encodes.
func (r *run) remark(marks cty.ValueMarks, change func(ref) ref) cty.ValueMarks {
	if len(marks) == 0 {
		return nil
	}
	out := make(cty.ValueMarks, len(marks))
	for m := range marks {
		switch k := m.(type) {
		case *ref:
			out[r.ref(change(*k))] = struct{}{}
		default:
			out[m] = struct{}{}
		}
	}
	r.fewPaths(out)
	return out
}

// mostPaths is how many parts of one attribute are told apart of a value that may come from any of them. Under the keys of a
// map an unknown document has hundreds, which say no more than that it is some part.
const mostPaths = 16

// fewPaths puts some part of an attribute in the place of the parts of it where those are too many.
func (r *run) fewPaths(marks cty.ValueMarks) {
	if len(marks) <= mostPaths {
		return
	}
	parts := map[ref][]*ref{} // by what stands for them
	for m := range marks {
		k, ok := m.(*ref)
		if !ok || k.inst == nil || model.HandsOn(k.inst.block.typ) { // what is handed on goes by its names
			continue
		}
		if i := strings.IndexAny(k.attr, ".["); i > 0 {
			some := *k
			some.attr = k.attr[:i] + "[*]"
			parts[some] = append(parts[some], k)
		}
	}
	for some, list := range parts {
		if len(list) <= mostPaths {
			continue
		}
		for _, k := range list {
			delete(marks, k)
		}
		marks[r.ref(some)] = struct{}{}
	}
}

// passed notes that a value came through a variable or an output.
func (r *run) passed(v cty.Value, name string) cty.Value {
	if !marked(v) {
		return v
	}
	out, err := cty.Transform(v, func(_ cty.Path, v cty.Value) (cty.Value, error) {
		u, marks := v.Unmark()
		if len(marks) == 0 {
			return v, nil
		}
		return u.WithMarks(r.remark(marks, func(k ref) ref {
			if strings.Count(k.via, " ") > 8 { // a chain that long tells nobody anything
				return k
			}
			if k.via != "" {
				k.via += " "
			}
			k.via += name
			return k
		})), nil
	})
	if err != nil {
		return v
	}
	return out
}

// deep are all marks in a value, nil where there are none. cty would make the value anew without them.
func deep(v cty.Value) cty.ValueMarks {
	var all cty.ValueMarks
	collect(v, &all)
	return all
}

func collect(v cty.Value, all *cty.ValueMarks) {
	if v.IsMarked() {
		u, marks := v.Unmark()
		if *all == nil {
			*all = marks
		} else {
			maps.Copy(*all, marks)
		}
		v = u
	}
	for e := range elements(v) {
		collect(e, all)
	}
}

// settled tells that a value is known in all its parts, and that none of them has a mark.
func settled(v cty.Value) bool {
	if v.IsMarked() || !v.IsKnown() {
		return false
	}
	for e := range elements(v) {
		if !settled(e) {
			return false
		}
	}
	return true
}

// marked tells whether a value has a mark, or a part of it has.
func marked(v cty.Value) bool {
	if v.IsMarked() {
		return true
	}
	for e := range elements(v) {
		if marked(e) {
			return true
		}
	}
	return false
}

// elements are those of a value that has no marks itself, in any order; none where it is not known. cty's own iterator
// sorts the attributes of every object.
func elements(v cty.Value) iter.Seq[cty.Value] {
	return func(yield func(cty.Value) bool) {
		t := v.Type()
		if t.IsPrimitiveType() || !v.IsKnown() || v.IsNull() {
			return
		}
		if t.IsObjectType() {
			for name := range t.AttributeTypes() {
				if !yield(v.GetAttr(name)) {
					return
				}
			}
			return
		}
		if !v.CanIterateElements() {
			return
		}
		for it := v.ElementIterator(); it.Next(); {
			if _, e := it.Element(); !yield(e) {
				return
			}
		}
	}
}

// asSet is the mark of a tuple that stands for a set, so that each element keeps its own marks: a set of cty has marks
// only as a whole.
type asSet struct{}

// withoutDocuments are marks for a value that is made of marked ones, or a part of one: what is said of the shape of a
// value does not go on.
func withoutDocuments(marks cty.ValueMarks) cty.ValueMarks {
	shape := func(m any) bool {
		switch m.(type) {
		case *document, *choice, *pieces, ending, asSet, asSome, itself:
			return true
		}
		return false
	}
	for m := range marks {
		if shape(m) {
			out := make(cty.ValueMarks, len(marks))
			for m := range marks {
				if !shape(m) {
					out[m] = struct{}{}
				}
			}
			return out
		}
	}
	return marks
}

// isSet tells whether a value is a set, or stands for one.
func isSet(u cty.Value, marks cty.ValueMarks) bool {
	_, as := marks[asSet{}]
	return as || u.Type().IsSetType()
}

// origin is a ref as seen from a module instance.
func (k *ref) origin(from addr.Module) (model.Origin, bool) {
	if k.inst == nil {
		return model.Origin{}, false
	}
	to := k.inst.module.path
	n := 0
	for n < len(from) && n < len(to) && from[n] == to[n] {
		n++
	}
	o := model.Origin{Shared: n, Down: to[n:], Mode: k.inst.block.mode, Type: k.inst.block.typ, Name: k.inst.block.name,
		Key: k.inst.key, Exact: !k.may && k.attr != ""}
	o = o.At(model.PathOf(k.attr))
	if k.key.Kind != addr.NoKey && o.Key.Kind == addr.AnyKey {
		o.Key = k.key
	}
	o.ByKey = k.byKey && (o.Key.Kind == addr.AnyKey || k.attr != "")
	if k.via != "" {
		o.Via = strings.Split(k.via, " ")
	}
	return o, true
}

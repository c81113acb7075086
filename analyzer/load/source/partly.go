package source

import (
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// cty's functions give nothing where a part of what they are given is not known. Those that configurations make lists and
// texts with are done here, so that what is known goes on: the roles of others beside one's own, the hosts in a script
// that has an address of the stack in it.

// asSome is the mark of a tuple of which neither the number nor the order is known: some of its elements may not be there,
// and those that are not known may stand for several.
type asSome struct{}

// some is such a tuple, of elements that have their marks.
func some(list []cty.Value) cty.Value {
	if len(list) == 0 {
		return cty.DynamicVal
	}
	return cty.TupleVal(list).Mark(asSome{})
}

func isSome(v cty.Value) bool {
	_, marks := v.Unmark()
	_, is := marks[asSome{}]
	return is
}

// listed are the elements of a list, set or tuple with the marks of the whole; ok is false for everything else, known or
// not. open says that they are some.
func listed(v cty.Value) (list []cty.Value, open, ok bool) {
	u, marks := v.Unmark()
	t := u.Type()
	if !u.IsKnown() || u.IsNull() || !t.IsTupleType() && !t.IsListType() && !t.IsSetType() {
		return nil, false, false
	}
	_, open = marks[asSome{}]
	marks = withoutDocuments(marks)
	for _, e := range u.AsValueSlice() {
		list = append(list, e.WithMarks(marks))
		open = open || t.IsSetType() && !e.IsKnown()
	}
	return list, open, true
}

// lists evaluates the functions of lists where something in them is not known; ok is false where cty's own do as well.
func (r *run) lists(name string, a []cty.Value) (v cty.Value, ok bool) {
	switch name {
	case "concat", "flatten", "compact", "distinct", "sort", "reverse", "setsubtract":
	case "coalescelist":
		return r.coalesceList(a)
	case "matchkeys":
		return r.matchKeys(a)
	default:
		return cty.NilVal, false
	}
	if !slices.ContainsFunc(a, func(v cty.Value) bool { return !v.IsWhollyKnown() || isSome(v) }) {
		return cty.NilVal, false
	}
	of := a
	if name == "setsubtract" {
		of = a[:min(1, len(a))]
	}
	all, open, ok := r.gather(of, name == "concat")
	if !ok {
		return cty.NilVal, false
	}
	unknown := func(e cty.Value) bool { return !e.IsKnown() }
	switch name {
	case "flatten":
		var some bool
		all, some = flat(all)
		open = open || some
	case "reverse":
		slices.Reverse(all)
	case "compact":
		all = slices.DeleteFunc(all, func(e cty.Value) bool {
			u, _ := e.Unmark()
			return u.IsKnown() && (u.IsNull() || u.Type() == cty.String && u.AsString() == "")
		})
		open = open || slices.ContainsFunc(all, unknown)
	case "distinct":
		seen := map[string]bool{}
		all = slices.DeleteFunc(all, func(e cty.Value) bool {
			u, _ := e.Unmark()
			text, ok := toText(u)
			again := ok && seen[text.AsString()]
			if ok {
				seen[text.AsString()] = true
			}
			return again
		})
		open = open || slices.ContainsFunc(all, unknown)
	case "sort":
		open = open || slices.ContainsFunc(all, unknown)
	case "setsubtract":
		if len(a) != 2 {
			return cty.NilVal, false
		}
		all, open = r.without(all, a[1]), true
	}
	if len(all) > r.limits.Collection() {
		return r.beyond("a collection that is too large"), true
	}
	if !open {
		return cty.TupleVal(all), true
	}
	return some(all), true
}

// gather are the elements of several lists; open says that there may be others, or in another order. One that is not known is
// an element that is not, where it may be; ok is false where it may not.
func (r *run) gather(lists []cty.Value, may bool) (all []cty.Value, open, ok bool) {
	for _, arg := range lists {
		arg = r.spread(arg)
		list, some, ok := listed(arg)
		switch u, marks := arg.Unmark(); {
		case ok:
			all, open = append(all, list...), open || some
		case !u.IsKnown() && may:
			all, open = append(all, r.someElement(arg, marks)), true
		default:
			return nil, false, false
		}
	}
	return all, open, true
}

// flat are the elements of lists in a list, and of lists in those.
func flat(list []cty.Value) (all []cty.Value, open bool) {
	for _, e := range list {
		inner, some, ok := listed(e)
		if !ok {
			all, open = append(all, e), open || !e.IsKnown() && e.Type().IsCollectionType()
			continue
		}
		inner, deeper := flat(inner)
		all, open = append(all, inner...), open || some || deeper
	}
	return all, open
}

// without are the elements that are not in a list, which may have others than are known.
func (r *run) without(all []cty.Value, taken cty.Value) []cty.Value {
	list, open, ok := listed(taken)
	sure := ok && !open && taken.IsWhollyKnown()
	out := make([]cty.Value, 0, len(all))
	for _, e := range all {
		u, _ := e.Unmark()
		text, known := toText(u)
		same := func(o cty.Value) bool {
			u, _ := o.Unmark()
			other, ok := toText(u)
			return known && ok && other.RawEquals(text)
		}
		switch {
		case slices.ContainsFunc(list, same):
		case sure:
			out = append(out, e)
		default:
			out = append(out, r.maybe(e))
		}
	}
	return out
}

// matchKeys are the elements of the first list whose keys, in the second, are in the third.
func (r *run) matchKeys(a []cty.Value) (cty.Value, bool) {
	if len(a) != 3 || !a[1].IsWhollyKnown() || !a[2].IsWhollyKnown() {
		return cty.NilVal, false
	}
	values, open, ok := listed(a[0])
	keys, _, okKeys := listed(a[1])
	wanted, _, okWanted := listed(a[2])
	if !ok || !okKeys || !okWanted || open || len(values) != len(keys) {
		return cty.NilVal, false
	}
	var out []cty.Value
	for i, key := range keys {
		if slices.ContainsFunc(wanted, func(w cty.Value) bool { return plainText(w) == plainText(key) }) {
			out = append(out, values[i])
		}
	}
	return cty.TupleVal(out), true
}

// coalesceList is the first list that is not empty, which one that is not known may be.
func (r *run) coalesceList(a []cty.Value) (cty.Value, bool) {
	for len(a) > 0 {
		u, _ := a[0].Unmark()
		if list, open, ok := listed(a[0]); ok && len(list) == 0 || u.IsNull() {
			a = a[1:]
		} else if len(a) == 1 || ok && !open || choicesOf(a[0]) != nil {
			return cty.NilVal, false
		} else {
			return r.eitherList(a[0], a[1])
		}
	}
	return cty.NilVal, false
}

// maybe is an element that may not be there. One that is a block or an object is told as if it were, like the resources
// of a count that is not known.
func (r *run) maybe(v cty.Value) cty.Value {
	u, marks := v.Unmark()
	if u.IsKnown() && (u.IsNull() || u.Type().IsPrimitiveType()) {
		return r.either(v, cty.NullVal(u.Type()))
	}
	if u.IsKnown() {
		return v
	}
	return u.WithMarks(r.perhaps(marks))
}

// spread is a list that will be one of several known ones as the elements that it may have; anything else is as it was.
func (r *run) spread(v cty.Value) cty.Value {
	if v.IsKnown() {
		return v
	}
	choices := choicesOf(v)
	if len(choices) == 0 {
		return v
	}
	_, marks := v.Unmark()
	var out []cty.Value
	for _, c := range choices {
		list, _, ok := listed(c)
		if !ok && !c.IsNull() {
			return v
		}
		for _, e := range list {
			same := func(o cty.Value) bool { u, _ := o.Unmark(); return u.RawEquals(e) }
			everywhere := !slices.ContainsFunc(choices, func(c cty.Value) bool {
				list, _, _ := listed(c)
				return !slices.ContainsFunc(list, same)
			})
			switch {
			case !everywhere:
				out = append(out, r.maybe(e.WithMarks(withoutDocuments(marks))))
			case !slices.ContainsFunc(out, same):
				out = append(out, e)
			}
		}
	}
	if len(out) == 0 {
		return v
	}
	return some(out)
}

// eitherList is a list that is one of two, of which at least one is known.
func (r *run) eitherList(a, b cty.Value) (cty.Value, bool) {
	var out []cty.Value
	if choicesOf(a) != nil && choicesOf(b) != nil {
		return cty.NilVal, false // it is known as a whole
	}
	for _, v := range []cty.Value{a, b} {
		v = r.spread(v)
		list, _, ok := listed(v)
		u, marks := v.Unmark()
		switch {
		case ok && !u.Type().IsSetType():
			for _, e := range list {
				out = append(out, r.maybe(e))
			}
		case !u.IsKnown() && !u.Type().IsPrimitiveType() && choicesOf(v) == nil:
			out = append(out, r.someElement(v, r.perhaps(marks)))
		case !u.IsKnown() || !u.IsNull():
			return cty.NilVal, false
		}
	}
	known := func(v cty.Value) bool { return !v.IsKnown() && choicesOf(v) != nil || v.IsKnown() }
	if len(out) > maxPieces || !slices.ContainsFunc(out, known) {
		return cty.NilVal, false
	}
	return some(out), true
}

// texts evaluates the functions of texts where a part of the first that is not known is a hole to them; at is which
// argument that text is. ok is false where nothing of it is known.
func (r *run) textsInPart(name string, a []cty.Value) (v cty.Value, ok bool) {
	at := 0
	switch name {
	case "lower", "upper", "title", "trim", "trimspace", "chomp", "trimprefix", "trimsuffix", "replace", "substr",
		"csvdecode", "yamldecode":
	case "indent", "split", "regex", "regexall":
		at = 1
	case "base64encode", "base64decode", "base64gzip", "textencodebase64", "textdecodebase64", "tostring": // to readers of texts it is the same
		if len(a) > 0 && !a[0].IsKnown() && a[0].Type() == cty.String {
			return a[0], true
		}
		return cty.NilVal, false
	case "format":
		return r.format(a)
	case "formatlist":
		return r.formatList(a)
	default:
		return cty.NilVal, false
	}
	if at >= len(a) || a[at].IsKnown() || choicesOf(a[at]) != nil {
		return cty.NilVal, false
	}
	for i, v := range a {
		if i != at && !v.IsWhollyKnown() {
			return cty.NilVal, false
		}
	}
	text, holes := r.withHoles(a[at])
	if holes == nil {
		return cty.NilVal, false
	}
	for i, h := range holes { // what the function makes of it is not what it was
		u, marks := h.Unmark()
		holes[i] = u.WithMarks(withoutDocuments(marks))
	}
	_, marks := a[at].Unmark()
	marks = withoutDocuments(marks)
	first := strings.IndexRune(text, holeStart)
	args := slices.Clone(a)
	args[at] = cty.StringVal(text)
	if name == "substr" {
		args[at] = cty.StringVal(text[:first])
	}
	if reason := r.tooMuch(name, args); reason != "" {
		return cty.NilVal, false
	}
	failures := r.failures
	out := r.apply(functions[name], args, true)
	if r.failures > failures {
		r.failures = failures
		return cty.NilVal, false // it may well work with what is there in the end
	}
	plain, _ := out.UnmarkDeep()
	switch name {
	case "substr": // what is in the part that is known, and does not reach beyond
		from, okFrom := wholeNumber(a[1])
		n, okN := wholeNumber(a[2])
		if !okFrom || !okN || from < 0 || n < 0 || from+n > len([]rune(text[:first])) {
			return cty.NilVal, false
		}
		return plain.WithMarks(marks), true
	case "regex", "regexall":
		if holds(plain) {
			return cty.NilVal, false
		}
		return plain, true
	case "split":
		list := plain.AsValueSlice()
		before := true
		for i, e := range list {
			switch {
			case !before: // what is not known may be split as well
				list[i] = cty.UnknownVal(cty.String).WithMarks(r.perhaps(marks))
			case holds(e):
				before, list[i] = false, r.fill(e, holes)
			}
		}
		return cty.TupleVal(list), true
	}
	return r.fill(plain, holes), true
}

// holds tells whether there is a hole in a value that is known.
func holds(v cty.Value) bool {
	if v.Type() == cty.String && v.IsKnown() && !v.IsNull() {
		return strings.ContainsRune(v.AsString(), holeStart)
	}
	for e := range elements(v) {
		if holds(e) {
			return true
		}
	}
	return false
}

// withHoles is a text that is known in part, with a hole for each part that is not; holes is nil where nothing of it is
// known.
func (r *run) withHoles(v cty.Value) (text string, holes []cty.Value) {
	u, marks := v.Unmark()
	var b strings.Builder
	add := func(part cty.Value) {
		u, _ := part.Unmark()
		if t, ok := toText(u); ok {
			b.WriteString(noHole(t.AsString()))
			return
		}
		writeHole(&b, len(holes))
		holes = append(holes, part)
	}
	for m := range marks {
		switch m := m.(type) {
		case *pieces:
			for _, part := range m.parts {
				add(part)
			}
			return b.String(), holes
		case *document:
			doc := m.value
			filled, err := cty.Transform(doc, func(_ cty.Path, v cty.Value) (cty.Value, error) {
				p, _ := v.Unmark()
				if p.IsKnown() {
					return p, nil
				}
				var hole strings.Builder
				writeHole(&hole, len(holes))
				holes = append(holes, v)
				return cty.StringVal(hole.String()), nil
			})
			if err != nil {
				return "", nil
			}
			encoded, err := stdlib.JSONEncode(filled)
			if err != nil {
				return "", nil
			}
			return encoded.AsString(), holes
		}
	}
	if u.Type() != cty.String || u.Range().StringPrefix() == "" {
		return "", nil
	}
	b.WriteString(u.Range().StringPrefix())
	writeHole(&b, 0)
	return b.String(), []cty.Value{cty.UnknownVal(cty.String).WithMarks(withoutDocuments(marks))}
}

// format is what a template makes of the same parts, where the verbs are plain.
func (r *run) format(a []cty.Value) (cty.Value, bool) {
	if len(a) == 0 || !a[0].IsKnown() || !slices.ContainsFunc(a[1:], func(v cty.Value) bool { return !v.IsKnown() }) || choosing(a) >= 0 {
		return cty.NilVal, false
	}
	u, marks := a[0].Unmark()
	if u.IsNull() || u.Type() != cty.String {
		return cty.NilVal, false
	}
	rest := u.AsString()
	var parts []cty.Value
	for n := 1; ; {
		before, after, found := strings.Cut(rest, "%")
		if before != "" {
			parts = append(parts, cty.StringVal(before))
		}
		switch {
		case !found:
			if n != len(a) || len(parts) == 0 {
				return cty.NilVal, false
			}
			return r.text(parts).WithMarks(withoutDocuments(marks)), true
		case strings.HasPrefix(after, "%"):
			parts = append(parts, cty.StringVal("%"))
		case after != "" && strings.IndexByte("svd", after[0]) >= 0 && n < len(a):
			if v, _ := a[n].Unmark(); v.IsKnown() && (v.IsNull() || !v.Type().IsPrimitiveType()) {
				return cty.NilVal, false
			}
			parts, n = append(parts, a[n]), n+1
		default:
			return cty.NilVal, false
		}
		rest = after[1:]
	}
}

// formatList is format for each element of the lists among the arguments, which are of one length.
func (r *run) formatList(a []cty.Value) (cty.Value, bool) {
	if len(a) == 0 || !slices.ContainsFunc(a, func(v cty.Value) bool { return !v.IsWhollyKnown() || isSome(v) }) {
		return cty.NilVal, false
	}
	n, open := -1, false
	lists := make([][]cty.Value, len(a))
	for i, v := range a {
		list, some, ok := listed(v)
		if !ok {
			continue
		}
		if n >= 0 && n != len(list) || some && n >= 0 {
			return cty.NilVal, false
		}
		lists[i], n, open = list, len(list), open || some
	}
	if n < 0 {
		return cty.NilVal, false
	}
	out := make([]cty.Value, n)
	for k := range out {
		args := slices.Clone(a)
		for i, list := range lists {
			if list != nil {
				args[i] = list[k]
			}
		}
		v, ok := r.format(args)
		if !ok {
			v = r.apply(functions["format"], args, true)
		}
		out[k] = v
	}
	if open {
		return some(out), true
	}
	return cty.TupleVal(out), true
}

// eitherText is a text that is known in part, or empty: what a condition in a template leaves out.
func (r *run) eitherText(a, b cty.Value) (cty.Value, bool) {
	for _, v := range [][2]cty.Value{{a, b}, {b, a}} {
		u, _ := v[0].Unmark()
		if w, ok := toText(u); !ok || w.AsString() != "" || u.Type() != cty.String {
			continue
		}
		if u, marks := v[1].Unmark(); !u.IsKnown() && u.Type() == cty.String {
			for m := range marks {
				if p, ok := m.(*pieces); ok {
					either := []cty.Value{cty.UnknownVal(cty.String).WithMarks(r.perhaps(withoutDocuments(marks)))}
					return r.text(append(append(either, p.parts...), cty.UnknownVal(cty.String))), true
				}
			}
		}
	}
	return cty.NilVal, false
}

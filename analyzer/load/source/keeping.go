package source

import (
	"slices"
	"strings"

	ctyyaml "github.com/zclconf/go-cty-yaml"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// keep evaluates the functions that can keep more of partly known values, or of where they come from, than cty's own do.
// ok is false for any other function.
func (r *run) keep(name string, a []cty.Value) (v cty.Value, ok bool) {
	need := func(least, most int) bool { return len(a) >= least && (most < 0 || len(a) <= most) }
	bad := func() (cty.Value, bool) { return r.fail(broken), true }
	switch name {
	case "sensitive", "ephemeralasnull", "nonsensitive":
		if !need(1, 1) {
			return bad()
		}
		if name == "sensitive" {
			return a[0].Mark(secret{}), true
		}
		u, marks := a[0].Unmark()
		out := make(cty.ValueMarks, len(marks))
		for m := range marks {
			if _, is := m.(secret); !is {
				out[m] = struct{}{}
			}
		}
		return u.WithMarks(out), true
	case "issensitive":
		if !need(1, 1) {
			return bad()
		}
		_, is := deep(a[0])[secret{}]
		return cty.BoolVal(is), true
	case "coalesce":
		return r.coalesce(alike(a)), true
	case "assumeequal":
		if !need(2, 2) {
			return bad()
		}
		return a[1], true // or the plan fails
	case "assumestringprefix":
		if !need(2, 2) {
			return bad()
		}
		u, marks := a[0].Unmark()
		if p := plainText(a[1]); !u.IsKnown() && p != "" {
			return partial(p).WithMarks(marks), true
		}
		return a[0], true
	case "assumenotnull", "assumelistlength", "assumelistlengthmax", "assumelistlengthmin", "assumemaplength", "assumemaplengthmax",
		"assumemaplengthmin", "assumesetlength", "assumesetlengthmax", "assumesetlengthmin":
		if !need(1, 3) {
			return bad()
		}
		return a[0], true
	case "one":
		if !need(1, 1) {
			return bad()
		}
		return r.one(a[0]), true
	case "element":
		if !need(2, 2) {
			return bad()
		}
		return r.elementAt(a[0], a[1]), true
	case "lookup":
		if !need(2, 3) {
			return bad()
		}
		return r.lookup(a), true
	case "length":
		if !need(1, 1) {
			return bad()
		}
		return r.length(a[0]), true
	case "keys":
		if !need(1, 1) {
			return bad()
		}
		u, _ := a[0].Unmark()
		if u.IsKnown() && !u.IsNull() && (u.Type().IsObjectType() || u.Type().IsMapType()) {
			keys := []cty.Value{}
			for it := u.ElementIterator(); it.Next(); {
				k, _ := it.Element()
				k, _ = k.Unmark()
				keys = append(keys, k)
			}
			return cty.TupleVal(keys), true
		}
	case "merge":
		return r.merge(a), true
	case "join":
		return r.join(a)
	case "tolist", "toset", "tomap":
		if !need(1, 1) {
			return bad()
		}
		return r.collect(name, a[0])
	case "base64gunzip":
		return r.apply(text1(r.gunzipped), a, true), true
	case "jsonencode", "yamlencode":
		if !need(1, 1) {
			return bad()
		}
		return r.encode(name, a[0]), true
	case "jsondecode", "yamldecode":
		if !need(1, 1) {
			return bad()
		}
		u, marks := a[0].Unmark()
		if !u.IsKnown() {
			if v, ok := decoded(marks); ok {
				return v, true
			}
			if v, ok := r.textsInPart(name, a); ok {
				return v, true
			}
			return cty.DynamicVal.WithMarks(marks), true
		}
		if name == "jsondecode" {
			if u.IsNull() || u.Type() != cty.String || nestedText(u.AsString()) {
				return bad()
			}
			if len(u.AsString()) > int(r.limits.Value) {
				return r.beyond("a text that is too long"), true
			}
			return r.decode(a), true
		}
	}
	return cty.NilVal, false
}

// decode is what a JSON text says. What has no marks is decoded once: many modules read the same few files.
func (r *run) decode(a []cty.Value) cty.Value {
	if a[0].IsMarked() {
		return r.apply(stdlib.JSONDecodeFunc, a, true)
	}
	text := a[0].AsString()
	v, ok := r.decoded[text]
	if ok {
		return v
	}
	failures := r.failures
	v = r.apply(stdlib.JSONDecodeFunc, a, true)
	if r.decodedLeft -= len(text); r.failures == failures && r.decodedLeft > 0 {
		r.decoded[text] = v
	}
	return v
}

// join is what a template makes of the elements of lists with a text between them, where they are not all known.
func (r *run) join(a []cty.Value) (v cty.Value, ok bool) {
	if len(a) < 2 || !a[0].IsWhollyKnown() {
		return cty.NilVal, false
	}
	var parts []cty.Value
	open := false
	for _, list := range a[1:] {
		u, marks := list.Unmark()
		if !u.IsKnown() || u.IsNull() || !u.Type().IsTupleType() && !u.Type().IsListType() || isSet(u, marks) {
			return cty.NilVal, false
		}
		if isSome(list) { // whatever is first
			parts = append(parts, cty.UnknownVal(cty.String))
		}
		open = open || !u.IsWhollyKnown() || isSome(list)
		for _, e := range u.AsValueSlice() {
			if parts != nil {
				parts = append(parts, a[0])
			}
			parts = append(parts, e.WithMarks(withoutDocuments(marks)))
		}
	}
	if !open {
		return cty.NilVal, false
	}
	return r.text(parts), true
}

// coalesce is the first argument that is neither null nor an empty text. One that is not known may be either.
func (r *run) coalesce(a []cty.Value) cty.Value {
	var maybe []cty.ValueMarks
	for _, v := range a {
		u, marks := v.Unmark()
		if !u.IsKnown() {
			if sure := u.Type() != cty.DynamicPseudoType && u.Range().DefinitelyNotNull(); sure && len(maybe) == 0 {
				return v
			}
			maybe = append(maybe, withoutDocuments(marks))
			continue
		}
		if u.IsNull() || u.Type() == cty.String && u.AsString() == "" {
			continue
		}
		if len(maybe) == 0 {
			return v
		}
		maybe = append(maybe, withoutDocuments(deep(v)))
		break
	}
	switch len(maybe) {
	case 0:
		return r.fail(broken)
	case 1:
		return cty.DynamicVal.WithMarks(maybe...)
	}
	for i := range maybe {
		maybe[i] = r.perhaps(maybe[i])
	}
	return cty.DynamicVal.WithMarks(maybe...)
}

func (r *run) one(v cty.Value) cty.Value {
	u, marks := v.Unmark()
	if !u.IsKnown() {
		return cty.DynamicVal.WithMarks(withoutDocuments(marks))
	}
	if u.IsNull() || !u.CanIterateElements() {
		return r.fail(broken)
	}
	switch u.LengthInt() {
	case 0:
		return cty.NullVal(cty.DynamicPseudoType)
	case 1:
		it := u.ElementIterator()
		it.Next()
		_, e := it.Element()
		return e.WithMarks(withoutDocuments(marks))
	}
	if list, some, _ := listed(v); some {
		return r.anyOf(list)
	}
	return r.fail(broken)
}

// elementAt counts around the end of the list.
func (r *run) elementAt(list, at cty.Value) cty.Value {
	u, _ := list.Unmark()
	i, _ := at.Unmark()
	if !isSome(list) && u.IsKnown() && !u.IsNull() && (u.Type().IsTupleType() || u.Type().IsListType()) && i.IsKnown() {
		n := u.LengthInt()
		k, ok := wholeNumber(i)
		if n == 0 || !ok {
			return r.fail(broken)
		}
		return r.index(list, cty.NumberIntVal(int64(k%n)))
	}
	return r.index(list, cty.UnknownVal(cty.Number))
}

func (r *run) lookup(a []cty.Value) cty.Value {
	failures := r.failures
	u, _ := a[0].Unmark()
	k, _ := a[1].Unmark()
	if u.IsKnown() && k.IsKnown() {
		v := r.index(a[0], a[1])
		if r.failures == failures {
			return v
		}
		r.failures = failures
		if len(a) == 3 {
			return a[2]
		}
		return r.fail(broken)
	}
	v := r.index(a[0], a[1])
	if r.failures > failures {
		r.failures = failures
		if len(a) == 3 {
			return a[2]
		}
		return r.fail(broken)
	}
	if len(a) == 3 {
		return r.either(v, a[2])
	}
	return v
}

// length counts what is known to be there, even of parts that are not known themselves.
func (r *run) length(v cty.Value) cty.Value {
	u, marks := v.Unmark()
	if !u.IsKnown() {
		if u.Type().IsTupleType() {
			return cty.NumberIntVal(int64(u.Type().Length()))
		}
		return cty.UnknownVal(cty.Number).WithMarks(notRefs(marks))
	}
	if u.IsNull() {
		return r.fail(broken)
	}
	if u.Type() == cty.String {
		return r.apply(stdlib.StrlenFunc, []cty.Value{u}, true)
	}
	if !u.CanIterateElements() {
		return r.fail(broken)
	}
	if _, some := marks[asSome{}]; some || u.Type().IsSetType() && !u.IsWhollyKnown() && u.LengthInt() > 1 {
		return cty.UnknownVal(cty.Number)
	}
	return cty.NumberIntVal(int64(u.LengthInt()))
}

// merge joins objects. One that is not known hides which attributes there are, but not what others give.
func (r *run) merge(a []cty.Value) cty.Value {
	out := map[string]cty.Value{}
	open := false
	var marks []cty.ValueMarks
	for _, v := range a {
		u, m := v.Unmark()
		if !u.IsKnown() {
			open = true
			marks = append(marks, withoutDocuments(r.perhaps(m)))
			continue
		}
		if u.IsNull() {
			continue
		}
		if !u.Type().IsObjectType() && !u.Type().IsMapType() {
			return r.fail(broken)
		}
		for it := u.ElementIterator(); it.Next(); {
			k, e := it.Element()
			k, _ = k.Unmark()
			out[k.AsString()] = e.WithMarks(withoutDocuments(m))
		}
	}
	if open {
		for _, v := range out {
			marks = append(marks, withoutDocuments(r.perhaps(deep(v))))
		}
		return cty.DynamicVal.WithMarks(marks...)
	}
	return cty.ObjectVal(out)
}

// collect is tolist, toset and tomap. Their elements stay as they are where they have no common type yet.
func (r *run) collect(name string, v cty.Value) (cty.Value, bool) {
	u, marks := v.Unmark()
	if !u.IsKnown() || u.IsNull() {
		return v, true
	}
	t := u.Type()
	switch name {
	case "tolist":
		if t.IsTupleType() || t.IsListType() || t.IsSetType() {
			return cty.TupleVal(alike(u.AsValueSlice())).WithMarks(withoutDocuments(marks)), true
		}
	case "tomap":
		if t.IsMapType() {
			return v, true
		}
		if t.IsObjectType() {
			obj := u.AsValueMap()
			names := sortedKeys(obj)
			vals := make([]cty.Value, len(names))
			for i, name := range names {
				vals[i] = obj[name]
			}
			for i, e := range alike(vals) {
				obj[names[i]] = e
			}
			return cty.ObjectVal(obj).WithMarks(marks), true
		}
	case "toset":
		if t.IsSetType() {
			return v, true
		}
		if t.IsTupleType() || t.IsListType() { // a tuple without duplicates keeps the marks of each element
			seen := map[string]bool{}
			var out []cty.Value
			for _, e := range alike(u.AsValueSlice()) {
				p, _ := e.Unmark()
				s, ok := toText(p)
				if !ok {
					return v.Mark(asSet{}), true
				}
				if !seen[s.AsString()] {
					seen[s.AsString()] = true
					out = append(out, e)
				}
			}
			if out == nil {
				return cty.EmptyTupleVal.Mark(asSet{}), true
			}
			sortTexts(out)
			return cty.TupleVal(out).WithMarks(marks).Mark(asSet{}), true
		}
	}
	return r.fail(broken), true
}

// alike makes texts of primitives that are not of one type, as Terraform does for the elements of a collection. Values
// that are not all known primitives stay as they are.
func alike(list []cty.Value) []cty.Value {
	first, mixed := cty.NilType, false
	for _, v := range list {
		u, _ := v.Unmark()
		switch {
		case u.IsKnown() && u.IsNull():
		case !u.IsKnown() || !u.Type().IsPrimitiveType():
			return list
		case first == cty.NilType:
			first = u.Type()
		default:
			mixed = mixed || u.Type() != first
		}
	}
	if !mixed {
		return list
	}
	out := make([]cty.Value, len(list))
	for i, v := range list {
		u, marks := v.Unmark()
		if t, ok := toText(u); ok {
			v = t.WithMarks(marks)
		}
		out[i] = v
	}
	return out
}

// encode makes a JSON or YAML text. With unknown leaves the text is unknown, and carries the rest as a document.
func (r *run) encode(name string, v cty.Value) cty.Value {
	if !v.IsWhollyKnown() {
		marks := withoutDocuments(deep(v))
		return cty.UnknownVal(cty.String).RefineNotNull().WithMarks(r.remark(marks, func(k ref) ref { return k })).Mark(&document{v})
	}
	left := int(r.limits.Value)
	if !weigh(v, &left) {
		return r.beyond("a text that is too long")
	}
	f := stdlib.JSONEncodeFunc
	if name == "yamlencode" {
		f = ctyyaml.YAMLEncodeFunc
	}
	return r.apply(f, []cty.Value{v}, true)
}

// The places of holes in a text that is read with unknown parts: private use characters that no configuration holds.
const (
	holeStart = '\U000F0001'
	holeEnd   = '\U000F0002'
	holeZero  = 0xF0010
	bareHole  = '\U000F0003' // comes before a hole that stands for a value of JSON, and not for a part of a text
)

// noHole is a text without what looks like a hole: somebody may have written it to have a part of it overlooked.
func noHole(s string) string {
	return strings.ReplaceAll(s, string(holeStart), "\uFFFD")
}

func writeHole(b *strings.Builder, n int) {
	b.WriteRune(holeStart)
	for n >= 10 {
		b.WriteRune(rune(holeZero + n%10))
		n /= 10
	}
	b.WriteRune(rune(holeZero + n))
	b.WriteRune(holeEnd)
}

// parseWithHoles reads a text with holes as JSON; ok is false where it is none.
func (r *run) parseWithHoles(s string, holes []cty.Value) (cty.Value, bool) {
	t := strings.TrimSpace(s)
	if t == "" || t[0] != '{' && t[0] != '[' || len(t) > int(r.limits.Value) || nestedText(t) {
		return cty.NilVal, false
	}
	// A hole outside quotes stands for a whole value: quote it.
	var b strings.Builder
	quoted, escaped := false, false
	for _, c := range t {
		switch {
		case escaped:
			escaped = false
		case quoted && c == '\\':
			escaped = true
		case c == '"':
			quoted = !quoted
		}
		if c == holeStart && !quoted {
			b.WriteByte('"')
			b.WriteRune(bareHole)
		}
		b.WriteRune(c)
		if c == holeEnd && !quoted {
			b.WriteByte('"')
		}
	}
	v, err := stdlib.JSONDecode(cty.StringVal(b.String()))
	if err != nil {
		return cty.NilVal, false
	}
	return r.fill(v, holes), true
}

// fill puts the unknown values where their holes are.
func (r *run) fill(v cty.Value, holes []cty.Value) cty.Value {
	t := v.Type()
	switch {
	case v.IsNull() || !v.IsKnown():
		return v
	case t == cty.String:
		s := v.AsString()
		i := strings.IndexRune(s, holeStart)
		if i < 0 {
			return v
		}
		n, rest := hole(s[i:])
		if alone := rest == "" && n < len(holes); alone && i == 0 {
			return holes[n]
		} else if alone && s[:i] == string(bareHole) {
			_, marks := holes[n].Unmark()
			if v, ok := decoded(marks); ok {
				return v
			}
			return holes[n]
		}
		return r.text(partsOf(s, holes))
	case t.IsObjectType() || t.IsMapType():
		out := map[string]cty.Value{}
		for k, e := range v.AsValueMap() {
			out[k] = r.fill(e, holes)
		}
		return cty.ObjectVal(out)
	case t.IsTupleType() || t.IsListType():
		list := v.AsValueSlice()
		for i := range list {
			list[i] = r.fill(list[i], holes)
		}
		return cty.TupleVal(list)
	}
	return v
}

// decoded is the value that a text encodes of which a part is known; ok is false where its marks tell of none.
func decoded(marks cty.ValueMarks) (v cty.Value, ok bool) {
	for m := range marks {
		if d, is := m.(*document); is {
			return d.value, true
		}
	}
	return cty.NilVal, false
}

// partsOf are the parts of a text with holes.
func partsOf(s string, holes []cty.Value) (parts []cty.Value) {
	for s != "" {
		i := strings.IndexRune(s, holeStart)
		if i < 0 {
			return append(parts, cty.StringVal(s))
		}
		if i > 0 {
			parts = append(parts, cty.StringVal(s[:i]))
		}
		n, after := hole(s[i:])
		if n < len(holes) {
			parts = append(parts, holes[n])
		}
		s = after
	}
	return parts
}

// hole reads the hole that s begins with: its number, and what follows. What only looks like one has a number that none has.
func hole(s string) (n int, rest string) {
	const none = 1 << 30
	tens := 1
	for i, c := range s {
		switch {
		case i == 0:
		case c == holeEnd && tens > 1:
			return n, s[i+len(string(holeEnd)):]
		case c < holeZero || c > holeZero+9 || tens > none/10:
			return none, s[i:]
		default:
			n += (int(c) - holeZero) * tens
			tens *= 10
		}
	}
	return none, ""
}

func sortTexts(list []cty.Value) {
	slices.SortStableFunc(list, func(a, b cty.Value) int { return strings.Compare(plainText(a), plainText(b)) })
}

func plainText(v cty.Value) string {
	u, _ := v.Unmark()
	s, ok := toText(u)
	if !ok {
		return ""
	}
	return s.AsString()
}

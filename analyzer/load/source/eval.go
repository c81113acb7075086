package source

import (
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// scope is where an expression stands: its module, the instance whose each and count are meant, and the names that
// loops, dynamic blocks and templates bind.
type scope struct {
	module   *module
	parent   *scope
	keyed    bool // each and count have a meaning
	key, val cty.Value
	self     *instance
	vars     map[string]cty.Value
	item     *hclsyntax.AnonSymbolExpr // what a splat is about to replace
	itemVal  cty.Value
	bare     bool // nothing may be referred to and nothing read: a file of variables, a default
	// sealed is the scope of a template: only what is bound in it may be referred to. templates counts how deep it is.
	sealed    bool
	templates int
}

func (s *scope) child() *scope {
	return &scope{module: s.module, parent: s, keyed: s.keyed, key: s.key, val: s.val, self: s.self, bare: s.bare, sealed: s.sealed, templates: s.templates}
}

// maxNested bounds the recursion of evaluation, which goes through locals and modules as well.
const maxNested = 4000

// fail notes that an expression has no value, which try and can look for.
func (r *run) fail(reason string) cty.Value {
	r.failures++
	return unknown(reason)
}

// apart evaluates what is a thing of its own: what fails in it is not for the one that refers to it to look for.
func (r *run) apart(f func() cty.Value) cty.Value {
	failures, doubts := r.failures, r.doubts
	v := f()
	r.failures, r.doubts = failures, doubts
	return v
}

const broken = "an expression that cannot be evaluated"

// eval is the value of an expression. Other than hcl's own evaluation it takes only the branch of a conditional that is
// meant, goes on where a part fails or is not known, and keeps count of what it costs.
func (r *run) eval(x hclsyntax.Expression, s *scope) cty.Value {
	if r.steps--; r.steps < 0 {
		return r.exhaust()
	}
	if r.depth++; r.depth > maxNested {
		r.depth--
		return r.fail("an expression that is nested too deeply")
	}
	above := r.at
	r.at = x
	v := r.expression(x, s)
	r.at = above
	r.depth--
	return v
}

func (r *run) expression(x hclsyntax.Expression, s *scope) cty.Value {
	switch x := x.(type) {
	case *hclsyntax.LiteralValueExpr:
		return x.Val
	case *hclsyntax.TemplateExpr:
		return r.template(x.Parts, s)
	case *hclsyntax.TemplateWrapExpr:
		return r.eval(x.Wrapped, s)
	case *hclsyntax.TemplateJoinExpr:
		return r.joined(r.eval(x.Tuple, s))
	case *hclsyntax.ParenthesesExpr:
		return r.eval(x.Expression, s)
	case *hclsyntax.ScopeTraversalExpr:
		return r.traverse(x.Traversal, s)
	case *hclsyntax.RelativeTraversalExpr:
		if i, ok := x.Source.(*hclsyntax.IndexExpr); ok {
			return r.indexed(i, x.Traversal, s)
		}
		return r.walk(r.eval(x.Source, s), x.Traversal)
	case *hclsyntax.IndexExpr:
		return r.indexed(x, nil, s)
	case *hclsyntax.FunctionCallExpr:
		return r.call(x, s)
	case *hclsyntax.ConditionalExpr:
		return r.conditional(x, s)
	case *hclsyntax.TupleConsExpr:
		vals := make([]cty.Value, len(x.Exprs))
		for i, e := range x.Exprs {
			vals[i] = r.eval(e, s)
		}
		return cty.TupleVal(vals)
	case *hclsyntax.ObjectConsExpr:
		return r.object(x, s)
	case *hclsyntax.ObjectConsKeyExpr:
		if !x.ForceNonLiteral {
			if name := keyword(x.Wrapped); name != "" {
				return cty.StringVal(name)
			}
		}
		return r.eval(x.Wrapped, s)
	case *hclsyntax.ForExpr:
		return r.loop(x, s)
	case *hclsyntax.SplatExpr:
		return r.splat(x, s)
	case *hclsyntax.AnonSymbolExpr:
		for at := s; at != nil; at = at.parent {
			if at.item == x {
				return at.itemVal
			}
		}
		return r.fail(broken)
	case *hclsyntax.BinaryOpExpr:
		return r.binary(x, s)
	case *hclsyntax.UnaryOpExpr:
		return r.operate(x.Op, []cty.Value{r.eval(x.Val, s)})
	}
	return r.fail(broken)
}

// keyword is the name that a naked key of an object is.
func keyword(x hclsyntax.Expression) string {
	switch x := x.(type) {
	case *hclsyntax.ScopeTraversalExpr:
		if len(x.Traversal) == 1 {
			return x.Traversal.RootName()
		}
	case *hclsyntax.LiteralValueExpr: // true, false and null are names here
		switch {
		case x.Val.IsNull():
			return "null"
		case x.Val.Type() == cty.Bool && x.Val.True():
			return "true"
		case x.Val.Type() == cty.Bool:
			return "false"
		}
	}
	return ""
}

// toText converts a primitive to a string; ok is false where it is not known, null or no primitive.
func toText(v cty.Value) (cty.Value, bool) {
	if v.IsMarked() || !v.IsKnown() || v.IsNull() || !v.Type().IsPrimitiveType() {
		return v, false
	}
	if v.Type() == cty.String {
		return v, true
	}
	if v.Type() == cty.Number {
		if n, exact := v.AsBigFloat().Int64(); exact == big.Exact { // most are: what cty does for all takes long
			return cty.StringVal(strconv.FormatInt(n, 10)), true
		}
		if hugeNumber(v) {
			return v, false
		}
	}
	s, err := convert.Convert(v, cty.String)
	return s, err == nil
}

func toNumber(v cty.Value) (cty.Value, bool) {
	if v.IsMarked() || !v.IsKnown() || v.IsNull() || !v.Type().IsPrimitiveType() || longNumbers(v) {
		return v, false
	}
	n, err := convert.Convert(v, cty.Number)
	return n, err == nil && n.IsKnown() && !n.IsNull()
}

// longNumbers tells whether a value holds text that would take too long to read as a number.
func longNumbers(v cty.Value) bool {
	if v.Type() == cty.String {
		v, _ = v.Unmark()
		return v.IsKnown() && !v.IsNull() && longText(v.AsString())
	}
	if v.Type().IsPrimitiveType() {
		return false
	}
	found := false
	_ = cty.Walk(v, func(_ cty.Path, v cty.Value) (bool, error) {
		if u, _ := v.Unmark(); u.Type() == cty.String && u.IsKnown() && !u.IsNull() {
			found = found || longText(u.AsString())
		}
		return !found, nil
	})
	return found
}

// longText tells whether a text looks like a number and is too long for one.
func longText(s string) bool {
	s = strings.TrimLeft(s, "+-")
	if s == "" || s[0] != '.' && (s[0] < '0' || s[0] > '9') {
		return false
	}
	return strings.Trim(s, "0123456789.eE+-") == "" && longNumber([]byte(s))
}

func hugeNumber(v cty.Value) bool {
	e := v.AsBigFloat().MantExp(nil)
	return e > 4000 || e < -4000
}

// template joins parts to a text. With an unknown part the whole is unknown, with the known beginning and end; a text
// that is JSON keeps all of its known leaves.
func (r *run) template(parts []hclsyntax.Expression, s *scope) cty.Value {
	if len(parts) == 1 {
		if l, ok := parts[0].(*hclsyntax.LiteralValueExpr); ok {
			return l.Val
		}
	}
	vals := make([]cty.Value, len(parts))
	for i, p := range parts {
		vals[i] = r.eval(p, s)
	}
	if i := choosing(vals); i >= 0 {
		return r.each(vals, i, r.text)
	}
	return r.text(vals)
}

// text is what a template makes of the values of its parts.
func (r *run) text(parts []cty.Value) cty.Value {
	var b strings.Builder
	var holes []cty.Value
	var marks []cty.ValueMarks
	prefix, end := -1, 0
	parts, marks = inPieces(parts)
	for _, v := range parts {
		u, m := v.Unmark()
		if len(m) > 0 {
			marks = append(marks, withoutDocuments(m))
		}
		if u.IsKnown() {
			t, ok := toText(u)
			if !ok {
				r.failures++
				_, m = unknown(broken).Unmark()
				marks = append(marks, m)
			} else {
				b.WriteString(noHole(t.AsString()))
				if b.Len() > int(r.limits.Value) {
					return r.beyond("a text that is too long")
				}
				continue
			}
		}
		if prefix < 0 {
			prefix = b.Len()
		}
		writeHole(&b, len(holes))
		holes = append(holes, v)
		end = b.Len()
	}
	if prefix < 0 {
		return cty.StringVal(b.String()).WithMarks(marks...)
	}
	text := b.String()
	out := partial(text[:prefix]).WithMarks(marks...)
	if doc, ok := r.parseWithHoles(text, holes); ok {
		out = out.Mark(&document{doc})
	} else if end < len(text) && len(text)-end <= 256 {
		out = out.Mark(ending(text[end:]))
	}
	if len(parts) <= maxPieces {
		out = out.Mark(&pieces{parts})
	}
	return out
}

// inPieces puts the pieces of partly known texts in their place, and collects what is said of each text as a whole.
func inPieces(parts []cty.Value) (all []cty.Value, marks []cty.ValueMarks) {
	for i, v := range parts {
		var of []cty.Value
		if !v.IsKnown() {
			_, m := v.Unmark()
			for k := range m {
				if p, ok := k.(*pieces); ok {
					of = p.parts
					marks = append(marks, withoutDocuments(m))
				}
			}
		}
		switch {
		case of == nil && all != nil:
			all = append(all, v)
		case of != nil:
			if all == nil {
				all = slices.Clone(parts[:i])
			}
			all = append(all, of...)
		}
	}
	if all == nil {
		return parts, nil
	}
	return all, marks
}

// partial is an unknown text that begins with prefix.
func partial(prefix string) cty.Value {
	b := cty.UnknownVal(cty.String).Refine().NotNull()
	if prefix != "" {
		if len(prefix) > 256 {
			prefix = prefix[:256]
		}
		b = b.StringPrefixFull(strings.ToValidUTF8(prefix, ""))
	}
	return b.NewValue()
}

// joined makes one text of what a loop in a template gives.
func (r *run) joined(v cty.Value) cty.Value {
	u, marks := v.Unmark()
	if !u.IsKnown() || u.IsNull() || !u.CanIterateElements() {
		return cty.UnknownVal(cty.String).WithMarks(withoutDocuments(deep(v)))
	}
	return r.text(u.AsValueSlice()).WithMarks(withoutDocuments(marks))
}

func (r *run) object(x *hclsyntax.ObjectConsExpr, s *scope) cty.Value {
	vals := make(map[string]cty.Value, len(x.Items))
	open := false
	var marks []cty.ValueMarks
	for _, item := range x.Items {
		v := r.eval(item.ValueExpr, s)
		k, m := r.eval(item.KeyExpr, s).Unmark()
		name, ok := toText(k)
		if !ok {
			open = true
			marks = append(marks, r.perhaps(deep(v)), m)
			continue
		}
		vals[name.AsString()] = v
	}
	if open {
		for _, v := range vals {
			marks = append(marks, r.perhaps(deep(v)))
		}
		return cty.DynamicVal.WithMarks(marks...)
	}
	return cty.ObjectVal(vals)
}

// conditional is the branch that the condition takes. Where that is not known it is what both have in common.
func (r *run) conditional(x *hclsyntax.ConditionalExpr, s *scope) cty.Value {
	c, why := r.eval(x.Condition, s).Unmark()
	if c.IsKnown() {
		b, err := convert.Convert(c, cty.Bool)
		if err != nil || b.IsNull() || !b.IsKnown() {
			return r.fail(broken)
		}
		if b.True() {
			return r.eval(x.TrueResult, s)
		}
		return r.eval(x.FalseResult, s)
	}
	// A branch that cannot be evaluated is not the one that is taken: Terraform would stop there.
	failures := r.failures
	a := r.eval(x.TrueResult, s)
	failedA := r.failures > failures
	r.failures = failures
	b := r.eval(x.FalseResult, s)
	switch failedB := r.failures > failures; {
	case failedA:
		return b
	case failedB:
		r.failures = failures
		return a
	}
	if why = notRefs(why); !explained(why) {
		why = cty.NewValueMarks(opaque{"a condition that is not known before apply"})
	}
	return explain(r.either(a, b), why)
}

// explain says of a value that is not known, or of what is not known in it, and of which nothing is said yet, what decides it.
func explain(v cty.Value, why cty.ValueMarks) cty.Value {
	why = notRefs(why)
	if len(why) == 0 || settled(v) {
		return v
	}
	out, err := cty.Transform(v, func(_ cty.Path, v cty.Value) (cty.Value, error) {
		if u, marks := v.Unmark(); !u.IsKnown() && !explained(marks) {
			return v.WithMarks(why), nil
		}
		return v, nil
	})
	if err != nil {
		return v
	}
	return out
}

// eitherCost is what the comparison of two values counts for among the steps of an evaluation.
const eitherCost = 100

// either is a value that is a or b.
func (r *run) either(a, b cty.Value) cty.Value {
	if r.steps -= eitherCost; r.steps < 0 {
		return r.exhaust()
	}
	ua, ma := a.Unmark()
	ub, mb := b.Unmark()
	if ua.RawEquals(cty.NullVal(cty.DynamicPseudoType)) && ub.RawEquals(ua) {
		return a
	}
	if ua.IsKnown() && ub.IsKnown() && !ua.IsNull() && !ub.IsNull() {
		ta, tb := ua.Type(), ub.Type()
		if ta.IsPrimitiveType() && ta.Equals(tb) && ua.RawEquals(ub) {
			return ua.WithMarks(r.perhaps(ma), r.perhaps(mb))
		}
		if ta.IsObjectType() && tb.IsObjectType() {
			fa, fb := ua.AsValueMap(), ub.AsValueMap()
			if len(fa) == len(fb) {
				out := make(map[string]cty.Value, len(fa))
				for k, v := range fa {
					w, ok := fb[k]
					if !ok {
						break
					}
					out[k] = r.either(v, w)
				}
				if len(out) == len(fa) {
					return cty.ObjectVal(out).WithMarks(r.perhaps(ma), r.perhaps(mb))
				}
			}
		}
		if ta.IsTupleType() && tb.IsTupleType() && ta.Length() == tb.Length() {
			fa, fb := ua.AsValueSlice(), ub.AsValueSlice()
			out := make([]cty.Value, len(fa))
			for i := range fa {
				out[i] = r.either(fa[i], fb[i])
			}
			return cty.TupleVal(out).WithMarks(r.perhaps(ma), r.perhaps(mb))
		}
	}
	if v, ok := r.eitherList(a, b); ok {
		return v
	}
	if v, ok := r.eitherText(a, b); ok {
		return v
	}
	t := cty.DynamicPseudoType
	if ua.Type().Equals(ub.Type()) && ua.Type().IsPrimitiveType() {
		t = ua.Type()
	}
	marks := []cty.ValueMarks{withoutDocuments(r.perhaps(deep(a))), withoutDocuments(r.perhaps(deep(b)))}
	v := cty.UnknownVal(t).WithMarks(marks...)
	if ca, cb := choicesOf(a), choicesOf(b); ca != nil && cb != nil {
		list := slices.Clone(ca)
		for _, c := range cb {
			if !slices.ContainsFunc(list, c.RawEquals) {
				list = append(list, c)
			}
		}
		if len(list) <= maxChoices {
			v = v.Mark(&choice{list})
		}
	}
	return v
}

func (r *run) binary(x *hclsyntax.BinaryOpExpr, s *scope) cty.Value {
	left := r.eval(x.LHS, s)
	if x.Op == hclsyntax.OpLogicalAnd || x.Op == hclsyntax.OpLogicalOr {
		decides := x.Op == hclsyntax.OpLogicalOr
		l, _ := left.Unmark()
		if b, ok := truth(l); ok && b == decides {
			return cty.BoolVal(b)
		}
		right := r.eval(x.RHS, s)
		u, _ := right.Unmark()
		if b, ok := truth(u); ok && b == decides {
			return cty.BoolVal(b)
		}
		return r.operate(x.Op, []cty.Value{left, right})
	}
	right := r.eval(x.RHS, s)
	if x.Op == hclsyntax.OpEqual || x.Op == hclsyntax.OpNotEqual {
		if same, ok := collectionsAlike(x, left, right); ok {
			return same
		}
	}
	return r.operate(x.Op, []cty.Value{left, right})
}

// collectionsAlike compares collections that may hold the same and are not of one type here: to Terraform a list is not
// what is written in brackets, and what stands for a list, set or map here may be of another type. ok is false for all others.
func collectionsAlike(x *hclsyntax.BinaryOpExpr, left, right cty.Value) (v cty.Value, ok bool) {
	l, marksL := left.Unmark()
	r, marksR := right.Unmark()
	setL, setR := isSet(l, marksL), isSet(r, marksR)
	if !l.IsKnown() || !r.IsKnown() || l.IsNull() || r.IsNull() || l.Type().IsPrimitiveType() || r.Type().IsPrimitiveType() || setL == setR && l.Type().Equals(r.Type()) {
		return v, false
	}
	known, written := settled(l) && settled(r), writtenOut(x.LHS) || writtenOut(x.RHS)
	if known && !sameParts(l, r) || !known && written {
		return v, false
	}
	equal := setL && setR
	v = cty.BoolVal(equal == (x.Op == hclsyntax.OpEqual))
	if !known || setL == setR && !equal && !written {
		v = cty.UnknownVal(cty.Bool)
	}
	return v.WithMarks(withoutDocuments(deepAll([]cty.Value{left, right}))), true
}

// sameParts tells whether two values are the same but for the types of collections in them.
func sameParts(a, b cty.Value) bool {
	named := func(t cty.Type) bool { return t.IsObjectType() || t.IsMapType() }
	switch s, t := a.Type(), b.Type(); {
	case a.IsNull() || b.IsNull():
		return a.IsNull() && b.IsNull()
	case s.IsPrimitiveType() || t.IsPrimitiveType():
		return a.RawEquals(b)
	case named(s) && named(t):
		return maps.EqualFunc(a.AsValueMap(), b.AsValueMap(), sameParts)
	case named(s) || named(t):
		return false
	}
	return slices.EqualFunc(a.AsValueSlice(), b.AsValueSlice(), sameParts)
}

// writtenOut tells whether an expression is a tuple or an object in brackets.
func writtenOut(x hclsyntax.Expression) bool {
	switch x := x.(type) {
	case *hclsyntax.ParenthesesExpr:
		return writtenOut(x.Expression)
	case *hclsyntax.TupleConsExpr, *hclsyntax.ObjectConsExpr:
		return true
	}
	return false
}

func truth(v cty.Value) (b, ok bool) {
	if !v.IsKnown() || v.IsNull() {
		return false, false
	}
	c, err := convert.Convert(v, cty.Bool)
	if err != nil || c.IsNull() || !c.IsKnown() {
		return false, false
	}
	return c.True(), true
}

func (r *run) operate(op *hclsyntax.Operation, args []cty.Value) cty.Value {
	return r.apply(op.Impl, args, true)
}

// loop is a `for` expression. Over a collection that is not known, its body is evaluated once for what it refers to.
func (r *run) loop(x *hclsyntax.ForExpr, s *scope) cty.Value {
	coll := r.spread(r.eval(x.CollExpr, s))
	u, marks := coll.Unmark()
	bind := func(k, v cty.Value) *scope {
		c := s.child()
		c.vars = make(map[string]cty.Value, 2)
		if x.KeyVar != "" {
			c.vars[x.KeyVar] = k
		}
		c.vars[x.ValVar] = v
		return c
	}
	if !u.IsKnown() {
		c := bind(cty.DynamicVal, r.someElement(coll, marks))
		failures := r.failures
		v := r.eval(x.ValExpr, c)
		r.failures = failures
		return cty.DynamicVal.WithMarks(r.several(deep(v)), notRefs(marks))
	}
	if u.IsNull() || !u.CanIterateElements() {
		return r.fail(broken)
	}
	var vals []cty.Value
	var keys []string
	at := map[string]int{}
	groups := map[string][]cty.Value{}
	open := false
	n := 0
	set, inner := isSet(u, marks), withoutDocuments(marks)
	_, some := marks[asSome{}]
	for it := u.ElementIterator(); it.Next(); {
		k, v := it.Element()
		if r.elements--; r.elements < 0 {
			return r.exhaust()
		}
		switch {
		case set:
			k, _ = v.Unmark()
		case some:
			k = cty.UnknownVal(cty.Number)
		}
		c := bind(k, v.WithMarks(inner))
		maybe := false
		if x.CondExpr != nil {
			cond, _ := r.eval(x.CondExpr, c).Unmark()
			keep, ok := truth(cond)
			if ok && !keep {
				continue
			}
			maybe = !ok
		}
		val := r.eval(x.ValExpr, c)
		if maybe && x.KeyExpr == nil {
			some, val = true, r.maybe(val)
		} else if maybe {
			open = true
			val = cty.DynamicVal.WithMarks(r.perhaps(deep(val)))
		}
		if n++; n > r.limits.Collection() {
			return r.beyond("a collection that is too large")
		}
		if x.KeyExpr == nil {
			vals = append(vals, val)
			continue
		}
		key, _ := r.eval(x.KeyExpr, c).Unmark()
		name, ok := toText(key)
		if !ok {
			open = true
			vals = append(vals, val)
			continue
		}
		text := name.AsString()
		if x.Group {
			groups[text] = append(groups[text], val)
			continue
		}
		if _, twice := at[text]; twice {
			r.failures++
			continue
		}
		at[text] = len(keys)
		keys = append(keys, text)
		vals = append(vals, val)
	}
	if open {
		for _, g := range groups {
			vals = append(vals, g...)
		}
		all := make([]cty.ValueMarks, len(vals))
		for i, v := range vals {
			all[i] = r.several(r.perhaps(deep(v)))
		}
		return cty.DynamicVal.WithMarks(all...)
	}
	if x.KeyExpr == nil && some && len(vals) > 0 {
		return cty.TupleVal(vals).Mark(asSome{})
	}
	if x.KeyExpr == nil {
		return cty.TupleVal(vals)
	}
	obj := make(map[string]cty.Value, len(keys))
	for k, g := range groups {
		obj[k] = cty.TupleVal(g)
	}
	for i, k := range keys {
		obj[k] = vals[i]
	}
	return cty.ObjectVal(obj)
}

// several are marks for a collection of which the marked values are elements.
func (r *run) several(marks cty.ValueMarks) cty.ValueMarks {
	return r.remark(withoutDocuments(marks), func(k ref) ref {
		k.many = k.many || k.attr == ""
		return k
	})
}

// notRefs are marks without the refs, for what is said of the whole of a collection.
func notRefs(marks cty.ValueMarks) cty.ValueMarks {
	out := cty.ValueMarks{}
	for m := range marks {
		switch m.(type) {
		case opaque, secret:
			out[m] = struct{}{}
		}
	}
	return out
}

func (r *run) splat(x *hclsyntax.SplatExpr, s *scope) cty.Value {
	src := r.eval(x.Source, s)
	u, marks := src.Unmark()
	each := func(v cty.Value) cty.Value {
		c := s.child()
		c.item, c.itemVal = x.Item, v
		return r.eval(x.Each, c)
	}
	if !u.IsKnown() {
		if one := single(marks); one != nil && one.attr == "" && !one.many && !one.may && one.inst != nil {
			return cty.TupleVal([]cty.Value{each(src)})
		}
		v := each(r.someElement(src, marks))
		return cty.DynamicVal.WithMarks(r.several(deep(v)), notRefs(marks))
	}
	t := u.Type()
	if !t.IsTupleType() && !t.IsListType() && !t.IsSetType() {
		if u.IsNull() {
			return cty.EmptyTupleVal
		}
		return cty.TupleVal([]cty.Value{each(src)})
	}
	if u.IsNull() {
		return r.fail(broken)
	}
	vals := make([]cty.Value, 0, u.LengthInt())
	for it := u.ElementIterator(); it.Next(); {
		_, v := it.Element()
		if r.elements--; r.elements < 0 {
			return r.exhaust()
		}
		vals = append(vals, each(v.WithMarks(withoutDocuments(marks))))
	}
	if isSome(src) {
		return cty.TupleVal(vals).Mark(asSome{})
	}
	return cty.TupleVal(vals)
}

// single is the ref among marks where there is exactly one.
func single(marks cty.ValueMarks) *ref {
	var found *ref
	for m := range marks {
		if k, ok := m.(*ref); ok {
			if found != nil {
				return nil
			}
			found = k
		}
	}
	return found
}

package source

import (
	"errors"
	"math"
	"math/big"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
)

// special functions look at their arguments' expressions, or at unknown values for more than the fact.
func (r *run) call(x *hclsyntax.FunctionCallExpr, s *scope) cty.Value {
	name := strings.TrimPrefix(x.Name, "core::")
	if strings.HasPrefix(name, "provider::") {
		return r.provided(name, x, s)
	}
	switch name {
	case "try":
		return r.try(x, s)
	case "can":
		if len(x.Args) != 1 {
			return r.fail(broken)
		}
		failures, doubts := r.failures, r.doubts
		v := r.eval(x.Args[0], s)
		failed, doubtful := r.failures > failures, r.doubts > doubts
		r.failures, r.doubts = failures, doubts
		if doubtful && !failed {
			return cty.UnknownVal(cty.Bool).WithMarks(notRefs(deep(v)))
		}
		return cty.BoolVal(!failed)
	case "convert":
		return r.convert(x, s)
	}
	args, open := r.arguments(x, s)
	if open {
		var marks []cty.ValueMarks
		for _, a := range args {
			marks = append(marks, withoutDocuments(r.perhaps(deep(a))))
		}
		return cty.DynamicVal.WithMarks(marks...)
	}
	if v, ok := r.keep(name, args); ok {
		return v
	}
	if v, ok := r.lists(name, args); ok {
		return v
	}
	if v, ok := r.textsInPart(name, args); ok {
		return v
	}
	if v, ok := r.read(name, args, s); ok {
		return v
	}
	f, ok := functions[name]
	if !ok {
		return unmarkedUnknown(args).Mark(opaque{"the function " + name})
	}
	if name == "range" && longRange(args) {
		return r.refuse("the function range, which makes at most 1024 values", "")
	}
	if reason := r.tooMuch(name, args); reason != "" {
		return r.beyond(reason).WithMarks(withoutDocuments(deepAll(args)))
	}
	return r.apply(f, args, !selecting[name])
}

func unmarkedUnknown(args []cty.Value) cty.Value {
	return cty.DynamicVal.WithMarks(withoutDocuments(deepAll(args)))
}

func deepAll(args []cty.Value) cty.ValueMarks {
	var all cty.ValueMarks
	for _, a := range args {
		for m := range deep(a) {
			if all == nil {
				all = cty.ValueMarks{}
			}
			all[m] = struct{}{}
		}
	}
	return all
}

// arguments evaluates the arguments of a call; open says that how many there are is not known.
func (r *run) arguments(x *hclsyntax.FunctionCallExpr, s *scope) (args []cty.Value, open bool) {
	args = make([]cty.Value, 0, len(x.Args))
	for i, a := range x.Args {
		v := r.eval(a, s)
		if !x.ExpandFinal || i < len(x.Args)-1 {
			args = append(args, v)
			continue
		}
		u, marks := v.Unmark()
		if !u.IsKnown() || u.IsNull() || !u.CanIterateElements() || u.Type().IsObjectType() || u.Type().IsMapType() {
			args = append(args, v)
			return args, true
		}
		for it := u.ElementIterator(); it.Next(); {
			_, e := it.Element()
			args = append(args, e.WithMarks(withoutDocuments(marks)))
		}
	}
	return args, false
}

// try is the first argument that can be evaluated. One that is only not known is taken: the attributes of resources are
// there when they are applied. One that may turn out to fail may as well be what follows it, where that names anything.
func (r *run) try(x *hclsyntax.FunctionCallExpr, s *scope) cty.Value {
	failures, doubts := r.failures, r.doubts
	var list []cty.Value
	for _, a := range x.Args {
		v := r.eval(a, s)
		failed, doubtful := r.failures > failures, r.doubts > doubts
		r.failures, r.doubts = failures, doubts
		if failed {
			continue
		}
		if len(list) == 0 || !isNothing(v) {
			list = append(list, v)
		}
		if !doubtful {
			break
		}
	}
	if len(list) == 0 {
		return r.fail(broken)
	}
	return r.anyOf(list)
}

// isNothing tells whether a value is what a configuration writes for nothing: null, or an empty text or collection.
func isNothing(v cty.Value) bool {
	u, _ := v.Unmark()
	if !u.IsKnown() || u.IsNull() {
		return u.IsKnown()
	}
	if u.Type() == cty.String {
		return u.AsString() == ""
	}
	return u.CanIterateElements() && u.LengthInt() == 0
}

func (r *run) convert(x *hclsyntax.FunctionCallExpr, s *scope) cty.Value {
	if len(x.Args) != 2 {
		return r.fail(broken)
	}
	v := &variable{typ: &attr{name: "type", expr: x.Args[1]}}
	out, err := r.convertTo(r.eval(x.Args[0], s), v.typed())
	if err != nil {
		return r.fail(broken)
	}
	return out
}

// apply calls a function of cty. The marks of the arguments stay on an unknown result, which some functions would drop;
// combining says that the result is made of all arguments, rather than one of them.
func (r *run) apply(f function.Function, args []cty.Value, combining bool) (out cty.Value) {
	defer func() {
		if p := recover(); p != nil { // cty panics on shapes that its functions do not expect
			r.failures++
			out = unmarkedUnknown(args).Mark(opaque{broken})
		}
	}()
	if i := choosing(args); i >= 0 {
		return r.each(args, i, func(args []cty.Value) cty.Value { return r.apply(f, args, combining) })
	}
	params, rest := f.Params(), f.VarParam()
	if len(args) < len(params) || rest == nil && len(args) > len(params) {
		return r.fail(broken)
	}
	in := make([]cty.Value, len(args))
	anyMarked := false
	for i, a := range args {
		p := rest
		if i < len(params) {
			p = &params[i]
		}
		anyMarked = anyMarked || marked(a)
		if p.Type != cty.DynamicPseudoType && p.Type != a.Type() {
			if longNumbers(a) {
				return r.fail("a number that is too long")
			}
			c, err := convert.Convert(a, p.Type)
			if err != nil {
				r.failures++
				return unmarkedUnknown(args).Mark(opaque{broken})
			}
			a = c
		}
		in[i] = a
	}
	open := slices.ContainsFunc(args, isSome)
	out, err := f.Call(in)
	switch {
	case errors.Is(err, errTooMuch):
		return r.beyond("a text that is too long").WithMarks(withoutDocuments(deepAll(args)))
	case errors.Is(err, errNoTable): // to Terraform it is no failure
		return unmarkedUnknown(args).Mark(opaque{"a text in an encoding that demarc has no table of"})
	}
	if err != nil {
		r.failures++
		return unmarkedUnknown(args).Mark(opaque{broken})
	}
	if u, m := out.Unmark(); u.IsKnown() && !u.IsNull() && u.Type() == cty.Number && hugeNumber(u) {
		return r.fail("a number that is too large").WithMarks(m)
	}
	if !anyMarked {
		return r.bounded(out, "a function")
	}
	u, marks := out.Unmark()
	if !u.IsKnown() {
		all := withoutDocuments(deepAll(args))
		if !combining && len(args) > 1 && len(refsOf(all)) > 1 {
			all = r.perhaps(all)
		}
		all = r.remark(all, func(k ref) ref { // what comes out is no whole resource any more
			if k.attr == "" && combining {
				k.may = true
			}
			return k
		})
		return u.WithMarks(all)
	}
	u = u.WithMarks(withoutDocuments(marks))
	if open { // how many there are, and in which order, is no better known of what is made of them
		if _, _, ok := listed(u); !ok {
			return cty.DynamicVal.WithMarks(withoutDocuments(r.perhaps(deepAll(args))))
		}
		u = u.Mark(asSome{})
	}
	return r.bounded(u, "a function")
}

// bounded refuses a value that is too large to go on with. Values share their parts, so that a small one may be huge
// when it is walked.
func (r *run) bounded(v cty.Value, what string) cty.Value {
	left := 2 * int(r.limits.Value)
	if weigh(v, &left) {
		return v
	}
	return r.beyond(what + ", whose value is too large")
}

// weigh takes the size of a value off what is left, and tells whether it was enough.
func weigh(v cty.Value, left *int) bool {
	v, _ = v.Unmark()
	*left -= 4
	if !v.IsKnown() || v.IsNull() {
		return *left > 0
	}
	if v.Type() == cty.String {
		*left -= len(v.AsString())
	}
	for e := range elements(v) {
		if *left <= 0 || !weigh(e, left) {
			return false
		}
	}
	return *left > 0
}

var errTooMuch = errors.New("makes too much")

// tooMuch tells why a call is not made: its arguments or its result are too large. Functions cannot be stopped while they
// run, so what they would make is estimated first.
func (r *run) tooMuch(name string, args []cty.Value) string {
	if len(args) == 0 {
		return ""
	}
	most := 8 * int(r.limits.Value) // of all arguments together, counted as often as they occur
	left := most
	for _, a := range args {
		if !weigh(a, &left) {
			return "the function " + name + ", whose arguments are too large"
		}
	}
	size := most - left
	known := func(i int) (v cty.Value, ok bool) {
		if i >= len(args) {
			return v, false
		}
		v, _ = args[i].Unmark()
		return v, v.IsKnown() && !v.IsNull()
	}
	text := func(i int) string {
		if v, ok := known(i); ok && v.Type() == cty.String {
			return v.AsString()
		}
		return ""
	}
	length := func(i int) int {
		if v, ok := known(i); ok && v.CanIterateElements() {
			return v.LengthInt()
		}
		return 1
	}
	made, elements := 0, 0
	switch name {
	case "replace":
		n := strings.Count(text(0), text(1))
		if p := text(1); len(p) > 1 && p[0] == '/' && p[len(p)-1] == '/' {
			n = len(text(0)) + 1
		}
		made = len(text(0)) + n*(len(text(2))+1)
	case "indent":
		if v, ok := known(0); ok {
			n, _ := wholeNumber(v)
			made = n * (strings.Count(text(1), "\n") + 1)
		}
	case "format", "formatlist":
		made = size + widths(text(0))
		for i := 1; i < len(args) && name == "formatlist"; i++ {
			elements = max(elements, length(i))
		}
		if name == "formatlist" {
			made *= max(elements, 1)
		}
	case "setproduct":
		elements = 1
		for i := range args {
			if elements *= length(i); elements > r.limits.Collection() {
				break
			}
		}
	case "distinct", "setunion", "setintersection", "setsubtract", "matchkeys", "sort":
		for i := range args {
			elements += length(i) * 2
		}
	case "join":
		made = size
		for i := 1; i < len(args); i++ {
			made += length(i) * len(text(0))
		}
	case "jsondecode", "yamldecode", "csvdecode":
		if nestedText(text(0)) {
			return "the function " + name + ", whose argument is nested too deeply"
		}
		if name == "yamldecode" && multiplies(text(0)) {
			return "the function " + name + ", whose argument has too many aliases"
		}
	}
	if made > int(r.limits.Value) {
		return "the function " + name + ", whose result is too long"
	}
	if elements > r.limits.Collection() {
		return "the function " + name + ", whose result is too large"
	}
	return ""
}

// longRange tells whether a range has more values than Terraform makes of one.
func longRange(args []cty.Value) bool {
	list := []cty.Value{cty.Zero, cty.Zero, cty.NumberIntVal(1)}
	for i, a := range args {
		u, _ := a.Unmark()
		n, ok := toNumber(u)
		if !ok || i == len(list) {
			return false
		}
		if len(args) == 1 {
			i = 1
		}
		list[i] = n
	}
	span, step := list[1].Subtract(list[0]).AsBigFloat(), list[2].Absolute().AsBigFloat()
	return new(big.Float).Abs(span).Cmp(new(big.Float).Mul(step, big.NewFloat(1024))) > 0
}

// multiplies tells YAML whose aliases may stand for more than a million values: an anchor that holds aliases of the one
// before it, and so on. With a given number of anchors and aliases it is worst where they are shared out evenly.
func multiplies(yaml string) bool {
	anchors, aliases := float64(strings.Count(yaml, "&")), float64(strings.Count(yaml, "*"))
	return anchors > 0 && anchors*math.Log1p(aliases/anchors) > math.Log(maxAliased)
}

const maxAliased = 1e6

// widths are the widths that a format asks for.
func widths(format string) int {
	sum := 0
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			continue
		}
		n := 0
		for i++; i < len(format) && strings.IndexByte("0123456789-+ #.", format[i]) >= 0; i++ {
			if format[i] >= '0' && format[i] <= '9' && n < 1<<24 {
				n = n*10 + int(format[i]-'0')
			}
			if format[i] == '.' {
				sum += n
				n = 0
			}
		}
		sum += n
	}
	return sum
}

// nestedText tells whether a JSON or YAML text has too many brackets or too much indentation to be read safely, or a
// number that is too long.
func nestedText(s string) bool {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '[', '{':
			if depth++; depth > maxDepth {
				return true
			}
		case ']', '}':
			depth--
		}
	}
	return !plainly(s) && hasLongNumber(s)
}

func hasLongNumber(s string) bool {
	for _, w := range strings.FieldsFunc(s, func(c rune) bool { return strings.ContainsRune(" \t\r\n,:[]{}", c) }) {
		if longText(w) {
			return true
		}
	}
	return false
}

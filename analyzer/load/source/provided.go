package source

import (
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// provided is what a function of a provider makes, where somebody knows: `provider::aws::arn_build`.
func (r *run) provided(name string, x *hclsyntax.FunctionCallExpr, s *scope) cty.Value {
	args, open := r.arguments(x, s)
	parts := strings.Split(name, "::")
	if !open && len(parts) == 3 && s.module != nil && r.opts.Function != nil {
		text, take, ok := r.opts.Function(s.module.cfg.sourceOf(parts[1]), parts[2])
		switch {
		case !ok:
		case take == nil:
			return r.filled(text, args)
		case len(args) != 1:
			return r.fail(broken)
		case choosing(args) == 0:
			return r.each(args, 0, func(a []cty.Value) cty.Value { return r.taken(take.Regexp(), a[0]) })
		case args[0].IsKnown():
			return r.taken(take.Regexp(), args[0])
		}
	}
	return cty.DynamicVal.WithMarks(withoutDocuments(r.perhaps(deepAll(args)))).Mark(opaque{"the function " + name})
}

// filled is a text with values in the place of each `{}`.
func (r *run) filled(text string, args []cty.Value) cty.Value {
	texts := strings.Split(text, "{}")
	if len(texts)-1 != len(args) {
		return r.fail(broken)
	}
	if i := choosing(args); i >= 0 {
		return r.each(args, i, func(args []cty.Value) cty.Value { return r.filled(text, args) })
	}
	var parts []cty.Value
	for i, t := range texts {
		if t != "" {
			parts = append(parts, cty.StringVal(t))
		}
		if i < len(args) {
			parts = append(parts, args[i])
		}
	}
	return r.text(parts)
}

// taken is what the groups of a pattern find in a text: their text put together, or an object of those that have names.
func (r *run) taken(take *regexp.Regexp, v cty.Value) cty.Value {
	u, marks := v.Unmark()
	t, ok := toText(u)
	if !ok {
		return r.fail(broken)
	}
	found := take.FindStringSubmatch(t.AsString())
	if found == nil {
		return r.fail(broken)
	}
	marks = withoutDocuments(marks)
	names := take.SubexpNames()
	if !slices.ContainsFunc(names, func(name string) bool { return name != "" }) {
		return cty.StringVal(strings.Join(found[1:], "")).WithMarks(marks)
	}
	of := map[string]cty.Value{}
	for i, name := range names {
		if name != "" {
			of[name] = cty.StringVal(found[i]).WithMarks(marks)
		}
	}
	return cty.ObjectVal(of)
}

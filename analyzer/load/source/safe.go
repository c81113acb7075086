package source

import (
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// safely evaluates one argument. cty panics on what it was not made for; such an argument is not known.
func (r *run) safely(x hclsyntax.Expression, s *scope) cty.Value {
	return r.guarded(func() cty.Value { return r.eval(x, s) })
}

func (r *run) guarded(f func() cty.Value) (v cty.Value) {
	depth, at := r.depth, r.at
	defer func() {
		if p := recover(); p != nil {
			r.depth, r.at = depth, at
			v = r.fail(broken)
		}
	}()
	return f()
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

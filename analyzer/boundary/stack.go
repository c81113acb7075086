package boundary

import (
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Stack is a `stack` block: what inputs may only have resources of some sides.
type Stack struct {
	Glob   string
	Inside []string // the sides, at least one
	Pos    model.Pos
}

// Matches tells whether an input is one of the stack, by its relative path with slashes. In the glob `**` stands for
// any number of directories, none included, and `*` for a part of one name.
func (s Stack) Matches(root string) bool {
	return doublestar.MatchUnvalidated(s.Glob, path.Clean(root))
}

// maxAlternatives bounds `{a,b}` in a glob: each multiplies the patterns that are tried.
const maxAlternatives = 16

func (f *file) stack(b *hclsyntax.Block) {
	s := Stack{Glob: path.Clean(b.Labels[0]), Pos: f.pos(b.DefRange())}
	switch {
	case strings.HasPrefix(s.Glob, "/"):
		f.problem(b.LabelRanges[0], "stack %s is absolute: a stack is a relative path", quoted(b.Labels[0]))
	case !doublestar.ValidatePattern(s.Glob):
		f.problem(b.LabelRanges[0], "stack %s is no pattern: a bracket or brace is not closed", quoted(b.Labels[0]))
	case strings.Count(s.Glob, "{")+strings.Count(s.Glob, ",") > maxAlternatives:
		f.problem(b.LabelRanges[0], "stack %s has more than %d alternatives: write several stacks", quoted(b.Labels[0]), maxAlternatives)
	}
	given := false
	for _, arg := range f.arguments(b, "inside") {
		given = true
		sides := f.texts(arg.Name, arg.Expr)
		for _, t := range sides {
			if f.known("side", t, f.sides) && !slices.Contains(s.Inside, t.value) {
				s.Inside = append(s.Inside, t.value)
			}
		}
		if list, ok := arg.Expr.(*hclsyntax.TupleConsExpr); ok && len(list.Exprs) == 0 {
			f.problem(arg.Expr.Range(), "inside is empty: name the sides that the stack may be on")
		}
	}
	if !given {
		f.problem(b.DefRange(), "stack %s does not say where it may be: write inside = [\"SIDE\"]", quoted(b.Labels[0]))
	}
	f.policy.stacks = append(f.policy.stacks, s)
}

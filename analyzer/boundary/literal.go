package boundary

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// shape is what an expression is written as.
type shape string

const (
	stringShape   shape = "a string"
	numberShape   shape = "a number"
	boolShape     shape = "true or false"
	nullShape     shape = "null"
	listShape     shape = "a list"
	objectShape   shape = "an object"
	computedShape shape = "an expression"
)

func shapeOf(e hclsyntax.Expression) shape {
	switch e := e.(type) {
	case *hclsyntax.TemplateExpr:
		for _, part := range e.Parts {
			if l, ok := part.(*hclsyntax.LiteralValueExpr); !ok || l.Val.IsNull() || l.Val.Type() != cty.String {
				return computedShape // `${8}` is a literal too
			}
		}
		return stringShape
	case *hclsyntax.LiteralValueExpr:
		switch {
		case e.Val.IsNull():
			return nullShape
		case e.Val.Type() == cty.Bool:
			return boolShape
		}
		return numberShape
	case *hclsyntax.TupleConsExpr:
		return listShape
	case *hclsyntax.ObjectConsExpr:
		return objectShape
	}
	return computedShape
}

// maxText bounds a string, and with it what is compared and printed.
const maxText = 4096

// text is a string of the file and where it is.
type text struct {
	value string
	at    hcl.Range
}

// pair is an item of an object.
type pair struct {
	name, value text
}

// expect reports an expression that is not written as want. what names it in the message.
func (f *file) expect(want shape, what string, e hclsyntax.Expression) bool {
	have := shapeOf(e)
	switch {
	case have == want:
		return true
	case have != computedShape:
		hint := ""
		if want == stringShape && (have == numberShape || have == boolShape) {
			hint = ": put it in quotes"
		}
		if want == listShape && have == stringShape {
			hint = ": put it in brackets"
		}
		f.problem(e.Range(), "%s is %s and must be %s%s", what, have, want, hint)
	default:
		hint := "a policy has no variables, functions or operators"
		if word := hcl.ExprAsKeyword(e); word != "" && want == stringShape {
			hint += ": put it in quotes"
		}
		f.problem(e.Range(), "%s is not a literal: %s", what, hint)
	}
	return false
}

// text reads a string literal, which must hold something, without the blanks around it.
func (f *file) text(what string, e hclsyntax.Expression) (text, bool) {
	if !f.expect(stringShape, what, e) {
		return text{}, false
	}
	var b strings.Builder
	for _, part := range e.(*hclsyntax.TemplateExpr).Parts {
		b.WriteString(part.(*hclsyntax.LiteralValueExpr).Val.AsString())
	}
	s := strings.TrimSpace(b.String())
	switch {
	case s == "":
		f.problem(e.Range(), "%s is empty", what)
		return text{}, false
	case len(s) > maxText:
		f.problem(e.Range(), "%s is longer than %d bytes", what, maxText)
		return text{}, false
	}
	return text{s, e.Range()}, true
}

// texts reads a list of string literals; those that are none are reported and left out.
func (f *file) texts(what string, e hclsyntax.Expression) []text {
	if !f.expect(listShape, what, e) {
		return nil
	}
	var out []text
	for _, item := range e.(*hclsyntax.TupleConsExpr).Exprs {
		if t, ok := f.text("an entry of "+what, item); ok {
			out = append(out, t)
		}
	}
	return out
}

// pairs reads an object of string literals in the order of the file; what is none is reported and left out.
func (f *file) pairs(what string, e hclsyntax.Expression) []pair {
	if !f.expect(objectShape, what, e) {
		return nil
	}
	var out []pair
	for _, item := range e.(*hclsyntax.ObjectConsExpr).Items {
		name, ok := f.name(what, item.KeyExpr)
		if !ok {
			continue
		}
		if value, ok := f.text(name.value, item.ValueExpr); ok {
			out = append(out, pair{name, value})
		}
	}
	return out
}

// name reads the key of an object's item, which is a bare word or a string literal.
func (f *file) name(what string, e hclsyntax.Expression) (text, bool) {
	key, ok := e.(*hclsyntax.ObjectConsKeyExpr)
	if !ok || key.ForceNonLiteral {
		f.problem(e.Range(), "a name in %s is not a literal", what)
		return text{}, false
	}
	if word := hcl.ExprAsKeyword(key.Wrapped); word != "" {
		return text{word, e.Range()}, true
	}
	if _, traversal := key.Wrapped.(*hclsyntax.ScopeTraversalExpr); traversal {
		f.problem(e.Range(), "a name in %s has dots: put it in quotes", what)
		return text{}, false
	}
	return f.text("a name in "+what, key.Wrapped)
}

// truth reads true or false.
func (f *file) truth(what string, e hclsyntax.Expression) (value, ok bool) {
	if !f.expect(boolShape, what, e) {
		return false, false
	}
	return e.(*hclsyntax.LiteralValueExpr).Val.True(), true
}

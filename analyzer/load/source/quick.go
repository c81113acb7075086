package source

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// hclsyntax finds tokens with a machine for all of Unicode, measures each by grapheme clusters and keeps all of a file before
// it looks at the first: that is half of what scanning sources takes. quick reads the language as nearly all files use it,
// from ASCII text, straight into what hclsyntax would make of it. On anything else, mistakes above all, it gives up, and
// hclsyntax reads the file. TestQuick and FuzzQuick hold that both make the same.
type quick struct {
	src      string
	file     string
	at       int // what is read next
	line     int
	start    int     // of the line
	end      hcl.Pos // of what was read last
	newlines bool    // they end something where quick is
}

// unusual is the panic by which quick gives up.
type unusual struct{}

// quickly is the body of a configuration file; ok is false where hclsyntax has to read it. src must be guarded.
func quickly(src, file string) (b *body, ok bool) {
	defer func() {
		if r := recover(); r != nil {
			if _, known := r.(unusual); !known {
				panic(r)
			}
		}
	}()
	q := &quick{src: src, file: file, line: 1, newlines: true}
	b = q.body(0)
	return b, true
}

func (q *quick) give() { panic(unusual{}) }

func (q *quick) pos() hcl.Pos { return hcl.Pos{Line: q.line, Column: q.at - q.start + 1, Byte: q.at} }

// from is the range from a position to the end of what was read last.
func (q *quick) from(p hcl.Pos) hcl.Range { return hcl.Range{Filename: q.file, Start: p, End: q.end} }

// byteAt is a byte of the text, 0 behind its end.
func (q *quick) byteAt(i int) byte {
	if i < len(q.src) {
		return q.src[i]
	}
	return 0
}

// peek goes to the next token and is its first byte, a newline for comments that end a line, 0 at the end of the text.
func (q *quick) peek() byte {
	for q.at < len(q.src) {
		switch c := q.src[q.at]; {
		case c == ' ' || c == '\t':
			q.at++
		case c == '\n' && q.newlines:
			return c
		case c == '\n':
			q.newline()
		case c == '#' || c == '/' && q.byteAt(q.at+1) == '/':
			n := strings.IndexByte(q.src[q.at:], '\n')
			if n < 0 {
				q.at = len(q.src)
				return 0
			}
			if q.newlines {
				return '\n'
			}
			q.at += n
		case c == '/' && q.byteAt(q.at+1) == '*':
			q.comment()
		case c == 0:
			q.give()
		default:
			return c
		}
	}
	return 0
}

// comment goes behind a comment that has an end.
func (q *quick) comment() {
	n := strings.Index(q.src[q.at+2:], "*/")
	if n < 0 {
		q.give()
	}
	for end := q.at + 2 + n; q.at < end; q.at++ {
		if c := q.src[q.at]; c == '\n' {
			q.line++
			q.start = q.at + 1
		} else if c == '\r' || c >= 0x80 {
			q.give()
		}
	}
	q.at += 2
}

// newline goes to the next line, over a comment that ends this one.
func (q *quick) newline() {
	q.at += strings.IndexByte(q.src[q.at:], '\n') + 1
	q.line++
	q.start = q.at
}

// skip reads n bytes of a token.
func (q *quick) skip(n int) {
	q.at += n
	q.end = q.pos()
}

// want reads a token of one byte.
func (q *quick) want(c byte) {
	if q.peek() != c {
		q.give()
	}
	q.skip(1)
}

// is tells whether the next token is a word.
func (q *quick) is(word string) bool {
	q.peek()
	return strings.HasPrefix(q.src[q.at:], word) && !inName(q.byteAt(q.at+len(word)))
}

func beginsName(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' }

func inName(c byte) bool { return beginsName(c) || isDigit(c) || c == '-' || c >= 0x80 }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// name reads an identifier.
func (q *quick) name() string {
	if !beginsName(q.peek()) {
		q.give()
	}
	n := 1
	for inName(q.byteAt(q.at + n)) {
		if q.src[q.at+n] >= 0x80 {
			q.give()
		}
		n++
	}
	q.skip(n)
	return q.src[q.at-n : q.at]
}

// within reads something in which newlines count or do not.
func (q *quick) within(newlines bool, read func()) {
	outer := q.newlines
	q.newlines = newlines
	read()
	q.newlines = outer
}

// body reads up to a closing brace, or to the end of the text for 0.
func (q *quick) body(closer byte) *body {
	b := &body{attrs: []*attr{}, blocks: []*block{}}
	for {
		switch q.peek() {
		case closer:
			if closer != 0 {
				q.skip(1)
			}
			return b
		case '\n':
			q.newline()
			continue
		}
		at := q.peekPos()
		name := q.name()
		if c := q.peek(); c == '=' {
			if b.attr(name) != nil {
				q.give()
			}
			b.attrs = append(b.attrs, q.attr(name, at))
		} else {
			b.blocks = append(b.blocks, q.block(name, at))
		}
		switch q.peek() {
		case '\n':
			q.newline()
		case 0:
		default:
			q.give()
		}
	}
}

func (q *quick) peekPos() hcl.Pos {
	q.peek()
	return q.pos()
}

func (q *quick) attr(name string, at hcl.Pos) *attr {
	q.want('=')
	if q.byteAt(q.at) == '=' {
		q.give()
	}
	e := q.expression()
	return &attr{name, e, q.from(at)}
}

func (q *quick) block(typ string, at hcl.Pos) *block {
	b := &block{typ: typ}
	for b.at = q.from(at); q.peek() != '{'; b.at = q.from(at) {
		if q.peek() != '"' {
			b.labels = append(b.labels, q.name())
			continue
		}
		n := strings.IndexByte(q.src[q.at+1:], '"')
		if n < 0 || !unescaped(q.src[q.at+1:q.at+1+n]) {
			q.give()
		}
		b.labels = append(b.labels, q.src[q.at+1:q.at+1+n])
		q.skip(n + 2)
	}
	q.skip(1)
	if c := q.peek(); c == '\n' || c == '}' {
		b.body = q.body('}')
		return b
	}
	inner := q.pos()
	name := q.name()
	b.body = &body{attrs: []*attr{q.attr(name, inner)}, blocks: []*block{}}
	q.want('}')
	return b
}

// unescaped tells that a text in quotes is what is between them.
func unescaped(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '\\' || c == '$' || c == '%' {
			return false
		}
	}
	return true
}

func (q *quick) expression() hclsyntax.Expression {
	at := q.peekPos()
	condition := q.operation(0)
	if q.peek() != '?' {
		return condition
	}
	q.skip(1)
	yes := q.expression()
	q.want(':')
	no := q.expression()
	return &hclsyntax.ConditionalExpr{Condition: condition, TrueResult: yes, FalseResult: no, SrcRange: q.from(at)}
}

// operation reads a term and the operators behind it that bind at least as strongly as level.
func (q *quick) operation(level int) hclsyntax.Expression {
	at := q.peekPos()
	left := q.traversals(q.term())
	for {
		op, length, strength := q.operator()
		if op == nil || strength < level {
			return left
		}
		q.skip(length)
		right := q.operation(strength + 1)
		left = &hclsyntax.BinaryOpExpr{LHS: left, Op: op, RHS: right, SrcRange: q.from(at)}
	}
}

// operator is the operator that comes next, nil for none.
func (q *quick) operator() (op *hclsyntax.Operation, length, strength int) {
	c := q.peek()
	second := q.byteAt(q.at + 1)
	switch {
	case c == '|' && second == '|':
		return hclsyntax.OpLogicalOr, 2, 0
	case c == '&' && second == '&':
		return hclsyntax.OpLogicalAnd, 2, 1
	case c == '=' && second == '=':
		return hclsyntax.OpEqual, 2, 2
	case c == '!' && second == '=':
		return hclsyntax.OpNotEqual, 2, 2
	case c == '>' && second == '=':
		return hclsyntax.OpGreaterThanOrEqual, 2, 3
	case c == '<' && second == '=':
		return hclsyntax.OpLessThanOrEqual, 2, 3
	case c == '<' && second == '<':
		q.give()
	case c == '>':
		return hclsyntax.OpGreaterThan, 1, 3
	case c == '<':
		return hclsyntax.OpLessThan, 1, 3
	case c == '+':
		return hclsyntax.OpAdd, 1, 4
	case c == '-':
		return hclsyntax.OpSubtract, 1, 4
	case c == '*':
		return hclsyntax.OpMultiply, 1, 5
	case c == '/':
		return hclsyntax.OpDivide, 1, 5
	case c == '%':
		return hclsyntax.OpModulo, 1, 5
	}
	return nil, 0, 0
}

func (q *quick) term() hclsyntax.Expression {
	c := q.peek()
	at := q.pos()
	switch {
	case c == '"':
		return q.template()
	case beginsName(c):
		return q.named(at)
	case isDigit(c):
		return q.number(at)
	case c == '(':
		var inner hclsyntax.Expression
		q.skip(1)
		q.within(false, func() {
			inner = q.expression()
			q.want(')')
		})
		return &hclsyntax.ParenthesesExpr{Expression: inner, SrcRange: q.from(at)}
	case c == '-' || c == '!' && q.byteAt(q.at+1) != '=':
		op := hclsyntax.OpNegate
		if c == '!' {
			op = hclsyntax.OpLogicalNot
		}
		q.skip(1)
		symbol := q.from(at)
		operand := q.traversals(q.term())
		return &hclsyntax.UnaryOpExpr{Op: op, Val: operand, SrcRange: q.from(at), SymbolRange: symbol}
	case c == '[':
		return q.tuple(at)
	case c == '{':
		return q.object(at)
	}
	q.give()
	return nil
}

func (q *quick) number(at hcl.Pos) hclsyntax.Expression {
	n := 1
	for isDigit(q.byteAt(q.at + n)) {
		n++
	}
	if q.byteAt(q.at+n) == '.' && isDigit(q.byteAt(q.at+n+1)) {
		for n++; isDigit(q.byteAt(q.at + n)); n++ {
		}
	}
	if c := q.byteAt(q.at + n); c == '.' || inName(c) && c != '-' {
		q.give()
	}
	v, err := cty.ParseNumberVal(q.src[q.at : q.at+n])
	if err != nil {
		q.give()
	}
	q.skip(n)
	return &hclsyntax.LiteralValueExpr{Val: v, SrcRange: q.from(at)}
}

// named reads what begins with a name: a call of a function, a word, or a reference.
func (q *quick) named(at hcl.Pos) hclsyntax.Expression {
	name := q.name()
	here := q.from(at)
	switch c := q.peek(); {
	case c == '(':
		return q.call(name, here)
	case c == ':' && q.byteAt(q.at+1) == ':':
		q.give()
	}
	switch name {
	case "true":
		return &hclsyntax.LiteralValueExpr{Val: cty.True, SrcRange: here}
	case "false":
		return &hclsyntax.LiteralValueExpr{Val: cty.False, SrcRange: here}
	case "null":
		return &hclsyntax.LiteralValueExpr{Val: cty.NullVal(cty.DynamicPseudoType), SrcRange: here}
	}
	steps := 1
	for i := here.End.Byte; q.byteAt(i) == '.' || inName(q.byteAt(i)); i++ {
		if q.src[i] == '.' {
			steps++
		}
	}
	t := make(hcl.Traversal, 1, steps)
	t[0] = hcl.TraverseRoot{Name: name, SrcRange: here}
	return &hclsyntax.ScopeTraversalExpr{Traversal: t, SrcRange: here}
}

func (q *quick) call(name string, at hcl.Range) hclsyntax.Expression {
	open := q.pos()
	q.skip(1)
	e := &hclsyntax.FunctionCallExpr{Name: name, NameRange: at, OpenParenRange: q.from(open)}
	q.within(false, func() {
		for q.peek() != ')' {
			e.Args = append(e.Args, q.expression())
			if q.peek() == '.' && strings.HasPrefix(q.src[q.at:], "...") {
				q.skip(3)
				e.ExpandFinal = true
				break
			}
			if q.peek() != ')' {
				q.want(',')
			}
		}
		closing := q.peekPos()
		q.want(')')
		e.CloseParenRange = q.from(closing)
	})
	return e
}

// traversals reads what follows a term: attributes, indexes and splats.
func (q *quick) traversals(term hclsyntax.Expression) hclsyntax.Expression {
	e := term
	for {
		c := q.peek()
		at := q.pos()
		switch {
		case c == '.' && q.byteAt(q.at+1) != '.':
			q.skip(1)
			if q.peek() == '*' {
				e = q.attributeSplat(term, e, at)
				continue
			}
			name := q.name()
			step := q.from(at)
			e = follow(e, hcl.TraverseAttr{Name: name, SrcRange: step}, step)
		case c == '[':
			q.skip(1)
			open := q.from(at)
			if q.peek() == '*' {
				q.skip(1)
				q.want(']')
				item := &hclsyntax.AnonSymbolExpr{SrcRange: q.from(at)}
				each := q.traversals(item)
				e = &hclsyntax.SplatExpr{Source: e, Each: each, Item: item, SrcRange: hcl.RangeBetween(term.Range(), each.Range()), MarkerRange: item.SrcRange}
				continue
			}
			var key hclsyntax.Expression
			q.within(false, func() {
				key = q.expression()
				q.want(']')
			})
			step := q.from(at)
			if v, ok := literalKey(key); ok {
				e = follow(e, hcl.TraverseIndex{Key: v, SrcRange: step}, step)
			} else {
				e = &hclsyntax.IndexExpr{Collection: e, Key: key, SrcRange: hcl.RangeBetween(term.Range(), step), OpenRange: open, BracketRange: step}
			}
		default:
			return e
		}
	}
}

// attributeSplat reads `*.a.b` behind a dot.
func (q *quick) attributeSplat(term, source hclsyntax.Expression, dot hcl.Pos) hclsyntax.Expression {
	star := q.pos()
	q.skip(1)
	item := &hclsyntax.AnonSymbolExpr{SrcRange: q.from(dot)}
	last := q.from(star)
	first := q.peekPos()
	var steps hcl.Traversal
	for q.peek() == '.' {
		at := q.pos()
		q.skip(1)
		name := q.name()
		last = q.from(at)
		steps = append(steps, hcl.TraverseAttr{Name: name, SrcRange: last})
	}
	var each hclsyntax.Expression = item
	if len(steps) > 0 {
		each = &hclsyntax.RelativeTraversalExpr{Source: item, Traversal: steps, SrcRange: q.from(first)}
	}
	return &hclsyntax.SplatExpr{Source: source, Each: each, Item: item, SrcRange: hcl.RangeBetween(term.Range(), last), MarkerRange: item.SrcRange}
}

// literalKey is the value of an index that is written out.
func literalKey(e hclsyntax.Expression) (cty.Value, bool) {
	switch e := e.(type) {
	case *hclsyntax.LiteralValueExpr:
		return e.Val, true
	case *hclsyntax.TemplateExpr:
		if e.IsStringLiteral() {
			v, _ := e.Value(nil)
			return v, true
		}
	}
	return cty.Value{}, false
}

// follow adds a step to an expression.
func follow(e hclsyntax.Expression, step hcl.Traverser, at hcl.Range) hclsyntax.Expression {
	switch e := e.(type) {
	case *hclsyntax.ScopeTraversalExpr:
		e.Traversal = append(e.Traversal, step)
		e.SrcRange.End = at.End
		return e
	case *hclsyntax.RelativeTraversalExpr:
		e.Traversal = append(e.Traversal, step)
		e.SrcRange.End = at.End
		return e
	}
	return &hclsyntax.RelativeTraversalExpr{Source: e, Traversal: hcl.Traversal{step}, SrcRange: hcl.RangeBetween(e.Range(), at)}
}

func (q *quick) tuple(at hcl.Pos) (e hclsyntax.Expression) {
	q.skip(1)
	open := q.from(at)
	q.within(false, func() {
		if q.is("for") {
			e = q.loop(at, open, ']')
			return
		}
		var items []hclsyntax.Expression
		for q.peek() != ']' {
			items = append(items, q.expression())
			if q.peek() != ']' {
				q.want(',')
			}
		}
		q.skip(1)
		e = &hclsyntax.TupleConsExpr{Exprs: items, SrcRange: q.from(at), OpenRange: open}
	})
	return e
}

func (q *quick) object(at hcl.Pos) (e hclsyntax.Expression) {
	q.skip(1)
	open := q.from(at)
	start := *q
	q.within(false, func() {
		if q.is("for") {
			e = q.loop(at, open, '}')
		}
	})
	if e != nil {
		return e
	}
	*q = start
	var items []hclsyntax.ObjectConsItem
	q.within(true, func() {
		for {
			c := q.peek()
			if c == '\n' {
				q.newline()
				continue
			}
			if c == '}' {
				break
			}
			key := &hclsyntax.ObjectConsKeyExpr{Wrapped: q.expression(), ForceNonLiteral: c == '('}
			if q.peek() != ':' {
				q.want('=')
				if second := q.byteAt(q.at); second == '=' || second == '>' {
					q.give()
				}
			} else {
				q.skip(1)
			}
			items = append(items, hclsyntax.ObjectConsItem{KeyExpr: key, ValueExpr: q.expression()})
			switch q.peek() {
			case ',':
				q.skip(1)
			case '\n', '}':
			default:
				q.give()
			}
		}
		q.skip(1)
	})
	return &hclsyntax.ObjectConsExpr{Items: items, SrcRange: q.from(at), OpenRange: open}
}

// loop reads a for expression behind its opening bracket.
func (q *quick) loop(at hcl.Pos, open hcl.Range, closer byte) hclsyntax.Expression {
	e := &hclsyntax.ForExpr{OpenRange: open}
	q.name() // for
	e.ValVar = q.name()
	if q.peek() == ',' {
		q.skip(1)
		e.KeyVar, e.ValVar = e.ValVar, q.name()
	}
	if q.name() != "in" {
		q.give()
	}
	e.CollExpr = q.expression()
	q.want(':')
	e.ValExpr = q.expression()
	if q.peek() == '=' {
		q.want('=')
		if q.byteAt(q.at) != '>' {
			q.give()
		}
		q.skip(1)
		e.KeyExpr, e.ValExpr = e.ValExpr, q.expression()
	}
	if q.peek() == '.' && strings.HasPrefix(q.src[q.at:], "...") {
		q.skip(3)
		e.Group = true
	}
	if q.is("if") {
		q.name()
		e.CondExpr = q.expression()
	}
	closing := q.peekPos()
	q.want(closer)
	e.SrcRange, e.CloseRange = q.from(at), q.from(closing)
	if (e.KeyExpr != nil) != (closer == '}') || e.Group && closer != '}' {
		q.give()
	}
	return e
}

// quotedText is a template that is one text, in one piece of memory.
type quotedText struct {
	template hclsyntax.TemplateExpr
	parts    [1]hclsyntax.Expression
	literal  hclsyntax.LiteralValueExpr
}

// template reads a text in quotes.
func (q *quick) template() hclsyntax.Expression {
	at := q.pos()
	q.skip(1)
	var parts []hclsyntax.Expression
	for {
		from := q.pos()
		text, interpolation := q.literalText()
		here := q.from(from)
		if !interpolation {
			if len(parts) == 0 {
				q.skip(1)
				if text == "" {
					here = hcl.Range{Filename: q.file, Start: q.end, End: q.end}
				}
				e := &quotedText{literal: hclsyntax.LiteralValueExpr{Val: cty.StringVal(text), SrcRange: here}}
				e.parts[0] = &e.literal
				e.template = hclsyntax.TemplateExpr{Parts: e.parts[:], SrcRange: q.from(at)}
				return &e.template
			}
			if text != "" {
				parts = append(parts, &hclsyntax.LiteralValueExpr{Val: cty.StringVal(text), SrcRange: here})
			}
			q.skip(1)
			break
		}
		if text != "" {
			parts = append(parts, &hclsyntax.LiteralValueExpr{Val: cty.StringVal(text), SrcRange: here})
		}
		q.skip(2)
		if q.byteAt(q.at) == '~' {
			q.give()
		}
		q.within(false, func() {
			parts = append(parts, q.expression())
			q.want('}')
		})
		if len(parts) == 1 && q.byteAt(q.at) == '"' {
			q.skip(1)
			return &hclsyntax.TemplateWrapExpr{Wrapped: parts[0], SrcRange: q.from(at)}
		}
	}
	return &hclsyntax.TemplateExpr{Parts: parts, SrcRange: q.from(at)}
}

// literalText reads up to the closing quote, or to the interpolation that comes before it.
func (q *quick) literalText() (text string, interpolation bool) {
	from := q.at
	var escaped []byte
	for i := q.at; i < len(q.src); i++ {
		switch c := q.src[i]; {
		case c == '"' || c == '$' && q.byteAt(i+1) == '{':
			text = q.src[from:i]
			if escaped != nil {
				text = string(append(escaped, text...))
			}
			q.skip(i - q.at)
			return text, c == '$'
		case c == '\\':
			of := strings.IndexByte(`nrt"\`, q.byteAt(i+1))
			if of < 0 {
				q.give()
			}
			escaped = append(append(escaped, q.src[from:i]...), "\n\r\t\"\\"[of])
			i++
			from = i + 1
		case c == '$' || c == '%':
			if next := q.byteAt(i + 1); next == '{' || next == '$' || next == '%' || next == '"' || next == '\\' {
				q.give()
			}
		case c < ' ' || c >= 0x7f:
			q.give()
		}
	}
	q.give()
	return "", false
}

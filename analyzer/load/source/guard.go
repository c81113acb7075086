package source

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// hclsyntax recurses for every bracket, template, operator and step of an expression, and a stack that it exhausts
// cannot be recovered from: 100 kB of `(` end the process. So every text is measured before it is parsed: by counting
// bytes where that proves it harmless, else by hclsyntax's lexer, which does not recurse.
const (
	harmless     = 3000 // brackets and operators that no text can make dangerous, however they are nested
	maxDepth     = 200
	maxOperators = 1000 // in a row, between two separators
	maxDigits    = 64   // of a number; math/big takes minutes over 1e100000000
	maxExponent  = 3    // digits of an exponent
)

// guard refuses a text that must not be parsed, and says where.
func guard(src, file string) *hcl.Diagnostic {
	if plainly(src) {
		return nil
	}
	return inParts([]byte(src), func(part []byte) *hcl.Diagnostic {
		tokens, diags := hclsyntax.LexConfig(part, file, hcl.InitialPos)
		if diags.HasErrors() && len(tokens) == 0 {
			return diags[0]
		}
		return measure(tokens)
	})
}

// inParts measures the beginning of a text before all of it: a token weighs more than a hundred times a byte, and what
// makes a text dangerous mostly begins early. What is too much in a part is too much in the whole.
func inParts(src []byte, measure func([]byte) *hcl.Diagnostic) *hcl.Diagnostic {
	for n := 1 << 16; n < len(src); n *= 4 {
		if d := measure(src[:n]); d != nil {
			return d
		}
	}
	return measure(src)
}

// guardTemplate is guard for the text of a template file.
func guardTemplate(src []byte, file string) *hcl.Diagnostic {
	if plainly(string(src)) {
		return nil
	}
	return inParts(src, func(part []byte) *hcl.Diagnostic {
		tokens, _ := hclsyntax.LexTemplate(part, file, hcl.InitialPos)
		return measure(tokens)
	})
}

// plainly tells that a text has too few brackets and operators to be dangerous, and no long number.
func plainly(src string) bool {
	count, digits := 0, 0
	for i := range len(src) {
		c := src[i]
		switch c {
		case '(', '[', '{', '!', '-', '+', '*', '/', '%', '?', '&', '|', '<', '>':
			count++
		case '=':
			if i+1 < len(src) && src[i+1] == '=' {
				count++
			}
		}
		if c >= '0' && c <= '9' {
			if digits++; digits > maxDigits {
				return false
			}
			continue
		}
		if (c == 'e' || c == 'E') && digits > 0 && longExponent(src[i+1:]) {
			return false
		}
		digits = 0
	}
	return count <= harmless
}

func longExponent(s string) bool {
	s = strings.TrimLeft(s, "+-")
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n > maxExponent
}

func longNumber(digits []byte) bool {
	if i := bytes.IndexAny(digits, "eE"); i >= 0 {
		return i > maxDigits || longExponent(string(digits[i+1:]))
	}
	return len(digits) > maxDigits
}

func measure(tokens hclsyntax.Tokens) *hcl.Diagnostic {
	type frame struct {
		closer    hclsyntax.TokenType
		operators int
	}
	open := []frame{{closer: hclsyntax.TokenEOF}}
	for _, t := range tokens {
		at := &open[len(open)-1]
		closer, opens := closers[t.Type]
		switch {
		case opens:
			if len(open) > maxDepth {
				return refusal(t.Range, fmt.Sprintf("brackets, quotes and templates are nested more than %d deep", maxDepth))
			}
			open = append(open, frame{closer: closer})
		case len(open) > 1 && at.closer == t.Type:
			open = open[:len(open)-1]
		case t.Type == hclsyntax.TokenComma, t.Type == hclsyntax.TokenNewline && at.closer != hclsyntax.TokenCParen && at.closer != hclsyntax.TokenCBrack && at.closer != hclsyntax.TokenTemplateSeqEnd:
			at.operators = 0
		case t.Type == hclsyntax.TokenNumberLit && longNumber(t.Bytes):
			return refusal(t.Range, "a number that is too long")
		case operators[t.Type]:
			if at.operators++; at.operators > maxOperators {
				return refusal(t.Range, fmt.Sprintf("more than %d operators in one expression", maxOperators))
			}
		}
	}
	return nil
}

func refusal(at hcl.Range, what string) *hcl.Diagnostic {
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: what, Subject: &at}
}

var closers = map[hclsyntax.TokenType]hclsyntax.TokenType{
	hclsyntax.TokenOBrace:          hclsyntax.TokenCBrace,
	hclsyntax.TokenOBrack:          hclsyntax.TokenCBrack,
	hclsyntax.TokenOParen:          hclsyntax.TokenCParen,
	hclsyntax.TokenOQuote:          hclsyntax.TokenCQuote,
	hclsyntax.TokenOHeredoc:        hclsyntax.TokenCHeredoc,
	hclsyntax.TokenTemplateInterp:  hclsyntax.TokenTemplateSeqEnd,
	hclsyntax.TokenTemplateControl: hclsyntax.TokenTemplateSeqEnd,
}

var operators = map[hclsyntax.TokenType]bool{
	hclsyntax.TokenBang: true, hclsyntax.TokenPlus: true, hclsyntax.TokenMinus: true, hclsyntax.TokenStar: true,
	hclsyntax.TokenSlash: true, hclsyntax.TokenPercent: true, hclsyntax.TokenQuestion: true, hclsyntax.TokenAnd: true,
	hclsyntax.TokenOr: true, hclsyntax.TokenEqualOp: true, hclsyntax.TokenNotEqual: true, hclsyntax.TokenLessThan: true,
	hclsyntax.TokenLessThanEq: true, hclsyntax.TokenGreaterThan: true, hclsyntax.TokenGreaterThanEq: true,
}

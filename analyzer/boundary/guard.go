package boundary

import (
	"bytes"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// MaxSize is the largest policy file, in bytes, that is read.
const MaxSize = 1 << 20

// hclsyntax recurses for every bracket, template, operator and step of an expression, and a stack that it exhausts
// cannot be recovered from. So its lexer, which does not recurse, measures the file first. It also keeps from the parser
// what takes minutes there.
const (
	maxDepth    = 200
	maxComputed = 1000 // tokens that no literal has
	maxPieces   = 1000 // lines of a heredoc and other parts of one string, which it joins pair by pair
	maxDigits   = 40   // of a number; an exponent is refused, since reading 1e999999999 does not end
)

// measure reports a file that hclsyntax must not see.
func measure(tokens hclsyntax.Tokens, p *problems) {
	var open []hclsyntax.TokenType // closers of what is open
	computed, pieces := 0, 0
	for _, t := range tokens {
		closer, opens := closers[t.Type]
		switch {
		case opens:
			if open = append(open, closer); len(open) > maxDepth {
				p.add(t.Range, "brackets and quotes are nested more than %d deep", maxDepth)
				return
			}
		// What closes something else is left to hclsyntax to refuse; it must not hide how deep the file is.
		case len(open) > 0 && open[len(open)-1] == t.Type:
			open = open[:len(open)-1]
		}
		if t.Type != hclsyntax.TokenStringLit && t.Type != hclsyntax.TokenQuotedLit {
			pieces = 0
		} else if pieces++; pieces > maxPieces {
			p.add(t.Range, "a string in more than %d lines or pieces", maxPieces)
			return
		}
		if t.Type == hclsyntax.TokenNumberLit && longNumber(t.Bytes) {
			p.add(t.Range, "a number that is too long: a policy has no numbers, put it in quotes")
			return
		}
		if computes(t.Type) {
			if computed++; computed > maxComputed {
				p.add(t.Range, "too many expressions: a policy holds literals alone, no variables, functions or operators")
				return
			}
		}
	}
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

var closing = map[hclsyntax.TokenType]bool{
	hclsyntax.TokenCBrace:         true,
	hclsyntax.TokenCBrack:         true,
	hclsyntax.TokenCParen:         true,
	hclsyntax.TokenCQuote:         true,
	hclsyntax.TokenCHeredoc:       true,
	hclsyntax.TokenTemplateSeqEnd: true,
}

// computes tells whether a token belongs to no literal and to no block.
func computes(t hclsyntax.TokenType) bool {
	switch t {
	case hclsyntax.TokenOBrace, hclsyntax.TokenCBrace, hclsyntax.TokenOBrack, hclsyntax.TokenCBrack,
		hclsyntax.TokenOQuote, hclsyntax.TokenCQuote, hclsyntax.TokenOHeredoc, hclsyntax.TokenCHeredoc,
		hclsyntax.TokenQuotedLit, hclsyntax.TokenStringLit, hclsyntax.TokenNumberLit, hclsyntax.TokenIdent,
		hclsyntax.TokenEqual, hclsyntax.TokenComma, hclsyntax.TokenColon, hclsyntax.TokenNewline,
		hclsyntax.TokenComment, hclsyntax.TokenEOF:
		return false
	}
	return true
}

func longNumber(digits []byte) bool {
	return len(digits) > maxDigits || bytes.ContainsAny(digits, "eE")
}

// invalidUTF8 is the first byte of src that is no UTF-8, or -1.
func invalidUTF8(src []byte) int {
	for i := 0; i < len(src); {
		r, n := utf8.DecodeRune(src[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

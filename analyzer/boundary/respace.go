package boundary

import (
	"bytes"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// respace is src with line breaks in place of the blanks around the arguments of blocks that are written in one line,
// so that `link "x" { kind = "dns"  far = { a = "host" } }` may be: HCL wants every argument but a block's only one in
// a line of its own. Every other byte stays, and stays where it is, so that offsets hold in both.
func respace(src []byte, tokens hclsyntax.Tokens) []byte {
	out := bytes.Clone(src)
	var gaps []int // the byte before each argument of the block
	depth, inline := 0, false
	for i, t := range tokens {
		switch _, opens := closers[t.Type]; {
		case opens:
			if depth++; depth == 1 {
				gaps, inline = nil, tokens[i+1].Type == hclsyntax.TokenIdent
			}
		case closing[t.Type]:
			if depth == 1 && inline && len(gaps) > 1 {
				breakLines(out, append(gaps, t.Range.Start.Byte-1))
			}
			depth = max(0, depth-1)
		case depth == 1 && t.Type == hclsyntax.TokenNewline:
			inline = false
		case depth == 1 && t.Type == hclsyntax.TokenIdent && tokens[i+1].Type == hclsyntax.TokenEqual:
			gaps = append(gaps, t.Range.Start.Byte-1)
		}
	}
	return out
}

// breakLines puts line breaks at offsets if there are blanks at all of them.
func breakLines(src []byte, offsets []int) {
	for _, o := range offsets {
		if src[o] != ' ' && src[o] != '\t' {
			return
		}
	}
	for _, o := range offsets {
		src[o] = '\n'
	}
}

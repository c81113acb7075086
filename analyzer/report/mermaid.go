package report

import (
	"fmt"
	"strings"
	"unicode"
)

// mermaid draws a picture as a Mermaid flowchart, a line an element. Names are only ever inside quotes, and hold nothing
// but letters, digits and what has no meaning to Mermaid or Markdown; the rest is written as Mermaid's own `#NNN;`.
func mermaid(p picture) string {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	id := p.ids()
	for i, t := range p.sides {
		if len(t.places) == 0 {
			continue
		}
		fmt.Fprintf(&b, "  subgraph s%d[\"%s\"]\n", i, mermaidText(Terminal(t.name)))
		for _, at := range t.places {
			var rows []string
			for l := range strings.SplitSeq(at.label, "\n") {
				rows = append(rows, mermaidText(l))
			}
			fmt.Fprintf(&b, "    %s[\"%s\"]\n", id[at], strings.Join(rows, "<br/>"))
		}
		b.WriteString("  end\n")
	}
	for _, e := range p.edges {
		fmt.Fprintf(&b, "  %s -->|\"%s\"| %s\n", id[e.from], mermaidText(e.label()), id[e.to])
	}
	for i, e := range p.edges {
		width := min(2+len(e.findings), 8)
		if e.suppressed {
			width = 1
		}
		fmt.Fprintf(&b, "  linkStyle %d stroke:%s,stroke-width:%dpx\n", i, ink(e.worst), width)
	}
	return b.String()
}

// mermaidText writes what is not plain as `#NNN;`. A colon counts as plain only before a space: encodeEntities of
// mermaid's packages/mermaid/src/utils.ts takes `style...:...#...;` for a style of its own.
func mermaidText(s string) string {
	var b strings.Builder
	runes := []rune(s)
	for i, r := range runes {
		plain := unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || strings.ContainsRune(" -_.,()/", r) ||
			r == ':' && i+1 < len(runes) && runes[i+1] == ' '
		if plain {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "#%d;", r)
		}
	}
	return b.String()
}

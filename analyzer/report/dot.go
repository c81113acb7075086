package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/demarc-dev/demarc/analyzer"
)

// Dot prints r as a graph for Graphviz: sides are clusters, places that a crossing touches are nodes in them, and the
// crossings from one place to another are one edge, as wide as they are many.
func Dot(w io.Writer, r *analyzer.Result, _ Options) error {
	var b bytes.Buffer
	p := pictureOf(r)
	fmt.Fprintf(&b, "digraph demarc {\n")
	fmt.Fprintf(&b, "  graph [rankdir=LR, nodesep=0.4, ranksep=1.6, fontname=\"Helvetica\", labelloc=t, label=%s]\n", quoted(headline(r)))
	fmt.Fprintf(&b, "  node [shape=box, style=\"filled,rounded\", fillcolor=white, color=\"#7d868f\", fontname=\"Helvetica\", fontsize=11]\n")
	fmt.Fprintf(&b, "  edge [fontname=\"Helvetica\", fontsize=9]\n")
	id := p.ids()
	for i, t := range p.sides {
		fmt.Fprintf(&b, "  subgraph cluster_%d {\n", i)
		fmt.Fprintf(&b, "    graph [style=\"filled,rounded\", color=\"#b8bfc6\", fillcolor=%s, label=%s]\n", quoted(tints[i%len(tints)]), quoted(Terminal(t.name)))
		for _, at := range t.places {
			fmt.Fprintf(&b, "    %s [label=%s]\n", id[at], quoted(at.label))
		}
		if len(t.places) == 0 { // a cluster of nothing is not drawn
			fmt.Fprintf(&b, "    none_%d [shape=plaintext, style=solid, label=\"nothing here crosses\"]\n", i)
		}
		fmt.Fprintf(&b, "  }\n")
	}
	for _, e := range p.edges {
		width := fmt.Sprint(min(1+len(e.findings), 8))
		if e.suppressed {
			width = "0.6"
		}
		color := quoted(ink(e.worst))
		fmt.Fprintf(&b, "  %s -> %s [color=%s, fontcolor=%s, penwidth=%s, label=%s]\n",
			id[e.from], id[e.to], color, color, width, quoted(e.label()))
	}
	b.WriteString("}\n")
	_, err := w.Write(b.Bytes())
	return err
}

// tints fill the sides, as a political map does; they mean nothing but "another one".
var tints = [...]string{"#e8eef4", "#f6ecd9", "#e4f0e4", "#efe6f3", "#f7e4e1", "#e0f1f0"}

// quoted is a string of the DOT language that shows as s: a quote would end it, a backslash starts an escape, and an
// ampersand an entity. `##` is for CI runners.
func quoted(s string) string {
	return `"` + dotEscape.Replace(unmarked(s)) + `"`
}

var dotEscape = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "&", "&amp;", "\n", `\n`)

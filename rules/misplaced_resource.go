package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/link"
)

var misplacedResource = &analyzer.Rule{
	ID:       "misplaced-resource",
	Title:    "the policy says where a stack may live, and this resource is elsewhere",
	Severity: analyzer.High,
	Fix:      "use the provider configuration of the stack's own side, or move the resource to another stack",
	Doc: `The policy has a ` + "`stack`" + ` block for this input, and the resource is on a side that the block does not list.

Nothing is linked yet. But a stack for one side that makes resources on another is usually a mistaken alias, and the
state, the pipeline and the people of the stack now reach both.`,
	Example: example("misplaced-resource"),
	Run:     misplaced,
}

func misplaced(p *analyzer.Pass) {
	for _, s := range p.Policy.Stacks() {
		for _, n := range p.Graph.Nodes {
			side := p.Side(n.Placed.Site)
			if n.Mode != addr.Managed || side == "" || slices.Contains(s.Inside, side) || !s.Matches(n.Input.Name) {
				continue
			}
			inside := strings.Join(s.Inside, " or ")
			p.Report(analyzer.Finding{Address: n.Address, Root: n.Input.Name, From: analyzer.Spot{Side: s.Inside[0]}, To: p.Spot(n.Placed.Site),
				Message:    fmt.Sprintf("is in %s; the stack may only live in %s", short(p, n.Placed.Site), inside),
				Confidence: link.Likely, Action: n.Action, Pos: n.Pos,
				Evidence: []analyzer.Step{
					{Text: isIn(p, n.Address, n.Placed), Address: n.Address, Pos: n.Pos},
					{Text: fmt.Sprintf("stack %q is to be inside %s", s.Glob, inside), Pos: s.Pos},
				}})
		}
	}
}

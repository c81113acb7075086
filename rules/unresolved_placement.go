package rules

import (
	"fmt"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/link"
)

var unresolvedPlacement = &analyzer.Rule{
	ID:       "unresolved-placement",
	Title:    "a resource that could link two sides could not be placed",
	Severity: analyzer.Note,
	Fix:      "say where it is: --env, or a default in the policy",
	Doc: `The tables know this type of resource as one that can link places, and nothing in the input says where it is: its provider
takes the region from the environment, or from a value that a plan does not show.

It is one note for all resources that wait for the same answer. Nothing is guessed; until it is settled, links of these
resources are not judged.`,
	Example: example("unresolved-placement"),
	Run:     unplaced,
}

// unplaced reports resources without a place, together where one answer would settle them.
func unplaced(p *analyzer.Pass) {
	type question struct{ root, reason string }
	first := map[question]*analyzer.Finding{}
	var order []question
	settle := map[question]*link.Node{}
	for _, n := range p.Graph.Nodes {
		if n.Placed.Partition != "" || n.Placed.Nowhere || n.Placed.Unknown || p.Side(n.Placed.Site) != "" || !n.Explained {
			continue
		}
		q := question{n.Input.Name, n.Placed.Open.Reason}
		if f := first[q]; f != nil {
			f.Related = append(f.Related, n.Address)
			continue
		}
		order = append(order, q)
		settle[q] = n
		first[q] = &analyzer.Finding{Address: n.Address, Root: n.Input.Name, Confidence: link.Certain, Action: n.Action, Pos: n.Pos,
			From: p.Spot(n.Placed.Site), Evidence: []analyzer.Step{{Text: n.Placed.Open.Reason, Address: n.Address, Pos: n.Pos}}, Note: n.Placed.Open.Settle}
	}
	for _, q := range order {
		f := first[q]
		f.Message = "could link two sides, and where it is is not known"
		if more := len(f.Related); more > 0 {
			f.Message = fmt.Sprintf("and %d more could link two sides, and where they are is not known", more)
		}
		p.Report(*f)
		n := settle[q]
		p.Blind(link.Blind{Node: n, Reason: q.reason, Settle: n.Placed.Open.Settle})
	}
}

package access

import "github.com/demarc-dev/demarc/analyzer/link"

// control is a policy of an organisation that takes something away in all of an account.
type control struct {
	node *link.Node
	doc  Document // its denials
}

// controls are the policies of a type that the estate attaches to the account of a resource, or to the unit that it puts
// the account in. Only what they deny counts: what they leave is also what others leave that no input shows.
func (r *Reader) controls(n *link.Node, typ string) []control {
	if n.Placed.Account == "" {
		return nil
	}
	var all []control
	for _, a := range r.graph.ByType("aws_organizations_policy_attachment") {
		if a.Placed.Partition != n.Placed.Partition || !r.attachedTo(a, n.Placed.Account) {
			continue
		}
		for _, p := range r.meant(a, "policy_id") {
			if text, _ := p.Values.Get("type").Text(); text != typ {
				continue
			}
			c := control{node: p}
			for _, s := range r.document(p, "content", p.Values.Get("content")).doc.Statements {
				if s.Effect == Deny {
					c.doc.Statements = append(c.doc.Statements, s)
				}
			}
			if len(c.doc.Statements) > 0 {
				all = append(all, c)
			}
		}
	}
	return all
}

// attachedTo tells whether an attachment is to an account, or to a unit above it.
func (r *Reader) attachedTo(a *link.Node, account string) bool {
	if text, ok := a.Values.Get("target_id").Text(); ok && text == account {
		return true
	}
	targets := r.meant(a, "target_id")
	var above []*link.Node
	for _, member := range r.graph.ByType("aws_organizations_account") {
		if id, _ := member.Values.Get("id").Text(); id == account {
			above = append(above, member)
		}
	}
	for depth := 0; depth < deepestChain; depth++ {
		var next []*link.Node
		for _, unit := range above {
			for _, t := range targets {
				if t == unit {
					return true
				}
			}
			next = append(next, r.meant(unit, "parent_id")...)
		}
		above = next
	}
	return false
}

package access

import (
	"github.com/demarc-dev/demarc/analyzer/link"
	"github.com/demarc-dev/demarc/analyzer/place"
)

// control is what policies of an organisation do to all of an account.
type control struct {
	nodes  []*link.Node
	doc    Document
	leaves bool // the document is all that is left, else it only takes away
}

// everythingLeft is the policy that AWS attaches to every root, unit and account; it is detached where a list of what is
// allowed shall count. docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
const everythingLeft = "p-FullAWSAccess"

// controls are the policies of a type that the estate attaches to the account of a resource, or to the units that it puts
// the account in. What they deny counts always. What they allow is a limit where it is a list of some actions: nobody
// writes one who leaves AWS's own policy attached, which allows everything. Where that is said to be attached, it is none.
func (r *Reader) controls(n *link.Node, typ string) []control {
	if n.Placed.Account == "" {
		return nil
	}
	of := controlled{place.Site{Cloud: n.Placed.Cloud, Partition: n.Placed.Partition, Account: n.Placed.Account}, typ}
	all, known := r.controlled[of]
	if !known {
		all = r.controlsOf(of)
		r.controlled[of] = all
	}
	return all
}

// controlled is what policies of an organisation do to an account by one type of them.
type controlled struct {
	account place.Site
	typ     string
}

func (r *Reader) controlsOf(of controlled) []control {
	var all []control
	var targets []string
	left := map[string]*control{} // by what they are attached to
	for _, a := range r.graph.ByType("aws_organizations_policy_attachment") {
		if !together(a.Placed.Site, of.account) || !r.attachedTo(a, of.account.Account) {
			continue
		}
		target := r.target(a)
		allows, ok := left[target]
		if !ok {
			allows = &control{leaves: true}
			left[target], targets = allows, append(targets, target)
		}
		if id, _ := a.Values.Get("policy_id").Text(); id == everythingLeft {
			allows.doc.Unknown = true
		}
		for _, p := range r.meant(a, "policy_id") {
			if text, _ := p.Values.Get("type").Text(); text != of.typ {
				continue
			}
			read := r.document(p, "content", p.Values.Get("content")).doc
			denies := control{nodes: []*link.Node{p}}
			listed := false
			for _, s := range read.Statements {
				if s.Effect == Deny {
					denies.doc.Statements = append(denies.doc.Statements, s)
				} else {
					allows.doc.Statements, listed = append(allows.doc.Statements, s), true
				}
			}
			if listed {
				allows.nodes = append(allows.nodes, p)
			}
			allows.doc.Unknown = allows.doc.Unknown || read.Unknown
			if len(denies.doc.Statements) > 0 {
				all = append(all, denies)
			}
		}
	}
	for _, t := range targets {
		if c := left[t]; len(c.nodes) > 0 && !c.doc.Unknown && !r.classesOf("aws").weigh([]Document{c.doc}).all {
			all = append(all, *c)
		}
	}
	return all
}

// target is what an attachment is to, by its id or by the resource that will have it.
func (r *Reader) target(a *link.Node) string {
	if text, ok := a.Values.Get("target_id").Text(); ok {
		return text
	}
	for _, t := range r.meant(a, "target_id") {
		return t.Address
	}
	return ""
}

// attachedTo tells whether an attachment is to an account, or to a unit above it.
func (r *Reader) attachedTo(a *link.Node, account string) bool {
	text, known := a.Values.Get("target_id").Text()
	if known && text == account {
		return true
	}
	targets := r.meant(a, "target_id")
	above := r.having("aws_organizations_account", []string{"id"}, account)
	for depth := 0; depth < deepestChain; depth++ {
		var next []*link.Node
		for _, unit := range above {
			for _, t := range targets {
				if t == unit {
					return true
				}
			}
			if parent, ok := unit.Values.Get("parent_id").Text(); ok && known && parent == text {
				return true // a unit or a root that the estate does not make
			}
			next = append(next, r.meant(unit, "parent_id")...)
		}
		above = next
	}
	return false
}

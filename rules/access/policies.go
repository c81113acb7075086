package access

import (
	"fmt"
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/link"
)

// Policies are the grants that policies of single resources make to principals elsewhere: of buckets, queues, topics,
// keys, secrets, and Google's whole policies. kind is the kind of link that the tables give such a policy; trust
// documents of roles are not among them.
func (r *Reader) Policies(kinds ...catalog.Kind) []Grant {
	var all []Grant
	for _, n := range r.graph.Nodes {
		if n.Mode != addr.Managed || isRole(n) {
			continue
		}
		seen := map[string]bool{}
		for i := range n.Ends {
			e := &n.Ends[i]
			if e.Row == nil || e.Row.By != catalog.ByPolicy || !slices.Contains(kinds, e.Row.Kind) || seen[e.Path.Full] {
				continue
			}
			seen[e.Path.Full] = true
			if strings.HasPrefix(n.Type, "google_") {
				all = append(all, r.googlePolicy(n, e)...)
			} else {
				all = append(all, r.policy(n, e)...)
			}
		}
	}
	return all
}

// isRole tells that a resource's documents are read by Roles and Sentences.
func isRole(n *link.Node) bool {
	for i := range dialects {
		if dialects[i].role == n.Type {
			return true
		}
	}
	return n.Type == "oci_identity_policy"
}

// documented are the clouds whose resource policies are AWS-style documents.
var documented = map[string]bool{"aws": true, "alicloud": true, "tencentcloud": true, "huaweicloud": true}

func (r *Reader) policy(n *link.Node, e *link.End) []Grant {
	cloud := n.Placed.Cloud
	if !documented[cloud] {
		return nil
	}
	read := r.document(n, e.Path.Block, r.leaf(n, e.Path))
	open := read.open
	var all []Grant
	for _, t := range Admitted(read.doc, r.facts) {
		parties := r.parties(n, cloud, t)
		if len(parties) == 0 && open == "" && t.Principal.Kind != Anyone { // what everybody may use, joins nobody in particular
			open = unplaced(t)
		}
		for _, who := range parties {
			who.Placed.Site = r.near(who, n.Placed.Site)
			if r.crosses(who.Placed.Site, n.Placed.Site) {
				all = append(all, r.let(n, e, read, t, who))
			}
		}
	}
	// A document of kind grant is mostly an identity policy, which matters where it is attached.
	if len(all) == 0 && open != "" && e.Row.Kind != catalog.Grant && n.Placed.Partition != "" {
		r.blind(link.Blind{Node: n, Path: e.Path.Full, Reason: "its policy " + open})
	}
	return all
}

// let is the grant of a resource's policy.
func (r *Reader) let(n *link.Node, e *link.End, read reading, t Trust, who Party) Grant {
	g := Grant{
		Node: n, Attribute: e.Path.Full, Block: e.Path.Block, Kind: e.Row.Kind, Who: who, Own: *n.Placed, Over: *n.Placed,
		Holding: Holding{Sure: Yes}, Confidence: who.Sure,
		Related: append(slices.Clone(who.Nodes), read.nodes...),
	}
	if read.guess || t.Holds == Maybe && read.doc.Unknown {
		g.Confidence = link.Possible
	}
	g.Steps = append(g.Steps, step(n, e.Path.Block, fmt.Sprintf("%s lets in %s", e.Path.Full, who.Words)))
	for _, k := range t.Narrowed {
		g.Steps = append(g.Steps, step(n, e.Path.Block, "a condition on "+conditionKey(k)+" narrows who"))
	}
	return g
}

// googlePolicy are the grants of a whole Google policy, from its text or the data source that makes it.
func (r *Reader) googlePolicy(n *link.Node, e *link.End) []Grant {
	var made []*link.Node
	text, known := r.text(n, e.Path)
	bindings, err := GooglePolicy(text)
	if !known || err != nil {
		bindings = nil
		targets, _ := r.graph.Resolve(n, e.Path.Block)
		for _, t := range targets {
			if t.Node.Mode == addr.Data && t.Node.Type == "google_iam_policy" {
				list, _ := GoogleData(t.Node.Values)
				bindings = append(bindings, list...)
				made = append(made, t.Node)
			}
		}
		switch {
		case len(made) > 0:
		case known:
			r.blind(link.Blind{Node: n, Path: e.Path.Full, Reason: "is no policy that can be read"})
		default:
			r.blind(link.Blind{Node: n, Path: e.Path.Full, Reason: "is not known before apply, so who holds what by it cannot be told"})
		}
	}
	over, _ := r.scope(n, grantParts(n).over)
	var all []Grant
	for _, b := range bindings {
		for _, text := range b.Members.Values {
			m, ok := GoogleMember(text)
			if !ok {
				continue
			}
			who, ok := r.googleParty(n, m)
			if !ok || !r.crosses(who.Placed.Site, over.Site) {
				continue
			}
			h := Holding{Words: "a role that administers nothing that is known", Sure: Yes}
			if class, word, ok := BuiltIn(r.cat, "google", b.Role); ok {
				h = Holding{Class: class, Words: fmt.Sprintf("%s (%s)", word, class), Sure: Yes}
				h.Steps = append(h.Steps, step(n, e.Path.Block, fmt.Sprintf("a binding is of %s, which amounts to %s", word, privilege(class))))
			} else {
				for _, d := range append(r.graph.Holders(b.Role), r.rolesCalled(n, b.Role)...) {
					for _, held := range r.defined(d) {
						h.better(held)
					}
				}
			}
			if h.Class >= catalog.Billing && r.overIdentity(n, e) {
				h = r.impersonated(n, e, h)
			}
			g := Grant{Node: n, Attribute: e.Path.Full, Block: e.Path.Block, Kind: catalog.Grant, Who: who, Own: *n.Placed, Over: over, Holding: h, Confidence: who.Sure,
				Related: append(slices.Clone(who.Nodes), made...)}
			g.Steps = append(g.Steps, step(n, e.Path.Block, "a binding names "+who.Words))
			g.Steps = append(g.Steps, h.Steps...)
			all = append(all, g)
		}
	}
	return all
}

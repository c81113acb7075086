package access

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/link"
	"github.com/demarc-dev/demarc/analyzer/model"
)

// Policies are the grants that policies of single resources make to principals elsewhere: of buckets, queues, topics,
// keys, secrets, and Google's whole policies. kind is the kind of link that the tables give such a policy; trust
// documents of roles are not among them.
func (r *Reader) Policies(kinds ...catalog.Kind) []Grant {
	var all []Grant
	r.policies(kinds, func(n *link.Node, e *link.End) {
		if strings.HasPrefix(n.Type, "google_") {
			all = append(all, r.googlePolicy(n, e)...)
		} else {
			all = append(all, r.policy(n, e)...)
		}
	})
	return all
}

// policies tells of every argument that holds the policy of a resource.
func (r *Reader) policies(kinds []catalog.Kind, tell func(*link.Node, *link.End)) {
	for _, n := range r.graph.Nodes {
		if n.Mode != addr.Managed || r.isRole(n) {
			continue
		}
		seen := map[string]bool{}
		for i := range n.Ends {
			e := &n.Ends[i]
			if e.Row == nil || e.Row.By != catalog.ByPolicy || !slices.Contains(kinds, e.Row.Kind) || seen[e.Path.Full] {
				continue
			}
			seen[e.Path.Full] = true
			tell(n, e)
		}
	}
}

// admission is what the policy of a resource lets a role do that it names.
type admission struct {
	from  docFrom
	doc   Document
	exact bool // it is this role, and none of another account
}

// admissions are those of a role. What they name as resources is no more than the one that has the policy.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics-single-account.html
func (r *Reader) admissions(role *link.Node) []admission {
	if r.admitted == nil {
		r.admitted = map[*link.Node][]admission{}
		r.policies([]catalog.Kind{catalog.Trust, catalog.SharedKey}, func(n *link.Node, e *link.End) {
			if !documented[n.Placed.Cloud] {
				return
			}
			read := r.document(n, e.Path.Block, r.leaf(n, e.Path))
			if read.guess {
				return
			}
			for _, t := range Admitted(read.doc, r.facts) {
				s := Statement{Effect: Allow, Actions: t.by.Actions, NotActions: t.by.NotActions, Resources: List{Unknown: true}, Conditions: t.Conditions}
				for _, role := range r.rolesMeant(n, t.Principal) {
					from := docFrom{node: n, block: e.Path.Block, also: read.nodes}
					r.admitted[role.node] = append(r.admitted[role.node], admission{from, Document{Statements: []Statement{s}}, role.exact})
				}
			}
		})
	}
	return r.admitted[role]
}

// rolesMeant are the roles of its own account that the principal of a resource's document is, by reference or by its ARN. Those
// of other accounts need to be allowed the same by their own policies.
func (r *Reader) rolesMeant(n *link.Node, p Principal) []found {
	var all []found
	for _, t := range r.cat.RoleTypes() {
		switch {
		case t.Cloud != n.Placed.Cloud || len(t.Trust) == 0 || p.Kind != Account:
		case p.Node != nil && p.Node.Type == t.Type:
			all = append(all, found{p.Node, true})
		case !p.Unknown:
			named, sure := r.roleNamed(t, n, p.Value)
			for _, m := range named {
				if m.Type == t.Type {
					all = append(all, found{m, sure})
				}
			}
		}
	}
	return slices.DeleteFunc(all, func(f found) bool { return !mayBe(f.node.Placed.Site, n.Placed.Site) })
}

// isRole tells that a resource's documents are read by Roles and Sentences.
func (r *Reader) isRole(n *link.Node) bool {
	return r.cat.RoleType(n.Type) != nil || n.Type == "oci_identity_policy"
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
			who = r.near(who, n.Placed.Site)
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
	bindings, made := r.bindings(n, e)
	meant := r.membersMeant(n, e, bindings, made)
	over := r.scope(n, grantParts(n).over)
	var all []Grant
	for _, b := range bindings {
		if r.mayHold(b.Condition, Facts{}) == No {
			continue
		}
		var whoever []Party
		for _, text := range b.Members.Values {
			if m, ok := GoogleMember(text); ok {
				whoever = append(whoever, r.googleParties(n, m)...)
			}
		}
		if b.Members.Unknown {
			whoever = append(whoever, meant...)
		}
		for _, who := range whoever {
			who = r.near(who, over.Site)
			if r.crosses(who.Placed.Site, over.Site) {
				all = append(all, r.binding(n, e, b, who, over, made))
			}
		}
	}
	return all
}

// membersMeant are those whom members mean by reference that are not known before apply. References tell of all bindings of a data
// source together: where several have such members, each may be anybody's. Where there may be others, that is said.
func (r *Reader) membersMeant(n *link.Node, e *link.End, bindings []Binding, made []*link.Node) []Party {
	open := 0
	for _, b := range bindings {
		if b.Members.Unknown {
			open++
		}
	}
	if open == 0 {
		return nil
	}
	var all []Party
	others, settle := false, ""
	for _, d := range made {
		targets, opaque := r.graph.Resolve(d, "binding.members")
		others = others || len(opaque) > 0 || len(targets) == 0
		settle = cmp.Or(settle, model.Missing(opaque))
		for _, t := range targets {
			whoever := r.member(d, &link.End{Target: t.Node, Attr: t.Attr, Placed: t.Node.Placed, Confidence: link.Likely})
			others = others || len(whoever) == 0
			for _, who := range whoever {
				if open > 1 {
					who.Sure = link.Possible
				}
				all = append(all, who)
			}
		}
	}
	if others {
		r.blind(link.Blind{Node: n, Path: e.Path.Full, Reason: "has members that are not known before apply", Settle: settle})
	}
	return all
}

// bindings are those of a whole Google policy, and the data sources that make it.
func (r *Reader) bindings(n *link.Node, e *link.End) (bindings []Binding, made []*link.Node) {
	text, known := r.text(n, e.Path)
	if known {
		var err error
		if bindings, err = GooglePolicy(text); err == nil {
			return bindings, nil
		}
	}
	unknown := false
	targets, _ := r.graph.Resolve(n, e.Path.Block)
	for _, t := range targets {
		if t.Node.Mode == addr.Data && t.Node.Type == "google_iam_policy" {
			list, open := GoogleData(t.Node.Values)
			bindings, made, unknown = append(bindings, list...), append(made, t.Node), unknown || open
		}
	}
	reason := ""
	switch {
	case len(made) > 0 && unknown:
		reason = "has bindings that are not known before apply"
	case len(made) > 0:
	case known:
		reason = "is no policy that can be read"
	default:
		reason = "is not known before apply, so who holds what by it cannot be told"
	}
	if reason != "" {
		r.blind(link.Blind{Node: n, Path: e.Path.Full, Reason: reason})
	}
	return bindings, made
}

// binding is the grant that a binding of a whole Google policy makes to somebody.
func (r *Reader) binding(n *link.Node, e *link.End, b Binding, who Party, over scope, made []*link.Node) Grant {
	h := Holding{Sure: Yes}
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
	if h.Words == "" {
		h = unexplained(e.Path.Full)
	}
	if h.Class >= catalog.Billing && r.overIdentity(n, e) {
		h = r.impersonated(n, e, h)
	}
	r.unsure(n, e, h)
	g := Grant{Node: n, Attribute: e.Path.Full, Block: e.Path.Block, Kind: catalog.Grant, Who: who, Own: *n.Placed, Over: over.Placed, Through: over.through, Holding: h, Confidence: who.Sure,
		Related: slices.Concat(who.Nodes, made)}
	g.Steps = append(g.Steps, step(n, e.Path.Block, "a binding names "+who.Words))
	g.Steps = append(g.Steps, h.Steps...)
	if b.Condition != "" {
		g.Steps = append(g.Steps, step(n, e.Path.Block, "a condition narrows it"))
	}
	return g
}

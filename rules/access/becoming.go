package access

import (
	"fmt"
	"slices"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/link"
)

// becoming is who becomes whom, as the tables' `become` rows say.
type becoming struct {
	forth, back map[*link.Node][]edge
}

// edge leads from one identity to another, by the resource that says so.
type edge struct {
	to  *link.Node // nil on the way back, where the resource says it of several, and of some of whom there is no resource
	by  *link.Node
	row catalog.Become
}

func (r *Reader) becomings() *becoming {
	if r.becoming != nil {
		return r.becoming
	}
	b := &becoming{forth: map[*link.Node][]edge{}, back: map[*link.Node][]edge{}}
	for _, row := range r.cat.Becomes() {
		for _, by := range r.graph.ByType(row.Type) {
			from := r.meant(by, row.From)
			for _, to := range r.meant(by, row.To) {
				b.back[to] = append(b.back[to], edge{by: by, row: row})
				for _, f := range from {
					if f != to {
						b.forth[f] = append(b.forth[f], edge{to, by, row})
					}
				}
			}
		}
	}
	r.becoming = b
	return b
}

// meant are the resources that an argument of n names: by reference, by a value that one of them holds, or a group by its name.
func (r *Reader) meant(n *link.Node, argument string) []*link.Node {
	if argument == catalog.Itself {
		return []*link.Node{n}
	}
	var all []*link.Node
	targets, _ := r.graph.Resolve(n, argument)
	for _, t := range targets {
		all = append(all, t.Node)
	}
	for _, text := range texts(n.Values, argument) {
		named := r.graph.Holders(text)
		for _, p := range r.cat.Principals(catalog.AGroup) {
			for _, g := range r.having(p.Type, []string{p.Attribute}, text) {
				if mayBe(g.Placed.Site, n.Placed.Site) {
					named = append(slices.Clip(named), g)
				}
			}
		}
		for _, h := range named {
			if h != n && !slices.Contains(all, h) {
				all = append(all, h)
			}
		}
	}
	return all
}

// deepestChain bounds how many identities one after the other are followed.
const deepestChain = 8

// Reached is what those may do whom a resource trusts: what its own roles give, and what the identities may do that they
// become by it.
func (r *Reader) Reached(n *link.Node) Holding {
	h := Holding{Sure: Yes}
	r.reached(n, n, nil, nil, map[*link.Node]bool{}, &h)
	return h
}

// reached adds to h what an identity may do that somebody of start has become in steps.
func (r *Reader) reached(start, identity *link.Node, steps []analyzer.Step, through []*link.Node, seen map[*link.Node]bool, h *Holding) {
	if seen[identity] || len(steps) > deepestChain {
		return
	}
	seen[identity] = true
	add := func(held Holding) {
		held.Steps = append(slices.Clip(steps), held.Steps...)
		held.Related = append(slices.Clip(through), held.Related...)
		h.better(held)
	}
	if p := grantParts(identity); len(p.role) > 0 && (identity == start || len(p.who) == 0) { // it says itself what it may do
		add(r.rolesHeld(identity, p.role))
	}
	if t := r.roleType(identity); t != nil {
		add(r.reach(t, identity))
	} else {
		for _, held := range r.given(identity) {
			add(held)
		}
	}
	for _, e := range r.becomings().forth[identity] {
		next := append(slices.Clip(through), e.to)
		said := slices.Clip(steps)
		if e.by != identity && e.by != e.to {
			next = append(next, e.by)
			said = append(said, step(e.by, e.row.To, fmt.Sprintf("%s makes %s %s", e.by.Address, identity.Address, e.to.Address)))
		} else if e.by != start || e.row.From != catalog.Itself {
			said = append(said, step(e.by, e.row.From, fmt.Sprintf("%s becomes %s", identity.Address, e.to.Address)))
		}
		r.reached(start, e.to, said, next, seen, h)
	}
	for _, f := range r.servedBy(identity) {
		to := f.node
		if !f.exact {
			h.Sure = min(h.Sure, Maybe)
		}
		said := append(slices.Clip(steps), step(to, "", fmt.Sprintf("%s lets in whom %s trusts", to.Address, identity.Address)))
		r.reached(start, to, said, append(slices.Clip(through), to), seen, h)
	}
}

// given is what grants of the estate give to an identity that they name. Those that cross by themselves are told where they stand.
func (r *Reader) given(identity *link.Node) []Holding {
	var all []Holding
	for _, g := range r.assignedTo(identity) {
		if r.crosses(g.Who.Placed.Site, g.Over.Site) {
			continue
		}
		held := g.Holding
		if held.Words != "" {
			held.Steps = append([]analyzer.Step{step(g.Node, "", fmt.Sprintf("%s gives %s to %s", g.Node.Address, held.Words, identity.Address))}, held.Steps...)
			held.Related = append([]*link.Node{g.Node}, held.Related...)
		}
		all = append(all, held)
	}
	return all
}

// assignedTo are the grants of the estate that name an identity.
func (r *Reader) assignedTo(identity *link.Node) []Grant {
	if r.assigned == nil {
		r.assigned = map[*link.Node][]Grant{}
		all := slices.Concat(r.allowed(), r.signIns(false))
		for _, m := range r.graph.Nodes {
			if p := grantParts(m); len(p.role) > 0 || slices.ContainsFunc(p.who, func(e *link.End) bool { return r.empowers(m, e) }) {
				all = append(all, r.assignment(m, p, false)...)
			}
		}
		for _, g := range all {
			for _, who := range g.Who.Nodes {
				r.assigned[who] = append(r.assigned[who], g)
			}
		}
	}
	return r.assigned[identity]
}

// empowers tells whether whom an argument names has power over the resource that no role says.
func (r *Reader) empowers(n *link.Node, e *link.End) bool {
	_, ok := r.cat.Power(n.Type, e.Path.Block)
	return ok
}

// servedBy are the roles that a service lets in for a resource, such as Roles Anywhere for a trust anchor: those whose
// trust documents name the service, and that resource where they name one.
func (r *Reader) servedBy(n *link.Node) []found {
	p, ok := r.cat.Principal(n.Type)
	if !ok || p.Kind != catalog.ByService {
		return nil
	}
	var all []found
	for _, t := range r.cat.RoleTypes() {
		if t.Cloud != n.Placed.Cloud {
			continue
		}
		for _, role := range r.graph.ByType(t.Type) {
			for _, argument := range t.Trust {
				if serves, exact := r.serves(n, p.Attribute, role, argument); serves {
					all = append(all, found{role, exact})
				}
			}
		}
	}
	return all
}

func (r *Reader) serves(n *link.Node, service string, role *link.Node, argument string) (serves, exact bool) {
	if !mayBe(role.Placed.Site, n.Placed.Site) {
		return false, false
	}
	read := r.trust(role, argument)
	facts := Facts{Keys: map[string]Fact{}}
	if arn, ok := n.Values.Get("arn").Text(); ok {
		facts.Keys["aws:sourcearn"] = Fact{Patterns: []string{arn}}
	}
	var named []*link.Node // resources like n that the document refers to
	for _, from := range append(slices.Clip(read.nodes), role) {
		for _, a := range from.Args.All() {
			targets, _ := r.graph.Resolve(from, a.Block)
			for _, t := range targets {
				if t.Node.Type == n.Type && !slices.Contains(named, t.Node) {
					named = append(named, t.Node)
				}
			}
		}
	}
	if len(named) > 0 && !slices.Contains(named, n) {
		return false, false
	}
	for i := range read.doc.Statements {
		s := &read.doc.Statements[i]
		if s.Effect != Allow || s.acts("sts:AssumeRole") == No || s.holds(facts) == No {
			continue
		}
		if slices.ContainsFunc(s.Principals, func(p Principal) bool { return p.Kind == Service && p.Value == service }) {
			return true, len(named) <= 1
		}
	}
	return false, false
}

// members are those of elsewhere that have become an identity by others than itself, as members of a group do: each with
// the steps that say so.
func (r *Reader) members(identity *link.Node, tell func(who Party, steps []analyzer.Step, by []*link.Node)) {
	r.membersOf(identity, nil, nil, map[*link.Node]bool{}, tell)
}

func (r *Reader) membersOf(identity *link.Node, steps []analyzer.Step, by []*link.Node, seen map[*link.Node]bool, tell func(Party, []analyzer.Step, []*link.Node)) {
	if seen[identity] || len(steps) > deepestChain {
		return
	}
	seen[identity] = true
	for _, e := range r.becomings().back[identity] {
		if e.row.From == catalog.Itself || e.by.Mode != addr.Managed || len(grantParts(e.by).role) > 0 {
			continue // what a grant of its own says is told there
		}
		for i := range e.by.Ends {
			end := &e.by.Ends[i]
			if end.Path.Block != e.row.From || end.Kind != catalog.Grant {
				continue
			}
			for _, who := range r.member(e.by, end) {
				said := append(slices.Clip(steps), step(e.by, end.Path.Block, fmt.Sprintf("%s is a member of %s by %s", who.Words, identity.Address, e.by.Address)))
				tell(who, said, append(slices.Clip(by), e.by, identity))
				if end.Target != nil {
					r.membersOf(end.Target, said, append(slices.Clip(by), e.by), seen, tell)
				}
			}
		}
	}
}

// roleType is what the tables say of the roles that a resource is one of, nil where it is none.
func (r *Reader) roleType(n *link.Node) *catalog.RoleType {
	if n.Mode != addr.Managed {
		return nil
	}
	return r.cat.RoleType(n.Type)
}

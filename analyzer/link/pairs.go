package link

import (
	"cmp"
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/place"
)

// kinds that pairs are made of. Grants and documents are for rules to read.
func pairable(k catalog.Kind) bool {
	return k != catalog.NoKind && k != catalog.Nothing && k != catalog.Grant
}

// joins tells whether a way to name a far end makes a link by itself: hubs are looked at together, and documents, roles
// and scopes are for rules to read.
func joins(by catalog.By) bool {
	switch by {
	case catalog.ByHub, catalog.ByPolicy, catalog.ByRole, catalog.ByScope, catalog.ByProof:
		return false
	}
	return true
}

// pairs links n's own place with the far ends of each kind; where the own place is not known, or not its region, the ends
// with each other.
func (g *Graph) pairs(n *Node) {
	if !n.leaves() {
		return
	}
	own := g.ownEnd(n)
	fits := func(e *End) bool {
		return pairable(e.Kind) && (e.Row == nil || joins(e.Row.By)) && tells(&e.Placed.Site)
	}
	if n.Placed.Unknown && slices.ContainsFunc(n.Ends, provisions) {
		own = g.runner(n)
		fits = func(e *End) bool { return provisions(*e) && tells(&e.Placed.Site) }
	}
	kinds := g.kinds[:0] // one node after the other uses the same room
	for i := range n.Ends {
		if e := &n.Ends[i]; fits(e) && !slices.Contains(kinds, e.Kind) {
			kinds = append(kinds, e.Kind)
		}
	}
	slices.Sort(kinds)
	g.kinds = kinds
	for _, k := range kinds {
		ends := g.alike[:0]
		for i := range n.Ends {
			if e := &n.Ends[i]; e.Kind == k && fits(e) {
				ends = append(ends, *e)
			}
		}
		g.alike = ends
		if tells(&own.Placed.Site) {
			g.star(n, k, own, ends, nil)
		}
		switch {
		case own.Placed.Partition == "":
			slices.SortStableFunc(ends, func(a, b End) int { return a.outward() - b.outward() }) // what leads away is far
		case own.Placed.Region != "":
			continue
		default: // regions of its partition may be on two sides
			ends = slices.DeleteFunc(slices.Clone(ends), func(e End) bool {
				return e.Placed.Partition != own.Placed.Partition || e.Placed.Region == ""
			})
		}
		for i := range ends {
			near := ends[i] // a copy: the next node uses the same room
			if i == 0 || !slices.ContainsFunc(ends[:i], func(e End) bool { return same(&e.Placed.Site, &near.Placed.Site) }) {
				g.star(n, k, &near, ends[i+1:], nil)
			}
		}
	}
}

// outward is 1 for an end to which something flows from the resource alone, else 0.
func (e *End) outward() int {
	if e.Row != nil && e.Row.Direction == catalog.Out {
		return 1
	}
	return 0
}

// ownEnd is where n itself is.
func (g *Graph) ownEnd(n *Node) *End {
	own := g.own[n.Placed]
	if own == nil {
		own = &End{Placed: n.Placed, Confidence: Certain}
		if len(n.Placed.Because) > 0 && n.Placed.Because[0].How >= place.Inferred {
			own.Confidence = Likely
		}
		g.own[n.Placed] = own
	}
	return own
}

// provisions tells whether an end is of what a provisioner runs.
func provisions(e End) bool { return e.Row != nil && strings.HasPrefix(e.Path.Block, "provisioner.") }

// runner is where provisioners of something without a place do their work: where all is that it refers to besides them, or
// that they refer to, or else where all of its stack is. It is nowhere where these are several places.
func (g *Graph) runner(n *Node) *End {
	var besides, within []*Node
	for _, a := range n.Args.All() {
		targets, _ := g.Resolve(n, a.Block)
		for _, t := range targets {
			switch {
			case t.Node == n || t.Node.Placed.Partition == "":
			case strings.HasPrefix(a.Block, "provisioner."):
				within = append(within, t.Node)
			default:
				besides = append(besides, t.Node)
			}
		}
	}
	of := besides
	if len(of) == 0 {
		of = within
	}
	if len(of) == 0 {
		at := g.placeOf(n.Input)
		if at.several {
			g.Blind = append(g.Blind, somewhere(n))
		}
		return at.end
	}
	at, ok := common(of)
	if !ok {
		g.Blind = append(g.Blind, somewhere(n))
		return &End{Placed: Nowhere}
	}
	at.Because = []place.Reason{{How: place.Inferred, Text: "as it refers to " + of[0].Address}}
	return &End{Placed: g.Sites.Share(at), Confidence: Likely, Target: of[0]}
}

// somewhere is the blind spot of provisioners that may run in one of several places.
func somewhere(n *Node) Blind {
	return Blind{Node: n, Path: "provisioner", Reason: "runs what names a place, and where it does so is not known"}
}

// stackPlace is where all of a stack is: an end that is nowhere where that is in several places, or nothing of it has one.
type stackPlace struct {
	end     *End
	several bool
}

// placeOf is found once for each input: a stack may have as many provisioners as resources.
func (g *Graph) placeOf(in *model.Snapshot) stackPlace {
	if h, ok := g.stackPlaces[in]; ok {
		return h
	}
	of := slices.DeleteFunc(slices.Clone(g.byInput[in]), func(n *Node) bool {
		part, ok := g.cat.Partition(n.Placed.Partition)
		return !ok || part.SaaS
	})
	h := stackPlace{&End{Placed: Nowhere}, len(of) > 0}
	if at, ok := common(of); ok {
		at.Because = []place.Reason{{How: place.Inferred, Text: "as all of its stack is"}}
		h = stackPlace{&End{Placed: g.Sites.Share(at), Confidence: Possible}, false}
	}
	g.stackPlaces[in] = h
	return h
}

// common is the place that nodes have in common; ok is false where they are in several partitions, or none.
func common(of []*Node) (at place.Placed, ok bool) {
	for i, n := range of {
		site := n.Placed.Site
		if i == 0 {
			at.Site = place.Site{Cloud: site.Cloud, Partition: site.Partition, Region: site.Region, Account: site.Account}
		}
		if site.Partition != at.Partition {
			return place.Placed{}, false
		}
		if site.Region != at.Region {
			at.Region = ""
		}
		if site.Account != at.Account {
			at.Account = ""
		}
	}
	return at, len(of) > 0
}

// leaves tells whether any end of n may be elsewhere than n is.
func (n *Node) leaves() bool {
	for i := range n.Ends {
		if e := &n.Ends[i]; n.Placed.Partition == "" || n.Placed.Region == "" && len(n.Ends) > 1 || !same(&e.Placed.Site, &n.Placed.Site) {
			return true
		}
	}
	return false
}

// star links near with every end that is elsewhere, one link a place.
func (g *Graph) star(n *Node, k catalog.Kind, near *End, ends []End, via []*Node) {
	var far [][]End
	for _, e := range ends {
		if same(&e.Placed.Site, &near.Placed.Site) {
			continue
		}
		i := slices.IndexFunc(far, func(group []End) bool { return sameKey(&group[0].Placed.Site, &e.Placed.Site) })
		if i < 0 {
			far = append(far, []End{e})
		} else {
			far[i] = append(far[i], e)
		}
	}
	for _, group := range far {
		slices.SortStableFunc(group, func(a, b End) int { return cmp.Compare(b.Confidence, a.Confidence) })
		g.Links = append(g.Links, Link{Node: n, Kind: k, Near: near, Far: group, Via: via})
	}
}

// tells is whether a site says anything that a side could be found by.
func tells(s *place.Site) bool {
	return s.Partition != "" || s.Host != "" || s.Address != "" || s.Tenant != "" || s.Account != ""
}

// same tells whether two ends are, as far as is known, in one place. An account that only one of them names is another
// one until it is shown to be the same: a policy may give it to a side.
func same(a, b *place.Site) bool {
	if a.Host != "" && a.Partition == "" || a.Address != "" || a.Tenant != "" && a.Partition == "" || b.Address != "" || a.Tenant != "" && b.Tenant != "" && a.Tenant != b.Tenant {
		return false
	}
	return a.Partition == b.Partition && (a.Region == b.Region || a.Region == "" || b.Region == "") && a.Account == b.Account
}

// sameKey groups far ends: one link for what lies in one partition, region and account. What only one of them names
// keeps them apart, but for the region: a side may be drawn by the account.
func sameKey(a, b *place.Site) bool {
	return a.Cloud == b.Cloud && a.Partition == b.Partition && a.Account == b.Account && a.Tenant == b.Tenant && (a.Region == b.Region || a.Region == "" || b.Region == "") &&
		(a.Partition != "" || *a == *b)
}

// hub is something that resources attach to: known as a resource, or only by its value.
type hub struct {
	node *Node
	id   string
	kind catalog.Kind
}

type member struct {
	node *Node
	at   End // the attribute that names the hub
	end  End // where the member is, or what it brings to the hub
}

// hubs links the members of each hub: a network of one side and one of another that are attached to the same core.
func (g *Graph) hubs() {
	members, cores := map[hub][]member{}, map[hub]End{}
	var order []hub
	for _, n := range g.Nodes {
		for _, e := range n.Ends {
			if e.Row == nil || e.Row.By != catalog.ByHub {
				continue
			}
			h := hub{node: e.Target, kind: e.Kind}
			if h.node == nil {
				text, ok := n.Values.Leaf(e.Path.Full).Text()
				if !ok {
					continue
				}
				if holders := g.holders[text]; len(holders) == 1 && holders[0] != n {
					h.node = holders[0]
				} else {
					h.id = n.Placed.Cloud + " " + text
					if at, sure, ok := g.byValue(n, catalog.ByID, n.Placed.Cloud, text); ok && tells(&at.Site) {
						cores[h] = End{Placed: &at, Confidence: sure}
					}
				}
			}
			if members[h] == nil {
				order = append(order, h)
			}
			brought := 0
			for _, other := range n.Ends {
				if other.Kind == e.Kind && other.Row != nil && other.Row.By != catalog.ByHub && tells(&other.Placed.Site) {
					members[h] = append(members[h], member{n, e, other})
					brought++
				}
			}
			if brought == 0 && n.Placed.Partition != "" {
				members[h] = append(members[h], member{n, e, End{Placed: n.Placed, Confidence: Likely}})
			}
		}
	}
	for _, h := range order {
		list := members[h]
		if len(list) == 0 {
			continue
		}
		core, ok := cores[h]
		if h.node != nil {
			core, ok = g.core(h.node, h.kind)
		}
		near := member{node: h.node, end: core}
		if ok {
			g.attach(h, near, list)
		}
		if h.kind == catalog.DNS && !slices.ContainsFunc(list, func(m member) bool { return !leads(m) }) {
			continue // who resolves the names is not known
		}
		if !ok || core.Placed.Partition == "" {
			near = majority(h, list, func(s *place.Site) string { return s.Partition })
			g.attach(h, near, list)
		}
		if at := near.end.Placed; at.Partition != "" && at.Region == "" { // regions of its partition may be on two sides
			list = slices.DeleteFunc(slices.Clone(list), func(m member) bool {
				return m.end.Placed.Partition != at.Partition || m.end.Placed.Region == ""
			})
			if len(list) > 1 {
				g.attach(h, majority(h, list, func(s *place.Site) string { return s.Region }), list)
			}
		}
	}
}

// attach links the members of a hub that are elsewhere with one that stands for it, which may be the hub itself.
func (g *Graph) attach(h hub, near member, list []member) {
	type linked struct {
		node *Node
		at   place.Site
	}
	done := map[linked]bool{}
	for _, m := range list {
		k := linked{m.node, m.end.Placed.Site}
		if m.node == near.node || done[k] || same(&m.end.Placed.Site, &near.end.Placed.Site) {
			continue
		}
		done[k] = true
		var via []*Node
		for _, n := range []*Node{near.node, h.node} {
			if n != nil && !slices.Contains(via, n) {
				via = append(via, n)
			}
		}
		end := near.end
		if end.Target == nil {
			end.Target = near.node
		}
		end.Kind, end.Path, end.Row = h.kind, m.at.Path, m.at.Row // it is reached through the hub
		end.Beside = end.Target != nil && end.Target != h.node
		own := m.end
		g.Links = append(g.Links, Link{Node: m.node, Kind: h.kind, Near: &own, Far: []End{end}, Via: via})
	}
}

// core is where a hub is: its own place, or else the first place that it names itself, as a zone names the networks that
// it was made for.
func (g *Graph) core(n *Node, k catalog.Kind) (End, bool) {
	if n.Placed.Partition != "" {
		return End{Placed: n.Placed, Confidence: Likely, Target: n}, true
	}
	for _, e := range n.Ends {
		if e.Kind == k && e.Row != nil && joins(e.Row.By) && e.Placed.Partition != "" && len(e.Either) == 0 {
			e.Target = n
			return e, true
		}
	}
	return End{}, false
}

// leads tells that a member is a name that leads somewhere, and not where it is resolved.
func leads(m member) bool { return m.at.Kind == catalog.DNS && m.end.outward() > 0 }

// majority is the first member in the partition, or the region, that most members are in: the others are the ones to tell.
// Where it is as many of each, it is the one that most of the resources themselves are in; of one place, the one of the
// account that has the hub.
func majority(h hub, list []member, part func(*place.Site) string) member {
	type in struct {
		node *Node
		part string
	}
	if at := slices.DeleteFunc(slices.Clone(list), leads); len(at) > 0 {
		list = at
	}
	seen := map[in]bool{}
	count, home := map[string]int{}, map[string]int{}
	for _, m := range list {
		if k := (in{m.node, part(&m.end.Placed.Site)}); k.part != "" && !seen[k] {
			seen[k] = true
			count[k.part]++
			home[part(&m.node.Placed.Site)]++
		}
	}
	own := func(m member) int {
		if h.node != nil && h.node.Placed.Account != "" && m.end.Placed.Account == h.node.Placed.Account {
			return 1
		}
		return 0
	}
	best := list[0]
	for _, m := range list {
		a, b := part(&m.end.Placed.Site), part(&best.end.Placed.Site)
		if cmp.Or(cmp.Compare(count[a], count[b]), cmp.Compare(home[a], home[b]), own(m)-own(best)) > 0 {
			best = m
		}
	}
	return best
}

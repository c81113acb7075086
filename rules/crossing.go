package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/link"
	"github.com/demarc-dev/demarc/analyzer/pattern"
	"github.com/demarc-dev/demarc/analyzer/place"
	"github.com/demarc-dev/demarc/rules/access"
)

// crossing is everything of one kind that joins one resource's place to one other side.
type crossing struct {
	node *link.Node
	near *link.End
	far  []link.End
	via  []*link.Node
	with []*link.Node // what takes it up
	from analyzer.Spot
	to   analyzer.Spot
}

// crossings are the links of a kind whose ends are on two sides, one a resource and far side.
func crossings(p *analyzer.Pass, kind catalog.Kind) []*crossing {
	type group struct {
		node *link.Node
		one  string // the sides, in order: a link that is seen from both of its ends is one
		two  string
	}
	var out []*crossing
	at := map[group]*crossing{}
	for i := range p.Graph.Links {
		l := &p.Graph.Links[i]
		if l.Kind != kind {
			continue
		}
		l = settled(p, l)
		from, to := p.Side(l.Near.Placed.Site), p.Side(besides(l.Near, &l.Far[0]))
		if from == "" || to == "" || from == to {
			continue
		}
		far := whichever(p, l, from, to)
		if len(far) == 0 {
			continue
		}
		k := group{l.Node, min(from, to), max(from, to)}
		c := at[k]
		if c == nil {
			c = &crossing{node: l.Node, near: l.Near, from: p.Spot(l.Near.Placed.Site)}
			at[k] = c
			out = append(out, c)
		}
		if from != c.from.Side {
			c.far = append(c.far, *l.Near)
			continue
		}
		c.far = append(c.far, far...)
		c.via = append(c.via, l.Via...)
	}
	for _, c := range out {
		// The surest end is the one that the finding is about; among equals the first in the order of the resource.
		best := 0
		for j, e := range c.far {
			if e.Confidence > c.far[best].Confidence || e.Confidence == c.far[best].Confidence && e.Placed.Region != "" && c.far[best].Placed.Region == "" {
				best = j
			}
		}
		c.to = p.Spot(c.far[best].Placed.Site)
		c.far[0], c.far[best] = c.far[best], c.far[0]
	}
	return out
}

// besides is where a far end is as seen from a near one. What only names a region of one's own partition says nothing of an
// account, and mostly means one's own: where the policy gives accounts to sides, that is no other side.
func besides(near, far *link.End) place.Site {
	site := far.Placed.Site
	if far.Target == nil && site.Account == "" && site.Partition == near.Placed.Partition {
		site.Account = near.Placed.Account
	}
	return site
}

// settled is a link whose far ends are known by a host that several partitions share, where it does not matter which of them
// is meant. Where it does, that is said.
func settled(p *analyzer.Pass, l *link.Link) *link.Link {
	at, either := access.Shared(p.Catalog, func(near, far place.Site) bool { return apart(p, near, far) }, l.Near.Placed.Site, *l.Far[0].Placed)
	if len(either) > 0 && l.Kind == catalog.Trust {
		p.Blind(access.Undecided(l.Node, l.Far[0].Path.Full, at.Host, either))
	}
	if at.Partition == l.Far[0].Placed.Partition {
		return l
	}
	one := *l
	one.Far = slices.Clone(l.Far)
	for i := range one.Far {
		one.Far[i].Placed, one.Far[i].Confidence = &at, min(one.Far[i].Confidence, link.Likely)
	}
	return &one
}

// apart tells whether two places are on two sides.
func apart(p *analyzer.Pass, near, far place.Site) bool {
	a, b := p.Side(near), p.Side(far)
	return a != "" && b != "" && a != b
}

// whichever keeps the far ends that cross whichever of several resources is meant, at either end. Of the others it says that
// they could not be decided.
func whichever(p *analyzer.Pass, l *link.Link, near, far string) []link.End {
	among := func(either []link.Choice, side string) bool {
		return slices.ContainsFunc(either, func(c link.Choice) bool {
			at := p.Side(c.Site)
			return at == "" || at == side
		})
	}
	open := func(e *link.End, either []link.Choice, side string) bool {
		if !among(either, side) {
			return false
		}
		p.Blind(link.OneOf(l.Node, e.Path.Full, either))
		return true
	}
	if len(l.Near.Either) == 0 && !slices.ContainsFunc(l.Far, func(e link.End) bool { return len(e.Either) > 0 }) {
		return l.Far
	}
	ends := slices.DeleteFunc(slices.Clone(l.Far), func(e link.End) bool {
		one := len(l.Near.Either) > 0 && e.Path.Full == l.Near.Path.Full // one or the other, and no link between them
		return one || open(&e, e.Either, near)
	})
	if len(ends) > 0 && open(l.Near, l.Near.Either, far) {
		return nil
	}
	return ends
}

// finding says a crossing with the rule's own message.
func (c *crossing) finding(p *analyzer.Pass, message string) analyzer.Finding {
	e := c.far[0]
	f := analyzer.Finding{
		Address: c.node.Address, Root: c.node.Input.Name, Attribute: e.Path.Full, Block: e.Path.Block,
		Message: message, Confidence: c.confidence(),
		Action: c.node.Action, Pos: c.node.Pos.Of(e.Path.Full),
	}
	f.From, f.To = c.direction()
	f.Inward = c.inward()
	f.Explain = func(f *analyzer.Finding) { c.explain(p, f) }
	return f
}

// explain says how the ends are known, and what else is in the chain between them.
func (c *crossing) explain(p *analyzer.Pass, f *analyzer.Finding) {
	f.Evidence = append(f.Evidence, nearStep(p, c))
	chain := slices.Clone(c.via)
	for _, e := range c.far {
		f.Evidence = append(f.Evidence, farStep(p, c.node, e))
		if e.Target != nil {
			chain = append(chain, e.Target)
		}
	}
	if c.near.Target != nil {
		chain = append(chain, c.near.Target)
	}
	f.Evidence = append(f.Evidence, inputs(c.node, chain)...)
	for _, e := range c.far {
		f.Evidence = append(f.Evidence, learned(c.node, e.Placed)...)
	}
	f.Related = append(addresses(chain), addresses(c.with)...)
	for _, r := range p.Graph.Referrers(c.node) {
		f.Related = append(f.Related, r.Node.Address)
	}
	f.Related = tidy(f.Related, c.node.Address)
	f.Evidence = once(f.Evidence)
}

// inputs say which inputs a chain joins, where they are several.
func inputs(n *link.Node, chain []*link.Node) []analyzer.Step {
	var steps []analyzer.Step
	for _, m := range chain {
		if m.Input != n.Input {
			steps = append(steps, bothInputs(n, m.Address, m.Input.Name))
		}
	}
	return steps
}

// learned says which input shows where an account is, where it is another.
func learned(n *link.Node, at *place.Placed) []analyzer.Step {
	for _, why := range at.Because {
		if why.Input != "" && why.Input != n.Input.Name {
			return []analyzer.Step{bothInputs(n, why.At, why.Input)}
		}
	}
	return nil
}

func bothInputs(n *link.Node, other, input string) analyzer.Step {
	return analyzer.Step{Address: n.Address, Pos: n.Pos, Text: fmt.Sprintf("%s is of %s, and %s of %s", n.Address, n.Input.Name, other, input)}
}

// once drops steps that say again what an earlier one has said, and names each operator at the first of its places.
func once(steps []analyzer.Step) []analyzer.Step {
	seen := map[string]bool{}
	steps = slices.DeleteFunc(steps, func(s analyzer.Step) bool {
		told := seen[s.Address+" "+s.Text]
		seen[s.Address+" "+s.Text] = true
		return told
	})
	for i := range steps {
		if !strings.Contains(steps[i].Text, operated) {
			continue
		}
		steps[i].Text = operator.Regexp().ReplaceAllStringFunc(steps[i].Text, func(s string) string {
			if seen[s] {
				return ""
			}
			seen[s] = true
			return s
		})
	}
	return steps
}

// operator is what where says of who runs a place; it begins with operated.
var operator = pattern.New(operated + `[^,);]+`)

const operated = ", operated by "

// tidy sorts addresses and drops doubles and the resource itself.
func tidy(list []string, self string) []string {
	slices.Sort(list)
	list = slices.Compact(list)
	return slices.DeleteFunc(list, func(s string) bool { return s == self })
}

// nearStep says where the near end is and how we know.
func nearStep(p *analyzer.Pass, c *crossing) analyzer.Step {
	e := c.near
	if e.Path.Full != "" {
		return farStep(p, c.node, *e)
	}
	return analyzer.Step{Text: isIn(p, c.node.Address, e.Placed), Address: c.node.Address, Pos: c.node.Pos}
}

// farStep says what names a far end, where that is and how we know.
func farStep(p *analyzer.Pass, n *link.Node, e link.End) analyzer.Step {
	s := analyzer.Step{Address: n.Address, Pos: n.Pos.Of(e.Path.Full)}
	attr := e.Path.Full
	if attr == "" {
		attr = "it"
	}
	switch {
	case e.Target == nil:
		s.Text = fmt.Sprintf("%s names %s", attr, placed(p, e.Placed))
	case e.Beside:
		s.Text = fmt.Sprintf("%s joins it with %s, which is in %s", attr, e.Target.Address, placed(p, e.Placed))
	case e.Confidence == link.Certain:
		s.Text = fmt.Sprintf("%s is what %s has, which is in %s", attr, e.Target.Address, placed(p, e.Placed))
	default:
		what := e.Target.Address
		if e.Attr != "" {
			what += "." + e.Attr
		}
		through := ""
		if len(e.Via) > 0 {
			through = " through " + strings.Join(e.Via, ", ")
		}
		s.Text = fmt.Sprintf("%s refers to %s%s, which is in %s", attr, what, through, placed(p, e.Placed))
	}
	return s
}

// placed is a place in words, how it is known, and what the policy says of it, without saying twice what it is. A value that
// names its place speaks for itself.
func placed(p *analyzer.Pass, at *place.Placed) string {
	s := where(p, at.Site)
	why := p.Policy.Why(at.Site)
	what, side, _ := strings.Cut(why, given)
	if len(at.Because) > 0 {
		r := at.Because[0]
		switch {
		case r.Text == "", r.Text == "by "+what, r.Text == "by "+s:
		case r.How == place.Literal && r.At == "", r.How == place.Inferred:
			s += ", " + r.Text
		case r.How == place.Literal && r.Text == "region "+at.Region:
			s += ", by its own " + lastName(r.At)
		case r.How == place.Literal:
			s += ", by its own " + lastName(r.At) + " (" + r.Text + ")"
		case r.At != "" && r.Text == "region "+at.Region:
			s += ", by " + r.At
		case r.At != "":
			s += ", by " + r.At + " (" + r.Text + ")"
		default:
			s += ", by " + r.Text
		}
	}
	switch {
	case why == "":
		return s
	case s == what:
		return s + ", which" + given + side
	}
	return s + "; " + why
}

// given is what the policy says of what it gives to a side.
const given = " is given to "

// isIn says where somebody is of whom words speak, without speaking twice of them.
func isIn(p *analyzer.Pass, words string, at *place.Placed) string {
	place := placed(p, at)
	if rest, ok := strings.CutPrefix(place, words+", which"); ok {
		return words + rest
	}
	return words + " is in " + strings.Replace(place, "; "+words+given, "; it"+given, 1)
}

func lastName(address string) string {
	return address[strings.LastIndexByte(address, '.')+1:]
}

// where is a place in words: `cn-north-1 (AWS China, operated by Sinnet and NWCD)`.
func where(p *analyzer.Pass, s place.Site) string {
	part, _ := p.Catalog.Partition(s.Partition)
	name := part.Name
	if short, operator, ok := strings.Cut(part.Name, " ("); ok {
		name = short + ", " + strings.TrimSuffix(operator, ")")
	}
	switch {
	case s.Region != "" && name != "":
		return s.Region + " (" + name + ")"
	case name != "":
		return name
	case s.Host != "":
		return "host " + s.Host
	case s.Address != "":
		return "address " + s.Address
	case s.Tenant != "":
		return "tenant " + s.Tenant
	case s.Account != "":
		return "account " + s.Account
	}
	return "a place that is not known"
}

// short is a place in a few words, for messages: `cn-north-1 (AWS China)`. An account is only named where it is what
// puts the place on its side.
func short(p *analyzer.Pass, s place.Site) string {
	part, _ := p.Catalog.Partition(s.Partition)
	name, _, _ := strings.Cut(part.Name, " (")
	elsewhere := s
	elsewhere.Account = ""
	switch {
	case name == "":
		return where(p, s)
	case s.Account != "" && p.Side(s) != part.Side && p.Side(s) != p.Side(elsewhere):
		return "account " + s.Account + " (" + name + ")"
	case s.Region != "":
		return s.Region + " (" + name + ")"
	}
	return name
}

// direction says which way something flows: out of the near end unless the row says in.
func (c *crossing) direction() (from, to analyzer.Spot) {
	if c.inward() {
		return c.to, c.from
	}
	return c.from, c.to
}

// inward tells whether something flows from the far end alone.
func (c *crossing) inward() bool {
	row := c.far[0].Row
	return row != nil && row.Direction == catalog.In
}

// chains are crossings without those that only take up another: the accepter of a peering, its options and the routes to
// it refer to what joins the same two sides already, and to its other end. They are told with it.
func chains(p *analyzer.Pass, list []*crossing) []*crossing {
	if len(list) < 2 {
		return list
	}
	of := map[*link.Node][]*crossing{}
	for _, c := range list {
		of[c.node] = append(of[c.node], c)
	}
	order := slices.Clone(list)
	slices.SortStableFunc(order, func(a, b *crossing) int { return int(b.confidence()) - int(a.confidence()) })
	taken := map[*crossing]bool{}
	for _, c := range order {
		if taken[c] {
			continue
		}
		for next := []*link.Node{c.node}; len(next) > 0; next = next[1:] {
			for _, r := range p.Graph.Referrers(next[0]) {
				for _, d := range of[r.Node] {
					if d != c && !taken[d] && d.takesUp(c) {
						taken[d] = true
						c.with = append(c.with, d.node)
						next = append(next, d.node)
					}
				}
			}
		}
	}
	return slices.DeleteFunc(list, func(c *crossing) bool { return taken[c] })
}

// takesUp tells whether a crossing says nothing of its own beside another: it is between the same sides, and all that it has
// are references.
func (c *crossing) takesUp(other *crossing) bool {
	sides := func(c *crossing) [2]string {
		return [2]string{min(c.from.Side, c.to.Side), max(c.from.Side, c.to.Side)}
	}
	return sides(c) == sides(other) && !slices.ContainsFunc(c.far, func(e link.End) bool { return e.Target == nil })
}

func (c *crossing) confidence() link.Confidence { return min(c.near.Confidence, c.far[0].Confidence) }

// report says every crossing of a kind in the rule's words, which get the resource's own place and the far one.
func report(kind catalog.Kind, words string) func(*analyzer.Pass) {
	return func(p *analyzer.Pass) {
		for _, c := range chains(p, crossings(p, kind)) {
			p.Report(c.finding(p, fmt.Sprintf(words, short(p, c.from.Site), short(p, c.to.Site))))
		}
	}
}

// reportFlow is report for what flows: the words get the places in the direction of the flow. Where no row gives one, the
// words for either direction are said.
func reportFlow(kind catalog.Kind, directed, either string) func(*analyzer.Pass) {
	return func(p *analyzer.Pass) {
		for _, c := range crossings(p, kind) {
			from, to := c.direction()
			words := directed
			if row := c.far[0].Row; row != nil && row.Direction == catalog.Both {
				words = either
			}
			p.Report(c.finding(p, fmt.Sprintf(words, short(p, from.Site), short(p, to.Site))))
		}
	}
}

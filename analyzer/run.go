package analyzer

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/demarc-dev/demarc/analyzer/boundary"
	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/link"
	"github.com/demarc-dev/demarc/analyzer/place"
)

// Run asks every rule about the estate and puts what they say in order. Rules run as listed, so that the last may look
// at what came of the earlier ones. today decides which allowances and conditions have expired.
func Run(g *link.Graph, policy *boundary.Policy, cat *catalog.Catalog, rules []*Rule, today time.Time) *Result {
	r := &Result{Rules: rules, Lines: linesOf(g.Inputs)}
	p := &Pass{Graph: g, Policy: policy, Catalog: cat, sides: map[place.Site]string{}, Today: today}
	p.Marks = marks(g.Inputs, today)
	for _, a := range policy.Allowances() {
		p.Allowances = append(p.Allowances, AllowanceUse{Allowance: a, Expired: a.Expired(today)})
	}
	var found []*Finding
	blind := slices.Clone(g.Blind)
	p.Blind = func(b link.Blind) { blind = append(blind, b) }
	for _, rule := range rules {
		setting := policy.Rule(rule.ID)
		if setting.Disabled {
			continue
		}
		p.Report = func(f Finding) {
			f.Rule, f.Severity = rule, rule.Severity
			if s, err := ParseSeverity(setting.Severity); err == nil {
				f.Severity = s
			}
			f.Fingerprint = fingerprint(&f)
			allow(p, &f)
			mark(p, &f)
			found = append(found, &f)
		}
		rule.Run(p)
	}
	found = yield(found)
	sortFindings(found)
	r.Findings = make([]Finding, len(found))
	for i, f := range found {
		r.Findings[i] = *f
	}
	for _, in := range g.Inputs {
		r.Inputs = append(r.Inputs, Input{Name: in.Name, Format: in.Format, Incomplete: in.Incomplete, Notes: slices.Concat(in.Notes, g.Notes[in])})
	}
	r.cover(p)
	r.located = func() []Resource { return located(p) }
	r.linked = func() []CrossLink { return r.links(p) }
	r.blindSpots(slices.DeleteFunc(blind, p.allHere))
	return r
}

// allow marks a finding that the policy accepts. An allowance that has expired accepts nothing.
func allow(p *Pass, f *Finding) {
	if len(p.Allowances) == 0 {
		return
	}
	block := boundary.Block(f.Address)
	for i := range p.Allowances {
		a := &p.Allowances[i]
		if a.Expired || !a.Matches(f.Rule.ID, f.Address, block, f.From.Side, f.To.Side) {
			continue
		}
		a.Used++
		if f.Suppressed == nil {
			f.Suppressed = &Suppression{By: "allow \"" + a.Name + "\"", Reason: a.Reason}
		}
	}
}

// yield drops what a more telling rule says of the same resource and the same two sides, and repeated findings: one
// crossing is one finding.
func yield(list []*Finding) []*Finding {
	type crossing struct{ root, address, one, two, rule string }
	between := func(f *Finding, rule string) crossing {
		return crossing{f.Root, f.Address, min(f.From.Side, f.To.Side), max(f.From.Side, f.To.Side), rule}
	}
	told := map[crossing]bool{}
	telling := map[string]bool{}
	for _, f := range list {
		for _, other := range f.Rule.Yields {
			telling[other] = true
		}
	}
	for _, f := range list {
		if telling[f.Rule.ID] {
			told[between(f, f.Rule.ID)] = true
		}
	}
	type finding struct{ root, fingerprint string }
	seen := make(map[finding]bool, len(list))
	return slices.DeleteFunc(list, func(f *Finding) bool {
		if slices.ContainsFunc(f.Rule.Yields, func(other string) bool { return told[between(f, other)] }) {
			return true
		}
		key := finding{f.Root, f.Fingerprint}
		dup := seen[key]
		seen[key] = true
		return dup
	})
}

func sortFindings(list []*Finding) {
	slices.SortStableFunc(list, func(a, b *Finding) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(b.Confidence, a.Confidence), cmp.Compare(a.Root, b.Root),
			cmp.Compare(a.Address, b.Address), cmp.Compare(a.Rule.ID, b.Rule.ID), cmp.Compare(a.Attribute, b.Attribute),
			cmp.Compare(a.To.Partition, b.To.Partition), cmp.Compare(a.To.Region, b.To.Region), cmp.Compare(a.Fingerprint, b.Fingerprint))
	})
}

// fingerprint identifies a finding by what it links, and by nothing that moving lines, renaming files or reordering
// changes: the rule, the resource, the argument without indexes, and both places.
func fingerprint(f *Finding) string {
	key := make([]byte, 0, 256)
	for _, s := range []string{"1", f.Rule.ID, f.Address, f.Block} {
		key = append(append(key, s...), 0)
	}
	for _, s := range []*Spot{&f.From, &f.To} {
		for _, part := range []string{s.Side, s.Cloud, s.Partition, s.Region, s.Account, s.Tenant, s.Host, s.Address} {
			key = append(append(key, part...), 1)
		}
		key[len(key)-1] = 0
	}
	sum := sha256.Sum256(key)
	return hex.EncodeToString(sum[:12])
}

func (r *Result) cover(p *Pass) {
	sides := map[string]bool{}
	for _, n := range p.Graph.Nodes {
		r.Coverage.Resources++
		switch {
		case n.Placed.Unknown:
			r.Coverage.Unknown++
		case n.Placed.Nowhere:
			r.Coverage.Nowhere++
		case n.Placed.Partition == "":
			r.Coverage.NotPlaced++
		default:
			r.Coverage.Placed++
			if s := p.Side(n.Placed.Site); s != "" {
				sides[s] = true
			}
		}
	}
	for _, in := range p.Graph.Inputs {
		for _, res := range in.Resources {
			if !res.Action.Stays() {
				r.Coverage.Gone++
			}
		}
	}
	for s := range sides {
		r.Coverage.Sides = append(r.Coverage.Sides, s)
	}
	slices.Sort(r.Coverage.Sides)
}

// located lists what is somewhere: not what has no place of its own, nor what no table knows.
func located(p *Pass) (list []Resource) {
	for _, n := range p.Graph.Nodes {
		if !n.Placed.Unknown && !n.Placed.Nowhere {
			list = append(list, Resource{n.Address, n.Input.Name, p.Spot(n.Placed.Site)})
		}
	}
	return list
}

// links lists what joins two places, crossing or not, with the finding that reports it.
func (r *Result) links(p *Pass) (list []CrossLink) {
	reported := map[[2]string]string{}
	for i := range r.Findings {
		f := &r.Findings[i]
		reported[[2]string{f.Root, f.Address}] = f.Fingerprint
	}
	for _, l := range p.Graph.Links {
		from, to := p.Spot(l.Near.Placed.Site), p.Spot(l.Far[0].Placed.Site)
		if to.Side == "" && to.Partition == "" || from.Side == "" && from.Partition == "" {
			continue
		}
		crosses := from.Side != "" && to.Side != "" && from.Side != to.Side
		if !crosses && (sameRegion(from.Site, to.Site) || l.Kind == catalog.Flow || l.Kind == catalog.Same || l.Kind == catalog.Endpoint) {
			continue
		}
		if row := l.Far[0].Row; row != nil && row.Direction == catalog.In {
			from, to = to, from
		}
		c := CrossLink{Address: l.Node.Address, Kind: l.Kind.String(), From: from, To: to, Crosses: crosses}
		if crosses {
			c.Finding = reported[[2]string{l.Node.Input.Name, l.Node.Address}]
		}
		list = append(list, c)
	}
	return list
}

// sameRegion tells links that only differ in what is known of the account.
func sameRegion(a, b place.Site) bool {
	return a.Partition == b.Partition && (a.Region == b.Region || a.Region == "" || b.Region == "") && (a.Account == "" || b.Account == "")
}

// allHere tells whether a blind spot is on the side of all that it may be: whichever is meant, nothing crosses.
func (p *Pass) allHere(b link.Blind) bool {
	if b.Node == nil || len(b.Either) == 0 {
		return false
	}
	side := p.Side(b.Node.Placed.Site)
	return side != "" && !slices.ContainsFunc(b.Either, func(c link.Choice) bool { return p.Side(c.Site) != side })
}

func (r *Result) blindSpots(list []link.Blind) {
	for _, b := range list {
		s := BlindSpot{Root: b.Input, Path: b.Path, Reason: b.Reason, Settle: b.Settle, Pos: b.Pos}
		if s.Settle == "" && strings.Contains(s.Reason, "not known before apply") {
			s.Settle = "once it is applied, scan the state as well"
		}
		if b.Node != nil {
			s.Address, s.Root = b.Node.Address, b.Node.Input.Name
			s.Pos = b.Node.Pos.Of(b.Path)
		}
		r.Blind = append(r.Blind, s)
	}
	slices.SortStableFunc(r.Blind, func(a, b BlindSpot) int {
		return cmp.Or(cmp.Compare(a.Root, b.Root), cmp.Compare(a.Address, b.Address), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Reason, b.Reason))
	})
	r.Blind = slices.CompactFunc(r.Blind, func(a, b BlindSpot) bool {
		return a.Root == b.Root && a.Address == b.Address && a.Path == b.Path && a.Reason == b.Reason
	})
	r.Coverage.BlindSpots = len(r.Blind)
}

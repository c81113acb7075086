package link

import (
	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/model"
)

// Resolve finds the resource instances that an argument of n refers to, through modules. at is the table path of the
// argument (`rule.destination.bucket`). opaque names what it may also come from and the input does not show.
func (g *Graph) Resolve(n *Node, at string) (targets []Target, opaque []string) {
	a := n.Args.Arg(at)
	if a == nil {
		return nil, nil
	}
	for _, o := range a.Origins {
		targets = g.origin(n, o, targets, 0)
	}
	return targets, a.Opaque
}

// maxHops bounds how far values are followed through resources that only hand them on.
const maxHops = 8

func (g *Graph) origin(n *Node, o model.Origin, targets []Target, hops int) []Target {
	at := addr.Resource{Module: o.Module(n.Addr.Module), Mode: o.Mode, Type: o.Type, Name: o.Name}
	found := g.instances(n, at, o)
	for _, m := range found {
		if m.Placed.Unknown && hops < maxHops && m.Args != nil {
			if handed := g.handedOn(m, o.Attr, hops); len(handed) > 0 {
				for _, t := range handed {
					t.Exact = t.Exact && o.Exact && len(found) == 1
					targets = add(targets, t)
				}
				continue
			}
		}
		targets = add(targets, Target{m, o.Attr, o.Exact && len(found) == 1, o.Via})
	}
	return targets
}

// handedOn looks through resources of no cloud, such as terraform_data, whose results are what they were given.
func (g *Graph) handedOn(m *Node, attr string, hops int) []Target {
	var out []Target
	for _, a := range m.Args.All() {
		if a.Block == "input" || a.Block == attr || attr == "" {
			for _, o := range a.Origins {
				out = g.origin(m, o, out, hops+1)
			}
		}
	}
	return out
}

func add(targets []Target, t Target) []Target {
	for i := range targets {
		if targets[i].Node == t.Node && targets[i].Attr == t.Attr {
			targets[i].Exact = targets[i].Exact && t.Exact
			return targets
		}
	}
	return append(targets, t)
}

// instances are the instances of an origin that n may mean. Where the reference leaves the instance open but goes by
// each.key or count.index, the one of n's own key is meant if there is one.
func (g *Graph) instances(n *Node, at addr.Resource, o model.Origin) []*Node {
	var open []*Node
	for _, m := range g.byBlock[block{n.Input, at.Block().String()}] {
		if m.Deposed == "" && fits(at.Module, m.Addr.Module) && (o.Key.Kind == addr.AnyKey || o.Key == m.Addr.Key || m.Addr.Key.Kind == addr.AnyKey) {
			open = append(open, m)
		}
	}
	if len(open) <= 1 || !o.ByKey {
		return open
	}
	keys := []addr.Key{n.Addr.Key}
	for i := len(n.Addr.Module) - 1; i >= 0; i-- {
		keys = append(keys, n.Addr.Module[i].Key)
	}
	for _, k := range keys {
		if k.Kind == addr.NoKey {
			continue
		}
		var same []*Node
		for _, m := range open {
			if m.Addr.Key == k || o.Key.Kind != addr.AnyKey && keyed(m.Addr.Module, o.Shared, k) || m.Addr.Key.Kind == addr.NoKey && keyed(m.Addr.Module, o.Shared, k) {
				same = append(same, m)
			}
		}
		if len(same) > 0 {
			return same
		}
	}
	return open
}

// keyed tells whether a module step below the shared ones has the key.
func keyed(m addr.Module, shared int, k addr.Key) bool {
	for i := shared; i < len(m); i++ {
		if m[i].Key == k {
			return true
		}
	}
	return false
}

// fits tells whether a module instance is one that the pattern means: keys that the pattern leaves open fit any.
func fits(pattern, m addr.Module) bool {
	for i := range m {
		if pattern[i].Key != m[i].Key && pattern[i].Key.Kind != addr.AnyKey && m[i].Key.Kind != addr.AnyKey {
			return false
		}
	}
	return true
}

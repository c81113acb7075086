package link

import (
	"slices"
	"strings"

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

// resolveKnown is Resolve for an argument whose value is known: what it may come from must be known too, and be part of
// it. That tells which element of a map or which branch of a condition an instance has taken.
func (g *Graph) resolveKnown(n *Node, at, text string) []Target {
	targets, _ := g.Resolve(n, at)
	return slices.DeleteFunc(targets, func(t Target) bool {
		if t.Attr == "" || strings.Contains(t.Attr, ".") {
			return false
		}
		v := t.Node.Values.Get(t.Attr)
		part, ok := v.Text()
		return v.State == model.Unknown || ok && !strings.Contains(text, part)
	})
}

// maxHops bounds how far values are followed through resources that only hand them on.
const maxHops = 8

func (g *Graph) origin(n *Node, o model.Origin, targets []Target, hops int) []Target {
	at := addr.Resource{Module: o.Module(n.Addr.Module), Mode: o.Mode, Type: o.Type, Name: o.Name}
	found := g.instances(n, at, o)
	for _, m := range found {
		if m.Placed.Unknown && hops < maxHops {
			if handed := append(g.handedOn(m, o.Attr, hops), g.elsewhere(m, o.Attr, hops)...); len(handed) > 0 {
				for _, t := range handed {
					t.Exact = t.Exact && o.Exact && len(found) == 1
					targets = add(targets, t)
				}
				continue
			}
		}
		targets = add(targets, Target{m, o.Attr, o.Part, o.Exact && len(found) == 1, o.Via})
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
		if targets[i].Node == t.Node && targets[i].Attr == t.Attr && targets[i].Part == t.Part {
			targets[i].Exact = targets[i].Exact && t.Exact
			return targets
		}
	}
	return append(targets, t)
}

// instances are the instances of an origin that n may mean. A for_each over constants leaves no trace in a plan, so that
// a block may have keyed instances although the reference to it seems to need no key.
func (g *Graph) instances(n *Node, at addr.Resource, o model.Origin) []*Node {
	if found := g.keyed(n, at, o); len(found) > 0 {
		return found
	}
	relaxed := false
	m := slices.Clone(at.Module)
	for i := min(o.Shared, len(m)); i < len(m); i++ {
		if m[i].Key.Kind == addr.NoKey {
			m[i].Key.Kind, relaxed = addr.AnyKey, true
		}
	}
	if o.Key.Kind == addr.NoKey {
		o.Key.Kind, relaxed = addr.AnyKey, true
	}
	if !relaxed {
		return nil
	}
	at.Module = m
	return g.keyed(n, at, o)
}

// keyed are the instances of a pattern. Where it leaves the instance open but goes by each.key or count.index, the one
// of n's own key is meant if there is one.
func (g *Graph) keyed(n *Node, at addr.Resource, o model.Origin) []*Node {
	if o.ByKey {
		for _, k := range ownKeys(n) {
			if same := g.fitting(n, withKey(at, k), o.Key, k); len(same) > 0 {
				return same
			}
		}
	}
	return g.fitting(n, at, o.Key, o.Key)
}

// fitting are the instances in a module pattern whose own key is the given one; where the reference leaves that open, it
// is the one of byKey.
func (g *Graph) fitting(n *Node, at addr.Resource, key, byKey addr.Key) []*Node {
	var list []*Node
	if openModule(at.Module) {
		list = g.byBlock[block{n.Input, at.Block().String()}]
	} else {
		list = g.byHome[block{n.Input, homeAddress(at)}]
	}
	if key.Kind == addr.AnyKey {
		key = byKey
	}
	var out []*Node
	for _, m := range list {
		if m.Deposed == "" && fits(at.Module, m.Addr.Module) && (key.Kind == addr.AnyKey || key == m.Addr.Key || m.Addr.Key.Kind == addr.AnyKey) {
			out = append(out, m)
		}
	}
	return out
}

// ownKeys are the keys of n, its own first and then those of its modules from the innermost.
func ownKeys(n *Node) []addr.Key {
	var keys []addr.Key
	if n.Addr.Key.Kind != addr.NoKey {
		keys = append(keys, n.Addr.Key)
	}
	for i := len(n.Addr.Module) - 1; i >= 0; i-- {
		if k := n.Addr.Module[i].Key; k.Kind != addr.NoKey {
			keys = append(keys, k)
		}
	}
	return keys
}

// withKey puts a key where the pattern of modules leaves one open.
func withKey(at addr.Resource, k addr.Key) addr.Resource {
	if !openModule(at.Module) {
		return at
	}
	m := make(addr.Module, len(at.Module))
	for i, s := range at.Module {
		if s.Key.Kind == addr.AnyKey {
			s.Key = k
		}
		m[i] = s
	}
	at.Module = m
	return at
}

// openModule tells whether a module pattern leaves a key open.
func openModule(m addr.Module) bool {
	for _, s := range m {
		if s.Key.Kind == addr.AnyKey {
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

package link

import (
	"cmp"
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/model"
)

// Resolve finds the resource instances that an argument of n refers to, through modules. at is the table path of the
// argument (`rule.destination.bucket`). opaque names what it may also come from and the input does not show.
func (g *Graph) Resolve(n *Node, at string) (targets []Target, opaque []string) {
	return g.resolve(n, at, nil)
}

// targets is Resolve while the graph is built, which is done with the targets of one argument before it asks for those of
// another: all use the same room.
func (g *Graph) targets(n *Node, at string) (targets []Target, opaque []string) {
	targets, opaque = g.resolve(n, at, g.room[:0])
	g.room = targets[:0]
	return targets, opaque
}

func (g *Graph) resolve(n *Node, at string, targets []Target) ([]Target, []string) {
	a := n.Args.Arg(at)
	if a == nil {
		return targets, nil
	}
	for i := range a.Origins {
		targets = g.origin(n, &a.Origins[i], targets, 0)
	}
	return targets, a.Opaque
}

// resolveKnown is targets for an argument whose value is known: what it may come from must be known too, and be part of
// it. That tells which element of a map or which branch of a condition an instance has taken.
func (g *Graph) resolveKnown(n *Node, at model.Path, text string) []Target {
	targets, _ := g.targets(n, at.Block)
	return slices.DeleteFunc(targets, func(t Target) bool { return !t.within(at.Full, text) })
}

// within tells whether the known text of a leaf may hold what the target is.
func (t Target) within(full, text string) bool {
	switch {
	case t.held != nil:
		return slices.Contains(t.held, full)
	case t.given.State != model.Absent:
		return holds(t.given, text)
	case t.Attr == "": // of a whole resource, what only apply will know is in no text that is known
		return !someUnknown(t.Node.Values) || holds(t.Node.Values, text)
	}
	if path := cmp.Or(t.Full, t.Attr); strings.ContainsAny(path, ".[") {
		if top, _ := firstStep(path); t.Node.Values.Get(top).State == model.Unknown {
			return false
		}
		v := t.Node.Values.Leaf(path)
		return v.State != model.Known || holds(v, text)
	}
	v := t.Node.Values.Get(t.Attr)
	if v.State == model.Unknown || v.State == model.Absent && t.Node.Input.Format == model.Sources { // which hold what is written
		return false
	}
	part, ok := v.Text()
	return !ok || strings.Contains(text, part)
}

func someUnknown(v model.Value) bool {
	for i := range v.Len() {
		if v.Item(i).State == model.Unknown {
			return true
		}
	}
	return false
}

// holds tells whether a text may be made of a value, or of a part of it.
func holds(v model.Value, text string) bool {
	found := false
	v.Walk(model.Path{}, func(_ model.Path, leaf model.Value) {
		part, ok := leaf.Text()
		found = found || ok && part != "" && strings.Contains(text, part)
	})
	return found
}

// Reference is a resource that an argument refers to itself, and the known leaves of the argument that may hold its value.
type Reference struct {
	Target
	Held []string
}

// References are the resources that an argument of n refers to, without looking through those that only hand values on.
func (g *Graph) References(n *Node, a *model.Arg) []Reference {
	var out []Reference
	for _, o := range a.Origins {
		for _, t := range g.origin(n, &o, nil, maxHops) {
			i := slices.IndexFunc(out, func(r Reference) bool { return r.Node == t.Node && r.Attr == t.Attr && r.Full == t.Full })
			if i < 0 {
				i = len(out)
				out = append(out, Reference{Target: t, Held: []string{}})
			} else {
				out[i].Exact = out[i].Exact && t.Exact
			}
			one := model.Origin{Shared: 0, Down: t.Node.Module, Mode: t.Node.Mode, Type: t.Node.Type, Name: t.Node.Name,
				Key: t.Node.Key, Attr: t.Attr, Full: t.Full, Exact: t.Exact, ByKey: t.ByKey, Held: o.Held}
			meant := g.origin(n, &one, nil, 0)
			n.Values.Walk(model.Path{}, func(path model.Path, v model.Value) {
				text, ok := v.Text()
				if ok && n.Args.Arg(path.Block) == a && !slices.Contains(out[i].Held, path.Full) &&
					slices.ContainsFunc(meant, func(m Target) bool { return m.within(path.Full, text) }) {
					out[i].Held = append(out[i].Held, path.Full)
				}
			})
		}
	}
	return out
}

// maxHops bounds how far values are followed through resources that only hand them on.
const maxHops = 8

func (g *Graph) origin(n *Node, o *model.Origin, targets []Target, hops int) []Target {
	found := g.instances(n, o)
	for _, m := range found {
		if hops < maxHops {
			if made := g.handedOn(n, m, o, hops); len(made) > 0 {
				for _, t := range made {
					t.held = o.Held
					t.Exact = t.Exact && o.Exact && len(found) == 1
					targets = add(targets, t)
				}
				continue
			}
		}
		targets = add(targets, Target{Node: m, Attr: o.Attr, Full: o.Full, Exact: o.Exact && len(found) == 1, ByKey: o.ByKey, Via: o.Via, held: o.Held})
	}
	return targets
}

// handedOn looks through what only hands values on: the outputs of another stack, and resources of no cloud, such as
// terraform_data, whose results are what they were given.
func (g *Graph) handedOn(n, m *Node, o *model.Origin, hops int) []Target {
	if made := g.elsewhere(n, m, o, hops); len(made) > 0 || !m.Placed.Unknown {
		return made
	}
	if o.Attr == "" {
		var out []Target
		for _, a := range m.Args.All() {
			for i := range a.Origins {
				out = g.origin(m, &a.Origins[i], out, hops+1)
			}
		}
		return out
	}
	p := part{of: m, args: m.Args, path: o.Path()}
	top, _ := firstStep(p.path)
	if given := givenAs[top]; given != "" && m.Args.Arg(top) == nil {
		p.path = given + strings.TrimPrefix(p.path, top)
	}
	if o.ByKey {
		p.path = p.keyed(n)
	}
	made, _ := g.part(p, hops)
	if v := m.Values.Leaf(p.path); len(made) > 1 && v.State == model.Known {
		text, _ := v.Text()
		made = slices.DeleteFunc(made, func(t Target) bool { return t.held == nil && !t.within("", text) })
	}
	return made
}

// givenAs are the results of resources of no cloud that are arguments by another name.
var givenAs = map[string]string{"output": "input", "outputs": "inputs"}

// part is what makes a part of a value, which arguments give.
type part struct {
	of   *Node
	args *model.Args
	path string // "" for all that stands under the empty path
}

// keyed is the path with the key of a resource for an element that is not known, or behind it, where the arguments tell the
// element of that key apart.
func (p part) keyed(n *Node) string {
	before, behind, _ := strings.Cut(p.path, "[*]")
	for _, k := range ownKeys(n) {
		at := model.Path{Full: before}
		switch k.Kind {
		case addr.IntKey:
			at = at.Index(k.Int)
		case addr.StringKey:
			at = at.Attr(k.Str)
		default:
			continue
		}
		if a := p.args.Arg(at.Full); a != nil && a.Block == at.Full {
			return at.Full + behind
		}
	}
	return p.path
}

// part finds the resources that make a part, and tells whether they make that and no other part of the same value.
func (g *Graph) part(p part, hops int) (made []Target, own bool) {
	a := p.args.Arg(p.path)
	if b := p.args.Arg(model.PathOf(p.path).Block); a == nil || b != nil && len(b.Block) > len(a.Block) {
		a = b
	}
	if a == nil {
		if a = p.args.Arg(""); a == nil || a.Block != "" {
			return nil, false
		}
	}
	rest, own := strings.CutPrefix(p.path, a.Block)
	own = own && rest == ""
	for i := range a.Origins {
		o := a.Origins[i]
		if !own && len(a.Origins) == 1 && (o.Attr == "" || model.Handed(o.Type, o.Attr)) { // it is the whole of something
			o, own = o.Below(rest), true
		}
		made = g.origin(p.of, &o, made, hops+1)
	}
	return made, own
}

// firstStep is the first name or index of a path, and what comes behind it.
func firstStep(path string) (first, rest string) {
	if path == "" {
		return "", ""
	}
	i := strings.IndexAny(path[1:], ".[")
	if i < 0 {
		return path, ""
	}
	return path[:i+1], strings.TrimPrefix(path[i+1:], ".")
}

func add(targets []Target, t Target) []Target {
	for i := range targets {
		if targets[i].Node == t.Node && targets[i].Attr == t.Attr && targets[i].Full == t.Full {
			targets[i].Exact = targets[i].Exact && t.Exact
			return targets
		}
	}
	return append(targets, t)
}

// instances are the instances of an origin that n may mean. A for_each over constants leaves no trace in a plan, so that
// a block may have keyed instances although the reference to it seems to need no key.
func (g *Graph) instances(n *Node, o *model.Origin) []*Node {
	b := g.referred(n, o)
	if b == nil {
		return nil
	}
	m := o.Module(n.Module)
	if found := b.keyed(n, m, o.Key, o.ByKey); len(found) > 0 {
		return found
	}
	relaxed := false
	m = slices.Clone(m)
	for i := min(o.Shared, len(m)); i < len(m); i++ {
		if m[i].Key.Kind == addr.NoKey {
			m[i].Key.Kind, relaxed = addr.AnyKey, true
		}
	}
	key := o.Key
	if key.Kind == addr.NoKey {
		key.Kind, relaxed = addr.AnyKey, true
	}
	if !relaxed {
		return nil
	}
	return b.keyed(n, m, key, o.ByKey)
}

// keyed are the instances of a pattern. Where it leaves the instance open but goes by each.key or count.index, the one
// of n's own key is meant if there is one.
func (b *instances) keyed(n *Node, m addr.Module, key addr.Key, byKey bool) []*Node {
	if byKey {
		for _, k := range ownKeys(n) {
			if same := b.fitting(withKey(m, k), key, k); len(same) > 0 {
				return same
			}
		}
	}
	return b.fitting(m, key, key)
}

// fitting are the instances in a module pattern whose own key is the given one; where the reference leaves that open, it
// is the one of byKey.
func (b *instances) fitting(pattern addr.Module, key, byKey addr.Key) []*Node {
	if key.Kind == addr.AnyKey {
		key = byKey
	}
	if !openModule(pattern) {
		return b.in(pattern, key)
	}
	var list []*Node
	for _, m := range b.nodes {
		if m.Deposed == "" && fits(pattern, m.Module) && (key.Kind == addr.AnyKey || key == m.Key || m.Key.Kind == addr.AnyKey) {
			list = append(list, m)
		}
	}
	return list
}

// ownKeys are the keys of n, its own first and then those of its modules from the innermost.
func ownKeys(n *Node) []addr.Key {
	var keys []addr.Key
	if n.Key.Kind != addr.NoKey {
		keys = append(keys, n.Key)
	}
	for i := len(n.Module) - 1; i >= 0; i-- {
		if k := n.Module[i].Key; k.Kind != addr.NoKey {
			keys = append(keys, k)
		}
	}
	return keys
}

// withKey puts a key where the pattern of modules leaves one open.
func withKey(pattern addr.Module, k addr.Key) addr.Module {
	if !openModule(pattern) {
		return pattern
	}
	m := slices.Clone(pattern)
	for i := range m {
		if m[i].Key.Kind == addr.AnyKey {
			m[i].Key = k
		}
	}
	return m
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

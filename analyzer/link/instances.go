package link

import (
	"cmp"
	"slices"
	"sort"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/model"
)

// blockName names a resource block of one input. A plan has few blocks and many instances.
type blockName struct {
	input     *model.Snapshot
	module    string // without keys
	mode      addr.Mode
	typ, name string
}

// instances are the nodes of one block, by their addresses.
type instances struct {
	nodes []*Node
	byKey []int32 // indexes of nodes in the order of their modules' keys and their own; made when first needed
	near  int     // where in byKey the last ones were found: who refers to them mostly comes in the same order
	all   bool    // some node stands for all instances
}

// reference is where a block refers to: to the same block for all its instances.
type reference struct {
	from *instances
	to   *model.Origin
}

// enter puts n among the instances of its block.
func (g *Graph) enter(n *Node, paths *addr.Paths) {
	at := blockName{n.Input, paths.Block(n.Module), n.Mode, n.Type, n.Name}
	b := g.blocks[at]
	if b == nil {
		b = &instances{}
		g.blocks[at] = b
	}
	n.block = b
	b.nodes = append(b.nodes, n)
}

// referred are the instances of the block that an origin is, seen from n; nil where there is none.
func (g *Graph) referred(n *Node, o *model.Origin) *instances {
	if b, ok := g.origins[reference{n.block, o}]; ok {
		return b
	}
	b := g.blocks[blockName{n.Input, o.Module(n.Module).Block().String(), o.Mode, o.Type, o.Name}]
	if n.block != nil {
		g.origins[reference{n.block, o}] = b
	}
	return b
}

func compareKeys(a, b addr.Key) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Int, b.Int), strings.Compare(a.Str, b.Str))
}

// compareModules compares instances of one module path.
func compareModules(a, b addr.Module) int {
	for i := range min(len(a), len(b)) {
		if c := compareKeys(a[i].Key, b[i].Key); c != 0 {
			return c
		}
	}
	return 0
}

// in are the nodes in one module instance, of one key of their own or, for AnyKey, of all; by their addresses, and without
// deposed ones. The slice is not to be changed.
func (b *instances) in(m addr.Module, key addr.Key) []*Node {
	if b == nil {
		return nil
	}
	if b.byKey == nil {
		b.byKey = make([]int32, len(b.nodes))
		for i, n := range b.nodes {
			b.byKey[i] = int32(i)
			b.all = b.all || n.Key.Kind == addr.AnyKey
		}
		slices.SortFunc(b.byKey, func(x, y int32) int {
			p, q := b.nodes[x], b.nodes[y]
			return cmp.Or(compareModules(p.Module, q.Module), compareKeys(p.Key, q.Key), cmp.Compare(x, y))
		})
	}
	compare := func(i int, k addr.Key) int {
		at := b.nodes[b.byKey[i]]
		c := compareModules(at.Module, m)
		if c == 0 && key.Kind != addr.AnyKey {
			c = compareKeys(at.Key, k)
		}
		return c
	}
	first := func(i int, k addr.Key) bool {
		return i < len(b.byKey) && compare(i, k) == 0 && (i == 0 || compare(i-1, k) < 0)
	}
	span := func(k addr.Key) []int32 {
		from := b.near
		if !first(from, k) {
			if from++; !first(from, k) {
				from = sort.Search(len(b.byKey), func(i int) bool { return compare(i, k) >= 0 })
			}
		}
		b.near = from
		to := from
		for to < len(b.byKey) && compare(to, k) == 0 {
			to++
		}
		return b.byKey[from:to]
	}
	found := span(key)
	if b.all && key.Kind != addr.AnyKey {
		if all := span(addr.Key{Kind: addr.AnyKey}); len(all) > 0 { // an instance that stands for all
			found = append(slices.Clip(found), all...)
		}
	}
	if len(found) == 1 && b.nodes[found[0]].Deposed == "" {
		return b.nodes[found[0] : found[0]+1 : found[0]+1]
	}
	found = slices.Clone(found)
	slices.Sort(found)
	var out []*Node
	for _, at := range found {
		if n := b.nodes[at]; n.Deposed == "" {
			out = append(out, n)
		}
	}
	return out
}

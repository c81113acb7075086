package link

import (
	"slices"
	"strconv"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/model"
)

// shape is what the tables say of the attributes of one resource type, as a tree that grows with what is met. Walking
// values and shape together costs no string per leaf.
type shape struct {
	block    string
	row      *catalog.Link
	inside   bool   // rows name what is inside of it
	host     string // that its name has in it, where that may be worth telling
	inert    []catalog.Inert
	children map[string]*shape
	others   *shape // what names after the first mostNames share
}

// mostNames is how many names an object has that are looked up one by one. No schema has as many: with more it is a map,
// whose elements no row tells apart.
const mostNames = 1000

func (g *Graph) shape(typ string) *shape {
	s := g.shapes[typ]
	if s == nil {
		s = &shape{inert: g.inert(typ, "")}
		g.shapes[typ] = s
	}
	return s
}

func (g *Graph) child(s *shape, typ, name string) *shape {
	c := s.children[name]
	switch {
	case c != nil:
	case len(s.children) < mostNames:
		c = g.below(s, typ, name)
		if s.children == nil {
			s.children = map[string]*shape{}
		}
		s.children[name] = c
	default:
		if s.others == nil {
			s.others = g.below(s, typ, "*")
		}
		c = s.others
	}
	return c
}

// below is what the tables say of a name in a shape.
func (g *Graph) below(s *shape, typ, name string) *shape {
	block := name
	if s.block != "" {
		block = s.block + "." + name
	}
	of := &shape{block: block, row: g.cat.Link(typ, block), inside: g.cat.Inside(typ, block), inert: g.inert(typ, block)}
	if s.row == nil || s.row.Kind != catalog.Nothing { // the element has no row of its own: it is one of a map
		of.host = HostInName(g.cat, name)
	}
	return of
}

// inert are the attributes by which a block tells that it joins nothing.
func (g *Graph) inert(typ, block string) []catalog.Inert {
	var of []catalog.Inert
	for _, in := range g.cat.Inert(typ) {
		if in.Block == block {
			of = append(of, in)
		}
	}
	return of
}

// step is one part of the way to a leaf: an attribute, or an index where name is empty.
type step struct {
	name  string
	index int
}

// full writes the way as people read it, `rule[0].destination[0].bucket`. Where no list is on it, that is block, and needs no
// text of its own.
func full(way []step, block string) string {
	var room [128]byte
	b := room[:0]
	for _, s := range way {
		switch {
		case s.name == "":
			b = append(b, '[')
			b = strconv.AppendInt(b, int64(s.index), 10)
			b = append(b, ']')
		default:
			if len(b) > 0 {
				b = append(b, '.')
			}
			b = append(b, s.name...)
		}
	}
	if string(b) == block {
		return block
	}
	return string(b)
}

// Denies tells whether a value of an attribute says that the block which it is in joins nothing.
func Denies(in catalog.Inert, v model.Value) bool {
	if in.Present() && v.Kind == model.List {
		return v.State == model.Known && v.Len() > 0
	}
	texts, unknown := v.Strings()
	return !unknown && len(texts) > 0 && !slices.ContainsFunc(texts, func(text string) bool { return !in.Says(text) })
}

// denies tells whether an element of a list says of itself that it joins nothing.
func (s *shape) denies(element model.Value) bool {
	return slices.ContainsFunc(s.inert, func(in catalog.Inert) bool { return in.Attribute == "*" && DeniesItself(in, element) })
}

// joining is a value without the lines that join nothing, where it is a text.
func (s *shape) joining(v model.Value) model.Value {
	if text, known := v.Text(); known && v.Kind == model.String {
		for _, in := range s.inert {
			if in.Attribute == "*" {
				v = model.StringValue(Joining(in, text))
			}
		}
	}
	return v
}

// Joining is a text without the lines that say of themselves that they join nothing.
func Joining(in catalog.Inert, text string) string {
	lines := slices.DeleteFunc(strings.Split(text, "\n"), func(line string) bool { return in.Says(strings.TrimSpace(line)) })
	return strings.Join(lines, "\n")
}

// DeniesItself tells whether an element of a list says of itself that it joins nothing.
func DeniesItself(in catalog.Inert, element model.Value) bool {
	text, known := element.Text()
	return known && in.Says(text) || !known && in.SaysFrom(element.Prefix())
}

// walk makes the ends of every leaf of v, of which s is the shape and way the way to it.
func (g *Graph) walk(n *Node, v model.Value, s *shape, typ string, way []step) {
	if v.State != model.Known || v.Kind != model.List && v.Kind != model.Object {
		g.leaf(n, v, s, typ, way)
		return
	}
	if v.Kind == model.Object && slices.ContainsFunc(s.inert, func(in catalog.Inert) bool { return Denies(in, v.Get(in.Attribute)) }) {
		return
	}
	for i := range v.Len() {
		if v.Kind == model.List {
			if s.denies(v.Item(i)) {
				continue
			}
			g.walk(n, v.Item(i), s, typ, append(way, step{index: i}))
			continue
		}
		name := v.Name(i)
		of, way := g.child(s, typ, name), append(way, step{name: name})
		if of.host != "" && v.Item(i).State != model.Null {
			g.nameEnd(n, of, way)
		}
		g.walk(n, v.Item(i), of, typ, way)
	}
}

package link

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/place"
)

// referenceEnds makes ends of what the argument refers to. It tells whether there was anything.
func (g *Graph) referenceEnds(n *Node, e End, unknown bool) bool {
	path := e.Path
	targets, opaque := g.targets(n, path.Block)
	if len(targets) == 0 {
		if unknown && significant(e.Kind) {
			switch {
			case len(opaque) > 0:
				g.Blind = append(g.Blind, notShown(n, path.Full, opaque))
			case n.Args != nil && strings.Contains(path.Block, ".") && n.Args.Arg(path.Block) == nil && !g.writtenBlock(n, path.Block):
				g.Blind = append(g.Blind, Blind{Node: n, Path: path.Full, Reason: "is in a dynamic block, whose expressions a plan does not show", Settle: "scan the sources as well: --source DIR"})
			}
		}
		return false
	}
	return g.targetEnds(n, e, targets)
}

// targetEnds makes an end of each resource that an argument refers to. Where only one of several can be meant and they
// are in different places, the ends say so: a rule may believe them where it does not matter which.
func (g *Graph) targetEnds(n *Node, e End, targets []Target) bool {
	targets = slices.DeleteFunc(targets, func(t Target) bool { return t.Node == n || g.cat.Proof(t.Node.TypeName(), t.Attr) })
	if len(targets) == 0 {
		return false
	}
	path := e.Path
	a := n.Args.Arg(path.Block)
	all := (a != nil && a.Several || strings.HasSuffix(path.Full, "]")) && !slices.ContainsFunc(targets, func(t Target) bool { return t.oneOf })
	var either []Choice
	if !all && len(targets) > 1 && !agree(targets) {
		if !pairable(e.Kind) || !joins(e.Row.By) {
			if significant(e.Kind) {
				g.Blind = append(g.Blind, OneOf(n, path.Full, choicesOf(targets)))
			}
			return true
		}
		either = choicesOf(targets)
	}
	for _, t := range targets {
		end := e
		end.Target, end.Attr, end.Via, end.Placed = t.Node, t.Attr, t.Via, t.Node.Placed
		end.Confidence, end.Either = Likely, either
		if either != nil {
			end.Confidence = Possible
		}
		if all && len(targets) > 1 && pairable(e.Kind) && joins(e.Row.By) {
			end.Path.Full = path.Block // some element, block or part of it does: which one is not told
		}
		if at, reads := g.kept(t.Node, n.Placed.Cloud); reads {
			end.Placed, end.Confidence = at, Possible
			if significant(end.Kind) {
				g.notFollowed(n, path.Full, t.Node, at)
			}
		}
		if e.Kind == catalog.Trust && end.Placed.Partition == "" {
			end.Placed = g.fetched(n, path.Full, t.Node)
		}
		switch {
		case g.yieldsSecret(t), e.Row.By == catalog.ByText && g.maySecret(t) && (e.Row.Kind == catalog.Credential || n.forSecret(path.Full)):
			end.Kind = catalog.Credential
		case e.Row.By == catalog.BySecret && place.Addressable(t.Attr):
			end.Kind = catalog.Endpoint // what is kept with a secret, and says where it opens
		case e.Kind == catalog.Endpoint && e.Row.By == catalog.ByText && !place.Addressable(t.Attr),
			e.Kind == catalog.Credential && e.Row.By == catalog.ByText && !opens.Regexp().MatchString(t.Attr) && !place.Addressable(t.Attr):
			end.Kind = catalog.Flow // a text that mentions another resource calls nothing and opens nothing yet
		}
		if significant(end.Kind) && t.Node.Placed.Open.Reason != n.Placed.Open.Reason {
			t.Node.Explained = true
		}
		n.Ends = append(n.Ends, end)
	}
	return true
}

// fetched is where a data source without a place of its own fetches what it reads: at the host that it is given, or where
// that comes from. An argument of n believes what it reads, so it is told where that is not known.
func (g *Graph) fetched(n *Node, path string, m *Node) *place.Placed {
	if m.Mode != addr.Data {
		return m.Placed
	}
	for _, a := range m.Args.All() {
		row := g.cat.Link(m.TypeName(), a.Block)
		if row == nil || row.By != catalog.ByHost {
			continue
		}
		v := m.Values.Leaf(a.Block)
		if text, ok := v.Text(); ok {
			if at, _, ok := g.byValue(m, row.By, "", text); ok {
				return g.Sites.Share(at)
			}
		} else if at, ok := g.byWholeHost(v.Prefix()); ok {
			return g.Sites.Share(at)
		}
		targets, _ := g.Resolve(m, a.Block)
		for _, t := range targets {
			if t.Node.Placed.Partition != "" {
				return t.Node.Placed
			}
		}
		g.Blind = append(g.Blind, Blind{Node: n, Path: path, Reason: "takes its value from " + m.Address + ", and where that fetches it is not known"})
	}
	return m.Placed
}

// significant kinds are worth a blind spot where the far end cannot be told.
func significant(k catalog.Kind) bool {
	switch k {
	case catalog.Network, catalog.Replicate, catalog.Export, catalog.Trust, catalog.Grant, catalog.SharedKey, catalog.Credential, catalog.DNS, catalog.State:
		return true
	}
	return false
}

func agree(targets []Target) bool {
	for _, t := range targets[1:] {
		a, b := t.Node.Placed.Site, targets[0].Node.Placed.Site
		if a.Cloud != b.Cloud || a.Partition != b.Partition || a.Region != b.Region || a.Account != b.Account {
			return false
		}
	}
	return true
}

func choicesOf(targets []Target) []Choice {
	list := make([]Choice, len(targets))
	for i, t := range targets {
		list[i] = Choice{t.Node, t.Node.Placed.Site}
	}
	return list
}

// notShown is the blind spot of a value whose origin the input does not show. Sources say themselves what they lack.
func notShown(n *Node, path string, opaque []string) Blind {
	b := Blind{Node: n, Path: path, Reason: "takes its value from " + strings.Join(opaque, ", ")}
	if n.Pos.File == "" {
		b.Reason += ", which a plan does not show"
		b.Settle = "scan the sources as well: --source DIR"
		return b
	}
	b.Settle = model.Missing(opaque)
	return b
}

// OneOf is the blind spot of an argument that may be one of several things, which would not be judged alike.
func OneOf(n *Node, path string, either []Choice) Blind {
	var list []string
	verb, settle := "refer to", ""
	if n.Pos.File == "" {
		settle = "scan the sources as well: --source DIR"
	}
	for i, c := range either {
		if i == 3 {
			list = append(list, fmt.Sprintf("%d more", len(either)-i))
			break
		}
		if c.Node == nil {
			verb = "name"
			list = append(list, cmp.Or(c.Site.Region, c.Site.Partition))
			continue
		}
		list = append(list, c.Node.Address)
	}
	return Blind{Node: n, Path: path, Reason: "may " + verb + " " + strings.Join(list, " or ") + ", which are in different places", Settle: settle, Either: either}
}

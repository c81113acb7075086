package link

import (
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/place"
)

// ends finds every place that n touches.
func (g *Graph) ends(n *Node) {
	typ := g.Refined(n)
	var way [16]step
	g.walk(n, n.Values, g.shape(typ), typ, way[:0])
}

// leaf makes the ends of a leaf, or of what is inside of it.
func (g *Graph) leaf(n *Node, v model.Value, s *shape, typ string, way []step) {
	if s.block == "" || v.State == model.Null || v.State == model.Absent {
		return
	}
	if doc, ok := document(s, v); ok {
		g.walk(n, doc, s, typ, way)
		return
	}
	if v.State == model.Unknown {
		g.unknownBlock(n, s, way, typ)
	}
	if s.row == nil || s.row.Kind == catalog.Nothing {
		g.plainEnd(n, s, way, v)
		return
	}
	g.rowEnd(n, s.row, model.Path{Full: full(way, s.block), Block: s.block}, s.joining(v))
}

// document reads a text that is JSON, where rows name what is inside of it.
func document(s *shape, v model.Value) (doc model.Value, ok bool) {
	if !s.inside {
		return model.Value{}, false
	}
	if text, known := v.Text(); known && v.Kind == model.String && len(text) <= mostText {
		return model.Document(text)
	}
	return v.Partly()
}

// unknownBlock looks at the arguments inside of a block that is not known as a whole, as sets are when any part of an
// element is not.
func (g *Graph) unknownBlock(n *Node, s *shape, way []step, typ string) {
	for _, a := range n.Args.All() {
		rest, ok := strings.CutPrefix(a.Block, s.block+".")
		if !ok {
			continue
		}
		if row := g.cat.Link(typ, a.Block); row != nil && row.Kind != catalog.Nothing {
			g.rowEnd(n, row, model.Path{Full: full(way, s.block) + "." + rest, Block: a.Block}, model.UnknownValue)
		}
	}
}

// rowEnd makes the ends of an attribute that a row explains.
func (g *Graph) rowEnd(n *Node, row *catalog.Link, path model.Path, v model.Value) {
	e := End{Path: path, Row: row, Kind: row.Kind, Placed: Nowhere}
	text, known := v.Text()
	known = known && (v.Kind == model.String || v.Kind == model.Number && numbered(row.By))
	switch {
	case row.By == catalog.ByTrue:
		g.trueEnd(n, e, v)
	case row.By == catalog.ByProof:
	case row.By == catalog.BySecret:
		g.secretEnds(n, e, v)
	case row.By == catalog.ByPolicy || row.By == catalog.ByRole:
		n.Ends = append(n.Ends, e) // documents and roles are for rules to read
	case known && row.By == catalog.ByText:
		g.textEnds(n, e, text)
		g.targetEnds(n, e, g.resolveKnown(n, path, text))
	case known:
		if e.Kind == catalog.Endpoint && (SignsIn(text) || len(Connections(text)) > 0) {
			e.Kind = catalog.Credential
		}
		g.valueEnds(n, e, text)
	case g.choiceEnds(n, e, v.Choices()):
	case v.State == model.Unknown:
		at, _, ok := g.inPart(v.Prefix(), v.Ending())
		if !ok && row.By == catalog.ByHost {
			at, ok = g.byWholeHost(v.Prefix())
		}
		if ok && joins(row.By) {
			e.Placed, e.Confidence = g.Sites.Share(at), Likely
			n.Ends = append(n.Ends, e)
			return
		}
		if row.By == catalog.ByText {
			g.textEnds(n, e, v.Parted())
		}
		if !g.referenceEnds(n, e, true) && open(e) {
			n.Ends = append(n.Ends, e)
		}
	}
}

// trueEnd makes the end that a truth value stands for.
func (g *Graph) trueEnd(n *Node, e End, v model.Value) {
	part, _ := g.cat.Partition(e.Row.Partition)
	switch text, _ := v.Text(); {
	case text == "true":
		e.Placed = &place.Placed{Site: place.Site{Cloud: part.Cloud, Partition: part.ID}, Because: []place.Reason{{How: place.Literal, Text: "as it is true"}}}
		e.Confidence = Certain
		n.Ends = append(n.Ends, e)
	case v.State == model.Unknown && significant(e.Kind):
		g.Blind = append(g.Blind, Blind{Node: n, Path: e.Path.Full, Reason: "is not known, and means " + part.Name + " where it is true"})
	}
}

// choiceEnds makes the ends of a value that will be one of several known ones. Where they are all in one partition, it does
// not matter which; else each says that it may be another.
func (g *Graph) choiceEnds(n *Node, e End, choices []model.Value) bool {
	before := len(n.Ends)
	var ends []End
	var either []Choice
	same := true
	for _, c := range choices {
		text, ok := c.Text()
		if c.State == model.Null || ok && text == "" { // perhaps there is no end at all
			e.Confidence = Possible
			continue
		}
		g.valueEnds(n, e, text)
		made := slices.Clone(n.Ends[before:])
		n.Ends = n.Ends[:before]
		if !ok || len(made) != 1 || made[0].Placed.Partition == "" {
			return false
		}
		ends = append(ends, made[0])
		either = append(either, Choice{made[0].Target, made[0].Placed.Site})
		same = same && made[0].Placed.Partition == ends[0].Placed.Partition
	}
	if len(ends) == 0 {
		return false
	}
	sure := Likely
	if e.Confidence == Possible || !same {
		sure = Possible
	}
	if same {
		at := *ends[0].Placed
		for _, other := range ends[1:] {
			if other.Placed.Region != at.Region {
				at.Region = ""
			}
			if other.Placed.Account != at.Account {
				at.Account = ""
			}
			if other.Target != ends[0].Target {
				ends[0].Target = nil
			}
		}
		ends[0].Placed = g.Sites.Share(at)
		ends, either = ends[:1], nil
	}
	for _, end := range ends {
		end.Confidence, end.Either = sure, either
		n.Ends = append(n.Ends, end)
	}
	return true
}

// open ends are kept although their place is not known: rules look at every part of a grant, and hubs go by value.
func open(e End) bool {
	return e.Kind == catalog.Grant || e.Row.By == catalog.ByHub || e.Row.By == catalog.ByPrincipal
}

// writtenBlock tells whether the configuration writes any argument of the block that an attribute is in.
func (g *Graph) writtenBlock(n *Node, path string) bool {
	top, _, _ := strings.Cut(path, ".")
	for _, a := range n.Args.All() {
		if a.Block == top || strings.HasPrefix(a.Block, top+".") {
			return true
		}
	}
	return false
}

// plainEnd looks at an attribute that no row explains, or that a row says joins nothing: a secret of another resource is
// one wherever it lands, and an id, a host or a reference of another place is worth telling where nothing speaks against it.
func (g *Graph) plainEnd(n *Node, s *shape, way []step, v model.Value) {
	a := n.Args.Arg(s.block)
	text, known := v.Text()
	if a != nil && len(a.Origins) > 0 {
		targets, _ := g.targets(n, s.block)
		top, _ := firstStep(s.block)
		keeps := model.Handed(n.Type, top)
		if known {
			targets = g.resolveKnown(n, model.Path{Full: full(way, s.block), Block: s.block}, text)
		}
		for _, t := range targets {
			if t.Node == n || g.cat.Proof(t.Node.TypeName(), t.Attr) {
				continue
			}
			e := End{Path: model.Path{Full: full(way, s.block), Block: s.block}, Kind: catalog.Flow, Target: t.Node, Attr: t.Attr, Via: t.Via,
				Placed: t.Node.Placed, Confidence: Possible}
			switch {
			case g.yieldsSecret(t):
				e.Kind, e.Confidence = catalog.Credential, Likely
			case s.row != nil, keeps: // what is handed on is used where it comes to
				continue
			case t.Exact:
				e.Confidence = Likely
			}
			n.Ends = append(n.Ends, e)
		}
	}
	switch {
	case s.row != nil:
	case known && v.Kind == model.String:
		g.literalEnds(n, s, way, text)
	case v.State == model.Unknown:
		g.literalEnds(n, s, way, v.Parted())
	}
}

// literalEnds makes ends of the ids and hosts in a text of which nothing is known, whichever comes first.
func (g *Graph) literalEnds(n *Node, s *shape, way []step, text string) {
	var seen []End
	for word := range Parts(g.cat, text) {
		at, id, ok := g.named(word)
		if !ok {
			continue
		}
		e := End{Path: model.Path{Full: full(way, s.block), Block: s.block}, Kind: catalog.Endpoint, Confidence: Possible}
		switch p, _ := g.cat.Partition(at.Partition); {
		case id && at.Cloud == n.Placed.Cloud && len(word) == len(text):
			e.Kind = catalog.Same // where one of another partition cannot work
		case id && (at.Host == "" || !strings.Contains(word, "://")):
			e.Kind = catalog.Flow
		case !id && p.SaaS || g.cat.Page(at.Host):
			continue
		}
		if slices.ContainsFunc(seen, func(o End) bool { return o.Kind == e.Kind && o.Placed.Site == at.Site }) {
			continue
		}
		e.Placed = g.Sites.Share(at)
		n.Ends = append(n.Ends, e)
		seen = n.Ends[len(n.Ends)-len(seen)-1:]
	}
}

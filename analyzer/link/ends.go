package link

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"io"
	"iter"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/pattern"
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

// numbered tells what a number may name: accounts of Alibaba and Tencent are numbers in their providers' schemas, and a
// region of Tencent's registries is.
func numbered(by catalog.By) bool {
	switch by {
	case catalog.ByAccount, catalog.ByPrincipal, catalog.ByID, catalog.ByScope, catalog.ByTenant, catalog.ByHub, catalog.ByPartition, catalog.ByRegion:
		return true
	}
	return false
}

// siteOf is the place that an id or a host tells of.
func siteOf(id catalog.Identity) place.Site {
	return place.Site{Cloud: id.Cloud, Partition: id.Partition, Region: id.Region, Account: id.Account, Tenant: id.Tenant, Host: id.Host}
}

// inPart is the place that the beginning of a text tells, or else the end of the host that a URL begins with: `arn:aws-cn:kms:cn-north-1:`
// tells enough, and so does `https://${...}.blob.core.chinacloudapi.cn/`. id says that it is an id.
func (g *Graph) inPart(prefix, ending string) (at place.Placed, id, ok bool) {
	if !strings.Contains(prefix, ":") {
		return place.Placed{}, false, false
	}
	for _, text := range []string{prefix, prefix + ":", prefix + "::", prefix + ":::"} {
		if id, ok := g.cat.Identify(text); ok && id.Partition != "" {
			return place.Placed{Site: siteOf(id), Because: []place.Reason{{How: place.Literal, Text: "by what its id begins with"}}}, true, true
		}
	}
	if _, host, ok := strings.Cut(prefix, "://"); ok && !strings.Contains(host, "/") && strings.HasPrefix(ending, ".") {
		if id, ambiguous, ok := g.cat.Host("https://x" + ending); ok && !ambiguous {
			return place.Placed{Site: place.Site{Cloud: id.Cloud, Partition: id.Partition, Region: id.Region},
				Because: []place.Reason{{How: place.Literal, Text: "by what its host ends with"}}}, false, true
		}
	}
	return place.Placed{}, false, false
}

// byWholeHost places a URL by its beginning, of which the host is known and something behind it is not.
func (g *Graph) byWholeHost(beginning string) (place.Placed, bool) {
	url := WholeHost(beginning)
	if url == "" {
		return place.Placed{}, false
	}
	at, _, ok := g.byHost(url)
	return at, ok && (at.Partition != "" || len(g.cat.Shared(at.Host)) > 0)
}

// open ends are kept although their place is not known: rules look at every part of a grant, and hubs go by value.
func open(e End) bool {
	return e.Kind == catalog.Grant || e.Row.By == catalog.ByHub || e.Row.By == catalog.ByPrincipal
}

// valueEnds makes the ends of a known text: by what it says itself, by the resource of the estate that has it as its id
// or address, and by what the configuration refers to. A text that says a partition is believed; what it leaves out
// (the region of a bucket) a resource of that partition may add.
func (g *Graph) valueEnds(n *Node, e End, text string) {
	if e.Row.By == catalog.ByHub {
		if !g.joinEnd(n, e, text) && !g.targetEnds(n, e, g.resolveKnown(n, e.Path, text)) {
			n.Ends = append(n.Ends, e)
		}
		return
	}
	if e.Row.By == catalog.ByAddress {
		if list := Addresses(text); len(list) > 0 {
			for _, one := range list {
				g.valueEnds(n, e, one)
			}
			return
		}
	}
	at, sure, said := g.byValue(n, e.Row.By, cmp.Or(e.Row.Cloud, n.Placed.Cloud), text)
	if part, _ := g.cat.Partition(at.Partition); part.SaaS && e.Row.Kind == catalog.Endpoint {
		return // called from anywhere by design, and no row knows a worse reason
	}
	if said {
		e.Placed, e.Confidence = g.Sites.Share(at), sure
	}
	if said && at.Partition != "" {
		if t := g.meant(n, e.Path, text); t != nil && t.Placed.Partition == at.Partition {
			e.Target = t
			if at.Region == "" {
				at.Region, at.Home = t.Placed.Region, t.Placed.Home
			}
			if at.Account == "" {
				at.Account = t.Placed.Account
			}
			e.Placed = g.Sites.Share(at)
		}
		n.Ends = append(n.Ends, e)
		return
	}
	found := g.joinEnd(n, e, text) || g.targetEnds(n, e, g.resolveKnown(n, e.Path, text))
	if said || !found && open(e) {
		n.Ends = append(n.Ends, e)
	}
}

// meant is the one resource that a known id belongs to or that the argument refers to, or nil.
func (g *Graph) meant(n *Node, at model.Path, text string) *Node {
	h := g.holders[text]
	if whole, _, inside := strings.Cut(text, "/"); h == nil && inside { // `arn:aws:s3:::logs/flow/` is in the bucket
		h = g.holders[whole]
	}
	if len(h) == 1 && h[0] != n {
		return h[0]
	}
	if targets := g.resolveKnown(n, at, text); len(targets) == 1 && targets[0].Node != n {
		return targets[0].Node
	}
	return nil
}

// secretEnds makes the ends of an argument that takes a secret. What it yields matters to those who refer to it; what it
// takes may be a secret of another, or hold hosts and ids as any text does: of a cluster's secrets one is a whole configuration.
func (g *Graph) secretEnds(n *Node, e End, v model.Value) {
	targets, _ := g.targets(n, e.Path.Block)
	for _, t := range targets {
		if t.Node != n && g.maySecret(t) {
			end := e
			end.Kind, end.Target, end.Attr, end.Via, end.Placed, end.Confidence = catalog.Credential, t.Node, t.Attr, t.Via, t.Node.Placed, Likely
			n.Ends = append(n.Ends, end)
		}
	}
	if text, known := v.Text(); known {
		g.textEnds(n, e, text)
		targets = g.resolveKnown(n, e.Path, text)
	} else {
		g.textEnds(n, e, v.Parted())
	}
	e.Kind = catalog.Flow
	g.targetEnds(n, e, slices.DeleteFunc(targets, g.maySecret))
}

func (g *Graph) yieldsSecret(t Target) bool { return g.cat.Secret(g.Refined(t.Node), t.Attr) }

// maySecret tells whether a target is a secret where only a secret fits.
func (g *Graph) maySecret(t Target) bool {
	return g.yieldsSecret(t) || g.cat.MaySecret(g.Refined(t.Node), t.Attr)
}

// forSecret tells whether an argument is called after a secret: by itself, or by the name beside it where blocks are pairs
// of a name and a value, as the variables of an environment are.
func (n *Node) forSecret(path string) bool {
	i := strings.LastIndexByte(path, '.') + 1
	name := path[i:]
	if name == "value" {
		name, _ = n.Values.Leaf(path[:i] + "name").Text()
	}
	return ForSecret(name)
}

// ForSecret tells whether a name is that of a secret itself, and not that of the name or the address of one.
func ForSecret(name string) bool { return forSecret.Regexp().MatchString(name) }

var forSecret = pattern.New(`(?i)(passw(or)?d|passphrase|pwd|secret|token|credentials?|(private|access|account|api|shared|master)_?key)$`)

// byValue reads a known value for the place that it names. Regions and accounts are of cloud.
func (g *Graph) byValue(n *Node, by catalog.By, cloud, text string) (place.Placed, Confidence, bool) {
	if id, ok := g.cat.Identify(text); ok && (id.Partition != "" || id.Account != "" || id.Tenant != "") {
		at := place.Placed{Site: siteOf(id), Because: []place.Reason{byID(id, text)}}
		conf := Certain
		if at.Partition == "" && id.Account != "" {
			if p, why, ok := g.Sites.Account(id.Cloud, id.Account); ok {
				at.Partition = p
				at.Because = []place.Reason{{How: place.Inferred, At: why.At, Input: why.Input, Text: "by its account, which " + why.At + " names"}}
				conf = Likely
			}
		}
		if at.Partition == "" && id.Tenant != "" {
			if p, ok := g.Sites.Tenant(id.Tenant); ok {
				at.Partition = p.Partition
			}
		}
		if at.Partition != "" || at.Tenant != "" || by != catalog.ByHost && by != catalog.ByAddress {
			return at, conf, true
		}
	}
	switch by {
	case catalog.ByRegion, catalog.ByZone:
		if p, region, ok := g.cat.Region(cloud, text); ok && p != "" {
			return place.Placed{Site: place.Site{Cloud: cloud, Partition: p, Region: region},
				Because: []place.Reason{{How: place.Literal}}}, Certain, true
		}
	case catalog.ByPartition:
		if p, ok := g.cat.Word(cloud, text); ok {
			return place.Placed{Site: place.Site{Cloud: cloud, Partition: p},
				Because: []place.Reason{{How: place.Literal}}}, Certain, true
		}
	case catalog.ByAccount:
		text = ofAccount(text)
		if !AccountLike(text) {
			return place.Placed{}, 0, false
		}
		at := place.Placed{Site: place.Site{Cloud: cloud, Account: text}, Because: []place.Reason{{How: place.Literal, Text: "by account " + text}}}
		if part, ok := g.cat.Partition(n.Placed.Partition); ok && cloud == n.Placed.Cloud && !part.Regional {
			at.Partition = part.ID // a cloud knows the accounts of its own partition
		}
		if p, why, ok := g.Sites.Account(cloud, text); ok {
			at.Partition = p
			at.Because = []place.Reason{{How: place.Inferred, At: why.At, Input: why.Input, Text: "by account " + text + ", which " + why.At + " names"}}
		}
		return at, Likely, true
	case catalog.ByTenant:
		at := place.Placed{Site: place.Site{Cloud: n.Placed.Cloud, Tenant: strings.ToLower(text)},
			Because: []place.Reason{{How: place.Literal, Text: "by the tenant"}}}
		if p, ok := g.Sites.Tenant(text); ok {
			at.Cloud, at.Partition = p.Cloud, p.Partition
		} else if id, ambiguous, ok := g.cat.Host(text); ok && !ambiguous {
			at.Cloud, at.Partition = id.Cloud, id.Partition
		}
		return at, Certain, true
	case catalog.ByAddress:
		if a, ok := Address(text); ok {
			return place.Placed{Site: place.Site{Address: a}, Because: []place.Reason{{How: place.Literal, Text: "by the address"}}}, Certain, true
		}
	case catalog.ByPrincipal:
		if i := strings.LastIndexByte(text, '@'); i >= 0 {
			return g.byHost(text[i+1:])
		}
		if bareAccount.Regexp().MatchString(text) {
			return g.byValue(n, catalog.ByAccount, cloud, text)
		}
	}
	if by == catalog.ByHost || by == catalog.ByAddress || by == catalog.BySecret || strings.Contains(text, "://") {
		return g.byHost(text)
	}
	return place.Placed{}, 0, false
}

// byHost places a host or URL. A host that no table knows is still a place: the policy may give it to a side.
func (g *Graph) byHost(text string) (place.Placed, Confidence, bool) {
	id, ambiguous, ok := g.cat.Host(text)
	if ambiguous && len(g.cat.Shared(id.Host)) == 0 {
		return place.Placed{}, 0, false
	}
	if ok || ambiguous {
		why := place.Reason{How: place.Literal}
		if id.Host != "" {
			why.Text = "by its host " + id.Host
		}
		return place.Placed{Site: siteOf(id), Because: []place.Reason{why}}, Certain, true
	}
	if h := catalog.HostName(text); h != "" {
		return place.Placed{Site: place.Site{Host: h}, Because: []place.Reason{{How: place.Literal, Text: "by its host " + h}}}, Certain, true
	}
	return place.Placed{}, 0, false
}

// joinEnd finds the resource of the estate that has a known value as its id or address.
func (g *Graph) joinEnd(n *Node, e End, text string) bool {
	by := e.Row.By
	if by == catalog.ByName || by == catalog.ByRegion || by == catalog.ByZone {
		return false
	}
	key := text
	if by == catalog.ByAddress {
		key, _ = Address(text)
	}
	if g.holders[key] == nil && (by == catalog.ByHost || strings.Contains(text, "://")) {
		key = catalog.HostName(text)
	}
	var found *Node
	for _, h := range g.fewHolders(key) {
		if h == n {
			continue
		}
		if found != nil && found.Placed.Site != h.Placed.Site {
			return false // two places have it: it tells nothing
		}
		found = h
	}
	if found == nil || found.Placed.Partition == "" {
		return false
	}
	e.Target, e.Placed, e.Confidence = found, found.Placed, Certain
	n.Ends = append(n.Ends, e)
	return true
}

// fewHolders are the holders of a key, and of many as many as tell where all are but for any one of them: of up to three
// places the last two each.
func (g *Graph) fewHolders(key string) []*Node {
	all := g.holders[key]
	if len(all) <= 6 {
		return all
	}
	few, ok := g.few[key]
	if !ok {
		times := map[place.Site]int{}
		for i := len(all) - 1; i >= 0 && len(times) < 3; i-- {
			at := all[i].Placed.Site
			if times[at]++; times[at] <= 2 {
				few = append(few, all[i])
			}
		}
		slices.Reverse(few)
		g.few[key] = few
	}
	return few
}

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

// named is the place that a word says itself, as an id that names it or as the host that it is or has.
func (g *Graph) named(word string) (at place.Placed, id, ok bool) {
	if before, after, parted := model.Around(word); parted {
		if host := WholeHost(before); host != "" {
			return g.named(host)
		}
		return g.inPart(before, after)
	}
	if found, ok := g.cat.Identify(word); ok && found.Partition != "" {
		return place.Placed{Site: siteOf(found), Because: []place.Reason{byID(found, word)}}, true, true
	}
	if !looksLikeHost(word) {
		return place.Placed{}, false, false
	}
	at, _, ok = g.byHost(word)
	return at, false, ok && (at.Partition != "" || g.cat.Own(at.Host))
}

// WholeHost is the beginning of a URL up to the path, or the host before a path, as names of images have it: "" where the
// host is not all there.
func WholeHost(text string) string {
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok {
		rest = text
	}
	host, _, whole := strings.Cut(rest, "/")
	switch {
	case !whole:
		return ""
	case ok:
		return scheme + "://" + host + "/"
	case strings.Count(host, ":") > 1 || !looksLikeHost(host): // an ARN has several
		return ""
	}
	return host
}

// owned is the place of an id that tells only whose it is, where the estate shows where that account is.
func (g *Graph) owned(n *Node, word string) (place.Placed, bool) {
	if id, ok := g.cat.Identify(word); !ok || id.Account == "" || strings.Contains(word, model.Hole) {
		return place.Placed{}, false
	}
	at, _, _ := g.byValue(n, catalog.ByID, "", word)
	return at, at.Partition != ""
}

// byID says how an id tells its place. One in the form of a URL tells it by its host.
func byID(id catalog.Identity, text string) place.Reason {
	if id.Host != "" && strings.Contains(text, "://") {
		return place.Reason{How: place.Literal, Text: "by its host " + id.Host}
	}
	return place.Reason{How: place.Literal, Text: "by the id that it names"}
}

// A word that names a place has one of the signs, and is not longer.
const (
	signs   = ":./"
	longest = 2048
)

// Parts are the words of a text of which nothing is known that may name a place: the text itself where it is a single one.
func Parts(cat *catalog.Catalog, text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if !strings.ContainsAny(text, signs) {
			return
		}
		id := func() bool { _, ok := cat.Identify(text); return ok }
		if !strings.ContainsAny(text, separators) || !strings.ContainsAny(text, between) && id() {
			if len(text) <= longest {
				yield(text)
			}
			return
		}
		for _, word := range Words(text) {
			if strings.ContainsAny(word, signs) && !yield(word) {
				return
			}
		}
	}
}

// What separates the words of a text, and what no id has in it.
const (
	separators = between + "<>(){}[]|\\="
	between    = " \t\r\n\"'`,;"
)

// textEnds finds the ids and hosts in a text.
func (g *Graph) textEnds(n *Node, e End, text string) {
	type touched struct {
		site place.Site
		kind catalog.Kind
	}
	seen := map[touched]bool{}
	if len(text) > mostText {
		g.Blind = append(g.Blind, Blind{Node: n, Path: e.Path.Full, Reason: "is a text of more than 1 MB, of which only the beginning is read for the places that it names"})
	}
	means := sync.OnceValue(func() catalog.Kind { // asked of what names a place: most texts do not
		if e.Kind == catalog.Credential && !Secretive(text) {
			return catalog.Endpoint // it says where to sign in, and not by what
		}
		return e.Kind
	})
	opened := sync.OnceValue(func() map[string]bool { // by secrets beside them
		words := map[string]bool{}
		for _, c := range Connections(text) {
			for _, w := range Words(c) {
				words[w] = true
			}
		}
		return words
	})
	shared := "" // an issuer at a host of several partitions, which tells little where another says more
	for _, word := range Words(text) {
		at, id, ok := g.named(word)
		if !id && looksLikeHost(word) {
			e.Kind = means()
			if g.joinEnd(n, e, word) {
				n.Ends[len(n.Ends)-1].Confidence = Likely
				continue
			}
		}
		named := ok
		if !named {
			at, ok = g.owned(n, word)
		}
		if !ok {
			if shared == "" && e.Kind == catalog.Trust && len(g.cat.Shared(catalog.HostName(word))) > 0 {
				shared = word
			}
			continue
		}
		e.Kind = means()
		kind := e.Kind
		switch {
		case named && (SignsIn(word) || opened()[word]):
			kind = catalog.Credential
		case !named && (kind == catalog.Endpoint || kind == catalog.Credential):
			kind = catalog.Flow // an id calls nothing, and opens nothing
		}
		p, _ := g.cat.Partition(at.Partition)
		if !id && e.Kind == catalog.Endpoint && (p.SaaS || g.cat.Page(at.Host)) || seen[touched{at.Site, kind}] {
			continue
		}
		seen[touched{at.Site, kind}] = true
		end := e
		end.Kind, end.Placed, end.Confidence = kind, g.Sites.Share(at), Likely
		n.Ends = append(n.Ends, end)
	}
	if shared != "" && len(seen) == 0 {
		g.valueEnds(n, e, shared)
	}
}

// Connections are the parts of a text that give a secret with the place that it opens: connection strings, and URLs with a
// key among their parameters.
func Connections(text string) []string {
	text = Plain(text)
	if !strings.Contains(text, "=") {
		return nil
	}
	var found []string
	for line := range strings.FieldsFuncSeq(text[:min(len(text), mostText)], func(r rune) bool { return strings.ContainsRune("\r\n\"'`", r) }) {
		if givesSecret.Regexp().MatchString(line) {
			found = append(found, line)
			continue
		}
		for word := range strings.FieldsSeq(line) {
			if givesKey.Regexp().MatchString(word) {
				found = append(found, word)
			}
		}
	}
	return found
}

// A secret in a connection string, as one of its pairs, and in the parameters of a URL (`code` is the key of a function of
// Azure); also what App Service takes from a vault by itself. What begins with a sign is what a script or a template replaces.
var (
	givesSecret = pattern.New(`(?i)^@microsoft\.keyvault\(|(?:^|[;,])\s*(?:passw(?:or)?d|pwd|(?:account|sharedaccess|api|shared|secret|access)_?key|sharedaccesssignature|client_?secret|(?:shared)?secret(?:value)?)\s*=\s*[\w+/~` + model.Hole + `-]`)
	givesKey    = pattern.New(`(?i)[?&](?:passw(?:or)?d|pwd|sig|code|(?:api|access|subscription)[_-]?key|client_?secret)=[\w+/~` + model.Hole + `-]`)
)

// SignsIn tells whether a URL has a password in it. What a script or a template puts in the place of one is none.
func SignsIn(url string) bool { return signsIn.Regexp().MatchString(url) }

var signsIn = pattern.New(`://[^/@\s:]+:[^/@\s$%*]+@`)

// padding is what a password in base64 ends in, before the host.
var padding = pattern.New(`=+@`)

// Words are the parts of a text that may be ids or hosts. Comments and descriptions in it are for people.
func Words(text string) []string {
	text = Plain(text)
	if strings.Contains(text, "=@") {
		text = padding.Regexp().ReplaceAllString(text, "@")
	}
	text = text[:min(len(text), mostText)]
	if slices.ContainsFunc([]string{"#", "// ", "escription", "omment"}, func(sign string) bool { return strings.Contains(text, sign) }) {
		text = remark.Regexp().ReplaceAllLiteralString(text, " ")
	}
	words := strings.FieldsFunc(text, func(r rune) bool {
		return strings.ContainsRune(separators, r)
	})
	for i := range words {
		words[i] = strings.TrimPrefix(words[i], "tcp:") // as connection strings of SQL Server have it before the host
	}
	return slices.DeleteFunc(words, func(w string) bool { return len(w) < 6 || len(w) > longest })
}

// remark is what a script, a template or a document says to its readers: a line that is a comment, and what is called a
// description in JSON or YAML. `#include` is none: cloud-init fetches what follows.
var remark = pattern.New(`(?m)^[ \t]*(?:#(?:[^i\n].*)?|//[ \t].*)$|"(?:[dD]escription|[cC]omment)"\s*:\s*"(?:[^"\\]|\\.)*"|^[ \t-]*(?:[dD]escription|[cC]omment):.*$`)

// Secretive tells whether a text says that it holds a secret.
func Secretive(text string) bool { return secretive.Regexp().MatchString(Plain(text)) }

// secretive is what a text that holds a secret says before it: the words of connection strings, of the documents that
// secrets are kept in, of URLs with a password and of keys in PEM.
var secretive = pattern.New(`(?i)[?&]code=|(passw(or)?d|passphrase|pwd|secret|token|credential|private_?key|(access|account|api|shared|master|primary|secondary)_?key|\bsig)["'\\\s]*[:=]|://[^/@\s]*:[^/@\s]+@|-----BEGIN `)

// mostText is how much of a text is read.
const mostText = 1 << 20

// Plain is a text as its reader will see it: what machines are given to run at their start is handed over in base64,
// and often compressed; some clouds take the metadata of identity providers so.
func Plain(text string) string {
	if len(text) < 16 || len(text) > 2*mostText || strings.ContainsAny(text, " .:") {
		return text
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return text
	}
	if z, err := gzip.NewReader(bytes.NewReader(raw)); err == nil {
		raw, _ = io.ReadAll(io.LimitReader(z, mostText)) // the beginning of what is damaged is still something
	}
	if !utf8.Valid(raw) {
		return text
	}
	return string(raw)
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

// opens are the names of attributes that somebody gets in by.
var opens = pattern.New(`passw|secret|token|private_key|access_key|account_key|credential|kube_?config|(^|_)sas`)

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

// Address reads an IP address or a network, perhaps with a port.
func Address(s string) (string, bool) {
	if a, err := netip.ParseAddr(s); err == nil {
		return a.String(), true
	}
	if p, err := netip.ParsePrefix(s); err == nil {
		if p.IsSingleIP() {
			return p.Addr().String(), true
		}
		return p.Masked().String(), true
	}
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap.Addr().String(), true
	}
	return "", false
}

// Addresses are those in a text that is more than one address: a list of them, or one and what is to be done with it.
func Addresses(text string) []string {
	if _, ok := Address(text); ok {
		return nil
	}
	list := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\r\n,;#", r) })
	return slices.DeleteFunc(list, func(word string) bool {
		_, ok := Address(word)
		return !ok
	})
}

// ofAccount is the account of something that is named within it, ORGANIZATION.ACCOUNT.THING, each in quotes or not.
func ofAccount(text string) string {
	text = strings.ReplaceAll(text, `"`, "")
	if parts := strings.Split(text, "."); len(parts) == 3 && !slices.Contains(parts, "") {
		return parts[0] + "." + parts[1]
	}
	return text
}

// AccountLike tells whether a text can be an account, subscription, project or tenancy id: one word of letters, digits
// and the few signs that they hold.
func AccountLike(s string) bool {
	if len(s) < 4 || len(s) > 128 {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.:/", r))
	}) < 0
}

// bareAccount is an account id that stands for everybody of the account: digits, or Huawei's and IBM's 32 hex digits.
var bareAccount = pattern.New(`^([0-9]{9,20}|[0-9a-f]{32})$`)

// BareAccount tells that a text is such an id.
func BareAccount(text string) bool { return bareAccount.Regexp().MatchString(text) }

// looksLikeHost is a cheap test for a host name or URL in plain text.
func looksLikeHost(s string) bool {
	i := strings.Index(s, "://")
	if i >= 0 {
		return i > 0
	}
	h := catalog.HostName(s)
	return strings.Count(h, ".") >= 2
}

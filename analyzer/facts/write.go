package facts

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/link"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/place"
)

// Write writes the facts of an estate, in an order that follows from the inputs alone. side is the side that a place is
// on, "" where that is not known.
func Write(w io.Writer, g *link.Graph, cat *catalog.Catalog, lang Language, side func(place.Site) string) error {
	f := newWriter(g, cat, lang)
	f.side, f.to = side, w
	f.enc = json.NewEncoder(&f.line)
	f.enc.SetEscapeHTML(false)
	f.put(head{headFact, schemaVersion})
	for _, in := range g.Inputs {
		f.input(in)
	}
	for _, n := range g.Nodes {
		f.joins(n)
	}
	f.links()
	return f.err
}

func newWriter(g *link.Graph, cat *catalog.Catalog, lang Language) *writer {
	f := &writer{reducer: reducer{graph: g, cat: cat, lang: lang, interest: link.NewInterest(cat, nil)}, nodes: map[*model.Resource]*link.Node{}}
	for _, n := range g.Nodes {
		f.nodes[n.Resource] = n
	}
	return f
}

type writer struct {
	reducer
	side  func(place.Site) string
	nodes map[*model.Resource]*link.Node
	to    io.Writer
	line  bytes.Buffer
	enc   *json.Encoder
	err   error
}

// put writes a record on a line of its own.
func (f *writer) put(record any) {
	if f.err != nil {
		return
	}
	f.line.Reset()
	if f.err = f.enc.Encode(record); f.err == nil {
		_, f.err = f.to.Write(f.line.Bytes())
	}
}

func (f *writer) site(s place.Site) site {
	return site{s.Cloud, s.Partition, s.Region, s.Account, f.side(s)}
}

func (f *writer) far(s place.Site) far {
	return far{s.Cloud, s.Partition, s.Region, s.Account, f.side(s)}
}

func (f *writer) input(in *model.Snapshot) {
	r := input{Fact: inputFact, Root: in.Name, Format: string(in.Format), TerraformVersion: in.TerraformVersion, Incomplete: in.Incomplete, Notes: in.Notes}
	kept := func(b model.Backend) backend {
		return backend{b.Type, b.Name, f.raw(f.backend(b.Type), b.Values), locationOf(b.Pos, "")}
	}
	if in.Backend != nil {
		b := kept(*in.Backend)
		r.Backend = &b
	}
	for _, k := range in.Keys {
		r.Keys = append(r.Keys, kept(k))
	}
	for _, o := range in.Outputs {
		r.Outputs = append(r.Outputs, output{o.Name, appendValue(nil, f.output(o)), f.args(outputNode(in, o))})
	}
	for _, u := range in.Unread {
		r.Unread = append(r.Unread, unread{u.Address, u.Reason, u.Settle, locationOf(u.Pos, "")})
	}
	for _, c := range in.Comments {
		r.Comments = append(r.Comments, comment(c))
	}
	f.put(r)
	ids := map[*model.Provider]int{}
	for i, p := range in.Providers {
		ids[p] = i
		f.provider(in, i, p)
	}
	for _, res := range in.Resources {
		f.resource(in, res, ids)
	}
}

// output is what is told of an output's value.
func (f *writer) output(o model.Output) model.Value {
	told, _ := f.value(&subject{all: []string{"outputs"}}, model.Path{Full: "outputs", Block: "outputs"}, o.Value)
	return told
}

// outputNode is what an output's arguments are of.
func outputNode(in *model.Snapshot, o model.Output) *link.Node {
	return &link.Node{Resource: &model.Resource{Block: &model.Block{Args: o.Args}, Rarely: model.Nothing}, Input: in}
}

// backend is what the values of a backend, or of a data source that reads its state, are reduced for.
func (f *writer) backend(kind string) *subject {
	s := &subject{places: map[string]catalog.Gives{}, locates: map[string]bool{}}
	for _, name := range link.Locating {
		s.locates[name] = true
	}
	for _, row := range f.cat.ProviderSites(place.StateSource(kind)) {
		if row.Scope == "provider" {
			s.places[row.Name] = row.Gives
		}
	}
	s.cloud, _ = f.cat.Cloud(place.StateSource(kind))
	if kind == "local" {
		s.plain = []string{"path"}
	}
	return s
}

// configuration is what the values of a provider configuration are reduced for.
func (f *writer) configuration(p *model.Provider) *subject {
	s := &subject{args: p.Args, places: map[string]catalog.Gives{}}
	s.cloud, _ = f.cat.Cloud(p.Source)
	for _, row := range f.cat.ProviderSites(p.Source) {
		if row.Scope == "provider" {
			s.places[row.Name] = row.Gives
		}
	}
	return s
}

// providerNode is what the arguments of a provider configuration are of.
func providerNode(in *model.Snapshot, p *model.Provider) *link.Node {
	return &link.Node{Resource: &model.Resource{Block: &model.Block{Args: p.Args}, Module: p.Module, Rarely: &model.Rarely{Pos: p.Pos}}, Input: in}
}

func (f *writer) provider(in *model.Snapshot, id int, p *model.Provider) {
	at := f.site(f.graph.Sites.Provider(p).Site)
	if at.Account != "" {
		f.put(key{keyFact, in.Name, p.Label(), at.Account, at})
	}
	f.put(provider{Fact: providerFact, Root: in.Name, ID: id, site: at, Key: p.Key, Source: p.Source, Name: p.Name,
		Alias: p.Alias, Module: p.Module.String(), Implied: p.Implied, Env: f.graph.Sites.Env(p), Values: f.raw(f.configuration(p), p.Values),
		Args: f.args(providerNode(in, p)), Location: locationOf(p.Pos, "")})
}

func (f *writer) resource(in *model.Snapshot, res *model.Resource, ids map[*model.Provider]int) {
	n, stays := f.nodeOf(in, res)
	r := resource{Fact: resourceFact, Root: in.Name, Address: res.Address, Deposed: res.Deposed, Type: res.Type, Mode: res.Mode.String(),
		Source: res.Source, Action: res.Action.String(), Previous: res.Previous, Location: locationOf(res.Pos, "")}
	if stays {
		r.Args = f.args(n)
	}
	r.site = f.site(n.Placed.Site)
	if res.Provider != nil {
		id := ids[res.Provider]
		r.Provider = &id
	}
	for _, p := range res.Candidates {
		r.Candidates = append(r.Candidates, ids[p])
	}
	r.Values = f.raw(f.subject(n), f.told(n))
	f.put(r)
}

// nodeOf is the node of a resource. One that goes, or of which a plan says more, has none in the estate: only what it is
// known by is told.
func (f *writer) nodeOf(in *model.Snapshot, res *model.Resource) (n *link.Node, stays bool) {
	if n := f.nodes[res]; n != nil {
		return n, true
	}
	return &link.Node{Resource: res, Input: in, Placed: f.graph.Sites.Resource(res)}, false
}

// told are the values of a resource, with the name that it will have: what that follows from is hashed.
func (f *writer) told(n *link.Node) model.Value {
	v := n.Values
	there := sync.OnceValue(func() map[string]bool { // asked of the few types that are known by a name of their own
		known := map[string]bool{}
		n.Values.Walk(model.Path{}, func(path model.Path, v model.Value) {
			known[path.Block] = known[path.Block] || v.State == model.Known
		})
		return known
	})
	f.graph.Named(n, func(attribute, name string) {
		if !there()[attribute] {
			v = n.Values.Plus(link.KnownAs, model.StringValue(name))
		}
	})
	return v
}

// subject is what the values of a resource are reduced for.
func (f *writer) subject(n *link.Node) *subject {
	s := &subject{node: n, typ: n.TypeName(), refined: f.graph.Refined(n), args: n.Args, places: map[string]catalog.Gives{}, known: map[string]bool{}}
	s.refines, _ = f.cat.Refines(s.typ)
	s.cloud, _ = f.cat.Cloud(n.Source)
	for _, row := range f.cat.ResourceSites(n.Source, n.Type) {
		s.places[row.Name] = row.Gives
	}
	for _, a := range f.cat.Accounts(n.Type) {
		s.places[a.Attribute] = catalog.GivesAccount
	}
	s.known[link.KnownAs] = true
	f.graph.Keys(n, func(attribute, _ string) { s.known[attribute] = true })
	if n.Mode == addr.Managed {
		id, _ := n.Values.Get("id").Text()
		for i := range n.Values.Len() {
			if n.Values.Kind != model.Object {
				break
			}
			// A name counts where it is the id, and where an output may be the name of something.
			name := n.Values.Name(i)
			text, _ := n.Values.Item(i).Text()
			if text != "" && link.Called(name) && (name == "name" && text == id || len(n.Input.Outputs) > 0) {
				s.known[name] = true
			}
		}
		for _, name := range link.Identity {
			s.known[name] = true
		}
	}
	if kind, outputs, ok := link.Reader(n); ok {
		b := f.backend(kind)
		s.cloud = b.cloud // whose words and regions its config is written in
		for name, gives := range b.places {
			s.places["config."+name] = gives
		}
		s.locates = map[string]bool{"organization": true, "workspace": true}
		for name := range b.locates {
			s.locates["config."+name] = true
		}
		s.all, s.plain = outputs, []string{"backend"}
		if kind == "local" {
			s.plain = append(s.plain, "config.path")
		}
	}
	return s
}

// kept is what is left of values, absent where that is nothing.
func (f *writer) kept(s *subject, v model.Value) model.Value {
	if v, keep := f.value(s, model.Path{}, v); keep {
		return v
	}
	return model.Value{}
}

// raw is what is left of values, nil where that is nothing.
func (f *writer) raw(s *subject, v model.Value) json.RawMessage {
	if v = f.kept(s, v); v.State == model.Absent {
		return nil
	}
	return appendValue(nil, v)
}

// args are the arguments of a block, nil where the input has no configuration of it.
func (f *writer) args(n *link.Node) []arg {
	if n.Args == nil {
		return nil
	}
	others := map[string][]other{}
	for _, at := range n.Pos.Args {
		if block := at.Block(); block != at.Path {
			others[block] = append(others[block], other{at.Path, locationOf(at.Pos, n.Pos.File)})
		}
	}
	out := []arg{}
	for _, a := range n.Args.All() {
		r := arg{Block: a.Block, Opaque: a.Opaque, Constant: a.Constant.State != model.Absent, Several: a.Several}
		for _, ref := range f.graph.References(n, a) {
			r.From = append(r.From, referenceOf(ref))
		}
		if at, ok := n.Pos.Args.At(a.Block); ok {
			r.Location = locationOf(at, n.Pos.File)
		}
		r.Others = others[a.Block]
		out = append(out, r)
	}
	return out
}

// referenceOf is a resource that an argument refers to as facts have it.
func referenceOf(ref link.Reference) reference {
	return reference{ref.Node.Address, ref.Attr, ref.Full, ref.ByKey, ref.Exact, ref.Via, ref.Held}
}

// locationOf is a place in sources, without the file where that is the given one.
func locationOf(p model.Pos, file string) *location {
	if p.File == "" {
		return nil
	}
	l := &location{p.File, p.Line, p.Column, p.EndLine, p.EndColumn}
	if p.File == file {
		l.File = ""
	}
	return l
}

// joins writes what others may know a resource by, and what it touches.
func (f *writer) joins(n *link.Node) {
	f.graph.Keys(n, func(attribute, text string) {
		if k := f.name(text, how{anyHost: true, secret: n.Values.Get(attribute).Sensitive}); !cut(k) {
			f.put(key{keyFact, n.Input.Name, n.Address, k, f.site(n.Placed.Site)})
		}
	})
	seen := map[string]bool{}
	for i := range n.Ends {
		if e := &n.Ends[i]; e.Path.Full != "" {
			f.end(n, e)
			seen[e.Path.Full] = true
		}
	}
	// What finds nothing here may find something in another input.
	typ := f.graph.Refined(n)
	n.Values.Walk(model.Path{}, func(path model.Path, v model.Value) {
		if row := f.cat.Link(typ, path.Block); row != nil && row.Kind != catalog.Nothing && v.State == model.Known && !seen[path.Full] {
			f.end(n, &link.End{Path: path, Row: row, Kind: row.Kind, Placed: link.Nowhere})
		}
	})
}

// end writes an end, once for each key that may find its far end.
func (f *writer) end(n *link.Node, e *link.End) {
	r := end{Fact: endFact, Root: n.Input.Name, Address: n.Address, Attribute: e.Path.Full, Kind: e.Kind.String(), site: f.site(n.Placed.Site), far: f.far(e.Placed.Site)}
	if e.Confidence > 0 {
		r.Confidence = e.Confidence.String()
	}
	if e.Target != nil && e.Target.Input == n.Input {
		r.Target = e.Target.Address
	}
	var keys []string
	if e.Row != nil {
		r.Direction = e.Row.Direction.String()
		if v := n.Values.Leaf(e.Path.Full); !v.Sensitive {
			text, _ := v.Text()
			keys = slices.DeleteFunc(f.keys(e.Row.By, text), cut)
		}
	}
	if len(keys) == 0 && (e.Confidence > 0 || r.Target != "") {
		f.put(r)
	}
	for _, r.Key = range keys {
		f.put(r)
	}
}

// cut tells a text of which a mark is all that is told, or stands for the rest: it finds nothing.
func cut(text string) bool { return strings.HasSuffix(text, marked) }

// keys are what may find the far end that a text names: what it names, and whose that is.
func (f *writer) keys(by catalog.By, text string) []string {
	switch by {
	case catalog.ByAddress:
		if address, ok := link.Address(text); ok {
			return []string{address}
		}
	case catalog.ByAccount:
		if link.AccountLike(text) {
			return []string{text}
		}
	case catalog.ByID, catalog.ByHost, catalog.ByHub, catalog.ByScope:
		if text != "" {
			return []string{f.name(text, how{anyHost: true})}
		}
	case catalog.ByPrincipal, catalog.ByPolicy:
		var keys []string
		for _, word := range link.Words(text) {
			id, ok := f.cat.Identify(word)
			switch {
			case ok && by == catalog.ByPrincipal:
				keys = append(keys, word, id.Account)
			case ok:
				keys = append(keys, id.Account)
			case link.BareAccount(word):
				keys = append(keys, word)
			}
		}
		slices.Sort(keys)
		return slices.DeleteFunc(slices.Compact(keys), func(k string) bool { return k == "" })
	}
	return nil
}

func (f *writer) links() {
	for _, l := range f.graph.Links {
		from, to := l.Near.Placed.Site, l.Far[0].Placed.Site
		r := crossing{Fact: linkFact, Root: l.Node.Input.Name, Address: l.Node.Address, Attribute: l.Far[0].Path.Full, Kind: l.Kind.String(), site: f.site(from), far: f.far(to)}
		r.Crosses = r.Side != "" && r.FarSide != "" && r.Side != r.FarSide
		f.put(r)
	}
}

package link

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/place"
)

// Build places the resources of all inputs, finds their ends and links them. The same inputs in any order give the same
// graph.
func Build(inputs []*model.Snapshot, sites *place.Sites, cat *catalog.Catalog) *Graph {
	inputs = slices.Clone(inputs)
	slices.SortStableFunc(inputs, func(a, b *model.Snapshot) int { return cmp.Compare(a.Name, b.Name) })
	g := &Graph{Inputs: inputs, Sites: sites, cat: cat, blocks: map[blockName]*instances{}, origins: map[reference]*instances{},
		byType: map[string][]*Node{}, byInput: map[*model.Snapshot][]*Node{},
		holders: map[string][]*Node{}, shapes: map[string]*shape{}, own: map[*place.Placed]*End{}, stacks: map[*Node]*model.Snapshot{}, taken: map[*Node]bool{},
		called: map[*model.Snapshot]map[string][]Target{}, few: map[string][]*Node{}, stackPlaces: map[*model.Snapshot]stackPlace{}}
	told, again, notes := superseded(inputs)
	g.again, g.Notes = again, notes
	count := 0
	for _, in := range inputs {
		count += len(in.Resources)
	}
	nodes := make([]Node, 0, count)
	g.Nodes = make([]*Node, 0, count)
	for _, in := range inputs {
		first := len(g.Nodes)
		for _, r := range in.Resources {
			if !r.Action.Stays() || told[r] {
				continue
			}
			at := sites.Resource(r)
			sites.Learn(at, r, in.Name)
			nodes = append(nodes, Node{Resource: r, Input: in, Placed: at})
			g.Nodes = append(g.Nodes, &nodes[len(nodes)-1])
		}
		of := g.Nodes[first:len(g.Nodes):len(g.Nodes)]
		slices.SortStableFunc(of, func(a, b *Node) int {
			return cmp.Or(cmp.Compare(a.Address, b.Address), cmp.Compare(a.Deposed, b.Deposed))
		})
		g.byInput[in] = of
	}
	var paths addr.Paths
	for _, n := range g.Nodes {
		g.enter(n, &paths)
		g.byType[n.TypeName()] = append(g.byType[n.TypeName()], n)
		g.hold(n)
	}
	var ends []End // of one node after the other
	for _, n := range g.Nodes {
		n.Ends = ends[:0]
		g.contradiction(n)
		g.ends(n)
		ends = n.Ends
		g.pairs(n)
		n.Ends = remaining(n)
	}
	g.hubs()
	for _, in := range inputs {
		for _, u := range in.Unread {
			g.Blind = append(g.Blind, Blind{Input: in.Name, Path: u.Address, Reason: u.Reason, Settle: u.Settle, Pos: u.Pos})
		}
	}
	return g
}

// remaining are the ends of n that are looked at again once its own pairs are made: those of hubs and of what may be one
// without a place of its own, and those that rules read. They outlive the list that they are in.
func remaining(n *Node) []End {
	hub := n.Placed.Partition == "" || slices.ContainsFunc(n.Ends, func(e End) bool { return e.Row != nil && e.Row.By == catalog.ByHub })
	var out []End
	for i := range n.Ends {
		e := &n.Ends[i]
		if e.Row == nil {
			continue
		}
		if e.Kind != catalog.Flow || e.Row.Kind == catalog.Flow || e.Target == nil || e.Target.Placed.Partition != "" {
			n.Explained = true // and not by a mere mention of what has no place itself, as a generated password has none
		}
		if hub || e.Kind == catalog.Trust || e.Row.Kind == catalog.Grant || !joins(e.Row.By) {
			out = append(out, *e)
		}
	}
	return slices.Clip(out)
}

// contradiction says that evidence speaks for two partitions of different sides. The stronger counts, and is not silently
// believed.
func (g *Graph) contradiction(n *Node) {
	one, _ := g.cat.Partition(n.Placed.Partition)
	other, ok := g.cat.Partition(n.Placed.Conflict)
	if !ok || one.Side == other.Side {
		return
	}
	g.Blind = append(g.Blind, Blind{Node: n, Reason: fmt.Sprintf("is taken to be in %s, and other evidence speaks for %s", one.Name, other.Name),
		Settle: "make its provider configuration and its own location agree"})
}

// Refined is a node's type as link rows know it: what a resource of a type of many things is, one of its attributes says.
func (g *Graph) Refined(n *Node) string {
	typ := n.TypeName()
	at, unset := g.cat.Refines(typ)
	if at == "" {
		return typ
	}
	v := n.Values.At(strings.Split(at, ".")...)
	word, _ := v.Text()
	switch {
	case v.State == model.Absent || v.State == model.Null:
		word = unset
	case v.State == model.Unknown && v.Prefix()+v.Ending() != "":
		word = v.Prefix() + "?" + v.Ending() // which globs may know: `applications/?/federatedIdentityCredentials`
	}
	return catalog.Refined(typ, word)
}

// identifying are the attributes whose values other resources use to mean this one.
var identifying = map[string]bool{
	"id": true, "arn": true, "self_link": true, "crn": true, "urn": true, "ocid": true, "unique_id": true,
	"object_id": true, "principal_id": true, "client_id": true, "app_id": true, KnownAs: true,
}

// KnownAs is where facts write what a resource will be known by. No provider has it.
const KnownAs = "known_as"

// answering are the attributes by which a resource is reached. They identify it where the cloud has given them out; what
// the configuration writes there itself is the name of something else, such as the domain that a certificate is for.
var answering = map[string]bool{
	"fqdn": true, "dns_name": true, "domain_name": true, "hostname": true, "endpoint": true, "url": true,
	"public_ip": true, "ip_address": true, "public_ip_address": true, "address": true, "bucket_domain_name": true, "eip_address": true,
}

// reaches tells the attributes by which a resource is reached.
func reaches(name string) bool {
	return answering[name] || strings.HasSuffix(name, "_endpoint") || strings.HasSuffix(name, "_ip") || strings.HasSuffix(name, "_ip_address")
}

// hold indexes what identifies n.
func (g *Graph) hold(n *Node) {
	g.Keys(n, func(_, text string) {
		if h := g.holders[text]; len(h) == 0 || h[len(h)-1] != n {
			g.holders[text] = append(h, n)
		}
	})
}

// Keys calls f for what identifies n. Short values are left out, and names that no table says are unique: only what one thing
// in the world has joins inputs.
func (g *Graph) Keys(n *Node, f func(attribute, text string)) {
	if n.Values.Kind != model.Object || n.Placed.Unknown {
		return
	}
	for i := range n.Values.Len() {
		name := n.Values.Name(i)
		text, ok := n.Values.Item(i).Text()
		if !ok || len(text) < 7 || !Identifies(name) {
			continue
		}
		if identifying[name] {
			if name == "id" && n.Mode == addr.Data && !strings.ContainsAny(text, "-:/.") {
				continue
			}
		} else if !g.given(n, name, text) {
			continue
		}
		if row := g.cat.Link(n.TypeName(), name); row != nil && row.Kind != catalog.Nothing && row.By != catalog.BySecret &&
			(row.Kind != catalog.Same || n.Args.Arg(name) != nil) {
			continue // what the configuration writes there names something else
		}
		if _, _, region := g.cat.Region(n.Placed.Cloud, text); region {
			continue
		}
		f(name, text)
	}
	g.Named(n, f)
}

// Named calls f for what the tables say that n is known by: the attribute that has it, or will have it, and the name.
func (g *Graph) Named(n *Node, f func(attribute, text string)) {
	for _, k := range g.cat.Known(n.TypeName()) {
		if _, told := n.Values.Get(k.Attribute).Text(); told && k.From != k.Attribute {
			continue
		}
		n.Values.Walk(model.Path{}, func(path model.Path, v model.Value) {
			if text, ok := v.Text(); ok && path.Block == k.From && text != "" && !v.Sensitive && !used(text) {
				f(k.Attribute, k.By(text, n.Placed.Partition))
			}
		})
	}
}

// Identifies tells whether other resources use the values of an attribute to mean the resource.
func Identifies(name string) bool {
	return identifying[name] || reaches(name)
}

// given tells whether the cloud has given out an address or host name: an address of the public Internet, or a name that
// the configuration does not write.
func (g *Graph) given(n *Node, name, text string) bool {
	if _, err := netip.ParseAddr(text); err == nil {
		return !used(text)
	}
	return n.Args != nil && n.Args.Arg(name) == nil
}

// used tells an address that is used over and over again.
func used(text string) bool {
	a, err := netip.ParseAddr(text)
	return err == nil && (!a.IsGlobalUnicast() || a.IsPrivate() || shared.Contains(a))
}

// shared is the address space of carriers, RFC 6598.
var shared = netip.MustParsePrefix("100.64.0.0/10")

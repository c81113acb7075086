// Package link finds what every resource touches: its ends, and the links between them.
//
// It knows attribute rows and places, but no sides: whether a link crosses is the policy's to say, and whether it
// matters is a rule's.
package link

import (
	"fmt"

	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/limit"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/place"
)

// Confidence says how sure the analysis is of an end.
type Confidence uint8

// The confidences, weakest first.
const (
	Possible Confidence = iota + 1 // one of several, or by a pattern
	Likely                         // by reference or provider
	Certain                        // by known values
)

var confidences = [...]string{"", "possible", "likely", "certain"}

func (c Confidence) String() string { return confidences[c] }

// ParseConfidence reads a confidence's name.
func ParseConfidence(s string) (Confidence, error) {
	for i, n := range confidences[1:] {
		if n == s {
			return Confidence(i + 1), nil
		}
	}
	return 0, fmt.Errorf("unknown confidence %q: it is one of certain, likely, possible", s)
}

// Node is a resource instance in the estate, with its place and its ends.
type Node struct {
	*model.Resource
	Input  *model.Snapshot
	Placed *place.Placed // shared by all that are in the same place for the same reasons: not to be changed
	Ends   []End         // those that rules look further into; what has become of the others is in the links
	// Explained tells that a row explains a place that it touches, or that a resource which waits for another answer, or for
	// none, touches it so.
	Explained bool

	block *instances
}

// End is one place that a resource touches through one attribute. Path is empty for the resource's own place.
type End struct {
	Path       model.Path
	Row        *catalog.Link // nil where no row explains the attribute
	Kind       catalog.Kind  // the row's, or what the value itself tells
	Confidence Confidence
	Placed     *place.Placed // as a Node's; its site is empty for parts of grants and documents, whose rules look further
	Target     *Node         // the resource at the far end, nil where only its place is known
	Attr       string        // the attribute of Target that is used
	Via        []string      // what the reference passed through
	Either     []Choice      // all that may be meant, where this is only one of them
	Beside     bool          // Path names a hub, to which Target is attached as well
}

// Nowhere is the place of an end that is not known.
var Nowhere = &place.Placed{}

// Choice is one of several things that an end may be: a resource, or a place that a value names.
type Choice struct {
	Node *Node // nil for a value
	Site place.Site
}

// Link is two ends of one resource, or of a hub that several resources attach to, whose places differ.
type Link struct {
	Node *Node
	Kind catalog.Kind
	Near *End    // not to be changed: the links of all that is in one place share what says so
	Far  []End   // all ends of the link that are in one place
	Via  []*Node // the hub and the others that are attached to it
}

// Blind is what could not be decided, and why.
type Blind struct {
	Node   *Node  // nil where it concerns an input
	Input  string // where Node is nil
	Path   string
	Reason string // `takes its value from local.peer, which a plan does not show`
	Settle string // what the user can do: a flag or a line of policy, "" where nothing
	Pos    model.Pos
	Either []Choice // what Path may be, where that is all that is not known: it may not matter which
}

// Graph is the estate: every resource, every link between two places, and what could not be decided.
type Graph struct {
	Inputs []*model.Snapshot
	Nodes  []*Node
	Links  []Link
	Blind  []Blind
	Sites  *place.Sites
	Notes  map[*model.Snapshot][]string // what is worth saying of an input as one of several
	Limits limit.Set                    // for what rules read of values

	cat     *catalog.Catalog
	blocks  map[blockName]*instances
	origins map[reference]*instances
	byType  map[string][]*Node
	byInput map[*model.Snapshot][]*Node // parts of Nodes
	holders map[string][]*Node
	users   map[user][]*Node // by what their blocks refer to; made when first asked for
	shapes  map[string]*shape
	stacks  map[*Node]*model.Snapshot // by the data sources that read their outputs; nil where none is known
	taken   map[*Node]bool            // such data sources that were said to read a stack that is not there
	called  map[*model.Snapshot]map[string][]Target
	again   map[*model.Snapshot]*model.Snapshot // states by another state of the same stack, which counts
	// backends are the inputs by where they keep their state; made when first asked for
	backends    map[string][]*model.Snapshot
	few         map[string][]*Node             // of holders that are many, as many as tell where they all are
	stackPlaces map[*model.Snapshot]stackPlace // of those whose provisioners asked

	kinds []catalog.Kind
	alike []End
	room  []Target
	own   map[*place.Placed]*End // what is there, as an end
}

// Target is a resource that an argument's value may come from.
type Target struct {
	Node  *Node
	Attr  string // the attribute that is used, with the keys of maps; "" for the whole
	Full  string // the same with the indexes of lists, where it has any
	Exact bool   // false where it is one of several that may be meant
	ByKey bool   // as in model.Origin
	Via   []string
	held  []string    // as in model.Origin
	given model.Value // what the input itself holds of an output of another stack, absent where it does not
	oneOf bool        // a part of something is meant, and which one makes it cannot be told
}

// Referrer is a node whose argument at Block refers to something.
type Referrer struct {
	Node  *Node
	Block string
	Attr  string // of the thing referred to
	Exact bool
}

// ByType are the nodes of a type that stay; `data.TYPE` for data sources.
func (g *Graph) ByType(typ string) []*Node { return g.byType[typ] }

// Of are the nodes of an input, by their addresses.
func (g *Graph) Of(in *model.Snapshot) []*Node { return g.byInput[in] }

// Holders are the nodes that hold a known value in an identifying attribute (id, arn, address...), the way in which
// resources of several inputs, or of an applied plan, find each other.
func (g *Graph) Holders(value string) []*Node { return g.holders[value] }

// user is a block that is referred to, whatever module it is in.
type user struct{ typ, name string }

// shares tells whether two resources are in the same instances of their outermost modules.
func shares(a, b addr.Module, modules int) bool {
	for i := range min(modules, len(a), len(b)) {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// Referrers are the nodes with an argument that refers to n.
func (g *Graph) Referrers(n *Node) []Referrer {
	if g.users == nil {
		g.users = map[user][]*Node{}
		refer := map[*model.Args][]user{}
		for _, from := range g.Nodes {
			list, ok := refer[from.Args]
			if !ok {
				seen := map[user]bool{}
				for _, a := range from.Args.All() {
					for _, o := range a.Origins {
						if u := (user{o.Type, o.Name}); !seen[u] {
							seen[u] = true
							list = append(list, u)
						}
					}
				}
				refer[from.Args] = list
			}
			for _, u := range list {
				g.users[u] = append(g.users[u], from)
			}
		}
	}
	var out []Referrer
	for _, from := range g.users[user{n.Type, n.Name}] {
		if from.Input != n.Input {
			continue
		}
		for _, a := range from.Args.All() {
			for i := range a.Origins {
				o := &a.Origins[i]
				if o.Type != n.Type || o.Name != n.Name || !shares(from.Module, n.Module, o.Shared) {
					continue
				}
				for _, t := range g.origin(from, o, nil, maxHops) {
					if t.Node == n {
						out = append(out, Referrer{from, a.Block, t.Attr, t.Exact})
					}
				}
			}
		}
	}
	return out
}

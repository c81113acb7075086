// Package link finds what every resource touches: its ends, and the links between them.
//
// It knows attribute rows and places, but no sides: whether a link crosses is the policy's to say, and whether it
// matters is a rule's.
package link

import (
	"github.com/demarc-dev/demarc/analyzer/catalog"
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

func (c Confidence) String() string {
	return [...]string{"", "possible", "likely", "certain"}[c]
}

// Node is a resource instance in the estate, with its place and its ends.
type Node struct {
	*model.Resource
	Input  *model.Snapshot
	Placed place.Placed
	Ends   []End
}

// End is one place that a resource touches through one attribute.
type End struct {
	Path       model.Path
	Row        *catalog.Link // nil where no row explains the attribute
	Kind       catalog.Kind  // the row's, or what the value itself tells
	Placed     place.Placed
	Target     *Node  // the resource at the far end, nil where only its place is known
	Attr       string // the attribute of Target that is used
	Confidence Confidence
}

// Link is two ends of one resource, or of a hub that several resources attach to, whose places differ.
type Link struct {
	Node *Node
	Kind catalog.Kind
	Near End   // the own site (Path empty), or another end of the same kind
	Far  []End // all ends of the link that are in one place, the most certain first
	Via  []*Node
}

// Blind is what could not be decided, and why.
type Blind struct {
	Node   *Node // nil where it concerns an input
	Input  string
	Path   string
	Reason string // `takes its value from local.peer, which a plan does not show`
	Settle string // what the user can do: a flag or a line of policy, "" where nothing
}

// Graph is the estate: every resource, every link between two places, and what could not be decided.
type Graph struct {
	Inputs []*model.Snapshot
	Nodes  []*Node
	Links  []Link
	Blind  []Blind
}

// Target is a resource that an argument's value may come from.
type Target struct {
	Node  *Node
	Attr  string // the attribute that is used, "" for the whole
	Exact bool   // false where it is one of several that may be meant
	Via   []string
}

// Resolve finds the resource instances that an argument of n refers to, through modules. block is the table path of
// the argument (`rule.destination.bucket`). opaque names what it may also come from and the input does not show.
func (g *Graph) Resolve(n *Node, block string) (targets []Target, opaque []string) {
	panic("TODO")
}

// ByType are the nodes of a type that stay; `data.TYPE` for data sources.
func (g *Graph) ByType(typ string) []*Node {
	panic("TODO")
}

// Holders are the nodes that hold a known value in an identifying attribute (id, arn, name...), the way in which
// resources of several inputs, or of an applied plan, find each other.
func (g *Graph) Holders(value string) []*Node {
	panic("TODO")
}

// Referrers are the nodes with an argument that refers to n.
func (g *Graph) Referrers(n *Node) []Referrer {
	panic("TODO")
}

// Referrer is a node whose argument at Block refers to something.
type Referrer struct {
	Node  *Node
	Block string
	Attr  string // of the thing referred to
	Exact bool
}

package access

import (
	"slices"
	"strings"
	"time"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/limit"
	"github.com/demarc-dev/demarc/analyzer/link"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/place"
)

// Reader finds the grants of an estate. It is made for one run of one rule, and is not safe for concurrent use.
type Reader struct {
	graph      *link.Graph
	cat        *catalog.Catalog
	crosses    func(near, far place.Site) bool
	blind      func(link.Blind)
	today      time.Time
	classes    map[string]*Classes
	texts      map[string]reading                 // documents by their text
	names      map[string]map[string][]*link.Node // resources by a type with the attributes that name it, then by the name
	attached   map[*link.Node][]attachment
	holdings   map[*link.Node]Holding
	controlled map[controlled][]control
	trusting   *trusted
	assigned   map[*link.Node][]Grant
	admitted   map[*link.Node][]admission
	becoming   *becoming
}

// NewReader prepares to read an estate. Only grants for which crosses says yes are found, because what a principal may
// do is only looked at where it matters; what could not be decided of them goes to blind. Conditions that let nobody in
// since a day before today do not hold.
func NewReader(g *link.Graph, cat *catalog.Catalog, crosses func(near, far place.Site) bool, blind func(link.Blind), today time.Time) *Reader {
	return &Reader{graph: g, cat: cat, crosses: crosses, blind: blind, today: today, classes: map[string]*Classes{}, texts: map[string]reading{},
		names: map[string]map[string][]*link.Node{}, holdings: map[*link.Node]Holding{}, controlled: map[controlled][]control{}}
}

// Grant is a principal that holds something: who, through what, over what.
type Grant struct {
	Node      *link.Node // the resource that lets the principal in
	Attribute string     // its argument that does, as people read it
	Block     string     // the same without indexes, as tables name it
	Kind      catalog.Kind
	Who       Party
	Own       place.Placed // where Node is
	Over      place.Placed // where the principal is let in
	Through   string       // the argument that says where that is, "" where it is the resource's own place
	Holding   Holding
	// Out says that it is the other's place that the node's own principal is let into, as Oracle's endorse does.
	Out        bool
	Steps      []analyzer.Step
	Related    []*link.Node
	Confidence link.Confidence
}

// Party is a principal and its place.
type Party struct {
	Placed place.Placed
	Words  string // `account 222222222222`, `the issuer oidc.eks.eu-central-1.amazonaws.com`, `aws_iam_role.ops`
	Nodes  []*link.Node
	Sure   link.Confidence
	Either []link.Choice // the partitions of which it may be one, where that is not decided
	// Account is set of identities of an account, a realm or a partition, which have no region.
	Account bool
}

// Holding is what an identity may do.
type Holding struct {
	Class   catalog.Class
	Words   string // `AdministratorAccess (full)`, `a document (full, by the escalation set iam-009)`
	Sure    Answer
	Steps   []analyzer.Step
	Related []*link.Node
	Open    string // why it is not sure
	// Narrowed tells that conditions stand before it, which may never hold.
	Narrowed bool
}

// better takes the other holding where it is of a higher class, and joins what both rest on.
func (h *Holding) better(o Holding) {
	if o.Class > h.Class || h.Words == "" {
		h.Class, h.Words, h.Narrowed = max(h.Class, o.Class), o.Words, o.Narrowed
	}
	h.Steps = append(h.Steps, o.Steps...)
	for _, n := range o.Related {
		if !slices.Contains(h.Related, n) {
			h.Related = append(h.Related, n)
		}
	}
	h.Sure = min(h.Sure, o.Sure)
	if h.Open == "" {
		h.Open = o.Open
	}
}

func (r *Reader) classesOf(cloud string) *Classes {
	c, ok := r.classes[cloud]
	if !ok {
		c = NewClasses(r.cat, cloud)
		r.classes[cloud] = c
	}
	return c
}

// reading is a document as far as it could be read, and what it was read from.
type reading struct {
	doc   Document
	nodes []*link.Node // data sources that it is made of
	open  string       // why it is not known in full
	guess bool         // principals are guessed from references of a document that is not shown
}

// document reads the policy document in an argument of n: its text, or the data source or other resource that makes
// it. block is the table path, v the value that stands there.
func (r *Reader) document(n *link.Node, block string, v model.Value) reading {
	return r.read(n, block, v, nil)
}

// tooLong tells why a document is not read whose statements are too many to be compared with each other, "" for others.
func (r *Reader) tooLong(text string) string {
	l := r.graph.Limits.OrDefault()
	if int64(len(text)) <= l.Policy {
		return ""
	}
	return "is a policy document of more than " + limit.Bytes(l.Policy) + ", which no cloud takes; " + l.Raise("policy", int64(len(text)))
}

// deepest bounds how many documents may be made of one another.
const deepest = 16

// mostTexts bounds what is remembered of documents: a thousand roles often have the same one, word by word.
const mostTexts = 1 << 10

// parse reads the text of a document. What comes of it is the same wherever it stands, and is not to be changed.
func (r *Reader) parse(text string) reading {
	if long := r.tooLong(text); long != "" {
		return reading{doc: Document{Unknown: true}, open: long}
	}
	doc, err := Parse(text)
	if err != nil {
		return reading{doc: Document{Unknown: true}, open: "is no policy document that can be read"}
	}
	r.settle(nil, doc.Statements)
	return reading{doc: doc}
}

func (r *Reader) read(n *link.Node, block string, v model.Value, above []*link.Node) reading {
	if text, ok := v.Text(); ok {
		known, ok := r.texts[text]
		if !ok {
			known = r.parse(text)
			if len(r.texts) < mostTexts {
				r.texts[text] = known
			}
		}
		return known
	}
	if r.cat.Statements(n.TypeName()) == block && n.Mode == addr.Managed && r.stated(n) {
		return r.data(n, above)
	}
	if v.State != model.Unknown {
		return reading{}
	}
	if n.Args != nil && n.Args.Arg(block) == nil {
		return reading{} // computed, and nobody writes it
	}
	targets, opaque := r.graph.Resolve(n, block)
	if tree, ok := v.Partly(); ok {
		doc := FromTree(tree)
		r.fillIn(&doc, targets)
		r.settle(nil, doc.Statements)
		return reading{doc: doc}
	}
	var out reading
	made := false
	var others []link.Target
	for _, t := range targets {
		if r.cat.Statements(t.Node.TypeName()) != "" && len(above) < deepest && !slices.Contains(above, t.Node) {
			d := r.data(t.Node, append(slices.Clip(above), t.Node))
			out.doc = Document{Unknown: out.doc.Unknown || d.doc.Unknown, Statements: append(out.doc.Statements, d.doc.Statements...)}
			out.nodes = append(out.nodes, d.nodes...)
			if out.open == "" {
				out.open = d.open
			}
			made = true
			continue
		}
		others = append(others, t)
	}
	if made {
		return out
	}
	out.doc.Unknown = true
	out.open = "is not known before apply"
	if len(opaque) > 0 {
		out.open = "takes its value from " + token(opaque[0]) + ", which the input does not show"
	}
	out.guess = r.guess(&out.doc, others)
	return out
}

// stated tells whether a resource that may make a document of statement blocks has any.
func (r *Reader) stated(n *link.Node) bool {
	v := n.Values.Get("statement")
	return v.State == model.Unknown || v.Len() > 0
}

// trust reads who may become a role by one of its arguments: a document, or a list of principals.
func (r *Reader) trust(role *link.Node, argument string) reading {
	v := at(role.Values, argument)
	if v.Kind != model.List {
		return r.document(role, argument, v)
	}
	return reading{doc: Document{Statements: []Statement{{Effect: Allow, Actions: List{Values: assume[Account][:1]}, Principals: namedPrincipals("ram", v)}}}}
}

// guess makes statements of the identities that a document refers to whose text is not shown: a trust document that
// refers to an identity provider or a role does so to let it in.
func (r *Reader) guess(doc *Document, targets []link.Target) bool {
	for _, t := range targets {
		kind, ok := r.identity(t.Node.Type)
		if !ok {
			continue
		}
		doc.Statements = append(doc.Statements, Statement{
			Effect: EffectUnknown, Actions: List{Unknown: true},
			Principals: []Principal{{Kind: kind, Unknown: true, Node: t.Node}},
		})
	}
	return len(doc.Statements) > 0
}

// identity is the kind of principal that documents mean by resources of a type; ok is false where they name none.
func (r *Reader) identity(typ string) (PrincipalKind, bool) {
	p, ok := r.cat.Principal(typ)
	switch p.Kind {
	case catalog.AnAccount:
		return Account, ok
	case catalog.ByIssuer, catalog.ByMetadata:
		return Federated, ok
	}
	return OtherPrincipal, false
}

// data reads a data source that makes a document, with the documents that it builds on.
func (r *Reader) data(n *link.Node, above []*link.Node) reading {
	out := reading{nodes: []*link.Node{n}}
	if text, ok := n.Values.Get(r.cat.Statements(n.TypeName())).Text(); ok && r.tooLong(text) == "" {
		if doc, err := Parse(text); err == nil {
			r.settle(n, doc.Statements)
			out.doc = doc
			return out
		}
	}
	own := FromData(n.Values)
	r.refer(n, own.Statements)
	r.settle(n, own.Statements)
	out.doc = r.sources(n, sourceArguments, above, &out).Merge(own).Merge(r.sources(n, overrideArguments, above, &out))
	return out
}

// The arguments of a data source with the documents that its own statements are added to, and with those that are added to
// them. The first of each was removed in version 5.0.0 of the AWS provider.
// https://github.com/hashicorp/terraform-provider-aws/blob/main/CHANGELOG.md
var (
	sourceArguments   = []string{"source_json", "source_policy_documents"}
	overrideArguments = []string{"override_json", "override_policy_documents"}
)

// sources are the documents in arguments of a data source, merged in their order.
func (r *Reader) sources(n *link.Node, arguments []string, above []*link.Node, out *reading) Document {
	var doc Document
	for _, argument := range arguments {
		v := n.Values.Get(argument)
		list := []model.Value{v}
		if v.Kind == model.List {
			list = v.Items()
		}
		once := false
		for _, item := range list {
			if item.State == model.Unknown {
				if once {
					continue // every reference of the argument was followed the first time
				}
				once = true
			}
			d := r.read(n, argument, item, above)
			doc = doc.Merge(d.doc)
			out.nodes = append(out.nodes, d.nodes...)
			if out.open == "" {
				out.open = d.open
			}
		}
	}
	return doc
}

// settle tells conditions what the input and the day decide of them: which partition an organisation is of, where the
// estate has it, by its id or by what the data source n takes the id from; whom n takes the names of principals from; and
// which moments have gone by.
func (r *Reader) settle(n *link.Node, statements []Statement) {
	for i := range statements {
		for j := range statements[i].Conditions {
			c := &statements[i].Conditions[j]
			c.expire(r.today)
			ofOrganisation := strings.EqualFold(c.Key, "aws:PrincipalOrgID")
			if !ofOrganisation && !c.names() && !c.calls() {
				continue
			}
			var named []*link.Node // that values which are not known are taken from
			if n != nil && c.Values.Unknown {
				targets, _ := r.graph.Resolve(n, "statement.condition.values")
				for _, t := range targets {
					if !c.calls() || link.Identifies(t.Attr) {
						named = append(named, t.Node)
					}
				}
			}
			if c.calls() {
				c.Named = append(c.Named, named...)
				continue
			}
			if !ofOrganisation {
				c.Named = slices.DeleteFunc(named, func(n *link.Node) bool {
					kind, ok := r.identity(n.Type)
					return !ok || kind != Account
				})
				continue
			}
			var holders []*link.Node
			for _, v := range c.Values.Values {
				holders = append(holders, r.graph.Holders(v)...)
			}
			for _, o := range append(holders, named...) {
				if o.Type == "aws_organizations_organization" && len(c.Values.Values) <= 1 {
					c.Organisation = o.Placed.Partition
				}
			}
		}
	}
}

// refer tells unknown principals of a data source's statements which resources they are taken from.
func (r *Reader) refer(n *link.Node, statements []Statement) {
	for i := range statements {
		statements[i].Principals = r.referred(n, "statement.principals.identifiers", statements[i].Principals)
		statements[i].NotPrincipals = r.referred(n, "statement.not_principals.identifiers", statements[i].NotPrincipals)
	}
}

func (r *Reader) referred(n *link.Node, block string, principals []Principal) []Principal {
	var out []Principal
	for _, p := range principals {
		if !p.Unknown {
			out = append(out, p)
			continue
		}
		found := false
		targets, _ := r.graph.Resolve(n, block)
		if len(targets) == 0 {
			targets, _ = r.graph.Resolve(n, strings.Replace(block, "principals.", "principal.", 1))
		}
		for _, t := range targets {
			kind, identity := r.identity(t.Node.Type)
			if p.Kind == Federated && kind != Federated || p.Kind == Account && identity && kind != Account || p.Kind == Service {
				continue
			}
			out = append(out, Principal{Kind: p.Kind, Unknown: true, Node: t.Node, Pattern: p.Pattern})
			found = true
		}
		if !found {
			out = append(out, p)
		}
	}
	return out
}

// at is the value at a table path, through single blocks and lists of one.
func at(v model.Value, block string) model.Value {
	return v.At(strings.Split(block, ".")...)
}

// texts are the known texts at a table path, of every block on the way.
func texts(v model.Value, block string) []string {
	name, rest, deeper := strings.Cut(block, ".")
	v = v.Get(name)
	if !deeper {
		known, _ := v.Strings()
		return known
	}
	var all []string
	for _, b := range written(v).Items() {
		all = append(all, texts(b, rest)...)
	}
	return all
}

// written is the document that a text is, as far as it is JSON and known; other values are themselves.
func written(v model.Value) model.Value {
	if text, ok := v.Text(); ok {
		if doc, ok := model.Document(text); ok {
			return doc
		}
	}
	if doc, ok := v.Partly(); ok {
		return doc
	}
	return v
}

// leaf is the value at a path with indexes, absent where there is none.
func (r *Reader) leaf(n *link.Node, path model.Path) model.Value {
	v := n.Values.Leaf(path.Full)
	top, _, deeper := strings.Cut(path.Block, ".")
	if v.State != model.Absent || !deeper {
		return v
	}
	return written(n.Values.Get(top)).Leaf(strings.TrimPrefix(strings.TrimPrefix(path.Full, top), ".")) // inside of a text
}

// text is the known text at a path with indexes.
func (r *Reader) text(n *link.Node, path model.Path) (string, bool) { return r.leaf(n, path).Text() }

// token is text of the input's configuration that is fit to be shown: a reference, never a value.
func token(s string) string {
	for _, c := range s {
		if !(c == '.' || c == '_' || c == '-' || c == '[' || c == ']' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z') {
			return "an expression"
		}
	}
	return s
}

// step is a step of evidence at an argument of a resource.
func step(n *link.Node, block, text string) analyzer.Step {
	return analyzer.Step{Text: text, Address: n.Address, Pos: n.Pos.Of(block)}
}

// home is where a resource is. Of a service without a place, such as a cloud's identities where a region of the
// provider says nothing, the account of the provider configuration is left, which the policy file may give to a side.
func (r *Reader) home(n *link.Node) place.Placed {
	if !n.Placed.Nowhere || n.Placed.Partition != "" || n.Provider == nil || r.graph.Sites == nil {
		return *n.Placed
	}
	at := *n.Placed
	if from := r.graph.Sites.Provider(n.Provider); at.Account == "" {
		at.Account, at.Because = from.Account, from.Because
	}
	return at
}

package access

import (
	"fmt"
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/link"
	"github.com/demarc-dev/demarc/analyzer/model"
)

// attachment is a resource that gives a policy to a role, which is one of several where it is not exact.
type attachment struct {
	node  *link.Node
	kind  catalog.Attachment
	exact bool
}

// attachments are what gives a role its policies.
func (r *Reader) attachments(role *link.Node) []attachment {
	if r.attached == nil {
		r.attached = map[*link.Node][]attachment{}
		for _, t := range r.cat.RoleTypes() {
			for _, a := range t.Attachments {
				for _, n := range r.graph.ByType(a.Type) {
					for _, f := range r.named(n, a.Role, t.Type, t.Names) {
						r.attached[f.node] = append(r.attached[f.node], attachment{n, a, f.exact})
					}
				}
			}
		}
	}
	return r.attached[role]
}

// found is a resource that another one names.
type found struct {
	node  *link.Node
	exact bool
}

// named are the resources of a type that an argument of n means: by reference, or where there is none by one of the
// attributes that name them in their account.
func (r *Reader) named(n *link.Node, block, typ string, attributes []string) []found {
	known, unknown := at(n.Values, block).Strings()
	var all []found
	targets, _ := r.graph.Resolve(n, block)
	for _, t := range targets {
		if t.Node.Type != typ || len(known) > 0 && !unknown && !carries(t.Node, attributes, known) {
			continue
		}
		all = append(all, found{t.Node, t.Exact})
	}
	if len(all) > 0 {
		return all
	}
	for _, text := range known {
		first := len(all)
		for _, m := range r.having(typ, attributes, text) {
			if oneAccount(m, n) {
				all = append(all, found{m, true})
			}
		}
		for i := first; i < len(all); i++ {
			all[i].exact = len(all) == first+1
		}
	}
	return all
}

// oneAccount tells whether two resources are in one account, in which a name means one thing. A state says of many a
// resource nothing but the input that it is in.
func oneAccount(a, b *link.Node) bool {
	if !mayBe(a.Placed.Site, b.Placed.Site) {
		return false
	}
	if a.Placed.Account != "" && b.Placed.Account != "" {
		return true // and it is the same
	}
	return a.Input == b.Input && (a.Provider == b.Provider || a.Provider == nil || b.Provider == nil)
}

// having are the resources of a type of which one of the attributes is a text.
func (r *Reader) having(typ string, attributes []string, text string) []*link.Node {
	key := typ + " " + strings.Join(attributes, " ")
	index, ok := r.names[key]
	if !ok {
		index = map[string][]*link.Node{}
		for _, n := range r.graph.ByType(typ) {
			for _, a := range attributes {
				if name, ok := at(n.Values, a).Text(); ok && !slices.Contains(index[name], n) {
					index[name] = append(index[name], n)
				}
			}
		}
		r.names[key] = index
	}
	return index[text]
}

// holds tells whether one of the attributes has one of the values.
func holds(n *link.Node, attributes, values []string) bool {
	for _, a := range attributes {
		if text, ok := at(n.Values, a).Text(); ok && slices.Contains(values, text) {
			return true
		}
	}
	return false
}

// carries tells whether one of the attributes has one of the values, or may have, being unknown.
func carries(n *link.Node, attributes, values []string) bool {
	for _, a := range attributes {
		if at(n.Values, a).State == model.Unknown {
			return true
		}
	}
	return holds(n, attributes, values)
}

// collection is what a role holds while it is put together: documents are weighed together, because a Deny in one
// takes from another.
type collection struct {
	r       *Reader
	t       *catalog.RoleType
	role    *link.Node
	docs    []Document
	from    []docFrom
	byName  Holding
	unknown []string
	limits  []Document    // a boundary, and what control policies leave
	most    catalog.Class // of a boundary that is only known by its name
	limited bool
}

// docFrom says where a document stands. word is the name of a policy of the cloud's own whose document is known.
type docFrom struct {
	node  *link.Node
	block string
	word  string
	also  []*link.Node
}

// holding is what a role may do, by everything that gives it policies, less its boundary.
func (r *Reader) holding(t *catalog.RoleType, role *link.Node) Holding {
	if h, ok := r.holdings[role]; ok {
		return h
	}
	h := r.collect(t, role).weigh()
	if p := grantParts(role); len(p.role) > 0 { // some say themselves what they may do
		h.better(r.rolesHeld(role, p.role))
	}
	r.holdings[role] = h
	return h
}

// collect puts together what a role holds.
func (r *Reader) collect(t *catalog.RoleType, role *link.Node) *collection {
	c := &collection{r: r, t: t, role: role, byName: Holding{Sure: Yes}}
	c.gives(role, t.Managed, t.Inline, nil)
	for _, a := range r.attachments(role) {
		if !a.exact {
			c.unknown = append(c.unknown, a.node.Address+" is for one of several roles, and the input does not tell which")
		}
		c.gives(a.node, a.kind.Managed, a.kind.Inline, a.node)
	}
	for _, a := range r.admissions(role) {
		c.docs, c.from = append(c.docs, a.doc), append(c.from, a.from)
		if !a.exact {
			c.unknown = append(c.unknown, fmt.Sprintf("%s of %s names a role that may be of another account", a.from.block, a.from.node.Address))
		}
	}
	if t.Boundary != "" {
		c.bound(role, t.Boundary)
	}
	for _, p := range r.controls(role, "SERVICE_CONTROL_POLICY") {
		says := "takes from every identity of"
		if p.leaves {
			says = "is all that is left to every identity of"
			c.limits = append(c.limits, p.doc)
			r.blind(link.Blind{Node: p.nodes[0], Path: "content", Reason: "is taken for all that is left to its accounts, as AWS's own policy " + everythingLeft +
				" is attached by nothing in the input"})
		} else {
			c.docs = append(c.docs, p.doc)
			c.from = append(c.from, docFrom{node: p.nodes[0], block: "content"})
		}
		for _, n := range p.nodes {
			c.byName.Steps = append(c.byName.Steps, step(n, "content", fmt.Sprintf("%s %s account %s", n.Address, says, role.Placed.Account)))
			c.byName.Related = append(c.byName.Related, n)
		}
	}
	c.narrow()
	return c
}

// gives adds the policies that an argument names and the documents that another one holds, each "" where there is none. A
// block with both holds a document, and says what that is called.
func (c *collection) gives(n *link.Node, managed, inline string, attachment *link.Node) {
	block, document, nested := cutLast(inline)
	if !nested {
		if managed != "" {
			c.managed(n, managed, at(n.Values, managed), attachment)
		}
		if inline != "" {
			c.document(n, inline, n.Values.Get(inline))
		}
		return
	}
	around, name, _ := cutLast(managed)
	for _, b := range dataBlocks(at(n.Values, block)) {
		doc := b.Get(document)
		if text, known := doc.Text(); known && text != "" || doc.State == model.Unknown || b.State == model.Unknown {
			c.document(n, inline, doc)
		} else if around == block {
			c.managed(n, managed, b.Get(name), attachment)
		}
	}
	if managed != "" && around != block {
		c.managed(n, managed, at(n.Values, managed), attachment)
	}
}

// cutLast cuts the last name off a path, where it has several.
func cutLast(path string) (above, last string, nested bool) {
	i := strings.LastIndexByte(path, '.')
	return path[:max(i, 0)], path[i+1:], i >= 0
}

// document adds a document that stands in an argument.
func (c *collection) document(n *link.Node, block string, v model.Value) {
	read := c.r.document(n, block, v)
	if read.open != "" {
		c.unknown = append(c.unknown, fmt.Sprintf("%s of %s %s", block, n.Address, read.open))
	}
	if len(read.doc.Statements) > 0 || read.doc.Unknown {
		read.doc.Statements = known(read.doc.Statements, read.guess)
		c.docs = append(c.docs, read.doc)
		c.from = append(c.from, docFrom{node: n, block: block, also: read.nodes})
	}
}

// known are the statements that were read and not guessed.
func known(all []Statement, guessed bool) []Statement {
	if guessed {
		return nil
	}
	return all
}

// managed adds the policies that an argument names, with the value v, through the attachment where there is one.
func (c *collection) managed(n *link.Node, block string, v model.Value, attachment *link.Node) {
	texts, unknown := v.Strings()
	for _, t := range texts {
		if class, word, ok := c.builtIn(t); ok {
			c.builtInHeld(n, block, class, word)
			continue
		}
		if !c.custom(n, block, c.r.policiesNamed(c.t, n, t), attachment) {
			c.unknown = append(c.unknown, fmt.Sprintf("%s of %s names a policy whose contents no input shows", block, n.Address))
		}
	}
	if !unknown || n.Args != nil && n.Args.Arg(block) == nil {
		return // known, or computed and written by nobody
	}
	targets, opaque := c.r.graph.Resolve(n, block)
	var nodes []*link.Node
	named := false
	for _, t := range targets {
		if class, word, ok := c.builtInData(t.Node); ok {
			c.builtInHeld(n, block, class, word)
			named = true
			continue
		}
		nodes = append(nodes, t.Node)
	}
	if !c.custom(n, block, nodes, attachment) && !named {
		why := "is not known before apply"
		if len(opaque) > 0 {
			why = "takes its value from " + token(opaque[0]) + ", which the input does not show"
		}
		c.unknown = append(c.unknown, fmt.Sprintf("%s of %s %s", block, n.Address, why))
	}
}

// builtIn is the class of a policy of the cloud's own by its name or ARN. A customer's policy may have the same name.
func (c *collection) builtIn(name string) (catalog.Class, string, bool) {
	if n, ok := parseName(name); ok && n.cloud == "aws" && n.account != "aws" {
		return catalog.NoClass, "", false
	}
	return BuiltIn(c.r.cat, c.t.Cloud, name)
}

// builtInData is the class of a policy that a data source looks up by name or ARN.
func (c *collection) builtInData(n *link.Node) (catalog.Class, string, bool) {
	for _, a := range []string{"arn", "name"} {
		if text, ok := n.Values.Get(a).Text(); ok && n.Type == "aws_iam_policy" && n.Mode != 0 {
			if class, word, ok := c.builtIn(text); ok {
				return class, word, true
			}
		}
	}
	return catalog.NoClass, "", false
}

func (c *collection) builtInHeld(n *link.Node, block string, class catalog.Class, word string) {
	if word == "AdministratorAccess" {
		// Its document is known, so that another policy's Deny can take from it.
		c.docs = append(c.docs, Document{Statements: []Statement{{Effect: Allow, Actions: List{Values: []string{"*"}}, Resources: List{Values: []string{"*"}}}}})
		c.from = append(c.from, docFrom{node: n, block: block, word: word})
		return
	}
	held := Holding{Class: class, Words: fmt.Sprintf("%s (%s)", word, class), Sure: Yes}
	held.Steps = append(held.Steps, step(n, block, fmt.Sprintf("%s gives %s, which amounts to %s", block, word, privilege(class))))
	held.Related = []*link.Node{n}
	c.byName.better(held)
}

func privilege(c catalog.Class) string {
	switch c {
	case catalog.Full:
		return "full administration"
	case catalog.IdentityAdmin, catalog.NetworkAdmin, catalog.KeyAdmin, catalog.Data, catalog.Billing:
		return c.String() + " administration"
	}
	return "no administration"
}

// policiesNamed are the policy resources of the estate that n names by a text. A name is one of an account: where its own
// provider configuration makes a policy of that name, it means no other.
func (r *Reader) policiesNamed(t *catalog.RoleType, n *link.Node, text string) []*link.Node {
	nodes := r.graph.Holders(text)
	if len(nodes) == 0 {
		for _, p := range t.Policies {
			nodes = append(nodes, r.having(p.Type, p.Names, text)...)
		}
	}
	if len(nodes) < 2 {
		return nodes
	}
	var own []*link.Node
	for _, p := range nodes {
		if p.Input == n.Input && p.Provider == n.Provider {
			own = append(own, p)
		}
	}
	if len(own) > 0 {
		return own
	}
	return nodes
}

// custom adds the documents of policy resources; false where none of the nodes is one.
func (c *collection) custom(n *link.Node, block string, nodes []*link.Node, attachment *link.Node) bool {
	any := false
	for _, p := range nodes {
		argument, v := c.written(p)
		if argument == "" {
			continue
		}
		any = true
		c.byName.Steps = append(c.byName.Steps, step(n, block, fmt.Sprintf("%s names %s", block, p.Address)))
		c.document(p, argument, v)
		if len(c.from) > 0 && attachment != nil {
			last := &c.from[len(c.from)-1]
			last.also = append(last.also, attachment)
		}
	}
	return any
}

// written is the argument of a policy that holds its document, "" where a resource is no policy.
func (c *collection) written(p *link.Node) (argument string, v model.Value) {
	for _, t := range c.t.Policies {
		if p.Type != t.Type {
			continue
		}
		if a := c.r.cat.Statements(p.TypeName()); a != "" && p.Mode == addr.Managed && c.r.stated(p) {
			return a, model.UnknownValue
		}
		for _, a := range t.Documents {
			if v := at(p.Values, a); v.State != model.Absent && v.State != model.Null {
				return a, v
			}
		}
	}
	return "", model.Value{}
}

// bound reads the permissions boundary.
func (c *collection) bound(n *link.Node, block string) {
	v := at(n.Values, block)
	if text, ok := v.Text(); ok {
		if class, _, ok := c.builtIn(text); ok {
			c.most, c.limited = class, true
			if class == catalog.Full && strings.HasSuffix(text, "policy/AdministratorAccess") {
				c.limited = false
			}
			return
		}
		c.boundBy(c.r.policiesNamed(c.t, n, text), n, block)
		return
	}
	if v.State != model.Unknown {
		return
	}
	targets, _ := c.r.graph.Resolve(n, block)
	if n.Args != nil && n.Args.Arg(block) == nil {
		return // computed, and written by nobody
	}
	var nodes []*link.Node
	for _, t := range targets {
		nodes = append(nodes, t.Node)
	}
	c.boundBy(nodes, n, block)
}

func (c *collection) boundBy(nodes []*link.Node, n *link.Node, block string) {
	for _, p := range nodes {
		if argument, v := c.written(p); argument != "" {
			read := c.r.document(p, argument, v)
			if read.guess {
				read.doc.Statements = nil
			}
			c.limits = append(c.limits, read.doc)
			c.byName.Steps = append(c.byName.Steps, step(n, block, fmt.Sprintf("%s is %s", block, p.Address)))
			c.byName.Related = append(c.byName.Related, p)
			return
		}
	}
	c.limits = append(c.limits, Document{Unknown: true})
	c.unknown = append(c.unknown, fmt.Sprintf("%s of %s names a policy whose contents no input shows", block, n.Address))
}

// weigh says what all of it amounts to.
func (c *collection) weigh() Holding {
	classes := c.r.classesOf(c.t.Cloud)
	h := c.byName
	if h.Class != catalog.NoClass && deniesAll(c.docs) {
		h.Class, h.Words = catalog.NoClass, ""
	}
	for _, limit := range c.limits {
		if !limit.Unknown && h.Class != catalog.NoClass {
			h.under(classes.Of([]Document{limit}).Class, classes.leaves(limit, h.Class))
		}
	}
	if len(c.docs) > 0 {
		v := classes.Of(c.docs, c.limits...)
		v.Bounded = len(c.limits) > 0 && classes.Of(c.docs).Class > v.Class
		doc := Holding{Class: v.Class, Sure: v.Sure, Words: words(v), Narrowed: v.Narrowed}
		if v.Class > h.Class {
			alone := make([]catalog.Class, len(c.docs))
			for i := range c.docs {
				alone[i] = classes.Of(c.docs[i : i+1]).Class
			}
			together := slices.Max(alone) < v.Class
			for i, f := range c.from {
				// Only the documents that the class rests on are part of the chain.
				if len(c.docs) > 1 && (alone[i] == catalog.NoClass || alone[i] < v.Class && !together) {
					continue
				}
				if f.node != c.role {
					doc.Related = append(doc.Related, f.node)
				}
				doc.Related = append(doc.Related, f.also...)
				if f.word != "" {
					doc.Steps = append(doc.Steps, step(f.node, f.block, fmt.Sprintf("%s gives %s, which amounts to %s", f.block, f.word, because(v))))
					doc.Words = fmt.Sprintf("%s (%s%s)", f.word, v.Class, v.bound())
					continue
				}
				doc.Steps = append(doc.Steps, step(f.node, f.block, fmt.Sprintf("%s amounts to %s", f.block, because(v))))
			}
		}
		h.better(doc)
	}
	if c.limited && h.Class != catalog.NoClass {
		h.under(c.most, h.Class == c.most)
	}
	if len(c.unknown) > 0 {
		h.Sure = min(h.Sure, Maybe)
		h.Open = c.unknown[0]
	}
	if h.Sure == Maybe && h.Open == "" {
		h.Open = c.partly()
	}
	return h
}

// narrow leaves of the documents what can hold for those who have become the role.
func (c *collection) narrow() {
	known := c.r.session(c.role)
	if known.Keys == nil {
		return
	}
	harmless := func(name string) bool {
		class, _, ok := c.builtIn(name)
		return ok && class < catalog.Billing
	}
	for i := range c.docs {
		c.docs[i] = c.docs[i].of(known, harmless)
	}
	for i := range c.limits {
		c.limits[i] = c.limits[i].of(known, func(string) bool { return false })
	}
}

// partly says which document has parts that are not known.
func (c *collection) partly() string {
	for i, f := range c.from {
		if c.docs[i].partly() {
			return fmt.Sprintf("%s of %s has statements that are not known before apply", f.block, f.node.Address)
		}
	}
	return "a boundary of " + c.role.Address + " has statements that are not known before apply"
}

// under is what a limit leaves of policies of which only the class is known. Of one kind of administration another kind
// leaves nothing that is known; of full administration it leaves itself.
func (h *Holding) under(most catalog.Class, same bool) {
	switch {
	case most == catalog.Full, same:
		return
	case h.Class == catalog.Full || most < catalog.Billing:
		h.Class = min(h.Class, most)
	default:
		h.Class = catalog.NoClass
	}
	h.Sure, h.Open = min(h.Sure, Maybe), "what a boundary leaves of "+h.Words+" is not known"
}

func deniesAll(docs []Document) bool {
	for i := range docs {
		for j := range docs[i].Statements {
			s := &docs[i].Statements[j]
			if s.Effect == Deny && s.reach() == everything && s.holds(Facts{}) == Yes && slices.ContainsFunc(s.Actions.Values, everyAction) {
				return true
			}
		}
	}
	return false
}

// words is a verdict on documents in brief, because is the same as a sentence goes on.
func words(v Verdict) string {
	if v.Set != "" {
		return fmt.Sprintf("policies (%s, by the escalation set %s%s)", v.Class, v.Set, v.bound())
	}
	return fmt.Sprintf("policies (%s%s)", v.Class, v.bound())
}

// bound says that there would be more without a limit.
func (v Verdict) bound() string {
	if v.Bounded {
		return ", under the boundary"
	}
	return ""
}

func because(v Verdict) string {
	text := privilege(v.Class) + v.bound()
	if v.Set != "" {
		text += ", by the escalation set " + v.Set
	}
	if v.Narrowed {
		text += ", under conditions"
	}
	return text
}

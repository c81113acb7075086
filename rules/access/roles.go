package access

import (
	"fmt"
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/link"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/place"
)

// Roles are the grants that roles' trust documents make to principals elsewhere: AWS, Alibaba, Tencent and Huawei. A
// grant's holding is what the role may do, and what it may become in turn.
func (r *Reader) Roles() []Grant {
	var all []Grant
	for _, t := range r.cat.RoleTypes() {
		for _, role := range r.graph.ByType(t.Type) {
			all = append(all, r.role(t, role)...)
		}
	}
	return all
}

func (r *Reader) role(of *catalog.RoleType, role *link.Node) []Grant {
	var all []Grant
	for _, argument := range of.Trust {
		v := at(role.Values, argument)
		if v.State == model.Absent || v.State == model.Null {
			continue
		}
		read := r.trust(role, argument)
		for _, c := range r.controls(role, "RESOURCE_CONTROL_POLICY") {
			if c.leaves {
				continue // AWS's own, which allows everything, cannot be detached
			}
			read.doc.Statements = append(slices.Clip(read.doc.Statements), c.doc.Statements...)
		}
		trusts := Assumers(read.doc, r.facts)
		open := read.open
		if read.guess {
			open = ""
		}
		for _, t := range trusts {
			parties := r.parties(role, of.Cloud, t)
			if len(parties) == 0 && open == "" {
				open = unplaced(t)
			}
			for _, who := range parties {
				if g, ok := r.letIn(of, role, argument, read, t, who); ok {
					all = append(all, g)
				}
			}
		}
		if open != "" && len(all) == 0 && role.Placed.Cloud != "" {
			r.blind(link.Blind{Node: role, Path: argument, Reason: "its trust policy " + open})
		}
	}
	return all
}

// letIn is the grant that a trust makes, if the principal is elsewhere.
func (r *Reader) letIn(of *catalog.RoleType, role *link.Node, argument string, read reading, t Trust, who Party) (Grant, bool) {
	who = r.near(who, r.home(role).Site)
	if !r.crosses(r.home(role).Site, who.Placed.Site) {
		if len(who.Either) > 0 {
			r.blind(Undecided(role, argument, who.Placed.Host, who.Either))
		}
		return Grant{}, false
	}
	holding := r.reach(of, role)
	g := Grant{
		Node: role, Attribute: argument, Block: argument, Kind: catalog.Trust, Who: who, Own: r.home(role), Over: r.home(role),
		Holding: holding, Confidence: who.Sure,
	}
	if read.guess || t.Holds == Maybe && read.doc.Unknown {
		g.Confidence = link.Possible
	}
	g.Related = append(g.Related, who.Nodes...)
	g.Related = append(g.Related, read.nodes...)
	g.Related = append(g.Related, holding.Related...)
	if read.guess {
		g.Steps = append(g.Steps, step(role, argument, fmt.Sprintf("%s refers to %s; the document itself is not known before apply", argument, who.Words)))
	} else {
		g.Steps = append(g.Steps, step(role, argument, fmt.Sprintf("%s lets in %s", argument, who.Words)))
	}
	for _, n := range read.nodes {
		g.Steps = append(g.Steps, step(n, "statement", n.Address+" makes the document"))
	}
	for _, n := range who.Nodes {
		if kind, _ := r.identity(n.Type); kind == Federated && who.Words != issuerOf(n) {
			g.Steps = append(g.Steps, step(n, "", fmt.Sprintf("%s accepts tokens of %s", n.Address, who.Words)))
		}
	}
	for _, k := range t.Narrowed {
		g.Steps = append(g.Steps, step(role, argument, "a condition on "+conditionKey(k)+" narrows who"))
	}
	g.Steps = append(g.Steps, holding.Steps...)
	if holding.Open != "" && holding.Class < catalog.Billing {
		r.blind(link.Blind{Node: role, Path: argument, Reason: "a principal of another side may become this role, and what the role may do is not known: " + holding.Open})
	}
	return g, true
}

// near is a principal as seen from a place. Of one that is an account or a partition as a whole, where both are in one
// partition, a region cannot be what sets them apart, because identities have none. Where one account may use several
// partitions, an identity that may be of the same account is where the account is.
func (r *Reader) near(who Party, from place.Site) Party {
	who.Placed, who.Either = Shared(r.cat, r.crosses, from, who.Placed)
	site := &who.Placed.Site
	part, _ := r.cat.Partition(site.Partition)
	switch {
	case !who.Account:
	case part.Regional && part.Cloud == from.Cloud && site.Host == "" && (site.Account == from.Account || site.Account == "" || from.Account == ""):
		site.Partition, site.Region = from.Partition, from.Region
	case site.Region == "" && site.Partition == from.Partition:
		site.Region = from.Region
	}
	return who
}

// unplaced says why nobody could be placed whom a trust lets in, "" where there is nothing to tell.
func unplaced(t Trust) string {
	switch {
	case t.Principal.Kind == Anyone && len(t.Narrowed) == 0:
		return "lets everybody in, of whatever side"
	case t.Principal.Kind == Service:
		return "" // it is of the cloud itself, however its name ends
	case t.Principal.Unknown && t.Principal.Node == nil:
		return "lets in a principal that is not known before apply"
	case t.Principal.Kind == Federated && ofIssuer(t.Principal.Value):
		return notShown
	}
	return ""
}

const notShown = "lets in those for whom an issuer vouches that the input does not show"

// ofIssuer tells whether a text is the name of an identity provider in an account.
func ofIssuer(text string) bool {
	n, ok := parseName(text)
	kind, _ := n.provider()
	return ok && strings.HasSuffix(kind, "-provider")
}

// reached is a role that somebody has become in steps.
type reached struct {
	role *link.Node
	from *reached // nil for the first
	sure Answer
}

// chain are the steps that lead to a role, and the roles on the way.
func (n *reached) chain(argument string) (steps []analyzer.Step, by []*link.Node) {
	if n.from == nil {
		return nil, nil
	}
	steps, by = n.from.chain(argument)
	return append(steps, step(n.role, argument, fmt.Sprintf("%s may become %s", n.from.role.Address, n.role.Address))), append(by, n.role)
}

// reach is what a role holds, itself or through the roles that trust it in turn.
func (r *Reader) reach(of *catalog.RoleType, role *link.Node) Holding {
	own := r.everything(of, role)
	h := own
	h.Steps, h.Related = slices.Clone(own.Steps), slices.Clone(own.Related)
	seen := map[*link.Node]bool{role: true}
	next := []*reached{{role: role, sure: Yes}}
	for len(next) > 0 && h.Class < catalog.Full {
		from := next[0]
		next = next[1:]
		for _, to := range r.becomes(of, from.role) {
			if seen[to] {
				continue
			}
			seen[to] = true
			n := &reached{to, from, from.sure}
			if r.trusting.guessed[[2]*link.Node{from.role, to}] {
				n.sure = Maybe
			}
			next = append(next, n)
			if further := r.everything(of, to); further.Class > h.Class {
				steps, by := n.chain(of.Trust[0])
				h = Holding{Class: further.Class, Words: further.Words + " through " + to.Address, Sure: min(further.Sure, n.sure),
					Steps: slices.Concat(own.Steps, steps, further.Steps), Related: slices.Concat(own.Related, by, further.Related), Open: h.Open}
			}
		}
	}
	return h
}

// everything is what a role may do by policies and by grants that name it.
func (r *Reader) everything(of *catalog.RoleType, role *link.Node) Holding {
	h := r.holding(of, role)
	h.Steps, h.Related = slices.Clip(h.Steps), slices.Clip(h.Related)
	for _, g := range r.given(role) {
		if g.Class > h.Class || g.Open != "" && h.Class < catalog.Billing {
			h.better(g)
		}
	}
	return h
}

// trusted is who may become roles by their trust documents.
type trusted struct {
	byRole  map[*link.Node][]*link.Node // by a role that a document names itself
	guessed map[[2]*link.Node]bool      // of them those, from and to, whose document is not shown and only refers to the role
	whole   []accountTrust              // by everybody whom an account lets
	all     map[*link.Node][]*link.Node // by either, for those that were asked after
}

// accountTrust is a role that trusts an account as a whole: its own identities need to be allowed to become it.
type accountTrust struct {
	doc     Document
	to      *link.Node
	account string // "" where it is the role's own
}

// becomes are the roles whose trust documents name a role itself, and those that trust its account where the role's own
// policies let it become them.
func (r *Reader) becomes(of *catalog.RoleType, role *link.Node) []*link.Node {
	if r.trusting == nil {
		r.trusting = &trusted{byRole: map[*link.Node][]*link.Node{}, guessed: map[[2]*link.Node]bool{}, all: map[*link.Node][]*link.Node{}}
		for _, t := range r.cat.RoleTypes() {
			for _, to := range r.graph.ByType(t.Type) {
				for _, argument := range t.Trust {
					r.trusts(t, to, argument)
				}
			}
		}
	}
	if all, ok := r.trusting.all[role]; ok {
		return all
	}
	all := r.trusting.byRole[role]
	var held *collection
	for _, t := range r.trusting.whole {
		if t.to == role || t.to.Type != role.Type || t.to.Placed.Partition != role.Placed.Partition || !sameAccount(role, t) || slices.Contains(all, t.to) {
			continue
		}
		if held == nil {
			if held = r.collect(of, role); !held.assumes() {
				break
			}
		}
		if held.lets(t.to) && admits(t.doc, Principal{Kind: Account, Value: r.roleARN(role)}, r.session(role)) != No {
			all = append(slices.Clip(all), t.to)
		}
	}
	r.trusting.all[role] = all
	return all
}

// sameAccount tells whether a role is in the account that another one trusts, as far as it is known: both in one provider
// configuration are in one account.
func sameAccount(role *link.Node, t accountTrust) bool {
	switch {
	case t.account == "":
		return role.Provider == t.to.Provider && role.Input == t.to.Input || role.Placed.Account != "" && role.Placed.Account == t.to.Placed.Account
	case role.Placed.Account != "":
		return role.Placed.Account == t.account
	}
	return role.Provider == t.to.Provider && role.Input == t.to.Input && t.to.Placed.Account == ""
}

func (r *Reader) trusts(of *catalog.RoleType, to *link.Node, argument string) {
	read := r.trust(to, argument)
	for _, t := range Assumers(read.doc, nil) {
		from, guessed := []*link.Node{t.Principal.Node}, read.guess
		if !t.Principal.Unknown {
			var sure bool
			from, sure = r.roleNamed(of, to, t.Principal.Value)
			guessed = guessed || !sure
			if whole, account := accountOf(t.Principal.Value); whole && t.Principal.Kind == Account {
				r.trusting.whole = append(r.trusting.whole, accountTrust{read.doc, to, account})
			}
		}
		for _, n := range from {
			switch {
			case n == nil || n == to:
			case n.Type == of.Type && !slices.Contains(r.trusting.byRole[n], to):
				r.trusting.byRole[n] = append(r.trusting.byRole[n], to)
				r.trusting.guessed[[2]*link.Node{n, to}] = guessed
			case n.Mode == addr.Data && n.Provider == to.Provider: // its own account, or a role in it
				name, ok := roleIn(t.Principal.Pattern)
				if !ok {
					r.trusting.whole = append(r.trusting.whole, accountTrust{doc: read.doc, to: to})
				}
				for _, m := range r.having(of.Type, of.Names, name) {
					if m != to && m.Provider == to.Provider && m.Input == to.Input && !slices.Contains(r.trusting.byRole[m], to) {
						r.trusting.byRole[m] = append(r.trusting.byRole[m], to)
						r.trusting.guessed[[2]*link.Node{m, to}] = guessed
					}
				}
			}
		}
	}
}

// roleIn is the name of the role that an ARN names of which only the end is known.
func roleIn(pattern string) (name string, ok bool) {
	_, rest, ok := strings.Cut(pattern, ":role/")
	return rest[strings.LastIndexByte(rest, '/')+1:], ok
}

// assumes tells whether what a role holds lets it become any other.
func (c *collection) assumes() bool {
	return slices.ContainsFunc(c.docs, func(doc Document) bool {
		return slices.ContainsFunc(doc.Statements, func(s Statement) bool { return s.Effect == Allow && s.acts("sts:AssumeRole") != No })
	})
}

// lets tells whether what a role holds lets it become another role.
func (c *collection) lets(to *link.Node) bool {
	for _, limit := range c.limits {
		if !limit.Unknown && c.r.assumes(docFrom{}, limit, to) == No {
			return false
		}
	}
	most := No
	for i := range c.docs {
		for j := range c.docs[i].Statements {
			s := &c.docs[i].Statements[j]
			if s.Effect == Deny && s.acts("sts:AssumeRole") == Yes && s.holds(Facts{}) == Yes && c.r.over(c.from[i], &c.docs[i], s, to) == Yes {
				return false
			}
		}
		most = max(most, c.r.assumes(c.from[i], c.docs[i], to))
	}
	return most != No
}

// assumes tells whether a document allows to become a role.
func (r *Reader) assumes(from docFrom, doc Document, to *link.Node) Answer {
	most := No
	for i := range doc.Statements {
		s := &doc.Statements[i]
		if s.Effect != Allow {
			continue
		}
		most = max(most, min(s.acts("sts:AssumeRole"), s.holds(Facts{}), r.over(from, &doc, s, to)))
	}
	return most
}

// over tells whether a statement is over a role. What it refers to is not told apart from what others of the document do.
func (r *Reader) over(from docFrom, doc *Document, s *Statement, to *link.Node) Answer {
	arn := r.roleARN(to)
	over := s.Resources.matches(arn, false)
	if strings.Contains(arn, "*") {
		for _, p := range s.Resources.Values {
			switch {
			case s.Effect == Deny && coversARN(p, arn):
				over = Yes
			case s.Effect != Deny && overlapARN(p, arn):
				over = max(over, Maybe)
			}
		}
	}
	if !s.Resources.Unknown || over == Yes {
		return over
	}
	if s.Effect == Deny && slices.ContainsFunc(doc.Statements, func(o Statement) bool { return o.Effect != Deny && o.Resources.Unknown }) {
		return No
	}
	for _, n := range append([]*link.Node{from.node}, from.also...) {
		if n != nil && r.refersTo(n, to) {
			return Yes
		}
	}
	return No
}

// coversARN tells whether all ARNs that inner may be are meant by outer.
func coversARN(outer, inner string) bool { return byField(outer, inner, covers) }

// overlapARN tells whether two patterns may mean one ARN.
func overlapARN(a, b string) bool { return byField(a, b, overlap) }

// byField compares two ARNs field by field: stars of a whole ARN end at its colons.
func byField(a, b string, compare func(a, b string, fold bool) bool) bool {
	x, y := strings.SplitN(a, ":", 6), strings.SplitN(b, ":", 6)
	if len(x) < 6 || len(y) < 6 {
		return compare(a, b, false)
	}
	for i := range x {
		if !compare(x[i], y[i], false) {
			return false
		}
	}
	return true
}

// refersTo tells whether some argument of n refers to another resource.
func (r *Reader) refersTo(n, to *link.Node) bool {
	for _, a := range n.Args.All() {
		targets, _ := r.graph.Resolve(n, a.Block)
		if slices.ContainsFunc(targets, func(t link.Target) bool { return t.Node == to }) {
			return true
		}
	}
	return false
}

// roleARN is the ARN that a role has or will have, with stars for what is not known of it.
func (r *Reader) roleARN(n *link.Node) string {
	if arn, ok := n.Values.Get("arn").Text(); ok {
		return arn
	}
	account, name := n.Placed.Account, "*"
	if account == "" {
		account = "*"
	}
	if text, ok := n.Values.Get("name").Text(); ok {
		name = text
	}
	path, ok := n.Values.Get("path").Text()
	if !ok {
		path = "/"
	}
	partition := "*"
	if p, ok := r.cat.Word("aws", n.Placed.Partition); ok && p == n.Placed.Partition {
		partition = p // the partition of an ARN is called so
	}
	return "arn:" + partition + ":iam::" + account + ":role" + path + name
}

// roleNamed are the roles that a principal's ARN names: those that hold it, or that will have the name in its account. Where
// no account is known, and the role is of the same provider configuration as the one that names it, that is not sure.
func (r *Reader) roleNamed(of *catalog.RoleType, from *link.Node, value string) (all []*link.Node, sure bool) {
	if nodes := r.graph.Holders(value); len(nodes) > 0 {
		return nodes, true
	}
	n, ok := parseName(value)
	if !ok {
		return nil, false
	}
	kind, rest, _ := strings.Cut(n.resource, "/")
	if kind != "role" {
		return nil, false
	}
	rest = rest[strings.LastIndexByte(rest, '/')+1:]
	var maybe []*link.Node
	for _, m := range r.having(of.Type, of.Names, rest) {
		switch {
		case m.Placed.Account != "" && m.Placed.Account == n.account:
			all = append(all, m)
		case m.Placed.Account == "" && m.Provider == from.Provider && m.Input == from.Input:
			maybe = append(maybe, m)
		}
	}
	if len(all) > 0 {
		return all, true
	}
	return maybe, false
}

// conditionKey is a condition key as evidence may show it: those of the clouds in full, of others, which hold an
// issuer's path, only the claim.
func conditionKey(key string) string {
	prefix, _, _ := strings.Cut(key, ":")
	switch strings.ToLower(prefix) {
	case "aws", "sts", "saml", "acs", "qcs", "oidc", "g":
		return token(strings.ReplaceAll(key, ":", "."))
	}
	return token(key[strings.LastIndexByte(key, ':')+1:])
}

// facts is what is known of a principal's requests to become a role.
func (r *Reader) facts(p Principal) Facts {
	switch {
	case p.Kind == Account && !p.Unknown:
		f := accountFacts(p.Value)
		if n, ok := parseName(p.Value); ok && n.cloud == "aws" {
			f.Partition, _ = r.cat.Word("aws", n.partition)
		}
		return f
	case p.Kind == Federated:
		return r.claims(p)
	}
	return Facts{}
}

// ofServices are condition keys that only requests of the cloud's own services have.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
var ofServices = []string{"aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths", "aws:principalservicename", "aws:principalservicenameslist"}

// requests are the keys of every request that a service of the cloud does not make itself.
func requests() map[string]Fact {
	keys := map[string]Fact{"aws:principalisawsservice": {Patterns: []string{"false"}}}
	for _, k := range ofServices {
		keys[k] = Fact{Absent: true}
	}
	return keys
}

// accountFacts are the keys that AWS sends of an identity: of a whole account, what all of its identities have.
func accountFacts(value string) Facts {
	n, ok := parseName(value)
	whole, account := accountOf(value)
	if account == "" || strings.ContainsAny(account, "*?") {
		return Facts{Keys: requests()}
	}
	arns := []string{value}
	partition := "*"
	if ok {
		partition = n.partition
	}
	if whole {
		arns = []string{"arn:" + partition + ":iam::" + account + ":*", "arn:" + partition + ":sts::" + account + ":federated-user/*"}
	} else if session, ok := strings.CutPrefix(n.resource, "assumed-role/"); ok {
		// The key has the role, with its path, and not the session.
		role, _, _ := strings.Cut(session, "/")
		arns = []string{"arn:" + partition + ":iam::" + account + ":role/" + role, "arn:" + partition + ":iam::" + account + ":role/*/" + role}
	}
	f := Facts{Keys: requests()}
	f.Keys["aws:principalaccount"] = Fact{Patterns: []string{account}}
	f.Keys["aws:principalarn"] = Fact{Patterns: arns}
	return f
}

// claims is what is known of the tokens of an OIDC provider: whose they are, whom they are for, and how they name
// their subject.
func (r *Reader) claims(p Principal) Facts {
	node := p.Node
	if !p.Unknown {
		for _, h := range r.graph.Holders(p.Value) {
			node = h
		}
	}
	f := Facts{Keys: requests()}
	if n, ok := parseName(p.Value); ok {
		if kind, rest := n.provider(); kind == "oidc-provider" && n.cloud == "aws" {
			f.Issuer = strings.ToLower(strings.TrimSuffix(rest, "/"))
		}
	}
	if node != nil {
		is, _ := r.cat.Principal(node.Type)
		if is.Kind != catalog.ByIssuer {
			return f
		}
		if url, ok := at(node.Values, is.Attribute).Text(); ok {
			f.Issuer = strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(url, "https://"), "/"))
		}
		if ids, unknown := node.Values.Get("client_id_list").Strings(); !unknown && len(ids) > 0 {
			f.Keys[f.Issuer+":aud"] = Fact{Patterns: ids}
		}
	}
	if subjects := subjectsOf(f.Issuer); subjects != "" {
		f.Keys[f.Issuer+":sub"] = Fact{Patterns: []string{subjects}}
	}
	return f
}

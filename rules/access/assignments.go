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

// Assignments are the grants of resources that say in arguments who holds which role over what: Azure's and Entra's role
// assignments, Google's members and bindings, and whatever else the tables have `grant` rows for.
func (r *Reader) Assignments() []Grant {
	var all []Grant
	for _, n := range r.graph.Nodes {
		if parts := grantParts(n); len(parts.who) > 0 {
			all = append(all, r.assignment(n, parts, true)...)
		}
	}
	return all
}

// parts are a grant's ends by what they say.
type parts struct {
	who, role, over []*link.End
	kind            catalog.Kind // SharedKey where what is granted is the use of a key
}

func grantParts(n *link.Node) parts {
	p := parts{kind: catalog.Grant}
	if n.Mode != addr.Managed {
		return p
	}
	for i := range n.Ends {
		e := &n.Ends[i]
		if e.Row != nil && e.Row.Kind == catalog.SharedKey && e.Row.By == catalog.ByScope {
			p.over, p.kind = append(p.over, e), catalog.SharedKey
		}
		if e.Row == nil || e.Row.Kind != catalog.Grant {
			continue
		}
		switch e.Row.By {
		case catalog.ByPrincipal, catalog.ByTenant, catalog.ByText, catalog.ByOwn:
			p.who = append(p.who, e)
		case catalog.ByRole:
			p.role = append(p.role, e)
		case catalog.ByScope, catalog.ByAccount:
			p.over = append(p.over, e)
		}
	}
	return p
}

// assignment are the grants of one resource. Only those that cross, where crossing is asked for.
func (r *Reader) assignment(n *link.Node, p parts, crossing bool) []Grant {
	if r.expression(n, "condition.expression", Facts{}) == No {
		return nil
	}
	over := r.scope(n, p.over)
	var all []Grant
	holdings := map[string]Holding{} // by the list that somebody is named in: all of it are given the same
	for _, e := range p.who {
		p := p
		if len(p.role) == 0 && p.kind == catalog.Grant && !r.empowers(n, e) {
			p.kind = catalog.Trust // it lets them in, to become what it is
		}
		all = append(all, r.throughGroup(n, e, p, over, crossing)...)
		if either := r.oneOf(n, p.who, e); len(either) > 0 {
			if crossing {
				r.blind(link.OneOf(n, e.Path.Full, either))
			}
			continue
		}
		whoever := r.member(n, e)
		if len(whoever) == 0 {
			if text, _ := r.text(n, e.Path); crossing && ofIssuer(text) {
				r.blind(link.Blind{Node: n, Path: e.Path.Full, Reason: notShown})
			}
			if crossing && len(p.role) > 0 && r.crosses(n.Placed.Site, over.Site) {
				r.blind(link.Blind{Node: n, Path: e.Path.Full, Reason: "gives a role over another side to somebody whose place is not known",
					Settle: "give the tenant to a side in .demarc.hcl: boundary \"SIDE\" { tenants = [\"...\"] }"})
			}
			continue
		}
		if !crossing && r.overIdentity(n, e) {
			continue // they become it, and hold what it does
		}
		for _, who := range whoever {
			who = r.near(who, over.Site)
			if crossing && !r.crosses(who.Placed.Site, over.Site) {
				continue
			}
			list := strings.TrimRight(e.Path.Full, "[0123456789]")
			holding, known := holdings[list]
			if !known {
				holding = r.held(n, p, e)
				holdings[list] = holding
			}
			all = append(all, assigned(n, e, p, who, over, holding))
			if crossing {
				r.unsure(n, e, holding)
			}
		}
	}
	return all
}

// oneOf are the identity providers of which an argument means fewer than it refers to, where it matters which.
func (r *Reader) oneOf(n *link.Node, who []*link.End, e *link.End) []link.Choice {
	if e.Target == nil {
		return nil
	}
	if kind, _ := r.identity(e.Target.Type); kind != Federated {
		return nil
	}
	paths := map[string]bool{}
	var either []link.Choice
	apart := 0
	for _, o := range who {
		if o.Path.Block != e.Path.Block || o.Target == nil {
			continue
		}
		paths[o.Path.Full] = true
		if slices.ContainsFunc(either, func(c link.Choice) bool { return c.Node == o.Target }) {
			continue
		}
		vouched, ok := r.vouched(n, o)
		if !ok {
			return nil
		}
		either = append(either, link.Choice{Node: o.Target, Site: vouched.Placed.Site})
		if r.crosses(n.Placed.Site, r.near(vouched, n.Placed.Site).Placed.Site) {
			apart++
		}
	}
	if len(either) <= len(paths) || apart == len(either) || apart == 0 {
		return nil
	}
	return either
}

// assigned is the grant that n makes to somebody whom an argument names.
func assigned(n *link.Node, e *link.End, p parts, who Party, over scope, holding Holding) Grant {
	g := Grant{
		Node: n, Attribute: e.Path.Full, Block: e.Path.Block, Kind: p.kind, Who: who, Own: *n.Placed, Over: over.Placed, Through: over.through, Holding: holding,
		Confidence: min(who.Sure, max(over.sure, link.Possible)), Related: slices.Concat(who.Nodes, holding.Related),
	}
	g.Steps = append(g.Steps, step(n, e.Path.Block, fmt.Sprintf("%s is %s", e.Path.Full, who.Words)))
	for _, o := range p.over {
		if o.Target != nil {
			g.Related = append(g.Related, o.Target)
			g.Steps = append(g.Steps, step(n, o.Path.Block, fmt.Sprintf("%s is %s", o.Path.Full, o.Target.Address)))
		}
	}
	g.Steps = append(g.Steps, holding.Steps...)
	if limited(n) {
		g.Steps = append(g.Steps, step(n, "condition", "a condition narrows it"))
	}
	return g
}

// limited tells whether a grant is under a condition, which Azure writes as a text and Google as a block.
func limited(n *link.Node) bool {
	v := n.Values.Get("condition")
	return v.State == model.Unknown && n.Args.Arg("condition") != nil || v.State == model.Known && (v.Kind == model.String || v.Len() > 0)
}

// throughGroup are the grants that members of a group hold because the group does.
func (r *Reader) throughGroup(n *link.Node, e *link.End, p parts, over scope, crossing bool) []Grant {
	if !crossing || e.Target == nil || len(p.role) == 0 && !r.empowers(n, e) {
		return nil // what a group gets that gives nobody a role is another group's membership
	}
	var all []Grant
	r.members(e.Target, func(who Party, steps []analyzer.Step, by []*link.Node) {
		who = r.near(who, over.Site)
		if !r.crosses(who.Placed.Site, over.Site) {
			return
		}
		holding := r.held(n, p, e)
		all = append(all, Grant{
			Node: n, Attribute: e.Path.Full, Block: e.Path.Block, Kind: p.kind, Who: who, Own: *n.Placed, Over: over.Placed, Through: over.through, Holding: holding,
			Confidence: min(who.Sure, link.Likely), Related: append(slices.Clone(by), who.Nodes...),
			Steps: slices.Concat([]analyzer.Step{step(n, e.Path.Block, fmt.Sprintf("%s is %s", e.Path.Full, e.Target.Address))}, steps, holding.Steps),
		})
	})
	return all
}

// scope is the place that a grant is over: the resource's own where its ends tell no other.
func (r *Reader) scope(n *link.Node, ends []*link.End) scope {
	for _, e := range ends {
		if e.Placed.Partition != "" {
			return scope{*e.Placed, e.Path.Full, e.Confidence}
		}
		if e.Placed.Account != "" {
			over := *n.Placed
			over.Account, over.Because = e.Placed.Account, e.Placed.Because
			return scope{over, e.Path.Full, link.Certain}
		}
	}
	return scope{*n.Placed, "", link.Certain}
}

// scope is the place that a grant is over, and the argument that says so.
type scope struct {
	place.Placed
	through string
	sure    link.Confidence
}

// member is whom the principal's end of a grant names: nobody where that is not known, and several where many are let in by
// one name.
func (r *Reader) member(n *link.Node, e *link.End) []Party {
	if text, ok := r.text(n, e.Path); ok {
		if m, ok := GoogleMember(text); ok && strings.HasPrefix(n.Type, "google_") {
			return r.googleParties(n, m)
		}
	}
	for _, of := range r.cat.Pools() {
		if e.Target != nil && e.Target.Type == of.Type {
			return r.workloads(of, e.Target)
		}
	}
	if who, ok := r.single(n, e); ok {
		return []Party{who}
	}
	return nil
}

// single is the party that the principal's end of a grant names, other than by one of Google's members.
func (r *Reader) single(n *link.Node, e *link.End) (Party, bool) {
	if text, ok := r.text(n, e.Path); ok {
		if _, host, ok := strings.Cut(text, "@"); ok && e.Placed.Partition == "" && catalog.HostName(host) != "" {
			site := e.Placed.Site
			site.Host = catalog.HostName(host)
			return Party{Placed: place.Placed{Site: site}, Words: "an identity of " + site.Host, Sure: link.Certain, Account: true}, true
		}
		if strings.HasPrefix(text, "arn:") {
			if who, ok := r.accountParty(n, "aws", text); ok {
				return who, true
			}
			if who, ok := r.provider(text); ok || !r.crosses(n.Placed.Site, e.Placed.Site) {
				return who, ok
			}
		}
	}
	if who, ok := r.vouched(n, e); ok {
		return who, true
	}
	if e.Row != nil && e.Row.By == catalog.ByOwn {
		return Party{Placed: *n.Placed, Words: "an identity of its own directory", Sure: link.Likely, Account: true}, true
	}
	if e.Target != nil {
		if p, _ := r.cat.Principal(e.Target.Type); p.Kind == catalog.AGuest {
			if guest, ok := guestOf(e.Target); ok {
				return guest, true
			}
		}
	}
	if e.Target != nil && e.Target.Placed.Partition != "" {
		return Party{Placed: *e.Target.Placed, Words: e.Target.Address, Nodes: []*link.Node{e.Target}, Sure: e.Confidence}, true
	}
	if e.Placed.Site == (place.Site{}) {
		return Party{}, false
	}
	words := "an identity of another place"
	switch {
	case e.Placed.Account != "":
		words = "account " + e.Placed.Account
	case e.Placed.Tenant != "":
		words = "tenant " + e.Placed.Tenant
	case e.Placed.Host != "":
		words = "an identity of " + e.Placed.Host
	}
	return Party{Placed: *e.Placed, Words: words, Sure: e.Confidence, Account: true}, true
}

// vouched is the party that an identity provider of the estate stands for, which an argument means by reference or name.
func (r *Reader) vouched(n *link.Node, e *link.End) (Party, bool) {
	if by := e.Target; by != nil {
		if kind, _ := r.identity(by.Type); kind != Federated {
			return Party{}, false
		}
		return r.partyOf(by)
	}
	text, ok := r.text(n, e.Path)
	if !ok {
		return Party{}, false
	}
	return r.called(place.Site{Cloud: n.Placed.Cloud, Partition: n.Placed.Partition}, text)
}

// guestOf is the party that an invitation lets in: an identity of the mail domain that it is sent to.
func guestOf(n *link.Node) (Party, bool) {
	for _, e := range n.Ends {
		if e.Kind == catalog.Trust && (e.Placed.Host != "" || e.Placed.Partition != "") {
			return Party{Placed: *e.Placed, Words: "a guest, " + n.Address, Nodes: []*link.Node{n}, Sure: min(e.Confidence, link.Likely), Account: true}, true
		}
	}
	return Party{}, false
}

// googleParties are those whom a Google member names: of an identity pool, whoever its providers trust.
func (r *Reader) googleParties(n *link.Node, m Member) []Party {
	if m.Pool != "" {
		return r.pool(m, func(p *link.Node) bool {
			return together(p.Placed.Site, n.Placed.Site) && slices.ContainsFunc(r.cat.Pools(), func(of catalog.Pool) bool { return holds(p, []string{of.ID}, []string{m.Pool}) })
		})
	}
	site := m.site(r.cat)
	if site == (place.Site{}) {
		return nil
	}
	words := "a " + strings.ToLower(m.Kind)
	if m.Kind == "serviceAccount" {
		words = "a service account"
		if m.Project != "" {
			words += " of project " + m.Project
		}
	} else if m.Host != "" {
		words += " of " + m.Host
	}
	return []Party{{Placed: place.Placed{Site: site}, Words: words, Nodes: r.graph.Holders(m.Mail), Sure: link.Certain, Account: true}}
}

// pool are those of a member whom providers of an identity pool trust.
func (r *Reader) pool(m Member, is func(provider *link.Node) bool) []Party {
	var all []Party
	for _, of := range r.cat.Pools() {
		for _, p := range r.graph.ByType(of.Provider) {
			if !is(p) || r.shutFor(p, m) {
				continue
			}
			if who, ok := r.poolProvider(p); ok {
				who.Words = "a workload of " + who.Words
				all = append(all, who)
			}
		}
	}
	return all
}

// workloads are those of a member string that is only known to be made of an identity pool's name.
func (r *Reader) workloads(of catalog.Pool, pool *link.Node) []Party {
	all := r.pool(Member{}, func(p *link.Node) bool {
		return slices.ContainsFunc(r.named(p, of.ID, of.Type, []string{of.ID}), func(f found) bool { return f.node == pool })
	})
	for i := range all {
		all[i].Sure = min(all[i].Sure, link.Likely)
		all[i].Nodes = append(all[i].Nodes, pool)
	}
	return all
}

// poolProvider is whom a provider of an identity pool trusts: an OIDC issuer, an AWS account, a SAML identity provider.
func (r *Reader) poolProvider(p *link.Node) (Party, bool) {
	if url, ok := at(p.Values, "oidc.issuer_uri").Text(); ok {
		who, ok := r.host(url, link.Certain)
		who.Nodes = append(who.Nodes, p)
		return who, ok
	}
	if account, ok := at(p.Values, "aws.account_id").Text(); ok {
		site := place.Site{Cloud: "aws", Account: account}
		if r.graph.Sites != nil {
			if partition, _, ok := r.graph.Sites.Account("aws", account); ok {
				site.Partition = partition
			}
		}
		return Party{Placed: place.Placed{Site: site}, Words: "account " + account, Nodes: []*link.Node{p}, Sure: link.Likely, Account: true}, true
	}
	if at(p.Values, "aws.account_id").State == model.Unknown {
		targets, _ := r.graph.Resolve(p, "aws.account_id")
		for _, t := range targets {
			if who, ok := r.partyOf(t.Node); ok {
				who.Nodes = append(who.Nodes, p)
				if !t.Exact {
					who.Sure = link.Possible
				}
				return who, true
			}
		}
	}
	if who, ok := r.saml(p, "saml.idp_metadata_xml"); ok {
		return who, true
	}
	return r.issuer(p, "oidc.issuer_uri")
}

// held is what a grant gives to those whom one of its arguments names.
func (r *Reader) held(n *link.Node, p parts, who *link.End) Holding {
	if class, ok := r.cat.Power(n.Type, who.Path.Block); ok {
		return Holding{Class: class, Words: fmt.Sprintf("%s (%s)", who.Path.Block, class), Sure: Yes,
			Steps: []analyzer.Step{step(n, who.Path.Block, fmt.Sprintf("whom %s names has %s", who.Path.Block, privilege(class)))}}
	}
	if len(p.role) == 0 {
		return r.Reached(n) // they become it
	}
	roles := slices.DeleteFunc(slices.Clone(p.role), func(role *link.End) bool { return apart(role.Path.Full, who.Path.Full) })
	over := r.scope(n, p.over)
	var h Holding
	if taken := r.denials(n, who, over.Account); len(taken) > 0 {
		h.Sure = Yes
		for _, role := range roles {
			h.better(r.left(n, role, taken))
		}
	} else {
		h = r.rolesHeld(n, roles)
	}
	if h.Class >= catalog.Billing && r.overIdentity(n, who) {
		return r.impersonated(n, who, h)
	}
	return h
}

// overIdentity tells whether roles of n are over one identity, which those whom an argument names can become by them.
func (r *Reader) overIdentity(n *link.Node, who *link.End) bool {
	return slices.ContainsFunc(r.cat.Becomes(), func(b catalog.Become) bool { return b.Type == n.Type && b.From == who.Path.Block })
}

// impersonated is what those may do who can become an identity: the same as it.
func (r *Reader) impersonated(n *link.Node, who *link.End, role Holding) Holding {
	h := Holding{Sure: Yes, Words: role.Words + " of an identity that administers nothing that is known", Steps: role.Steps}
	any := false
	for _, b := range r.cat.Becomes() {
		if b.Type != n.Type || b.From != who.Path.Block {
			continue
		}
		for _, to := range r.meant(n, b.To) {
			any = true
			held := r.Reached(to)
			held.Words = fmt.Sprintf("%s through %s", held.Words, to.Address)
			held.Related = append([]*link.Node{to}, held.Related...)
			if held.Class > catalog.NoClass {
				h.better(held)
			}
		}
	}
	if !any {
		h.Sure, h.Open = Maybe, "the identity that it is over is in no input"
	}
	return h
}

// apart tells whether two paths lead into two of several blocks.
func apart(a, b string) bool {
	for {
		x, restA, _ := strings.Cut(a, ".")
		y, restB, _ := strings.Cut(b, ".")
		nameX, _, _ := strings.Cut(x, "[")
		nameY, _, _ := strings.Cut(y, "[")
		if nameX != nameY || restA == "" || restB == "" {
			return false
		}
		if x != y {
			return true
		}
		a, b = restA, restB
	}
}

// rolesHeld is what the roles of a grant amount to together: built-in ones by the tables, custom ones by their actions.
func (r *Reader) rolesHeld(n *link.Node, ends []*link.End) Holding {
	h := Holding{Sure: Yes}
	for _, e := range ends {
		cloud := r.cloudOf(n)
		text, known := r.text(n, e.Path)
		if known {
			if class, word, ok := BuiltIn(r.cat, cloud, text); ok {
				h.better(r.builtInRole(n, e, class, word))
				continue
			}
		} else if _, name, ok := strings.Cut(r.leaf(n, e.Path).Ending(), "/"); ok { // of a subscription that is not known
			if class, word, ok := BuiltIn(r.cat, cloud, name); ok {
				h.better(r.builtInRole(n, e, class, word))
				continue
			}
		}
		if custom := r.customRoles(n, e, text); len(custom) > 0 {
			for _, c := range custom {
				h.better(c)
			}
			continue
		}
		switch {
		case r.becomesBy(n, e.Path.Block):
		case known:
			h.better(unexplained(e.Path.Full))
		case len(ends) == 1 || n.Args != nil && n.Args.Arg(e.Path.Block) != nil: // of several spellings, those that nobody writes are computed
			h.better(Holding{Words: "a role that is not known", Sure: Maybe, Open: e.Path.Full + " is not known before apply"})
		}
	}
	return h
}

// becomesBy tells whether an argument names what others become by n, which has roles of its own.
func (r *Reader) becomesBy(n *link.Node, argument string) bool {
	return slices.ContainsFunc(r.cat.Becomes(), func(b catalog.Become) bool { return b.Type == n.Type && b.To == argument }) && len(r.meant(n, argument)) > 0
}

// unexplained is what somebody holds by a role of which neither the tables nor the input say anything.
func unexplained(argument string) Holding {
	return Holding{Words: "a role that no table explains", Sure: Maybe, Open: argument + " names a role that no table and no input explains"}
}

// unsure says that what a principal of another side holds could not be decided.
func (r *Reader) unsure(n *link.Node, e *link.End, h Holding) {
	if h.Open != "" && h.Class < catalog.Billing {
		r.blind(link.Blind{Node: n, Path: e.Path.Full, Reason: "a principal of another side holds a role whose privilege is not known: " + h.Open})
	}
}

func (r *Reader) builtInRole(n *link.Node, e *link.End, class catalog.Class, word string) Holding {
	return Holding{
		Class: class, Words: fmt.Sprintf("%s (%s)", word, class), Sure: Yes,
		Steps: []analyzer.Step{step(n, e.Path.Block, fmt.Sprintf("%s is %s, which amounts to %s", e.Path.Full, word, privilege(class)))},
	}
}

// cloudOf is the cloud whose roles a grant's role is one of: that of the type's name where the tables know it.
func (r *Reader) cloudOf(n *link.Node) string {
	switch prefix, _, _ := strings.Cut(n.Type, "_"); prefix {
	case "azurerm":
		return "azure"
	case "azuread":
		return "entra"
	case "google":
		return "google"
	case "kubernetes":
		return "kubernetes"
	}
	return n.Placed.Cloud
}

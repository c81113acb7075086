package access

import (
	"encoding/xml"
	"io"
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/link"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/pattern"
	"github.com/demarc-dev/demarc/analyzer/place"
)

// party places the principal of an AWS-style document that n has. ok is false where there is nobody to place: a
// deleted principal, a name that is evidence of no place.
func (r *Reader) party(n *link.Node, cloud string, p Principal) (Party, bool) {
	if p.Unknown {
		who, ok := Party{}, false
		switch {
		case p.Node != nil:
			who, ok = r.partyOf(p.Node)
		case p.Kind == Account && strings.HasPrefix(p.Pattern, "arn:"): // its partition is told, and its account may be any
			who, ok = r.accountParty(n, cloud, p.Pattern+strings.Repeat(":*", max(0, 5-strings.Count(p.Pattern, ":"))))
		}
		who.Sure = min(who.Sure, link.Likely)
		return who, ok
	}
	switch p.Kind {
	case Account:
		return r.accountParty(n, cloud, p.Value)
	case Federated:
		return r.provider(p.Value)
	}
	return Party{}, false
}

// parties are those whom a trust lets in: its principal, or where that is everybody or a service of the cloud the
// accounts and identities that conditions name.
func (r *Reader) parties(n *link.Node, cloud string, t Trust) []Party {
	if t.Principal.Kind != Anyone && t.Principal.Kind != Service {
		if who, ok := r.party(n, cloud, t.Principal); ok {
			return []Party{who}
		}
		return nil
	}
	var all []Party
	for _, c := range t.Conditions {
		if c.calls() && t.Principal.Kind == Anyone {
			all = append(all, r.callers(c)...)
		}
		if !c.names() {
			continue
		}
		for _, v := range c.Values.Values {
			if who, ok := r.accountParty(n, cloud, v); ok {
				if t.Principal.Kind == Service {
					who.Words += ", through a service"
				}
				all = append(all, who)
			}
		}
	}
	return all
}

// callers are those who call from the addresses that a condition lets through.
func (r *Reader) callers(c Condition) []Party {
	var all []Party
	for _, v := range c.Values.Values {
		address, ok := link.Address(v)
		if !ok {
			continue
		}
		who := Party{Placed: place.Placed{Site: place.Site{Address: address}, Because: []place.Reason{{How: place.Literal, Text: "by the address"}}},
			Words: "whoever calls from " + address, Sure: link.Certain}
		if nodes := r.graph.Holders(address); len(nodes) > 0 {
			who.Placed, who.Nodes, who.Words = *nodes[0].Placed, nodes, "whoever calls from the address of "+nodes[0].Address
		}
		all = append(all, who)
	}
	for _, n := range c.Named {
		all = append(all, Party{Placed: *n.Placed, Nodes: []*link.Node{n}, Words: "whoever calls from the address of " + n.Address, Sure: link.Likely})
	}
	return all
}

// partyOf is the party that a resource stands for when a document names it as a principal.
func (r *Reader) partyOf(n *link.Node) (Party, bool) {
	is, _ := r.cat.Principal(n.Type)
	switch is.Kind {
	case catalog.ByIssuer:
		return r.issuer(n, is.Attribute)
	case catalog.ByMetadata:
		return r.saml(n, is.Attribute)
	}
	home := r.home(n)
	if home.Partition == "" && home.Account == "" {
		return Party{}, false
	}
	party := Party{Placed: home, Words: n.Address, Nodes: []*link.Node{n}, Sure: link.Likely}
	if is.Kind == catalog.AnAccount {
		// The region of the provider configuration that made it is not where an identity is.
		party.Placed.Region, party.Account = "", true
	}
	return party, true
}

func (r *Reader) accountParty(own *link.Node, cloud, value string) (Party, bool) {
	account, words := value, ""
	partition := ""
	sure := link.Certain
	n, named := parseName(value)
	switch {
	case named && n.cloud == "aws" && ofIssuer(value):
		return Party{}, false
	case named:
		account, partition = n.account, r.partitionOf(n)
	case cloud == "aws" && !isAccount(value):
		return Party{}, false // the unique id of a principal that was deleted
	}
	if strings.ContainsAny(account, "*?") {
		account = ""
	}
	if account == "" && partition == "" {
		return Party{}, false
	}
	site := place.Site{Cloud: cloud, Partition: partition, Account: account}
	placed := place.Placed{Site: site}
	if partition == "" {
		// A bare account number is of the resource's own partition unless the estate shows it elsewhere.
		if part, ok := r.cat.Partition(r.home(own).Partition); ok && !part.Regional {
			placed.Partition = part.ID
		}
		sure = link.Likely
		if r.graph.Sites != nil {
			if p, because, ok := r.graph.Sites.Account(cloud, account); ok {
				placed.Partition = p
				placed.Because = append(placed.Because, because)
			}
		}
	} else {
		placed.Because = []place.Reason{{How: place.Literal, Text: "by the partition in its ARN"}}
	}
	if r.cat.Vendor(cloud, account) && placed.Partition == r.home(own).Partition {
		return Party{}, false
	}
	words = "account " + account
	if account == "" {
		words = "an identity"
	}
	party := Party{Placed: placed, Words: words, Sure: sure, Account: true}
	party.Nodes = append(party.Nodes, r.graph.Holders(value)...)
	return party, true
}

// partitionOf is the partition that a name tells, "" where it tells none.
func (r *Reader) partitionOf(n name) string {
	if n.cloud != "aws" {
		return ""
	}
	partition, _ := r.cat.Word("aws", n.partition)
	if p, ok := r.cat.Partition(n.partition); ok && partition == "" {
		partition = p.ID
	}
	return partition
}

// provider is the party behind a federated principal: the issuer's host in an OIDC provider's ARN, the host itself for
// the providers that AWS knows by host, or the identity provider that a SAML provider resource of the estate describes.
func (r *Reader) provider(value string) (Party, bool) {
	n, ok := parseName(value)
	if !ok {
		if value == "cognito-identity.amazonaws.com" || value == "cognito-identity-us-gov.amazonaws.com" {
			return Party{}, false // a pool of one's own account
		}
		return r.host(value, link.Certain)
	}
	kind, rest := n.provider()
	for _, h := range r.graph.Holders(value) {
		if p, ok := r.partyOf(h); ok {
			return p, true
		}
	}
	if kind == "oidc-provider" && rest != "" && n.cloud == "aws" {
		return r.host(rest, link.Certain)
	}
	if !strings.HasSuffix(kind, "-provider") {
		return Party{}, false
	}
	return r.called(place.Site{Cloud: n.cloud, Partition: r.partitionOf(n), Account: n.account}, rest)
}

// called is the party that an identity provider of the estate stands for that is only known by its name, where nothing is
// applied yet. The name is one of an account: of several providers that may be meant, all must stand for the same place.
func (r *Reader) called(at place.Site, name string) (who Party, ok bool) {
	for _, kind := range []catalog.PrincipalKind{catalog.ByIssuer, catalog.ByMetadata} {
		for _, p := range r.cat.Principals(kind) {
			if p.Name == "" {
				continue
			}
			for _, h := range r.having(p.Type, []string{p.Name}, name) {
				if !mayBe(h.Placed.Site, at) {
					continue
				}
				other, placed := r.partyOf(h)
				switch {
				case !placed, ok && other.Placed.Site != who.Placed.Site:
					return Party{}, false
				case !ok:
					who, ok = other, true
				}
			}
		}
	}
	return who, ok
}

// mayBe tells whether something at a place may be in an account, as far as both are known.
func mayBe(at, account place.Site) bool {
	return together(at, account) && (at.Account == account.Account || at.Account == "" || account.Account == "")
}

// together tells whether two places of a cloud may be in one partition, as far as both are known.
func together(a, b place.Site) bool {
	return a.Cloud == b.Cloud && (a.Partition == b.Partition || a.Partition == "" || b.Partition == "")
}

var tenantInPath = pattern.New(`/([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})(/|$)`)

// host is the party that answers at a host or URL. An issuer of Entra is of the tenant in its path.
func (r *Reader) host(hostOrURL string, sure link.Confidence) (Party, bool) {
	id, ambiguous, ok := r.cat.Host(hostOrURL)
	site := place.Site{Host: catalog.HostName(hostOrURL)}
	if site.Host == "" {
		return Party{}, false
	}
	if ok && !ambiguous {
		site.Cloud, site.Partition, site.Region, site.Account = id.Cloud, id.Partition, id.Region, id.Account
	}
	if m := tenantInPath.Regexp().FindStringSubmatch(hostOrURL); m != nil && (id.Cloud == "entra" || id.Cloud == "azure" || ambiguous) {
		site.Tenant = strings.ToLower(m[1])
	}
	placed := place.Placed{Site: site, Because: []place.Reason{{How: place.Literal, Text: "by its host"}}}
	if site.Partition == "" && site.Tenant != "" && r.graph.Sites != nil {
		if at, ok := r.graph.Sites.Tenant(site.Tenant); ok {
			placed.Cloud, placed.Partition, placed.Because = at.Cloud, at.Partition, []place.Reason{{How: place.Inferred, Text: "by its tenant"}}
		}
	}
	return Party{Placed: placed, Words: "the issuer " + site.Host, Sure: sure}, true
}

// Shared is a place that is only known by a host of several partitions, as seen from another: where it is elsewhere
// whichever of them is meant, the first stands for all. Where it may be either, it stays as it is, and which they are comes back.
func Shared(cat *catalog.Catalog, crosses func(near, far place.Site) bool, near place.Site, far place.Placed) (place.Placed, []link.Choice) {
	if far.Partition != "" || far.Host == "" {
		return far, nil
	}
	var either []link.Choice
	var names []string
	others := 0
	for _, id := range cat.Shared(far.Host) {
		at := far.Site
		at.Partition = id
		either = append(either, link.Choice{Site: at})
		if crosses(near, at) {
			others++
		}
		part, _ := cat.Partition(id)
		names = append(names, part.Name)
	}
	switch {
	case others < len(either):
		return far, either
	case others > 0:
		far.Site = either[0].Site
		far.Because = []place.Reason{{How: place.Literal, Text: "by its host " + far.Host + ", which is of " + strings.Join(names, " and ")}}
	}
	return far, nil
}

// Undecided is the blind spot of an argument that names a host of several partitions.
func Undecided(n *link.Node, path, host string, either []link.Choice) link.Blind {
	return link.Blind{Node: n, Path: path, Either: either, Reason: "names " + host + ", which is of this side and of another",
		Settle: "give the tenant to a side in .demarc.hcl: boundary \"SIDE\" { tenants = [\"...\"] }"}
}

// issuer is the party that an OIDC provider resource accepts tokens of: the host of its URL, or the cluster or tenant
// that the URL is taken from. A resource whose URL nobody writes, as a cluster's, issues tokens itself.
func (r *Reader) issuer(n *link.Node, argument string) (Party, bool) {
	v := at(n.Values, argument)
	if url, ok := v.Text(); ok {
		p, ok := r.host(url, link.Certain)
		p.Nodes = append(p.Nodes, n)
		return p, ok
	}
	if n.Args.Arg(argument) == nil {
		home := r.home(n)
		return Party{Placed: home, Words: issuerOf(n), Nodes: []*link.Node{n}, Sure: link.Likely}, home.Partition != ""
	}
	if v.State != model.Unknown {
		return Party{}, false
	}
	var made *link.Target
	several := false
	targets, _ := r.graph.Resolve(n, argument)
	for i := range targets {
		t := &targets[i]
		if t.Node.Placed.Partition == "" {
			continue
		}
		several = several || made != nil && made.Node.Placed.Partition != t.Node.Placed.Partition
		if made == nil || !r.crosses(n.Placed.Site, made.Node.Placed.Site) && r.crosses(n.Placed.Site, t.Node.Placed.Site) {
			made = t // of several, one of elsewhere is the one to tell
		}
	}
	if made == nil {
		return r.described(n, argument)
	}
	sure := link.Likely
	if !made.Exact || several {
		sure = link.Possible
	}
	return Party{Placed: *made.Node.Placed, Words: issuerOf(made.Node), Nodes: []*link.Node{n, made.Node}, Sure: sure}, true
}

// issuerOf says whose issuer a party is.
func issuerOf(n *link.Node) string { return "the issuer of " + n.Address }

// saml is the party that a SAML provider resource's metadata describes: the host of its entity id, or else of where it
// signs people in.
func (r *Reader) saml(n *link.Node, argument string) (Party, bool) {
	text, ok := at(n.Values, argument).Text()
	if !ok {
		return r.described(n, argument)
	}
	// The entity id may be a host of several partitions, while the address to sign in at is of one.
	tells := []func(place.Site) bool{
		func(s place.Site) bool { return s.Partition != "" },
		func(s place.Site) bool { return s.Tenant != "" },
		func(place.Site) bool { return true },
	}
	for _, enough := range tells {
		for _, url := range samlURLs(link.Plain(text)) {
			if p, ok := r.host(url, link.Certain); ok && enough(p.Placed.Site) {
				p.Nodes = append(p.Nodes, n)
				return p, true
			}
		}
	}
	return Party{}, false
}

// described is the party of an identity provider of which an argument is not known in full: that of the place which the
// argument names or is taken from.
func (r *Reader) described(n *link.Node, argument string) (who Party, ok bool) {
	for i := range n.Ends {
		e := &n.Ends[i]
		here := func(c link.Choice) bool { return !r.crosses(n.Placed.Site, c.Site) }
		if e.Kind != catalog.Trust || e.Path.Block != argument || e.Placed.Site == (place.Site{}) || slices.ContainsFunc(e.Either, here) {
			continue
		}
		if !ok || r.crosses(n.Placed.Site, e.Placed.Site) { // of several, one of elsewhere is the one to tell
			who, ok = Party{Placed: *e.Placed, Words: "the issuer " + e.Placed.Host, Nodes: []*link.Node{n}, Sure: e.Confidence}, true
			if e.Target != nil {
				who.Words, who.Nodes = issuerOf(e.Target), append(who.Nodes, e.Target)
			}
		}
	}
	return who, ok
}

// samlURLs are the entity id and the sign-in addresses of SAML metadata, as far as it is XML.
func samlURLs(text string) []string {
	const most = 64
	var urls []string
	d := xml.NewDecoder(io.LimitReader(strings.NewReader(text), 1<<20))
	for len(urls) < most {
		t, err := d.Token()
		if err != nil {
			return urls
		}
		e, ok := t.(xml.StartElement)
		if !ok || e.Name.Local != "EntityDescriptor" && e.Name.Local != "SingleSignOnService" {
			continue
		}
		for _, a := range e.Attr {
			if a.Name.Local == "entityID" || a.Name.Local == "Location" {
				urls = append(urls, a.Value)
			}
		}
	}
	return urls
}

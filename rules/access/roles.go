package access

import (
	"fmt"
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/link"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/place"
)

// Roles are the grants that roles' trust documents make to principals elsewhere: AWS, Alibaba, Tencent and Huawei. A
// grant's holding is what the role may do, and what it may become in turn.
func (r *Reader) Roles() []Grant {
	var all []Grant
	for i := range dialects {
		for _, role := range r.graph.ByType(dialects[i].role) {
			all = append(all, r.role(&dialects[i], role)...)
		}
	}
	return all
}

func (r *Reader) role(d *dialect, role *link.Node) []Grant {
	var all []Grant
	for _, argument := range d.trust {
		v := role.Values.Get(argument)
		if v.State == model.Absent || v.State == model.Null {
			continue
		}
		read := r.document(role, argument, v)
		trusts := Assumers(read.doc, r.facts)
		open := read.open
		if read.guess {
			open = ""
		}
		for _, t := range trusts {
			parties := r.parties(role, d.cloud, t)
			if len(parties) == 0 && open == "" {
				open = unplaced(t)
			}
			for _, who := range parties {
				if g, ok := r.trusted(d, role, argument, read, t, who); ok {
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

// trusted is the grant that a trust makes, if the principal is elsewhere.
func (r *Reader) trusted(d *dialect, role *link.Node, argument string, read reading, t Trust, who Party) (Grant, bool) {
	if !r.crosses(r.home(role).Site, r.near(who, r.home(role).Site)) {
		return Grant{}, false
	}
	holding := r.reach(d, role)
	g := Grant{
		Node: role, Attribute: argument, Block: argument, Kind: catalog.Trust, Who: who, Own: r.home(role), Over: r.home(role),
		Holding: holding, Confidence: who.Sure,
	}
	g.Who.Placed.Site = r.near(who, r.home(role).Site)
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
		if kind, _ := r.identity(n.Addr.Type); kind == Federated {
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

// near is the place of a principal that is an account or a partition as a whole, as seen from a place: where both are
// in one partition, a region cannot be what sets them apart, because identities have none.
func (r *Reader) near(who Party, from place.Site) place.Site {
	site := who.Placed.Site
	if who.Account && site.Region == "" && site.Partition == from.Partition {
		site.Region = from.Region
	}
	return site
}

// unplaced says why nobody could be placed whom a trust lets in, "" where there is nothing to tell.
func unplaced(t Trust) string {
	switch {
	case t.Principal.Kind == Anyone && len(t.Narrowed) == 0:
		return "lets everybody in, of whatever side"
	case t.Principal.Unknown && t.Principal.Node == nil:
		return "lets in a principal that is not known before apply"
	}
	return ""
}

// reach is what a role holds, itself or through the roles that trust it in turn.
func (r *Reader) reach(d *dialect, role *link.Node) Holding {
	h := r.holding(d, role)
	h.Steps, h.Related = slices.Clone(h.Steps), slices.Clone(h.Related)
	seen := map[*link.Node]bool{role: true}
	next := []*link.Node{role}
	for len(next) > 0 {
		from := next[0]
		next = next[1:]
		for _, to := range r.becomes(d, from) {
			if seen[to] {
				continue
			}
			seen[to] = true
			next = append(next, to)
			if further := r.holding(d, to); further.Class > h.Class {
				steps := append(h.Steps, step(to, d.trust[0], fmt.Sprintf("%s may become %s", from.Address, to.Address)))
				h = Holding{Class: further.Class, Words: further.Words + " through " + to.Address, Sure: further.Sure,
					Steps: append(steps, further.Steps...), Related: append(append(h.Related, to), further.Related...), Open: h.Open}
			}
		}
	}
	return h
}

// becomes are the roles whose trust documents name a role itself.
func (r *Reader) becomes(d *dialect, role *link.Node) []*link.Node {
	if r.trusting == nil {
		r.trusting = map[*link.Node][]*link.Node{}
		for i := range dialects {
			for _, to := range r.graph.ByType(dialects[i].role) {
				for _, argument := range dialects[i].trust {
					r.trusts(&dialects[i], to, argument)
				}
			}
		}
	}
	return r.trusting[role]
}

func (r *Reader) trusts(d *dialect, to *link.Node, argument string) {
	read := r.document(to, argument, to.Values.Get(argument))
	if read.guess {
		return
	}
	for _, t := range Assumers(read.doc, nil) {
		from := []*link.Node{t.Principal.Node}
		if !t.Principal.Unknown {
			from = r.roleNamed(d, to, t.Principal.Value)
		}
		for _, n := range from {
			if n != nil && n != to && n.Addr.Type == d.role && !slices.Contains(r.trusting[n], to) {
				r.trusting[n] = append(r.trusting[n], to)
			}
		}
	}
}

// roleNamed are the roles that a principal's ARN names: those that hold it, or that will have the name in its account.
func (r *Reader) roleNamed(d *dialect, from *link.Node, value string) []*link.Node {
	if nodes := r.graph.Holders(value); len(nodes) > 0 {
		return nodes
	}
	n, ok := parseName(value)
	if !ok {
		return nil
	}
	kind, rest, _ := strings.Cut(n.resource, "/")
	if kind != "role" {
		return nil
	}
	rest = rest[strings.LastIndexByte(rest, '/')+1:]
	var all []*link.Node
	for _, m := range r.graph.ByType(d.role) {
		if m.Placed.Account != "" && m.Placed.Account == n.account && holds(m, d.names, []string{rest}) {
			all = append(all, m)
		}
	}
	return all
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
	if node != nil && node.Addr.Type == "aws_iam_openid_connect_provider" {
		if url, ok := node.Values.Get("url").Text(); ok {
			f.Issuer = strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(url, "https://"), "/"))
		}
		if ids, unknown := node.Values.Get("client_id_list").Strings(); !unknown && len(ids) > 0 {
			f.Keys[f.Issuer+":aud"] = Fact{Patterns: ids}
		}
	}
	if strings.HasPrefix(f.Issuer, "oidc.eks.") {
		// https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html
		f.Keys[f.Issuer+":sub"] = Fact{Patterns: []string{"system:serviceaccount:*:*"}}
	}
	return f
}

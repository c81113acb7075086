package rules

import (
	"fmt"
	"slices"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/link"
	"github.com/demarc-dev/demarc/analyzer/place"
	"github.com/demarc-dev/demarc/rules/access"
)

var adminGrant = &analyzer.Rule{
	ID:       "admin-grant",
	Title:    "a principal of one side holds an administrator's privilege on another",
	Severity: analyzer.Critical,
	Fix:      "trust a principal of the same side, or give the role no administrator's privilege",
	Doc: `Somebody of one side can become, or is, an administrator of another: by a role's trust policy, an identity provider, a
role assignment, an IAM member or a policy statement.

An administrator of one kind is enough: full, identity, **network**, data, key or billing. Managed policies and built-in
roles count by their published contents in every partition's spelling; other policies by what their actions amount to,
after every Deny and under the permissions boundary. A published privilege-escalation set counts as full, and the
evidence names it. Conditions that cannot hold close a path; those that may are shown.`,
	Example: example("admin-grant"),
	Run:     adminGrants,
}

func adminGrants(p *analyzer.Pass) {
	read := analyzer.Once(p, readGrants)
	for _, f := range grantFindings(p, read.all, administers) {
		p.Report(f)
	}
	for _, c := range crossings(p, catalog.Trust) {
		if read.reader.Shut(c.node) {
			continue
		}
		h := read.reader.Reached(c.node)
		if h.Class < catalog.Billing {
			if h.Open != "" {
				p.Blind(link.Blind{Node: c.node, Path: c.far[0].Path.Full, Reason: "what those may do whom it lets in is not known: " + h.Open})
			}
			continue
		}
		f := c.finding(p, fmt.Sprintf("lets identities of %s be an administrator of %s: %s", short(p, c.to.Site), short(p, c.from.Site), h.Words))
		f.Explain = func(f *analyzer.Finding) {
			c.explain(p, f)
			f.Evidence = once(append(append(f.Evidence, h.Steps...), inputs(c.node, h.Related)...))
			f.Related = tidy(append(f.Related, addresses(h.Related)...), c.node.Address)
		}
		f.Confidence = min(f.Confidence, sureness(h.Sure))
		p.Report(f)
	}
}

// grants are the estate's grants that cross, and what they were read with.
type grants struct {
	reader *access.Reader
	all    []access.Grant
}

// readGrants reads the estate for all rules about privilege. What could not be decided is said once.
func readGrants(p *analyzer.Pass) grants {
	r := access.NewReader(p.Graph, p.Catalog, func(near, far place.Site) bool { return apart(p, near, far) }, p.Blind, p.Today)
	return grants{r, slices.Concat(r.Roles(), r.Sentences(), r.Assignments(), r.SignIns(), r.Policies(catalog.Trust, catalog.Grant, catalog.SharedKey))}
}

// administers tells an administrator's privilege from others.
func administers(g access.Grant) bool { return g.Holding.Class >= catalog.Billing }

// ofKeys tells grants of a key's use, which are key-sharing's, from those of identities.
func ofKeys(g access.Grant) bool { return g.Kind == catalog.SharedKey }

// grantFindings says grants, one finding for all of a resource's that are to one side. Of them the surest is told, and
// among equals the first.
func grantFindings(p *analyzer.Pass, all []access.Grant, of func(access.Grant) bool) []analyzer.Finding {
	type key struct {
		node     *link.Node
		from, to string
	}
	index := map[key]int{}
	var told []access.Grant
	for _, g := range all {
		if !of(g) {
			continue
		}
		k := key{g.Node, p.Side(g.Who.Placed.Site), p.Side(g.Over.Site)}
		i, ok := index[k]
		if !ok {
			index[k] = len(told)
			told = append(told, g)
			continue
		}
		if t := told[i]; g.Confidence > t.Confidence || g.Confidence == t.Confidence && g.Holding.Class > t.Holding.Class {
			g, told[i] = t, g
		}
		told[i].Steps = append(slices.Clip(told[i].Steps), g.Steps...)
		told[i].Related = append(slices.Clip(told[i].Related), g.Related...)
	}
	findings := make([]analyzer.Finding, len(told))
	for i, g := range told {
		findings[i] = grantFinding(p, g)
	}
	return findings
}

func grantFinding(p *analyzer.Pass, g access.Grant) analyzer.Finding {
	if g.Holding.Narrowed {
		g.Confidence = min(g.Confidence, link.Likely)
	}
	f := analyzer.Finding{
		Address: g.Node.Address, Root: g.Node.Input.Name, Attribute: g.Attribute, Block: g.Block,
		Message: grantMessage(p, g), From: p.Spot(g.Who.Placed.Site), To: p.Spot(g.Over.Site),
		Confidence: max(g.Confidence, link.Possible), Action: g.Node.Action, Pos: g.Node.Pos.Of(g.Attribute),
	}
	if administers(g) {
		f.Confidence = min(f.Confidence, sureness(g.Holding.Sure))
	}
	f.Inward = !g.Out
	if g.Out {
		f.From, f.To = f.To, f.From
	}
	f.Evidence = append(f.Evidence, analyzer.Step{Address: g.Node.Address, Pos: g.Node.Pos,
		Text: isIn(p, g.Node.Address, &g.Own)})
	f.Evidence = append(f.Evidence, g.Steps...)
	f.Evidence = append(f.Evidence, analyzer.Step{Address: g.Node.Address, Pos: f.Pos,
		Text: isIn(p, g.Who.Words, &g.Who.Placed)})
	if g.Through != "" && apart(p, g.Own.Site, g.Over.Site) {
		f.Evidence = append(f.Evidence, analyzer.Step{Address: g.Node.Address, Pos: g.Node.Pos.Of(g.Through), Text: fmt.Sprintf("%s names %s", g.Through, placed(p, &g.Over))})
	}
	f.Evidence = append(f.Evidence, inputs(g.Node, g.Related)...)
	f.Evidence = once(append(f.Evidence, learned(g.Node, &g.Who.Placed)...))
	f.Related = tidy(addresses(g.Related), g.Node.Address)
	if g.Who.Placed.Cloud == "aws" && g.Over.Cloud == "aws" && g.Who.Placed.Partition != g.Over.Partition && g.Who.Account {
		f.Note = "AWS lets no principal of another partition in; the long-lived keys or the identity provider that would take its place it does let in"
	}
	return f
}

// grantMessage is who holds what over what.
func grantMessage(p *analyzer.Pass, g access.Grant) string {
	who := g.Who.Words
	if part, ok := p.Catalog.Partition(g.Who.Placed.Partition); ok {
		who += " (" + short(p, place.Site{Partition: part.ID}) + ")"
	}
	at := place.Site{Cloud: g.Over.Cloud, Partition: g.Over.Partition, Region: g.Over.Region, Account: g.Over.Account}
	if g.Kind == catalog.Trust {
		at.Region = "" // what identities administer has none
	}
	over := short(p, at)
	switch {
	case g.Out && administers(g):
		return fmt.Sprintf("identities of %s become administrators of %s: %s", over, who, g.Holding.Words)
	case g.Out:
		return fmt.Sprintf("identities of %s are let into %s: %s", over, who, g.Holding.Words)
	case administers(g) && g.Kind == catalog.Trust:
		return fmt.Sprintf("%s can become an administrator of %s: %s", who, over, g.Holding.Words)
	case administers(g):
		return fmt.Sprintf("%s is an administrator of %s: %s", who, over, g.Holding.Words)
	case g.Kind == catalog.SharedKey:
		return fmt.Sprintf("%s may use a key in %s", who, over)
	case g.Holding.Words != "":
		return fmt.Sprintf("%s is let into %s: %s", who, over, g.Holding.Words)
	}
	return fmt.Sprintf("%s is let into %s", who, over)
}

func sureness(a access.Answer) link.Confidence {
	if a == access.Yes {
		return link.Certain
	}
	return link.Possible
}

func addresses(nodes []*link.Node) []string {
	var all []string
	for _, n := range nodes {
		all = append(all, n.Address)
	}
	return all
}

package access

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/link"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/place"
)

// Sentences are the grants of Oracle's policies: who of another tenancy is admitted, and into which tenancy one's own
// people are endorsed. A tenancy tells its realm by its OCID.
func (r *Reader) Sentences() []Grant {
	var all []Grant
	for _, n := range r.graph.ByType("oci_identity_policy") {
		all = append(all, r.sentences(n)...)
	}
	return all
}

// statements is the argument of Oracle's policies that holds their sentences.
const statements = "statements"

// statements are the sentences of a policy. open tells that there may be more.
func (r *Reader) statements(n *link.Node) (list []Sentence, open bool) {
	v := n.Values.Get(statements)
	texts, unknown := v.Strings()
	for _, t := range texts {
		if s, ok := ParseStatement(t); ok {
			list = append(list, s)
		} else {
			unknown = true
		}
	}
	return list, unknown || v.State == model.Unknown
}

func (r *Reader) sentences(n *link.Node) []Grant {
	list, open := r.statements(n)
	names := Names(list)
	var all []Grant
	for _, s := range list {
		parties, others := r.foreigners(s, names)
		if len(parties) == 0 && len(others) > 0 && others[0] != "any-tenancy" {
			r.blind(link.Blind{Node: n, Path: statements, Reason: "a statement names a tenancy that no define statement explains",
				Settle: "define it in the same policy: Define tenancy NAME as OCID"})
		}
		for _, who := range parties {
			if r.crosses(who.Placed.Site, n.Placed.Site) {
				all = append(all, r.sentenced(n, s, who))
			}
		}
	}
	if open {
		// Statements of one's own tenancy say nothing of another; it is only the others that are missed.
		r.blind(link.Blind{Node: n, Path: statements, Reason: "some of its statements are not known before apply, or are none that can be read"})
	}
	return all
}

// foreigners are those of other tenancies whom a sentence may be about, and what it names them by.
func (r *Reader) foreigners(s Sentence, names map[string]string) (parties []Party, others []string) {
	switch s.Verb {
	case Admit:
		others = []string{s.Of}
		if _, ok := r.tenancy(s.Of, names); !ok {
			others = append(others, s.groupIDs(names)...)
		}
	case Endorse:
		others = []string{s.Where}
	case AllowTo:
		if others = s.groupIDs(names); len(others) == 0 && len(s.Callers) > 0 {
			others = s.Callers[:1]
		}
	}
	others = slices.DeleteFunc(slices.Clone(others), func(o string) bool { return o == "" })
	for _, o := range others {
		if who, ok := r.tenancy(o, names); ok {
			parties = append(parties, who)
		}
	}
	return parties, others
}

// sentenced is the grant that a sentence makes to somebody.
func (r *Reader) sentenced(n *link.Node, s Sentence, who Party) Grant {
	class, what := s.Amounts(r.cat), r.verbWord(s)
	g := Grant{Node: n, Attribute: statements, Block: statements, Kind: catalog.Trust, Who: who, Own: *n.Placed, Over: *n.Placed, Confidence: link.Certain, Out: s.Verb == Endorse,
		Holding: Holding{Class: class, Words: fmt.Sprintf("%s (%s)", what, class), Sure: Yes}}
	verb := map[Verb]string{Admit: "admits", Endorse: "endorses into", AllowTo: "allows"}[s.Verb]
	g.Steps = []analyzer.Step{
		step(n, statements, fmt.Sprintf("a statement %s %s", verb, who.Words)),
		step(n, statements, fmt.Sprintf("to %s, which amounts to %s", what, privilege(class))),
	}
	if s.Limited {
		g.Steps = append(g.Steps, step(n, statements, "a where clause narrows it"))
	}
	return g
}

// verbWord is a sentence's permission in words of the tables, since names in it are the input's.
func (r *Reader) verbWord(s Sentence) string {
	switch s.To {
	case "inspect", "read", "use", "manage":
		if r.cat.HasAction("oci", "manage "+s.What) {
			return s.To + " " + s.What
		}
		return s.To + " single resources"
	}
	return "single permissions"
}

// groupIDs are the OCIDs of the groups that a sentence is about, as far as it tells them or the policy defines them.
func (s Sentence) groupIDs(names map[string]string) []string {
	var all []string
	for _, g := range s.groups() {
		if id := cmp.Or(g.id, names[g.kind+" "+g.name]); id != "" {
			all = append(all, id)
		}
	}
	return all
}

// allowed are what Oracle's policies give to groups of the estate: a grant for each sentence and group.
func (r *Reader) allowed() []Grant {
	called := r.groupsByName()
	var all []Grant
	for _, n := range r.graph.ByType("oci_identity_policy") {
		list, _ := r.statements(n)
		names := Names(list)
		for _, s := range list {
			if s.Verb != AllowTo {
				continue
			}
			for _, g := range s.groups() {
				var groups []*link.Node
				if id := cmp.Or(g.id, names[g.kind+" "+g.name]); id != "" {
					groups = r.graph.Holders(id)
				} else {
					groups = called(g.name)
				}
				for _, d := range groups {
					if mayBe(d.Placed.Site, n.Placed.Site) {
						all = append(all, r.sentenced(n, s, Party{Placed: *d.Placed, Words: d.Address, Nodes: []*link.Node{d}, Sure: link.Certain}))
					}
				}
			}
		}
	}
	return all
}

// groupsByName finds the groups that a sentence may mean by a name. Only those of identity domains have a domain before it, of
// which the estate does not tell the name.
func (r *Reader) groupsByName() func(name string) []*link.Node {
	all := map[string][]*link.Node{}
	for _, p := range r.cat.Principals(catalog.AGroup) {
		for _, n := range r.graph.ByType(p.Type) {
			if text, ok := at(n.Values, p.Attribute).Text(); ok {
				name := strings.ToLower(text)
				all[name] = append(all[name], n)
			}
		}
	}
	return func(name string) []*link.Node {
		_, inDomain, ok := strings.Cut(name, "/")
		if !ok {
			return all[name]
		}
		return slices.DeleteFunc(slices.Clone(all[inDomain]), func(n *link.Node) bool { return n.Type == "oci_identity_group" })
	}
}

// tenancy is the party that a tenancy or group is, by its OCID or by the name that stands for one.
func (r *Reader) tenancy(name string, names map[string]string) (Party, bool) {
	ocid := name
	if id, ok := names["tenancy "+name]; ok {
		ocid = id
	}
	id, ok := r.cat.Identify(ocid)
	if !ok || id.Cloud != "oci" || id.Partition == "" {
		return Party{}, false
	}
	site := place.Site{Cloud: "oci", Partition: id.Partition, Account: id.Account}
	words := "an identity of realm " + id.Partition
	if strings.HasPrefix(strings.ToLower(ocid), "ocid1.tenancy.") {
		site.Account = ocid
		words = "a tenancy of realm " + id.Partition
	}
	placed := place.Placed{Site: site, Because: []place.Reason{{How: place.Literal, Text: "by its OCID"}}}
	return Party{Placed: placed, Words: words, Sure: link.Certain, Account: true}, true
}

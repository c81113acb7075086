package access

import (
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

func (r *Reader) sentences(n *link.Node) []Grant {
	const argument = "statements"
	texts, unknown := n.Values.Get(argument).Strings()
	var list []Sentence
	for _, t := range texts {
		if s, ok := ParseStatement(t); ok {
			list = append(list, s)
		} else {
			unknown = true
		}
	}
	names := Names(list)
	var all []Grant
	for _, s := range list {
		parties, others := r.foreigners(s, names)
		if len(parties) == 0 && len(others) > 0 && others[0] != "any-tenancy" {
			r.blind(link.Blind{Node: n, Path: argument, Reason: "a statement names a tenancy that no define statement explains",
				Settle: "define it in the same policy: Define tenancy NAME as OCID"})
		}
		for _, who := range parties {
			if r.crosses(who.Placed.Site, n.Placed.Site) {
				all = append(all, r.sentenced(n, argument, s, who))
			}
		}
	}
	if v := n.Values.Get(argument); unknown || v.State == model.Unknown {
		// Statements of one's own tenancy say nothing of another; it is only the others that are missed.
		r.blind(link.Blind{Node: n, Path: argument, Reason: "some of its statements are not known before apply, or are none that can be read"})
	}
	return all
}

// foreigners are those of other tenancies whom a sentence may be about, and what it names them by.
func (r *Reader) foreigners(s Sentence, names map[string]string) (parties []Party, others []string) {
	switch s.Verb {
	case Admit:
		others = []string{s.Of}
		if _, ok := r.tenancy(s.Of, names); !ok {
			others = append(others, groupIDs(s.Who, names)...)
		}
	case Endorse:
		others = []string{s.Where}
	case AllowTo:
		if others = groupIDs(s.Who, names); len(others) == 0 && len(s.Callers) > 0 {
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
func (r *Reader) sentenced(n *link.Node, argument string, s Sentence, who Party) Grant {
	class, what := s.Amounts(r.cat), r.verbWord(s)
	g := Grant{Node: n, Attribute: argument, Block: argument, Kind: catalog.Trust, Who: who, Own: *n.Placed, Over: *n.Placed, Confidence: link.Certain, Out: s.Verb == Endorse,
		Holding: Holding{Class: class, Words: fmt.Sprintf("%s (%s)", what, class), Sure: Yes}}
	verb := map[Verb]string{Admit: "admits", Endorse: "endorses into", AllowTo: "allows"}[s.Verb]
	g.Steps = []analyzer.Step{
		step(n, argument, fmt.Sprintf("a statement %s %s", verb, who.Words)),
		step(n, argument, fmt.Sprintf("to %s, which amounts to %s", what, privilege(class))),
	}
	if s.Limited {
		g.Steps = append(g.Steps, step(n, argument, "a where clause narrows it"))
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
func groupIDs(who string, names map[string]string) []string {
	if id := names[who]; id != "" {
		return []string{id}
	}
	var all []string
	kind, last := "", ""
	for word := range strings.FieldsSeq(who) {
		switch {
		case word == "group", word == "dynamic-group":
			kind = word
		case last == "id":
			all = append(all, word)
		case names[kind+" "+word] != "":
			all = append(all, names[kind+" "+word])
		}
		last = word
	}
	return all
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

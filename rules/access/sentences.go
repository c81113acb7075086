package access

import (
	"fmt"
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
		g := Grant{Node: n, Attribute: argument, Block: argument, Kind: catalog.Trust, Own: *n.Placed, Over: *n.Placed, Confidence: link.Certain}
		var other string
		switch s.Verb {
		case Admit:
			other = s.Of
		case Endorse:
			other, g.Out = s.Where, true
		case AllowTo:
			other = groupID(s.Who, names)
			if other == "" && len(s.Callers) > 0 {
				other = s.Callers[0]
			}
		default:
			continue
		}
		who, ok := r.tenancy(other, names)
		if !ok && s.Verb == Admit {
			who, ok = r.tenancy(groupID(s.Who, names), names)
		}
		if !ok {
			if other != "" && other != "any-tenancy" {
				r.blind(link.Blind{Node: n, Path: argument, Reason: "a statement names a tenancy that no define statement explains",
					Settle: "define it in the same policy: Define tenancy NAME as OCID"})
			}
			continue
		}
		if !r.crosses(who.Placed.Site, n.Placed.Site) {
			continue
		}
		g.Who = who
		class := s.Amounts(r.cat)
		what := r.verbWord(s)
		g.Holding = Holding{Class: class, Words: fmt.Sprintf("%s (%s)", what, class), Sure: Yes}
		verb := map[Verb]string{Admit: "admits", Endorse: "endorses into", AllowTo: "allows"}[s.Verb]
		g.Steps = []analyzer.Step{
			step(n, argument, fmt.Sprintf("a statement %s %s", verb, who.Words)),
			step(n, argument, fmt.Sprintf("to %s, which amounts to %s", what, privilege(class))),
		}
		if s.Limited {
			g.Steps = append(g.Steps, step(n, argument, "a where clause narrows it"))
		}
		all = append(all, g)
	}
	if v := n.Values.Get(argument); unknown || v.State == model.Unknown {
		// Statements of one's own tenancy say nothing of another; it is only the others that are missed.
		r.blind(link.Blind{Node: n, Path: argument, Reason: "some of its statements are not known before apply, or are none that can be read"})
	}
	return all
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

// groupID is the OCID of the group that a sentence is about, "" where it is only a name.
func groupID(who string, names map[string]string) string {
	kind, name, _ := strings.Cut(who, " ")
	if id, ok := strings.CutPrefix(name, "id "); ok {
		return id
	}
	return names[kind+" "+name]
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

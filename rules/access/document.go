package access

import (
	"slices"

	"github.com/demarc-dev/demarc/analyzer/link"
)

// Document is a policy in the language that AWS made and Alibaba, Tencent and Huawei took over.
type Document struct {
	Statements []Statement
	// Unknown is set where the document may hold statements that the input does not show.
	Unknown bool
}

// Statement is one statement of a Document. A list that is not written is the zero List.
type Statement struct {
	Sid                     string
	Effect                  Effect
	Actions, NotActions     List
	Resources, NotResources List
	Principals              []Principal
	NotPrincipals           []Principal
	Conditions              []Condition
}

// Effect is what a statement does with the requests that it matches.
type Effect uint8

// The effects. A statement whose effect is not known may be either.
const (
	EffectUnknown Effect = iota
	Allow
	Deny
)

// List is a list of patterns as far as it is known.
type List struct {
	Values  []string
	Unknown bool // it holds something else too
}

// Written tells whether the statement has the element at all.
func (l List) Written() bool { return len(l.Values) > 0 || l.Unknown }

// PrincipalKind is what sort of name a principal has.
type PrincipalKind uint8

// The kinds of principal. Anyone is `*`, alone or as an account.
const (
	OtherPrincipal PrincipalKind = iota
	Anyone
	Account   // an account, or an identity of one: its id, or an ARN
	Federated // an identity provider
	Service   // a service of the cloud itself
	Canonical // an S3 canonical user, whose account the id does not tell
)

// Principal is one name in a statement's Principal element.
type Principal struct {
	Kind    PrincipalKind
	Value   string
	Unknown bool // Value is not known
	// Node is the resource that an unknown Value is taken from, nil where the input does not tell.
	Node *link.Node
	// Pattern is what is known of an unknown Value, with a star for the rest, "" where that is nothing.
	Pattern string
}

// Condition is one line of a statement's Condition element.
type Condition struct {
	Test   string // `StringEquals`, `ForAllValues:StringLike`, `BoolIfExists`...
	Key    string // `aws:PrincipalOrgID`
	Values List
	// Organisation is the partition of the organisation that the values name, "" where that is not known.
	Organisation string
	// Named are the principals that values which are not known are taken from, where the condition names principals.
	Named []*link.Node
	Past  bool // the moment that it compares the time of a request with has gone by
}

// partly tells whether parts of the document are not known.
func (d Document) partly() bool {
	return d.Unknown || slices.ContainsFunc(d.Statements, func(s Statement) bool {
		return s.Effect == EffectUnknown || s.Actions.Unknown || s.NotActions.Unknown
	})
}

// acts tells whether the statement is about an action.
func (s *Statement) acts(action string) Answer {
	switch {
	case s.Actions.Written():
		return s.Actions.matches(action, true)
	case s.NotActions.Written():
		return s.NotActions.matches(action, true).Not()
	}
	return No
}

func (l List) matches(s string, fold bool) Answer {
	for _, p := range l.Values {
		if match(p, s, fold) {
			return Yes
		}
	}
	if l.Unknown {
		return Maybe
	}
	return No
}

// Resources are the resource patterns that a document's statements name to allow something: those of each element that has
// them all. What is denied may be anywhere.
func Resources(doc Document) [][]string {
	var lists [][]string
	for i := range doc.Statements {
		s := &doc.Statements[i]
		for _, l := range []List{s.Resources, s.NotResources} {
			if s.Effect != Deny && len(l.Values) > 0 && !l.Unknown {
				lists = append(lists, l.Values)
			}
		}
	}
	return lists
}

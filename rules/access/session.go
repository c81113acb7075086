package access

import (
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/link"
)

// session is what is known of the requests that somebody makes who has become a role of AWS: whose they are.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
func (r *Reader) session(role *link.Node) Facts {
	if role.Placed.Cloud != "aws" {
		return Facts{}
	}
	f := Facts{Keys: requests(), Partition: role.Placed.Partition}
	if account := role.Placed.Account; account != "" {
		f.Keys["aws:principalaccount"] = Fact{Patterns: []string{account}}
	}
	f.Keys["aws:principalarn"] = Fact{Patterns: []string{r.roleARN(role)}}
	f.Keys["aws:username"] = Fact{Absent: true}                             // users have it
	f.Keys["kms:grantisforawsresource"] = Fact{Patterns: []string{"false"}} // services that call for it have it so
	return f
}

// onlyOf are condition keys that only some actions have: a statement that asks for one is about no others.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
var onlyOf = map[string][]string{
	"iam:policyarn": {"iam:AttachGroupPolicy", "iam:AttachRolePolicy", "iam:AttachUserPolicy", "iam:DetachGroupPolicy", "iam:DetachRolePolicy",
		"iam:DetachUserPolicy"},
	"iam:passedtoservice": {"iam:PassRole"},
}

// of is what the document says of requests of which something is known: statements whose conditions cannot hold are left out,
// and conditions that always hold. harmless tells a policy by whose name nothing is given away that counts.
func (d Document) of(facts Facts, harmless func(name string) bool) Document {
	out := Document{Unknown: d.Unknown}
	for _, s := range d.Statements {
		if s.holds(facts) == No || s.attachesOnly(harmless) {
			continue
		}
		conditions := s.Conditions
		s.Conditions = nil
		for _, c := range conditions {
			if c.Holds(facts) != Yes {
				s.Conditions = append(s.Conditions, c)
			}
			if actions := onlyOf[strings.ToLower(c.Key)]; actions != nil && c.requires() && s.Effect == Allow && s.Actions.Written() {
				s.Actions = s.Actions.among(actions)
			}
		}
		if user := facts.Keys["aws:username"]; user.Absent && slices.ContainsFunc(s.Resources.Values, ofUsers) {
			s.Resources.Values = slices.DeleteFunc(slices.Clone(s.Resources.Values), ofUsers)
			if len(s.Resources.Values) == 0 && !s.Resources.Unknown {
				continue
			}
		}
		out.Statements = append(out.Statements, s)
	}
	return out
}

// ofUsers tells a resource pattern that only a user's requests fit.
func ofUsers(pattern string) bool {
	return strings.Contains(strings.ToLower(pattern), "${aws:username")
}

// requires tells that a condition only holds where its key is there.
func (c Condition) requires() bool {
	test, ok := parseTest(c.Test)
	return ok && !test.forAll && !test.ifExists && (test.operator == equal || test.operator == like || test.operator == arnLike)
}

// attachesOnly tells that a statement lets policies be attached that give nothing away, and nothing else.
func (s *Statement) attachesOnly(harmless func(string) bool) bool {
	return s.Effect == Allow && slices.ContainsFunc(s.Conditions, func(c Condition) bool {
		return strings.EqualFold(c.Key, "iam:PolicyARN") && c.requires() && !c.Values.Unknown && len(c.Values.Values) > 0 &&
			!slices.ContainsFunc(c.Values.Values, func(v string) bool { return !harmless(v) })
	})
}

// among is what a list of action patterns has of some actions.
func (l List) among(actions []string) List {
	out := List{Unknown: l.Unknown}
	for _, a := range actions {
		if slices.ContainsFunc(l.Values, func(p string) bool { return MatchFold(p, a) }) {
			out.Values = append(out.Values, a)
		}
	}
	return out
}

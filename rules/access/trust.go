package access

import (
	"slices"
	"strings"
)

// Trust is one principal that a document lets in.
type Trust struct {
	Principal Principal
	// Holds is Yes where nothing stands in the way, Maybe where conditions or unknown parts decide; a principal that
	// is shut out is not listed.
	Holds Answer
	// Narrowed are the keys of conditions that only let some requests through.
	Narrowed   []string
	Conditions []Condition
	by         *Statement
}

// assume are the actions that turn a principal into a role, by the kind of principal that they are for.
var assume = map[PrincipalKind][]string{
	Account:   {"sts:AssumeRole", "sts:agencies:assume"}, // the second is Huawei's
	Federated: {"sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML"},
	Service:   {"sts:AssumeRole"},
	Anyone:    {"sts:AssumeRole", "sts:agencies:assume", "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML"},
}

// Assumers are the principals that a role's trust document lets become the role. Services of the cloud itself are left out,
// because their names are the same in several partitions and are evidence of none, unless a condition names for whom they
// act. facts says what is known of a principal's requests; it may be nil.
func Assumers(doc Document, facts func(Principal) Facts) []Trust {
	return admitted(doc, facts, true)
}

// Admitted are the principals that the policy of a resource lets do anything with it. Services are among them where
// conditions say for whom they ask.
func Admitted(doc Document, facts func(Principal) Facts) []Trust {
	return admitted(doc, facts, false)
}

func admitted(doc Document, facts func(Principal) Facts, assuming bool) []Trust {
	var all []Trust
	var denials []*Statement
	for i := range doc.Statements {
		if s := &doc.Statements[i]; s.Effect == Deny {
			denials = append(denials, s)
		}
	}
	for i := range doc.Statements {
		s := &doc.Statements[i]
		if s.Effect == Deny {
			continue
		}
		principals := s.Principals
		if len(s.NotPrincipals) > 0 {
			principals = []Principal{{Kind: Anyone, Value: "*"}} // everybody but some
		}
		if slices.ContainsFunc(principals, func(p Principal) bool { return p.Kind == Anyone }) {
			if named := s.named(); named != nil {
				principals = named
			}
		}
		for _, p := range principals {
			if p.Kind == Service && !slices.ContainsFunc(s.Conditions, Condition.names) {
				continue
			}
			granted, acts := s.granted(p, assuming)
			if acts == No {
				continue
			}
			known := Facts{}
			if facts != nil {
				known = facts(p)
			}
			t := Trust{Principal: p, Holds: min(acts, s.holds(known)), Conditions: s.Conditions, by: s}
			if s.Effect == EffectUnknown {
				t.Holds = min(t.Holds, Maybe)
			}
			for _, c := range s.Conditions {
				if c.Holds(known) == Maybe {
					t.Narrowed = append(t.Narrowed, c.Key)
				}
			}
			for _, d := range denials {
				t.Holds = min(t.Holds, d.denies(p, granted, s.Resources, known).Not())
			}
			if t.Holds != No {
				all = append(all, t)
			}
		}
	}
	return all
}

// named are the principals that a condition leaves of everybody, by one that names them; nil where none does. Others of the
// statement's conditions may leave fewer.
func (s *Statement) named() []Principal {
	for _, c := range s.Conditions {
		if !c.names() || slices.Contains(ofServices, strings.ToLower(c.Key)) {
			continue
		}
		var all []Principal
		for _, v := range c.Values.Values {
			all = append(all, Principal{Kind: Account, Value: v})
		}
		for _, n := range c.Named {
			all = append(all, Principal{Kind: Account, Unknown: true, Node: n})
		}
		if c.Values.Unknown && len(c.Named) == 0 {
			all = append(all, Principal{Kind: Account, Unknown: true})
		}
		return all
	}
	return nil
}

// granted are the actions that the statement gives to a principal.
func (s *Statement) granted(p Principal, assuming bool) (List, Answer) {
	if !assuming {
		return s.Actions, answer(s.Actions.Written() || s.NotActions.Written())
	}
	actions := assume[p.Kind]
	switch {
	case p.Kind == Federated && strings.HasPrefix(p.Value, "acs:"):
		actions = assume[Account] // Alibaba has one action for every kind of principal
	case p.Kind == Federated && (p.Unknown || strings.HasPrefix(p.Value, "qcs:")):
		actions = assume[Anyone] // whichever cloud it is of; Tencent's roles have one or the other
	}
	var granted List
	most := No
	for _, a := range actions {
		acts := s.acts(a)
		most = max(most, acts)
		if acts != No {
			granted.Values = append(granted.Values, a)
		}
	}
	return granted, most
}

// denies tells whether the statement takes from a principal all that was granted. An unconditional Deny that names
// less than what was granted takes nothing away here: something is left.
func (s *Statement) denies(p Principal, granted, resources List, facts Facts) Answer {
	if s.Effect != Deny || !s.Actions.takes(s.NotActions, granted, true) || !s.Resources.takes(s.NotResources, resources, false) {
		return No
	}
	who := No
	for _, d := range s.Principals {
		who = max(who, d.includes(p))
	}
	if len(s.NotPrincipals) > 0 {
		who = Yes
		for _, d := range s.NotPrincipals {
			who = min(who, d.excepts(p).Not())
		}
	}
	return min(who, s.holds(facts))
}

// takes tells whether a Deny's list, or what its Not list leaves, covers everything that was granted.
func (l List) takes(not, granted List, fold bool) bool {
	switch {
	case l.Written():
		if granted.Unknown || !granted.Written() {
			return slices.ContainsFunc(l.Values, func(p string) bool { return strings.Trim(p, "*") == "" })
		}
		for _, g := range granted.Values {
			if !slices.ContainsFunc(l.Values, func(d string) bool { return covers(d, g, fold) }) {
				return false
			}
		}
		return true
	case not.Written():
		if not.Unknown || granted.Unknown || !granted.Written() {
			return false
		}
		for _, g := range granted.Values {
			if slices.ContainsFunc(not.Values, func(d string) bool { return overlap(d, g, fold) }) {
				return false
			}
		}
	}
	return true
}

// includes tells whether d names p, as AWS reads Deny: an account names all identities in it.
func (d Principal) includes(p Principal) Answer {
	switch {
	case d.Kind == Anyone:
		return Yes
	case d.Unknown || p.Unknown:
		return answer(d.Unknown && p.Unknown && d.Node != nil && d.Node == p.Node)
	case d.Kind == p.Kind && d.Value == p.Value:
		return Yes
	case d.Kind == Account && p.Kind == Account:
		whole, account := accountOf(d.Value)
		_, own := accountOf(p.Value)
		return answer(whole && account != "" && account == own)
	}
	return No
}

// excepts tells whether d in a NotPrincipal keeps a Deny from p: of an account, that is only the account itself, since roles have
// to be named.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
func (d Principal) excepts(p Principal) Answer {
	if d.Kind != Account || p.Kind != Account || d.Unknown || p.Unknown {
		return d.includes(p)
	}
	whole, _ := accountOf(d.Value)
	one, _ := accountOf(p.Value)
	switch {
	case whole && one:
		return d.includes(p)
	case strings.Contains(p.Value, "*") && overlapARN(d.Value, p.Value):
		return Maybe
	}
	return answer(d.Value == p.Value)
}

// admits tells whether a role's trust document lets in somebody of a whole account who has become another role, of whose requests
// something is known.
func admits(doc Document, who Principal, known Facts) Answer {
	most := No
	for i := range doc.Statements {
		s := &doc.Statements[i]
		if s.Effect == Deny || !slices.ContainsFunc(s.Principals, func(p Principal) bool {
			whole, _ := accountOf(p.Value)
			return p.Kind == Anyone || p.Kind == Account && (whole || p.Unknown)
		}) {
			continue
		}
		granted, acts := s.granted(who, true)
		holds := min(acts, s.holds(known))
		for j := range doc.Statements {
			holds = min(holds, doc.Statements[j].denies(who, granted, s.Resources, known).Not())
		}
		most = max(most, holds)
	}
	return most
}

// accountOf is the account that an account principal is of, and whether it names the account as a whole.
func accountOf(principal string) (whole bool, account string) {
	if isAccount(principal) {
		return true, principal
	}
	n, ok := parseName(principal)
	return ok && n.resource == "root", n.account
}

func isAccount(s string) bool {
	if len(s) != 12 {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || '9' < s[i] {
			return false
		}
	}
	return true
}

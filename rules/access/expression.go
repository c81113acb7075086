package access

import (
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/link"
	"github.com/demarc-dev/demarc/analyzer/pattern"
)

// Google's conditions are written in CEL. What is read of it are comparisons of one name with texts, joined by `&&`: the
// same that the other clouds have as operators, keys and values. Anything else may hold.
// https://cloud.google.com/iam/docs/conditions-overview

var (
	compared = pattern.New(`^([a-z][A-Za-z_.]*) *(==|!=) *(?:"([^"]*)"|'([^']*)')$`)
	begins   = pattern.New(`^([a-z][A-Za-z_.]*)\.startsWith\( *(?:"([^"]*)"|'([^']*)') *\)$`)
	among    = pattern.New(`^([a-z][A-Za-z_.]*) +in +\[([^\[\]]*)\]$`)
	inQuotes = pattern.New(`^(?:"([^"]*)"|'([^']*)')$`)
	timed    = pattern.New(`^(request\.time) *(<|<=|>|>=) *timestamp\( *(?:"([^"]*)"|'([^']*)') *\)$`)
)

// longestExpression bounds what is read of a condition: Google takes none that is longer.
// https://cloud.google.com/iam/docs/reference/rest/v1/projects.locations.workloadIdentityPools.providers
const longestExpression = 1 << 12

// Expression reads a condition of Google's. What it cannot read is left out, and whole is false.
func Expression(text string) (all []Condition, whole bool) {
	if len(text) > longestExpression {
		return nil, false
	}
	whole = true
	terms := conjuncts(text)
	for len(terms) > 0 {
		term := strings.TrimSpace(terms[0])
		terms = terms[1:]
		if inner, ok := bracketed(term); ok {
			terms = append(conjuncts(inner), terms...)
			continue
		}
		c, ok := comparison(term)
		if !ok {
			whole = false
			continue
		}
		all = append(all, c)
	}
	return all, whole
}

// outer calls at for every byte of an expression that is in no text, with the number of brackets around it; a bracket is not
// around itself. It goes on while at says so.
func outer(text string, at func(i, depth int) bool) {
	depth := 0
	var quote byte
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quote != 0 && c == '\\':
			i++
			continue
		case quote != 0:
			if c == quote {
				quote = 0
			}
			continue
		case c == '"' || c == '\'':
			quote = c
			continue
		case c == ')' || c == ']' || c == '}':
			depth--
		}
		if !at(i, depth) {
			return
		}
		if c == '(' || c == '[' || c == '{' {
			depth++
		}
	}
}

// conjuncts are what `&&` joins outside of texts and brackets. An expression that also says or, or chooses, is one.
func conjuncts(text string) []string {
	var all []string
	from := 0
	one := false
	outer(text, func(i, depth int) bool {
		switch {
		case depth > 0:
		case text[i] == '?' || strings.HasPrefix(text[i:], "||"):
			one = true
		case strings.HasPrefix(text[i:], "&&"):
			all, from = append(all, text[from:i]), i+len("&&")
		}
		return !one
	})
	if one {
		return []string{text}
	}
	return append(all, text[from:])
}

// bracketed is what is within the brackets around all of a term.
func bracketed(term string) (inner string, ok bool) {
	if !strings.HasPrefix(term, "(") {
		return "", false
	}
	end := 0
	outer(term, func(i, depth int) bool {
		end = i
		return depth > 0 || term[i] != ')'
	})
	return term[1:max(1, end)], end == len(term)-1 && term[end] == ')'
}

func comparison(term string) (Condition, bool) {
	one := func(test, key, a, b string) (Condition, bool) {
		return Condition{Test: test, Key: key, Values: List{Values: []string{a + b}}}, true
	}
	if term == "false" {
		return Condition{Test: "StringEquals", Key: term}, true // nothing equals none of no values
	}
	if m := compared.Regexp().FindStringSubmatch(term); m != nil {
		test := "StringEquals"
		if m[2] == "!=" {
			test = "StringNotEquals"
		}
		return one(test, m[1], m[3], m[4])
	}
	if m := begins.Regexp().FindStringSubmatch(term); m != nil && !strings.ContainsAny(m[2]+m[3], "*?") {
		return one("StringLike", m[1], m[2], m[3]+"*")
	}
	if m := among.Regexp().FindStringSubmatch(term); m != nil {
		c := Condition{Test: "StringEquals", Key: m[1]}
		for text := range strings.SplitSeq(m[2], ",") {
			q := inQuotes.Regexp().FindStringSubmatch(strings.TrimSpace(text))
			if q == nil {
				return Condition{}, false
			}
			c.Values.Values = append(c.Values.Values, q[1]+q[2])
		}
		return c, true
	}
	if m := timed.Regexp().FindStringSubmatch(term); m != nil {
		test := "DateLessThan"
		if strings.HasPrefix(m[2], ">") {
			test = "DateGreaterThan"
		}
		return one(test, m[1], m[3], m[4])
	}
	return Condition{}, false
}

// expression tells whether a condition of Google's in an argument of n may hold, with what is known of requests.
func (r *Reader) expression(n *link.Node, block string, facts Facts) Answer {
	text, _ := at(n.Values, block).Text()
	return r.mayHold(text, facts)
}

// mayHold tells whether a condition of Google's may hold. One that is empty always does.
func (r *Reader) mayHold(text string, facts Facts) Answer {
	if text == "" {
		return Yes
	}
	conditions, whole := Expression(text)
	all := answer(whole)
	all = max(all, Maybe)
	for i := range conditions {
		conditions[i].expire(r.today)
		all = min(all, conditions[i].Holds(facts))
	}
	return all
}

// Shut tells that a resource lets nobody in: it or the pool that it is of is switched off, or it is under a condition that
// cannot hold.
func (r *Reader) Shut(n *link.Node) bool { return r.shutFor(n, Member{}) }

// shutFor tells that a provider of a pool does not let in those whom a member names, or anybody if it names none.
func (r *Reader) shutFor(n *link.Node, m Member) bool {
	if n.Values.Get("disabled").True() {
		return true
	}
	for _, of := range r.cat.Pools() {
		if of.Provider != n.Type {
			continue
		}
		pools := r.named(n, of.ID, of.Type, []string{of.ID})
		if pools != nil && !slices.ContainsFunc(pools, func(f found) bool { return !f.node.Values.Get("disabled").True() }) {
			return true
		}
	}
	facts := Facts{Keys: map[string]Fact{}}
	if issuer, ok := at(n.Values, "oidc.issuer_uri").Text(); ok {
		facts.Keys["assertion.iss"] = Fact{Patterns: []string{issuer}}
		if subjects := subjectsOf(issuer); subjects != "" {
			facts.Keys["assertion.sub"] = Fact{Patterns: []string{subjects}}
			facts.Keys["google.subject"] = facts.Keys["assertion.sub"]
		}
		if mapped, _ := at(n.Values, "attribute_mapping").Get("google.subject").Text(); mapped != "assertion.sub" {
			delete(facts.Keys, "google.subject")
		}
	}
	if m.Attribute != "" {
		facts.Keys[m.Attribute] = Fact{Patterns: []string{m.Value}}
		if claim, ok := at(n.Values, "attribute_mapping").Get(m.Attribute).Text(); ok {
			facts.Keys[keyName(claim)] = Fact{Patterns: []string{m.Value}}
		}
	}
	if account, ok := at(n.Values, "aws.account_id").Text(); ok {
		facts.Keys["assertion.account"] = Fact{Patterns: []string{account}}
	}
	return r.expression(n, "attribute_condition", facts) == No
}

// subjectsOf is how an issuer names the subjects of its tokens, as a pattern; "" where that is not known.
func subjectsOf(issuer string) string {
	if strings.HasPrefix(strings.TrimPrefix(issuer, "https://"), "oidc.eks.") {
		return "system:serviceaccount:*:*" // docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html
	}
	return ""
}

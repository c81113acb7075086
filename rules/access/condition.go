package access

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// Facts are what is known of a request. A key of which nothing is known may have any value, or none.
type Facts struct {
	Keys map[string]Fact // by condition key in lower case
	// Partition is the principal's, "" where it is not known. An organisation has no accounts of other partitions.
	Partition string
	Issuer    string // host and path of the OIDC provider whose token it is: there are no claims of others
}

// Fact is what a condition key has: the texts, or one of those that a pattern matches, of which any one may be meant.
// Absent says that the request has no such key.
type Fact struct {
	Patterns []string
	Absent   bool
}

// of is what is known of a condition key.
func (f Facts) of(key string) (Fact, bool) {
	if f.Keys == nil && f.Issuer == "" {
		return Fact{}, false
	}
	key = keyName(key)
	if fact, ok := f.Keys[key]; ok {
		return fact, true
	}
	if i := strings.LastIndexByte(key, ':'); f.Issuer != "" && i > 0 && strings.Contains(key[:i], ".") && key[:i] != f.Issuer {
		return Fact{Absent: true}, true
	}
	return Fact{}, false
}

// holds tells whether all conditions of the statement hold: they are joined by and, so that what one of them leaves of a key
// is all that the others can find there.
func (s *Statement) holds(facts Facts) Answer {
	all := Yes
	for i, c := range s.Conditions {
		all = min(all, c.Holds(facts))
		if all != No && i+1 < len(s.Conditions) {
			facts = c.narrow(facts)
		}
	}
	for _, c := range s.Conditions[:max(len(s.Conditions)-1, 0)] { // those that came before what narrows
		all = min(all, c.Holds(facts))
	}
	return all
}

// narrow is what is known of a request once the condition has let it through: of a key with a single value, one of the
// condition's.
func (c Condition) narrow(facts Facts) Facts {
	test, ok := parseTest(c.Test)
	if !ok || strings.Contains(c.Test, ":") || test.ifExists || test.fold || c.Values.Unknown || len(c.Values.Values) == 0 ||
		test.operator != equal && test.operator != like && test.operator != arnLike {
		return facts
	}
	fact, known := facts.of(c.Key)
	if fact.Absent {
		return facts
	}
	left := Fact{}
	for _, v := range c.Values.Values {
		if strings.Contains(v, "${") {
			return facts
		}
		if test.operator == equal && strings.ContainsAny(v, "*?") {
			return facts // of which a pattern would mean more
		}
		if !known || slices.ContainsFunc(fact.Patterns, func(p string) bool { return test.compare(v, p, false) == Maybe }) {
			left.Patterns = append(left.Patterns, v)
		}
	}
	for _, p := range fact.Patterns {
		if slices.ContainsFunc(c.Values.Values, func(v string) bool { return test.compare(v, p, false) == Yes }) {
			left.Patterns = append(left.Patterns, p)
		}
	}
	keys := maps.Clone(facts.Keys)
	if keys == nil {
		keys = map[string]Fact{}
	}
	keys[keyName(c.Key)] = left
	facts.Keys = keys
	return facts
}

// keyName is a condition key as facts have it: an issuer may be written with a slash at its end.
func keyName(key string) string { return strings.Replace(strings.ToLower(key), "/:", ":", 1) }

// Holds tells whether a condition holds. The rules are those of AWS's "Logic for context keys": the values are joined
// by or, under a negated operator by nor; a missing key fails an operator, satisfies a negated one, an IfExists and a
// ForAllValues.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
func (c Condition) Holds(facts Facts) Answer {
	test, ok := parseTest(c.Test)
	if !ok {
		return Maybe
	}
	op, all, ifExists := test.operator, test.forAll, test.ifExists
	fact, known := facts.of(c.Key)
	if op == isNull {
		return c.null(fact, known)
	}
	negated := op == notEqual || op == notLike || op == arnNotLike || op == notOther
	switch {
	case c.Past && (op == before || op == after):
		return answer(op == after)
	case c.Organisation != "" && facts.Partition != "" && c.Organisation != facts.Partition && (negated || (op == equal || op == like) && !ifExists) && !all:
		return answer(negated) // no organisation has accounts of two partitions
	case !known && len(c.Values.Values) == 0 && !c.Values.Unknown && !negated && !all && !ifExists:
		return No // no value can equal none
	case !known:
		return Maybe
	case fact.Absent:
		return answer(negated || all || ifExists)
	}
	least, most := Yes, No
	for _, p := range fact.Patterns {
		found := No
		if c.Values.Unknown {
			found = Maybe
		}
		for _, v := range c.Values.Values {
			found = max(found, op.compare(v, p, test.fold))
		}
		least, most = min(least, found), max(most, found)
	}
	if least != most {
		most = Maybe
	}
	if negated {
		return most.Not()
	}
	return most
}

// names tells whether the condition's values name those whom it lets through: the principals, or the accounts and
// resources for which a service asks.
func (c Condition) names() bool {
	switch strings.ToLower(c.Key) {
	case "aws:principalaccount", "aws:principalarn", "aws:sourceaccount", "aws:sourcearn":
		test, _ := parseTest(c.Test)
		switch test.operator {
		case equal, like, arnLike:
			return true
		}
	}
	return false
}

// calls tells whether the condition lets those through who call from some addresses.
func (c Condition) calls() bool {
	switch strings.ToLower(c.Key) {
	case "aws:sourceip", "acs:sourceip":
		return strings.EqualFold(c.Test, "IpAddress") || strings.EqualFold(c.Test, "ForAnyValue:IpAddress")
	}
	return false
}

// expire notes that the moment has gone by that the condition compares the time of a request with, in the words of AWS and
// Google.
func (c *Condition) expire(today time.Time) {
	switch strings.ToLower(c.Key) {
	case "aws:currenttime", "acs:currenttime", "g:currenttime", "request.time":
		if len(c.Values.Values) == 1 && !c.Values.Unknown {
			moment, err := time.Parse(time.RFC3339, c.Values.Values[0])
			c.Past = err == nil && moment.Before(today)
		}
	}
}

func (c Condition) null(fact Fact, known bool) Answer {
	if !known || len(c.Values.Values) != 1 {
		return Maybe
	}
	return answer(fact.Absent == strings.EqualFold(c.Values.Values[0], "true"))
}

type operator uint8

const (
	isNull operator = iota
	equal
	notEqual
	like
	notLike
	arnLike // AWS: each field by itself; ArnEquals and ArnLike behave identically
	arnNotLike
	truth
	before // a moment
	after
	other // compares what is never known here: numbers, dates, addresses
	notOther
)

// test is a condition's operator with what stands before and behind it.
type test struct {
	operator
	forAll   bool // of several values each must match, and none need be there
	ifExists bool
	fold     bool // without regard to case
}

// parseTest reads `ForAnyValue:StringLikeIfExists`, in any case.
func parseTest(word string) (test, bool) {
	var t test
	name := word
	if set, rest, ok := strings.Cut(word, ":"); ok {
		t.forAll, name = strings.EqualFold(set, "ForAllValues"), rest
		if !t.forAll && !strings.EqualFold(set, "ForAnyValue") {
			return t, false
		}
	}
	const suffix = "IfExists"
	if n := len(name) - len(suffix); n > 0 && strings.EqualFold(name[n:], suffix) {
		t.ifExists, name = true, name[:n]
	}
	var room [32]byte
	small := room[:0]
	for i := 0; i < len(name) && i < cap(small); i++ {
		small = append(small, lower(name[i]))
	}
	op, ok := operators[string(small)]
	t.operator, t.fold = op, strings.HasSuffix(string(small), "ignorecase")
	return t, ok
}

// operators are AWS's; Alibaba has most of them. What Tencent and Huawei spell differently is not decided here.
var operators = map[string]operator{
	"null":                      isNull,
	"stringequals":              equal,
	"stringequalsignorecase":    equal,
	"stringnotequals":           notEqual,
	"stringnotequalsignorecase": notEqual,
	"stringlike":                like,
	"stringnotlike":             notLike,
	"arnequals":                 arnLike,
	"arnlike":                   arnLike,
	"arnnotequals":              arnNotLike,
	"arnnotlike":                arnNotLike,
	"bool":                      truth,
	"binaryequals":              other,
	"ipaddress":                 other,
	"notipaddress":              notOther,
	"numericequals":             other,
	"numericnotequals":          notOther,
	"numericlessthan":           other,
	"numericlessthanequals":     other,
	"numericgreaterthan":        other,
	"numericgreaterthanequals":  other,
	"dateequals":                other,
	"datenotequals":             notOther,
	"datelessthan":              before,
	"datelessthanequals":        before,
	"dategreaterthan":           after,
	"dategreaterthanequals":     after,
}

// compare tells whether a fact, which may be a pattern, is what the value says.
func (op operator) compare(value, fact string, fold bool) Answer {
	if strings.Contains(value, "${") {
		return Maybe // a policy variable
	}
	exact := !strings.ContainsAny(fact, "*?")
	switch op {
	case truth:
		return answer(strings.EqualFold(value, fact))
	case equal, notEqual:
		if exact {
			return answer(value == fact || fold && strings.EqualFold(value, fact))
		}
		if match(fact, value, fold) {
			return Maybe
		}
		return No
	case arnLike, arnNotLike:
		v, f := strings.SplitN(value, ":", 6), strings.SplitN(fact, ":", 6)
		if len(v) < 6 || len(f) < 6 {
			return min(like.compare(value, fact, false), Maybe) // no ARN, so what AWS makes of it is not documented
		}
		all := Yes
		for i := range v {
			all = min(all, like.compare(v[i], f[i], false))
		}
		return all
	case like, notLike:
		switch {
		case exact:
			return answer(Match(value, fact))
		case covers(value, fact, false):
			return Yes
		case overlap(value, fact, false):
			return Maybe
		}
		return No
	}
	return Maybe
}

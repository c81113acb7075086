package access

import (
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/catalog"
)

// Classes says what identity policies of one cloud amount to. It remembers what it has asked the catalog, and is not
// safe for concurrent use.
type Classes struct {
	cat     *catalog.Catalog
	cloud   string
	probes  []probe
	service map[string][]int // probes by the part of the action before the colon, in lower case
	sets    []set
	known   map[string]catalog.Class
	matches map[string][]int
}

// probe is a single action that is asked after.
type probe struct {
	action string
	class  catalog.Class
}

// set is an escalation set: probes that together amount to everything.
type set struct {
	name   string
	probes []int
}

// Verdict is what policies amount to.
type Verdict struct {
	Class catalog.Class
	// Set is the escalation set that makes the class Full, "" where another thing does.
	Set string
	// Sure is Maybe where unknown parts may amount to more or to less.
	Sure Answer
	// Narrowed tells that conditions hold back a part of it.
	Narrowed bool
	// Bounded tells that a permissions boundary, or what control policies leave, does.
	Bounded bool
}

// samples are actions of each kind of administration. They say what is left of a pattern of which another statement
// takes a part away: what class each of them has, the tables say.
var samples = []string{
	"iam:CreateRole", "iam:PutRolePolicy", "iam:CreateSAMLProvider", "sso:CreateAccountAssignment", "organizations:AttachPolicy",
	"ec2:CreateVpcPeeringConnection", "ec2:CreateVpnConnection", "ec2:CreateRoute", "ec2:AuthorizeSecurityGroupIngress",
	"ec2:CreateTransitGatewayPeeringAttachment", "directconnect:CreateConnection", "route53:ChangeResourceRecordSets",
	"kms:PutKeyPolicy", "kms:CreateGrant", "secretsmanager:GetSecretValue",
	"s3:PutBucketPolicy", "s3:PutObject", "s3:GetObject", "rds:ModifyDBInstance", "dynamodb:PutItem",
	"aws-portal:ModifyBilling",
}

// NewClasses prepares the classes of a cloud's actions.
func NewClasses(cat *catalog.Catalog, cloud string) *Classes {
	c := &Classes{cat: cat, cloud: cloud, service: map[string][]int{}, known: map[string]catalog.Class{}, matches: map[string][]int{}}
	index := map[string]int{}
	add := func(action string) int {
		key := strings.ToLower(action)
		if i, ok := index[key]; ok {
			return i
		}
		i := len(c.probes)
		index[key] = i
		c.probes = append(c.probes, probe{action: action, class: c.class(action)})
		c.service[service(key)] = append(c.service[service(key)], i)
		return i
	}
	for _, e := range cat.Escalations(cloud) {
		s := set{name: e.Name}
		for _, a := range e.Actions {
			s.probes = append(s.probes, add(a))
		}
		if len(s.probes) > 0 {
			c.sets = append(c.sets, s)
		}
	}
	if cloud == "aws" {
		for _, a := range samples {
			add(a)
		}
	}
	return c
}

func service(action string) string {
	s, _, _ := strings.Cut(action, ":")
	return s
}

// class is what holding a pattern of actions amounts to by the tables.
func (c *Classes) class(pattern string) catalog.Class {
	if class, ok := c.known[pattern]; ok {
		return class
	}
	class := c.cat.ActionClass(c.cloud, pattern)
	c.known[pattern] = class
	return class
}

// Of says what the policies of an identity amount to together. Every limit must allow the same: a permissions boundary, or
// what control policies leave of an account. A Deny comes before every Allow; it takes an action away where it is unconditional and
// for all resources, because otherwise something is left.
//
// The evaluation follows AWS's "Policy evaluation logic" for identity-based policies, permissions boundaries and service
// control policies.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
func (c *Classes) Of(policies []Document, limits ...Document) Verdict {
	weighed := make([]*weight, len(limits))
	for i := range limits {
		weighed[i] = c.weigh(limits[i : i+1])
	}
	return c.verdict(c.weigh(policies), weighed)
}

// weight is what statements say of the probes and of whole patterns.
type weight struct {
	allow, broad, deny bits // broad: allowed on all resources
	all                bool // every action on every resource
	patterns           []string
	except             []List // the NotAction lists of broad Allows
	denies             []List // action lists that are taken away
	keeps              []List // a Deny with NotAction takes everything else away
	narrowed, unknown  bool
}

// whole tells that everything is allowed and nothing taken away.
func (w *weight) whole() bool { return w.all && len(w.denies)+len(w.keeps) == 0 }

func (c *Classes) weigh(policies []Document) *weight {
	n := (len(c.probes) + 63) / 64
	w := &weight{allow: make(bits, n), broad: make(bits, n), deny: make(bits, n)}
	for d := range policies {
		w.unknown = w.unknown || policies[d].Unknown
		for i := range policies[d].Statements {
			c.add(w, &policies[d].Statements[i])
		}
	}
	return w
}

func (c *Classes) add(w *weight, s *Statement) {
	holds := s.holds(Facts{})
	if holds == No {
		return
	}
	w.narrowed = w.narrowed || holds == Maybe
	w.unknown = w.unknown || s.Effect == EffectUnknown || s.Actions.Unknown || s.NotActions.Unknown
	reach := s.reach()
	switch {
	case s.Effect == Deny && holds == Yes && reach == everything:
		if s.Actions.Written() {
			w.denies = append(w.denies, s.Actions)
			c.mark(s.Actions, w.deny)
		} else if s.NotActions.Written() && !s.NotActions.Unknown {
			w.keeps = append(w.keeps, s.NotActions)
			c.markOthers(s.NotActions, w.deny)
		}
	case s.Effect == Allow && reach != nothing:
		if s.Actions.Written() {
			c.mark(s.Actions, w.allow)
			w.patterns = append(w.patterns, s.Actions.Values...)
		} else if s.NotActions.Written() && !s.NotActions.Unknown {
			c.markOthers(s.NotActions, w.allow)
		}
		if reach == part {
			return
		}
		if s.Actions.Written() {
			c.mark(s.Actions, w.broad)
			for _, p := range s.Actions.Values {
				w.all = w.all || reach == everything && everyAction(p)
			}
		} else if s.NotActions.Written() && !s.NotActions.Unknown {
			c.markOthers(s.NotActions, w.broad)
			w.except = append(w.except, s.NotActions)
		}
	}
}

func everyAction(pattern string) bool {
	return strings.Trim(pattern, "*") == "" || pattern == "*:*"
}

// mark sets the probes that a list of patterns matches.
func (c *Classes) mark(l List, b bits) {
	for _, p := range l.Values {
		for _, i := range c.matched(p) {
			b.set(i)
		}
	}
}

// matched are the probes that a pattern matches.
func (c *Classes) matched(pattern string) []int {
	list, ok := c.matches[pattern]
	if ok {
		return list
	}
	s, _, named := strings.Cut(pattern, ":")
	if !named || strings.ContainsAny(s, "*?") {
		for i := range c.probes {
			if MatchFold(pattern, c.probes[i].action) {
				list = append(list, i)
			}
		}
	} else {
		for _, i := range c.service[strings.ToLower(s)] {
			if MatchFold(pattern, c.probes[i].action) {
				list = append(list, i)
			}
		}
	}
	c.matches[pattern] = list
	return list
}

func (c *Classes) markOthers(l List, b bits) {
	named := make(bits, len(b))
	c.mark(l, named)
	for i := range b {
		b[i] |= ^named[i]
	}
}

// verdict weighs what is held against limits.
func (c *Classes) verdict(held *weight, limits []*weight) Verdict {
	v := Verdict{Sure: Yes, Narrowed: held.narrowed}
	if held.unknown || slices.ContainsFunc(limits, func(l *weight) bool { return l.unknown }) {
		v.Sure = Maybe
	}
	has := func(b func(*weight) bits, i int) bool {
		return b(held).has(i) && !held.deny.has(i) &&
			!slices.ContainsFunc(limits, func(l *weight) bool { return !l.unknown && (!l.allow.has(i) || l.deny.has(i)) })
	}
	if held.whole() && !slices.ContainsFunc(limits, func(l *weight) bool { return !l.unknown && !l.whole() }) {
		v.Class = catalog.Full
		return v
	}
	for _, s := range c.sets {
		if every(s.probes, func(i int) bool { return has(func(w *weight) bits { return w.broad }, i) }) {
			v.Class, v.Set = catalog.Full, s.name
			return v
		}
	}
	for i, p := range c.probes {
		if p.class > v.Class && has(func(w *weight) bits { return w.allow }, i) {
			v.Class = p.class
		}
	}
	for _, p := range held.patterns {
		v.Class = max(v.Class, c.left(p, held, limits))
	}
	return v
}

// leaves tells whether a document allows something of a class.
func (c *Classes) leaves(doc Document, class catalog.Class) bool {
	w := c.weigh([]Document{doc})
	if w.whole() {
		return true
	}
	for i, p := range c.probes {
		if p.class == class && w.allow.has(i) && !w.deny.has(i) {
			return true
		}
	}
	return slices.ContainsFunc(w.patterns, func(p string) bool { return c.left(p, w, nil) == class })
}

// left is the class of what statements leave of an allowed pattern. Of a pattern from which a part is taken away the
// probes are left, which are counted already.
func (c *Classes) left(pattern string, held *weight, limits []*weight) catalog.Class {
	taken := held.denies
	keeps := held.keeps
	for _, limit := range limits {
		if limit.unknown {
			continue
		}
		taken = slices.Concat(taken, limit.denies, limit.except)
		keeps = slices.Concat(keeps, limit.keeps)
		if len(limit.except) == 0 {
			keeps = append(keeps, List{Values: limit.patterns})
		}
	}
	sampled := len(taken) > 0 && len(c.matched(pattern)) > 0
	for _, l := range taken {
		for _, d := range l.Values {
			if covers(d, pattern, true) || sampled && overlap(d, pattern, true) {
				return catalog.NoClass
			}
		}
	}
	class := c.class(pattern)
	for _, l := range keeps {
		class = min(class, c.within(pattern, l.Values))
	}
	return class
}

// within is the class of what is in a pattern and in one of others too.
func (c *Classes) within(pattern string, others []string) catalog.Class {
	class := catalog.NoClass
	for _, o := range others {
		switch {
		case covers(o, pattern, true):
			return c.class(pattern)
		case covers(pattern, o, true):
			class = max(class, c.class(o))
		case overlap(pattern, o, true):
			class = max(class, min(c.class(pattern), c.class(o)))
		}
	}
	return class
}

func every(list []int, f func(int) bool) bool {
	for _, i := range list {
		if !f(i) {
			return false
		}
	}
	return true
}

// reach is over how much a statement reaches.
type reach uint8

const (
	nothing reach = iota
	part          // named resources
	kind          // all resources of a kind
	everything
)

// reach tells over how much the statement reaches. A statement without the element reaches everywhere: Huawei and
// Tencent take it so, and AWS takes no such identity policy. A resource that is not known is a reference to one thing.
func (s *Statement) reach() reach {
	switch {
	case s.Resources.Written():
		most := part
		for _, r := range s.Resources.Values {
			most = max(most, patternReach(r))
		}
		return most
	case s.NotResources.Written():
		for _, r := range s.NotResources.Values {
			if patternReach(r) == everything {
				return nothing
			}
		}
		return kind
	}
	return everything
}

// patternReach reads one resource pattern: `*` and `arn:aws:*` are everything; `arn:aws:iam::*:role/*` is all of a
// kind. The resource is the sixth field of the ARNs of all four clouds.
func patternReach(p string) reach {
	if strings.Trim(p, "*") == "" || p == "arn:*" || covers(p, "arn:*:*:*:*:*", false) {
		return everything
	}
	fields := strings.SplitN(p, ":", 6)
	last := fields[len(fields)-1]
	if len(fields) < 6 {
		if last == "*" && len(fields) > 1 {
			return kind
		}
		return part
	}
	if last == "*" {
		return kind
	}
	if i := strings.IndexAny(last, "/:"); i > 0 && fields[2] != "s3" && strings.Trim(last[i+1:], "*/") == "" && strings.HasSuffix(last, "*") {
		return kind
	}
	return part
}

// bits is a set of small numbers.
type bits []uint64

func (b bits) set(i int)      { b[i/64] |= 1 << (i % 64) }
func (b bits) has(i int) bool { return b[i/64]&(1<<(i%64)) != 0 }

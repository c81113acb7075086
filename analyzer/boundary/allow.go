package boundary

import (
	"slices"
	"strings"
	"time"

	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Allowance is an `allow` block: findings that somebody has accepted, and why.
type Allowance struct {
	Name      string
	Rules     []string // ids; empty for all
	Resources []string // globs over resource addresses; empty for all
	From, To  string   // sides, or ""
	Reason    string
	Expires   time.Time // the last day on which it holds, at 00:00 UTC; zero for no end
	Pos       model.Pos
}

// Expired tells whether the last day, in UTC, is over.
func (a *Allowance) Expired(now time.Time) bool {
	return !a.Expires.IsZero() && !now.Before(a.Expires.AddDate(0, 0, 1))
}

// Matches tells whether a finding is one that is allowed: by its rule, the address of its resource and its sides. It
// does not ask whether the allowance has expired.
//
// A glob matches the whole address; `*` stands for any characters, dots and brackets too, and everything else for
// itself. A glob is also compared with block, which is Block of the address: `aws_vpc.x` allows every instance of it, as
// it would in a `-target`.
//
// With From and To set, the finding must go from the one to the other. With one of them set, that side may be either
// end, because a link of networks has no direction that the author of the policy could know.
func (a *Allowance) Matches(rule, address, block, from, to string) bool {
	return (len(a.Rules) == 0 || slices.Contains(a.Rules, rule)) && a.joins(from, to) && a.covers(address, block)
}

// Block is the address of a resource without instance keys.
func Block(address string) string {
	if r, err := addr.Parse(address); err == nil {
		return r.Block().String()
	}
	return address
}

func (a *Allowance) covers(address, block string) bool {
	return len(a.Resources) == 0 || slices.ContainsFunc(a.Resources, func(glob string) bool {
		return wildcard(glob, address) || wildcard(glob, block)
	})
}

func (a *Allowance) joins(from, to string) bool {
	switch {
	case a.From != "" && a.To != "":
		return from == a.From && to == a.To
	case a.From != "" || a.To != "":
		one := a.From + a.To
		return from == one || to == one
	}
	return true
}

// wildcard tells whether glob, in which `*` stands for any characters, matches all of s. An address is full of the
// characters that other kinds of glob have for their own.
func wildcard(glob, s string) bool {
	first, rest, star := strings.Cut(glob, "*")
	if !star {
		return glob == s
	}
	s, ok := strings.CutPrefix(s, first)
	if !ok {
		return false
	}
	parts := strings.Split(rest, "*")
	last := len(parts) - 1
	for _, part := range parts[:last] {
		if _, s, ok = strings.Cut(s, part); !ok {
			return false
		}
	}
	return strings.HasSuffix(s, parts[last])
}

func (f *file) allow(b *hclsyntax.Block) {
	a := &Allowance{Name: b.Labels[0], Pos: f.pos(b.DefRange())}
	reasoned := false
	for _, arg := range f.arguments(b, "rules", "resources", "from", "to", "reason", "expires") {
		switch arg.Name {
		case "rules":
			for _, t := range f.texts(arg.Name, arg.Expr) {
				if f.known("rule", t, f.rules) {
					a.Rules = append(a.Rules, t.value)
				}
			}
		case "resources":
			for _, t := range f.texts(arg.Name, arg.Expr) {
				a.Resources = append(a.Resources, t.value)
			}
		case "from":
			a.From, _ = f.side(arg.Name, arg.Expr)
		case "to":
			a.To, _ = f.side(arg.Name, arg.Expr)
		case "reason":
			reasoned = true // or said to be wrong
			t, _ := f.text(arg.Name, arg.Expr)
			a.Reason = t.value
		case "expires":
			a.Expires = f.date(arg)
		}
	}
	if !reasoned {
		f.problem(b.DefRange(), "allow %s has no reason: write reason = \"...\"", quoted(a.Name))
	}
	f.policy.allowances = append(f.policy.allowances, a)
}

func (f *file) date(a *hclsyntax.Attribute) time.Time {
	t, ok := f.text(a.Name, a.Expr)
	if !ok {
		return time.Time{}
	}
	day, err := time.Parse(time.DateOnly, t.value)
	if err != nil {
		f.problem(t.at, "%s is no date: write %s as YYYY-MM-DD", quoted(t.value), a.Name)
	}
	return day
}

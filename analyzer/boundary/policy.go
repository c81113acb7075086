// Package boundary reads the policy file, .demarc.hcl, and answers what it says: which side a place is on, what is
// allowed, and how severe a rule is.
//
// Parse makes a Policy of the file in one go: the file is measured (guard.go), read by hclsyntax, and its blocks are
// decoded, one file a kind of block, from literals (literal.go). Every problem of the file is reported at once. Side
// then decides where a place belongs.
package boundary

import (
	"maps"
	"slices"

	"github.com/demarc-dev/demarc/analyzer/catalog"
)

// Policy is a policy file, or the built-in one where there is none. It is immutable and safe for concurrent use.
type Policy struct {
	cat        *catalog.Catalog
	names      []string // of the boundaries
	entries    map[key]entry
	regions    []regionEntry // the most specific first
	allowances []*Allowance
	stacks     []Stack
	settings   map[string]RuleSetting
	defaults   map[string]map[string]string
	links      []catalog.Link
}

// Default is the policy without a file: the built-in sides and nothing allowed.
func Default(cat *catalog.Catalog) *Policy { return &Policy{cat: cat} }

// Sides are the names of all sides, built in and of the policy, sorted.
func (p *Policy) Sides() []string {
	names := slices.Clone(p.names)
	for _, part := range p.cat.Partitions("") {
		names = append(names, part.Side)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Allowances are the `allow` blocks in the order of the file.
func (p *Policy) Allowances() []*Allowance { return slices.Clone(p.allowances) }

// Stacks are the `stack` blocks in the order of the file.
func (p *Policy) Stacks() []Stack { return slices.Clone(p.stacks) }

// Rule is what the policy says of a rule, the zero RuleSetting where it says nothing.
func (p *Policy) Rule(id string) RuleSetting { return p.settings[id] }

// Defaults are the `default` blocks: what provider configurations take from outside of the input, by the cloud or the
// provider's local name, then by argument.
func (p *Policy) Defaults() map[string]map[string]string {
	out := make(map[string]map[string]string, len(p.defaults))
	for name, arguments := range p.defaults {
		out[name] = maps.Clone(arguments)
	}
	return out
}

// Domains are the hosts and `*.` domains that the policy gives to sides, for catalog.Catalog.With.
func (p *Policy) Domains() []string {
	var all []string
	for k := range p.entries {
		if k.noun == "domain" {
			all = append(all, k.text)
		}
	}
	return all
}

// Links are the rows of the `link` blocks in the order of the file, for catalog.Catalog.With.
func (p *Policy) Links() []catalog.Link { return slices.Clone(p.links) }

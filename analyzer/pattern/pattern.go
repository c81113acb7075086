// Package pattern has regular expressions that are compiled when they are first asked: there are many, one run asks few of
// them, and a small plan should not wait for the others.
package pattern

import (
	"regexp"
	"sync"
)

// Pattern is a regular expression. It is safe for concurrent use.
type Pattern struct {
	source string
	once   sync.Once
	re     *regexp.Regexp
}

// New makes a pattern of an expression that is known to be one.
func New(source string) *Pattern { return &Pattern{source: source} }

// Regexp is the compiled expression.
func (p *Pattern) Regexp() *regexp.Regexp {
	p.once.Do(func() { p.re = regexp.MustCompile(p.source) })
	return p.re
}

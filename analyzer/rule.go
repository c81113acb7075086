package analyzer

import (
	"fmt"
	"reflect"
	"time"

	"github.com/demarc-dev/demarc/analyzer/boundary"
	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/link"
	"github.com/demarc-dev/demarc/analyzer/place"
)

// Severity is how bad a finding is. The zero Severity is invalid, so that forgetting it shows.
type Severity uint8

// The severities, least first.
const (
	Note Severity = iota + 1
	Low
	Medium
	High
	Critical
)

var severities = [...]string{"", "note", "low", "medium", "high", "critical"}

func (s Severity) String() string { return severities[s] }

// ParseSeverity reads a severity's name.
func ParseSeverity(s string) (Severity, error) {
	for i, n := range severities[1:] {
		if n == s {
			return Severity(i + 1), nil
		}
	}
	return 0, fmt.Errorf("unknown severity %q: it is one of critical, high, medium, low, note", s)
}

// Rule is one thing that demarc can say. It is a value: the list of them is rules.All.
type Rule struct {
	ID       string // kebab-case, published once, never reused
	Title    string // says what the rule says, without a full stop: `networks of two sides are joined`
	Doc      string // Markdown: what it means, why it matters, how to fix it
	Fix      string // one line
	Example  string // of a configuration that it flags, in Terraform's language
	Severity Severity
	// Yields names the rules that say more about the same crossing: where one of them reports the same resource and far
	// side, this one is silent.
	Yields []string
	Secret bool // what it finds is a secret: no text of the lines that it is about is shown
	Run    func(*Pass)
}

// Pass is what a rule sees and where it reports.
type Pass struct {
	Graph   *link.Graph
	Policy  *boundary.Policy
	Catalog *catalog.Catalog
	Report  func(Finding)
	Blind   func(link.Blind) // what the rule could not decide
	// Allowances are those of the policy with how often each was used by the rules listed earlier.
	Allowances []AllowanceUse
	// Marks are the comments in sources that allow findings, likewise.
	Marks []MarkUse
	Today time.Time // what has expired before, holds no more

	sides map[place.Site]string
	made  map[reflect.Type]any
}

// AllowanceUse is an allowance and what came of it.
type AllowanceUse struct {
	*boundary.Allowance
	Used    int
	Expired bool
}

// Once is what several rules rest on: made for the first that asks, and kept for the others. There is one of a type.
func Once[T any](p *Pass, make func(*Pass) T) T {
	typ := reflect.TypeFor[T]()
	if made, ok := p.made[typ]; ok {
		return made.(T)
	}
	made := make(p)
	if p.made == nil {
		p.made = map[reflect.Type]any{}
	}
	p.made[typ] = made
	return made
}

// Side is the side that a place is on, or "" where it cannot be told.
func (p *Pass) Side(s place.Site) string {
	side, ok := p.sides[s]
	if !ok {
		side = p.Policy.Side(s)
		p.sides[s] = side
	}
	return side
}

// Spot is a place as findings show it.
func (p *Pass) Spot(s place.Site) Spot {
	part, _ := p.Catalog.Partition(s.Partition)
	return Spot{Site: s, Side: p.Side(s), Name: part.Name}
}

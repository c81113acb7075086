// Package boundary reads the policy file, .demarc.hcl, and answers what it says: which side a place is on, what is
// allowed, and how severe a rule is.
package boundary

import (
	"time"

	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/place"
)

// Policy is a policy file, or the built-in one where there is none.
type Policy struct {
	cat *catalog.Catalog
}

// Default is the policy without a file: the built-in sides and nothing allowed.
func Default(cat *catalog.Catalog) *Policy { return &Policy{cat: cat} }

// Side is the side that a place is on, or "" where it cannot be told.
func (p *Policy) Side(s place.Site) string { panic("TODO") }

var _ time.Time

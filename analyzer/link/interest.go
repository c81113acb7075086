package link

import (
	"strings"

	"github.com/demarc-dev/demarc/analyzer/catalog"
)

// Interest tells loaders what of resources' values the analysis can use. Everything that this package, places and rules
// look at has to be in it.
type Interest struct {
	cat   *catalog.Catalog
	reads func(typ string) bool
}

// NewInterest is the interest of an analysis by the tables. reads tells the types that rules look into by themselves.
func NewInterest(cat *catalog.Catalog, reads func(typ string) bool) Interest {
	return Interest{cat, reads}
}

// Whole tells whether everything is wanted that resources of a type hold: rules read them by the names of attributes.
func (i Interest) Whole(typ string) bool { return i.reads(typ) }

// Attribute tells whether all is wanted that stands at an attribute: what a row explains, what says what the resource is,
// what places it, and what it is known by.
func (i Interest) Attribute(source, typ, path string) bool {
	if row := i.cat.Link(typ, path); row != nil && row.Kind != catalog.Nothing {
		return true
	}
	if _, ok := i.cat.InertBy(typ, path); ok || i.cat.Beside(typ, path) {
		return true
	}
	if says, _ := i.cat.Refines(typ); says != "" && says == path {
		return true
	}
	if strings.Contains(path, ".") {
		return false
	}
	if Identifies(path) || Called(path) {
		return true
	}
	for _, k := range i.cat.Known(typ) {
		if top, _, _ := strings.Cut(k.From, "."); top == path {
			return true
		}
	}
	for _, a := range i.cat.Accounts(typ) {
		if a.Attribute == path {
			return true
		}
	}
	for _, row := range i.cat.ResourceSites(source, typ) {
		if top, _, _ := strings.Cut(row.Name, "."); top == path {
			return true
		}
	}
	return false
}

// Unknown tells whether it matters that an attribute is not known which the configuration does not write: inside of a
// block it may be written where the input does not show it, and rules look at the open ends of some rows.
func (i Interest) Unknown(typ, path string) bool {
	row := i.cat.Link(typ, path)
	if row == nil || row.Kind == catalog.Nothing {
		return false
	}
	return strings.Contains(path, ".") || !joins(row.By) || row.By == catalog.ByPrincipal || row.Kind == catalog.Grant
}

// Text tells whether a text names a place wherever it stands.
func (i Interest) Text(text string) bool {
	for word := range Parts(i.cat, text) {
		if id, ok := i.cat.Identify(word); ok && id.Partition != "" || looksLikeHost(word) {
			return true
		}
	}
	return false
}

// Name tells whether the name of a map's element names a place.
func (i Interest) Name(name string) bool { return HostInName(i.cat, name) != "" }

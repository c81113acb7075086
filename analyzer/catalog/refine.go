package catalog

import (
	"fmt"
	"slices"
	"strings"
)

// refineRow says which attribute tells what a resource of a type is, and what it is where the attribute is not set.
type refineRow struct{ typ, attribute, unset string }

func (c *Catalog) readRefine(r row) error {
	of := refineRow{typ: r.fields[1], attribute: r.fields[2]}
	if len(r.fields) > 3 {
		of.unset = r.fields[3]
	}
	if !isType(of.typ) || !isAttribute(of.attribute) || strings.Contains(of.attribute, "*") {
		return fmt.Errorf("%s %s is not a resource type or a glob of them, and the path of an attribute", of.typ, of.attribute)
	}
	if slices.ContainsFunc(c.refined, func(other refineRow) bool { return other.typ == of.typ }) {
		return fmt.Errorf("refine %s is there twice", of.typ)
	}
	c.refined = append(c.refined, of)
	return nil
}

// Refines is the attribute that says what a resource of a type is, "" for the many types that say it themselves, and what
// it is where the attribute is not set.
func (c *Catalog) Refines(typ string) (attribute, unset string) {
	for _, of := range c.refined {
		if matchType(of.typ, typ) {
			return of.attribute, of.unset
		}
	}
	return "", ""
}

// cutType separates a type from the word that refines it.
func cutType(s string) (typ, word string, refined bool) { return strings.Cut(s, ":") }

// isWordOf tells whether a word can refine a type, as values are compared with it: in lower case, without an `@`.
func isWordOf(word string) bool {
	return word != "" && !strings.Contains(word, "@") && word == strings.ToLower(word)
}

// Refined is the name in link rows of a type whose attribute has the value word.
func Refined(typ, word string) string {
	word, _, _ = strings.Cut(word, "@")
	if word == "" {
		return typ
	}
	return typ + ":" + strings.ToLower(word)
}

// Inside tells whether a row names something inside of an attribute.
func (c *Catalog) Inside(typ, attribute string) bool {
	for _, l := range c.links.of(typ).levels {
		if slices.ContainsFunc(l.rows, func(r linkRow) bool {
			rest, ok := strings.CutPrefix(r.Attribute, attribute)
			return ok && rest != "" && rest[0] == '.'
		}) {
			return true
		}
	}
	return false
}

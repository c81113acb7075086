package catalog

import (
	"fmt"
	"slices"
	"strings"
)

// Inert says by which attribute blocks of a resource type tell that they join nothing, as the rules of a firewall do that deny.
type Inert struct {
	Block     string   // the path of the block, "" for the resource itself
	Attribute string   // its attribute, `*` for what each element of a list of texts says, or each line of a text
	Words     []string // what it says then, in lower case: globs; `*` stands for anything
}

func (c *Catalog) readInert(r row) error {
	typ, path := r.fields[1], r.fields[2]
	if !isType(typ) || !isAttribute(path) {
		return fmt.Errorf("%q is not a resource type, or %q not the path of an attribute", typ, path)
	}
	in := Inert{Block: parent(path), Attribute: strings.TrimPrefix(path[len(parent(path)):], ".")}
	for _, word := range r.fields[3:] {
		in.Words = append(in.Words, strings.ToLower(word))
	}
	if slices.ContainsFunc(c.inert[typ], func(o Inert) bool { return o.Block == in.Block && o.Attribute == in.Attribute }) {
		return fmt.Errorf("inert %s %s is there twice", typ, path)
	}
	c.inert[typ] = append(c.inert[typ], in)
	return nil
}

// Inert are the attributes by which blocks of a type tell that they join nothing.
func (c *Catalog) Inert(typ string) []Inert { return c.inert[typ] }

// InertBy is what the attribute at a path says where the block that it is in joins nothing; ok is false where it is about
// something else.
func (c *Catalog) InertBy(typ, path string) (in Inert, ok bool) {
	for _, in := range c.inert[typ] {
		if rest, ok := strings.CutPrefix(path, in.Block); ok && strings.TrimPrefix(rest, ".") == in.Attribute {
			return in, true
		}
	}
	return Inert{}, false
}

// Present tells that it is enough that the attribute has any value.
func (in Inert) Present() bool { return len(in.Words) == 1 && in.Words[0] == "*" }

// Says tells whether a text is one of the words.
func (in Inert) Says(text string) bool {
	return slices.ContainsFunc(in.Words, func(word string) bool { return matchName(word, strings.ToLower(text)) })
}

// SaysFrom tells whether every text with a beginning is one of the words.
func (in Inert) SaysFrom(beginning string) bool {
	return slices.ContainsFunc(in.Words, func(word string) bool {
		return strings.HasSuffix(word, "*") && matchName(word, strings.ToLower(beginning))
	})
}

package tables_test

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/rules/tables"
	tfjson "github.com/hashicorp/terraform-json"
	"github.com/zclconf/go-cty/cty"
)

// older marks rows about what only older versions of a provider have, or a schema lacks that was not read whole.
var older = regexp.MustCompile(`# .*(\b(before|up to) \d|that the schema here lacks)`)

// TestLinksAreInSchemas holds that every row, globs too, is about something that its provider has, where the schemas are
// there.
func TestLinksAreInSchemas(t *testing.T) {
	n := 0
	for _, s := range published(t) {
		for source, p := range s.Schemas {
			table := "links_" + source[strings.LastIndexByte(source, '/')+1:] + ".tbl"
			src, err := tables.FS.ReadFile(table)
			if err != nil {
				t.Fatal(err)
			}
			rows, err := catalog.ParseLinks(table, src)
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(string(src), "\n")
			has := attributes(p)
			for _, row := range rows {
				n++
				row.Type, _, _ = strings.Cut(row.Type, ":") // the word that refines it is no schema's
				if !older.MatchString(lines[line(t, row.Where)-1]) && !has.any(&row) {
					t.Errorf("%s: %s has no %s %s", row.Where, source, row.Type, row.Attribute)
				}
			}
		}
	}
	t.Logf("%d rows", n)
}

// line is the number in `links_aws.tbl:12`.
func line(t *testing.T, where string) int {
	t.Helper()
	n, err := strconv.Atoi(where[strings.LastIndexByte(where, ':')+1:])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// provided are the attributes and blocks of a provider's types, by the last part of their paths. What may hold anything is
// kept apart: a text, which may be JSON, and a block or a type that could not be read, whose path is empty.
type provided struct {
	types map[string]bool
	named map[string][]place
	open  []place
}

type place struct{ typ, path string }

func attributes(p *tfjson.ProviderSchema) *provided {
	has := &provided{types: map[string]bool{}, named: map[string][]place{}}
	for typ, s := range p.ResourceSchemas {
		has.block(typ, "", s.Block)
	}
	for typ, s := range p.DataSourceSchemas {
		has.block("data."+typ, "", s.Block)
	}
	return has
}

func (has *provided) block(typ, path string, b *tfjson.SchemaBlock) {
	has.types[typ] = true
	if b == nil || len(b.Attributes)+len(b.NestedBlocks) == 0 {
		has.open = append(has.open, place{typ, path})
		return
	}
	for name, a := range b.Attributes {
		has.attribute(typ, path, name, a.AttributeType)
	}
	for name, nested := range b.NestedBlocks {
		has.named[name] = append(has.named[name], place{typ, path + name})
		has.block(typ, path+name+".", nested.Block)
	}
}

func (has *provided) attribute(typ, path, name string, t cty.Type) {
	has.named[name] = append(has.named[name], place{typ, path + name})
	for t.IsCollectionType() {
		t = t.ElementType()
	}
	switch {
	case t == cty.String:
		has.open = append(has.open, place{typ, path + name + "."})
	case t.IsObjectType():
		for inner, a := range t.AttributeTypes() {
			has.attribute(typ, path+name+".", inner, a)
		}
	}
}

// any tells whether a row is about anything that there is.
func (has *provided) any(row *catalog.Link) bool {
	glob := strings.Contains(row.Type, "*")
	if !glob && !has.types[row.Type] {
		return false
	}
	about := func(at place) bool { return row.About(at.typ, at.path) }
	last := row.Attribute[strings.LastIndexByte(row.Attribute, '.')+1:]
	for name, places := range has.named {
		if ok, _ := path.Match(last, name); ok && slices.ContainsFunc(places, about) {
			return true
		}
	}
	return slices.ContainsFunc(has.open, func(at place) bool {
		return strings.HasPrefix(row.Attribute, at.path) && (glob || at.typ == row.Type) && (at.path != "" || row.About(at.typ, row.Attribute))
	})
}

// TestInertInSchemas holds that every attribute by which blocks tell that they join nothing is one of its provider's, where the
// schemas are there. A type without any attribute is one whose schema could not be read.
func TestInertInSchemas(t *testing.T) {
	cat, err := catalog.Load(tables.FS)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, s := range published(t) {
		for source, p := range s.Schemas {
			has := attributes(p)
			for typ, resource := range p.ResourceSchemas {
				for _, in := range cat.Inert(typ) {
					path := strings.TrimPrefix(in.Block+"."+in.Attribute, ".")
					if n++; len(resource.Block.Attributes) > 1 && !has.any(&catalog.Link{Type: typ, Attribute: path}) {
						t.Errorf("%s has no %s %s", source, typ, path)
					}
				}
			}
		}
	}
	if n < 80 {
		t.Errorf("only %d attributes are looked at", n)
	}
}

// TestNamesAreInSchemas holds that every attribute that resources are known by is one of their provider's, where the schemas
// are there.
func TestNamesAreInSchemas(t *testing.T) {
	cat, err := catalog.Load(tables.FS)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, s := range published(t) {
		for source, p := range s.Schemas {
			has := attributes(p)
			for typ := range p.ResourceSchemas {
				for _, k := range cat.Known(typ) {
					n++
					for _, attribute := range []string{k.Attribute, k.From} {
						if !has.any(&catalog.Link{Type: typ, Attribute: attribute}) {
							t.Errorf("%s has no %s %s", source, typ, attribute)
						}
					}
				}
			}
		}
	}
	if n < 20 {
		t.Errorf("only %d names are looked at", n)
	}
}

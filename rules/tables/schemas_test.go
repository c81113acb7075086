package tables_test

import (
	"regexp"
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

// provided are the attributes and blocks of a provider's types by their paths. The schemas lack what could not be read: a
// type without paths, and a block whose path ends in a dot.
type provided map[string][]string

func attributes(p *tfjson.ProviderSchema) provided {
	has := provided{}
	for typ, s := range p.ResourceSchemas {
		has[typ] = paths(s.Block, "", nil)
	}
	for typ, s := range p.DataSourceSchemas {
		has["data."+typ] = paths(s.Block, "", nil)
	}
	return has
}

// any tells whether a row is about anything that there is.
func (has provided) any(row *catalog.Link) bool {
	about := func(typ string, paths []string) bool {
		for _, path := range paths {
			if row.About(typ, path) || strings.HasSuffix(path, ".") && strings.HasPrefix(row.Attribute, path) {
				return true
			}
		}
		return len(paths) == 0
	}
	if !strings.Contains(row.Type, "*") {
		paths, ok := has[row.Type]
		return ok && about(row.Type, paths)
	}
	for typ, paths := range has {
		if about(typ, paths) && (len(paths) > 0 || row.About(typ, row.Attribute)) {
			return true
		}
	}
	return false
}

func paths(b *tfjson.SchemaBlock, under string, list []string) []string {
	if b == nil {
		return list
	}
	for name, a := range b.Attributes {
		list = typePaths(a.AttributeType, under+name, list)
	}
	for name, nested := range b.NestedBlocks {
		if nested.Block == nil || len(nested.Block.Attributes)+len(nested.Block.NestedBlocks) == 0 {
			list = append(list, under+name+".")
		}
		list = paths(nested.Block, under+name+".", append(list, under+name))
	}
	return list
}

func typePaths(t cty.Type, path string, list []string) []string {
	list = append(list, path)
	for t.IsCollectionType() {
		t = t.ElementType()
	}
	if t.IsObjectType() {
		for name, a := range t.AttributeTypes() {
			list = typePaths(a, path+"."+name, list)
		}
	}
	return list
}

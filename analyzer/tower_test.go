package analyzer_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/demarc-dev/demarc/"

// tower says which rooms of the house a room may import. Data goes one way; a room that is missing here fails.
var tower = map[string][]string{
	"analyzer/addr":        {},
	"analyzer/pattern":     {},
	"analyzer/limit":       {},
	"analyzer/model":       {"analyzer/addr"},
	"analyzer/load/source": {"analyzer/addr", "analyzer/limit", "analyzer/model", "analyzer/pattern"},
	"analyzer/load":        {"analyzer/addr", "analyzer/limit", "analyzer/model", "analyzer/load/source"},
	"analyzer/catalog":     {"analyzer/pattern"},
	"analyzer/place":       {"analyzer/addr", "analyzer/model", "analyzer/catalog", "analyzer/pattern"},
	"analyzer/link":        {"analyzer/addr", "analyzer/limit", "analyzer/model", "analyzer/catalog", "analyzer/place", "analyzer/pattern"},
	"analyzer/boundary":    {"analyzer/addr", "analyzer/model", "analyzer/catalog", "analyzer/place"},
	"analyzer":             {"analyzer/addr", "analyzer/model", "analyzer/catalog", "analyzer/place", "analyzer/link", "analyzer/boundary", "analyzer/pattern"},
	"analyzer/facts":       {"analyzer/limit", "analyzer/addr", "analyzer/model", "analyzer/catalog", "analyzer/place", "analyzer/link", "analyzer/pattern"},
	"analyzer/report":      {"analyzer", "analyzer/model", "analyzer/catalog", "analyzer/place", "analyzer/link"},
	"rules/tables":         {},
	"rules/access":         {"analyzer", "analyzer/limit", "analyzer/facts", "analyzer/boundary", "analyzer/model", "analyzer/catalog", "analyzer/link", "analyzer/place", "analyzer/addr", "analyzer/pattern"},
	"rules":                {"analyzer", "analyzer/addr", "analyzer/model", "analyzer/catalog", "analyzer/place", "analyzer/link", "analyzer/boundary", "rules/access", "analyzer/pattern"},
}

// modules says which rooms may import an outside module; a module that is missing here may not be imported by rooms.
var modules = map[string][]string{
	"github.com/hashicorp/terraform-json": {"analyzer/load", "analyzer/catalog"},
	"github.com/hashicorp/hcl/v2":         {"analyzer/load/source", "analyzer/boundary"},
	"github.com/zclconf/go-cty":           {"analyzer/load/source", "analyzer/boundary", "analyzer/catalog"},
	"github.com/zclconf/go-cty-yaml":      {"analyzer/load/source"},
	"github.com/go-json-experiment/json":  {"analyzer/load", "analyzer/load/source", "rules/access"},
	"golang.org/x/text":                   {"analyzer/load", "analyzer/load/source", "analyzer/report"},
	"github.com/agext/levenshtein":        {"analyzer/boundary", "analyzer/catalog", "analyzer/report"},
	"github.com/bmatcuk/doublestar/v4":    {"analyzer/boundary", "analyzer/load/source"},
	"github.com/fatih/color":              {"analyzer/report"},
}

// TestTower holds the house: no room imports one that comes after it, and each outside module has its few users.
func TestTower(t *testing.T) {
	root := ".."
	rooms := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && (strings.HasPrefix(e.Name(), ".") && path != root || e.Name() == "fixtures" || e.Name() == "testdata" || e.Name() == "cmd") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		rel, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		room := filepath.ToSlash(rel)
		rooms[room] = true
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		allowed, known := tower[room]
		if !known {
			t.Errorf("%s: the room %s is not in the tower", path, room)
			return nil
		}
		for _, imp := range f.Imports {
			p, _ := strconv.Unquote(imp.Path.Value)
			if ours, ok := strings.CutPrefix(p, module); ok {
				if !slices.Contains(allowed, ours) {
					t.Errorf("%s imports %s, which comes after it or is none of its business", path, ours)
				}
			} else if strings.Contains(strings.Split(p, "/")[0], ".") && !outside(p, room) {
				t.Errorf("%s imports %s, which is not for %s", path, p, room)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for room := range tower {
		if !rooms[room] {
			t.Errorf("the tower names %s, which has no code", room)
		}
	}
}

func outside(path, room string) bool {
	for m, rooms := range modules {
		if (path == m || strings.HasPrefix(path, m+"/")) && slices.Contains(rooms, room) {
			return true
		}
	}
	return false
}

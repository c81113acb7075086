package source

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// maxRoots bounds how many directories with configurations are looked at below one path.
const maxRoots = 20000

// Roots finds the root modules at and below a path, in order: directories with configuration files that no other one
// found there calls as a module. Hidden directories and links are not followed. The paths begin with path as it is given.
func Roots(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.ToSlash(path), plain(err))
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("%s: is not a directory", filepath.ToSlash(path))
	}
	top, err := real(path)
	if err != nil {
		return nil, err
	}
	d, err := openDisk(top, top, Limits{}.orDefault())
	if err != nil {
		return nil, err
	}
	defer d.close()
	var dirs []string
	called := map[string]bool{}
	err = filepath.WalkDir(top, func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return nil // what cannot be listed holds nothing to read
		}
		if e.IsDir() {
			if p != top && strings.HasPrefix(e.Name(), ".") {
				return fs.SkipDir
			}
			return nil
		}
		if !configFile(e.Name()) || !e.Type().IsRegular() && e.Type()&fs.ModeSymlink == 0 {
			return nil
		}
		dir := filepath.Dir(p)
		if len(dirs) == 0 || dirs[len(dirs)-1] != dir {
			if len(dirs) > maxRoots {
				return fmt.Errorf("%s: more than %d directories hold configurations", filepath.ToSlash(path), maxRoots)
			}
			dirs = append(dirs, dir)
		}
		for _, src := range d.localSources(p) {
			if to, err := real(filepath.Join(dir, filepath.FromSlash(src))); err == nil && to != dir {
				called[to] = true
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(dirs)
	dirs = slices.Compact(dirs)
	var roots []string
	for _, dir := range dirs {
		if called[dir] {
			continue
		}
		rel, err := filepath.Rel(top, dir)
		if err != nil {
			continue
		}
		roots = append(roots, filepath.Join(path, rel))
	}
	if len(roots) == 0 && len(dirs) > 0 { // they call each other in a circle: start with the first
		rel, _ := filepath.Rel(top, dirs[0])
		roots = append(roots, filepath.Join(path, rel))
	}
	return roots, nil
}

// localSources are the local modules that a configuration file calls. A file that does not parse calls none.
func (d *disk) localSources(path string) []string {
	src, err := d.file(path)
	if err != nil || !mayCall(src) {
		return nil
	}
	var blocks []*block
	if strings.HasSuffix(path, ".json") {
		blocks, _ = parseJSON(src, path)
	} else if guard(src, path) == nil {
		if f, diags := hclsyntax.ParseConfig(src, path, hcl.InitialPos); !diags.HasErrors() {
			blocks = convertBody(f.Body.(*hclsyntax.Body)).blocks
		}
	}
	var out []string
	for _, b := range blocks {
		if b.typ != "module" {
			continue
		}
		if s := literalOf(b.body.attr("source")); strings.HasPrefix(s, "./") || strings.HasPrefix(s, "../") {
			out = append(out, s)
		}
	}
	return out
}

// mayCall tells whether a file can call a local module at all, without parsing it.
func mayCall(src []byte) bool {
	s := string(src)
	return strings.Contains(s, "module") && (strings.Contains(s, `"./`) || strings.Contains(s, `"../`))
}

package source

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/limit"
	"github.com/demarc-dev/demarc/analyzer/model"
)

// maxRoots bounds how many directories with configurations are looked at below one path.
const maxRoots = 20000

// Roots finds the root modules at and below a path, in order: directories with configuration files that no other one
// found there calls as a module. Hidden directories and links are not followed. The paths begin with path as it is given.
func Roots(path string) ([]string, error) {
	t, err := Survey(path)
	if err != nil {
		return nil, err
	}
	return t.Given(t.Roots()), nil
}

// foreign are the files of tools above Terraform: by their names, or by what those end with.
var foreign = map[string]*model.Unread{
	"terragrunt.hcl":       terragrunt,
	"terragrunt.hcl.json":  terragrunt,
	"terragrunt.stack.hcl": terragrunt,
	".tfcomponent.hcl":     stacks,
	".tfstack.hcl":         stacks, // what it was called before
	".tfdeploy.hcl":        stacks,
}

var (
	terragrunt = &model.Unread{Reason: "is Terragrunt's, which gives modules their providers and variables when it runs",
		Settle: "scan the plans that it makes: terragrunt plan -out=tfplan && terragrunt show -json tfplan"}
	stacks = &model.Unread{Reason: "is of Terraform Stacks, which gives components their providers and inputs",
		Settle: "scan the modules of the components with what they are given: --var-file FILE"}
)

// foreignFile is what is to be said of a file of another tool, nil of any other.
func foreignFile(name string) *model.Unread {
	if u := foreign[name]; u != nil {
		return u
	}
	_, ending, _ := strings.Cut(name, ".")
	return foreign["."+ending]
}

// Tree is where configurations are in and below a directory, and which uses which. Its paths are absolute and without
// symbolic links.
type Tree struct {
	given string              // what was surveyed
	top   string              // the same, as all other paths are
	dirs  []string            // that hold configurations, in order
	calls map[string][]string // the directories that call one as a module
	links map[string][]string // those with a link to a configuration file in it

	foreign  []string // the files of other tools, in order
	unlisted []string // the directories that cannot be looked into, in order
}

// Given are paths of the tree as they are below the path that was surveyed, as it was given.
func (t *Tree) Given(abs []string) []string {
	var out []string
	for _, p := range abs {
		if rel, err := filepath.Rel(t.top, p); err == nil {
			out = append(out, filepath.Join(t.given, rel))
		}
	}
	return out
}

// Unread are the files of tools above Terraform, which decide what roots are given, and the directories that cannot be
// looked into.
func (t *Tree) Unread() []model.Unread {
	var out []model.Unread
	for _, file := range t.Given(t.foreign) {
		u := *foreignFile(filepath.Base(file))
		u.Address = filepath.ToSlash(file)
		u.Pos = model.Pos{File: u.Address}
		out = append(out, u)
	}
	for _, dir := range t.Given(t.unlisted) {
		out = append(out, model.Unread{Address: filepath.ToSlash(dir), Reason: "is a directory that cannot be looked into",
			Settle: "scan as somebody who may list it"})
	}
	return out
}

// Survey looks for configurations in and below a directory. Hidden directories and links to directories are not followed.
func Survey(path string) (*Tree, error) {
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
	d, err := openDisk(top, top, limit.Set{}.OrDefault())
	if err != nil {
		return nil, err
	}
	defer d.close()
	t := &Tree{given: path, top: top, calls: map[string][]string{}, links: map[string][]string{}}
	var files []string
	err = filepath.WalkDir(top, func(p string, e fs.DirEntry, err error) error {
		if e != nil && e.IsDir() && p != top && strings.HasPrefix(e.Name(), ".") {
			return fs.SkipDir
		}
		if err != nil {
			t.unlisted = append(t.unlisted, p)
			return nil
		}
		if e.IsDir() {
			return nil
		}
		if foreignFile(e.Name()) != nil {
			t.foreign = append(t.foreign, p)
			return nil
		}
		link := e.Type()&fs.ModeSymlink != 0
		if !configFile(e.Name()) || !e.Type().IsRegular() && !link {
			return nil
		}
		dir := filepath.Dir(p)
		if len(t.dirs) == 0 || t.dirs[len(t.dirs)-1] != dir {
			if len(t.dirs) > maxRoots {
				return fmt.Errorf("%s: more than %d directories hold configurations", filepath.ToSlash(path), maxRoots)
			}
			t.dirs = append(t.dirs, dir)
		}
		if link {
			if to, err := real(p); err == nil && filepath.Dir(to) != dir {
				t.links[filepath.Dir(to)] = append(t.links[filepath.Dir(to)], dir)
			}
		}
		files = append(files, p)
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(t.dirs)
	t.dirs = slices.Compact(t.dirs)
	if len(t.dirs) == 1 {
		return t, nil // who else would be called
	}
	for _, file := range files {
		dir := filepath.Dir(file)
		for _, src := range d.localSources(file) {
			if to, err := real(filepath.Join(dir, filepath.FromSlash(src))); err == nil && to != dir {
				t.calls[to] = append(t.calls[to], dir)
			}
		}
	}
	return t, nil
}

// Holds tells whether a directory holds configurations itself.
func (t *Tree) Holds(dir string) bool {
	_, found := slices.BinarySearch(t.dirs, dir)
	return found
}

// Roots are the directories that no other one calls as a module, in order. Of those that call each other in a circle,
// and that nobody else calls, it is the first.
func (t *Tree) Roots() []string {
	called := map[string][]string{}
	for dir, callers := range t.calls {
		for _, caller := range callers {
			called[caller] = append(called[caller], dir)
		}
	}
	read := map[string]bool{}
	var roots []string
	add := func(root string) {
		roots = append(roots, root)
		for next := []string{root}; len(next) > 0; next = next[1:] {
			if dir := next[0]; !read[dir] {
				read[dir] = true
				next = append(next, called[dir]...)
			}
		}
	}
	for _, dir := range t.dirs {
		if len(t.calls[dir]) == 0 {
			add(dir)
		}
	}
	for _, dir := range t.dirs {
		if !read[dir] {
			add(dir)
		}
	}
	slices.Sort(roots)
	return roots
}

// RootsOf are the roots that read a directory's configuration: itself, or those that call it, through however many
// others, or link to a file in it. A directory that only a circle calls is its own root.
func (t *Tree) RootsOf(dir string) []string {
	var roots []string
	seen := map[string]bool{dir: true}
	for next := []string{dir}; len(next) > 0; next = next[1:] {
		if len(t.calls[next[0]]) == 0 {
			roots = append(roots, next[0])
		}
		for _, user := range slices.Concat(t.calls[next[0]], t.links[next[0]]) {
			if !seen[user] {
				seen[user] = true
				next = append(next, user)
			}
		}
	}
	if len(roots) == 0 {
		roots = []string{dir}
	}
	slices.Sort(roots)
	return roots
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
	} else if b, _ := parse(string(src), path); b != nil {
		blocks = b.blocks
	}
	var out []string
	for _, b := range blocks {
		if b.typ != "module" {
			continue
		}
		if s := slashed(literalOf(b.body.attr("source"))); isLocal(s) {
			out = append(out, s)
		}
	}
	return out
}

// mayCall tells whether a file can call a local module at all, without parsing it.
func mayCall(src []byte) bool {
	if !bytes.Contains(src, []byte("module")) {
		return false
	}
	return slices.ContainsFunc([]string{`"./`, `"../`, `".\`, `"..\`}, func(begin string) bool { return bytes.Contains(src, []byte(begin)) })
}

package load

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/load/source"
)

// Roots puts the root modules that files of sources belong to in the place of the files, each once: those that hold
// the file, or that call its directory as a module. What a caller lists as changed can so be scanned whole. A
// file of variables that lies beside no configuration, and a policy, belong to all roots around them. Other paths stay
// as they are. Callers are looked for in the repository; without one, below the working directory. The error is an *Error.
func Roots(paths []string) ([]string, error) {
	m := mapping{trees: map[string]*source.Tree{}, put: map[string]bool{}}
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			if dir, err := filepath.EvalSymlinks(path); err == nil {
				m.named = append(m.named, absolute(dir))
			}
		}
	}
	for _, path := range paths {
		if !isSource(path) {
			m.roots = append(m.roots, path)
			continue
		}
		if err := m.add(path); err != nil {
			return nil, &Error{Input: filepath.ToSlash(path), Err: err}
		}
	}
	return m.roots, nil
}

// policyFile is where the rules of an estate are, whose change can change what is found in all of it.
const policyFile = ".demarc.hcl"

func isSource(path string) bool {
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return false
	}
	return isConfig(path) || isVariables(path) || filepath.Base(path) == policyFile
}

func isConfig(path string) bool {
	return hasSuffix(path, ".tf", ".tf.json", ".tofu", ".tofu.json")
}

func isVariables(path string) bool { return hasSuffix(path, ".tfvars", ".tfvars.json") }

func hasSuffix(path string, of ...string) bool {
	return slices.ContainsFunc(of, func(s string) bool { return strings.HasSuffix(path, s) })
}

type mapping struct {
	trees map[string]*source.Tree // by what they are of
	named []string                // directories, which are scanned with all below them
	put   map[string]bool
	roots []string
}

func (m *mapping) add(path string) error {
	abs := absolute(path)
	dir, err := filepath.EvalSymlinks(filepath.Dir(abs))
	if err != nil {
		return plain(err)
	}
	top := around(dir)
	if m.trees[top] == nil {
		if m.trees[top], err = source.Survey(top); err != nil {
			return err
		}
	}
	roots := rootsOf(m.trees[top], dir, top, filepath.Base(abs))
	if len(roots) == 0 {
		return errors.New("belongs to no configuration: there is none beside it, above or below, up to " + filepath.ToSlash(top))
	}
	for _, root := range roots {
		if m.put[root] || slices.ContainsFunc(m.named, func(dir string) bool { return below(dir, root) }) {
			continue
		}
		m.put[root] = true
		if !filepath.IsAbs(path) {
			root = shown(root)
		}
		m.roots = append(m.roots, root)
	}
	return nil
}

// rootsOf are the roots of a file in dir. One that is no configuration belongs to the nearest directory upward that has
// some, in it or below.
func rootsOf(t *source.Tree, dir, top, name string) []string {
	if isConfig(name) {
		return t.RootsOf(dir)
	}
	for all := t.Roots(); ; dir = filepath.Dir(dir) {
		if isVariables(name) && t.Holds(dir) {
			return t.RootsOf(dir)
		}
		var roots []string
		for _, root := range all {
			if below(dir, root) {
				roots = append(roots, root)
			}
		}
		if len(roots) > 0 || dir == top {
			return roots
		}
	}
}

// around is the repository that a directory is in, or else the working directory where dir is below it, or else dir.
func around(dir string) string {
	for d := dir; ; d = filepath.Dir(d) {
		if _, err := os.Lstat(filepath.Join(d, ".git")); err == nil {
			return d
		}
		if filepath.Dir(d) == d {
			break
		}
	}
	if below(working(), dir) {
		return working()
	}
	return dir
}

// below tells whether a path is a directory, or lies in it.
func below(dir, path string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(rel)
}

func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// working is the working directory without symbolic links, or "".
func working() string {
	dir, err := filepath.EvalSymlinks(absolute("."))
	if err != nil {
		return ""
	}
	return dir
}

// shown is an absolute path as a relative one would be written.
func shown(path string) string {
	if rel, err := filepath.Rel(working(), path); err == nil {
		return rel
	}
	return path
}

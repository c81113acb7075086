package load

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/demarc-dev/demarc/analyzer/load/source"
	"github.com/demarc-dev/demarc/analyzer/model"
)

// Path reads what a path names: a plan or state in a file (with its sources where they are known), or the root modules
// in and below a directory. "-" is standard input. The error is an *Error, or several joined.
func Path(path string, o Options) ([]*model.Snapshot, error) {
	if info, err := os.Stat(path); path != "-" && err == nil && info.IsDir() {
		return directory(path, o)
	}
	s, err := whole(path, o)
	if err != nil {
		return nil, err
	}
	return []*model.Snapshot{s}, nil
}

// whole reads a file, and what a plan's sources tell besides.
func whole(path string, o Options) (*model.Snapshot, error) {
	of := &ofPlan{dir: sourcesOf(path, o), opts: o.Sources}
	s, inside, err := file(path, o, of)
	if err != nil || s.Format != model.Plan {
		return s, err
	}
	of.inside = inside
	src, err := of.sources(s.Variables)
	if src != nil {
		if name := src.Workspace(s); name != "" {
			o.Sources.Workspace = name
			if of.asked { // they ask for other values of the plan now
				return whole(path, o)
			}
			src, err = of.in(name).sources(s.Variables)
		}
	}
	switch {
	case err != nil && o.Source != "":
		return nil, &Error{Input: o.Source, Err: err, Do: "--source is the directory that the plan was made in"}
	case err != nil:
		s.Notes = append(s.Notes, "the sources of the plan could not be read: "+err.Error())
	case src != nil:
		return src.Fuse(s), nil
	}
	return s, nil
}

// ofPlan are the sources of a plan: those that the user names, those beside it, or those inside of a saved plan. Those that
// nobody named and that cannot be read cost the plan nothing but a note.
type ofPlan struct {
	dir    string            // "" where there are none but those inside
	inside map[string][]byte // nil where there are none
	opts   source.Options
	asked  bool // what of the plan's values is wanted
	read   bool
	src    *source.Evaluated
	err    error
}

// ask evaluates them before the plan's resources are read, nil where there are none.
func (of *ofPlan) ask(variables map[string]model.Value) *source.Evaluated {
	src, _ := of.sources(variables)
	of.asked = src != nil
	return src
}

// sources evaluates them with the plan's root variables. It is nil where there are none.
func (of *ofPlan) sources(variables map[string]model.Value) (*source.Evaluated, error) {
	if of.read {
		return of.src, of.err
	}
	of.read, of.opts.Planned = true, variables
	switch {
	case of.dir != "":
		of.src, of.err = source.OfPlan(of.dir, of.opts)
	case of.inside != nil:
		of.src, of.err = source.OfSavedPlan(of.inside, of.opts)
	}
	return of.src, of.err
}

// in are the same sources in a workspace.
func (of *ofPlan) in(workspace string) *ofPlan {
	there := &ofPlan{dir: of.dir, inside: of.inside, opts: of.opts}
	there.opts.Workspace = workspace
	return there
}

// sourcesOf is the directory of a plan's sources, "" where there is none.
func sourcesOf(path string, o Options) string {
	if o.Source == "" && path != "-" && o.Beside.configured(filepath.Dir(path)) {
		return filepath.Dir(path)
	}
	return o.Source
}

func directory(path string, o Options) ([]*model.Snapshot, error) {
	tree, err := source.Survey(path)
	if err != nil {
		return nil, &Error{Input: filepath.ToSlash(path), Err: plain(err)}
	}
	roots, unread := tree.Given(tree.Roots()), tree.Unread()
	if len(roots) == 0 {
		if len(unread) > 0 {
			u := unread[0]
			return nil, &Error{Input: filepath.ToSlash(path), Err: fmt.Errorf("holds no Terraform, and %s %s", u.Address, u.Reason), Do: u.Settle}
		}
		return nil, &Error{Input: filepath.ToSlash(path), Err: errors.New("holds no Terraform: no *.tf, *.tofu, *.tf.json or *.tofu.json in it or below"),
			Do: "name a directory with sources, or a plan; " + makePlan}
	}
	out, err := loadRoots(path, roots, o)
	if len(unread) > 0 {
		name := filepath.ToSlash(filepath.Clean(path))
		if i := slices.IndexFunc(out, func(s *model.Snapshot) bool { return s.Name == name }); i >= 0 {
			out[i].Unread = append(out[i].Unread, unread...)
		} else {
			out = append(out, &model.Snapshot{Name: name, Format: model.Sources, Unread: unread})
		}
	}
	return out, err
}

// loadRoots reads the root modules below a path side by side. The order is theirs; the error tells of all that cannot be
// read.
func loadRoots(path string, roots []string, o Options) ([]*model.Snapshot, error) {
	read, errs := make([]*model.Snapshot, len(roots)), make([]error, len(roots))
	var next, done atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(roots)) {
		wg.Go(func() {
			so := o.Sources
			so.Cache = source.NewCache() // is used by one at a time
			for i := int(next.Add(1)) - 1; i < len(roots); i = int(next.Add(1)) - 1 {
				errs[i] = o.guard("reading "+roots[i], func() (err error) {
					if read[i], err = source.Load(roots[i], so); err != nil {
						return &Error{Input: filepath.ToSlash(roots[i]), Err: err}
					}
					return nil
				})
				if n := done.Add(1); o.Progress != nil {
					o.Progress(path, n, int64(len(roots)))
				}
			}
		})
	}
	wg.Wait()
	return slices.DeleteFunc(read, func(s *model.Snapshot) bool { return s == nil }), errors.Join(errs...)
}

// Beside remembers which directories hold sources, for all paths of a scan: a thousand plans mostly lie in one directory,
// which is not to be listed for each of them.
type Beside struct{ known sync.Map }

// configured tells whether a directory holds Terraform configuration itself.
func (b *Beside) configured(dir string) bool {
	if b == nil {
		return configured(dir)
	}
	if is, ok := b.known.Load(dir); ok {
		return is.(bool)
	}
	is := configured(dir)
	b.known.Store(dir, is)
	return is
}

func configured(dir string) bool {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return false
	}
	for _, e := range entries {
		name := e.Name()
		if !e.IsDir() && !strings.HasPrefix(name, ".") && isConfig(name) {
			return true
		}
	}
	return false
}

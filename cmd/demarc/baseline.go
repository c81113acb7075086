package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/boundary"
	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/limit"
	"github.com/demarc-dev/demarc/analyzer/link"
	"github.com/demarc-dev/demarc/analyzer/load"
	"github.com/demarc-dev/demarc/analyzer/load/source"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/place"
	"github.com/demarc-dev/demarc/analyzer/report"
	"github.com/demarc-dev/demarc/rules"
)

// analysis is what inputs are judged by: those of now and those of a baseline alike.
type analysis struct {
	cat    *catalog.Catalog
	policy *boundary.Policy
	world  place.Options
	now    time.Time
	join   bool // the inputs are facts, and nothing else
	limits limit.Set
	inputs []*model.Snapshot // as they were read
}

func (a *analysis) of(inputs []*model.Snapshot) (*link.Graph, *analyzer.Result) {
	g := a.link(a.alike(inputs))
	g.Limits = a.limits
	return g, analyzer.Run(g, a.policy, a.cat, rules.All(), a.now)
}

func (a *analysis) link(inputs []*model.Snapshot) *link.Graph {
	return link.Build(inputs, place.Estate(inputs, a.cat, a.world), a.cat)
}

// read reads the paths and judges them.
func (a *analysis) read(paths []string, o load.Options, wait *progress) (*link.Graph, *analyzer.Result, error) {
	collect(paths)
	if wait != nil {
		o.Progress = wait.read
	}
	inputs, err := loadAll(paths, o, a.join)
	if err != nil {
		return nil, nil, err
	}
	wait.step("linking and judging")
	a.inputs = inputs
	g, r := a.of(inputs)
	r.Version = version()
	return g, r, nil
}

// baseline is the earlier run that --baseline names: its result in a file, or the same paths at a revision, scanned
// with the same options. What is a file is taken as one.
func (a *analysis) baseline(name string, paths []string, o load.Options) (analyzer.Baseline, error) {
	if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() {
		return earlierResult(name)
	}
	rev, err := openRevision(name, paths, a.limits)
	if err != nil {
		return analyzer.Baseline{}, fmt.Errorf("--baseline %s: %w", name, err)
	}
	defer rev.close()
	inputs, err := rev.load(paths, o)
	if err != nil {
		return analyzer.Baseline{}, fmt.Errorf("--baseline %s: %s", name, rev.shown(err.Error()))
	}
	_, r := a.of(inputs)
	return r.AsBaseline(name), nil
}

func earlierResult(name string) (analyzer.Baseline, error) {
	f, err := os.Open(name)
	if err != nil {
		return analyzer.Baseline{}, fmt.Errorf("--baseline %s: %w", name, cause(err))
	}
	defer f.Close()
	b, err := report.ReadJSON(f, filepath.ToSlash(name))
	if err != nil {
		return b, fmt.Errorf("--baseline %s: %w: make one with demarc scan --format json --output FILE", name, err)
	}
	return b, nil
}

// load reads what paths were at the revision. Directories that were not there hold nothing.
func (r *revision) load(paths []string, o load.Options) ([]*model.Snapshot, error) {
	var err error
	if o.Source, err = r.option(o.Source); err != nil {
		return nil, err
	}
	so := &o.Sources
	so.Variables = append([]source.Setting{}, so.Variables...)
	for i, v := range so.Variables {
		if v.File {
			if so.Variables[i].Value, err = r.option(v.Value); err != nil {
				return nil, err
			}
		}
	}
	so.BackendConfig = append([]string{}, so.BackendConfig...)
	for i, v := range so.BackendConfig {
		if !strings.Contains(v, "=") {
			if so.BackendConfig[i], err = r.option(v); err != nil {
				return nil, err
			}
		}
	}
	var then []string
	for _, path := range paths {
		p, err := r.path(path)
		if err != nil {
			return nil, err
		}
		now, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		switch info, err := os.Stat(p); {
		case err != nil && now.IsDir():
			continue
		case err != nil:
			return nil, fmt.Errorf("%s is not in it: scan a plan of it with --format json --output FILE, and give --baseline that file", path)
		case info.IsDir():
			if roots, err := source.Roots(p); err == nil && len(roots) == 0 {
				continue
			}
		}
		then = append(then, p)
	}
	inputs, err := loadAll(then, o, false)
	for _, in := range inputs {
		in.Name = r.shown(in.Name) // policies and findings go by the names of now
	}
	return inputs, err
}

// option is where a file that an option names was at the revision, or where it is now if the revision has none.
func (r *revision) option(file string) (string, error) {
	if file == "" {
		return "", nil
	}
	p, err := r.path(file)
	if err != nil {
		return file, nil // outside the repository: the same for both
	}
	if _, err := os.Stat(p); errors.Is(err, os.ErrNotExist) {
		return file, nil
	}
	return p, nil
}

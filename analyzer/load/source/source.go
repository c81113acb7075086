// Package source reads Terraform and OpenTofu configurations, without running them: it evaluates what can be known of a
// root module and everything below it, and keeps for what cannot be known where it comes from.
package source

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/limit"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/pattern"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// Setting is one -var or -var-file, in the order of the command line.
type Setting struct {
	File  bool
	Value string // NAME=VALUE, or the path of a file of variables
}

// Options are what a user can say about how sources are read. The process environment is not looked at.
type Options struct {
	Variables     []Setting
	Env           map[string]string // TF_VAR_*, TF_WORKSPACE and TF_DATA_DIR are used
	Workspace     string
	BackendConfig []string // files, or NAME=VALUE
	// Planned are the root variables as a plan of the configuration holds them, before conversion to their types: they
	// are what it was made with, and win over everything else.
	Planned map[string]model.Value
	// Within is the directory that nothing is read outside of; empty means the repository around the root module.
	Within string
	// Data tells what an attribute of a data source is by its provider configuration alone.
	Data func(p *model.Provider, typ, attr string) (value string, ok bool)
	// Function tells what a function of a provider makes of texts: a text with `{}` for each argument, or what the groups of
	// a pattern take of the one that it has.
	Function func(source, name string) (make string, take *pattern.Pattern, ok bool)
	Limits   limit.Set // how much is read and evaluated
	// Cache shares parsed files between root modules below one path; nil shares nothing.
	Cache *Cache

	ofPlan bool // they are the sources of a plan
}

// Load reads the root module in dir. What does not parse is told in the snapshot, and the rest is analysed; an error
// means that there is nothing to analyse.
func Load(dir string, o Options) (*model.Snapshot, error) {
	r, err := open(dir, o)
	if err != nil {
		return nil, err
	}
	defer r.disk.close()
	return r.snapshot(filepath.ToSlash(dir)), nil
}

// run is one evaluation of one root module.
type run struct {
	opts   Options
	limits limit.Set
	disk   *disk
	dir    string // of the root module, absolute
	shown  string // of the root module, as the user wrote it

	cache     *Cache
	configs   map[string]*config // by directory, those that are used
	manifest  map[string]installed
	workspace cty.Value
	inputs    map[string]input
	root      *module

	refs              map[ref]*ref         // that say more than an instance's own do
	writers           []*writer            // that are not in use
	templates         map[string]template  // that were parsed, by their files
	decoded           map[string]cty.Value // JSON texts
	decodedLeft       int                  // how many bytes of them may still be kept
	constants         map[*attr]constant   // of arguments that were evaluated
	written           map[*resource]*written
	common            model.Blocks
	providers         []*model.Provider
	implied           map[string]*model.Provider
	resources         []*model.Resource
	said              map[string]bool
	incomplete, notes []string
	unread            []model.Unread
	comments          []model.Comment
	namings           []naming
	texts             map[string]string

	steps, elements, depth int
	failures               int
	doubts                 int // what may turn out to fail
	exhausted              bool
	at                     hclsyntax.Expression // that is being evaluated, nil for none
	of                     owner                // and what it is the value of
}

func open(dir string, o Options) (*run, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.ToSlash(dir), plain(err))
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("%s: is not a directory", filepath.ToSlash(dir))
	}
	l := o.Limits.OrDefault()
	d, err := openDisk(dir, o.Within, l)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.ToSlash(dir), plain(err))
	}
	abs, err := real(dir)
	if err != nil {
		return nil, err
	}
	r := newRun(o, d, abs, filepath.ToSlash(dir))
	cfg := r.config(abs)
	if cfg == nil || !cfg.any {
		d.close()
		return nil, fmt.Errorf("%s: holds no Terraform configuration (*.tf, *.tofu, *.tf.json, *.tofu.json)", r.shown)
	}
	r.readManifest()
	r.start(cfg)
	return r, nil
}

func newRun(o Options, d *disk, dir, shown string) *run {
	l := o.Limits.OrDefault()
	r := &run{opts: o, limits: l, disk: d, dir: dir, shown: shown, cache: o.Cache, configs: map[string]*config{},
		refs: map[ref]*ref{}, implied: map[string]*model.Provider{}, said: map[string]bool{}, texts: map[string]string{}, templates: map[string]template{},
		decoded: map[string]cty.Value{}, constants: map[*attr]constant{}, written: map[*resource]*written{}, common: model.Blocks{}, decodedLeft: int(l.Value),
		steps: int(l.Steps), elements: l.Elements()}
	if r.cache == nil || d.saved != nil {
		r.cache = NewCache()
	}
	return r
}

// start prepares the root module for evaluation.
func (r *run) start(cfg *config) {
	r.workspace = r.findWorkspace()
	r.root = newModule(r, cfg, nil, nil, nil)
	r.inputs = r.readInputs(cfg)
}

// say notes something once.
func (r *run) say(list *[]string, text string) {
	if !r.said[text] {
		r.said[text] = true
		*list = append(*list, text)
	}
}

// snapshot evaluates everything.
func (r *run) snapshot(name string) *model.Snapshot {
	r.module(r.root)
	s := &model.Snapshot{Name: name, Format: model.Sources, Outputs: r.outputs(), Backend: r.backend(), Keys: r.keys()}
	s.Providers, s.Resources = r.providers, r.resources
	s.Notes, s.Unread, s.Comments, s.Texts = r.notes, r.unread, r.comments, r.texts
	slices.Sort(r.incomplete)
	s.Incomplete = r.incomplete
	return s
}

// show is the path of a file as the user would write it: relative to how the root module was given.
func (r *run) show(abs string) string {
	rel, err := filepath.Rel(r.dir, abs)
	if err != nil {
		return filepath.ToSlash(abs)
	}
	p := filepath.ToSlash(filepath.Join(filepath.FromSlash(r.shown), rel))
	return strings.TrimPrefix(p, "./")
}

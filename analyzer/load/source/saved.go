package source

import (
	"encoding/json"
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
)

// OfSavedPlan evaluates the configuration that a saved plan holds itself: files are its members below `tfconfig/`, such as
// `m-/main.tf`, `m-net/main.tf` and `modules.json`. Paths are those of the directory in which the plan was made. What the
// configuration reads besides (files of variables, templates) is not in a saved plan, and not known.
func OfSavedPlan(files map[string][]byte, o Options) (*Evaluated, error) {
	o.ofPlan = true
	r, err := openSaved(files, o)
	if err != nil {
		return nil, err
	}
	return r.evaluated("the configuration in the plan"), nil
}

var errNoConfig = errors.New("the saved plan holds no configuration that can be read")

func openSaved(files map[string][]byte, o Options) (*run, error) {
	var manifest []struct{ Key, Source, Dir string } // a bare list, other than the manifest of an installation
	if json.Unmarshal(files["modules.json"], &manifest) != nil {
		return nil, errNoConfig
	}
	const top = "/"
	d := &disk{limits: o.Limits.OrDefault(), top: top, saved: map[string]map[string][]byte{}}
	r := newRun(o, d, top, ".")
	r.manifest = map[string]installed{}
	dirs := map[string]string{}
	for _, m := range manifest {
		dir := path.Join(top, slashed(m.Dir))
		dirs["m-"+m.Key] = filepath.FromSlash(dir)
		r.manifest[m.Key] = installed{m.Source, m.Dir}
	}
	for name, src := range files {
		if dir, ok := dirs[path.Dir(name)]; ok {
			if d.saved[dir] == nil {
				d.saved[dir] = map[string][]byte{}
			}
			d.saved[dir][path.Base(name)] = src
		}
	}
	cfg := r.config(r.dir)
	if cfg == nil || !cfg.any {
		return nil, errNoConfig
	}
	r.start(cfg)
	return r, nil
}

// savedFile is a file of a saved plan.
type savedFile struct{ name string }

func (f savedFile) Name() string               { return f.name }
func (f savedFile) IsDir() bool                { return false }
func (f savedFile) Type() fs.FileMode          { return 0 }
func (f savedFile) Info() (fs.FileInfo, error) { return nil, fs.ErrInvalid }

var errNotSaved = errors.New("is not in the saved plan")

func (d *disk) savedFile(abs string) ([]byte, error) {
	src, ok := d.saved[filepath.Dir(abs)][filepath.Base(abs)]
	if !ok {
		return nil, errNotSaved
	}
	if int64(len(src)) > d.limits.File {
		return nil, errTooLarge
	}
	if d.read += int64(len(src)); d.read > d.limits.All() {
		return nil, errTotal
	}
	return src, nil
}

func (d *disk) savedList(abs string) ([]fs.DirEntry, error) {
	files, ok := d.saved[abs]
	if !ok {
		return nil, errNotSaved
	}
	var out []fs.DirEntry
	for _, name := range sortedKeys(files) {
		out = append(out, savedFile{name})
	}
	return slices.Clip(out), nil
}

package source

import (
	"encoding/json"
	"path/filepath"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// installed is where terraform init put a module.
type installed struct{ source, dir string }

// dataDir is where Terraform keeps what it installs.
func (r *run) dataDir() string {
	if d := r.opts.Env["TF_DATA_DIR"]; d != "" {
		if filepath.IsAbs(d) {
			return d
		}
		return filepath.Join(r.dir, d)
	}
	return filepath.Join(r.dir, ".terraform")
}

// readManifest reads which modules are installed. A manifest that does not parse is like none.
func (r *run) readManifest() {
	src, err := r.disk.file(filepath.Join(r.dataDir(), "modules", "modules.json"))
	if err != nil {
		return
	}
	var doc struct {
		Modules []struct{ Key, Source, Dir string }
	}
	if json.Unmarshal(src, &doc) != nil {
		r.say(&r.notes, r.show(filepath.Join(r.dataDir(), "modules", "modules.json"))+": is no module manifest that can be read")
		return
	}
	r.manifest = make(map[string]installed, len(doc.Modules))
	for _, m := range doc.Modules {
		r.manifest[m.Key] = installed{m.Source, m.Dir}
	}
}

// findWorkspace is the selected workspace: by flag, environment, what init left, or the default one.
func (r *run) findWorkspace() cty.Value {
	name := r.opts.Workspace
	if name == "" {
		name = r.opts.Env["TF_WORKSPACE"]
	}
	if name == "" {
		if src, err := r.disk.file(filepath.Join(r.dataDir(), "environment")); err == nil && len(src) < 100 {
			name = strings.TrimSpace(string(src))
		}
	}
	if name == "" {
		name = "default"
	}
	return cty.StringVal(name)
}

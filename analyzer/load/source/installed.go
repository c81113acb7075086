package source

import (
	"encoding/json"
	"path/filepath"
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

// dataFile is a file there.
func (r *run) dataFile(name ...string) string {
	return filepath.Join(append([]string{r.dataDir()}, name...)...)
}

// readManifest reads which modules are installed. A manifest that does not parse is like none.
func (r *run) readManifest() {
	src, err := r.disk.file(r.dataFile("modules", "modules.json"))
	if err != nil {
		return
	}
	var doc struct {
		Modules []struct{ Key, Source, Dir string }
	}
	if json.Unmarshal(src, &doc) != nil {
		r.say(&r.notes, r.show(r.dataFile("modules", "modules.json"))+": is no module manifest that can be read")
		return
	}
	r.manifest = make(map[string]installed, len(doc.Modules))
	for _, m := range doc.Modules {
		r.manifest[m.Key] = installed{m.Source, m.Dir}
	}
}

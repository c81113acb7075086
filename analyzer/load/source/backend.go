package source

import (
	"path/filepath"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/model"
)

// backend is where the root module says that its state is kept, nil where it says nothing.
func (r *run) backend() *model.Backend {
	b := r.root.cfg.backend
	if b == nil {
		return nil
	}
	kind := b.typ // cloud
	if len(b.labels) == 1 {
		kind = b.labels[0]
	}
	all := b.body
	for _, s := range r.opts.BackendConfig {
		if over := r.backendSetting(s); over != nil {
			all = mergeBody(all, over)
		}
	}
	return r.kept(model.Backend{Type: kind}, b, all)
}

// keys are the key providers that the root module's state encryption declares.
func (r *run) keys() []model.Backend {
	var out []model.Backend
	for _, k := range r.root.cfg.keys {
		out = append(out, *r.kept(model.Backend{Type: k.labels[0], Name: k.labels[1]}, k, k.body))
	}
	return out
}

// kept is what a block says of the state, with the arguments that it has in the end.
func (r *run) kept(out model.Backend, b *block, all *body) *model.Backend {
	out.Pos = pos(b.at)
	_, out.Pos.Args = r.write(r.root, func(w *writer) { out.Values = w.body(spot{}, all, r.root.own, nil) })
	return &out
}

// backendSetting reads one -backend-config: NAME=VALUE, or a file of them.
func (r *run) backendSetting(s string) *body {
	if name, text, ok := strings.Cut(s, "="); ok {
		return &body{attrs: []*attr{{name: strings.TrimSpace(name), expr: literalText(text)}}}
	}
	abs, err := filepath.Abs(s)
	if err == nil {
		abs, err = real(abs)
	}
	if err != nil {
		r.say(&r.incomplete, filepath.ToSlash(s)+": "+plain(err).Error())
		return nil
	}
	r.admitFile(abs)
	src, err := r.disk.file(abs)
	if err != nil {
		r.say(&r.incomplete, filepath.ToSlash(s)+": "+err.Error())
		return nil
	}
	shown := r.show(abs)
	if strings.HasSuffix(abs, ".json") {
		b, d := parseJSONBody(src, shown)
		if d != nil {
			r.diagnose(d, src)
			return nil
		}
		return b
	}
	b, d := parse(string(src), shown)
	if d != nil {
		r.diagnose(d, src)
	}
	return b
}

package source

import (
	"cmp"
	"iter"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/zclconf/go-cty/cty"
)

// findWorkspace is the selected workspace: by flag, environment, what init left, or the default one. A plan may be of
// another than init left, and does not tell which.
func (r *run) findWorkspace() cty.Value {
	name := cmp.Or(r.opts.Workspace, r.opts.Env["TF_WORKSPACE"])
	if name == "" && r.opts.ofPlan {
		return cty.UnknownVal(cty.String).RefineNotNull().Mark(opaque{"terraform.workspace, " + model.NoWorkspace}).Mark(itself{})
	}
	if name == "" {
		if src, err := r.disk.file(r.dataFile("environment")); err == nil && len(src) < 100 {
			name = strings.TrimSpace(string(src))
		}
	}
	return cty.StringVal(cmp.Or(name, "default"))
}

// itself is the mark of the workspace's name where that is not known, as long as nothing else is made of it.
type itself struct{}

// naming is a text of the sources that is not known for the name of the workspace in it alone.
type naming struct {
	in, path      string // in which resource or output, and where
	before, after string
}

// namings are the texts under a path that is not known, one or none: those that marks are of.
func namings(in, path string, marks cty.ValueMarks) []naming {
	parts := []cty.Value{cty.UnknownVal(cty.String).WithMarks(marks)}
	for m := range marks {
		if p, ok := m.(*pieces); ok {
			parts = p.parts
		}
	}
	n, found := naming{in: in, path: path}, false
	for _, v := range parts {
		u, m := v.Unmark()
		text, known := toText(u)
		_, is := m[itself{}]
		switch {
		case is && !found:
			found = true
		case !known:
			return nil
		case found:
			n.after += text.AsString()
		default:
			n.before += text.AsString()
		}
	}
	if !found {
		return nil
	}
	return []naming{n}
}

// Named are the texts that hold the workspace's name and no other unknown: the addresses of resources and outputs that they
// are in, and their paths there.
func (e *Evaluated) Named() iter.Seq2[string, string] {
	return func(yield func(address, path string) bool) {
		for _, n := range e.namings {
			if !yield(n.in, n.path) {
				return
			}
		}
	}
}

// Workspace is the name of the workspace that a plan was made in: that which it has wherever the sources have the
// workspace's, "" where that is none, or several. Which workspace it was a plan does not tell, and sources may go by it for
// where everything is. Mostly such sources have its name in the names and tags that they give as well, and there the plan
// holds it. Sources that know it are to be evaluated anew.
func (e *Evaluated) Workspace(plan *model.Snapshot) string {
	if len(e.namings) == 0 {
		return ""
	}
	values := map[string]model.Value{}
	for _, res := range plan.Resources {
		if res.Action.Stays() && res.Deposed == "" {
			values[res.Address] = res.Values
		}
	}
	for _, o := range plan.Outputs {
		values[outputAddress(o.Name)] = o.Value
	}
	name := ""
	for _, n := range e.namings {
		v := values[n.in]
		if n.path != "" {
			v = v.At(strings.Split(n.path, ".")...)
		}
		text, _ := v.Text()
		text, begins := strings.CutPrefix(text, n.before)
		text, ends := strings.CutSuffix(text, n.after)
		switch {
		case !begins || !ends || text == "":
		case name != "" && name != text:
			return ""
		default:
			name = text
		}
	}
	return name
}

func outputAddress(name string) string { return "output." + name }

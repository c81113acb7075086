package facts

import (
	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/link"
	"github.com/demarc-dev/demarc/analyzer/model"
)

// Alike gives the inputs of an estate in the form that facts have of inputs, for the join with facts: a name that is only
// told by its hash is found where the same hash stands. It is not for writing: what Terraform marks as sensitive, which
// facts do not tell, counts like everything else.
func Alike(g *link.Graph, cat *catalog.Catalog, lang Language) []*model.Snapshot {
	f := newWriter(g, cat, lang)
	f.here = true
	out := make([]*model.Snapshot, len(g.Inputs))
	for i, in := range g.Inputs {
		out[i] = f.alike(in)
	}
	return out
}

func (f *writer) alike(in *model.Snapshot) *model.Snapshot {
	out := *in
	if in.Backend != nil {
		b := f.backendAlike(*in.Backend)
		out.Backend = &b
	}
	out.Keys, out.Outputs, out.Providers, out.Resources = nil, nil, nil, nil
	for _, k := range in.Keys {
		out.Keys = append(out.Keys, f.backendAlike(k))
	}
	for _, o := range in.Outputs {
		n := outputNode(in, o)
		o.Value, o.Args = f.output(o), f.argsAlike(n)
		out.Outputs = append(out.Outputs, o)
	}
	providers := map[*model.Provider]*model.Provider{}
	for _, p := range in.Providers {
		own := *p
		own.Values, own.Args = f.kept(f.configuration(p), p.Values), f.argsAlike(providerNode(in, p))
		providers[p] = &own
		out.Providers = append(out.Providers, &own)
	}
	for _, r := range in.Resources {
		n, stays := f.nodeOf(in, r)
		own, block := *r, *r.Block
		own.Block = &block
		if block.Args = nil; stays {
			block.Args = f.argsAlike(n)
		}
		block.Provider = providers[r.Provider]
		if own.Values = f.kept(f.subject(n), f.told(n)); own.Values.State == model.Absent {
			own.Values = model.ObjectValue(nil, nil)
		}
		if len(r.Candidates) > 0 {
			rarely := *r.Rarely
			rarely.Candidates = nil
			for _, c := range r.Candidates {
				rarely.Candidates = append(rarely.Candidates, providers[c])
			}
			own.Rarely = &rarely
		}
		out.Resources = append(out.Resources, &own)
	}
	return &out
}

func (f *writer) backendAlike(b model.Backend) model.Backend {
	b.Values = f.kept(f.backend(b.Type), b.Values)
	return b
}

// argsAlike are the arguments of a block, with what they refer to, and which leaves hold it.
func (f *writer) argsAlike(n *link.Node) *model.Args {
	if n.Args == nil {
		return nil
	}
	var out []model.Arg
	for _, a := range n.Args.All() {
		own := *a
		own.Origins = nil
		for _, ref := range f.graph.References(n, a) {
			own.Origins = append(own.Origins, originOf(ref.Node.Addr(), referenceOf(ref)))
		}
		out = append(out, own)
	}
	return model.NewArgs(out, nil)
}

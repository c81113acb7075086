package source

import (
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// configured are the configurations that a provider block makes: one, or with OpenTofu's for_each several.
type configured struct {
	list  []*model.Provider
	keys  []addr.Key
	keyed bool
	busy  bool
}

// configure evaluates a provider block.
func (m *module) configure(p *provider) *configured {
	if c := m.providers[p]; c != nil {
		return c
	}
	r := m.run
	c := &configured{busy: true}
	m.providers[p] = c
	of := owner{module: m, name: "provider." + p.name}
	e := r.expand(of, nil, p.each, nil)
	c.keyed = e.keyed
	for _, k := range e.list {
		key := p.name
		if p.alias != "" {
			key += "." + p.alias
		}
		key += k.key.String()
		if len(m.path) > 0 {
			key = m.path.String() + ":" + key
		}
		c.list = append(c.list, &model.Provider{Key: key, Source: m.cfg.sourceOf(p.name), Name: p.name, Alias: p.alias, Module: m.path, Pos: pos(p.at)})
		c.keys = append(c.keys, k.key)
	}
	r.providers = append(r.providers, c.list...)
	c.busy = false // a data source that its own arguments use sees it without them
	for i, k := range e.list {
		args, places := r.write(m, func(w *writer) {
			r.within(of, func() { c.list[i].Values = w.body(spot{}, p.body, k.scope(m), skipped) })
		})
		c.list[i].Args = model.NewArgs(args, nil)
		c.list[i].Pos.Args = places
	}
	return c
}

// configuration is the provider configuration of an instance, or the ones that may be meant.
func (in *instance) configuration(r *run) (*model.Provider, []*model.Provider) {
	if in.provided {
		return in.provider, in.candidates
	}
	in.provided = true
	local, alias := in.block.implicit, ""
	var key cty.Value
	if p := in.block.provider; p != nil {
		name := providerName(p.expr)
		if len(name) == 0 {
			return nil, nil
		}
		local = name[0]
		if len(name) > 1 {
			alias = name[1]
		}
		key = r.providerKey(p.expr, in.scope)
	}
	in.provider, in.candidates = in.module.provider(in.module.cfg.sourceOf(local), local, alias, key)
	return in.provider, in.candidates
}

// providerName reads `aws`, `aws.eu` or `aws.by[each.key]`.
func providerName(e hclsyntax.Expression) []string {
	if x, ok := e.(*hclsyntax.IndexExpr); ok {
		e = x.Collection
	}
	t := traversalOf(e)
	if len(t) == 0 {
		return nil
	}
	name := []string{t.RootName()}
	if len(t) > 1 && stepName(t[1]) != "" {
		name = append(name, stepName(t[1]))
	}
	return name
}

// providerKey is the instance key in a reference to a provider, NilVal where it has none.
func (r *run) providerKey(e hclsyntax.Expression, s *scope) cty.Value {
	if x, ok := e.(*hclsyntax.IndexExpr); ok {
		return r.safely(x.Key, s)
	}
	if t := traversalOf(e); len(t) > 2 {
		if i, ok := t[2].(hcl.TraverseIndex); ok {
			return i.Key
		}
	}
	return cty.NilVal
}

// provider finds a configuration as Terraform does: a block of the module's own, what its caller passes, and for default
// configurations whatever the caller has. What a local name means is decided in each module by itself.
func (m *module) provider(source, local, alias string, key cty.Value) (*model.Provider, []*model.Provider) {
	for _, p := range m.cfg.providers {
		if p.alias == alias && m.cfg.sourceOf(p.name) == source {
			return m.configure(p).pick(key)
		}
	}
	if m.parent == nil {
		return m.run.imply(m.cfg, source, local, alias), nil
	}
	for _, name := range sortedKeys(m.call.providers) {
		x := m.call.providers[name]
		child, childAlias, _ := strings.Cut(name, ".")
		if childAlias != alias || m.cfg.sourceOf(child) != source {
			continue
		}
		given := providerName(x)
		if len(given) == 0 {
			return nil, nil
		}
		alias = ""
		if len(given) > 1 {
			alias = given[1]
		}
		return m.parent.provider(m.parent.cfg.sourceOf(given[0]), given[0], alias, m.run.providerKey(x, m.scope))
	}
	if alias != "" {
		return nil, nil
	}
	return m.parent.provider(source, local, "", cty.NilVal)
}

// pick is the configuration of a key.
func (c *configured) pick(key cty.Value) (*model.Provider, []*model.Provider) {
	if !c.keyed {
		if len(c.list) == 1 {
			return c.list[0], nil
		}
		return nil, nil
	}
	if key != cty.NilVal {
		if k, ok := keyOf(key); ok {
			if i := slices.Index(c.keys, k); i >= 0 {
				return c.list[i], nil
			}
		}
	}
	if len(c.list) == 1 {
		return c.list[0], nil
	}
	return nil, c.list
}

// imply is the configuration of a provider that the root module has no block for: the environment's, or for one that the
// root module's own caller would give, nobody's.
func (r *run) imply(cfg *config, source, local, alias string) *model.Provider {
	if alias != "" && !cfg.aliases[local+"."+alias] {
		return nil
	}
	k := source + "." + alias
	p := r.implied[k]
	if p == nil {
		name := local
		for _, n := range sortedKeys(cfg.required) {
			if cfg.required[n] == source {
				name = n
				break
			}
		}
		p = &model.Provider{Key: name, Source: source, Name: name, Alias: alias, Implied: true}
		if alias != "" {
			p.Key += "." + alias
		}
		r.implied[k] = p
		r.providers = append(r.providers, p)
	}
	return p
}

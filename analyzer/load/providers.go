package load

import (
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/model"
)

// providers finds the configuration that a resource uses. Plan JSON keeps a key for it, which Terraform turns into the
// key of the block that was passed down; where an intermediate module has no resource of the provider, that fails and
// the key points at an empty entry or at none.
type providers struct {
	byKey map[string]*model.Provider
	list  []*model.Provider // by key: the order of the plan says nothing
}

func (c *config) makeProviders(s *model.Snapshot, v *values) *providers {
	p := &providers{byKey: map[string]*model.Provider{}}
	slices.SortFunc(c.providers, func(a, b configProvider) int { return strings.Compare(a.key, b.key) })
	for _, e := range c.providers {
		m, err := addr.ParseModule(e.module)
		if err != nil {
			m = nil
		}
		mp := &model.Provider{Key: e.key, Name: e.name, Alias: e.alias, Module: m, Source: normal(e.fullName, e.name),
			Implied: e.expressions.State == model.Absent && e.alias == ""}
		body := c.moduleAt(m)
		if e.expressions.State != model.Absent && body != nil {
			mp.Values = v.block(body, e.expressions, 0)
			var list []model.Arg
			c.flatten(&configResource{module: body}, "", e.expressions, &list)
			mp.Args = model.NewArgs(list, nil)
		}
		p.byKey[e.key] = mp
		p.list = append(p.list, mp)
	}
	s.Providers = p.list
	return p
}

func (c *config) moduleAt(path addr.Module) *configModule {
	m := c.root
	for _, s := range path {
		call := m.calls[s.Name]
		if call == nil || call.module == nil {
			return nil
		}
		m = call.module
	}
	return m
}

// of finds the configuration of a block, or the ones that may be meant where the plan leaves it open. Walking up the
// module path and taking the first default is wrong: a module in between may have been given another one.
func (p *providers) of(r *configResource) (*model.Provider, []*model.Provider) {
	own := p.byKey[r.providerKey]
	if own != nil && !own.Implied {
		return own, nil
	}
	full, local := "", ""
	if own != nil {
		full, local = own.Source, own.Name
	} else {
		local = r.providerKey[strings.LastIndexByte(r.providerKey, ':')+1:]
		local, _, _ = strings.Cut(local, ".")
		if local == "" {
			local, _, _ = strings.Cut(r.typ, "_")
		}
		full = p.sourceOf(local)
	}
	depth := len(r.module.path)
	if depth == 0 {
		return own, nil // no block at all: configured by the environment alone
	}
	root := p.rootDefault(full)
	if depth == 1 || depth == 2 && root != nil && root.Name == local {
		if root != nil {
			return root, nil
		}
		return own, nil
	}
	// What a module between may have been given: any configuration of the provider in a module above.
	var candidates []*model.Provider
	for _, c := range p.list {
		if c.Source == full && !c.Implied && above(c.Module, r.module.path) {
			candidates = append(candidates, c)
		}
	}
	if len(candidates) == 0 {
		if own == nil {
			own = root
		}
		return own, nil
	}
	if root == nil || root.Implied { // then it may as well be the default that the environment configures
		candidates = append(candidates, environment(root, own, r, full, local))
		slices.SortFunc(candidates, func(a, b *model.Provider) int { return strings.Compare(a.Key, b.Key) })
	}
	if len(candidates) == 1 && root == candidates[0] {
		return root, nil
	}
	return nil, candidates
}

// environment is the configuration without a block: of the root, of the resource's module, or one that the plan does
// not list.
func environment(root, own *model.Provider, r *configResource, full, local string) *model.Provider {
	switch {
	case root != nil:
		return root
	case own != nil:
		return own
	}
	return &model.Provider{Key: r.providerKey, Source: full, Name: local, Implied: true}
}

func (p *providers) rootDefault(full string) *model.Provider {
	for _, c := range p.list {
		if c.Source == full && c.Alias == "" && len(c.Module) == 0 {
			return c
		}
	}
	return nil
}

// sourceOf is the provider that a local name means where the plan has no entry for it.
func (p *providers) sourceOf(local string) string {
	for _, c := range p.list {
		if c.Name == local {
			return c.Source
		}
	}
	return "hashicorp/" + local
}

func above(m, path addr.Module) bool {
	if len(m) >= len(path) {
		return false
	}
	for i := range m {
		if m[i].Name != path[i].Name {
			return false
		}
	}
	return true
}

package source

import (
	"slices"

	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// move is a `moved` block. Its addresses are relative to the module that it is in.
type move struct{ from, to moveEnd }

// moveEnd is the address of a module or resource, with or without keys: Type is "" for a module.
type moveEnd = addr.Resource

// readMove reads a `moved` block; one that Terraform would refuse moves nothing.
func readMove(b *block) (m move, ok bool) {
	from, to := b.body.attr("from"), b.body.attr("to")
	if from == nil || to == nil {
		return m, false
	}
	if m.from, ok = readMoveEnd(traversalOf(from.expr)); !ok {
		return m, false
	}
	m.to, ok = readMoveEnd(traversalOf(to.expr))
	return m, ok && (m.from.Type == "") == (m.to.Type == "")
}

func readMoveEnd(t hcl.Traversal) (end moveEnd, ok bool) {
	var parts addr.Traversal
	for _, step := range t {
		switch s := step.(type) {
		case hcl.TraverseRoot:
			parts = append(parts, addr.Part{Name: s.Name})
		case hcl.TraverseAttr:
			parts = append(parts, addr.Part{Name: s.Name})
		case hcl.TraverseIndex:
			if s.Key.IsNull() || s.Key.Type() != cty.String && s.Key.Type() != cty.Number {
				return end, false
			}
			k, known := keyOf(s.Key)
			if !known {
				return end, false
			}
			parts = append(parts, addr.Part{Key: k})
		default:
			return end, false
		}
	}
	if r, rest, err := parts.Resource(); err == nil {
		return r, len(rest) == 0
	}
	for len(parts) > 1 && parts[0].Name == "module" && parts[1].Name != "" {
		step := addr.Step{Name: parts[1].Name}
		parts = parts[2:]
		if len(parts) > 0 && parts[0].Name == "" {
			step.Key, parts = parts[0].Key, parts[1:]
		}
		end.Module = append(end.Module, step)
	}
	return end, len(end.Module) > 0 && len(parts) == 0
}

// previous is the address that an instance had before the last `moved` block that speaks of it, or "". Blocks of the
// root module are asked first.
func (in *instance) previous() string {
	var modules []*module
	for m := in.module; m != nil; m = m.parent {
		modules = append(modules, m)
	}
	slices.Reverse(modules)
	for _, m := range modules {
		at := addr.Resource{Module: in.module.path[len(m.path):], Mode: in.block.mode, Type: in.block.typ, Name: in.block.name, Key: in.key}
		for _, mv := range m.cfg.moved {
			if before, ok := mv.undo(at); ok {
				before.Module = slices.Concat(m.path, before.Module)
				return before.String()
			}
		}
	}
	return ""
}

// undo tells where an instance was before the move, where the move is about it. An address without a key is about all
// instances, each of which keeps its key, unless the other address of the move has one.
func (m move) undo(at addr.Resource) (before addr.Resource, ok bool) {
	if len(at.Module) < len(m.to.Module) || m.to.Type != "" &&
		(len(at.Module) != len(m.to.Module) || at.Mode != m.to.Mode || at.Type != m.to.Type || at.Name != m.to.Name) {
		return at, false
	}
	inside := at.Module[:len(m.to.Module)]
	before = at
	before.Module = slices.Clone(m.from.Module)
	same := len(m.from.Module) == len(m.to.Module)
	for i, step := range m.to.Module {
		all := step.Key.Kind == addr.NoKey && same && m.from.Module[i].Key.Kind == addr.NoKey
		if step.Name != inside[i].Name || !all && step.Key != inside[i].Key {
			return at, false
		}
		if all {
			before.Module[i].Key = inside[i].Key
		}
	}
	if m.to.Type == "" {
		before.Module = append(before.Module, at.Module[len(m.to.Module):]...)
		return before, true
	}
	before.Type, before.Name = m.from.Type, m.from.Name
	if m.to.Key.Kind == addr.NoKey && m.from.Key.Kind == addr.NoKey {
		return before, true
	}
	before.Key = m.from.Key
	return before, at.Key == m.to.Key
}

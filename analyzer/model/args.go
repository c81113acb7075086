package model

import (
	"cmp"
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/addr"
)

// Origin is a resource attribute that an argument's value may come from. Because one block makes many instances, the
// origin is relative to the instance that refers: Shared leading module steps are the referrer's own, keys included,
// and Down goes on from there.
type Origin struct {
	Shared int
	Down   addr.Module
	Mode   addr.Mode
	Type   string
	Name   string
	Key    addr.Key // AnyKey where the reference does not fix the instance
	Attr   string   // the attribute path under the resource, with the keys of maps, as tables name it; "" for the whole
	Full   string   // the same with the indexes of lists, where it has any
	Output string   // the module output that it is, where a whole module is referred to
	Exact  bool     // false where the reference may be one of several (conditional, splat, for, each.value)
	ByKey  bool     // each.key, count.index or each.value is involved: the instance of the referrer's own key is meant
	Via    []string // what it passed through, innermost first: `module.net.vpc_id`, `var.peer`
	// Held are the known leaves of the argument that hold the attribute's value, by their full path, where that is told
	// without the values themselves. It is nil where the values are here to compare.
	Held []string
}

// Path is where the attribute is in the values of the resource.
func (o *Origin) Path() string { return cmp.Or(o.Full, o.Attr) }

// HandsOn tells whether resources of a type have attributes that hold what they were given.
func HandsOn(typ string) bool { return handed[typ] != nil }

// At is the origin with another attribute.
func (o Origin) At(p Path) Origin {
	if o.Attr, o.Full = p.Block, ""; p.Full != p.Block {
		o.Full = p.Full
	}
	return o
}

// Below is the origin that a path leads to, which goes on from o.
func (o Origin) Below(path string) Origin {
	full := o.Path()
	switch path = strings.TrimPrefix(path, "."); {
	case full == "" || strings.HasPrefix(path, "["):
		full += path
	default:
		full += "." + path
	}
	return o.At(PathOf(full))
}

// handed are the attributes that hold what they were given, of any shape, by the types that have them: the outputs of
// another stack, and what a resource of Terraform's own keeps.
var handed = map[string][]string{
	"terraform_remote_state": {"outputs"},
	"tfe_outputs":            {"values", "nonsensitive_values"},
	"terraform_data":         {"input", "output", "triggers_replace"},
	"null_resource":          {"triggers"},
	"null_data_source":       {"inputs", "outputs"},
}

// Handed tells whether an attribute holds what it was given: names and keys behind it are those of that.
func Handed(typ, attr string) bool { return slices.Contains(handed[typ], attr) }

// Same tells whether two origins are one attribute of one block.
func (o Origin) Same(p Origin) bool {
	if o.Shared != p.Shared || o.Mode != p.Mode || o.Type != p.Type || o.Name != p.Name || o.Key != p.Key || o.Attr != p.Attr || o.Full != p.Full || o.Output != p.Output || len(o.Down) != len(p.Down) {
		return false
	}
	for i := range o.Down {
		if o.Down[i] != p.Down[i] {
			return false
		}
	}
	return true
}

// Module is the path of the module that the origin is in, seen from an instance in module from. It is not to be changed.
func (o *Origin) Module(from addr.Module) addr.Module {
	switch {
	case o.Shared > len(from):
		return o.Down
	case o.Shared == len(from) && len(o.Down) == 0:
		return from
	}
	m := make(addr.Module, 0, o.Shared+len(o.Down))
	m = append(m, from[:o.Shared]...)
	return append(m, o.Down...)
}

// Arg is what the configuration says of one argument.
type Arg struct {
	Block   string // table path: `rule.destination.bucket`
	Origins []Origin
	// Opaque names what the input does not explain (`local.x`, a function call), where the value may also come from.
	Opaque []string
	// Constant holds a literal written in the configuration, absent where there is none.
	Constant Value
	// Several says that blocks of one type give the argument more than once: every origin is used by one of them.
	Several bool
}

// Same tells whether the same is said of two arguments, of different instances.
func (a *Arg) Same(b *Arg) bool {
	return a.Block == b.Block && a.Several == b.Several && a.Constant == b.Constant && slices.Equal(a.Opaque, b.Opaque) &&
		slices.EqualFunc(a.Origins, b.Origins, func(o, p Origin) bool {
			return o.Same(p) && o.Exact == p.Exact && o.ByKey == p.ByKey && slices.Equal(o.Via, p.Via) && slices.Equal(o.Held, p.Held)
		})
}

// Args are the arguments of one block of configuration, shared by all its instances.
type Args struct {
	byBlock map[string]*Arg // nil while they are few
	order   []*Arg
	Each    *Arg // the for_each or count expression, nil where there is none
}

// NewArgs collects arguments; a second one of the same path is merged into the first, since nested blocks of one type
// cannot be told apart by a table path.
func NewArgs(list []Arg, each *Arg) *Args {
	a := &Args{order: make([]*Arg, 0, len(list)), Each: each}
	if len(list) > few {
		a.byBlock = make(map[string]*Arg, len(list))
	}
	for i := range list {
		g := &list[i]
		if have := a.at(g.Block); have != nil {
			have.Origins = append(have.Origins, g.Origins...)
			have.Opaque = append(have.Opaque, g.Opaque...)
			have.Several = true
			continue
		}
		if a.byBlock != nil {
			a.byBlock[g.Block] = g
		}
		a.order = append(a.order, g)
	}
	return a
}

// few is how many arguments are looked through one by one; most blocks have no more.
const few = 16

func (a *Args) at(block string) *Arg {
	if a.byBlock != nil {
		return a.byBlock[block]
	}
	for _, g := range a.order {
		if g.Block == block {
			return g
		}
	}
	return nil
}

// Arg is the argument at a table path, or nil. A path inside an argument that the configuration gives as a whole
// (`tags` for `tags.Name`, a dynamic list of objects) answers with the argument that encloses it.
func (a *Args) Arg(block string) *Arg {
	if a == nil {
		return nil
	}
	for {
		if g := a.at(block); g != nil {
			return g
		}
		i := lastDot(block)
		if i < 0 {
			return nil
		}
		block = block[:i]
	}
}

// All are the arguments in the order of the input.
func (a *Args) All() []*Arg {
	if a == nil {
		return nil
	}
	return a.order
}

func lastDot(s string) int {
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] == '.' {
			return i
		}
	}
	return -1
}

package source

import (
	"fmt"

	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/zclconf/go-cty/cty"
)

// owner is what an expression is the value of, or stands in.
type owner struct {
	module *module
	name   string
	block  *resource // instead of a name
}

func (o owner) String() string {
	var path addr.Module
	if o.module != nil {
		path = o.module.path.Block()
	}
	switch {
	case o.block != nil:
		return addr.Resource{Module: path, Mode: o.block.mode, Type: o.block.typ, Name: o.block.name}.String()
	case len(path) == 0:
		return o.name
	}
	return path.String() + "." + o.name
}

// within evaluates something that is its owner's.
func (r *run) within(o owner, f func()) {
	above, at := r.of, r.at
	r.of, r.at = o, nil
	f()
	r.of, r.at = above, at
}

// place is where the expression stands that is being evaluated.
func (r *run) place() model.Pos {
	if r.at == nil {
		return model.Pos{}
	}
	return pos(r.at.Range())
}

// beyond is a value that is larger than what is evaluated. It is told where it is made: what is made of it may be lost on
// the way to any argument.
func (r *run) beyond(what string) cty.Value { return r.refuse(what, r.limits.Raise("value", 0)) }

// refuse is a value that is not made, and what the user can do about it.
func (r *run) refuse(what, settle string) cty.Value {
	r.miss(model.Unread{Address: r.of.String(), Reason: "takes its value from " + what, Settle: settle, Pos: r.place()})
	return r.fail(what)
}

// exhaust is a value that there is no budget left for.
func (r *run) exhaust() cty.Value {
	if !r.exhausted {
		r.exhausted = true
		text := "the evaluation budget is used up: some values are taken as not known; " + r.limits.Raise("steps", 0)
		if p := r.place(); p.File != "" {
			text = fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, text)
		}
		r.say(&r.incomplete, text)
	}
	return r.fail("the evaluation budget, which is used up")
}

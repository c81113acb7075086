package source

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/model"
)

// Evaluated are the sources of a plan. They are evaluated with the plan's root variables alone, so that what they make of
// the plan's values is known before those are read.
type Evaluated struct {
	*model.Snapshot        // what they say
	name            string // what notes call them
	namings         []naming
}

// OfPlan evaluates the sources of a plan in a directory. Which workspace the plan was made in they do not know where the
// options do not tell.
func OfPlan(dir string, o Options) (*Evaluated, error) {
	o.ofPlan = true
	r, err := open(dir, o)
	if err != nil {
		return nil, err
	}
	return r.evaluated(filepath.ToSlash(dir)), nil
}

func (r *run) evaluated(name string) *Evaluated {
	defer r.disk.close()
	return &Evaluated{r.snapshot(r.shown), name, r.namings}
}

// Fuse gives the plan what only its sources tell: the place of every resource and argument, exact references, the provider
// configuration of each instance, the backend, and comments. What the plan says itself stands; where the two do not match,
// a note says so. The plan that is given does not change.
func (e *Evaluated) Fuse(plan *model.Snapshot) *model.Snapshot {
	f := &fusion{plan: plan, src: e.Snapshot, byAddress: map[string]*model.Resource{}, byBlock: map[string]*declared{},
		providers: map[*model.Provider]*model.Provider{}, common: model.Blocks{}}
	return f.fuse(e.name)
}

type fusion struct {
	plan, src *model.Snapshot
	byAddress map[string]*model.Resource
	byBlock   map[string]*declared
	providers map[*model.Provider]*model.Provider // of the plan and of the sources, to the one that both mean
	list      []*model.Provider
	common    model.Blocks
}

// declared are the instances that the sources have of a block.
type declared struct {
	first    *model.Resource
	open     []*model.Resource // those that stand for instances that the sources do not know
	disagree bool              // they have several provider configurations
	rarely   *model.Rarely     // of the last one that was fused: mostly all have the same
}

func (f *fusion) fuse(dir string) *model.Snapshot {
	for _, r := range f.src.Resources {
		f.byAddress[r.Address] = r
		b := r.Addr().Block().String()
		of := f.byBlock[b]
		if of == nil {
			of = &declared{first: r}
			f.byBlock[b] = of
		}
		of.disagree = of.disagree || r.Provider != of.first.Provider
		if r.Key.Kind == addr.AnyKey || slices.ContainsFunc(r.Module, func(s addr.Step) bool { return s.Key.Kind == addr.AnyKey }) {
			of.open = append(of.open, r)
		}
	}
	out := *f.plan
	f.joinProviders()
	out.Resources = make([]*model.Resource, len(f.plan.Resources))
	var without []string
	for i, r := range f.plan.Resources {
		fused := f.resource(r)
		out.Resources[i] = fused
		if fused.Pos.File == "" && r.Action.Stays() && r.Deposed == "" {
			without = append(without, r.Address)
		}
	}
	for _, r := range f.src.Resources {
		if r.Mode == addr.Ephemeral { // no plan has it
			one, common, own := *r, *r.Block, *r.Rarely
			f.assign(&common, &own, r.Provider, r.Candidates)
			out.Resources = append(out.Resources, f.shared(&one, common, own, nil))
		}
	}
	out.Providers = f.list
	out.Outputs = f.outputs()
	if f.src.Backend != nil {
		out.Backend = f.src.Backend
	}
	out.Keys = f.src.Keys
	out.Comments, out.Texts = f.src.Comments, f.src.Texts
	out.Notes = slices.Clone(f.plan.Notes)
	out.Notes = append(out.Notes, f.src.Notes...)
	for _, s := range f.src.Incomplete {
		out.Notes = append(out.Notes, "sources: "+s)
	}
	if len(without) > 0 {
		named := strings.Join(without[:min(3, len(without))], ", ")
		if n := len(without) - 3; n > 0 {
			named += fmt.Sprintf(" and %d more", n)
		}
		out.Notes = append(out.Notes, fmt.Sprintf("%s has no block for %s: what the plan says of it stands, without lines", dir, named))
	}
	return &out
}

// joinProviders makes one configuration of each that plan and sources both have. The plan's keys have no instance keys.
func (f *fusion) joinProviders() {
	byKey := map[string]*model.Provider{}
	for _, p := range f.plan.Providers {
		byKey[p.Key] = p
	}
	joined := map[*model.Provider]bool{}
	for _, s := range f.src.Providers {
		p := byKey[s.Key]
		if p == nil || joined[p] || p.Source != s.Source || p.Implied != s.Implied {
			if s.Implied && p != nil {
				f.providers[s] = p
				continue
			}
			f.providers[s] = s
			f.list = append(f.list, s)
			continue
		}
		joined[p] = true
		one := *p
		one.Pos, one.Values = s.Pos, evaluated(p, s.Values)
		if s.Args != nil {
			one.Args = s.Args
		}
		f.providers[p], f.providers[s] = &one, &one
		f.list = append(f.list, &one)
	}
	for _, p := range f.plan.Providers {
		if f.providers[p] == nil {
			f.providers[p] = p
			f.list = append(f.list, p)
		}
	}
	slices.SortStableFunc(f.list, func(a, b *model.Provider) int { return strings.Compare(a.Key, b.Key) })
}

// evaluated are the arguments of a provider block. Of one that is no literal a plan has the references alone, and not what
// is made of them: what the sources make of it stands.
func evaluated(p *model.Provider, src model.Value) model.Value {
	settled := settle(p.Values, src)
	if settled.Kind != model.Object {
		return settled
	}
	items := make([]model.Value, settled.Len())
	for i := range items {
		items[i] = settled.Item(i)
		name := settled.Name(i)
		if a := p.Args.Arg(name); a != nil && a.Constant.State != model.Absent {
			continue
		}
		if s := src.Get(name); s.State == model.Known && whollyKnown(s) {
			s.Sensitive = s.Sensitive || items[i].Sensitive
			items[i] = s
		}
	}
	return settled.With(items)
}

func whollyKnown(v model.Value) bool {
	known := true
	v.Walk(model.Path{}, func(_ model.Path, leaf model.Value) { known = known && leaf.State != model.Unknown })
	return known
}

func (f *fusion) resource(r *model.Resource) *model.Resource {
	out, common, own := *r, *r.Block, *r.Rarely
	common.Provider, own.Candidates = f.provider(r.Provider), nil
	for _, c := range r.Candidates {
		own.Candidates = append(own.Candidates, f.provider(c))
	}
	block := f.byBlock[r.Addr().Block().String()]
	if block != nil && block.first.Source == r.Source {
		s := f.byAddress[r.Address]
		if s == nil {
			s = symbolic(block.open, r.Addr())
		}
		own.Pos = block.first.Pos
		switch {
		case s != nil:
			own.Pos = s.Pos
			if r.Args != nil { // the plan has the block as well
				common.Args = s.Args
				out.Values = settle(r.Values, s.Values)
			}
			f.assign(&common, &own, s.Provider, s.Candidates)
		case !block.disagree: // which instance it is cannot be told: only what all agree on
			f.assign(&common, &own, block.first.Provider, nil)
		}
	}
	return f.shared(&out, common, own, block)
}

// shared gives a resource what it has in common with others of its block, once for all of them.
func (f *fusion) shared(r *model.Resource, common model.Block, own model.Rarely, block *declared) *model.Resource {
	r.Block = f.common.Once(common)
	if block != nil && block.rarely != nil && block.rarely.Same(&own) {
		r.Rarely = block.rarely
		return r
	}
	r.Rarely = &own
	if block != nil {
		block.rarely = &own
	}
	return r
}

// assign gives a resource the provider configuration that the sources tell.
func (f *fusion) assign(r *model.Block, own *model.Rarely, p *model.Provider, candidates []*model.Provider) {
	switch {
	case p != nil:
		r.Provider, own.Candidates = f.provider(p), nil
	case len(candidates) > 0 && r.Provider == nil:
		own.Candidates = nil
		for _, c := range candidates {
			own.Candidates = append(own.Candidates, f.provider(c))
		}
	}
}

func (f *fusion) provider(p *model.Provider) *model.Provider {
	if p == nil {
		return nil
	}
	if q := f.providers[p]; q != nil {
		return q
	}
	return p
}

// symbolic is the instance of the sources that stands for all of a block whose count or for_each they do not know.
func symbolic(open []*model.Resource, at addr.Resource) *model.Resource {
	for _, s := range open {
		fits := s.Key == at.Key || s.Key.Kind == addr.AnyKey
		for i, step := range s.Module {
			fits = fits && (step.Key == at.Module[i].Key || step.Key.Kind == addr.AnyKey)
		}
		if fits {
			return s
		}
	}
	return nil
}

func (f *fusion) outputs() []model.Output {
	args := map[string]*model.Args{}
	for _, s := range f.src.Outputs {
		args[s.Name] = s.Args
	}
	out := slices.Clone(f.plan.Outputs)
	for i := range out {
		if a, ok := args[out[i].Name]; ok {
			out[i].Args = a
		}
	}
	return out
}

// settle is what the plan says, and where it does not know, what the sources do.
func settle(plan, src model.Value) model.Value {
	switch {
	case plan.State == model.Absent:
		return src
	case plan.State == model.Unknown && src.State != model.Absent && src.State != model.Null:
		src.Sensitive = src.Sensitive || plan.Sensitive
		return src
	case plan.Kind == model.Object && src.Kind == model.Object:
		return settleObject(plan, src)
	case plan.Kind == model.List && src.Kind == model.List && src.Len() > 0 && plan.Len() > 1 && !slices.ContainsFunc(plan.Items(), told):
		src.Sensitive = src.Sensitive || plan.Sensitive
		return src // all that the plan tells is how many there are
	case plan.Kind == model.List && src.Kind == model.List && plan.Len() == src.Len():
		items := slices.Clone(plan.Items())
		if len(items) == 1 { // a longer one may be a set
			items[0] = settle(items[0], src.Item(0))
		} else if items = inOrder(items, src.Items()); items == nil {
			return plan
		}
		out := model.ListValue(items)
		out.Sensitive = plan.Sensitive
		return out
	}
	return plan
}

// told tells whether anything is known of a value.
func told(v model.Value) bool { return v.State != model.Unknown || v.Sensitive }

// settleObject is settle for objects. Mostly the plan knows everything, and is all there is to tell.
func settleObject(plan, src model.Value) model.Value {
	var items []model.Value
	for i := range plan.Len() {
		item := plan.Item(i)
		settled := item
		if s := src.Get(plan.Name(i)); s.State != model.Absent {
			settled = settle(item, s)
		}
		if items == nil && settled != item {
			items = make([]model.Value, plan.Len())
			for j := range i {
				items[j] = plan.Item(j)
			}
		}
		if items != nil {
			items[i] = settled
		}
	}
	if items == nil {
		return plan
	}
	return plan.With(items)
}

// mostInOrder is how many elements a list has that are looked for among those of the sources.
const mostInOrder = 128

// inOrder are the elements of a plan's list in the order of the sources, where it is another: a provider orders those of
// a set by itself. It is nil where the order is the same, or cannot be told.
func inOrder(plan, src []model.Value) []model.Value {
	if len(plan) > mostInOrder {
		return nil
	}
	same := true
	for i := range plan {
		same = same && fits(plan[i], src[i])
	}
	if same {
		return nil
	}
	taken := make([]int, len(plan)) // by which of the sources' elements, counted from 1
	var place func(i int, tried []bool) bool
	place = func(i int, tried []bool) bool {
		for j := range plan {
			if tried[j] || !fits(plan[j], src[i]) {
				continue
			}
			tried[j] = true
			if taken[j] == 0 || place(taken[j]-1, tried) {
				taken[j] = i + 1
				return true
			}
		}
		return false
	}
	for i := range src {
		if !place(i, make([]bool, len(plan))) {
			return nil
		}
	}
	out := make([]model.Value, len(plan))
	for j, i := range taken {
		out[i-1] = plan[j]
	}
	return out
}

// fits tells whether a plan's value may be what the sources say.
func fits(plan, src model.Value) bool {
	switch {
	case plan.State != model.Known && plan.State != model.Null || src.State != model.Known:
		return true
	case plan.Kind == model.Object && src.Kind == model.Object:
		for i := range src.Len() {
			if !fits(plan.Get(src.Name(i)), src.Item(i)) {
				return false
			}
		}
		return true
	case plan.Kind == model.List && src.Kind == model.List:
		return plan.Len() == src.Len() && !slices.ContainsFunc(src.Items(), func(v model.Value) bool {
			return !slices.ContainsFunc(plan.Items(), func(p model.Value) bool { return fits(p, v) })
		})
	}
	one, _ := plan.Text()
	other, _ := src.Text()
	return one == other
}

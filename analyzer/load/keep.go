package load

import (
	"bytes"
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/load/source"
	"github.com/demarc-dev/demarc/analyzer/model"
)

// Interest tells what of resources' values the analysis can use. Most of a large plan is of no use to anybody, and what is
// not wanted is passed over. This room knows no cloud, and has to ask.
type Interest interface {
	// Whole tells whether everything is wanted that resources of a type hold.
	Whole(typ string) bool
	// Attribute tells whether all is wanted that stands at an attribute, in the form of tables.
	Attribute(source, typ, path string) bool
	// Unknown tells whether it matters that an attribute is not known which the configuration does not write.
	Unknown(typ, path string) bool
	// Text tells whether a text is wanted wherever it stands.
	Text(text string) bool
	// Name tells whether the element of a map is wanted for its name.
	Name(name string) bool
}

// keeper decides what of resources' values is kept: what somebody is interested in, and what the configuration refers to
// or makes of references.
type keeper struct {
	Interest
	config   *config          // nil where the input has none
	said     map[string]*said // by the plan's sources, by block
	blocks   map[blockName]*kept
	texts    map[string]bool
	referred map[attribute]bool
}

// blockName is what resources have in common about which the same is kept.
type blockName struct {
	module, source, typ, name string
}

// attribute is a top-level attribute of a resource type, of all of them with the name "".
type attribute struct{ typ, name string }

func newKeeper(d *decoder, c *config) *keeper {
	k := &keeper{Interest: d.interest, config: c, blocks: map[blockName]*kept{}, texts: map[string]bool{}, referred: map[attribute]bool{}}
	if c != nil && c.root != nil {
		k.refer(c)
	}
	return k
}

// kept is what is kept of the values of a block's resources. A nil kept keeps everything.
type kept struct {
	*keeper
	source, typ string
	args        *model.Args
	said        *said
	whole       bool
	last        model.Value // the values of the resource before
	unknowns    repeated
	marks       repeated
	values      branch
	unknown     branch
}

// branch is what is kept at an attribute and below. It grows with what is met.
type branch struct {
	name, path string
	keep       bool // all that is known of it
	unknown    bool // that it is not known
	children   []*branch
	byName     map[string]int
	next       int // the child that most likely comes next
}

// of is what is kept of a resource. The members of its change that tell come first, as Terraform writes them.
func (k *keeper) of(m *moduleName, c *change) *kept {
	if k == nil || m == nil || c.typ == "" || c.name == "" || c.provider == "" || c.mode != "managed" {
		return nil
	}
	name := blockName{m.block, c.provider, c.typ, c.name}
	of, ok := k.blocks[name]
	if !ok {
		of = &kept{keeper: k, source: normal(c.provider, c.typ), typ: strings.Clone(c.typ)}
		of.whole = k.Whole(c.typ) || k.referred[attribute{c.typ, ""}]
		if k.config != nil {
			block := addr.Resource{Module: m.path.Block(), Type: c.typ, Name: c.name}.String()
			if b := k.config.blocks[block]; b != nil {
				of.args = k.config.args(b)
			}
			of.said = k.said[block]
		}
		k.blocks[name] = of
	}
	return of
}

// mostBranches bounds what is remembered of an attribute's names: those of maps are endless.
const mostBranches = 1 << 10

// child is the branch of a member. Objects of one block have the same members in the same order.
func (k *kept) child(b *branch, name []byte) *branch {
	if b.next < len(b.children) && b.children[b.next].name == string(name) {
		b.next++
		return b.children[b.next-1]
	}
	if i, ok := b.byName[string(name)]; ok {
		b.next = i + 1
		return b.children[i]
	}
	c := &branch{name: string(name), path: string(name)}
	if b.path != "" {
		c.path = b.path + "." + c.name
	}
	arg := k.args.Arg(c.path)
	referred := b.path == "" && k.referred[attribute{k.typ, c.name}]
	c.keep = b.keep || referred || k.Attribute(k.source, k.typ, c.path) || arg != nil && len(arg.Origins) > 0 || k.Name(c.name)
	c.unknown = b.unknown || referred || k.Unknown(k.typ, c.path) || arg != nil
	for _, a := range k.args.All() {
		c.unknown = c.unknown || inside(a.Block, c.path)
	}
	k.said.want(c)
	if len(b.children) < mostBranches {
		if b.byName == nil {
			b.byName = map[string]int{}
		}
		b.byName[c.name] = len(b.children)
		b.children = append(b.children, c)
		b.next = len(b.children)
	}
	return c
}

// inside tells whether a path of tables is below another.
func inside(path, of string) bool {
	return len(path) > len(of) && path[len(of)] == '.' && strings.HasPrefix(path, of)
}

// said is what the sources of a plan say of the instances of a block.
type said struct {
	args    map[string]bool // whether they refer to something
	several map[string]bool // attributes that several blocks are in: which is which all that is in them tells
}

func (w *said) add(r *model.Resource) {
	for _, a := range r.Args.All() {
		w.args[a.Block] = w.args[a.Block] || len(a.Origins) > 0
	}
	for i := range r.Values.Len() {
		if r.Values.Kind == model.Object && severalObjects(r.Values.Item(i)) {
			w.several[r.Values.Name(i)] = true
		}
	}
}

// want adds to what is kept of a branch.
func (w *said) want(c *branch) {
	if w == nil {
		return
	}
	c.keep = c.keep || w.several[c.path]
	for block, refers := range w.args {
		of := block == c.path || inside(c.path, block)
		c.keep = c.keep || of && refers
		c.unknown = c.unknown || of || inside(block, c.path)
	}
}

func severalObjects(v model.Value) bool {
	objects := 0
	for i := range v.Len() {
		item := v.Item(i)
		if item.Kind == model.Object {
			objects++
		}
		if severalObjects(item) {
			return true
		}
	}
	return v.Kind == model.List && objects > 1
}

// text tells whether a text is wanted wherever it stands.
func (k *keeper) text(b []byte) bool {
	const signs = ":./" // an id, an address, a host
	i := 0
	for i < len(b) && strings.IndexByte(signs, b[i]) < 0 {
		i++
	}
	if i == len(b) {
		return false
	}
	if wanted, ok := k.texts[string(b)]; ok {
		return wanted
	}
	s := string(b)
	wanted := k.Text(s)
	if len(k.texts) < keptTexts && len(s) <= shortText {
		k.texts[s] = wanted
	}
	return wanted
}

// merge makes the values of a resource, which share with those of the block's resource before it what both have. An object
// that v is may be a draft: what comes of it is another.
func (d *decoder) merge(k *kept, v, unknown, sensitive model.Value) model.Value {
	if k == nil {
		return d.overlay(v, unknown, sensitive, model.Value{})
	}
	if v.Kind == model.Object && !unknown.True() && !sensitive.True() {
		k.last = d.overlayObject(v, unknown, sensitive, k.last)
	} else {
		k.last = d.overlay(v, unknown, sensitive, k.last)
	}
	return k.last
}

// values reads what is wanted of a resource's values, as a draft.
func (d *decoder) values(k *kept, draft *model.Draft) (model.Value, error) {
	if k == nil || d.peek() != '{' {
		return d.value()
	}
	from, item := len(d.members), len(d.items)
	err := d.wanted(k, &k.values, false)
	v := draft.Object(d.sorted(from, item))
	d.members, d.items = d.members[:from], d.items[:item]
	return v, err
}

// wanted reads what is wanted of a resource's values, or of what says which of them are unknown.
func (d *decoder) wanted(k *kept, top *branch, unknown bool) error {
	top.next = 0
	return d.some(func(name []byte) (model.Value, error) {
		b := k.child(top, name)
		if d.peek() == 'n' {
			return model.Value{}, d.SkipValue()
		}
		v, err := d.sift(k, b, unknown)
		if nested(v) && v.Len() == 0 {
			v = model.Value{}
		}
		return v, err
	})
}

// sift reads what is wanted of a value, which is absent where nothing is. Lists keep their length: paths count their elements.
func (d *decoder) sift(k *kept, b *branch, unknown bool) (model.Value, error) {
	keep := k.whole || b.keep
	if unknown {
		keep = k.whole || b.unknown
	}
	c := d.peek()
	switch {
	case c == '{' && (unknown || !keep):
		from, item := len(d.members), len(d.items)
		b.next = 0
		err := d.some(func(name []byte) (model.Value, error) { return d.sift(k, k.child(b, name), unknown) })
		if len(d.items) == item {
			return model.Value{}, err
		}
		return d.made(from, item), err
	case c == '[' && (unknown || !keep):
		from, some := len(d.items), false
		err := d.array(func(int) error {
			v, err := d.sift(k, b, unknown)
			some = some || v.State != model.Absent
			d.items = append(d.items, v)
			return err
		})
		items := d.items[from:]
		d.items = d.items[:from]
		if !some {
			return model.Value{}, err
		}
		return model.ListValue(slices.Clone(items)), err
	case c == '"' && !unknown:
		text, err := d.scanner.text()
		if err != nil || !keep && !k.text(text) {
			return model.Value{}, err
		}
		return model.StringValue(d.keep(text)), nil
	case !keep, unknown && c != 't':
		return model.Value{}, d.SkipValue()
	}
	return d.value()
}

// repeated is a value as it was read last: instances of a block mostly have the same unknown and sensitive attributes,
// letter by letter.
type repeated struct {
	raw   []byte
	value model.Value
}

// longestRepeated bounds what is remembered.
const longestRepeated = 1 << 14

// again reads a value that may be the one that r remembers, which then is not read anew.
func (d *decoder) again(r *repeated, read func() (model.Value, error)) (model.Value, error) {
	d.peek()
	if d.end-d.pos < len(r.raw) && len(r.raw) <= longestRepeated {
		d.fill()
	}
	if b := d.buf[d.pos:d.end]; len(r.raw) > 0 && bytes.HasPrefix(b, r.raw) {
		d.pos += len(r.raw)
		return r.value, nil
	}
	from := d.offset()
	v, err := read()
	if n := d.offset() - from; err == nil && from >= d.before && n <= longestRepeated && v.Kind == model.Object {
		r.raw, r.value = append(r.raw[:0], d.buf[d.pos-int(n):d.pos]...), v
	}
	return v, err
}

// unknowns reads what is wanted of what says which values are unknown.
func (d *decoder) unknowns(k *kept) (model.Value, error) {
	if k == nil || d.peek() != '{' {
		return d.value()
	}
	return d.again(&k.unknowns, func() (model.Value, error) {
		from, item := len(d.members), len(d.items)
		err := d.wanted(k, &k.unknown, true)
		return d.made(from, item), err
	})
}

// marks reads which values are sensitive.
func (d *decoder) marks(k *kept) (model.Value, error) {
	if k == nil || d.peek() != '{' {
		return d.value()
	}
	return d.again(&k.marks, func() (model.Value, error) {
		from, item := len(d.members), len(d.items)
		err := d.some(func([]byte) (model.Value, error) {
			v, err := d.value()
			if !holdsTrue(v) {
				v = model.Value{}
			}
			return v, err
		})
		return d.made(from, item), err
	})
}

// some reads an object without the members for which f gives nothing, and leaves the others in d.members and d.items. f must
// consume the value.
func (d *decoder) some(f func(name []byte) (model.Value, error)) error {
	if err := d.open('{', "an object"); err != nil {
		return err
	}
	for {
		name, more, err := d.member()
		if err != nil || !more {
			return err
		}
		v, err := f(name)
		if err != nil {
			return err
		}
		if v.State != model.Absent {
			d.members, d.items = append(d.members, d.keep(name)), append(d.items, v)
		}
	}
}

// refer notes the attributes that the configuration refers to: what they hold tells which of several is meant, and where
// provider configurations are.
func (k *keeper) refer(c *config) {
	note := func(v model.Value, whole bool) { k.references(v, whole) }
	for _, p := range c.providers {
		note(p.expressions, true)
	}
	var module func(m *configModule)
	module = func(m *configModule) {
		for _, r := range m.resources {
			note(r.expressions, false)
			note(r.each, false)
			k.origins(c.args(r), false)
		}
		for _, e := range m.outputs {
			note(e, true)
		}
		for _, call := range m.calls {
			if call.module != nil {
				note(call.expressions, true)
				note(call.each, true)
				module(call.module)
			}
		}
	}
	module(c.root)
}

// ask notes what a plan's sources refer to, which may be more than its configuration tells, and what the name of the
// workspace is looked for in.
func (k *keeper) ask(src *source.Evaluated) {
	k.said = map[string]*said{}
	for _, r := range src.Resources {
		block := r.Addr().Block().String()
		if k.said[block] == nil {
			k.said[block] = &said{map[string]bool{}, map[string]bool{}}
		}
		k.said[block].add(r)
		k.origins(r.Args, false)
	}
	for _, p := range src.Providers {
		k.origins(p.Args, true)
	}
	for _, o := range src.Outputs {
		k.origins(o.Args, true)
	}
	for address, path := range src.Named() {
		if at, err := addr.Parse(address); err == nil {
			k.referred[attribute{at.Type, top(path)}] = true
		}
	}
}

// origins notes the attributes that arguments come from. Where a whole resource is handed on, anything of it may be used.
func (k *keeper) origins(args *model.Args, whole bool) {
	note := func(a *model.Arg) {
		for _, o := range a.Origins {
			if name := top(o.Attr); name != "" || whole {
				k.referred[attribute{o.Type, name}] = true
			}
		}
	}
	for _, a := range args.All() {
		note(a)
	}
	if args != nil && args.Each != nil {
		note(args.Each)
	}
}

// references notes the references in expressions. Where a whole resource is handed on, anything of it may be used.
func (k *keeper) references(v model.Value, whole bool) {
	if v.Kind == model.Object && isExpression(v) {
		for _, s := range distinct(member(v, "references")) {
			t, err := addr.ParseTraversal(s)
			if err != nil {
				continue
			}
			at, rest, err := t.Resource()
			if err != nil {
				continue
			}
			if name, _ := first(rest); name != "" {
				k.referred[attribute{at.Type, name}] = true
			} else if whole {
				k.referred[attribute{at.Type, ""}] = true
			}
		}
		return
	}
	for i := range v.Len() {
		k.references(v.Item(i), whole)
	}
}

package source

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// module is one instance of a module. What it holds is evaluated when something asks for it, once.
type module struct {
	run    *run
	cfg    *config
	path   addr.Module
	parent *module
	call   *call
	scope  *scope // of the call, with its each and count
	own    *scope

	vars, locals, outputs map[string]*cell
	calls                 map[string]*calls
	blocks                map[*resource]*instances
	blocksBusy            map[*resource]bool
	providers             map[*provider]*configured
}

// cell is a value that is evaluated once; a second request while it is evaluated is a cycle.
type cell struct {
	value cty.Value
	done  bool
}

// calls are the instances of a module call.
type calls struct {
	list    []*module
	byKey   map[addr.Key]*module
	open    bool   // which instances there are is not known: list has one that stands for all
	keyed   bool   // count or for_each is set
	missing string // why there is none to look into, "" where there is
}

func newModule(r *run, cfg *config, path addr.Module, parent *module, c *call) *module {
	m := &module{run: r, cfg: cfg, path: path, parent: parent, call: c, vars: map[string]*cell{}, locals: map[string]*cell{},
		outputs: map[string]*cell{}, calls: map[string]*calls{}, blocks: map[*resource]*instances{}, blocksBusy: map[*resource]bool{},
		providers: map[*provider]*configured{}}
	m.own = &scope{module: m}
	return m
}

// once evaluates a symbol of the module a single time. kind is what its name begins with: `var.`.
func (m *module) once(cells map[string]*cell, kind, name string, at hcl.Range, f func() cty.Value) cty.Value {
	c := cells[name]
	if c != nil && c.done {
		return c.value
	}
	what := kind + name
	if c != nil {
		m.run.say(&m.run.incomplete, fmt.Sprintf("%s: %s refers to itself", where(at), what))
		return m.run.fail("a cycle")
	}
	c = &cell{}
	cells[name] = c
	m.run.within(owner{module: m, name: what}, func() {
		c.value = m.run.bounded(m.run.apart(func() cty.Value { return m.run.guarded(f) }), what)
	})
	c.done = true
	return c.value
}

func where(at hcl.Range) string {
	return fmt.Sprintf("%s:%d:%d", at.Filename, at.Start.Line, at.Start.Column)
}

func (m *module) local(name string) cty.Value {
	a := m.cfg.locals[name]
	if a == nil {
		return m.run.fail("local." + name + ", which is not declared")
	}
	return m.once(m.locals, "local.", name, a.at, func() cty.Value { return m.run.eval(a.expr, m.own) })
}

func (m *module) variable(name string) cty.Value {
	v := m.cfg.variables[name]
	if v == nil {
		return m.run.fail("var." + name + ", which is not declared")
	}
	return m.once(m.vars, "var.", name, v.at, func() cty.Value { return m.run.variable(m, v) })
}

func (m *module) output(name string) cty.Value {
	b := m.cfg.outputs[name]
	if b == nil {
		return m.run.fail(m.path.String() + "." + name + ", which is not declared")
	}
	return m.once(m.outputs, "output.", name, b.at, func() cty.Value {
		a := b.body.attr("value")
		if a == nil {
			return unknown("an output without a value")
		}
		v := m.run.eval(a.expr, m.own)
		if len(m.path) > 0 {
			v = m.run.passed(v, m.path.Block().String()+"."+name)
		}
		if isTrue(b.body.attr("sensitive")) || isTrue(b.body.attr("ephemeral")) {
			v = v.Mark(secret{})
		}
		return v
	})
}

// depthLimit is how deep modules may call each other; Terraform itself ends at the length of file names.
const depthLimit = 40

// moduleCost is what an instance of a module counts for among the elements that an evaluation may make.
const moduleCost = 20

// called are the instances of a module call.
func (m *module) called(name string) *calls {
	if c, ok := m.calls[name]; ok {
		if c == nil {
			return &calls{open: true, missing: "module." + name + ", which refers to itself"}
		}
		return c
	}
	k := m.cfg.calls[name]
	if k == nil {
		return nil
	}
	m.calls[name] = nil
	c := m.expandCall(k)
	m.calls[name] = c
	return c
}

func (m *module) expandCall(k *call) *calls {
	r := m.run
	cfg, why, settle := r.locate(m, k)
	keys := r.expand(owner{module: m, name: "module." + k.name}, k.count, k.each, k.enabled)
	c := &calls{open: keys.open, keyed: keys.keyed, byKey: map[addr.Key]*module{}}
	if cfg == nil {
		address := append(slices.Clip(m.path), addr.Step{Name: k.name})
		if len(keys.list) > 0 {
			r.miss(model.Unread{Address: address.Block().String(), Reason: why, Settle: settle, Pos: pos(k.at)})
		}
		c.missing = "module." + k.name + ", which " + why
		return c
	}
	for _, key := range keys.list {
		if r.elements -= moduleCost; r.elements < 0 {
			r.within(owner{module: m, name: "module." + k.name}, func() {
				r.at = k.source.expr
				r.exhaust()
			})
			break
		}
		child := newModule(r, cfg, append(slices.Clip(m.path), addr.Step{Name: k.name, Key: key.key}), m, k)
		child.scope = key.scope(m)
		c.list, c.byKey[key.key] = append(c.list, child), child
	}
	return c
}

func (r *run) miss(u model.Unread) {
	k := "unread " + u.Address + " " + u.Reason
	if !r.said[k] {
		r.said[k] = true
		r.unread = append(r.unread, u)
	}
}

// locate finds the directory of a called module, or says why it cannot be looked into.
func (r *run) locate(m *module, k *call) (cfg *config, why, settle string) {
	const get = "run terraform init, or terraform get"
	if k.source == nil {
		return nil, "has no source", ""
	}
	v, _ := r.safely(k.source.expr, m.own).UnmarkDeep()
	if !v.IsKnown() || v.IsNull() || v.Type() != cty.String {
		return nil, "has a source that is not known", ""
	}
	src := slashed(v.AsString())
	var key []string
	for _, s := range m.path {
		key = append(key, s.Name)
	}
	key = append(key, k.name)
	dir := ""
	if isLocal(src) {
		dir = filepath.Join(m.cfg.dir, filepath.FromSlash(src))
	} else {
		in, ok := r.manifest[strings.Join(key, ".")]
		if !ok {
			return nil, "is not installed", get
		}
		if in.source != "" && !sameSource(in.source, src) {
			r.say(&r.notes, fmt.Sprintf("%s: module.%s is installed from another source than it names: run terraform init", where(k.at), k.name))
		}
		dir = filepath.Join(r.dir, filepath.FromSlash(slashed(in.dir)))
		if filepath.IsAbs(in.dir) {
			dir = in.dir
		}
	}
	dir, err := r.disk.real(dir)
	if err != nil {
		return nil, "is not there", ""
	}
	if err := r.disk.admit(dir); err != nil {
		return nil, plain(err).Error(), "scan from a directory that holds it"
	}
	depth := 0
	for up := m; up != nil; up = up.parent {
		if up.cfg.dir == dir {
			r.say(&r.incomplete, fmt.Sprintf("%s: module.%s calls itself", where(k.at), k.name))
			return nil, "calls itself", ""
		}
		if depth++; depth > depthLimit {
			r.say(&r.incomplete, fmt.Sprintf("%s: modules call each other more than %d deep", where(k.at), depthLimit))
			return nil, "is too deep", ""
		}
	}
	cfg = r.config(dir)
	if cfg == nil || !cfg.any {
		return nil, "holds no configuration that can be read", ""
	}
	return cfg, "", ""
}

// slashed is a path of a configuration with the slashes that Terraform takes backslashes for, on any system.
func slashed(path string) string { return strings.ReplaceAll(path, "\\", "/") }

// isLocal tells whether the source of a module is a path, which begins so.
func isLocal(source string) bool {
	return strings.HasPrefix(source, "./") || strings.HasPrefix(source, "../") || source == "." || source == ".."
}

// sameSource compares sources as the manifest and the configuration write them: a registry's host may be left out.
func sameSource(a, b string) bool {
	clean := func(s string) string {
		s = strings.TrimPrefix(strings.TrimPrefix(s, "registry.terraform.io/"), "registry.opentofu.org/")
		return strings.TrimPrefix(s, "git::")
	}
	return clean(a) == clean(b)
}

// value is `module.NAME` as a whole.
func (c *calls) value(r *run, name string) cty.Value {
	switch {
	case c.missing != "":
		return unknown(c.missing)
	case c.open:
		return cty.DynamicVal.Mark(r.ref(ref{module: c.list[0], many: c.keyed}))
	case !c.keyed:
		if len(c.list) == 0 {
			return cty.NullVal(cty.DynamicPseudoType)
		}
		return c.list[0].whole()
	}
	vals := make([]cty.Value, len(c.list))
	for i, m := range c.list {
		vals[i] = m.whole()
	}
	return keyed(keysOf(c.list), vals)
}

func keysOf(list []*module) []addr.Key {
	keys := make([]addr.Key, len(list))
	for i, m := range list {
		keys[i] = m.path[len(m.path)-1].Key
	}
	return keys
}

// keyed makes the value of a block with count or for_each.
func keyed(keys []addr.Key, vals []cty.Value) cty.Value {
	if len(keys) > 0 && keys[0].Kind == addr.StringKey {
		obj := make(map[string]cty.Value, len(keys))
		for i, k := range keys {
			obj[k.Str] = vals[i]
		}
		return cty.ObjectVal(obj)
	}
	return cty.TupleVal(vals)
}

// whole are all outputs of a module instance.
func (m *module) whole() cty.Value {
	vals := make(map[string]cty.Value, len(m.cfg.outputs))
	for _, name := range m.cfg.outOrder {
		vals[name] = m.output(name)
	}
	return cty.ObjectVal(vals)
}

// atKey is the instance of a key among those of a block with count or for_each, nil where there is none.
func atKey[I any](instances map[addr.Key]*I, key cty.Value) *I {
	k, ok := keyOf(key)
	if !ok {
		return nil
	}
	if found := instances[k]; found != nil {
		return found
	}
	if k.Kind == addr.StringKey { // "0" is an index too
		if n, ok := wholeNumber(key); ok {
			return instances[addr.Key{Kind: addr.IntKey, Int: n}]
		}
	}
	return nil
}

// calledAt is the place of the call that brings in an installed module, nil for a module of the repository's own: people
// can change the call, and not what is installed.
func (m *module) calledAt() *model.Pos {
	if m.parent == nil {
		return nil
	}
	var at *model.Pos
	installed := m.run.dataDir()
	for ; m.parent != nil && inside(installed, m.cfg.dir); m = m.parent {
		p := pos(m.call.at)
		at = &p
	}
	return at
}

// module evaluates everything below a module instance, in the order in which it is written.
func (r *run) module(m *module) {
	for _, p := range m.cfg.providers {
		m.configure(p)
	}
	for _, res := range m.cfg.resources {
		for _, in := range m.instances(res).list {
			r.emit(in)
		}
	}
	for _, name := range m.cfg.callOrder {
		for _, child := range m.called(name).list {
			r.module(child)
		}
	}
}

// outputs are the root module's.
func (r *run) outputs() []model.Output {
	var out []model.Output
	for _, name := range r.root.cfg.outOrder {
		b := r.root.cfg.outputs[name]
		a := b.body.attr("value")
		if a == nil {
			continue
		}
		var v model.Value
		args, _ := r.write(r.root, func(w *writer) {
			w.items = true
			w.of = outputAddress(name)
			v = w.value("", r.root.output(name))
		})
		out = append(out, model.Output{Name: name, Value: v, Args: model.NewArgs(args, nil)})
	}
	return out
}

func pos(at hcl.Range) model.Pos {
	return model.Pos{File: at.Filename, Line: at.Start.Line, Column: at.Start.Column, EndLine: at.End.Line, EndColumn: at.End.Column}
}

// instanceKey is one instance that count or for_each makes.
type instanceKey struct {
	key         addr.Key
	each, value cty.Value // each.key or count.index, and each.value
}

func (k instanceKey) scope(m *module) *scope {
	s := &scope{module: m}
	if k.key.Kind != addr.NoKey {
		s.keyed, s.key, s.val = true, k.each, k.value
	}
	return s
}

type expansion struct {
	list  []instanceKey
	open  bool
	keyed bool
	value cty.Value // of count or for_each
}

// expand finds which instances a block has.
func (r *run) expand(of owner, count, each *attr, enabled hclsyntax.Expression) (e expansion) {
	r.within(of, func() { e = r.expanded(of.module, count, each, enabled) })
	return e
}

func (r *run) expanded(m *module, count, each *attr, enabled hclsyntax.Expression) expansion {
	switch {
	case enabled != nil:
		v, _ := r.safely(enabled, m.own).UnmarkDeep()
		if v.IsKnown() && !v.IsNull() && v.Type() == cty.Bool && v.False() {
			return expansion{}
		}
		return expansion{list: []instanceKey{{}}}
	case count != nil:
		v := r.safely(count.expr, m.own)
		r.at = count.expr
		e := r.expandCount(v)
		e.value = v
		return e
	case each != nil:
		v := r.safely(each.expr, m.own)
		r.at = each.expr
		e := r.expandEach(v)
		e.value = v
		return e
	}
	return expansion{list: []instanceKey{{}}}
}

func (r *run) expandCount(v cty.Value) expansion {
	u, _ := v.UnmarkDeep()
	n, ok := wholeNumber(u)
	if !ok {
		any := cty.UnknownVal(cty.Number).Mark(opaque{"count.index"})
		return expansion{open: true, keyed: true, list: []instanceKey{{key: addr.Key{Kind: addr.AnyKey}, each: any, value: unknown("an instance that is not known")}}}
	}
	if n > r.elements {
		r.exhaust()
		n = 0
	}
	r.elements -= max(n, 0)
	e := expansion{keyed: true}
	for i := range n {
		e.list = append(e.list, instanceKey{key: addr.Key{Kind: addr.IntKey, Int: i}, each: cty.NumberIntVal(int64(i))})
	}
	return e
}

// expandEach reads the value of a for_each.
func (r *run) expandEach(v cty.Value) expansion {
	u, marks := v.Unmark()
	marks = withoutDocuments(marks)
	open := func() expansion {
		all := r.perhaps(deep(v))
		return expansion{open: true, keyed: true, list: []instanceKey{{key: addr.Key{Kind: addr.AnyKey},
			each: cty.UnknownVal(cty.String).Mark(opaque{"each.key"}), value: r.ofOwnKey(r.someElement(v, all))}}}
	}
	if !u.IsKnown() || u.IsNull() {
		return open()
	}
	e := expansion{keyed: true}
	add := func(name string, val cty.Value) {
		if r.elements--; r.elements < 0 {
			r.exhaust()
			return
		}
		e.list = append(e.list, instanceKey{key: addr.Key{Kind: addr.StringKey, Str: name}, each: cty.StringVal(name), value: val})
	}
	t := u.Type()
	switch {
	case t.IsObjectType() || t.IsMapType():
		for it := u.ElementIterator(); it.Next(); {
			k, val := it.Element()
			k, _ = k.Unmark()
			if !k.IsKnown() {
				return open()
			}
			add(k.AsString(), val.WithMarks(marks))
		}
	case t.IsSetType() || t.IsTupleType() || t.IsListType():
		seen := map[string]bool{}
		for it := u.ElementIterator(); it.Next(); {
			_, val := it.Element()
			text, own := val.Unmark()
			text, ok := toText(text)
			if !ok {
				return open()
			}
			if name := text.AsString(); !seen[name] {
				seen[name] = true
				add(name, text.WithMarks(own, marks))
			}
		}
		slices.SortFunc(e.list, func(a, b instanceKey) int { return strings.Compare(a.key.Str, b.key.Str) })
	default:
		return open()
	}
	return e
}

// someElement stands for an element of a collection that is not known.
func (r *run) someElement(v cty.Value, all cty.ValueMarks) cty.Value {
	u, marks := v.Unmark()
	if !u.IsKnown() {
		return cty.DynamicVal.WithMarks(r.remark(marks, func(k ref) ref { k.many = false; return k }))
	}
	return cty.DynamicVal.WithMarks(all)
}

// ofOwnKey says of what is not known that the element is meant which has the key of the instance.
func (r *run) ofOwnKey(v cty.Value) cty.Value {
	u, marks := v.Unmark()
	return u.WithMarks(r.remark(marks, func(k ref) ref {
		if k.inst != nil && k.attr != "" {
			k.attr, k.byKey = below(k.attr, "[*]"), true
		}
		return k
	}))
}

// keyOf reads an index as an instance key.
func keyOf(v cty.Value) (addr.Key, bool) {
	v, _ = v.Unmark()
	if !v.IsKnown() || v.IsNull() {
		return addr.Key{}, false
	}
	switch v.Type() {
	case cty.String:
		return addr.Key{Kind: addr.StringKey, Str: v.AsString()}, true
	case cty.Number:
		n, ok := wholeNumber(v)
		return addr.Key{Kind: addr.IntKey, Int: n}, ok
	}
	return addr.Key{}, false
}

// wholeNumber reads a count; text that is a number counts as one, as Terraform converts it.
func wholeNumber(v cty.Value) (int, bool) {
	v, ok := toNumber(v)
	if !ok {
		return 0, false
	}
	f := v.AsBigFloat()
	if !f.IsInt() || f.Sign() < 0 {
		return 0, false
	}
	n, acc := f.Int64()
	if acc != 0 || n > 1<<31 {
		return 0, false
	}
	return int(n), true
}

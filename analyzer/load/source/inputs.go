package source

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// input is what the user gives for a root variable: a value, or text whose meaning the variable's type decides.
type input struct {
	value  cty.Value
	text   string
	isText bool
}

// readInputs collects the values of root variables, the strongest last: environment, terraform.tfvars, automatic files
// by name, then the command line in its order.
func (r *run) readInputs(cfg *config) map[string]input {
	in := map[string]input{}
	for name, text := range r.opts.Env {
		if v, ok := strings.CutPrefix(name, "TF_VAR_"); ok {
			in[v] = input{text: text, isText: true}
		}
	}
	entries, err := r.disk.list(cfg.dir)
	if err != nil {
		return in
	}
	var auto []string
	has := map[string]bool{}
	for _, e := range entries {
		n := e.Name()
		has[n] = true
		if strings.HasSuffix(n, ".auto.tfvars") || strings.HasSuffix(n, ".auto.tfvars.json") {
			auto = append(auto, n)
		}
	}
	slices.Sort(auto)
	for _, n := range append([]string{"terraform.tfvars", "terraform.tfvars.json"}, auto...) {
		if has[n] {
			r.readVarFile(filepath.Join(cfg.dir, n), in)
		}
	}
	for _, s := range r.opts.Variables {
		if s.File {
			path := s.Value
			abs, err := filepath.Abs(path)
			if err == nil {
				abs, err = real(abs)
			}
			if err != nil {
				r.say(&r.incomplete, fmt.Sprintf("%s: %v", filepath.ToSlash(path), plain(err)))
				continue
			}
			r.admitFile(abs)
			r.readVarFile(abs, in)
			continue
		}
		name, text, ok := strings.Cut(s.Value, "=")
		if !ok {
			r.say(&r.incomplete, fmt.Sprintf("-var %q: is not NAME=VALUE", name))
			continue
		}
		name = strings.TrimSpace(name)
		if cfg.variables[name] == nil {
			r.say(&r.incomplete, fmt.Sprintf("-var %s: the root module declares no such variable", name))
			continue
		}
		in[name] = input{text: text, isText: true}
	}
	for name, v := range r.opts.Planned {
		if d := cfg.variables[name]; d != nil && !d.ephemeral { // a plan shows the default of an ephemeral one
			in[name] = input{value: given(v)}
		}
	}
	return in
}

// given is a value of the model as an expression has it.
func given(v model.Value) cty.Value {
	switch {
	case v.State == model.Null:
		return cty.NullVal(cty.DynamicPseudoType)
	case v.State != model.Known:
		return unknown("a variable that the plan does not show")
	}
	text, _ := v.Text()
	switch v.Kind {
	case model.String:
		return cty.StringVal(text)
	case model.Bool:
		return cty.BoolVal(v.True())
	case model.Number:
		if n, ok := toNumber(cty.StringVal(text)); ok {
			return n
		}
	case model.List:
		items := make([]cty.Value, v.Len())
		for i := range items {
			items[i] = given(v.Item(i))
		}
		return cty.TupleVal(items)
	case model.Object:
		attrs := make(map[string]cty.Value, v.Len())
		for i := range v.Len() {
			attrs[v.Name(i)] = given(v.Item(i))
		}
		return cty.ObjectVal(attrs)
	}
	return unknown("a variable that the plan does not show")
}

// admitFile lets a file be read that the user names: it may lie anywhere.
func (r *run) admitFile(abs string) {
	if _, _, err := r.disk.find(abs); err == nil {
		return
	}
	if root, err := os.OpenRoot(filepath.Dir(abs)); err == nil {
		r.disk.named[abs] = root
	}
}

func (r *run) readVarFile(path string, in map[string]input) {
	src, err := r.disk.file(path)
	if errors.Is(err, fs.ErrNotExist) && strings.HasPrefix(filepath.Base(path), "terraform.tfvars") {
		return // a link to nothing, which Terraform passes over here, and nowhere else
	}
	if err != nil {
		r.say(&r.incomplete, fmt.Sprintf("%s: %v", r.show(path), err))
		return
	}
	shown := r.show(path)
	src = bytes.TrimPrefix(src, []byte("\xef\xbb\xbf"))
	var attrs []*attr
	if strings.HasSuffix(path, ".json") {
		b, d := parseJSONBody(src, shown)
		if d != nil {
			r.diagnose(d, src)
			return
		}
		attrs = b.attrs
	} else {
		b, d := parse(string(src), shown)
		if d != nil {
			r.diagnose(d, src)
			return
		}
		attrs = b.attrs
	}
	for _, a := range attrs {
		in[a.name] = input{value: r.eval(a.expr, &scope{bare: true})}
	}
}

// constraint is a variable's type.
type constraint struct {
	typ      cty.Type
	defaults *typeexpr.Defaults
	text     bool // a primitive, or none: what the command line gives is taken as it is
}

func (v *variable) typed() *constraint {
	if v.constraint != nil {
		return v.constraint
	}
	c := &constraint{typ: cty.DynamicPseudoType, text: v.typ == nil}
	v.constraint = c
	if v.typ == nil {
		return c
	}
	e := v.typ.expr
	if text := literalOf(v.typ); text != "" { // JSON, and Terraform before 0.12
		parsed, diags := hclsyntax.ParseExpression([]byte(text), v.typ.at.Filename, v.typ.at.Start)
		if diags.HasErrors() || text == "list" || text == "map" {
			return c
		}
		e = parsed
	}
	typ, defaults, diags := typeexpr.TypeConstraintWithDefaults(e)
	if diags.HasErrors() {
		return c
	}
	c.typ, c.defaults, c.text = typ, defaults, typ.IsPrimitiveType()
	return c
}

// variable is the value of a variable in a module instance, in its declared type.
func (r *run) variable(m *module, v *variable) cty.Value {
	c := v.typed()
	name := "var." + v.name
	val, set := cty.NilVal, false
	if m.parent == nil {
		if in, ok := r.inputs[v.name]; ok {
			set = true
			if val = in.value; in.isText {
				val = r.fromText(in.text, c, name)
			}
		}
	} else if a := m.call.args[v.name]; a != nil {
		set = true
		val = r.passed(r.eval(a.expr, m.scope), name)
	}
	if set && v.ephemeral && m.parent == nil && val.IsNull() {
		set = false
	}
	if set && val.IsNull() && !v.nullable {
		set = false
	}
	if !set {
		if v.def == nil {
			why := model.NoValue
			if m.parent != nil {
				why = "which the call of its module does not set"
			}
			return r.sensitive(cty.UnknownVal(c.typ).Mark(opaque{name + ", " + why}), v)
		}
		val = r.eval(v.def.expr, &scope{bare: true})
	}
	out, err := r.convertTo(val, c)
	if err != nil {
		return r.sensitive(cty.UnknownVal(c.typ).WithMarks(deep(val)).Mark(opaque{name + ", whose value does not fit its type"}), v)
	}
	if out.IsNull() && !v.nullable && v.def != nil && set {
		if out, err = r.convertTo(r.eval(v.def.expr, &scope{bare: true}), c); err != nil {
			return unknown(name)
		}
	}
	return r.sensitive(out, v)
}

func (r *run) sensitive(v cty.Value, of *variable) cty.Value {
	if of.sensitive || of.ephemeral {
		return v.Mark(secret{})
	}
	return v
}

// fromText reads what the command line or the environment gives for a variable.
func (r *run) fromText(text string, c *constraint, name string) cty.Value {
	if c.text {
		return cty.StringVal(text)
	}
	src := []byte(text)
	if d := guard(string(src), name); d != nil {
		return unknown(name + ", whose value does not parse")
	}
	e, diags := hclsyntax.ParseExpression(src, name, hcl.InitialPos)
	if diags.HasErrors() {
		r.say(&r.incomplete, name+": the value that is given for it does not parse")
		return unknown(name + ", whose value does not parse")
	}
	return r.eval(e, &scope{bare: true})
}

// convertTo converts a value to a variable's type with the defaults of its optional attributes.
func (r *run) convertTo(v cty.Value, c *constraint) (out cty.Value, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("cannot be converted")
		}
	}()
	if c.typ == cty.DynamicPseudoType {
		return v, nil
	}
	if longNumbers(v) {
		return cty.NilVal, fmt.Errorf("a number that is too long")
	}
	if c.defaults != nil && !v.IsNull() {
		v = c.defaults.Apply(v)
	}
	if c.typ.HasDynamicTypes() && holdsDynamic(v) {
		return v, nil // converting would lose the parts that are known
	}
	return convert.Convert(v, c.typ)
}

// holdsDynamic tells whether some part of a value is of unknown type.
func holdsDynamic(v cty.Value) bool {
	found := false
	_ = cty.Walk(v, func(_ cty.Path, v cty.Value) (bool, error) {
		if u, _ := v.Unmark(); u.Type() == cty.DynamicPseudoType && !u.IsKnown() {
			found = true
		}
		return !found, nil
	})
	return found
}

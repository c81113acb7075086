package load

import (
	"strings"

	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/model"
)

// config is the configuration section of a plan: expressions, without the values of locals, dynamic blocks and
// functions, which Terraform does not write.
type config struct {
	providers []configProvider
	root      *configModule
	blocks    map[string]*configResource // by block address
	memo      map[symbol][]model.Origin
	opaque    map[symbol][]string
	busy      map[symbol]bool
}

type configProvider struct {
	key, name, fullName, alias, module string
	expressions                        model.Value
}

type configModule struct {
	path      addr.Module // without keys
	parent    *configModule
	call      *configCall // the call that makes it; nil for the root
	resources []*configResource
	calls     map[string]*configCall
	outputs   map[string]model.Value // expressions
	variables map[string]model.Value // defaults; absent value where there is none
}

type configCall struct {
	source      string
	expressions model.Value
	each        model.Value // for_each or count expression, absent where there is none
	module      *configModule
}

type configResource struct {
	module      *configModule
	mode        addr.Mode
	typ, name   string
	providerKey string
	expressions model.Value
	provisioner model.Value // the expressions of each
	each        model.Value
	args        *model.Args
}

// symbol is something of a module that expressions refer to.
type symbol struct {
	module *configModule
	kind   string
	name   string
}

func readConfig(d *decoder) (*config, error) {
	c := &config{blocks: map[string]*configResource{}, memo: map[symbol][]model.Origin{}, opaque: map[symbol][]string{}, busy: map[symbol]bool{}}
	err := d.object(func(name string) (err error) {
		switch name {
		case "provider_config":
			err = d.object(func(key string) error {
				p := configProvider{key: key}
				err := d.object(func(member string) (err error) {
					switch member {
					case "name":
						p.name, err = d.text()
					case "full_name":
						p.fullName, err = d.text()
					case "alias":
						p.alias, err = d.text()
					case "module_address":
						p.module, err = d.text()
					case "expressions":
						p.expressions, err = d.value()
					default:
						err = d.SkipValue()
					}
					return err
				})
				c.providers = append(c.providers, p)
				return err
			})
		case "root_module":
			c.root, err = c.readModule(d, nil, nil, nil)
		default:
			err = d.SkipValue()
		}
		return err
	})
	return c, err
}

func (c *config) readModule(d *decoder, path addr.Module, parent *configModule, call *configCall) (*configModule, error) {
	m := &configModule{path: path, parent: parent, call: call, calls: map[string]*configCall{},
		outputs: map[string]model.Value{}, variables: map[string]model.Value{}}
	err := d.object(func(name string) error {
		switch name {
		case "resources":
			return d.array(func(int) error {
				r, err := readConfigResource(d)
				if err != nil {
					return err
				}
				r.module = m
				m.resources = append(m.resources, r)
				c.blocks[r.address().String()] = r
				return nil
			})
		case "module_calls":
			return d.object(func(name string) error {
				call, err := c.readCall(d, append(path[:len(path):len(path)], addr.Step{Name: name}), m)
				m.calls[name] = call
				return err
			})
		case "outputs":
			return d.object(func(name string) error {
				return d.object(func(member string) (err error) {
					if member != "expression" {
						return d.SkipValue()
					}
					m.outputs[name], err = d.value()
					return err
				})
			})
		case "variables":
			return d.object(func(name string) error {
				m.variables[name] = model.Value{}
				return d.object(func(member string) (err error) {
					if member != "default" {
						return d.SkipValue()
					}
					m.variables[name], err = d.value()
					return err
				})
			})
		}
		return d.SkipValue()
	})
	return m, err
}

func (c *config) readCall(d *decoder, path addr.Module, parent *configModule) (*configCall, error) {
	call := &configCall{}
	err := d.object(func(name string) (err error) {
		switch name {
		case "source":
			call.source, err = d.text()
		case "expressions":
			call.expressions, err = d.value()
		case "for_each_expression", "count_expression":
			call.each, err = d.value()
		case "module":
			call.module, err = c.readModule(d, path, parent, call)
		default:
			err = d.SkipValue()
		}
		return err
	})
	return call, err
}

func readConfigResource(d *decoder) (*configResource, error) {
	r := &configResource{}
	err := d.object(func(name string) (err error) {
		switch name {
		case "mode":
			var s string
			s, err = d.text()
			r.mode = addr.ParseMode(s)
		case "type":
			r.typ, err = d.text()
		case "name":
			r.name, err = d.text()
		case "provider_config_key":
			r.providerKey, err = d.text()
		case "expressions":
			r.expressions, err = d.value()
		case "provisioners":
			var list []model.Value
			err = d.array(func(int) error {
				return d.object(func(member string) error {
					if member != "expressions" {
						return d.SkipValue()
					}
					v, err := d.value()
					list = append(list, v)
					return err
				})
			})
			r.provisioner = model.ListValue(list)
		case "for_each_expression", "count_expression":
			r.each, err = d.value()
		default:
			err = d.SkipValue()
		}
		return err
	})
	return r, err
}

func (r *configResource) address() addr.Resource {
	return addr.Resource{Module: r.module.path, Mode: r.mode, Type: r.typ, Name: r.name}
}

// declares tells whether the configuration has a block for a resource of the state.
func (c *config) declares(r addr.Resource) bool {
	return c != nil && c.blocks[r.Block().String()] != nil
}

// apply gives every resource its arguments and its provider configuration, and every output its origins.
func (c *config) apply(s *model.Snapshot, variables model.Value) {
	if c.root == nil {
		c.root = &configModule{}
	}
	values := &values{config: c, variables: variables, byBlock: blocksOf(s.Resources)}
	providers := c.makeProviders(s, values)
	for _, b := range sortedKeys(values.byBlock) { // in order: what a broken document gives may not change from run to run
		block := c.blocks[b]
		if block == nil {
			continue
		}
		args := c.args(block)
		provider, candidates := providers.of(block)
		var bare, common *model.Block
		for _, r := range values.byBlock[b] {
			if r.Block != bare {
				own := *r.Block
				own.Args, own.Provider = args, provider
				bare, common = r.Block, &own
			}
			r.Block, r.Values = common, block.withheld(block.provisioned(r.Values))
			if candidates != nil {
				own := *r.Rarely
				own.Candidates, r.Rarely = candidates, &own
			}
		}
	}
	for i := range s.Outputs {
		if e, ok := c.root.outputs[s.Outputs[i].Name]; ok {
			s.Outputs[i].Args = model.NewArgs([]model.Arg{c.arg(c.root, nil, "", e)}, nil)
		}
	}
}

// blocksOf are the resources of each block, by its address.
func blocksOf(list []*model.Resource) map[string][]*model.Resource {
	type name struct {
		module    string
		mode      addr.Mode
		typ, name string
	}
	var paths addr.Paths
	byName := map[name][]*model.Resource{}
	for _, r := range list {
		n := name{paths.Block(r.Module), r.Mode, r.Type, r.Name}
		byName[n] = append(byName[n], r)
	}
	out := make(map[string][]*model.Resource, len(byName))
	for _, of := range byName {
		out[of[0].Addr().Block().String()] = of
	}
	return out
}

// args flattens a block's expressions into arguments.
func (c *config) args(r *configResource) *model.Args {
	if r.args == nil {
		var list []model.Arg
		c.flatten(r, "", r.expressions, &list)
		c.flatten(r, "provisioner", r.provisioner, &list)
		var each *model.Arg
		if r.each.State != model.Absent {
			a := c.arg(r.module, r, "", r.each)
			each = &a
		}
		r.args = model.NewArgs(list, each)
	}
	return r.args
}

// provisioned adds what is known of a resource's provisioners to its values: they are in the configuration alone.
func (r *configResource) provisioned(v model.Value) model.Value {
	if r.provisioner.Len() == 0 || v.State != model.Known || v.Kind != model.Object {
		return v
	}
	return v.Plus("provisioner", literal(r.provisioner))
}

// withheld adds what the configuration writes to write-only arguments, whose names end in this by convention: a plan has
// null for every one of them, which says nothing.
func (r *configResource) withheld(v model.Value) model.Value {
	for _, a := range r.args.All() {
		if !strings.HasSuffix(a.Block, "_wo") || a.Constant.State == model.Null {
			continue
		}
		given := model.UnknownValue
		if a.Constant.State == model.Known && !a.Several {
			given = a.Constant
		}
		given.Sensitive = true
		v = inPlaceOfNull(v, strings.Split(a.Block, "."), given)
	}
	return v
}

// inPlaceOfNull puts a value where v has null, in every block that the names lead to.
func inPlaceOfNull(v model.Value, names []string, given model.Value) model.Value {
	switch {
	case len(names) == 0 && (v.State == model.Null || v.State == model.Absent):
		return given
	case len(names) == 0 || v.State != model.Known || v.Len() == 0 && v.Kind != model.Object:
		return v
	}
	items := make([]model.Value, v.Len())
	there := false
	for i := range items {
		items[i] = v.Item(i)
		switch {
		case v.Kind == model.List:
			items[i] = inPlaceOfNull(items[i], names, given)
		case v.Name(i) == names[0]:
			items[i], there = inPlaceOfNull(items[i], names[1:], given), true
		}
	}
	if v.Kind == model.Object && !there && len(names) == 1 { // nulls are not always kept
		return v.Plus(names[0], given)
	}
	return v.With(items)
}

// literal is what expressions are known to give without following their references.
func literal(v model.Value) model.Value {
	switch {
	case isExpression(v):
		if constant := member(v, "constant_value"); constant.State != model.Absent {
			return constant
		}
		return model.UnknownValue
	case v.Kind == model.List:
		items := make([]model.Value, v.Len())
		for i := range items {
			items[i] = literal(v.Item(i))
		}
		return model.ListValue(items)
	case v.Kind == model.Object:
		var names []string
		var items []model.Value
		for i := range v.Len() {
			names, items = append(names, v.Name(i)), append(items, literal(v.Item(i)))
		}
		return model.ObjectValue(names, items)
	}
	return v
}

func (c *config) flatten(r *configResource, path string, v model.Value, out *[]model.Arg) {
	switch {
	case isExpression(v) && path != "":
		*out = append(*out, c.arg(r.module, r, path, v))
	case v.Kind == model.List:
		for i := range v.Len() {
			c.flatten(r, path, v.Item(i), out)
		}
	case v.Kind == model.Object:
		for i := range v.Len() {
			p := v.Name(i)
			if path != "" {
				p = path + "." + p
			}
			c.flatten(r, p, v.Item(i), out)
		}
	}
}

// isExpression tells an expression from a nested block: it has no members but these two, and the references are words.
// The empty object is an expression too: a function call or anything else without references.
func isExpression(v model.Value) bool {
	if v.Kind != model.Object {
		return false
	}
	for i := range v.Len() {
		switch v.Name(i) {
		case "constant_value":
		case "references":
			if refs := v.Item(i); refs.Kind != model.List || refs.Len() > 0 && refs.Item(0).Kind != model.String {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// arg follows the references of one expression.
func (c *config) arg(m *configModule, r *configResource, path string, e model.Value) model.Arg {
	a := model.Arg{Block: path}
	if constant := member(e, "constant_value"); constant.State != model.Absent {
		a.Constant = constant
	}
	refs := member(e, "references")
	if a.Constant.State == model.Absent && refs.Len() == 0 {
		a.Opaque = append(a.Opaque, "a function call")
	}
	a.Origins, a.Opaque = c.follow(m, r, refs, a.Opaque)
	return a
}

// member is Get without looking through lists.
func member(v model.Value, name string) model.Value {
	if v.Kind != model.Object {
		return model.Value{}
	}
	return v.Get(name)
}

// distinct are the references of an expression without the prefixes that Terraform adds after each:
// `aws_vpc.a.id, aws_vpc.a` is one reference.
func distinct(refs model.Value) []string {
	var out []string
	last := ""
	for i := range refs.Len() {
		s, ok := refs.Item(i).Text()
		if !ok {
			continue
		}
		if last != "" && len(s) < len(last) && strings.HasPrefix(last, s) && (last[len(s)] == '.' || last[len(s)] == '[') {
			continue
		}
		out = append(out, s)
		last = s
	}
	return out
}

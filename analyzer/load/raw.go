package load

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/model"
)

// rawState is a state file as Terraform keeps it, format version 4 or 3. Unlike the JSON that `show` makes of it, it names the
// provider configuration of every resource.
type rawState struct {
	version   string
	resources []rawResource
}

type rawResource struct {
	change   change
	provider string // `provider["registry.terraform.io/hashicorp/aws"].eu`, perhaps after `module.x.`
}

// readRawResources reads the `resources` of a raw state.
func readRawResources(d *decoder) ([]rawResource, error) {
	var out []rawResource
	err := d.array(func(int) error {
		var c change
		var provider string
		var instances []rawResource
		err := d.object(func(name string) (err error) {
			switch name {
			case "module":
				c.module, err = d.text()
			case "mode":
				c.mode, err = d.text()
			case "type":
				c.typ, err = d.text()
			case "name":
				c.name, err = d.text()
			case "provider":
				provider, err = d.text()
			case "instances":
				err = d.array(func(int) error {
					r, err := readRawInstance(d)
					instances = append(instances, r)
					return err
				})
			default:
				err = d.SkipValue()
			}
			return err
		})
		for _, r := range instances {
			r.change.module, r.change.mode, r.change.typ, r.change.name = c.module, c.mode, c.typ, c.name
			if r.provider == "" {
				r.provider = provider
			}
			out = append(out, r)
		}
		return err
	})
	return out, err
}

// readRawModules reads the `modules` of a raw state of format version 3, which Terraform wrote before 0.12: resources by
// `data.TYPE.NAME.INDEX`, and attributes as flat texts, of which those of lists and maps (`tags.%`) are left out.
func readRawModules(d *decoder) ([]rawResource, error) {
	var out []rawResource
	err := d.array(func(int) error {
		var path []string
		var list []rawResource
		err := d.object(func(name string) error {
			switch name {
			case "path":
				return d.array(func(int) error {
					step, err := d.text()
					path = append(path, step)
					return err
				})
			case "resources":
				return d.object(func(key string) error {
					r, err := readFlatResource(d, key)
					list = append(list, r)
					return err
				})
			}
			return d.SkipValue()
		})
		var m addr.Module
		for _, step := range path[min(1, len(path)):] { // the first is "root"
			m = append(m, addr.Step{Name: step})
		}
		for _, r := range list {
			r.change.module = m.String()
			out = append(out, r)
		}
		return err
	})
	return out, err
}

func readFlatResource(d *decoder, key string) (rawResource, error) {
	var r rawResource
	c := &r.change
	parts := strings.Split(key, ".")
	if parts[0] == "data" {
		c.mode, parts = "data", parts[1:]
	}
	if len(parts) > 1 {
		c.typ, c.name = parts[0], parts[1]
	}
	if len(parts) > 2 && digits(parts[2]) {
		c.index = model.NumberValue(parts[2])
	}
	err := d.object(func(name string) (err error) {
		switch name {
		case "provider":
			r.provider, err = d.text()
		case "primary":
			err = d.object(func(name string) (err error) {
				if name != "attributes" {
					return d.SkipValue()
				}
				c.values, err = readFlat(d)
				return err
			})
		default:
			err = d.SkipValue()
		}
		return err
	})
	if r.provider == "" {
		provider, _, _ := strings.Cut(c.typ, "_")
		r.provider = "provider." + provider
	}
	return r, err
}

func readFlat(d *decoder) (model.Value, error) {
	all, err := d.value()
	if err != nil || all.Kind != model.Object {
		return model.Value{}, err
	}
	var names []string
	var items []model.Value
	for i := range all.Len() {
		if !strings.Contains(all.Name(i), ".") {
			names, items = append(names, all.Name(i)), append(items, all.Item(i))
		}
	}
	return model.ObjectValue(names, items), nil
}

func readRawInstance(d *decoder) (rawResource, error) {
	var r rawResource
	var sensitive model.Value
	err := d.object(func(name string) (err error) {
		switch name {
		case "index_key":
			r.change.index, err = d.value()
		case "deposed":
			r.change.deposed, err = d.text()
		case "provider": // OpenTofu: one per instance where the provider has for_each
			r.provider, err = d.text()
		case "attributes":
			r.change.values, err = d.value()
			r.change.values = unwrapped(r.change.values)
		case "attributes_flat": // of a state of version 3, until the resource is next written
			r.change.values, err = readFlat(d)
		case "sensitive_attributes":
			sensitive, err = d.value()
		default:
			err = d.SkipValue()
		}
		return err
	})
	if sensitive.Len() > 0 {
		var all hidden
		for i := range sensitive.Len() {
			all.add(sensitive.Item(i))
		}
		r.change.values = all.mark(r.change.values)
	}
	return r, err
}

// unwrapped are the attributes of an instance without what states put around those whose type no schema tells, such as the
// outputs of a remote state: an object of the value and of its type.
func unwrapped(v model.Value) model.Value {
	if v.Kind != model.Object {
		return v
	}
	var items []model.Value
	for i := range v.Len() {
		item := v.Item(i)
		if value := item.Get("value"); item.Kind == model.Object && item.Len() == 2 && typed(value, item.Get("type")) {
			if items == nil {
				items = make([]model.Value, v.Len())
				for j := range items {
					items[j] = v.Item(j)
				}
			}
			items[i] = value
		}
	}
	if items == nil {
		return v
	}
	return v.With(items)
}

// typed tells whether a value is of a type, which is written as cty writes types in JSON.
func typed(v, typ model.Value) bool {
	word, single := typ.Text()
	if typ.Kind == model.List && typ.Len() == 2 {
		word, _ = typ.Item(0).Text()
	}
	null := v.State == model.Null
	switch word {
	case "string":
		return single && (null || v.Kind == model.String)
	case "number":
		return single && (null || v.Kind == model.Number)
	case "bool":
		return single && (null || v.Kind == model.Bool)
	case "dynamic":
		return single && null
	case "object", "map":
		return !single && (null || v.Kind == model.Object)
	case "list", "set", "tuple":
		return !single && (null || v.Kind == model.List)
	}
	return false
}

// hidden says what of a value is sensitive: all of it, or what stands at names and indices in it.
type hidden struct {
	all   bool
	parts map[string]*hidden
}

// add takes in a path of sensitive_attributes: its steps are objects that hold the name of an attribute, or an index with
// its type. What an index is in that is no text and no number is hidden as a whole.
func (h *hidden) add(path model.Value) {
	for i := range path.Len() {
		step := member(path.Item(i), "value")
		if index := member(step, "value"); index.State != model.Absent {
			step = index
		}
		name, ok := step.Text()
		if !ok {
			break
		}
		if h.parts == nil {
			h.parts = map[string]*hidden{}
		}
		if h.parts[name] == nil {
			h.parts[name] = &hidden{}
		}
		h = h.parts[name]
	}
	h.all = true
}

func (h *hidden) mark(v model.Value) model.Value {
	if h.all || !nested(v) {
		return secret(v)
	}
	items := make([]model.Value, v.Len())
	for i := range items {
		name := strconv.Itoa(i)
		if v.Kind == model.Object {
			name = v.Name(i)
		}
		items[i] = v.Item(i)
		if part := h.parts[name]; part != nil {
			items[i] = part.mark(items[i])
		}
	}
	return v.With(items)
}

// snapshot turns a raw state into the model.
func (raw *rawState) snapshot(name string, doc *document) (*model.Snapshot, error) {
	s := &model.Snapshot{Name: name, Format: model.StateV1, TerraformVersion: doc.terraformVersion, Outputs: doc.outputs}
	providers, blocks := map[string]*model.Provider{}, model.Blocks{}
	for i := range raw.resources {
		r := &raw.resources[i]
		c := &r.change
		m, err := addr.ParseModule(c.module)
		if err != nil {
			return nil, err
		}
		at := addr.Resource{Module: m, Mode: addr.ParseMode(c.mode), Type: c.typ, Name: c.name}
		at.Key, _ = indexKey(c.index)
		if c.typ == "" || c.name == "" {
			return nil, fmt.Errorf("resource %d of the state has no type or no name", i)
		}
		p := providers[r.provider]
		if p == nil {
			if p, err = rawProvider(r.provider); err != nil {
				return nil, fmt.Errorf("resource %q: %w", clip(at.String()), err)
			}
			providers[r.provider] = p
			s.Providers = append(s.Providers, p)
		}
		s.Resources = append(s.Resources, &model.Resource{Address: at.String(),
			Block:  blocks.Once(model.Block{Mode: at.Mode, Type: at.Type, Name: at.Name, Source: p.Source, Provider: p}),
			Module: at.Module, Key: at.Key, Values: c.values, Rarely: &model.Rarely{Deposed: c.deposed}})
	}
	slices.SortFunc(s.Providers, func(a, b *model.Provider) int { return strings.Compare(a.Key, b.Key) })
	return s, nil
}

// rawProvider reads a provider configuration's address. Before Terraform 0.13 it is `provider.aws.eu`.
func rawProvider(s string) (*model.Provider, error) {
	t, err := addr.ParseTraversal(s)
	if err != nil {
		return nil, err
	}
	p := &model.Provider{Key: s, Implied: true}
	for len(t) > 2 && t[0].Name == "module" {
		p.Module = append(p.Module, addr.Step{Name: t[1].Name})
		t = t[2:]
		if t[0].Key.Kind != addr.NoKey {
			t = t[1:]
		}
	}
	if len(t) < 2 || t[0].Name != "provider" {
		return nil, fmt.Errorf("provider %q is not understood", clip(s))
	}
	if t[1].Key.Kind == addr.StringKey {
		p.Source = normal(t[1].Key.Str, "")
	} else {
		p.Source = normal(t[1].Name, "")
	}
	p.Name = p.Source[strings.LastIndexByte(p.Source, '/')+1:]
	if len(t) > 2 {
		p.Alias = t[2].Name
	}
	return p, nil
}

package load

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/model"
	tfjson "github.com/hashicorp/terraform-json"
)

// document is what is kept of a plan's or state's JSON while it is read. Its sections come in any order.
type document struct {
	formatVersion    string
	terraformVersion string
	sections         map[string]bool
	changes          []*model.Resource
	words            []actionWord
	deferred         []deferral
	drift            int
	prior            []*model.Resource // of prior_state, or of a state's values
	broken           brokenChange
	planned          map[string]bool // addresses in resource_changes; made when asked for
	plannedOf        int             // how many changes there were then
	foreseen         int64           // where the configuration begins that was read before its turn, 0 where none was
	variables        model.Value
	asked            bool // the sources have been asked what they want, by the variables that were known
	outputs          []model.Output
	config           *config
	raw              rawState
	errored          bool
	complete         *bool // nil where the writer does not say
}

// change is one entry of resource_changes, or one resource of a state.
type change struct {
	address, previous, module, mode, typ, name, provider, deposed string
	index                                                         model.Value
	actions                                                       []string // good until the next change is read
	values                                                        model.Value
}

// actionWord is an action that is not known, and whose it is.
type actionWord struct{ address, word string }

// brokenChange is the first resource by its address that is not of one piece.
type brokenChange struct {
	address string
	err     error
}

type deferral struct {
	reason string
	change change
}

// readDocument reads plan or state JSON from start to end, keeping only what the analysis can use.
func readDocument(d *decoder) (*document, error) {
	doc := &document{sections: map[string]bool{}}
	err := d.object(func(name string) (err error) {
		doc.sections[name] = true
		switch name {
		case "format_version":
			if err := d.expect('"', `format_version is a string such as "1.2"`); err != nil {
				return err
			}
			doc.formatVersion, err = d.text()
			if err == nil {
				err = checkFormat(d, doc.formatVersion)
			}
		case "plan_format_version": // what HCP Terraform offers as redacted JSON output
			doc.formatVersion, err = d.text()
			if err == nil {
				err = checkFormat(d, doc.formatVersion)
			}
		case "version":
			doc.raw.version, err = readScalar(d)
		case "resources":
			doc.keeping(d, false)
			doc.raw.resources, err = readRawResources(d)
		case "modules":
			doc.raw.resources, err = readRawModules(d)
		case "outputs":
			err = readOutputs(d, doc)
		case "terraform_version":
			doc.terraformVersion, err = d.text()
		case "variables":
			if doc.variables, err = d.value(); err == nil && doc.asked {
				err = errUnforeseen
			}
		case "resource_changes":
			doc.keeping(d, true)
			err = d.array(func(int) error {
				c, err := readChange(d)
				if err != nil {
					return err
				}
				a, word := action(c.actions)
				if word != "" {
					doc.words = append(doc.words, actionWord{c.address, word})
				}
				if r := doc.resource(d, &c, a); r != nil {
					doc.changes = append(doc.changes, r)
				}
				return nil
			})
		case "resource_drift":
			err = d.array(func(int) error { doc.drift++; return d.SkipValue() })
		case "deferred_changes":
			err = d.array(func(int) error {
				var f deferral
				err := d.object(func(name string) (err error) {
					switch name {
					case "reason":
						f.reason, err = d.text()
					case "resource_change":
						f.change, err = readChange(d)
					default:
						err = d.SkipValue()
					}
					return err
				})
				doc.deferred = append(doc.deferred, f)
				return err
			})
		case "output_changes":
			err = d.object(func(name string) error {
				c, err := readChangeBody(d, nil)
				doc.outputs = append(doc.outputs, model.Output{Name: name, Value: c.values})
				return err
			})
		case "prior_state":
			doc.keeping(d, true)
			err = d.object(func(name string) error {
				if name == "values" {
					return readStateValues(d, doc)
				}
				return d.SkipValue()
			})
		case "values":
			doc.keeping(d, false)
			err = readStateValues(d, doc)
		case "configuration":
			switch {
			case d.keeper == nil:
				doc.config, err = readConfig(d)
			case d.peek() == '{' && d.offset() == doc.foreseen:
				doc.foreseen = 0
				err = d.SkipValue()
			default:
				err = errUnforeseen
			}
		case "errored":
			doc.errored, err = d.truth()
		case "complete":
			var complete bool
			complete, err = d.truth()
			doc.complete = &complete
		default:
			err = d.SkipValue()
		}
		return err
	})
	if err == nil && doc.foreseen > 0 {
		err = errUnforeseen
	}
	return doc, err
}

// keeping decides what of the resources that follow is kept: of a plan's only once its configuration is known.
func (doc *document) keeping(d *decoder, plan bool) {
	if d.interest == nil || d.keeper != nil {
		return
	}
	if plan && doc.config == nil {
		doc.config, doc.foreseen = foreseen(d.ahead, d.size, d.limits)
	}
	if plan && doc.config == nil {
		return
	}
	d.keeper = newKeeper(d, doc.config)
	if plan && d.beside != nil {
		if src := d.beside(doc.given()); src != nil {
			doc.asked = true
			d.keeper.ask(src)
		}
	}
}

// given are the root variables that the plan was made with.
func (doc *document) given() (out map[string]model.Value) {
	if doc.variables.Kind != model.Object {
		return nil
	}
	for i := range doc.variables.Len() {
		if out == nil {
			out = map[string]model.Value{}
		}
		out[doc.variables.Name(i)] = member(doc.variables.Item(i), "value")
	}
	return out
}

// checkFormat accepts every major version that is known: 0 and 1. A newer minor one is read, with a note.
func checkFormat(d *decoder, v string) error {
	major, minor, ok := strings.Cut(v, ".")
	if !ok || !digits(major) || !digits(minor) {
		return d.errorf("format_version %q is not a version such as \"1.2\"", clip(v))
	}
	if major != "0" && major != "1" {
		return d.errorf("format_version %s: this demarc reads major versions 0 and 1; a newer demarc may read it", clip(v))
	}
	return nil
}

func digits(s string) bool {
	return s != "" && len(s) < 6 && strings.Trim(s, "0123456789") == ""
}

// newestMinor is the newest minor version of major 1 that this reader was written for: Terraform 1.5 to 1.16.
const newestMinor = "1.2"

func newerMinor(v string) bool {
	return strings.HasPrefix(v, "1.") && (len(v) > len(newestMinor) || v > newestMinor)
}

func readChange(d *decoder) (change, error) {
	var c change
	if err := d.expect('{', "a resource change is an object"); err != nil {
		return c, err
	}
	err := d.object(func(name string) (err error) {
		switch name {
		case "address":
			c.address, err = d.textAs(d.own)
		case "previous_address":
			c.previous, err = d.text()
		case "module_address":
			c.module, err = d.text()
		case "mode":
			c.mode, err = d.text()
		case "type":
			c.typ, err = d.text()
		case "name":
			c.name, err = d.text()
		case "provider_name":
			c.provider, err = d.text()
		case "deposed":
			c.deposed, err = d.text()
		case "index":
			c.index, err = d.value()
		case "change":
			var body change
			body, err = readChangeBody(d, d.kept(&c))
			c.actions, c.values = body.actions, body.values
		default:
			err = d.SkipValue()
		}
		return err
	})
	return c, err
}

// readChangeBody reads the `change` of a resource or output: the planned values with their unknown and sensitive parts,
// or the earlier ones of something that goes.
func readChangeBody(d *decoder, k *kept) (change, error) {
	var c change
	var before, after, unknown, sensitive, beforeSensitive model.Value
	err := d.object(func(name string) (err error) {
		switch name {
		case "actions":
			d.actions = d.actions[:0]
			err = d.array(func(int) error {
				s, err := d.text()
				d.actions = append(d.actions, s)
				return err
			})
			c.actions = d.actions
		case "before":
			if c.actions != nil && !goes(c.actions) {
				return d.SkipValue()
			}
			before, err = d.values(k, &d.earlier)
		case "after":
			after, err = d.values(k, &d.planned)
		case "after_unknown":
			unknown, err = d.unknowns(k)
		case "before_sensitive":
			if c.actions != nil && !goes(c.actions) {
				return d.SkipValue()
			}
			beforeSensitive, err = d.marks(k)
		case "after_sensitive":
			sensitive, err = d.marks(k)
		default:
			err = d.SkipValue()
		}
		return err
	})
	if goes(c.actions) {
		c.values = d.merge(k, before, model.Value{}, beforeSensitive)
	} else {
		c.values = d.merge(k, after, unknown, sensitive)
	}
	return c, err
}

// goes tells whether nothing is left of the resource in Terraform's hands.
func goes(actions []string) bool {
	a, _ := action(actions)
	return !a.Stays()
}

// action classifies an action list by what it holds, because writers add combinations: OpenTofu's forget with create is
// in no documentation. The list may hold a word that is not known; then the resource may exist afterwards.
func action(list []string) (a model.Action, unknownWord string) {
	var create, update, del, forget, read bool
	for _, w := range list {
		switch tfjson.Action(w) {
		case tfjson.ActionNoop:
		case tfjson.ActionCreate:
			create = true
		case tfjson.ActionRead:
			read = true
		case tfjson.ActionUpdate:
			update = true
		case tfjson.ActionDelete:
			del = true
		case tfjson.ActionForget:
			forget = true
		default:
			return model.Other, w
		}
	}
	switch {
	case create && (del || forget):
		return model.Replace, ""
	case create:
		return model.Create, ""
	case update:
		return model.Update, ""
	case del:
		return model.Delete, ""
	case forget:
		return model.Forget, ""
	case read:
		return model.Read, ""
	}
	return model.NoOp, ""
}

// readStateValues reads the module tree of a state.
func readStateValues(d *decoder, doc *document) error {
	return d.object(func(name string) error {
		switch name {
		case "root_module":
			return readStateModule(d, doc, true)
		case "outputs":
			if doc.sections["prior_state"] && !doc.sections["values"] {
				return d.SkipValue() // the plan's own outputs say more
			}
			return readOutputs(d, doc)
		}
		return d.SkipValue()
	})
}

func readOutputs(d *decoder, doc *document) error {
	return d.object(func(name string) error {
		out := model.Output{Name: name}
		sensitive := false
		err := d.object(func(member string) (err error) {
			switch member {
			case "value":
				out.Value, err = d.value()
			case "sensitive":
				sensitive, err = d.truth()
			default:
				err = d.SkipValue()
			}
			return err
		})
		if sensitive {
			out.Value = secret(out.Value)
		}
		doc.outputs = append(doc.outputs, out)
		return err
	})
}

// readScalar reads a number or text as text, and anything else as nothing.
func readScalar(d *decoder) (string, error) {
	v, err := d.value()
	s, _ := v.Text()
	return s, err
}

// readStateModule reads the resources of a module and of those that it calls. Terraform 0.12 leaves the module out of
// their addresses, so that they are whole only once the module's own has been read.
func readStateModule(d *decoder, doc *document, root bool) error {
	var module string
	var own []change
	err := d.object(func(name string) (err error) {
		switch name {
		case "address":
			module, err = d.text()
		case "resources":
			err = d.array(func(int) error {
				c, err := readStateResource(d, module, root, func(address string) bool {
					return (root || strings.HasPrefix(address, "module.")) && doc.inPlan(address)
				})
				switch {
				case err != nil || c.address == "":
				case root || strings.HasPrefix(c.address, "module."):
					doc.addPrior(d, &c)
				default:
					own = append(own, c)
				}
				return err
			})
		case "child_modules":
			err = d.array(func(int) error { return readStateModule(d, doc, false) })
		default:
			err = d.SkipValue()
		}
		return err
	})
	for i := range own {
		if module != "" {
			own[i].address = module + "." + own[i].address
		}
		doc.addPrior(d, &own[i])
	}
	return err
}

// inPlan tells whether the plan has a change for an address: its prior state is then not needed.
func (doc *document) inPlan(address string) bool {
	if doc.planned == nil || doc.plannedOf != len(doc.changes) {
		doc.plannedOf = len(doc.changes)
		doc.planned = make(map[string]bool, len(doc.changes))
		for _, r := range doc.changes {
			if r.Deposed == "" {
				doc.planned[r.Address] = true
			}
		}
	}
	return doc.planned[address]
}

func (doc *document) addPrior(d *decoder, c *change) {
	if _, ok := d.address(c); !ok {
		c.module = "" // a state has the addresses alone
	}
	if r := doc.resource(d, c, model.NoOp); r != nil {
		doc.prior = append(doc.prior, r)
	}
}

// resource makes a resource of a change, or notes that the change is not of one piece.
func (doc *document) resource(d *decoder, c *change, a model.Action) *model.Resource {
	r, err := d.resource(c, a)
	if err != nil && (doc.broken.err == nil || c.address < doc.broken.address) {
		doc.broken = brokenChange{c.address, err}
	}
	return r
}

// readStateResource reads a resource of a state. One that the plan is known to have a change for is skipped: its address
// is "".
func readStateResource(d *decoder, module string, root bool, known func(address string) bool) (change, error) {
	c := change{module: module}
	kept := func() *kept {
		if module == "" && !root {
			return nil
		}
		return d.kept(&c)
	}
	var values, sensitive model.Value
	skip := false
	if err := d.expect('{', "a resource is an object"); err != nil {
		return c, err
	}
	err := d.object(func(name string) (err error) {
		if skip {
			return d.SkipValue()
		}
		switch name {
		case "address":
			c.address, err = d.text()
			skip = known(c.address)
		case "mode":
			c.mode, err = d.text()
		case "type":
			c.typ, err = d.text()
		case "name":
			c.name, err = d.text()
		case "provider_name":
			c.provider, err = d.text()
		case "deposed_key":
			c.deposed, err = d.text()
		case "index":
			c.index, err = d.value()
		case "values":
			values, err = d.values(kept(), &d.planned)
		case "sensitive_values":
			sensitive, err = d.marks(kept())
		default:
			err = d.SkipValue()
		}
		return err
	})
	if skip {
		return change{}, err
	}
	c.values = d.merge(kept(), values, model.Value{}, sensitive)
	return c, err
}

// snapshot turns the document into the model, in an order of its own: that of the document says nothing.
func (doc *document) snapshot(name string) (*model.Snapshot, error) {
	slices.SortStableFunc(doc.outputs, func(a, b model.Output) int { return strings.Compare(a.Name, b.Name) })
	slices.SortStableFunc(doc.deferred, func(a, b deferral) int { return strings.Compare(a.change.address, b.change.address) })
	slices.SortStableFunc(doc.words, func(a, b actionWord) int { return strings.Compare(a.address, b.address) })
	s, err := doc.resources(name)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(s.Resources, func(a, b *model.Resource) int {
		return cmp.Or(strings.Compare(a.Address, b.Address), strings.Compare(a.Deposed, b.Deposed))
	})
	if doc.config != nil {
		doc.config.apply(s, doc.variables)
	}
	s.Variables = doc.given()
	return s, nil
}

// resources makes the snapshot without what the configuration says.
func (doc *document) resources(name string) (*model.Snapshot, error) {
	if doc.isRawState() {
		return doc.raw.snapshot(name, doc)
	}
	s := &model.Snapshot{Name: name, Format: model.Plan, TerraformVersion: doc.terraformVersion, Outputs: doc.outputs}
	if doc.sections["values"] || !doc.isPlan() {
		s.Format = model.StateV1
	}
	if newerMinor(doc.formatVersion) {
		s.Notes = append(s.Notes, fmt.Sprintf("format_version %s is newer than this demarc knows (%s): what it adds is not looked at", doc.formatVersion, newestMinor))
	}
	if doc.broken.err != nil {
		return nil, doc.broken.err
	}
	words := map[string]bool{}
	for _, w := range doc.words {
		if !words[w.word] {
			words[w.word] = true
			s.Notes = append(s.Notes, fmt.Sprintf("the action %q is not known: such resources are taken to exist afterwards", clip(w.word)))
		}
	}
	gone := 0
	for _, r := range doc.changes {
		if !r.Action.Stays() {
			gone++
		}
	}
	s.Resources = doc.changes
	for _, r := range doc.prior {
		// Of the prior state only what the plan does not speak of: data sources that were read, and in a targeted plan
		// everything outside the target. Without a configuration entry it is an orphan that the plan has dropped.
		if s.Format == model.Plan && (r.Deposed != "" || doc.inPlan(r.Address) || r.Mode != addr.Data && !doc.config.declares(r.Addr())) {
			continue
		}
		s.Resources = append(s.Resources, r)
	}
	for i := range doc.deferred {
		f := &doc.deferred[i]
		s.Incomplete = append(s.Incomplete, fmt.Sprintf("%s is deferred (%s): what it will be is not in the plan", f.change.address, clip(f.reason)))
	}
	doc.judge(s, gone)
	return s, nil
}

func (doc *document) isRawState() bool {
	return doc.formatVersion == "" && doc.sections["version"] && doc.sections["serial"]
}

func (doc *document) isPlan() bool {
	for _, k := range []string{"resource_changes", "planned_values", "configuration", "prior_state", "resource_drift", "output_changes", "deferred_changes"} {
		if doc.sections[k] {
			return true
		}
	}
	return false
}

// judge says what sort of plan it is, and whether it holds everything.
func (doc *document) judge(s *model.Snapshot, gone int) {
	if s.Format != model.Plan {
		return
	}
	switch {
	case doc.errored:
		s.Incomplete = append(s.Incomplete, "the plan has errored: resources that failed are not in it")
	case doc.complete != nil && !*doc.complete && len(doc.deferred) == 0:
		s.Incomplete = append(s.Incomplete, "the plan is not complete (a -target, or deferred changes): what it leaves out is taken from the state where that has it")
	}
	if !doc.sections["resource_changes"] && doc.drift > 0 {
		s.Incomplete = append(s.Incomplete, "a refresh-only plan: it changes nothing, and what stands is taken from its state")
	}
	if gone > 0 && gone == len(doc.changes) {
		s.Notes = append(s.Notes, "the plan only destroys: nothing of it is left to link")
	}
}

// moduleName is a module instance, read once for all resources in it.
type moduleName struct {
	path  addr.Module
	block string // its address without keys
	err   error
}

// module reads a module's address.
func (d *decoder) module(address string) *moduleName {
	m, ok := d.modules[address]
	if !ok {
		m = &moduleName{}
		m.path, m.err = addr.ParseModule(address)
		if m.err == nil && m.path.String() != address {
			m.err = errors.New("is not written as Terraform does")
		}
		m.block = m.path.Block().String()
		d.modules[address] = m
	}
	return m
}

// kept is what is kept of the values of a change. Where the members that say what it is come later, everything is.
func (d *decoder) kept(c *change) *kept {
	if c.address == "" || c.mode == "" || c.module == "" && strings.HasPrefix(c.address, "module.") {
		return nil
	}
	m := d.module(c.module)
	if m.err != nil {
		return nil
	}
	return d.keeper.of(m, c)
}

// address is the address of a change whose members say what it is, as they mostly do; ok is false where it has to be
// parsed.
func (d *decoder) address(c *change) (at addr.Resource, ok bool) {
	m := d.module(c.module)
	if m.err != nil || !isName(c.typ) || !isWord(c.name) || c.mode == "" {
		return at, false
	}
	at = addr.Resource{Module: m.path, Mode: addr.ParseMode(c.mode), Type: c.typ, Name: c.name}
	at.Key, _ = indexKey(c.index)
	d.key = d.key[:0]
	if c.module != "" {
		d.key = append(append(d.key, c.module...), '.')
	}
	if at.Mode != addr.Managed {
		d.key = append(append(d.key, c.mode...), '.')
	}
	d.key = append(append(append(d.key, c.typ...), '.'), c.name...)
	d.key = append(d.key, at.Key.String()...)
	return at, string(d.key) == c.address
}

// isName tells a type's name that nothing else in an address can be taken for.
func isName(s string) bool {
	return isWord(s) && s != "data" && s != "module" && s != "ephemeral" && s != "resource"
}

// isWord tells a name that needs no quotes.
func isWord(s string) bool {
	for i := range len(s) {
		if c := s[i]; !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '-') {
			return false
		}
	}
	return s != "" && !('0' <= s[0] && s[0] <= '9')
}

// resource checks that a change is of one piece (its address, type, name and key say the same) and makes it a resource.
func (d *decoder) resource(c *change, a model.Action) (*model.Resource, error) {
	at, ok := d.address(c)
	if !ok {
		var err error
		if at, err = parsed(c); err != nil {
			return nil, err
		}
	}
	if len(d.slab) == 0 {
		d.slab = make([]model.Resource, slabSize)
	}
	r := &d.slab[0]
	d.slab = d.slab[1:]
	*r = model.Resource{Address: c.address, Block: d.blocks.Once(model.Block{Mode: at.Mode, Type: at.Type, Name: at.Name, Source: d.source(c.provider, at.Type)}),
		Module: at.Module, Key: at.Key, Action: a, Values: c.values, Rarely: model.Nothing}
	if c.previous != "" || c.deposed != "" {
		r.Rarely = &model.Rarely{Previous: c.previous, Deposed: c.deposed}
	}
	return r, nil
}

// slabSize is how many resources are made at a time: of 128 bytes each, one less than 64 leaves room in 8 KB for the word
// that the allocator puts before them.
const slabSize = 63

// source is the provider of a resource, each kept once.
func (d *decoder) source(provider, typ string) string {
	if provider == "" {
		return normal(provider, typ)
	}
	s, ok := d.sources[provider]
	if !ok {
		s = normal(provider, typ)
		d.sources[provider] = s
	}
	return s
}

// parsed reads the address of a change, and completes it.
func parsed(c *change) (addr.Resource, error) {
	at, err := addr.Parse(c.address)
	if err != nil {
		return at, err
	}
	if c.mode == "" && at.Mode == addr.Managed {
		c.mode = "managed"
	}
	if c.typ != "" && c.typ != at.Type || c.name != "" && c.name != at.Name || c.mode != "" && addr.ParseMode(c.mode) != at.Mode {
		return at, fmt.Errorf("resource %q: its type, name or mode contradict its address", clip(c.address))
	}
	if c.module != "" && c.module != at.Module.String() {
		return at, fmt.Errorf("resource %q: its module_address contradicts its address", clip(c.address))
	}
	if key, ok := indexKey(c.index); ok && key != at.Key && at.Key.Kind != addr.AnyKey {
		if at.Key.Kind != addr.NoKey {
			return at, fmt.Errorf("resource %q: its index contradicts its address", clip(c.address))
		}
		at.Key = key // Terraform 0.12 leaves the key out of addresses in a state
		c.address = at.String()
	}
	return at, nil
}

func indexKey(v model.Value) (addr.Key, bool) {
	s, ok := v.Text()
	if !ok {
		return addr.Key{}, false
	}
	if v.Kind == model.Number {
		if n, err := strconv.Atoi(s); err == nil {
			return addr.Key{Kind: addr.IntKey, Int: n}, true
		}
	}
	return addr.Key{Kind: addr.StringKey, Str: s}, true
}

// normal is a provider address without its registry: `registry.terraform.io/hashicorp/aws` is `hashicorp/aws`, and so is
// the bare `aws` of plans before Terraform 0.13. The public registries and their mirrors serve the same providers.
func normal(provider, typ string) string {
	if provider == "" {
		provider, _, _ = strings.Cut(typ, "_")
	}
	parts := strings.Split(provider, "/")
	switch len(parts) {
	case 1:
		return "hashicorp/" + strings.ToLower(parts[0])
	case 2:
		return strings.ToLower(provider)
	}
	return strings.ToLower(strings.Join(parts[len(parts)-2:], "/"))
}

// trailing refuses anything after the document but blanks and the workflow commands that wrappers print.
func trailing(d *decoder) error {
	rest, err := io.ReadAll(io.LimitReader(d.rest(), 1<<16))
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(rest)) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "::") {
			return d.errorf("something follows the document")
		}
	}
	return nil
}

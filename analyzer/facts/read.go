package facts

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/limit"
	"github.com/demarc-dev/demarc/analyzer/model"
)

// Is tells whether a text begins as facts do.
func Is(begin []byte) bool {
	return bytes.HasPrefix(begin, []byte(`{"fact":"`+headFact+`"`))
}

// Read makes the inputs again that facts were written of; name is that of the file, l how long a line may be. Several
// files one after another are read as well. The error says which line is wrong.
func Read(r io.Reader, name string, l limit.Set) ([]*model.Snapshot, error) {
	l = l.OrDefault()
	d := &reader{name: name, shared: map[string]string{}}
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, min(1<<16, l.Text)), int(l.Text))
	n := 0
	for lines.Scan() {
		n++
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		if err := d.line(lines.Bytes()); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
	if err := lines.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) {
			err = fmt.Errorf("is longer than %s; %s", limit.Bytes(l.Text), l.Raise("text", 0))
		}
		return nil, fmt.Errorf("line %d: %w", n+1, err)
	}
	if n == 0 {
		return nil, errors.New("is empty")
	}
	if len(d.order) == 0 {
		return nil, errors.New("holds no input")
	}
	return d.order, nil
}

// numbered is a provider configuration as resources name it.
type numbered struct {
	root string
	id   int
}

type reader struct {
	name      string
	files     int
	from      string // the file that is being read
	inputs    map[string]*model.Snapshot
	providers map[numbered]*model.Provider
	order     []*model.Snapshot
	shared    map[string]string // texts that many records have, kept once
}

// once keeps a text once.
func (d *reader) once(s string) string {
	if have, ok := d.shared[s]; ok {
		return have
	}
	s = strings.Clone(s)
	d.shared[s] = s
	return s
}

// head begins a file.
func (d *reader) head(h head) error {
	if h.SchemaVersion != schemaVersion {
		return fmt.Errorf("facts of version %.20q; this demarc reads version %s", h.SchemaVersion, schemaVersion)
	}
	d.files++
	d.from = d.name
	if d.files > 1 {
		d.from += fmt.Sprintf("#%d", d.files)
	}
	d.inputs, d.providers = map[string]*model.Snapshot{}, map[numbered]*model.Provider{}
	return nil
}

func (d *reader) line(raw []byte) error {
	var h head
	if err := json.Unmarshal(raw, &h); err != nil {
		return syntax(err)
	}
	if d.files == 0 && h.Fact != headFact {
		return errors.New("is not the first line of facts, as demarc scan --format facts writes them")
	}
	switch h.Fact {
	case headFact:
		return d.head(h)
	case inputFact:
		var r input
		if err := json.Unmarshal(raw, &r); err != nil {
			return syntax(err)
		}
		return d.input(&r)
	case providerFact:
		var r provider
		if err := json.Unmarshal(raw, &r); err != nil {
			return syntax(err)
		}
		return d.provider(&r)
	case resourceFact:
		var r resource
		if err := json.Unmarshal(raw, &r); err != nil {
			return syntax(err)
		}
		return d.resource(&r)
	}
	return nil // for other tools, or newer than this reader
}

func syntax(err error) error {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return fmt.Errorf("%s is no %s", wrong.Field, wrong.Type)
	}
	return fmt.Errorf("is no JSON object: %w", err)
}

func (d *reader) input(r *input) error {
	if d.inputs[r.Root] != nil {
		return fmt.Errorf("the input %.200q is there twice", r.Root)
	}
	in := &model.Snapshot{Name: r.Root, From: d.from, TerraformVersion: r.TerraformVersion, Incomplete: r.Incomplete, Notes: r.Notes}
	switch in.Format = model.Format(r.Format); in.Format {
	case model.Plan, model.StateV1, model.Sources:
	default:
		return fmt.Errorf("unknown format %.20q of an input", r.Format)
	}
	if r.Backend != nil {
		b, err := r.Backend.model()
		if err != nil {
			return err
		}
		in.Backend = &b
	}
	for _, k := range r.Keys {
		b, err := k.model()
		if err != nil {
			return err
		}
		in.Keys = append(in.Keys, b)
	}
	for _, o := range r.Outputs {
		v, err := parseValue(o.Value)
		if err != nil {
			return err
		}
		args, err := d.args(o.Args)
		if err != nil {
			return err
		}
		in.Outputs = append(in.Outputs, model.Output{Name: o.Name, Value: v, Args: args})
	}
	for _, u := range r.Unread {
		in.Unread = append(in.Unread, model.Unread{Address: u.Address, Reason: u.Reason, Settle: u.Settle, Pos: u.Location.pos("")})
	}
	for _, c := range r.Comments {
		in.Comments = append(in.Comments, model.Comment(c))
	}
	d.inputs[r.Root] = in
	d.order = append(d.order, in)
	return nil
}

func (d *reader) of(root string) (*model.Snapshot, error) {
	if in := d.inputs[root]; in != nil {
		return in, nil
	}
	return nil, fmt.Errorf("no record of the input %.200q stands before it", root)
}

func (d *reader) provider(r *provider) error {
	in, err := d.of(r.Root)
	if err != nil {
		return err
	}
	v, err := parseValue(r.Values)
	if err != nil {
		return err
	}
	p := &model.Provider{Key: r.Key, Source: r.Source, Name: r.Name, Alias: r.Alias, Values: v, Implied: r.Implied, Env: r.Env, Pos: r.Location.pos("")}
	if r.Module != "" {
		at, err := addr.Parse(r.Module + ".none.none") // a module's address is read as that of something in it
		if err != nil {
			return err
		}
		p.Module = at.Module
	}
	if p.Args, err = d.args(r.Args); err != nil {
		return err
	}
	p.Pos.Args = positions(r.Args, p.Pos.File)
	in.Providers = append(in.Providers, p)
	d.providers[numbered{r.Root, r.ID}] = p
	return nil
}

func (d *reader) resource(r *resource) error {
	in, err := d.of(r.Root)
	if err != nil {
		return err
	}
	at, err := addr.Parse(r.Address)
	if err != nil {
		return err
	}
	action, ok := actions[r.Action]
	if !ok {
		return fmt.Errorf("unknown action %.20q", r.Action)
	}
	v, err := parseValue(r.Values)
	if err != nil {
		return err
	}
	if v.State == model.Absent {
		v = model.ObjectValue(nil, nil)
	}
	res := &model.Resource{Address: r.Address, Block: &model.Block{Mode: at.Mode, Type: at.Type, Name: at.Name, Source: d.once(r.Source)},
		Module: at.Module, Key: at.Key, Action: action, Values: v,
		Rarely: &model.Rarely{Previous: r.Previous, Deposed: r.Deposed, Pos: r.Location.pos("")}}
	if r.Provider != nil {
		if res.Provider = d.providers[numbered{r.Root, *r.Provider}]; res.Provider == nil {
			return fmt.Errorf("no record of provider %d stands before it", *r.Provider)
		}
	}
	for _, id := range r.Candidates {
		p := d.providers[numbered{r.Root, id}]
		if p == nil {
			return fmt.Errorf("no record of provider %d stands before it", id)
		}
		res.Candidates = append(res.Candidates, p)
	}
	if res.Args, err = d.args(r.Args); err != nil {
		return err
	}
	res.Pos.Args = positions(r.Args, res.Pos.File)
	in.Resources = append(in.Resources, res)
	return nil
}

func (d *reader) args(list []arg) (*model.Args, error) {
	if list == nil {
		return nil, nil
	}
	out := make([]model.Arg, len(list))
	for i, a := range list {
		out[i] = model.Arg{Block: d.once(a.Block), Opaque: a.Opaque, Several: a.Several}
		if a.Constant {
			out[i].Constant = model.StringValue(marked)
		}
		for _, ref := range a.From {
			at, err := addr.Parse(ref.Address)
			if err != nil {
				return nil, err
			}
			out[i].Origins = append(out[i].Origins, originOf(at, ref))
		}
	}
	return model.NewArgs(out, nil), nil
}

func originOf(at addr.Resource, ref reference) model.Origin {
	held := ref.Held
	if held == nil {
		held = []string{}
	}
	return model.Origin{Down: at.Module, Mode: at.Mode, Type: at.Type, Name: at.Name, Key: at.Key,
		Attr: ref.Attribute, Full: ref.Full, ByKey: ref.ByKey, Exact: ref.Exact, Via: ref.Via, Held: held}
}

func positions(list []arg, file string) model.Places {
	var out []model.Place
	for _, a := range list {
		if a.Location != nil {
			out = append(out, model.Place{Path: a.Block, Pos: a.Location.pos(file)})
		}
		for _, o := range a.Others {
			out = append(out, model.Place{Path: o.Path, Pos: o.Location.pos(file)})
		}
	}
	return model.PlacesOf(out)
}

func (b *backend) model() (model.Backend, error) {
	v, err := parseValue(b.Values)
	return model.Backend{Type: b.Type, Name: b.Name, Values: v, Pos: b.Location.pos("")}, err
}

func (l *location) pos(file string) model.Pos {
	if l == nil {
		return model.Pos{}
	}
	if l.File != "" {
		file = l.File
	}
	return model.Pos{File: file, Line: l.Line, Column: l.Column, EndLine: l.EndLine, EndColumn: l.EndColumn}
}

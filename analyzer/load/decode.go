package load

import (
	"fmt"
	"io"
	"slices"
	"sort"

	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/go-json-experiment/json/jsontext"
)

// maxDepth bounds the nesting of anything that is read into memory. Terraform's own documents stay far below it: a
// module level costs three.
const maxDepth = 150

// decoder reads JSON tokens. A plan repeats a few hundred names, short texts and sets of names a million times: each is
// kept once.
type decoder struct {
	*jsontext.Decoder
	texts  map[string]string   // by the JSON text of them
	shapes map[string][]string // names of an object's members, by all of them
	key    []byte
	// What is being read of nested objects and lists, so that each is made in its exact size.
	names []string
	items []model.Value
}

func newDecoder(r io.Reader) *decoder {
	return &decoder{Decoder: jsontext.NewDecoder(r), texts: map[string]string{}, shapes: map[string][]string{}}
}

// The bounds of what is kept once: values and map keys may be all different.
const (
	keptTexts  = 20_000
	keptShapes = 5_000
	shortText  = 48
)

// string reads a text.
func (d *decoder) string() (string, error) {
	v, err := d.ReadValue()
	if err != nil {
		return "", err
	}
	if s, ok := d.texts[string(v)]; ok { // the conversion in a map index does not allocate
		return s, nil
	}
	b, err := jsontext.AppendUnquote(nil, v)
	if err != nil {
		return "", err
	}
	s := string(b)
	if len(s) <= shortText && len(d.texts) < keptTexts {
		d.texts[string(v)] = s
	}
	return s, nil
}

// shape is the names of an object's members in a slice that objects of the same names share.
func (d *decoder) shape(names []string) []string {
	if len(names) == 0 {
		return nil
	}
	d.key = d.key[:0]
	for _, n := range names {
		d.key = append(append(d.key, n...), 0)
	}
	if kept, ok := d.shapes[string(d.key)]; ok {
		return kept
	}
	own := slices.Clone(names)
	if len(d.shapes) < keptShapes {
		d.shapes[string(d.key)] = own
	}
	return own
}

// maxSkipped bounds the nesting of what is skipped: it costs no memory here, but a
// document that goes deeper is none of Terraform's, and whoever reads it next may not survive it.
const maxSkipped = 1000

// SkipValue passes over a value. It is jsontext's own but for the bound.
func (d *decoder) SkipValue() error {
	if k := d.PeekKind(); k != '{' && k != '[' {
		return d.Decoder.SkipValue()
	}
	for above := d.StackDepth(); ; {
		if _, err := d.ReadToken(); err != nil {
			return err
		}
		depth := d.StackDepth()
		if depth == above {
			return nil
		}
		if depth > maxSkipped {
			return d.errorf("nested more than %d levels deep, which Terraform does not write", maxSkipped)
		}
	}
}

// object calls f with the name of every member; f must consume the value. null is an empty object.
func (d *decoder) object(f func(name string) error) error {
	if d.PeekKind() == 'n' {
		return d.SkipValue()
	}
	if err := d.open('{', "an object"); err != nil {
		return err
	}
	for d.PeekKind() != '}' {
		name, err := d.string()
		if err != nil {
			return err
		}
		if err := f(name); err != nil {
			return err
		}
	}
	_, err := d.ReadToken()
	return err
}

// array calls f before every element; f must consume it. null is an empty array.
func (d *decoder) array(f func(i int) error) error {
	if d.PeekKind() == 'n' {
		return d.SkipValue()
	}
	if err := d.open('[', "an array"); err != nil {
		return err
	}
	for i := 0; d.PeekKind() != ']'; i++ {
		if err := f(i); err != nil {
			return err
		}
	}
	_, err := d.ReadToken()
	return err
}

// open consumes the token that opens an object or array.
func (d *decoder) open(kind jsontext.Kind, what string) error {
	if err := d.expect(kind, "expected "+what); err != nil {
		return err
	}
	if d.StackDepth() > maxDepth {
		return d.errorf("nested more than %d levels deep, which Terraform does not write", maxDepth)
	}
	_, err := d.ReadToken()
	return err
}

// expect refuses a value of another kind, in the words of rule; it consumes nothing.
func (d *decoder) expect(kind jsontext.Kind, rule string) error {
	switch k := d.PeekKind(); k {
	case kind:
		return nil
	case 0: // a syntax error, or the end: the decoder says it
		_, err := d.ReadToken()
		return err
	default:
		return d.errorf("%s, found %s", rule, kindName(k))
	}
}

// text reads a string; null is the empty one.
func (d *decoder) text() (string, error) {
	switch k := d.PeekKind(); k {
	case '"', 0: // or a syntax error, which reading it says
		return d.string()
	case 'n':
		return "", d.SkipValue()
	default:
		_, err := d.ReadToken()
		if err == nil {
			err = d.errorf("expected a string, found %s", kindName(k))
		}
		return "", err
	}
}

// truth reads a boolean; null is false.
func (d *decoder) truth() (bool, error) {
	t, err := d.ReadToken()
	if err != nil {
		return false, err
	}
	switch t.Kind() {
	case 't':
		return true, nil
	case 'f', 'n':
		return false, nil
	}
	return false, d.errorf("expected true or false, found %s", kindName(t.Kind()))
}

// value reads any JSON value.
func (d *decoder) value() (model.Value, error) {
	switch d.PeekKind() {
	case '{':
		from, item := len(d.names), len(d.items)
		err := d.object(func(name string) error {
			v, err := d.value()
			d.names, d.items = append(d.names, name), append(d.items, v)
			return err
		})
		names, items := d.names[from:], d.items[item:]
		if !slices.IsSorted(names) { // Terraform sorts them; other writers may not, and it may not matter
			sort.Sort(&byName{names, items})
		}
		v := model.ObjectValue(d.shape(names), slices.Clone(items))
		d.names, d.items = d.names[:from], d.items[:item]
		return v, err
	case '[':
		item := len(d.items)
		err := d.array(func(int) error {
			v, err := d.value()
			d.items = append(d.items, v)
			return err
		})
		v := model.ListValue(slices.Clone(d.items[item:]))
		d.items = d.items[:item]
		return v, err
	case '"':
		s, err := d.string()
		return model.StringValue(s), err
	}
	t, err := d.ReadToken()
	if err != nil {
		return model.Value{}, err
	}
	switch t.Kind() {
	case '0':
		return model.NumberValue(t.String()), nil
	case 't', 'f':
		return model.BoolValue(t.Bool()), nil
	}
	return model.NullValue, nil
}

// byName sorts the members of an object.
type byName struct {
	names []string
	items []model.Value
}

func (o *byName) Len() int           { return len(o.names) }
func (o *byName) Less(i, j int) bool { return o.names[i] < o.names[j] }
func (o *byName) Swap(i, j int) {
	o.names[i], o.names[j] = o.names[j], o.names[i]
	o.items[i], o.items[j] = o.items[j], o.items[i]
}

// shapeError is JSON that is well formed and not what it should be.
type shapeError struct {
	offset  int64
	pointer jsontext.Pointer
	msg     string
}

func (e *shapeError) Error() string {
	return fmt.Sprintf("byte %d%s: %s", e.offset, within(e.pointer), e.msg)
}

func (d *decoder) errorf(format string, args ...any) error {
	return &shapeError{d.InputOffset(), d.StackPointer(), fmt.Sprintf(format, args...)}
}

func within(p jsontext.Pointer) string {
	if p == "" {
		return ""
	}
	return ", in " + clip(string(p))
}

func clip(s string) string {
	if len(s) > 120 {
		return s[:60] + "..." + s[len(s)-57:]
	}
	return s
}

func kindName(k jsontext.Kind) string {
	switch k {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case '0':
		return "a number"
	case 't', 'f':
		return "true or false"
	case 'n':
		return "null"
	}
	return "the end"
}

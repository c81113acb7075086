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

// decoder reads JSON tokens, with the names of members interned: a plan repeats a few hundred of them a million times.
type decoder struct {
	*jsontext.Decoder
	names map[string]string
}

func newDecoder(r io.Reader) *decoder {
	return &decoder{jsontext.NewDecoder(r), map[string]string{}}
}

// name reads the name of an object member.
func (d *decoder) name() (string, error) {
	v, err := d.ReadValue()
	if err != nil {
		return "", err
	}
	if s, ok := d.names[string(v)]; ok { // the conversion in a map index does not allocate
		return s, nil
	}
	b, err := jsontext.AppendUnquote(nil, v)
	if err != nil {
		return "", err
	}
	s := string(b)
	if len(d.names) < 10_000 { // map keys such as tags are names too: do not keep an endless number of them
		d.names[string(v)] = s
	}
	return s, nil
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
		name, err := d.name()
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
	t, err := d.ReadToken()
	if err != nil {
		return "", err
	}
	switch t.Kind() {
	case '"':
		return t.String(), nil
	case 'n':
		return "", nil
	}
	return "", d.errorf("expected a string, found %s", kindName(t.Kind()))
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
		var names []string
		var items []model.Value
		err := d.object(func(name string) error {
			v, err := d.value()
			names, items = append(names, name), append(items, v)
			return err
		})
		if !slices.IsSorted(names) { // Terraform sorts them; other writers may not, and it may not matter
			sort.Sort(&byName{names, items})
		}
		return model.ObjectValue(names, items), err
	case '[':
		var items []model.Value
		err := d.array(func(int) error {
			v, err := d.value()
			items = append(items, v)
			return err
		})
		return model.ListValue(items), err
	}
	t, err := d.ReadToken()
	if err != nil {
		return model.Value{}, err
	}
	switch t.Kind() {
	case '"':
		return model.StringValue(t.String()), nil
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

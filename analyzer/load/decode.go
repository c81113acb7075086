package load

import (
	"fmt"
	"io"
	"slices"
	"sort"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/limit"
	"github.com/demarc-dev/demarc/analyzer/load/source"
	"github.com/demarc-dev/demarc/analyzer/model"
)

// maxDepth bounds the nesting of anything that is read into memory. Terraform's own documents stay far below it: a
// module level costs three.
const maxDepth = 150

// decoder reads what a scanner comes to. A plan repeats a few hundred names, short texts and sets of names a million times:
// each is kept once.
type decoder struct {
	*scanner
	texts  map[string]string
	recent [256]string
	shapes map[string][]string // names of an object's members, by all of them
	unique strings.Builder     // texts that are like no other, one after the other
	key    []byte
	keeper *keeper // nil keeps everything
	limits limit.Set
	// What is wanted of resources, nil for everything, a plan's sources by its root variables, and the file to look ahead in.
	interest Interest
	beside   func(variables map[string]model.Value) *source.Evaluated
	ahead    io.ReaderAt
	size     int64
	// What resources have in common.
	modules map[string]*moduleName
	sources map[string]string
	blocks  model.Blocks
	slab    []model.Resource
	// What is being read of nested objects and lists, so that each is made in its exact size.
	members []string
	items   []model.Value
	// What was and what will be of the resource that is being read.
	earlier, planned model.Draft
	actions          []string
}

func newDecoder(r io.Reader, l limit.Set) *decoder {
	d := &decoder{limits: l}
	d.start(r)
	return d
}

func (d *decoder) start(r io.Reader) {
	d.scanner = newScanner(r, d.limits)
	d.texts, d.shapes = map[string]string{}, map[string][]string{}
	d.modules, d.sources = map[string]*moduleName{}, map[string]string{}
	d.blocks = model.Blocks{}
}

// The bounds of what is kept once: values and map keys may be all different.
const (
	keptTexts  = 20_000
	keptShapes = 5_000
	shortText  = 1024
)

// keep makes a text that outlives the scanner's.
func (d *decoder) keep(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	recent := &d.recent[(len(b)*31+int(b[0])+7*int(b[len(b)-1]))%len(d.recent)]
	if *recent != string(b) {
		*recent = d.once(b)
	}
	return *recent
}

// once is the text that stands for all that are like it.
func (d *decoder) once(b []byte) string {
	if s, ok := d.texts[string(b)]; ok { // the conversion in a map index does not allocate
		return s
	}
	s := string(b)
	if len(s) <= shortText && len(d.texts) < keptTexts {
		d.texts[s] = s
	}
	return s
}

// own makes a text that outlives the scanner's and is like no other, such as an address. They stand one after the other: on
// its own each would be a piece of memory for itself, and of a larger size than it needs.
func (d *decoder) own(b []byte) string {
	const least, most = 512, 16 << 10
	if room := d.unique.Cap(); room-d.unique.Len() < len(b) {
		d.unique.Reset()
		d.unique.Grow(max(len(b), least, min(2*room, most)))
	}
	from := d.unique.Len()
	d.unique.Write(b)
	return d.unique.String()[from:]
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

// SkipValue passes over a value.
func (d *decoder) SkipValue() error { return d.skip(maxSkipped) }

// object calls f with the name of every member; f must consume the value. null is an empty object.
func (d *decoder) object(f func(name string) error) error {
	if d.peek() == 'n' {
		return d.SkipValue()
	}
	if err := d.open('{', "an object"); err != nil {
		return err
	}
	for {
		name, more, err := d.member()
		if err != nil || !more {
			return err
		}
		if err := f(d.keep(name)); err != nil {
			return err
		}
	}
}

// array calls f before every element; f must consume it. null is an empty array.
func (d *decoder) array(f func(i int) error) error {
	if d.peek() == 'n' {
		return d.SkipValue()
	}
	if err := d.open('[', "an array"); err != nil {
		return err
	}
	for i := 0; ; i++ {
		more, err := d.element()
		if err != nil || !more {
			return err
		}
		if err := f(i); err != nil {
			return err
		}
	}
}

// open consumes the token that opens an object or array.
func (d *decoder) open(kind byte, what string) error {
	if d.peek() != kind { // what is wrong is only put into words where something is
		return d.expect(kind, "expected "+what)
	}
	if len(d.levels) > maxDepth {
		return d.errorf("nested more than %d levels deep, which Terraform does not write", maxDepth)
	}
	d.enter(kind == '{')
	return nil
}

// expect refuses a value of another kind, in the words of rule; it consumes nothing.
func (d *decoder) expect(kind byte, rule string) error {
	c := d.peek()
	if c == kind {
		return nil
	}
	if what := kindName(c); what != "" {
		return d.errorf("%s, found %s", rule, what)
	}
	return d.unexpected(0, "where a value should begin")
}

// text reads a string; null is the empty one.
func (d *decoder) text() (string, error) { return d.textAs(d.keep) }

// textAs is text, with what makes it outlive the scanner's.
func (d *decoder) textAs(make func([]byte) string) (string, error) {
	if d.peek() == 'n' {
		return "", d.SkipValue()
	}
	if err := d.expect('"', "expected a string"); err != nil {
		return "", err
	}
	b, err := d.scanner.text()
	return make(b), err
}

// truth reads a boolean; null is false.
func (d *decoder) truth() (bool, error) {
	if c := d.peek(); c == 't' || c == 'f' || c == 'n' {
		_, err := d.scalar()
		return c == 't', err
	}
	return false, d.expect('t', "expected true or false")
}

// value reads any JSON value.
func (d *decoder) value() (model.Value, error) {
	switch d.peek() {
	case '{':
		from, item := len(d.members), len(d.items)
		err := d.object(func(name string) error {
			v, err := d.value()
			d.members, d.items = append(d.members, name), append(d.items, v)
			return err
		})
		return d.made(from, item), err
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
		b, err := d.scanner.text()
		return model.StringValue(d.keep(b)), err
	}
	b, err := d.scalar()
	if err != nil {
		return model.Value{}, err
	}
	switch b[0] {
	case 't', 'f':
		return model.BoolValue(b[0] == 't'), nil
	case 'n':
		return model.NullValue, nil
	}
	return model.NumberValue(d.keep(b)), nil
}

// made is the object of the members and items that were read last.
func (d *decoder) made(member, item int) model.Value {
	names, items := d.sorted(member, item)
	v := model.ObjectValue(d.shape(names), slices.Clone(items))
	d.members, d.items = d.members[:member], d.items[:item]
	return v
}

// sorted are the members and items that were read last, by their names.
func (d *decoder) sorted(member, item int) ([]string, []model.Value) {
	names, items := d.members[member:], d.items[item:]
	if !slices.IsSorted(names) { // Terraform sorts them; other writers may not, and it may not matter
		sort.Sort(&byName{names, items})
	}
	return names, items
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
	pointer string
	msg     string
}

func (e *shapeError) Error() string {
	return fmt.Sprintf("byte %d%s: %s", e.offset, within(e.pointer), e.msg)
}

func (d *decoder) errorf(format string, args ...any) error {
	return &shapeError{d.offset(), d.pointer(), fmt.Sprintf(format, args...)}
}

func within(pointer string) string {
	if pointer == "" {
		return ""
	}
	return ", in " + clip(pointer)
}

func clip(s string) string {
	if len(s) > 120 {
		return s[:60] + "..." + s[len(s)-57:]
	}
	return s
}

// kindName is what a value is called that begins with c, "" for none.
func kindName(c byte) string {
	switch c {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case 't', 'f':
		return "true or false"
	case 'n':
		return "null"
	}
	if c == '-' || '0' <= c && c <= '9' {
		return "a number"
	}
	return ""
}

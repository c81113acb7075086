package model

import (
	"strconv"
	"strings"
)

// State says what is known of a value. An absent attribute, an explicit null and a value that only apply will know are
// three different things, and no rule may take one for another.
type State uint8

// The states of a Value. The zero Value is absent.
const (
	Absent State = iota
	Null
	Unknown
	Known
)

// Kind is the shape of a known value.
type Kind uint8

// The shapes of known values. Sets and tuples are lists, maps are objects: JSON does not tell them apart.
const (
	NoKind Kind = iota
	Bool
	Number
	String
	List
	Object
	Choice // of an unknown value: it will be one of several known ones
)

// Value is a configuration value as far as the input tells it. It is immutable once built.
type Value struct {
	State     State
	Kind      Kind
	Sensitive bool
	text      string // String: itself; Number: its digits as written; Bool: true or false; Unknown: what it begins with
	parts     *parts // List and Object that are not empty; Unknown: the document that it encodes, its choices, what else is known of it, or nothing
}

// parts are what a value is made of. They stand apart because most values are leaves, and a plan has millions.
type parts struct {
	items []Value  // elements of a list, or values of an object's attributes
	names []string // of an object's attributes
}

func (v Value) items() []Value {
	if v.parts == nil {
		return nil
	}
	return v.parts.items
}

func (v Value) names() []string {
	if v.parts == nil {
		return nil
	}
	return v.parts.names
}

// UnknownValue is a value that only apply will know.
var UnknownValue = Value{State: Unknown}

// Hole stands in a text that is not known as a whole for each part that is not. It is for private use: no configuration
// has it.
const Hole = "\U000F0000"

// Around is what a text has before its first Hole and after its last one; ok is false where it has none.
func Around(text string) (before, after string, ok bool) {
	before, _, ok = strings.Cut(text, Hole)
	if !ok {
		return text, "", false
	}
	return before, text[strings.LastIndex(text, Hole)+len(Hole):], true
}

// UnknownText is a text of which only the beginning and the end are known: `arn:aws:s3:::${...}/*`. Where more of it is,
// whole is all of it with Holes, else "".
func UnknownText(prefix, ending, whole string) Value {
	v := Value{State: Unknown, text: prefix}
	if ending != "" || whole != "" {
		v.parts = &parts{names: []string{ending, whole}}
	}
	return v
}

// UnknownDocument is a text that encodes doc (JSON or YAML), not known because some leaf of doc is not.
func UnknownDocument(doc Value) Value {
	return Value{State: Unknown, parts: &parts{items: []Value{doc}}}
}

// UnknownOf is a value that will be one of choices: a condition decides that only apply will know.
func UnknownOf(choices []Value) Value {
	return Value{State: Unknown, Kind: Choice, parts: &parts{items: choices}}
}

// NullValue is an explicit null.
var NullValue = Value{State: Null}

// StringValue makes a known string.
func StringValue(s string) Value { return Value{State: Known, Kind: String, text: s} }

// NumberValue makes a known number from its digits.
func NumberValue(digits string) Value { return Value{State: Known, Kind: Number, text: digits} }

// BoolValue makes a known truth value.
func BoolValue(b bool) Value {
	return Value{State: Known, Kind: Bool, text: strconv.FormatBool(b)}
}

// ListValue makes a known list. It keeps items.
func ListValue(items []Value) Value {
	v := Value{State: Known, Kind: List}
	if len(items) > 0 {
		v.parts = &parts{items: items}
	}
	return v
}

// ObjectValue makes a known object. It keeps both slices, which are of one length.
func ObjectValue(names []string, items []Value) Value {
	v := Value{State: Known, Kind: Object}
	if len(items) > 0 {
		v.parts = &parts{items, names}
	}
	return v
}

// Draft is room for a known object that is good until the next one is made there: one that is only read to make another.
type Draft struct{ parts parts }

// Object is ObjectValue in the draft. It copies both slices.
func (d *Draft) Object(names []string, items []Value) Value {
	if len(items) == 0 {
		return ObjectValue(nil, nil)
	}
	d.parts.names, d.parts.items = append(d.parts.names[:0], names...), append(d.parts.items[:0], items...)
	return Value{State: Known, Kind: Object, parts: &d.parts}
}

// With is a list or object with other items in the place of its own. It keeps items, which are as many.
func (v Value) With(items []Value) Value {
	v.parts = &parts{items, v.names()}
	return v
}

// Plus is a known object with one attribute before its own, none of which may have the name.
func (v Value) Plus(name string, item Value) Value {
	names, items := []string{name}, []Value{item}
	for i := range v.Len() {
		names, items = append(names, v.Name(i)), append(items, v.Item(i))
	}
	return ObjectValue(names, items)
}

// Text is the string, number or truth value as text; ok is false for everything else, known or not.
func (v Value) Text() (s string, ok bool) {
	if v.State != Known || v.Kind == List || v.Kind == Object {
		return "", false
	}
	return v.text, true
}

// Prefix is what an unknown text is known to begin with, or "".
func (v Value) Prefix() string {
	if v.State != Unknown {
		return ""
	}
	return v.text
}

// Ending is what an unknown text is known to end with.
func (v Value) Ending() string {
	if v.State != Unknown || len(v.names()) == 0 {
		return ""
	}
	return v.names()[0]
}

// Parted is what is known of an unknown text, with a Hole for each part that is not, "" where nothing is. A document is
// written as JSON.
func (v Value) Parted() string {
	if doc, ok := v.Partly(); ok {
		return string(doc.appendParted(nil))
	}
	if names := v.names(); v.State == Unknown && len(names) > 1 && names[1] != "" {
		return names[1]
	}
	if v.Prefix() == "" && v.Ending() == "" {
		return ""
	}
	return v.Prefix() + Hole + v.Ending()
}

func (v Value) appendParted(b []byte) []byte {
	switch {
	case v.State == Unknown:
		parted := v.Parted()
		if parted == "" {
			parted = Hole
		}
		return appendQuoted(b, parted)
	case v.State != Known:
		return append(b, "null"...)
	case v.Kind == List || v.Kind == Object:
		open, end := byte('['), byte(']')
		if v.Kind == Object {
			open, end = '{', '}'
		}
		b = append(b, open)
		for i, item := range v.items() {
			if i > 0 {
				b = append(b, ',')
			}
			if v.Kind == Object {
				b = append(appendQuoted(b, v.names()[i]), ':')
			}
			b = item.appendParted(b)
		}
		return append(b, end)
	case v.Kind == String:
		return appendQuoted(b, v.text)
	}
	return append(b, v.text...)
}

// appendQuoted writes a text of JSON, in which Holes stay what they are.
func appendQuoted(b []byte, text string) []byte {
	b = append(b, '"')
	b = append(b, quoting.Replace(text)...)
	return append(b, '"')
}

var quoting = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`)

// Partly is the document that an unknown text encodes, with its known leaves; ok is false where nothing is known of it.
func (v Value) Partly() (doc Value, ok bool) {
	if v.State != Unknown || v.Kind == Choice || len(v.items()) == 0 {
		return Value{}, false
	}
	return v.items()[0], true
}

// Choices are the known values, nulls among them, of which an unknown value will be one; nil where they are not known.
func (v Value) Choices() []Value {
	if v.Kind != Choice {
		return nil
	}
	return v.items()
}

// True tells whether v is known to be true.
func (v Value) True() bool { return v.State == Known && v.Kind == Bool && v.text == "true" }

// Len is the number of elements of a list or attributes of an object.
func (v Value) Len() int {
	if v.State == Unknown {
		return 0
	}
	return len(v.items())
}

// Item is the i-th element of a list or attribute value of an object.
func (v Value) Item(i int) Value { return v.items()[i] }

// Name is the name of the i-th attribute of an object.
func (v Value) Name(i int) string { return v.names()[i] }

// Get is the attribute of an object, or an absent value. An unknown object has unknown attributes. The block that is a
// list of exactly one is looked through, because providers nest single blocks that way.
func (v Value) Get(name string) Value {
	switch {
	case v.State == Unknown:
		return UnknownValue
	case v.Kind == List && len(v.items()) == 1:
		return v.items()[0].Get(name)
	case v.Kind == Object:
		for i, n := range v.names() {
			if n == name {
				return v.items()[i]
			}
		}
	}
	return Value{}
}

// At follows names through nested objects and single blocks.
func (v Value) At(names ...string) Value {
	for _, n := range names {
		v = v.Get(n)
	}
	return v
}

// Items are the elements of a list; an object stands for a list of itself, since a single block may be written as either.
func (v Value) Items() []Value {
	switch v.Kind {
	case List:
		return v.items()
	case Object:
		return []Value{v}
	}
	return nil
}

// Strings are the known texts in a list, or the text itself, and whether any part is unknown.
func (v Value) Strings() (known []string, unknown bool) {
	if s, ok := v.Text(); ok {
		return []string{s}, false
	}
	if v.State == Unknown {
		return nil, true
	}
	if v.Kind == List {
		for _, item := range v.items() {
			k, u := item.Strings()
			known, unknown = append(known, k...), unknown || u
		}
	}
	return known, unknown
}

// Walk calls f for every leaf under v: every text, null and unknown; an empty list or object has none. path grows from the
// one that is given; block is the same path without indexes, the form in which tables name attributes. f must not keep
// path or block beyond the call other than as strings.
func (v Value) Walk(path Path, f func(Path, Value)) {
	if v.State != Known || v.Kind != List && v.Kind != Object {
		f(path, v)
		return
	}
	for i, item := range v.items() {
		if v.Kind == List {
			item.Walk(path.Index(i), f)
		} else {
			item.Walk(path.Attr(v.names()[i]), f)
		}
	}
}

// Leaf is the leaf at a path as Walk gives it, or an absent value. Map keys may hold dots, so that of several ways to
// read the path the first that leads to a leaf is taken.
func (v Value) Leaf(full string) Value {
	switch {
	case full == "":
		if v.Kind == List || v.Kind == Object {
			return Value{}
		}
		return v
	case v.State != Known:
		return Value{}
	case v.Kind == List:
		digits, rest, ok := strings.Cut(strings.TrimPrefix(full, "["), "]")
		i, err := strconv.Atoi(digits)
		if !ok || err != nil || full[0] != '[' || i < 0 || i >= len(v.items()) {
			return Value{}
		}
		return v.items()[i].Leaf(strings.TrimPrefix(rest, "."))
	case v.Kind == Object:
		for i, name := range v.names() {
			rest, ok := strings.CutPrefix(full, name)
			if !ok || rest != "" && rest[0] != '.' && rest[0] != '[' {
				continue
			}
			if found := v.items()[i].Leaf(strings.TrimPrefix(rest, ".")); found.State != Absent {
				return found
			}
		}
	}
	return Value{}
}

// Path is where a leaf is in a resource: Full as people read it, `rule[0].destination[0].bucket`, and Block as tables
// name it, `rule.destination.bucket`.
type Path struct {
	Full  string
	Block string
}

// Attr is the path of an attribute or map element under p.
func (p Path) Attr(name string) Path {
	if p.Full == "" {
		return Path{name, name}
	}
	return Path{p.Full + "." + name, p.Block + "." + name}
}

// Index is the path of a list element under p.
func (p Path) Index(i int) Path {
	return Path{p.Full + "[" + strconv.Itoa(i) + "]", p.Block}
}

// PathOf is the path that people read so. [*] is an element that is not known.
func PathOf(full string) Path {
	p := Path{full, full}
	for from := 0; ; {
		open := strings.IndexByte(p.Block[from:], '[')
		if open < 0 {
			return p
		}
		open += from
		digits, rest, ok := strings.Cut(p.Block[open+1:], "]")
		if _, err := strconv.Atoi(digits); !ok || err != nil && digits != "*" { // of the key of a map
			from = open + 1
			continue
		}
		p.Block, from = p.Block[:open]+rest, open
	}
}

package model

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/demarc-dev/demarc/analyzer/addr"
)

func object(pairs ...any) Value {
	var names []string
	var items []Value
	for i := 0; i < len(pairs); i += 2 {
		names, items = append(names, pairs[i].(string)), append(items, pairs[i+1].(Value))
	}
	return ObjectValue(names, items)
}

func list(items ...Value) Value { return ListValue(items) }

// TestText: texts, numbers and truth values have a text, everything else none, and none is taken for another.
func TestText(t *testing.T) {
	for _, c := range []struct {
		v    Value
		text string
		ok   bool
	}{
		{StringValue("x"), "x", true}, {StringValue(""), "", true}, {NumberValue("12345678901234567890"), "12345678901234567890", true},
		{BoolValue(true), "true", true}, {BoolValue(false), "false", true},
		{Value{}, "", false}, {NullValue, "", false}, {UnknownValue, "", false}, {list(StringValue("x")), "", false}, {object("a", StringValue("x")), "", false},
	} {
		if text, ok := c.v.Text(); text != c.text || ok != c.ok {
			t.Errorf("%+v: %q, %t", c.v, text, ok)
		}
	}
	for _, v := range []Value{{}, NullValue, UnknownValue, BoolValue(false), StringValue("true"), list(BoolValue(true))} {
		if v.True() {
			t.Errorf("%+v is true", v)
		}
	}
	if !BoolValue(true).True() {
		t.Error("true is not true")
	}
	if (Value{}).State != Absent {
		t.Error("the zero Value is not absent")
	}
}

// TestGet: attributes are found through single blocks, and what is unknown has unknown attributes.
func TestGet(t *testing.T) {
	block := object("bucket", StringValue("b"), "size", NullValue, "key", UnknownValue)
	for _, c := range []struct {
		name string
		v    Value
		at   string
		want Value
	}{
		{"an attribute", block, "bucket", StringValue("b")},
		{"a null", block, "size", NullValue},
		{"an unknown", block, "key", UnknownValue},
		{"none", block, "nothing", Value{}},
		{"a single block", list(block), "bucket", StringValue("b")},
		{"a single block in another", object("rule", list(object("destination", list(block)))), "rule.destination.bucket", StringValue("b")},
		{"two blocks", list(block, block), "bucket", Value{}},
		{"no block", list(), "bucket", Value{}},
		{"a block that is unknown", list(UnknownValue), "bucket", UnknownValue},
		{"an unknown object", UnknownValue, "bucket", UnknownValue},
		{"under an unknown attribute", block, "key.deeper.still", UnknownValue},
		{"a null object", NullValue, "bucket", Value{}},
		{"an absent one", Value{}, "bucket.x", Value{}},
		{"a text", StringValue("b"), "bucket", Value{}},
	} {
		got := c.v.At(strings.Split(c.at, ".")...)
		a, okA := got.Text()
		b, okB := c.want.Text()
		if got.State != c.want.State || got.Kind != c.want.Kind || a != b || okA != okB {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// TestStrings: every known text of a list, and whether there is more that is not known.
func TestStrings(t *testing.T) {
	for _, c := range []struct {
		v       Value
		known   string
		unknown bool
	}{
		{StringValue("a"), "a", false},
		{list(StringValue("a"), StringValue("b")), "a b", false},
		{list(StringValue("a"), UnknownValue, StringValue("b")), "a b", true},
		{list(list(StringValue("a")), list(UnknownValue)), "a", true},
		{list(NullValue, Value{}), "", false},
		{UnknownValue, "", true},
		{NullValue, "", false},
		{object("a", StringValue("x")), "", false},
		{list(), "", false},
	} {
		if known, unknown := c.v.Strings(); strings.Join(known, " ") != c.known || unknown != c.unknown {
			t.Errorf("%+v: %q, %t", c.v, known, unknown)
		}
	}
}

func TestItems(t *testing.T) {
	if got := list(StringValue("a"), NullValue).Items(); len(got) != 2 {
		t.Errorf("a list has %d items", len(got))
	}
	if got := object("a", StringValue("x")).Items(); len(got) != 1 || got[0].Kind != Object {
		t.Errorf("an object stands for %d items", len(got))
	}
	for _, v := range []Value{{}, NullValue, UnknownValue, StringValue("x")} {
		if got := v.Items(); got != nil {
			t.Errorf("%+v has items", v)
		}
	}
}

// TestWalk: every leaf once, by the path that people read and by the one that tables name.
func TestWalk(t *testing.T) {
	v := object("a", StringValue("x"), "rule", list(
		object("destination", list(object("bucket", StringValue("b"), "empty", list()))),
		object("destination", list(object("bucket", UnknownValue))),
	), "tags", object("Name", NullValue, "x.y", StringValue("z")), "list", list(StringValue("p"), StringValue("q")), "none", object())
	var got []string
	v.Walk(Path{}, func(p Path, v Value) {
		text, _ := v.Text()
		got = append(got, fmt.Sprintf("%s|%s|%d|%s", p.Full, p.Block, v.State, text))
	})
	want := []string{
		"a|a|3|x",
		"rule[0].destination[0].bucket|rule.destination.bucket|3|b",
		"rule[1].destination[0].bucket|rule.destination.bucket|2|",
		"tags.Name|tags.Name|1|",
		"tags.x.y|tags.x.y|3|z",
		"list[0]|list|3|p",
		"list[1]|list|3|q",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	got = nil
	UnknownValue.Walk(Path{Full: "a[0]", Block: "a"}.Attr("b").Index(3), func(p Path, _ Value) { got = append(got, p.Full, p.Block) })
	if !slices.Equal(got, []string{"a[0].b[3]", "a.b"}) {
		t.Errorf("the path does not grow from the given one: %q", got)
	}
}

// TestArgs: arguments by path, those of several blocks as one, and what encloses a path where it is given as a whole.
func TestArgs(t *testing.T) {
	a, b := Origin{Type: "aws_vpc", Name: "a"}, Origin{Type: "aws_vpc", Name: "b"}
	args := NewArgs([]Arg{
		{Block: "rule.to", Origins: []Origin{a}, Opaque: []string{"local.x"}},
		{Block: "name", Constant: StringValue("n")},
		{Block: "rule.to", Origins: []Origin{b}},
		{Block: "tags", Opaque: []string{"local.tags"}},
	}, &Arg{Opaque: []string{"local.each"}})
	if got := args.Arg("rule.to"); !got.Several || len(got.Origins) != 2 || !slices.Equal(got.Opaque, []string{"local.x"}) {
		t.Errorf("rule.to is %+v", got)
	}
	if got := args.Arg("name"); got.Several || got.Constant.State != Known {
		t.Errorf("name is %+v", got)
	}
	for path, want := range map[string]string{"tags.Name": "tags", "tags.a.b.c": "tags", "rule.to.x": "rule.to", "rule": "", "rule.from": "", "nam": "", "": ""} {
		got := ""
		if g := args.Arg(path); g != nil {
			got = g.Block
		}
		if got != want {
			t.Errorf("%q is answered by %q, want %q", path, got, want)
		}
	}
	var order []string
	for _, g := range args.All() {
		order = append(order, g.Block)
	}
	if !slices.Equal(order, []string{"rule.to", "name", "tags"}) {
		t.Errorf("the order is %q", order)
	}
	var none *Args
	if none.Arg("x") != nil || none.All() != nil {
		t.Error("no configuration has arguments")
	}
	if whole := NewArgs([]Arg{{Block: ""}}, nil); whole.Arg("") == nil || whole.Arg("a.b") != nil {
		t.Error("the whole of an output is not under the empty path alone")
	}
}

// TestOrigin: where an origin is, seen from an instance; and when two are one.
func TestOrigin(t *testing.T) {
	at := func(s string) addr.Module {
		m, err := addr.ParseModule(s)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	from := at(`module.a["x"].module.b[1]`)
	for _, c := range []struct {
		shared     int
		down, want string
	}{
		{0, "", ""}, {1, "", `module.a["x"]`}, {2, "", `module.a["x"].module.b[1]`},
		{0, "module.c", "module.c"}, {1, `module.c["k"].module.d`, `module.a["x"].module.c["k"].module.d`}, {3, "module.c", "module.c"},
	} {
		o := Origin{Shared: c.shared, Down: at(c.down)}
		if got := o.Module(from).String(); got != c.want {
			t.Errorf("%d shared, then %q: %q, want %q", c.shared, c.down, got, c.want)
		}
	}
	if from.String() != `module.a["x"].module.b[1]` {
		t.Errorf("the referrer's module has become %s", from)
	}
	o := Origin{Shared: 1, Down: at("module.c"), Type: "t", Name: "n", Key: addr.Key{Kind: addr.IntKey}, Attr: "id", Exact: true, Via: []string{"x"}}
	same := o
	same.Exact, same.Via, same.ByKey = false, nil, true // how it was found does not matter
	if !o.Same(same) {
		t.Error("an origin is not the same as itself")
	}
	for name, change := range map[string]func(*Origin){
		"shared": func(o *Origin) { o.Shared = 0 }, "down": func(o *Origin) { o.Down = at("module.d") }, "deeper": func(o *Origin) { o.Down = at("module.c.module.d") },
		"mode": func(o *Origin) { o.Mode = addr.Data }, "type": func(o *Origin) { o.Type = "u" }, "name": func(o *Origin) { o.Name = "m" },
		"key": func(o *Origin) { o.Key.Int = 1 }, "attribute": func(o *Origin) { o.Attr = "arn" }, "output": func(o *Origin) { o.Output = "v" },
	} {
		other := o
		change(&other)
		if o.Same(other) || other.Same(o) {
			t.Errorf("another %s is taken for the same", name)
		}
	}
}

func TestActions(t *testing.T) {
	for a := NoOp; a <= Other; a++ {
		if gone := a == Delete || a == Forget; a.Stays() == gone || a.String() == "" {
			t.Errorf("%s: stays is %t", a, a.Stays())
		}
	}
}

func TestProviderLabel(t *testing.T) {
	for want, p := range map[string]Provider{
		"provider aws":       {Name: "aws"},
		"provider aws.china": {Name: "aws", Alias: "china"},
		"provider aws.x in module.legacy.module.b": {Name: "aws", Alias: "x", Module: addr.Module{{Name: "legacy"}, {Name: "b"}}},
	} {
		if got := p.Label(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// Leaf finds whatever Walk finds, map keys with dots and brackets included.
func TestLeaf(t *testing.T) {
	v := ObjectValue([]string{"a", "a.b", "rule"}, []Value{
		ObjectValue([]string{"b.c", "x[0]"}, []Value{StringValue("1"), StringValue("2")}),
		ObjectValue([]string{"d"}, []Value{StringValue("3")}),
		ListValue([]Value{UnknownValue, ObjectValue([]string{"to"}, []Value{ListValue([]Value{StringValue("4")})})}),
	})
	n := 0
	v.Walk(Path{}, func(p Path, want Value) {
		n++
		got := v.Leaf(p.Full)
		a, _ := got.Text()
		b, _ := want.Text()
		if got.State != want.State || a != b {
			t.Errorf("%s: %v %q, want %v %q", p.Full, got.State, a, want.State, b)
		}
	})
	if n != 5 {
		t.Errorf("%d leaves", n)
	}
	for _, none := range []string{"", "b", "a", "rule", "rule[2]", "rule[x]", "rule[1].to", "rule[1].to[0].x", "a.b.c.d"} {
		if got := v.Leaf(none); got.State != Absent {
			t.Errorf("%q: %v", none, got)
		}
	}
}

// TestParted: what is known of a text that is not known, as it stands or as the document that it encodes.
func TestParted(t *testing.T) {
	hole := Hole
	leaf := UnknownText("a/", "", "a/"+hole+"/b\"c")
	doc := ObjectValue([]string{"k\n", "l", "n", "o"}, []Value{leaf, ListValue([]Value{UnknownValue, NumberValue("1"), BoolValue(true)}),
		NullValue, UnknownDocument(ListValue([]Value{StringValue("x")}))})
	for want, v := range map[string]Value{
		"":                    UnknownValue,
		"a" + hole:            UnknownText("a", "", ""),
		"a" + hole + "z":      UnknownText("a", "z", ""),
		"a/" + hole + "/b\"c": leaf,
		`{"k\n":"a/` + hole + `/b\"c","l":["` + hole + `",1,true],"n":null,"o":"[\"x\"]"}`: UnknownDocument(doc),
	} {
		if got := v.Parted(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

package load

import (
	"fmt"
	"strings"
	"testing"

	"github.com/demarc-dev/demarc/analyzer/limit"
	"github.com/demarc-dev/demarc/analyzer/model"
)

// value reads one JSON value.
func value(t testing.TB, text string) model.Value {
	t.Helper()
	if text == "" {
		return model.Value{}
	}
	v, err := newDecoder(strings.NewReader(text), limit.Set{}).value()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// written writes a value such that nothing of it is lost: `?` is unknown, `-` is absent, `!` marks what is sensitive.
func written(v model.Value) string {
	mark := ""
	if v.Sensitive {
		mark = "!"
	}
	switch v.State {
	case model.Absent:
		return mark + "-"
	case model.Null:
		return mark + "null"
	case model.Unknown:
		return mark + "?"
	}
	var parts []string
	switch v.Kind {
	case model.List:
		for i := range v.Len() {
			parts = append(parts, written(v.Item(i)))
		}
		return mark + "[" + strings.Join(parts, " ") + "]"
	case model.Object:
		for i := range v.Len() {
			parts = append(parts, v.Name(i)+":"+written(v.Item(i)))
		}
		return mark + "{" + strings.Join(parts, " ") + "}"
	}
	s, _ := v.Text()
	if v.Kind == model.String {
		s = `"` + s + `"`
	}
	return mark + s
}

// TestOverlay: a planned value and its two shadows make one value, in every form that Terraform writes them.
func TestOverlay(t *testing.T) {
	for _, c := range []struct{ name, after, unknown, sensitive, want string }{
		{"nothing unknown", `{"a":"x"}`, `{}`, `{}`, `{a:"x"}`},
		{"nothing unknown, in one word", `"x"`, `false`, `false`, `"x"`},
		{"no shadows", `{"a":"x"}`, ``, ``, `{a:"x"}`},
		{"all unknown", ``, `true`, `false`, `?`},
		{"null and unknown", `null`, `true`, `false`, `?`},
		{"null", `{"a":null}`, `{"a":false}`, `{}`, `{a:null}`},
		{"an attribute that is left out", `{"a":"x"}`, `{"b":true}`, `{}`, `{a:"x" b:?}`},
		{"an attribute that is null", `{"a":null}`, `{"a":true}`, `{}`, `{a:?}`},
		{"null elements of a set", `["a",null]`, `[false,true]`, `[false,false]`, `["a" ?]`},
		{"null elements that are null", `["a",null]`, `[false,false]`, ``, `["a" null]`},
		{"a list that is left out", `{}`, `{"l":[true,false]}`, `{}`, `{l:[? -]}`},
		{"a block of unknown attributes", `{"replica":[{}]}`, `{"replica":[{"region_name":true}]}`, `{"replica":[{}]}`, `{replica:[{region_name:?}]}`},
		{"a subtree that is unknown", `{"a":{"x":"1"}}`, `{"a":true,"egress":true}`, `{}`, `{a:? egress:?}`},
		{"an object left out, part of it unknown", `{}`, `{"a":{"b":{"c":true,"d":false}}}`, `{}`, `{a:{b:{c:?}}}`},
		{"an object left out, nothing of it unknown", `{}`, `{"a":{"b":{"c":false}}}`, `{}`, `{}`},
		{"empty shadows of a list of blocks", `{"l":[{"x":"1"},{"x":"2"}]}`, `{"l":[{},{}]}`, `{"l":[{},{}]}`, `{l:[{x:"1"} {x:"2"}]}`},
		{"unknown at depth", `{"l":[{"x":"1","y":null},null]}`, `{"l":[{"y":true},true]}`, `{}`, `{l:[{x:"1" y:?} ?]}`},
		{"sensitive", `{"a":"x","b":"y"}`, `{}`, `{"a":true}`, `{a:!"x" b:"y"}`},
		{"sensitive at depth", `{"l":[{"x":{"k":"1","m":"2"}}]}`, `{}`, `{"l":[{"x":{"k":true}}]}`, `{l:[{x:{k:!"1" m:"2"}}]}`},
		{"sensitive as a whole", `{"a":{"k":"1"}}`, `{}`, `{"a":true}`, `{a:!{k:!"1"}}`},
		{"sensitive list", `["a",["b"]]`, `false`, `true`, `![!"a" ![!"b"]]`},
		{"sensitive and unknown", `{}`, `{"a":true}`, `{"a":true}`, `{a:!?}`},
		{"sensitive elements", `["a","b"]`, `[false,false]`, `[false,true]`, `["a" !"b"]`},
		{"shadows of other shapes than the value", `["a","b"]`, `[false,true]`, `{}`, `["a" ?]`},
		{"a list with the shadow of an object", `["a"]`, `{"x":true,"y":true}`, `{}`, `["a"]`},
		{"an unknown shadow of another shape", `{"a":"x"}`, `[true]`, `{}`, `{a:"x"}`},
		{"a text with the shadow of an object", `"x"`, `{"a":false}`, `{}`, `"x"`},
		{"longer shadows", `["a"]`, `[false,true,true]`, `[]`, `["a" ? ?]`},
		{"shorter shadows", `["a","b"]`, `[true]`, `[]`, `[? "b"]`},
		{"a number, exact", `12345678901234567890.10`, `false`, `true`, `!12345678901234567890.10`},
	} {
		if got := written(newDecoder(nil, limit.Set{}).overlay(value(t, c.after), value(t, c.unknown), value(t, c.sensitive), model.Value{})); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

// TestOverlayOfLargeObjects: the same for an object that is large enough to be indexed.
func TestOverlayOfLargeObjects(t *testing.T) {
	var after, unknown, sensitive []string
	for i := range 100 {
		name := fmt.Sprintf(`"k%d":`, i)
		switch i % 3 {
		case 0:
			after = append(after, name+`"x"`)
		case 1:
			unknown = append(unknown, name+`true`)
		default:
			after, sensitive = append(after, name+`"x"`), append(sensitive, name+`true`)
		}
	}
	object := func(members []string) model.Value { return value(t, "{"+strings.Join(members, ",")+"}") }
	v := newDecoder(nil, limit.Set{}).overlay(object(after), object(unknown), object(sensitive), model.Value{})
	for i := range 100 {
		want := []string{`"x"`, `?`, `!"x"`}[i%3]
		if got := written(v.Get(fmt.Sprintf("k%d", i))); got != want {
			t.Errorf("k%d is %s, want %s", i, got, want)
		}
	}
	if v.Len() != 100 {
		t.Errorf("%d members", v.Len())
	}
}

// TestGoing: what a plan deletes or forgets is described by what it was, everything else by what it will be.
func TestGoing(t *testing.T) {
	for actions, want := range map[string]struct {
		action model.Action
		values string
	}{
		`["no-op"]`: {model.NoOp, "after"}, `["create"]`: {model.Create, "after"}, `["read"]`: {model.Read, "after"}, `["update"]`: {model.Update, "after"},
		`["delete","create"]`: {model.Replace, "after"}, `["create","delete"]`: {model.Replace, "after"},
		`["forget","create"]`: {model.Replace, "after"}, `["create","forget"]`: {model.Replace, "after"},
		`["delete"]`: {model.Delete, "before"}, `["forget"]`: {model.Forget, "before"}, `["shelve"]`: {model.Other, "after"}, `["delete","shelve"]`: {model.Other, "after"}, `[]`: {model.NoOp, "after"},
	} {
		parts := []string{`"actions":` + actions, `"before":{"v":"before"}`, `"after":{"v":"after"}`, `"after_unknown":{"u":true}`, `"before_sensitive":{"v":true}`, `"after_sensitive":false`}
		for range 2 {
			s := read(t, oneChange(`"address":"aws_vpc.v","change":{`+strings.Join(parts, ",")+`}`))
			r := s.Resources[0]
			if got, _ := r.Values.Get("v").Text(); got != want.values || r.Action != want.action {
				t.Errorf("%s: %s with %s", actions, r.Action, written(r.Values))
			}
			if gone := want.values == "before"; r.Values.Get("v").Sensitive != gone || (r.Values.Get("u").State == model.Unknown) == gone {
				t.Errorf("%s: %s", actions, written(r.Values))
			}
			if noted := strings.Contains(strings.Join(s.Notes, ";"), `"shelve" is not known`); noted != (want.action == model.Other) {
				t.Errorf("%s: notes %q", actions, s.Notes)
			}
			for i, j := 0, len(parts)-1; i < j; i, j = i+1, j-1 { // and once more in the other order
				parts[i], parts[j] = parts[j], parts[i]
			}
		}
	}
}

package report_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/demarc-dev/demarc/analyzer/report"
)

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(report.Schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func parsed(t *testing.T, doc string) any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(doc))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestJSONSchema(t *testing.T) {
	schema := schema(t)
	for _, s := range samples() {
		if err := schema.Validate(parsed(t, printed(t, s, "json"))); err != nil {
			t.Errorf("%s: %v", s.name, err)
		}
	}
}

// The schema describes everything that is printed and nothing is optional: a member more or less, anywhere, fails. So a
// change of the printer fails until the schema says the same.
func TestJSONSchemaIsStrict(t *testing.T) {
	schema := schema(t)
	for _, s := range []sample{first(), estate()} {
		doc := parsed(t, printed(t, s, "json"))
		objects := 0
		var walk func(path string, v any)
		walk = func(path string, v any) {
			switch v := v.(type) {
			case []any:
				for i, item := range v {
					walk(fmt.Sprintf("%s[%d]", path, i), item)
				}
			case map[string]any:
				objects++
				v["surplus"] = "x"
				if schema.Validate(doc) == nil {
					t.Errorf("%s%s: one member more passes", s.name, path)
				}
				delete(v, "surplus")
				for name, member := range v {
					delete(v, name)
					if schema.Validate(doc) == nil {
						t.Errorf("%s%s: passes without %s", s.name, path, name)
					}
					v[name] = member
				}
				for name, member := range v {
					walk(path+"."+name, member)
				}
			}
		}
		walk("", doc)
		if objects < 20 {
			t.Errorf("%s: only %d objects were tried", s.name, objects)
		}
	}
}

// A list of nothing is a list, and what is null is a place or a suppression.
func TestJSONNull(t *testing.T) {
	for _, s := range samples() {
		for line := range strings.Lines(printed(t, s, "json")) {
			if strings.Contains(line, ": null") && !strings.Contains(line, `"location"`) && !strings.Contains(line, `"suppressed"`) {
				t.Errorf("%s: %s", s.name, line)
			}
		}
	}
}

// What is escaped on the way out is the same text to whoever parses it.
func TestJSONKeepsNames(t *testing.T) {
	doc := parsed(t, printed(t, hostile(), "json")).(map[string]any)
	got := doc["findings"].([]any)[0].(map[string]any)["address"]
	if want := "::error::" + strings.ToValidUTF8(nasty, "\ufffd"); got != want {
		t.Errorf("address %q, want %q", got, want)
	}
	if out := printed(t, hostile(), "json"); !strings.Contains(out, "<script>") {
		t.Error("HTML is escaped; a browser that shows JSON as HTML is not what it is for, and people read it")
	}
}

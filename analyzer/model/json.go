package model

import (
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strings"
)

// maxNested bounds the documents that are read from texts.
const maxNested = 64

// Document reads a text that is a JSON object or list. ok is false for every other text.
func Document(text string) (doc Value, ok bool) {
	if text = strings.TrimSpace(text); text == "" || text[0] != '{' && text[0] != '[' {
		return Value{}, false
	}
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return Value{}, false
	}
	if _, err := dec.Token(); err != io.EOF {
		return Value{}, false
	}
	return valueOf(v, 0)
}

func valueOf(v any, depth int) (Value, bool) {
	if depth > maxNested {
		return Value{}, false
	}
	switch v := v.(type) {
	case string:
		return StringValue(v), true
	case json.Number:
		return NumberValue(v.String()), true
	case bool:
		return BoolValue(v), true
	case []any:
		items := make([]Value, len(v))
		for i := range v {
			item, ok := valueOf(v[i], depth+1)
			if !ok {
				return Value{}, false
			}
			items[i] = item
		}
		return ListValue(items), true
	case map[string]any:
		names := slices.Sorted(maps.Keys(v))
		items := make([]Value, len(names))
		for i, name := range names {
			item, ok := valueOf(v[name], depth+1)
			if !ok {
				return Value{}, false
			}
			items[i] = item
		}
		return ObjectValue(names, items), true
	}
	return NullValue, true
}

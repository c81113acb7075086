package facts

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/model"
)

// What is not known stands as an object with members of these names. Nothing else in facts has such a name.
const (
	unknownMember  = marked + "unknown"  // what a text begins with, or ""
	endingMember   = marked + "ending"   // and what it ends with
	partedMember   = marked + "parted"   // and all that is known of it, with holes
	choicesMember  = marked + "choices"  // the values of which it will be one
	documentMember = marked + "document" // the document that a text encodes, whose leaves are not all known
)

// appendValue writes a value as JSON.
func appendValue(b []byte, v model.Value) []byte {
	switch {
	case v.State == model.Unknown:
		if choices := v.Choices(); choices != nil {
			b = append(b, `{"`+choicesMember+`":`...)
			return append(appendValue(b, model.ListValue(choices)), '}')
		}
		if doc, ok := v.Partly(); ok {
			b = append(b, `{"`+documentMember+`":`...)
			return append(appendValue(b, doc), '}')
		}
		b = append(b, `{"`+unknownMember+`":`...)
		b = appendText(b, v.Prefix())
		if v.Ending() != "" {
			b = append(b, `,"`+endingMember+`":`...)
			b = appendText(b, v.Ending())
		}
		if parted := v.Parted(); parted != "" && parted != v.Prefix()+model.Hole+v.Ending() {
			b = append(b, `,"`+partedMember+`":`...)
			b = appendText(b, parted)
		}
		return append(b, '}')
	case v.State != model.Known:
		return append(b, "null"...)
	case v.Kind == model.List:
		b = append(b, '[')
		for i := range v.Len() {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendValue(b, v.Item(i))
		}
		return append(b, ']')
	case v.Kind == model.Object:
		b = append(b, '{')
		for i := range v.Len() {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendText(b, v.Name(i)), ':')
			b = appendValue(b, v.Item(i))
		}
		return append(b, '}')
	}
	text, _ := v.Text()
	if v.Kind == model.String {
		return appendText(b, text)
	}
	return append(b, text...)
}

func appendText(b []byte, text string) []byte {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(text) // a text always encodes
	return append(b, bytes.TrimRight(out.Bytes(), "\n")...)
}

// deepest bounds the nesting of values; Terraform's own do not come near.
const deepest = 200

var errDeep = errors.New("values are nested too deep")

// parseValue reads what appendValue writes.
func parseValue(raw []byte) (model.Value, error) {
	if len(raw) == 0 {
		return model.Value{}, nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	v, err := readValue(d, 0)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return v, err
}

func readValue(d *json.Decoder, depth int) (model.Value, error) {
	if depth > deepest {
		return model.Value{}, errDeep
	}
	t, err := d.Token()
	if err != nil {
		return model.Value{}, err
	}
	switch t := t.(type) {
	case string:
		return model.StringValue(t), nil
	case json.Number:
		return model.NumberValue(t.String()), nil
	case bool:
		return model.BoolValue(t), nil
	case json.Delim:
		var names []string
		var items []model.Value
		for d.More() {
			if t == '{' {
				name, err := d.Token()
				if err != nil {
					return model.Value{}, err
				}
				names = append(names, name.(string)) // names of members are texts
			}
			item, err := readValue(d, depth+1)
			if err != nil {
				return model.Value{}, err
			}
			items = append(items, item)
		}
		if _, err := d.Token(); err != nil {
			return model.Value{}, err
		}
		if t == '[' {
			return model.ListValue(items), nil
		}
		return object(names, items), nil
	}
	return model.NullValue, nil
}

func object(names []string, items []model.Value) model.Value {
	if len(names) == 0 || !strings.HasPrefix(names[0], marked) {
		return model.ObjectValue(names, items)
	}
	if names[0] == documentMember {
		return model.UnknownDocument(items[0])
	}
	if names[0] == choicesMember {
		return model.UnknownOf(items[0].Items())
	}
	told := map[string]string{}
	for i, name := range names {
		told[name], _ = items[i].Text()
	}
	return model.UnknownText(told[unknownMember], told[endingMember], told[partedMember])
}

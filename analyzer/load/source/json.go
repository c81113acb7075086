package source

import (
	"bytes"
	"errors"
	"fmt"
	"sort"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// The JSON syntax is read into the same bodies and expressions as the native one. Without a provider's schema a nested
// block cannot be told from an argument that holds an object; both give the same value, so that it does not matter.

// node is a JSON value with its place.
type node struct {
	kind    jsontext.Kind
	text    string
	members []member
	items   []node
	at      hcl.Range
}

type member struct {
	name  string
	at    hcl.Range
	value node
}

type jsonReader struct {
	d     *jsontext.Decoder
	src   []byte
	file  string
	lines []int // where lines begin
}

// parseJSON reads a *.tf.json file.
func parseJSON(src []byte, file string) ([]*block, *hcl.Diagnostic) {
	root, r, d := readJSON(src, file)
	if d != nil {
		return nil, d
	}
	var out []*block
	err := root.each(func(m member) error {
		labels := 0
		switch m.name {
		case "resource", "data", "ephemeral":
			labels = 2
		case "module", "variable", "output", "provider", "check":
			labels = 1
		case "locals", "terraform", "moved":
		default:
			return nil // comments, and kinds that nobody reads
		}
		return m.value.descend(labels, nil, m.at, func(n node, labels []string, at hcl.Range) error {
			b, err := r.body(n, m.name)
			out = append(out, &block{m.name, labels, b, at})
			return err
		})
	})
	if err != nil {
		return nil, diagnostic(err, file)
	}
	return out, nil
}

// parseJSONBody reads a JSON file of variables: its members are values, not expressions.
func parseJSONBody(src []byte, file string) (*body, *hcl.Diagnostic) {
	root, _, d := readJSON(src, file)
	if d != nil {
		return nil, d
	}
	b := &body{}
	err := root.each(func(m member) error {
		v, err := m.value.value()
		b.attrs = append(b.attrs, &attr{m.name, &hclsyntax.LiteralValueExpr{Val: v, SrcRange: m.value.at}, m.at})
		return err
	})
	if err != nil {
		return nil, diagnostic(err, file)
	}
	return b, nil
}

// placed is an error with its place.
type placed struct {
	at  hcl.Range
	err string
}

func (p *placed) Error() string { return p.err }

func diagnostic(err error, file string) *hcl.Diagnostic {
	var p *placed
	if errors.As(err, &p) {
		return refusal(p.at, p.err)
	}
	return refusal(hcl.Range{Filename: file, Start: hcl.InitialPos, End: hcl.InitialPos}, err.Error())
}

func readJSON(src []byte, file string) (node, *jsonReader, *hcl.Diagnostic) {
	r := &jsonReader{d: jsontext.NewDecoder(bytes.NewReader(src)), src: src, file: file, lines: []int{0}}
	for i, c := range src {
		if c == '\n' {
			r.lines = append(r.lines, i+1)
		}
	}
	n, err := r.node(0)
	if err == nil && n.kind != '{' && n.kind != '[' {
		err = &placed{n.at, "a configuration is an object"}
	}
	if err == nil {
		if _, more := r.d.ReadToken(); more == nil {
			err = errors.New("something follows the configuration")
		}
	}
	if err != nil {
		var s *jsontext.SyntacticError
		if errors.As(err, &s) {
			at := r.pos(int(s.ByteOffset))
			return node{}, nil, refusal(hcl.Range{Filename: file, Start: at, End: at}, s.Err.Error())
		}
		return node{}, nil, diagnostic(err, file)
	}
	return n, r, nil
}

func (r *jsonReader) pos(offset int) hcl.Pos {
	offset = min(offset, len(r.src))
	line := sort.SearchInts(r.lines, offset+1)
	return hcl.Pos{Line: line, Column: offset - r.lines[line-1] + 1, Byte: offset}
}

// next is where the next token begins.
func (r *jsonReader) next() int {
	i := int(r.d.InputOffset())
	for i < len(r.src) && strings.IndexByte(" \t\r\n,:", r.src[i]) >= 0 {
		i++
	}
	return i
}

func (r *jsonReader) node(depth int) (n node, err error) {
	start := r.next()
	n.at = hcl.Range{Filename: r.file, Start: r.pos(start)}
	if depth > maxDepth {
		return n, &placed{n.at, fmt.Sprintf("is nested more than %d deep", maxDepth)}
	}
	t, err := r.d.ReadToken()
	if err != nil {
		return n, err
	}
	switch n.kind = t.Kind(); n.kind {
	case '{':
		for r.d.PeekKind() != '}' {
			m := member{at: hcl.Range{Filename: r.file, Start: r.pos(r.next())}}
			name, err := r.d.ReadToken()
			if err != nil {
				return n, err
			}
			m.name = name.String()
			if m.value, err = r.node(depth + 1); err != nil {
				return n, err
			}
			m.at.End = m.value.at.End
			n.members = append(n.members, m)
		}
		_, err = r.d.ReadToken()
	case '[':
		for r.d.PeekKind() != ']' {
			item, err := r.node(depth + 1)
			if err != nil {
				return n, err
			}
			n.items = append(n.items, item)
		}
		_, err = r.d.ReadToken()
	default:
		n.text = t.String()
	}
	n.at.End = r.pos(int(r.d.InputOffset()))
	return n, err
}

// each calls f for the members of an object, or of each object in a list.
func (n node) each(f func(member) error) error {
	for _, i := range n.items {
		if i.kind != '{' {
			return &placed{i.at, "an object is expected here"}
		}
		if err := i.each(f); err != nil {
			return err
		}
	}
	for _, m := range n.members {
		if m.name == "//" {
			continue
		}
		if err := f(m); err != nil {
			return err
		}
	}
	return nil
}

// descend follows the labels of blocks down to their bodies.
func (n node) descend(labels int, above []string, at hcl.Range, f func(node, []string, hcl.Range) error) error {
	if n.kind == '[' {
		for _, i := range n.items {
			if err := i.descend(labels, above, i.at, f); err != nil {
				return err
			}
		}
		return nil
	}
	if n.kind != '{' {
		if n.kind == 'n' {
			return nil
		}
		return &placed{n.at, "an object is expected here"}
	}
	if labels == 0 {
		return f(n, above, at)
	}
	return n.each(func(m member) error {
		return m.value.descend(labels-1, append(above[:len(above):len(above)], m.name), m.at, f)
	})
}

// nested are the blocks that are read as such, by the block that holds them, with how many labels they have.
var nested = map[string]map[string]int{
	"resource":   {"dynamic": 1, "lifecycle": 0, "provisioner": 1, "connection": 0},
	"data":       {"dynamic": 1, "lifecycle": 0},
	"ephemeral":  {"dynamic": 1, "lifecycle": 0},
	"provider":   {"dynamic": 1},
	"module":     {"lifecycle": 0},
	"content":    {"dynamic": 1},
	"dynamic":    {"content": 0},
	"terraform":  {"required_providers": 0, "backend": 1, "cloud": 0, "provider_meta": 1, "encryption": 0},
	"encryption": {"key_provider": 2, "method": 2, "state": 0, "plan": 0, "remote_state_data_sources": 0},
	"check":      {"data": 2},
}

func (r *jsonReader) body(n node, kind string) (*body, error) {
	b := &body{}
	err := n.each(func(m member) error {
		if labels, ok := nested[kind][m.name]; ok {
			return m.value.descend(labels, nil, m.at, func(n node, labels []string, at hcl.Range) error {
				inner, err := r.body(n, m.name)
				b.blocks = append(b.blocks, &block{m.name, labels, inner, at})
				return err
			})
		}
		if _, blocks := nested[kind]["dynamic"]; blocks && m.value.holdsDynamic() {
			return m.value.descend(0, nil, m.at, func(n node, _ []string, at hcl.Range) error {
				inner, err := r.body(n, "content")
				b.blocks = append(b.blocks, &block{m.name, nil, inner, at})
				return err
			})
		}
		x, err := r.expr(m.value)
		b.attrs = append(b.attrs, &attr{m.name, x, m.at})
		return err
	})
	return b, err
}

// holdsDynamic tells an object, or a list of them, that can only be a block: one in it, or in that again, is dynamic.
func (n node) holdsDynamic() bool {
	for _, item := range n.items {
		if item.holdsDynamic() {
			return true
		}
	}
	for _, m := range n.members {
		if m.name == "dynamic" && m.value.isDynamic() || m.value.holdsDynamic() {
			return true
		}
	}
	return false
}

// isDynamic tells whether members of an object, or of one in a list, are dynamic blocks by their types.
func (n node) isDynamic() bool {
	for _, item := range n.items {
		if item.isDynamic() {
			return true
		}
	}
	for _, m := range n.members {
		for _, one := range append([]node{m.value}, m.value.items...) {
			has := map[string]bool{}
			for _, m := range one.members {
				has[m.name] = true
			}
			if has["for_each"] && has["content"] {
				return true
			}
		}
	}
	return false
}

func (r *jsonReader) expr(n node) (hclsyntax.Expression, error) {
	switch n.kind {
	case '"':
		return r.template(n)
	case '[':
		t := &hclsyntax.TupleConsExpr{SrcRange: n.at, OpenRange: n.at}
		for _, i := range n.items {
			x, err := r.expr(i)
			if err != nil {
				return nil, err
			}
			t.Exprs = append(t.Exprs, x)
		}
		return t, nil
	case '{':
		o := &hclsyntax.ObjectConsExpr{SrcRange: n.at, OpenRange: n.at}
		for _, m := range n.members {
			k, err := r.template(node{kind: '"', text: m.name, at: m.at})
			if err != nil {
				return nil, err
			}
			x, err := r.expr(m.value)
			if err != nil {
				return nil, err
			}
			o.Items = append(o.Items, hclsyntax.ObjectConsItem{KeyExpr: &hclsyntax.ObjectConsKeyExpr{Wrapped: k, ForceNonLiteral: true}, ValueExpr: x})
		}
		return o, nil
	}
	v, err := n.value()
	return &hclsyntax.LiteralValueExpr{Val: v, SrcRange: n.at}, err
}

// template reads a text, which is a template.
func (r *jsonReader) template(n node) (hclsyntax.Expression, error) {
	if !strings.Contains(n.text, "${") && !strings.Contains(n.text, "%{") {
		return &hclsyntax.LiteralValueExpr{Val: cty.StringVal(n.text), SrcRange: n.at}, nil
	}
	src := []byte(n.text)
	if d := guardTemplate(src, r.file); d != nil {
		return nil, &placed{n.at, d.Summary}
	}
	x, diags := hclsyntax.ParseTemplate(src, r.file, n.at.Start)
	if diags.HasErrors() {
		return nil, &placed{n.at, diags[0].Summary}
	}
	return x, nil
}

// value is a JSON value as it stands.
func (n node) value() (cty.Value, error) {
	switch n.kind {
	case '"':
		return cty.StringVal(n.text), nil
	case 't':
		return cty.True, nil
	case 'f':
		return cty.False, nil
	case '0':
		if longNumber([]byte(n.text)) {
			return cty.NilVal, &placed{n.at, "a number that is too long"}
		}
		return cty.ParseNumberVal(n.text)
	case '[':
		vals := make([]cty.Value, len(n.items))
		for i := range n.items {
			v, err := n.items[i].value()
			if err != nil {
				return v, err
			}
			vals[i] = v
		}
		return cty.TupleVal(vals), nil
	case '{':
		vals := make(map[string]cty.Value, len(n.members))
		for _, m := range n.members {
			v, err := m.value.value()
			if err != nil {
				return v, err
			}
			vals[m.name] = v
		}
		return cty.ObjectVal(vals), nil
	}
	return cty.NullVal(cty.DynamicPseudoType), nil
}

package addr

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Part is one step of a traversal after its root name: `.name`, `[0]`, `["key"]` or `[*]`.
type Part struct {
	Name string // set for an attribute step
	Key  Key    // set for an index step
}

// Traversal is a dotted and indexed expression such as `module.net["a"].vpc_id`, the form of addresses and references.
type Traversal []Part

// ParseTraversal reads s exactly as Terraform prints traversals. It fails on anything else, naming the byte offset.
func ParseTraversal(s string) (Traversal, error) {
	p := parser{s: s}
	name, err := p.name()
	if err != nil {
		return nil, err
	}
	t := append(make(Traversal, 0, 1+strings.Count(s, ".")+strings.Count(s, "[")), Part{Name: name})
	for p.i < len(s) {
		switch s[p.i] {
		case '.':
			p.i++
			name, err := p.name()
			if err != nil {
				return nil, err
			}
			t = append(t, Part{Name: name})
		case '[':
			k, err := p.key()
			if err != nil {
				return nil, err
			}
			t = append(t, Part{Key: k})
		default:
			return nil, p.errorf("unexpected %q", s[p.i])
		}
	}
	return t, nil
}

// Parse reads the address of a resource instance or of a resource block. It fails on a module address, on a bare name
// and on anything that Terraform would not print.
func Parse(s string) (Resource, error) {
	t, err := ParseTraversal(s)
	if err != nil {
		return Resource{}, err
	}
	r, rest, err := t.Resource()
	if err != nil {
		return Resource{}, fmt.Errorf("address %q: %w", s, err)
	}
	if len(rest) > 0 {
		return Resource{}, fmt.Errorf("address %q: goes on after the resource", s)
	}
	return r, nil
}

// ParseModule reads a module address such as `module.a["x"].module.b`; the empty string is the root.
func ParseModule(s string) (Module, error) {
	if s == "" {
		return nil, nil
	}
	t, err := ParseTraversal(s)
	if err != nil {
		return nil, err
	}
	m, rest := t.module()
	if len(rest) > 0 {
		return nil, fmt.Errorf("module address %q: %q is not a module", s, rest[0].Name)
	}
	return m, nil
}

// module takes the leading `module.NAME[KEY]` steps off t.
func (t Traversal) module() (Module, Traversal) {
	var m Module
	for len(t) >= 2 && t[0].Name == "module" && t[1].Name != "" {
		s := Step{Name: t[1].Name}
		t = t[2:]
		if len(t) > 0 && t[0].Key.Kind != NoKey {
			s.Key, t = t[0].Key, t[1:]
		}
		m = append(m, s)
	}
	return m, t
}

var errNoResource = errors.New("names no resource")

// Resource takes a resource address off the front of t and returns what follows it, which is the attribute path of a
// reference.
func (t Traversal) Resource() (Resource, Traversal, error) {
	var r Resource
	r.Module, t = t.module()
	if len(t) > 0 {
		switch t[0].Name {
		case "data":
			r.Mode, t = Data, t[1:]
		case "ephemeral":
			r.Mode, t = Ephemeral, t[1:]
		case "resource":
			if len(t) > 2 { // `resource.TYPE.NAME` is a legal spelling; a type cannot be called so
				t = t[1:]
			}
		}
	}
	if len(t) < 2 || t[0].Name == "" || t[1].Name == "" {
		return r, nil, errNoResource
	}
	r.Type, r.Name, t = t[0].Name, t[1].Name, t[2:]
	if len(t) > 0 && t[0].Key.Kind != NoKey {
		r.Key, t = t[0].Key, t[1:]
	}
	return r, t, nil
}

type parser struct {
	s string
	i int
}

func (p *parser) errorf(format string, args ...any) error {
	return fmt.Errorf("address %q, byte %d: %s", p.s, p.i, fmt.Sprintf(format, args...))
}

// name reads an HCL identifier. Legacy splats and indexes (`.0`, `.*`) are read as names: they occur in references of
// old plans, where only the resource before them matters.
func (p *parser) name() (string, error) {
	start := p.i
	for p.i < len(p.s) {
		r, n := utf8.DecodeRuneInString(p.s[p.i:])
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '-' && r != '*' && !unicode.In(r, unicode.Mn, unicode.Mc, unicode.Pc) {
			break
		}
		p.i += n
	}
	if p.i == start {
		return "", p.errorf("expected a name")
	}
	return p.s[start:p.i], nil
}

func (p *parser) key() (Key, error) {
	p.i++ // the bracket
	rest := p.s[p.i:]
	if strings.HasPrefix(rest, "*]") {
		p.i += 2
		return Key{Kind: AnyKey}, nil
	}
	if strings.HasPrefix(rest, `"`) {
		str, err := p.quoted()
		if err != nil {
			return Key{}, err
		}
		if p.i >= len(p.s) || p.s[p.i] != ']' {
			return Key{}, p.errorf("expected ] after the key")
		}
		p.i++
		return Key{Kind: StringKey, Str: str}, nil
	}
	end := strings.IndexByte(rest, ']')
	if end < 0 {
		return Key{}, p.errorf("no ] after [")
	}
	n, err := strconv.Atoi(rest[:end])
	if err != nil {
		return Key{}, p.errorf("a key is a number or a quoted string")
	}
	p.i += end + 1
	return Key{Kind: IntKey, Int: n}, nil
}

// quoted reads an HCL quoted string that holds no interpolation.
func (p *parser) quoted() (string, error) {
	p.i++ // the quote
	var b strings.Builder
	for p.i < len(p.s) {
		c := p.s[p.i]
		switch {
		case c == '"':
			p.i++
			return b.String(), nil
		case c == '\\':
			if p.i+1 >= len(p.s) {
				return "", p.errorf("ends in a backslash")
			}
			esc := p.s[p.i+1]
			p.i += 2
			switch esc {
			case 'n':
				b.WriteByte('\n')
			case 'r':
				b.WriteByte('\r')
			case 't':
				b.WriteByte('\t')
			case '"', '\\':
				b.WriteByte(esc)
			case 'u', 'U':
				width := 4
				if esc == 'U' {
					width = 8
				}
				if p.i+width > len(p.s) {
					return "", p.errorf("short unicode escape")
				}
				n, err := strconv.ParseUint(p.s[p.i:p.i+width], 16, 32)
				if err != nil {
					return "", p.errorf("bad unicode escape")
				}
				b.WriteRune(rune(n))
				p.i += width
			default:
				return "", p.errorf("unknown escape \\%c", esc)
			}
		case (c == '$' || c == '%') && strings.HasPrefix(p.s[p.i+1:], string(c)+"{"):
			b.WriteByte(c)
			b.WriteByte('{')
			p.i += 3
		default:
			b.WriteByte(c)
			p.i++
		}
	}
	return "", p.errorf("unclosed quote")
}

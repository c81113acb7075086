// Package addr reads and prints Terraform resource addresses.
//
// An address names one resource instance: `module.net["eu.1"].aws_vpc.v[0]`. Keys are quoted as HCL quotes them, so
// that a key may hold dots, brackets and quotes; nothing here splits on dots. Addresses of configuration blocks are the
// same without keys.
package addr

import (
	"strconv"
	"strings"
)

// KeyKind tells what sort of instance key a step has.
type KeyKind uint8

// The kinds of instance key.
const (
	NoKey     KeyKind = iota // no count and no for_each, or a block rather than an instance
	IntKey                   // count
	StringKey                // for_each
	AnyKey                   // `[*]`: Terraform does not know yet which instances there are
)

// Key is an instance key: nothing, a number from count, or a string from for_each.
type Key struct {
	Kind KeyKind
	Int  int
	Str  string
}

// Step is one module call in a module path, with the key of the instance.
type Step struct {
	Name string
	Key  Key
}

// Module is the path of module instances from the root; empty is the root itself.
type Module []Step

// Mode tells a managed resource from a data source and from an ephemeral resource.
type Mode uint8

// The modes, as plan JSON spells them.
const (
	Managed Mode = iota
	Data
	Ephemeral
)

// ParseMode reads the `mode` member of plan JSON; unknown words are Managed, which is what old plans without it hold.
func ParseMode(s string) Mode {
	switch s {
	case "data":
		return Data
	case "ephemeral":
		return Ephemeral
	}
	return Managed
}

func (m Mode) String() string {
	return [...]string{"managed", "data", "ephemeral"}[m]
}

// Resource is the address of a resource instance, or of a resource block where its keys are NoKey.
type Resource struct {
	Module Module
	Mode   Mode
	Type   string
	Name   string
	Key    Key
}

// Block is r without any instance key: the address of the block that declares it.
func (r Resource) Block() Resource {
	r.Module, r.Key = r.Module.Block(), Key{}
	return r
}

// Block is m without instance keys.
func (m Module) Block() Module {
	out := make(Module, len(m))
	for i, s := range m {
		out[i] = Step{Name: s.Name}
	}
	return out
}

// Paths remembers what module instances are called without their keys: a plan has few modules and many instances, and
// most resources of an instance share its path.
type Paths struct {
	byStep map[path]string
	once   map[string]string
}

// path is a module path, by where it is kept.
type path struct {
	first *Step
	steps int
}

// mostPaths bounds what is remembered: where every resource has a path of its own, nothing is gained.
const mostPaths = 1 << 14

// Block is m.Block().String().
func (p *Paths) Block(m Module) string {
	if len(m) == 0 {
		return ""
	}
	at := path{&m[0], len(m)}
	if s, ok := p.byStep[at]; ok {
		return s
	}
	s := m.Block().String()
	if one, ok := p.once[s]; ok {
		s = one
	}
	if len(p.byStep) < mostPaths {
		if p.byStep == nil {
			p.byStep, p.once = map[path]string{}, map[string]string{}
		}
		p.byStep[at], p.once[s] = s, s
	}
	return s
}

func (k Key) String() string {
	switch k.Kind {
	case IntKey:
		return "[" + strconv.Itoa(k.Int) + "]"
	case StringKey:
		return "[" + quote(k.Str) + "]"
	case AnyKey:
		return "[*]"
	}
	return ""
}

func (m Module) String() string {
	var b strings.Builder
	m.write(&b)
	return b.String()
}

func (m Module) write(b *strings.Builder) {
	for i, s := range m {
		if i > 0 {
			b.WriteByte('.')
		}
		b.WriteString("module.")
		b.WriteString(s.Name)
		b.WriteString(s.Key.String())
	}
}

func (r Resource) String() string {
	var b strings.Builder
	if len(r.Module) > 0 {
		r.Module.write(&b)
		b.WriteByte('.')
	}
	switch r.Mode {
	case Data:
		b.WriteString("data.")
	case Ephemeral:
		b.WriteString("ephemeral.")
	}
	b.WriteString(r.Type)
	b.WriteByte('.')
	b.WriteString(r.Name)
	b.WriteString(r.Key.String())
	return b.String()
}

// quote writes s as a quoted HCL string without interpolation, the way Terraform prints instance keys.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case (r == '$' || r == '%') && strings.HasPrefix(s[i+1:], "{"):
			b.WriteRune(r)
			b.WriteRune(r)
		case !strconv.IsPrint(r) && r < 0x10000:
			b.WriteString(`\u` + hex(r, 4))
		case !strconv.IsPrint(r):
			b.WriteString(`\U` + hex(r, 8))
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func hex(r rune, width int) string {
	s := strconv.FormatInt(int64(r), 16)
	return strings.Repeat("0", width-len(s)) + s
}

package access

import (
	"strings"

	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/pattern"
)

// Verb is what a sentence of Oracle's policy language does.
type Verb uint8

// The verbs of sentences: who may do what in one's own tenancy, what a word stands for, what one's own people may do
// in another's tenancy, and what another's people may do in one's own. Allow is AllowTo to keep apart from documents.
const (
	NoVerb Verb = iota
	Define
	AllowTo
	Endorse
	Admit
	DenyTo
)

// Sentence is one statement of an Oracle policy.
//
//	define tenancy NAME as OCID
//	define group NAME as OCID
//	allow WHO to PERMISSION RESOURCE in tenancy|compartment NAME [where ...]
//	endorse WHO to PERMISSION RESOURCE in tenancy NAME|any-tenancy [where ...]
//	admit WHO of tenancy NAME|any-tenancy to PERMISSION RESOURCE in ... [where ...]
type Sentence struct {
	Verb    Verb
	Kind    string   // of Define: `tenancy`, `group`, `dynamic-group`, `compartment`
	Name    string   // of Define
	ID      string   // of Define: what the name stands for
	Who     string   // `group ops`, `any-user`: lower case, names with spaces in quotes
	Of      string   // of Admit: the tenancy's name or OCID, `any-tenancy`
	To      string   // `inspect`, `read`, `use`, `manage`, or permissions in braces
	What    string   // `all-resources`, `virtual-network-family`
	Where   string   // of Endorse: the tenancy's name or OCID, `any-tenancy`
	Limited bool     // there is a `where`
	Callers []string // the OCIDs that it names for who asks
	Only    []string // the single permissions or operations that it leaves of the permission, nil for all
}

// caller is a condition on who asks, such as `request.principal.cluster_id = 'ocid1.cluster...'`.
var caller = pattern.New(`(?i)\brequest\.[a-z._]+\s*=\s*'(ocid1\.[^']+)'`)

// asked is a condition on what is asked for, and operands are what any condition compares with.
var (
	asked    = pattern.New(`(?i)\brequest\.(permission|operation)\s*=\s*(?:'([^']*)'|/([^/]*)/)`)
	operands = pattern.New(`'[^']*'|/[^/]*/`)
)

// conditional begins a condition.
var conditional = pattern.New(`(?i)where`)

// only are the permissions or operations that a condition leaves, nil where it leaves all. Where one of several conditions is
// enough, all of them have to be about what is asked for.
func only(where string) []string {
	found := asked.Regexp().FindAllStringSubmatch(where, -1)
	some := strings.HasPrefix(strings.ToLower(strings.TrimSpace(where)), "any")
	if len(found) == 0 || some && len(found) != len(operands.Regexp().FindAllString(where, -1)) || !some && len(found) > 1 {
		return nil
	}
	var all []string
	for _, m := range found {
		name := strings.ToLower(m[1] + " " + m[2] + m[3])
		if op, ok := strings.CutPrefix(name, "operation "); ok && !strings.HasPrefix(op, "get") && !strings.HasPrefix(op, "list") {
			return nil // what an operation needs, no table tells
		}
		all = append(all, name)
	}
	return all
}

// ParseStatement reads one sentence; ok is false where it is none of the language. Case and spaces do not matter,
// names may be quoted.
func ParseStatement(text string) (s Sentence, ok bool) {
	w, closed := split(text)
	if len(w) == 0 || !closed {
		return s, false
	}
	for i, x := range w {
		if x.is("where") && i > 0 {
			s.Limited, w = true, w[:i]
			for _, m := range caller.Regexp().FindAllStringSubmatch(text, -1) {
				s.Callers = append(s.Callers, m[1])
			}
			all := conditional.Regexp().FindAllStringIndex(text, -1) // names before it may have it in them
			s.Only = only(text[all[len(all)-1][1]:])
			break
		}
	}
	rest := w[1:]
	switch {
	case w[0].is("define"):
		if len(rest) < 4 || !rest[2].is("as") {
			return s, false
		}
		s.Verb, s.Kind, s.Name, s.ID = Define, rest[0].lower(), strings.TrimPrefix(rest[1].lower(), "default/"), rest[3].text
		return s, true
	case w[0].is("allow"):
		s.Verb = AllowTo
	case w[0].is("deny"):
		s.Verb = DenyTo
	case w[0].is("endorse"):
		s.Verb = Endorse
	case w[0].is("admit"):
		s.Verb = Admit
	default:
		return s, false
	}
	to := find(rest, "to")
	if to < 1 {
		return s, false
	}
	who := rest[:to]
	if of := find(who, "of"); of > 0 {
		s.Of = tenancy(who[of+1:])
		who = who[:of]
	}
	s.Who = join(who)
	rest = rest[to+1:]
	in := find(rest, "in")
	if in < 0 {
		in = len(rest) // `endorse group x to associate ... with ... in tenancy y` always has one; be lenient
	}
	if in == 0 {
		return s, false
	}
	if strings.HasPrefix(rest[0].text, "{") {
		s.To = strings.ToLower(join(rest[:in])) // permissions by name, without a resource
	} else {
		s.To = rest[0].lower()
		if in > 1 {
			s.What = rest[1].lower()
		}
	}
	if in < len(rest) {
		s.Where = tenancy(rest[in+1:])
	}
	return s, true
}

// tenancy is the tenancy that words name: `tenancy NAME`, `any-tenancy`; "" for one's own and for compartments.
func tenancy(w []word) string {
	switch {
	case len(w) == 0:
		return ""
	case w[0].is("any-tenancy"):
		return "any-tenancy"
	case w[0].is("tenancy") && len(w) > 1 && w[1].is("id") && len(w) > 2:
		return w[2].lower()
	case w[0].is("tenancy") && len(w) > 1:
		return w[1].lower()
	}
	return ""
}

type word struct {
	text   string
	quoted bool
}

func (w word) is(s string) bool { return !w.quoted && strings.EqualFold(w.text, s) }
func (w word) lower() string    { return strings.ToLower(w.text) }

func find(w []word, s string) int {
	for i := range w {
		if w[i].is(s) {
			return i
		}
	}
	return -1
}

func join(w []word) string {
	texts := make([]string, len(w))
	for i := range w {
		texts[i] = quote(w[i].lower())
	}
	return strings.Join(texts, " ")
}

// quote puts what is one word in quotes where it would be read as several.
func quote(text string) string {
	if strings.ContainsRune(text, ' ') && !strings.HasPrefix(text, "{") {
		return "'" + text + "'"
	}
	return text
}

// group is a group that a sentence is about, by its name, which has its domain before it where that is not the default one, or
// by its OCID.
type group struct {
	kind     string // `group`, `dynamic-group`
	name, id string
}

// groups are those that a sentence is about.
func (s Sentence) groups() []group {
	var all []group
	kind := ""
	words, _ := split(s.Who)
	for i, w := range words {
		switch {
		case w.is("group"), w.is("dynamic-group"):
			kind = w.text
		case kind == "", w.is("id"):
		case words[i-1].is("id"):
			all = append(all, group{kind: kind, id: w.text})
		default:
			all = append(all, group{kind: kind, name: strings.TrimPrefix(w.text, "default/")})
		}
	}
	return all
}

// split splits at spaces and commas; what is in quotes is of one word, also where a domain is before it, and what is in braces is
// one. closed is false where a quote or brace is left open.
func split(text string) (all []word, closed bool) {
	const space = " \t\n\r,"
	for i := 0; i < len(text); {
		if strings.IndexByte(space, text[i]) >= 0 {
			i++
			continue
		}
		if text[i] == '{' {
			n := strings.IndexByte(text[i:], '}')
			if n < 0 {
				return nil, false
			}
			all = append(all, word{text: text[i : i+n+1]})
			i += n + 1
			continue
		}
		var w word
		for i < len(text) && strings.IndexByte(space, text[i]) < 0 {
			if c := text[i]; c == '\'' || c == '"' {
				n := strings.IndexByte(text[i+1:], c)
				if n < 0 {
					return nil, false
				}
				w.text, w.quoted = w.text+text[i+1:i+1+n], true
				i += n + 2
				continue
			}
			n := strings.IndexAny(text[i:], space+"'\"")
			if n < 0 {
				n = len(text) - i
			}
			w.text += text[i : i+n]
			i += n
		}
		all = append(all, w)
	}
	return all, true
}

// Names are what a policy's define sentences say: OCIDs by kind and name, `tenancy gov`.
func Names(all []Sentence) map[string]string {
	names := map[string]string{}
	for _, s := range all {
		if s.Verb == Define {
			names[s.Kind+" "+s.Name] = s.ID
		}
	}
	return names
}

// Amounts is what a sentence's permission amounts to by the tables, or what a condition leaves of it.
func (s Sentence) Amounts(cat *catalog.Catalog) catalog.Class {
	class := catalog.NoClass
	switch s.To {
	case "manage", "use", "read", "inspect":
		class = cat.ActionClass("oci", s.To+" "+s.What)
	default:
		for _, name := range strings.FieldsFunc(s.To, func(c rune) bool { return strings.ContainsRune("{}, \t", c) }) {
			class = max(class, cat.ActionClass("oci", "permission "+name))
		}
	}
	if s.Only == nil {
		return class
	}
	left := catalog.NoClass
	for _, name := range s.Only {
		left = max(left, cat.ActionClass("oci", name))
	}
	return min(class, left)
}

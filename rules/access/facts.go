package access

import (
	"encoding/xml"
	"slices"
	"strings"
	"time"

	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/facts"
	"github.com/demarc-dev/demarc/analyzer/pattern"
	"github.com/go-json-experiment/json/jsontext"
)

// Language is what facts must know of the languages here.
func Language(cat *catalog.Catalog) facts.Language {
	whole := Reads(cat)
	named := namedBy(cat)
	return facts.Language{Reads: func(typ, attribute string) bool { return readsAttribute(whole, typ, attribute) }, Names: func(typ, attribute string) bool { return slices.Contains(named[typ], attribute) }, Reduce: func(element, text string, word func(string) string) string { return Reduce(cat, element, text, word) }}
}

// readsAttribute tells whether a Reader looks at an attribute of a type (`data.TYPE` for data sources) by its name, whatever
// the tables say of it.
func readsAttribute(whole func(typ string) bool, typ, attribute string) bool {
	switch attribute {
	case "tags", "tags_all", "labels", "description":
		return false
	case "condition":
		return true
	}
	return whole(typ)
}

// namedBy are the attributes that name a role, a policy or an identity provider, whose ids hold the name.
func namedBy(cat *catalog.Catalog) map[string][]string {
	m := map[string][]string{}
	for _, t := range cat.RoleTypes() {
		m[t.Type] = append(append(m[t.Type], "path"), t.Names...) // an ARN has it before the name
		for _, p := range t.Policies {
			m[p.Type] = append(m[p.Type], p.Names...)
		}
		for _, a := range t.Attachments {
			m[a.Type] = append(m[a.Type], a.Role, a.Managed)
		}
	}
	for _, kind := range []catalog.PrincipalKind{catalog.ByIssuer, catalog.ByMetadata} {
		for _, p := range cat.Principals(kind) {
			m[p.Type] = append(m[p.Type], p.Name)
		}
	}
	return m
}

// Reduce is a text of a language of privilege (a policy document, a sentence, SAML metadata, a member, a role) with the
// vocabulary of the language as it is, and every other word put through word. It says the same as the text to a Reader, as
// far as word keeps what tells a place and makes equal words equal. element is the name of what the text stands in.
func Reduce(cat *catalog.Catalog, element, text string, word func(string) string) string {
	v := vocabulary{cat, word}
	switch trimmed := strings.TrimSpace(text); {
	case strings.HasPrefix(trimmed, "{"):
		return v.json(text)
	case strings.HasPrefix(trimmed, "<"):
		return v.metadata(text)
	}
	if s, ok := ParseStatement(text); ok {
		return v.sentence(s)
	}
	return v.text(element, text)
}

type vocabulary struct {
	cat  *catalog.Catalog
	word func(string) string
}

// json reduces the members and texts of a JSON text. One that does not parse is a word like any other.
func (v *vocabulary) json(text string) string {
	r := newReader(text)
	var out []byte
	element := ""
	for {
		kind := r.dec.PeekKind()
		if kind == 0 {
			break
		}
		// What separates tokens follows from where the reader is.
		depth := r.dec.StackDepth()
		parent, n := r.dec.StackIndex(depth)
		name := parent == '{' && n%2 == 0
		if kind != '}' && kind != ']' && n > 0 {
			if parent == '{' && !name {
				out = append(out, ':')
			} else {
				out = append(out, ',')
			}
		}
		switch kind {
		case '{', '}', '[', ']':
			if _, err := r.dec.ReadToken(); err != nil {
				return v.word(text)
			}
			out = append(out, byte(kind))
		case '"':
			s, err := r.scalar()
			if err != nil {
				return v.word(text)
			}
			if name {
				element = s
				s = v.member(s)
			} else {
				s = v.text(element, s)
			}
			out, _ = jsontext.AppendQuote(out, s) // invalid bytes become U+FFFD
		default:
			raw, err := r.dec.ReadValue()
			if err != nil {
				return v.word(text)
			}
			out = append(out, raw...)
		}
		if r.dec.StackDepth() == 0 {
			break
		}
	}
	if r.end(nil) != nil {
		return v.word(text)
	}
	return string(out)
}

// elementName are the names of members in documents: elements, operators of conditions, and their keys, which may be of an
// issuer.
var elementName = pattern.New(`^(?:[A-Za-z]{2,40}(?::[A-Za-z]{2,40})?|[a-z]+:[A-Za-z]+/.*|[A-Za-z0-9.-]+\.[a-z]+[A-Za-z0-9./_-]*:[a-z_]+)$`)

func (v *vocabulary) member(name string) string {
	if elementName.Regexp().MatchString(name) {
		return name
	}
	return v.word(name)
}

// kinds of elements by what stands in them, by their names in lower case without underscores.
var (
	actionElements    = map[string]bool{"action": true, "notaction": true, "actions": true, "notactions": true, "dataactions": true, "notdataactions": true, "permissions": true, "deniedpermissions": true}
	conditionElements = map[string]bool{"test": true, "variable": true}
)

// action is the form of actions and permissions: `s3:Get*`, `name/cos:*`, `Microsoft.Network/*/read`, `*`.
var action = pattern.New(`^(?:\*+|(?:name/)?[A-Za-z0-9*?-]+(?::[A-Za-z0-9*?]+)+|(?:\*|[A-Za-z]+\.[A-Za-z.*]+)(?:/[A-Za-z0-9*.-]+)+|[a-z0-9]+(?:\.[A-Za-z0-9*]+){2,}|[a-z0-9]+\.googleapis\.com/[A-Za-z0-9*]+(?:\.[A-Za-z0-9*]+)?)$`)

// operatorName and conditionName are the forms of a condition's operator and key.
var (
	operatorName  = pattern.New(`^(?i:(?:forallvalues:|foranyvalue:)?(?:null|bool|ipaddress|notipaddress|(?:string|arn|numeric|date|binary)[a-z]+)(?:ifexists)?)$`)
	conditionName = pattern.New(`^(?:(?:[a-z0-9]+:[A-Z]|(?i:aws|sts|saml|acs|qcs|oidc|g):)[A-Za-z]+(?:/[A-Za-z0-9_.:-]+)?|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+[A-Za-z0-9./_-]*:[a-z_]+)$`)
)

// words of documents that stand for themselves.
var plainWords = map[string]bool{"allow": true, "deny": true, "true": true, "false": true, "aws": true, "service": true, "federated": true,
	"canonicaluser": true, "arn": true, "2012-10-17": true, "2008-10-17": true, "2.0": true, "1": true, "1.1": true, "5.0": true,
	"service_control_policy": true, "resource_control_policy": true, strings.ToLower(everythingLeft): true,
	"system": true, "serviceaccount": true, "allusers": true, "allauthenticatedusers": true}

func (v *vocabulary) text(element, s string) string {
	_, named := parseName(s)
	element = strings.ToLower(strings.ReplaceAll(element, "_", ""))
	switch {
	case s == "", strings.Trim(s, "*") == "", plainWords[strings.ToLower(s)], actionElements[element] && action.Regexp().MatchString(s):
		return s
	case v.builtIn(s), isMoment(s), element == "parent" && strings.HasPrefix(s, attachmentPoint):
		return s
	case named && !strings.ContainsAny(s, " \t\r\n"):
		return s
	case conditionElements[element] && (operatorName.Regexp().MatchString(s) || conditionName.Regexp().MatchString(s)):
		return s
	case strings.Contains(s, "${"):
		return "${" + v.word(s) + "}" // a policy variable may be anything
	}
	if m, ok := GoogleMember(s); ok {
		return v.googleMember(s, m)
	}
	if kind, rest, ok := strings.Cut(s, "://"); ok && strings.HasPrefix(kind, "principal") { // of a deny policy
		if i := strings.LastIndexByte(rest, '/'); strings.Contains(rest, "@") {
			local, host, _ := strings.Cut(rest[i+1:], "@")
			return kind + "://" + rest[:i+1] + v.word(local) + "@" + host
		}
		return s
	}
	if element == "attributecondition" || element == "expression" {
		s = beginning.Regexp().ReplaceAllStringFunc(s, unreadable)
		return quoted.Regexp().ReplaceAllStringFunc(s, func(q string) string { return q[:1] + v.text("", q[1:len(q)-1]) + q[:1] })
	}
	if !strings.ContainsAny(s, "*?") && !strings.HasPrefix(s, "system:") {
		return v.word(s)
	}
	return v.pattern(s)
}

// isMoment tells a date with a time, to which conditions compare that of a request.
func isMoment(s string) bool {
	_, err := time.Parse(time.RFC3339, s)
	return err == nil
}

// beginning is what asks for the beginning of a text. Those of Kubernetes' subjects are hashed piece by piece.
var beginning = pattern.New(`\.startsWith\( *["'](?:system:)?`)

// unreadable makes the beginning of a text that is hashed as a whole something that nobody decides: no hash begins with that of
// a beginning.
func unreadable(call string) string {
	if strings.HasSuffix(call, "system:") {
		return call
	}
	return strings.Replace(call, "startsWith", "beginsWith", 1)
}

// quoted is a text within a condition of Google's.
var quoted = pattern.New(`'[^']*'|"[^"]*"`)

// builtIn tells that a text is the name of a role or policy of a cloud's own.
func (v *vocabulary) builtIn(s string) bool {
	for _, cloud := range []string{"aws", "azure", "entra", "google", "alicloud", "tencentcloud", "huaweicloud", "ibm", "kubernetes"} {
		if _, _, ok := v.cat.Role(cloud, s); ok {
			return true
		}
	}
	return false
}

// googleMember keeps what a member says of its place: the kind, the host and the project.
func (v *vocabulary) googleMember(s string, m Member) string {
	switch {
	case m.Pool != "":
		head, rest, _ := strings.Cut(s, "Pools/"+m.Pool)
		switch {
		case m.Attribute == "google.subject":
			rest = "/subject/" + v.text("", m.Value)
		case m.Attribute != "":
			rest = "/" + m.Attribute + "/" + v.text("", m.Value)
		case rest != "":
			rest = "/" + v.word(rest)
		}
		return head + "Pools/" + v.word(m.Pool) + rest
	case m.Mail != "":
		local, host, _ := strings.Cut(m.Mail, "@")
		return m.Kind + ":" + v.word(local) + "@" + host
	}
	return s // a domain or a project
}

// pattern reduces the pieces between wildcards and colons.
func (v *vocabulary) pattern(s string) string {
	var b strings.Builder
	piece := 0
	flush := func(end int) {
		if p := s[piece:end]; p == "" || plainWords[strings.ToLower(p)] {
			b.WriteString(p)
		} else {
			b.WriteString(v.word(p))
		}
	}
	for i := range len(s) {
		if c := s[i]; c == '*' || c == '?' || c == ':' {
			flush(i)
			b.WriteByte(c)
			piece = i + 1
		}
	}
	flush(len(s))
	return b.String()
}

// sentence writes one of Oracle's sentences anew.
func (v *vocabulary) sentence(s Sentence) string {
	// Names are the same in any case, and a domain may be before one.
	name := func(text string) string {
		parts := strings.Split(strings.ToLower(text), "/")
		for i, p := range parts {
			parts[i] = strings.ToLower(v.text("", p))
		}
		return quote(strings.Join(parts, "/"))
	}
	if s.Verb == Define {
		return "define " + s.Kind + " " + name(s.Name) + " as " + v.word(s.ID)
	}
	out := map[Verb]string{AllowTo: "allow", DenyTo: "deny", Endorse: "endorse", Admit: "admit"}[s.Verb]
	groups := s.groups()
	for _, g := range groups {
		if out += " " + g.kind; g.id != "" {
			out += " id " + v.word(g.id)
		} else {
			out += " " + name(g.name)
		}
	}
	if kind, rest, several := strings.Cut(s.Who, " "); len(groups) == 0 {
		if out += " " + kind; several {
			out += " " + name(rest)
		}
	}
	tenancy := func(t string) string {
		if t == "any-tenancy" {
			return t
		}
		return "tenancy " + strings.ToLower(v.word(t))
	}
	if s.Of != "" {
		out += " of " + tenancy(s.Of)
	}
	out += " to " + s.To + " " + s.What
	if s.Where != "" {
		out += " in " + tenancy(s.Where)
	}
	if s.Limited {
		var terms []string
		for _, id := range s.Callers {
			terms = append(terms, "request.principal.id = '"+v.word(id)+"'")
		}
		for _, only := range s.Only {
			kind, name, _ := strings.Cut(only, " ")
			if !operationName.Regexp().MatchString(name) {
				name = v.word(name)
			}
			terms = append(terms, "request."+kind+" = '"+name+"'")
		}
		word := "all"
		if len(s.Only) > 1 {
			word = "any"
		}
		out += " where " + word + " {" + strings.Join(terms, ", ") + "}"
	}
	return out
}

// operationName is the form of Oracle's permissions and operations.
var operationName = pattern.New(`^[a-z_]{2,80}$`)

// metadata keeps the URLs of SAML metadata.
func (v *vocabulary) metadata(text string) string {
	type service struct {
		Location string `xml:",attr"`
	}
	var doc struct {
		XMLName  xml.Name  `xml:"EntityDescriptor"`
		EntityID string    `xml:"entityID,attr,omitempty"`
		Services []service `xml:"SingleSignOnService"`
	}
	for i, url := range samlURLs(text) {
		if i == 0 {
			doc.EntityID = v.word(url)
		} else {
			doc.Services = append(doc.Services, service{v.word(url)})
		}
	}
	out, err := xml.Marshal(doc)
	if err != nil {
		return v.word(text)
	}
	return string(out)
}

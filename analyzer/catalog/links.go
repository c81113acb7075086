package catalog

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// links are the link rows, by what they name.
type links struct {
	rows  []Link
	exact map[typeAttribute]int // rows whose attribute is no glob; their type may be one
	globs map[string][]int      // by type: rows whose attribute is a glob
	types map[string]bool       // types and globs of types, and whether a row of them joins something
	known sync.Map              // type, *typeLinks
}

type typeAttribute struct{ typ, attribute string }

func newLinks(size int) *links {
	return &links{
		rows:  make([]Link, 0, size),
		exact: make(map[typeAttribute]int, size),
		globs: map[string][]int{},
		types: make(map[string]bool, size/4),
	}
}

// typeLinks is what there is about one type, and the answers that were given already.
type typeLinks struct {
	levels  []level // the most specific first
	mu      sync.RWMutex
	answers map[string]*Link
}

// level is a type or glob of types that matches.
type level struct {
	typ   string
	globs []int
}

// mostAnswers bounds the memory that a plan with endless attribute names can take.
const mostAnswers = 4096

func (c *Catalog) readLink(r row) error {
	f := append(r.fields[:len(r.fields):len(r.fields)], "", "")
	l, err := parseLink(f[1], f[2], f[3], f[4], f[5])
	if err != nil {
		return err
	}
	if _, ok := c.links.find(l.Type, l.Attribute); ok {
		return fmt.Errorf("link %s %s is there twice", l.Type, l.Attribute)
	}
	l.Where = r.where()
	c.links.add(l)
	return nil
}

// ParseLink makes a link row from its columns, "" for those that are not given. The error begins with where, which the
// row keeps.
func ParseLink(where string, typ, attribute, kind, by, direction string) (Link, error) {
	l, err := parseLink(typ, attribute, kind, by, direction)
	if err != nil {
		return Link{}, fmt.Errorf("%s: %w", where, err)
	}
	l.Where = where
	return l, nil
}

func parseLink(typ, attribute, kind, by, direction string) (Link, error) {
	l := Link{Type: typ, Attribute: attribute}
	if !isType(typ) {
		return l, fmt.Errorf("%q is not a resource type, data.TYPE or a glob of them", typ)
	}
	if !isAttribute(attribute) {
		return l, fmt.Errorf("%q is not the path of an attribute: names with dots between, no indexes, ** alone", attribute)
	}
	var err error
	if l.Kind, err = ParseKind(kind); err != nil {
		return l, err
	}
	if l.Kind == Nothing {
		if by != "" || direction != "" {
			return l, fmt.Errorf("nothing follows -")
		}
		return l, nil
	}
	if by == "" {
		return l, fmt.Errorf("a %s link says how its value names the far end: id, name, region...", kind)
	}
	if l.By, err = ParseBy(by); err != nil {
		return l, err
	}
	if direction != "" {
		l.Direction, err = ParseDirection(direction)
	}
	return l, err
}

func isType(s string) bool {
	s = strings.TrimPrefix(s, "data.")
	for i := 0; i < len(s); i++ {
		if b := s[i]; !isLetter(b) && !isDigit(b) && b != '_' && b != '-' && b != '*' {
			return false
		}
	}
	return s != "" && !strings.Contains(s, "**")
}

func isAttribute(s string) bool {
	for name := range strings.SplitSeq(s, ".") {
		if name == "" || strings.ContainsAny(name, "[] \t") || name != "**" && strings.Contains(name, "**") {
			return false
		}
	}
	return true
}

// add puts a row in, in place of one of the same type and attribute.
func (ls *links) add(l Link) {
	if i, ok := ls.find(l.Type, l.Attribute); ok {
		ls.rows[i] = l
	} else if i = len(ls.rows); strings.Contains(l.Attribute, "*") {
		ls.rows = append(ls.rows, l)
		ls.globs[l.Type] = append(ls.globs[l.Type], i)
	} else {
		ls.rows = append(ls.rows, l)
		ls.exact[typeAttribute{l.Type, l.Attribute}] = i
	}
	ls.types[l.Type] = ls.types[l.Type] || l.Kind != Nothing
}

func (ls *links) find(typ, attribute string) (int, bool) {
	if i, ok := ls.exact[typeAttribute{typ, attribute}]; ok {
		return i, true
	}
	for _, i := range ls.globs[typ] {
		if ls.rows[i].Attribute == attribute {
			return i, true
		}
	}
	return 0, false
}

// With is c with the user's own rows added, which win over the built-in ones of the same type and attribute.
func (c *Catalog) With(own []Link) *Catalog {
	ls := &links{
		rows:  slices.Clone(c.links.rows),
		exact: maps.Clone(c.links.exact),
		globs: make(map[string][]int, len(c.links.globs)),
		types: maps.Clone(c.links.types),
	}
	for typ, rows := range c.links.globs {
		ls.globs[typ] = slices.Clone(rows)
	}
	for _, l := range own {
		ls.add(l)
	}
	return &Catalog{tables: c.tables, links: ls}
}

// Link is the row that answers for an attribute of a type, or nil. typ is `data.TYPE` for data sources.
//
// A row of the type itself wins over every glob of types, and a glob with more letters over one with less. Among the
// rows of one type or glob wins the one that names the attribute itself, without a glob or by the most letters; after
// those the one that names something above it, by the most letters. `**` at the end of a row names what is above.
func (c *Catalog) Link(typ, attribute string) *Link {
	of := c.links.of(typ)
	if len(of.levels) == 0 {
		return nil
	}
	of.mu.RLock()
	l, ok := of.answers[attribute]
	of.mu.RUnlock()
	if ok {
		return l
	}
	for _, level := range of.levels {
		if l = c.links.answer(level, attribute); l != nil {
			break
		}
	}
	of.mu.Lock()
	if len(of.answers) < mostAnswers {
		of.answers[strings.Clone(attribute)] = l
	}
	of.mu.Unlock()
	return l
}

// HasLinks tells whether any row but a `-` names the type itself, globs over all types of a provider apart (`aws_*`).
func (c *Catalog) HasLinks(typ string) bool {
	for _, level := range c.links.of(typ).levels {
		if !overAll(level.typ) && c.links.types[level.typ] {
			return true
		}
	}
	return false
}

// overAll tells a glob that has no more in it than a provider's prefix.
func overAll(typ string) bool {
	prefix, rest, glob := strings.Cut(strings.TrimPrefix(typ, "data."), "*")
	return glob && rest == "" && strings.Count(prefix, "_") <= 1
}

func (ls *links) of(typ string) *typeLinks {
	if of, ok := ls.known.Load(typ); ok {
		return of.(*typeLinks)
	}
	of := &typeLinks{answers: map[string]*Link{}}
	for pattern := range ls.types {
		if pattern == typ || strings.Contains(pattern, "*") && matchType(pattern, typ) {
			of.levels = append(of.levels, level{pattern, ls.globs[pattern]})
		}
	}
	slices.SortFunc(of.levels, func(a, b level) int { return moreSpecific(a.typ, b.typ) })
	known, _ := ls.known.LoadOrStore(strings.Clone(typ), of)
	return known.(*typeLinks)
}

// answer is the row of a level that answers for an attribute.
func (ls *links) answer(at level, attribute string) *Link {
	if i, ok := ls.exact[typeAttribute{at.typ, attribute}]; ok {
		return &ls.rows[i]
	}
	var best *Link
	consider := func(l *Link, matches bool) {
		if matches && (best == nil || moreSpecific(l.Attribute, best.Attribute) < 0) {
			best = l
		}
	}
	for _, i := range at.globs {
		l := &ls.rows[i]
		consider(l, !strings.HasSuffix(l.Attribute, "**") && matchPath(l.Attribute, attribute, false))
	}
	if best != nil {
		return best
	}
	for _, i := range at.globs {
		l := &ls.rows[i]
		consider(l, matchPath(l.Attribute, attribute, true))
	}
	for above := parent(attribute); above != ""; above = parent(above) {
		if i, ok := ls.exact[typeAttribute{at.typ, above}]; ok {
			consider(&ls.rows[i], true)
			break
		}
	}
	return best
}

// moreSpecific orders patterns: without globs first, then by the number of letters, then by the alphabet.
func moreSpecific(a, b string) int {
	if a, b := strings.Contains(a, "*"), strings.Contains(b, "*"); a != b {
		if a {
			return 1
		}
		return -1
	}
	return cmp.Or(letters(b)-letters(a), strings.Compare(a, b))
}

func letters(pattern string) int { return len(pattern) - strings.Count(pattern, "*") }

func parent(path string) string {
	return path[:max(0, strings.LastIndexByte(path, '.'))]
}

// matchType matches a type with a glob. `*` stands for any part of the name, but not for the dot of `data.`.
func matchType(pattern, typ string) bool {
	data, dataPattern := strings.HasPrefix(typ, "data."), strings.HasPrefix(pattern, "data.")
	return data == dataPattern && matchName(pattern, typ)
}

// matchName matches a name with a glob in which `*` stands for any part of it.
func matchName(pattern, name string) bool {
	head, rest, glob := strings.Cut(pattern, "*")
	if !glob {
		return pattern == name
	}
	if !strings.HasPrefix(name, head) {
		return false
	}
	name = name[len(head):]
	for {
		part, after, more := strings.Cut(rest, "*")
		if !more {
			return strings.HasSuffix(name, part)
		}
		i := strings.Index(name, part)
		if i < 0 {
			return false
		}
		name, rest = name[i+len(part):], after
	}
}

// matchPath matches a path with a glob in which `*` stands for a part of a name and `**` for any number of names. With
// under, a pattern matches what is under it as well.
func matchPath(pattern, path string, under bool) bool {
	for {
		if pattern == "" {
			return path == "" || under
		}
		name, rest, _ := strings.Cut(pattern, ".")
		if name == "**" {
			for {
				if matchPath(rest, path, under) {
					return true
				}
				if path == "" {
					return false
				}
				_, path, _ = strings.Cut(path, ".")
			}
		}
		if path == "" {
			return false
		}
		var first string
		first, path, _ = strings.Cut(path, ".")
		if !matchName(name, first) {
			return false
		}
		pattern = rest
	}
}

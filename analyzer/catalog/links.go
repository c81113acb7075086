package catalog

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// links are the link rows, by the type or glob of types that they are about. Those of tables are read when somebody asks for
// a type that they may be about: of the many providers an input has few.
type links struct {
	tables *linkTables
	own    map[string][]linkRow // those of the policy
	globs  []string             // of their types, those that are globs
	read   sync.Map             // type or glob, *typeRows
	known  sync.Map             // type, *typeLinks
}

// linkTables are where link rows are in the tables. A table that says which types it is about is looked through when one of
// them is asked for.
type linkTables struct {
	fsys   fs.FS
	mu     sync.Mutex
	closed map[string][]string // the files that nothing is known of yet, by the words that their types begin with
	texts  map[string][]text   // by type; few have several tables, or several parts of one
	globs  []string            // of the types, those that are globs
}

func newLinks() *links {
	return &links{tables: &linkTables{closed: map[string][]string{}, texts: map[string][]text{}}}
}

// linkRow is a row as it is kept: its Where is only the file until the row answers, for lack of need of most rows' places.
type linkRow struct {
	Link
	line int
}

// typeRows are the rows of a type or glob of types, sorted by attribute.
type typeRows struct {
	typ   string
	rows  []linkRow
	globs map[byte][]glob // by the last letter of what they end with, 0 where that is nothing
}

// glob is a row whose attribute is a glob, and what is in every path that it matches: nearly every path is told by that to
// be of no concern.
type glob struct {
	row          int
	within, tail string // somewhere, and at the end
	below        bool   // it ends with **
}

func newGlob(row int, attribute string) glob {
	parts := strings.Split(attribute, "*")
	for i := range parts {
		parts[i] = strings.Trim(parts[i], ".") // ** may be no name at all
	}
	last := len(parts) - 1
	within := slices.MaxFunc(parts[:last], func(a, b string) int { return len(a) - len(b) })
	return glob{row, within, parts[last], strings.HasSuffix(attribute, "**")}
}

// typeLinks is what there is about one type, and the answers that were given already.
type typeLinks struct {
	levels  []*typeRows // the most specific first
	mu      sync.RWMutex
	answers map[string]*Link
}

// mostAnswers bounds the memory that a plan with endless attribute names can take.
const mostAnswers = 4096

// readLink refuses what readTable has not found.
func (c *Catalog) readLink(r row) error {
	return fmt.Errorf("a link row is written link TYPE ATTRIBUTE..., with one space before the type and after it")
}

// add notes where rows of a type are.
func (lt *linkTables) add(typ string, rows text) {
	have := lt.texts[typ]
	if have == nil && strings.Contains(typ, "*") {
		lt.globs = append(lt.globs, typ)
	}
	lt.texts[typ] = append(have, rows)
}

// close notes which types a file is about.
func (lt *linkTables) close(file string, about []string) {
	for _, word := range about {
		lt.closed[word] = append(lt.closed[word], file)
	}
}

// open looks through the tables that are about types which begin with a word. Of tables that are not right, which are
// never asked, it panics.
func (lt *linkTables) open(word string) {
	files := lt.closed[word]
	if len(files) == 0 {
		return
	}
	delete(lt.closed, word)
	buf := make([]byte, textBuffer)
	for _, file := range files {
		src, about, err := readText(lt.fsys, file, true, buf)
		if err != nil {
			panic(err)
		}
		for _, other := range about {
			lt.closed[other] = slices.DeleteFunc(lt.closed[other], func(f string) bool { return f == file })
		}
		_ = text{file, 1, src}.parts(func(typ string, rows text) error {
			if typ != "" {
				lt.add(typ, rows)
			}
			return nil
		})
	}
}

// of are the rows of a type or glob.
func (lt *linkTables) of(typ string) []text {
	lt.mu.Lock()
	defer lt.mu.Unlock()
	return lt.texts[typ]
}

// about are those of some types, and of all globs over types, that have rows which may be about a type.
func (lt *linkTables) about(typ string, names ...string) []string {
	lt.mu.Lock()
	defer lt.mu.Unlock()
	lt.open(firstWord(typ))
	var found []string
	for _, name := range names {
		if lt.texts[name] != nil {
			found = append(found, name)
		}
	}
	for _, glob := range lt.globs {
		if !slices.Contains(names, glob) && matchType(glob, typ) {
			found = append(found, glob)
		}
	}
	return found
}

// rows are the rows of a type or glob of types. Of tables that are not right, which are never asked, it panics.
func (ls *links) rows(typ string) *typeRows {
	if of, ok := ls.read.Load(typ); ok {
		return of.(*typeRows)
	}
	of, err := ls.readRows(typ)
	if err != nil {
		panic(err)
	}
	kept, _ := ls.read.LoadOrStore(typ, of)
	return kept.(*typeRows)
}

func (ls *links) readRows(typ string) (*typeRows, error) {
	own := ls.own[typ]
	of := &typeRows{typ: typ, rows: slices.Clone(own)}
	for _, t := range ls.tables.of(typ) {
		err := t.each(func(r row) error {
			l, err := parseRow(r)
			if !slices.ContainsFunc(own, func(o linkRow) bool { return o.Attribute == l.Attribute }) {
				l.Where = r.file
				of.rows = append(of.rows, linkRow{l, r.line})
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(of.rows, func(a, b linkRow) int { return strings.Compare(a.Attribute, b.Attribute) })
	for i := range of.rows {
		l := &of.rows[i]
		if i > 0 && l.Attribute == of.rows[i-1].Attribute {
			return nil, fmt.Errorf("%s: link %s %s is there twice, see %s", l.place(), l.Type, l.Attribute, of.rows[i-1].place())
		}
		if strings.Contains(l.Attribute, "*") {
			g := newGlob(i, l.Attribute)
			if of.globs == nil {
				of.globs = map[byte][]glob{}
			}
			of.globs[last(g.tail)] = append(of.globs[last(g.tail)], g)
		}
	}
	return of, nil
}

// parseRow makes a link of a row.
func parseRow(r row) (Link, error) {
	if _, err := r.kind(); err != nil {
		return Link{}, err
	}
	f := [6]string{}
	copy(f[:], r.fields)
	return parseLink(f[1], f[2], f[3], f[4], f[5])
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
	if plain, word, refined := cutType(typ); !isType(plain) || refined && !isWordOf(word) {
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
		if by == ByWords.String() {
			l.By, by = ByWords, ""
		}
		if by != "" || direction != "" {
			return l, fmt.Errorf("only words may follow -")
		}
		return l, nil
	}
	if by == "" {
		return l, fmt.Errorf("a %s link says how its value names the far end, such as id, name or region", kind)
	}
	by, of, _ := strings.Cut(by, "@")
	if l.By, err = ParseBy(by); err != nil {
		return l, err
	}
	if l.By == ByWords {
		return l, fmt.Errorf("words join nothing: their kind is -")
	}
	if l.By != ByTrue {
		l.Cloud = of
	} else if l.Partition = of; of == "" {
		return l, fmt.Errorf("true is followed by what it means: true@PARTITION")
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
	if s == "" || s[0] == '.' || s[len(s)-1] == '.' || strings.Contains(s, "..") || strings.ContainsAny(s, "[] \t") {
		return false
	}
	if strings.Contains(s, "**") {
		for name := range strings.SplitSeq(s, ".") {
			if name != "**" && strings.Contains(name, "**") {
				return false
			}
		}
	}
	return true
}

func (l *linkRow) place() string {
	if l.line == 0 {
		return l.Where
	}
	return l.Where + ":" + strconv.Itoa(l.line)
}

// With is c with the domains that the user gives to a side, and with his own rows added, which win over the built-in ones
// of the same type and attribute, and the later of two own ones over the earlier.
func (c *Catalog) With(own []Link, domains []string) *Catalog {
	with := *c
	with.domains = make(map[string]bool, len(domains))
	for _, d := range domains {
		with.domains[d] = true
	}
	if len(own) == 0 {
		return &with
	}
	ls := &links{tables: c.links.tables, own: map[string][]linkRow{}}
	for _, l := range slices.Backward(own) {
		rows, of := ls.own[l.Type]
		if !of && strings.Contains(l.Type, "*") {
			ls.globs = append(ls.globs, l.Type)
		}
		if !slices.ContainsFunc(rows, func(o linkRow) bool { return o.Attribute == l.Attribute }) {
			ls.own[l.Type] = append(rows, linkRow{l, 0})
		}
	}
	with.links = ls
	return &with
}

// Link is the row that answers for an attribute of a type, or nil. typ is `data.TYPE` for data sources.
//
// A row of the type itself wins over every glob of types, and a glob with more letters over one with less. Among the
// rows of one type or glob wins the one that names the attribute itself, without a glob or by the most letters; after
// those the one that names something above it, by the most letters. `**` at the end of a row names what is above.
//
// What is words is so with everything in it, but for what a row without a glob names, and wins over rows that name
// something above it.
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
	l = c.answer(of, typ, attribute)
	of.mu.Lock()
	if len(of.answers) < mostAnswers {
		of.answers[strings.Clone(attribute)] = l
	}
	of.mu.Unlock()
	return l
}

// answer finds the row that Link remembers.
func (c *Catalog) answer(of *typeLinks, typ, attribute string) *Link {
	row := of.row(attribute)
	if above := parent(attribute); above != "" && (row == nil || row.Attribute != attribute) {
		if l := c.Link(typ, above); l != nil && l.By == ByWords {
			return l
		}
	}
	if row == nil {
		return nil
	}
	l := row.Link
	l.Where = row.place()
	return &l
}

// row is the row of the most specific level that has one, unless that is only about what is above the attribute, and
// another level says that just the attribute is words.
func (lt *typeLinks) row(attribute string) *linkRow {
	var first *linkRow
	for _, level := range lt.levels {
		row := level.answer(attribute)
		if row == nil {
			continue
		}
		names := !strings.HasSuffix(row.Attribute, "**") && matchPath(row.Attribute, attribute, false)
		switch {
		case names && (first == nil || row.By == ByWords):
			return row
		case first == nil:
			first = row
		}
	}
	return first
}

// About tells whether a row names an attribute of a type or something above it, whether or not another row answers first.
func (l *Link) About(typ, attribute string) bool {
	return (l.Type == typ || matchType(l.Type, typ)) && matchPath(l.Attribute, attribute, true)
}

// HasLinks tells whether any row but a `-` names the type itself, globs over all types of a provider apart (`aws_*`).
func (c *Catalog) HasLinks(typ string) bool {
	return c.AnyLink(typ, func(l *Link) bool { return l.Kind != Nothing })
}

// AnyLink tells whether f says yes to a row that names the type itself, globs over all types of a provider apart.
func (c *Catalog) AnyLink(typ string, f func(*Link) bool) bool {
	for _, level := range c.links.of(typ).levels {
		if overAll(level.typ) {
			continue
		}
		for i := range level.rows {
			if f(&level.rows[i].Link) {
				return true
			}
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
	names := []string{typ}
	if plain, _, refined := cutType(typ); refined {
		names = append(names, plain)
	}
	patterns := ls.tables.about(typ, names...)
	for _, own := range append(names, ls.globs...) {
		if len(ls.own[own]) > 0 && !slices.Contains(patterns, own) && (slices.Contains(names, own) || matchType(own, typ)) {
			patterns = append(patterns, own)
		}
	}
	for _, pattern := range patterns {
		of.levels = append(of.levels, ls.rows(pattern))
	}
	slices.SortFunc(of.levels, func(a, b *typeRows) int {
		_, _, ra := cutType(a.typ)
		_, _, rb := cutType(b.typ)
		switch {
		case ra && !rb:
			return -1
		case rb && !ra:
			return 1
		}
		return moreSpecific(a.typ, b.typ)
	})
	known, _ := ls.known.LoadOrStore(strings.Clone(typ), of)
	return known.(*typeLinks)
}

// answer is the row of a level that answers for an attribute.
func (at *typeRows) answer(attribute string) *linkRow {
	if l := at.exact(attribute); l != nil {
		return l
	}
	var best *linkRow
	consider := func(l *linkRow, matches bool) {
		if matches && (best == nil || moreSpecific(l.Attribute, best.Attribute) < 0) {
			best = l
		}
	}
	for _, globs := range [...][]glob{at.globs[last(attribute)], at.globs[0]} {
		for i := range globs {
			if g := &globs[i]; !g.below && strings.HasSuffix(attribute, g.tail) && strings.Contains(attribute, g.within) {
				l := &at.rows[g.row]
				consider(l, matchPath(l.Attribute, attribute, false))
			}
		}
	}
	if best != nil {
		return best
	}
	above := parent(attribute)
	for end, globs := range at.globs {
		if end != 0 && above == "" {
			continue // none of them ends with **
		}
		for i := range globs {
			if g := &globs[i]; (g.below || strings.Contains(above, g.tail)) && strings.Contains(attribute, g.within) {
				l := &at.rows[g.row]
				consider(l, matchPath(l.Attribute, attribute, true))
			}
		}
	}
	for ; above != ""; above = parent(above) {
		if l := at.exact(above); l != nil {
			consider(l, true)
			break
		}
	}
	return best
}

// last is the last letter of a text, 0 where there is none.
func last(s string) byte {
	if s == "" {
		return 0
	}
	return s[len(s)-1]
}

// exact is the row of just this attribute.
func (at *typeRows) exact(attribute string) *linkRow {
	i, ok := slices.BinarySearchFunc(at.rows, attribute, func(l linkRow, a string) int { return strings.Compare(l.Attribute, a) })
	if !ok {
		return nil
	}
	return &at.rows[i]
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
	var patternNames, pathNames [12]string // nearly all fit, and nothing is allocated
	p, names := appendNames(patternNames[:0], pattern), appendNames(pathNames[:0], path)
	i, j, star, from := 0, 0, -1, 0 // p[star] is the last ** so far, and stands for the names up to from
	for j < len(names) {
		switch {
		case i == len(p) && under:
			return true
		case i < len(p) && p[i] == "**":
			star, from = i, j
			i++
		case i < len(p) && matchName(p[i], names[j]):
			i++
			j++
		case star >= 0:
			from++
			i, j = star+1, from
		default:
			return false
		}
	}
	for i < len(p) && p[i] == "**" {
		i++
	}
	return i == len(p)
}

// appendNames appends the names of a path.
func appendNames(list []string, path string) []string {
	for {
		name, rest, more := strings.Cut(path, ".")
		list = append(list, name)
		if !more {
			return list
		}
		path = rest
	}
}

// Proof tells whether an attribute yields a proof of whose a domain is.
func (c *Catalog) Proof(typ, attribute string) bool {
	row := c.Link(typ, attribute)
	return row != nil && row.By == ByProof
}

// Secret tells whether an attribute yields a secret of its resource: itself, or something inside of it, since a
// reference may end at the block that holds the secret.
func (c *Catalog) Secret(typ, attribute string) bool {
	if row := c.Link(typ, attribute); row != nil && row.By == BySecret {
		return true
	}
	if attribute == "" {
		return false // a whole resource is referred to for many reasons
	}
	for _, l := range c.links.of(typ).levels {
		for i := range l.rows {
			if r := &l.rows[i]; r.By == BySecret && strings.HasPrefix(r.Attribute, attribute+".") {
				return true
			}
		}
	}
	return false
}

// MaySecret tells whether an attribute yields text that is kept for others, which may be a secret: the table cannot tell, but
// what takes it may.
func (c *Catalog) MaySecret(typ, attribute string) bool {
	row := c.Link(typ, attribute)
	return row != nil && row.By == ByText && (row.Kind == Credential || row.Kind == Flow)
}

// Beside tells whether an attribute is the name of a value beside it that a row reads as text: it may say that the value
// is a secret.
func (c *Catalog) Beside(typ, attribute string) bool {
	pair, ok := strings.CutSuffix(attribute, "name")
	if !ok || pair != "" && !strings.HasSuffix(pair, ".") {
		return false
	}
	row := c.Link(typ, pair+"value")
	return row != nil && row.By == ByText
}

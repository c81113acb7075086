package catalog

import (
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Load reads every *.tbl of fsys, and all that is in them. It fails on the first row that is not understood, with
// `file:line:`.
func Load(fsys fs.FS) (*Catalog, error) {
	c := empty()
	c.strict = true
	if err := c.read(fsys); err != nil {
		return nil, err
	}
	return c, c.check()
}

// Open reads tables that Load has found to be right, which tests of all tables see to: of the link rows, which are most, it
// only finds where they are, and reads those of a type when the type is asked.
func Open(fsys fs.FS) (*Catalog, error) {
	c := empty()
	return c, c.read(fsys)
}

func (c *Catalog) read(fsys fs.FS) error {
	files, err := fs.Glob(fsys, "*.tbl")
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("there are no tables (*.tbl)")
	}
	c.links.tables.fsys = fsys
	buf := make([]byte, textBuffer)
	for _, file := range files {
		src, about, err := readText(fsys, file, c.strict, buf)
		if err != nil {
			return err
		}
		if about != nil && !c.strict {
			c.links.tables.close(file, about)
			continue
		}
		if err := c.readTable(text{file, 1, src}, about); err != nil {
			return err
		}
	}
	return c.sites.order()
}

const (
	mostHead   = 256 // how long the first line of a table may be that says which types it is about
	textBuffer = 32 << 10
)

// readText reads a table without having it in memory twice. Where its first line says which types it is about, it gives
// those, and of the text only the beginning unless all of it is wanted.
func readText(fsys fs.FS, file string, all bool, buf []byte) (src string, about []string, err error) {
	f, err := fsys.Open(file)
	if err != nil {
		return "", nil, err
	}
	defer f.Close()
	n, err := io.ReadAtLeast(f, buf[:mostHead], mostHead)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return "", nil, err
	}
	head, _, _ := strings.Cut(string(buf[:n]), "\n")
	if row, err := split(head, nil); err == nil && len(row) > 1 && row[0] == "types" {
		about = row[1:]
	}
	if about != nil && !all {
		return head, about, nil
	}
	var b strings.Builder
	if info, err := f.Stat(); err == nil {
		b.Grow(int(info.Size()))
	}
	b.Write(buf[:n])
	_, err = io.CopyBuffer(&b, f, buf)
	return b.String(), about, err
}

// ParseLinks reads a table that has no rows but links and the types that they are about, the rows of one type together. It
// fails on the first row that is not understood, with `file:line:`.
func ParseLinks(file string, src []byte) ([]Link, error) {
	var rows []Link
	seen := map[[2]string]string{}
	err := text{file, 1, string(src)}.each(func(r row) error {
		switch r.fields[0] {
		case "types":
			return nil
		case "link":
		default:
			return fmt.Errorf("a %q row does not belong among links", r.fields[0])
		}
		l, err := parseRow(r)
		if err != nil {
			return err
		}
		l.Where = r.where()
		key := [2]string{l.Type, l.Attribute}
		if where, twice := seen[key]; twice {
			return fmt.Errorf("link %s %s is there twice, see %s", l.Type, l.Attribute, where)
		}
		seen[key] = l.Where
		rows = append(rows, l)
		return nil
	})
	return rows, err
}

// text is a table, or lines of one that follow each other.
type text struct {
	file string
	line int // the number of the first
	src  string
}

// row is a line of a table.
type row struct {
	file   string
	line   int
	fields []string // only good until the next row; the first is the row's kind
}

// where is the place of the row, `clouds.tbl:12`.
func (r row) where() string { return r.file + ":" + strconv.Itoa(r.line) }

// each calls f for every row of a text and adds the row's place to the error.
func (t text) each(f func(row) error) error {
	var fields []string
	for src := t.src; src != ""; t.line++ {
		var line string
		line, src, _ = strings.Cut(src, "\n")
		var err error
		fields, err = split(strings.TrimSuffix(line, "\r"), fields[:0])
		if err == nil && len(fields) > 0 {
			err = f(row{t.file, t.line, fields})
		}
		if err != nil {
			return fmt.Errorf("%s:%d: %w", t.file, t.line, err)
		}
	}
	return nil
}

// readTable reads the rows of a table, and finds where those are that are links, of the types that it is about.
func (c *Catalog) readTable(t text, about []string) error {
	return t.parts(func(typ string, rows text) error {
		if typ == "" {
			return rows.each(func(r row) error {
				if about != nil && r.line > 1 {
					return fmt.Errorf("a %q row does not belong into a table that says which types it is about: it would not be read in time", r.fields[0])
				}
				return c.readRow(r)
			})
		}
		if about != nil && !slices.Contains(about, firstWord(typ)) {
			return fmt.Errorf("%s:%d: %s is none of the types that the first line says the table is about", rows.file, rows.line, typ)
		}
		c.links.tables.add(typ, rows)
		return nil
	})
}

// readTypes refuses a row that does not stand where it is looked for.
func (c *Catalog) readTypes(r row) error {
	if r.line != 1 {
		return fmt.Errorf("a types row is the first line of its table, of at most %d bytes", mostHead)
	}
	return nil
}

// firstWord is what the name of a type begins with: `aws` of `data.aws_vpc`.
func firstWord(typ string) string {
	word, _, _ := strings.Cut(strings.TrimPrefix(typ, "data."), "_")
	return word
}

// parts calls f for the parts of a text: link rows of one type that follow each other, or other rows, of no type.
func (t text) parts(f func(typ string, rows text) error) error {
	for t.src != "" {
		rows := t
		typ, _ := linkType(t.src)
		for next := typ; t.src != "" && next == typ; next, _ = linkType(t.src) {
			_, t.src, _ = strings.Cut(t.src, "\n")
			t.line++
		}
		rows.src = rows.src[:len(rows.src)-len(t.src)]
		if err := f(typ, rows); err != nil {
			return err
		}
	}
	return nil
}

// linkType is the type that a text's first line is about, if that is a link row.
func linkType(src string) (typ string, ok bool) {
	rest, ok := strings.CutPrefix(src, "link ")
	if !ok {
		return "", false
	}
	end := 0
	for end < len(rest) && rest[end] > ' ' && rest[end] != '"' {
		end++
	}
	if end == 0 || end == len(rest) || rest[end] != ' ' {
		return "", false
	}
	return rest[:end], true
}

// split appends the fields of a line to fields.
func split(line string, fields []string) ([]string, error) {
	for i := 0; ; {
		for i < len(line) && isSpace(line[i]) {
			i++
		}
		if i == len(line) || line[i] == '#' {
			return fields, nil
		}
		from, quoted := i, line[i] == '"'
		if quoted {
			end := strings.IndexByte(line[i+1:], '"')
			if end < 0 {
				return nil, fmt.Errorf("a quote is not closed")
			}
			if end == 0 {
				return nil, fmt.Errorf("a field is empty")
			}
			i += end + 2
			if i < len(line) && !isSpace(line[i]) {
				return nil, fmt.Errorf("a space is missing after the closing quote of %s", line[from:i])
			}
			fields = append(fields, line[from+1:i-1])
			continue
		}
		for i < len(line) && !isSpace(line[i]) {
			if line[i] == '"' {
				return nil, fmt.Errorf("a quote inside of %s: quote the whole field", line[from:i+1])
			}
			i++
		}
		fields = append(fields, line[from:i])
	}
}

func isSpace(b byte) bool { return b == ' ' || b == '\t' }

// rowKind is the columns that a row has, and how it is read.
type rowKind struct {
	columns  string
	min, max int
	read     func(*Catalog, row) error
}

// rowKinds are the words that a row may begin with.
var rowKinds = map[string]rowKind{
	"partition":  {`CLOUD PARTITION SIDE "NAME" [saas|regional]`, 4, 5, (*Catalog).readPartition},
	"serves":     {`PARTITION PARTITION`, 2, 2, (*Catalog).readServes},
	"word":       {`CLOUD PARTITION WORD...`, 3, many, (*Catalog).readWord},
	"region":     {`CLOUD PARTITION REGION[=SPELLING]...`, 3, many, (*Catalog).readRegion},
	"pattern":    {`CLOUD PARTITION REGEXP`, 3, 3, (*Catalog).readPattern},
	"identifier": {`CLOUD PREFIX REGEXP`, 3, 3, (*Catalog).readIdentifier},
	"host":       {`exact|suffix|regexp|literal PATTERN CLOUD PARTITION[,PARTITION...]|ambiguous`, 4, 4, (*Catalog).readHost},
	"pages":      {`HOST...`, 1, many, (*Catalog).readPages},
	"provider":   {`SOURCE CLOUD [NAME...]`, 2, many, (*Catalog).readProvider},
	"site":       {`SOURCE provider|env|default|TYPE NAME GIVES`, 4, 4, (*Catalog).readSite},
	"types":      {`WORD...`, 1, many, (*Catalog).readTypes},
	"link":       {`TYPE ATTRIBUTE KIND BY [DIRECTION]`, 3, 5, (*Catalog).readLink},
	"refine":     {`TYPE ATTRIBUTE [WORD]`, 2, 3, (*Catalog).readRefine},
	"inert":      {`TYPE ATTRIBUTE WORD...`, 3, many, (*Catalog).readInert},
	"role":       {`CLOUD CLASS NAME...`, 3, many, (*Catalog).readRole},
	"rolename":   {`CLOUD REGEXP`, 2, 2, (*Catalog).readRoleName},
	"escalation": {`CLOUD NAME ACTION...`, 3, many, (*Catalog).readEscalation},
	"action":     {`CLOUD CLASS PATTERN...`, 3, many, (*Catalog).readAction},
	"become":     {`TYPE FROM TO`, 3, 3, (*Catalog).readBecome},
	"principal":  {`TYPE account|issuer|metadata|service [ATTRIBUTE [NAME]]`, 2, 4, (*Catalog).readPrincipal},
	"account":    {`TYPE ATTRIBUTE PARTITION`, 3, 3, (*Catalog).readAccount},
	"vendor":     {`CLOUD ACCOUNT...`, 2, many, (*Catalog).readVendor},
	"power":      {`TYPE ATTRIBUTE CLASS`, 3, 3, (*Catalog).readPower},
	"custom":     {`TYPE named|permissions|azure|kubernetes|document ATTRIBUTE [NAME]`, 3, 4, (*Catalog).readCustom},
	"roletype":   {`TYPE CLOUD NAME...`, 3, many, (*Catalog).readRoleType},
	"roletrust":  {`TYPE ATTRIBUTE...`, 2, many, (*Catalog).readRoleTrust},
	"rolepolicy": {`TYPE managed|inline|boundary ATTRIBUTE`, 3, 3, (*Catalog).readRolePolicy},
	"attach":     {`TYPE ROLETYPE ATTRIBUTE managed|inline ATTRIBUTE`, 5, 5, (*Catalog).readAttach},
	"policytype": {`TYPE ROLETYPE ATTRIBUTE NAME...`, 4, many, (*Catalog).readPolicyType},
	"pool":       {`TYPE PROVIDER ATTRIBUTE`, 3, 3, (*Catalog).readPool},
	"statements": {`TYPE ATTRIBUTE`, 2, 2, (*Catalog).readStatements},
	"known":      {`TYPE ATTRIBUTE TEMPLATE`, 3, 3, (*Catalog).readKnown},
	"data":       {`TYPE ATTRIBUTE GIVES`, 3, 3, (*Catalog).readData},
	"function":   {`SOURCE NAME make|take TEXT`, 4, 4, (*Catalog).readFunction},
}

const many = 1 << 20

// kind is what the row's first word says, once its columns are as many as they should be.
func (r row) kind() (rowKind, error) {
	kind, ok := rowKinds[r.fields[0]]
	if !ok {
		return kind, unknownWord("row", r.fields[0], slices.Sorted(maps.Keys(rowKinds)))
	}
	if n := len(r.fields) - 1; n < kind.min || n > kind.max {
		return kind, fmt.Errorf("a %s row has the columns %s, not %d of them", r.fields[0], kind.columns, n)
	}
	return kind, nil
}

// readRow reads a row of any kind.
func (c *Catalog) readRow(r row) error {
	kind, err := r.kind()
	if err != nil {
		return err
	}
	return kind.read(c, r)
}

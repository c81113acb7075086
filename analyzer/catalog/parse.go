package catalog

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Load reads every *.tbl of fsys. It fails on the first row that is not understood, with `file:line:`.
func Load(fsys fs.FS) (*Catalog, error) {
	files, err := fs.Glob(fsys, "*.tbl")
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("there are no tables (*.tbl)")
	}
	c := empty()
	for _, file := range files {
		src, err := fs.ReadFile(fsys, file)
		if err != nil {
			return nil, err
		}
		if err := c.read(file, string(src)); err != nil {
			return nil, err
		}
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	return c, nil
}

// ParseLinks reads a table that has no rows but links. It fails on the first row that is not understood, with
// `file:line:`.
func ParseLinks(file string, src []byte) ([]Link, error) {
	c := empty()
	err := eachRow(file, string(src), func(r row) error {
		if r.fields[0] != "link" {
			return fmt.Errorf("a %q row does not belong among links", r.fields[0])
		}
		return c.readLink(r)
	})
	return c.links.rows, err
}

// row is a line of a table.
type row struct {
	file   string
	line   int
	fields []string // only good until the next row; the first is the row's kind
}

// where is the place of the row, `clouds.tbl:12`.
func (r row) where() string { return r.file + ":" + strconv.Itoa(r.line) }

// eachRow calls f for every row of a table and adds the row's place to the error.
func eachRow(file, src string, f func(row) error) error {
	var fields []string
	for line := 1; src != ""; line++ {
		var text string
		text, src, _ = strings.Cut(src, "\n")
		var err error
		fields, err = split(strings.TrimSuffix(text, "\r"), fields[:0])
		if err == nil && len(fields) > 0 {
			err = f(row{file, line, fields})
		}
		if err != nil {
			return fmt.Errorf("%s:%d: %w", file, line, err)
		}
	}
	return nil
}

// split appends the fields of a line to fields.
func split(line string, fields []string) ([]string, error) {
	for {
		line = strings.TrimLeft(line, " \t")
		switch {
		case line == "" || line[0] == '#':
			return fields, nil
		case line[0] == '"':
			text, rest, closed := strings.Cut(line[1:], `"`)
			if !closed {
				return nil, fmt.Errorf("a quote is not closed")
			}
			if rest != "" && rest[0] != ' ' && rest[0] != '\t' {
				return nil, fmt.Errorf("a space is missing after the closing quote of %q", text)
			}
			if text == "" {
				return nil, fmt.Errorf("a field is empty")
			}
			fields, line = append(fields, text), rest
		default:
			end := strings.IndexAny(line, " \t")
			if end < 0 {
				end = len(line)
			}
			if strings.IndexByte(line[:end], '"') >= 0 {
				return nil, fmt.Errorf("a quote inside %s: quote the whole field", line[:end])
			}
			fields, line = append(fields, line[:end]), line[end:]
		}
	}
}

// rowKinds are the words that a row may begin with, with the columns that it has and how it is read.
var rowKinds = map[string]struct {
	columns  string
	min, max int
	read     func(*Catalog, row) error
}{
	"partition":  {`CLOUD PARTITION SIDE "NAME" [saas]`, 4, 5, (*Catalog).readPartition},
	"word":       {`CLOUD PARTITION WORD...`, 3, many, (*Catalog).readWord},
	"region":     {`CLOUD PARTITION REGION[=SPELLING]...`, 3, many, (*Catalog).readRegion},
	"pattern":    {`CLOUD PARTITION REGEXP`, 3, 3, (*Catalog).readPattern},
	"identifier": {`CLOUD PREFIX REGEXP`, 3, 3, (*Catalog).readIdentifier},
	"host":       {`exact|suffix|regexp|literal PATTERN CLOUD PARTITION|ambiguous`, 4, 4, (*Catalog).readHost},
	"provider":   {`SOURCE CLOUD [NAME...]`, 2, many, (*Catalog).readProvider},
	"site":       {`SOURCE provider|env|default|TYPE NAME GIVES`, 4, 4, (*Catalog).readSite},
	"link":       {`TYPE ATTRIBUTE KIND BY [DIRECTION]`, 3, 5, (*Catalog).readLink},
	"role":       {`CLOUD CLASS NAME...`, 3, many, (*Catalog).readRole},
	"rolename":   {`CLOUD REGEXP`, 2, 2, (*Catalog).readRoleName},
	"escalation": {`CLOUD NAME ACTION...`, 3, many, (*Catalog).readEscalation},
	"action":     {`CLOUD CLASS PATTERN...`, 3, many, (*Catalog).readAction},
	"data":       {`TYPE ATTRIBUTE GIVES`, 3, 3, (*Catalog).readData},
}

const many = 1 << 20

func (c *Catalog) read(file, src string) error {
	return eachRow(file, src, func(r row) error {
		kind, ok := rowKinds[r.fields[0]]
		if !ok {
			var known []string
			for word := range rowKinds {
				known = append(known, word)
			}
			slices.Sort(known)
			return unknownWord("row", r.fields[0], known)
		}
		if n := len(r.fields) - 1; n < kind.min || n > kind.max {
			return fmt.Errorf("a %s row has the columns %s, not %d of them", r.fields[0], kind.columns, n)
		}
		return kind.read(c, r)
	})
}

// expression is a regular expression that is compiled when it is first needed.
type expression struct {
	source string
	once   sync.Once
	re     *regexp.Regexp
}

func (e *expression) compiled() *regexp.Regexp {
	e.once.Do(func() { e.re = regexp.MustCompile(e.source) })
	return e.re
}

package catalog

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
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
	sources := make([]string, len(files))
	rows := 0
	for i, file := range files {
		src, err := fs.ReadFile(fsys, file)
		if err != nil {
			return nil, err
		}
		sources[i] = string(src)
		rows += strings.Count(sources[i], "\n")
	}
	c := empty()
	c.links.rows = make([]linkRow, 0, rows)
	for i, file := range files {
		if err := eachRow(file, sources[i], c.readRow); err != nil {
			return nil, err
		}
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	return c, nil
}

// ParseLinks reads a table that has no rows but links, the rows of one type together. It fails on the first row that
// is not understood, with `file:line:`.
func ParseLinks(file string, src []byte) ([]Link, error) {
	c := empty()
	err := eachRow(file, string(src), func(r row) error {
		if r.fields[0] != "link" {
			return fmt.Errorf("a %q row does not belong among links", r.fields[0])
		}
		return c.readRow(r)
	})
	if err == nil {
		c.links.index()
		err = c.links.checkTwice()
	}
	if err != nil {
		return nil, err
	}
	var rows []Link
	for _, r := range c.links.rows {
		r.Link.Where = r.place()
		rows = append(rows, r.Link)
	}
	return rows, nil
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

// rowKinds are the words that a row may begin with, with the columns that it has and how it is read.
var rowKinds = map[string]struct {
	columns  string
	min, max int
	read     func(*Catalog, row) error
}{
	"partition":  {`CLOUD PARTITION SIDE "NAME" [saas|regional]`, 4, 5, (*Catalog).readPartition},
	"word":       {`CLOUD PARTITION WORD...`, 3, many, (*Catalog).readWord},
	"region":     {`CLOUD PARTITION REGION[=SPELLING]...`, 3, many, (*Catalog).readRegion},
	"pattern":    {`CLOUD PARTITION REGEXP`, 3, 3, (*Catalog).readPattern},
	"identifier": {`CLOUD PREFIX REGEXP`, 3, 3, (*Catalog).readIdentifier},
	"host":       {`exact|suffix|regexp|literal PATTERN CLOUD PARTITION|ambiguous`, 4, 4, (*Catalog).readHost},
	"provider":   {`SOURCE CLOUD [NAME...]`, 2, many, (*Catalog).readProvider},
	"site":       {`SOURCE provider|env|default|TYPE NAME GIVES`, 4, 4, (*Catalog).readSite},
	"link":       {`TYPE ATTRIBUTE KIND BY [DIRECTION]`, 3, 5, (*Catalog).readLink},
	"refine":     {`TYPE ATTRIBUTE`, 2, 2, (*Catalog).readRefine},
	"role":       {`CLOUD CLASS NAME...`, 3, many, (*Catalog).readRole},
	"rolename":   {`CLOUD REGEXP`, 2, 2, (*Catalog).readRoleName},
	"escalation": {`CLOUD NAME ACTION...`, 3, many, (*Catalog).readEscalation},
	"action":     {`CLOUD CLASS PATTERN...`, 3, many, (*Catalog).readAction},
	"become":     {`TYPE FROM TO`, 3, 3, (*Catalog).readBecome},
	"principal":  {`TYPE account|issuer|metadata|service [ATTRIBUTE]`, 2, 3, (*Catalog).readPrincipal},
	"vendor":     {`CLOUD ACCOUNT...`, 2, many, (*Catalog).readVendor},
	"power":      {`TYPE ATTRIBUTE CLASS`, 3, 3, (*Catalog).readPower},
	"known":      {`TYPE ATTRIBUTE TEMPLATE`, 3, 3, (*Catalog).readKnown},
	"data":       {`TYPE ATTRIBUTE GIVES`, 3, 3, (*Catalog).readData},
}

const many = 1 << 20

// readRow reads any row.
func (c *Catalog) readRow(r row) error {
	kind, ok := rowKinds[r.fields[0]]
	if !ok {
		return unknownWord("row", r.fields[0], slices.Sorted(maps.Keys(rowKinds)))
	}
	if n := len(r.fields) - 1; n < kind.min || n > kind.max {
		return fmt.Errorf("a %s row has the columns %s, not %d of them", r.fields[0], kind.columns, n)
	}
	return kind.read(c, r)
}

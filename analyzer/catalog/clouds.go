package catalog

import (
	"fmt"
	"maps"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/pattern"
)

// clouds is what the rows about partitions say.
type clouds struct {
	partitions []Partition // in the order of the tables
	byID       map[string]int
	serves     map[string]string
	names      map[string]bool // of the clouds
	words      map[cloudName]string
	regions    map[cloudName]regionRow
	patterns   []patternRow
	uses       []use // partitions and clouds that rows name, to be checked when all tables are read
}

// cloudName is a name that means something within a cloud.
type cloudName struct{ cloud, name string }

type regionRow struct {
	partition string
	region    string // as the table writes it
}

type patternRow struct {
	cloud, partition string
	expression       *pattern.Pattern
}

// use is where a row names a partition, or only a cloud.
type use struct {
	cloud, partition string
	file             string
	line             int
}

func (c *Catalog) readPartition(r row) error {
	f := r.fields
	p := Partition{Cloud: f[1], ID: f[2], Side: f[3], Name: f[4]}
	if len(f) == 6 {
		switch f[5] {
		case "saas":
			p.SaaS = true
		case "regional":
			p.Regional = true
		default:
			return unknownWord("mark", f[5], []string{"saas", "regional"})
		}
	}
	for _, word := range f[1:4] {
		if !isWord(word) {
			return fmt.Errorf("%q is not a name: write it with a-z, 0-9 and -", word)
		}
	}
	if p.ID == "ambiguous" {
		return fmt.Errorf("no partition can be called %q", p.ID)
	}
	if _, ok := c.clouds.byID[p.ID]; ok {
		return fmt.Errorf("partition %s is there twice", p.ID)
	}
	c.clouds.byID[p.ID] = len(c.clouds.partitions)
	c.clouds.partitions = append(c.clouds.partitions, p)
	c.clouds.names[p.Cloud] = true
	return nil
}

func (c *Catalog) readServes(r row) error {
	_, directory := c.uses(r, 0, 1)
	_, served := c.uses(r, 0, 2)
	if _, ok := c.clouds.serves[directory]; ok {
		return fmt.Errorf("what %s serves is there twice", directory)
	}
	c.clouds.serves[directory] = served
	return nil
}

// Serves is the partition of whose identities another one is the directory, "" of any that is none.
func (c *Catalog) Serves(directory string) string { return c.clouds.serves[directory] }

func (c *Catalog) readWord(r row) error {
	cloud, partition := c.uses(r, 1, 2)
	for _, word := range r.fields[3:] {
		key := cloudName{cloud, strings.ToLower(word)}
		if _, ok := c.clouds.words[key]; ok {
			return fmt.Errorf("word %s of %s is there twice", word, cloud)
		}
		c.clouds.words[key] = partition
	}
	return nil
}

func (c *Catalog) readRegion(r row) error {
	cloud, partition := c.uses(r, 1, 2)
	for _, field := range r.fields[3:] {
		region, _, _ := strings.Cut(field, "=")
		for spelling := range strings.SplitSeq(field, "=") {
			if err := c.addRegion(cloud, spelling, regionRow{partition, region}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *Catalog) addRegion(cloud, spelling string, row regionRow) error {
	if spelling == "" || row.region != strings.ToLower(row.region) {
		return fmt.Errorf("region %q is not lower case, or empty", row.region)
	}
	key := cloudName{cloud, plain(spelling)}
	if _, ok := c.clouds.regions[key]; ok {
		return fmt.Errorf("region %s of %s is there twice", spelling, cloud)
	}
	c.clouds.regions[key] = row
	return nil
}

func (c *Catalog) readPattern(r row) error {
	cloud, partition := c.uses(r, 1, 2)
	e, err := c.expression(r.fields[3], anyExpression)
	c.clouds.patterns = append(c.clouds.patterns, patternRow{cloud, partition, e})
	return err
}

// Partition looks a partition up by its id.
func (c *Catalog) Partition(id string) (Partition, bool) {
	i, ok := c.clouds.byID[id]
	if !ok {
		return Partition{}, false
	}
	return c.clouds.partitions[i], true
}

// Partitions are all partitions of a cloud, all clouds' for "", in the order of the tables.
func (c *Catalog) Partitions(cloud string) []Partition {
	var out []Partition
	for _, p := range c.clouds.partitions {
		if cloud == "" || p.Cloud == cloud {
			out = append(out, p)
		}
	}
	return out
}

// Word finds a cloud's partition by another name of it: a provider's `environment`, an ARN's partition field. Case does
// not matter.
func (c *Catalog) Word(cloud, word string) (partition string, ok bool) {
	partition, ok = c.clouds.words[cloudName{cloud, strings.ToLower(word)}]
	return partition, ok
}

// Region finds the partition that a region or zone of a cloud belongs to, and the region in the tables' spelling. A
// region that only a pattern knows comes back in lower case.
func (c *Catalog) Region(cloud, name string) (partition, region string, ok bool) {
	names := regionsOf(plain(name))
	for _, name := range names {
		if row, ok := c.clouds.regions[cloudName{cloud, name}]; ok {
			return row.partition, row.region, true
		}
	}
	for _, p := range c.clouds.patterns {
		if p.cloud != cloud {
			continue
		}
		for _, name := range names {
			if p.expression.Regexp().MatchString(name) {
				return p.partition, name, true
			}
		}
	}
	if spelled := strings.ReplaceAll(name, "_", "-"); spelled != name {
		return c.Region(cloud, spelled) // as words of enumerations: CN_NORTH_1
	}
	return "", "", false
}

// regionsOf are a name and the regions that it may be a zone of, the longest first. Zones are written as their region and
//   - a letter after a digit: `eu-central-1a`;
//   - a last part of a letter, a digit, or both: `europe-west1-b`, `ap-guangzhou-3`, `eu-de-1a`;
//   - anything, after a region that ends in a digit: the local zones `us-east-1-bos-1a`.
func regionsOf(name string) []string {
	names := []string{name}
	if n := len(name); n > 2 && isLetter(name[n-1]) && isDigit(name[n-2]) {
		names = append(names, name[:n-1])
	}
	for end := strings.LastIndexByte(name, '-'); end > 0; end = strings.LastIndexByte(name[:end], '-') {
		if isDigit(name[end-1]) || isZoneMark(name[end+1:]) {
			names = append(names, name[:end])
		}
	}
	return names
}

// isZoneMark tells the last part of a zone's name: a letter, a digit, or a digit and a letter.
func isZoneMark(s string) bool {
	switch len(s) {
	case 1:
		return isLetter(s[0]) || isDigit(s[0])
	case 2:
		return isDigit(s[0]) && isLetter(s[1])
	}
	return false
}

// check tells of the first link row that is not understood, and of the first row that names something that no table has.
func (c *Catalog) check() error {
	for _, typ := range slices.Sorted(maps.Keys(c.links.tables.texts)) {
		of, err := c.links.readRows(typ)
		if err != nil {
			return err
		}
		for _, l := range of.rows {
			if err := c.CheckLink(l.Link); err != nil {
				return fmt.Errorf("%s: %w", l.place(), err)
			}
		}
	}
	for _, u := range c.clouds.uses {
		if err := c.checkUse(u); err != nil {
			return fmt.Errorf("%s:%d: %w", u.file, u.line, err)
		}
	}
	return nil
}

// CheckLink tells of a link row that was not read from a table and names what no table has.
func (c *Catalog) CheckLink(l Link) error {
	return c.checkUse(use{cloud: l.Cloud, partition: l.Partition})
}

func (c *Catalog) checkUse(u use) error {
	if u.cloud != "" && !c.clouds.names[u.cloud] {
		var known []string
		for name := range c.clouds.names {
			known = append(known, name)
		}
		slices.Sort(known)
		return unknownWord("cloud", u.cloud, known)
	}
	if u.partition == "" {
		return nil
	}
	i, ok := c.clouds.byID[u.partition]
	if !ok {
		var known []string
		for _, p := range c.Partitions(u.cloud) {
			known = append(known, p.ID)
		}
		return unknownWord("partition", u.partition, known)
	}
	if cloud := c.clouds.partitions[i].Cloud; u.cloud != "" && cloud != u.cloud && len(c.Partitions(u.cloud)) > 0 {
		return fmt.Errorf("partition %s is of %s, not of %s", u.partition, cloud, u.cloud)
	}
	return nil
}

// uses are the cloud and the partition in two columns of a row, 0 for no such column. They are remembered for checking.
func (c *Catalog) uses(r row, cloudColumn, partitionColumn int) (cloud, partition string) {
	if cloudColumn > 0 {
		cloud = r.fields[cloudColumn]
	}
	if partitionColumn > 0 {
		partition = r.fields[partitionColumn]
	}
	c.use(r, cloud, partition)
	return cloud, partition
}

// use remembers for checking what a row names.
func (c *Catalog) use(r row, cloud, partition string) {
	if c.strict {
		c.clouds.uses = append(c.clouds.uses, use{cloud, partition, r.file, r.line})
	}
}

// expression is a pattern of a row. check looks at the parsed expression.
func (c *Catalog) expression(source string, check func(*syntax.Regexp) error) (*pattern.Pattern, error) {
	if c.strict {
		tree, err := syntax.Parse(source, syntax.Perl)
		if err != nil {
			return nil, err
		}
		if err := check(tree); err != nil {
			return nil, err
		}
	}
	return pattern.New(source), nil
}

// anyExpression is the check of expressions that may be any.
func anyExpression(*syntax.Regexp) error { return nil }

// plain is the form in which names of regions are compared: `China East 3` is chinaeast3.
func plain(s string) string {
	return strings.ToLower(strings.ReplaceAll(s, " ", ""))
}

func isWord(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isLetter(s[i]) && !isDigit(s[i]) && s[i] != '-' {
			return false
		}
	}
	return s != ""
}

func isLetter(b byte) bool { return 'a' <= b && b <= 'z' }
func isDigit(b byte) bool  { return '0' <= b && b <= '9' }

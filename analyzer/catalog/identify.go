package catalog

import (
	"fmt"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/pattern"
)

// identifierRow is a form of ids that tell where they are from.
type identifierRow struct {
	cloud      string
	prefix     string // what the value begins with, or holds
	anywhere   bool
	expression *pattern.Pattern
}

// identifierGroups are the names that groups of an identifier's expression may have.
var identifierGroups = []string{"partition", "region", "account", "tenant", "service", "host"}

func (c *Catalog) readIdentifier(r row) error {
	cloud, _ := c.uses(r, 1, 0)
	prefix, anywhere := strings.CutPrefix(r.fields[2], "*")
	if prefix == "" {
		return fmt.Errorf("the prefix is empty")
	}
	e, err := c.expression(r.fields[3], func(tree *syntax.Regexp) error {
		for _, group := range tree.CapNames() {
			if group != "" && !slices.Contains(identifierGroups, group) {
				return unknownWord("group", group, identifierGroups)
			}
		}
		return nil
	})
	c.identifiers = append(c.identifiers, identifierRow{cloud, prefix, anywhere, e})
	return err
}

// Identify reads an id (ARN, OCID, CRN, resource path...) for what it says of its place. A partition or region in it
// that no table knows is left empty. The partition that the id names counts for more than the one that its region
// belongs to; a region of another partition is left out.
func (c *Catalog) Identify(value string) (Identity, bool) {
	for i := range c.identifiers {
		row := &c.identifiers[i]
		if row.anywhere && !strings.Contains(value, row.prefix) || !row.anywhere && !strings.HasPrefix(value, row.prefix) {
			continue
		}
		re := row.expression.Regexp()
		match := re.FindStringSubmatchIndex(value)
		if match == nil {
			continue
		}
		id := Identity{Cloud: row.cloud}
		var partition, region string
		for g, name := range re.SubexpNames() {
			if g == 0 || match[2*g] < 0 {
				continue
			}
			text := value[match[2*g]:match[2*g+1]]
			switch name {
			case "partition":
				partition = text
			case "region":
				region = text
			case "account":
				id.Account = text
			case "tenant":
				id.Tenant = strings.ToLower(text)
			case "service":
				id.Service = text
			case "host":
				id.Host = strings.ToLower(text)
			}
		}
		c.settle(&id, partition, region)
		return id, true
	}
	return Identity{}, false
}

// settle fills in the partition and region from what an id calls them and from its host.
func (c *Catalog) settle(id *Identity, partition, region string) {
	if id.Host != "" {
		of, _, ok := c.Host(id.Host)
		if ok {
			id.Cloud = of.Cloud
		}
		id.Partition, id.Region, id.Host = of.Partition, of.Region, hostOf(id.Host)
	}
	if partition != "" {
		id.Partition, _ = c.Word(id.Cloud, partition)
	}
	if region == "" {
		return
	}
	if p, r, ok := c.Region(id.Cloud, strings.ReplaceAll(region, "_", "-")); ok {
		if partition == "" && id.Partition == "" {
			id.Partition = p
		}
		if id.Partition == p {
			id.Region = r
		}
	}
}

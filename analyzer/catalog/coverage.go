package catalog

import (
	"cmp"
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/zclconf/go-cty/cty"

	"github.com/demarc-dev/demarc/analyzer/pattern"
)

// Could matches the names of attributes that could name another place. It is wide on purpose: whoever adds a provider
// has to look at every such attribute and say what it does, or that it joins nothing.
var Could = pattern.New(`region|location|account|owner|subscription|project|compartment|endpoint|domain|issuer|address|cidr|` +
	`ocid|self_link|bucket|principal|partner|` +
	`(^|_)(tenants?|tenancy|hosts?|hostnames?|fqdns?|url|urls|uris?|ips?|ipv4|ipv6|arns?|urns?|crns?|ids?|topics?|keys?|roles?|members?|policy|policies|` +
	`statements?|source|sources|destinations?|targets?|peers?|remote|replicas?|standby|secondary|areas?)(_|$)`)

// Coverage is what the tables know of one provider's attributes.
type Coverage struct {
	Source     string // `hashicorp/aws`
	Types      int    // resource types and data sources
	Linking    int    // of them, those with a row that joins places
	Attributes int    // settable attributes that could name another place
	Explained  int    // of them, those that a row answers for
	Missing    []string
}

// Cover compares the tables with the schemas that `terraform providers schema -json` prints, one Coverage a provider,
// sorted by source. Truth values and numbers name no place and are not counted.
func (c *Catalog) Cover(schemas *tfjson.ProviderSchemas) []Coverage {
	var out []Coverage
	for address, p := range schemas.Schemas {
		cov := Coverage{Source: source(address)}
		if p == nil {
			continue
		}
		c.coverTypes(&cov, "", p.ResourceSchemas)
		c.coverTypes(&cov, "data.", p.DataSourceSchemas)
		slices.Sort(cov.Missing)
		out = append(out, cov)
	}
	slices.SortFunc(out, func(a, b Coverage) int { return cmp.Compare(a.Source, b.Source) })
	return out
}

// source is a provider's address without its registry.
func source(address string) string {
	parts := strings.Split(address, "/")
	return strings.Join(parts[max(0, len(parts)-2):], "/")
}

func (c *Catalog) coverTypes(cov *Coverage, prefix string, types map[string]*tfjson.Schema) {
	for typ, schema := range types {
		cov.Types++
		if c.HasLinks(prefix + typ) {
			cov.Linking++
		}
		if schema != nil {
			c.coverBlock(cov, prefix+typ, "", schema.Block)
		}
	}
}

func (c *Catalog) coverBlock(cov *Coverage, typ, path string, b *tfjson.SchemaBlock) {
	if b == nil {
		return
	}
	for name, a := range b.Attributes {
		c.coverAttribute(cov, typ, path+name, a)
	}
	for name, nested := range b.NestedBlocks {
		if name != "timeouts" && nested != nil {
			c.coverBlock(cov, typ, path+name+".", nested.Block)
		}
	}
}

func (c *Catalog) coverAttribute(cov *Coverage, typ, path string, a *tfjson.SchemaAttribute) {
	if a == nil || !a.Optional && !a.Required {
		return
	}
	if a.AttributeNestedType != nil {
		for name, nested := range a.AttributeNestedType.Attributes {
			c.coverAttribute(cov, typ, path+"."+name, nested)
		}
		return
	}
	c.coverType(cov, typ, path, a.AttributeType)
}

// coverType counts an attribute, or the attributes of the objects that it holds.
func (c *Catalog) coverType(cov *Coverage, typ, path string, t cty.Type) {
	switch {
	case t == cty.Bool || t == cty.Number:
		return
	case t.IsListType() || t.IsSetType():
		c.coverType(cov, typ, path, t.ElementType())
		return
	case t.IsObjectType():
		for name, nested := range t.AttributeTypes() {
			c.coverType(cov, typ, path+"."+name, nested)
		}
		return
	}
	if !Could.Regexp().MatchString(path[strings.LastIndexByte(path, '.')+1:]) {
		return
	}
	cov.Attributes++
	if c.Link(typ, path) != nil {
		cov.Explained++
	} else {
		cov.Missing = append(cov.Missing, typ+"."+path)
	}
}

package catalog

import (
	"fmt"
	"slices"
	"strings"
)

// sites is what the rows about providers say.
type sites struct {
	providers map[string]provider // by source
	sources   map[string]string   // by the last part of a source, and other names
	rows      map[string]*siteRows
}

type provider struct{ cloud string }

// others is the source in rows about providers that have no row of their own.
const others = "*"

// siteQuestion is what ResourceSites is asked.
type siteQuestion struct{ source, typ string }

// siteRows are the rows of a provider.
type siteRows struct {
	provider  []SiteRow
	resources []SiteRow // the most specific type first once the tables are read
}

func (c *Catalog) readProvider(r row) error {
	source, cloud := r.fields[1], r.fields[2]
	if !isSource(source) {
		return fmt.Errorf("%q is not a provider's source: write NAMESPACE/TYPE in lower case", source)
	}
	if !isWord(cloud) {
		return fmt.Errorf("%q is not a name: write it with a-z, 0-9 and -", cloud)
	}
	if _, ok := c.sites.providers[source]; ok {
		return fmt.Errorf("provider %s is there twice", source)
	}
	c.sites.providers[source] = provider{cloud}
	c.clouds.names[cloud] = true
	for _, name := range append([]string{lastPart(source)}, r.fields[3:]...) {
		if other, ok := c.sites.sources[name]; ok {
			return fmt.Errorf("the name %s is %s's already", name, other)
		}
		c.sites.sources[name] = source
	}
	return nil
}

func (c *Catalog) readSite(r row) error {
	s := SiteRow{Source: r.fields[1], Scope: r.fields[2], Name: r.fields[3], Where: r.where()}
	var err error
	if s.Gives, err = ParseGives(r.fields[4]); err != nil {
		return err
	}
	rows := c.sites.rows[s.Source]
	if rows == nil {
		rows = &siteRows{}
		c.sites.rows[s.Source] = rows
	}
	list := &rows.provider
	if s.Source == others && (s.Scope != "provider" || s.Gives != GivesHost) {
		return fmt.Errorf("of providers without a row only arguments of their blocks are known, which give a host")
	}
	switch s.Scope {
	case "provider", "env":
		if s.Gives >= GivesNowhere {
			return fmt.Errorf("a provider's argument or variable cannot give %s", s.Gives)
		}
	case "default":
		if s.Gives != GivesPartition {
			return fmt.Errorf("a default gives a partition, not %s", s.Gives)
		}
		c.use(r, "", s.Name)
	default:
		list = &rows.resources
		if !isType(s.Scope) || s.Gives == GivesDNSSuffix || s.Gives == GivesAuthority || (s.Name == "-") != (s.Gives == GivesNowhere || s.Gives == GivesWide) {
			return fmt.Errorf("a site of resources is TYPE ATTRIBUTE GIVES, TYPE ATTRIBUTE -, TYPE - wide or TYPE - nowhere")
		}
	}
	if s.Name != "-" && !isAttribute(s.Name) {
		return fmt.Errorf("%q is not the path of an attribute", s.Name)
	}
	for _, other := range *list {
		if other.Scope == s.Scope && other.Name == s.Name {
			return fmt.Errorf("site %s %s %s is there twice", s.Source, s.Scope, s.Name)
		}
	}
	*list = append(*list, s)
	return nil
}

// order puts the rows of resources in the order in which they are asked, and finds those of providers that no row has.
func (s *sites) order() error {
	for source, rows := range s.rows {
		if _, ok := s.providers[source]; !ok && source != others {
			first := slices.Concat(rows.provider, rows.resources)[0]
			return fmt.Errorf("%s: there is no provider row for %s", first.Where, source)
		}
		slices.SortStableFunc(rows.resources, func(a, b SiteRow) int { return moreSpecific(a.Scope, b.Scope) })
	}
	return nil
}

// Cloud is the cloud that a provider (`hashicorp/aws`) is for. Forks are known by their type: `acme/aws` answers as
// `hashicorp/aws` does.
func (c *Catalog) Cloud(source string) (cloud string, ok bool) {
	p, ok := c.sites.providers[c.sites.source(source)]
	return p.cloud, ok
}

// Hosted tells whether things of a cloud are where their hosts are: the cloud has no partitions, as Kubernetes and
// storage arrays, or its software runs on servers of one's own as well.
func (c *Catalog) Hosted(cloud string) bool {
	parts := c.Partitions(cloud)
	return cloud != "" && (len(parts) == 0 || parts[0].SaaS)
}

// ProviderSites are the rows that place provider configurations of source, in the order of the table, with scopes
// provider, env and default.
func (c *Catalog) ProviderSites(source string) []SiteRow {
	source = c.sites.source(source)
	if source == "" {
		source = others
	}
	if rows := c.sites.rows[source]; rows != nil {
		return rows.provider
	}
	return nil
}

// ResourceSites are the rows that place resources of a type, the most specific type first. Of several rows about one
// attribute only the most specific counts, and where that is a `-` none.
func (c *Catalog) ResourceSites(source, typ string) []SiteRow {
	source = c.sites.source(source)
	rows := c.sites.rows[source]
	if rows == nil {
		return nil
	}
	key := siteQuestion{source, typ}
	if known, ok := c.siteAnswers.Load(key); ok {
		return known.([]SiteRow)
	}
	var out []SiteRow
	var seen []string
	for _, s := range rows.resources {
		if matchType(s.Scope, typ) && !slices.Contains(seen, s.Name) {
			seen = append(seen, s.Name)
			if s.Gives != GivesNothing {
				out = append(out, s)
			}
		}
	}
	c.siteAnswers.Store(key, out)
	return out
}

// source is the source in the tables that a provider's source, with or without its registry, answers as.
func (s *sites) source(source string) string {
	source = strings.ToLower(source)
	if _, rest, ok := strings.Cut(source, "/"); ok && strings.Count(rest, "/") == 1 {
		source = rest
	}
	if _, ok := s.providers[source]; ok {
		return source
	}
	return s.sources[lastPart(source)]
}

func lastPart(source string) string { return source[strings.LastIndexByte(source, '/')+1:] }

func isSource(s string) bool {
	namespace, typ, ok := strings.Cut(s, "/")
	return ok && isWord(namespace) && isWord(typ)
}

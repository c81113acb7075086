package catalog

import (
	"io/fs"
)

// Partition is an instance of a cloud with identities, endpoints and often an operator of its own.
type Partition struct {
	ID    string // unique over all clouds: `aws-cn`, `azure-china`, `oc19`
	Cloud string
	Side  string // the built-in side: `global`, `china`, `us-government`...
	Name  string // `AWS China (operated by Sinnet and NWCD)`
	SaaS  bool
}

// Identity is what an identifier or a host tells by itself. Empty fields are not told.
type Identity struct {
	Cloud, Partition, Region, Account, Service, Host string
}

// Link is one row about a resource type's attribute.
type Link struct {
	Type      string // type or glob
	Attribute string // path or glob
	Kind      Kind
	By        By
	Direction Direction
	Where     string // file:line of the row
}

// SiteRow says what places a provider configuration or a resource.
type SiteRow struct {
	Source string // `hashicorp/aws`
	Scope  string // provider, env, default, or a resource type glob
	Name   string // attribute, variable or partition
	Gives  Gives
	Where  string
}

// DataRow says what an attribute of a data source has from its provider configuration.
type DataRow struct {
	Type, Attribute string
	Gives           Gives
	Where           string
}

// Catalog is all tables, read and indexed. It is immutable and safe for concurrent use.
type Catalog struct{}

// Load reads every *.tbl of fsys. It fails on the first row that is not understood, with `file:line:`.
func Load(fsys fs.FS) (*Catalog, error) { panic("TODO") }

// With is c with the user's own rows added, which win over the built-in ones of the same type and attribute.
func (c *Catalog) With(links []Link) *Catalog { panic("TODO") }

// Partition looks a partition up by its id.
func (c *Catalog) Partition(id string) (Partition, bool) { panic("TODO") }

// Partitions are all partitions of a cloud, all clouds' for "".
func (c *Catalog) Partitions(cloud string) []Partition { panic("TODO") }

// Word finds a cloud's partition by another name of it: a provider's `environment`, an ARN's partition field.
func (c *Catalog) Word(cloud, word string) (partition string, ok bool) { panic("TODO") }

// Region finds the partition that a region or zone of a cloud belongs to, and the region in the tables' spelling.
func (c *Catalog) Region(cloud, name string) (partition, region string, ok bool) { panic("TODO") }

// Identify reads an id (ARN, OCID, CRN, resource path...) for what it says of its place. A partition or region in it
// that no table knows is left empty.
func (c *Catalog) Identify(value string) (Identity, bool) { panic("TODO") }

// Host finds the partition that a host name or URL belongs to. ambiguous tells that the host is known to be no evidence.
func (c *Catalog) Host(hostOrURL string) (id Identity, ambiguous, ok bool) { panic("TODO") }

// Cloud is the cloud that a provider (`hashicorp/aws`) is for. Forks are known by their type: `acme/aws` answers as
// `hashicorp/aws` does.
func (c *Catalog) Cloud(source string) (cloud string, ok bool) { panic("TODO") }

// ProviderSites are the rows that place provider configurations of source, in the order of the table, with scopes
// provider, env and default.
func (c *Catalog) ProviderSites(source string) []SiteRow { panic("TODO") }

// ResourceSites are the rows that place resources of a type, the most specific type first.
func (c *Catalog) ResourceSites(source, typ string) []SiteRow { panic("TODO") }

// Link is the row that answers for an attribute of a type, or nil. typ is `data.TYPE` for data sources.
func (c *Catalog) Link(typ, attribute string) *Link { panic("TODO") }

// HasLinks tells whether any row but a `-` names the type itself, globs over all types apart.
func (c *Catalog) HasLinks(typ string) bool { panic("TODO") }

// Role is the class of a built-in role or managed policy, by any of its spellings, compared without case.
func (c *Catalog) Role(cloud, name string) (Class, bool) { panic("TODO") }

// ActionClass is the highest class that an action pattern of a cloud amounts to.
func (c *Catalog) ActionClass(cloud, pattern string) Class { panic("TODO") }

// Escalation is a set of actions that together amount to full administration.
type Escalation struct {
	Name    string
	Actions []string
}

// Escalations are the published escalation sets of a cloud.
func (c *Catalog) Escalations(cloud string) []Escalation { panic("TODO") }

// Data are the rows of a data source type.
func (c *Catalog) Data(typ string) []DataRow { panic("TODO") }

package catalog

import (
	"sync"

	"github.com/demarc-dev/demarc/analyzer/pattern"
)

// Partition is an instance of a cloud with identities, endpoints and often an operator of its own.
type Partition struct {
	ID    string // unique over all clouds: `aws-cn`, `azure-china`, `oc19`
	Cloud string
	Side  string // the built-in side: `global`, `china`, `us-government`...
	Name  string // `AWS China (operated by Sinnet and NWCD)`
	SaaS  bool
	// Regional partitions are told by the region alone: one account may use several, so that it tells none.
	Regional bool
}

// Identity is what an identifier or a host tells by itself. Empty fields are not told.
type Identity struct {
	Cloud, Partition, Region, Account, Tenant, Service, Host string
}

// Link is one row about a resource type's attribute.
type Link struct {
	Type      string // type or glob
	Attribute string // path or glob
	Kind      Kind
	By        By
	Cloud     string // whose region or account the value names; "" for the resource's own cloud
	Partition string // what a truth value stands for, "" for all other ways to name the far end
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

// Catalog is all tables, read and indexed. It is immutable but for what it remembers of earlier questions, and safe for
// concurrent use.
type Catalog struct {
	*tables
	strict  bool // rows are checked as they are read
	links   *links
	domains map[string]bool // that the user gives to a side, as he writes them
}

// tables is everything but the links, which a policy file may add to.
type tables struct {
	clouds      clouds
	identifiers []identifierRow
	hosts       hosts
	sites       sites
	siteAnswers sync.Map // siteQuestion, []SiteRow
	refined     []refineRow
	roles       roles
	identities  identities
	roleTypes   roleTypes
	data        map[string][]DataRow
	functions   map[functionName]functionRow
	inert       map[string][]Inert
}

func empty() *Catalog {
	return &Catalog{
		links: newLinks(),
		tables: &tables{
			clouds: clouds{
				byID:    map[string]int{},
				serves:  map[string]string{},
				names:   map[string]bool{},
				words:   map[cloudName]string{},
				regions: map[cloudName]regionRow{},
			},
			hosts: hosts{exact: map[string]hostRow{}, suffixes: map[string]hostRow{}, pages: map[string]bool{}},
			sites: sites{providers: map[string]provider{}, sources: map[string]string{}, rows: map[string]*siteRows{}},
			roles: roles{
				classes:     map[cloudName]namedRole{},
				names:       map[string][]*pattern.Pattern{},
				actions:     map[string][]actionRow{},
				escalations: map[string][]Escalation{},
			},
			identities: identities{principals: map[string]Principal{}, powers: map[string]map[string]Class{}, vendors: map[cloudName]bool{}, known: map[string][]Known{}, accounts: map[string][]Account{}, customs: map[string][]Custom{}},
			roleTypes:  roleTypes{makers: map[string]string{}},
			data:       map[string][]DataRow{},
			functions:  map[functionName]functionRow{},
			inert:      map[string][]Inert{},
		},
	}
}

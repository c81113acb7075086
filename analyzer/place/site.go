// Package place decides where every provider configuration and every resource instance is.
package place

import "github.com/demarc-dev/demarc/analyzer/model"

// Site is somewhere, as far as it is known: an empty field is not known. Host, Address and Tenant are set where a place
// is only known by such a name; the policy file may give them to a side.
type Site struct {
	Cloud     string // `aws`
	Partition string // `aws-cn`, unique over all clouds
	Region    string // `cn-north-1`, lower case
	Home      string // of something without a region, the region of its provider configuration: a policy may go by it
	Account   string // account, subscription, project or tenancy id
	Tenant    string // Entra tenant id or domain
	Host      string
	Address   string // an IP address or network
}

// Provenance is how a fact about a place is known, strongest first.
type Provenance uint8

// The provenances.
const (
	NotKnown    Provenance = iota
	Literal                // the resource's own value, or a literal in the configuration
	Provider               // the provider configuration's constant
	Variable               // a variable, local or data source that the provider configuration uses
	Inferred               // other resources of the same provider configuration are there
	Table                  // a documented default that nothing can change
	Environment            // an environment variable that the user passed
	Reference              // the place of what is referred to
)

// Reason is one step of evidence for a site.
type Reason struct {
	How  Provenance
	Text string // `region "cn-north-1"`: only parsed tokens, never a value as such
	At   string // the attribute of the resource itself, the provider's label, or the address that it is written at
	Pos  model.Pos
	// Input is the one that it is written in, where that may be another than the resource's.
	Input string
}

// Placed is a site with its evidence.
type Placed struct {
	Site
	Because []Reason
	// Open says why the partition is not known, where it is not.
	Open Open
	// Conflict is a second partition that other evidence speaks for, "" where all agree.
	Conflict string
	// Nowhere marks resources of a service that has no place of its own.
	Nowhere bool
	// Unknown marks resources of a provider that no table knows, and whose block names no server whose place is known.
	Unknown bool
}

// Open is a question that the input leaves, and what the user can do to settle it.
type Open struct {
	Reason string
	Settle string // a flag or a line of policy, "" where there is none
}

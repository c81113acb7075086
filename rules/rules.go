// Package rules holds what demarc can say, one short file a rule. Most knowledge is in the tables: a rule says what a
// kind of link means when its ends are on two sides.
package rules

import "github.com/demarc-dev/demarc/analyzer"

// All are the rules, the most telling first. The last ones look at what came of the others.
func All() []*analyzer.Rule {
	return []*analyzer.Rule{
		adminGrant,
		credentialExposure,
		networkLink,
		dataReplication,
		dataExport,
		identityTrust,
		keySharing,
		stateResidency,
		misplacedResource,
		dnsLink,
		endpointReference,
		partitionMismatch,
		referenceFlow,
		unresolvedPlacement,
		staleAllowance,
	}
}

// IDs are the ids of All, for the policy file to name.
func IDs() map[string]bool {
	ids := map[string]bool{}
	for _, r := range All() {
		ids[r.ID] = true
	}
	return ids
}

// telling are the rules that know why a resource touches another side; the plain ones yield to them.
var telling = []string{"admin-grant", "credential-exposure", "network-link", "data-replication", "data-export", "identity-trust",
	"key-sharing", "state-residency", "dns-link"}

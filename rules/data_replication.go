package rules

import (
	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/catalog"
)

var dataReplication = &analyzer.Rule{
	ID:       "data-replication",
	Title:    "data, snapshots or images are copied to another side",
	Severity: analyzer.High,
	Fix:      "keep the copy on the same side, or allow it in the policy with the reason that makes it lawful",
	Doc: `A replica, a backup, a snapshot copy, a transfer or a synchronisation has its source on one side and its target on
another.

Data that is kept on a sovereign side is kept there because somebody must be able to say where it is. A copy makes that
statement false, and deleting the copy later does not make it true again.`,
	Example: example("data-replication"),
	Run:     reportFlow(catalog.Replicate, "copies data from %s to %s", "copies data between %s and %s"),
}

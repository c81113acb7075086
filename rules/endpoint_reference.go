package rules

import (
	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/catalog"
)

var endpointReference = &analyzer.Rule{
	ID:       "endpoint-reference",
	Title:    "an argument names a host of another side",
	Severity: analyzer.Medium,
	Fix:      "use the endpoint of the resource's own side",
	Doc: `An argument holds a host name or URL that belongs to another side, and no other rule knows what it is for.

Often it is a default that was written for the global instance (` + "`blob.core.windows.net`, `amazonaws.com`" + `) and simply does
not work on a sovereign one; sometimes it is the call that carries data across.`,
	Yields:  telling,
	Example: example("endpoint-reference"),
	Run:     report(catalog.Endpoint, "in %s names something in %s"),
}

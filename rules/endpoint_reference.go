package rules

import (
	"fmt"

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
	Run: func(p *analyzer.Pass) {
		for _, c := range crossings(p, catalog.Endpoint) {
			words := "in %s names something in %s"
			if c.near.Path.Full != "" { // where the resource itself is, nobody knows
				words = "names something in %s and something in %s"
			}
			p.Report(c.finding(p, fmt.Sprintf(words, short(p, c.from.Site), short(p, c.to.Site))))
		}
	},
}

package rules

import (
	"fmt"
	"slices"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/catalog"
)

var referenceFlow = &analyzer.Rule{
	ID:       "reference-flow",
	Title:    "a value of one side is used on another",
	Severity: analyzer.Low,
	Fix:      "see what the value is for; a row in the policy (`link`) makes demarc know it next time",
	Doc: `An argument of a resource on one side refers to, or literally names, a resource on another, and no table row says what the
argument does.

It may be nothing, such as a name that is repeated. It is said so that nothing that crosses goes unseen.`,
	Yields:  append(slices.Clone(telling), "endpoint-reference", "partition-mismatch"),
	Example: example("reference-flow"),
	Run:     flows,
}

// flows says what crosses without a known purpose: values of attributes without a row, and references where only
// something of the own place can work.
func flows(p *analyzer.Pass) {
	for _, kind := range []catalog.Kind{catalog.Flow, catalog.Same} {
		for _, c := range crossings(p, kind) {
			if kind == catalog.Same && c.mismatch(p) {
				continue // partition-mismatch says it
			}
			p.Report(c.finding(p, fmt.Sprintf("in %s uses a value of %s", short(p, c.from.Site), short(p, c.to.Site))))
		}
	}
}

package rules

import (
	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/catalog"
)

var dataExport = &analyzer.Rule{
	ID:       "data-export",
	Title:    "logs, events, messages or streams are delivered to another side",
	Severity: analyzer.High,
	Fix:      "deliver to a target of the same side",
	Doc: `A log destination, an event target, a subscription, a delivery stream or a diagnostic setting sends to a place on another
side.

Logs hold names, addresses and often contents. One central log account for all sides is the most common way in which
data leaves a sovereign side without anybody having decided that it should.`,
	Example: example("data-export"),
	Run:     reportFlow(catalog.Export, "delivers from %s to %s", "passes data between %s and %s"),
}

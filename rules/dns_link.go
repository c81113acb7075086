package rules

import (
	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/catalog"
)

var dnsLink = &analyzer.Rule{
	ID:       "dns-link",
	Title:    "private zones, forwarding or delegation join the sides",
	Severity: analyzer.Medium,
	Fix:      "resolve names of each side by its own zones and resolvers",
	Doc: `A zone is attached to a network of another side, a resolver forwards there, a record points there, or a part of a zone is
delegated there.

Names are how connections start: whoever controls the zone decides where clients go, and every query tells the other
side what is being looked for.`,
	Example: example("dns-link"),
	Run:     report(catalog.DNS, "makes names of %s and %s resolve through each other"),
}

package rules

import (
	"fmt"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/catalog"
)

var keySharing = &analyzer.Rule{
	ID:       "key-sharing",
	Title:    "an encryption key of one side is usable from another",
	Severity: analyzer.High,
	Fix:      "encrypt with a key of the same side, and name no principal of another in the key's policy",
	Doc: `Something is encrypted with a key of another side, a key's policy or grant names a principal of another side, or a key
has a replica there.

Who holds a key decides over what it protects: its side can read the data, and by disabling the key take it away.`,
	Yields:  []string{"admin-grant"},
	Example: example("key-sharing"),
	Run:     keysShared,
}

func keysShared(p *analyzer.Pass) {
	for _, c := range crossings(p, catalog.SharedKey) {
		p.Report(c.finding(p, fmt.Sprintf("shares an encryption key between %s and %s", short(p, c.from.Site), short(p, c.to.Site))))
	}
	for _, f := range grantFindings(p, analyzer.Once(p, readGrants).all, ofKeys) {
		p.Report(f)
	}
}

package rules

import (
	"fmt"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/rules/access"
)

var identityTrust = &analyzer.Rule{
	ID:       "identity-trust",
	Title:    "one side accepts another's identities",
	Severity: analyzer.High,
	Fix:      "let each side have identities of its own, or an identity provider of its own side",
	Doc: `A role, an identity provider, a workload identity pool or the policy of a single resource lets identities of another
side in, without an administrator's privilege.

Whoever issues an identity decides who has it. The administrators of one side can thus become users of the other at
will, and what they may do there is one policy away from more.`,
	Yields:  []string{"admin-grant"},
	Example: example("identity-trust"),
	Run:     identityTrusts,
}

func identityTrusts(p *analyzer.Pass) {
	read := analyzer.Once(p, readGrants)
	for _, c := range crossings(p, catalog.Trust) {
		if read.reader.Shut(c.node) {
			continue
		}
		whose, where := c.to, c.from
		if row := c.far[0].Row; row != nil && row.Direction == catalog.Out {
			whose, where = c.from, c.to
		}
		p.Report(c.finding(p, fmt.Sprintf("accepts identities of %s in %s", short(p, whose.Site), short(p, where.Site))))
	}
	for _, f := range grantFindings(p, read.all, func(g access.Grant) bool { return !ofKeys(g) }) {
		p.Report(f)
	}
}

package rules

import (
	"fmt"
	"slices"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/link"
	"github.com/demarc-dev/demarc/analyzer/model"
)

var staleAllowance = &analyzer.Rule{
	ID:       "stale-allowance",
	Title:    "an allowance that has expired or that nothing uses",
	Severity: analyzer.Low,
	Fix:      "remove the allowance, or give it a new date and reason",
	Doc: `An ` + "`allow`" + ` block of the policy has passed its date, or no finding of this run matched it.

An allowance that nobody needs is a hole for the next link that happens to fit it.`,
	Example: example("stale-allowance"),
	Run:     stale,
}

func stale(p *analyzer.Pass) {
	for _, a := range p.Allowances {
		var message string
		switch {
		case a.Expired:
			message = fmt.Sprintf("allow %q expired on %s and allows nothing any more", a.Name, a.Expires.Format("2006-01-02"))
		case a.Used == 0:
			message = fmt.Sprintf("allow %q matched nothing in this run", a.Name)
		default:
			continue
		}
		p.Report(analyzer.Finding{Address: "allow." + a.Name, Root: a.Pos.File, Message: message, Confidence: link.Certain, Pos: a.Pos})
	}
	for _, m := range p.Marks {
		var message string
		switch {
		case m.Wrong != "":
			message = "a demarc:allow comment allows nothing: " + m.Wrong
		case m.Expired:
			message = fmt.Sprintf("a demarc:allow comment expired on %s and allows nothing any more", m.Until)
		case m.Used == 0 && !usedElsewhere(p, m):
			message = "a demarc:allow comment matched nothing in this run"
		default:
			continue
		}
		p.Report(analyzer.Finding{Address: fmt.Sprintf("comment.%s:%d", m.File, m.Line), Root: m.Input, Message: message, Confidence: link.Certain,
			Pos: model.Pos{File: m.File, Line: m.Line}})
	}
}

// usedElsewhere tells whether a comment is used as other facts tell of it: those of another stack with the same module.
func usedElsewhere(p *analyzer.Pass, m analyzer.MarkUse) bool {
	return slices.ContainsFunc(p.Marks, func(o analyzer.MarkUse) bool {
		return o.Used > 0 && o.From != m.From && o.File == m.File && o.Line == m.Line && o.Reason == m.Reason && slices.Equal(o.Rules, m.Rules)
	})
}

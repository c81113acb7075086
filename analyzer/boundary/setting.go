package boundary

import (
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// RuleSetting is a `rule` block: what the policy changes of a rule.
type RuleSetting struct {
	Severity string // critical, high, medium, low or note; "" for the rule's own
	Disabled bool
}

var severities = []string{"critical", "high", "medium", "low", "note"}

func (f *file) rule(b *hclsyntax.Block) {
	if !f.known("rule", text{b.Labels[0], b.LabelRanges[0]}, f.rules) {
		return
	}
	var s RuleSetting
	for _, arg := range f.arguments(b, "severity", "enabled") {
		switch arg.Name {
		case "severity":
			if t, ok := f.text(arg.Name, arg.Expr); ok && f.known("severity", t, severities) {
				s.Severity = t.value
			}
		case "enabled":
			if enabled, ok := f.truth(arg.Name, arg.Expr); ok {
				s.Disabled = !enabled
			}
		}
	}
	f.policy.settings[b.Labels[0]] = s
}

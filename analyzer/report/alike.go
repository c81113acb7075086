package report

import (
	"strings"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/link"
)

// instances are findings of one block.
type instances []*analyzer.Finding

// alike groups findings that say the same, and in each group those of one block.
func alike(findings []*analyzer.Finding) [][]instances {
	type saying struct {
		rule       *analyzer.Rule
		severity   analyzer.Severity
		confidence link.Confidence
		message    string
	}
	type block struct {
		saying
		address, file string
		line          int
	}
	var groups [][]instances
	group, unit := map[saying]int{}, map[block]int{}
	for _, f := range findings {
		said := saying{f.Rule, f.Severity, f.Confidence, f.Message}
		g, there := group[said]
		if !there {
			g = len(groups)
			group[said] = g
			groups = append(groups, nil)
		}
		b := block{said, withoutKeys(f.Address), f.Pos.File, f.Pos.Line}
		u, there := unit[b]
		if !there {
			u = len(groups[g])
			unit[b] = u
			groups[g] = append(groups[g], nil)
		}
		groups[g][u] = append(groups[g][u], f)
	}
	return groups
}

// units are the findings of alike without their groups: one item of a list each.
func units(findings []*analyzer.Finding) []instances {
	var out []instances
	for _, g := range alike(findings) {
		out = append(out, g...)
	}
	return out
}

// others says how many more findings a unit has than the one that is shown, or "".
func (u instances) others() string {
	noun := "other instance"
	for _, f := range u {
		if f.Root != u[0].Root {
			noun = "other"
		}
	}
	if len(u) == 1 {
		return ""
	}
	return " and " + Count(len(u)-1, noun)
}

// findingsOf counts the findings of units.
func findingsOf(group []instances) int {
	n := 0
	for _, u := range group {
		n += len(u)
	}
	return n
}

// withoutKeys is an address without the keys of instances: that of the block.
func withoutKeys(address string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(address, '[')
		if i < 0 {
			return b.String() + address
		}
		b.WriteString(address[:i])
		address = afterKey(address[i:])
	}
}

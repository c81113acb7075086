package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/model"
)

// severities are all of them, worst first.
var severities = [...]analyzer.Severity{analyzer.Critical, analyzer.High, analyzer.Medium, analyzer.Low, analyzer.Note}

// Count is a number with its noun: `1 crossing`, `2 crossings`.
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// list joins words as a sentence does: `a, b and c`.
func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// border is a pair of sides, whichever way a link crosses between them. The zero border is none.
type border struct{ a, b string }

// borderOf is the border that a finding crosses, or none.
func borderOf(f *analyzer.Finding) border {
	a, b := f.From.Side, f.To.Side
	if a == "" || b == "" || a == b {
		return border{}
	}
	if bySide(a, b) > 0 {
		a, b = b, a
	}
	return border{a, b}
}

// bySide orders sides: the global one, from which all others are set apart, comes first.
func bySide(a, b string) int {
	if (a == "global") != (b == "global") {
		if a == "global" {
			return -1
		}
		return 1
	}
	return cmp.Compare(a, b)
}

// open are the findings that are not suppressed, worst first.
func open(r *analyzer.Result) []*analyzer.Finding {
	var out []*analyzer.Finding
	for i := range r.Findings {
		if r.Findings[i].Suppressed == nil {
			out = append(out, &r.Findings[i])
		}
	}
	worstFirst(out)
	return out
}

// worstFirst keeps the order of the Result within a severity.
func worstFirst(findings []*analyzer.Finding) {
	slices.SortStableFunc(findings, func(a, b *analyzer.Finding) int { return cmp.Compare(b.Severity, a.Severity) })
}

// verdict says in one sentence without a full stop what was found.
func verdict(r *analyzer.Result) string {
	var crossings, others, suppressed int
	var sides []string
	for i := range r.Findings {
		f := &r.Findings[i]
		b := borderOf(f)
		switch {
		case b == border{} && f.Suppressed == nil:
			others++
		case b == border{}:
		case f.Suppressed != nil:
			suppressed++
		default:
			crossings++
			sides = append(sides, b.a, b.b)
		}
	}
	slices.SortFunc(sides, bySide)
	sides = slices.Compact(sides)

	said := "no crossings"
	switch {
	case len(sides) > 4:
		said = fmt.Sprintf("%s between %d sides", Count(crossings, "crossing"), len(sides))
	case crossings > 0:
		for i, s := range sides {
			sides[i] = Terminal(s)
		}
		said = Count(crossings, "crossing") + " between " + list(sides)
	case suppressed > 0:
		said = fmt.Sprintf("no crossings but %d suppressed", suppressed)
	}
	if others > 0 {
		said += ", " + Count(others, "other finding")
	}
	if r.Incomplete() {
		said += " in what could be analysed"
	}
	return said
}

// looked says what was looked at. Where there are findings, the verdict has named the sides.
func looked(r *analyzer.Result) string {
	c := r.Coverage
	said := Count(c.Placed, "resource")
	if len(c.Sides) > 0 && len(r.Findings) == 0 {
		said += " of " + Count(len(c.Sides), "side")
	}
	said += " placed"
	if c.Nowhere > 0 {
		said += fmt.Sprintf(", %d without a place", c.Nowhere)
	}
	if c.NotPlaced > 0 {
		said += fmt.Sprintf(", %d not placed", c.NotPlaced)
	}
	if c.Unknown > 0 {
		said += fmt.Sprintf(", %d of unknown providers", c.Unknown)
	}
	return said + ", " + Count(c.BlindSpots, "blind spot")
}

// tally counts findings that are not suppressed by severity, worst first, without those that are none.
func tally(open []*analyzer.Finding) string {
	var parts []string
	for _, s := range severities {
		n := 0
		for _, f := range open {
			if f.Severity == s {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, s))
		}
	}
	if len(parts) == 0 {
		return "no findings"
	}
	return strings.Join(parts, ", ")
}

// spot says in words where something is, as far as it is known: `AWS in eu-central-1 (account 111111111111)`.
func spot(s analyzer.Spot) string {
	said := cmp.Or(s.Name, s.Partition, s.Cloud, s.Host, s.Address, s.Tenant, "a place that is not known")
	if s.Region != "" {
		said += " in " + s.Region
	}
	if s.Account != "" {
		said += " (account " + s.Account + ")"
	}
	return said
}

// position is `file:line:column` as far as it is known, or "".
func position(p model.Pos) string {
	if p.File == "" {
		return ""
	}
	s := Terminal(p.File)
	if p.Line > 0 {
		s += fmt.Sprintf(":%d", p.Line)
		if p.Column > 0 {
			s += fmt.Sprintf(":%d", p.Column)
		}
	}
	return s
}

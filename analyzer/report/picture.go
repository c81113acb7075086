package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer"
)

// picture is what dot and Mermaid draw: the sides, the places on them that a crossing touches, and all crossings of one
// place with another as one edge.
type picture struct {
	sides []territory
	edges []edge // worst first
}

type territory struct {
	name   string
	places []spotPlace
}

// spotPlace is a place as a picture tells it from others: by what it shows of it.
type spotPlace struct {
	side  string
	label string // its lines
}

// edge is the crossings from one place to another, the suppressed ones apart.
type edge struct {
	from, to   spotPlace
	suppressed bool
	worst      analyzer.Severity
	findings   []*analyzer.Finding
}

// label says in words what the width and colour of an edge show: `critical: 1 admin-grant, 2 network-link`.
func (e *edge) label() string {
	said := e.worst.String() + ": " + byRule(e.findings)
	if e.suppressed {
		return "suppressed " + said
	}
	return said
}

// pictureOf takes the findings that cross a border, and every side of the estate.
func pictureOf(r *analyzer.Result) picture {
	type pair struct {
		from, to   spotPlace
		suppressed bool
	}
	edges := map[pair]*edge{}
	places := map[string]map[spotPlace]bool{}
	for _, s := range r.Coverage.Sides {
		places[s] = map[spotPlace]bool{}
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		if borderOf(f) == (border{}) {
			continue
		}
		p := pair{placeOf(f.From), placeOf(f.To), f.Suppressed != nil}
		if edges[p] == nil {
			edges[p] = &edge{from: p.from, to: p.to, suppressed: p.suppressed}
		}
		e := edges[p]
		e.worst = max(e.worst, f.Severity)
		e.findings = append(e.findings, f)
		for _, at := range []spotPlace{p.from, p.to} {
			if places[at.side] == nil {
				places[at.side] = map[spotPlace]bool{}
			}
			places[at.side][at] = true
		}
	}
	var out picture
	for name, on := range places {
		t := territory{name: name}
		for at := range on {
			t.places = append(t.places, at)
		}
		slices.SortFunc(t.places, byPlace)
		out.sides = append(out.sides, t)
	}
	slices.SortFunc(out.sides, func(a, b territory) int { return bySide(a.name, b.name) })
	for _, e := range edges {
		out.edges = append(out.edges, *e)
	}
	slices.SortFunc(out.edges, func(a, b edge) int {
		return cmp.Or(cmp.Compare(last(a.suppressed), last(b.suppressed)), cmp.Compare(b.worst, a.worst), cmp.Compare(len(b.findings), len(a.findings)),
			byPlace(a.from, b.from), byPlace(a.to, b.to))
	})
	return out
}

// last puts what is suppressed behind what is not.
func last(suppressed bool) int {
	if suppressed {
		return 1
	}
	return 0
}

func byPlace(a, b spotPlace) int {
	return cmp.Or(bySide(a.side, b.side), cmp.Compare(a.label, b.label))
}

func placeOf(s analyzer.Spot) spotPlace {
	return spotPlace{s.Side, strings.Join(lines(s), "\n")}
}

// lines say where something is, the widest first: the partition, the account, the region.
func lines(s analyzer.Spot) []string {
	out := []string{Terminal(cmp.Or(s.Name, s.Partition, s.Cloud, s.Host, s.Address, s.Tenant, "a place that is not known"))}
	if s.Account != "" {
		out = append(out, "account "+Terminal(s.Account))
	}
	if s.Region != "" {
		out = append(out, Terminal(s.Region))
	}
	return out
}

// ids numbers the places of a picture, so that no name of the input is a name in the drawing's language.
func (p *picture) ids() map[spotPlace]string {
	out := map[spotPlace]string{}
	for _, t := range p.sides {
		for _, at := range t.places {
			out[at] = fmt.Sprintf("n%d", len(out))
		}
	}
	return out
}

// first is the picture of the first n edges, without places that none of them touches, and how many findings the others
// stand for.
func (p *picture) first(n int) (picture, int) {
	if len(p.edges) <= n {
		return *p, 0
	}
	out := picture{edges: p.edges[:n]}
	touched := map[spotPlace]bool{}
	for _, e := range out.edges {
		touched[e.from], touched[e.to] = true, true
	}
	for _, t := range p.sides {
		t.places = slices.DeleteFunc(slices.Clone(t.places), func(at spotPlace) bool { return !touched[at] })
		if len(t.places) > 0 {
			out.sides = append(out.sides, t)
		}
	}
	left := 0
	for _, e := range p.edges[n:] {
		left += len(e.findings)
	}
	return out, left
}

// ink is the colour of a severity, one that is seen on white and on black. Pictures always say the word as well.
func ink(s analyzer.Severity) string {
	switch s {
	case analyzer.Critical:
		return "#b0267f"
	case analyzer.High:
		return "#d8432b"
	case analyzer.Medium:
		return "#c98500"
	case analyzer.Low:
		return "#3a86c8"
	}
	return "#7d868f"
}

package analyzer

import (
	"slices"

	"github.com/demarc-dev/demarc/analyzer/link"
)

// Baseline is what an earlier run found, as far as a later one is compared with it.
type Baseline struct {
	Name       string // the file or the revision, as the user gives it
	Incomplete bool   // it was not analysed in full: what seems new may have been there
	Findings   []Earlier
}

// Earlier is a finding of an earlier run.
type Earlier struct {
	Rule        string
	Severity    Severity
	Address     string
	Root        string
	Message     string
	From, To    string // the sides
	Fingerprint string
	Suppressed  bool
}

// Comparison is what has changed since a baseline. What is kept is marked at the findings.
type Comparison struct {
	Name       string
	Incomplete bool
	Accepted   int       // findings that were open in the baseline and are suppressed now
	Gone       []Earlier // that were open in the baseline, and are not found any more
}

// Compare marks the findings that were open in the baseline as known, and says what is gone. A finding is recognised by
// what it links, whatever directory it is in now, and by the address that its resource had before a `moved`. Every
// finding of the baseline is one of now at most: a second copy of a link is a new one.
func (r *Result) Compare(g *link.Graph, b Baseline) {
	m := matching{of: map[string][]*Earlier{}, used: map[*Earlier]bool{}}
	for i := range b.Findings {
		e := &b.Findings[i]
		m.of[e.Fingerprint] = append(m.of[e.Fingerprint], e)
	}
	previous := previousAddresses(g)
	found := make([]*Earlier, len(r.Findings))
	pass := func(fingerprint func(*Finding) string, root bool) {
		for i := range r.Findings {
			if f := &r.Findings[i]; found[i] == nil {
				found[i] = m.take(fingerprint(f), f.Root, root)
			}
		}
	}
	own := func(f *Finding) string { return f.Fingerprint }
	once := func(f *Finding) string {
		before := *f
		before.Address = previous[instance{f.Root, f.Address}]
		if before.Address == "" {
			return ""
		}
		return fingerprint(&before)
	}
	pass(own, true)
	pass(own, false)
	pass(once, true)
	pass(once, false)

	r.Baseline = &Comparison{Name: b.Name, Incomplete: b.Incomplete}
	for i, e := range found {
		if e == nil || e.Suppressed {
			continue
		}
		r.Findings[i].Known = true
		if r.Findings[i].Suppressed != nil {
			r.Baseline.Accepted++
		}
	}
	for i := range b.Findings {
		if e := &b.Findings[i]; !e.Suppressed && !m.used[e] {
			r.Baseline.Gone = append(r.Baseline.Gone, *e)
		}
	}
}

// AsBaseline is r as a later run is compared with it.
func (r *Result) AsBaseline(name string) Baseline {
	b := Baseline{Name: name, Incomplete: r.Incomplete()}
	for _, f := range r.Findings {
		b.Findings = append(b.Findings, Earlier{Rule: f.Rule.ID, Severity: f.Severity, Address: f.Address, Root: f.Root, Message: f.Message,
			From: f.From.Side, To: f.To.Side, Fingerprint: f.Fingerprint, Suppressed: f.Suppressed != nil})
	}
	return b
}

// matching is which findings of a baseline have been recognised.
type matching struct {
	of   map[string][]*Earlier
	used map[*Earlier]bool
}

func (m *matching) take(fingerprint, root string, same bool) *Earlier {
	list := m.of[fingerprint]
	i := slices.IndexFunc(list, func(e *Earlier) bool { return !m.used[e] && (!same || e.Root == root) })
	if i < 0 {
		return nil
	}
	m.used[list[i]] = true
	return list[i]
}

type instance struct{ root, address string }

// previousAddresses are those that resources had before a `moved`.
func previousAddresses(g *link.Graph) map[instance]string {
	out := map[instance]string{}
	for _, in := range g.Inputs {
		for _, r := range in.Resources {
			if r.Previous != "" && r.Deposed == "" {
				out[instance{in.Name, r.Address}] = r.Previous
			}
		}
	}
	return out
}

package analyzer

import (
	"slices"
	"time"

	"github.com/demarc-dev/demarc/analyzer/model"
)

// MarkUse is a comment that allows findings, and what came of it.
type MarkUse struct {
	model.Comment
	Input   string
	From    string // the facts that tell of it, as in model.Snapshot
	Used    int
	Expired bool
	Wrong   string // why it allows nothing: no reason, a date that is none
}

// marks are the comments of all inputs.
func marks(inputs []*model.Snapshot, today time.Time) []MarkUse {
	var out []MarkUse
	for _, in := range inputs {
		for _, c := range in.Comments {
			m := MarkUse{Comment: c, Input: in.Name, From: in.From}
			if c.Until != "" {
				until, err := time.Parse(time.DateOnly, c.Until)
				if err != nil {
					m.Wrong = "its until is not a date such as 2027-03-31"
				}
				m.Expired = err == nil && !today.Before(until.AddDate(0, 0, 1))
			}
			if c.Reason == "" {
				m.Wrong = "it gives no reason"
			}
			out = append(out, m)
		}
	}
	return out
}

// mark allows a finding by a comment at the line of its argument or of its resource's block.
func mark(p *Pass, f *Finding) {
	for i := range p.Marks {
		m := &p.Marks[i]
		if m.Wrong != "" || m.Expired || m.File != f.Pos.File || m.From != p.from(f.Root) || !slices.Contains(m.Rules, f.Rule.ID) {
			continue
		}
		if m.About != f.Pos.Line && m.About != p.declared(f).Line { // the block is only looked up where a comment may be about it
			continue
		}
		m.Used++
		if f.Suppressed == nil {
			f.Suppressed = &Suppression{By: "comment", Reason: m.Reason}
		}
	}
}

// from is what tells of an input.
func (p *Pass) from(root string) string {
	for _, in := range p.Graph.Inputs {
		if in.Name == root {
			return in.From
		}
	}
	return ""
}

// declared is where the block of a finding's resource begins.
func (p *Pass) declared(f *Finding) model.Pos {
	for _, in := range p.Graph.Inputs {
		if in.Name != f.Root {
			continue
		}
		for _, n := range p.Graph.Of(in) {
			if n.Address == f.Address {
				return n.Pos
			}
		}
	}
	return model.Pos{}
}

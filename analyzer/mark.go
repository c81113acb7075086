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

// line is one of a file, by the name that positions have.
type line struct {
	file string
	no   int
}

// marked finds the comments that may be about a finding.
type marked struct {
	at       map[line][]int // indexes of Pass.Marks by the line that they are about
	files    map[string]bool
	declared map[instance]int  // the lines where the blocks of resources begin, in files with comments
	from     map[string]string // what tells of an input, by its name
}

func markedOf(p *Pass) *marked {
	x := &marked{map[line][]int{}, map[string]bool{}, map[instance]int{}, map[string]string{}}
	for i, m := range p.Marks {
		if m.Wrong == "" && !m.Expired {
			at := line{m.File, m.About}
			x.at[at], x.files[m.File] = append(x.at[at], i), true
		}
	}
	if len(x.at) == 0 {
		return x
	}
	for _, in := range p.Graph.Inputs {
		if _, ok := x.from[in.Name]; !ok {
			x.from[in.Name] = in.From
		}
		for _, n := range p.Graph.Of(in) {
			of := instance{in.Name, n.Address}
			if _, ok := x.declared[of]; !ok && x.files[n.Pos.File] {
				x.declared[of] = n.Pos.Line
			}
		}
	}
	return x
}

// mark allows a finding by a comment at the line of its argument or of its resource's block.
func mark(p *Pass, f *Finding) {
	x := Once(p, markedOf)
	if !x.files[f.Pos.File] {
		return
	}
	about := slices.Clone(x.at[line{f.Pos.File, f.Pos.Line}])
	if block := x.declared[instance{f.Root, f.Address}]; block != f.Pos.Line {
		about = append(about, x.at[line{f.Pos.File, block}]...)
	}
	slices.Sort(about) // the first comment is the one that allows
	for _, i := range about {
		m := &p.Marks[i]
		if m.From != x.from[f.Root] || !slices.Contains(m.Rules, f.Rule.ID) {
			continue
		}
		m.Used++
		if f.Suppressed == nil {
			f.Suppressed = &Suppression{By: "comment", Reason: m.Reason}
		}
	}
}

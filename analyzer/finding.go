package analyzer

import (
	"github.com/demarc-dev/demarc/analyzer/link"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/place"
)

// Spot is a place with the side that the policy puts it on, as findings show it.
type Spot struct {
	place.Site
	Side string
	Name string // of the partition, in words: `AWS China (operated by Sinnet and NWCD)`
}

// Step is one step of a finding's evidence: a sentence, and where it is written.
type Step struct {
	Text    string // `peer_vpc_id refers to aws_vpc.beijing`; never holds a value other than parsed tokens
	Address string // the resource it is about, or ""
	Pos     model.Pos
}

// Suppression says who marked a finding as allowed and why.
type Suppression struct {
	By     string // `allow "reporting"` or `comment`
	Reason string
}

// Finding is a rule's statement about a crossing link or grant. Rules fill the first group; Run fills the second.
type Finding struct {
	Address    string   // the resource instance, as Terraform prints it
	Attribute  string   // the argument that makes the link, as people read it, or ""
	Block      string   // the same without indexes, as tables name it
	Root       string   // the input it is in
	Related    []string // addresses of the other resources of the chain
	Message    string   // one sentence without a full stop
	From, To   Spot
	Inward     bool // it is From that the argument names, and not To
	Evidence   []Step
	Note       string // one more thing worth knowing: `AWS refuses this at apply`, or ""
	Confidence link.Confidence
	Action     model.Action
	Pos        model.Pos

	Rule        *Rule
	Severity    Severity // the rule's, or the policy's for it
	Fingerprint string   // survives moves of lines, changes when what is linked changes
	Suppressed  *Suppression
	Known       bool // the baseline has it too

	// Explain adds the evidence and what is related, when someone asks for it with Told: many a finding is dropped for a
	// more telling one, and many are printed in one line. Nil where all is said.
	Explain func(*Finding)
}

// Told is f with its evidence and what is related.
func (f *Finding) Told() *Finding {
	if explain := f.Explain; explain != nil {
		f.Explain = nil
		explain(f)
	}
	return f
}

// Result is everything that a run found, in the order in which it is printed: the same input gives the same Result.
type Result struct {
	Version  string // of demarc
	Inputs   []Input
	Coverage Coverage
	Findings []Finding // ask Told for the evidence of each
	Blind    []BlindSpot
	Rules    []*Rule
	// Resources and Links are what Located and Linked give, once they were asked.
	Resources []Resource
	Links     []CrossLink
	Baseline  *Comparison // what has changed since the baseline, nil without one

	located func() []Resource
	linked  func() []CrossLink
	Lines   *Lines // of the sources, for Excerpt
}

// Located are the instances that have a place, or should have one: what a map shows beside the findings. An estate may
// have millions, and few ask.
func (r *Result) Located() []Resource {
	if r.Resources == nil && r.located != nil {
		r.Resources = r.located()
	}
	return r.Resources
}

// Linked are the links between two places, crossing or not, in the order of the estate. Few ask for them too.
func (r *Result) Linked() []CrossLink {
	if r.Links == nil && r.linked != nil {
		r.Links = r.linked()
	}
	return r.Links
}

// Resource is an instance and the place that it is in. One that could not be placed has a Spot without a partition.
type Resource struct {
	Address string
	Root    string
	At      Spot
}

// Input is one thing that was read.
type Input struct {
	Name       string
	Format     model.Format
	Incomplete []string
	Notes      []string
}

// Coverage counts what was looked at.
type Coverage struct {
	Resources  int // instances that stay, data sources included
	Placed     int // of them, with a known partition
	NotPlaced  int // of them, of a provider that the tables know, without one
	Nowhere    int // of them, of a service that has no place of its own
	Unknown    int // of them, of a provider that the tables do not know
	Gone       int // deleted or forgotten by the plan: join nothing
	Sides      []string
	BlindSpots int
}

// CrossLink is a link between two places, crossing or not.
type CrossLink struct {
	Address  string
	Kind     string
	From, To Spot
	Crosses  bool
	Finding  string // the fingerprint of the finding that reports it, or ""
}

// BlindSpot is what could not be decided, as it is printed.
type BlindSpot struct {
	Address string // "" where it concerns an input
	Root    string
	Path    string
	Reason  string
	Settle  string
	Pos     model.Pos
}

// Worst is the highest severity among findings that are not suppressed, not in the baseline, and at least as sure as min;
// zero for none.
func (r *Result) Worst(min link.Confidence) Severity {
	var worst Severity
	for _, f := range r.Findings {
		if f.Suppressed == nil && !f.Known && f.Confidence >= min && f.Severity > worst {
			worst = f.Severity
		}
	}
	return worst
}

// Incomplete tells whether some input could not be analysed in full.
func (r *Result) Incomplete() bool {
	for _, in := range r.Inputs {
		if len(in.Incomplete) > 0 {
			return true
		}
	}
	return false
}

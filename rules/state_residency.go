package rules

import (
	"fmt"
	"maps"
	"slices"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/link"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/place"
)

var stateResidency = &analyzer.Rule{
	ID:       "state-residency",
	Title:    "Terraform's state, or another stack's outputs, cross",
	Severity: analyzer.High,
	Fix:      "keep each side's state in a backend of that side, and encrypt it with keys of that side",
	Doc: `The stack keeps its state in a backend on another side than its resources, has OpenTofu encrypt it with a key of another
side, or reads the outputs of a stack whose state is there.

A state holds every attribute of every resource, secrets included. Where it is kept, somebody else administers it; who has its
key can read it, and can take it away.`,
	Example: example("state-residency"),
	Run:     states,
}

const (
	theBackend, theKey = "the backend", "the key"
	read               = "outputs of a stack whose state is in %s are read by one in %s"
)

// states compares where state is kept with where the resources of the stack are. A stack that lives on that side as well
// is judged by its links, not by this.
func states(p *analyzer.Pass) {
	for _, in := range p.Graph.Inputs {
		if b := in.Backend; b != nil {
			stateOf(p, in, *b, "terraform.backend."+b.Type, theBackend, "kept in", "--backend-config FILE, as terraform init takes it")
		}
		for _, k := range in.Keys {
			stateOf(p, in, k, "key_provider."+k.Type+"."+k.Name, theKey, "encrypted with a key of", "")
		}
	}
	for _, n := range p.Graph.ByType("data.tfe_outputs") { // of a workspace of where its provider goes
		foreign(p, n.Input, n.Address, theBackend, *n.Placed, homes(p, n.Input), n.Pos, read, n.Action)
	}
	for _, n := range p.Graph.ByType("data.terraform_remote_state") {
		kind, ok := n.Values.Get("backend").Text()
		if !ok {
			continue
		}
		at, homes := p.Graph.Sites.Backend(model.Backend{Type: kind, Values: n.Values.Get("config"), Pos: n.Pos}), homes(p, n.Input)
		foreign(p, n.Input, n.Address, theBackend, at, homes, n.Pos, read, n.Action)
		if somewhere(p, kind, at, homes) {
			p.Blind(link.Blind{Node: n, Path: "config", Reason: at.Open.Reason, Settle: at.Open.Settle})
		}
	}
}

// stateOf judges where an input's state is kept, or who has a key to it: b, which what is a word for. settle is what settles
// where that is, "" where the place itself tells.
func stateOf(p *analyzer.Pass, in *model.Snapshot, b model.Backend, address, what, is, settle string) {
	at, homes := p.Graph.Sites.Backend(b), homes(p, in)
	foreign(p, in, address, what, at, homes, b.Pos, "the state of this stack is "+is+" %s, and its resources are in %s", model.NoOp)
	if somewhere(p, b.Type, at, homes) {
		if settle == "" || at.Host != "" {
			settle = at.Open.Settle
		}
		p.Blind(link.Blind{Input: in.Name, Path: address, Reason: at.Open.Reason, Settle: settle, Pos: b.Pos})
	}
}

// somewhere tells of a state that is kept in a place that is not known, and that might be away from the resources of the
// stack. A state that is kept in a file goes where its stack goes.
func somewhere(p *analyzer.Pass, kind string, at place.Placed, homes map[string]*link.Node) bool {
	return kind != "local" && kind != "inmem" && len(homes) > 0 && p.Side(at.Site) == "" && at.Open.Reason != ""
}

// homes are the places of a stack's managed resources, one a side.
func homes(p *analyzer.Pass, in *model.Snapshot) map[string]*link.Node {
	out := map[string]*link.Node{}
	for _, n := range p.Graph.Of(in) {
		if n.Mode == addr.Managed {
			if side := p.Side(n.Placed.Site); side != "" && out[side] == nil {
				out[side] = n
			}
		}
	}
	return out
}

// foreign reports what is not where a stack's resources are. what is a word for it.
func foreign(p *analyzer.Pass, in *model.Snapshot, address, what string, at place.Placed, homes map[string]*link.Node, pos model.Pos, words string, action model.Action) {
	side := p.Side(at.Site)
	if side == "" || homes[side] != nil {
		return
	}
	for _, of := range slices.Sorted(maps.Keys(homes)) {
		home := homes[of]
		p.Report(analyzer.Finding{Address: address, Root: in.Name, From: p.Spot(home.Placed.Site), To: p.Spot(at.Site),
			Message: fmt.Sprintf(words, short(p, at.Site), short(p, home.Placed.Site)), Confidence: link.Likely, Pos: pos, Action: action,
			Related: []string{home.Address},
			Evidence: []analyzer.Step{
				{Text: isIn(p, what, &at), Address: address, Pos: pos},
				{Text: isIn(p, home.Address, home.Placed), Address: home.Address, Pos: home.Pos},
			}})
	}
}

package analyzer_test

import (
	"testing"
	"time"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/boundary"
	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/link"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/place"
	"github.com/google/go-cmp/cmp"
)

// saying is a rule that says what it is told.
func saying(findings ...analyzer.Finding) []*analyzer.Rule {
	return []*analyzer.Rule{{ID: "said", Severity: analyzer.High, Run: func(p *analyzer.Pass) {
		for _, f := range findings {
			p.Report(f)
		}
	}}}
}

func finding(root, address, region string) analyzer.Finding {
	return analyzer.Finding{
		Root: root, Address: address, Block: "peer_region", Message: "joins", Confidence: link.Certain,
		From: analyzer.Spot{Site: place.Site{Cloud: "aws", Partition: "aws"}, Side: "global"},
		To:   analyzer.Spot{Site: place.Site{Cloud: "aws", Partition: "aws-cn", Region: region}, Side: "china"},
	}
}

func suppressed(f analyzer.Finding) analyzer.Finding {
	f.Suppressed = &analyzer.Suppression{By: "comment", Reason: "tried"}
	return f
}

func TestCompare(t *testing.T) {
	moved := &link.Graph{Inputs: []*model.Snapshot{{Name: "a", Resources: []*model.Resource{{Address: "x.new", Rarely: &model.Rarely{Previous: "x.old"}}}}}}
	bridge := finding("a", "x.bridge", "cn-north-1")
	lines := bridge
	lines.Pos = model.Pos{File: "renamed.tf", Line: 70}
	lines.Attribute = "peer_region[0]"
	for _, test := range []struct {
		name         string
		before, now  []analyzer.Finding
		graph        *link.Graph
		added, known []string
		gone         []string
		accepted     int
	}{
		{name: "the same", before: []analyzer.Finding{bridge}, now: []analyzer.Finding{bridge}, known: []string{"x.bridge"}},
		{name: "new", now: []analyzer.Finding{bridge}, added: []string{"x.bridge"}},
		{name: "gone", before: []analyzer.Finding{bridge}, gone: []string{"x.bridge"}},
		{name: "other lines and files", before: []analyzer.Finding{bridge}, now: []analyzer.Finding{lines}, known: []string{"x.bridge"}},
		{name: "another directory", before: []analyzer.Finding{bridge}, now: []analyzer.Finding{finding("b", "x.bridge", "cn-north-1")}, known: []string{"x.bridge"}},
		{
			name: "another far end", before: []analyzer.Finding{bridge}, now: []analyzer.Finding{finding("a", "x.bridge", "cn-northwest-1")},
			added: []string{"x.bridge"}, gone: []string{"x.bridge"},
		},
		{
			name: "a copy in another root is new", before: []analyzer.Finding{bridge},
			now: []analyzer.Finding{finding("0", "x.bridge", "cn-north-1"), bridge}, added: []string{"x.bridge"}, known: []string{"x.bridge"},
		},
		{
			name: "moved", graph: moved, before: []analyzer.Finding{finding("a", "x.old", "cn-north-1")},
			now: []analyzer.Finding{finding("a", "x.new", "cn-north-1")}, known: []string{"x.new"},
		},
		{
			name: "moved long ago", graph: moved, before: []analyzer.Finding{finding("a", "x.new", "cn-north-1")},
			now: []analyzer.Finding{finding("a", "x.new", "cn-north-1"), finding("a", "x.old", "cn-north-1")}, known: []string{"x.new"}, added: []string{"x.old"},
		},
		{
			name: "moved to another far end", graph: moved, before: []analyzer.Finding{finding("a", "x.old", "cn-north-1")},
			now: []analyzer.Finding{finding("a", "x.new", "cn-northwest-1")}, added: []string{"x.new"}, gone: []string{"x.old"},
		},
		{name: "renamed without a word", before: []analyzer.Finding{finding("a", "x.old", "cn-north-1")}, now: []analyzer.Finding{finding("a", "x.new", "cn-north-1")}, added: []string{"x.new"}, gone: []string{"x.old"}},
		{name: "accepted", before: []analyzer.Finding{bridge}, now: []analyzer.Finding{suppressed(bridge)}, accepted: 1},
		{name: "accepted before and no longer", before: []analyzer.Finding{suppressed(bridge)}, now: []analyzer.Finding{bridge}, added: []string{"x.bridge"}},
		{name: "accepted before and gone", before: []analyzer.Finding{suppressed(bridge)}},
	} {
		run := func(findings []analyzer.Finding) *analyzer.Result {
			cat := &catalog.Catalog{}
			return analyzer.Run(&link.Graph{}, boundary.Default(cat), cat, saying(findings...), time.Now())
		}
		graph := test.graph
		if graph == nil {
			graph = &link.Graph{}
		}
		r := run(test.now)
		r.Compare(graph, run(test.before).AsBaseline("main"))
		var added, known, gone []string
		for _, f := range r.Findings {
			switch {
			case f.Suppressed != nil:
			case f.Known:
				known = append(known, f.Address)
			default:
				added = append(added, f.Address)
			}
		}
		for _, e := range r.Baseline.Gone {
			gone = append(gone, e.Address)
		}
		if diff := cmp.Diff([][]string{test.added, test.known, test.gone}, [][]string{added, known, gone}); diff != "" {
			t.Errorf("%s: added, known and gone (-want +got):\n%s", test.name, diff)
		}
		if r.Baseline.Accepted != test.accepted {
			t.Errorf("%s: %d accepted, want %d", test.name, r.Baseline.Accepted, test.accepted)
		}
		if worst := r.Worst(link.Possible); (worst == analyzer.High) != (len(test.added) > 0) {
			t.Errorf("%s: the worst that is new is %d", test.name, worst)
		}
	}
}

package analyzer_test

import (
	"testing"
	"time"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/boundary"
	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/link"
	"github.com/google/go-cmp/cmp"
)

// TestYields: a plain rule is silent about two sides of a resource of which a more telling one speaks, in either direction,
// and about no other two: of three sides a telling finding on each of two pairs says nothing of the third.
func TestYields(t *testing.T) {
	between := func(from, to string) analyzer.Finding {
		f := analyzer.Finding{Root: "a", Address: "x.hub", Message: from + " and " + to, Confidence: link.Certain}
		f.From.Side, f.To.Side = from, to
		return f
	}
	telling := saying(between("global", "china"), between("global", "government"))[0]
	telling.ID = "telling"
	plain := saying(between("china", "global"), between("china", "government"), between("global", "europe"))[0]
	plain.ID, plain.Yields = "plain", []string{"telling"}
	cat := &catalog.Catalog{}
	var told []string
	for _, f := range analyzer.Run(&link.Graph{}, boundary.Default(cat), cat, []*analyzer.Rule{telling, plain}, time.Time{}).Findings {
		told = append(told, f.Rule.ID+": "+f.Message)
	}
	want := []string{"plain: china and government", "plain: global and europe", "telling: global and china", "telling: global and government"}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Error(diff)
	}
}

package rules

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/boundary"
	"github.com/demarc-dev/demarc/analyzer/link"
	"github.com/demarc-dev/demarc/analyzer/load"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/place"
)

func TestPlansScratch(t *testing.T) {
	cat := scratchCatalog(t)
	n := 0
	filepath.Walk(os.Getenv("PLANS"), func(p string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() || !(strings.HasSuffix(p, ".json") || strings.HasSuffix(p, ".tfstate")) {
			return nil
		}
		in, err := load.File(p, load.Options{})
		if err != nil {
			return nil
		}
		n++
		inputs := []*model.Snapshot{in}
		sites := place.Estate(inputs, cat, place.Options{})
		res := analyzer.Run(link.Build(inputs, sites, cat), boundary.Default(cat), cat, []*analyzer.Rule{adminGrant, identityTrust, keySharing}, time.Now())
		for _, f := range res.Findings {
			t.Log(p, f.Rule.ID, f.Address, f.Confidence, f.Message, f.Related, f.From.Side, f.To.Side)
		}
		for _, b := range res.Blind {
			if strings.Contains(b.Reason, "polic") || strings.Contains(b.Reason, "statement") || strings.Contains(b.Reason, "role") {
				t.Log("  blind", p, b.Address, b.Path, b.Reason)
			}
		}
		return nil
	})
	t.Log(n, "plans")
}

package load

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPublicPlans reads every public plan and state file where the shared collection is there.
func TestPublicPlans(t *testing.T) {
	root := filepath.Join("..", "..", "..", "shared", "plans")
	if _, err := os.Stat(root); err != nil {
		t.Skip("the collection of public plans is not here")
	}
	read, refused := 0, 0
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".json") && !strings.HasSuffix(path, ".tfstate") {
			return err
		}
		s, err := File(path, Options{})
		if err != nil {
			refused++
			t.Logf("refused: %s", err)
			return nil
		}
		read++
		if len(s.Resources) == 0 {
			t.Logf("no resources: %s", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d read, %d refused", read, refused)
}

package access

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/rules/tables"
)

// TestReads: every type that the code of this package names is kept by loaders. Data sources always are.
func TestReads(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`"((?:aws|azurerm|azuread|google|oci|alicloud|tencentcloud|huaweicloud|kubernetes|ibm)_[a-z0-9_]*[a-z0-9])"`)
	cat, err := catalog.Load(tables.FS) // which name identities of their own
	if err != nil {
		t.Fatal(err)
	}
	reads := Reads(cat)
	data := map[string]bool{"alicloud_ram_policy_document": true, "aws_caller_identity": true, "aws_iam_policy_document": true, "google_iam_policy": true, "kubernetes_groups": true /* an attribute */}
	found := 0
	for _, file := range files {
		if ok, _ := filepath.Match("*_test.go", file); ok {
			continue
		}
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range named.FindAllSubmatch(src, -1) {
			found++
			if typ := string(m[1]); !reads(typ) && !data[typ] {
				t.Errorf("%s names %s, and loaders do not know that it is read", file, typ)
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d types are named", found)
	}
	if reads("aws_vpc") {
		t.Error("everything is read")
	}
}

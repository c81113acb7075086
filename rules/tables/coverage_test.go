package tables_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/rules/tables"
	tfjson "github.com/hashicorp/terraform-json"
)

// TestCoverage holds that every attribute of the nine large providers that could name another place is explained by a
// row, where their schemas are there.
func TestCoverage(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "shared", "schemas", "*.json.gz"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skip("the providers' schemas are not here")
	}
	cat, err := catalog.Load(tables.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		for _, c := range cat.Cover(schemas(t, file)) {
			t.Logf("%s: %d types, %d of them link, %d of %d attributes explained", c.Source, c.Types, c.Linking, c.Explained, c.Attributes)
			for i, m := range c.Missing {
				if i == 20 {
					t.Errorf("%s: and %d more", c.Source, len(c.Missing)-i)
					break
				}
				t.Errorf("%s: no row for %s", c.Source, m)
			}
		}
	}
}

// schemas reads one provider's schema, which is kept without the envelope that terraform prints around it.
func schemas(t *testing.T, file string) *tfjson.ProviderSchemas {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(filepath.Base(file), "_")
	var out bytes.Buffer
	name, _ := json.Marshal("registry.terraform.io/" + parts[0] + "/" + parts[1])
	out.WriteString(`{"format_version":"1.0","provider_schemas":{`)
	out.Write(name)
	out.WriteString(":")
	out.Write(raw)
	out.WriteString("}}")
	var s tfjson.ProviderSchemas
	if err := s.UnmarshalJSON(out.Bytes()); err != nil {
		t.Fatalf("%s: %s", file, err)
	}
	return &s
}

package tables_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/rules/tables"
	tfjson "github.com/hashicorp/terraform-json"
)

// TestCoverage holds that every attribute of the nine large providers that could name another place is explained by a
// row, where their schemas are there.
func TestCoverage(t *testing.T) {
	cat, err := catalog.Load(tables.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range published(t) {
		for _, c := range cat.Cover(s) {
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

// published are the schemas of the nine large providers, which lie beside the repository.
func published(t *testing.T) []*tfjson.ProviderSchemas {
	t.Helper()
	list, err := readPublished()
	if err != nil {
		t.Fatal(err)
	}
	if len(list) == 0 {
		t.Skip("the providers' schemas are not here")
	}
	return list
}

var readPublished = sync.OnceValues(func() ([]*tfjson.ProviderSchemas, error) {
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "shared", "schemas", "*.json.gz"))
	if err != nil {
		return nil, err
	}
	var list []*tfjson.ProviderSchemas
	for _, file := range files {
		s, err := readSchema(file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		list = append(list, s)
	}
	return list, nil
})

// readSchema reads one provider's schema, which is kept without the envelope that terraform prints around it.
func readSchema(file string) (*tfjson.ProviderSchemas, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		return nil, err
	}
	parts := strings.Split(filepath.Base(file), "_")
	var out bytes.Buffer
	name, err := json.Marshal("registry.terraform.io/" + parts[0] + "/" + parts[1])
	if err != nil {
		return nil, err
	}
	out.WriteString(`{"format_version":"1.0","provider_schemas":{`)
	out.Write(name)
	out.WriteString(":")
	out.Write(raw)
	out.WriteString("}}")
	s := new(tfjson.ProviderSchemas)
	return s, s.UnmarshalJSON(out.Bytes())
}

package tables

import (
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// block is as much of a provider's schema as sites can name.
type block struct {
	Attributes map[string]json.RawMessage
	BlockTypes map[string]struct{ Block block } `json:"block_types"`
}

func (b block) has(path string) bool {
	name, rest, nested := strings.Cut(path, ".")
	if nested {
		if _, ok := b.Attributes[name]; ok && rest == "*" {
			return true // a map
		}
		return b.BlockTypes[name].Block.has(rest)
	}
	match := regexp.MustCompile("^" + strings.ReplaceAll(name, "*", ".*") + "$")
	for attribute := range b.Attributes {
		if match.MatchString(attribute) {
			return true
		}
	}
	return false
}

type schema struct {
	Provider    struct{ Block block }            `json:"provider_schema"`
	Resources   map[string]struct{ Block block } `json:"resource_schemas"`
	DataSources map[string]struct{ Block block } `json:"data_source_schemas"`
}

// What the tables say of a provider's attributes has to be in its schema, where the schemas lie beside the repository.
func TestSitesAreInSchemas(t *testing.T) {
	const dir = "../../../shared/schemas/"
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no shared schemas here")
	}
	schemas := map[string]*schema{}
	for _, source := range []string{"hashicorp/aws", "hashicorp/azurerm", "hashicorp/azuread", "hashicorp/google", "oracle/oci",
		"aliyun/alicloud", "tencentcloudstack/tencentcloud", "huaweicloud/huaweicloud", "ibm-cloud/ibm"} {
		schemas[source] = readSchema(t, dir+strings.ReplaceAll(source, "/", "_")+"_*.json.gz")
	}
	for _, r := range rows(t, "sites.tbl") {
		s := schemas[r[1]]
		if r[0] != "site" || s == nil || r[2] == "env" || r[2] == "default" {
			continue
		}
		if r[2] == "provider" {
			if !s.Provider.Block.has(r[3]) {
				t.Errorf("%s has no argument %s", r[1], r[3])
			}
			continue
		}
		match := regexp.MustCompile("^" + strings.ReplaceAll(r[2], "*", ".*") + "$")
		types, found := 0, r[3] == "-"
		for typ, resource := range s.Resources {
			if match.MatchString(typ) {
				types++
				unread := len(resource.Block.Attributes) == 0 // the schemas lack what could not be read
				found = found || unread || resource.Block.has(r[3])
			}
		}
		if _, ok := s.DataSources[r[2]]; types == 0 && found && ok {
			continue // a type of data sources alone
		}
		if types == 0 || !found {
			t.Errorf("%s: %d types are %s, none has %s", r[1], types, r[2], r[3])
		}
	}
	for _, r := range rows(t, "data.tbl") {
		for source, s := range schemas {
			if strings.HasPrefix(r[1], source[strings.IndexByte(source, '/')+1:]+"_") {
				name, _, _ := strings.Cut(r[2], ".")
				if b, ok := s.DataSources[r[1]]; !ok || !b.Block.has(name) {
					t.Errorf("%s has no data source %s with %s", source, r[1], r[2])
				}
			}
		}
	}
}

func readSchema(t *testing.T, pattern string) *schema {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) != 1 {
		t.Fatalf("%s: %v %v", pattern, names, err)
	}
	f, err := os.Open(names[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	s := &schema{}
	if err := json.NewDecoder(z).Decode(s); err != nil {
		t.Fatal(err)
	}
	return s
}

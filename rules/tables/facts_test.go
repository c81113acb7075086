package tables

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/demarc-dev/demarc/analyzer/catalog"
)

// factsOnly are partitions of the shared facts that are none of the tables: settings and kinds of place within others.
var factsOnly = []string{
	"gcp/assured-workloads-partner", "ibm/eu-supported", "sap-btp/eu-access", // flags of accounts, which no plan shows
	"dell/site", "kubernetes/by-endpoint", // are where their hosts are
}

// factsShared are regions and hosts that the facts list for two partitions, and the tables have for the narrower one; OVHcloud's
// region in Canada, which two of its interfaces reach, is in none.
var factsShared = []string{
	"usdodcentral", "usdodeast", "dod-graph.microsoft.us", // listed for Azure Government as well
	"graph.microsoft.com", "portal.azure.com", // GCC is reached as the rest of the world is
	"api.aws", // of a region of GovCloud alone
	"BHS", "BHS1",
}

// named are the names of a partition of the shared facts in the tables.
func named(c *catalog.Catalog, cloud, partition string) []string {
	if want, ok := factsPartitions[cloud+"/"+partition]; ok {
		return want
	}
	for _, id := range []string{cloud + "-" + partition, partition, cloud} {
		if p, ok := c.Partition(id); ok && (p.Cloud == cloud || p.ID == partition) {
			return []string{id}
		}
	}
	return nil
}

// All clouds, partitions, regions and suffixes of the shared facts are in the tables, where the facts lie beside the repository.
func TestSharedPartitions(t *testing.T) {
	src, err := os.ReadFile("../../../shared/facts/partitions.json")
	if err != nil {
		t.Skip("no shared facts here")
	}
	var records []struct {
		Cloud     string
		Partition string `json:"partition_id"`
		Regions   []string
		Suffixes  []string `json:"dns_suffixes"`
	}
	if err := json.Unmarshal(src, &records); err != nil {
		t.Fatal(err)
	}
	c := load(t)
	clouds := map[string]bool{}
	regions, hosts := 0, 0
	for _, r := range records {
		clouds[r.Cloud] = true
		name := r.Cloud + "/" + r.Partition
		want := named(c, r.Cloud, r.Partition)
		if slices.Contains(factsOnly, name) {
			continue
		}
		if len(want) == 0 {
			t.Errorf("%s is in no table", name)
			continue
		}
		p, _ := c.Partition(want[0])
		for _, region := range r.Regions {
			regions++
			if got, _, _ := c.Region(p.Cloud, region); !slices.Contains(want, got) && !slices.Contains(factsShared, region) {
				t.Errorf("%s: region %s is in %q", name, region, got)
			}
		}
		for _, suffix := range r.Suffixes {
			if strings.Contains(suffix, "*") {
				continue
			}
			for _, host := range []string{suffix, "x." + suffix} {
				hosts++
				id, ambiguous, _ := c.Host(host)
				if !ambiguous && !slices.Contains(want, id.Partition) && !slices.Contains(factsShared, suffix) {
					t.Errorf("%s: host %s is in %q", name, host, id.Partition)
				}
			}
		}
	}
	if len(clouds) < 35 || len(records) < 128 || regions < 500 || hosts < 300 {
		t.Errorf("only %d clouds, %d partitions, %d regions, %d hosts", len(clouds), len(records), regions, hosts)
	}
}

// All rows of the shared endpoints answer as they say, or are ambiguous: that a host is no evidence is what samples have corrected.
func TestSharedEndpoints(t *testing.T) {
	n := 0
	c := load(t)
	for _, file := range []string{"endpoints.tsv", "endpoints_more.tsv"} {
		src, err := os.ReadFile("../../../shared/facts/" + file)
		if err != nil {
			t.Skip("no shared facts here")
		}
		for line := range strings.Lines(string(src)) {
			f := strings.Split(strings.TrimRight(line, "\n"), "\t")
			if f[0] != "suffix" && f[0] != "exact" { // expressions have their samples
				continue
			}
			n++
			host := f[1]
			if f[0] == "suffix" {
				host = "x." + strings.TrimPrefix(strings.TrimPrefix(host, "*"), ".")
			}
			id, ambiguous, _ := c.Host(host)
			if !ambiguous && !slices.Contains(named(c, f[2], f[3]), id.Partition) {
				t.Errorf("%s: %s is in %q, want %s/%s", file, host, id.Partition, f[2], f[3])
			}
		}
	}
	if n < 600 {
		t.Errorf("only %d rows", n)
	}
}

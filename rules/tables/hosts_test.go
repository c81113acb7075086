package tables

import (
	"os"
	"strings"
	"testing"
)

// factsPartitions are the partitions as the shared list of sample hosts calls them, where that differs from the tables.
// Microsoft's directory hosts are Entra's in the tables, on either side of the list.
var factsPartitions = map[string][]string{
	"azure/public":                {"azure", "entra"},
	"azure/china":                 {"azure-china", "entra-china"},
	"azure/usgovernment":          {"azure-usgov", "entra-usgov"},
	"azure/germany":               {"azure-germany", "entra-germany"},
	"azure/delos":                 {"azure-delos", "entra-delos"},
	"azure/usnat":                 {"azure-usnat", "entra-usnat"},
	"azure/ussec":                 {"azure-ussec", "entra-ussec"},
	"microsoft365/global":         {"m365", "entra"},
	"microsoft365/gcc":            {"m365-gcc"},
	"microsoft365/usgov-l4":       {"m365-usgov-l4", "entra-usgov"},
	"microsoft365/usgov-l5":       {"m365-usgov-l5", "entra-usgov-dod"},
	"microsoft365/china-21vianet": {"m365-china", "entra-china"},
	"microsoft365/bleu":           {"m365-bleu", "entra-bleu"},
	"gcp/googleapis.com":          {"google"},
	"gcp/s3nsapis.fr":             {"google-s3ns"},
	"gcp/apis-berlin-build0.goog": {"google-berlin"},
	"alibaba/mainland":            {"alicloud-china"},
	"alibaba/international":       {"alicloud"},
	"alibaba/finance":             {"alicloud-finance"},
	"alibaba/gov":                 {"alicloud-gov"},
	"tencent/mainland":            {"tencentcloud-china"},
	"tencent/international":       {"tencentcloud"},
	"tencent/finance":             {"tencentcloud-finance"},
	"huawei/china":                {"huaweicloud-china"},
	"huawei/international":        {"huaweicloud"},
	"huawei/europe":               {"huaweicloud-eu"},
	"ibm/public":                  {"ibm"},
	"ibm/eu-fr2":                  {"ibm-eu-fr2"},
	"sap-btp/china":               {"sap-china"},
	"sap-btp/global":              {"sap"},
	"volcengine/cn":               {"volcengine"},
	"databricks/azure-china":      {"databricks-azure-china"},
	"snowflake/cn":                {"snowflake-cn"},
	"snowflake/global":            {"snowflake"},
	"mongodbatlas/commercial":     {"mongodbatlas"},
	"mongodbatlas/gov":            {"mongodbatlas-gov"},
	"okta/gov":                    {"okta-gov"},
	"github/github.com":           {"github"},
	"github/ghe.com":              {"github-ghe"},
	"gitlab/gitlab.com":           {"gitlab"},
	"gitlab/jihulab":              {"gitlab-jihulab"},
	"hcp-terraform/us":            {"hcp-terraform"},
	"hcp-terraform/eu":            {"hcp-terraform-eu"},
	"cloudflare/global":           {"cloudflare"},
	"cloudflare/china-network":    {"cloudflare-china"},
	"salesforce/global":           {"salesforce"},
	"salesforce/mil":              {"salesforce-mil"},
	"salesforce/china-alibaba":    {"salesforce-china"},
	"akamai/global":               {"akamai"},
	"circleci/global":             {"circleci"},
}

// The whole list of sample hosts, where it lies beside the repository.
func TestSharedHosts(t *testing.T) {
	src, err := os.ReadFile("../../../shared/facts/host_samples.tsv")
	if err != nil {
		t.Skip("no shared sample hosts here")
	}
	c := load(t)
	n := 0
	for line := range strings.Lines(string(src)) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if strings.HasPrefix(line, "#") || f[0] == "host" {
			continue
		}
		n++
		host, cloud, partition := f[0], f[1], f[2]
		id, ambiguous, ok := c.Host(host)
		var good bool
		switch partition {
		case "none":
			good = !ambiguous && !ok
		case "ambiguous":
			good = ambiguous && !ok && id.Partition == ""
		default:
			want, known := factsPartitions[cloud+"/"+partition]
			if !known {
				want = []string{partition}
			}
			for _, w := range want {
				good = good || ok && id.Partition == w
			}
		}
		if !good {
			t.Errorf("%s: got %+v ambiguous %v, want %s %s", host, id, ambiguous, cloud, partition)
		}
	}
	if n < 300 {
		t.Errorf("only %d samples", n)
	}
}

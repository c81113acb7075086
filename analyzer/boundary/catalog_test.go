package boundary

import (
	"testing"
	"testing/fstest"

	"github.com/demarc-dev/demarc/analyzer/catalog"
)

const tables = `
partition aws aws global "AWS"
partition aws aws-cn china "AWS China"
partition aws aws-us-gov us-government "AWS GovCloud"
region aws aws eu-central-1 us-east-1
region aws aws-cn cn-north-1
partition azure azure global "Azure"
partition azure azure-china china "Azure China"
partition alicloud alicloud global "Alibaba Cloud"
partition alicloud alicloud-china china "Alibaba Cloud, mainland"
partition google google global "Google Cloud"
partition entra entra global "Entra"
provider hashicorp/aws aws
provider hashicorp/azurerm azure
provider oracle/oci oci
site hashicorp/aws provider region region
site hashicorp/azurerm provider metadata_host host
site hashicorp/azurerm env ARM_ENVIRONMENT partition
`

func testCatalog(t testing.TB) *catalog.Catalog {
	t.Helper()
	cat, err := catalog.Load(fstest.MapFS{"t.tbl": {Data: []byte(tables)}})
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

var testRules = map[string]bool{
	"admin-grant": true, "network-link": true, "data-export": true, "dns-link": true, "misplaced-resource": true,
}

func parse(t testing.TB, src string) *Policy {
	t.Helper()
	p, err := Parse("p.hcl", []byte(src), testCatalog(t), testRules)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

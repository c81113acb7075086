package tables

import (
	"cmp"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/demarc-dev/demarc/analyzer/catalog"
)

func load(t testing.TB) *catalog.Catalog {
	t.Helper()
	c, err := catalog.Load(FS)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// rows are the rows of a table as fields, comments left out. No field of the tables that tests read holds a #.
func rows(t *testing.T, file string) [][]string {
	t.Helper()
	src, err := FS.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out [][]string
	for line := range strings.Lines(string(src)) {
		line, _, _ = strings.Cut(" "+line, " #")
		if fields := strings.Fields(line); len(fields) > 0 {
			out = append(out, fields)
		}
	}
	return out
}

func files(t *testing.T) []string {
	t.Helper()
	names, err := fs.Glob(FS, "*.tbl")
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestExpressionsCompile(t *testing.T) {
	load(t)
	n := 0
	for _, file := range files(t) {
		for _, r := range rows(t, file) {
			var source string
			switch {
			case r[0] == "pattern" || r[0] == "identifier":
				source = r[3]
			case r[0] == "rolename":
				source = r[2]
			case r[0] == "host" && (r[1] == "regexp" || r[1] == "literal"):
				source = r[2]
			case r[0] == "function" && r[3] == "take":
				source = r[4]
			default:
				continue
			}
			n++
			if _, err := regexp.Compile(source); err != nil {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
	if n < 150 {
		t.Errorf("only %d expressions found", n)
	}
}

// The order of the tables is what makes them readable, and quick to load.
func TestSorted(t *testing.T) {
	before := func(key func(r []string) string, keep func(r []string) bool) func(t *testing.T, file string) {
		return func(t *testing.T, file string) {
			last := ""
			for _, r := range rows(t, file) {
				if !keep(r) {
					continue
				}
				if k := key(r); k <= last {
					t.Errorf("%s: %q comes after %q", file, k, last)
				} else {
					last = k
				}
			}
		}
	}
	kind := func(word string) func([]string) bool { return func(r []string) bool { return r[0] == word } }
	for _, file := range files(t) {
		if strings.HasPrefix(file, "links_") {
			before(func(r []string) string { return r[1] + "\x00" + r[2] }, kind("link"))(t, file)
		}
	}
	before(func(r []string) string { return r[1] }, kind("provider"))(t, "sites.tbl")
	before(func(r []string) string { return r[2] }, func(r []string) bool { return r[1] == "exact" })(t, "hosts.tbl")
	before(func(r []string) string { return r[3] + "\x00" + r[2] }, func(r []string) bool { return r[1] == "suffix" })(t, "hosts.tbl")

	order := []string{"literal", "exact", "regexp", "suffix"}
	if !slices.IsSortedFunc(rows(t, "hosts.tbl"), func(a, b []string) int {
		return cmp.Compare(slices.Index(order, a[1]), slices.Index(order, b[1]))
	}) {
		t.Errorf("hosts.tbl: kinds are not in the order %v in which they are asked", order)
	}
	for _, r := range rows(t, "clouds.tbl") {
		if (r[0] == "region" || r[0] == "word") && !slices.IsSortedFunc(r[3:], func(a, b string) int {
			return strings.Compare(strings.ToLower(a), strings.ToLower(b))
		}) {
			t.Errorf("clouds.tbl: %s of %s are not sorted", r[0], r[2])
		}
	}
}

func TestSides(t *testing.T) {
	c := load(t)
	for id, side := range map[string]string{
		"aws": "global", "aws-cn": "china", "aws-us-gov": "us-government", "aws-eusc": "eu-sovereign", "aws-iso": "us-classified",
		"aws-iso-e": "uk-classified", "azure": "global", "azure-china": "china", "azure-usgov-dod": "us-government",
		"azure-bleu": "eu-sovereign", "azure-govsg": "sg-government", "entra-china": "china", "m365-gcc": "global",
		"m365-usgov-l5": "us-government", "google-s3ns": "eu-sovereign", "google-tpclp": "google-test", "oc1": "global",
		"oc3": "us-government", "oc4": "uk-government", "oc8": "dedicated-oc8", "oc10": "au-government", "oc19": "eu-sovereign",
		"alicloud": "global", "alicloud-gov": "china", "tencentcloud-finance": "china", "huaweicloud-eu": "eu-sovereign",
		"ibm": "global", "sap-china": "china", "outscale-cloudgouv": "eu-sovereign", "databricks-azure-china": "china",
		"datadog-us1-fed": "us-government", "stackit": "global", "cloudflare-china": "china",
	} {
		p, ok := c.Partition(id)
		if !ok || p.Side != side {
			t.Errorf("%s is on side %q, want %q", id, p.Side, side)
		}
	}
	saas := map[string]bool{}
	for _, p := range c.Partitions("") {
		if was, ok := saas[p.Cloud]; ok && was != p.SaaS {
			t.Errorf("%s is saas in part", p.Cloud)
		}
		saas[p.Cloud] = p.SaaS
	}
	if !saas["okta"] || saas["aws"] || saas["entra"] {
		t.Error("saas is wrong")
	}
}

func TestWords(t *testing.T) {
	c := load(t)
	for _, w := range [][3]string{
		{"azure", "China", "azure-china"}, {"azure", "usgovernmentl4", "azure-usgov"}, {"azure", "dod", "azure-usgov-dod"},
		{"azure", "AzureChinaCloud", "azure-china"}, {"entra", "global", "entra"}, {"m365", "gcchigh", "m365-usgov-l4"},
		{"google", "s3nsapis.fr", "google-s3ns"}, {"aws", "aws-iso-b", "aws-iso-b"}, {"oci", "oc19", "oc19"},
		{"ovh", "ovh-us", "ovh-us"}, {"mongodbatlas", "true", "mongodbatlas-gov"}, {"hcp", "eu", "hcp-eu"}, {"azure", "stack", ""},
	} {
		if got, _ := c.Word(w[0], w[1]); got != w[2] {
			t.Errorf("%s %s is %q, want %q", w[0], w[1], got, w[2])
		}
	}
}

func TestRegions(t *testing.T) {
	c := load(t)
	for _, r := range [][4]string{ // cloud, name, partition, region
		{"aws", "cn-north-1", "aws-cn", "cn-north-1"},
		{"huaweicloud", "cn-north-1", "huaweicloud-china", "cn-north-1"},
		{"alicloud", "cn-north-1", "", ""},
		{"aws", "eu-central-1a", "aws", "eu-central-1"},
		{"aws", "us-east-1-bos-1a", "aws", "us-east-1"},
		{"aws", "us-west-2-wl1-den-wlz-1", "aws", "us-west-2"},
		{"aws", "us-gov-west-1b", "aws-us-gov", "us-gov-west-1"},
		{"aws", "cn-northwest-1c", "aws-cn", "cn-northwest-1"},
		{"aws", "eusc-de-east-1a", "aws-eusc", "eusc-de-east-1"},
		{"aws", "ap-southeast-9", "aws", "ap-southeast-9"}, // by the partition's pattern
		{"aws", "ap-southeast-9b", "aws", "ap-southeast-9"},
		{"aws", "moon", "", ""},
		{"azure", "China East 3", "azure-china", "chinaeast3"},
		{"azure", "germanywestcentral", "azure", "germanywestcentral"},
		{"azure", "germanynortheast", "azure-germany", "germanynortheast"},
		{"azure", "USGov Virginia", "azure-usgov", "usgovvirginia"},
		{"azure", "usdodeast", "azure-usgov-dod", "usdodeast"},
		{"azure", "global", "", ""},
		{"google", "europe-west1-b", "google", "europe-west1"},
		{"google", "EU", "google", "eu"},
		{"google", "EUR4", "google", "eur4"},
		{"google", "u-france-east1-a", "google-s3ns", "u-france-east1"},
		{"google", "u-germany-northeast1", "google-berlin", "u-germany-northeast1"},
		{"google", "u-germany-northeast1q", "google-tpcone", "u-germany-northeast1q"},
		{"google", "global", "", ""},
		{"oci", "iad", "oc1", "us-ashburn-1"},
		{"oci", "FRA", "oc1", "eu-frankfurt-1"},
		{"oci", "eu-frankfurt-2", "oc19", "eu-frankfurt-2"},
		{"oci", "us-gov-phoenix-1", "oc3", "us-gov-phoenix-1"},
		{"alicloud", "cn-beijing-h", "alicloud-china", "cn-beijing"},
		{"alicloud", "cn-hongkong-b", "alicloud", "cn-hongkong"},
		{"alicloud", "cn-shanghai-finance-1", "alicloud-finance", "cn-shanghai-finance-1"},
		{"alicloud", "cn-north-2-gov-1", "alicloud-gov", "cn-north-2-gov-1"},
		{"alicloud", "North-America", "alicloud", "north-america"},
		{"alicloud", "China", "alicloud-china", "china"},
		{"alicloud", "eu-central-1a", "alicloud", "eu-central-1"},
		{"tencentcloud", "ap-guangzhou-3", "tencentcloud-china", "ap-guangzhou"},
		{"tencentcloud", "ap-hongkong", "tencentcloud", "ap-hongkong"},
		{"tencentcloud", "ap-taipei", "tencentcloud", "ap-taipei"},
		{"tencentcloud", "ap-shanghai-fsi-1", "tencentcloud-finance", "ap-shanghai-fsi"},
		{"tencentcloud", "ap-nowhere", "", ""},
		{"tencentcloud", "17", "tencentcloud", "eu-frankfurt"},
		{"tencentcloud", "100003", "", ""},
		{"huaweicloud", "cn-north-4a", "huaweicloud-china", "cn-north-4"},
		{"huaweicloud", "ap-southeast-1", "huaweicloud", "ap-southeast-1"}, // Hong Kong
		{"huaweicloud", "eu-west-101", "huaweicloud-eu", "eu-west-101"},
		{"ibm", "eu-de-1", "ibm", "eu-de"},
		{"ibm", "eu-fr2", "ibm-eu-fr2", "eu-fr2"},
		{"sap", "cn40", "sap-china", "cn40"},
		{"scaleway", "fr-par-2", "scaleway", "fr-par"},
		{"yandex", "ru-central1-d", "yandex-ru", "ru-central1"},
		{"outscale", "cloudgouv-eu-west-1a", "outscale-cloudgouv", "cloudgouv-eu-west-1"},
	} {
		p, region, ok := c.Region(r[0], r[1])
		if p != r[2] || region != r[3] || ok != (r[2] != "") {
			t.Errorf("%s %s is in %q %q, want %q %q", r[0], r[1], p, region, r[2], r[3])
		}
	}
}

func TestIdentifiers(t *testing.T) {
	c := load(t)
	const guid = "11111111-2222-3333-4444-555555555555"
	type id = catalog.Identity
	for value, want := range map[string]id{
		"arn:aws:s3:::bucket/key":                                                                    {Cloud: "aws", Partition: "aws", Service: "s3"},
		"arn:aws-cn:ec2:cn-north-1:123456789012:vpc/vpc-1":                                           {Cloud: "aws", Partition: "aws-cn", Region: "cn-north-1", Account: "123456789012", Service: "ec2"},
		"arn:aws:iam::aws:policy/AdministratorAccess":                                                {Cloud: "aws", Partition: "aws", Service: "iam"},
		"arn:aws:ec2:cn-north-1:123456789012:vpc/vpc-1":                                              {Cloud: "aws", Partition: "aws", Account: "123456789012", Service: "ec2"},
		"arn:aws-mars:ec2:cn-north-1:123456789012:vpc/vpc-1":                                         {Cloud: "aws", Account: "123456789012", Service: "ec2"},
		"arn:*:ec2:cn-north-1:*:vpc/*":                                                               {Cloud: "aws", Partition: "aws-cn", Region: "cn-north-1", Service: "ec2"},
		"arn:aws-us-gov:iam::123456789012:root":                                                      {Cloud: "aws", Partition: "aws-us-gov", Account: "123456789012", Service: "iam"},
		"123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/app:1":                                     {Cloud: "aws", Partition: "aws-cn", Region: "cn-north-1", Account: "123456789012", Service: "ecr", Host: "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn"},
		"s3://logs/{DATE}?sse=AES256&region=cn-north-1":                                              {Cloud: "aws", Partition: "aws-cn", Region: "cn-north-1"},
		"s3://logs/x?region=cn-beijing&endpoint=oss-cn-beijing.aliyuncs.com":                         {Cloud: "alicloud", Partition: "alicloud-china", Host: "oss-cn-beijing.aliyuncs.com"},
		"com.amazonaws.eu-west-1.s3":                                                                 {Cloud: "aws", Partition: "aws", Region: "eu-west-1", Service: "s3"},
		"cn.com.amazonaws.cn-north-1.ecr.api":                                                        {Cloud: "aws", Partition: "aws-cn", Region: "cn-north-1", Service: "ecr"},
		"com.amazonaws.vpce.us-gov-west-1.vpce-svc-0":                                                {Cloud: "aws", Partition: "aws-us-gov", Region: "us-gov-west-1", Service: "vpce-svc-0"},
		"bigquery.googleapis.com/projects/p-1/datasets/d":                                            {Cloud: "google", Account: "p-1", Service: "bigquery"},
		"name.6d73c8f4-1234-1234-1234-123456789012.usgovvirginia.azure.privatelinkservice":           {Cloud: "azure", Partition: "azure-usgov", Region: "usgovvirginia"},
		"https://sqs.eu-west-1.amazonaws.com/123456789012/q":                                         {Cloud: "aws", Partition: "aws", Region: "eu-west-1", Account: "123456789012", Service: "sqs", Host: "sqs.eu-west-1.amazonaws.com"},
		"/subscriptions/" + guid:                                                                     {Cloud: "azure", Account: guid},
		"/subscriptions/" + guid + "/resourceGroups/r/providers/Microsoft.Network/virtualNetworks/v": {Cloud: "azure", Account: guid, Service: "Microsoft.Network"},
		"https://v.vault.azure.cn/keys/k/1":                                                          {Cloud: "azure", Partition: "azure-china", Service: "vault", Host: "v.vault.azure.cn"},
		"https://a.blob.core.windows.net/c":                                                          {Cloud: "azure", Partition: "azure", Service: "blob", Host: "a.blob.core.windows.net"},
		"projects/p-1/locations/europe-west1/keyRings/k":                                             {Cloud: "google", Partition: "google", Region: "europe-west1", Account: "p-1"},
		"projects/p-1": {Cloud: "google", Account: "p-1"},
		"projects/s3ns:p-1/locations/u-france-east1/keyRings/k": {Cloud: "google", Partition: "google-s3ns", Region: "u-france-east1", Account: "s3ns:p-1"},
		"s3ns:p-1": {Cloud: "google", Partition: "google-s3ns", Account: "s3ns:p-1"},
		"eu0:p-1":  {Cloud: "google", Partition: "google-berlin", Account: "eu0:p-1"},
		"https://www.googleapis.com/compute/v1/projects/p-1/zones/europe-west1-b/instances/i":      {Cloud: "google", Partition: "google", Region: "europe-west1", Account: "p-1", Host: "www.googleapis.com"},
		"https://compute.s3nsapis.fr/compute/v1/projects/s3ns:p/global/networks/n":                 {Cloud: "google", Partition: "google-s3ns", Account: "s3ns:p", Host: "compute.s3nsapis.fr"},
		"//pubsub.googleapis.com/projects/p-1/topics/t":                                            {Cloud: "google", Account: "p-1", Service: "pubsub"},
		"serviceAccount:sa@p-1.iam.gserviceaccount.com":                                            {Cloud: "google", Partition: "google", Account: "p-1", Host: "p-1.iam.gserviceaccount.com"},
		"serviceAccount:sa@p-1.s3ns.iam.gserviceaccount.com":                                       {Cloud: "google", Partition: "google-s3ns", Account: "p-1", Host: "p-1.s3ns.iam.gserviceaccount.com"},
		"serviceAccount:service-42@gcp-sa-pubsub.iam.gserviceaccount.com":                          {Cloud: "google", Partition: "google", Account: "42", Host: "gcp-sa-pubsub.iam.gserviceaccount.com"},
		"principalSet://iam.googleapis.com/projects/42/locations/global/workloadIdentityPools/x/*": {Cloud: "google", Account: "42"},
		"ocid1.vcn.oc1.iad.aaaa":                                                  {Cloud: "oci", Partition: "oc1", Region: "us-ashburn-1", Service: "vcn"},
		"ocid1.filesystem.oc1.eu_frankfurt_1.aaaa":                                {Cloud: "oci", Partition: "oc1", Region: "eu-frankfurt-1", Service: "filesystem"},
		"ocid1.compartment.oc19..aaaa":                                            {Cloud: "oci", Partition: "oc19", Service: "compartment"},
		"ocid1.tenancy.oc4..aaaa":                                                 {Cloud: "oci", Partition: "oc4", Account: "ocid1.tenancy.oc4..aaaa"},
		"ocid1.vcn.oc99.iad.aaaa":                                                 {Cloud: "oci", Service: "vcn"},
		"acs:oss:cn-hangzhou:123456:bucket":                                       {Cloud: "alicloud", Partition: "alicloud-china", Region: "cn-hangzhou", Account: "123456", Service: "oss"},
		"acs:ram::123456:role/r":                                                  {Cloud: "alicloud", Account: "123456", Service: "ram"},
		"qcs::cvm:ap-singapore:uin/100:instance/i":                                {Cloud: "tencentcloud", Partition: "tencentcloud", Region: "ap-singapore", Account: "100", Service: "cvm"},
		"urn:smn:cn-north-4:0970dd7a1300f5672ff2c003c60ae115:topic_1":             {Cloud: "huaweicloud", Partition: "huaweicloud-china", Region: "cn-north-4", Account: "0970dd7a1300f5672ff2c003c60ae115", Service: "smn"},
		"crn:v1:bluemix:public:kms:eu-fr2:a/0970dd7a1300f5672ff2c003c60ae115:i::": {Cloud: "ibm", Partition: "ibm-eu-fr2", Region: "eu-fr2", Account: "0970dd7a1300f5672ff2c003c60ae115", Service: "kms"},
		"urn:v1:us:resource:vps:v":                                                {Cloud: "ovh", Partition: "ovh-us"},
		"trn:vpc:cn-beijing:2100:vpc/v":                                           {Cloud: "volcengine", Partition: "volcengine", Region: "cn-beijing", Account: "2100", Service: "vpc"},
		"fr-par-1/11111111-2222-3333-4444-555555555555":                           {Cloud: "scaleway", Partition: "scaleway", Region: "fr-par"},
		"crn://confluent.cloud/organization=o":                                    {Cloud: "confluent", Partition: "confluent", Host: "confluent.cloud"},
	} {
		if got, ok := c.Identify(value); !ok || got != want {
			t.Errorf("%s\n got %+v\nwant %+v", value, got, want)
		}
	}
	for _, value := range []string{
		"", "vpc-0123", "arn", "arn:minio:sqs::1:webhook", "com.amazonaws.s3", "/subscriptions/none", "trn:iam::2100:role/r",
		"https://example.com/projects/p", "a@b.example", "s3ns:", "projects/", "the arn:aws:s3:::bucket",
	} {
		if got, ok := c.Identify(value); ok {
			t.Errorf("%q is no identifier, got %+v", value, got)
		}
	}
}

func TestRoles(t *testing.T) {
	c := load(t)
	for _, r := range []struct {
		cloud, name string
		want        catalog.Class
	}{
		{"aws", "AdministratorAccess", catalog.Full},
		{"aws", "arn:aws-cn:iam::aws:policy/AdministratorAccess", catalog.Full},
		{"aws", "arn:aws-us-gov:iam::aws:policy/job-function/NetworkAdministrator", catalog.NetworkAdmin},
		{"aws", "job-function/NetworkAdministrator", catalog.NetworkAdmin},
		{"aws", "networkadministrator", catalog.NetworkAdmin},
		{"aws", "arn:aws:iam::aws:policy/ReadOnlyAccess", catalog.Read},
		{"azure", "Owner", catalog.Full},
		{"azure", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", catalog.Full},
		{"azure", "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/8E3AF657-a8ff-443c-a75c-2fe8c4bcb635", catalog.Full},
		{"azure", "network contributor", catalog.NetworkAdmin},
		{"azure", "Reader", catalog.Read},
		{"entra", "Global Administrator", catalog.Full},
		{"entra", "62e90394-69f5-4237-9190-012177145e10", catalog.Full},
		{"google", "roles/owner", catalog.Full},
		{"google", "roles/compute.networkAdmin", catalog.NetworkAdmin},
		{"alicloud", "acs:ram::system:policy/AdministratorAccess", catalog.Full},
		{"huaweicloud", "Tenant Administrator", catalog.Full},
		{"ibm", "crn:v1:bluemix:public:iam::::role:Administrator", catalog.Full},
		{"kubernetes", "cluster-admin", catalog.Full},
	} {
		if got, _, ok := c.Role(r.cloud, r.name); !ok || got != r.want {
			t.Errorf("%s %s is %s, want %s", r.cloud, r.name, got, r.want)
		}
	}
	for cloud, name := range map[string]string{
		"aws": "arn:aws:iam::123456789012:policy/AdministratorAccess", "azure": "My Owner", "google": "projects/p/roles/owner",
	} {
		if got, _, ok := c.Role(cloud, name); ok {
			t.Errorf("%s %s is not built in, got %s", cloud, name, got)
		}
	}
	if a, g := len(c.Escalations("aws")), len(c.Escalations("google")); a != 66 || g != 23 {
		t.Errorf("%d and %d escalations", a, g)
	}
}

func TestActions(t *testing.T) {
	c := load(t)
	for _, a := range []struct {
		cloud, pattern string
		want           catalog.Class
	}{
		{"aws", "*", catalog.Full}, {"aws", "*:*", catalog.Full},
		{"aws", "iam:*", catalog.IdentityAdmin}, {"aws", "iam:PutRolePolicy", catalog.IdentityAdmin}, {"aws", "iam:Put*", catalog.IdentityAdmin},
		{"aws", "IAM:PassRole", catalog.Use}, {"aws", "iam:Get*", catalog.Read}, {"aws", "*:Create*", catalog.IdentityAdmin},
		{"aws", "ec2:*", catalog.NetworkAdmin}, {"aws", "ec2:Create*", catalog.NetworkAdmin}, {"aws", "ec2:*Vpc*", catalog.NetworkAdmin},
		{"aws", "ec2:CreateVpcPeeringConnection", catalog.NetworkAdmin}, {"aws", "ec2:RunInstances", catalog.Use},
		{"aws", "ec2:Describe*", catalog.Read}, {"aws", "ec2:DescribeVpcs", catalog.Read}, {"aws", "*:Get*", catalog.Read}, {"aws", "*:List*", catalog.Read},
		{"aws", "s3:*", catalog.Data}, {"aws", "s3:GetObject", catalog.Read}, {"aws", "s3:PutObject", catalog.Use}, {"aws", "s3:PutObjectAcl", catalog.Data},
		{"aws", "kms:*", catalog.KeyAdmin}, {"aws", "kms:Decrypt", catalog.Use}, {"aws", "kms:PutKeyPolicy", catalog.KeyAdmin},
		{"aws", "sts:AssumeRole", catalog.Use}, {"aws", "lambda:InvokeFunction", catalog.Use}, {"aws", "*Tags", catalog.Use}, {"aws", "lambda:*", catalog.Use},
		{"azure", "*", catalog.Full}, {"azure", "*/read", catalog.Read}, {"azure", "Microsoft.Network/*", catalog.NetworkAdmin},
		{"azure", "Microsoft.Network/*/read", catalog.Read}, {"azure", "microsoft.authorization/roleassignments/write", catalog.IdentityAdmin},
		{"azure", "*/write", catalog.IdentityAdmin}, {"azure", "Microsoft.Web/sites/write", catalog.Use},
		{"google", "resourcemanager.projects.setIamPolicy", catalog.IdentityAdmin}, {"google", "storage.buckets.setIamPolicy", catalog.IdentityAdmin},
		{"google", "compute.networks.addPeering", catalog.NetworkAdmin}, {"google", "compute.networks.get", catalog.Read},
		{"google", "compute.subnetworks.use", catalog.Use}, {"google", "run.services.create", catalog.Use},
		{"alicloud", "ram:*", catalog.IdentityAdmin}, {"alicloud", "vpc:*", catalog.NetworkAdmin}, {"alicloud", "ecs:Describe*", catalog.Read},
		{"tencentcloud", "cam:AttachUserPolicy", catalog.IdentityAdmin}, {"tencentcloud", "name/vpc:*", catalog.NetworkAdmin},
		{"huaweicloud", "vpc:*:*", catalog.NetworkAdmin}, {"huaweicloud", "*:*:*", catalog.Full}, {"huaweicloud", "vpc:*:list*", catalog.Read},
		{"oci", "manage all-resources", catalog.Full}, {"oci", "manage virtual-network-family", catalog.NetworkAdmin}, {"oci", "read buckets", catalog.Read},
		{"dell", "anything", catalog.NoClass},
	} {
		if got := c.ActionClass(a.cloud, a.pattern); got != a.want {
			t.Errorf("%s %s is %s, want %s", a.cloud, a.pattern, got, a.want)
		}
	}
}

func TestForks(t *testing.T) {
	c := load(t)
	for source, want := range map[string]string{
		"hashicorp/aws": "aws", "registry.terraform.io/hashicorp/aws": "aws", "acme/aws": "aws", "hashicorp/google-beta": "google",
		"registry.opentofu.org/opentofu/azurerm": "azure", "hashicorp/azuread": "entra", "Azure/azapi": "azure", "aliyun/alicloud": "alicloud",
		"hashicorp/random": "",
	} {
		if got, _ := c.Cloud(source); got != want {
			t.Errorf("%s is for %q, want %q", source, got, want)
		}
	}
	if len(c.ProviderSites("hashicorp/google-beta")) == 0 {
		t.Error("google-beta has no sites")
	}
	sites := c.ResourceSites("acme/aws", "aws_dx_hosted_connection")
	if slices.ContainsFunc(sites, func(s catalog.SiteRow) bool { return s.Name == "region" }) {
		t.Errorf("the region of aws_dx_hosted_connection is not its own: %v", sites)
	}
	sites = c.ResourceSites("hashicorp/aws", "aws_iam_role")
	if len(sites) == 0 || sites[0].Gives != catalog.GivesWide {
		t.Errorf("aws_iam_role is in a region: %v", sites)
	}
}

// TestOpen holds that tables which are opened answer as those that are loaded whole.
func TestOpen(t *testing.T) {
	loaded := load(t)
	opened, err := catalog.Open(FS)
	if err != nil {
		t.Fatal(err)
	}
	files, err := fs.Glob(FS, "links_*.tbl")
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for _, file := range files {
		src, err := fs.ReadFile(FS, file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(src)) {
			f := strings.Fields(line)
			if len(f) < 3 || f[0] != "link" {
				continue
			}
			rows++
			typ, attribute := strings.ReplaceAll(f[1], "*", "x"), strings.ReplaceAll(f[2], "*", "x")
			if want, got := loaded.Link(typ, attribute), opened.Link(typ, attribute); got == nil || *got != *want {
				t.Errorf("%s of %s: %v of loaded tables, %v of opened ones", attribute, typ, want, got)
			}
		}
	}
	if rows < 10_000 {
		t.Errorf("only %d rows", rows)
	}
}

func BenchmarkOpen(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := catalog.Open(FS); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLink(b *testing.B) {
	c := load(b)
	attributes := []string{"vpc_id", "tags.Name", "rule.destination.bucket", "assume_role_policy", "kms_key_id", "no.such.attribute"}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		c.Link("aws_vpc_peering_connection", attributes[i%len(attributes)])
	}
}

func BenchmarkHost(b *testing.B) {
	c := load(b)
	hosts := []string{"bucket.s3.eu-west-1.amazonaws.com", "db.example.com", "https://v.vault.azure.cn/keys/k", "not a host", "10.0.0.0/8"}
	for i := 0; b.Loop(); i++ {
		c.Host(hosts[i%len(hosts)])
	}
}

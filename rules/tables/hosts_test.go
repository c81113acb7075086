package tables

import (
	"os"
	"strings"
	"testing"
)

// hosts are hosts and URLs, the partition that each belongs to (- for none, `ambiguous CLOUD` for no evidence), and the
// region where the name tells.
const hosts = `
myapp.chinacloudsites.cn azure-china
acct.documents.azure.cn azure-china
b1.chinaeast.batch.chinacloudapi.cn azure-china chinaeast
adb-123.4.databricks.azure.cn databricks-azure-china
https://login.partner.microsoftonline.cn/33e01921-4d64-4f8c-a055-5bdaffd5e33d/v2.0 entra-china
sip.partner.lync.cn m365-china
org1.crm.dynamics.cn m365-china
myapp.azurewebsites.us azure-usgov
fd1-x.z01.azurefd.us azure-usgov
login.microsoftonline.us entra-usgov
contoso.sharepoint.us m365-usgov-l4
gov.teams.microsoft.us m365-usgov-l4
outlook.office365.us m365-usgov-l4
contoso.sharepoint-mil.us m365-usgov-l5
dod.teams.microsoft.us m365-usgov-l5
webshell.dodsuite.office365.us m365-usgov-l5
x.protection.office365.us ambiguous m365
security.microsoft.us ambiguous m365
gov.api.bap.microsoft.us m365-gcc
api.gcc.admin.powerplatform.microsoft.us m365-gcc
gov.api.powerapps.us m365-gcc
api://AzureADTokenExchangeUSNat entra-usnat
adx.monitor.azure.eaglex.ic.gov azure-usnat
api://AzureADTokenExchangeUSSec entra-ussec
cl.kusto.core.microsoft.scloud azure-ussec
login.sovcloud-identity.fr entra-bleu
x.blob.core.sovcloud-api.de azure-delos
vm.azurecloudapp.de azure-germany
myapp.azurewebsites.net azure
lemon-sky-0a1b.1.azurestaticapps.net azure
https://northamerica.oic.prod-arc.azure.com/t/g/ azure
login.microsoft.com entra
contoso.sharepoint.com m365
contoso.ciamlogin.com entra
https://storage.azure.com/ ambiguous azure
https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json# ambiguous azure
graph.windows.net ambiguous entra
signin.amazonaws.cn aws-cn
ns-cn-123.awsdns-cn-12.com. aws-cn
ns-cn-45.awsdns-cn-3a.cn aws-cn
ns-512.awsdns-us-gov-00.net. aws-us-gov
ns-1536.awsdns-00.co.uk aws
d1234.cloudfront.cn aws-cn
https://identitycenter.amazonaws.com.cn/ssoins-1234567890abcdef aws-cn
signin.amazonaws-us-gov.com aws-us-gov
iam.us-gov.amazonaws.com aws-us-gov
env.us-gov-west-1.elasticbeanstalk.com aws-us-gov us-gov-west-1
eusc-de-east-1.signin.amazonaws-eusc.eu aws-eusc eusc-de-east-1
identitycenter.amazonaws.eu aws-eusc
s3.eusc-de-east-1.amazonaws.eu aws-eusc eusc-de-east-1
signin.c2shome.ic.gov aws-iso
route53.c2s.ic.gov aws-iso
oidc.eks.us-iso-east-1.c2s.ic.gov aws-iso us-iso-east-1
signin.sc2shome.sgov.gov aws-iso-b
us-isof-south-1.signin.csphome.hci.ic.gov aws-iso-f us-isof-south-1
eu-isoe-west-1.signin.csphome.adc-e.uk aws-iso-e eu-isoe-west-1
signin.aws.amazon.com aws
oidc-eks.eu-central-1.api.aws aws eu-central-1
bucket.s3-website-eu-west-1.amazonaws.com aws
ec2.amazonaws.com ambiguous aws
sts.amazonaws.com ambiguous aws
com.amazonaws.eu-west-1.s3 -
amazonaws.com.cn.example.com -
s3nsapis.fr.example.com -
notazure.cn.example.com -
chinacloudapi.cn.example.org -
sharepoint.com.cn -
us-central1-aiplatform.googleapis.com google
svc-abc-ew.a.run.app google
europe-west1-docker.pkg.dev google
bigquery.googleapis.com ambiguous google
//bigquery.googleapis.com/projects/p/datasets/d ambiguous google
bigquery.s3nsapis.fr google-s3ns
console.cloud.s3nscloud.fr google-s3ns
u-france-east1-docker.s3nsregistry.fr google-s3ns
sts.apis-berlin-build0.goog google-berlin
auth.cloud.berlin-build0.goog google-berlin
sa@p.eu0.iam.gserviceaccount.com google-berlin
oss-cn-hangzhou.aliyuncs.com alicloud-china
ess.cn-zhengzhou-jva.aliyuncs.com alicloud-china cn-zhengzhou-jva
app.c0123456789.cn-hangzhou.alicontainer.com alicloud-china cn-hangzhou
app.c0123456789.ap-southeast-1.alicontainer.com alicloud ap-southeast-1
https://oidc-ack-eu-central-1.oss-eu-central-1.aliyuncs.com/c1 alicloud
123.us-west-1.fc.aliyuncs.com alicloud us-west-1
oss-cn-shanghai-finance-1-pub.aliyuncs.com alicloud-finance
bucket.oss-cn-hzjbp.aliyuncs.com alicloud-finance
ecs.cn-hangzhou-finance.aliyuncs.com alicloud-finance cn-hangzhou-finance
oss-cn-north-2-gov-1.aliyuncs.com alicloud-gov
sts.aliyuncs.com ambiguous alicloud
rm-2ze327yr44c61183c.mysql.rds.aliyuncs.com ambiguous alicloud
bucket-1250000000.cos.ap-guangzhou.myqcloud.com tencentcloud-china ap-guangzhou
bucket-1250000000.cos.ap-chengdu.tencentcos.cn tencentcloud-china ap-chengdu
https://ap-guangzhou-oidc.tke.tencentcs.com/id/7cbe tencentcloud-china
bucket-1250000000.cos.ap-singapore.myqcloud.com tencentcloud ap-singapore
cos.eu-frankfurt.myqcloud.com tencentcloud eu-frankfurt
hkccr.ccs.tencentyun.com tencentcloud
dts.ap-shenzhen-fsi.tencentcloudapi.com tencentcloud-finance ap-shenzhen-fsi
bucket-1.cos.ap-shanghai-fsi.myqcloud.com tencentcloud-finance ap-shanghai-fsi
shjrccr.ccs.tencentyun.com tencentcloud-finance
bucket-1.cos.accelerate.myqcloud.com ambiguous tencentcloud
metadata.tencentyun.com ambiguous tencentcloud
bucket.obs.cn-north-4.myhuaweicloud.com huaweicloud-china cn-north-4
swr.cn-east-3.myhuaweicloud.com huaweicloud-china cn-east-3
db.internal.cn-north-4.taurusdb.myhuaweicloud.com huaweicloud-china cn-north-4
bucket.obs.ap-southeast-1.myhuaweicloud.com huaweicloud ap-southeast-1
iam.my-kualalumpur-1.myhuaweicloud.com huaweicloud
drs.ae-ad-1.myhuaweicloud.com huaweicloud
iam.eu-west-101.myhuaweicloud.eu huaweicloud-eu eu-west-101
drs.eu-west-101.myhuaweicloud.com huaweicloud-eu eu-west-101
iam.myhuaweicloud.com ambiguous huaweicloud
rms.myhuaweicloud.cn ambiguous huaweicloud
https://svc-func-abcdefghij.cn-shanghai.fcapp.run/x alicloud-china cn-shanghai
svc-func-abcdefghij.cn-shanghai-vpc.fcapp.run alicloud-china
svc-func-abcdefghij.ap-southeast-1.fcapp.run alicloud ap-southeast-1
0123456789abcdef0123456789abcdef-cn-shanghai.alicloudapi.com alicloud-china
nlb-abcdefghij.cn-shanghai.nlb.aliyuncsslb.com alicloud-china cn-shanghai
1250000000-abcdefghij.ap-shanghai.tencentscf.com tencentcloud-china ap-shanghai
1250000000-abcdefghij.ap-singapore.tencentscf.com tencentcloud ap-singapore
gz-cdb-abcdefgh.sql.tencentcdb.com tencentcloud-china
hk-cdb-abcdefgh.sql.tencentcdb.com tencentcloud
https://iam.cloud.ibm.com/identity ibm
eu-de.appid.cloud.ibm.com ibm eu-de
private.de.icr.io ibm
fr2.icr.io ibm-eu-fr2
private.fr2.icr.io ibm-eu-fr2
eu-fr2.metrics-router.cloud.ibm.com ibm-eu-fr2 eu-fr2
ns.objectstorage.eu-frankfurt-1.oci.customer-oci.com oc1 eu-frankfurt-1
https://objectstorage.us-ashburn-1.oci.customer-oci.com/n/ns/b/oidc/o/abc oc1 us-ashburn-1
iad.ocir.io oc1 us-ashburn-1
idcs-abc.identity.oraclecloud.eu oc19
objectstorage.eu-frankfurt-2.oraclecloud.eu oc19 eu-frankfurt-2
idcs-abc.identity.oraclegovcloud.uk oc4
idcs-abc.identity.oraclegovcloud.com ambiguous oci
db.sub.vcn1.oraclevcn.com ambiguous oci
mysql.us-gov-ashburn-1.ocp.oraclegovcloud.com oc3 us-gov-ashburn-1
x.adb.us-gov-phoenix-1.oraclegovcloudapps.com oc3 us-gov-phoenix-1
objectstorage.us-luke-1.ds.oci.oraclegovcloud.com oc2 us-luke-1
objectstorage.us-dcc-phoenix-1.oraclecloud17.com oc17 us-dcc-phoenix-1
https://tenant1.accounts.sapcloud.cn sap-china
api.cf.cn40.platform.sapcloud.cn sap-china cn40
tenant1.accounts.ondemand.com sap
tenant1.accounts.cloud.sap sap
acme.my.sfcrmproducts.cn salesforce-china
acme.lightning.sfcrmapps.cn salesforce-china
acme.my.salesforce.com salesforce
acme.my.salesforce.mil salesforce-mil
acct.cn-northwest-1.snowflakecomputing.cn snowflake-cn
acct.eu-central-1.snowflakecomputing.com snowflake
acct.us-gov-west-1.aws.snowflakecomputing.com snowflake-usgov
acct.fhplus.us-gov-west-1.aws.snowflakecomputing.com snowflake-usgov
acct.usgovvirginia.azure.snowflakecomputing.com snowflake-usgov
https://c-public-vault-12ab34cd.56ef78ab.z1.hashicorp.cloud:8200 hcp
c0.abc.mongodbgov.net mongodbatlas-gov
c0.abc.mongodb.net mongodbatlas
https://token.actions.githubusercontent.com github
https://token.actions.octocorp.ghe.com github-ghe
https://gitlab.com gitlab
https://jihulab.com gitlab-jihulab
https://app.terraform.io hcp-terraform
https://app.eu.terraform.io hcp-terraform-eu
dev-1.okta-gov.com okta-gov
www.example.cn.cdn.cloudflarecn.net cloudflare-china
team.cloudflareaccess.com cloudflare
www.example.com.edgekey.net akamai
oidc.circleci.com circleci
tos-cn-beijing.volces.com volcengine
bucket.tos-ap-southeast-1.volces.com ambiguous volcengine
tos-cn-hongkong.volces.com ambiguous volcengine
`

func TestHosts(t *testing.T) {
	c := load(t)
	for line := range strings.SplitSeq(strings.TrimSpace(hosts), "\n") {
		f := strings.Fields(line)
		id, ambiguous, ok := c.Host(f[0])
		got := []string{f[0]}
		switch {
		case ambiguous:
			got = append(got, "ambiguous", id.Cloud)
		case ok:
			got = append(got, id.Partition)
		default:
			got = append(got, "-")
		}
		if id.Region != "" {
			got = append(got, id.Region)
		}
		if got := strings.Join(got, " "); got != line {
			t.Errorf("got %s, want %s", got, line)
		}
		if ambiguous && ok {
			t.Errorf("%s is ambiguous and not", f[0])
		}
	}
}

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
	"azure/usgovernmentl5":        {"azure-usgov-dod", "entra-usgov-dod"},
	"azure/bleu":                  {"azure-bleu", "entra-bleu"},
	"azure/govsg":                 {"azure-govsg", "entra-govsg"},
	"microsoft365/global":         {"m365", "entra"},
	"microsoft365/gcc":            {"m365-gcc"},
	"microsoft365/usgov-l4":       {"m365-usgov-l4", "entra-usgov"},
	"microsoft365/usgov-l5":       {"m365-usgov-l5", "entra-usgov-dod"},
	"microsoft365/china-21vianet": {"m365-china", "entra-china"},
	"microsoft365/bleu":           {"m365-bleu", "entra-bleu"},
	"microsoft365/delos":          {"m365-delos", "entra-delos"},
	"microsoft365/usgov":          {"m365-usgov-l4", "entra-usgov"},
	"microsoft365/eaglex":         {"m365-usnat", "entra-usnat"},
	"microsoft365/scloud":         {"m365-ussec", "entra-ussec"},
	"gcp/googleapis.com":          {"google"},
	"gcp/s3nsapis.fr":             {"google-s3ns"},
	"gcp/apis-berlin-build0.goog": {"google-berlin"},
	"gcp/apis-tpczero.goog":       {"google-tpczero"},
	"gcp/apis-tpclp.goog":         {"google-tpclp"},
	"gcp/pkg-tpcone.goog":         {"google-tpcone"},
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
	"sap-btp/us-gov":              {"sap-us-gov"},
	"sap-btp/sovereign-fr":        {"sap-fr"},
	"otc/eu-ch2":                  {"otc-ch"},
	"confluent/us-gov":            {"confluent-gov"},
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

package access

import (
	"testing"
	"testing/fstest"

	"github.com/demarc-dev/demarc/analyzer/catalog"
)

// rows are a few of each kind, so that the tests say what a document amounts to whatever the real tables hold.
const rows = `
partition aws aws global "AWS"
partition aws aws-cn china "AWS China"
partition aws aws-us-gov us-government "AWS GovCloud (US)"
partition azure azure global "Azure"
partition google google global "Google Cloud"
partition google google-s3ns eu-sovereign "S3NS"
partition oci oc1 global "OCI"
word aws aws aws
word aws aws-cn aws-cn
word aws aws-us-gov aws-us-gov
word google google-s3ns s3ns
role aws full AdministratorAccess PowerUserAccess
role azure network "Network Contributor" 4d97b98b-1d4f-4787-a291-c67834d212e7
rolename aws ^arn:aws[a-z-]*:iam::aws:policy/(?:.*/)?([^/]+)$
escalation aws iam-009 iam:AttachRolePolicy
escalation aws ec2-001 iam:PassRole ec2:RunInstances
escalation aws lambda-003 lambda:UpdateFunctionCode
escalation google CreateServiceAccountKey iam.serviceAccountKeys.create
action aws identity iam:CreateRole iam:Put* iam:PassRole
action aws network ec2:CreateVpcPeeringConnection ec2:CreateVpn* ec2:CreateRoute
action aws key kms:PutKeyPolicy
action aws data s3:PutObject
action aws read *:Describe* *:List* *:Get*
action azure network Microsoft.Network/*
action azure identity Microsoft.Authorization/roleAssignments/write
action azure key Microsoft.KeyVault/vaults/write
action azure read */read
action oci full "manage all-resources"
action oci identity "manage policies" "use groups" "permission POLICY_UPDATE"
action oci network "manage drgs" "manage vcns" "manage virtual-network-family" "permission VCN_UPDATE" "permission ROUTE_TABLE_UPDATE"
action oci key "manage keys" "use keys"
action oci data "manage object-family"
action oci use "manage *" "use *" "permission *"
action oci read "inspect *" "read *" "permission *_INSPECT" "permission *_READ" "operation Get*" "operation List*"
action google network compute.networks.addPeering
action google data storage.objects.*
`

func testCatalog(t testing.TB) *catalog.Catalog {
	t.Helper()
	cat, err := catalog.Load(fstest.MapFS{"test.tbl": {Data: []byte(rows)}})
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

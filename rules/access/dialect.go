package access

// dialect says which resource types of a cloud are roles that a trust document opens, and what gives them privilege.
type dialect struct {
	cloud    string
	role     string
	trust    []string // the arguments that hold the trust document, none where others say who may be the role
	names    []string // attributes by which other resources name a role
	managed  string   // the role's own argument with policies that it holds
	inline   string   // and with a document
	boundary string

	attachments []attachmentType
	policies    []policyType
}

// attachmentType is a resource type that gives a policy to a role: a policy that it names, or a document of its own.
type attachmentType struct{ typ, role, policy, document string }

// policyType is a resource type that is a policy, by what attachments may name it with.
type policyType struct {
	typ      string
	names    []string
	document []string
}

var dialects = []dialect{
	{
		cloud: "aws", role: "aws_iam_role", trust: []string{"assume_role_policy"}, names: []string{"name", "id", "arn"},
		managed: "managed_policy_arns", inline: "inline_policy.policy", boundary: "permissions_boundary",
		attachments: []attachmentType{
			{typ: "aws_iam_role_policy_attachment", role: "role", policy: "policy_arn"},
			{typ: "aws_iam_policy_attachment", role: "roles", policy: "policy_arn"},
			{typ: "aws_iam_role_policy_attachments_exclusive", role: "role_name", policy: "policy_arns"},
			{typ: "aws_iam_role_policy", role: "role", document: "policy"},
		},
		policies: []policyType{{typ: "aws_iam_policy", names: []string{"arn", "id"}, document: []string{"policy"}}},
	},
	{
		// A permission set of IAM Identity Center becomes a role in every account that it is assigned over; whom it is
		// assigned to, the assignment says.
		cloud: "aws", role: "aws_ssoadmin_permission_set", names: []string{"arn", "id"},
		attachments: []attachmentType{
			{typ: "aws_ssoadmin_managed_policy_attachment", role: "permission_set_arn", policy: "managed_policy_arn"},
			{typ: "aws_ssoadmin_managed_policy_attachments_exclusive", role: "permission_set_arn", policy: "managed_policy_arns"},
			{typ: "aws_ssoadmin_customer_managed_policy_attachment", role: "permission_set_arn", policy: "customer_managed_policy_reference.name"},
			{typ: "aws_ssoadmin_permission_set_inline_policy", role: "permission_set_arn", document: "inline_policy"},
		},
		policies: []policyType{{typ: "aws_iam_policy", names: []string{"arn", "id", "name"}, document: []string{"policy"}}},
	},
	{
		cloud: "alicloud", role: "alicloud_ram_role", trust: []string{"assume_role_policy_document", "document"}, names: []string{"role_name", "name", "id"},
		attachments: []attachmentType{{typ: "alicloud_ram_role_policy_attachment", role: "role_name", policy: "policy_name"}},
		policies:    []policyType{{typ: "alicloud_ram_policy", names: []string{"policy_name", "name"}, document: []string{"policy_document", "document"}}},
	},
	{
		cloud: "tencentcloud", role: "tencentcloud_cam_role", trust: []string{"document"}, names: []string{"name", "id"},
		attachments: []attachmentType{
			{typ: "tencentcloud_cam_role_policy_attachment", role: "role_id", policy: "policy_id"},
			{typ: "tencentcloud_cam_role_policy_attachment_by_name", role: "role_name", policy: "policy_name"},
		},
		policies: []policyType{{typ: "tencentcloud_cam_policy", names: []string{"name", "id"}, document: []string{"document"}}},
	},
	{
		cloud: "huaweicloud", role: "huaweicloud_identity_trust_agency", trust: []string{"trust_policy"}, names: []string{"name", "id"},
		managed:     "policy_names",
		attachments: []attachmentType{{typ: "huaweicloud_identityv5_policy_agency_attach", role: "agency_id", policy: "policy_id"}},
		policies:    []policyType{{typ: "huaweicloud_identityv5_policy", names: []string{"id", "name"}, document: []string{"policy_document"}}},
	},
}

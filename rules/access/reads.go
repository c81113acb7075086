package access

import (
	"strings"

	"github.com/demarc-dev/demarc/analyzer/catalog"
)

// Reads tells of a resource type whether values of its resources are read here by the names of attributes, and not only
// where a link row leads. Loaders keep them. They are the types of the tables' roles and identities, and those that
// the code looks for by name.
func Reads(cat *catalog.Catalog) func(typ string) bool {
	set := map[string]bool{}
	for _, typ := range []string{
		"data.aws_iam_policy", "data.aws_iam_policy_document", "data.google_iam_policy",
		"azurerm_role_assignment",
		"aws_eks_access_entry", "aws_organizations_account", "aws_organizations_organization", "aws_organizations_organizational_unit",
		"aws_organizations_policy", "aws_organizations_policy_attachment",
		"google_service_account",
		"kubernetes_cluster_role_binding", "kubernetes_cluster_role_binding_v1", "kubernetes_config_map", "kubernetes_config_map_v1",
		"kubernetes_config_map_v1_data", "kubernetes_role_binding", "kubernetes_role_binding_v1",
		"oci_identity_policy",
	} {
		set[typ] = true
	}
	for _, typ := range cat.IdentityTypes() {
		set[typ] = true
	}
	for _, p := range cat.Pools() {
		set[p.Type], set[p.Provider] = true, true
	}
	for _, t := range cat.RoleTypes() {
		set[t.Type] = true
		for _, a := range t.Attachments {
			set[a.Type] = true
		}
		for _, p := range t.Policies {
			set[p.Type] = true
		}
	}
	return func(typ string) bool {
		return set[typ] || strings.HasPrefix(typ, "google_") && strings.Contains(typ, "_iam_") // their conditions
	}
}

package access

// Reads tells whether values of a type's resources are read here by the names of attributes, and not only where a row of
// the tables leads. Loaders keep them.
func Reads(typ string) bool { return reads[typ] }

// reads are the types of dialects and identities, and those that the code looks for by name.
var reads = func() map[string]bool {
	all := []string{
		"azuread_application", "azuread_application_registration", "azuread_directory_role", "azuread_group", "azuread_group_member",
		"azuread_invitation", "azuread_service_principal", "azurerm_role_definition",
		"aws_organizations_organization", "aws_ssoadmin_account_assignment",
		"google_iam_workforce_pool_provider", "google_iam_workload_identity_pool", "google_iam_workload_identity_pool_provider",
		"google_organization_iam_custom_role", "google_project_iam_custom_role",
		"oci_identity_policy",
	}
	all = append(all, samlTypes...)
	for typ := range identities {
		all = append(all, typ)
	}
	for _, d := range dialects {
		all = append(all, d.role)
		for _, a := range d.attachments {
			all = append(all, a.typ)
		}
		for _, p := range d.policies {
			all = append(all, p.typ)
		}
	}
	set := map[string]bool{}
	for _, typ := range all {
		set[typ] = true
	}
	return set
}()

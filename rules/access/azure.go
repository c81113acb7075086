package access

import (
	"strings"

	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/model"
)

// BuiltIn is the class of a built-in role or managed policy by a name, an id, or a path or ARN that ends in one:
// `/subscriptions/.../roleDefinitions/GUID`, `arn:aws-cn:iam::aws:policy/job-function/NetworkAdministrator`. word is
// the name that the tables have for it.
func BuiltIn(cat *catalog.Catalog, cloud, spelling string) (class catalog.Class, word string, ok bool) {
	for {
		if class, word, ok := cat.Role(cloud, spelling); ok {
			return class, word, true
		}
		i := strings.IndexByte(spelling, '/')
		if i < 0 || cloud == "google" { // what is before a name there makes it the customer's own
			return catalog.NoClass, "", false
		}
		spelling = spelling[i+1:]
	}
}

// AzureRole is what a role definition's permissions amount to: their actions and data actions without those that the
// same permission takes out again.
func AzureRole(cat *catalog.Catalog, permissions model.Value) Verdict {
	v := Verdict{Sure: Yes}
	for _, p := range dataBlocks(permissions) {
		for _, names := range [][2]string{{"actions", "not_actions"}, {"data_actions", "not_data_actions"}} {
			actions, not := dataList(p.Get(names[0])), dataList(p.Get(names[1]))
			if actions.Unknown || not.Unknown {
				v.Sure = Maybe
			}
			for _, a := range actions.Values {
				v.Class = max(v.Class, azureAction(cat, a, names[0], not.Values))
			}
		}
	}
	return v
}

// azureProbes are actions of each kind of administration, named in Microsoft's lists of resource provider operations.
// They say what `*` or `Microsoft.Network/*` leave when other actions are taken out.
var azureProbes = []string{
	"Microsoft.Authorization/roleAssignments/write",
	"Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/write",
	"Microsoft.Network/virtualNetworks/virtualNetworkPeerings/write",
	"Microsoft.Network/connections/write",
	"Microsoft.KeyVault/vaults/write",
	"Microsoft.Storage/storageAccounts/listKeys/action",
	"Microsoft.Compute/virtualMachines/runCommand/action",
}

func azureAction(cat *catalog.Catalog, action, list string, not []string) catalog.Class {
	class := cat.ActionClass("azure", action)
	if action == "*" && list == "actions" {
		class = catalog.Full
	}
	taken := false
	for _, n := range not {
		if covers(n, action, true) {
			return catalog.NoClass
		}
		taken = taken || overlap(n, action, true)
	}
	if !taken {
		return class
	}
	left := catalog.NoClass
	assign := false
probes:
	for i, p := range azureProbes {
		for _, n := range not {
			if MatchFold(n, p) {
				continue probes
			}
		}
		if MatchFold(action, p) {
			left = max(left, cat.ActionClass("azure", p))
			assign = assign || i == 0
		}
	}
	if class == catalog.Full && assign {
		return catalog.Full // who may assign roles may assign Owner
	}
	return min(class, left)
}

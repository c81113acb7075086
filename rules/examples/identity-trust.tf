provider "azurerm" {
  environment = "china"
  features {}
}

resource "azurerm_federated_identity_credential" "build" {
  name      = "build"
  parent_id = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/a/providers/Microsoft.ManagedIdentity/userAssignedIdentities/build"
  audience  = ["api://AzureADTokenExchange"]
  issuer    = "https://login.microsoftonline.com/00000000-0000-0000-0000-000000000002/v2.0"
  subject   = "00000000-0000-0000-0000-000000000003"
}

# high: accepts identities of Microsoft Entra ID in Azure China

package rules

import (
	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/catalog"
)

var credentialExposure = &analyzer.Rule{
	ID:       "credential-exposure",
	Title:    "a long-lived credential of one side is kept or used on another",
	Severity: analyzer.Critical,
	Fix:      "keep the credential on its own side; let the other side call with an identity of its own",
	Doc: `An access key, a connection string, a password or a certificate's key of one side is written to a secret store, a
configuration or a service of another.

Whoever administers the place where a credential is kept can use it. That makes the administrators of one side, and
everybody who can read its secrets, users of the other, without a trace of it in the other side's access policies.`,
	Secret:  true,
	Example: example("credential-exposure"),
	Run:     report(catalog.Credential, "keeps a credential in %s that opens %s"),
}

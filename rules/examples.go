package rules

import (
	"embed"
	"strings"
)

// Every rule has an example that it flags. Its last line is what the rule says of it, which a test of the command holds.
//
//go:embed examples
var examples embed.FS

// example is the configuration that a rule flags, after the policy that it needs for that, if it needs one.
func example(id string) string {
	src, err := examples.ReadFile("examples/" + id + ".tf")
	if err != nil {
		panic(err) // the files are in the binary
	}
	text := strings.TrimSpace(string(src))
	if policy, err := examples.ReadFile("examples/" + id + ".hcl"); err == nil {
		text = "# .demarc.hcl\n" + strings.TrimSpace(string(policy)) + "\n\n# main.tf\n" + text
	}
	return text
}

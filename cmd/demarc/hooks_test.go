package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// hooks are what .pre-commit-hooks.yaml says, as hooks of a local repository that run the demarc on the PATH.
func hooks() (string, error) {
	src, err := os.ReadFile("../../.pre-commit-hooks.yaml")
	if err != nil {
		return "", err
	}
	local := strings.ReplaceAll(string(src), "language: golang", "language: system")
	return "repos:\n- repo: local\n  hooks:\n" + regexp.MustCompile(`(?m)^([- ])`).ReplaceAllString(local, "  $1"), nil
}

func TestHooksTakeFiles(t *testing.T) {
	src, err := os.ReadFile("../../.pre-commit-hooks.yaml")
	if err != nil {
		t.Fatal(err)
	}
	patterns := map[string]*regexp.Regexp{}
	for _, m := range regexp.MustCompile(`(?s)- id: (\S+)\n.*?  files: (\S+)\n`).FindAllStringSubmatch(string(src), -1) {
		patterns[m[1]] = regexp.MustCompile(m[2])
	}
	for hook, test := range map[string]struct{ takes, leaves string }{
		"demarc": {
			"main.tf envs/eu/main.tofu a.tf.json a.tofu.json prod.tfvars x/a.auto.tfvars.json .demarc.hcl envs/.demarc.hcl",
			"README.md .terraform.lock.hcl plan.json main.tf.bak x.demarc.hcl tests/a.tftest.hcl terraform.tfstate",
		},
		"demarc-plan": {
			"plan.json envs/eu/tfplan tfplan.json prod.plan.json prod.tfplan prod-plan prod_plan.json",
			"main.tf floorplan.json plans.json plan.md package.json terraform.tfstate",
		},
	} {
		p := patterns[hook]
		if p == nil {
			t.Errorf("there is no hook %s", hook)
			continue
		}
		for _, name := range strings.Fields(test.takes) {
			if !p.MatchString(name) {
				t.Errorf("%s does not take %s", hook, name)
			}
		}
		for _, name := range strings.Fields(test.leaves) {
			if p.MatchString(name) {
				t.Errorf("%s takes %s", hook, name)
			}
		}
	}
}

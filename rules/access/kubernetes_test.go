package access

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSignIns(t *testing.T) {
	want := []signIn{{arn: "arn:aws:iam::111111111111:role/ops", groups: []string{"system:masters", "viewers"}}, {arn: "arn:aws:iam::111111111111:role/nobody"},
		{arn: "arn:aws:iam::111111111111:user/anna", groups: []string{"viewers"}}}
	for name, text := range map[string]string{
		"as people write it": `
- rolearn: arn:aws:iam::111111111111:role/ops
  username: ops
  groups:
    - system:masters
    - viewers
- rolearn: arn:aws:iam::111111111111:role/nobody
  username: system:node:{{EC2PrivateDNSName}}
- userarn: arn:aws:iam::111111111111:user/anna
  groups: [viewers]
`,
		"as yamlencode does": `
- "groups":
  - "system:masters"
  - "viewers"
  "rolearn": "arn:aws:iam::111111111111:role/ops"
- "rolearn": "arn:aws:iam::111111111111:role/nobody"
- "groups":
  - "viewers"
  "userarn": "arn:aws:iam::111111111111:user/anna"
`,
		"as JSON": `[{"groups":["system:masters","viewers"],"rolearn":"arn:aws:iam::111111111111:role/ops"},
			{"rolearn": "arn:aws:iam::111111111111:role/nobody"}, {"userarn":"arn:aws:iam::111111111111:user/anna","groups":["viewers"]}]`,
	} {
		if diff := cmp.Diff(want, listedSignIns(text), cmp.AllowUnexported(signIn{})); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

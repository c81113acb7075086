package report_test

import (
	"fmt"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/link"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/place"
	"github.com/demarc-dev/demarc/analyzer/report"
)

// province is a partition with its regions, as grown estates have them.
type province struct {
	cloud, partition, name, side string
	regions                      []string
}

var provinces = []province{
	{"aws", "aws", "AWS", "global", []string{"eu-central-1", "us-east-1", "ap-southeast-1"}},
	{"azure", "azure", "Azure", "global", []string{"westeurope", "eastus"}},
	{"aws", "aws-cn", "AWS China (operated by Sinnet and NWCD)", "china", []string{"cn-north-1", "cn-northwest-1"}},
	{"azure", "azure-china", "Azure China (operated by 21Vianet)", "china", []string{"chinaeast2", "chinanorth3"}},
	{"aws", "aws-us-gov", "AWS GovCloud (US)", "us-government", []string{"us-gov-west-1"}},
	{"oci", "oc19", "OCI EU Sovereign Cloud", "eu-sovereign", []string{"eu-frankfurt-2"}},
	{"google", "google", "Google Cloud", "global", []string{"europe-west3", "us-central1"}},
}

// grown is an estate of n resources in several accounts, roots and modules, of which one in thirty crosses a border. It
// is the same for the same n.
func grown(n int) sample {
	r := &analyzer.Result{Version: "0.1.0", Rules: rules}
	state := uint32(7)
	next := func(below int) int {
		state = state*1664525 + 1013904223
		return int(state>>8) % below
	}
	used := provinces
	if n < 100 {
		used = provinces[:3:3]
	}
	roots := min(1+n/60, 24)
	for i := range roots {
		r.Inputs = append(r.Inputs, analyzer.Input{Name: fmt.Sprintf("envs/stack-%02d", i+1), Format: model.Plan})
	}
	types := []string{"aws_vpc.main", "aws_instance.web", "aws_s3_bucket.data", "aws_iam_role.app", "aws_subnet.private", "aws_kms_key.main", "aws_db_instance.orders"}
	modules := []string{"", "module.network.", "module.app.", "module.app.module.storage.", `module.team["payments"].`}
	for i := range n {
		root := next(roots)
		p := used[(root+next(2)*next(len(used)))%len(used)]
		if n < 100 {
			p = used[i%len(used)]
		}
		account := fmt.Sprintf("%012d", 111111111111*(1+(root+len(p.side))%(1+n/300)))
		at := analyzer.Spot{
			Site: place.Site{Cloud: p.cloud, Partition: p.partition, Region: p.regions[next(len(p.regions))], Account: account},
			Side: p.side, Name: p.name,
		}
		r.Resources = append(r.Resources, analyzer.Resource{
			Address: fmt.Sprintf("%s%s[%d]", modules[next(len(modules))], types[next(len(types))], i), Root: r.Inputs[root].Name, At: at,
		})
	}
	by := map[string][]analyzer.Resource{}
	for _, res := range r.Resources {
		by[res.At.Side] = append(by[res.At.Side], res)
	}
	crossing := []*analyzer.Rule{adminGrant, networkLink, networkLink, networkLink, dnsLink, referenceFlow}
	others := []string{"china", "china", "us-government", "eu-sovereign"}
	for i := range max(2, n/30) {
		far := by[others[next(len(others))]]
		if len(far) == 0 {
			far = by["china"]
		}
		near := by["global"]
		a, b := near[next(len(near))], far[next(len(far))]
		rule := crossing[next(len(crossing))]
		f := analyzer.Finding{
			Address: a.Address, Root: a.Root, Attribute: "peer", Related: []string{b.Address}, Rule: rule, Severity: rule.Severity,
			Message: "joins " + a.At.Region + " (" + a.At.Name + ") and " + b.At.Region + " (" + b.At.Name + ")",
			From:    a.At, To: b.At, Confidence: link.Confidence(1 + next(3)), Fingerprint: fmt.Sprintf("%06d", i), Action: model.Create,
			Pos: at("main.tf", 10+i, 3, 10+i),
			Evidence: []analyzer.Step{
				{Text: a.Address + " is in " + a.At.Region + " (" + a.At.Name + "), by provider " + a.At.Cloud, Address: a.Address, Pos: at("main.tf", 10+i, 3, 10+i)},
				{Text: "peer refers to " + b.Address + ", which is in " + b.At.Region + " (" + b.At.Name + ")", Address: b.Address},
			},
		}
		if i%7 == 6 {
			f.Suppressed = &analyzer.Suppression{By: `allow "reporting"`, Reason: "finance reads the monthly report"}
		}
		r.Findings = append(r.Findings, f)
	}
	for i := range n / 80 {
		res := r.Resources[next(len(r.Resources))]
		r.Blind = append(r.Blind, analyzer.BlindSpot{
			Address: res.Address, Root: res.Root, Path: "peer", Reason: "takes its value from the environment", Settle: fmt.Sprintf("--env PEER_%d=...", i),
		})
	}
	r.Coverage = analyzer.Coverage{Resources: n, Placed: n, Sides: []string{"china", "eu-sovereign", "global", "us-government"}, BlindSpots: len(r.Blind)}
	if n < 100 {
		r.Coverage.Sides = []string{"china", "global"}
	}
	return sample{fmt.Sprintf("grown-%d", n), r, report.Options{FailOn: analyzer.High, Exit: 1}}
}

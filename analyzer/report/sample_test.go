package report_test

import (
	"strings"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/link"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/place"
	"github.com/demarc-dev/demarc/analyzer/report"
)

// sample is a Result with the options that it is printed with.
type sample struct {
	name    string
	result  *analyzer.Result
	options report.Options
}

var (
	adminGrant = &analyzer.Rule{
		ID:    "admin-grant",
		Title: "a principal of one side holds an administrator's privilege on another",
		Doc: "# admin-grant\n\nA principal of one side can act as an administrator\nof another.\n\n" +
			"The operators of sovereign clouds promise that nobody outside can.",
		Fix:      "trust a principal of this partition, or attach a role without administrator's privilege",
		Severity: analyzer.Critical,
	}
	networkLink = &analyzer.Rule{
		ID:       "network-link",
		Title:    "networks of two sides are joined",
		Doc:      "Networks of two sides can reach each other.",
		Fix:      "end the connection on the side that it belongs to",
		Example:  "resource \"aws_vpc_peering_connection\" \"bridge\" {\n  peer_region = \"cn-north-1\"\n}",
		Severity: analyzer.High,
	}
	dnsLink = &analyzer.Rule{
		ID:       "dns-link",
		Title:    "private zones, forwarding or delegation join the sides",
		Severity: analyzer.Medium,
	}
	referenceFlow = &analyzer.Rule{
		ID:       "reference-flow",
		Title:    "a value of one side is used on another",
		Doc:      "Nothing says what the value does there.",
		Severity: analyzer.Low,
	}
	unresolved = &analyzer.Rule{
		ID:       "unresolved-placement",
		Title:    "a resource that has a link row could not be placed",
		Doc:      "Where the resource is cannot be told.",
		Severity: analyzer.Note,
	}
	rules = []*analyzer.Rule{adminGrant, networkLink, dnsLink, referenceFlow, unresolved}

	frankfurt = analyzer.Spot{
		Site: place.Site{Cloud: "aws", Partition: "aws", Region: "eu-central-1", Account: "111111111111"},
		Side: "global", Name: "AWS",
	}
	beijing = analyzer.Spot{
		Site: place.Site{Cloud: "aws", Partition: "aws-cn", Region: "cn-north-1", Account: "222222222222"},
		Side: "china", Name: "AWS China (operated by Sinnet and NWCD)",
	}
	virginia = analyzer.Spot{
		Site: place.Site{Cloud: "azure", Partition: "azure-usgov", Region: "usgovvirginia"},
		Side: "us-government", Name: "Azure Government",
	}
	partner = analyzer.Spot{Site: place.Site{Host: "sftp.partner.example"}, Side: "china"}
)

func at(file string, line, column, endLine int) model.Pos {
	return model.Pos{File: file, Line: line, Column: column, EndLine: endLine}
}

func grant() analyzer.Finding {
	return analyzer.Finding{
		Address:   "aws_iam_role.operator",
		Attribute: "assume_role_policy",
		Root:      "plan.json",
		Related:   []string{"aws_iam_role_policy_attachment.operator"},
		Message:   "AWS China account 222222222222 can become an administrator of AWS",
		From:      beijing,
		To:        frankfurt,
		Evidence: []analyzer.Step{
			{Text: "trusts arn:aws-cn:iam::222222222222:root", Address: "aws_iam_role.operator", Pos: at("main.tf", 38, 26, 38)},
			{Text: "holds AdministratorAccess (full)", Address: "aws_iam_role_policy_attachment.operator", Pos: at("main.tf", 45, 3, 45)},
		},
		Confidence:  link.Certain,
		Action:      model.Create,
		Pos:         at("main.tf", 38, 26, 38),
		Rule:        adminGrant,
		Severity:    analyzer.Critical,
		Fingerprint: "a1b2c3",
	}
}

func peering() analyzer.Finding {
	return analyzer.Finding{
		Address:   "aws_vpc_peering_connection.bridge",
		Attribute: "peer_vpc_id",
		Root:      "plan.json",
		Related:   []string{"aws_vpc.beijing"},
		Message:   "peering joins eu-central-1 (aws) and cn-north-1 (aws-cn)",
		From:      frankfurt,
		To:        beijing,
		Evidence: []analyzer.Step{
			{Text: "peer_vpc_id refers to aws_vpc.beijing", Address: "aws_vpc.beijing", Pos: at("main.tf", 23, 17, 23)},
			{Text: `aws_vpc.beijing is in cn-north-1, by provider aws.china`, Address: "aws_vpc.beijing", Pos: at("main.tf", 6, 3, 6)},
		},
		Note:        "AWS refuses this peering at apply; a VPN in its place would not be refused",
		Confidence:  link.Likely,
		Action:      model.NoOp,
		Pos:         model.Pos{File: "main.tf", Line: 23, Column: 3, EndLine: 23, EndColumn: 35},
		Rule:        networkLink,
		Severity:    analyzer.High,
		Fingerprint: "d4e5f6",
	}
}

// mainText is what the positions of peering and grant are in.
var mainText = strings.Repeat("\n", 5) + "  region = \"cn-north-1\"\n" + strings.Repeat("\n", 16) + "  peer_vpc_id   = aws_vpc.beijing.id # 北京\n" +
	strings.Repeat("\n", 14) + "     Principal = { AWS = \"arn:aws-cn:iam::222222222222:root\" }\n" +
	strings.Repeat("\n", 6) + "  policy_arn = \"arn:aws:iam::aws:policy/AdministratorAccess\"\n"

// first is two findings at one border.
func first() sample {
	return sample{"first", &analyzer.Result{
		Version:  "0.1.0",
		Inputs:   []analyzer.Input{{Name: "plan.json", Format: model.Plan}},
		Coverage: analyzer.Coverage{Resources: 8, Placed: 8, Sides: []string{"china", "global"}},
		Findings: []analyzer.Finding{peering(), grant()},
		Lines:    analyzer.NewLines(map[string]string{"main.tf": mainText}),
		Links: []analyzer.CrossLink{
			{Address: "aws_vpc_peering_connection.bridge", Kind: "network", From: frankfurt, To: beijing, Crosses: true, Finding: "d4e5f6"},
			{Address: "aws_s3_bucket_replication_configuration.home", Kind: "replication", From: frankfurt, To: frankfurt},
		},
		Rules: rules,
	}, report.Options{FailOn: analyzer.High, MinConfidence: link.Possible, Exit: 1}}
}

// estate is several inputs, borders, suppressions and blind spots, with something incomplete.
func estate() sample {
	dns := analyzer.Finding{
		Address: "azurerm_private_dns_zone_virtual_network_link.gov", Root: "envs/gov/plan.json",
		Message: "a private zone of Azure Government is linked to a network of AWS",
		From:    frankfurt, To: virginia, Confidence: link.Possible,
		Rule: dnsLink, Severity: analyzer.Medium, Fingerprint: "0001",
		Related: []string{"module.dns.a.x", "module.dns.b.x", "module.dns.c.x", "module.dns.d.x", "module.dns.e.x", "module.dns.f.x", "module.dns.g.x"},
	}
	moved := peering()
	moved.Address, moved.Root, moved.Fingerprint = `module.edge["a b"].aws_vpc_peering_connection.bridge[0]`, "envs/cn", "0002"
	moved.Suppressed = &analyzer.Suppression{By: `allow "reporting"`, Reason: "finance reads the monthly report"}
	commented := grant()
	commented.Root, commented.Fingerprint = "envs/cn", "0003"
	commented.Suppressed = &analyzer.Suppression{By: "comment", Reason: "until the operator's own role is there"}
	again := moved
	again.Address, again.Fingerprint = `module.edge["a b"].aws_vpc_peering_connection.bridge[1]`, "0012"
	flow := analyzer.Finding{
		Address: "acme_wire.out", Root: "envs/cn", Attribute: "target",
		Message: "a value of AWS is used at a host of another side",
		From:    frankfurt, To: partner, Confidence: link.Certain,
		Pos: at("modules/wire side/main.tf", 4, 0, 9), Rule: referenceFlow, Severity: analyzer.Low, Fingerprint: "0004",
	}
	lost := analyzer.Finding{
		Address: "aws_vpn_connection.spare", Root: "envs/gov/plan.json",
		Message:    "where this VPN connection is cannot be told",
		Confidence: link.Certain, Rule: unresolved, Severity: analyzer.Note, Fingerprint: "0005",
	}
	bridge := peering()
	bridge.Root = "envs/cn"
	return sample{"estate", &analyzer.Result{
		Version: "0.1.0",
		Inputs: []analyzer.Input{
			{Name: "envs/cn", Format: model.Sources, Notes: []string{"backend.tf uses a backend that is not configured here"}},
			{Name: "envs/gov/plan.json", Format: model.Plan, Incomplete: []string{"the plan ended with an error", "it was made with -target, so that it may not hold every resource that its configuration describes"}},
		},
		Coverage: analyzer.Coverage{Resources: 415, Placed: 406, NotPlaced: 7, Unknown: 2, Gone: 1, Sides: []string{"china", "global", "us-government"}, BlindSpots: 4},
		Findings: []analyzer.Finding{dns, moved, flow, commented, again, lost, bridge},
		Blind: []analyzer.BlindSpot{
			{Address: "aws_vpc.peer", Root: "envs/cn", Path: "region", Reason: "provider aws.peer takes its region from the environment", Settle: `--env AWS_REGION=..., or default "aws" { region = "..." } in .demarc.hcl`, Pos: at("providers.tf", 4, 1, 6)},
			{Address: "aws_vpc.other", Root: "envs/cn", Reason: "provider aws.peer takes its region from the environment", Settle: `--env AWS_REGION=..., or default "aws" { region = "..." } in .demarc.hcl`},
			{Address: "aws_sns_topic_subscription.out", Root: "envs/gov/plan.json", Path: "endpoint", Reason: "takes its value from local.peer, which a plan does not show", Settle: "--source DIR"},
			{Root: "envs/gov/plan.json", Reason: "the plan shows no configuration"},
		},
		Rules: rules,
	}, report.Options{FailOn: analyzer.High, MinConfidence: link.Likely, Exit: 1}}
}

// nasty is text that would command a runner, a terminal, a browser or a reader's eyes.
const nasty = "x[\"\n::error file=a::pwned\r\n##[error]pwned ##vso[task.complete]\x1b[31mred\u009b1m \u202eevil\u2066 \u2028\u200b" +
	"<script>alert(1)</script> [click](http://evil.example) %0A::warning::x \xff\"]"

// hostile says nasty wherever a name of the input may be.
func hostile() sample {
	f := analyzer.Finding{
		Address: "::error::" + nasty, Attribute: nasty, Root: nasty, Related: []string{"::notice::" + nasty},
		Message: nasty,
		From:    analyzer.Spot{Site: place.Site{Cloud: "aws", Partition: "aws", Region: nasty, Account: nasty}, Side: "::error::a", Name: nasty},
		To:      analyzer.Spot{Site: place.Site{Host: nasty}, Side: "##[b" + nasty},
		Evidence: []analyzer.Step{
			{Text: "::error::" + nasty, Address: "a." + nasty, Pos: at("::error::"+nasty, 3, 1, 3)},
			{Text: "::error::" + nasty, Address: "a." + nasty},
		},
		Note: nasty, Confidence: link.Certain, Pos: at("::error file=x,line=1::"+nasty, 7, 2, 7),
		Rule: networkLink, Severity: analyzer.High, Fingerprint: "0006",
	}
	nowhere := f
	nowhere.Pos, nowhere.Fingerprint = model.Pos{}, "0007"
	allowed := f
	allowed.Suppressed = &analyzer.Suppression{By: `allow "` + nasty + `"`, Reason: nasty}
	return sample{"hostile", &analyzer.Result{
		Version:  "0.1.0",
		Inputs:   []analyzer.Input{{Name: nasty, Format: model.Plan, Incomplete: []string{nasty}, Notes: []string{"::error::" + nasty}}},
		Coverage: analyzer.Coverage{Resources: 2, Placed: 2, Sides: []string{nasty}, BlindSpots: 1},
		Findings: []analyzer.Finding{f, nowhere, allowed},
		Links:    []analyzer.CrossLink{{Address: nasty, Kind: "network", From: f.From, To: f.To, Crosses: true, Finding: "0006"}},
		Lines:    analyzer.NewLines(map[string]string{"::error file=x,line=1::" + nasty: strings.Repeat(" x = \"::error::"+strings.ReplaceAll(nasty, "\n", "")+", password = \"hunter2\"\n", 9)}),
		Blind:    []analyzer.BlindSpot{{Address: "::error::" + nasty, Root: nasty, Path: nasty, Reason: nasty, Settle: "::error::" + nasty, Pos: at(nasty, 1, 1, 1)}},
		Rules:    rules,
	}, report.Options{FailOn: analyzer.High, Exit: 1}}
}

// clean is nothing found, and something not seen.
func clean() sample {
	return sample{"clean", &analyzer.Result{
		Version:  "0.1.0",
		Inputs:   []analyzer.Input{{Name: "plan.json", Format: model.Plan}},
		Coverage: analyzer.Coverage{Resources: 412, Placed: 412, Sides: []string{"china", "global"}, BlindSpots: 1},
		Blind:    []analyzer.BlindSpot{{Address: "aws_vpc.peer", Root: "plan.json", Reason: "provider aws.peer takes its region from the environment", Settle: "--env AWS_REGION=..."}},
		Rules:    rules,
	}, report.Options{FailOn: analyzer.High}}
}

// partial is nothing found in an input that is not whole.
func partial() sample {
	return sample{"partial", &analyzer.Result{
		Version:  "0.1.0",
		Inputs:   []analyzer.Input{{Name: "plan.json", Format: model.Plan, Incomplete: []string{"the plan ended with an error"}}},
		Coverage: analyzer.Coverage{Resources: 2, Placed: 1, NotPlaced: 1, Sides: []string{"global"}},
		Rules:    rules,
	}, report.Options{FailOn: analyzer.High, Exit: 3}}
}

// compared has a baseline: one finding is new, one kept, one gone with a name that is markup, and one is accepted now.
func compared() sample {
	s := first()
	s.name = "compared"
	bridge := peering()
	bridge.Known = true
	accepted := peering()
	accepted.Address, accepted.Fingerprint, accepted.Known = "aws_vpc_peering_connection.archive", "0021", true
	accepted.Suppressed = &analyzer.Suppression{By: `allow "archive"`, Reason: "the archive may be reached"}
	s.result.Findings = []analyzer.Finding{bridge, grant(), accepted}
	s.result.Baseline = &analyzer.Comparison{Name: "main", Incomplete: true, Accepted: 1, Gone: []analyzer.Earlier{{
		Rule: "dns-link", Severity: analyzer.Medium, Address: "aws_x.y[\"<b>\x1b[31m\n::error::|`\"]", Root: "envs/cn",
		Message: "a private zone of AWS China is linked to a network of AWS", From: "china", To: "global", Fingerprint: "0020",
	}}}
	return s
}

func samples() []sample {
	return []sample{first(), estate(), hostile(), clean(), partial(), compared()}
}

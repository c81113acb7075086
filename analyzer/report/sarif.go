package report

// What GitHub code scanning does with SARIF, from "SARIF support for code scanning" in its documentation and from
// src/fingerprints.ts of github/codeql-action:
//   - A result without a physical location, or with an empty uri, makes it refuse the whole file. Where no source
//     position is known the input itself is the location, at line 1. Related locations have one or are left out.
//   - Only the first location of a result is shown, and relative uris are taken from the repository's root. Ids of locations
//     and indexes of rules count from 0.
//   - Severity in words comes from the rule's security-severity, never from the result: above 9.0 is critical, 7.0 to
//     8.9 high, 4.0 to 6.9 medium, below that low. A severity that the policy gives a rule is thus the rule's here.
//   - Of partialFingerprints it reads primaryLocationLineHash alone. The upload action makes it from the text of the line,
//     and complains about every result that brings another one. A finding without a source position brings its own all
//     the same: line 1 of a plan is the same for all of them, and they would be one alert.
//   - Of the message the first sentence is the title. Text in brackets before a number or address in parentheses is a link.
//   - shortDescription, fullDescription and help.text must not be empty; the first two hold 1,024 characters.
//   - Suppressions are ignored unless a later step dismisses by them (issue 1230 of github/codeql-action): what a policy
//     allows is an open alert there.
//   - 25,000 results are taken, 5,000 shown. Notifications and property bags are not shown at all.

import (
	"cmp"
	"fmt"
	"io"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/model"
)

const (
	maxResults       = 5000
	maxNotifications = 1000
	maxDescription   = 1000
)

// SARIF prints r as SARIF 2.1.0, at most 5,000 results and the worst first. What is incomplete, what was left out and
// the blind spots are notifications of the one invocation.
func SARIF(w io.Writer, r *analyzer.Result, o Options) error {
	return writeJSON(w, sarifReport(r, o))
}

func sarifReport(r *analyzer.Result, o Options) *sarif.Report {
	run := sarif.NewRunWithInformationURI("demarc", "https://github.com/demarc-dev/demarc")
	run.WithColumnKind("unicodeCodePoints")
	if r.Version != "" {
		run.Tool.Driver.WithVersion(r.Version)
	}
	results := sarifOrder(r)
	index := map[string]int{}
	for i, rule := range sarifRules(r, results) {
		run.Tool.Driver.AddRule(rule)
		index[*rule.ID] = i
	}
	for _, f := range results[:min(len(results), maxResults)] {
		result := sarifResult(f, index[f.Rule.ID])
		if r.Baseline != nil {
			result.WithBaselineState(status(f))
		}
		run.AddResult(result)
	}
	run.AddInvocation(sarifInvocation(r, o, len(results)-maxResults))
	bag := sarif.NewPropertyBag().
		Add("blindSpots", r.Coverage.BlindSpots).
		Add("suppressed", summaryOf(r, o).Suppressed)
	run.WithProperties(bag)
	report := sarif.NewReport()
	report.AddRun(run)
	return report
}

// sarifOrder puts the worst first and what is suppressed last, so that a cut takes what matters least.
func sarifOrder(r *analyzer.Result) []*analyzer.Finding {
	out := open(r)
	var suppressed []*analyzer.Finding
	for i := range r.Findings {
		if r.Findings[i].Suppressed != nil {
			suppressed = append(suppressed, &r.Findings[i])
		}
	}
	worstFirst(suppressed)
	return append(out, suppressed...)
}

// sarifRules describes every rule that ran, each with the severity that its findings have where there are any.
func sarifRules(r *analyzer.Result, findings []*analyzer.Finding) []*sarif.ReportingDescriptor {
	severity := map[string]analyzer.Severity{}
	rules := slices.Clone(r.Rules)
	for _, f := range findings {
		severity[f.Rule.ID] = max(severity[f.Rule.ID], f.Severity)
		if !slices.ContainsFunc(rules, func(rule *analyzer.Rule) bool { return rule.ID == f.Rule.ID }) {
			rules = append(rules, f.Rule)
		}
	}
	var out []*sarif.ReportingDescriptor
	for _, rule := range rules {
		s := cmp.Or(severity[rule.ID], rule.Severity)
		help := cmp.Or(strings.TrimSpace(rule.Doc), rule.Title)
		markdown := help
		if rule.Example != "" {
			help += "\n\nFor example:\n\n" + rule.Example
			markdown += "\n\nFor example:\n\n```hcl\n" + rule.Example + "\n```"
		}
		if rule.Fix != "" {
			help += "\n\nFix: " + rule.Fix
			markdown += "\n\nFix: " + rule.Fix
		}
		level := sarif.NewReportingConfiguration()
		level.Level = sarifLevel(s)
		bag := sarif.NewPropertyBag().
			Add("security-severity", securitySeverity(s)).
			WithTags([]string{"security", "sovereignty", "terraform"})
		out = append(out, sarif.NewReportingDescriptor().
			WithID(rule.ID).
			WithName(rule.ID).
			WithShortDescription(sarifText(rule.Title)).
			WithFullDescription(sarifText(visible(firstParagraph(rule), maxDescription))).
			WithHelp(sarifText(help).WithMarkdown(markdown)).
			WithDefaultConfiguration(level).
			WithProperties(bag))
	}
	return out
}

func sarifText(s string) *sarif.MultiformatMessageString {
	return sarif.NewMultiformatMessageString().WithText(s)
}

// firstParagraph is the first text of a rule's Markdown that is not a heading, on one line.
func firstParagraph(rule *analyzer.Rule) string {
	for p := range strings.SplitSeq(rule.Doc, "\n\n") {
		p = strings.Join(strings.Fields(p), " ")
		if p != "" && !strings.HasPrefix(p, "#") {
			return p
		}
	}
	return rule.Title
}

func sarifLevel(s analyzer.Severity) string {
	switch {
	case s >= analyzer.High:
		return sarif.LevelError
	case s == analyzer.Medium:
		return sarif.LevelWarning
	}
	return sarif.LevelNote
}

// securitySeverity is a number inside the range that GitHub shows as the word.
func securitySeverity(s analyzer.Severity) string {
	switch s {
	case analyzer.Critical:
		return "9.5"
	case analyzer.High:
		return "8.0"
	case analyzer.Medium:
		return "5.5"
	case analyzer.Low:
		return "3.0"
	}
	return "1.0"
}

func sarifResult(f *analyzer.Finding, rule int) *sarif.Result {
	out := sarif.NewRuleResult(f.Rule.ID)
	out.WithRuleIndex(rule)
	out.WithLevel(sarifLevel(f.Severity))
	out.WithMessage(sarifMessage(said(f)))
	out.AddLocation(sarifLocation(f.Pos, f.Root, f.Address))
	for _, s := range f.Evidence {
		if s.Pos.File == "" {
			continue
		}
		l := sarifLocation(s.Pos, "", s.Address)
		l.ID = len(out.RelatedLocations) + 1
		out.AddRelatedLocation(l.WithMessage(sarifMessage(sentence(s.Text))))
	}
	out.PartialFingerprints = map[string]string{"demarc/v1": f.Fingerprint}
	if f.Pos.File == "" {
		out.PartialFingerprints["primaryLocationLineHash"] = f.Fingerprint
	}
	if s := f.Suppressed; s != nil {
		kind := "external"
		if s.By == "comment" {
			kind = "inSource"
		}
		out.AddSuppression(sarif.NewSuppression().
			WithKind(kind).
			WithStatus("accepted").
			WithJustification(sentence(strings.TrimSuffix(s.By+": "+s.Reason, ": "))))
	}
	bag := sarif.NewPropertyBag().
		Add("severity", f.Severity.String()).
		Add("confidence", f.Confidence.String()).
		Add("from", f.From.Side).
		Add("to", f.To.Side)
	return out.WithProperties(bag)
}

// said is a finding in one paragraph, its first sentence the message.
func said(f *analyzer.Finding) string {
	parts := []string{sentence(f.Message)}
	for _, s := range f.Evidence {
		parts = append(parts, sentence(s.Text))
	}
	if f.Note != "" {
		parts = append(parts, sentence(f.Note))
	}
	return strings.Join(parts, ". ") + "."
}

// sarifMessage takes links out of a message: all that it needs are relatedLocations, and a name may hold any link.
func sarifMessage(s string) *sarif.Message {
	return sarif.NewTextMessage(strings.ReplaceAll(s, "](", "] ("))
}

func sarifLocation(p model.Pos, root, address string) *sarif.Location {
	out := sarif.NewLocation()
	out.ID = 0 // the library's -1 is outside of what GitHub allows
	if address != "" {
		out.AddLogicalLocation(sarif.NewLogicalLocation().WithFullyQualifiedName(address).WithKind("resource"))
	}
	file := cmp.Or(p.File, root)
	if file == "" {
		return out
	}
	region := sarif.NewRegion().WithStartLine(max(p.Line, 1))
	if p.Column > 0 {
		region.WithStartColumn(p.Column)
	}
	if p.Line > 0 && p.EndLine >= p.Line {
		region.WithEndLine(p.EndLine)
		if p.EndColumn > 0 {
			region.WithEndColumn(p.EndColumn)
		}
	}
	return out.WithPhysicalLocation(sarif.NewPhysicalLocation().
		WithArtifactLocation(sarif.NewSimpleArtifactLocation(uri(file))).
		WithRegion(region))
}

// uri is a path as a uri reference: relative where the path is, every other character than a path's own escaped. A colon
// in the first part would otherwise begin a scheme (RFC 3986, 4.2).
func uri(file string) string {
	file = strings.ToValidUTF8(file, "\ufffd")
	windows := len(file) > 2 && file[1] == ':' && (file[2] == '\\' || file[2] == '/')
	if windows {
		file = "/" + strings.ReplaceAll(file, `\`, "/")
	}
	parts := strings.Split(path.Clean(file), "/")
	for i, p := range parts {
		parts[i] = strings.ReplaceAll(url.PathEscape(p), ":", "%3A")
	}
	out := strings.Join(parts, "/")
	if windows {
		out = strings.Replace(out, "%3A", ":", 1)
	}
	if strings.HasPrefix(out, "/") {
		return "file://" + out
	}
	return out
}

// sarifInvocation says how the run went: what stands in the way of a full answer are its notifications.
func sarifInvocation(r *analyzer.Result, o Options, left int) *sarif.Invocation {
	out := sarif.NewInvocation().
		WithExecutionSuccessful(!r.Incomplete()).
		WithExitCode(o.Exit)
	say := func(level, text string, l *sarif.Location) {
		n := sarif.NewNotification().WithLevel(level).WithMessage(sarifMessage(text))
		if l.PhysicalLocation != nil {
			n.AddLocation(l)
		}
		out.AddToolExecutionNotification(n)
	}
	for _, in := range r.Inputs {
		at := sarifLocation(model.Pos{}, in.Name, "")
		for _, s := range in.Incomplete {
			say(sarif.LevelWarning, "not complete: "+sentence(s), at)
		}
		for _, s := range in.Notes {
			say(sarif.LevelNote, sentence(s), at)
		}
	}
	if left > 0 {
		say(sarif.LevelWarning, fmt.Sprintf("%s left out: this file holds %d, the worst", Count(left, "result"), maxResults), sarif.NewLocation())
	}
	for _, b := range r.Blind[:min(len(r.Blind), maxNotifications)] {
		text := "blind spot: " + sentence(b.Reason)
		if b.Settle != "" {
			text += "; settle: " + sentence(b.Settle)
		}
		say(sarif.LevelNote, text, sarifLocation(b.Pos, b.Root, b.Address))
	}
	if more := len(r.Blind) - maxNotifications; more > 0 {
		say(sarif.LevelNote, Count(more, "more blind spot"), sarif.NewLocation())
	}
	return out
}

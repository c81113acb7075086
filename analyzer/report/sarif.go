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
	return writeJSON(w, sarifOf(r, o))
}

func sarifOf(r *analyzer.Result, o Options) sarifLog {
	findings := sarifOrder(r)
	rules := sarifRules(r, findings)
	index := map[string]int{}
	for i, rule := range rules {
		index[rule.ID] = i
	}
	results := each(findings[:min(len(findings), maxResults)], func(f *analyzer.Finding) sarifResult {
		result := sarifResultOf(f, index[f.Rule.ID])
		if r.Baseline != nil {
			result.BaselineState = status(f)
		}
		return result
	})
	return sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{{
		ColumnKind:  "unicodeCodePoints",
		Invocations: []sarifInvocation{sarifInvocationOf(r, o, len(findings)-maxResults)},
		Properties:  map[string]any{"blindSpots": r.Coverage.BlindSpots, "suppressed": summaryOf(r, o).Suppressed},
		Results:     results,
		Tool: sarifTool{sarifDriver{
			Name: "demarc", InformationURI: "https://github.com/demarc-dev/demarc", Version: r.Version, Rules: rules,
		}},
	}}}
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
func sarifRules(r *analyzer.Result, findings []*analyzer.Finding) []sarifRule {
	severity := map[string]analyzer.Severity{}
	rules := slices.Clone(r.Rules)
	for _, f := range findings {
		severity[f.Rule.ID] = max(severity[f.Rule.ID], f.Severity)
		if !slices.ContainsFunc(rules, func(rule *analyzer.Rule) bool { return rule.ID == f.Rule.ID }) {
			rules = append(rules, f.Rule)
		}
	}
	return each(rules, func(rule *analyzer.Rule) sarifRule {
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
		return sarifRule{
			ID:                   rule.ID,
			Name:                 rule.ID,
			ShortDescription:     sarifText{Text: rule.Title},
			FullDescription:      sarifText{Text: visible(firstParagraph(rule), maxDescription)},
			Help:                 sarifText{help, markdown},
			DefaultConfiguration: sarifConfiguration{sarifLevelOf(s)},
			Properties:           map[string]any{"security-severity": securitySeverity(s), "tags": []string{"security", "sovereignty", "terraform"}},
		}
	})
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

func sarifLevelOf(s analyzer.Severity) sarifLevel {
	switch {
	case s >= analyzer.High:
		return sarifError
	case s == analyzer.Medium:
		return sarifWarning
	}
	return sarifNote
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

func sarifResultOf(f *analyzer.Finding, rule int) sarifResult {
	out := sarifResult{
		RuleID:              f.Rule.ID,
		RuleIndex:           rule,
		Level:               sarifLevelOf(f.Severity),
		Message:             sarifMessage(said(f)),
		Locations:           []sarifLocation{sarifLocationOf(f.Pos, f.Root, f.Address)},
		PartialFingerprints: map[string]string{"demarc/v1": f.Fingerprint},
		Properties: map[string]any{
			"severity": f.Severity.String(), "confidence": f.Confidence.String(), "from": f.From.Side, "to": f.To.Side,
		},
	}
	for _, s := range f.Told().Evidence {
		if s.Pos.File == "" {
			continue
		}
		l := sarifLocationOf(s.Pos, "", s.Address)
		text := sarifMessage(sentence(s.Text))
		l.ID, l.Message = len(out.RelatedLocations)+1, &text
		out.RelatedLocations = append(out.RelatedLocations, l)
	}
	if f.Pos.File == "" {
		out.PartialFingerprints["primaryLocationLineHash"] = f.Fingerprint
	}
	if s := f.Suppressed; s != nil {
		kind := "external"
		if s.By == "comment" {
			kind = "inSource"
		}
		out.Suppressions = []sarifSuppression{{kind, "accepted", sentence(strings.TrimSuffix(s.By+": "+s.Reason, ": "))}}
	}
	return out
}

// said is a finding in one paragraph, its first sentence the message.
func said(f *analyzer.Finding) string {
	parts := []string{sentence(f.Message)}
	for _, s := range f.Told().Evidence {
		parts = append(parts, sentence(s.Text))
	}
	if f.Note != "" {
		parts = append(parts, sentence(f.Note))
	}
	return strings.Join(parts, ". ") + "."
}

// sarifMessage takes links out of a message: all that it needs are relatedLocations, and a name may hold any link.
func sarifMessage(s string) sarifText {
	return sarifText{Text: strings.ReplaceAll(s, "](", "] (")}
}

func sarifLocationOf(p model.Pos, root, address string) sarifLocation {
	var out sarifLocation
	if address != "" {
		out.LogicalLocations = []sarifLogicalLocation{{address, "resource"}}
	}
	file := cmp.Or(p.File, root)
	if file == "" {
		return out
	}
	region := sarifRegion{StartLine: max(p.Line, 1), StartColumn: max(p.Column, 0)}
	if p.Line > 0 && p.EndLine >= p.Line {
		region.EndLine, region.EndColumn = p.EndLine, max(p.EndColumn, 0)
	}
	out.PhysicalLocation = &sarifPhysicalLocation{sarifArtifactLocation{uri(file)}, region}
	return out
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
func sarifInvocationOf(r *analyzer.Result, o Options, left int) sarifInvocation {
	out := sarifInvocation{
		ExecutionSuccessful:        !r.Incomplete(),
		ExitCode:                   o.Exit,
		ToolExecutionNotifications: []sarifNotification{}, // none is not the same as not known
	}
	say := func(level sarifLevel, text string, at sarifLocation) {
		n := sarifNotification{Level: level, Message: sarifMessage(text)}
		if at.PhysicalLocation != nil {
			n.Locations = []sarifLocation{at}
		}
		out.ToolExecutionNotifications = append(out.ToolExecutionNotifications, n)
	}
	for _, in := range r.Inputs {
		at := sarifLocationOf(model.Pos{}, in.Name, "")
		for _, s := range in.Incomplete {
			say(sarifWarning, "not complete: "+sentence(s), at)
		}
		for _, s := range in.Notes {
			say(sarifNote, sentence(s), at)
		}
	}
	if left > 0 {
		say(sarifWarning, fmt.Sprintf("%s left out: this file holds %d, the worst", Count(left, "result"), maxResults), sarifLocation{})
	}
	for _, b := range r.Blind[:min(len(r.Blind), maxNotifications)] {
		text := "blind spot: " + sentence(b.Reason)
		if b.Settle != "" {
			text += "; settle: " + sentence(b.Settle)
		}
		say(sarifNote, text, sarifLocationOf(b.Pos, b.Root, b.Address))
	}
	if more := len(r.Blind) - maxNotifications; more > 0 {
		say(sarifNote, Count(more, "more blind spot"), sarifLocation{})
	}
	return out
}

package report

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer"
)

// maxAnnotations is what one run adds to a pull request. The runner keeps ten errors, ten warnings and ten notices of a
// step; more than ten in all are not read.
const maxAnnotations = 10

// GitHub prints r as workflow commands, which GitHub Actions shows on the lines of a pull request: the verdict for the
// log, then the worst findings that the baseline does not have, and in one line what is not annotated.
//
// What the runner makes of them (ActionCommandManager.cs and ExecutionContext.cs of actions/runner): a property with an
// empty value is dropped; col is only taken where line and endLine are equal; a command without a file belongs to the
// run; a message is cut at 4,096 characters.
func GitHub(w io.Writer, r *analyzer.Result, _ Options) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\n", inert("demarc: "+verdict(r)+". "+looked(r)))
	if c := r.Baseline; c != nil {
		first, rest := change(r)
		fmt.Fprintf(&b, "%s\n", inert("demarc: against "+Terminal(c.Name)+": "+first+rest))
	}
	room := maxAnnotations
	if r.Incomplete() {
		room--
		var said []string
		for _, in := range r.Inputs {
			for _, s := range in.Incomplete {
				said = append(said, Terminal(in.Name)+": "+sentence(s))
			}
		}
		b.WriteString(command("warning", []property{{"title", "the analysis is not complete"}}, strings.Join(said, "\n")))
	}
	list := units(fresh(r))
	shown := min(room, len(list))
	for _, u := range list[:shown] {
		b.WriteString(annotation(u))
	}
	if rest := slices.Concat(list[shown:]...); len(rest) > 0 {
		fmt.Fprintf(&b, "%s\n", inert("demarc: "+Count(len(rest), "more finding")+" without an annotation: "+byRule(rest)))
	}
	_, err := w.Write(b.Bytes())
	return err
}

// annotation is the first of findings of one block, which are on one line.
func annotation(u instances) string {
	f := u[0]
	var properties []property
	if p := f.Pos; p.File != "" {
		properties = append(properties, property{"file", Terminal(p.File)})
		if p.Line > 0 {
			properties = append(properties, property{"line", fmt.Sprint(p.Line)})
			oneLine := p.EndLine == 0 || p.EndLine == p.Line
			if p.Column > 0 && oneLine {
				properties = append(properties, property{"col", fmt.Sprint(p.Column)})
			}
			if p.EndLine >= p.Line {
				properties = append(properties, property{"endLine", fmt.Sprint(p.EndLine)})
			}
		}
	}
	title := f.Rule.ID
	if b := borderOf(f); b != (border{}) {
		title += ": " + Terminal(b.a) + " and " + Terminal(b.b)
	}
	properties = append(properties, property{"title", title})

	said := []string{sentence(f.Message) + " (" + Terminal(f.Address) + u.others() + ")"}
	for _, s := range f.Told().Evidence {
		step := "- " + sentence(s.Text)
		if at := position(s.Pos); at != "" {
			step += " (" + at + ")"
		}
		said = append(said, step)
	}
	if f.Note != "" {
		said = append(said, "- "+sentence(f.Note))
	}
	if f.Rule.Fix != "" {
		said = append(said, "fix: "+sentence(f.Rule.Fix))
	}
	return command(commandOf(f.Severity), properties, strings.Join(said, "\n"))
}

func commandOf(s analyzer.Severity) string {
	switch {
	case s >= analyzer.High:
		return "error"
	case s == analyzer.Medium:
		return "warning"
	}
	return "notice"
}

// byRule counts findings by rule, in their order: `2 network-link, 1 dns-link`.
func byRule(findings []*analyzer.Finding) string {
	var order []string
	n := map[string]int{}
	for _, f := range findings {
		if n[f.Rule.ID] == 0 {
			order = append(order, f.Rule.ID)
		}
		n[f.Rule.ID]++
	}
	for i, id := range order {
		order[i] = fmt.Sprintf("%d %s", n[id], id)
	}
	return strings.Join(order, ", ")
}

type property struct{ name, value string }

// command writes one workflow command. Its escapes are the toolkit's (packages/core/src/command.ts of actions/toolkit);
// a replacer goes over the text once, so that a percent sign of an escape is not escaped again.
func command(name string, properties []property, message string) string {
	var set []string
	for _, p := range properties {
		set = append(set, p.name+"="+propertyEscape.Replace(p.value))
	}
	return unmarked(fmt.Sprintf("::%s %s::%s", name, strings.Join(set, ","), dataEscape.Replace(message))) + "\n"
}

var (
	dataEscape     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	propertyEscape = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

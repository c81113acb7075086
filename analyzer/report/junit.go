package report

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/demarc-dev/demarc/analyzer"
)

// The JUnit XML that CI servers read (Jenkins' xUnit plugin publishes the schema that they share). Times and hosts are
// left out: the same Result gives the same bytes.

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Skipped  int          `xml:"skipped,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	File    string        `xml:"file,attr,omitempty"`
	Line    int           `xml:"line,attr,omitempty"`
	Error   *junitProblem `xml:"error"`
	Failure *junitProblem `xml:"failure"`
	Skipped *junitProblem `xml:"skipped"`
	Out     string        `xml:"system-out,omitempty"`
}

type junitProblem struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// JUnit prints r as test results: a suite an input and a case a finding. A case fails where the finding makes the exit
// status 1, is skipped where it is suppressed, and else passes with what was found as its output. The first case of a
// suite says whether the input could be analysed in full, so that an input without findings shows as well.
func JUnit(w io.Writer, r *analyzer.Result, o Options) error {
	doc := junitSuites{Name: "demarc"}
	index := map[string]int{}
	add := func(name string, incomplete []string) {
		if _, there := index[name]; there {
			return
		}
		index[name] = len(doc.Suites)
		s := junitSuite{Name: Terminal(name)}
		s.add(junitAnalysed(r, o, name, incomplete))
		doc.Suites = append(doc.Suites, s)
	}
	for _, in := range r.Inputs {
		add(in.Name, in.Incomplete)
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		add(f.Root, nil)
		doc.Suites[index[f.Root]].add(junitCaseOf(f, o))
	}
	for _, s := range doc.Suites {
		doc.Tests += s.Tests
		doc.Failures += s.Failures
		doc.Errors += s.Errors
		doc.Skipped += s.Skipped
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	enc := xml.NewEncoder(&b)
	enc.Indent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return err
	}
	b.WriteByte('\n')
	_, err := w.Write(inertXML(b.Bytes()))
	return err
}

func (s *junitSuite) add(c junitCase) {
	s.Cases = append(s.Cases, c)
	s.Tests++
	switch {
	case c.Error != nil:
		s.Errors++
	case c.Failure != nil:
		s.Failures++
	case c.Skipped != nil:
		s.Skipped++
	}
}

func junitAnalysed(r *analyzer.Result, o Options, input string, incomplete []string) junitCase {
	c := junitCase{Class: "demarc", Name: "the analysis is complete"}
	var blind []string
	for _, b := range r.Blind {
		if b.Root == input {
			blind = append(blind, "blind spot: "+blindSaid(b))
		}
	}
	switch {
	case len(incomplete) > 0:
		text := each(incomplete, func(s string) string { return "not complete: " + sentence(s) })
		c.Error = &junitProblem{Message: "the analysis is not complete", Type: "incomplete", Text: strings.Join(append(text, blind...), "\n")}
	case len(blind) > 0 && o.Strict:
		c.Error = &junitProblem{Message: Count(len(blind), "blind spot"), Type: "blind-spot", Text: strings.Join(blind, "\n")}
	default:
		c.Out = strings.Join(blind, "\n")
	}
	return c
}

func junitCaseOf(f *analyzer.Finding, o Options) junitCase {
	c := junitCase{Class: f.Rule.ID, Name: Terminal(f.Address)}
	if f.Attribute != "" {
		c.Name += " " + Terminal(f.Attribute)
	}
	if f.Pos.File != "" {
		c.File, c.Line = Terminal(f.Pos.File), f.Pos.Line
	}
	rest := strings.Join(chain(f), "\n")
	switch {
	case f.Suppressed != nil:
		c.Skipped = &junitProblem{Message: suppressedBy(f.Suppressed)}
		c.Out = junitHead(f) + "\n" + rest
	case !f.Known && f.Severity >= o.FailOn && f.Confidence >= o.MinConfidence:
		c.Failure = &junitProblem{Message: sentence(f.Message), Type: f.Severity.String(), Text: rest}
	default:
		c.Out = junitHead(f) + "\n" + rest
	}
	return c
}

func junitHead(f *analyzer.Finding) string {
	return fmt.Sprintf("%s: %s", f.Severity, sentence(f.Message))
}

// chain is a finding's evidence, note and fix, a line each.
func chain(f *analyzer.Finding) []string {
	var out []string
	if f.Confidence != 0 {
		out = append(out, "confidence: "+f.Confidence.String())
	}
	for _, s := range f.Told().Evidence {
		step := "- " + sentence(s.Text)
		if at := position(s.Pos); at != "" {
			step += " (" + at + ")"
		}
		out = append(out, step)
	}
	if f.Note != "" {
		out = append(out, "- "+sentence(f.Note))
	}
	if f.Rule.Fix != "" {
		out = append(out, "fix: "+sentence(f.Rule.Fix))
	}
	return out
}

// suppressedBy is who accepted a finding and why.
func suppressedBy(s *analyzer.Suppression) string {
	if s.Reason == "" {
		return Terminal(s.By)
	}
	return Terminal(s.By) + ": " + sentence(s.Reason)
}

// blindSaid is a blind spot in one line.
func blindSaid(b analyzer.BlindSpot) string {
	said := sentence(b.Reason)
	switch {
	case b.Address != "" && b.Path != "":
		said = Terminal(b.Address) + " (" + Terminal(b.Path) + "): " + said
	case b.Address != "":
		said = Terminal(b.Address) + ": " + said
	}
	if b.Settle != "" {
		said += "; settle: " + sentence(b.Settle)
	}
	return said
}

// inertXML does to XML what InertJSON does to JSON. encoding/xml has put U+FFFD for what XML cannot hold.
func inertXML(doc []byte) []byte {
	var b strings.Builder
	for l := range strings.Lines(string(doc)) {
		text := strings.TrimLeftFunc(l, unicode.IsSpace)
		if strings.HasPrefix(text, "::") {
			l = l[:len(l)-len(text)] + "&#58;" + text[1:]
		}
		b.WriteString(strings.ReplaceAll(l, "##", "#&#35;"))
	}
	return []byte(b.String())
}

// Package report prints an analyzer.Result, one file a format. A printer decides nothing: what is a finding, how bad it
// is and what the exit status will be is settled before. The same Result and Options give the same bytes.
//
// Names in a Result come from the input and may hold anything. Every printer passes them through clean.go, so that no
// output carries terminal escapes, and none carries commands to a CI runner that reads what a step prints.
package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/agext/levenshtein"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/link"
)

// Options are what a printer cannot take from a Result: how wide and colourful the terminal is, and the flags that its
// last line explains the exit status by.
type Options struct {
	Color         bool
	Width         int // in characters, 100 for zero
	FailOn        analyzer.Severity
	MinConfidence link.Confidence
	Strict        bool
	Quiet         bool // text: the verdict and the last line, and what is incomplete
	Exit          int  // the exit status of the run
	// Link is the address of a file's line that a terminal can open, "" for none; nil where it follows no links.
	Link func(file string, line int) string
}

// Format is one way to print a Result. Write returns the writer's error and no other.
type Format struct {
	Name  string
	Write func(io.Writer, *analyzer.Result, Options) error
}

// Formats are all formats, in the order in which help lists them.
func Formats() []Format {
	return []Format{
		{"text", Text},
		{"json", JSON},
		{"sarif", SARIF},
		{"github", GitHub},
		{"markdown", Markdown},
		{"junit", JUnit},
		{"gitlab", GitLab},
		{"html", HTML},
		{"dot", Dot},
	}
}

// Lookup finds a format by its name. The error of an unknown one names the nearest, and all, others among them.
func Lookup(name string, others ...string) (Format, error) {
	var names []string
	hint, best := "", 3 // a word more than two letters away is another word
	for _, f := range Formats() {
		if f.Name == name {
			return f, nil
		}
		names = append(names, f.Name)
	}
	names = append(names, others...)
	for _, n := range names {
		if d := levenshtein.Distance(strings.ToLower(name), n, nil); d < best {
			hint, best = fmt.Sprintf(", did you mean %q?", n), d
		}
	}
	if hint == "" {
		hint = ": it is one of " + strings.Join(names, ", ")
	}
	return Format{}, fmt.Errorf("unknown format %q%s", name, hint)
}

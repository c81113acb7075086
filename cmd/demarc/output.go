package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/link"
	"github.com/demarc-dev/demarc/analyzer/report"
	"github.com/fatih/color"
)

// output is one format and where it goes; an empty file is standard output.
type output struct {
	format report.Format
	file   string
}

type outputs []output

func formatNames() string {
	var names []string
	for _, f := range report.Formats() {
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}

// writers pairs formats with files before any work is done, so that a typing error costs no scan.
func (s *scan) writers() (outputs, error) {
	formats := s.formats
	if len(formats) == 0 {
		formats = []string{"text"}
	}
	if len(s.outputs) > len(formats) {
		return nil, fmt.Errorf("%d --output for %d --format: each file needs a format", len(s.outputs), len(formats))
	}
	var out outputs
	for i, name := range formats {
		f, err := report.Lookup(name)
		if err != nil {
			return nil, fmt.Errorf("--format: %w", err)
		}
		o := output{format: f}
		if i < len(s.outputs) {
			o.file = s.outputs[i]
		}
		out = append(out, o)
	}
	if len(formats)-len(s.outputs) > 1 {
		return nil, fmt.Errorf("%d formats for standard output: give all but one a file with --output", len(formats)-len(s.outputs))
	}
	return out, nil
}

func (s *scan) options(failOn analyzer.Severity, confidence link.Confidence, exit int) report.Options {
	// fatih/color looks at NO_COLOR, the terminal and TERM.
	return report.Options{Color: !color.NoColor && !s.noColor, FailOn: failOn, MinConfidence: confidence, Strict: s.strict, Quiet: s.quiet, Exit: exit}
}

// print writes every output, whole or not at all.
func (out outputs) print(r *analyzer.Result, o report.Options, stdout io.Writer) error {
	for _, w := range out {
		var b bytes.Buffer
		opts := o
		if w.file != "" {
			opts.Color = false
		}
		if err := w.format.Write(&b, r, opts); err != nil {
			return fmt.Errorf("%s: %w", w.format.Name, err)
		}
		if w.file == "" {
			if _, err := stdout.Write(b.Bytes()); err != nil {
				return fmt.Errorf("the report could not be written: %w", err)
			}
			continue
		}
		if err := replace(w.file, b.Bytes()); err != nil {
			return fmt.Errorf("--output: %w", err)
		}
	}
	return nil
}

// replace writes beside the file and renames, so that what was there stays until all of the new is.
func replace(file string, data []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(file), ".demarc-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(data)
	if err == nil {
		err = tmp.Chmod(0o644)
	}
	if closed := tmp.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(tmp.Name(), file)
}

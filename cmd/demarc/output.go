package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/report"
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
	names = append(names, factsFormat)
	return strings.Join(names, ", ")
}

// pairs joins formats with files before any work is done, so that a typing error costs no scan. The files may be none
// of the inputs.
func pairs(formats, files, inputs []string) (outputs, error) {
	if len(formats) == 0 {
		formats = []string{"text"}
	}
	if len(files) > len(formats) {
		return nil, fmt.Errorf("%d --output for %d --format: give every file a format", len(files), len(formats))
	}
	used := map[string]string{}
	for _, in := range inputs {
		used[whole(in)] = "is an input, which it would replace"
	}
	var out outputs
	printed := 0
	for i, name := range formats {
		f := report.Format{Name: factsFormat}
		if name != factsFormat {
			var err error
			if f, err = report.Lookup(name, factsFormat); err != nil {
				return nil, fmt.Errorf("--format: %w", err)
			}
		}
		if i >= len(files) || files[i] == "-" {
			out = append(out, output{format: f})
			printed++
			continue
		}
		file := files[i]
		if file == "" {
			return nil, errors.New("--output: the name is empty; - is standard output")
		}
		if why := used[whole(file)]; why != "" {
			return nil, fmt.Errorf("--output %s: %s", file, why)
		}
		used[whole(file)] = "is given twice: every format needs a file of its own"
		if info, err := os.Stat(file); err == nil && info.IsDir() {
			return nil, fmt.Errorf("--output %s: is a directory: name a file in it", file)
		}
		out = append(out, output{f, file})
	}
	if printed > 1 {
		return nil, fmt.Errorf("%d formats for standard output: give all but one a file with --output", printed)
	}
	return out, nil
}

// whole is a path that is the same for every way to write it.
func whole(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	return path
}

// print writes every output, whole or not at all: the files that are there stay until all of the new ones are written,
// and standard output gets nothing before.
func (out outputs) print(r *analyzer.Result, facts func(io.Writer) error, o report.Options, stdout io.Writer) error {
	var ready []*draft
	defer func() {
		for _, d := range ready {
			d.drop()
		}
	}()
	var printed []byte
	for _, w := range out {
		opts := o
		if w.file != "" {
			opts.Color, opts.Width, opts.Link = false, 0, nil
		}
		var b bytes.Buffer
		write := func() error { return facts(&b) }
		if w.format.Name != factsFormat {
			write = func() error { return w.format.Write(&b, r, opts) }
		}
		if err := write(); err != nil {
			return fmt.Errorf("%s: %w", w.format.Name, err)
		}
		if w.file == "" {
			printed = b.Bytes()
			continue
		}
		d, err := drafted(w.file, b.Bytes())
		if err != nil {
			return unwritten(w.file, err)
		}
		ready = append(ready, d)
	}
	for _, d := range ready {
		if err := d.keep(); err != nil {
			return unwritten(d.file, err)
		}
	}
	return say(stdout, string(printed))
}

// say writes to standard output.
func say(stdout io.Writer, text string) error {
	if _, err := io.WriteString(stdout, text); err != nil {
		return fmt.Errorf("standard output: could not be written: %w", cause(err))
	}
	return nil
}

func unwritten(file string, err error) error {
	return fmt.Errorf("--output %s: could not be written, and is as it was: %w", file, cause(err))
}

// cause is an error of the file system without the path, which may be a draft's.
func cause(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}

// draft is a file that is written beside the one that it will replace.
type draft struct{ file, beside string }

// drafted makes the draft of a file. What is there and no regular file, such as a pipe, cannot be replaced, and is
// written to at once.
func drafted(file string, data []byte) (*draft, error) {
	mode := fs.FileMode(0o644)
	switch info, err := os.Stat(file); {
	case err == nil && !info.Mode().IsRegular():
		return &draft{}, os.WriteFile(file, data, 0)
	case err == nil:
		mode = info.Mode().Perm()
		file = whole(file) // a link stays one
	}
	tmp, err := os.CreateTemp(filepath.Dir(file), ".demarc-*")
	if err != nil {
		return nil, err
	}
	d := &draft{file, tmp.Name()}
	_, err = tmp.Write(data)
	if err == nil {
		err = tmp.Chmod(mode)
	}
	if closed := tmp.Close(); err == nil {
		err = closed
	}
	if err != nil {
		d.drop()
		return nil, err
	}
	return d, nil
}

// keep puts the draft in the file's place.
func (d *draft) keep() error {
	if d.beside == "" {
		return nil
	}
	if err := os.Rename(d.beside, d.file); err != nil {
		return err
	}
	d.beside = ""
	return nil
}

// drop removes a draft that was not kept.
func (d *draft) drop() {
	if d.beside != "" {
		os.Remove(d.beside)
	}
}

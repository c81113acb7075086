// Package load reads plans, states and saved plans into the model. It knows Terraform's formats and no cloud.
package load

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/demarc-dev/demarc/analyzer/load/source"
	"github.com/demarc-dev/demarc/analyzer/model"
)

// Options are what a user can say about how inputs are read.
type Options struct {
	Stdin   io.Reader      // read where a path is "-"
	Source  string         // the directory of a plan's sources; "" means its own, where that holds any
	Beside  *Beside        // what is remembered of where sources are, nil for nothing
	Sources source.Options // how sources are read; its limits hold for all that is read
	// Progress, where it is set, is told how far the reading of a path is: done of all, which are bytes of a file or root
	// modules of a directory. Paths that are read side by side tell it at once.
	Progress func(path string, done, all int64)
	// Guard runs f, which is doing something in a goroutine of its own, and makes an error of a panic; nil lets it pass.
	Guard func(doing string, f func() error) error
	// Interest is what of resources' values is kept of a file, nil for everything.
	Interest Interest
}

func (o *Options) guard(doing string, f func() error) error {
	if o.Guard == nil {
		return f()
	}
	return o.Guard(doing, f)
}

// Error is an input that cannot be read: which, what is wrong with it, and what to do.
type Error struct {
	Input string
	Err   error
	Do    string // a command or an advice, "" where there is none
}

func (e *Error) Error() string {
	s := e.Input + ": " + e.Err.Error()
	if e.Do != "" {
		s += "\n  " + e.Do
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// makePlan is the command that makes what demarc reads.
const makePlan = "make a plan that can be read: terraform plan -out=tfplan && terraform show -json tfplan > plan.json"

// File reads one plan JSON, state JSON or saved plan, without sources; "-" is standard input. The error is an *Error.
func File(path string, o Options) (*model.Snapshot, error) {
	s, _, err := file(path, o, &ofPlan{})
	return s, err
}

// file is File, with the configuration that a saved plan holds. It keeps what the sources of a plan ask for too.
func file(path string, o Options, of *ofPlan) (*model.Snapshot, map[string][]byte, error) {
	if path == "-" {
		return input("standard input", "", o.Stdin, &decoder{limits: o.Sources.Limits})
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, &Error{Input: path, Err: plain(err), Do: "check the path"}
	}
	if info.IsDir() {
		return nil, nil, &Error{Input: path, Err: errors.New("is a directory, and no plan or state"), Do: makePlan}
	}
	if !info.Mode().IsRegular() {
		return nil, nil, &Error{Input: path, Err: errors.New("is not a regular file"), Do: "to read a pipe, use - and standard input"}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, &Error{Input: path, Err: plain(err)}
	}
	defer f.Close()
	name, at := filepath.ToSlash(path), filepath.Dir(path)
	var in io.Reader = f
	if o.Progress != nil {
		in = &counted{f, 0, func(n int64) { o.Progress(path, n, info.Size()) }}
	}
	if o.Interest != nil {
		d := &decoder{limits: o.Sources.Limits, interest: o.Interest, ahead: f, size: info.Size(), beside: of.ask}
		if s, inside, err := input(name, at, in, d); !errors.Is(err, errUnforeseen) {
			return s, inside, err
		}
		of.asked, of.read = false, false
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return nil, nil, &Error{Input: path, Err: plain(err)}
		}
	}
	return input(name, at, in, &decoder{limits: o.Sources.Limits})
}

// counted tells how much has been read.
type counted struct {
	io.Reader
	n    int64
	tell func(int64)
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	c.tell(c.n)
	return n, err
}

// plain drops the operation and path from an error of the file system: the message names the path already.
func plain(err error) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// input reads one input. at is the directory that it lies in, "" for none.
func input(name, at string, r io.Reader, d *decoder) (*model.Snapshot, map[string][]byte, error) {
	in := bufio.NewReaderSize(r, 1<<14)
	if head, _ := in.Peek(4); string(head) == "PK\x03\x04" {
		return savedPlan(name, at, in, d.limits.OrDefault())
	}
	text, err := jsonStart(in)
	if err != nil {
		return nil, nil, explain(name, err)
	}
	d.start(text)
	defer d.release()
	doc, err := readDocument(d)
	if err != nil {
		return nil, nil, explain(name, err)
	}
	if err := doc.check(); err != nil {
		return nil, nil, explain(name, err)
	}
	if err := trailing(d); err != nil {
		return nil, nil, explain(name, err)
	}
	s, err := doc.snapshot(name)
	if err != nil {
		return nil, nil, &Error{Input: name, Err: err, Do: makePlan}
	}
	return s, nil, nil
}

// explain makes err an *Error of the input, with the position of a syntax error in words.
func explain(name string, err error) error {
	var e *Error
	if errors.As(err, &e) {
		e.Input = name
		return e
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		cut := errors.New("the document ends in the middle: it was cut off")
		var syntax *syntaxError
		if errors.As(err, &syntax) {
			syntax.err = cut
		} else {
			err = cut
		}
	}
	do := makePlan
	var large *tooLarge
	if errors.As(err, &large) {
		do = large.raise
	}
	return &Error{Input: name, Err: err, Do: do}
}

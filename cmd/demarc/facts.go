package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/facts"
	"github.com/demarc-dev/demarc/analyzer/link"
	"github.com/demarc-dev/demarc/analyzer/load"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/report"
	"github.com/demarc-dev/demarc/rules/access"
	"github.com/spf13/cobra"
)

// factsFormat is the one format that prints what was read rather than what was found.
const factsFormat = "facts"

func joinCommand() *cobra.Command {
	s := scan{join: true}
	cmd := &cobra.Command{
		Use:   "join FACTS...",
		Short: "Judge the facts of many scans as one estate",
		Long: `join reads files of facts, which demarc scan --format facts writes, and gives the verdict that one scan
of everything they tell of would give; - is standard input. Facts hold no values, so that pipelines can
hand them to each other.

Exit status: 0 nothing at or above --fail-on; 1 findings; 2 could not analyse; 3 nothing found, but the
analysis was not complete.`,
		Example: "  demarc scan --format facts --output network.ndjson network/plan.json\n  demarc join *.ndjson",
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return guarded("joining "+strings.Join(args, ", "), func() error {
				return s.run(args, cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr())
			})
		},
	}
	s.flags(cmd.Flags())
	s.envFlag(cmd.Flags())
	return cmd
}

// facts writes the facts of an estate, of its inputs as they were read.
func (a *analysis) facts(g *link.Graph) func(io.Writer) error {
	return func(w io.Writer) error {
		var b bytes.Buffer
		if mixed(a.inputs) {
			g = a.link(a.inputs)
		}
		if err := facts.Write(&b, g, a.cat, access.Language(a.cat), a.policy.Side); err != nil {
			return err
		}
		_, err := w.Write(report.InertJSON(b.Bytes()))
		return err
	}
}

// mixed tells whether some inputs are facts and others are not.
func mixed(inputs []*model.Snapshot) bool {
	told := func(in *model.Snapshot) bool { return in.From != "" }
	read := func(in *model.Snapshot) bool { return in.From == "" }
	return slices.ContainsFunc(inputs, told) && slices.ContainsFunc(inputs, read)
}

// alike puts inputs that stand beside facts into the form of facts, in which names are hashed.
func (a *analysis) alike(inputs []*model.Snapshot) []*model.Snapshot {
	if !mixed(inputs) {
		return inputs
	}
	var read, out []*model.Snapshot
	for _, in := range inputs {
		if in.From == "" {
			read = append(read, in)
		} else {
			out = append(out, in)
		}
	}
	return append(out, facts.Alike(a.link(read), a.cat, access.Language(a.cat))...)
}

// loadPath reads what a path is of: facts, or what load knows. only says that facts are asked for.
func loadPath(path string, o load.Options, only bool) ([]*model.Snapshot, error) {
	var r io.Reader = o.Stdin
	name := filepath.ToSlash(path)
	if path == "-" {
		name = "standard input"
	} else {
		info, err := os.Stat(path)
		if err != nil || !info.Mode().IsRegular() {
			return others(path, name, o, only)
		}
		f, err := os.Open(path)
		if err != nil {
			return nil, &load.Error{Input: name, Err: cause(err)}
		}
		defer f.Close()
		r = f
	}
	in := bufio.NewReaderSize(r, 1<<16)
	if begin, _ := in.Peek(64); !facts.Is(begin) {
		o.Stdin = in
		return others(path, name, o, only)
	}
	list, err := facts.Read(in, name, o.Sources.Limits)
	if err != nil {
		return nil, &load.Error{Input: name, Err: err, Do: "write them anew: demarc scan --format facts --output FILE PATH..."}
	}
	return list, nil
}

// others reads what are no facts.
func others(path, name string, o load.Options, only bool) ([]*model.Snapshot, error) {
	if !only {
		return load.Path(path, o)
	}
	if _, err := os.Stat(path); path != "-" && err != nil {
		return nil, &load.Error{Input: name, Err: cause(err), Do: "check the path"}
	}
	return nil, &load.Error{Input: name, Err: errors.New("holds no facts"), Do: "write its facts: demarc scan --format facts --output FILE PATH...; or scan it beside facts: demarc scan PATH FACTS..."}
}

// tellApart gives inputs of one name, which different facts tell of, the names of the facts as well.
func tellApart(inputs []*model.Snapshot) {
	times := map[string]int{}
	for _, in := range inputs {
		times[in.Name]++
	}
	for _, in := range inputs {
		if times[in.Name] > 1 && in.From != "" {
			in.Name = in.From + ":" + in.Name
		}
	}
}

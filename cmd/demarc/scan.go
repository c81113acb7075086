package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/boundary"
	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/limit"
	"github.com/demarc-dev/demarc/analyzer/link"
	"github.com/demarc-dev/demarc/analyzer/load"
	"github.com/demarc-dev/demarc/analyzer/load/source"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/place"
	"github.com/demarc-dev/demarc/analyzer/report"
	"github.com/demarc-dev/demarc/rules"
	"github.com/demarc-dev/demarc/rules/access"
	"github.com/demarc-dev/demarc/rules/tables"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// scan holds the flags of the scan command, and of join, which is a scan of facts.
type scan struct {
	join             bool
	formats, outputs []string
	policy           string
	env              []string
	variables        []source.Setting
	source           string
	backend          []string
	workspace        string
	baseline         string
	failOn           string
	minConfidence    string
	strict           bool
	noColor          bool
	quiet            bool
	width            int
	limits           limit.Set
}

func scanCommand() *cobra.Command {
	var s scan
	cmd := &cobra.Command{
		Use:   "scan PATH...",
		Short: "Scan plans, states and sources; several are one estate",
		Long: `scan reads plan JSON, state JSON, raw state files, saved plans (which terraform or tofu on the PATH
shows) and directories of sources; - is standard input. Several paths are scanned together, as one estate;
files of facts, which --format facts writes, may be among them. Single files of sources stand for the
root modules that they belong to.

A plan is read with the sources beside it, if there are any: they give every finding its line, and tell
what a plan leaves out.

Exit status: 0 nothing at or above --fail-on; 1 findings; 2 could not analyse; 3 nothing found, but the
analysis was not complete.`,
		Example: "  terraform show -json tfplan | demarc scan -\n  demarc scan --format sarif --output demarc.sarif plan.json",
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return guarded("scanning "+strings.Join(args, ", "), func() error {
				return s.run(args, cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr())
			})
		},
	}
	s.flags(cmd.Flags())
	s.inputFlags(cmd.Flags())
	return cmd
}

// flags are those of everything that judges an estate.
func (s *scan) flags(f *pflag.FlagSet) {
	f.StringArrayVar(&s.formats, "format", nil, "output `FORMAT`: "+formatNames()+" (default text; several, each with its --output)")
	f.StringArrayVar(&s.outputs, "output", nil, "write to `FILE`; the first goes with the first --format, and so on (- is standard output)")
	f.StringVar(&s.policy, "policy", "", "policy `FILE` (default "+boundary.FileName+", looked for upward from the first path)")
	f.StringVar(&s.baseline, "baseline", "", "compare with `BASE`: a file with an earlier JSON result, or a Git revision of what is scanned; what it has too fails nothing")
	f.StringVar(&s.failOn, "fail-on", "high", "lowest `SEVERITY` that makes the exit status 1: critical, high, medium, low or note")
	f.StringVar(&s.minConfidence, "min-confidence", "possible", "lowest `CONFIDENCE` that makes the exit status 1: certain, likely or possible")
	f.BoolVar(&s.strict, "strict", false, "blind spots fail too")
	f.BoolVar(&s.noColor, "no-color", false, "no colours and no links (NO_COLOR does the same)")
	f.Var(&limits{&s.limits}, "limit", "`NAME=SIZE`: how much is read before it is refused: "+limit.Help())
	f.BoolVar(&s.quiet, "quiet", false, "text: print the verdict and the last line only")
	f.IntVar(&s.width, "width", 0, "text: `COLUMNS` of a line (default the terminal's, or 100)")
}

func (s *scan) envFlag(f *pflag.FlagSet) {
	f.StringArrayVar(&s.env, "env", nil, "`NAME=VALUE`: an environment variable that Terraform runs with, such as AWS_REGION=eu-central-1")
}

// inputFlags are those that say how inputs are read.
func (s *scan) inputFlags(f *pflag.FlagSet) {
	s.envFlag(f)
	f.Var(&setting{&s.variables, false}, "var", "`NAME=VALUE` of a root variable, for sources")
	f.Var(&setting{&s.variables, true}, "var-file", "`FILE` of root variables, for sources; in order with --var")
	f.StringVar(&s.source, "source", "", "`DIR` of a plan's sources (default: the plan's own directory)")
	f.StringArrayVar(&s.backend, "backend-config", nil, "`FILE` or NAME=VALUE of a partial backend configuration, for sources")
	f.StringVar(&s.workspace, "workspace", "", "the workspace that sources are read for")
}

// prepare is what comes before the reading: what the paths are judged by, which they are, and how they are read.
func (s *scan) prepare(paths []string, stdin io.Reader, cat *catalog.Catalog, policy *boundary.Policy) (analysis, []string, load.Options, error) {
	var o load.Options
	if err := once(paths); err != nil {
		return analysis{}, nil, o, err
	}
	env, err := s.environment()
	if err != nil {
		return analysis{}, nil, o, err
	}
	cat = cat.With(policy.Links(), policy.Domains())
	a := analysis{cat: cat, policy: policy, world: place.Options{Env: env, Defaults: policy.Defaults()}, now: time.Now(), join: s.join, limits: s.limits}
	if paths, err = load.Roots(paths); err != nil {
		return a, nil, o, err
	}
	o = load.Options{Stdin: stdin, Source: s.source, Beside: &load.Beside{}, Guard: guarded, Interest: link.NewInterest(cat, access.Reads(cat)), Sources: source.Options{
		Variables: s.variables, Env: env, Workspace: s.workspace, BackendConfig: s.backend, Data: place.Data(cat, a.world), Function: cat.Function,
		Limits: s.limits,
	}}
	return a, paths, o, nil
}

func (s *scan) run(paths []string, stdin io.Reader, stdout, stderr io.Writer) error {
	if len(paths) == 0 && s.join {
		return errors.New("nothing to join: name files of facts, such as `demarc join facts/*.ndjson`, or - for standard input")
	}
	if len(paths) == 0 {
		return errors.New("nothing to scan: name a plan, such as `demarc scan plan.json`, or - for standard input")
	}
	out, err := pairs(s.formats, s.outputs, paths)
	if err != nil {
		return err
	}
	failOn, err := analyzer.ParseSeverity(s.failOn)
	if err != nil {
		return fmt.Errorf("--fail-on: %w", err)
	}
	confidence, err := link.ParseConfidence(s.minConfidence)
	if err != nil {
		return fmt.Errorf("--min-confidence: %w", err)
	}
	if s.width < 0 {
		return fmt.Errorf("--width %d: write how many columns a line may have", s.width)
	}
	debug.SetGCPercent(seldom)
	cat, err := catalog.Open(tables.FS)
	if err != nil {
		return err
	}
	policy, err := s.readPolicy(paths[0], cat)
	if err != nil {
		return err
	}
	a, paths, options, err := s.prepare(paths, stdin, cat, policy)
	if err != nil {
		return err
	}
	wait := watch(stderr, paths)
	defer wait.end()
	graph, result, err := a.read(paths, options, wait)
	if err != nil {
		return err
	}
	if s.baseline != "" {
		wait.step("comparing")
		b, err := a.baseline(s.baseline, paths, options)
		if err != nil {
			return err
		}
		result.Compare(graph, b)
	}

	exit := verdict(result, failOn, confidence, s.strict)
	show := report.Options{FailOn: failOn, MinConfidence: confidence, Strict: s.strict, Quiet: s.quiet, Exit: exit}
	show.Width, show.Color = terminal(stdout)
	show.Color = show.Color && !s.noColor
	if show.Color && hyperlinks(os.Getenv) {
		show.Link = links(os.Getenv)
	}
	show.Width = cmp.Or(s.width, show.Width)
	wait.end()
	if err := out.print(result, a.facts(graph), show, stdout); err != nil {
		return err
	}
	if exit != exitClean {
		return status(exit)
	}
	return nil
}

// once refuses an input that is named twice: it would be counted twice, and standard input can be read but once.
func once(paths []string) error {
	seen := map[string]bool{}
	for _, path := range paths {
		if seen[whole(path)] {
			return fmt.Errorf("%s is named twice: name every input once", path)
		}
		seen[whole(path)] = true
	}
	return nil
}

func verdict(r *analyzer.Result, failOn analyzer.Severity, min link.Confidence, strict bool) int {
	switch {
	case r.Worst(min) >= failOn:
		return exitFindings
	case r.Incomplete() || strict && len(r.Blind) > 0:
		return exitIncomplete
	}
	return exitClean
}

func (s *scan) environment() (map[string]string, error) {
	env := map[string]string{}
	for _, pair := range s.env {
		name, value, ok := strings.Cut(pair, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("--env %s: write NAME=VALUE", name)
		}
		env[name] = value
	}
	return env, nil
}

// readPolicy reads the policy file that is named, or the nearest one above the first path.
func (s *scan) readPolicy(first string, cat *catalog.Catalog) (*boundary.Policy, error) {
	file := s.policy
	if file == "" {
		if first == "-" {
			first = "."
		}
		found, ok := boundary.Find(first)
		if !ok {
			return boundary.Default(cat), nil
		}
		file = found
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("policy %s: %w: check the path", file, cause(err))
	}
	defer f.Close()
	src, err := io.ReadAll(io.LimitReader(f, boundary.MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("policy %s: %w", file, cause(err))
	}
	return boundary.Parse(filepath.ToSlash(file), src, cat, rules.IDs())
}

// loadAll reads the inputs side by side and reports every one that cannot be read.
func loadAll(paths []string, o load.Options, facts bool) ([]*model.Snapshot, error) {
	read := make([][]*model.Snapshot, len(paths))
	errs := make([]error, len(paths))
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for i, path := range paths {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			errs[i] = guarded("reading "+path, func() (err error) {
				read[i], err = loadPath(path, o, facts)
				return err
			})
		})
	}
	wg.Wait()
	all := rootsOnce(slices.Concat(read...))
	tellApart(all)
	return all, errors.Join(errs...)
}

// rootsOnce leaves out the root modules that were read already: a directory may be named beside one that it is in.
func rootsOnce(inputs []*model.Snapshot) []*model.Snapshot {
	seen := map[string]bool{}
	return slices.DeleteFunc(inputs, func(in *model.Snapshot) bool {
		if in.Format != model.Sources || in.From != "" {
			return false
		}
		dir := whole(filepath.FromSlash(in.Name))
		again := seen[dir]
		seen[dir] = true
		return again
	})
}

// seldom is how often the garbage collector runs until collect has looked at the inputs: the tables, which are read
// first, all stay.
const seldom = 400

// collect sets how often the garbage collector runs. Of sources and of small plans there is nothing to hold down: most scans
// are over before it is worth while, and evaluating sources makes much that is short-lived. Of a large plan most is kept, about
// a quarter of its size: what comes of its first half is not worth to be looked through again and again, and from then on to
// collect often costs little time and holds down the peak.
func collect(paths []string) {
	const small = 8 << 20
	var size int64
	for _, path := range paths {
		info, err := os.Stat(path)
		switch {
		case err != nil: // standard input, which may be of any size
		case info.IsDir():
			collectLate(128<<20, 200)
			return
		default:
			size += info.Size()
		}
	}
	collectLate(max(small, size/8), 50)
}

// collectLate lets the heap grow to a size before the garbage collector runs. From then on it runs whenever the heap has
// grown by so many percent.
func collectLate(late int64, then int) {
	debug.SetGCPercent(int(late * 100 / (4 << 20))) // of the 4 MB that it takes any heap for
	first := &struct{ next *struct{} }{}            // which the first collection finds to be garbage
	runtime.AddCleanup(first, func(percent int) { debug.SetGCPercent(percent) }, then)
}

// setting is a flag of root variables: --var and --var-file count in the order in which they stand.
type setting struct {
	list *[]source.Setting
	file bool
}

func (v *setting) String() string { return "" }

func (v *setting) Type() string { return "string" }

func (v *setting) Set(text string) error {
	if !v.file && !strings.Contains(text, "=") {
		return errors.New("write NAME=VALUE")
	}
	*v.list = append(*v.list, source.Setting{File: v.file, Value: text})
	return nil
}

// limits is the flag --limit: each raises or lowers one, several may stand together with commas between them.
type limits struct{ set *limit.Set }

func (v *limits) String() string { return "" }

func (v *limits) Type() string { return "string" }

func (v *limits) Set(text string) error {
	for one := range strings.SplitSeq(text, ",") {
		if err := v.set.Put(one); err != nil {
			return err
		}
	}
	return nil
}

package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/boundary"
	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/report"
	"github.com/demarc-dev/demarc/rules"
	"github.com/demarc-dev/demarc/rules/tables"
	"github.com/spf13/cobra"
)

func initCommand() *cobra.Command {
	var s scan
	var output string
	cmd := &cobra.Command{
		Use:   "init [PATH...]",
		Short: "Write a policy file to begin with, from what a scan finds",
		Long: `init scans what is named, or the sources in and below the working directory, and writes a policy file:
the sides that are there, the accounts and tenants on them, and how to accept a link, to say where a stack
must live, and to say what the input does not. All of it is in comments: nothing changes before you change it.

A file that is there is never replaced.`,
		Example: "  demarc init\n  demarc init --output - network/plan.json apps/plan.json",
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = []string{"."}
			}
			return guarded("scanning "+strings.Join(args, ", "), func() error {
				return s.writePolicy(output, args, cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr())
			})
		},
	}
	cmd.Flags().StringVar(&output, "output", boundary.FileName, "write to `FILE` (- is standard output)")
	s.inputFlags(cmd.Flags())
	return cmd
}

func (s *scan) writePolicy(file string, paths []string, stdin io.Reader, stdout, stderr io.Writer) error {
	taken := func(file string) error {
		return fmt.Errorf("%s is the policy here already, and is left as it is: give another --output, or - to read what would be written", file)
	}
	if file != "-" {
		if _, err := os.Lstat(file); err == nil {
			return taken(file)
		}
		if there, ok := boundary.Find(file); ok && filepath.Base(file) == boundary.FileName {
			return taken(there)
		}
	}
	cat, err := catalog.Open(tables.FS)
	if err != nil {
		return err
	}
	a, paths, options, err := s.prepare(paths, stdin, cat, boundary.Default(cat))
	if err != nil {
		return err
	}
	wait := watch(stderr, paths)
	defer wait.end()
	_, result, err := a.read(paths, options, wait)
	wait.end()
	if err != nil {
		return err
	}
	d := draftPolicy(cat, result)
	if file == "-" {
		return say(stdout, d.String())
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	switch {
	case errors.Is(err, fs.ErrExist):
		return taken(file)
	case err != nil:
		return fmt.Errorf("--output %s: %w", file, cause(err))
	}
	_, err = f.WriteString(d.String())
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("--output %s: %w", file, cause(err))
	}
	return say(stdout, fmt.Sprintf("demarc: wrote %s, with what was seen on %s. All of it is in comments: read it, and take away the # of what you want.\n",
		file, report.Count(len(d.sides), "side")))
}

// What is listed at most of one kind. Who has more writes patterns.
const (
	maxSeen   = 40
	maxStacks = 20
	maxAsked  = 10
)

// policyDraft is the policy file that is written for a result. Prose begins with `# `, and a setting with `#` alone.
type policyDraft struct {
	strings.Builder
	cat   *catalog.Catalog
	sides map[string]*sideSeen
}

// sideSeen is what was seen on a side, each with how many resources are there.
type sideSeen struct {
	resources                 int
	places, accounts, tenants map[string]int
}

func draftPolicy(cat *catalog.Catalog, r *analyzer.Result) *policyDraft {
	d := &policyDraft{cat: cat, sides: map[string]*sideSeen{}}
	for _, res := range r.Located() {
		d.see(res.At, 1)
	}
	for _, f := range r.Findings {
		d.see(f.From, 0)
		d.see(f.To, 0)
	}
	for _, l := range r.Linked() {
		d.see(l.From, 0)
		d.see(l.To, 0)
	}
	d.prose("The policy of demarc for what lies here and below. demarc init wrote it from what it saw in "+report.Count(len(r.Inputs), "input")+".",
		"A line with # and no space after it is a setting: take the # away to use it. As it stands, this",
		"file changes nothing.")
	d.boundaries()
	d.allowance(r)
	d.stacks(r)
	d.asked(r)
	return d
}

// see takes a place down.
func (d *policyDraft) see(at analyzer.Spot, resources int) {
	if at.Side == "" {
		return
	}
	s := d.sides[at.Side]
	if s == nil {
		s = &sideSeen{places: map[string]int{}, accounts: map[string]int{}, tenants: map[string]int{}}
		d.sides[at.Side] = s
	}
	s.resources += resources
	if at.Partition == "" {
		return
	}
	place := at.Name
	if at.Region != "" {
		place += ", " + at.Region
	}
	s.places[place] += resources
	part, _ := d.cat.Partition(at.Partition)
	if at.Account != "" {
		s.accounts[part.Cloud+":"+at.Account] += resources
	}
	if at.Tenant != "" {
		s.tenants[at.Tenant] += resources
	}
}

func (d *policyDraft) boundaries() {
	d.title("Sides")
	d.prose("What is on one side may trust each other; what joins two sides is a finding. demarc knows on which",
		"side every partition of a cloud is. A boundary adds places to a side, or makes a new side: to keep two",
		"estates of your own apart, give each a boundary. The narrower statement about a place wins: a tenant or",
		"an account before a region, a region before a partition.")
	for _, name := range slices.Sorted(maps.Keys(d.sides)) {
		s := d.sides[name]
		d.prose("", report.Terminal(name)+seen(s.resources))
		for _, place := range first(s.places, maxSeen) {
			d.prose("- " + report.Terminal(place) + seen(s.places[place]))
		}
		d.setting("boundary " + quote(name) + " {")
		d.list("accounts", s.accounts, `"aws:111111111111"`)
		d.list("tenants", s.tenants, `"00000000-0000-0000-0000-000000000000"`)
		d.setting("}")
	}
}

// list writes an argument with what was seen, as far as a policy can say it, or with an example in prose.
func (d *policyDraft) list(argument string, of map[string]int, example string) {
	var lines []string
	for _, name := range first(of, maxSeen) {
		_, problem := boundary.Parse("draft", []byte(`boundary "x" { `+argument+` = [`+quote(name)+`] }`), d.cat, rules.IDs())
		if problem == nil {
			lines = append(lines, "    "+quote(name)+", #"+strings.TrimPrefix(seen(of[name]), ":"))
		}
	}
	if len(lines) == 0 {
		d.setting("  # " + argument + " = [" + example + "]: none was seen")
		return
	}
	d.setting("  " + argument + " = [")
	for _, l := range lines {
		d.setting(l)
	}
	if more := len(of) - len(lines); more > 0 {
		d.setting(fmt.Sprintf("    # and %d more", more))
	}
	d.setting("  ]")
}

func seen(resources int) string {
	if resources == 0 {
		return ": named by others"
	}
	return ": " + report.Count(resources, "resource")
}

// allowance shows how to accept a finding, by the first that there is.
func (d *policyDraft) allowance(r *analyzer.Result) {
	d.title("What is accepted")
	d.prose("An allow marks the findings that it fits, with the reason, and counts them; it never hides one. It may",
		"end, with expires = \"YEAR-MONTH-DAY\". One that has ended, or that fits nothing, is a finding itself.",
		"In sources a comment does the same for one line: # demarc:allow RULE until=YEAR-MONTH-DAY reason")
	rule, address, from, to := "network-link", "module.edge.*", "global", "china"
	for _, f := range r.Findings {
		if f.From.Side != "" && f.To.Side != "" {
			d.prose("", "This would accept the worst that is here now:")
			rule, address, from, to = f.Rule.ID, f.Address, f.From.Side, f.To.Side
			break
		}
	}
	for _, line := range []string{
		`allow "NAME" {`,
		"  rules     = [" + quote(rule) + "]",
		"  resources = [" + quote(address) + "]",
		"  from      = " + quote(from),
		"  to        = " + quote(to),
		`  reason    = "what makes it lawful, and who has said so"`,
		"}",
	} {
		d.setting(line)
	}
}

// stacks offers to hold every input that is on one side to it.
func (d *policyDraft) stacks(r *analyzer.Result) {
	sides := map[string]map[string]bool{}
	for _, res := range r.Located() {
		if res.At.Side == "" {
			continue
		}
		if sides[res.Root] == nil {
			sides[res.Root] = map[string]bool{}
		}
		sides[res.Root][res.At.Side] = true
	}
	d.title("Where a stack must live")
	d.prose("Whatever an input makes must be on the sides that its stack names; what is elsewhere is a",
		"misplaced-resource. ** stands for any directories: stack \"envs/cn/**\" { inside = [\"china\"] }")
	written := 0
	for _, root := range slices.Sorted(maps.Keys(sides)) {
		block := "stack " + quote(root) + " { inside = [" + quote(slices.Collect(maps.Keys(sides[root]))[0]) + "] }"
		if _, problem := boundary.Parse("draft", []byte(block), d.cat, rules.IDs()); len(sides[root]) > 1 || problem != nil {
			continue
		}
		if written++; written > maxStacks {
			d.prose("and so on")
			return
		}
		d.setting(block)
	}
}

// asked lists what the input does not say, with what would settle it.
func (d *policyDraft) asked(r *analyzer.Result) {
	d.title("What the input does not say")
	d.prose("Where a provider takes its region from the environment, a default says for all runs what --env says for",
		"one, such as: default \"aws\" { region = \"eu-central-1\" }")
	times := map[string]int{}
	for _, b := range r.Blind {
		if b.Settle != "" {
			times[report.Terminal(b.Reason)+"; settle: "+report.Terminal(b.Settle)]++
		}
	}
	for _, why := range first(times, maxAsked) {
		d.prose(fmt.Sprintf("- %d x %s", times[why], why))
	}
}

// first are the names with the highest numbers.
func first(of map[string]int, most int) []string {
	names := slices.Sorted(maps.Keys(of))
	slices.SortStableFunc(names, func(a, b string) int { return of[b] - of[a] })
	return names[:min(len(names), most)]
}

func (d *policyDraft) title(text string) { d.WriteString("\n\n# --- " + text + " ---\n") }

func (d *policyDraft) prose(lines ...string) {
	for _, l := range lines {
		d.WriteString(strings.TrimRight("# "+l, " ") + "\n")
	}
}

func (d *policyDraft) setting(line string) { d.WriteString("#" + line + "\n") }

// quote is a text in HCL, whatever it holds.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i, r := range s {
		switch {
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case (r == '$' || r == '%') && strings.HasPrefix(s[i+1:], "{"):
			b.WriteRune(r)
			b.WriteRune(r)
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r < 1<<16:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// Command demarc reads Terraform plans and states and reports what joins a global side to a sovereign one.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/demarc-dev/demarc/analyzer/report"
	"github.com/spf13/cobra"
)

// The exit statuses, part of the contract.
const (
	exitClean      = 0 // nothing at or above --fail-on
	exitFindings   = 1
	exitBad        = 2 // could not analyse: bad input, bad policy, nothing to scan
	exitIncomplete = 3 // nothing found, but the analysis was not complete
)

func main() {
	// A reader that goes away is an error to report, not a signal to die of.
	signal.Ignore(syscall.SIGPIPE)
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// status is an error that only sets the exit status: everything has been said.
type status int

func (s status) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// terraformFlags gives the flags that Terraform has with one dash the two that they have here: a command line is often
// copied from a terraform plan.
func terraformFlags(args []string) []string {
	out := slices.Clone(args)
	for i, a := range out {
		if a == "--" {
			break
		}
		name, _, _ := strings.Cut(a, "=")
		if name == "-var" || name == "-var-file" || name == "-backend-config" {
			out[i] = "-" + a
		}
	}
	return out
}

// run is the whole command; its result is the exit status.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := &cobra.Command{
		Use:   "demarc",
		Short: "Find what joins global and sovereign clouds in Terraform",
		Long: `demarc reads Terraform plans, states and sources, works out in which cloud, partition, region and account every
resource lives, and reports what joins a global side to a sovereign one, or gives one side
administrator's privilege over the other.`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          noSuchCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.AddCommand(scanCommand(), joinCommand(), initCommand(), explainCommand(), coverageCommand(), versionCommand())
	root.SetFlagErrorFunc(flagError)
	root.SetArgs(terraformFlags(args))
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := guarded("running", root.Execute)
	var s status
	switch {
	case err == nil:
		return exitClean
	case errors.As(err, &s):
		return int(s)
	}
	for _, e := range apart(err) {
		fmt.Fprintln(stderr, "demarc: "+report.Message(e.Error()))
		var f *fault
		if errors.As(e, &f) {
			fmt.Fprintf(stderr, "\n%s", f.stack)
		}
	}
	return exitBad
}

// apart are the errors that errors.Join made one.
func apart(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

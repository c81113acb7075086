package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/rules"
	"github.com/spf13/cobra"
)

func explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain [RULE]",
		Short: "Say what a rule means and how to fix what it finds; without a rule, list them",
		Args:  cobra.MaximumNArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			var ids []string
			for _, r := range rules.All() {
				ids = append(ids, r.ID+"\t"+r.Title)
			}
			return ids, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			var b strings.Builder
			if len(args) == 0 {
				for _, r := range rules.All() {
					fmt.Fprintf(&b, "%-21s %-9s %s\n", r.ID, r.Severity, r.Title)
				}
			} else {
				r, err := lookup(args[0])
				if err != nil {
					return err
				}
				fmt.Fprintf(&b, "%s (%s): %s\n\n%s\n\nFor example:\n\n%s\nFix: %s.\n", r.ID, r.Severity, r.Title, strings.TrimSpace(r.Doc), indented(r.Example), r.Fix)
			}
			return say(cmd.OutOrStdout(), b.String())
		},
	}
}

// indented sets the lines of a text in, as code is.
func indented(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text + "\n") {
		if strings.TrimSpace(line) != "" {
			b.WriteString("    ")
		}
		b.WriteString(line)
	}
	return b.String()
}

// lookup finds a rule by its id, and names the nearest one where there is none.
func lookup(id string) (*analyzer.Rule, error) {
	all := rules.All()
	if i := slices.IndexFunc(all, func(r *analyzer.Rule) bool { return r.ID == id }); i >= 0 {
		return all[i], nil
	}
	var ids []string
	for _, r := range all {
		ids = append(ids, r.ID)
	}
	if near := nearest(id, ids); near != "" {
		return nil, fmt.Errorf("there is no rule %q; did you mean %q?", id, near)
	}
	return nil, fmt.Errorf("there is no rule %q; `demarc explain` lists them", id)
}

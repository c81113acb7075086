package main

import (
	"fmt"
	"strings"

	"github.com/agext/levenshtein"
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
				fmt.Fprintf(&b, "%s (%s): %s\n\n%s\n\nFix: %s.\n", r.ID, r.Severity, r.Title, strings.TrimSpace(r.Doc), r.Fix)
			}
			_, err := fmt.Fprint(cmd.OutOrStdout(), b.String())
			return err
		},
	}
}

// lookup finds a rule by its id, and names the nearest one where there is none.
func lookup(id string) (*analyzer.Rule, error) {
	nearest, best := "", 0.5
	for _, r := range rules.All() {
		if r.ID == id {
			return r, nil
		}
		if m := levenshtein.Match(id, r.ID, nil); m > best {
			nearest, best = r.ID, m
		}
	}
	if nearest != "" {
		return nil, fmt.Errorf("there is no rule %q; did you mean %q?", id, nearest)
	}
	return nil, fmt.Errorf("there is no rule %q; `demarc explain` lists them", id)
}

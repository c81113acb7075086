package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/agext/levenshtein"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// nearest is the word that a mistyped one is most like, or "" where none is.
func nearest(word string, words []string) string {
	hint, best := "", 0.49
	for _, w := range words {
		if m := levenshtein.Match(word, w, nil); m > best {
			hint, best = w, m
		}
	}
	return hint
}

// noSuchCommand refuses what is no command, and says what was probably meant.
func noSuchCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, c := range root.Commands() {
		names = append(names, c.Name())
	}
	hint := fmt.Sprintf("`%s --help` lists them", root.Name())
	if near := nearest(args[0], names); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	} else if _, err := os.Stat(args[0]); err == nil {
		hint = fmt.Sprintf("to scan it: %s scan %s", root.Name(), args[0])
	}
	return fmt.Errorf("there is no command %q; %s", args[0], hint)
}

// flagError says what is wrong with a flag, and what was probably meant.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		written := "--" + unknown.GetSpecifiedName()
		if letters := unknown.GetSpecifiedShortnames(); letters != "" {
			written = "-" + letters // a long name with one dash, as Terraform's flags have
		}
		var flags []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { flags = append(flags, "--"+f.Name) })
		hint := fmt.Sprintf("`%s --help` lists them", cmd.CommandPath())
		if near := nearest(written, flags); near != "" {
			hint = fmt.Sprintf("did you mean %s?", near)
		}
		return fmt.Errorf("there is no flag %s; %s", written, hint)
	}
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) && invalid.GetFlag().Value.Type() != "bool" {
		return fmt.Errorf("--%s: %w", invalid.GetFlag().Name, invalid.Unwrap())
	}
	if errors.As(err, &invalid) {
		return fmt.Errorf("--%s: %q is neither true nor false", invalid.GetFlag().Name, invalid.GetValue())
	}
	return err
}

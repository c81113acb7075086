package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/boundary"
	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/rules/tables"
	tfjson "github.com/hashicorp/terraform-json"
	"github.com/spf13/cobra"
)

func coverageCommand() *cobra.Command {
	var schema string
	var s scan
	cmd := &cobra.Command{
		Use:   "coverage [TYPE.ATTRIBUTE]",
		Short: "Say what the tables know of your providers, or of one attribute",
		Long: `coverage --schema FILE compares the tables with what ` + "`terraform providers schema -json`" + ` prints: for every provider how
many settable attributes could name another place, and which of them no row explains. It exits with 1 while there are any.

coverage TYPE.ATTRIBUTE names the row that answers for an attribute; the path has dots and no indexes.

Rows of your own, the link blocks of the policy, count as those of the tables do.`,
		Example: "  terraform providers schema -json | demarc coverage --schema -\n  demarc coverage aws_vpc_peering_connection.peer_vpc_id",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cat, err := catalog.Load(tables.FS)
			if err != nil {
				return err
			}
			policy, err := s.readPolicy(".", cat)
			if err != nil {
				return err
			}
			cat = cat.With(policy.Links(), policy.Domains())
			switch {
			case len(args) == 1 && schema == "":
				return explainAttribute(cmd.OutOrStdout(), cat, args[0])
			case len(args) == 0 && schema != "":
				schemas, err := readSchemas(schema, cmd.InOrStdin())
				if err != nil {
					return err
				}
				return printCoverage(cmd.OutOrStdout(), cat.Cover(schemas))
			}
			return errors.New("name either --schema FILE or TYPE.ATTRIBUTE")
		},
	}
	cmd.Flags().StringVar(&s.policy, "policy", "", "policy `FILE` (default "+boundary.FileName+", looked for upward from here)")
	cmd.Flags().StringVar(&schema, "schema", "", "`FILE` that terraform providers schema -json has printed, gzipped or not; - is standard input")
	return cmd
}

// explainAttribute says what a row makes of an attribute.
func explainAttribute(w io.Writer, cat *catalog.Catalog, name string) error {
	data, rest := "", name
	if after, ok := strings.CutPrefix(name, "data."); ok {
		data, rest = "data.", after
	}
	if !strings.Contains(rest, ".") {
		return fmt.Errorf("%q is not TYPE.ATTRIBUTE, such as aws_vpc_peering_connection.peer_vpc_id", name)
	}
	// The word that refines a type may have dots of its own.
	var row *catalog.Link
	for i := 0; row == nil && i < len(rest); i++ {
		if rest[i] == '.' {
			row = cat.Link(data+strings.ToLower(rest[:i]), rest[i+1:])
			if !strings.Contains(rest[:i], ":") {
				break
			}
		}
	}
	if row == nil {
		if _, err := fmt.Fprintf(w, "%s: no row explains it\n", name); err != nil {
			return err
		}
		return status(exitFindings)
	}
	says := "looked at, joins nothing"
	if row.Kind != catalog.Nothing {
		says = fmt.Sprintf("%s, by %s", row.Kind, row.By)
		if row.Cloud != "" {
			says += " of " + row.Cloud
		}
		if row.Partition != "" {
			says += ", which means " + row.Partition
		}
		if row.Direction != catalog.Both {
			says += ", " + row.Direction.String()
		}
	}
	_, err := fmt.Fprintf(w, "%s: %s\n  link %s %s (%s)\n", name, says, row.Type, row.Attribute, row.Where)
	return err
}

// maxSchemas bounds the schemas of all providers of a configuration; those of AWS are 20 MB.
const maxSchemas = 1 << 30

func readSchemas(file string, stdin io.Reader) (*tfjson.ProviderSchemas, error) {
	in := stdin
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, cause(err))
		}
		defer f.Close()
		in = f
	}
	raw, err := io.ReadAll(io.LimitReader(in, maxSchemas))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, cause(err))
	}
	if z, err := gzip.NewReader(bytes.NewReader(raw)); err == nil {
		if raw, err = io.ReadAll(io.LimitReader(z, maxSchemas)); err != nil {
			return nil, fmt.Errorf("%s: is gzipped and broken: %w", file, err)
		}
	}
	var s tfjson.ProviderSchemas
	if err := s.UnmarshalJSON(raw); err != nil {
		return nil, fmt.Errorf("%s: is not what `terraform providers schema -json` prints: %w", file, err)
	}
	return &s, nil
}

func printCoverage(w io.Writer, list []catalog.Coverage) error {
	var b strings.Builder
	types, linking, attributes, explained := 0, 0, 0, 0
	for _, c := range list {
		fmt.Fprintf(&b, "%s: %d types, %d of them link; %d of %d attributes explained\n", c.Source, c.Types, c.Linking, c.Explained, c.Attributes)
		for _, m := range c.Missing {
			fmt.Fprintf(&b, "  no row for %s\n", m)
		}
		types, linking, attributes, explained = types+c.Types, linking+c.Linking, attributes+c.Attributes, explained+c.Explained
	}
	fmt.Fprintf(&b, "total: %d types, %d of them link; %d of %d attributes explained\n", types, linking, explained, attributes)
	if _, err := io.WriteString(w, b.String()); err != nil {
		return err
	}
	if explained < attributes {
		return status(exitFindings)
	}
	return nil
}

package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/maintenance"
)

// totalsLine is what export, import and copy print as JSON.
type totalsLine struct {
	Databases uint64 `json:"databases"`
	Scopes    uint64 `json:"scopes"`
	Entries   uint64 `json:"entries"`
	Keys      uint64 `json:"key_bytes"`
	Values    uint64 `json:"value_bytes"`
	Skipped   uint64 `json:"skipped"`
}

// printTotals says on standard error what was done, or with --json on w.
func (a *app) printTotals(w io.Writer, did string, t maintenance.Totals) error {
	if a.json {
		was := a.out
		a.out = w
		defer func() { a.out = was }()
		return a.printJSON(totalsLine{t.Databases, t.Scopes, t.Entries, t.KeyBytes, t.ValueBytes, t.Skipped})
	}
	skipped := ""
	if t.Skipped > 0 {
		skipped = fmt.Sprintf(", of which %s were there already and stayed", number(t.Skipped))
	}
	fmt.Fprintf(a.err, "%s %s entries (keys %s, values %s) of %s scope(s) and %s database(s)%s\n", did, number(t.Entries),
		size(t.KeyBytes), size(t.ValueBytes), number(t.Scopes), number(t.Databases), skipped)
	return nil
}

func exportCommand(a *app) *cobra.Command {
	var o maintenance.ExportOptions
	var format, output, name string
	var unnamed bool
	c := &cobra.Command{
		Use:   "export ENV",
		Short: "Write an environment, a database or a scope to a file or to standard output, as one snapshot has it",
		Example: `  slmdb export data --scope tenant1 -o tenant1.slmdb
  slmdb export data --format lines | less`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case c.Flags().Changed("scope"):
				s, err := named(name)
				if err != nil {
					return err
				}
				o.Scope = &s
			case unnamed:
				o.Scope = &core.Default
			}
			switch format {
			case "blocks":
			case "lines":
				o.Format = maintenance.Lines
			default:
				return usage("--format %s: there are blocks and lines", format)
			}
			if output == "-" && o.Format == maintenance.Blocks && terminalWidth(a.out) > 0 {
				return usage("blocks are nothing for a terminal: name a file with -o, or choose --format lines")
			}
			return a.with(args[0], reading, func(env *core.Env) error { return a.export(c, env, o, output) })
		},
	}
	c.Flags().StringVarP(&output, "output", "o", "-", "the `file`, which must not exist; - is standard output")
	c.Flags().StringVar(&format, "format", "blocks", "blocks (MessagePack, for programs) or lines (JSON Lines, for people)")
	c.Flags().StringVarP(&o.Database, "database", "d", "", "export only this database")
	c.Flags().StringVarP(&name, "scope", "s", "", "export only the scope of this `name`")
	c.Flags().BoolVar(&unnamed, "default-scope", false, "export only the default scope")
	c.MarkFlagsMutuallyExclusive("scope", "default-scope")
	return c
}

func (a *app) export(c *cobra.Command, env *core.Env, o maintenance.ExportOptions, output string) (err error) {
	var done func()
	o.Progress, done = a.bar("exporting")
	var totals maintenance.Totals
	write := func(w io.Writer) error {
		totals, err = maintenance.Export(c.Context(), env, w, o)
		return err
	}
	if output == "-" {
		err = write(a.out)
	} else {
		err = maintenance.WriteFile(output, write)
	}
	done()
	if err != nil {
		return err
	}
	if output == "-" {
		return a.printTotals(a.err, "exported", totals)
	}
	return a.printTotals(a.out, "exported", totals)
}

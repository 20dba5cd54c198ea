package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/maintenance"
)

func copyCommand(a *app) *cobra.Command {
	var to *targetFlags
	var move, unnamed bool
	c := &cobra.Command{
		Use:   "copy FROM-ENV SCOPE TO-ENV",
		Short: "Copy a scope to another environment or under another name, or with --move move it",
		Long: `Copies a scope with its entries in all databases to another environment, or with --as under another name to the same
one, as one snapshot has it, all or nothing. --move drops it at its old place afterwards, if nobody wrote to it meanwhile.`,
		Args: cobra.ExactArgs(3),
		RunE: func(c *cobra.Command, args []string) error {
			as, existing, err := to.options()
			if err != nil {
				return err
			}
			s := core.Default
			if !unnamed {
				if s, err = named(args[1]); err != nil {
					return err
				}
			}
			from := reading
			if move {
				from = writing
				if err := confirm(to.yes, "drop the scope %s at its old place", quoted(args[1])); err != nil {
					return err
				}
			}
			if same(args[0], args[2]) { // one environment has one way of being open in a process
				from = writing
			}
			var totals maintenance.Totals
			err = a.with(args[0], from, func(source *core.Env) error {
				copyTo := func(target *core.Env) (err error) {
					progress, done := a.bar("copying")
					defer done()
					o := maintenance.CopyOptions{As: as, Existing: existing, Progress: progress}
					work := maintenance.Copy
					if move {
						work = maintenance.Move
					}
					totals, err = work(c.Context(), source, s, target, o)
					return err
				}
				switch {
				case same(args[0], args[2]):
					return copyTo(source)
				case move && to.create:
					// What has been moved is nowhere else: it must be where it is looked for, whatever comes after.
					return a.with(args[2], making, copyTo)
				}
				return to.with(a, args[2], copyTo)
			})
			if err != nil {
				return err
			}
			return a.printTotals(a.out, "copied", totals)
		},
	}
	to = newTargetFlags(c)
	c.Flags().BoolVar(&move, "move", false, "drop it at its old place afterwards; needs --yes")
	c.Flags().BoolVar(&unnamed, "default-scope", false, "copy the default scope; SCOPE is then -")
	return c
}

// same says whether two paths are one folder.
func same(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

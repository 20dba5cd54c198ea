package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/maintenance"
)

// targetFlags say where something is imported to, and what happens to what is there.
type targetFlags struct {
	c                               *cobra.Command
	as                              string
	asDefault, overwrite, skip, yes bool
	create                          bool
}

func newTargetFlags(c *cobra.Command) *targetFlags {
	t := &targetFlags{c: c}
	c.Flags().StringVar(&t.as, "as", "", "into the scope of this `name` (only if it is one scope)")
	c.Flags().BoolVar(&t.asDefault, "as-default", false, "into the default scope (only if it is one scope)")
	c.Flags().BoolVar(&t.overwrite, "overwrite", false, "replace entries that are there already; needs --yes")
	c.Flags().BoolVar(&t.skip, "skip", false, "leave entries that are there already as they are")
	c.Flags().BoolVar(&t.create, "create", false, "make the environment if it is missing, and the command succeeds")
	c.Flags().BoolVar(&t.yes, "yes", false, "do it: what is destroyed cannot be had back")
	c.MarkFlagsMutuallyExclusive("as", "as-default")
	c.MarkFlagsMutuallyExclusive("overwrite", "skip")
	return t
}

// with opens the environment to import into, or with --create makes it.
func (t *targetFlags) with(a *app, path string, fn func(*core.Env) error) error {
	if t.create {
		return a.withMade(path, fn)
	}
	return a.with(path, writing, fn)
}

func (t *targetFlags) options() (as *core.Scope, existing maintenance.Existing, err error) {
	switch {
	case t.c.Flags().Changed("as"):
		s, err := named(t.as)
		if err != nil {
			return nil, 0, err
		}
		as = &s
	case t.asDefault:
		as = &core.Default
	}
	switch {
	case t.overwrite:
		return as, maintenance.Overwrite, confirm(t.yes, "replace entries")
	case t.skip:
		existing = maintenance.Skip
	}
	return as, existing, nil
}

func importCommand(a *app) *cobra.Command {
	var to *targetFlags
	c := &cobra.Command{
		Use:   "import ENV FILE",
		Short: "Read what export wrote, all or nothing (- is standard input)",
		Example: `  slmdb import data tenant1.slmdb
  slmdb import data tenant1.slmdb --as tenant1-restored`,
		Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			as, existing, err := to.options()
			if err != nil {
				return err
			}
			from, closeInput, err := openInput(c.Context(), args[1])
			if err != nil {
				return err
			}
			defer closeInput() //nolint:errcheck // it was only read
			var totals maintenance.Totals
			err = to.with(a, args[0], func(env *core.Env) (err error) {
				progress, done := a.bar("importing")
				defer done()
				totals, err = maintenance.Import(c.Context(), env, from, maintenance.ImportOptions{As: as, Existing: existing,
					Progress: progress})
				return err
			})
			if err != nil {
				return err
			}
			return a.printTotals(a.out, "imported", totals)
		},
	}
	to = newTargetFlags(c)
	return c
}

// fileError makes an error of the operating system one with a code.
func fileError(err error) error {
	code := core.CodeIO
	switch {
	case os.IsNotExist(err):
		code = core.CodePathNotFound
	case os.IsPermission(err):
		code = core.CodePermissionDenied
	}
	return &core.Error{Code: code, Message: err.Error(), Cause: err}
}

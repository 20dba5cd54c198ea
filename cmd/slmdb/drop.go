package main

import (
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/maintenance"
)

func dropCommand(a *app) *cobra.Command {
	var o maintenance.DropOptions
	var orphan string
	c := &cobra.Command{
		Use:   "drop ENV [SCOPE]",
		Short: "Delete all that a scope holds in every database, in transactions of limited size, and unregister it",
		Long: `Deletes all that a scope holds in every database, in transactions of limited size, so that others can write
meanwhile, and unregisters it in the last one. Interrupted, it can be called again, and goes on.`,
		Args: cobra.RangeArgs(1, 2),
	}
	yes := yesFlag(c)
	c.Flags().Uint64Var(&o.Batch, "batch", 0, "delete `N` entries in a transaction (default 16384)")
	c.Flags().StringVar(&orphan, "orphan", "",
		"instead of a scope, the entries of an `ID` (8 hex digits) that no scope has: see verify")
	c.RunE = func(c *cobra.Command, args []string) error {
		id, err := strconv.ParseUint(orphan, 16, 32)
		if (orphan == "") == (len(args) == 1) || (orphan != "" && err != nil) {
			return usage("name a SCOPE, or --orphan with an id of 8 hex digits, and only one of them")
		}
		if orphan == "" {
			if _, err := named(args[1]); err != nil {
				return err
			}
			err = confirm(*yes, "delete all that the scope %s holds in every database", quoted(args[1]))
		} else {
			err = confirm(*yes, "delete all entries with id %s", orphan)
		}
		if err != nil {
			return err
		}
		return a.with(args[0], writing, func(env *core.Env) error {
			progress, done := a.bar("dropping")
			o.Progress = progress
			var n uint64
			if orphan == "" {
				n, err = maintenance.Drop(c.Context(), env, args[1], o)
			} else {
				n, err = maintenance.DropOrphan(c.Context(), env, uint32(id), o)
			}
			done()
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(map[string]uint64{"deleted": n})
			}
			fmt.Fprintf(a.out, "deleted %s entries\n", number(n))
			return nil
		})
	}
	return c
}

package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

func pruneCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "prune ENV",
		Short: "Unregister the scopes that hold nothing in any database",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.with(args[0], writing, func(env *core.Env) error {
				n, err := env.PruneScopes(c.Context())
				if err != nil {
					return err
				}
				if a.json {
					return a.printJSON(map[string]uint64{"pruned": n})
				}
				fmt.Fprintf(a.out, "pruned %s scope(s)\n", number(n))
				return nil
			})
		},
	}
}

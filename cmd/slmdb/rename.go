package main

import (
	"github.com/spf13/cobra"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

func renameCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "rename ENV FROM TO",
		Short: "Give a scope another name, at a cost that does not depend on what it holds",
		Long: `Gives a scope another name, at a cost that does not depend on what it holds. scoped-heed does not find it by
the new name, since it derives ids from names.`,
		Args: cobra.ExactArgs(3),
		RunE: func(c *cobra.Command, args []string) error {
			for _, name := range args[1:] {
				if _, err := named(name); err != nil {
					return err
				}
			}
			return a.with(args[0], writing, func(env *core.Env) error { return env.RenameScope(c.Context(), args[1], args[2]) })
		},
	}
}

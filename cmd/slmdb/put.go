package main

import (
	"github.com/spf13/cobra"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

func putCommand(a *app) *cobra.Command {
	var in *scopeFlag
	var types *typeFlags
	var absent, create bool
	c := &cobra.Command{
		Use:   "put ENV DATABASE KEY VALUE",
		Short: "Store a value under a key",
		Example: `  slmdb put data users '"alice"' '{"age":30}' --scope tenant1
  slmdb put data users '["eu",7]' 'null' --kind typed --create`,
		Args: cobra.ExactArgs(4),
		RunE: func(c *cobra.Command, args []string) error {
			s, err := in.scope()
			if err != nil {
				return err
			}
			open := func(fn func(*core.Env) error) error { return a.with(args[0], writing, fn) }
			if create {
				open = func(fn func(*core.Env) error) error { return a.withMade(args[0], fn) }
			}
			return open(func(env *core.Env) error {
				db, err := a.database(c.Context(), env, args[1], types, create)
				if err != nil {
					return err
				}
				key, err := parse(db.keys, args[2], "the key")
				if err != nil {
					return err
				}
				value, err := parse(db.values, args[3], "the value")
				if err != nil {
					return err
				}
				return env.Update(c.Context(), func(t *core.Txn) error {
					if !absent {
						return db.Put(t, s, key, value)
					}
					err := db.PutIfAbsent(t, s, key, value)
					if err == core.ErrKeyExists {
						err = &core.Error{Code: core.CodeKeyExists, Message: "an entry exists under this key in " + s.String()}
					}
					return err
				})
			})
		},
	}
	in, types = newScopeFlag(c), newTypeFlags(c)
	c.Flags().BoolVar(&absent, "if-absent", false, "fail if there is an entry under the key")
	c.Flags().BoolVar(&create, "create", false, "make the environment and the database (see --kind) if they are missing")
	return c
}

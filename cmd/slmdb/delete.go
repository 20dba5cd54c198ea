package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

func deleteCommand(a *app) *cobra.Command {
	var in *scopeFlag
	var types *typeFlags
	var r *rangeFlags
	var all bool
	c := &cobra.Command{
		Use:   "delete ENV DATABASE [KEY]",
		Short: "Delete the entry under a key, or with --yes a range of entries",
		Example: `  slmdb delete data users '"alice"' --scope tenant1
  slmdb delete data users --scope tenant1 --prefix '"al"' --yes`,
		Args: cobra.RangeArgs(2, 3),
	}
	in, types, r = newScopeFlag(c), newTypeFlags(c), newRangeFlags(c)
	yes := yesFlag(c)
	c.Flags().BoolVar(&all, "all", false, "delete all entries of the scope in the database; the scope stays registered")
	c.RunE = func(c *cobra.Command, args []string) error {
		s, err := in.scope()
		if err != nil {
			return err
		}
		if one := len(args) == 3; one == (all || r.any()) {
			return usage("name a KEY, a range, or --all, and only one of them")
		} else if !one {
			if err := confirm(*yes, "delete all entries in the range of %v in database %q", s, args[1]); err != nil {
				return err
			}
		}
		return a.with(args[0], writing, func(env *core.Env) error {
			db, err := a.database(c.Context(), env, args[1], types, false)
			if err != nil {
				return err
			}
			if len(args) == 3 {
				return deleteOne(c, env, db, s, args[2])
			}
			b, err := r.bounds(db)
			if err != nil {
				return err
			}
			return a.deleteRange(c, env, db, s, b)
		})
	}
	return c
}

func deleteOne(c *cobra.Command, env *core.Env, db *database, s core.Scope, literal string) error {
	key, err := parse(db.keys, literal, "the key")
	if err != nil {
		return err
	}
	return env.Update(c.Context(), func(t *core.Txn) error {
		there, err := db.Delete(t, s, key)
		if err == nil && !there {
			err = &core.Error{Code: core.CodeNotFound, Message: "there is no entry under this key in " + s.String()}
		}
		return err
	})
}

func (a *app) deleteRange(c *cobra.Command, env *core.Env, db *database, s core.Scope, b core.Bounds) error {
	var n uint64
	err := env.Update(c.Context(), func(t *core.Txn) (err error) {
		n, err = db.DeleteRange(t, s, b)
		return err
	})
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(map[string]uint64{"deleted": n})
	}
	fmt.Fprintf(a.out, "deleted %s entries\n", number(n))
	return nil
}

package main

import (
	"bytes"

	"github.com/spf13/cobra"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/maintenance/notation"
)

func getCommand(a *app) *cobra.Command {
	var in *scopeFlag
	var types *typeFlags
	var raw bool
	c := &cobra.Command{
		Use:     "get ENV DATABASE KEY",
		Short:   "Print the value under a key",
		Example: `  slmdb get data users '"alice"' --scope tenant1`,
		Args:    cobra.ExactArgs(3),
		RunE: func(c *cobra.Command, args []string) error {
			s, err := in.scope()
			if err != nil {
				return err
			}
			return a.with(args[0], reading, func(env *core.Env) error {
				db, err := a.database(c.Context(), env, args[1], types, false)
				if err != nil {
					return err
				}
				key, err := parse(db.keys, args[2], "the key")
				if err != nil {
					return err
				}
				value, err := getValue(c, env, db, s, key)
				if err != nil {
					return err
				}
				return a.printValue(db, value, raw)
			})
		},
	}
	in, types = newScopeFlag(c), newTypeFlags(c)
	c.Flags().BoolVar(&raw, "raw", false, "write the value's stored bytes as they are; not to a terminal")
	return c
}

func getValue(c *cobra.Command, env *core.Env, db *database, s core.Scope, key []byte) (value []byte, err error) {
	err = env.View(c.Context(), func(t *core.Txn) error {
		borrowed, err := db.Get(t, s, key)
		value = bytes.Clone(borrowed)
		if err == core.ErrNotFound {
			err = &core.Error{Code: core.CodeNotFound, Message: "there is no entry under this key in " + s.String()}
		}
		return err
	})
	return value, err
}

func (a *app) printValue(db *database, value []byte, raw bool) error {
	if raw {
		if terminalWidth(a.out) > 0 {
			return usage("--raw writes bytes that a terminal may obey: send them to a file or a pipe")
		}
		_, err := a.out.Write(value)
		return err
	}
	style := notation.Literal
	if a.json {
		style = notation.JSON
	}
	_, err := a.out.Write(append(db.values.Append(nil, value, style), '\n'))
	return err
}

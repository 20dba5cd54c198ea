package main

import (
	"bufio"

	"github.com/spf13/cobra"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/maintenance/notation"
)

// scanOptions are what scan prints of a range.
type scanOptions struct {
	reverse, keysOnly bool
	limit             uint64
}

func scanCommand(a *app) *cobra.Command {
	var in *scopeFlag
	var types *typeFlags
	var r *rangeFlags
	var o scanOptions
	c := &cobra.Command{
		Use:   "scan ENV DATABASE",
		Short: "Print the entries of a scope in the order of their keys",
		Example: `  slmdb scan data users --scope tenant1 --prefix '"al"' --limit 10
  slmdb scan data users --scope tenant1 --gte '["eu",1]' --lt '["eu",8]' --reverse --keys`,
		Args: cobra.ExactArgs(2),
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
				b, err := r.bounds(db)
				if err != nil {
					return err
				}
				b.Reverse, b.Limit = o.reverse, o.limit
				return a.scan(c, env, db, s, b, o)
			})
		},
	}
	in, types, r = newScopeFlag(c), newTypeFlags(c), newRangeFlags(c)
	c.Flags().BoolVar(&o.reverse, "reverse", false, "from the last key to the first")
	c.Flags().BoolVar(&o.keysOnly, "keys", false, "print keys only")
	c.Flags().Uint64Var(&o.limit, "limit", 0, "`N` entries at the most (default all)")
	return c
}

func (a *app) scan(c *cobra.Command, env *core.Env, db *database, s core.Scope, b core.Bounds, o scanOptions) error {
	out := bufio.NewWriterSize(a.out, 64<<10)
	err := env.View(c.Context(), func(t *core.Txn) error {
		entries, err := db.Entries(t, s, b)
		if err != nil {
			return err
		}
		defer entries.Close() //nolint:errcheck // the transaction closes what is left
		var line []byte
		for n := 0; ; n++ {
			if n%1024 == 0 && c.Context().Err() != nil {
				return &core.Error{Code: core.CodeCanceled, Message: "interrupted", Cause: c.Context().Err()}
			}
			ok, err := entries.Next()
			if err != nil || !ok {
				return err
			}
			value, err := entries.Value()
			if err != nil {
				return err
			}
			line = a.entryLine(line[:0], db, entries.Key(), value, o.keysOnly)
			if _, err := out.Write(line); err != nil {
				return err
			}
		}
	})
	if flushed := out.Flush(); err == nil {
		err = flushed
	}
	return err
}

// entryLine is an entry on a line, as literals or as JSON.
func (a *app) entryLine(line []byte, db *database, key, value []byte, keysOnly bool) []byte {
	style, head, middle, tail := notation.Literal, "", "\t", "\n"
	if a.json {
		style, head, middle, tail = notation.JSON, `{"key":`, `,"value":`, "}\n"
	}
	line = db.keys.Append(append(line, head...), key, style)
	if !keysOnly {
		line = db.values.Append(append(line, middle...), value, style)
	}
	return append(line, tail...)
}

package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/maintenance"
)

func backupCommand(a *app) *cobra.Command {
	var o maintenance.BackupOptions
	c := &cobra.Command{
		Use:   "backup ENV FOLDER",
		Short: "Copy an environment while it is used to a new folder (- writes its data.mdb to standard output)",
		Example: `  slmdb backup data backups/monday --compact
  slmdb backup data - | zstd > data.mdb.zst`,
		Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			if args[1] == "-" && terminalWidth(a.out) > 0 {
				return usage("a data.mdb is nothing for a terminal: name a folder, or send it to a file or a pipe")
			}
			return a.with(args[0], reading, func(env *core.Env) error { return a.backup(c, env, args[1], o) })
		},
	}
	c.Flags().BoolVar(&o.Compact, "compact", false, "leave out free pages: the copy is smaller, and takes longer")
	return c
}

func (a *app) backup(c *cobra.Command, env *core.Env, to string, o maintenance.BackupOptions) (err error) {
	var done func()
	o.Progress, done = a.bar("copying")
	var n int64
	if to == "-" {
		n, err = maintenance.BackupTo(c.Context(), env, a.out, o)
	} else {
		n, err = maintenance.Backup(c.Context(), env, to, o)
	}
	done()
	if err != nil {
		return err
	}
	if a.json && to != "-" {
		return a.printJSON(map[string]any{"folder": to, "bytes": n})
	}
	fmt.Fprintf(a.err, "copied %s\n", size(n))
	return nil
}

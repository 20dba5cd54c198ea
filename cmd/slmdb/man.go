package main

import (
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

func manCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "man FOLDER",
		Short: "Write the man pages of all commands to a folder",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o777); err != nil {
				return fileError(err)
			}
			root := c.Root()
			root.DisableAutoGenTag = true // the same bytes whenever they are written
			return doc.GenManTree(root, &doc.GenManHeader{Title: "SLMDB", Section: "1", Source: "scoped-lmdb " + version}, args[0])
		},
	}
}

package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

type scopeLine struct {
	Name string `json:"name"`
	ID   string `json:"id"`
}

func scopesCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "scopes ENV",
		Short: "List the registered scopes by name (how much they hold says stats)",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.with(args[0], reading, func(env *core.Env) error { return a.scopes(c, env) })
		},
	}
}

func (a *app) scopes(c *cobra.Command, env *core.Env) error {
	infos, err := env.Scopes(c.Context())
	if err != nil {
		return err
	}
	lines := []scopeLine{}
	t := newTable("SCOPE", "ID")
	for _, info := range infos {
		line := scopeLine{info.Name, fmt.Sprintf("%08x", info.ID)}
		lines = append(lines, line)
		t.add(quoted(line.Name), line.ID)
	}
	if a.json {
		return a.printJSON(lines)
	}
	t.print(a.out)
	return nil
}

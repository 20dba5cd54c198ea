package main

import (
	"github.com/spf13/cobra"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

type databaseLine struct {
	Name    string `json:"name"`
	Kind    string `json:"kind"`
	Layout  string `json:"layout"`
	Key     string `json:"key_type"`
	Value   string `json:"value_type"`
	Unnamed bool   `json:"unnamed_default"`
	Entries uint64 `json:"entries"`
	Damage  string `json:"damage,omitempty"`
}

func databasesCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "databases ENV",
		Short: "List the databases: what they hold, their layout, and how many entries they have",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.with(args[0], reading, func(env *core.Env) error { return a.databases(c, env) })
		},
	}
}

func (a *app) databases(c *cobra.Command, env *core.Env) error {
	lines := []databaseLine{}
	err := env.ViewStored(c.Context(), func(_ *core.Txn, databases []core.Stored) error {
		for _, d := range databases {
			line := databaseLine{Name: d.Name, Kind: "unknown", Layout: "plain LMDB", Key: d.Key.String(), Value: d.Value.String(),
				Unnamed: d.UnnamedDefault, Entries: d.Entries}
			switch {
			case d.Damage != nil:
				line.Kind, line.Layout, line.Damage = "damaged", "", d.Damage.Error()
			case d.Kind != 0:
				line.Kind, line.Layout = d.Kind.String(), d.Layout.String()
			case d.HasNamed:
				line.Layout = core.Heed.String()
			}
			lines = append(lines, line)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(lines)
	}
	t := newTable("DATABASE", "KIND", "LAYOUT", "KEYS", "VALUES", "DEFAULT SCOPE", ">ENTRIES")
	for _, l := range lines {
		where := "own table"
		if l.Unnamed {
			where = "unnamed database"
		}
		t.add(quoted(l.Name), l.Kind, l.Layout, l.Key, l.Value, where, number(l.Entries))
	}
	t.print(a.out)
	for _, l := range lines {
		if l.Damage != "" {
			return exit{exitFailed, &core.Error{Code: core.CodeCorrupt, Message: l.Damage}}
		}
	}
	return nil
}

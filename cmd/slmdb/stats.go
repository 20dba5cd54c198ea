package main

import (
	"cmp"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/maintenance"
)

type statsLine struct {
	Database  string  `json:"database"`
	Scope     *string `json:"scope"` // null is the default scope
	ID        string  `json:"id,omitempty"`
	Orphan    bool    `json:"orphan,omitempty"`
	Entries   uint64  `json:"entries"`
	Keys      uint64  `json:"key_bytes"`
	Values    uint64  `json:"value_bytes"`
	Estimated bool    `json:"estimated"`
}

func statsCommand(a *app) *cobra.Command {
	var o maintenance.StatsOptions
	var in *scopeFlag
	c := &cobra.Command{
		Use:   "stats ENV",
		Short: "Measure how much each scope holds in each database",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if c.Flags().Changed("scope") {
				s, err := in.scope()
				if err != nil {
					return err
				}
				o.Scope = &s
			}
			return a.with(args[0], reading, func(env *core.Env) error { return a.stats(c, env, o) })
		},
	}
	c.Flags().StringVarP(&o.Database, "database", "d", "", "measure only this database")
	c.Flags().BoolVar(&o.Estimate, "estimate", false, "read a few pages instead of everything; estimates are marked with ~")
	in = newScopeFlag(c)
	return c
}

func (a *app) stats(c *cobra.Command, env *core.Env, o maintenance.StatsOptions) error {
	progress, done := a.bar("measuring")
	o.Progress = progress
	stats, err := maintenance.Measure(c.Context(), env, o)
	done()
	if err != nil {
		return err
	}
	lines := []statsLine{}
	var damage error
	t := newTable("DATABASE", "SCOPE", "ID", ">ENTRIES", ">KEYS", ">VALUES")
	for _, d := range stats.Databases {
		damage = cmp.Or(damage, d.Damage)
		for _, s := range d.Scopes {
			line := statsLine{Database: d.Name, Orphan: s.Orphan, Entries: s.Entries, Keys: s.KeyBytes, Values: s.ValueBytes,
				Estimated: s.Estimated}
			name, about := "(default)", ""
			if !s.Scope.IsDefault() {
				text := s.Scope.Name()
				line.Scope, line.ID, name = &text, fmt.Sprintf("%08x", s.ID), quoted(text)
			}
			if s.Orphan {
				line.Scope, name = nil, "(no scope has this id: see verify)"
			}
			if s.Estimated {
				about = "~"
			}
			lines = append(lines, line)
			t.add(quoted(d.Name), name, line.ID, about+number(s.Entries), about+size(s.KeyBytes), about+size(s.ValueBytes))
		}
	}
	if a.json {
		return cmp.Or(a.printJSON(lines), damage)
	}
	t.print(a.out)
	return damage
}

package main

import (
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/maintenance"
)

type readerLine struct {
	Process int    `json:"process"`
	Thread  string `json:"thread"`
	Txn     uint64 `json:"txn"`
	Behind  uint64 `json:"behind"`
}

func readersCommand(a *app) *cobra.Command {
	var clear bool
	c := &cobra.Command{
		Use:   "readers ENV",
		Short: "List the read transactions of all processes, or with --clear free the slots of those that have died",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.with(args[0], reading, func(env *core.Env) error {
				if clear {
					return a.clearReaders(env)
				}
				return a.readers(env)
			})
		},
	}
	c.Flags().BoolVar(&clear, "clear", false, "free the slots of processes that have died (opening the environment does so, too)")
	return c
}

func (a *app) clearReaders(env *core.Env) error {
	n, err := maintenance.ClearReaders(env)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(map[string]int{"cleared": n})
	}
	fmt.Fprintf(a.out, "freed %d slot(s)\n", n)
	return nil
}

func (a *app) readers(env *core.Env) error {
	found, err := maintenance.Readers(env)
	if err != nil {
		return err
	}
	lines := []readerLine{}
	t := newTable(">PROCESS", "THREAD", ">TRANSACTION", ">COMMITS BEHIND")
	for _, r := range found {
		lines = append(lines, readerLine{r.Process, r.Thread, r.Txn, r.Behind})
		txn := "-"
		if r.Txn != 0 {
			txn = number(r.Txn)
		}
		t.add(strconv.Itoa(r.Process), r.Thread, txn, number(r.Behind))
	}
	if a.json {
		return a.printJSON(lines)
	}
	t.print(a.out)
	return nil
}

package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

type benchLine struct {
	What  string  `json:"what"`
	Times int     `json:"times"`
	Nanos float64 `json:"nanoseconds_each"`
}

// bench measures the operations of a database of bytes in an environment of its own.
type bench struct {
	ctx   context.Context
	env   *core.Env
	raw   *core.Raw
	n     int
	key   [16]byte
	value [100]byte
	lines []benchLine
}

func benchCommand(a *app) *cobra.Command {
	var n int
	var folder string
	c := &cobra.Command{
		Use:   "bench",
		Short: "Measure this machine and its disk with entries of 16 + 100 bytes, in a temporary environment",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if n < 1 {
				return usage("--entries %d: one at least", n)
			}
			temporary, err := os.MkdirTemp(folder, "slmdb-bench-")
			if err != nil {
				return fileError(err)
			}
			defer os.RemoveAll(temporary)
			return a.with(temporary, making, func(env *core.Env) error {
				raw, err := env.OpenRaw(c.Context(), core.Spec{Name: "bench", Kind: core.KindBytes})
				if err != nil {
					return err
				}
				b := &bench{ctx: c.Context(), env: env, raw: raw, n: n}
				if err := b.run(); err != nil {
					return err
				}
				return a.printBench(b.lines)
			})
		},
	}
	c.Flags().IntVar(&n, "entries", 200000, "how many `entries`")
	c.Flags().StringVar(&folder, "in", "", "the `folder` whose disk is measured (default that of temporary files)")
	return c
}

func (a *app) printBench(lines []benchLine) error {
	if a.json {
		return a.printJSON(lines)
	}
	t := newTable("WHAT", ">TIMES", ">NS EACH", ">A SECOND")
	for _, l := range lines {
		t.add(l.What, number(l.Times), fmt.Sprintf("%.0f", l.Nanos), number(int64(1e9/l.Nanos)))
	}
	t.print(a.out)
	return nil
}

// measure runs something that does so many things, and notes how long each took.
func (b *bench) measure(what string, times int, fn func() error) error {
	if err := b.ctx.Err(); err != nil {
		return &core.Error{Code: core.CodeCanceled, Message: "interrupted", Cause: err}
	}
	began := time.Now()
	err := fn()
	b.lines = append(b.lines, benchLine{what, times, float64(time.Since(began).Nanoseconds()) / float64(times)})
	return err
}

func (b *bench) at(i int) []byte {
	binary.BigEndian.PutUint64(b.key[8:], uint64(i))
	return b.key[:]
}

var tenant = core.Named("tenant")

func (b *bench) put(t *core.Txn, i int) error { return b.raw.Put(t, tenant, b.at(i), b.value[:]) }

func (b *bench) run() error {
	durable := min(b.n, 200)
	for _, step := range []struct {
		what  string
		times int
		fn    func() error
	}{
		{"put in order, one transaction", b.n, func() error { return b.env.Update(b.ctx, b.putAll) }},
		{"put, a durable transaction each", durable, func() error { return b.putEach(durable) }},
		{"get at random", b.n, func() error { return b.env.View(b.ctx, b.getAll) }},
		{"scan", b.n, func() error { return b.env.View(b.ctx, b.scan) }},
		{"delete all", b.n, func() error {
			return b.env.Update(b.ctx, func(t *core.Txn) error {
				_, err := b.raw.Clear(t, tenant)
				return err
			})
		}},
	} {
		if err := b.measure(step.what, step.times, step.fn); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) putAll(t *core.Txn) error {
	for i := range b.n {
		if err := b.put(t, i); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) putEach(n int) error {
	for i := range n {
		if err := b.env.Update(b.ctx, func(t *core.Txn) error { return b.put(t, i) }); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) getAll(t *core.Txn) error {
	random := rand.New(rand.NewPCG(1, 2))
	for range b.n {
		if _, err := b.raw.Get(t, tenant, b.at(random.IntN(b.n))); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) scan(t *core.Txn) error {
	entries, err := b.raw.Entries(t, tenant, core.Bounds{})
	if err != nil {
		return err
	}
	defer entries.Close() //nolint:errcheck // the transaction closes what is left
	for {
		ok, err := entries.Next()
		if err != nil || !ok {
			return err
		}
	}
}

package main

import (
	"github.com/spf13/cobra"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// rangeFlags select entries by their keys.
type rangeFlags struct {
	c                        *cobra.Command
	gte, gt, lte, lt, prefix string
}

func newRangeFlags(c *cobra.Command) *rangeFlags {
	r := &rangeFlags{c: c}
	c.Flags().StringVar(&r.gte, "gte", "", "keys at or after `KEY`")
	c.Flags().StringVar(&r.gt, "gt", "", "keys after `KEY`")
	c.Flags().StringVar(&r.lte, "lte", "", "keys at or before `KEY`")
	c.Flags().StringVar(&r.lt, "lt", "", "keys before `KEY`")
	c.Flags().StringVar(&r.prefix, "prefix", "", "keys that begin with `KEY`: a text, bytes, or the first elements of a tuple")
	c.MarkFlagsMutuallyExclusive("gte", "gt", "prefix")
	c.MarkFlagsMutuallyExclusive("lte", "lt", "prefix")
	return r
}

// any says whether a range was given.
func (r *rangeFlags) any() bool {
	for _, name := range []string{"gte", "gt", "lte", "lt", "prefix"} {
		if r.c.Flags().Changed(name) {
			return true
		}
	}
	return false
}

func (r *rangeFlags) bounds(db *database) (b core.Bounds, err error) {
	changed := r.c.Flags().Changed
	key := func(literal string) []byte {
		var k []byte
		if err == nil {
			k, err = parse(db.keys, literal, "the key")
		}
		return append([]byte{}, k...)
	}
	switch {
	case changed("prefix"):
		prefix := key(r.prefix)
		if err != nil {
			return b, err
		}
		return db.PrefixBounds(prefix)
	case changed("gte"):
		b.Lower = key(r.gte)
	case changed("gt"):
		b.Lower, b.LowerOpen = key(r.gt), true
	}
	switch {
	case changed("lte"):
		b.Upper = key(r.lte)
	case changed("lt"):
		b.Upper, b.UpperOpen = key(r.lt), true
	}
	return b, err
}

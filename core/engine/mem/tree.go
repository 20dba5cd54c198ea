package mem

import (
	"bytes"

	"github.com/tidwall/btree"
)

// record is an entry as it is stored: its key is joined, and neither slice is ever written to again, so that snapshots,
// and callers where Poison is unset, can share them.
type record struct {
	key, value []byte
}

// tree is a table. It has no locks: what is committed is only read, and what is not has one owner. Its Copy changes a
// number inside the original that no reader looks at, so the holder of the turn may copy what others are reading.
type tree = btree.BTreeG[record]

func newTree() *tree {
	less := func(a, b record) bool { return bytes.Compare(a.key, b.key) < 0 }
	return btree.NewBTreeGOptions(less, btree.Options{NoLocks: true})
}

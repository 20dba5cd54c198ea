// Does a full map give a clear error, leave nothing half done, and grow?
package core_test

import (
	"bytes"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/lmdb"
)

func TestMapFull(t *testing.T) {
	env := open(t, lmdb.Config{MapSize: 1 << 20})
	db := openBytes(t, env, "db")
	s := core.Named("tenant")
	must(t, db.In(s).Put(ctx, []byte("first"), []byte("1")))
	fill := func(txn *core.Txn) error {
		for i := range 1000 {
			if err := db.Put(txn, s, []byte{'k', byte(i >> 8), byte(i)}, bytes.Repeat([]byte{'v'}, 4000)); err != nil {
				return err
			}
		}
		return nil
	}
	err := env.Update(ctx, fill)
	wantCode(t, err, core.CodeMapFull)

	txn, err := env.Begin(ctx, true)
	must(t, err)
	wantCode(t, fill(txn), core.CodeMapFull)
	wantCode(t, db.Put(txn, s, []byte("small"), nil), core.CodeMapFull) // it has failed, and says so again
	wantCode(t, txn.Commit(), core.CodeMapFull)
	wantCode(t, txn.Commit(), core.CodeTxnEnded)

	count := func(want uint64) {
		t.Helper()
		if n, err := db.In(s).Count(ctx, core.Range[[]byte]{}); n != want || err != nil {
			t.Errorf("%d entries, %v, want %d", n, err, want)
		}
	}
	count(1)
	must(t, env.Grow(ctx, 16<<20))
	must(t, env.Update(ctx, fill))
	count(1001)
	must(t, env.Grow(ctx, 1<<20)) // less than it has does nothing
	wantCode(t, env.Grow(ctx, -1), core.CodeInvalidArgument)
}

func TestReadersFull(t *testing.T) {
	env := open(t, lmdb.Config{MaxReaders: 4})
	openBytes(t, env, "db")
	var txns []*core.Txn
	for range 4 {
		txn, err := env.Begin(ctx, false)
		must(t, err)
		txns = append(txns, txn)
	}
	_, err := env.Begin(ctx, false)
	wantCode(t, err, core.CodeReadersFull)
	for _, txn := range txns {
		must(t, txn.Abort())
	}
	txn, err := env.Begin(ctx, false)
	must(t, err)
	must(t, txn.Abort())
}

func TestDatabasesFull(t *testing.T) {
	env := open(t, lmdb.Config{MaxDatabases: 2})
	openBytes(t, env, "one")
	two := openBytes(t, env, "two")
	_, err := core.OpenBytes(ctx, env, "three")
	wantCode(t, err, core.CodeDatabasesFull)
	must(t, two.In(core.Named("s")).Put(ctx, []byte("a"), nil))
}

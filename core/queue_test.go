// Does each submitted batch get its own result, in order, after it is durable, whatever the others do?
package core_test

import (
	"bytes"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/lmdb"
)

func TestSubmitFromManyGoroutines(t *testing.T) {
	env := open(t, lmdb.Config{})
	db, err := core.OpenTyped[int, string](ctx, env, "db")
	must(t, err)
	const callers, each = 16, 200
	var group sync.WaitGroup
	for caller := range callers {
		group.Add(1)
		go func() {
			defer group.Done()
			s := core.Named(fmt.Sprint("tenant", caller))
			next := 0
			for i := range each {
				b := env.NewBatch()
				if err := db.BatchPut(b, s, i, s.Name()); err != nil {
					t.Error(err)
				}
				if i > 0 {
					if err := db.BatchDelete(b, s, i-1); err != nil {
						t.Error(err)
					}
				}
				err := env.Submit(b, func(err error) {
					if err != nil || next != i {
						t.Errorf("batch %d of %d ends after %d with %v", i, caller, next, err)
					}
					next++
					// What a callback is told of is there for every new snapshot.
					if value, err := db.In(s).Get(ctx, i); i == each-1 && (value != s.Name() || err != nil) {
						t.Errorf("%d of %d is %q, %v", i, caller, value, err)
					}
				})
				if err != nil {
					t.Error(err)
				}
			}
		}()
	}
	group.Wait()
	must(t, env.Flush(ctx))
	for caller := range callers {
		if n, err := db.In(core.Named(fmt.Sprint("tenant", caller))).Count(ctx, core.Range[int]{}); n != 1 || err != nil {
			t.Errorf("tenant %d has %d entries, %v", caller, n, err)
		}
	}
}

func TestBatchFailsAloneAndWhole(t *testing.T) {
	env := open(t, lmdb.Config{MapSize: 1 << 20})
	db := openBytes(t, env, "db")
	s := core.Named("tenant")
	small := func(i int) *core.Batch {
		b := env.NewBatch()
		must(t, db.BatchPut(b, s, []byte{byte(i)}, []byte("small")))
		return b
	}
	big := env.NewBatch()
	for i := range 1000 {
		must(t, db.BatchPut(big, core.Named("big"), fmt.Appendf(nil, "key%d", i), bytes.Repeat([]byte("v"), 4000)))
	}
	b := env.NewBatch()
	wantCode(t, db.BatchPut(b, s, nil, nil), core.CodeEmptyKey)
	wantCode(t, db.BatchPut(b, s, make([]byte, 508), nil), core.CodeKeyTooLong)
	wantCode(t, db.BatchPut(b, core.Named(""), []byte("k"), nil), core.CodeEmptyScope)
	wantCode(t, db.BatchDelete(b, s, make([]byte, 508)), core.CodeKeyTooLong)
	if b.Len() != 0 {
		t.Errorf("a refused write is in the batch")
	}

	var results [5]error
	hold, err := env.Begin(ctx, true) // so that all of them wait, and go into one group
	must(t, err)
	for i, b := range []*core.Batch{small(0), small(1), big, small(3), small(4)} {
		must(t, env.Submit(b, func(err error) { results[i] = err }))
	}
	must(t, hold.Commit())
	must(t, env.Flush(ctx))
	for i, err := range results {
		if i == 2 {
			wantCode(t, err, core.CodeMapFull)
		} else if err != nil {
			t.Errorf("batch %d: %v", i, err)
		}
	}
	if n, err := db.In(s).Count(ctx, core.Range[[]byte]{}); n != 4 || err != nil {
		t.Errorf("%d entries, %v", n, err)
	}
	infos, err := env.Scopes(ctx)
	if len(infos) != 1 || err != nil {
		t.Errorf("scopes: %v, %v", infos, err)
	}
}

func TestCloseWaitsForWhatWasSubmitted(t *testing.T) {
	folder := t.TempDir()
	env := open(t, lmdb.Config{Path: folder})
	db := openBytes(t, env, "db")
	s := core.Named("tenant")
	var done atomic.Int64
	var again func(i int) func(error)
	put := func(i int) *core.Batch {
		b := env.NewBatch()
		must(t, db.BatchPut(b, s, fmt.Append(nil, i), []byte("v")))
		return b
	}
	again = func(i int) func(error) {
		return func(err error) {
			if err != nil {
				t.Error(err)
			}
			done.Add(1)
			if i > 0 {
				if err := env.Submit(put(1000+i), again(i-1)); err != nil && core.CodeOf(err) != core.CodeClosed {
					t.Error(err)
				}
			}
		}
	}
	for i := range 100 {
		must(t, env.Submit(put(i), again(2)))
	}
	txn, err := env.Begin(ctx, false)
	must(t, err)
	wantCode(t, env.Close(), core.CodeBusy)
	must(t, txn.Abort())
	must(t, env.Close())
	if n := done.Load(); n < 100 {
		t.Errorf("%d batches ended before the environment was closed, want 100 or more", n)
	}
	wantCode(t, env.Submit(env.NewBatch(), func(error) { t.Error("called") }), core.CodeClosed)
	wantCode(t, env.Flush(ctx), core.CodeClosed)
	env = open(t, lmdb.Config{Path: folder})
	if n, err := openBytes(t, env, "db").In(s).Count(ctx, core.Range[[]byte]{}); n < 100 || err != nil {
		t.Errorf("%d entries, %v", n, err)
	}
}

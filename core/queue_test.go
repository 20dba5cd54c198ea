// Does each submitted batch get its own result, in order, after it is durable, whatever the others do?
package core_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
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
			var deleted [each]bool
			for i := range each {
				b := env.NewBatch()
				if err := db.BatchPut(b, s, i, s.Name()); err != nil {
					t.Error(err)
				}
				if i > 0 {
					if err := db.BatchDelete(b, s, i-1, &deleted[i]); err != nil {
						t.Error(err)
					}
				}
				err := env.Submit(b, func(err error) {
					if err != nil || next != i || deleted[i] != (i > 0) {
						t.Errorf("batch %d of %d ends after %d with %v, deleted: %t", i, caller, next, err, deleted[i])
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
	wantCode(t, db.BatchDelete(b, s, make([]byte, 508), nil), core.CodeKeyTooLong)
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

// The same folder opened twice: batches of the one wait for this thread's write transaction on the other.
func TestCloseDoesNotWaitForItsOwnThread(t *testing.T) {
	folder := t.TempDir()
	one, other := open(t, lmdb.Config{Path: folder}), open(t, lmdb.Config{Path: folder})
	db := openBytes(t, one, "db")
	txn, err := other.Begin(ctx, true)
	must(t, err)
	b := one.NewBatch()
	must(t, db.BatchPut(b, core.Named("tenant"), []byte("key"), nil))
	result := make(chan error, 1)
	must(t, one.Submit(b, func(err error) { result <- err }))
	wantCode(t, one.Close(), core.CodeBusy)
	must(t, txn.Abort())
	must(t, <-result)
	must(t, one.Close())
}

// A group waits behind a write transaction, so that it is one group; some of its batches are refused.
func TestRefusedBatchesOfAGroup(t *testing.T) {
	env := open(t, lmdb.Config{})
	db := openBytes(t, env, "db")
	s := core.Named("tenant")
	must(t, db.In(s).Put(ctx, []byte("taken"), []byte("v")))
	before, err := env.Info()
	must(t, err)
	txn, err := env.Begin(ctx, true)
	must(t, err)
	const batches = 100
	var errs [batches]error
	order := make([]int, 0, batches)
	for i := range batches {
		b := env.NewBatch()
		must(t, db.BatchPut(b, s, fmt.Append(nil, "first ", i), nil))
		if i%10 == 3 {
			must(t, db.BatchPutIfAbsent(b, s, []byte("taken"), []byte("stolen")))
		} else {
			must(t, db.BatchPutIfAbsent(b, s, fmt.Append(nil, "second ", i), nil))
		}
		must(t, env.Submit(b, func(err error) { errs[i] = err; order = append(order, i) }))
		wantCode(t, env.Submit(b, nil), core.CodeInvalidArgument) // a second time
	}
	wantCode(t, env.Flush(ctx), core.CodeNested)
	wantCode(t, env.Apply(ctx, env.NewBatch()), core.CodeNested)
	must(t, txn.Commit())
	must(t, env.Flush(ctx))
	for i, err := range errs {
		if order[i] != i {
			t.Errorf("batch %d was told of as number %d", order[i], i)
		}
		if i%10 == 3 {
			wantCode(t, err, core.CodeKeyExists)
			_, err = db.In(s).Get(ctx, fmt.Append(nil, "first ", i))
			wantCode(t, err, core.CodeNotFound)
		} else {
			must(t, err)
			_, err = db.In(s).Get(ctx, fmt.Append(nil, "second ", i))
			must(t, err)
		}
	}
	value, err := db.In(s).Get(ctx, []byte("taken"))
	if string(value) != "v" {
		t.Errorf("taken is %q, %v", value, err)
	}
	// One group, or two if the first batch was on its way before the others came: not a commit each.
	if after, err := env.Info(); err != nil || after.LastTxn-before.LastTxn > 5 {
		t.Errorf("%d commits for a group, %v", after.LastTxn-before.LastTxn, err)
	}
}

// Entries that are added together are put together: between the writes before and after them, the last of a key counts,
// and those that are refused leave the batch as it was.
func TestBatchOfManyEntries(t *testing.T) {
	env := open(t, lmdb.Config{})
	db := openBytes(t, env, "db")
	raw, s := db.Raw(), core.Named("s")
	entry := func(key, value string) engine.Entry { return engine.Entry{Key: []byte(key), Value: []byte(value)} }
	b := env.NewBatch()
	must(t, db.BatchPut(b, s, []byte("k"), []byte("before")))
	must(t, db.BatchPut(b, s, []byte("z"), []byte("before")))
	entries := []engine.Entry{entry("z", "1"), entry("k", "1"), entry("k", "2"), entry("a", "1")}
	must(t, raw.BatchPutMany(b, s, entries))
	entries[3].Key[0] = 'x' // the batch has its own
	wantCode(t, raw.BatchPutMany(b, s, []engine.Entry{entry("a", "refused"), entry("", "")}), core.CodeEmptyKey)
	must(t, raw.BatchPutMany(b, s, nil))
	must(t, db.BatchPut(b, s, []byte("z"), []byte("after")))
	if b.Len() != 7 {
		t.Errorf("%d writes", b.Len())
	}
	must(t, env.Apply(ctx, b))
	for key, want := range map[string]string{"a": "1", "k": "2", "z": "after"} {
		if got, err := db.In(s).Get(ctx, []byte(key)); string(got) != want || err != nil {
			t.Errorf("%s is %q, %v, want %q", key, got, err, want)
		}
	}
	other := open(t, lmdb.Config{})
	wantCode(t, raw.BatchPutMany(other.NewBatch(), s, entries), core.CodeInvalidArgument)
}

func TestBatchOfAllKinds(t *testing.T) {
	env := open(t, lmdb.Config{})
	db := openBytes(t, env, "db")
	mine, other := core.Named("mine"), core.Named("other")
	must(t, db.In(mine).Put(ctx, []byte("old"), nil))
	must(t, db.In(other).Put(ctx, []byte("old"), nil))
	b := env.NewBatch()
	var cleared, none uint64
	var deleted, missing bool
	must(t, db.BatchClear(b, mine, &cleared))
	must(t, db.BatchClear(b, core.Named("none"), &none))
	entries := []engine.Entry{{Key: []byte("a"), Value: []byte("1")}, {Key: []byte("b"), Value: []byte("2")}}
	must(t, db.Raw().BatchPutMany(b, mine, entries))
	wantCode(t, db.Raw().BatchPutMany(b, mine, append(entries, engine.Entry{})), core.CodeEmptyKey)
	must(t, db.BatchDelete(b, mine, []byte("a"), &deleted))
	must(t, db.BatchDelete(b, mine, []byte("old"), &missing))
	if b.Len() != 6 {
		t.Errorf("%d writes", b.Len())
	}
	must(t, env.Apply(ctx, b))
	if cleared != 1 || none != 0 || !deleted || missing {
		t.Errorf("%d and %d were cleared; deleted: %t and %t", cleared, none, deleted, missing)
	}
	for _, scope := range []core.Scope{mine, other} {
		if n, err := db.In(scope).Count(ctx, core.Range[[]byte]{}); n != 1 || err != nil {
			t.Errorf("%v has %d entries, %v", scope, n, err)
		}
	}
	if _, err := db.In(mine).Get(ctx, []byte("b")); err != nil {
		t.Error(err)
	}
}

// TestApplyLeads holds one back that commits its batch itself, while others submit theirs: they come after it, in order,
// and on another goroutine.
func TestApplyLeads(t *testing.T) {
	env := open(t, lmdb.Config{})
	db := openBytes(t, env, "db")
	s := core.Named("s")
	put := func(key string) *core.Batch {
		b := env.NewBatch()
		must(t, db.BatchPut(b, s, []byte(key), []byte(key)))
		return b
	}
	release, held := make(chan struct{}), make(chan struct{})
	var group sync.WaitGroup
	group.Add(2)
	go func() {
		defer group.Done()
		if err := env.Update(ctx, func(*core.Txn) error { close(held); <-release; return nil }); err != nil {
			t.Error(err)
		}
	}()
	<-held
	ended, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
	defer cancel()
	if err := env.Apply(ended, put("given up")); core.CodeOf(err) != core.CodeCanceled {
		t.Errorf("a leader that gives up has %v", err)
	}
	go func() {
		defer group.Done()
		if err := env.Apply(ctx, put("leader")); err != nil {
			t.Error(err)
		}
	}()
	var order []int
	for i := range 1000 {
		must(t, env.Submit(put(fmt.Sprint(i)), func(err error) {
			order = append(order, i)
			if err != nil {
				t.Error(err)
			}
		}))
		if i == 500 {
			close(release)
		}
	}
	group.Wait()
	must(t, env.Flush(ctx))
	if len(order) != 1000 || !slices.IsSorted(order) {
		t.Errorf("told in the order %v", order)
	}
	if n, err := db.In(s).Count(ctx, core.Range[[]byte]{}); n != 1001 || err != nil {
		t.Errorf("%d entries, %v", n, err)
	}
	must(t, env.Close())
}

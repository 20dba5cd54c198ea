// Do readers beside a writer see whole commits in their order, and do writers take turns without losing a write?

package enginetest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

var concurrencyCases = []testCase{
	{"ReadersAndAWriter", concurrencyReadersAndAWriter},
	{"WritersTakeTurns", concurrencyWritersTakeTurns},
	{"WaitIsCanceled", concurrencyWaitIsCanceled},
	{"WaitEnds", concurrencyWaitEnds},
	{"Tables", concurrencyTables},
	{"PartitionsApart", concurrencyPartitionsApart},
}

// together does the same in several goroutines and ends the test on the first error, once all have ended.
func (f *fixture) together(n int, do func(i int) error) {
	f.Helper()
	answers := make([]error, n)
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() { answers[i] = do(i) })
	}
	group.Wait()
	f.must(errors.Join(answers...))
}

// update does something in a write transaction, again for as long as it conflicts with others.
func update(e engine.Engine, do func(tx engine.Txn) error) error {
	for {
		tx, err := e.Begin(context.Background(), engine.TxnOptions{Write: true})
		if err != nil {
			return err
		}
		if err := do(tx); err != nil {
			_ = tx.Abort()
			if errors.Is(err, engine.ErrConflict) {
				continue
			}
			return err
		}
		if err := tx.Commit(); !errors.Is(err, engine.ErrConflict) {
			return err
		}
	}
}

// view does something in a read transaction.
func view(e engine.Engine, do func(tx engine.Txn) error) error {
	tx, err := e.Begin(context.Background(), engine.TxnOptions{})
	if err != nil {
		return err
	}
	return errors.Join(do(tx), tx.Abort())
}

// uniform is what all entries of a place hold: the number of the commit that wrote them. It is an error if they differ,
// or are not size many.
func uniform(tx engine.Txn, at engine.Place, size int) (int64, error) {
	cursor, err := tx.Scan(at, engine.Range{})
	if err != nil {
		return 0, err
	}
	defer cursor.Close()
	entries, seen, first := make([]engine.Entry, 7), 0, ""
	for {
		n, err := cursor.Next(entries)
		if err != nil {
			return 0, err
		}
		if n == 0 || seen > size {
			break
		}
		for _, entry := range entries[:n] {
			if seen == 0 {
				first = string(entry.Value)
			}
			if string(entry.Value) != first {
				return 0, fmt.Errorf("one snapshot has values %q and %q", first, entry.Value)
			}
			seen++
		}
	}
	if seen != size {
		return 0, fmt.Errorf("a snapshot has %d entries, want %d", seen, size)
	}
	return strconv.ParseInt(first, 10, 64)
}

// concurrencyReadersAndAWriter writes the commit's number to all entries of two tables, while readers check that they
// see one number only, and none that is older than a commit that ended before they began.
func concurrencyReadersAndAWriter(f *fixture) {
	const size, commits = 60, 150
	spots := []engine.Place{f.whole("one"), within(f.table("two"), [4]byte{1, 2, 3, 4})}
	rewrite := func(number int64) error {
		return update(f.engine, func(tx engine.Txn) error {
			for _, at := range spots {
				if _, err := tx.DeleteRange(at, engine.Range{}); err != nil {
					return err
				}
				for i := range size {
					key := fmt.Sprintf("%d-%d", i, number%2)
					if err := tx.Put(at, []byte(key), strconv.AppendInt(nil, number, 10)); err != nil {
						return err
					}
				}
			}
			return nil
		})
	}
	f.must(rewrite(0))
	var committed atomic.Int64
	var done atomic.Bool
	f.together(4, func(i int) error {
		if i == 0 {
			defer done.Store(true)
			for number := int64(1); number <= commits; number++ {
				if err := rewrite(number); err != nil {
					return err
				}
				committed.Store(number)
			}
			return nil
		}
		for !done.Load() {
			least := committed.Load()
			err := view(f.engine, func(tx engine.Txn) error {
				one, err := uniform(tx, spots[0], size)
				if err != nil {
					return err
				}
				two, err := uniform(tx, spots[1], size)
				if err == nil && (one != two || one < least) {
					err = fmt.Errorf("tables of commits %d and %d in a snapshot after commit %d", one, two, least)
				}
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// concurrencyWritersTakeTurns counts up one number from several goroutines: no count is lost.
func concurrencyWritersTakeTurns(f *fixture) {
	const writers, counts = 4, 50
	at := f.whole("plain")
	f.fill(at, content{"count": "0"})
	f.together(writers, func(int) error {
		for range counts {
			err := update(f.engine, func(tx engine.Txn) error {
				value, err := tx.Get(at, []byte("count"))
				if err != nil {
					return err
				}
				count, err := strconv.Atoi(string(value))
				if err != nil {
					return err
				}
				return tx.Put(at, []byte("count"), strconv.AppendInt(nil, int64(count+1), 10))
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	f.read(func(tx engine.Txn) { f.wantContent(tx, at, content{"count": fmt.Sprint(writers * counts)}) })
}

// concurrencyWaitIsCanceled waits for a writer that does not end, until the context does. Where writers need not wait,
// of two that touch the same key one commits.
func concurrencyWaitIsCanceled(f *fixture) {
	at := f.whole("plain")
	for _, how := range []error{context.Canceled, context.DeadlineExceeded} {
		writer := f.begin(true)
		f.put(writer, at, "key", "first")
		ctx, cancel := context.WithCancel(context.Background())
		if how == context.DeadlineExceeded {
			ctx, cancel = context.WithTimeout(context.Background(), 30*time.Millisecond)
		} else {
			time.AfterFunc(30*time.Millisecond, cancel)
		}
		var committed atomic.Bool
		err := elsewhere(func() error {
			tx, err := f.engine.Begin(ctx, engine.TxnOptions{Write: true})
			if err != nil {
				return err
			}
			if err := tx.Put(at, []byte("key"), []byte("second")); err != nil {
				return errors.Join(err, tx.Abort())
			}
			err = tx.Commit()
			committed.Store(err == nil)
			return err
		})
		cancel()
		if errors.Is(err, engine.ErrCanceled) {
			f.wantError(err, how)
		} else if err != nil {
			f.wantError(err, engine.ErrConflict)
		}
		if err := writer.Commit(); committed.Load() {
			f.wantError(err, engine.ErrConflict)
		} else {
			f.must(err)
			f.read(func(tx engine.Txn) { f.wantValue(tx, at, "key", "first") })
		}
	}
	// Who gave up has not taken the turn with him.
	f.fill(at, content{"key": "third"})
}

// concurrencyWaitEnds ends the first writer while others wait: each gets its turn, by Commit and by Abort.
func concurrencyWaitEnds(f *fixture) {
	const waiting = 3
	at := f.whole("plain")
	for _, end := range []func(engine.Txn) error{engine.Txn.Commit, engine.Txn.Abort} {
		writer := f.begin(true)
		f.put(writer, at, "writer", "first")
		var group sync.WaitGroup
		answers := make([]error, waiting)
		for i := range waiting {
			group.Go(func() {
				answers[i] = update(f.engine, func(tx engine.Txn) error {
					return tx.Put(at, []byte(fmt.Sprint(i)), []byte("waited"))
				})
			})
		}
		time.Sleep(20 * time.Millisecond)
		err := end(writer)
		group.Wait()
		f.must(errors.Join(append(answers, err)...))
		f.read(func(tx engine.Txn) {
			for i := range waiting {
				f.wantValue(tx, at, fmt.Sprint(i), "waited")
			}
		})
		f.write(func(tx engine.Txn) {
			_, err := tx.DeleteRange(at, engine.Range{})
			f.must(err)
		})
	}
}

// concurrencyTables opens tables, some the same, while others read and write.
func concurrencyTables(f *fixture) {
	const tables = 12
	f.together(4, func(i int) error {
		for round := range tables {
			name := fmt.Sprintf("table%02d", (round*5+i)%tables)
			table, err := f.engine.Table(context.Background(), name, true)
			if err != nil {
				return err
			}
			at, key := engine.Place{Table: table}, []byte(fmt.Sprint(i))
			err = update(f.engine, func(tx engine.Txn) error { return tx.Put(at, key, []byte(name)) })
			if err != nil {
				return err
			}
			err = view(f.engine, func(tx engine.Txn) error {
				value, err := tx.Get(at, key)
				if err == nil && string(value) != name {
					err = fmt.Errorf("the table %q holds %q", name, value)
				}
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	for i := range tables {
		name := fmt.Sprintf("table%02d", i)
		at := f.whole(name)
		f.read(func(tx engine.Txn) {
			f.wantContent(tx, at, content{"0": name, "1": name, "2": name, "3": name})
		})
	}
}

// concurrencyPartitionsApart fills and clears neighbouring partitions at the same time: each finds its own only.
func concurrencyPartitionsApart(f *fixture) {
	table := f.table("parted")
	f.together(4, func(i int) error {
		at := within(table, [4]byte{0xff, 0xff, 0xff, 0xfc + byte(i)})
		for number := range int64(25) {
			err := update(f.engine, func(tx engine.Txn) error {
				want := uint64(5)
				if number == 0 {
					want = 0
				}
				n, err := tx.DeleteRange(at, engine.Range{})
				if err == nil && n != want {
					err = fmt.Errorf("partition %d had %d entries, want %d", i, n, want)
				}
				for key := range byte(5) {
					if err == nil {
						err = tx.Put(at, []byte{key * 60}, strconv.AppendInt(nil, number, 10))
					}
				}
				return err
			})
			if err != nil {
				return err
			}
			err = view(f.engine, func(tx engine.Txn) error {
				got, err := uniform(tx, at, 5)
				if err == nil && got != number {
					err = fmt.Errorf("partition %d is of round %d, want %d", i, got, number)
				}
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Is a file that was cut off refused, and one that is only shorter than the last page it ever used not?
package lmdb_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/lmdb"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// write runs fn in a write transaction on one table of an environment, and closes it.
func write(t *testing.T, folder string, fn func(engine.Txn, engine.Place)) {
	t.Helper()
	ctx := context.Background()
	e, err := lmdb.Config{Path: folder}.Open()
	must(t, err)
	table, err := e.Table(ctx, "table", true)
	must(t, err)
	txn, err := e.Begin(ctx, engine.TxnOptions{Write: true})
	must(t, err)
	fn(txn, engine.Place{Table: table})
	must(t, txn.Commit())
	must(t, e.Close())
}

func TestPagesThatWereNeverWritten(t *testing.T) {
	for _, size := range []int{100, 4081, 100000, 10000000} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			folder := t.TempDir()
			write(t, folder, func(txn engine.Txn, at engine.Place) {
				must(t, txn.Put(at, []byte("stays"), []byte("value")))
				must(t, txn.Put(at, []byte("large"), make([]byte, size)))
				must(t, txn.Delete(at, []byte("large")))
			})
			write(t, folder, func(txn engine.Txn, at engine.Place) {
				if value, err := txn.Get(at, []byte("stays")); string(value) != "value" || err != nil {
					t.Errorf("stays is %q, %v", value, err)
				}
			})
		})
	}
}

// TestCutOff cuts a file off at every page: it is refused, or (where only pages that are free were cut off) whole.
func TestCutOff(t *testing.T) {
	folder := t.TempDir()
	values := map[string][]byte{}
	for round := range 3 {
		write(t, folder, func(txn engine.Txn, at engine.Place) {
			for i := range 150 {
				key, value := fmt.Sprintf("key%d", i), bytes.Repeat([]byte{byte(i + round)}, 10+i*i)
				values[key] = value
				must(t, txn.Put(at, []byte(key), value))
			}
		})
	}
	data, err := os.ReadFile(filepath.Join(folder, "data.mdb"))
	must(t, err)
	refused := 0
	for size := len(data) - 4096; size >= 0; size -= 4096 {
		if size > 64*4096 && size < len(data)-64*4096 && size%(16*4096) != 0 {
			continue
		}
		cut := t.TempDir()
		must(t, os.WriteFile(filepath.Join(cut, "data.mdb"), data[:size], 0o644))
		e, err := lmdb.Config{Path: cut}.Open()
		if err != nil {
			refused++
			if !errors.Is(err, engine.ErrCorrupt) && !errors.Is(err, engine.ErrNotEnvironment) {
				t.Fatalf("cut to %d bytes: %v", size, err)
			}
			continue
		}
		must(t, e.Close())
		if size == 0 {
			continue // a new environment
		}
		write(t, cut, func(txn engine.Txn, at engine.Place) {
			for key, want := range values {
				if value, err := txn.Get(at, []byte(key)); !bytes.Equal(value, want) || err != nil {
					t.Fatalf("cut to %d bytes: %s has %d bytes, %v", size, key, len(value), err)
				}
			}
		})
	}
	if refused < 100 {
		t.Errorf("%d cut files were refused", refused)
	}
}

// Is the unnamed table one like others, in which the records of named tables are neither seen nor changed?

package enginetest

import (
	"context"
	"fmt"
	"maps"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

var unnamedCases = []testCase{
	{"AlwaysExists", unnamedAlwaysExists},
	{"HidesTables", unnamedHidesTables},
	{"Bounds", unnamedBounds},
	{"KeepsTables", unnamedKeepsTables},
	{"Reserved", unnamedReserved},
	{"Partitions", unnamedPartitions},
	{"NameTaken", unnamedNameTaken},
}

func unnamedAlwaysExists(f *fixture) {
	table, err := f.engine.Table(context.Background(), engine.Unnamed, false)
	f.must(err)
	if table.Name() != engine.Unnamed {
		f.Errorf("Name gave %q", table.Name())
	}
	at := engine.Place{Table: table}
	f.read(func(tx engine.Txn) { f.wantContent(tx, at, content{}) })
	f.fill(at, named("unnamed", oddKeys...))
	f.read(func(tx engine.Txn) {
		f.wantContent(tx, at, named("unnamed", oddKeys...))
		f.wantTables(tx)
	})
}

// hidden makes tables and entries of the unnamed table whose names lie among each other: hidden records come first,
// last, and many in a row.
func (f *fixture) hidden() (names []string, entries content) {
	f.Helper()
	names = []string{"0", "alpha", "beta", "zzz"}
	for i := range 20 {
		names = append(names, fmt.Sprintf("mmm%02d", i))
	}
	for _, name := range names {
		f.fill(f.whole(name), content{"in": name})
	}
	entries = named("entry", "1", "alp", "alphaa", "b", "betb", "mmm", "mmm10x", "n", "zz")
	f.fill(f.whole(engine.Unnamed), entries)
	return names, entries
}

// wantHidden ends the test unless the unnamed table holds the entries and each named table its own.
func (f *fixture) wantHidden(names []string, entries content) {
	f.Helper()
	at := f.whole(engine.Unnamed)
	var spots []engine.Place
	for _, name := range names {
		spots = append(spots, f.whole(name))
	}
	f.read(func(tx engine.Txn) {
		f.wantContent(tx, at, entries)
		for _, spot := range spots {
			f.wantContent(tx, spot, content{"in": spot.Table.Name()})
		}
		all, err := tx.Tables()
		f.must(err)
		if len(all) != len(names) {
			f.Errorf("Tables gave %q, want %q", all, names)
		}
	})
}

func unnamedHidesTables(f *fixture) {
	names, entries := f.hidden()
	f.wantHidden(names, entries)
	at := f.whole(engine.Unnamed)
	f.read(func(tx engine.Txn) {
		keys, values := make([][]byte, len(names)), make([][]byte, len(names))
		for i, name := range names {
			f.wantMissing(tx, at, name)
			keys[i], values[i] = []byte(name), []byte("left over")
		}
		f.must(tx.GetMany(at, keys, values))
		for i, value := range values {
			if value != nil {
				f.Errorf("GetMany of the table %q gave %q", names[i], value)
			}
		}
		for _, batch := range []int{1, 2, 3, 64} {
			for _, r := range []engine.Range{{}, {Reverse: true}} {
				f.wantPairs(show(r), f.scanned(tx, at, r, batch), entries.of(r))
			}
		}
	})
}

// unnamedBounds has bounds and Seeks on hidden records and beside them.
func unnamedBounds(f *fixture) {
	names, entries := f.hidden()
	at := f.whole(engine.Unnamed)
	ends := append([]string{"", "alph", "mmm05x", "zzzz"}, names[:10]...)
	f.read(func(tx engine.Txn) {
		for _, end := range ends {
			for _, open := range []bool{false, true} {
				for _, reverse := range []bool{false, true} {
					for _, r := range []engine.Range{
						{From: []byte(end), FromOpen: open, Reverse: reverse},
						{To: []byte(end), ToOpen: open, Reverse: reverse},
					} {
						f.wantPairs(show(r), f.scanned(tx, at, r, 2), entries.of(r))
						f.wantCount(tx, at, r, len(entries.of(r)))
					}
					r := engine.Range{Reverse: reverse}
					cursor := f.scan(tx, at, r)
					f.must(cursor.Seek([]byte(end), open))
					what := fmt.Sprintf("Seek %q after %t reverse %t", end, open, reverse)
					f.wantPairs(what, f.rest(cursor, 2), after(r, entries.of(r), end, open))
					cursor.Close()
				}
			}
		}
	})
}

// unnamedKeepsTables deletes in all ways.
func unnamedKeepsTables(f *fixture) {
	names, entries := f.hidden()
	at := f.whole(engine.Unnamed)
	f.write(func(tx engine.Txn) {
		for _, name := range names {
			f.wantExactly(tx.Delete(at, []byte(name)), engine.ErrNotFound)
			n, err := tx.Apply(at, []engine.Op{{Kind: engine.OpDelete, Key: []byte(name)}})
			f.must(err)
			if n != 1 {
				f.Errorf("Apply of a delete did %d, want 1", n)
			}
			n64, err := tx.DeleteRange(at, engine.Range{From: []byte(name), To: []byte(name)})
			f.must(err)
			if n64 != 0 {
				f.Errorf("DeleteRange of the table %q deleted %d", name, n64)
			}
		}
	})
	f.wantHidden(names, entries)
	f.write(func(tx engine.Txn) {
		n, err := tx.DeleteRange(at, engine.Range{})
		f.must(err)
		if n != uint64(len(entries)) {
			f.Errorf("DeleteRange deleted %d, want %d", n, len(entries))
		}
	})
	f.wantHidden(names, content{})
	f.fill(at, entries)
	f.wantHidden(names, entries)
}

// unnamedReserved writes to names of tables. It is refused, and the transaction is still good.
func unnamedReserved(f *fixture) {
	names, entries := f.hidden()
	at := f.whole(engine.Unnamed)
	f.write(func(tx engine.Txn) {
		for _, name := range names {
			f.wantError(tx.Put(at, []byte(name), []byte("x")), engine.ErrReservedKey)
			f.wantError(tx.Insert(at, []byte(name), []byte("x")), engine.ErrReservedKey)
			n, err := tx.Apply(at, []engine.Op{
				{Key: []byte("first"), Value: []byte("done")}, {Key: []byte(name), Value: []byte("x")},
				{Key: []byte("last"), Value: []byte("not done")},
			})
			f.wantError(err, engine.ErrReservedKey)
			if n != 1 {
				f.Errorf("Apply did %d, want 1", n)
			}
		}
		f.put(tx, at, "good", "still")
	})
	maps.Copy(entries, content{"first": "done", "good": "still"})
	f.wantHidden(names, entries)
}

// unnamedPartitions has a table whose name begins with a partition's bytes: its record is in no partition either.
func unnamedPartitions(f *fixture) {
	f.fill(f.whole("alphabet"), content{"in": "alphabet"})
	f.fill(f.whole("alph"), content{"in": "alph"})
	at := within(f.table(engine.Unnamed), [4]byte{'a', 'l', 'p', 'h'})
	entries := named("entry", "a", "beta", "z")
	f.fill(at, entries)
	f.write(func(tx engine.Txn) {
		f.wantContent(tx, at, entries)
		f.wantMissing(tx, at, "abet")
		f.wantMissing(tx, at, "")
		f.wantExactly(tx.Delete(at, []byte("abet")), engine.ErrNotFound)
		f.wantError(tx.Put(at, []byte("abet"), []byte("x")), engine.ErrReservedKey)
		f.wantError(tx.Put(at, []byte{}, []byte("x")), engine.ErrReservedKey)
		n, err := tx.DeleteRange(at, engine.Range{})
		f.must(err)
		if n != uint64(len(entries)) {
			f.Errorf("DeleteRange deleted %d, want %d", n, len(entries))
		}
	})
	f.read(func(tx engine.Txn) {
		f.wantTables(tx, "alph", "alphabet")
		f.wantContent(tx, at, content{})
	})
	f.wantHidden([]string{"alph", "alphabet"}, content{})
}

// unnamedNameTaken asks for a table of whose name there is an entry. It is refused, and the entry stays an entry.
func unnamedNameTaken(f *fixture) {
	at := f.whole(engine.Unnamed)
	entries := content{"taken": "an entry", "long": string(make([]byte, 200))}
	f.fill(at, entries)
	for name := range entries {
		for _, create := range []bool{true, false} {
			_, err := f.engine.Table(context.Background(), name, create)
			f.wantKnown(err)
		}
	}
	f.read(func(tx engine.Txn) {
		f.wantContent(tx, at, entries)
		f.wantTables(tx)
	})
	f.write(func(tx engine.Txn) { f.must(tx.Delete(at, []byte("taken"))) })
	f.fill(f.whole("taken"), content{"in": "taken"})
	f.write(func(tx engine.Txn) { f.must(tx.Delete(at, []byte("long"))) })
	f.wantHidden([]string{"taken"}, content{})
}

// Does each single write do what it says, to that key only, and answer what it should?

package enginetest

import (
	"context"
	"strings"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

var writeCases = []testCase{
	{"PutReplaces", writePutReplaces},
	{"InsertKeeps", writeInsertKeeps},
	{"Delete", writeDelete},
	{"EmptyValues", writeEmptyValues},
	{"ValueSizes", writeValueSizes},
	{"InputsAreNotKept", writeInputsAreNotKept},
	{"OwnWritesAreSeen", writeOwnWritesAreSeen},
	{"DeleteRangeCounts", writeDeleteRangeCounts},
	{"NothingToCommit", writeNothingToCommit},
	{"HostThread", writeHostThread},
}

func writePutReplaces(f *fixture) {
	for _, at := range f.places() {
		want := content{}
		f.write(func(tx engine.Txn) {
			for _, value := range []string{"one", "a longer value", "", "two", "two"} {
				f.put(tx, at, "key", value)
				want["key"] = value
				f.wantContent(tx, at, want)
			}
		})
		f.write(func(tx engine.Txn) { f.put(tx, at, "key", "three") })
		f.read(func(tx engine.Txn) { f.wantContent(tx, at, content{"key": "three"}) })
	}
}

func writeInsertKeeps(f *fixture) {
	for _, at := range f.places() {
		f.write(func(tx engine.Txn) {
			f.must(tx.Insert(at, []byte("key"), []byte("first")))
			f.wantExactly(tx.Insert(at, []byte("key"), []byte("second")), engine.ErrKeyExists)
			f.wantExactly(tx.Insert(at, []byte("key"), []byte("first")), engine.ErrKeyExists)
			f.must(tx.Insert(at, []byte("empty"), nil))
			f.wantExactly(tx.Insert(at, []byte("empty"), []byte("second")), engine.ErrKeyExists)
			f.must(tx.Insert(at, []byte("key2"), []byte("other")))
		})
		want := content{"key": "first", "empty": "", "key2": "other"}
		f.write(func(tx engine.Txn) {
			f.wantExactly(tx.Insert(at, []byte("key"), []byte("third")), engine.ErrKeyExists)
			f.wantContent(tx, at, want)
			f.must(tx.Delete(at, []byte("key")))
			f.must(tx.Insert(at, []byte("key"), []byte("fourth")))
		})
		want["key"] = "fourth"
		f.read(func(tx engine.Txn) { f.wantContent(tx, at, want) })
	}
}

func writeDelete(f *fixture) {
	for name, at := range f.places() {
		want := named(name, "a", "a\x00", "ab", "b")
		f.fill(at, want)
		f.write(func(tx engine.Txn) {
			f.wantExactly(tx.Delete(at, []byte("aa")), engine.ErrNotFound)
			f.must(tx.Delete(at, []byte("a")))
			f.wantMissing(tx, at, "a")
			f.wantExactly(tx.Delete(at, []byte("a")), engine.ErrNotFound)
			f.put(tx, at, "c", "put and deleted")
			f.must(tx.Delete(at, []byte("c")))
			f.wantContent(tx, at, want.without("a"))
		})
		f.read(func(tx engine.Txn) { f.wantContent(tx, at, want.without("a")) })
	}
}

// writeEmptyValues tells a value of no bytes from no value. That the one is not nil is in wantValue.
func writeEmptyValues(f *fixture) {
	for _, at := range f.places() {
		f.write(func(tx engine.Txn) {
			f.must(tx.Put(at, []byte("nil"), nil))
			f.must(tx.Put(at, []byte("none"), []byte{}))
			f.must(tx.Insert(at, []byte("inserted"), []byte{}))
			_, err := tx.Apply(at, []engine.Op{{Key: []byte("op")}, {Kind: engine.OpInsert, Key: []byte("op2")}})
			f.must(err)
		})
		want := content{"nil": "", "none": "", "inserted": "", "op": "", "op2": ""}
		f.read(func(tx engine.Txn) {
			f.wantContent(tx, at, want)
			f.wantMissing(tx, at, "never put")
			keys := [][]byte{[]byte("nil"), []byte("never put"), []byte("none"), []byte("op"), []byte("op2")}
			values := make([][]byte, len(keys))
			f.must(tx.GetMany(at, keys, values))
			for i, value := range values {
				if len(value) != 0 || (value == nil) != (i == 1) {
					f.Errorf("GetMany of %q gave %q (nil: %t)", keys[i], value, value == nil)
				}
			}
		})
	}
}

// writeValueSizes goes around the sizes of pages.
func writeValueSizes(f *fixture) {
	sizes := map[string]int{
		"a": 1, "b": 2000, "c": 4095, "d": 4096, "e": 4097, "f": 8192, "g": 65536, "h": 1 << 20, "i": 0,
	}
	for _, at := range f.places() {
		want := content{}
		for key, size := range sizes {
			if size <= f.engine.Caps().MaxValue {
				want[key] = strings.Repeat(key, size)
			}
		}
		f.fill(at, want)
		f.read(func(tx engine.Txn) { f.wantContent(tx, at, want) })
		for key, value := range want {
			want[key] = value[len(value)/2:]
		}
		f.fill(at, want)
		f.read(func(tx engine.Txn) { f.wantContent(tx, at, want) })
	}
}

// writeInputsAreNotKept overwrites each slice after the call that it was passed to.
func writeInputsAreNotKept(f *fixture) {
	for _, at := range f.places() {
		buffer := make([]byte, 8)
		in := func(text string) []byte { return buffer[:copy(buffer, text)] }
		value := []byte("value")
		f.write(func(tx engine.Txn) {
			f.must(tx.Put(at, in("put"), value))
			f.must(tx.Insert(at, in("insert"), value))
			_, err := tx.Apply(at, []engine.Op{{Key: in("apply"), Value: value}})
			f.must(err)
			f.put(tx, at, "gone", "value")
			f.must(tx.Delete(at, in("gone")))
			copy(value, "XXXXX")
			in("XXXXXXXX")
			f.wantContent(tx, at, content{"put": "value", "insert": "value", "apply": "value"})
			cursor, err := tx.Scan(at, engine.Range{From: in("insert")})
			f.must(err)
			defer cursor.Close()
			in("XXXXXXXX")
			f.wantPairs("scan", f.rest(cursor, 1), []pair{{"insert", "value"}, {"put", "value"}})
			f.must(cursor.Seek(in("j"), false))
			in("XXXXXXXX")
			f.wantPairs("after Seek", f.rest(cursor, 1), []pair{{"put", "value"}})
		})
	}
}

func writeOwnWritesAreSeen(f *fixture) {
	for name, at := range f.places() {
		want := named(name, "a", "b", "c")
		f.fill(at, want)
		f.drop(func(tx engine.Txn) {
			f.put(tx, at, "b", "changed")
			f.put(tx, at, "d", "added")
			f.must(tx.Delete(at, []byte("a")))
			f.wantContent(tx, at, content{"b": "changed", "c": want["c"], "d": "added"})
			n, err := tx.DeleteRange(at, engine.Range{From: []byte("c")})
			f.must(err)
			if n != 2 {
				f.Errorf("DeleteRange deleted %d, want 2", n)
			}
			f.wantContent(tx, at, content{"b": "changed"})
		})
	}
}

func writeDeleteRangeCounts(f *fixture) {
	for name, at := range f.places() {
		want := named(name, oddKeys...)
		f.fill(at, want)
		f.write(func(tx engine.Txn) {
			for _, step := range []struct {
				r    engine.Range
				want int
			}{
				{engine.Range{From: []byte("no"), To: []byte("nothing")}, 0},
				{engine.Range{To: []byte("\x01")}, len(want.of(engine.Range{To: []byte("\x01")}))},
				{engine.Range{To: []byte("\x01")}, 0},
				{engine.Range{}, len(want.of(engine.Range{From: []byte("\x01"), FromOpen: true}))},
				{engine.Range{}, 0},
			} {
				n, err := tx.DeleteRange(at, step.r)
				f.must(err)
				if n != uint64(step.want) {
					f.Errorf("DeleteRange to %q deleted %d, want %d", step.r.To, n, step.want)
				}
			}
			f.wantContent(tx, at, content{})
			f.put(tx, at, "again", "here")
		})
		f.read(func(tx engine.Txn) { f.wantContent(tx, at, content{"again": "here"}) })
	}
}

func writeNothingToCommit(f *fixture) {
	at := f.whole("plain")
	f.fill(at, content{"a": "b"})
	f.write(func(engine.Txn) {})
	f.drop(func(engine.Txn) {})
	f.must(f.begin(false).Commit())
	f.read(func(tx engine.Txn) { f.wantContent(tx, at, content{"a": "b"}) })
}

// writeHostThread begins as a caller from C does, and then as a caller from Go.
func writeHostThread(f *fixture) {
	at := f.whole("plain")
	f.must(onOneThread(func() error {
		for _, write := range []bool{true, false} {
			tx, err := f.engine.Begin(context.Background(), engine.TxnOptions{Write: write, HostThread: true})
			if err != nil {
				return err
			}
			if write {
				err = tx.Put(at, []byte("a"), []byte("b"))
			} else {
				_, err = tx.Get(at, []byte("a"))
			}
			if err != nil {
				return err
			}
			if err := tx.Commit(); err != nil {
				return err
			}
		}
		return nil
	}))
	f.fill(at, content{"c": "d"})
	f.read(func(tx engine.Txn) { f.wantContent(tx, at, content{"a": "b", "c": "d"}) })
}

// Do cursors walk a range once, in batches of any size, and find their way again by Seek after a write?

package enginetest

import (
	"fmt"
	"maps"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

var cursorCases = []testCase{
	{"BatchSizes", cursorBatchSizes},
	{"End", cursorEnd},
	{"NoRoom", cursorNoRoom},
	{"MixedBatches", cursorMixedBatches},
	{"Close", cursorClose},
	{"LeftOpen", cursorLeftOpen},
	{"ManyAtOnce", cursorManyAtOnce},
	{"Borrowed", cursorBorrowed},
	{"WriteThenSeek", cursorWriteThenSeek},
	{"DeleteWhileScanning", cursorDeleteWhileScanning},
	{"ClearWhileScanning", cursorClearWhileScanning},
}

// numbered are n entries in the order of their numbers.
func numbered(n int) content {
	entries := content{}
	for i := range n {
		entries[fmt.Sprintf("key%04d", i)] = fmt.Sprintf("value%d", i)
	}
	return entries
}

// scan opens a cursor.
func (f *fixture) scan(tx engine.Txn, at engine.Place, r engine.Range) engine.Cursor {
	f.Helper()
	cursor, err := tx.Scan(at, r)
	f.must(err)
	return cursor
}

// next takes up to n entries from a cursor.
func (f *fixture) next(cursor engine.Cursor, n int) []pair {
	f.Helper()
	entries := make([]engine.Entry, n)
	n, err := cursor.Next(entries)
	f.must(err)
	var got []pair
	for _, entry := range entries[:n] {
		got = append(got, pair{string(entry.Key), string(entry.Value)})
	}
	return got
}

func cursorBatchSizes(f *fixture) {
	for _, at := range f.places() {
		want := numbered(130)
		f.fill(at, want)
		f.read(func(tx engine.Txn) {
			for _, batch := range []int{1, 2, 3, 64, 129, 130, 131, 1000} {
				for _, r := range []engine.Range{
					{}, {Reverse: true}, {From: []byte("key0001"), To: []byte("key0128")},
					{From: []byte("key0001"), FromOpen: true, To: []byte("key0128"), ToOpen: true, Reverse: true},
				} {
					what := fmt.Sprintf("batches of %d, %s", batch, show(r))
					f.wantPairs(what, f.scanned(tx, at, r, batch), want.of(r))
				}
			}
		})
	}
}

// cursorEnd asks again after the end: it stays there until a Seek.
func cursorEnd(f *fixture) {
	for _, at := range f.places() {
		want := numbered(5)
		f.fill(at, want)
		f.read(func(tx engine.Txn) {
			for _, reverse := range []bool{false, true} {
				r := engine.Range{Reverse: reverse, From: []byte("key0001"), To: []byte("key0003")}
				cursor := f.scan(tx, at, r)
				f.wantPairs("all", f.rest(cursor, 2), want.of(r))
				for range 3 {
					f.wantPairs("after the end", f.next(cursor, 2), nil)
				}
				f.must(cursor.Seek([]byte("key0002"), false))
				f.wantPairs("after Seek", f.rest(cursor, 2), after(r, want.of(r), "key0002", false))
				cursor.Close()
			}
		})
	}
}

// cursorNoRoom asks for no entries: that moves over none.
func cursorNoRoom(f *fixture) {
	for _, at := range f.places() {
		want := numbered(3)
		f.fill(at, want)
		f.read(func(tx engine.Txn) {
			cursor := f.scan(tx, at, engine.Range{})
			defer cursor.Close()
			f.wantPairs("no room", f.next(cursor, 0), nil)
			f.wantPairs("first", f.next(cursor, 1), want.of(engine.Range{})[:1])
			f.wantPairs("no room", f.next(cursor, 0), nil)
			f.wantPairs("the others", f.rest(cursor, 9), want.of(engine.Range{})[1:])
		})
	}
}

func cursorMixedBatches(f *fixture) {
	for _, at := range f.places() {
		want := numbered(50)
		f.fill(at, want)
		f.read(func(tx engine.Txn) {
			for _, r := range []engine.Range{{}, {Reverse: true}} {
				cursor := f.scan(tx, at, r)
				var got []pair
				for _, batch := range []int{1, 7, 1, 1, 20, 3, 64} {
					got = append(got, f.next(cursor, batch)...)
				}
				f.wantPairs(show(r), got, want.of(r))
				cursor.Close()
			}
		})
	}
}

func cursorClose(f *fixture) {
	for _, at := range f.places() {
		f.fill(at, numbered(5))
		for _, write := range []bool{false, true} {
			tx := f.begin(write)
			cursor, other := f.scan(tx, at, engine.Range{}), f.scan(tx, at, engine.Range{})
			f.next(cursor, 2)
			cursor.Close()
			cursor.Close()
			f.wantPairs("the other cursor", f.rest(other, 3), numbered(5).of(engine.Range{}))
			other.Close()
			f.wantContent(tx, at, numbered(5))
			f.must(tx.Commit())
		}
	}
}

// cursorLeftOpen ends transactions with open cursors: the engine's Close at the test's end finds nothing open.
func cursorLeftOpen(f *fixture) {
	for _, at := range f.places() {
		f.fill(at, numbered(5))
		ends := []func(engine.Txn) error{engine.Txn.Commit, engine.Txn.Abort}
		for _, write := range []bool{false, true} {
			for _, end := range ends {
				tx := f.begin(write)
				for range 3 {
					f.next(f.scan(tx, at, engine.Range{}), 2)
				}
				f.must(end(tx))
			}
		}
		f.read(func(tx engine.Txn) { f.wantContent(tx, at, numbered(5)) })
	}
}

// cursorManyAtOnce steps through many cursors in turn: none moves another, and no Get between moves any.
func cursorManyAtOnce(f *fixture) {
	const cursors, entries = 30, 40
	for _, at := range f.places() {
		want := numbered(entries)
		f.fill(at, want)
		for _, write := range []bool{false, true} {
			tx := f.begin(write)
			var open []engine.Cursor
			var ranges []engine.Range
			for i := range cursors {
				r := engine.Range{From: []byte(fmt.Sprintf("key%04d", i)), Reverse: i%2 == 0}
				ranges, open = append(ranges, r), append(open, f.scan(tx, at, r))
			}
			got := make([][]pair, cursors)
			for range entries {
				for i, cursor := range open {
					got[i] = append(got[i], f.next(cursor, 1)...)
				}
				f.wantValue(tx, at, "key0007", "value7")
			}
			for i, r := range ranges {
				f.wantPairs(show(r), got[i], want.of(r))
				open[i].Close()
			}
			f.must(tx.Abort())
		}
	}
}

// cursorBorrowed keeps what it is handed out until the end of a transaction without a write in between: nothing of it
// may change meanwhile, also not when its cursor is closed.
func cursorBorrowed(f *fixture) {
	for _, at := range f.places() {
		want := numbered(300)
		f.fill(at, want)
		for _, write := range []bool{false, true} {
			tx := f.begin(write)
			var kept []engine.Entry
			for _, r := range []engine.Range{{}, {Reverse: true}} {
				cursor := f.scan(tx, at, r)
				for {
					batch := make([]engine.Entry, 7)
					n, err := cursor.Next(batch)
					f.must(err)
					if n == 0 || len(kept) > endless {
						break
					}
					kept = append(kept, batch[:n]...)
				}
				cursor.Close()
			}
			for _, key := range want.keys() {
				value, err := tx.Get(at, []byte(key))
				f.must(err)
				values := make([][]byte, 1)
				f.must(tx.GetMany(at, [][]byte{[]byte(key)}, values))
				for _, value := range [][]byte{value, values[0]} {
					kept = append(kept, engine.Entry{Key: []byte(key), Value: value})
				}
			}
			for _, entry := range kept {
				if want[string(entry.Key)] != string(entry.Value) {
					f.Fatalf("what was borrowed became %q = %q", entry.Key, entry.Value)
				}
			}
			if len(kept) != 4*len(want) {
				f.Fatalf("%d entries, want %d", len(kept), 4*len(want))
			}
			f.must(tx.Abort())
		}
	}
}

// cursorWriteThenSeek writes before, at and after a cursor's position, and then seeks its position again.
func cursorWriteThenSeek(f *fixture) {
	writes := map[string]func(tx engine.Txn, at engine.Place, now content){
		"put before": func(tx engine.Txn, at engine.Place, now content) {
			f.put(tx, at, "key0002x", "new")
			now["key0002x"] = "new"
		},
		"put after": func(tx engine.Txn, at engine.Place, now content) {
			f.put(tx, at, "key0006x", "new")
			now["key0006x"] = "new"
		},
		"replace": func(tx engine.Txn, at engine.Place, now content) {
			f.put(tx, at, "key0004", "changed")
			f.put(tx, at, "key0005", "a value that is much longer than what was there before")
			now["key0004"], now["key0005"] = "changed", "a value that is much longer than what was there before"
		},
		"delete the position": func(tx engine.Txn, at engine.Place, now content) {
			f.must(tx.Delete(at, []byte("key0004")))
			delete(now, "key0004")
		},
		"delete around": func(tx engine.Txn, at engine.Place, now content) {
			_, err := tx.DeleteRange(at, engine.Range{From: []byte("key0003"), To: []byte("key0005")})
			f.must(err)
			maps.DeleteFunc(now, func(key, _ string) bool { return key >= "key0003" && key <= "key0005" })
		},
	}
	for _, at := range f.places() {
		f.fill(at, numbered(10))
		for name, write := range writes {
			for _, r := range []engine.Range{{}, {Reverse: true}, {From: []byte("key0001"), To: []byte("key0008")}} {
				for _, strictly := range []bool{false, true} {
					f.drop(func(tx engine.Txn) {
						now := numbered(10)
						cursor := f.scan(tx, at, r)
						f.next(cursor, 4)
						write(tx, at, now)
						f.must(cursor.Seek([]byte("key0004"), strictly))
						what := fmt.Sprintf("%s, %s, after %t", name, show(r), strictly)
						f.wantPairs(what, f.rest(cursor, 2), after(r, now.of(r), "key0004", strictly))
					})
				}
			}
		}
	}
}

// cursorDeleteWhileScanning deletes each second entry as it comes by.
func cursorDeleteWhileScanning(f *fixture) {
	for _, at := range f.places() {
		want := numbered(200)
		f.fill(at, want)
		for _, reverse := range []bool{false, true} {
			f.drop(func(tx engine.Txn) {
				cursor := f.scan(tx, at, engine.Range{Reverse: reverse})
				left := want
				for seen := 0; ; seen++ {
					got := f.next(cursor, 1)
					if len(got) == 0 {
						if seen != len(want) {
							f.Fatalf("saw %d entries, want %d", seen, len(want))
						}
						break
					}
					if seen%2 == 0 {
						f.must(tx.Delete(at, []byte(got[0].key)))
						f.must(cursor.Seek([]byte(got[0].key), true))
						left = left.without(got[0].key)
					}
				}
				f.wantContent(tx, at, left)
			})
		}
	}
}

// cursorClearWhileScanning takes away all that is ahead, and then puts something there again.
func cursorClearWhileScanning(f *fixture) {
	for _, at := range f.places() {
		f.fill(at, numbered(100))
		f.drop(func(tx engine.Txn) {
			cursor := f.scan(tx, at, engine.Range{})
			f.next(cursor, 10)
			_, err := tx.DeleteRange(at, engine.Range{})
			f.must(err)
			f.must(cursor.Seek([]byte("key0009"), true))
			f.wantPairs("cleared", f.rest(cursor, 2), nil)
			f.put(tx, at, "key0050", "again")
			f.must(cursor.Seek([]byte("key0009"), true))
			f.wantPairs("put again", f.rest(cursor, 2), []pair{{"key0050", "again"}})
		})
	}
}

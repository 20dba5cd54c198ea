// Do Scan, Count and DeleteRange select the same entries, for all kinds of bounds in both directions?

package enginetest

import (
	"fmt"
	"strings"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

var rangeCases = []testCase{
	{"Scan", rangeScan},
	{"Fill", rangeFill},
	{"Count", rangeCount},
	{"DeleteRange", rangeDeleteRange},
	{"Empty", rangeEmpty},
	{"DeleteMany", rangeDeleteMany},
}

// rangeKeys and rangeBounds meet in each way: a bound on a key, between keys, before the first and after the last.
var (
	rangeKeys   = []string{"\x00", "\x00\x00", "a", "a\x00", "aa", "ab", "b", "\xff", "\xff\xff"}
	rangeBounds = []string{
		"", "\x00", "\x00\x00", "\x00\x01", "a", "a\x00", "a\x01", "b", "c", "\xff", "\xff\xff", "\xff\xff\xff\xff\xff",
	}
)

// bounds are all ranges over rangeBounds; in both directions if directed.
func bounds(directed bool) []engine.Range {
	ends := []engine.Range{{}}
	for _, bound := range rangeBounds {
		ends = append(ends, engine.Range{From: []byte(bound)}, engine.Range{From: []byte(bound), FromOpen: true})
	}
	var all []engine.Range
	for _, from := range ends {
		for _, to := range ends {
			r := engine.Range{From: from.From, FromOpen: from.FromOpen, To: to.From, ToOpen: to.FromOpen}
			all = append(all, r)
			if directed {
				r.Reverse = true
				all = append(all, r)
			}
		}
	}
	// Open ends without a bound are no bounds either.
	return append(all, engine.Range{FromOpen: true, ToOpen: true}, engine.Range{FromOpen: true, To: []byte("a")})
}

// each fills every kind of place and asks about it. A partition holds a key of no bytes too, and has neighbours.
func (f *fixture) each(do func(at engine.Place, want content)) {
	f.Helper()
	for name, at := range f.places() {
		want := named(name, rangeKeys...)
		if at.Scoped {
			want[""] = "no bytes"
			for _, next := range []engine.Partition{at.Partition - 1, at.Partition + 1} {
				beside := at
				beside.Partition = next
				f.fill(beside, named("neighbour", append([]string{""}, rangeKeys...)...))
			}
		}
		f.fill(at, want)
		do(at, want)
	}
}

func show(r engine.Range) string {
	return fmt.Sprintf("range from %q open %t to %q open %t reverse %t (nil: %t, %t)",
		r.From, r.FromOpen, r.To, r.ToOpen, r.Reverse, r.From == nil, r.To == nil)
}

func rangeScan(f *fixture) {
	f.each(func(at engine.Place, want content) {
		f.read(func(tx engine.Txn) {
			for _, r := range bounds(true) {
				f.wantPairs(show(r), f.scanned(tx, at, r, 4), want.of(r))
			}
		})
	})
}

// rangeFill reads ranges by Fill, in rooms and numbers of all sizes, with single entries by Next in between.
func rangeFill(f *fixture) {
	f.each(func(at engine.Place, want content) {
		want["long"] = strings.Repeat("x", 300)
		want["longer"] = strings.Repeat("y", min(70_000, f.engine.Caps().MaxValue))
		f.fill(at, want)
		f.read(func(tx engine.Txn) {
			for i, r := range bounds(true) {
				cursor := f.scan(tx, at, r)
				if filler, ok := cursor.(engine.Filler); ok {
					f.wantPairs(show(r), f.filled(cursor, filler, i), want.of(r))
				}
				cursor.Close()
			}
		})
	})
}

// filled is what a cursor has ahead of it.
func (f *fixture) filled(cursor engine.Cursor, filler engine.Filler, number int) (got []pair) {
	f.Helper()
	for step := number; ; step++ {
		room := make([]byte, step*7%100)
		most, parts := uint64(1+step%3), engine.Parts{Key: true, Value: true}
		for again := true; again; {
			filled, ok, err := filler.Fill(room, most, parts)
			f.must(err)
			if !ok { // of the unnamed table
				return append(got, f.rest(cursor, 4)...)
			}
			again = filled.Entries == 0 && filled.Need > 0
			if again != (filled.Entries == 0 && filled.More) || filled.Entries > most || filled.Need > 0 && filled.Need <= len(room)-filled.Bytes {
				f.Fatalf("Fill of %d bytes and %d entries: %+v", len(room), most, filled)
			}
			read := unbin(room[:filled.Bytes])
			for i := 0; i < len(read); i += 2 {
				got = append(got, pair{read[i], read[i+1]})
			}
			if n := len(got); filled.Entries > 0 && got[n-1] != (pair{string(filled.Last.Key), string(filled.Last.Value)}) {
				f.Fatalf("Fill says that %q was the last, and wrote %q", filled.Last.Key, got[n-1].key)
			}
			if !filled.More {
				return append(got, f.rest(cursor, 4)...)
			}
			room = make([]byte, filled.Need)
		}
		if step%4 == 0 {
			got = append(got, f.next(cursor, 2)...)
		}
	}
}

// unbin is what MessagePack bins hold.
func unbin(b []byte) (objects []string) {
	for len(b) > 0 {
		width, size := 1<<(b[0]-0xc4), 0
		for _, digit := range b[1 : 1+width] {
			size = size<<8 | int(digit)
		}
		b = b[1+width:]
		objects = append(objects, string(b[:size]))
		b = b[size:]
	}
	return objects
}

func rangeCount(f *fixture) {
	f.each(func(at engine.Place, want content) {
		f.read(func(tx engine.Txn) {
			for _, r := range bounds(true) {
				f.wantCount(tx, at, r, len(want.of(r)))
			}
		})
	})
}

func rangeDeleteRange(f *fixture) {
	f.each(func(at engine.Place, want content) {
		for _, r := range bounds(false) {
			f.drop(func(tx engine.Txn) {
				n, err := tx.DeleteRange(at, r)
				f.must(err)
				doomed := keysOf(want.of(r))
				if n != uint64(len(doomed)) {
					f.Fatalf("%s: DeleteRange deleted %d, want %d", show(r), n, len(doomed))
				}
				f.wantContent(tx, at, want.without(doomed...))
			})
		}
		f.read(func(tx engine.Txn) { f.wantContent(tx, at, want) })
	})
}

func rangeEmpty(f *fixture) {
	for _, at := range f.places() {
		f.drop(func(tx engine.Txn) {
			for _, r := range bounds(true) {
				f.wantPairs(show(r), f.scanned(tx, at, r, 1), nil)
				f.wantCount(tx, at, r, 0)
				n, err := tx.DeleteRange(at, r)
				f.must(err)
				if n != 0 {
					f.Fatalf("%s: DeleteRange deleted %d of nothing", show(r), n)
				}
			}
		})
	}
}

// rangeDeleteMany deletes from the middle of many entries, over several pages of a store that has pages.
func rangeDeleteMany(f *fixture) {
	for _, at := range f.places() {
		want := content{}
		for i := range 3000 {
			want[fmt.Sprintf("key%05d", i)] = fmt.Sprintf("a value of some length %d", i)
		}
		f.fill(at, want)
		for _, r := range []engine.Range{
			{From: []byte("key00100"), To: []byte("key00200"), ToOpen: true},
			{From: []byte("key00500"), FromOpen: true, To: []byte("key02500")},
			{To: []byte("key00050")},
			{From: []byte("key02900x")},
		} {
			doomed := keysOf(want.of(r))
			f.write(func(tx engine.Txn) {
				n, err := tx.DeleteRange(at, r)
				f.must(err)
				if n != uint64(len(doomed)) {
					f.Errorf("%s: DeleteRange deleted %d, want %d", show(r), n, len(doomed))
				}
			})
			want = want.without(doomed...)
			f.read(func(tx engine.Txn) { f.wantContent(tx, at, want) })
		}
	}
}

// Does Seek stand before the right entry: at or after a key in the cursor's direction, within the range only?

package enginetest

import (
	"fmt"
	"strings"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

var seekCases = []testCase{
	{"Everywhere", seekEverywhere},
	{"BeforeNext", seekBeforeNext},
	{"BackAndForth", seekBackAndForth},
	{"LongKeys", seekLongKeys},
}

// seekRanges have ends on keys and between them, open and not, and some have nothing in them.
func seekRanges() []engine.Range {
	var all []engine.Range
	for _, reverse := range []bool{false, true} {
		for _, open := range []bool{false, true} {
			for _, ends := range [][2][]byte{
				{nil, nil}, {[]byte("a"), nil}, {nil, []byte("b")}, {[]byte("a"), []byte("b")},
				{[]byte("a\x01"), []byte("aaa")}, {[]byte("\x00"), []byte("\xff\xff")}, {{}, nil}, {nil, {}},
				{[]byte("b"), []byte("a")}, {[]byte("ab"), []byte("ab")},
			} {
				all = append(all, engine.Range{
					From: ends[0], To: ends[1], FromOpen: open, ToOpen: open, Reverse: reverse,
				})
			}
		}
	}
	return all
}

// seekEverywhere seeks each bound in each range, with one cursor that comes from all positions.
func seekEverywhere(f *fixture) {
	f.each(func(at engine.Place, want content) {
		f.read(func(tx engine.Txn) {
			for _, r := range seekRanges() {
				cursor := f.scan(tx, at, r)
				for i, key := range append(shuffled(rangeBounds), rangeBounds...) {
					for _, strictly := range []bool{false, true} {
						f.must(cursor.Seek([]byte(key), strictly))
						what := fmt.Sprintf("%s: Seek %q after %t", show(r), key, strictly)
						left := after(r, want.of(r), key, strictly)
						if i%3 == 0 {
							// Not to the end, so that the next Seek does not always come from there.
							f.wantPairs(what, f.next(cursor, 1), left[:min(1, len(left))])
							continue
						}
						f.wantPairs(what, f.rest(cursor, 3), left)
					}
				}
				cursor.Close()
			}
		})
	})
}

// seekBeforeNext seeks with a cursor that has not moved yet, and several times in a row: the last one counts.
func seekBeforeNext(f *fixture) {
	f.each(func(at engine.Place, want content) {
		f.read(func(tx engine.Txn) {
			for _, r := range []engine.Range{{}, {Reverse: true}} {
				cursor := f.scan(tx, at, r)
				f.must(cursor.Seek([]byte("aa"), true))
				f.must(cursor.Seek([]byte("\xff\xff\xff"), false))
				f.must(cursor.Seek([]byte("a"), false))
				f.wantPairs(show(r), f.rest(cursor, 2), after(r, want.of(r), "a", false))
				cursor.Close()
			}
		})
	})
}

// seekBackAndForth goes back to what was passed, and over what was not yet.
func seekBackAndForth(f *fixture) {
	for _, at := range f.places() {
		want := numbered(500)
		f.fill(at, want)
		f.read(func(tx engine.Txn) {
			for _, r := range []engine.Range{{}, {Reverse: true}} {
				selected := want.of(r)
				cursor := f.scan(tx, at, r)
				for i := range 300 {
					place := i * 271 % len(selected)
					f.must(cursor.Seek([]byte(selected[place].key), i%2 == 0))
					left := selected[place+(i+1)%2:]
					f.wantPairs("after Seek", f.next(cursor, 3), left[:min(3, len(left))])
				}
				cursor.Close()
			}
		})
	}
}

// seekLongKeys seeks keys that are longer than any the store takes. They are keys to compare with all the same, or are
// refused; they are never cut.
func seekLongKeys(f *fixture) {
	f.each(func(at engine.Place, want content) {
		tail := strings.Repeat("\x00", min(f.engine.Caps().MaxKey, 1<<16))
		for _, long := range []string{"a" + tail, "\xff\xff" + tail} {
			f.read(func(tx engine.Txn) {
				for _, r := range []engine.Range{{}, {Reverse: true}} {
					cursor := f.scan(tx, at, r)
					if err := cursor.Seek([]byte(long), false); err != nil {
						f.wantError(err, engine.ErrKeyTooLong)
					} else {
						f.wantPairs(show(r), f.rest(cursor, 2), after(r, want.of(r), long, false))
					}
					cursor.Close()
				}
				for _, r := range []engine.Range{{From: []byte(long)}, {To: []byte(long)}} {
					if n, err := tx.Count(at, r); err != nil {
						f.wantError(err, engine.ErrKeyTooLong)
					} else if n != uint64(len(want.of(r))) {
						f.Fatalf("Count with a long bound gave %d, want %d", n, len(want.of(r)))
					}
				}
			})
		}
	})
}

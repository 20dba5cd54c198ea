// Does an operation on one partition leave all others unseen and unchanged, at the ends of the number range too?

package enginetest

import (
	"fmt"
	"maps"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

var partitionCases = []testCase{
	{"Reads", partitionReads},
	{"Bounds", partitionBounds},
	{"Seeks", partitionSeeks},
	{"Writes", partitionWrites},
	{"DeleteRange", partitionDeleteRange},
	{"Emptied", partitionEmptied},
	{"ShortKeys", partitionShortKeys},
	{"WholeTable", partitionWholeTable},
}

// neighbours are partitions whose bytes touch: where one ends and the next begins, and where adding 1 wraps or carries.
var neighbours = [][4]byte{
	{0, 0, 0, 0}, {0, 0, 0, 1}, {0, 0, 0, 0xff}, {0, 0, 1, 0}, {0, 0xff, 0xff, 0xff}, {1, 0, 0, 0}, {1, 0, 0, 1},
	{0x7f, 0xff, 0xff, 0xff}, {0x80, 0, 0, 0}, {0xfe, 0xff, 0xff, 0xff}, {0xff, 0, 0, 0}, {0xff, 0xff, 0xff, 0},
	{0xff, 0xff, 0xff, 0xfe}, {0xff, 0xff, 0xff, 0xff},
}

// partitionKeys lie at both ends of a partition. The first has no bytes.
var partitionKeys = []string{
	"", "\x00", "\x00\x00\x00\x00", "a", "\xff", "\xff\xff\xff\xff", "\xff\xff\xff\xff\xff\xff",
}

// fillNeighbours gives each partition the same keys, and values that tell them apart.
func (f *fixture) fillNeighbours() map[engine.Place]content {
	f.Helper()
	table := f.table("parted")
	all := map[engine.Place]content{}
	for _, partition := range neighbours {
		all[within(table, partition)] = named(fmt.Sprintf("%x", partition), partitionKeys...)
	}
	f.write(func(tx engine.Txn) {
		for at, entries := range all {
			for key, value := range entries {
				f.put(tx, at, key, value)
			}
		}
	})
	return all
}

// wantAll ends the test unless every place holds its content.
func (f *fixture) wantAll(tx engine.Txn, all map[engine.Place]content) {
	f.Helper()
	for at, entries := range all {
		f.wantContent(tx, at, entries)
	}
}

func partitionReads(f *fixture) {
	all := f.fillNeighbours()
	f.read(func(tx engine.Txn) {
		f.wantAll(tx, all)
		for at := range all {
			f.wantMissing(tx, at, "b")
			f.wantMissing(tx, at, "\x00\x00\x00")
		}
	})
}

// partitionBounds has bounds as far out as they go: they never reach out of the partition.
func partitionBounds(f *fixture) {
	all := f.fillNeighbours()
	far := []byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")
	ranges := []engine.Range{
		{From: []byte{}}, {From: []byte{}, FromOpen: true}, {From: far}, {From: far, FromOpen: true},
		{To: far}, {To: far, ToOpen: true}, {To: []byte{}}, {To: []byte{}, ToOpen: true},
		{From: []byte{}, To: far}, {From: far, To: []byte{}}, {From: []byte("\xff")}, {To: []byte("\x00")},
	}
	f.read(func(tx engine.Txn) {
		for at, entries := range all {
			for _, r := range ranges {
				for _, r.Reverse = range []bool{false, true} {
					what := fmt.Sprintf("%x %+v", at.Partition, r)
					f.wantPairs(what, f.scanned(tx, at, r, 2), entries.of(r))
				}
				f.wantCount(tx, at, r, len(entries.of(r)))
			}
		}
	})
}

// partitionSeeks seeks the ends: beyond them there is nothing, and no neighbour.
func partitionSeeks(f *fixture) {
	all := f.fillNeighbours()
	f.read(func(tx engine.Txn) {
		for at, entries := range all {
			for _, reverse := range []bool{false, true} {
				r := engine.Range{Reverse: reverse}
				cursor, err := tx.Scan(at, r)
				f.must(err)
				for _, key := range append([]string{"\xff\xff\xff\xff\xff\xff\xff\xff"}, partitionKeys...) {
					for _, strictly := range []bool{false, true} {
						f.must(cursor.Seek([]byte(key), strictly))
						what := fmt.Sprintf("%x reverse %t: Seek %q after %t", at.Partition, reverse, key, strictly)
						f.wantPairs(what, f.rest(cursor, 3), after(r, entries.of(r), key, strictly))
					}
				}
				cursor.Close()
			}
		}
	})
}

// partitionWrites changes each partition in turn by every kind of single write.
func partitionWrites(f *fixture) {
	all := f.fillNeighbours()
	for at := range all {
		f.drop(func(tx engine.Txn) {
			f.put(tx, at, "a", "replaced")
			f.must(tx.Insert(at, []byte("new"), []byte("inserted")))
			f.must(tx.Delete(at, []byte("\xff\xff\xff\xff\xff\xff")))
			_, err := tx.Apply(at, []engine.Op{
				{Kind: engine.OpPut, Key: []byte("batch"), Value: []byte("put")},
				{Kind: engine.OpDelete, Key: []byte{}},
			})
			f.must(err)
			changed := maps.Clone(all)
			changed[at] = all[at].without("", "\xff\xff\xff\xff\xff\xff")
			maps.Copy(changed[at], content{"a": "replaced", "new": "inserted", "batch": "put"})
			f.wantAll(tx, changed)
		})
	}
	f.read(func(tx engine.Txn) { f.wantAll(tx, all) })
}

// partitionDeleteRange clears each partition in turn, without bounds and with the widest.
func partitionDeleteRange(f *fixture) {
	all := f.fillNeighbours()
	ranges := []engine.Range{
		{}, {From: []byte{}}, {To: []byte("\xff\xff\xff\xff\xff\xff\xff\xff")}, {From: []byte("\xff")},
		{To: []byte("\x00")}, {From: []byte("\xff\xff\xff\xff\xff\xff\xff")}, {Reverse: true},
	}
	for at, entries := range all {
		for _, r := range ranges {
			f.drop(func(tx engine.Txn) {
				n, err := tx.DeleteRange(at, r)
				f.must(err)
				changed := maps.Clone(all)
				changed[at] = entries.without(keysOf(entries.of(r))...)
				if want := len(entries) - len(changed[at]); n != uint64(want) {
					f.Fatalf("DeleteRange of %x %+v deleted %d, want %d", at.Partition, r, n, want)
				}
				f.wantAll(tx, changed)
			})
		}
	}
}

func keysOf(pairs []pair) []string {
	var keys []string
	for _, p := range pairs {
		keys = append(keys, p.key)
	}
	return keys
}

// partitionEmptied leaves every second partition empty: a walk in it must not land on its neighbours.
func partitionEmptied(f *fixture) {
	all := f.fillNeighbours()
	table := f.table("parted")
	f.write(func(tx engine.Txn) {
		for i, partition := range neighbours {
			if i%2 == 0 {
				at := within(table, partition)
				_, err := tx.DeleteRange(at, engine.Range{})
				f.must(err)
				all[at] = content{}
			}
		}
		f.wantAll(tx, all)
	})
	f.read(func(tx engine.Txn) { f.wantAll(tx, all) })
}

// partitionShortKeys has keys in the whole table that are shorter than a partition's bytes: they are in none, though
// some lie between the least key above a partition and that partition plus 1.
func partitionShortKeys(f *fixture) {
	all := f.fillNeighbours()
	whole := engine.Place{Table: f.table("parted")}
	short := []string{"\x00", "\x00\x00\x00", "\x00\x00\x01", "\x00\x01", "\x01", "\x80", "\xff", "\xff\xff\xff"}
	f.fill(whole, named("short", short...))
	f.read(func(tx engine.Txn) { f.wantAll(tx, all) })
	for at := range all {
		f.drop(func(tx engine.Txn) {
			_, err := tx.DeleteRange(at, engine.Range{})
			f.must(err)
			for key, value := range named("short", short...) {
				f.wantValue(tx, whole, key, value)
			}
		})
	}
}

// partitionWholeTable asks a table without a partition: it has all entries, the partition's bytes before the key.
func partitionWholeTable(f *fixture) {
	all := f.fillNeighbours()
	whole := engine.Place{Table: f.table("parted")}
	joined := content{}
	for at, entries := range all {
		for key, value := range entries {
			partition := at.Partition.Bytes()
			joined[string(partition[:])+key] = value
		}
	}
	f.read(func(tx engine.Txn) { f.wantContent(tx, whole, joined) })
	f.write(func(tx engine.Txn) {
		n, err := tx.DeleteRange(whole, engine.Range{})
		f.must(err)
		if n != uint64(len(joined)) {
			f.Fatalf("DeleteRange of the whole table deleted %d, want %d", n, len(joined))
		}
		for at := range all {
			f.wantContent(tx, at, content{})
		}
	})
}

// Does a read transaction see what was committed when it began, all of it, and nothing else until it ends?

package enginetest

import (
	"fmt"
	"maps"
	"slices"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

var snapshotCases = []testCase{
	{"ReadersStandStill", snapshotReadersStandStill},
	{"CursorsStandStill", snapshotCursorsStandStill},
	{"UncommittedIsUnseen", snapshotUncommittedIsUnseen},
	{"AbortDrops", snapshotAbortDrops},
	{"CommitIsWhole", snapshotCommitIsWhole},
	{"ManyAges", snapshotManyAges},
	{"Numbers", snapshotNumbers},
	{"Tables", snapshotTables},
}

// everyKind changes a place that holds numbered(10) by all kinds of writes, and says what it holds then.
func (f *fixture) everyKind(tx engine.Txn, at engine.Place) content {
	f.Helper()
	f.put(tx, at, "key0001", "replaced")
	f.must(tx.Insert(at, []byte("inserted"), []byte("new")))
	f.must(tx.Delete(at, []byte("key0002")))
	_, err := tx.Apply(at, []engine.Op{
		{Key: []byte("batch"), Value: []byte("put")}, {Kind: engine.OpDelete, Key: []byte("key0003")},
	})
	f.must(err)
	_, err = tx.DeleteRange(at, engine.Range{From: []byte("key0006"), To: []byte("key0008")})
	f.must(err)
	now := numbered(10).without("key0002", "key0003", "key0006", "key0007", "key0008")
	maps.Copy(now, content{"key0001": "replaced", "inserted": "new", "batch": "put"})
	return now
}

func snapshotReadersStandStill(f *fixture) {
	for _, at := range f.places() {
		before := numbered(10)
		f.fill(at, before)
		old := f.begin(false)
		var now content
		f.write(func(tx engine.Txn) {
			now = f.everyKind(tx, at)
			f.wantContent(old, at, before)
		})
		f.wantContent(old, at, before)
		keys := [][]byte{[]byte("key0001"), []byte("inserted"), []byte("key0002")}
		values := make([][]byte, len(keys))
		f.must(old.GetMany(at, keys, values))
		if string(values[0]) != "value1" || values[1] != nil || string(values[2]) != "value2" {
			f.Errorf("GetMany in the old snapshot gave %q", values)
		}
		f.read(func(tx engine.Txn) { f.wantContent(tx, at, now) })
		f.wantContent(old, at, before)
		f.must(old.Abort())
	}
}

// snapshotCursorsStandStill empties and refills the place under an open cursor and what it handed out.
func snapshotCursorsStandStill(f *fixture) {
	for _, at := range f.places() {
		before := numbered(400)
		f.fill(at, before)
		for _, r := range []engine.Range{{}, {Reverse: true}} {
			old := f.begin(false)
			cursor := f.scan(old, at, r)
			borrowed := make([]engine.Entry, 100)
			n, err := cursor.Next(borrowed)
			f.must(err)
			for range 3 {
				f.write(func(tx engine.Txn) {
					_, err := tx.DeleteRange(at, engine.Range{})
					f.must(err)
				})
				f.fill(at, named("other", before.keys()...))
			}
			var got []pair
			for _, entry := range borrowed[:n] {
				got = append(got, pair{string(entry.Key), string(entry.Value)})
			}
			f.wantPairs(show(r), append(got, f.rest(cursor, 9)...), before.of(r))
			cursor.Close()
			f.must(old.Abort())
			f.fill(at, before)
		}
	}
}

func snapshotUncommittedIsUnseen(f *fixture) {
	for _, at := range f.places() {
		before := numbered(10)
		f.fill(at, before)
		earlier := f.begin(false)
		writer := f.begin(true)
		now := f.everyKind(writer, at)
		later := f.begin(false)
		f.wantContent(earlier, at, before)
		f.wantContent(later, at, before)
		f.wantContent(writer, at, now)
		f.must(writer.Commit())
		f.wantContent(earlier, at, before)
		f.wantContent(later, at, before)
		f.must(earlier.Abort())
		f.must(later.Commit())
		f.read(func(tx engine.Txn) { f.wantContent(tx, at, now) })
	}
}

func snapshotAbortDrops(f *fixture) {
	for _, at := range f.places() {
		before := numbered(10)
		f.fill(at, before)
		for range 3 {
			f.drop(func(tx engine.Txn) { f.everyKind(tx, at) })
			f.read(func(tx engine.Txn) { f.wantContent(tx, at, before) })
			f.drop(func(tx engine.Txn) { f.wantContent(tx, at, before) })
		}
		var now content
		f.write(func(tx engine.Txn) { now = f.everyKind(tx, at) })
		f.drop(func(tx engine.Txn) { f.wantContent(tx, at, now) })
	}
}

// snapshotCommitIsWhole changes several tables and partitions in one transaction.
func snapshotCommitIsWhole(f *fixture) {
	var spots []engine.Place
	for i := range 3 {
		table := f.table(fmt.Sprintf("table%d", i))
		for _, partition := range neighbours[:4] {
			spots = append(spots, within(table, partition))
		}
	}
	old := f.begin(false)
	for round := range 5 {
		f.write(func(tx engine.Txn) {
			for _, at := range spots {
				f.put(tx, at, "round", fmt.Sprint(round))
			}
		})
		f.drop(func(tx engine.Txn) {
			for _, at := range spots {
				f.must(tx.Delete(at, []byte("round")))
			}
		})
		f.read(func(tx engine.Txn) {
			for _, at := range spots {
				f.wantContent(tx, at, content{"round": fmt.Sprint(round)})
			}
		})
	}
	for _, at := range spots {
		f.wantContent(old, at, content{})
	}
	f.must(old.Abort())
}

// snapshotManyAges keeps a reader of each commit, and ends them in another order than they began.
func snapshotManyAges(f *fixture) {
	const ages = 20
	at := f.whole("plain")
	var readers []engine.Txn
	var seen []content
	now := content{}
	for i := range ages {
		readers, seen = append(readers, f.begin(false)), append(seen, maps.Clone(now))
		f.write(func(tx engine.Txn) {
			key := fmt.Sprint(i % 7)
			f.put(tx, at, key, fmt.Sprint(i))
			now[key] = fmt.Sprint(i)
			if i%3 == 0 {
				f.must(tx.Delete(at, []byte(key)))
				delete(now, key)
			}
		})
	}
	for _, i := range []int{7, 0, 19, 3, 1, 18, 10, 2} {
		f.wantContent(readers[i], at, seen[i])
		f.must(readers[i].Abort())
		readers[i] = nil
		f.write(func(tx engine.Txn) { f.put(tx, at, "more", fmt.Sprint(i)) })
	}
	for i, reader := range readers {
		if reader != nil {
			f.wantContent(reader, at, seen[i])
			f.must(reader.Abort())
		}
	}
}

// snapshotNumbers compares numbers: two readers with the same one see the same; 0 says nothing.
func snapshotNumbers(f *fixture) {
	at := f.whole("plain")
	seen := map[uint64]string{}
	for round := range 10 {
		value := fmt.Sprint(round)
		f.write(func(tx engine.Txn) {
			if n := tx.Snapshot(); n != 0 {
				f.Errorf("a write transaction has the number %d, want 0", n)
			}
			f.put(tx, at, "round", value)
		})
		f.drop(func(tx engine.Txn) { f.put(tx, at, "round", "dropped") })
		reader, twin := f.begin(false), f.begin(false)
		f.wantValue(reader, at, "round", value)
		f.wantValue(twin, at, "round", value)
		for _, tx := range []engine.Txn{reader, twin} {
			n := tx.Snapshot()
			if before, again := seen[n]; n != 0 && again && before != value {
				f.Errorf("the number %d came with %q and with %q", n, before, value)
			}
			seen[n] = value
			if n != tx.Snapshot() {
				f.Errorf("the number of a transaction changed from %d to %d", n, tx.Snapshot())
			}
		}
		f.must(reader.Abort())
		f.must(twin.Abort())
	}
}

func snapshotTables(f *fixture) {
	f.table("first")
	old := f.begin(false)
	f.table("second")
	names, err := old.Tables()
	f.must(err)
	if !slices.Equal(names, []string{"first"}) {
		f.Errorf("the old snapshot has the tables %q", names)
	}
	f.must(old.Abort())
	f.read(func(tx engine.Txn) { f.wantTables(tx, "first", "second") })
	f.drop(func(tx engine.Txn) { f.wantTables(tx, "first", "second") })
}

// Do GetMany and Apply do the same as one call after another, and stop where they should?

package enginetest

import (
	"fmt"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

var batchCases = []testCase{
	{"GetMany", batchGetMany},
	{"Apply", batchApply},
	{"ApplyInOrder", batchApplyInOrder},
	{"ApplyStops", batchApplyStops},
	{"Large", batchLarge},
	{"Packed", batchPacked},
	{"Nothing", batchNothing},
}

func batchGetMany(f *fixture) {
	for name, at := range f.places() {
		want := named(name, oddKeys...)
		f.fill(at, want)
		// In disorder, with a key twice, and with keys that are not there.
		asked := append(shuffled(oddKeys), "missing", "a", "a", "\xff\xff\xff", "m")
		f.read(func(tx engine.Txn) {
			keys, values := make([][]byte, len(asked)), make([][]byte, len(asked))
			for i, key := range asked {
				// What was in values before must not stay there.
				keys[i], values[i] = []byte(key), []byte("left over")
			}
			f.must(tx.GetMany(at, keys, values))
			for i, key := range asked {
				value, there := want[key]
				if there != (values[i] != nil) || string(values[i]) != value {
					f.Errorf("GetMany of %q gave %q (nil: %t), want %q", key, values[i], values[i] == nil, value)
				}
				if string(keys[i]) != key {
					f.Errorf("GetMany changed the key %q to %q", key, keys[i])
				}
			}
		})
	}
}

func batchApply(f *fixture) {
	for name, at := range f.places() {
		want := named(name, "a", "b", "c")
		f.fill(at, want)
		f.write(func(tx engine.Txn) {
			n, err := tx.Apply(at, []engine.Op{
				{Kind: engine.OpPut, Key: []byte("b"), Value: []byte("replaced")},
				{Kind: engine.OpInsert, Key: []byte("d"), Value: []byte("inserted")},
				{Kind: engine.OpDelete, Key: []byte("a")},
				{Kind: engine.OpDelete, Key: []byte("never there")},
				{Kind: engine.OpPut, Key: []byte("e")},
			})
			f.must(err)
			if n != 5 {
				f.Errorf("Apply did %d, want 5: an absent key is no error", n)
			}
		})
		f.read(func(tx engine.Txn) {
			f.wantContent(tx, at, content{"b": "replaced", "c": want["c"], "d": "inserted", "e": ""})
		})
	}
}

// batchApplyInOrder writes one key several times: the last one counts, and inserts see what came before them.
func batchApplyInOrder(f *fixture) {
	for _, at := range f.places() {
		key := []byte("key")
		f.write(func(tx engine.Txn) {
			n, err := tx.Apply(at, []engine.Op{
				{Kind: engine.OpInsert, Key: key, Value: []byte("1")},
				{Kind: engine.OpDelete, Key: key},
				{Kind: engine.OpDelete, Key: key},
				{Kind: engine.OpInsert, Key: key, Value: []byte("2")},
				{Kind: engine.OpPut, Key: key, Value: []byte("3")},
				{Kind: engine.OpPut, Key: key, Value: []byte("4")},
			})
			f.must(err)
			if n != 6 {
				f.Errorf("Apply did %d, want 6", n)
			}
			f.wantContent(tx, at, content{"key": "4"})
		})
	}
}

// batchApplyStops has the write that fails first, in the middle and last. The transaction is still good.
func batchApplyStops(f *fixture) {
	for _, at := range f.places() {
		f.fill(at, content{"there": "already"})
		tooLong := make([]byte, f.engine.Caps().MaxKey+1)
		for _, bad := range []struct {
			op   engine.Op
			want error
		}{
			{engine.Op{Kind: engine.OpInsert, Key: []byte("there"), Value: []byte("x")}, engine.ErrKeyExists},
			{engine.Op{Kind: engine.OpPut, Key: tooLong, Value: []byte("x")}, engine.ErrKeyTooLong},
		} {
			for place := range 4 {
				f.drop(func(tx engine.Txn) {
					want := content{"there": "already"}
					var ops []engine.Op
					for i := range 4 {
						if i == place {
							ops = append(ops, bad.op)
							continue
						}
						key := fmt.Sprintf("key%d", i)
						ops = append(ops, engine.Op{Key: []byte(key), Value: []byte("v")})
						if i < place {
							want[key] = "v"
						}
					}
					n, err := tx.Apply(at, ops)
					f.wantError(err, bad.want)
					if bad.want == engine.ErrKeyExists {
						f.wantExactly(err, engine.ErrKeyExists)
					}
					if n != place {
						f.Errorf("Apply did %d, want %d", n, place)
					}
					f.wantContent(tx, at, want)
					f.put(tx, at, "after", "it")
				})
			}
		}
	}
}

func batchLarge(f *fixture) {
	const size = 5000
	for _, at := range f.places() {
		ops, keys, want := make([]engine.Op, size), make([][]byte, size), content{}
		for i := range ops {
			key, value := fmt.Sprintf("key%05d", i*7919%size), fmt.Sprintf("value%d", i)
			keys[i] = []byte(key)
			ops[i] = engine.Op{Key: keys[i], Value: []byte(value)}
			want[key] = value
		}
		f.write(func(tx engine.Txn) {
			n, err := tx.Apply(at, ops)
			f.must(err)
			if n != size {
				f.Errorf("Apply did %d, want %d", n, size)
			}
		})
		f.read(func(tx engine.Txn) {
			f.wantContent(tx, at, want)
			values := make([][]byte, size)
			f.must(tx.GetMany(at, keys, values))
			for i, value := range values {
				if string(value) != want[string(keys[i])] {
					f.Fatalf("GetMany of %q gave %q", keys[i], value)
				}
			}
		})
	}
}

// batchPacked puts packed entries, in no order and some under one key, into a table that has others around them.
func batchPacked(f *fixture) {
	const size = 3000
	for _, at := range f.places() {
		f.drop(func(tx engine.Txn) {
			bulk, ok := tx.(engine.Bulk)
			if !ok {
				return
			}
			want := content{"key0": "before", "zzz": "after"}
			for key, value := range want {
				f.put(tx, at, key, value)
			}
			for round := range 3 {
				var packed []byte
				for i := range size {
					key := fmt.Sprintf("key%0*d", 1+i%9, i*7919%(size-round*1000)) // of many lengths, and one the start of another
					value := fmt.Sprintf("value%d of %d", i, round)
					packed = engine.AppendPacked(packed, []byte(key), []byte(value))
					want[key] = value
				}
				n, err := bulk.PutPacked(at, packed, size)
				f.must(err)
				if n != size {
					f.Errorf("PutPacked did %d, want %d", n, size)
				}
				f.wantContent(tx, at, want)
			}
		})
	}
}

func batchNothing(f *fixture) {
	for _, at := range f.places() {
		f.drop(func(tx engine.Txn) {
			f.must(tx.GetMany(at, nil, nil))
			n, err := tx.Apply(at, nil)
			f.must(err)
			if n != 0 {
				f.Errorf("Apply of nothing did %d", n)
			}
			f.wantContent(tx, at, content{})
		})
	}
}

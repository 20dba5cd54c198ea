package lmdb

import (
	"encoding/binary"
	"fmt"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

// Many gets and puts go to C in runs: their keys and values are copied into one piece of memory, which costs less than a
// crossing for each of them. Go's rules for memory that C is handed allow no slice of slices.
const (
	runBytes = 64 << 10
	runGets  = 128
	// A value from here on costs more to copy than a crossing does.
	runValue = 4096
)

// GetMany finds many values.
func (t *txn) GetMany(at engine.Place, keys, values [][]byte) error {
	if err := t.check(at); err != nil {
		return err
	}
	for i := 0; i < len(keys); {
		n, err := t.getRun(at, keys[i:], values[i:])
		if err != nil {
			return err
		}
		if i += n; n > 0 {
			continue
		}
		value, err := t.get(at, keys[i])
		if err != nil && err != engine.ErrNotFound {
			return err
		}
		values[i] = value
		i++
	}
	return nil
}

// getRun finds as many values as go in one crossing; 0 if the first key is none of them.
func (t *txn) getRun(at engine.Place, keys, values [][]byte) (int, error) {
	if at.Table == unnamed { // among its keys are some that are hidden
		return 0, nil
	}
	run, n := t.run[:0], 0
	for n < len(keys) && n < runGets {
		key := keys[n]
		if size := len(key) + head(at); size == 0 || size > maxKey {
			break
		}
		run = binary.NativeEndian.AppendUint32(run, uint32(len(key)))
		run = append(run, key...)
		n++
	}
	t.run = run
	if n == 0 {
		return 0, nil
	}
	var room [runGets]slice
	found := room[:n]
	if _, rc := nativeGetMany(t, at, run, found); rc != 0 {
		return 0, t.fail(rc, "a value could not be read")
	}
	for i := range found {
		values[i] = nil
		if found[i].data != 0 {
			values[i] = borrow(&found[i])
		}
	}
	return n, nil
}

// putRun does as many puts as go in one crossing, and says how many it did; LMDB's number if one more failed.
func (t *txn) putRun(at engine.Place, ops []engine.Op) (int, int) {
	if at.Table == unnamed || len(ops) < 2 || ops[1].Kind != engine.OpPut {
		return 0, 0
	}
	run, n := t.run[:0], 0
	for _, op := range ops {
		size := len(op.Key) + head(at)
		if op.Kind != engine.OpPut || size == 0 || size > maxKey || len(op.Value) > runValue || len(run) > runBytes {
			break
		}
		run = engine.AppendPacked(run, op.Key, op.Value)
		n++
	}
	t.run = run
	if n == 0 {
		return 0, 0
	}
	return nativePutMany(t.raw, t.putter(at.Table.(*table)), at, run, n)
}

// PutPacked does many puts in one crossing.
func (t *txn) PutPacked(at engine.Place, packed []byte, count int) (int, error) {
	if err := t.writable(at); err != nil {
		return 0, err
	}
	if at.Table == unnamed { // among its keys are some that are hidden
		for i := range count {
			key, value, rest := engine.Unpack(packed)
			if err := t.put(at, key, value, 0); err != nil {
				return i, err
			}
			packed = rest
		}
		return count, nil
	}
	n, rc := nativePutMany(t.raw, t.putter(at.Table.(*table)), at, packed, count)
	return n, t.failUnless0(rc, "a put of many entries")
}

// Apply does a batch of writes.
func (t *txn) Apply(at engine.Place, ops []engine.Op) (int, error) {
	if err := t.writable(at); err != nil {
		return 0, err
	}
	for i := 0; i < len(ops); i++ {
		if n, rc := t.putRun(at, ops[i:]); n > 0 || rc != 0 {
			i += n
			if rc != 0 {
				return i, t.fail(rc, fmt.Sprintf("a put of %d + %d bytes", len(ops[i].Key), len(ops[i].Value)))
			}
			i--
			continue
		}
		op := ops[i]
		var err error
		switch op.Kind {
		case engine.OpPut:
			err = t.put(at, op.Key, op.Value, 0)
		case engine.OpInsert:
			err = t.put(at, op.Key, op.Value, noOverwrite)
		case engine.OpDelete:
			if err = t.delete(at, op.Key); err == engine.ErrNotFound {
				err = nil
			}
		default:
			err = invalid("%d is no kind of write", op.Kind)
		}
		if err != nil {
			return i, err
		}
	}
	return len(ops), nil
}

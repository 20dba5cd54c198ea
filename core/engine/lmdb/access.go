package lmdb

import (
	"errors"
	"fmt"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

// head is how many bytes of a stored key are the partition's.
func head(at engine.Place) int {
	if at.Scoped {
		return engine.PartitionSize
	}
	return 0
}

// ready says whether the transaction can still be used.
func (t *txn) ready() error {
	if t.ended {
		return errEnded
	}
	return nil
}

// fail makes an error from a return code, and remembers one after which LMDB lets the transaction only be aborted.
func (t *txn) fail(rc int, doing string) error {
	switch rc {
	case rcNotFound:
		return engine.ErrNotFound
	case rcKeyExist:
		return engine.ErrKeyExists
	case rcMapFull:
		doing = fmt.Sprintf("%s: the map is full; abort, grow the environment or open it with a larger map size, "+
			"then write again", doing)
	case rcTxnFull:
		doing += ": the transaction has changed too many pages; abort it and write in several transactions"
	}
	err := failure(rc, doing)
	if t.write && !errors.Is(err, engine.ErrReservedKey) && !errors.Is(err, engine.ErrKeyTooLong) &&
		!errors.Is(err, engine.ErrConflict) {
		t.failure = err
	}
	return err
}

// Get finds a value.
func (t *txn) Get(at engine.Place, key []byte) ([]byte, error) {
	if err := t.check(at); err != nil {
		return nil, err
	}
	return t.get(at, key)
}

func (t *txn) check(at engine.Place) error {
	if t.ended {
		return errEnded
	}
	if at.Table.(*table).seq > t.seq {
		return t.usable(at)
	}
	return nil
}

func (t *txn) get(at engine.Place, key []byte) ([]byte, error) {
	if n := len(key) + head(at); n == 0 || n > maxKey {
		return nil, engine.ErrNotFound
	}
	value, rc := nativeGet(t, at, key)
	if rc != 0 {
		return nil, t.fail(rc, "a value could not be read")
	}
	if at.Table == unnamed && len(value) == recordSize {
		is, err := t.isTable(whole(at, key), value)
		if err != nil {
			return nil, err
		}
		if is {
			return nil, engine.ErrNotFound
		}
	}
	return value, nil
}

// Holds says whether there is an entry at a place.
func (t *txn) Holds(at engine.Place) (bool, error) {
	if err := t.check(at); err != nil {
		return false, err
	}
	if at.Table == unnamed { // among its records are some that are no entries
		return t.holdsEntry(at)
	}
	rc := nativeHolds(t.raw, at)
	if rc == rcNotFound {
		return false, nil
	}
	return rc == 0, t.failUnless0(rc, "a place could not be looked at")
}

func (t *txn) holdsEntry(at engine.Place) (bool, error) {
	c, err := t.scan(at, engine.Range{}, false)
	if err != nil {
		return false, err
	}
	defer c.Close()
	var entries [1]engine.Entry
	n, err := c.Next(entries[:])
	return n > 0, err
}

// Direct says where a place is for slm_get. Entries of the unnamed table are seen through Go, which hides records there.
func (t *txn) Direct(at engine.Place) (engine.Direct, bool) {
	if t.check(at) != nil || at.Table == unnamed {
		return engine.Direct{}, false
	}
	return engine.Direct{Txn: uintptr(t.raw), Table: uint32(at.Table.(*table).dbi), Partition: at.Partition, How: t.how(at)}, true
}

// writable says whether the transaction can write to the place.
func (t *txn) writable(at engine.Place) error {
	if err := t.check(at); err != nil {
		return err
	}
	if !t.write {
		return engine.Fail(engine.ErrReadOnly, "this is a read transaction: write in a write transaction", nil)
	}
	return t.failure
}

// Put stores a value.
func (t *txn) Put(at engine.Place, key, value []byte) error {
	if err := t.writable(at); err != nil {
		return err
	}
	return t.put(at, key, value, 0)
}

// Insert stores a value under a new key.
func (t *txn) Insert(at engine.Place, key, value []byte) error {
	if err := t.writable(at); err != nil {
		return err
	}
	return t.put(at, key, value, noOverwrite)
}

func (t *txn) put(at engine.Place, key, value []byte, flags uint) error {
	switch n := len(key) + head(at); {
	case n > maxKey:
		return engine.Fail(engine.ErrKeyTooLong, fmt.Sprintf("a key of %d bytes: the longest is %d", n, maxKey), nil)
	case n == 0:
		return invalid("a key of no bytes cannot be stored without a partition")
	case len(value) > 1<<31-1:
		return engine.Fail(engine.ErrTooLarge, fmt.Sprintf("a value of %d bytes: the largest is %d", len(value), 1<<31-1), nil)
	}
	if hidden, err := t.hides(at, key); err != nil {
		return err
	} else if hidden {
		return engine.Fail(engine.ErrReservedKey, fmt.Sprintf(
			"the key %q is the record of a named database: another key must be chosen", whole(at, key)), nil)
	}
	switch rc := nativePut(t.raw, t.putter(at.Table.(*table)), at, key, value, flags); rc {
	case 0:
		return nil
	case rcKeyExist:
		return engine.ErrKeyExists
	default:
		return t.fail(rc, fmt.Sprintf("a put of %d + %d bytes", len(key), len(value)))
	}
}

// putter is a table's LMDB cursor that puts go by, kept from one put to the next: one for each of the first tables that
// are put to, none for the others. One near the last costs half of what one from the top of the tree does.
func (t *txn) putter(tab *table) rawPutter {
	for i := range t.putters {
		p := &t.putters[i]
		if p.table == tab {
			return p.by
		}
		if p.table == nil && tab != unnamed {
			if by := nativePutter(t.raw, tab.dbi); by != 0 {
				*p = putter{tab, by}
				return by
			}
			break
		}
	}
	return 0
}

type putter struct {
	table *table
	by    rawPutter
}

func (t *txn) closePutters() {
	for i, p := range t.putters {
		if p.table != nil {
			p.by.close()
			t.putters[i] = putter{}
		}
	}
}

// Delete deletes a key.
func (t *txn) Delete(at engine.Place, key []byte) error {
	if err := t.writable(at); err != nil {
		return err
	}
	return t.delete(at, key)
}

func (t *txn) delete(at engine.Place, key []byte) error {
	if n := len(key) + head(at); n == 0 || n > maxKey {
		return engine.ErrNotFound
	}
	if hidden, err := t.hides(at, key); err != nil {
		return err
	} else if hidden {
		return engine.ErrNotFound
	}
	if rc := nativeDel(t.raw, at, key); rc != 0 {
		return t.fail(rc, "a key could not be deleted")
	}
	return nil
}

package core

import (
	"bytes"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

// Batch is a list of writes that are done together, all or none: see [Env.Submit]. Its keys and values are copied and
// checked when they are added. A Batch is filled by one goroutine at a time; once submitted it is not touched any more.
type Batch struct {
	env       *Env
	writes    []write
	one       [1]write // memory for the first: many batches have no more
	count     int      // of writes; those that are packed together are as many as their entries
	size      int
	submitted bool // guarded by the queue
}

type write struct {
	raw        *Raw
	scope      Scope
	what       writeKind
	count      int // of entries that are packed
	key, value []byte
	deleted    *bool   // nil: nobody asks
	cleared    *uint64 // the same
}

type writeKind uint8

const (
	writePut writeKind = iota
	writeInsert
	writeDelete
	writeClear
	writePacked
)

// NewBatch makes an empty batch of writes to databases of this environment.
func (e *Env) NewBatch() *Batch {
	b := &Batch{env: e}
	b.writes = b.one[:0]
	return b
}

// Len is how many writes the batch has.
func (b *Batch) Len() int { return b.count }

// BatchPut adds a put to a batch. After an error, which is one of a put, the batch is as it was.
func (raw *Raw) BatchPut(b *Batch, s Scope, key, value []byte) error {
	return raw.batchStore(b, s, writePut, key, value)
}

// BatchPutIfAbsent adds a put of a key that must be new: if it is not, the batch fails whole, with ErrKeyExists.
func (raw *Raw) BatchPutIfAbsent(b *Batch, s Scope, key, value []byte) error {
	return raw.batchStore(b, s, writeInsert, key, value)
}

// BatchPutMany adds the puts of entries, all or none.
func (raw *Raw) BatchPutMany(b *Batch, s Scope, entries []RawEntry) error {
	size := 0
	for i, entry := range entries {
		if err := raw.checkNew(entry.Key, entry.Value); err != nil { // also that the sizes fit where they are packed
			return wrapf(err, "entry %d", i)
		}
		size += engine.PackedSizes + len(entry.Key) + len(entry.Value)
	}
	packed := make([]byte, 0, size)
	for _, entry := range entries {
		packed = AppendPacked(packed, entry.Key, entry.Value)
	}
	return raw.BatchPutPacked(b, s, packed, len(entries))
}

// BatchPutPacked is BatchPutMany of count entries in one piece of memory, as AppendPacked makes it. The batch keeps that: it
// must not be changed any more. Many entries are then one allocation, and put in one go.
func (raw *Raw) BatchPutPacked(b *Batch, s Scope, packed []byte, count int) error {
	if err := raw.checkBatch(b, s); err != nil {
		return err
	}
	key, value, rest := []byte(nil), []byte(nil), packed
	for i := range count {
		key, value, rest = engine.Unpack(rest)
		if err := raw.checkNew(key, value); err != nil {
			return wrapf(err, "entry %d", i)
		}
	}
	if count > 0 {
		b.add(write{raw: raw, scope: s, what: writePacked, value: packed, count: count})
	}
	return nil
}

func (raw *Raw) batchStore(b *Batch, s Scope, what writeKind, key, value []byte) error {
	if err := raw.checkBatch(b, s); err != nil {
		return err
	}
	if err := raw.checkNew(key, value); err != nil {
		return err
	}
	both := append(append(make([]byte, 0, len(key)+len(value)), key...), value...)
	n := len(key)
	b.add(write{raw: raw, scope: s, what: what, key: both[:n:n], value: both[n:]})
	return nil
}

// BatchDelete adds a delete to a batch. That there is nothing to delete is no error; *deleted (it may be nil) says whether
// there was something once the batch has come to no error, and is not to be touched before it has come to anything.
func (raw *Raw) BatchDelete(b *Batch, s Scope, key []byte, deleted *bool) error {
	if err := raw.checkBatch(b, s); err != nil {
		return err
	}
	if err := raw.checkKey(key); err != nil {
		return err
	}
	b.add(write{raw: raw, scope: s, what: writeDelete, key: bytes.Clone(key), deleted: deleted})
	return nil
}

// BatchClear adds the deletion of all entries of a scope. *count (it may be nil) is how many there were, once the batch has
// come to no error; it is not to be touched before the batch has come to anything.
func (raw *Raw) BatchClear(b *Batch, s Scope, count *uint64) error {
	if err := raw.checkBatch(b, s); err != nil {
		return err
	}
	b.add(write{raw: raw, scope: s, what: writeClear, cleared: count})
	return nil
}

func (raw *Raw) checkBatch(b *Batch, s Scope) error {
	if b.env != raw.env {
		return fail(CodeInvalidArgument, "database %q and the batch are of different environments", raw.name)
	}
	if raw.env.engine.Caps().ReadOnly {
		return fail(CodeReadOnly, "the environment is open for reading only")
	}
	return wrap(s.Check())
}

func (b *Batch) add(w write) {
	b.writes = append(b.writes, w)
	b.count += max(1, w.count)
	b.size += len(w.key) + len(w.value)
}

// BatchPut adds a put to a batch; see Raw.BatchPut.
func (d *DB[K, V]) BatchPut(b *Batch, s Scope, key K, value V) error {
	return d.batchStore(b, s, writePut, key, value)
}

// BatchPutIfAbsent adds a put of a key that must be new to a batch; see Raw.BatchPutIfAbsent.
func (d *DB[K, V]) BatchPutIfAbsent(b *Batch, s Scope, key K, value V) error {
	return d.batchStore(b, s, writeInsert, key, value)
}

// BatchClear adds the deletion of all entries of a scope to a batch; see Raw.BatchClear.
func (d *DB[K, V]) BatchClear(b *Batch, s Scope, count *uint64) error {
	return d.raw.BatchClear(b, s, count)
}

func (d *DB[K, V]) batchStore(b *Batch, s Scope, what writeKind, key K, value V) error {
	k, err := d.keys.AppendKey(nil, key)
	if err != nil {
		return wrap(err)
	}
	v, err := d.values.AppendValue(nil, value)
	if err != nil {
		return wrap(err)
	}
	return d.raw.batchStore(b, s, what, k, v)
}

// BatchDelete adds a delete to a batch; see Raw.BatchDelete.
func (d *DB[K, V]) BatchDelete(b *Batch, s Scope, key K, deleted *bool) error {
	k, err := d.keys.AppendKey(nil, key)
	if err != nil {
		return wrap(err)
	}
	return d.raw.BatchDelete(b, s, k, deleted)
}

// Do does the batch's writes within a transaction. After an error the transaction has those before the one that failed;
// those that were added together may be partly done then.
func (b *Batch) Do(t *Txn) error {
	before := 0
	for i := range b.writes {
		w := &b.writes[i]
		if err := w.do(t); err != nil {
			return wrapf(err, "write %d of the batch", before)
		}
		before += max(1, w.count)
	}
	return nil
}

func (w *write) do(t *Txn) (err error) {
	switch w.what {
	case writePacked:
		err = w.raw.PutPacked(t, w.scope, w.value, w.count)
	case writeDelete:
		var was bool
		if was, err = w.raw.Delete(t, w.scope, w.key); w.deleted != nil {
			*w.deleted = was
		}
	case writeClear:
		var count uint64
		if count, err = w.raw.Clear(t, w.scope); w.cleared != nil {
			*w.cleared = count
		}
	case writeInsert:
		err = w.raw.store(t, w.scope, w.key, w.value, engine.Txn.Insert)
		if err == ErrKeyExists {
			err = fail(CodeKeyExists, "there is an entry under the key %q, which was to be new", w.key)
		}
	default:
		err = w.raw.store(t, w.scope, w.key, w.value, engine.Txn.Put)
	}
	return err
}

package core

import (
	"bytes"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

// Batch is a list of writes that are done together, all or none: see [Env.Submit]. Its keys and values are copied and
// checked when they are added. A Batch is filled by one goroutine at a time; once submitted it is not touched any more.
type Batch struct {
	env    *Env
	writes []write
	size   int
}

type write struct {
	raw        *Raw
	scope      Scope
	delete     bool
	key, value []byte
}

// NewBatch makes an empty batch of writes to databases of this environment.
func (e *Env) NewBatch() *Batch { return &Batch{env: e} }

// Len is how many writes the batch has.
func (b *Batch) Len() int { return len(b.writes) }

// BatchPut adds a put to a batch. After an error, which is one of a put, the batch is as it was.
func (raw *Raw) BatchPut(b *Batch, s Scope, key, value []byte) error {
	if err := raw.checkBatch(b, s); err != nil {
		return err
	}
	if err := raw.checkNew(key, value); err != nil {
		return err
	}
	b.add(write{raw: raw, scope: s, key: bytes.Clone(key), value: bytes.Clone(value)})
	return nil
}

// BatchDelete adds a delete to a batch. That there is nothing to delete is no error.
func (raw *Raw) BatchDelete(b *Batch, s Scope, key []byte) error {
	if err := raw.checkBatch(b, s); err != nil {
		return err
	}
	if err := raw.checkKey(key); err != nil {
		return err
	}
	b.add(write{raw: raw, scope: s, delete: true, key: bytes.Clone(key)})
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
	b.size += len(w.key) + len(w.value)
}

// BatchPut adds a put to a batch; see Raw.BatchPut.
func (d *DB[K, V]) BatchPut(b *Batch, s Scope, key K, value V) error {
	k, err := d.keys.AppendKey(nil, key)
	if err != nil {
		return wrap(err)
	}
	v, err := d.values.AppendValue(nil, value)
	if err != nil {
		return wrap(err)
	}
	return d.raw.BatchPut(b, s, k, v)
}

// BatchDelete adds a delete to a batch; see Raw.BatchDelete.
func (d *DB[K, V]) BatchDelete(b *Batch, s Scope, key K) error {
	k, err := d.keys.AppendKey(nil, key)
	if err != nil {
		return wrap(err)
	}
	return d.raw.BatchDelete(b, s, k)
}

// Do does the batch's writes within a transaction. After an error the transaction has those before the one that failed.
func (b *Batch) Do(t *Txn) error {
	for i, w := range b.writes {
		var err error
		if w.delete {
			_, err = w.raw.Delete(t, w.scope, w.key)
		} else {
			err = w.raw.store(t, w.scope, w.key, w.value, engine.Txn.Put)
		}
		if err != nil {
			return wrapf(err, "write %d of the batch", i)
		}
	}
	return nil
}

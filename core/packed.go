package core

import (
	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/scope"
)

// AppendPacked appends an entry to what PutPacked takes.
func AppendPacked(packed, key, value []byte) []byte { return engine.AppendPacked(packed, key, value) }

// PutPacked is PutMany of count entries in one piece of memory, as AppendPacked makes it. It costs no slice an entry.
func (raw *Raw) PutPacked(t *Txn, s scope.Scope, packed []byte, count int) (err error) {
	if err := t.enterWrite(); err != nil {
		return err
	}
	defer t.leaveWrite(&err)
	if count == 0 {
		return wrap(s.Check())
	}
	key, value, rest := []byte(nil), []byte(nil), packed
	for i := range count {
		key, value, rest = engine.Unpack(rest)
		if err := raw.checkNew(key, value); err != nil {
			return wrapf(err, "entry %d", i)
		}
	}
	sp, err := raw.spotToWrite(t, s)
	if err != nil {
		return err
	}
	if bulk, ok := t.engine.(engine.Bulk); ok && sp.form.AsIs() {
		n, err := bulk.PutPacked(sp.at, packed, count)
		return wrapf(err, "entry %d", n)
	}
	ops := make([]engine.Op, count)
	for i := range ops {
		key, value, packed = engine.Unpack(packed)
		ops[i] = engine.Op{Kind: engine.OpPut, Key: sp.form.Append(nil, key), Value: value}
	}
	n, err := t.engine.Apply(sp.at, ops)
	return wrapf(err, "entry %d", n)
}

package core

import (
	"bytes"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/scope"
)

// Deletion in steps: a scope of millions of entries would block all writers for as long as one transaction deletes it, and
// LMDB may refuse such a transaction (ErrTxnFull).

// ShrinkScope deletes up to `most` entries of a scope, over all databases of the environment, and says how many. Fewer than
// most: there are none left. The scope stays registered. ErrNotFound if it is not; ErrConflict as for DropScope.
func (t *Txn) ShrinkScope(name string, most uint64) (_ uint64, err error) {
	if err := t.enterRegistry(name); err != nil {
		return 0, err
	}
	defer t.leaveWrite(&err)
	found, err := t.resolve(name)
	if err != nil {
		return 0, err
	}
	if !found.ok {
		return 0, fail(CodeNotFound, "the scope %s is not registered", scope.Quote(name))
	}
	return t.shrink(found.id, most)
}

// ShrinkOrphan deletes up to `most` entries of an id that no scope has. ErrInvalidArgument if one has it.
func (t *Txn) ShrinkOrphan(id uint32, most uint64) (_ uint64, err error) {
	if err := t.enterWrite(); err != nil {
		return 0, err
	}
	defer t.leaveWrite(&err)
	infos, err := t.env.registry.List(t.engine, t.env.registryTables())
	if err != nil {
		return 0, wrap(err)
	}
	for _, info := range infos {
		if info.ID == id {
			return 0, fail(CodeInvalidArgument, "the id %08x is that of the scope %s: drop the scope", id, scope.Quote(info.Name))
		}
	}
	return t.shrink(id, most)
}

func (t *Txn) shrink(id uint32, most uint64) (uint64, error) {
	places, err := t.places(id)
	if err != nil {
		return 0, err
	}
	var total uint64
	for _, at := range places {
		last, n, err := lastOf(t.engine, at, most-total)
		if err != nil {
			return total, err
		}
		if n == 0 {
			continue
		}
		n, err = t.engine.DeleteRange(at, engine.Range{To: last})
		total += n
		if err != nil || total >= most {
			return total, wrap(err)
		}
	}
	return total, nil
}

// lastOf is the last of the first `most` keys of a place, and how many there are up to it.
func lastOf(t engine.Txn, at engine.Place, most uint64) (last []byte, n uint64, err error) {
	cursor, err := t.Scan(at, engine.Range{})
	if err != nil {
		return nil, 0, wrap(err)
	}
	defer cursor.Close()
	var entries [fullBatch]engine.Entry
	for n < most {
		moved, err := cursor.Next(entries[:min(most-n, fullBatch)])
		if err != nil {
			return nil, 0, wrap(err)
		}
		if moved == 0 {
			break
		}
		n += uint64(moved)
		last = append(last[:0], entries[moved-1].Key...)
	}
	return bytes.Clone(last), n, nil
}

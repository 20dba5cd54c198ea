package core

import (
	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/scope"
)

// What is done to all entries within bounds: count, measure, delete, and whether there are any. Reverse means nothing here;
// a Limit is refused, since whoever sets one must not lose what is beyond it.

// Count counts the entries of a scope within bounds.
func (raw *Raw) Count(t *Txn, s scope.Scope, b Bounds) (uint64, error) {
	if err := t.enter(); err != nil {
		return 0, err
	}
	defer t.leave()
	return raw.each(t, s, b, engine.Txn.Count, nil)
}

// DeleteRange deletes the entries of a scope within bounds and says how many there were.
func (raw *Raw) DeleteRange(t *Txn, s scope.Scope, b Bounds) (_ uint64, err error) {
	if err := t.enterWrite(); err != nil {
		return 0, err
	}
	defer t.leaveWrite(&err)
	return raw.each(t, s, b, engine.Txn.DeleteRange, engine.Txn.Delete)
}

// Clear deletes all entries of a scope and says how many there were. The scope stays registered.
func (raw *Raw) Clear(t *Txn, s scope.Scope) (uint64, error) {
	return raw.DeleteRange(t, s, Bounds{})
}

// IsEmpty says whether a scope has no entries. It costs one seek.
func (raw *Raw) IsEmpty(t *Txn, s scope.Scope) (bool, error) {
	if err := t.enter(); err != nil {
		return false, err
	}
	defer t.leave()
	sp, err := raw.spot(t, s)
	if err != nil || sp.none {
		return err == nil, err
	}
	some, err := holdsAny(t.engine, sp.at)
	return !some, err
}

// Stats is what a scope holds in a database: entries, bytes of their logical keys, bytes of their values as stored.
type Stats struct {
	Entries, KeyBytes, ValueBytes uint64
}

// Stats measures what a scope holds, exactly. It costs as much as reading it.
func (raw *Raw) Stats(t *Txn, s scope.Scope) (stats Stats, err error) {
	entries, err := raw.Entries(t, s, Bounds{})
	if err != nil {
		return stats, err
	}
	defer entries.Close() //nolint:errcheck // the transaction closes what is left
	for {
		ok, err := entries.Next()
		if err != nil || !ok {
			return stats, err
		}
		value, err := entries.Value()
		if err != nil {
			return stats, err
		}
		stats.Entries++
		stats.KeyBytes += uint64(len(entries.Key()))
		stats.ValueBytes += uint64(len(value))
	}
}

func holdsAny(t engine.Txn, at engine.Place) (bool, error) {
	if holder, ok := t.(engine.Holder); ok {
		some, err := holder.Holds(at)
		return some, wrap(err)
	}
	cursor, err := t.Scan(at, engine.Range{})
	if err != nil {
		return false, wrap(err)
	}
	defer cursor.Close()
	var entries [1]engine.Entry
	n, err := cursor.Next(entries[:])
	return n > 0, wrap(err)
}

// each does whole to the stored ranges that the bounds come to. Where numbers are stored in an order that no range can
// follow, it goes through the keys one by one, and does one to each, if there is such a thing to do.
func (raw *Raw) each(t *Txn, s scope.Scope, b Bounds, whole func(engine.Txn, engine.Place, engine.Range) (uint64, error),
	one func(engine.Txn, engine.Place, []byte) error) (uint64, error) {
	if b.Limit != 0 {
		return 0, fail(CodeInvalidArgument, "a limit of %d entries: counting and deleting a range have none, leave it 0", b.Limit)
	}
	sp, err := raw.spot(t, s)
	if err != nil || sp.none {
		return 0, err
	}
	b.Reverse = false
	if b.open() {
		n, err := whole(t.engine, sp.at, engine.Range{})
		return n, wrap(err)
	}
	if !ordered(sp.form) {
		n, err := eachKey(t, *sp, b, one)
		return n, raw.where(s, err)
	}
	spans, err := b.spans(t.engine, *sp)
	if err != nil {
		return 0, raw.where(s, err)
	}
	var total uint64
	for _, run := range spans {
		n, err := whole(t.engine, sp.at, run.r)
		total += n
		if err != nil {
			return total, wrap(err)
		}
	}
	return total, nil
}

func eachKey(t *Txn, sp spot, b Bounds, one func(engine.Txn, engine.Place, []byte) error) (uint64, error) {
	keys := &sorted{txn: t.engine, spot: sp, bounds: b}
	if err := keys.gather(); err != nil {
		return 0, err
	}
	for i, key := range keys.keys {
		if one == nil {
			break
		}
		if err := one(t.engine, sp.at, sp.rest(t, key)); err != nil {
			return uint64(i), wrap(err)
		}
	}
	return uint64(len(keys.keys)), nil
}

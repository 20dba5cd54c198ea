// Which operations read, and how does a user take their answers?
package faults

import (
	"errors"
	"iter"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// absent takes the answer that there is no such entry.
func absent(err error) error {
	if errors.Is(err, core.ErrNotFound) {
		return nil
	}
	return err
}

// all walks to the end.
func all[T any](walk iter.Seq2[T, error]) error {
	for _, err := range walk {
		if err != nil {
			return err
		}
	}
	return nil
}

// named is a range, and what it is called.
type named[K any] struct {
	name string
	r    core.Range[K]
}

func (u use[K, V]) ranges() []named[K] {
	return []named[K]{
		{"of all", core.Range[K]{}},
		{"in reverse", core.Range[K]{Reverse: true}},
		{"with a limit", core.Range[K]{Limit: 2}},
		{"in bounds", core.Range[K]{Lower: core.Include(u.key(2)), Upper: core.Exclude(u.key(7))}},
		{"in bounds and reverse", core.Range[K]{Lower: core.Exclude(u.key(1)), Upper: core.Include(u.key(6)), Reverse: true}},
	}
}

func (u use[K, V]) reads() []operation {
	db, two := u.db, u.key(2)
	reads := []operation{
		{"Get", false, func(t *core.Txn, s core.Scope) error { _, err := db.Get(t, s, u.key(3)); return absent(err) }},
		{"Get of none", false, func(t *core.Txn, s core.Scope) error { _, err := db.Get(t, s, two); return absent(err) }},
		{"GetMany", false, func(t *core.Txn, s core.Scope) error { _, _, err := db.GetMany(t, s, []K{u.key(1), two}); return err }},
		{"Contains", false, func(t *core.Txn, s core.Scope) error { _, err := db.Contains(t, s, u.key(3)); return err }},
		{"IsEmpty", false, func(t *core.Txn, s core.Scope) error { _, err := db.IsEmpty(t, s); return err }},
		{"First", false, func(t *core.Txn, s core.Scope) error { _, err := db.First(t, s); return absent(err) }},
		{"Last", false, func(t *core.Txn, s core.Scope) error { _, err := db.Last(t, s); return absent(err) }},
		{"AtOrAfter", false, func(t *core.Txn, s core.Scope) error { _, err := db.AtOrAfter(t, s, two); return absent(err) }},
		{"After", false, func(t *core.Txn, s core.Scope) error { _, err := db.After(t, s, two); return absent(err) }},
		{"AtOrBefore", false, func(t *core.Txn, s core.Scope) error { _, err := db.AtOrBefore(t, s, two); return absent(err) }},
		{"Before", false, func(t *core.Txn, s core.Scope) error { _, err := db.Before(t, s, two); return absent(err) }},
		{"Keys", false, func(t *core.Txn, s core.Scope) error { return all(db.Keys(t, s, core.Range[K]{})) }},
		{"Values", false, func(t *core.Txn, s core.Scope) error { return all(db.Values(t, s, core.Range[K]{})) }},
		{"Stats", false, func(t *core.Txn, s core.Scope) error { _, err := db.Stats(t, s); return err }},
		{"Databases", false, func(t *core.Txn, _ core.Scope) error { _, err := t.Databases(); return err }},
		{"Cursor", false, u.cursor},
	}
	for _, n := range u.ranges() {
		reads = append(reads,
			operation{"Range " + n.name, false, func(t *core.Txn, s core.Scope) error { return all(db.Range(t, s, n.r)) }})
		if n.r.Limit == 0 {
			reads = append(reads,
				operation{"Count " + n.name, false, func(t *core.Txn, s core.Scope) error { _, err := db.Count(t, s, n.r); return err }})
		}
	}
	return reads
}

// cursor walks by hand, to and fro.
func (u use[K, V]) cursor(t *core.Txn, s core.Scope) (err error) {
	c, err := u.db.Cursor(t, s, core.Range[K]{})
	if err != nil {
		return err
	}
	defer closing(c, &err)
	for _, k := range []int{0, 4, 9, 2} {
		if err = c.Seek(u.key(k)); err != nil {
			return err
		}
		var there bool
		if there, err = c.Next(); err != nil {
			return err
		}
		if !there {
			continue
		}
		if _, err = c.Key(); err != nil {
			return err
		}
		if _, err = c.Value(); err != nil {
			return err
		}
	}
	return nil
}

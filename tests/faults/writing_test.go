// Which operations write, and which walk on while they write?
package faults

import (
	"bytes"
	"fmt"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

func (u use[K, V]) writes() []operation {
	db, new, old := u.db, u.key(4), u.key(3)
	writes := []operation{
		{"Put", true, func(t *core.Txn, s core.Scope) error { return db.Put(t, s, new, u.value("put")) }},
		{"Put over", true, func(t *core.Txn, s core.Scope) error { return db.Put(t, s, old, u.value("put over")) }},
		{"PutIfAbsent", true, func(t *core.Txn, s core.Scope) error {
			_, err := db.PutIfAbsent(t, s, new, u.value("put if absent"))
			return err
		}},
		{"PutIfAbsent over", true, func(t *core.Txn, s core.Scope) error {
			_, err := db.PutIfAbsent(t, s, old, u.value("put if absent"))
			return err
		}},
		{"PutMany", true, u.putMany},
		{"Raw.PutMany", true, u.rawPutMany},
		{"Replace", true, func(t *core.Txn, s core.Scope) error { _, _, err := db.Replace(t, s, old, u.value("new")); return err }},
		{"Replace of none", true, func(t *core.Txn, s core.Scope) error { _, _, err := db.Replace(t, s, new, u.value("new")); return err }},
		{"Pop", true, func(t *core.Txn, s core.Scope) error { _, err := db.Pop(t, s, old); return absent(err) }},
		{"CompareAndSwap", true, func(t *core.Txn, s core.Scope) error {
			_, err := db.CompareAndSwap(t, s, old, u.held(s, 3), u.value("swapped"))
			return err
		}},
		{"Delete", true, func(t *core.Txn, s core.Scope) error { _, err := db.Delete(t, s, old); return err }},
		{"Delete of none", true, func(t *core.Txn, s core.Scope) error { _, err := db.Delete(t, s, new); return err }},
		{"Clear", true, func(t *core.Txn, s core.Scope) error { _, err := db.Clear(t, s); return err }},
		{"write in a walk", true, u.walkAndWrite},
		{"cursor over writes", true, u.cursorAndWrite},
		{"cursor before writes", true, u.staleCursor},
	}
	for _, n := range u.ranges() {
		if n.r.Limit != 0 {
			continue
		}
		writes = append(writes, operation{"DeleteRange " + n.name, true, func(t *core.Txn, s core.Scope) error {
			_, err := db.DeleteRange(t, s, n.r)
			return err
		}})
	}
	return writes
}

func (u use[K, V]) putMany(t *core.Txn, s core.Scope) error {
	_, err := u.db.PutMany(t, s, func(yield func(K, V) bool) {
		for k := range 5 {
			if !yield(u.key(k), u.value(fmt.Sprintf("many %d", k))) {
				return
			}
		}
	})
	return err
}

// rawPutMany puts the entries that are there in one batch, each with the value of the one before it.
func (u use[K, V]) rawPutMany(t *core.Txn, s core.Scope) error {
	walk, err := u.db.Raw().Entries(t, s, core.Bounds{})
	if err != nil {
		return err
	}
	defer walk.Close() //nolint:errcheck // of a cursor that is closed already
	var batch []engine.Entry
	last := []byte(nil)
	for {
		there, err := walk.Next()
		if err != nil {
			return err
		}
		if !there {
			break
		}
		value, err := walk.Value()
		if err != nil {
			return err
		}
		if last == nil {
			last = bytes.Clone(value)
		}
		batch = append(batch, engine.Entry{Key: bytes.Clone(walk.Key()), Value: last})
		last = bytes.Clone(value)
	}
	if err := walk.Close(); err != nil {
		return err
	}
	return u.db.Raw().PutMany(t, s, batch)
}

// apply queues a batch, and waits for its commit.
func (u use[K, V]) apply(env *core.Env, s core.Scope) error {
	b := env.NewBatch()
	for k := range 4 {
		if err := u.db.BatchPut(b, s, u.key(k), u.value(fmt.Sprintf("in a batch %d", k))); err != nil {
			return err
		}
	}
	if err := u.db.BatchDelete(b, s, u.key(5), nil); err != nil {
		return err
	}
	return env.Apply(ctx, b)
}

// walkAndWrite writes in the body of a loop over what it writes to.
func (u use[K, V]) walkAndWrite(t *core.Txn, s core.Scope) error {
	for key, err := range u.db.Keys(t, s, core.Range[K]{}) {
		if err != nil {
			return err
		}
		if _, err := u.db.Delete(t, s, key); err != nil {
			return err
		}
		if err := u.db.Put(t, s, u.key(0), u.value("put in a walk")); err != nil {
			return err
		}
	}
	return nil
}

// cursorAndWrite writes while a cursor is at an entry, and goes on.
func (u use[K, V]) cursorAndWrite(t *core.Txn, s core.Scope) (err error) {
	c, err := u.db.Cursor(t, s, core.Range[K]{Reverse: true})
	if err != nil {
		return err
	}
	defer closing(c, &err)
	for range 3 {
		if _, err = c.Next(); err != nil {
			return err
		}
		if err = u.db.Put(t, s, u.key(6), u.value("put under a cursor")); err != nil {
			return err
		}
	}
	return nil
}

// staleCursor writes while a cursor is before its first entry, so that it has to begin anew.
func (u use[K, V]) staleCursor(t *core.Txn, s core.Scope) (err error) {
	c, err := u.db.Cursor(t, s, core.Range[K]{})
	if err != nil {
		return err
	}
	defer closing(c, &err)
	if err = u.db.Put(t, s, u.key(0), u.value("put before a cursor")); err != nil {
		return err
	}
	if _, err = c.Next(); err != nil {
		return err
	}
	if err = c.Seek(u.key(3)); err != nil {
		return err
	}
	if err = u.db.Put(t, s, u.key(2), u.value("put after a seek")); err != nil {
		return err
	}
	_, err = c.Next()
	return err
}

// closing closes a cursor. After a call has failed the cursor must still be fit to be asked and closed.
func closing[K, V any](c *core.Cursor[K, V], err *error) {
	if *err != nil {
		_, _ = c.Next()
	}
	if closed := c.Close(); *err == nil {
		*err = closed
	}
}

package lmdb

import (
	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

// cursor walks in batches: native.c fills the entries of many steps in one crossing, and LMDB's memory stays where it is until the next
// write.
type cursor struct {
	txn     *txn
	at      engine.Place
	raw     rawCursor
	unnamed bool // records of named tables are left out
	// The cursors of a transaction are a list: the next one, and what points to this one.
	after  *cursor
	before **cursor
}

// Scan opens a cursor.
func (t *txn) Scan(at engine.Place, r engine.Range) (engine.Cursor, error) {
	if err := t.check(at); err != nil {
		return nil, err
	}
	return t.scan(at, r, false)
}

// scan opens a cursor; with records, one that shows the records of named tables too.
func (t *txn) scan(at engine.Place, r engine.Range, records bool) (*cursor, error) {
	raw, rc := nativeCursorOpen(t.raw, at, r)
	if rc != 0 {
		return nil, t.fail(rc, "a cursor could not be opened")
	}
	c := &cursor{txn: t, at: at, raw: raw, unnamed: at.Table == unnamed && !records}
	c.before = &t.cursors
	if c.after = t.cursors; c.after != nil {
		c.after.before = &c.after
	}
	t.cursors = c
	return c, nil
}

// Next moves over entries.
func (c *cursor) Next(entries []engine.Entry) (int, error) {
	if c.raw == 0 {
		return 0, errEnded
	}
	for kept := 0; ; {
		n, rc := c.raw.next(entries[kept:])
		if rc != 0 {
			return 0, c.txn.fail(rc, "a cursor could not move")
		}
		if !c.unnamed {
			return n, nil
		}
		end := n < len(entries)-kept
		for _, entry := range entries[kept : kept+n] {
			is, err := c.txn.isTable(whole(c.at, entry.Key), entry.Value)
			if err != nil {
				return 0, err
			}
			if !is {
				entries[kept] = entry
				kept++
			}
		}
		if end || kept == len(entries) {
			return kept, nil
		}
	}
}

// Fill moves over entries and writes them. Those of the unnamed table are seen through Next, which hides records there.
func (c *cursor) Fill(room []byte, most uint64, parts engine.Parts) (filled engine.Filled, ok bool, err error) {
	if c.unnamed {
		return filled, false, nil
	}
	if c.raw == 0 {
		return filled, true, errEnded
	}
	native, rc := c.raw.fill(room, most, parts)
	filled = engine.Filled{Entries: uint64(native.count), Bytes: int(native.size), More: native.more != 0, Need: int(native.need)}
	if filled.Entries > 0 {
		filled.Last = entryOf(&native.last)
	}
	return filled, true, c.txn.failUnless0(rc, "a cursor could not move")
}

// Seek moves within the range.
func (c *cursor) Seek(key []byte, after bool) error {
	if c.raw == 0 {
		return errEnded
	}
	c.raw.seek(key, after)
	return nil
}

// Close frees the cursor.
func (c *cursor) Close() {
	if c.raw != 0 {
		c.raw.close()
		c.raw = 0
		if *c.before = c.after; c.after != nil {
			c.after.before = c.before
		}
	}
}

func (t *txn) closeCursors() {
	t.closePutters()
	for t.cursors != nil {
		t.cursors.Close()
	}
}

// Count counts entries.
func (t *txn) Count(at engine.Place, r engine.Range) (uint64, error) {
	if err := t.check(at); err != nil {
		return 0, err
	}
	if tab := at.Table.(*table); tab != unnamed && !at.Scoped && r.From == nil && r.To == nil {
		stat, err := t.lm.Stat(tab.dbi) // LMDB knows the number for a whole table
		if err != nil {
			return 0, failed(err, "the table %q could not be inspected", tab.name)
		}
		return stat.Entries, nil
	}
	r.Reverse = false
	c, err := t.scan(at, r, false)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	if !c.unnamed {
		n, rc := c.raw.count()
		return n, t.failUnless0(rc, "entries could not be counted")
	}
	var total uint64
	var entries [batch]engine.Entry
	for {
		n, err := c.Next(entries[:])
		if n == 0 || err != nil {
			return total, err
		}
		total += uint64(n)
	}
}

// DeleteRange deletes entries.
func (t *txn) DeleteRange(at engine.Place, r engine.Range) (uint64, error) {
	if err := t.writable(at); err != nil {
		return 0, err
	}
	r.Reverse = false
	c, err := t.scan(at, r, false)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	if !c.unnamed {
		n, rc := c.raw.delete()
		return n, t.failUnless0(rc, "a range could not be deleted")
	}
	return t.deleteEach(at, c)
}

// deleteEach deletes one entry after the other, and so leaves the records of named tables where they are.
func (t *txn) deleteEach(at engine.Place, c *cursor) (uint64, error) {
	var total uint64
	var entries [1]engine.Entry
	var key []byte
	for {
		n, err := c.Next(entries[:])
		if n == 0 || err != nil {
			return total, err
		}
		key = append(key[:0], entries[0].Key...)
		if err := t.delete(at, key); err != nil {
			return total, err
		}
		total++
		if err := c.Seek(key, true); err != nil {
			return total, err
		}
	}
}

func (t *txn) failUnless0(rc int, doing string) error {
	if rc == 0 {
		return nil
	}
	return t.fail(rc, doing)
}

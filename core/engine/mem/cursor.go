package mem

import "github.com/scoped-lmdb/scoped-lmdb/core/engine"

// cursor is the part of its range that is still ahead. It keeps no place in the tree, so that no write can break it.
type cursor struct {
	txn     *txn
	at      engine.Place
	reverse bool
	whole   span
	ahead   span
	// writes is the transaction's count when the cursor got its position.
	writes int
	closed bool
}

// Scan opens a cursor before the first entry of the range.
func (x *txn) Scan(at engine.Place, r engine.Range) (engine.Cursor, error) {
	if _, err := x.look(at); err != nil {
		return nil, err
	}
	x.engine.count(0, 1)
	x.cursors++
	whole := spanOf(at, r)
	return &cursor{txn: x, at: at, reverse: r.Reverse, whole: whole, ahead: whole, writes: x.writes}, nil
}

// Next moves over up to len(entries) entries.
func (c *cursor) Next(entries []engine.Entry) (int, error) {
	t, err := c.look()
	if err != nil {
		return 0, err
	}
	if c.writes != c.txn.writes && c.txn.engine.options.Poison {
		return 0, engine.Fail(engine.ErrInternal, "Next after a write of the transaction, without a Seek between", nil)
	}
	if len(entries) == 0 {
		return 0, nil
	}
	var last record
	count := 0
	c.ahead.walk(t, c.reverse, func(found record) bool {
		key, value := c.txn.lend(bare(c.at, found.key)), c.txn.lend(found.value)
		entries[count] = engine.Entry{Key: key, Value: value}
		last = found
		count++
		return count < len(entries)
	})
	if count > 0 {
		c.ahead = c.beyond(c.ahead, last.key, true)
	}
	return count, nil
}

// Seek moves to before the first entry of the range at or after key, or after it.
func (c *cursor) Seek(key []byte, after bool) error {
	if _, err := c.look(); err != nil {
		return err
	}
	c.ahead = c.beyond(c.whole, join(c.at, key), after)
	c.writes = c.txn.writes
	return nil
}

// Close releases the cursor.
func (c *cursor) Close() {
	// The end of the transaction has counted its cursors out.
	if c.closed || c.txn.ended {
		return
	}
	c.closed = true
	c.txn.cursors--
	c.txn.engine.count(0, -1)
}

// beyond cuts off what the cursor has behind it at key.
func (c *cursor) beyond(s span, key []byte, open bool) span {
	if c.reverse {
		return s.before(key, open)
	}
	return s.after(key, open)
}

// look is the table, if the cursor may be used. In a write transaction it is another tree after the first write.
func (c *cursor) look() (*tree, error) {
	if c.closed {
		return nil, engine.Fail(engine.ErrInternal, "the cursor was used after its Close", nil)
	}
	return c.txn.look(c.at)
}

package core

import "github.com/scoped-lmdb/scoped-lmdb/core/engine"

// Parts are what Fill writes of an entry, Filled is what it did.
type (
	Parts  = engine.Parts
	Filled = engine.Filled
)

// Fill moves over entries, as many as there is room for and most at the most, and writes the parts of each one after the
// other, as MessagePack bins: logical keys, and values as they are stored. False, and nothing was done, where Each must do it:
// in write transactions, and for entries that are not stored as they are handed out, or that an engine does not write.
func (e *Entries) Fill(room []byte, most uint64, parts Parts) (filled Filled, ok bool, err error) {
	if e.run == nil || e.txn.write || (e.state != walkFresh && e.state != walkOn) || e.again || e.run.at < e.run.n {
		return filled, false, nil
	}
	filler, ok := e.run.cursor.(engine.Filler)
	if !ok {
		return filled, false, nil
	}
	if err := e.txn.enter(); err != nil {
		return filled, false, err
	}
	defer e.txn.leave()
	if e.left == 0 {
		e.state = walkDone
		return filled, true, nil
	}
	if filled, ok, err = filler.Fill(room, min(most, e.left), parts); !ok {
		return filled, false, nil
	}
	if err != nil {
		e.state = walkDone
		return filled, true, e.raw.where(e.scope, wrap(err))
	}
	if filled.Entries > 0 {
		e.one[0] = filled.Last
		e.entry, e.state = &e.one[0], walkOn
	}
	if e.left -= filled.Entries; e.left == 0 || !filled.More {
		filled.More, filled.Need, e.state = false, 0, walkDone
	}
	return filled, true, nil
}

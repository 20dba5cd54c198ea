// Do transactions keep apart? Writers, their children, and readers whose snapshots stay still while others commit.

package model

import (
	"bytes"
	"slices"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// layer is a transaction and what it should see.
type layer struct {
	name   string
	txn    *core.Txn
	client *client
	world  *world
	write  bool
	ended  bool
	loans  []loan
}

func (l *layer) String() string { return l.name }

// loan is a slice that a transaction lent, and what it must read as for as long.
type loan struct {
	lent, want []byte
	from       string
}

// top is the innermost write transaction.
func (h *history) top() *layer { return h.writer[len(h.writer)-1] }

// begin begins a transaction.
func (h *history) begin(c *client, write bool) *layer {
	l := &layer{name: h.variable("r"), client: c, write: write, world: h.committed}
	if write {
		l.name, l.world = "w"+l.name[1:], h.committed.clone()
	}
	h.say("%v, _ := %v.Begin(ctx, %v)", l, c, write)
	var err error
	l.txn, err = c.env.Begin(ctx, write)
	h.must(err)
	if write {
		h.writer = append(h.writer, l)
	} else {
		h.readers = append(h.readers, l)
	}
	return l
}

// anyone is an open transaction that can be used, more often the writer.
func (h *history) anyone() *layer {
	switch {
	case len(h.writer) > 0 && (len(h.readers) == 0 || h.maybe(2, 3)):
		return h.top()
	case len(h.readers) > 0:
		return h.readers[h.pick(len(h.readers))]
	}
	return h.begin(h.client(), false)
}

// beginReader opens a snapshot.
func (h *history) beginReader() {
	if len(h.readers) < 4 {
		h.begin(h.client(), false)
	}
}

// beginChild begins a child of the innermost write transaction.
func (h *history) beginChild() {
	if len(h.writer) == 0 || len(h.writer) > 3 {
		return
	}
	parent := h.top()
	parent.repay(h)
	child := &layer{name: h.variable("w"), client: parent.client, write: true, world: parent.world.clone()}
	h.say("%v, _ := %v.Child()", child, parent)
	var err error
	child.txn, err = parent.txn.Child()
	h.must(err)
	h.writer = append(h.writer, child)
}

// end takes a transaction out of the history; it is the caller that has ended it.
func (h *history) end(l *layer) {
	l.ended = true
	h.past = l
	h.readers = slices.DeleteFunc(h.readers, func(r *layer) bool { return r == l })
	h.writer = slices.DeleteFunc(h.writer, func(w *layer) bool { return w == l })
	for _, w := range h.walks {
		if w.layer == l {
			w.afterEnd(h)
		}
	}
	h.walks = slices.DeleteFunc(h.walks, func(w *walk) bool { return w.layer == l })
}

// commit commits the innermost write transaction.
func (h *history) commit() {
	if len(h.writer) == 0 {
		return
	}
	l := h.top()
	l.repay(h)
	h.say("%v.Commit()", l)
	h.must(l.txn.Commit())
	h.end(l)
	if len(h.writer) > 0 {
		h.top().world = l.world
		return
	}
	h.flush(l.world)
}

// alone sees that no write transaction is open, for what begins one of its own; false if one is.
func (h *history) alone() bool {
	if h.depth > 1 {
		return false
	}
	if h.maybe(1, 2) {
		for len(h.writer) > 0 {
			h.commit()
		}
	}
	return len(h.writer) == 0
}

// accept makes a world the committed one, and looks at all of it.
func (h *history) accept(w *world) {
	h.committed = w
	h.inspect()
}

// abort aborts the innermost write transaction, or all of them from without.
func (h *history) abort() {
	if len(h.writer) == 0 {
		return
	}
	l := h.top()
	if len(h.writer) > 1 && h.maybe(1, 4) {
		l = h.writer[0]
	}
	h.top().repay(h)
	h.say("%v.Abort()", l)
	h.must(l.txn.Abort())
	for len(h.writer) > 0 && !l.ended {
		h.end(h.top())
	}
	if len(h.writer) == 0 && (len(h.pending) > 0 || h.maybe(1, 4)) {
		h.flush(h.committed)
	}
}

// endReader ends a snapshot, after a look at all of it.
func (h *history) endReader() {
	if len(h.readers) > 0 {
		h.close(h.readers[h.pick(len(h.readers))])
	}
}

func (h *history) close(reader *layer) {
	h.compare(reader)
	reader.repay(h)
	h.say("%v.Abort()", reader)
	h.must(reader.txn.Abort())
	h.end(reader)
}

// repay looks at what was lent, which must be as it was; after a write, or the end, nobody may look any more.
// What was handed out for good is looked at too.
func (l *layer) repay(h *history) {
	for _, loan := range l.loans {
		if !bytes.Equal(loan.lent, loan.want) {
			h.failf("what was borrowed by %s of %v reads %q now, and was %q", loan.from, l, loan.lent, loan.want)
		}
	}
	l.loans = nil
	for _, db := range l.client.open {
		if db != nil && !db.recall() {
			h.failf("a key or value that %s handed out in a range or a get has changed since", db.variable())
		}
	}
}

// update is steps in an Env.Update, which commits or, when its function fails or panics, aborts.
func (h *history) update() {
	c := h.client()
	if !h.alone() || !h.ready(c) {
		return
	}
	l := &layer{name: h.variable("w"), client: c, write: true, world: h.committed.clone()}
	how := h.pick(4)
	h.say("%v.Update(ctx, func(%v *core.Txn) error {", c, l)
	defer func() {
		if p := recover(); p != nil && p != any(errWanted) {
			panic(p)
		} else if p != nil {
			h.end(l)
			h.flush(h.committed)
		}
	}()
	err := c.env.Update(ctx, func(t *core.Txn) error {
		l.txn = t
		h.writer = append(h.writer, l)
		for range 1 + h.pick(4) {
			h.step(writing)
		}
		l.repay(h)
		switch how {
		case 2:
			h.say("return errWanted })")
			return errWanted
		case 3:
			h.say("panic(errWanted) })")
			panic(errWanted)
		}
		h.say("return nil })")
		return nil
	})
	h.end(l)
	if how == 2 {
		h.want(err, core.CodeInternal)
		h.flush(h.committed)
		return
	}
	h.must(err)
	h.flush(l.world)
}

// errWanted is an error of a caller's own.
var errWanted = wanted("wanted")

type wanted string

func (w wanted) Error() string { return string(w) }

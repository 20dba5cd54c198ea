// Is what makes no sense refused with the right code, and does it change nothing?

package model

import (
	"context"
	"strings"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// noScopes are names that no scope can have.
var noScopes = []struct {
	name string
	code core.Code
}{
	{"", core.CodeEmptyScope},
	{strings.Repeat("x", core.MaxScopeName+1), core.CodeInvalidScope},
	{"\xff", core.CodeInvalidScope},
	{"a\xc3", core.CodeInvalidScope},
	{strings.Repeat("\u00e9", core.MaxScopeName/2) + "y", core.CodeInvalidScope},
}

// noScope passes a scope that cannot be.
func (h *history) noScope() {
	t, ok := h.toWrite()
	if !ok {
		return
	}
	no := noScopes[h.pick(len(noScopes))]
	s, key, db := core.Named(no.name), t.goodKey(), t.db
	calls := []struct {
		name string
		call func() error
	}{
		{"Put", func() error { return db.put(t.txn, s, key, 1) }},
		{"Get", func() error { _, err := db.get(t.txn, s, key); return err }},
		{"Delete", func() error { _, err := db.delete(t.txn, s, key); return err }},
		{"Clear", func() error { _, err := db.clear(t.txn, s); return err }},
		{"Count", func() error { _, err := db.count(t.txn, s, all); return err }},
		{"IsEmpty", func() error { _, err := db.isEmpty(t.txn, s); return err }},
		{"First", func() error { _, err := db.neighbour(t.txn, s, first, key); return err }},
		{"PutIfAbsent", func() error { _, err := db.putIfAbsent(t.txn, s, key, 1); return err }},
		{"Replace", func() error { _, _, err := db.replace(t.txn, s, key, 1); return err }},
		{"GetMany", func() error { _, err := db.getMany(t.txn, s, []int{key}); return err }},
		{"DeleteRange", func() error { _, err := db.deleteRange(t.txn, s, all); return err }},
		{"Cursor", func() error { _, err := db.cursor(t.txn, s, all); return err }},
		{"ScopeID", func() error { _, _, err := t.txn.ScopeID(no.name); return err }},
		{"RegisterScope", func() error { _, err := t.txn.RegisterScope(no.name); return err }},
		{"RenameScope from", func() error { return t.txn.RenameScope(no.name, "a") }},
		{"RenameScope to", func() error { return t.txn.RenameScope("a", no.name) }},
		{"DropScope", func() error { _, err := t.txn.DropScope(no.name); return err }},
	}
	chosen := calls[h.pick(len(calls))]
	h.say("%s of %s in scope %v by %v", chosen.name, t.db.variable(), nameText(no.name), t.layer)
	h.want(chosen.call(), no.code)
}

// noKey passes a key that cannot be, or a range.
func (h *history) noKey() {
	t, ok := h.toWrite()
	if !ok {
		return
	}
	call, want, err := t.db.misuse(t.txn, t.in(), h.pick(100))
	h.say("%s%s.%s // by %v in %v", t.db.variable(), t.client.suffix, call, t.layer, scopeText(t.in()))
	if want == core.CodeInvalidKey && strings.HasPrefix(call, "Range by prefix") && t.db.unnamed() {
		want = core.CodeOK
	}
	h.want(err, want)
}

// tooLate uses a transaction that has ended.
func (h *history) tooLate() {
	l := h.past
	if l == nil || l.client.env == nil {
		return
	}
	h.say("%v.Scopes(); %v.Commit(); %v.Abort() // after its end", l, l, l)
	_, err := l.txn.Scopes()
	h.want(err, core.CodeTxnEnded)
	h.want(l.txn.Commit(), core.CodeTxnEnded)
	h.must(l.txn.Abort())
	for at, db := range l.client.open {
		if db == nil {
			continue
		}
		s := h.scopes[at]
		_, err := db.count(l.txn, s, all)
		h.want(err, core.CodeTxnEnded)
		want := core.CodeTxnEnded
		if !l.write {
			want = core.CodeReadOnly
		}
		_, err = db.clear(l.txn, s)
		h.want(err, want)
		return
	}
}

// tooEarly uses a transaction whose child is open.
func (h *history) tooEarly() {
	if len(h.writer) < 2 {
		return
	}
	l := h.writer[h.pick(len(h.writer)-1)]
	h.say("%v.Scopes(); %v.Commit(); %v.Child() // while a child of it is open", l, l, l)
	_, err := l.txn.Scopes()
	h.want(err, core.CodeInUse)
	h.want(l.txn.Commit(), core.CodeInUse)
	_, err = l.txn.Child()
	h.want(err, core.CodeInUse)
	for _, db := range l.client.open {
		if db == nil {
			continue
		}
		h.want(db.put(l.txn, core.Default, 1, 1), core.CodeInUse)
		_, err := db.count(l.txn, core.Default, all)
		h.want(err, core.CodeInUse)
		return
	}
}

// writeInReader writes in a read transaction.
func (h *history) writeInReader() {
	if len(h.readers) == 0 {
		return
	}
	t, ok := h.aim(h.readers[h.pick(len(h.readers))])
	if !ok {
		return
	}
	key := t.goodKey()
	t.call("Put", t.key(key), t.number(0))
	h.want(t.db.put(t.txn, t.in(), key, 0), core.CodeReadOnly)
	_, err := t.db.delete(t.txn, t.in(), key)
	h.want(err, core.CodeReadOnly)
	_, err = t.db.deleteRange(t.txn, t.in(), all)
	h.want(err, core.CodeReadOnly)
	_, err = t.txn.RegisterScope("new")
	h.want(err, core.CodeReadOnly)
	_, err = t.txn.PruneScopes()
	h.want(err, core.CodeReadOnly)
	_, err = t.txn.Child()
	h.want(err, core.CodeReadOnly)
}

// strangers uses the database of one environment with the transaction of another, open or closed.
func (h *history) strangers() {
	l := h.anyone()
	for _, c := range h.clients {
		if c.old != nil && h.maybe(1, 2) {
			h.say("%v.Begin(ctx, false); %v.Scopes(ctx) // after its Close", c, c)
			_, err := c.old.Begin(ctx, false)
			h.want(err, core.CodeClosed)
			_, err = c.old.Scopes(ctx)
			h.want(err, core.CodeClosed)
			h.want(c.old.Apply(ctx, c.old.NewBatch()), core.CodeClosed)
			h.want(c.old.Close(), core.CodeClosed)
		}
		var db database
		if c.env != nil && c != l.client {
			for _, open := range c.open {
				if open != nil {
					db = open
				}
			}
		} else if c.env == nil || c.env != c.old {
			db = c.oldDatabase
		}
		if db == nil {
			continue
		}
		h.say("%s.Count(%v, core.Default) // of another environment", db.variable(), l)
		_, err := db.count(l.txn, core.Default, all)
		h.want(err, core.CodeInvalidArgument)
	}
}

// busyClose closes an environment with open transactions, and begins with a context that has ended.
func (h *history) busyClose() {
	c := h.client()
	if h.busy(c) {
		h.say("%v.Close() // while a transaction of it is open", c)
		h.want(c.env.Close(), core.CodeBusy)
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	h.say("%v.Begin(ended, true)", c)
	_, err := c.env.Begin(ended, true)
	h.want(err, core.CodeCanceled)
	if h.store.lmdb && len(h.writer) > 0 {
		h.say("%v.Begin(ctx, true) // while %v is open", c, h.top())
		_, err := c.env.Begin(ctx, true)
		h.want(err, core.CodeNested)
	}
}

// openWrongly opens a database as another kind, and with names that none has.
func (h *history) openWrongly() {
	c, at := h.client(), h.pick(len(h.shapes))
	if !h.committed.made[at] {
		return
	}
	call, want, err := h.shapes[at].openWrongly(ctx, c.env, h.pick(4))
	h.say(call, c)
	h.want(err, want)
}

// oldReader uses a database that was made after the transaction's snapshot: it has nothing there, and LMDB may say that
// it cannot look (Conflict).
func (h *history) oldReader() {
	for _, l := range h.readers {
		for at, db := range l.client.open {
			if db == nil || l.world.made[at] {
				continue
			}
			scope := h.scopes[h.pick(len(h.scopes))]
			h.say("%s%s.Count(%v, %v) // made after it began", db.variable(), l.client.suffix, l, scopeText(scope))
			n, err := db.count(l.txn, scope, all)
			if core.CodeOf(err) == core.CodeConflict && h.store.lmdb {
				return
			}
			h.must(err)
			same(h, n, 0)
			return
		}
	}
}

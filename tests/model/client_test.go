// Does what was committed survive a close, and do two environments of one store agree? Clients open and close them.

package model

import (
	"slices"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// client is an environment: two of them on one store are as two processes are.
type client struct {
	name, suffix string
	env          *core.Env // nil while it is closed
	// open has the databases that are open in it, by shape.
	open []database
	// old is an environment that has been closed, with a database of it.
	old         *core.Env
	oldDatabase database
}

func (c *client) String() string { return c.name }

// client draws an open one.
func (h *history) client() *client {
	if h.clients[1].env != nil && (h.clients[0].env == nil || h.maybe(1, 2)) {
		return h.clients[1]
	}
	return h.clients[0]
}

func (h *history) openClient(c *client) {
	h.say("%v, _ := core.Open(%s, core.WithScopeHash(%s))", c, h.store.text, h.hash.text)
	env, err := core.Open(h.store.driver, core.WithScopeHash(h.hash.of))
	h.must(err)
	c.env, c.open = env, make([]database, len(h.shapes))
}

// second opens the second environment, or closes it.
func (h *history) second() {
	c := h.clients[1]
	if c.env == nil {
		h.openClient(c)
	} else if !h.busy(c) {
		h.closeClient(c)
	}
}

// busy says whether the client has transactions open.
func (h *history) busy(c *client) bool {
	of := func(l *layer) bool { return l.client == c }
	return slices.ContainsFunc(h.writer, of) || slices.ContainsFunc(h.readers, of)
}

func (h *history) closeClient(c *client) {
	h.say("%v.Close()", c)
	h.must(c.env.Close())
	c.old, c.oldDatabase = c.env, nil
	for _, db := range c.open {
		if db != nil {
			c.oldDatabase = db
		}
	}
	c.env, c.open = nil, nil
}

// reopen ends what is open in a client, closes it, and opens it again; or all clients, so that the store is closed.
func (h *history) reopen() {
	if h.depth > 1 {
		return
	}
	clients := []*client{h.client()}
	if h.maybe(1, 2) {
		clients = h.clients
	}
	for _, c := range clients {
		if c.env == nil {
			continue
		}
		h.settle(c)
		h.closeClient(c)
	}
	for _, c := range clients {
		if c == h.clients[0] || len(clients) == 1 {
			h.openClient(c)
		}
	}
}

// grow raises the limit of the store, where it has one and no transaction is open.
func (h *history) grow() {
	if len(h.readers) > 0 || !h.alone() {
		return
	}
	h.serial++
	c, size := h.client(), int64(mapSize+h.serial<<16)
	h.say("%v.Grow(ctx, %d)", c, size)
	want := core.CodeInvalidArgument
	if h.store.lmdb {
		want = core.CodeOK
	}
	h.want(c.env.Grow(ctx, size), want)
}

// settle ends the transactions of a client.
func (h *history) settle(c *client) {
	for len(h.writer) > 0 && h.top().client == c {
		if h.maybe(1, 2) {
			h.commit()
		} else {
			h.abort()
		}
	}
	for _, reader := range slices.Clone(h.readers) {
		if reader.client == c {
			h.close(reader)
		}
	}
}

// openSome opens a database, which may be new, or exist and have been open before.
func (h *history) openSome() {
	h.openDatabase(h.client(), h.pick(len(h.shapes)))
}

func (h *history) openDatabase(c *client, at int) {
	sh := h.shapes[at]
	isNew := !h.committed.made[at]
	if isNew && len(h.writer) > 0 {
		if h.store.lmdb && h.depth == 1 {
			h.say("%s // while %v is open", sh.call(c.name), h.top())
			_, err := sh.open(ctx, c.env)
			h.want(err, core.CodeNested)
		}
		return
	}
	h.say("%s%s, _ := %s", sh.variable(), c.suffix, sh.call(c.name))
	db, err := sh.open(ctx, c.env)
	h.must(err)
	c.open[at] = db
	if isNew {
		made := h.committed.clone()
		made.made[at], made.registry = true, true
		h.accept(made)
	}
}

// ready sees that a database is open in a client, before a write transaction begins.
func (h *history) ready(c *client) bool {
	for _, db := range c.open {
		if db != nil {
			return true
		}
	}
	h.openDatabase(c, h.pick(len(h.shapes)))
	return slices.ContainsFunc(c.open, func(db database) bool { return db != nil })
}

// abandon ends everything, whatever has happened.
func (h *history) abandon() {
	for i := len(h.writer) - 1; i >= 0; i-- {
		_ = h.writer[i].txn.Abort()
	}
	for _, reader := range h.readers {
		_ = reader.txn.Abort()
	}
	for _, c := range h.clients {
		if c.env != nil {
			_ = c.env.Close()
		}
	}
}

// finish ends the history: everything is closed, and all of it looked at in an environment that was opened afterwards.
func (h *history) finish() {
	for _, c := range h.clients {
		if c.env != nil {
			h.settle(c)
			h.closeClient(c)
		}
	}
	c := h.clients[0]
	h.openClient(c)
	for at, made := range h.committed.made {
		if made {
			h.openDatabase(c, at)
		}
	}
	h.inspect()
	h.closeClient(c)
}

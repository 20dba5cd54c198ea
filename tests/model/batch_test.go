// Is a batch done whole or not at all, beside others that wait with it, and in the order in which they were submitted?

package model

import (
	"fmt"
	"strings"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// batch is a core.Batch and what it should do.
type batch struct {
	name   string
	client *client
	core   *core.Batch
	writes []batchWrite
	// good is how many writes come before one that is refused, and code what should come of it; got has what came.
	good int
	code core.Code
	got  chan error
}

// batchWrite is a put or, with absent for a value, a delete, which says whether there was something.
type batchWrite struct {
	database, scope, key, value int
	deleted                     *bool
}

func (b *batch) String() string { return b.name }

// do is what the batch does to the model, up to the write that is refused.
func (b *batch) do(h *history, w *world) {
	for _, write := range b.writes[:b.good] {
		if write.value != absent {
			w.register(write.scope, h.home(write.scope))
		} else {
			same(h, *write.deleted, w.held[write.database][write.scope][write.key] != absent)
		}
		w.set(write.database, write.scope, write.key, write.value)
	}
}

// fill makes a batch of a few writes to any databases and scopes of a client.
func (h *history) fill(c *client) (*batch, bool) {
	b := &batch{name: h.variable("b"), client: c, core: c.env.NewBatch(), got: make(chan error, 1)}
	var lines []string
	for range 1 + h.pick(4) {
		t, ok := h.aim(&layer{name: b.name, client: c, world: h.committed})
		if !ok {
			return nil, false
		}
		lines = append(lines, t.add(b))
	}
	h.say("%v := %v.NewBatch(); %v", b, c, lineList(lines))
	same(h, b.core.Len(), len(b.writes))
	return b, true
}

// add adds a write that will be refused when it is done, or not.
func (b *batch) add(w batchWrite, refused bool) {
	b.writes = append(b.writes, w)
	switch {
	case b.code != core.CodeOK:
	case refused:
		b.code = core.CodeInvalidKey
	default:
		b.good++
	}
}

// add adds a write. What is refused at once is not in it; a key that is the record of a table is refused when it is done.
func (t target) add(b *batch) string {
	h, key := t.h, t.anyKey()
	if t.db.unnamed() && h.maybe(1, 4) {
		key = t.aReservedKey()
		t.scope = 0
	}
	name := fmt.Sprintf("%s%s.", t.db.variable(), t.client.suffix)
	if h.maybe(1, 3) {
		deleted := new(bool)
		err := t.db.batchDelete(b.core, t.in(), key, deleted)
		h.want(err, t.db.toRead(key))
		if err == nil {
			b.add(batchWrite{t.database, t.scope, key, absent, deleted}, false)
		}
		return fmt.Sprintf("%sBatchDelete(%v, %v, %v)", name, b, scopeText(t.in()), t.key(key))
	}
	number := t.anyNumber()
	var err error
	if h.maybe(1, 3) {
		k, v := t.db.logical(key), t.db.stored(number)
		err = t.db.raw().BatchPut(b.core, t.in(), k, v)
		spoil(k, v)
	} else {
		err = t.db.batchPut(b.core, t.in(), key, number)
	}
	h.want(err, t.db.toPut(key))
	if err == nil {
		b.add(batchWrite{t.database, t.scope, key, number, nil}, t.scope == 0 && t.db.reserved(key))
	}
	return fmt.Sprintf("%sBatchPut(%v, %v, %v, %v)", name, b, scopeText(t.in()), t.key(key), t.number(number))
}

// aReservedKey is the first key that the default scope has no place for.
func (t target) aReservedKey() int {
	key := 0
	for !t.db.reserved(key) {
		key++
	}
	return key
}

type lineList []string

func (l lineList) String() string { return strings.Join(l, "; ") }

// batch does a batch in the open write transaction.
func (h *history) batch() {
	t, ok := h.toWrite()
	if !ok {
		return
	}
	b, ok := h.fill(t.client)
	if !ok {
		return
	}
	h.say("%v.Do(%v)", b, t.layer)
	h.want(b.core.Do(t.txn), b.code)
	b.do(h, t.world)
}

// apply does batches in commits of their own, several of which may go together.
func (h *history) apply() {
	c := h.client()
	if !h.alone() || !h.ready(c) {
		return
	}
	if h.maybe(1, 2) {
		b, ok := h.fill(c)
		if !ok {
			return
		}
		h.say("%v.Apply(ctx, %v)", c, b)
		h.want(c.env.Apply(ctx, b.core), b.code)
		next := h.committed.clone()
		if b.code == core.CodeOK {
			b.do(h, next)
		}
		h.accept(next)
		return
	}
	for range 1 + h.pick(3) {
		h.submitOne(c)
	}
	h.flush(h.committed)
}

// submit queues a batch while a write transaction is open; it is done after that one has ended.
func (h *history) submit() {
	if len(h.writer) == 0 || len(h.pending) > 3 {
		return
	}
	h.submitOne(h.top().client)
}

func (h *history) submitOne(c *client) {
	b, ok := h.fill(c)
	if !ok {
		return
	}
	h.say("%v.Submit(%v, func(err error) { ... })", c, b)
	h.must(c.env.Submit(b.core, func(err error) { b.got <- err }))
	h.pending = append(h.pending, b)
}

// flush waits for the batches that are pending, and accepts the world that was committed before them with what they did.
func (h *history) flush(w *world) {
	if len(h.pending) > 0 {
		w = w.clone()
		c := h.pending[0].client
		h.say("%v.Flush(ctx)", c)
		h.must(c.env.Flush(ctx))
		for _, b := range h.pending {
			h.want(<-b.got, b.code)
			if b.code == core.CodeOK {
				b.do(h, w)
			}
		}
		h.pending = nil
	}
	h.accept(w)
}

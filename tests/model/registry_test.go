// Is the registry right? Names that are registered, renamed, dropped and pruned, while scopes of equal hashes stay apart.

package model

import (
	"strings"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// toRegister is the transaction for a change of the registry: the innermost write transaction, or nil for one of its own.
func (h *history) toRegister() (l *layer, c *client) {
	if len(h.writer) == 0 && h.maybe(1, 3) {
		return nil, h.client()
	}
	if len(h.writer) == 0 {
		h.begin(h.client(), true)
	}
	l = h.top()
	l.repay(h)
	return l, l.client
}

// change is a change of the registry: in a transaction, by inside, or in one of its own, by alone. model does it to the
// world, and says what should be answered.
type change struct {
	call   string
	args   []any
	inside func(t *core.Txn) (uint64, error)
	alone  func(e *core.Env) (uint64, error)
	model  func(w *world) (uint64, core.Code)
	// needs says that in a transaction it is refused while there is no registry.
	needs bool
}

func (h *history) change(c change) {
	l, owner := h.toRegister()
	if l == nil {
		h.say("%v.%s(ctx%v)", owner, c.call, arguments(c.args))
		next := h.committed.clone()
		next.registry = true
		n, code := c.model(next)
		got, err := c.alone(owner.env)
		h.want(err, code)
		if code != core.CodeOK {
			// What it needed was made all the same.
			next = h.committed.clone()
			next.registry = true
		} else {
			same(h, got, n)
		}
		h.accept(next)
		return
	}
	h.say("%v.%s(%v)", l, c.call, listed(c.args))
	got, err := c.inside(l.txn)
	if !l.world.registry && c.needs {
		h.want(err, core.CodeConflict)
		return
	}
	next := l.world.clone()
	n, code := c.model(next)
	h.want(err, code)
	if code == core.CodeOK {
		same(h, got, n)
		l.world = next
	}
}

// sees is what the innermost write transaction sees, or what is committed.
func (h *history) sees() *world {
	if len(h.writer) > 0 {
		return h.top().world
	}
	return h.committed
}

// name draws a named scope.
func (h *history) name() (scope int, name string) {
	scope = 1 + h.pick(len(h.scopes)-1)
	return scope, h.scopes[scope].Name()
}

func (h *history) register() {
	scope, name := h.name()
	h.change(change{
		needs: true, call: "RegisterScope", args: []any{nameText(name)},
		inside: func(t *core.Txn) (uint64, error) {
			id, err := t.RegisterScope(name)
			return uint64(id), err
		},
		alone: func(e *core.Env) (uint64, error) {
			id, err := e.RegisterScope(ctx, name)
			return uint64(id), err
		},
		model: func(w *world) (uint64, core.Code) {
			w.register(scope, h.home(scope))
			return uint64(w.ids[scope]), core.CodeOK
		},
	})
}

func (h *history) rename() {
	from, _ := h.name()
	to, _ := h.name()
	// Mostly from a scope that is registered to a name that is not.
	for i := range len(h.scopes) - 1 {
		if h.sees().ids[from] == unregistered && i < 3 {
			from = from%(len(h.scopes)-1) + 1
		}
		if h.sees().ids[to] != unregistered && i < 6 {
			to = to%(len(h.scopes)-1) + 1
		}
	}
	old, name := h.scopes[from].Name(), h.scopes[to].Name()
	h.change(change{
		needs: true, call: "RenameScope", args: []any{nameText(old), nameText(name)},
		inside: func(t *core.Txn) (uint64, error) { return 0, t.RenameScope(old, name) },
		alone:  func(e *core.Env) (uint64, error) { return 0, e.RenameScope(ctx, old, name) },
		model: func(w *world) (uint64, core.Code) {
			switch {
			case w.ids[from] == unregistered:
				return 0, core.CodeNotFound
			case w.ids[to] != unregistered:
				return 0, core.CodeKeyExists
			}
			w.rename(from, to)
			return 0, core.CodeOK
		},
	})
}

func (h *history) drop() {
	scope, name := h.name()
	h.change(change{
		needs: true, call: "DropScope", args: []any{nameText(name)},
		inside: func(t *core.Txn) (uint64, error) { return t.DropScope(name) },
		alone:  func(e *core.Env) (uint64, error) { return e.DropScope(ctx, name) },
		model: func(w *world) (uint64, core.Code) {
			if w.ids[scope] == unregistered {
				return 0, core.CodeNotFound
			}
			return w.drop(scope), core.CodeOK
		},
	})
}

func (h *history) prune() {
	h.change(change{
		call:   "PruneScopes",
		inside: func(t *core.Txn) (uint64, error) { return t.PruneScopes() },
		alone:  func(e *core.Env) (uint64, error) { return e.PruneScopes(ctx) },
		model:  func(w *world) (uint64, core.Code) { return w.prune(), core.CodeOK },
	})
}

// identify asks for ids, also of names that have none, which registers nothing.
func (h *history) identify() {
	l := h.anyone()
	scope, name := h.name()
	if !l.world.registry && h.committed.registry {
		return // see compareRegistry
	}
	h.say("%v.ScopeID(%v)", l, nameText(name))
	id, ok, err := l.txn.ScopeID(name)
	h.must(err)
	same(h, ok, l.world.ids[scope] != unregistered)
	if ok {
		same(h, int64(id), l.world.ids[scope])
	}
}

func (h *history) listScopes() {
	l := h.anyone()
	h.say("%v.Scopes()", l)
	h.compareRegistry(l)
}

// compareNow looks at all that a transaction sees in the middle of it.
func (h *history) compareNow() {
	if l := h.anyone(); h.depth == 1 {
		h.compare(l)
	}
}

// listed is the arguments of a call that has no others.
func listed(args arguments) string { return strings.TrimPrefix(args.String(), ", ") }

// nameText is a scope's name as a program says it.
type nameText string

func (n nameText) String() string {
	text := scopeText(core.Named(string(n))).String()
	return text[len("core.Named(") : len(text)-1]
}

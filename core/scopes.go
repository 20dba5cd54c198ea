package core

import (
	"context"
	"strings"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/layout"
	"github.com/scoped-lmdb/scoped-lmdb/core/scope"
)

// Scope names an isolated namespace; see [Default] and [Named].
type Scope = scope.Scope

// MaxScopeName is the longest name of a scope, in bytes of UTF-8.
const MaxScopeName = scope.MaxName

// Default is the scope without a name.
var Default = scope.Default

// Named is the scope with a name: 1 to 4,096 bytes of UTF-8. A name that is none is refused by every operation that the
// scope is passed to (ErrEmptyScope, ErrInvalidScope).
func Named(name string) Scope { return scope.Named(name) }

// ScopeInfo is a registered scope: its name and its id.
type ScopeInfo = scope.Info

// Scopes lists the registered scopes by the bytes of their names.
func (t *Txn) Scopes() ([]ScopeInfo, error) {
	if err := t.enter(); err != nil {
		return nil, err
	}
	defer t.leave()
	infos, err := t.env.registry.List(t.engine, t.env.registryTables())
	return infos, wrap(err)
}

// ScopeID finds the id of a scope's name; false if it is not registered. It registers nothing.
func (t *Txn) ScopeID(name string) (uint32, bool, error) {
	if err := checkName(name); err != nil {
		return 0, false, err
	}
	if err := t.enter(); err != nil {
		return 0, false, err
	}
	defer t.leave()
	found, err := t.resolve(name)
	return found.id, found.ok, err
}

// RegisterScope registers a name, if it is not, and says its id. A put does so by itself.
func (t *Txn) RegisterScope(name string) (_ uint32, err error) {
	if err := t.enterRegistry(name); err != nil {
		return 0, err
	}
	defer t.leaveWrite(&err)
	return t.register(name)
}

// ReserveScope registers a placeholder under the id that a name which is not registered would get. What is put into the
// placeholder becomes the name's scope by RenameScope, all at once, and nobody sees it under the name before. Errors:
// ErrKeyExists if either is registered.
func (t *Txn) ReserveScope(name, placeholder string) (err error) {
	if err := checkName(name); err != nil {
		return err
	}
	if err := t.enterRegistry(placeholder); err != nil {
		return err
	}
	defer t.leaveWrite(&err)
	for _, n := range [...]string{name, placeholder} {
		if found, err := t.resolve(n); err != nil {
			return err
		} else if found.ok {
			return fail(CodeKeyExists, "the scope %s is registered already", scope.Quote(n))
		}
	}
	t.ids.forget()
	_, err = t.env.registry.Reserve(t.engine, t.env.registryTables(), name, placeholder, t.holds)
	return wrapf(err, "scope %s could not be reserved", scope.Quote(name))
}

// RenameScope gives a scope another name, at a cost that does not depend on what it holds. Errors: ErrNotFound if `from`
// is not registered, ErrKeyExists if `to` is.
func (t *Txn) RenameScope(from, to string) (err error) {
	if err := checkName(from); err != nil {
		return err
	}
	if err := t.enterRegistry(to); err != nil {
		return err
	}
	defer t.leaveWrite(&err)
	t.ids.forget()
	_, err = t.env.registry.Rename(t.engine, t.env.registryTables(), from, to)
	return wrap(err)
}

// DropScope deletes all that a scope holds in every database of the environment, whether it is open here or not, and
// unregisters it. It says how many entries there were. Errors: ErrNotFound if the scope is not registered; ErrConflict if
// another process has made a database that this transaction cannot reach.
func (t *Txn) DropScope(name string) (_ uint64, err error) {
	if err := t.enterRegistry(name); err != nil {
		return 0, err
	}
	defer t.leaveWrite(&err)
	found, err := t.resolve(name)
	if err != nil {
		return 0, err
	}
	if !found.ok {
		return 0, fail(CodeNotFound, "the scope %s is not registered", scope.Quote(name))
	}
	places, err := t.places(found.id)
	if err != nil {
		return 0, err
	}
	// A table that this transaction cannot reach must show before anything is deleted.
	for _, at := range places {
		if _, err := holdsAny(t.engine, at); err != nil {
			return 0, err
		}
	}
	var total uint64
	for _, at := range places {
		n, err := t.engine.DeleteRange(at, engine.Range{})
		if err != nil {
			return total, wrap(err)
		}
		total += n
	}
	return total, t.unregister(ScopeInfo{Name: name, ID: found.id})
}

// PruneScopes unregisters every scope that holds nothing in any database of the environment, whether it is open here or
// not, and says how many. Errors: ErrConflict as for DropScope.
func (t *Txn) PruneScopes() (_ uint64, err error) {
	if err := t.enterWrite(); err != nil {
		return 0, err
	}
	defer t.leaveWrite(&err)
	infos, err := t.env.registry.List(t.engine, t.env.registryTables())
	if err != nil {
		return 0, wrap(err)
	}
	tables, err := t.scopedTables()
	if err != nil {
		return 0, err
	}
	var pruned uint64
	for _, info := range infos {
		some, err := t.holdsIn(tables, info.ID)
		if err != nil {
			return pruned, err
		}
		if some {
			continue
		}
		if err := t.unregister(info); err != nil {
			return pruned, err
		}
		pruned++
	}
	return pruned, nil
}

func (t *Txn) unregister(info ScopeInfo) error {
	t.ids.forget()
	return wrap(t.env.registry.Unregister(t.engine, t.env.registryTables(), info))
}

func checkName(name string) error { return wrap(scope.Named(name).Check()) }

// enterRegistry takes the transaction for a change of the registry.
func (t *Txn) enterRegistry(name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	if t.env.rows.found() == nil || t.env.records.found() == nil {
		return fail(CodeConflict, "the environment has no registry yet: open a database in it first")
	}
	return t.enterWrite()
}

// scopedTable is a table of named scopes.
type scopedTable struct {
	table  engine.Table
	layout layout.Layout
}

func (s scopedTable) place(id uint32) engine.Place {
	return engine.Place{Table: s.table, Partition: engine.PartitionOf(s.layout.Partition(id)), Scoped: true}
}

// scopedTables finds the tables of named scopes of every database that this transaction sees.
func (t *Txn) scopedTables() ([]scopedTable, error) {
	names, err := t.engine.Tables()
	if err != nil {
		return nil, wrap(err)
	}
	var tables []scopedTable
	for _, name := range names {
		base, is := strings.CutSuffix(name, scopedSuffix)
		if !is {
			continue
		}
		r, err := t.readRecord(base)
		if err != nil {
			return nil, err
		}
		l := layout.Heed
		if r != nil {
			l, _ = layout.Parse(r.Layout)
		}
		table, err := t.env.engine.Table(context.Background(), name, false)
		if err != nil {
			return nil, wrapf(err, "database %q", base)
		}
		tables = append(tables, scopedTable{table, l})
	}
	return tables, nil
}

// places are all places of a scope's entries.
func (t *Txn) places(id uint32) ([]engine.Place, error) {
	tables, err := t.scopedTables()
	if err != nil {
		return nil, err
	}
	places := make([]engine.Place, len(tables))
	for i, table := range tables {
		places[i] = table.place(id)
	}
	return places, nil
}

// holds says whether there are entries under an id in any database.
func (t *Txn) holds(id uint32) (bool, error) {
	tables, err := t.scopedTables()
	if err != nil {
		return false, err
	}
	return t.holdsIn(tables, id)
}

func (t *Txn) holdsIn(tables []scopedTable, id uint32) (bool, error) {
	for _, table := range tables {
		some, err := holdsAny(t.engine, table.place(id))
		if some || err != nil {
			return some, err
		}
	}
	return false, nil
}

// Scopes is Txn.Scopes in a read transaction of its own.
func (e *Env) Scopes(ctx context.Context) (infos []ScopeInfo, err error) {
	err = e.View(ctx, func(t *Txn) error {
		infos, err = t.Scopes()
		return err
	})
	return infos, err
}

// RegisterScope is Txn.RegisterScope in a write transaction of its own.
func (e *Env) RegisterScope(ctx context.Context, name string) (id uint32, err error) {
	err = e.changeRegistry(ctx, func(t *Txn) error {
		id, err = t.RegisterScope(name)
		return err
	})
	return id, err
}

// RenameScope is Txn.RenameScope in a write transaction of its own.
func (e *Env) RenameScope(ctx context.Context, from, to string) error {
	return e.changeRegistry(ctx, func(t *Txn) error { return t.RenameScope(from, to) })
}

// DropScope is Txn.DropScope in a write transaction of its own.
func (e *Env) DropScope(ctx context.Context, name string) (n uint64, err error) {
	err = e.changeRegistry(ctx, func(t *Txn) error {
		n, err = t.DropScope(name)
		return err
	})
	return n, err
}

// PruneScopes is Txn.PruneScopes in a write transaction of its own.
func (e *Env) PruneScopes(ctx context.Context) (n uint64, err error) {
	err = e.changeRegistry(ctx, func(t *Txn) error {
		n, err = t.PruneScopes()
		return err
	})
	return n, err
}

// changeRegistry sees to our own tables before it begins.
func (e *Env) changeRegistry(ctx context.Context, fn func(*Txn) error) error {
	if !e.engine.Caps().ReadOnly {
		if err := e.late(); err != nil {
			return err
		}
		if err := e.ensureTables(ctx); err != nil {
			return err
		}
	}
	return e.Update(ctx, fn)
}

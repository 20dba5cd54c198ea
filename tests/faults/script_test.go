// Which steps are there? Every operation in every database and kind of scope, and everything that the registry does.
package faults

import (
	"errors"
	"fmt"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/mem"
)

// filled are the scopes of the base that have entries. They have two ids by their hash, so that one of them is displaced,
// as are most of those that come later.
var filled = []string{"tenant", "other", "third"}

const (
	idle  = "idle"  // registered, and empty
	fresh = "fresh" // not registered
)

// prepare makes the world that every step begins with.
func prepare(env *core.Env, scopes, databases []string) error {
	for _, name := range databases {
		db, err := catalogue[name](env)
		if err != nil {
			return err
		}
		err = env.Update(ctx, func(t *core.Txn) error {
			for _, name := range scopes {
				if err := db.fill(t, core.Named(name)); err != nil {
					return err
				}
			}
			return db.fill(t, core.Default)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// operations are the steps of one database: each operation in each scope, in explicit transactions.
func operations(t *testing.T, name string) (steps []step) {
	t.Helper()
	env, err := core.Open(mem.Config{})
	must(t, err)
	db, err := catalogue[name](env)
	must(t, err)
	add := func(what string, run func(*world) kept) {
		steps = append(steps, step{name: what, open: []string{name}, run: run})
	}
	for _, s := range []core.Scope{core.Default, core.Named("other"), core.Named(fresh)} {
		add(fmt.Sprintf("Apply in %v", s), whole("Apply", mayRepeat, func(w *world) error { return w.databases[name].apply(w.env, s) }))
	}
	for i, o := range db.operations {
		do := func(s core.Scope) func(*world, *core.Txn) error {
			return func(w *world, t *core.Txn) error { return w.databases[name].operations[i].do(t, s) }
		}
		for _, s := range []core.Scope{core.Default, core.Named("other")} {
			add(fmt.Sprintf("%s in %v", o.name, s), explicit(o.name, o.write, aborts, do(s)))
			add(fmt.Sprintf("%s in %v, gone on", o.name, s), explicit(o.name, true, goesOn, do(s)))
		}
		add(o.name+", managed", managed(o.name, o.write, do(core.Default)))
		if !o.write {
			continue
		}
		add(o.name+", dropped", dropped(o.name, do(core.Default)))
		parents := func(w *world, t *core.Txn) error { return w.databases[name].fill(t, core.Named(idle)) }
		steps = append(steps, step{
			name: o.name + " in a child", open: []string{name},
			before: managed("the parent's part", true, parents), run: nested(o.name, parents, do(core.Named("other"))),
		})
		// To register a scope takes many calls, and is the same for whatever is put.
		if o.name != "Put" {
			continue
		}
		add("Put in a new scope", explicit(o.name, true, aborts, do(core.Named(fresh))))
		add("Put in a new scope, gone on", explicit(o.name, true, goesOn, do(core.Named(fresh))))
		add("Put in a new scope, committed all the same", explicit(o.name, true, gives, do(core.Named(fresh))))
	}
	return steps
}

// expected takes an answer that must come, as none.
func expected(err, want error) error {
	if errors.Is(err, want) {
		return nil
	}
	if err == nil {
		return fmt.Errorf("there is no error, and %w must come", want)
	}
	return err
}

// registryOperations change and read the registry in a transaction.
var registryOperations = []operation{
	{"Scopes", false, func(t *core.Txn, _ core.Scope) error { _, err := t.Scopes(); return err }},
	{"ScopeID", false, func(t *core.Txn, _ core.Scope) error { _, _, err := t.ScopeID("third"); return err }},
	{"ScopeID of none", false, func(t *core.Txn, _ core.Scope) error { _, _, err := t.ScopeID(fresh); return err }},
	{"RegisterScope", true, func(t *core.Txn, _ core.Scope) error { _, err := t.RegisterScope(fresh); return err }},
	{"RegisterScope again", true, func(t *core.Txn, _ core.Scope) error { _, err := t.RegisterScope("other"); return err }},
	{"RenameScope", true, func(t *core.Txn, _ core.Scope) error { return t.RenameScope("other", fresh) }},
	{"RenameScope at home", true, func(t *core.Txn, _ core.Scope) error { return t.RenameScope("tenant", fresh) }},
	{"RenameScope of none", true, func(t *core.Txn, _ core.Scope) error {
		return expected(t.RenameScope(fresh, "fresher"), core.ErrNotFound)
	}},
	{"RenameScope to another", true, func(t *core.Txn, _ core.Scope) error {
		return expected(t.RenameScope("other", "tenant"), core.ErrKeyExists)
	}},
	{"DropScope", true, func(t *core.Txn, _ core.Scope) error { _, err := t.DropScope("third"); return err }},
	{"DropScope of none", true, func(t *core.Txn, _ core.Scope) error {
		_, err := t.DropScope(fresh)
		return expected(err, core.ErrNotFound)
	}},
	{"PruneScopes", true, func(t *core.Txn, _ core.Scope) error { _, err := t.PruneScopes(); return err }},
}

// registrySteps do each of them in each kind of transaction.
func registrySteps() (steps []step) {
	for _, o := range registryOperations {
		do := func(_ *world, t *core.Txn) error { return o.do(t, core.Default) }
		steps = append(steps,
			step{name: o.name, run: explicit(o.name, o.write, aborts, do)},
			step{name: o.name + ", committed all the same", run: explicit(o.name, true, gives, do)},
			step{name: o.name + ", managed", run: managed(o.name, o.write, do)})
		if o.write {
			before := func(_ *world, t *core.Txn) error { _, err := t.RegisterScope("parent's"); return err }
			steps = append(steps,
				step{name: o.name + " in a child", before: managed("the parent's part", true, before), run: nested(o.name, before, do)},
				step{name: o.name + ", dropped", run: dropped(o.name, do)})
		}
	}
	return append(steps, envSteps()...)
}

// envSteps are what an Env does about the registry in transactions of its own.
func envSteps() []step {
	return []step{
		{name: "Env.Scopes", run: whole("Env.Scopes", mayReadOn, func(w *world) error { _, err := w.env.Scopes(ctx); return err })},
		{name: "Env.RegisterScope", run: whole("Env.RegisterScope", mayRetry, func(w *world) error {
			_, err := w.env.RegisterScope(ctx, fresh)
			return err
		})},
		{name: "Env.RenameScope", run: whole("Env.RenameScope", mayRetry, func(w *world) error {
			return w.env.RenameScope(ctx, "third", fresh)
		})},
		{name: "Env.DropScope", run: whole("Env.DropScope", mayRetry, func(w *world) error {
			_, err := w.env.DropScope(ctx, "tenant")
			return err
		})},
		{name: "Env.PruneScopes", run: whole("Env.PruneScopes", mayRetry, func(w *world) error {
			_, err := w.env.PruneScopes(ctx)
			return err
		})},
	}
}

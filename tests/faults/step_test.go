// In which kinds of transaction is an operation done, and what is to be kept when a call of it fails?
package faults

import (
	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// step is a piece of work that is done with one call of the engine failing, for each of its calls.
type step struct {
	name string
	// open are the databases that are open before it begins.
	open []string
	// before is what a parent does before its child begins, for steps that have one.
	before func(*world) kept
	// run says what is to be kept by what it was told. It begins and ends its own transactions.
	run func(*world) kept
	// makes says that it makes tables before its transaction, which may be kept though it fails.
	makes bool
}

// kept is how much of a step must be stored after it.
type kept int

const (
	// nothing: the world is as before the step.
	nothing kept = iota
	// prelude: what a parent did before its child failed.
	prelude
	// everything: the step succeeded.
	everything
	// some: the user committed though he was told of a failure. The registry must be sound all the same.
	some
)

// ending says what an explicit transaction does after one of its calls has failed.
type ending int

const (
	aborts ending = iota
	// goesOn does the operation again, and then commits.
	goesOn
	// gives commits what there is, as a user does who thinks little of it.
	gives
)

// explicit does an operation in a transaction that the user begins and ends.
func explicit(name string, write bool, end ending, do func(w *world, t *core.Txn) error) func(*world) kept {
	return func(w *world) kept {
		var t *core.Txn
		if w.call("Begin", mustTell, func() (err error) {
			t, err = w.env.Begin(ctx, write)
			return err
		}) != nil {
			return nothing
		}
		operation := func() error { return do(w, t) }
		failed := w.call(name, mustTell, operation) != nil
		w.onlyOpen(1)
		switch {
		case failed && end == goesOn:
			if w.again(name, operation) {
				w.again("Commit", t.Commit)
				return nothing
			}
		case failed && end == gives:
			if w.again("Commit", t.Commit) {
				return nothing
			}
			return some
		case failed:
			_ = w.call("Abort", mustTell, t.Abort)
			return nothing
		}
		if w.call("Commit", mustTell, t.Commit) != nil {
			return nothing
		}
		return everything
	}
}

// dropped does an operation in a transaction that the user then aborts.
func dropped(name string, do func(w *world, t *core.Txn) error) func(*world) kept {
	return func(w *world) kept {
		var t *core.Txn
		if w.call("Begin", mustTell, func() (err error) {
			t, err = w.env.Begin(ctx, true)
			return err
		}) != nil {
			return nothing
		}
		_ = w.call(name, mustTell, func() error { return do(w, t) })
		_ = w.call("Abort", mustTell, t.Abort)
		return nothing
	}
}

// managed does an operation by Update or View.
func managed(name string, write bool, do func(w *world, t *core.Txn) error) func(*world) kept {
	return func(w *world) kept {
		if !write {
			return whole(name, mayReadOn, func(w *world) error {
				return w.env.View(ctx, func(t *core.Txn) error { return do(w, t) })
			})(w)
		}
		return whole(name, mayRetry, func(w *world) error {
			return w.env.Update(ctx, func(t *core.Txn) error { return do(w, t) })
		})(w)
	}
}

// whole does a call of the user's that has its own transactions.
func whole(name string, leave may, do func(*world) error) func(*world) kept {
	return func(w *world) kept {
		if w.call(name, leave, func() error { return do(w) }) != nil {
			return nothing
		}
		return everything
	}
}

// nested does an operation in a child, after its parent has written. What fails in the child leaves the parent as it
// was, which then is committed.
func nested(name string, before, do func(w *world, t *core.Txn) error) func(*world) kept {
	return func(w *world) kept {
		var parent, child *core.Txn
		if w.call("Begin", mustTell, func() (err error) {
			parent, err = w.env.Begin(ctx, true)
			return err
		}) != nil {
			return nothing
		}
		if w.call("the parent's writing", mustTell, func() error { return before(w, parent) }) != nil {
			_ = w.call("Abort", mustTell, parent.Abort)
			return nothing
		}
		result := everything
		switch {
		case w.call("Child", mustTell, func() (err error) {
			child, err = parent.Child()
			return err
		}) != nil:
			result = prelude
		case w.call(name, mustTell, func() error { return do(w, child) }) != nil:
			result = prelude
			_ = w.call("the child's Abort", mustTell, child.Abort)
		case w.call("the child's Commit", mustTell, child.Commit) != nil:
			result = prelude
		}
		if w.call("Commit", mustTell, parent.Commit) != nil {
			return nothing
		}
		return result
	}
}

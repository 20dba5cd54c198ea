// How does a step work with the core, so that no failed call goes unnoticed?
package faults

import (
	"errors"
	"fmt"
	"runtime/debug"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/faulty"
	"github.com/scoped-lmdb/scoped-lmdb/core/scope"
)

// world is an environment on an engine one of whose calls may fail.
type world struct {
	stand     *stand
	faulty    *faulty.Engine
	env       *core.Env
	fault     fault
	databases map[string]*database
	problems  []error
	fired     string // the engine's call that failed
	within    string // the user's call that it failed in
	told      bool   // the user's call answered the error
}

// driver opens an engine that is there.
type driver struct{ engine.Engine }

// Open gives the engine.
func (d driver) Open() (engine.Engine, error) { return d.Engine, nil }

// narrow gives all scopes one of few ids, so that most of them are displaced, which takes the most calls.
func narrow(name string) uint32 { return 0xfffffffe + scope.XXH32(name)%2 }

func newWorld(t *testing.T, on ground, all *image) *world {
	s := on(t, all)
	return &world{stand: s, faulty: faulty.Wrap(s.Engine), databases: map[string]*database{}}
}

// openEnv opens the environment and some databases, before anything is armed.
func (w *world) openEnv(t *testing.T, databases ...string) {
	t.Helper()
	var err error
	w.env, err = core.Open(driver{w.faulty}, core.WithScopeHash(narrow))
	must(t, err)
	for _, name := range databases {
		w.databases[name], err = catalogue[name](w.env)
		must(t, err)
	}
	w.faulty.Reset()
}

// problem notes what must not be.
func (w *world) problem(format string, args ...any) {
	w.problems = append(w.problems, fmt.Errorf(format, args...))
}

// may says what the user's call makes of an error.
type may int

const (
	// mustTell: the call must answer the error.
	mustTell may = iota
	// mayRetry: the call runs again after ErrConflict, and then succeeds.
	mayRetry
	// mayRepeat: the call runs again after any error, each batch of its group by itself.
	mayRepeat
	// mayReadOn: the call has a read transaction of its own, at whose end nothing can be lost any more.
	mayReadOn
)

// call does one call of the user's. The armed error must come out of the call in which it came up, and no other error
// out of any call.
func (w *world) call(name string, leave may, fn func() error) error {
	before := w.faulty.Last()
	err := w.guarded(fn)
	fired := before == "" && w.faulty.Last() != ""
	if fired {
		w.fired, w.within, w.told = w.faulty.Last(), name, err != nil
	}
	switch {
	case fired && err != nil:
		if wrong := w.fault.told(err); wrong != nil {
			w.problem("%s: %w", name, wrong)
		}
	case fired && leave == mayRetry && errors.Is(w.fault.is, engine.ErrConflict):
	case fired && (leave == mayRepeat || leave != mustTell && w.fired == "Txn.Abort"):
	case fired:
		w.problem("%s answers nothing, and %s failed in it", name, w.fired)
	case err != nil:
		w.problem("%s: %w", name, err)
	}
	return err
}

// guarded makes an error of a panic, so that the other attempts are made too.
func (w *world) guarded(fn func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v: %s", r, debug.Stack())
		}
	}()
	return fn()
}

// again does a call of the user's in a transaction in which one has failed, and says whether that was for good: then it
// fails alike. After some failures it must be; after others of a write it may, since what is half done must not be kept.
func (w *world) again(name string, fn func() error) (forGood bool) {
	err := w.guarded(fn)
	lasting := w.fault.lasting(w.fired)
	if err == nil {
		if lasting {
			w.problem("%s, done again after %s failed for good, answers nothing", name, w.fired)
		}
		return lasting
	}
	if wrong := w.fault.told(err); wrong != nil {
		w.problem("%s, done again after %s failed: %w", name, w.fired, wrong)
	}
	return true
}

// onlyOpen checks that so many transactions are open and no cursor, as far as the engine tells.
func (w *world) onlyOpen(txns int) {
	if open := w.stand.open(); open > txns {
		w.problem("%d transactions and cursors are open, and %d should be", open, txns)
	}
}

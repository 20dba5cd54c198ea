// Does every failed call of the engine reach the user, leave nothing half done, and let the environment go on?
package faults

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/mem"
)

// base is what every step begins with: these databases, with entries in all scopes but one.
func base(t *testing.T, databases ...string) *image {
	t.Helper()
	e := mem.New(mem.Options{Poison: true})
	env, err := core.Open(driver{e}, core.WithScopeHash(narrow))
	must(t, err)
	must(t, prepare(env, filled, databases))
	_, err = env.RegisterScope(ctx, idle)
	must(t, err)
	return take(t, e)
}

// trial tries one step.
type trial struct {
	*testing.T
	on   ground
	step step
	// images are what is stored when so much of the step is kept.
	images map[kept]*image
	// result and calls are the step's when nothing fails.
	result kept
	calls  int
}

// try does the step once with nothing failing, to know its calls and what it leaves, and then once for each of its calls
// and each of so many errors, with that call failing. It says how many attempts these were.
func try(t *testing.T, on ground, base *image, s step, faults int) (attempts int) {
	t.Helper()
	r := &trial{T: t, on: on, step: s, images: map[kept]*image{nothing: base}}
	r.rehearse(prelude, s.before)
	r.rehearse(everything, s.run)
	for n := 1; n <= r.calls; n++ {
		for i := range faults {
			r.attempt(n, faultKinds[(n+i)%len(faultKinds)])
			attempts++
		}
		if t.Failed() {
			break
		}
	}
	return attempts
}

func (r *trial) rehearse(leaves kept, run func(*world) kept) {
	r.Helper()
	if run == nil {
		return
	}
	w := newWorld(r.T, r.on, r.images[nothing])
	w.openEnv(r.T, r.step.open...)
	r.result = run(w)
	r.calls = w.faulty.Calls()
	r.images[leaves] = take(r.T, w.stand)
	w.close(r.T)
	must(r.T, errors.Join(w.problems...))
}

// attempt does the step with one call failing.
func (r *trial) attempt(n int, f fault) {
	r.Helper()
	w := newWorld(r.T, r.on, r.images[nothing])
	w.openEnv(r.T, r.step.open...)
	w.fault = f
	w.faulty.FailAt(n, f.armed())
	result := r.step.run(w)
	w.faulty.Reset()
	if w.fired == "" {
		w.problem("the step did not come to call %d", n)
	}
	w.onlyOpen(0)
	stored := take(r.T, w.stand)
	w.problems = append(w.problems, w.sound(stored), r.compare(result, stored))
	if err := errors.Join(w.problems...); err != nil {
		// What is wrong may have left a transaction open, for which everything else would wait.
		r.Errorf("%s: call %d (%s in %s) fails with %v: %v", r.step.name, n, w.fired, w.within, f.code, err)
		return
	}
	w.fault = fault{}
	switch {
	case result == everything || result == some:
		_ = w.call("Scopes", mustTell, func() error { _, err := w.env.Scopes(ctx); return err })
	case r.step.run(w) != r.result:
		w.problem("then, with nothing failing, the step fails")
	default:
		if err := r.images[everything].is(take(r.T, w.stand)); err != nil {
			w.problem("then, with nothing failing, the step leaves something else: %w", err)
		}
	}
	w.onlyOpen(0)
	w.close(r.T)
	if err := errors.Join(w.problems...); err != nil {
		r.Errorf("%s: after call %d (%s in %s) failed with %v: %v", r.step.name, n, w.fired, w.within, f.code, err)
	}
}

func (r *trial) compare(result kept, found *image) error {
	if result == some {
		return nil
	}
	if result == nothing && r.step.makes {
		// Tables may have been made, and what describes them.
		return errors.Join(r.images[nothing].within(found), found.within(r.images[everything]))
	}
	if err := r.images[result].is(found); err != nil {
		return fmt.Errorf("what is stored is half done: %w", err)
	}
	return nil
}

// close closes the world, which nothing must hold back.
func (w *world) close(t *testing.T) {
	t.Helper()
	must(t, w.env.Close())
	w.stand.drop()
}

// trySteps tries steps one after the other.
func trySteps(t *testing.T, on ground, base *image, steps []step, faults int) {
	t.Helper()
	attempts := 0
	for _, s := range steps {
		t.Run(s.name, func(t *testing.T) { attempts += try(t, on, base, s, faults) })
	}
	t.Logf("%d steps, %d attempts", len(steps), attempts)
	if attempts < 2*len(steps) {
		t.Error("hardly anything failed: the steps make too few calls of the engine")
	}
}

func TestOperations(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(catalogue)) {
		t.Run(name, func(t *testing.T) {
			trySteps(t, onMem, base(t, name), operations(t, name), len(faultKinds))
		})
	}
}

func TestRegistry(t *testing.T) {
	trySteps(t, onMem, base(t, "bytes", "heed-text", "unnamed"), registrySteps(), len(faultKinds))
}

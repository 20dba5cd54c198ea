// Is it the same on LMDB, whose transactions, threads and tables are real?
package faults

import (
	"errors"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// oneOf takes one of so many steps: an attempt on files costs some milliseconds, and there are thousands.
func oneOf(many int, steps []step) (fewer []step) {
	for i := 0; i < len(steps); i += many {
		fewer = append(fewer, steps[i])
	}
	return fewer
}

func TestOperationsOnFiles(t *testing.T) {
	for _, name := range []string{"bytes", "heed-number", "unnamed"} {
		t.Run(name, func(t *testing.T) { trySteps(t, onFiles, base(t, name), oneOf(6, operations(t, name)), 1) })
	}
}

func TestRegistryOnFiles(t *testing.T) {
	trySteps(t, onFiles, base(t, "bytes", "heed-text"), registrySteps(), 1)
}

func TestOpenDatabaseOnFiles(t *testing.T) {
	trySteps(t, onFiles, base(t, "typed").without("typed_scoped", rowsTable), openings(), 1)
}

// TestGrow: a map that could not grow is told, and can grow then.
func TestGrow(t *testing.T) {
	for _, f := range faultKinds {
		w := newWorld(t, onFiles, base(t, "bytes"))
		w.openEnv(t, "bytes")
		w.fault = f
		w.faulty.FailAt(1, f.armed())
		grow := func() error { return w.env.Grow(ctx, 1<<25) }
		_ = w.call("Grow", mustTell, grow)
		must(t, errors.Join(w.problems...))
		must(t, grow())
		must(t, w.env.Update(ctx, func(txn *core.Txn) error { return w.databases["bytes"].fill(txn, core.Named(fresh)) }))
		w.close(t)
	}
}

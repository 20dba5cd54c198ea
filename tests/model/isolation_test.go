// Does an operation on one scope neither see nor change another's entries, whatever is done, and is everything as a map
// for each scope says? Random histories of all operations on both engines.

package model

import (
	"flag"
	"os"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const (
	// usual is how many steps a run has; a run with the race detector, or a short one, a part of them.
	usual = 1_000_000
	part  = 20
)

// TestMain keeps rapid from leaving files of failures in the tree, which later versions of the suite could not read: a
// failure is printed as a program, and its seed brings it back.
func TestMain(m *testing.M) {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "rapid.nofailfile" })
	if !given {
		_ = flag.Set("rapid.nofailfile", "true")
	}
	os.Exit(m.Run())
}

// wantedSteps is how many steps this run shall have: SLMDB_MODEL_OPS (many of them also want -timeout 0), or the usual ones.
func wantedSteps(t *testing.T) int64 {
	if text := os.Getenv("SLMDB_MODEL_OPS"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 1 {
			t.Fatalf("SLMDB_MODEL_OPS is %q: it must be a number of operations", text)
		}
		return n
	}
	if raceEnabled || testing.Short() {
		return usual / part
	}
	return usual
}

// engines are what histories run on, and which part of them, in percent.
var engines = []struct {
	name    string
	percent int64
	stores  func(*testing.T) stores
}{
	{"mem", 60, memStores},
	{"lmdb", 40, lmdbStores},
}

func TestIsolation(t *testing.T) {
	goal := wantedSteps(t)
	start := time.Now()
	var total, histories atomic.Int64
	t.Run("engines", func(t *testing.T) {
		for _, engine := range engines {
			t.Run(engine.name, func(t *testing.T) {
				t.Parallel()
				began := time.Now()
				var done atomic.Int64
				some := runMany(t, engine.stores(t), goal*engine.percent/100, &done)
				t.Logf("%s: %d operations in %d histories, %.0f a second", engine.name, done.Load(), some,
					float64(done.Load())/time.Since(began).Seconds())
				total.Add(done.Load())
				histories.Add(some)
			})
		}
	})
	if t.Failed() {
		return
	}
	t.Logf("%d operations in %d histories, %v", total.Load(), histories.Load(), time.Since(start).Round(time.Second))
	if total.Load() < goal {
		t.Errorf("%d operations were done, and %d were wanted", total.Load(), goal)
	}
}

// runMany runs histories until there are enough steps.
func runMany(t *testing.T, fresh stores, goal int64, done *atomic.Int64) (histories int64) {
	// A check has a fixed number of histories: those after the goal do nothing. Once one has failed rapid runs it again
	// and again to shrink it, and then none may do nothing.
	failed := false
	for done.Load() < goal {
		rapid.Check(t, func(out *rapid.T) {
			if !failed && done.Load() >= goal {
				return
			}
			histories++
			ended := false
			defer func() { failed = failed || !ended }()
			// Draws inside of a custom generator are not printed: what is printed is the program.
			rapid.Custom(func(draw *rapid.T) bool {
				run(draw, out, fresh, done)
				return true
			}).Draw(out, "the history ended well")
			ended = true
		})
	}
	return histories
}

// How do all processes of a test open the same environment?
package processes

import (
	"context"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/lmdb"
	"github.com/scoped-lmdb/scoped-lmdb/core/scope"
)

var ctx = context.Background()

// options say how an environment is opened.
type options struct {
	Folder     string
	MapSize    int64
	MaxReaders int
	ReadOnly   bool
	Hash       hashing
}

// hashing says how names of scopes get their ids.
type hashing int

const (
	// realHash is the one of every environment in use.
	realHash hashing = iota
	// narrowHash gives one of four ids at the end of the range of ids, so that nearly all scopes are displaced, and the
	// displaced ones go round to id 0.
	narrowHash
	// swappedHash gives "one" and "two" ids that are each other's with their bytes in reverse: the partition of the one
	// in a layout is the partition of the other in the other layout.
	swappedHash
)

func (o options) open() (*core.Env, error) {
	if o.MapSize == 0 {
		o.MapSize = 1 << 28
	}
	config := lmdb.Config{
		Path: o.Folder, MapSize: o.MapSize, MaxReaders: o.MaxReaders, ReadOnly: o.ReadOnly, Durability: lmdb.NoSync,
	}
	return core.Open(config, core.WithScopeHash(o.hash))
}

func (o options) hash(name string) uint32 {
	switch {
	case o.Hash == narrowHash:
		return 0xfffffffc + scope.XXH32(name)%4
	case o.Hash == swappedHash && name == "one":
		return 0x01000000
	case o.Hash == swappedHash && name == "two":
		return 0x00000001
	}
	return scope.XXH32(name)
}

// hashings are the variations of a test.
var hashings = map[string]hashing{"real hashes": realHash, "forced collisions": narrowHash}

// open opens the environment in the test itself, and closes it at the test's end.
func open(t *testing.T, o options) *core.Env {
	t.Helper()
	env, err := o.open()
	must(t, err)
	t.Cleanup(func() {
		if err := env.Close(); err != nil && core.CodeOf(err) != core.CodeClosed {
			t.Error(err)
		}
	})
	return env
}

// secondsVariable sets how long the processes of one test contend, for longer runs.
const secondsVariable = "SLMDB_PROCESS_SECONDS"

// contention is how long processes contend: a time that is shared by the variations of one test.
func contention(t *testing.T) time.Duration {
	t.Helper()
	if given := os.Getenv(secondsVariable); given != "" {
		n, err := strconv.Atoi(given)
		if err != nil || n < 1 {
			t.Fatalf("%s=%q: it must be a number from 1", secondsVariable, given)
		}
		return time.Duration(n) * time.Second
	}
	if testing.Short() {
		return time.Second
	}
	return 5 * time.Second
}

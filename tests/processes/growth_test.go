// Does a process follow a map that another one has grown, without an error that its user would see?
package processes

import (
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

const (
	smallMap = 1 << 20
	largeMap = 64 << 20
)

// grown gives the test's own environment, whose map has grown, and another process whose map has not; "scope" holds as
// many entries of 4,000 bytes as were asked for, put here after the growth.
func grown(t *testing.T, entries int) (*core.Env, *core.DB[[]byte, []byte], *process) {
	t.Helper()
	o := options{Folder: t.TempDir(), MapSize: smallMap}
	env := open(t, o)
	db, err := core.OpenBytes(ctx, env, "bytes")
	must(t, err)
	other := start(t, task{Role: "servant", Options: o})
	other.hear("ready")
	other.ask("open bytes", "ok")
	other.ask("fill bytes other 3 10", "ok")
	if err := fill(env, db, "scope", 1000, 4000); core.CodeOf(err) != core.CodeMapFull {
		t.Fatalf("4 MB in a map of 1 MiB: %v", err)
	}
	must(t, env.Grow(ctx, largeMap))
	must(t, fill(env, db, "scope", entries, 4000))
	return env, db, other
}

// TestFollowRead: the file has grown beyond the other's map; it reads on.
func TestFollowRead(t *testing.T) {
	env, _, other := grown(t, 1000)
	other.ask("count bytes scope", "ok 1000")
	other.ask("count bytes other", "ok 3")
	must(t, env.Close())
	other.ask("count bytes scope", "ok 1000")
	other.ask("close", "ok")
	other.wait()
}

// TestFollowWrite: the same, and what the other does first is to write.
func TestFollowWrite(t *testing.T) {
	_, db, other := grown(t, 1000)
	other.ask("fill bytes other 1000 4000", "ok")
	if n, err := db.In(core.Named("other")).Count(ctx, core.Range[[]byte]{}); n != 1000 || err != nil {
		t.Errorf("count gives %d, %v", n, err)
	}
	other.ask("close", "ok")
	other.wait()
}

// TestFollowFill: the map has grown, and the file has not: then it is the other process that fills it beyond the size
// that it knew. There is room, so it must not be told that there is none.
func TestFollowFill(t *testing.T) {
	_, db, other := grown(t, 1)
	other.ask("fill bytes other 1000 4000", "ok")
	if n, err := db.In(core.Named("other")).Count(ctx, core.Range[[]byte]{}); n != 1000 || err != nil {
		t.Errorf("count gives %d, %v", n, err)
	}
	other.ask("close", "ok")
	other.wait()
}

// TestFollowBeginning: a process that opens the environment later, with a smaller map, has the larger one.
func TestFollowBeginning(t *testing.T) {
	env, _, other := grown(t, 1)
	must(t, env.Close())
	other.ask("close", "ok")
	other.wait()
	o := other.task.Options
	again := open(t, o)
	db, err := core.OpenBytes(ctx, again, "bytes")
	must(t, err)
	must(t, fill(again, db, "scope", 1000, 4000))
}

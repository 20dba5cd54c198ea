// Do those who live go on when a process dies in the middle of a transaction?
package processes

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// TestDeadReader: a process dies with read transactions open. Its slots are free again, and the pages that its snapshot
// kept may be used again, once the environment is opened anew; those who have it open all the while profit from it too.
func TestDeadReader(t *testing.T) {
	o := options{Folder: t.TempDir(), MaxReaders: 4}
	env := open(t, o)
	db, err := core.OpenBytes(ctx, env, "bytes")
	must(t, err)
	must(t, fill(env, db, "tenant", 100, 1000))
	dead := start(t, task{Role: "servant", Options: o})
	dead.hear("ready")
	dead.ask("read 3", "ok")
	dead.kill()

	next := start(t, task{Role: "servant", Options: o, Number: 1})
	next.hear("ready")
	next.ask("read 2", "ok") // with the test's own the slots would not suffice if the dead one's were still taken
	must(t, env.View(ctx, func(txn *core.Txn) error {
		_, err := db.Get(txn, core.Named("tenant"), []byte("000000"))
		return err
	}))
	next.ask("close", "ok")
	next.wait()

	// Writing the same entries again and again reuses the pages of the last but one time; with a snapshot in the way the
	// file would grow by 100 KB each time.
	before := size(t, o)
	for range 50 {
		must(t, fill(env, db, "tenant", 100, 1000))
	}
	if grown := size(t, o) - before; grown > 1<<20 {
		t.Errorf("the file grew by %d bytes: the dead reader's snapshot still keeps its pages", grown)
	}
}

func size(t *testing.T, o options) int64 {
	t.Helper()
	info, err := os.Stat(filepath.Join(o.Folder, "data.mdb"))
	must(t, err)
	return info.Size()
}

// TestDeadWriter: a process dies with the write transaction open. The lock passes on, and nothing of it is seen.
func TestDeadWriter(t *testing.T) {
	o := options{Folder: t.TempDir()}
	env := open(t, o)
	db, err := core.OpenBytes(ctx, env, "bytes")
	must(t, err)
	for n := range 3 {
		dead := start(t, task{Role: "servant", Options: o, Number: n})
		dead.hear("ready")
		dead.ask("open bytes", "ok")
		dead.ask("write bytes tenant", "ok")
		waiting := start(t, task{Role: "servant", Options: o, Number: 10 + n})
		waiting.hear("ready")
		waiting.ask("open bytes", "ok")
		waiting.say("fill bytes waiting 1 1")
		dead.kill()
		waiting.hear("ok")
		must(t, fill(env, db, "here", 1, 1))
		must(t, env.View(ctx, func(txn *core.Txn) error {
			infos, err := txn.Scopes()
			if err != nil || len(infos) != 2 {
				t.Errorf("registered are %v, %v", infos, err)
			}
			if empty, err := db.IsEmpty(txn, core.Named("tenant")); !empty || err != nil {
				t.Errorf("the dead writer's scope is empty: %v, %v", empty, err)
			}
			return nil
		}))
		waiting.ask("close", "ok")
		waiting.wait()
	}
}

// TestReadOnlyBeside: a process that only reads sees whole transactions of those that write beside it, and cannot write.
func TestReadOnlyBeside(t *testing.T) {
	o := options{Folder: t.TempDir()}
	var all []*process
	for n := range 2 {
		all = append(all, start(t, task{Role: "contender", Options: o, Number: n, For: contention(t) / 5}))
	}
	for _, p := range all {
		p.hear("ready")
	}
	o.ReadOnly = true
	all = append(all, start(t, task{Role: "watcher", Options: o, For: contention(t) / 5}))
	all[2].hear("ready")
	for _, p := range all {
		p.say("go")
	}
	for _, p := range all {
		t.Logf("%s: %s", p.name, p.wait())
	}
}

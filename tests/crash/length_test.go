// Is a file that is shorter than its last page number says told from one that was cut off?
package crash

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

const large = 1 << 20

// fill begins an environment with a database that holds a small and a large value.
func fill(t *testing.T, o options) {
	t.Helper()
	change(t, o, func(txn *core.Txn, db *core.DB[[]byte, []byte]) error {
		if err := db.Put(txn, core.Named("tenant"), []byte("small"), []byte("value")); err != nil {
			return err
		}
		return db.Put(txn, core.Named("tenant"), []byte("large"), make([]byte, large))
	})
}

// change opens the environment, commits one transaction, and closes it.
func change(t *testing.T, o options, fn func(*core.Txn, *core.DB[[]byte, []byte]) error) {
	t.Helper()
	env, err := o.open(false)
	must(t, err)
	db, err := core.OpenBytes(ctx, env, "bytes")
	must(t, err)
	must(t, env.Update(ctx, func(txn *core.Txn) error { return fn(txn, db) }))
	must(t, env.Close())
}

// TestFreedEnd: pages that a transaction takes at the file's end and frees again are never written, so that the file
// ends before the last page that LMDB counts (its record's mm_last_pg). That is no damage: such a file must open, also
// after a crash.
func TestFreedEnd(t *testing.T) {
	o := options{Folder: t.TempDir()}
	change(t, o, func(txn *core.Txn, db *core.DB[[]byte, []byte]) error {
		for range 3 {
			if err := db.Put(txn, core.Named("tenant"), []byte("large"), make([]byte, large)); err != nil {
				return err
			}
			if _, err := db.Delete(txn, core.Named("tenant"), []byte("large")); err != nil {
				return err
			}
		}
		return db.Put(txn, core.Named("tenant"), []byte("small"), []byte("value"))
	})
	change(t, o, func(txn *core.Txn, db *core.DB[[]byte, []byte]) error {
		value, err := db.Get(txn, core.Named("tenant"), []byte("small"))
		if err != nil || string(value) != "value" {
			t.Errorf("get gives %q, %v", value, err)
		}
		return db.Put(txn, core.Named("tenant"), []byte("large"), make([]byte, large))
	})
}

// TestCut: a file that lost pages which hold entries is refused in words. Reading beyond its end would end the process
// by SIGBUS, so a process of its own opens it.
func TestCut(t *testing.T) {
	for _, kept := range []int64{large / 2, 5 * 4096, 3 * 4096, 2 * 4096} {
		o := options{Folder: t.TempDir()}
		fill(t, o)
		must(t, os.Truncate(filepath.Join(o.Folder, "data.mdb"), kept))
		p := start(t, o)
		if err := p.hear(); err == nil {
			p.kill(t)
			t.Errorf("cut to %d bytes: the writer wrote", kept)
			continue
		}
		_ = p.command.Wait()
		must(t, p.acks.Close())
		status, _ := p.command.ProcessState.Sys().(syscall.WaitStatus)
		said := p.stderr.String()
		if !status.Exited() || status.ExitStatus() != 1 || !strings.Contains(said, "data.mdb") || !strings.Contains(said, "cut off") {
			t.Errorf("cut to %d bytes: the writer ended with %v: %.300s", kept, p.command.ProcessState, said)
		}
	}
}

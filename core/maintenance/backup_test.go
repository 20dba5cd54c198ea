// Is every backup that is made under writing processes whole and a committed state, and is there never half a one?
package maintenance_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/lmdb"
	"github.com/scoped-lmdb/scoped-lmdb/core/maintenance"
)

// writers is how many processes write, backups how many copies are made meanwhile (SLMDB_BACKUPS: another number).
const (
	writers = 4
	backups = 50
)

func TestBackupUnderWriters(t *testing.T) {
	folder := t.TempDir()
	source := filepath.Join(folder, "source")
	env := open(t, source)
	defer func() { must(t, env.Close()) }()
	_, err := core.OpenBytes(ctx, env, "db")
	must(t, err)
	var processes []*child
	for i := range writers {
		processes = append(processes, start(t, "write", source, strconv.Itoa(i)))
	}
	for _, p := range processes {
		p.line(t) // it has committed something
	}
	n := backups
	if !plainBuild {
		n = backups / 5 // slow ones, which keep the writers' freed pages from being used again
	}
	if text := os.Getenv("SLMDB_BACKUPS"); text != "" {
		n, err = strconv.Atoi(text)
		must(t, err)
	}
	last := make([]int, writers)
	for i := range n {
		copied := filepath.Join(folder, fmt.Sprint("copy", i))
		_, err := maintenance.Backup(ctx, env, copied, maintenance.BackupOptions{Compact: i%2 == 1})
		must(t, err)
		checkCopy(t, copied, last)
		must(t, os.RemoveAll(copied))
	}
	t.Logf("%d copies while each of %d processes committed some %v times", n, writers, last)
	for _, p := range processes {
		must(t, p.in.Close())
		must(t, p.Wait())
	}
	wantOnly(t, folder, "source")
}

// checkCopy opens a copy, which must be sound, and each writer's work in it that of one commit, not older than the last one.
func checkCopy(t *testing.T, folder string, last []int) {
	t.Helper()
	env, err := core.Open(lmdb.Config{Path: folder})
	must(t, err)
	defer func() { must(t, env.Close()) }()
	wantSound(t, env)
	db, err := core.OpenBytes(ctx, env, "db", core.MustExist())
	must(t, err)
	must(t, env.View(ctx, func(txn *core.Txn) error {
		for i := range writers {
			counts := [2]int{}
			for side := range counts {
				s := core.Named(fmt.Sprintf("writer %d, side %d", i, side))
				value, err := db.Get(txn, s, []byte("count"))
				must(t, err)
				counts[side], err = strconv.Atoi(string(value))
				must(t, err)
				if n, err := db.Count(txn, s, core.Range[[]byte]{}); err != nil || n != uint64(min(counts[side], kept))+1 {
					t.Errorf("commit %d of writer %d has %d entries, %v", counts[side], i, n, err)
				}
			}
			if counts[0] != counts[1] || counts[0] < last[i] {
				t.Errorf("writer %d: %v is no committed state after %d", i, counts, last[i])
			}
			last[i] = counts[0]
		}
		return nil
	}))
}

// kept is how many entries a writer keeps in a scope.
const kept = 200

// writeRole commits to two scopes of its own until its input is closed: a count, and an entry for each of the last commits.
func writeRole(arguments []string) error {
	env, err := core.Open(lmdb.Config{Path: arguments[0], MapSize: 8 << 30, MaxDatabases: 512, Durability: lmdb.NoSync})
	if err != nil {
		return err
	}
	db, err := core.OpenBytes(ctx, env, "db")
	if err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() {
		_, _ = os.Stdin.Read(make([]byte, 1))
		close(ended)
	}()
	for n := 1; ; n++ {
		err := env.Update(ctx, func(txn *core.Txn) error {
			for side := range 2 {
				s := core.Named(fmt.Sprintf("writer %s, side %d", arguments[1], side))
				if err := db.Put(txn, s, []byte("count"), fmt.Append(nil, n)); err != nil {
					return err
				}
				if err := db.Put(txn, s, fmt.Append(nil, "entry ", n), bytes.Repeat([]byte{byte(n)}, n%3000)); err != nil {
					return err
				}
				if _, err := db.Delete(txn, s, fmt.Append(nil, "entry ", n-kept)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if n == 1 {
			fmt.Println("writing")
		}
		time.Sleep(time.Millisecond) // or the file grows by gigabytes while copies keep their snapshots
		select {
		case <-ended:
			return env.Close()
		default:
		}
	}
}

func wantOnly(t *testing.T, folder string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	must(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if fmt.Sprint(names) != fmt.Sprint(want) {
		t.Errorf("the folder has %v, want %v", names, want)
	}
}

func TestBackupNeverOverwrites(t *testing.T) {
	env := newEnv(t)
	folder := t.TempDir()
	taken := filepath.Join(folder, "taken")
	must(t, os.Mkdir(taken, 0o755))
	must(t, os.WriteFile(filepath.Join(taken, "data.mdb"), []byte("precious"), 0o644))
	_, err := maintenance.Backup(ctx, env, taken, maintenance.BackupOptions{})
	wantCode(t, err, core.CodeInvalidArgument)
	_, err = maintenance.Backup(ctx, env, filepath.Join(folder, "no", "parent"), maintenance.BackupOptions{})
	wantCode(t, err, core.CodePathNotFound)
	must(t, os.Mkdir(filepath.Join(folder, "void"), 0o755))
	_, err = maintenance.Backup(ctx, env, filepath.Join(folder, "void")+"/", maintenance.BackupOptions{})
	must(t, err)
	wantOnly(t, folder, "taken", "void")
	wantOnly(t, filepath.Join(folder, "void"), "data.mdb")
	must(t, maintenance.WriteFile(filepath.Join(folder, "file"), noBytes))
	wantCode(t, maintenance.WriteFile(filepath.Join(folder, "file"), noBytes), core.CodeInvalidArgument)
}

func TestBackupEndsEarly(t *testing.T) {
	env := newEnv(t)
	db, err := core.OpenBytes(ctx, env, "db")
	must(t, err)
	must(t, env.Update(ctx, func(txn *core.Txn) error { return db.Put(txn, core.Default, []byte("k"), make([]byte, 20<<20)) }))
	folder := t.TempDir()
	for _, compact := range []bool{false, true} {
		canceled, cancel := context.WithCancel(ctx)
		var told []maintenance.Progress
		_, err = maintenance.Backup(canceled, env, filepath.Join(folder, "copy"), maintenance.BackupOptions{Compact: compact,
			Progress: func(p maintenance.Progress) {
				if told = append(told, p); p.Done > 5<<20 {
					cancel()
				}
			}})
		cancel()
		wantCode(t, err, core.CodeCanceled)
		wantOnly(t, folder)
		if last := told[len(told)-1]; last.Total < 20<<20 || last.Unit != maintenance.Bytes {
			t.Errorf("progress tells %+v", last)
		}
	}
	broken := errors.New("broken")
	_, err = maintenance.BackupTo(ctx, env, failingWriter{broken}, maintenance.BackupOptions{})
	if !errors.Is(err, broken) || core.CodeOf(err) != core.CodeIO {
		t.Errorf("a writer that breaks gives %v", err)
	}
	var whole bytes.Buffer
	n, err := maintenance.BackupTo(ctx, env, &whole, maintenance.BackupOptions{})
	if err != nil || n != int64(whole.Len()) || n < 20<<20 {
		t.Errorf("%d bytes are said, %d were written, %v", n, whole.Len(), err)
	}
}

func noBytes(io.Writer) error { return nil }

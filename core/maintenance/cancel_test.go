// Does what is canceled at its first or last call of progress end with ErrCanceled, and leave nothing?
package maintenance_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/maintenance"
)

// With so little data that progress is told of before and after it only.
func TestCanceledSmall(t *testing.T) {
	env := newEnv(t)
	db, err := core.OpenBytes(ctx, env, "db")
	must(t, err)
	must(t, env.Update(ctx, func(txn *core.Txn) error { return db.Put(txn, core.Named("s"), []byte("k"), []byte("v")) }))
	folder := t.TempDir()
	works := map[string]func(context.Context, maintenance.ProgressFunc) error{
		"measure": func(ctx context.Context, p maintenance.ProgressFunc) error {
			_, err := maintenance.Measure(ctx, env, maintenance.StatsOptions{Progress: p})
			return err
		},
		"verify": func(ctx context.Context, p maintenance.ProgressFunc) error {
			_, err := maintenance.Verify(ctx, env, maintenance.VerifyOptions{Progress: p})
			return err
		},
		"export": func(ctx context.Context, p maintenance.ProgressFunc) error {
			_, err := maintenance.Export(ctx, env, io.Discard, maintenance.ExportOptions{Progress: p})
			return err
		},
		"backup": func(ctx context.Context, p maintenance.ProgressFunc) error {
			_, err := maintenance.Backup(ctx, env, filepath.Join(folder, "copy"), maintenance.BackupOptions{Progress: p})
			return err
		},
	}
	for name, work := range works {
		calls := 0
		must(t, work(ctx, func(maintenance.Progress) { calls++ }))
		must(t, os.RemoveAll(filepath.Join(folder, "copy")))
		for _, at := range []int{1, calls} {
			t.Run(name, func(t *testing.T) {
				ctx, cancel := context.WithCancel(ctx)
				defer cancel()
				n := 0
				wantCode(t, work(ctx, func(maintenance.Progress) {
					if n++; n == at {
						cancel()
					}
				}), core.CodeCanceled)
				wantOnly(t, folder)
			})
		}
	}
}

// What the operating system says of a source or a target is told by a status of its own.
func TestCodesOfTheSystem(t *testing.T) {
	env := newEnv(t)
	source := io.MultiReader(bytes.NewReader([]byte("{")), failing{syscall.EIO})
	_, err := maintenance.Import(ctx, env, source, maintenance.ImportOptions{})
	wantCode(t, err, core.CodeIO)
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, nil, 0o600))
	for _, folder := range []string{file, filepath.Join(file, "below")} {
		_, err = maintenance.Backup(ctx, env, folder, maintenance.BackupOptions{})
		wantCode(t, err, core.CodeInvalidArgument)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

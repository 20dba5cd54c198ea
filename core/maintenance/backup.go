package maintenance

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// BackupOptions say how to back up.
type BackupOptions struct {
	// Compact leaves out free pages. The copy is smaller, and takes longer.
	Compact  bool
	Progress ProgressFunc
}

// BackupTo writes a copy of the environment, as some commit left it, to w, while others read and write: the bytes of a
// data.mdb. It says how many bytes. What w has got when it fails is no environment. Errors: ErrCanceled, ErrIO, ErrDiskFull,
// ErrNested, ErrReadersFull.
func BackupTo(ctx context.Context, env *core.Env, w io.Writer, o BackupOptions) (int64, error) {
	var total uint64
	if info, err := env.Info(); err == nil {
		total = uint64(info.Used)
	}
	if o.Compact {
		_ = env.View(ctx, func(t *core.Txn) error {
			if pages, err := t.Pages(); err == nil {
				total = (pages.Used - pages.Free) * uint64(pages.Size)
			}
			return nil
		})
	}
	counted := &meteredWriter{ctx: ctx, w: w, meter: newMeter(o.Progress, Bytes, total, 1<<20)}
	err := env.Copy(ctx, counted, o.Compact)
	if err == nil {
		err = counted.meter.finish(ctx)
	}
	return int64(counted.meter.p.Done), err
}

type meteredWriter struct {
	ctx   context.Context
	w     io.Writer
	meter *meter
}

func (m *meteredWriter) Write(b []byte) (int, error) {
	n, err := m.w.Write(b)
	if err == nil {
		err = m.meter.add(m.ctx, uint64(n))
	}
	return n, err
}

// Backup makes a folder that holds a copy of the environment, as some commit left it, while others read and write. The copy
// is written to a folder beside, synced, and then renamed, so that under the folder's name there is a whole copy or nothing.
// Nothing is overwritten: the folder must not exist, or be empty. Errors: as for BackupTo, ErrInvalidArgument (the folder
// has something in it), ErrPathNotFound (its parent), ErrPermissionDenied.
func Backup(ctx context.Context, env *core.Env, folder string, o BackupOptions) (size int64, err error) {
	switch names, err := os.ReadDir(folder); {
	case err == nil && len(names) > 0:
		return 0, fail(core.CodeInvalidArgument, "%s exists and is not empty: name a folder that does not exist yet", folder)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return 0, pathError(err)
	}
	folder = filepath.Clean(folder)
	partial, err := beside(folder)
	if err != nil {
		return 0, err
	}
	if err := os.Mkdir(partial, 0o777); err != nil {
		return 0, pathError(err)
	}
	defer func() {
		if err != nil {
			_ = os.RemoveAll(partial)
		}
	}()
	if size, err = backupFile(ctx, env, filepath.Join(partial, "data.mdb"), o); err != nil {
		return 0, err
	}
	if err = syncFolder(partial); err != nil {
		return 0, err
	}
	// The system replaces an empty folder and refuses one that has got something meanwhile; os.Rename would refuse both.
	if err = syscall.Rename(partial, folder); err != nil {
		return 0, pathError(err)
	}
	return size, syncFolder(filepath.Dir(folder))
}

// beside is a name that nothing has, in the same folder, so that it can be renamed.
func beside(path string) (string, error) {
	var random [6]byte
	if _, err := rand.Read(random[:]); err != nil {
		return "", wrapf(err, "random bytes")
	}
	return path + ".partial-" + hex.EncodeToString(random[:]), nil
}

func backupFile(ctx context.Context, env *core.Env, path string, o BackupOptions) (int64, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return 0, pathError(err)
	}
	size, err := BackupTo(ctx, env, file, o)
	return size, closeSynced(file, err)
}

// closeSynced closes a file, which is on disk then, unless there is an error already.
func closeSynced(file *os.File, err error) error {
	if err == nil {
		if err = file.Sync(); err != nil {
			err = pathError(err)
		}
	}
	if closing := file.Close(); err == nil && closing != nil {
		err = pathError(closing)
	}
	return err
}

func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return pathError(err)
	}
	return closeSynced(folder, nil)
}

// pathError makes an error of the operating system one of ours.
func pathError(err error) error {
	return &core.Error{Code: ioCode(err), Message: err.Error(), Cause: err}
}

func ioCode(err error) core.Code {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return core.CodePathNotFound
	case errors.Is(err, fs.ErrPermission):
		return core.CodePermissionDenied
	case errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT):
		return core.CodeDiskFull
	case errors.Is(err, fs.ErrExist) || errors.Is(err, syscall.ENOTEMPTY) || errors.Is(err, syscall.ENOTDIR):
		return core.CodeInvalidArgument
	}
	return core.CodeIO
}

// WriteFile writes a file as Backup writes a folder: write is given a file beside, which is synced and renamed afterwards, so
// that under the name there is all or nothing. ErrInvalidArgument if the file exists.
func WriteFile(path string, write func(io.Writer) error) (err error) {
	if _, err := os.Lstat(path); err == nil {
		return fail(core.CodeInvalidArgument, "%s exists: name a file that does not exist yet", path)
	}
	partial, err := beside(path)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(partial, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return pathError(err)
	}
	defer func() { _ = os.Remove(partial) }()
	if err = closeSynced(file, write(file)); err != nil {
		return err
	}
	// A link, unlike a rename, never replaces what is there; but some file systems have none.
	err = os.Link(partial, path)
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENOTSUP) {
		err = os.Rename(partial, path)
	}
	if err != nil {
		return pathError(err)
	}
	return syncFolder(filepath.Dir(path))
}

package main

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// withMade opens an environment, or makes it if there is none, runs fn and closes it. One that is made is made in a folder
// within its own, and gets its place once fn has succeeded: what fails leaves nothing, and removes nothing but what it made.
func (a *app) withMade(path string, fn func(*core.Env) error) (failed error) {
	data := filepath.Join(path, "data.mdb")
	if _, err := os.Lstat(data); !errors.Is(err, fs.ErrNotExist) || filepath.Base(path) == "data.mdb" {
		return a.with(path, writing, fn)
	}
	switch err := os.Mkdir(path, 0o777); {
	case err == nil:
		defer func() {
			if failed != nil {
				_ = os.Remove(path) // not if somebody else has put something into it
			}
		}()
	case !errors.Is(err, fs.ErrExist):
		return fileError(err)
	}
	partial, err := os.MkdirTemp(path, ".partial-")
	if err != nil {
		return fileError(err)
	}
	defer os.RemoveAll(partial) //nolint:errcheck // it can be removed by hand
	if err := a.with(partial, making, fn); err != nil {
		return err
	}
	switch err := link(filepath.Join(partial, "data.mdb"), data); {
	case errors.Is(err, fs.ErrExist):
		return &core.Error{Code: core.CodeConflict, Message: path + " was made by somebody else meanwhile: nothing was changed there"}
	case err != nil:
		return fileError(err)
	}
	return cmp.Or(syncFolder(path), syncFolder(filepath.Dir(path)))
}

// link gives a file its place, and replaces nothing.
func link(from, to string) error {
	err := os.Link(from, to)
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENOTSUP) { // the file system has no links
		if _, err := os.Lstat(to); err == nil {
			return fs.ErrExist
		}
		err = os.Rename(from, to)
	}
	return err
}

func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return fileError(err)
	}
	defer folder.Close()
	if err := folder.Sync(); err != nil {
		return fileError(err)
	}
	return nil
}

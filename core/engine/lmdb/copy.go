package lmdb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"syscall"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

// LMDB copies to a file descriptor only, and knows no cancellation. So it copies to a pipe, whose other end is read here: when
// the reading stops, LMDB's next write fails and it gives up.

// copyBuffer is how much is read from the pipe at once.
const copyBuffer = 256 << 10

// Copy writes a copy of the environment to w.
func (s *session) Copy(ctx context.Context, w io.Writer, compact bool) error {
	e := s.env
	if e.owner.Load() == thread() {
		return engine.Fail(engine.ErrNested, "this thread has the write transaction, for which a copy waits: end it first", nil)
	}
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	if err := e.gate.enter(ctx); err != nil { // the map must not move under the copy
		return err
	}
	defer e.gate.leave()
	var ends [2]int
	if err := syscall.Pipe2(ends[:], syscall.O_CLOEXEC); err != nil {
		return engine.Fail(engine.ErrIO, "a pipe for the copy could not be made", err)
	}
	copied := make(chan error, 1)
	go func() {
		copied <- e.copyTo(ends[1], compact)
	}()
	drained := drain(ctx, w, os.NewFile(uintptr(ends[0]), "copy"))
	err := <-copied
	if drained != nil {
		return drained
	}
	return err
}

// copyTo lets LMDB copy to a file descriptor, and closes it.
func (e *environment) copyTo(fd int, compact bool) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer syscall.Close(fd) //nolint:errcheck // a pipe has nothing to flush
	restore := blockPipeSignal()
	defer restore()
	flags := uint(0)
	if compact {
		flags = flagCompact
	}
	err := e.lm.CopyFDFlag(uintptr(fd), flags)
	if code(err) == rcReadersFull {
		return beginFailure(err, e)
	}
	return failed(err, "%s could not be copied", e.config.Path)
}

// drain reads the pipe to its end, or until the context ends or w fails; then it closes the pipe.
func drain(ctx context.Context, w io.Writer, pipe *os.File) error {
	defer pipe.Close()
	buffer := make([]byte, copyBuffer)
	for {
		if ctx.Err() != nil {
			return canceled(ctx, "copying the environment")
		}
		n, err := pipe.Read(buffer)
		if n > 0 {
			if _, err := w.Write(buffer[:n]); err != nil {
				return writeFailure(err)
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return engine.Fail(engine.ErrIO, "the copy could not be read", err)
		}
	}
}

func writeFailure(err error) error {
	kind := engine.ErrIO
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		kind = engine.ErrDiskFull
	}
	return engine.Fail(kind, fmt.Sprintf("the copy could not be written: %v", err), err)
}

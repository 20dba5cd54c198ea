package main

import (
	"context"
	"io"
	"os"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// openInput opens a file, or standard input for "-". What is no regular file, and may keep its reader waiting, is read so that
// an interrupt ends the wait; that cannot seek then, and is imported as a stream.
func openInput(ctx context.Context, path string) (r io.Reader, closeInput func() error, err error) {
	file := os.Stdin
	if path != "-" {
		if file, err = os.Open(path); err != nil {
			return nil, nil, fileError(err)
		}
	}
	if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
		return file, file.Close, nil
	}
	chunks := make(chan chunk)
	go pump(ctx, file, chunks)
	return &waiting{ctx: ctx, chunks: chunks}, func() error { return nil }, nil
}

// chunk is what one read gave.
type chunk struct {
	bytes []byte
	err   error
}

// pump reads until the end, an error or an interrupt. A read that never comes back ends with the process.
func pump(ctx context.Context, r io.Reader, to chan<- chunk) {
	for {
		buffer := make([]byte, 64<<10)
		n, err := r.Read(buffer)
		select {
		case to <- chunk{buffer[:n], err}:
		case <-ctx.Done():
			return
		}
		if err != nil {
			return
		}
	}
}

// waiting is a reader whose waits end with a context.
type waiting struct {
	ctx    context.Context
	chunks <-chan chunk
	left   chunk
}

func (w *waiting) Read(b []byte) (int, error) {
	for len(w.left.bytes) == 0 {
		if w.left.err != nil {
			return 0, w.left.err
		}
		select {
		case w.left = <-w.chunks:
		case <-w.ctx.Done():
			return 0, &core.Error{Code: core.CodeCanceled, Message: "canceled: " + context.Cause(w.ctx).Error()}
		}
	}
	n := copy(b, w.left.bytes)
	w.left.bytes = w.left.bytes[n:]
	return n, nil
}

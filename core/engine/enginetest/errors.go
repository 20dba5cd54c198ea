// Does each error match one of package engine, answers come as they are, and a refusal leave the transaction good?

package enginetest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

var errorCases = []testCase{
	{"WriteInARead", errorWriteInARead},
	{"Answers", errorAnswers},
	{"AnswersDoNotAllocate", errorAnswersDoNotAllocate},
	{"RefusalsDoNotFail", errorRefusalsDoNotFail},
	{"ContextEnded", errorContextEnded},
}

// known are the errors of package engine.
var known = []error{
	engine.ErrNotFound, engine.ErrKeyExists, engine.ErrNoTable, engine.ErrKeyTooLong, engine.ErrTooLarge,
	engine.ErrReservedKey, engine.ErrReadOnly, engine.ErrMapFull, engine.ErrTablesFull, engine.ErrReadersFull,
	engine.ErrTxnFull, engine.ErrNested, engine.ErrWrongThread, engine.ErrClosed, engine.ErrBusy, engine.ErrConflict,
	engine.ErrCommitUnknown, engine.ErrUnavailable, engine.ErrCanceled, engine.ErrCorrupt, engine.ErrNotEnvironment,
	engine.ErrPathNotFound, engine.ErrPermission, engine.ErrDiskFull, engine.ErrOutOfMemory, engine.ErrIO,
	engine.ErrInvalid, engine.ErrInternal,
}

// wantKnown ends the test unless err is an error that matches one of package engine.
func (f *fixture) wantKnown(err error) {
	f.Helper()
	if !slices.ContainsFunc(known, func(kind error) bool { return errors.Is(err, kind) }) {
		f.Fatalf("error %v, want one that matches an error of package engine", err)
	}
}

// errorWriteInARead tries each write in a read transaction, which can still be read afterwards.
func errorWriteInARead(f *fixture) {
	for _, at := range f.places() {
		f.fill(at, numbered(5))
		f.read(func(tx engine.Txn) {
			key, value := []byte("key0001"), []byte("x")
			f.wantError(tx.Put(at, key, value), engine.ErrReadOnly)
			f.wantError(tx.Insert(at, []byte("new"), value), engine.ErrReadOnly)
			f.wantError(tx.Delete(at, key), engine.ErrReadOnly)
			n, err := tx.Apply(at, []engine.Op{{Key: key, Value: value}})
			f.wantError(err, engine.ErrReadOnly)
			deleted, err := tx.DeleteRange(at, engine.Range{})
			f.wantError(err, engine.ErrReadOnly)
			if n != 0 || deleted != 0 {
				f.Errorf("Apply did %d, DeleteRange %d in a read transaction", n, deleted)
			}
			f.wantContent(tx, at, numbered(5))
		})
		f.read(func(tx engine.Txn) { f.wantContent(tx, at, numbered(5)) })
	}
}

func errorAnswers(f *fixture) {
	for _, at := range f.places() {
		f.fill(at, content{"there": "already"})
		missing, there := []byte("missing"), []byte("there")
		f.read(func(tx engine.Txn) {
			_, err := tx.Get(at, missing)
			f.wantExactly(err, engine.ErrNotFound)
		})
		f.write(func(tx engine.Txn) {
			_, err := tx.Get(at, missing)
			f.wantExactly(err, engine.ErrNotFound)
			f.wantExactly(tx.Delete(at, missing), engine.ErrNotFound)
			f.wantExactly(tx.Insert(at, there, nil), engine.ErrKeyExists)
			_, err = tx.Apply(at, []engine.Op{{Kind: engine.OpInsert, Key: there}})
			f.wantExactly(err, engine.ErrKeyExists)
		})
	}
}

// errorAnswersDoNotAllocate compares a Get that finds nothing with one that finds: the first may not cost more.
func errorAnswersDoNotAllocate(f *fixture) {
	for name, at := range f.places() {
		f.fill(at, content{"there": "already"})
		f.read(func(tx engine.Txn) {
			there, missing := []byte("there"), []byte("where")
			found := testing.AllocsPerRun(100, func() { _, _ = tx.Get(at, there) })
			notFound := testing.AllocsPerRun(100, func() { _, _ = tx.Get(at, missing) })
			if notFound > found {
				f.Errorf("%s: a Get that finds nothing allocates %.0f times, one that finds %.0f",
					name, notFound, found)
			}
		})
	}
}

// errorRefusalsDoNotFail has refusals and answers between writes that are committed.
func errorRefusalsDoNotFail(f *fixture) {
	tooLong := make([]byte, min(f.engine.Caps().MaxKey, mostTried)+1)
	for _, at := range f.places() {
		f.write(func(tx engine.Txn) {
			f.put(tx, at, "a", "1")
			if len(tooLong) <= mostTried {
				f.wantError(tx.Put(at, tooLong, nil), engine.ErrKeyTooLong)
			}
			f.put(tx, at, "b", "2")
			f.wantError(tx.Insert(at, []byte("a"), nil), engine.ErrKeyExists)
			f.put(tx, at, "c", "3")
			f.wantError(tx.Delete(at, []byte("missing")), engine.ErrNotFound)
			f.put(tx, at, "d", "4")
			f.wantContent(tx, at, content{"a": "1", "b": "2", "c": "3", "d": "4"})
		})
		f.read(func(tx engine.Txn) { f.wantContent(tx, at, content{"a": "1", "b": "2", "c": "3", "d": "4"}) })
	}
}

// errorContextEnded begins with a context that has ended. Where there is nothing to wait for it may be overlooked.
func errorContextEnded(f *fixture) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	at := f.whole("plain")
	for _, write := range []bool{false, true} {
		tx, err := f.engine.Begin(ctx, engine.TxnOptions{Write: write})
		if err != nil {
			f.wantError(err, engine.ErrCanceled)
			f.wantError(err, context.Canceled)
			continue
		}
		f.wantContent(tx, at, content{})
		f.must(tx.Abort())
	}
	f.fill(at, content{"key": "value"})
	f.read(func(tx engine.Txn) { f.wantContent(tx, at, content{"key": "value"}) })
}

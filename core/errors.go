package core

import (
	"context"
	"errors"
	"fmt"

	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/layout"
	"github.com/scoped-lmdb/scoped-lmdb/core/scope"
)

// Code numbers what can go wrong. The numbers are those of the C ABI (include/slmdb.h) and are never reused.
type Code int32

// The codes.
const (
	CodeOK Code = iota
	CodeNotFound
	CodeKeyExists
	CodeEmptyScope
	CodeInvalidScope
	CodeEmptyKey
	CodeKeyTooLong
	CodeValueTooLarge
	CodeInvalidKey
	CodeInvalidValue
	CodeInvalidName
	CodeKindMismatch
	CodeLayoutMismatch
	CodeDatabaseNotFound
	CodeFormatTooNew
	CodeCorrupt
	CodeReadOnly
	CodeMapFull
	CodeDatabasesFull
	CodeReadersFull
	CodeTxnFull
	CodeTxnEnded
	CodeNested
	CodeWrongThread
	CodeInUse
	CodeClosed
	CodeInvalidHandle
	CodeForked
	CodeInvalidArgument
	CodeBufferTooSmall
	CodePathNotFound
	CodeNotAnEnvironment
	CodePermissionDenied
	CodeDiskFull
	CodeIO
	CodeBusy
	CodeConflict
	CodeCommitUnknown
	CodeUnavailable
	CodeCanceled
	CodeOutOfMemory
	CodeInternal
	numCodes
)

var codeNames = [numCodes]string{
	"OK", "NotFound", "KeyExists", "EmptyScope", "InvalidScope", "EmptyKey", "KeyTooLong", "ValueTooLarge", "InvalidKey",
	"InvalidValue", "InvalidName", "KindMismatch", "LayoutMismatch", "DatabaseNotFound", "FormatTooNew", "Corrupt",
	"ReadOnly", "MapFull", "DatabasesFull", "ReadersFull", "TxnFull", "TxnEnded", "Nested", "WrongThread", "InUse", "Closed",
	"InvalidHandle", "Forked", "InvalidArgument", "BufferTooSmall", "PathNotFound", "NotAnEnvironment", "PermissionDenied",
	"DiskFull", "IO", "Busy", "Conflict", "CommitUnknown", "Unavailable", "Canceled", "OutOfMemory", "Internal",
}

// String is the code's name, as in "KeyTooLong"; "Unknown" for a number that is no code.
func (c Code) String() string {
	if c < 0 || c >= numCodes {
		return "Unknown"
	}
	return codeNames[c]
}

// Error is every error of this package but those of a caller's own function or codec.
type Error struct {
	// Code is what kind of error it is.
	Code Code
	// Message names the thing, its limit and what to do.
	Message string
	// Cause is the error below, or nil.
	Cause error
}

// Error is the message.
func (e *Error) Error() string { return e.Message }

// Unwrap is the error below.
func (e *Error) Unwrap() error { return e.Cause }

// Is says that two errors are of one kind, so that errors.Is(err, core.ErrMapFull) holds for every full map.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// What errors.Is compares with.
var (
	ErrNotFound         = sentinel(CodeNotFound)
	ErrKeyExists        = sentinel(CodeKeyExists)
	ErrEmptyScope       = sentinel(CodeEmptyScope)
	ErrInvalidScope     = sentinel(CodeInvalidScope)
	ErrEmptyKey         = sentinel(CodeEmptyKey)
	ErrKeyTooLong       = sentinel(CodeKeyTooLong)
	ErrValueTooLarge    = sentinel(CodeValueTooLarge)
	ErrInvalidKey       = sentinel(CodeInvalidKey)
	ErrInvalidValue     = sentinel(CodeInvalidValue)
	ErrInvalidName      = sentinel(CodeInvalidName)
	ErrKindMismatch     = sentinel(CodeKindMismatch)
	ErrLayoutMismatch   = sentinel(CodeLayoutMismatch)
	ErrDatabaseNotFound = sentinel(CodeDatabaseNotFound)
	ErrFormatTooNew     = sentinel(CodeFormatTooNew)
	ErrCorrupt          = sentinel(CodeCorrupt)
	ErrReadOnly         = sentinel(CodeReadOnly)
	ErrMapFull          = sentinel(CodeMapFull)
	ErrDatabasesFull    = sentinel(CodeDatabasesFull)
	ErrReadersFull      = sentinel(CodeReadersFull)
	ErrTxnFull          = sentinel(CodeTxnFull)
	ErrTxnEnded         = sentinel(CodeTxnEnded)
	ErrNested           = sentinel(CodeNested)
	ErrWrongThread      = sentinel(CodeWrongThread)
	ErrInUse            = sentinel(CodeInUse)
	ErrClosed           = sentinel(CodeClosed)
	ErrInvalidArgument  = sentinel(CodeInvalidArgument)
	ErrPathNotFound     = sentinel(CodePathNotFound)
	ErrNotAnEnvironment = sentinel(CodeNotAnEnvironment)
	ErrPermissionDenied = sentinel(CodePermissionDenied)
	ErrDiskFull         = sentinel(CodeDiskFull)
	ErrIO               = sentinel(CodeIO)
	ErrBusy             = sentinel(CodeBusy)
	ErrConflict         = sentinel(CodeConflict)
	ErrCommitUnknown    = sentinel(CodeCommitUnknown)
	ErrUnavailable      = sentinel(CodeUnavailable)
	ErrCanceled         = sentinel(CodeCanceled)
	ErrOutOfMemory      = sentinel(CodeOutOfMemory)
	ErrInternal         = sentinel(CodeInternal)
)

func sentinel(code Code) error { return &Error{Code: code, Message: code.String()} }

func fail(code Code, format string, args ...any) error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// codes tells which code an error of the packages below has. The first that matches counts.
var codes = []struct {
	is   error
	code Code
}{
	{engine.ErrNotFound, CodeNotFound},
	{engine.ErrKeyExists, CodeKeyExists},
	{engine.ErrNoTable, CodeDatabaseNotFound},
	{engine.ErrKeyTooLong, CodeKeyTooLong},
	{engine.ErrTooLarge, CodeValueTooLarge},
	{engine.ErrReservedKey, CodeInvalidKey},
	{engine.ErrReadOnly, CodeReadOnly},
	{engine.ErrMapFull, CodeMapFull},
	{engine.ErrTablesFull, CodeDatabasesFull},
	{engine.ErrReadersFull, CodeReadersFull},
	{engine.ErrTxnFull, CodeTxnFull},
	{engine.ErrNested, CodeNested},
	{engine.ErrWrongThread, CodeWrongThread},
	{engine.ErrClosed, CodeClosed},
	{engine.ErrBusy, CodeBusy},
	{engine.ErrConflict, CodeConflict},
	{engine.ErrCommitUnknown, CodeCommitUnknown},
	{engine.ErrUnavailable, CodeUnavailable},
	{engine.ErrCanceled, CodeCanceled},
	{engine.ErrCorrupt, CodeCorrupt},
	{engine.ErrNotEnvironment, CodeNotAnEnvironment},
	{engine.ErrPathNotFound, CodePathNotFound},
	{engine.ErrPermission, CodePermissionDenied},
	{engine.ErrDiskFull, CodeDiskFull},
	{engine.ErrOutOfMemory, CodeOutOfMemory},
	{engine.ErrIO, CodeIO},
	{engine.ErrInvalid, CodeInvalidArgument},
	{scope.ErrEmpty, CodeEmptyScope},
	{scope.ErrInvalid, CodeInvalidScope},
	{scope.ErrRegistered, CodeKeyExists},
	{scope.ErrUnregistered, CodeNotFound},
	{codec.ErrInvalidKey, CodeInvalidKey},
	{codec.ErrInvalidValue, CodeInvalidValue},
	{codec.ErrInvalidPage, CodeInvalidArgument},
	{codec.ErrUnsupportedType, CodeInvalidArgument},
	{layout.ErrMalformed, CodeCorrupt},
	{context.Canceled, CodeCanceled},
	{context.DeadlineExceeded, CodeCanceled},
}

// CodeOf is the code of any error: CodeOK for nil, CodeInternal for one that is not of this package's making.
func CodeOf(err error) Code {
	if err == nil {
		return CodeOK
	}
	var own *Error
	if errors.As(err, &own) {
		return own.Code
	}
	for _, c := range codes {
		if errors.Is(err, c.is) {
			return c.code
		}
	}
	return CodeInternal
}

// wrap makes an error of a package below one of this package's. Answers cost nothing.
func wrap(err error) error {
	switch err {
	case nil:
		return nil
	case engine.ErrNotFound:
		return ErrNotFound
	case engine.ErrKeyExists:
		return ErrKeyExists
	}
	if _, own := err.(*Error); own {
		return err
	}
	return &Error{Code: CodeOf(err), Message: err.Error(), Cause: err}
}

// wrapf is wrap with what was being done before the message.
func wrapf(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return &Error{Code: CodeOf(err), Message: fmt.Sprintf(format, args...) + ": " + err.Error(), Cause: err}
}

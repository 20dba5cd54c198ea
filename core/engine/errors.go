package engine

import "errors"

// The errors of an engine. What is returned matches one of them by errors.Is and says more in its text.
var (
	ErrNotFound       = errors.New("no such entry")
	ErrKeyExists      = errors.New("the key exists already")
	ErrNoTable        = errors.New("no such table")
	ErrKeyTooLong     = errors.New("the key is too long for the store")
	ErrTooLarge       = errors.New("the value or the transaction is too large for the store")
	ErrReservedKey    = errors.New("the key is the record of a named table")
	ErrReadOnly       = errors.New("a write in a read transaction or a read-only store")
	ErrMapFull        = errors.New("the map is full")
	ErrTablesFull     = errors.New("too many tables are open")
	ErrReadersFull    = errors.New("too many read transactions are open")
	ErrTxnFull        = errors.New("the transaction has changed too many pages")
	ErrNested         = errors.New("this thread already has a write transaction")
	ErrWrongThread    = errors.New("a write transaction must end on the thread that began it")
	ErrClosed         = errors.New("the store is closed")
	ErrBusy           = errors.New("the store is in use")
	ErrConflict       = errors.New("another writer changed what this transaction builds on; begin it again")
	ErrCommitUnknown  = errors.New("it is not known whether the commit happened")
	ErrUnavailable    = errors.New("the store cannot be reached")
	ErrCanceled       = errors.New("the context ended first")
	ErrCorrupt        = errors.New("the store is damaged")
	ErrNotEnvironment = errors.New("not an LMDB environment")
	ErrPathNotFound   = errors.New("the folder does not exist")
	ErrPermission     = errors.New("access was refused")
	ErrDiskFull       = errors.New("no space is left on the device")
	ErrOutOfMemory    = errors.New("out of memory or address space")
	ErrIO             = errors.New("the operating system reported an error")
	ErrInvalid        = errors.New("an argument is out of its range")
	ErrInternal       = errors.New("a fault in the engine")
)

// Error is an engine's error with what it was about.
type Error struct {
	// Is is one of the Err values of this package.
	Is error
	// Detail names the thing, its limit and what to do.
	Detail string
	// Cause is what the store below said, or nil.
	Cause error
}

// Fail makes an Error.
func Fail(is error, detail string, cause error) error {
	return &Error{Is: is, Detail: detail, Cause: cause}
}

// Error is the detail, and the cause where there is one.
func (e *Error) Error() string {
	text := e.Detail
	if text == "" {
		text = e.Is.Error()
	}
	if e.Cause != nil {
		text += ": " + e.Cause.Error()
	}
	return text
}

// Unwrap gives both the kind and the cause to errors.Is and errors.As.
func (e *Error) Unwrap() []error {
	if e.Cause == nil {
		return []error{e.Is}
	}
	return []error{e.Is, e.Cause}
}

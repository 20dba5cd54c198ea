package lmdb

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

// LMDB's own return codes (lmdb.h, "Return Codes").
const (
	rcKeyExist     = -30799
	rcNotFound     = -30798
	rcPageNotFound = -30797
	rcCorrupted    = -30796
	rcPanic        = -30795
	rcVersion      = -30794
	rcInvalid      = -30793
	rcMapFull      = -30792
	rcDBsFull      = -30791
	rcReadersFull  = -30790
	rcTxnFull      = -30788
	rcMapResized   = -30785
	rcIncompatible = -30784
	rcBadTxn       = -30782
	rcBadValSize   = -30781
	rcBadDBI       = -30780
)

// kinds tells which error of the seam a return code is; a code that is not here is ErrIO (errno) or ErrInternal.
var kinds = map[int]error{
	rcPageNotFound: engine.ErrCorrupt,
	rcCorrupted:    engine.ErrCorrupt,
	rcPanic:        engine.ErrCorrupt,
	rcVersion:      engine.ErrNotEnvironment,
	rcInvalid:      engine.ErrNotEnvironment,
	rcMapFull:      engine.ErrMapFull,
	rcDBsFull:      engine.ErrTablesFull,
	rcReadersFull:  engine.ErrReadersFull,
	rcTxnFull:      engine.ErrTxnFull,
	rcMapResized:   engine.ErrBusy,
	rcBadDBI:       engine.ErrConflict,
	rcBadValSize:   engine.ErrKeyTooLong,
	rcIncompatible: engine.ErrReservedKey,

	int(syscall.ENOENT): engine.ErrPathNotFound,
	int(syscall.EACCES): engine.ErrPermission,
	int(syscall.EPERM):  engine.ErrPermission,
	int(syscall.EROFS):  engine.ErrPermission,
	int(syscall.ENOSPC): engine.ErrDiskFull,
	int(syscall.EDQUOT): engine.ErrDiskFull,
	int(syscall.ENOMEM): engine.ErrOutOfMemory,
	int(syscall.EBUSY):  engine.ErrBusy,
	int(syscall.EAGAIN): engine.ErrBusy,
}

// cause is what LMDB or the operating system calls a return code.
func cause(rc int) error {
	if rc > 0 {
		return syscall.Errno(rc)
	}
	return apiErrno(rc)
}

// failure makes an error of the seam from a return code of LMDB's; detail says what was being done.
func failure(rc int, detail string) error {
	switch rc {
	case 0:
		return nil
	case rcNotFound:
		return engine.ErrNotFound
	case rcKeyExist:
		return engine.ErrKeyExists
	}
	kind, known := kinds[rc]
	switch {
	case known:
	case rc > 0:
		kind = engine.ErrIO
	default:
		kind = engine.ErrInternal
	}
	return engine.Fail(kind, detail, cause(rc))
}

// code is the return code inside of an error of the binding's; 0 for nil.
func code(err error) int {
	if err == nil {
		return 0
	}
	var system syscall.Errno
	if errors.As(errnoOf(err), &system) {
		return int(system)
	}
	var own apiErrno
	if errors.As(errnoOf(err), &own) {
		return int(own)
	}
	return rcPanic
}

// errnoOf takes the number out of the binding's OpError, which has no Unwrap.
func errnoOf(err error) error {
	var found error
	errnoFn(err, func(inner error) bool {
		found = inner
		return true
	})
	return found
}

func failed(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return failure(code(err), fmt.Sprintf(format, args...))
}

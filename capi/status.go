package main

/*
#cgo CFLAGS: -std=gnu11 -O2 -Wall -Wextra -Wno-unused-parameter -I${SRCDIR}/../include
#include "slmdb.h"
*/
import "C"

import (
	"fmt"
	"strings"
	"unicode/utf8"
	"unsafe"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

func fail(code core.Code, format string, args ...any) error {
	return &core.Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// finish writes an error into the caller's struct and gives its status.
func finish(out *C.slmdb_error, err error) C.int32_t {
	if err == nil {
		return 0
	}
	code := core.CodeOf(err)
	if code == core.CodeNotFound || out == nil {
		if out != nil {
			out.code, out.message[0] = C.int32_t(code), 0
		}
		return C.int32_t(code)
	}
	out.code = C.int32_t(code)
	writeMessage(unsafe.Slice((*byte)(unsafe.Pointer(&out.message)), len(out.message)), err.Error())
	return C.int32_t(code)
}

// writeMessage writes as much of a text as fits, never half of a character, as UTF-8 that ends with a zero byte and has
// none before.
func writeMessage(dst []byte, text string) {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\ufffd"), "\x00", "\ufffd")
	n := min(len(text), len(dst)-1)
	for n > 0 && n < len(text) && !utf8.RuneStart(text[n]) {
		n--
	}
	dst[copy(dst, text[:n])] = 0
}

// guard turns a panic into a status. Every exported function defers it.
func guard(out *C.slmdb_error, status *C.int32_t) {
	if r := recover(); r != nil {
		*status = finish(out, fail(core.CodeInternal, "a fault in scoped-lmdb, please report it: %v", r))
	}
}

// input makes a slice of what the caller passed. It is borrowed for the call.
func input(what string, data unsafe.Pointer, length C.size_t, limit int, over core.Code) ([]byte, error) {
	switch {
	case length == 0:
		return []byte{}, nil
	case uint64(length) > uint64(limit):
		return nil, fail(over, "%s of %d bytes: the longest is %d bytes", what, uint64(length), limit)
	case data == nil:
		return nil, fail(core.CodeInvalidArgument, "%s is NULL with a length of %d", what, uint64(length))
	}
	return unsafe.Slice((*byte)(data), int(length)), nil
}

// output checks a pointer that a result must be written to.
func output[T any](what string, p *T) error {
	if p == nil {
		return fail(core.CodeInvalidArgument, "%s is NULL: there must be a place for the result", what)
	}
	return nil
}

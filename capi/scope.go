package main

/*
#include "slmdb.h"
*/
import "C"

import (
	"unsafe"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

//export goScopeOpen
func goScopeOpen(name *C.char, length C.size_t, out *C.uintptr_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	if err := output("scope", out); err != nil {
		return finish(e, err)
	}
	text, err := input("a scope's name", unsafe.Pointer(name), length, core.MaxScopeName, core.CodeInvalidScope)
	if err != nil {
		return finish(e, err)
	}
	s := core.Named(string(text))
	if err := s.Check(); err != nil {
		return finish(e, err)
	}
	h, err := register(kindScope, s)
	*out = C.uintptr_t(h)
	return finish(e, err)
}

//export goScopeClose
func goScopeClose(h C.uintptr_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	return finish(e, releaseOnce(handle(h), kindScope))
}

// scopeOf is the scope behind a handle; NULL is the default one.
func scopeOf(h handle) (core.Scope, error) {
	if h == 0 {
		return core.Default, nil
	}
	return lookup[core.Scope](h, kindScope)
}

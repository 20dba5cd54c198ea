package main

/*
#include "slmdb.h"
*/
import "C"

import (
	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// enterRegistry takes a transaction for an operation on a scope's name.
func enterRegistry(t, s C.uintptr_t) (*txn, string, error) {
	scope, err := scopeOf(handle(s))
	if err != nil {
		return nil, "", err
	}
	if scope.IsDefault() {
		return nil, "", fail(core.CodeInvalidArgument, "the default scope (NULL) is not registered: it has neither name nor id")
	}
	taken, err := enter(handle(t))
	return taken, scope.Name(), err
}

//export goRegistryID
func goRegistryID(t, s C.uintptr_t, id *C.uint32_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	if err := output("id", id); err != nil {
		return finish(e, err)
	}
	taken, name, err := enterRegistry(t, s)
	if err != nil {
		return finish(e, err)
	}
	defer taken.leave()
	found, ok, err := taken.core.ScopeID(name)
	if err == nil && !ok {
		err = core.ErrNotFound
	}
	if err == nil {
		*id = C.uint32_t(found)
	}
	return finish(e, err)
}

//export goRegistryRegister
func goRegistryRegister(t, s C.uintptr_t, id *C.uint32_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	taken, name, err := enterRegistry(t, s)
	if err != nil {
		return finish(e, err)
	}
	defer taken.leave()
	taken.free()
	found, err := taken.core.RegisterScope(name)
	if err == nil && id != nil {
		*id = C.uint32_t(found)
	}
	return finish(e, err)
}

//export goRegistryRename
func goRegistryRename(t, from, to C.uintptr_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	scope, err := scopeOf(handle(to))
	if err == nil && scope.IsDefault() {
		err = fail(core.CodeInvalidArgument, "a scope cannot be renamed to the default one (NULL), which has no name")
	}
	if err != nil {
		return finish(e, err)
	}
	taken, name, err := enterRegistry(t, from)
	if err != nil {
		return finish(e, err)
	}
	defer taken.leave()
	taken.free()
	return finish(e, taken.core.RenameScope(name, scope.Name()))
}

//export goRegistryDrop
func goRegistryDrop(t, s C.uintptr_t, count *C.uint64_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	taken, name, err := enterRegistry(t, s)
	if err != nil {
		return finish(e, err)
	}
	defer taken.leave()
	taken.free()
	n, err := taken.core.DropScope(name)
	if err == nil && count != nil {
		*count = C.uint64_t(n)
	}
	return finish(e, err)
}

//export goRegistryPrune
func goRegistryPrune(t C.uintptr_t, count *C.uint64_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	taken, err := enter(handle(t))
	if err != nil {
		return finish(e, err)
	}
	defer taken.leave()
	taken.free()
	n, err := taken.core.PruneScopes()
	if err == nil && count != nil {
		*count = C.uint64_t(n)
	}
	return finish(e, err)
}

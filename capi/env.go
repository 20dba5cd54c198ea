package main

/*
#include "slmdb.h"
*/
import "C"

import (
	"context"
	"io/fs"
	"sync"
	"unsafe"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/lmdb"
)

// env is what an environment's handle stands for. It knows the handles of its databases and batches, to close them with
// itself.
type env struct {
	core  *core.Env
	mu    sync.Mutex
	owned map[handle]struct{} // nil once the environment is closed
}

// register gives a database or a batch a handle that ends with the environment.
func (e *env) register(k kind, make func(handle) any) (handle, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.owned == nil {
		return 0, fail(core.CodeClosed, "the environment has been closed")
	}
	h, err := registerAs(k, make)
	if err == nil {
		e.owned[h] = struct{}{}
	}
	return h, err
}

func (e *env) disown(h handle) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.owned, h)
}

// maxPath is Linux's PATH_MAX.
const maxPath = 4096

//export goOpenHandles
func goOpenHandles() C.uint64_t { return C.uint64_t(slots.open.Load()) }

//export goEnvOpen
func goEnvOpen(path *C.char, pathLength C.size_t, options *C.slmdb_env_options, out *C.uintptr_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	if err := output("env", out); err != nil {
		return finish(e, err)
	}
	config, err := envConfig(path, pathLength, options)
	if err != nil {
		return finish(e, err)
	}
	inner, err := core.Open(config)
	if err != nil {
		return finish(e, err)
	}
	h, err := register(kindEnv, &env{core: inner, owned: map[handle]struct{}{}})
	if err != nil {
		_ = inner.Close()
		return finish(e, err)
	}
	*out = C.uintptr_t(h)
	return 0
}

func envConfig(path *C.char, pathLength C.size_t, options *C.slmdb_env_options) (config lmdb.Config, err error) {
	name, err := input("the path", unsafe.Pointer(path), pathLength, maxPath, core.CodeInvalidArgument)
	if err != nil {
		return config, err
	}
	config.Path = string(name)
	if options == nil {
		return config, nil
	}
	if err := checkSize("slmdb_env_options", options.struct_size, unsafe.Sizeof(*options)); err != nil {
		return config, err
	}
	if uint64(options.map_size) > 1<<62 {
		return config, fail(core.CodeInvalidArgument, "a map size of %d bytes: it must be at most %d", uint64(options.map_size), int64(1)<<47)
	}
	config.MapSize = int64(options.map_size)
	config.MaxDatabases = int(options.max_databases)
	config.MaxReaders = int(options.max_readers)
	config.Mode = fs.FileMode(options.mode)
	config.Durability = lmdb.Durability(options.durability)
	config.ReadOnly = bool(options.read_only)
	config.CreateFolder = bool(options.create_folder)
	return config, nil
}

// checkSize refuses an options struct of another size than this version's: the caller was compiled against another
// header, or forgot to set it.
func checkSize(what string, got C.size_t, want uintptr) error {
	if uintptr(got) != want {
		return fail(core.CodeInvalidArgument, "%s.struct_size is %d: set it to sizeof(%s), which is %d", what, uint64(got), what, want)
	}
	return nil
}

//export goEnvClose
func goEnvClose(h C.uintptr_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	v, err := lookup[*env](handle(h), kindEnv)
	if err != nil {
		return finish(e, err)
	}
	if err := v.core.Close(); err != nil {
		return finish(e, err)
	}
	release(handle(h))
	v.mu.Lock()
	defer v.mu.Unlock()
	for h := range v.owned {
		release(h)
	}
	v.owned = nil
	return 0
}

//export goEnvGrow
func goEnvGrow(h C.uintptr_t, mapSize C.uint64_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	v, err := lookup[*env](handle(h), kindEnv)
	if err != nil {
		return finish(e, err)
	}
	if uint64(mapSize) > 1<<62 {
		return finish(e, fail(core.CodeInvalidArgument, "a map size of %d bytes: it must be at most %d", uint64(mapSize), int64(1)<<47))
	}
	return finish(e, v.core.Grow(context.Background(), int64(mapSize)))
}

//export goEnvStat
func goEnvStat(h C.uintptr_t, info *C.slmdb_env_info, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	v, err := lookup[*env](handle(h), kindEnv)
	if err == nil {
		err = output("info", info)
	}
	if err == nil {
		err = checkSize("slmdb_env_info", info.struct_size, unsafe.Sizeof(*info))
	}
	if err != nil {
		return finish(e, err)
	}
	is, err := v.core.Info()
	if err != nil {
		return finish(e, err)
	}
	info.map_size, info.used_size = C.uint64_t(is.Size), C.uint64_t(is.Used)
	info.last_txn, info.page_size = C.uint64_t(is.LastTxn), C.uint32_t(is.PageSize)
	info.max_readers, info.readers = C.uint32_t(is.MaxReaders), C.uint32_t(is.Readers)
	info.max_key, info.read_only = C.uint32_t(is.MaxKey), C.bool(is.ReadOnly)
	return 0
}

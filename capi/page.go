package main

/*
#cgo noescape slm_page
#cgo nocallback slm_page
#include "page.h"
*/
import "C"

import (
	"runtime"
	"unsafe"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
)

// Entries of a page that C writes: those that are common (page.h).

// forms is what becomes of keys and values in a page.
type forms struct {
	key, value C.int
}

// formsOf is what becomes of a database's keys and values.
func formsOf(kind core.Kind, key, value codec.Type) forms {
	f := forms{C.SLM_BIN, C.SLM_BIN}
	if kind == core.KindTyped {
		if f.key = C.SLM_TUPLE; key != codec.Auto {
			f.key = C.SLM_NEITHER
		}
	}
	if kind != core.KindBytes {
		if f.value = C.SLM_OBJECT; value != codec.Auto {
			f.value = C.SLM_NEITHER
		}
	}
	return f
}

// without leaves keys or values out.
func (f forms) without(keys, values bool) forms {
	if keys {
		f.key = C.SLM_LEFT_OUT
	}
	if values {
		f.value = C.SLM_LEFT_OUT
	}
	return f
}

// C knows how an entry lies in memory.
var _ = [1]struct{}{}[unsafe.Sizeof(core.RawEntry{})-C.sizeof_slm_raw_entry]

// addCommon adds the entries up to the first that C leaves to Go, or for which there is no room, and says how many.
func (p *pager) addCommon(f forms, entries []core.RawEntry) int {
	most := uint64(len(entries))
	if p.most != 0 {
		most = min(most, p.most-p.count)
	}
	if most == 0 || f.key == C.SLM_NEITHER || f.value == C.SLM_NEITHER {
		return 0
	}
	room := p.room[len(p.filled):]
	var written C.size_t
	at := C.uintptr_t(uintptr(unsafe.Pointer(unsafe.SliceData(entries))))
	to := (*C.char)(unsafe.Pointer(unsafe.SliceData(room)))
	n := C.slm_page(at, C.size_t(most), f.key, f.value, to, C.size_t(len(room)), &written)
	runtime.KeepAlive(entries)
	p.filled = p.room[:len(p.filled)+int(written)]
	p.count += uint64(n)
	return int(n)
}

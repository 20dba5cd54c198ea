// Which scopes are there, and which ids do they get? Names of many kinds, and hashes that make them collide.

package model

import (
	"fmt"
	"strings"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/scope"
)

// scopeNames are the names that a history chooses from. The two tenants' real hashes are one, 0x92b69ea5.
var scopeNames = []string{
	"a", "b", "tenant-45432", "tenant-191349", "\u79df\u6237 \U0001f98a", "a\x00b", "\x00", "default",
	strings.Repeat("n", core.MaxScopeName), strings.Repeat("n", core.MaxScopeName-1) + "m", strings.Repeat("\u00e9", core.MaxScopeName/2),
	"\U0010ffff", "__scoped_lmdb", " ", "A", "ab",
}

// hashing is a hash for core.WithScopeHash.
type hashing struct {
	text string
	of   func(name string) uint32
}

// edges are ids whose neighbours are far away as bytes, in either byte order, or not there at all.
var edges = [8]uint32{0xffffffff, 0, 0xfffffffe, 1, 0x000000ff, 0x00000100, 0x00ffffff, 0xff000000}

func constant(id uint32) hashing {
	return hashing{fmt.Sprintf("func(string) uint32 { return %#08x }", id), func(string) uint32 { return id }}
}

// hashings are in the order that a shrunk history prefers.
var hashings = []hashing{
	{"func(name string) uint32 { return scope.XXH32(name) & 7 }", func(name string) uint32 { return scope.XXH32(name) & 7 }},
	{"func(name string) uint32 { return edges[scope.XXH32(name)&7] }", func(name string) uint32 { return edges[scope.XXH32(name)&7] }},
	constant(0),
	constant(0xffffffff),
	{"func(name string) uint32 { return scope.XXH32(name) | 0xfffffff8 }", func(name string) uint32 { return scope.XXH32(name) | 0xfffffff8 }},
	constant(0xfffffffd),
	constant(0x0000ffff),
	{"scope.XXH32", scope.XXH32},
}

// scopeText is a scope as a program says it.
type scopeText core.Scope

func (s scopeText) String() string {
	if core.Scope(s).IsDefault() {
		return "core.Default"
	}
	name := core.Scope(s).Name()
	if len(name) > 60 {
		cut := len(name) - len(strings.TrimLeft(name, name[:2]))
		return fmt.Sprintf("core.Named(strings.Repeat(%q, %d)+%q)", name[:2], cut/2, name[cut/2*2:])
	}
	return fmt.Sprintf("core.Named(%q)", name)
}

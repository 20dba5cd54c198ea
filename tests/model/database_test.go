// What can be asked of a database? The same of each, whatever its types: keys by rank, values by number.

package model

import (
	"context"
	"iter"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// entry is a key's rank and a value's number.
type entry struct{ key, value int }

// edge is an end of a span.
type edge struct {
	set, open bool
	key       int
}

// span is a core.Range in ranks.
type span struct {
	lower, upper edge
	// prefix is a key's rank, or absent.
	prefix  int
	reverse bool
	limit   int
}

// all is the span of everything.
var all = span{prefix: absent}

// neighbour is one of the ways to one entry.
type neighbour int

const (
	first neighbour = iota
	last
	atOrAfter
	after
	atOrBefore
	before
)

var neighbourNames = [...]string{"First", "Last", "AtOrAfter", "After", "AtOrBefore", "Before"}

// span is where the neighbour is the first entry.
func (n neighbour) span(key int) span {
	s := all
	switch n {
	case last:
		s.reverse = true
	case atOrAfter, after:
		s.lower = edge{set: true, open: n == after, key: key}
	case atOrBefore, before:
		s.upper = edge{set: true, open: n == before, key: key}
		s.reverse = true
	}
	return s
}

// shape is a database as it can be opened: a name, a kind, a layout, a pool of keys.
type shape interface {
	// variable is what a program calls the database, call how it opens it in an environment.
	variable() string
	call(env string) string
	name() string
	unnamed() bool
	keys() int
	keyText(key int) string
	valueText(value int) string
	rangeText(s span) string
	// toPut and toRead are the codes that a key is refused with.
	toPut(key int) core.Code
	toRead(key int) core.Code
	// reserved says whether the default scope has no place for a key.
	reserved(key int) bool
	hasPrefixes(key int) bool
	begins(key, prefix int) bool
	open(ctx context.Context, env *core.Env, options ...core.DatabaseOption) (database, error)
	// openWrongly opens it as it was not made; the code is what should come of it.
	openWrongly(ctx context.Context, env *core.Env, how int) (call string, want core.Code, err error)
}

// transacted is what takes a transaction.
type transacted interface {
	get(t *core.Txn, s core.Scope, key int) (int, error)
	getMany(t *core.Txn, s core.Scope, keys []int) ([]int, error)
	contains(t *core.Txn, s core.Scope, key int) (bool, error)
	put(t *core.Txn, s core.Scope, key, value int) error
	putIfAbsent(t *core.Txn, s core.Scope, key, value int) (bool, error)
	putMany(t *core.Txn, s core.Scope, entries []entry) (uint64, error)
	delete(t *core.Txn, s core.Scope, key int) (bool, error)
	replace(t *core.Txn, s core.Scope, key, value int) (old int, there bool, err error)
	pop(t *core.Txn, s core.Scope, key int) (int, error)
	compareAndSwap(t *core.Txn, s core.Scope, key, old, value int) (bool, error)
	deleteRange(t *core.Txn, s core.Scope, r span) (uint64, error)
	clear(t *core.Txn, s core.Scope) (uint64, error)
	count(t *core.Txn, s core.Scope, r span) (uint64, error)
	isEmpty(t *core.Txn, s core.Scope) (bool, error)
	neighbour(t *core.Txn, s core.Scope, which neighbour, key int) (entry, error)
	entries(t *core.Txn, s core.Scope, r span) iter.Seq2[entry, error]
	keysOnly(t *core.Txn, s core.Scope, r span) iter.Seq2[int, error]
	valuesOnly(t *core.Txn, s core.Scope, r span) iter.Seq2[int, error]
	cursor(t *core.Txn, s core.Scope, r span) (cursor, error)
	batchPut(b *core.Batch, s core.Scope, key, value int) error
	batchDelete(b *core.Batch, s core.Scope, key int, deleted *bool) error
	// misuse passes a key that no key can be, or a range that makes no sense, and says which.
	misuse(t *core.Txn, s core.Scope, how int) (call string, want core.Code, err error)
}

// alone is what has a transaction of its own.
type alone interface {
	viewGet(ctx context.Context, s core.Scope, key int) (int, error)
	viewPut(ctx context.Context, s core.Scope, key, value int) error
	viewDelete(ctx context.Context, s core.Scope, key int) (bool, error)
	viewClear(ctx context.Context, s core.Scope) (uint64, error)
	viewCount(ctx context.Context, s core.Scope, r span) (uint64, error)
	viewEntries(ctx context.Context, s core.Scope, r span) iter.Seq2[entry, error]
}

// below is what is asked of the database below its codecs, and of what it handed out above them.
type below interface {
	raw() *core.Raw
	// logical and stored are a key and a value as its codecs make them; rank and number are the way back.
	logical(key int) []byte
	stored(value int) []byte
	rank(logical []byte) int
	number(stored []byte) int
	// recall says whether what it handed out is still as it was.
	recall() bool
}

// database is an open database.
type database interface {
	shape
	transacted
	alone
	below
}

// cursor is a core.Cursor in ranks and numbers.
type cursor interface {
	Next() (bool, error)
	seek(key int) error
	key() (int, error)
	value() (int, error)
	Close() error
}

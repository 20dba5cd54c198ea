// What are the databases, scopes, keys and values that ranges and histories are made of? Few enough to meet again, and
// on the borders where encodings change.
package conformance_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/demo/agents"
	"github.com/scoped-lmdb/scoped-lmdb/demo/literal"
)

// table is a database and what is put into it. Its slot is its place in tables.
type table struct {
	name, opened string
	keys         []any
	value        func(*rand.Rand) any
	tooLong      any // a key that is refused
}

// tables are of every kind and layout.
var tables = []table{
	{"users", "typed ordered auto auto", slices.Concat(typedKeys, textKeys, integerKeys), anyValue, longText(506)},
	{"visits", "bytes_key ordered auto auto", append(rawKeys, longBytes(507)), anyValue, longBytes(508)},
	{"blobs", "bytes ordered auto auto", append(rawKeys, longBytes(507)), rawValue, longBytes(508)},
	{"h-texts", "typed heed text text", append(textKeys, longText(499)), textValue, longText(500)},
	{"h-numbers", "typed heed i32 text", int32Keys, textValue, nil},
	{"h-totals", "typed heed u64 u64", uint64Keys, uint64Value, nil},
	{"h-visits", "bytes_key heed auto u64", append(rawKeys, longBytes(499)), uint64Value, longBytes(500)},
	{"h-blobs", "bytes heed auto auto", append(rawKeys, longBytes(499)), rawValue, longBytes(500)},
}

func longText(n int) any  { return string(bytes.Repeat([]byte("t"), n)) }
func longBytes(n int) any { return bytes.Repeat([]byte{0xff}, n) }

var rawKeys = raws("\x00", "\x00\x00", "\x00\xff", "\x01", "a", "a\x00", "a\x00\x00b", "ab", "abc", "b", "\x7f", "\x80",
	"\xfe\xff", "\xff", "\xff\x00", "\xff\xff", "\xff\xff\xff\xff", "\xff\xff\xff\xff\xff", "12345678", "123456789")

func raws(texts ...string) []any {
	keys := make([]any, len(texts))
	for i, text := range texts {
		keys[i] = []byte(text)
	}
	return keys
}

var textKeys = []any{"", "\x00", "\x00\x00", "\x01", "a", "a\x00", "a\x00b", "aa", "ab", "alice", "b", "z", "é", "e\u0301",
	"日本", "日本語", "\uffff", "😀", "a longer text than the others"}

var integerKeys = []any{int64(math.MinInt64), int64(math.MinInt64 + 1), -(1<<53 + 1), -1 << 32, -65537, -65536, -65535, -257,
	-256, -255, -128, -1, 0, 1, 127, 128, 255, 256, 65535, 65536, 1<<32 - 1, 1 << 32, 1<<53 - 1, 1 << 53, 1<<53 + 1,
	int64(math.MaxInt64), uint64(1 << 63), uint64(math.MaxUint64)}

var int32Keys = []any{math.MinInt32, math.MinInt32 + 1, -65536, -256, -255, -1, 0, 1, 255, 256, 65535, 65536,
	1 << 24, math.MaxInt32}

var uint64Keys = []any{0, 1, 255, 256, 257, 65535, 65536, 1 << 32, 1<<53 + 1, 1 << 56, uint64(1 << 63),
	uint64(math.MaxUint64)}

// typedKeys are those that are neither text nor integers. A float that is a whole number is left out: see
// scenarios/floats.txt.
var typedKeys = []any{nil, false, true, []byte{}, []byte{0}, []byte{0, 0xff}, []byte{0xff}, []byte("a"),
	math.Inf(-1), -1e300, -0.5, math.Copysign(0, -1), 5e-324, 0.1, 1e300, math.Inf(1),
	core.Tuple{}, core.Tuple{nil}, core.Tuple{nil, nil}, core.Tuple{core.Tuple{}}, core.Tuple{"eu"}, core.Tuple{"eu", 7},
	core.Tuple{"eu", 256}, core.Tuple{"eu", core.Tuple{nil, 0.5}}, core.Tuple{"eu\x00"}, core.Tuple{[]byte{0}, true},
	core.Tuple{-1}, core.Tuple{0}, core.Tuple{uint64(math.MaxUint64)}, core.Tuple{false}}

// scopes are the names of tenants; nil is the default scope. Two have the same hash; the ids of some begin alike, and
// one sorts last; two look the same and are not.
var scopes = []any{nil, "tenant1", "tenant_2", "tenant_4", "team32", "tenant-45432", "tenant-191349", "café", "cafe\u0301",
	"日本語", "a\x00b", " "}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

func textValue(r *rand.Rand) any {
	if r.IntN(20) == 0 {
		return string(bytes.Repeat([]byte("é"), r.IntN(9000)))
	}
	return pick(r, textKeys)
}

func rawValue(r *rand.Rand) any {
	value := make([]byte, pick(r, []int{0, 1, 2, 30, 300, 5000}))
	for i := range value {
		value[i] = byte(r.Uint32())
	}
	return value
}

func uint64Value(r *rand.Rand) any { return r.Uint64() >> r.IntN(64) }

func anyValue(r *rand.Rand) any { return nestedValue(r, 3) }

// nestedValue is any value, with arrays and maps in each other at most so deep.
func nestedValue(r *rand.Rand, depth int) any {
	kind := r.IntN(10)
	switch {
	case kind == 0:
		return rawValue(r)
	case kind <= 2 && depth > 0:
		array := make([]any, pick(r, []int{0, 1, 3, 17}))
		for i := range array {
			array[i] = nestedValue(r, depth-1)
		}
		return array
	case kind <= 4 && depth > 0:
		dictionary := map[string]any{}
		for range pick(r, []int{0, 1, 3, 17}) {
			dictionary[pick(r, textKeys).(string)] = nestedValue(r, depth-1)
		}
		return dictionary
	case kind <= 6:
		return pick(r, integerKeys)
	case kind == 7:
		return pick(r, []any{nil, true, false, 0.1, -2.5, math.Copysign(0, -1), 1e300, math.Inf(1)})
	}
	return textValue(r)
}

// askOpen asks to open the environment of $DIR in slot 0 and all tables in theirs.
func askOpen(s *agents.Script, mode, make string) {
	s.Ask("OK", "open 0 s$DIR %s", mode)
	for i, table := range tables {
		s.Ask("OK", "database %d 0 %s %s %s", i, literal.Text(table.name), table.opened, make)
	}
}

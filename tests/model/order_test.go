// In which order should keys come? Said here once more, without the codecs: by value, never by stored bytes.

package model

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"strings"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// compareFloats tells the zeros apart: -0.0 comes before 0.0.
func compareFloats(a, b float64) int {
	if d := cmp.Compare(a, b); d != 0 || a != 0 {
		return d
	}
	return cmp.Compare(b2i(math.Signbit(b)), b2i(math.Signbit(a)))
}

func compareBools(a, b bool) int { return cmp.Compare(b2i(a), b2i(b)) }

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// place is where a type stands among the others: null < bytes < text < tuples < integers < floats < bools.
func placeOfType(key any) int {
	switch key.(type) {
	case nil:
		return 0
	case []byte:
		return 1
	case string:
		return 2
	case core.Tuple:
		return 3
	case int64, uint64:
		return 4
	case float64:
		return 5
	case bool:
		return 6
	}
	panic(fmt.Sprintf("a key of type %T", key))
}

func compareAny(a, b any) int {
	if d := cmp.Compare(placeOfType(a), placeOfType(b)); d != 0 {
		return d
	}
	switch a := a.(type) {
	case []byte:
		return bytes.Compare(a, b.([]byte))
	case string:
		return strings.Compare(a, b.(string))
	case core.Tuple:
		return compareTuples(a, b.(core.Tuple))
	case float64:
		return compareFloats(a, b.(float64))
	case bool:
		return compareBools(a, b.(bool))
	case int64, uint64:
		return compareIntegers(a, b)
	}
	return 0
}

// compareIntegers compares int64 and uint64; only a uint64 is beyond the range of int64.
func compareIntegers(a, b any) int {
	x, small := a.(int64)
	y, also := b.(int64)
	switch {
	case small && also:
		return cmp.Compare(x, y)
	case small:
		return -1
	case also:
		return 1
	}
	return cmp.Compare(a.(uint64), b.(uint64))
}

// compareTuples goes element by element; a tuple comes before those that it begins.
func compareTuples(a, b core.Tuple) int {
	for i := range min(len(a), len(b)) {
		if d := compareAny(a[i], b[i]); d != 0 {
			return d
		}
	}
	return cmp.Compare(len(a), len(b))
}

// beginsAny says whether a key begins with a prefix of its own type: a text, bytes, or a tuple's first elements.
func beginsAny(key, prefix any) bool {
	if placeOfType(key) != placeOfType(prefix) {
		return false
	}
	switch prefix := prefix.(type) {
	case []byte:
		return bytes.HasPrefix(key.([]byte), prefix)
	case string:
		return strings.HasPrefix(key.(string), prefix)
	case core.Tuple:
		return beginsTuple(key.(core.Tuple), prefix)
	}
	return false
}

func beginsTuple(key, prefix core.Tuple) bool {
	return len(key) >= len(prefix) && compareTuples(key[:len(prefix)], prefix) == 0
}

// prefixable says whether keys of a type have prefixes.
func prefixable(key any) bool {
	switch key.(type) {
	case []byte, string, core.Tuple:
		return true
	}
	return false
}

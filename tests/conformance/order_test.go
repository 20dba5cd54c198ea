// Is the model's order of keys that of the documentation? It is written anew here, by the values and not by their bytes.
package conformance_test

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"math/big"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// rank is a type's place among the others.
func rank(key any) int {
	switch key := key.(type) {
	case nil:
		return 0
	case []byte:
		return 1
	case string:
		return 2
	case core.Tuple:
		return 3
	case int, int64, uint64:
		return 4
	case float64:
		return 5
	case bool:
		if key {
			return 7
		}
		return 6
	}
	panic(fmt.Sprintf("a %T is no key", key))
}

// compare compares two keys of any types.
func compare(a, b any) int {
	if d := cmp.Compare(rank(a), rank(b)); d != 0 {
		return d
	}
	switch a := a.(type) {
	case []byte:
		return bytes.Compare(a, b.([]byte))
	case string:
		return cmp.Compare(a, b.(string)) // by bytes, which for UTF-8 is by code points
	case core.Tuple:
		return compareTuples(a, b.(core.Tuple))
	case int, int64, uint64:
		return whole(a).Cmp(whole(b))
	case float64:
		return compareFloats(a, b.(float64))
	}
	return 0
}

func compareTuples(a, b core.Tuple) int {
	for i := range min(len(a), len(b)) {
		if d := compare(a[i], b[i]); d != 0 {
			return d
		}
	}
	return cmp.Compare(len(a), len(b))
}

func whole(number any) *big.Int {
	n, _ := new(big.Int).SetString(fmt.Sprint(number), 10)
	return n
}

// compareFloats has -0 before 0.
func compareFloats(a, b float64) int {
	if a == 0 && b == 0 {
		return cmp.Compare(math.Copysign(1, a), math.Copysign(1, b))
	}
	return cmp.Compare(a, b)
}

func TestTheModelsOrder(t *testing.T) {
	ascending := []any{
		nil, []byte{}, []byte{0}, []byte{0, 0}, []byte{1}, []byte{0xff}, "", "\x00", "a", "a\x00", "b", "\uffff", "😀",
		core.Tuple{}, core.Tuple{nil}, core.Tuple{"a"}, core.Tuple{"a", nil}, core.Tuple{"a", core.Tuple{}}, core.Tuple{"b"},
		int64(math.MinInt64), -256, -1, 0, 255, 256, int64(math.MaxInt64), uint64(math.MaxUint64),
		math.Inf(-1), -0.5, math.Copysign(0, -1), 0.0, 5e-324, math.Inf(1), false, true,
	}
	for i, a := range ascending {
		for j, b := range ascending {
			if got := compare(a, b); got != cmp.Compare(i, j) {
				t.Errorf("compare(%#v, %#v) is %d", a, b, got)
			}
		}
	}
}

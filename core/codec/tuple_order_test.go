// Question: does the unsigned order of logical key bytes equal the natural order of typed keys, and are unequal keys
// unequal bytes?
package codec_test

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
)

func TestTupleOrderIsNaturalOrder(t *testing.T) {
	key := anyKey(t)
	rapid.Check(t, func(t *rapid.T) {
		keys := rapid.SliceOfN(elements(3), 2, 8).Draw(t, "keys")
		for _, a := range keys {
			for _, b := range keys {
				want := sign(compare(a, b))
				if got := bytes.Compare(encodeKey(t, key, a), encodeKey(t, key, b)); got != want {
					t.Fatalf("the bytes of %#v and %#v compare as %d, the keys as %d", a, b, got, want)
				}
			}
		}
	})
}

// Keys that differ in one place only are where an order goes wrong.
func TestTupleOrderOfSimilarTuples(t *testing.T) {
	key := tupleKey[codec.Tuple](t)
	rapid.Check(t, func(t *rapid.T) {
		a := tuples(3).Draw(t, "tuple")
		b := slices.Clone(a)
		if len(b) > 0 && rapid.Bool().Draw(t, "change") {
			b[rapid.IntRange(0, len(b)-1).Draw(t, "at")] = elements(1).Draw(t, "element")
		} else {
			b = append(b, elements(1).Draw(t, "element"))
		}
		want := sign(compare(a, b))
		if got := bytes.Compare(encodeKey(t, key, a), encodeKey(t, key, b)); got != want {
			t.Fatalf("the bytes of %#v and %#v compare as %d, the keys as %d", a, b, got, want)
		}
	})
}

func checkOrder[K cmp.Ordered](t *testing.T, key codec.Key[K], generator *rapid.Generator[K]) {
	t.Helper()
	rapid.Check(t, func(t *rapid.T) {
		a, b := generator.Draw(t, "a"), generator.Draw(t, "b")
		if got := bytes.Compare(encodeKey(t, key, a), encodeKey(t, key, b)); got != cmp.Compare(a, b) {
			t.Fatalf("the bytes of %v and %v compare as %d", a, b, got)
		}
	})
}

func TestTupleOrderOfScalars(t *testing.T) {
	checkOrder(t, tupleKey[string](t), texts())
	checkOrder(t, tupleKey[int](t), rapid.Int())
	checkOrder(t, tupleKey[int8](t), rapid.Int8())
	checkOrder(t, tupleKey[int16](t), rapid.Int16())
	checkOrder(t, tupleKey[int32](t), rapid.Int32())
	checkOrder(t, tupleKey[int64](t), rapid.Int64())
	checkOrder(t, tupleKey[uint](t), rapid.Uint())
	checkOrder(t, tupleKey[uint8](t), rapid.Uint8())
	checkOrder(t, tupleKey[uint16](t), rapid.Uint16())
	checkOrder(t, tupleKey[uint32](t), rapid.Uint32())
	checkOrder(t, tupleKey[uint64](t), rapid.Uint64())
	nonzero := floats().Filter(func(f float64) bool { return f != 0 })
	checkOrder(t, tupleKey[float64](t), nonzero)
}

func TestTupleZerosAreTwoKeys(t *testing.T) {
	key := tupleKey[float64](t)
	minus, plus := encodeKey(t, key, math.Copysign(0, -1)), encodeKey(t, key, 0)
	if bytes.Compare(minus, plus) >= 0 {
		t.Fatalf("-0.0 is %x, and 0.0 is %x", minus, plus)
	}
}

// Question: none by itself. This file has what the other suites share: generators of keys, and the order of keys
// written down anew from its description, so that it can contradict the encoding.
package codec_test

import (
	"bytes"
	"fmt"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
)

// integers draws integers from -2^63 to 2^64-1, as int64 or uint64, many of them around the powers of two.
func integers() *rapid.Generator[any] {
	return rapid.Custom(func(t *rapid.T) any {
		bits := rapid.IntRange(0, 64).Draw(t, "bits")
		number := new(big.Int).Lsh(big.NewInt(1), uint(bits))
		if rapid.Bool().Draw(t, "near a power of two") {
			number.Add(number, big.NewInt(rapid.Int64Range(-2, 2).Draw(t, "off by")))
		} else {
			number.SetUint64(rapid.Uint64().Draw(t, "number") >> (64 - bits))
		}
		if rapid.Bool().Draw(t, "negative") {
			number.Neg(number)
		}
		switch {
		case number.IsInt64():
			return number.Int64()
		case number.IsUint64():
			return number.Uint64()
		}
		return int64(math.MinInt64)
	})
}

// floats draws any float64 but NaN.
func floats() *rapid.Generator[float64] {
	special := rapid.SampledFrom([]float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.MaxFloat64,
		-math.MaxFloat64, math.SmallestNonzeroFloat64, -math.SmallestNonzeroFloat64, 1, -1})
	any := rapid.Map(rapid.Uint64(), func(bits uint64) float64 {
		if f := math.Float64frombits(bits); !math.IsNaN(f) {
			return f
		}
		return 0
	})
	return rapid.OneOf(special, any, rapid.Float64())
}

// blobs draws bytes, many of them special in the encoding.
func blobs() *rapid.Generator[[]byte] {
	special := rapid.SampledFrom([]byte{0, 0, 1, 0xfe, 0xff})
	return rapid.OneOf(rapid.SliceOfN(special, 0, 6), rapid.SliceOfN(rapid.Byte(), 0, 40))
}

// texts draws text with characters of every length in UTF-8, and zeros.
func texts() *rapid.Generator[string] {
	special := rapid.SampledFrom([]rune{0, 0, 1, 'a', 0x7f, 0x80, 0x7ff, 0x800, 0xffff, 0x10000, 0x10ffff})
	return rapid.OneOf(rapid.StringOfN(special, 0, 6, -1), rapid.String())
}

// elements draws keys of every type, as a decoder gives them. Tuples are nested depth deep at most.
func elements(depth int) *rapid.Generator[any] {
	kinds := []*rapid.Generator[any]{
		rapid.Just[any](nil),
		blobs().AsAny(),
		texts().AsAny(),
		integers(),
		floats().AsAny(),
		rapid.Bool().AsAny(),
	}
	if depth > 0 {
		kinds = append(kinds, tuples(depth).AsAny())
	}
	return rapid.OneOf(kinds...)
}

// tuples draws tuples, now and then with more than 15 elements.
func tuples(depth int) *rapid.Generator[codec.Tuple] {
	return rapid.Custom(func(t *rapid.T) codec.Tuple {
		least := rapid.SampledFrom([]int{0, 0, 0, 0, 0, 0, 0, 14}).Draw(t, "least")
		return rapid.SliceOfN(elements(depth-1), least, least+4).Draw(t, "elements")
	})
}

// rank is the place of a key's type among the types.
func rank(key any) int {
	switch v := key.(type) {
	case nil:
		return 0
	case []byte:
		return 1
	case string:
		return 2
	case codec.Tuple:
		return 3
	case int64, uint64:
		return 4
	case float64:
		return 5
	case bool:
		if !v {
			return 6
		}
		return 7
	}
	panic(fmt.Sprintf("%T has no rank", key))
}

// compare is the order of keys as the package's documentation describes it.
func compare(a, b any) int {
	if by := rank(a) - rank(b); by != 0 {
		return by
	}
	switch a := a.(type) {
	case []byte:
		return compareEach(len(a), len(b.([]byte)), func(i int) int { return int(a[i]) - int(b.([]byte)[i]) })
	case string:
		x, y := []rune(a), []rune(b.(string))
		return compareEach(len(x), len(y), func(i int) int { return int(x[i]) - int(y[i]) })
	case codec.Tuple:
		return compareEach(len(a), len(b.(codec.Tuple)), func(i int) int { return compare(a[i], b.(codec.Tuple)[i]) })
	case int64, uint64:
		return bigInteger(a).Cmp(bigInteger(b))
	case float64:
		return compareFloats(a, b.(float64))
	}
	return 0
}

// compareEach compares sequences element by element, and then by their lengths.
func compareEach(a, b int, at func(int) int) int {
	for i := range min(a, b) {
		if by := at(i); by != 0 {
			return by
		}
	}
	return a - b
}

func bigInteger(key any) *big.Int {
	number, _ := new(big.Int).SetString(fmt.Sprint(key), 10)
	return number
}

func compareFloats(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	sign := func(f float64) int {
		if math.Signbit(f) {
			return -1
		}
		return 1
	}
	return sign(a) - sign(b)
}

// sign brings the result of a comparison to -1, 0 or 1.
func sign(by int) int {
	switch {
	case by < 0:
		return -1
	case by > 0:
		return 1
	}
	return 0
}

// anyKey is the codec of typed keys of any type.
func anyKey(t testing.TB) codec.Key[any] { return tupleKey[any](t) }

func tupleKey[K any](t testing.TB) codec.Key[K] {
	t.Helper()
	key, err := codec.TupleKey[K]()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// fatal is what both a test and a property can fail with.
type fatal interface {
	Helper()
	Fatalf(format string, args ...any)
}

// encodeKey is the logical key bytes of a key, which must be encodable. They are appended to something, which must
// stay.
func encodeKey[K any](t fatal, c codec.Key[K], key K) []byte {
	t.Helper()
	appended, err := c.AppendKey([]byte("before"), key)
	if err != nil {
		t.Fatalf("%#v: %v", key, err)
	}
	if !bytes.HasPrefix(appended, []byte("before")) {
		t.Fatalf("%#v overwrote what it was appended to", key)
	}
	return appended[len("before"):]
}

func encodeValue[V any](t fatal, c codec.Value[V], value V) []byte {
	t.Helper()
	appended, err := c.AppendValue([]byte("before"), value)
	if err != nil {
		t.Fatalf("%#v: %v", value, err)
	}
	if !bytes.HasPrefix(appended, []byte("before")) {
		t.Fatalf("%#v overwrote what it was appended to", value)
	}
	return appended[len("before"):]
}

// Question: are values the bytes that bincode 1 stores, do keys sort in their natural order, and do both come back and
// cross the C ABI unchanged?
package codec_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
)

func bincodeKey[K any](t testing.TB) (codec.Key[K], codec.Type) {
	t.Helper()
	key, typ, err := codec.BincodeKey[K]()
	if err != nil {
		t.Fatal(err)
	}
	return key, typ
}

func bincodeValue[V any](t testing.TB) (codec.Value[V], codec.Type) {
	t.Helper()
	value, typ, err := codec.BincodeValue[V]()
	if err != nil {
		t.Fatal(err)
	}
	return value, typ
}

// bincodeWires is the Wires of a type for keys and for values.
func bincodeWires(t testing.TB, typ codec.Type) (key, value codec.Wire) {
	t.Helper()
	key, err := codec.BincodeKeyWire(typ)
	if err != nil {
		t.Fatal(err)
	}
	if value, err = codec.BincodeValueWire(typ); err != nil {
		t.Fatal(err)
	}
	return key, value
}

// checkBincode checks keys and values of one type in all ways.
func checkBincode[V any](t *testing.T, want codec.Type, generator *rapid.Generator[V], compare func(a, b V) int) {
	t.Helper()
	key, keyType := bincodeKey[V](t)
	value, valueType := bincodeValue[V](t)
	if keyType != want || valueType != want {
		t.Errorf("the types are %s and %s, not %s", keyType, valueType, want)
	}
	keyWire, valueWire := bincodeWires(t, want)
	checkKeyRoundTrip(t, key, generator)
	checkValueRoundTrip(t, value, generator)
	rapid.Check(t, func(t *rapid.T) {
		a, b := generator.Draw(t, "a"), generator.Draw(t, "b")
		logical := encodeKey(t, key, a)
		if got := bytes.Compare(logical, encodeKey(t, key, b)); got != sign(compare(a, b)) {
			t.Fatalf("the bytes of %v and %v compare as %d", a, b, got)
		}
		checkWire(t, keyWire, logical, packed(t, a, true), packed(t, a, false))
		checkWire(t, valueWire, encodeValue(t, value, a), packed(t, a, true), packed(t, a, false))
	})
}

// checkWire checks that a Wire stores both forms of an object, and hands out the shorter one.
func checkWire(t fatal, wire codec.Wire, stored, short, long []byte) {
	t.Helper()
	for _, form := range [][]byte{short, long} {
		if got, err := wire.Encode([]byte("before"), form); err != nil || string(got) != "before"+string(stored) {
			t.Fatalf("%x is stored as %x, not %x; %v", form, got, stored, err)
		}
	}
	for _, way := range []func(dst, b []byte) ([]byte, error){wire.Decode, wire.AppendObject} {
		if got, err := way([]byte("before"), stored); err != nil || string(got) != "before"+string(short) {
			t.Fatalf("%x is handed out as %x, not %x; %v", stored, got, short, err)
		}
	}
	if wire.Identity() {
		t.Fatalf("Decode is said to change nothing")
	}
}

func TestBincode(t *testing.T) {
	checkBincode(t, codec.Text, texts(), func(a, b string) int { return compare(a, b) })
	checkBincode(t, codec.Bytes, blobs(), func(a, b []byte) int { return compare(a, b) })
	checkBincode(t, codec.U8, rapid.Uint8(), func(a, b uint8) int { return int(a) - int(b) })
	checkBincode(t, codec.U16, rapid.Uint16(), func(a, b uint16) int { return int(a) - int(b) })
	checkBincode(t, codec.U32, rapid.Uint32(), func(a, b uint32) int { return int(a) - int(b) })
	checkBincode(t, codec.U64, rapid.Uint64(), func(a, b uint64) int { return compare(a, b) })
	checkBincode(t, codec.I8, rapid.Int8(), func(a, b int8) int { return int(a) - int(b) })
	checkBincode(t, codec.I16, rapid.Int16(), func(a, b int16) int { return int(a) - int(b) })
	checkBincode(t, codec.I32, rapid.Int32(), func(a, b int32) int { return int(a) - int(b) })
	checkBincode(t, codec.I64, rapid.Int64(), func(a, b int64) int { return compare(a, b) })
	checkBincode(t, codec.F32, rapid.Float32(), func(a, b float32) int { return compareFloats(float64(a), float64(b)) })
	checkBincode(t, codec.F64, floats(), compareFloats)
	checkBincode(t, codec.Bool, rapid.Bool(), func(a, b bool) int { return compare(a, b) })
}

func checkStored[V any](t *testing.T, value V, want string) {
	t.Helper()
	c, _ := bincodeValue[V](t)
	if got := hex.EncodeToString(encodeValue(t, c, value)); got != want {
		t.Errorf("%v is stored as %s, not %s", value, got, want)
	}
}

func checkLogical[K any](t *testing.T, key K, want string) {
	t.Helper()
	c, _ := bincodeKey[K](t)
	if got := hex.EncodeToString(encodeKey(t, c, key)); got != want {
		t.Errorf("%v is %s, not %s", key, got, want)
	}
}

// The bytes are those of bincode 1.3's `serialize`, worked out from its documentation.
func TestBincodeBytes(t *testing.T) {
	checkStored(t, "ab", "02000000000000006162")
	checkStored(t, "", "0000000000000000")
	checkStored(t, []byte{0xff}, "0100000000000000ff")
	checkStored(t, uint8(7), "07")
	checkStored(t, uint16(0x1234), "3412")
	checkStored(t, uint32(0x12345678), "78563412")
	checkStored(t, uint64(1), "0100000000000000")
	checkStored(t, int8(-1), "ff")
	checkStored(t, int16(-2), "feff")
	checkStored(t, int32(math.MinInt32), "00000080")
	checkStored(t, int64(-1), "ffffffffffffffff")
	checkStored(t, float32(1.5), "0000c03f")
	checkStored(t, float64(-2), "00000000000000c0")
	checkStored(t, true, "01")
	checkStored(t, false, "00")
	checkLogical(t, "ab", "6162")
	checkLogical(t, []byte{0, 0xff}, "00ff")
	checkLogical(t, uint16(0x1234), "1234")
	checkLogical(t, int8(-128), "00")
	checkLogical(t, int8(127), "ff")
	checkLogical(t, int32(-1), "7fffffff")
	checkLogical(t, int64(0), "8000000000000000")
	checkLogical(t, float32(1.5), "bfc00000")
	checkLogical(t, float64(-2), "3fffffffffffffff")
	checkLogical(t, true, "01")
}

func TestBincodeTypesThatAreNone(t *testing.T) {
	check := func(err error, texts ...string) {
		t.Helper()
		if !errors.Is(err, codec.ErrUnsupportedType) {
			t.Fatalf("%v", err)
		}
		for _, text := range texts {
			if !strings.Contains(err.Error(), text) {
				t.Errorf("%q does not mention %q", err, text)
			}
		}
	}
	_, _, err := codec.BincodeKey[int]()
	check(err, "int cannot", "width", "int64")
	_, _, err = codec.BincodeValue[uint]()
	check(err, "uint cannot", "width", "uint64")
	_, typ, err := codec.BincodeValue[any]()
	check(err, "interface", "float32")
	if typ != codec.Auto {
		t.Errorf("no type is %s", typ)
	}
	_, _, err = codec.BincodeKey[codec.Tuple]()
	check(err, "codec.Tuple")
	for _, typ := range []codec.Type{codec.Auto, -1, 14} {
		_, err := codec.BincodeKeyWire(typ)
		check(err, typ.String())
		_, err = codec.BincodeValueWire(typ)
		check(err, typ.String())
	}
}

func TestBincodeNaN(t *testing.T) {
	nan := math.Float64frombits(0xfff8000000000123)
	key, _ := bincodeKey[float64](t)
	appended, err := key.AppendKey([]byte("before"), nan)
	if !errors.Is(err, codec.ErrInvalidKey) || string(appended) != "before" {
		t.Errorf("NaN as a key: %x; %v", appended, err)
	}
	narrow, _ := bincodeKey[float32](t)
	if _, err := narrow.AppendKey(nil, float32(nan)); !errors.Is(err, codec.ErrInvalidKey) {
		t.Errorf("NaN as a key: %v", err)
	}
	if _, err := narrow.DecodeKey([]byte{0xff, 0xff, 0xff, 0xff}); !errors.Is(err, codec.ErrInvalidKey) {
		t.Errorf("NaN as a stored key: %v", err)
	}
	value, _ := bincodeValue[float64](t)
	got, err := value.DecodeValue(encodeValue(t, value, nan))
	if err != nil || math.Float64bits(got) != math.Float64bits(nan) {
		t.Errorf("NaN came back as %x; %v", math.Float64bits(got), err)
	}
	for _, typ := range []codec.Type{codec.F32, codec.F64} {
		keyWire, valueWire := bincodeWires(t, typ)
		if _, err := keyWire.Encode(nil, packed(t, nan, true)); !errors.Is(err, codec.ErrInvalidKey) {
			t.Errorf("NaN as a key of %s: %v", typ, err)
		}
		if _, err := valueWire.Encode(nil, packed(t, nan, true)); err != nil {
			t.Errorf("NaN as a value of %s: %v", typ, err)
		}
	}
}

// What the Wires refuse, for keys and for values alike.
func TestBincodeWireRefuses(t *testing.T) {
	cases := []struct {
		typ  codec.Type
		wire any
		text string
	}{
		{codec.U8, 256, "0 to 255"}, {codec.U8, -1, "0 to 255"}, {codec.U16, 65536, "0 to 65535"},
		{codec.U32, 1 << 32, "0 to 4294967295"}, {codec.U64, -1, "0 to 18446744073709551615"},
		{codec.I8, 128, "-128 to 127"}, {codec.I8, -129, "-128 to 127"}, {codec.I16, 32768, "-32768 to 32767"},
		{codec.I32, -1<<31 - 1, "-2147483648 to 2147483647"},
		{codec.I64, uint64(1 << 63), "-9223372036854775808 to 9223372036854775807"},
		{codec.U8, 1.0, "a float"}, {codec.U8, true, "a bool"}, {codec.U8, nil, "nil"}, {codec.U8, "1", "a str"},
		{codec.F64, 1<<53 + 1, "9007199254740993"}, {codec.F32, 1<<24 + 1, "16777217"}, {codec.F32, 1e39, "1e+39"},
		{codec.F32, -1e300, "f32"}, {codec.F64, "1", "a float"}, {codec.F32, false, "a float"},
		{codec.Bool, 1, "a bool"}, {codec.Bool, nil, "a bool"}, {codec.Text, []byte("a"), "a str"},
		{codec.Text, "\xff", "UTF-8"}, {codec.Bytes, "a", "a bin"}, {codec.Text, []any{}, "an array"},
		{codec.Bytes, map[string]any{}, "a map"},
	}
	check := func(wire codec.Wire, sentinel error, typ codec.Type, object []byte, text string) {
		t.Helper()
		got, err := wire.Encode([]byte("before"), object)
		if !errors.Is(err, sentinel) || !strings.Contains(err.Error(), text) || string(got) != "before" {
			t.Errorf("%x as %s: %x; %v", object, typ, got, err)
		}
	}
	for _, c := range cases {
		key, value := bincodeWires(t, c.typ)
		check(key, codec.ErrInvalidKey, c.typ, packed(t, c.wire, true), c.text)
		check(value, codec.ErrInvalidValue, c.typ, packed(t, c.wire, true), c.text)
	}
	for typ := codec.Text; typ <= codec.Bool; typ++ {
		key, value := bincodeWires(t, typ)
		for _, object := range []string{
			"", "\xc1", "\xcd\x01", "\xa2a", "\xc4\x05a", "\xa1ab", "\xc4\x01ab", "\x01\x01", "\xc3\xc3",
		} {
			check(key, codec.ErrInvalidKey, typ, []byte(object), "")
			check(value, codec.ErrInvalidValue, typ, []byte(object), "")
		}
	}
}

func TestBincodeWireFloats(t *testing.T) {
	cases := []struct {
		typ  codec.Type
		wire any
		want any
	}{
		{codec.F64, 2, 2.0}, {codec.F64, -3, -3.0}, {codec.F64, uint64(1 << 63), float64(1 << 63)},
		{codec.F64, float32(0.1), float64(float32(0.1))}, {codec.F64, math.MinInt64, float64(math.MinInt64)},
		{codec.F32, 2, float32(2)}, {codec.F32, 0.1, float32(0.1)}, {codec.F32, 1 << 24, float32(1 << 24)},
		{codec.F32, math.Inf(-1), float32(math.Inf(-1))}, {codec.F32, 1e-60, float32(0)},
		{codec.F32, uint64(1 << 63), float32(1 << 63)},
	}
	for _, c := range cases {
		key, value := bincodeWires(t, c.typ)
		for _, wire := range []codec.Wire{key, value} {
			stored, err := wire.Encode(nil, packed(t, c.wire, true))
			if err != nil {
				t.Errorf("%v as %s: %v", c.wire, c.typ, err)
				continue
			}
			if got, err := wire.Decode(nil, stored); err != nil || !bytes.Equal(got, packed(t, c.want, true)) {
				t.Errorf("%v as %s is %x; %v", c.wire, c.typ, got, err)
			}
		}
	}
}

func TestBincodeStoredBytesThatAreNone(t *testing.T) {
	values := []struct {
		typ          codec.Type
		stored, text string
	}{
		{codec.Text, "", "8 bytes"}, {codec.Text, "\x01\x00\x00\x00\x00\x00\x00", "8 bytes"},
		{codec.Text, "\x02\x00\x00\x00\x00\x00\x00\x00a", "2 bytes"},
		{codec.Text, "\x01\x00\x00\x00\x00\x00\x00\x00ab", "1 bytes"},
		{codec.Text, "\x01\x00\x00\x00\x00\x00\x00\x00\xff", "UTF-8"},
		{codec.Bytes, "\xff\xff\xff\xff\xff\xff\xff\xffa", "18446744073709551615"},
		{codec.U8, "", "1 bytes"}, {codec.U16, "a", "2 bytes"}, {codec.U32, "abcde", "4 bytes"},
		{codec.I64, "a", "8 bytes"}, {codec.F32, "abc", "4 bytes"}, {codec.F64, "", "8 bytes"},
		{codec.Bool, "\x02", "0x02"}, {codec.Bool, "", "1 bytes"}, {codec.Bool, "\x01\x00", "1 bytes"},
	}
	for _, c := range values {
		_, value := bincodeWires(t, c.typ)
		got, err := value.Decode([]byte("before"), []byte(c.stored))
		if !errors.Is(err, codec.ErrInvalidValue) || !strings.Contains(err.Error(), c.text) || string(got) != "before" {
			t.Errorf("%x as %s: %x; %v", c.stored, c.typ, got, err)
		}
	}
	keys := []struct {
		typ     codec.Type
		logical string
	}{
		{codec.Text, "\xff"}, {codec.U8, ""}, {codec.U16, "abc"}, {codec.I32, "a"}, {codec.F64, "a"},
		{codec.Bool, "\x02"}, {codec.F64, "\xff\xff\xff\xff\xff\xff\xff\xff"}, {codec.Bool, ""},
	}
	for _, c := range keys {
		key, _ := bincodeWires(t, c.typ)
		got, err := key.Decode([]byte("before"), []byte(c.logical))
		if !errors.Is(err, codec.ErrInvalidKey) || string(got) != "before" {
			t.Errorf("%x as %s: %x; %v", c.logical, c.typ, got, err)
		}
	}
	checkBincodeRefusal[string](t, "\x01\x00\x00\x00\x00\x00\x00\x00\xff")
	checkBincodeRefusal[[]byte](t, "\x02\x00\x00\x00\x00\x00\x00\x00a")
	checkBincodeRefusal[int32](t, "abc")
	checkBincodeRefusal[float64](t, "abc")
	checkBincodeRefusal[bool](t, "\x02")
}

func checkBincodeRefusal[V any](t *testing.T, stored string) {
	t.Helper()
	value, _ := bincodeValue[V](t)
	got, err := value.DecodeValue([]byte(stored))
	if !errors.Is(err, codec.ErrInvalidValue) || !reflect.ValueOf(&got).Elem().IsZero() {
		t.Errorf("%x is %v; %v", stored, got, err)
	}
}

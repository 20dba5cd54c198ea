// Question: does a typed key come back as it was put, and is everything refused that is no key or has another encoding?
package codec_test

import (
	"bytes"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
)

func checkKeyRoundTrip[K any](t *testing.T, key codec.Key[K], generator *rapid.Generator[K]) {
	t.Helper()
	rapid.Check(t, func(t *rapid.T) {
		put := generator.Draw(t, "key")
		logical := encodeKey(t, key, put)
		got, err := key.DecodeKey(logical)
		if err != nil {
			t.Fatalf("%#v, which is %x: %v", put, logical, err)
		}
		if !reflect.DeepEqual(got, put) {
			t.Fatalf("%#v came back as %#v", put, got)
		}
		// What was decoded must own its memory.
		for i := range logical {
			logical[i] ^= 0xff
		}
		if !reflect.DeepEqual(got, put) {
			t.Fatalf("%#v shares memory with its encoding", put)
		}
	})
}

func TestTupleRoundTrip(t *testing.T) {
	checkKeyRoundTrip(t, anyKey(t), elements(3))
	checkKeyRoundTrip(t, tupleKey[codec.Tuple](t), tuples(3))
	checkKeyRoundTrip(t, tupleKey[string](t), texts())
	checkKeyRoundTrip(t, tupleKey[[]byte](t), blobs())
	checkKeyRoundTrip(t, tupleKey[bool](t), rapid.Bool())
	checkKeyRoundTrip(t, tupleKey[float64](t), floats())
	checkKeyRoundTrip(t, tupleKey[int](t), rapid.Int())
	checkKeyRoundTrip(t, tupleKey[int8](t), rapid.Int8())
	checkKeyRoundTrip(t, tupleKey[int16](t), rapid.Int16())
	checkKeyRoundTrip(t, tupleKey[int32](t), rapid.Int32())
	checkKeyRoundTrip(t, tupleKey[int64](t), rapid.Int64())
	checkKeyRoundTrip(t, tupleKey[uint](t), rapid.Uint())
	checkKeyRoundTrip(t, tupleKey[uint8](t), rapid.Uint8())
	checkKeyRoundTrip(t, tupleKey[uint16](t), rapid.Uint16())
	checkKeyRoundTrip(t, tupleKey[uint32](t), rapid.Uint32())
	checkKeyRoundTrip(t, tupleKey[uint64](t), rapid.Uint64())
}

// Equal keys are equal bytes, whatever Go type they had.
func TestTupleEqualKeysOfSeveralTypes(t *testing.T) {
	key := anyKey(t)
	same := [][]any{
		{int64(7), int(7), int8(7), int16(7), int32(7), uint(7), uint8(7), uint16(7), uint32(7), uint64(7)},
		{int64(-7), int(-7), int8(-7), int16(-7), int32(-7)},
		{codec.Tuple{"a", int64(1)}, []any{"a", 1}},
		{codec.Tuple{}, codec.Tuple(nil), []any(nil)},
		{[]byte{}, []byte(nil)},
	}
	for _, keys := range same {
		for _, other := range keys {
			if a, b := encodeKey(t, key, keys[0]), encodeKey(t, key, other); !bytes.Equal(a, b) {
				t.Errorf("%#v is %x, and %#v is %x", keys[0], a, other, b)
			}
		}
	}
	if a, b := encodeKey(t, key, any("a")), encodeKey(t, key, any(codec.Tuple{"a"})); bytes.Equal(a, b) {
		t.Errorf("a text and the tuple of it are both %x", a)
	}
}

func TestTupleTypesThatAreNoKeys(t *testing.T) {
	type named string
	refused := map[string]error{}
	note := func(name string, err error) { refused[name] = err }
	_, err := codec.TupleKey[float32]()
	note("float32", err)
	_, err = codec.TupleKey[named]()
	note("codec_test.named", err)
	_, err = codec.TupleKey[struct{ A int }]()
	note("struct { A int }", err)
	_, err = codec.TupleKey[[]any]()
	note("[]interface {}", err)
	_, err = codec.TupleKey[error]()
	note("error", err)
	for name, err := range refused {
		if !errors.Is(err, codec.ErrUnsupportedType) {
			t.Errorf("%s: %v", name, err)
		} else if text := err.Error(); !strings.Contains(text, name) || !strings.Contains(text, "uint64") {
			t.Errorf("%s: %q does not name the type and what is allowed", name, text)
		}
	}
}

func TestTupleKeysThatCannotBeEncoded(t *testing.T) {
	deep := codec.Tuple{}
	for range 64 {
		deep = codec.Tuple{deep}
	}
	endless := make([]any, 1)
	endless[0] = endless
	cases := []struct {
		key  any
		text string
	}{
		{math.NaN(), "NaN"},
		{codec.Tuple{math.NaN()}, "NaN"},
		{"\xff", "UTF-8"},
		{codec.Tuple{"ok", "\xc3"}, "element 1"},
		{"\xed\xa0\x80", "UTF-8"}, // a surrogate
		{float32(1), "float32"},
		{struct{}{}, "struct {}"},
		{map[string]any{}, "map[string]interface {}"},
		{[]string{"a"}, "[]string"},
		{deep, "64"},
		{endless, "64"},
	}
	key := anyKey(t)
	for _, c := range cases {
		appended, err := key.AppendKey([]byte("before"), c.key)
		if !errors.Is(err, codec.ErrInvalidKey) || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%T: %v", c.key, err)
		}
		if string(appended) != "before" {
			t.Errorf("%T: %q after a failure", c.key, appended)
		}
	}
	encodeKey(t, key, deep[0])
	appended, err := tupleKey[codec.Tuple](t).AppendKey([]byte("before"), codec.Tuple{"a", math.NaN()})
	if !errors.Is(err, codec.ErrInvalidKey) || string(appended) != "before" {
		t.Errorf("a tuple of NaN: %q; %v", appended, err)
	}
	for _, text := range []string{"\xff", "a\x00\xff"} {
		if _, err := tupleKey[string](t).AppendKey(nil, text); !errors.Is(err, codec.ErrInvalidKey) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := tupleKey[float64](t).AppendKey(nil, math.NaN()); !errors.Is(err, codec.ErrInvalidKey) {
		t.Errorf("NaN: %v", err)
	}
}

// malformed is logical bytes that are no key, and what the error must mention.
var malformed = []struct{ logical, text string }{
	{"", "no bytes"},
	{"\x00\xff", "1 bytes follow"},
	{"\x14\x14", "1 bytes follow"},
	{"\x02a\x00\x02b\x00", "offset 3"},
	{"\x01", "no end"},
	{"\x01a", "no end"},
	{"\x01\x00\xff", "no end"},
	{"\x02\x00\xff\x00\xff", "no end"},
	{"\x02\xff\x00", "UTF-8"},
	{"\x02a\x00\xff\xff\x00", "UTF-8"},
	{"\x02\xc3\x00\xff\xa9\x00", "UTF-8"}, // a character around a zero
	{"\x02\xed\xa0\x80\x00", "UTF-8"},
	{"\x02\xff\x00\xffa\x00", "UTF-8"},
	{"\x03\x04", "0x03"},
	{"\x05", "no end"},
	{"\x05\x00\xff", "no end"},
	{"\x05\x05\x00", "no end"},
	{"\x05\x02a\x00", "no end"},
	{"\x05\x20\x00\x00\x00\x00\x00", "a float32"},
	{"\x0b\xf6\xfe\x00\x00\x00\x00\x00\x00\x00\x00", "more than 8 bytes"},
	{"\x1d\x09\x01\x00\x00\x00\x00\x00\x00\x00\x00", "more than 8 bytes"},
	{"\x0c\x7f\xff\xff\xff\xff\xff\xff\xfe", "below -2^63"},
	{"\x0c\x00\x00\x00\x00\x00\x00\x00\x00", "below -2^63"},
	{"\x0c\x7f", "1 of its 8 bytes"},
	{"\x15", "0 of its 1 bytes"},
	{"\x15\x00", "leading zero"},
	{"\x16\x00\x05", "leading zero"},
	{"\x1c\x00\xff\xff\xff\xff\xff\xff\xff", "leading zero"},
	{"\x13\xff", "leading zero"},
	{"\x12\xff\x00", "leading zero"},
	{"\x0c\xff\x00\x00\x00\x00\x00\x00\x00", "leading zero"},
	{"\x20\x80\x00\x00\x00", "a float32"},
	{"\x21", "0 of its 8 bytes"},
	{"\x21\x80\x00\x00\x00\x00\x00\x00", "7 of its 8 bytes"},
	{"\x21\xff\xf8\x00\x00\x00\x00\x00\x00", "NaN"},
	{"\x21\x00\x00\x00\x00\x00\x00\x00\x00", "NaN"},
	{"\x25", "0x25"},
	{"\x26\x26", "1 bytes follow"},
	{"\x30" + "0123456789abcdef", "a UUID"},
	{"\x32" + "0123456789", "a versionstamp"},
	{"\x33" + "0123456789ab", "a versionstamp"},
	{"\x40", "a user type"},
	{"\xff", "0xff"},
	{strings.Repeat("\x05", 65) + strings.Repeat("\x00", 65), "64 tuples"},
	{strings.Repeat("\x05", 100000), "64 tuples"},
}

func TestTupleBytesThatAreNoKeys(t *testing.T) {
	key, wire := anyKey(t), codec.TupleKeyWire()
	for _, c := range malformed {
		if got, err := key.DecodeKey([]byte(c.logical)); !errors.Is(err, codec.ErrInvalidKey) || got != nil {
			t.Errorf("%.20x is %v; %v", c.logical, got, err)
		} else if !strings.Contains(err.Error(), c.text) {
			t.Errorf("%.20x: %q does not mention %q", c.logical, err, c.text)
		}
		got, err := wire.Decode([]byte("before"), []byte(c.logical))
		if !errors.Is(err, codec.ErrInvalidKey) || string(got) != "before" {
			t.Errorf("%.20x is %x; %v", c.logical, got, err)
		}
	}
	checkMalformed[string](t)
	checkMalformed[[]byte](t)
	checkMalformed[bool](t)
	checkMalformed[float64](t)
	checkMalformed[int64](t)
	checkMalformed[uint8](t)
	checkMalformed[codec.Tuple](t)
}

func checkMalformed[K any](t *testing.T) {
	t.Helper()
	key := tupleKey[K](t)
	for _, c := range malformed {
		got, err := key.DecodeKey([]byte(c.logical))
		if !errors.Is(err, codec.ErrInvalidKey) || !reflect.ValueOf(&got).Elem().IsZero() {
			t.Errorf("%.20x as a %T is %v; %v", c.logical, got, got, err)
		}
	}
}

// A stored key is decoded as its own type only.
func TestTupleKeysOfAnotherType(t *testing.T) {
	keys := []any{nil, []byte("a"), "a", codec.Tuple{"a"}, int64(300), -1.5, true}
	check := func(err error, own bool, what any) {
		t.Helper()
		if (err == nil) != own || err != nil && !errors.Is(err, codec.ErrInvalidKey) {
			t.Errorf("%#v: %v", what, err)
		}
	}
	for _, put := range keys {
		logical := encodeKey(t, anyKey(t), put)
		_, err := tupleKey[[]byte](t).DecodeKey(logical)
		check(err, rank(put) == 1, put)
		_, err = tupleKey[string](t).DecodeKey(logical)
		check(err, rank(put) == 2, put)
		_, err = tupleKey[codec.Tuple](t).DecodeKey(logical)
		check(err, rank(put) == 3, put)
		_, err = tupleKey[int16](t).DecodeKey(logical)
		check(err, rank(put) == 4, put)
		_, err = tupleKey[float64](t).DecodeKey(logical)
		check(err, rank(put) == 5, put)
		_, err = tupleKey[bool](t).DecodeKey(logical)
		check(err, rank(put) >= 6, put)
	}
	_, err := tupleKey[uint8](t).DecodeKey(encodeKey(t, anyKey(t), any(300)))
	if !errors.Is(err, codec.ErrInvalidKey) || !strings.Contains(err.Error(), "0 to 255") {
		t.Errorf("300 as a uint8: %v", err)
	}
	_, err = tupleKey[uint64](t).DecodeKey(encodeKey(t, anyKey(t), any(-1)))
	if !errors.Is(err, codec.ErrInvalidKey) || !strings.Contains(err.Error(), "0 to 18446744073709551615") {
		t.Errorf("-1 as a uint64: %v", err)
	}
	_, err = tupleKey[int64](t).DecodeKey(encodeKey(t, anyKey(t), any(uint64(1<<63))))
	limits := "-9223372036854775808 to 9223372036854775807"
	if !errors.Is(err, codec.ErrInvalidKey) || !strings.Contains(err.Error(), limits) {
		t.Errorf("2^63 as an int64: %v", err)
	}
}

// Question: whatever the bytes are, does nothing panic, and is what decodes the one encoding of what it decodes to?
package codec_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
)

func FuzzTupleDecode(f *testing.F) {
	for _, vector := range readVectors(f) {
		f.Add([]byte(vector.Stored))
	}
	for _, c := range malformed {
		f.Add([]byte(c.logical))
	}
	key, wire := anyKey(f), codec.TupleKeyWire()
	f.Fuzz(func(t *testing.T, logical []byte) {
		got, err := key.DecodeKey(logical)
		object, wireErr := wire.Decode(nil, logical)
		if (err == nil) != (wireErr == nil) {
			t.Fatalf("decoding says %v, and the wire %v", err, wireErr)
		}
		checkScalarKeys(t, logical)
		if err != nil {
			if !errors.Is(err, codec.ErrInvalidKey) || !errors.Is(wireErr, codec.ErrInvalidKey) {
				t.Fatalf("%v; %v", err, wireErr)
			}
			return
		}
		if back := encodeKey(t, key, got); !bytes.Equal(back, logical) {
			t.Fatalf("%x is %#v, which is %x", logical, got, back)
		}
		if back, err := wire.Encode(nil, object); err != nil || !bytes.Equal(back, logical) {
			t.Fatalf("%x is handed out as %x, which is %x; %v", logical, object, back, err)
		}
		if want := packed(t, got, true); !bytes.Equal(object, want) {
			t.Fatalf("%#v is handed out as %x, not %x", got, object, want)
		}
	})
}

// checkScalarKeys checks that what decodes as some type re-encodes to the same bytes.
func checkScalarKeys(t *testing.T, logical []byte) {
	t.Helper()
	checkCanonical(t, tupleKey[string](t), logical)
	checkCanonical(t, tupleKey[[]byte](t), logical)
	checkCanonical(t, tupleKey[bool](t), logical)
	checkCanonical(t, tupleKey[float64](t), logical)
	checkCanonical(t, tupleKey[int64](t), logical)
	checkCanonical(t, tupleKey[uint64](t), logical)
	checkCanonical(t, tupleKey[int8](t), logical)
	checkCanonical(t, tupleKey[uint16](t), logical)
	checkCanonical(t, tupleKey[codec.Tuple](t), logical)
}

func checkCanonical[K any](t *testing.T, key codec.Key[K], logical []byte) {
	t.Helper()
	got, err := key.DecodeKey(logical)
	if err != nil {
		if !errors.Is(err, codec.ErrInvalidKey) {
			t.Fatalf("%x: %v", logical, err)
		}
		return
	}
	if back := encodeKey(t, key, got); !bytes.Equal(back, logical) {
		t.Fatalf("%x is %#v, which is %x", logical, got, back)
	}
}

func FuzzTupleWire(f *testing.F) {
	for _, vector := range readVectors(f) {
		f.Add([]byte(vector.Packed))
	}
	for _, object := range []string{
		"\xdd\x00\x00\x00\x01\xc0", "\xd3\xff\xff\xff\xff\xff\xff\xff\xff", "\xca\x3f\xc0\x00\x00", "\x81\xa1a\x01",
		"\xd6\xff\x00\x00\x00\x00", "\x92\xc0", "\xda\x00\x01a", "\xc1", "\xa1\xff",
		"\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00",
	} {
		f.Add([]byte(object))
	}
	key, wire := anyKey(f), codec.TupleKeyWire()
	f.Fuzz(func(t *testing.T, object []byte) {
		logical, err := wire.Encode(nil, object)
		if err != nil {
			if !errors.Is(err, codec.ErrInvalidKey) {
				t.Fatal(err)
			}
			return
		}
		if _, err := codec.MsgpackValueWire().Encode(nil, object); err != nil {
			t.Fatalf("%x is a key, but no object: %v", object, err)
		}
		got, err := key.DecodeKey(logical)
		if err != nil {
			t.Fatalf("%x is stored as %x: %v", object, logical, err)
		}
		short, err := wire.Decode(nil, logical)
		if err != nil || len(short) > len(object)+extraWidth(got) {
			t.Fatalf("%x came back longer, as %x; %v", object, short, err)
		}
		if back, err := wire.Encode(nil, short); err != nil || !bytes.Equal(back, logical) {
			t.Fatalf("%x is %x, and %x is %x; %v", object, logical, short, back, err)
		}
	})
}

// extraWidth is how many bytes the floats in a key may have gained: a float32 is handed out as a float64.
func extraWidth(key any) int {
	switch v := key.(type) {
	case float64:
		return 4
	case codec.Tuple:
		sum := 0
		for _, element := range v {
			sum += extraWidth(element)
		}
		return sum
	}
	return 0
}

func FuzzMsgpackWalk(f *testing.F) {
	for code := range 256 {
		f.Add(append([]byte{byte(code)}, make([]byte, 16)...))
		f.Add([]byte{byte(code)})
	}
	for _, vector := range readVectors(f) {
		f.Add([]byte(vector.Packed))
	}
	f.Fuzz(func(t *testing.T, object []byte) { checkWalk(t, object) })
}

func FuzzMsgpackValue(f *testing.F) {
	inExtension := "\xd8\x01\xdf\xff\xff\xff\xff" + strings.Repeat("\x91", 11)
	f.Add([]byte("\x83\xa5extra" + inExtension + "\xa4list\x90\xa3any\xa5value"))
	f.Add([]byte("\x82\xa4born\xd6\xff\x01\x02\x03\x04\xa5mixed\x82\x01\x02\xa1k\x03"))
	f.Add([]byte("\x82\xa6parent\x81\xa4name\xa3Ada\xa3any\x93\xcc\xc8\xc4\x01a\x81\x01\x02"))
	f.Add([]byte("\x81\xa5mixed\x81\x90\x01"))
	for _, vector := range readVectors(f) {
		f.Add([]byte(vector.Packed))
	}
	f.Fuzz(func(t *testing.T, stored []byte) {
		_, malformed := codec.MsgpackValueWire().Encode(nil, stored)
		checkDecodes[any](t, stored, malformed)
		checkDecodes[map[string]any](t, stored, malformed)
		checkDecodes[[]any](t, stored, malformed)
		checkDecodes[profile](t, stored, malformed)
		checkDecodes[map[any]map[string]profile](t, stored, malformed)
		checkDecodes[string](t, stored, malformed)
		checkDecodes[[]byte](t, stored, malformed)
		checkDecodes[bool](t, stored, malformed)
		checkDecodes[int16](t, stored, malformed)
		checkDecodes[uint64](t, stored, malformed)
		checkDecodes[float32](t, stored, malformed)
		checkDecodes[float64](t, stored, malformed)
	})
}

// checkDecodes checks that only well-formed objects decode, and that what decodes can be put and comes back.
func checkDecodes[V any](t *testing.T, stored []byte, malformed error) {
	t.Helper()
	c := codec.MsgpackValue[V]()
	got, err := c.DecodeValue(stored)
	if err != nil {
		if !errors.Is(err, codec.ErrInvalidValue) {
			t.Fatalf("%x as %T: %v", stored, got, err)
		}
		return
	}
	if malformed != nil {
		t.Fatalf("%x is %#v, and malformed: %v", stored, got, malformed)
	}
	again, err := c.DecodeValue(encodeValue(t, c, got))
	// Printed, because NaN differs from itself.
	if err != nil || fmt.Sprintf("%#v", again) != fmt.Sprintf("%#v", got) && !holdsPointers(got) {
		t.Fatalf("%x is %#v, and then %#v; %v", stored, got, again, err)
	}
}

// holdsPointers says whether a value is printed with addresses in it.
func holdsPointers(value any) bool {
	switch value.(type) {
	case profile, map[any]map[string]profile:
		return true
	}
	return bytes.Contains([]byte(fmt.Sprintf("%#v", value)), []byte("0x"))
}

func FuzzBincode(f *testing.F) {
	for typ := range 14 {
		f.Add(typ, []byte{})
		f.Add(typ, []byte{1})
		f.Add(typ, []byte{0xcc, 200})
		f.Add(typ, []byte{0xca, 0x3f, 0xc0, 0, 0})
		f.Add(typ, []byte{0xcb, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0})
		f.Add(typ, []byte{0xa1, 'a'})
		f.Add(typ, []byte{0xc4, 1, 0xff})
		f.Add(typ, []byte{0xd3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
		f.Add(typ, []byte{1, 0, 0, 0, 0, 0, 0, 0, 'a'})
		f.Add(typ, []byte{0x7f, 0xc0, 0, 1})
		f.Add(typ, []byte{0x7f, 0xf8, 0, 0, 0, 0, 0, 1})
	}
	f.Fuzz(func(t *testing.T, number int, b []byte) {
		typ := codec.Type(number)
		key, err := codec.BincodeKeyWire(typ)
		if err != nil {
			if !errors.Is(err, codec.ErrUnsupportedType) {
				t.Fatal(err)
			}
			return
		}
		value, err := codec.BincodeValueWire(typ)
		if err != nil {
			t.Fatal(err)
		}
		checkBincodeWire(t, key, codec.ErrInvalidKey, b)
		checkBincodeWire(t, value, codec.ErrInvalidValue, b)
		checkBincodeValues(t, b)
	})
}

// checkBincodeWire takes the bytes for what is stored, and then for what a host passes.
func checkBincodeWire(t *testing.T, wire codec.Wire, sentinel error, b []byte) {
	t.Helper()
	if object, err := wire.Decode(nil, b); err == nil {
		if back, err := wire.Encode(nil, object); err != nil || !bytes.Equal(back, b) {
			t.Fatalf("%x is handed out as %x, which is stored as %x; %v", b, object, back, err)
		}
		if _, err := codec.MsgpackValueWire().Encode(nil, object); err != nil {
			t.Fatalf("%x is handed out as %x: %v", b, object, err)
		}
	} else if !errors.Is(err, sentinel) {
		t.Fatal(err)
	}
	stored, err := wire.Encode(nil, b)
	if err != nil {
		if !errors.Is(err, sentinel) {
			t.Fatal(err)
		}
		return
	}
	object, err := wire.Decode(nil, stored)
	if err != nil {
		t.Fatalf("%x is stored as %x: %v", b, stored, err)
	}
	if back, err := wire.Encode(nil, object); err != nil || !bytes.Equal(back, stored) {
		t.Fatalf("%x is stored as %x, handed out as %x and stored as %x; %v", b, stored, object, back, err)
	}
}

// checkBincodeValues checks that what decodes as some type of Go re-encodes to the same bytes.
func checkBincodeValues(t *testing.T, b []byte) {
	t.Helper()
	checkBincodeCanonical[string](t, b)
	checkBincodeCanonical[[]byte](t, b)
	checkBincodeCanonical[uint8](t, b)
	checkBincodeCanonical[int16](t, b)
	checkBincodeCanonical[uint32](t, b)
	checkBincodeCanonical[int64](t, b)
	checkBincodeCanonical[float32](t, b)
	checkBincodeCanonical[float64](t, b)
	checkBincodeCanonical[bool](t, b)
}

func checkBincodeCanonical[V any](t *testing.T, b []byte) {
	t.Helper()
	key, _ := bincodeKey[V](t)
	checkCanonical(t, key, b)
	value, _ := bincodeValue[V](t)
	got, err := value.DecodeValue(b)
	if err != nil {
		if !errors.Is(err, codec.ErrInvalidValue) {
			t.Fatal(err)
		}
		return
	}
	if back := encodeValue(t, value, got); !bytes.Equal(back, b) {
		t.Fatalf("%x is %#v, which is %x", b, got, back)
	}
}

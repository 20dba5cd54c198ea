// Question: do raw keys and values stay as they are, in memory of their own, and are types named as the C header has
// them?
package codec_test

import (
	"bytes"
	"testing"

	"github.com/vmihailenco/msgpack/v5"
	"pgregory.net/rapid"

	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
)

func TestRaw(t *testing.T) {
	checkKeyRoundTrip(t, codec.RawKey(), blobs())
	checkValueRoundTrip(t, codec.RawValue(), blobs())
	wire := codec.RawWire()
	rapid.Check(t, func(t *rapid.T) {
		b := blobs().Draw(t, "bytes")
		if got := encodeKey(t, codec.RawKey(), b); !bytes.Equal(got, b) {
			t.Fatalf("the key %x is %x", b, got)
		}
		if got := encodeValue(t, codec.RawValue(), b); !bytes.Equal(got, b) {
			t.Fatalf("the value %x is stored as %x", b, got)
		}
		for _, way := range []func(dst, b []byte) ([]byte, error){wire.Encode, wire.Decode} {
			if got, err := way([]byte("before"), b); err != nil || string(got) != "before"+string(b) {
				t.Fatalf("%x is %x; %v", b, got, err)
			}
		}
	})
	if !wire.Identity() {
		t.Error("Decode is said to change something")
	}
	for _, n := range []int{0, 1, 255, 256, 65535, 65536} {
		object, err := wire.AppendObject(nil, make([]byte, n))
		if err != nil {
			t.Fatal(err)
		}
		var got any
		if err := msgpack.Unmarshal(object, &got); err != nil || !bytes.Equal(got.([]byte), make([]byte, n)) {
			t.Errorf("%d bytes in a page: %v", n, err)
		}
	}
}

func TestTypeNames(t *testing.T) {
	names := []string{"auto", "text", "bytes", "u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64", "f32", "f64",
		"bool"}
	for i, name := range names {
		if got := codec.Type(i).String(); got != name {
			t.Errorf("the type %d is called %s, not %s", i, got, name)
		}
		if got, ok := codec.ParseType(name); !ok || got != codec.Type(i) {
			t.Errorf("%s is the type %d", name, got)
		}
	}
	for _, name := range []string{"", "U8", "u128", "Type(99)"} {
		if got, ok := codec.ParseType(name); ok {
			t.Errorf("%q is the type %d", name, got)
		}
	}
	for _, no := range []codec.Type{-1, 14, 99} {
		if got := no.String(); got[:5] != "Type(" {
			t.Errorf("the type %d is called %s", int(no), got)
		}
	}
}

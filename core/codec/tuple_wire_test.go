// Question: does a typed key that crosses the C ABI become the same bytes as in Go, come back as the same object, and
// make well-formed pages?
package codec_test

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/vmihailenco/msgpack/v5"
	"pgregory.net/rapid"

	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
)

// packed is a value as MessagePack, by a library; compact is whether in the shortest form.
func packed(t fatal, value any, compact bool) []byte {
	t.Helper()
	var out bytes.Buffer
	encoder := msgpack.NewEncoder(&out)
	encoder.UseCompactInts(compact)
	if err := encoder.Encode(value); err != nil {
		t.Fatalf("%#v: %v", value, err)
	}
	return out.Bytes()
}

func TestTupleWireRoundTrip(t *testing.T) {
	key, wire := anyKey(t), codec.TupleKeyWire()
	rapid.Check(t, func(t *rapid.T) {
		put := elements(3).Draw(t, "key")
		logical := encodeKey(t, key, put)
		for _, compact := range []bool{true, false} {
			got, err := wire.Encode([]byte("before"), packed(t, put, compact))
			if err != nil || string(got) != "before"+string(logical) {
				t.Fatalf("%#v is %x through the wire, and %x in Go; %v", put, got, logical, err)
			}
		}
		want := "before" + string(packed(t, put, true))
		if got, err := wire.Decode([]byte("before"), logical); err != nil || string(got) != want {
			t.Fatalf("%#v is handed out as %x, not %x; %v", put, got, want, err)
		}
		if got, err := wire.AppendObject([]byte("before"), logical); err != nil || string(got) != want {
			t.Fatalf("%#v is %x in a page, not %x; %v", put, got, want, err)
		}
	})
	if wire.Identity() {
		t.Error("Decode is said to change nothing")
	}
}

// A page is an array of the objects of keys and values in turn.
func TestPageOfObjects(t *testing.T) {
	key, keyWire := anyKey(t), codec.TupleKeyWire()
	value, valueWire := codec.MsgpackValue[any](), codec.MsgpackValueWire()
	rapid.Check(t, func(t *rapid.T) {
		keys := rapid.SliceOfN(elements(2), 0, 15).Draw(t, "keys")
		page := []byte{0xdd, 0, 0, 0, byte(3 * len(keys))}
		var err error
		for i, k := range keys {
			if page, err = keyWire.AppendObject(page, encodeKey(t, key, k)); err != nil {
				t.Fatalf("%#v: %v", k, err)
			}
			if page, err = valueWire.AppendObject(page, encodeValue[any](t, value, int64(i))); err != nil {
				t.Fatalf("%v", err)
			}
			if page, err = codec.RawWire().AppendObject(page, make([]byte, 100*i)); err != nil {
				t.Fatalf("%v", err)
			}
		}
		var entries []any
		if err := msgpack.Unmarshal(page, &entries); err != nil {
			t.Fatalf("%x: %v", page, err)
		}
		for i, k := range keys {
			var got any
			if got, err = value.DecodeValue(packed(t, entries[3*i], true)); err != nil {
				t.Fatalf("%v", err)
			}
			if !reflect.DeepEqual(got, plain(k)) || !reflect.DeepEqual(entries[3*i+2], make([]byte, 100*i)) {
				t.Fatalf("%#v is %#v in a page, before %v", k, got, entries[3*i+2])
			}
		}
	})
}

// plain is a key as MessagePack decodes it: its tuples are arrays.
func plain(key any) any {
	tuple, ok := key.(codec.Tuple)
	if !ok {
		return key
	}
	array := []any{}
	for _, element := range tuple {
		array = append(array, plain(element))
	}
	return array
}

// Every form in which MessagePack can write an object is the same key.
func TestTupleWireForms(t *testing.T) {
	same := [][]string{
		{"\x07", "\xcc\x07", "\xcd\x00\x07", "\xce\x00\x00\x00\x07", "\xcf\x00\x00\x00\x00\x00\x00\x00\x07",
			"\xd0\x07", "\xd1\x00\x07", "\xd2\x00\x00\x00\x07", "\xd3\x00\x00\x00\x00\x00\x00\x00\x07"},
		{"\xff", "\xd0\xff", "\xd1\xff\xff", "\xd2\xff\xff\xff\xff", "\xd3\xff\xff\xff\xff\xff\xff\xff\xff"},
		{"\xa1a", "\xd9\x01a", "\xda\x00\x01a", "\xdb\x00\x00\x00\x01a"},
		{"\xc4\x01a", "\xc5\x00\x01a", "\xc6\x00\x00\x00\x01a"},
		{"\x91\xc0", "\xdc\x00\x01\xc0", "\xdd\x00\x00\x00\x01\xc0"},
		{"\xcb\x3f\xf8\x00\x00\x00\x00\x00\x00", "\xca\x3f\xc0\x00\x00"},
	}
	wire := codec.TupleKeyWire()
	for _, forms := range same {
		want, err := wire.Encode(nil, []byte(forms[0]))
		if err != nil {
			t.Fatal(err)
		}
		for _, form := range forms {
			if got, err := wire.Encode(nil, []byte(form)); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%x is %x, not %x as %x is; %v", form, got, want, forms[0], err)
			}
		}
		if got, err := wire.Decode(nil, want); err != nil || string(got) != forms[0] {
			t.Errorf("%x is handed out as %x; %v", forms[0], got, err)
		}
	}
}

func TestTupleWireRefuses(t *testing.T) {
	cases := []struct{ wire, text string }{
		{"", "cut off"},
		{"\xc1", "0xc1"},
		{"\x91\xc1", "0xc1"},
		{"\x01\x01", "1 bytes follow"},
		{"\x91\x01\x01", "1 bytes follow"},
		{"\x80", "a map"},
		{"\x91\x81\xa1a\x01", "a map at offset 1"},
		{"\xde\x00\x00", "a map"},
		{"\xdf\x00\x00\x00\x00", "a map"},
		{"\xd6\xff\x00\x00\x00\x00", "an extension"},
		{"\xc7\x00\x01", "an extension"},
		{"\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00", "NaN"},
		{"\xca\x7f\xc0\x00\x00", "NaN"},
		{"\xca\x7f\x80\x00\x01", "NaN"},
		{"\xa1\xff", "UTF-8"},
		{"\xa2\xc3", "cut off"},
		{"\xa1", "cut off"},
		{"\xd9", "cut off"},
		{"\xdb\xff\xff\xff\xffa", "cut off"},
		{"\xc6\xff\xff\xff\xff", "cut off"},
		{"\xdd\xff\xff\xff\xff", "cut off"},
		{"\xdd\xff\xff\xff", "cut off"},
		{"\x92\x01", "cut off"},
		{"\xcf\x00", "cut off"},
		{strings.Repeat("\x91", 65) + "\xc0", "64 tuples"},
		{strings.Repeat("\x91", 100000), "64 tuples"},
	}
	for _, c := range cases {
		got, err := codec.TupleKeyWire().Encode([]byte("before"), []byte(c.wire))
		if !errors.Is(err, codec.ErrInvalidKey) || string(got) != "before" {
			t.Errorf("%.20x is %x; %v", c.wire, got, err)
		} else if !strings.Contains(err.Error(), c.text) {
			t.Errorf("%.20x: %q does not mention %q", c.wire, err, c.text)
		}
	}
	deepest := strings.Repeat("\x91", 63) + "\x90"
	logical, err := codec.TupleKeyWire().Encode(nil, []byte(deepest))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := codec.TupleKeyWire().Decode(nil, logical); err != nil || string(got) != deepest {
		t.Errorf("64 tuples came back as %x; %v", got, err)
	}
}

// Tuples long enough for each head of a MessagePack array.
func TestTupleWireLongTuples(t *testing.T) {
	for _, n := range []int{15, 16, 65535, 65536, 70000} {
		tuple := make(codec.Tuple, n)
		for i := range tuple {
			tuple[i] = codec.Tuple{int64(i % 100)}
		}
		logical := encodeKey(t, tupleKey[codec.Tuple](t), tuple)
		want := packed(t, tuple, true)
		got, err := codec.TupleKeyWire().Decode([]byte("before"), logical)
		if err != nil || string(got) != "before"+string(want) {
			t.Errorf("%d elements: %v", n, err)
		}
		if back, err := codec.TupleKeyWire().Encode(nil, want); err != nil || !bytes.Equal(back, logical) {
			t.Errorf("%d elements back: %v", n, err)
		}
	}
}

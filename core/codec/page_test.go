// Does a page give back the objects that were appended to it, and refuse whatever else without a panic?
package codec_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
)

func wires(t testing.TB) map[string]codec.Wire {
	t.Helper()
	all := map[string]codec.Wire{
		"raw": codec.RawWire(), "tuple": codec.TupleKeyWire(), "msgpack": codec.MsgpackValueWire(),
	}
	for typ := codec.Text; typ <= codec.Bool; typ++ {
		key, err := codec.BincodeKeyWire(typ)
		if err != nil {
			t.Fatal(err)
		}
		value, err := codec.BincodeValueWire(typ)
		if err != nil {
			t.Fatal(err)
		}
		all["key of "+typ.String()], all["value of "+typ.String()] = key, value
	}
	return all
}

// Is a map of keys and values read as the array of them is, and no map as keys?
func TestEntries(t *testing.T) {
	for _, c := range []struct {
		page    string
		objects int
		keys    bool
	}{
		{"\x92\x01\x02", 2, true}, {"\x93\x01\x02\x03", 3, true}, {"\x90", 0, true}, {"\x80", 0, false},
		{"\x82\x01\x02\x03\x04", 4, false}, {"\xde\x00\x01\x01\x02", 2, false},
		{"\x81\x01", -1, false}, {"\xdf\xff\xff\xff\xff\x01", -1, false}, {"\xc0", -1, false}, {"", -1, false},
	} {
		page, err := codec.ReadEntries([]byte(c.page))
		if err != nil != (c.objects < 0) || err == nil && page.Len() != c.objects {
			t.Errorf("%x has %d objects, %v", c.page, page.Len(), err)
		}
		if _, err := codec.ReadPage([]byte(c.page)); err == nil != c.keys {
			t.Errorf("%x as a page of keys: %v", c.page, err)
		}
	}
}

func FuzzPage(f *testing.F) {
	f.Add([]byte("\x92\x01\xa1a"))
	f.Add([]byte("\x93\xc4\x01a\xc4\x00\xc4\x02bc"))
	f.Add([]byte("\xdc\x00\x01\x91\x01"))
	f.Add([]byte("\xdd\x00\x00\x00\x02\xc0\xc3"))
	f.Add([]byte("\xdd\xff\xff\xff\xff\xc0\xc3"))
	f.Add([]byte("\x91\xc4\x05abc"))
	f.Add([]byte("\x90\x00"))
	f.Add([]byte("\x80"))
	f.Add([]byte{})
	known := wires(f)
	f.Fuzz(func(t *testing.T, page []byte) {
		for name, wire := range known {
			checkPage(t, name, wire, page)
		}
	})
}

// checkPage reads a page, and if it is one, writes it again and reads that.
func checkPage(t *testing.T, name string, wire codec.Wire, page []byte) {
	t.Helper()
	original := bytes.Clone(page)
	stored, err := readPage(wire, page)
	if !bytes.Equal(page, original) {
		t.Fatalf("%s: reading changed the page %x to %x", name, original, page)
	}
	if err != nil {
		if !errors.Is(err, codec.ErrInvalidPage) && !errors.Is(err, codec.ErrInvalidKey) && !errors.Is(err, codec.ErrInvalidValue) {
			t.Fatalf("%s: %x: %v", name, page, err)
		}
		return
	}
	again := binary.BigEndian.AppendUint32([]byte{0xdd}, uint32(len(stored)))
	for _, object := range stored {
		if again, err = wire.AppendObject(again, object); err != nil {
			// A key that is longer than any that can be stored has no way back.
			return
		}
	}
	once, err := readPage(wire, again)
	if err != nil || len(once) != len(stored) {
		t.Fatalf("%s: %x has %d objects, and then %d, %v", name, page, len(stored), len(once), err)
	}
	for i := range stored {
		if !bytes.Equal(once[i], stored[i]) {
			t.Fatalf("%s: object %d of %x is %x, and then %x", name, i, page, stored[i], once[i])
		}
	}
}

func readPage(wire codec.Wire, bytes []byte) (stored [][]byte, err error) {
	page, err := codec.ReadPage(bytes)
	if err != nil {
		return nil, err
	}
	var memory []byte
	for page.Len() > 0 {
		object, err := page.Next(wire, &memory)
		if err != nil {
			return nil, err
		}
		stored = append(stored, object)
	}
	return stored, page.End()
}

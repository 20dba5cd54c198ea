// Question: are typed keys the bytes that the golden vectors say, in both directions and by every way there is?
package codec_test

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
	"github.com/scoped-lmdb/scoped-lmdb/tests/vectors"
)

func readVectors(t testing.TB) []vectors.Vector {
	t.Helper()
	text, err := os.ReadFile("../../tests/vectors/tuple.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []vectors.Vector
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	if len(all) < 150 {
		t.Fatalf("there are only %d vectors", len(all))
	}
	return all
}

func TestTupleVectors(t *testing.T) {
	key, wire := anyKey(t), codec.TupleKeyWire()
	all := readVectors(t)
	for _, vector := range all {
		if got := encodeKey(t, key, vector.Key.Value); !bytes.Equal(got, vector.Stored) {
			t.Errorf("%s: %#v is stored as %x, not %x", vector.Note, vector.Key.Value, got, vector.Stored)
		}
		if got, err := key.DecodeKey(vector.Stored); err != nil || !reflect.DeepEqual(got, vector.Key.Value) {
			t.Errorf("%s: %x is %#v, not %#v; %v", vector.Note, vector.Stored, got, vector.Key.Value, err)
		}
		if got, err := wire.Encode(nil, vector.Packed); err != nil || !bytes.Equal(got, vector.Stored) {
			t.Errorf("%s: %x is stored as %x, not %x; %v", vector.Note, vector.Packed, got, vector.Stored, err)
		}
		if got, err := wire.Decode(nil, vector.Stored); err != nil || !bytes.Equal(got, vector.Packed) {
			t.Errorf("%s: %x is handed out as %x, not %x; %v", vector.Note, vector.Stored, got, vector.Packed, err)
		}
	}
	ascending := func(a, b vectors.Vector) int { return bytes.Compare(a.Stored, b.Stored) }
	if !slices.IsSortedFunc(all, ascending) {
		t.Error("the vectors are not in the order of their keys")
	}
	for i := range all[1:] {
		if by := compare(all[i].Key.Value, all[i+1].Key.Value); by >= 0 {
			t.Errorf("%q and %q are not in ascending order", all[i].Note, all[i+1].Note)
		}
	}
}

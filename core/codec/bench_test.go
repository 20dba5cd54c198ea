// Question: what do the hot paths cost, and do they stay free of allocations?
package codec_test

import (
	"bytes"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
)

// hundredBytes is a map of about 100 bytes as MessagePack, as a small record would be.
func hundredBytes(t testing.TB) []byte {
	record := map[string]any{"id": 123456, "name": "Ada Lovelace", "mail": "ada@example.org", "active": true,
		"score": 12.5, "tags": []any{"a", "b", "c"}, "parent": nil, "created": 1700000000, "count": 3}
	return encodeValue[any](t, codec.MsgpackValue[any](), record)
}

type record struct {
	ID      int64    `msgpack:"id"`
	Name    string   `msgpack:"name"`
	Mail    string   `msgpack:"mail"`
	Active  bool     `msgpack:"active"`
	Score   float64  `msgpack:"score"`
	Tags    []string `msgpack:"tags"`
	Created int64    `msgpack:"created"`
}

var exampleRecord = record{123456, "Ada Lovelace", "ada@example.org", true, 12.5, []string{"a", "b", "c"}, 1700000000}

// check fails a test or benchmark on an error, without allocating if there is none.
func check(t testing.TB, err error) {
	if err != nil {
		t.Fatal(err)
	}
}

func benchKey[K any](b *testing.B, key codec.Key[K], value K) {
	b.Run("append", func(b *testing.B) {
		b.ReportAllocs()
		dst := make([]byte, 0, 512)
		for b.Loop() {
			_, err := key.AppendKey(dst, value)
			check(b, err)
		}
	})
	logical := encodeKey(b, key, value)
	b.Run("decode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, err := key.DecodeKey(logical)
			check(b, err)
		}
	})
}

func benchValue[V any](b *testing.B, c codec.Value[V], value V) {
	b.Run("append", func(b *testing.B) {
		b.ReportAllocs()
		dst := make([]byte, 0, 512)
		for b.Loop() {
			_, err := c.AppendValue(dst, value)
			check(b, err)
		}
	})
	stored := encodeValue(b, c, value)
	b.Run("decode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, err := c.DecodeValue(stored)
			check(b, err)
		}
	})
}

func benchWire(b *testing.B, wire codec.Wire, object []byte) {
	stored, err := wire.Encode(nil, object)
	check(b, err)
	run := func(name string, way func(dst, b []byte) ([]byte, error), in []byte) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(in)))
			dst := make([]byte, 0, 4096)
			for b.Loop() {
				_, err := way(dst, in)
				check(b, err)
			}
		})
	}
	run("encode", wire.Encode, object)
	run("decode", wire.Decode, stored)
	run("object", wire.AppendObject, stored)
}

func BenchmarkTupleText(b *testing.B)   { benchKey(b, tupleKey[string](b), "customer:0001234") }
func BenchmarkTupleUint64(b *testing.B) { benchKey(b, tupleKey[uint64](b), 1234567890123) }
func BenchmarkTupleTuple(b *testing.B) {
	benchKey(b, tupleKey[codec.Tuple](b), codec.Tuple{"eu", int64(1234567), "order"})
}
func BenchmarkBincodeUint64(b *testing.B) {
	key, _ := bincodeKey[uint64](b)
	benchKey(b, key, 1234567890123)
}
func BenchmarkBincodeText(b *testing.B) {
	key, _ := bincodeKey[string](b)
	benchKey(b, key, "customer:0001234")
}

func BenchmarkTupleWireText(b *testing.B) {
	benchWire(b, codec.TupleKeyWire(), packed(b, "customer:0001234", true))
}
func BenchmarkTupleWireUint64(b *testing.B) {
	benchWire(b, codec.TupleKeyWire(), packed(b, uint64(1234567890123), true))
}
func BenchmarkTupleWireTuple(b *testing.B) {
	benchWire(b, codec.TupleKeyWire(), packed(b, []any{"eu", 1234567, "order"}, true))
}
func BenchmarkBincodeWireUint64(b *testing.B) {
	_, value := bincodeWires(b, codec.U64)
	benchWire(b, value, packed(b, uint64(1234567890123), true))
}

func BenchmarkMsgpackWalk(b *testing.B) {
	benchWire(b, codec.MsgpackValueWire(), hundredBytes(b))
}

func BenchmarkMsgpackText(b *testing.B) {
	benchValue(b, codec.MsgpackValue[string](), "a value of some length")
}
func BenchmarkMsgpackInt64(b *testing.B)  { benchValue(b, codec.MsgpackValue[int64](), 1234567890123) }
func BenchmarkMsgpackStruct(b *testing.B) { benchValue(b, codec.MsgpackValue[record](), exampleRecord) }
func BenchmarkMsgpackAny(b *testing.B) {
	value, err := codec.MsgpackValue[any]().DecodeValue(hundredBytes(b))
	check(b, err)
	benchValue(b, codec.MsgpackValue[any](), value)
}

// free checks that a call allocates no more than it may, once its destination has room.
func free(t *testing.T, name string, allowed float64, call func() error) {
	t.Helper()
	if got := testing.AllocsPerRun(100, func() { check(t, call()) }); got > allowed {
		t.Errorf("%s allocates %v times, and may %v times", name, got, allowed)
	}
}

func freeKey[K any](t *testing.T, key codec.Key[K], value K, decoding float64) {
	t.Helper()
	dst := make([]byte, 0, 4096)
	free(t, "AppendKey", 0, func() error { _, err := key.AppendKey(dst, value); return err })
	logical := encodeKey(t, key, value)
	free(t, "DecodeKey", decoding, func() error { _, err := key.DecodeKey(logical); return err })
}

func freeValue[V any](t *testing.T, c codec.Value[V], value V, decoding float64) {
	t.Helper()
	dst := make([]byte, 0, 4096)
	free(t, "AppendValue", 0, func() error { _, err := c.AppendValue(dst, value); return err })
	stored := encodeValue(t, c, value)
	free(t, "DecodeValue", decoding, func() error { _, err := c.DecodeValue(stored); return err })
}

func freeWire(t *testing.T, wire codec.Wire, object []byte) {
	t.Helper()
	dst := make([]byte, 0, 4096)
	stored, err := wire.Encode(nil, object)
	check(t, err)
	free(t, "Encode", 0, func() error { _, err := wire.Encode(dst, object); return err })
	free(t, "Decode", 0, func() error { _, err := wire.Decode(dst, stored); return err })
	free(t, "AppendObject", 0, func() error { _, err := wire.AppendObject(dst, stored); return err })
}

// Scalars may allocate for the text or bytes that they hand out, and nothing else.
func TestAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	freeKey(t, tupleKey[string](t), "a key longer than thirty-two bytes, so that it is on the heap", 1)
	freeKey(t, tupleKey[string](t), "with\x00zeros\x00in it, and longer than thirty-two bytes", 1)
	freeKey(t, tupleKey[[]byte](t), bytes.Repeat([]byte{0, 1}, 50), 1)
	freeKey(t, tupleKey[uint64](t), 1<<63, 0)
	freeKey(t, tupleKey[int](t), -5, 0)
	freeKey(t, tupleKey[float64](t), 1.5, 0)
	freeKey(t, tupleKey[bool](t), true, 0)
	freeKey(t, tupleKey[codec.Tuple](t), codec.Tuple{"eu", int64(1234567)}, 5)
	freeKey(t, codec.RawKey(), make([]byte, 40), 1)
	bincodeText, _ := bincodeKey[string](t)
	freeKey(t, bincodeText, "a key longer than thirty-two bytes, so that it is on the heap", 1)
	bincodeFloat, _ := bincodeKey[float32](t)
	freeKey(t, bincodeFloat, 1.5, 0)
	bincodeInteger, _ := bincodeValue[int32](t)
	freeValue(t, bincodeInteger, -7, 0)
	freeValue(t, codec.MsgpackValue[string](), "a value longer than thirty-two bytes, so that it is on the heap", 1)
	freeValue(t, codec.MsgpackValue[uint32](), 70000, 0)
	freeValue(t, codec.MsgpackValue[float64](), 1.5, 0)
	dst := make([]byte, 0, 512)
	records, stored := codec.MsgpackValue[record](), encodeValue(t, codec.MsgpackValue[record](), exampleRecord)
	free(t, "a struct's AppendValue (msgpack boxes the []string)", 1, func() error {
		_, err := records.AppendValue(dst, exampleRecord)
		return err
	})
	free(t, "a struct's DecodeValue (two texts, a slice, and the texts in it)", 4, func() error {
		_, err := records.DecodeValue(stored)
		return err
	})

	freeWire(t, codec.RawWire(), make([]byte, 40))
	freeWire(t, codec.TupleKeyWire(), packed(t, "text\x00with a zero", true))
	freeWire(t, codec.TupleKeyWire(), packed(t, []any{"eu", -7, []any{nil, []byte{0}, 1.5, true}}, true))
	freeWire(t, codec.TupleKeyWire(), packed(t, make([]int, 300), true))
	freeWire(t, codec.MsgpackValueWire(), hundredBytes(t))
	for typ, object := range map[codec.Type]any{codec.Text: "a", codec.Bytes: []byte("a"), codec.U8: 200, codec.I64: -1,
		codec.F32: 0.5, codec.F64: 1, codec.Bool: true} {
		key, value := bincodeWires(t, typ)
		freeWire(t, key, packed(t, object, true))
		freeWire(t, value, packed(t, object, true))
	}
}

// Question: does a typed value come back as it was put, as MessagePack that others read, and does nothing stored make
// decoding panic, hang or exhaust memory?
package codec_test

import (
	"bytes"
	"errors"
	"math"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vmihailenco/msgpack/v5"
	"pgregory.net/rapid"

	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
)

// checkRoundTrip checks that a value comes back, and returns what was stored.
func checkRoundTrip[V any](t fatal, c codec.Value[V], put V) []byte {
	t.Helper()
	stored := encodeValue(t, c, put)
	given := bytes.Clone(stored)
	got, err := c.DecodeValue(given)
	if err != nil {
		t.Fatalf("%#v, stored as %x: %v", put, stored, err)
	}
	// What was decoded must own its memory.
	for i := range given {
		given[i] ^= 0xff
	}
	if !reflect.DeepEqual(got, put) {
		t.Fatalf("%#v, stored as %x, came back as %#v", put, stored, got)
	}
	return stored
}

func checkValueRoundTrip[V any](t *testing.T, c codec.Value[V], generator *rapid.Generator[V]) {
	t.Helper()
	rapid.Check(t, func(t *rapid.T) { checkRoundTrip(t, c, generator.Draw(t, "value")) })
}

// checkMsgpack checks that values come back, and that a library writes and reads them in the same way.
func checkMsgpack[V any](t *testing.T, generator *rapid.Generator[V]) {
	t.Helper()
	c, wire := codec.MsgpackValue[V](), codec.MsgpackValueWire()
	rapid.Check(t, func(t *rapid.T) {
		put := generator.Draw(t, "value")
		stored := checkRoundTrip(t, c, put)
		if want := packed(t, put, true); !bytes.Equal(stored, want) {
			t.Fatalf("%#v is stored as %x; a library writes %x", put, stored, want)
		}
		if got, err := c.DecodeValue(packed(t, put, false)); err != nil || !reflect.DeepEqual(got, put) {
			t.Fatalf("%#v, as a library writes it at length, is %#v; %v", put, got, err)
		}
		var read V
		if err := msgpack.Unmarshal(stored, &read); err != nil || !reflect.DeepEqual(read, put) {
			t.Fatalf("%#v is %#v to a library; %v", put, read, err)
		}
		if _, err := wire.AppendObject(nil, stored); err != nil {
			t.Fatalf("%#v: %v", put, err)
		}
	})
}

func TestMsgpackScalars(t *testing.T) {
	checkMsgpack(t, texts())
	checkMsgpack(t, rapid.String())
	checkMsgpack(t, blobs())
	checkMsgpack(t, rapid.Bool())
	checkMsgpack(t, rapid.Int())
	checkMsgpack(t, rapid.Int8())
	checkMsgpack(t, rapid.Int16())
	checkMsgpack(t, rapid.Int32())
	checkMsgpack(t, rapid.Int64())
	checkMsgpack(t, rapid.Uint())
	checkMsgpack(t, rapid.Uint8())
	checkMsgpack(t, rapid.Uint16())
	checkMsgpack(t, rapid.Uint32())
	checkMsgpack(t, rapid.Uint64())
	checkMsgpack(t, rapid.Float32())
	checkMsgpack(t, rapid.Float64())
	for _, n := range []int{31, 32, 255, 256, 65535, 65536} {
		checkRoundTrip(t, codec.MsgpackValue[string](), strings.Repeat("a", n))
		checkRoundTrip(t, codec.MsgpackValue[[]byte](), make([]byte, n))
	}
	checkRoundTrip(t, codec.MsgpackValue[[]byte](), nil)
}

type profile struct {
	Name   string            `msgpack:"name"`
	Age    uint8             `msgpack:"age"`
	Tags   []string          `msgpack:"tags"`
	Extra  map[string]any    `msgpack:"extra"`
	Any    any               `msgpack:"any"`
	List   []any             `msgpack:"list"`
	Labels map[string]string `msgpack:"labels"`
	Born   time.Time         `msgpack:"born"`
	Parent *profile          `msgpack:"parent"`
	Mixed  map[any]int       `msgpack:"mixed"`
	//lint:ignore U1000 what is not exported is neither stored nor looked at
	hidden any
}

type counts struct {
	A int8
	B uint64
	C []int32
}

func TestMsgpackStruct(t *testing.T) {
	put := profile{
		Name: "Ada", Age: 36, Tags: []string{"a", "b"},
		Extra: map[string]any{"n": int64(7), "big": uint64(math.MaxUint64), "b": []byte{1}, "deep": map[string]any{
			"x": []any{int64(-1), "s", 1.5, nil, true}}},
		Any: []byte("bytes"), List: []any{int64(200), int64(70000), []byte{}, []any{}, map[any]any{int64(1): "one"}},
		Labels: map[string]string{"z": "1", "a": "2"}, Born: time.Unix(1700000000, 939524095),
		Parent: &profile{Name: "Anne", Any: int64(-3), Born: time.Unix(0, 0), Mixed: map[any]int{}},
		Mixed:  map[any]int{int64(300): 1, "k": 2},
	}
	c := codec.MsgpackValue[profile]()
	stored := checkRoundTrip(t, c, put)
	checkRoundTrip(t, codec.MsgpackValue[*profile](), &put)
	checkRoundTrip(t, codec.MsgpackValue[[]profile](), []profile{put, {Born: time.Unix(1, 0)}})
	checkRoundTrip(t, codec.MsgpackValue[map[string]*profile](), map[string]*profile{"p": put.Parent})
	checkRoundTrip(t, codec.MsgpackValue[[2]any](), [2]any{int64(1), []byte{2}})
	checkRoundTrip(t, codec.MsgpackValue[*profile](), nil)
	checkRoundTrip(t, codec.MsgpackValue[time.Time](), time.Unix(5, 6))
	if !bytes.Contains(stored, []byte("labels\x82\xa1a\xa12\xa1z\xa11")) {
		t.Errorf("the labels are not in ascending order: %x", stored)
	}
	checkMsgpack(t, rapid.Custom(func(t *rapid.T) counts {
		numbers := rapid.SliceOfN(rapid.Int32(), 1, 3).Draw(t, "c")
		return counts{rapid.Int8().Draw(t, "a"), rapid.Uint64().Draw(t, "b"), numbers}
	}))
	// The pooled state of one call must not show up in the next.
	if got, err := c.DecodeValue([]byte{0x80}); err != nil || !reflect.DeepEqual(got, profile{}) {
		t.Errorf("an empty map is %#v; %v", got, err)
	}
	if _, err := c.DecodeValue([]byte{0x81, 0xa3, 'a', 'g', 'e', 0xa0}); !errors.Is(err, codec.ErrInvalidValue) {
		t.Errorf("a text as an age: %v", err)
	}
	checkRoundTrip(t, c, put)
}

func TestMsgpackFromSeveralGoroutines(t *testing.T) {
	c := codec.MsgpackValue[profile]()
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			for n := range 200 {
				put := profile{Name: strings.Repeat("n", i), Age: uint8(n), Any: int64(n), Born: time.Unix(int64(n), 0)}
				stored, err := c.AppendValue(nil, put)
				if err != nil {
					t.Error(err)
					return
				}
				if got, err := c.DecodeValue(stored); err != nil || !reflect.DeepEqual(got, put) {
					t.Errorf("%#v came back as %#v; %v", put, got, err)
				}
			}
		})
	}
	all.Wait()
}

// dynamic draws what decoding into any gives.
func dynamic(depth int) *rapid.Generator[any] {
	kinds := []*rapid.Generator[any]{
		rapid.Just[any](nil), blobs().AsAny(), texts().AsAny(), integers(), rapid.Float64().AsAny(),
		rapid.Bool().AsAny(),
	}
	if depth > 0 {
		kinds = append(kinds, rapid.SliceOfN(dynamic(depth-1), 0, 18).AsAny(),
			rapid.MapOfN(rapid.String(), dynamic(depth-1), 0, 4).AsAny(),
			rapid.Custom(func(t *rapid.T) any {
				keys := rapid.OneOf(rapid.String().AsAny(), integers(), rapid.Bool().AsAny())
				m := rapid.MapOfN(keys, dynamic(depth-1), 0, 4).Draw(t, "map")
				m[int64(-1)] = "so that one key is no text"
				return m
			}))
	}
	return rapid.OneOf(kinds...)
}

func TestMsgpackAny(t *testing.T) {
	checkValueRoundTrip(t, codec.MsgpackValue[any](), dynamic(2))
	checkValueRoundTrip(t, codec.MsgpackValue[[]any](), rapid.SliceOfN(dynamic(2), 0, 5))
	checkValueRoundTrip(t, codec.MsgpackValue[map[string]any](), rapid.MapOfN(rapid.String(), dynamic(2), 0, 5))
	// An any is the same inside another type, where msgpack decodes it.
	type holder struct{ Held any }
	checkValueRoundTrip(t, codec.MsgpackValue[holder](), rapid.Map(dynamic(2), func(v any) holder { return holder{v} }))
	checkValueRoundTrip(t, codec.MsgpackValue[[][]any](), rapid.SliceOfN(rapid.SliceOfN(dynamic(2), 1, 3), 1, 3))
	checkRoundTrip[any](t, codec.MsgpackValue[any](), time.Unix(1700000000, 5))
	checkRoundTrip(t, codec.MsgpackValue[map[string]any](), nil)
	checkRoundTrip(t, codec.MsgpackValue[[]any](), nil)
	for _, put := range []any{int8(5), uint8(200), int32(-70000), uint(7), float32(0.5)} {
		got, err := codec.MsgpackValue[any]().DecodeValue(encodeValue(t, codec.MsgpackValue[any](), put))
		if err != nil || rank(got) < 4 || rank(got) > 5 {
			t.Errorf("%#v came back as %#v; %v", put, got, err)
		}
	}
}

func TestMsgpackOtherTypes(t *testing.T) {
	check := func(name string, err error, text string) {
		t.Helper()
		if !errors.Is(err, codec.ErrInvalidValue) || !strings.Contains(err.Error(), text) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := codec.MsgpackValue[uint8]().DecodeValue([]byte{0xcd, 1, 44})
	check("300 as uint8", err, "0 to 255")
	_, err = codec.MsgpackValue[int8]().DecodeValue([]byte{0xcc, 200})
	check("200 as int8", err, "-128 to 127")
	_, err = codec.MsgpackValue[uint64]().DecodeValue([]byte{0xff})
	check("-1 as uint64", err, "-1")
	_, err = codec.MsgpackValue[int]().DecodeValue([]byte{0xca, 0, 0, 0, 0})
	check("a float as int", err, "a float")
	_, err = codec.MsgpackValue[string]().DecodeValue([]byte{0xc4, 1, 'a'})
	check("a bin as string", err, "a bin")
	_, err = codec.MsgpackValue[[]byte]().DecodeValue([]byte{0xa1, 'a'})
	check("a str as []byte", err, "a str")
	_, err = codec.MsgpackValue[bool]().DecodeValue([]byte{0x01})
	check("1 as bool", err, "an integer")
	_, err = codec.MsgpackValue[string]().DecodeValue([]byte{0xc0})
	check("nil as string", err, "nil")
	_, err = codec.MsgpackValue[float64]().DecodeValue(packed(t, int64(1<<53+1), true))
	check("2^53+1 as float64", err, "9007199254740993")
	_, err = codec.MsgpackValue[float32]().DecodeValue(packed(t, 0.1, true))
	check("0.1 as float32", err, "float64")
	_, err = codec.MsgpackValue[string]().DecodeValue([]byte{0xa1, 'a', 'b'})
	check("trailing", err, "1 bytes follow")
	_, err = codec.MsgpackValue[profile]().DecodeValue([]byte{0x80, 0x80})
	check("trailing", err, "1 bytes follow")
	_, err = codec.MsgpackValue[int]().DecodeValue(nil)
	check("nothing", err, "0 bytes")
	_, err = codec.MsgpackValue[map[string]any]().DecodeValue([]byte{0x81, 1, 1})
	check("a map of an integer", err, "no str")
	_, err = codec.MsgpackValue[map[string]any]().DecodeValue([]byte{0x90})
	check("an array as map", err, "an array")
	_, err = codec.MsgpackValue[any]().DecodeValue([]byte{0x81, 0x90, 1})
	check("a map of an array", err, "an array")
	_, err = codec.MsgpackValue[any]().DecodeValue([]byte{0xd4, 99, 0})
	check("an unknown extension", err, "ext id=99")
	for _, whole := range []any{int64(2), int64(-3), uint64(1 << 63)} {
		got, err := codec.MsgpackValue[float64]().DecodeValue(packed(t, whole, true))
		if err != nil || packedFloat(whole) != got {
			t.Errorf("%v as float64: %v; %v", whole, got, err)
		}
	}
	if got, err := codec.MsgpackValue[float32]().DecodeValue(packed(t, 0.5, true)); err != nil || got != 0.5 {
		t.Errorf("0.5 as float32: %v; %v", got, err)
	}
}

func packedFloat(whole any) float64 {
	f, _ := bigInteger(whole).Float64()
	return f
}

// rogue encodes itself as whatever it holds, and its decoding panics.
type rogue struct{ out []byte }

func (r rogue) MarshalMsgpack() ([]byte, error) {
	if r.out == nil {
		panic("nothing to encode")
	}
	return r.out, nil
}

func (r *rogue) UnmarshalMsgpack([]byte) error { panic("no") }

func TestMsgpackRogueTypes(t *testing.T) {
	c := codec.MsgpackValue[rogue]()
	for _, out := range [][]byte{nil, {}, {0xc1}, {1, 1}, []byte(strings.Repeat("\x91", 600) + "\xc0")} {
		got, err := c.AppendValue([]byte("before"), rogue{out})
		if !errors.Is(err, codec.ErrInvalidValue) || string(got) != "before" {
			t.Errorf("%x: %q; %v", out, got, err)
		}
	}
	_, err := c.DecodeValue([]byte{1})
	if !errors.Is(err, codec.ErrInvalidValue) || !strings.Contains(err.Error(), "panicked") {
		t.Errorf("a panic: %v", err)
	}
	_, err = codec.MsgpackValue[chan int]().AppendValue(nil, make(chan int))
	if !errors.Is(err, codec.ErrInvalidValue) {
		t.Errorf("a channel: %v", err)
	}
	if _, err := codec.MsgpackValue[any]().AppendValue(nil, func() {}); !errors.Is(err, codec.ErrInvalidValue) {
		t.Errorf("a function: %v", err)
	}
	deep := any(nil)
	for range 513 {
		deep = []any{deep}
	}
	if _, err := codec.MsgpackValue[any]().AppendValue(nil, deep); !errors.Is(err, codec.ErrInvalidValue) {
		t.Errorf("513 arrays: %v", err)
	}
	checkRoundTrip[any](t, codec.MsgpackValue[any](), deep.([]any)[0])
	// A map that Go cannot look keys up in makes msgpack panic.
	_, err = codec.MsgpackValue[map[any]int]().DecodeValue([]byte{0x81, 0x90, 1})
	if !errors.Is(err, codec.ErrInvalidValue) {
		t.Errorf("a map of an array: %v", err)
	}
}

// pair is an extension whose decoder reads its content as MessagePack.
type pair struct{ inner map[string]any }

func TestMsgpackExtension(t *testing.T) {
	const id = 42
	msgpack.RegisterExtEncoder(id, pair{}, func(_ *msgpack.Encoder, v reflect.Value) ([]byte, error) {
		return msgpack.Marshal(v.Interface().(pair).inner)
	})
	msgpack.RegisterExtDecoder(id, pair{}, func(d *msgpack.Decoder, v reflect.Value, _ int) error {
		inner, err := d.DecodeMap()
		v.Set(reflect.ValueOf(pair{inner}))
		return err
	})
	defer msgpack.UnregisterExt(id)
	put := pair{map[string]any{"a": "b"}}
	checkRoundTrip(t, codec.MsgpackValue[pair](), put)
	checkRoundTrip[any](t, codec.MsgpackValue[any](), []any{put, int64(1)})
}

// An extension where msgpack expects a map: its content claims entries without end, or is nested without end.
func TestMsgpackMapInExtension(t *testing.T) {
	nested := "\x81\xa1k" + strings.Repeat("\x91", 1000000)
	contents := []string{"\xdf\xff\xff\xff\xff", "\xdf\x7f\xff\xff\xff\xa1", "\xde\xff\xff\xa1", nested,
		"\x80" + strings.Repeat("\x91", 1000000), "\xc0" + strings.Repeat("\x91", 1000000)}
	for _, content := range contents {
		n := len(content)
		extension := string([]byte{0xc9, byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n), 1}) + content
		stored := []byte("\x83\xa5extra" + extension + "\xa4list\x90\xa3any\xa5value")
		if _, err := codec.MsgpackValueWire().Encode(nil, stored); err != nil {
			t.Fatal(err)
		}
		if got, err := codec.MsgpackValue[profile]().DecodeValue(stored); !errors.Is(err, codec.ErrInvalidValue) {
			t.Errorf("%.10x is %v; %v", content, got, err)
		}
	}
	for _, head := range []string{"\xd8\x01", "\xc7\x10\x01", "\xc8\x00\x10\x01"} {
		stored := "\x81\xa5extra" + head + "\xdf\xff\xff\xff\xff" + strings.Repeat("\x91", 11)
		got, err := codec.MsgpackValue[profile]().DecodeValue([]byte(stored))
		if !errors.Is(err, codec.ErrInvalidValue) {
			t.Errorf("%x is %v; %v", stored, got, err)
		}
	}
	// Bytes that look the same elsewhere are no concern: here in small integers, and in a timestamp.
	type plain struct {
		Numbers []uint8
		More    []any
		When    time.Time
		Extra   map[string]any
	}
	put := plain{Numbers: []uint8{0xd4, 0xdf, 0xdf, 0xc7, 1, 0x80, 0xc9}, When: time.Unix(1<<34-1, 0xdf<<22),
		Extra: map[string]any{"a": time.Unix(1<<34-1, 0xdf<<22), "b": map[string]any{}}}
	for range 300 {
		put.More = append(put.More, int64(0xd4), int64(0xdf))
	}
	checkRoundTrip(t, codec.MsgpackValue[plain](), put)
}

func TestMsgpackTextIsUTF8(t *testing.T) {
	for name, err := range map[string]error{
		"put text":    second(codec.MsgpackValue[string]().AppendValue(nil, "\xff")),
		"put any":     second(codec.MsgpackValue[any]().AppendValue(nil, "\xff")),
		"put nested":  second(codec.MsgpackValue[map[string]any]().AppendValue(nil, map[string]any{"a": "\xff"})),
		"get text":    second(codec.MsgpackValue[string]().DecodeValue([]byte{0xa1, 0xff})),
		"get any":     second(codec.MsgpackValue[any]().DecodeValue([]byte{0xa1, 0xff})),
		"get nested":  second(codec.MsgpackValue[[]string]().DecodeValue([]byte{0x91, 0xa1, 0xff})),
		"page":        second(codec.MsgpackValueWire().AppendObject(nil, []byte{0x91, 0xa1, 0xff})),
		"put by wire": second(codec.MsgpackValueWire().Encode(nil, []byte{0xd9, 2, 'a', 0xff})),
	} {
		if !errors.Is(err, codec.ErrInvalidValue) || !strings.Contains(err.Error(), "UTF-8") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

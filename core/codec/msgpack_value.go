package codec

import (
	"fmt"
	"reflect"
	"sync"

	"github.com/vmihailenco/msgpack/v5"
)

// MsgpackValue is the codec of typed values of type V, by way of github.com/vmihailenco/msgpack: V may be whatever it
// can encode, with its struct tags and interfaces for types that encode themselves.
//
// Integers are written in as few bytes as they need, and the keys of map[string]string, map[string]bool and
// map[string]any in ascending order; other maps in any order. Decoding checks first that the bytes are exactly one
// MessagePack object, with containers nested 512 deep at most; after that, no size it claims can exhaust memory.
//
// What is decoded into an `any`, at whatever depth, is nil, bool, int64 (uint64 beyond its range), float64, string,
// []byte, []any, map[string]any, time.Time, or the type of an extension that the program registered; a map with a key
// that is no str is a map[any]any. If V itself is a Go scalar, an integer that it cannot hold is an error. For the
// fields of a struct msgpack decides; it cuts such integers short.
//
// The error of a type that encodes or decodes itself becomes an error here, and so does its panic. A value that
// contains itself through pointers is the one thing that cannot be survived.
func MsgpackValue[V any]() Value[V] {
	// As in TupleKey, each codec is compiled for its type.
	var chosen any
	switch any((*V)(nil)).(type) {
	case *string:
		chosen = msgpackText{}
	case *[]byte:
		chosen = msgpackBytes{}
	case *bool:
		chosen = msgpackBool{}
	case *float32:
		chosen = msgpackFloat32{}
	case *float64:
		chosen = msgpackFloat64{}
	default:
		chosen = msgpackIntegerValue[V]()
	}
	if value, ok := chosen.(Value[V]); ok {
		return value
	}
	general := &msgpackValue[V]{normal: newNormalizer(reflect.TypeFor[V]())}
	switch any((*V)(nil)).(type) {
	case *any, *[]any, *map[string]any:
		return msgpackDynamic[V]{general}
	}
	return general
}

// msgpackIntegerValue is the codec for V if it is a type of integers, else nil.
func msgpackIntegerValue[V any]() any {
	switch any((*V)(nil)).(type) {
	case *int:
		return msgpackInteger[int]{}
	case *int8:
		return msgpackInteger[int8]{}
	case *int16:
		return msgpackInteger[int16]{}
	case *int32:
		return msgpackInteger[int32]{}
	case *int64:
		return msgpackInteger[int64]{}
	case *uint:
		return msgpackInteger[uint]{}
	case *uint8:
		return msgpackInteger[uint8]{}
	case *uint16:
		return msgpackInteger[uint16]{}
	case *uint32:
		return msgpackInteger[uint32]{}
	case *uint64:
		return msgpackInteger[uint64]{}
	}
	return nil
}

// msgpackValue is the codec for the types that msgpack looks at by reflection.
type msgpackValue[V any] struct {
	normal   normalizer
	encoders sync.Pool // of *msgpackEncoder[V]
	decoders sync.Pool // of *msgpackDecoder[V]
}

// msgpackEncoder is an encoder with what it writes to and a place on the heap for the value: msgpack wants a pointer
// or an interface, and either would otherwise be allocated for each call.
type msgpackEncoder[V any] struct {
	encoder *msgpack.Encoder
	out     []byte
	value   V
}

// Write implements io.Writer for the encoder.
func (e *msgpackEncoder[V]) Write(p []byte) (int, error) {
	e.out = append(e.out, p...)
	return len(p), nil
}

// WriteByte implements io.ByteWriter for the encoder.
func (e *msgpackEncoder[V]) WriteByte(c byte) error {
	e.out = append(e.out, c)
	return nil
}

// encode writes the value to out.
func (e *msgpackEncoder[V]) encode() (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("encoding it panicked: %v", p)
		}
	}()
	e.encoder.Reset(e)
	e.encoder.UseCompactInts(true)
	e.encoder.SetSortMapKeys(true)
	return e.encoder.Encode(&e.value)
}

func (c *msgpackValue[V]) AppendValue(dst []byte, value V) ([]byte, error) {
	e, ok := c.encoders.Get().(*msgpackEncoder[V])
	if !ok {
		e = &msgpackEncoder[V]{encoder: msgpack.NewEncoder(nil)}
	}
	e.out, e.value = dst, value
	if err := e.encode(); err != nil {
		// The encoder is not used again: who knows what state it is in.
		return dst, invalidValue("a %s that cannot be encoded: %v", reflect.TypeFor[V](), err)
	}
	result := e.out
	var zero V
	e.out, e.value = nil, zero
	c.encoders.Put(e)
	// A type that encodes itself may have written anything, and one that contains itself may be nested too deep.
	if err := checkObject(result[len(dst):], ErrInvalidValue); err != nil {
		return result[:len(dst)], err
	}
	return result, nil
}

// msgpackDecoder is a decoder with what it reads from and a place on the heap for the value, as msgpackEncoder has.
type msgpackDecoder[V any] struct {
	decoder *msgpack.Decoder
	in      objectReader
	value   V
}

// decode reads the value from in.
func (d *msgpackDecoder[V]) decode(normal normalizer) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("decoding it panicked: %v", p)
		}
	}()
	d.decoder.Reset(&d.in)
	d.decoder.SetMapDecoder(decodeMapInInterface)
	if err := d.decoder.Decode(&d.value); err != nil {
		return err
	}
	if d.in.at != len(d.in.b) {
		return fmt.Errorf("decoding it read %d of its %d bytes", d.in.at, len(d.in.b))
	}
	normal.normalize(reflect.ValueOf(&d.value).Elem())
	return nil
}

// decodeMapInInterface decodes a map into an interface.
func decodeMapInInterface(decoder *msgpack.Decoder) (any, error) {
	raw, err := decoder.DecodeRaw()
	if err != nil {
		return nil, err
	}
	return decodeAny(raw)
}

func (c *msgpackValue[V]) DecodeValue(stored []byte) (V, error) {
	var zero V
	if err := checkObject(stored, ErrInvalidValue); err != nil {
		return zero, err
	}
	d, ok := c.decoders.Get().(*msgpackDecoder[V])
	if !ok {
		d = &msgpackDecoder[V]{decoder: msgpack.NewDecoder(nil)}
	}
	d.in.reset(stored)
	if err := d.decode(c.normal); err != nil {
		return zero, invalidValue("the stored value is no %s: %v", reflect.TypeFor[V](), err)
	}
	value := d.value
	d.in.reset(nil)
	d.value = zero
	c.decoders.Put(d)
	return value, nil
}

// msgpackDynamic is the codec for values whose type is known at run time only.
type msgpackDynamic[V any] struct {
	*msgpackValue[V]
}

func (c msgpackDynamic[V]) DecodeValue(stored []byte) (V, error) {
	var zero V
	if err := checkObject(stored, ErrInvalidValue); err != nil {
		return zero, err
	}
	value, err := recoverAny(stored)
	if err != nil {
		return zero, err
	}
	// A nil is no V in the eyes of a type assertion, but the zero value of each of these types.
	if value == nil {
		return zero, nil
	}
	result, ok := value.(V)
	if !ok {
		return zero, wrongDynamic[V](stored, value)
	}
	return result, nil
}

// recoverAny is decodeAny for a program with extensions of its own, which may panic.
func recoverAny(stored []byte) (value any, err error) {
	defer func() {
		if p := recover(); p != nil {
			value, err = nil, invalidValue("decoding the stored value panicked: %v", p)
		}
	}()
	return decodeAny(stored)
}

func wrongDynamic[V any](stored []byte, value any) error {
	if _, mixed := value.(map[any]any); mixed {
		return invalidValue("the stored value is a map with a key that is no str; decode it as any")
	}
	return wrongValue[V](readHead(stored))
}

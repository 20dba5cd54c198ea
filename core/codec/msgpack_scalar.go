package codec

import (
	"math"
	"reflect"
	"unicode/utf8"
)

// The codecs here are for values of one scalar type each. They know their type, so they need neither reflection nor
// memory, and refuse what does not fit, where msgpack's own decoding cuts integers short.

// scalarHead is the head of a stored value that must be one scalar. The caller checks its kind.
func scalarHead(stored []byte) (head, error) {
	h := readHead(stored)
	end := uint64(h.size)
	if h.kind == kindText || h.kind == kindBytes {
		end += h.number
	}
	switch {
	case h.kind <= kindInvalid || end > uint64(len(stored)):
		return head{}, checkObject(stored, ErrInvalidValue)
	case end < uint64(len(stored)) && h.kind < kindArray:
		return head{}, walkError(ErrInvalidValue, faultTrailing, int(end), len(stored))
	}
	return h, nil
}

// wrongValue is the error for a stored value of another type than V.
func wrongValue[V any](h head) error {
	return invalidValue("the stored value is %s, which is no %s; decode it as its own type or as any",
		h.kind, reflect.TypeFor[V]())
}

// outOfRange is the error for a stored integer that V cannot hold.
func outOfRange[V any](h head, limits string) error {
	return invalidValue("the stored value is %s, and %s holds %s; decode it as a wider type",
		integerText(h.kind == kindNegative, h.number), reflect.TypeFor[V](), limits)
}

type msgpackText struct{}

func (msgpackText) AppendValue(dst []byte, value string) ([]byte, error) {
	if tooLong(len(value)) {
		return dst, tooLongError(ErrInvalidValue, len(value))
	}
	if !utf8.ValidString(value) {
		return dst, notUTF8(ErrInvalidValue)
	}
	return append(appendTextHead(dst, len(value)), value...), nil
}

func (msgpackText) DecodeValue(stored []byte) (string, error) {
	h, err := scalarHead(stored)
	if err != nil {
		return "", err
	}
	if h.kind != kindText {
		return "", wrongValue[string](h)
	}
	if !utf8.Valid(stored[h.size:]) {
		return "", notUTF8(ErrInvalidValue)
	}
	return string(stored[h.size:]), nil
}

type msgpackBytes struct{}

func (msgpackBytes) AppendValue(dst, value []byte) ([]byte, error) {
	if value == nil {
		return appendMsgpackNull(dst), nil
	}
	if tooLong(len(value)) {
		return dst, tooLongError(ErrInvalidValue, len(value))
	}
	return append(appendBytesHead(dst, len(value)), value...), nil
}

func (msgpackBytes) DecodeValue(stored []byte) ([]byte, error) {
	h, err := scalarHead(stored)
	if err != nil {
		return nil, err
	}
	switch h.kind {
	case kindNull:
		return nil, nil
	case kindBytes:
		return cloneBytes(stored[h.size:]), nil
	}
	return nil, wrongValue[[]byte](h)
}

type msgpackBool struct{}

func (msgpackBool) AppendValue(dst []byte, value bool) ([]byte, error) {
	return appendMsgpackBool(dst, value), nil
}

func (msgpackBool) DecodeValue(stored []byte) (bool, error) {
	h, err := scalarHead(stored)
	if err != nil {
		return false, err
	}
	if h.kind != kindBool {
		return false, wrongValue[bool](h)
	}
	return h.number != 0, nil
}

type msgpackInteger[V integer] struct{}

func (msgpackInteger[V]) AppendValue(dst []byte, value V) ([]byte, error) {
	negative, number := splitInteger(value)
	return appendMsgpackInteger(dst, negative, number), nil
}

func (msgpackInteger[V]) DecodeValue(stored []byte) (V, error) {
	h, err := scalarHead(stored)
	if err != nil {
		return 0, err
	}
	if h.kind != kindUnsigned && h.kind != kindNegative {
		return 0, wrongValue[V](h)
	}
	value, ok := joinInteger[V](h.kind == kindNegative, h.number)
	if !ok {
		return 0, outOfRange[V](h, integerLimits[V]())
	}
	return value, nil
}

type msgpackFloat64 struct{}

func (msgpackFloat64) AppendValue(dst []byte, value float64) ([]byte, error) {
	return appendMsgpackFloat64(dst, math.Float64bits(value)), nil
}

// DecodeValue takes integers too: JavaScript writes 2.0 as one.
func (msgpackFloat64) DecodeValue(stored []byte) (float64, error) {
	h, err := scalarHead(stored)
	if err != nil {
		return 0, err
	}
	switch h.kind {
	case kindFloat64:
		return math.Float64frombits(h.number), nil
	case kindFloat32:
		return float64(math.Float32frombits(uint32(h.number))), nil
	case kindUnsigned, kindNegative:
		negative := h.kind == kindNegative
		if !floatHolds(float64Precision, negative, h.number) {
			return 0, outOfRange[float64](h, "no integer that large exactly")
		}
		return integerFloat(negative, h.number), nil
	}
	return 0, wrongValue[float64](h)
}

// integerFloat is an integer as a float64.
func integerFloat(negative bool, number uint64) float64 {
	if negative {
		return float64(int64(number))
	}
	return float64(number)
}

type msgpackFloat32 struct{}

func (msgpackFloat32) AppendValue(dst []byte, value float32) ([]byte, error) {
	return appendMsgpackFloat32(dst, math.Float32bits(value)), nil
}

// DecodeValue takes a float64 or an integer too, where float32 holds it exactly.
func (msgpackFloat32) DecodeValue(stored []byte) (float32, error) {
	h, err := scalarHead(stored)
	if err != nil {
		return 0, err
	}
	switch h.kind {
	case kindFloat32:
		return math.Float32frombits(uint32(h.number)), nil
	case kindFloat64:
		wide := math.Float64frombits(h.number)
		value := float32(wide)
		if float64(value) != wide && wide == wide {
			return 0, invalidValue("the stored value %v is not exactly a float32; decode it as float64", wide)
		}
		return value, nil
	case kindUnsigned, kindNegative:
		negative := h.kind == kindNegative
		if !floatHolds(float32Precision, negative, h.number) {
			return 0, outOfRange[float32](h, "no integer that large exactly")
		}
		return float32(integerFloat(negative, h.number)), nil
	}
	return 0, wrongValue[float32](h)
}

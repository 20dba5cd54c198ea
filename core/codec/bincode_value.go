package codec

import (
	"encoding/binary"
	"unicode/utf8"
)

// BincodeValue is the codec of values as bincode stores them, and the Type that V is: string, []byte, uint8 to uint64,
// int8 to int64, float32, float64 or bool. The bytes are those of bincode 1's `serialize`; a []byte is a Vec<u8>.
//
// The error wraps ErrUnsupportedType; int and uint are refused, because their width is not portable. Text that is not
// UTF-8 is no value.
func BincodeValue[V any]() (Value[V], Type, error) {
	var chosen any
	t := Auto
	switch any((*V)(nil)).(type) {
	case *string:
		chosen, t = bincodeTextValue{}, Text
	case *[]byte:
		chosen, t = bincodeBytesValue{}, Bytes
	default:
		if s, ok := numberScalar[V]().(scalar[V]); ok {
			chosen, t = bincodeNumberValue[V]{s}, s.t
		}
	}
	value, ok := chosen.(Value[V])
	if !ok {
		return nil, Auto, notBincode[V]("value")
	}
	return value, t, nil
}

type bincodeTextValue struct{}

func (bincodeTextValue) AppendValue(dst []byte, value string) ([]byte, error) {
	if !utf8.ValidString(value) {
		return dst, notUTF8(ErrInvalidValue)
	}
	return append(binary.LittleEndian.AppendUint64(dst, uint64(len(value))), value...), nil
}

func (bincodeTextValue) DecodeValue(stored []byte) (string, error) {
	body, err := readSequence(stored, Text)
	return string(body), err
}

type bincodeBytesValue struct{}

func (bincodeBytesValue) AppendValue(dst, value []byte) ([]byte, error) {
	return append(binary.LittleEndian.AppendUint64(dst, uint64(len(value))), value...), nil
}

func (bincodeBytesValue) DecodeValue(stored []byte) ([]byte, error) {
	body, err := readSequence(stored, Bytes)
	if err != nil {
		return nil, err
	}
	return cloneBytes(body), nil
}

type bincodeNumberValue[V any] struct {
	scalar[V]
}

func (c bincodeNumberValue[V]) AppendValue(dst []byte, value V) ([]byte, error) {
	return appendLittle(dst, c.bits(value), c.width), nil
}

func (c bincodeNumberValue[V]) DecodeValue(stored []byte) (V, error) {
	number, err := readLittle(stored, c.t)
	if err != nil {
		var zero V
		return zero, err
	}
	return c.value(number), nil
}

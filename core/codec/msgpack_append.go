package codec

import (
	"encoding/binary"
	"math"
)

// The functions here append MessagePack in the shortest form of each type.

func appendMsgpackNull(dst []byte) []byte { return append(dst, 0xc0) }

func appendMsgpackBool(dst []byte, value bool) []byte {
	if value {
		return append(dst, 0xc3)
	}
	return append(dst, 0xc2)
}

// appendMsgpackInteger appends an integer (see integer.go): in an unsigned form if it is not negative, as most
// implementations do.
func appendMsgpackInteger(dst []byte, negative bool, number uint64) []byte {
	if negative {
		return appendNegative(dst, int64(number))
	}
	switch {
	case number <= 0x7f:
		return append(dst, byte(number))
	case number <= math.MaxUint8:
		return append(dst, 0xcc, byte(number))
	case number <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(dst, 0xcd), uint16(number))
	case number <= math.MaxUint32:
		return binary.BigEndian.AppendUint32(append(dst, 0xce), uint32(number))
	}
	return binary.BigEndian.AppendUint64(append(dst, 0xcf), number)
}

func appendNegative(dst []byte, number int64) []byte {
	switch {
	case number >= -32:
		return append(dst, byte(number))
	case number >= math.MinInt8:
		return append(dst, 0xd0, byte(number))
	case number >= math.MinInt16:
		return binary.BigEndian.AppendUint16(append(dst, 0xd1), uint16(number))
	case number >= math.MinInt32:
		return binary.BigEndian.AppendUint32(append(dst, 0xd2), uint32(number))
	}
	return binary.BigEndian.AppendUint64(append(dst, 0xd3), uint64(number))
}

// appendMsgpackFloat32 and appendMsgpackFloat64 take the bits of the float, so that those of a NaN survive.
func appendMsgpackFloat32(dst []byte, number uint32) []byte {
	return binary.BigEndian.AppendUint32(append(dst, 0xca), number)
}

func appendMsgpackFloat64(dst []byte, number uint64) []byte {
	return binary.BigEndian.AppendUint64(append(dst, 0xcb), number)
}

// appendTextHead appends the head of a str of n bytes; see tooLong.
func appendTextHead(dst []byte, n int) []byte {
	switch {
	case n <= 31:
		return append(dst, 0xa0|byte(n))
	case n <= math.MaxUint8:
		return append(dst, 0xd9, byte(n))
	case n <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(dst, 0xda), uint16(n))
	}
	return binary.BigEndian.AppendUint32(append(dst, 0xdb), uint32(n))
}

// appendBytesHead appends the head of a bin of n bytes; see tooLong.
func appendBytesHead(dst []byte, n int) []byte {
	switch {
	case n <= math.MaxUint8:
		return append(dst, 0xc4, byte(n))
	case n <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(dst, 0xc5), uint16(n))
	}
	return binary.BigEndian.AppendUint32(append(dst, 0xc6), uint32(n))
}

// appendArrayHead appends the head of an array of n elements.
func appendArrayHead(dst []byte, n int) []byte {
	switch {
	case n <= 15:
		return append(dst, 0x90|byte(n))
	case n <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(dst, 0xdc), uint16(n))
	}
	return binary.BigEndian.AppendUint32(append(dst, 0xdd), uint32(n))
}

// setArrayHead replaces the one-byte head at an offset of dst, whose elements are the rest of dst, by that of n
// elements, and makes room for it if it is longer.
func setArrayHead(dst []byte, at, n int) []byte {
	var longest [5]byte
	head := appendArrayHead(longest[:0], n)
	end := len(dst)
	dst = append(dst, longest[:len(head)-1]...)
	copy(dst[at+len(head):], dst[at+1:end])
	copy(dst[at:], head)
	return dst
}

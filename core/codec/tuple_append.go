package codec

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/bits"
	"strings"
	"unicode/utf8"
)

// appendNull appends a null: inside a tuple its code is escaped, or it would end the tuple.
func appendNull(dst []byte, depth int) []byte {
	if depth > 0 {
		return append(dst, codeNull, escape)
	}
	return append(dst, codeNull)
}

func appendBool(dst []byte, value bool) []byte {
	if value {
		return append(dst, codeTrue)
	}
	return append(dst, codeFalse)
}

// appendEscaped appends bytes or text, whichever the code says.
func appendEscaped(dst []byte, code byte, body []byte) []byte {
	dst = append(dst, code)
	for {
		zero := bytes.IndexByte(body, 0)
		if zero < 0 {
			break
		}
		dst = append(dst, body[:zero+1]...)
		dst = append(dst, escape)
		body = body[zero+1:]
	}
	dst = append(dst, body...)
	return append(dst, terminator)
}

// appendText appends text. It is appendEscaped for a string, which cannot become a []byte without a copy.
func appendText(dst []byte, text string) ([]byte, error) {
	if !utf8.ValidString(text) {
		return dst, notUTF8(ErrInvalidKey)
	}
	dst = append(dst, codeText)
	for {
		zero := strings.IndexByte(text, 0)
		if zero < 0 {
			break
		}
		dst = append(dst, text[:zero+1]...)
		dst = append(dst, escape)
		text = text[zero+1:]
	}
	dst = append(dst, text...)
	return append(dst, terminator), nil
}

// notUTF8 is the error for text of other bytes than UTF-8.
func notUTF8(sentinel error) error {
	return failure(sentinel, "text that is not valid UTF-8; pass it as bytes instead")
}

// appendInteger appends the integer with this sign and these bits (see integer.go).
func appendInteger(dst []byte, negative bool, number uint64) []byte {
	if negative {
		width := (bits.Len64(-number) + 7) / 8
		// The one's complement of the magnitude is the number itself minus one, in as many bytes.
		return appendLow(append(dst, codeZero-byte(width)), number-1, width)
	}
	width := (bits.Len64(number) + 7) / 8
	return appendLow(append(dst, codeZero+byte(width)), number, width)
}

// appendLow appends the low bytes of number, big-endian.
func appendLow(dst []byte, number uint64, width int) []byte {
	dst = binary.BigEndian.AppendUint64(dst, number<<(64-8*width))
	return dst[:len(dst)-8+width]
}

// appendFloat appends a float64; NaN is an error.
func appendFloat(dst []byte, value float64) ([]byte, error) {
	if math.IsNaN(value) {
		return dst, nanKey()
	}
	return binary.BigEndian.AppendUint64(append(dst, codeFloat), orderedFloat(math.Float64bits(value), 8)), nil
}

func nanKey() error {
	return invalidKey("NaN has no place in the order of keys; use null or a number for what is missing")
}

// orderedFloat turns the bits of a float of width bytes into bits whose unsigned order is that of the floats.
func orderedFloat(number uint64, width int) uint64 {
	sign := uint64(1) << (8*width - 1)
	if number&sign != 0 {
		return ^number & (sign | (sign - 1))
	}
	return number | sign
}

// unorderedFloat is the inverse of orderedFloat.
func unorderedFloat(number uint64, width int) uint64 {
	sign := uint64(1) << (8*width - 1)
	if number&sign == 0 {
		return ^number & (sign | (sign - 1))
	}
	return number &^ sign
}

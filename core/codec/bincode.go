package codec

import (
	"encoding/binary"
	"math"
	"unicode/utf8"
)

// A number of any Type is passed around in the bincode codecs as its bits: an integer in two's complement or a float as
// IEEE 754 has it, in the low bytes of a uint64, the rest zero; a bool as 0 or 1.

// lengthSize is how many bytes bincode writes the length of text and bytes in.
const lengthSize = 8

// appendOrderedNumber appends the logical key bytes of a number.
func appendOrderedNumber(dst []byte, class typeClass, width int, number uint64) ([]byte, error) {
	switch class {
	case classSigned:
		number ^= 1 << (8*width - 1)
	case classFloat:
		if isNaN(number, width) {
			return dst, nanKey()
		}
		number = orderedFloat(number, width)
	}
	return appendLow(dst, number, width), nil
}

// readOrderedNumber is the number whose logical key bytes these are.
func readOrderedNumber(logical []byte, t Type) (uint64, error) {
	class, width := t.class()
	if len(logical) != width {
		return 0, invalidKey("a key of type %s has %d bytes, not %d", t, width, len(logical))
	}
	number := uint64(0)
	for _, digit := range logical {
		number = number<<8 | uint64(digit)
	}
	switch class {
	case classSigned:
		number ^= 1 << (8*width - 1)
	case classFloat:
		number = unorderedFloat(number, width)
		if isNaN(number, width) {
			return 0, nanKey()
		}
	case classBool:
		return number, checkBool(ErrInvalidKey, number)
	}
	return number, nil
}

// isNaN says whether the float of width bytes with these bits is a NaN.
func isNaN(number uint64, width int) bool {
	if width == 4 {
		return math.IsNaN(float64(math.Float32frombits(uint32(number))))
	}
	return math.IsNaN(math.Float64frombits(number))
}

func checkBool(sentinel error, number uint64) error {
	if number > 1 {
		return failure(sentinel, "byte 0x%02x is no bool; 0x00 is false, 0x01 is true", number)
	}
	return nil
}

// appendLittle appends the low bytes of number, little-endian: a number as bincode stores it.
func appendLittle(dst []byte, number uint64, width int) []byte {
	dst = binary.LittleEndian.AppendUint64(dst, number)
	return dst[:len(dst)-8+width]
}

// readLittle is the number that bincode stored as these bytes.
func readLittle(stored []byte, t Type) (uint64, error) {
	class, width := t.class()
	if len(stored) != width {
		return 0, invalidValue("a value of type %s has %d bytes, not %d", t, width, len(stored))
	}
	number := uint64(0)
	for i, digit := range stored {
		number |= uint64(digit) << (8 * i)
	}
	if class == classBool {
		return number, checkBool(ErrInvalidValue, number)
	}
	return number, nil
}

// readSequence is the text or bytes that bincode stored as these bytes; it aliases them.
func readSequence(stored []byte, t Type) ([]byte, error) {
	if len(stored) < lengthSize {
		return nil, invalidValue("a value of type %s begins with its length in %d bytes; there are %d", t, lengthSize,
			len(stored))
	}
	length := binary.LittleEndian.Uint64(stored)
	body := stored[lengthSize:]
	if length != uint64(len(body)) {
		return nil, invalidValue("a value of type %s says it has %d bytes, and %d follow", t, length, len(body))
	}
	if t == Text && !utf8.Valid(body) {
		return nil, notUTF8(ErrInvalidValue)
	}
	return body, nil
}

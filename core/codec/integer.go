package codec

import (
	"fmt"
	"math/bits"
	"reflect"
)

// integer is every Go integer type that a codec takes.
type integer interface {
	int | int8 | int16 | int32 | int64 | uint | uint8 | uint16 | uint32 | uint64
}

// An integer between -2^63 and 2^64-1 is passed around in this package as its sign and its 64 bits in two's complement:
// no Go type holds that range.

// splitInteger is the sign and the bits of v.
func splitInteger[V integer](v V) (negative bool, bits uint64) {
	if v < 0 {
		return true, uint64(int64(v))
	}
	return false, uint64(v)
}

// joinInteger is the integer of type V with this sign and these bits, and whether V can hold it.
func joinInteger[V integer](negative bool, bits uint64) (V, bool) {
	v := V(bits)
	if negative {
		return v, v < 0 && int64(v) == int64(bits)
	}
	return v, v >= 0 && uint64(v) == bits
}

// integerText writes an integer for a message.
func integerText(negative bool, bits uint64) string {
	if negative {
		return fmt.Sprint(int64(bits))
	}
	return fmt.Sprint(bits)
}

// integerLimits says which integers V can hold, for messages.
func integerLimits[V integer]() string {
	width := reflect.TypeFor[V]().Bits()
	var zero V
	if zero-1 < 0 {
		return fmt.Sprintf("%d to %d", int64(-1)<<(width-1), int64(uint64(1)<<(width-1)-1))
	}
	return fmt.Sprintf("0 to %d", ^uint64(0)>>(64-width))
}

// floatHolds says whether a float with this many bits of precision represents the integer exactly. The exponent is
// never the limit: the largest integer is below 2^64, and float32 reaches 2^127.
func floatHolds(precision int, negative bool, number uint64) bool {
	magnitude := number
	if negative {
		magnitude = -number
	}
	return magnitude == 0 || bits.Len64(magnitude)-bits.TrailingZeros64(magnitude) <= precision
}

// The bits of precision of the two float types, the hidden one included (IEEE 754).
const (
	float32Precision = 24
	float64Precision = 53
)

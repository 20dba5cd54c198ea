package codec

import (
	"math"
	"reflect"
)

// fixed is every Go type whose numbers have a width of their own.
type fixed interface {
	int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64
}

// scalar is how numbers of one Go type become bits and back. The functions are plain ones, so a call allocates nothing.
type scalar[V any] struct {
	t     Type
	class typeClass
	width int
	bits  func(V) uint64
	value func(uint64) V
}

func newScalar[V any](t Type, bits func(V) uint64, value func(uint64) V) scalar[V] {
	class, width := t.class()
	return scalar[V]{t, class, width, bits, value}
}

func integerBits[V fixed](v V) uint64 { return uint64(v) }

func integerOf[V fixed](number uint64) V { return V(number) }

func boolBits(v bool) uint64 {
	if v {
		return 1
	}
	return 0
}

// numberScalar is the scalar of V if V is a number or bool that bincode stores, else nil.
func numberScalar[V any]() any {
	switch any((*V)(nil)).(type) {
	case *uint8:
		return newScalar(U8, integerBits[uint8], integerOf[uint8])
	case *uint16:
		return newScalar(U16, integerBits[uint16], integerOf[uint16])
	case *uint32:
		return newScalar(U32, integerBits[uint32], integerOf[uint32])
	case *uint64:
		return newScalar(U64, integerBits[uint64], integerOf[uint64])
	case *int8:
		return newScalar(I8, integerBits[int8], integerOf[int8])
	case *int16:
		return newScalar(I16, integerBits[int16], integerOf[int16])
	case *int32:
		return newScalar(I32, integerBits[int32], integerOf[int32])
	case *int64:
		return newScalar(I64, integerBits[int64], integerOf[int64])
	case *float32:
		return newScalar(F32, func(v float32) uint64 { return uint64(math.Float32bits(v)) },
			func(number uint64) float32 { return math.Float32frombits(uint32(number)) })
	case *float64:
		return newScalar(F64, math.Float64bits, math.Float64frombits)
	case *bool:
		return newScalar(Bool, boolBits, func(number uint64) bool { return number != 0 })
	}
	return nil
}

// notBincode is the error for a type that no codec of bincode is made for.
func notBincode[V any](what string) error {
	name := reflect.TypeFor[V]().String()
	hint := ""
	if name == "int" || name == "uint" {
		hint = "; its width differs between machines, so take " + name + "64 or another fixed width, as Rust's type has"
	}
	return unsupportedType("%s cannot be a bincode %s; allowed are string, []byte, uint8, uint16, uint32, uint64, "+
		"int8, int16, int32, int64, float32, float64 and bool%s", name, what, hint)
}

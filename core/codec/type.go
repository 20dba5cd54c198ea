package codec

import "fmt"

// Type is a type of keys or values whose bytes do not say what they are. The numbers are those of the C header's
// SLMDB_TYPE_ constants.
type Type int

// The types. Auto stands for any type, where every key and value says its own.
const (
	Auto  Type = 0
	Text  Type = 1
	Bytes Type = 2
	U8    Type = 3
	U16   Type = 4
	U32   Type = 5
	U64   Type = 6
	I8    Type = 7
	I16   Type = 8
	I32   Type = 9
	I64   Type = 10
	F32   Type = 11
	F64   Type = 12
	Bool  Type = 13
)

var typeNames = [...]string{
	Auto: "auto", Text: "text", Bytes: "bytes",
	U8: "u8", U16: "u16", U32: "u32", U64: "u64",
	I8: "i8", I16: "i16", I32: "i32", I64: "i64",
	F32: "f32", F64: "f64", Bool: "bool",
}

// String is the type's name, as in "u8"; "Type(99)" for a number that is no type.
func (t Type) String() string {
	if t < 0 || int(t) >= len(typeNames) {
		return fmt.Sprintf("Type(%d)", int(t))
	}
	return typeNames[t]
}

// ParseType is the type of a name that [Type.String] gives, and whether there is one.
func ParseType(name string) (Type, bool) {
	for t, known := range typeNames {
		if known == name {
			return Type(t), true
		}
	}
	return Auto, false
}

// typeClass groups the types that are treated alike but for their width.
type typeClass uint8

const (
	classNone typeClass = iota
	classText
	classBytes
	classUnsigned
	classSigned
	classFloat
	classBool
)

// class is the group of t, and how many bytes a number of it has; classNone for Auto and for numbers that are no type.
func (t Type) class() (class typeClass, width int) {
	switch t {
	case Text:
		return classText, 0
	case Bytes:
		return classBytes, 0
	case U8, U16, U32, U64:
		return classUnsigned, 1 << (t - U8)
	case I8, I16, I32, I64:
		return classSigned, 1 << (t - I8)
	case F32, F64:
		return classFloat, 4 << (t - F32)
	case Bool:
		return classBool, 1
	}
	return classNone, 0
}

// limits says which integers t can hold, for messages.
func (t Type) limits() string {
	class, width := t.class()
	bits := 8 * width
	if class == classSigned {
		return fmt.Sprintf("%d to %d", int64(-1)<<(bits-1), int64(uint64(1)<<(bits-1)-1))
	}
	return fmt.Sprintf("0 to %d", ^uint64(0)>>(64-bits))
}

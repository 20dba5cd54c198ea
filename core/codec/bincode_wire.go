package codec

import (
	"encoding/binary"
	"math"
	"unicode/utf8"
)

// BincodeKeyWire is the Wire of keys of a Type that bincode stores. It makes the logical key bytes of [BincodeKey]. The
// error wraps ErrUnsupportedType: Auto is none of these types. Its own errors wrap ErrInvalidKey.
//
// A host passes one MessagePack scalar of the type: `str` for Text, `bin` for Bytes, a bool for Bool, an integer within
// the range for the types of integers, a float for F32 and F64. A float type also takes an integer that it holds
// exactly, as JavaScript writes 2.0. F32 takes a float64 by rounding it to the nearest, since many hosts know no other
// float; what would become infinite is refused. A host is handed an integer in its shortest form, and a float in its
// own width.
func BincodeKeyWire(t Type) (Wire, error) {
	if class, _ := t.class(); class == classNone {
		return nil, noBincodeType(t)
	}
	return bincodeKeyWire{t}, nil
}

// BincodeValueWire is the Wire of values of a Type as bincode stores them. Hosts pass and are handed what
// [BincodeKeyWire] says, and NaN besides. The error wraps ErrUnsupportedType; its own errors wrap ErrInvalidValue.
func BincodeValueWire(t Type) (Wire, error) {
	if class, _ := t.class(); class == classNone {
		return nil, noBincodeType(t)
	}
	return bincodeValueWire{t}, nil
}

func noBincodeType(t Type) error {
	return unsupportedType("%s is no type that bincode stores; name one of text, bytes, u8 to u64, i8 to i64, f32, "+
		"f64 and bool", t)
}

type bincodeKeyWire struct{ t Type }

func (bincodeKeyWire) Identity() bool { return false }

func (w bincodeKeyWire) Encode(dst, wire []byte) ([]byte, error) {
	number, body, err := readScalar(wire, w.t, ErrInvalidKey)
	if err != nil {
		return dst, err
	}
	class, width := w.t.class()
	if class == classText || class == classBytes {
		return append(dst, body...), nil
	}
	return appendOrderedNumber(dst, class, width, number)
}

func (w bincodeKeyWire) Decode(dst, stored []byte) ([]byte, error) {
	if w.t == Text || w.t == Bytes {
		if w.t == Text && !utf8.Valid(stored) {
			return dst, invalidKey("the stored text is not valid UTF-8")
		}
		return appendSequence(dst, stored, w.t, ErrInvalidKey)
	}
	number, err := readOrderedNumber(stored, w.t)
	if err != nil {
		return dst, err
	}
	return appendScalar(dst, w.t, number), nil
}

func (w bincodeKeyWire) ReadObject(memory, page []byte, at int) (stored, grown []byte, next int, err error) {
	return readScalarObject(w, memory, page, at, ErrInvalidKey)
}

// readScalarObject finds where the object ends, and encodes it.
func readScalarObject(w Wire, memory, page []byte, at int, sentinel error) (stored, grown []byte, next int, err error) {
	if next, err = objectAt(page, at, sentinel); err != nil {
		return nil, memory, at, err
	}
	if grown, err = w.Encode(memory, page[at:next]); err != nil {
		return nil, memory, at, err
	}
	return appended(grown, len(memory)), grown, next, nil
}

func (w bincodeKeyWire) AppendObject(dst, stored []byte) ([]byte, error) {
	return w.Decode(dst, stored)
}

type bincodeValueWire struct{ t Type }

func (bincodeValueWire) Identity() bool { return false }

func (w bincodeValueWire) Encode(dst, wire []byte) ([]byte, error) {
	number, body, err := readScalar(wire, w.t, ErrInvalidValue)
	if err != nil {
		return dst, err
	}
	class, width := w.t.class()
	if class == classText || class == classBytes {
		return append(binary.LittleEndian.AppendUint64(dst, uint64(len(body))), body...), nil
	}
	return appendLittle(dst, number, width), nil
}

func (w bincodeValueWire) Decode(dst, stored []byte) ([]byte, error) {
	if w.t == Text || w.t == Bytes {
		body, err := readSequence(stored, w.t)
		if err != nil {
			return dst, err
		}
		return appendSequence(dst, body, w.t, ErrInvalidValue)
	}
	number, err := readLittle(stored, w.t)
	if err != nil {
		return dst, err
	}
	return appendScalar(dst, w.t, number), nil
}

func (w bincodeValueWire) ReadObject(memory, page []byte, at int) (stored, grown []byte, next int, err error) {
	return readScalarObject(w, memory, page, at, ErrInvalidValue)
}

func (w bincodeValueWire) AppendObject(dst, stored []byte) ([]byte, error) {
	return w.Decode(dst, stored)
}

// appendSequence appends text or bytes as a MessagePack object.
func appendSequence(dst, body []byte, t Type, sentinel error) ([]byte, error) {
	if tooLong(len(body)) {
		return dst, tooLongError(sentinel, len(body))
	}
	if t == Text {
		return append(appendTextHead(dst, len(body)), body...), nil
	}
	return append(appendBytesHead(dst, len(body)), body...), nil
}

// appendScalar appends a number as a MessagePack object.
func appendScalar(dst []byte, t Type, number uint64) []byte {
	class, width := t.class()
	switch class {
	case classBool:
		return appendMsgpackBool(dst, number != 0)
	case classFloat:
		if width == 4 {
			return appendMsgpackFloat32(dst, uint32(number))
		}
		return appendMsgpackFloat64(dst, number)
	case classSigned:
		shift := 64 - 8*width
		signed := int64(number<<shift) >> shift
		return appendMsgpackInteger(dst, signed < 0, uint64(signed))
	}
	return appendMsgpackInteger(dst, false, number)
}

// readScalar reads what a host passed for a Type: a number's bits, or the body of text or bytes, which aliases wire.
func readScalar(wire []byte, t Type, sentinel error) (number uint64, body []byte, err error) {
	h := readHead(wire)
	end := uint64(h.size)
	if h.kind == kindText || h.kind == kindBytes {
		end += h.number
	}
	switch {
	case h.kind <= kindInvalid || end > uint64(len(wire)):
		return 0, nil, headError(sentinel, h, wire, 0)
	case h.kind < kindArray && end < uint64(len(wire)):
		return 0, nil, walkError(sentinel, faultTrailing, int(end), len(wire))
	}
	class, width := t.class()
	switch {
	case class == classText && h.kind == kindText:
		body = wire[h.size:]
		if !utf8.Valid(body) {
			return 0, nil, notUTF8(sentinel)
		}
		return 0, body, nil
	case class == classBytes && h.kind == kindBytes:
		return 0, wire[h.size:], nil
	case class == classBool && h.kind == kindBool:
		return h.number, nil, nil
	case class == classUnsigned || class == classSigned:
		if h.kind == kindUnsigned || h.kind == kindNegative {
			number, err = fitInteger(h, t, class, width, sentinel)
			return number, nil, err
		}
	case class == classFloat:
		number, err = fitFloat(h, t, width, sentinel)
		return number, nil, err
	}
	return 0, nil, wrongScalar(h, t, sentinel)
}

func wrongScalar(h head, t Type, sentinel error) error {
	want := map[typeClass]string{classText: "a str", classBytes: "a bin", classBool: "a bool",
		classUnsigned: "an integer", classSigned: "an integer", classFloat: "a float"}
	class, _ := t.class()
	return failure(sentinel, "what was passed is %s; the type %s takes %s", h.kind, t, want[class])
}

// fitInteger is the bits of an integer in a type of integers, if it is within the range.
func fitInteger(h head, t Type, class typeClass, width int, sentinel error) (uint64, error) {
	negative := h.kind == kindNegative
	spare := 64 - 8*width
	fits := !negative && h.number<<spare>>spare == h.number
	if class == classSigned {
		signed := int64(h.number)
		fits = signed<<spare>>spare == signed && negative == (signed < 0)
	}
	if !fits {
		return 0, failure(sentinel, "%s is outside the type %s, which holds %s", integerText(negative, h.number), t,
			t.limits())
	}
	return h.number << spare >> spare, nil
}

// fitFloat is the bits of a number in a type of floats, if that can hold it.
func fitFloat(h head, t Type, width int, sentinel error) (uint64, error) {
	wide := 0.0
	switch h.kind {
	case kindFloat32:
		if width == 4 {
			return h.number, nil
		}
		wide = float64(math.Float32frombits(uint32(h.number)))
	case kindFloat64:
		if width == 8 {
			return h.number, nil
		}
		wide = math.Float64frombits(h.number)
	case kindUnsigned, kindNegative:
		negative := h.kind == kindNegative
		precision := float64Precision
		if width == 4 {
			precision = float32Precision
		}
		if !floatHolds(precision, negative, h.number) {
			return 0, failure(sentinel, "the integer %s is not exactly a number of type %s; pass a float",
				integerText(negative, h.number), t)
		}
		wide = integerFloat(negative, h.number)
	default:
		return 0, wrongScalar(h, t, sentinel)
	}
	if width == 8 {
		return math.Float64bits(wide), nil
	}
	narrow := float32(wide)
	if math.IsInf(float64(narrow), 0) && !math.IsInf(wide, 0) {
		return 0, failure(sentinel, "%v is outside the type %s, whose largest number is %v", wide, t,
			float32(math.MaxFloat32))
	}
	return uint64(math.Float32bits(narrow)), nil
}

package codec

import (
	"math"
	"unicode/utf8"
)

// TupleKeyWire is the Wire of typed keys. A host passes one MessagePack object: nil, `bin`, `str`, an integer in any
// form, a float (float32 is widened), a bool, or an array of these and of arrays, which is a tuple. It is handed the
// shortest form of each: what is not negative as an unsigned integer, a float as float64. Maps and extension types are
// no keys. Errors wrap ErrInvalidKey.
func TupleKeyWire() Wire { return tupleWire{} }

type tupleWire struct{}

func (tupleWire) Identity() bool { return false }

func (tupleWire) Encode(dst, wire []byte) ([]byte, error) {
	start := len(dst)
	dst, next, err := transcodeToKey(dst, wire, 0, 0)
	if err == nil && next != len(wire) {
		err = invalidKey("%d bytes follow the one MessagePack object, which ends at offset %d", len(wire)-next, next)
	}
	if err != nil {
		return dst[:start], err
	}
	return dst, nil
}

func (tupleWire) Decode(dst, stored []byte) ([]byte, error) {
	start := len(dst)
	if len(stored) == 0 {
		return dst, wrongKind(stored, "any")
	}
	if tooLong(len(stored)) {
		return dst, tooLongError(ErrInvalidKey, len(stored))
	}
	dst, next, err := transcodeToWire(dst, stored, 0, 0)
	if err == nil {
		err = ended(stored, next)
	}
	if err != nil {
		return dst[:start], err
	}
	return dst, nil
}

func (tupleWire) ReadObject(memory, page []byte, at int) (stored, grown []byte, next int, err error) {
	grown, next, err = transcodeToKey(memory, page, at, 0)
	if err != nil {
		return nil, memory, at, err
	}
	return appended(grown, len(memory)), grown, next, nil
}

func (w tupleWire) AppendObject(dst, stored []byte) ([]byte, error) { return w.Decode(dst, stored) }

// transcodeToKey appends the tuple element for the MessagePack object at an offset, inside depth arrays.
func transcodeToKey(dst, wire []byte, at, depth int) (result []byte, next int, err error) {
	head := readHead(wire[at:])
	next = at + head.size
	switch head.kind {
	case kindNull:
		return appendNull(dst, depth), next, nil
	case kindBool:
		return appendBool(dst, head.number != 0), next, nil
	case kindUnsigned, kindNegative:
		return appendInteger(dst, head.kind == kindNegative, head.number), next, nil
	case kindFloat32:
		// A NaN is refused below, so the conversion may not keep its bits.
		dst, err = appendFloat(dst, float64(math.Float32frombits(uint32(head.number))))
		return dst, next, err
	case kindFloat64:
		dst, err = appendFloat(dst, math.Float64frombits(head.number))
		return dst, next, err
	case kindText, kindBytes:
		if head.number > uint64(len(wire)-next) {
			return dst, 0, headError(ErrInvalidKey, head, wire, at)
		}
		body := wire[next : next+int(head.number)]
		next += len(body)
		if head.kind == kindBytes {
			return appendEscaped(dst, codeBytes, body), next, nil
		}
		if !utf8.Valid(body) {
			return dst, 0, notUTF8(ErrInvalidKey)
		}
		return appendEscaped(dst, codeText, body), next, nil
	case kindArray:
		return transcodeArray(dst, wire, next, head.number, depth)
	}
	return dst, 0, headError(ErrInvalidKey, head, wire, at)
}

// transcodeArray appends the tuple for the array of count elements that begin at an offset.
func transcodeArray(dst, wire []byte, at int, count uint64, depth int) (result []byte, next int, err error) {
	if depth == maxTupleDepth {
		return dst, 0, tooDeep()
	}
	dst = append(dst, codeTuple)
	for range count {
		if dst, at, err = transcodeToKey(dst, wire, at, depth+1); err != nil {
			return dst, 0, err
		}
	}
	return append(dst, terminator), at, nil
}

// transcodeToWire appends the MessagePack object for the tuple element at an offset within b, inside depth tuples.
func transcodeToWire(dst, b []byte, at, depth int) (result []byte, next int, err error) {
	switch code := b[at]; {
	case code == codeNull:
		return appendMsgpackNull(dst), at + 1, nil
	case code == codeBytes:
		element, next, err := readEscaped(b, at)
		if err != nil {
			return dst, 0, err
		}
		return element.appendTo(appendBytesHead(dst, element.size())), next, nil
	case code == codeText:
		element, next, err := readText(b, at)
		if err != nil {
			return dst, 0, err
		}
		return element.appendTo(appendTextHead(dst, element.size())), next, nil
	case code == codeTuple:
		return transcodeTuple(dst, b, at, depth)
	case code >= codeIntegerMin && code <= codeIntegerMax:
		negative, number, next, err := readInteger(b, at)
		if err != nil {
			return dst, 0, err
		}
		return appendMsgpackInteger(dst, negative, number), next, nil
	case code == codeFloat:
		value, next, err := readFloat(b, at)
		if err != nil {
			return dst, 0, err
		}
		return appendMsgpackFloat64(dst, math.Float64bits(value)), next, nil
	case code == codeFalse || code == codeTrue:
		return appendMsgpackBool(dst, code == codeTrue), at + 1, nil
	default:
		return dst, 0, unknownCode(code, at)
	}
}

// transcodeTuple appends the array for a tuple that is inside depth others.
func transcodeTuple(dst, b []byte, at, depth int) (result []byte, next int, err error) {
	if depth == maxTupleDepth {
		return dst, 0, tooDeep()
	}
	// How many elements there are is known at the end only. Most tuples are short, so room is left for the short head.
	head := len(dst)
	dst = appendArrayHead(dst, 0)
	count := 0
	for at++; ; count++ {
		step, next, err := readStep(b, at)
		if err != nil {
			return dst, 0, err
		}
		at = next
		switch step {
		case stepEnd:
			return setArrayHead(dst, head, count), at, nil
		case stepNull:
			dst = appendMsgpackNull(dst)
			continue
		}
		if dst, at, err = transcodeToWire(dst, b, at, depth+1); err != nil {
			return dst, 0, err
		}
	}
}

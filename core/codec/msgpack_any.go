package codec

import (
	"bytes"
	"math"

	"github.com/vmihailenco/msgpack/v5"
)

// decodeAny is the Go value of the MessagePack object b, which walk has found well-formed: nil, bool, int64 (uint64
// beyond its range), float64, string, []byte, []any, map[string]any, or what a registered extension stands for
// (time.Time for a timestamp). A map with a key that is no str becomes a map[any]any.
//
// It exists because msgpack's own decoding into an interface depends on how a number happens to be written (int8 to
// uint64), or else turns bytes into a string; and because it reserves memory for as many entries as a map claims.
func decodeAny(b []byte) (any, error) {
	value, _, err := readAnyObject(b, 0)
	return value, err
}

// readAnyObject is decodeAny for the object at an offset. Its recursion is as deep as walk allowed.
func readAnyObject(b []byte, at int) (value any, next int, err error) {
	h := readHead(b[at:])
	next = at + h.size
	switch h.kind {
	case kindNull:
		return nil, next, nil
	case kindBool:
		return h.number != 0, next, nil
	case kindUnsigned, kindNegative:
		return integerValue(h.kind == kindNegative, h.number), next, nil
	case kindFloat32:
		return float64(math.Float32frombits(uint32(h.number))), next, nil
	case kindFloat64:
		return math.Float64frombits(h.number), next, nil
	case kindArray:
		return readAnyArray(b, next, int(h.number))
	case kindMap:
		return readAnyMap(b, next, int(h.number))
	case kindText, kindBytes, kindExtension:
		end := next + int(h.number)
		switch h.kind {
		case kindText:
			return string(b[next:end]), end, nil
		case kindBytes:
			return cloneBytes(b[next:end]), end, nil
		}
		value, err = decodeExtension(b[at:end])
		return value, end, err
	}
	return nil, 0, headError(ErrInvalidValue, h, b, at)
}

func readAnyArray(b []byte, at, count int) (value any, next int, err error) {
	array := make([]any, count)
	for i := range array {
		if array[i], at, err = readAnyObject(b, at); err != nil {
			return nil, 0, err
		}
	}
	return array, at, nil
}

// readAnyMap reads a map of count pairs. Of pairs with equal keys the last one stays.
func readAnyMap(b []byte, at, count int) (value any, next int, err error) {
	byText := make(map[string]any, count)
	for i := range count {
		h := readHead(b[at:])
		if h.kind != kindText {
			return readMixedMap(b, at, count-i, byText)
		}
		start := at + h.size
		at = start + int(h.number)
		key := string(b[start:at])
		if byText[key], at, err = readAnyObject(b, at); err != nil {
			return nil, 0, err
		}
	}
	return byText, at, nil
}

// readMixedMap reads the last count pairs of a map whose first ones have keys of text.
func readMixedMap(b []byte, at, count int, byText map[string]any) (value any, next int, err error) {
	mixed := make(map[any]any, len(byText)+count)
	for key, value := range byText {
		mixed[key] = value
	}
	for range count {
		start := at
		var key any
		if key, at, err = readAnyObject(b, at); err != nil {
			return nil, 0, err
		}
		switch key.(type) {
		case []byte, []any, map[string]any, map[any]any:
			return nil, 0, invalidValue("a map's key at offset %d is %s, which Go cannot look up; decode into a type "+
				"of your own", start, readHead(b[start:]).kind)
		}
		if mixed[key], at, err = readAnyObject(b, at); err != nil {
			return nil, 0, err
		}
	}
	return mixed, at, nil
}

// decodeExtension leaves an extension to msgpack, which knows those that the program has registered.
func decodeExtension(b []byte) (any, error) {
	value, err := msgpack.NewDecoder(bytes.NewReader(b)).DecodeInterface()
	if err != nil {
		return nil, invalidValue("%v; register the extension with msgpack, or decode into a type of your own", err)
	}
	return value, nil
}

package notation

import (
	"bytes"
	"math"
	"strconv"

	"github.com/vmihailenco/msgpack/v5"
	"github.com/vmihailenco/msgpack/v5/msgpcode"
)

// appendObject writes a well-formed MessagePack object; false if it has something in it that only its stored bytes can say.
func appendObject(dst, object []byte, style Style) ([]byte, bool) {
	w := writer{out: dst, in: msgpack.NewDecoder(bytes.NewReader(object)), style: style}
	ok := w.object()
	return w.out, ok
}

type writer struct {
	out   []byte
	in    *msgpack.Decoder
	style Style
}

func (w *writer) object() bool {
	code, err := w.in.PeekCode()
	if err != nil {
		return false
	}
	switch {
	case msgpcode.IsFixedMap(code) || code == msgpcode.Map16 || code == msgpcode.Map32:
		return w.table()
	case msgpcode.IsFixedArray(code) || code == msgpcode.Array16 || code == msgpcode.Array32:
		return w.array()
	case msgpcode.IsString(code):
		text, err := w.in.DecodeString()
		w.out = appendText(w.out, text)
		return err == nil
	case msgpcode.IsBin(code):
		b, err := w.in.DecodeBytes()
		w.out = appendBytes(w.out, b, w.style)
		return err == nil
	}
	return w.scalar(code)
}

func (w *writer) scalar(code byte) bool {
	switch {
	case code == msgpcode.Nil:
		w.out = append(w.out, "null"...)
		return w.in.DecodeNil() == nil
	case code == msgpcode.True || code == msgpcode.False:
		b, err := w.in.DecodeBool()
		w.out = strconv.AppendBool(w.out, b)
		return err == nil
	case code == msgpcode.Float:
		f, err := w.in.DecodeFloat32()
		if math.IsNaN(float64(f)) || math.IsInf(float64(f), 0) {
			return false
		}
		w.out = append(w.out, `{"`+tagF32+`":`...)
		w.out = append(appendFloat(w.out, float64(f), 32), '}')
		return err == nil
	case code == msgpcode.Double:
		f, err := w.in.DecodeFloat64()
		switch {
		case math.IsNaN(f):
			w.out = append(w.out, `{"`+tagFloat+`":"nan"}`...)
		case math.IsInf(f, 1):
			w.out = append(w.out, `{"`+tagFloat+`":"inf"}`...)
		case math.IsInf(f, -1):
			w.out = append(w.out, `{"`+tagFloat+`":"-inf"}`...)
		default:
			w.out = appendFloat(w.out, f, 64)
		}
		return err == nil
	case code == msgpcode.Uint64 || code == msgpcode.Uint32 || code == msgpcode.Uint16 || code == msgpcode.Uint8:
		n, err := w.in.DecodeUint64()
		w.out = strconv.AppendUint(w.out, n, 10)
		return err == nil
	case msgpcode.IsFixedNum(code) || code >= msgpcode.Int8 && code <= msgpcode.Int64:
		n, err := w.in.DecodeInt64()
		w.out = strconv.AppendInt(w.out, n, 10)
		return err == nil
	}
	return false // extensions
}

// appendFloat writes a float so that it does not look like an integer.
func appendFloat(dst []byte, f float64, bits int) []byte {
	start := len(dst)
	dst = strconv.AppendFloat(dst, f, 'g', -1, bits)
	if bytes.IndexByte(dst[start:], '.') < 0 && bytes.IndexByte(dst[start:], 'e') < 0 {
		dst = append(dst, ".0"...)
	}
	return dst
}

func (w *writer) array() bool {
	n, err := w.in.DecodeArrayLen()
	if err != nil {
		return false
	}
	w.out = append(w.out, '[')
	for i := range n {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		if !w.object() {
			return false
		}
	}
	w.out = append(w.out, ']')
	return true
}

// table writes a map, if its keys are texts.
func (w *writer) table() bool {
	n, err := w.in.DecodeMapLen()
	if err != nil {
		return false
	}
	w.out = append(w.out, '{')
	for i := range n {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		if code, err := w.in.PeekCode(); err != nil || !msgpcode.IsString(code) {
			return false
		}
		if !w.object() {
			return false
		}
		w.out = append(w.out, ':')
		if !w.object() {
			return false
		}
	}
	w.out = append(w.out, '}')
	return true
}

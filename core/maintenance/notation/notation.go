// Package notation writes keys and values as text for people and for JSON, and reads them back.
//
// The text is JSON with a few additions, one for each thing that JSON lacks:
//
//	7, -7                       integers, -2^63 to 2^64-1
//	7.0, 1e300                  floats: a number with a point or an exponent
//	{"$float": "nan"}           nan, inf or -inf
//	{"$f32": 1.5}               a float of 32 bits
//	{"$bytes": "aGk="}          bytes, in base64; in [Literal] also 0x6869
//	{"$stored": "kwE="}         what is stored, in base64, for what nothing else can say
//
// In a database of raw keys or values a text stands for its bytes in UTF-8.
//
// Whatever is written reads back as the same stored bytes: what would not is written as {"$stored": ...}. Text that is
// written has no control characters, none that change the direction of writing, and no line breaks.
package notation

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"unicode"
	"unicode/utf8"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
)

// Style is which of the additions are written. All are read.
type Style uint8

// The styles.
const (
	// JSON writes what any reader of JSON understands.
	JSON Style = iota
	// Literal writes bytes as 0x..., for people.
	Literal
)

// The tags of the additions.
const (
	tagBytes  = "$bytes"
	tagStored = "$stored"
	tagFloat  = "$float"
	tagF32    = "$f32"
)

// Side is how the keys, or the values, of a database are read and written.
type Side struct {
	wire codec.Wire
	raw  bool
}

// Keys is the notation of the logical keys of a kind, and in layout Heed of a type (codec.Auto otherwise).
func Keys(kind core.Kind, t codec.Type) Side {
	if kind != core.KindTyped {
		return Side{wire: codec.RawWire(), raw: true}
	}
	if wire, err := codec.BincodeKeyWire(t); err == nil {
		return Side{wire: wire}
	}
	return Side{wire: codec.TupleKeyWire()}
}

// Values is the notation of the stored values of a kind, and in layout Heed of a type (codec.Auto otherwise).
func Values(kind core.Kind, t codec.Type) Side {
	if kind != core.KindTyped && kind != core.KindBytesKey {
		return Side{wire: codec.RawWire(), raw: true}
	}
	if wire, err := codec.BincodeValueWire(t); err == nil {
		return Side{wire: wire}
	}
	return Side{wire: codec.MsgpackValueWire()}
}

// Check says what is wrong with a stored key or value; nil if it is one.
func (s Side) Check(stored []byte) error {
	if s.raw {
		return nil
	}
	_, err := s.wire.AppendObject(nil, stored)
	return err
}

// Append writes a stored key or value.
func (s Side) Append(dst, stored []byte, style Style) []byte {
	if s.raw {
		if printable(stored) {
			return appendText(dst, string(stored))
		}
		return appendBytes(dst, stored, style)
	}
	start := len(dst)
	if object, err := s.wire.AppendObject(nil, stored); err == nil {
		if dst, ok := appendObject(dst, object, style); ok {
			if again, err := s.Parse(dst[start:]); err == nil && bytes.Equal(again, stored) {
				return dst
			}
		}
	}
	return appendTag(dst[:start], tagStored, stored)
}

// Parse reads a key or a value, which is all of the text, and gives what is stored for it.
func (s Side) Parse(text []byte) ([]byte, error) {
	p := parser{text: text}
	p.space()
	if stored, ok, err := p.stored(); ok || err != nil {
		return stored, err
	}
	object, err := p.whole()
	if err != nil {
		return nil, err
	}
	if s.raw {
		return bodyOf(object)
	}
	return s.wire.Encode(nil, object)
}

// bodyOf is what a raw key or value is for a MessagePack text or bytes.
func bodyOf(object []byte) ([]byte, error) {
	if stored, _, _, err := codec.RawWire().ReadObject(nil, object, 0); err == nil {
		return stored, nil
	}
	// A text has the same body behind another head.
	if len(object) > 0 {
		switch c := object[0]; {
		case c >= 0xa0 && c <= 0xbf:
			return object[1:], nil
		case c == 0xd9:
			return object[2:], nil
		case c == 0xda:
			return object[3:], nil
		case c == 0xdb:
			return object[5:], nil
		}
	}
	return nil, fmt.Errorf("a raw key or value is a text in quotes, or bytes such as 0x6869")
}

// printable says whether bytes may be shown as text as they are.
func printable(b []byte) bool {
	if !utf8.Valid(b) {
		return false
	}
	for _, r := range string(b) {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

func appendBytes(dst, b []byte, style Style) []byte {
	if style == Literal {
		return hex.AppendEncode(append(dst, "0x"...), b)
	}
	return appendTag(dst, tagBytes, b)
}

func appendTag(dst []byte, tag string, b []byte) []byte {
	dst = append(append(append(dst, `{"`...), tag...), `":"`...)
	return append(base64.StdEncoding.AppendEncode(dst, b), `"}`...)
}

// AppendText writes a text in quotes, as safe to show as all that this package writes.
func AppendText(dst []byte, text string) []byte { return appendText(dst, text) }

func appendText(dst []byte, text string) []byte {
	dst = append(dst, '"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case unicode.IsPrint(r):
			dst = utf8.AppendRune(dst, r)
		case r == '\n':
			dst = append(dst, `\n`...)
		case r == '\t':
			dst = append(dst, `\t`...)
		case r > 0xffff:
			r -= 0x10000
			dst = fmt.Appendf(dst, `\u%04x\u%04x`, 0xd800+(r>>10), 0xdc00+(r&0x3ff))
		default:
			dst = fmt.Appendf(dst, `\u%04x`, r)
		}
	}
	return append(dst, '"')
}

package layout

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Form is how a logical key stands in the rest of a stored key.
type Form struct {
	kind  formKind
	width int
	flip  flip
}

type formKind uint8

const (
	plain formKind = iota
	lengthed
	little
)

// flip is what tells a number's logical bytes (big-endian, ordered) from its own bits.
type flip uint8

const (
	flipNone  flip = iota
	flipSign       // two's complement: the sign bit is inverted
	flipFloat      // IEEE 754: a negative number is inverted whole, another one in its sign bit
)

// The forms.
var (
	// Plain is the logical key itself.
	Plain = Form{kind: plain}
	// Lengthed is the key's length as a u64 little-endian, then the key: bincode 1's text and bytes. LMDB's order is by
	// length first.
	Lengthed = Form{kind: lengthed}
)

// LittleUnsigned is an unsigned number of width bytes, little-endian: bincode 1's u8 to u64.
func LittleUnsigned(width int) Form { return Form{kind: little, width: width} }

// LittleSigned is a two's complement number of width bytes, little-endian: bincode 1's i8 to i64.
func LittleSigned(width int) Form { return Form{kind: little, width: width, flip: flipSign} }

// LittleFloat is an IEEE 754 number of width bytes, little-endian: bincode 1's f32 and f64.
func LittleFloat(width int) Form { return Form{kind: little, width: width, flip: flipFloat} }

// ErrMalformed is matched by the error for stored bytes that are not of the form.
var ErrMalformed = errors.New("the stored key is malformed")

// lengthSize is the size of the length that precedes a lengthed key.
const lengthSize = 8

// Overhead is how many bytes the form adds to a logical key.
func (f Form) Overhead() int {
	if f.kind == lengthed {
		return lengthSize
	}
	return 0
}

// Sorted says that the order of the stored bytes is the order of the logical keys.
func (f Form) Sorted() bool {
	return f.kind == plain || (f.kind == little && f.width == 1 && f.flip == flipNone)
}

// Classed says that the order of the stored bytes is the logical one within each class of one length.
func (f Form) Classed() bool { return f.kind == lengthed }

// AsIs says that a logical key is stored as it is.
func (f Form) AsIs() bool { return f.kind == plain }

// Append appends the rest of a stored key for a logical key. A number's logical key has the form's width.
func (f Form) Append(dst, logical []byte) []byte {
	switch f.kind {
	case lengthed:
		dst = binary.LittleEndian.AppendUint64(dst, uint64(len(logical)))
	case little:
		start := len(dst)
		dst = append(dst, logical...)
		f.unflip(dst[start:])
		reverse(dst[start:])
		return dst
	}
	return append(dst, logical...)
}

// Logical finds the logical key of a rest. It borrows from the rest, or, where the bytes differ, from scratch, which it
// grows. The error matches ErrMalformed.
func (f Form) Logical(scratch *[]byte, rest []byte) ([]byte, error) {
	switch f.kind {
	case lengthed:
		if len(rest) < lengthSize {
			return nil, fmt.Errorf("%w: %d bytes where a length of %d bytes must stand", ErrMalformed, len(rest), lengthSize)
		}
		if n := binary.LittleEndian.Uint64(rest); n != uint64(len(rest)-lengthSize) {
			return nil, fmt.Errorf("%w: its length field says %d bytes, and %d follow", ErrMalformed, n, len(rest)-lengthSize)
		}
		return rest[lengthSize:], nil
	case little:
		if len(rest) != f.width {
			return nil, fmt.Errorf("%w: %d bytes where a number of %d bytes must stand", ErrMalformed, len(rest), f.width)
		}
		*scratch = append((*scratch)[:0], rest...)
		reverse(*scratch)
		f.flipOrder(*scratch)
		return *scratch, nil
	}
	return rest, nil
}

// Class is the length class that a rest belongs to: its first bytes, to seek by.
func (f Form) Class(rest []byte) ([lengthSize]byte, error) {
	var class [lengthSize]byte
	if len(rest) < lengthSize {
		return class, fmt.Errorf("%w: %d bytes where a length of %d bytes must stand", ErrMalformed, len(rest), lengthSize)
	}
	copy(class[:], rest)
	return class, nil
}

// flipOrder turns a number's own big-endian bits into bytes in the number's order.
func (f Form) flipOrder(b []byte) {
	switch {
	case f.flip == flipSign:
		b[0] ^= 0x80
	case f.flip == flipFloat && b[0]&0x80 != 0:
		invert(b)
	case f.flip == flipFloat:
		b[0] ^= 0x80
	}
}

// unflip undoes flipOrder.
func (f Form) unflip(b []byte) {
	switch {
	case len(b) == 0:
	case f.flip == flipSign:
		b[0] ^= 0x80
	case f.flip == flipFloat && b[0]&0x80 == 0:
		invert(b)
	case f.flip == flipFloat:
		b[0] ^= 0x80
	}
}

func invert(b []byte) {
	for i := range b {
		b[i] = ^b[i]
	}
}

func reverse(b []byte) {
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
}

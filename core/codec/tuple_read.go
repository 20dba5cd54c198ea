package codec

import (
	"bytes"
	"encoding/binary"
	"math"
	"strings"
	"unicode/utf8"
)

// The functions here read one element of logical key bytes; at is the offset of its type code, and next the offset
// after it.

// escaped is the body of bytes or text, as stored.
type escaped struct {
	body []byte
	// escapes is how many zero bytes are in it, each of them followed by an escape.
	escapes int
}

// readEscaped reads bytes or text.
func readEscaped(b []byte, at int) (element escaped, next int, err error) {
	start := at + 1
	for from := start; ; {
		zero := bytes.IndexByte(b[from:], terminator)
		if zero < 0 {
			return escaped{}, 0, invalidKey("the %s at offset %d has no end; its bytes are cut off",
				codeName(b[at]), at)
		}
		end := from + zero
		if end+1 == len(b) || b[end+1] != escape {
			element.body = b[start:end]
			return element, end + 1, nil
		}
		element.escapes++
		from = end + 2
	}
}

// readText is readEscaped for text, whose UTF-8 it checks.
func readText(b []byte, at int) (element escaped, next int, err error) {
	element, next, err = readEscaped(b, at)
	if err == nil && !element.isUTF8() {
		return escaped{}, 0, invalidKey("the text at offset %d is not valid UTF-8", at)
	}
	return element, next, err
}

// isUTF8 says whether the body is UTF-8. A zero byte begins and ends a character, so what is between the escapes can be
// checked piece by piece.
func (e escaped) isUTF8() bool {
	rest := e.body
	for range e.escapes {
		zero := bytes.IndexByte(rest, 0)
		if !utf8.Valid(rest[:zero]) {
			return false
		}
		rest = rest[zero+2:]
	}
	return utf8.Valid(rest)
}

// size is the length of the body without its escapes.
func (e escaped) size() int {
	return len(e.body) - e.escapes
}

// appendTo appends the body without its escapes.
func (e escaped) appendTo(dst []byte) []byte {
	rest := e.body
	for range e.escapes {
		zero := bytes.IndexByte(rest, 0)
		dst = append(dst, rest[:zero+1]...)
		rest = rest[zero+2:]
	}
	return append(dst, rest...)
}

// bytes is the body without its escapes, in memory of its own; never nil.
func (e escaped) bytes() []byte {
	return e.appendTo(make([]byte, 0, e.size()))
}

// text is the body without its escapes, in memory of its own.
func (e escaped) text() string {
	if e.escapes == 0 {
		return string(e.body)
	}
	var text strings.Builder
	text.Grow(e.size())
	rest := e.body
	for range e.escapes {
		zero := bytes.IndexByte(rest, 0)
		text.Write(rest[:zero+1])
		rest = rest[zero+2:]
	}
	text.Write(rest)
	return text.String()
}

// readInteger reads an integer, whose type code must be one of an integer.
func readInteger(b []byte, at int) (negative bool, number uint64, next int, err error) {
	width := int(b[at]) - codeZero
	if width < 0 {
		negative, width = true, -width
	}
	next = at + 1 + width
	if next > len(b) {
		return false, 0, 0, invalidKey("the integer at offset %d has %d of its %d bytes", at, len(b)-at-1, width)
	}
	for _, digit := range b[at+1 : next] {
		number = number<<8 | uint64(digit)
	}
	if width == 0 {
		return false, 0, next, nil
	}
	magnitude := number
	if negative {
		magnitude = ^number & (^uint64(0) >> (64 - 8*width))
	}
	if magnitude>>(8*(width-1)) == 0 {
		return false, 0, 0, invalidKey("the integer at offset %d has a leading zero byte; integers are stored in as "+
			"few bytes as they need", at)
	}
	if negative && magnitude > 1<<63 {
		return false, 0, 0, invalidKey("the integer at offset %d is below -2^63, the least that a key holds", at)
	}
	if negative {
		return true, -magnitude, next, nil
	}
	return false, number, next, nil
}

// readFloat reads a float64.
func readFloat(b []byte, at int) (value float64, next int, err error) {
	next = at + 9
	if next > len(b) {
		return 0, 0, invalidKey("the float at offset %d has %d of its 8 bytes", at, len(b)-at-1)
	}
	value = math.Float64frombits(unorderedFloat(binary.BigEndian.Uint64(b[at+1:]), 8))
	if math.IsNaN(value) {
		return 0, 0, nanKey()
	}
	return value, next, nil
}

// tupleStep says what comes next inside a tuple.
type tupleStep uint8

const (
	stepElement tupleStep = iota
	stepNull
	stepEnd
)

// readStep reads a null or the end of a tuple; before another element it reads nothing.
func readStep(b []byte, at int) (step tupleStep, next int, err error) {
	switch {
	case at >= len(b):
		return stepEnd, 0, invalidKey("a tuple has no end; its bytes are cut off at offset %d", at)
	case b[at] != terminator:
		return stepElement, at, nil
	case at+1 < len(b) && b[at+1] == escape:
		return stepNull, at + 2, nil
	}
	return stepEnd, at + 1, nil
}

// Question: does the walk accept exactly what is one well-formed MessagePack object with text in UTF-8?
package codec_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
)

// fixedBodies is how many bytes follow the codes after which that is always the same.
var fixedBodies = map[byte]int{0xca: 4, 0xcb: 8, 0xcc: 1, 0xcd: 2, 0xce: 4, 0xcf: 8, 0xd0: 1, 0xd1: 2, 0xd2: 4,
	0xd3: 8, 0xd4: 2, 0xd5: 3, 0xd6: 5, 0xd7: 9, 0xd8: 17}

// objectEnd is the length of the MessagePack object at the start of b, or -1 if it is none. It is written the plain
// way, from the specification's table, with recursion.
func objectEnd(b []byte, depth int) int {
	if len(b) == 0 {
		return -1
	}
	number := func(width int) int { return numberAfter(b, width) }
	body := func(head, length int) int {
		if length < 0 || head+length > len(b) {
			return -1
		}
		return head + length
	}
	text := func(head, length int) int {
		end := body(head, length)
		if end < 0 || !utf8.Valid(b[head:end]) {
			return -1
		}
		return end
	}
	items := func(head, count int) int {
		if count < 0 || depth == 512 {
			return -1
		}
		end := head
		for range count {
			n := objectEnd(b[end:], depth+1)
			if n < 0 {
				return -1
			}
			end += n
		}
		return end
	}
	switch c := b[0]; {
	case c < 0x80 || c >= 0xe0 || c == 0xc0 || c == 0xc2 || c == 0xc3:
		return 1
	case c < 0x90:
		return items(1, 2*int(c&15))
	case c < 0xa0:
		return items(1, int(c&15))
	case c < 0xc0:
		return text(1, int(c&31))
	}
	if n, ok := fixedBodies[b[0]]; ok {
		return body(1, n)
	}
	switch b[0] {
	case 0xc4:
		return body(2, number(1))
	case 0xc5:
		return body(3, number(2))
	case 0xc6:
		return body(5, number(4))
	case 0xd9:
		return text(2, number(1))
	case 0xda:
		return text(3, number(2))
	case 0xdb:
		return text(5, number(4))
	case 0xc7, 0xc8, 0xc9:
		width := 1 << (b[0] - 0xc7)
		return body(2+width, number(width))
	case 0xdc:
		return items(3, number(2))
	case 0xdd:
		return items(5, number(4))
	case 0xde:
		return items(3, 2*number(2))
	case 0xdf:
		return items(5, 2*number(4))
	}
	return -1
}

// numberAfter is the number in the bytes after the first one, or -1 if they are not there.
func numberAfter(b []byte, width int) int {
	if len(b) < 1+width {
		return -1
	}
	padded := make([]byte, 8)
	copy(padded[8-width:], b[1:1+width])
	return int(binary.BigEndian.Uint64(padded))
}

// checkWalk compares the walk with objectEnd.
func checkWalk(t fatal, b []byte) {
	t.Helper()
	wire := codec.MsgpackValueWire()
	want := objectEnd(b, 0) == len(b)
	for _, way := range []func(dst, b []byte) ([]byte, error){wire.Encode, wire.AppendObject} {
		got, err := way([]byte("before"), b)
		switch {
		case want != (err == nil):
			t.Fatalf("%.200x: well-formed is %t, and the walk says %v", b, want, err)
		case want && string(got) != "before"+string(b), !want && string(got) != "before":
			t.Fatalf("%.200x became %.200x", b, got)
		case !want && !errors.Is(err, codec.ErrInvalidValue):
			t.Fatalf("%.200x: %v", b, err)
		}
	}
}

// objects draws well-formed objects of every form.
func objects() *rapid.Generator[[]byte] {
	return rapid.Custom(func(t *rapid.T) []byte { return drawObject(t, 4) })
}

func drawObject(t *rapid.T, depth int) []byte {
	c := rapid.Byte().Draw(t, "code")
	if c == 0xc1 {
		c = 0xc0
	}
	if depth == 0 && (c >= 0x80 && c <= 0x9f || c >= 0xdc && c <= 0xdf) {
		c = 1
	}
	// Enough zeros complete any object: all lengths and counts are zero, or those of the code.
	out := append([]byte{c}, make([]byte, 1024)...)
	out = out[:objectEnd(out, 0)]
	count := 0
	switch {
	case c >= 0x80 && c <= 0x8f:
		count, out = 2*int(c&15), out[:1]
	case c >= 0x90 && c <= 0x9f:
		count, out = int(c&15), out[:1]
	case c >= 0xdc && c <= 0xdf:
		count = rapid.IntRange(0, 3).Draw(t, "count")
		out[len(out)-1] = byte(count)
		if c >= 0xde {
			count *= 2
		}
	case c >= 0xc4 && c <= 0xc6 || c >= 0xd9 && c <= 0xdb:
		n := rapid.IntRange(0, 40).Draw(t, "length")
		out[len(out)-1] = byte(n)
		filling := byte(0xc1)
		if c >= 0xd9 {
			filling = 'a'
		}
		out = append(out, bytes.Repeat([]byte{filling}, n)...)
	case c >= 0xc7 && c <= 0xc9:
		n := rapid.IntRange(0, 40).Draw(t, "length")
		out[len(out)-2] = byte(n)
		out = append(out, bytes.Repeat([]byte{0xc1}, n)...)
	}
	for range count {
		out = append(out, drawObject(t, depth-1)...)
	}
	return out
}

func TestWalkAcceptsObjects(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := objects().Draw(t, "object")
		if objectEnd(b, 0) != len(b) {
			t.Fatalf("%x was to be an object", b)
		}
		checkWalk(t, b)
	})
}

func TestWalkOfDamagedObjects(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := objects().Draw(t, "object")
		at := rapid.IntRange(0, len(b)-1).Draw(t, "at")
		switch rapid.IntRange(0, 3).Draw(t, "damage") {
		case 0:
			b[at] = rapid.Byte().Draw(t, "byte")
		case 1:
			b = b[:at]
		case 2:
			b = append(b, rapid.Byte().Draw(t, "byte"))
		case 3:
			b = bytes.Join([][]byte{b[:at], {rapid.Byte().Draw(t, "byte")}, b[at:]}, nil)
		}
		checkWalk(t, b)
	})
}

func TestWalkLimits(t *testing.T) {
	cases := []struct{ object, text string }{
		{strings.Repeat("\x91", 511) + "\x90", ""},
		{strings.Repeat("\x91", 512) + "\xc0", ""},
		{strings.Repeat("\x91", 513) + "\xc0", "512"},
		{strings.Repeat("\x81\xc0", 512) + "\xc0", ""},
		{strings.Repeat("\x81\xc0", 513) + "\xc0", "512"},
		{strings.Repeat("\x81\x91", 257) + strings.Repeat("\xc0", 600), "512"},
		{strings.Repeat("\x91", 1000000), "512"},
		{"\x9f" + strings.Repeat("\x90", 15), ""},
		{"", "cut off; there are 0 bytes"},
		{"\xc1", "0xc1"},
		{"\x93\x01\x02\xc1", "offset 3"},
		{"\x01\x02\x03", "2 bytes follow"},
		{"\xdd\xff\xff\xff\xff", "cut off"},
		{"\xdf\xff\xff\xff\xff\x00\x00", "cut off"},
		{"\xdf\x80\x00\x00\x00", "cut off"},
		{"\xdb\xff\xff\xff\xff", "cut off"},
		{"\xc9\xff\xff\xff\xff\x00", "cut off"},
	}
	for _, c := range cases {
		checkWalk(t, []byte(c.object))
		_, err := codec.MsgpackValueWire().Encode(nil, []byte(c.object))
		if (c.text == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), c.text) {
			t.Errorf("%.20x: %v", c.object, err)
		}
	}
	if !codec.MsgpackValueWire().Identity() {
		t.Error("Decode is said to change something")
	}
}

package codec

// maxMsgpackDepth is how many containers may be inside each other in a value, the outermost included.
const maxMsgpackDepth = 512

// kind is what a MessagePack object is (https://github.com/msgpack/msgpack/blob/master/spec.md).
type kind uint8

const (
	kindTruncated kind = iota // not even the head is there
	kindInvalid               // 0xc1, which the specification leaves unused
	kindNull
	kindBool
	kindUnsigned // an integer that is not negative, in whatever form it is written
	kindNegative
	kindFloat32
	kindFloat64
	kindText
	kindBytes
	kindArray
	kindMap
	kindExtension
)

// String is the kind's name for messages.
func (k kind) String() string {
	return [...]string{
		kindTruncated: "cut off", kindInvalid: "invalid", kindNull: "nil", kindBool: "a bool",
		kindUnsigned: "an integer", kindNegative: "an integer", kindFloat32: "a float", kindFloat64: "a float",
		kindText: "a str", kindBytes: "a bin", kindArray: "an array", kindMap: "a map", kindExtension: "an extension",
	}[k]
}

// head is the start of a MessagePack object: all of a number, nil or bool; of the others, all but their content.
type head struct {
	kind kind
	// size is how many bytes the head has, an extension's type included.
	size int
	// number is a bool's 0 or 1, an integer's bits (see integer.go), a float's bits, the bytes of a str, bin or
	// extension, or the elements of an array or pairs of a map.
	number uint64
}

// readHead reads the head at the start of b.
func readHead(b []byte) head {
	if len(b) == 0 {
		return head{}
	}
	switch code := b[0]; {
	case code <= 0x7f:
		return head{kindUnsigned, 1, uint64(code)}
	case code <= 0x8f:
		return head{kindMap, 1, uint64(code & 0x0f)}
	case code <= 0x9f:
		return head{kindArray, 1, uint64(code & 0x0f)}
	case code <= 0xbf:
		return head{kindText, 1, uint64(code & 0x1f)}
	case code >= 0xe0:
		return head{kindNegative, 1, uint64(int64(int8(code)))}
	}
	return readLongHead(b)
}

// readLongHead is readHead for the codes that are not a number or a length themselves.
func readLongHead(b []byte) head {
	switch code := b[0]; code {
	case 0xc0:
		return head{kindNull, 1, 0}
	case 0xc2, 0xc3:
		return head{kindBool, 1, uint64(code - 0xc2)}
	case 0xc4, 0xc5, 0xc6:
		return readNumber(b, kindBytes, 1<<(code-0xc4))
	case 0xc7, 0xc8, 0xc9:
		return withType(b, readNumber(b, kindExtension, 1<<(code-0xc7)))
	case 0xca:
		return readNumber(b, kindFloat32, 4)
	case 0xcb:
		return readNumber(b, kindFloat64, 8)
	case 0xcc, 0xcd, 0xce, 0xcf:
		return readNumber(b, kindUnsigned, 1<<(code-0xcc))
	case 0xd0, 0xd1, 0xd2, 0xd3:
		return readSigned(b, 1<<(code-0xd0))
	case 0xd4, 0xd5, 0xd6, 0xd7, 0xd8:
		return withType(b, head{kindExtension, 1, 1 << (code - 0xd4)})
	case 0xd9, 0xda, 0xdb:
		return readNumber(b, kindText, 1<<(code-0xd9))
	case 0xdc, 0xdd:
		return readNumber(b, kindArray, 2<<(code-0xdc))
	case 0xde, 0xdf:
		return readNumber(b, kindMap, 2<<(code-0xde))
	}
	return head{kindInvalid, 1, 0}
}

// readNumber is a head of this kind whose number follows the code in width bytes, big-endian.
func readNumber(b []byte, kind kind, width int) head {
	if len(b) <= width {
		return head{}
	}
	number := uint64(0)
	for _, digit := range b[1 : 1+width] {
		number = number<<8 | uint64(digit)
	}
	return head{kind, 1 + width, number}
}

// readSigned is the head of an integer in one of the signed forms. They may hold what is not negative as well.
func readSigned(b []byte, width int) head {
	h := readNumber(b, kindUnsigned, width)
	if shift := 64 - 8*width; int64(h.number<<shift) < 0 {
		h.kind = kindNegative
		h.number = uint64(int64(h.number<<shift) >> shift)
	}
	return h
}

// withType adds an extension's byte of type to its head.
func withType(b []byte, h head) head {
	if h.kind == kindTruncated || len(b) <= h.size {
		return head{}
	}
	h.size++
	return h
}

// headError is the error for a head at an offset within wire that no key and no scalar has, or that is cut off.
func headError(sentinel error, h head, wire []byte, at int) error {
	switch h.kind {
	case kindTruncated, kindText, kindBytes:
		return failure(sentinel, "the MessagePack object at offset %d is cut off; there are %d bytes in all", at,
			len(wire))
	case kindInvalid:
		return failure(sentinel, "byte 0xc1 at offset %d begins no MessagePack object", at)
	}
	return failure(sentinel, "%s at offset %d; a key is nil, bin, str, an integer, a float, a bool or an array of "+
		"these", h.kind, at)
}

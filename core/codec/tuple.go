package codec

// Tuple is a key of several elements, or an element of one. An element is nil, a []byte, a string, any of Go's integer
// types, a float64, a bool, or a Tuple (or []any) again; at most 64 of them inside each other.
//
// Decoded, elements are nil, []byte, string, int64 (uint64 beyond its range), float64, bool and Tuple.
type Tuple []any

// maxTupleDepth is how many tuples may be inside each other, the outermost included.
const maxTupleDepth = 64

// The type codes of the FoundationDB tuple layer that keys use, from its design/tuple.md.
const (
	codeNull       = 0x00
	codeBytes      = 0x01
	codeText       = 0x02
	codeTuple      = 0x05
	codeIntegerMin = 0x0c // negative, 8 bytes
	codeZero       = 0x14
	codeIntegerMax = 0x1c // positive, 8 bytes
	codeFloat      = 0x21
	codeFalse      = 0x26
	codeTrue       = 0x27
)

const (
	// terminator ends bytes, text and tuples.
	terminator = 0x00
	// escape follows a zero byte that is data, and the code of a null that is inside a tuple.
	escape = 0xff
)

// codeName says what a type code stands for, for messages.
func codeName(code byte) string {
	switch {
	case code == codeNull:
		return "null"
	case code == codeBytes:
		return "bytes"
	case code == codeText:
		return "text"
	case code == codeTuple:
		return "a tuple"
	case code >= codeIntegerMin && code <= codeIntegerMax:
		return "an integer"
	case code == codeFloat:
		return "a float"
	case code == codeFalse || code == codeTrue:
		return "a bool"
	case code == 0x0a || code == 0x0b || code == 0x1d || code == 0x1e:
		return "an integer of more than 8 bytes"
	case code == 0x20:
		return "a float32"
	case code == 0x22:
		return "an 80-bit float"
	case code == 0x23 || code == 0x24:
		return "a decimal"
	case code == 0x30:
		return "a UUID"
	case code == 0x31:
		return "a 64-bit identifier"
	case code == 0x32 || code == 0x33:
		return "a versionstamp"
	case code >= 0x40 && code <= 0x4f:
		return "a user type"
	}
	return "no type of a key"
}

// unknownCode is the error for a type code that no key has.
func unknownCode(code byte, offset int) error {
	return invalidKey("type code 0x%02x at offset %d is %s; a key holds null, bytes, text, tuples, integers from "+
		"-2^63 to 2^64-1, float64 and bool", code, offset, codeName(code))
}

// wrongKind is the error for a stored key of another type than the one asked for.
func wrongKind(logical []byte, want string) error {
	if len(logical) == 0 {
		return invalidKey("no bytes; every typed key has at least one")
	}
	return invalidKey("the stored key is %s (type code 0x%02x), not %s; decode it as its own type or as any",
		codeName(logical[0]), logical[0], want)
}

// trailing is the error for bytes after a key's one element.
func trailing(offset, length int) error {
	return invalidKey("%d bytes follow the key's one element, which ends at offset %d", length-offset, offset)
}

// tooDeep is the error for a tuple inside maxTupleDepth others.
func tooDeep() error {
	return invalidKey("more than %d tuples inside each other", maxTupleDepth)
}

package codec

import "unicode/utf8"

// A walk over MessagePack checks that it is well-formed, and its text UTF-8, without building anything. Whatever was not written by this
// package's own encoders is walked before it is stored, put into a page, or decoded.

// fault is what a walk finds wrong.
type fault uint8

const (
	faultNone fault = iota
	faultTruncated
	faultInvalid
	faultDeep
	faultTrailing
	faultText
)

// shapeClass is how the rest of an object follows from its first byte.
type shapeClass uint8

const (
	shapeFixed  shapeClass = iota // size bytes in all
	shapeSized                    // a length of size bytes, extra bytes, and as many as the length says
	shapeArray                    // a count of size bytes, or in the first byte if size is 0
	shapeMap                      // as shapeArray, of pairs
	shapeBroken                   // no object begins so
)

type shape struct {
	class shapeClass
	size  uint8
	extra uint8
	text  bool
}

// shapes is the shape of an object by its first byte.
var shapes = makeShapes()

func makeShapes() (shapes [256]shape) {
	for code := range shapes {
		s := &shapes[code]
		switch h := readHead([]byte{byte(code), 0, 0, 0, 0, 0, 0, 0, 0, 0}); h.kind {
		case kindInvalid:
			*s = shape{class: shapeBroken}
		case kindArray:
			*s = shape{class: shapeArray, size: uint8(h.size - 1)}
		case kindMap:
			*s = shape{class: shapeMap, size: uint8(h.size - 1)}
		case kindText, kindBytes, kindExtension:
			// In these padded bytes a length that is not part of the code is zero.
			*s = shape{class: shapeFixed, size: uint8(h.size) + uint8(h.number)}
			if code >= 0xc4 && code <= 0xc9 || code >= 0xd9 && code <= 0xdb {
				*s = shape{class: shapeSized, size: uint8(h.size - 1)}
			}
			if code >= 0xc7 && code <= 0xc9 {
				*s = shape{class: shapeSized, size: uint8(h.size - 2), extra: 1}
			}
			s.text = h.kind == kindText
		default:
			*s = shape{class: shapeFixed, size: uint8(h.size)}
		}
	}
	return shapes
}

// walk checks that b is exactly one MessagePack object. If not, offset is where the fault is.
func walk(b []byte) (found fault, offset int) {
	found, offset = walkFrom(b, 0)
	if found == faultNone && offset != len(b) {
		return faultTrailing, offset
	}
	return found, offset
}

// walkFrom checks the MessagePack object that begins at an offset. offset is where it ends, or where the fault is.
func walkFrom(b []byte, at int) (found fault, offset int) {
	// One number for each open container: how many objects it still lacks. Deeper ones than fit here are rare enough
	// to go to the heap.
	var shallow [32]uint64
	open := shallow[:0]
	lacking := uint64(1)
	for {
		for lacking == 0 {
			if len(open) == 0 {
				return faultNone, at
			}
			lacking = open[len(open)-1]
			open = open[:len(open)-1]
		}
		lacking--
		if at >= len(b) {
			return faultTruncated, at
		}
		s := shapes[b[at]]
		if s.class == shapeFixed {
			if int(s.size) > len(b)-at {
				return faultTruncated, at
			}
			if s.text && !utf8.Valid(b[at+1:at+int(s.size)]) {
				return faultText, at
			}
			at += int(s.size)
			continue
		}
		next, count, found := step(b, at, s)
		if found != faultNone {
			return found, at
		}
		if s.class != shapeSized {
			if len(open) == maxMsgpackDepth {
				return faultDeep, at
			}
			open = append(open, lacking)
			lacking = count
		}
		at = next
	}
}

// step reads the object of a shape other than shapeFixed at an offset: next is where it ends or, for a container, where
// its count objects begin.
func step(b []byte, at int, s shape) (next int, count uint64, found fault) {
	if s.class == shapeBroken {
		return 0, 0, faultInvalid
	}
	next = at + 1 + int(s.size) + int(s.extra)
	if next > len(b) {
		return 0, 0, faultTruncated
	}
	switch s.size {
	case 0:
		count = uint64(b[at] & 0x0f)
	case 1:
		count = uint64(b[at+1])
	case 2:
		count = uint64(b[at+1])<<8 | uint64(b[at+2])
	default:
		count = uint64(b[at+1])<<24 | uint64(b[at+2])<<16 | uint64(b[at+3])<<8 | uint64(b[at+4])
	}
	if s.class == shapeMap {
		count *= 2
	}
	// An object has a byte at least, so a count can be refused before anybody makes room for it.
	if count > uint64(len(b)-next) {
		return 0, 0, faultTruncated
	}
	if s.class == shapeSized {
		body := b[next : next+int(count)]
		if s.text && !utf8.Valid(body) {
			return 0, 0, faultText
		}
		next += len(body)
	}
	return next, count, faultNone
}

// checkObject checks that b is exactly one well-formed MessagePack object; the error wraps the sentinel.
func checkObject(b []byte, sentinel error) error {
	if found, offset := walk(b); found != faultNone {
		return walkError(sentinel, found, offset, len(b))
	}
	return nil
}

// objectAt checks the object at an offset and says where it ends; the error wraps the sentinel.
func objectAt(b []byte, at int, sentinel error) (next int, err error) {
	found, offset := walkFrom(b, at)
	if found != faultNone {
		return at, walkError(sentinel, found, offset, len(b))
	}
	return offset, nil
}

func walkError(sentinel error, found fault, offset, length int) error {
	switch found {
	case faultInvalid:
		return failure(sentinel, "byte 0xc1 at offset %d begins no MessagePack object", offset)
	case faultDeep:
		return failure(sentinel, "more than %d MessagePack containers inside each other, at offset %d",
			maxMsgpackDepth, offset)
	case faultText:
		return failure(sentinel, "the text at offset %d is not valid UTF-8; pass it as bytes instead", offset)
	case faultTrailing:
		return failure(sentinel, "%d bytes follow the one MessagePack object, which ends at offset %d",
			length-offset, offset)
	}
	return failure(sentinel, "the MessagePack object at offset %d is cut off; there are %d bytes in all", offset,
		length)
}

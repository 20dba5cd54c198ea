// Package codec turns keys and values into bytes and back.
//
// Three things are called bytes here, and they differ:
//
//   - Logical key bytes: bytes whose unsigned bytewise order is the natural order of the keys. How they are stored
//     under a scope is not decided here.
//   - A stored value: the bytes as they are put into LMDB.
//   - Wire bytes: what crosses the C ABI. A typed key or value is one MessagePack object there; a raw one is its
//     bytes as they are.
//
// [Key] and [Value] serve Go callers, who know their types at compile time. [Wire] serves every other language:
// it goes from wire bytes to logical or stored bytes and back without building Go values. For the same type both
// produce the same bytes.
//
// # Codecs
//
//	RawKey, RawValue, RawWire         bytes as they are
//	TupleKey, TupleKeyWire            typed keys
//	MsgpackValue, MsgpackValueWire    typed values
//	BincodeKey, BincodeValue,         keys and values of the Rust crate scoped-heed
//	BincodeKeyWire, BincodeValueWire
//
// # Typed keys
//
// A typed key is exactly one element of the FoundationDB tuple layer, in its published encoding
// (https://github.com/apple/foundationdb/blob/main/design/tuple.md):
//
//	0x00          null; inside a tuple 0x00 0xff
//	0x01          bytes: each zero byte followed by 0xff, then 0x00
//	0x02          text: UTF-8, escaped and ended as bytes are
//	0x05          tuple: its elements, then 0x00
//	0x0c to 0x1c  integers: 0x14 is zero, 0x14+n a positive one of n bytes (big-endian), 0x14-n a negative one
//	              of n bytes (big-endian, of the magnitude's one's complement)
//	0x21          float64: big-endian IEEE 754, all bits flipped if negative, else only the sign bit
//	0x26, 0x27    false, true
//
// A key that is a tuple is the nested form (0x05 ... 0x00), never the bare sequence of its elements: so the text "a"
// and the tuple ("a",) are two keys, and each comes back as what was put. In other words, a key k is stored as other
// implementations of the tuple layer pack the tuple (k,).
//
// The order of keys is that of the type codes, then that of the values:
//
//	null < bytes < text < tuples < integers < floats < false < true
//
// Tuples compare element by element, and a tuple sorts before the longer ones it begins. Text compares by code point.
// Integers and floats are different types: 1 and 1.0 are two keys, and every integer sorts before every float. -0.0 and
// 0.0 are two keys as well, next to each other.
//
// Every key has one encoding only, or equal keys could be stored twice. What is refused, when a key is encoded and
// when it is decoded: NaN (it has no place in an order), text that is not UTF-8, integers outside -2^63 to 2^64-1,
// integers with leading zero bytes, more than 64 tuples inside each other, anything after the element, and all other
// type codes (float32 0x20, UUID 0x30, versionstamps 0x32 and 0x33, and so on).
//
// # Typed values
//
// A typed value is one MessagePack object (https://github.com/msgpack/msgpack/blob/master/spec.md), of any type,
// containers nested 512 deep at most.
//
// # bincode
//
// Databases of the Rust crate scoped-heed hold keys and values as the crate bincode 1 serializes them by default
// (https://docs.rs/bincode/1.3.3/bincode/): integers and floats little-endian in their fixed width, a bool as one byte
// 0 or 1, text and bytes as their length in 8 bytes little-endian and then themselves. These bytes do not say what they
// are, so a [Type] has to. Little-endian bytes do not sort; so for keys this package produces logical key bytes of its
// own (big-endian with a sign transformation, text and bytes without their length).
//
// # Memory
//
// Arguments are borrowed for the call: nothing of them is kept or aliased by a result. Results that are appended go
// to the end of dst, as with append; dst must not overlap the other argument. When a call that appends fails, it
// returns dst as long as it was (its spare capacity may have been written to). Decoded values own their memory.
//
// Everything here is safe for use by several goroutines at once.
//
// # Errors
//
// Each error wraps one of [ErrInvalidKey], [ErrInvalidValue], [ErrInvalidPage] or [ErrUnsupportedType], and its text names what is
// wrong, where, and the limit or what to do. No input makes this package panic.
package codec

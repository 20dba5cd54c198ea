package engine

import "encoding/binary"

// PackedSizes is how many bytes of a packed put say how long its key and its value are.
const PackedSizes = 8

// AppendPacked appends a put as Bulk takes it.
func AppendPacked(packed, key, value []byte) []byte {
	packed = binary.NativeEndian.AppendUint32(packed, uint32(len(key)))
	packed = binary.NativeEndian.AppendUint32(packed, uint32(len(value)))
	return append(append(packed, key...), value...)
}

// Unpack is the first put of packed ones, and what follows it. They must be whole.
func Unpack(packed []byte) (key, value, rest []byte) {
	keySize := int(binary.NativeEndian.Uint32(packed))
	end := PackedSizes + keySize + int(binary.NativeEndian.Uint32(packed[4:]))
	return packed[PackedSizes : PackedSizes+keySize : PackedSizes+keySize], packed[PackedSizes+keySize : end : end], packed[end:]
}

package codec

// Wire turns what crosses the C ABI into logical key bytes or a stored value, and back. A Wire is made for keys or for
// values, and its errors wrap ErrInvalidKey or ErrInvalidValue accordingly. "stored" below means logical key bytes in a
// Wire for keys. See the package's documentation for the memory rules.
type Wire interface {
	// Encode appends to dst what is stored for what a host passes.
	Encode(dst, wire []byte) ([]byte, error)
	// Decode appends to dst what a host is handed for what is stored.
	Decode(dst, stored []byte) ([]byte, error)
	// AppendObject appends what is stored to dst as exactly one MessagePack object, as a page of entries needs it.
	AppendObject(dst, stored []byte) ([]byte, error)
	// ReadObject reads the MessagePack object at an offset of a page, the reverse of AppendObject. What is stored for it is
	// a part of the page or of memory, to which it is then appended; next is the offset after the object.
	ReadObject(memory, page []byte, at int) (stored, grown []byte, next int, err error)
	// Identity says that Decode changes nothing, so that stored bytes may be handed out where they are.
	Identity() bool
}

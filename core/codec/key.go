package codec

// Key turns keys of one Go type into logical key bytes and back. See the package's documentation for the memory rules.
type Key[K any] interface {
	// AppendKey appends the logical key bytes of key to dst. It borrows key. The error wraps ErrInvalidKey.
	AppendKey(dst []byte, key K) ([]byte, error)
	// DecodeKey is the key whose logical key bytes these are. The result owns its memory. The error wraps
	// ErrInvalidKey.
	DecodeKey(logical []byte) (K, error)
}

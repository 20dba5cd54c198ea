package codec

// Value turns values of one Go type into stored bytes and back. See the package's documentation for the memory rules.
type Value[V any] interface {
	// AppendValue appends the stored bytes of value to dst. It borrows value. The error wraps ErrInvalidValue.
	AppendValue(dst []byte, value V) ([]byte, error)
	// DecodeValue is the value that is stored as these bytes. The result owns its memory. The error wraps
	// ErrInvalidValue.
	DecodeValue(stored []byte) (V, error)
}

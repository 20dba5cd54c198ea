package codec

import (
	"errors"
	"fmt"
	"math"
)

var (
	// ErrInvalidKey is wrapped by errors about a key: it cannot be encoded, or stored bytes are no such key.
	ErrInvalidKey = errors.New("invalid key")
	// ErrInvalidValue is wrapped by errors about a value: it cannot be encoded, or stored bytes are no such value.
	ErrInvalidValue = errors.New("invalid value")
	// ErrInvalidPage is wrapped by errors about a page of keys or entries that is no array of them.
	ErrInvalidPage = errors.New("invalid page")
	// ErrUnsupportedType is wrapped by errors of constructors: there is no codec for the type asked for.
	ErrUnsupportedType = errors.New("unsupported type")
)

// failure makes an error that wraps one of the sentinels. It is called on failure only, so that success allocates
// nothing.
func failure(sentinel error, format string, args ...any) error {
	return fmt.Errorf("%w: %s", sentinel, fmt.Sprintf(format, args...))
}

func invalidKey(format string, args ...any) error {
	return failure(ErrInvalidKey, format, args...)
}

func invalidValue(format string, args ...any) error {
	return failure(ErrInvalidValue, format, args...)
}

func unsupportedType(format string, args ...any) error {
	return failure(ErrUnsupportedType, format, args...)
}

// tooLong says whether n bytes are more than a MessagePack object can hold: its longest length has four bytes.
func tooLong(n int) bool {
	return uint64(n) > math.MaxUint32
}

func tooLongError(sentinel error, n int) error {
	return failure(sentinel, "%d bytes are too long for a MessagePack object; the limit is %d", n,
		uint32(math.MaxUint32))
}

package codec

// RawKey is the codec of keys that are bytes already: logical key bytes are the key itself. It never fails.
func RawKey() Key[[]byte] { return rawBytes{} }

// RawValue is the codec of values that are bytes already: what is stored is the value itself. It never fails.
func RawValue() Value[[]byte] { return rawBytes{} }

// RawWire is the Wire of raw keys and of raw values: a host passes and is handed the bytes themselves, and in a page
// they are a MessagePack `bin`. Only AppendObject can fail, on 4 GiB or more, with ErrInvalidValue.
func RawWire() Wire { return &rawWire{} }

type rawBytes struct{}

func (rawBytes) AppendKey(dst, key []byte) ([]byte, error)     { return append(dst, key...), nil }
func (rawBytes) DecodeKey(logical []byte) ([]byte, error)      { return cloneBytes(logical), nil }
func (rawBytes) AppendValue(dst, value []byte) ([]byte, error) { return append(dst, value...), nil }
func (rawBytes) DecodeValue(stored []byte) ([]byte, error)     { return cloneBytes(stored), nil }

// cloneBytes copies b into memory of exactly its size. It is never nil: what is stored is there, if only as no bytes.
func cloneBytes(b []byte) []byte {
	owned := make([]byte, len(b))
	copy(owned, b)
	return owned
}

type rawWire struct{}

func (*rawWire) Encode(dst, wire []byte) ([]byte, error)   { return append(dst, wire...), nil }
func (*rawWire) Decode(dst, stored []byte) ([]byte, error) { return append(dst, stored...), nil }
func (*rawWire) Identity() bool                            { return true }

func (*rawWire) ReadObject(memory, page []byte, at int) (stored, grown []byte, next int, err error) {
	h := readHead(page[at:])
	next = at + h.size
	switch {
	case h.kind == kindTruncated || h.kind == kindBytes && h.number > uint64(len(page)-next):
		return nil, memory, at, walkError(ErrInvalidPage, faultTruncated, at, len(page))
	case h.kind != kindBytes:
		return nil, memory, at, failure(ErrInvalidPage, "%s at offset %d; raw keys and values are bin in a page", h.kind, at)
	}
	end := next + int(h.number)
	return page[next:end:end], memory, end, nil
}

func (*rawWire) AppendObject(dst, stored []byte) ([]byte, error) {
	if tooLong(len(stored)) {
		return dst, tooLongError(ErrInvalidValue, len(stored))
	}
	return append(appendBytesHead(dst, len(stored)), stored...), nil
}

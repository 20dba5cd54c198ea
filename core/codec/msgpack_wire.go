package codec

// MsgpackValueWire is the Wire of typed values: what a host passes is stored as it is, once it is known to be exactly
// one well-formed MessagePack object with containers nested 512 deep at most, whose text is UTF-8: in a page one that is
// not would spoil all others for a host that decodes the page whole. AppendObject checks stored bytes again. Errors wrap
// ErrInvalidValue.
func MsgpackValueWire() Wire { return msgpackWire{} }

type msgpackWire struct{}

func (msgpackWire) Identity() bool { return true }

func (msgpackWire) Encode(dst, wire []byte) ([]byte, error) {
	if err := checkObject(wire, ErrInvalidValue); err != nil {
		return dst, err
	}
	return append(dst, wire...), nil
}

func (msgpackWire) ReadObject(memory, page []byte, at int) (stored, grown []byte, next int, err error) {
	next, err = objectAt(page, at, ErrInvalidValue)
	if err != nil {
		return nil, memory, at, err
	}
	return page[at:next:next], memory, next, nil
}

func (msgpackWire) Decode(dst, stored []byte) ([]byte, error) {
	return append(dst, stored...), nil
}

func (w msgpackWire) AppendObject(dst, stored []byte) ([]byte, error) {
	return w.Encode(dst, stored)
}

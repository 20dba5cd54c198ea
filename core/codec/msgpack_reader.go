package codec

import (
	"bufio"
	"errors"
	"io"
)

// objectReader feeds msgpack's decoder from a stored value that walk has found well-formed.
//
// It also closes a hole: where a Go map is wanted and an extension is stored, the decoder takes the extension's content
// for a map. No walk has seen that content: it may claim any number of entries, for which memory is reserved, or be
// nested deep enough to exhaust the stack. So content that would be taken for a map must be well-formed as well.
type objectReader struct {
	b  []byte
	at int
	// token is the offset of some object of b at or before at; it saves looking for the current one from the start.
	token int
}

var errMapInExtension = errors.New("an extension is stored where a map is wanted")

func (r *objectReader) reset(b []byte) {
	*r = objectReader{b: b}
}

// Read implements io.Reader.
func (r *objectReader) Read(p []byte) (int, error) {
	if r.at >= len(r.b) && len(p) > 0 {
		return 0, io.EOF
	}
	n := copy(p, r.b[r.at:])
	r.at += n
	return n, nil
}

// ReadByte implements io.ByteReader.
func (r *objectReader) ReadByte() (byte, error) {
	if r.at >= len(r.b) {
		return 0, io.EOF
	}
	code := r.b[r.at]
	if (code >= 0x80 && code <= 0x8f || code == 0xc0 || code == 0xde || code == 0xdf) && r.isFalseMap() {
		return 0, errMapInExtension
	}
	r.at++
	return code, nil
}

// UnreadByte implements io.ByteScanner.
func (r *objectReader) UnreadByte() error {
	if r.at == 0 {
		return bufio.ErrInvalidUnreadByte
	}
	r.at--
	return nil
}

// isFalseMap says whether the byte to be read, which would begin a map or stand for none, is the first of an
// extension's content, and that content is something else than one well-formed object. An extension's own decoder
// reads its content all at once, or would not find such a byte there.
func (r *objectReader) isFalseMap() bool {
	if !r.mayFollowExtension() {
		return false
	}
	if r.token > r.at {
		r.token = 0
	}
	for {
		h := readHead(r.b[r.token:])
		content := r.token + h.size
		end := content
		if h.kind == kindText || h.kind == kindBytes || h.kind == kindExtension {
			end += int(h.number)
		}
		if end > r.at || end <= r.token {
			return h.kind == kindExtension && content == r.at && checkObject(r.b[content:end], ErrInvalidValue) != nil
		}
		r.token = end
	}
}

// mayFollowExtension says whether the bytes before the one to be read look like the head of an extension. Most do not,
// which saves looking for the current object.
func (r *objectReader) mayFollowExtension() bool {
	before := r.b[:r.at]
	n := len(before)
	return n >= 2 && before[n-2] >= 0xd4 && before[n-2] <= 0xd8 || n >= 3 && before[n-3] == 0xc7 ||
		n >= 4 && before[n-4] == 0xc8 || n >= 6 && before[n-6] == 0xc9
}

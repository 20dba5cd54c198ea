package maintenance

import (
	"bytes"
	"encoding/binary"
	"io"

	"github.com/cespare/xxhash/v2"
	"github.com/vmihailenco/msgpack/v5"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// The format of blocks; DESIGN.md draws it.
//
//	head    "slmdb-export", version as u32 LE
//	block   length of the body as u32 LE, its complement, the body, XXH64 as u64 LE
//
// The checksum is over the checksum of the block before (of the head, for the first), the length and the body, so that
// blocks can be neither changed nor lost, doubled or put in another order.
const (
	blockMagic = "slmdb-export"
	// blockSize is the size at which a body is written; the last record may exceed it.
	blockSize = 256 << 10
	blockHead = 8
)

func fileHead() []byte { return binary.LittleEndian.AppendUint32([]byte(blockMagic), Version) }

// chain is the checksum of a block that follows another one.
func chain(before uint64, head, body []byte) uint64 {
	digest := xxhash.New()
	_, _ = digest.Write(binary.LittleEndian.AppendUint64(nil, before))
	_, _ = digest.Write(head)
	_, _ = digest.Write(body)
	return digest.Sum64()
}

type blockWriter struct {
	w    io.Writer
	body bytes.Buffer
	enc  *msgpack.Encoder
	sum  uint64
}

// newBlockWriter writes the head at once.
func newBlockWriter(w io.Writer) (*blockWriter, error) {
	b := &blockWriter{w: w, sum: xxhash.Sum64(fileHead())}
	b.enc = msgpack.NewEncoder(&b.body)
	_, err := w.Write(fileHead())
	return b, err
}

// put adds a record to the block, and writes the block when it is full.
func (b *blockWriter) put(kind recordKind, fields ...any) error {
	if err := b.enc.EncodeArrayLen(1 + len(fields)); err != nil {
		return err
	}
	if err := b.enc.EncodeUint(uint64(kind)); err != nil {
		return err
	}
	for _, field := range fields {
		var err error
		switch f := field.(type) {
		case uint64:
			err = b.enc.EncodeUint(f)
		case string:
			err = b.enc.EncodeString(f)
		case []byte:
			if f == nil {
				f = []byte{}
			}
			err = b.enc.EncodeBytes(f)
		default:
			err = b.enc.Encode(f)
		}
		if err != nil {
			return err
		}
	}
	if b.body.Len() >= blockSize {
		return b.flush()
	}
	return nil
}

func (b *blockWriter) flush() error {
	if b.body.Len() == 0 {
		return nil
	}
	if uint64(b.body.Len()) > 1<<32-1 {
		return fail(core.CodeValueTooLarge, "a block of %d bytes: an export can have 4 GiB less one byte in one", b.body.Len())
	}
	head := binary.LittleEndian.AppendUint32(nil, uint32(b.body.Len()))
	head = binary.LittleEndian.AppendUint32(head, ^uint32(b.body.Len()))
	b.sum = chain(b.sum, head, b.body.Bytes())
	for _, part := range [...][]byte{head, b.body.Bytes(), binary.LittleEndian.AppendUint64(nil, b.sum)} {
		if _, err := b.w.Write(part); err != nil {
			return err
		}
	}
	if b.body.Cap() > 4*blockSize {
		b.body = bytes.Buffer{} // it held a large value
		b.enc = msgpack.NewEncoder(&b.body)
	}
	b.body.Reset()
	return nil
}

func (b *blockWriter) head(snapshot uint64) error { return b.put(recordHead, snapshot) }

func (b *blockWriter) database(d databaseRecord) error {
	kind, layout, key, value := d.texts()
	return b.put(recordDatabase, d.name, kind, layout, key, value, d.unnamed)
}

func (b *blockWriter) scope(s core.Scope) error {
	if s.IsDefault() {
		return b.put(recordScope, nil)
	}
	return b.put(recordScope, s.Name())
}

func (b *blockWriter) section(database, scope int) error {
	return b.put(recordSection, uint64(database), uint64(scope))
}

func (b *blockWriter) entry(key, value []byte) error { return b.put(recordEntry, key, value) }

func (b *blockWriter) end(t Totals) error {
	if err := b.put(recordEnd, t.Databases, t.Scopes, t.Entries, t.KeyBytes, t.ValueBytes); err != nil {
		return err
	}
	return b.flush()
}

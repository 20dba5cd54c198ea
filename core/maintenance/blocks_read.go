package maintenance

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/cespare/xxhash/v2"
	"github.com/vmihailenco/msgpack/v5"
	"github.com/vmihailenco/msgpack/v5/msgpcode"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// blockReader verifies each block before it reads a record of it.
type blockReader struct {
	r      *countingReader
	body   bytes.Buffer
	left   bytes.Reader
	dec    *msgpack.Decoder
	sum    uint64
	offset int64 // of the block
	ended  bool
	got    record
}

// newBlockReader reads the head after its magic, which the caller has read.
func newBlockReader(r *countingReader, magic []byte) (*blockReader, error) {
	var version [4]byte
	if _, err := io.ReadFull(r, version[:]); err != nil {
		return nil, cut(err, r.n)
	}
	if v := binary.LittleEndian.Uint32(version[:]); v != Version {
		return nil, newer(uint64(v))
	}
	b := &blockReader{r: r, sum: xxhash.Sum64(append(bytes.Clone(magic), version[:]...))}
	b.dec = msgpack.NewDecoder(&b.left)
	return b, nil
}

// cut is the error for an export that ends too early, or cannot be read.
func cut(err error, offset int64) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return damaged(offset, "it ends here, before its end record: it was cut off")
	}
	if core.CodeOf(err) == core.CodeInternal {
		err = pathError(err)
	}
	return wrapf(err, "the export could not be read at offset %d", offset)
}

func (b *blockReader) next() (*record, error) {
	if b.left.Len() == 0 {
		if b.ended {
			return nil, b.nothing()
		}
		if err := b.block(); err != nil {
			return nil, err
		}
	} else if b.ended {
		return nil, damaged(b.offset, "records follow the end record")
	}
	b.got = record{offset: b.offset}
	if err := b.record(&b.got); err != nil {
		return nil, damaged(b.offset, "a record of the block cannot be read: %v", err)
	}
	b.ended = b.got.kind == recordEnd
	return &b.got, nil
}

// nothing checks that nothing follows the end.
func (b *blockReader) nothing() error {
	var more [1]byte
	at := b.r.n
	switch n, err := io.ReadFull(b.r, more[:]); {
	case n > 0:
		return damaged(at, "something follows the end record")
	case err == io.EOF:
		return io.EOF
	default:
		return cut(err, at)
	}
}

// block reads the next block and verifies it.
func (b *blockReader) block() error {
	b.offset = b.r.n
	var head [blockHead]byte
	if _, err := io.ReadFull(b.r, head[:]); err != nil {
		return cut(err, b.r.n)
	}
	length, complement := binary.LittleEndian.Uint32(head[:]), binary.LittleEndian.Uint32(head[4:])
	if length != ^complement || length == 0 {
		return damaged(b.offset, "the block's length and its complement, %08x and %08x, do not fit", length, complement)
	}
	// The buffer grows with what is there, not with what a length claims.
	b.body.Reset()
	if b.body.Cap() > 4*blockSize && length <= blockSize {
		b.body = bytes.Buffer{}
	}
	if _, err := io.CopyN(&b.body, b.r, int64(length)); err != nil {
		return cut(err, b.r.n)
	}
	var sum [8]byte
	if _, err := io.ReadFull(b.r, sum[:]); err != nil {
		return cut(err, b.r.n)
	}
	b.sum = chain(b.sum, head[:], b.body.Bytes())
	if stored := binary.LittleEndian.Uint64(sum[:]); stored != b.sum {
		return damaged(b.offset, "the checksum of the block of %d bytes is %016x, and %016x is stored", length, b.sum, stored)
	}
	b.left.Reset(b.body.Bytes())
	b.dec.Reset(&b.left)
	return nil
}

// fieldsOf is how many fields each kind of record has.
var fieldsOf = map[recordKind]int{recordHead: 1, recordDatabase: 6, recordScope: 1, recordSection: 2, recordEntry: 2,
	recordEnd: 5}

func (b *blockReader) record(r *record) error {
	n, err := b.dec.DecodeArrayLen()
	if err != nil {
		return err
	}
	kind, err := b.dec.DecodeUint64()
	if err != nil {
		return err
	}
	r.kind = recordKind(kind)
	if want, known := fieldsOf[r.kind]; !known || kind > 255 || n != want+1 {
		return fmt.Errorf("record %d with %d fields is not known", kind, n-1)
	}
	switch r.kind {
	case recordHead:
		return b.numbers(&r.snapshot)
	case recordDatabase:
		return b.database(&r.database)
	case recordScope:
		code, err := b.dec.PeekCode()
		if err != nil {
			return err
		}
		if code == msgpcode.Nil {
			return b.dec.DecodeNil()
		}
		name, err := b.dec.DecodeString()
		r.scope = core.Named(name)
		return err
	case recordSection:
		var database, scope uint64
		err := b.numbers(&database, &scope)
		r.inDB, r.inScope = int(database), int(scope)
		return err
	case recordEntry:
		if r.key, err = b.bytes(); err == nil {
			r.value, err = b.bytes()
		}
		return err
	}
	t := &r.totals
	return b.numbers(&t.Databases, &t.Scopes, &t.Entries, &t.KeyBytes, &t.ValueBytes)
}

func (b *blockReader) numbers(into ...*uint64) (err error) {
	for _, n := range into {
		if *n, err = b.dec.DecodeUint64(); err != nil {
			return err
		}
	}
	return nil
}

// bytes takes bytes out of the block where they are.
func (b *blockReader) bytes() ([]byte, error) {
	n, err := b.dec.DecodeBytesLen()
	if err != nil {
		return nil, err
	}
	if n < 0 || n > b.left.Len() {
		return nil, fmt.Errorf("%d bytes are said to follow, and there are %d", n, b.left.Len())
	}
	body := b.body.Bytes()
	start := len(body) - b.left.Len()
	if _, err := b.left.Seek(int64(n), io.SeekCurrent); err != nil {
		return nil, err
	}
	return body[start : start+n : start+n], nil
}

func (b *blockReader) database(d *databaseRecord) error {
	var texts [5]string
	for i := range texts {
		var err error
		if texts[i], err = b.dec.DecodeString(); err != nil {
			return err
		}
	}
	unnamed, err := b.dec.DecodeBool()
	if err != nil {
		return err
	}
	d.name, d.unnamed = texts[0], unnamed
	return d.parse(texts[1], texts[2], texts[3], texts[4])
}

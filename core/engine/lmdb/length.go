package lmdb

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"os"
	"path/filepath"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

// A file that was cut off must be refused before LMDB maps it: reading beyond its end would end the process by SIGBUS,
// which nothing can catch in a library. A file shorter than the last page that it ever used is not cut off as such: pages
// that were used and freed within one transaction are never written. So where it is shorter, all pages that can be reached
// are looked for, by reading the file and not the map. The structures are those of LMDB 0.9 (mdb.c: MDB_meta, MDB_db,
// MDB_page, MDB_node) on 64-bit systems, in the machine's byte order.
type pages struct {
	file  *os.File
	bytes int64 // the file's size
	size  int64 // of a page
}

// checkLength refuses a file in which a page that can be reached is missing.
func (e *environment) checkLength() error {
	path := filepath.Join(e.config.Path, "data.mdb")
	txn, err := e.lm.BeginTxn(nil, flagReadonly) // pages of its snapshot stay as they are
	if err != nil {
		return beginFailure(err, e)
	}
	defer txn.Abort()
	info, err := e.lm.Info()
	if err != nil {
		return failed(err, "%s could not be inspected", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return pathFailure(err, path)
	}
	defer file.Close()
	status, err := file.Stat()
	if err != nil {
		return pathFailure(err, path)
	}
	p := pages{file: file, bytes: status.Size(), size: e.pageSize}
	if (info.LastPNO+1)*p.size <= p.bytes || bits.UintSize != 64 {
		return nil
	}
	if err := p.checkSnapshot(uint64(txn.ID())); err != nil {
		return engine.Fail(engine.ErrCorrupt, fmt.Sprintf(
			"%s has %d bytes and was cut off: restore it from a backup", path, p.bytes), err)
	}
	return nil
}

// Offsets and sizes of LMDB's structures.
const (
	pageHeader    = 16
	pageFlags     = 10
	pageLower     = 12
	metaDatabases = pageHeader + 24
	metaLastPage  = pageHeader + 120
	metaTxnID     = pageHeader + 128
	databaseRoot  = 40
	// how many entries the database has
	databaseEntries = 32
	nodeHeader      = 8
	noPage          = ^uint64(0)

	flagBranch  = 0x01 // of a page
	flagLeaf    = 0x02
	flagLeaf2   = 0x20
	flagBigData = 0x01 // of a node
	flagSubData = 0x02
)

var native = binary.NativeEndian

// checkSnapshot looks for all pages of the snapshot with this transaction id.
func (p *pages) checkSnapshot(id uint64) error {
	for number := range uint64(2) {
		meta, err := p.read(number)
		if err != nil {
			return err
		}
		if native.Uint64(meta[metaTxnID:]) != id {
			continue
		}
		for i := range 2 { // the free pages, the main database
			if err := p.checkDatabase(meta[metaDatabases+i*recordSize:]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *pages) checkDatabase(record []byte) error {
	root := native.Uint64(record[databaseRoot:])
	if root == noPage {
		return nil
	}
	return p.checkTree(root, 0)
}

// maxDepth is LMDB's own limit of a tree's depth (CURSOR_STACK).
const maxDepth = 32

func (p *pages) checkTree(number uint64, depth int) error {
	page, err := p.read(number)
	if err != nil {
		return err
	}
	flags := native.Uint16(page[pageFlags:])
	if depth == maxDepth || flags&(flagBranch|flagLeaf) == 0 {
		return fmt.Errorf("page %d is no page of a tree", number)
	}
	if flags&flagLeaf2 != 0 {
		return nil // keys of one size, and nothing to follow
	}
	lower := int(native.Uint16(page[pageLower:]))
	if lower < pageHeader || lower > len(page) {
		return fmt.Errorf("page %d is damaged", number)
	}
	for at := pageHeader; at+2 <= lower; at += 2 {
		node := int(native.Uint16(page[at:]))
		if node+nodeHeader > len(page) {
			return fmt.Errorf("page %d is damaged", number)
		}
		if err := p.checkNode(page[node:], flags&flagBranch != 0, number, depth); err != nil {
			return err
		}
	}
	return nil
}

// checkNode follows a node: a branch's to its child, a leaf's to a large value or a named database.
func (p *pages) checkNode(node []byte, branch bool, number uint64, depth int) error {
	low, flags, keySize := native.Uint32(node), native.Uint16(node[4:]), int(native.Uint16(node[6:]))
	if branch {
		return p.checkTree(uint64(low)|uint64(flags)<<32, depth+1)
	}
	if flags&(flagBigData|flagSubData) == 0 {
		return nil
	}
	data := nodeHeader + keySize
	if data+8 > len(node) || (flags&flagSubData != 0 && data+recordSize > len(node)) {
		return fmt.Errorf("page %d is damaged", number)
	}
	if flags&flagSubData != 0 {
		return p.checkDatabase(node[data:])
	}
	first := native.Uint64(node[data:])
	count := (pageHeader-1+uint64(low))/uint64(p.size) + 1
	return p.there(first, count)
}

// there says whether pages are within the file.
func (p *pages) there(first, count uint64) error {
	have := uint64(p.bytes / p.size)
	if first >= have || count > have-first {
		return fmt.Errorf("page %d of %d is missing", first+count-1, have)
	}
	return nil
}

func (p *pages) read(number uint64) ([]byte, error) {
	if err := p.there(number, 1); err != nil {
		return nil, err
	}
	page := make([]byte, p.size)
	_, err := p.file.ReadAt(page, int64(number)*p.size)
	return page, err
}

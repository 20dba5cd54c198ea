package lmdb

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"os"
	"path/filepath"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

var errTooDeep = errors.New("a tree is deeper than LMDB makes any")

// node is an entry of a page of a tree.
type node struct {
	key   []byte
	child uint64 // of a branch page
	flags uint16
	data  []byte // of a leaf page: from the value on to the page's end
	size  uint32 // of the value
}

func isBranch(page []byte) bool { return native.Uint16(page[pageFlags:])&flagBranch != 0 }

// openPages opens the file to read its pages past the map.
func (e *environment) openPages() (*pages, error) {
	path := filepath.Join(e.config.Path, "data.mdb")
	if bits.UintSize != 64 {
		return nil, invalid("pages can be read on 64-bit systems only")
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, pathFailure(err, path)
	}
	status, err := file.Stat()
	if err != nil {
		_ = file.Close()
		return nil, pathFailure(err, path)
	}
	return &pages{file: file, bytes: status.Size(), size: e.pageSize}, nil
}

// readTree reads a page that must be one of a tree.
func (p *pages) readTree(number uint64) ([]byte, error) {
	page, err := p.read(number)
	if err != nil {
		return nil, err
	}
	if native.Uint16(page[pageFlags:])&(flagBranch|flagLeaf) == 0 {
		return nil, fmt.Errorf("page %d is no page of a tree", number)
	}
	if found := native.Uint64(page); found != number {
		return nil, fmt.Errorf("page %d says that it is page %d", number, found)
	}
	return page, nil
}

// nodes are the entries of a page of a tree.
func (p *pages) nodes(page []byte, number uint64) ([]node, error) {
	if native.Uint16(page[pageFlags:])&flagLeaf2 != 0 {
		return nil, nil // keys of one size, which have nothing behind them
	}
	broken := fmt.Errorf("page %d is damaged", number)
	lower := int(native.Uint16(page[pageLower:]))
	if lower < pageHeader || lower > len(page) || lower%2 != 0 {
		return nil, broken
	}
	branch := isBranch(page)
	nodes := make([]node, 0, (lower-pageHeader)/2)
	for at := pageHeader; at < lower; at += 2 {
		start := int(native.Uint16(page[at:]))
		if start < lower || start+nodeHeader > len(page) {
			return nil, broken
		}
		raw := page[start:]
		low, flags, keySize := native.Uint32(raw), native.Uint16(raw[4:]), int(native.Uint16(raw[6:]))
		if nodeHeader+keySize > len(raw) {
			return nil, broken
		}
		n := node{key: raw[nodeHeader : nodeHeader+keySize], flags: flags, data: raw[nodeHeader+keySize:], size: low}
		if branch {
			n.child = uint64(low) | uint64(flags)<<32
		}
		nodes = append(nodes, n)
	}
	return nodes, nil
}

// audit follows all pages of a snapshot.
type audit struct {
	pages
	ctx      context.Context
	used     uint64   // how many pages there are
	seen     []uint64 // a bit for each page
	done     uint64
	progress func(done, total uint64)
	report   func(engine.PageFault)
}

// CheckPages follows every page of a snapshot of its own.
func (s *session) CheckPages(ctx context.Context, progress func(done, total uint64), report func(engine.PageFault)) error {
	for tries := 0; ; tries++ {
		t, err := s.begin(ctx, engine.TxnOptions{})
		if err != nil {
			return err
		}
		found, err := s.checkPages(ctx, t, progress, report)
		_ = t.Abort()
		if found || err != nil {
			return err
		}
		if tries == 100 {
			return engine.Fail(engine.ErrBusy, "the environment is written too fast to find the head of a snapshot: try again", nil)
		}
	}
}

// checkPages is false if the snapshot's head has been overwritten already, which two commits do.
func (s *session) checkPages(ctx context.Context, t *txn, progress func(done, total uint64),
	report func(engine.PageFault)) (bool, error) {
	p, err := s.env.openPages()
	if err != nil {
		return false, err
	}
	defer p.file.Close()
	id := uint64(t.lm.ID())
	meta, err := p.meta(id)
	if meta == nil || err != nil {
		return false, err
	}
	a := &audit{pages: *p, ctx: ctx, used: native.Uint64(meta[metaLastPage:]) + 1, progress: progress, report: report}
	a.seen = make([]uint64, a.used/64+1)
	a.mark(0, 2, "the head")
	for i, what := range [...]string{"the free pages", "the main database"} {
		if err := a.database(meta[metaDatabases+i*recordSize:], what); err != nil {
			return true, err
		}
	}
	if err := t.eachFree(func(list []byte) {
		for ; len(list) > 0; list = list[8:] {
			a.mark(native.Uint64(list), 1, "the list of free pages")
		}
	}); err != nil {
		return true, err
	}
	a.lost()
	progress(a.used, a.used)
	return true, nil
}

// meta is the head of the snapshot with a number; nil if neither of the two is.
func (p *pages) meta(id uint64) ([]byte, error) {
	for number := range uint64(2) {
		page, err := p.read(number)
		if err != nil {
			return nil, damaged(err)
		}
		if native.Uint64(page[metaTxnID:]) == id {
			return page, nil
		}
	}
	return nil, nil
}

// lost reports runs of pages that are neither used nor free.
func (a *audit) lost() {
	for page := uint64(0); page < a.used; page++ {
		if a.seen[page/64]&(1<<(page%64)) != 0 {
			continue
		}
		first := page
		for page+1 < a.used && a.seen[(page+1)/64]&(1<<((page+1)%64)) == 0 {
			page++
		}
		a.report(engine.PageFault{Page: first, Lost: true,
			Text: fmt.Sprintf("%d page(s) from %d on are neither used nor free", page-first+1, first)})
	}
}

// mark notes that pages are reached; false if that is wrong.
func (a *audit) mark(first, count uint64, by string) bool {
	for page := first; page < first+count; page++ {
		if page >= a.used {
			a.report(engine.PageFault{Page: page, Text: fmt.Sprintf("%s leads to page %d, and there are %d", by, page, a.used)})
			return false
		}
		bit := uint64(1) << (page % 64)
		if a.seen[page/64]&bit != 0 {
			a.report(engine.PageFault{Page: page, Text: fmt.Sprintf("page %d is reached twice, the second time from %s", page, by)})
			return false
		}
		a.seen[page/64] |= bit
		if a.done++; a.done%4096 == 0 {
			a.progress(a.done, a.used)
		}
	}
	return true
}

func (a *audit) database(record []byte, what string) error {
	root := native.Uint64(record[databaseRoot:])
	if root == noPage {
		return nil
	}
	return a.tree(root, 0, what)
}

// tree follows a tree. Its error is the context's; what is wrong is reported.
func (a *audit) tree(number uint64, depth int, what string) error {
	if a.ctx.Err() != nil {
		return canceled(a.ctx, "checking pages")
	}
	if !a.mark(number, 1, what) {
		return nil
	}
	page, err := a.readTree(number)
	var nodes []node
	if err == nil && depth == maxDepth {
		err = errTooDeep
	}
	if err == nil {
		nodes, err = a.nodes(page, number)
	}
	if err != nil {
		a.report(engine.PageFault{Page: number, Text: fmt.Sprintf("%s: %v", what, err)})
		return nil
	}
	branch := isBranch(page)
	for _, n := range nodes {
		if branch {
			err = a.tree(n.child, depth+1, what)
		} else {
			err = a.leaf(n, number, what)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// leaf follows what a leaf's node leads to: a large value, or another table.
func (a *audit) leaf(n node, number uint64, what string) error {
	switch {
	case n.flags&flagSubData != 0 && len(n.data) >= recordSize:
		return a.database(n.data, fmt.Sprintf("the table %q", n.key))
	case n.flags&flagBigData != 0 && len(n.data) >= 8:
		first := native.Uint64(n.data)
		a.mark(first, (pageHeader-1+uint64(n.size))/uint64(a.size)+1, what)
	case n.flags&(flagSubData|flagBigData) != 0 || (n.flags == 0 && uint64(n.size) > uint64(len(n.data))):
		a.report(engine.PageFault{Page: number, Text: fmt.Sprintf("%s: page %d is damaged", what, number)})
	}
	return nil
}

package lmdb

import (
	"bytes"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

// freeTable is LMDB's table of free pages, by the transaction that freed them. Only read transactions can look into it.
var freeTable = &table{name: "free pages", dbi: 0}

// Pages says how the environment's pages are used.
func (t *txn) Pages() (engine.Pages, error) {
	if err := t.readOnly("how pages are used"); err != nil {
		return engine.Pages{}, err
	}
	e := t.session.env
	info, err := e.lm.Info()
	if err != nil {
		return engine.Pages{}, failed(err, "%s could not be inspected", e.config.Path)
	}
	pages := engine.Pages{Used: uint64(info.LastPNO) + 1, Size: int(e.pageSize)}
	err = t.eachFree(func(list []byte) { pages.Free += uint64(len(list) / 8) })
	return pages, err
}

func (t *txn) readOnly(what string) error {
	if err := t.ready(); err != nil {
		return err
	}
	if t.write {
		return invalid("%s can be asked of a read transaction only", what)
	}
	return nil
}

// eachFree hands out the lists of free pages: numbers of 8 bytes in the machine's order.
func (t *txn) eachFree(visit func(list []byte)) error {
	c, err := t.scan(engine.Place{Table: freeTable}, engine.Range{}, true)
	if err != nil {
		return err
	}
	defer c.Close()
	var entries [batch]engine.Entry
	for {
		n, err := c.Next(entries[:])
		if n == 0 || err != nil {
			return err
		}
		for _, entry := range entries[:n] {
			// The first number says how many follow; there may be room for more.
			if len(entry.Value) < 8 || native.Uint64(entry.Value) > uint64(len(entry.Value)/8-1) {
				return engine.Fail(engine.ErrCorrupt, "the list of free pages is damaged", nil)
			}
			visit(entry.Value[8 : 8+8*native.Uint64(entry.Value)])
		}
	}
}

// TablePages says how the pages of a table are used.
func (t *txn) TablePages(tab engine.Table) (engine.TablePages, error) {
	if err := t.check(engine.Place{Table: tab}); err != nil {
		return engine.TablePages{}, err
	}
	stat, err := t.lm.Stat(tab.(*table).dbi)
	if err != nil {
		return engine.TablePages{}, failed(err, "the table %q could not be inspected", tab.Name())
	}
	return engine.TablePages{
		Branch: stat.BranchPages, Leaf: stat.LeafPages, Overflow: stat.OverflowPages, Depth: int(stat.Depth),
	}, nil
}

// Estimate says about how many entries a partition has. It descends to the partition's two ends, as databases estimate the
// size of a range for their planners, and weighs the children of each page on the way by how many nodes they have: the last
// pages of a tree that was filled in order are much emptier than the others. It reads some hundred headers a level at most.
func (t *txn) Estimate(at engine.Place) (uint64, error) {
	if err := t.readOnly("an estimate"); err != nil {
		return 0, err
	}
	tab := at.Table.(*table)
	if err := t.check(at); err != nil || tab == unnamed || !at.Scoped {
		return 0, err
	}
	record, rc := nativeGet(t, engine.Place{Table: unnamed}, []byte(tab.name))
	if rc == rcNotFound {
		return 0, nil
	}
	if rc != 0 || len(record) != recordSize {
		return 0, t.fail(rc, "the table's record could not be read")
	}
	root, entries := native.Uint64(record[databaseRoot:]), native.Uint64(record[databaseEntries:])
	if root == noPage {
		return 0, nil
	}
	p, err := t.session.env.openPages()
	if err != nil {
		return 0, err
	}
	defer p.file.Close()
	partition := at.Partition.Bytes()
	low, err := p.rank(root, partition[:])
	if err != nil {
		return 0, damaged(err)
	}
	high := 1.0
	if end := successor(partition[:]); end != nil {
		if high, err = p.rank(root, end); err != nil {
			return 0, damaged(err)
		}
	}
	return uint64(max(0, high-low)*float64(entries) + 0.5), nil
}

func damaged(err error) error {
	return engine.Fail(engine.ErrCorrupt, "a page of the table is damaged", err)
}

// successor is the least sequence of bytes that follows all that begin with a prefix; nil if there is none.
func successor(prefix []byte) []byte {
	for n := len(prefix); n > 0; n-- {
		if prefix[n-1] != 0xff {
			next := bytes.Clone(prefix[:n])
			next[n-1]++
			return next
		}
	}
	return nil
}

// rank is which part of the entries of a tree precedes a key, from 0 to 1.
func (p *pages) rank(number uint64, key []byte) (float64, error) {
	low, width := 0.0, 1.0
	for range maxDepth {
		page, err := p.readTree(number)
		if err != nil {
			return 0, err
		}
		nodes, err := p.nodes(page, number)
		if err != nil || len(nodes) == 0 {
			return low, err
		}
		branch := isBranch(page)
		before := 0
		for i, node := range nodes {
			// The first key of a branch page stands for all that are less.
			if i == 0 && branch {
				continue
			}
			d := bytes.Compare(node.key, key)
			if d > 0 || (d == 0 && !branch) {
				break
			}
			before = i
			if !branch {
				before++
			}
		}
		if !branch {
			return low + width*float64(before)/float64(len(nodes)), nil
		}
		passed, own, total, err := p.weigh(nodes, before)
		if err != nil {
			return 0, err
		}
		low += width * passed / total
		width *= own / total
		number = nodes[before].child
	}
	return 0, errTooDeep
}

// weigh counts the nodes of a page's children: of those before one of them, of that one, and of all.
func (p *pages) weigh(children []node, one int) (before, own, all float64, err error) {
	header := make([]byte, pageHeader)
	for i, child := range children {
		if _, err := p.file.ReadAt(header, int64(child.child)*int64(p.size)); err != nil {
			return 0, 0, 0, err
		}
		// Not even a damaged page has no nodes or more than bytes, so that no share is infinite.
		n := max(1, float64(int(native.Uint16(header[pageLower:]))-pageHeader)/2)
		all += n
		switch {
		case i < one:
			before += n
		case i == one:
			own = n
		}
	}
	return before, own, all, nil
}

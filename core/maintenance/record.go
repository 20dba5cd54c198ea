package maintenance

import (
	"fmt"
	"io"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
	"github.com/scoped-lmdb/scoped-lmdb/core/layout"
)

// An export is a sequence of records: a head; all databases; all scopes, the default one last; sections, each of the entries of
// one scope in one database, in the order of the scopes; an end with totals.
// Two formats carry the same records: blocks (package-private type blockWriter) and lines (lineWriter).

// Format is how an export is written.
type Format uint8

const (
	// Blocks is the format for programs: MessagePack in blocks with checksums.
	Blocks Format = iota
	// Lines is the format for people: JSON Lines.
	Lines
)

// Version is the version of both formats.
const Version = 1

// Totals are what an export has, or an import has brought.
type Totals struct {
	Databases, Scopes             uint64
	Entries, KeyBytes, ValueBytes uint64
	// Skipped are entries of an import that were there already and stayed.
	Skipped uint64
}

func (t *Totals) count(key, value []byte) {
	t.Entries++
	t.KeyBytes += uint64(len(key))
	t.ValueBytes += uint64(len(value))
}

// databaseRecord describes a database. A foreign one has kind 0, and layout 0 if it has no named scopes.
type databaseRecord struct {
	name    string
	kind    core.Kind
	layout  core.Layout
	key     codec.Type
	value   codec.Type
	unnamed bool
	forms   [2]layout.Form // how stored keys are made of logical ones: in the default scope, in named ones
}

func describe(info core.DatabaseInfo) databaseRecord {
	d := databaseRecord{name: info.Name, kind: info.Kind, layout: info.Layout, key: info.Key, value: info.Value,
		unnamed: info.UnnamedDefault}
	d.setForms()
	return d
}

func (d *databaseRecord) setForms() {
	d.forms = [2]layout.Form{layout.Plain, layout.Plain}
	if d.kind != 0 {
		d.forms[0], d.forms[1] = core.StoredForm(d.kind, d.layout, d.key)
	}
}

func (d *databaseRecord) form(s core.Scope) layout.Form {
	if s.IsDefault() {
		return d.forms[0]
	}
	return d.forms[1]
}

// texts are the description as it is written.
func (d *databaseRecord) texts() (kind, layoutName, key, value string) {
	if d.kind != 0 {
		kind = d.kind.String()
	}
	if d.layout != 0 {
		layoutName = d.layout.String()
	}
	return kind, layoutName, d.key.String(), d.value.String()
}

// parse reads a description.
func (d *databaseRecord) parse(kind, layoutName, key, value string) error {
	ok := true
	if kind != "" {
		d.kind, ok = parseKind(kind)
	}
	if ok && layoutName != "" {
		d.layout, ok = layout.Parse(layoutName)
	}
	if ok {
		d.key, ok = codec.ParseType(key)
	}
	if ok {
		d.value, ok = codec.ParseType(value)
	}
	if !ok {
		return fmt.Errorf("kind %q, layout %q, key %q, value %q describe no database that this version knows", kind,
			layoutName, key, value)
	}
	d.setForms()
	return nil
}

func parseKind(name string) (core.Kind, bool) {
	for k := core.KindTyped; k <= core.KindBytes; k++ {
		if k.String() == name {
			return k, true
		}
	}
	return 0, false
}

// recordKind is what a record is.
type recordKind uint8

// The kinds. The numbers are those of the format of blocks.
const (
	recordHead     recordKind = 0
	recordDatabase recordKind = 1
	recordScope    recordKind = 2
	recordSection  recordKind = 3
	recordEntry    recordKind = 4
	recordEnd      recordKind = 5
)

// record is one record that was read. Key and value are borrowed until the next one is.
type record struct {
	kind          recordKind
	snapshot      uint64         // of a head
	database      databaseRecord // of a database
	scope         core.Scope     // of a scope
	inDB, inScope int            // of a section
	key, value    []byte         // of an entry
	totals        Totals         // of an end
	offset        int64          // where the record, or what holds it, begins
}

// exportWriter writes records.
type exportWriter interface {
	head(snapshot uint64) error
	database(d databaseRecord) error
	scope(s core.Scope) error
	section(database, scope int) error
	entry(key, value []byte) error
	end(t Totals) error
}

// exportReader reads records. After the end record it answers io.EOF. What it has handed out is not verified before it has
// handed out the end; other errors name the offset of what is damaged.
type exportReader interface {
	next() (*record, error)
}

// countingReader counts what is read.
type countingReader struct {
	r io.Reader
	n int64
}

func (c *countingReader) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	return n, err
}

func damaged(offset int64, format string, args ...any) error {
	return fail(core.CodeCorrupt, "the export is damaged at offset %d: %s", offset, fmt.Sprintf(format, args...))
}

func newer(version uint64) error {
	return fail(core.CodeFormatTooNew, "the export has version %d, and this version of scoped-lmdb reads version %d",
		version, Version)
}

package maintenance

import (
	"fmt"
	"io"

	"github.com/cespare/xxhash/v2"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/maintenance/notation"
)

// The format of lines: a record is one JSON object on a line of its own. Keys and values are in package notation. A line with a
// checksum, of all bytes before it, follows as soon as there are checkEvery bytes since the last one; the end record has one.

// checkEvery is how many bytes there are, with the line that reaches it, between two checksums.
const checkEvery = blockSize

// lineMagic is how the first line begins.
const lineMagic = `{"slmdb-export":`

// How lines with checksums begin.
const (
	checkHead = `{"check":`
	endHead   = `{"end":`
)

type lineWriter struct {
	w         io.Writer
	sum       *xxhash.Digest
	line      []byte
	unchecked int
	databases []databaseRecord
	scopes    []core.Scope
	at        *databaseRecord // of the section
	in        core.Scope
	keys      notation.Side
	values    notation.Side
	scratch   []byte
}

func newLineWriter(w io.Writer) *lineWriter { return &lineWriter{w: w, sum: xxhash.New()} }

// write writes the line that was put together, and a checksum if it is time.
func (l *lineWriter) write() error {
	if err := l.writeLine(); err != nil || l.unchecked < checkEvery {
		return err
	}
	l.line = checkLine(l.line, l.sum.Sum64())
	err := l.writeLine()
	l.unchecked = 0
	return err
}

func (l *lineWriter) writeLine() error {
	l.line = append(l.line, '\n')
	_, _ = l.sum.Write(l.line)
	l.unchecked += len(l.line)
	_, err := l.w.Write(l.line)
	l.line = l.line[:0]
	return err
}

func checkLine(dst []byte, sum uint64) []byte { return fmt.Appendf(dst, checkHead+`"%016x"}`, sum) }

func (l *lineWriter) head(snapshot uint64) error {
	l.line = fmt.Appendf(l.line, `%s%d,"snapshot":%d}`, lineMagic, Version, snapshot)
	return l.write()
}

func (l *lineWriter) database(d databaseRecord) error {
	kind, layout, key, value := d.texts()
	l.databases = append(l.databases, d)
	l.line = notation.AppendText(append(l.line, `{"database":`...), d.name)
	l.line = fmt.Appendf(l.line, `,"kind":"%s","layout":"%s","keys":"%s","values":"%s","unnamed":%t}`, kind, layout, key,
		value, d.unnamed)
	return l.write()
}

func (l *lineWriter) scope(s core.Scope) error {
	l.scopes = append(l.scopes, s)
	l.line = append(l.line, `{"scope":`...)
	if s.IsDefault() {
		l.line = append(l.line, "null"...)
	} else {
		l.line = notation.AppendText(l.line, s.Name())
	}
	l.line = append(l.line, '}')
	return l.write()
}

func (l *lineWriter) section(database, scope int) error {
	l.at, l.in = &l.databases[database], l.scopes[scope]
	l.keys, l.values = notation.Keys(l.at.kind, l.at.key), notation.Values(l.at.kind, l.at.value)
	l.line = fmt.Appendf(l.line, `{"entries":[%d,%d]}`, database, scope)
	return l.write()
}

func (l *lineWriter) entry(key, value []byte) error {
	l.line = append(l.line, `{"key":`...)
	if logical, err := l.at.form(l.in).Logical(&l.scratch, key); err == nil {
		l.line = l.keys.Append(l.line, logical, notation.JSON)
	} else {
		// It is damaged: what is stored is carried as it is.
		l.line = append(l.line, `null,"malformed":`...)
		l.line = notation.Keys(core.KindBytes, 0).Append(l.line, key, notation.JSON)
	}
	l.line = append(l.line, `,"value":`...)
	l.line = append(l.values.Append(l.line, value, notation.JSON), '}')
	return l.write()
}

func (l *lineWriter) end(t Totals) error {
	l.line = endLine(l.line, t, l.sum.Sum64())
	return l.writeLine()
}

func endLine(dst []byte, t Totals, sum uint64) []byte {
	return fmt.Appendf(dst, endHead+`{"databases":%d,"scopes":%d,"entries":%d,"key_bytes":%d,"value_bytes":%d,"check":"%016x"}}`,
		t.Databases, t.Scopes, t.Entries, t.KeyBytes, t.ValueBytes, sum)
}

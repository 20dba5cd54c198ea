package maintenance

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/cespare/xxhash/v2"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/maintenance/notation"
)

// lineReader gathers lines up to the next checksum, and verifies it before it reads a record of them.
type lineReader struct {
	r         *bufio.Reader
	sum       *xxhash.Digest
	chunk     []byte // lines that were verified
	used      int    // of the chunk
	start     int64  // the chunk's offset
	ended     bool   // the chunk is the last one
	databases []databaseRecord
	scopes    []core.Scope
	at        *databaseRecord
	in        core.Scope
	keys      notation.Side
	values    notation.Side
	stored    []byte
	got       record
}

func newLineReader(r io.Reader) *lineReader {
	return &lineReader{r: bufio.NewReaderSize(r, blockSize), sum: xxhash.New()}
}

// anyLine has the fields of all lines.
type anyLine struct {
	Export   *uint64         `json:"slmdb-export"`
	Snapshot uint64          `json:"snapshot"`
	Database *string         `json:"database"`
	Kind     string          `json:"kind"`
	Layout   string          `json:"layout"`
	Keys     string          `json:"keys"`
	Values   string          `json:"values"`
	Unnamed  bool            `json:"unnamed"`
	Scope    json.RawMessage `json:"scope"`
	Entries  []int           `json:"entries"`
	Key      json.RawMessage `json:"key"`
	Damaged  json.RawMessage `json:"malformed"`
	Value    json.RawMessage `json:"value"`
	Check    string          `json:"check"`
	End      *endFields      `json:"end"`
}

type endFields struct {
	Databases  uint64 `json:"databases"`
	Scopes     uint64 `json:"scopes"`
	Entries    uint64 `json:"entries"`
	KeyBytes   uint64 `json:"key_bytes"`
	ValueBytes uint64 `json:"value_bytes"`
	Check      string `json:"check"`
}

func (e *endFields) totals() Totals {
	return Totals{Databases: e.Databases, Scopes: e.Scopes, Entries: e.Entries, KeyBytes: e.KeyBytes, ValueBytes: e.ValueBytes}
}

func (l *lineReader) next() (*record, error) {
	if l.used == len(l.chunk) {
		if l.ended {
			return nil, l.nothing()
		}
		if err := l.gather(); err != nil {
			return nil, err
		}
	}
	text, _, _ := bytes.Cut(l.chunk[l.used:], []byte{'\n'})
	offset := l.start + int64(l.used)
	l.used += len(text) + 1
	var line anyLine
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&line); err != nil {
		return nil, damaged(offset, "the line is no record: %v", err)
	}
	if line.Check != "" {
		return l.next()
	}
	l.got = record{offset: offset}
	if err := l.record(&line); err != nil {
		if core.CodeOf(err) == core.CodeFormatTooNew {
			return nil, err
		}
		return nil, damaged(offset, "%v", err)
	}
	return &l.got, nil
}

// nothing checks that nothing follows the end.
func (l *lineReader) nothing() error {
	at := l.start + int64(len(l.chunk))
	switch _, err := l.r.ReadByte(); err {
	case nil:
		return damaged(at, "something follows the end record")
	case io.EOF:
		return io.EOF
	default:
		return cut(err, at)
	}
}

// gather reads lines up to the next checksum, and verifies it.
func (l *lineReader) gather() error {
	l.start += int64(len(l.chunk))
	if l.chunk, l.used = l.chunk[:0], 0; cap(l.chunk) > 8*checkEvery {
		l.chunk = nil // it held a large value
	}
	for {
		before := len(l.chunk)
		if err := l.read(); err != nil {
			return err
		}
		line := l.chunk[before : len(l.chunk)-1]
		offset := l.start + int64(before)
		sum := l.sum.Sum64()
		if l.start+int64(before) == 0 {
			if err := checkFirst(line); err != nil {
				return err
			}
		}
		_, _ = l.sum.Write(l.chunk[before:])
		switch {
		case bytes.HasPrefix(line, []byte(checkHead)):
			if !bytes.Equal(line, checkLine(nil, sum)) {
				return l.mismatch(offset)
			}
			return nil
		case bytes.HasPrefix(line, []byte(endHead)):
			l.ended = true
			var end anyLine
			if err := json.Unmarshal(line, &end); err != nil || end.End == nil || !bytes.Equal(line, endLine(nil,
				end.End.totals(), sum)) {
				return l.mismatch(offset)
			}
			return nil
		case before >= checkEvery:
			return damaged(l.start, "no checksum follows within %d bytes", len(l.chunk))
		}
	}
}

// checkFirst tells an export of another version, whose lines this one need not know.
func checkFirst(line []byte) error {
	var head struct {
		Version *uint64 `json:"slmdb-export"`
	}
	if err := json.Unmarshal(line, &head); err == nil && head.Version != nil && *head.Version != Version {
		return newer(*head.Version)
	}
	return nil
}

func (l *lineReader) mismatch(offset int64) error {
	return damaged(l.start, "the checksum in the line at offset %d does not fit the lines from here to there", offset)
}

// read adds a line to the chunk.
func (l *lineReader) read() error {
	for {
		part, err := l.r.ReadSlice('\n')
		l.chunk = append(l.chunk, part...)
		if err == bufio.ErrBufferFull {
			continue
		}
		if err != nil {
			return cut(err, l.start+int64(len(l.chunk)))
		}
		return nil
	}
}

func (l *lineReader) record(line *anyLine) error {
	switch {
	case line.Export != nil:
		if l.got.kind, l.got.snapshot = recordHead, line.Snapshot; *line.Export != Version {
			return newer(*line.Export)
		}
		return nil
	case line.Database != nil:
		l.got.kind = recordDatabase
		d := databaseRecord{name: *line.Database, unnamed: line.Unnamed}
		err := d.parse(line.Kind, line.Layout, line.Keys, line.Values)
		l.databases = append(l.databases, d)
		l.got.database = d
		return err
	case line.Scope != nil:
		return l.scope(line.Scope)
	case line.Entries != nil:
		return l.section(line.Entries)
	case line.Key != nil && line.Value != nil:
		return l.entry(line)
	case line.End != nil && l.ended && l.used == len(l.chunk):
		l.got.kind, l.got.totals = recordEnd, line.End.totals()
		return nil
	}
	return fmt.Errorf("the line is no record")
}

func (l *lineReader) scope(raw json.RawMessage) error {
	var name *string
	if err := json.Unmarshal(raw, &name); err != nil {
		return err
	}
	l.got.kind = recordScope
	if name != nil {
		l.got.scope = core.Named(*name)
	}
	l.scopes = append(l.scopes, l.got.scope)
	return nil
}

func (l *lineReader) section(in []int) error {
	if len(in) != 2 || in[0] < 0 || in[0] >= len(l.databases) || in[1] < 0 || in[1] >= len(l.scopes) {
		return fmt.Errorf("entries of database and scope %v, and %d and %d are known", in, len(l.databases), len(l.scopes))
	}
	l.got.kind, l.got.inDB, l.got.inScope = recordSection, in[0], in[1]
	l.at, l.in = &l.databases[in[0]], l.scopes[in[1]]
	l.keys, l.values = notation.Keys(l.at.kind, l.at.key), notation.Values(l.at.kind, l.at.value)
	return nil
}

func (l *lineReader) entry(line *anyLine) (err error) {
	if l.at == nil {
		return fmt.Errorf("an entry comes before it was said where it belongs")
	}
	l.got.kind = recordEntry
	if line.Damaged != nil {
		l.got.key, err = notation.Keys(core.KindBytes, 0).Parse(line.Damaged)
	} else {
		var logical []byte
		if logical, err = l.keys.Parse(line.Key); err == nil {
			l.stored = l.at.form(l.in).Append(l.stored[:0], logical)
			l.got.key = l.stored
		}
	}
	if err != nil {
		return fmt.Errorf("the key: %w", err)
	}
	if l.got.value, err = l.values.Parse(line.Value); err != nil {
		return fmt.Errorf("the value: %w", err)
	}
	return nil
}

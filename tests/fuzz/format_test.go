// Is a file of a newer format refused with both numbers, and a format that is none as damage?
package fuzz

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

const formatKey = "format"

// formatOf reads a format record as it is meant: one MessagePack integer from 1, and nothing after it.
func formatOf(stored []byte) (format uint64, ok bool) {
	if len(stored) == 0 {
		return 0, false
	}
	switch code := stored[0]; {
	case code <= 0x7f, code >= 0xcc && code <= 0xd3: // the integers that may be positive
	default:
		return 0, false
	}
	reader := bytes.NewReader(stored)
	number, err := msgpack.NewDecoder(reader).DecodeInterfaceLoose()
	if err != nil || reader.Len() > 0 {
		return 0, false
	}
	switch n := number.(type) {
	case int64:
		return uint64(n), n > 0
	case uint64:
		return n, n > 0
	}
	return 0, false
}

func formatSeeds(t testing.TB) [][]byte {
	t.Helper()
	var all [][]byte
	for _, format := range []any{
		1, 2, 3, 127, 128, 255, 256, 65535, 65536, uint64(math.MaxUint32), uint64(math.MaxInt64), uint64(math.MaxUint64),
		0, -1, math.MinInt64, nil, true, 1.0, "1", []byte{1}, []any{1}, map[string]any{},
	} {
		all = append(all, pack(t, format))
	}
	return append(all, []byte{}, []byte{0xc1}, []byte{1, 1}, []byte{1, 0}, []byte{0xcc}, []byte{0xcc, 1}, []byte{0xcd, 0, 1},
		[]byte{0xcf, 0, 0, 0, 0, 0, 0, 0, 1},
		[]byte{0xd0, 1}, []byte{0xd3, 0, 0, 0, 0, 0, 0, 0, 2}, []byte{0xce, 0, 0}, []byte{0xcb, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0})
}

func FuzzFormat(f *testing.F) {
	for _, stored := range formatSeeds(f) {
		f.Add(stored)
	}
	f.Fuzz(func(t *testing.T, record []byte) {
		s := both(t)
		s.put(recordsTable, []byte(formatKey), record)
		env, err := s.open()
		format, ok := formatOf(record)
		switch {
		case ok && format <= core.Format:
			s.must(err)
			s.untouched(env, scopes...)
			s.must(env.Close())
		case ok:
			s.newer(err, format)
		case err == nil:
			t.Errorf("the format record %x is none, and the environment opens", record)
		default:
			s.tells("Open", err, []core.Code{core.CodeCorrupt}, recordsTable, "format")
		}
	})
}

// newer checks the refusal of a newer format: both numbers stand in it.
func (s *stored) newer(err error, format uint64) {
	s.Helper()
	if !errors.Is(err, core.ErrFormatTooNew) || !strings.Contains(err.Error(), fmt.Sprintf("format %d", format)) ||
		!strings.Contains(err.Error(), fmt.Sprintf("up to %d", core.Format)) {
		s.Errorf("format %d gives %v", format, err)
	}
}

// TestFormatChangesMeanwhile: what is opened by a process of a newer version while this one runs is refused from the next
// database on.
func TestFormatChangesMeanwhile(t *testing.T) {
	s := both(t)
	env := s.opened()
	s.put(recordsTable, []byte(formatKey), pack(t, core.Format+6))
	_, err := core.OpenBytes(s.ctx, env, victim)
	s.newer(err, core.Format+6)
	_, err = core.OpenBytes(s.ctx, env, "another")
	s.newer(err, core.Format+6)
	s.must(env.Close())
}

// Does no file, whose checksums may even hold, make a reader of exports panic, take more memory than it has bytes, or import a part?
package maintenance_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/cespare/xxhash/v2"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/maintenance"
)

// sealed makes an export of blocks out of a body, with a checksum that is computed here as DESIGN.md draws it.
func sealed(body []byte) []byte {
	head := append([]byte("slmdb-export"), 1, 0, 0, 0)
	length := binary.LittleEndian.AppendUint32(nil, uint32(len(body)))
	length = binary.LittleEndian.AppendUint32(length, ^uint32(len(body)))
	covered := binary.LittleEndian.AppendUint64(nil, xxhash.Sum64(head))
	covered = append(append(covered, length...), body...)
	whole := append(append(head, length...), body...)
	return binary.LittleEndian.AppendUint64(whole, xxhash.Sum64(covered))
}

// sealedLines makes an export of lines out of all but the end, as DESIGN.md draws it.
func sealedLines(lines []byte, entries int) []byte {
	return fmt.Appendf(lines, `{"end":{"databases":1,"scopes":1,"entries":%d,"key_bytes":7,"value_bytes":6,"check":"%016x"}}`+"\n",
		entries, xxhash.Sum64(lines))
}

// The export of DESIGN.md, as it is drawn there.
const (
	drawnBody = "\x92\x00\x0f\x97\x01\xa5users\xa5typed\xa7ordered\xa4auto\xa4auto\xc2\x92\x02\xa7tenant2\x93\x03\x00\x00" +
		"\x93\x04\xc4\x07\x02alice\x00\xc4\x06\x81\xa3age\x28\x96\x05\x01\x01\x01\x07\x06"
	drawnSum   = "\x29\x90\x5d\xdf\xeb\x32\x24\x60"
	drawnLines = `{"slmdb-export":1,"snapshot":15}
{"database":"users","kind":"typed","layout":"ordered","keys":"auto","values":"auto","unnamed":false}
{"scope":"tenant2"}
{"entries":[0,0]}
{"key":"alice","value":{"age":40}}
`
	drawnEnd = `{"end":{"databases":1,"scopes":1,"entries":1,"key_bytes":7,"value_bytes":6,"check":"8b110b98c4e90588"}}` + "\n"
)

func TestExportsAreAsTheyAreDrawn(t *testing.T) {
	blocks, lines := sealed([]byte(drawnBody)), sealedLines([]byte(drawnLines), 1)
	if !bytes.HasSuffix(blocks, []byte(drawnSum)) || string(lines) != drawnLines+drawnEnd {
		t.Errorf("the checksums are %x and %s", blocks[len(blocks)-8:], lines[len(drawnLines):])
	}
	for _, data := range [][]byte{blocks, lines} {
		env := memoryEnv(t)
		_, err := maintenance.Import(ctx, env, bytes.NewReader(data), maintenance.ImportOptions{})
		must(t, err)
		users, err := core.OpenTyped[string, map[string]int](ctx, env, "users", core.MustExist())
		must(t, err)
		alice, err := users.In(core.Named("tenant2")).Get(ctx, "alice")
		if err != nil || alice["age"] != 40 {
			t.Errorf("%v, %v", alice, err)
		}
	}
}

func FuzzImport(f *testing.F) {
	f.Add([]byte(drawnBody), false)
	f.Add([]byte(drawnLines), true)
	f.Add([]byte{}, false)
	f.Fuzz(func(t *testing.T, data []byte, lines bool) {
		files := [][]byte{data, sealed(data)}
		if lines {
			files = append(files, sealedLines(bytes.Clone(data), 1))
		}
		for _, file := range files {
			totals, err := maintenance.VerifyExport(ctx, bytes.NewReader(file), nil)
			if err != nil && totals.Entries > uint64(len(file)) {
				t.Errorf("%d bytes have %d entries", len(file), totals.Entries)
			}
			env := memoryEnv(t)
			if _, err := maintenance.Import(ctx, env, pipe{bytes.NewReader(file)}, maintenance.ImportOptions{}); err != nil {
				wantEmpty(t, env)
			}
		}
	})
}

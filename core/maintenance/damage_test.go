// Is every cut and every changed byte of an export refused, with an offset, and with nothing imported?
package maintenance_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/mem"
	"github.com/scoped-lmdb/scoped-lmdb/core/maintenance"
)

// inMemory is a driver of an environment in memory: damage is tried some thousand times.
type inMemory struct{}

func (inMemory) Open() (engine.Engine, error) { return mem.New(mem.Options{}), nil }

func memoryEnv(t *testing.T) *core.Env {
	t.Helper()
	env, err := core.Open(inMemory{})
	must(t, err)
	t.Cleanup(func() { must(t, env.Close()) })
	return env
}

// small is an environment with a little of everything.
func small(t *testing.T) *core.Env {
	env := memoryEnv(t)
	typed, err := core.OpenTyped[any, any](ctx, env, "typed")
	must(t, err)
	blobs, err := core.OpenBytes(ctx, env, "blobs", core.WithLayout(core.Heed))
	must(t, err)
	must(t, env.Update(ctx, func(txn *core.Txn) error {
		for _, s := range []core.Scope{core.Named("tenant1"), core.Named("tenant2"), core.Default} {
			must(t, typed.Put(txn, s, core.Tuple{"eu", 7}, map[string]any{"age": 30}))
			must(t, typed.Put(txn, s, "text", 1.5))
			must(t, blobs.Put(txn, s, []byte{0, 1}, []byte("blob")))
		}
		return nil
	}))
	return env
}

func exported(t *testing.T, env *core.Env, format maintenance.Format) []byte {
	t.Helper()
	var data bytes.Buffer
	_, err := maintenance.Export(ctx, env, &data, maintenance.ExportOptions{Format: format})
	must(t, err)
	return data.Bytes()
}

// wantRefused tries to import damaged bytes, as a stream and as a file.
func wantRefused(t *testing.T, data []byte, what string) {
	t.Helper()
	_, err := maintenance.VerifyExport(ctx, bytes.NewReader(data), nil)
	refused(t, err, what+", verified")
	env := memoryEnv(t)
	_, err = maintenance.Import(ctx, env, pipe{bytes.NewReader(data)}, maintenance.ImportOptions{})
	refused(t, err, what+", imported")
	for key := range dump(t, env) {
		if !strings.HasPrefix(key, "database ") {
			t.Fatalf("%s: %s was imported all the same", what, key)
		}
	}
}

func refused(t *testing.T, err error, what string) {
	t.Helper()
	if code := core.CodeOf(err); code != core.CodeCorrupt && code != core.CodeFormatTooNew {
		t.Fatalf("%s: %v", what, err)
	}
	if core.CodeOf(err) == core.CodeCorrupt && !strings.Contains(err.Error(), "offset ") {
		t.Fatalf("%s: no offset in %v", what, err)
	}
}

func TestDamage(t *testing.T) {
	env := small(t)
	every := 1 // the slower builds try a part
	if !plainBuild {
		every = 7
	}
	for name, format := range map[string]maintenance.Format{"blocks": maintenance.Blocks, "lines": maintenance.Lines} {
		whole := exported(t, env, format)
		t.Run(name, func(t *testing.T) {
			for n := 0; n < len(whole); n += every {
				wantRefused(t, whole[:n], fmt.Sprintf("cut after %d of %d bytes", n, len(whole)))
			}
			damaged := bytes.Clone(whole)
			for n := 0; n < len(whole); n += every {
				for bit := range 8 {
					damaged[n] = whole[n] ^ 1<<bit
					if bit != n%8 { // each flip is verified, one of eight is imported as well
						_, err := maintenance.VerifyExport(ctx, bytes.NewReader(damaged), nil)
						refused(t, err, fmt.Sprintf("bit %d of byte %d flipped", bit, n))
						continue
					}
					wantRefused(t, damaged, fmt.Sprintf("bit %d of byte %d flipped", bit, n))
				}
				damaged[n] = whole[n]
			}
			wantRefused(t, append(bytes.Clone(whole), '\n'), "a byte more")
			wantRefused(t, append(bytes.Clone(whole), whole...), "twice")
			_, err := maintenance.Import(ctx, memoryEnv(t), bytes.NewReader(whole), maintenance.ImportOptions{})
			must(t, err)
		})
	}
}

// TestBlocksInAnotherOrder exchanges, doubles and leaves out whole blocks, whose own checksums hold.
func TestBlocksInAnotherOrder(t *testing.T) {
	env := memoryEnv(t)
	db, err := core.OpenBytes(ctx, env, "db")
	must(t, err)
	must(t, env.Update(ctx, func(txn *core.Txn) error {
		for i := range 3 {
			must(t, db.Put(txn, core.Named("s"), []byte{byte(i)}, make([]byte, 300<<10)))
		}
		return nil
	}))
	whole := exported(t, env, maintenance.Blocks)
	const head = 16
	var blocks [][]byte
	for rest := whole[head:]; len(rest) > 0; {
		size := 8 + int(uint32(rest[0])|uint32(rest[1])<<8|uint32(rest[2])<<16|uint32(rest[3])<<24) + 8
		blocks, rest = append(blocks, rest[:size]), rest[size:]
	}
	if len(blocks) != 4 {
		t.Fatalf("%d blocks", len(blocks))
	}
	for what, order := range map[string][]int{"exchanged": {0, 2, 1, 3}, "doubled": {0, 1, 1, 2, 3}, "left out": {0, 2, 3},
		"without the first": {1, 2, 3}} {
		data := bytes.Clone(whole[:head])
		for _, n := range order {
			data = append(data, blocks[n]...)
		}
		wantRefused(t, data, what)
	}
}

func TestNoExport(t *testing.T) {
	for _, data := range []string{"", "x", "{}", "something else altogether\n", `{"slmdb-export":1,"snapshot":0}`, "\x00"} {
		wantRefused(t, []byte(data), fmt.Sprintf("%q", data))
	}
	newer := append([]byte("slmdb-export"), 2, 0, 0, 0)
	_, err := maintenance.VerifyExport(ctx, bytes.NewReader(newer), nil)
	wantCode(t, err, core.CodeFormatTooNew)
	_, err = maintenance.VerifyExport(ctx, strings.NewReader(`{"slmdb-export":2,"snapshot":0}`+"\n"), nil)
	wantCode(t, err, core.CodeFormatTooNew)
}

// TestEndsEarly cancels, or lets the source or the target fail, at every step that there is.
func TestEndsEarly(t *testing.T) {
	env := memoryEnv(t)
	db, err := core.OpenBytes(ctx, env, "db")
	must(t, err)
	must(t, env.Update(ctx, func(txn *core.Txn) error {
		for i := range 5000 {
			must(t, db.Put(txn, core.Named(fmt.Sprint("s", i%3)), fmt.Append(nil, i), make([]byte, 200)))
		}
		return nil
	}))
	whole := exported(t, env, maintenance.Blocks)
	for _, existing := range []maintenance.Existing{maintenance.Refuse, maintenance.Overwrite} {
		for after := 1; ; after++ {
			target := memoryEnv(t)
			ctx, cancel := context.WithCancel(ctx)
			n := 0
			_, err := maintenance.Import(ctx, target, pipe{bytes.NewReader(whole)}, maintenance.ImportOptions{
				Existing: existing, Progress: func(maintenance.Progress) {
					if n++; n == after {
						cancel()
					}
				}})
			cancel()
			if err == nil {
				wantSame(t, dump(t, target), dump(t, env), "not canceled in time")
				if after < 4 {
					t.Errorf("progress was told %d times only", after)
				}
				break
			}
			wantCode(t, err, core.CodeCanceled)
			wantEmpty(t, target)
		}
	}
	broken := errors.New("the source broke")
	target := memoryEnv(t)
	_, err = maintenance.Import(ctx, target, io.MultiReader(bytes.NewReader(whole[:len(whole)/2]), failingReader{broken}),
		maintenance.ImportOptions{})
	if !errors.Is(err, broken) {
		t.Errorf("a source that breaks gives %v", err)
	}
	wantEmpty(t, target)
	_, err = maintenance.Export(ctx, env, failingWriter{broken}, maintenance.ExportOptions{})
	if !errors.Is(err, broken) || core.CodeOf(err) != core.CodeIO {
		t.Errorf("a writer that breaks gives %v", err)
	}
}

// wantEmpty wants databases at the most.
func wantEmpty(t *testing.T, env *core.Env) {
	t.Helper()
	for key := range dump(t, env) {
		if !strings.HasPrefix(key, "database ") {
			t.Fatalf("%s was left", key)
		}
	}
}

type failingReader struct{ err error }

func (f failingReader) Read([]byte) (int, error) { return 0, f.err }

type failingWriter struct{ err error }

func (f failingWriter) Write([]byte) (int, error) { return 0, f.err }

// TestImportIntoAFullMap lets the map of the target be too small: what was imported so far is deleted, and room is left.
func TestImportIntoAFullMap(t *testing.T) {
	env := memoryEnv(t)
	db, err := core.OpenBytes(ctx, env, "db")
	must(t, err)
	must(t, env.Update(ctx, func(txn *core.Txn) error {
		for i := range 10000 {
			must(t, db.Put(txn, core.Named("s"), fmt.Append(nil, i), make([]byte, 1000)))
		}
		return nil
	}))
	whole := exported(t, env, maintenance.Blocks)
	target := openSmall(t, t.TempDir(), 9<<20)
	_, err = maintenance.Import(ctx, target, bytes.NewReader(whole), maintenance.ImportOptions{})
	wantCode(t, err, core.CodeMapFull)
	wantEmpty(t, target)
	must(t, target.Grow(ctx, 64<<20))
	_, err = maintenance.Import(ctx, target, bytes.NewReader(whole), maintenance.ImportOptions{})
	must(t, err)
	wantSame(t, dump(t, target), dump(t, env), "after the map was grown")
}

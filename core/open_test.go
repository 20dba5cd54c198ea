// Is an environment or a database that is not what it should be refused with an error that says so?
package core_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/lmdb"
)

func TestFoldersThatAreNone(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "file")
	must(t, os.WriteFile(file, []byte("text"), 0o644))
	wrong := func(data []byte) string {
		path := t.TempDir()
		must(t, os.WriteFile(filepath.Join(path, "data.mdb"), data, 0o644))
		return path
	}
	good := t.TempDir()
	must(t, open(t, lmdb.Config{Path: good}).Close())
	fixture, err := os.ReadFile("../tests/compat/scoped-heed/data.mdb")
	must(t, err)
	for name, c := range map[string]struct {
		config lmdb.Config
		code   core.Code
	}{
		"no path":          {lmdb.Config{}, core.CodeInvalidArgument},
		"zero byte":        {lmdb.Config{Path: "a\x00b"}, core.CodeInvalidArgument},
		"missing":          {lmdb.Config{Path: filepath.Join(folder, "missing")}, core.CodePathNotFound},
		"missing parent":   {lmdb.Config{Path: filepath.Join(folder, "no", "where"), CreateFolder: true}, core.CodePathNotFound},
		"file":             {lmdb.Config{Path: file}, core.CodeNotAnEnvironment},
		"text":             {lmdb.Config{Path: wrong(bytes.Repeat([]byte("text"), 4096))}, core.CodeNotAnEnvironment},
		"short text":       {lmdb.Config{Path: wrong([]byte("text"))}, core.CodeNotAnEnvironment},
		"cut off":          {lmdb.Config{Path: wrong(fixture[:len(fixture)/2])}, core.CodeCorrupt},
		"nothing to read":  {lmdb.Config{Path: t.TempDir(), ReadOnly: true}, core.CodePathNotFound},
		"small map":        {lmdb.Config{Path: good, MapSize: 1}, core.CodeInvalidArgument},
		"negative map":     {lmdb.Config{Path: good, MapSize: -1}, core.CodeInvalidArgument},
		"huge map":         {lmdb.Config{Path: good, MapSize: 1 << 46}, core.CodeOutOfMemory},
		"negative readers": {lmdb.Config{Path: good, MaxReaders: -1}, core.CodeInvalidArgument},
		"many databases":   {lmdb.Config{Path: good, MaxDatabases: 1 << 30}, core.CodeInvalidArgument},
		"mode":             {lmdb.Config{Path: good, Mode: 0o7777}, core.CodeInvalidArgument},
		"durability":       {lmdb.Config{Path: good, Durability: 9}, core.CodeInvalidArgument},
	} {
		t.Run(name, func(t *testing.T) {
			env, err := core.Open(c.config)
			if err == nil {
				must(t, env.Close())
			}
			if name == "huge map" && err == nil {
				t.Skip("this system has the address space")
			}
			wantCode(t, err, c.code)
		})
	}
	made := filepath.Join(folder, "made")
	must(t, open(t, lmdb.Config{Path: made, CreateFolder: true}).Close())
	must(t, open(t, lmdb.Config{Path: made, CreateFolder: true, ReadOnly: true}).Close())
}

func TestDatabaseNames(t *testing.T) {
	env := open(t, lmdb.Config{})
	for _, name := range []string{"", "__x", "__scoped_lmdb", "x_scoped", "_scoped", "a\x00b", "\xff", strings.Repeat("n", 501)} {
		_, err := core.OpenBytes(ctx, env, name)
		wantCode(t, err, core.CodeInvalidName)
	}
	for _, name := range []string{"n", "_", "scoped", "x_scoped_", "日本", strings.Repeat("n", 500)} {
		db := openBytes(t, env, name)
		must(t, db.In(core.Named("s")).Put(ctx, []byte("k"), []byte(name)))
	}
}

func TestKindsAndLayoutsAreKept(t *testing.T) {
	env := open(t, lmdb.Config{})
	_, err := core.OpenTyped[string, int](ctx, env, "typed")
	must(t, err)
	_, err = core.OpenTyped[any, any](ctx, env, "typed") // other Go types of one kind are views of the same bytes
	must(t, err)
	_, err = core.OpenBytes(ctx, env, "typed")
	wantCode(t, err, core.CodeKindMismatch)
	_, err = core.OpenBytesKey[int](ctx, env, "typed")
	wantCode(t, err, core.CodeKindMismatch)
	_, err = core.OpenTyped[string, int](ctx, env, "typed", core.WithLayout(core.Heed))
	wantCode(t, err, core.CodeLayoutMismatch)
	_, err = core.OpenTyped[string, int](ctx, env, "typed", core.WithUnnamedDefault())
	wantCode(t, err, core.CodeKindMismatch)

	_, err = core.OpenTyped[uint64, string](ctx, env, "heed", core.WithLayout(core.Heed))
	must(t, err)
	_, err = core.OpenTyped[uint64, string](ctx, env, "heed")
	must(t, err)
	_, err = core.OpenTyped[int64, string](ctx, env, "heed")
	wantCode(t, err, core.CodeKindMismatch)
	_, err = core.OpenTyped[int, string](ctx, env, "heed") // no fixed width
	wantCode(t, err, core.CodeInvalidArgument)
	_, err = core.OpenTyped[struct{}, string](ctx, env, "other")
	wantCode(t, err, core.CodeInvalidArgument)
	_, err = core.OpenBytes(ctx, env, "missing", core.MustExist())
	wantCode(t, err, core.CodeDatabaseNotFound)
}

// write changes one of our own records below the core.
func write(t *testing.T, folder, table, key string, value []byte) {
	t.Helper()
	e, err := lmdb.Config{Path: folder}.Open()
	must(t, err)
	handle, err := e.Table(ctx, table, true)
	must(t, err)
	txn, err := e.Begin(ctx, engine.TxnOptions{Write: true})
	must(t, err)
	must(t, txn.Put(engine.Place{Table: handle}, []byte(key), value))
	must(t, txn.Commit())
	must(t, e.Close())
}

func TestNewerFormat(t *testing.T) {
	folder := t.TempDir()
	env := open(t, lmdb.Config{Path: folder})
	openBytes(t, env, "db")
	must(t, env.Close())
	newer, err := msgpack.Marshal(core.Format + 1)
	must(t, err)
	write(t, folder, "__scoped_lmdb", "format", newer)
	_, err = core.Open(lmdb.Config{Path: folder})
	wantCode(t, err, core.CodeFormatTooNew)
	if !strings.Contains(err.Error(), "format 2") || !strings.Contains(err.Error(), "up to 1") {
		t.Errorf("the error does not name both numbers: %v", err)
	}
	write(t, folder, "__scoped_lmdb", "format", []byte{0xc1})
	_, err = core.Open(lmdb.Config{Path: folder})
	wantCode(t, err, core.CodeCorrupt)
}

func TestDamagedRecord(t *testing.T) {
	folder := t.TempDir()
	env := open(t, lmdb.Config{Path: folder})
	openBytes(t, env, "db")
	openBytes(t, env, "other")
	must(t, env.Close())
	for _, damaged := range []any{"text", map[string]string{}, map[string]string{"kind": "bytes", "layout": "spiral"},
		map[string]string{"kind": "bytes", "layout": "ordered", "key": "complex", "value": "auto"},
		map[string]string{"kind": "bytes", "layout": "ordered", "key": "u64", "value": "auto"}} {
		record, err := msgpack.Marshal(damaged)
		must(t, err)
		write(t, folder, "__scoped_lmdb", "database/db", record)
		env := open(t, lmdb.Config{Path: folder})
		_, err = core.OpenBytes(ctx, env, "db")
		wantCode(t, err, core.CodeCorrupt)
		must(t, openBytes(t, env, "other").In(core.Named("s")).Put(ctx, []byte("k"), nil))
		must(t, env.Close())
	}
}

// Are the environments of scoped-heed and of plain LMDB opened, shown and exported as what they are?
package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/lmdb"
)

// fixture is a copy of what the crate wrote.
func fixture(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	data, err := os.ReadFile(filepath.Join("..", "..", "tests", "compat", "scoped-heed", "data.mdb"))
	must(t, err)
	must(t, os.WriteFile(filepath.Join(folder, "data.mdb"), data, 0o644))
	return folder
}

func TestCrate(t *testing.T) {
	crate := fixture(t)
	wantParts(t, ok(t, "info", crate), "made by           scoped-heed\n", "databases         4\n", "scopes            9\n")
	wantParts(t, ok(t, "databases", crate), `"ids"     unknown  heed    auto  auto    own table        1,800`)
	wantParts(t, ok(t, "scopes", crate), `"région/été"`, `"empty-scope"  c0335668`)
	wantParts(t, ok(t, "stats", crate, "-d", "ids"), `"tenant1"`)
	r := run(t, "scan", crate, "ids", "-s", "tenant1", "--limit", "2")
	wantText(t, r.out, "0x0000000000000000\t0x0f0000000000000074656e616e74312076616c75652030\n0x0101000000000000\t0x0f0000000000000074656e616e74312076616c75652031\n")
	wantParts(t, r.err, "nothing says what the database \"ids\" of scoped-heed holds")
	types := []string{"--kind", "typed", "--key-type", "u64", "--value-type", "text"}
	wantText(t, ok(t, append([]string{"scan", crate, "ids", "-s", "tenant1", "--gte", "257", "--limit", "1"},
		types...)...), "257\t\"tenant1 value 1\"\n")
	wantText(t, ok(t, append([]string{"get", crate, "ids", "514", "-s", "tenant1"}, types...)...), "\"tenant1 value 2\"\n")
	wantParts(t, ok(t, "verify", crate), "sound: ", `database "ids": nothing says what it holds`)
	wantText(t, strings.Join(strings.Fields(ok(t, "verify", crate, "--type", "ids=typed:u64:text", "--type", "blobs=bytes",
		"--type", "config=typed:text:text",
		"--type", "counts=bytes-key:auto:u64"))[:1], ""), "sound:")
	fails(t, exitUnsound, "fault(s)", "verify", crate, "--type", "ids=typed:u32:text")
	other := filepath.Join(t.TempDir(), "other")
	runWith(t, ok(t, "export", crate), "import", other, "-", "--create")
	wantText(t, ok(t, "stats", other), ok(t, "stats", crate))
	wantParts(t, ok(t, "verify", other), "sound: ")
}

func TestPlainFile(t *testing.T) {
	folder := t.TempDir()
	e, err := lmdb.Config{Path: folder}.Open()
	must(t, err)
	ctx := context.Background()
	own, err := e.Table(ctx, "own", true)
	must(t, err)
	unnamed, err := e.Table(ctx, engine.Unnamed, false)
	must(t, err)
	x, err := e.Begin(ctx, engine.TxnOptions{Write: true})
	must(t, err)
	must(t, x.Put(engine.Place{Table: own}, []byte("k"), []byte{0, 1}))
	must(t, x.Put(engine.Place{Table: unnamed}, []byte("u"), []byte("value")))
	must(t, x.Commit())
	must(t, e.Close())
	wantParts(t, ok(t, "info", folder), "another program, with plain LMDB", "unnamed database  1 entries")
	wantParts(t, ok(t, "databases", folder), `"own"     unknown  plain LMDB`)
	wantText(t, ok(t, "scan", folder, "own"), "\"k\"\t0x0001\n")
	wantText(t, ok(t, "scan", folder, ""), "\"u\"\t\"value\"\n")
	wantParts(t, ok(t, "verify", folder), "sound: ")
	// An export cannot have what is in the unnamed database, and says so; nothing is left out in silence.
	fails(t, exitFailed, "unnamed database", "export", folder, "-o", filepath.Join(t.TempDir(), "export"))
	wantParts(t, ok(t, "export", folder, "--database", "own", "--format", "lines"), `{"key":"k"`)
	ok(t, "put", folder, "own", `"l"`, `"x"`)
	wantText(t, ok(t, "scan", folder, "own", "--keys"), "\"k\"\n\"l\"\n")
	wantParts(t, ok(t, "info", folder), "another program, with plain LMDB")
}

// On which engines are faults tried, and is anything left open in them?
package faults

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/lmdb"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/mem"
)

var ctx = context.Background()

// ground gives engines that hold an image.
type ground func(*testing.T, *image) *stand

// stand is such an engine.
type stand struct {
	engine.Engine
	// open is how many transactions and cursors are open, as far as the engine tells before it is closed.
	open func() int
	// drop removes what the engine has left, once it is closed.
	drop func()
}

// onMem stands on the reference engine, which poisons what it has lent, so that memory that is used for too long shows.
func onMem(t *testing.T, all *image) *stand {
	e := mem.New(mem.Options{Poison: true})
	all.lay(t, e)
	return &stand{Engine: e, open: e.Open, drop: func() {}}
}

// onFiles stands on LMDB. Close says there what is open.
func onFiles(t *testing.T, all *image) *stand {
	folder, err := os.MkdirTemp(t.TempDir(), "stand")
	must(t, err)
	config := lmdb.Config{Path: folder, MapSize: 1 << 24, Durability: lmdb.NoSync}
	data := filepath.Join(folder, "data.mdb")
	if all.file == nil {
		e, err := config.Open()
		must(t, err)
		all.lay(t, e)
		must(t, e.Close())
		all.file, err = os.ReadFile(data)
		must(t, err)
	}
	must(t, os.WriteFile(data, all.file, 0o644))
	e, err := config.Open()
	must(t, err)
	return &stand{Engine: e, open: func() int { return 0 }, drop: func() { must(t, os.RemoveAll(folder)) }}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Do a million entries go out and come in within 64 MiB of memory, in both formats?
package maintenance_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/lmdb"
	"github.com/scoped-lmdb/scoped-lmdb/core/maintenance"
)

func TestMemory(t *testing.T) {
	if testing.Short() || !plainBuild {
		t.Skip("a million entries take some seconds, and memory is what it is in a plain build only")
	}
	for format, entries := range map[string]int{"blocks": 1_000_000, "lines": 200_000} {
		folder := t.TempDir()
		source, file, target := filepath.Join(folder, "source"), filepath.Join(folder, "export"), filepath.Join(folder, "target")
		fillMany(t, source, entries)
		wantLittle(t, start(t, "export", source, file, format), entries, "exporting "+format)
		wantLittle(t, start(t, "import", target, file), entries, "importing "+format)
		if format == "blocks" { // and as a stream, which is not verified before
			wantLittle(t, start(t, "import", target+" of a stream", file, "pipe"), entries, "importing a stream")
		}
		must(t, os.RemoveAll(folder))
	}
}

func fillMany(t *testing.T, folder string, entries int) {
	t.Helper()
	env := open(t, folder)
	defer func() { must(t, env.Close()) }()
	db, err := core.OpenTyped[int, string](ctx, env, "db")
	must(t, err)
	for from := 0; from < entries; from += 100_000 {
		must(t, env.Update(ctx, func(txn *core.Txn) error {
			for i := from; i < from+100_000; i++ {
				if err := db.Put(txn, core.Named("tenant"), i, fmt.Sprintf("%0100d", i)); err != nil {
					return err
				}
			}
			return nil
		}))
	}
}

// wantLittle reads what a process reports.
func wantLittle(t *testing.T, c *child, want int, what string) {
	t.Helper()
	var entries int
	var anonymous, runtime int64
	if _, err := fmt.Sscan(c.line(t)+" "+c.line(t), &entries, &anonymous, &runtime); err != nil {
		t.Fatal(err)
	}
	must(t, c.Wait())
	t.Logf("%s: %d entries, %.1f MiB anonymous, %.1f MiB of Go's", what, entries, float64(anonymous)/(1<<20),
		float64(runtime)/(1<<20))
	if entries != want {
		t.Errorf("%s: %d entries", what, entries)
	}
	if anonymous > 64<<20 || runtime > 64<<20 {
		t.Errorf("%s takes %d bytes of memory, %d of Go's", what, anonymous, runtime)
	}
}

func exportRole(arguments []string) error {
	env, err := core.Open(lmdb.Config{Path: arguments[0], ReadOnly: true})
	if err != nil {
		return err
	}
	format := maintenance.Blocks
	if arguments[2] == "lines" {
		format = maintenance.Lines
	}
	memory := watchMemory()
	err = maintenance.WriteFile(arguments[1], func(w io.Writer) error {
		totals, err := maintenance.Export(ctx, env, w, maintenance.ExportOptions{Format: format})
		fmt.Println(totals.Entries)
		return err
	})
	memory.report()
	return err
}

func importRole(arguments []string) error {
	env, err := core.Open(lmdb.Config{Path: arguments[0], CreateFolder: true, Durability: lmdb.NoSync})
	if err != nil {
		return err
	}
	file, err := os.Open(arguments[1])
	if err != nil {
		return err
	}
	var from io.Reader = file
	if len(arguments) > 2 {
		from = pipe{file}
	}
	memory := watchMemory()
	totals, err := maintenance.Import(ctx, env, from, maintenance.ImportOptions{})
	fmt.Println(totals.Entries)
	memory.report()
	return err
}

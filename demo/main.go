// Command demo shows one LMDB file in four languages: Go, C, Python and Node read what the Rust crate scoped-heed wrote,
// write tenants of their own into one file, read each other's, one after the other and all at once, and compare every
// answer. It prints an account, or the first difference and exits with 1.
//
//	demo/build.sh build && build/demo/demo -build build -python build/venv/bin/python -node node
package main

import (
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/scoped-lmdb/scoped-lmdb/demo/agents"
)

func main() {
	var place agents.Place
	flag.StringVar(&place.Source, "source", ".", "the root of the source tree")
	flag.StringVar(&place.Build, "build", "build", "the folder that build.sh and demo/build.sh built into")
	flag.StringVar(&place.Python, "python", "python3", "a Python with msgpack")
	flag.StringVar(&place.Node, "node", "node", "a Node of version 20 or newer")
	only := flag.String("only", "", "some languages instead of all, as in go,c")
	pressure := flag.Duration("stress", 2500*time.Millisecond, "how long all write and read at once")
	flag.Parse()
	if err := show(place, *only, *pressure); err != nil {
		fmt.Fprintf(os.Stderr, "\n✗ %v\n", err)
		os.Exit(1)
	}
}

// show plays the acts. Its folders are gone when it returns, whatever happened.
func show(place agents.Place, only string, pressure time.Duration) (err error) {
	began := time.Now()
	languages, err := agents.Choose(only)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "scoped-lmdb-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder) //nolint:errcheck // nothing can be done about it
	team, err := agents.StartTeam(place, languages)
	if err != nil {
		return err
	}
	defer func() {
		if closed := team.Close(); err == nil {
			err = closed
		}
	}()
	a, err := newAccount(os.Stdout, team)
	if err != nil {
		return err
	}
	if err := readFixture(a, place.Source, folder); err != nil {
		return fmt.Errorf("tests/compat/scoped-heed/data.mdb (databases 0 blobs, 1 counts, 2 config, 3 ids): %w", err)
	}
	if err := shareFile(a, folder, pressure); err != nil {
		return fmt.Errorf("the shared file (databases 0 users, 1 visits, 2 blobs, 3 live): %w", err)
	}
	a.end(time.Since(began))
	return nil
}

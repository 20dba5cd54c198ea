package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/lmdb"
)

// The tests run this test program again as slmdb, a real process each time.
const actVariable = "SLMDB_TEST_ACT_AS_SLMDB"

func TestMain(m *testing.M) {
	if os.Getenv(actVariable) != "" {
		main()
	}
	os.Exit(m.Run())
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func command(t *testing.T, arguments ...string) *exec.Cmd {
	t.Helper()
	program, err := os.Executable()
	must(t, err)
	c := exec.Command(program, arguments...)
	c.Env = append(os.Environ(), actVariable+"=1", "TERM=xterm")
	return c
}

// result is what a process wrote, and how it ended.
type result struct {
	out, err string
	code     int
}

// run runs slmdb with its output in pipes.
func run(t *testing.T, arguments ...string) result {
	t.Helper()
	return runWith(t, "", arguments...)
}

func runWith(t *testing.T, input string, arguments ...string) result {
	t.Helper()
	c := command(t, arguments...)
	var out, standardError bytes.Buffer
	c.Stdin, c.Stdout, c.Stderr = strings.NewReader(input), &out, &standardError
	code := 0
	if err := c.Run(); err != nil {
		var ended *exec.ExitError
		if !errors.As(err, &ended) {
			t.Fatal(err)
		}
		code = ended.ExitCode()
	}
	return result{out.String(), standardError.String(), code}
}

// ok runs slmdb, which must succeed, and gives its output.
func ok(t *testing.T, arguments ...string) string {
	t.Helper()
	r := run(t, arguments...)
	if r.code != 0 {
		t.Fatalf("slmdb %q ends with %d: %s", arguments, r.code, r.err)
	}
	return r.out
}

// fails runs slmdb, which must end with a code and say something.
func fails(t *testing.T, code int, says string, arguments ...string) {
	t.Helper()
	r := run(t, arguments...)
	if r.code != code || !strings.Contains(r.err, says) {
		t.Errorf("slmdb %q ends with %d and says %q; want %d and %q", arguments, r.code, r.err, code, says)
	}
}

// sample is an environment with two databases and two tenants, one of an odd name.
func sample(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "data")
	ok(t, "put", folder, "users", `"alice"`, `{"age":30}`, "--scope", "tenant1", "--kind", "typed", "--create")
	ok(t, "put", folder, "users", `["eu",7]`, `0x00ff`, "--scope", "tenant1")
	ok(t, "put", folder, "users", `"alice"`, `7.5`, "--scope", odd)
	ok(t, "put", folder, "blobs", `"k"`, `0x1b5b324a`, "--kind", "bytes", "--create")
	return folder
}

// odd is a name that a terminal would obey, and that a reader of lines or of JSON could trip over.
const odd = "\x1b[2J\u202e\"\n"

// large makes an environment with a scope of n entries.
func large(t *testing.T, n int) string {
	t.Helper()
	folder := t.TempDir()
	env, err := core.Open(lmdb.Config{Path: folder, Durability: lmdb.NoSync})
	must(t, err)
	defer func() { must(t, env.Close()) }()
	db, err := core.OpenTyped[int, string](context.Background(), env, "db")
	must(t, err)
	must(t, env.Update(context.Background(), func(txn *core.Txn) error {
		for i := range n {
			if err := db.Put(txn, core.Named("tenant"), i, fmt.Sprintf("%0100d", i)); err != nil {
				return err
			}
		}
		return nil
	}))
	return folder
}

// decode reads JSON, all of it.
func decode(t *testing.T, text string, into any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

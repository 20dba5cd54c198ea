// Does each command do and print what its help says, for people and for programs, with the exit codes that are documented?
package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func wantText(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("printed:\n%s\nwant:\n%s", got, want)
	}
}

func wantParts(t *testing.T, got string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(got, part) {
			t.Errorf("%q is missing in:\n%s", part, got)
		}
	}
}

func TestLooking(t *testing.T) {
	data := sample(t)
	wantParts(t, ok(t, "info", data), "made by           scoped-lmdb, format 1\n", "databases         2\n",
		"scopes            2\n")
	wantParts(t, ok(t, "info", filepath.Join(data, "data.mdb")), "scopes            2\n")
	wantText(t, ok(t, "databases", data), `DATABASE  KIND   LAYOUT   KEYS  VALUES  DEFAULT SCOPE  ENTRIES
"blobs"   bytes  ordered  auto  auto    own table            1
"users"   typed  ordered  auto  auto    own table            3
`)
	wantText(t, ok(t, "scopes", data), `SCOPE                  ID
"\u001b[2J\u202e\"\n"  `+idOf(t, data, odd)+`
"tenant1"              4ed879c3
`)
	wantParts(t, ok(t, "stats", data), `"users"   "tenant1"              4ed879c3        2  15 B    10 B`)
	wantParts(t, ok(t, "stats", data, "--estimate", "--database", "users", "--scope", "tenant1"), `"tenant1"  4ed879c3        2`)
	wantText(t, ok(t, "get", data, "users", `"alice"`, "-s", "tenant1"), `{"age":30}`+"\n")
	wantText(t, ok(t, "get", data, "blobs", `"k"`), "0x1b5b324a\n")
	wantText(t, ok(t, "get", data, "blobs", `"k"`, "--raw"), "\x1b[2J")
	wantText(t, ok(t, "scan", data, "users", "-s", "tenant1"), "\"alice\"\t{\"age\":30}\n[\"eu\",7]\t0x00ff\n")
	wantText(t, ok(t, "scan", data, "users", "-s", "tenant1", "--reverse", "--limit", "1", "--keys"), `["eu",7]`+"\n")
	wantText(t, ok(t, "scan", data, "users", "-s", "tenant1", "--prefix", `["eu"]`, "--json"),
		`{"key":["eu",7],"value":{"$bytes":"AP8="}}`+"\n")
	wantText(t, ok(t, "scan", data, "users", "-s", "tenant1", "--gt", `"a"`, "--lt", `"b"`, "--keys"), `"alice"`+"\n")
	wantText(t, ok(t, "scan", data, "users", "-s", "tenant1", "--gte", `"b"`, "--lte", `["eu",6]`), "")
	wantText(t, ok(t, "scan", data, "users", "-s", "nobody"), "")
	wantParts(t, ok(t, "readers", data), "PROCESS  THREAD")
	wantParts(t, ok(t, "readers", data, "--clear"), "freed 0 slot(s)")
	wantParts(t, ok(t, "verify", data), "sound: ", "2 databases, 2 scopes, 4 entries")
}

// idOf is the id that scopes prints for a name.
func idOf(t *testing.T, data, name string) string {
	t.Helper()
	var lines []scopeLine
	decode(t, ok(t, "scopes", data, "--json"), &lines)
	for _, line := range lines {
		if line.Name == name {
			return line.ID
		}
	}
	t.Fatalf("the scope %q is not listed", name)
	return ""
}

func TestChanging(t *testing.T) {
	data := sample(t)
	fails(t, exitFailed, "exists", "put", data, "users", `"alice"`, `1`, "-s", "tenant1", "--if-absent")
	ok(t, "delete", data, "users", `"alice"`, "-s", "tenant1")
	fails(t, exitNotFound, "no entry", "delete", data, "users", `"alice"`, "-s", "tenant1")
	ok(t, "rename", data, odd, "tenant2")
	fails(t, exitNotFound, "not registered", "rename", data, odd, "tenant3")
	fails(t, exitUnconfirmed, "--yes", "delete", data, "users", "-s", "tenant2", "--all")
	wantText(t, ok(t, "delete", data, "users", "-s", "tenant2", "--all", "--yes"), "deleted 1 entries\n")
	wantText(t, ok(t, "delete", data, "users", "-s", "tenant1", "--prefix", `["eu"]`, "--yes", "--json"), `{"deleted":1}`+"\n")
	wantText(t, ok(t, "prune", data), "pruned 2 scope(s)\n")
	ok(t, "put", data, "users", `1`, `2`, "-s", "tenant1")
	fails(t, exitUnconfirmed, "--yes", "drop", data, "tenant1")
	wantText(t, ok(t, "drop", data, "tenant1", "--yes"), "deleted 1 entries\n")
	fails(t, exitNotFound, "not registered", "drop", data, "tenant1", "--yes")
	wantText(t, ok(t, "drop", data, "--orphan", "0badcafe", "--yes"), "deleted 0 entries\n")
}

func TestMovingTenants(t *testing.T) {
	data, folder := sample(t), t.TempDir()
	file := filepath.Join(folder, "tenant1.slmdb")
	wantParts(t, run(t, "export", data, "-s", "tenant1", "-o", file).err, "exported 2 entries")
	fails(t, exitFailed, "exists", "export", data, "-s", "tenant1", "-o", file)
	fails(t, exitNotFound, "not registered", "export", data, "-s", "nobody", "-o", filepath.Join(folder, "other"))
	wantParts(t, run(t, "verify", "--export", file).err, "sound: 2 entries")
	fails(t, exitFailed, "already", "import", data, file)
	fails(t, exitUnconfirmed, "--yes", "import", data, file, "--overwrite")
	wantParts(t, run(t, "import", data, file, "--overwrite", "--yes").err, "imported 2 entries")
	wantParts(t, run(t, "import", data, file, "--skip").err, "2 were there already")
	var totals totalsLine
	decode(t, ok(t, "import", data, file, "--as", "copy", "--json"), &totals)
	if totals.Entries != 2 || totals.Scopes != 1 {
		t.Errorf("%+v", totals)
	}
	wantText(t, ok(t, "scan", data, "users", "-s", "copy"), ok(t, "scan", data, "users", "-s", "tenant1"))
	// All of it through a pipe, as lines, into a new environment.
	lines := ok(t, "export", data, "--format", "lines")
	other := filepath.Join(folder, "other")
	r := runWith(t, lines, "import", other, "-", "--create")
	wantParts(t, r.err, "imported 6 entries")
	again := ok(t, "export", other, "--format", "lines")
	middle := func(text string) string { // but for the snapshot and the checksum
		return text[strings.IndexByte(text, '\n'):strings.LastIndex(text, `,"check":`)]
	}
	wantText(t, middle(again), middle(lines))
	// One tenant to its own environment.
	single := filepath.Join(folder, "single")
	fails(t, exitUnconfirmed, "--yes", "copy", data, "copy", single, "--create", "--move")
	wantParts(t, run(t, "copy", data, "copy", single, "--create", "--move", "--yes", "--as", "moved").err, "copied 2 entries")
	fails(t, exitNotFound, "not registered", "copy", data, "copy", single, "--as", "again")
	wantText(t, ok(t, "scan", single, "users", "-s", "moved"), ok(t, "scan", data, "users", "-s", "tenant1"))
	wantParts(t, run(t, "copy", data, "tenant1", data, "--as", "within").err, "copied 2 entries")
	wantParts(t, ok(t, "verify", data), "sound: ")
	// A copy of everything.
	backup := filepath.Join(folder, "backup")
	wantParts(t, run(t, "backup", data, backup, "--compact").err, "copied ")
	fails(t, exitFailed, "not empty", "backup", data, backup)
	wantText(t, ok(t, "scan", backup, "users", "-s", "tenant1"), ok(t, "scan", data, "users", "-s", "tenant1"))
	streamed := filepath.Join(folder, "streamed")
	must(t, os.Mkdir(streamed, 0o755))
	must(t, os.WriteFile(filepath.Join(streamed, "data.mdb"), []byte(ok(t, "backup", data, "-")), 0o644))
	wantParts(t, ok(t, "verify", streamed), "sound: ")
}

func TestDamageIsTold(t *testing.T) {
	data := sample(t)
	file := filepath.Join(t.TempDir(), "export")
	ok(t, "export", data, "-o", file)
	bytes, err := os.ReadFile(file)
	must(t, err)
	bytes[len(bytes)/2] ^= 1
	must(t, os.WriteFile(file, bytes, 0o644))
	fails(t, exitUnsound, "offset 16", "verify", "--export", file)
	fails(t, exitFailed, "offset 16", "import", data, file, "--as", "x")
	if r := runWith(t, string(bytes), "verify", "--export", "-"); r.code != exitUnsound || !strings.Contains(r.err, "offset 16") {
		t.Errorf("%+v", r)
	}
	must(t, os.Truncate(file, int64(len(bytes)-1)))
	fails(t, exitUnsound, "cut off", "verify", "--export", file)
}

func TestUsage(t *testing.T) {
	data := sample(t)
	for _, arguments := range [][]string{
		{"nothing"}, {"info"}, {"info", data, "more"}, {"info", data, "--what"}, {"get", data, "users", "alice"}, {"get",
			data, "users", `["a"`},
		{"scan", data, "users", "--gt", "1", "--gte", "1"}, {"scan", data, "users", "--limit", "x"}, {"export", data,
			"--format", "xml"},
		{"delete", data, "users"}, {"delete", data, "users", "1", "--all", "--yes"}, {"drop", data, "--yes"}, {"drop", data,
			"x", "--orphan", "1", "--yes"},
		{"drop", data, "--orphan", "xyz", "--yes"}, {"get", data, "users", "1", "-s", ""}, {"rename", data, "a", ""}, {"put",
			data, "new", "1", "2", "--create"},
		{"verify", data, "--type", "x"}, {"get", data, "users", "1", "--kind", "odd"}, {"import", data, "-", "--skip",
			"--overwrite"}, {"bench", "--entries", "0"},
	} {
		fails(t, exitUsage, "slmdb", arguments...)
	}
	fails(t, exitNotFound, "does not exist", "info", filepath.Join(data, "nothing"))
	fails(t, exitNotFound, "does not exist", "put", t.TempDir(), "users", "1", "2", "--kind", "typed")
	fails(t, exitNotFound, "no database", "scan", data, "nothing")
	fails(t, exitNotFound, "no such file", "import", data, "/nonexistent")
	r := run(t, "get", data, "users", "1", "--json")
	var told struct {
		Error struct {
			Code, Message string
			Exit          int
		}
	}
	decode(t, r.err, &told)
	if r.code != exitNotFound || told.Error.Code != "NotFound" || told.Error.Exit != exitNotFound || told.Error.Message == "" {
		t.Errorf("%+v", r)
	}
	wantParts(t, ok(t, "--help"), "Exit codes:", "export", "verify")
	wantText(t, ok(t, "--version"), "slmdb version "+version+"\n")
}

func TestJSON(t *testing.T) {
	data := sample(t)
	for _, arguments := range [][]string{{"info", data}, {"databases", data}, {"scopes", data}, {"stats", data}, {"verify",
		data}, {"readers", data},
		{"get", data, "users", `"alice"`, "-s", "tenant1"}, {"prune", data}, {"bench", "--entries", "100"}} {
		if text := ok(t, append(arguments, "--json")...); !json.Valid([]byte(text)) {
			t.Errorf("%q prints %s", arguments, text)
		}
	}
	var report verifyReport
	decode(t, ok(t, "verify", data, "--json"), &report)
	if !report.Sound || report.Entries != 4 || report.Faults == nil {
		t.Errorf("%+v", report)
	}
}

// TestReadingChangesNothing runs what reads, and compares the file.
func TestReadingChangesNothing(t *testing.T) {
	data := sample(t)
	file := filepath.Join(data, "data.mdb")
	before, err := os.ReadFile(file)
	must(t, err)
	for _, arguments := range [][]string{{"info", data}, {"databases", data}, {"scopes", data}, {"stats", data}, {"verify",
		data}, {"readers", data, "--clear"},
		{"scan", data, "users"}, {"export", data}, {"backup", data, filepath.Join(t.TempDir(), "b")}, {"copy", data,
			"tenant1", filepath.Join(t.TempDir(), "c"), "--create"}} {
		ok(t, arguments...)
	}
	after, err := os.ReadFile(file)
	must(t, err)
	if string(before) != string(after) {
		t.Error("reading has changed the file")
	}
}

func TestManualAndCompletion(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "man")
	ok(t, "man", folder)
	pages, err := filepath.Glob(filepath.Join(folder, "slmdb*.1"))
	must(t, err)
	if len(pages) < 19 {
		t.Errorf("%d pages", len(pages))
	}
	for _, shell := range []string{"bash", "zsh", "fish"} {
		wantParts(t, ok(t, "completion", shell), "slmdb")
	}
}

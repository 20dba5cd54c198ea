package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/scoped-lmdb/scoped-lmdb/demo/agents"
	"github.com/scoped-lmdb/scoped-lmdb/demo/literal"
)

// fixtureDatabase is a database in the file of scoped-heed: how it is opened, and how expected.jsonl writes its keys and
// values.
type fixtureDatabase struct {
	name, opened string
	key, value   func(listed []byte) (any, error)
}

var fixtureDatabases = []fixtureDatabase{
	{"blobs", "bytes auto auto auto", listedBytes, listedBytes},
	{"counts", "bytes_key auto auto u64", listedBytes, listedNumber},
	{"config", "typed auto text text", listedText, listedText},
	{"ids", "typed auto u64 text", listedNumber, listedText},
}

func listedBytes(listed []byte) (any, error)  { return listed, nil }
func listedText(listed []byte) (any, error)   { return string(listed), nil }
func listedNumber(listed []byte) (any, error) { return strconv.ParseUint(string(listed), 10, 64) }

// entry is a key and its value.
type entry struct{ key, value any }

// fixture is what the file must hold: its scopes by name, and entries by database and scope in the order of their keys.
type fixture struct {
	scopes  map[string]uint32
	entries map[string]map[string][]entry
}

// readExpected reads the list that was made of the file.
func readExpected(path string) (*fixture, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // it was only read
	f := &fixture{scopes: map[string]uint32{}, entries: map[string]map[string][]entry{}}
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if err := f.add(lines.Bytes()); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	for _, scopes := range f.entries {
		for _, entries := range scopes {
			slices.SortFunc(entries, func(a, b entry) int { return compareKeys(a.key, b.key) })
		}
	}
	return f, lines.Err()
}

func (f *fixture) add(line []byte) error {
	var listed struct {
		DB, Scope, Key, Value string
		Hash                  uint32
	}
	if err := json.Unmarshal(line, &listed); err != nil {
		return err
	}
	if listed.DB == "" {
		f.scopes[listed.Scope] = listed.Hash
		return nil
	}
	at := slices.IndexFunc(fixtureDatabases, func(d fixtureDatabase) bool { return d.name == listed.DB })
	if at < 0 {
		return fmt.Errorf("there is no database %q", listed.DB)
	}
	key, err := unlist(fixtureDatabases[at].key, listed.Key)
	if err != nil {
		return err
	}
	value, err := unlist(fixtureDatabases[at].value, listed.Value)
	if err != nil {
		return err
	}
	if f.entries[listed.DB] == nil {
		f.entries[listed.DB] = map[string][]entry{}
	}
	f.entries[listed.DB][listed.Scope] = append(f.entries[listed.DB][listed.Scope], entry{key, value})
	return nil
}

func unlist(how func([]byte) (any, error), digits string) (any, error) {
	listed, err := hex.DecodeString(digits)
	if err != nil {
		return nil, err
	}
	return how(listed)
}

// compareKeys compares two keys of one of the three types that the file has.
func compareKeys(a, b any) int {
	switch a := a.(type) {
	case []byte:
		return bytes.Compare(a, b.([]byte))
	case string:
		return cmp.Compare(a, b.(string))
	}
	return cmp.Compare(a.(uint64), b.(uint64))
}

// readFixture lets every language read a copy of the file: its scopes, every scope by iteration, every entry by get.
func readFixture(a *account, source, folder string) error {
	from := filepath.Join(source, "tests", "compat", "scoped-heed")
	f, err := readExpected(filepath.Join(from, "expected.jsonl"))
	if err != nil {
		return err
	}
	stored, err := os.ReadFile(filepath.Join(from, "data.mdb"))
	if err != nil {
		return err
	}
	copied := filepath.Join(folder, "scoped-heed")
	if err := os.Mkdir(copied, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(copied, "data.mdb"), stored, 0o644); err != nil {
		return err
	}
	a.act("A file that the Rust crate scoped-heed wrote: each entry met in iteration, and found by its key")
	script, told := f.script(copied)
	return a.team.Each(func(agent *agents.Agent) error {
		began := time.Now()
		if err := agent.Follow(script); err != nil {
			return err
		}
		a.done(agent.Language, time.Since(began), told...)
		return nil
	})
}

// script is all that is asked of one language, and what to tell of it.
func (f *fixture) script(folder string) (*agents.Script, []string) {
	s := new(agents.Script)
	s.Ask("OK", "open 0 %s read_only", literal.Text(folder))
	for i, d := range fixtureDatabases {
		s.Ask("OK", "database %d 0 s%s %s must_exist", i, d.name, d.opened)
	}
	s.Ask("OK", "read 0 0")
	var list string
	for _, name := range slices.Sorted(maps.Keys(f.scopes)) {
		list += fmt.Sprintf("%s i%d ", literal.Text(name), f.scopes[name])
	}
	s.Ask(list+"OK", "scopes 0")
	told := []string{fmt.Sprintf("%d scopes", len(f.scopes))}
	for i, d := range fixtureDatabases {
		n := 0
		// Scopes that are registered and hold nothing here are read too.
		names := append(slices.Sorted(maps.Keys(f.scopes)), "")
		for _, name := range names {
			entries := f.entries[d.name][name]
			askWhole(s, i, scopeWord(name), entries)
			n += len(entries)
		}
		told = append(told, fmt.Sprintf("%s %s", d.name, grouped(n)))
	}
	s.Ask("OK", "abort 0")
	s.Ask("OK", "close 0")
	return s, told
}

// scopeWord is a scope in a request. In expected.jsonl the default one has the empty name.
func scopeWord(name string) string {
	if name == "" {
		return "n"
	}
	return literal.Text(name)
}

// askWhole asks for all entries of a scope in transaction 0, by iteration and one by one.
func askWhole(s *agents.Script, db int, scope string, entries []entry) {
	s.Ask(listing(entries), "range 0 %d %s open open forwards all", db, scope)
	for _, e := range entries {
		s.Ask(literal.Text(e.value)+" OK", "get 0 %d %s %s", db, scope, literal.Text(e.key))
	}
}

// listing is the answer that a range must have.
func listing(entries []entry) string {
	var b []byte
	for _, e := range entries {
		b = append(literal.Append(b, e.key), ' ')
		b = append(literal.Append(b, e.value), ' ')
	}
	return string(append(b, "OK"...))
}

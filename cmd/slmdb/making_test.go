// Does a command that fails leave no environment where there was none?
package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// within are the names in a folder, which must be there.
func within(t *testing.T, folder string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	must(t, err)
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func TestNothingIsMadeByWhatFails(t *testing.T) {
	data, folder := sample(t), t.TempDir()
	damaged := filepath.Join(folder, "damaged")
	ok(t, "export", data, "-o", damaged)
	must(t, os.Truncate(damaged, 40))
	missing, empty, full := filepath.Join(folder, "missing"), filepath.Join(folder, "empty"), filepath.Join(folder, "full")
	must(t, os.Mkdir(empty, 0o700))
	must(t, os.Mkdir(full, 0o700))
	must(t, os.WriteFile(filepath.Join(full, "other"), nil, 0o600))
	for _, target := range []string{missing, empty, full} {
		for _, arguments := range [][]string{
			{"import", target, damaged, "--create"},
			{"import", target, "/nonexistent", "--create"},
			{"put", target, "db", `"k`, `"v"`, "--kind", "typed", "--create"},
			{"put", target, "db", `"k"`, `"v"`, "--create"},
			{"copy", data, "nobody", target, "--create"},
		} {
			if r := run(t, arguments...); r.code == 0 {
				t.Errorf("%q succeeds", arguments)
			}
		}
		if r := runWith(t, "slmdb-exp", "import", target, "-", "--create"); r.code != exitFailed {
			t.Errorf("%+v", r)
		}
	}
	if names := within(t, folder); !slices.Equal(names, []string{"damaged", "empty", "full"}) {
		t.Errorf("%q are there", names)
	}
	if names := slices.Concat(within(t, empty), within(t, full)); !slices.Equal(names, []string{"other"}) {
		t.Errorf("%q are in the folders", names)
	}
	for _, target := range []string{missing, empty, full} {
		ok(t, "put", target, "db", `"k"`, `"v"`, "--kind", "typed", "--create")
		wantText(t, ok(t, "get", target, "db", `"k"`), `"v"`+"\n")
		fails(t, exitFailed, "damaged", "import", target, damaged, "--create") // it was there before
		wantText(t, ok(t, "get", target, "db", `"k"`), `"v"`+"\n")
	}
	fails(t, exitNotFound, "no such file", "import", filepath.Join(folder, "no", "parent"), damaged, "--create")
}

func TestInterruptedImportMakesNothing(t *testing.T) {
	folder := t.TempDir()
	interrupted(t, filepath.Join(folder, "target"), "--create")
	if names := within(t, folder); slices.Equal(names, []string{"target"}) { // of one that was too fast, and then dropped
		wantText(t, ok(t, "scopes", filepath.Join(folder, "target")), "SCOPE  ID\n")
	} else if len(names) > 0 {
		t.Errorf("%q are there", names)
	}
}

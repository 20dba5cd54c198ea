// Do import arrows go one way, from the outside to the inside, as the architecture says?
package arch

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

const module = "github.com/scoped-lmdb/scoped-lmdb/"

// allowed says which packages of this module a package may import (a trailing * is any below), and which modules from
// outside. Tests may import more: they look from the outside. A package that is not listed fails the test.
var allowed = map[string][]string{
	"core/engine":            {},
	"core/layout":            {},
	"core/codec":             {"github.com/vmihailenco/msgpack/v5"},
	"core/scope":             {"core/engine", "github.com/OneOfOne/xxhash"},
	"core":                   {"core/engine", "core/scope", "core/layout", "core/codec", "github.com/vmihailenco/msgpack/v5"},
	"core/engine/lmdb":       {"core/engine", "github.com/PowerDNS/lmdb-go/lmdb", "github.com/bmatsuo/lmdb-go/lmdb", "C"},
	"core/engine/mem":        {"core/engine", "github.com/tidwall/btree"},
	"core/engine/faulty":     {"core/engine"},
	"core/engine/enginetest": {"core/engine", "pgregory.net/rapid"},
	"core/maintenance": {"core", "core/scope", "core/layout", "core/codec", "core/maintenance/notation",
		"github.com/cespare/xxhash/v2", "github.com/vmihailenco/msgpack/v5", "github.com/vmihailenco/msgpack/v5/msgpcode"},
	"core/maintenance/notation": {"core", "core/codec", "github.com/vmihailenco/msgpack/v5", "github.com/vmihailenco/msgpack/v5/msgpcode"},
	"capi":                      {"core", "core/codec", "core/engine/lmdb", "core/maintenance", "github.com/vmihailenco/msgpack/v5", "C"},
	"cmd/slmdb": {"core", "core/codec", "core/maintenance", "core/maintenance/notation", "core/engine/lmdb",
		"github.com/spf13/cobra", "github.com/spf13/cobra/doc"},
	"tests/vectors": {"core/codec"},
	"demo":          {"core", "demo/*", "github.com/OneOfOne/xxhash"},
	"demo/*":        {"core", "core/engine/lmdb", "demo/*"},
}

func TestImports(t *testing.T) {
	root := filepath.Join("..", "..")
	seen := 0
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		switch name := entry.Name(); {
		case entry.IsDir() && (name == "build" || name == "node_modules" || name == "testdata" || (name != ".." && strings.HasPrefix(name, "."))):
			return filepath.SkipDir
		case entry.IsDir() && path != root && isModule(path):
			return filepath.SkipDir
		case !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		seen++
		checkFile(t, root, path)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 40 {
		t.Errorf("only %d Go files were found: the test looks in the wrong place", seen)
	}
}

func isModule(folder string) bool {
	found, _ := filepath.Glob(filepath.Join(folder, "go.mod"))
	return len(found) > 0
}

func checkFile(t *testing.T, root, path string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		t.Error(err)
		return
	}
	relative, err := filepath.Rel(root, filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.ToSlash(relative)
	rules, listed := rulesOf(folder)
	if !listed {
		t.Errorf("%s: package %s is not listed in this test: say what it may import", path, folder)
		return
	}
	for _, spec := range file.Imports {
		imported := strings.TrimPrefix(strings.Trim(spec.Path.Value, `"`), module)
		standard := !strings.Contains(strings.SplitN(imported, "/", 2)[0], ".") && !strings.HasPrefix(imported, "core") &&
			!strings.HasPrefix(imported, "tests/") && !strings.HasPrefix(imported, "demo") && !strings.HasPrefix(imported, "capi") &&
			!strings.HasPrefix(imported, "cmd/") && imported != "C"
		if standard || permits(rules, imported) {
			continue
		}
		t.Errorf("%s imports %q, which package %s must not", path, imported, folder)
	}
}

func rulesOf(folder string) ([]string, bool) {
	if rules, ok := allowed[folder]; ok {
		return rules, true
	}
	for pattern, rules := range allowed {
		if base, any := strings.CutSuffix(pattern, "/*"); any && (folder == base || strings.HasPrefix(folder, base+"/")) {
			return rules, true
		}
	}
	return nil, false
}

func permits(rules []string, imported string) bool {
	for _, rule := range rules {
		base, any := strings.CutSuffix(rule, "*")
		if rule == imported || (any && strings.HasPrefix(imported, base)) {
			return true
		}
	}
	return false
}

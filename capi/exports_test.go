// Can a panic leave the library? Every exported function catches it first of all, and makes a status of it.
package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// exports are the functions that C can call, by name.
func exports(t *testing.T) map[string]*ast.FuncDecl {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]*ast.FuncDecl{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Doc == nil {
				continue
			}
			for _, comment := range f.Doc.List {
				if exported, ok := strings.CutPrefix(comment.Text, "//export "); ok && exported == f.Name.Name {
					found[exported] = f
				}
			}
		}
	}
	return found
}

func TestExportsGuard(t *testing.T) {
	found := exports(t)
	if len(found) < 50 {
		t.Fatalf("only %d exported functions were found", len(found))
	}
	for name, f := range found {
		if name == "goOpenHandles" { // reads one number, and has no status
			continue
		}
		if !guards(f) && !hands(f, found) {
			t.Errorf("%s does not begin with `defer guard(e, &status)`", name)
		}
	}
}

// guards says that a function catches what panics in it, and that its status is the one that is set then.
func guards(f *ast.FuncDecl) bool {
	results := f.Type.Results
	if results == nil || len(results.List) != 1 || len(results.List[0].Names) != 1 || len(f.Body.List) == 0 {
		return false
	}
	first, ok := f.Body.List[0].(*ast.DeferStmt)
	return ok && types.ExprString(first.Call) == "guard(e, &status)" && results.List[0].Names[0].Name == "status"
}

// hands says that all a function does is to hand its arguments to another exported one, which guards.
func hands(f *ast.FuncDecl, found map[string]*ast.FuncDecl) bool {
	if len(f.Body.List) != 1 {
		return false
	}
	only, ok := f.Body.List[0].(*ast.ReturnStmt)
	if !ok || len(only.Results) != 1 {
		return false
	}
	call, ok := only.Results[0].(*ast.CallExpr)
	if !ok || slices.ContainsFunc(call.Args, func(arg ast.Expr) bool { _, name := arg.(*ast.Ident); return !name }) {
		return false
	}
	to, ok := found[types.ExprString(call.Fun)]
	return ok && guards(to)
}

// Each function of the header refuses a forked process before it enters Go, where it would hang, and enters it once.
func TestShimsGuard(t *testing.T) {
	source, err := os.ReadFile("shim.c")
	if err != nil {
		t.Fatal(err)
	}
	functions := regexp.MustCompile(`(?ms)^(?:int32_t|uint64_t) (slmdb_\w+)\([^)]*\) \{(?:\n(.*?)^\}|([^\n]*)\})$`).FindAllStringSubmatch(string(source), -1)
	entered := map[string]bool{}
	calls := regexp.MustCompile(`\bgo[A-Z]\w*`)
	for _, function := range functions {
		name, body := function[1], strings.TrimSpace(function[2]+function[3])
		into := calls.FindAllString(body, -1)
		if len(into) == 0 {
			continue // it never enters Go
		}
		if len(into) > 1 {
			t.Errorf("%s enters Go %d times", name, len(into))
		}
		if !strings.HasPrefix(body, "GUARD;") && !strings.HasPrefix(body, "return slm_forked() ?") {
			t.Errorf("%s enters Go before it looks whether the process was forked", name)
		}
		entered[into[0]] = true
	}
	for name := range exports(t) {
		if !entered[name] {
			t.Errorf("%s is exported to C, and no function of shim.c calls it", name)
		}
	}
}

// places are an error and a status of C's types, which a test cannot name.
func places[E, S any](func(*E, *S)) (*E, *S) { return new(E), new(S) }

func TestGuard(t *testing.T) {
	var none map[string]int
	var nobody *env
	for word, fault := range map[string]func(){
		"own words": func() { panic("own words") },
		"nil map":   func() { none["x"] = 1 },
		"nil point": func() { nobody.owned = nil },
		"range":     func() { _ = []int{}[len(none)] },
	} {
		out, status := places(guard)
		func() {
			defer guard(out, status)
			fault()
		}()
		var message strings.Builder
		for _, c := range out.message {
			if c == 0 {
				break
			}
			message.WriteByte(byte(c))
		}
		if core.Code(*status) != core.CodeInternal || core.Code(out.code) != core.CodeInternal {
			t.Errorf("%s: the status is %d, the error's code %d", word, *status, out.code)
		}
		if !strings.Contains(message.String(), word) {
			t.Errorf("%s: the message is %q", word, message.String())
		}
	}
	out, status := places(guard)
	func() { defer guard(nil, status); panic("with no place for words") }()
	if core.Code(*status) != core.CodeInternal || out.code != 0 {
		t.Errorf("without a struct the status is %d", *status)
	}
}

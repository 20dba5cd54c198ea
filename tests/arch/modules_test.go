// Can the benchmark, which is a module of its own, be built with what the library needs?
package arch

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// required are the versions of modules that a go.mod requires.
func required(t *testing.T, file string) map[string]string {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	versions := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^(?:require)?\s+(\S+\.\S+/\S+) (v\S+)`).FindAllStringSubmatch(string(text), -1) {
		versions[m[1]] = m[2]
	}
	if len(versions) < 5 {
		t.Fatalf("%s requires only %v", file, versions)
	}
	return versions
}

// TestBenchmarkFollows compares the two files, since a build of the benchmark, which would tell as well, fetches its peers.
// A module's versions are compared by their numbers.
func TestBenchmarkFollows(t *testing.T) {
	root := filepath.Join("..", "..")
	ours, bench := required(t, filepath.Join(root, "go.mod")), required(t, filepath.Join(root, "tests", "bench", "go.mod"))
	both := 0
	for module, version := range ours {
		theirs, there := bench[module]
		if !there {
			continue // not needed by what the benchmark uses
		}
		if both++; older(theirs, version) {
			t.Errorf("tests/bench/go.mod has %s %s, and go.mod %s: run `go mod tidy` in tests/bench", module, theirs, version)
		}
	}
	if both < 3 {
		t.Errorf("only %d modules are required by both", both)
	}
}

// older says whether version a comes before b.
func older(a, b string) bool {
	numbers := regexp.MustCompile(`\d+`)
	as, bs := numbers.FindAllString(a, -1), numbers.FindAllString(b, -1)
	for i := range min(len(as), len(bs)) {
		x, y := strings.TrimLeft(as[i], "0"), strings.TrimLeft(bs[i], "0")
		if len(x) != len(y) {
			return len(x) < len(y)
		}
		if x != y {
			return x < y
		}
	}
	return len(as) < len(bs)
}

// Does each scenario in scenarios/ get the answers that it lists, from every language, in every layout?
package conformance_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/demo/agents"
)

// A scenario's variables, by layout; see README.md.
var variables = map[string]*strings.Replacer{
	"ordered": strings.NewReplacer(
		"$LAYOUT", "ordered", "$TYPED", "typed ordered auto auto", "$BYTESKEY", "bytes_key ordered auto auto",
		"$BYTES", "bytes ordered auto auto", "$LONGESTTEXT", "505", "$LONGERTEXT", "506", "$LONGEST", "507", "$LONGER", "508"),
	"heed": strings.NewReplacer(
		"$LAYOUT", "heed", "$TYPED", "typed heed text text", "$BYTESKEY", "bytes_key heed auto text",
		"$BYTES", "bytes heed auto auto", "$LONGESTTEXT", "499", "$LONGERTEXT", "500", "$LONGEST", "499", "$LONGER", "500"),
}

// scenario is requests and answers as a person wrote them.
type scenario struct {
	layouts []string
	steps   []step
}

// step is a request with its answer; in some languages there may be another.
type step struct {
	request, answer string
	others          map[string]string
}

func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("scenarios/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no scenarios", err)
	}
	for _, file := range files {
		s, err := readScenario(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, layout := range s.layouts {
			name := strings.TrimSuffix(filepath.Base(file), ".txt") + "/" + layout
			t.Run(name, func(t *testing.T) {
				for _, agent := range team(t) {
					if err := agent.Follow(s.script(layout, agent.Language), "$DIR", t.TempDir()); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
}

func readScenario(file string) (*scenario, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	s := &scenario{layouts: []string{"ordered", "heed"}}
	for i, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		if err := s.add(line); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, i+1, err)
		}
	}
	return s, nil
}

func (s *scenario) add(line string) error {
	first, rest, _ := strings.Cut(line, " ")
	switch {
	case line == "" || first == "#":
	case first == "layouts":
		s.layouts = strings.Fields(rest)
	case first == ">":
		s.steps = append(s.steps, step{request: rest, others: map[string]string{}})
	case strings.HasPrefix(first, "<") && len(s.steps) > 0:
		last := &s.steps[len(s.steps)-1]
		if language := first[1:]; language != "" {
			last.others[language] = rest
		} else {
			last.answer = rest
		}
	default:
		return fmt.Errorf("%q is neither a comment (#), nor layouts, nor a request (>), nor an answer (<)", line)
	}
	return nil
}

// script is the scenario in a layout, with the answers that one language must give.
func (s *scenario) script(layout, language string) *agents.Script {
	script := new(agents.Script)
	for _, step := range s.steps {
		answer := step.answer
		if other, is := step.others[language]; is {
			answer = other
		}
		script.Ask(written(layout, answer), written(layout, step.request))
	}
	return script
}

var repetition = regexp.MustCompile(`<([^<>]+)\*(\d+)>`)

// written replaces variables, and then "<ab*3>" by "ababab".
func written(layout, line string) string {
	return repetition.ReplaceAllStringFunc(variables[layout].Replace(line), func(found string) string {
		parts := repetition.FindStringSubmatch(found)
		n, _ := strconv.Atoi(parts[2])
		return strings.Repeat(parts[1], n)
	})
}

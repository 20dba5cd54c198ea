// Package agents starts the agents of this folder, one program in four languages, and asks them.
package agents

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Languages are those that there is an agent in.
var Languages = []string{"go", "c", "python", "node"}

// Choose is the languages of a list with commas; all for an empty one.
func Choose(list string) ([]string, error) {
	if list == "" {
		return Languages, nil
	}
	chosen := strings.Split(list, ",")
	for _, language := range chosen {
		if !slices.Contains(Languages, language) {
			return nil, fmt.Errorf("there is no agent in %q, but in %s", language, strings.Join(Languages, ", "))
		}
	}
	return chosen, nil
}

// Place says where the programs are.
type Place struct {
	// Source is the root of the source tree.
	Source string
	// Build is the folder of build.sh, in which demo/build.sh has built the agents.
	Build string
	// Python and Node are the interpreters. Python must have what the binding needs.
	Python, Node string
}

// absolute makes the folders good for processes that run elsewhere.
func (p Place) absolute() (Place, error) {
	var err error
	if p.Source, err = filepath.Abs(p.Source); err == nil {
		p.Build, err = filepath.Abs(p.Build)
	}
	if err == nil && strings.ContainsRune(p.Python, filepath.Separator) {
		p.Python, err = filepath.Abs(p.Python)
	}
	if err == nil && strings.ContainsRune(p.Node, filepath.Separator) {
		p.Node, err = filepath.Abs(p.Node)
	}
	return p, err
}

// command is how the agent in a language is started. What it needs is looked for first, so that what is missing is said
// by its name and not by a broken pipe.
func (p Place) command(language string) (*exec.Cmd, error) {
	p, err := p.absolute()
	if err != nil {
		return nil, err
	}
	library := filepath.Join(p.Build, "lib", "libslmdb.so")
	addon := filepath.Join(p.Build, "node", "scoped_lmdb.node")
	folder := filepath.Join(p.Source, "demo", "agents", language)
	var words, needs []string
	var variable string
	switch language {
	case "go":
		words = []string{filepath.Join(p.Build, "demo", "agent-go")}
		needs = words
	case "c":
		words = []string{filepath.Join(p.Build, "demo", "agent-c")}
		needs = []string{words[0], library}
	case "python":
		words = []string{p.Python, filepath.Join(folder, "agent.py")}
		needs = []string{words[1], library}
		variable = "SLMDB_LIBRARY=" + library
	case "node":
		words = []string{p.Node, filepath.Join(folder, "agent.mjs")}
		needs = []string{words[1], library, addon}
		variable = "SLMDB_ADDON=" + addon
	}
	for _, file := range needs {
		if _, err := os.Stat(file); err != nil {
			return nil, fmt.Errorf("the agent in %s needs %s: run ./build.sh build and demo/build.sh first", language, file)
		}
	}
	if _, err := exec.LookPath(words[0]); err != nil {
		return nil, fmt.Errorf("the agent in %s cannot be started: %w", language, err)
	}
	cmd := exec.Command(words[0], words[1:]...)
	// Nothing is to be written into the source tree.
	cmd.Env = append(os.Environ(), variable, "PYTHONDONTWRITEBYTECODE=1",
		"PYTHONPATH="+filepath.Join(p.Source, "bindings", "python", "src"))
	return cmd, nil
}

// Do Go, C, Python and Node give the same answers? This file starts one agent in each (demo/agents) for all tests.
package conformance_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/demo/agents"
)

const source = "../.."

// started are the agents that run, until a test fails: the next one starts anew, since what a failure leaves open would
// be a puzzle of its own.
var started agents.Team

func TestMain(m *testing.M) {
	flag.Parse()
	status := m.Run()
	if err := started.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		status = 1
	}
	os.Exit(status)
}

// team is the agents in all languages, or in those that SLMDB_LANGUAGES names. One that is missing fails the test.
func team(t *testing.T) agents.Team {
	t.Helper()
	if started == nil {
		languages, err := agents.Choose(os.Getenv("SLMDB_LANGUAGES"))
		if err == nil {
			started, err = agents.StartTeam(place(), languages)
		}
		if err != nil {
			t.Fatalf("%v\n(SLMDB_BUILD, SLMDB_PYTHON and SLMDB_NODE say where programs are; SLMDB_LANGUAGES=go,c asks for fewer)", err)
		}
	}
	t.Cleanup(func() {
		if t.Failed() {
			_ = started.Close()
			started = nil
		}
	})
	return started
}

func place() agents.Place {
	build := variable("SLMDB_BUILD", filepath.Join(source, "build"))
	return agents.Place{
		Source: source,
		Build:  build,
		Python: variable("SLMDB_PYTHON", filepath.Join(build, "venv", "bin", "python")),
		Node:   variable("SLMDB_NODE", "node"),
	}
}

func variable(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}

// follow lets all agents follow a script at the same time, each with an empty folder of its own where the script says
// $DIR. It returns the folders by language.
func follow(t *testing.T, s *agents.Script) map[string]string {
	t.Helper()
	all := team(t)
	folders := map[string]string{}
	for _, agent := range all {
		folders[agent.Language] = t.TempDir()
	}
	err := all.Together(func(agent *agents.Agent) error { return agent.Follow(s, "$DIR", folders[agent.Language]) })
	if err != nil {
		t.Fatal(err)
	}
	return folders
}

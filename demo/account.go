package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/scoped-lmdb/scoped-lmdb/demo/agents"
	"github.com/scoped-lmdb/scoped-lmdb/demo/literal"
)

// account tells what is done, while it is done, in lines that are aligned.
type account struct {
	out  io.Writer
	team agents.Team
	acts int
}

// newAccount asks the agents who they are.
func newAccount(out io.Writer, team agents.Team) (*account, error) {
	var names []string
	err := team.Each(func(agent *agents.Agent) error {
		answers, err := agent.Ask("hello")
		if err != nil {
			return err
		}
		name, err := literal.NewWords(answers[0]).Value()
		names = append(names, fmt.Sprint(name))
		return err
	})
	fmt.Fprintf(out, "scoped-lmdb: one file, and %s\n", strings.Join(names, ", "))
	return &account{out: out, team: team}, err
}

// act begins the next part.
func (a *account) act(format string, args ...any) {
	a.acts++
	fmt.Fprintf(a.out, "\n%d  %s\n", a.acts, fmt.Sprintf(format, args...))
}

// done tells what a language has done rightly.
func (a *account) done(language string, took time.Duration, what ...string) {
	var b strings.Builder
	for _, one := range what {
		b.WriteString("✓ " + one + "  ")
	}
	fmt.Fprintf(a.out, "   %-8s%s%6.2f s\n", language, b.String(), took.Seconds())
}

func (a *account) end(took time.Duration) {
	var languages []string
	for _, agent := range a.team {
		languages = append(languages, agent.Language)
	}
	fmt.Fprintf(a.out, "\nAll answers are the expected ones, in %s. %.1f s\n", strings.Join(languages, ", "), took.Seconds())
}

// grouped is a number with a comma after each thousand.
func grouped(n int) string {
	digits := fmt.Sprint(n)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}

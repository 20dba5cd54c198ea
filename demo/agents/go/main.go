// Command go is the agent in Go: it does with the core what the lines of its standard input ask; see ../README.md.
package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/demo/literal"
)

// agent is what is open, by slot, and the answer that is being written.
type agent struct {
	envs      map[string]*core.Env
	databases map[string]database
	txns      map[string]*core.Txn
	out       *bufio.Writer
}

var background = context.Background()

func main() {
	a := &agent{
		envs: map[string]*core.Env{}, databases: map[string]database{}, txns: map[string]*core.Txn{},
		out: bufio.NewWriter(os.Stdout),
	}
	in := bufio.NewReader(os.Stdin)
	for {
		line, err := in.ReadString('\n')
		if err == io.EOF {
			return
		}
		if err == nil {
			err = a.answer(line)
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "agent in Go: %.200q: %v\n", line, err)
			os.Exit(2)
		}
	}
}

// answer does what one line asks. Its error is a fault of the driver; those of the core are answers.
func (a *agent) answer(line string) (err error) {
	defer func() {
		if p := recover(); p != nil {
			fault, ok := p.(malformed)
			if !ok {
				panic(p)
			}
			err = fault
		}
	}()
	words := literal.NewWords(line)
	command, known := commands[words.Next()]
	if !known {
		return malformed("no such command")
	}
	status := core.CodeOf(command(a, words))
	if !words.Done() {
		return malformed("too many words")
	}
	fmt.Fprintln(a.out, status)
	return a.out.Flush()
}

// say adds a value to the answer.
func (a *agent) say(value any) {
	_, _ = a.out.Write(append(literal.Append(a.out.AvailableBuffer(), value), ' '))
}

// malformed is a fault of the driver, and is passed up as a panic: the commands are about scoped-lmdb's errors.
type malformed string

func (m malformed) Error() string { return string(m) }

// slot finds what was opened in the slot that the next word names.
func slot[T any](slots map[string]T, words *literal.Words) T {
	found, ok := slots[words.Next()]
	if !ok {
		panic(malformed("nothing was opened in this slot"))
	}
	return found
}

// value reads the next value.
func value(words *literal.Words) any {
	v, err := words.Value()
	if err != nil {
		panic(malformed(err.Error()))
	}
	return v
}

// text reads the next value, which must be a text.
func text(words *literal.Words) string {
	t, ok := value(words).(string)
	if !ok {
		panic(malformed("a text is missing"))
	}
	return t
}

// choice is what the next word stands for.
func choice[T any](words *literal.Words, choices map[string]T) T {
	chosen, ok := choices[words.Next()]
	if !ok {
		panic(malformed("none of the words that may stand here"))
	}
	return chosen
}

// scope reads the next value as a scope: null is the default one.
func scope(words *literal.Words) core.Scope {
	switch name := value(words).(type) {
	case nil:
		return core.Default
	case string:
		return core.Named(name)
	}
	panic(malformed("a scope is null or a text"))
}

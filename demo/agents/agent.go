package agents

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync/atomic"
	"time"
)

// Agent is a running one. It is asked by one goroutine at a time.
type Agent struct {
	// Language is the one that it is written in.
	Language string

	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	stderr bytes.Buffer
	broken error
}

// Patience is how long an agent may take for the answers of one call before it is killed.
const Patience = 2 * time.Minute

// Start starts the agent in a language.
func Start(place Place, language string) (*Agent, error) {
	cmd, err := place.command(language)
	if err != nil {
		return nil, err
	}
	a := &Agent{Language: language, cmd: cmd}
	cmd.Stderr = &a.stderr
	if a.in, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	a.out = bufio.NewReader(out)
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("the agent in %s cannot be started: %w", language, err)
	}
	return a, nil
}

// Ask writes requests and reads as many answers. It does not wait for one answer before it writes the next request, so
// that many cost little.
func (a *Agent) Ask(requests ...string) ([]string, error) {
	if a.broken != nil {
		return nil, a.broken
	}
	var late atomic.Bool
	timer := time.AfterFunc(Patience, func() {
		late.Store(true)
		_ = a.cmd.Process.Kill()
	})
	defer timer.Stop()
	// An error of this shows as an answer that is missing.
	go io.WriteString(a.in, strings.Join(requests, "\n")+"\n") //nolint:errcheck
	answers := make([]string, len(requests))
	for i, request := range requests {
		answer, err := a.out.ReadString('\n')
		if err != nil {
			a.broken = a.gone(request, late.Load())
			return nil, a.broken
		}
		answers[i] = strings.TrimSuffix(answer, "\n")
	}
	return answers, nil
}

// gone says why an agent does not answer.
func (a *Agent) gone(request string, late bool) error {
	_ = a.cmd.Process.Kill()
	state := a.cmd.Wait()
	why := fmt.Sprintf("it ended (%v)", state)
	if late {
		why = fmt.Sprintf("it was killed after %v", Patience)
	}
	return fmt.Errorf("%s: no answer to %s: %s\n%s", a.Language, Brief(request), why, strings.TrimSpace(a.stderr.String()))
}

// Close ends an agent, and waits for its end.
func (a *Agent) Close() error {
	if a.broken != nil {
		return nil
	}
	a.broken = fmt.Errorf("%s: the agent was closed", a.Language)
	_ = a.in.Close()
	timer := time.AfterFunc(Patience, func() { _ = a.cmd.Process.Kill() })
	defer timer.Stop()
	if err := a.cmd.Wait(); err != nil {
		return fmt.Errorf("%s: the agent ended badly: %w\n%s", a.Language, err, strings.TrimSpace(a.stderr.String()))
	}
	return nil
}

// Brief is a line cut to what a person reads.
func Brief(line string) string {
	const most = 240
	if len(line) <= most {
		return line
	}
	return fmt.Sprintf("%s ... (%d bytes)", line[:most], len(line))
}

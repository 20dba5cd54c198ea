package agents

import (
	"fmt"
	"strings"
)

// Script is requests with the answers that they must have.
type Script struct {
	requests, answers []string
}

// Ask adds a request and its answer.
func (s *Script) Ask(answer, request string, args ...any) {
	if len(args) > 0 {
		request = fmt.Sprintf(request, args...)
	}
	s.requests = append(s.requests, request)
	s.answers = append(s.answers, answer)
}

// Len is how many requests there are.
func (s *Script) Len() int { return len(s.requests) }

// Follow asks all of a script, and compares. Its error names the language, the request and the first difference.
// Each old in the pairs of old and new is replaced in the requests: what is another for every agent, as its folder.
func (a *Agent) Follow(s *Script, pairs ...string) error {
	requests := s.requests
	if len(pairs) > 0 {
		replacer := strings.NewReplacer(pairs...)
		requests = make([]string, len(s.requests))
		for i, request := range s.requests {
			requests[i] = replacer.Replace(request)
		}
	}
	answers, err := a.Ask(requests...)
	if err != nil {
		return err
	}
	for i, answer := range answers {
		if answer != s.answers[i] {
			return fmt.Errorf("%s answers otherwise at request %d of %d:\n%s%s",
				a.Language, i+1, len(requests), before(requests[:i]), difference(requests[i], s.answers[i], answer))
		}
	}
	return nil
}

// before is the last requests, which may say how it came.
func before(requests []string) string {
	const most = 5
	var b strings.Builder
	for _, request := range requests[max(0, len(requests)-most):] {
		fmt.Fprintf(&b, "             %s\n", Brief(request))
	}
	return b.String()
}

// difference tells two answers to a request by the first word that differs.
func difference(request, expected, answered string) string {
	want, got := strings.Split(expected, " "), strings.Split(answered, " ")
	at := 0
	for at < len(want) && at < len(got) && want[at] == got[at] {
		at++
	}
	show := func(words []string) string {
		if at == len(words) {
			return "nothing"
		}
		return Brief(strings.Join(words[at:min(len(words), at+8)], " "))
	}
	return fmt.Sprintf("  request    %s\n  from word  %d of %d\n  expected   %s\n  answered   %s",
		Brief(request), at+1, max(len(want), len(got)), show(want), show(got))
}

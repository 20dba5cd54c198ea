package agents

import "errors"

// Team is the agents that are at work.
type Team []*Agent

// StartTeam starts the agents in these languages, or none.
func StartTeam(place Place, languages []string) (Team, error) {
	var team Team
	for _, language := range languages {
		a, err := Start(place, language)
		if err != nil {
			_ = team.Close()
			return nil, err
		}
		team = append(team, a)
	}
	return team, nil
}

// Each does something with every agent, one after the other, until one fails.
func (t Team) Each(do func(*Agent) error) error {
	for _, a := range t {
		if err := do(a); err != nil {
			return err
		}
	}
	return nil
}

// Together does something with all agents at the same time, and waits for all.
func (t Team) Together(do func(*Agent) error) error {
	failures := make(chan error, len(t))
	for _, a := range t {
		go func() { failures <- do(a) }()
	}
	var all []error
	for range t {
		all = append(all, <-failures)
	}
	return errors.Join(all...)
}

// Close ends all agents.
func (t Team) Close() error {
	var all []error
	for _, a := range t {
		all = append(all, a.Close())
	}
	return errors.Join(all...)
}

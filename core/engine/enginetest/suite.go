// Package enginetest is the suite that every implementation of package engine passes. It asks for what the contract
// says and no more: where the contract leaves a choice, each choice passes that cannot give a wrong answer.
package enginetest

import (
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

// Open gives a fresh, empty engine that can be written to, with room for 64 MB and 40 tables. The suite closes it.
type Open = func(t *testing.T) engine.Engine

// Reopen opens again the store of an engine that the suite closed.
type Reopen = func(t *testing.T, closed engine.Engine) engine.Engine

// testCase is one question to an engine.
type testCase struct {
	name string
	ask  func(f *fixture)
}

// Run asks all of the suite, each question to an engine of its own. A nil reopen says that the store does not outlive
// its engine.
func Run(t *testing.T, open func(t *testing.T) engine.Engine,
	reopen func(t *testing.T, closed engine.Engine) engine.Engine,
) {
	nouns := []struct {
		name  string
		cases []testCase
	}{
		{"Order", orderCases},
		{"Partitions", partitionCases},
		{"Writes", writeCases},
		{"Batches", batchCases},
		{"Ranges", rangeCases},
		{"Cursors", cursorCases},
		{"Seeks", seekCases},
		{"Snapshots", snapshotCases},
		{"Tables", tableCases},
		{"Unnamed", unnamedCases},
		{"Children", childCases},
		{"Limits", limitCases},
		{"Errors", errorCases},
		{"Lifetime", lifetimeCases},
		{"Durability", durabilityCases},
		{"Growth", growthCases},
		{"Concurrency", concurrencyCases},
		{"Model", modelCases},
	}
	for _, noun := range nouns {
		t.Run(noun.name, func(t *testing.T) {
			for _, c := range noun.cases {
				t.Run(c.name, func(t *testing.T) { c.ask(newFixture(t, open, reopen)) })
			}
		})
	}
}

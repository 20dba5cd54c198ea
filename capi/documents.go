package main

import (
	"github.com/scoped-lmdb/scoped-lmdb/core/maintenance"
)

// The maps that answers are, by their keys in the header.

type totalsAnswer struct {
	Databases  uint64 `msgpack:"databases"`
	Scopes     uint64 `msgpack:"scopes"`
	Entries    uint64 `msgpack:"entries"`
	KeyBytes   uint64 `msgpack:"key_bytes"`
	ValueBytes uint64 `msgpack:"value_bytes"`
	Skipped    uint64 `msgpack:"skipped"`
}

type sizeAnswer struct {
	Size int64 `msgpack:"size"`
}

type entriesAnswer struct {
	Entries uint64 `msgpack:"entries"`
}

type readersAnswer struct {
	Readers []readerAnswer `msgpack:"readers"`
}

type readerAnswer struct {
	Process int    `msgpack:"process"`
	Thread  string `msgpack:"thread"`
	Txn     uint64 `msgpack:"txn"`
	Behind  uint64 `msgpack:"behind"`
}

type reportAnswer struct {
	Sound     bool          `msgpack:"sound"`
	Harmful   uint64        `msgpack:"harmful"`
	Harmless  uint64        `msgpack:"harmless"`
	Databases uint64        `msgpack:"databases"`
	Scopes    uint64        `msgpack:"scopes"`
	Entries   uint64        `msgpack:"entries"`
	Pages     uint64        `msgpack:"pages"`
	Unknown   []string      `msgpack:"unknown"`
	Faults    []faultAnswer `msgpack:"faults"`
}

type faultAnswer struct {
	Kind     string `msgpack:"kind"`
	Database string `msgpack:"database"`
	Scope    string `msgpack:"scope"`
	ID       uint32 `msgpack:"id"`
	Key      []byte `msgpack:"key"`
	Count    uint64 `msgpack:"count"`
	Harmless bool   `msgpack:"harmless"`
	Text     string `msgpack:"text"`
	Advice   string `msgpack:"advice"`
}

type statsAnswer struct {
	MapSize    int64            `msgpack:"map_size"`
	UsedSize   int64            `msgpack:"used_size"`
	PageSize   int              `msgpack:"page_size"`
	LastTxn    uint64           `msgpack:"last_txn"`
	MaxReaders int              `msgpack:"max_readers"`
	UsedPages  uint64           `msgpack:"used_pages"`
	FreePages  uint64           `msgpack:"free_pages"`
	Estimated  bool             `msgpack:"estimated"`
	Databases  []databaseAnswer `msgpack:"databases"`
}

type databaseAnswer struct {
	described
	Pages  uint64        `msgpack:"pages"`
	Name   string        `msgpack:"name"`
	Damage *string       `msgpack:"damage"`
	Scopes []scopeAnswer `msgpack:"scopes"`
}

type scopeAnswer struct {
	Name       *string `msgpack:"name"`
	ID         *uint32 `msgpack:"id"`
	Orphan     bool    `msgpack:"orphan"`
	Entries    uint64  `msgpack:"entries"`
	KeyBytes   uint64  `msgpack:"key_bytes"`
	ValueBytes uint64  `msgpack:"value_bytes"`
	Estimated  bool    `msgpack:"estimated"`
}

func answerStats(s maintenance.Stats) statsAnswer {
	answer := statsAnswer{
		MapSize: s.Env.Size, UsedSize: s.Env.Used, PageSize: s.Env.PageSize, LastTxn: s.Env.LastTxn, MaxReaders: s.Env.MaxReaders,
		UsedPages: s.Pages.Used, FreePages: s.Pages.Free, Estimated: s.Estimated, Databases: []databaseAnswer{},
	}
	for _, d := range s.Databases {
		database := databaseAnswer{
			described: describe(d.DatabaseInfo), Name: d.Name, Pages: d.Pages.Branch + d.Pages.Leaf + d.Pages.Overflow,
			Scopes: []scopeAnswer{},
		}
		if d.Damage != nil {
			text := d.Damage.Error()
			database.Damage = &text
		}
		for _, s := range d.Scopes {
			database.Scopes = append(database.Scopes, answerScope(s))
		}
		answer.Databases = append(answer.Databases, database)
	}
	return answer
}

func answerScope(s maintenance.ScopeStats) scopeAnswer {
	answer := scopeAnswer{Orphan: s.Orphan, Entries: s.Entries, KeyBytes: s.KeyBytes, ValueBytes: s.ValueBytes, Estimated: s.Estimated}
	if s.Orphan || !s.Scope.IsDefault() {
		answer.ID = &s.ID
	}
	if !s.Orphan && !s.Scope.IsDefault() {
		name := s.Scope.Name()
		answer.Name = &name
	}
	return answer
}

func answerReport(r maintenance.Report) reportAnswer {
	answer := reportAnswer{
		Sound: r.Sound(), Harmful: r.Harmful, Harmless: r.Harmless, Databases: r.Databases, Scopes: r.Scopes, Entries: r.Entries,
		Pages: r.Pages, Unknown: append([]string{}, r.Unknown...), Faults: []faultAnswer{},
	}
	for _, f := range r.Faults {
		answer.Faults = append(answer.Faults, faultAnswer{
			Kind: string(f.Kind), Database: f.Database, Scope: f.Scope, ID: f.ID, Key: append([]byte{}, f.Key...), Count: f.Count,
			Harmless: f.Harmless, Text: f.Text, Advice: f.Advice,
		})
	}
	return answer
}

func answerTotals(t maintenance.Totals) totalsAnswer {
	return totalsAnswer{t.Databases, t.Scopes, t.Entries, t.KeyBytes, t.ValueBytes, t.Skipped}
}

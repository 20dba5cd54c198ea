// Does what is exported come back equal, of all kinds and layouts, in both formats, whole or in parts, and nothing else?
package maintenance_test

import (
	"bytes"
	"io"
	"testing"

	"pgregory.net/rapid"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/maintenance"
)

// pipe hides that a source can seek.
type pipe struct{ io.Reader }

func tenants() []core.Scope {
	// The two last ones have one hash.
	return []core.Scope{core.Default, core.Named("tenant1"), core.Named("\x00\x1b[2J\u202e"), core.Named("tenant-45432"),
		core.Named("tenant-191349")}
}

// world fills an environment with some databases of random shapes.
func world(t *rapid.T, env *core.Env) {
	for _, s := range rapid.SliceOfNDistinct(rapid.SampledFrom(shapes()), 1, 4,
		func(s shape) string { return s.name }).Draw(t, "shapes") {
		s.fill(t, env, s.open(t, env), tenants())
	}
	if rapid.Bool().Draw(t, "empty scope") {
		_, err := env.RegisterScope(ctx, "empty")
		must(t, err)
	}
}

func TestExportAndImportAreEqual(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		folder, remove := temporary(t)
		defer remove()
		source := openIn(t, folder, "source")
		defer source.Close()
		world(t, source)
		want := dump(t, source)
		format := rapid.SampledFrom([]maintenance.Format{maintenance.Blocks, maintenance.Lines}).Draw(t, "format")
		var data bytes.Buffer
		out, err := maintenance.Export(ctx, source, &data, maintenance.ExportOptions{Format: format})
		must(t, err)
		wantSame(t, dump(t, source), want, "the source after the export")
		target := openIn(t, folder, "target")
		defer target.Close()
		var from io.Reader = bytes.NewReader(data.Bytes())
		if rapid.Bool().Draw(t, "stream") {
			from = pipe{from}
		}
		in, err := maintenance.Import(ctx, target, from, maintenance.ImportOptions{})
		must(t, err)
		if in != out {
			t.Fatalf("exported %+v, imported %+v", out, in)
		}
		wantSame(t, dump(t, target), want, "the target")
		wantSound(t, target)
	})
}

// TestScopeIntoAnotherName exports a scope and imports it beside others, into another name, by each policy.
func TestScopeIntoAnotherName(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		folder, remove := temporary(t)
		defer remove()
		env := openIn(t, folder, "env")
		defer env.Close()
		world(t, env)
		before := dump(t, env)
		all := tenants()
		from, to := rapid.SampledFrom(all).Draw(t, "from"), rapid.SampledFrom(append(all, core.Named("new"))).Draw(t, "to")
		if from.IsDefault() != to.IsDefault() {
			return // keys may be stored otherwise; see TestDefaultIntoNamed
		}
		existing := rapid.SampledFrom([]maintenance.Existing{maintenance.Refuse, maintenance.Overwrite,
			maintenance.Skip}).Draw(t, "existing")
		var data bytes.Buffer
		_, err := maintenance.Export(ctx, env, &data, maintenance.ExportOptions{Selection: maintenance.Selection{Scope: &from}})
		if !from.IsDefault() && core.CodeOf(err) == core.CodeNotFound {
			return
		}
		must(t, err)
		was, moved := scopeOf(before, to), scopeOf(before, from)
		totals, err := maintenance.Import(ctx, env, &data, maintenance.ImportOptions{As: &to, Existing: existing})
		after := dump(t, env)
		if existing == maintenance.Refuse && overlap(was, moved) {
			wantCode(t, err, core.CodeKeyExists)
			wantSame(t, after, before, "after a refusal")
			return
		}
		must(t, err)
		want := map[string]string{}
		for _, part := range order(existing, was, moved) {
			for key, value := range part {
				want[key] = value
			}
		}
		if n := len(was) + len(moved) - len(want); existing == maintenance.Skip && totals.Skipped != uint64(n) {
			t.Fatalf("%d entries were skipped, want %d", totals.Skipped, n)
		}
		wantSame(t, scopeOf(after, to), want, "the target scope")
		for _, s := range all {
			if s != to {
				wantSame(t, scopeOf(after, s), scopeOf(before, s), "a neighbour")
			}
		}
		wantSound(t, env)
	})
}

// overlap says whether two scopes have entries in the same database.
func overlap(a, b map[string]string) bool {
	databases := map[string]bool{}
	for key := range a {
		databases[databaseOf(key)] = true
	}
	for key := range b {
		if databases[databaseOf(key)] {
			return true
		}
	}
	return false
}

func databaseOf(key string) string {
	name, _, _ := bytes.Cut([]byte(key), []byte(" / "))
	return string(name)
}

func order(existing maintenance.Existing, was, moved map[string]string) []map[string]string {
	if existing == maintenance.Skip {
		return []map[string]string{moved, was}
	}
	return []map[string]string{was, moved}
}

// TestDefaultIntoNamed moves entries between the default scope and a named one, whose keys scoped-heed stores otherwise.
func TestDefaultIntoNamed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(shapes()).Draw(t, "shape")
		folder, remove := temporary(t)
		defer remove()
		env := openIn(t, folder, "env")
		defer env.Close()
		raw := s.open(t, env)
		s.fill(t, env, raw, tenants()[:1])
		named := core.Named("copy")
		_, err := maintenance.Copy(ctx, env, core.Default, env, maintenance.CopyOptions{As: &named})
		must(t, err)
		other := openIn(t, folder, "other")
		defer other.Close()
		_, err = maintenance.Copy(ctx, env, named, other, maintenance.CopyOptions{As: &core.Default})
		must(t, err)
		wantSame(t, scopeOf(dump(t, other), core.Default), scopeOf(dump(t, env), core.Default), "there and back")
		wantSound(t, env)
		must(t, env.View(ctx, func(txn *core.Txn) error {
			a, err := raw.Count(txn, core.Default, core.Bounds{})
			must(t, err)
			b, err := raw.Count(txn, named, core.Bounds{})
			must(t, err)
			if a != b {
				t.Fatalf("%d entries were copied to %d", a, b)
			}
			return nil
		}))
	})
}

package maintenance_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/lmdb"
	"github.com/scoped-lmdb/scoped-lmdb/core/maintenance"
)

var ctx = context.Background()

// tb is what testing.T and rapid.T have in common here.
type tb interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
	Errorf(string, ...any)
}

func must(t tb, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantCode(t tb, err error, code core.Code) {
	t.Helper()
	if core.CodeOf(err) != code {
		t.Fatalf("%v (%v), want %v", err, core.CodeOf(err), code)
	}
}

// open opens an environment in a folder, which NoSync makes fast.
func open(t tb, folder string, options ...core.EnvOption) *core.Env {
	t.Helper()
	env, err := core.Open(lmdb.Config{Path: folder, CreateFolder: true, MapSize: 1 << 30, MaxDatabases: 512,
		Durability: lmdb.NoSync}, options...)
	must(t, err)
	return env
}

// newEnv opens an environment that is closed, with nothing left open in it, when the test ends.
func newEnv(t *testing.T, options ...core.EnvOption) *core.Env {
	t.Helper()
	env := open(t, t.TempDir(), options...)
	t.Cleanup(func() { must(t, env.Close()) })
	return env
}

// shape is a way to make a database.
type shape struct {
	name string
	spec core.Spec
}

func shapes() []shape {
	all := []shape{
		{"typed", core.Spec{Kind: core.KindTyped}},
		{"bytes-key", core.Spec{Kind: core.KindBytesKey}},
		{"bytes", core.Spec{Kind: core.KindBytes}},
		{"unnamed", core.Spec{Kind: core.KindBytes, UnnamedDefault: true}},
		{"heed bytes", core.Spec{Kind: core.KindBytes, Layout: core.Heed}},
		{"heed bytes-key", core.Spec{Kind: core.KindBytesKey, Layout: core.Heed, Value: codec.I32}},
	}
	for key := codec.Text; key <= codec.Bool; key++ {
		value := codec.Bool + codec.Text - key
		all = append(all, shape{"heed " + key.String(), core.Spec{Kind: core.KindTyped, Layout: core.Heed, Key: key, Value: value}})
	}
	return all
}

func (s shape) open(t tb, env *core.Env) *core.Raw {
	t.Helper()
	spec := s.spec
	spec.Name = s.name
	raw, err := env.OpenRaw(ctx, spec)
	must(t, err)
	return raw
}

// object is the MessagePack of a value that fits a type; any value for Auto.
func object(t *rapid.T, of codec.Type, key bool) []byte {
	var value any
	switch {
	case of == codec.Auto && key:
		value = rapid.OneOf(rapid.Map(rapid.String(), boxed), rapid.Map(rapid.Int64(), boxed),
			rapid.Map(rapid.SliceOf(rapid.Byte()), boxed),
			rapid.Just[any](nil), rapid.Map(rapid.Bool(), boxed), rapid.Map(rapid.SliceOf(rapid.Int()), boxed)).Draw(t, "key")
	case of == codec.Auto:
		value = rapid.OneOf(rapid.Map(rapid.String(), boxed), rapid.Map(rapid.Float64(), boxed),
			rapid.Map(rapid.SliceOf(rapid.Byte()), boxed),
			rapid.Map(rapid.MapOf(rapid.String(), rapid.Int()), boxed), rapid.Map(rapid.Float32(),
				boxed), rapid.Just[any](nil)).Draw(t, "value")
	case of == codec.Text:
		value = rapid.String().Draw(t, "text")
	case of == codec.Bytes:
		value = rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")
	case of == codec.Bool:
		value = rapid.Bool().Draw(t, "bool")
	case of == codec.F32 || of == codec.F64:
		value = float64(rapid.Float32().Draw(t, "float"))
	default:
		value = rapid.IntRange(0, 127).Draw(t, "number")
	}
	b, err := codec.MsgpackValue[any]().AppendValue(nil, value)
	must(t, err)
	return b
}

func boxed[T any](v T) any { return v }

// fill puts random entries into random scopes of a database.
func (s shape) fill(t *rapid.T, env *core.Env, raw *core.Raw, scopes []core.Scope) {
	spec := s.spec
	var keys, values codec.Wire = codec.RawWire(), codec.RawWire()
	if spec.Kind == core.KindTyped {
		if keys = codec.TupleKeyWire(); spec.Key != codec.Auto {
			keys, _ = codec.BincodeKeyWire(spec.Key)
		}
	}
	if spec.Kind != core.KindBytes {
		if values = codec.MsgpackValueWire(); spec.Value != codec.Auto {
			values, _ = codec.BincodeValueWire(spec.Value)
		}
	}
	must(t, env.Update(ctx, func(txn *core.Txn) error {
		for range rapid.IntRange(0, 12).Draw(t, "entries") {
			in := rapid.SampledFrom(scopes).Draw(t, "scope")
			key := rapid.SliceOfN(rapid.Byte(), 1, 40).Draw(t, "raw key")
			if spec.Kind == core.KindTyped {
				var err error
				if key, err = keys.Encode(nil, object(t, spec.Key, true)); err != nil {
					return err
				}
			}
			value := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "raw value")
			if spec.Kind != core.KindBytes {
				var err error
				if value, err = values.Encode(nil, object(t, spec.Value, false)); err != nil {
					return err
				}
			}
			if err := raw.Put(txn, in, key, value); err != nil {
				return err
			}
		}
		return nil
	}))
}

// dump is all that an environment has, as text: what each database is, the scopes, and all entries as they are stored.
func dump(t tb, env *core.Env) map[string]string {
	t.Helper()
	all := map[string]string{}
	must(t, env.ViewStored(ctx, func(txn *core.Txn, databases []core.Stored) error {
		infos, err := txn.Scopes()
		must(t, err)
		scopes := []core.Scope{core.Default}
		for _, info := range infos {
			all["scope "+info.Name] = ""
			scopes = append(scopes, core.Named(info.Name))
		}
		for _, d := range databases {
			info := d.DatabaseInfo
			all["database "+d.Name] = fmt.Sprint(info.Kind, info.Layout, info.Key, info.Value, info.UnnamedDefault, d.HasDefault,
				d.HasNamed)
			for _, s := range scopes {
				dumpScope(t, txn, d, s, all)
			}
		}
		return nil
	}))
	return all
}

func dumpScope(t tb, txn *core.Txn, d core.Stored, s core.Scope, all map[string]string) {
	entries, err := d.Raw.Entries(txn, s, core.Bounds{})
	must(t, err)
	defer entries.Close()
	for {
		ok, err := entries.Next()
		must(t, err)
		if !ok {
			return
		}
		value, err := entries.Value()
		must(t, err)
		all[fmt.Sprintf("%s / %v / %x", d.Name, s, entries.Key())] = string(value)
	}
}

// scopeOf is the part of a dump that is of a scope, with its name left out.
func scopeOf(all map[string]string, s core.Scope) map[string]string {
	part := map[string]string{}
	for key, value := range all {
		if before, after, ok := strings.Cut(key, fmt.Sprintf(" / %v / ", s)); ok {
			part[before+" / "+after] = value
		}
	}
	return part
}

func wantSame(t tb, got, want map[string]string, what string) {
	t.Helper()
	if maps.Equal(got, want) {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if value, there := got[key]; !there || value != want[key] {
			t.Errorf("%s: %s is %q (%v), want %q", what, key, value, there, want[key])
		}
	}
	for _, key := range slices.Sorted(maps.Keys(got)) {
		if _, there := want[key]; !there {
			t.Errorf("%s: there is %s = %q, which must not be", what, key, got[key])
		}
	}
	t.Fatalf("%s: the two differ", what)
}

// wantSound fails the test if Verify finds anything, harmless or not.
func wantSound(t tb, env *core.Env) {
	t.Helper()
	report, err := maintenance.Verify(ctx, env, maintenance.VerifyOptions{})
	must(t, err)
	if len(report.Faults) > 0 {
		t.Fatalf("verify finds %+v", report.Faults)
	}
}

// temporary makes a folder for one run of a property, which removes it at its end.
func temporary(t *rapid.T) (folder string, remove func()) {
	folder, err := os.MkdirTemp("", "slmdb-maintenance-")
	must(t, err)
	return folder, func() { _ = os.RemoveAll(folder) }
}

// openIn opens an environment below a folder.
func openIn(t tb, folder, name string, options ...core.EnvOption) *core.Env {
	t.Helper()
	return open(t, filepath.Join(folder, name), options...)
}

// openSmall opens an environment with a map of a size.
func openSmall(t *testing.T, folder string, size int64) *core.Env {
	t.Helper()
	env, err := core.Open(lmdb.Config{Path: folder, MapSize: size, Durability: lmdb.NoSync})
	must(t, err)
	t.Cleanup(func() { must(t, env.Close()) })
	return env
}

// Does verify find each fault that is injected, name it, say what to do, change nothing, and find nothing in what is sound?
package maintenance_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/lmdb"
	"github.com/scoped-lmdb/scoped-lmdb/core/maintenance"
)

// collision gives the scopes "a" and "b" one home, so that one of them is displaced.
func collision(name string) uint32 {
	if name == "a" || name == "b" {
		return 0x01020304
	}
	return uint32(len(name)) << 8
}

// sick is an environment that can be damaged below the core.
type sick struct {
	t      *testing.T
	folder string
}

// newSick makes an environment with a database of each kind and layout, and scopes, two of which have one home.
func newSick(t *testing.T) sick {
	t.Helper()
	s := sick{t, t.TempDir()}
	env := open(t, s.folder, core.WithScopeHash(collision))
	typed, err := core.OpenTyped[string, any](ctx, env, "typed")
	must(t, err)
	numbers, err := core.OpenTyped[uint32, string](ctx, env, "numbers", core.WithLayout(core.Heed))
	must(t, err)
	blobs, err := core.OpenBytes(ctx, env, "blobs", core.WithLayout(core.Heed))
	must(t, err)
	must(t, env.Update(ctx, func(txn *core.Txn) error {
		for _, name := range []core.Scope{core.Default, core.Named("a"), core.Named("b"), core.Named("tenant")} {
			must(t, typed.Put(txn, name, "key", map[string]any{"a": 1}))
			must(t, numbers.Put(txn, name, 258, "text"))
			must(t, blobs.Put(txn, name, []byte("blob"), []byte("value")))
		}
		return nil
	}))
	must(t, env.Close())
	return s
}

// ids: "a" is at home, "b" is displaced by it.
const (
	idA      = 0x01020304
	idB      = 0x01020305
	idTenant = 6 << 8
)

// damage changes a table through the engine.
func (s sick) damage(table string, change func(x engine.Txn, at engine.Place)) {
	s.t.Helper()
	e, err := lmdb.Config{Path: s.folder, MapSize: 1 << 30}.Open()
	must(s.t, err)
	handle, err := e.Table(ctx, table, false)
	must(s.t, err)
	x, err := e.Begin(ctx, engine.TxnOptions{Write: true})
	must(s.t, err)
	change(x, engine.Place{Table: handle})
	must(s.t, x.Commit())
	must(s.t, e.Close())
}

func (s sick) put(table string, key, value []byte) {
	s.t.Helper()
	s.damage(table, func(x engine.Txn, at engine.Place) { must(s.t, x.Put(at, key, value)) })
}

func (s sick) delete(table string, key []byte) {
	s.t.Helper()
	s.damage(table, func(x engine.Txn, at engine.Place) { must(s.t, x.Delete(at, key)) })
}

// verify verifies, and sees that the file has not changed.
func (s sick) verify(o maintenance.VerifyOptions) maintenance.Report {
	s.t.Helper()
	before, err := os.ReadFile(filepath.Join(s.folder, "data.mdb"))
	must(s.t, err)
	env := open(s.t, s.folder, core.WithScopeHash(collision))
	report, err := maintenance.Verify(ctx, env, o)
	must(s.t, err)
	must(s.t, env.Close())
	after, err := os.ReadFile(filepath.Join(s.folder, "data.mdb"))
	must(s.t, err)
	if !bytes.Equal(before, after) {
		s.t.Error("verify has changed the file")
	}
	for _, f := range report.Faults {
		if f.Text == "" || f.Advice == "" {
			s.t.Errorf("a fault without text or advice: %+v", f)
		}
	}
	return report
}

// wantFault wants one kind of faults, some times, and that it counts as harmful or not.
func (s sick) wantFault(kind maintenance.FaultKind, times int, harmless bool) []maintenance.Fault {
	s.t.Helper()
	report := s.verify(maintenance.VerifyOptions{})
	var of []maintenance.Fault
	for _, f := range report.Faults {
		if f.Kind != kind || f.Harmless != harmless {
			s.t.Errorf("verify finds %+v, too", f)
			continue
		}
		of = append(of, f)
	}
	if len(of) != times || report.Sound() != harmless {
		s.t.Fatalf("verify finds %d faults %q, want %d: %+v", len(of), kind, times, report)
	}
	return of
}

func be(id uint32) []byte { return binary.BigEndian.AppendUint32(nil, id) }
func le(id uint32) []byte { return binary.LittleEndian.AppendUint32(nil, id) }

func TestSound(t *testing.T) {
	s := newSick(t)
	report := s.verify(maintenance.VerifyOptions{})
	if len(report.Faults) != 0 || report.Entries != 12 || report.Scopes != 3 || report.Databases != 3 || report.Pages == 0 || len(report.Unknown) != 0 {
		t.Errorf("verify reports %+v", report)
	}
}

func TestFindsOrphans(t *testing.T) {
	s := newSick(t)
	s.put("typed_scoped", append(be(0xabcdef01), "\x02k\x00"...), []byte{0xc0})
	f := s.wantFault(maintenance.FaultOrphan, 1, false)[0]
	if f.ID != 0xabcdef01 || f.Count != 1 || f.Database != "typed" {
		t.Errorf("%+v", f)
	}
	// What the advice says helps.
	env := open(t, s.folder, core.WithScopeHash(collision))
	_, err := maintenance.DropOrphan(ctx, env, idTenant, maintenance.DropOptions{})
	wantCode(t, err, core.CodeInvalidArgument)
	n, err := maintenance.DropOrphan(ctx, env, 0xabcdef01, maintenance.DropOptions{})
	if n != 1 || err != nil {
		t.Errorf("%d orphans dropped, %v", n, err)
	}
	must(t, env.Close())
	if report := s.verify(maintenance.VerifyOptions{}); len(report.Faults) != 0 || report.Entries != 12 {
		t.Errorf("after dropping them: %+v", report)
	}
}

func TestFindsAMissingRow(t *testing.T) {
	s := newSick(t)
	s.delete(core.RegistryTable, le(idTenant))
	for _, f := range s.wantFault(maintenance.FaultOrphan, 3, false) {
		if f.ID != idTenant {
			t.Errorf("%+v", f)
		}
	}
}

func TestFindsADamagedRow(t *testing.T) {
	s := newSick(t)
	s.put(core.RegistryTable, le(7), []byte{9, 0, 0, 0, 0, 0, 0, 0, 'x'})
	s.put(core.RegistryTable, []byte{1}, []byte{1, 0, 0, 0, 0, 0, 0, 0, 'y'})
	s.put(core.RegistryTable, le(8), []byte{1, 0, 0, 0, 0, 0, 0, 0, 0xff})
	s.wantFault(maintenance.FaultRegistry, 3, false)
}

func TestFindsANameThatDoesNotResolve(t *testing.T) {
	s := newSick(t)
	displaced := append(append([]byte("displaced/"), be(idA)...), be(idB)...)
	s.delete(core.RecordsTable, displaced)
	if f := s.wantFault(maintenance.FaultUnresolved, 1, false)[0]; f.ID != idB {
		t.Errorf("%+v", f)
	}
	s.put(core.RecordsTable, displaced, []byte("b"))
	s.put(core.RecordsTable, append(append([]byte("displaced/"), be(1)...), be(2)...), []byte("gone"))
	s.wantFault(maintenance.FaultDisplaced, 1, true)
}

func TestFindsANameTwice(t *testing.T) {
	s := newSick(t)
	s.put(core.RegistryTable, le(77), []byte{6, 0, 0, 0, 0, 0, 0, 0, 't', 'e', 'n', 'a', 'n', 't'})
	report := s.verify(maintenance.VerifyOptions{})
	if !slices.ContainsFunc(report.Faults, func(f maintenance.Fault) bool { return f.Kind == maintenance.FaultRegistry }) {
		t.Errorf("%+v", report.Faults)
	}
}

func TestFindsAWrongLength(t *testing.T) {
	s := newSick(t)
	s.put("blobs_scoped", append(le(idTenant), 5, 0, 0, 0, 0, 0, 0, 0, 'f', 'o', 'u', 'r'), []byte("value"))
	s.put("blobs_scoped", append(le(idTenant), 5, 0, 0), nil)
	s.put("numbers_scoped", append(le(idA), 1, 2, 3), []byte{1, 0, 0, 0, 0, 0, 0, 0, 'x'})
	for _, f := range s.wantFault(maintenance.FaultKey, 3, false) {
		if f.Scope == "" || f.ID == 0 || len(f.Key) == 0 {
			t.Errorf("%+v", f)
		}
	}
}

func TestFindsBadValues(t *testing.T) {
	s := newSick(t)
	s.put("typed_scoped", append(be(idTenant), "\x02bad\x00"...), []byte{0xc1})
	s.put("typed", []byte("\x02cut\x00"), []byte{0x92, 1})
	s.put("numbers_scoped", append(le(idB), 1, 0, 0, 0), []byte{9, 0, 0, 0, 0, 0, 0, 0, 'x'})
	s.wantFault(maintenance.FaultValue, 3, false)
}

func TestFindsBadKeys(t *testing.T) {
	s := newSick(t)
	s.put("typed_scoped", append(be(idTenant), 0xfe), []byte{0xc0})
	s.put("typed", []byte("\x02no end"), []byte{0xc0})
	s.put("typed_scoped", []byte{1, 2, 3}, []byte{0xc0})
	s.wantFault(maintenance.FaultKey, 3, false)
}

func TestFindsAWrongRecord(t *testing.T) {
	for what, value := range map[string][]byte{
		"no MessagePack": {0xc1},
		"unknown kind":   []byte("\x84\xa4kind\xa5queue\xa6layout\xa7ordered\xa3key\xa4auto\xa5value\xa4auto"),
		"unknown layout": []byte("\x84\xa4kind\xa5typed\xa6layout\xa5first\xa3key\xa4auto\xa5value\xa4auto"),
	} {
		t.Run(what, func(t *testing.T) {
			s := newSick(t)
			s.put(core.RecordsTable, []byte("database/typed"), value)
			if f := s.wantFault(maintenance.FaultRecord, 1, false)[0]; f.Database != "typed" {
				t.Errorf("%+v", f)
			}
		})
	}
	t.Run("another kind", func(t *testing.T) {
		s := newSick(t)
		s.put(core.RecordsTable, []byte("database/blobs"),
			[]byte("\x84\xa4kind\xa5typed\xa6layout\xa7ordered\xa3key\xa4auto\xa5value\xa4auto"))
		report := s.verify(maintenance.VerifyOptions{})
		if report.Sound() {
			t.Error("verify finds nothing")
		}
	})
	t.Run("unknown record", func(t *testing.T) {
		s := newSick(t)
		s.put(core.RecordsTable, []byte("index/typed"), nil)
		s.wantFault(maintenance.FaultRecord, 1, true)
	})
}

func TestFindsLeftovers(t *testing.T) {
	s := newSick(t)
	env := open(t, s.folder, core.WithScopeHash(collision))
	_, err := env.RegisterScope(ctx, maintenance.StagingPrefix+"0123/0")
	must(t, err)
	must(t, env.Close())
	s.wantFault(maintenance.FaultLeftover, 1, true)
}

func TestFindsADamagedPage(t *testing.T) {
	s := newSick(t)
	path := filepath.Join(s.folder, "data.mdb")
	data, err := os.ReadFile(path)
	must(t, err)
	at := bytes.LastIndex(data, append(le(idTenant), 4, 0, 0, 0, 0, 0, 0, 0)) / 4096 * 4096
	env := open(t, s.folder, core.WithScopeHash(collision))
	defer env.Close()
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	must(t, err)
	defer file.Close()
	_, err = file.WriteAt(make([]byte, 16), int64(at)) // the page that holds tenant's blob is of no tree any more
	must(t, err)
	report, err := maintenance.Verify(ctx, env, maintenance.VerifyOptions{})
	must(t, err)
	if report.Sound() || report.Faults[0].Kind != maintenance.FaultPage || report.Entries != 0 {
		t.Errorf("%+v", report)
	}
}

// TestForeignDatabasesNeedTypes verifies scoped-heed's databases, of whose types nothing tells but the caller.
func TestForeignDatabasesNeedTypes(t *testing.T) {
	s := newSick(t)
	s.delete(core.RecordsTable, []byte("database/numbers"))
	s.put("numbers_scoped", append(le(idA), 1, 2, 3), []byte{1, 0, 0, 0, 0, 0, 0, 0, 'x'})
	report := s.verify(maintenance.VerifyOptions{})
	if len(report.Faults) != 0 || len(report.Unknown) != 1 || report.Unknown[0] != "numbers" {
		t.Errorf("without types: %+v", report)
	}
	report = s.verify(maintenance.VerifyOptions{Types: map[string]core.Spec{"numbers": {Kind: core.KindTyped,
		Key: codec.U32, Value: codec.Text}}})
	if len(report.Faults) != 1 || report.Faults[0].Kind != maintenance.FaultKey || len(report.Unknown) != 0 {
		t.Errorf("with types: %+v", report)
	}
}

func TestManyFaultsAreCounted(t *testing.T) {
	s := newSick(t)
	s.damage("typed_scoped", func(x engine.Txn, at engine.Place) {
		for i := range uint32(100) {
			must(t, x.Put(at, append(be(idTenant), 0xfe, byte(i)), []byte{0xc0}))
		}
	})
	report := s.verify(maintenance.VerifyOptions{Most: 7})
	if len(report.Faults) != 7 || report.Harmful != 100 {
		t.Errorf("%d faults handed out, %d counted", len(report.Faults), report.Harmful)
	}
}

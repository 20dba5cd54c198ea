package maintenance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/layout"
	"github.com/scoped-lmdb/scoped-lmdb/core/maintenance/notation"
	"github.com/scoped-lmdb/scoped-lmdb/core/scope"
)

// FaultKind is what is wrong.
type FaultKind string

// The kinds of faults, in the order in which Verify looks for them.
const (
	FaultPage       FaultKind = "page"            // a page is missing, damaged, or used twice
	FaultLostPages  FaultKind = "lost-pages"      // pages that are neither used nor free; harmless
	FaultRegistry   FaultKind = "registry"        // a row of the registry cannot be read, or a name has two ids
	FaultUnresolved FaultKind = "unresolved"      // a registered name is not found where it must be
	FaultDisplaced  FaultKind = "displaced"       // a record of a displaced name that is of no use; harmless
	FaultLeftover   FaultKind = "leftover"        // what an import or move left that was killed; harmless
	FaultRecord     FaultKind = "database-record" // a record of a database cannot be read, or is of no known kind
	FaultOrder      FaultKind = "order"           // keys are not in order
	FaultOrphan     FaultKind = "orphan"          // entries of an id that no scope has
	FaultKey        FaultKind = "key"             // a key is not of its database's kind and layout
	FaultValue      FaultKind = "value"           // a value is not of its database's kind
)

// Fault is something that is wrong.
type Fault struct {
	Kind     FaultKind
	Database string
	// Scope is the scope, if Named or Default is meant; ID its id or that of orphans.
	Scope string
	ID    uint32
	// Key is the stored key without the scope's id, and Count how many entries are meant.
	Key   []byte
	Count uint64
	// Harmless says that no entry is lost or wrong for it.
	Harmless bool
	// Text says what is wrong, Advice what to do.
	Text, Advice string
}

// VerifyOptions say how to verify.
type VerifyOptions struct {
	// Types say what the keys and values of databases are that nothing says it of: those of scoped-heed. Kind, Key and Value
	// count. Without them only ids can be checked there.
	Types map[string]core.Spec
	// Most is how many faults are handed out; 0 is 1,000. All are counted.
	Most     int
	Progress ProgressFunc
}

// Report is what Verify found.
type Report struct {
	Faults []Fault
	// Harmful and Harmless count all faults.
	Harmful, Harmless uint64
	// Databases, Scopes, Entries and Pages are how many were looked at.
	Databases, Scopes, Entries, Pages uint64
	// Unknown are databases whose keys and values nothing says the types of.
	Unknown []string
}

// Sound says that nothing is wrong, harmless things aside.
func (r *Report) Sound() bool { return r.Harmful == 0 }

// Verify looks for all that may be wrong with an environment, and changes nothing: every page can be reached once; every
// row of the registry can be read and every name found; every entry decodes in its database's kind and layout, stands in
// order, and is of an id that a scope has. If pages are damaged, it reads no entries, since that may end the process.
// Its error is not about what it found, but about not being able to look: ErrCanceled and those of reading.
func Verify(ctx context.Context, env *core.Env, o VerifyOptions) (Report, error) {
	v := &verifier{ctx: ctx, env: env, o: o}
	if v.o.Most == 0 {
		v.o.Most = 1000
	}
	if err := v.pages(); err != nil {
		return v.report, err
	}
	if !v.report.Sound() {
		return v.report, nil
	}
	err := env.ViewStored(ctx, v.view)
	return v.report, err
}

type verifier struct {
	ctx    context.Context
	env    *core.Env
	o      VerifyOptions
	txn    *core.Txn
	meter  *meter
	names  map[uint32]string
	report Report
}

func (v *verifier) fault(f Fault) {
	if f.Harmless {
		v.report.Harmless++
	} else {
		v.report.Harmful++
	}
	if len(v.report.Faults) < v.o.Most {
		f.Key = bytes.Clone(f.Key)
		v.report.Faults = append(v.report.Faults, f)
	}
}

const adviceRestore = "restore a backup; what can still be read, `export` may save"

func (v *verifier) pages() error {
	m := newMeter(v.o.Progress, PagesOf, 0, 1)
	err := v.env.CheckPages(v.ctx, func(done, total uint64) {
		m.p.Done, m.p.Total = done, total
		v.report.Pages = done
		m.flush()
	}, func(f core.PageFault) {
		if f.Lost {
			v.fault(Fault{Kind: FaultLostPages, Harmless: true, Text: f.Text, Advice: "a compacting backup gives the space back"})
			return
		}
		v.fault(Fault{Kind: FaultPage, Text: f.Text, Advice: adviceRestore})
	})
	if core.CodeOf(err) == core.CodeInvalidArgument {
		return nil // an engine without pages
	}
	if core.CodeOf(err) == core.CodeCorrupt {
		v.fault(Fault{Kind: FaultPage, Text: err.Error(), Advice: adviceRestore})
		return nil
	}
	return err
}

func (v *verifier) view(t *core.Txn, databases []core.Stored) error {
	v.txn = t
	total := uint64(0)
	for _, d := range databases {
		total += d.Entries
	}
	v.meter = newMeter(v.o.Progress, Entries, total, 1024)
	if err := v.registry(); err != nil {
		return err
	}
	if err := v.records(); err != nil {
		return err
	}
	for _, d := range databases {
		if err := v.database(d); err != nil {
			return err
		}
	}
	return v.meter.finish(v.ctx)
}

func (v *verifier) registry() (err error) {
	v.names, err = v.txn.CheckRegistry(func(f scope.Fault) {
		fault := Fault{Kind: FaultRegistry, ID: f.ID, Text: f.Text, Advice: adviceRestore}
		switch f.Kind {
		case scope.FaultUnresolved:
			fault.Kind = FaultUnresolved
			fault.Advice = "export the scope's entries by a restored backup, or rename the scope by its name in one"
		case scope.FaultDisplaced:
			fault.Kind, fault.Harmless = FaultDisplaced, true
			fault.Advice = "nothing: a record counts only together with its row"
		}
		v.fault(fault)
	})
	for id, name := range v.names {
		v.report.Scopes++
		if strings.HasPrefix(name, StagingPrefix) {
			v.fault(Fault{Kind: FaultLeftover, Scope: name, ID: id, Harmless: true,
				Text:   fmt.Sprintf("the scope %s belongs to an import or a move", scope.Quote(name)),
				Advice: "if none goes on now, it was killed: drop the scope"})
		}
	}
	return err
}

// records looks at our own records but those of displaced names.
func (v *verifier) records() error {
	return v.txn.WalkTable(core.RecordsTable, nil, func(key, _ []byte) (bool, error) {
		_, database := core.RecordedDatabase(key)
		if !database && !core.FormatRecord(key) && !bytes.HasPrefix(key, []byte("displaced/")) {
			v.fault(Fault{Kind: FaultRecord, Key: key, Harmless: true, Text: fmt.Sprintf("the record %q is not known", key),
				Advice: "nothing, if a newer version of scoped-lmdb made it"})
		}
		return true, nil
	})
}

func (v *verifier) database(d core.Stored) error {
	v.report.Databases++
	if d.Damage != nil {
		v.fault(Fault{Kind: FaultRecord, Database: d.Name, Text: d.Damage.Error(),
			Advice: "restore a backup, or its record; the database's entries were not looked at"})
		return nil
	}
	check := newEntryCheck(d, v.o.Types[d.Name])
	if check == nil {
		v.report.Unknown = append(v.report.Unknown, d.Name)
	}
	if err := v.defaultScope(d, check); err != nil {
		return err
	}
	if !d.HasNamed {
		return nil
	}
	return v.named(d, check)
}

func (v *verifier) defaultScope(d core.Stored, check *entryCheck) error {
	entries, err := d.Raw.Entries(v.txn, core.Default, core.Bounds{})
	if err != nil {
		return err
	}
	defer entries.Close() //nolint:errcheck // the transaction closes what is left
	var last []byte
	for n := 0; ; n++ {
		ok, err := entries.Next()
		if err != nil || !ok {
			return err
		}
		value, err := entries.Value()
		if err != nil {
			return err
		}
		at := Fault{Database: d.Name, Key: entries.Key(), Count: 1}
		v.inOrder(at, n > 0, &last, entries.Key())
		if err := v.entry(at, check, 0, value); err != nil {
			return err
		}
	}
}

func (v *verifier) inOrder(at Fault, follows bool, last *[]byte, key []byte) {
	if follows && bytes.Compare(*last, key) >= 0 {
		at.Kind, at.Text, at.Advice = FaultOrder, fmt.Sprintf("the key %x follows %x", key, *last), adviceRestore
		v.fault(at)
	}
	*last = append((*last)[:0], key...)
}

// named goes through the table of all named scopes.
func (v *verifier) named(d core.Stored, check *entryCheck) error {
	orphans := map[uint32]uint64{}
	var last []byte
	n := 0
	err := v.txn.WalkTable(core.NamedTable(d.Name), nil, func(key, value []byte) (bool, error) {
		at := Fault{Database: d.Name, Key: key, Count: 1}
		v.inOrder(at, n > 0, &last, key)
		n++
		if len(key) < idSize {
			at.Kind, at.Text = FaultKey, fmt.Sprintf("the key %x is shorter than a scope's id", key)
			at.Advice = "nothing of scoped-lmdb reads it; another program put it there"
			v.fault(at)
			return true, v.meter.add(v.ctx, 1)
		}
		at.ID, at.Key = idOf(d.Layout, key), key[idSize:]
		name, there := v.names[at.ID]
		if at.Scope = name; !there {
			orphans[at.ID]++
		}
		return true, v.entry(at, check, 1, value)
	})
	for id, count := range orphans {
		v.fault(Fault{Kind: FaultOrphan, Database: d.Name, ID: id, Count: count,
			Text: fmt.Sprintf("%d entries have id %08x, which no scope has", count, id),
			Advice: fmt.Sprintf("no operation reaches them: restore the registry's row from a backup, or delete them with "+
				"`slmdb drop ENV --orphan %08x --yes`", id)})
	}
	return err
}

// entry checks an entry's key and value; form is 0 in the default scope and 1 in named ones.
func (v *verifier) entry(at Fault, check *entryCheck, form int, value []byte) error {
	v.report.Entries++
	if check != nil {
		const advice = "read it with a tool for stored bytes, then delete or put it again; if there are many, the record of the " +
			"database's kind may be wrong"
		if err := check.key(form, at.Key); err != nil {
			f := at
			f.Kind, f.Text, f.Advice = FaultKey, fmt.Sprintf("the stored key %x: %v", at.Key, err), advice
			v.fault(f)
		}
		if err := check.values.Check(value); err != nil {
			at.Kind, at.Text, at.Advice = FaultValue, fmt.Sprintf("the value under the stored key %x: %v", at.Key, err), advice
			v.fault(at)
		}
	}
	return v.meter.add(v.ctx, 1)
}

// entryCheck knows how the entries of a database must look.
type entryCheck struct {
	forms        [2]layout.Form
	keys, values notation.Side
	raw          bool
	scratch      []byte
}

// newEntryCheck is nil for a database whose types nothing says.
func newEntryCheck(d core.Stored, given core.Spec) *entryCheck {
	kind, key, value := d.Kind, d.Key, d.Value
	if kind == 0 {
		if kind, key, value = given.Kind, given.Key, given.Value; kind == 0 {
			return nil
		}
	}
	c := &entryCheck{keys: notation.Keys(kind, key), values: notation.Values(kind, value), raw: kind != core.KindTyped}
	c.forms[0], c.forms[1] = core.StoredForm(kind, d.Layout, key)
	return c
}

func (c *entryCheck) key(form int, stored []byte) error {
	logical, err := c.forms[form].Logical(&c.scratch, stored)
	if err != nil {
		return err
	}
	if len(logical) == 0 && c.raw && len(stored) == 0 {
		return errors.New("it has no bytes")
	}
	return c.keys.Check(logical)
}

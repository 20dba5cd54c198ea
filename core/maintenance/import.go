package maintenance

import (
	"bytes"
	"context"
	"io"
	"strings"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/scope"
)

// Existing says what an import does with what is there already.
type Existing uint8

const (
	// Refuse imports nothing if a scope has entries already in one of the databases (ErrKeyExists).
	Refuse Existing = iota
	// Overwrite replaces entries under the same keys; others stay.
	Overwrite
	// Skip leaves entries under the same keys as they are.
	Skip
)

// ImportOptions say how to import.
type ImportOptions struct {
	// As imports the only scope of the export into another one; nil imports each into the one of its name.
	As       *core.Scope
	Existing Existing
	Progress ProgressFunc
	// alone refuses scopes that have entries in any database, so that what is imported can be dropped. With Refuse.
	alone bool
}

// Import imports an export of either format, all or nothing.
//
// A source that can seek, as a file can, is read and verified whole before anything is written. Any other is verified while
// it is imported, and nothing of it can be seen before its end was verified: with Refuse, named scopes gather under other
// names (which begin with StagingPrefix) in transactions of limited size, and the last transaction gives them theirs; memory
// does not grow with the import. Otherwise, and where a scope has entries in other databases, everything is one transaction,
// which blocks writers and takes LMDB's memory for changed pages, 512 MiB at the most.
//
// Databases that are missing are made first, and stay, empty, if the import fails. After a failure, also of the context, what
// had gathered is deleted; a process that is killed leaves it, and Verify tells of it.
//
// Errors: ErrCorrupt (damaged, with the offset), ErrFormatTooNew, ErrKeyExists, ErrKindMismatch, ErrLayoutMismatch,
// ErrInvalidArgument, ErrReadOnly, ErrMapFull, ErrDiskFull, ErrCanceled.
func Import(ctx context.Context, env *core.Env, r io.Reader, o ImportOptions) (Totals, error) {
	if env.ReadOnly() {
		return Totals{}, fail(core.CodeReadOnly, "the environment is open for reading only")
	}
	if o.Existing > Skip {
		return Totals{}, fail(core.CodeInvalidArgument, "%d is none of Refuse, Overwrite and Skip", o.Existing)
	}
	var total uint64
	if seeker, ok := r.(io.Seeker); ok {
		if start, err := seeker.Seek(0, io.SeekCurrent); err == nil {
			verified, err := VerifyExport(ctx, r, nil)
			if err != nil {
				return Totals{}, err
			}
			total = verified.Entries
			if _, err := seeker.Seek(start, io.SeekStart); err != nil {
				return Totals{}, wrapf(err, "the export could not be read again")
			}
		}
	}
	m := newMeter(o.Progress, Entries, total, 1024) // before the first wait for a stream
	reader, err := newExportReader(r)
	if err != nil {
		return Totals{}, err
	}
	i := &importer{ctx: ctx, env: env, o: o, r: reader, meter: m}
	return i.run()
}

// newExportReader finds out the format.
func newExportReader(r io.Reader) (exportReader, error) {
	counted := &countingReader{r: r}
	magic := make([]byte, len(blockMagic))
	if n, err := io.ReadFull(counted, magic); err != nil {
		if bytes.HasPrefix([]byte(blockMagic), magic[:n]) || bytes.HasPrefix([]byte(lineMagic), magic[:n]) {
			return nil, cut(err, counted.n)
		}
		return nil, noExport()
	}
	switch {
	case string(magic) == blockMagic:
		return newBlockReader(counted, magic)
	case bytes.HasPrefix([]byte(lineMagic), magic):
		return newLineReader(io.MultiReader(bytes.NewReader(magic), r)), nil
	}
	return nil, noExport()
}

func noExport() error {
	return fail(core.CodeCorrupt, "this is no export of scoped-lmdb: it must begin with %q or %q (offset 0)", blockMagic,
		lineMagic)
}

// VerifyExport reads an export to its end and says what it has. ErrCorrupt, with the offset, if it is damaged.
func VerifyExport(ctx context.Context, r io.Reader, progress ProgressFunc) (Totals, error) {
	m := newMeter(progress, Entries, 0, 1024)
	reader, err := newExportReader(r)
	if err != nil {
		return Totals{}, err
	}
	o := newOrder(reader)
	for {
		rec, err := o.next()
		if err == io.EOF {
			return o.totals, m.finish(ctx)
		}
		if err != nil {
			return o.totals, err
		}
		if rec.kind == recordEntry {
			err = m.add(ctx, 1)
		}
		if err != nil {
			return o.totals, err
		}
	}
}

// order checks that records come in their order, and that the totals are right.
type order struct {
	r         exportReader
	last      recordKind
	begun     bool
	databases []databaseRecord
	scopes    []core.Scope
	database  int // of the section
	scope     int
	totals    Totals
}

func newOrder(r exportReader) *order { return &order{r: r} }

// next is the next record; io.EOF after the end, which then has been verified.
func (o *order) next() (*record, error) {
	rec, err := o.r.next()
	if err != nil {
		return nil, err
	}
	// What may follow what: databases after the head, scopes after those, then sections with their entries.
	fits := rec.kind == recordHead
	if o.begun {
		fits = rec.kind >= o.last && rec.kind != recordHead || (rec.kind == recordSection && o.last == recordEntry)
	}
	fits = fits && (rec.kind != recordEntry || o.last >= recordSection)
	if !fits {
		return nil, damaged(rec.offset, "record %d follows record %d", rec.kind, o.last)
	}
	o.begun, o.last = true, rec.kind
	return rec, o.take(rec)
}

func (o *order) take(rec *record) error {
	switch rec.kind {
	case recordDatabase:
		o.databases = append(o.databases, rec.database)
		o.totals.Databases++
	case recordScope:
		if n := len(o.scopes); n > 0 && o.scopes[n-1].IsDefault() {
			return damaged(rec.offset, "a scope follows the default one")
		}
		if err := rec.scope.Check(); err != nil {
			return damaged(rec.offset, "%v", err)
		}
		o.scopes = append(o.scopes, rec.scope)
		o.totals.Scopes++
	case recordSection:
		if rec.inDB >= len(o.databases) || rec.inScope >= len(o.scopes) || rec.inDB < 0 || rec.inScope < o.scope {
			return damaged(rec.offset, "a section of database %d and scope %d does not belong here", rec.inDB, rec.inScope)
		}
		o.database, o.scope = rec.inDB, rec.inScope
	case recordEntry:
		o.totals.count(rec.key, rec.value)
	case recordEnd:
		if rec.totals != o.totals {
			return damaged(rec.offset, "the end record says %+v, and there were %+v", rec.totals, o.totals)
		}
	}
	return nil
}

// importer imports one export.
type importer struct {
	ctx     context.Context
	env     *core.Env
	o       ImportOptions
	r       exportReader
	meter   *meter
	order   *order
	targets []target // by the number of the database
	staged  bool
	names   []scopeTarget // by the number of the scope
	batch   []staged      // what waits for a transaction
	size    int
	txn     *core.Txn // the last transaction, or the only one
	skipped uint64
}

// target is a database to import into.
type target struct {
	from   databaseRecord
	stored *core.Raw // below the layout
	known  *core.Raw // with its kind; nil for a foreign database
}

// scopeTarget is where a scope's entries go.
type scopeTarget struct {
	from, to core.Scope
	// placeholder is the name under which entries gather; empty if they do not.
	placeholder string
	// reserved says that it has entries, made that some of them are committed under the placeholder, emptied that the name was
	// registered before, without entries.
	reserved, made, emptied bool
}

// staged is an entry that waits.
type staged struct {
	database, scope int
	key, value      []byte
}

func (i *importer) run() (totals Totals, err error) {
	i.order = newOrder(i.r)
	defer func() {
		if i.txn != nil {
			_ = i.txn.Abort()
		}
		if err != nil {
			totals = Totals{}
			err = i.clean(err)
		}
	}()
	for {
		rec, err := i.order.next()
		if err == io.EOF {
			break
		}
		if err == nil {
			err = i.take(rec)
		}
		if err != nil {
			return totals, err
		}
	}
	if err := i.publish(); err != nil {
		return totals, err
	}
	i.meter.flush()
	totals = i.order.totals
	totals.Skipped = i.skipped
	return totals, nil
}

func (i *importer) take(rec *record) error {
	switch rec.kind {
	case recordDatabase:
		return i.database(rec.database)
	case recordScope:
		return i.scope(rec.scope)
	case recordSection:
		if err := i.settle(); err != nil {
			return err
		}
		return i.section(rec)
	case recordEntry:
		if err := i.entry(rec); err != nil {
			return err
		}
		return i.meter.add(i.ctx, 1)
	case recordEnd:
		return i.settle()
	}
	return nil
}

// database makes a database, if it is missing, and opens it.
func (i *importer) database(d databaseRecord) error {
	t := target{from: d}
	var err error
	if d.kind == 0 {
		if err = i.foreign(d); err != nil {
			return err
		}
	} else if t.known, err = i.env.OpenRaw(i.ctx, core.Spec{
		Name: d.name, Kind: d.kind, Layout: d.layout, Key: d.key, Value: d.value, UnnamedDefault: d.unnamed}); err != nil {
		return err
	}
	if t.stored, err = i.env.OpenStored(i.ctx, d.name); err != nil {
		return err
	}
	i.targets = append(i.targets, t)
	return nil
}

// foreign makes a database that another program made, or finds it.
func (i *importer) foreign(d databaseRecord) error {
	infos, err := i.env.Databases(i.ctx)
	if err != nil {
		return err
	}
	for _, info := range infos {
		switch {
		case info.Name != d.name:
			continue
		case info.Kind != 0:
			return fail(core.CodeKindMismatch, "database %q of the export has no record of its kind, and the environment's is %v", d.name, info.Kind)
		case info.Layout != d.layout && d.layout != 0:
			return fail(core.CodeLayoutMismatch, "database %q of the export is scoped-heed's, and the environment's is a plain one", d.name)
		}
		return i.env.MakeForeign(i.ctx, d.name, info.Layout == core.Heed) // for the registry that it may lack
	}
	return i.env.MakeForeign(i.ctx, d.name, d.layout == core.Heed)
}

func (i *importer) scope(s core.Scope) error {
	to := s
	if i.o.As != nil {
		if len(i.names) > 0 {
			return fail(core.CodeInvalidArgument, "the export has several scopes: only one can be imported into another one")
		}
		if to = *i.o.As; to.Check() != nil {
			return fail(core.CodeInvalidScope, "%v", to.Check())
		}
	}
	if !to.IsDefault() && strings.HasPrefix(to.Name(), StagingPrefix) {
		return fail(core.CodeInvalidScope, "the scope %s: names that begin with %q are those of imports that go on",
			scope.Quote(to.Name()), StagingPrefix)
	}
	i.names = append(i.names, scopeTarget{from: s, to: to})
	return nil
}

// section begins the entries of a scope in a database.
func (i *importer) section(rec *record) error {
	t, s := &i.targets[rec.inDB], &i.names[rec.inScope]
	if s.from.IsDefault() != s.to.IsDefault() && t.known == nil {
		return fail(core.CodeInvalidArgument, "database %q has no record of its kind, so that entries cannot move between the default scope "+
			"and a named one, whose keys are stored otherwise", t.from.name)
	}
	if i.staged && !s.to.IsDefault() {
		return nil
	}
	if err := i.begin(); err != nil {
		return err
	}
	if i.o.Existing != Refuse {
		return nil
	}
	empty, err := t.stored.IsEmpty(i.txn, s.to)
	if err == nil && !empty {
		err = fail(core.CodeKeyExists, "database %q has entries in %v already: choose to overwrite or to skip those that are there, or another scope",
			t.from.name, s.to)
	}
	return err
}

// begin begins the last transaction, after all that waits is written.
func (i *importer) begin() error {
	if i.txn != nil {
		return nil
	}
	if err := i.flush(); err != nil {
		return err
	}
	var err error
	i.txn, err = i.env.Begin(i.ctx, true)
	return err
}

func (i *importer) entry(rec *record) error {
	database, number := i.order.database, i.order.scope
	s := &i.names[number]
	if i.txn != nil {
		return i.put(i.txn, &i.targets[database], s, rec.key, rec.value)
	}
	s.reserved = true
	i.batch = append(i.batch, staged{database, number, bytes.Clone(rec.key), bytes.Clone(rec.value)})
	if i.size += len(rec.key) + len(rec.value); i.size >= stagedBytes || len(i.batch) >= stagedEntries {
		return i.flush()
	}
	return nil
}

// put puts an entry into its scope, or the placeholder of it.
func (i *importer) put(txn *core.Txn, t *target, s *scopeTarget, key, value []byte) error {
	to, raw := s.to, t.stored
	if s.placeholder != "" {
		to = core.Named(s.placeholder)
	}
	if s.from.IsDefault() != s.to.IsDefault() {
		// The two kinds of scopes may store keys otherwise.
		var scratch []byte
		logical, err := t.from.form(s.from).Logical(&scratch, key)
		if err != nil {
			return wrapf(err, "a key of database %q", t.from.name)
		}
		key, raw = logical, t.known
	}
	if i.o.Existing == Overwrite {
		return raw.Put(txn, to, key, value)
	}
	err := raw.PutIfAbsent(txn, to, key, value)
	switch {
	case core.CodeOf(err) != core.CodeKeyExists:
		return err
	case i.o.Existing == Skip:
		i.skipped++
		return nil
	}
	return fail(core.CodeKeyExists, "database %q, %v: the key %x is there already, or twice in the export", t.from.name, s.to, key)
}

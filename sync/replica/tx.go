package replica

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"fieldkit/sync/hlc"
	"fieldkit/sync/schema"
)

// Errors of reading and writing rows.
var (
	ErrRealm   = errors.New("belongs to another realm")
	ErrUnknown = errors.New("no such table or column")
	ErrDamaged = errors.New("the row is damaged")
)

// Tx is one transaction: one action of a user, durable as a whole or not at all.
type Tx struct {
	r        *Replica
	ctx      context.Context
	conn     *sql.Conn
	wall     time.Time
	stamp    hlc.Stamp // of this transaction's writes, 0 until the first
	rows     map[rowKey]*pendingRow
	byN      map[numberKey]*pendingRow
	order    []*pendingRow
	tables   map[string]bool
	wrote    map[string][]schema.ID
	hash     hasher
	ticked   bool // the clock moved without a write
	flushing bool
	advanced bool                         // the anchor must follow
	merged   map[int]map[*pendingRow]bool // merged later than it came, by audience
	rehomed  []*pendingRow
	summed   bool   // sums were changed
	clock    func() // what becomes of the clock when this is durable
}

type rowKey struct {
	table uint16
	id    schema.ID
}

type numberKey struct {
	table uint16
	n     int64
}

// pendingRow is a row in the transaction with what is to be written of it.
type pendingRow struct {
	row
	changed uint64 // positions of open columns to write
	dirty   bool
	entry   *journalEntry
	texts   map[uint16]*longText // states of long texts to be written, by column
	was     counted              // in the audience's sum
}

// Update runs fn in one transaction. When fn returns nil its writes are durable
// on disk by the time Update returns; on an error or a panic nothing changes.
func (r *Replica) Update(ctx context.Context, fn func(*Tx) error) error {
	return r.update(ctx, false, fn)
}

func (r *Replica) update(ctx context.Context, remote bool, fn func(*Tx) error) (err error) {
	var tables []string
	var wrote map[string][]schema.ID
	began := false
	defer func() {
		if began {
			r.untold.Add(-1)
		}
	}()
	func() {
		r.mu.Lock()
		defer r.mu.Unlock() // also when fn panics
		r.untold.Add(1)
		began = true
		tables, wrote, err = r.locked(ctx, fn)
	}()
	if err == nil && len(tables) > 0 {
		r.notify(Change{Tables: tables, Rows: wrote, Remote: remote})
	}
	return err
}

func (r *Replica) locked(ctx context.Context, fn func(*Tx) error) (tables []string, wrote map[string][]schema.ID, err error) {
	if r.prepared == nil {
		return nil, nil, errors.New("the replica is closed")
	}
	origins, audiences, before := r.origins.len(), len(r.audiences.list), r.position
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	// Begin and end are not cut short: the connection must know where it stands.
	if err := r.always(ctx, "BEGIN IMMEDIATE"); err != nil {
		return nil, nil, fmt.Errorf("begin: %w", err)
	}
	done := false
	tx := &Tx{r: r, ctx: ctx, conn: r.conn, wall: r.opts.Wall(), rows: map[rowKey]*pendingRow{}, byN: map[numberKey]*pendingRow{}, tables: map[string]bool{}, wrote: map[string][]schema.ID{}, hash: hasher{origins: r.origins}}
	defer func() {
		if !done {
			_, _ = r.conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK") // SQLite may have rolled back already
			r.origins.forget(origins)
			r.audiences.forget(audiences)
			r.position = before
			r.short = nil
			if tx.summed {
				r.sums = nil
				if shared, err := readShared(context.WithoutCancel(ctx), r.conn); err == nil {
					r.shared = shared
				}
			}
			clear(r.passed)
			if passed, err := passedOrigins(context.WithoutCancel(ctx), r.conn); err == nil {
				r.passed = passed
			}
		}
	}()
	if err := fn(tx); err != nil {
		return nil, nil, err
	}
	if err := tx.flush(); err != nil {
		return nil, nil, err
	}
	if err := tx.restateRehomed(); err != nil {
		return nil, nil, err
	}
	if err := tx.keepClock(); err != nil {
		return nil, nil, err
	}
	if err := r.always(ctx, "COMMIT"); err != nil {
		return nil, nil, fmt.Errorf("commit: %w", err)
	}
	done = true
	if tx.clock != nil {
		tx.clock()
	}
	if tx.advanced {
		if err := r.writeAnchor(); err != nil {
			r.opts.Log.Error("the anchor is behind", "error", err) // the writes are durable all the same
		}
	}
	for name := range tx.tables {
		tables = append(tables, name)
	}
	slices.Sort(tables)
	return tables, tx.wrote, nil
}

// observe moves the clock past a stamp that came from elsewhere.
func (tx *Tx) observe(at hlc.Stamp) {
	tx.r.clock.Observe(at)
	tx.ticked = true
}

// keepClock stores how far the clock has come.
func (tx *Tx) keepClock() error {
	if tx.stamp == 0 && !tx.ticked {
		return nil
	}
	return tx.exec(`INSERT INTO _meta (key, value) VALUES ('clock', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`, int64(tx.r.clock.Last()))
}

// Context is the context Update was called with.
func (tx *Tx) Context() context.Context { return tx.ctx }

// Now is the wall time at which the transaction began, the same for all of it.
func (tx *Tx) Now() time.Time { return tx.wall }

// Stamp is the stamp of this transaction's writes.
func (tx *Tx) Stamp() hlc.Stamp { return tx.now().at }

// NewID makes the id of a row that only this replica can create.
func (tx *Tx) NewID() schema.ID {
	id, err := schema.NewIDFrom(tx.wall.UnixMilli(), tx.r.opts.Random)
	if err != nil {
		panic("replica: the random source failed: " + err.Error())
	}
	return id
}

// now is the stamp of this transaction's writes.
func (tx *Tx) now() stamp {
	if tx.stamp == 0 {
		tx.stamp = tx.r.clock.Now()
	}
	return stamp{tx.stamp, tx.r.own}
}

// Put writes registers of a row, creating it when it does not exist. A column
// that already holds the value is not written again. Immutable columns take only
// their first value. A NULL for a column never written is not a write.
func (tx *Tx) Put(table string, id schema.ID, values schema.Values) error {
	return tx.put(table, id, values, nil)
}

func (tx *Tx) put(table string, id schema.ID, values schema.Values, force map[string]bool) error {
	p, err := tx.load(table, id)
	if err != nil {
		return err
	}
	t := p.table
	var sealed []uint16
	var sealedValues []any
	type write struct {
		i     int
		value any
	}
	var writes []write
	for name, raw := range values {
		c := t.Column(name)
		if c == nil {
			return fmt.Errorf("put %s.%s: %w", table, name, ErrUnknown)
		}
		v, err := c.Normalize(raw)
		if err != nil {
			return fmt.Errorf("put %s: %w", table, err)
		}
		i := t.Index(c.Number)
		if c.Sealed() && tx.r.Locked() {
			return fmt.Errorf("put %s.%s: %w", table, name, ErrLocked)
		}
		if p.redacted(c) {
			if v == nil {
				continue
			}
			return fmt.Errorf("put %s.%s: %w", table, name, ErrRedacted)
		}
		if c.Kind == schema.LongText {
			typed, _ := v.(string)
			if err := tx.putText(p, i, nil, typed); err != nil {
				return err
			}
			continue
		}
		old := p.stampOf(i)
		if c.Kind == schema.Immutable && !old.zero() || old.zero() && v == nil {
			continue
		}
		if !old.zero() && !force[name] {
			current, err := tx.current(p, i)
			if err != nil {
				return err
			}
			if reflect.DeepEqual(current, v) {
				continue
			}
		}
		writes = append(writes, write{i, v})
	}
	// A fixed order, since the first written field may become the base stamp.
	slices.SortFunc(writes, func(a, b write) int { return a.i - b.i })
	for _, w := range writes {
		c := &t.Columns[w.i]
		old := p.stampOf(w.i)
		if err := tx.journal(p, c.Number, old); err != nil {
			return err
		}
		if !old.zero() && c.Kind == schema.Register {
			if err := tx.overwriteAlike(p, w.i); err != nil {
				return err
			}
		}
		if c.Sealed() {
			p.strike(c.Number)
			sealed, sealedValues = append(sealed, c.Number), append(sealedValues, w.value)
		} else {
			p.values[w.i] = w.value
			p.changed |= 1 << w.i
		}
		p.clock.setField(c.Number, tx.now(), !c.Sealed() && w.value == nil)
		p.dirty = true
	}
	if len(sealed) > 0 {
		e, err := tx.r.vault.sealFields(t, id, sealed, sealedValues)
		if err != nil {
			return err
		}
		p.envelopes = append(p.envelopes, e)
	}
	return tx.redact(p)
}

// current is a register's value, opened when sealed.
func (tx *Tx) current(p *pendingRow, i int) (any, error) {
	c := &p.table.Columns[i]
	if !c.Sealed() {
		return p.values[i], nil
	}
	for e := range p.envelopes {
		if slices.Contains(p.envelopes[e].live, c.Number) {
			values, err := tx.r.vault.openFields(p.table, p.id, &p.envelopes[e])
			if err != nil {
				return nil, err
			}
			return values[slices.Index(p.envelopes[e].columns, c.Number)], nil
		}
	}
	return nil, nil
}

// Add adds to a counter, creating the row when it does not exist.
func (tx *Tx) Add(table string, id schema.ID, column string, delta int64) error {
	p, c, err := tx.loadColumn(table, id, column, schema.Counter)
	if err != nil || delta == 0 {
		return err
	}
	if err := tx.journal(p, c.Number, stamp{}); err != nil {
		return err
	}
	s := p.clock.shard(c.Number, tx.r.own, true)
	if tx.r.fromEarlier(stamp{s.at, s.origin}) {
		if err := tx.noteBase(p); err != nil {
			return err
		}
	}
	s.at = tx.now().at
	if delta > 0 {
		s.plus += uint64(delta)
	} else {
		s.minus += uint64(-delta)
	}
	p.dirty = true
	return nil
}

// Include adds elements to a set; those already in it are left alone.
func (tx *Tx) Include(table string, id schema.ID, column string, elements ...string) error {
	p, c, err := tx.loadColumn(table, id, column, schema.Set)
	if err != nil {
		return err
	}
	for _, value := range elements {
		e := p.clock.element(c.Number, value, false)
		if e != nil && e.present() {
			continue
		}
		if err := tx.journal(p, c.Number, stamp{}); err != nil {
			return err
		}
		e = p.clock.element(c.Number, value, true)
		if i := slices.IndexFunc(e.added, func(t tag) bool { return t.origin == tx.r.own }); i >= 0 && tx.r.fromEarlier(stamp{e.added[i].at, tx.r.own}) {
			if err := tx.noteBase(p); err != nil {
				return err
			}
		}
		e.added, _ = raise(e.added, tx.r.own, tx.now().at)
		p.dirty = true
	}
	return nil
}

// Exclude removes elements from a set: those adds that this replica has seen.
func (tx *Tx) Exclude(table string, id schema.ID, column string, elements ...string) error {
	p, c, err := tx.loadColumn(table, id, column, schema.Set)
	if err != nil {
		return err
	}
	for _, value := range elements {
		e := p.clock.element(c.Number, value, false)
		if e == nil || !e.present() {
			continue
		}
		if err := tx.journal(p, c.Number, stamp{}); err != nil {
			return err
		}
		tx.now()
		for _, a := range e.added {
			e.removed, _ = raise(e.removed, a.origin, a.at)
		}
		p.dirty = true
	}
	return nil
}

// Get reads a row as the transaction sees it; nil when there is none.
func (tx *Tx) Get(table string, id schema.ID) (*Row, error) {
	p, err := tx.load(table, id)
	if err != nil {
		return nil, err
	}
	if !p.exists && !p.dirty {
		return nil, nil
	}
	p.refresh()
	return tx.r.public(&p.row)
}

// Select reads rows as the transaction sees them; see Replica.Select.
func (tx *Tx) Select(table, clause string, args ...any) ([]*Row, error) {
	if err := tx.flush(); err != nil {
		return nil, err
	}
	var out []*Row
	err := tx.r.each(tx.ctx, tx.conn, table, clause, args, func(row *Row) error { out = append(out, row); return nil })
	return out, err
}

func (tx *Tx) loadColumn(table string, id schema.ID, column string, kind schema.Kind) (*pendingRow, *schema.Column, error) {
	p, err := tx.load(table, id)
	if err != nil {
		return nil, nil, err
	}
	c := p.table.Column(column)
	if c == nil || c.Kind != kind {
		return nil, nil, fmt.Errorf("%s.%s is not a %s: %w", table, column, kind, ErrUnknown)
	}
	return p, c, nil
}

// load brings a row into the transaction.
func (tx *Tx) load(table string, id schema.ID) (*pendingRow, error) {
	t := tx.r.opts.Schema.Table(table)
	if t == nil {
		return nil, fmt.Errorf("table %q: %w", table, ErrUnknown)
	}
	return tx.loadRow(t, id)
}

func (tx *Tx) loadRow(t *schema.Table, id schema.ID) (*pendingRow, error) {
	key := rowKey{t.Number, id}
	if p := tx.rows[key]; p != nil {
		return p, nil
	}
	if id.IsNil() {
		return nil, fmt.Errorf("table %s: a row needs an id", t.Name)
	}
	p := &pendingRow{row: row{table: t, id: id, values: make([]any, len(t.Columns))}}
	stmt, err := tx.stmt(tx.r.sql[t].load)
	if err != nil {
		return nil, err
	}
	found, err := tx.r.scan(t, stmt.QueryRowContext(tx.ctx, id[:]), &p.row)
	if err != nil {
		return nil, fmt.Errorf("read %s %s: %w", t.Name, id, err)
	}
	p.id, p.exists = id, found
	tx.keep(p)
	return p, nil
}

// loadNumber brings a row into the transaction by its number in the table.
func (tx *Tx) loadNumber(t *schema.Table, n int64) (*pendingRow, error) {
	if p := tx.byN[numberKey{t.Number, n}]; p != nil {
		return p, nil
	}
	p := &pendingRow{row: row{table: t, values: make([]any, len(t.Columns))}}
	stmt, err := tx.stmt(tx.r.sql[t].loadByN)
	if err != nil {
		return nil, err
	}
	p.exists, err = tx.r.scan(t, stmt.QueryRowContext(tx.ctx, n), &p.row)
	if err == nil && !p.exists {
		err = ErrDamaged
	}
	if err != nil {
		return nil, fmt.Errorf("read %s number %d: %w", t.Name, n, err)
	}
	tx.keep(p)
	return p, nil
}

func (tx *Tx) keep(p *pendingRow) {
	tx.rows[rowKey{p.table.Number, p.id}] = p
	if p.exists {
		p.was = counted{p.clock.audience, p.clock.check}
		tx.byN[numberKey{p.table.Number, p.n}] = p
	}
	tx.order = append(tx.order, p)
}

// stmt is a prepared statement on the writing connection.
func (tx *Tx) stmt(text string) (*sql.Stmt, error) { return tx.r.statement(tx.ctx, text) }

// statement prepares once on the writing connection: parsing takes longer than many
// a statement.
func (r *Replica) statement(ctx context.Context, text string) (*sql.Stmt, error) {
	if s := r.prepared[text]; s != nil {
		return s, nil
	}
	s, err := r.conn.PrepareContext(context.WithoutCancel(ctx), text)
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	r.prepared[text] = s
	return s, nil
}

// always runs a statement to its end, also when the caller has given up.
func (r *Replica) always(ctx context.Context, text string) error {
	s, err := r.statement(ctx, text)
	if err == nil {
		_, err = s.ExecContext(context.WithoutCancel(ctx))
	}
	return err
}

func (tx *Tx) exec(text string, args ...any) error {
	s, err := tx.stmt(text)
	if err != nil {
		return err
	}
	_, err = s.ExecContext(tx.ctx, args...)
	return err
}

// flush writes what is pending: each row once, then its journal entry.
func (tx *Tx) flush() error {
	if tx.flushing {
		return nil
	}
	tx.flushing = true
	defer func() { tx.flushing = false }()
	for i := 0; i < len(tx.order); i++ { // naming an audience may load more rows
		p := tx.order[i]
		if !p.dirty {
			continue
		}
		if err := tx.assignAudience(p); err != nil {
			return err
		}
		if err := tx.write(p); err != nil {
			return fmt.Errorf("write %s %s: %w", p.table.Name, p.id, err)
		}
		tx.tables[p.table.Name] = true
		tx.wrote[p.table.Name] = append(tx.wrote[p.table.Name], p.id)
		if p.entry != nil && p.entry.changed {
			if err := tx.writeEntry(p); err != nil {
				return fmt.Errorf("journal %s %s: %w", p.table.Name, p.id, err)
			}
		}
	}
	return nil
}

func (tx *Tx) write(p *pendingRow) error {
	p.refresh()
	p.clock.check = tx.hash.row(&p.row)
	s := tx.r.sql[p.table]
	for _, i := range s.open {
		if k := p.table.Columns[i].Kind; k == schema.Counter || k == schema.Set {
			p.changed |= 1 << i
		}
	}
	text := s.insert
	changed := ^uint64(0)
	if p.exists {
		changed = p.changed
		text = s.update(p.table, changed)
	}
	args := make([]any, 0, len(s.open)+3)
	for _, i := range s.open {
		if changed&(1<<i) != 0 {
			args = append(args, sqlValue(p.values[i]))
		}
	}
	var sealed any
	if len(p.envelopes) > 0 {
		sealed = packEnvelopes(p.envelopes)
	}
	args = append(args, p.clock.pack(), sealed)
	if p.exists {
		if err := tx.exec(text, append(args, p.n)...); err != nil {
			return err
		}
	} else {
		stmt, err := tx.stmt(text)
		if err != nil {
			return err
		}
		result, err := stmt.ExecContext(tx.ctx, append(args, p.id[:])...)
		if err != nil {
			return err
		}
		if p.n, err = result.LastInsertId(); err != nil {
			return err
		}
		tx.byN[numberKey{p.table.Number, p.n}] = p
	}
	p.exists, p.dirty, p.changed = true, false, 0
	if err := tx.count(p); err != nil {
		return err
	}
	return tx.writeTexts(p)
}

// Replica is the identity of the replica that writes.
func (tx *Tx) Replica() schema.ID { return tx.r.id }

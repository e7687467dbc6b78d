package replica

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"fieldkit/sync/changeset"
	"fieldkit/sync/schema"
)

// Why a received changeset was not taken. errors.Is tells them apart; the
// errors of package changeset occur too.
var (
	// ErrGap: an earlier changeset of the stream is missing; ask for it and offer this one again.
	ErrGap = errors.New("an earlier changeset of the stream is missing")
	// ErrFork: another changeset is held under the same number, or the chain does
	// not fit: two replicas write under one identity.
	ErrFork = errors.New("the stream has forked")
	// ErrOrigin: no certificate names the key of the stream's replica.
	ErrOrigin = errors.New("the changeset's author is not certified")
)

// MaxAhead is how far a stamp may lie ahead of the county's time before its
// changeset is held back instead of merged.
const MaxAhead = 24 * time.Hour

// ReasonAhead begins the reason of a Held from further ahead.
const ReasonAhead = "written under a clock that is ahead"

// Applied says what became of one changeset.
type Applied struct {
	Stream changeset.Stream
	Number uint64
	// Duplicate: it was held already; nothing changed.
	Duplicate bool
	// Err is set when the changeset was not taken; nothing of it was merged.
	Err error
}

// Apply merges changesets in one transaction. One that cannot be taken is
// reported in its place and does not keep the others out; the error is for what
// concerns them all, such as a full disk, and then nothing changed.
func (r *Replica) Apply(ctx context.Context, raws ...[]byte) ([]Applied, error) {
	var out []Applied
	err := r.update(ctx, true, func(tx *Tx) error {
		if err := errors.Join(tx.seal(), tx.evolve()); err != nil {
			return err
		}
		out = make([]Applied, len(raws))
		for i, raw := range raws {
			if err := tx.apply(raw, &out[i]); err != nil {
				return err
			}
		}
		return tx.restateMerged()
	})
	if err != nil {
		return nil, fmt.Errorf("merge changesets: %w", err)
	}
	return out, nil
}

func (tx *Tx) apply(raw []byte, out *Applied) error {
	c, err := changeset.Parse(raw)
	if err != nil {
		out.Err = err
		return nil
	}
	out.Stream, out.Number = c.Stream, c.Number
	if c.Realm != tx.r.opts.Realm {
		out.Err = fmt.Errorf("changeset %w: %s", ErrRealm, c.Realm)
		return nil
	}
	key, err := tx.keyOf(c.Stream.Origin.Replica)
	if err != nil {
		return err
	}
	if key == nil {
		out.Err = fmt.Errorf("%w: %s", ErrOrigin, c.Stream.Origin)
		return nil
	}
	if out.Err = c.Verify(key); out.Err != nil {
		return nil
	}
	audience, err := tx.r.audiences.number(tx.ctx, tx.conn, c.Stream.Audience)
	if err != nil {
		return err
	}
	if c.Stream.Origin.Incarnation == 0 {
		if !tx.r.isRootKey(key) {
			out.Err = fmt.Errorf("%w: a snapshot by %s", ErrOrigin, c.Stream.Origin.Replica)
			return nil
		}
		return tx.applyPart(c, audience, out)
	}
	origin, err := tx.r.origins.number(tx.ctx, tx.conn, c.Stream.Origin)
	if err != nil {
		return err
	}
	h, err := tx.head(origin, audience)
	if err != nil {
		return err
	}
	switch {
	case c.Number <= h.number:
		return tx.compareHeld(c, origin, audience, out)
	case c.Number > h.number+1:
		out.Err = fmt.Errorf("%w: %s has %d, got %d", ErrGap, c.Stream.Origin, h.number, c.Number)
		return nil
	case c.Prev != h.hash || c.First <= h.complete || c.Complete < h.complete:
		out.Err = fmt.Errorf("%w: %s number %d does not follow (%v; %s after %s)", ErrFork, c.Stream.Origin, c.Number, c.Prev == h.hash, c.First, h.complete)
		return tx.holdFork(origin, audience, c.Number, out.Err.Error())
	}
	if begun, err := tx.covered(origin, audience, c.Number); err != nil || begun {
		out.Err = fmt.Errorf("%w: a snapshot that is arriving holds it", ErrGap)
		return err
	}
	reason, err := tx.quarantine(c)
	if err != nil {
		return err
	}
	if reason != "" {
		return tx.keepUnmerged(c, origin, audience, h, reason)
	}
	m := &merger{tx: tx, origin: origin, audience: audience, number: c.Number, seen: map[int]head{}}
	body, err := c.Body(m, tx.r.opener())
	if m.err != nil {
		return m.err
	}
	if errors.Is(err, ErrGap) {
		out.Err = err
		return nil
	}
	if err == nil && body.States != nil && !tx.r.isRootKey(key) {
		err = fmt.Errorf("%w: states by another than the county", changeset.ErrMalformed)
	}
	if err == nil && body.Introduced < h.rows {
		err = fmt.Errorf("%w: it counts %d rows introduced before, not %d", changeset.ErrValue, body.Introduced, h.rows)
	}
	if err != nil {
		// Signed by its author and whole, yet not readable here: kept, forwarded
		// and shown, so that what follows is not kept out.
		return tx.keepUnmerged(c, origin, audience, h, err.Error())
	}
	if err := m.body(body); err != nil {
		return err
	}
	names, err := tx.shortNames()
	if err != nil {
		return err
	}
	introduced, err := names.introduce(tx, origin, audience, body)
	if err != nil {
		return err
	}
	if err := tx.storeChangeset(origin, audience, c, introduced); err != nil {
		return err
	}
	if introduced > h.rows {
		waited, err := tx.awaited(origin, audience)
		if err != nil {
			return err
		}
		if waited {
			if err := tx.retryWaiting(origin, audience, nil); err != nil {
				return err
			}
		}
	}
	tx.observe(c.Last)
	return nil
}

// compareHeld tells a duplicate from a fork.
func (tx *Tx) compareHeld(c *changeset.Changeset, origin, audience int, out *Applied) error {
	var held []byte
	err := tx.conn.QueryRowContext(tx.ctx, `SELECT hash FROM _changeset WHERE origin = ? AND audience = ? AND number = ?`,
		origin, audience, int64(c.Number)).Scan(&held)
	if errors.Is(err, sql.ErrNoRows) { // pruned, or part of a snapshot
		out.Duplicate = true
		return nil
	}
	if err != nil {
		return fmt.Errorf("compare with what is held: %w", err)
	}
	if hash := c.Hash(); string(held) == string(hash[:]) {
		out.Duplicate = true
		return nil
	}
	out.Err = fmt.Errorf("%w: %s number %d is held with other content", ErrFork, c.Stream.Origin, c.Number)
	return tx.holdFork(origin, audience, c.Number, out.Err.Error())
}

// quarantine is the reason for which the root holds a changeset back, "" for none.
func (tx *Tx) quarantine(c *changeset.Changeset) (string, error) {
	if !tx.r.isRoot() || c.Stream.Origin.Replica == tx.r.id {
		return "", nil
	}
	if c.Last.Time().After(tx.wall.Add(MaxAhead)) {
		return fmt.Sprintf("%s: %s", ReasonAhead, c.Last), nil
	}
	if tx.r.opts.Quarantine == nil {
		return "", nil
	}
	reason, err := tx.r.opts.Quarantine(tx, c.Stream.Origin.Replica)
	if err != nil {
		return "", fmt.Errorf("ask about %s: %w", c.Stream.Origin, err)
	}
	return reason, nil
}

// merger merges the body of one changeset.
type merger struct {
	tx       *Tx
	origin   int
	audience int
	number   uint64
	origins  []int // body's origins → local numbers
	names    []changeset.Origin
	// known, when set, are the columns merged already: only others are taken.
	known func(table, column uint16) bool
	// only, when set, are the named rows to be merged; the others were.
	only     map[heldRow]bool
	released bool // it was held back until now
	// vouched tells of versions that are in a state merged beside.
	vouched func(stamp) bool
	unknown bool  // something of the body is not in the schema
	fields  *bool // some field is held back; nil while not asked
	seen    map[int]head
	err     error // of the database, while names were looked up
}

// again tells whether a stored changeset is merged once more, long after others
// that followed it.
func (m *merger) again() bool { return m.known != nil || m.only != nil || m.released }

// Known makes the merger a changeset.Rows.
func (m *merger) Known(table uint16) bool { return m.tx.r.opts.Schema.TableByNumber(table) != nil }

// Row finds the id of a row that another changeset of this audience introduced.
// ErrGap says that this one has not arrived.
func (m *merger) Row(table uint16, origin changeset.Origin, seq uint64) (schema.ID, error) {
	// What is merged later than it came may have come before the changeset that it needs: its row
	// waits on.
	waits := m.again()
	number, known := m.tx.r.origins.lookup(origin)
	if !known && waits {
		return schema.Nil, nil
	}
	if !known {
		return schema.Nil, fmt.Errorf("%w: it names rows of %s", ErrGap, origin)
	}
	names, err := m.tx.shortNames()
	if err != nil {
		m.err = err
		return schema.Nil, err
	}
	at, n, found := names.row(number, m.audience, seq)
	if !found {
		h, err := m.head(number)
		if err != nil {
			m.err = err
			return schema.Nil, err
		}
		if seq > h.rows && !waits {
			return schema.Nil, fmt.Errorf("%w: it names row %d of %s", ErrGap, seq, origin)
		}
		return schema.Nil, nil
	}
	if n == 0 || at != table {
		return schema.Nil, nil
	}
	p, err := m.tx.loadNumber(m.tx.r.opts.Schema.TableByNumber(table), n)
	if err != nil {
		m.err = err
		return schema.Nil, err
	}
	return p.id, nil
}

func (m *merger) body(body *changeset.Body) error {
	if err := m.resolve(body); err != nil {
		return err
	}
	for i := range body.Tables {
		t := m.tx.r.opts.Schema.TableByNumber(body.Tables[i].Number)
		if t == nil || body.Tables[i].Unknown > 0 {
			m.unknown = true
			continue
		}
		for j := range body.Tables[i].Rows {
			if err := m.row(t, &body.Tables[i].Rows[j]); err != nil {
				return fmt.Errorf("merge %s: %w", t.Name, err)
			}
		}
	}
	if m.unknown && m.known == nil {
		if err := m.tx.noteUnknown(m.origin, m.audience, m.number); err != nil {
			return err
		}
	}
	if body.States != nil {
		heads, err := m.bases(body.States)
		if err != nil {
			return err
		}
		return m.states(body.States, heads)
	}
	return m.tx.flush() // gives new rows their numbers
}

func (m *merger) row(t *schema.Table, w *changeset.Row) error {
	if m.only != nil && !m.only[heldRow{table: t.Number, origin: m.origins[w.Name.Origin], seq: w.Name.Seq}] {
		// It was merged when the changeset came. While a part of that was held back nobody
		// could be told so.
		if w.ID.IsNil() {
			return nil
		}
		p, err := m.tx.loadRow(t, w.ID)
		if err == nil && p.exists {
			m.tx.noteMerged(p, m.audience)
		}
		return err
	}
	if err := m.check(t, w); err != nil {
		held := heldRow{table: t.Number, id: w.ID}
		if w.ID.IsNil() {
			held.origin, held.seq = m.origins[w.Name.Origin], w.Name.Seq
		}
		return m.hold(held, err)
	}
	cells, err := m.fitting(t, w)
	if err != nil {
		return err
	}
	p, err := m.tx.loadRow(t, w.ID)
	if err != nil {
		return err
	}
	if p.clock.audience == 0 {
		p.clock.audience = m.audience
	} else if err := m.tx.noteAudience(p, m.audience); err != nil {
		return err
	}
	if m.released {
		m.tx.noteMerged(p, m.audience)
	}
	p.dirty = p.dirty || !p.exists // named from now on, even if this schema knows none of its columns
	var sealed []uint16
	var sealedValues []any
	for i := range cells {
		cell := &cells[i]
		at := t.Index(cell.Column)
		if at < 0 {
			m.unknown = true
			continue
		}
		c := &t.Columns[at]
		if m.tx.r.waits(c) {
			m.unknown = true
			continue
		}
		if m.known != nil && m.known(t.Number, cell.Column) {
			continue
		}
		if p.redacted(c) {
			continue
		}
		by := m.origins[cell.By]
		switch c.Kind {
		case schema.Counter:
			m.counter(p, cell, by)
		case schema.Set:
			m.set(p, cell, by)
		case schema.LongText:
			if err := m.longText(p, at, cell, by); err != nil {
				return err
			}
		case schema.Immutable, schema.Register:
			mended, err := m.mended(p, c, cell, by)
			if err != nil {
				return err
			}
			wins, err := m.register(p, at, cell, by)
			if err != nil {
				return err
			}
			for _, s := range mended {
				if _, err := m.tx.dropLoser(p, c, s, true); err != nil {
					return err
				}
			}
			if !wins {
				continue
			}
			s := stamp{cell.At, by}
			value := cellValue(cell)
			if c.Sealed() {
				p.strike(c.Number)
				sealed, sealedValues = append(sealed, c.Number), append(sealedValues, value)
			} else {
				p.values[at] = value
				p.changed |= 1 << at
			}
			p.clock.setField(c.Number, s, !c.Sealed() && value == nil)
			p.dirty = true
		}
	}
	if len(sealed) > 0 {
		e, err := m.tx.r.vault.sealFields(t, w.ID, sealed, sealedValues)
		if err != nil {
			return err
		}
		p.envelopes = append(p.envelopes, e)
	}
	return m.tx.redact(p)
}

// check says whether a row can be merged at all: it is known which it is, and all of it
// is its author's.
func (m *merger) check(t *schema.Table, w *changeset.Row) error {
	if w.ID.IsNil() {
		return errors.New("a row that was not taken here")
	}
	for i := range w.Cells {
		at := t.Index(w.Cells[i].Column)
		if at < 0 {
			continue
		}
		if o := m.names[w.Cells[i].By]; o.Replica != m.names[0].Replica {
			return fmt.Errorf("column %s is said to be written by %s", t.Columns[at].Name, o)
		}
	}
	return nil
}

// fits says whether a cell fits its column.
func fits(c *schema.Column, cell *changeset.Cell) error {
	if cell.Kind != c.Kind || cell.Type != c.Type {
		return fmt.Errorf("column %s comes as a %s of type %d", c.Name, cell.Kind, cell.Type)
	}
	if cell.At == 0 {
		return fmt.Errorf("column %s has no stamp", c.Name)
	}
	for _, n := range cell.Insertions {
		if _, err := c.Normalize(n.Text); err != nil {
			return err
		}
	}
	if c.Kind == schema.Register || c.Kind == schema.Immutable {
		if _, err := c.Normalize(cellValue(cell)); err != nil {
			return err
		}
	}
	return nil
}

func cellValue(cell *changeset.Cell) any {
	if cell.Null {
		return nil
	}
	switch cell.Type {
	case schema.Int, schema.Bool:
		return cell.Int
	case schema.Bytes:
		return []byte(cell.Text)
	case schema.Ref:
		return schema.ID([]byte(cell.Text))
	}
	return cell.Text
}

// counter takes the greater of an origin's totals, which only grow.
func (m *merger) counter(p *pendingRow, cell *changeset.Cell, by int) {
	s := p.clock.shard(cell.Column, by, true)
	if at, plus, minus := max(s.at, cell.At), max(s.plus, cell.Plus), max(s.minus, cell.Minus); at != s.at || plus != s.plus || minus != s.minus {
		s.at, s.plus, s.minus = at, plus, minus
		p.dirty = true
	}
}

// set raises the tags of the touched elements.
func (m *merger) set(p *pendingRow, cell *changeset.Cell, by int) {
	for _, w := range cell.Elements {
		e := p.clock.element(cell.Column, w.Value, true)
		var changed bool
		if w.Added != 0 {
			if e.added, changed = raise(e.added, by, w.Added); changed {
				p.dirty = true
			}
		}
		for _, v := range w.Removed {
			if e.removed, changed = raise(e.removed, m.origins[v.Origin], v.At); changed {
				p.dirty = true
			}
		}
	}
}

// register decides whether an incoming write becomes the value of a field, and
// keeps the losing version of a concurrent pair.
//
// Every write names the versions its author overwrote. A version that no known
// write names is a leaf; the newest leaf is the value, every other one lost a
// concurrent overwrite and is kept for review. Which leaves there are does not
// depend on the order in which writes arrive: a name that comes before the
// version it names is kept as pending until that version is seen.
func (m *merger) register(p *pendingRow, at int, cell *changeset.Cell, by int) (wins bool, err error) {
	c := &p.table.Columns[at]
	incoming := stamp{cell.At, by}
	current := p.stampOf(at)
	if c.Kind == schema.Immutable {
		return current.zero() || m.tx.r.origins.less(incoming, current), nil
	}
	sawCurrent := false
	for _, v := range cell.Prev {
		prev := stamp{v.At, m.origins[v.Origin]}
		if prev == current {
			sawCurrent = true
			continue
		}
		if err := m.overwritten(p, c, prev); err != nil {
			return false, err
		}
	}
	if incoming == current || m.vouched != nil && m.vouched(incoming) {
		return false, nil
	}
	collapsed, seen, err := m.passedOn(p, c, incoming, current)
	if err != nil || seen {
		return false, err
	}
	if current.zero() || m.tx.r.origins.less(current, incoming) {
		if !current.zero() && !sawCurrent && !collapsed {
			return true, m.tx.keepLoser(p, at, current)
		}
		return true, nil
	}
	named, err := m.tx.dropLoser(p, c, incoming, true)
	if err != nil || named {
		return false, err // its overwrite arrived before it
	}
	return false, m.tx.keepIncoming(p, c, incoming, cellValue(cell))
}

// head is a stream's head as it was when the body began.
func (m *merger) head(origin int) (head, error) {
	if h, ok := m.seen[origin]; ok {
		return h, nil
	}
	h, err := m.tx.head(origin, m.audience)
	if err == nil {
		m.seen[origin] = h
	}
	return h, err
}

// overwritten notes that some write knowingly replaced a version that is not
// the current one.
func (m *merger) overwritten(p *pendingRow, c *schema.Column, prev stamp) error {
	if dropped, err := m.tx.dropLoser(p, c, prev, false); err != nil || dropped {
		return err
	}
	if prev.origin == m.tx.r.own {
		return nil
	}
	if !m.again() { // else the version may come yet, whatever the heads say
		h, err := m.head(prev.origin)
		if err != nil {
			return err
		}
		if prev.at <= h.complete || prev.origin == m.origin {
			// It was here, unless it is held back: then it may come yet. A name too many
			// does no harm.
			held, err := m.tx.holds(prev.origin, m.audience)
			if err != nil || !held {
				return err
			}
		}
	}
	return m.tx.insertLoser(p, c, prev, true, nil, nil)
}

// keepLoser moves the current version of a field to the losing ones.
func (tx *Tx) keepLoser(p *pendingRow, at int, current stamp) error {
	c := &p.table.Columns[at]
	if c.Sealed() {
		e := p.take(c.Number)
		if e == nil {
			return fmt.Errorf("%w: %s has a stamp and no value", ErrDamaged, c.Name)
		}
		return tx.insertLoser(p, c, current, false, nil, packEnvelopes([]envelope{*e}))
	}
	return tx.insertLoser(p, c, current, false, p.values[at], nil)
}

// keepIncoming puts an incoming write straight to the losing versions.
func (tx *Tx) keepIncoming(p *pendingRow, c *schema.Column, s stamp, value any) error {
	if !c.Sealed() {
		return tx.insertLoser(p, c, s, false, value, nil)
	}
	e, err := tx.r.vault.sealFields(p.table, p.id, []uint16{c.Number}, []any{value})
	if err != nil {
		return err
	}
	return tx.insertLoser(p, c, s, false, nil, packEnvelopes([]envelope{e}))
}

func (tx *Tx) insertLoser(p *pendingRow, c *schema.Column, s stamp, pending bool, value any, sealed []byte) error {
	var blob any
	if sealed != nil {
		blob = sealed
	}
	tx.tables[p.table.Name] = true
	return tx.exec(`INSERT INTO _loser (tbl, id, col, at, origin, pending, value, sealed) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		p.table.Number, p.id[:], c.Number, int64(s.at), s.origin, pending, sqlValue(value), blob)
}

// dropLoser removes a losing (or pending) version and tells whether it was there.
func (tx *Tx) dropLoser(p *pendingRow, c *schema.Column, s stamp, pending bool) (bool, error) {
	stmt, err := tx.stmt(`DELETE FROM _loser WHERE tbl = ? AND id = ? AND col = ? AND at = ? AND origin = ? AND pending = ?`)
	if err != nil {
		return false, err
	}
	res, err := stmt.ExecContext(tx.ctx, p.table.Number, p.id[:], c.Number, int64(s.at), s.origin, pending)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

// Resolve settles a field whose concurrent versions were looked at: the value is
// written with all of them overwritten knowingly.
func (tx *Tx) Resolve(table string, id schema.ID, column string, value any) error {
	p, err := tx.load(table, id)
	if err != nil {
		return err
	}
	c := p.table.Column(column)
	if c == nil || c.Kind != schema.Register {
		return fmt.Errorf("%s.%s is not a register: %w", table, column, ErrUnknown)
	}
	losers, err := tx.losers(p, c)
	if err != nil {
		return err
	}
	if len(losers) == 0 {
		return tx.Put(table, id, schema.Values{column: value})
	}
	if err := tx.put(table, id, schema.Values{column: value}, map[string]bool{column: true}); err != nil {
		return err
	}
	for _, s := range losers {
		if _, err := tx.dropLoser(p, c, s, false); err != nil {
			return err
		}
	}
	for _, s := range losers {
		if !slices.Contains(p.entry.prevs[c.Number], s) {
			p.entry.prevs[c.Number] = append(slices.Clone(p.entry.prevs[c.Number]), s)
		}
	}
	p.entry.changed = true
	return nil
}

func (tx *Tx) losers(p *pendingRow, c *schema.Column) ([]stamp, error) {
	rows, err := tx.conn.QueryContext(tx.ctx, `SELECT at, origin FROM _loser WHERE tbl = ? AND id = ? AND col = ? AND pending = 0`,
		p.table.Number, p.id[:], c.Number)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []stamp
	for rows.Next() {
		var s stamp
		if err := rows.Scan(&s.at, &s.origin); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

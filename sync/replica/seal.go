package replica

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"fieldkit/sync/changeset"
	"fieldkit/sync/hlc"
	"fieldkit/sync/schema"
)

// A changeset is filled up to about this many bytes before compression.
const defaultSealTarget = 1 << 20

// Seal turns the journal into changesets: one chain per audience. It does
// nothing when nothing was written since the last seal.
func (r *Replica) Seal(ctx context.Context) error {
	return r.update(ctx, false, func(tx *Tx) error {
		if err := tx.seal(); err != nil {
			return err
		}
		return tx.evolve()
	})
}

// journaled is one entry of the journal on its way into a changeset.
type journaled struct {
	table *schema.Table
	id    schema.ID
	entry journalEntry
}

func (tx *Tx) seal() error {
	if err := tx.flush(); err != nil {
		return err
	}
	// What is written from now on is another opening's: this one's token may have been told.
	var err error
	if tx.r.token, err = newToken(tx.r.opts.Random); err != nil {
		return err
	}
	byAudience, err := tx.readJournal()
	if err != nil || len(byAudience) == 0 {
		return err
	}
	audiences := make([]int, 0, len(byAudience))
	for a := range byAudience {
		audiences = append(audiences, a)
	}
	slices.Sort(audiences)
	newest := tx.r.sealed
	for _, a := range audiences {
		last, err := tx.sealStream(a, byAudience[a])
		if err != nil {
			return fmt.Errorf("seal for %q: %w", tx.r.audiences.list[a], err)
		}
		newest = max(newest, last)
	}
	if err := tx.exec(`DELETE FROM _journal`); err != nil {
		return err
	}
	// Entries held in memory are gone with the journal: a later write of this
	// transaction starts a new one.
	for _, p := range tx.order {
		p.entry = nil
	}
	tx.r.sealed, tx.r.wroteSince = newest, 0
	if tx.r.inheritedTo != 0 {
		tx.r.inheritedTo = 0
		if err := setMeta(tx.ctx, tx.conn, "inherited", int64(0)); err != nil {
			return err
		}
	}
	if err := tx.advance(); err != nil {
		return err
	}
	return setMeta(tx.ctx, tx.conn, "sealed", int64(newest))
}

// advance counts a transaction after which an older copy of the database would be
// told by its anchor.
func (tx *Tx) advance() error {
	if tx.advanced {
		return nil
	}
	tx.advanced = true
	tx.r.generation++
	return setMeta(tx.ctx, tx.conn, "generation", tx.r.generation)
}

func (tx *Tx) readJournal() (map[int][]journaled, error) {
	rows, err := tx.conn.QueryContext(tx.ctx, `SELECT tbl, id, audience, since, prevs FROM _journal ORDER BY tbl, id`)
	if err != nil {
		return nil, fmt.Errorf("read journal: %w", err)
	}
	defer rows.Close()
	out := map[int][]journaled{}
	for rows.Next() {
		var number uint16
		var prevs []byte
		j := journaled{entry: journalEntry{prevs: map[uint16][]stamp{}}}
		if err := rows.Scan(&number, &j.id, &j.entry.audience, &j.entry.since, &prevs); err != nil {
			return nil, fmt.Errorf("read journal: %w", err)
		}
		if j.table = tx.r.opts.Schema.TableByNumber(number); j.table == nil {
			return nil, fmt.Errorf("the journal names table %d: %w", number, ErrUnknown)
		}
		if err := j.entry.unpackPrevs(prevs); err != nil {
			return nil, fmt.Errorf("read journal: %w", err)
		}
		out[j.entry.audience] = append(out[j.entry.audience], j)
	}
	return out, rows.Err()
}

// sealStream seals the entries of one audience and returns the newest stamp in them.
func (tx *Tx) sealStream(audience int, entries []journaled) (newest hlc.Stamp, err error) {
	names, err := tx.shortNames()
	if err != nil {
		return 0, err
	}
	for len(entries) > 0 {
		size, n := 0, 0
		batch := newBatch(tx, audience, names)
		for n < len(entries) && n < changeset.MaxRows && size < tx.r.sealTarget {
			grown, err := batch.add(&entries[n])
			if err != nil {
				return 0, err
			}
			size += grown
			n++
		}
		for {
			newest = max(newest, batch.last)
			err := tx.sealBatch(audience, batch, newest, n == len(entries))
			if err == nil {
				break
			}
			if !errors.Is(err, changeset.ErrTooLarge) || n == 1 {
				return 0, err
			}
			n /= 2
			batch = newBatch(tx, audience, names)
			for i := range n {
				if _, err := batch.add(&entries[i]); err != nil {
					return 0, err
				}
			}
		}
		entries = entries[n:]
	}
	return newest, nil
}

// batch is a body under construction.
type batch struct {
	tx       *Tx
	audience int
	names    *shortNames
	body     changeset.Body
	origins  map[int]int // local number → index in the body
	rows     []batchRow
	first    hlc.Stamp
	last     hlc.Stamp
}

type batchRow struct {
	table uint16
	id    schema.ID
	at    hlc.Stamp
}

func newBatch(tx *Tx, audience int, names *shortNames) *batch {
	return &batch{tx: tx, audience: audience, names: names, body: changeset.Body{Origins: []changeset.Origin{tx.r.origins.name(tx.r.own)}}, origins: map[int]int{tx.r.own: 0}}
}

// origin is the index of an origin in the body.
func (b *batch) origin(number int) int {
	i, ok := b.origins[number]
	if !ok {
		i = len(b.body.Origins)
		b.origins[number] = i
		b.body.Origins = append(b.body.Origins, b.tx.r.origins.name(number))
	}
	return i
}

func (b *batch) version(s stamp) changeset.Version {
	return changeset.Version{At: s.at, Origin: b.origin(s.origin)}
}

func (b *batch) versions(list []stamp) []changeset.Version {
	var out []changeset.Version
	for _, s := range list {
		out = append(out, b.version(s))
	}
	return out
}

func (b *batch) tags(list []tag) []changeset.Version {
	var out []changeset.Version
	for _, t := range list {
		out = append(out, b.version(stamp{t.at, t.origin}))
	}
	return out
}

// add puts what this replica changed of a row since the last seal into the
// body and returns about how many bytes that takes.
func (b *batch) add(j *journaled) (size int, err error) {
	r := b.tx.r
	p, err := b.tx.loadRow(j.table, j.id)
	if err != nil {
		return 0, err
	}
	out := changeset.Row{ID: j.id}
	if origin, seq, named := b.names.name(b.audience, j.table.Number, p.n); named {
		out.Name = changeset.Name{Origin: b.origin(origin), Seq: seq}
	}
	for i := range j.table.Columns {
		c := &j.table.Columns[i]
		cell := changeset.Cell{Column: c.Number, Kind: c.Kind, Type: c.Type}
		switch c.Kind {
		case schema.Counter:
			for _, s := range p.clock.shards {
				if s.column != c.Number || !r.unsealed(stamp{s.at, s.origin}) {
					continue
				}
				cell.By, cell.At, cell.Plus, cell.Minus = b.origin(s.origin), s.at, s.plus, s.minus
				out.Cells = append(out.Cells, cell)
				size += 8
			}
			continue
		case schema.Set:
			if _, touched := j.entry.prevs[c.Number]; !touched {
				continue
			}
			for _, cell := range b.set(p, c, j.entry.since) {
				out.Cells = append(out.Cells, cell)
				size += 12 * len(cell.Elements)
			}
			continue
		case schema.LongText:
			s := p.stampOf(i)
			if !r.unsealed(s) {
				continue
			}
			cells, grown, err := b.edits(p, i, s, cell)
			if err != nil {
				return 0, err
			}
			cells[0].Prev = b.versions(j.entry.prevs[c.Number])
			out.Cells = append(out.Cells, cells...)
			size += grown
			continue
		default:
			s := p.stampOf(i)
			if !r.unsealed(s) {
				continue
			}
			cell.By = b.origin(s.origin)
			value, err := b.tx.current(p, i)
			if err != nil {
				return 0, err
			}
			cell.At, cell.Prev = s.at, b.versions(j.entry.prevs[c.Number])
			setValue(&cell, value)
			size += len(cell.Text)
		}
		size += 3
		out.Cells = append(out.Cells, cell)
	}
	if len(out.Cells) == 0 {
		return 0, fmt.Errorf("%w: %s %s is in the journal without a change", ErrDamaged, j.table.Name, j.id)
	}
	slices.SortStableFunc(out.Cells, func(a, b changeset.Cell) int { return int(a.Column) - int(b.Column) })
	// The row's stamp is the one that most cells share; the others travel as differences.
	counts := map[hlc.Stamp]int{}
	at := hlc.Stamp(0)
	for _, c := range out.Cells {
		counts[c.At]++
		at = max(at, c.At)
		if b.first == 0 || c.At < b.first {
			b.first = c.At
		}
	}
	b.last = max(b.last, at)
	for s, n := range counts {
		if best := counts[out.At]; n > best || n == best && s < out.At {
			out.At = s
		}
	}
	if len(b.body.Tables) == 0 || b.body.Tables[len(b.body.Tables)-1].Number != j.table.Number {
		b.body.Tables = append(b.body.Tables, changeset.Table{Number: j.table.Number})
	}
	t := &b.body.Tables[len(b.body.Tables)-1]
	t.Rows = append(t.Rows, out)
	b.rows = append(b.rows, batchRow{j.table.Number, j.id, at})
	return size + 24, nil
}

// set puts what this replica added and removed of a set into cells: what it
// removed goes with its own adds, those of an earlier incarnation stand apart.
func (b *batch) set(p *pendingRow, c *schema.Column, since hlc.Stamp) []changeset.Cell {
	cells := map[int]*changeset.Cell{}
	cell := func(origin int) *changeset.Cell {
		if cells[origin] == nil {
			cells[origin] = &changeset.Cell{Column: c.Number, Kind: c.Kind, Type: c.Type, At: since, By: b.origin(origin)}
		}
		return cells[origin]
	}
	for e := range p.clock.elements {
		el := &p.clock.elements[e]
		if el.column != c.Number {
			continue
		}
		own := changeset.Element{Value: el.value, Removed: b.tags(el.removed)}
		for _, a := range el.added {
			switch {
			case !b.tx.r.unsealed(stamp{a.at, a.origin}):
			case a.origin == b.tx.r.own:
				own.Added = a.at
				cell(a.origin).At = max(cell(a.origin).At, a.at)
			default:
				other := cell(a.origin)
				other.At = max(other.At, a.at)
				other.Elements = append(other.Elements, changeset.Element{Value: el.value, Added: a.at})
			}
		}
		if own.Added != 0 || len(own.Removed) > 0 {
			mine := cell(b.tx.r.own)
			mine.Elements = append(mine.Elements, own)
		}
	}
	return byOrigin(cells)
}

// byOrigin are cells in the order of their origins in the body.
func byOrigin(cells map[int]*changeset.Cell) []changeset.Cell {
	out := make([]changeset.Cell, 0, len(cells))
	for _, cell := range cells {
		out = append(out, *cell)
	}
	slices.SortFunc(out, func(a, b changeset.Cell) int { return a.By - b.By })
	return out
}

// edits puts this replica's edits of a long text since the last seal into cells,
// one for each incarnation.
func (b *batch) edits(p *pendingRow, i int, s stamp, like changeset.Cell) (out []changeset.Cell, size int, err error) {
	state, err := b.tx.textState(p, i)
	if err != nil {
		return nil, 0, err
	}
	cells := map[int]*changeset.Cell{}
	cell := func(origin int, at hlc.Stamp) *changeset.Cell {
		if cells[origin] == nil {
			like.By, like.At = b.origin(origin), at
			c := like
			cells[origin] = &c
		}
		cells[origin].At = max(cells[origin].At, at)
		return cells[origin]
	}
	cell(s.origin, s.at)
	for _, n := range state.insertions {
		if b.tx.r.unsealed(stamp{n.at, n.first.origin}) {
			c := cell(n.first.origin, n.at)
			c.Insertions = append(c.Insertions, changeset.Insertion{Seq: n.first.seq, After: b.char(n.after), At: n.at, Text: string(n.runes)})
			size += len(n.runes)*3 + 8
		}
	}
	for _, d := range state.deletions {
		if b.tx.r.unsealed(d.by) {
			c := cell(d.by.origin, d.by.at)
			c.Deletions = append(c.Deletions, changeset.Deletion{First: b.char(d.first), Count: d.count, At: d.by.at})
			size += 8
		}
	}
	return byOrigin(cells), size, nil
}

func (b *batch) char(c char) changeset.Char {
	if c.seq == 0 {
		return changeset.Char{}
	}
	return changeset.Char{Origin: b.origin(c.origin), Seq: c.seq}
}

// sealBatch signs a body as the next changeset of a stream and stores it. The
// last one of a seal completes the stream up to newest.
func (tx *Tx) sealBatch(audience int, b *batch, newest hlc.Stamp, last bool) error {
	r := tx.r
	head, err := tx.head(r.own, audience)
	if err != nil {
		return err
	}
	complete := head.complete
	if last {
		complete = newest
	}
	b.body.Introduced = head.rows
	c, err := changeset.Seal(changeset.Header{
		Realm:  r.opts.Realm,
		Stream: changeset.Stream{Origin: r.origins.name(r.own), Audience: r.audiences.list[audience]},
		Number: head.number + 1, Prev: head.hash, First: b.first, Last: b.last, Complete: complete,
	}, &b.body, r.key, r.recipients(audience))
	if err != nil {
		return err
	}
	introduced, err := b.names.introduce(tx, r.own, audience, &b.body)
	if err != nil {
		return err
	}
	if err := tx.storeChangeset(r.own, audience, c, introduced); err != nil {
		return err
	}
	if r.isRoot() {
		return nil // it confirms; nobody confirms to it
	}
	for _, row := range b.rows {
		if err := tx.exec(`INSERT INTO _unsent (origin, audience, number, tbl, id, at) VALUES (?, ?, ?, ?, ?, ?)`,
			r.own, audience, int64(c.Number), row.table, row.id[:], int64(row.at)); err != nil {
			return err
		}
	}
	return nil
}

// head is the newest changeset held of a stream; number 0 for none.
type head struct {
	number uint64
	hash   changeset.Hash
	// complete: everything of the stream up to here is held.
	complete hlc.Stamp
	// rows is how many rows it introduced.
	rows uint64
}

func (tx *Tx) head(origin, audience int) (h head, err error) {
	stmt, err := tx.stmt(`SELECT number, hash, complete, rows FROM _stream WHERE origin = ? AND audience = ?`)
	if err != nil {
		return h, err
	}
	rows, err := stmt.QueryContext(tx.ctx, origin, audience)
	if err != nil {
		return h, err
	}
	defer rows.Close()
	if rows.Next() {
		var hash []byte
		if err := rows.Scan(&h.number, &hash, &h.complete, &h.rows); err != nil {
			return h, err
		}
		copy(h.hash[:], hash)
	}
	return h, rows.Err()
}

// storeChangeset keeps a changeset and moves its stream's head. rows is how many
// rows the stream has introduced with it.
func (tx *Tx) storeChangeset(origin, audience int, c *changeset.Changeset, rows uint64) error {
	hash := c.Hash()
	if tx.r.isRoot() { // what the root took it has confirmed
		if err := tx.advance(); err != nil {
			return err
		}
	}
	// Its payload holds personal values as they travel: on this disk they are sealed.
	bytes := c.Bytes()
	if err := tx.exec(`INSERT INTO _changeset (origin, audience, number, hash, first, last, received_at, size, sealed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		origin, audience, int64(c.Number), hash[:], int64(c.First), int64(c.Last), tx.wall.UnixMilli(), len(bytes), seal(tx.r.vault.local, bytes, hash[:])); err != nil {
		return fmt.Errorf("store changeset: %w", err)
	}
	return tx.exec(`INSERT INTO _stream (origin, audience, number, hash, complete, rows) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (origin, audience) DO UPDATE SET number = excluded.number, hash = excluded.hash, complete = excluded.complete, rows = excluded.rows`,
		origin, audience, int64(c.Number), hash[:], int64(c.Complete), int64(rows))
}

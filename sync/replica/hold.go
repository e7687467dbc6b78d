package replica

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"

	"fieldkit/sync/changeset"
	"fieldkit/sync/schema"
)

// ErrNotHeld: there is nothing to release, or its bytes were not kept.
var ErrNotHeld = errors.New("nothing is held back under this number")

// heldRow is the row of a changeset that was not merged; the zero heldRow is a
// whole changeset. A row whose id was not known has the name that stood for it. Of a
// row with a column, only that version of it was not merged.
type heldRow struct {
	table   uint16
	id      schema.ID
	origin  int
	seq     uint64
	column  uint16
	version stamp
}

// hold notes a changeset, one row of it or one field of a row, that was not merged.
func (tx *Tx) hold(origin, audience int, number uint64, row heldRow, reason string) error {
	var table, id, named, seq, column, author, at any
	if row.table != 0 {
		table, id = int64(row.table), row.id[:]
	}
	if row.seq != 0 {
		named, seq = row.origin, int64(row.seq)
	}
	if row.column != 0 {
		column, author, at = int64(row.column), row.version.origin, int64(row.version.at)
	}
	return tx.exec(`INSERT INTO _held (origin, audience, number, tbl, id, named, seq, col, author, stamp, reason, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		origin, audience, int64(number), table, id, named, seq, column, author, at, reason, tx.wall.UnixMilli())
}

// holdFork notes a changeset under whose number or after whose predecessor another one
// is stored, once however often it is offered: its own bytes are not.
func (tx *Tx) holdFork(origin, audience int, number uint64, reason string) error {
	return tx.exec(`INSERT INTO _held (origin, audience, number, fork, reason, at) SELECT ?1, ?2, ?3, 1, ?4, ?5
		WHERE NOT EXISTS (SELECT 1 FROM _held WHERE origin = ?1 AND audience = ?2 AND number = ?3 AND fork = 1)`, origin, audience, int64(number), reason, tx.wall.UnixMilli())
}

// isHeld tells whether a row of a changeset, or a field of it, is held back.
func (tx *Tx) isHeld(origin, audience int, number uint64, row heldRow) (held bool, err error) {
	stmt, err := tx.stmt(`SELECT EXISTS (SELECT 1 FROM _held WHERE origin = ? AND audience = ? AND number = ? AND tbl = ? AND id = ? AND coalesce(named, 0) = ? AND coalesce(seq, 0) = ? AND coalesce(col, 0) = ? AND coalesce(stamp, 0) = ?)`)
	if err != nil {
		return false, err
	}
	err = stmt.QueryRowContext(tx.ctx, origin, audience, int64(number), row.table, row.id[:], row.origin, int64(row.seq), row.column, int64(row.version.at)).Scan(&held)
	return held, err
}

// hold holds back a part of the body, once.
func (m *merger) hold(row heldRow, reason error) error {
	if m.known != nil { // it may have been held when it first arrived
		if found, err := m.tx.isHeld(m.origin, m.audience, m.number, row); err != nil || found {
			return err
		}
	}
	if row.column != 0 {
		m.fields = nil
	}
	return m.tx.hold(m.origin, m.audience, m.number, row, reason.Error())
}

// fitting is the cells of a row without those that do not fit the schema, which are
// held back. The rest of the row is merged: what is written later names it.
func (m *merger) fitting(t *schema.Table, w *changeset.Row) ([]changeset.Cell, error) {
	cells, all := w.Cells, true
	for i := range w.Cells {
		cell := &w.Cells[i]
		at := t.Index(cell.Column)
		if at < 0 || m.known != nil && m.known(t.Number, cell.Column) || fits(&t.Columns[at], cell) == nil {
			if !all {
				cells = append(cells, *cell)
			}
			continue
		}
		if all {
			cells, all = slices.Clone(w.Cells[:i]), false
		}
		held := heldRow{table: t.Number, id: w.ID, column: cell.Column, version: stamp{cell.At, m.origins[cell.By]}}
		if err := m.hold(held, fits(&t.Columns[at], cell)); err != nil {
			return nil, err
		}
	}
	return cells, nil
}

// mended takes versions of a field off the list of what is held back, when their
// author or somebody who had seen them wrote the field again, and gives them.
func (m *merger) mended(p *pendingRow, c *schema.Column, cell *changeset.Cell, by int) ([]stamp, error) {
	if m.fields == nil {
		m.fields = new(bool)
		if err := m.tx.conn.QueryRowContext(m.tx.ctx, `SELECT EXISTS (SELECT 1 FROM _held WHERE col IS NOT NULL)`).Scan(m.fields); err != nil {
			return nil, err
		}
	}
	if !*m.fields {
		return nil, nil
	}
	rows, err := m.tx.conn.QueryContext(m.tx.ctx, `SELECT n, author, stamp FROM _held WHERE tbl = ? AND id = ? AND col = ?`, p.table.Number, p.id[:], c.Number)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []stamp
	var gone []int64
	for rows.Next() {
		var n int64
		var s stamp
		if err := rows.Scan(&n, &s.origin, &s.at); err != nil {
			return nil, err
		}
		seen := slices.ContainsFunc(cell.Prev, func(v changeset.Version) bool { return s == stamp{v.At, m.origins[v.Origin]} })
		if seen || s.origin == by && s.at < cell.At {
			out, gone = append(out, s), append(gone, n)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for _, n := range gone {
		if err := m.tx.exec(`DELETE FROM _held WHERE n = ?`, n); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// holds tells whether anything of a stream is held back.
func (tx *Tx) holds(origin, audience int) (held bool, err error) {
	stmt, err := tx.stmt(`SELECT EXISTS (SELECT 1 FROM _held WHERE origin = ? AND audience = ?)`)
	if err != nil {
		return false, err
	}
	err = stmt.QueryRowContext(tx.ctx, origin, audience).Scan(&held)
	return held, err
}

// awaited tells whether a row waits for one that a stream introduces.
func (tx *Tx) awaited(origin, audience int) (found bool, err error) {
	stmt, err := tx.stmt(`SELECT EXISTS (SELECT 1 FROM _held WHERE named = ? AND audience = ?)`)
	if err != nil {
		return false, err
	}
	err = stmt.QueryRowContext(tx.ctx, origin, audience).Scan(&found)
	return found, err
}

// nothing is a changeset.Rows that knows no table: only the rows that a body
// introduces are counted.
type nothing struct{}

func (nothing) Known(uint16) bool { return false }

func (nothing) Row(uint16, changeset.Origin, uint64) (schema.ID, error) { return schema.Nil, nil }

// keepUnmerged stores a changeset without merging it. The rows that it introduces
// are counted, so that others may name them.
func (tx *Tx) keepUnmerged(c *changeset.Changeset, origin, audience int, h head, reason string) error {
	if err := tx.hold(origin, audience, c.Number, heldRow{}, reason); err != nil {
		return err
	}
	body, err := c.Body(nothing{}, tx.r.opener())
	if err != nil || body.Introduced < h.rows { // its header counts them
		body = &changeset.Body{Introduced: h.rows}
		if c.Rows > h.rows {
			body.Tables = []changeset.Table{{Unknown: int(c.Rows - h.rows)}}
		}
	}
	names, err := tx.shortNames()
	if err != nil {
		return err
	}
	introduced, err := names.introduce(tx, origin, audience, body)
	if err != nil {
		return err
	}
	return tx.storeChangeset(origin, audience, c, introduced)
}

// Release merges a changeset that was held back, by its Held.N, and after it the
// rows of others that waited for rows of it. A fork's changeset cannot be released:
// ErrNotHeld.
func (r *Replica) Release(ctx context.Context, n int64) error {
	err := r.update(ctx, true, func(tx *Tx) error {
		if err := tx.seal(); err != nil {
			return err
		}
		var at place
		err := tx.conn.QueryRowContext(tx.ctx, `SELECT origin, audience, number FROM _held WHERE n = ? AND tbl IS NULL AND fork = 0`, n).Scan(&at.origin, &at.audience, &at.number)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNotHeld
		}
		if err != nil {
			return err
		}
		if err := tx.remerge(at, nil, nil); err != nil {
			return err
		}
		if err := tx.exec(`DELETE FROM _held WHERE origin = ? AND audience = ? AND number = ? AND tbl IS NULL AND fork = 0`, at.origin, at.audience, int64(at.number)); err != nil {
			return err
		}
		if err := tx.retryWaiting(at.origin, at.audience, nil); err != nil {
			return err
		}
		return tx.restateMerged()
	})
	if err != nil {
		return fmt.Errorf("release what is held back: %w", err)
	}
	return nil
}

// place names a stored changeset by local numbers.
type place struct {
	origin, audience int
	number           uint64
}

// retryWaiting merges the rows that named rows of a stream which were not here; those
// whose names still mean nothing are held again. Versions for which vouched says so
// were merged otherwise.
func (tx *Tx) retryWaiting(origin, audience int, vouched func(stamp) bool) error {
	waiting, err := tx.waitingFor(origin, audience)
	if err != nil {
		return err
	}
	places := slices.SortedFunc(maps.Keys(waiting), func(a, b place) int {
		return cmp.Or(cmp.Compare(a.origin, b.origin), cmp.Compare(a.audience, b.audience), cmp.Compare(a.number, b.number))
	})
	for _, at := range places {
		if err := tx.remerge(at, waiting[at], vouched); err != nil {
			return err
		}
	}
	return nil
}

// retryAll does so for all streams.
func (tx *Tx) retryAll() error {
	rows, err := tx.conn.QueryContext(tx.ctx, `SELECT DISTINCT named, audience FROM _held WHERE named IS NOT NULL ORDER BY named, audience`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var list []stream
	for rows.Next() {
		var s stream
		if err := rows.Scan(&s.origin, &s.audience); err != nil {
			return err
		}
		list = append(list, s)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, s := range list {
		if err := tx.retryWaiting(s.origin, s.audience, nil); err != nil {
			return err
		}
	}
	return nil
}

// waitingFor lists them, and takes them off the list of what is held.
func (tx *Tx) waitingFor(origin, audience int) (map[place]map[heldRow]bool, error) {
	rows, err := tx.conn.QueryContext(tx.ctx, `SELECT origin, audience, number, tbl, named, seq FROM _held WHERE named = ? AND audience = ?`, origin, audience)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[place]map[heldRow]bool{}
	for rows.Next() {
		var p place
		var row heldRow
		if err := rows.Scan(&p.origin, &p.audience, &p.number, &row.table, &row.origin, &row.seq); err != nil {
			return nil, err
		}
		if out[p] == nil {
			out[p] = map[heldRow]bool{}
		}
		out[p][row] = true
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return out, tx.exec(`DELETE FROM _held WHERE named = ? AND audience = ?`, origin, audience)
}

// remerge merges a stored changeset, or only some named rows of it.
func (tx *Tx) remerge(at place, only map[heldRow]bool, vouched func(stamp) bool) error {
	var hash, sealed []byte
	err := tx.conn.QueryRowContext(tx.ctx, `SELECT hash, sealed FROM _changeset WHERE origin = ? AND audience = ? AND number = ?`, at.origin, at.audience, int64(at.number)).Scan(&hash, &sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotHeld
	}
	if err != nil {
		return err
	}
	c, err := tx.r.openStored(hash, sealed)
	if err != nil {
		return fmt.Errorf("stored changeset: %w", err)
	}
	m := &merger{tx: tx, origin: at.origin, audience: at.audience, number: at.number, seen: map[int]head{}, only: only, vouched: vouched, released: true}
	body, err := c.Body(m, tx.r.opener())
	if m.err != nil {
		return m.err
	}
	if err != nil {
		return fmt.Errorf("stored changeset: %w", err)
	}
	if err := m.body(body); err != nil {
		return err
	}
	if !c.Last.Time().After(tx.wall.Add(MaxAhead)) {
		tx.observe(c.Last)
	}
	if only != nil {
		return nil
	}
	names, err := tx.shortNames()
	if err != nil {
		return err
	}
	return names.reintroduce(tx, at.origin, at.audience, body)
}

package replica

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"fieldkit/sync/changeset"
	"fieldkit/sync/hlc"
	"fieldkit/sync/schema"
)

// Changesets are kept as they came as long as somebody may ask for them. The root
// puts those that a snapshot covers into archives, where the history of a row is
// still found; other replicas drop what the root has in a verified backup.

// Retention says what Compact may put away.
type Retention struct {
	// Before: only what came here before. Later changesets stay as they are.
	Before time.Time
	// Unbacked: also what is in no verified backup of the root.
	Unbacked bool
}

// Compact puts changesets away under a retention rule, on the root into archives, and
// returns how many. Personal values of redacted rows are taken out of what it puts
// away, and out of what was put away before.
func (r *Replica) Compact(ctx context.Context, keep Retention) (int, error) {
	n := 0
	streams, err := r.streams(ctx)
	if err != nil {
		return 0, err
	}
	for _, s := range streams {
		for {
			put, err := r.compactSome(ctx, s, keep)
			if err != nil {
				return n, fmt.Errorf("compact: %w", err)
			}
			if n += put; put == 0 {
				break
			}
		}
	}
	if err := r.scrubArchives(ctx); err != nil {
		return n, fmt.Errorf("compact: %w", err)
	}
	return n, nil
}

func (r *Replica) streams(ctx context.Context) ([]stream, error) {
	rows, err := r.read.QueryContext(ctx, `SELECT origin, audience FROM _stream`)
	if err != nil {
		return nil, fmt.Errorf("list streams: %w", err)
	}
	defer rows.Close()
	var out []stream
	for rows.Next() {
		var s stream
		if err := rows.Scan(&s.origin, &s.audience); err != nil {
			return nil, fmt.Errorf("list streams: %w", err)
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// compactSome puts the oldest changesets of a stream away, in one transaction: as
// many as make one archive.
func (r *Replica) compactSome(ctx context.Context, s stream, keep Retention) (put int, err error) {
	err = r.update(ctx, false, func(tx *Tx) error {
		limit, err := tx.disposable(s, keep)
		if err != nil {
			return err
		}
		rows, err := tx.conn.QueryContext(ctx, `SELECT number, hash, sealed, received_at FROM _changeset WHERE origin = ? AND audience = ? AND number <= ? AND received_at < ?
			ORDER BY number`, s.origin, s.audience, int64(limit), keep.Before.UnixMilli())
		if err != nil {
			return err
		}
		defer rows.Close()
		a := archive{stream: s}
		for rows.Next() {
			var number uint64
			var hash, sealed []byte
			var at int64
			if err := rows.Scan(&number, &hash, &sealed, &at); err != nil {
				return err
			}
			if a.count > 0 && number != a.last+1 {
				break
			}
			if !r.isRoot() {
				a.take(number, at, 0, 0)
				continue
			}
			c, err := r.openStored(hash, sealed)
			if err != nil {
				return err
			}
			away, err := changeset.PutAway(c, &merger{tx: tx, origin: s.origin, audience: s.audience, seen: map[int]head{}}, r.opener(), tx.takeOut)
			if err != nil {
				return err
			}
			if a.count > 0 && a.size+away.Size() > changeset.MaxArchive {
				break
			}
			a.take(number, at, c.First, c.Last)
			a.list, a.size = append(a.list, away), a.size+away.Size()
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil || a.count == 0 {
			return err
		}
		put = a.count
		if r.isRoot() {
			if err := tx.storeArchive(&a); err != nil {
				return err
			}
		}
		return tx.exec(`DELETE FROM _changeset WHERE origin = ? AND audience = ? AND number <= ?`, s.origin, s.audience, int64(a.last))
	})
	return put, err
}

// disposable is the number up to which a stream's changesets may be put away.
func (tx *Tx) disposable(s stream, keep Retention) (uint64, error) {
	var limit uint64
	h, err := tx.head(s.origin, s.audience)
	if err != nil {
		return 0, err
	}
	switch {
	case tx.r.isRoot():
		snap, err := tx.loadSnapshot(s.audience)
		if err != nil || !snap.whole {
			return 0, err
		}
		for _, b := range snap.heads {
			if b.origin == s.origin {
				limit = b.number
			}
		}
		if !keep.Unbacked {
			at, err := meta[int64](tx.ctx, tx.conn, metaBackup)
			if err != nil {
				return 0, err
			}
			var backed uint64
			if err := tx.conn.QueryRowContext(tx.ctx, `SELECT coalesce(max(number), 0) FROM _changeset WHERE origin = ? AND audience = ? AND received_at < ?`, s.origin, s.audience, at).Scan(&backed); err != nil {
				return 0, err
			}
			limit = min(limit, backed)
		}
	case !keep.Unbacked:
		if err := tx.conn.QueryRowContext(tx.ctx, `SELECT backed FROM _stream WHERE origin = ? AND audience = ?`, s.origin, s.audience).Scan(&limit); err != nil {
			return 0, err
		}
	default:
		if err := tx.conn.QueryRowContext(tx.ctx, `SELECT received FROM _stream WHERE origin = ? AND audience = ?`, s.origin, s.audience).Scan(&limit); err != nil {
			return 0, err
		}
	}
	// What is held back, and what a newer schema knows, is merged from its bytes, what the
	// root did not confirm is offered again, and part of a seal is looked into.
	var first uint64
	if err := tx.conn.QueryRowContext(tx.ctx, `SELECT coalesce(min(number), 0) FROM (SELECT number FROM _held WHERE origin = ?1 AND audience = ?2 UNION ALL SELECT number FROM _unsent WHERE origin = ?1 AND audience = ?2
		UNION ALL SELECT number FROM _unknown WHERE origin = ?1 AND audience = ?2)`, s.origin, s.audience).Scan(&first); err != nil {
		return 0, err
	}
	if first > 0 {
		limit = min(limit, first-1)
	}
	var open uint64
	if err := tx.conn.QueryRowContext(tx.ctx, `SELECT coalesce(min(number), 0) FROM _changeset WHERE origin = ? AND audience = ? AND last > ?`, s.origin, s.audience, int64(h.complete)).Scan(&open); err != nil {
		return 0, err
	}
	if open > 0 {
		limit = min(limit, open-1)
	}
	return limit, nil
}

// archive is a run of changesets on their way into one.
type archive struct {
	stream
	first, last uint64
	since, till hlc.Stamp
	at          int64 // ms, when the last came here
	count, size int
	list        []*changeset.Archived
}

func (a *archive) take(number uint64, at int64, since, till hlc.Stamp) {
	if a.count == 0 {
		a.first, a.since = number, since
	}
	a.count++
	a.last, a.at = number, max(a.at, at)
	a.since, a.till = min(a.since, since), max(a.till, till)
}

func (tx *Tx) storeArchive(a *archive) error {
	packed, err := changeset.PackArchive(a.list)
	if err != nil {
		return err
	}
	return tx.exec(`INSERT INTO _archive (origin, audience, first, last, since, till, at, sealed) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (origin, audience, first) DO UPDATE SET sealed = excluded.sealed`,
		a.origin, a.audience, int64(a.first), int64(a.last), int64(a.since), int64(a.till), a.at, seal(tx.r.vault.local, packed, []byte(archiveContext)))
}

const archiveContext = "archive"

func (r *Replica) openArchive(sealed []byte) ([]*changeset.Archived, error) {
	packed, err := unseal(r.vault.local, sealed, []byte(archiveContext))
	if err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	list, err := changeset.UnpackArchive(packed)
	if err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	return list, nil
}

// scrubArchives takes the personal values of rows that were redacted since the last
// time out of the archives.
func (r *Replica) scrubArchives(ctx context.Context) error {
	for _, t := range r.opts.Schema.Tables {
		for _, mark := range t.Marks() {
			if err := r.scrubMarked(ctx, t, &t.Columns[mark]); err != nil {
				return err
			}
		}
	}
	return nil
}

// scrubMarked does so for the rows of a table that have a mark.
func (r *Replica) scrubMarked(ctx context.Context, t *schema.Table, mark *schema.Column) error {
	rows, err := r.Select(ctx, t.Name, "WHERE "+quote(mark.Name)+" IS NOT NULL AND _n NOT IN (SELECT n FROM _scrubbed WHERE tbl = ? AND mark = ?)", t.Number, mark.Number)
	if err != nil || len(rows) == 0 {
		return err
	}
	looked := map[int]hlc.Stamp{} // audiences, and from when on they have to be looked through
	for _, row := range rows {
		born := hlc.Stamp(0)
		if ms, timed := row.ID.UnixMilli(); timed {
			born = hlc.At(ms)
		}
		names, err := namesOf(ctx, r.read, t, row.row.n)
		if err != nil {
			return err
		}
		audiences, err := numbersIn(r.read.QueryContext(ctx, movedThrough, t.Number, row.ID[:]))
		if err != nil {
			return err
		}
		for _, audience := range slices.AppendSeq(audiences, maps.Keys(names)) {
			if since, found := looked[audience]; !found || born < since {
				looked[audience] = born
			}
		}
	}
	for audience, since := range looked {
		if err := r.scrub(ctx, audience, since); err != nil {
			return err
		}
	}
	return r.update(ctx, false, func(tx *Tx) error {
		for _, row := range rows {
			if err := tx.exec(`INSERT INTO _scrubbed (tbl, n, mark) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, t.Number, row.row.n, mark.Number); err != nil {
				return err
			}
		}
		return nil
	})
}

// scrub looks through the archives of an audience.
func (r *Replica) scrub(ctx context.Context, audience int, since hlc.Stamp) error {
	rows, err := r.read.QueryContext(ctx, `SELECT origin, first FROM _archive WHERE audience = ? AND till >= ?`, audience, int64(since))
	if err != nil {
		return err
	}
	defer rows.Close()
	var list []archive
	for rows.Next() {
		a := archive{stream: stream{audience: audience}}
		if err := rows.Scan(&a.origin, &a.first); err != nil {
			return err
		}
		list = append(list, a)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, a := range list {
		if err := r.update(ctx, false, func(tx *Tx) error { return tx.scrubArchive(&a) }); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) scrubArchive(a *archive) error {
	var sealed []byte
	if err := tx.conn.QueryRowContext(tx.ctx, `SELECT last, since, till, at, sealed FROM _archive WHERE origin = ? AND audience = ? AND first = ?`, a.origin, a.audience, int64(a.first)).
		Scan(&a.last, &a.since, &a.till, &a.at, &sealed); err != nil {
		return err
	}
	var err error
	if a.list, err = tx.r.openArchive(sealed); err != nil {
		return err
	}
	changed := false
	for _, away := range a.list {
		m := &merger{tx: tx, origin: a.origin, audience: a.audience, seen: map[int]head{}}
		if err := away.Rewrite(m, func(b *changeset.Body) bool {
			took := tx.takeOut(b)
			changed = changed || took
			return took
		}); err != nil {
			return err
		}
	}
	if !changed {
		return nil
	}
	return tx.storeArchive(a)
}

// takeOut takes the personal values of redacted rows out of a body and tells whether
// there were any. A body with a row that is not known here stays: it could not be
// written again.
func (tx *Tx) takeOut(b *changeset.Body) bool {
	tables := b.Tables
	if b.States != nil {
		tables = append(slices.Clone(tables), b.States.Tables...)
	}
	took := false
	for i := range tables {
		t := tx.r.opts.Schema.TableByNumber(tables[i].Number)
		if t == nil || tables[i].Unknown > 0 {
			return false
		}
		for j := range tables[i].Rows {
			row := &tables[i].Rows[j]
			if row.ID.IsNil() {
				return false
			}
			p, err := tx.loadRow(t, row.ID)
			if err != nil || !p.marked() {
				continue
			}
			row.Cells = slices.DeleteFunc(row.Cells, func(c changeset.Cell) bool {
				at := t.Index(c.Column)
				personal := at >= 0 && p.redacted(&t.Columns[at])
				took = took || personal
				return personal
			})
		}
	}
	return took
}

package replica

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"

	"fieldkit/sync/changeset"
)

// Two replicas that hold the same changesets of an audience must hold the same rows:
// each sync compares them by a sum. A row's checksum is kept beside it, so the sum
// over an audience follows every write without reading the rows again. It lives in
// memory and is counted once, beside the writer.
//
// Left out are rows that lie in several audiences, which a replica that may not hold
// all of these sees in part. The root tells it of such rows when it restates them; until
// then it does not compare their audiences.

// sums are the sums of all audiences, by local number, from the moment they began.
type sums struct {
	of    map[int]uint64
	whole bool // the rows that were there before are counted in
}

// counted is what a row adds to a sum.
type counted struct {
	audience int
	check    uint64
}

// count brings a row's new checksum into its audience's sum.
func (tx *Tx) count(p *pendingRow) error {
	if tx.r.shared[rowKey{p.table.Number, p.id}] {
		if !tx.r.isRoot() {
			return nil
		}
		return tx.exec(`UPDATE _moved SET told = 0 WHERE tbl = ? AND id = ? AND told`, p.table.Number, p.id[:])
	}
	if s := tx.r.sums; s != nil {
		tx.summed = true
		s.of[p.was.audience] -= p.was.check
		s.of[p.clock.audience] += p.clock.check
	}
	p.was = counted{p.clock.audience, p.clock.check}
	return nil
}

// share notes that a row lies in an audience beside the one it says; 0 stands for one
// that is not held here.
func (tx *Tx) share(p *pendingRow, audience int) error {
	if err := tx.exec(`INSERT INTO _moved (tbl, id, audience) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, p.table.Number, p.id[:], audience); err != nil {
		return err
	}
	key := rowKey{p.table.Number, p.id}
	if tx.r.shared[key] {
		return nil
	}
	tx.summed = true
	tx.r.shared[key] = true
	if s := tx.r.sums; s != nil {
		s.of[p.was.audience] -= p.was.check
	}
	return nil
}

func readShared(ctx context.Context, q querier) (map[rowKey]bool, error) {
	rows, err := q.QueryContext(ctx, `SELECT DISTINCT tbl, id FROM _moved`)
	if err != nil {
		return nil, fmt.Errorf("read shared rows: %w", err)
	}
	defer rows.Close()
	out := map[rowKey]bool{}
	for rows.Next() {
		var k rowKey
		if err := rows.Scan(&k.table, &k.id); err != nil {
			return nil, fmt.Errorf("read shared rows: %w", err)
		}
		out[k] = true
	}
	return out, rows.Err()
}

// ErrSumsWanting: the rows are not counted yet; see CountSums.
var ErrSumsWanting = errors.New("the rows of this replica have not been counted")

// Sums are the sums of the audiences that can be compared with another replica's,
// beside the vector that they belong to: not of one in which something was written
// and not sealed, is held back or is not known to this schema. ErrSumsWanting before
// CountSums.
func (r *Replica) Sums(ctx context.Context) (map[string]uint64, changeset.Vector, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.sums == nil || !r.sums.whole {
		return nil, nil, ErrSumsWanting
	}
	vector, err := r.Vector(ctx)
	if err != nil {
		return nil, nil, err
	}
	rows, err := r.conn.QueryContext(ctx, `SELECT idx, name FROM _audience WHERE idx NOT IN (SELECT audience FROM _journal) AND idx NOT IN (SELECT audience FROM _held)
		AND idx NOT IN (SELECT audience FROM _unknown) AND idx NOT IN (SELECT audience FROM _snapshot WHERE NOT whole) AND NOT (?1 AND idx IN (SELECT audience FROM _moved WHERE NOT told))`, r.isRoot())
	if err != nil {
		return nil, nil, fmt.Errorf("read sums: %w", err)
	}
	defer rows.Close()
	out := map[string]uint64{}
	for rows.Next() {
		var audience int
		var name string
		if err := rows.Scan(&audience, &name); err != nil {
			return nil, nil, fmt.Errorf("read sums: %w", err)
		}
		out[name] = r.sums.of[audience]
	}
	return out, vector, rows.Err()
}

// CountSums reads the checksum of every row once, so that Sums can tell them. Reading
// and writing go on meanwhile. It does nothing when they are counted.
func (r *Replica) CountSums(ctx context.Context) error {
	r.mu.Lock()
	have := r.sums != nil
	r.mu.Unlock()
	if have {
		return nil
	}
	conn, err := r.read.Conn(ctx)
	if err != nil {
		return fmt.Errorf("count rows: %w", err)
	}
	defer conn.Close()
	s := &sums{of: map[int]uint64{}}
	var shared map[rowKey]bool
	begin := func() (begun bool, err error) {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.sums != nil {
			return false, nil // counted, or being counted
		}
		if _, err := conn.ExecContext(ctx, "BEGIN"); err != nil {
			return false, err
		}
		// This connection goes on seeing what is there now; what is written from here on
		// is counted as it is written.
		if _, err := readShared(ctx, conn); err != nil {
			return true, err
		}
		r.sums, shared = s, maps.Clone(r.shared)
		return true, nil
	}
	begun, err := begin()
	if begun {
		defer conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
	}
	if err != nil || !begun {
		return err
	}
	there, err := r.sumRows(ctx, conn, shared)
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.sums != s: // a write was undone meanwhile
		return nil
	case err != nil:
		r.sums = nil
		return fmt.Errorf("count rows: %w", err)
	}
	for audience, sum := range there {
		s.of[audience] += sum
	}
	s.whole = true
	return nil
}

// Checks visits the number and the checksum of every row of a table, all as of one
// moment. A row's checksum is another one after every write of its clock or its open columns.
func (r *Replica) Checks(ctx context.Context, table string, fn func(n int64, check uint64)) error {
	t := r.opts.Schema.Table(table)
	if t == nil {
		return fmt.Errorf("table %q: %w", table, ErrUnknown)
	}
	rows, err := r.read.QueryContext(ctx, "SELECT _n, substr(_clock, 1, 8) FROM "+quote(t.Name))
	if err != nil {
		return fmt.Errorf("read checksums of %s: %w", table, err)
	}
	defer rows.Close()
	for rows.Next() {
		var n int64
		var b sql.RawBytes
		if err := rows.Scan(&n, &b); err != nil {
			return fmt.Errorf("read checksums of %s: %w", table, err)
		}
		if len(b) != 8 {
			return fmt.Errorf("row %d of %s: %w", n, table, errClock)
		}
		fn(n, binary.BigEndian.Uint64(b))
	}
	return rows.Err()
}

// sumRows sums the checksums of all rows but those that are shared.
func (r *Replica) sumRows(ctx context.Context, q querier, shared map[rowKey]bool) (map[int]uint64, error) {
	of := map[int]uint64{}
	for _, t := range r.opts.Schema.Tables {
		rows, err := q.QueryContext(ctx, "SELECT id, substr(_clock, 1, 48) FROM "+quote(t.Name))
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			key := rowKey{table: t.Number}
			var b []byte
			if err := rows.Scan(&key.id, &b); err != nil {
				return nil, errors.Join(err, rows.Close())
			}
			check, audience, err := unpackCheck(b)
			if err != nil {
				return nil, errors.Join(err, rows.Close())
			}
			if !shared[key] {
				of[audience] += check
			}
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, err
		}
	}
	return of, nil
}

package replica

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"fieldkit/sync/changeset"
)

// Vector is what this replica holds: the highest contiguous number of every
// stream. Writes not yet sealed are not in it.
func (r *Replica) Vector(ctx context.Context) (changeset.Vector, error) {
	return r.vector(ctx, `SELECT o.replica, o.incarnation, a.name, s.number FROM _stream s
		JOIN _origin o ON o.idx = s.origin JOIN _audience a ON a.idx = s.audience`)
}

// Acknowledged is what the county has confirmed of this replica's streams.
func (r *Replica) Acknowledged(ctx context.Context) (changeset.Vector, error) {
	return r.vector(ctx, `SELECT o.replica, o.incarnation, a.name, max(k.number) FROM _ack k
		JOIN _origin o ON o.idx = k.origin JOIN _audience a ON a.idx = k.audience GROUP BY k.origin, k.audience`)
}

// vector reads streams with a number each.
func (r *Replica) vector(ctx context.Context, query string) (changeset.Vector, error) {
	rows, err := r.read.QueryContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("read vector: %w", err)
	}
	defer rows.Close()
	v := changeset.Vector{}
	for rows.Next() {
		var s changeset.Stream
		var n uint64
		if err := rows.Scan(&s.Origin.Replica, &s.Origin.Incarnation, &s.Audience, &n); err != nil {
			return nil, fmt.Errorf("read vector: %w", err)
		}
		v[s] = n
	}
	return v, rows.Err()
}

// Ref names a stored changeset.
type Ref struct {
	Stream changeset.Stream
	Number uint64
	Size   int // bytes
}

// Missing lists what a holder of have lacks and may get: the parts of a snapshot where
// it lacks changesets that are no longer kept here, or where a snapshot is the shorter
// way to begin, then changesets in the order in which they came here.
func (r *Replica) Missing(ctx context.Context, have changeset.Vector, allowed func(changeset.Stream) bool) ([]Ref, error) {
	held, err := r.Vector(ctx)
	if err != nil {
		return nil, err
	}
	wants := map[string]*audienceWants{}
	for s, n := range held {
		if n <= have[s] || !allowed(s) {
			continue
		}
		a := wants[s.Audience]
		if a == nil {
			a = &audienceWants{hole: map[changeset.Stream]uint64{}}
			wants[s.Audience] = a
		}
		if err := r.lacking(ctx, s, have[s], a); err != nil {
			return nil, err
		}
	}
	var out []Ref
	var list []foundRef
	for audience, a := range wants {
		refs, from, err := r.beginBySnapshot(ctx, audience, have, a)
		if err != nil {
			return nil, err
		}
		out = append(out, refs...)
		for _, f := range a.found {
			if hole, broken := a.hole[f.Stream]; f.Number > from[f.Stream] && (!broken || f.Number < hole) {
				list = append(list, f)
			}
		}
	}
	slices.SortFunc(out, func(a, b Ref) int {
		return cmp.Or(cmp.Compare(a.Stream.Audience, b.Stream.Audience), cmp.Compare(a.Number, b.Number))
	})
	slices.SortFunc(list, func(a, b foundRef) int { return int(a.rowid - b.rowid) })
	for _, f := range list {
		out = append(out, f.Ref)
	}
	return out, nil
}

type foundRef struct {
	Ref
	rowid int64
}

// audienceWants is what somebody lacks of an audience.
type audienceWants struct {
	gap   bool // it lacks changesets that are not kept here
	found []foundRef
	hole  map[changeset.Stream]uint64 // the first number that is not kept, unless a snapshot fills it
}

// lacking lists what is kept here of a stream after a number.
func (r *Replica) lacking(ctx context.Context, s changeset.Stream, after uint64, a *audienceWants) error {
	rows, err := r.read.QueryContext(ctx, `SELECT c.rowid, c.number, c.size FROM _changeset c
		JOIN _origin o ON o.idx = c.origin JOIN _audience a ON a.idx = c.audience
		WHERE o.replica = ? AND o.incarnation = ? AND a.name = ? AND c.number > ? ORDER BY c.number`,
		s.Origin.Replica[:], s.Origin.Incarnation, s.Audience, int64(after))
	if err != nil {
		return fmt.Errorf("list changesets: %w", err)
	}
	next := after + 1
	for rows.Next() {
		f := foundRef{Ref: Ref{Stream: s}}
		if err := rows.Scan(&f.rowid, &f.Number, &f.Size); err != nil {
			rows.Close()
			return fmt.Errorf("list changesets: %w", err)
		}
		if _, broken := a.hole[s]; f.Number > next && !broken {
			a.gap, a.hole[s] = true, next
		}
		next = f.Number + 1
		a.found = append(a.found, f)
	}
	if next == after+1 {
		a.gap = true
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return fmt.Errorf("list changesets: %w", err)
	}
	return nil
}

// beginBySnapshot lists the parts of an audience's snapshot for somebody to begin
// with, and from which numbers of its streams to go on; nothing when the changesets
// do as well.
func (r *Replica) beginBySnapshot(ctx context.Context, audience string, have changeset.Vector, a *audienceWants) ([]Ref, map[changeset.Stream]uint64, error) {
	if !r.isRoot() {
		return nil, nil, nil
	}
	var idx int
	if err := r.read.QueryRowContext(ctx, `SELECT idx FROM _audience WHERE name = ?`, audience).Scan(&idx); err != nil {
		return nil, nil, fmt.Errorf("list changesets: %w", err)
	}
	s, err := loadSnapshot(ctx, r.read, idx)
	if err != nil || !s.whole {
		return nil, nil, err
	}
	stream := snapshotOf(r.id, audience)
	from := map[changeset.Stream]uint64{}
	for _, h := range s.heads {
		from[changeset.Stream{Origin: r.origins.name(h.origin), Audience: audience}] = h.number
	}
	saved := -s.bytes
	for _, f := range a.found {
		if f.Number <= from[f.Stream] {
			saved += f.Size
		}
	}
	got, begun := have[stream] // with this snapshot or one before it: between the parts of one no changeset is merged
	if !a.gap && !begun {
		// A root that was restored to before a snapshot could not get back from those
		// who took it what the snapshot spared them.
		backup, err := r.LastBackup(ctx)
		if err != nil || saved <= 0 || s.at >= backup.UnixMilli() {
			return nil, nil, err
		}
	}
	after := s.first - 1
	if got >= s.first && got < s.number {
		after = got
	}
	rows, err := r.read.QueryContext(ctx, `SELECT number, size FROM _part WHERE audience = ? AND number > ? ORDER BY number`, idx, int64(after))
	if err != nil {
		return nil, nil, fmt.Errorf("list parts of a snapshot: %w", err)
	}
	defer rows.Close()
	var out []Ref
	for rows.Next() {
		f := Ref{Stream: stream}
		if err := rows.Scan(&f.Number, &f.Size); err != nil {
			return nil, nil, fmt.Errorf("list parts of a snapshot: %w", err)
		}
		out = append(out, f)
	}
	for s := range from {
		delete(a.hole, s) // the snapshot fills it
	}
	return out, from, rows.Err()
}

// Changeset reads the bytes of a stored changeset or part of a snapshot, as they were
// sealed.
func (r *Replica) Changeset(ctx context.Context, s changeset.Stream, number uint64) ([]byte, error) {
	var hash, sealed []byte
	var err error
	if s.Origin.Incarnation == 0 {
		err = r.read.QueryRowContext(ctx, `SELECT p.hash, p.sealed FROM _part p JOIN _audience a ON a.idx = p.audience WHERE a.name = ? AND p.number = ?`,
			s.Audience, int64(number)).Scan(&hash, &sealed)
	} else {
		err = r.read.QueryRowContext(ctx, `SELECT c.hash, c.sealed FROM _changeset c JOIN _origin o ON o.idx = c.origin JOIN _audience a ON a.idx = c.audience
			WHERE o.replica = ? AND o.incarnation = ? AND a.name = ? AND c.number = ?`,
			s.Origin.Replica[:], s.Origin.Incarnation, s.Audience, int64(number)).Scan(&hash, &sealed)
	}
	if err != nil {
		return nil, fmt.Errorf("read changeset %s %d: %w", s.Origin, number, err)
	}
	b, err := unseal(r.vault.local, sealed, hash)
	if err != nil {
		return nil, fmt.Errorf("read changeset %s %d: %w", s.Origin, number, err)
	}
	return b, nil
}

// Acknowledge notes what the county has on its disk of this replica's streams.
// at is the county's time of that. Only streams of this replica count.
func (r *Replica) Acknowledge(ctx context.Context, v changeset.Vector, at time.Time) error {
	return r.update(ctx, false, func(tx *Tx) error {
		for s, n := range v {
			origin, known := tx.r.origins.byName[s.Origin]
			audience, named := tx.r.audiences.byName[s.Audience]
			if s.Origin.Replica != r.id || !known || !named || n == 0 {
				continue
			}
			var last int64
			err := tx.conn.QueryRowContext(tx.ctx, `SELECT last FROM _changeset WHERE origin = ? AND audience = ? AND number = ?`, origin, audience, int64(n)).Scan(&last)
			if errors.Is(err, sql.ErrNoRows) {
				continue // a number this replica does not know of: not ours to confirm
			}
			if err != nil {
				return err
			}
			if err := tx.exec(`INSERT INTO _ack (origin, audience, number, last, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
				origin, audience, int64(n), last, at.UnixMilli()); err != nil {
				return err
			}
			if err := tx.exec(`DELETE FROM _unsent WHERE origin = ? AND audience = ? AND number <= ?`, origin, audience, int64(n)); err != nil {
				return err
			}
		}
		if err := tx.forgetOpenings(); err != nil {
			return err
		}
		return setMeta(tx.ctx, tx.conn, "acknowledged", at.UnixMilli())
	})
}

// Partial is the beginning of a changeset whose transfer was cut.
type Partial struct {
	Stream changeset.Stream
	Number uint64
	Total  int // bytes of the whole
	Bytes  []byte
}

// partialContext keeps sealed beginnings apart from other sealed values.
const partialContext = "partial"

// KeepPartial keeps what has arrived of a changeset; one per stream.
func (r *Replica) KeepPartial(ctx context.Context, p Partial) error {
	return r.update(ctx, false, func(tx *Tx) error {
		return tx.exec(`INSERT INTO _partial (replica, incarnation, audience, number, total, sealed) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (replica, incarnation, audience) DO UPDATE SET number = excluded.number, total = excluded.total, sealed = excluded.sealed`,
			p.Stream.Origin.Replica[:], p.Stream.Origin.Incarnation, p.Stream.Audience, int64(p.Number), p.Total, seal(tx.r.vault.local, p.Bytes, []byte(partialContext)))
	})
}

// DropPartial forgets what is kept of a stream's next changeset.
func (r *Replica) DropPartial(ctx context.Context, s changeset.Stream) error {
	return r.update(ctx, false, func(tx *Tx) error {
		return tx.exec(`DELETE FROM _partial WHERE replica = ? AND incarnation = ? AND audience = ?`,
			s.Origin.Replica[:], s.Origin.Incarnation, s.Audience)
	})
}

// Partials lists the beginnings kept; of a damaged one, no bytes.
func (r *Replica) Partials(ctx context.Context) ([]Partial, error) {
	rows, err := r.read.QueryContext(ctx, `SELECT replica, incarnation, audience, number, total, sealed FROM _partial`)
	if err != nil {
		return nil, fmt.Errorf("read partial changesets: %w", err)
	}
	defer rows.Close()
	var out []Partial
	for rows.Next() {
		var p Partial
		var sealed []byte
		if err := rows.Scan(&p.Stream.Origin.Replica, &p.Stream.Origin.Incarnation, &p.Stream.Audience, &p.Number, &p.Total, &sealed); err != nil {
			return nil, fmt.Errorf("read partial changesets: %w", err)
		}
		if p.Bytes, err = unseal(r.vault.local, sealed, []byte(partialContext)); err != nil {
			r.opts.Log.Warn("the beginning of a changeset is damaged: it is asked for anew", "stream", p.Stream.Origin, "error", err)
			p.Bytes = nil
		}
		out = append(out, p)
	}
	return out, rows.Err()
}

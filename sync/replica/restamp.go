package replica

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"fieldkit/sync/changeset"
	"fieldkit/sync/hlc"
	"fieldkit/sync/schema"
)

// A laptop whose clock is wrong learns it when it meets the county. What it has not
// sealed yet becomes the writes of a new incarnation, with stamps of the right time in
// the same order; what has left it keeps its own. The same writes may lie under their old
// stamps in a copy of the database, which would pass them on: the two are then different
// versions, and no stream runs past stamps that its incarnation gave up. Counts and
// long texts stay the old incarnation's, so that each share and character is there once.

// seenMeta is the newest stamp that came from elsewhere: what is written here lies above.
const seenMeta = "seen"

// Ahead is how far the wall clock is ahead of the time that stamps follow.
func (r *Replica) Ahead() time.Duration { return r.opts.Wall().Sub(r.clock.Right()) }

// Correct tells the replica how far its wall clock is ahead of the right time (behind
// when negative). Until it is closed its stamps follow the right time, whatever becomes
// of the wall clock. It returns the stamps that were exchanged, old to new.
func (r *Replica) Correct(ctx context.Context, ahead time.Duration) (map[hlc.Stamp]hlc.Stamp, error) {
	var moved map[hlc.Stamp]hlc.Stamp
	err := r.update(ctx, false, func(tx *Tx) (err error) {
		moved, err = tx.restamp(ahead)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("correct the clock: %w", err)
	}
	return moved, nil
}

func (tx *Tx) restamp(ahead time.Duration) (map[hlc.Stamp]hlc.Stamp, error) {
	r := tx.r
	if err := tx.flush(); err != nil {
		return nil, err
	}
	seen, err := meta[int64](tx.ctx, tx.conn, seenMeta)
	if err != nil {
		return nil, err
	}
	floor := max(r.sealed, hlc.Stamp(seen), r.inheritedTo)
	byAudience, err := tx.readJournal()
	if err != nil {
		return nil, err
	}
	var rows []*pendingRow
	var since []hlc.Stamp
	w := walk{tx: tx, own: r.own, stamps: map[hlc.Stamp]hlc.Stamp{}}
	for _, list := range byAudience {
		for i := range list {
			p, err := tx.loadRow(list[i].table, list[i].id)
			if err != nil {
				return nil, err
			}
			if err := w.row(p); err != nil {
				return nil, err
			}
			w.noteAt(&list[i].entry.since, r.own)
			rows, since = append(rows, p), append(since, list[i].entry.since)
		}
	}
	right, shift := tx.wall.Add(-ahead).UnixMilli(), (ahead - r.Ahead()).Milliseconds()
	last := floor
	for _, old := range slices.Sorted(maps.Keys(w.stamps)) {
		// As long before the right time as the old stamp was before the wrong one.
		at := hlc.At(min(old.UnixMilli()-shift, right))
		last = max(last+1, at)
		w.stamps[old] = last
	}
	began, at := r.opts.Elapsed(), tx.wall.Add(-ahead)
	tx.corrected = &correction{func() time.Time { return at.Add(r.opts.Elapsed() - began) }, last}
	if len(w.stamps) == 0 {
		return nil, nil
	}
	next, err := newIncarnation(tx.ctx, tx.conn, r.id[:], r.opts.Random)
	if err != nil {
		return nil, err
	}
	if err := setMeta(tx.ctx, tx.conn, "incarnation", int64(next)); err != nil {
		return nil, err
	}
	if w.next, err = r.origins.number(tx.ctx, tx.conn, changeset.Origin{Replica: r.id, Incarnation: next}); err != nil {
		return nil, err
	}
	w.write = true
	for i, p := range rows {
		if at, ok := w.stamps[since[i]]; ok {
			if err := tx.exec(`UPDATE _journal SET since = ? WHERE tbl = ? AND id = ?`, int64(at), p.table.Number, p.id[:]); err != nil {
				return nil, err
			}
		}
		if err := w.row(p); err != nil {
			return nil, err
		}
		if err := w.losers(p); err != nil {
			return nil, err
		}
		p.dirty = true
	}
	r.own, r.givenUp = w.next, w.own
	defer func() { r.givenUp = 0 }()
	return w.stamps, tx.seal()
}

// correction is what the clock becomes when the transaction is durable.
type correction struct {
	right func() time.Time
	last  hlc.Stamp
}

// walk visits every unsealed stamp of an incarnation in a row: first it collects them,
// then it writes the new ones.
type walk struct {
	tx     *Tx
	own    int // the incarnation
	next   int // the one that begins
	stamps map[hlc.Stamp]hlc.Stamp
	write  bool
}

func (w *walk) unsealed(at hlc.Stamp, origin int) bool {
	return origin == w.own && at > w.tx.r.sealed
}

// noteAt visits a stamp that stays the old incarnation's.
func (w *walk) noteAt(at *hlc.Stamp, origin int) {
	switch {
	case !w.unsealed(*at, origin):
	case w.write:
		*at = w.stamps[*at]
	default:
		w.stamps[*at] = 0
	}
}

// note visits one that becomes the new one's.
func (w *walk) note(s *stamp) {
	if !w.unsealed(s.at, s.origin) {
		return
	}
	w.noteAt(&s.at, s.origin)
	if w.write {
		s.origin = w.next
	}
}

func (w *walk) row(p *pendingRow) error {
	for i := range p.table.Columns {
		if p.table.Columns[i].Kind == schema.LongText {
			if err := w.text(p, i); err != nil {
				return err
			}
		}
	}
	c := &p.clock
	fields := map[int]stamp{}
	for i := range p.table.Columns {
		s := p.stampOf(i)
		if k := p.table.Columns[i].Kind; k == schema.Counter || k == schema.Set || !w.unsealed(s.at, s.origin) {
			continue
		} else if k == schema.LongText {
			w.noteAt(&s.at, s.origin)
		} else {
			w.note(&s)
		}
		fields[i] = s
	}
	w.note(&c.base)
	for i, s := range fields {
		c.setField(p.table.Columns[i].Number, s, p.null(i))
	}
	for i := range c.shards {
		w.noteAt(&c.shards[i].at, c.shards[i].origin)
	}
	for i := range c.elements {
		c.elements[i].added, c.elements[i].removed = w.tags(c.elements[i].added), w.tags(c.elements[i].removed)
	}
	return nil
}

func (w *walk) tags(list []tag) []tag {
	var out []tag // in the order of origins
	for _, t := range list {
		s := stamp{t.at, t.origin}
		w.note(&s)
		out, _ = raise(out, s.origin, s.at)
	}
	return out
}

// text visits the stamps in a long text's state. The field's own stamp is visited
// with the others.
func (w *walk) text(p *pendingRow, i int) error {
	if s := p.stampOf(i); !w.unsealed(s.at, s.origin) {
		return nil
	}
	state, err := w.tx.textState(p, i)
	if err != nil {
		return err
	}
	for j := range state.insertions {
		w.noteAt(&state.insertions[j].at, state.insertions[j].first.origin)
	}
	for j := range state.deletions {
		w.noteAt(&state.deletions[j].by.at, state.deletions[j].by.origin)
	}
	if !w.write {
		return nil
	}
	state.sortDeletions()
	if p.texts == nil {
		p.texts = map[uint16]*longText{}
	}
	p.texts[p.table.Columns[i].Number] = state
	return nil
}

func (w *walk) losers(p *pendingRow) error {
	for i := range p.table.Columns {
		list, err := w.tx.losers(p, &p.table.Columns[i])
		if err != nil {
			return err
		}
		for _, old := range list {
			s := old
			if w.note(&s); s == old {
				continue
			}
			if err := w.tx.exec(`UPDATE _loser SET at = ?, origin = ? WHERE tbl = ? AND id = ? AND col = ? AND at = ? AND origin = ?`,
				int64(s.at), s.origin, p.table.Number, p.id[:], p.table.Columns[i].Number, int64(old.at), old.origin); err != nil {
				return err
			}
		}
	}
	return nil
}

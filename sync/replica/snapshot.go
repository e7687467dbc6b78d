package replica

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"fieldkit/sync/changeset"
	"fieldkit/sync/hlc"
	"fieldkit/sync/schema"
)

// A snapshot is an audience's rows as they stand at the root, with the heads of the
// streams that made them: a new replica takes it instead of every changeset since the
// first, and goes on from those heads. It travels as a stream of its own, signed by
// the root, whose origin has incarnation 0; every snapshot of an audience continues
// its numbers, and the first part of one tells the heads.

// ErrNotRoot: only the realm's root can do this.
var ErrNotRoot = errors.New("only the county can do this")

// base is how far a snapshot goes in one stream.
type base struct {
	origin, audience int
	head
	held []changeset.Span
}

// Snapshot makes a new snapshot of each audience, of all that have streams when none
// is named, in place of the last; not of one that holds what a newer schema knows. Reading and writing go on meanwhile.
func (r *Replica) Snapshot(ctx context.Context, audiences ...string) error {
	if !r.isRoot() {
		return ErrNotRoot
	}
	if err := r.update(ctx, false, func(tx *Tx) error {
		if err := tx.seal(); err != nil {
			return err
		}
		return tx.restateShared()
	}); err != nil {
		return fmt.Errorf("make a snapshot: %w", err)
	}
	conn, err := r.read.Conn(ctx)
	if err != nil {
		return fmt.Errorf("make a snapshot: %w", err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "BEGIN"); err != nil {
		return fmt.Errorf("make a snapshot: %w", err)
	}
	defer conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
	s := &snapshotter{r: r, ctx: ctx, q: conn}
	if err := s.run(audiences); err != nil {
		return fmt.Errorf("make a snapshot: %w", err)
	}
	return nil
}

// snapshotter reads all rows once and writes the parts of every audience as they
// fill. It reads within one transaction, beside which others write.
type snapshotter struct {
	r     *Replica
	ctx   context.Context
	q     querier
	heads []base
	parts map[int]*partWriter // by audience
	names map[audienceTable][]run
}

func (s *snapshotter) run(wanted []string) error {
	if err := s.readHeads(); err != nil {
		return err
	}
	s.parts = map[int]*partWriter{}
	for _, h := range s.heads {
		name := s.r.audienceName(h.audience)
		if s.parts[h.audience] != nil || len(wanted) > 0 && !slices.Contains(wanted, name) {
			continue
		}
		// What this schema does not know would be missing from it.
		var unknown bool
		if err := s.q.QueryRowContext(s.ctx, `SELECT EXISTS (SELECT 1 FROM _unknown WHERE audience = ?)`, h.audience).Scan(&unknown); err != nil {
			return err
		}
		if unknown {
			continue
		}
		w, err := s.begin(h.audience, name)
		if err != nil {
			return err
		}
		s.parts[h.audience] = w
	}
	if err := s.readNames(); err != nil {
		return err
	}
	for _, t := range s.r.opts.Schema.Tables {
		if err := s.table(t); err != nil {
			return err
		}
	}
	for _, w := range s.parts {
		if err := w.finish(); err != nil {
			return err
		}
	}
	return nil
}

func (s *snapshotter) readHeads() error {
	rows, err := s.q.QueryContext(s.ctx, `SELECT s.origin, s.audience, s.number, s.hash, s.complete, s.rows FROM _stream s ORDER BY s.audience, s.origin`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var b base
		var hash []byte
		if err := rows.Scan(&b.origin, &b.audience, &b.number, &hash, &b.complete, &b.rows); err != nil {
			return err
		}
		copy(b.hash[:], hash)
		s.heads = append(s.heads, b)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	held, err := heldSpans(s.ctx, s.q)
	for i := range s.heads {
		s.heads[i].held = held[stream{s.heads[i].origin, s.heads[i].audience}]
	}
	return err
}

// heldSpans are the times of the changesets of which something is held back.
func heldSpans(ctx context.Context, q querier) (map[stream][]changeset.Span, error) {
	return spans(ctx, q, `SELECT DISTINCT c.origin, c.audience, c.first, c.last FROM _held h JOIN _changeset c ON c.origin = h.origin AND c.audience = h.audience AND c.number = h.number`)
}

// spans reads spans of time by stream.
func spans(ctx context.Context, q querier, query string) (map[stream][]changeset.Span, error) {
	rows, err := q.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[stream][]changeset.Span{}
	for rows.Next() {
		var s stream
		var span changeset.Span
		if err := rows.Scan(&s.origin, &s.audience, &span.First, &span.Last); err != nil {
			return nil, err
		}
		out[s] = append(out[s], span)
	}
	return out, rows.Err()
}

func within(spans []changeset.Span, at hlc.Stamp) bool {
	return slices.ContainsFunc(spans, func(s changeset.Span) bool { return s.First <= at && at <= s.Last })
}

func (s *snapshotter) readNames() error {
	s.names = map[audienceTable][]run{}
	rows, err := s.q.QueryContext(s.ctx, `SELECT origin, audience, seq, count, tbl, n FROM _named WHERE n > 0 ORDER BY n`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var g run
		var audience int
		if err := rows.Scan(&g.origin, &audience, &g.seq, &g.count, &g.table, &g.n); err != nil {
			return err
		}
		key := audienceTable{audience, g.table}
		s.names[key] = append(s.names[key], g)
	}
	return rows.Err()
}

// table gives every row of a table to the part of its audience.
func (s *snapshotter) table(t *schema.Table) error {
	losers, err := s.r.losersOf(s.ctx, s.q, t)
	if err != nil {
		return err
	}
	passed, err := passedOf(s.ctx, s.q, t)
	if err != nil {
		return err
	}
	moved, err := movedOf(s.ctx, s.q, t)
	if err != nil {
		return err
	}
	texts, err := textsOf(s.ctx, s.q, t)
	if err != nil {
		return err
	}
	rows, err := s.q.QueryContext(s.ctx, "SELECT "+s.r.sql[t].columns+" FROM "+quote(t.Name)+" ORDER BY _n")
	if err != nil {
		return err
	}
	defer rows.Close()
	active := map[audienceTable][]run{}
	for rows.Next() {
		from := &row{table: t, values: make([]any, len(t.Columns)), exists: true}
		if _, err := s.r.scan(t, rows, from); err != nil {
			return fmt.Errorf("read %s: %w", t.Name, err)
		}
		// A row that lies in several audiences is whole in each of them.
		in := moved[from.id]
		if len(in) == 0 {
			in = []int{from.clock.audience}
		}
		var open map[uint16]*longText
		size := 0
		for _, audience := range in {
			w := s.parts[audience]
			if w == nil {
				continue
			}
			if sealed := texts[from.id]; sealed != nil && open == nil {
				open = map[uint16]*longText{}
				for column, b := range sealed {
					if open[column], err = s.r.openText(&t.Columns[t.Index(column)], b, from.id); err != nil {
						return fmt.Errorf("%s %s: %w", t.Name, from.id, err)
					}
					size += len(b)
				}
			}
			st := &standing{row: from, losers: losers[from.id], texts: open, size: size}
			for _, a := range in {
				if a != audience {
					st.from = append(st.from, a)
				}
			}
			for _, v := range passed[from.id] {
				if v.stamp.at > w.complete[v.stamp.origin] {
					st.passed = append(st.passed, v)
				}
			}
			key := audienceTable{audience, t.Number}
			for len(s.names[key]) > 0 && s.names[key][0].n <= from.n {
				active[key] = append(active[key], s.names[key][0])
				s.names[key] = s.names[key][1:]
			}
			active[key] = slices.DeleteFunc(active[key], func(g run) bool { return g.n+int64(g.count) <= from.n })
			for _, g := range active[key] {
				st.names = append(st.names, run{origin: g.origin, seq: g.seq + uint64(from.n-g.n)})
			}
			if err := w.add(st); err != nil {
				return err
			}
		}
	}
	return rows.Err()
}

// partWriter writes the parts of one audience's snapshot.
type partWriter struct {
	s        *snapshotter
	audience int
	name     string
	complete map[int]hlc.Stamp // of the audience's streams, by origin
	number   uint64            // of the last part
	hash     changeset.Hash
	first    uint64
	bytes    int
	pending  []*standing
	size     int
}

func (s *snapshotter) begin(audience int, name string) (*partWriter, error) {
	w := &partWriter{s: s, audience: audience, name: name, complete: map[int]hlc.Stamp{}}
	for _, h := range s.heads {
		if h.audience == audience {
			w.complete[h.origin] = h.complete
		}
	}
	err := s.r.update(s.ctx, false, func(tx *Tx) error {
		last, err := tx.loadSnapshot(audience)
		if err != nil {
			return err
		}
		// Numbers go on after a restore too, which would give some a second time.
		w.number, w.hash = max(last.number, uint64(tx.wall.Unix())), last.hash
		// Parts of one that was not finished.
		return tx.exec(`DELETE FROM _part WHERE audience = ? AND number > ?`, audience, int64(last.number))
	})
	w.first = w.number + 1
	return w, err
}

func (w *partWriter) add(st *standing) error {
	st.size += 32 + 16*len(st.losers)
	for _, v := range st.row.values {
		if text, ok := v.(string); ok {
			st.size += len(text)
		}
	}
	for i := range st.row.envelopes {
		st.size += len(st.row.envelopes[i].sealed)
	}
	w.pending = append(w.pending, st)
	if w.size += st.size; w.size < w.s.r.sealTarget {
		return nil
	}
	list := w.pending
	w.pending, w.size = nil, 0
	return w.emit(list, false)
}

func (w *partWriter) finish() error {
	if err := w.emit(w.pending, true); err != nil {
		return err
	}
	return w.s.r.update(w.s.ctx, false, func(tx *Tx) error {
		var mine []base
		for _, h := range w.s.heads {
			if h.audience == w.audience {
				mine = append(mine, h)
			}
		}
		if err := tx.exec(`DELETE FROM _part WHERE audience = ? AND number < ?`, w.audience, int64(w.first)); err != nil {
			return err
		}
		return tx.storeSnapshot(w.audience, &snapshot{first: w.first, number: w.number, hash: w.hash, whole: true, bytes: w.bytes, at: tx.wall.UnixMilli(), heads: mine})
	})
}

// emit seals rows as the next part, as several when they are too many for one.
func (w *partWriter) emit(list []*standing, last bool) error {
	r := w.s.r
	var c *changeset.Changeset
	err := r.update(w.s.ctx, false, func(tx *Tx) error {
		b := &stateBatch{r: r, origins: map[int]int{}}
		b.body.Origins = []changeset.Origin{{Replica: r.id}}
		b.body.States = &changeset.States{Last: last, Audiences: []string{w.name}}
		if w.number+1 == w.first {
			for _, h := range w.s.heads {
				if h.audience == w.audience {
					b.head(h)
				}
			}
		}
		for _, st := range list {
			if err := b.add(st); err != nil {
				return err
			}
		}
		if b.last == 0 {
			b.first, b.last = tx.now().at, tx.now().at
		}
		h := changeset.Header{Realm: r.opts.Realm, Stream: changeset.Stream{Origin: b.body.Origins[0], Audience: w.name}, Number: w.number + 1, Prev: w.hash, First: b.first, Last: b.last}
		var err error
		if c, err = changeset.Seal(h, &b.body, r.key, r.recipients(w.audience)); err != nil {
			return err
		}
		hash, bytes := c.Hash(), c.Bytes()
		return tx.exec(`INSERT INTO _part (audience, number, hash, size, sealed) VALUES (?, ?, ?, ?, ?)`,
			w.audience, int64(c.Number), hash[:], len(bytes), seal(r.vault.local, bytes, hash[:]))
	})
	if errors.Is(err, changeset.ErrTooLarge) && len(list) > 1 {
		if err := w.emit(list[:len(list)/2], false); err != nil {
			return err
		}
		return w.emit(list[len(list)/2:], last)
	}
	if err != nil {
		return err
	}
	w.number, w.hash = c.Number, c.Hash()
	w.bytes += c.Size()
	return nil
}

// snapshot is what is known of an audience's newest: on the root the one it made,
// elsewhere the one that is or was received.
type snapshot struct {
	first, number uint64 // of its parts; number is the last made or received
	hash          changeset.Hash
	whole         bool
	bytes         int
	at            int64 // ms
	heads         []base
}

func (tx *Tx) loadSnapshot(audience int) (*snapshot, error) {
	return loadSnapshot(tx.ctx, tx.conn, audience)
}

func loadSnapshot(ctx context.Context, q querier, audience int) (*snapshot, error) {
	s := &snapshot{}
	var hash, heads []byte
	err := q.QueryRowContext(ctx, `SELECT first, number, hash, whole, bytes, at, heads FROM _snapshot WHERE audience = ?`, audience).
		Scan(&s.first, &s.number, &hash, &s.whole, &s.bytes, &s.at, &heads)
	if errors.Is(err, sql.ErrNoRows) {
		return s, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read snapshot: %w", err)
	}
	copy(s.hash[:], hash)
	r := clockReader{b: heads}
	for len(r.b) > 0 {
		b := base{origin: int(r.uint()), audience: int(r.uint())}
		b.number, b.complete, b.rows = r.uint(), hlc.Stamp(r.uint()), r.uint()
		if r.bad || len(r.b) < len(b.hash) {
			return nil, fmt.Errorf("read snapshot: %w", errClock)
		}
		r.b = r.b[copy(b.hash[:], r.b):]
		for range r.uint() {
			b.held = append(b.held, changeset.Span{First: hlc.Stamp(r.uint()), Last: hlc.Stamp(r.uint())})
			if r.bad {
				return nil, fmt.Errorf("read snapshot: %w", errClock)
			}
		}
		s.heads = append(s.heads, b)
	}
	return s, nil
}

func (tx *Tx) storeSnapshot(audience int, s *snapshot) error {
	heads := []byte{}
	for _, b := range s.heads {
		for _, v := range []uint64{uint64(b.origin), uint64(b.audience), b.number, uint64(b.complete), b.rows} {
			heads = binary.AppendUvarint(heads, v)
		}
		heads = append(heads, b.hash[:]...)
		heads = binary.AppendUvarint(heads, uint64(len(b.held)))
		for _, h := range b.held {
			heads = binary.AppendUvarint(binary.AppendUvarint(heads, uint64(h.First)), uint64(h.Last))
		}
	}
	return tx.exec(`INSERT INTO _snapshot (audience, first, number, hash, whole, bytes, at, heads) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (audience) DO UPDATE SET first = excluded.first, number = excluded.number, hash = excluded.hash, whole = excluded.whole, bytes = excluded.bytes, at = excluded.at, heads = excluded.heads`,
		audience, int64(s.first), int64(s.number), s.hash[:], s.whole, s.bytes, s.at, heads)
}

// audienceName is an audience by its local number, for readers beside the writer.
func (r *Replica) audienceName(number int) string {
	r.audiences.mu.RLock()
	defer r.audiences.mu.RUnlock()
	return r.audiences.list[number]
}

// snapshotOf is where the root's snapshots of an audience travel.
func snapshotOf(root schema.ID, audience string) changeset.Stream {
	return changeset.Stream{Origin: changeset.Origin{Replica: root}, Audience: audience}
}

// SnapshotProgress is how far snapshots have come that are not whole yet, in the form
// of a vector.
func (r *Replica) SnapshotProgress(ctx context.Context) (changeset.Vector, error) {
	if r.isRoot() || r.root == nil {
		return nil, nil
	}
	rows, err := r.read.QueryContext(ctx, `SELECT c.replica, a.name, s.number FROM _snapshot s JOIN _audience a ON a.idx = s.audience, _certificate c WHERE NOT s.whole AND c.key = ?`, []byte(r.root))
	if err != nil {
		return nil, fmt.Errorf("read snapshots: %w", err)
	}
	defer rows.Close()
	v := changeset.Vector{}
	for rows.Next() {
		var root schema.ID
		var name string
		var n uint64
		if err := rows.Scan(&root, &name, &n); err != nil {
			return nil, fmt.Errorf("read snapshots: %w", err)
		}
		v[snapshotOf(root, name)] = n
	}
	return v, rows.Err()
}

// isRootKey tells whether a key is the realm's root.
func (r *Replica) isRootKey(key ed25519.PublicKey) bool { return key != nil && key.Equal(r.root) }

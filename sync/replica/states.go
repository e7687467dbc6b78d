package replica

import (
	"fmt"
	"slices"

	"fieldkit/sync/changeset"
	"fieldkit/sync/hlc"
	"fieldkit/sync/schema"
)

// Rows as they stand at the root are merged with what stands here. A version that
// only one side has was either never seen by the other or overwritten there: each
// side's heads tell which.
//
// Source: the merge of the optimised OR-set, as for set elements; see element.

// applyPart merges the next part of a snapshot.
func (tx *Tx) applyPart(c *changeset.Changeset, audience int, out *Applied) error {
	if tx.r.isRoot() {
		out.Duplicate = true
		return nil
	}
	s, err := tx.loadSnapshot(audience)
	if err != nil {
		return err
	}
	if c.Number <= s.number {
		out.Duplicate = true
		return nil
	}
	m := &merger{tx: tx, audience: audience, number: c.Number, seen: map[int]head{}}
	if m.origin, err = tx.r.origins.number(tx.ctx, tx.conn, c.Stream.Origin); err != nil {
		return err
	}
	body, err := c.Body(m, tx.r.opener())
	if m.err != nil {
		return m.err
	}
	if err == nil && (body.States == nil || len(body.Tables) > 0) {
		err = fmt.Errorf("%w: a snapshot without states", changeset.ErrMalformed)
	}
	if err != nil {
		out.Err = err
		return nil
	}
	begins := len(body.States.Heads) > 0
	if !begins && (c.Number != s.number+1 || c.Prev != s.hash || s.whole) {
		out.Err = fmt.Errorf("%w: part %d of a snapshot after %d", ErrGap, c.Number, s.number)
		return nil
	}
	if err := m.resolve(body); err != nil {
		return err
	}
	if begins {
		s = &snapshot{first: c.Number, at: tx.wall.UnixMilli()}
		if s.heads, err = m.bases(body.States); err != nil {
			return err
		}
		if err := tx.noteUnseen(s.heads); err != nil {
			return err
		}
	}
	s.number, s.hash, s.bytes = c.Number, c.Hash(), s.bytes+c.Size()
	if err := m.states(body.States, s.heads); err != nil {
		return err
	}
	if m.unknown { // merged again when the schema knows more
		hash, bytes := c.Hash(), c.Bytes()
		if err := tx.exec(`INSERT INTO _part (audience, number, hash, size, sealed) VALUES (?, ?, ?, ?, ?)`,
			audience, int64(c.Number), hash[:], len(bytes), seal(tx.r.vault.local, bytes, hash[:])); err != nil {
			return err
		}
	}
	if body.States.Last {
		s.whole = true
		for _, b := range s.heads {
			if err := tx.moveHead(b); err != nil {
				return err
			}
			if err := tx.forgetUnknown(b); err != nil {
				return err
			}
		}
		if err := tx.exec(`DELETE FROM _part WHERE audience = ? AND number < ?`, audience, int64(s.first)); err != nil {
			return err
		}
	}
	if err := tx.storeSnapshot(audience, s); err != nil {
		return err
	}
	tx.observe(c.Last)
	return nil
}

// noteUnseen notes the times of what heads do not vouch for, although they will lie
// behind it: it comes as states when it is released.
func (tx *Tx) noteUnseen(heads []base) error {
	for _, b := range heads {
		have, err := tx.head(b.origin, b.audience)
		if err != nil {
			return err
		}
		for _, span := range b.held {
			if span.First <= have.complete {
				continue // merged here
			}
			if err := tx.exec(`INSERT INTO _unseen (origin, audience, first, last) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
				b.origin, b.audience, int64(span.First), int64(span.Last)); err != nil {
				return err
			}
		}
	}
	return nil
}

// forgetUnknown forgets which changesets up to a head hold what the schema does not
// know: the snapshot's parts hold it too, but for what its maker held back.
func (tx *Tx) forgetUnknown(b base) error {
	rows, err := tx.conn.QueryContext(tx.ctx, `SELECT u.number, c.first, c.last FROM _unknown u JOIN _changeset c ON c.origin = u.origin AND c.audience = u.audience AND c.number = u.number
		WHERE u.origin = ? AND u.audience = ? AND u.number <= ?`, b.origin, b.audience, int64(b.number))
	if err != nil {
		return err
	}
	defer rows.Close()
	var numbers []int64
	for rows.Next() {
		var n int64
		var first, last hlc.Stamp
		if err := rows.Scan(&n, &first, &last); err != nil {
			return err
		}
		if !slices.ContainsFunc(b.held, func(s changeset.Span) bool { return s.First <= last && first <= s.Last }) {
			numbers = append(numbers, n)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, n := range numbers {
		if err := tx.exec(`DELETE FROM _unknown WHERE origin = ? AND audience = ? AND number = ?`, b.origin, b.audience, n); err != nil {
			return err
		}
	}
	return nil
}

// moveHead notes that everything of a stream up to a head is here.
func (tx *Tx) moveHead(b base) error {
	have, err := tx.head(b.origin, b.audience)
	if err != nil || have.number >= b.number || b.origin == tx.r.own {
		return err
	}
	return tx.exec(`INSERT INTO _stream (origin, audience, number, hash, complete, rows) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (origin, audience) DO UPDATE SET number = excluded.number, hash = excluded.hash, complete = excluded.complete, rows = excluded.rows`,
		b.origin, b.audience, int64(b.number), b.hash[:], int64(b.complete), int64(b.rows))
}

// covered tells whether a changeset is in a snapshot that has arrived in part: merged
// between its parts, versions would be taken for new ones that are in it.
func (tx *Tx) covered(origin, audience int, number uint64) (bool, error) {
	if tx.r.isRoot() {
		return false, nil
	}
	s, err := tx.loadSnapshot(audience)
	if err != nil || s.whole {
		return false, err
	}
	return slices.ContainsFunc(s.heads, func(b base) bool { return b.origin == origin && b.audience == audience && number <= b.number }), nil
}

// resolve finds local numbers for the origins of a body.
func (m *merger) resolve(body *changeset.Body) error {
	m.origins = make([]int, len(body.Origins))
	m.names = body.Origins
	for i, o := range body.Origins {
		n, err := m.tx.r.origins.number(m.tx.ctx, m.tx.conn, o)
		if err != nil {
			return err
		}
		m.origins[i] = n
	}
	return nil
}

// bases are the heads in states, by local numbers.
func (m *merger) bases(s *changeset.States) ([]base, error) {
	out := make([]base, len(s.Heads))
	for i, h := range s.Heads {
		audience, err := m.tx.r.audiences.number(m.tx.ctx, m.tx.conn, s.Audiences[h.Audience])
		if err != nil {
			return nil, err
		}
		out[i] = base{m.origins[h.Origin], audience, head{h.Number, h.Hash, h.Complete, h.Rows}, h.Held}
	}
	return out, nil
}

// stateMerger merges states whose maker had seen the streams up to heads.
type stateMerger struct {
	*merger
	there  map[stream]base             // at the maker
	here   map[stream]hlc.Stamp        // complete, here
	unseen map[stream][]changeset.Span // before that, and not merged here
}

// has tells whether a version in an audience was merged here.
func (m *stateMerger) has(s stamp, audience int) bool {
	at := stream{s.origin, audience}
	return s.at <= m.here[at] && !within(m.unseen[at], s.at)
}

func (m *merger) states(s *changeset.States, heads []base) error {
	unseen, err := spans(m.tx.ctx, m.tx.conn, `SELECT origin, audience, first, last FROM _unseen`)
	if err != nil {
		return err
	}
	held, err := heldSpans(m.tx.ctx, m.tx.conn)
	if err != nil {
		return err
	}
	for at, spans := range held { // what is here and not merged
		unseen[at] = append(unseen[at], spans...)
	}
	sm := &stateMerger{merger: m, there: map[stream]base{}, here: map[stream]hlc.Stamp{}, unseen: unseen}
	for _, h := range heads {
		sm.there[stream{h.origin, h.audience}] = h
	}
	rows, err := m.tx.conn.QueryContext(m.tx.ctx, `SELECT origin, audience, complete FROM _stream`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var at stream
		var complete hlc.Stamp
		if err := rows.Scan(&at.origin, &at.audience, &complete); err != nil {
			return err
		}
		sm.here[at] = complete
	}
	if err := rows.Err(); err != nil {
		return err
	}
	audiences := make([]int, len(s.Audiences))
	for i, name := range s.Audiences {
		if audiences[i], err = m.tx.r.audiences.number(m.tx.ctx, m.tx.conn, name); err != nil {
			return err
		}
	}
	var named []*changeset.Row
	var of []*pendingRow
	for i := range s.Tables {
		t := m.tx.r.opts.Schema.TableByNumber(s.Tables[i].Number)
		if t == nil || s.Tables[i].Unknown > 0 {
			m.unknown = true
			continue
		}
		for j := range s.Tables[i].Rows {
			row := &s.Tables[i].Rows[j]
			p, err := sm.row(t, row, audiences)
			if err != nil {
				return fmt.Errorf("merge %s: %w", t.Name, err)
			}
			named, of = append(named, row), append(of, p)
		}
	}
	if m.unknown && m.known == nil && m.names[0].Incarnation != 0 { // of a snapshot, the part is kept
		if err := m.tx.noteUnknown(m.origin, m.audience, m.number); err != nil {
			return err
		}
	}
	if err := m.tx.flush(); err != nil { // gives new rows their numbers
		return err
	}
	names, err := m.tx.shortNames()
	if err != nil {
		return err
	}
	var list []givenName
	for i, row := range named {
		for _, n := range row.Names {
			list = append(list, givenName{m.origins[n.Origin], n.Seq, of[i].table.Number, of[i].n})
		}
	}
	if err := names.give(m.tx, audiences[0], list); err != nil {
		return err
	}
	// Rows that waited for one of these names.
	seen := map[int]bool{}
	for _, n := range list {
		if seen[n.origin] {
			continue
		}
		seen[n.origin] = true
		if err := m.tx.retryWaiting(n.origin, audiences[0], func(s stamp) bool {
			h := sm.there[stream{s.origin, audiences[0]}]
			return s.at <= h.complete && !within(h.held, s.at)
		}); err != nil {
			return err
		}
	}
	return nil
}

// registerVersion is one version of a register with its value.
type registerVersion struct {
	stamp stamp
	value any
}

// row merges one row's state.
func (m *stateMerger) row(t *schema.Table, w *changeset.Row, audiences []int) (*pendingRow, error) {
	fit, err := m.fitting(t, w)
	if err != nil {
		return nil, err
	}
	p, err := m.tx.loadRow(t, w.ID)
	if err != nil {
		return nil, err
	}
	var was []int // where this replica has the row from
	if p.exists {
		if was, err = m.tx.audiencesOf(p); err != nil {
			return nil, err
		}
		if err := m.tx.noteAudience(p, audiences[0]); err != nil {
			return nil, err
		}
	}
	p.dirty = p.dirty || !p.exists || p.clock.audience != audiences[0]
	p.clock.audience = audiences[0]
	from := make([]int, len(w.From))
	for i, a := range w.From {
		from[i] = audiences[a]
	}
	if len(from) > 0 && !m.tx.r.isRoot() { // it says so; which of the others are held here does not matter
		if err := m.tx.share(p, 0); err != nil {
			return nil, err
		}
	}
	for i := 0; i < len(fit); {
		next := i + 1
		for next < len(fit) && fit[next].Column == fit[i].Column {
			next++
		}
		cells := fit[i:next]
		i = next
		at := t.Index(cells[0].Column)
		if at < 0 {
			m.unknown = true
			continue
		}
		c := &t.Columns[at]
		if m.tx.r.waits(c) {
			m.unknown = true
			continue
		}
		if m.known != nil && m.known(t.Number, c.Number) || p.redacted(c) {
			continue
		}
		if err := m.field(p, at, cells, w, was, from); err != nil {
			return nil, err
		}
	}
	// Only now: a version that the maker was passed is new here all the same.
	for _, v := range w.Passed {
		if at := t.Index(v.Column); at >= 0 {
			if err := m.tx.notePassed(p, &t.Columns[at], stamp{v.At, m.origins[v.Origin]}); err != nil {
				return nil, err
			}
		}
	}
	return p, m.tx.redact(p)
}

func (m *stateMerger) field(p *pendingRow, at int, cells []changeset.Cell, w *changeset.Row, was, from []int) error {
	c := &p.table.Columns[at]
	switch c.Kind {
	case schema.Counter:
		for i := range cells {
			m.counter(p, &cells[i], m.origins[cells[i].By])
		}
	case schema.Set:
		for i := range cells {
			m.set(p, &cells[i], m.origins[cells[i].By])
		}
	case schema.LongText:
		for i := range cells {
			if err := m.longText(p, at, &cells[i], m.origins[cells[i].By]); err != nil {
				return err
			}
		}
	case schema.Immutable:
		first := registerVersion{stamp: p.stampOf(at)}
		for i := range cells {
			s := stamp{cells[i].At, m.origins[cells[i].By]}
			if first.stamp.zero() || m.tx.r.origins.less(s, first.stamp) {
				first = registerVersion{s, cellValue(&cells[i])}
			}
		}
		if first.stamp != p.stampOf(at) {
			return m.tx.setRegister(p, at, first)
		}
	case schema.Register:
		return m.register(p, at, cells, w, was, from)
	}
	return nil
}

// register merges the versions of a register that are not overwritten there with
// those that are not overwritten here.
func (m *stateMerger) register(p *pendingRow, at int, cells []changeset.Cell, w *changeset.Row, was, from []int) error {
	c := &p.table.Columns[at]
	have, err := m.tx.losers(p, c)
	if err != nil {
		return err
	}
	current := p.stampOf(at)
	if !current.zero() {
		have = append(have, current)
	}
	var there []registerVersion
	for i := range cells {
		there = append(there, registerVersion{stamp{cells[i].At, m.origins[cells[i].By]}, cellValue(&cells[i])})
	}
	slices.SortFunc(there, func(a, b registerVersion) int {
		switch {
		case m.tx.r.origins.less(a.stamp, b.stamp):
			return -1
		case m.tx.r.origins.less(b.stamp, a.stamp):
			return 1
		}
		return 0
	})
	var best registerVersion
	for _, v := range there {
		if slices.Contains(have, v.stamp) {
			continue
		}
		seen, err := m.seenHere(p, c, v.stamp, from)
		if err != nil {
			return err
		}
		if seen {
			continue
		}
		if err := m.tx.keepIncoming(p, c, v.stamp, v.value); err != nil {
			return err
		}
		if m.names[0].Incarnation != 0 && !m.has(v.stamp, m.audience) {
			// Its own stream or another state may bring it once more.
			if err := m.tx.notePassed(p, c, v.stamp); err != nil {
				return err
			}
		}
		best = v
	}
	if !best.stamp.zero() && (current.zero() || m.tx.r.origins.less(current, best.stamp)) {
		if !current.zero() {
			if err := m.tx.keepLoser(p, at, current); err != nil {
				return err
			}
		}
		if _, err := m.tx.dropLoser(p, c, best.stamp, false); err != nil {
			return err
		}
		if err := m.tx.setRegister(p, at, best); err != nil {
			return err
		}
	}
	for _, s := range have {
		if slices.ContainsFunc(there, func(v registerVersion) bool { return v.stamp == s }) || !m.seenThere(c, s, w, was, from) {
			continue
		}
		if _, err := m.tx.dropLoser(p, c, s, false); err != nil {
			return err
		}
	}
	for i := range cells {
		for _, v := range cells[i].Prev {
			if err := m.overwritten(p, c, stamp{v.At, m.origins[v.Origin]}); err != nil {
				return err
			}
		}
	}
	return nil
}

// seenHere tells whether a version was merged here before, so that it is gone for
// having been overwritten. In which of several audiences it was written is not said: in
// doubt, it was not, and stays.
func (m *stateMerger) seenHere(p *pendingRow, c *schema.Column, s stamp, from []int) (bool, error) {
	if m.known == nil { // else the column was not known when the heads moved
		if s.origin == m.tx.r.own {
			return true, nil
		}
		if len(from) == 0 {
			from = []int{m.audience}
		}
		if !slices.ContainsFunc(from, func(a int) bool { return !m.has(s, a) }) {
			return true, nil
		}
	}
	stmt, err := m.tx.stmt(`SELECT EXISTS (SELECT 1 FROM _passed WHERE tbl = ?1 AND id = ?2 AND col = ?3 AND at = ?4 AND origin = ?5)
		OR EXISTS (SELECT 1 FROM _loser WHERE tbl = ?1 AND id = ?2 AND col = ?3 AND at = ?4 AND origin = ?5 AND pending = 1)`)
	if err != nil {
		return false, err
	}
	var seen bool
	err = stmt.QueryRowContext(m.tx.ctx, p.table.Number, p.id[:], c.Number, int64(s.at), s.origin).Scan(&seen)
	return seen, err
}

// seenThere tells whether the maker of the state had a version, so that it is not in
// it for having been overwritten. In doubt, it had not: the version stays.
func (m *stateMerger) seenThere(c *schema.Column, s stamp, w *changeset.Row, was, from []int) bool {
	for _, v := range w.Passed {
		if v.Column == c.Number && v.At == s.at && m.origins[v.Origin] == s.origin {
			return true
		}
	}
	for _, a := range append(append(slices.Clone(from), was...), m.audience) {
		if h := m.there[stream{s.origin, a}]; s.at > h.complete || within(h.held, s.at) {
			return false
		}
	}
	return true
}

// setRegister makes a version a field's value.
func (tx *Tx) setRegister(p *pendingRow, at int, v registerVersion) error {
	c := &p.table.Columns[at]
	if c.Sealed() {
		p.strike(c.Number)
		e, err := tx.r.vault.sealFields(p.table, p.id, []uint16{c.Number}, []any{v.value})
		if err != nil {
			return err
		}
		p.envelopes = append(p.envelopes, e)
	} else {
		p.values[at] = v.value
		p.changed |= 1 << at
	}
	p.clock.setField(c.Number, v.stamp, !c.Sealed() && v.value == nil)
	p.dirty = true
	return nil
}

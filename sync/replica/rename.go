package replica

import (
	"fmt"
	"slices"

	"fieldkit/sync/hlc"
	"fieldkit/sync/schema"
)

// span says that what an incarnation wrote from a stamp on, up to the next span, is
// another's, and some milliseconds earlier.
type span struct {
	at       hlc.Stamp
	from, to int
	by       int64
}

// renaming is by time.
type renaming []span

// of is the span that a stamp lies in; nil when it was written before all of them, or by
// another.
func (n renaming) of(s stamp) *span {
	for i := len(n) - 1; i >= 0; i-- {
		if n[i].at <= s.at {
			if n[i].from == s.origin {
				return &n[i]
			}
			return nil
		}
	}
	return nil
}

// rename gives the unsealed writes in the spans to the incarnations they name. Since the
// last seal nothing was merged: other versions do not come into it.
func (tx *Tx) rename(spans renaming) error {
	byAudience, err := tx.readJournal()
	if err != nil {
		return err
	}
	for _, list := range byAudience {
		for i := range list {
			j := &list[i]
			p, err := tx.loadRow(j.table, j.id)
			if err != nil {
				return err
			}
			w := renamer{tx: tx, spans: spans, p: p}
			if err := w.row(); err != nil {
				return fmt.Errorf("%s %s: %w", j.table.Name, j.id, err)
			}
			for _, prevs := range j.entry.prevs {
				for k := range prevs {
					w.stamp(&prevs[k])
				}
			}
			since := j.entry.since
			for _, sp := range slices.Backward(spans) {
				if sp.at <= since {
					since = since.Back(sp.by)
					break
				}
			}
			if err := tx.exec(`UPDATE _journal SET since = ?, prevs = ? WHERE tbl = ? AND id = ?`, int64(since), j.entry.packPrevs(), j.table.Number, j.id[:]); err != nil {
				return err
			}
			p.entry, p.dirty = nil, true
		}
	}
	// They told apart what has its names now.
	return tx.exec(`DELETE FROM _base`)
}

// renamer renames the unsealed writes in one row.
type renamer struct {
	tx    *Tx
	spans renaming
	p     *pendingRow
}

// stamp renames one.
func (w *renamer) stamp(s *stamp) {
	if s.at <= w.tx.r.sealed {
		return
	}
	if sp := w.spans.of(*s); sp != nil {
		s.origin, s.at = sp.to, s.at.Back(sp.by)
	}
}

func (w *renamer) row() error {
	p, c := w.p, &w.p.clock
	fields := map[int]stamp{}
	for i := range p.table.Columns {
		k := p.table.Columns[i].Kind
		if k == schema.Counter || k == schema.Set {
			continue
		}
		s := p.stampOf(i)
		old := s
		if w.stamp(&s); s == old {
			if !s.zero() {
				fields[i] = s
			}
			continue
		}
		fields[i] = s
		if k == schema.LongText {
			if err := w.text(i); err != nil {
				return err
			}
		}
	}
	w.stamp(&c.base)
	for i, s := range fields {
		c.setField(p.table.Columns[i].Number, s, p.null(i))
	}
	bases, err := w.bases()
	if err != nil {
		return err
	}
	w.shards(bases)
	w.elements(bases)
	return nil
}

// text renames characters: they keep their numbers, under another's name.
func (w *renamer) text(i int) error {
	state, err := w.tx.textState(w.p, i)
	if err != nil {
		return err
	}
	to := map[char]int{}          // of characters that change their names
	numbers := map[int][]uint64{} // theirs, by their origins
	for j, n := range state.insertions {
		s := stamp{n.at, n.first.origin}
		w.stamp(&s)
		if s.origin == n.first.origin {
			continue
		}
		state.insertions[j].at = s.at
		for k := range n.runes {
			to[char{n.first.origin, n.first.seq + uint64(k)}] = s.origin
			numbers[n.first.origin] = append(numbers[n.first.origin], n.first.seq+uint64(k))
		}
	}
	for _, list := range numbers {
		slices.Sort(list)
	}
	name := func(c char) char {
		if origin, ok := to[c]; ok {
			c.origin = origin
		}
		return c
	}
	renamed := &longText{}
	for _, n := range state.insertions {
		n.first, n.after = name(n.first), name(n.after)
		renamed.insert(n)
	}
	for _, d := range state.deletions {
		by := d.by
		w.stamp(&by)
		var parts []deletion // one run of characters may have got several names
		for seq, end := d.first.seq, d.first.seq+d.count; seq < end; {
			c, n := char{d.first.origin, seq}, uint64(1)
			if changed := name(c); changed != c {
				c = changed
			} else { // up to the next that changes: how many there are is the author's word
				list := numbers[c.origin]
				n = end - seq
				if i, _ := slices.BinarySearch(list, seq); i < len(list) {
					n = min(n, list[i]-seq)
				}
			}
			if last := len(parts) - 1; last >= 0 && parts[last].first.origin == c.origin {
				parts[last].count += n
			} else {
				parts = append(parts, deletion{first: c, count: n, by: by})
			}
			seq += n
		}
		for _, part := range parts {
			renamed.remove(part)
		}
	}
	if w.p.texts == nil {
		w.p.texts = map[uint16]*longText{}
	}
	w.p.texts[w.p.table.Columns[i].Number] = renamed
	return nil
}

// bases are the row's clocks as the openings found them, by the opening's first write.
func (w *renamer) bases() (map[hlc.Stamp]*rowClock, error) {
	rows, err := w.tx.conn.QueryContext(w.tx.ctx, `SELECT at, clock FROM _base WHERE tbl = ? AND id = ?`, w.p.table.Number, w.p.id[:])
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[hlc.Stamp]*rowClock{}
	for rows.Next() {
		var at hlc.Stamp
		var packed []byte
		if err := rows.Scan(&at, &packed); err != nil {
			return nil, err
		}
		c, err := unpackClock(packed)
		if err != nil {
			return nil, err
		}
		out[at] = &c
	}
	return out, rows.Err()
}

// shards gives each opening's part of a count to whose it is. From the newest on, what
// an opening found is taken off.
func (w *renamer) shards(bases map[hlc.Stamp]*rowClock) {
	c := &w.p.clock
	for _, whole := range slices.Clone(c.shards) {
		type part struct {
			to int
			shard
		}
		var parts []part
		left := whole
		for {
			sp := w.spans.of(stamp{left.at, left.origin})
			if sp == nil || left.at <= w.tx.r.sealed {
				break
			}
			found := shard{column: whole.column, origin: whole.origin}
			if b := bases[sp.at]; b != nil {
				if s := b.shard(whole.column, whole.origin, false); s != nil && s.at < sp.at {
					found = *s
				}
			}
			parts = append(parts, part{sp.to, shard{at: left.at.Back(sp.by), plus: left.plus - found.plus, minus: left.minus - found.minus}})
			if left = found; left.at == 0 {
				break
			}
		}
		if !slices.ContainsFunc(parts, func(p part) bool { return p.to != whole.origin }) {
			continue
		}
		// Totals of one incarnation grow from its oldest part on.
		totals := map[int]shard{whole.origin: left}
		for i := len(parts) - 1; i >= 0; i-- {
			t := totals[parts[i].to]
			t.at, t.plus, t.minus = max(t.at, parts[i].at), t.plus+parts[i].plus, t.minus+parts[i].minus
			totals[parts[i].to] = t
		}
		for origin, t := range totals {
			if origin == whole.origin {
				s := c.shard(whole.column, origin, true)
				s.at, s.plus, s.minus = t.at, t.plus, t.minus
				continue
			}
			s := c.shard(whole.column, origin, true) // there already when its own stream came in
			s.at, s.plus, s.minus = max(s.at, t.at), max(s.plus, t.plus), max(s.minus, t.minus)
		}
		c.shards = slices.DeleteFunc(c.shards, func(s shard) bool { return s.at == 0 })
	}
}

// elements does the same with what was put into sets and taken out.
func (w *renamer) elements(bases map[hlc.Stamp]*rowClock) {
	c := &w.p.clock
	for i := range c.elements {
		e := &c.elements[i]
		e.added = w.tags(e, e.added, bases, func(e *element) []tag { return e.added })
		e.removed = w.tags(e, e.removed, bases, func(e *element) []tag { return append(slices.Clone(e.removed), e.added...) })
	}
}

// tags renames tags; below a renamed one, the one that its opening found shows again.
// Of what was removed that is also what was added: an opening adds anew only what is
// not there.
func (w *renamer) tags(e *element, list []tag, bases map[hlc.Stamp]*rowClock, found func(*element) []tag) []tag {
	var out []tag // in the order of origins
	for _, t := range list {
		for t.at != 0 {
			sp := w.spans.of(stamp{t.at, t.origin})
			if sp == nil || t.at <= w.tx.r.sealed {
				out, _ = raise(out, t.origin, t.at)
				break
			}
			out, _ = raise(out, sp.to, t.at.Back(sp.by))
			below := tag{origin: t.origin}
			if b := bases[sp.at]; b != nil {
				if old := b.element(e.column, e.value, false); old != nil {
					for _, o := range found(old) {
						if o.origin == t.origin && o.at < sp.at {
							below.at = max(below.at, o.at)
						}
					}
				}
			}
			t = below
		}
	}
	return out
}

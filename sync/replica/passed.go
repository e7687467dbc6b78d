package replica

import (
	"context"
	"errors"
	"slices"

	"fieldkit/sync/hlc"
	"fieldkit/sync/schema"
)

// A database that goes on as a new incarnation may hold writes that the earlier one
// had not sealed. It passes them on in its own stream, under their own stamps. The
// earlier incarnation may live on elsewhere and seal them too, or overwrite them
// first: then the version that was passed on is none of its stream. Counters, sets
// and texts take the same write twice without harm; of registers, _passed remembers
// what was passed on.

// inherited tells whether a version is an earlier incarnation's and in no changeset
// of this database yet.
func (r *Replica) inherited(s stamp) bool {
	return s.at > r.sealed && s.at <= r.inheritedTo && s.origin != r.own && r.origins.name(s.origin).Replica == r.id
}

// unsealed tells whether a version is this replica's own, of whichever
// incarnation, and in no changeset yet.
func (r *Replica) unsealed(s stamp) bool {
	return s.origin == r.own && s.at > r.sealed || r.inherited(s)
}

// rememberInherited notes the register versions that a new incarnation inherits:
// they may come back in the earlier one's stream, and so may those that they replaced.
func (r *Replica) rememberInherited(ctx context.Context) error {
	return r.Update(ctx, func(tx *Tx) error {
		byAudience, err := tx.readJournal()
		if err != nil {
			return err
		}
		for _, entries := range byAudience {
			for _, e := range entries {
				p, err := tx.loadRow(e.table, e.id)
				if err != nil {
					return err
				}
				for i := range e.table.Columns {
					c := &e.table.Columns[i]
					if c.Kind != schema.Register {
						continue
					}
					for _, s := range append(slices.Clone(e.entry.prevs[c.Number]), p.stampOf(i)) {
						if !r.inherited(s) {
							continue
						}
						if err := tx.notePassed(p, c, s); err != nil {
							return err
						}
					}
				}
			}
		}
		return nil
	})
}

func (tx *Tx) notePassed(p *pendingRow, c *schema.Column, s stamp) error {
	tx.r.passed[s.origin] = true
	return tx.exec(`INSERT INTO _passed (tbl, id, col, at, origin) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		p.table.Number, p.id[:], c.Number, int64(s.at), s.origin)
}

// passedOn deals with a version that was or may have been passed on. seen: it was
// merged before, or its author overwrote it before sealing, and only the later
// version counts. collapsed: its author overwrote the current one before sealing.
func (m *merger) passedOn(p *pendingRow, c *schema.Column, s, current stamp) (collapsed, seen bool, err error) {
	r := m.tx.r
	foreign := s.origin != m.origin
	if !foreign && !r.passed[s.origin] {
		return false, false, nil
	}
	h, err := m.head(s.origin)
	if err != nil {
		return false, false, err
	}
	if foreign {
		if seen, err := m.inStream(p, c, s, h); err != nil || seen {
			return false, seen, err
		}
	}
	stmt, err := m.tx.stmt(`SELECT at FROM _passed WHERE tbl = ? AND id = ? AND col = ? AND origin = ? ORDER BY at`)
	if err != nil {
		return false, false, err
	}
	rows, err := stmt.QueryContext(m.tx.ctx, p.table.Number, p.id[:], c.Number, s.origin)
	if err != nil {
		return false, false, err
	}
	var passed []hlc.Stamp
	for rows.Next() {
		var at hlc.Stamp
		if err := rows.Scan(&at); err != nil {
			rows.Close()
			return false, false, err
		}
		passed = append(passed, at)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return false, false, err
	}
	for _, at := range passed {
		switch {
		case at == s.at, at > s.at && foreign:
			seen = true
		case at < s.at && at > h.complete:
			// Both lay unsealed in one database: the later replaced the earlier.
			earlier := stamp{at, s.origin}
			collapsed = collapsed || earlier == current
			if _, err := m.tx.dropLoser(p, c, earlier, false); err != nil {
				return false, false, err
			}
		}
	}
	if foreign && !seen {
		err = m.tx.notePassed(p, c, s)
	}
	return collapsed, seen, err
}

// inStream tells whether a version's own stream, as far as it is held, has it or a
// later one of the same seal. h is the stream's head before this body.
func (m *merger) inStream(p *pendingRow, c *schema.Column, s stamp, h head) (bool, error) {
	if s.at <= h.complete {
		return true, nil
	}
	// A seal of several changesets may have arrived in part.
	rows, err := m.tx.conn.QueryContext(m.tx.ctx, `SELECT hash, sealed FROM _changeset WHERE origin = ? AND audience = ? AND number <= ? AND last >= ? ORDER BY number`,
		s.origin, m.audience, int64(h.number), int64(s.at))
	if err != nil {
		return false, err
	}
	defer rows.Close()
	for rows.Next() {
		var hash, sealed []byte
		if err := rows.Scan(&hash, &sealed); err != nil {
			return false, err
		}
		cs, err := m.tx.r.openStored(hash, sealed)
		if err != nil {
			return false, err
		}
		if cs.Complete >= s.at {
			continue
		}
		o := &merger{tx: m.tx, origin: s.origin, audience: m.audience, number: cs.Number, seen: map[int]head{}}
		body, err := cs.Body(o, m.tx.r.opener())
		if err != nil {
			continue // held back when it arrived
		}
		for i := range body.Tables {
			for j := range body.Tables[i].Rows {
				row := &body.Tables[i].Rows[j]
				if body.Tables[i].Number != p.table.Number || row.ID != p.id {
					continue
				}
				for k := range row.Cells {
					if cell := &row.Cells[k]; cell.Column == c.Number && cell.By == 0 && cell.At >= s.at {
						return true, nil
					}
				}
			}
		}
	}
	return false, rows.Err()
}

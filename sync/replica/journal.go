package replica

import (
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"fieldkit/sync/hlc"
	"fieldkit/sync/schema"
)

// journalEntry says that a row has writes of this replica that are in no
// changeset yet. It holds no values: they are in the row.
type journalEntry struct {
	audience int       // 0 until the entry is first written
	since    hlc.Stamp // of the first unsealed write
	// prevs are, for fields overwritten since the last seal, the versions that
	// the first overwrite replaced; for sets, an empty list marks a touched one.
	prevs   map[uint16][]stamp
	changed bool
}

// journal notes that a field is about to be written. old is the version it
// replaces, zero for none.
func (tx *Tx) journal(p *pendingRow, column uint16, old stamp) error {
	if err := tx.noteOpening(); err != nil {
		return fmt.Errorf("note the opening: %w", err)
	}
	if p.entry == nil {
		p.entry = &journalEntry{prevs: map[uint16][]stamp{}}
		if p.exists {
			if err := tx.loadEntry(p); err != nil {
				return fmt.Errorf("read journal: %w", err)
			}
		}
	}
	e := p.entry
	if e.since == 0 {
		e.since = tx.now().at
		e.changed = true
	}
	set := p.table.Columns[p.table.Index(column)].Kind == schema.Set
	prevs, noted := e.prevs[column]
	switch {
	case set:
		if noted {
			return nil
		}
		e.prevs[column] = nil
	case old.zero() || old.origin == tx.r.own && old.at > tx.r.sealed && !tx.r.fromEarlier(old):
		return nil // nobody else has seen what is replaced
	case noted && !tx.r.inherited(old) && !(old.origin == tx.r.own && old.at > tx.r.sealed):
		return nil
	default: // what was inherited, or written before an image was made, may be in another stream
		e.prevs[column] = append(slices.Clone(prevs), old)
	}
	e.changed = true
	return nil
}

// loadEntry reads the entry of a row from the journal, if it has one.
func (tx *Tx) loadEntry(p *pendingRow) error {
	stmt, err := tx.stmt(`SELECT audience, since, prevs FROM _journal WHERE tbl = ? AND id = ?`)
	if err != nil {
		return err
	}
	var prevs []byte
	var since int64
	err = stmt.QueryRowContext(tx.ctx, p.table.Number, p.id[:]).Scan(&p.entry.audience, &since, &prevs)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	p.entry.since = hlc.Stamp(since)
	return p.entry.unpackPrevs(prevs)
}

// assignAudience asks who may hold a row that enters the journal.
func (tx *Tx) assignAudience(p *pendingRow) error {
	e := p.entry
	if e == nil || e.audience != 0 {
		return nil
	}
	name, err := tx.r.opts.Audience(tx, p.table, p.id)
	if err != nil {
		return fmt.Errorf("audience of %s %s: %w", p.table.Name, p.id, err)
	}
	if e.audience, err = tx.r.audiences.number(tx.ctx, tx.conn, name); err != nil {
		return err
	}
	if err := tx.noteAudience(p, e.audience); err != nil {
		return err
	}
	p.clock.audience = e.audience
	return nil
}

func (tx *Tx) writeEntry(p *pendingRow) error {
	e := p.entry
	e.changed = false
	return tx.exec(`INSERT INTO _journal (tbl, id, audience, since, prevs) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (tbl, id) DO UPDATE SET audience = excluded.audience, prevs = excluded.prevs`,
		p.table.Number, p.id[:], e.audience, int64(e.since), e.packPrevs())
}

func (e *journalEntry) packPrevs() []byte {
	b := []byte{}
	for column, list := range e.prevs {
		b = binary.AppendUvarint(b, uint64(column))
		b = binary.AppendUvarint(b, uint64(len(list)))
		for _, s := range list {
			b = binary.BigEndian.AppendUint64(b, uint64(s.at))
			b = binary.AppendUvarint(b, uint64(s.origin))
		}
	}
	return b
}

func (e *journalEntry) unpackPrevs(b []byte) error {
	r := clockReader{b: b}
	for len(r.b) > 0 {
		column := uint16(r.uint())
		var list []stamp
		for range r.count() {
			if len(r.b) < 8 {
				return errClock
			}
			at := hlc.Stamp(binary.BigEndian.Uint64(r.b))
			r.b = r.b[8:]
			list = append(list, stamp{at, int(r.uint())})
		}
		e.prevs[column] = list
	}
	if r.bad {
		return errClock
	}
	return nil
}

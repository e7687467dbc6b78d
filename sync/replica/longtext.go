package replica

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"fieldkit/sync/changeset"
	"fieldkit/sync/hlc"
	"fieldkit/sync/schema"
)

// A long text that was written once needs no state beside its value and stamp. From
// its first edit on, its state lies in _text, encrypted.

const textContext = "text"

// Edit changes a long text from what its author saw to what was typed. What others
// put in since it was seen stays. Put is an Edit of the text as it is now.
func (tx *Tx) Edit(table string, id schema.ID, column, saw, typed string) error {
	p, c, err := tx.loadColumn(table, id, column, schema.LongText)
	if err != nil {
		return err
	}
	if _, err := c.Normalize(typed); err != nil {
		return fmt.Errorf("edit %s: %w", table, err)
	}
	if p.redacted(c) {
		return fmt.Errorf("edit %s.%s: %w", table, column, ErrRedacted)
	}
	return tx.putText(p, p.table.Index(c.Number), &saw, typed)
}

// putText writes a long text; saw is nil for the text as it is now.
func (tx *Tx) putText(p *pendingRow, i int, saw *string, typed string) error {
	c := &p.table.Columns[i]
	value, err := tx.current(p, i)
	if err != nil {
		return err
	}
	current, _ := value.(string)
	if saw == nil {
		saw = &current
	}
	old := p.stampOf(i)
	if typed == *saw || old.zero() && typed == "" {
		return nil
	}
	state, err := tx.textState(p, i)
	if err != nil {
		return err
	}
	if err := tx.journal(p, c.Number, old); err != nil {
		return err
	}
	now := tx.now()
	if old.zero() {
		state = written(now, typed)
	} else {
		state.edit(*saw, typed, now, tx.r.origins.less)
	}
	return tx.setText(p, i, state, now)
}

// textState is the state of a long text, empty when it was never written.
func (tx *Tx) textState(p *pendingRow, i int) (*longText, error) {
	c := &p.table.Columns[i]
	if state, ok := p.texts[c.Number]; ok {
		return state, nil
	}
	s := p.stampOf(i)
	if s.zero() {
		return &longText{}, nil
	}
	stmt, err := tx.stmt(`SELECT sealed FROM _text WHERE tbl = ? AND id = ? AND col = ?`)
	if err != nil {
		return nil, err
	}
	var sealed []byte
	switch err := stmt.QueryRowContext(tx.ctx, p.table.Number, p.id[:], c.Number).Scan(&sealed); {
	case errors.Is(err, sql.ErrNoRows):
		value, err := tx.current(p, i)
		if err != nil {
			return nil, err
		}
		text, _ := value.(string)
		return written(s, text), nil
	case err != nil:
		return nil, err
	}
	return tx.r.openText(c, sealed, p.id)
}

func (r *Replica) openText(c *schema.Column, sealed []byte, id schema.ID) (*longText, error) {
	key, err := r.vault.texts(c)
	if err != nil {
		return nil, err
	}
	b, err := unseal(key, sealed, append([]byte(textContext), id[:]...))
	if err != nil {
		return nil, err
	}
	return unpackText(b)
}

// setText makes a state a field's value, with the field's new stamp.
func (tx *Tx) setText(p *pendingRow, i int, state *longText, s stamp) error {
	c := &p.table.Columns[i]
	var value any
	if text := state.text(tx.r.origins.less); text != "" {
		value = text
	}
	if c.Sealed() {
		p.strike(c.Number)
		e, err := tx.r.vault.sealFields(p.table, p.id, []uint16{c.Number}, []any{value})
		if err != nil {
			return err
		}
		p.envelopes = append(p.envelopes, e)
	} else {
		p.values[i] = value
		p.changed |= 1 << i
	}
	p.clock.setField(c.Number, s, !c.Sealed() && value == nil)
	p.dirty = true
	if p.texts == nil {
		p.texts = map[uint16]*longText{}
	}
	p.texts[c.Number] = state
	return nil
}

// plain tells whether value and stamp say all there is to know.
func (t *longText) plain(s stamp) bool {
	return len(t.deletions) == 0 && len(t.insertions) == 1 && t.insertions[0].first == char{s.origin, 1} &&
		t.insertions[0].after == char{} && t.insertions[0].at == s.at
}

// writeTexts stores the states that were changed.
func (tx *Tx) writeTexts(p *pendingRow) error {
	for number, state := range p.texts {
		key, err := tx.r.vault.texts(&p.table.Columns[p.table.Index(number)])
		if err != nil {
			return err
		}
		if state.plain(p.stampOf(p.table.Index(number))) {
			err = tx.exec(`DELETE FROM _text WHERE tbl = ? AND id = ? AND col = ?`, p.table.Number, p.id[:], number)
		} else {
			err = tx.exec(`INSERT INTO _text (tbl, id, col, sealed) VALUES (?, ?, ?, ?) ON CONFLICT (tbl, id, col) DO UPDATE SET sealed = excluded.sealed`,
				p.table.Number, p.id[:], number, seal(key, state.pack(), append([]byte(textContext), p.id[:]...)))
		}
		if err != nil {
			return err
		}
	}
	p.texts = nil
	return nil
}

// longText merges the edits of a cell.
func (m *merger) longText(p *pendingRow, at int, cell *changeset.Cell, by int) error {
	current := p.stampOf(at)
	state, err := m.tx.textState(p, at)
	if err != nil {
		return err
	}
	name := func(c changeset.Char) char {
		if c.Seq == 0 {
			return char{}
		}
		return char{m.origins[c.Origin], c.Seq}
	}
	changed := false
	for _, n := range cell.Insertions {
		changed = state.insert(insertion{first: char{by, n.Seq}, after: name(n.After), at: n.At, runes: []rune(n.Text)}) || changed
	}
	for _, d := range cell.Deletions {
		changed = state.remove(deletion{first: name(d.First), count: d.Count, by: stamp{d.At, by}}) || changed
	}
	s := stamp{cell.At, by}
	newer := current.zero() || m.tx.r.origins.less(current, s)
	if !changed && !newer {
		return nil
	}
	if changed && !current.zero() && current.origin != by {
		seen := false
		for _, v := range cell.Prev {
			seen = seen || stamp{v.At, m.origins[v.Origin]} == current
		}
		if !seen {
			if err := m.tx.exec(`INSERT INTO _blended (tbl, id, col, at) VALUES (?, ?, ?, ?) ON CONFLICT (tbl, id, col) DO UPDATE SET at = excluded.at`,
				p.table.Number, p.id[:], cell.Column, int64(cell.At)); err != nil {
				return err
			}
		}
	}
	if !newer {
		s = current
	}
	return m.tx.setText(p, at, state, s)
}

// Blended is a long text into which edits were merged that did not know of each
// other: worth a look.
type Blended struct {
	Table, Column string
	ID            schema.ID
	At            time.Time
}

// Blended lists them, newest first.
func (r *Replica) Blended(ctx context.Context) ([]Blended, error) {
	rows, err := r.read.QueryContext(ctx, `SELECT tbl, id, col, at FROM _blended ORDER BY at DESC LIMIT 1000`)
	if err != nil {
		return nil, fmt.Errorf("list blended texts: %w", err)
	}
	defer rows.Close()
	var out []Blended
	for rows.Next() {
		var table, column uint16
		var at int64
		var b Blended
		if err := rows.Scan(&table, &b.ID, &column, &at); err != nil {
			return nil, fmt.Errorf("list blended texts: %w", err)
		}
		t := r.opts.Schema.TableByNumber(table)
		if t == nil || t.Index(column) < 0 {
			continue
		}
		b.Table, b.Column, b.At = t.Name, t.Columns[t.Index(column)].Name, hlc.Stamp(at).Time()
		out = append(out, b)
	}
	return out, rows.Err()
}

// LookedAt takes a text off that list.
func (tx *Tx) LookedAt(table string, id schema.ID, column string) error {
	p, c, err := tx.loadColumn(table, id, column, schema.LongText)
	if err != nil {
		return err
	}
	return tx.exec(`DELETE FROM _blended WHERE tbl = ? AND id = ? AND col = ?`, p.table.Number, id[:], c.Number)
}

// hashTexts sums the states of edited texts.
func (r *Replica) hashTexts(ctx context.Context, wanted func(*schema.Table) bool) (uint64, error) {
	rows, err := r.read.QueryContext(ctx, `SELECT tbl, id, col, sealed FROM _text`)
	if err != nil {
		return 0, fmt.Errorf("hash state: %w", err)
	}
	defer rows.Close()
	h := hasher{origins: r.origins}
	var sum uint64
	for rows.Next() {
		var table, column uint16
		var id schema.ID
		var sealed []byte
		if err := rows.Scan(&table, &id, &column, &sealed); err != nil {
			return 0, fmt.Errorf("hash state: %w", err)
		}
		t := r.opts.Schema.TableByNumber(table)
		if t == nil || t.Index(column) < 0 || !wanted(t) {
			continue
		}
		state, err := r.openText(&t.Columns[t.Index(column)], sealed, id)
		if err != nil {
			return 0, fmt.Errorf("%s %s: %w", t.Name, id, err)
		}
		sum += h.text(t, id, &t.Columns[t.Index(column)], state)
	}
	return sum, rows.Err()
}

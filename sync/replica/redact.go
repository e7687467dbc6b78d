package replica

import (
	"errors"
	"slices"

	"fieldkit/sync/schema"
)

// ErrRedacted: the row's personal values were removed for good; they cannot be
// written again.
var ErrRedacted = errors.New("the row is redacted")

// marked tells whether something personal of a row was removed.
func (r *row) marked() bool {
	return slices.ContainsFunc(r.table.Marks(), func(i int) bool { return r.values[i] != nil })
}

// redacted tells whether a column's personal value was removed.
func (r *row) redacted(c *schema.Column) bool {
	by := func(mark string) bool {
		return mark != "" && r.values[r.table.Index(r.table.Column(mark).Number)] != nil
	}
	return c.Personal && (by(r.table.RedactedBy) || by(c.RedactedBy))
}

// redact empties the personal fields of a redacted row, with their stamps, states
// and losing versions: as if they had never been written. So it does not matter
// which of a write and a redaction came first.
func (tx *Tx) redact(p *pendingRow) error {
	if !p.marked() {
		return nil
	}
	for i := range p.table.Columns {
		c := &p.table.Columns[i]
		if !p.redacted(c) {
			continue
		}
		p.strike(c.Number)
		if p.values[i] != nil {
			p.values[i] = nil
			p.changed |= 1 << i
		}
		p.clock.clearField(c.Number)
		delete(p.texts, c.Number)
		for _, statement := range []string{
			`DELETE FROM _loser WHERE tbl = ? AND id = ? AND col = ?`,
			`DELETE FROM _text WHERE tbl = ? AND id = ? AND col = ?`,
			`DELETE FROM _blended WHERE tbl = ? AND id = ? AND col = ?`,
		} {
			if err := tx.exec(statement, p.table.Number, p.id[:], c.Number); err != nil {
				return err
			}
		}
	}
	p.dirty = true
	return nil
}

// Marked tells whether something personal of the row was removed.
func (r *Row) Marked() bool { return r.row.marked() }

// Redacted tells whether a column's personal value was removed; of a column that is not
// in the schema, whether something was.
func (r *Row) Redacted(column string) bool {
	c := r.row.table.Column(column)
	return c == nil && r.Marked() || c != nil && r.row.redacted(c)
}

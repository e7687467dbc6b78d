package replica

import "errors"

// ErrRedacted: the row's personal values were removed for good; they cannot be
// written again.
var ErrRedacted = errors.New("the row is redacted")

// redacted tells whether a row's personal values were removed.
func (r *row) redacted() bool {
	return r.table.RedactedBy != "" && r.values[r.table.Index(r.table.Column(r.table.RedactedBy).Number)] != nil
}

// redact empties the personal fields of a redacted row, with their stamps, states
// and losing versions: as if they had never been written. So it does not matter
// which of a write and a redaction came first.
func (tx *Tx) redact(p *pendingRow) error {
	if !p.redacted() {
		return nil
	}
	for i := range p.table.Columns {
		c := &p.table.Columns[i]
		if !c.Personal || c.Name == p.table.RedactedBy {
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

package replica

import "reflect"

// overwriteAlike names, beside the version that a write replaces, the losing ones that
// say the same. Two replicas that wrote one value without knowing of each other agree:
// whoever replaces the one has seen what the other says, and neither is left for review.
func (tx *Tx) overwriteAlike(p *pendingRow, i int) error {
	c := &p.table.Columns[i]
	stmt, err := tx.stmt(`SELECT at, origin, value, sealed FROM _loser WHERE tbl = ? AND id = ? AND col = ? AND pending = 0`)
	if err != nil {
		return err
	}
	rows, err := stmt.QueryContext(tx.ctx, p.table.Number, p.id[:], c.Number)
	if err != nil {
		return err
	}
	defer rows.Close()
	type version struct {
		stamp
		value  any
		sealed []byte
	}
	var losers []version
	for rows.Next() {
		var v version
		if err := rows.Scan(&v.at, &v.origin, &v.value, &v.sealed); err != nil {
			return err
		}
		losers = append(losers, v)
	}
	if err := rows.Err(); err != nil || len(losers) == 0 {
		return err
	}
	current, err := tx.current(p, i)
	if err != nil {
		return err
	}
	for _, v := range losers {
		value, err := tx.r.openVersion(p.table, p.id, c, v.value, v.sealed)
		if err != nil {
			return err
		}
		if !reflect.DeepEqual(value, current) {
			continue
		}
		if _, err := tx.dropLoser(p, c, v.stamp, false); err != nil {
			return err
		}
		p.entry.prevs[c.Number] = append(p.entry.prevs[c.Number], v.stamp)
		p.entry.changed = true
	}
	return nil
}

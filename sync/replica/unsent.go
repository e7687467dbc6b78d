package replica

import (
	"context"
	"fmt"

	"fieldkit/sync/changeset"
	"fieldkit/sync/hlc"
)

// Unsent lists the rows of one of this replica's changesets that the county has not
// confirmed; none when it has.
func (r *Replica) Unsent(ctx context.Context, stream changeset.Stream, number uint64) ([]Pending, error) {
	rows, err := r.read.QueryContext(ctx, `SELECT u.tbl, u.id, u.at FROM _unsent u JOIN _origin o ON o.idx = u.origin JOIN _audience a ON a.idx = u.audience
		WHERE o.replica = ? AND o.incarnation = ? AND a.name = ? AND u.number = ? ORDER BY u.at, u.id`, stream.Origin.Replica[:], stream.Origin.Incarnation, stream.Audience, int64(number))
	if err != nil {
		return nil, fmt.Errorf("list unsent rows: %w", err)
	}
	defer rows.Close()
	var out []Pending
	for rows.Next() {
		var p Pending
		var table uint16
		var at int64
		if err := rows.Scan(&table, &p.ID, &at); err != nil {
			return nil, fmt.Errorf("list unsent rows: %w", err)
		}
		if t := r.opts.Schema.TableByNumber(table); t != nil {
			p.Table = t.Name
		}
		p.At = hlc.Stamp(at).Time()
		out = append(out, p)
	}
	return out, rows.Err()
}

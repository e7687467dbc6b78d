package replica

import (
	"bytes"
	"context"
	"fmt"

	"fieldkit/sync/schema"
)

// Survivors maps every row of a table that is merged into another to the row that
// stands for it in the end. Rows that two people merged into each other form a
// cycle: the smallest id of the cycle stands for all. Rows that stand for
// themselves are not in the map.
func (r *Replica) Survivors(ctx context.Context, table string) (map[schema.ID]schema.ID, error) {
	t := r.opts.Schema.Table(table)
	if t == nil || t.MergedInto == "" {
		return nil, fmt.Errorf("table %q has no aliases: %w", table, ErrUnknown)
	}
	rows, err := r.read.QueryContext(ctx, "SELECT id, "+quote(t.MergedInto)+" FROM "+quote(t.Name)+" WHERE "+quote(t.MergedInto)+" IS NOT NULL")
	if err != nil {
		return nil, fmt.Errorf("read aliases of %s: %w", table, err)
	}
	defer rows.Close()
	into := map[schema.ID]schema.ID{}
	for rows.Next() {
		var from, to schema.ID
		if err := rows.Scan(&from, &to); err != nil {
			return nil, fmt.Errorf("read aliases of %s: %w", table, err)
		}
		into[from] = to
	}
	return survivors(into), rows.Err()
}

// survivors follows every chain to its end, or round its cycle.
func survivors(into map[schema.ID]schema.ID) map[schema.ID]schema.ID {
	out := map[schema.ID]schema.ID{}
	for from := range into {
		at, seen := from, map[schema.ID]bool{}
		for !seen[at] {
			next, merged := into[at]
			if !merged {
				break
			}
			seen[at] = true
			at = next
		}
		if seen[at] { // at is on a cycle
			smallest := at
			for next := into[at]; next != at; next = into[next] {
				if bytes.Compare(next[:], smallest[:]) < 0 {
					smallest = next
				}
			}
			at = smallest
		}
		if at != from {
			out[from] = at
		}
	}
	return out
}

package story

import (
	"context"
	"fmt"
)

// number is the one number of a query.
func (w *World) number(ctx context.Context, query string, args ...any) (n int64, err error) {
	rows, err := w.County.Replica().Query(ctx, query, args...)
	if err != nil {
		return 0, fmt.Errorf("count: %w", err)
	}
	defer rows.Close()
	if rows.Next() {
		if err := rows.Scan(&n); err != nil {
			return 0, err
		}
	}
	return n, rows.Err()
}

// leaflets are those handed out at activities that start in [from, to).
func (w *World) leaflets(ctx context.Context, from, to string) (int64, error) {
	return w.number(ctx, `SELECT coalesce(sum(h.qty), 0) FROM handout h JOIN material m ON m.id = h.material_id AND m."group" = 'leaflet'
		JOIN activity a ON a.id = h.activity_id AND a.state IN ('open', 'done') AND a.merged_into IS NULL AND coalesce(json_extract(a.voided, '$.on'), 0) = 0
		WHERE a.start_at >= ? AND a.start_at < ?`, day(from, 0).UnixMilli(), day(to, 0).UnixMilli())
}

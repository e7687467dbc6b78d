package county

import (
	"context"
	"fmt"
	"strings"

	"fieldkit/sync/schema"
)

// A tally is one figure broken down by local day, unit and a further code. The
// card, the trend and the table of units are sums over the same lines, so they
// cannot disagree.
type tally []tallyLine

type tallyLine struct {
	day   int64 // since 1970, local
	unit  schema.ID
	code  string
	value int64
}

func (t tally) sum(keep func(tallyLine) bool) (total int64) {
	for _, line := range t {
		if keep == nil || keep(line) {
			total += line.value
		}
	}
	return total
}

func (t tally) withCode(code string) tally {
	var kept tally
	for _, line := range t {
		if line.code == code {
			kept = append(kept, line)
		}
	}
	return kept
}

// tally runs one of the queries of figures.go over a period.
func (c *County) tally(ctx context.Context, query string, p period) (tally, error) {
	from, to := p.millis()
	args := []any{from, to}
	units := ""
	if len(p.units) > 0 {
		units = "AND a.lead_unit_id IN (?" + strings.Repeat(", ?", len(p.units)-1) + ")"
		for _, id := range p.units {
			args = append(args, id)
		}
	}
	rows, err := c.replica.Query(ctx, strings.Replace(query, "{units}", units, 1), args...)
	if err != nil {
		return nil, fmt.Errorf("count: %w", err)
	}
	defer rows.Close()
	var t tally
	for rows.Next() {
		var line tallyLine
		if err := rows.Scan(&line.day, &line.unit, &line.code, &line.value); err != nil {
			return nil, fmt.Errorf("count: %w", err)
		}
		t = append(t, line)
	}
	return t, rows.Err()
}

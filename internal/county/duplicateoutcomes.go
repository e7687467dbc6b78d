package county

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"unicode"

	"fieldkit/internal/model"
	"fieldkit/sync/schema"
)

// One outcome that two computers entered under a number written differently, or under
// none, counts twice until the office joins the two.

const outcomesTwice = `SELECT t.id, t.kind, coalesce(t.ref_no, ''), coalesce(t.occurred_on, ''), coalesce(t.source, ''), coalesce(t.averted_fen, 0) + coalesce(t.recovered_fen, 0), coalesce(t.persons, 0), t.lead_unit_id
FROM outcome t WHERE t.occurred_on > ? AND t.merged_into IS NULL AND ` + live + ` ORDER BY t.occurred_on, t.id`

// result is what two outcomes of one kind are compared by.
type result struct {
	id, unit       schema.ID
	kind, on       string
	ref, source    string // ref without what a number may be written with
	amount, people int64
}

// bareNumber is a number without spaces, dashes and brackets: 2025-0311 is 20250311.
func bareNumber(ref string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, model.Norm(ref))
}

// compare scores two outcomes of one kind, 0–100, and says what speaks for it.
func (a *result) compare(b *result) (score int64, reasons []string) {
	add := func(points int64, reason string) {
		score += points
		if reason != "" {
			reasons = append(reasons, reason)
		}
	}
	number, day := a.ref != "" && a.ref == b.ref, a.on == b.on
	if !day && (!number || a.kind != "intercept") { // one case has several batches, a day each
		return 0, nil
	}
	if number {
		add(55, "same_number")
	}
	if day {
		add(20, "same_day")
	}
	switch same := a.amount == b.amount && a.people == b.people; {
	case same && (a.amount > 0 || a.people > 0):
		add(25, "same_amount")
	case same:
	case a.amount > 0 && b.amount > 0 || a.people > 0 && b.people > 0:
		add(-15, "")
	}
	if a.source != "" && b.source != "" {
		if a.source == b.source {
			add(10, "same_source")
		} else {
			add(-15, "")
		}
	}
	if a.unit == b.unit {
		add(8, "same_unit")
	}
	return min(max(score, 0), 100), reasons
}

// outcomePairs proposes outcomes that are one, surest first.
func (c *County) outcomePairs(ctx context.Context) ([]Pair, error) {
	reader, err := c.counts.current(ctx, c)
	if err != nil {
		return nil, err
	}
	rows, err := c.replica.Query(ctx, outcomesTwice, localDate(c.store.now()-eventsSince))
	if err != nil {
		return nil, fmt.Errorf("look for outcomes twice: %w", err)
	}
	defer rows.Close()
	blocks := map[string][]*result{} // those that share the day, or the number
	perKind := map[string]int64{}
	for rows.Next() {
		r := &result{}
		if err := rows.Scan(&r.id, &r.kind, &r.ref, &r.on, &r.source, &r.amount, &r.people, &r.unit); err != nil {
			return nil, err
		}
		r.ref, r.unit = bareNumber(r.ref), reader.Survivor(r.unit)
		perKind[r.kind+r.on]++
		blocks[r.kind+" on "+r.on] = append(blocks[r.kind+" on "+r.on], r)
		if r.ref != "" {
			blocks[r.kind+" no "+r.ref] = append(blocks[r.kind+" no "+r.ref], r)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	apart, err := c.store.apart(ctx, "outcome")
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	var found []scored[*result]
	for _, block := range blocks {
		for i, a := range block {
			for _, b := range block[i+1:] {
				key := pairKey(a.id, b.id)
				if seen[key] || apart[key] {
					continue
				}
				seen[key] = true
				if score, reasons := a.compare(b); score >= pairScore {
					found = append(found, scored[*result]{a, b, key, score, reasons})
				}
			}
		}
	}
	bestFirst(found)
	names, err := c.names(ctx)
	if err != nil {
		return nil, err
	}
	pairs := []Pair{}
	for _, f := range found[:min(len(found), pairLimit)] {
		n := perKind[f.a.kind+f.a.on]
		if f.b.on != f.a.on {
			n += perKind[f.b.kind+f.b.on]
		}
		p := Pair{Table: "outcome", Score: f.score, Reasons: f.reasons, Before: n, After: n - 1}
		for side, id := range map[*PairSide]schema.ID{&p.Left: f.a.id, &p.Right: f.b.id} {
			row, err := c.replica.Get(ctx, "outcome", id)
			if err != nil {
				return nil, err
			}
			if row == nil {
				return nil, errSettled
			}
			line, err := c.outcomeRow(ctx, row, names)
			if err != nil {
				return nil, err
			}
			*side = PairSide{Row: line, Counts: []Count{}, Created: row.Int("created_at"), Device: names.devices[row.Ref("device_id")]}
		}
		if p.Right.Created < p.Left.Created { // the first one stands left: what refers to it was written by it
			p.Left, p.Right = p.Right, p.Left
		}
		pairs = append(pairs, p)
	}
	return pairs, nil
}

// outcomeRow describes an outcome as a line of a list.
func (c *County) outcomeRow(_ context.Context, row *replicaRow, names *nameBook) (RegistryRow, error) {
	line := RegistryRow{ID: row.ID.String(), Names: map[string]string{}, Fields: map[string]string{"name": cmp.Or(row.Text("ref_no"), names.codes.Label("outcome_kind", row.Text("kind"))),
		"outcome_kind": row.Text("kind"), "ref_no": row.Text("ref_no"), "occurred_on": row.Text("occurred_on"), "outcome_source": row.Text("source"),
		"lead": names.unit(row.Ref("lead_unit_id")), "partners": names.unitsIn(row.Strings("partner_units"))}}
	for _, column := range []string{"averted_fen", "recovered_fen", "persons"} {
		if n := row.Int(column); n != 0 {
			line.Fields[column] = fmt.Sprint(n)
		}
	}
	return line, nil
}

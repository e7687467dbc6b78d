package county

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/schema"
)

// The rules of the review, one query each. A query gives the id of the record
// and the numbers that its sentence names.

const (
	// ruleCrowd: more people than any place of a county holds.
	ruleCrowd = `SELECT a.id, a.heads_stated, 5000 FROM activity a WHERE a.heads_stated > 5000 AND ` + liveActivity + ` ORDER BY a.start_at DESC LIMIT 100`
	// ruleHeads: fewer people stated than signed in, or more elderly than people.
	ruleHeads = `SELECT a.id, a.heads_stated, t.n FROM activity a JOIN (
		SELECT activity_id, count(*) AS n FROM attendance WHERE json_array_length(coalesce(sign_ins, '[]')) > 0 AND merged_into IS NULL AND coalesce(json_extract(voided, '$.on'), 0) = 0 GROUP BY 1
	) t ON t.activity_id = a.id WHERE a.heads_stated < t.n AND ` + liveActivity + ` ORDER BY a.start_at DESC LIMIT 100`
	ruleElders = `SELECT a.id, a.heads_stated, a.elder_heads FROM activity a WHERE a.elder_heads > a.heads_stated AND ` + liveActivity + ` ORDER BY a.start_at DESC LIMIT 100`
	// ruleRush: 1,000 leaflets; whether in a minute is told by the row's clock.
	ruleRush = `SELECT t.id, t.qty, 0 FROM handout t WHERE t.qty >= 1000 AND ` + live + ` ORDER BY t._n DESC LIMIT 300`
	// ruleFuture: what has not happened yet, by table and the column that says when.
	ruleFutureConsultation = `SELECT t.id, t.occurred_at, 0 FROM consultation t WHERE t.occurred_at > ? AND ` + live + ` AND t.merged_into IS NULL ORDER BY t.occurred_at LIMIT 100`
	ruleFutureActivity     = `SELECT a.id, a.start_at, 0 FROM activity a WHERE a.start_at > ? AND ` + liveActivity + ` ORDER BY a.start_at LIMIT 100`
	ruleFutureOutcome      = `SELECT t.id, 0, 0 FROM outcome t WHERE t.occurred_on > ? AND ` + live + ` AND t.merged_into IS NULL ORDER BY t.occurred_on LIMIT 100`
	ruleFuturePost         = `SELECT t.id, t.posted_at, 0 FROM post t WHERE t.posted_at > ? AND ` + live + ` AND t.merged_into IS NULL ORDER BY t.posted_at LIMIT 100`
	// ruleOutside: a consultation an hour before its activity began, or after it ended; {only} narrows it to records that changed.
	ruleOutside = `SELECT t.id FROM consultation t JOIN activity a ON a.id = t.activity_id
		WHERE (t.occurred_at < a.start_at - 3600000 OR t.occurred_at > coalesce(max(a.end_at, a.start_at) + 3600000, a.start_at + 86400000)) {only} AND ` + live + ` AND t.merged_into IS NULL AND ` + liveActivity
	// ruleDoubles: outcomes of one day, source and amount under different numbers.
	ruleDoubles = `SELECT min(t.id), count(*), max(t.id) FROM outcome t
		WHERE t.kind IN ('intercept', 'recovered') AND ` + live + ` AND t.merged_into IS NULL AND coalesce(t.averted_fen, 0) + coalesce(t.recovered_fen, 0) > 0
		GROUP BY t.kind, t.occurred_on, coalesce(t.source, ''), t.averted_fen, t.recovered_fen HAVING count(*) > 1 ORDER BY t.occurred_on DESC LIMIT 100`
	// ruleStock: the balance of a unit's material, where its stock is kept at all. What was carried to an activity and back stays the unit's.
	ruleStock = `SELECT u, m, sum(n) FROM (
		SELECT coalesce((SELECT merged_into FROM unit WHERE id = k.u), k.u) AS u, coalesce((SELECT merged_into FROM material WHERE id = k.m), k.m) AS m, n, kept FROM (
			SELECT to_unit AS u, material_id AS m, qty AS n, 1 AS kept FROM stock_move t WHERE kind IN ('receive', 'allot', 'return', 'adjust') AND to_unit IS NOT NULL AND activity_id IS NULL AND ` + live + `
			UNION ALL SELECT from_unit, material_id, -qty, 1 FROM stock_move t WHERE from_unit IS NOT NULL AND (activity_id IS NULL OR kind = 'scrap') AND ` + model.StandingMove + ` AND ` + live + `
			UNION ALL SELECT a.lead_unit_id, t.material_id, -t.qty, 0 FROM handout t` + ownActivity + ` WHERE ` + live + ` AND ` + liveActivity + `
			UNION ALL SELECT a.lead_unit_id, p.material_id, -t.qty, 0 FROM issue t JOIN placement p ON p.id = t.placement_id` + ownActivity + ` WHERE ` + live + ` AND ` + liveActivity + `
		) k
	) GROUP BY u, m HAVING max(kept) AND sum(n) < 0 ORDER BY 3 LIMIT 100`
)

// suspect is a line of a rule.
type suspect struct {
	id   schema.ID
	a, b int64
}

func (c *County) suspects(ctx context.Context, query string, args ...any) ([]suspect, error) {
	rows, err := c.replica.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("review: %w", err)
	}
	defer rows.Close()
	var list []suspect
	for rows.Next() {
		var s suspect
		if err := rows.Scan(&s.id, &s.a, &s.b); err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, rows.Err()
}

// suspected makes items of a rule's lines.
func (c *County) suspected(ctx context.Context, kind, table string, list []suspect, names *nameBook, severe bool, args func(suspect) map[string]string) ([]ReviewItem, error) {
	var items []ReviewItem
	for _, s := range list[:min(len(list), perRule)] {
		item := ReviewItem{Kind: kind, Args: args(s), Actions: []string{"accept", "edit", "void"}, Severe: severe}
		if _, err := c.about(ctx, &item, table, s.id, names); err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}

func two(a, b string) func(suspect) map[string]string {
	return func(s suspect) map[string]string {
		return map[string]string{a: fmt.Sprint(s.a), b: fmt.Sprint(s.b)}
	}
}

func (c *County) reviewNumbers(ctx context.Context, names *nameBook) ([]ReviewItem, error) {
	var items []ReviewItem
	for _, rule := range []struct {
		kind, query, b string
		severe         bool
	}{{"crowd", ruleCrowd, "limit", true}, {"heads", ruleHeads, "signed", false}, {"elders", ruleElders, "elders", false}} {
		list, err := c.suspects(ctx, rule.query)
		if err != nil {
			return nil, err
		}
		found, err := c.suspected(ctx, rule.kind, "activity", list, names, rule.severe, two("heads", rule.b))
		if err != nil {
			return nil, err
		}
		items = append(items, found...)
	}
	return items, nil
}

// reviewRush finds tallies that grew by a thousand a minute.
func (c *County) reviewRush(ctx context.Context, names *nameBook) ([]ReviewItem, error) {
	list, err := c.suspects(ctx, ruleRush)
	if err != nil {
		return nil, err
	}
	var fast []suspect
	for _, s := range list {
		row, err := c.replica.Get(ctx, "handout", s.id)
		if err != nil {
			return nil, err
		}
		versions, err := c.replica.Versions(ctx, "handout", s.id)
		if err != nil {
			return nil, err
		}
		last, shares := row.Int("created_at"), int64(0)
		for _, v := range versions {
			if v.Column == "qty" {
				last, shares = max(last, v.At.UnixMilli()), shares+1
			}
		}
		if s.b = max((last-row.Int("created_at")+59_999)/60_000, 1); s.a >= 1000*s.b*max(shares, 1) {
			fast = append(fast, s)
		}
	}
	return c.suspected(ctx, "rush", "handout", fast, names, true, two("qty", "minutes"))
}

func (c *County) reviewFuture(ctx context.Context, names *nameBook) ([]ReviewItem, error) {
	now := c.options.now()
	var items []ReviewItem
	for _, rule := range []struct {
		table, query string
		after        any
	}{
		{"consultation", ruleFutureConsultation, now.Add(5 * time.Minute).UnixMilli()}, {"activity", ruleFutureActivity, now.Add(5 * time.Minute).UnixMilli()},
		{"outcome", ruleFutureOutcome, model.Date(now)}, {"post", ruleFuturePost, now.Add(5 * time.Minute).UnixMilli()},
	} {
		list, err := c.suspects(ctx, rule.query, rule.after)
		if err != nil {
			return nil, err
		}
		found, err := c.suspected(ctx, "future", rule.table, list, names, true, func(s suspect) map[string]string { return map[string]string{"at": fmt.Sprint(s.a)} })
		if err != nil {
			return nil, err
		}
		items = append(items, found...)
	}
	return items, nil
}

func (c *County) reviewOutside(ctx context.Context, names *nameBook) ([]ReviewItem, error) {
	ids, err := c.reviewed.outside(ctx, c)
	if err != nil {
		return nil, err
	}
	var list []suspect
	for _, id := range ids {
		list = append(list, suspect{id: id})
	}
	return c.suspected(ctx, "outside", "consultation", list, names, false, func(suspect) map[string]string { return map[string]string{} })
}

func (c *County) reviewDoubles(ctx context.Context, names *nameBook) ([]ReviewItem, error) {
	rows, err := c.replica.Query(ctx, ruleDoubles)
	if err != nil {
		return nil, fmt.Errorf("review: %w", err)
	}
	type double struct {
		one, other schema.ID
		n          int64
	}
	var list []double
	for rows.Next() {
		var d double
		if err := rows.Scan(&d.one, &d.n, &d.other); err != nil {
			rows.Close()
			return nil, err
		}
		list = append(list, d)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	var items []ReviewItem
	for _, d := range list {
		item := ReviewItem{Kind: "double", Args: map[string]string{"n": fmt.Sprint(d.n)}, Actions: []string{"accept", "join", "edit", "void"}, Severe: true, Records: d.n}
		row, err := c.about(ctx, &item, "outcome", d.one, names)
		if err != nil || row == nil {
			return nil, err
		}
		item.Args["amount"], item.Args["on"] = fmt.Sprint(row.Int("averted_fen")+row.Int("recovered_fen")), row.Text("occurred_on")
		for _, id := range []schema.ID{d.one, d.other} {
			other, err := c.replica.Get(ctx, "outcome", id)
			if err != nil || other == nil {
				return nil, err
			}
			title, _, err := c.titleOf(ctx, "outcome", other, names)
			if err != nil {
				return nil, err
			}
			item.Proofs = append(item.Proofs, ReviewProof{Table: "outcome", ID: id.String(), Title: title, Now: other.Int("created_at")})
		}
		items = append(items, item)
	}
	return items, nil
}

func (c *County) reviewStock(ctx context.Context, names *nameBook) ([]ReviewItem, error) {
	rows, err := c.replica.Query(ctx, ruleStock)
	if err != nil {
		return nil, fmt.Errorf("review: %w", err)
	}
	defer rows.Close()
	var items []ReviewItem
	for rows.Next() {
		var unit, material schema.ID
		var n int64
		if err := rows.Scan(&unit, &material, &n); err != nil {
			return nil, err
		}
		items = append(items, ReviewItem{Kind: "stock", Table: "material", ID: material.String(), Column: unit.String(), Title: names.materials[material], Unit: names.unit(unit),
			Args: map[string]string{"n": fmt.Sprint(n)}, Actions: []string{"accept"}})
	}
	return items, rows.Err()
}

// onlyThese narrows a condition.
func onlyThese(column string, ids []schema.ID) (string, []any) {
	condition, args := among(column, ids)
	return `AND ` + condition, args
}

// among is the condition that a column holds one of some ids, at least one.
func among(column string, ids []schema.ID) (string, []any) {
	args := make([]any, len(ids))
	for i := range ids {
		args[i] = ids[i][:]
	}
	return column + ` IN (?` + strings.Repeat(", ?", len(ids)-1) + `)`, args
}

package app

import (
	"context"
	"fmt"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// A record whose fields two laptops changed at once may break a rule that each of
// them kept. It is kept as it is and listed, never repaired unseen.

// brokenRules find such records: each query gives ids and times.
var brokenRules = []struct{ table, query, zh, en string }{
	{"consultation", `SELECT id, occurred_at FROM consultation WHERE loss_fen > 0 AND coalesce(stage, '') <> 'G3'`, "有损失金额，进展却不是“已付款”。打开改一处。", "There is a loss, but the stage is not “Paid”. Open it and correct one of them."},
	{"consultation", `SELECT id, occurred_at FROM consultation WHERE at_risk_fen > 0 AND coalesce(stage, '') NOT IN ('G1', 'G2')`, "有拟转金额，进展却对不上。打开改一处。", "There is an amount at risk, but the stage does not fit. Open it and correct one of them."},
	{"activity", `SELECT id, start_at FROM activity WHERE end_at > 0 AND end_at < start_at`, "结束时间早于开始时间。打开改一处。", "It ends before it begins. Open it and correct one of them."},
	{"activity", `SELECT id, start_at FROM activity WHERE elder_heads > coalesce(heads_stated, heads_counted)`, "老年人数多于到场人数。打开改一处。", "There are more elderly people than people. Open it and correct one of them."},
	{"outcome", `SELECT id, created_at FROM outcome WHERE averted_fen > 0 AND kind <> 'intercept' OR persons > 0 AND kind <> 'caught'`, "金额或人数和类别对不上。打开改一处。", "The amount or number does not fit the kind. Open it and correct one of them."},
}

func (t *Tray) rules(r *replica.Replica, d *directory) ([]TrayItem, error) {
	var out []TrayItem
	for _, rule := range brokenRules {
		items, err := t.broken(r, rule.table, rule.query)
		if err != nil {
			return nil, err
		}
		for _, item := range items {
			row, err := r.Get(context.Background(), item.Table, item.ID)
			if err != nil {
				return nil, err
			}
			if row == nil || !live(row) {
				continue
			}
			device, err := d.name("device", row.Ref("device_id"))
			if err != nil {
				return nil, err
			}
			item.Kind, item.Ref, item.Device, item.Reason, item.ReasonEN = "rule", "rule/"+item.Table+"/"+item.ID.String(), device.Name, rule.zh, rule.en
			if err := t.title(r, d, &item); err != nil {
				return nil, err
			}
			out = append(out, item)
		}
	}
	return out, nil
}

func (t *Tray) broken(r *replica.Replica, table, query string) ([]TrayItem, error) {
	rows, err := r.Query(context.Background(), query+" LIMIT 100")
	if err != nil {
		return nil, fmt.Errorf("look for broken rules: %w", err)
	}
	defer rows.Close()
	var out []TrayItem
	for rows.Next() {
		item := TrayItem{Table: table}
		var at *int64
		if err := rows.Scan(&item.ID, &at); err != nil {
			return nil, fmt.Errorf("look for broken rules: %w", err)
		}
		if at != nil {
			item.At = *at
		}
		out = append(out, item)
	}
	return out, rows.Err()
}

// personal tells whether a column's text is a person's.
func personal(table, column string) bool {
	t := model.Schema.Table(table)
	if t == nil {
		return true
	}
	c := t.Column(column)
	return c == nil || c.Personal || c.Sealed() && c.Type == schema.Text
}

package app

import (
	"context"
	"fmt"
	"strings"

	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// ConsultationQuery filters the list. Text finds words in every field, fraud
// types and towns also by pinyin initials, phone numbers by any part.
type ConsultationQuery struct {
	Text       string    `json:"text,omitzero"`
	ActivityID schema.ID `json:"activity_id,omitzero"` // zero = any
	FraudType  string    `json:"fraud_type,omitzero"`  // "" = any
	Outcome    string    `json:"outcome,omitzero"`
	Stage      string    `json:"stage,omitzero"`
	AgeBand    string    `json:"age_band,omitzero"`
	Channel    string    `json:"channel,omitzero"`
	From       int64     `json:"from,omitzero"`   // ms, 0 = any
	To         int64     `json:"to,omitzero"`     // ms, exclusive, 0 = any
	Closed     string    `json:"closed,omitzero"` // "open", "closed", "" = any
	Voided     bool      `json:"voided,omitzero"`
	Sort       string    `json:"sort,omitzero"` // newest (default), oldest, loss, at_risk
	Offset     int       `json:"offset,omitzero"`
	Limit      int       `json:"limit,omitzero"` // 0 = 50, at most 200
}

// ConsultationPage is a part of a list, newest first.
type ConsultationPage struct {
	Items []Consultation `json:"items"`
	Total int            `json:"total"`
}

// List filters, sorts and pages.
func (c *Consultations) List(q ConsultationQuery) (ConsultationPage, error) {
	page := ConsultationPage{Items: []Consultation{}}
	r, err := c.s.open()
	if err != nil {
		return page, err
	}
	if q.Limit <= 0 {
		q.Limit = 50
	}
	q.Limit = min(q.Limit, 200)
	rows, total, err := c.find(r, q)
	if err != nil {
		return page, err
	}
	page.Total = total
	page.Items, err = c.present(r, rows)
	return page, err
}

// find reads the rows of a page and the number of all.
func (c *Consultations) find(r *replica.Replica, q ConsultationQuery) (rows []*replica.Row, total int, err error) {
	if strings.TrimSpace(q.Text) != "" {
		ids, total, err := c.matching(r, q)
		if err != nil {
			return nil, 0, err
		}
		rows, err = rowsOf(r, "consultation", ids)
		return rows, total, err
	}
	c.s.consultations.warm(r) // whoever sees the list may search it next
	where, args := q.where()
	if total, err = countRows(r, "SELECT count(*) FROM consultation "+where, args...); err != nil {
		return nil, 0, err
	}
	rows, err = r.Select(context.Background(), "consultation", where+q.order()+" LIMIT ? OFFSET ?", append(args, q.Limit, max(0, q.Offset))...)
	return rows, total, err
}

// matching are the ids of a page of those in which every word occurs. The index
// filters and sorts as it is searched; what it does not know, SQL does.
func (c *Consultations) matching(r *replica.Replica, q ConsultationQuery) (ids []schema.ID, total int, err error) {
	if q.Outcome == "" && q.Stage == "" && q.AgeBand == "" && q.Channel == "" && q.Closed == "" && (q.Sort == "" || q.Sort == "newest") {
		return c.s.consultations.search(q)
	}
	hits, err := c.s.consultations.matching(q.Text)
	if err != nil {
		return nil, 0, err
	}
	where, args := q.where()
	rows, err := r.Query(context.Background(), "SELECT id FROM consultation "+where+q.order(), args...)
	if err != nil {
		return nil, 0, fmt.Errorf("list consultations: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id schema.ID
		if err := rows.Scan(&id); err != nil {
			return nil, 0, fmt.Errorf("list consultations: %w", err)
		}
		if hits[id] {
			if total >= q.Offset && len(ids) < q.Limit {
				ids = append(ids, id)
			}
			total++
		}
	}
	return ids, total, rows.Err()
}

func (q *ConsultationQuery) where() (string, []any) {
	conditions, args := []string{"merged_into IS NULL"}, []any{}
	if q.Voided {
		conditions = append(conditions, "json_extract(voided, '$.on') = 1")
	} else {
		conditions = append(conditions, "coalesce(json_extract(voided, '$.on'), 0) = 0")
	}
	if !q.ActivityID.IsNil() {
		conditions, args = append(conditions, "activity_id = ?"), append(args, q.ActivityID)
	}
	for _, f := range []struct{ condition, value string }{{"fraud_type = ?", q.FraudType}, {"outcome = ?", q.Outcome}, {"stage = ?", q.Stage}, {"age_band = ?", q.AgeBand},
		{"EXISTS (SELECT 1 FROM json_each(channels) WHERE value = ?)", q.Channel}} {
		if f.value != "" {
			conditions, args = append(conditions, f.condition), append(args, f.value)
		}
	}
	switch q.Closed {
	case "open":
		conditions = append(conditions, "closed_at IS NULL")
	case "closed":
		conditions = append(conditions, "closed_at IS NOT NULL")
	}
	if q.From > 0 {
		conditions, args = append(conditions, "occurred_at >= ?"), append(args, q.From)
	}
	if q.To > 0 {
		conditions, args = append(conditions, "occurred_at < ?"), append(args, q.To)
	}
	return "WHERE " + strings.Join(conditions, " AND "), args
}

func (q *ConsultationQuery) order() string {
	switch q.Sort {
	case "oldest":
		return " ORDER BY occurred_at, id"
	case "loss":
		return " ORDER BY loss_fen DESC, occurred_at DESC, id DESC"
	case "at_risk":
		return " ORDER BY at_risk_fen DESC, occurred_at DESC, id DESC"
	}
	return " ORDER BY occurred_at DESC, id DESC"
}

// rowsOf reads rows by their ids, in that order; those that do not exist are left out.
func rowsOf(r *replica.Replica, table string, ids []schema.ID) ([]*replica.Row, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	marks, args := in(ids)
	at := make(map[schema.ID]*replica.Row, len(ids))
	if err := r.Each(context.Background(), table, "WHERE id IN ("+marks+")", args, func(row *replica.Row) error {
		at[row.ID] = row
		return nil
	}); err != nil {
		return nil, err
	}
	out := make([]*replica.Row, 0, len(ids))
	for _, id := range ids {
		if row := at[id]; row != nil {
			out = append(out, row)
		}
	}
	return out, nil
}

// in are the placeholders and arguments of a list of ids. Lists are pages: they
// stay below what SQLite takes.
func in(ids []schema.ID) (marks string, args []any) {
	for _, id := range ids {
		args = append(args, id)
	}
	return strings.TrimSuffix(strings.Repeat("?,", len(ids)), ","), args
}

package app

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"fieldkit/internal/model"
	"fieldkit/internal/rpc"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Review lists what two laptops wrote without knowing of each other.
type Review struct{ s *Session }

// NewReview makes the service.
func NewReview(s *Session) *Review { return &Review{s} }

// ReviewItem is a field with the value that stands and the one that does not.
type ReviewItem struct {
	Table  string    `json:"table"`
	ID     schema.ID `json:"id"`
	Column string    `json:"column"`
	Title  string    `json:"title"` // of the record
	Winner Said      `json:"winner"`
	Loser  Said      `json:"loser"`
}

// Said is one of the values.
type Said struct {
	Text   string `json:"text"`
	Device string `json:"device"` // label
	At     int64  `json:"at"`     // ms
}

// List lists what is to be looked at, newest first.
func (v *Review) List() ([]ReviewItem, error) {
	out := []ReviewItem{}
	r, err := v.s.open()
	if err != nil {
		return out, err
	}
	conflicts, err := r.Conflicts(context.Background())
	if err != nil {
		return nil, err
	}
	d := v.s.directory(r)
	for _, c := range conflicts {
		if model.Untyped(c) {
			continue
		}
		item := ReviewItem{Table: c.Table, ID: c.ID, Column: c.Column}
		row, err := r.Get(context.Background(), c.Table, c.ID)
		if err != nil {
			return nil, err
		}
		if row != nil {
			item.Title = d.title(c.Table, row)
		}
		for side, version := range map[*Said]replica.Version{&item.Winner: c.Winner, &item.Loser: c.Loser} {
			n, err := d.name("device", version.Replica)
			if err != nil {
				return nil, err
			}
			*side = Said{Device: n.Name, At: millis(version.At)}
			if side.Text, err = display(d, c.Table, c.Column, version.Value); err != nil {
				return nil, err
			}
		}
		out = append(out, item)
	}
	edited, err := v.editedVoids(r, d, out)
	return append(out, edited...), err
}

// title names a record in a list, without personal data.
func (d *directory) title(table string, row *replica.Row) string {
	switch table {
	case "activity":
		if title := row.Text("title"); title != "" {
			return title
		}
		return strings.TrimPrefix(row.Text("place_text")+" · "+d.codes.label("activity_kind", row.Text("kind")), " · ")
	case "consultation":
		return d.codes.label("fraud_type", row.Text("fraud_type"))
	case "unit", "venue", "material", "officer", "template":
		return row.Text("name")
	case "device":
		return row.Text("label")
	case "attendance":
		return row.Text("org_name")
	case "indicator":
		return model.Indicator{Kind: row.Text("kind"), Value: row.Text("value")}.Display()
	case "linkage_action":
		return d.codes.label("linkage_kind", row.Text("kind"))
	case "outcome":
		return strings.TrimSuffix(d.codes.label("outcome_kind", row.Text("kind"))+" · "+row.Text("ref_no"), " · ")
	case "post", "case_digest":
		return row.Text("title")
	case "slogan":
		return row.Text("text")
	case "photo":
		return row.Text("caption")
	}
	return ""
}

// codeTables are the columns whose values are codes.
var codeTables = map[string]string{
	"consultation.fraud_type": "fraud_type", "consultation.stage": "stage", "consultation.age_band": "age_band", "consultation.outcome": "outcome",
	"consultation.source": "source", "consultation.pay_method": "pay_method", "consultation.gender": "gender", "consultation.occupation": "role",
	"activity.state": "activity_state", "activity.kind": "activity_kind", "activity.fraud_types": "fraud_type", "activity.topic_tags": "topic_tag", "activity.audience_roles": "role",
	"placement.kind": "placement_kind", "placement.spot": "spot", "inspection.result": "inspection_result", "household.result": "household_result", "stock_move.kind": "stock_kind",
	"plan_item.kind": "activity_kind", "plan_item.period_code": "period", "daily_tally.kind": "tally_kind", "material.group": "material_group", "venue.kind": "venue_kind", "venue.state": "venue_state",
	"attendance.role": "role", "attendance.absent_reason": "absent_reason", "unit.department": "department",
	"consultation.channels": "channel", "consultation.advice": "advice",
	"indicator.kind": "indicator_kind", "indicator.status": "indicator_status", "indicator.fraud_types": "fraud_type", "consultation_indicator.role": "indicator_role",
	"linkage_action.kind": "linkage_kind", "linkage_action.result": "linkage_result", "outcome.kind": "outcome_kind", "outcome.source": "outcome_source",
	"post.channel": "post_channel", "post.purpose": "post_purpose", "post.via": "post_via", "case_digest.state": "digest_state", "case_digest.fraud_types": "fraud_type",
}

// refTables are the tables that reference columns point to.
var refTables = map[string]string{
	"digest_id": "case_digest", "slogan_id": "slogan", "material_id": "material", "counterpart_unit_id": "unit", "partner_units": "unit", "officer_ids": "officer", "activity_id": "activity",
	"venue_id": "venue", "lead_unit_id": "unit", "host_unit_id": "unit", "unit_id": "unit", "parent_id": "unit", "officer_id": "officer",
}

// display shows a value as the screens show it.
func display(d *directory, table, column string, value any) (string, error) {
	switch v := value.(type) {
	case nil:
		return "—", nil
	case int64:
		switch {
		case model.Schema.Table(table).Column(column).Type == schema.Bool:
			return map[bool]string{true: "是", false: "否"}[v != 0], nil
		case strings.HasSuffix(column, "_fen"):
			return fmt.Sprintf("%d.%02d 元", v/100, v%100), nil
		case strings.HasSuffix(column, "_at"):
			return time.UnixMilli(v).In(model.Location).Format("2006-01-02 15:04"), nil
		}
		return fmt.Sprint(v), nil
	case string:
		if column == "voided" {
			var mark model.Void
			if json.Unmarshal([]byte(v), &mark) == nil && mark.On {
				return "已作废（" + d.codes.label("void_reason", mark.Reason) + "）", nil
			}
			return "未作废", nil
		}
		if column == "closed" {
			var mark closedMark
			if json.Unmarshal([]byte(v), &mark) == nil && mark.At > 0 {
				return fmt.Sprintf("已日结（%d）", mark.Qty), nil
			}
			return "未日结", nil
		}
		if codes, ok := codeTables[table+"."+column]; ok {
			return d.codes.label(codes, v), nil
		}
		if of, ok := refTables[column]; ok { // a member of a set
			if id, err := schema.ParseID(v); err == nil {
				n, err := d.name(of, id)
				return cmp.Or(n.Name, "—"), err
			}
		}
		return v, nil
	case schema.ID:
		of := refTables[column]
		if column == "merged_into" {
			of = table
		}
		if of != "" {
			n, err := d.name(of, v)
			if err != nil || n.Name != "" {
				return n.Name, err
			}
		}
	}
	return fmt.Sprint(value), nil
}

// Keep settles a field with the value that stands; Swap with the other one.
func (v *Review) Keep(table string, id schema.ID, column string) ([]ReviewItem, error) {
	return v.settle(table, id, column, true)
}

// Swap settles a field with the value that had lost.
func (v *Review) Swap(table string, id schema.ID, column string) ([]ReviewItem, error) {
	return v.settle(table, id, column, false)
}

func (v *Review) settle(table string, id schema.ID, column string, keep bool) ([]ReviewItem, error) {
	r, err := v.s.open()
	if err != nil {
		return nil, err
	}
	conflicts, err := r.Conflicts(context.Background())
	if err != nil {
		return nil, err
	}
	for _, c := range conflicts {
		if c.Table == table && c.ID == id && c.Column == column {
			value := c.Winner.Value
			if !keep {
				value = c.Loser.Value
			}
			if err := v.s.update(func(tx *replica.Tx) error {
				if column == "voided" {
					if value, err = seenNow(tx, table, id, value); err != nil {
						return err
					}
				}
				return tx.Resolve(table, id, column, value)
			}); err != nil {
				return nil, err
			}
			if table == "consultation" {
				v.s.consultations.touch(id)
			}
			return v.List()
		}
	}
	if column == "voided" {
		return v.settleVoid(table, id, keep)
	}
	return nil, &rpc.UserError{Code: "not_found", Message: "这一处已经有人核过了。", MessageEN: "Somebody has settled this already."}
}

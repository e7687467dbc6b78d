package app

import (
	"context"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Alike is a stored consultation that may be the one on the form.
type Alike struct {
	ID     schema.ID `json:"id"`
	At     int64     `json:"at"` // ms
	Title  string    `json:"title"`
	Device string    `json:"device"`
	Why    string    `json:"why"` // phone, alarm_no, lead, same
}

// alikeWithin is how far back a form's twin is looked for; the same person may come
// again a week later.
const (
	alikeWithin = 24 * time.Hour
	sameWithin  = 10 * time.Minute
	maxAlike    = 3
)

// Similar lists consultations of the last day that may be this one: the same
// telephone or alarm number, a lead that few name, or the same answers within minutes.
func (c *Consultations) Similar(f ConsultationForm) ([]Alike, error) {
	out := []Alike{}
	r, err := c.s.open()
	if err != nil {
		return out, err
	}
	now := r.Wall()
	phone, err := model.Phone("phone", "", "", f.Phone)
	if err != nil {
		phone = "" // still being typed
	}
	atRisk, _ := model.Amount("", "", "", f.AtRisk) // likewise
	loss, _ := model.Amount("", "", "", f.Loss)
	named := map[string]bool{}
	for _, key := range f.Indicators {
		named[key] = true
	}
	rows, err := r.Select(context.Background(), "consultation", `WHERE occurred_at >= ? AND merged_into IS NULL AND coalesce(json_extract(voided, '$.on'), 0) = 0 ORDER BY occurred_at DESC LIMIT 400`, now.Add(-alikeWithin).UnixMilli())
	if err != nil {
		return nil, err
	}
	d := c.s.directory(r)
	for _, row := range rows {
		if row.ID == f.ID || len(out) == maxAlike {
			continue
		}
		why, err := alike(r, row, f, phone, atRisk, loss, named, now)
		if err != nil {
			return nil, err
		}
		if why == "" {
			continue
		}
		device, err := d.name("device", row.Ref("device_id"))
		if err != nil {
			return nil, err
		}
		out = append(out, Alike{ID: row.ID, At: row.Int("occurred_at"), Title: d.codes.label("fraud_type", row.Text("fraud_type")), Device: device.Name, Why: why})
	}
	return out, nil
}

func alike(r *replica.Replica, row *replica.Row, f ConsultationForm, phone string, atRisk, loss int64, named map[string]bool, now time.Time) (string, error) {
	switch {
	case phone != "" && row.Text("phone") == phone:
		return "phone", nil
	case f.AlarmNo != "" && model.Norm(row.Text("alarm_no")) == model.Norm(f.AlarmNo):
		return "alarm_no", nil
	}
	sameType := f.FraudType != "" && row.Text("fraud_type") == f.FraudType && row.Text("age_band") == f.AgeBand && f.AgeBand != ""
	if sameType && row.Ref("activity_id") == f.ActivityID && row.Text("stage") == f.Stage && row.Int("at_risk_fen") == atRisk && row.Int("loss_fen") == loss && atRisk+loss > 0 &&
		now.UnixMilli()-row.Int("occurred_at") < sameWithin.Milliseconds() {
		return "same", nil
	}
	if sameType && len(named) > 0 {
		links, err := indicatorKeys(r, []schema.ID{row.ID})
		if err != nil {
			return "", err
		}
		for _, key := range links[row.ID] {
			if named[key] {
				return "lead", nil
			}
		}
	}
	return "", nil
}

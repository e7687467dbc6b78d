package app

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Consultations records who asked about what.
type Consultations struct{ s *Session }

// NewConsultations makes the service.
func NewConsultations(s *Session) *Consultations { return &Consultations{s} }

// ConsultationForm is the form of the queue. Amounts are as typed: "3000", "1.2w".
type ConsultationForm struct {
	ID               schema.ID `json:"id"` // zero for a new one
	ActivityID       schema.ID `json:"activity_id"`
	Source           string    `json:"source"`      // "" means walk_in
	OccurredAt       int64     `json:"occurred_at"` // ms, 0 = now
	FraudType        string    `json:"fraud_type"`
	Channels         []string  `json:"channels"`
	Stage            string    `json:"stage"`
	AtRisk           string    `json:"at_risk"`
	Loss             string    `json:"loss"`
	PayMethod        string    `json:"pay_method"`
	AgeBand          string    `json:"age_band"`
	Gender           string    `json:"gender"`
	Occupation       string    `json:"occupation"`
	Town             string    `json:"town"`
	PersonLabel      string    `json:"person_label"`
	Consent          bool      `json:"consent"`
	Phone            string    `json:"phone"`
	PayerTail        string    `json:"payer_tail"`
	IDTail           string    `json:"id_tail"`
	RelativesAdvised int64     `json:"relatives_advised"`
	Story            string    `json:"story"`
	Advice           []string  `json:"advice"`
	Outcome          string    `json:"outcome"`
	AlarmNo          string    `json:"alarm_no"`
	NoIndicator      bool      `json:"no_indicator"`
	Note             string    `json:"note"`
}

// Consultation is a stored consultation.
type Consultation struct {
	ConsultationForm
	AtRiskFen  int64    `json:"at_risk_fen"`
	LossFen    int64    `json:"loss_fen"`
	Activity   Named    `json:"activity"`
	Officer    Named    `json:"officer"`
	Device     Named    `json:"device"`
	Voided     bool     `json:"voided"`
	UpdatedAt  int64    `json:"updated_at"` // ms
	Progress   Progress `json:"progress"`
	Suspicious bool     `json:"suspicious"` // a text holds what looks like an identity or card number
}

// Progress is how far a record has got.
type Progress struct {
	State string `json:"state"` // draft, stored 已存本机, received 县级已收, remote
	At    int64  `json:"at"`    // ms; when received, the county's durable acknowledgement
}

func progress(p replica.Progress) Progress {
	names := map[replica.State]string{replica.StateStored: "stored", replica.StateReceived: "received", replica.StateRemote: "remote"}
	return Progress{State: names[p.State], At: millis(p.At)}
}

// ConsultationQuery filters the list. Text finds words in every field, fraud
// types by name, phone numbers by any part.
type ConsultationQuery struct {
	Text       string    `json:"text"`
	ActivityID schema.ID `json:"activity_id"`
	FraudType  string    `json:"fraud_type"`
	From       int64     `json:"from"` // ms, 0 = any
	To         int64     `json:"to"`   // ms, exclusive, 0 = any
	Voided     bool      `json:"voided"`
	Offset     int       `json:"offset"`
	Limit      int       `json:"limit"` // 0 = 50, at most 200
}

// ConsultationPage is a part of a list, newest first.
type ConsultationPage struct {
	Items []Consultation `json:"items"`
	Total int            `json:"total"`
}

// ConsultationDraft is the form as it was left.
type ConsultationDraft struct {
	Form ConsultationForm `json:"form"`
	At   int64            `json:"at"` // ms
}

const draftKey = "draft/consultation"

// Save checks the form and stores it, and drops its draft; the draft of another
// form stays. A refusal changes nothing.
func (c *Consultations) Save(f ConsultationForm) (Consultation, error) {
	var id schema.ID
	err := c.s.update(func(tx *replica.Tx) error {
		m, err := f.check(tx)
		if err != nil {
			return err
		}
		if id = f.ID; id.IsNil() {
			id = tx.NewID()
		}
		row, err := tx.Get("consultation", id)
		if err != nil {
			return err
		}
		if row == nil && !f.ID.IsNil() {
			return missing("找不到这条咨询，请返回列表。", "This consultation cannot be found; go back to the list.")
		}
		values := schema.Values{"source": m.Source, "occurred_at": m.OccurredAt.UnixMilli(), "fraud_type": m.FraudType, "stage": m.Stage,
			"at_risk_fen": positive(m.AtRiskFen), "loss_fen": positive(m.LossFen), "pay_method": text(m.PayMethod), "age_band": m.AgeBand, "gender": text(m.Gender),
			"occupation": text(m.Occupation), "town": text(m.Town), "person_label": text(m.PersonLabel), "consent": m.Consent, "phone": text(m.Phone),
			"payer_tail": text(m.PayerTail), "id_tail": text(m.IDTail), "relatives_advised": positive(m.RelativesAdvised), "story": text(m.Story),
			"outcome": m.Outcome, "alarm_no": text(m.AlarmNo), "no_indicator": m.NoIndicator, "note": text(m.Note)}
		if row == nil {
			values["activity_id"], values["officer_id"] = m.ActivityID, c.s.Officer()
			c.s.created(tx, values)
		} else if f.OccurredAt == 0 {
			delete(values, "occurred_at")
		}
		if err := tx.Put("consultation", id, values); err != nil {
			return err
		}
		for column, want := range map[string][]string{"channels": m.Channels, "advice": m.Advice} {
			if err := setMembers(tx, "consultation", id, column, want); err != nil {
				return err
			}
		}
		return dropDraft(tx, f)
	})
	if err != nil {
		return Consultation{}, err
	}
	c.s.consultations.touch(id)
	return c.Get(id)
}

// setMembers makes a set hold exactly what is wanted.
func setMembers(tx *replica.Tx, table string, id schema.ID, column string, want []string) error {
	row, err := tx.Get(table, id)
	if err != nil {
		return err
	}
	keep := map[string]bool{}
	for _, w := range want {
		keep[w] = true
	}
	if row != nil {
		for _, have := range row.Strings(column) {
			if !keep[have] {
				if err := tx.Exclude(table, id, column, have); err != nil {
					return err
				}
			}
		}
	}
	return tx.Include(table, id, column, want...)
}

// text stores an empty text as nothing.
func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// positive stores zero as nothing.
func positive(n int64) any {
	if n == 0 {
		return nil
	}
	return n
}

// check reads the form's amounts and puts it before the domain's rules.
func (f *ConsultationForm) check(tx *replica.Tx) (*model.Consultation, error) {
	activity, err := activityOf(tx, f.ActivityID)
	if err != nil {
		return nil, err
	}
	atRisk, err := model.Amount("at_risk", "拟转金额", "The amount at risk", f.AtRisk)
	if err != nil {
		return nil, err
	}
	loss, err := model.Amount("loss", "损失金额", "The loss", f.Loss)
	if err != nil {
		return nil, err
	}
	m := &model.Consultation{ActivityID: f.ActivityID, Source: f.Source, OccurredAt: tx.Now(), FraudType: f.FraudType, Channels: f.Channels, Stage: f.Stage,
		AtRiskFen: atRisk, LossFen: loss, PayMethod: f.PayMethod, AgeBand: f.AgeBand, Gender: f.Gender, Occupation: f.Occupation, Town: f.Town,
		PersonLabel: f.PersonLabel, Consent: f.Consent, Phone: f.Phone, PayerTail: f.PayerTail, IDTail: f.IDTail, RelativesAdvised: f.RelativesAdvised,
		Story: f.Story, Advice: f.Advice, Outcome: f.Outcome, AlarmNo: f.AlarmNo, NoIndicator: f.NoIndicator, Note: f.Note}
	if m.Source == "" {
		m.Source = "walk_in"
	}
	if f.OccurredAt != 0 {
		m.OccurredAt = time.UnixMilli(f.OccurredAt)
	}
	return m, m.Check(tx.Now(), activity.Text("kind") == "desk_shift")
}

// Get reads one consultation.
func (c *Consultations) Get(id schema.ID) (Consultation, error) {
	r, err := c.s.open()
	if err != nil {
		return Consultation{}, err
	}
	row, err := r.Get(context.Background(), "consultation", id)
	if err != nil {
		return Consultation{}, err
	}
	if row == nil {
		return Consultation{}, missing("找不到这条咨询，请返回列表。", "This consultation cannot be found; go back to the list.")
	}
	items, err := c.present(r, []*replica.Row{row})
	if err != nil {
		return Consultation{}, err
	}
	return items[0], nil
}

func (c *Consultations) present(r *replica.Replica, rows []*replica.Row) ([]Consultation, error) {
	ids := make([]schema.ID, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	states, err := r.Progress(context.Background(), "consultation", ids)
	if err != nil {
		return nil, err
	}
	d := c.s.directory(r)
	out := make([]Consultation, 0, len(rows))
	for _, row := range rows {
		item := Consultation{ConsultationForm: formOf(row), AtRiskFen: row.Int("at_risk_fen"), LossFen: row.Int("loss_fen"), Voided: voided(row),
			UpdatedAt: millis(row.UpdatedAt()), Progress: progress(states[row.ID])}
		item.Suspicious = model.LooksPersonal(item.Story) || model.LooksPersonal(item.Note)
		activity, err := d.get("activity", row.Ref("activity_id"))
		if err != nil {
			return nil, err
		}
		item.Activity.ID = row.Ref("activity_id")
		if activity != nil {
			item.Activity.Name = Title("activity", activity)
		}
		if item.Officer, err = d.name("officer", row.Ref("officer_id")); err != nil {
			return nil, err
		}
		if item.Device, err = d.name("device", row.Ref("device_id")); err != nil {
			return nil, err
		}
		out = append(out, item)
	}
	return out, nil
}

func formOf(row *replica.Row) ConsultationForm {
	return ConsultationForm{ID: row.ID, ActivityID: row.Ref("activity_id"), Source: row.Text("source"), OccurredAt: row.Int("occurred_at"),
		FraudType: row.Text("fraud_type"), Channels: list(row.Strings("channels")), Stage: row.Text("stage"), AtRisk: yuan(row.Int("at_risk_fen")), Loss: yuan(row.Int("loss_fen")),
		PayMethod: row.Text("pay_method"), AgeBand: row.Text("age_band"), Gender: row.Text("gender"), Occupation: row.Text("occupation"), Town: row.Text("town"),
		PersonLabel: row.Text("person_label"), Consent: row.Bool("consent"), Phone: row.Text("phone"), PayerTail: row.Text("payer_tail"), IDTail: row.Text("id_tail"),
		RelativesAdvised: row.Int("relatives_advised"), Story: row.Text("story"), Advice: list(row.Strings("advice")), Outcome: row.Text("outcome"),
		AlarmNo: row.Text("alarm_no"), NoIndicator: row.Bool("no_indicator"), Note: row.Text("note")}
}

func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// yuan shows an amount of fen as it is typed, "" for zero.
func yuan(fen int64) string {
	switch {
	case fen == 0:
		return ""
	case fen%100 == 0:
		return fmt.Sprint(fen / 100)
	}
	return fmt.Sprintf("%d.%02d", fen/100, fen%100)
}

// List filters and pages, newest first.
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
	ctx := context.Background()
	var rows []*replica.Row
	if strings.TrimSpace(q.Text) != "" {
		ids, total, err := c.s.consultations.search(q)
		if err != nil {
			return page, err
		}
		page.Total = total
		for _, id := range ids {
			row, err := r.Get(ctx, "consultation", id)
			if err != nil {
				return page, err
			}
			if row != nil {
				rows = append(rows, row)
			}
		}
	} else {
		c.s.consultations.warm(r) // whoever sees the list may search it next
		where, args := q.where()
		if rows, err = r.Select(ctx, "consultation", where+" ORDER BY occurred_at DESC, id DESC LIMIT ? OFFSET ?", append(args, q.Limit, max(0, q.Offset))...); err != nil {
			return page, err
		}
		count, err := r.Query(ctx, "SELECT count(*) FROM consultation "+where, args...)
		if err != nil {
			return page, err
		}
		defer count.Close()
		if count.Next() {
			if err := count.Scan(&page.Total); err != nil {
				return page, err
			}
		}
	}
	page.Items, err = c.present(r, rows)
	return page, err
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
	if q.FraudType != "" {
		conditions, args = append(conditions, "fraud_type = ?"), append(args, q.FraudType)
	}
	if q.From > 0 {
		conditions, args = append(conditions, "occurred_at >= ?"), append(args, q.From)
	}
	if q.To > 0 {
		conditions, args = append(conditions, "occurred_at < ?"), append(args, q.To)
	}
	return "WHERE " + strings.Join(conditions, " AND "), args
}

// Void takes a consultation out of every total; Restore brings it back.
func (c *Consultations) Void(id schema.ID, reason string) (Consultation, error) {
	return c.setVoid(id, true, reason)
}

// Restore brings a voided consultation back.
func (c *Consultations) Restore(id schema.ID) (Consultation, error) { return c.setVoid(id, false, "") }

func (c *Consultations) setVoid(id schema.ID, on bool, reason string) (Consultation, error) {
	if _, err := c.Get(id); err != nil {
		return Consultation{}, err
	}
	if err := c.s.update(func(tx *replica.Tx) error { return c.s.setVoid(tx, "consultation", id, on, reason) }); err != nil {
		return Consultation{}, err
	}
	c.s.consultations.touch(id)
	return c.Get(id)
}

// SaveDraft keeps the form as it is, encrypted on this laptop, so that a crash
// loses no keystroke. Nothing is checked.
func (c *Consultations) SaveDraft(f ConsultationForm) error {
	return c.s.update(func(tx *replica.Tx) error {
		raw, err := json.Marshal(ConsultationDraft{Form: f, At: tx.Now().UnixMilli()})
		if err != nil {
			return err
		}
		return tx.PutLocal(draftKey, raw)
	})
}

// dropDraft forgets the draft of a form that is saved now.
func dropDraft(tx *replica.Tx, f ConsultationForm) error {
	raw, err := tx.GetLocal(draftKey)
	if err != nil || raw == nil {
		return err
	}
	var d ConsultationDraft
	if json.Unmarshal(raw, &d) == nil && (d.Form.ID != f.ID || d.Form.ActivityID != f.ActivityID) {
		return nil
	}
	return tx.PutLocal(draftKey, nil)
}

// Draft is the form as it was left, nil when there is none.
func (c *Consultations) Draft() (*ConsultationDraft, error) {
	r, err := c.s.open()
	if err != nil {
		return nil, err
	}
	raw, err := r.GetLocal(context.Background(), draftKey)
	if err != nil || raw == nil {
		return nil, err
	}
	var d ConsultationDraft
	if err := json.Unmarshal(raw, &d); err != nil {
		return nil, fmt.Errorf("read the draft: %w", err)
	}
	return &d, nil
}

// DiscardDraft forgets it.
func (c *Consultations) DiscardDraft() error {
	return c.s.update(func(tx *replica.Tx) error { return tx.PutLocal(draftKey, nil) })
}

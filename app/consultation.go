package app

import (
	"context"

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
	PaidAt           int64     `json:"paid_at"` // ms, of stage G3; 0 = not known
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
	Indicators       []string  `json:"indicators"`   // "kind:value"
	FollowUpOn       string    `json:"follow_up_on"` // YYYY-MM-DD
	Closed           bool      `json:"closed"`       // 已办结: nothing is left to do, and what is personal is kept no longer than needed
	Steps            []string  `json:"steps"`        // of a new one: joint action taken while it was typed, "kind@ms"
	Note             string    `json:"note"`
	// Of a stored one: what the form showed when it was opened; nil means the whole form.
	Saw *ConsultationForm `json:"saw,omitzero"`
}

// Consultation is a stored consultation.
type Consultation struct {
	ConsultationForm
	AtRiskFen  int64    `json:"at_risk_fen"`
	LossFen    int64    `json:"loss_fen"`
	ClosedAt   int64    `json:"closed_at"` // ms, 0 while it is open
	Activity   Named    `json:"activity"`
	Officer    Named    `json:"officer"`
	Device     Named    `json:"device"`
	Voided     bool     `json:"voided"`
	UpdatedAt  int64    `json:"updated_at"` // ms
	Progress   Progress `json:"progress"`
	Suspicious bool     `json:"suspicious"` // a text holds what looks like an identity or card number
	ElementsOK bool     `json:"elements_ok"`
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
	links, err := indicatorKeys(r, ids)
	if err != nil {
		return nil, err
	}
	d := c.s.directory(r)
	out := make([]Consultation, 0, len(rows))
	for _, row := range rows {
		item := Consultation{ConsultationForm: formOf(row, links[row.ID]), AtRiskFen: row.Int("at_risk_fen"), LossFen: row.Int("loss_fen"), ClosedAt: row.Int("closed_at"), Voided: voided(row),
			UpdatedAt: millis(row.UpdatedAt()), Progress: progress(states[row.ID])}
		item.ElementsOK = elementsOK(&item)
		item.Suspicious = model.LooksPersonal(item.Story) || model.LooksPersonal(item.Note)
		activity, err := d.get("activity", row.Ref("activity_id"))
		if err != nil {
			return nil, err
		}
		item.Activity.ID = row.Ref("activity_id")
		if activity != nil {
			item.Activity.Name = d.title("activity", activity)
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

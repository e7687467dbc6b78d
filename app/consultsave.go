package app

import (
	"fmt"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Save checks the form and stores it, and drops its draft; the draft of another
// form stays. A refusal changes nothing. Of a stored consultation only the fields
// that the officer changed are written: what another laptop corrected while the
// form was open stands.
func (c *Consultations) Save(f ConsultationForm) (Consultation, error) {
	var id schema.ID
	var overtaken []string
	err := c.s.update(func(tx *replica.Tx) error {
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
		form := f
		if row != nil {
			keys, err := indicatorKeysIn(tx, id)
			if err != nil {
				return err
			}
			form, overtaken = meant(f.Saw, f, formOf(row, keys))
			if form.OccurredAt == row.Int("occurred_at") {
				form.OccurredAt = 0 // stands as it is, also when a wrong clock gave it
			}
		}
		m, err := form.check(tx)
		if err != nil {
			return err
		}
		keep := c.s.remember(tx, "consultation", row)
		values := schema.Values{"source": m.Source, "occurred_at": m.OccurredAt.UnixMilli(), "fraud_type": m.FraudType, "stage": m.Stage,
			"at_risk_fen": positive(m.AtRiskFen), "loss_fen": positive(m.LossFen), "paid_at": positive(form.PaidAt), "pay_method": text(m.PayMethod), "age_band": m.AgeBand, "gender": text(m.Gender),
			"occupation": text(m.Occupation), "town": text(m.Town), "person_label": text(m.PersonLabel), "consent": m.Consent, "phone": text(m.Phone),
			"payer_tail": text(m.PayerTail), "id_tail": text(m.IDTail), "relatives_advised": positive(m.RelativesAdvised),
			"outcome": m.Outcome, "alarm_no": text(m.AlarmNo), "no_indicator": m.NoIndicator, "follow_up_on": text(form.FollowUpOn)}
		if form.Closed != (row != nil && row.Int("closed_at") != 0) {
			values["closed_at"] = closing(tx, form.Closed)
		}
		if row == nil {
			values["activity_id"], values["officer_id"] = m.ActivityID, c.s.Officer()
			c.s.created(tx, values)
		} else if form.OccurredAt == 0 {
			delete(values, "occurred_at")
		}
		if err := tx.Put("consultation", id, values); err != nil {
			return err
		}
		if err := typeText(tx, "consultation", id, "story", seen(f.Saw, func(f *ConsultationForm) string { return f.Story }), f.Story); err != nil {
			return err
		}
		if err := typeText(tx, "consultation", id, "note", seen(f.Saw, func(f *ConsultationForm) string { return f.Note }), f.Note); err != nil {
			return err
		}
		for column, want := range map[string][]string{"channels": m.Channels, "advice": m.Advice} {
			if err := setMembers(tx, "consultation", id, column, want); err != nil {
				return err
			}
		}
		if err := c.s.linkIndicators(tx, id, m.Indicators, m.FraudType); err != nil {
			return err
		}
		if row == nil {
			if err := c.s.stampSteps(tx, id, f.Steps); err != nil {
				return err
			}
		}
		if err := keep(); err != nil {
			return err
		}
		return dropDraft(tx, consultationDraft(f.ID, f.ActivityID))
	})
	if err != nil {
		return Consultation{}, err
	}
	c.s.consultations.touch(id)
	c.s.tellOvertaken("consultation", overtaken)
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
		Story: f.Story, Advice: f.Advice, Outcome: f.Outcome, AlarmNo: f.AlarmNo, NoIndicator: f.NoIndicator, Indicators: f.Indicators, Note: f.Note}
	if m.Source == "" {
		m.Source = "walk_in"
	}
	if f.OccurredAt != 0 {
		m.OccurredAt = time.UnixMilli(f.OccurredAt)
	}
	if f.PaidAt != 0 {
		m.PaidAt = time.UnixMilli(f.PaidAt)
	}
	if err := model.Day("follow_up_on", "回访日期", "The day to call back", f.FollowUpOn); err != nil {
		return nil, err
	}
	if f.ID.IsNil() && f.Closed && f.Outcome == "K5" {
		return nil, refuse("closed", "还要回访，先不办结；回访以后再办结。", "It is to be called back, so it stays open; close it after the call.")
	}
	return m, m.Check(tx.Now(), activity.Text("kind") == "desk_shift")
}

func formOf(row *replica.Row, indicators []string) ConsultationForm {
	return ConsultationForm{ID: row.ID, ActivityID: row.Ref("activity_id"), Source: row.Text("source"), OccurredAt: row.Int("occurred_at"),
		FraudType: row.Text("fraud_type"), Channels: list(row.Strings("channels")), Stage: row.Text("stage"), AtRisk: yuan(row.Int("at_risk_fen")), Loss: yuan(row.Int("loss_fen")),
		PaidAt: row.Int("paid_at"), PayMethod: row.Text("pay_method"), AgeBand: row.Text("age_band"), Gender: row.Text("gender"), Occupation: row.Text("occupation"), Town: row.Text("town"),
		PersonLabel: row.Text("person_label"), Consent: row.Bool("consent"), Phone: row.Text("phone"), PayerTail: row.Text("payer_tail"), IDTail: row.Text("id_tail"),
		RelativesAdvised: row.Int("relatives_advised"), Story: row.Text("story"), Advice: list(row.Strings("advice")), Outcome: row.Text("outcome"),
		AlarmNo: row.Text("alarm_no"), NoIndicator: row.Bool("no_indicator"), Indicators: list(indicators), FollowUpOn: row.Text("follow_up_on"), Closed: row.Int("closed_at") != 0, Steps: []string{}, Note: row.Text("note")}
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

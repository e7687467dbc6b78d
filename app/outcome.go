package app

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Outcomes is what came of it all: alerts intercepted, losses averted, people
// caught, money recovered. Persons are a number, never names.
type Outcomes struct{ s *Session }

// NewOutcomes makes the service.
func NewOutcomes(s *Session) *Outcomes { return &Outcomes{s} }

// OutcomeForm is the form of an outcome. Amounts are as typed.
type OutcomeForm struct {
	ID             schema.ID   `json:"id"` // zero for a new one
	Kind           string      `json:"kind"`
	RefNo          string      `json:"ref_no"`
	NoRef          bool        `json:"no_ref"` // there is no number
	OccurredOn     string      `json:"occurred_on"`
	Source         string      `json:"source"`
	Averted        string      `json:"averted"`
	Recovered      string      `json:"recovered"`
	Persons        int64       `json:"persons"`
	Partners       []schema.ID `json:"partners"`
	ConsultationID schema.ID   `json:"consultation_id"`
	Note           string      `json:"note"`
	// Of a stored one: what the form showed when it was opened; nil means the whole form.
	Saw *OutcomeForm `json:"saw,omitzero"`
}

// Outcome is a stored outcome.
type Outcome struct {
	OutcomeForm
	AvertedFen   int64    `json:"averted_fen"`
	RecoveredFen int64    `json:"recovered_fen"`
	PartnerNames []Named  `json:"partner_names"`
	Device       Named    `json:"device"`
	Voided       bool     `json:"voided"`
	Suspect      bool     `json:"suspect"` // another one has the same day, source and amount
	Progress     Progress `json:"progress"`
}

// OutcomeQuery filters the list.
type OutcomeQuery struct {
	Text   string `json:"text,omitzero"`
	Kind   string `json:"kind,omitzero"`
	From   string `json:"from,omitzero"` // YYYY-MM-DD, "" any
	To     string `json:"to,omitzero"`   // inclusive
	Voided bool   `json:"voided,omitzero"`
	Offset int    `json:"offset,omitzero"`
	Limit  int    `json:"limit,omitzero"` // 0 = 100
}

// OutcomePage is a part of the list with the sums of all that was found.
type OutcomePage struct {
	Items        []Outcome `json:"items"`
	Total        int       `json:"total"`
	Intercepts   int       `json:"intercepts"`
	AvertedFen   int64     `json:"averted_fen"`
	RecoveredFen int64     `json:"recovered_fen"`
	Persons      int64     `json:"persons"`
}

// List filters, newest first.
func (o *Outcomes) List(q OutcomeQuery) (OutcomePage, error) {
	page := OutcomePage{Items: []Outcome{}}
	r, err := o.s.open()
	if err != nil {
		return page, err
	}
	where, args := "WHERE merged_into IS NULL AND coalesce(json_extract(voided, '$.on'), 0) = ?", []any{q.Voided}
	for _, f := range []struct{ clause, value string }{{" AND kind = ?", q.Kind}, {" AND occurred_on >= ?", q.From}, {" AND occurred_on <= ?", q.To}} {
		if f.value != "" {
			where, args = where+f.clause, append(args, f.value)
		}
	}
	if q.Limit <= 0 || q.Limit > 100_000 {
		q.Limit = 100
	}
	words := strings.Fields(model.Norm(q.Text))
	d := o.s.directory(r)
	alike := map[string]int{}
	err = r.Each(context.Background(), "outcome", where+" ORDER BY occurred_on DESC, id DESC", args, func(row *replica.Row) error {
		item, err := outcomeOf(d, row)
		if err != nil {
			return err
		}
		if !finds(words, item.RefNo, d.codes.label("outcome_kind", item.Kind), d.codes.label("outcome_source", item.Source), item.OccurredOn) {
			return nil
		}
		page.Total++
		if item.Kind == "intercept" {
			page.Intercepts++
			alike[suspectKey(&item)]++
		}
		page.AvertedFen, page.RecoveredFen, page.Persons = page.AvertedFen+item.AvertedFen, page.RecoveredFen+item.RecoveredFen, page.Persons+item.Persons
		if page.Total > q.Offset && len(page.Items) < q.Limit {
			page.Items = append(page.Items, item)
		}
		return nil
	})
	if err != nil {
		return page, err
	}
	ids := make([]schema.ID, len(page.Items))
	for i := range page.Items {
		ids[i] = page.Items[i].ID
	}
	states, err := r.Progress(context.Background(), "outcome", ids)
	if err != nil {
		return page, err
	}
	for i := range page.Items {
		item := &page.Items[i]
		item.Progress = progress(states[item.ID])
		item.Suspect = item.Kind == "intercept" && item.AvertedFen > 0 && alike[suspectKey(item)] > 1
	}
	return page, nil
}

// suspectKey is equal of intercepts that may be one entered twice.
func suspectKey(o *Outcome) string {
	return fmt.Sprint(o.OccurredOn, "|", o.Source, "|", o.AvertedFen)
}

func outcomeFormOf(row *replica.Row) OutcomeForm {
	return OutcomeForm{ID: row.ID, Kind: row.Text("kind"), RefNo: row.Text("ref_no"), NoRef: row.Text("ref_no") == "", OccurredOn: row.Text("occurred_on"), Source: row.Text("source"),
		Averted: yuan(row.Int("averted_fen")), Recovered: yuan(row.Int("recovered_fen")), Persons: row.Int("persons"), Partners: parseIDs(row.Strings("partner_units")), ConsultationID: row.Ref("consultation_id"), Note: row.Text("note")}
}

func outcomeOf(d *directory, row *replica.Row) (Outcome, error) {
	item := Outcome{OutcomeForm: outcomeFormOf(row), AvertedFen: row.Int("averted_fen"), RecoveredFen: row.Int("recovered_fen"), Voided: voided(row)}
	var err error
	if item.PartnerNames, err = d.names("unit", row.Strings("partner_units")); err != nil {
		return item, err
	}
	item.Device, err = d.name("device", row.Ref("device_id"))
	return item, err
}

// Save checks the form and stores it. Two laptops that enter one number mean one
// outcome. A refusal changes nothing.
func (o *Outcomes) Save(f OutcomeForm) (Outcome, error) {
	var id schema.ID
	var overtaken []string
	err := o.s.update(func(tx *replica.Tx) error {
		r, err := o.s.open()
		if err != nil {
			return err
		}
		f.RefNo = strings.TrimSpace(f.RefNo)
		switch id = f.ID; {
		case !id.IsNil():
		case f.RefNo != "":
			id = model.OutcomeID(r.Realm(), f.Kind, f.RefNo, cmp.Or(f.OccurredOn, model.Date(tx.Now())))
		default:
			id = tx.NewID()
		}
		row, err := tx.Get("outcome", id)
		if err != nil {
			return err
		}
		form := f
		if row != nil {
			if f.ID.IsNil() && !voided(row) {
				f.Saw = &OutcomeForm{Kind: f.Kind, RefNo: f.RefNo} // the number was entered elsewhere: what is left empty here stands
			}
			form, overtaken = meant(f.Saw, f, outcomeFormOf(row))
			form.NoRef = form.RefNo == ""
		}
		values, err := form.values(tx.Now())
		if err != nil {
			return err
		}
		if row == nil {
			if !f.ID.IsNil() {
				return missing("找不到这条成效，请返回列表。", "This outcome cannot be found; go back to the list.")
			}
			values["kind"], values["ref_no"], values["lead_unit_id"] = f.Kind, text(f.RefNo), o.s.Unit()
			if !f.ConsultationID.IsNil() {
				values["consultation_id"] = f.ConsultationID
			}
			o.s.created(tx, values)
		} else if f.ID.IsNil() && voided(row) {
			values["voided"] = nil
		} else if row.Text("kind") != f.Kind {
			return refuse("kind", "类别不能改，请作废后重新登记。", "The kind cannot be changed; void it and enter another.")
		}
		keep := o.s.remember(tx, "outcome", row)
		if err := tx.Put("outcome", id, values); err != nil {
			return err
		}
		if err := typeText(tx, "outcome", id, "note", seen(f.Saw, func(f *OutcomeForm) string { return f.Note }), f.Note); err != nil {
			return err
		}
		partners := make([]string, len(form.Partners))
		for i, p := range form.Partners {
			partners[i] = p.String()
		}
		if err := setMembers(tx, "outcome", id, "partner_units", partners); err != nil {
			return err
		}
		return keep()
	})
	if err != nil {
		return Outcome{}, err
	}
	o.s.tellOvertaken("outcome", overtaken)
	return o.Get(id)
}

// values checks the form; amounts that do not belong to the kind are refused.
func (f *OutcomeForm) values(now time.Time) (schema.Values, error) {
	if f.OccurredOn == "" {
		f.OccurredOn = model.Date(now)
	}
	averted, err := model.Amount("averted", "避免损失", "The loss averted", f.Averted)
	if err != nil {
		return nil, err
	}
	recovered, err := model.Amount("recovered", "挽回金额", "The amount recovered", f.Recovered)
	if err != nil {
		return nil, err
	}
	for _, err := range []error{
		model.OneOf("kind", "成效类别", "a kind of outcome", "outcome_kind", f.Kind, true),
		model.Text("ref_no", "编号", "the number", f.RefNo, 30, (f.Kind == "intercept" || f.Kind == "caught") && !f.NoRef),
		model.Day("occurred_on", "日期", "The day", f.OccurredOn),
		model.OneOf("source", "途径", "how it came about", "outcome_source", f.Source, f.Kind == "intercept"),
		model.Text("note", "备注", "the note", f.Note, 2000, false),
		model.Range("persons", "人数", "The number of people", f.Persons, 0, 500),
	} {
		if err != nil {
			return nil, err
		}
	}
	switch {
	case f.OccurredOn > model.Date(now):
		return nil, refuse("occurred_on", "日期在今天以后，请检查。", "The day lies ahead; please check it.")
	case averted > 0 && f.Kind != "intercept":
		return nil, refuse("averted", "避免损失只在“拦截预警”里填。", "A loss averted belongs to an interception.")
	case recovered > 0 && f.Kind != "recovered":
		return nil, refuse("recovered", "挽回金额只在“挽回”里填。", "An amount recovered belongs to “recovered”.")
	case f.Kind == "recovered" && recovered == 0:
		return nil, refuse("recovered", "请填写挽回金额。", "Please fill in the amount recovered.")
	case f.Persons > 0 && f.Kind != "caught":
		return nil, refuse("persons", "人数只在“抓获”里填。", "A number of people belongs to “caught”.")
	case f.Kind == "caught" && f.Persons == 0:
		return nil, refuse("persons", "请填写抓获人数。", "Please fill in how many were caught.")
	case f.NoRef && f.RefNo != "":
		return nil, refuse("ref_no", "填了编号，就不要勾“无编号”。", "There is a number: untick “no number”.")
	}
	return schema.Values{"occurred_on": f.OccurredOn, "source": text(f.Source), "averted_fen": positive(averted), "recovered_fen": positive(recovered), "persons": positive(f.Persons)}, nil
}

// Get reads one outcome.
func (o *Outcomes) Get(id schema.ID) (Outcome, error) {
	r, err := o.s.open()
	if err != nil {
		return Outcome{}, err
	}
	row, err := r.Get(context.Background(), "outcome", id)
	if err != nil {
		return Outcome{}, err
	}
	if row == nil {
		return Outcome{}, missing("找不到这条成效，请返回列表。", "This outcome cannot be found; go back to the list.")
	}
	item, err := outcomeOf(o.s.directory(r), row)
	if err != nil {
		return item, err
	}
	states, err := r.Progress(context.Background(), "outcome", []schema.ID{id})
	item.Progress = progress(states[id])
	return item, err
}

// ForConsultation is the form of the interception that a consultation led to,
// filled in from it; or the outcome that is stored already.
func (o *Outcomes) ForConsultation(id schema.ID) (Outcome, error) {
	r, err := o.s.open()
	if err != nil {
		return Outcome{}, err
	}
	ctx := context.Background()
	row, err := r.Get(ctx, "consultation", id)
	if err != nil {
		return Outcome{}, err
	}
	if row == nil {
		return Outcome{}, missing("先保存这条咨询，再记成效。", "Save the consultation first, then note the outcome.")
	}
	known, err := r.Select(ctx, "outcome", "WHERE consultation_id = ? AND kind = 'intercept' AND coalesce(json_extract(voided, '$.on'), 0) = 0 LIMIT 1", id)
	if err != nil {
		return Outcome{}, err
	}
	if len(known) > 0 {
		return o.Get(known[0].ID)
	}
	sources := map[string]string{"call_110": "desk_110", "call_96110": "desk_110", "bank_counter": "bank_counter", "household": "visit", "walk_in": "booth", "online": "call", "referral": "call"}
	averted := row.Int("at_risk_fen")
	return Outcome{OutcomeForm: OutcomeForm{Kind: "intercept", RefNo: row.Text("alarm_no"), NoRef: row.Text("alarm_no") == "", OccurredOn: model.Date(time.UnixMilli(row.Int("occurred_at"))), Source: sources[row.Text("source")],
		Averted: yuan(averted), Partners: []schema.ID{}, ConsultationID: id}, AvertedFen: averted, PartnerNames: []Named{}}, nil
}

// Void takes an outcome out of every total; Restore brings it back.
func (o *Outcomes) Void(id schema.ID, reason string) (Outcome, error) {
	return o.setVoid(id, true, reason)
}

// Restore brings a voided outcome back.
func (o *Outcomes) Restore(id schema.ID) (Outcome, error) { return o.setVoid(id, false, "") }

func (o *Outcomes) setVoid(id schema.ID, on bool, reason string) (Outcome, error) {
	if _, err := o.Get(id); err != nil {
		return Outcome{}, err
	}
	if err := o.s.update(func(tx *replica.Tx) error { return o.s.setVoid(tx, "outcome", id, on, reason) }); err != nil {
		return Outcome{}, err
	}
	return o.Get(id)
}

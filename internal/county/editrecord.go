package county

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/schema"
)

// correctable are the fields that the office may correct in place, by table. What a
// citizen said (story, names, telephones) is not among them: it is masked here.
var correctable = map[string][]string{
	"activity":     {"title", "state", "start_at", "end_at", "lead_unit_id", "place_text", "heads_stated", "elder_heads", "hours_x10"},
	"consultation": {"occurred_at", "fraud_type", "stage", "at_risk_fen", "loss_fen", "paid_at", "pay_method", "age_band", "gender", "occupation", "town", "outcome", "source", "alarm_no", "relatives_advised", "closed_at"},
	"handout":      {"qty"},
	"attendance":   {"role", "org_name", "absent_reason"},
	"outcome":      {"occurred_on", "source", "averted_fen", "recovered_fen", "persons", "lead_unit_id"},
	"post":         {"posted_at", "title", "account", "reads", "purpose"},
	"household":    {"result", "talked", "elder_talked"},
}

// recordCodes are the code tables of correctable fields.
var recordCodes = map[string]string{
	"activity.state": "activity_state", "consultation.fraud_type": "fraud_type", "consultation.stage": "stage", "consultation.pay_method": "pay_method", "consultation.age_band": "age_band",
	"consultation.gender": "gender", "consultation.occupation": "role", "consultation.outcome": "outcome", "consultation.source": "source", "attendance.role": "role", "attendance.absent_reason": "absent_reason",
	"outcome.source": "outcome_source", "post.purpose": "post_purpose", "household.result": "household_result",
}

// mustHave are fields that a correction may not empty.
var mustHave = map[string]bool{"activity.state": true, "activity.start_at": true, "activity.lead_unit_id": true, "consultation.occurred_at": true, "consultation.fraud_type": true, "consultation.stage": true,
	"consultation.age_band": true, "consultation.outcome": true, "consultation.source": true, "handout.qty": true, "outcome.occurred_on": true, "outcome.lead_unit_id": true, "post.posted_at": true, "household.result": true}

var recordSpans = map[string][2]int64{"heads_stated": {0, 100_000}, "elder_heads": {0, 100_000}, "hours_x10": {0, 1600}, "relatives_advised": {0, 20}, "qty": {0, 1_000_000}, "persons": {0, 500}, "reads": {0, 1 << 40}, "talked": {0, 20}, "elder_talked": {0, 20}}

// EditField is one field that may be corrected, with its value as a form shows it.
type EditField struct {
	Name  string `json:"name"`
	Kind  string `json:"kind"` // "text", "code", "unit", "time", "date", "yuan", "int"
	Codes string `json:"codes"`
	Value string `json:"value"`
}

const typedTime = "2006-01-02 15:04"

// editKind says how a form shows a field.
func editKind(table, name string) string {
	switch {
	case recordCodes[table+"."+name] != "":
		return "code"
	case name == "lead_unit_id":
		return "unit"
	case strings.HasSuffix(name, "_at"):
		return "time"
	case strings.HasSuffix(name, "_on"):
		return "date"
	case strings.HasSuffix(name, "_fen"):
		return "yuan"
	case model.Schema.Table(table).Column(name).Type == schema.Int:
		return "int"
	}
	return "text"
}

// EditForm gives the fields of a record that may be corrected.
func (s *Service) EditForm(ctx context.Context, table, id string) ([]EditField, error) {
	if _, err := editor(ctx); err != nil {
		return nil, err
	}
	key, err := parseID(id)
	if err != nil {
		return nil, err
	}
	names, ok := correctable[table]
	if !ok {
		return nil, userError("table", "table", "这种记录不能在这里改。", "Records of this kind cannot be corrected here.")
	}
	row, err := s.c.replica.Get(ctx, table, key)
	if err != nil {
		return nil, err
	}
	if row == nil {
		return nil, userError("gone", "", "这条记录还没有传到县里。", "This record has not reached the county.")
	}
	form := []EditField{}
	for _, name := range names {
		f := EditField{Name: name, Kind: editKind(table, name), Codes: recordCodes[table+"."+name]}
		switch {
		case row.Null(name):
		case f.Kind == "time":
			f.Value = time.UnixMilli(row.Int(name)).In(model.Location).Format(typedTime)
		case f.Kind == "yuan":
			f.Value = strings.TrimSuffix(fmt.Sprintf("%d.%02d", row.Int(name)/100, row.Int(name)%100), ".00")
		case f.Kind == "int":
			f.Value = strconv.FormatInt(row.Int(name), 10)
		case f.Kind == "unit":
			f.Value = row.Ref(name).String()
		default:
			f.Value = row.Text(name)
		}
		form = append(form, f)
	}
	return form, nil
}

// typedValue checks one corrected field.
func typedValue(table, name, typed string) (any, error) {
	typed = strings.TrimSpace(typed)
	if typed == "" {
		if mustHave[table+"."+name] {
			return nil, userError("invalid", name, "这一项不能空着。", "This field is needed.")
		}
		return nil, nil
	}
	switch editKind(table, name) {
	case "code":
		return typed, asUser(model.OneOf(name, "这一项", "This field", recordCodes[table+"."+name], typed, true))
	case "unit":
		return parseID(typed)
	case "time":
		at, err := time.ParseInLocation(typedTime, strings.Replace(typed, "T", " ", 1), model.Location)
		if err != nil || at.Year() < 2000 || at.Year() > 2100 {
			return nil, userError("invalid", name, "时间要写成 2025-03-01 09:30 这样。", "Write times as 2025-03-01 09:30.")
		}
		return at.UnixMilli(), nil
	case "date":
		if _, err := parseDate(name, typed); err != nil {
			return nil, err
		}
		return typed, nil
	case "yuan":
		fen, err := model.Amount(name, "金额", "The amount", typed)
		return fen, asUser(err)
	case "int":
		n, err := strconv.ParseInt(typed, 10, 64)
		if err != nil {
			return nil, userError("invalid", name, "要填整数。", "A whole number is needed.")
		}
		span, ok := recordSpans[name]
		if !ok {
			span = [2]int64{0, 1_000_000}
		}
		return n, asUser(model.Range(name, "数字", "The number", n, span[0], span[1]))
	}
	return typed, asUser(model.Text(name, "文字", "The text", typed, 80, false))
}

// EditRecord corrects fields of a record: those named, and no other. A tally is
// corrected by the difference, as the office's own share.
func (s *Service) EditRecord(ctx context.Context, table, id string, values map[string]string) error {
	v, err := editor(ctx)
	if err != nil {
		return err
	}
	key, err := parseID(id)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, name := range correctable[table] {
		known[name] = true
	}
	put := schema.Values{}
	for name, typed := range values {
		if !known[name] {
			return userError("invalid", name, "这一项不能在这里改。", "This field cannot be changed here.")
		}
		if put[name], err = typedValue(table, name, typed); err != nil {
			return err
		}
	}
	err = s.c.replica.Update(ctx, func(tx *replicaTx) error {
		row, err := tx.Get(table, key)
		if err != nil {
			return err
		}
		if row == nil {
			return userError("gone", "", "这条记录还没有传到县里。", "This record has not reached the county.")
		}
		if err := checkRecord(table, row, put, tx.Now()); err != nil {
			return err
		}
		for name, value := range put {
			if model.Schema.Table(table).Column(name).Kind == schema.Counter {
				delete(put, name)
				if err := tx.Add(table, key, name, value.(int64)-row.Int(name)); err != nil {
					return err
				}
			}
		}
		// A field that was overwritten concurrently is settled by the correction.
		for name, value := range put {
			if err := tx.Resolve(table, key, name, value); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	s.c.reviewed.forget()
	return s.c.store.record(ctx, entry{Actor: v.account.Name, Action: "record_edited", Subject: table, Address: v.address, Detail: id})
}

// checkRecord refuses what only shows when several fields are seen together.
func checkRecord(table string, row *replicaRow, put schema.Values, now time.Time) error {
	number := func(name string) int64 {
		if v, ok := put[name]; ok {
			n, _ := v.(int64)
			return n
		}
		return row.Int(name)
	}
	text := func(name string) string {
		if v, ok := put[name]; ok {
			s, _ := v.(string)
			return s
		}
		return row.Text(name)
	}
	switch table {
	case "activity":
		if end, start := number("end_at"), number("start_at"); end != 0 && (end < start || end-start > dayMillis) {
			return userError("invalid", "end_at", "结束要在开始之后 24 小时以内。", "The end lies within 24 hours after the start.")
		}
	case "consultation":
		if number("loss_fen") > 0 && text("stage") != "G3" {
			return userError("invalid", "loss_fen", "还没有付款就没有损失金额；已付款请把进展改为“已付款”。", "A loss needs the stage “Paid”.")
		}
		if paid := number("paid_at"); paid != 0 {
			if err := model.PaidAt(text("stage"), time.UnixMilli(number("occurred_at")), time.UnixMilli(paid), now); err != nil {
				return asUser(err)
			}
		}
		if closed, ok := put["closed_at"].(int64); ok {
			if err := model.Happened("closed_at", "办结时间", "The closing", time.UnixMilli(closed), now); err != nil {
				return asUser(err)
			}
			// Times are typed to the minute.
			if closed < number("occurred_at")-time.Minute.Milliseconds() {
				return userError("invalid", "closed_at", "办结时间早于咨询时间。", "The closing is before the consultation.")
			}
		}
		if number("at_risk_fen") > 0 && text("stage") != "G1" && text("stage") != "G2" {
			return userError("invalid", "at_risk_fen", "拟转金额只在“已接触未付款”或“正在付款”时填写。", "An amount at risk needs the stage “In contact” or “Paying now”.")
		}
	}
	return nil
}

// VoidRecord voids a record, or restores it. It stays where it is and leaves every total.
func (s *Service) VoidRecord(ctx context.Context, table, id string, on bool, reason string) error {
	v, err := editor(ctx)
	if err != nil {
		return err
	}
	if _, ok := correctable[table]; !ok {
		return userError("table", "table", "这种记录不能在这里改。", "Records of this kind cannot be corrected here.")
	}
	if on {
		if err := asUser(model.OneOf("reason", "作废原因", "a reason", "void_reason", reason, true)); err != nil {
			return err
		}
	}
	if err := s.c.setVoid(ctx, table, id, on, reason); err != nil {
		return err
	}
	action := map[bool]string{true: "record_voided", false: "record_restored"}[on]
	return s.c.store.record(ctx, entry{Actor: v.account.Name, Action: action, Subject: table, Address: v.address, Detail: id})
}

package model

import (
	"slices"
	"strings"
	"time"

	"fieldkit/sync/schema"
)

// Consultation is what a form says of a consultation, before it becomes a row.
type Consultation struct {
	ActivityID       schema.ID
	Source           string
	OccurredAt       time.Time
	FraudType        string
	Channels         []string
	Stage            string
	AtRiskFen        int64
	LossFen          int64
	PaidAt           time.Time // zero when it is not known
	PayMethod        string
	AgeBand          string
	Gender           string
	Occupation       string
	Town             string
	PersonLabel      string
	Consent          bool
	Phone            string
	PayerTail        string
	IDTail           string
	RelativesAdvised int64
	Story            string
	Advice           []string
	Outcome          string
	AlarmNo          string
	NoIndicator      bool
	Indicators       []string // keys; see IndicatorOf
	Note             string
}

// Check refuses what cannot be right and tidies the telephone number. desk says
// that the activity is a shift of the 110 desk, where the story is required; elsewhere it
// is when no type fits.
func (c *Consultation) Check(now time.Time, desk bool) error {
	phone, err := Phone("phone", "电话", "Telephone", c.Phone)
	if err != nil {
		return err
	}
	c.Phone = phone
	for _, err := range []error{
		OneOf("fraud_type", "诈骗类型", "a fraud type", "fraud_type", c.FraudType, true),
		OneOf("stage", "进展", "a stage", "stage", c.Stage, true),
		OneOf("age_band", "年龄段", "an age band", "age_band", c.AgeBand, true),
		OneOf("outcome", "处理结果", "an outcome", "outcome", c.Outcome, true),
		OneOf("source", "来源", "a source", "source", c.Source, true),
		OneOf("pay_method", "付款方式", "a way of paying", "pay_method", c.PayMethod, false),
		OneOf("gender", "性别", "a gender", "gender", c.Gender, false),
		OneOf("occupation", "职业", "an occupation", "role", c.Occupation, false),
		Happened("occurred_at", "咨询时间", "The time of the consultation", c.OccurredAt, now),
		Range("at_risk_fen", "拟转金额", "The amount at risk", c.AtRiskFen, 0, MaxAmountFen),
		Range("loss_fen", "损失金额", "The loss", c.LossFen, 0, MaxAmountFen),
		Range("relatives_advised", "劝导亲属人数", "The number of relatives", c.RelativesAdvised, 0, 20),
		Text("person_label", "称呼", "Form of address", c.PersonLabel, 8, false),
		Text("story", "案情经过", "The story", c.Story, 8000, desk),
		Text("alarm_no", "警情编号", "Alarm number", c.AlarmNo, 30, false),
		Text("town", "乡镇", "Town", c.Town, 20, false),
		Text("note", "备注", "Note", c.Note, 2000, false),
		Tail("payer_tail", c.PayerTail),
		IDTail("id_tail", c.IDTail),
	} {
		if err != nil {
			return err
		}
	}
	for _, code := range c.Channels {
		if err := OneOf("channels", "接触渠道", "a channel", "channel", code, true); err != nil {
			return err
		}
	}
	for _, code := range c.Advice {
		if err := OneOf("advice", "已作提示", "advice", "advice", code, true); err != nil {
			return err
		}
	}
	if err := c.checkIndicators(); err != nil {
		return err
	}
	if err := c.checkPaid(now); err != nil {
		return err
	}
	switch {
	case c.LossFen > 0 && c.Stage != "G3":
		return invalid("loss_fen", "还没有付款就没有损失金额；已付款请把进展改为“已付款”。", "A loss needs the stage “Paid”.")
	case c.AtRiskFen > 0 && c.Stage != "G1" && c.Stage != "G2":
		return invalid("at_risk_fen", "拟转金额只在“已接触未付款”或“正在付款”时填写。", "An amount at risk needs the stage “In contact” or “Paying now”.")
	case c.Phone != "" && !c.Consent:
		return invalid("phone", "对方同意回访才能留电话。", "A telephone number is kept only with consent.")
	case c.Phone != "" && c.AgeBand == "A1":
		return invalid("phone", "14 岁以下不留电话。", "No telephone number is kept of a child under 14.")
	case c.FraudType == "F99" && strings.TrimSpace(c.Story) == "":
		return invalid("story", "类型是“其他/不明”，请写一两句案情经过。", "The type “other” needs a sentence or two of the story.")
	}
	return nil
}

// paidAfter is how long after a consultation its payment may lie: who was paying while
// they asked may have gone on, and the record is brought up to date later.
const paidAfter = 24 * time.Hour

func (c *Consultation) checkPaid(now time.Time) error {
	if c.PaidAt.IsZero() {
		return nil
	}
	return PaidAt(c.Stage, c.OccurredAt, c.PaidAt, now)
}

// PaidAt checks the time of a payment against the stage and time of the consultation.
func PaidAt(stage string, occurred, paid, now time.Time) error {
	switch {
	case stage != "G3":
		return invalid("paid_at", "还没有付款就没有付款时间；已付款请把进展改为“已付款”。", "A time of payment needs the stage “Paid”.")
	case paid.After(occurred.Add(paidAfter)):
		return invalid("paid_at", "付款时间比咨询晚了一天以上，请看一下日期。", "The payment is more than a day after the consultation; please check the date.")
	}
	return Happened("paid_at", "付款时间", "The time of payment", paid, now)
}

// checkIndicators brings the indicators into their canonical form, each once.
func (c *Consultation) checkIndicators() error {
	var keys []string
	for _, key := range c.Indicators {
		i, err := IndicatorOf(key)
		if err != nil {
			return err
		}
		if !slices.Contains(keys, i.Key()) {
			keys = append(keys, i.Key())
		}
	}
	c.Indicators = keys
	if len(keys) > MaxRecognised {
		return invalid("indicator", "一次咨询最多记 50 条线索。", "A consultation takes at most 50 leads.")
	}
	if len(keys) > 0 && c.NoIndicator {
		return invalid("no_indicator", "已经填了线索，请去掉“无线索”。", "There are leads: untick “no lead”.")
	}
	return nil
}

// ElementsOK tells whether all case elements are complete.
func (c *Consultation) ElementsOK() bool {
	for _, ok := range c.Elements() {
		if !ok {
			return false
		}
	}
	return true
}

// Elements lists which case elements are complete, in the order of the form.
func (c *Consultation) Elements() map[string]bool {
	amount := c.Stage != ""
	switch c.Stage {
	case "G1", "G2":
		amount = c.AtRiskFen > 0
	case "G3":
		amount = c.LossFen > 0
	}
	return map[string]bool{
		"fraud_type": c.FraudType != "" && c.FraudType != "F99",
		"channels":   len(c.Channels) > 0,
		"stage":      amount,
		"age_band":   c.AgeBand != "",
		"indicator":  c.NoIndicator || len(c.Indicators) > 0,
		"outcome":    c.Outcome != "",
	}
}

package story

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"fieldkit/app"
	"fieldkit/sync/schema"
)

// question is what is special about a consultation; the rest is drawn, the same way
// every time.
type question struct {
	source string
	desk   bool   // told to the 110 desk, with the whole story
	alarm  string // 警情号
	fraud  string // "" takes the next of the year
	stage  string // "" is drawn
}

// fraudCounts are the consultations of the year by type (domain.md, 6).
var fraudCounts = []struct {
	code string
	n    int
}{{"F01", 62}, {"F04", 41}, {"F02", 33}, {"F05", 30}, {"F10", 24}, {"F24", 18}, {"F21", 15}, {"F03", 9}, {"F99", 8}}

// fraudOrder is the order in which they come in. The first F01 is set aside for the
// consultation that D1 gives its type (X4).
func fraudOrder() []string {
	var list []string
	for _, f := range fraudCounts {
		for range f.n {
			list = append(list, f.code)
		}
	}
	list = list[1:]
	rng := rand.New(rand.NewPCG(2025, 0xf4a0d))
	rng.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}

// how says by which way and with which words a fraud of a type comes.
var how = map[string]struct {
	channels []string
	kind     string // of the indicator
	story    string
}{
	"F01": {[]string{"H3", "H9"}, "app", "对方拉进微信群，先做小任务返几十元，后要求垫付大额任务款，不付就不能提现。"},
	"F02": {[]string{"H3", "H5"}, "url", "在短视频里认识“老师”，下载炒股软件，账面盈利不能提现，要求先交税。"},
	"F03": {[]string{"H6", "H3"}, "nickname", "在网上看中低价手机，对方要求离开平台转账，付款后被拉黑。"},
	"F04": {[]string{"H1", "H10"}, "phone", "来电自称客服，说误开了百万保障要扣费，让下载会议软件共享屏幕。"},
	"F05": {[]string{"H2", "H9"}, "app", "收到无抵押贷款短信，下载软件后说卡号填错，要交解冻费。"},
	"F10": {[]string{"H8", "H4"}, "url", "孩子在游戏里卖账号，对方发来交易网址，要先交保证金。"},
	"F21": {[]string{"H4"}, "nickname", "QQ好友突然借钱，头像昵称都一样，电话打不通。"},
	"F24": {[]string{"H11", "H1"}, "phone", "参加免费体检后被推销高价保健品，说能治高血压。"},
	"F99": {[]string{"H1"}, "phone", "接到陌生电话，说不清是什么事，只问家里有没有老人。"},
}

// ask records a consultation at an activity.
func (w *World) ask(k *Kit, activity schema.ID, q question) (app.Consultation, error) {
	n := w.asked
	w.asked++
	rng := rand.New(rand.NewPCG(uint64(n), 0xa5c))
	fraud := q.fraud
	if fraud == "" {
		fraud = w.frauds[0]
		w.frauds = w.frauds[1:]
	}
	f := app.ConsultationForm{ActivityID: activity, Source: q.source, FraudType: fraud, Channels: how[fraud].channels[:1+rng.IntN(len(how[fraud].channels))],
		AgeBand: []string{"A3", "A3", "A4", "A4", "A5", "A6", "A6", "A7"}[rng.IntN(8)], Gender: []string{"M", "F"}[rng.IntN(2)], Town: []string{"城关镇", "岭口镇", "柳河镇", "云溪镇"}[rng.IntN(4)],
		Advice: []string{"Z1", "Z6"}, Outcome: "K1", Stage: q.stage, AlarmNo: q.alarm, NoIndicator: true}
	if f.AgeBand >= "A6" {
		f.Occupation, f.RelativesAdvised = "retired", int64(rng.IntN(3))
	}
	if f.Stage == "" {
		f.Stage = []string{"G0", "G0", "G0", "G0", "G1", "G1", "G1", "G2", "G3", "G3"}[rng.IntN(10)]
	}
	switch f.Stage {
	case "G1", "G2":
		f.AtRisk, f.Outcome, f.Advice = fmt.Sprint(1000*(1+rng.IntN(40))), "K2", append(f.Advice, "Z2")
	case "G3":
		f.PayMethod, f.Outcome, f.Advice = "P1", "K3", append(f.Advice, "Z2", "Z4")
		if q.fraud == "" {
			f.Loss = fmt.Sprint(500 * (1 + rng.IntN(60)))
		} else {
			f.PayMethod = "" // not told yet
		}
	}
	if q.desk || k == w.kit(3) { // the cyber brigade asks for what the fraud used, too
		f.NoIndicator, f.Indicators = false, []string{lead(fraud, n)}
	}
	if q.desk {
		f.Story, f.PersonLabel = how[fraud].story, []string{"王女士", "李先生", "张阿姨", "刘大爷"}[rng.IntN(4)]
		if rng.IntN(3) == 0 {
			f.Consent, f.Phone, f.PayerTail = true, fmt.Sprintf("128%08d", rng.IntN(100_000_000)), fmt.Sprintf("%04d", rng.IntN(10_000))
		}
	} else if fraud == "F99" {
		f.Story = how[fraud].story
	}
	saved, err := k.consult.Save(f)
	if err != nil {
		return saved, fmt.Errorf("%s records a consultation: %w", k.Label, err)
	}
	return saved, nil
}

// desks are the shifts of the 110 desk: two a month with four calls each, some of
// which end with money kept from leaving.
func (w *World) desks() []event {
	var out []event
	for month := 1; month <= 12; month++ {
		for i, date := range []int{5, 22} {
			if month == 11 && i == 0 {
				date = 4 // X4 and X8
			}
			name := fmt.Sprintf("desk %02d-%02d", month, date)
			at := fmt.Sprintf("2025-%02d-%02d", month, date)
			out = append(out, event{day(at, 8), name, func(ctx context.Context) error { return w.shift(ctx, name, at) }})
		}
	}
	return out
}

func (w *World) shift(ctx context.Context, name, date string) error {
	k := w.kit(6)
	calls := 4
	if name == "desk 11-04" {
		if err := w.openPlanned(k, name); err != nil {
			return err
		}
		calls = 3 // the fourth is X4
	} else {
		st, err := k.booth.Open(app.OpenBooth{Kind: "desk_shift", Place: "110指挥中心"})
		if err != nil {
			return err
		}
		w.ids[name] = st.Activity.ID
	}
	for i := range calls {
		w.clock.pass(25 * time.Minute)
		stage := ""
		if i < 2 {
			stage = []string{"G2", "G3"}[i]
		}
		q := question{source: "call_110", desk: true, stage: stage, alarm: fmt.Sprintf("QL%s-%03d", date[:4]+date[5:7]+date[8:], 11+i)}
		saved, err := w.ask(k, w.ids[name], q)
		if err != nil {
			return err
		}
		if name == "desk 02-05" && i == 0 {
			w.ids["X13"] = saved.ID
		}
		if i < 2 {
			if err := w.stamp(k, saved); err != nil {
				return err
			}
		}
	}
	if err := w.caseAt(ctx, name); err != nil {
		return err
	}
	_, err := k.booth.Finish(w.ids[name])
	return err
}

// linkage stamps what was done between police and bank, as it was done: of a payment
// under way or made.
func (w *World) stamp(k *Kit, c app.Consultation) error {
	if w.asked%3 == 0 {
		return nil
	}
	amount := strconv.FormatInt((c.AtRiskFen+c.LossFen)/100, 10)
	steps := []struct {
		kind  string
		after time.Duration
	}{{"call_police", 0}, {"stop_payment", time.Duration(6+w.asked%9) * time.Minute}, {"freeze", time.Duration(10+w.asked%7) * time.Minute}}
	if w.asked%4 == 0 {
		steps = steps[:2]
	}
	for _, s := range steps {
		w.clock.pass(s.after)
		list, err := k.linkage.Stamp(c.ID, s.kind)
		if err != nil {
			return fmt.Errorf("%s: %w", s.kind, err)
		}
		for _, step := range list {
			if step.Kind != s.kind || s.kind == "call_police" {
				continue
			}
			f := app.LinkageForm{At: step.At, Counterpart: w.kit(5).unit, Amount: amount, Result: "ok"}
			if s.kind == "freeze" {
				f.DocNo = fmt.Sprintf("青公冻字〔2025〕%d号", w.asked)
			}
			if _, err := k.linkage.Save(step.ID, f); err != nil {
				return fmt.Errorf("%s: %w", s.kind, err)
			}
		}
	}
	return nil
}

// lead is what the fraud used. Numbers and sites come again, so that cases join.
func lead(fraud string, n int) string {
	which := n % 7
	switch kind := how[fraud].kind; kind {
	case "phone":
		return fmt.Sprintf("phone:9512800%02d", which)
	case "url":
		return fmt.Sprintf("url:jy%d.example.com", which)
	case "app":
		return fmt.Sprintf("app:快返%d号", which)
	default:
		return fmt.Sprintf("%s:客服%d", kind, which)
	}
}

// counters are the bank's days with leaflets on the counter and questions answered.
func (w *World) counters() []event {
	var out []event
	for i, n := range []int{4, 3, 4, 4, 4, 3, 4, 4, 3, 4, 4, 3} {
		date := fmt.Sprintf("2025-%02d-20", i+1)
		out = append(out, event{day(date, 9), "counter " + date, func(ctx context.Context) error {
			k := w.kit(5)
			st, err := k.booth.Open(app.OpenBooth{Kind: "counter_day", Place: "农商行营业部"})
			if err != nil {
				return err
			}
			if leaflets := map[string]int64{"2025-05-20": 20, "2025-11-20": 24}[date]; leaflets > 0 {
				if err := k.hand(st.Activity.ID, "FZXCD", leaflets); err != nil {
					return err
				}
			}
			for i := range n {
				w.clock.pass(40 * time.Minute)
				q := question{source: "bank_counter"}
				if i == 0 { // a customer who is about to pay
					q.stage = "G2"
				}
				saved, err := w.ask(k, st.Activity.ID, q)
				if err != nil {
					return err
				}
				if i == 0 {
					if err := w.stamp(k, saved); err != nil {
						return err
					}
				}
			}
			_, err = k.booth.Finish(st.Activity.ID)
			return err
		}})
	}
	return out
}

package story

import (
	"context"
	"fmt"
	"time"

	"fieldkit/app"
	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// training is a training with how many of each role were there.
type training struct {
	code, date, place string
	kit               int
	host              string // unit, "" for the bank's own
	roles             []roleHeads
	named             bool // signed in by name
}

type roleHeads struct {
	role string
	n    int
}

var trainingTable = []training{
	{"TR1", "2025-03-12", "农商行营业部会议室", 5, "NSH", []roleHeads{{"teller", 24}}, true},
	{"TR2", "2025-05-15", "农商行营业部会议室", 5, "NSH", []roleHeads{{"accountant", 8}, {"loan_officer", 10}}, false},
	{"TR3", "2025-08-20", "移动公司会议室", 1, "YD", []roleHeads{{"telecom_clerk", 15}}, false},
	{"TR4", "2025-10-17", "邮储银行会议室", 1, "YZ", []roleHeads{{"teller", 12}, {"accountant", 5}}, false},
}

func (w *World) trainings() []event {
	var out []event
	for _, t := range trainingTable {
		out = append(out, event{day(t.date, 16), t.code, func(ctx context.Context) error { return w.training(ctx, t) }})
	}
	out = append(out, event{day("2025-06-25", 16), "drill", func(ctx context.Context) error {
		k := w.kit(5)
		st, err := k.booth.Open(app.OpenBooth{Kind: "drill", Place: "农商行营业部"})
		if err != nil {
			return err
		}
		w.clock.pass(time.Hour)
		_, err = k.booth.Finish(st.Activity.ID)
		return err
	}})
	return out
}

var tellers = []string{"孙丽", "周敏", "吴静", "郑芳", "冯娟", "陈霞", "褚艳", "卫红", "蒋萍", "沈洁", "韩梅", "杨柳", "朱琳", "秦岚", "许晴", "何佳", "吕燕", "施云", "张颖", "孔雪", "曹颖", "严丹", "华倩", "金玲"}

func (w *World) training(ctx context.Context, t training) error {
	k := w.kit(t.kit)
	form := app.OpenForm{Kind: "training", Place: t.place, HostUnitID: w.partner(t.host), HoursX10: 20, TopicTags: []string{"case", "ethics"}, FraudTypes: []string{"F01", "F04"}}
	for _, r := range t.roles {
		form.AudienceRoles = append(form.AudienceRoles, r.role)
	}
	d, err := k.acts.Open(form)
	if err != nil {
		return err
	}
	id := d.ID
	w.ids[t.code] = id
	if t.named {
		rows := []app.RosterRow{}
		for _, name := range tellers {
			rows = append(rows, app.RosterRow{Org: "农商行营业部", Name: name, Role: "teller"})
		}
		m, err := k.meet.ImportRoster(id, rows)
		if err != nil {
			return err
		}
		for _, p := range m.Attendees {
			if _, err := k.meet.SignIn(p.ID); err != nil {
				return err
			}
		}
	}
	for _, r := range t.roles {
		if t.named {
			break // they have signed
		}
		if _, err := k.acts.SetRoleHeads(id, r.role, int64(r.n)); err != nil {
			return err
		}
	}
	w.clock.pass(2 * time.Hour)
	_, err = k.acts.SetState(id, "done")
	return err
}

// materials are what came from the printer, and what hangs in banks and shops.
func (w *World) materials() []event {
	out := []event{{day("2024-01-08", 9), "stock of 2024", func(ctx context.Context) error {
		for _, s := range []share{{1, 4000}, {3, 800}} {
			if _, err := w.kit(s.kit).stock.Record(app.MoveForm{Kind: "receive", MaterialID: w.material("FZXCD"), Qty: s.n, BatchNo: "2024-01", PrintedOn: "2024-01-04"}); err != nil {
				return err
			}
		}
		return nil
	}}, {day("2025-01-06", 9), "stock", func(ctx context.Context) error {
		for i, s := range []struct {
			code string
			kit  int
			n    int64
		}{{"FZXCD", 1, 4000}, {"FZXCD", 2, 1000}, {"FZXCD", 3, 1500}, {"FZXCD", 4, 800}, {"FZXCD", 5, 700}, {"LNXCC", 1, 600}, {"FZHB", 3, 200}} {
			_, err := w.kit(s.kit).stock.Record(app.MoveForm{Kind: "receive", MaterialID: w.material(s.code), Qty: s.n, BatchNo: fmt.Sprintf("2025-%02d", i+1), PrintedOn: "2025-01-03"})
			if err != nil {
				return err
			}
		}
		return nil
	}}}
	for i, p := range []struct {
		kit                         int
		date, venueKind, name, town string
		kind, material, spot, group string
		qty, runs                   int64
		phone                       string
	}{
		{1, "2025-04-08", "V02", "工商银行青岚支行", "城关镇", "poster", "FZHB", "entrance", "", 2, 0, ""},
		{1, "2025-04-08", "V02", "农业银行青岚支行", "城关镇", "poster", "FZHB", "entrance", "", 2, 0, ""},
		{1, "2025-04-08", "V02", "邮储银行城关营业所", "城关镇", "poster", "FZHB", "entrance", "", 2, 0, ""},
		{1, "2025-04-09", "V02", "农商行岭口支行", "岭口镇", "poster", "FZHB", "entrance", "", 2, 0, ""},
		{1, "2025-04-09", "V02", "农商行柳河支行", "柳河镇", "poster", "FZHB", "entrance", "", 1, 0, ""},
		{5, "2025-04-10", "V02", "农商行营业部", "城关镇", "poster", "FZHB", "counter", "", 3, 0, ""},
		{1, "2025-04-10", "V04", "移动城关营业厅", "城关镇", "poster", "FZHB", "entrance", "", 2, 0, ""},
		{1, "2025-04-10", "V04", "联通城关营业厅", "城关镇", "poster", "FZHB", "entrance", "", 2, 0, ""},
		{1, "2025-04-11", "V04", "电信岭口营业厅", "岭口镇", "poster", "FZHB", "entrance", "", 1, 0, ""},
		{5, "2025-01-08", "V02", "农商行营业部", "城关镇", "hotline_notice", "KFDHP", "counter", "hotline_card", 4, 0, "96588"},
		{5, "2025-01-08", "V03", "农商行自助银行", "城关镇", "hotline_notice", "KFDHP", "atm", "hotline_card", 2, 0, "96588"},
		{5, "2025-01-09", "V02", "农商行营业部", "城关镇", "led", "LED", "screen", "sign", 1, 96, ""},
		{5, "2025-01-09", "V02", "农商行营业部", "城关镇", "banner", "BYT", "entrance", "", 3, 0, ""},
		{5, "2025-01-09", "V02", "农商行营业部", "城关镇", "warning_sign", "AQTSP", "counter", "sign", 6, 0, ""},
		{1, "2025-01-10", "V09", "城关广场", "城关镇", "display_board", "ZB", "notice_board", "board", 8, 0, ""},
		{3, "2025-03-15", "V09", "商业街", "城关镇", "display_board", "ZB", "notice_board", "board", 4, 0, ""},
	} {
		out = append(out, event{day(p.date, 15).Add(time.Duration(i) * time.Minute), "placement", func(ctx context.Context) error {
			k := w.kit(p.kit)
			v, err := k.venues.Create(app.VenueForm{Kind: p.venueKind, Name: p.name, Town: p.town})
			if err != nil {
				return err
			}
			material := w.material(p.material)
			if p.group != "" {
				err := k.write(ctx, func(tx *replica.Tx) error {
					return k.put(tx, "material", material, schema.Values{"code": p.material, "group": p.group, "name": model.Label("material_group", p.group)})
				})
				if err != nil {
					return err
				}
			}
			form := app.PlacementForm{VenueID: v.ID, MaterialID: material, Kind: p.kind, Spot: p.spot, Qty: p.qty, FromOn: p.date, LEDRunsPerDay: p.runs, ShownPhone: p.phone}
			if p.kind == "display_board" {
				form.ActivityID = w.ids[map[int]string{1: "S01", 3: "S03"}[p.kit]]
			}
			_, err = k.placed.Put(form)
			return err
		}})
	}
	return out
}

// digests are the cases told for the public, and the slogans made of them.
func (w *World) digests() []event {
	var out []event
	for i, d := range []struct{ date, fraud, title, slogan string }{
		{"2025-01-16", "F01", "“垫付”垫进去五万元", "先交钱的兼职都是诈骗"},
		{"2025-03-06", "F04", "共享屏幕，验证码自己“飞”走了", "共享屏幕等于交出密码"},
		{"2025-05-09", "F21", "QQ好友借钱，先打个电话", "好友借钱先通话"},
		{"2025-06-04", "F02", "“老师”带你炒股，账面都是假的", "高回报就是高风险"},
		{"2025-08-13", "F10", "卖游戏账号反被骗押金", "游戏交易走平台"},
		{"2025-10-15", "F24", "免费体检体检出三万元", "免费礼品不白拿"},
	} {
		out = append(out, event{day(d.date, 10), "digest", func(ctx context.Context) error {
			k := w.kit(3)
			saved, err := k.digests.Save(app.DigestForm{Title: d.title, FraudTypes: []string{d.fraud}, Elements: how[d.fraud].story, Article: "近日，我县一位市民" + how[d.fraud].story})
			if err != nil {
				return err
			}
			if _, err := k.digests.SetState(saved.ID, "released"); err != nil {
				return err
			}
			return k.write(ctx, func(tx *replica.Tx) error {
				slogans := []string{d.slogan}
				if i%2 == 0 {
					slogans = append(slogans, fmt.Sprintf("警惕%s，遇事拨打96110", model.Label("fraud_type", d.fraud)))
				}
				for _, s := range slogans {
					if err := k.put(tx, "slogan", model.SloganID(w.realm, s), schema.Values{"text": s, "digest_id": saved.ID}); err != nil {
						return err
					}
				}
				return nil
			})
		}})
	}
	return out
}

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
	m, err := k.meet.Create(app.MeetingForm{Kind: "training", Place: t.place, HostUnitID: w.partner(t.host)})
	if err != nil {
		return err
	}
	id := m.Activity.ID
	w.ids[t.code] = id
	if t.named {
		rows := []app.RosterRow{}
		for _, name := range tellers {
			rows = append(rows, app.RosterRow{Org: "农商行营业部", Name: name, Role: "teller"})
		}
		if m, err = k.meet.ImportRoster(id, rows); err != nil {
			return err
		}
		for _, p := range m.Attendees {
			if _, err := k.meet.SignIn(p.ID); err != nil {
				return err
			}
		}
	}
	err = k.write(ctx, func(tx *replica.Tx) error {
		if err := tx.Put("activity", id, schema.Values{"hours_x10": 20}); err != nil {
			return err
		}
		if err := tx.Include("activity", id, "topic_tags", "case", "ethics"); err != nil {
			return err
		}
		if err := tx.Include("activity", id, "fraud_types", "F01", "F04"); err != nil {
			return err
		}
		for _, r := range t.roles {
			if err := tx.Include("activity", id, "audience_roles", r.role); err != nil {
				return err
			}
			if t.named {
				continue
			}
			if err := k.put(tx, "role_head", model.RoleHeadID(w.realm, id, r.role), schema.Values{"activity_id": id, "role": r.role, "heads": r.n}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	w.clock.pass(2 * time.Hour)
	_, err = k.meet.Close(id)
	return err
}

// materials are what came from the printer, and what hangs in banks and shops.
func (w *World) materials() []event {
	out := []event{{day("2025-01-06", 9), "stock", func(ctx context.Context) error {
		k := w.kit(1)
		return k.write(ctx, func(tx *replica.Tx) error {
			for i, s := range []struct {
				code string
				kit  int
				n    int64
			}{{"FZXCD", 1, 4000}, {"FZXCD", 2, 1000}, {"FZXCD", 3, 1500}, {"FZXCD", 4, 800}, {"FZXCD", 5, 700}, {"LNXCC", 1, 600}, {"FZHB", 3, 200}} {
				values := schema.Values{"kind": "receive", "batch_no": fmt.Sprintf("2025-%02d", i+1), "printed_on": "2025-01-03", "material_id": w.material(s.code), "to_unit": w.kit(s.kit).unit, "qty": s.n}
				if err := tx.Put("stock_move", tx.NewID(), k.created(tx, values)); err != nil {
					return err
				}
			}
			return nil
		})
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
		{5, "2025-01-08", "V02", "农商行营业部", "城关镇", "hotline_notice", "KFDHP", "counter", "hotline_card", 4, 0, "0538-96588"},
		{5, "2025-01-08", "V03", "农商行自助银行", "城关镇", "hotline_notice", "KFDHP", "atm", "hotline_card", 2, 0, "0538-96588"},
		{5, "2025-01-09", "V02", "农商行营业部", "城关镇", "led", "LED", "screen", "sign", 1, 96, ""},
		{5, "2025-01-09", "V02", "农商行营业部", "城关镇", "banner", "BYT", "entrance", "", 3, 0, ""},
		{5, "2025-01-09", "V02", "农商行营业部", "城关镇", "warning_sign", "AQTSP", "counter", "sign", 6, 0, ""},
		{1, "2025-01-10", "V09", "城关广场", "城关镇", "display_board", "ZB", "notice_board", "board", 8, 0, ""},
	} {
		out = append(out, event{day(p.date, 15).Add(time.Duration(i) * time.Minute), "placement", func(ctx context.Context) error {
			k := w.kit(p.kit)
			v, err := k.venues.Create(app.VenueForm{Kind: p.venueKind, Name: p.name, Town: p.town})
			if err != nil {
				return err
			}
			return k.write(ctx, func(tx *replica.Tx) error {
				material := w.material(p.material)
				if p.group != "" {
					if err := k.put(tx, "material", material, schema.Values{"code": p.material, "group": p.group, "name": model.Label("material_group", p.group)}); err != nil {
						return err
					}
				}
				values := schema.Values{"venue_id": v.ID, "material_id": material, "spot": p.spot, "kind": p.kind, "qty": p.qty, "from_on": p.date}
				if p.runs > 0 {
					values["led_runs_per_day"] = p.runs
				}
				if p.phone != "" {
					values["shown_phone"] = p.phone
				}
				if p.kind == "display_board" {
					values["activity_id"] = w.ids["S01"]
				}
				return k.put(tx, "placement", model.PlacementID(w.realm, v.ID, material, p.spot), values)
			})
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
			return k.write(ctx, func(tx *replica.Tx) error {
				id := tx.NewID()
				if err := tx.Put("case_digest", id, k.created(tx, schema.Values{"title": d.title, "elements": how[d.fraud].story, "article": "近日，我县一位市民" + how[d.fraud].story, "state": "released", "released_at": tx.Now().UnixMilli()})); err != nil {
					return err
				}
				if err := tx.Include("case_digest", id, "fraud_types", d.fraud); err != nil {
					return err
				}
				slogans := []string{d.slogan}
				if i%2 == 0 {
					slogans = append(slogans, fmt.Sprintf("警惕%s，遇事拨打96110", model.Label("fraud_type", d.fraud)))
				}
				for _, s := range slogans {
					if err := k.put(tx, "slogan", model.SloganID(w.realm, s), schema.Values{"text": s, "digest_id": id}); err != nil {
						return err
					}
				}
				return nil
			})
		}})
	}
	return out
}

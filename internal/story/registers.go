package story

import (
	"context"
	"fmt"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// registers are what the office enters before the year begins: its plan with the
// activities that several laptops will open, and the periods.
func (w *World) registers(ctx context.Context) error {
	err := w.desk(ctx, func(tx *replica.Tx) error {
		put := func(table string, id schema.ID, values schema.Values) error {
			values["created_at"], values["device_id"] = tx.Now().UnixMilli(), tx.Replica()
			return tx.Put(table, id, values)
		}
		bank := w.kit(5).unit
		if err := tx.Put("unit", bank, schema.Values{"teller_headcount": 26, "staff_headcount": 41, "service_phone": "96588", "report_to": "国家金融监督管理总局青岚监管支局", "parent_id": w.partner("NSH")}); err != nil {
			return err
		}
		if err := tx.Put("unit", w.partner("YZ"), schema.Values{"teller_headcount": 18}); err != nil {
			return err
		}
		if err := put("unit", w.partner("YZQL"), schema.Values{"code": "YZQL", "name": "邮储银行青岚支行", "short_name": "邮储青岚支行", "department": "D09"}); err != nil {
			return err
		}
		lead := w.kit(1).unit
		plan := model.PlanID(w.realm, 2025, "annual", lead, 1)
		if err := put("plan", plan, schema.Values{"year": 2025, "kind": "annual", "unit_id": lead, "title": "2025年反诈宣传工作计划", "effective_on": "2025-01-01"}); err != nil {
			return err
		}
		for metric, value := range map[string]int{"M01": 8, "M02": 5000, "M03": 6, "M04": 800, "M09": 180, "M13": 4} {
			if err := put("plan_target", model.TargetID(w.realm, plan, metric, lead, "2025"), schema.Values{"plan_id": plan, "metric": metric, "unit_id": lead, "period_code": "2025", "value": value}); err != nil {
				return err
			}
		}
		for i, p := range planned {
			item := schema.Derive(w.realm, "plan_item", plan.String(), fmt.Sprint(i+1))
			if err := put("plan_item", item, schema.Values{"plan_id": plan, "kind": p.kind, "title": p.title, "due_from": p.date, "due_to": p.date, "lead_unit_id": w.kit(p.lead).unit}); err != nil {
				return err
			}
			activity := model.PlannedActivityID(w.realm, item, 1)
			w.ids[p.name], w.ids["plan "+p.name] = activity, item
			if len(p.staff) == 0 {
				continue // whoever opens it creates it
			}
			values := schema.Values{"kind": p.kind, "title": p.title, "state": "planned", "start_at": day(p.date, p.hour).UnixMilli(), "lead_unit_id": w.kit(p.lead).unit, "place_text": p.place}
			if p.kind == "cafe_meeting" {
				values["host_unit_id"] = w.partner("WBXH")
			}
			if err := put("activity", activity, values); err != nil {
				return err
			}
			for _, n := range p.staff {
				if err := tx.Include("activity", activity, "officer_ids", w.kit(n).officer.String()); err != nil {
					return err
				}
			}
		}
		guard := model.PlanID(w.realm, 2025, "contingency", bank, 1)
		if err := put("plan", guard, schema.Values{"year": 2025, "kind": "contingency", "unit_id": bank, "title": "电信网络诈骗柜面防范预案", "body": "发现客户疑似受骗：稳住客户，请大堂经理到场，同时拨打110，按警方要求止付。", "effective_on": "2025-01-01", "revised_on": "2025-03-05"}); err != nil {
			return err
		}
		for _, p := range []struct{ code, from, to string }{
			{"yuandan", "2025-01-01", "2025-01-01"}, {"p110", "2025-01-10", "2025-01-10"}, {"spring", "2025-01-28", "2025-02-04"}, {"p315", "2025-03-15", "2025-03-15"}, {"labour", "2025-05-01", "2025-05-05"},
			{"month_june", "2025-06-01", "2025-06-30"}, {"school_open", "2025-09-01", "2025-09-14"}, {"cyber_week", "2025-09-15", "2025-09-21"}, {"national", "2025-10-01", "2025-10-08"}, {"year_turn", "2025-12-01", "2026-03-03"},
		} {
			if err := put("period", model.PeriodID(w.realm, 2025, p.code), schema.Values{"code": p.code, "year": 2025, "from_on": p.from, "to_on": p.to}); err != nil {
				return err
			}
		}
		settings := model.DefaultSettings()
		settings.Recipients = map[string]string{"R1": "国家金融监督管理总局青岚监管支局", "R2": "市公安局网络安全保卫支队", "R3": "县委政法委"}
		settings.Towns = []string{"城关镇", "岭口镇", "柳河镇", "云溪镇"}
		return settings.Put(tx, w.realm)
	})
	if err != nil {
		return err
	}
	return w.meet(ctx, w.Kits...)
}

// planned are the activities that more than one laptop opens from the plan. Those with
// a staff are entered with it, so that all of it holds what is recorded there.
var planned = []struct {
	name, kind, title, date string
	hour                    int
	place                   string
	lead                    int
	staff                   []int
}{
	{"S01", "street", "110宣传日集中宣传", "2025-01-10", 9, "城关广场", 1, nil},
	{"C1", "cafe_meeting", "第一次网吧业主会议", "2025-03-20", 14, "网吧协会会议室", 3, []int{3, 1}},
	{"C2", "cafe_meeting", "第二次网吧业主会议", "2025-12-12", 14, "网吧协会会议室", 3, []int{3, 1}},
	{"desk 11-04", "desk_shift", "110反诈专家席", "2025-11-04", 8, "110指挥中心", 6, []int{6, 1}},
}

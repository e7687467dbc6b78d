package app

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
)

// stock is the unit's account of each material.
func (e *Exports) stock(json.RawMessage) (Sheet, error) {
	sheet := Sheet{Title: "物料结存", Columns: []SheetColumn{{Name: "物料", Width: 24}, {Name: "类别", Width: 12}, {Name: "入库", Width: 10}, {Name: "调出", Width: 10}, {Name: "发放", Width: 10}, {Name: "张贴", Width: 10}, {Name: "结存", Width: 10}, {Name: "补货线", Width: 10}, {Name: "备注", Width: 14}}, Rows: [][]any{}}
	lines, err := NewStock(e.s).Balances()
	for _, l := range lines {
		note := ""
		switch {
		case !l.Tracked:
			note = "没有入库"
		case l.Balance < 0:
			note = "发的比存的多"
		case l.Low:
			note = "请补货"
		}
		sheet.Rows = append(sheet.Rows, []any{l.Name, e.s.codes().label("material_group", l.Group), l.In, l.Out, l.HandedOut, l.Placed, l.Balance, l.LowAt, note})
	}
	return sheet, err
}

// moves are the unit's movements of stock.
func (e *Exports) moves(json.RawMessage) (Sheet, error) {
	sheet := Sheet{Title: "出入库", Columns: []SheetColumn{{Name: "日期", Width: 17}, {Name: "类别", Width: 10}, {Name: "物料", Width: 24}, {Name: "数量", Width: 10}, {Name: "批次", Width: 14}, {Name: "调出", Width: 16}, {Name: "调入", Width: 16}, {Name: "活动", Width: 24}, {Name: "经手", Width: 10}, {Name: "备注", Width: 30}}, Rows: [][]any{}}
	list, err := NewStock(e.s).moves(maxExported + 1)
	for _, m := range list {
		if !m.Voided {
			sheet.Rows = append(sheet.Rows, []any{minute(m.At), e.s.codes().label("stock_kind", m.Kind), m.Material.Name, m.Qty, m.BatchNo, m.From.Name, m.To.Name, m.Activity, m.By, m.Note})
		}
	}
	return sheet, err
}

// TallyRange is the days of which an export takes the tallies.
type TallyRange struct {
	From string `json:"from"` // YYYY-MM-DD, "" = the first of January
	To   string `json:"to"`   // inclusive, "" = today
}

// tallies are the unit's daily counts, a line a day.
func (e *Exports) tallies(raw json.RawMessage) (Sheet, error) {
	sheet := Sheet{Title: "柜面日计", Columns: []SheetColumn{{Name: "日期", Width: 12}}, Rows: [][]any{}}
	kinds := e.s.codes().all("tally_kind")
	for _, c := range kinds {
		sheet.Columns = append(sheet.Columns, SheetColumn{Name: e.s.codes().label("tally_kind", c.Code), Width: 12, Sum: true})
	}
	sheet.Columns = append(sheet.Columns, SheetColumn{Name: "提醒率", Width: 9}, SheetColumn{Name: "日结", Width: 9})
	q, err := decode[TallyRange](raw)
	if err != nil {
		return sheet, err
	}
	r, err := e.s.open()
	if err != nil {
		return sheet, err
	}
	today := r.Wall().In(model.Location)
	if q.From == "" {
		q.From = model.Date(time.Date(today.Year(), 1, 1, 0, 0, 0, 0, model.Location))
	}
	if q.To == "" {
		q.To = model.Date(today)
	}
	type sums struct {
		qty          map[string]int64
		rows, closed int
	}
	days, order := map[string]*sums{}, []string{}
	if err := r.Each(context.Background(), "daily_tally", `WHERE unit_id = ? AND "on" >= ? AND "on" <= ? ORDER BY "on" DESC`, []any{e.s.Unit(), q.From, q.To}, func(row *replica.Row) error {
		if !live(row) {
			return nil
		}
		on := row.Text("on")
		if days[on] == nil {
			days[on], order = &sums{qty: map[string]int64{}}, append(order, on)
		}
		days[on].rows++
		days[on].qty[row.Text("kind")] = max(0, row.Int("qty"))
		if mark, ok := closedOf(row); ok && mark.Qty == row.Int("qty") {
			days[on].closed++
		}
		return nil
	}); err != nil {
		return sheet, err
	}
	for _, on := range order {
		day := days[on]
		cells := []any{on}
		for _, c := range kinds {
			cells = append(cells, day.qty[c.Code])
		}
		rate := ""
		if served := day.qty["remit_served"]; served > 0 {
			tenths := (day.qty["kind_reminder"]*2000 + served) / (2 * served) // half up
			rate = fmt.Sprintf("%d.%d%%", tenths/10, tenths%10)
		}
		sheet.Rows = append(sheet.Rows, append(cells, rate, yesNo(day.closed == day.rows)))
	}
	return sheet, nil
}

// plan are the items of a year's plan.
func (e *Exports) plan(raw json.RawMessage) (Sheet, error) {
	sheet := Sheet{Title: "工作计划", Columns: []SheetColumn{{Name: "开始", Width: 12}, {Name: "截止", Width: 12}, {Name: "类别", Width: 14}, {Name: "内容", Width: 36}, {Name: "地点", Width: 20}, {Name: "时段", Width: 16}, {Name: "主办", Width: 14}, {Name: "进展", Width: 10}}, Rows: [][]any{}}
	q, err := decode[struct {
		Year int `json:"year"`
	}](raw)
	if err != nil {
		return sheet, err
	}
	year, err := NewPlans(e.s).Year(q.Year)
	for _, i := range year.Items {
		state := "未开始"
		switch {
		case i.State != "" && i.State != "planned":
			state = e.s.codes().label("activity_state", i.State)
		case i.Overdue:
			state = "过期"
		}
		period := ""
		if i.PeriodCode != "" {
			period = e.s.codes().label("period", i.PeriodCode)
		}
		sheet.Rows = append(sheet.Rows, []any{i.DueFrom, i.DueTo, e.s.codes().label("activity_kind", i.Kind), i.Title, i.Venue, period, i.Lead.Name, state})
	}
	return sheet, err
}

// placements are what hangs where, with what the last look found.
func (e *Exports) placements(raw json.RawMessage) (Sheet, error) {
	sheet := Sheet{Title: "张贴", Columns: []SheetColumn{{Name: "乡镇", Width: 12}, {Name: "场所", Width: 26}, {Name: "场所类别", Width: 12}, {Name: "类别", Width: 12}, {Name: "物料", Width: 20}, {Name: "位置", Width: 10}, {Name: "领取", Width: 8, Sum: true}, {Name: "张贴", Width: 8, Sum: true}, {Name: "起", Width: 12}, {Name: "止", Width: 12}, {Name: "最近检查", Width: 17}, {Name: "结果", Width: 12}, {Name: "当场整改", Width: 9}}, Rows: [][]any{}}
	err := e.hanging(raw, func(stop InspectionStop, p Placement) {
		at, result, fixed := "", "", ""
		if len(p.Inspections) > 0 {
			last := p.Inspections[0]
			at, result, fixed = minute(last.At), e.s.codes().label("inspection_result", last.Result), yesNo(last.FixedOnSpot)
		}
		sheet.Rows = append(sheet.Rows, []any{stop.Town, stop.Venue, e.s.codes().label("venue_kind", stop.Kind), e.s.codes().label("placement_kind", p.Kind), p.Material.Name, e.s.codes().label("spot", p.Spot), p.Issued, p.Qty, p.FromOn, p.ToOn, at, result, fixed})
	})
	return sheet, err
}

// inspections are all looks at what hangs, by venue.
func (e *Exports) inspections(raw json.RawMessage) (Sheet, error) {
	sheet := Sheet{Title: "张贴检查", Columns: []SheetColumn{{Name: "日期", Width: 17}, {Name: "乡镇", Width: 12}, {Name: "场所", Width: 26}, {Name: "类别", Width: 12}, {Name: "位置", Width: 10}, {Name: "结果", Width: 12}, {Name: "当场整改", Width: 9}, {Name: "检查人", Width: 10}, {Name: "照片", Width: 7, Sum: true}, {Name: "备注", Width: 30}}, Rows: [][]any{}}
	err := e.hanging(raw, func(stop InspectionStop, p Placement) {
		for _, i := range p.Inspections {
			sheet.Rows = append(sheet.Rows, []any{minute(i.At), stop.Town, stop.Venue, e.s.codes().label("placement_kind", p.Kind), e.s.codes().label("spot", p.Spot), e.s.codes().label("inspection_result", i.Result), yesNo(i.FixedOnSpot), i.Officer, int64(len(i.Photos)), i.Note})
		}
	})
	return sheet, err
}

// hanging goes through what hangs at the venues that a query names, however lately it
// was looked at.
func (e *Exports) hanging(raw json.RawMessage, each func(InspectionStop, Placement)) error {
	q, err := decode[InspectionQuery](raw)
	if err != nil {
		return err
	}
	q.Days = 0
	stops, err := NewPlacements(e.s).Round(q)
	for _, stop := range stops {
		for _, p := range stop.Placements {
			each(stop, p)
		}
	}
	return err
}

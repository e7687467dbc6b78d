package report

import (
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"fieldkit/internal/figures"
	"fieldkit/internal/figures/figuretest"
	"fieldkit/internal/model"
	"fieldkit/sync/replica"
)

// What the office renamed stands under its name in ledgers and reports, and totals that
// go by a name go by that one: also by one that a spreadsheet would take for a pattern.
func TestOfficeNamesInLedgersAndReports(t *testing.T) {
	w := figuretest.New(t)
	w.Fill()
	w.Put("post", map[string]any{"channel": "site", "title": "官网文章", "posted_at": figuretest.At("2025-07-05", 9), "purpose": "warning"})
	w.Put("post", map[string]any{"channel": "X01", "title": "本县论坛", "posted_at": figuretest.At("2025-07-06", 9), "purpose": "warning"})
	rules := model.DefaultSettings()
	rules.Labels = map[string]string{"fraud_type.F01": "网络刷单做任务", "inspection_result.in_place": "好*", "outcome_kind.intercept": "拦下", "post_channel.site": "局\"官网\"", "role.teller": "柜员"}
	rules.Added = map[string][]model.Code{"post_channel": {{Code: "X01", ZH: "本县论坛", EN: "Local forum"}}}
	if err := rules.Check(); err != nil {
		t.Fatal(err)
	}
	if err := w.Replica.Update(t.Context(), func(tx *replica.Tx) error { return rules.Put(tx, w.Replica.Realm()) }); err != nil {
		t.Fatal(err)
	}
	set, err := figures.Compute(t.Context(), w.Replica, rules, year)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ code, head, name, was, total string }{
		{"T4", "诈骗类型", "网络刷单做任务", "刷单返利", ""},
		{"T6", "结果", "好*", "在位醒目", "4"},
		{"T8", "类别", "拦下", "拦截预警", figures.Yuan(set["M05"].Value * 100)},
		{"T7", "次数", "局\"官网\"", "官网", ""},
	} {
		f, sheet := openedBook(t, written(t, w.Replica, c.code, LedgerOptions{}))
		rows, err := f.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		at, named := -1, 0
		for i, head := range rows[0] {
			if head == c.head {
				at = i
			}
		}
		for _, row := range rows[1:] {
			for _, cell := range row {
				if cell == c.name {
					named++
				}
				if cell == c.was {
					t.Errorf("%s still says %s", c.code, c.was)
				}
			}
		}
		if named == 0 {
			t.Errorf("%s does not say %s", c.code, c.name)
		}
		cell, _ := excelize.CoordinatesToCellName(at+1, len(rows))
		formula, _ := f.GetCellFormula(sheet, cell)
		shown := ""
		if last := rows[len(rows)-1]; at < len(last) {
			shown = last[at]
		}
		if formula == "" {
			if c.total != "" {
				t.Errorf("%s %s has no total", c.code, c.head)
			}
			continue
		}
		calculated, err := f.CalcCellValue(sheet, cell)
		if err != nil || calculated != shown {
			t.Errorf("%s %s: %s is %s, shown %s (%v)", c.code, c.head, formula, calculated, shown, err)
		}
	}
	d, _, err := Build(t.Context(), w.Replica, Request{Kind: "R3", From: year.From, To: year.To, County: "青岚县", Now: time.Date(2026, 1, 5, 9, 0, 0, 0, model.Location)})
	if err != nil {
		t.Fatal(err)
	}
	if types, _ := d.Show("types6", false); !strings.Contains(types, "网络刷单做任务") {
		t.Error("the report names the types", types)
	}
}

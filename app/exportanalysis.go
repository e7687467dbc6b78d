package app

import (
	"encoding/json"
	"fmt"
)

// clusters are the groups of consultations that share leads, the largest first.
func (e *Exports) clusters(json.RawMessage) (Sheet, error) {
	sheet := Sheet{Title: "串并", Columns: []SheetColumn{{Name: "咨询(起)", Width: 10}, {Name: "共同线索", Width: 44}, {Name: "诈骗类型", Width: 26}, {Name: "首次", Width: 12}, {Name: "末次", Width: 12}, {Name: "损失金额(元)", Width: 14, Money: true, Sum: true}}, Rows: [][]any{}}
	groups, err := NewIndicators(e.s).Clusters()
	codes := e.s.codes()
	for _, k := range groups {
		shared := ""
		for _, l := range k.Leads {
			if shared != "" {
				shared += "；"
			}
			shared += fmt.Sprintf("%s %s（%d 起）", codes.label("indicator_kind", l.Kind), l.Display, l.Hits)
		}
		sheet.Rows = append(sheet.Rows, []any{int64(k.Consultations), shared, codes.labels("fraud_type", k.FraudTypes), day(k.FirstAt), day(k.LastAt), k.LossFen})
	}
	return sheet, err
}

// TrendRange is how many months an export of the trends covers.
type TrendRange struct {
	Months int `json:"months"` // 0 = 6
}

// trend are the consultations by type and month, and the new leads below.
func (e *Exports) trend(raw json.RawMessage) (Sheet, error) {
	sheet := Sheet{Title: "研判", Columns: []SheetColumn{{Name: "诈骗类型", Width: 22}}, Rows: [][]any{}}
	q, err := decode[TrendRange](raw)
	if err != nil {
		return sheet, err
	}
	if q.Months == 0 {
		q.Months = 6
	}
	found, err := NewIndicators(e.s).Trend(q.Months)
	if err != nil {
		return sheet, err
	}
	for _, m := range found.Months {
		sheet.Columns = append(sheet.Columns, SheetColumn{Name: m, Width: 10})
	}
	sheet.Columns = append(sheet.Columns, SheetColumn{Name: "合计", Width: 9}, SheetColumn{Name: "比上月", Width: 9})
	line := func(name string, counts []int) {
		cells, sum := []any{name}, int64(0)
		for _, n := range counts {
			cells, sum = append(cells, int64(n)), sum+int64(n)
		}
		rise := ""
		if n := len(counts); n > 1 {
			switch d := counts[n-1] - counts[n-2]; {
			case d > 0:
				rise = fmt.Sprintf("↑ %d", d)
			case d < 0:
				rise = fmt.Sprintf("↓ %d", -d)
			default:
				rise = "持平"
			}
		}
		sheet.Rows = append(sheet.Rows, append(cells, sum, rise))
	}
	all := make([]int, len(found.Months))
	for _, t := range found.Types {
		line(e.s.codes().label("fraud_type", t.FraudType), t.Counts)
		for i, n := range t.Counts {
			all[i] += n
		}
	}
	line("咨询合计", all)
	line("新增线索", found.Leads)
	return sheet, nil
}

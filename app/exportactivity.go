package app

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// handedSQL adds up what an activity gave out, by group of material.
const handedSQL = `SELECT m."group", sum(max(h.qty, 0)) FROM handout h JOIN material m ON m.id = h.material_id
	WHERE h.activity_id = ? AND coalesce(json_extract(h.voided, '$.on'), 0) = 0 GROUP BY 1`

// activities is the list of activities with what was given out and how many came.
func (e *Exports) activities(raw json.RawMessage) (Sheet, error) {
	sheet := Sheet{Title: "活动", Columns: []SheetColumn{{Name: "日期", Width: 17}, {Name: "类别", Width: 12}, {Name: "名称", Width: 30}, {Name: "地点", Width: 20}, {Name: "主办", Width: 14}, {Name: "协办单位", Width: 24}, {Name: "状态", Width: 8},
		{Name: "宣传单", Width: 9, Sum: true}, {Name: "宣传册", Width: 9, Sum: true}, {Name: "到场人数", Width: 9, Sum: true}, {Name: "老年人数", Width: 9, Sum: true}, {Name: "咨询", Width: 8, Sum: true}, {Name: "照片", Width: 7, Sum: true}}, Rows: [][]any{}}
	q, err := decode[ActivityQuery](raw)
	if err != nil {
		return sheet, err
	}
	where, args, err := q.clause(e.s)
	if err != nil {
		return sheet, err
	}
	r, err := e.s.open()
	if err != nil {
		return sheet, err
	}
	d := e.s.directory(r)
	err = r.Each(context.Background(), "activity", where+" AND merged_into IS NULL AND coalesce(json_extract(voided, '$.on'), 0) = 0 ORDER BY start_at DESC LIMIT ?", append(args, maxExported+1), func(row *replica.Row) error {
		a, err := d.activity(row)
		if err != nil {
			return err
		}
		if card := (ActivityCard{Activity: a}); !card.matches(d.codes, q.Text) {
			return nil
		}
		partners := make([]string, len(a.Partners))
		for i, p := range a.Partners {
			partners[i] = p.Name
		}
		given, err := handed(r, row.ID)
		if err != nil {
			return err
		}
		asked, err := countRows(r, "SELECT count(*) FROM consultation WHERE activity_id = ? AND coalesce(json_extract(voided, '$.on'), 0) = 0 AND merged_into IS NULL", row.ID)
		if err != nil {
			return err
		}
		sheet.Rows = append(sheet.Rows, []any{minute(a.StartAt), d.codes.label("activity_kind", a.Kind), a.Title, a.Place, a.Lead.Name, strings.Join(partners, "、"), d.codes.label("activity_state", a.State),
			given["leaflet"], given["brochure"], a.Heads, row.Int("elder_heads"), int64(asked) + max(0, row.Int("consult_quick")), int64(len(row.Strings("photo_ids")))})
		return nil
	})
	return sheet, err
}

func handed(r *replica.Replica, activity schema.ID) (map[string]int64, error) {
	rows, err := r.Query(context.Background(), handedSQL, activity)
	if err != nil {
		return nil, fmt.Errorf("add up handouts: %w", err)
	}
	defer rows.Close()
	out := map[string]int64{}
	for rows.Next() {
		var group string
		var n int64
		if err := rows.Scan(&group, &n); err != nil {
			return nil, fmt.Errorf("add up handouts: %w", err)
		}
		out[group] = n
	}
	return out, rows.Err()
}

package app

import (
	"context"
	"encoding/json"
	"fmt"

	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// meetings are the meetings, lectures and trainings with how many were expected and came.
func (e *Exports) meetings(json.RawMessage) (Sheet, error) {
	sheet := Sheet{Title: "会议", Columns: []SheetColumn{{Name: "日期", Width: 17}, {Name: "类别", Width: 14}, {Name: "名称", Width: 30}, {Name: "地点", Width: 20}, {Name: "名册", Width: 8, Sum: true}, {Name: "签到", Width: 8, Sum: true}, {Name: "到会率", Width: 9}, {Name: "状态", Width: 9}}, Rows: [][]any{}}
	list, err := NewMeetings(e.s).List()
	for _, m := range list {
		sheet.Rows = append(sheet.Rows, []any{minute(m.StartAt), e.s.codes().label("activity_kind", m.Kind), m.Title, m.Place, int64(m.Roster), int64(m.Signed), percent(m.Signed, m.Roster), e.s.codes().label("activity_state", m.State)})
	}
	return sheet, err
}

// percent is a share with one decimal, half up; "" of nothing.
func percent(part, whole int) string {
	if whole <= 0 {
		return ""
	}
	tenths := (part*2000 + whole) / (2 * whole)
	return fmt.Sprintf("%d.%d%%", tenths/10, tenths%10)
}

// ofActivity is a query that names one activity.
type ofActivity struct {
	ID schema.ID `json:"id"`
}

// givenAt is what each venue was given at a meeting.
const givenAt = `SELECT p.venue_id, sum(i.qty) FROM issue i JOIN placement p ON p.id = i.placement_id
	WHERE i.activity_id = ? AND coalesce(json_extract(i.voided, '$.on'), 0) = 0 GROUP BY 1`

// attendance is one meeting's roster with who signed in.
func (e *Exports) attendance(raw json.RawMessage) (Sheet, error) {
	sheet := Sheet{Title: "签到", Columns: []SheetColumn{{Name: "单位", Width: 28}, {Name: "姓名", Width: 10}, {Name: "岗位", Width: 10}, {Name: "电话", Width: 14}, {Name: "来源", Width: 8}, {Name: "签到时间", Width: 17}, {Name: "缺席原因", Width: 12}, {Name: "代签人", Width: 10}, {Name: "测验分", Width: 8}, {Name: "领取数", Width: 8}}, Rows: [][]any{}}
	q, err := decode[ofActivity](raw)
	if err != nil {
		return sheet, err
	}
	m, err := NewMeetings(e.s).Get(q.ID)
	if err != nil {
		return sheet, err
	}
	sheet.Title = m.Activity.Title + "签到"
	r, err := e.s.open()
	if err != nil {
		return sheet, err
	}
	given, err := sumsBy(r, givenAt, q.ID)
	if err != nil {
		return sheet, err
	}
	codes := e.s.codes()
	for _, a := range m.Attendees {
		name := func(table, code string) string {
			if code == "" {
				return ""
			}
			return codes.label(table, code)
		}
		source := map[bool]string{true: "补录", false: "名册"}[a.Source == "walk_in"]
		// What a café was given stands with its first person, once.
		qty := given[a.VenueID]
		delete(given, a.VenueID)
		sheet.Rows = append(sheet.Rows, []any{a.Org, masked(a.Name), name("role", a.Role), a.Phone, source, minute(a.SignedAt), name("absent_reason", a.Absent), masked(a.Deputy), score(a.Score), qty})
	}
	sheet.Columns[len(sheet.Columns)-1].Sum = true
	return sheet, nil
}

// score is the points of a quiz; nothing where none were noted.
func score(of *int64) any {
	if of == nil {
		return ""
	}
	return *of
}

func sumsBy(r *replica.Replica, query string, args ...any) (map[schema.ID]int64, error) {
	rows, err := r.Query(context.Background(), query, args...)
	if err != nil {
		return nil, fmt.Errorf("add up: %w", err)
	}
	defer rows.Close()
	out := map[schema.ID]int64{}
	for rows.Next() {
		var id schema.ID
		var n int64
		if err := rows.Scan(&id, &n); err != nil {
			return nil, fmt.Errorf("add up: %w", err)
		}
		out[id] = n
	}
	return out, rows.Err()
}

// rates are the cafés by how often they came.
func (e *Exports) rates(json.RawMessage) (Sheet, error) {
	sheet := Sheet{Title: "网吧到会率", Columns: []SheetColumn{{Name: "网吧", Width: 30}, {Name: "乡镇", Width: 12}, {Name: "应到(次)", Width: 9, Sum: true}, {Name: "到会(次)", Width: 9, Sum: true}, {Name: "到会率", Width: 9}, {Name: "连续缺席", Width: 9}, {Name: "上次到会", Width: 17}}, Rows: [][]any{}}
	list, err := NewMeetings(e.s).Rates()
	for _, c := range list {
		sheet.Rows = append(sheet.Rows, []any{c.Venue, c.Town, int64(c.Invited), int64(c.Attended), percent(c.Attended, c.Invited), int64(c.InARow), minute(c.LastAt)})
	}
	return sheet, err
}

// households are the doors of one round.
func (e *Exports) households(raw json.RawMessage) (Sheet, error) {
	sheet := Sheet{Title: "入户", Columns: []SheetColumn{{Name: "时间", Width: 17}, {Name: "门牌", Width: 14}, {Name: "结果", Width: 14}, {Name: "面谈(人)", Width: 9, Sum: true}, {Name: "老年(人)", Width: 9, Sum: true}, {Name: "设备", Width: 10}}, Rows: [][]any{}}
	q, err := decode[ofActivity](raw)
	if err != nil {
		return sheet, err
	}
	round, err := NewHouseholds(e.s).Get(q.ID)
	for _, d := range round.Doors {
		sheet.Rows = append(sheet.Rows, []any{minute(d.At), d.Door, e.s.codes().label("household_result", d.Result), d.Talked, d.Elder, d.Device})
	}
	return sheet, err
}

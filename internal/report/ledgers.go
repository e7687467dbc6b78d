package report

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"

	"fieldkit/internal/figures"
	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// The ledgers of domain.md 5.2, column for column. Rows are selected as figures
// select them, so that a total equals its figure.
var ledgers map[string]ledger

func init() { // the table refers to functions that refer to it
	ledgers = map[string]ledger{
		"T1": {"活动台账", "M02", []column{{"类别", cellText, 12, ""}, {"名称", cellText, 24, count}, {"地点", cellText, 18, ""}, {"协办单位", cellText, 24, ""}, {"参加人员", cellText, 18, ""}, {"宣传单", cellInt, 9, sum}, {"宣传册", cellInt, 9, sum},
			{"到场人数", cellInt, 10, sum}, {"老年人数", cellInt, 10, sum}, {"咨询", cellInt, 8, sum}, {"照片数", cellInt, 8, sum}, {"是否大型", cellText, 9, yes}}, activityRows},
		"T2": {"物料台账", "", []column{{"物料", cellText, 18, ""}, {"批次", cellText, 14, ""}, {"入库", cellInt, 10, sum}, {"调拨", cellInt, 10, sum}, {"发放", cellInt, 10, sum}, {"结存", cellInt, 10, ""}}, stockRows},
		"T3": {"签到台账", "M10s", []column{{"会议", cellText, 24, ""}, {"网吧/单位", cellText, 20, ""}, {"姓名", cellText, 10, ""}, {"岗位", cellText, 10, ""}, {"电话", cellText, 14, ""}, {"签到时间", cellTime, 17, "COUNT({})"}, {"领取数", cellInt, 9, sum}}, attendanceRows},
		"T4": {"咨询台账", "M08c", []column{{"来源", cellText, 11, count}, {"诈骗类型", cellText, 20, ""}, {"渠道", cellText, 18, ""}, {"年龄段", cellText, 10, ""}, {"进展", cellText, 13, ""}, {"涉及金额", cellYuan, 14, sum}, {"损失金额", cellYuan, 14, sum},
			{"处理结果", cellText, 13, ""}, {"要素完整", cellText, 9, yes}}, consultationRows},
		"T5":  {"线索台账", "M16i", []column{{"类别", cellText, 11, count}, {"值", cellText, 30, ""}, {"平台", cellText, 16, ""}, {"命中", cellInt, 8, sum}, {"首次", cellTime, 17, ""}, {"末次", cellTime, 17, ""}, {"状态", cellText, 12, ""}}, indicatorRows},
		"T6":  {"张贴检查台账", "M11q", []column{{"场所", cellText, 22, count}, {"类别", cellText, 14, ""}, {"位置", cellText, 12, ""}, {"领取", cellInt, 8, sum}, {"张贴", cellInt, 8, sum}, {"最近检查", cellTime, 17, "COUNT({})"}, {"结果", cellText, 12, "COUNTIF({},{inspection_result.in_place})"}, {"整改", cellText, 8, yes}}, placementRows},
		"T7":  {"网上发布台账", "M04", []column{{"渠道", cellText, 13, ""}, {"账号", cellText, 16, ""}, {"标题", cellText, 36, count}, {"次数", cellInt, 8, selfMedia}, {"阅读量", cellInt, 10, sum}, {"目的", cellText, 11, ""}}, postRows},
		"T8":  {"成效台账", "M06", []column{{"类别", cellText, 11, "COUNTIF({},{outcome_kind.intercept})"}, {"编号", cellText, 22, ""}, {"途径", cellText, 12, ""}, {"避免损失", cellYuan, 15, sum}, {"挽回", cellYuan, 15, sum}, {"人数", cellInt, 8, sum}, {"配合单位", cellText, 24, ""}}, outcomeRows},
		"T9":  {"联动台账", "M15", []column{{"警情号", cellText, 22, ""}, {"报警", cellTime, 17, ""}, {"止付", cellTime, 17, ""}, {"冻结", cellTime, 17, ""}, {"查询", cellTime, 17, ""}, {"返还时间", cellTime, 17, ""}, {"金额", cellYuan, 15, sum}, {"用时", cellInt, 9, ""}}, linkageRows},
		"T10": {"柜面日计台账", "M14k", []column{{"善意提醒", cellInt, 11, sum}, {"办理汇款", cellInt, 11, sum}, {"提醒率", cellRate, 10, reminderTotal}, {"短信开通", cellInt, 11, sum}, {"劝阻", cellInt, 9, sum}}, tallyRows},
		"T11": {"培训台账", "M13h", []column{{"对象岗位", cellText, 26, count}, {"学时", cellHours, 9, sum}, {"人数", cellInt, 9, sum}, {"覆盖率", cellRate, 10, ""}}, trainingRows},
		"T12": {"入户台账", "M09", []column{{"社区", cellText, 22, ""}, {"户次", cellInt, 9, sum}, {"见面", cellInt, 9, sum}, {"老年", cellInt, 9, sum}, {"宣传单", cellInt, 9, sum}}, householdRows},
	}
}

// placeOf is where an activity was: its venue as it stands now, else words.
const placeOf = `coalesce((SELECT v.name FROM venue v WHERE v.id = coalesce((SELECT survivor FROM alias WHERE id = s.venue_id), s.venue_id)), s.place_text, '')`

// namesIn are the names of a set of ids, one by one.
func (l *ledgerRun) namesIn(set sql.NullString, names map[schema.ID]string) string {
	var ids, out []string
	if json.Unmarshal([]byte(set.String), &ids) != nil {
		return ""
	}
	for _, text := range ids {
		if id, err := schema.ParseID(text); err == nil {
			if name := names[l.reader.Survivor(id)]; name != "" && !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	slices.Sort(out)
	return strings.Join(out, "、")
}

func (l *ledgerRun) labelsIn(set sql.NullString, table string) string {
	var codes, out []string
	if json.Unmarshal([]byte(set.String), &codes) != nil {
		return ""
	}
	slices.Sort(codes)
	for _, code := range codes {
		out = append(out, l.label(table, code))
	}
	return strings.Join(out, "、")
}

// number is a cell of a number that may be missing; zero shows as nothing.
func number(n sql.NullInt64) any {
	if !n.Valid || n.Int64 == 0 {
		return nil
	}
	return n.Int64
}

func truth(b bool) string {
	if b {
		return "是"
	}
	return "否"
}

const activityLedger = `SELECT s.id, s.start_at, s.lead_unit_id, s.kind, coalesce(s.title, ''), ` + placeOf + `, s.partner_units, s.officer_ids,
	(SELECT sum(h.qty) FROM handout h JOIN material m ON m.id = h.material_id AND m."group" = 'leaflet' WHERE (h.activity_id = s.id OR h.activity_id IN (SELECT k.id FROM alias k JOIN activity x ON x.id = k.id AND {live x} WHERE k.survivor = s.id)) AND {live h}),
	(SELECT sum(h.qty) FROM handout h JOIN material m ON m.id = h.material_id AND m."group" = 'brochure' WHERE (h.activity_id = s.id OR h.activity_id IN (SELECT k.id FROM alias k JOIN activity x ON x.id = k.id AND {live x} WHERE k.survivor = s.id)) AND {live h}),
	CASE WHEN s.kind = 'training' THEN ` + figures.TrainingHeads + ` ELSE ` + figures.Heads + ` END, s.elder_heads,
	(SELECT count(*) FROM consultation c WHERE (c.activity_id = s.id OR c.activity_id IN (SELECT id FROM alias WHERE survivor = s.id)) AND {live c} AND {own c}) + max(s.consult_quick, 0),
	json_array_length(coalesce(s.photo_ids, '[]'))
FROM self s WHERE 1 = 1 {units s.lead_unit_id} ORDER BY s.start_at, s.id`

func activityRows(ctx context.Context, l *ledgerRun, emit func(line) error) error {
	large := map[schema.ID]bool{}
	list, err := l.reader.Records(ctx, "M01", l.o.Scope, "", nil, 1<<30)
	if err != nil {
		return err
	}
	for _, r := range list {
		large[r.ID] = true
	}
	officers := map[schema.ID]string{}
	err = l.replica.Each(ctx, "officer", "", nil, func(row *replica.Row) error { officers[row.ID] = l.name(row.Text("name")); return nil })
	if err != nil {
		return err
	}
	p := &page{l: l, table: "activity", emit: emit}
	err = l.each(ctx, activityLedger, func(rows *sql.Rows) error {
		var id, unit schema.ID
		var start int64
		var kind, title, place string
		var partners, people sql.NullString
		var leaflets, brochures, heads, elder, consultations, photos sql.NullInt64
		if err := rows.Scan(&id, &start, &unit, &kind, &title, &place, &partners, &people, &leaflets, &brochures, &heads, &elder, &consultations, &photos); err != nil {
			return err
		}
		if title == "" {
			title = place + l.label("activity_kind", kind)
		}
		return p.add(ctx, id, line{day: localDay(start), unit: unit, cells: []any{l.label("activity_kind", kind), title, place, l.namesIn(partners, l.units), l.namesIn(people, officers),
			number(leaflets), number(brochures), number(heads), number(elder), number(consultations), number(photos), truth(large[id])}})
	})
	if err != nil {
		return err
	}
	return p.flush(ctx)
}

const attendanceLedger = `SELECT t.id, s.id, s.start_at, s.unit, s.kind, coalesce((SELECT nullif(a.title, '') FROM activity a WHERE a.id = s.id), ''), t.venue_id, coalesce(t.org_name, ''), coalesce(t.role, ''), t.sign_ins
FROM span s JOIN attendance t ON t.activity_id = s.member WHERE {live t} AND {own t} {units s.unit} ORDER BY s.start_at, s.id, t.id`

// givenLedger is what each venue was given at each meeting.
const givenLedger = `SELECT s.id, s.start_at, s.unit, s.kind, coalesce((SELECT nullif(a.title, '') FROM activity a WHERE a.id = s.id), ''), coalesce((SELECT survivor FROM alias WHERE id = p.venue_id), p.venue_id), sum(i.qty)
FROM span s JOIN issue i ON i.activity_id = s.member JOIN placement p ON p.id = i.placement_id AND {live p}
WHERE {live i} {units s.unit} GROUP BY 1, 6 HAVING sum(i.qty) <> 0 ORDER BY s.start_at, s.id`

// meetingLine is what a line of the attendance ledger says of the meeting and the venue.
type meetingLine struct {
	meeting, unit, venue schema.ID
	start                int64
	kind, title, org     string
}

func (l *ledgerRun) meetingLine(m meetingLine, venues map[schema.ID]string) line {
	if m.title == "" {
		m.title = l.label("activity_kind", m.kind)
	}
	if name := venues[l.reader.Survivor(m.venue)]; name != "" {
		m.org = name
	}
	return line{day: localDay(m.start), unit: m.unit, cells: []any{m.title, m.org, "", "", "", nil, nil}}
}

func attendanceRows(ctx context.Context, l *ledgerRun, emit func(line) error) error {
	venues := map[schema.ID]string{}
	err := l.replica.Each(ctx, "venue", "", nil, func(row *replica.Row) error { venues[row.ID] = row.Text("name"); return nil })
	if err != nil {
		return err
	}
	// What a venue was given stands with the first who signed for it; where nobody did, on a line of its own.
	type at struct{ meeting, venue schema.ID }
	given := map[at]int64{}
	var order []meetingLine
	err = l.each(ctx, givenLedger, func(rows *sql.Rows) error {
		var m meetingLine
		var n int64
		if err := rows.Scan(&m.meeting, &m.start, &m.unit, &m.kind, &m.title, &m.venue, &n); err != nil {
			return err
		}
		given[at{m.meeting, m.venue}], order = n, append(order, m)
		return nil
	})
	if err != nil {
		return err
	}
	var ids []schema.ID // Nil: a line without a person
	var lines []line
	flush := func() error {
		people := map[schema.ID][3]string{}
		err := l.replica.Each(ctx, "attendance", "WHERE id IN (SELECT unhex(value) FROM json_each(?))", []any{idList(ids)}, func(row *replica.Row) error {
			people[row.ID] = [3]string{l.name(row.Text("person_name")), l.phone(row.Text("phone")), row.Text("note")}
			return nil
		})
		if err != nil {
			return err
		}
		for i := range lines {
			who := people[ids[i]]
			lines[i].cells[2], lines[i].cells[4], lines[i].note = who[0], who[1], who[2]
			if err := emit(lines[i]); err != nil {
				return err
			}
		}
		ids, lines = ids[:0], lines[:0]
		return nil
	}
	add := func(id schema.ID, one line) error {
		ids, lines = append(ids, id), append(lines, one)
		if len(ids) < pageRows {
			return nil
		}
		return flush()
	}
	// unsigned adds the lines of nobody for the meetings before one.
	unsigned := func(before func(*meetingLine) bool) error {
		for len(order) > 0 && before(&order[0]) {
			m := order[0]
			order = order[1:]
			if n := given[at{m.meeting, m.venue}]; n != 0 {
				one := l.meetingLine(m, venues)
				one.cells[6] = number(sql.NullInt64{Int64: n, Valid: true})
				if err := add(schema.Nil, one); err != nil {
					return err
				}
			}
		}
		return nil
	}
	var last schema.ID
	err = l.each(ctx, attendanceLedger, func(rows *sql.Rows) error {
		var id schema.ID
		var m meetingLine
		var role string
		var signs sql.NullString
		if err := rows.Scan(&id, &m.meeting, &m.start, &m.unit, &m.kind, &m.title, &m.venue, &m.org, &role, &signs); err != nil {
			return err
		}
		if m.meeting != last {
			last = m.meeting
			err := unsigned(func(o *meetingLine) bool {
				return o.start < m.start || o.start == m.start && bytes.Compare(o.meeting[:], m.meeting[:]) < 0
			})
			if err != nil {
				return err
			}
		}
		one := l.meetingLine(m, venues)
		one.cells[3] = l.label("role", role)
		if signed, ok := firstSign(signs.String); ok {
			one.cells[5] = signed
			of := at{m.meeting, l.reader.Survivor(m.venue)}
			one.cells[6] = number(sql.NullInt64{Int64: given[of], Valid: true})
			delete(given, of)
		}
		return add(id, one)
	})
	if err != nil {
		return err
	}
	if err := unsigned(func(*meetingLine) bool { return true }); err != nil {
		return err
	}
	return flush()
}

// firstSign is the earliest of a set of sign-ins ("device@ms" each).
func firstSign(set string) (at int64, signed bool) {
	var list []string
	if json.Unmarshal([]byte(set), &list) != nil {
		return 0, false
	}
	for _, text := range list {
		_, ms, _ := strings.Cut(text, "@")
		n := int64(0)
		for _, c := range ms {
			if c < '0' || c > '9' || n > 1<<50 {
				n = 0
				break
			}
			n = n*10 + int64(c-'0')
		}
		if at == 0 || n > 0 && n < at {
			at = n
		}
	}
	return at, len(list) > 0
}

const consultationLedger = `SELECT c.id, c._sealed IS NOT NULL, c.occurred_at, s.lead_unit_id, coalesce(c.source, ''), coalesce(c.fraud_type, ''), c.channels, coalesce(c.age_band, ''), coalesce(c.stage, ''),
	nullif(max(coalesce(c.at_risk_fen, 0), coalesce(c.loss_fen, 0)), 0), c.loss_fen, coalesce(c.outcome, ''), coalesce((` + figures.Complete + `), 0)
FROM consultation c LEFT JOIN activity x ON x.id = c.activity_id
LEFT JOIN activity s ON s.id = CASE WHEN x.merged_into IS NULL THEN x.id ELSE coalesce((SELECT survivor FROM alias WHERE id = x.id), x.id) END
WHERE {in c} AND {live c} AND {own c} {units s.lead_unit_id} ORDER BY c.occurred_at`

func consultationRows(ctx context.Context, l *ledgerRun, emit func(line) error) error {
	p := &page{l: l, table: "consultation", emit: emit}
	err := l.each(ctx, consultationLedger, func(rows *sql.Rows) error {
		var id, unit schema.ID
		var sealed, whole bool
		var at int64
		var source, fraud, age, stage, outcome string
		var channels sql.NullString
		var risk, loss sql.NullInt64
		if err := rows.Scan(&id, &sealed, &at, &unit, &source, &fraud, &channels, &age, &stage, &risk, &loss, &outcome, &whole); err != nil {
			return err
		}
		return p.add(ctx, id, line{day: localDay(at), unit: unit, cells: []any{l.label("source", source), l.label("fraud_type", fraud), l.labelsIn(channels, "channel"), l.label("age_band", age), l.label("stage", stage),
			number(risk), number(loss), l.label("outcome", outcome), truth(whole)}})
	})
	if err != nil {
		return err
	}
	return p.flush(ctx)
}

const indicatorLedger = `SELECT d.id, d.kind, d.value, coalesce(d.bank_or_platform, ''), coalesce(d.status, ''), f.hits, f.first, f.last, {recorder}
FROM (SELECT ci.indicator_id AS id, count(DISTINCT c.id) AS hits, min(c.occurred_at) AS first, max(c.occurred_at) AS last FROM consultation_indicator ci JOIN consultation c ON c.id = ci.consultation_id AND {live c} AND {own c}
	WHERE {live ci} GROUP BY 1) f JOIN indicator d ON d.id = f.id
WHERE f.first >= ?1 AND f.first < ?2 AND {live d} ORDER BY f.first, d.id`

func indicatorRows(ctx context.Context, l *ledgerRun, emit func(line) error) error {
	within := l.within()
	p := &page{l: l, table: "indicator", emit: emit}
	err := l.each(ctx, indicatorLedger, func(rows *sql.Rows) error {
		var id, unit schema.ID
		var kind, value, platform, status string
		var hits, first, last int64
		if err := rows.Scan(&id, &kind, &value, &platform, &status, &hits, &first, &last, &unit); err != nil || !within(unit) {
			return err
		}
		shown := "（不公开）" // a number may belong to somebody innocent
		if model.PublicIndicator(status) {
			shown = model.Indicator{Kind: kind, Value: value}.Display()
		}
		return p.add(ctx, id, line{day: localDay(first), unit: unit, cells: []any{l.label("indicator_kind", kind), shown, platform, hits, first, last, l.label("indicator_status", status)}})
	})
	if err != nil {
		return err
	}
	return p.flush(ctx)
}

// within tells whether a unit is one of those asked for.
func (l *ledgerRun) within() func(schema.ID) bool {
	if len(l.o.Scope.Units) == 0 {
		return func(schema.ID) bool { return true }
	}
	wanted := map[schema.ID]bool{}
	for _, id := range l.o.Scope.Units {
		wanted[l.reader.Survivor(id)] = true
	}
	return func(id schema.ID) bool { return wanted[l.reader.Survivor(id)] }
}

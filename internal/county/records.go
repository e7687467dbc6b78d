package county

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"fieldkit/sync/schema"
)

// RecordQuery asks for the records behind a figure. What it selects is what
// the figure of the same period and units counts (figures.go).
type RecordQuery struct {
	Table      string   `json:"table"` // activity, consultation, attendance, handout
	From       string   `json:"from"`  // local dates, inclusive; may be empty with activity_id
	To         string   `json:"to"`
	Units      []string `json:"units"`
	Kind       string   `json:"kind"`        // of the activity
	Only       string   `json:"only"`        // activities: "leaflets", "quick", "lectures" (done), "attendance"
	FraudType  string   `json:"fraud_type"`  // consultations
	ActivityID string   `json:"activity_id"` // what hangs on one activity
	Hours      string   `json:"hours"`       // consultations: "9" or "9-11", hours of the local day, inclusive
	Venue      string   `json:"venue"`       // consultations: where their activity was; an id,
	Place      string   `json:"place"`       // or what was written where no venue was chosen
	Cursor     string   `json:"cursor"`      // of the page before
}

// RecordLine is a line of a list. Personal fields are masked; which fields are
// filled depends on the table.
type RecordLine struct {
	Table    string `json:"table"`
	ID       string `json:"id"`
	At       int64  `json:"at"`    // when it happened, Unix milliseconds
	Title    string `json:"title"` // place, material or masked person
	Kind     string `json:"kind"`  // of the activity
	Unit     string `json:"unit"`
	Officer  string `json:"officer"`
	Device   string `json:"device"`
	State    string `json:"state"`
	Recorded int64  `json:"recorded"` // when it was entered, by the kit's clock

	Leaflets      int64 `json:"leaflets"`
	Consultations int64 `json:"consultations"`
	Attendance    int64 `json:"attendance"`
	Qty           int64 `json:"qty"`

	FraudType string `json:"fraud_type"`
	Stage     string `json:"stage"`
	AgeBand   string `json:"age_band"`
	Outcome   string `json:"outcome"`
	AmountFen int64  `json:"amount_fen"`

	Org      string `json:"org"`
	Role     string `json:"role"`
	Phone    string `json:"phone"`
	Source   string `json:"source"`
	Signed   bool   `json:"signed"`
	SignedAt int64  `json:"signed_at"`
}

// RecordPage is one page of a list, newest first.
type RecordPage struct {
	Rows  []RecordLine `json:"rows"`
	Next  string       `json:"next"`  // cursor of the next page; "" at the end
	Total int64        `json:"total"` // in all pages
}

const pageSize = 50

// listing is how a table is listed: t is the row, a its activity.
type listing struct {
	from  string
	at    string
	where string
}

const liveActivity = `a.state IN ('open', 'done') AND a.merged_into IS NULL AND coalesce(json_extract(a.voided, '$.on'), 0) = 0`

// standing is the activity that stands for x, which may have been merged into one that was merged since.
const standing = `CASE WHEN x.merged_into IS NULL THEN x.id ELSE coalesce((SELECT merged_into FROM activity WHERE id = x.merged_into), x.merged_into) END`

// ofActivities goes from the activities, in the order of their start, to what hangs
// on them and on those that are merged into them. CROSS keeps SQLite to that order.
const ofActivities = `activity a CROSS JOIN activity x ON (x.id = a.id OR x.merged_into = a.id OR x.merged_into IN (SELECT id FROM activity WHERE merged_into = a.id)) AND coalesce(json_extract(x.voided, '$.on'), 0) = 0 CROSS JOIN `

const ownActivity = ` JOIN activity x ON x.id = t.activity_id AND coalesce(json_extract(x.voided, '$.on'), 0) = 0
	JOIN activity a ON a.id = ` + standing

const live = `coalesce(json_extract(t.voided, '$.on'), 0) = 0`

var listings = map[string]listing{
	"activity": {`activity a`, `a.start_at`, liveActivity},
	"handout": {ofActivities + `handout t ON t.activity_id = x.id`, `a.start_at`,
		live + ` AND t.qty <> 0 AND ` + liveActivity},
	"attendance": {ofActivities + `attendance t ON t.activity_id = x.id`, `a.start_at`, live + ` AND t.merged_into IS NULL AND ` + liveActivity},
	"consultation": {`consultation t LEFT JOIN activity x ON x.id = t.activity_id LEFT JOIN activity a ON a.id = ` + standing,
		`t.occurred_at`, live + ` AND t.merged_into IS NULL`},
}

// only narrows activities to those that a figure counts.
var only = map[string]string{
	"leaflets": `a.id IN (SELECT coalesce(hx.merged_into, hx.id) FROM handout h JOIN material m ON m.id = h.material_id AND m."group" = 'leaflet'
		JOIN activity hx ON hx.id = h.activity_id WHERE h.qty <> 0 AND coalesce(json_extract(h.voided, '$.on'), 0) = 0)`,
	"quick":    `(a.consult_quick > 0 OR a.id IN (SELECT merged_into FROM activity WHERE merged_into IS NOT NULL AND consult_quick > 0))`,
	"lectures": `a.kind = 'lecture' AND a.state = 'done'`,
	"attendance": `a.id IN (SELECT coalesce(sx.merged_into, sx.id) FROM attendance s JOIN activity sx ON sx.id = s.activity_id
		WHERE json_array_length(coalesce(s.sign_ins, '[]')) > 0 AND coalesce(json_extract(s.voided, '$.on'), 0) = 0)`,
}

// members are units with those that were merged with them.
func (c *County) members(ctx context.Context, units []schema.ID) ([]schema.ID, error) {
	if len(units) == 0 {
		return nil, nil
	}
	reader, err := c.counts.current(ctx, c)
	if err != nil {
		return nil, err
	}
	return reader.Members(units), nil
}

// selection is the WHERE of a query and its arguments.
func (c *County) selection(ctx context.Context, q *RecordQuery) (l listing, where string, args []any, err error) {
	l, ok := listings[q.Table]
	if !ok {
		return l, "", nil, userError("table", "table", "没有这种记录。", "There is no such kind of record.")
	}
	parts := []string{l.where}
	add := func(part string, values ...any) { parts, args = append(parts, part), append(args, values...) }
	if q.ActivityID != "" {
		id, err := parseID(q.ActivityID)
		if err != nil {
			return l, "", nil, err
		}
		add(`a.id = ?`, id)
		if q.Table == "consultation" { // those of one activity are found by it, not by their time
			l.from = ofActivities + `consultation t ON t.activity_id = x.id`
		}
	}
	if q.From != "" || q.To != "" || q.ActivityID == "" {
		p, err := parsePeriod(q.From, q.To, nil)
		if err != nil {
			return l, "", nil, err
		}
		from, to := p.millis()
		add(l.at+` >= ? AND `+l.at+` < ?`, from, to)
	}
	if len(q.Units) > 0 {
		ids := make([]schema.ID, len(q.Units))
		for i, text := range q.Units {
			if ids[i], err = parseID(text); err != nil {
				return l, "", nil, err
			}
		}
		if ids, err = c.members(ctx, ids); err != nil {
			return l, "", nil, err
		}
		part, values := among("a.lead_unit_id", ids)
		add(part, values...)
	}
	if q.Kind != "" {
		add(`a.kind = ?`, q.Kind)
	}
	if q.FraudType != "" && q.Table == "consultation" {
		add(`t.fraud_type = ?`, q.FraudType)
	}
	if q.Hours != "" || q.Venue != "" || q.Place != "" {
		if q.Table != "consultation" {
			return l, "", nil, userError("only", "only", "没有这种筛选。", "There is no such filter.")
		}
		if q.Hours != "" {
			first, last, err := hoursIn(q.Hours)
			if err != nil {
				return l, "", nil, err
			}
			add(`(t.occurred_at + 28800000) / 3600000 % 24 BETWEEN ? AND ?`, first, last)
		}
		if q.Venue != "" {
			id, err := parseID(q.Venue)
			if err != nil {
				return l, "", nil, err
			}
			add(`a.venue_id = ?`, id)
		}
		if q.Place != "" {
			add(`a.venue_id IS NULL AND a.place_text = ?`, q.Place)
		}
	}
	if q.Table == "attendance" && q.ActivityID == "" {
		add(`json_array_length(coalesce(t.sign_ins, '[]')) > 0`) // of one meeting the whole roster is shown
	}
	if q.Only != "" {
		part, ok := only[q.Only]
		if !ok || q.Table != "activity" {
			return l, "", nil, userError("only", "only", "没有这种筛选。", "There is no such filter.")
		}
		add(part)
	}
	return l, strings.Join(parts, " AND "), args, nil
}

// hoursIn reads "9" or "9-11".
func hoursIn(text string) (first, last int64, err error) {
	from, to, span := strings.Cut(text, "-")
	if !span {
		to = from
	}
	first, errFirst := strconv.ParseInt(from, 10, 8)
	last, errLast := strconv.ParseInt(to, 10, 8)
	if errFirst != nil || errLast != nil || first < 0 || last > 23 || first > last {
		return 0, 0, userError("hours", "hours", "没有这种时段。", "There are no such hours.")
	}
	return first, last, nil
}

// Records lists the records behind a figure.
func (s *Service) Records(ctx context.Context, q RecordQuery) (RecordPage, error) {
	v, err := signedIn(ctx)
	if err != nil {
		return RecordPage{}, err
	}
	q.Units = v.within(q.Units)
	names, err := s.c.names(ctx)
	if err != nil {
		return RecordPage{}, err
	}
	page, err := s.c.recordPage(ctx, q, pageSize, names)
	if err != nil {
		return page, err
	}
	l, where, args, err := s.c.selection(ctx, &q)
	if err != nil {
		return page, err
	}
	if code := q.figure(); code != "" { // counted already, and a million records are not to be counted for each page
		p, err := parsePeriod(q.From, q.To, q.Units)
		if err != nil {
			return page, err
		}
		lines, err := s.c.soon(ctx, code, p)
		page.Total = lines.part(q.FraudType + q.Kind).sum()
		return page, err
	}
	page.Total, err = s.c.number(ctx, `SELECT count(*) FROM `+l.from+` WHERE `+where, args...)
	return page, err
}

// figure is the figure that counts just what the query lists; "" when none does.
func (q *RecordQuery) figure() string {
	switch {
	case q.ActivityID != "" || q.Only != "" || q.Hours != "" || q.Venue != "" || q.Place != "":
	case q.Table == "consultation" && q.Kind == "":
		return "M08c"
	case q.Table == "activity":
		return "M17a"
	case q.Table == "attendance":
		return "M10s"
	}
	return ""
}

// number runs a query that gives one number.
func (c *County) number(ctx context.Context, query string, args ...any) (n int64, err error) {
	rows, err := c.replica.Query(ctx, query, args...)
	if err != nil {
		return 0, fmt.Errorf("count records: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&n); err != nil {
			return 0, err
		}
	}
	return n, rows.Err()
}

// recordPage reads one page: first the ids in order, then the rows with their
// sealed fields.
func (c *County) recordPage(ctx context.Context, q RecordQuery, limit int, names *nameBook) (RecordPage, error) {
	page := RecordPage{Rows: []RecordLine{}}
	l, where, args, err := c.selection(ctx, &q)
	if err != nil {
		return page, err
	}
	if q.Table == "consultation" && q.figure() != "" && len(q.Units) > 0 {
		return c.consultationPage(ctx, q, limit, names)
	}
	row := "t"
	if q.Table == "activity" {
		row = "a"
	}
	if q.Cursor != "" {
		at, id, err := parseCursor(q.Cursor)
		if err != nil {
			return page, err
		}
		// The first term is what an index can use.
		where += fmt.Sprintf(` AND %s <= ? AND (%s < ? OR %s.id < ?)`, l.at, l.at, row)
		args = append(args, at, at, id)
	}
	rows, err := c.replica.Query(ctx, fmt.Sprintf(`SELECT %s.id, %s, a.id FROM %s WHERE %s ORDER BY 2 DESC, 1 DESC LIMIT ?`,
		row, l.at, l.from, where), append(args, limit+1)...)
	if err != nil {
		return page, fmt.Errorf("list records: %w", err)
	}
	defer rows.Close()
	var ids, activities []schema.ID
	var times []int64
	for rows.Next() {
		var id, activity schema.ID
		var at int64
		if err := rows.Scan(&id, &at, &activity); err != nil {
			return page, err
		}
		ids, activities, times = append(ids, id), append(activities, activity), append(times, at)
	}
	if err := rows.Err(); err != nil {
		return page, err
	}
	if len(ids) > limit {
		ids, activities, times = ids[:limit], activities[:limit], times[:limit]
		page.Next = makeCursor(times[limit-1], ids[limit-1])
	}
	page.Rows, err = c.describe(ctx, q.Table, ids, activities, names)
	for i := range page.Rows {
		page.Rows[i].At = times[i]
	}
	return page, err
}

// consultationPage lists a unit's consultations by the days on which it has any.
func (c *County) consultationPage(ctx context.Context, q RecordQuery, limit int, names *nameBook) (RecordPage, error) {
	page := RecordPage{Rows: []RecordLine{}}
	found, err := c.figureRecords(ctx, FigureQuery{Code: "M08c", Part: q.FraudType, From: q.From, To: q.To, Units: q.Units, Cursor: q.Cursor}, limit)
	if err != nil {
		return page, err
	}
	page.Next = found.Next
	for i := range found.Rows {
		if found.Rows[i].Of != nil {
			page.Rows = append(page.Rows, *found.Rows[i].Of)
		}
	}
	return page, nil
}

var errCursor = userError("cursor", "cursor", "翻页位置不对，请重新打开列表。", "This page position is malformed; open the list again.")

func makeCursor(at int64, id schema.ID) string {
	return base64.RawURLEncoding.EncodeToString(append(binary.BigEndian.AppendUint64(nil, uint64(at)), id[:]...))
}

func parseCursor(text string) (at int64, id schema.ID, err error) {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(b) != 8+len(id) {
		return 0, id, errCursor
	}
	return int64(binary.BigEndian.Uint64(b)), schema.ID(b[8:]), nil
}

// newest lists what the kits recorded last, by the time of entry.
func (c *County) newest(ctx context.Context, units []schema.ID, limit int, names *nameBook) ([]RecordLine, error) {
	units, err := c.members(ctx, units)
	if err != nil {
		return nil, err
	}
	var where string
	var args []any
	if len(units) > 0 {
		where, args = among("a.lead_unit_id", units)
		where = " AND " + where
	}
	args = append(args, args...)
	// A consultation's id tells when it was made (UUIDv7), so that the newest
	// are found without sorting all.
	rows, err := c.replica.Query(ctx, `
SELECT * FROM (SELECT 'activity', a.id, a.id, a.created_at FROM activity a WHERE `+liveActivity+where+` ORDER BY a.created_at DESC LIMIT 100)
UNION ALL
SELECT * FROM (SELECT 'consultation', t.id, a.id, t.created_at FROM `+listings["consultation"].from+`
	WHERE `+listings["consultation"].where+where+` ORDER BY t.id DESC LIMIT 100)
ORDER BY 4 DESC, 2 DESC LIMIT ?`, append(args, limit)...)
	if err != nil {
		return nil, fmt.Errorf("list newest records: %w", err)
	}
	defer rows.Close()
	type entry struct {
		table        string
		id, activity schema.ID
	}
	var order []entry
	for rows.Next() {
		var e entry
		var at int64
		if err := rows.Scan(&e.table, &e.id, &e.activity, &at); err != nil {
			return nil, err
		}
		order = append(order, e)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	list := []RecordLine{}
	for _, e := range order {
		found, err := c.describe(ctx, e.table, []schema.ID{e.id}, []schema.ID{e.activity}, names)
		if err != nil {
			return nil, err
		}
		list = append(list, found...)
	}
	return list, nil
}

// Newest lists what was recorded last, by the time of entry.
func (s *Service) Newest(ctx context.Context) ([]RecordLine, error) {
	if _, err := signedIn(ctx); err != nil {
		return nil, err
	}
	names, err := s.c.names(ctx)
	if err != nil {
		return nil, err
	}
	return s.c.newest(ctx, nil, 100, names)
}

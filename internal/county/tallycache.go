package county

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"fieldkit/internal/figures"
	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// tallyCache keeps the breakdowns of figures by month, each as its one SQL
// definition gave it, and asks again for the months in which something changed. A
// figure is cached here only when it is a sum over days; one that counts distinct
// things over its whole span is not.
type tallyCache struct {
	mu     sync.Mutex
	reader *figures.Reader
	months map[string]map[int][]figures.Line // by code and month (year × 12 + month − 1)
	placed map[string][]int16                // month of each row by its number, by table; 0: nowhere

	change  sync.Mutex
	touched map[string][]schema.ID
	all     bool
}

// additive are the figures that are sums over days, with the table whose row's
// time places what they count.
var additive = map[string]string{
	"M01": "activity", "M01s": "activity", "M02": "activity", "M02w": "activity", "M02b": "activity", "M03": "activity", "M03h": "activity", "M08q": "activity", "M09": "activity", "M10": "activity", "M10s": "activity",
	"M13": "activity", "M13h": "activity", "M17a": "activity", "M17f": "activity", "M17g": "activity",
	"M04": "post", "M05": "outcome", "M06": "outcome", "M07": "outcome", "M07r": "outcome",
	"M08c": "consultation", "M08a": "consultation", "M08s": "consultation", "M08w": "consultation",
}

// placers give, of rows by number, the local month in which they count.
var placers = map[string]string{
	"activity":     `start_at`,
	"consultation": `occurred_at`,
	"post":         `posted_at`,
	"outcome":      `CAST((julianday(occurred_on) - 2440587.5) * 86400000 - 28800000 AS INTEGER)`,
}

// children are the tables whose rows count where their activity does.
var children = []string{"handout", "attendance", "household", "role_head"}

// everywhere are the tables of which a change may touch any figure.
var everywhere = []string{"unit", "material", "venue", "setting", "device", "period"}

func monthOf(ms int64) int {
	t := time.UnixMilli(ms).In(model.Location)
	return t.Year()*12 + int(t.Month()) - 1
}

// changed notes what was written. It is called with every commit.
func (c *tallyCache) changed(change replica.Change) {
	c.change.Lock()
	defer c.change.Unlock()
	if c.touched == nil {
		c.touched = map[string][]schema.ID{}
	}
	for table, ids := range change.Rows {
		if slices.Contains(everywhere, table) {
			c.all = true
		}
		if placers[table] != "" || slices.Contains(children, table) {
			c.touched[table] = append(c.touched[table], ids...)
			if len(c.touched[table]) > 100_000 {
				c.all = true
			}
		}
	}
}

// lines gives a figure's breakdown over a period. The caller must not change them.
func (c *tallyCache) lines(ctx context.Context, county *County, code string, p period) ([]figures.Line, error) {
	if additive[code] == "" {
		return nil, fmt.Errorf("figure %s is no sum over days", code)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.catchUp(ctx, county); err != nil {
		return nil, err
	}
	first, last := monthOf(p.from.UnixMilli()), monthOf(p.to.UnixMilli())
	have := c.months[code]
	if have == nil {
		have = map[int][]figures.Line{}
		c.months[code] = have
	}
	for m := first; m <= last; m++ {
		if _, ok := have[m]; ok {
			continue
		}
		end := m // a run of months that are missing is asked for at once
		for end < last {
			if _, ok := have[end+1]; ok {
				break
			}
			end++
		}
		asked, err := c.reader.Tally(ctx, code, figures.Scope{From: monthStart(m).Format(dateLayout), To: monthStart(end+1).AddDate(0, 0, -1).Format(dateLayout)})
		if err != nil {
			return nil, err
		}
		for i := m; i <= end; i++ {
			have[i] = []figures.Line{}
		}
		for _, line := range asked {
			at := monthOf(line.Day*dayMillis - zoneMillis)
			have[at] = append(have[at], line)
		}
		m = end
	}
	wanted := map[schema.ID]bool{}
	for _, id := range p.units {
		wanted[c.reader.Survivor(id)] = true
	}
	from, to := localDay(p.from), localDay(p.to)
	var out []figures.Line
	for m := first; m <= last; m++ {
		for _, line := range have[m] {
			if line.Day >= from && line.Day <= to && (len(wanted) == 0 || wanted[line.Unit]) {
				out = append(out, line)
			}
		}
	}
	return out, nil
}

func monthStart(m int) time.Time {
	return time.Date(m/12, time.Month(m%12+1), 1, 0, 0, 0, 0, model.Location)
}

// catchUp drops what changes made stale.
func (c *tallyCache) catchUp(ctx context.Context, county *County) (err error) {
	c.change.Lock()
	touched, all := c.touched, c.all || c.reader == nil
	c.touched, c.all = nil, false
	c.change.Unlock()
	if !all && len(touched) == 0 {
		return nil
	}
	defer func() {
		if err != nil {
			c.reader = nil // all is asked for again
		}
	}()
	settings, err := model.ReadSettings(ctx, county.replica)
	if err != nil {
		return err
	}
	before := c.reader
	if c.reader, err = figures.NewReader(ctx, county.replica, settings); err != nil {
		return err
	}
	if all || !before.SameAliases(c.reader) {
		c.months = map[string]map[int][]figures.Line{}
		c.placed = map[string][]int16{}
		for table := range placers {
			if err := c.place(ctx, county, table, nil, nil); err != nil {
				return err
			}
		}
		return nil
	}
	stale := map[string]map[int]bool{}
	for table := range placers {
		stale[table] = map[int]bool{}
	}
	for table, ids := range touched {
		slices.SortFunc(ids, func(a, b schema.ID) int { return slices.Compare(a[:], b[:]) })
		for part := range slices.Chunk(slices.Compact(ids), 500) {
			if slices.Contains(children, table) {
				only, args := onlyThese("t.id", part)
				var of []schema.ID
				if of, err = county.ids(ctx, `SELECT DISTINCT t.activity_id FROM `+table+` t WHERE 1 = 1 `+only, args...); err == nil {
					err = c.survivors(ctx, county, of, stale["activity"])
				}
			} else if err = c.place(ctx, county, table, part, stale[table]); err == nil && table == "activity" {
				only, args := onlyThese("t.activity_id", c.reader.Members(part))
				if err = county.monthsOf(ctx, `SELECT t.occurred_at FROM consultation t WHERE 1 = 1 `+only, args, stale["consultation"]); err == nil {
					err = c.survivors(ctx, county, part, stale["activity"])
				}
			}
			if err != nil {
				return err
			}
		}
	}
	for code, table := range additive {
		maps.DeleteFunc(c.months[code], func(m int, _ []figures.Line) bool { return stale[table][m] })
	}
	return nil
}

// place notes in which months rows count, all of a table or those named, and marks
// the months that they were and are in.
func (c *tallyCache) place(ctx context.Context, county *County, table string, ids []schema.ID, stale map[int]bool) error {
	query, args := `SELECT t._n, `+placers[table]+` FROM `+table+` t`, []any(nil)
	if ids != nil {
		only, more := onlyThese("t.id", ids)
		query, args = query+" WHERE 1 = 1 "+only, more
	}
	rows, err := county.replica.Query(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("place %s: %w", table, err)
	}
	defer rows.Close()
	for rows.Next() {
		var n int64
		var at *int64
		if err := rows.Scan(&n, &at); err != nil {
			return fmt.Errorf("place %s: %w", table, err)
		}
		list := c.placed[table]
		if int64(len(list)) <= n {
			list = append(list, make([]int16, n+1-int64(len(list)))...)
			c.placed[table] = list
		}
		month := 0
		if at != nil {
			month = monthOf(*at)
		}
		if stale != nil {
			stale[int(list[n])], stale[month] = true, true
		}
		list[n] = int16(min(max(month, 0), 1<<15-1))
	}
	return rows.Err()
}

// survivors marks the months in which the activities that stand for others count.
func (c *tallyCache) survivors(ctx context.Context, county *County, activities []schema.ID, stale map[int]bool) error {
	for part := range slices.Chunk(activities, 500) {
		of := make([]schema.ID, len(part))
		for i, id := range part {
			of[i] = c.reader.Survivor(id)
		}
		only, args := onlyThese("a.id", of)
		if err := county.monthsOf(ctx, `SELECT a.start_at FROM activity a WHERE 1 = 1 `+only, args, stale); err != nil {
			return err
		}
	}
	return nil
}

// monthsOf marks the months of a query's times.
func (c *County) monthsOf(ctx context.Context, query string, args []any, into map[int]bool) error {
	rows, err := c.replica.Query(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("place what changed: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var at *int64
		if err := rows.Scan(&at); err != nil {
			return err
		}
		if at != nil {
			into[monthOf(*at)] = true
		}
	}
	return rows.Err()
}

// sumLines adds up.
func sumLines(lines []figures.Line) (total int64) {
	for i := range lines {
		total += lines[i].Value
	}
	return total
}

// partLines are the lines of one part.
func partLines(lines []figures.Line, part string) []figures.Line {
	if part == "" {
		return lines
	}
	part = strings.TrimPrefix(part, "=") // "=" alone asks for what has no part
	var kept []figures.Line
	for _, l := range lines {
		if l.Code == part {
			kept = append(kept, l)
		}
	}
	return kept
}

// indexes are what the county's own questions need beyond the schema's.
var indexes = map[string][][]string{
	"activity":     {{"lead_unit_id", "start_at"}, {"merged_into"}, {"created_at"}, {"device_id", "created_at"}},
	"consultation": {{"fraud_type", "occurred_at"}, {"age_band", "occurred_at"}, {"town", "occurred_at"}, {"device_id", "created_at"}, {"officer_id"}},
	"attendance":   {{"venue_id"}},
	"handout":      {{"material_id"}, {"qty"}},
}

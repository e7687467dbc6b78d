package county

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"fieldkit/internal/figures"
	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// tallyCache keeps the breakdowns of figures by day, each as its one SQL
// definition gave it, and asks again for the days on which something changed. A
// figure is cached here only when it is a sum over days; one that counts distinct
// things over its whole span is not.
type tallyCache struct {
	mu     sync.Mutex
	reader *figures.Reader
	days   map[string]map[int64][]figures.Line // by code and local day since 1970
	placed map[string][]int32                  // day of each row by its number, by table

	change  sync.Mutex
	touched map[string][]schema.ID
	all     bool
	// uncounted are writes under way of columns that no figure counts.
	uncounted []*uncounted
}

// uncounted is one transaction's rows of a table.
type uncounted struct {
	table string
	ids   []schema.ID // sorted
}

// leave runs a write of columns that no figure counts: what it touches is not asked
// for again. A redaction of a year's consultations would else have all be counted anew.
func (c *tallyCache) leave(table string, ids []schema.ID, write func() error) error {
	u := &uncounted{table, sortedIDs(ids)}
	c.change.Lock()
	c.uncounted = append(c.uncounted, u)
	c.change.Unlock()
	err := write()
	c.change.Lock()
	c.uncounted = slices.DeleteFunc(c.uncounted, func(other *uncounted) bool { return other == u })
	c.change.Unlock()
	return err
}

// counts tells whether what a commit wrote to a table may count. Were the very same
// rows written by somebody else meanwhile, one of the two commits is left and the other
// has them asked for.
func (c *tallyCache) counts(table string, ids []schema.ID) bool {
	at := slices.IndexFunc(c.uncounted, func(u *uncounted) bool {
		return u.table == table && len(u.ids) == len(ids) && slices.Equal(u.ids, sortedIDs(ids))
	})
	if at < 0 {
		return true
	}
	c.uncounted = slices.Delete(c.uncounted, at, at+1)
	return false
}

func sortedIDs(ids []schema.ID) []schema.ID {
	ids = slices.Clone(ids)
	slices.SortFunc(ids, func(a, b schema.ID) int { return slices.Compare(a[:], b[:]) })
	return slices.Compact(ids)
}

// additive are the figures that are sums over days, with the table whose row's
// time places what they count.
var additive = map[string]string{
	"M01": "activity", "M01s": "activity", "M02": "activity", "M02w": "activity", "M02b": "activity", "M03": "activity", "M03h": "activity", "M08q": "activity", "M09": "activity", "M10": "activity", "M10s": "activity",
	"M13": "activity", "M13h": "activity", "M17a": "activity", "M17f": "activity", "M17g": "activity",
	"M04": "post", "M05": "outcome", "M06": "outcome", "M07": "outcome", "M07r": "outcome",
	"M08c": "consultation", "M08a": "consultation", "M08s": "consultation", "M08w": "consultation",
}

// placers give the time at which rows count.
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

func dayNumber(ms int64) int64 { return (ms + zoneMillis) / dayMillis }

// changed notes what was written. It is called with every commit.
func (c *tallyCache) changed(change replica.Change) {
	c.change.Lock()
	defer c.change.Unlock()
	if c.touched == nil {
		c.touched = map[string][]schema.ID{}
	}
	for table, ids := range change.Rows {
		if !c.counts(table, ids) {
			continue
		}
		if slices.Contains(everywhere, table) {
			c.all = true
		}
		if !c.all && (placers[table] != "" || slices.Contains(children, table)) {
			c.touched[table] = append(c.touched[table], ids...)
			c.all = len(c.touched[table]) > 100_000
		}
	}
	if c.all {
		c.touched = nil
	}
}

// breakdown is a figure by day, unit and part, of some units or of all. Its lines
// belong to the cache and are not changed.
type breakdown struct {
	days  [][]figures.Line
	units map[schema.ID]bool // nil: all
}

// each visits the lines.
func (b breakdown) each(fn func(*figures.Line)) {
	for _, day := range b.days {
		for i := range day {
			if b.units == nil || b.units[day[i].Unit] {
				fn(&day[i])
			}
		}
	}
}

func (b breakdown) sum() (total int64) {
	b.each(func(l *figures.Line) { total += l.Value })
	return total
}

// lines gives a figure's breakdown over a period.
func (c *tallyCache) lines(ctx context.Context, county *County, code string, p period) (breakdown, error) {
	if additive[code] == "" {
		return breakdown{}, fmt.Errorf("figure %s is no sum over days", code)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.catchUp(ctx, county); err != nil {
		return breakdown{}, err
	}
	have := c.days[code]
	if have == nil {
		have = map[int64][]figures.Line{}
		c.days[code] = have
	}
	first, last := localDay(p.from), localDay(p.to)
	for day := first; day <= last; day++ {
		if _, ok := have[day]; ok {
			continue
		}
		end := day // a run of days that are missing is asked for at once
		for end < last {
			if _, ok := have[end+1]; ok {
				break
			}
			end++
		}
		// What is counted from here on must be placed, or it could not be found when it
		// moves: rows may be here of which nobody has been told yet.
		if err := c.placeNew(ctx, county, additive[code]); err != nil {
			return breakdown{}, err
		}
		asked, err := c.reader.Tally(ctx, code, figures.Scope{From: dayOf(day).Format(dateLayout), To: dayOf(end).Format(dateLayout)})
		if err != nil {
			return breakdown{}, err
		}
		for i := day; i <= end; i++ {
			have[i] = nil
		}
		for _, line := range asked {
			have[line.Day] = append(have[line.Day], line)
		}
		day = end
	}
	return c.breakdown(code, p), nil
}

// breakdown is that of days that are counted.
func (c *tallyCache) breakdown(code string, p period) breakdown {
	first, last := localDay(p.from), localDay(p.to)
	b := breakdown{days: make([][]figures.Line, 0, last-first+1)}
	if len(p.units) > 0 {
		b.units = map[schema.ID]bool{}
		for _, id := range p.units {
			b.units[c.reader.Survivor(id)] = true
		}
	}
	for day := first; day <= last; day++ {
		if lines := c.days[code][day]; len(lines) > 0 {
			b.days = append(b.days, lines)
		}
	}
	return b
}

// current is a reader that knows what is merged now.
func (c *tallyCache) current(ctx context.Context, county *County) (*figures.Reader, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	err := c.catchUp(ctx, county)
	return c.reader, err
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
		c.days = map[string]map[int64][]figures.Line{}
		c.placed = map[string][]int32{}
		for table := range placers {
			if err := c.place(ctx, county, table, nil, nil); err != nil {
				return err
			}
		}
		return nil
	}
	stale := map[string]map[int64]bool{}
	for table := range placers {
		stale[table] = map[int64]bool{}
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
				if err = county.daysOf(ctx, `SELECT t.occurred_at FROM consultation t WHERE 1 = 1 `+only, args, stale["consultation"]); err == nil {
					err = c.survivors(ctx, county, part, stale["activity"])
				}
			}
			if err != nil {
				return err
			}
		}
	}
	for code, table := range additive {
		maps.DeleteFunc(c.days[code], func(day int64, _ []figures.Line) bool { return stale[table][day] })
	}
	return nil
}

// placeNew notes on which days the rows of a table count that came since the last look.
func (c *tallyCache) placeNew(ctx context.Context, county *County, table string) error {
	return c.placeRows(ctx, county, table, " WHERE t._n >= ?", []any{len(c.placed[table])}, nil)
}

// place notes on which days rows count, all of a table or those named, and marks
// the days that they were and are on.
func (c *tallyCache) place(ctx context.Context, county *County, table string, ids []schema.ID, stale map[int64]bool) error {
	if ids == nil {
		return c.placeRows(ctx, county, table, "", nil, stale)
	}
	only, args := onlyThese("t.id", ids)
	return c.placeRows(ctx, county, table, " WHERE 1 = 1 "+only, args, stale)
}

func (c *tallyCache) placeRows(ctx context.Context, county *County, table, where string, args []any, stale map[int64]bool) error {
	query := `SELECT t._n, ` + placers[table] + ` FROM ` + table + ` t` + where
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
			list = append(list, make([]int32, n+1-int64(len(list)))...)
			c.placed[table] = list
		}
		day := int64(0)
		if at != nil {
			day = dayNumber(*at)
		}
		if stale != nil {
			stale[int64(list[n])], stale[day] = true, true
		}
		list[n] = int32(day)
	}
	return rows.Err()
}

// survivors marks the days on which the activities that stand for others count.
func (c *tallyCache) survivors(ctx context.Context, county *County, activities []schema.ID, stale map[int64]bool) error {
	for part := range slices.Chunk(activities, 500) {
		of := make([]schema.ID, len(part))
		for i, id := range part {
			of[i] = c.reader.Survivor(id)
		}
		only, args := onlyThese("a.id", of)
		if err := county.daysOf(ctx, `SELECT a.start_at FROM activity a WHERE 1 = 1 `+only, args, stale); err != nil {
			return err
		}
	}
	return nil
}

// daysOf marks the days of a query's times.
func (c *County) daysOf(ctx context.Context, query string, args []any, into map[int64]bool) error {
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
			into[dayNumber(*at)] = true
		}
	}
	return rows.Err()
}

// part narrows a breakdown to one part; "=" asks for what has none.
func (b breakdown) part(code string) breakdown {
	if code == "" {
		return b
	}
	code = strings.TrimPrefix(code, "=")
	kept := breakdown{units: b.units}
	for _, day := range b.days {
		var lines []figures.Line
		for _, l := range day {
			if l.Code == code {
				lines = append(lines, l)
			}
		}
		if len(lines) > 0 {
			kept.days = append(kept.days, lines)
		}
	}
	return kept
}

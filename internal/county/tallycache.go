package county

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"fieldkit/internal/figures"
	"fieldkit/sync/schema"
)

// tallyCache keeps the breakdowns of figures by day, each as its one SQL
// definition gave it, and asks again for the days on which something changed. A
// figure is cached here only when it is a sum over days; one that counts distinct
// things over its whole span is not.
//
// A row counts on one day, and the cache knows which (placed): a day is counted in the
// same view of the database in which the rows on it are placed, so that a row that moves
// leaves no count behind, whatever is told of it and when.
type tallyCache struct {
	work   sync.Mutex // held by the one who counts
	reader *figures.Reader
	placed map[string][]int32              // day of each row by its number, by table
	looked map[string]map[schema.ID]string // what counting looks up in other tables, as last seen
	unkept bool                            // something was counted or has changed since it was kept
	asked  atomic.Int64                    // days of figures that were counted since the start

	mu    sync.Mutex // held for moments; days are changed by who holds work too
	days  map[string]map[int64]dayCount
	shown *figures.Reader // by which the days are shown

	changes changes
	live    liveReader
}

// dayCount are the lines of a figure on one day; stale when something on it has changed
// since: it is shown until it is counted again.
type dayCount struct {
	lines []figures.Line
	stale bool
}

// additive are the figures that are sums over days, with the table whose row's
// time places what they count.
var additive = map[string]string{
	"M01": "activity", "M01s": "activity", "M02": "activity", "M02w": "activity", "M02b": "activity", "M03": "activity", "M03h": "activity", "M08q": "activity", "M09": "activity", "M10": "activity", "M10s": "activity",
	"M13": "activity", "M13h": "activity", "M17a": "activity", "M17f": "activity", "M17g": "activity",
	"M04": "post", "M05": "outcome", "M06": "outcome", "M07": "outcome", "M07r": "outcome",
	"M08c": "consultation", "M08a": "consultation", "M08s": "consultation", "M08w": "consultation", "M08h": "consultation",
	"M08t": "consultation", "M08d": "consultation", "M08e": "consultation", "M08v": "consultation",
}

// placer tells when a table's rows count: the time in Unix milliseconds, and the
// condition that it lies in a span (?1 and ?2 in milliseconds, the end exclusive, ?3 and
// ?4 its dates, both inclusive).
type placer struct{ at, within string }

func byTime(column string) placer {
	return placer{"t." + column, "t." + column + " >= ?1 AND t." + column + " < ?2"}
}

var placers = map[string]placer{
	"activity":     byTime("start_at"),
	"consultation": byTime("occurred_at"),
	"post":         byTime("posted_at"),
	"outcome":      {`CAST((julianday(t.occurred_on) - 2440587.5) * 86400000 - 28800000 AS INTEGER)`, `t.occurred_on >= ?3 AND t.occurred_on <= ?4`},
}

// children are the tables whose rows count where their activity does.
var children = []string{"handout", "attendance", "household", "role_head"}

func dayNumber(ms int64) int64 { return (ms + zoneMillis) / dayMillis }

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

// lines gives a figure's breakdown over a period as the records stand now.
func (c *tallyCache) lines(ctx context.Context, county *County, code string, p period) (breakdown, error) {
	t, err := c.count(ctx, county, []string{code}, p)
	return t[code], err
}

// count gives several figures' breakdowns as the records stand now.
func (c *tallyCache) count(ctx context.Context, county *County, codes []string, p period) (tallies, error) {
	byTable := map[string][]string{}
	for _, code := range codes {
		table := additive[code]
		if table == "" {
			return nil, fmt.Errorf("figure %s is no sum over days", code)
		}
		byTable[table] = append(byTable[table], code)
	}
	c.work.Lock()
	defer c.work.Unlock()
	if err := c.catchUp(ctx, county); err != nil {
		return nil, err
	}
	for table, codes := range byTable {
		for wanting := c.wanting(codes, p); len(wanting) > 0; wanting = c.wanting(codes, p) { // counting may find that a row has moved
			for _, r := range wanting {
				if err := c.countRun(ctx, county, table, r); err != nil {
					return nil, err
				}
			}
		}
	}
	t, _ := c.show(codes, p)
	return t, nil
}

// show gives breakdowns as they were last counted, and how many days of figures are not
// counted at all, or not since something on them changed.
func (c *tallyCache) show(codes []string, p period) (tallies, lacks) {
	c.mu.Lock()
	defer c.mu.Unlock()
	first, last := localDay(p.from), localDay(p.to)
	t, lack := tallies{}, lacks{all: len(codes) * int(last-first+1)}
	for _, code := range codes {
		b := breakdown{days: make([][]figures.Line, 0, last-first+1)}
		if len(p.units) > 0 && c.shown != nil {
			b.units = map[schema.ID]bool{}
			for _, id := range p.units {
				b.units[c.shown.Survivor(id)] = true
			}
		}
		of := c.days[code]
		for day := first; day <= last; day++ {
			count, counted := of[day]
			switch {
			case !counted:
				lack.missing++
			case count.stale:
				lack.stale++
			}
			if len(count.lines) > 0 {
				b.days = append(b.days, count.lines)
			}
		}
		t[code] = b
	}
	return t, lack
}

// lacks are numbers of days of figures.
type lacks struct{ all, missing, stale int }

// run are days on which the same figures of a table are wanting.
type run struct {
	codes       []string
	first, last int64
}

// longestRun is how many days are counted in one view, which others' writes must leave readable.
const longestRun = 92

// wanting are the days of a period to count. work is held.
func (c *tallyCache) wanting(codes []string, p period) (list []run) {
	for day := localDay(p.from); day <= localDay(p.to); day++ {
		var want []string
		for _, code := range codes {
			if count, counted := c.days[code][day]; !counted || count.stale {
				want = append(want, code)
			}
		}
		if len(want) == 0 {
			continue
		}
		if n := len(list); n > 0 && list[n-1].last == day-1 && day-list[n-1].first < longestRun && slices.Equal(list[n-1].codes, want) {
			list[n-1].last = day
			continue
		}
		list = append(list, run{want, day, day})
	}
	return list
}

// countRun counts days, and places the rows on them, in one view. work is held.
func (c *tallyCache) countRun(ctx context.Context, county *County, table string, r run) error {
	scope := figures.Scope{From: dayOf(r.first).Format(dateLayout), To: dayOf(r.last).Format(dateLayout)}
	from, to := period{from: dayOf(r.first), to: dayOf(r.last)}.millis()
	left := map[int64]bool{}
	counts := map[string][]figures.Line{}
	err := county.replica.View(ctx, func(query figures.Query) error {
		rows, err := query(ctx, `SELECT t._n, `+placers[table].at+` FROM `+table+` t WHERE `+placers[table].within, from, to, scope.From, scope.To)
		if err != nil {
			return fmt.Errorf("place %s: %w", table, err)
		}
		err = c.place(table, rows, func(was, day int64) {
			if was != day {
				left[was] = true
			}
		})
		if err != nil {
			return err
		}
		reader := c.reader.On(query)
		for _, code := range r.codes {
			if counts[code], err = reader.Tally(ctx, code, scope); err != nil {
				return err
			}
		}
		return nil
	})
	c.mu.Lock()
	defer c.mu.Unlock()
	c.spoil(staleDays{table: left})
	if err != nil {
		return err
	}
	for _, code := range r.codes {
		if c.days[code] == nil {
			c.days[code] = map[int64]dayCount{}
		}
		for day := r.first; day <= r.last; day++ {
			c.days[code][day] = dayCount{}
		}
		for _, line := range counts[code] {
			count := c.days[code][line.Day]
			count.lines = append(count.lines, line)
			c.days[code][line.Day] = count
		}
	}
	c.unkept = true
	c.asked.Add(int64(len(r.codes)) * (r.last - r.first + 1))
	return nil
}

// place notes the days of rows, and tells which they were on and are.
func (c *tallyCache) place(table string, rows *sql.Rows, placed func(was, day int64)) error {
	defer rows.Close()
	list := c.placed[table]
	for rows.Next() {
		var n int64
		var at *int64
		if err := rows.Scan(&n, &at); err != nil {
			return fmt.Errorf("place %s: %w", table, err)
		}
		if int64(len(list)) <= n {
			list = append(list, make([]int32, n+1-int64(len(list)))...)
		}
		day := int64(0)
		if at != nil {
			day = dayNumber(*at)
		}
		placed(int64(list[n]), day)
		list[n] = int32(day)
	}
	c.placed[table] = list
	return rows.Err()
}

// staleDays are days by figure, or by the table that places figures.
type staleDays map[string]map[int64]bool

func (s staleDays) mark(of string, day int64) {
	if s[of] == nil {
		s[of] = map[int64]bool{}
	}
	s[of][day] = true
}

// spoil has days counted again. work and mu are held.
func (c *tallyCache) spoil(stale staleDays) {
	for code, table := range additive {
		for _, of := range []string{code, table} {
			for day := range stale[of] {
				if count, counted := c.days[code][day]; counted && !count.stale {
					count.stale = true
					c.days[code][day] = count
				}
			}
		}
	}
}

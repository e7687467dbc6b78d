package county

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"fieldkit/internal/figures"
	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// changes is what commits wrote since the counts last followed them.
type changes struct {
	mu      sync.Mutex
	touched map[string][]schema.ID
	all     bool
	renamed bool // rows of a table in named
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
func (c *changes) leave(table string, ids []schema.ID, write func() error) error {
	u := &uncounted{table, sortedIDs(ids)}
	c.mu.Lock()
	c.uncounted = append(c.uncounted, u)
	c.mu.Unlock()
	err := write()
	c.mu.Lock()
	c.uncounted = slices.DeleteFunc(c.uncounted, func(other *uncounted) bool { return other == u })
	c.mu.Unlock()
	return err
}

// counts tells whether what a commit wrote to a table may count. Were the very same
// rows written by somebody else meanwhile, one of the two commits is left and the other
// has them asked for.
func (c *changes) counts(table string, ids []schema.ID) bool {
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

// lookups are the values of other tables that counting looks up.
var lookups = map[string]string{"venue": "t.town", "material": `t."group"`, "device": "hex(t.owner_unit_id)"}

// leads are what makes a consultation complete (M08e), beside its own fields.
const leads = "consultation_indicator"

// named are the tables of which a change may merge rows or set rules.
var named = []string{"unit", "venue", "activity", "outcome", "case_digest", "setting"}

// follows tells whether the counts follow changes of a table.
func follows(table string) bool {
	return placers[table] != placer{} || lookups[table] != "" || table == leads || slices.Contains(children, table) || slices.Contains(named, table)
}

// tooMany rows of a table are more work to follow one by one than to count anew.
const tooMany = 200_000

// changed notes what was written. It is called with every commit.
func (c *changes) changed(change replica.Change) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for table, ids := range change.Rows {
		if c.counts(table, ids) && follows(table) {
			c.add(table, ids)
			c.renamed = c.renamed || slices.Contains(named, table)
		}
	}
}

func (c *changes) add(table string, ids []schema.ID) {
	if c.touched == nil {
		c.touched = map[string][]schema.ID{}
	}
	if len(c.touched[table])+len(ids) > tooMany {
		c.all, ids = true, nil
	}
	c.touched[table] = append(c.touched[table], ids...)
}

// waiting tells whether the counts have not followed all that was told.
func (c *changes) waiting() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.all || len(c.touched) > 0
}

func (c *changes) take() (touched map[string][]schema.ID, all bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	touched, all = c.touched, c.all
	c.touched, c.all = nil, false
	return touched, all
}

// catchUp finds the days that changes made stale. work is held.
func (c *tallyCache) catchUp(ctx context.Context, county *County) (err error) {
	touched, all := c.changes.take()
	if !all && len(touched) == 0 && c.reader != nil {
		return nil
	}
	defer func() {
		if err != nil {
			c.changes.mu.Lock()
			c.changes.all = true // nothing is known any more of what those changes touched
			c.changes.mu.Unlock()
		}
	}()
	c.unkept = true
	before := c.reader
	if before == nil || all || slices.ContainsFunc(named, func(table string) bool { return len(touched[table]) > 0 }) {
		settings, err := model.ReadSettings(ctx, county.replica)
		if err != nil {
			return err
		}
		reader, err := figures.NewReader(ctx, county.replica, settings)
		if err != nil {
			return err
		}
		c.use(reader)
	}
	if before == nil {
		return nil // nothing is counted yet
	}
	f := &following{cache: c, county: county, before: before, stale: staleDays{}}
	if !all {
		if all, err = f.merged(ctx, touched); err != nil {
			return err
		}
	}
	if all {
		c.spoilAll()
		return nil
	}
	for table, ids := range touched {
		for part := range slices.Chunk(sortedIDs(ids), 500) {
			if err := f.follow(ctx, table, part); err != nil {
				return err
			}
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.spoil(f.stale)
	return nil
}

// use takes a reader to count and to show by.
func (c *tallyCache) use(reader *figures.Reader) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reader, c.shown = reader, reader
	if c.days == nil {
		c.days, c.placed, c.looked = map[string]map[int64]dayCount{}, map[string][]int32{}, map[string]map[schema.ID]string{}
	}
}

// spoilAll has every day counted again.
func (c *tallyCache) spoilAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, days := range c.days {
		for day, count := range days {
			count.stale = true
			days[day] = count
		}
	}
	clear(c.looked)
}

// liveReader is a reader that knows what is merged now, without a count to wait for.
type liveReader struct {
	mu     sync.Mutex
	reader *figures.Reader
}

// current is a reader that knows what is merged now.
func (c *tallyCache) current(ctx context.Context, county *County) (*figures.Reader, error) {
	c.live.mu.Lock()
	defer c.live.mu.Unlock()
	c.changes.mu.Lock()
	renamed := c.changes.renamed
	c.changes.renamed = false
	c.changes.mu.Unlock()
	if c.live.reader != nil && !renamed {
		return c.live.reader, nil
	}
	c.live.reader = nil
	settings, err := model.ReadSettings(ctx, county.replica)
	if err != nil {
		return nil, err
	}
	reader, err := figures.NewReader(ctx, county.replica, settings)
	if err == nil {
		c.live.reader = reader
	}
	return reader, err
}

// following finds the days of one batch of changes.
type following struct {
	cache  *tallyCache
	county *County
	before *figures.Reader
	stale  staleDays
}

// merged adds the rows that stand for others now, or did, to what was touched. It tells
// whether all is to be counted anew: under other rules, or because a unit, whose figures
// are everywhere, was merged.
func (f *following) merged(ctx context.Context, touched map[string][]schema.ID) (all bool, err error) {
	now := f.cache.reader
	if now == f.before {
		return false, nil
	}
	ids, rules := now.Differs(f.before)
	if rules {
		return true, nil
	}
	for part := range slices.Chunk(ids, 500) {
		only, args := onlyThese("t.id", part)
		units, err := f.county.number(ctx, `SELECT count(*) FROM unit t WHERE 1 = 1 `+only, args...)
		if err != nil || units > 0 {
			return true, err
		}
		for _, table := range []string{"activity", "outcome"} {
			touched[table] = append(touched[table], part...)
		}
	}
	return false, nil
}

// follow marks the days on which rows count and did.
func (f *following) follow(ctx context.Context, table string, ids []schema.ID) error {
	switch {
	case slices.Contains(children, table):
		only, args := onlyThese("t.id", ids)
		of, err := f.county.ids(ctx, `SELECT DISTINCT t.activity_id FROM `+table+` t WHERE 1 = 1 `+only, args...)
		if err != nil {
			return err
		}
		return f.activities(ctx, of)
	case lookups[table] != "":
		changed, err := f.otherwise(ctx, table, ids)
		if err != nil || len(changed) == 0 {
			return err
		}
		return f.lookedUp(ctx, table, changed)
	case table == leads:
		only, args := onlyThese("t.id", ids)
		return f.days(ctx, "M08e", `SELECT c.occurred_at FROM consultation_indicator t JOIN consultation c ON c.id = t.consultation_id WHERE 1 = 1 `+only, args)
	case placers[table] == placer{}:
		return nil
	}
	only, args := onlyThese("t.id", ids)
	rows, err := f.county.replica.Query(ctx, `SELECT t._n, `+placers[table].at+` FROM `+table+` t WHERE 1 = 1 `+only, args...)
	if err != nil {
		return fmt.Errorf("place %s: %w", table, err)
	}
	err = f.cache.place(table, rows, func(was, day int64) {
		f.stale.mark(table, was)
		f.stale.mark(table, day)
	})
	if err != nil || table != "activity" {
		return err
	}
	if err := f.consultations(ctx, ids, "consultation"); err != nil {
		return err
	}
	return f.activities(ctx, ids)
}

// otherwise are the rows of which what counting looks up is not what it was.
func (f *following) otherwise(ctx context.Context, table string, ids []schema.ID) (changed []schema.ID, err error) {
	only, args := onlyThese("t.id", ids)
	rows, err := f.county.replica.Query(ctx, `SELECT t.id, coalesce(`+lookups[table]+`, '') FROM `+table+` t WHERE 1 = 1 `+only, args...)
	if err != nil {
		return nil, fmt.Errorf("look up %s: %w", table, err)
	}
	defer rows.Close()
	seen := f.cache.looked[table]
	if seen == nil {
		seen = map[schema.ID]string{}
		f.cache.looked[table] = seen
	}
	for rows.Next() {
		var id schema.ID
		var value string
		if err := rows.Scan(&id, &value); err != nil {
			return nil, fmt.Errorf("look up %s: %w", table, err)
		}
		if was, known := seen[id]; !known || was != value {
			changed = append(changed, id)
		}
		seen[id] = value
	}
	return changed, rows.Err()
}

// lookedUp marks the days that counted by a value which is another one now.
func (f *following) lookedUp(ctx context.Context, table string, ids []schema.ID) error {
	switch table {
	case "venue": // its town
		only, args := onlyThese("t.venue_id", ids)
		at, err := f.county.ids(ctx, `SELECT t.id FROM activity t WHERE 1 = 1 `+only, args...)
		if err != nil {
			return err
		}
		for part := range slices.Chunk(at, 500) {
			only, args := onlyThese("t.id", part)
			if err := f.days(ctx, "M02w", `SELECT t.start_at FROM activity t WHERE 1 = 1 `+only, args); err != nil {
				return err
			}
			if err := f.consultations(ctx, part, "M08w"); err != nil {
				return err
			}
		}
	case "material": // its group
		only, args := onlyThese("t.material_id", ids)
		of, err := f.county.ids(ctx, `SELECT DISTINCT t.activity_id FROM handout t WHERE 1 = 1 `+only, args...)
		if err != nil {
			return err
		}
		return f.activities(ctx, of)
	case "device": // its unit
		only, args := onlyThese("t.device_id", ids)
		return f.days(ctx, "post", `SELECT t.posted_at FROM post t WHERE t.unit_id IS NULL `+only, args)
	}
	return nil
}

// consultations marks the days of consultations of activities, and of those that these
// stand for or stood for.
func (f *following) consultations(ctx context.Context, activities []schema.ID, of string) error {
	for part := range slices.Chunk(sortedIDs(append(f.before.Members(activities), f.cache.reader.Members(activities)...)), 500) {
		only, args := onlyThese("t.activity_id", part)
		if err := f.days(ctx, of, `SELECT t.occurred_at FROM consultation t WHERE 1 = 1 `+only, args); err != nil {
			return err
		}
	}
	return nil
}

// activities marks the days on which the activities that stand, or stood, for others count.
func (f *following) activities(ctx context.Context, ids []schema.ID) error {
	for part := range slices.Chunk(ids, 250) {
		of := make([]schema.ID, 0, 2*len(part))
		for _, id := range part {
			of = append(of, f.cache.reader.Survivor(id), f.before.Survivor(id))
		}
		only, args := onlyThese("t.id", sortedIDs(of))
		if err := f.days(ctx, "activity", `SELECT t.start_at FROM activity t WHERE 1 = 1 `+only, args); err != nil {
			return err
		}
	}
	return nil
}

// days marks the days of a query's times.
func (f *following) days(ctx context.Context, of, query string, args []any) error {
	rows, err := f.county.replica.Query(ctx, query, args...)
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
			f.stale.mark(of, dayNumber(*at))
		}
	}
	return rows.Err()
}

package county

import (
	"bufio"
	"context"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"fieldkit/internal/figures"
	"fieldkit/internal/model"
	"fieldkit/sync/schema"
)

// keptCounts is a tallyCache on disk, so that a start need not count a million records
// anew, also one after a crash. It holds the checksum of every row that it counted:
// rows with another one have changed since, and the counts follow them as they would have.
// It holds numbers of rows, towns and no personal data.
type keptCounts struct {
	State  string // how they were counted, and in which life of the database
	Checks map[string][]uint64
	Placed map[string][]int32
	Looked map[string]map[schema.ID]string
	Alias  map[schema.ID]schema.ID
	Large  [2]int64 // thresholds: leaflets, partners
	Units  []schema.ID
	Codes  []string
	Lines  map[string]keptLines // by figure
}

// keptLines are the lines of a figure, a column each: they are many. Empty are the
// days that were counted and have none.
type keptLines struct {
	Day, Unit, Code []int32
	Value           []int64
	Empty           []int32
}

// countsFile lies in the county's directory, sealed, as damage would pass for figures.
const countsFile = "counts.sealed"

// keepEvery is how often the counts are kept while the county is open.
const keepEvery = time.Hour

// countsState names the definitions and the incarnation: a database that was put in the
// place of another has another one.
func (c *County) countsState() string {
	return fmt.Sprint(figures.Fingerprint(), c.options.Version, c.replica.Origin())
}

// followed are the tables whose rows' checksums are kept.
func followed() []string {
	var list []string
	for _, t := range model.Schema.Tables {
		if follows(t.Name) {
			list = append(list, t.Name)
		}
	}
	return list
}

// errWriting: something is being written just now.
var errWriting = errors.New("something is being written")

// keepCounts keeps them now and then until ctx ends.
func (c *County) keepCounts(ctx context.Context) {
	select {
	case <-c.warmth.ready:
	case <-ctx.Done():
		return
	}
	for {
		err := c.counts.keep(ctx, c)
		pause := keepEvery
		if errors.Is(err, errWriting) {
			err, pause = nil, time.Second
		}
		if err != nil && ctx.Err() == nil {
			c.log.Error("keep the counts", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

// keep writes what is counted. errWriting when that cannot be told just now; the file that
// is there stays, and is as good but for what changed since.
func (c *tallyCache) keep(ctx context.Context, county *County) error {
	if !c.worthKeeping() {
		return nil
	}
	// The checksums are read first: what is written from here on has another one.
	checks := map[string][]uint64{}
	for _, table := range followed() {
		var list []uint64
		err := county.replica.Checks(ctx, table, func(n int64, check uint64) {
			if int64(len(list)) <= n {
				list = append(list, make([]uint64, n+1-int64(len(list)))...)
			}
			list[n] = check
		})
		if err != nil {
			return err
		}
		checks[table] = list
	}
	k, err := c.snapshot(ctx, county)
	if k == nil || err != nil {
		return err
	}
	k.Checks = checks
	err = writeWhole(filepath.Join(county.dir, countsFile), func(to io.Writer) error {
		sealed := &sealedWriter{replica: county.replica, to: to, name: countsFile}
		if err := gob.NewEncoder(sealed).Encode(k); err != nil {
			return err
		}
		return sealed.end()
	})
	if err != nil {
		c.work.Lock()
		c.unkept = true
		c.work.Unlock()
	}
	return err
}

// worthKeeping tells whether something was counted, or has changed, since the counts were kept.
func (c *tallyCache) worthKeeping() bool {
	c.work.Lock()
	defer c.work.Unlock()
	return c.reader != nil && (c.unkept || c.changes.waiting())
}

// snapshot copies what is counted, all changes followed that were made before the call;
// nil when nothing is.
func (c *tallyCache) snapshot(ctx context.Context, county *County) (*keptCounts, error) {
	c.work.Lock()
	defer c.work.Unlock()
	if c.reader == nil {
		return nil, nil
	}
	if !county.replica.Told() { // changes that were read as checksums may not be known here yet
		return nil, errWriting
	}
	if err := c.catchUp(ctx, county); err != nil {
		return nil, err
	}
	c.unkept = false
	rules := c.reader.Settings()
	k := &keptCounts{State: county.countsState(), Placed: map[string][]int32{}, Looked: map[string]map[schema.ID]string{}, Alias: c.reader.Aliases(),
		Large: [2]int64{rules.LargeLeaflets, rules.LargePartners}, Lines: map[string]keptLines{}}
	for table, list := range c.placed {
		k.Placed[table] = slices.Clone(list)
	}
	for table, seen := range c.looked {
		k.Looked[table] = maps.Clone(seen)
	}
	c.mu.Lock()
	days := map[string]map[int64]dayCount{}
	for code, of := range c.days {
		days[code] = maps.Clone(of)
	}
	c.mu.Unlock()
	k.pack(days)
	return k, nil
}

// pack lays lines out by columns. What is stale is left out: it is to be counted anyway.
func (k *keptCounts) pack(days map[string]map[int64]dayCount) {
	units, codes := map[schema.ID]int32{}, map[string]int32{}
	for figure, of := range days {
		var l keptLines
		for day, count := range of {
			if count.stale {
				continue
			}
			if len(count.lines) == 0 {
				l.Empty = append(l.Empty, int32(day))
			}
			for _, line := range count.lines {
				unit, known := units[line.Unit]
				if !known {
					unit = int32(len(k.Units))
					units[line.Unit], k.Units = unit, append(k.Units, line.Unit)
				}
				code, known := codes[line.Code]
				if !known {
					code = int32(len(k.Codes))
					codes[line.Code], k.Codes = code, append(k.Codes, line.Code)
				}
				l.Day, l.Unit, l.Code, l.Value = append(l.Day, int32(day)), append(l.Unit, unit), append(l.Code, code), append(l.Value, line.Value)
			}
		}
		k.Lines[figure] = l
	}
}

func (k *keptCounts) unpack() map[string]map[int64]dayCount {
	days := map[string]map[int64]dayCount{}
	for figure, l := range k.Lines {
		of := map[int64]dayCount{}
		for _, day := range l.Empty {
			of[int64(day)] = dayCount{}
		}
		for i, day := range l.Day {
			count := of[int64(day)]
			count.lines = append(count.lines, figures.Line{Day: int64(day), Unit: k.Units[l.Unit[i]], Code: k.Codes[l.Code[i]], Value: l.Value[i]})
			of[int64(day)] = count
		}
		days[figure] = of
	}
	return days
}

// restore takes up what keep wrote and has what changed since followed. What is damaged,
// or of other records, is counted anew. work is held.
func (c *tallyCache) restore(ctx context.Context, county *County) error {
	path := filepath.Join(county.dir, countsFile)
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	k, readErr := readCounts(county, f)
	if err := f.Close(); err != nil {
		return err
	}
	if readErr != nil {
		county.log.Warn("the counts that were kept cannot be used", "err", readErr)
		return os.Remove(path)
	}
	if k.State != county.countsState() {
		return nil
	}
	changed := 0
	for _, table := range followed() {
		ids, same, err := county.changedRows(ctx, table, k.Checks[table])
		if err != nil {
			return err
		}
		if !same {
			return nil
		}
		changed += len(ids)
		c.changes.mu.Lock()
		c.changes.add(table, ids)
		c.changes.mu.Unlock()
	}
	before, err := figures.ReaderOf(county.replica, model.Settings{LargeLeaflets: k.Large[0], LargePartners: k.Large[1]}, k.Alias)
	if err != nil {
		return err
	}
	c.use(before)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.placed, c.days = k.Placed, k.unpack()
	if c.looked = k.Looked; c.looked == nil {
		c.looked = map[string]map[schema.ID]string{}
	}
	county.log.Debug("counts go on from those that were kept", "rows changed since", changed)
	return nil
}

// changedRows are the rows of a table whose checksum is not the kept one; same is false
// when rows that were counted are not there: then it is not the same database.
func (c *County) changedRows(ctx context.Context, table string, kept []uint64) (ids []schema.ID, same bool, err error) {
	var changed []int64
	there := 0
	err = c.replica.Checks(ctx, table, func(n int64, check uint64) {
		known := n < int64(len(kept)) && kept[n] != 0
		if known {
			there++
		}
		if !known || kept[n] != check {
			changed = append(changed, n)
		}
	})
	if err != nil {
		return nil, false, err
	}
	for _, check := range kept {
		if check != 0 {
			there--
		}
	}
	for part := range slices.Chunk(changed, 1000) {
		list, err := json.Marshal(part)
		if err != nil {
			return nil, false, err
		}
		some, err := c.ids(ctx, `SELECT id FROM `+table+` WHERE _n IN (SELECT value FROM json_each(?))`, string(list))
		if err != nil {
			return nil, false, err
		}
		ids = append(ids, some...)
	}
	return ids, there == 0, nil
}

func readCounts(county *County, f io.Reader) (k keptCounts, err error) {
	plain, sink := io.Pipe()
	go func() { sink.CloseWithError(unseal(county.replica, bufio.NewReader(f), countsFile, sink)) }()
	err = gob.NewDecoder(bufio.NewReader(plain)).Decode(&k)
	if err == nil { // the end is authentic too
		_, err = io.Copy(io.Discard, plain)
	}
	plain.CloseWithError(errors.Join(err, io.ErrClosedPipe))
	return k, err
}

package app

import (
	"context"
	"encoding/json"
	"time"

	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// A disk can change what was written without an error. Once a day, before leaving, and
// whenever the county finds that this laptop's rows are not its own, every row is read
// and its checksum compared. What does not fit is told on the sync screen, over every
// start of the program, until it does.

const (
	checkedKey = "check/found"
	checkEvery = 24 * time.Hour
	// maxFound bounds what is remembered of a check; a broken disk has more.
	maxFound = 200
)

// rowCheck is what the last check of the rows came to.
type rowCheck struct {
	At      int64        `json:"at"` // ms, 0 never
	Damaged int          `json:"damaged"`
	Rows    []damagedRow `json:"rows"` // the first of them
}

// damagedRow is a row that is not as it was written. Tables of the engine begin with _.
type damagedRow struct {
	Table string    `json:"table"`
	ID    schema.ID `json:"id"`
}

// lastCheck is what the last check came to.
func lastCheck(ctx context.Context, r *replica.Replica) (f rowCheck, err error) {
	raw, err := r.GetLocal(ctx, checkedKey)
	if err == nil && json.Unmarshal(raw, &f) != nil {
		f = rowCheck{} // damaged itself: the next check writes it anew
	}
	return f, err
}

// upkeep checks the rows when that is due, or now.
func (s *Sync) upkeep(ctx context.Context, r *replica.Replica, now bool) error {
	if !now {
		last, err := lastCheck(ctx, r)
		if err != nil {
			return err
		}
		if since := s.a.opts.Wall().Sub(time.UnixMilli(last.At)); since >= 0 && since < checkEvery {
			return nil
		}
	}
	if _, err := s.checkRows(ctx, r); err != nil {
		return err
	}
	return forgetRedacted(ctx, r)
}

// checkRows reads every row now.
func (s *Sync) checkRows(ctx context.Context, r *replica.Replica) (rowCheck, error) {
	damaged, err := r.Check(ctx)
	if err != nil {
		return rowCheck{}, err
	}
	f := rowCheck{At: s.a.opts.Wall().UnixMilli(), Damaged: len(damaged)}
	tables := map[string]int{}
	for _, d := range damaged {
		tables[d.Table]++
		if len(f.Rows) < maxFound {
			f.Rows = append(f.Rows, damagedRow{d.Table, d.ID})
		}
	}
	if len(damaged) > 0 {
		s.a.opts.Log.Error("records are damaged on disk", "tables", tables)
	}
	raw, err := json.Marshal(f)
	if err != nil {
		return f, err
	}
	if err := r.PutLocal(ctx, checkedKey, raw); err != nil {
		return f, err
	}
	s.publish()
	return f, nil
}

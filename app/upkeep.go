package app

import (
	"context"
	"strconv"
	"time"

	"fieldkit/sync/replica"
)

// A disk can change what was written without an error. Once a day, and whenever the
// county finds that this laptop's rows are not its own, every row is read and its
// checksum compared; what does not fit is told on the sync screen until it does.

const (
	checkedKey = "check/at"
	checkEvery = 24 * time.Hour
)

// upkeep checks the rows when that is due.
func (s *Sync) upkeep(ctx context.Context, r *replica.Replica, now bool) error {
	if !now {
		raw, err := r.GetLocal(ctx, checkedKey)
		if err != nil {
			return err
		}
		last, _ := strconv.ParseInt(string(raw), 10, 64) // none: never
		if since := s.a.opts.Wall().Sub(time.UnixMilli(last)); since >= 0 && since < checkEvery {
			return nil
		}
	}
	damaged, err := r.Check(ctx)
	if err != nil {
		return err
	}
	tables := map[string]int{}
	for _, d := range damaged {
		tables[d.Table]++
	}
	if len(damaged) > 0 {
		s.a.opts.Log.Error("records are damaged on disk", "tables", tables)
	}
	s.mu.Lock()
	s.damaged = len(damaged)
	s.mu.Unlock()
	s.publish()
	return r.PutLocal(ctx, checkedKey, strconv.AppendInt(nil, s.a.opts.Wall().UnixMilli(), 10))
}

package county

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Rehome gives what hangs on activities to the units that take part in them now: the
// attendance of a meeting, and the consultations of a desk's shift with their leads and
// joint actions. A unit that joins later so gets what was recorded before.
func (c *County) Rehome(ctx context.Context, activities []schema.ID) error {
	err := c.replica.Update(ctx, func(tx *replicaTx) error {
		for _, id := range activities {
			if err := rehome(tx, id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("give units what they joined: %w", err)
	}
	return nil
}

func rehome(tx *replicaTx, activity schema.ID) error {
	row, err := tx.Get("activity", activity)
	if err != nil || row == nil {
		return err
	}
	each := func(table, column string, of schema.ID, fn func(schema.ID) error) error {
		rows, err := tx.Select(table, "WHERE "+column+" = ?", of[:])
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := tx.Rehome(table, row.ID); err != nil {
				return err
			}
			if fn != nil {
				if err := fn(row.ID); err != nil {
					return err
				}
			}
		}
		return nil
	}
	if err := each("attendance", "activity_id", activity, nil); err != nil || row.Text("kind") != "desk_shift" {
		return err
	}
	return each("consultation", "activity_id", activity, func(consultation schema.ID) error {
		for _, table := range []string{"consultation_indicator", "linkage_action"} {
			if err := each(table, "consultation_id", consultation, nil); err != nil {
				return err
			}
		}
		return nil
	})
}

// rehomeDue does so for every activity that changes, until ctx ends.
func (c *County) rehomeDue(ctx context.Context) {
	var mu sync.Mutex
	waiting, wake := map[schema.ID]bool{}, make(chan struct{}, 1)
	defer c.replica.Subscribe(func(change replica.Change) {
		mu.Lock()
		defer mu.Unlock()
		for _, id := range change.Rows["activity"] {
			waiting[id] = true
		}
		if len(waiting) > 0 {
			select {
			case wake <- struct{}{}:
			default:
			}
		}
	})()
	for {
		select {
		case <-ctx.Done():
			return
		case <-wake:
		}
		mu.Lock()
		ids := slices.Collect(maps.Keys(waiting))
		clear(waiting)
		mu.Unlock()
		for some := range slices.Chunk(ids, 50) {
			if err := c.Rehome(ctx, some); err != nil && ctx.Err() == nil {
				c.log.Error("rehome", "err", err)
			}
		}
	}
}

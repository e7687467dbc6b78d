package county

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// reviewCache keeps the review's list until something changes, so that a badge
// on every page costs nothing. Which consultations lie outside their activity it
// knows by having looked at all once and since then at those that changed.
type reviewCache struct {
	mu    sync.Mutex
	items []ReviewItem
	until time.Time // when a list that nothing changed is made again: some rules look at the clock

	change  sync.Mutex
	stale   bool
	touched map[string][]schema.ID // consultations and activities written since
	all     bool                   // more than it pays to name

	strange map[schema.ID]bool // nil until all were looked at
}

const reviewAge = 5 * time.Minute

// changed notes what was written. It is called with every commit.
func (r *reviewCache) changed(change replica.Change) {
	r.change.Lock()
	defer r.change.Unlock()
	r.stale = true
	if r.all {
		return
	}
	for _, table := range []string{"consultation", "activity"} {
		if r.touched == nil {
			r.touched = map[string][]schema.ID{}
		}
		r.touched[table] = append(r.touched[table], change.Rows[table]...)
		if len(r.touched[table]) > 50_000 {
			r.touched, r.all = nil, true
			return
		}
	}
}

// forget makes the next list new.
func (r *reviewCache) forget() {
	r.change.Lock()
	defer r.change.Unlock()
	r.stale = true
}

func (r *reviewCache) list(ctx context.Context, c *County) ([]ReviewItem, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.change.Lock()
	fresh := !r.stale && r.items != nil && time.Now().Before(r.until)
	r.stale = false
	r.change.Unlock()
	if fresh {
		return r.items, nil
	}
	items, err := c.review(ctx)
	if err != nil {
		r.forget()
		return nil, err
	}
	r.items, r.until = items, time.Now().Add(reviewAge)
	return items, nil
}

// outside lists the consultations that lie outside their activity, newest first.
// The caller holds mu.
func (r *reviewCache) outside(ctx context.Context, c *County) ([]schema.ID, error) {
	r.change.Lock()
	touched, all := r.touched, r.all || r.strange == nil
	r.touched, r.all = nil, false
	r.change.Unlock()
	err := func() error {
		if all {
			ids, err := c.ids(ctx, strings.Replace(ruleOutside, "{only}", "", 1))
			if err != nil {
				return err
			}
			r.strange = map[schema.ID]bool{}
			for _, id := range ids {
				r.strange[id] = true
			}
			return nil
		}
		for _, id := range touched["consultation"] {
			delete(r.strange, id)
		}
		for table, column := range map[string]string{"consultation": "t.id", "activity": "t.activity_id"} {
			for part := range slices.Chunk(touched[table], 500) {
				if table == "activity" { // those of it that were strange may not be so any more
					only, args := onlyThese(column, part)
					ids, err := c.ids(ctx, `SELECT t.id FROM consultation t WHERE 1 = 1 `+only, args...)
					if err != nil {
						return err
					}
					for _, id := range ids {
						delete(r.strange, id)
					}
				}
				only, args := onlyThese(column, part)
				ids, err := c.ids(ctx, strings.Replace(ruleOutside, "{only}", only, 1), args...)
				if err != nil {
					return err
				}
				for _, id := range ids {
					r.strange[id] = true
				}
			}
		}
		return nil
	}()
	if err != nil {
		r.strange = nil
		return nil, err
	}
	list := make([]schema.ID, 0, len(r.strange))
	for id := range r.strange {
		list = append(list, id)
	}
	slices.SortFunc(list, func(a, b schema.ID) int { return bytes.Compare(b[:], a[:]) })
	return list, nil
}

package county

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"fieldkit/internal/model"
)

// warmth is how far the counting after a start has come.
type warmth struct {
	steps atomic.Int64 // that are done
	of    int64
	ready chan struct{} // closed when all are, or when they failed
}

// patience is how long the first page waits for figures of a county of this size:
// of a small one they are here before anybody could read that they are not.
const (
	smallCounty = 20_000 // consultations
	patience    = 300 * time.Millisecond
)

// warm counts this year, the last and the one that the last is compared with, in the
// background. The first page shows meanwhile what it has.
func (c *County) warm() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	year := c.options.now().In(model.Location).Year()
	years := []int{year, year - 1, year - 2}
	c.warmth.of, c.warmth.ready = int64(len(years)*len(counted)), make(chan struct{})
	began := time.Now()
	var done sync.WaitGroup
	done.Go(func() {
		defer close(c.warmth.ready)
		for _, y := range years {
			p, err := parsePeriod(fmt.Sprintf("%d-01-01", y), fmt.Sprintf("%d-12-31", y), nil)
			for i := 0; i < len(counted) && err == nil; i++ {
				_, err = c.counts.lines(ctx, c, counted[i], p)
				c.warmth.steps.Add(1)
			}
			if err != nil {
				if ctx.Err() == nil {
					c.log.Error("count in advance", "err", err)
				}
				return
			}
		}
	})
	done.Go(func() {
		<-c.warmth.ready
		if ctx.Err() == nil && time.Since(began) > patience { // pages that showed what they had ask again
			c.changed("activity", "consultation")
		}
	})
	return func() { cancel(); done.Wait() }
}

// wait gives the counting a moment. It tells what percent of it is done; 0 when
// there is nothing to wait for.
func (w *warmth) wait(ctx context.Context, c *County) (percent int64, err error) {
	select {
	case <-w.ready:
		return 0, nil
	default:
	}
	newest, err := c.number(ctx, `SELECT coalesce(max(_n), 0) FROM consultation`)
	if err != nil {
		return 0, err
	}
	var enough <-chan time.Time
	if newest > smallCounty {
		enough = time.After(patience)
	}
	select {
	case <-w.ready:
		return 0, nil
	case <-enough:
		return min(max(w.steps.Load()*100/w.of, 1), 99), nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// meanwhile is the first page without its figures.
func (c *County) meanwhile(ctx context.Context, q OverviewQuery, p period, counting int64) (Overview, error) {
	o := Overview{County: c.name, From: q.From, To: q.To, At: c.store.now(), Counting: counting, Cards: []Card{}, More: []Card{}, Trend: []TrendPoint{}, FraudTypes: []Share{},
		AgeBands: []Share{}, Kinds: []Share{}, Towns: []Town{}, Units: []UnitTotals{}}
	names, err := c.names(ctx)
	if err != nil {
		return o, err
	}
	if o.Newest, err = c.newest(ctx, p.units, 8, names); err != nil {
		return o, err
	}
	o.Devices, err = c.deviceList(ctx, names)
	return o, err
}

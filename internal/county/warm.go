package county

import (
	"context"
	"fmt"
	"sync"
	"time"

	"fieldkit/internal/model"
)

// warmth counts in the background what pages are about to show.
type warmth struct {
	ready  chan struct{} // closed when the last years are counted after a start, or that failed
	ctx    context.Context
	jobs   sync.WaitGroup
	queue  chan struct{} // places of jobs
	small  int64         // smallCounty, patience: but in tests
	moment time.Duration
}

// patience is how long the first page waits for figures of a county of this size:
// of a small one they are here before anybody could read that they are not.
const (
	smallCounty = 20_000 // consultations
	patience    = 200 * time.Millisecond
)

// manyJobs is how many pages' counts wait for each other; another page's show what there is.
const manyJobs = 8

// warm counts this year, the last and the one that the last is compared with, in the
// background, from what was kept. The first page shows meanwhile what it has.
func (c *County) warm() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	c.warmth.ctx, c.warmth.ready, c.warmth.queue, c.warmth.small, c.warmth.moment = ctx, make(chan struct{}), make(chan struct{}, manyJobs), smallCounty, patience
	year := c.options.now().In(model.Location).Year()
	began := time.Now()
	c.counts.work.Lock() // nobody counts before what was kept is here
	c.warmth.jobs.Go(func() {
		defer close(c.warmth.ready)
		err := c.counts.restore(ctx, c)
		c.counts.work.Unlock()
		for y := year; err == nil && y >= year-2; y-- {
			var p period
			if p, err = parsePeriod(fmt.Sprintf("%d-01-01", y), fmt.Sprintf("%d-12-31", y), nil); err == nil {
				err = c.countAhead(ctx, counted, p)
			}
		}
		if err != nil && ctx.Err() == nil {
			c.log.Error("count in advance", "err", err)
		}
		if ctx.Err() == nil && time.Since(began) > patience { // pages that showed what they had ask again
			c.changed("activity", "consultation")
		}
	})
	return func() { cancel(); c.warmth.jobs.Wait() }
}

// stepDays is how many days of a figure are counted between which others have their turn.
const stepDays = 31

// countAhead counts figures of a period in small steps, the newest days first.
func (c *County) countAhead(ctx context.Context, codes []string, p period) error {
	for to := p.to; !to.Before(p.from); to = to.AddDate(0, 0, -stepDays) {
		from := to.AddDate(0, 0, 1-stepDays)
		if from.Before(p.from) {
			from = p.from
		}
		for _, code := range codes {
			if _, err := c.counts.lines(ctx, c, code, period{from: from, to: to}); err != nil {
				return err
			}
		}
	}
	return nil
}

// soon gives a figure's breakdown as the records stand now, or, when counting in what has
// just come in takes longer than a moment, as they stood before: the pages are told then.
func (c *County) soon(ctx context.Context, code string, p period) (breakdown, error) {
	if _, lack := c.counts.show([]string{code}, p); lack.missing > 0 {
		return c.counts.lines(ctx, c, code, p)
	}
	if _, err := c.fresh(ctx, []string{code}, p); err != nil {
		return breakdown{}, err
	}
	t, _ := c.counts.show([]string{code}, p)
	return t[code], nil
}

// fresh has figures of periods counted and waits for it a moment; done is false when it
// took longer. What is counted after that the pages are told of.
func (c *County) fresh(ctx context.Context, codes []string, periods ...period) (done bool, err error) {
	newest, err := c.number(ctx, `SELECT coalesce(max(_n), 0) FROM consultation`)
	if err != nil {
		return false, err
	}
	var enough <-chan time.Time
	if newest > c.warmth.small {
		enough = time.After(c.warmth.moment)
	}
	select {
	case c.warmth.queue <- struct{}{}: // where there is room, whatever else is ready
	default:
		select {
		case c.warmth.queue <- struct{}{}:
		case <-enough:
			return false, nil
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
	counted := make(chan error, 1)
	c.warmth.jobs.Go(func() {
		defer func() { <-c.warmth.queue }()
		began, before := time.Now(), c.counts.asked.Load()
		var err error
		for i := 0; err == nil && i < len(periods); i++ {
			err = c.countAhead(c.warmth.ctx, codes, periods[i])
		}
		counted <- err
		if enough != nil && time.Since(began) > c.warmth.moment && c.counts.asked.Load() > before && c.warmth.ctx.Err() == nil {
			c.changed("activity", "consultation")
		}
	})
	select {
	case err := <-counted:
		return err == nil, err
	case <-enough:
		return false, nil
	case <-ctx.Done():
		return false, ctx.Err()
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

package replica

import (
	"context"
	"errors"
	"fmt"
	"time"

	"fieldkit/sync/hlc"
)

// A laptop whose clock is wrong learns it when it meets the county, before it seals.
// What it has not sealed yet becomes a new incarnation's, as far back or ahead as the
// clock was wrong; what has left it keeps its stamps. The county is told how far, so
// that a copy of the database with the same writes does the same to them.

// slack is how much later than now a corrected stamp may be: milliseconds are cut off.
const slack = time.Second

// lasting is by how much a clock may be wrong for the correction to outlast the program:
// one that is wrong by more is likely to be put right meanwhile.
const lasting = time.Hour

const metaAhead = "ahead" // ms

// Ahead is how far the wall clock is ahead of the time that stamps follow.
func (r *Replica) Ahead() time.Duration { return r.opts.Wall().Sub(r.clock.Right()) }

// Correct tells the replica how far its wall clock is ahead of the right time, behind
// when negative. Until it is closed its stamps follow the right time, whatever becomes
// of the wall clock; after that, as far from the wall clock as they were. It tells whether
// unsealed writes got other stamps: then the replica asks the county anew, see GoOn.
// Writes that would come to lie before what their author had seen, or after now, keep
// their stamps.
func (r *Replica) Correct(ctx context.Context, ahead time.Duration) (restamped bool, err error) {
	err = r.update(ctx, false, func(tx *Tx) (err error) {
		restamped, err = tx.correct(ahead)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("correct the clock: %w", err)
	}
	return restamped, nil
}

func (tx *Tx) correct(ahead time.Duration) (bool, error) {
	r := tx.r
	list, err := tx.unsealedOpenings()
	if err != nil {
		return false, err
	}
	right, began, last := tx.wall.Add(-ahead), r.opts.Elapsed(), r.clock.Last()
	restamped := false
	if n := len(list); n > 0 {
		// The newest openings that were wrong alike; those before them may have been right.
		by := ahead.Milliseconds() - list[n-1].shift
		first := n
		for first > 0 && list[first-1].origin == r.own && list[first-1].shift == list[n-1].shift {
			first--
		}
		for first < n && list[first].at.Back(by) <= list[first].floor {
			first++
		}
		if first < n && by != 0 && last.Back(by) <= hlc.At(right.Add(slack).UnixMilli()) {
			next, err := tx.nextIncarnation()
			if err != nil {
				return false, err
			}
			var spans renaming
			for i, o := range list {
				sp := span{at: o.at, from: o.origin, to: o.origin}
				if o.origin == r.own {
					sp.to = next
				}
				if i >= first {
					sp.by = by
				}
				spans = append(spans, sp)
			}
			r.opts.Log.Warn("the clock was wrong: unsealed writes get the right time", "replica", r.id, "ahead", ahead, "now", r.origins.name(next).Incarnation)
			if err := tx.goOnAs(next, spans, by); err != nil {
				return false, err
			}
			last, restamped = last.Back(by), true
		}
	}
	tx.clock = func() {
		r.clock.Correct(func() time.Time { return right.Add(r.opts.Elapsed() - began) }, last)
	}
	kept := ahead
	if kept.Abs() > lasting {
		kept = 0
	}
	return restamped, errors.Join(setMeta(tx.ctx, tx.conn, metaAhead, kept.Milliseconds()), setMeta(tx.ctx, tx.conn, "clock", int64(last)))
}

// goOnCorrected has the stamps of a laptop whose clock is always a little wrong follow
// the right time from the start, as they did when the county last told it.
func (r *Replica) goOnCorrected(ctx context.Context, q querier) error {
	ms, err := meta[int64](ctx, q, metaAhead)
	if err != nil || ms == 0 {
		return err
	}
	ahead := time.Duration(ms) * time.Millisecond
	r.clock.Correct(func() time.Time { return r.opts.Wall().Add(-ahead) }, r.clock.Last())
	return nil
}

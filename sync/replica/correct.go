package replica

import (
	"context"
	"fmt"
	"slices"
	"time"

	"fieldkit/sync/hlc"
)

// A laptop whose clock is wrong learns it when it meets the county, before it seals.
// What it has not sealed yet becomes a new incarnation's, as far back or ahead as the
// clock was wrong; what has left it keeps its stamps. The county is told how far, so
// that a copy of the database with the same writes does the same to them.

// slack is how much later than now a corrected stamp may be: milliseconds are cut off.
const slack = time.Second

// Ahead is how far the wall clock is ahead of the time that stamps follow.
func (r *Replica) Ahead() time.Duration { return r.opts.Wall().Sub(r.clock.Right()) }

// Correct tells the replica how far its wall clock is ahead of the right time, behind
// when negative. Until it is closed its stamps follow the right time, whatever becomes
// of the wall clock. It tells whether unsealed writes got other stamps: then the replica
// asks the county anew, see GoOn. Writes that would come to lie before what their author
// had seen, or after now, keep their stamps.
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
	if len(list) > 0 {
		by := ahead.Milliseconds() - list[0].shift
		alike := !slices.ContainsFunc(list, func(o opening) bool {
			return o.origin != r.own || ahead.Milliseconds()-o.shift != by
		})
		if alike && by != 0 && list[0].at.Back(by) > list[0].floor && last.Back(by) <= hlc.At(right.Add(slack).UnixMilli()) {
			next, err := tx.nextIncarnation()
			if err != nil {
				return false, err
			}
			var spans renaming
			for _, o := range list {
				spans = append(spans, span{o.at, o.origin, next, by})
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
	return restamped, setMeta(tx.ctx, tx.conn, "clock", int64(last))
}

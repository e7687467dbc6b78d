package story

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// event is something that somebody records.
type event struct {
	at   time.Time
	name string
	do   func(ctx context.Context) error
}

// facts are what happened on the way and is to be looked at in the end.
type facts struct {
	draft      int64    // leaflets of the year in the draft, before D4's bundle
	late       int64    // what D4's bundle added
	again      int      // changesets of D4's bundle that were new when it came a second time
	frozen     bool     // the draft still says what it said
	draftText  string   // of the draft, as it is read
	lateText   string   // how the difference is told
	missing    []string // laptops that the draft names as missing
	pulled     int64    // lines that were cut
	lostBefore int64    // leaflets of 2026 while the lost laptop's bundle was held
	lostAfter  int64    // and when the office had let it in
	heldYear   int64    // leaflets of 2025 while it was held
	held       int      // changesets of it that the office let in
}

// Play records both years, in the order of the calendar, and lets everybody sync in
// the end.
func (w *World) Play(ctx context.Context) error {
	if err := w.registers(ctx); err != nil {
		return fmt.Errorf("the office's registers: %w", err)
	}
	var events []event
	for _, part := range []func() []event{w.baseYear, w.streets, w.lectures, w.households, w.counters, w.desks, w.cafes, w.posts, w.outcomes, w.trainings, w.tallies, w.materials, w.digests, w.cases} {
		events = append(events, part()...)
	}
	slices.SortStableFunc(events, func(a, b event) int { return a.at.Compare(b.at) })
	month := time.Month(0)
	for _, e := range events {
		if e.at.Month() != month {
			month = e.at.Month()
			if err := w.meetAll(ctx); err != nil {
				return err
			}
		}
		w.clock.set(e.at)
		if err := e.do(ctx); err != nil {
			return fmt.Errorf("%s %s: %w", e.at.Format("2006-01-02"), e.name, err)
		}
		if err := w.wander(ctx); err != nil {
			return fmt.Errorf("after %s: %w", e.name, err)
		}
	}
	w.say("   %d 件事记完，掉线 %d 次", len(events), w.line.Cuts.Load())
	return w.meetAll(ctx)
}

// meetAll syncs every laptop that has a network.
func (w *World) meetAll(ctx context.Context) error {
	var here []*Kit
	for _, k := range w.Kits {
		if !k.away {
			here = append(here, k)
		}
	}
	return w.meet(ctx, here...)
}

package app

import (
	"context"
	"fmt"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// An activity's id is made of what it is (kind, day, place, or the plan's item) and a
// running number, seq. Laptops that mean one event must count it alike without having met,
// so it is counted over what they hold: a new activity takes the first number that nobody
// has used, or joins the first that goes on. What was voided or cancelled keeps its
// number and its counts, and is passed over: who opens the event anew begins anew.

// maxSeq ends the search, should a day go wrong.
const maxSeq = 99

// seat is where an activity belongs: the row to join, or nil and the id to create.
func seat(get activityReader, realm schema.ID, o *opening) (schema.ID, *replica.Row, error) {
	var done *replica.Row
	for seq := 1; seq <= maxSeq; seq++ {
		id := o.id(realm, seq)
		row, err := get(id)
		if err != nil {
			return schema.Nil, nil, err
		}
		if row == nil {
			if done != nil && !o.another {
				return done.ID, done, nil
			}
			return id, nil, nil
		}
		if row, err = standing(get, row); err != nil {
			return schema.Nil, nil, err
		}
		switch {
		case row == nil || voided(row) || row.ID != id && row.Ref("lead_unit_id") != o.lead: // merged into another unit's: who opens it here means another
		case row.Text("state") == "open" || row.Text("state") == "planned":
			return row.ID, row, nil
		case row.Text("state") == "done" && (!o.item.IsNil() || model.Date(time.UnixMilli(row.Int("start_at"))) == model.Date(o.startAt)):
			done = row // of several that are over, the last
		}
	}
	return schema.Nil, nil, refuse("place", fmt.Sprintf("这个地点这半天已经有 %d 场了，请换个地点写法。", maxSeq), fmt.Sprintf("There are %d here this half-day already; write the place in another way.", maxSeq))
}

// activityReader reads an activity, nil when there is none.
type activityReader func(id schema.ID) (*replica.Row, error)

// standing is the row that stands for one that was merged away; nil when none does.
func standing(get activityReader, row *replica.Row) (*replica.Row, error) {
	for range 8 { // merges go round when two sides merged into each other
		into := row.Ref("merged_into")
		if into.IsNil() {
			return row, nil
		}
		next, err := get(into)
		if err != nil || next == nil {
			return nil, err
		}
		row = next
	}
	return nil, nil
}

// fill sets what a form may leave out.
func (o *opening) fill(unit schema.ID, now time.Time) {
	if o.startAt.IsZero() {
		o.startAt = now
	}
	if o.lead.IsNil() {
		o.lead = unit
	}
}

// id is the activity's id by its running number.
func (o *opening) id(realm schema.ID, seq int) schema.ID {
	if !o.item.IsNil() {
		return model.PlannedActivityID(realm, o.item, seq)
	}
	return model.ActivityID(realm, o.kind, model.Date(o.startAt), o.lead, model.Place{Venue: o.venue, Text: o.place}, model.HalfDay(o.startAt), seq)
}

// ofItem is the activity that a plan's item has become: the one that goes on, else the
// last that was finished, else one that was cancelled; nil when there is none.
func ofItem(get activityReader, realm, item schema.ID) (*replica.Row, error) {
	var best *replica.Row
	rank := map[string]int{"cancelled": 1, "done": 2, "planned": 3, "open": 4}
	for seq := 1; seq <= maxSeq; seq++ {
		row, err := get(model.PlannedActivityID(realm, item, seq))
		if err != nil || row == nil {
			return best, err
		}
		if row, err = standing(get, row); err != nil {
			return nil, err
		}
		if row != nil && !voided(row) && (best == nil || rank[row.Text("state")] >= rank[best.Text("state")]) {
			best = row
		}
	}
	return best, nil
}

// Ended is the finished activity that opening by this form would land in; nil when
// it would begin one, or join one that goes on. The screen asks then whether that one
// is meant or another, see OpenForm.Another.
func (a *Activities) Ended(f OpenForm) (*Activity, error) {
	r, err := a.s.open()
	if err != nil {
		return nil, err
	}
	o := f.opening()
	o.fill(a.s.Unit(), r.Wall())
	_, row, err := seat(func(id schema.ID) (*replica.Row, error) { return r.Get(context.Background(), "activity", id) }, r.Realm(), &o)
	if err != nil {
		return nil, a.s.explain(err)
	}
	if row == nil || row.Text("state") != "done" {
		return nil, nil
	}
	activity, err := a.s.directory(r).activity(row)
	return &activity, err
}

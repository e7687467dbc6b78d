package story

import (
	"context"
	"fmt"
	"time"

	"fieldkit/app"
)

// lecture is a lecture with what was handed out and how many came.
type lecture struct {
	code, date, place       string
	kit                     int
	leaflets, heads, elders int64
}

var lectureTable = []lecture{
	{"L1", "2025-02-26", "县一中", 3, 80, 420, 0},
	{"L2", "2025-03-28", "老年大学", 2, 60, 85, 78},
	{"L3", "2025-04-18", "县二中", 3, 120, 610, 0},
	{"L4", "2025-06-20", "工业园财务人员", 1, 55, 64, 0},
	{"L5", "2025-09-04", "职业学校", 2, 45, 380, 0},
	{"L6", "2025-11-14", "敬老院", 4, 90, 92, 70},
}

func (w *World) lectures() []event {
	var out []event
	for _, l := range lectureTable {
		out = append(out, event{day(l.date, 15), l.code, func(ctx context.Context) error { return w.lecture(ctx, l) }})
	}
	out = append(out, event{day("2025-07-11", 9), "L7", func(ctx context.Context) error {
		k := w.kit(3)
		st, err := k.booth.Open(app.OpenBooth{Kind: "lecture", Place: "县医院"})
		if err != nil {
			return err
		}
		_, err = k.acts.SetState(st.Activity.ID, "cancelled") // rain; nobody came
		return err
	}})
	return out
}

func (w *World) lecture(ctx context.Context, l lecture) error {
	k := w.kit(l.kit)
	if err := w.openLecture(k, l); err != nil {
		return err
	}
	id := w.ids[l.code]
	if err := k.hand(id, "FZXCD", l.leaflets); err != nil {
		return err
	}
	heads, summary := l.heads, "讲了刷单、冒充客服和共享屏幕，现场演示了96110。"
	form := app.ActivityForm{Summary: &summary}
	if l.code != "L3" { // X14: stated on two laptops
		form.Heads = &heads
	}
	if l.elders > 0 {
		form.ElderHeads = &l.elders
	}
	if _, err := k.booth.Edit(id, form); err != nil {
		return err
	}
	if err := w.caseAt(ctx, l.code); err != nil {
		return err
	}
	w.clock.pass(90 * time.Minute)
	_, err := k.booth.Finish(id)
	return err
}

func (w *World) openLecture(k *Kit, l lecture) error {
	st, err := k.booth.Open(app.OpenBooth{Kind: "lecture", Place: l.place, LeadUnitID: w.kit(l.kit).unit, StartAt: day(l.date, 15).UnixMilli()})
	if err != nil {
		return err
	}
	if have, known := w.ids[l.code]; known && have != st.Activity.ID {
		return fmt.Errorf("two laptops opened one lecture and got two")
	}
	w.ids[l.code] = st.Activity.ID
	return nil
}

// round is a household round through a community.
type round struct {
	code, date, community string
	kit                   int
	leaflets              int64
	visited, inVain       int
}

var roundTable = []round{
	{"H1", "2025-03-08", "锦苑社区", 2, 64, 71, 14},
	{"H2", "2025-05-24", "岭口社区", 4, 52, 58, 11},
	{"H3", "2025-10-25", "河西社区", 1, 48, 55, 9},
}

func (w *World) households() []event {
	var out []event
	for _, h := range roundTable {
		out = append(out, event{day(h.date, 9), h.code, func(ctx context.Context) error { return w.round(ctx, h) }})
	}
	return out
}

func (w *World) round(ctx context.Context, h round) error {
	k := w.kit(h.kit)
	st, err := k.booth.Open(app.OpenBooth{Kind: "household", Place: h.community})
	if err != nil {
		return err
	}
	id := st.Activity.ID
	w.ids[h.code] = id
	for n := range h.visited + h.inVain {
		w.clock.pass(80 * time.Second)
		door := app.DoorForm{Door: fmt.Sprintf("%d %d %d0%d", 1+n/24, 1+n/12%2, 1+n/2%6, 1+n%2), Result: "talked", Talked: int64(1 + n%3), Elder: int64(n % 5 / 4)}
		switch {
		case n >= h.visited && n%3 == 0:
			door.Result = "refused"
		case n >= h.visited:
			door.Result = "absent"
		case n%4 == 3:
			door.Result = "left_leaflet"
		}
		if door.Result != "talked" {
			door.Talked, door.Elder = 0, 0
		}
		if _, err := k.homes.Record(id, door); err != nil {
			return fmt.Errorf("door %s: %w", door.Door, err)
		}
	}
	if err := k.hand(id, "FZXCD", h.leaflets); err != nil {
		return err
	}
	for range 3 {
		w.clock.pass(5 * time.Minute)
		if _, err := w.ask(k, id, question{source: "household"}); err != nil {
			return err
		}
	}
	_, err = k.booth.Finish(id)
	return err
}

package county

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"fieldkit/internal/figures"
	"fieldkit/internal/model"
	"fieldkit/sync/schema"
)

// One event that was recorded twice, as when one laptop opens what is planned and another
// opens the same booth unplanned, counts twice and its leaflets stand apart until the
// office joins the two. Activities of different kinds are never one.

// happened are the activities that may be one event: see eventsSince.
const happened = `SELECT a.id, a.kind, a.start_at, coalesce(a.end_at, 0), a.lead_unit_id, a.venue_id, coalesce(a.place_text, ''), coalesce(a.title, ''), a.partner_units, a.device_id
FROM activity a WHERE a.start_at > ? AND ` + liveActivity + ` ORDER BY a.start_at, a.id`

// eventsSince is how far back records of one event are looked for.
const eventsSince = 400 * dayMillis

// event is what two activities of one kind and day are compared by.
type event struct {
	id, lead, venue, device schema.ID
	kind, title             string
	place                   string // as it is called, normalised
	start, end              int64
	partners                []schema.ID
}

func (e *event) day() int64 { return dayNumber(e.start) }

// morning tells the half of the day that it began in.
func (e *event) morning() bool { return (e.start+zoneMillis)%dayMillis < dayMillis/2 }

const (
	nearby    = 90 * 60_000  // ms between two beginnings that are one
	farApart  = 3 * 3600_000 // ms between two beginnings that are two
	samePlace = 45
)

// compare scores two activities of one kind and day, 0–100, and says what speaks for it.
func (a *event) compare(b *event) (score int64, reasons []string) {
	add := func(points int64, reason string) {
		score += points
		if reason != "" {
			reasons = append(reasons, reason)
		}
	}
	together := a.lead == b.lead || slices.Contains(a.partners, b.lead) || slices.Contains(b.partners, a.lead)
	switch {
	case !a.venue.IsNil() && a.venue == b.venue:
		add(samePlace, "same_venue")
	case a.place != "" && a.place == b.place:
		add(samePlace, "same_place")
	case !together: // of hundreds of counters on one day none are compared by their names
		return 0, nil
	case a.place != "" && b.place != "" && (similarity(a.place, b.place) >= 60 || strings.Contains(a.place, b.place) || strings.Contains(b.place, a.place)):
		add(30, "similar_place")
	default:
		return 0, nil
	}
	switch {
	case a.lead == b.lead:
		add(25, "same_unit")
	case together:
		add(25, "partner_unit")
	case slices.ContainsFunc(a.partners, func(p schema.ID) bool { return slices.Contains(b.partners, p) }):
		add(12, "shared_partner")
	default:
		add(-12, "")
	}
	apart := max(a.start-b.start, b.start-a.start)
	switch {
	case apart >= farApart && a.morning() != b.morning():
		add(-30, "") // a round in the morning and one after noon are two, though the first was closed late
	case a.lead == b.lead && (a.end != 0 && a.end <= b.start || b.end != 0 && b.end <= a.start):
		add(-35, "") // one was over when the other began: the kit asked, and whoever opened it meant another
	case apart <= nearby || a.end >= b.start && b.end >= a.start:
		add(15, "same_time")
	case a.morning() == b.morning():
		add(8, "half_day")
	}
	if x, y := model.Norm(a.title), model.Norm(b.title); x != "" && y != "" {
		if x == y {
			add(10, "same_title")
		} else if similarity(x, y) < 50 {
			add(-10, "")
		}
	}
	if a.device == b.device {
		add(-15, "") // one computer opened two on purpose
	} else {
		add(5, "")
	}
	return min(max(score, 0), 100), reasons
}

// recordedEvents reads the activities that count.
func (c *County) recordedEvents(ctx context.Context, reader *figures.Reader) ([]*event, error) {
	venues, err := c.allVenueNames(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := c.replica.Query(ctx, happened, c.store.now()-eventsSince)
	if err != nil {
		return nil, fmt.Errorf("look for activities twice: %w", err)
	}
	defer rows.Close()
	var list []*event
	for rows.Next() {
		e := &event{}
		var partners sql.NullString
		if err := rows.Scan(&e.id, &e.kind, &e.start, &e.end, &e.lead, &e.venue, &e.place, &e.title, &partners, &e.device); err != nil {
			return nil, err
		}
		e.lead, e.place = reader.Survivor(e.lead), model.Norm(e.place)
		if !e.venue.IsNil() {
			e.venue = reader.Survivor(e.venue)
			e.place = model.Norm(venues[e.venue])
		}
		var units []string
		if partners.Valid && json.Unmarshal([]byte(partners.String), &units) != nil {
			units = nil // damaged: compared without
		}
		for _, text := range units {
			if id, err := schema.ParseID(text); err == nil {
				e.partners = append(e.partners, reader.Survivor(id))
			}
		}
		list = append(list, e)
	}
	return list, rows.Err()
}

// allVenueNames are the names of all venues, merged ones too.
func (c *County) allVenueNames(ctx context.Context) (map[schema.ID]string, error) {
	rows, err := c.replica.Query(ctx, `SELECT id, coalesce(name, '') FROM venue`)
	if err != nil {
		return nil, fmt.Errorf("read the venues' names: %w", err)
	}
	defer rows.Close()
	names := map[schema.ID]string{}
	for rows.Next() {
		var id schema.ID
		var name string
		if err := rows.Scan(&id, &name); err != nil {
			return nil, err
		}
		names[id] = name
	}
	return names, rows.Err()
}

// eventsTwice proposes activities that are one event, surest first.
func (c *County) eventsTwice(ctx context.Context) ([]Pair, error) {
	reader, err := c.counts.current(ctx, c)
	if err != nil {
		return nil, err
	}
	list, err := c.recordedEvents(ctx, reader)
	if err != nil {
		return nil, err
	}
	apart, err := c.store.apart(ctx, "activity")
	if err != nil {
		return nil, err
	}
	type dayKind struct {
		day  int64
		kind string
	}
	days := map[dayKind][]*event{}
	for _, e := range list {
		days[dayKind{e.day(), e.kind}] = append(days[dayKind{e.day(), e.kind}], e)
	}
	var found []scored[*event]
	for _, day := range days {
		for i, a := range day {
			for _, b := range day[i+1:] {
				if score, reasons := a.compare(b); score >= pairScore && !apart[pairKey(a.id, b.id)] {
					found = append(found, scored[*event]{a, b, pairKey(a.id, b.id), score, reasons})
				}
			}
		}
	}
	bestFirst(found)
	names, err := c.names(ctx)
	if err != nil {
		return nil, err
	}
	planned, err := c.plannedActivities(ctx)
	if err != nil {
		return nil, err
	}
	pairs := []Pair{}
	for _, f := range found[:min(len(found), pairLimit)] {
		n := int64(len(days[dayKind{f.a.day(), f.a.kind}]))
		p := Pair{Table: "activity", Score: f.score, Reasons: f.reasons, Before: n, After: n - 1}
		for side, e := range map[*PairSide]*event{&p.Left: f.a, &p.Right: f.b} {
			if *side, err = c.eventSide(ctx, e.id, reader, names); err != nil {
				return nil, err
			}
		}
		// The likelier survivor stands left: what was planned, else the one with more on it.
		if cmp.Or(cmp.Compare(rank(planned[f.b.id]), rank(planned[f.a.id])), cmp.Compare(p.Right.Row.Uses, p.Left.Row.Uses)) > 0 {
			p.Left, p.Right = p.Right, p.Left
		}
		for i, count := range p.Left.Counts {
			if count.Table == "leaflets" || count.Table == "asked" {
				p.Together = append(p.Together, Count{count.Table, count.N + p.Right.Counts[i].N})
			}
		}
		pairs = append(pairs, p)
	}
	return pairs, nil
}

func rank(planned bool) int {
	if planned {
		return 1
	}
	return 0
}

// plannedAgain is how many times an item of the plan is looked for that was opened anew
// after it was voided.
const plannedAgain = 5

// plannedActivities are the activities that plans' items become.
func (c *County) plannedActivities(ctx context.Context) (map[schema.ID]bool, error) {
	items, err := c.ids(ctx, `SELECT t.id FROM plan_item t WHERE `+live)
	if err != nil {
		return nil, err
	}
	list := map[schema.ID]bool{}
	for _, id := range items {
		for seq := 1; seq <= plannedAgain; seq++ {
			list[model.PlannedActivityID(c.realm, id, seq)] = true
		}
	}
	return list, nil
}

// eventSide shows one activity with what hangs on it and on those merged into it.
func (c *County) eventSide(ctx context.Context, id schema.ID, reader *figures.Reader, names *nameBook) (PairSide, error) {
	members := reader.Members([]schema.ID{id})
	rows, err := c.rowsByID(ctx, "activity", members)
	if err != nil {
		return PairSide{}, err
	}
	row := rows[id]
	if row == nil {
		return PairSide{}, errSettled
	}
	line, err := c.eventRow(ctx, row, names)
	if err != nil {
		return PairSide{}, err
	}
	totals, err := c.countPerActivity(ctx, []schema.ID{id})
	if err != nil {
		return PairSide{}, err
	}
	n := totals[id]
	stated, counted, asked := row.Int("heads_stated"), int64(0), n.Consultations
	for _, member := range members {
		if of := rows[member]; of != nil && !voided(of) {
			counted, asked = counted+of.Int("heads_counted"), asked+of.Int("consult_quick")
			if row.Int("heads_stated") == 0 {
				stated = max(stated, of.Int("heads_stated"))
			}
		}
	}
	only, args := onlyThese("t.activity_id", members)
	told, err := c.number(ctx, `SELECT coalesce(sum(t.heads), 0) FROM role_head t WHERE `+live+` `+only, args...)
	if err != nil {
		return PairSide{}, err
	}
	heads := max(cmp.Or(n.Attendance, stated, told, counted), 0)
	line.Uses = n.Leaflets + asked + heads
	return PairSide{Row: line, Counts: []Count{{"leaflets", n.Leaflets}, {"heads", heads}, {"asked", max(asked, 0)}}, Created: row.Int("created_at"), Device: names.devices[row.Ref("device_id")]}, nil
}

// eventRow describes an activity as a line of a list.
func (c *County) eventRow(ctx context.Context, row *replicaRow, names *nameBook) (RegistryRow, error) {
	venues, err := c.venueNames(ctx, map[schema.ID]*replicaRow{row.ID: row})
	if err != nil {
		return RegistryRow{}, err
	}
	place := cmp.Or(venues[row.Ref("venue_id")], row.Text("place_text"))
	when := localDate(row.Int("start_at")) + " " + localTime(row.Int("start_at"))
	if end := row.Int("end_at"); end != 0 {
		when += "–" + localTime(end)
	}
	return RegistryRow{ID: row.ID.String(), Names: map[string]string{}, Fields: map[string]string{"name": cmp.Or(activityTitle(row, venues), names.codes.Label("activity_kind", row.Text("kind"))),
		"when": when, "activity_kind": row.Text("kind"), "title": row.Text("title"), "place": place, "lead": names.unit(row.Ref("lead_unit_id")),
		"partners": names.unitsIn(row.Strings("partner_units")), "activity_state": row.Text("state")}}, nil
}

// unitsIn are the names of a set of units.
func (b *nameBook) unitsIn(set []string) string {
	var list []string
	for _, text := range set {
		if id, err := schema.ParseID(text); err == nil && b.units[id] != "" {
			list = append(list, b.units[id])
		}
	}
	slices.Sort(list)
	return strings.Join(slices.Compact(list), "、")
}

// mayBeOne refuses to merge what cannot be one thing.
func mayBeOne(table string, into, from *replicaRow, reader *figures.Reader) error {
	switch table {
	case "attendance":
		if reader.Survivor(into.Ref("activity_id")) != reader.Survivor(from.Ref("activity_id")) {
			return userError("meetings", "", "这是两场会的签到，不能并。没有改动。", "These are signatures of two meetings; nothing was changed.")
		}
	case "activity", "outcome":
		if into.Text("kind") != from.Text("kind") {
			return userError("kinds", "", "类别不同，不能并成一条。没有改动。", "These are of different kinds and cannot be one; nothing was changed.")
		}
		if voided(into) || voided(from) {
			return userError("voided", "", "有一条已经作废，不用并。没有改动。", "One of them is void already; nothing was changed.")
		}
		if table == "activity" && !(tookPlace(into) && tookPlace(from)) {
			return userError("state", "", "只有进行中和已结束的活动能并。没有改动。", "Only activities that took place can be merged; nothing was changed.")
		}
	}
	return nil
}

func tookPlace(activity *replicaRow) bool {
	state := activity.Text("state")
	return state == "open" || state == "done"
}

// MergedRecords lists the activities, outcomes, digests or signatures (attendance) that were joined
// to another, newest first. What registers joined stands in their own lists.
func (s *Service) MergedRecords(ctx context.Context, table string) ([]RegistryRow, error) {
	if _, err := signedIn(ctx); err != nil {
		return []RegistryRow{}, err
	}
	names, err := s.c.names(ctx)
	if err != nil {
		return []RegistryRow{}, err
	}
	switch table {
	case "attendance":
		return s.c.mergedPeople(ctx, names)
	case "activity":
		return s.c.mergedInto(ctx, table, names, s.c.eventRow)
	case "outcome":
		return s.c.mergedInto(ctx, table, names, s.c.outcomeRow)
	case "case_digest":
		return s.c.mergedInto(ctx, table, names, s.c.digestRow)
	}
	return []RegistryRow{}, nil
}

func (c *County) mergedInto(ctx context.Context, table string, names *nameBook, describe func(context.Context, *replicaRow, *nameBook) (RegistryRow, error)) ([]RegistryRow, error) {
	list := []RegistryRow{}
	rows, err := c.replica.Select(ctx, table, `WHERE merged_into IS NOT NULL ORDER BY _n DESC LIMIT 100`)
	if err != nil {
		return list, fmt.Errorf("list what was merged: %w", err)
	}
	for _, row := range rows {
		line, err := describe(ctx, row, names)
		if err != nil {
			return list, err
		}
		line.Into = row.Ref("merged_into").String()
		other, err := c.replica.Get(ctx, table, row.Ref("merged_into"))
		if err != nil {
			return list, err
		}
		if other != nil {
			into, err := describe(ctx, other, names)
			if err != nil {
				return list, err
			}
			line.IntoName = into.Fields["name"]
		}
		list = append(list, line)
	}
	return list, nil
}

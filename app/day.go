package app

import (
	"context"
	"encoding/json"
	"slices"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Day closes the day: it lists what is still open, and sums up what was done.
type Day struct{ s *Session }

// NewDay makes the service.
func NewDay(s *Session) *Day { return &Day{s} }

// DayItem is something to settle before the day is closed.
type DayItem struct {
	Key          string    `json:"key"`   // what it is left by
	Kind         string    `json:"kind"`  // open, missing, uncounted, twice, difference, negative, follow_up, tally, unopened
	ID           schema.ID `json:"id"`    // of the activity, material, consultation or plan's item
	Title        string    `json:"title"` // never a person
	ActivityKind string    `json:"activity_kind"`
	Missing      []string  `json:"missing"` // see ActivityDetail
	Count        int64     `json:"count"`   // pieces, of stock
	Blocked      bool      `json:"blocked"` // cannot be settled by Enter alone
	Left         bool      `json:"left"`    // 留待: left for another day
}

// DayActivity is an activity on the day's sheet.
type DayActivity struct {
	ActivityDetail
	Tallies []Tally   `json:"tallies"` // materials that went out
	Carried []Carried `json:"carried"`
}

// DayReport is everything that the day's closing shows and its sheet prints.
type DayReport struct {
	On         string        `json:"on"`
	Lunar      string        `json:"lunar"`
	Unit       string        `json:"unit"`
	Officer    string        `json:"officer"`
	Items      []DayItem     `json:"items"`
	Activities []DayActivity `json:"activities"`
	Materials  []Tally       `json:"materials"` // of the day, all activities
	Tally      TallyDay      `json:"tally"`
	Quick      int64         `json:"quick"`
	Installs   int64         `json:"installs"`
	Heads      int64         `json:"heads"`
	Advised    int64         `json:"advised"` // consultations with a form
	Open       int           `json:"open"`    // items neither settled nor left
}

// Get reads a day; "" is today.
func (y *Day) Get(on string) (DayReport, error) {
	out := DayReport{Items: []DayItem{}, Activities: []DayActivity{}, Materials: []Tally{}}
	r, err := y.s.open()
	if err != nil {
		return out, err
	}
	if on == "" {
		on = model.Date(r.Wall())
	}
	day, err := model.ParseDate("on", "日期", "The date", on)
	if err != nil {
		return out, y.s.explain(err)
	}
	out.On, out.Lunar = on, model.LunarName(day)
	ctx := context.Background()
	d := y.s.directory(r)
	for into, ref := range map[*string]struct {
		table string
		id    schema.ID
	}{&out.Unit: {"unit", y.s.Unit()}, &out.Officer: {"officer", y.s.Officer()}} {
		n, err := d.name(ref.table, ref.id)
		if err != nil {
			return out, err
		}
		*into = n.Name
	}
	from, to := day.UnixMilli(), day.AddDate(0, 0, 1).UnixMilli()
	// Of the week before, what was never closed.
	rows, err := r.Select(ctx, "activity", "WHERE start_at < ?2 AND (start_at >= ?1 OR (state = 'open' AND start_at >= ?3)) ORDER BY start_at", from, to, day.AddDate(0, 0, -7).UnixMilli())
	if err != nil {
		return out, err
	}
	for _, row := range rows {
		if !live(row) || !y.s.takesPart(row) {
			continue
		}
		if err := y.addActivity(r, d, row, &out, row.Int("start_at") >= from); err != nil {
			return out, err
		}
	}
	if err := y.addStock(&out); err != nil {
		return out, err
	}
	if err := y.addFollowUps(r, &out); err != nil {
		return out, err
	}
	if err := y.addPlanned(&out); err != nil {
		return out, err
	}
	if out.Tally, err = NewTallies(y.s).Day(on); err != nil {
		return out, err
	}
	kept := slices.ContainsFunc(out.Tally.Lines, func(l TallyLine) bool { return l.Total != 0 })
	if !out.Tally.Closed && (kept || len(out.Tally.Missing) > 0) {
		out.Items = append(out.Items, DayItem{Key: "tally", Kind: "tally"})
	}
	raw, err := r.GetLocal(ctx, leftKey(on))
	if err != nil {
		return out, err
	}
	left := readLeft(raw)
	for i := range out.Items {
		if out.Items[i].Missing == nil {
			out.Items[i].Missing = []string{}
		}
		out.Items[i].Left = slices.Contains(left, out.Items[i].Key)
		if !out.Items[i].Left {
			out.Open++
		}
	}
	return out, nil
}

// takesPart tells whether an activity is this unit's business: led, hosted or joined by it.
func (s *Session) takesPart(row *replica.Row) bool {
	unit := s.Unit()
	return row.Ref("lead_unit_id") == unit || row.Ref("host_unit_id") == unit || slices.Contains(row.Strings("partner_units"), unit.String())
}

func (y *Day) addActivity(r *replica.Replica, d *directory, row *replica.Row, out *DayReport, today bool) error {
	detail, err := NewActivities(y.s).detail(r, d, row)
	if err != nil {
		return err
	}
	if detail.State == "cancelled" || detail.State == "planned" {
		return nil
	}
	carried, err := NewStock(y.s).Carried(row.ID)
	if err != nil {
		return err
	}
	booth, err := NewBooth(y.s).Get(row.ID)
	if err != nil {
		return err
	}
	one := DayActivity{ActivityDetail: detail, Carried: carried, Tallies: slices.DeleteFunc(booth.Tallies, func(t Tally) bool { return t.Total == 0 })}
	key := row.ID.String()
	demanded := slices.Contains(detail.Missing, "hours") || slices.Contains(detail.Missing, "roles")
	if row.Ref("lead_unit_id") == y.s.Unit() {
		switch {
		case detail.State == "open":
			out.Items = append(out.Items, DayItem{Key: "open/" + key, Kind: "open", ID: row.ID, Title: detail.Title, ActivityKind: detail.Kind, Missing: detail.Missing, Blocked: demanded})
		case len(detail.Missing) > 0:
			out.Items = append(out.Items, DayItem{Key: "missing/" + key, Kind: "missing", ID: row.ID, Title: detail.Title, ActivityKind: detail.Kind, Missing: detail.Missing, Blocked: true})
		}
		for _, c := range carried {
			if len(c.Others) > 0 {
				out.Items = append(out.Items, DayItem{Key: "twice/" + key + c.MaterialID.String(), Kind: "twice", ID: row.ID, Title: detail.Title + " · " + c.Name, ActivityKind: detail.Kind, Count: int64(len(c.Others)) + 1, Blocked: true})
			}
			switch {
			case c.Stated && c.Difference != 0:
				out.Items = append(out.Items, DayItem{Key: "difference/" + key + c.MaterialID.String(), Kind: "difference", ID: row.ID, Title: detail.Title + " · " + c.Name, ActivityKind: detail.Kind, Count: c.Difference, Blocked: true})
			case !c.Stated && c.HandedOut > 0 && detail.Kind != "counter_day" && today:
				out.Items = append(out.Items, DayItem{Key: "uncounted/" + key + c.MaterialID.String(), Kind: "uncounted", ID: row.ID, Title: detail.Title + " · " + c.Name, ActivityKind: detail.Kind, Count: c.HandedOut, Blocked: true})
			}
		}
	}
	if !today {
		return nil
	}
	out.Quick, out.Installs = out.Quick+booth.ConsultQuick.Total, out.Installs+booth.AppInstalls.Total
	out.Heads, out.Advised = out.Heads+detail.Heads, out.Advised+detail.Consultations
	for _, t := range one.Tallies {
		at := slices.IndexFunc(out.Materials, func(m Tally) bool { return m.MaterialID == t.MaterialID })
		if at < 0 {
			out.Materials = append(out.Materials, t)
			continue
		}
		out.Materials[at].Total, out.Materials[at].Mine = out.Materials[at].Total+t.Total, out.Materials[at].Mine+t.Mine
	}
	out.Activities = append(out.Activities, one)
	return nil
}

func (y *Day) addStock(out *DayReport) error {
	lines, err := NewStock(y.s).Balances()
	if err != nil {
		return err
	}
	for _, l := range lines {
		if l.Tracked && l.Balance < 0 {
			out.Items = append(out.Items, DayItem{Key: "negative/" + l.MaterialID.String(), Kind: "negative", ID: l.MaterialID, Title: l.Name, Count: l.Balance, Blocked: true})
		}
	}
	return nil
}

// addFollowUps lists the consultations that were to be called back by now.
func (y *Day) addFollowUps(r *replica.Replica, out *DayReport) error {
	return r.Each(context.Background(), "consultation", "WHERE outcome = 'K5' AND closed_at IS NULL AND coalesce(follow_up_on, '') <= ? ORDER BY occurred_at", []any{out.On}, func(row *replica.Row) error {
		if live(row) {
			title := y.s.codes().label("fraud_type", row.Text("fraud_type"))
			if day := row.Text("follow_up_on"); day != "" {
				title += " · " + day
			}
			out.Items = append(out.Items, DayItem{Key: "follow_up/" + row.ID.String(), Kind: "follow_up", ID: row.ID, Title: title, Blocked: true})
		}
		return nil
	})
}

// addPlanned lists what was to be done by the day and was not opened.
func (y *Day) addPlanned(out *DayReport) error {
	items, err := NewPlans(y.s).Due(0)
	if err != nil {
		return err
	}
	for _, i := range items {
		if i.DueTo <= out.On && (i.State == "" || i.State == "planned") {
			out.Items = append(out.Items, DayItem{Key: "unopened/" + i.ID.String(), Kind: "unopened", ID: i.ID, Title: i.Title, ActivityKind: i.Kind, Blocked: true})
		}
	}
	return nil
}

// Leave leaves an item for another day, or takes that back.
func (y *Day) Leave(on, key string, leave bool) (DayReport, error) {
	err := y.s.update(func(tx *replica.Tx) error {
		if _, err := model.ParseDate("on", "日期", "The date", on); err != nil {
			return err
		}
		if err := model.Text("key", "事项", "the item", key, 120, true); err != nil {
			return err
		}
		raw, err := tx.GetLocal(leftKey(on))
		if err != nil {
			return err
		}
		left := slices.DeleteFunc(readLeft(raw), func(k string) bool { return k == key })
		if leave {
			left = append(left, key)
		}
		if raw, err = json.Marshal(left); err != nil {
			return err
		}
		return tx.PutLocal(leftKey(on), raw)
	})
	if err != nil {
		return DayReport{}, err
	}
	return y.Get(on)
}

func leftKey(on string) string { return "day/left/" + on }

func readLeft(raw []byte) []string {
	var out []string
	_ = json.Unmarshal(raw, &out) // damaged: nothing was left
	return out
}

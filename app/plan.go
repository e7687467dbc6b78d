package app

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Plans are the unit's year: what it wants to reach, what is to be done when, and
// what it does when something happens.
type Plans struct{ s *Session }

// NewPlans makes the service.
func NewPlans(s *Session) *Plans { return &Plans{s} }

// PlanItem is an activity that is to be done.
type PlanItem struct {
	ID         schema.ID `json:"id"`
	Kind       string    `json:"kind"`
	Title      string    `json:"title"`
	DueFrom    string    `json:"due_from"` // YYYY-MM-DD
	DueTo      string    `json:"due_to"`
	PeriodCode string    `json:"period_code"`
	VenueID    schema.ID `json:"venue_id"`
	Venue      string    `json:"venue"`
	Lead       Named     `json:"lead"`
	Activity   schema.ID `json:"activity"` // what it has become; zero before
	State      string    `json:"state"`    // planned, open, done, cancelled; "" before it is opened
	Overdue    bool      `json:"overdue"`
}

// PlanPeriod is a holiday or campaign of the year.
type PlanPeriod struct {
	Code       string `json:"code"`
	From       string `json:"from"`
	To         string `json:"to"`
	FromCounty bool   `json:"from_county"` // entered by the county; else what the calendar says
	Activities int64  `json:"activities"`  // of the unit, within it
}

// PlanYear is everything that the plan's screen shows.
type PlanYear struct {
	Year        int          `json:"year"`
	Items       []PlanItem   `json:"items"`
	Periods     []PlanPeriod `json:"periods"`
	Targets     []Target     `json:"targets"`
	Contingency Contingency  `json:"contingency"`
}

// Contingency is the unit's plan for an incident.
type Contingency struct {
	ID          schema.ID `json:"id"` // zero before it is written
	Body        string    `json:"body"`
	EffectiveOn string    `json:"effective_on"`
	RevisedOn   string    `json:"revised_on"`
}

// Year reads a year's plan; 0 is this year.
func (p *Plans) Year(year int) (PlanYear, error) {
	out := PlanYear{Year: year, Items: []PlanItem{}, Periods: []PlanPeriod{}, Targets: []Target{}}
	r, err := p.s.open()
	if err != nil {
		return out, err
	}
	if year == 0 {
		out.Year = r.Wall().In(model.Location).Year()
	}
	if err := model.Range("year", "年度", "The year", int64(out.Year), 2000, 2098); err != nil {
		return out, p.s.explain(err)
	}
	if out.Items, err = p.items(r, func(i *PlanItem) bool {
		return i.DueFrom[:4] <= yearText(out.Year) && i.DueTo[:4] >= yearText(out.Year)
	}); err != nil {
		return out, err
	}
	if out.Periods, err = p.periods(r, out.Year); err != nil {
		return out, err
	}
	if out.Targets, err = p.targets(r, out.Year); err != nil {
		return out, err
	}
	row, err := r.Get(context.Background(), "plan", p.planID(r, out.Year, "contingency"))
	if err == nil && row != nil {
		out.Contingency = Contingency{ID: row.ID, Body: row.Text("body"), EffectiveOn: row.Text("effective_on"), RevisedOn: row.Text("revised_on")}
	}
	return out, err
}

func yearText(year int) string { return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).Format("2006") }

func (p *Plans) planID(r *replica.Replica, year int, kind string) schema.ID {
	return model.PlanID(r.Realm(), year, kind, p.s.Unit(), 1)
}

// ensurePlan makes the unit's plan of a year when it is first written to.
func (p *Plans) ensurePlan(tx *replica.Tx, year int, kind string) (schema.ID, error) {
	if err := model.Range("year", "年度", "The year", int64(year), 2000, 2098); err != nil {
		return schema.Nil, err
	}
	r, err := p.s.open()
	if err != nil {
		return schema.Nil, err
	}
	id := p.planID(r, year, kind)
	row, err := tx.Get("plan", id)
	if err == nil && row == nil {
		err = tx.Put("plan", id, p.s.created(tx, schema.Values{"year": year, "kind": kind, "unit_id": p.s.Unit()}))
	}
	return id, err
}

// items are the plan's items that this unit leads, by when they are due.
func (p *Plans) items(r *replica.Replica, keep func(*PlanItem) bool) ([]PlanItem, error) {
	ctx := context.Background()
	d := p.s.directory(r)
	today := model.Date(r.Wall())
	out := []PlanItem{}
	err := r.Each(ctx, "plan_item", "WHERE lead_unit_id = ?", []any{p.s.Unit()}, func(row *replica.Row) error {
		i := PlanItem{ID: row.ID, Kind: row.Text("kind"), Title: row.Text("title"), DueFrom: row.Text("due_from"), DueTo: row.Text("due_to"), PeriodCode: row.Text("period_code"), VenueID: row.Ref("venue_id")}
		if voided(row) || len(i.DueFrom) < 4 || len(i.DueTo) < 4 || !keep(&i) {
			return nil
		}
		venue, err := d.name("venue", i.VenueID)
		if err != nil {
			return err
		}
		i.Venue = venue.Name
		if i.Lead, err = d.name("unit", row.Ref("lead_unit_id")); err != nil {
			return err
		}
		activity, err := ofItem(func(id schema.ID) (*replica.Row, error) { return r.Get(ctx, "activity", id) }, r.Realm(), row.ID)
		if err != nil {
			return err
		}
		if activity != nil {
			i.Activity, i.State = activity.ID, activity.Text("state")
		}
		i.Overdue = i.DueTo < today && (i.State == "" || i.State == "planned")
		out = append(out, i)
		return nil
	})
	slices.SortFunc(out, func(a, b PlanItem) int {
		return cmp.Or(cmp.Compare(a.DueFrom, b.DueFrom), cmp.Compare(a.DueTo, b.DueTo), cmp.Compare(a.Title, b.Title))
	})
	return out, err
}

// Due are the items to be done now: those due within so many days and those that are late.
func (p *Plans) Due(days int) ([]PlanItem, error) {
	r, err := p.s.open()
	if err != nil {
		return nil, err
	}
	until := model.Date(r.Wall().AddDate(0, 0, max(days, 0)))
	since := model.Date(r.Wall().AddDate(0, -3, 0))
	items, err := p.items(r, func(i *PlanItem) bool { return i.DueFrom <= until && i.DueTo >= since })
	return slices.DeleteFunc(items, func(i PlanItem) bool { return i.State == "done" || i.State == "cancelled" }), err
}

// PlanItemForm enters or corrects an item.
type PlanItemForm struct {
	ID         schema.ID `json:"id"` // zero for a new one
	Kind       string    `json:"kind"`
	Title      string    `json:"title"`
	DueFrom    string    `json:"due_from"`
	DueTo      string    `json:"due_to"` // "" = the same day
	PeriodCode string    `json:"period_code"`
	VenueID    schema.ID `json:"venue_id"`
	// Of a stored one: what the form showed when it was opened; nil means the whole form.
	Saw *PlanItemForm `json:"saw,omitzero"`
}

// SaveItem writes an item into the plan of the year in which it begins.
func (p *Plans) SaveItem(f PlanItemForm) (PlanYear, error) {
	year := 0
	var overtaken []string
	err := p.s.update(func(tx *replica.Tx) error {
		var row *replica.Row
		if !f.ID.IsNil() {
			var err error
			if row, err = tx.Get("plan_item", f.ID); err != nil {
				return err
			}
			if row == nil {
				return missing("找不到这项计划。", "This item cannot be found.")
			}
			f, overtaken = meant(f.Saw, f, PlanItemForm{ID: row.ID, Kind: row.Text("kind"), Title: row.Text("title"), DueFrom: row.Text("due_from"), DueTo: row.Text("due_to"), PeriodCode: row.Text("period_code"), VenueID: row.Ref("venue_id")})
		}
		f.DueTo = cmp.Or(f.DueTo, f.DueFrom)
		from, err := model.ParseDate("due_from", "开始日期", "The first day", f.DueFrom)
		if err != nil {
			return err
		}
		to, err := model.ParseDate("due_to", "截止日期", "The last day", f.DueTo)
		if err != nil {
			return err
		}
		for _, err := range []error{
			model.OneOf("kind", "活动类别", "a kind", "activity_kind", f.Kind, true),
			model.OneOf("period_code", "时段", "a period", "period", f.PeriodCode, false),
			model.Text("title", "名称", "the title", f.Title, 60, true),
		} {
			if err != nil {
				return err
			}
		}
		switch {
		case to.Before(from):
			return refuse("due_to", "截止日期早于开始日期。", "The last day is before the first.")
		case to.After(from.AddDate(1, 0, 0)):
			return refuse("due_to", "一项活动最长安排一年。", "An item spans a year at most.")
		}
		year = from.Year()
		plan, err := p.ensurePlan(tx, year, "annual")
		if err != nil {
			return err
		}
		values := schema.Values{"kind": f.Kind, "title": strings.TrimSpace(f.Title), "due_from": model.Date(from), "due_to": model.Date(to), "period_code": text(f.PeriodCode), "venue_id": f.VenueID}
		if row == nil {
			f.ID = tx.NewID()
			values["plan_id"], values["lead_unit_id"] = plan, p.s.Unit()
			p.s.created(tx, values)
		}
		keep := p.s.remember(tx, "plan_item", row)
		if err := tx.Put("plan_item", f.ID, values); err != nil {
			return err
		}
		return keep()
	})
	if err != nil {
		return PlanYear{}, err
	}
	p.s.tellOvertaken("plan_item", overtaken)
	return p.Year(year)
}

// VoidItem takes an item out of the plan, or puts it back.
func (p *Plans) VoidItem(id schema.ID, on bool) error {
	return p.s.update(func(tx *replica.Tx) error {
		row, err := chosen(tx, "plan_item", id)
		if err != nil {
			return err
		}
		if row == nil {
			return missing("找不到这项计划。", "This item cannot be found.")
		}
		return p.s.setVoid(tx, "plan_item", id, on, "V3")
	})
}

// OpenItem opens the activity that an item stands for; every laptop opens the same one.
// place is needed when the item names no venue.
func (p *Plans) OpenItem(id schema.ID, place string) (ActivityDetail, error) {
	r, err := p.s.open()
	if err != nil {
		return ActivityDetail{}, err
	}
	row, err := r.Get(context.Background(), "plan_item", id)
	if err != nil {
		return ActivityDetail{}, err
	}
	if row == nil || voided(row) {
		return ActivityDetail{}, missing("找不到这项计划。", "This item cannot be found.")
	}
	if place = strings.TrimSpace(place); place == "" && row.Ref("venue_id").IsNil() {
		place = row.Text("title") // an item without a place is known by its title
	}
	if len([]rune(place)) > 60 {
		place = string([]rune(place)[:60])
	}
	return NewActivities(p.s).Open(OpenForm{Kind: row.Text("kind"), Title: row.Text("title"), VenueID: row.Ref("venue_id"), Place: place, LeadUnitID: row.Ref("lead_unit_id"), PlanItemID: id})
}

// SaveContingency writes the unit's plan for an incident; saw is it as it was shown.
func (p *Plans) SaveContingency(year int, saw, typed Contingency) (PlanYear, error) {
	var overtaken []string
	err := p.s.update(func(tx *replica.Tx) error {
		id, err := p.ensurePlan(tx, year, "contingency")
		if err != nil {
			return err
		}
		row, err := tx.Get("plan", id)
		if err != nil {
			return err
		}
		var c Contingency
		c, overtaken = meant(&saw, typed, Contingency{ID: id, Body: row.Text("body"), EffectiveOn: row.Text("effective_on"), RevisedOn: row.Text("revised_on")})
		if err := model.Text("body", "预案", "the plan", c.Body, 8000, false); err != nil {
			return err
		}
		for field, date := range map[string]string{"effective_on": c.EffectiveOn, "revised_on": c.RevisedOn} {
			if date != "" {
				if _, err := model.ParseDate(field, "日期", "The date", date); err != nil {
					return err
				}
			}
		}
		keep := p.s.remember(tx, "plan", row)
		if err := tx.Put("plan", id, schema.Values{"effective_on": text(c.EffectiveOn), "revised_on": text(c.RevisedOn)}); err != nil {
			return err
		}
		if err := typeText(tx, "plan", id, "body", &saw.Body, typed.Body); err != nil {
			return err
		}
		return keep()
	})
	if err != nil {
		return PlanYear{}, err
	}
	p.s.tellOvertaken("plan", overtaken)
	return p.Year(year)
}

// periods are the year's, the county's dates before the calendar's.
func (p *Plans) periods(r *replica.Replica, year int) ([]PlanPeriod, error) {
	ctx := context.Background()
	county := map[string]PlanPeriod{}
	if err := r.Each(ctx, "period", "WHERE year = ?", []any{year}, func(row *replica.Row) error {
		if live(row) && row.Text("from_on") != "" && row.Text("to_on") != "" {
			county[row.Text("code")] = PlanPeriod{Code: row.Text("code"), From: row.Text("from_on"), To: row.Text("to_on"), FromCounty: true}
		}
		return nil
	}); err != nil {
		return nil, err
	}
	out := []PlanPeriod{}
	for _, span := range model.Periods(year) {
		one, ok := county[span.Code]
		if !ok {
			one = PlanPeriod{Code: span.Code, From: span.From, To: span.To}
		}
		from, err := model.ParseDate("from", "", "", one.From)
		if err != nil {
			continue
		}
		to, err := model.ParseDate("to", "", "", one.To)
		if err != nil {
			continue
		}
		if one.Activities, err = NewBooth(p.s).one(ctx, r, `SELECT count(*) FROM activity WHERE lead_unit_id = ? AND start_at >= ? AND start_at < ? AND state IN ('open', 'done')
			AND merged_into IS NULL AND coalesce(json_extract(voided, '$.on'), 0) = 0`, p.s.Unit(), from.UnixMilli(), to.AddDate(0, 0, 1).UnixMilli()); err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	slices.SortStableFunc(out, func(a, b PlanPeriod) int { return cmp.Compare(a.From, b.From) })
	return out, nil
}

package county

import (
	"context"
	"sort"
	"sync"

	"fieldkit/sync/schema"
)

// OverviewQuery asks for the first page's figures.
type OverviewQuery struct {
	From  string   `json:"from"` // local date, inclusive
	To    string   `json:"to"`
	Units []string `json:"units"` // none: all
}

// Overview is the first page: what was done, by whom, and whom we wait for.
type Overview struct {
	County     string       `json:"county"`
	From       string       `json:"from"`
	To         string       `json:"to"`
	Cards      []Card       `json:"cards"`
	By         string       `json:"by"` // "day" or "month": the step of the trend
	Trend      []TrendPoint `json:"trend"`
	FraudTypes []Share      `json:"fraud_types"` // largest first
	Units      []UnitTotals `json:"units"`       // of units with anything in the period
	Newest     []RecordLine `json:"newest"`
	Devices    []DeviceInfo `json:"devices"`
	At         int64        `json:"at"` // the server's clock, Unix milliseconds
}

// Card is one headline figure and the same dates a year earlier.
type Card struct {
	Key     string `json:"key"` // "large", "leaflets", "lectures", "consultations", "cafe_meetings", "attendance", "activities"
	Value   int64  `json:"value"`
	Base    int64  `json:"base"`
	RateX10 *int64 `json:"rate_x10"` // 同比 in tenths of a percent; nil when the base is zero
}

// Totals are the figures that are broken down.
type Totals struct {
	Activities    int64 `json:"activities"`
	Leaflets      int64 `json:"leaflets"`
	Consultations int64 `json:"consultations"`
	Attendance    int64 `json:"attendance"`
}

// TrendPoint is one step of the trend and the same step a year earlier; Key is
// 2025-03-01 or 2025-03.
type TrendPoint struct {
	Key  string `json:"key"`
	Now  Totals `json:"now"`
	Base Totals `json:"base"`
}

// Share is a code and how often it occurs.
type Share struct {
	Code  string `json:"code"`
	Count int64  `json:"count"`
}

// UnitTotals are the figures of one unit; an empty id stands for consultations
// whose activity has not arrived yet.
type UnitTotals struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Totals Totals `json:"totals"`
}

// rateX10 is 同比 in tenths of a percent, half up (domain.md, 5.1).
func rateX10(value, base int64) *int64 {
	if base == 0 {
		return nil
	}
	change := (value - base) * 2000
	rate := (change + base) / (2 * base)
	if change+base < 0 && (change+base)%(2*base) != 0 {
		rate-- // Go divides towards zero
	}
	return &rate
}

// tallies are the figures of one period.
type tallies struct {
	activities, large, leaflets, lectures, consultations, quick, attendance tally
}

func (c *County) tallies(ctx context.Context, p period) (tallies, error) {
	var t tallies
	var err error
	for query, into := range map[string]*tally{
		figureActivities: &t.activities, figureLarge: &t.large, figureLeaflets: &t.leaflets, figureLectures: &t.lectures,
		figureConsultations: &t.consultations, figureQuick: &t.quick, figureAttendance: &t.attendance,
	} {
		if *into, err = c.tally(ctx, query, p); err != nil {
			return t, err
		}
	}
	return t, nil
}

// cards sums a period; the order is that of the page.
func (t *tallies) cards() []Card {
	return []Card{
		{Key: "large", Value: t.large.sum(nil)},
		{Key: "leaflets", Value: t.leaflets.sum(nil)},
		{Key: "consultations", Value: t.consultations.sum(nil) + t.quick.sum(nil)},
		{Key: "lectures", Value: t.lectures.sum(nil)},
		{Key: "cafe_meetings", Value: t.activities.withCode("cafe_meeting").sum(nil)},
		{Key: "attendance", Value: t.attendance.sum(nil)},
		{Key: "activities", Value: t.activities.sum(nil)},
	}
}

// Overview counts a period.
func (s *Service) Overview(ctx context.Context, q OverviewQuery) (Overview, error) {
	if _, err := signedIn(ctx); err != nil {
		return Overview{}, err
	}
	p, err := parsePeriod(q.From, q.To, q.Units)
	if err != nil {
		return Overview{}, err
	}
	base := p.yearBefore()
	var now, before tallies
	var nowErr, beforeErr error
	var both sync.WaitGroup
	both.Go(func() { now, nowErr = s.c.tallies(ctx, p) })
	both.Go(func() { before, beforeErr = s.c.tallies(ctx, base) })
	both.Wait()
	if nowErr != nil {
		return Overview{}, nowErr
	}
	if beforeErr != nil {
		return Overview{}, beforeErr
	}
	o := Overview{County: s.c.name, From: q.From, To: q.To, Cards: now.cards(), At: s.c.store.now()}
	for i, card := range before.cards() {
		o.Cards[i].Base, o.Cards[i].RateX10 = card.Value, rateX10(o.Cards[i].Value, card.Value)
	}
	o.By, o.Trend = trend(p, base, &now, &before)
	o.FraudTypes = shares(now.consultations)
	names, err := s.c.names(ctx)
	if err != nil {
		return Overview{}, err
	}
	o.Units = unitTotals(&now, names)
	if o.Newest, err = s.c.newest(ctx, p.units, 8, names); err != nil {
		return Overview{}, err
	}
	o.Devices, err = s.c.deviceList(ctx, names)
	return o, err
}

// trend lays both periods side by side, by day up to two months, else by month.
func trend(p, base period, now, before *tallies) (by string, points []TrendPoint) {
	by = "month"
	step := func(p period, day int64) int {
		t := dayOf(day)
		return (t.Year()-p.from.Year())*12 + int(t.Month()-p.from.Month())
	}
	count := (p.to.Year()-p.from.Year())*12 + int(p.to.Month()-p.from.Month()) + 1
	key := func(i int) string { return p.from.AddDate(0, 0, 1-p.from.Day()).AddDate(0, i, 0).Format("2006-01") }
	if p.days() <= 62 {
		by, count = "day", p.days()
		step = func(p period, day int64) int { return int(day - localDay(p.from)) }
		key = func(i int) string { return p.from.AddDate(0, 0, i).Format(dateLayout) }
	}
	points = make([]TrendPoint, count)
	for i := range points {
		points[i].Key = key(i)
	}
	now.spread(func(line tallyLine) *Totals {
		if i := step(p, line.day); i >= 0 && i < count {
			return &points[i].Now
		}
		return nil
	})
	before.spread(func(line tallyLine) *Totals {
		if i := step(base, line.day); i >= 0 && i < count {
			return &points[i].Base
		}
		return nil
	})
	return by, points
}

// spread adds every line to the totals that it belongs to.
func (t *tallies) spread(to func(tallyLine) *Totals) {
	add := func(t tally, field func(*Totals) *int64) {
		for _, line := range t {
			if totals := to(line); totals != nil {
				*field(totals) += line.value
			}
		}
	}
	add(t.activities, func(x *Totals) *int64 { return &x.Activities })
	add(t.leaflets, func(x *Totals) *int64 { return &x.Leaflets })
	add(t.consultations, func(x *Totals) *int64 { return &x.Consultations })
	add(t.quick, func(x *Totals) *int64 { return &x.Consultations })
	add(t.attendance, func(x *Totals) *int64 { return &x.Attendance })
}

// shares sums by code, largest first, equal ones by code.
func shares(t tally) []Share {
	count := map[string]int64{}
	for _, line := range t {
		count[line.code] += line.value
	}
	list := []Share{}
	for code, n := range count {
		list = append(list, Share{Code: code, Count: n})
	}
	sort.Slice(list, func(i, j int) bool {
		if list[i].Count != list[j].Count {
			return list[i].Count > list[j].Count
		}
		return list[i].Code < list[j].Code
	})
	return list
}

func unitTotals(t *tallies, names *nameBook) []UnitTotals {
	totals := map[schema.ID]*UnitTotals{}
	t.spread(func(line tallyLine) *Totals {
		u := totals[line.unit]
		if u == nil {
			u = &UnitTotals{Name: names.unit(line.unit)}
			if !line.unit.IsNil() {
				u.ID = line.unit.String()
			}
			totals[line.unit] = u
		}
		return &u.Totals
	})
	list := []UnitTotals{}
	for _, u := range totals {
		if u.Totals != (Totals{}) {
			list = append(list, *u)
		}
	}
	sort.Slice(list, func(i, j int) bool {
		a, b := list[i].Totals.Leaflets+list[i].Totals.Consultations, list[j].Totals.Leaflets+list[j].Totals.Consultations
		if a != b {
			return a > b
		}
		return list[i].ID < list[j].ID
	})
	return list
}

package county

import (
	"context"
	"sort"

	"fieldkit/internal/figures"
	"fieldkit/internal/model"
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
	Cards      []Card       `json:"cards"`     // the headline figures, M01–M08
	More       []Card       `json:"more"`      // further ones
	BaseName   string       `json:"base_name"` // what 环比 compares with; "" when it does not apply
	By         string       `json:"by"`        // "day" or "month": the step of the trend
	Trend      []TrendPoint `json:"trend"`
	FraudTypes []Share      `json:"fraud_types"` // largest first
	AgeBands   []Share      `json:"age_bands"`
	Kinds      []Share      `json:"kinds"` // of activities
	Towns      []Town       `json:"towns"`
	Units      []UnitTotals `json:"units"` // of units with anything in the period
	Newest     []RecordLine `json:"newest"`
	Devices    []DeviceInfo `json:"devices"`
	Counting   int64        `json:"counting"` // percent of the period that is counted, no figures are here; 0: all are
	Behind     bool         `json:"behind"`   // what came in just now is still being counted in
	At         int64        `json:"at"`       // the server's clock, Unix milliseconds
	Backup     *BackupState `json:"backup"`   // for who works on the whole county
}

// Card is one figure beside the same dates a year earlier, the span before and the plan.
type Card struct {
	Key     string `json:"key"` // the figure's code
	Name    string `json:"name"`
	NameEN  string `json:"name_en"`
	Measure string `json:"measure"`
	Kind    string `json:"kind"` // "count", "fen"
	Define  string `json:"define"`
	Value   int64  `json:"value"`
	Base    int64  `json:"base"`     // 同比: a year earlier
	RateX10 *int64 `json:"rate_x10"` // in tenths of a percent; nil when the base is zero
	Last    *int64 `json:"last"`     // 环比: the span before; nil when it does not apply
	LastX10 *int64 `json:"last_x10"`
	Target  int64  `json:"target"` // of the year, when the period is one; 0 for none
}

// Totals are the figures that are broken down.
type Totals struct {
	Activities    int64 `json:"activities"`
	Leaflets      int64 `json:"leaflets"`
	Consultations int64 `json:"consultations"`
	Attendance    int64 `json:"attendance"`
	Posts         int64 `json:"posts"`
	Intercepts    int64 `json:"intercepts"`
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

// Town is one field of the township grid; an empty name gathers what names none.
type Town struct {
	Name          string `json:"name"`
	Consultations int64  `json:"consultations"`
	Leaflets      int64  `json:"leaflets"`
}

// UnitTotals are the figures of one unit; an empty id stands for consultations
// whose activity has not arrived yet.
type UnitTotals struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Totals Totals `json:"totals"`
}

// rateX10 is 同比 in tenths of a percent (domain.md, 5.1); nil of a base of zero.
func rateX10(value, base int64) *int64 {
	if x10, ok := figures.Change(value, base); ok {
		return &x10
	}
	return nil
}

var (
	headline = []string{"M01", "M02", "M03", "M04", "M05", "M06", "M07", "M08"}
	further  = []string{"M09", "M10", "M10s", "M13", "M17a"}
)

// counted are the figures of the first page.
var counted = []string{"M01", "M02", "M03", "M04", "M05", "M06", "M07", "M08c", "M08q", "M08a", "M08w", "M02w", "M09", "M10", "M10s", "M13", "M17a"}

// tallies are the breakdowns of one period by figure.
type tallies map[string]breakdown

// value is a figure of the page.
func (t tallies) value(code string) int64 {
	if code == "M08" {
		return t["M08c"].sum() + t["M08q"].sum()
	}
	return t[code].sum()
}

// Overview counts a period.
func (s *Service) Overview(ctx context.Context, q OverviewQuery) (Overview, error) {
	v, err := signedIn(ctx)
	if err != nil {
		return Overview{}, err
	}
	q.Units = v.within(q.Units)
	o, err := s.c.overview(ctx, q)
	o.Devices = seen(v, o.Devices)
	if err == nil && permitted[v.account.Role] == nil {
		var state BackupState
		state, err = s.c.backupState(ctx)
		o.Backup = &state
	}
	return o, err
}

func (c *County) overview(ctx context.Context, q OverviewQuery) (Overview, error) {
	p, err := parsePeriod(q.From, q.To, q.Units)
	if err != nil {
		return Overview{}, err
	}
	base := p.yearBefore()
	o := Overview{County: c.name, From: q.From, To: q.To, At: c.store.now()}
	periods := []period{p, base}
	span, name, ok := figures.Before(figures.Scope{From: q.From, To: q.To})
	if ok {
		last, err := parsePeriod(span.From, span.To, nil)
		if err != nil {
			return Overview{}, err
		}
		last.units = p.units
		o.BaseName, periods = name, append(periods, last)
	}
	whole, err := c.fresh(ctx, counted, periods...)
	if err != nil {
		return Overview{}, err
	}
	shown, lack := make([]tallies, len(periods)), lacks{}
	for i, p := range periods {
		var l lacks
		shown[i], l = c.counts.show(counted, p)
		lack.all, lack.missing, lack.stale = lack.all+l.all, lack.missing+l.missing, lack.stale+l.stale
	}
	if lack.missing > 0 {
		return c.meanwhile(ctx, q, p, int64(min(max((lack.all-lack.missing)*100/lack.all, 1), 99)))
	}
	o.Behind = !whole && (lack.stale > 0 || c.counts.changes.waiting())
	now, before := shown[0], shown[1]
	var last tallies
	if ok {
		last = shown[2]
	}
	if err := c.cards(ctx, &o, p, now, before, last); err != nil {
		return Overview{}, err
	}
	o.By, o.Trend = trend(p, base, now, before)
	o.FraudTypes, o.AgeBands, o.Kinds = shares(now["M08c"]), shares(now["M08a"]), shares(now["M17a"])
	sort.Slice(o.AgeBands, func(i, j int) bool { return o.AgeBands[i].Code < o.AgeBands[j].Code })
	names, err := c.names(ctx)
	if err != nil {
		return Overview{}, err
	}
	if o.Towns, err = c.towns(ctx, now); err != nil {
		return Overview{}, err
	}
	o.Units = unitTotals(now, names)
	if o.Newest, err = c.newest(ctx, p.units, 8, names); err != nil {
		return Overview{}, err
	}
	o.Devices, err = c.deviceList(ctx, names)
	return o, err
}

// cards lays each figure beside its bases and the year's target.
func (c *County) cards(ctx context.Context, o *Overview, p period, now, before, last tallies) error {
	settings, err := model.ReadSettings(ctx, c.replica)
	if err != nil {
		return err
	}
	targets := map[targetKey]int64{}
	if p.from.YearDay() == 1 && p.to.Year() == p.from.Year() && p.to.Month() == 12 && p.to.Day() == 31 && len(p.units) <= 1 {
		if targets, err = c.targets(ctx, p.from.Year()); err != nil {
			return err
		}
	}
	unit := schema.Nil
	if len(p.units) == 1 {
		unit = p.units[0]
	}
	card := func(code string) Card {
		m := figures.Find(code)
		card := Card{Key: code, Name: m.ZH, NameEN: m.EN, Measure: m.Measure, Kind: m.Kind, Define: m.Definition(settings), Value: now.value(code), Base: before.value(code),
			Target: targets[targetKey{code, unit}]}
		card.RateX10 = rateX10(card.Value, card.Base)
		if last != nil {
			v := last.value(code)
			card.Last, card.LastX10 = &v, rateX10(card.Value, v)
		}
		return card
	}
	for _, code := range headline {
		o.Cards = append(o.Cards, card(code))
	}
	for _, code := range further {
		o.More = append(o.More, card(code))
	}
	return nil
}

// trend lays both periods side by side, by day up to two months, else by month.
func trend(p, base period, now, before tallies) (by string, points []TrendPoint) {
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
	// Days repeat in many lines: where each belongs is worked out once.
	place := func(p period, of func(i int) *Totals) func(*figures.Line) *Totals {
		at := map[int64]int{}
		return func(line *figures.Line) *Totals {
			i, known := at[line.Day]
			if !known {
				i = step(p, line.Day)
				at[line.Day] = i
			}
			if i < 0 || i >= count {
				return nil
			}
			return of(i)
		}
	}
	now.spread(place(p, func(i int) *Totals { return &points[i].Now }))
	before.spread(place(base, func(i int) *Totals { return &points[i].Base }))
	return by, points
}

// spread adds every line to the totals that it belongs to.
func (t tallies) spread(to func(*figures.Line) *Totals) {
	add := func(code string, field func(*Totals) *int64) {
		t[code].each(func(l *figures.Line) {
			if totals := to(l); totals != nil {
				*field(totals) += l.Value
			}
		})
	}
	add("M17a", func(x *Totals) *int64 { return &x.Activities })
	add("M02", func(x *Totals) *int64 { return &x.Leaflets })
	add("M08c", func(x *Totals) *int64 { return &x.Consultations })
	add("M08q", func(x *Totals) *int64 { return &x.Consultations })
	add("M10s", func(x *Totals) *int64 { return &x.Attendance })
	add("M04", func(x *Totals) *int64 { return &x.Posts })
	add("M05", func(x *Totals) *int64 { return &x.Intercepts })
}

// shares sums by code, largest first, equal ones by code.
func shares(b breakdown) []Share {
	count := map[string]int64{}
	b.each(func(l *figures.Line) { count[l.Code] += l.Value })
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

// towns are those of the county's list, in its order, then any others that records name.
func (c *County) towns(ctx context.Context, t tallies) ([]Town, error) {
	settings, err := model.ReadSettings(ctx, c.replica)
	if err != nil {
		return nil, err
	}
	list, at := []Town{}, map[string]int{}
	for _, name := range settings.Towns {
		if _, twice := at[name]; !twice {
			at[name] = len(list)
			list = append(list, Town{Name: name})
		}
	}
	listed := len(list)
	for code, field := range map[string]func(*Town) *int64{"M08w": func(t *Town) *int64 { return &t.Consultations }, "M02w": func(t *Town) *int64 { return &t.Leaflets }} {
		for _, share := range shares(t[code]) {
			if share.Count == 0 {
				continue
			}
			i, known := at[share.Code]
			if !known {
				i = len(list)
				at[share.Code] = i
				list = append(list, Town{Name: share.Code})
			}
			*field(&list[i]) += share.Count
		}
	}
	rest := list[listed:]
	sort.Slice(rest, func(i, j int) bool {
		if (rest[i].Name == "") != (rest[j].Name == "") {
			return rest[j].Name == ""
		}
		if rest[i].Consultations != rest[j].Consultations {
			return rest[i].Consultations > rest[j].Consultations
		}
		return rest[i].Name < rest[j].Name
	})
	return list, nil
}

func unitTotals(t tallies, names *nameBook) []UnitTotals {
	totals := map[schema.ID]*UnitTotals{}
	t.spread(func(line *figures.Line) *Totals {
		u := totals[line.Unit]
		if u == nil {
			u = &UnitTotals{Name: names.unit(line.Unit)}
			if !line.Unit.IsNil() {
				u.ID = line.Unit.String()
			}
			totals[line.Unit] = u
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

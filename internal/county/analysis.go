package county

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strings"
	"time"

	"fieldkit/internal/figures"
	"fieldkit/internal/model"
	"fieldkit/sync/schema"
)

// Analysis is 研判: what the consultations of a span tell beyond their number. Each
// finding carries a sentence that can stand in a report.
type Analysis struct {
	Clusters []Finding `json:"clusters"` // groups that share indicators, largest first
	Emerging []Finding `json:"emerging"` // types that grew in the last four weeks
	Places   []Finding `json:"places"`
	Hours    []int64   `json:"hours"` // consultations by hour of the day, 0–23
	HourSay  string    `json:"hour_say"`
	HourBest int64     `json:"hour_best"` // the first of the three hours that it names
	Groups   []Finding `json:"groups"`    // age bands, by what they lost
	Total    int64     `json:"total"`     // consultations of the span
}

// Finding is one result. Records are what it is made of, by figure and part.
type Finding struct {
	Title    string   `json:"title"`
	Sentence string   `json:"sentence"`
	Count    int64    `json:"count"`
	Base     int64    `json:"base"` // of emerging types: the average of four weeks before
	Fen      int64    `json:"fen"`  // money lost
	X10      int64    `json:"x10"`  // tenths of a percent: growth, or share
	Code     string   `json:"code"` // the figure to open, "" when ids are given
	Part     string   `json:"part"`
	IDs      []string `json:"ids"`     // consultations
	Details  []string `json:"details"` // indicators, defanged
	Fresh    bool     `json:"fresh"`
	Venue    string   `json:"venue"` // of a place: its id,
	Place    string   `json:"place"` // or what was written where no venue was chosen
}

const (
	emergingSpan = 28 // days
	emergingBase = 3  // spans before it
	emergingMin  = 5  // consultations below which a type proves nothing
	maxClusters  = 30
)

const (
	analysisLive = `t.occurred_at >= ? AND t.occurred_at < ? AND ` + live + ` AND t.merged_into IS NULL`
	// hoursOf and losersOf count a span's consultations by the hour and by age.
	hoursOf  = `SELECT (t.occurred_at + 28800000) / 3600000 % 24, count(*) FROM consultation t WHERE ` + analysisLive + ` GROUP BY 1`
	losersOf = `SELECT coalesce(nullif(t.age_band, ''), 'A0'), count(*), sum(CASE WHEN t.stage = 'G3' THEN 1 ELSE 0 END), sum(coalesce(t.loss_fen, 0)) FROM consultation t WHERE ` + analysisLive + ` GROUP BY 1`
	placesOf = `SELECT a.venue_id, CASE WHEN a.venue_id IS NULL THEN coalesce(a.place_text, '') ELSE '' END, sum(c.n) FROM (SELECT t.activity_id AS id, count(*) AS n FROM consultation t WHERE ` + analysisLive + ` GROUP BY 1) c
		JOIN activity x ON x.id = c.id JOIN activity a ON a.id = ` + standing + ` GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 12`
)

// Analysis looks at a span.
func (s *Service) Analysis(ctx context.Context, q OverviewQuery) (Analysis, error) {
	v, err := signedIn(ctx)
	if err != nil {
		return Analysis{}, err
	}
	p, err := parsePeriod(q.From, q.To, v.within(q.Units))
	if err != nil {
		return Analysis{}, err
	}
	settings, err := model.ReadSettings(ctx, s.c.replica)
	if err != nil {
		return Analysis{}, err
	}
	a := Analysis{Clusters: []Finding{}, Emerging: []Finding{}, Places: []Finding{}, Groups: []Finding{}, Hours: make([]int64, 24)}
	all, err := s.c.counts.lines(ctx, s.c, "M08c", p)
	if err != nil {
		return a, err
	}
	a.Total = all.sum()
	if p.units, err = s.c.members(ctx, p.units); err != nil {
		return a, err
	}
	for _, look := range []func() error{
		func() error { return s.c.clusters(ctx, &a, p, &settings) },
		func() error { return s.c.emerging(ctx, &a, p, &settings) },
		func() error { return s.c.placesAndHours(ctx, &a, p) },
		func() error { return s.c.groups(ctx, &a, p, &settings) },
	} {
		if err := look(); err != nil {
			return a, err
		}
	}
	return a, nil
}

// defang prints an indicator so that nothing in it is a link (domain.md, 2.4).
func defang(kind, value string) string {
	if kind == "url" || kind == "app" {
		return strings.ReplaceAll(strings.ReplaceAll(value, "http", "hxxp"), ".", "[.]")
	}
	return value
}

func (c *County) clusters(ctx context.Context, a *Analysis, p period, settings *model.Settings) error {
	reader, err := c.counts.current(ctx, c)
	if err != nil {
		return err
	}
	groups, err := reader.Clusters(ctx, figures.Scope{From: p.from.Format(dateLayout), To: p.to.Format(dateLayout), Units: p.units})
	if err != nil {
		return err
	}
	for _, g := range groups[:min(len(groups), maxClusters)] {
		rows, err := c.rowsByID(ctx, "consultation", g.Consultations[:min(len(g.Consultations), 500)])
		if err != nil {
			return err
		}
		signs, err := c.rowsByID(ctx, "indicator", g.Indicators[:min(len(g.Indicators), 50)])
		if err != nil {
			return err
		}
		f := Finding{Count: int64(len(g.Consultations)), IDs: []string{}, Details: []string{}}
		types, kinds := map[string]int64{}, map[string]bool{}
		first, last := int64(1<<62), int64(0)
		for _, id := range g.Consultations {
			f.IDs = append(f.IDs, id.String())
			if row := rows[id]; row != nil {
				f.Fen += row.Int("loss_fen")
				types[row.Text("fraud_type")]++
				first, last = min(first, row.Int("occurred_at")), max(last, row.Int("occurred_at"))
			}
		}
		f.IDs = f.IDs[:min(len(f.IDs), 100)]
		for _, id := range g.Indicators {
			if row := signs[id]; row != nil {
				kinds[settings.Label("indicator_kind", row.Text("kind"))] = true
				f.Details = append(f.Details, settings.Label("indicator_kind", row.Text("kind"))+" "+defang(row.Text("kind"), row.Text("value")))
			}
		}
		f.Title = fmt.Sprintf("%d 起 · %s", f.Count, settings.Label("fraud_type", most(types)))
		f.Sentence = fmt.Sprintf("%s至%s，有%d起咨询出现相同的%s，主要为%s", spoken(first), spoken(last), f.Count, strings.Join(sortedKeys(kinds), "、"), settings.Label("fraud_type", most(types)))
		if f.Fen > 0 {
			f.Sentence += "，已损失" + figures.Money(f.Fen)
		}
		f.Sentence += "，宜并案研判。"
		a.Clusters = append(a.Clusters, f)
	}
	return nil
}

// most is the commonest code, of equal ones the first.
func most(counts map[string]int64) (code string) {
	for _, c := range sortedKeys(counts) {
		if code == "" || counts[c] > counts[code] {
			code = c
		}
	}
	return code
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// spoken is a date as a report writes it.
func spoken(ms int64) string {
	return time.UnixMilli(ms).In(model.Location).Format("1月2日")
}

// emerging compares the span's last four weeks with the average of the twelve before.
func (c *County) emerging(ctx context.Context, a *Analysis, p period, settings *model.Settings) error {
	last := p.to
	if today := c.options.now().In(model.Location); last.After(today) { // a year that is not over
		last = time.Date(today.Year(), today.Month(), today.Day(), 0, 0, 0, 0, model.Location)
	}
	now := period{from: last.AddDate(0, 0, 1-emergingSpan), to: last, units: p.units}
	before := period{from: now.from.AddDate(0, 0, -emergingSpan*emergingBase), to: now.from.AddDate(0, 0, -1), units: p.units}
	recent, err := c.counts.lines(ctx, c, "M08c", now)
	if err != nil {
		return err
	}
	earlier, err := c.counts.lines(ctx, c, "M08c", before)
	if err != nil {
		return err
	}
	base := map[string]int64{}
	for _, s := range shares(earlier) {
		base[s.Code] = s.Count
	}
	for _, s := range shares(recent) {
		was := base[s.Code]
		// Half more than the average of the spans before.
		if s.Count < emergingMin || s.Count*emergingBase*2 < was*3 {
			continue
		}
		f := Finding{Title: settings.Label("fraud_type", s.Code), Count: s.Count, Base: (was + emergingBase/2) / emergingBase, Code: "M08c", Part: s.Code, IDs: []string{}, Details: []string{}, Fresh: was == 0}
		if x10, ok := figures.Change(s.Count*emergingBase, was); ok {
			f.X10 = x10
			f.Sentence = fmt.Sprintf("近四周“%s”类咨询%d起，此前十二周平均每四周%d起，上升%s%%，需重点防范。", f.Title, f.Count, f.Base, figures.Tenths(x10))
		} else {
			f.Sentence = fmt.Sprintf("近四周新出现“%s”类咨询%d起，此前十二周没有，需重点防范。", f.Title, f.Count)
		}
		a.Emerging = append(a.Emerging, f)
	}
	sort.SliceStable(a.Emerging, func(i, j int) bool {
		if a.Emerging[i].Fresh != a.Emerging[j].Fresh {
			return a.Emerging[i].Fresh
		}
		return a.Emerging[i].X10 > a.Emerging[j].X10
	})
	return nil
}

func (c *County) placesAndHours(ctx context.Context, a *Analysis, p period) error {
	from, to := p.millis()
	where, args := "", []any{from, to}
	if len(p.units) > 0 {
		only, more := onlyThese("u.lead_unit_id", p.units)
		where = ` AND t.activity_id IN (SELECT u.id FROM activity u WHERE 1 = 1 ` + only + `)`
		args = append(args, more...)
	}
	narrow := func(query string) string { return strings.Replace(query, analysisLive, analysisLive+where, 1) }
	rows, err := c.replica.Query(ctx, narrow(hoursOf), args...)
	if err != nil {
		return fmt.Errorf("count by hour: %w", err)
	}
	for rows.Next() {
		var hour, n int64
		if err := rows.Scan(&hour, &n); err != nil {
			rows.Close()
			return err
		}
		a.Hours[hour] = n
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	if a.Total > 0 {
		best, most := 0, int64(-1)
		for h := range 22 { // the three hours in a row with the most, their middle the busiest
			if n := a.Hours[h] + a.Hours[h+1] + a.Hours[h+2]; n > most || n == most && a.Hours[h+1] > a.Hours[best+1] {
				best, most = h, n
			}
		}
		a.HourBest = int64(best)
		if x10, ok := figures.Rate(most, a.Total); ok {
			a.HourSay = fmt.Sprintf("咨询集中在%d时至%d时，占%s%%，宜在这一时段加强提醒。", best, best+3, figures.Tenths(x10))
		}
	}
	found, err := c.replica.Query(ctx, narrow(placesOf), args...)
	if err != nil {
		return fmt.Errorf("count by place: %w", err)
	}
	type place struct {
		venue schema.ID
		text  string
		n     int64
	}
	var list []place
	for found.Next() {
		var one place
		if err := found.Scan(&one.venue, &one.text, &one.n); err != nil {
			found.Close()
			return err
		}
		list = append(list, one)
	}
	if err := errors.Join(found.Err(), found.Close()); err != nil {
		return err
	}
	ids := []schema.ID{}
	for _, one := range list {
		if !one.venue.IsNil() {
			ids = append(ids, one.venue)
		}
	}
	venues, err := c.rowsByID(ctx, "venue", ids)
	if err != nil {
		return err
	}
	for _, one := range list {
		name, town := one.text, ""
		if v := venues[one.venue]; v != nil {
			name, town = v.Text("name"), v.Text("town")
		}
		if name == "" {
			continue
		}
		f := Finding{Title: name, Count: one.n, Place: one.text, IDs: []string{}, Details: []string{}}
		if !one.venue.IsNil() {
			f.Venue = one.venue.String()
		}
		if town != "" {
			f.Details = []string{town}
		}
		f.X10, _ = figures.Rate(one.n, a.Total)
		f.Sentence = fmt.Sprintf("%s%s受理咨询%d起，占%s%%。", town, name, one.n, figures.Tenths(f.X10))
		a.Places = append(a.Places, f)
	}
	return nil
}

func (c *County) groups(ctx context.Context, a *Analysis, p period, settings *model.Settings) error {
	from, to := p.millis()
	query, args := losersOf, []any{from, to}
	if len(p.units) > 0 {
		only, more := onlyThese("u.lead_unit_id", p.units)
		query = strings.Replace(query, analysisLive, analysisLive+` AND t.activity_id IN (SELECT u.id FROM activity u WHERE 1 = 1 `+only+`)`, 1)
		args = append(args, more...)
	}
	rows, err := c.replica.Query(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("count by age: %w", err)
	}
	defer rows.Close()
	var lost int64
	for rows.Next() {
		var code string
		var n, paid, fen int64
		if err := rows.Scan(&code, &n, &paid, &fen); err != nil {
			return err
		}
		lost += fen
		a.Groups = append(a.Groups, Finding{Title: settings.Label("age_band", code), Count: n, Base: paid, Fen: fen, Code: "M08a", Part: code, IDs: []string{}, Details: []string{}})
	}
	for i := range a.Groups {
		g := &a.Groups[i]
		share, _ := figures.Rate(g.Count, a.Total)
		g.Sentence = fmt.Sprintf("%s群众咨询%d起，占%s%%，其中已付款%d起", g.Title, g.Count, figures.Tenths(share), g.Base)
		if g.Fen > 0 {
			g.X10, _ = figures.Rate(g.Fen, lost)
			g.Sentence += fmt.Sprintf("，损失%s，占全部损失的%s%%", figures.Money(g.Fen), figures.Tenths(g.X10))
		}
		g.Sentence += "。"
	}
	sort.SliceStable(a.Groups, func(i, j int) bool {
		if a.Groups[i].Fen != a.Groups[j].Fen {
			return a.Groups[i].Fen > a.Groups[j].Fen
		}
		return a.Groups[i].Count > a.Groups[j].Count
	})
	return rows.Err()
}

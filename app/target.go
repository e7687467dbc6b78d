package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Target is what the unit wants to reach in a year, and how far it has got as far
// as this laptop knows.
type Target struct {
	Metric     string `json:"metric"`      // M01 … as domain figures are numbered
	Value      int64  `json:"value"`       // the target, 0 for none; of M06 in fen
	Reached    int64  `json:"reached"`     // so far this year
	FromCounty bool   `json:"from_county"` // the county set it
	Behind     bool   `json:"behind"`      // less is reached than the part of the year that has gone
}

// liveActivity are the conditions under which an activity counts.
const liveActivity = `a.lead_unit_id = ?1 AND a.start_at >= ?2 AND a.start_at < ?3 AND a.state IN ('open', 'done') AND a.merged_into IS NULL AND coalesce(json_extract(a.voided, '$.on'), 0) = 0`

// Figures of one unit between two moments, for its own eyes on its own laptop: ?1 unit,
// ?2 and ?3 the span in ms, ?4 and ?5 as local dates.
const (
	leafletsSince = `SELECT coalesce(sum(max(h.qty, 0)), 0) FROM handout h JOIN material m ON m.id = h.material_id AND m."group" = 'leaflet'
		JOIN activity x ON x.id = h.activity_id AND coalesce(json_extract(x.voided, '$.on'), 0) = 0 JOIN activity a ON a.id = coalesce(x.merged_into, x.id)
		WHERE ` + liveActivity + ` AND coalesce(json_extract(h.voided, '$.on'), 0) = 0`
	countSince = `SELECT count(*) FROM activity a WHERE ` + liveActivity
	largeSince = countSince + ` AND a.kind = 'street' AND (
		(SELECT coalesce(sum(h.qty), 0) FROM handout h JOIN material m ON m.id = h.material_id AND m."group" = 'leaflet' JOIN activity x ON x.id = h.activity_id
			WHERE coalesce(x.merged_into, x.id) = a.id AND coalesce(json_extract(h.voided, '$.on'), 0) = 0) >= ?6
		OR (SELECT count(DISTINCT coalesce(u.merged_into, u.id, e.value)) FROM json_each(a.partner_units) e LEFT JOIN unit u ON lower(hex(u.id)) = replace(e.value, '-', '')) >= ?7)`
	lecturesSince  = countSince + ` AND a.kind = 'lecture' AND a.state = 'done'`
	meetingsSince  = countSince + ` AND a.kind = 'cafe_meeting' AND a.state = 'done'`
	trainingsSince = countSince + ` AND a.kind = 'training' AND a.state = 'done'`
	postsSince     = `SELECT coalesce(sum(1 + max(coalesce(forwards, 0), 0)), 0) FROM post WHERE unit_id = ?1 AND posted_at >= ?2 AND posted_at < ?3
		AND channel IN ('douyin', 'wechat_oa', 'wechat_group', 'wechat_video', 'kuaishou', 'weibo', 'forum') AND coalesce(json_extract(voided, '$.on'), 0) = 0`
	interceptsSince = `SELECT count(*) FROM outcome WHERE kind = 'intercept' AND lead_unit_id = ?1 AND occurred_on >= ?4 AND occurred_on < ?5 AND merged_into IS NULL AND coalesce(json_extract(voided, '$.on'), 0) = 0`
	avertedSince    = `SELECT coalesce(sum(averted_fen), 0) FROM outcome WHERE kind = 'intercept' AND lead_unit_id = ?1 AND occurred_on >= ?4 AND occurred_on < ?5 AND merged_into IS NULL AND coalesce(json_extract(voided, '$.on'), 0) = 0`
	adviceSince     = `SELECT (SELECT count(*) FROM consultation c JOIN activity a ON a.id = c.activity_id WHERE a.lead_unit_id = ?1 AND c.occurred_at >= ?2 AND c.occurred_at < ?3 AND coalesce(json_extract(c.voided, '$.on'), 0) = 0)
		+ (SELECT coalesce(sum(max(coalesce(a.consult_quick, 0), 0)), 0) FROM activity a WHERE ` + liveActivity + `)`
	doorsSince = `SELECT count(*) FROM household h JOIN activity a ON a.id = h.activity_id WHERE ` + liveActivity + ` AND h.result IN ('talked', 'left_leaflet') AND coalesce(json_extract(h.voided, '$.on'), 0) = 0`
)

var metrics = []struct{ code, query string }{
	{"M01", largeSince}, {"M02", leafletsSince}, {"M03", lecturesSince}, {"M04", postsSince}, {"M05", interceptsSince}, {"M06", avertedSince},
	{"M08", adviceSince}, {"M09", doorsSince}, {"M10", meetingsSince}, {"M13", trainingsSince},
}

// targets lists every figure that can have a target, with what is reached.
func (p *Plans) targets(r *replica.Replica, year int) ([]Target, error) {
	ctx := context.Background()
	rules, err := model.ReadSettings(ctx, r)
	if err != nil {
		return nil, err
	}
	own := p.planID(r, year, "annual")
	wanted := map[string]Target{}
	if err := r.Each(ctx, "plan_target", "WHERE unit_id = ? AND plan_id IN (SELECT id FROM plan WHERE year = ? AND kind = 'annual')", []any{p.s.Unit(), year}, func(row *replica.Row) error {
		if !live(row) || row.Int("value") == 0 || row.Text("period_code") != "" {
			return nil
		}
		t := Target{Metric: row.Text("metric"), Value: row.Int("value"), FromCounty: row.Ref("plan_id") != own}
		if have := wanted[t.Metric]; !have.FromCounty {
			wanted[t.Metric] = t
		}
		return nil
	}); err != nil {
		return nil, err
	}
	from := time.Date(year, 1, 1, 0, 0, 0, 0, model.Location)
	to := from.AddDate(1, 0, 0)
	gone := min(max(r.Wall().Sub(from), 0), to.Sub(from))
	out := []Target{}
	for _, m := range metrics {
		t := wanted[m.code]
		t.Metric = m.code
		args := []any{p.s.Unit(), from.UnixMilli(), to.UnixMilli(), model.Date(from), model.Date(to)}
		if m.code == "M01" {
			args = append(args, rules.LargeLeaflets, rules.LargePartners)
		}
		if t.Reached, err = NewBooth(p.s).one(ctx, r, m.query, args...); err != nil {
			return nil, fmt.Errorf("figure %s: %w", m.code, err)
		}
		t.Behind = t.Value > 0 && float64(t.Reached) < float64(t.Value)*gone.Hours()/to.Sub(from).Hours()
		out = append(out, t)
	}
	return out, nil
}

// SetTarget sets the unit's own target of a year; 0 takes it away. One that the county
// has set stands before it.
func (p *Plans) SetTarget(year int, metric string, value int64) (PlanYear, error) {
	err := p.s.update(func(tx *replica.Tx) error {
		if !slices.ContainsFunc(metrics, func(m struct{ code, query string }) bool { return m.code == metric }) {
			return refuse("metric", "没有这个指标。", "There is no such figure.")
		}
		if err := model.Range("value", "目标", "A target", value, 0, model.MaxAmountFen); err != nil {
			return err
		}
		plan, err := p.ensurePlan(tx, year, "annual")
		if err != nil {
			return err
		}
		r, err := p.s.open()
		if err != nil {
			return err
		}
		id := model.TargetID(r.Realm(), plan, metric, p.s.Unit(), "")
		values := schema.Values{"value": value}
		if row, err := tx.Get("plan_target", id); err != nil {
			return err
		} else if row == nil {
			values["plan_id"], values["metric"], values["unit_id"] = plan, metric, p.s.Unit()
			p.s.created(tx, values)
		}
		return tx.Put("plan_target", id, values)
	})
	if err != nil {
		return PlanYear{}, err
	}
	return p.Year(year)
}

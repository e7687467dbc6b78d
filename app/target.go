package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"fieldkit/internal/figures"
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

// targetMetrics are the figures that can have a target.
var targetMetrics = []string{"M01", "M02", "M03", "M04", "M05", "M06", "M08", "M09", "M10", "M13"}

// targets lists every figure that can have a target, with what is reached.
func (p *Plans) targets(r *replica.Replica, year int) ([]Target, error) {
	ctx := context.Background()
	rules, err := model.ReadSettings(ctx, r)
	if err != nil {
		return nil, err
	}
	reader, err := figures.NewReader(ctx, r, rules)
	if err != nil {
		return nil, err
	}
	reached, err := reader.Compute(ctx, figures.Scope{From: fmt.Sprintf("%d-01-01", year), To: fmt.Sprintf("%d-12-31", year), Units: []schema.ID{p.s.Unit()}}, targetMetrics...)
	if err != nil {
		return nil, fmt.Errorf("figures of the year: %w", err)
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
	for _, metric := range targetMetrics {
		t := wanted[metric]
		t.Metric, t.Reached = metric, reached[metric].Value
		t.Behind = t.Value > 0 && float64(t.Reached) < float64(t.Value)*gone.Hours()/to.Sub(from).Hours()
		out = append(out, t)
	}
	return out, nil
}

// SetTarget sets the unit's own target of a year; 0 takes it away. One that the county
// has set stands before it.
func (p *Plans) SetTarget(year int, metric string, value int64) (PlanYear, error) {
	err := p.s.update(func(tx *replica.Tx) error {
		if !slices.Contains(targetMetrics, metric) {
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

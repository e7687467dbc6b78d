package county

import (
	"context"
	"sort"
	"strconv"

	"fieldkit/internal/model"
	"fieldkit/sync/schema"
)

// Rules are the settings of the county and what may be set.
type Rules struct {
	Settings model.Settings          `json:"settings"`
	Codes    map[string][]model.Code `json:"codes"` // every table as shipped, for renaming
}

// Rules reads them.
func (s *Service) Rules(ctx context.Context) (Rules, error) {
	if _, err := signedIn(ctx); err != nil {
		return Rules{}, err
	}
	set, err := model.ReadSettings(ctx, s.c.replica)
	return Rules{Settings: set, Codes: model.Codes}, err
}

// CodeNames are the office's changes to the code tables as shipped. A screen lays them over its own copy.
type CodeNames struct {
	Labels  map[string]string       `json:"labels"`  // "table.code" → the office's name
	Added   map[string][]model.Code `json:"added"`   // the office's own codes, by table
	Retired []string                `json:"retired"` // "table.code": no longer picked, old records keep it
}

// CodeNames tells what the office calls codes.
func (s *Service) CodeNames(ctx context.Context) (CodeNames, error) {
	if _, err := signedIn(ctx); err != nil {
		return CodeNames{}, err
	}
	set, err := model.ReadSettings(ctx, s.c.replica)
	return CodeNames{Labels: set.Labels, Added: set.Added, Retired: set.Retired}, err
}

// SaveRules writes what was changed in the settings since the clerk saw them; they reach
// the kits with their next sync.
func (s *Service) SaveRules(ctx context.Context, saw, set model.Settings) error {
	v, err := editor(ctx)
	if err != nil {
		return err
	}
	err = s.c.replica.Update(ctx, func(tx *replicaTx) error {
		stands, err := model.SettingsOf(tx, s.c.realm)
		if err != nil {
			return err
		}
		now := set.Since(&saw, &stands)
		if err := now.Check(); err != nil {
			return err
		}
		return now.Put(tx, s.c.realm)
	})
	if err != nil {
		return asUser(err)
	}
	return s.c.store.record(ctx, entry{Actor: v.account.Name, Action: "rules_changed", Address: v.address})
}

// targetMetrics are the figures that a plan may set a target for.
var targetMetrics = []string{"M01", "M02", "M03", "M04", "M05", "M06", "M08", "M09", "M10", "M13"}

// Target is what a unit, or with an empty unit the county, plans to reach in a year.
type Target struct {
	Metric string `json:"metric"`
	Unit   string `json:"unit"`
	Value  int64  `json:"value"` // of M06 in fen
}

// Targets are the targets of a year.
type Targets struct {
	Metrics []string `json:"metrics"`
	Rows    []Target `json:"rows"`
}

// Targets lists them.
func (s *Service) Targets(ctx context.Context, year int) (Targets, error) {
	t := Targets{Metrics: targetMetrics, Rows: []Target{}}
	if _, err := signedIn(ctx); err != nil {
		return t, err
	}
	rows, err := s.c.targets(ctx, year)
	for key, value := range rows {
		line := Target{Metric: key.metric, Value: value}
		if !key.unit.IsNil() {
			line.Unit = key.unit.String()
		}
		t.Rows = append(t.Rows, line)
	}
	sort.Slice(t.Rows, func(i, j int) bool {
		return t.Rows[i].Unit+t.Rows[i].Metric < t.Rows[j].Unit+t.Rows[j].Metric
	})
	return t, err
}

type targetKey struct {
	metric string
	unit   schema.ID
}

// targets reads a year's targets out of the annual plans: the county's stands before a
// unit's own.
func (c *County) targets(ctx context.Context, year int) (map[targetKey]int64, error) {
	out := map[targetKey]int64{}
	own := model.PlanID(c.realm, year, "annual", schema.Nil, 1)
	ours := map[targetKey]bool{}
	err := c.replica.Each(ctx, "plan_target", `WHERE plan_id IN (SELECT id FROM plan WHERE year = ? AND kind = 'annual' AND `+inUse+`) AND value > 0 AND coalesce(period_code, '') = '' AND `+inUse,
		[]any{year}, func(row *replicaRow) error {
			key := targetKey{row.Text("metric"), row.Ref("unit_id")}
			if !ours[key] {
				out[key], ours[key] = row.Int("value"), row.Ref("plan_id") == own
			}
			return nil
		})
	return out, err
}

// SaveTarget sets a target; zero takes it away.
func (s *Service) SaveTarget(ctx context.Context, year int, t Target) error {
	v, err := editor(ctx)
	if err != nil {
		return err
	}
	known := false
	for _, m := range targetMetrics {
		known = known || m == t.Metric
	}
	if year < 2000 || year > 2100 || !known {
		return userError("invalid", "metric", "没有这个指标。", "There is no such figure.")
	}
	if err := asUser(model.Range("value", "目标", "A target", t.Value, 0, model.MaxAmountFen)); err != nil {
		return err
	}
	unit := schema.Nil
	if t.Unit != "" {
		if unit, err = parseID(t.Unit); err != nil {
			return err
		}
	}
	err = s.c.replica.Update(ctx, func(tx *replicaTx) error {
		plan := model.PlanID(s.c.realm, year, "annual", schema.Nil, 1)
		row, err := tx.Get("plan", plan)
		if err != nil {
			return err
		}
		if row == nil {
			values := created(tx, s.c.replica.ID())
			values["year"], values["kind"], values["title"] = year, "annual", strconv.Itoa(year)+" 年度计划"
			if err := tx.Put("plan", plan, values); err != nil {
				return err
			}
		}
		id := model.TargetID(s.c.realm, plan, t.Metric, unit, "")
		if row, err = tx.Get("plan_target", id); err != nil {
			return err
		}
		values := schema.Values{"value": t.Value}
		if row == nil {
			values = created(tx, s.c.replica.ID())
			values["plan_id"], values["metric"], values["unit_id"], values["value"] = plan, t.Metric, unit, t.Value
		}
		return tx.Put("plan_target", id, values)
	})
	if err != nil {
		return err
	}
	return s.c.store.record(ctx, entry{Actor: v.account.Name, Action: "target_set", Subject: t.Metric, Address: v.address, Detail: strconv.Itoa(year)})
}

package app

import (
	"context"
	"testing"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

func TestPlannedItemIsOneActivityOnEveryLaptop(t *testing.T) {
	all := fleet(t, "D1", "D2")
	a, b := all[0], all[1]
	plan := sure(NewPlans(a.s).SaveItem(PlanItemForm{Kind: "street", Title: "110宣传日", DueFrom: "2025-01-10", PeriodCode: "p110"}))
	if len(plan.Items) != 1 || plan.Items[0].DueTo != "2025-01-10" || plan.Items[0].State != "" {
		t.Fatalf("the plan: %+v", plan.Items)
	}
	exchange(t, all)
	item := plan.Items[0].ID
	one := sure(NewPlans(a.s).OpenItem(item, "城关广场"))
	b.now = b.now.Add(20 * time.Minute)
	two := sure(NewPlans(b.s).OpenItem(item, "广场"))
	if one.ID != two.ID || one.State != "open" || one.Title != "110宣传日" || one.Place != "城关广场" {
		t.Fatalf("opened %+v and %+v", one, two)
	}
	sure(a.booth.Tap(one.ID, leaflet, 380))
	sure(b.booth.Tap(one.ID, leaflet, 240))
	exchange(t, all)
	if st := sure(a.booth.Get(one.ID)); st.Total != 620 {
		t.Errorf("%d leaflets", st.Total)
	}
	sure(NewActivities(a.s).SetState(one.ID, "done"))
	year := sure(NewPlans(a.s).Year(2025))
	if year.Items[0].State != "done" || year.Items[0].Activity != one.ID {
		t.Errorf("done: %+v", year.Items[0])
	}
	if due := sure(NewPlans(a.s).Due(0)); len(due) != 0 {
		t.Errorf("still due: %+v", due)
	}
}

func TestDueItems(t *testing.T) {
	l := newLaptop(t, "D1")
	p := NewPlans(l.s)
	for title, due := range map[string][2]string{"late": {"2025-01-02", "2025-01-05"}, "now": {"2025-01-08", "2025-01-20"}, "soon": {"2025-01-15", ""}, "far": {"2025-03-15", ""}} {
		sure(p.SaveItem(PlanItemForm{Kind: "street", Title: title, DueFrom: due[0], DueTo: due[1]}))
	}
	due := sure(p.Due(7))
	if len(due) != 3 || due[0].Title != "late" || !due[0].Overdue || due[1].Overdue {
		t.Errorf("due: %+v", due)
	}
	l.must(p.VoidItem(due[0].ID, true))
	if due = sure(p.Due(0)); len(due) != 1 || due[0].Title != "now" {
		t.Errorf("due today: %+v", due)
	}
}

func TestPeriodsOfTheCountyStandBeforeTheCalendar(t *testing.T) {
	l := newLaptop(t, "D1")
	sure(NewActivities(l.s).Open(OpenForm{Kind: "street", Place: "城关广场", StartAt: time.Date(2025, 1, 30, 9, 0, 0, 0, model.Location).UnixMilli()}))
	find := func(code string) PlanPeriod {
		for _, p := range sure(NewPlans(l.s).Year(0)).Periods {
			if p.Code == code {
				return p
			}
		}
		t.Fatalf("no %s", code)
		return PlanPeriod{}
	}
	if p := find("spring"); p != (PlanPeriod{"spring", "2025-01-28", "2025-02-04", false, 1}) {
		t.Errorf("by the calendar %+v", p)
	}
	l.must(l.r.Update(context.Background(), func(tx *replica.Tx) error {
		return tx.Put("period", model.PeriodID(realm, 2025, "spring"), schema.Values{"code": "spring", "year": 2025, "from_on": "2025-01-20", "to_on": "2025-01-29"})
	}))
	if p := find("spring"); p != (PlanPeriod{"spring", "2025-01-20", "2025-01-29", true, 0}) {
		t.Errorf("by the county %+v", p)
	}
}

func TestTargetsAndWhatIsReached(t *testing.T) {
	l := newLaptop(t, "D1")
	p := NewPlans(l.s)
	id := l.start("城关广场").Activity.ID
	sure(l.booth.Tap(id, leaflet, 199))
	sure(l.booth.Quick(id, "consult_quick", 7))
	sure(p.SetTarget(2025, "M02", 5000))
	reached := func(metric string) Target {
		for _, m := range sure(p.Year(2025)).Targets {
			if m.Metric == metric {
				return m
			}
		}
		t.Fatalf("no %s", metric)
		return Target{}
	}
	if m := reached("M02"); m.Value != 5000 || m.Reached != 199 || m.FromCounty {
		t.Errorf("M02 %+v", m)
	}
	if m := reached("M08"); m.Reached != 7 {
		t.Errorf("M08 %+v", m)
	}
	if m := reached("M01"); m.Reached != 0 {
		t.Errorf("199 leaflets are large: %+v", m)
	}
	sure(l.booth.Tap(id, leaflet, 1))
	if m := reached("M01"); m.Reached != 1 {
		t.Errorf("200 leaflets are not large: %+v", m)
	}
	sure(NewActivities(l.s).Void(id, true, "V2"))
	if m := reached("M02"); m.Reached != 0 {
		t.Errorf("a voided activity counts: %+v", m)
	}
	county := model.PlanID(realm, 2025, "annual", schema.Nil, 1)
	l.must(l.r.Update(context.Background(), func(tx *replica.Tx) error {
		if err := tx.Put("plan", county, schema.Values{"year": 2025, "kind": "annual"}); err != nil {
			return err
		}
		return tx.Put("plan_target", model.TargetID(realm, county, "M02", l.s.Unit(), ""), schema.Values{"plan_id": county, "metric": "M02", "unit_id": l.s.Unit(), "value": 6000})
	}))
	if m := reached("M02"); m.Value != 6000 || !m.FromCounty || !m.Behind {
		t.Errorf("the county's target: %+v", m)
	}
}

func TestContingencyOfTwoLaptops(t *testing.T) {
	all := fleet(t, "D1", "D2")
	sure(NewPlans(all[0].s).SaveContingency(2025, Contingency{}, Contingency{Body: "一、报警", EffectiveOn: "2025-01-01"}))
	exchange(t, all)
	sure(NewPlans(all[0].s).SaveContingency(2025, Contingency{Body: "一、报警", EffectiveOn: "2025-01-01"}, Contingency{Body: "一、报警\n二、止付", EffectiveOn: "2025-01-01"}))
	sure(NewPlans(all[1].s).SaveContingency(2025, Contingency{Body: "一、报警", EffectiveOn: "2025-01-01"}, Contingency{Body: "总则\n一、报警", EffectiveOn: "2025-01-01", RevisedOn: "2025-01-10"}))
	exchange(t, all)
	for _, l := range all {
		if c := sure(NewPlans(l.s).Year(2025)).Contingency; c.Body != "总则\n一、报警\n二、止付" || c.RevisedOn != "2025-01-10" {
			t.Errorf("%+v", c)
		}
	}
}

func TestPlanRefusals(t *testing.T) {
	l := newLaptop(t, "D1")
	p := NewPlans(l.s)
	for name, c := range map[string]struct {
		f     PlanItemForm
		field string
	}{
		"no day":         {PlanItemForm{Kind: "street", Title: "a"}, "due_from"},
		"31 February":    {PlanItemForm{Kind: "street", Title: "a", DueFrom: "2025-02-31"}, "due_from"},
		"ends before":    {PlanItemForm{Kind: "street", Title: "a", DueFrom: "2025-02-03", DueTo: "2025-02-01"}, "due_to"},
		"years long":     {PlanItemForm{Kind: "street", Title: "a", DueFrom: "2025-02-03", DueTo: "2028-02-01"}, "due_to"},
		"no title":       {PlanItemForm{Kind: "street", DueFrom: "2025-02-03"}, "title"},
		"no kind":        {PlanItemForm{Title: "a", DueFrom: "2025-02-03"}, "kind"},
		"no such period": {PlanItemForm{Kind: "street", Title: "a", DueFrom: "2025-02-03", PeriodCode: "never"}, "period_code"},
	} {
		if _, err := p.SaveItem(c.f); refusedField(t, err) != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := p.SetTarget(2025, "M99", 1); refusedField(t, err) != "metric" {
		t.Error(err)
	}
	if _, err := p.Year(1800); refusedField(t, err) != "year" {
		t.Error(err)
	}
}

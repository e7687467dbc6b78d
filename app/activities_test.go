package app

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// sure gives a result that may not fail.
func sure[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// officer registers somebody and lets them work here.
func (l *laptop) officer(number, name string) schema.ID {
	l.t.Helper()
	id := model.OfficerID(realm, "CGPCS", number)
	l.must(l.r.Update(context.Background(), func(tx *replica.Tx) error {
		return tx.Put("officer", id, schema.Values{"staff_no": number, "name": name, "initials": model.Initials(name), "unit_id": l.s.Unit(), "role": "police", "active": true})
	}))
	l.s.UseOfficer(id)
	return id
}

func TestActivityOfEveryKindOpensClosesAndReopens(t *testing.T) {
	l := newLaptop(t, "D1")
	l.officer("041207", "李静")
	acts := NewActivities(l.s)
	for _, c := range model.Codes["activity_kind"] {
		a := sure(acts.Open(OpenForm{Kind: c.Code, Place: "县一中", FraudTypes: []string{"F01"}, TopicTags: []string{"law"}}))
		if a.Kind != c.Code || a.State != "open" || !slices.Equal(a.FraudTypes, []string{"F01"}) || !slices.Equal(a.TopicTags, []string{"law"}) || len(a.Officers) != 1 || a.Officers[0].Name != "李静" {
			t.Errorf("%s opened as %+v", c.Code, a)
		}
		if c.Code == "training" {
			continue
		}
		l.now = l.now.Add(30 * 24 * time.Hour) // closed late, it did not last a month
		if a = sure(acts.SetState(a.ID, "done")); a.State != "done" || a.EndAt != a.StartAt+24*time.Hour.Milliseconds() {
			t.Errorf("%s closed as %s, %d h", c.Code, a.State, (a.EndAt-a.StartAt)/3600_000)
		}
		if a = sure(acts.SetState(a.ID, "open")); a.State != "open" || a.EndAt != 0 {
			t.Errorf("%s reopened as %s until %d", c.Code, a.State, a.EndAt)
		}
	}
	if all := sure(acts.List(ActivityQuery{})); len(all) != len(model.Codes["activity_kind"]) {
		t.Errorf("%d activities listed", len(all))
	}
	if found := sure(acts.List(ActivityQuery{Kind: "lecture", Text: "xyz"})); len(found) != 1 || found[0].Kind != "lecture" {
		t.Errorf("by initials: %+v", found)
	}
}

func TestTrainingDemandsHoursAndRoles(t *testing.T) {
	l := newLaptop(t, "D1")
	acts := NewActivities(l.s)
	a, err := acts.Open(OpenForm{Kind: "training", Place: "农商行"})
	l.must(err)
	for _, want := range []struct {
		field string
		then  func() error
	}{
		{"hours", func() error { h := int64(20); _, err := acts.Save(a.ID, ActivityChanges{HoursX10: &h}); return err }},
		{"roles", func() error { _, err := acts.SetRoleHeads(a.ID, "teller", 24); return err }},
	} {
		_, err := acts.SetState(a.ID, "done")
		if field := refusedField(t, err); field != want.field {
			t.Fatalf("refused for %s, want %s", field, want.field)
		}
		l.must(want.then())
	}
	a, err = acts.SetState(a.ID, "done")
	l.must(err)
	if a.State != "done" || len(a.RoleHeads) != 1 || a.RoleHeads[0] != (RoleHead{"teller", 24}) || !slices.Equal(a.AudienceRoles, []string{"teller"}) {
		t.Errorf("closed as %+v", a)
	}
}

func TestActivityRefusals(t *testing.T) {
	l := newLaptop(t, "D1")
	acts := NewActivities(l.s)
	a, err := acts.Open(OpenForm{Kind: "street", Place: "城关广场"})
	l.must(err)
	num := func(n int64) *int64 { return &n }
	str := func(s string) *string { return &s }
	for name, c := range map[string]struct {
		change ActivityChanges
		field  string
	}{
		"before it began":     {ActivityChanges{EndAt: num(a.StartAt - 1)}, "end_at"},
		"longer than a day":   {ActivityChanges{EndAt: num(a.StartAt + 25*3600_000)}, "end_at"},
		"in another century":  {ActivityChanges{StartAt: num(1)}, "start_at"},
		"years ahead":         {ActivityChanges{StartAt: num(a.StartAt + 3*366*24*3600_000)}, "start_at"},
		"long title":          {ActivityChanges{Title: str(strings.Repeat("长", 61))}, "title"},
		"zero byte":           {ActivityChanges{Place: str("a\x00b")}, "place_text"},
		"people below nought": {ActivityChanges{HeadsStated: num(-1)}, "heads_stated"},
		"200 hours":           {ActivityChanges{HoursX10: num(2000)}, "hours_x10"},
		"no such fraud":       {ActivityChanges{FraudTypes: &SetChange{Add: []string{"F77"}}}, "fraud_types"},
		"the lead as partner": {ActivityChanges{Partners: &SetChange{Add: []string{l.s.Unit().String()}}}, "partner_units"},
		"unknown officer":     {ActivityChanges{Officers: &SetChange{Add: []string{schema.Derive(realm, "nobody").String()}}}, "officer_ids"},
	} {
		before := l.state()
		_, err := acts.Save(a.ID, c.change)
		if field := refusedField(t, err); field != c.field {
			t.Errorf("%s: refused for %s", name, field)
		}
		if l.state() != before {
			t.Errorf("%s: changed something", name)
		}
	}
	// Emoji and right-to-left text are text like any other.
	if a, err = acts.Save(a.ID, ActivityChanges{Title: str("集市🎉 مرحبا")}); err != nil || a.Title != "集市🎉 مرحبا" {
		t.Errorf("title %q, %v", a.Title, err)
	}
}

func TestSummaryOfTwoLaptopsKeepsBothParagraphs(t *testing.T) {
	all := fleet(t, "D1", "D2")
	id := all[0].start("城关广场").Activity.ID
	_, err := NewActivities(all[0].s).EditSummary(id, "", "现场发放。")
	all[0].must(err)
	exchange(t, all)
	for i, typed := range []string{"上午到场。\n现场发放。", "现场发放。\n下午收摊。"} {
		_, err := NewActivities(all[i].s).EditSummary(id, "现场发放。", typed)
		all[i].must(err)
	}
	exchange(t, all)
	for _, l := range all {
		if a, err := NewActivities(l.s).Get(id); err != nil || a.Summary != "上午到场。\n现场发放。\n下午收摊。" {
			t.Errorf("summary %q, %v", a.Summary, err)
		}
	}
}

func TestSameAsLastTimeAndTemplates(t *testing.T) {
	l := newLaptop(t, "D1")
	l.officer("041207", "李静")
	acts := NewActivities(l.s)
	if last, err := acts.LastOf("lecture"); err != nil || last != nil {
		t.Fatalf("a last time before the first: %v, %v", last, err)
	}
	partner := model.UnitID(realm, "JYJ")
	a, err := acts.Open(OpenForm{Kind: "lecture", Place: "县一中", PartnerUnits: []schema.ID{partner}, FraudTypes: []string{"F01", "F10"}, AudienceRoles: []string{"student"}})
	l.must(err)
	last, err := acts.LastOf("lecture")
	l.must(err)
	if last.Place != "县一中" || !slices.Equal(last.PartnerUnits, []schema.ID{partner}) || len(last.FraudTypes) != 2 || last.StartAt != 0 || len(last.OfficerIDs) != 1 {
		t.Errorf("last time: %+v", last)
	}
	_, err = acts.SaveTemplate(" 校园讲座 ", a.ID)
	l.must(err)
	l.crash()
	acts = NewActivities(l.s)
	all, err := acts.Templates()
	l.must(err)
	if len(all) != 1 || all[0].Name != "校园讲座" || all[0].Form.Place != "县一中" {
		t.Fatalf("templates: %+v", all)
	}
	b, err := acts.Open(OpenForm{Kind: "lecture", Place: "老年大学"})
	l.must(err)
	_, err = acts.SaveTemplate("老年讲座", b.ID)
	l.must(err)
	named := func(name string) Template {
		t.Helper()
		n := slices.IndexFunc(all, func(t Template) bool { return t.Name == name })
		if n < 0 {
			t.Fatalf("no %s in %+v", name, all)
		}
		return all[n]
	}
	id := func(name string) schema.ID { t.Helper(); return named(name).ID }
	all, err = acts.Templates()
	l.must(err)
	for _, name := range []string{"校园讲座", "老年讲座"} {
		all, err = acts.DefaultTemplate(id(name), true)
		l.must(err)
		if n := slices.IndexFunc(all, func(t Template) bool { return t.Default }); all[n].Name != name || slices.ContainsFunc(all[n+1:], func(t Template) bool { return t.Default }) {
			t.Errorf("of %s the defaults are %+v", name, all)
		}
	}
	if _, err = acts.RenameTemplate(id("老年讲座"), "校园讲座"); refusedField(t, err) != "name" {
		t.Errorf("two templates of one name: %v", err)
	}
	if _, err = acts.RenameTemplate(id("老年讲座"), " "); refusedField(t, err) != "name" {
		t.Errorf("a template without a name: %v", err)
	}
	all, err = acts.RenameTemplate(id("老年讲座"), "敬老讲座")
	l.must(err)
	renamed := id("敬老讲座")
	if x := named("敬老讲座"); !x.Default || x.Form.Place != "老年大学" {
		t.Errorf("renamed %+v", x)
	}
	all, err = acts.SaveTemplate("老年讲座", a.ID) // the name is free again; the renamed one stays
	l.must(err)
	if len(all) != 3 || id("老年讲座") == renamed || named("敬老讲座").Form.Place != "老年大学" {
		t.Errorf("%+v", all)
	}
	all, err = acts.RemoveTemplate(renamed)
	l.must(err)
	if len(all) != 2 {
		t.Errorf("left: %+v", all)
	}
	all, err = acts.KeepTemplate(renamed)
	l.must(err)
	if len(all) != 3 || id("敬老讲座") != renamed {
		t.Errorf("put back: %+v", all)
	}
}

// A unit's laptops share its templates; another unit's do not see them. What a laptop
// kept to itself in an earlier version is shared once.
func TestTemplatesReachTheUnit(t *testing.T) {
	all := fleet(t, "D1", "D2")
	one, two := NewActivities(all[0].s), NewActivities(all[1].s)
	a, err := one.Open(OpenForm{Kind: "lecture", Place: "县一中"})
	all[0].must(err)
	_, err = one.SaveTemplate("校园讲座", a.ID)
	all[0].must(err)
	local, err := json.Marshal([]Template{{Name: "广场摊位", Default: true, Form: OpenForm{Kind: "street", Place: "城关广场"}}})
	all[1].must(err)
	all[1].must(all[1].r.PutLocal(context.Background(), localTemplatesKey, local))
	mine, err := two.Templates()
	all[1].must(err)
	if len(mine) != 1 || !mine[0].Default || mine[0].Form.Place != "城关广场" {
		t.Fatalf("taken over: %+v", mine)
	}
	exchange(t, all)
	for i, acts := range []*Activities{one, two} {
		got, err := acts.Templates()
		all[i].must(err)
		names := map[string]bool{}
		for _, x := range got {
			names[x.Name] = x.Default
		}
		if want := map[string]bool{"校园讲座": false, "广场摊位": i == 1}; !maps.Equal(names, want) {
			t.Errorf("laptop %d: %+v", i, got)
		}
	}
	if raw, err := all[1].r.GetLocal(context.Background(), localTemplatesKey); err != nil || raw != nil {
		t.Errorf("still kept aside: %s %v", raw, err)
	}
	other := schema.Derive(realm, "another unit")
	all[0].must(all[0].r.Update(context.Background(), func(tx *replica.Tx) error {
		audience, err := model.AudienceOf(tx, model.Schema.Table("template"), mine[0].ID, other)
		if err == nil && (model.Entitled(audience, other) || !model.Entitled(audience, all[0].s.Unit())) {
			t.Errorf("audience %q", audience)
		}
		return err
	}))
}

func TestPlannedActivityCountsOnceOpened(t *testing.T) {
	l := newLaptop(t, "D1")
	acts := NewActivities(l.s)
	tomorrow := l.now.Add(20 * time.Hour)
	a, err := acts.Open(OpenForm{Kind: "street", Place: "夜市", StartAt: tomorrow.UnixMilli(), Planned: true})
	l.must(err)
	if a.State != "planned" {
		t.Fatalf("entered as %s", a.State)
	}
	a, err = acts.SetState(a.ID, "open")
	l.must(err)
	if a.State != "open" || a.StartAt != l.now.UnixMilli() {
		t.Errorf("opened as %s at %d", a.State, a.StartAt)
	}
}

// Whatever way an activity is opened by, one that was finished stays finished, and one
// that was voided or cancelled stays so: a new one begins.
func TestOpeningWhatWasFinishedLeavesItFinished(t *testing.T) {
	l := newLaptop(t, "D1")
	acts, plans := NewActivities(l.s), NewPlans(l.s)
	item := sure(plans.SaveItem(PlanItemForm{Kind: "street", Title: "110宣传日", DueFrom: "2025-01-10"})).Items[0].ID
	for name, open := range map[string]func() (schema.ID, string){
		"activity": func() (schema.ID, string) {
			a := sure(acts.Open(OpenForm{Kind: "lecture", Place: "县一中"}))
			return a.ID, a.State
		},
		"booth": func() (schema.ID, string) { st := l.start("汽车站"); return st.Activity.ID, st.Activity.State },
		"meeting": func() (schema.ID, string) {
			m := sure(l.meet.Create(MeetingForm{Place: "会议室"}))
			return m.Activity.ID, m.Activity.State
		},
		"plan's item": func() (schema.ID, string) { a := sure(plans.OpenItem(item, "")); return a.ID, a.State },
	} {
		id, state := open()
		if state != "open" {
			t.Fatalf("%s opened as %s", name, state)
		}
		done := sure(acts.SetState(id, "done"))
		if again, state := open(); again != id || state != "done" {
			t.Errorf("%s: opened again it is %s", name, state)
		}
		sure(acts.Void(id, true, "V1"))
		second, state := open()
		if second == id || state != "open" {
			t.Errorf("%s: voided and opened again it is %s", name, state)
		}
		if a := sure(acts.Get(id)); !a.Voided || a.State != "done" || a.EndAt != done.EndAt {
			t.Errorf("%s: brought back %+v", name, a.Activity)
		}
		if again, _ := open(); again != second {
			t.Errorf("%s: the second one is not joined", name)
		}
		sure(acts.SetState(second, "cancelled"))
		if third, state := open(); third == id || third == second || state != "open" {
			t.Errorf("%s: cancelled and opened again it is %s, and would count nothing", name, state)
		}
	}
}

// One laptop finishes what is planned; another, that has not met it, opens it later.
func TestAnUnseenFinishIsListedWhenItLost(t *testing.T) {
	all := fleet(t, "D1", "D2")
	a, b := all[0], all[1]
	item := sure(NewPlans(a.s).SaveItem(PlanItemForm{Kind: "street", Title: "110宣传日", DueFrom: "2025-01-10"})).Items[0].ID
	exchange(t, all)
	id := sure(NewPlans(a.s).OpenItem(item, "城关广场")).ID
	sure(NewActivities(a.s).SetState(id, "done"))
	b.now = b.now.Add(time.Hour)
	sure(NewPlans(b.s).OpenItem(item, "城关广场"))
	exchange(t, all)
	for _, l := range all {
		list := sure(NewReview(l.s).List())
		if !slices.ContainsFunc(list, func(i ReviewItem) bool { return i.Table == "activity" && i.Column == "state" }) {
			t.Errorf("nobody is told that it had been finished: %+v", list)
		}
	}
}

package app

import (
	"slices"
	"testing"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

func (l *laptop) at(day string, hour int) {
	l.t.Helper()
	on, err := model.ParseDate("on", "", "", day)
	l.must(err)
	l.now = on.Add(time.Duration(hour) * time.Hour)
}

// An item of the plan that was opened by mistake and voided begins anew: what was tapped
// for trial stays voided, and the new one begins when it is opened. Laptops that did so
// without meeting land in one.
func TestAVoidedMistakeDoesNotComeBack(t *testing.T) {
	all := fleet(t, "D1", "D2")
	a, b := all[0], all[1]
	acts, plans := NewActivities(a.s), NewPlans(a.s)
	for _, l := range all {
		l.at("2025-12-28", 9)
	}
	id := sure(plans.SaveItem(PlanItemForm{Kind: "street", Title: "新年街面", DueFrom: "2026-01-05"})).Items[0].ID
	wrong := sure(plans.OpenItem(id, "城关广场"))
	sure(a.booth.Tap(wrong.ID, leaflet, 40))
	sure(acts.Void(wrong.ID, true, "V2"))
	if i := sure(plans.Year(2026)).Items[0]; i.State != "" || !i.Activity.IsNil() {
		t.Fatalf("the plan holds the mistake: %+v", i)
	}
	exchange(t, all)
	var opened [2]schema.ID
	for i, l := range all { // neither has met the other since
		l.at("2026-01-05", 9+i)
		d := sure(NewPlans(l.s).OpenItem(id, "城关广场"))
		opened[i] = d.ID
		if model.Date(time.UnixMilli(d.StartAt)) != "2026-01-05" || d.Voided || d.State != "open" {
			t.Fatalf("opened %+v", d.Activity)
		}
		sure(l.booth.Tap(d.ID, leaflet, 100))
	}
	if opened[0] != opened[1] || opened[0] == wrong.ID {
		t.Fatalf("%v beside the mistake %v", opened, wrong.ID)
	}
	exchange(t, all)
	for _, l := range all {
		if st := sure(l.booth.Get(opened[0])); st.Total != 200 {
			t.Errorf("%d leaflets", st.Total)
		}
		if d := sure(NewActivities(l.s).Get(wrong.ID)); !d.Voided {
			t.Error("the office's mark is gone")
		}
		if i := sure(NewPlans(l.s).Year(2026)).Items[0]; i.Activity != opened[0] || i.State != "open" {
			t.Errorf("the plan holds %+v", i)
		}
		if due := sure(NewPlans(l.s).Due(7)); len(due) != 1 || due[0].Activity != opened[0] {
			t.Errorf("due %+v", due)
		}
	}
	if r := b.reviewed(); len(r) != 0 {
		t.Errorf("to be reviewed: %v", r)
	}
	// The mistake can still be brought back, by hand; the plan goes on with the other.
	sure(acts.Void(wrong.ID, false, ""))
	if i := sure(plans.Year(2026)).Items[0]; i.Activity != wrong.ID && i.Activity != opened[0] {
		t.Errorf("the plan lost both: %+v", i)
	}
	sure(acts.SetState(opened[0], "done"))
	sure(acts.Void(wrong.ID, true, "V1"))
	if i := sure(plans.Year(2026)).Items[0]; i.Activity != opened[0] || i.State != "done" {
		t.Errorf("finished: %+v", i)
	}
	if again := sure(plans.OpenItem(id, "城关广场")); again.ID != opened[0] || again.State != "done" {
		t.Errorf("opened once more it is %v, %s", again.ID, again.State)
	}
}

// Two lectures at one place in one half-day: the second is another one, when the officer
// says so, and is one for both laptops; who does not say so lands in the one that is over.
func TestTwoLecturesOfOneMorning(t *testing.T) {
	all := fleet(t, "D1", "D2")
	lecture := OpenForm{Kind: "lecture", Place: "县一中"}
	first := sure(NewActivities(all[0].s).Open(lecture)).ID
	if ended := sure(NewActivities(all[0].s).Ended(lecture)); ended != nil {
		t.Fatalf("it goes on: %+v", ended)
	}
	heads := int64(420)
	sure(NewActivities(all[0].s).Save(first, ActivityChanges{HeadsStated: &heads}))
	sure(NewActivities(all[0].s).SetState(first, "done"))
	exchange(t, all)
	another := lecture
	another.Another = true
	var second [2]schema.ID
	for i, l := range all {
		acts := NewActivities(l.s)
		before := l.state()
		if ended := sure(acts.Ended(lecture)); ended == nil || ended.ID != first || ended.State != "done" || l.state() != before {
			t.Fatalf("over is %+v", ended)
		}
		if d := sure(acts.Open(lecture)); d.ID != first || d.State != "done" {
			t.Errorf("without a word it opens %s", d.State)
		}
		d := sure(acts.Open(another))
		if second[i] = d.ID; d.ID == first || d.State != "open" {
			t.Fatalf("another is %+v", d.Activity)
		}
		if again := sure(acts.Open(lecture)); again.ID != d.ID {
			t.Error("one that goes on is not joined")
		}
		if ended := sure(acts.Ended(lecture)); ended != nil {
			t.Errorf("asked although one goes on: %+v", ended)
		}
	}
	if second[0] != second[1] {
		t.Fatal("two laptops have two second lectures")
	}
	more := int64(380)
	sure(NewActivities(all[1].s).Save(second[1], ActivityChanges{HeadsStated: &more}))
	exchange(t, all)
	for _, l := range all {
		list := sure(NewActivities(l.s).List(ActivityQuery{Kind: "lecture"}))
		counts := []int64{}
		for _, a := range list {
			counts = append(counts, a.Heads)
		}
		if slices.Sort(counts); !slices.Equal(counts, []int64{380, 420}) {
			t.Errorf("heads %v", counts)
		}
	}
	sure(NewActivities(all[0].s).SetState(second[0], "done"))
	if ended := sure(NewActivities(all[0].s).Ended(lecture)); ended == nil || ended.ID != second[0] {
		t.Errorf("of two that are over, the last: %+v", ended)
	}
	if third := sure(NewActivities(all[0].s).Open(another)); third.ID == first || third.ID == second[0] {
		t.Error("the third lands in one before")
	}
}

// What was planned begins on the day on which it is opened, before or after that of the
// plan; on the day itself the earlier time stands.
func TestAPlannedActivityBeginsOnTheDayItIsOpened(t *testing.T) {
	for name, c := range map[string]struct {
		day   string
		hour  int
		moved bool
	}{
		"the day before":  {"2025-01-11", 9, true},
		"days after":      {"2025-01-15", 9, true},
		"hours before":    {"2025-01-12", 7, true},
		"hours after":     {"2025-01-12", 12, false},
		"at its midnight": {"2025-01-12", 0, true},
	} {
		for _, by := range []string{"list", "plan"} {
			l := newLaptop(t, "D1")
			l.at("2025-01-10", 12)
			start := l.now.Add(45 * time.Hour) // 01-12 09:00
			f := OpenForm{Kind: "street", Place: "城关广场", StartAt: start.UnixMilli(), Planned: true}
			if by == "plan" {
				f.PlanItemID = sure(NewPlans(l.s).SaveItem(PlanItemForm{Kind: "street", Title: "集市", DueFrom: "2025-01-12"})).Items[0].ID
			}
			id := sure(NewActivities(l.s).Open(f)).ID
			l.at(c.day, c.hour)
			var d ActivityDetail
			if by == "plan" {
				d = sure(NewPlans(l.s).OpenItem(f.PlanItemID, ""))
			} else {
				d = sure(NewActivities(l.s).SetState(id, "open"))
			}
			want := start
			if c.moved {
				want = l.now
			}
			if d.ID != id || d.State != "open" || d.StartAt != want.UnixMilli() {
				t.Errorf("%s, by the %s: begins %s", name, by, time.UnixMilli(d.StartAt).In(model.Location))
			}
		}
	}
}

// What the office merged away is joined where it went.
func TestAMergedBoothIsJoinedWhereItWent(t *testing.T) {
	l := newLaptop(t, "D1")
	square, market := l.start("城关广场").Activity.ID, l.start("城关集市").Activity.ID
	l.must(l.s.update(func(tx *replica.Tx) error {
		return tx.Put("activity", square, schema.Values{"merged_into": market})
	}))
	if again := l.start("城关广场").Activity.ID; again != market {
		t.Errorf("opened %v", again)
	}
	sure(NewActivities(l.s).Void(market, true, "V1"))
	if again := l.start("城关广场").Activity.ID; again == market || again == square {
		t.Error("a voided one is joined")
	}
	// Merged in a circle, as two sides may, it is passed over.
	l.must(l.s.update(func(tx *replica.Tx) error {
		return tx.Put("activity", market, schema.Values{"merged_into": square, "voided": nil})
	}))
	if again := l.start("城关集市").Activity.ID; again == market || again == square {
		t.Error("one of a circle is joined")
	}
}

// Where one laptop voids an event by mistake while another, which has not met that, works at
// it, the void stands and both are told: nothing is lost, somebody decides.
func TestAVoidBesideWorkThatHadNotMetItIsListed(t *testing.T) {
	all := fleet(t, "D1", "D2")
	a, b := all[0], all[1]
	id := a.start("城关广场").Activity.ID
	sure(a.booth.Tap(id, leaflet, 40))
	sure(NewActivities(a.s).Void(id, true, "V1"))
	b.now = b.now.Add(5 * time.Minute)
	if b.start("城关广场").Activity.ID != id {
		t.Fatal("another booth")
	}
	sure(b.booth.Tap(id, leaflet, 100))
	exchange(t, all)
	for _, l := range all {
		if d := sure(NewActivities(l.s).Get(id)); !d.Voided {
			t.Error("the void is lost")
		}
		list := sure(NewReview(l.s).List())
		if !slices.ContainsFunc(list, func(i ReviewItem) bool { return i.ID == id && i.Column == "voided" }) {
			t.Errorf("nobody is told: %+v", list)
		}
	}
}

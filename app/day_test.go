package app

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

func kinds(d DayReport) []string {
	out := []string{}
	for _, i := range d.Items {
		if !i.Left {
			out = append(out, i.Kind)
		}
	}
	slices.Sort(out)
	return out
}

func TestDayListsWhatIsOpenUntilNothingIs(t *testing.T) {
	l := newLaptop(t, "D1")
	l.officer("041207", "李静")
	day, stock, acts := NewDay(l.s), NewStock(l.s), NewActivities(l.s)
	if d := sure(day.Get("")); len(d.Items) != 0 || d.On != "2025-01-10" || d.Lunar != "腊月十一" || d.Officer != "李静" {
		t.Fatalf("an empty day: %+v", d)
	}
	sure(stock.Record(MoveForm{Kind: "receive", MaterialID: leaflet, Qty: 100, BatchNo: "1"}))
	street := l.start("城关广场").Activity.ID
	lecture := sure(acts.Open(OpenForm{Kind: "lecture", Place: "县一中"})).ID
	sure(NewPlans(l.s).SaveItem(PlanItemForm{Kind: "household", Title: "入户", DueFrom: "2025-01-09", DueTo: "2025-01-10"}))
	sure(l.booth.Tap(street, leaflet, 120))
	sure(NewTallies(l.s).Add("", "kind_reminder", 3))
	sure(l.consult.Save(ConsultationForm{ActivityID: street, FraudType: "F01", Stage: "G0", AgeBand: "A6", Outcome: "K5"}))
	d := sure(day.Get(""))
	if got := kinds(d); fmt.Sprint(got) != "[follow_up negative open open tally uncounted unopened]" || d.Open != 7 {
		t.Fatalf("open are %v", got)
	}
	if len(d.Activities) != 2 || len(d.Materials) != 1 || d.Materials[0].Total != 120 || d.Advised != 1 {
		t.Errorf("the sheet: %+v", d)
	}
	heads := int64(420)
	sure(acts.Save(lecture, ActivityChanges{HeadsStated: &heads}))
	sure(acts.SetState(lecture, "done"))
	sure(acts.SetState(street, "done"))
	sure(stock.Carry(street, leaflet, "issued", 130))
	sure(stock.Record(MoveForm{Kind: "adjust", MaterialID: leaflet, Qty: 50}))
	sure(NewTallies(l.s).Close(""))
	d = sure(day.Get(""))
	if got := kinds(d); fmt.Sprint(got) != "[difference follow_up missing missing unopened]" || d.Heads != 420 {
		t.Errorf("then %v", got)
	}
	for _, i := range d.Items {
		if i.Kind == "difference" && i.Count != 10 {
			t.Errorf("the difference is %d", i.Count)
		}
		if i.Kind == "difference" {
			sure(stock.Carry(street, leaflet, "returned", 10))
			continue
		}
		d = sure(day.Leave("2025-01-10", i.Key, true))
	}
	if d = sure(day.Get("")); d.Open != 0 {
		t.Errorf("%d left open: %v", d.Open, kinds(d))
	}
	l.now = l.now.Add(24 * time.Hour)
	if d = sure(day.Get("")); !slices.Contains(kinds(d), "unopened") {
		t.Errorf("what was left does not come back the next day: %v", kinds(d))
	}
}

func TestDayShowsYesterdaysBoothThatNobodyClosed(t *testing.T) {
	l := newLaptop(t, "D1")
	l.start("城关广场")
	l.now = l.now.Add(24 * time.Hour)
	d := sure(NewDay(l.s).Get(""))
	if got := kinds(d); fmt.Sprint(got) != "[open]" || len(d.Activities) != 0 {
		t.Errorf("%v, %d on the sheet", got, len(d.Activities))
	}
	if _, err := NewDay(l.s).Get("2025-02-30"); refusedField(t, err) != "on" {
		t.Error(err)
	}
}

package app

import (
	"testing"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/schema"
)

func TestBulkEditIsAllOrNone(t *testing.T) {
	l := newLaptop(t, "D1")
	id := l.start("城关广场").Activity.ID
	a := l.saved(id, func(*ConsultationForm) {})
	l.now = l.now.Add(time.Minute)
	b := l.saved(id, func(*ConsultationForm) {})
	bulk := NewBulk(l.s)
	before := l.state()
	if _, err := bulk.Edit(BulkEdit{Table: "consultation", IDs: []schema.ID{a.ID, schema.NewID(1)}, Column: "outcome", Value: "K5"}); err == nil {
		t.Fatal("an unknown record is passed over")
	}
	for name, e := range map[string]BulkEdit{
		"a phone":            {Table: "consultation", Column: "phone", Value: "1"},
		"an unknown outcome": {Table: "consultation", Column: "outcome", Value: "K99"},
		"an unknown table":   {Table: "officer", Column: "name", Value: "x"},
		"voiding a venue":    {Table: "venue", Column: "void", Value: "V1"},
	} {
		e.IDs = []schema.ID{a.ID}
		if _, err := bulk.Edit(e); err == nil {
			t.Errorf("%s was changed", name)
		}
	}
	if l.state() != before {
		t.Fatal("a refused bulk edit changed something")
	}
	step, err := bulk.Edit(BulkEdit{Table: "consultation", IDs: []schema.ID{a.ID, b.ID}, Column: "outcome", Value: "K5"})
	if err != nil || step.Count != 2 {
		t.Fatal(step, err)
	}
	page, err := l.consult.List(ConsultationQuery{Outcome: "K5", Text: model.Label("outcome", "K5"), Sort: "oldest"})
	l.must(err)
	if page.Total != 2 || page.Items[0].ID != a.ID {
		t.Fatalf("%d found", page.Total)
	}
}

// "Other" needs a story that says what it was, of many as of one.
func TestBulkDoesNotCallOtherWhatHasNoStory(t *testing.T) {
	l := newLaptop(t, "D1")
	id := l.start("城关广场").Activity.ID
	told := l.saved(id, func(f *ConsultationForm) { f.Story = "自称是客服，说不清是哪一类。" })
	l.now = l.now.Add(time.Minute)
	bare := l.saved(id, func(f *ConsultationForm) { f.Story = " " })
	bulk, before := NewBulk(l.s), l.state()
	if _, err := bulk.Edit(BulkEdit{Table: "consultation", IDs: []schema.ID{told.ID, bare.ID}, Column: "fraud_type", Value: "F99"}); refusedField(t, err) != "value" || l.state() != before {
		t.Fatalf("%v", err)
	}
	if step := sure(bulk.Edit(BulkEdit{Table: "consultation", IDs: []schema.ID{told.ID}, Column: "fraud_type", Value: "F99"})); step.Count != 1 {
		t.Errorf("%+v", step)
	}
	if step := sure(bulk.Edit(BulkEdit{Table: "consultation", IDs: []schema.ID{bare.ID}, Column: "fraud_type", Value: "F04"})); step.Count != 1 {
		t.Errorf("%+v", step)
	}
}

// What a step replaced comes back in one step, after a crash too; what somebody changed
// since stays.
func TestBulkEditIsUndoneInOneStep(t *testing.T) {
	l := newLaptop(t, "D1")
	id := l.start("城关广场").Activity.ID
	var ids []schema.ID
	for range 3 {
		ids = append(ids, l.saved(id, func(*ConsultationForm) {}).ID)
		l.now = l.now.Add(time.Minute)
	}
	was := sure(l.consult.Get(ids[0])).Outcome
	sure(NewBulk(l.s).Edit(BulkEdit{Table: "consultation", IDs: ids, Column: "outcome", Value: "K6"}))
	sure(NewBulk(l.s).Edit(BulkEdit{Table: "consultation", IDs: ids[:1], Column: "outcome", Value: "K5"})) // the last step
	l.crash()
	if step := sure(NewBulk(l.s).Last()); step.Count != 1 || step.Table != "consultation" {
		t.Fatalf("the last step %+v", step)
	}
	sure(NewBulk(l.s).Undo())
	if got := sure(l.consult.Get(ids[0])).Outcome; got != "K6" {
		t.Errorf("one step back it is %s", got)
	}
	if _, err := NewBulk(l.s).Undo(); err == nil {
		t.Error("a step before the last was taken back")
	}
	step := sure(NewBulk(l.s).Edit(BulkEdit{Table: "consultation", IDs: ids, Column: "void", Value: "V2"}))
	if step.Count != 3 {
		t.Fatalf("voided %+v", step)
	}
	sure(l.consult.Restore(ids[2])) // by hand
	if step = sure(NewBulk(l.s).Undo()); step.Count != 2 {
		t.Errorf("went back %+v", step)
	}
	if page := sure(l.consult.List(ConsultationQuery{Outcome: "K6"})); page.Total != 3 {
		t.Errorf("%d consultations are back, of outcome %s before", page.Total, was)
	}
}

func TestBulkClosesActivitiesAndOpensThemAgain(t *testing.T) {
	l := newLaptop(t, "D1")
	acts, bulk := NewActivities(l.s), NewBulk(l.s)
	street := l.start("城关广场").Activity.ID
	lecture := sure(acts.Open(OpenForm{Kind: "lecture", Place: "县一中"})).ID
	training := sure(acts.Open(OpenForm{Kind: "training", Place: "农商行"})).ID
	l.now = l.now.Add(time.Hour)
	if _, err := bulk.Edit(BulkEdit{Table: "activity", IDs: []schema.ID{street, training}, Column: "state", Value: "done"}); refusedField(t, err) != "value" {
		t.Errorf("a training without hours was closed: %v", err)
	}
	if a := sure(acts.Get(street)); a.State != "open" {
		t.Error("a refused step closed another")
	}
	sure(bulk.Edit(BulkEdit{Table: "activity", IDs: []schema.ID{street, lecture}, Column: "state", Value: "done"}))
	if a := sure(acts.Get(lecture)); a.State != "done" || a.EndAt != l.now.UnixMilli() {
		t.Errorf("closed %+v", a.Activity)
	}
	sure(bulk.Undo())
	for _, id := range []schema.ID{street, lecture} {
		if a := sure(acts.Get(id)); a.State != "open" || a.EndAt != 0 {
			t.Errorf("after undoing %+v", a.Activity)
		}
	}
	venue := sure(l.venues.Create(VenueForm{Kind: "V01", Name: "极速网吧"}))
	sure(bulk.Edit(BulkEdit{Table: "venue", IDs: []schema.ID{venue.ID}, Column: "town", Value: "城关镇"}))
	sure(bulk.Undo())
	if v := sure(l.venues.Get(venue.ID)); v.Town != "" {
		t.Errorf("the town is %q", v.Town)
	}
}

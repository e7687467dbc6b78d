package app

import (
	"slices"
	"testing"
	"time"

	"fieldkit/sync/schema"
)

// A consultation is closed by its form, by one key, and of many at once; each can be
// taken back, and the time of closing does not move while it stays closed.
func TestConsultationsAreClosedAndOpenedAgain(t *testing.T) {
	l := newLaptop(t, "D1")
	id := l.start("城关广场").Activity.ID
	open := l.saved(id, func(*ConsultationForm) {})
	if open.Closed || open.ClosedAt != 0 {
		t.Fatal("a service closes what nobody closed")
	}
	l.now = l.now.Add(time.Minute)
	done := l.saved(id, func(f *ConsultationForm) { f.Closed = true })
	if !done.Closed || done.ClosedAt != l.now.UnixMilli() {
		t.Fatalf("closed at %d", done.ClosedAt)
	}
	l.now = l.now.Add(time.Hour)
	f := done.ConsultationForm
	f.Saw, f.Town = ptr(done.ConsultationForm), "城关镇"
	if again := sure(l.consult.Save(f)); again.ClosedAt != done.ClosedAt {
		t.Errorf("another field moves the closing to %d", again.ClosedAt)
	}
	if again := sure(l.consult.SetClosed(done.ID, true)); again.ClosedAt != done.ClosedAt {
		t.Errorf("closing twice moves it to %d", again.ClosedAt)
	}
	for query, want := range map[string]schema.ID{"open": open.ID, "closed": done.ID} {
		for _, text := range []string{"", "王女士"} {
			if page := sure(l.consult.List(ConsultationQuery{Closed: query, Text: text})); page.Total != 1 || page.Items[0].ID != want {
				t.Errorf("%s, searched %q: %d found", query, text, page.Total)
			}
		}
	}
	f.Saw = ptr(sure(l.consult.Get(done.ID)).ConsultationForm)
	f.Closed = false
	if again := sure(l.consult.Save(f)); again.Closed || again.ClosedAt != 0 {
		t.Error("not opened again")
	}
	if !slices.ContainsFunc(sure(NewHistory(l.s).Of("consultation", done.ID)), func(e HistoryEntry) bool {
		return e.Column == "closed_at" && e.Kind == "before" && e.Text == "2025-01-10 12:01"
	}) {
		t.Error("the history does not tell when it was closed")
	}
	bulk := NewBulk(l.s)
	ids := []schema.ID{open.ID, done.ID}
	if _, err := bulk.Edit(BulkEdit{Table: "consultation", IDs: ids, Column: "closed", Value: "perhaps"}); refusedField(t, err) != "value" {
		t.Error("an odd value")
	}
	sure(l.consult.SetClosed(open.ID, true))
	if step := sure(bulk.Edit(BulkEdit{Table: "consultation", IDs: ids, Column: "closed", Value: "closed"})); step.Count != 1 {
		t.Errorf("%d closed, one of two was open", step.Count)
	}
	if page := sure(l.consult.List(ConsultationQuery{Closed: "closed"})); page.Total != 2 {
		t.Errorf("%d closed", page.Total)
	}
	sure(bulk.Undo())
	if page := sure(l.consult.List(ConsultationQuery{Closed: "open"})); page.Total != 1 || page.Items[0].ID != done.ID {
		t.Errorf("taken back: %d open", page.Total)
	}
}

// Whoever is to be called back is not done with: it is closed after the call, in the
// closing of the day too, and is due no more.
func TestWhoWasCalledBackIsClosed(t *testing.T) {
	l := newLaptop(t, "D1")
	id := l.start("城关广场").Activity.ID
	f := form(id)
	f.Outcome, f.Closed = "K5", true
	before := l.state()
	if _, err := l.consult.Save(f); refusedField(t, err) != "closed" || l.state() != before {
		t.Fatal("closed before the call")
	}
	f.Closed, f.FollowUpOn = false, "2025-01-10"
	c := sure(l.consult.Save(f))
	if !slices.Contains(kinds(sure(NewDay(l.s).Get(""))), "follow_up") {
		t.Fatal("not due")
	}
	sure(l.consult.SetClosed(c.ID, true))
	if slices.Contains(kinds(sure(NewDay(l.s).Get(""))), "follow_up") {
		t.Error("closed and still due")
	}
	sure(l.consult.SetClosed(c.ID, false))
	if !slices.Contains(kinds(sure(NewDay(l.s).Get(""))), "follow_up") {
		t.Error("taken back and not due again")
	}
	if _, err := l.consult.SetClosed(schema.NewID(1), true); err == nil {
		t.Error("an unknown one is closed")
	}
}

// A form that was held open while another laptop closed the record does not open it again.
func TestAnOpenFormLeavesAClosingAlone(t *testing.T) {
	all := fleet(t, "D1", "D2")
	a, b := all[0], all[1]
	c := a.saved(a.start("城关广场").Activity.ID, func(*ConsultationForm) {})
	exchange(t, all)
	sure(b.consult.SetClosed(c.ID, true))
	exchange(t, all)
	f := c.ConsultationForm
	f.Saw, f.Town = ptr(c.ConsultationForm), "岭口镇"
	if saved := sure(a.consult.Save(f)); !saved.Closed || saved.Town != "岭口镇" {
		t.Errorf("closed %v in %q", saved.Closed, saved.Town)
	}
}

// The time of payment belongs to what was paid, and joint action before it is pointed out.
func TestTheTimeOfPayment(t *testing.T) {
	l := newLaptop(t, "D1")
	id := l.start("城关广场").Activity.ID
	paid := func(f *ConsultationForm) {
		f.Stage, f.AtRisk, f.Loss, f.PaidAt = "G3", "", "3000", l.now.Add(-time.Hour).UnixMilli()
	}
	for name, change := range map[string]func(*ConsultationForm){
		"in the future":                func(f *ConsultationForm) { f.PaidAt = l.now.Add(time.Hour).UnixMilli() },
		"not paid":                     func(f *ConsultationForm) { f.Stage, f.Loss = "G1", "" },
		"two days after it was told":   func(f *ConsultationForm) { f.OccurredAt = l.now.Add(-49 * time.Hour).UnixMilli() },
		"before there were telephones": func(f *ConsultationForm) { f.PaidAt = time.Date(1876, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli() },
	} {
		f := form(id)
		paid(&f)
		change(&f)
		if _, err := l.consult.Save(f); refusedField(t, err) != "paid_at" {
			t.Errorf("%s: %v", name, err)
		}
	}
	c := l.saved(id, paid)
	if c.PaidAt != l.now.Add(-time.Hour).UnixMilli() {
		t.Fatalf("paid at %d", c.PaidAt)
	}
	steps := sure(NewLinkage(l.s).Stamp(c.ID, "stop_payment"))
	if steps[0].BeforePaid {
		t.Error("a step after the payment is pointed out")
	}
	f := c.ConsultationForm
	f.Saw, f.PaidAt = ptr(c.ConsultationForm), l.now.Add(time.Minute).UnixMilli()
	sure(l.consult.Save(f))
	if steps = sure(NewLinkage(l.s).List(c.ID)); !steps[0].BeforePaid {
		t.Error("a step before the payment is not pointed out")
	}
}

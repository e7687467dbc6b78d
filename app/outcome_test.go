package app

import (
	"fmt"
	"testing"
	"time"

	"fieldkit/sync/schema"
)

func TestLinkageStampsTheMinute(t *testing.T) {
	l := newLaptop(t, "D1")
	c := l.saved(l.start("城关广场").Activity.ID, func(f *ConsultationForm) { f.Stage, f.AtRisk, f.Loss = "G3", "", "8000" })
	link := NewLinkage(l.s)
	_, err := link.Stamp(c.ID, "call_police")
	l.must(err)
	if _, err := link.Stamp(c.ID, "call_police"); refusedField(t, err) != "kind" {
		t.Fatal("the same minute twice")
	}
	l.now = l.now.Add(12*time.Minute + 40*time.Second)
	steps, err := link.Stamp(c.ID, "freeze")
	l.must(err)
	if len(steps) != 2 || steps[1].SincePolice != 12 || steps[1].Minutes != 12 || !steps[1].NeedsDoc || steps[1].At%60_000 != 0 {
		t.Fatalf("%+v", steps)
	}
	steps, err = link.Save(steps[1].ID, LinkageForm{At: steps[1].At, Amount: "3.2w", Result: "ok", DocNo: "冻字1号"})
	l.must(err)
	if steps[1].AmountFen != 3_200_000 || steps[1].NeedsDoc {
		t.Fatalf("%+v", steps[1])
	}
	for name, f := range map[string]LinkageForm{"at": {At: l.now.AddDate(0, 0, 1).UnixMilli()}, "amount": {At: steps[1].At, Amount: "很多"}, "result": {At: steps[1].At, Result: "maybe"}} {
		if _, err := link.Save(steps[1].ID, f); refusedField(t, err) != name {
			t.Errorf("%s: %v", name, err)
		}
	}
	if steps, err = link.Void(steps[0].ID, "V1"); err != nil || len(steps) != 1 || steps[0].SincePolice != -1 {
		t.Fatal(steps, err)
	}
	if _, err := link.Stamp(schema.NewID(1), "freeze"); err == nil {
		t.Fatal("a step of nothing")
	}
}

// X8 of the story: one number entered on two laptops is one interception, and the
// fields that differ are listed.
func TestOneAlarmNumberIsOneInterception(t *testing.T) {
	all := fleet(t, "D5", "D6")
	for i, f := range []OutcomeForm{{Kind: "intercept", RefNo: "QL20250110-017", Source: "bank_counter", Averted: "12000"}, {Kind: "intercept", RefNo: "ql20250110-017 ", Source: "desk_110", Averted: "1.26w"}} {
		all[i].now = all[i].now.Add(time.Duration(i) * time.Minute)
		_, err := NewOutcomes(all[i].s).Save(f)
		all[i].must(err)
	}
	exchange(t, all)
	for _, l := range all {
		page, err := NewOutcomes(l.s).List(OutcomeQuery{})
		l.must(err)
		if page.Intercepts != 1 || page.AvertedFen != 1_260_000 || page.Items[0].Source != "desk_110" {
			t.Fatalf("%+v", page)
		}
		if got := l.reviewed(); len(got) != 2 {
			t.Fatalf("to be looked at: %v", got)
		}
	}
}

func TestOutcomesComeFromConsultations(t *testing.T) {
	l := newLaptop(t, "D1")
	c := l.saved(l.start("城关广场").Activity.ID, func(f *ConsultationForm) { f.Source, f.AlarmNo = "call_110", "QL-9" })
	o := NewOutcomes(l.s)
	draft, err := o.ForConsultation(c.ID)
	l.must(err)
	if draft.RefNo != "QL-9" || draft.Source != "desk_110" || draft.AvertedFen != 1_200_000 || !draft.ID.IsNil() {
		t.Fatalf("%+v", draft)
	}
	saved, err := o.Save(draft.OutcomeForm)
	l.must(err)
	again, err := o.ForConsultation(c.ID)
	l.must(err)
	if again.ID != saved.ID {
		t.Fatal("the outcome is not found again")
	}
	before := l.state()
	for name, f := range map[string]OutcomeForm{
		"kind": {Kind: "x"}, "ref_no": {Kind: "intercept", Source: "call"}, "source": {Kind: "intercept", NoRef: true}, "persons": {Kind: "caught", RefNo: "A1"},
		"averted": {Kind: "solved", Averted: "5"}, "recovered": {Kind: "recovered", RefNo: "B"}, "occurred_on": {Kind: "solved", OccurredOn: "2025-02-30"},
	} {
		if _, err := o.Save(f); refusedField(t, err) != name {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := o.Save(OutcomeForm{Kind: "solved", OccurredOn: "2025-01-11"}); refusedField(t, err) != "occurred_on" {
		t.Error("tomorrow is taken")
	}
	if _, err := o.Save(OutcomeForm{Kind: "caught", RefNo: "A1", Persons: 501}); refusedField(t, err) != "persons" {
		t.Error("501 people are taken")
	}
	if l.state() != before {
		t.Fatal("a refused form changed something")
	}
}

// Steps stamped while the form is typed survive in the draft and are stored with it.
func TestStepsTakenWhileTyping(t *testing.T) {
	l := newLaptop(t, "D1")
	f := form(l.start("城关广场").Activity.ID)
	f.Steps = []string{"call_police@" + fmt.Sprint(l.now.Add(-5*time.Minute).UnixMilli()), "stop_payment@" + fmt.Sprint(l.now.UnixMilli())}
	l.keepDraft(f)
	l.crash()
	saved, err := l.consult.Save(*l.draft(schema.Nil, f.ActivityID))
	l.must(err)
	steps, err := NewLinkage(l.s).List(saved.ID)
	l.must(err)
	if len(steps) != 2 || steps[1].Kind != "stop_payment" || steps[1].SincePolice != 5 {
		t.Fatalf("%+v", steps)
	}
	if left := sure(NewLinkage(l.s).Void(steps[1].ID, "V1")); len(left) != 1 {
		t.Errorf("voided: %+v", left)
	}
	if back := sure(NewLinkage(l.s).Restore(steps[1].ID)); len(back) != 2 {
		t.Errorf("put back: %+v", back)
	}
	for _, bad := range []string{"freeze@", "freeze@soon", "x@1", "freeze@" + fmt.Sprint(l.now.AddDate(1, 0, 0).UnixMilli())} {
		f.Steps = []string{bad}
		if _, err := l.consult.Save(f); refusedField(t, err) != "steps" {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

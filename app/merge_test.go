package app

import (
	"fmt"
	"testing"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/schema"
)

// The concurrent edits of the acceptance story (domain.md, 6), made through the
// services on laptops that have not seen each other.

func TestTwoLaptopsAtOneBooth(t *testing.T) {
	all := fleet(t, "D1", "D2")
	a, b := all[0], all[1]
	b.now = b.now.Add(4 * time.Minute)
	id := a.start("城关广场").Activity.ID
	if b.start("城关广场").Activity.ID != id {
		t.Fatal("two laptops opened two booths")
	}
	for _, l := range []struct {
		*laptop
		n int64
	}{{a, 380}, {b, 240}} {
		_, err := l.booth.Tap(id, leaflet, l.n)
		l.must(err)
	}
	exchange(t, all)
	exchange(t, all) // again: nothing doubles
	// S02: seen 400, then offline a correction of −10 beside an undo of 10 and 30 more.
	_, err := a.booth.Tap(id, leaflet, 10)
	a.must(err)
	exchange(t, all)
	_, err = b.booth.Tap(id, leaflet, -10)
	b.must(err)
	_, err = a.booth.Undo(id)
	a.must(err)
	_, err = a.booth.Tap(id, leaflet, 30)
	a.must(err)
	exchange(t, all)
	for l, mine := range map[*laptop]int64{a: 410, b: 230} {
		st, err := l.booth.Get(id)
		l.must(err)
		if st.Total != 640 || st.Mine != mine || fmt.Sprint(st.Activity.DeviceIDs) != "[D1 D2]" {
			t.Errorf("total %d, mine %d, by %v", st.Total, st.Mine, st.Activity.DeviceIDs)
		}
	}
	if r := a.reviewed(); len(r) != 0 {
		t.Errorf("a shared booth asks for a review of %v", r)
	}
}

func TestSignInBeatsAnUndoThatHadNotSeenIt(t *testing.T) {
	all := fleet(t, "D1", "D3")
	a, b := all[0], all[1]
	roster := []RosterRow{{Org: "极速网吧", Name: "王建国", CreateVenue: true}, {Org: "极速网吧", Name: "张伟", CreateVenue: true}, {Org: "极速网吧", Name: "张伟", CreateVenue: true}}
	var who, meeting schema.ID
	for _, l := range all {
		m, err := l.meet.Create(MeetingForm{Place: "网吧协会"})
		l.must(err)
		m, err = l.meet.ImportRoster(m.Activity.ID, roster)
		l.must(err)
		meeting = m.Activity.ID
		for _, p := range m.Attendees {
			if p.Name == "王建国" {
				who = p.ID
			}
		}
	}
	_, err := a.meet.SignIn(who)
	a.must(err)
	_, err = b.meet.SignIn(who)
	b.must(err)
	_, err = a.meet.UndoSignIn(who)
	a.must(err)
	// X3: the same walk-in on both, only one knows her phone.
	_, err = a.meet.WalkIn(meeting, RosterRow{Org: "飞宇网吧", Name: "赵敏", CreateVenue: true})
	a.must(err)
	_, err = b.meet.WalkIn(meeting, RosterRow{Org: "飞宇网吧", Name: "赵 敏", Phone: "12800001234", CreateVenue: true})
	b.must(err)
	// X14: both state four posters for everyone, and 610 people.
	poster := model.MaterialID(realm, "FZHB")
	heads := int64(610)
	for _, l := range all {
		_, err := l.meet.Give(meeting, poster, 4)
		l.must(err)
		_, err = l.booth.Edit(meeting, ActivityForm{Heads: &heads})
		l.must(err)
	}
	exchange(t, all)
	for _, l := range all {
		m, err := l.meet.Get(meeting)
		l.must(err)
		names := map[string]int{}
		for _, p := range m.Attendees {
			names[model.Norm(p.Name)]++
			if model.Norm(p.Name) == "赵敏" && p.Phone != "128****1234" {
				t.Errorf("the walk-in's phone is %q", p.Phone)
			}
			if p.ID == who && !p.Signed {
				t.Error("an undo took back a sign-in it had not seen")
			}
		}
		if names["赵敏"] != 1 || names["张伟"] != 2 || names["王建国"] != 1 || m.Signed != 2 || m.Activity.Heads != 610 {
			t.Errorf("%v, %d signed, %d heads", names, m.Signed, m.Activity.Heads)
		}
		if len(m.Given) != 1 || m.Given[0].Total != 8 || m.Given[0].Venues != 2 {
			t.Errorf("given %+v", m.Given)
		}
	}
	_, err = b.meet.UndoSignIn(who) // now it has seen them all
	b.must(err)
	exchange(t, all)
	if m, err := a.meet.Get(meeting); err != nil || m.Signed != 1 {
		t.Errorf("%d signed after an undo that saw everything, %v", m.Signed, err)
	}
}

func TestTwoCorrectionsOfOneConsultation(t *testing.T) {
	all := fleet(t, "D1", "D6")
	a, b := all[0], all[1]
	f := form(a.start("110 专家席").Activity.ID)
	f.Stage, f.AtRisk, f.FraudType, f.Loss, f.Story = "G3", "", "F99", "1", "说不清是什么事"
	saved, err := a.consult.Save(f)
	a.must(err)
	exchange(t, all)
	mine, theirs := saved.ConsultationForm, saved.ConsultationForm
	mine.FraudType, mine.Loss = "F01", "5000"
	theirs.PayMethod, theirs.Loss = "P4", "8000"
	_, err = a.consult.Save(mine)
	a.must(err)
	b.now = b.now.Add(time.Minute)
	_, err = b.consult.Save(theirs)
	b.must(err)
	exchange(t, all)
	for _, l := range all {
		c, err := l.consult.Get(saved.ID)
		l.must(err)
		if c.FraudType != "F01" || c.PayMethod != "P4" || c.LossFen != 800_000 {
			t.Errorf("%s %s %d", c.FraudType, c.PayMethod, c.LossFen)
		}
		items, err := NewReview(l.s).List()
		l.must(err)
		if len(items) != 1 || items[0].Loser.Text != "5000.00 元" || items[0].Winner.Text != "8000.00 元" || items[0].Loser.Device != "D1" || items[0].Winner.Device != "D6" {
			t.Errorf("to review: %+v", items)
		}
	}
	// The settled value is found at once, and the other laptop need not look again.
	if p, err := a.consult.List(ConsultationQuery{Text: "8000"}); err != nil || p.Total != 1 {
		t.Fatalf("%d found, %v", p.Total, err)
	}
	left, err := NewReview(a.s).Swap("consultation", saved.ID, "loss_fen")
	a.must(err)
	if len(left) != 0 {
		t.Errorf("still to review: %+v", left)
	}
	for text, want := range map[string]int{"5000": 1, "8000": 0} {
		if p, err := a.consult.List(ConsultationQuery{Text: text}); err != nil || p.Total != want {
			t.Errorf("after the swap %q finds %d, %v", text, p.Total, err)
		}
	}
	exchange(t, all)
	if r := b.reviewed(); len(r) != 0 {
		t.Errorf("settled on one laptop, the other still asks for %v", r)
	}
	if p, err := b.consult.List(ConsultationQuery{Text: "5000"}); err != nil || p.Total != 1 {
		t.Errorf("the other laptop finds %d, %v", p.Total, err)
	}
	if _, err := NewReview(b.s).Keep("consultation", saved.ID, "loss_fen"); refusedField(t, err) != "" {
		t.Error("settled twice")
	}
}

func TestPartnersJoinedAndLeftAtOnce(t *testing.T) {
	all := fleet(t, "D1", "D2", "D5")
	unit := func(codes ...string) (ids []schema.ID) {
		for _, c := range codes {
			ids = append(ids, model.UnitID(realm, c))
		}
		return ids
	}
	id := all[0].start("城关广场").Activity.ID
	set := func(l *laptop, codes ...string) {
		t.Helper()
		_, err := l.booth.SetPartners(id, unit(codes...))
		l.must(err)
	}
	set(all[0], "YD", "LT", "DX", "NSH", "YZ")
	exchange(t, all)
	set(all[0], "YD", "LT", "DX", "NSH", "YZ", "TGB")
	set(all[1], "YD", "LT", "DX", "NSH")
	set(all[2], "YD", "LT", "DX", "NSH")
	set(all[2], "YD", "LT", "DX", "NSH", "YZ")
	exchange(t, all)
	for _, l := range all {
		st, err := l.booth.Get(id)
		l.must(err)
		if len(st.Activity.Partners) != 6 {
			t.Errorf("%v", st.Activity.Partners)
		}
	}
}

// P6: a laptop's own chain of edits is never a conflict with itself.
func TestP6FiftyOfflineEditsAskForNoReview(t *testing.T) {
	all := fleet(t, "D1", "D2")
	saved, err := all[0].consult.Save(form(all[0].start("城关广场").Activity.ID))
	all[0].must(err)
	exchange(t, all)
	for i := range 50 {
		f := saved.ConsultationForm
		f.Story, f.AtRisk = fmt.Sprintf("第%d次修改", i), fmt.Sprint(1000+i)
		_, err := all[i/25].consult.Save(f)
		all[i/25].must(err)
		if i == 24 {
			exchange(t, all)
		}
	}
	exchange(t, all)
	for _, l := range all {
		if r := l.reviewed(); len(r) != 0 {
			t.Errorf("to review: %v", r)
		}
		if c, err := l.consult.Get(saved.ID); err != nil || c.Story != "第49次修改" {
			t.Errorf("%q, %v", c.Story, err)
		}
	}
}

// P12: voided here and corrected there, it stays void; the correction is kept
// for the day it is restored.
func TestP12VoidBesideAnEditStaysVoid(t *testing.T) {
	all := fleet(t, "D2", "D3")
	id := all[0].start("老年大学").Activity.ID
	saved, err := all[0].consult.Save(form(id))
	all[0].must(err)
	exchange(t, all)
	_, err = all[0].consult.Void(saved.ID, "V2")
	all[0].must(err)
	f := saved.ConsultationForm
	f.Outcome = "K3"
	_, err = all[1].consult.Save(f)
	all[1].must(err)
	exchange(t, all)
	for _, l := range all {
		c, err := l.consult.Get(saved.ID)
		l.must(err)
		if !c.Voided || c.Outcome != "K3" {
			t.Errorf("voided %v, outcome %s", c.Voided, c.Outcome)
		}
		st, err := l.booth.Get(id)
		l.must(err)
		if st.Consultations != 0 {
			t.Error("a voided consultation counts")
		}
		if r := fmt.Sprint(l.reviewed()); r != "[consultation.voided]" {
			t.Errorf("to review: %s", r)
		}
	}
	_, err = NewReview(all[0].s).Keep("consultation", saved.ID, "voided") // seen as it is now, and void
	all[0].must(err)
	exchange(t, all)
	for _, l := range all {
		if c, err := l.consult.Get(saved.ID); err != nil || !c.Voided || len(l.reviewed()) != 0 {
			t.Errorf("settled: voided %v, to review %v, %v", c.Voided, l.reviewed(), err)
		}
	}
	_, err = all[1].consult.Restore(saved.ID)
	all[1].must(err)
	exchange(t, all)
	if c, err := all[0].consult.Get(saved.ID); err != nil || c.Voided || c.Outcome != "K3" {
		t.Errorf("restored: %+v, %v", c, err)
	}
}

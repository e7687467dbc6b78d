package app

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fieldkit/sync/schema"
)

// A save drops its own draft and leaves that of the form that was put aside.
func TestADraftOutlivesOtherForms(t *testing.T) {
	l := newLaptop(t, "D1")
	square, desk := l.start("城关广场").Activity.ID, l.start("汽车站").Activity.ID
	old, err := l.consult.Save(form(square))
	l.must(err)
	unfinished := form(square)
	unfinished.PersonLabel, unfinished.Outcome = "赵大爷", ""
	l.keepDraft(unfinished)
	correction := old.ConsultationForm
	correction.Town = "城关镇"
	_, err = l.consult.Save(correction)
	l.must(err)
	_, err = l.consult.Save(form(desk))
	l.must(err)
	d := l.draft(schema.Nil, square)
	if d == nil || d.PersonLabel != "赵大爷" {
		t.Fatalf("the draft is %+v", d)
	}
	l.must(NewDrafts(l.s).Drop(consultationDraft(schema.Nil, square)))
	if d := l.draft(schema.Nil, square); d != nil {
		t.Fatalf("discarded: %+v", d)
	}
	// Anything can be kept as a draft, also what a save would refuse.
	bad := ConsultationForm{Story: strings.Repeat("话😀", 50_000), OccurredAt: -1, Channels: []string{"?"}, AtRisk: "\x00=1+1"}
	l.keepDraft(bad)
	l.crash()
	if d := l.draft(schema.Nil, schema.Nil); d == nil || d.Story != bad.Story || d.AtRisk != bad.AtRisk {
		t.Error("an odd draft did not come back")
	}
}

// Forms at two activities, and a correction of a stored record, are kept beside each
// other; each is dropped by its own save.
func TestEveryUnfinishedFormIsKept(t *testing.T) {
	l := newLaptop(t, "D1")
	square, desk := l.start("城关广场").Activity.ID, l.start("汽车站").Activity.ID
	stored := sure(l.consult.Save(form(square)))
	for i, f := range []ConsultationForm{form(square), form(desk), stored.ConsultationForm} {
		f.Story = fmt.Sprint("第", i, "张")
		l.keepDraft(f)
		l.now = l.now.Add(time.Minute)
	}
	digest := DigestForm{Title: "写了一半", FraudTypes: []string{"F01"}, Elements: "经过"}
	l.must(NewDrafts(l.s).Keep(digestDraft(schema.Nil, nil), string(sure(json.Marshal(digest)))))
	l.crash()
	if list := sure(NewDrafts(l.s).List()); len(list) != 4 || list[0].Key != "digest/new" {
		t.Fatalf("%+v", list)
	}
	sure(l.consult.Save(form(desk)))
	sure(NewDigests(l.s).Save(digest))
	if l.draft(schema.Nil, desk) != nil || l.draft(schema.Nil, square) == nil || l.draft(stored.ID, square).Story != "第2张" {
		t.Errorf("%+v", sure(NewDrafts(l.s).List()))
	}
	f := stored.ConsultationForm
	f.Town = "城关镇"
	sure(l.consult.Save(f))
	if list := sure(NewDrafts(l.s).List()); len(list) != 1 || list[0].Key != consultationDraft(schema.Nil, square) {
		t.Errorf("%+v", list)
	}
	for _, key := range []string{"", "../kit.json", "consultation/" + strings.Repeat("x/", 9), "Digest/new"} {
		if err := NewDrafts(l.s).Keep(key, "{}"); err == nil {
			t.Errorf("%q is kept", key)
		}
	}
}

// What another laptop corrected while a form was open here stands, unless the
// officer changed that very field.
func TestAnOpenFormOverwritesOnlyWhatTheOfficerChanged(t *testing.T) {
	all := fleet(t, "D1", "D6")
	a, b := all[0], all[1]
	saved, err := a.consult.Save(form(a.start("城关广场").Activity.ID))
	a.must(err)
	exchange(t, all)
	open, err := a.consult.Get(saved.ID)
	a.must(err)
	theirs, err := b.consult.Get(saved.ID)
	b.must(err)
	theirs.Town, theirs.Story, theirs.AtRisk, theirs.Channels, theirs.Advice = "岭口镇", "补充经过", "5000", []string{"H3", "H1"}, []string{}
	_, err = b.consult.Save(theirs.ConsultationForm)
	b.must(err)
	exchange(t, all)
	typed := open.ConsultationForm
	typed.Saw = &open.ConsultationForm
	typed.Outcome, typed.AtRisk, typed.Channels = "K3", "9000", []string{"H9", "H2"}
	got, err := a.consult.Save(typed)
	a.must(err)
	if got.Town != "岭口镇" || got.Story != "补充经过" || len(got.Advice) != 0 {
		t.Errorf("the other laptop's corrections are gone: %+v", got)
	}
	slices.Sort(got.Channels)
	if got.Outcome != "K3" || got.AtRiskFen != 900_000 || fmt.Sprint(got.Channels) != "[H1 H2]" {
		t.Errorf("the officer's own changes are gone: %+v", got)
	}
	// A form that does not tell what it showed counts as it is.
	typed.Saw, typed.Town = nil, ""
	if got, err = a.consult.Save(typed); err != nil || got.Town != "" {
		t.Errorf("%q, %v", got.Town, err)
	}
}

// A record made while the clock was fast can be corrected after the clock was put right.
func TestARecordOfAFastClockCanBeCorrected(t *testing.T) {
	l := newLaptop(t, "D1")
	id := l.start("城关广场").Activity.ID
	l.now = l.now.Add(3 * time.Hour)
	saved, err := l.consult.Save(form(id))
	l.must(err)
	l.crash() // as after a restart
	l.now = noon
	f := saved.ConsultationForm
	f.Outcome = "K3"
	if after, err := l.consult.Save(f); err != nil || after.Outcome != "K3" {
		t.Fatalf("%v", err)
	}
	f.OccurredAt = noon.Add(-time.Hour).UnixMilli()
	if after, err := l.consult.Save(f); err != nil || after.OccurredAt != f.OccurredAt {
		t.Fatalf("the time cannot be put right: %v", err)
	}
}

func TestConsultationPages(t *testing.T) {
	l := newLaptop(t, "D1")
	id := l.start("城关广场").Activity.ID
	for i := range 7 {
		f := form(id)
		f.OccurredAt = noon.Add(-time.Duration(i) * time.Hour).UnixMilli()
		f.PersonLabel = fmt.Sprintf("第%d位", i)
		_, err := l.consult.Save(f)
		l.must(err)
	}
	for _, text := range []string{"", "位"} { // by SQL and by the index alike
		var seen []string
		for offset := 0; offset < 9; offset += 3 {
			p, err := l.consult.List(ConsultationQuery{Text: text, Offset: offset, Limit: 3})
			l.must(err)
			if p.Total != 7 {
				t.Errorf("%d in all", p.Total)
			}
			for _, c := range p.Items {
				seen = append(seen, c.PersonLabel)
			}
		}
		if fmt.Sprint(seen) != "[第0位 第1位 第2位 第3位 第4位 第5位 第6位]" {
			t.Errorf("%q lists %v", text, seen)
		}
		p, err := l.consult.List(ConsultationQuery{Text: text, From: noon.Add(-4 * time.Hour).UnixMilli(), To: noon.Add(-2 * time.Hour).UnixMilli()})
		if err != nil || p.Total != 2 {
			t.Errorf("%q: %d of two hours, %v", text, p.Total, err)
		}
		p, err = l.consult.List(ConsultationQuery{Text: text, Offset: -5, Limit: 1 << 30, ActivityID: schema.NewID(1)})
		if err != nil || p.Total != 0 || p.Items == nil {
			t.Errorf("%q at another activity: %+v, %v", text, p, err)
		}
	}
}

// The index follows writes of this laptop and of others, also while it is being read.
func TestSearchFollowsWrites(t *testing.T) {
	all := fleet(t, "D1", "D2")
	a, b := all[0], all[1]
	id := a.start("城关广场").Activity.ID
	exchange(t, all)
	var work sync.WaitGroup
	for writer := range 2 {
		work.Go(func() {
			for i := range 20 {
				f := form(id)
				f.PersonLabel = fmt.Sprintf("甲%d乙%d", writer, i)
				if _, err := a.consult.Save(f); err != nil {
					t.Error(err)
				}
				if p, err := a.consult.List(ConsultationQuery{Text: f.PersonLabel}); err != nil || p.Total == 0 {
					t.Errorf("%s is saved and not found, %v", f.PersonLabel, err)
				}
				if _, err := a.consult.List(ConsultationQuery{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	work.Wait()
	if p, err := a.consult.List(ConsultationQuery{Text: "甲"}); err != nil || p.Total != 40 {
		t.Errorf("%d found, %v", p.Total, err)
	}
	f := form(id)
	f.PersonLabel = "远方来客"
	theirs, err := b.consult.Save(f)
	b.must(err)
	exchange(t, all)
	if p, err := a.consult.List(ConsultationQuery{Text: "远方"}); err != nil || p.Total != 1 || p.Items[0].Progress.State != "remote" {
		t.Errorf("another laptop's record: %+v, %v", p, err)
	}
	_, err = b.consult.Void(theirs.ID, "V1")
	b.must(err)
	exchange(t, all)
	if p, err := a.consult.List(ConsultationQuery{Text: "远方"}); err != nil || p.Total != 0 {
		t.Errorf("voided there, %d found here, %v", p.Total, err)
	}
	a.s.Close()
	a.s.Close() // twice is once
	if _, err := a.consult.List(ConsultationQuery{}); err != nil {
		t.Error(err)
	}
}

func TestVoidNeedsAReason(t *testing.T) {
	l := newLaptop(t, "D1")
	saved, err := l.consult.Save(form(l.start("城关广场").Activity.ID))
	l.must(err)
	before := l.state()
	for _, reason := range []string{"", "V7", "误录"} {
		if _, err := l.consult.Void(saved.ID, reason); refusedField(t, err) != "reason" {
			t.Errorf("%q: %v", reason, err)
		}
	}
	for _, do := range []func() error{
		func() error { _, err := l.consult.Void(schema.NewID(1), "V1"); return err },
		func() error { _, err := l.consult.Restore(schema.NewID(1)); return err },
		func() error { _, err := l.consult.Get(schema.NewID(1)); return err },
	} {
		refusedField(t, do())
	}
	if l.state() != before {
		t.Error("a refusal changed something")
	}
}

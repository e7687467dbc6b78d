package app

import (
	"slices"
	"testing"
	"time"

	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

func entries(list []HistoryEntry, column, kind string) (out []HistoryEntry) {
	for _, e := range list {
		if e.Column == column && e.Kind == kind {
			out = append(out, e)
		}
	}
	return out
}

func TestHistoryTellsAndRestores(t *testing.T) {
	all := fleet(t, "D1", "D2")
	a, b := all[0], all[1]
	c := a.saved(a.start("城关广场").Activity.ID, func(f *ConsultationForm) { f.Outcome, f.Channels = "K1", []string{"H1"} })
	change := func(l *laptop, fn func(*ConsultationForm)) {
		l.now = l.now.Add(time.Minute)
		got, err := l.consult.Get(c.ID)
		l.must(err)
		f := got.ConsultationForm
		fn(&f)
		_, err = l.consult.Save(f)
		l.must(err)
	}
	change(a, func(f *ConsultationForm) { f.Outcome, f.Channels = "K2", []string{"H3"} })
	h := NewHistory(a.s)
	list, err := h.Of("consultation", c.ID)
	a.must(err)
	if got := entries(list, "outcome", "before"); len(got) != 1 || got[0].Text != "已解答" || !got[0].Whole {
		t.Fatalf("%+v", got)
	}
	if got := entries(list, "channels", "before"); len(got) != 1 || got[0].Text != "电话" {
		t.Fatalf("%+v", got)
	}
	exchange(t, all)
	b.now = a.now
	change(b, func(f *ConsultationForm) { f.Outcome = "K3" })
	exchange(t, all)
	list, err = h.Of("consultation", c.ID)
	a.must(err)
	now := entries(list, "outcome", "now")
	if len(now) != 1 || now[0].Text != "已报警转办" || now[0].Device != "D2" {
		t.Fatalf("%+v", now)
	}
	wrote := entries(list, "outcome", "wrote")
	if len(wrote) != 1 || wrote[0].Text != "已劝阻" || wrote[0].Device != "D1" {
		t.Fatalf("%+v", wrote)
	}
	list, err = h.Restore("consultation", c.ID, "outcome", "wrote", wrote[0].Ref)
	a.must(err)
	if got := entries(list, "outcome", "now"); got[0].Text != "已劝阻" || got[0].Device != "D1" {
		t.Fatalf("%+v", got)
	}
	before := entries(list, "channels", "before")
	_, err = h.Restore("consultation", c.ID, "channels", "before", before[0].Ref)
	a.must(err)
	if got, _ := a.consult.Get(c.ID); got.Outcome != "K2" || !slices.Equal(got.Channels, []string{"H1"}) {
		t.Fatalf("%s %v", got.Outcome, got.Channels)
	}
	if _, err := h.Restore("consultation", c.ID, "outcome", "wrote", "no such"); err == nil {
		t.Fatal("something that is not there came back")
	}
}

// What was redacted is in no history, and cannot be brought back.
func TestHistoryHoldsNothingRedacted(t *testing.T) {
	l := newLaptop(t, "D1")
	c := l.saved(l.start("城关广场").Activity.ID, func(f *ConsultationForm) { f.PersonLabel, f.Story = "王女士", "对方自称客服" })
	got, err := l.consult.Get(c.ID)
	l.must(err)
	f := got.ConsultationForm
	f.PersonLabel, f.Story = "李先生", "对方自称民警"
	_, err = l.consult.Save(f)
	l.must(err)
	h := NewHistory(l.s)
	list, err := h.Of("consultation", c.ID)
	l.must(err)
	old := entries(list, "person_label", "before")
	if len(old) != 1 {
		t.Fatalf("%+v", list)
	}
	l.must(l.r.Update(t.Context(), func(tx *replica.Tx) error {
		return tx.Put("consultation", c.ID, schema.Values{"redacted_at": tx.Now().UnixMilli()})
	}))
	list, err = h.Of("consultation", c.ID)
	l.must(err)
	for _, e := range list {
		if e.Column == "person_label" && e.Text != "—" || e.Column == "story" && e.Text != "—" {
			t.Errorf("still told: %+v", e)
		}
	}
	if _, err := h.Restore("consultation", c.ID, "person_label", "before", old[0].Ref); refusedField(t, err) != "person_label" {
		t.Fatal(err)
	}
}

package app

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fieldkit/internal/model"
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
	// Nor is it left on the disk: not among the values replaced, not in a form left open.
	l.must(NewDrafts(l.s).Keep(consultationDraft(c.ID, schema.Nil), `{"story":"对方自称民警"}`))
	l.must(NewDrafts(l.s).Keep("digest/new", `{}`))
	l.must(forgetRedacted(t.Context(), l.r))
	for _, p := range readPasts(sure(l.r.GetLocal(t.Context(), historyKey("consultation", c.ID)))) {
		if model.Schema.Table("consultation").Column(p.Column).Personal {
			t.Errorf("%s is kept still", p.Column)
		}
	}
	if left := sure(NewDrafts(l.s).List()); len(left) != 1 || left[0].Key != "digest/new" {
		t.Errorf("%+v", left)
	}
}

// Every record with a page or a dialog tells its history and brings a value back.
func TestEveryKindOfRecordComesBack(t *testing.T) {
	l := newLaptop(t, "D1")
	l.officer("041207", "李静")
	h := NewHistory(l.s)
	venue := sure(l.venues.Create(VenueForm{Kind: "V01", Name: "极速网吧", Town: "城关镇"}))
	activity := sure(NewActivities(l.s).Open(OpenForm{Kind: "lecture", Place: "县一中", Title: "开学第一课"})).ID
	post := sure(NewPosts(l.s).Save(PostForm{Channel: "douyin", Title: "刷单是骗局", Account: "平安青岚"}))
	item := sure(NewPlans(l.s).SaveItem(PlanItemForm{Kind: "street", Title: "110宣传日", DueFrom: "2025-01-10"})).Items[0]
	hotline := PlacementForm{VenueID: venue.ID, MaterialID: model.MaterialID(realm, "FZHB"), Kind: "hotline_notice", ShownPhone: "96110", Qty: 1}
	up := sure(NewPlacements(l.s).Put(hotline))[0]
	l.now = l.now.Add(time.Minute)
	title := "开学前一课"
	for table, c := range map[string]struct {
		id     schema.ID
		column string
		was    string
		change func() error
	}{
		"venue": {venue.ID, "town", "城关镇", func() error {
			f := venue.VenueForm
			f.Town = "岭口镇"
			_, err := l.venues.Update(venue.ID, f)
			return err
		}},
		"activity": {activity, "title", "开学第一课", func() error { _, err := NewActivities(l.s).Save(activity, ActivityChanges{Title: &title}); return err }},
		"post": {post.ID, "account", "平安青岚", func() error {
			f := post.PostForm
			f.Account, f.Forwards = "别的号", 0
			_, err := NewPosts(l.s).Save(f)
			return err
		}},
		"placement": {up.ID, "shown_phone", "96110", func() error { f := hotline; f.ShownPhone = "110"; _, err := NewPlacements(l.s).Put(f); return err }},
		"plan_item": {item.ID, "title", "110宣传日", func() error {
			_, err := NewPlans(l.s).SaveItem(PlanItemForm{ID: item.ID, Kind: "street", Title: "改了的", DueFrom: "2025-01-10"})
			return err
		}},
	} {
		l.must(c.change())
		at := slices.IndexFunc(sure(h.Of(table, c.id)), func(e HistoryEntry) bool {
			return e.Column == c.column && e.Text == c.was && e.Whole && e.Kind != "now"
		})
		if at < 0 {
			t.Errorf("%s: %q is not in its history %+v", table, c.was, sure(h.Of(table, c.id)))
			continue
		}
		old := sure(h.Of(table, c.id))[at]
		if old.By != "李静" && old.Kind == "before" {
			t.Errorf("%s: replaced by %q", table, old.By)
		}
		sure(h.Restore(table, c.id, c.column, old.Kind, old.Ref))
		row := sure(l.r.Get(t.Context(), table, c.id))
		if row.Text(c.column) != c.was {
			t.Errorf("%s: brought back it is %q", table, row.Text(c.column))
		}
	}
	// A tally tells who counted and that the day was closed.
	tallies := NewTallies(l.s)
	sure(tallies.Add("", "kind_reminder", 5))
	day := sure(tallies.Close(""))
	var texts []string
	for _, e := range sure(h.Of("daily_tally", day.Lines[0].ID)) {
		texts = append(texts, e.Column+" "+e.Text)
	}
	if !slices.Contains(texts, "closed 已日结（5）") || !slices.ContainsFunc(texts, func(s string) bool { return strings.HasPrefix(s, "qty ") }) {
		t.Errorf("the tally's history: %q", texts)
	}
}

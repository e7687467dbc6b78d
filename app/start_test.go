package app

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"fieldkit/internal/model"
	"fieldkit/internal/rpc"
	"fieldkit/sync/schema"
)

// Before enrolment the kit says so, everywhere, and keeps its settings.
func TestBeforeEnrolment(t *testing.T) {
	ctx := context.Background()
	dir := filepath.Join(t.TempDir(), "新 目录")
	a, err := Open(ctx, Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(ctx, Options{Dir: dir}); !errors.Is(err, ErrInUse) {
		t.Errorf("opened twice: %v", err)
	}
	s := a.Services()
	none := schema.NewID(1)
	for name, do := range map[string]func() error{
		"Booth.Today":        func() error { _, err := s["Booth"].(*Booth).Today(); return err },
		"Booth.Open":         func() error { _, err := s["Booth"].(*Booth).Open(OpenBooth{Place: "x"}); return err },
		"Booth.Tap":          func() error { _, err := s["Booth"].(*Booth).Tap(none, none, 1); return err },
		"Booth.Undo":         func() error { _, err := s["Booth"].(*Booth).Undo(none); return err },
		"Consultations.Save": func() error { _, err := s["Consultations"].(*Consultations).Save(ConsultationForm{}); return err },
		"Consultations.List": func() error { _, err := s["Consultations"].(*Consultations).List(ConsultationQuery{}); return err },
		"search": func() error {
			_, err := s["Consultations"].(*Consultations).List(ConsultationQuery{Text: "x"})
			return err
		},
		"Drafts":        func() error { _, err := s["Drafts"].(*Drafts).List(); return err },
		"Drafts.Keep":   func() error { return s["Drafts"].(*Drafts).Keep("digest/new", "{}") },
		"Meetings.List": func() error { _, err := s["Meetings"].(*Meetings).List(); return err },
		"Meetings.Find": func() error { _, err := s["Meetings"].(*Meetings).Find(none, "x"); return err },
		"ParseRoster": func() error {
			_, err := s["Meetings"].(*Meetings).ParseRoster("单位\t姓名\nx\t王建国\n")
			return err
		},
		"Venues.List":     func() error { _, err := s["Venues"].(*Venues).List(VenueQuery{}); return err },
		"Catalogue.Units": func() error { _, err := s["Catalogue"].(*Catalogue).Units(); return err },
		"Review.List":     func() error { _, err := s["Review"].(*Review).List(); return err },
		"Sync.Status":     func() error { _, err := s["Sync"].(*Sync).Status(); return err },
		"Sync.Now":        func() error { _, err := s["Sync"].(*Sync).Now(); return err },
	} {
		var u *rpc.UserError
		if err := do(); !errors.As(err, &u) || u.Code != "not_enrolled" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if st, err := s["Kit"].(*Kit).State(); err != nil || st.Enrolled {
		t.Errorf("%+v, %v", st, err)
	}
	settings := s["Settings"].(*Settings)
	p, err := settings.Save(Preferences{Language: "en", Theme: "sun", LargeType: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []Preferences{{Language: "fr", Theme: "sun"}, {Language: "en", Theme: "dark"}} {
		if _, err := settings.Save(bad); refusedField(t, err) == "" {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if a, err = Open(ctx, Options{Dir: dir}); err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if again, err := a.Services()["Settings"].(*Settings).Get(); err != nil || again != p {
		t.Errorf("settings came back as %+v, %v", again, err)
	}
}

// P15: enrolled, and the line died before any register arrived: no units, no
// materials, no venues, no officers. The day can be recorded all the same.
func TestP15FirstDayWithoutAnyRegister(t *testing.T) {
	l := &laptop{t: t, dir: filepath.Join(t.TempDir(), "bare"), now: noon}
	l.open()
	st := l.start("城关广场")
	id := st.Activity.ID
	if len(st.Tallies) != 0 || st.Activity.Lead.ID != model.UnitID(realm, "CGPCS") {
		t.Fatalf("%+v", st)
	}
	list, err := l.cat.AddMaterial(MaterialForm{Name: "防诈宣传单", Group: "leaflet"})
	l.must(err)
	st, err = l.booth.Tap(id, list[0].ID, 1)
	l.must(err)
	if st.Total != 1 {
		t.Errorf("total %d", st.Total)
	}
	partner, err := l.cat.AddUnit(UnitForm{Name: "春风商场", Department: "D14"})
	l.must(err)
	if _, err = l.booth.SetPartners(id, []schema.ID{partner.ID}); err != nil {
		t.Error(err)
	}
	if _, err = l.consult.Save(form(id)); err != nil {
		t.Error(err)
	}
	m, err := l.meet.Create(MeetingForm{Place: "协会会议室"})
	l.must(err)
	p, err := l.meet.ParseRoster("网吧名称\t姓名\n极速网吧\t王建国\n")
	l.must(err)
	if p.Unmatched != 1 || !p.Rows[0].CreateVenue {
		t.Errorf("%+v", p)
	}
	_, err = l.meet.ImportRoster(m.Activity.ID, p.Rows)
	l.must(err)
	m, err = l.meet.WalkIn(m.Activity.ID, RosterRow{Org: "某公司", Name: "阿不都热合曼·买买提"}) // no venue at all
	l.must(err)
	if m.Signed != 1 || len(m.Attendees) != 2 {
		t.Errorf("%+v", m)
	}
	cards, err := l.booth.Today()
	l.must(err)
	if len(cards) != 2 {
		t.Errorf("%d activities today", len(cards))
	}
}

// P15: a stale roster. Whoever is not on it is found nowhere and still walks in.
func TestP15NotOnAStaleRoster(t *testing.T) {
	l := newLaptop(t, "D1")
	m, err := l.meet.Create(MeetingForm{Place: "协会会议室"})
	l.must(err)
	m, err = l.meet.ImportRoster(m.Activity.ID, []RosterRow{{Org: "极速网吧", Name: "王建国", CreateVenue: true}})
	l.must(err)
	l.now = l.now.Add(90 * 24 * time.Hour)
	found, err := l.meet.Find(m.Activity.ID, "zm")
	l.must(err)
	if len(found) != 0 {
		t.Errorf("%+v", found)
	}
	// A person of the roster who comes as a walk-in is that person, not a second one.
	m, err = l.meet.WalkIn(m.Activity.ID, RosterRow{Org: "极速网吧", Name: "王建国", VenueID: m.Attendees[0].VenueID, Phone: "12800001234"})
	l.must(err)
	if len(m.Attendees) != 1 || m.Signed != 1 || m.Attendees[0].Source != "roster" || m.Attendees[0].Phone != "128****1234" {
		t.Errorf("%+v", m.Attendees)
	}
	m, err = l.meet.WalkIn(m.Activity.ID, RosterRow{Org: "飞宇网吧", Name: "赵敏", CreateVenue: true})
	l.must(err)
	if len(m.Attendees) != 2 || m.Signed != 2 || m.WalkIns != 1 {
		t.Errorf("%+v", m)
	}
	before := l.state()
	for field, r := range map[string]RosterRow{"name": {Org: "x"}, "org": {Name: "x"}, "phone": {Org: "x", Name: "x", Phone: "12"}, "role": {Org: "x", Name: "x", Role: "?"}, "town": {Org: "x", Name: "x", Town: "一二三四五六七八九十一二三四五六七八九十一"}} {
		if _, err := l.meet.WalkIn(m.Activity.ID, r); refusedField(t, err) != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, err := l.meet.SignIn(schema.NewID(1)); err == nil {
		t.Error("signed in nobody")
	}
	if l.state() != before {
		t.Error("a refusal changed something")
	}
}

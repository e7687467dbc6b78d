package app

import (
	"math"
	"strings"
	"testing"

	"fieldkit/internal/model"
	"fieldkit/sync/schema"
)

func TestBoothRefusals(t *testing.T) {
	l := newLaptop(t, "D1")
	id := l.start("城关广场").Activity.ID
	before := l.state()
	year := noon.AddDate(2, 0, 0).UnixMilli()
	for name, tc := range map[string]struct {
		do    func() error
		field string
	}{
		"no place":      {func() error { _, err := l.booth.Open(OpenBooth{Place: "　 "}); return err }, "place"},
		"long place":    {func() error { _, err := l.booth.Open(OpenBooth{Place: strings.Repeat("广", 61)}); return err }, "place"},
		"unknown kind":  {func() error { _, err := l.booth.Open(OpenBooth{Place: "x", Kind: "party"}); return err }, "kind"},
		"unknown venue": {func() error { _, err := l.booth.Open(OpenBooth{VenueID: schema.NewID(1)}); return err }, ""},
		"unknown partner": {func() error {
			_, err := l.booth.Open(OpenBooth{Place: "x", PartnerUnits: []schema.ID{schema.NewID(1)}})
			return err
		}, "partner_units"},
		"unknown lead": {func() error { _, err := l.booth.Open(OpenBooth{Place: "x", LeadUnitID: schema.NewID(1)}); return err }, "lead_unit_id"},
		"unknown host": {func() error {
			_, err := l.meet.Create(MeetingForm{Place: "x", HostUnitID: schema.NewID(1)})
			return err
		}, "host_unit_id"},
		"partner is the lead":  {func() error { _, err := l.booth.SetPartners(id, []schema.ID{model.UnitID(realm, "CGPCS")}); return err }, "partner_units"},
		"1970":                 {func() error { _, err := l.booth.Open(OpenBooth{Place: "x", StartAt: 1}); return err }, "start_at"},
		"in two years":         {func() error { _, err := l.booth.Open(OpenBooth{Place: "x", StartAt: year}); return err }, "start_at"},
		"end of time":          {func() error { _, err := l.booth.Open(OpenBooth{Place: "x", StartAt: math.MaxInt64}); return err }, "start_at"},
		"tap without a booth":  {func() error { _, err := l.booth.Tap(schema.NewID(1), leaflet, 1); return err }, ""},
		"tap without material": {func() error { _, err := l.booth.Tap(id, schema.NewID(1), 1); return err }, ""},
		"smallest number":      {func() error { _, err := l.booth.Tap(id, leaflet, math.MinInt64); return err }, "qty"},
		"other counter":        {func() error { _, err := l.booth.Quick(id, "heads_stated", 1); return err }, "field"},
		"negative heads":       {func() error { n := int64(-1); _, err := l.booth.Edit(id, ActivityForm{Heads: &n}); return err }, "heads_stated"},
		"absurd heads":         {func() error { n := int64(1e9); _, err := l.booth.Edit(id, ActivityForm{Heads: &n}); return err }, "heads_stated"},
		"empty title":          {func() error { s := " "; _, err := l.booth.Edit(id, ActivityForm{Title: &s}); return err }, "title"},
		"broken text":          {func() error { s := "\xff\x00"; _, err := l.booth.Edit(id, ActivityForm{Summary: &s}); return err }, "summary"},
	} {
		if err := tc.do(); err == nil {
			t.Errorf("%s is accepted", name)
		} else if got := refusedField(t, err); got != tc.field {
			t.Errorf("%s: field %q, want %q", name, got, tc.field)
		}
	}
	if l.state() != before {
		t.Fatal("a refusal changed something")
	}
}

// Joining a booth keeps what the second laptop typed beyond what the first had.
func TestJoiningABoothKeepsWhatWasTyped(t *testing.T) {
	l := newLaptop(t, "D1")
	association := model.UnitID(realm, "WBXH")
	first, err := l.meet.Create(MeetingForm{Place: "协会会议室"})
	l.must(err)
	second, err := l.meet.Create(MeetingForm{Place: "协会会议室", Title: "年初网吧业主会", HostUnitID: association})
	l.must(err)
	third, err := l.meet.Create(MeetingForm{Place: "协会会议室", Title: "另一个名字", HostUnitID: model.UnitID(realm, "YD")})
	l.must(err)
	if second.Activity.ID != first.Activity.ID || second.Activity.Title != "年初网吧业主会" || second.Activity.Host.ID != association {
		t.Errorf("joined as %+v", second.Activity)
	}
	if third.Activity.Title != "年初网吧业主会" || third.Activity.Host.ID != association {
		t.Errorf("joining overwrote %+v", third.Activity)
	}
}

func TestQuickCountsAreUndoneInOrder(t *testing.T) {
	l := newLaptop(t, "D1")
	id := l.start("城关广场").Activity.ID
	_, err := l.booth.Tap(id, leaflet, 3)
	l.must(err)
	_, err = l.booth.Quick(id, "consult_quick", 1)
	l.must(err)
	_, err = l.booth.Quick(id, "app_installs", 2)
	l.must(err)
	l.crash()
	for _, want := range []string{"app_installs", "consult_quick", leaflet.String(), ""} {
		u, err := l.booth.Undo(id)
		l.must(err)
		if want == "" {
			if u.Tap != nil {
				t.Errorf("undid %+v", u.Tap)
			}
		} else if u.Tap == nil || u.Tap.Target != want {
			t.Errorf("undid %+v, want %s", u.Tap, want)
		}
	}
	_, err = l.booth.Tap(id, leaflet, 1) // taps after undos can be undone again
	l.must(err)
	if u, err := l.booth.Undo(id); err != nil || u.Tap == nil || u.State.Mine != 0 {
		t.Errorf("%+v, %v", u, err)
	}
}

func TestFinishAndReopen(t *testing.T) {
	l := newLaptop(t, "D1")
	id := l.start("城关广场").Activity.ID
	l.now = l.now.Add(-48 * 3600e9) // a clock that jumps back: the end is not before the start
	st, err := l.booth.Finish(id)
	l.must(err)
	if st.Activity.State != "done" || st.Activity.EndAt < st.Activity.StartAt {
		t.Errorf("finished as %+v", st.Activity)
	}
	st, err = l.booth.Reopen(id)
	l.must(err)
	if st.Activity.State != "open" || st.Activity.EndAt != 0 {
		t.Errorf("reopened as %+v", st.Activity)
	}
}

package app

import (
	"fmt"
	"testing"
	"time"
)

func TestTallyDay(t *testing.T) {
	all := fleet(t, "D5", "D6")
	a, b := NewTallies(all[0].s), NewTallies(all[1].s)
	sure(a.Add("", "kind_reminder", 1))
	sure(a.Set("", "kind_reminder", 40))
	sure(b.Add("", "kind_reminder", 6))
	sure(b.Set("", "remit_served", 50))
	exchange(t, all)
	day := sure(a.Day(""))
	if day.On != "2025-01-10" || day.Lines[0] != (TallyLine{day.Lines[0].ID, "kind_reminder", 40, 46}) || day.Lines[1] != (TallyLine{day.Lines[1].ID, "remit_served", 0, 50}) {
		t.Errorf("the day: %+v", day.Lines)
	}
	// A count stated while the other laptop's is seen corrects the sum.
	if day = sure(a.Set("", "kind_reminder", 45)); day.Lines[0] != (TallyLine{day.Lines[0].ID, "kind_reminder", 39, 45}) {
		t.Errorf("stated: %+v", day.Lines[0])
	}
	if day = sure(a.Undo("")); day.Lines[0].Total != 46 || !day.CanUndo || !day.Recent[0].Undone {
		t.Errorf("undone: %+v %+v", day.Lines[0], day.Recent)
	}
	if day = sure(a.Close("")); !day.Closed || day.Reopened {
		t.Errorf("not closed: %+v", day)
	}
	if day = sure(a.Add("", "sms_enrol", 3)); day.Closed || !day.Reopened {
		t.Errorf("a change after closing passes unseen: closed %v, reopened %v", day.Closed, day.Reopened)
	}
	if day = sure(a.Reopen("")); day.Closed || day.Reopened {
		t.Errorf("reopened: %+v", day)
	}
}

func TestTallyMissingDays(t *testing.T) {
	l := newLaptop(t, "D5")
	ts := NewTallies(l.s)
	if m := sure(ts.Day("")).Missing; len(m) != 0 {
		t.Errorf("a unit that keeps no tally misses %v", m)
	}
	sure(ts.Close("2025-01-06"))
	sure(ts.Close("2025-01-08"))
	if m := sure(ts.Day("")).Missing; fmt.Sprint(m) != "[2025-01-07 2025-01-09]" {
		t.Errorf("missing %v", m)
	}
	l.now = l.now.Add(30 * 24 * time.Hour)
	if m := sure(ts.Day("")).Missing; len(m) != 7 {
		t.Errorf("a month later %d days are missing, want the last 7", len(m))
	}
}

func TestTallyRefusals(t *testing.T) {
	l := newLaptop(t, "D5")
	ts := NewTallies(l.s)
	for name, c := range map[string]struct {
		do    func() error
		field string
	}{
		"tomorrow":      {func() error { _, err := ts.Add("2025-01-11", "sms_enrol", 1); return err }, "on"},
		"no such day":   {func() error { _, err := ts.Add("2025-13-01", "sms_enrol", 1); return err }, "on"},
		"long ago":      {func() error { _, err := ts.Add("2023-01-01", "sms_enrol", 1); return err }, "on"},
		"no such count": {func() error { _, err := ts.Add("", "nothing", 1); return err }, "kind"},
		"absurd":        {func() error { _, err := ts.Set("", "sms_enrol", 1e9); return err }, "qty"},
		"negative":      {func() error { _, err := ts.Set("", "sms_enrol", -1); return err }, "qty"},
	} {
		if field := refusedField(t, c.do()); field != c.field {
			t.Errorf("%s: refused for %s", name, field)
		}
	}
}

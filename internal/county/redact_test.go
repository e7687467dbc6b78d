package county

import (
	"testing"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/schema"
)

// What is over its time is emptied, on the kit that recorded it too, and what counts stays.
func TestRedactionReachesTheKits(t *testing.T) {
	o := openOffice(t)
	k := o.joined(t, "CGPCS", "D2", 0)
	now := o.clock.now()
	old, recent, meeting := schema.Derive(o.realm, "test", "old"), schema.Derive(o.realm, "test", "recent"), schema.Derive(o.realm, "test", "meeting")
	person := model.AttendanceID(o.realm, meeting, "极速网吧", "王建国", 1)
	days := func(n int) int64 { return now.AddDate(0, 0, -n).UnixMilli() }
	for id, closed := range map[schema.ID]int64{old: days(181), recent: days(179)} {
		k.put(t, "consultation", id, schema.Values{"occurred_at": closed - 1000, "closed_at": closed, "fraud_type": "F01", "story": "经过", "phone": "12800001111", "person_label": "王女士"})
	}
	k.put(t, "activity", meeting, schema.Values{"kind": "cafe_meeting", "state": "done", "start_at": days(200), "lead_unit_id": model.UnitID(o.realm, "CGPCS")})
	k.put(t, "attendance", person, schema.Values{"activity_id": meeting, "person_name": "王建国", "phone": "12800002222"})
	k.step(t)
	n, err := o.Redact(t.Context())
	if err != nil || n != 2 {
		t.Fatalf("%d records redacted, %v", n, err)
	}
	if n, err := o.Redact(t.Context()); err != nil || n != 0 {
		t.Fatalf("a second time: %d, %v", n, err)
	}
	k.step(t)
	for id, empty := range map[schema.ID]bool{old: true, recent: false} {
		row, err := k.Get(t.Context(), "consultation", id)
		if err != nil {
			t.Fatal(err)
		}
		for _, column := range []string{"story", "phone", "person_label"} {
			if row.Null(column) != empty {
				t.Errorf("%s of the one closed %s: empty %v", column, time.UnixMilli(row.Int("closed_at")), row.Null(column))
			}
		}
		if row.Text("fraud_type") != "F01" {
			t.Error("what counts is gone")
		}
	}
	if row, err := k.Get(t.Context(), "attendance", person); err != nil || !row.Null("phone") || row.Text("person_name") != "王建国" {
		t.Errorf("the attendance after 200 days: %v", err)
	}
	o.clock.advance(731 * 24 * time.Hour)
	if _, err := o.Redact(t.Context()); err != nil {
		t.Fatal(err)
	}
	k.step(t)
	if row, err := k.Get(t.Context(), "attendance", person); err != nil || !row.Null("person_name") {
		t.Errorf("the name after two years: %v", err)
	}
}

package county

import (
	"testing"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// A unit that becomes a partner after the sign-in gets the attendance that was recorded before.
func TestAPartnerThatJoinsLaterGetsTheAttendance(t *testing.T) {
	o := openOffice(t)
	host, guest := o.joined(t, "CGPCS", "D2", 0), o.joined(t, "WADD", "D3", 0)
	now := o.clock.now().UnixMilli()
	meeting := schema.Derive(o.realm, "test", "meeting")
	person := model.AttendanceID(o.realm, meeting, "极速网吧", "王建国", 1)
	host.put(t, "activity", meeting, schema.Values{"kind": "cafe_meeting", "state": "open", "start_at": now, "lead_unit_id": model.UnitID(o.realm, "CGPCS")})
	host.put(t, "attendance", person, schema.Values{"activity_id": meeting, "person_name": "王建国", "org_name": "极速网吧", "source": "roster"})
	host.step(t)
	guest.step(t)
	if row, err := guest.Get(t.Context(), "attendance", person); err != nil || row != nil {
		t.Fatalf("a unit that takes no part has the attendance: %v, %v", row, err)
	}
	if err := host.Update(t.Context(), func(tx *replica.Tx) error {
		return tx.Include("activity", meeting, "partner_units", model.UnitID(o.realm, "WADD").String())
	}); err != nil {
		t.Fatal(err)
	}
	host.step(t)
	for range 1000 {
		guest.step(t)
		row, err := guest.Get(t.Context(), "attendance", person)
		if err != nil {
			t.Fatal(err)
		}
		if row != nil && row.Text("person_name") == "王建国" {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Error("the partner never got the attendance")
}

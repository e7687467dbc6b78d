package app

import (
	"testing"
	"time"

	"fieldkit/internal/model"
)

var poster = model.MaterialID(realm, "FZHB")

func TestInspectionRound(t *testing.T) {
	l := newLaptop(t, "D3")
	l.officer("031100", "周航")
	m := sure(l.meet.Create(MeetingForm{Place: "网吧协会"})).Activity.ID
	sure(l.meet.ImportRoster(m, []RosterRow{{Org: "极速网吧", Name: "王建国", CreateVenue: true, Town: "城关镇"}, {Org: "星空网咖", Name: "王金刚", CreateVenue: true, Town: "岭口镇"}}))
	meeting := sure(l.meet.Get(m))
	for _, p := range meeting.Attendees {
		sure(l.meet.SignIn(p.ID))
	}
	sure(l.meet.Give(m, poster, 4))
	if given := sure(l.meet.GivenTo(m, poster)); len(given) != 2 || given[0].Qty != 4 {
		t.Fatalf("given %+v", given)
	}
	p := NewPlacements(l.s)
	round := sure(p.Round(InspectionQuery{Days: 14}))
	if len(round) != 2 || round[0].Town != "城关镇" || round[0].LastAt != 0 || round[0].Placements[0].Issued != 4 || round[0].Placements[0].State != "issued" {
		t.Fatalf("the round %+v", round)
	}
	first := round[0].Placements[0].ID
	sure(p.Inspect(InspectForm{PlacementID: first, Result: "missing"}))
	look := sure(p.Inspect(InspectForm{PlacementID: first, Result: "not_prominent", FixedOnSpot: true})) // a slip of the finger
	here := sure(p.OfVenue(round[0].VenueID))
	if len(here[0].Inspections) != 1 || here[0].State != "not_prominent" || !here[0].Inspections[0].FixedOnSpot || here[0].Inspections[0].Officer != "周航" {
		t.Errorf("inspected %+v", here[0])
	}
	if round = sure(p.Round(InspectionQuery{Days: 14})); len(round) != 2 || !round[0].Done || round[1].Done {
		t.Errorf("after one look %+v", round)
	}
	l.now = l.now.Add(13 * 24 * time.Hour)
	if round = sure(p.Round(InspectionQuery{Days: 14})); len(round) != 1 || round[0].Venue != "星空网咖" {
		t.Errorf("after 13 days %d are due", len(round))
	}
	l.now = l.now.Add(24 * time.Hour)
	if round = sure(p.Round(InspectionQuery{Days: 14})); len(round) != 2 || round[0].Days != 14 {
		t.Errorf("after 14 days %+v", round)
	}
	l.must(p.VoidInspection(look.ID, true))
	if here = sure(p.OfVenue(round[0].VenueID)); here[0].State != "issued" {
		t.Errorf("after taking it back %s", here[0].State)
	}
}

func TestPlacementsPutUp(t *testing.T) {
	l := newLaptop(t, "D3")
	bank := sure(l.venues.Create(VenueForm{Kind: "V02", Name: "农商行城关支行", Town: "城关镇"})).ID
	round := sure(NewActivities(l.s).Open(OpenForm{Kind: "placement_round", Place: "城关镇"})).ID
	p := NewPlacements(l.s)
	for range 2 {
		if all := sure(p.Put(PlacementForm{VenueID: bank, MaterialID: poster, Qty: 3, ActivityID: round})); len(all) != 1 || all[0].Issued != 3 || all[0].Qty != 3 || all[0].FromOn != "2025-01-10" {
			t.Errorf("put up %+v", all)
		}
	}
	if line := l.stockOf(poster); line.Placed != 3 {
		t.Errorf("the stock says %d were placed", line.Placed)
	}
	for name, c := range map[string]struct {
		f     PlacementForm
		field string
	}{
		"no venue":       {PlacementForm{MaterialID: poster}, "venue_id"},
		"no material":    {PlacementForm{VenueID: bank}, "material_id"},
		"too many":       {PlacementForm{VenueID: bank, MaterialID: poster, Qty: 1000}, "qty"},
		"no number":      {PlacementForm{VenueID: bank, MaterialID: poster, Kind: "hotline_notice"}, "shown_phone"},
		"no such number": {PlacementForm{VenueID: bank, MaterialID: poster, Kind: "hotline_notice", ShownPhone: "abc"}, "shown_phone"},
		"no such day":    {PlacementForm{VenueID: bank, MaterialID: poster, FromOn: "31/12"}, "from_on"},
		"ends before":    {PlacementForm{VenueID: bank, MaterialID: poster, FromOn: "2025-02-01", ToOn: "2025-01-01"}, "to_on"},
		"endless screen": {PlacementForm{VenueID: bank, MaterialID: poster, Kind: "led", LEDRunsPerDay: 5001}, "led_runs_per_day"},
	} {
		if _, err := p.Put(c.f); refusedField(t, err) != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSimilarVenues(t *testing.T) {
	l := newLaptop(t, "D1")
	a := sure(l.venues.Create(VenueForm{Kind: "V01", Name: "极速网吧", Town: "城关镇", LicenceNo: "QL001"}))
	sure(l.venues.Create(VenueForm{Kind: "V01", Name: "极速网吧", Town: "岭口镇"}))
	sure(l.venues.Create(VenueForm{Kind: "V07", Name: "县一中", Town: "城关镇"}))
	for name, c := range map[string]struct {
		f    VenueForm
		want string
	}{
		"other words":      {VenueForm{Kind: "V01", Name: "极速网咖", Town: "城关镇"}, "name"},
		"a longer name":    {VenueForm{Kind: "V01", Name: "极速网咖城关店", Town: "城关镇"}, "part"},
		"the same licence": {VenueForm{Kind: "V01", Name: "星空", LicenceNo: " ql001"}, "licence"},
	} {
		got := sure(l.venues.Similar(c.f, [16]byte{}))
		if len(got) == 0 || got[0].ID != a.ID || got[0].Why != c.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
	for name, f := range map[string]VenueForm{"nothing typed": {Kind: "V01"}, "another kind": {Kind: "V12", Name: "一中商贸"}, "another name": {Kind: "V01", Name: "蓝鲸电竞"}} {
		if got := sure(l.venues.Similar(f, [16]byte{})); len(got) != 0 {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got := sure(l.venues.Similar(VenueForm{Kind: "V01", Name: "极速网吧", Town: "城关镇"}, a.ID)); len(got) != 0 {
		t.Errorf("a venue is like itself: %+v", got)
	}
}

package app

import "testing"

func TestHouseholdRound(t *testing.T) {
	all := fleet(t, "D1", "D2")
	a, b := all[0], all[1]
	id := sure(NewActivities(a.s).Open(OpenForm{Kind: "household", Place: "锦苑小区"})).ID
	sure(NewActivities(b.s).Open(OpenForm{Kind: "household", Place: "锦苑小区"}))
	ha, hb := NewHouseholds(a.s), NewHouseholds(b.s)
	sure(ha.Record(id, DoorForm{Door: "1栋2单元301室", Result: "talked", Talked: 2, Elder: 1}))
	sure(ha.Record(id, DoorForm{Door: "1 2 302", Result: "absent"}))
	sure(hb.Record(id, DoorForm{Door: "1-2-301", Result: "left_leaflet"})) // the same door
	sure(ha.Record(id, DoorForm{Result: "left_leaflet"}))                  // no plate
	sure(hb.Record(id, DoorForm{Result: "refused"}))
	exchange(t, all)
	for _, h := range []*Households{ha, hb} {
		r := sure(h.Get(id))
		if len(r.Doors) != 4 || r.Visited != 2 || r.Results["absent"] != 1 || r.Results["refused"] != 1 {
			t.Errorf("%d doors, %d visited, %v", len(r.Doors), r.Visited, r.Results)
		}
	}
	r := sure(ha.Record(id, DoorForm{Door: "1-2-302", Result: "talked", Talked: 1}))
	if len(r.Doors) != 4 || r.Results["absent"] != 0 {
		t.Errorf("coming back made a new door: %+v", r.Results)
	}
	if r = sure(ha.Undo(id)); r.Undone != "1-2-302" || r.Results["absent"] != 1 {
		t.Errorf("undone %q, %v", r.Undone, r.Results)
	}
	sure(ha.Undo(id))
	if r = sure(ha.Undo(id)); len(r.Doors) != 2 {
		t.Errorf("%d doors after three undos", len(r.Doors))
	}
	if r = sure(ha.Record(id, DoorForm{Door: "1-2-302", Result: "refused"})); r.Results["refused"] != 2 {
		t.Errorf("a door taken back is not recorded anew: %v", r.Results)
	}
}

func TestHouseholdRefusals(t *testing.T) {
	l := newLaptop(t, "D1")
	id := sure(NewActivities(l.s).Open(OpenForm{Kind: "household", Place: "锦苑小区"})).ID
	street := l.start("城关广场").Activity.ID
	h := NewHouseholds(l.s)
	for name, c := range map[string]struct {
		f     DoorForm
		field string
	}{
		"no result":             {DoorForm{Door: "1-1-1"}, "result"},
		"more older than all":   {DoorForm{Door: "1-1-1", Result: "talked", Talked: 1, Elder: 2}, "elder"},
		"a crowd":               {DoorForm{Door: "1-1-1", Result: "talked", Talked: 21}, "talked"},
		"talked to nobody home": {DoorForm{Door: "1-1-1", Result: "absent", Talked: 1}, "talked"},
		"an endless door":       {DoorForm{Door: "123456789012345678901", Result: "absent"}, "door"},
	} {
		if _, err := h.Record(id, c.f); refusedField(t, err) != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := h.Record(street, DoorForm{Result: "talked"}); refusedField(t, err) != "door" {
		t.Errorf("a door at a booth: %v", err)
	}
}

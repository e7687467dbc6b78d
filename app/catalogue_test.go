package app

import (
	"fmt"
	"testing"
)

// Units with the same initials stay apart, also when two laptops add them
// without knowing of each other; the same unit added twice is one.
func TestUnitsAddedOnTheSpot(t *testing.T) {
	all := fleet(t, "D1", "D2")
	a, b := all[0], all[1]
	before, err := a.cat.Units()
	a.must(err)
	add := func(l *laptop, name string) Unit {
		t.Helper()
		u, err := l.cat.AddUnit(UnitForm{Name: name, Department: "D14"})
		l.must(err)
		return u
	}
	ids := map[string]bool{}
	for _, name := range []string{"城管派出所", "场馆派出所", "成功派出所"} { // all CGPCS, as 城关派出所
		ids[add(a, name).ID.String()] = true
	}
	ids[add(b, "春光派出所").ID.String()] = true
	if again := add(b, " 城管派出所 "); !ids[again.ID.String()] {
		t.Error("the same unit added on two laptops is two")
	}
	exchange(t, all)
	units, err := b.cat.Units()
	b.must(err)
	if len(ids) != 4 || len(units) != len(before)+4 {
		t.Errorf("%d ids, %d units more", len(ids), len(units)-len(before))
	}
	if r := a.reviewed(); len(r) != 0 {
		t.Errorf("to review: %v", r)
	}
	for _, f := range []UnitForm{{Department: "D14"}, {Name: "x"}, {Name: "x", Department: "D77"}, {Name: "x", ShortName: "九个字的简称太长了", Department: "D14"}} {
		if _, err := a.cat.AddUnit(f); refusedField(t, err) == "" {
			t.Errorf("%+v", f)
		}
	}
}

// A material added on the spot can be tapped, also when all nine keys are taken.
func TestMaterialsAddedOnTheSpot(t *testing.T) {
	l := newLaptop(t, "D1")
	id := l.start("城关广场").Activity.ID
	for i := range 5 {
		list, err := l.cat.AddMaterial(MaterialForm{Name: fmt.Sprintf("现场资料%d", i), Group: "leaflet"})
		l.must(err)
		for _, m := range list {
			if m.Name == fmt.Sprintf("现场资料%d", i) && (i < 3) != (m.Hotkey != 0) {
				t.Errorf("%s has the key %d", m.Name, m.Hotkey)
			}
		}
	}
	st, err := l.booth.Get(id)
	l.must(err)
	if len(st.Tallies) != 11 {
		t.Errorf("%d materials at the booth, want 11", len(st.Tallies))
	}
	for field, f := range map[string]MaterialForm{"name": {Name: "现场 资料1", Group: "leaflet"}, "group": {Name: "x", Group: "?"}, "hotkey": {Name: "x", Group: "leaflet", Hotkey: 1}} {
		if _, err := l.cat.AddMaterial(f); refusedField(t, err) != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

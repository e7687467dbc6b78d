package app

import (
	"context"
	"testing"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// A delivery that the supplier has entered already is asked about before it counts twice,
// and the reverse; only one that is another for certain is stored.
func TestADeliveryEnteredOnBothSidesIsAskedAbout(t *testing.T) {
	for name, c := range map[string]struct {
		there string // the kind that the other side has entered
		out   bool   // it went from this unit to the other
		form  MoveForm
	}{
		"received what was allotted": {"allot", false, MoveForm{Kind: "receive", BatchNo: "2025-1"}},
		"allotted what was received": {"receive", true, MoveForm{Kind: "allot"}},
		"returned what was received": {"receive", true, MoveForm{Kind: "return"}},
		"received what was returned": {"return", false, MoveForm{Kind: "receive", BatchNo: "2025-1"}},
	} {
		l := newLaptop(t, "D1")
		k, own, other := NewStock(l.s), l.s.Unit(), model.UnitID(realm, "CGZ")
		id := schema.Derive(realm, "test", name)
		values := schema.Values{"kind": c.there, "material_id": leaflet, "qty": 500, "from_unit": other, "to_unit": own, "created_at": l.now.Add(-9 * 24 * time.Hour).UnixMilli()}
		if c.out {
			values["from_unit"], values["to_unit"] = own, other
		}
		put := func(values schema.Values) {
			t.Helper()
			l.must(l.r.Update(context.Background(), func(tx *replica.Tx) error { return tx.Put("stock_move", id, values) }))
		}
		put(values)
		f := c.form
		f.MaterialID, f.Qty, f.UnitID = leaflet, 500, other
		before := l.state()
		m := sure(k.Twin(f))
		if m == nil || m.ID != id || m.Kind != c.there || m.Qty != 500 {
			t.Fatalf("%s: shown %+v", name, m)
		}
		if _, err := k.Record(f); refusedField(t, err) != "sure" || l.state() != before {
			t.Errorf("%s: stored without a word", name)
		}
		for what, change := range map[string]func(*MoveForm){
			"another number":   func(f *MoveForm) { f.Qty = 501 },
			"another material": func(f *MoveForm) { f.MaterialID = model.MaterialID(realm, "LNXCC") },
			"another unit":     func(f *MoveForm) { f.UnitID = model.UnitID(realm, "NSH") },
			"scrap":            func(f *MoveForm) { f.Kind, f.UnitID = "scrap", schema.Nil },
		} {
			g := f
			change(&g)
			if m := sure(k.Twin(g)); m != nil {
				t.Errorf("%s, %s: %+v", name, what, m)
			}
		}
		f.Sure = id
		sure(k.Record(f))
		if moves := sure(k.Moves(9)); len(moves) != 2 {
			t.Errorf("%s: confirmed, and %d movements", name, len(moves))
		}
		f.Sure = schema.Nil
		put(schema.Values{"voided": `{"on":true,"reason":"V1"}`})
		if m := sure(k.Twin(f)); m != nil {
			t.Errorf("%s: one that is void is asked about", name)
		}
	}
}

func TestAnOldDeliveryIsAnother(t *testing.T) {
	all := fleet(t, "D1", "D2")
	other := model.UnitID(realm, "CGZ")
	all[1].s.Attach(all[1].r, other) // the supplier's laptop
	allot := MoveForm{Kind: "allot", MaterialID: leaflet, Qty: 500, UnitID: model.UnitID(realm, "CGPCS")}
	sure(NewStock(all[1].s).Record(allot))
	exchange(t, all)
	receive := MoveForm{Kind: "receive", MaterialID: leaflet, Qty: 500, UnitID: other, BatchNo: "1"}
	k := NewStock(all[0].s)
	for days, asked := range map[int]bool{0: true, 10: true, 11: false} {
		all[0].now = noon.AddDate(0, 0, days)
		if m := sure(k.Twin(receive)); (m != nil) != asked {
			t.Errorf("after %d days asked %v", days, m != nil)
		}
	}
	// A material that the office merged is one.
	old := model.MaterialID(realm, "OLD")
	all[0].now = noon
	all[0].must(all[0].r.Update(context.Background(), func(tx *replica.Tx) error {
		return tx.Put("material", old, schema.Values{"code": "OLD", "name": "旧单", "group": "leaflet", "merged_into": leaflet})
	}))
	receive.MaterialID = old
	if m := sure(k.Twin(receive)); m == nil {
		t.Error("a merged material is another")
	}
}

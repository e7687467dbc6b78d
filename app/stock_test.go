package app

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

func (l *laptop) stockOf(material schema.ID) StockLine {
	l.t.Helper()
	for _, line := range sure(NewStock(l.s).Balances()) {
		if line.MaterialID == material {
			return line
		}
	}
	l.t.Fatal("no account of the material")
	return StockLine{}
}

func TestStockBalance(t *testing.T) {
	l := newLaptop(t, "D1")
	k := NewStock(l.s)
	other := model.UnitID(realm, "CGZ")
	if line := l.stockOf(leaflet); line.Tracked || line.Low {
		t.Errorf("tracked before anything came in: %+v", line)
	}
	sure(k.Record(MoveForm{Kind: "receive", MaterialID: leaflet, Qty: 2000, BatchNo: "2025-1", PrintedOn: "2025-01-02"}))
	sure(k.Record(MoveForm{Kind: "allot", MaterialID: leaflet, Qty: 300, UnitID: other}))
	sure(k.Record(MoveForm{Kind: "scrap", MaterialID: leaflet, Qty: 5}))
	l.now = l.now.Add(time.Minute)
	sure(k.Record(MoveForm{Kind: "adjust", MaterialID: leaflet, Qty: -15, Note: "盘点"}))
	id := l.start("城关广场").Activity.ID
	sure(l.booth.Tap(id, leaflet, 600))
	line := l.stockOf(leaflet)
	if line.In != 2000 || line.Out != 320 || line.HandedOut != 600 || line.Balance != 1080 || line.Low {
		t.Errorf("account %+v", line)
	}
	if st := sure(l.booth.Get(id)); !st.Tallies[0].Tracked || st.Tallies[0].Left != 1080 || st.Tallies[0].Low {
		t.Errorf("the booth shows %+v", st.Tallies[0])
	}
	sure(l.booth.Tap(id, leaflet, 1000))
	if st := sure(l.booth.Get(id)); st.Tallies[0].Left != 80 || !st.Tallies[0].Low {
		t.Errorf("80 of 2000 are not few: %+v", st.Tallies[0])
	}
	moves := sure(k.Moves(10))
	if len(moves) != 4 || moves[0].Kind != "adjust" || moves[0].Note != "盘点" {
		t.Fatalf("moves %+v", moves)
	}
	sure(k.VoidMove(moves[0].ID, true))
	if line := l.stockOf(leaflet); line.Balance != 95 {
		t.Errorf("after voiding the adjustment %d", line.Balance)
	}
	sure(k.VoidMove(moves[0].ID, false))
	if line := l.stockOf(leaflet); line.Balance != 80 {
		t.Errorf("after restoring it %d", line.Balance)
	}
}

func TestStockRefusals(t *testing.T) {
	l := newLaptop(t, "D1")
	k := NewStock(l.s)
	for name, c := range map[string]struct {
		f     MoveForm
		field string
	}{
		"nought":          {MoveForm{Kind: "adjust", MaterialID: leaflet}, "qty"},
		"below nought":    {MoveForm{Kind: "receive", MaterialID: leaflet, Qty: -1, BatchNo: "1"}, "qty"},
		"without a batch": {MoveForm{Kind: "receive", MaterialID: leaflet, Qty: 1}, "batch_no"},
		"to nobody":       {MoveForm{Kind: "allot", MaterialID: leaflet, Qty: 1}, "unit_id"},
		"to oneself":      {MoveForm{Kind: "allot", MaterialID: leaflet, Qty: 1, UnitID: l.s.Unit()}, "unit_id"},
		"no material":     {MoveForm{Kind: "scrap", Qty: 1}, "material_id"},
		"no such day":     {MoveForm{Kind: "receive", MaterialID: leaflet, Qty: 1, BatchNo: "1", PrintedOn: "2025-02-30"}, "printed_on"},
		"printed later":   {MoveForm{Kind: "receive", MaterialID: leaflet, Qty: 1, BatchNo: "1", PrintedOn: "2030-01-01"}, "printed_on"},
	} {
		if _, err := k.Record(c.f); refusedField(t, err) != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCarriedStockShowsTheDifference(t *testing.T) {
	all := fleet(t, "D1", "D2")
	a, b := all[0], all[1]
	id := a.start("城关广场").Activity.ID
	b.start("城关广场")
	k := NewStock(a.s)
	sure(k.Record(MoveForm{Kind: "receive", MaterialID: leaflet, Qty: 1000, BatchNo: "1"}))
	sure(k.Carry(id, leaflet, "issued", 400))
	sure(a.booth.Tap(id, leaflet, 200))
	sure(b.booth.Tap(id, leaflet, 80))
	exchange(t, all)
	sure(k.Carry(id, leaflet, "returned", 90))
	sure(k.Carry(id, leaflet, "returned", 100)) // counted again
	sure(NewStock(b.s).Carry(id, leaflet, "returned", 100))
	exchange(t, all)
	sure(NewStock(b.s).Carry(id, leaflet, "damaged", 4))
	exchange(t, all)
	for _, l := range all {
		lines := sure(NewStock(l.s).Carried(id))
		if want := (Carried{ActivityID: id, MaterialID: leaflet, Name: "防诈宣传单", Issued: 400, Returned: 100, Damaged: 4, HandedOut: 280, Stated: true, Difference: 16, Others: []HandCount{}}); len(lines) != 1 || !reflect.DeepEqual(lines[0], want) {
			t.Errorf("carried %+v", lines)
		}
	}
	// What went out and came back is still the unit's; what was spoilt is not.
	if line := a.stockOf(leaflet); line.Balance != 1000-280-4 {
		t.Errorf("balance %d", line.Balance)
	}
	sure(k.Carry(id, leaflet, "damaged", 0))
	if line := a.stockOf(leaflet); line.Balance != 720 {
		t.Errorf("balance without damage %d", line.Balance)
	}
}

func TestCorrectionOfAnothersCountTellsWhy(t *testing.T) {
	all := fleet(t, "D1", "D2")
	a, b := all[0], all[1]
	id := a.start("城关广场").Activity.ID
	b.start("城关广场")
	sure(a.booth.Tap(id, leaflet, 40))
	exchange(t, all)
	if _, err := b.booth.Correct(id, leaflet, -10, " "); refusedField(t, err) != "reason" {
		t.Errorf("corrected without a reason: %v", err)
	}
	st := sure(b.booth.Correct(id, leaflet, -10, "两人重复按了"))
	if st.Tallies[0].Mine != -10 || st.Tallies[0].Total != 30 || st.Recent[0].Reason != "两人重复按了" {
		t.Errorf("after the correction %+v, %+v", st.Tallies[0], st.Recent)
	}
	exchange(t, all)
	row, err := a.r.Get(t.Context(), "handout", model.HandoutID(realm, id, leaflet))
	a.must(err)
	if row.Text("note") != "01-10 12:00 -10 两人重复按了" || row.Int("qty") != 30 || row.Own("qty") != 40 {
		t.Errorf("the other laptop reads %q, %d of %d", row.Text("note"), row.Own("qty"), row.Int("qty"))
	}
}

// Two officers count what came back, each on a laptop that has not met the other.
func TestTwoHandCountsDoNotAddUp(t *testing.T) {
	all := fleet(t, "D1", "D2")
	a, b := all[0], all[1]
	id := a.start("城关广场").Activity.ID
	sure(NewStock(a.s).Record(MoveForm{Kind: "receive", MaterialID: leaflet, Qty: 1000, BatchNo: "1"}))
	exchange(t, all)
	b.officer("041208", "王强")
	sure(NewStock(a.s).Carry(id, leaflet, "issued", 400))
	sure(NewStock(a.s).Carry(id, leaflet, "damaged", 30))
	b.now = b.now.Add(time.Minute)
	sure(NewStock(b.s).Carry(id, leaflet, "damaged", 7))
	exchange(t, all)
	for _, l := range all {
		lines := sure(NewStock(l.s).Carried(id))
		if len(lines) != 1 || lines[0].Damaged != 7 || len(lines[0].Others) != 1 {
			t.Fatalf("carried %+v", lines)
		}
		if other := lines[0].Others[0]; other.Field != "damaged" || other.Qty != 30 || other.Device != "D1" {
			t.Errorf("the other count %+v", other)
		}
		if line := l.stockOf(leaflet); line.Balance != 993 {
			t.Errorf("balance %d", line.Balance)
		}
		if d := sure(NewDay(l.s).Get("")); !slices.Contains(kinds(d), "twice") {
			t.Errorf("the day's closing does not ask: %v", kinds(d))
		}
	}
	// The first was right; saying so settles it on both.
	b.now = b.now.Add(time.Minute)
	sure(NewStock(b.s).Carry(id, leaflet, "damaged", 30))
	exchange(t, all)
	for _, l := range all {
		if lines := sure(NewStock(l.s).Carried(id)); lines[0].Damaged != 30 || len(lines[0].Others) != 0 {
			t.Errorf("settled %+v", lines)
		}
		if line := l.stockOf(leaflet); line.Balance != 970 {
			t.Errorf("balance %d", line.Balance)
		}
	}
}

func TestCountySetsTheLowStockMark(t *testing.T) {
	l := newLaptop(t, "D1")
	sure(NewStock(l.s).Record(MoveForm{Kind: "receive", MaterialID: leaflet, Qty: 300, BatchNo: "1"}))
	if line := l.stockOf(leaflet); line.LowAt != 20 || line.Low {
		t.Fatalf("without a mark %+v", line)
	}
	mark := func(n any) {
		l.must(l.r.Update(t.Context(), func(tx *replica.Tx) error {
			return tx.Put("material", leaflet, schema.Values{"low_stock": n})
		}))
	}
	mark(300)
	id := l.start("城关广场").Activity.ID
	if line := l.stockOf(leaflet); line.LowAt != 300 || !line.Low {
		t.Errorf("at the mark %+v", line)
	}
	if st := sure(l.booth.Get(id)); !st.Tallies[0].Low {
		t.Errorf("the booth does not say so: %+v", st.Tallies[0])
	}
	mark(0) // only when none is left
	if line := l.stockOf(leaflet); line.LowAt != 0 || line.Low {
		t.Errorf("with a mark of nought %+v", line)
	}
	mark(nil)
	if line := l.stockOf(leaflet); line.LowAt != 20 {
		t.Errorf("the mark taken away %+v", line)
	}
}

package app

import (
	"math/rand/v2"
	"testing"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// What the booth says is left is what the whole account says, whatever changes it: taps
// here and at another activity, stock, other laptops, voided and joined records.
func TestTheBoothKeepsTheAccount(t *testing.T) {
	all := fleet(t, "D1", "D2")
	l, far := all[0], all[1]
	k := NewStock(l.s)
	sure(k.Record(MoveForm{Kind: "receive", MaterialID: leaflet, Qty: 5000, BatchNo: "1"}))
	here, there := l.start("城关广场").Activity.ID, l.start("汽车站").Activity.ID
	exchange(t, all)
	brochure := sure(l.booth.Get(here)).Tallies[1].MaterialID
	rng := rand.New(rand.NewPCG(4, 4))
	void := func(table string, id schema.ID) {
		l.must(l.s.update(func(tx *replica.Tx) error {
			row, err := tx.Get(table, id)
			if err != nil || row == nil {
				return err
			}
			return l.s.setVoid(tx, table, id, !voided(row), "V9")
		}))
	}
	steps := []func(){
		func() { sure(l.booth.Tap(here, leaflet, 1)) }, func() { sure(l.booth.Tap(here, leaflet, 10)) }, func() { sure(l.booth.Tap(here, brochure, 3)) },
		func() { sure(l.booth.Undo(here)) }, func() { sure(l.booth.Quick(here, "consult_quick", 1)) }, func() { sure(l.booth.Tap(there, leaflet, 7)) },
		func() { sure(k.Record(MoveForm{Kind: "scrap", MaterialID: leaflet, Qty: 2})) }, func() { sure(far.booth.Tap(here, leaflet, 5)) },
		func() { sure(far.booth.Tap(there, leaflet, 4)) }, func() { exchange(t, all) }, func() { void("activity", there) },
		func() { void("handout", model.HandoutID(realm, here, brochure)) },
		func() {
			l.must(l.s.update(func(tx *replica.Tx) error {
				into := []any{nil, leaflet}[rng.IntN(2)]
				return tx.Put("material", brochure, schema.Values{"merged_into": into})
			}))
		},
	}
	for n := range 300 {
		l.now, far.now = l.now.Add(time.Second), far.now.Add(time.Second)
		steps[rng.IntN(len(steps))]()
		for _, id := range []schema.ID{here, there}[:1+rng.IntN(2)] {
			whole := map[schema.ID]StockLine{}
			for _, line := range sure(k.Balances()) {
				whole[line.MaterialID] = line
			}
			for _, tally := range sure(l.booth.Get(id)).Tallies {
				if w := whole[tally.MaterialID]; tally.Left != w.Balance || tally.Tracked != w.Tracked || tally.Low != w.Low {
					t.Fatalf("step %d: %s has %d left, the account says %d", n, tally.Name, tally.Left, w.Balance)
				}
			}
		}
	}
}

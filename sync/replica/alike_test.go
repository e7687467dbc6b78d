package replica

import (
	"testing"

	"fieldkit/sync/schema"
)

// Two replicas write the same value without knowing of each other: that is no
// disagreement, also not when somebody who has seen it writes another one later.
func TestEqualWritesLeaveNothingToReview(t *testing.T) {
	f := newFleet(t, 3)
	a, b := f.all[1], f.all[2]
	id := schema.Derive(f.root.Realm(), "note", "alike")
	for _, r := range []*Replica{a, b} {
		f.write(r, func(tx *Tx) error {
			return tx.Put("note", id, schema.Values{"title": "open", "secret": "same", "amount": 610})
		})
	}
	f.settle()
	f.write(a, func(tx *Tx) error {
		return tx.Put("note", id, schema.Values{"title": "done", "secret": "other", "amount": 615})
	})
	f.settle()
	for _, r := range f.all {
		conflicts, err := r.Conflicts(f.ctx)
		f.must(err)
		if row := f.get(r, id); len(conflicts) != 0 || row.Text("title") != "done" || row.Text("secret") != "other" || row.Int("amount") != 615 {
			t.Fatalf("%d to review: %+v", len(conflicts), conflicts)
		}
	}
	// A third value that nobody had seen is one.
	f.write(a, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"amount": 620}) })
	f.write(b, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"amount": 625}) })
	f.settle()
	for _, r := range f.all {
		conflicts, err := r.Conflicts(f.ctx)
		f.must(err)
		if len(conflicts) != 1 {
			t.Fatalf("%d to review: %+v", len(conflicts), conflicts)
		}
	}
}

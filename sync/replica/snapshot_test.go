package replica

import (
	"path/filepath"
	"testing"
	"time"

	"fieldkit/sync/changeset"
	"fieldkit/sync/schema"
)

// join makes a further replica that has nothing yet.
func (f *fleet) join(name string) *Replica {
	f.t.Helper()
	r := f.open(filepath.Join(f.t.TempDir(), name), testSchema())
	f.enrol(r)
	f.all = append(f.all, r)
	return r
}

func TestNewReplicaBeginsWithASnapshot(t *testing.T) {
	f := newFleet(t, 3)
	a, b := f.all[1], f.all[2]
	var ids []schema.ID
	for i := range 60 {
		id := schema.NewID(f.now.UnixMilli())
		ids = append(ids, id)
		f.write(a, func(tx *Tx) error {
			if err := tx.Put("note", id, schema.Values{"title": "first", "secret": "s", "amount": int64(i), "story": "once"}); err != nil {
				return err
			}
			return tx.Include("note", id, "tags", "x", "y")
		})
		f.settle()
		f.write(a, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"title": "by a"}) })
		f.write(b, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"title": "by b"}) })
		f.write(b, func(tx *Tx) error { return tx.Edit("note", id, "story", "once", "once more") })
		f.write(b, func(tx *Tx) error { return tx.Exclude("note", id, "tags", "y") })
		f.write(b, func(tx *Tx) error { return tx.Add("note", id, "taps", 2) })
		f.write(a, func(tx *Tx) error { return tx.Add("note", id, "taps", 3) })
		f.settle()
	}
	f.must(f.root.Snapshot(f.ctx))
	f.now = f.now.Add(time.Minute)
	f.must(f.root.Backup(f.ctx, filepath.Join(t.TempDir(), "backup")))
	fresh := f.join("fresh")
	have, err := fresh.Vector(f.ctx)
	f.must(err)
	refs, err := f.root.Missing(f.ctx, have, func(changeset.Stream) bool { return true })
	f.must(err)
	for _, ref := range refs {
		if ref.Stream.Origin.Incarnation != 0 {
			t.Fatalf("a new replica is offered %v beside a snapshot of everything", ref)
		}
	}
	f.give(f.root, fresh)
	f.agree()
	// It goes on from there: names of rows, heads, losers.
	f.write(fresh, func(tx *Tx) error { return tx.Put("note", ids[0], schema.Values{"amount": int64(77)}) })
	f.write(a, func(tx *Tx) error { return tx.Resolve("note", ids[1], "title", "settled") })
	f.write(b, func(tx *Tx) error { return tx.Put("note", ids[2], schema.Values{"title": "later"}) })
	f.settle()
	if row := f.get(fresh, ids[3]); row.Int("taps") != 5 || row.Text("story") != "once more" || row.Text("secret") != "s" {
		t.Errorf("the snapshot gave %v", row)
	}
}

package replica

import (
	"errors"
	"strings"
	"testing"

	"fieldkit/sync/changeset"
	"fieldkit/sync/schema"
)

// Rows of one unit, then of two: the one that joins later gets what was there, with
// who wrote it and when, and what is written from then on merges.
func TestAUnitThatJoinsLaterGetsEarlierRows(t *testing.T) {
	f := newFleet(t, 3)
	root, a, b := f.all[0], f.all[1], f.all[2]
	for _, r := range f.all {
		r.opts.Audience = func(tx *Tx, table *schema.Table, id schema.ID) (string, error) {
			row, err := tx.Get("note", id)
			if err != nil || row == nil || len(row.Strings("tags")) == 0 {
				return "units:a", err
			}
			return "units:" + strings.Join(row.Strings("tags"), ","), nil
		}
	}
	give := func(from, to *Replica, unit string) {
		t.Helper()
		f.must(from.Seal(f.ctx))
		have, err := to.Vector(f.ctx)
		f.must(err)
		refs, err := from.Missing(f.ctx, have, func(s changeset.Stream) bool {
			return unit == "" || strings.Contains(s.Audience, unit)
		})
		f.must(err)
		for _, ref := range refs {
			raw, err := from.Changeset(f.ctx, ref.Stream, ref.Number)
			f.must(err)
			out, err := to.Apply(f.ctx, raw)
			f.must(err)
			f.must(out[0].Err)
		}
	}
	id := schema.NewID(f.now.UnixMilli())
	f.write(a, func(tx *Tx) error {
		if err := errors.Join(tx.Include("note", id, "tags", "a"), tx.Put("other", id, schema.Values{"name": "beside"})); err != nil {
			return err
		}
		return tx.Put("note", id, schema.Values{"title": "one", "secret": "王女士", "story": "first"})
	})
	f.write(a, func(tx *Tx) error { return tx.Add("note", id, "taps", 4) })
	give(a, root, "")
	f.write(a, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"title": "two"}) })
	give(a, root, "")
	give(root, b, "b")
	if row, err := b.Get(f.ctx, "note", id); err != nil || row != nil {
		t.Fatal("a unit that may not hold a row has it")
	}
	// The county makes b a partner.
	f.write(root, func(tx *Tx) error { return tx.Include("note", id, "tags", "b") })
	f.write(root, func(tx *Tx) error { return errors.Join(tx.Rehome("other", id), tx.Rehome("note", id)) })
	give(root, b, "b")
	if row, err := b.Get(f.ctx, "other", id); err != nil || row == nil || row.Text("name") != "beside" {
		t.Fatalf("the row beside it: %v, %v", row, err)
	}
	row := f.get(b, id)
	if row == nil || row.Text("title") != "two" || row.Text("secret") != "王女士" || row.Text("story") != "first" || row.Int("taps") != 4 {
		t.Fatalf("the unit that joined has %v", row)
	}
	versions, err := b.Versions(f.ctx, "note", id)
	f.must(err)
	for _, v := range versions {
		if v.Column == "title" && v.Origin.Replica != a.ID() {
			t.Errorf("the title is said to be by %s", v.Origin)
		}
	}
	// From now on all three write to it.
	give(root, a, "a")
	f.write(b, func(tx *Tx) error { return tx.Add("note", id, "taps", 1) })
	f.write(b, func(tx *Tx) error { return tx.Edit("note", id, "story", "first", "first, then") })
	f.write(a, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"title": "three"}) })
	for range 2 {
		give(a, root, "")
		give(b, root, "")
		give(root, a, "a")
		give(root, b, "b")
	}
	want, err := root.StateHash(f.ctx)
	f.must(err)
	for _, r := range []*Replica{a, b} {
		if got, err := r.StateHash(f.ctx); err != nil || got != want {
			row := f.get(r, id)
			t.Errorf("states differ: %x and %x (%v): %s, %d, %s", got, want, err, row.Text("title"), row.Int("taps"), row.Text("story"))
		}
	}
	if n, err := root.Conflicts(f.ctx); err != nil || len(n) > 0 {
		t.Errorf("edits that knew of each other count as concurrent: %v, %v", n, err)
	}
	if err := a.Update(f.ctx, func(tx *Tx) error { return tx.Rehome("note", id) }); err != ErrNotRoot {
		t.Errorf("a kit may move rows: %v", err)
	}
}

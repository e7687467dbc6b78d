package replica

import (
	"context"
	"database/sql"
	"testing"

	"fieldkit/sync/schema"
)

// A view sees one moment: what is committed meanwhile is not in it.
func TestViewSeesOneMoment(t *testing.T) {
	f := newFleet(t, 1)
	r := f.root
	put := func(n int64) schema.ID {
		id := schema.NewID(n)
		f.must(r.Update(f.ctx, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"amount": n}) }))
		return id
	}
	put(1)
	f.must(r.View(f.ctx, func(query func(context.Context, string, ...any) (*sql.Rows, error)) error {
		for range 2 {
			rows, err := query(f.ctx, `SELECT count(*) FROM note`)
			if err != nil {
				return err
			}
			n := 0
			for rows.Next() {
				if err := rows.Scan(&n); err != nil {
					return err
				}
			}
			if n != 1 {
				t.Errorf("%d rows are seen", n)
			}
			put(2)
		}
		return nil
	}))
}

// All is told unless a commit is on its way to those who subscribed; every write, also of
// a sealed value, gives a row another checksum and leaves the others theirs.
func TestToldAndChecks(t *testing.T) {
	f := newFleet(t, 1)
	r := f.root
	told := true
	leave := r.Subscribe(func(Change) { told = r.Told() })
	ids := []schema.ID{schema.NewID(1), schema.NewID(2)}
	for _, id := range ids {
		f.must(r.Update(f.ctx, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"amount": int64(1)}) }))
	}
	if told || !r.Told() {
		t.Error("told while it is being told, or never")
	}
	leave()
	checks := func() map[int64]uint64 {
		list := map[int64]uint64{}
		f.must(r.Checks(f.ctx, "note", func(n int64, check uint64) { list[n] = check }))
		return list
	}
	for _, write := range []func(tx *Tx) error{
		func(tx *Tx) error { return tx.Put("note", ids[0], schema.Values{"amount": int64(2)}) },
		func(tx *Tx) error { return tx.Put("note", ids[0], schema.Values{"secret": "a"}) },
		func(tx *Tx) error { return tx.Add("note", ids[0], "taps", 1) },
		func(tx *Tx) error { return tx.Include("note", ids[0], "tags", "x") },
		func(tx *Tx) error { return tx.Put("note", ids[0], schema.Values{"voided": `{"on":true}`}) },
	} {
		before := checks()
		f.must(r.Update(f.ctx, write))
		after, changed := checks(), 0
		for n, check := range after {
			if before[n] != check {
				changed++
			}
		}
		if len(after) != 2 || changed != 1 {
			t.Errorf("%d of %d checksums changed", changed, len(after))
		}
	}
}

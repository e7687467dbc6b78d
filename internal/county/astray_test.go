package county

import (
	"database/sql"
	"path/filepath"
	"testing"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// A computer whose disk changed a record is told apart when it syncs with nothing to say.
func TestAComputerWithOtherRowsIsTold(t *testing.T) {
	o := openOffice(t)
	dir, ctx := t.TempDir(), t.Context()
	open := func() *replica.Replica {
		r, err := replica.Open(ctx, replica.Options{Dir: dir, Schema: model.Schema, Realm: o.realm, Wall: o.clock.now,
			Audience: func(tx *replica.Tx, table *schema.Table, id schema.ID) (string, error) {
				return model.AudienceOf(tx, table, id, model.UnitID(o.realm, "CGPCS"))
			}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { r.Close() })
		return r
	}
	k := &kit{Replica: open()}
	if err := k.join(ctx, o.code(t, "CGPCS"), "D1"); err != nil {
		t.Fatal(err)
	}
	k.step(t)
	k.put(t, "activity", schema.Derive(o.realm, "test", "a"), schema.Values{"kind": "street", "place_text": "广场", "lead_unit_id": model.UnitID(o.realm, "CGPCS")})
	k.step(t)
	if err := o.replica.CountSums(ctx); err != nil {
		t.Fatal(err)
	}
	astray := func() bool {
		t.Helper()
		for range 12 { // each tells the sums of some audiences
			k.step(t)
		}
		names, err := o.names(ctx)
		if err != nil {
			t.Fatal(err)
		}
		list, err := o.deviceList(ctx, names)
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		return list[0].Astray != 0
	}
	harm := func(statement string) {
		t.Helper()
		if err := k.Close(); err != nil {
			t.Fatal(err)
		}
		db, err := sql.Open("sqlite", filepath.Join(dir, "replica.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		res, err := db.Exec(statement)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			t.Fatal(n, err)
		}
		k.Replica = open()
	}
	if astray() {
		t.Fatal("a whole computer is told apart")
	}
	harm(`UPDATE activity SET _clock = CAST(x'0102030405060708' || substr(_clock, 9) AS BLOB)`)
	if !astray() {
		t.Fatal("a damaged computer is not told apart")
	}
}

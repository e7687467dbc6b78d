package replica

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"fieldkit/sync/changeset"
	"fieldkit/sync/hlc"
	"fieldkit/sync/schema"
)

// A kit keeps what it wrote until it is in a verified backup of the county: an
// acknowledgement is no backup.
func TestAKitKeepsWhatIsInNoBackup(t *testing.T) {
	f := newFleet(t, 2)
	kit := f.all[1]
	f.write(kit, func(tx *Tx) error { return tx.Put("note", schema.NewID(1), schema.Values{"title": "x"}) })
	f.give(kit, f.root)
	own := changeset.Stream{Origin: kit.Origin(), Audience: "everyone"}
	confirm := func() {
		t.Helper()
		f.now = f.now.Add(time.Minute)
		held, err := f.root.Vector(f.ctx)
		f.must(err)
		backup, err := f.root.LastBackup(f.ctx)
		f.must(err)
		f.must(kit.Acknowledge(f.ctx, held, f.now))
		f.must(kit.Confirm(f.ctx, held, f.now, backup))
	}
	compact := func() (kept bool) {
		t.Helper()
		_, err := kit.Compact(f.ctx, Retention{Before: f.now.Add(time.Hour)})
		f.must(err)
		_, err = kit.Changeset(f.ctx, own, 1)
		return err == nil
	}
	confirm()
	if !compact() {
		t.Fatal("a changeset that is in no backup was dropped")
	}
	f.now = f.now.Add(time.Minute)
	f.must(f.root.Backup(f.ctx, filepath.Join(t.TempDir(), "backup")))
	if !compact() {
		t.Fatal("dropped before the county told of its backup")
	}
	confirm()
	if compact() {
		t.Fatal("what is in a verified backup is kept for ever")
	}
	f.settle()
}

// A copy that holds a damaged row is no backup, and nothing counts as backed up.
func TestADamagedCopyIsNoBackup(t *testing.T) {
	f := newFleet(t, 1)
	f.write(f.root, func(tx *Tx) error { return tx.Put("note", schema.NewID(1), schema.Values{"title": "x", "amount": 1}) })
	if _, err := f.root.conn.ExecContext(f.ctx, `UPDATE note SET amount = 2`); err != nil {
		t.Fatal(err)
	}
	if err := f.root.Backup(f.ctx, filepath.Join(t.TempDir(), "damaged")); !errors.Is(err, ErrDamaged) {
		t.Fatalf("a damaged copy: %v", err)
	}
	if at, err := f.root.LastBackup(f.ctx); err != nil || !at.IsZero() {
		t.Fatalf("backed up at %v, %v", at, err)
	}
	if _, err := f.root.conn.ExecContext(f.ctx, `UPDATE note SET amount = 1`); err != nil {
		t.Fatal(err)
	}
	f.must(f.root.Backup(f.ctx, filepath.Join(t.TempDir(), "whole")))
	if at, err := f.root.LastBackup(f.ctx); err != nil || at.IsZero() {
		t.Fatalf("backed up at %v, %v", at, err)
	}
}

// What the county put away is checked as what it holds: an archive or a part of a
// snapshot that does not open, or is said to be another, is found.
func TestCheckFindsDamageInWhatWasPutAway(t *testing.T) {
	for _, damage := range []string{
		`UPDATE _archive SET sealed = CAST(substr(sealed, 1, length(sealed) - 1) || x'00' AS BLOB)`,
		`UPDATE _archive SET first = first + 1`,
		`UPDATE _archive SET last = last + 1`,
		`UPDATE _archive SET origin = origin + 1`,
		`UPDATE _archive SET audience = 99`,
		`UPDATE _part SET sealed = CAST(substr(sealed, 2) AS BLOB)`,
		`UPDATE _part SET number = number + 100`,
		`UPDATE _part SET audience = 99`,
	} {
		f := newFleet(t, 2)
		kit := f.all[1]
		for i := range 3 {
			f.write(kit, func(tx *Tx) error { return tx.Put("note", schema.NewID(int64(i)), schema.Values{"title": "x"}) })
			f.give(kit, f.root)
		}
		f.must(f.root.Snapshot(f.ctx))
		put, err := f.root.Compact(f.ctx, Retention{Before: f.now.Add(time.Hour), Unbacked: true})
		f.must(err)
		if damaged, err := f.root.Check(f.ctx); err != nil || put != 3 || len(damaged) != 0 {
			t.Fatalf("%d put away; damaged: %v, %v", put, damaged, err)
		}
		if _, err := f.root.conn.ExecContext(f.ctx, damage); err != nil {
			t.Fatal(err)
		}
		if damaged, err := f.root.Check(f.ctx); err != nil || len(damaged) != 1 {
			t.Errorf("%s: damaged: %v, %v", damage, damaged, err)
		}
	}
}

// Nobody but the county makes a snapshot: it would say what everybody wrote.
func TestOnlyTheCountyMakesSnapshots(t *testing.T) {
	f := newFleet(t, 3)
	kit, other, id := f.all[1], f.all[2], schema.NewID(1)
	if err := kit.Snapshot(f.ctx); !errors.Is(err, ErrNotRoot) {
		t.Fatalf("a kit makes a snapshot: %v", err)
	}
	f.write(kit, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"title": "genuine"}) })
	genuine, err := changeset.Parse(f.sealedBy(kit)[0])
	f.must(err)
	body, err := genuine.Body(everyTable{}, nil)
	f.must(err)
	origin := changeset.Origin{Replica: kit.ID()} // no incarnation: a snapshot
	body.Origins[0] = origin
	at := hlc.At(f.now.UnixMilli())
	forged, err := changeset.Seal(changeset.Header{Realm: testRealm, Stream: changeset.Stream{Origin: origin, Audience: "everyone"}, Number: 1, First: at, Last: at, Complete: at}, body, kit.key, changeset.Recipients{})
	f.must(err)
	for _, r := range []*Replica{f.root, other} {
		if err := f.apply(r, forged.Bytes()); !errors.Is(err, ErrOrigin) {
			t.Errorf("a snapshot by a kit: %v", err)
		}
		if row, err := r.Get(f.ctx, "note", id); err != nil || row != nil {
			t.Errorf("something of it was merged, %v", err)
		}
	}
	f.settle()
}

package replica

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fieldkit/sync/schema"
)

// A locked replica merges on stamps alone: when the key comes back it is as if it had
// never been away, after a crash too, and meanwhile nothing on its disk opens.
func TestMergingWhileLocked(t *testing.T) {
	f := newFleet(t, 3)
	dir, key := filepath.Join(t.TempDir(), "kit"), bytes.Repeat([]byte{9}, 32)
	options := Options{Dir: dir, Schema: testSchema(), Realm: testRealm, Wall: f.root.opts.Wall, Key: func() ([]byte, error) { return key, nil }}
	reopen := func(locked bool) *Replica {
		options.Locked = locked
		r, err := Open(f.ctx, options)
		f.must(err)
		t.Cleanup(func() { r.Close() })
		return r
	}
	kit := reopen(false)
	f.enrol(kit)
	other, id, gone := f.all[1], schema.Derive(testRealm, "row", "1"), schema.Derive(testRealm, "row", "2")
	f.write(kit, func(tx *Tx) error {
		return errors.Join(tx.Put("note", id, schema.Values{"title": "甲", "secret": "原来的", "phone": "12800000001", "story": "开头。"}),
			tx.Put("note", gone, schema.Values{"title": "乙", "phone": "12800000002", "story": "别人的"}))
	})
	f.give(kit, other)
	f.write(kit, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"secret": "这边改的"}) }) // unsealed when it is locked
	f.must(kit.Lock(f.ctx))
	f.write(other, func(tx *Tx) error {
		return errors.Join(tx.Put("note", id, schema.Values{"title": "改了", "secret": "那边改的", "phone": "12800000003", "story": "开头。后来。"}), tx.Add("note", id, "taps", 3),
			tx.Put("note", gone, schema.Values{"redacted_at": int64(5)}))
	})
	f.give(other, kit)
	f.write(kit, func(tx *Tx) error { return tx.Add("note", id, "taps", 4) })
	if err := kit.Update(f.ctx, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"secret": "x"}) }); !errors.Is(err, ErrLocked) {
		t.Fatalf("a sealed column is written while locked: %v", err)
	}
	if err := kit.Update(f.ctx, func(tx *Tx) error { return tx.Edit("note", id, "story", "", "x") }); !errors.Is(err, ErrLocked) {
		t.Fatalf("a sealed text is edited while locked: %v", err)
	}
	row := f.get(kit, id)
	if row.Text("title") != "改了" || row.Int("taps") != 7 || row.Text("secret") != "" || !kit.Locked() {
		t.Fatalf("locked, it reads %q, %d and %q", row.Text("title"), row.Int("taps"), row.Text("secret"))
	}
	f.give(kit, other) // what it wrote on open columns goes out
	f.must(kit.Close())
	kit = reopen(true) // a crash while locked
	f.write(other, func(tx *Tx) error {
		return tx.Put("note", id, schema.Values{"story": "开头。后来。再后来。", "secret": "第三次"})
	})
	f.give(other, kit)

	options.Key = func() ([]byte, error) { return bytes.Repeat([]byte{8}, 32), nil }
	kit.opts.Key = options.Key
	if err := kit.Unlock(f.ctx); err == nil || !kit.Locked() {
		t.Fatal("another key unlocks it")
	}
	if list, err := kit.Versions(f.ctx, "note", id); !errors.Is(err, ErrLocked) {
		t.Fatalf("versions of a locked replica: %v, %v", list, err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "replica.db"))
	f.must(err)
	if strings.Contains(string(raw), "第三次") {
		t.Fatal("a sealed value lies readable on disk")
	}
	options.Key = func() ([]byte, error) { return key, nil }
	f.must(kit.Close())
	kit = reopen(true)
	f.must(kit.Unlock(f.ctx))
	for _, pair := range [][2]*Replica{{other, kit}, {kit, other}, {other, f.root}, {kit, f.root}} {
		f.give(pair[0], pair[1])
	}
	row = f.get(kit, id)
	if row.Text("secret") != "第三次" || row.Text("phone") != "12800000003" || row.Text("story") != "开头。后来。再后来。" || row.Int("taps") != 7 {
		t.Fatalf("unlocked, it reads %q, %q, %q", row.Text("secret"), row.Text("phone"), row.Text("story"))
	}
	if r := f.get(kit, gone); r.Text("phone") != "" || r.Text("story") != "" {
		t.Fatal("a redacted value came back")
	}
	a, err := kit.StateHash(f.ctx)
	f.must(err)
	b, err := f.root.StateHash(f.ctx)
	f.must(err)
	if a != b {
		t.Fatal("it is not as if the key had never been away")
	}
	conflicts, err := kit.Conflicts(f.ctx)
	f.must(err)
	if len(conflicts) != 1 || conflicts[0].Column != "secret" || conflicts[0].Loser.Value != "这边改的" {
		t.Fatalf("%+v", conflicts)
	}
	if damaged, err := kit.Check(f.ctx); err != nil || len(damaged) > 0 {
		t.Fatal(damaged, err)
	}
}

package replica

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"fieldkit/sync/schema"
)

// A laptop that believes it is next year: what it wrote before it met the county gets
// the right time, in order, and is taken at once; what others write later wins again.
func TestAWrongClockIsCorrectedBeforeSealing(t *testing.T) {
	for name, ahead := range map[string]time.Duration{"ahead": 400 * 24 * time.Hour, "behind": -400 * 24 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			f := newFleet(t, 2)
			kit, err := Open(f.ctx, Options{Dir: filepath.Join(t.TempDir(), "kit"), Schema: testSchema(), Realm: testRealm, Wall: func() time.Time { return f.now.Add(ahead) }, Elapsed: func() time.Duration { return f.now.Sub(time.Unix(0, 0)) }})
			f.must(err)
			t.Cleanup(func() { kit.Close() })
			f.enrol(kit)
			id := schema.Derive(testRealm, "row", "1")
			f.write(kit, func(tx *Tx) error {
				return errors.Join(tx.Put("note", id, schema.Values{"title": "一", "secret": "密", "story": "开头。", "born": int64(1)}), tx.Add("note", id, "taps", 5), tx.Include("note", id, "tags", "a", "b"))
			})
			f.write(kit, func(tx *Tx) error {
				return errors.Join(tx.Put("note", id, schema.Values{"title": "二"}), tx.Edit("note", id, "story", "开头。", "开头。后来。"), tx.Exclude("note", id, "tags", "b"), tx.Add("note", id, "taps", 2))
			})
			before := kit.Origin()
			if restamped, err := kit.Correct(f.ctx, ahead); err != nil || !restamped || kit.Origin() == before || kit.Origin().Replica != before.Replica {
				t.Fatalf("restamped: %v, %v; now %s", restamped, err, kit.Origin())
			}
			versions, err := kit.Versions(f.ctx, "note", id)
			f.must(err)
			for _, v := range versions {
				if off := v.Stamp.Time().Sub(f.now).Abs(); off > time.Minute || v.Origin != kit.Origin() {
					t.Fatalf("%s is of %s, at %s: wrong by %s", v.Column, v.Origin, v.Stamp, off)
				}
			}
			if again, err := kit.Correct(f.ctx, ahead); err != nil || again || kit.Ahead() != ahead {
				t.Fatalf("corrected once more: %v, %v", again, err)
			}
			f.give(kit, f.root)
			if held, err := f.root.HeldBack(f.ctx); err != nil || len(held) > 0 {
				t.Fatal(held, err)
			}
			row := f.get(f.root, id)
			if row.Text("title") != "二" || row.Text("secret") != "密" || row.Text("story") != "开头。后来。" || row.Int("taps") != 7 || len(row.Strings("tags")) != 1 {
				t.Fatalf("the county has %q, %q, %d, %v", row.Text("title"), row.Text("story"), row.Int("taps"), row.Strings("tags"))
			}
			f.write(f.root, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"title": "三"}) })
			f.write(kit, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"title": "四", "amount": int64(4)}) }) // later, and under the corrected clock
			f.give(f.root, kit)
			f.give(kit, f.root)
			if row := f.get(f.root, id); row.Text("title") != "四" || row.UpdatedAt().Sub(f.now).Abs() > time.Minute {
				t.Fatalf("%q at %s", row.Text("title"), row.UpdatedAt())
			}
			a, err := kit.StateHash(f.ctx)
			f.must(err)
			b, err := f.root.StateHash(f.ctx)
			f.must(err)
			if a != b {
				t.Fatal("they differ")
			}
			if damaged, err := kit.Check(f.ctx); err != nil || len(damaged) > 0 {
				t.Fatal(damaged, err)
			}
		})
	}
}

// A laptop whose clock is always two minutes fast is corrected once: not each morning
// anew, under another name.
func TestAClockThatIsAlwaysFastIsCorrectedOnce(t *testing.T) {
	f := newFleet(t, 2)
	const ahead = 2 * time.Minute
	options := Options{Dir: filepath.Join(t.TempDir(), "kit"), Schema: testSchema(), Realm: testRealm, Wall: func() time.Time { return f.now.Add(ahead) }, Elapsed: func() time.Duration { return f.now.Sub(time.Unix(0, 0)) }}
	kit, err := Open(f.ctx, options)
	f.must(err)
	f.enrol(kit)
	put := func() {
		f.write(kit, func(tx *Tx) error { return tx.Put("note", tx.NewID(), schema.Values{"title": "一"}) })
	}
	put()
	if restamped, err := kit.Correct(f.ctx, ahead); err != nil || !restamped {
		t.Fatal(restamped, err)
	}
	origin := kit.Origin()
	for range 3 {
		f.must(kit.Close())
		kit, err = Open(f.ctx, options)
		f.must(err)
		if kit.Ahead() != ahead {
			t.Fatalf("opened again, it is ahead by %s", kit.Ahead())
		}
		put()
		f.give(kit, f.root)
	}
	defer kit.Close()
	if kit.Origin() != origin {
		t.Errorf("now it is %s, after %s", kit.Origin(), origin)
	}
	list, err := f.root.Select(f.ctx, "note", "")
	f.must(err)
	if len(list) != 4 {
		t.Fatalf("the county has %d rows", len(list))
	}
	for _, row := range list {
		if off := row.UpdatedAt().Sub(f.now).Abs(); off > time.Minute {
			t.Errorf("written %s off", off)
		}
	}
}

// What was written on Monday under the right time stays; what was written on Tuesday, when
// the laptop believed it to be next month, gets the right one.
func TestOnlyTheWrongDayIsCorrected(t *testing.T) {
	f := newFleet(t, 2)
	ahead := time.Duration(0)
	options := Options{Dir: filepath.Join(t.TempDir(), "kit"), Schema: testSchema(), Realm: testRealm, Wall: func() time.Time { return f.now.Add(ahead) }, Elapsed: func() time.Duration { return f.now.Sub(time.Unix(0, 0)) }}
	kit, err := Open(f.ctx, options)
	f.must(err)
	f.enrol(kit)
	f.write(f.root, func(tx *Tx) error { return tx.Put("note", tx.NewID(), schema.Values{"title": "零"}) })
	f.give(f.root, kit)
	monday, tuesday := schema.Derive(testRealm, "row", "1"), schema.Derive(testRealm, "row", "2")
	f.write(kit, func(tx *Tx) error { return tx.Put("note", monday, schema.Values{"title": "一"}) })
	f.must(kit.Close())
	f.now, ahead = f.now.Add(24*time.Hour), 30*24*time.Hour
	kit, err = Open(f.ctx, options)
	f.must(err)
	defer kit.Close()
	f.write(kit, func(tx *Tx) error { return tx.Put("note", tuesday, schema.Values{"title": "二"}) })
	if restamped, err := kit.Correct(f.ctx, ahead); err != nil || !restamped {
		t.Fatal(restamped, err)
	}
	f.give(kit, f.root)
	if held, err := f.root.HeldBack(f.ctx); err != nil || len(held) > 0 {
		t.Fatal(held, err)
	}
	for id, at := range map[schema.ID]time.Time{monday: f.now.Add(-24 * time.Hour), tuesday: f.now} {
		if off := f.get(f.root, id).UpdatedAt().Sub(at).Abs(); off > time.Minute {
			t.Errorf("%s is off by %s", f.get(f.root, id).Text("title"), off)
		}
	}
}

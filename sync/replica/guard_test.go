package replica

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"fieldkit/sync/changeset"
	"fieldkit/sync/hlc"
	"fieldkit/sync/schema"
)

// sealedBy are the changesets that a replica has sealed, in their order.
func (f *fleet) sealedBy(r *Replica) [][]byte {
	f.t.Helper()
	f.must(r.Seal(f.ctx))
	refs, err := r.Missing(f.ctx, nil, func(s changeset.Stream) bool { return s.Origin == r.Origin() })
	f.must(err)
	var out [][]byte
	for _, ref := range refs {
		raw, err := r.Changeset(f.ctx, ref.Stream, ref.Number)
		f.must(err)
		out = append(out, raw)
	}
	return out
}

// apply offers one changeset.
func (f *fleet) apply(r *Replica, raw []byte) error {
	f.t.Helper()
	out, err := r.Apply(f.ctx, raw)
	f.must(err)
	return out[0].Err
}

// everyTable reads a body that names no rows of others.
type everyTable struct{}

func (everyTable) Known(uint16) bool { return true }

func (everyTable) Row(uint16, changeset.Origin, uint64) (schema.ID, error) { return schema.Nil, nil }

// A changeset that its author did not sign, or signed for another county, or whose
// author nobody certified, is refused with its reason, and nothing of it is merged.
func TestForgedChangesetsAreRefused(t *testing.T) {
	f := newFleet(t, 3)
	kit, id := f.all[1], schema.NewID(1)
	f.write(kit, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"title": "genuine"}) })
	genuine := f.sealedBy(kit)[0]
	_, forger, err := ed25519.GenerateKey(nil)
	f.must(err)
	again := func(change func(*changeset.Header), key ed25519.PrivateKey) []byte {
		c, err := changeset.Parse(genuine)
		f.must(err)
		body, err := c.Body(everyTable{}, nil)
		f.must(err)
		h := c.Header
		change(&h)
		forged, err := changeset.Seal(h, body, key, changeset.Recipients{})
		f.must(err)
		return forged.Bytes()
	}
	otherSignature := slices.Clone(genuine)
	c, err := changeset.Parse(genuine)
	f.must(err)
	otherSignature[len(genuine)-c.PayloadSize-1] ^= 1
	stranger := schema.NewID(77)
	for name, forged := range map[string]struct {
		raw  []byte
		want error
	}{
		"signed by another key":    {again(func(*changeset.Header) {}, forger), changeset.ErrSignature},
		"signed by another device": {again(func(*changeset.Header) {}, f.all[2].key), changeset.ErrSignature},
		"one bit of the signature": {otherSignature, changeset.ErrSignature},
		"of another county":        {again(func(h *changeset.Header) { h.Realm = schema.NewID(3) }, kit.key), ErrRealm},
		"by a stranger":            {again(func(h *changeset.Header) { h.Stream.Origin.Replica = stranger }, forger), ErrOrigin},
	} {
		if err := f.apply(f.root, forged.raw); !errors.Is(err, forged.want) {
			t.Errorf("%s: %v, want %v", name, err, forged.want)
		}
		if row, err := f.root.Get(f.ctx, "note", id); err != nil || row != nil {
			t.Errorf("%s: something was merged, %v", name, err)
		}
	}
	f.must(f.apply(f.root, genuine))
}

// Only the county's root key makes a certificate, and only for its own realm.
func TestForgedCertificatesAreRefused(t *testing.T) {
	f := newFleet(t, 2)
	public, forger, err := ed25519.GenerateKey(nil)
	f.must(err)
	id := schema.NewID(9)
	for name, c := range map[string]changeset.Certificate{
		"by another key":        changeset.Certify(testRealm, id, public, forger),
		"for another county":    changeset.Certify(schema.NewID(3), id, public, f.root.key),
		"another key for a kit": changeset.Certify(testRealm, f.all[1].ID(), public, f.root.key),
	} {
		if err := f.root.Accept(f.ctx, c); !errors.Is(err, changeset.ErrSignature) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := f.all[1].Certify(f.ctx, id, public); err == nil {
		t.Error("a kit certifies")
	}
	if err := f.all[1].TrustRoot(f.ctx, public); !errors.Is(err, ErrRoot) {
		t.Errorf("another root: %v", err)
	}
}

// A changeset that comes before its predecessor waits for it: nothing of it is
// merged or noted, and it is taken when it comes again in its turn.
func TestGapsWait(t *testing.T) {
	f := newFleet(t, 2)
	kit, first, second := f.all[1], schema.NewID(1), schema.NewID(2)
	f.write(kit, func(tx *Tx) error { return tx.Put("note", first, schema.Values{"title": "1"}) })
	f.must(kit.Seal(f.ctx))
	f.write(kit, func(tx *Tx) error { return tx.Put("note", second, schema.Values{"title": "2"}) })
	raws := f.sealedBy(kit)
	if err := f.apply(f.root, raws[1]); !errors.Is(err, ErrGap) {
		t.Fatalf("the second before the first: %v", err)
	}
	if row, _ := f.root.Get(f.ctx, "note", second); row != nil {
		t.Fatal("it was merged")
	}
	if held, _ := f.root.HeldBack(f.ctx); len(held) != 0 {
		t.Fatalf("held back: %+v", held)
	}
	f.must(f.apply(f.root, raws[0]))
	f.must(f.apply(f.root, raws[1]))
	f.settle()
}

// A changeset that names rows which another one introduces waits for that one too.
func TestNamesWaitForTheirRows(t *testing.T) {
	f := newFleet(t, 3)
	a, b, id := f.all[1], f.all[2], schema.NewID(1)
	f.write(a, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"title": "1"}) })
	f.give(a, b)
	f.write(b, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"amount": 2}) })
	of := f.sealedBy(b)[0]
	for range 2 { // it may come as often as it will
		if err := f.apply(f.root, of); !errors.Is(err, ErrGap) {
			t.Fatalf("before the row was introduced: %v", err)
		}
	}
	v, err := f.root.Vector(f.ctx)
	f.must(err)
	if n := v[changeset.Stream{Origin: b.Origin(), Audience: "everyone"}]; n != 0 {
		t.Fatalf("the county says that it holds number %d of what it could not merge", n)
	}
	f.give(a, f.root)
	f.must(f.apply(f.root, of))
	if row := f.get(f.root, id); row.Int("amount") != 2 || row.Text("title") != "1" {
		t.Fatal("the edit is missing")
	}
	f.settle()
}

// Two replicas write under one identity and neither knows: whoever hears of the
// second branch says so, keeps what it has, and goes on with the first.
func TestForksAreTold(t *testing.T) {
	f := newFleet(t, 2)
	kit := f.all[1]
	dir, twin := kit.opts.Dir, filepath.Join(t.TempDir(), "twin")
	f.must(kit.Close())
	f.must(os.CopyFS(twin, os.DirFS(dir)))
	kit, second := f.open(dir, testSchema()), f.open(twin, testSchema()) // no anchor: nothing tells them apart
	put := func(r *Replica, id schema.ID, title string) {
		f.write(r, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"title": title}) })
		f.must(r.Seal(f.ctx))
	}
	ids := []schema.ID{schema.NewID(1), schema.NewID(2), schema.NewID(3), schema.NewID(4)}
	put(kit, ids[0], "a1")
	put(second, ids[1], "b1")
	put(kit, ids[2], "a2")
	put(second, ids[3], "b2")
	a, b := f.sealedBy(kit), f.sealedBy(second)
	f.must(f.apply(f.root, a[0]))
	if err := f.apply(f.root, b[0]); !errors.Is(err, ErrFork) {
		t.Fatalf("another first changeset: %v", err)
	}
	if err := f.apply(f.root, b[1]); !errors.Is(err, ErrFork) {
		t.Fatalf("the second changeset of the other branch: %v", err)
	}
	f.must(f.apply(f.root, a[1]))
	held, err := f.root.HeldBack(f.ctx)
	f.must(err)
	if len(held) != 2 {
		t.Fatalf("held back: %+v", held)
	}
	for _, h := range held {
		if err := f.root.Release(f.ctx, h.N); !h.Fork || !errors.Is(err, ErrNotHeld) {
			t.Fatalf("a fork (%v) is released: %v", h.Fork, err)
		}
	}
	if of, all, err := f.root.HeldOf(f.ctx, kit.ID(), 10); err != nil || len(of) > 0 || all > 0 {
		t.Fatalf("its author is told of %+v, %v", of, err)
	}
	for i, want := range []bool{true, false, true, false} {
		row, err := f.root.Get(f.ctx, "note", ids[i])
		f.must(err)
		if (row != nil) != want {
			t.Errorf("row %d is there: %v", i+1, row != nil)
		}
	}
}

// Writes of the same instant are ordered by who wrote them, on every replica alike,
// and the other one is kept.
func TestEqualStampsAreDecidedAlike(t *testing.T) {
	for turn := range 4 {
		f := newFleet(t, 3)
		id := schema.NewID(1)
		f.now = f.now.Add(time.Second)
		for _, r := range f.all[1:] { // at the same instant
			f.must(r.Update(f.ctx, func(tx *Tx) error {
				return tx.Put("note", id, schema.Values{"title": r.ID().String(), "secret": r.ID().String(), "born": int64(r.ID()[15])})
			}))
		}
		order := f.all[1:]
		if turn%2 == 1 {
			slices.Reverse(order)
		}
		for _, r := range order {
			f.give(r, f.root)
		}
		f.settle()
		first, last := f.all[1], f.all[2]
		if first.Origin().Compare(last.Origin()) > 0 {
			first, last = last, first
		}
		for _, r := range f.all {
			row := f.get(r, id)
			if row.Text("title") != last.ID().String() || row.Text("secret") != last.ID().String() || row.Int("born") != int64(first.ID()[15]) {
				t.Fatalf("%s: %s, first %d", r.ID(), row.Text("title"), row.Int("born"))
			}
			conflicts, err := r.Conflicts(f.ctx)
			f.must(err)
			if len(conflicts) != 2 {
				t.Fatalf("%d conflicts are listed", len(conflicts))
			}
		}
	}
}

// Removing an element takes the adds that the remover had seen, and only those: by
// whomever, and however often the element came and went before.
func TestARemovalTakesWhatItHadSeen(t *testing.T) {
	f := newFleet(t, 3)
	a, b, id := f.all[1], f.all[2], schema.NewID(1)
	put := func(r *Replica, names ...string) {
		f.write(r, func(tx *Tx) error { return tx.Include("note", id, "tags", names...) })
	}
	take := func(r *Replica, names ...string) {
		f.write(r, func(tx *Tx) error { return tx.Exclude("note", id, "tags", names...) })
	}
	check := func(want string) {
		t.Helper()
		f.settle()
		for _, r := range f.all {
			if got := fmt.Sprint(f.get(r, id).Strings("tags")); got != want {
				t.Fatalf("%s, want %s", got, want)
			}
		}
	}
	put(a, "kept", "gone", "again")
	check("[again gone kept]")
	take(b, "kept", "gone", "again") // while a takes one out and puts it back, unseen by b
	take(a, "kept")
	put(a, "kept")
	check("[kept]")
	put(b, "again")
	check("[again kept]")
	take(a, "again", "kept")
	check("[]")
	put(a, "gone") // by the one whose first add was removed
	check("[gone]")
}

// Whoever has seen a write writes after it, whatever the wall clock says.
func TestASlowClockDoesNotUndoAnEdit(t *testing.T) {
	f := newFleet(t, 3)
	a, b, id := f.all[1], f.all[2], schema.NewID(1)
	f.write(a, func(tx *Tx) error {
		if err := tx.Include("note", id, "tags", "x"); err != nil {
			return err
		}
		return tx.Put("note", id, schema.Values{"title": "first", "secret": "first"})
	})
	f.give(a, b)
	f.now = f.now.Add(-3 * time.Hour)
	f.write(b, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"title": "second", "secret": "second"}) })
	b.Close()
	b = f.open(b.opts.Dir, testSchema()) // and also after a restart
	f.all[2] = b
	f.write(b, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"title": "third"}) })
	f.settle()
	for _, r := range f.all {
		if row := f.get(r, id); row.Text("title") != "third" || row.Text("secret") != "second" {
			t.Fatalf("%q, %q", row.Text("title"), row.Text("secret"))
		}
		if c, _ := r.Conflicts(f.ctx); len(c) != 0 {
			t.Fatalf("an edit of what was seen is called concurrent: %+v", c)
		}
	}
}

// A write from far in the future waits at the county for the office; it neither
// wins nor moves the county's clock.
func TestAFastClockIsHeldBack(t *testing.T) {
	f := newFleet(t, 2)
	kit, id := f.all[1], schema.NewID(1)
	f.write(f.root, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"title": "now"}) })
	f.give(f.root, kit)
	f.now = f.now.Add(48 * time.Hour)
	f.write(kit, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"title": "the day after tomorrow"}) })
	f.now = f.now.Add(-48 * time.Hour)
	f.give(kit, f.root)
	if f.get(f.root, id).Text("title") != "now" || f.root.clock.Last().Time().After(f.now.Add(time.Hour)) {
		t.Fatal("a write of the day after tomorrow was merged")
	}
	held, err := f.root.HeldBack(f.ctx)
	f.must(err)
	if len(held) != 1 || held[0].Stream.Origin.Replica != kit.ID() {
		t.Fatalf("held back: %+v", held)
	}
	f.must(f.root.Release(f.ctx, held[0].N))
	if f.get(f.root, id).Text("title") != "the day after tomorrow" {
		t.Fatal("released and not merged")
	}
}

// What changes on the disk behind SQLite's back is found, row by row: values,
// clocks, counts, sets, sealed fields.
func TestCheckFindsDamage(t *testing.T) {
	f := newFleet(t, 2)
	var ids []schema.ID
	// other puts another byte into a column, at a place from 1 on.
	other := func(column, at string) string {
		return fmt.Sprintf(`UPDATE note SET %[1]s = CAST(substr(%[1]s, 1, %[2]s - 1) || CASE substr(%[1]s, %[2]s, 1) WHEN x'00' THEN x'01' ELSE x'00' END || substr(%[1]s, %[2]s + 1) AS BLOB) WHERE id = ?`, column, at)
	}
	damages := []string{
		`UPDATE note SET amount = amount + 1 WHERE id = ?`,
		`UPDATE note SET title = title || 'x' WHERE id = ?`,
		`UPDATE note SET title = NULL WHERE id = ?`,
		`UPDATE note SET taps = taps + 1 WHERE id = ?`,
		`UPDATE note SET tags = '["q"]' WHERE id = ?`,
		`UPDATE note SET agreed = 0 WHERE id = ?`,
		`UPDATE note SET summary = 'other' WHERE id = ?`,
		other("_sealed", "length(_sealed)"),
		`UPDATE note SET _sealed = (SELECT _sealed FROM note WHERE title = 'row 0') WHERE id = ?`,
		`UPDATE note SET _sealed = CAST(substr(_sealed, 1, 3) || x'00' || substr(_sealed, 6) AS BLOB) WHERE id = ?`, // struck out
		other("_clock", "1"),
		other("_clock", "21"),
		`UPDATE note SET _clock = CAST(substr(_clock, 1, length(_clock) - 1) AS BLOB) WHERE id = ?`,
		`UPDATE note SET _clock = (SELECT _clock FROM note WHERE title = 'row 0') WHERE id = ?`,
	}
	for i := range len(damages) + 1 {
		f.write(f.root, func(tx *Tx) error {
			id := tx.NewID()
			ids = append(ids, id)
			if err := errors.Join(tx.Add("note", id, "taps", int64(i+1)), tx.Include("note", id, "tags", fmt.Sprint("t", i))); err != nil {
				return err
			}
			return tx.Put("note", id, schema.Values{"title": fmt.Sprint("row ", i), "secret": fmt.Sprint("s", i), "amount": i, "agreed": true, "summary": "text"})
		})
		f.write(f.root, func(tx *Tx) error { return tx.Put("note", ids[i], schema.Values{"secret": fmt.Sprint("again ", i)}) })
	}
	f.settle()
	for i, damage := range damages {
		id := ids[i+1]
		if _, err := f.root.conn.ExecContext(f.ctx, damage, id[:]); err != nil {
			t.Fatal(err)
		}
		damaged, err := f.root.Check(f.ctx)
		f.must(err)
		if len(damaged) != i+1 || !slices.ContainsFunc(damaged, func(p Pending) bool { return p.Table == "note" && p.ID == id }) {
			t.Errorf("%s: %d rows are called damaged, %d are", damage, len(damaged), i+1)
		}
	}
}

// What a newer schema declares is in no row yet: its changeset is not put away before
// the upgrade has merged it.
func TestCompactionKeepsWhatIsUnknown(t *testing.T) {
	f := newFleet(t, 2)
	kit, early, late := f.all[1], schema.NewID(1), schema.NewID(2)
	wider := testSchema()
	wider.Tables[0].Columns = append(wider.Tables[0].Columns, schema.IntCol(20, "later"))
	wider = schema.MustNew(wider.Tables...)
	dir := f.root.opts.Dir
	f.must(f.root.Close())
	f.root = f.open(dir, wider)
	f.write(f.root, func(tx *Tx) error { return tx.Put("note", early, schema.Values{"title": "x", "later": 42}) })
	f.must(f.root.Seal(f.ctx))
	f.write(f.root, func(tx *Tx) error { return tx.Put("note", late, schema.Values{"title": "y"}) })
	f.give(f.root, kit)
	held, err := f.root.Vector(f.ctx)
	f.must(err)
	f.must(kit.Confirm(f.ctx, held, f.now, f.now))
	_, err = kit.Compact(f.ctx, Retention{Before: f.now.Add(time.Hour), Unbacked: true})
	f.must(err)
	dir = kit.opts.Dir
	f.must(kit.Close())
	kit = f.open(dir, wider)
	if got := f.get(kit, early).Int("later"); got != 42 {
		t.Fatalf("after the upgrade the column holds %d", got)
	}
	f.all = []*Replica{f.root, kit}
	f.agree()
}

// A county that was restored is told by its epoch: what it had confirmed counts as
// unconfirmed and is offered again. The same epoch again changes nothing.
func TestANewEpochForgetsAcknowledgements(t *testing.T) {
	f := newFleet(t, 2)
	kit := f.all[1]
	first, second := schema.NewID(1), schema.NewID(2)
	see := func(e schema.ID, want bool) {
		t.Helper()
		changed, err := kit.SeeEpoch(f.ctx, e)
		f.must(err)
		if changed != want {
			t.Fatalf("a new epoch: %v, want %v", changed, want)
		}
	}
	acked := func() int {
		v, err := kit.Acknowledged(f.ctx)
		f.must(err)
		return len(v)
	}
	id := schema.NewID(5)
	waits := func(want bool) {
		t.Helper()
		status, err := kit.Status(f.ctx)
		f.must(err)
		progress, err := kit.Progress(f.ctx, "note", []schema.ID{id})
		f.must(err)
		if status.Waiting > 0 != want || progress[id].State == StateStored != want {
			t.Fatalf("%d rows wait, the row is %v", status.Waiting, progress[id].State)
		}
	}
	see(first, false)
	f.write(kit, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"title": "x"}) })
	f.give(kit, f.root)
	v, err := f.root.Vector(f.ctx)
	f.must(err)
	f.must(kit.Acknowledge(f.ctx, v, f.now))
	if see(first, false); acked() != 1 {
		t.Fatal("the acknowledgement is not there")
	}
	waits(false)
	if see(second, true); acked() != 0 {
		t.Fatal("the acknowledgement of another life counts still")
	}
	waits(true)
	see(second, false)
	f.must(kit.Acknowledge(f.ctx, v, f.now))
	waits(false)
}

// A field that does not fit the county's schema is held back by itself: the record comes
// with its other fields, and the field comes when its author writes it again.
func TestAFieldThatDoesNotFitIsHeldAloneUntilItIsWrittenAgain(t *testing.T) {
	f := newFleet(t, 2)
	kit, id := f.all[1], schema.NewID(1)
	var prev changeset.Hash
	var number uint64
	at := hlc.At(f.now.UnixMilli())
	say := func(row changeset.Row) {
		t.Helper()
		number, at = number+1, at+1
		row.At = at
		for i := range row.Cells {
			row.Cells[i].Kind, row.Cells[i].At = schema.Register, at
		}
		body := &changeset.Body{Origins: []changeset.Origin{kit.Origin()}, Tables: []changeset.Table{{Number: 1, Rows: []changeset.Row{row}}}}
		body.Introduced = row.Name.Seq
		c, err := changeset.Seal(changeset.Header{Realm: testRealm, Stream: changeset.Stream{Origin: kit.Origin(), Audience: "everyone"}, Number: number, Prev: prev, First: at, Last: at, Complete: at},
			body, kit.key, changeset.Recipients{})
		f.must(err)
		prev = c.Hash()
		f.must(f.apply(f.root, c.Bytes()))
	}
	holds := func(want ...string) {
		t.Helper()
		list, all, err := f.root.HeldOf(f.ctx, kit.ID(), 10)
		f.must(err)
		var got []string
		for _, h := range list {
			got = append(got, h.Column)
			if h.Table != "note" || h.ID != id || h.Stream != (changeset.Stream{Origin: kit.Origin(), Audience: "everyone"}) || h.Reason == "" {
				t.Fatalf("held back: %+v", h)
			}
		}
		if !slices.Equal(got, want) || all != len(want) {
			t.Fatalf("held back: %q of %d, want %q", got, all, want)
		}
	}
	named := changeset.Name{Seq: 1}
	text := func(column uint16, v string, prev ...changeset.Version) changeset.Cell {
		return changeset.Cell{Column: column, Type: schema.Text, Text: v, Prev: prev}
	}
	say(changeset.Row{ID: id, Cells: []changeset.Cell{{Column: 1, Type: schema.Int, Int: 7}, text(2, "kept"), text(7, "no type of ours")}})
	holds("title", "voided")
	first := changeset.Version{At: at}
	if row := f.get(f.root, id); row.Text("secret") != "kept" || row.Text("title") != "" {
		t.Fatalf("%+v", row)
	}
	say(changeset.Row{ID: id, Name: named, Cells: []changeset.Cell{{Column: 1, Type: schema.Int, Int: 8, Prev: []changeset.Version{first}}}})
	holds("title", "voided", "title")
	say(changeset.Row{ID: id, Name: named, Cells: []changeset.Cell{text(1, "right", changeset.Version{At: at})}})
	holds("voided")
	if row := f.get(f.root, id); row.Text("title") != "right" || row.Text("secret") != "kept" {
		t.Fatalf("%+v", row)
	}
	wrote, err := f.root.Written(f.ctx, changeset.Stream{Origin: kit.Origin(), Audience: "everyone"}, number)
	f.must(err)
	if len(wrote) != 1 || wrote[0].Table != "note" || wrote[0].ID != id {
		t.Fatalf("the last changeset writes %+v", wrote)
	}
	say(changeset.Row{ID: id, Name: named, Cells: []changeset.Cell{{Column: 7, Type: schema.JSON, Text: `{"on":1}`, Prev: []changeset.Version{first}}}})
	holds()
	var versions int
	f.must(f.root.read.QueryRowContext(f.ctx, `SELECT count(*) FROM _loser`).Scan(&versions))
	if versions != 0 {
		t.Fatalf("%d versions are left over", versions)
	}
}

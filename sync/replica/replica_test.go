package replica

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fieldkit/sync/changeset"
	"fieldkit/sync/schema"
)

// testSchema has every merge kind, an open and a sealed text.
func testSchema() *schema.Schema {
	return schema.MustNew(
		&schema.Table{Number: 1, Name: "note", Columns: []schema.Column{
			schema.TextCol(1, "title").Open("test"), schema.TextCol(2, "secret"), schema.IntCol(3, "amount"),
			schema.CounterCol(4, "taps"), schema.SetCol(5, "tags"), schema.IntCol(6, "born").First(),
			schema.JSONCol(7, "voided").Open("test"), schema.BoolCol(8, "agreed"), schema.RefCol(9, "parent"), schema.TextCol(10, "phone").RedactableBy("phone_redacted_at"),
			schema.LongTextCol(11, "story").Redactable(), schema.LongTextCol(12, "summary").Open("test"), schema.IntCol(13, "redacted_at").First(), schema.IntCol(14, "phone_redacted_at").First(),
		}, Indexes: [][]string{{"amount"}}, RedactedBy: "redacted_at", MergedInto: "parent"},
		&schema.Table{Number: 2, Name: "other", Columns: []schema.Column{schema.TextCol(1, "name").Open("test")}},
	)
}

var soak = flag.Int("soak", 40, "how many random histories TestAnyOrderConverges plays")

var testRealm = schema.MustParseID("0193a000-0000-7000-8000-000000000001")

// fleet is a set of replicas in one process with a common wall clock.
type fleet struct {
	t    testing.TB
	ctx  context.Context
	now  time.Time
	root *Replica
	all  []*Replica
}

func newFleet(t testing.TB, n int) *fleet {
	t.Helper()
	f := &fleet{t: t, ctx: context.Background(), now: time.Date(2025, 1, 10, 9, 0, 0, 0, time.UTC)}
	for i := range n {
		r := f.open(filepath.Join(t.TempDir(), fmt.Sprint(i)), testSchema())
		f.all = append(f.all, r)
	}
	f.root = f.all[0]
	f.must(f.root.BecomeRoot(f.ctx))
	for _, r := range f.all[1:] {
		f.must(r.TrustRoot(f.ctx, f.root.PublicKey()))
		_, err := f.root.Certify(f.ctx, r.ID(), r.PublicKey())
		f.must(err)
	}
	for _, r := range f.all {
		for _, other := range f.all {
			c, _, err := f.root.Certificate(f.ctx, other.ID())
			f.must(err)
			f.must(r.Accept(f.ctx, c))
		}
	}
	return f
}

func (f *fleet) open(dir string, s *schema.Schema) *Replica {
	f.t.Helper()
	r, err := Open(f.ctx, Options{Dir: dir, Schema: s, Realm: testRealm, Wall: func() time.Time { return f.now }})
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { r.Close() })
	return r
}

// enrol makes a replica known to the others, and them to it.
func (f *fleet) enrol(r *Replica) {
	f.t.Helper()
	f.must(r.TrustRoot(f.ctx, f.root.PublicKey()))
	_, err := f.root.Certify(f.ctx, r.ID(), r.PublicKey())
	f.must(err)
	all := append(slices.Clone(f.all), r)
	for _, a := range all {
		for _, b := range all {
			c, _, err := f.root.Certificate(f.ctx, b.ID())
			f.must(err)
			f.must(a.Accept(f.ctx, c))
		}
	}
}

func (f *fleet) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f *fleet) write(r *Replica, fn func(tx *Tx) error) {
	f.t.Helper()
	f.now = f.now.Add(time.Second)
	f.must(r.Update(f.ctx, fn))
}

// give sends what to lacks from from.
func (f *fleet) give(from, to *Replica) {
	f.t.Helper()
	f.must(from.Seal(f.ctx))
	have, err := to.Vector(f.ctx)
	f.must(err)
	refs, err := from.Missing(f.ctx, have, func(changeset.Stream) bool { return true })
	f.must(err)
	for _, ref := range refs {
		b, err := from.Changeset(f.ctx, ref.Stream, ref.Number)
		f.must(err)
		out, err := to.Apply(f.ctx, b)
		f.must(err)
		if out[0].Err != nil {
			f.t.Fatal(out[0].Err)
		}
	}
}

// settle exchanges until everybody has everything, and checks that all agree.
func (f *fleet) settle() {
	f.t.Helper()
	for range 2 {
		for _, r := range f.all {
			for _, s := range f.all {
				if r != s {
					f.give(r, s)
				}
			}
		}
	}
	f.agree()
}

func (f *fleet) agree() {
	f.t.Helper()
	want, err := f.all[0].StateHash(f.ctx)
	f.must(err)
	for i, r := range f.all {
		got, err := r.StateHash(f.ctx)
		f.must(err)
		if got != want {
			f.t.Fatalf("replica %d has state %x, replica 0 %x", i, got, want)
		}
		damaged, err := r.Check(f.ctx)
		f.must(err)
		if len(damaged) > 0 {
			f.t.Fatalf("replica %d: %d damaged rows", i, len(damaged))
		}
	}
}

func (f *fleet) get(r *Replica, id schema.ID) *Row {
	f.t.Helper()
	row, err := r.Get(f.ctx, "note", id)
	f.must(err)
	if row == nil {
		f.t.Fatal("the row is missing")
	}
	return row
}

func TestWriteAndReadBack(t *testing.T) {
	f := newFleet(t, 1)
	r := f.root
	var id schema.ID
	parent := schema.NewID(5)
	f.write(r, func(tx *Tx) error {
		id = tx.NewID()
		return tx.Put("note", id, schema.Values{"title": "标题", "secret": "王建国", "amount": 12, "born": 7, "agreed": true, "parent": parent, "phone": nil})
	})
	f.write(r, func(tx *Tx) error {
		if err := tx.Add("note", id, "taps", 3); err != nil {
			return err
		}
		if err := tx.Include("note", id, "tags", "b", "a"); err != nil {
			return err
		}
		return tx.Put("note", id, schema.Values{"amount": 13, "born": 99})
	})
	row := f.get(r, id)
	if row.Text("title") != "标题" || row.Text("secret") != "王建国" || row.Int("amount") != 13 || row.Int("born") != 7 || !row.Bool("agreed") ||
		row.Ref("parent") != parent || row.Int("taps") != 3 || fmt.Sprint(row.Strings("tags")) != "[a b]" || !row.Null("phone") {
		t.Fatalf("read back %v %v", row.row.values, row.sealed)
	}
	if row.Own("taps") != 3 {
		t.Fatalf("own contribution %d", row.Own("taps"))
	}
	var tags string
	rows, err := r.Query(f.ctx, `SELECT tags FROM note WHERE taps = 3`)
	f.must(err)
	for rows.Next() {
		f.must(rows.Scan(&tags))
	}
	f.must(rows.Close())
	if tags != `["a","b"]` {
		t.Fatalf("the set in SQL is %s", tags)
	}
	f.agree()
}

func TestFailedTransactionChangesNothing(t *testing.T) {
	f := newFleet(t, 1)
	before, err := f.root.StateHash(f.ctx)
	f.must(err)
	id := schema.NewID(1)
	bad := errors.New("refused")
	if err := f.root.Update(f.ctx, func(tx *Tx) error {
		if err := tx.Put("note", id, schema.Values{"title": "x"}); err != nil {
			return err
		}
		return bad
	}); !errors.Is(err, bad) {
		t.Fatal(err)
	}
	for _, v := range []schema.Values{{"title": 3}, {"nothing": "x"}, {"taps": 3}, {"voided": "{"}, {"title": string([]byte{0xff})}} {
		if err := f.root.Update(f.ctx, func(tx *Tx) error { return tx.Put("note", id, v) }); err == nil {
			t.Fatalf("%v was accepted", v)
		}
	}
	after, err := f.root.StateHash(f.ctx)
	f.must(err)
	if row, _ := f.root.Get(f.ctx, "note", id); row != nil || before != after {
		t.Fatal("a failed transaction left something behind")
	}
}

// A panic or a cancelled context in the middle of a transaction undoes it and
// leaves the replica usable.
func TestPanicAndCancellationAreUndone(t *testing.T) {
	f := newFleet(t, 1)
	id := schema.NewID(1)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("no panic")
			}
		}()
		_ = f.root.Update(f.ctx, func(tx *Tx) error {
			f.must(tx.Put("note", id, schema.Values{"title": "x"}))
			_, err := tx.Select("note", "")
			f.must(err)
			panic("a mistake in the program")
		})
	}()
	ctx, cancel := context.WithCancel(f.ctx)
	if err := f.root.Update(ctx, func(tx *Tx) error {
		f.must(tx.Put("note", id, schema.Values{"title": "y"}))
		cancel()
		return tx.Add("note", id, "taps", 1)
	}); err == nil {
		t.Fatal("a cancelled transaction went through")
	}
	if row, err := f.root.Get(f.ctx, "note", id); err != nil || row != nil {
		t.Fatalf("row %v, %v", row, err)
	}
	f.write(f.root, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"title": "z"}) })
	if f.get(f.root, id).Text("title") != "z" {
		t.Fatal("the replica is stuck")
	}
	f.agree()
}

// Two laptops tap the same counter, type the same register, add and remove set
// members: the cases every measured row engine but one gets wrong.
func TestConcurrentEditsOfOneRow(t *testing.T) {
	f := newFleet(t, 3)
	id := schema.Derive(testRealm, "note", "x")
	a, b := f.all[1], f.all[2]
	f.write(a, func(tx *Tx) error {
		if err := tx.Put("note", id, schema.Values{"title": "t", "amount": 1, "born": 10, "secret": "甲"}); err != nil {
			return err
		}
		return tx.Include("note", id, "tags", "p", "q")
	})
	f.write(b, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"born": 20, "phone": "13800000000"}) })
	f.settle()
	if row := f.get(f.root, id); row.Int("born") != 10 || row.Text("phone") != "13800000000" || row.Text("secret") != "甲" {
		t.Fatal("the same row created twice did not merge field by field")
	}
	f.write(a, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"title": "A", "secret": "乙"}) })
	f.write(b, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"amount": 2, "secret": "丙"}) })
	f.write(a, func(tx *Tx) error { return tx.Add("note", id, "taps", 380) })
	f.write(b, func(tx *Tx) error { return tx.Add("note", id, "taps", 250) })
	f.write(b, func(tx *Tx) error { return tx.Add("note", id, "taps", -10) })
	f.write(a, func(tx *Tx) error { return tx.Exclude("note", id, "tags", "p") })
	f.write(b, func(tx *Tx) error {
		if err := tx.Exclude("note", id, "tags", "p"); err != nil {
			return err
		}
		return tx.Include("note", id, "tags", "p")
	})
	f.settle()
	for _, r := range f.all {
		row := f.get(r, id)
		if row.Text("title") != "A" || row.Int("amount") != 2 || row.Text("secret") != "丙" || row.Int("taps") != 620 || fmt.Sprint(row.Strings("tags")) != "[p q]" {
			t.Fatalf("merged to %v %v", row.row.values, row.sealed)
		}
		conflicts, err := r.Conflicts(f.ctx)
		f.must(err)
		if len(conflicts) != 1 || conflicts[0].Column != "secret" || conflicts[0].Loser.Value != "乙" || conflicts[0].Winner.Value != "丙" {
			t.Fatalf("conflicts: %+v", conflicts)
		}
	}
	f.write(f.root, func(tx *Tx) error { return tx.Resolve("note", id, "secret", "乙") })
	f.settle()
	for _, r := range f.all {
		conflicts, err := r.Conflicts(f.ctx)
		f.must(err)
		if len(conflicts) != 0 || f.get(r, id).Text("secret") != "乙" {
			t.Fatalf("after settling: %+v", conflicts)
		}
	}
}

// P6: a chain of one's own offline edits is never a conflict with itself.
func TestP6OwnChainIsNoConflict(t *testing.T) {
	f := newFleet(t, 3)
	id := schema.NewID(1)
	for i := range 50 {
		f.write(f.all[1], func(tx *Tx) error {
			return tx.Put("note", id, schema.Values{"title": fmt.Sprint(i), "secret": fmt.Sprint("s", i)})
		})
		if i%7 == 0 {
			f.must(f.all[1].Seal(f.ctx))
		}
	}
	f.settle()
	for _, r := range f.all {
		if c, err := r.Conflicts(f.ctx); err != nil || len(c) != 0 {
			t.Fatalf("conflicts %v, error %v", c, err)
		}
		if f.get(r, id).Text("title") != "49" {
			t.Fatal("the last edit is missing")
		}
	}
}

// P12: what was voided stays so when a third replica, away meanwhile, edits it.
func TestP12VoidedStaysVoided(t *testing.T) {
	f := newFleet(t, 3)
	id := schema.NewID(1)
	f.write(f.all[1], func(tx *Tx) error { return tx.Put("note", id, schema.Values{"title": "x", "amount": 1}) })
	f.settle()
	f.write(f.all[1], func(tx *Tx) error { return tx.Put("note", id, schema.Values{"voided": `{"on":true,"reason":"V1"}`}) })
	f.write(f.all[2], func(tx *Tx) error { return tx.Put("note", id, schema.Values{"amount": 5}) })
	f.settle()
	for _, r := range f.all {
		row := f.get(r, id)
		if row.Null("voided") || row.Int("amount") != 5 {
			t.Fatal("the void or the edit was lost")
		}
	}
}

// P3: a changeset that arrives again, ten times at once, changes nothing.
func TestP3DuplicatesChangeNothing(t *testing.T) {
	f := newFleet(t, 2)
	id := schema.NewID(1)
	f.write(f.all[1], func(tx *Tx) error { return tx.Add("note", id, "taps", 5) })
	f.must(f.all[1].Seal(f.ctx))
	refs, err := f.all[1].Missing(f.ctx, nil, func(changeset.Stream) bool { return true })
	f.must(err)
	raw, err := f.all[1].Changeset(f.ctx, refs[0].Stream, 1)
	f.must(err)
	results := make(chan error, 10)
	for range 10 {
		go func() {
			out, err := f.root.Apply(f.ctx, raw, raw)
			for _, o := range out {
				err = errors.Join(err, o.Err)
			}
			results <- err
		}()
	}
	for range 10 {
		f.must(<-results)
	}
	if got := f.get(f.root, id).Int("taps"); got != 5 {
		t.Fatalf("%d taps after twenty deliveries of 5", got)
	}
}

// P7: one changeset that cannot be merged does not keep out what follows.
func TestP7PoisonDoesNotBlock(t *testing.T) {
	f := newFleet(t, 2)
	kit, good := f.all[1], schema.NewID(2)
	// The kit's schema declares a column with another type than the county's.
	s := schema.MustNew(&schema.Table{Number: 1, Name: "note", Columns: []schema.Column{schema.IntCol(1, "title"), schema.IntCol(3, "amount")}})
	dir := kit.opts.Dir
	f.must(kit.Close())
	f.must(os.Remove(filepath.Join(dir, "replica.db")))
	kit = f.open(dir, s)
	f.must(kit.TrustRoot(f.ctx, f.root.PublicKey()))
	_, err := f.root.Certify(f.ctx, kit.ID(), kit.PublicKey())
	f.must(err)
	f.write(kit, func(tx *Tx) error { return tx.Put("note", schema.NewID(1), schema.Values{"title": 7}) })
	f.must(kit.Seal(f.ctx))
	f.write(kit, func(tx *Tx) error { return tx.Put("note", good, schema.Values{"amount": 8}) })
	f.give(kit, f.root)
	if f.get(f.root, good).Int("amount") != 8 {
		t.Fatal("the good record did not arrive")
	}
	held, err := f.root.HeldBack(f.ctx)
	f.must(err)
	if len(held) != 1 || held[0].Table != "note" || held[0].Reason == "" {
		t.Fatalf("held back: %+v", held)
	}
}

// A column that a newer kit declares is kept by an older county and merged once
// the county is upgraded; nothing is sent again.
func TestUnknownColumnsWaitForTheUpgrade(t *testing.T) {
	f := newFleet(t, 2)
	kit := f.all[1]
	wider := testSchema()
	wider.Tables[0].Columns = append(wider.Tables[0].Columns, schema.IntCol(20, "later"))
	wider = schema.MustNew(append(wider.Tables, &schema.Table{Number: 3, Name: "newer", Columns: []schema.Column{schema.IntCol(1, "n")}})...)
	dir := kit.opts.Dir
	f.must(kit.Close())
	kit = f.open(dir, wider)
	id := schema.NewID(1)
	f.write(kit, func(tx *Tx) error {
		if err := tx.Put("newer", id, schema.Values{"n": 3}); err != nil {
			return err
		}
		return tx.Put("note", id, schema.Values{"title": "x", "later": 42})
	})
	f.give(kit, f.root)
	if f.get(f.root, id).Text("title") != "x" {
		t.Fatal("the known column was not merged")
	}
	dir = f.root.opts.Dir
	f.must(f.root.Close())
	f.root = f.open(dir, wider)
	if f.get(f.root, id).Int("later") != 42 {
		t.Fatal("the unknown column was not merged after the upgrade")
	}
	f.all = []*Replica{f.root, kit}
	f.agree()
}

func TestProgressAndAcknowledgement(t *testing.T) {
	f := newFleet(t, 2)
	kit, id := f.all[1], schema.NewID(1)
	f.write(kit, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"title": "x"}) })
	state := func() State {
		p, err := kit.Progress(f.ctx, "note", []schema.ID{id})
		f.must(err)
		return p[id].State
	}
	if state() != StateStored {
		t.Fatal("a new record is not stored")
	}
	f.give(kit, f.root)
	if state() != StateStored {
		t.Fatal("P4: sent is not received")
	}
	v, err := f.root.Vector(f.ctx)
	f.must(err)
	at := f.now.Add(time.Minute)
	f.must(kit.Acknowledge(f.ctx, v, at))
	p, err := kit.Progress(f.ctx, "note", []schema.ID{id})
	f.must(err)
	if p[id].State != StateReceived || !p[id].At.Equal(at) {
		t.Fatalf("after the acknowledgement: %+v", p[id])
	}
	f.write(kit, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"title": "y"}) })
	if state() != StateStored {
		t.Fatal("an edit after the acknowledgement counts as received")
	}
	s, err := kit.Status(f.ctx)
	f.must(err)
	if s.Waiting != 1 || s.LastAcknowledged.IsZero() {
		t.Fatalf("status %+v", s)
	}
}

// Personal values lie nowhere readable on disk: not in the rows, the journal, the
// changesets made of them, or a draft; neither where they were written nor where
// they were merged.
func TestSealedColumnsAreNotReadable(t *testing.T) {
	f := newFleet(t, 2)
	f.write(f.root, func(tx *Tx) error {
		if err := tx.PutLocal("draft", []byte("草稿里的王建国")); err != nil {
			return err
		}
		return tx.Put("note", tx.NewID(), schema.Values{"secret": "王建国", "phone": "13812345678", "title": "公开"})
	})
	f.give(f.root, f.all[1])
	for _, r := range f.all {
		files, err := os.ReadDir(r.opts.Dir)
		f.must(err)
		for _, file := range files {
			b, err := os.ReadFile(filepath.Join(r.opts.Dir, file.Name()))
			f.must(err)
			for _, secret := range []string{"王建国", "13812345678"} {
				if bytes.Contains(b, []byte(secret)) {
					t.Fatalf("%s holds %s", file.Name(), secret)
				}
			}
		}
	}
	if v, err := f.root.GetLocal(f.ctx, "draft"); err != nil || string(v) != "草稿里的王建国" {
		t.Fatalf("draft: %q, %v", v, err)
	}
}

// Any interleaving of any writes on three replicas with any exchange order
// converges, and counters sum exactly.
func TestAnyOrderConverges(t *testing.T) {
	for seed := range *soak {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			f := newFleet(t, 3)
			for _, r := range f.all[:seed%3] { // some fill several changesets with one seal
				r.sealTarget = 40
			}
			rng := rand.New(rand.NewPCG(uint64(seed), 7))
			ids := []schema.ID{schema.Derive(testRealm, "n", "1"), schema.Derive(testRealm, "n", "2"), schema.NewID(100)}
			taps := map[schema.ID]int64{}
			for range 120 {
				r := f.all[rng.IntN(3)]
				id := ids[rng.IntN(len(ids))]
				switch k := rng.IntN(15); {
				case k < 4:
					values := schema.Values{}
					for _, c := range []string{"title", "secret", "phone"} {
						if rng.IntN(2) == 0 {
							values[c] = fmt.Sprint(rng.IntN(4))
						}
					}
					if rng.IntN(3) == 0 {
						values["amount"] = rng.IntN(5)
					}
					if rng.IntN(5) == 0 {
						values["title"] = nil
					}
					values["born"] = rng.IntN(1000)
					if rng.IntN(25) == 0 {
						values = schema.Values{"redacted_at": rng.IntN(9) + 1}
					}
					f.write(r, func(tx *Tx) error {
						if row, err := tx.Get("note", id); err != nil || row != nil && !row.Null("redacted_at") {
							delete(values, "phone")
						}
						return tx.Put("note", id, values)
					})
				case k < 6:
					n := int64(rng.IntN(20) - 5)
					taps[id] += n
					f.write(r, func(tx *Tx) error { return tx.Add("note", id, "taps", n) })
				case k < 7:
					f.write(r, func(tx *Tx) error { return tx.Include("note", id, "tags", fmt.Sprint(rng.IntN(3))) })
				case k < 8:
					f.write(r, func(tx *Tx) error { return tx.Exclude("note", id, "tags", fmt.Sprint(rng.IntN(3))) })
				case k < 9:
					f.must(r.Seal(f.ctx))
				case k < 10:
					f.write(r, func(tx *Tx) error {
						if row, err := tx.Get("note", id); err != nil || row == nil {
							return err
						}
						return tx.Resolve("note", id, "title", fmt.Sprint("r", rng.IntN(3)))
					})
				case k < 13:
					column := []string{"story", "summary"}[rng.IntN(2)]
					f.write(r, func(tx *Tx) error {
						row, err := tx.Get("note", id)
						if err != nil {
							return err
						}
						var text []rune
						if row != nil && !row.Null("redacted_at") {
							column = "summary"
						}
						if row != nil {
							text = []rune(row.Text(column))
						}
						at := rng.IntN(len(text) + 1)
						end := min(len(text), at+rng.IntN(2)*rng.IntN(4))
						return tx.Put("note", id, schema.Values{column: string(text[:at]) + strings.Repeat(string(rune('a'+rng.IntN(26))), rng.IntN(4)) + string(text[end:])})
					})
				default:
					f.give(r, f.all[rng.IntN(3)])
				}
			}
			f.settle()
			for id, want := range taps {
				row, _ := f.root.Get(f.ctx, "note", id)
				if row == nil {
					continue
				}
				if row.Int("taps") != want {
					t.Fatalf("counter is %d, want %d", row.Int("taps"), want)
				}
				for _, r := range f.all {
					if other := f.get(r, id); other.Text("story") != row.Text("story") || other.Text("summary") != row.Text("summary") || other.Text("secret") != row.Text("secret") {
						t.Fatalf("sealed texts differ: %q, %q", other.Text("story"), row.Text("story"))
					}
				}
			}
		})
	}
}

// T2: a data directory restored from an older copy, or copied, goes on as a new
// incarnation before its first write. Nothing that either wrote is lost, and no
// count is taken twice, in whatever order the copies meet the county.
func TestRestoredAndClonedReplicas(t *testing.T) {
	for order := range 6 {
		t.Run(fmt.Sprint("order ", order), func(t *testing.T) {
			f := newFleet(t, 2)
			anchors := filepath.Join(t.TempDir(), "anchors")
			base := t.TempDir()
			reopen := func(dir string) *Replica {
				r, err := Open(f.ctx, Options{Dir: dir, AnchorDir: anchors, Schema: testSchema(), Realm: testRealm, Wall: func() time.Time { return f.now }})
				f.must(err)
				t.Cleanup(func() { r.Close() })
				return r
			}
			dir := filepath.Join(base, "kit")
			kit := reopen(dir)
			f.must(kit.TrustRoot(f.ctx, f.root.PublicKey()))
			_, err := f.root.Certify(f.ctx, kit.ID(), kit.PublicKey())
			f.must(err)
			cert, _, _ := f.root.Certificate(f.ctx, kit.ID())
			f.must(f.all[1].Accept(f.ctx, cert))
			shared, id := schema.Derive(testRealm, "n", "shared"), schema.NewID(5)
			f.write(kit, func(tx *Tx) error {
				if err := tx.Put("note", id, schema.Values{"title": "before", "story": "开头。"}); err != nil {
					return err
				}
				return tx.Add("note", shared, "taps", 10)
			})
			f.give(kit, f.root)
			// Not sealed when the copy is made:
			f.write(kit, func(tx *Tx) error {
				if err := tx.Put("note", id, schema.Values{"title": "unsealed", "story": "开头。再记。"}); err != nil {
					return err
				}
				if err := tx.Include("note", shared, "tags", "a"); err != nil {
					return err
				}
				return tx.Add("note", shared, "taps", 5)
			})
			f.must(kit.Close())
			older, clone := filepath.Join(base, "older"), filepath.Join(base, "clone")
			f.must(os.CopyFS(older, os.DirFS(dir)))
			f.must(os.CopyFS(clone, os.DirFS(dir)))
			kit = reopen(dir)
			if kit.Renewed() {
				t.Fatal("an ordinary start is taken for a copy")
			}
			f.write(kit, func(tx *Tx) error {
				if err := tx.Put("note", id, schema.Values{"title": "original"}); err != nil {
					return err
				}
				return tx.Add("note", shared, "taps", 100)
			})
			f.must(kit.Seal(f.ctx))
			// The clone runs in its own place.
			second := reopen(clone)
			if !second.Renewed() {
				t.Fatal("a copy goes unnoticed")
			}
			f.write(second, func(tx *Tx) error { return tx.Add("note", shared, "taps", 1000) })
			// The original is lost but for what it gave; an older image takes its place.
			kits := []*Replica{kit, second}
			if order%2 == 1 {
				f.give(kit, f.root)
			}
			f.must(kit.Close())
			f.must(os.RemoveAll(dir))
			f.must(os.CopyFS(dir, os.DirFS(older)))
			kits[0] = reopen(dir)
			if !kits[0].Renewed() {
				t.Fatal("a restored database goes unnoticed")
			}
			f.write(kits[0], func(tx *Tx) error { return tx.Add("note", shared, "taps", 10_000) })
			perm := [][]int{{0, 1}, {1, 0}, {0, 1, 0}}[order/2]
			for _, i := range perm {
				f.give(kits[i], f.root)
				f.give(f.root, kits[i])
			}
			f.all = append([]*Replica{f.root, f.all[1]}, kits...)
			f.settle()
			want := int64(10 + 5 + 1000 + 10_000)
			title := "unsealed"
			if order%2 == 1 {
				want, title = want+100, "original"
			}
			for _, r := range f.all {
				if got := f.get(r, shared).Int("taps"); got != want {
					t.Fatalf("%d taps, want %d", got, want)
				}
				if got := f.get(r, id); got.Text("title") != title || got.Text("story") != "开头。再记。" {
					t.Fatalf("%q, %q", got.Text("title"), got.Text("story"))
				}
			}
			if list, _ := f.root.Conflicts(f.ctx); len(list) != 0 {
				t.Fatalf("a copy's own writes are listed as concurrent: %+v", list)
			}
		})
	}
}

// X9: rows merged into each other stand for one: the smallest of the cycle.
func TestX9AliasCycles(t *testing.T) {
	f := newFleet(t, 3)
	var ids []schema.ID
	for i := range 5 {
		ids = append(ids, schema.NewID(int64(1000+i)))
	}
	merge := func(r *Replica, from, into int) {
		f.write(r, func(tx *Tx) error { return tx.Put("note", ids[from], schema.Values{"parent": ids[into]}) })
	}
	merge(f.all[1], 0, 1)
	merge(f.all[2], 1, 0)
	merge(f.root, 2, 1)
	merge(f.root, 3, 2)
	f.settle()
	for _, r := range f.all {
		got, err := r.Survivors(f.ctx, "note")
		f.must(err)
		if len(got) != 3 || got[ids[1]] != ids[0] || got[ids[2]] != ids[0] || got[ids[3]] != ids[0] {
			t.Fatalf("%v", got)
		}
	}
	f.write(f.root, func(tx *Tx) error { return tx.Put("note", ids[1], schema.Values{"parent": nil}) })
	if got, _ := f.root.Survivors(f.ctx, "note"); got[ids[0]] != ids[1] || got[ids[3]] != ids[1] {
		t.Fatalf("undone: %v", got)
	}
}

// X15: what a lost device wrote is stored and not merged until the office accepts
// it; what others wrote of its rows waits and follows.
func TestX15QuarantineAndRelease(t *testing.T) {
	f := newFleet(t, 3)
	lost, honest, id := f.all[1], f.all[2], schema.NewID(7)
	f.root.opts.Quarantine = func(_ *Tx, author schema.ID) (string, error) {
		if author == lost.ID() {
			return "lost", nil
		}
		return "", nil
	}
	f.write(lost, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"title": "of the lost one"}) })
	f.give(lost, honest)
	f.write(honest, func(tx *Tx) error { return tx.Add("note", id, "taps", 4) })
	f.give(honest, f.root)
	f.write(honest, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"amount": 8}) })
	f.give(honest, f.root)
	if row, _ := f.root.Get(f.ctx, "note", id); row != nil {
		t.Fatal("what is quarantined was merged")
	}
	held, err := f.root.HeldBack(f.ctx)
	f.must(err)
	if len(held) != 3 {
		t.Fatalf("held back: %+v", held)
	}
	for _, h := range held {
		if h.Table == "" {
			f.must(f.root.Release(f.ctx, h.N))
		}
	}
	row := f.get(f.root, id)
	if row.Text("title") != "of the lost one" || row.Int("taps") != 4 || row.Int("amount") != 8 {
		t.Fatalf("%q %d %d", row.Text("title"), row.Int("taps"), row.Int("amount"))
	}
	if held, _ = f.root.HeldBack(f.ctx); len(held) != 0 {
		t.Fatalf("still held back: %+v", held)
	}
	if err := f.root.Release(f.ctx, 99); !errors.Is(err, ErrNotHeld) {
		t.Fatalf("released nothing: %v", err)
	}
	f.settle()
}

// Readers that read while they read do not wait for themselves, however many there are.
func TestReadersNest(t *testing.T) {
	f := newFleet(t, 1)
	f.write(f.root, func(tx *Tx) error { return tx.Put("note", tx.NewID(), schema.Values{"title": "一"}) })
	ctx, cancel := context.WithTimeout(f.ctx, 20*time.Second)
	defer cancel()
	var nest func(depth int) error
	nest = func(depth int) error {
		return f.root.each(ctx, f.root.read, "note", "", nil, func(*Row) error {
			if depth == 0 {
				return nil
			}
			return nest(depth - 1)
		})
	}
	errs := make(chan error)
	for range 8 {
		go func() { errs <- nest(3) }()
	}
	for range 8 {
		f.must(<-errs)
	}
}

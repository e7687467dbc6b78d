package replica

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"fieldkit/sync/changeset"
	"fieldkit/sync/schema"
)

// Faults that took other engines years to find, each as a test of this one. The
// numbers are those of the peers' issues and pull requests.

const gone = `{"on":true,"reason":"V1"}`

func numbered(i int64) schema.ID {
	id := schema.MustParseID("0193a000-0000-7000-8000-00000000ff00")
	id[14], id[15] = byte(i>>8), byte(i)
	return id
}

// offered are the changesets that a replica has sealed itself.
func (f *fleet) offered(r *Replica) (raws [][]byte) {
	f.t.Helper()
	f.must(r.Seal(f.ctx))
	refs, err := r.Missing(f.ctx, nil, func(s changeset.Stream) bool { return s.Origin.Replica == r.id })
	f.must(err)
	for _, ref := range refs {
		b, err := r.Changeset(f.ctx, ref.Stream, ref.Number)
		f.must(err)
		raws = append(raws, b)
	}
	return raws
}

// everyOrder gives what three replicas wrote to three fresh ones, each in another
// order of the authors, and checks that all say the same.
func (f *fleet) everyOrder() {
	f.t.Helper()
	var sets [][][]byte
	for _, r := range f.all {
		sets = append(sets, f.offered(r))
	}
	var want uint64
	for turn, order := range [][]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
		fresh := f.open(filepath.Join(f.t.TempDir(), fmt.Sprint(turn)), testSchema())
		f.must(fresh.TrustRoot(f.ctx, f.root.PublicKey()))
		for _, r := range f.all {
			c, _, err := f.root.Certificate(f.ctx, r.ID())
			f.must(err)
			f.must(fresh.Accept(f.ctx, c))
		}
		for range 4 { // what names rows of another stream waits for it
			for _, i := range order {
				for _, raw := range sets[i] {
					_, err := fresh.Apply(f.ctx, raw)
					f.must(err)
				}
			}
		}
		got, err := fresh.StateHash(f.ctx)
		f.must(err)
		if turn == 0 {
			want = got
		}
		if got != want {
			f.t.Fatalf("in the order %v the state is another", order)
		}
	}
}

// cr-sqlite PR 299: merging was not commutative when a row was deleted and inserted
// again, since the clocks of the deleted cells were dropped.
func TestPeerCrSqlite299DeleteAndReinsertCommute(t *testing.T) {
	f := newFleet(t, 3)
	id := schema.NewID(1)
	f.write(f.all[0], func(tx *Tx) error { return tx.Put("note", id, schema.Values{"title": "a", "amount": 1}) })
	f.settle()
	f.write(f.all[0], func(tx *Tx) error { return tx.Put("note", id, schema.Values{"voided": gone}) })
	f.write(f.all[1], func(tx *Tx) error { return tx.Put("note", id, schema.Values{"title": "b"}) })
	f.write(f.all[0], func(tx *Tx) error { return tx.Put("note", id, schema.Values{"voided": nil, "title": "c"}) })
	f.write(f.all[2], func(tx *Tx) error { return tx.Put("note", id, schema.Values{"voided": gone, "amount": 3}) })
	f.everyOrder()
	f.settle()
	if row := f.get(f.all[1], id); row.Text("title") != "c" || row.Null("voided") || row.Int("amount") != 3 {
		t.Fatalf("%q, void %v, %d", row.Text("title"), !row.Null("voided"), row.Int("amount"))
	}
}

// Corrosion PR 352: two concurrent deletes did not converge.
func TestPeerCorrosion352TwoConcurrentVoidsConverge(t *testing.T) {
	f := newFleet(t, 3)
	id := schema.NewID(1)
	f.write(f.all[0], func(tx *Tx) error { return tx.Put("note", id, schema.Values{"title": "a"}) })
	f.settle()
	f.write(f.all[1], func(tx *Tx) error { return tx.Put("note", id, schema.Values{"voided": gone}) })
	f.write(f.all[2], func(tx *Tx) error { return tx.Put("note", id, schema.Values{"voided": gone}) })
	f.everyOrder()
	f.settle()
	for _, r := range f.all {
		if f.get(r, id).Null("voided") {
			t.Fatal("a row that both voided is there again")
		}
	}
	f.write(f.all[1], func(tx *Tx) error { return tx.Put("note", id, schema.Values{"voided": nil}) })
	f.settle()
	if !f.get(f.all[2], id).Null("voided") {
		t.Fatal("a restore after two voids was lost")
	}
}

// geodiff 248: an update that met a delete was dropped without a word.
func TestPeerGeodiff248VoidAgainstUpdateKeepsBoth(t *testing.T) {
	f := newFleet(t, 3)
	id := schema.NewID(1)
	f.write(f.all[0], func(tx *Tx) error { return tx.Put("note", id, schema.Values{"title": "a", "amount": 1}) })
	f.settle()
	f.write(f.all[2], func(tx *Tx) error { return tx.Put("note", id, schema.Values{"amount": 7}) })
	f.write(f.all[1], func(tx *Tx) error { return tx.Put("note", id, schema.Values{"voided": gone}) })
	f.everyOrder()
	f.settle()
	f.write(f.all[0], func(tx *Tx) error { return tx.Put("note", id, schema.Values{"voided": nil}) })
	f.settle()
	for _, r := range f.all {
		if row := f.get(r, id); row.Int("amount") != 7 || !row.Null("voided") {
			t.Fatalf("after the restore the amount is %d", row.Int("amount"))
		}
	}
}

// geodiff 146 and every document store: edits of two columns of one row.
func TestPeerGeodiff146TwoColumnsOfOneRow(t *testing.T) {
	f := newFleet(t, 3)
	id := schema.NewID(1)
	f.write(f.all[0], func(tx *Tx) error { return tx.Put("note", id, schema.Values{"title": "a", "amount": 1, "phone": "1"}) })
	f.settle()
	f.write(f.all[0], func(tx *Tx) error { return tx.Put("note", id, schema.Values{"title": "b"}) })
	f.write(f.all[1], func(tx *Tx) error { return tx.Put("note", id, schema.Values{"amount": 2}) })
	f.write(f.all[2], func(tx *Tx) error { return tx.Put("note", id, schema.Values{"phone": "2"}) })
	f.everyOrder()
	f.settle()
	if row := f.get(f.all[1], id); row.Text("title") != "b" || row.Int("amount") != 2 || row.Text("phone") != "2" {
		t.Fatalf("%q %d %q", row.Text("title"), row.Int("amount"), row.Text("phone"))
	}
}

// cr-sqlite 322: concurrent increments of a counter were not summed.
func TestPeerCrSqlite322CountersSum(t *testing.T) {
	f := newFleet(t, 3)
	id := schema.NewID(1)
	f.write(f.all[0], func(tx *Tx) error { return tx.Put("note", id, schema.Values{"title": "a"}) })
	f.settle()
	for i, r := range f.all {
		for range 5 {
			f.write(r, func(tx *Tx) error { return tx.Add("note", id, "taps", int64(i+1)) })
		}
	}
	f.everyOrder()
	f.settle()
	if n := f.get(f.all[2], id).Int("taps"); n != 30 {
		t.Fatalf("the sum is %d", n)
	}
}

// Actual 3786: a clock that was an hour off ended synchronisation without a reason.
func TestPeerActual3786AnHourOfClockError(t *testing.T) {
	for _, wrong := range []time.Duration{time.Hour, -time.Hour} {
		f := newFleet(t, 3)
		id := schema.NewID(1)
		f.write(f.all[0], func(tx *Tx) error { return tx.Put("note", id, schema.Values{"title": "a", "amount": 1}) })
		f.settle()
		right := f.now
		f.now = right.Add(wrong)
		f.write(f.all[1], func(tx *Tx) error { return tx.Put("note", id, schema.Values{"amount": 2}) })
		f.now = right.Add(time.Minute)
		f.settle()
		// Whoever has seen a value replaces it, whatever the clocks say.
		f.write(f.all[2], func(tx *Tx) error { return tx.Put("note", id, schema.Values{"amount": 3}) })
		f.settle()
		for _, r := range f.all {
			held, err := r.HeldBack(f.ctx)
			f.must(err)
			if n := f.get(r, id).Int("amount"); n != 3 || len(held) > 0 {
				t.Fatalf("%s off: the amount is %d, %d held back", wrong, n, len(held))
			}
		}
	}
}

// PowerSync core 162: a crash between a write and its upload stopped the upload for good.
func TestPeerPowerSync162CrashBetweenWriteAndUpload(t *testing.T) {
	f := newFleet(t, 2)
	kit, id := f.all[1], schema.NewID(1)
	f.write(kit, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"title": "a"}) })
	for _, sealed := range []bool{false, true} {
		if sealed {
			f.must(kit.Seal(f.ctx))
		}
		image := filepath.Join(t.TempDir(), "image") // as a crash leaves it: the log is not written back
		f.must(os.CopyFS(image, os.DirFS(kit.opts.Dir)))
		f.must(kit.Close())
		kit = f.open(image, testSchema())
		f.write(kit, func(tx *Tx) error { return tx.Add("note", id, "taps", 1) })
	}
	f.give(kit, f.root)
	f.give(kit, f.root)
	if row := f.get(f.root, id); row.Text("title") != "a" || row.Int("taps") != 2 {
		t.Fatalf("%q, %d", row.Text("title"), row.Int("taps"))
	}
	if status, err := kit.Status(f.ctx); err != nil || status.Waiting == 0 {
		t.Fatalf("what was not acknowledged counts as sent: %+v, %v", status, err)
	}
}

// Actual 8817: a page boundary within one minute of writes hid those after it.
func TestPeerActual8817PageBoundaryWithinAMillisecond(t *testing.T) {
	f := newFleet(t, 2)
	kit := f.all[1]
	kit.sealTarget = 400 // a few rows a changeset
	const n = 200
	for i := range n { // the clock stands still
		f.must(kit.Update(f.ctx, func(tx *Tx) error {
			return tx.Put("note", numbered(int64(i)), schema.Values{"title": fmt.Sprint(i)})
		}))
		if i%50 == 49 {
			f.must(kit.Seal(f.ctx))
		}
	}
	raws := f.offered(kit)
	if len(raws) < 8 {
		t.Fatalf("%d changesets", len(raws))
	}
	for i, raw := range raws { // one at a time, as pages
		out, err := f.root.Apply(f.ctx, raw)
		f.must(err)
		if out[0].Err != nil {
			t.Fatalf("page %d: %v", i, out[0].Err)
		}
	}
	f.agree()
	for i := range n {
		f.get(f.root, numbered(int64(i)))
	}
}

// Couchbase: a device that was away for longer than tombstones are kept never heard
// of a delete, and brought the rows back.
func TestPeerCouchbaseAwayForLongerThanAnythingIsKept(t *testing.T) {
	f := newFleet(t, 3)
	away, id := f.all[2], schema.NewID(1)
	f.write(f.all[1], func(tx *Tx) error { return tx.Put("note", id, schema.Values{"title": "a", "amount": 1}) })
	f.settle()
	f.write(f.all[1], func(tx *Tx) error { return tx.Put("note", id, schema.Values{"voided": gone}) })
	f.give(f.all[1], f.root)
	f.write(away, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"amount": 9}) })
	f.now = f.now.AddDate(3, 0, 0)
	for i := range int64(30) {
		f.write(f.all[1], func(tx *Tx) error { return tx.Put("note", schema.NewID(100+i), schema.Values{"title": "later"}) })
		f.give(f.all[1], f.root)
	}
	f.settle()
	for _, r := range f.all {
		if row := f.get(r, id); row.Null("voided") || row.Int("amount") != 9 {
			t.Fatalf("the void is gone or the edit is: %d", row.Int("amount"))
		}
	}
}

// Every engine that pages: payloads twice, out of order, cut short.
func TestPeerDuplicatedAndTruncatedPayloads(t *testing.T) {
	f := newFleet(t, 2)
	kit := f.all[1]
	for i := range int64(12) {
		f.write(kit, func(tx *Tx) error {
			if err := tx.Put("note", numbered(i%5), schema.Values{"title": fmt.Sprint(i)}); err != nil {
				return err
			}
			return tx.Add("note", numbered(i%5), "taps", 1)
		})
		f.must(kit.Seal(f.ctx))
	}
	raws := f.offered(kit)
	r := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		raw := bytes.Clone(raws[r.IntN(len(raws))])
		cut := r.IntN(3) == 0
		if cut {
			raw = raw[:r.IntN(len(raw))]
		}
		out, err := f.root.Apply(f.ctx, raw)
		f.must(err)
		if cut && (out[0].Err == nil || changeset.Class(out[0].Err) == "") {
			t.Fatalf("a cut payload: %v", out[0].Err)
		}
	}
	f.give(kit, f.root)
	f.agree()
	sum := int64(0)
	for i := range int64(5) {
		sum += f.get(f.root, numbered(i)).Int("taps")
	}
	if sum != 12 {
		t.Fatalf("the taps sum to %d", sum)
	}
}

// Corrosion: adding a nullable column made every node write and send every row.
func TestPeerCorrosionANullableColumnWritesAndSendsNothing(t *testing.T) {
	f := newFleet(t, 2)
	kit := f.all[1]
	for i := range int64(50) {
		f.write(kit, func(tx *Tx) error { return tx.Put("note", numbered(i), schema.Values{"title": "x"}) })
	}
	f.settle()
	before, err := kit.StateHash(f.ctx)
	f.must(err)
	sealed := len(f.offered(kit))
	wider := testSchema()
	wider.Tables[0].Columns = append(wider.Tables[0].Columns, schema.IntCol(20, "later"), schema.TextCol(21, "remark"))
	dir := kit.opts.Dir
	f.must(kit.Close())
	kit = f.open(dir, schema.MustNew(wider.Tables...))
	f.must(kit.Seal(f.ctx))
	after, err := kit.StateHash(f.ctx)
	f.must(err)
	if after != before || len(f.offered(kit)) != sealed {
		t.Fatalf("state %x became %x, %d changesets became %d", before, after, sealed, len(f.offered(kit)))
	}
	if row := f.get(kit, numbered(3)); !row.Null("later") || !row.Null("remark") {
		t.Fatal("a new column has a value")
	}
}

// Engines that compare schema hashes refuse what a newer version wrote.
func TestPeerAnUnknownSchemaIsNotRefused(t *testing.T) {
	f := newFleet(t, 3)
	kit, old, id := f.all[1], f.all[2], schema.NewID(1)
	wider := schema.MustNew(append(testSchema().Tables, &schema.Table{Number: 7, Name: "newer", Columns: []schema.Column{schema.IntCol(1, "n")}})...)
	dir := kit.opts.Dir
	f.must(kit.Close())
	kit = f.open(dir, wider)
	f.write(kit, func(tx *Tx) error { return tx.Put("newer", id, schema.Values{"n": 3}) })
	f.give(kit, f.root) // gives fails on a refusal
	f.give(f.root, old)
	dir = old.opts.Dir
	f.must(old.Close())
	old = f.open(dir, wider)
	if row, err := old.Get(f.ctx, "newer", id); err != nil || row == nil || row.Int("n") != 3 {
		t.Fatalf("after the upgrade, through a hub that is older: %v, %v", row, err)
	}
}

// Tangerine 2484: what was shown depended on who synchronised first.
func TestPeerTangerine2484WhoSyncsFirstDoesNotMatter(t *testing.T) {
	var shown []string
	for turn := range 2 {
		f := newFleet(t, 3)
		id := schema.NewID(1)
		f.write(f.all[0], func(tx *Tx) error { return tx.Put("note", id, schema.Values{"title": "a"}) })
		f.settle()
		f.write(f.all[1], func(tx *Tx) error { return tx.Put("note", id, schema.Values{"title": "earlier"}) })
		f.write(f.all[2], func(tx *Tx) error { return tx.Put("note", id, schema.Values{"title": "later"}) })
		f.give(f.all[1+turn], f.root)
		f.give(f.all[2-turn], f.root)
		f.settle()
		shown = append(shown, f.get(f.all[0], id).Text("title"))
	}
	if shown[0] != "later" || shown[1] != "later" {
		t.Fatalf("shown: %q", shown)
	}
}

package transport

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fieldkit/sync/changeset"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Pieces of a changeset are put together only where they belong: one that begins
// after a hole is left, one that repeats what is there adds only what is new.
func TestPiecesOutOfPlaceAreLeft(t *testing.T) {
	ctx := context.Background()
	c := newCounty(t)
	kit := c.kit()
	write(t, kit, 20)
	if _, err := c.r.Certify(ctx, kit.ID(), kit.PublicKey()); err != nil {
		t.Fatal(err)
	}
	if err := kit.Seal(ctx); err != nil {
		t.Fatal(err)
	}
	st := changeset.Stream{Origin: kit.Origin(), Audience: "everyone"}
	raw, err := kit.Changeset(ctx, st, 1)
	if err != nil {
		t.Fatal(err)
	}
	third := len(raw) / 3
	for _, piece := range []struct{ from, to, kept int }{
		{third, 2 * third, 0},              // a hole before it
		{0, third, third},                  // the beginning
		{2 * third, len(raw), third},       // a hole before it
		{third - 10, 2 * third, 2 * third}, // ten bytes again
		{0, third, 2 * third},              // all of it again
	} {
		in, err := newIntake(ctx, c.r) // each in a request of its own
		if err != nil {
			t.Fatal(err)
		}
		if err := in.take(ctx, &chunk{stream: st, number: 1, total: len(raw), offset: piece.from, data: raw[piece.from:piece.to]}); err != nil {
			t.Fatal(err)
		}
		if err := in.apply(ctx); err != nil {
			t.Fatal(err)
		}
		kept := 0
		partials, err := c.r.Partials(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range partials {
			kept = len(p.Bytes)
		}
		if kept != piece.kept || count(t, c.r) != 0 {
			t.Fatalf("after bytes %d to %d: %d kept, want %d; %d rows", piece.from, piece.to, kept, piece.kept, count(t, c.r))
		}
	}
	in, err := newIntake(ctx, c.r)
	if err != nil {
		t.Fatal(err)
	}
	if err := in.take(ctx, &chunk{stream: st, number: 1, total: len(raw), offset: 2 * third, data: raw[2*third:]}); err != nil {
		t.Fatal(err)
	}
	if err := in.apply(ctx); err != nil {
		t.Fatal(err)
	}
	if len(in.applied) != 1 || in.applied[0].Err != nil || count(t, c.r) != 20 {
		t.Fatalf("%+v, %d rows", in.applied, count(t, c.r))
	}
}

// A kit that holds more than it could send in one request is told what arrived, not
// what it holds: nothing counts as received before it is on the county's disk.
func TestTheCountyTellsWhatItHolds(t *testing.T) {
	ctx := context.Background()
	c := newCounty(t)
	kit := c.kit()
	for range 6 {
		write(t, kit, 40)
		if err := kit.Seal(ctx); err != nil {
			t.Fatal(err)
		}
	}
	st := changeset.Stream{Origin: kit.Origin(), Audience: "everyone"}
	held := func(r *replica.Replica) uint64 {
		v, err := r.Vector(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return v[st]
	}
	cl := c.client(kit, ClientOptions{})
	cl.state.budget = 3000
	steps := 0
	if _, err := cl.Sync(ctx, func(Progress) {
		acked, err := kit.Acknowledged(ctx)
		if err != nil {
			t.Error(err)
		}
		if acked[st] > held(c.r) {
			t.Errorf("number %d counts as received, the county has %d", acked[st], held(c.r))
		}
		if acked[st] > 0 && acked[st] < held(kit) {
			steps++
		}
	}); err != nil {
		t.Fatal(err)
	}
	if steps == 0 || held(c.r) != 6 || count(t, c.r) != 240 {
		t.Fatalf("%d steps in between, number %d, %d rows", steps, held(c.r), count(t, c.r))
	}
}

// A computer reported lost is refused from then on, also within a session that it
// opened before; what it sends is not taken.
func TestRevokedWithinASession(t *testing.T) {
	c := newCounty(t)
	kit := c.kit()
	cl := c.client(kit, ClientOptions{})
	write(t, kit, 1)
	syncNow(t, cl)
	c.auth.set(kit.ID(), func(d *Device) { d.Active, d.Reason = false, "lost" })
	write(t, kit, 1)
	var err error
	if cl.state.lines, err = kit.Lines(context.Background()); err != nil { // an honest kit would open anew
		t.Fatal(err)
	}
	var refusal *RefusedError
	if _, err := cl.Sync(context.Background(), nil); !errors.As(err, &refusal) || refusal.Reason != "lost" {
		t.Fatalf("a revoked device: %v", err)
	}
	if count(t, c.r) != 1 {
		t.Fatal("something of a revoked device was taken")
	}
	c.auth.set(kit.ID(), func(d *Device) { d.Active = true })
	syncNow(t, cl)
	if count(t, c.r) != 2 {
		t.Fatal("a device that was found again is not served")
	}
}

// A laptop that believes it is next year learns better before it seals anything: the
// county takes its records at once and nothing of it lies in the future.
func TestAWrongClockIsCorrectedBeforeItSends(t *testing.T) {
	c := newCounty(t)
	ahead := 400 * 24 * time.Hour
	kit, err := replica.Open(context.Background(), replica.Options{Dir: t.TempDir(), Schema: testSchema(), Realm: realm, Wall: func() time.Time { return time.Now().Add(ahead) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { kit.Close() })
	c.auth.enrol(kit)
	write(t, kit, 5)
	if res := syncNow(t, c.client(kit, ClientOptions{})); res.Sent == 0 || res.ClockOffset < ahead-time.Minute {
		t.Fatalf("%+v", res)
	}
	if held, err := c.r.HeldBack(context.Background()); err != nil || len(held) > 0 || count(t, c.r) != 5 {
		t.Fatalf("%d rows at the county, held back: %v, %v", count(t, c.r), held, err)
	}
	write(t, kit, 5)
	origin := kit.Origin()
	syncNow(t, c.client(kit, ClientOptions{}))
	if kit.Origin() != origin {
		t.Fatal("one wrong clock is corrected twice")
	}
	if held, err := c.r.HeldBack(context.Background()); err != nil || len(held) > 0 || count(t, c.r) != 10 {
		t.Fatalf("%d rows at the county, held back: %v, %v", count(t, c.r), held, err)
	}
}

// A device hears, with every exchange, what the county has of it and did not merge, until
// the office has released it; of others it hears nothing.
func TestADeviceHearsWhatIsHeldBackOfIt(t *testing.T) {
	c := newCounty(t)
	kit, other := c.kit(), c.kit()
	mine, theirs := c.client(kit, ClientOptions{}), c.client(other, ClientOptions{})
	write(t, other, 3)
	syncNow(t, theirs)
	reason := "lost" + strings.Repeat("丢", 100)
	c.suspect.Store(&reason)
	for range maxWithheld + 5 {
		write(t, kit, 1)
		if err := kit.Seal(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // without news, too
		res := syncNow(t, mine)
		if len(res.Withheld) != maxWithheld || res.AllWithheld != maxWithheld+5 || len(res.Refused) > 0 {
			t.Fatalf("%d of %d are told, %d refused", len(res.Withheld), res.AllWithheld, len(res.Refused))
		}
		for i, h := range res.Withheld {
			if h.Stream != (changeset.Stream{Origin: kit.Origin(), Audience: "everyone"}) || h.Number != uint64(i+1) || h.Table != "" || !strings.HasPrefix(reason, h.Reason) || len(h.Reason) < maxReason-3 || time.Since(h.At) > time.Hour {
				t.Fatalf("%d: %+v", i, h)
			}
		}
	}
	if res := syncNow(t, theirs); len(res.Withheld) > 0 || res.AllWithheld > 0 {
		t.Fatalf("another kit is told of %+v", res.Withheld)
	}
	c.suspect.Store(nil)
	held, err := c.r.HeldBack(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range held {
		if err := c.r.Release(context.Background(), h.N); err != nil {
			t.Fatal(err)
		}
	}
	if res := syncNow(t, mine); len(res.Withheld) > 0 || res.AllWithheld > 0 || count(t, c.r) != maxWithheld+8 {
		t.Fatalf("%d rows at the county, still told: %+v", count(t, c.r), res.Withheld)
	}
}

// twoDisks is a county, a kit's disk put back from an image after it wrote and synced
// on, and a record written on it since.
func twoDisks(t *testing.T) (c *county, kit *replica.Replica) {
	t.Helper()
	c = newCounty(t)
	dir, image := filepath.Join(t.TempDir(), "kit"), filepath.Join(t.TempDir(), "image")
	kit = open(t, dir)
	c.auth.enrol(kit)
	write(t, kit, 1)
	syncNow(t, c.client(kit, ClientOptions{}))
	tap(t, kit, 1) // on both disks
	if err := errors.Join(kit.Close(), os.CopyFS(image, os.DirFS(dir))); err != nil {
		t.Fatal(err)
	}
	kit = open(t, dir)
	write(t, kit, 1)
	tap(t, kit, 10)
	syncNow(t, c.client(kit, ClientOptions{}))
	if err := kit.Close(); err != nil {
		t.Fatal(err)
	}
	kit = open(t, image)
	write(t, kit, 1)
	tap(t, kit, 100)
	return c, kit
}

// tap counts on one row.
func tap(t *testing.T, r *replica.Replica, n int64) {
	t.Helper()
	if err := r.Update(context.Background(), func(tx *replica.Tx) error { return tx.Add("note", tapped, "taps", n) }); err != nil {
		t.Fatal(err)
	}
}

var tapped = schema.NewID(1)

// A whole disk that was put back from an image asks before it gives numbers out a second
// time: what was written on either gets to the county and back.
func TestADiskPutBackGoesOn(t *testing.T) {
	c, kit := twoDisks(t)
	before := kit.Origin()
	for i := range 3 {
		res := syncNow(t, c.client(kit, ClientOptions{}))
		status, err := kit.Status(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if len(res.Refused) > 0 || status.Waiting != 0 || count(t, c.r) != 4+i || count(t, kit) != 4+i || kit.Origin() == before {
			t.Fatalf("%+v; %d wait, the county has %d rows, the kit %d", res, status.Waiting, count(t, c.r), count(t, kit))
		}
		write(t, kit, 1)
	}
	row, err := c.r.Get(context.Background(), "note", tapped)
	if err != nil || row.Int("taps") != 111 {
		t.Fatalf("%d taps, of 1, 10 and 100; %v", row.Int("taps"), err)
	}
}

// What was sealed before the county could be asked has numbers that the county holds
// with other content: none of that counts as received, now or later.
func TestAForkConfirmsNothing(t *testing.T) {
	c, kit := twoDisks(t)
	if err := kit.Seal(context.Background()); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		res := syncNow(t, c.client(kit, ClientOptions{}))
		status, err := kit.Status(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if len(res.Refused) == 0 || res.Sent > 0 || status.Waiting != 2 || count(t, c.r) != 3 {
			t.Fatalf("%+v; %d wait, the county has %d rows", res, status.Waiting, count(t, c.r))
		}
	}
}

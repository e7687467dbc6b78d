package transport

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"fieldkit/sync/changeset"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// A new kit is filled by a snapshot, over a line that is cut all the time, and goes on
// with changesets; so is one that lacks what the county has put away.
func TestNewKitBeginsWithASnapshot(t *testing.T) {
	ctx := context.Background()
	c := newCounty(t)
	old := c.kit()
	cl := c.client(old, ClientOptions{})
	for range 4 {
		write(t, old, 400)
		syncNow(t, cl)
	}
	// Edits of the same rows make the history longer than the state.
	for range 30 {
		if err := old.Update(ctx, func(tx *replica.Tx) error {
			rows, err := tx.Select("note", "LIMIT 400")
			for _, row := range rows {
				if err := tx.Put("note", row.ID, schema.Values{"title": row.Text("title") + "x"}); err != nil {
					return err
				}
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		syncNow(t, cl)
	}
	if err := c.r.Snapshot(ctx); err != nil {
		t.Fatal(err)
	}
	time.Sleep(10 * time.Millisecond) // a backup that begins after the snapshot
	if err := c.r.Backup(ctx, filepath.Join(t.TempDir(), "backup")); err != nil {
		t.Fatal(err)
	}
	sum := func(have changeset.Vector) (n int64) {
		refs, err := c.r.Missing(ctx, have, func(changeset.Stream) bool { return true })
		if err != nil {
			t.Fatal(err)
		}
		for _, ref := range refs {
			n += int64(ref.Size)
		}
		return n
	}
	history, _ := old.Vector(ctx)
	offered := sum(nil)
	if _, err := c.r.Compact(ctx, replica.Retention{Before: time.Now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	if left, err := c.r.Missing(ctx, nil, func(changeset.Stream) bool { return true }); err != nil || left[0].Stream.Origin.Incarnation != 0 {
		t.Fatalf("offered after compaction: %v, %v", left, err)
	}
	fresh := c.kit()
	line := &cutting{rng: rand.New(rand.NewPCG(3, 4)), mean: 16 << 10}
	syncNow(t, c.client(fresh, ClientOptions{Dial: line.dial, Retries: 20}))
	if count(t, fresh) != count(t, c.r) {
		t.Fatalf("rows: county %d, new kit %d", count(t, c.r), count(t, fresh))
	}
	t.Logf("%d cuts, %d bytes on the line for %d bytes of snapshot; %d streams of history", line.cuts, line.sent, offered, len(history))
	if line.cuts < 3 {
		t.Errorf("only %d cuts", line.cuts)
	}
	write(t, fresh, 5)
	write(t, old, 5)
	for range 2 {
		syncNow(t, c.client(fresh, ClientOptions{}))
		syncNow(t, cl)
	}
	want, _ := c.r.StateHash(ctx)
	for _, r := range []*replica.Replica{fresh, old} {
		if got, err := r.StateHash(ctx); err != nil || got != want {
			t.Errorf("states differ: %x and %x (%v)", got, want, err)
		}
	}
	if n, err := old.Compact(ctx, replica.Retention{Before: time.Now().Add(time.Hour)}); err != nil || n == 0 {
		t.Errorf("a kit drops what the county has backed up: %d, %v", n, err)
	}
	if list, err := c.r.History(ctx, "note", first(t, c.r)); err != nil || len(list) < 20 {
		t.Errorf("history of a row from the archives: %d writes, %v", len(list), err)
	}
}

func first(t *testing.T, r *replica.Replica) schema.ID {
	rows, err := r.Select(context.Background(), "note", "ORDER BY _n LIMIT 1")
	if err != nil || len(rows) == 0 {
		t.Fatal(err)
	}
	return rows[0].ID
}

// The county makes a new snapshot, and has not backed it up, while a laptop holds part of
// the one before: the laptop goes on with the new one.
func TestASnapshotThatWasCutGoesOnWithTheNext(t *testing.T) {
	ctx := context.Background()
	c := newCounty(t)
	old := c.kit()
	cl := c.client(old, ClientOptions{})
	ids := make([]schema.ID, 12_000)
	for i := range ids {
		ids[i] = schema.NewID(int64(i))
	}
	for turn := range 3 { // edits make the history longer than the state
		if err := old.Update(ctx, func(tx *replica.Tx) (err error) {
			for _, id := range ids {
				err = errors.Join(err, tx.Put("note", id, schema.Values{"title": fmt.Sprint(turn), "secret": fmt.Sprint(rand.Uint64(), rand.Uint64())}))
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		syncNow(t, cl)
	}
	if err := c.r.Snapshot(ctx); err != nil {
		t.Fatal(err)
	}
	time.Sleep(10 * time.Millisecond) // a backup that begins after the snapshot
	if err := c.r.Backup(ctx, filepath.Join(t.TempDir(), "backup")); err != nil {
		t.Fatal(err)
	}
	fresh := c.kit()
	line := &cutting{rng: rand.New(rand.NewPCG(1, 2)), mean: 24 << 10}
	for tries := 0; ; tries++ {
		if begun, err := fresh.SnapshotProgress(ctx); err != nil {
			t.Fatal(err)
		} else if len(begun) > 0 {
			break
		}
		if tries > 200 {
			t.Fatal("no part of the snapshot came")
		}
		_, _ = c.client(fresh, ClientOptions{Dial: line.dial, Retries: -1}).Sync(ctx, nil)
	}
	write(t, c.r, 5)
	if err := c.r.Snapshot(ctx); err != nil {
		t.Fatal(err)
	}
	syncNow(t, c.client(fresh, ClientOptions{}))
	if count(t, fresh) != count(t, c.r) {
		t.Fatalf("rows: county %d, laptop %d", count(t, c.r), count(t, fresh))
	}
}

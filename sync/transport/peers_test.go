package transport

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Faults that took other engines years to find, each as a test of this one.

// A round that has nothing to tell takes next to nothing, however much is held.
func TestNothingNewTakesFewBytes(t *testing.T) {
	c := newCounty(t)
	kits := []*replica.Replica{c.kit(), c.kit(), c.kit()}
	for range 2 {
		for _, kit := range kits {
			write(t, kit, 20)
			syncNow(t, c.client(kit, ClientOptions{Version: "1.0.0"}))
		}
	}
	client := c.client(kits[0], ClientOptions{Version: "1.0.0"})
	if err := c.r.CountSums(context.Background()); err != nil {
		t.Fatal(err)
	}
	syncNow(t, client)
	res := syncNow(t, client)
	if last := c.auth.reports[len(c.auth.reports)-1]; !last.Compared || len(last.Astray) > 0 || res.Astray {
		t.Fatalf("equal states are told apart: %+v", last)
	}
	both := res.SentBytes + res.ReceivedBytes
	t.Logf("nothing new: %d bytes up, %d down, %d request", res.SentBytes, res.ReceivedBytes, res.Requests)
	if both > 200 || res.Requests != 1 || res.Sent+res.Received > 0 {
		t.Fatalf("%d bytes in %d requests for nothing new", both, res.Requests)
	}
}

// evolu 660: a relay that was wiped, then set up anew from its first backup, was
// offered nothing again, and what it had confirmed was lost without a word.
func TestPeerEvolu660WipedHubGetsEverythingBack(t *testing.T) {
	ctx := context.Background()
	c := newCounty(t)
	c.http.Close()
	if err := c.r.Close(); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.CopyFS(empty, os.DirFS(c.dir)); err != nil {
		t.Fatal(err)
	}
	c.start()
	a, b := c.kit(), c.kit()
	for range 2 {
		for _, kit := range []*replica.Replica{a, b} {
			write(t, kit, 6)
			syncNow(t, c.client(kit, ClientOptions{}))
		}
	}
	syncNow(t, c.client(a, ClientOptions{}))
	want, err := c.r.StateHash(ctx)
	if err != nil {
		t.Fatal(err)
	}
	c.http.Close()
	c.r.Close()
	c.dir = empty
	c.start()
	if n := count(t, c.r); n != 0 {
		t.Fatalf("the wiped hub holds %d rows", n)
	}
	syncNow(t, c.client(a, ClientOptions{}))
	if n := count(t, c.r); n < 12 { // its own; others' too where it may pass them on
		t.Fatalf("one kit brought %d rows", n)
	}
	syncNow(t, c.client(b, ClientOptions{}))
	if got, err := c.r.StateHash(ctx); err != nil || got != want || count(t, c.r) != 24 {
		t.Fatalf("after all came again: %d rows, %v", count(t, c.r), err)
	}
	if s, err := a.Status(ctx); err != nil || s.Waiting > 0 {
		t.Fatalf("%d still wait, %v", s.Waiting, err)
	}
}

// Couchbase: a device that was away for longer than anything is kept. The county
// has put all changesets away; the device gets the state and keeps its own writes.
func TestPeerCouchbaseAwayForLongerThanAnythingIsKept(t *testing.T) {
	ctx := context.Background()
	c := newCounty(t)
	busy, away := c.kit(), c.kit()
	write(t, busy, 10)
	syncNow(t, c.client(busy, ClientOptions{}))
	syncNow(t, c.client(away, ClientOptions{}))
	write(t, away, 3) // and goes
	for range 5 {
		if err := busy.Update(ctx, func(tx *replica.Tx) error {
			rows, err := tx.Select("note", "")
			for _, row := range rows {
				if err := tx.Put("note", row.ID, schema.Values{"title": row.Text("title") + "x"}); err != nil {
					return err
				}
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		syncNow(t, c.client(busy, ClientOptions{}))
	}
	if err := c.r.Snapshot(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := c.r.Compact(ctx, replica.Retention{Before: time.Now().Add(time.Hour), Unbacked: true}); err != nil {
		t.Fatal(err)
	}
	syncNow(t, c.client(away, ClientOptions{}))
	syncNow(t, c.client(busy, ClientOptions{}))
	if n := count(t, away); n != 13 {
		t.Fatalf("the device holds %d rows", n)
	}
	want, _ := c.r.StateHash(ctx)
	for _, kit := range []*replica.Replica{away, busy} {
		if got, err := kit.StateHash(ctx); err != nil || got != want {
			t.Fatalf("states differ, %v", err)
		}
	}
}

// A row that changed or vanished without a write is found at the next quiet sync, on
// both sides, although nothing of it is ever sent again.
func TestDamageIsFoundWhenThereIsNothingNew(t *testing.T) {
	for name, harm := range map[string]string{
		"changed":  `UPDATE note SET _clock = CAST(x'0102030405060708' || substr(_clock, 9) AS BLOB) WHERE _n = 3`,
		"vanished": `DELETE FROM note WHERE _n = 3`,
	} {
		t.Run(name, func(t *testing.T) {
			c := newCounty(t)
			dir := filepath.Join(t.TempDir(), "kit")
			kit := open(t, dir)
			c.auth.enrol(kit)
			write(t, kit, 20)
			syncNow(t, c.client(kit, ClientOptions{}))
			if err := errors.Join(kit.Close(), c.r.CountSums(context.Background())); err != nil {
				t.Fatal(err)
			}
			db, err := sql.Open("sqlite", filepath.Join(dir, "replica.db"))
			if err != nil {
				t.Fatal(err)
			}
			res, err := db.Exec(harm)
			if err != nil {
				t.Fatal(err)
			}
			if n, err := res.RowsAffected(); err != nil || n != 1 || db.Close() != nil {
				t.Fatal(n, err)
			}
			kit = open(t, dir)
			client := c.client(kit, ClientOptions{})
			if first := syncNow(t, client); first.Astray {
				t.Fatal("it was told before the rows were counted")
			}
			second := syncNow(t, client)
			last := c.auth.reports[len(c.auth.reports)-1]
			if !second.Astray || !slices.Equal(last.Astray, []string{"everyone"}) {
				t.Fatalf("not found: %+v, the county says %+v", second, last)
			}
			write(t, kit, 1) // what has news is not compared
			if res := syncNow(t, client); res.Sent != 1 || res.Astray {
				t.Fatalf("%+v", res)
			}
		})
	}
}

package app

import (
	"context"
	"errors"
	"testing"
	"time"

	"fieldkit/internal/model"
)

func TestReadyTellsWhatIsNotReady(t *testing.T) {
	ctx := context.Background()
	now := noon
	a, err := Open(ctx, Options{Dir: t.TempDir(), Wall: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	ready := &Ready{a}
	if _, err := ready.Check(); !errors.Is(err, errNotEnrolled) {
		t.Fatalf("checked before enrolment: %v", err)
	}
	if err := a.attach(ctx, &membership{Realm: realm, Label: "D1", UnitID: model.UnitID(realm, "CGPCS")}); err != nil {
		t.Fatal(err)
	}
	line := func(name string) ReadyLine {
		t.Helper()
		for _, l := range sure(ready.Check()).Lines {
			if l.Name == name {
				return l
			}
		}
		t.Fatalf("nothing is said of %s", name)
		return ReadyLine{}
	}
	// It has never met the county.
	for name, state := range map[string]string{"key": "ok", "received": "act", "clock": "warn", "venues": "warn", "people": "act", "disk": "ok", "write": "ok", "unsent": "ok", "search": "ok"} {
		if l := line(name); l.State != state {
			t.Errorf("%s is %s, want %s", name, l.State, state)
		}
	}
	_, r := a.current()
	if err := a.sync.log(r, SyncLogEntry{At: now.UnixMilli(), Code: "refused"}); err != nil {
		t.Fatal(err)
	}
	if l := line("key"); l.State != "act" {
		t.Errorf("a laptop that the county refuses has a key that is %s", l.State)
	}
	sure(NewVenues(a.session).Create(VenueForm{Kind: "V09", Name: "城关广场"}))
	if err := a.sync.log(r, SyncLogEntry{At: now.UnixMilli(), OK: true}); err != nil {
		t.Fatal(err)
	}
	for name, state := range map[string]string{"key": "ok", "received": "ok", "venues": "ok", "unsent": "warn"} {
		if l := line(name); l.State != state {
			t.Errorf("then %s is %s, want %s", name, l.State, state)
		}
	}
	if l := line("search"); l.State != "ok" || l.Text != "cg → 城关广场" {
		t.Errorf("the search probe: %+v", l)
	}
	now = now.Add(15 * 24 * time.Hour)
	if l := line("received"); l.State != "act" {
		t.Errorf("registers of a fortnight ago are %s", l.State)
	}
	if free := line("disk").Value; free <= 0 {
		t.Errorf("%d bytes free", free)
	}
}

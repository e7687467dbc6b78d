package app

import (
	"context"
	"strings"
	"testing"

	"fieldkit/sync/changeset"
	"fieldkit/sync/replica"
)

// What the county said that it has and did not merge is listed record by record, with the
// reason, and goes with the county's next word. A record whose parts are in several
// changesets is listed once.
func TestTheTrayListsWhatTheCountyDidNotMerge(t *testing.T) {
	ctx := context.Background()
	l := newLaptop(t, "D1")
	booth := l.start("夜市")
	id, err := l.consult.Save(form(booth.Activity.ID))
	l.must(err)
	l.must(l.r.Seal(ctx))
	have, err := l.r.Missing(ctx, changeset.Vector{}, func(changeset.Stream) bool { return true })
	l.must(err)
	var held []replica.Held
	for _, ref := range have {
		held = append(held, replica.Held{Stream: ref.Stream, Number: ref.Number, Reason: replica.ReasonAhead + ": 2030-01-01"})
	}
	held = append(held, replica.Held{Stream: have[0].Stream, Number: have[0].Number, Table: "consultation", ID: id.ID, Column: "story", Reason: "column story comes as a register of type 3"})
	acked := changeset.Vector{}
	for _, ref := range have {
		acked[ref.Stream] = ref.Number
	}
	l.must(l.r.Acknowledge(ctx, acked, l.now)) // it is durable there
	l.must(keepWithheld(l.r, held))
	tray := &Tray{}
	d := l.s.directory(l.r)
	items, err := tray.withheld(l.r, d)
	l.must(err)
	got := map[string]int{}
	for _, i := range items {
		got[i.OpenTable+"."+i.Column]++
		if i.OpenTable == "consultation" && i.OpenID != id.ID || i.Title == "" || i.Kind != "withheld" {
			t.Errorf("%+v", i)
		}
		if want := map[bool]string{true: "时钟快了", false: "不合规则"}[i.Column == ""]; !strings.Contains(i.Reason, want) {
			t.Errorf("%s: %q", i.OpenTable, i.Reason)
		}
	}
	for _, of := range []string{"consultation.", "consultation.story", "activity."} {
		if got[of] != 1 {
			t.Errorf("%s is listed %d times: %v", of, got[of], got)
		}
	}
	l.must(keepWithheld(l.r, nil))
	if items, err = tray.withheld(l.r, d); err != nil || len(items) > 0 {
		t.Fatalf("still listed: %+v, %v", items, err)
	}
}

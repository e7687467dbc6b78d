package main

import (
	"context"
	"slices"
	"testing"
)

// The same seed plays the same history; what it plays comes to rest in one state.
func TestSameSeedSameHistory(t *testing.T) {
	var traces [2]string
	for i := range traces {
		w, err := play(context.Background(), 7, 1500, false)
		if err != nil {
			t.Fatal(err)
		}
		traces[i] = string(w.trace.Sum(nil))
	}
	if traces[0] != traces[1] {
		t.Error("one seed played two histories")
	}
}

// The oracle notices a write that is lost.
func TestOracleNoticesALoss(t *testing.T) {
	w, err := begin(context.Background(), 3, false)
	defer w.close()
	if err != nil {
		t.Fatal(err)
	}
	if err := w.run(400); err != nil {
		t.Fatal(err)
	}
	all, err := w.required()
	if err != nil {
		t.Fatal(err)
	}
	for _, lost := range []*intent{{column: "taps", delta: 1}, {column: "tags", added: "never there"}, {column: "title", value: "never there", at: 1 << 62}, {column: "story", added: "龘"}} {
		lost.audience, lost.table, lost.id, lost.origin = "everyone", "note", w.rows[0], w.nodes[0].r.Origin()
		if err := w.compare(append(slices.Clone(all), lost)); err == nil {
			t.Errorf("a write of %s that is nowhere was not missed", lost.column)
		}
	}
}

package replica

import (
	"fmt"
	"strings"
	"testing"

	"fieldkit/sync/schema"
)

func TestHistoryTellsWhoWroteWhatAndWhen(t *testing.T) {
	f := newFleet(t, 2)
	a, b := f.all[0], f.all[1]
	id := schema.NewID(f.now.UnixMilli())
	f.write(a, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"title": "one", "secret": "Zhang"}) })
	f.settle()
	f.write(b, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"title": "two"}) })
	f.write(b, func(tx *Tx) error { return tx.Add("note", id, "taps", 3) })
	f.settle()
	f.write(a, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"title": "three"}) })
	f.settle()
	for _, r := range f.all {
		list, err := r.History(f.ctx, "note", id)
		f.must(err)
		var titles []string
		for _, w := range list {
			if w.Column == "title" {
				titles = append(titles, fmt.Sprint(w.Value, " by ", w.Origin.Replica == a.ID()))
			}
		}
		if got, want := strings.Join(titles, ", "), "one by true, two by false, three by true"; got != want {
			t.Errorf("%s: history is %s, want %s", r.ID(), got, want)
		}
		if !strings.Contains(fmt.Sprint(list), "Zhang") {
			t.Error("a sealed field's write is not in the history")
		}
	}
}

package model

import (
	"testing"
	"time"

	"fieldkit/sync/replica"
)

func TestWhatNobodyTypedAsksForNoReview(t *testing.T) {
	at := time.Date(2025, 1, 10, 9, 0, 0, 0, Location)
	for _, c := range []struct {
		table, column string
		winner, loser any
		want          bool
	}{
		{"activity", "start_at", at.Add(-time.Hour).UnixMilli(), at.Add(-3 * time.Millisecond).UnixMilli(), true},
		{"activity", "start_at", at.UnixMilli(), at.Add(-2 * time.Hour).UnixMilli(), false},
		{"activity", "end_at", at.Add(time.Hour).UnixMilli(), at.UnixMilli(), false},
		{"post", "posted_at", at.Add(time.Hour).UnixMilli(), at.UnixMilli(), true},
		{"consultation", "closed_at", at.Add(time.Hour).UnixMilli(), at.UnixMilli(), true},
		{"activity", "state", "done", "open", true},
		{"activity", "state", "open", "done", false},
		{"activity", "state", "cancelled", "done", false},
		{"attendance", "person_name", "赵敏", "赵 敏", true},
		{"attendance", "person_name", "赵敏", "赵明", false},
		{"activity", "title", "", "反诈进集市", false},
		{"template", "form", "{}", "{1}", true},
		{"activity", "heads_stated", int64(610), int64(600), false},
		{"activity", "heads_stated", int64(610), nil, false},
	} {
		k := replica.Conflict{Table: c.table, Column: c.column, Winner: replica.Version{Value: c.winner}, Loser: replica.Version{Value: c.loser, At: at}}
		if got := Untyped(k); got != c.want {
			t.Errorf("%s.%s: %v beside %v: %v", c.table, c.column, c.winner, c.loser, got)
		}
	}
}

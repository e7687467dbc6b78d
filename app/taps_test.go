package app

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"fieldkit/sync/replica"
)

// The list of taps is written with every tap: it fits one page of the database, and what
// an earlier version kept can still be taken back.
func TestTapsAreKeptSmall(t *testing.T) {
	l := newLaptop(t, "D1")
	var taps []Tap
	for n := range 80 {
		taps = append(taps, Tap{Target: fmt.Sprintf("0193a000-0000-7000-8000-00000000000%d", n%6), Name: fmt.Sprintf("宣传品%d", n%6), Delta: int64(n), At: noon.UnixMilli(), Undone: n%9 == 0})
	}
	l.must(l.r.Update(t.Context(), func(tx *replica.Tx) error { return keepTaps(tx, "taps/x", taps) }))
	raw, err := l.r.GetLocal(t.Context(), "taps/x")
	l.must(err)
	if len(raw) > 3900 || !slices.Equal(readTaps(raw), taps[80-recentKept:]) {
		t.Errorf("%d bytes: %s", len(raw), raw)
	}
	old, err := json.Marshal(taps)
	l.must(err)
	if !slices.Equal(readTaps(old), taps) {
		t.Error("an earlier version's taps are not read")
	}
	for _, bad := range []string{"", "{", `{"t":[],"l":[{"t":3}]}`, `"x"`} {
		if got := readTaps([]byte(bad)); got == nil || len(got) != 0 {
			t.Errorf("%s reads as %v", bad, got)
		}
	}
}

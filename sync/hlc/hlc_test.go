package hlc

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestPacking(t *testing.T) {
	s := At(1735689600123) + 7
	if s.UnixMilli() != 1735689600123 || s.Counter() != 7 {
		t.Fatalf("got %d/%d", s.UnixMilli(), s.Counter())
	}
	if At(-1) != 0 {
		t.Fatal("a time before 1970 must be the zero stamp")
	}
}

// A clock whose battery died starts in 1970, jumps, or stands still; its stamps
// rise all the same and never fall behind what was observed.
func TestNeverRunsBackwards(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		wall := int64(0)
		start := Stamp(rapid.Uint64Range(0, 1<<60).Draw(t, "start"))
		c := New(func() time.Time { return time.UnixMilli(wall) }, start)
		last := start
		for range rapid.IntRange(1, 50).Draw(t, "steps") {
			wall = rapid.Int64Range(0, 1<<44).Draw(t, "wall")
			if rapid.Bool().Draw(t, "observe") {
				seen := Stamp(rapid.Uint64Range(0, 1<<60).Draw(t, "seen"))
				c.Observe(seen)
				last = max(last, seen)
				continue
			}
			now := c.Now()
			if now <= last {
				t.Fatalf("stamp %v after %v", now, last)
			}
			last = now
		}
	})
}

func TestBackKeepsTheCounter(t *testing.T) {
	for _, ms := range []int64{0, 5, -5, 1000} {
		if got, want := (At(1_700_000_000_000) + 7).Back(ms), At(1_700_000_000_000-ms)+7; got != want {
			t.Errorf("%d ms back: %s, not %s", ms, got, want)
		}
	}
}
